"""An ASGI application served from a thread of this process.

Invariants:
    - The server has its own thread and event loop: it works whether or not the caller runs one.
    - A client that does not finish the head of its request in time is hung up on, however slowly it goes on sending.
    - More connections than :func:`max_connections` are hung up on, so that files and the database can still be opened.
    - When :func:`serve` is left, the port is closed and the thread has ended.

What it does not do: no supervision and no workers; a province's authority runs the application under a server of its
own choice.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_BACKLOG = 128
_START_TIMEOUT_S = 10.0
_STOP_TIMEOUT_S = 10.0
_POLL_S = 0.005
#: From connecting, or from the first byte of the next request, to the end of the request's head.
HEAD_TIMEOUT_S = 10.0
#: Each connection takes some 50 kB.
_MOST_CONNECTIONS = 4096
#: Descriptors for files, the database, and connections that are accepted and not yet counted.
_RESERVED_DESCRIPTORS = 128 + _BACKLOG
_FAULT_PAUSE_S = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A bound and listening TCP socket, so that its URL is known before anything is served."""

    sock: socket.socket
    host: str
    port: int

    @property
    def base_url(self) -> str:
        """``http://host:port``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def close(self) -> None:
        """Give the port back."""
        self.sock.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server that answers."""

    base_url: str
    port: int


def listen(host: str = "127.0.0.1", port: int = 0) -> Listener:
    """Take a TCP port; 0 means any free one. Connections wait until :func:`serve` is given the listener.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the port is in use, or not ours to take.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, proto)
    except (OSError, ValueError) as exc:  # ValueError: a name that cannot be written as one, UnicodeError included
        raise _cannot_listen(host, port, exc) from exc
    try:
        # A port whose last owner was killed is free at once.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(_BACKLOG)
    except OSError as exc:
        sock.close()
        raise _cannot_listen(host, port, exc) from exc
    return Listener(sock=sock, host=host, port=sock.getsockname()[1])


def max_connections() -> int:
    """Return how many connections are served at once: as many as descriptors allow, with some left for other work."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(1, min(_MOST_CONNECTIONS, max(allowed - _RESERVED_DESCRIPTORS, allowed // 4)))


class LoopFaults:
    """What an event loop cannot do, such as accept a connection, told in one line at a time and not too often."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._next_at = 0.0

    def __call__(self, _loop: object, context: dict[str, Any]) -> None:
        """Tell of a fault, unless one was told of a moment ago."""
        now = time.monotonic()
        if now >= self._next_at:
            self._next_at = now + _FAULT_PAUSE_S
            _log.warning("%s: %s", context.get("message"), context.get("exception"))


class _QuietServer(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(LoopFaults())
        await super().startup(sockets)


class _ImpatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, which alone waits for ever for the rest of a request's head."""

    _head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > max_connections():
            transport.abort()
            return
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]
            self._forget_head()
        elif self._head_deadline is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head_deadline = self.loop.call_later(HEAD_TIMEOUT_S, self.timeout_keep_alive_handler)

    def _forget_head(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None


@contextmanager
def serve(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, listener: Listener | None = None
) -> Iterator[RunningServer]:
    """Serve ``app`` until the block is left.

    Args:
        app: Any ASGI application.
        host: Address to listen on.
        port: 0 means any free one.
        listener: An already taken port (see :func:`listen`) instead of ``host`` and ``port``; closed at the end.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the port is in use.
        ServiceUnavailable: ``SERVICE_UNREACHABLE``: the server did not start.
    """
    taken = listener or listen(host, port)
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=_ImpatientProtocol,
        # Who the client is, is decided in one place: ServiceLimits.trusted_proxies.
        proxy_headers=False,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=2,
        # The loop accepts so many at a time before it counts them.
        backlog=_BACKLOG,
    )
    server = _QuietServer(config)
    thread = threading.Thread(target=server.run, args=([taken.sock],), name="vnsign-web", daemon=True)
    try:
        thread.start()
        _await_start(server, thread, taken.base_url)
        yield RunningServer(base_url=taken.base_url, port=taken.port)
    finally:
        server.should_exit = True
        thread.join(_STOP_TIMEOUT_S)
        taken.close()


def _await_start(server: uvicorn.Server, thread: threading.Thread, base_url: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ServiceUnavailable(ErrorCode.SERVICE_UNREACHABLE, f"the server at {base_url} did not start")
        time.sleep(_POLL_S)


def _cannot_listen(host: str, port: int, exc: OSError | ValueError) -> UsageError:
    reason = (exc.strerror if isinstance(exc, OSError) else None) or exc
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"cannot listen on {host!a} port {port}: {reason}",
        way_out="choose another port, or 0 for any free one",
    )
