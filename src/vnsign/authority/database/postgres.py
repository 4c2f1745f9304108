"""An authority's database on a PostgreSQL server: one authority in one schema.

Invariants:
    - Of all writers of one schema one is at work at a time: each takes an advisory lock before it reads.
    - What is read in one reading transaction is one state (REPEATABLE READ, READ ONLY).
    - No password stands in a name, an error or a repr.

What it does not do: it makes no database and no roles, and keeps no password: those are the server's affair
(``~/.pgpass``, ``PGPASSFILE``, client certificates).

Source: PostgreSQL manual §13.2 (isolation), §13.3.5 (advisory locks).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError

from vnsign.errors import ErrorCode, UsageError

_DRIVER = "postgresql+psycopg"
#: Any number, the same for every version of this program.
_LOCK = 0x766E7369
_LOCK_TIMEOUT = "30s"
_CONNECT_TIMEOUT_S = "10"
_KEPT_CONNECTIONS = 8


def is_server_url(location: str) -> bool:
    """Tell whether a location is meant as a database server's address and not as a folder."""
    return "://" in location


def has_password(location: str) -> bool:
    """Tell whether a location holds a password; also what cannot be read as an address, but looks as if it did."""
    if not is_server_url(location):
        return False
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        return "@" in location and ":" in location.partition("://")[2]
    return url.password is not None or "password" in url.query


class PostgresDatabase:
    """One schema of one database: the first of the ``search_path``."""

    folder: Path | None = None
    read_options: Mapping[str, object] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    write_options: Mapping[str, object] = {}

    def __init__(self, location: str) -> None:
        """Read the address; nothing is opened yet.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no address of a PostgreSQL database, or the driver is not installed.
        """
        try:
            url = make_url(location)
        except (ArgumentError, ValueError):
            raise _bad("this is no address of a database") from None
        if url.drivername not in ("postgresql", _DRIVER):
            raise _bad(f"an authority is kept in a folder or by {_DRIVER}, not by {url.drivername}")
        if "password" in url.query:
            raise _bad("a password among the options of an address would be shown in errors")
        if importlib.util.find_spec("psycopg") is None:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, "PostgreSQL needs the driver psycopg", way_out="pip install 'vnsign[postgres]'"
            )
        self._url = url.set(drivername=_DRIVER)
        self.name = self._url.render_as_string(hide_password=True)

    def create_file(self) -> None:
        """Nothing is to be made: the server has the database already."""

    def create_engine(self) -> Engine:
        """Return the engine of this process; it opens connections when they are needed."""
        options = {"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "vnsign"}
        return create_engine(
            self._url.set(query={**options, **self._url.query}),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=-1,
            hide_parameters=True,
        )

    def check_there(self) -> None:
        """Nothing is to be looked at: the server tells."""

    def lock(self, connection: Connection) -> None:
        """Wait until nobody else writes to this schema; held until the end of the transaction."""
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number, hashtext(current_schema()))"), {"number": _LOCK})


def _bad(message: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, way_out=f"name a folder, or {_DRIVER}://user@server/database")
