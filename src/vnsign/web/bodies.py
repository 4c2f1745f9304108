"""The body of a request, read no further and no longer than the limits say.

Invariants:
    - A body that is announced as too long is not read at all; one that grows too long is read up to the limit.
    - After such a body the connection is closed: what is left of it is never read.

What it does not do: it looks at no content.

Source: RFC 9110 §15.5.9 (408), §15.5.14 (413), §15.5.16 (415).
"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from vnsign.web.limits import ServiceLimits


async def read_body(request: Request, media_type: str, limits: ServiceLimits) -> bytes | Response:
    """Return the body, or the answer that says why it is not taken."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != media_type:
        return refusal(415, f"send {media_type}")
    announced = request.headers.get("content-length", "")
    too_long = refusal(413, f"at most {limits.max_request_bytes} bytes")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limits.max_request_bytes:
        return too_long
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.max_request_bytes:
                    return too_long
    except TimeoutError:
        return refusal(408, f"the body has to come within {limits.body_timeout_s:g} seconds")
    except ClientDisconnect:
        return refusal(400, "the body is not whole")
    return bytes(body)


def refusal(status: int, text: str) -> Response:
    """Return an answer after which the connection is closed."""
    return PlainTextResponse(text, status_code=status, headers={"connection": "close", "cache-control": "no-store"})
