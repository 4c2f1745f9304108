"""An authority's database in a folder: one SQLite file.

Invariants:
    - A write transaction takes the lock at its start (``BEGIN IMMEDIATE``), so what it read is still true when it
      writes, also with several processes.
    - A commit is on disk before it is reported (rollback journal, ``synchronous=EXTRA``).
    - The file is readable by its owner only, from its first byte.
    - Connections are kept for the next use, but not across a fork, and not when the file was replaced (a backup put
      back while the service runs).

What it does not do: it knows no table.

Source: sqlite.org/pragma.html, sqlite.org/howtocorrupt.html §2.6 (forks), §4.2 (replaced files).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DisconnectionError

from vnsign.authority.database.database_errors import not_found
from vnsign.errors import ErrorCode, UsageError

DATABASE_NAME = "authority.sqlite"
#: What every connection is set to; read back after it is set.
PRAGMAS: dict[str, str | int] = {
    "journal_mode": "delete",
    "synchronous": 3,  # EXTRA: a commit that returned survives a power cut, the journal's directory entry included
    "foreign_keys": 1,
    "recursive_triggers": 1,  # else INSERT OR REPLACE deletes rows behind the triggers' back
    "trusted_schema": 0,
}
_BUSY_TIMEOUT_S = 30
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_KEPT_CONNECTIONS = 8


class SqliteDatabase:
    """One file in one folder."""

    read_options: Mapping[str, object] = {}
    write_options: Mapping[str, object] = {"is_write": True}

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is opened yet."""
        self.folder: Path | None = folder
        self.path = folder / DATABASE_NAME
        self.name = str(self.path)

    def create_file(self) -> None:
        """Make folder and empty database file if there are none; mode 0700 and 0600.

        An empty folder is closed to others; one with other files in it is not ours to close.

        Raises:
            UsageError: ``OUTPUT_NOT_WRITABLE``: also a folder with other files that is open to others.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():
                _close_to_others(self.path.parent)
            # SQLite gives its journal the mode of the database, so the mode is right before SQLite sees the file.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except (OSError, ValueError) as exc:
            raise UsageError(ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be made: {exc}", file=self.name) from exc

    def create_engine(self) -> Engine:
        """Return the engine of this process; it opens connections when they are needed."""
        engine = create_engine(
            URL.create("sqlite", database=str(self.path.absolute())),
            module=_driver(),
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=-1,
            connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False},
        )
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "checkout", self._on_checkout)
        event.listen(engine, "begin", _on_begin)
        return engine

    def check_there(self) -> None:
        """Refuse where there is no file: SQLite would make one.

        Raises:
            UsageError: ``AUTHORITY_NOT_FOUND``.
        """
        if not os.path.exists(self.path):  # noqa: PTH110 — Path.exists raises where permission is lacking
            raise not_found(str(self.path.parent))

    def lock(self, connection: Connection) -> None:
        """Nothing is left to do: ``BEGIN IMMEDIATE`` took the lock."""

    def _on_connect(self, dbapi_connection: Any, record: Any) -> None:  # noqa: ANN401 — of any driver
        # The driver's own transactions begin late and not IMMEDIATE; ours are begun in _on_begin.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        try:
            for name, value in PRAGMAS.items():
                cursor.execute(f"PRAGMA {name} = {value}")
                if cursor.execute(f"PRAGMA {name}").fetchone()[0] != value:
                    raise DatabaseError(f"PRAGMA {name}", None, RuntimeError(f"SQLite did not take {name}={value}"))
        finally:
            cursor.close()
        record.info["file"] = _identity(self.path)

    def _on_checkout(self, _connection: object, record: Any, _proxy: object) -> None:  # noqa: ANN401
        if record.info["file"] != _identity(self.path):
            raise DisconnectionError("the file was replaced")


def _close_to_others(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & _OTHERS:
        return
    if any(folder.iterdir()):
        raise UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE,
            "others may look into this folder, and other files are in it",
            file=str(folder),
            way_out="name a folder of its own, or close this one: chmod 700",
        )
    folder.chmod(0o700)


def _driver() -> ModuleType:
    try:
        import pysqlite3  # noqa: PLC0415 — a wheel with its own, newer SQLite where there is one
    except ImportError:
        import sqlite3  # noqa: PLC0415

        return sqlite3
    return pysqlite3  # type: ignore[no-any-return]


def _on_begin(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("is_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 — once for each use; Path costs twice as much
    except OSError:
        return None
    return found.st_dev, found.st_ino
