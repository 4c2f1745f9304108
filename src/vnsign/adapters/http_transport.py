"""One HTTP request with limits on time, size, tries and redirects; the clients of TSA, CRL and OCSP stand on it.

Invariants:
    - No answer is read beyond its size limit. All waiting for it, with redirects and further tries, ends at the time
      limit, however the server drips.
    - Every failure names the URL and the reason, and is a :class:`~vnsign.errors.ServiceUnavailable`.
    - Loopback addresses never go through a proxy.

What it does not do: look at what comes; limit the look-up of a host's name.

Source: RFC 9110 §13.1.2 (If-None-Match), §13.1.3 (If-Modified-Since), §15.4 (redirects).
"""

from __future__ import annotations

import os
import ssl
import time
import weakref
from dataclasses import dataclass, field, replace
from threading import Lock
from urllib.parse import urljoin, urlsplit

import httpx2

from vnsign.adapters.http_deadline import deadline, keep_deadlines
from vnsign.errors import ErrorCode, ServiceUnavailable

_CONNECT_TIMEOUT_S = 10.0
_MAX_REDIRECTS = 3
#: Pauses before the second and the third try.
_RETRY_PAUSES_S = (0.2, 1.0)
_BUSY_STATUS = frozenset({429, 502, 503, 504})
_OK, _NOT_MODIFIED = 200, 304
_LOOPBACK = ("all://127.0.0.1", "all://localhost", "all://[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One request: GET without a body, else POST.

    Attributes:
        media_type: Of the body.
        accept: Media type wanted, or empty.
        etag: Of the copy at hand: the service may say that nothing has changed.
        last_modified: Of the copy at hand, as the service wrote it.
    """

    url: str
    max_bytes: int
    body: bytes | None = None
    media_type: str = ""
    accept: str = ""
    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return what to send; an answer may not be packed."""
        named = {
            "accept": self.accept,
            "content-type": self.media_type if self.body is not None else "",
            "if-none-match": self.etag,
            "if-modified-since": self.last_modified,
        }
        return {"accept-encoding": "identity", **{name: value for name, value in named.items() if value}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came.

    Attributes:
        body: None if the copy at hand is still the right one.
        etag: To be given back with the next request, or empty.
        last_modified: The same.
    """

    body: bytes | None = field(repr=False)
    etag: str = ""
    last_modified: str = ""


class _TryAgainError(Exception):
    """The service is not there or is busy; another try may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    location: str


class HttpTransport:
    """Connections kept open. Safe for threads and for processes that fork."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._lock = Lock()
        # By process and scheme: a forked child must not share its parent's connections.
        self._clients: dict[tuple[int, str], httpx2.Client] = {}
        weakref.finalize(self, _close_all, self._clients)

    def fetch(self, query: Query) -> bytes:
        """Return the body.

        Raises:
            ServiceUnavailable: ``SERVICE_UNREACHABLE`` or ``SERVICE_REFUSED``.
        """
        body = self.fetch_if_changed(query).body
        if body is None:
            raise refused(query.url, "HTTP 304 without a copy at hand")
        return body

    def fetch_if_changed(self, query: Query) -> Reply:
        """Return the answer; its body is None only if ``query`` named the copy at hand.

        Raises:
            ServiceUnavailable: ``SERVICE_UNREACHABLE`` or ``SERVICE_REFUSED``.
        """
        pauses = iter(_RETRY_PAUSES_S)
        ends_at = time.monotonic() + self._timeout_s
        with deadline(self._timeout_s):
            while True:
                try:
                    return self._fetch_following(query)
                except _TryAgainError as exc:
                    pause = next(pauses, None)
                    if pause is None or time.monotonic() + pause >= ends_at:
                        raise unreachable(query.url, str(exc)) from exc
                time.sleep(pause)

    def _fetch_following(self, query: Query) -> Reply:
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._fetch_once(query)
            if isinstance(answer, Reply):
                return answer
            query = replace(query, url=answer.location)
        raise refused(query.url, f"more than {_MAX_REDIRECTS} redirects")

    def _fetch_once(self, query: Query) -> Reply | _Redirect:
        try:
            client = self._client(urlsplit(query.url).scheme.lower())
            method = "GET" if query.body is None else "POST"
            with client.stream(method, query.url, content=query.body, headers=query.headers()) as response:
                return self._read(response, query)
        except httpx2.TimeoutException as exc:
            raise unreachable(query.url, f"no answer within {self._timeout_s:g} s") from exc
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as exc:
            raise _TryAgainError(str(exc) or type(exc).__name__) from exc
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as exc:
            raise unreachable(query.url, str(exc) or type(exc).__name__) from exc

    def _read(self, response: httpx2.Response, query: Query) -> Reply | _Redirect:
        if response.status_code in _BUSY_STATUS:
            raise _TryAgainError(f"HTTP {response.status_code}")
        if response.status_code == _NOT_MODIFIED and (query.etag or query.last_modified):
            return Reply(body=None, etag=query.etag, last_modified=query.last_modified)
        if response.has_redirect_location:
            return _redirect(response, query)
        if response.status_code != _OK:
            raise refused(query.url, f"HTTP {response.status_code}")
        data = bytearray()
        # Raw: an answer that unpacks to a thousand times its size must not get the chance.
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > query.max_bytes:
                raise refused(query.url, f"the answer is larger than {query.max_bytes} bytes")
        tags = response.headers
        return Reply(body=bytes(data), etag=tags.get("etag", ""), last_modified=tags.get("last-modified", ""))

    def _client(self, scheme: str) -> httpx2.Client:
        key = (os.getpid(), scheme)
        with self._lock:
            if key not in self._clients:
                # Loading the system's roots takes a tenth of a second; a plain connection needs none.
                verify = True if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                timeout = httpx2.Timeout(self._timeout_s, connect=min(self._timeout_s, _CONNECT_TIMEOUT_S))
                self._clients[key] = keep_deadlines(
                    httpx2.Client(
                        timeout=timeout, verify=verify, mounts=dict.fromkeys(_LOOPBACK), follow_redirects=False
                    )
                )
            return self._clients[key]


def _redirect(response: httpx2.Response, query: Query) -> _Redirect:
    location = urljoin(query.url, response.headers["location"])
    # A POST must not be repeated elsewhere unasked (RFC 9110 §15.4); no other scheme, and no step down from TLS.
    is_downgrade = query.url.lower().startswith("https:") and not location.lower().startswith("https:")
    if query.body is not None or is_downgrade or not is_http(location):
        raise refused(query.url, f"redirects to {shown(location)}")
    return _Redirect(location=location)


def _close_all(clients: dict[tuple[int, str], httpx2.Client]) -> None:
    for client in clients.values():
        client.close()


def is_http(url: str) -> bool:
    """Tell whether this is an ``http`` or ``https`` address of some host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def shown(url: str) -> str:
    """Return a URL without the user name and password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def unreachable(url: str, reason: str) -> ServiceUnavailable:
    """Return the error of a service that did not answer."""
    return ServiceUnavailable(ErrorCode.SERVICE_UNREACHABLE, f"{shown(url)}: {reason}", way_out="try again later")


def refused(url: str, reason: str) -> ServiceUnavailable:
    """Return the error of a service that said no."""
    return ServiceUnavailable(ErrorCode.SERVICE_REFUSED, f"{shown(url)}: {reason}")
