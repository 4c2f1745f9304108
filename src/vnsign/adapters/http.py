"""Timestamps and revocation lists over HTTP.

Invariants:
    - No answer is read beyond its size limit, none waited for beyond its time limit.
    - Every failure names the URL and the reason, and is a :class:`~vnsign.errors.ServiceUnavailable` (nobody answered,
      or said no) or an :class:`~vnsign.errors.InputError` (what came is malformed or answers another request).
    - Loopback addresses never go through a proxy.

What it does not do: :class:`HttpRevocationSource` does not check a list's signature or dates, and neither class
checks trust. URLs of revocation lists stand in certificates: whoever fetches for certificates of strangers lets
strangers choose the address; do so from a network where that is harmless.

Source: RFC 3161 §3.4; RFC 5280 §4.2.1.13.
"""

from __future__ import annotations

import os
import secrets
import ssl
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urljoin, urlsplit

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from vnsign.adapters.clock import SystemClock
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError
from vnsign.pki.crl import load_crl
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply
from vnsign.ports import Clock

#: The Government's TSA has been seen to answer after 2 to 131 seconds (law.md §21.3).
TIMESTAMP_TIMEOUT_S = 180.0
REVOCATION_TIMEOUT_S = 30.0
MAX_REPLY_BYTES = 1024 * 1024
#: A list of a large public authority takes tens of megabytes.
MAX_CRL_BYTES = 64 * 1024 * 1024
_CONNECT_TIMEOUT_S = 10.0
_MAX_REDIRECTS = 3
#: Pauses before the second and the third try.
_RETRY_PAUSES_S = (0.2, 1.0)
_BUSY_STATUS = frozenset({429, 502, 503, 504})
_NONCE_BITS = 128
_OK = 200
_GET_HEADERS = {"accept-encoding": "identity"}
_POST_HEADERS = {
    "content-type": "application/timestamp-query",
    "accept": "application/timestamp-reply",
    "accept-encoding": "identity",
}
_LOOPBACK = ("all://127.0.0.1", "all://localhost", "all://[::1]")


class HttpTimestampSource:
    """A time-stamping authority at a URL; implements :class:`vnsign.ports.TimestampSource`. Safe for threads."""

    def __init__(self, url: str, *, timeout_s: float = TIMESTAMP_TIMEOUT_S, policy: str | None = None) -> None:
        """Name the service; nothing is sent yet.

        Args:
            url: ``http`` or ``https``; a user name and password in it are sent and never shown.
            timeout_s: Longest wait for one answer, seconds.
            policy: TSA policy OID to ask for; None leaves the choice to the authority.

        Raises:
            UsageError: ``BAD_ARGUMENT``: not such a URL.
        """
        if not _is_http(url):
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"{url!r} is not an http or https URL")
        self._url = url
        self._policy = policy
        self._http = _Http(timeout_s)

    def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return a TimeStampToken (CMS ContentInfo, DER) over ``imprint``.

        Checked: status, imprint, nonce, policy if one was asked for, the token's own signature and the purpose of its
        certificate. Does not check: trust in the authority, and that genTime is plausible.

        Raises:
            ServiceUnavailable: ``SERVICE_UNREACHABLE`` or ``SERVICE_REFUSED``.
            InputError: ``MALFORMED_TIMESTAMP``.
            UsageError: ``BAD_ARGUMENT``: a hash other than SHA-256, SHA-384, SHA-512, or an imprint of another length.
        Source: RFC 3161 §2.2, §2.4, §3.4.
        """
        request = TimestampRequest(
            imprint=imprint,
            hash_name=hash_algorithm.name,
            nonce=secrets.randbits(_NONCE_BITS),
            policy=self._policy,
        )
        query = _Query(url=self._url, max_bytes=MAX_REPLY_BYTES, body=build_request(request))
        reply = self._http.fetch(query)
        try:
            return parse_reply(reply, request).der
        except (InputError, ServiceUnavailable) as exc:
            raise type(exc)(exc.code, f"{_shown(self._url)}: {exc.message}", way_out=exc.way_out) from exc


class HttpRevocationSource:
    """Fetches the lists that certificates name; implements :class:`vnsign.ports.RevocationSource`. Safe for threads."""

    def __init__(
        self,
        *,
        timeout_s: float = REVOCATION_TIMEOUT_S,
        max_age_s: float = 600.0,
        max_bytes: int = MAX_CRL_BYTES,
        clock: Clock | None = None,
    ) -> None:
        """Prepare; nothing is fetched yet.

        Args:
            timeout_s: Longest wait for one list, seconds.
            max_age_s: How long a fetched list is kept, seconds; never beyond its nextUpdate. 0 fetches each time.
            max_bytes: Largest list.
            clock: Tells when a kept list is too old; None means the computer's clock.
        """
        self._http = _Http(timeout_s)
        self._max_age = timedelta(seconds=max_age_s)
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._kept: dict[str, tuple[datetime, x509.CertificateRevocationList]] = {}

    def crls_for(self, certificate: x509.Certificate) -> Sequence[x509.CertificateRevocationList]:
        """Return one list for each distribution point of ``certificate``; empty if it has none.

        Does not check: signature, issuer, dates and scope of the lists. Does not read LDAP addresses.

        Raises:
            ServiceUnavailable: A list is named but could not be fetched.
            InputError: ``MALFORMED_CRL``, or ``MALFORMED_CERTIFICATE``: the extension cannot be read.
        Source: RFC 5280 §4.2.1.13: several names in one point are places of the same list.
        """
        return [self._first_of(urls) for urls in _distribution_points(certificate)]

    def _first_of(self, urls: Sequence[str]) -> x509.CertificateRevocationList:
        failure: VnsignError = ServiceUnavailable(
            ErrorCode.SERVICE_UNREACHABLE, "a revocation list is named, but not by an http or https address"
        )
        for url in urls:
            try:
                return self._fetch(url)
            except (ServiceUnavailable, InputError) as exc:
                failure = exc
        raise failure

    def _fetch(self, url: str) -> x509.CertificateRevocationList:
        now = self._clock.now()
        kept = self._kept.get(url)
        if kept is not None and now < kept[0]:
            return kept[1]
        crl = load_crl(self._http.fetch(_Query(url=url, max_bytes=self._max_bytes)), file=_shown(url))
        if crl.next_update_utc is not None:
            self._kept[url] = (min(now + self._max_age, crl.next_update_utc), crl)
        return crl


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """One request: GET without a body, else a timestamp query."""

    url: str
    max_bytes: int
    body: bytes | None = None


class _TryAgainError(Exception):
    """The service is not there or is busy; another try may help."""


class _Http:
    """Connections kept open, with limits on time, size, tries and redirects."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._lock = Lock()
        # By process and scheme: a forked child must not share its parent's connections.
        self._clients: dict[tuple[int, str], httpx2.Client] = {}
        weakref.finalize(self, _close_all, self._clients)

    def fetch(self, query: _Query) -> bytes:
        pauses = iter(_RETRY_PAUSES_S)
        while True:
            try:
                return self._fetch_following(query)
            except _TryAgainError as exc:
                pause = next(pauses, None)
                if pause is None:
                    raise _unreachable(query.url, str(exc)) from exc
            time.sleep(pause)

    def _fetch_following(self, query: _Query) -> bytes:
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._fetch_once(query)
            if isinstance(answer, bytes):
                return answer
            query = replace(query, url=answer.location)
        raise _refused(query.url, f"more than {_MAX_REDIRECTS} redirects")

    def _fetch_once(self, query: _Query) -> bytes | _Redirect:
        try:
            client = self._client(urlsplit(query.url).scheme.lower())
            method = "GET" if query.body is None else "POST"
            headers = _GET_HEADERS if query.body is None else _POST_HEADERS
            with client.stream(method, query.url, content=query.body, headers=headers) as response:
                return self._read(response, query)
        except httpx2.TimeoutException as exc:
            raise _unreachable(query.url, f"no answer within {self._timeout_s:g} s") from exc
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as exc:
            raise _TryAgainError(str(exc) or type(exc).__name__) from exc
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as exc:
            raise _unreachable(query.url, str(exc) or type(exc).__name__) from exc

    def _read(self, response: httpx2.Response, query: _Query) -> bytes | _Redirect:
        if response.status_code in _BUSY_STATUS:
            raise _TryAgainError(f"HTTP {response.status_code}")
        if response.is_redirect:
            return _redirect(response, query)
        if response.status_code != _OK:
            raise _refused(query.url, f"HTTP {response.status_code}")
        deadline = time.monotonic() + self._timeout_s
        data = bytearray()
        # Raw: an answer that unpacks to a thousand times its size must not get the chance.
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > query.max_bytes:
                raise _refused(query.url, f"the answer is larger than {query.max_bytes} bytes")
            if time.monotonic() > deadline:
                raise _unreachable(query.url, f"the answer took longer than {self._timeout_s:g} s")
        return bytes(data)

    def _client(self, scheme: str) -> httpx2.Client:
        key = (os.getpid(), scheme)
        with self._lock:
            if key not in self._clients:
                # Loading the system's roots takes a tenth of a second; a plain connection needs none.
                verify = True if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                timeout = httpx2.Timeout(self._timeout_s, connect=min(self._timeout_s, _CONNECT_TIMEOUT_S))
                self._clients[key] = httpx2.Client(
                    timeout=timeout, verify=verify, mounts=dict.fromkeys(_LOOPBACK), follow_redirects=False
                )
            return self._clients[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    location: str


def _redirect(response: httpx2.Response, query: _Query) -> _Redirect:
    location = urljoin(query.url, response.headers["location"])
    # A POST must not be repeated elsewhere unasked (RFC 9110 §15.4); no other scheme, and no step down from TLS.
    is_downgrade = query.url.lower().startswith("https:") and not location.lower().startswith("https:")
    if query.body is not None or is_downgrade or not _is_http(location):
        raise _refused(query.url, f"redirects to {_shown(location)}")
    return _Redirect(location=location)


def _distribution_points(certificate: x509.Certificate) -> list[list[str]]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, f"its extensions cannot be read: {exc}") from exc
    return [
        [
            name.value
            for name in point.full_name or []
            if isinstance(name, x509.UniformResourceIdentifier) and _is_http(name.value)
        ]
        for point in points
    ]


def _close_all(clients: dict[tuple[int, str], httpx2.Client]) -> None:
    for client in clients.values():
        client.close()


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _unreachable(url: str, reason: str) -> ServiceUnavailable:
    return ServiceUnavailable(ErrorCode.SERVICE_UNREACHABLE, f"{_shown(url)}: {reason}", way_out="try again later")


def _refused(url: str, reason: str) -> ServiceUnavailable:
    return ServiceUnavailable(ErrorCode.SERVICE_REFUSED, f"{_shown(url)}: {reason}")
