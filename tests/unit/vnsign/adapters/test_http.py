"""The HTTP clients before our own services and before servers that misbehave; every server is real."""

from __future__ import annotations

import asyncio
import gc
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.vnsign.authority.making import NOW, PASSPHRASE, StoppedClock, infrastructure
from vnsign.adapters import http_timestamps, http_transport
from vnsign.adapters.clock import SystemClock
from vnsign.adapters.http import FallbackTimestampSource, HttpRevocationSource, HttpTimestampSource
from vnsign.authority import Authority
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError
from vnsign.pki.crl import CrlContent, build_crl
from vnsign.pki.keys import generate_private_key
from vnsign.pki.names import Subject
from vnsign.pki.tsa import FailInfo, TokenIssuer, build_rejection
from vnsign.pki.tsp import parse_token
from vnsign.policy.profiles import CertificateProfile
from vnsign.web import create_app, listen, serve

SHA256 = hashes.SHA256()
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Service:
    """A real HTTP server with manners of its own."""

    answer: Answer
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/x"


@contextmanager
def running(answer: Answer) -> Iterator[Service]:
    """Serve until the block is left."""
    service = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            service.requests.append((self.command, dict(self.headers), body))
            service.answer(self, body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """A client that hangs up is part of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    """Answer with a declared length."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are not what is tested."""
    monkeypatch.setattr(http_transport, "_RETRY_PAUSES_S", (0.001, 0.001))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """An authority that serves where its certificates say."""
    listener = listen()
    made = Authority.create(
        tmp_path_factory.mktemp("authority"),
        name="Thử",
        organization="Sở Nội vụ",
        base_url=listener.base_url,
        passphrase=PASSPHRASE,
        clock=SystemClock(),
    )
    with serve(create_app(made), listener=listener):
        yield made


def stamped_by_us(_handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answer as our own authority would."""
    send(_handler, TokenIssuer(infrastructure().tsa).respond(body, time=NOW, serial=1))


def timestamp_refusal(url: str, *, timeout_s: float = 5.0, policy: str | None = None) -> VnsignError:
    """Return the error of one request; it names the address."""
    with pytest.raises(VnsignError) as caught:
        HttpTimestampSource(url, timeout_s=timeout_s, policy=policy).timestamp(bytes(32), SHA256)
    assert "127.0.0.1" in caught.value.message
    return caught.value


# ---------------------------------------------------------------- timestamps


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_a_token_comes_back_for_the_imprint(authority: Authority, algorithm: hashes.HashAlgorithm) -> None:
    """RFC 3161 §3.4, inside a running loop as well."""
    source = HttpTimestampSource(authority.tsa_url)
    imprint = bytes(range(algorithm.digest_size))
    token = parse_token(source.timestamp(imprint, algorithm))
    assert (token.imprint, token.hash_name, token.certificate) == (imprint, algorithm.name, authority.tsa.certificate)

    async def inside_a_loop() -> bytes:
        return source.timestamp(imprint, algorithm)

    assert parse_token(asyncio.run(inside_a_loop())).serial_number != token.serial_number


def test_the_request_says_what_it_is_and_has_a_fresh_nonce() -> None:
    """RFC 3161 §3.4: media type; §2.4.1: nonce."""
    with running(stamped_by_us) as service:
        source = HttpTimestampSource(service.url)
        nonces = {parse_token(source.timestamp(bytes(32), SHA256)).nonce for _ in range(3)}
        assert len(nonces) == 3
        headers = {name.lower(): value for name, value in service.requests[0][1].items()}
        assert headers["content-type"] == "application/timestamp-query"


def test_a_user_name_in_the_url_is_sent_and_never_shown() -> None:
    """Some authorities ask for one; messages and logs are no place for it."""

    def refuse(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        send(handler, b"", status=403)

    with running(refuse) as service:
        error = timestamp_refusal(service.url.replace("//", "//me:secret@"))
        assert any(name.lower() == "authorization" for name in service.requests[0][1])
    assert "secret" not in str(error)
    assert "HTTP 403" in str(error)


@pytest.mark.parametrize(
    "url", ["", "tsa.example", "ftp://tsa.example", "http://", "file:///etc/passwd", "http://[::1"]
)
def test_what_is_no_url_of_a_service_is_refused_at_once(url: str) -> None:
    """Before any document is touched."""
    with pytest.raises(UsageError) as caught:
        HttpTimestampSource(url)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_weak_hash_is_not_sent() -> None:
    """SHA-1 imprints are not asked for."""
    with running(stamped_by_us) as service:
        with pytest.raises(UsageError):
            HttpTimestampSource(service.url).timestamp(bytes(20), hashes.SHA1())  # noqa: S303
        assert not service.requests


def test_nobody_there_is_unreachable() -> None:
    """The port is closed."""
    listener = listen()
    listener.close()
    assert timestamp_refusal(f"{listener.base_url}/tsa").code is ErrorCode.SERVICE_UNREACHABLE


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [
        (503, ErrorCode.SERVICE_UNREACHABLE, 3),
        (404, ErrorCode.SERVICE_REFUSED, 1),
        (302, ErrorCode.SERVICE_REFUSED, 1),
    ],
)
def test_a_busy_service_is_asked_again_and_a_refusing_one_is_not(status: int, code: ErrorCode, tries: int) -> None:
    """Few tries, and a POST does not follow a redirect."""

    def refuse(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        send(handler, b"no", status=status, location="http://192.0.2.1/")

    with running(refuse) as service:
        assert timestamp_refusal(service.url).code is code
        assert len(service.requests) == tries


@pytest.mark.parametrize("status", [300, 302, 304, 305])
def test_a_redirect_to_nowhere_is_a_refusal(status: int) -> None:
    """RFC 9110 §15.4: a Location may be missing, and 304 is no answer to who has no copy."""
    with running(lambda handler, _body: send(handler, b"", status=status)) as service:
        with pytest.raises(ServiceUnavailable) as caught:
            HttpRevocationSource().crls_for(certificate_naming([service.url]))
        assert len(service.requests) == 1
    assert (caught.value.code, str(status) in caught.value.message) == (ErrorCode.SERVICE_REFUSED, True)


def test_a_connection_that_breaks_is_tried_again() -> None:
    """The second try succeeds."""

    def break_once(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if len(service.requests) == 1:
            handler.close_connection = True
            return
        stamped_by_us(handler, body)

    with running(break_once) as service:
        parse_token(HttpTimestampSource(service.url).timestamp(bytes(32), SHA256))
        assert len(service.requests) == 2


def test_silence_ends_at_the_time_limit() -> None:
    """And is not tried again: a slow authority is not helped by a second request."""
    release = threading.Event()

    def silent(_handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        release.wait(10)

    with running(silent) as service:
        started = time.monotonic()
        error = timestamp_refusal(service.url, timeout_s=0.2)
        assert time.monotonic() - started < 5
        release.set()
        assert len(service.requests) == 1
    assert error.code is ErrorCode.SERVICE_UNREACHABLE


def drip_head(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
    """Begin an answer and never end its header."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
    drip_bytes(handler)


def drip_body(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
    """Declare a thousand bytes and send them one by one."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    drip_bytes(handler)


def drip_and_break_off(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
    """Use up two thirds of the time, then hang up: the client tries again."""
    time.sleep(0.2)
    handler.close_connection = True


def drip_bytes(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte twenty times a second, for five seconds."""
    for _ in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip_head, drip_body, drip_and_break_off])
def test_an_answer_that_drips_ends_at_the_time_limit(answer: Answer) -> None:
    """Each byte of the head or the body comes in time, the whole does not; nor do several tries stretch the limit."""
    with running(answer) as service:
        started = time.monotonic()
        error = timestamp_refusal(service.url, timeout_s=0.3)
        assert time.monotonic() - started < 2
    assert (error.code, "no answer within 0.3 s" in error.message) == (ErrorCode.SERVICE_UNREACHABLE, True)


@pytest.mark.parametrize("answer", [drip_head, drip_body])
def test_a_status_service_that_drips_ends_at_the_time_limit(answer: Answer) -> None:
    """The same for lists and OCSP."""
    with running(answer) as service:
        certificate = certificate_naming([service.url])
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable, match="no answer within"):
            HttpRevocationSource(timeout_s=0.3).crls_for(certificate)
        assert time.monotonic() - started < 2


def test_a_connection_that_is_used_again_keeps_the_limit_too() -> None:
    """The second request over one connection drips."""

    def first_well(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        (stamped_by_us if len(service.requests) == 1 else drip_head)(handler, body)

    with running(first_well) as service:
        source = HttpTimestampSource(service.url, timeout_s=0.3)
        source.timestamp(bytes(32), SHA256)
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable, match="no answer within"):
            source.timestamp(bytes(32), SHA256)
        assert time.monotonic() - started < 2


def test_an_answer_beyond_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a declared length and without; packed or not."""
    monkeypatch.setattr(http_timestamps, "MAX_REPLY_BYTES", 1000)
    with running(lambda handler, _body: send(handler, bytes(1001))) as service:
        error = timestamp_refusal(service.url)
    assert (error.code, "1000 bytes" in error.message) == (ErrorCode.SERVICE_REFUSED, True)


@pytest.mark.parametrize("body", [b"", b"<html>Login</html>", b"\x30\x05\x30\x03\x02\x01\x00"])
def test_what_is_no_timestamp_is_malformed(body: bytes) -> None:
    """A proxy's page, nothing, a grant without a token; the URL is named."""
    with running(lambda handler, _body: send(handler, body, content_type="text/html")) as service:
        assert timestamp_refusal(service.url).code is ErrorCode.MALFORMED_TIMESTAMP


def test_a_rejection_is_told_with_its_reason() -> None:
    """RFC 3161 §2.4.2."""
    reply = build_rejection(FailInfo.BAD_ALG, "no such hash here")
    with running(lambda handler, _body: send(handler, reply)) as service:
        error = timestamp_refusal(service.url)
    assert (error.code, "no such hash here" in error.message) == (ErrorCode.SERVICE_REFUSED, True)


def test_a_replayed_token_is_refused() -> None:
    """The nonce is not that of this request."""
    replies: list[bytes] = []

    def replay(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        replies.append(TokenIssuer(infrastructure().tsa).respond(body, time=NOW, serial=1))
        send(handler, replies[0])

    with running(replay) as service:
        source = HttpTimestampSource(service.url)
        source.timestamp(bytes(32), SHA256)
        with pytest.raises(InputError) as caught:
            source.timestamp(bytes(32), SHA256)
    assert caught.value.code is ErrorCode.MALFORMED_TIMESTAMP


def test_sources_go_to_other_processes_without_their_connections(authority: Authority) -> None:
    """A batch gives its workers what it was given."""
    stamps = FallbackTimestampSource([HttpTimestampSource(authority.tsa_url, timeout_s=7, policy=None)])
    stamps.timestamp(bytes(32), SHA256)
    evidence = HttpRevocationSource(prefer="crl", max_age_s=5)
    leaf = authority.enroll(CertificateProfile.OFFICIAL, Subject(common_name="A", organization="B"))
    evidence.crls_for(leaf.certificate)

    again: tuple[FallbackTimestampSource, HttpRevocationSource] = pickle.loads(pickle.dumps((stamps, evidence)))  # noqa: S301

    assert parse_token(again[0].timestamp(bytes(32), SHA256)).imprint == bytes(32)
    assert len(again[1].evidence_for(leaf.certificate, issuer=leaf.chain[0]).crls) == 2


def test_a_forgotten_source_closes_its_connections(authority: Authority) -> None:
    """Warnings are errors here: an unclosed socket would fail the test."""
    HttpTimestampSource(authority.tsa_url).timestamp(bytes(32), SHA256)
    gc.collect()


def test_loopback_never_goes_through_a_proxy(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer behind a proxy runs the demo too."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    parse_token(HttpTimestampSource(authority.tsa_url, timeout_s=5).timestamp(bytes(32), SHA256))


# ---------------------------------------------------------------- revocation lists


def certificate_naming(*points: list[str]) -> x509.Certificate:
    """A certificate whose distribution points are these."""
    key = generate_private_key()
    name = Subject(common_name="A", organization="B").to_name()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    if points:
        extension = x509.CRLDistributionPoints(
            [
                x509.DistributionPoint([x509.UniformResourceIdentifier(u) for u in urls], None, None, None)
                for urls in points
            ]
        )
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


def crl_bytes(number: int = 1, *, days: int = 7) -> bytes:
    """A list, DER."""
    content = CrlContent(number=number, this_update=NOW, next_update=NOW + timedelta(days=days))
    return build_crl(content, infrastructure().issuing).public_bytes(Encoding.DER)


def number_of(crl: x509.CertificateRevocationList) -> int:
    """Its cRLNumber."""
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def test_the_lists_of_a_whole_path_are_fetched(authority: Authority) -> None:
    """Each certificate names its issuer's list; the root names none."""
    leaf = authority.enroll(CertificateProfile.OFFICIAL, Subject(common_name="A", organization="B"))
    source = HttpRevocationSource()
    issuers = [[crl.issuer for crl in source.crls_for(certificate)] for certificate in (leaf.certificate, *leaf.chain)]
    root, issuing = authority.certificates()
    assert issuers == [[issuing.subject], [root.subject], []]


def test_a_list_is_kept_for_a_while_but_never_beyond_its_next_update() -> None:
    """A batch of documents asks once."""
    clock = StoppedClock()
    served = [crl_bytes(1, days=1)]
    with running(lambda handler, _body: send(handler, served[-1])) as service:
        certificate = certificate_naming([service.url])
        source = HttpRevocationSource(clock=clock, max_age_s=7 * 86400)
        fresh = HttpRevocationSource(clock=clock, max_age_s=0)
        assert number_of(source.crls_for(certificate)[0]) == 1
        served.append(crl_bytes(2))
        clock.advance(hours=23)
        assert number_of(source.crls_for(certificate)[0]) == 1
        assert number_of(fresh.crls_for(certificate)[0]) == 2
        clock.advance(hours=2)
        assert number_of(source.crls_for(certificate)[0]) == 2


def test_several_names_in_one_point_are_places_of_one_list_and_several_points_are_several_lists() -> None:
    """RFC 5280 §4.2.1.13."""
    listener = listen()
    listener.close()
    with running(lambda handler, _body: send(handler, crl_bytes())) as service:
        certificate = certificate_naming(["ldap://x/y", f"{listener.base_url}/dead", service.url], [service.url + "2"])
        assert len(HttpRevocationSource().crls_for(certificate)) == 2
        assert len(service.requests) == 2


@pytest.mark.parametrize("urls", [["ldap://x/y"], ["ftp://x/y"], ["file:///etc/passwd"], ["http://"]])
def test_a_list_named_by_an_address_we_do_not_read_is_not_an_empty_answer(urls: list[str]) -> None:
    """A list that could not be checked is never one that does not exist."""
    with pytest.raises(ServiceUnavailable) as caught:
        HttpRevocationSource().crls_for(certificate_naming(urls))
    assert caught.value.code is ErrorCode.SERVICE_UNREACHABLE


def test_a_redirect_is_followed_to_http_only_and_not_for_ever() -> None:
    """A list may have moved; it has not moved into a file, nor in a circle."""

    def redirect(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        if handler.path == "/x":
            send(handler, b"", status=302, location=target[0])
        else:
            send(handler, crl_bytes())

    target = ["/moved"]
    with running(redirect) as service:
        certificate = certificate_naming([service.url])
        assert len(HttpRevocationSource().crls_for(certificate)) == 1
        for bad in ("file:///etc/passwd", "/x"):
            target[0] = bad
            with pytest.raises(ServiceUnavailable) as caught:
                HttpRevocationSource().crls_for(certificate)
            assert caught.value.code is ErrorCode.SERVICE_REFUSED


def test_a_redirect_does_not_step_down_from_tls() -> None:
    """Whoever was asked under TLS does not answer in clear."""
    moved = httpx2.Response(302, headers={"location": "http://ca.example/crl"})
    for url, refused in (("https://ca.example/crl", True), ("http://ca.example/old", False)):
        query = http_transport.Query(url=url, max_bytes=1)
        if refused:
            with pytest.raises(ServiceUnavailable):
                http_transport._redirect(moved, query)
        else:
            assert http_transport._redirect(moved, query).location == "http://ca.example/crl"


@pytest.mark.parametrize("body", [b"", b"<html></html>", crl_bytes()[:-1]])
def test_what_is_no_list_is_malformed(body: bytes) -> None:
    """And it is not kept."""
    with running(lambda handler, _body: send(handler, body)) as service:
        source = HttpRevocationSource()
        for _ in range(2):
            with pytest.raises(InputError) as caught:
                source.crls_for(certificate_naming([service.url]))
            assert caught.value.code is ErrorCode.MALFORMED_CRL
        assert len(service.requests) == 2


def test_a_list_beyond_the_limit_is_refused() -> None:
    """A stranger's certificate may name an endless one."""
    with (
        running(lambda handler, _body: send(handler, crl_bytes())) as service,
        pytest.raises(ServiceUnavailable) as caught,
    ):
        HttpRevocationSource(max_bytes=100).crls_for(certificate_naming([service.url]))
    assert caught.value.code is ErrorCode.SERVICE_REFUSED
