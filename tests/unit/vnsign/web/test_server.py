"""A server in a thread of this process: its port, its threads, its patience."""

from __future__ import annotations

import asyncio
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.unit.vnsign.authority.making import PASSPHRASE
from tests.unit.vnsign.web.asking import ask, send_raw
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Authority
from vnsign.errors import ErrorCode, UsageError
from vnsign.web import RunningServer, create_app, listen, serve
from vnsign.web.server import LoopFaults, max_connections

GET = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"


def server_threads() -> int:
    """Count the threads that serve."""
    return [thread.name for thread in threading.enumerate()].count("vnsign-web")


def get(client: socket.socket) -> None:
    """Ask one whole question and read the answer."""
    client.sendall(GET)
    received = b""
    while not received.endswith(b"ok"):
        received += client.recv(65536)
    assert received.startswith(b"HTTP/1.1 200")


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


def test_a_port_in_use_is_our_error(server: RunningServer) -> None:
    """The message names the port."""
    with pytest.raises(UsageError) as caught:
        listen(port=server.port)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert str(server.port) in caught.value.message


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "\x00", "a" * 64 + ".vn", "\udcff"])
def test_an_address_that_is_not_ours_is_our_error(host: str) -> None:
    """Nothing but VnsignError leaves."""
    with pytest.raises(UsageError):
        listen(host)


def test_the_port_is_known_before_and_free_after(authority: Authority) -> None:
    """The URL goes into certificates before anything is served; the same port can be taken again at once."""
    listener = listen()
    assert listener.base_url == f"http://127.0.0.1:{listener.port}"
    threads = server_threads()
    with serve(create_app(authority), listener=listener) as running:
        assert running.base_url == listener.base_url
        with socket.create_connection(("127.0.0.1", running.port), timeout=5) as client:
            client.sendall(b"GET /crt/root.crt HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            # Read until the server hangs up: its side of the connection then lingers in TIME_WAIT.
            assert b"".join(iter(lambda: client.recv(65536), b"")).startswith(b"HTTP/1.1 200")
    assert server_threads() == threads
    with serve(create_app(authority), port=listener.port) as running:
        assert ask(running, "GET", "/crt/root.crt").status == 200


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
            return (await asyncio.to_thread(ask, running, "GET", "/crl/root.crl")).status

    assert asyncio.run(main()) == 200


@pytest.mark.parametrize("sent", [(), (b"GET /crt/root.crt HTTP/1.1\r\nhost: a",)], ids=["nothing", "half a head"])
def test_who_does_not_finish_a_request_is_hung_up_on(
    sent: tuple[bytes, ...], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that says nothing, or not all, does not keep a connection."""
    monkeypatch.setattr("vnsign.web.server.HEAD_TIMEOUT_S", 0.2)
    with serve(create_app(authority)) as running:
        assert send_raw(running, *sent, timeout_s=5) == b""


def test_a_head_that_trickles_is_cut_short(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte in time does not make the whole in time; on a connection that was used before too."""
    monkeypatch.setattr("vnsign.web.server.HEAD_TIMEOUT_S", 0.3)

    def trickle(client: socket.socket) -> None:
        for _ in range(200):
            client.sendall(b"G")
            time.sleep(0.05)

    with serve(create_app(authority)) as running, socket.create_connection(("127.0.0.1", running.port), 5) as client:
        get(client)
        begun = time.monotonic()
        with pytest.raises(ConnectionError):
            trickle(client)
        assert time.monotonic() - begun < 3


def test_a_connection_in_use_is_kept(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends whole requests may go on."""
    monkeypatch.setattr("vnsign.web.server.HEAD_TIMEOUT_S", 0.2)
    with serve(create_app(authority)) as running, socket.create_connection(("127.0.0.1", running.port), 5) as client:
        for _ in range(6):
            get(client)
            time.sleep(0.1)


def test_one_connection_too_many_is_hung_up_on(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those before it go on, and when one of them ends another may come."""
    monkeypatch.setattr("vnsign.web.server.max_connections", lambda: 2)
    with serve(create_app(authority)) as running:
        place = ("127.0.0.1", running.port)
        with socket.create_connection(place, 5) as one, socket.create_connection(place, 5) as two:
            get(one)
            get(two)
            with socket.create_connection(place, 5) as three, pytest.raises((ConnectionError, AssertionError)):
                get_once(three)
            get(one)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with socket.create_connection(place, 5) as four, suppress(ConnectionError, AssertionError):
                get_once(four)
                return
        pytest.fail("nobody was let in again")


def get_once(client: socket.socket) -> None:
    """Ask; the answer must begin."""
    client.sendall(GET)
    assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_the_limit_of_connections_leaves_descriptors_for_other_work() -> None:
    """The database and accepting need some too."""
    assert 1 <= max_connections() < max(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 2)


def test_no_descriptors_left_is_one_line_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """However often the loop says so."""
    tell = LoopFaults()
    for _ in range(1000):
        tell(asyncio.new_event_loop, {"message": "socket.accept() out of system resource", "exception": OSError(24)})
    (record,) = caplog.records
    assert "socket.accept()" in record.getMessage()
    assert record.exc_info is None
