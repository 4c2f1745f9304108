"""OCSP over HTTP.

Invariants:
    - A request by GET is answered like the same request by POST.
    - Only an answer without a nonce may be kept by others, and only by GET.

What it does not do: it reads no OCSP request; the authority does.

Source: RFC 6960 Appendix A.1; RFC 5019 §5, §6.2; RFC 9110 §15.5.15 (414).
"""

from __future__ import annotations

import base64
import binascii
import re

from cryptography.x509 import ocsp
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from vnsign.authority import Authority, Issuer
from vnsign.web.bodies import read_body, refusal
from vnsign.web.caching import Freshness, cacheable
from vnsign.web.limits import ServiceLimits

REQUEST_TYPE = "application/ocsp-request"
RESPONSE_TYPE = "application/ocsp-response"
#: RFC 5019 §5 has clients use GET up to 255 bytes; what is longer than this belongs into a POST.
MAX_GET_CHARACTERS = 8_192
_NOT_KEPT = {"cache-control": "no-store"}


async def answer_post(authority: Authority, issuer: Issuer, request: Request, *, limits: ServiceLimits) -> Response:
    """Answer a request in a body. Source: RFC 6960 Appendix A.1."""
    body = await read_body(request, REQUEST_TYPE, limits)
    if isinstance(body, Response):
        return body
    answer = await run_in_threadpool(authority.answer_ocsp, issuer, body)
    return Response(answer, media_type=RESPONSE_TYPE, headers=_NOT_KEPT)


async def answer_get(authority: Authority, issuer: Issuer, request: Request, *, limits: ServiceLimits) -> Response:
    """Answer a request in the path: base64, percent-encoded or not. Source: RFC 6960 Appendix A.1; RFC 5019 §5."""
    text = request.path_params["request"]
    if len(text) > MAX_GET_CHARACTERS:
        return refusal(414, f"send requests of more than {MAX_GET_CHARACTERS} characters by POST")
    answer = await run_in_threadpool(authority.answer_ocsp, issuer, _decode(text))
    freshness = _freshness(answer, limits)
    if freshness is None:
        return Response(answer, media_type=RESPONSE_TYPE, headers=_NOT_KEPT)
    return cacheable(request, answer, media_type=RESPONSE_TYPE, freshness=freshness)


def _decode(text: str) -> bytes:
    # Some take + for a space on the way, and some leave out the padding; what is no base64 is no request either.
    compact = re.sub(r"=*$", "", text.replace(" ", "+"))
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _freshness(answer: bytes, limits: ServiceLimits) -> Freshness | None:
    parsed = ocsp.load_der_ocsp_response(answer)
    if parsed.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or list(parsed.extensions):
        return None
    single = next(iter(parsed.responses))
    begin, end = single.this_update_utc, single.next_update_utc or single.this_update_utc
    # RFC 5019 §6.2: Expires is nextUpdate; max-age, which newer caches go by, is shorter: a revocation shall be seen.
    max_age_s = min(limits.cache_s, int((end - begin).total_seconds()) // 2)
    return Freshness(modified_at=begin, expires_at=end, max_age_s=max_age_s)
