"""The ASGI application: what certificates point at, and the time-stamping service.

Routes: ``GET /crl/{root,issuing}.crl``, ``GET /crt/{root,issuing}.crt`` (DER), ``POST /tsa``.

Invariants:
    - Any body sent to ``/tsa`` with the right content type is answered by a TimeStampResp, status 200.
    - No body is read beyond ``MAX_REQUEST_BYTES``.

What it does not do: no TLS (lists and tokens are signed; a proxy may add it), no access control, no rate limit.

Source: RFC 3161 §3.4; RFC 5280 §4.2.1.13, §4.2.2.1; RFC 2585 §4 (media types).
"""

from __future__ import annotations

from functools import partial

from cryptography.hazmat.primitives import serialization
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from vnsign.authority import Authority, Issuer
from vnsign.errors import VnsignError

#: A request with a SHA-512 imprint takes about a hundred bytes.
MAX_REQUEST_BYTES = 64 * 1024
QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"


def create_app(authority: Authority) -> Starlette:
    """Return the application that serves one authority.

    Source: RFC 3161 §3.4; RFC 2585 §4.
    """
    return Starlette(
        routes=[
            Route("/crl/{issuer}.crl", partial(_crl, authority), methods=["GET"]),
            Route("/crt/{issuer}.crt", partial(_certificate, authority), methods=["GET"]),
            Route("/tsa", partial(_tsa, authority), methods=["POST"]),
        ]
    )


async def _crl(authority: Authority, request: Request) -> Response:
    issuer = request.path_params["issuer"]
    if issuer not in tuple(Issuer):
        return PlainTextResponse("no such list", status_code=404)
    try:
        der = await run_in_threadpool(authority.crl, issuer)
    except VnsignError as exc:
        # Full disk or a locked database: the reader tries again later; it must not take this for an empty list.
        return PlainTextResponse(f"no list at present: {exc.code}", status_code=503)
    return Response(der, media_type="application/pkix-crl")


async def _certificate(authority: Authority, request: Request) -> Response:
    issuer = request.path_params["issuer"]
    if issuer not in tuple(Issuer):
        return PlainTextResponse("no such certificate", status_code=404)
    certificate = dict(zip(Issuer, authority.certificates(), strict=True))[Issuer(issuer)]
    return Response(certificate.public_bytes(serialization.Encoding.DER), media_type="application/pkix-cert")


async def _tsa(authority: Authority, request: Request) -> Response:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != QUERY_TYPE:
        return PlainTextResponse(f"send {QUERY_TYPE}", status_code=415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return PlainTextResponse(f"at most {MAX_REQUEST_BYTES} bytes", status_code=413)
    return Response(authority.answer_timestamp(bytes(body)), media_type=REPLY_TYPE)
