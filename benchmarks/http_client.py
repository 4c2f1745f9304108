"""The smallest HTTP client: one connection, one POST, the body of the answer. It costs every server the same."""

from __future__ import annotations

import socket

_TIMEOUT_S = 30


def post(host: str, port: int, *, path: str, kind: str, body: bytes) -> bytes:
    """Send ``body`` on a connection of its own and return the body of the answer.

    Raises:
        RuntimeError: Another status than 200.
    """
    head = f"POST {path} HTTP/1.0\r\nHost: {host}:{port}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, port), timeout=_TIMEOUT_S) as connection:
        connection.sendall(head.encode("ascii") + body)
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    headers, _, answer = received.partition(b"\r\n\r\n")
    if b" 200 " not in headers.splitlines()[0]:
        raise RuntimeError(headers.decode("latin-1"))
    return answer
