"""Asking a service with nothing but the standard library."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection

from vnsign.web import RunningServer

QUERY = {"content-type": "application/timestamp-query"}
OCSP = {"content-type": "application/ocsp-request"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Content-Type, or empty."""
        return self.headers.get("content-type", "")


def ask(
    server: RunningServer,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask one question on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=names, body=response.read())
    finally:
        connection.close()


def send_raw(server: RunningServer, *parts: bytes, timeout_s: float = 10.0) -> bytes:
    """Send bytes as they are, and return all that comes back until the server hangs up; empty if it only does that."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout_s) as client:
        received = b""
        try:
            for part in parts:
                client.sendall(part)
            while chunk := client.recv(65536):
                received += chunk
        except ConnectionError:
            pass
        return received
