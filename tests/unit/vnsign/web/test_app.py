"""The services over real HTTP: routes, media types, headers for caches, limits."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from asn1crypto import tsp as asn1_tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.unit.vnsign.authority.making import PASSPHRASE, openssl, pem
from tests.unit.vnsign.pki.ocsp_making import SHA1
from tests.unit.vnsign.pki.ocsp_making import ask as ocsp_request
from tests.unit.vnsign.web.asking import OCSP, QUERY, Answer, ask, send_raw
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Act, Authority
from vnsign.authority.database import store as rows
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile
from vnsign.web import RunningServer, ServiceLimits, create_app, serve

MAX_BYTES = ServiceLimits().max_request_bytes
TEN_MB = 10 * 1024 * 1024


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One authority for the whole module."""
    return Authority.create(
        tmp_path_factory.mktemp("authority"),
        name="Thử",
        organization="Sở Nội vụ",
        base_url="http://127.0.0.1",
        passphrase=PASSPHRASE,
        clock=SystemClock(),
    )


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[RunningServer]:
    """Its services, running."""
    with serve(create_app(authority)) as running:
        yield running


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> x509.Certificate:
    """Somebody's."""
    return authority.enroll(CertificateProfile.OFFICIAL, Subject(common_name="A", organization="B")).certificate


def request_for(authority: Authority, certificate: x509.Certificate, nonce: bytes | None = None) -> bytes:
    """Ask the issuing authority's responder."""
    return ocsp_request(certificate, issuer=authority.certificates()[1], nonce=nonce)


def in_path(request: bytes) -> str:
    """Return a request as RFC 6960 Appendix A.1 puts it into a path."""
    return quote(base64.b64encode(request), safe="")


def status_in(answer: Answer) -> ocsp.OCSPCertStatus:
    """Return what a successful answer says."""
    assert (answer.status, answer.media_type) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(answer.body).certificate_status


# lists and certificates


def test_lists_and_certificates_are_where_certificates_point(server: RunningServer, authority: Authority) -> None:
    """RFC 2585 §4: DER, with its media type; HEAD tells the same without it."""
    for name, certificate in zip(("root", "issuing"), authority.certificates(), strict=True):
        answer = ask(server, "GET", f"/crt/{name}.crt")
        assert (answer.status, answer.media_type) == (200, "application/pkix-cert")
        assert x509.load_der_x509_certificate(answer.body) == certificate
        for suffix in ("", "-delta"):
            answer = ask(server, "GET", f"/crl/{name}{suffix}.crl")
            assert (answer.status, answer.media_type) == (200, "application/pkix-crl")
            crl = x509.load_der_x509_crl(answer.body)
            assert crl.is_signature_valid(certificate.public_key())  # type: ignore[arg-type]
            head = ask(server, "HEAD", f"/crl/{name}{suffix}.crl")
            assert (head.status, head.body, head.headers["etag"]) == (200, b"", answer.headers["etag"])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/crl/tsa.crl",
        "/crt/leaf.crt",
        "/crt/root-delta.crt",
        "/crl/../authority.sqlite",
        "/crl/root",
        "/tsa/",
        "/x",
    ],
)
def test_what_is_not_published_is_not_found(path: str, server: RunningServer) -> None:
    """Six files and three services, nothing else."""
    assert ask(server, "GET", path).status in {404, 307}


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/crl/root.crl"), ("PUT", "/crt/root.crt"), ("GET", "/tsa"), ("DELETE", "/ocsp")]
)
def test_other_methods_are_refused(method: str, path: str, server: RunningServer) -> None:
    """RFC 9110 §15.5.6."""
    assert ask(server, method, path).status == 405


def test_who_has_a_list_is_not_sent_it_again(server: RunningServer) -> None:
    """RFC 9110 §13.1.2; the times are those of the list."""
    answer = ask(server, "GET", "/crl/issuing.crl")
    crl = x509.load_der_x509_crl(answer.body)
    assert parsedate_to_datetime(answer.headers["last-modified"]) == crl.last_update_utc
    assert parsedate_to_datetime(answer.headers["expires"]) == crl.next_update_utc
    assert answer.headers["cache-control"] == "max-age=600, public, no-transform, must-revalidate"
    tag = answer.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(server, "GET", "/crl/issuing.crl", headers={"if-none-match": sent})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert ask(server, "GET", "/crl/issuing.crl", headers={"if-none-match": '"other"'}).status == 200


def test_delta_lists_that_are_switched_off_are_not_found(tmp_path: Path) -> None:
    """404, not 503: trying again will not help."""
    authority = Authority.create(
        tmp_path, name="A", organization="B", base_url="http://c.vn", passphrase=b"p", clock=SystemClock()
    )
    authority.change_settings(replace(authority.settings, delta_lifetime=None), act=Act(by="x"))
    with serve(create_app(authority)) as running:
        assert ask(running, "GET", "/crl/root-delta.crl").status == 404
        assert ask(running, "GET", "/crl/root.crl").status == 200


def test_a_list_that_cannot_be_made_is_a_503_not_an_empty_list(tmp_path: Path) -> None:
    """The reader has to try again; it must not believe that nothing is revoked. OCSP says internalError."""
    authority = Authority.create(
        tmp_path, name="A", organization="B", base_url="http://c.vn", passphrase=b"p", clock=SystemClock()
    )
    request = request_for(authority, authority.certificates()[1])
    (tmp_path / rows.DATABASE_NAME).write_bytes(b"no database any more" * 100)
    with serve(create_app(authority)) as running:
        answer = ask(running, "GET", "/crl/root.crl")
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        told = ask(running, "POST", "/ocsp", body=request, headers=OCSP)
        assert told.status == 200
        status = ocsp.load_der_ocsp_response(told.body).response_status
        assert status is ocsp.OCSPResponseStatus.INTERNAL_ERROR
        assert ask(running, "GET", "/healthz").body == b"ok"


# OCSP


def test_ocsp_answers_by_post_and_by_get(
    server: RunningServer, authority: Authority, certificate: x509.Certificate
) -> None:
    """RFC 6960 Appendix A.1; the same request is answered alike."""
    request = request_for(authority, certificate)
    posted = ask(server, "POST", "/ocsp", body=request, headers=OCSP)
    assert status_in(posted) is ocsp.OCSPCertStatus.GOOD
    got = ask(server, "GET", f"/ocsp/{in_path(request)}")
    assert (got.status, got.media_type, got.body) == (200, "application/ocsp-response", posted.body)


def test_the_roots_responder_has_its_own_address(server: RunningServer, authority: Authority) -> None:
    """As the issuing authority's certificate names it."""
    root, issuing = authority.certificates()
    request = ocsp_request(issuing, issuer=root)
    assert status_in(ask(server, "POST", "/ocsp/root", body=request, headers=OCSP)) is ocsp.OCSPCertStatus.GOOD
    assert status_in(ask(server, "GET", f"/ocsp/root/{in_path(request)}")) is ocsp.OCSPCertStatus.GOOD


def test_base64_in_a_path_is_read_however_it_was_written(server: RunningServer) -> None:
    """With slashes and pluses bare or percent-encoded, plus turned into a space, padding left out."""
    request = ocsp.OCSPRequestBuilder()
    for serial in range(2**64, 2**64 + 5000):  # until the text has all that can go wrong
        by_hash = request.add_certificate_by_hash(b"\xfb\xef\xbe" * 6 + b"\xff\xff", b"\xff" * 20, serial, SHA1)
        der = by_hash.build().public_bytes(Encoding.DER)
        text = base64.b64encode(der).decode()
        if "+" in text and "//" in text and text.endswith("="):
            break
    else:
        raise AssertionError("no such request")
    ways = [text, quote(text, safe=""), quote(text, safe="/+="), text.replace("+", "%20"), text.rstrip("=")]
    for way in ways:
        answer = ask(server, "GET", f"/ocsp/{way}")
        status = ocsp.load_der_ocsp_response(answer.body).response_status
        # Read as a request, though one about another issuer.
        assert status is ocsp.OCSPResponseStatus.UNAUTHORIZED, way


@pytest.mark.parametrize("text", ["AAAA", "%FF%FE", "!!!", "MA==", "root", "%00", "x" * 8192])
def test_what_is_no_request_in_a_path_is_malformed(text: str, server: RunningServer) -> None:
    """RFC 6960 §2.3, status 200; nobody keeps it."""
    answer = ask(server, "GET", f"/ocsp/{text}")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    status = ocsp.load_der_ocsp_response(answer.body).response_status
    assert status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_a_path_too_long_is_refused(server: RunningServer) -> None:
    """RFC 9110 §15.5.15; POST is for those."""
    assert ask(server, "GET", f"/ocsp/{'x' * 8193}").status == 414


def test_others_may_keep_an_answer_without_nonce_for_a_while(
    server: RunningServer, authority: Authority, certificate: x509.Certificate
) -> None:
    """RFC 5019 §6.2: Last-Modified is thisUpdate, Expires nextUpdate; max-age is shorter, for a revocation's sake."""
    path = f"/ocsp/{in_path(request_for(authority, certificate))}"
    answer = ask(server, "GET", path)
    told = ocsp.load_der_ocsp_response(answer.body)
    assert parsedate_to_datetime(answer.headers["last-modified"]) == told.this_update_utc
    assert parsedate_to_datetime(answer.headers["expires"]) == told.next_update_utc
    assert answer.headers["cache-control"] == "max-age=600, public, no-transform, must-revalidate"
    assert ask(server, "GET", path, headers={"if-none-match": answer.headers["etag"]}).status == 304


def test_nobody_keeps_an_answer_with_a_nonce(
    server: RunningServer, authority: Authority, certificate: x509.Certificate
) -> None:
    """It answers one request."""
    path = f"/ocsp/{in_path(request_for(authority, certificate, nonce=b'n' * 32))}"
    answer = ask(server, "GET", path)
    assert status_in(answer) is ocsp.OCSPCertStatus.GOOD
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


# time-stamping


def test_openssl_asks_over_http_and_accepts_the_answer(
    server: RunningServer, authority: Authority, tmp_path: Path
) -> None:
    """Openssl ts -query, HTTP, openssl ts -verify."""
    query = openssl("ts", "-query", "-digest", "ab" * 32, "-sha256", "-cert").stdout
    answer = ask(server, "POST", "/tsa", body=query, headers=QUERY)
    assert (answer.status, answer.media_type) == (200, "application/timestamp-reply")
    (tmp_path / "query").write_bytes(query)
    (tmp_path / "reply").write_bytes(answer.body)
    (tmp_path / "root.pem").write_bytes(pem(authority.certificates()[0]))
    result = openssl(
        "ts", "-verify", "-in", tmp_path / "reply", "-queryfile", tmp_path / "query", "-CAfile", tmp_path / "root.pem"
    )
    assert result.returncode == 0, result.stderr.decode()


@pytest.mark.parametrize("body", [b"", b"\x00", b"0" * MAX_BYTES])
def test_any_body_is_answered_by_a_rejection(body: bytes, server: RunningServer) -> None:
    """RFC 3161 §2.4.2: status 200 and failInfo badDataFormat; OCSP: malformedRequest."""
    answer = ask(server, "POST", "/tsa", body=body, headers=QUERY)
    assert (answer.status, answer.media_type) == (200, "application/timestamp-reply")
    rejected = asn1_tsp.PKIStatusInfo.load(answer.body[2:])
    assert (rejected["status"].native, rejected["fail_info"].native) == ("rejection", {"bad_data_format"})
    told = ocsp.load_der_ocsp_response(ask(server, "POST", "/ocsp", body=body, headers=OCSP).body)
    assert told.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


# limits

SERVICES = [("/tsa", "application/timestamp-query"), ("/ocsp", "application/ocsp-request")]


@pytest.mark.parametrize(("path", "media_type"), SERVICES)
def test_a_body_beyond_the_limit_is_not_read(path: str, media_type: str, server: RunningServer) -> None:
    """413, with and without a declared length."""
    for headers in ({}, {"transfer-encoding": "chunked"}):
        body = b"0" * (MAX_BYTES + 1)
        sent = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n" if headers else body
        assert ask(server, "POST", path, body=sent, headers={"content-type": media_type} | headers).status == 413


@pytest.mark.parametrize(("path", "media_type"), SERVICES)
def test_ten_megabytes_announced_are_refused_before_the_first(
    path: str, media_type: str, server: RunningServer
) -> None:
    """Nothing of the body is waited for, and the connection is closed."""
    head = f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: {media_type}\r\ncontent-length: {TEN_MB}\r\n\r\n"
    received = send_raw(server, head.encode())
    assert received.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in received.lower()


@pytest.mark.parametrize("length", ["1" * 5000, "-1", "x", "²"])
def test_a_length_that_is_none_is_no_way_in(length: str, server: RunningServer) -> None:
    """Refused by the HTTP library, or too long."""
    head = f"POST /tsa HTTP/1.1\r\nhost: a\r\ncontent-type: {QUERY['content-type']}\r\ncontent-length: {length}\r\n\r\n"
    assert send_raw(server, head.encode()).split(b" ")[1] in {b"400", b"413"}


def test_ten_megabytes_in_chunks_are_cut_off(server: RunningServer) -> None:
    """The connection is closed at the limit, whatever is still to come."""
    head = (
        f"POST /tsa HTTP/1.1\r\nhost: a\r\ncontent-type: {QUERY['content-type']}\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"0" * 0x10000 + b"\r\n"
    received = send_raw(server, head.encode(), *[chunk] * (TEN_MB // 0x10000))
    # The answer may be lost when the connection breaks under what is still being sent.
    assert not received or received.startswith(b"HTTP/1.1 413")
    assert ask(server, "GET", "/healthz").status == 200


def test_a_body_that_does_not_come_is_not_waited_for(authority: Authority) -> None:
    """408 after the time allowed; a body that breaks off is nobody's."""
    head = f"POST /ocsp HTTP/1.1\r\nhost: a\r\ncontent-type: {OCSP['content-type']}\r\ncontent-length: 10\r\n\r\n"
    with serve(create_app(authority, limits=ServiceLimits(body_timeout_s=0.2))) as running:
        assert send_raw(running, head.encode(), b"12345").startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/timestamp-reply", "application/ocsp-response"])
def test_another_media_type_is_refused(content_type: str, server: RunningServer) -> None:
    """RFC 3161 §3.4; RFC 6960 Appendix A.1; parameters and case do not matter."""
    for path, media_type in SERVICES:
        assert ask(server, "POST", path, body=b"x", headers={"content-type": content_type}).status == 415
        lenient = {"content-type": f"{media_type.title()}; charset=x"}
        assert ask(server, "POST", path, body=b"x", headers=lenient).status == 200


def test_who_asks_too_often_is_told_when_to_come_back(authority: Authority) -> None:
    """RFC 6585 §4; what a request says of its origin does not help."""
    with serve(create_app(authority, limits=ServiceLimits(rate="3/minute"))) as running:
        statuses = [
            ask(running, "GET", "/crt/root.crt", headers={"x-forwarded-for": f"192.0.2.{i}"}).status for i in range(3)
        ]
        assert statuses == [200, 200, 200]
        refused = ask(running, "POST", "/tsa", body=b"x", headers=QUERY | {"x-forwarded-for": "192.0.2.9"})
        assert refused.status == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert ask(running, "GET", "/healthz").status == 200


def test_behind_a_proxy_each_client_is_counted_for_itself(authority: Authority) -> None:
    """The address that the last proxy wrote down counts; those before it anybody can make up."""
    limits = ServiceLimits(rate="1/minute", trusted_proxies=1)
    with serve(create_app(authority, limits=limits)) as running:
        sent = ["192.0.2.1", "192.0.2.2", "192.0.2.7, 192.0.2.1"]
        statuses = [ask(running, "GET", "/crt/root.crt", headers={"x-forwarded-for": each}).status for each in sent]
        assert statuses == [200, 200, 429]


def test_nobody_is_counted_if_counting_is_off(authority: Authority) -> None:
    """Something else does it then."""
    with serve(create_app(authority, limits=ServiceLimits(rate=None))) as running:
        assert {ask(running, "GET", "/crt/root.crt").status for _ in range(5)} == {200}


def test_a_rate_that_is_none_is_our_error(authority: Authority) -> None:
    """The message shows how it is written."""
    with pytest.raises(UsageError) as caught:
        create_app(authority, limits=ServiceLimits(rate="often"))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
