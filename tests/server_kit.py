"""A PostgreSQL server of a test's own, to be stopped, killed and started, and to ask for passwords.

It runs in a temporary folder on a free port, as the user postgres where the tests run as root.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.support import require_postgres_program

_SETTINGS = "-c unix_socket_directories= -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB"


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a folder."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """The address of its database, with which its owner comes."""
        return f"postgresql://root@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._control("start", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", f"-p {self.port} {_SETTINGS}")

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Shut it down: ``fast`` ends every session with a word, ``immediate`` is as if it were killed."""
        self._control("stop", "-w", "-t", "60", "-m", how)

    def _control(self, what: str, *words: str) -> None:
        _run("pg_ctl", what, "-D", str(self.folder / "data"), "-s", *words, cwd=self.folder)


@contextmanager
def own_server(*, password: str | None = None) -> Iterator[Server]:
    """Make a server and start it; with a password it asks for it (SCRAM). Skips where no server is installed."""
    require_postgres_program("initdb")
    folder = Path(tempfile.mkdtemp(prefix="vnsign-postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        (folder / "password").write_text(password or "x", encoding="utf-8")
        (folder / "password").chmod(0o644)
        how = "trust" if password is None else "scram-sha-256"
        words = (
            "--username=root",
            f"--auth={how}",
            f"--pwfile={folder / 'password'}",
            "--encoding=UTF8",
            "--no-locale",
        )
        _run("initdb", "-D", str(folder / "data"), "--no-sync", *words, cwd=folder)
        server = Server(folder, _free_port())
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test may have stopped it
                server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _run(program: str, *words: str, cwd: Path) -> None:
    user = "postgres" if os.getuid() == 0 else None
    command = [require_postgres_program(program), *words]
    # Not a pipe: the server that pg_ctl leaves behind would hold its end.
    subprocess.run(command, user=user, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
