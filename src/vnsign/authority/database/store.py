"""The authority's database: one transaction per fact.

Invariants:
    - Of all writers, threads and processes, one is at work at a time, so what it read is still true when it writes.
    - A commit is on disk before it is reported.
    - Every row added in :meth:`AuthorityStore.acting` is told by a journal entry in the same transaction.

What it does not do: it decides nothing about certificates.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Connection, Engine, Row, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from vnsign.authority.database import migrations
from vnsign.authority.database.database_errors import damaged, not_found, translated
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.postgres import PostgresDatabase, is_server_url
from vnsign.authority.database.sqlite import DATABASE_NAME, SqliteDatabase
from vnsign.authority.database.tables import AUTHORITY, CERTIFICATE, OWN_KEY
from vnsign.errors import ErrorCode, UsageError

__all__ = ["DATABASE_NAME", "AnyRow", "AuthorityStore", "damaged"]

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


class Database(Protocol):
    """Where the tables are, and how a transaction there is begun."""

    name: str
    folder: Path | None
    read_options: Mapping[str, object]
    write_options: Mapping[str, object]

    def create_file(self) -> None:
        """Make what an empty database needs."""

    def create_engine(self) -> Engine:
        """Return an engine for this process."""

    def check_there(self) -> None:
        """Refuse where nothing is."""

    def lock(self, connection: Connection) -> None:
        """Make this the only write transaction until its end."""


class AuthorityStore:
    """Connections to one authority's database. Safe for threads, and across forks."""

    def __init__(self, location: str | os.PathLike[str]) -> None:
        """Name the database; nothing is opened yet.

        Args:
            location: A folder, or the address of a PostgreSQL database: ``postgresql+psycopg://user@server/database``.

        Raises:
            UsageError: ``BAD_ARGUMENT``: an address of something else, or no driver for it.
        """
        place = os.fspath(location)
        if not place.strip():
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, "an authority needs a place", way_out="name a folder or an address"
            )
        self._database: Database = PostgresDatabase(place) if is_server_url(place) else SqliteDatabase(Path(place))
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._engine = self._new_engine()

    @property
    def name(self) -> str:
        """The database file, or the database's address without its password: for messages."""
        return self._database.name

    @property
    def folder(self) -> Path | None:
        """The folder that the processes of one computer share; None if the database is on a server."""
        return self._database.folder

    def create_file(self) -> None:
        """Make folder and empty database file if there are none; mode 0700 and 0600.

        Raises:
            UsageError: ``OUTPUT_NOT_WRITABLE``: also a folder with other files that is open to others.
        """
        self._database.create_file()

    def close(self) -> None:
        """Close the connections kept for the next use; the store can be used again."""
        self._engine.dispose()

    def upgrade(self, *, at: datetime) -> None:
        """Bring the database of an older version up to date; one that is leaves as it is.

        Args:
            at: Time of the journal entry that tells of it, aware.

        Raises:
            UsageError: ``AUTHORITY_NOT_FOUND``.
            InputError: ``NOT_READABLE``: damaged; nothing of it is changed.
        """
        with self.reading() as connection:
            if migrations.current_revision(connection) not in migrations.OLDER:
                return
        with self.writing() as connection:
            # Looked at again under the lock: of two who found it old, one brings it up to date.
            if migrations.current_revision(connection) in migrations.OLDER:
                try:
                    migrations.upgrade(connection, at=at)
                except SQLAlchemyError:
                    raise
                except Exception as exc:  # boundary: what was read is not what a version of this program wrote
                    raise damaged(self.name, exc) from exc

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction, committed at the end, rolled back on any exception."""
        with (
            translated(self.name),
            self._here().connect().execution_options(**self._database.write_options) as connection,
            connection.begin(),
        ):
            self._database.lock(connection)
            yield connection

    @contextmanager
    def acting(self) -> Iterator[Ledger]:
        """One write transaction in which every row added is told by a journal entry."""
        with self.writing() as connection:
            ledger = Ledger(connection)
            yield ledger
            ledger.check_told()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent read."""
        self._database.check_there()
        with (
            translated(self.name),
            self._here().connect().execution_options(**self._database.read_options) as connection,
            connection.begin(),
        ):
            yield connection

    def _here(self) -> Engine:
        if os.getpid() != self._pid:
            with self._lock:
                if os.getpid() != self._pid:
                    # A forked child: the connections are the parent's, and are neither used nor closed here.
                    self._engine.dispose(close=False)
                    self._pid = os.getpid()
        return self._engine

    def _new_engine(self) -> Engine:
        engine = self._database.create_engine()
        weakref.finalize(self, engine.dispose)
        return engine


def is_initialized(connection: Connection) -> bool:
    """Tell whether the authority's row is committed: a creation cut short leaves none."""
    tables = inspect(connection)
    return tables.has_table(AUTHORITY.name) and connection.execute(select(AUTHORITY.c.id)).first() is not None


def create_schema(connection: Connection) -> None:
    """Make the tables of a new authority as part of the transaction."""
    migrations.make(connection)


def insert_authority(connection: Connection, **values: object) -> None:
    """Write the one row that says the authority exists."""
    connection.execute(AUTHORITY.insert().values(id=1, **values))


def read_authority(connection: Connection) -> AnyRow:
    """Return that row.

    Raises:
        UsageError: ``AUTHORITY_NOT_FOUND``; ``BAD_ARGUMENT``: made by another version (see
            :meth:`AuthorityStore.upgrade`).
    """
    place = _place(connection)
    if not is_initialized(connection):
        raise not_found(place)
    revision = migrations.current_revision(connection)
    if revision != migrations.HEAD:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"this authority's database has schema {revision}; this version knows {migrations.HEAD}",
            file=place,
            way_out="use the version of vnsign that wrote it, or a newer one",
        )
    return connection.execute(select(AUTHORITY)).one()


def _place(connection: Connection) -> str:
    url = connection.engine.url
    if connection.dialect.name == "sqlite":
        return str(Path(url.database or "").parent)
    return url.render_as_string(hide_password=True)


def read_own_keys(connection: Connection) -> Sequence[AnyRow]:
    """Return role, kind, reference and certificate of each own key; the one in office is the last of its role."""
    keys, issued = OWN_KEY.c, CERTIFICATE.c
    columns = keys.role, keys.kind, keys.reference, issued.der, issued.serial, issued.replaces
    statement = select(*columns).join_from(OWN_KEY, CERTIFICATE).order_by(issued.issued_at, issued.serial)
    found = connection.execute(statement).all()
    # Two may be of the same second: which came after which is told by what replaces what.
    replaced = {key.replaces for key in found}
    return sorted(found, key=lambda key: key.serial not in replaced)
