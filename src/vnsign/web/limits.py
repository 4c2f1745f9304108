"""What a service takes from one client: how much at once, how long, how often.

Invariants:
    - A client over its rate is answered without any work but counting.
    - A client is who is on the other end of the connection; what a request says of itself is not believed unless the
      caller says how many proxies stand before the service.

What it does not do: several processes count each for itself. It does not stop floods that never become a request;
that is the work of whatever stands before the service.

Source: RFC 6585 §4 (429); RFC 9110 §10.2.3 (Retry-After).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request

from vnsign.errors import ErrorCode, UsageError

#: RFC 6177: one household or office has at least this much of the IPv6 address space.
_IPV6_SITE_BITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimits:
    """Limits of the services, with defaults for one office or one province.

    Attributes:
        max_request_bytes: Longest body. A timestamp request takes about 100 bytes, an OCSP request for 32
            certificates 3,000.
        body_timeout_s: How long a client may take to send its body.
        rate: Requests of one client address to all services together, written as ``limits`` reads it; None counts
            nothing. The default is high enough for an office that signs in bulk behind one address.
        trusted_proxies: How many proxies stand before the service and write ``X-Forwarded-For``; 0 believes nobody.
        cache_s: How long others may keep what they fetched before they ask again. A revocation can be that much late
            for whoever asks through a cache.
    """

    max_request_bytes: int = 64 * 1024
    body_timeout_s: float = 10.0
    rate: str | None = "12000/minute"
    trusted_proxies: int = 0
    cache_s: int = 600


class ClientCounter:
    """Counts requests by client. Safe for threads."""

    def __init__(self, limits: ServiceLimits) -> None:
        """Count from zero.

        Raises:
            UsageError: ``BAD_ARGUMENT``: the rate is not written as ``limits`` reads it.
        """
        self._trusted_proxies = limits.trusted_proxies
        try:
            self._rates = parse_many(limits.rate) if limits.rate is not None else []
        except ValueError as exc:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, f"{limits.rate!r} is no rate", way_out='write it like "100/second;6000/minute"'
            ) from exc
        self._limiter = FixedWindowRateLimiter(MemoryStorage()) if self._rates else None

    def retry_after(self, request: Request) -> int | None:
        """Count a request; return None if it may go on, else the seconds after which it surely may."""
        if self._limiter is None:
            return None
        client = client_of(request, trusted_proxies=self._trusted_proxies)
        for rate in self._rates:
            if not self._limiter.hit(rate, client):
                return int(rate.get_expiry())
        return None


def client_of(request: Request, *, trusted_proxies: int) -> str:
    """Return whose request it is: an address, of IPv6 the first 64 bits.

    Args:
        request: Any request.
        trusted_proxies: Each wrote down who it got the request from, the last one at the end of ``X-Forwarded-For``.
    """
    address = request.client.host if request.client else ""
    if trusted_proxies > 0:
        named = [name.strip() for value in request.headers.getlist("x-forwarded-for") for name in value.split(",")]
        address = named[-trusted_proxies] if len(named) >= trusted_proxies else address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, _IPV6_SITE_BITS), strict=False))
    return str(parsed)
