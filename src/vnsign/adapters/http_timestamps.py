"""Time-stamping authorities over HTTP: one, or several in order.

What it does not do: check trust in an authority, or that its time is plausible; verification does.

Source: RFC 3161 §3.4.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives import hashes

from vnsign.adapters.http_transport import HttpTransport, Query, is_http, shown
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply
from vnsign.ports import TimestampSource

#: The Government's TSA has been seen to answer after 2 to 131 seconds (law.md §21.3).
TIMESTAMP_TIMEOUT_S = 180.0
MAX_REPLY_BYTES = 1024 * 1024
#: How long an authority that failed comes after the others.
_REST_S = 60.0
_NONCE_BITS = 128


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
        if not is_http(url):
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"{url!r} is not an http or https URL")
        self._url = url
        self._policy = policy
        self._timeout_s = timeout_s
        self._http = HttpTransport(timeout_s)

    def __reduce__(self) -> tuple[Callable[[str], HttpTimestampSource], tuple[str]]:
        """Go to another process as it was made: its connections stay here."""
        return functools.partial(HttpTimestampSource, timeout_s=self._timeout_s, policy=self._policy), (self._url,)

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
        query = Query(
            url=self._url,
            max_bytes=MAX_REPLY_BYTES,
            body=build_request(request),
            media_type="application/timestamp-query",
            accept="application/timestamp-reply",
        )
        reply = self._http.fetch(query)
        try:
            return parse_reply(reply, request).der
        except (InputError, ServiceUnavailable) as exc:
            raise type(exc)(exc.code, f"{shown(self._url)}: {exc.message}", way_out=exc.way_out) from exc


class FallbackTimestampSource:
    """Several authorities: the next one is asked when one fails. Safe for threads.

    One that failed comes last for a minute, so that a batch does not wait for it again and again.
    """

    def __init__(self, sources: Sequence[str | TimestampSource]) -> None:
        """Name the authorities in order, each by URL or as a source of your own.

        Raises:
            UsageError: ``BAD_ARGUMENT``: none, or not a URL.
        """
        if not sources:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "there is no time-stamping authority in the list")
        self._sources = tuple(HttpTimestampSource(each) if isinstance(each, str) else each for each in sources)
        self._rests_until = [0.0] * len(self._sources)

    def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return a token of the first authority that gives a right one.

        Raises:
            ServiceUnavailable: None did; the message says what each said.
            UsageError: As :meth:`HttpTimestampSource.timestamp`.
        """
        failures: list[InputError | ServiceUnavailable] = []
        now = time.monotonic()
        for index in sorted(range(len(self._sources)), key=lambda i: self._rests_until[i] > now):
            try:
                token = self._sources[index].timestamp(imprint, hash_algorithm)
            except (InputError, ServiceUnavailable) as exc:
                self._rests_until[index] = time.monotonic() + _REST_S
                failures.append(exc)
            else:
                self._rests_until[index] = 0.0
                return token
        if len(failures) == 1:
            raise failures[0]
        raise ServiceUnavailable(
            ErrorCode.SERVICE_UNREACHABLE,
            f"none of {len(failures)} time-stamping authorities gave a token: "
            + "; ".join(failure.message for failure in failures),
            way_out="try again later, or name another authority",
        )
