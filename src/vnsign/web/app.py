"""The ASGI application: what certificates point at, OCSP and the time-stamping service.

Routes: ``GET /crl/{root,issuing,root-delta,issuing-delta}.crl``, ``GET /crt/{root,issuing}.crt`` (DER),
``POST /ocsp``, ``GET /ocsp/{base64}``, the same below ``/ocsp/root``, ``POST /tsa``, ``GET /healthz``.

Invariants:
    - Any body sent to ``/tsa`` and ``/ocsp`` with the right content type is answered by a TimeStampResp or an
      OCSPResponse, status 200.
    - No body is read beyond ``ServiceLimits.max_request_bytes``.
    - What has a nonce is kept by nobody; what others may keep says how long.

What it does not do: no TLS (everything is signed; a proxy may add it) and no access control.

Source: RFC 6960 Appendix A; RFC 5019 §5, §6; RFC 3161 §3.4; RFC 5280 §4.2.1.13, §4.2.2.1; RFC 2585 §4 (media types).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from vnsign.authority import Authority, Issuer
from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.web.bodies import read_body
from vnsign.web.caching import Freshness, cacheable
from vnsign.web.limits import ClientCounter, ServiceLimits
from vnsign.web.ocsp import answer_get, answer_post

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
_DAY_S = 86_400
_RETRY_S = "5"
_LISTS = {issuer + suffix: (issuer, delta) for issuer in Issuer for suffix, delta in (("", False), ("-delta", True))}

_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(authority: Authority, *, limits: ServiceLimits | None = None) -> Starlette:
    """Return the application that serves one authority.

    Args:
        authority: Whose services.
        limits: What is taken from one client; the defaults of :class:`~vnsign.web.limits.ServiceLimits` if None.

    Raises:
        UsageError: ``BAD_ARGUMENT``: a limit that cannot be read.
    Source: RFC 6960 Appendix A.1; RFC 3161 §3.4; RFC 2585 §4.
    """
    services = _Services(authority, limits or ServiceLimits())
    ocsp, ocsp_root = services.ocsp(Issuer.ISSUING), services.ocsp(Issuer.ROOT)
    routes = [
        ("/crl/{name}.crl", services.crl, ["GET"]),
        ("/crt/{name}.crt", services.certificate, ["GET"]),
        ("/ocsp/root", ocsp_root, ["POST"]),
        ("/ocsp/root/{request:path}", ocsp_root, ["GET"]),
        ("/ocsp", ocsp, ["POST"]),
        ("/ocsp/{request:path}", ocsp, ["GET"]),
        ("/tsa", services.tsa, ["POST"]),
    ]
    return Starlette(
        routes=[
            *(Route(path, services.counted(endpoint), methods=methods) for path, endpoint, methods in routes),
            Route("/healthz", _healthz, methods=["GET"]),
        ]
    )


class _Services:
    def __init__(self, authority: Authority, limits: ServiceLimits) -> None:
        self._authority = authority
        self._limits = limits
        self._counter = ClientCounter(limits)

    def counted(self, endpoint: _Endpoint) -> _Endpoint:
        async def count(request: Request) -> Response:
            wait_s = self._counter.retry_after(request)
            if wait_s is not None:
                headers = {"retry-after": str(wait_s), "connection": "close", "cache-control": "no-store"}
                return PlainTextResponse("too many requests", status_code=429, headers=headers)
            return await endpoint(request)

        return count

    async def crl(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _LISTS:
            return _not_found("list")
        issuer, delta = _LISTS[name]
        try:
            der = await run_in_threadpool(self._authority.crl, issuer, delta=delta)
        except UsageError as exc:
            return _not_found("list") if delta and exc.code is ErrorCode.BAD_ARGUMENT else _unavailable(exc)
        except VnsignError as exc:
            return _unavailable(exc)
        crl = x509.load_der_x509_crl(der)
        begin, end = crl.last_update_utc, crl.next_update_utc or crl.last_update_utc
        freshness = Freshness(modified_at=begin, expires_at=end, max_age_s=self._limits.cache_s)
        return cacheable(request, der, media_type="application/pkix-crl", freshness=freshness)

    async def certificate(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in tuple(Issuer):
            return _not_found("certificate")
        certificate = dict(zip(Issuer, self._authority.certificates(), strict=True))[Issuer(name)]
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        freshness = Freshness(modified_at=begin, expires_at=end, max_age_s=_DAY_S)
        der = certificate.public_bytes(serialization.Encoding.DER)
        return cacheable(request, der, media_type="application/pkix-cert", freshness=freshness)

    def ocsp(self, issuer: Issuer) -> _Endpoint:
        async def endpoint(request: Request) -> Response:
            if request.method == "POST":
                return await answer_post(self._authority, issuer, request, limits=self._limits)
            return await answer_get(self._authority, issuer, request, limits=self._limits)

        return endpoint

    async def tsa(self, request: Request) -> Response:
        body = await read_body(request, QUERY_TYPE, self._limits)
        if isinstance(body, Response):
            return body
        reply = await run_in_threadpool(self._authority.answer_timestamp, body)
        return Response(reply, media_type=REPLY_TYPE, headers={"cache-control": "no-store"})


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok", headers={"cache-control": "no-store"})


def _not_found(what: str) -> Response:
    return PlainTextResponse(f"no such {what}", status_code=404)


def _unavailable(exc: VnsignError) -> Response:
    # Full disk, a locked database, a token that is not there: the reader tries again later; it must not take this for
    # an empty list.
    headers = {"retry-after": _RETRY_S, "cache-control": "no-store"}
    return PlainTextResponse(f"no list at present: {exc.code}", status_code=503, headers=headers)
