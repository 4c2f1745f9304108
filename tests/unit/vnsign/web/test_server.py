"""The services over real HTTP, asked by foreign clients."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from asn1crypto import tsp as asn1_tsp
from cryptography import x509

from tests.unit.vnsign.authority.making import PASSPHRASE, openssl, pem
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Authority
from vnsign.authority import store as rows
from vnsign.errors import ErrorCode, UsageError
from vnsign.web import RunningServer, create_app, listen, serve
from vnsign.web.app import MAX_REQUEST_BYTES

QUERY = {"content-type": "application/timestamp-query"}


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


def ask(
    server: RunningServer, method: str, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str | None, bytes]:
    """Return status, media type and body, asked with the standard library."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.getheader("content-type"), response.read()
    finally:
        connection.close()


def test_lists_and_certificates_are_where_certificates_point(server: RunningServer, authority: Authority) -> None:
    """RFC 2585 §4: DER, with its media type."""
    root, issuing = authority.certificates()
    for name, certificate in (("root", root), ("issuing", issuing)):
        status, media_type, body = ask(server, "GET", f"/crt/{name}.crt")
        assert (status, media_type, x509.load_der_x509_certificate(body)) == (200, "application/pkix-cert", certificate)
        status, media_type, body = ask(server, "GET", f"/crl/{name}.crl")
        assert (status, media_type) == (200, "application/pkix-crl")
        assert x509.load_der_x509_crl(body).is_signature_valid(certificate.public_key())  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", "/crl/tsa.crl", "/crt/leaf.crt", "/crl/../authority.sqlite", "/crl/root"])
def test_what_is_not_published_is_not_found(path: str, server: RunningServer) -> None:
    """Four files and one service, nothing else."""
    assert ask(server, "GET", path)[0] == 404


def test_openssl_asks_over_http_and_accepts_the_answer(
    server: RunningServer, authority: Authority, tmp_path: Path
) -> None:
    """Openssl ts -query, HTTP, openssl ts -verify."""
    query = openssl("ts", "-query", "-digest", "ab" * 32, "-sha256", "-cert").stdout
    status, media_type, body = ask(server, "POST", "/tsa", body=query, headers=QUERY)
    assert (status, media_type) == (200, "application/timestamp-reply")
    (tmp_path / "query").write_bytes(query)
    (tmp_path / "reply").write_bytes(body)
    (tmp_path / "root.pem").write_bytes(pem(authority.certificates()[0]))
    result = openssl(
        "ts", "-verify", "-in", tmp_path / "reply", "-queryfile", tmp_path / "query", "-CAfile", tmp_path / "root.pem"
    )
    assert result.returncode == 0, result.stderr.decode()


@pytest.mark.parametrize("body", [b"", b"\x00", b"0" * MAX_REQUEST_BYTES])
def test_any_body_is_answered_by_a_rejection(body: bytes, server: RunningServer) -> None:
    """RFC 3161 §2.4.2: status 200 and failInfo badDataFormat."""
    status, media_type, answer = ask(server, "POST", "/tsa", body=body, headers=QUERY)
    assert (status, media_type) == (200, "application/timestamp-reply")
    rejected = asn1_tsp.PKIStatusInfo.load(answer[2:])
    assert (rejected["status"].native, rejected["fail_info"].native) == ("rejection", {"bad_data_format"})


def test_a_body_beyond_the_limit_is_not_read(server: RunningServer) -> None:
    """413, with and without a declared length."""
    for headers in ({}, {"transfer-encoding": "chunked"}):
        body = b"0" * (MAX_REQUEST_BYTES + 1)
        sent = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n" if headers else body
        assert ask(server, "POST", "/tsa", body=sent, headers=QUERY | headers)[0] == 413


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/timestamp-reply"])
def test_another_media_type_is_refused(content_type: str, server: RunningServer) -> None:
    """RFC 3161 §3.4; parameters and case do not matter."""
    assert ask(server, "POST", "/tsa", body=b"x", headers={"content-type": content_type})[0] == 415
    lenient = {"content-type": "Application/Timestamp-Query; charset=x"}
    assert ask(server, "POST", "/tsa", body=b"x", headers=lenient)[0] == 200
    assert ask(server, "GET", "/tsa")[0] == 405


def test_a_list_that_cannot_be_made_is_a_503_not_an_empty_list(tmp_path: Path) -> None:
    """The reader has to try again; it must not believe that nothing is revoked."""
    authority = Authority.create(
        tmp_path, name="A", organization="B", base_url="http://c", passphrase=b"p", clock=SystemClock()
    )
    (tmp_path / rows.DATABASE_NAME).write_bytes(b"no database any more" * 100)
    with serve(create_app(authority)) as running:
        assert ask(running, "GET", "/crl/root.crl")[0] == 503


def test_a_port_in_use_is_our_error(server: RunningServer) -> None:
    """The message names the port."""
    with pytest.raises(UsageError) as caught:
        listen(port=server.port)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert str(server.port) in caught.value.message


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "\x00"])
def test_an_address_that_is_not_ours_is_our_error(host: str) -> None:
    """Nothing but VnsignError leaves."""
    with pytest.raises(UsageError):
        listen(host)


def test_the_port_is_known_before_and_free_after(authority: Authority) -> None:
    """The URL goes into certificates before anything is served; the same port can be taken again at once."""
    listener = listen()
    assert listener.base_url == f"http://127.0.0.1:{listener.port}"
    threads = threading.active_count()
    with serve(create_app(authority), listener=listener) as running:
        assert running.base_url == listener.base_url
        with socket.create_connection(("127.0.0.1", running.port), timeout=5) as client:
            client.sendall(b"GET /crt/root.crt HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            # Read until the server hangs up: its side of the connection then lingers in TIME_WAIT.
            assert b"".join(iter(lambda: client.recv(65536), b"")).startswith(b"HTTP/1.1 200")
    assert threading.active_count() == threads
    with serve(create_app(authority), port=listener.port) as running:
        assert ask(running, "GET", "/crt/root.crt")[0] == 200


def test_an_error_inside_the_block_closes_the_port_too(authority: Authority) -> None:
    """And is not swallowed."""
    with pytest.raises(RuntimeError), serve(create_app(authority)) as running:
        raise RuntimeError
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", running.port), timeout=5)


def test_the_server_works_inside_a_running_loop(authority: Authority) -> None:
    """It has its own thread and loop."""

    async def main() -> int:
        with serve(create_app(authority)) as running:
            return (await asyncio.to_thread(ask, running, "GET", "/crl/root.crl"))[0]

    assert asyncio.run(main()) == 200
