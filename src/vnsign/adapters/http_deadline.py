"""A limit on all the waiting for one request: a server that drips a byte now and then cannot stretch it.

A client's time-outs hold for each piece that comes. Here every wait of a connection (connecting, TLS, sending,
receiving head and body) ends when the time of the request it serves is over.

What it does not do: limit the look-up of a host's name, which the system does not let be interrupted.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2

_request = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End every wait of this thread's requests ``seconds`` from now; of two around each other the nearer one counts."""
    outer: float | None = getattr(_request, "ends_at", None)
    ends_at = time.monotonic() + seconds
    _request.ends_at = ends_at if outer is None else min(outer, ends_at)
    try:
        yield
    finally:
        _request.ends_at = outer


def left(timeout: float | None = None) -> float | None:
    """Return the seconds left to this thread's request, at most ``timeout``; None if there is no limit.

    Raises:
        httpcore2.ReadTimeout: None are left.
    """
    ends_at: float | None = getattr(_request, "ends_at", None)
    if ends_at is None:
        return timeout
    remaining = ends_at - time.monotonic()
    if remaining <= 0:
        raise httpcore2.ReadTimeout("the time of the request is over")
    return remaining if timeout is None else min(timeout, remaining)


def keep_deadlines(client: httpx2.Client) -> httpx2.Client:
    """Make every connection of a new client, also those through proxies, keep the deadline; return the client."""
    transports = (client._transport, *client._mounts.values())  # noqa: SLF001 — the library has no argument for it
    for transport in transports:
        if transport is not None:
            transport._pool._network_backend = _Backend()  # type: ignore[attr-defined] # noqa: SLF001
    return client


class _Backend(httpcore2.SyncBackend):
    """Opens connections that keep the deadline."""

    def connect_tcp(  # type: ignore[override]  # the rest of the library's parameters, as they come
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        **how: Any,  # noqa: ANN401
    ) -> httpcore2.NetworkStream:
        return _Stream(super().connect_tcp(host, port, left(timeout), **how))


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 — the library's type
        return self._stream.get_extra_info(info)
