"""Answers that others may keep for a while.

Invariants:
    - Whoever has the same bytes already gets 304 and no body.
    - Nobody may keep an answer beyond its own nextUpdate.

What it does not do: it keeps nothing itself.

Source: RFC 5019 §6.2 (headers of OCSP answers); RFC 9110 §8.8, §13.1.2 (ETag, If-None-Match); RFC 9111 §5.2, §5.3.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long an answer may be kept.

    Attributes:
        modified_at: thisUpdate, aware UTC.
        expires_at: nextUpdate, aware UTC.
        max_age_s: Seconds after which it has to be asked for again.
    """

    modified_at: datetime
    expires_at: datetime
    max_age_s: int


def cacheable(request: Request, body: bytes, *, media_type: str, freshness: Freshness) -> Response:
    """Return the answer with the headers that let others keep it, or 304 if the client has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {
        "etag": tag,
        "last-modified": format_datetime(freshness.modified_at, usegmt=True),
        "expires": format_datetime(freshness.expires_at, usegmt=True),
        "cache-control": f"max-age={max(freshness.max_age_s, 0)}, public, no-transform, must-revalidate",
    }
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
