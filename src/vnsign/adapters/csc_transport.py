"""JSON requests to a remote signing service (CSC API).

Invariants:
    - A request is sent once: a PIN, a one-time password or an authorization is never presented twice unasked.
    - No answer is read beyond its size limit, none waited for beyond its time limit; redirects are not followed.
    - Access token, password and PIN go over TLS only (plain HTTP to this machine itself), and stand in no message.

What it does not do: understand the answers (see :mod:`vnsign.adapters.csc_messages`).

Source: CSC API v1.0.4.0 and v2.0 §7 (TLS), §10 (errors).
"""

from __future__ import annotations

import os
import ssl
import weakref
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from vnsign.adapters.csc_messages import Refusal, decode
from vnsign.adapters.http_deadline import deadline, keep_deadlines
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError

DEFAULT_TIMEOUT_S = 60.0
#: A chain and a thousand signatures take less.
MAX_ANSWER_BYTES = 4 * 1024 * 1024
_CONNECT_TIMEOUT_S = 10.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_GOOD = (200, 202, 204)
_SHOWN_CHARS = 200
#: What services answer when what the user typed is wrong (v1, v2).
_WRONG_SECRET = frozenset({"invalid_pin", "invalid_otp", "invalid_authentication_data", "authentication_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came. ``status`` is 200, 202 (still under way) or 204 (no content)."""

    status: int
    body: bytes = field(repr=False)


class CscTransport:
    """Posts JSON to the methods of one service. Safe for threads; a forked child opens connections of its own."""

    def __init__(self, url: str, *, timeout_s: float = DEFAULT_TIMEOUT_S, tls: ssl.SSLContext | None = None) -> None:
        """Name the service; nothing is sent yet.

        Args:
            url: Base of the API, such as ``https://service.example.gov.vn/csc/v2``.
            timeout_s: Longest wait for one answer, seconds.
            tls: Authorities to trust and a client certificate to show; None trusts the system's.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no such URL, or it is not protected by TLS.
        """
        self._url = _checked(url)
        self._timeout_s = timeout_s
        self._tls = tls
        self._clients: dict[int, httpx2.Client] = {}
        self._lock = Lock()
        weakref.finalize(self, _close_all, self._clients)

    @property
    def url(self) -> str:
        """Base of the API, without the user name and password that may stand in it."""
        parts = urlsplit(self._url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def post(self, method: str, body: dict[str, Any], *, authorization: str | None = None) -> Answer:
        """Send one request.

        Args:
            method: Of the API, such as ``credentials/info``.
            body: Its parameters.
            authorization: Value of the header, or None.

        Raises:
            ServiceUnavailable: ``SERVICE_UNREACHABLE``, ``SERVICE_REFUSED``.
            UsageError: ``WRONG_PASSPHRASE``: PIN, one-time password or password refused.
        """
        headers = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
        if authorization is not None:
            headers["authorization"] = authorization
        try:
            content = msgspec.json.encode(body)
            with (
                deadline(self._timeout_s),
                self._client().stream("POST", f"{self._url}/{method}", content=content, headers=headers) as response,
            ):
                answer = Answer(status=response.status_code, body=self._read(response, method))
        except httpx2.TimeoutException as exc:
            raise self.unreachable(method, f"no answer within {self._timeout_s:g} s") from exc
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as exc:
            raise self.unreachable(method, str(exc) or type(exc).__name__) from exc
        if answer.status not in _GOOD:
            raise self._refusal(method, answer)
        return answer

    def unreachable(self, method: str, reason: str) -> ServiceUnavailable:
        """Return the error of a service that did not answer."""
        return ServiceUnavailable(
            ErrorCode.SERVICE_UNREACHABLE, f"{self.url}/{method}: {reason}", way_out="try again later"
        )

    def malformed(self, method: str, reason: str) -> InputError:
        """Return the error of a service whose answer cannot be used."""
        return InputError(ErrorCode.MALFORMED_ANSWER, f"{self.url}/{method}: {reason}")

    def _read(self, response: httpx2.Response, method: str) -> bytes:
        data = bytearray()
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > MAX_ANSWER_BYTES:
                raise self.malformed(method, f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
        return bytes(data)

    def _refusal(self, method: str, answer: Answer) -> VnsignError:
        try:
            refusal = decode(answer.body, Refusal)
        except ValueError:
            refusal = Refusal()
        reason = _printable(f"{refusal.error} {refusal.error_description}") or f"HTTP {answer.status}"
        where = f"{self.url}/{method}"
        if refusal.error in _WRONG_SECRET:
            return UsageError(
                ErrorCode.WRONG_PASSPHRASE,
                f"{where}: {reason}",
                way_out="try once more with care: services lock a credential after few mistakes",
            )
        way_out = "get a new access token" if answer.status in (401, 403) else None
        return ServiceUnavailable(ErrorCode.SERVICE_REFUSED, f"{where}: {reason}", way_out=way_out)

    def _client(self) -> httpx2.Client:
        with self._lock:
            if os.getpid() not in self._clients:
                is_tls = self._url.lower().startswith("https:")
                verify: ssl.SSLContext | bool = self._tls or True
                if not is_tls:  # loading the system's roots takes a tenth of a second; a plain connection needs none
                    verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                self._clients[os.getpid()] = keep_deadlines(
                    httpx2.Client(
                        timeout=httpx2.Timeout(self._timeout_s, connect=min(self._timeout_s, _CONNECT_TIMEOUT_S)),
                        verify=verify,
                        mounts={f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")},
                        follow_redirects=False,
                    )
                )
            return self._clients[os.getpid()]


def _close_all(clients: dict[int, httpx2.Client]) -> None:
    for client in clients.values():
        client.close()


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{url!r} is not an https URL")
    if parts.scheme.lower() == "http" and host not in _LOOPBACK:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{parts.scheme}://{host}: PIN and access token would go over the network unprotected",
            way_out="use the https address of the service",
        )
    return url.rstrip("/")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()[:_SHOWN_CHARS]
