"""An e-office's own transaction: docflow's rows are written on the connection that the caller passes.

Invariants:
    - Commit and rollback are the caller's; docflow begins none, ends none, and sets savepoints only.
    - Each verb is whole inside that transaction: one that is refused leaves nothing of itself.
    - On SQLite the caller holds the store's lock until he has committed (:meth:`docflow.Office.lock`).
    - Nothing is written once that transaction is over: it would be a transaction that nobody asked for or commits.

What it does not do: it tries nothing again (a transaction that the server undid is the caller's to repeat), and shares
no commit with others. Who ends the transaction and begins another one past SQLAlchemy, with ``COMMIT`` and ``BEGIN`` as
statements, is not found out; who only ends it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from docflow.errors import ErrorCode, StoreUnavailable, UsageError
from docflow.store.engines.database import Database
from docflow.store.engines.errors import translated_errors
from docflow.store.engines.places import OfficeDatabase

_SAVEPOINT = "docflow_verb"
_IDLE, _FAILED = 0, 3
"""Status of a transaction: none, and failed (libpq's ``PQTRANS_IDLE``, ``PQTRANS_INERROR``)."""
_READ_ONLY = "25006"
"""read_only_sql_transaction."""


class CallerDatabase:
    """The caller's connection as a database; implements :class:`docflow.store.engines.places.OfficeDatabase`."""

    def __init__(self, connection: sa.Connection, *, database: OfficeDatabase) -> None:
        """Take the connection.

        Raises:
            UsageError: ``BAD_ARGUMENT``; no transaction that a caller could commit, SQLite without the lock, or another
                driver than docflow's.
        """
        if connection.closed:
            raise _over()
        self.name = database.name
        self._connection = connection
        self._sqlite = database if isinstance(database, Database) else None
        self._was_open = False
        if getattr(connection.connection.dbapi_connection, "autocommit", False) is True:
            raise _bad(
                "this connection commits every statement by itself (AUTOCOMMIT)",
                vi="Kết nối này tự ghi từng câu lệnh (AUTOCOMMIT), không có giao dịch.",
                way_out="connect without isolation_level='AUTOCOMMIT'",
            )
        if self._sqlite is not None:
            _check_sqlite(connection, self._sqlite)
        if not connection.in_transaction():
            connection.begin()
        self._transaction = connection.get_transaction()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield the connection: what the transaction wrote is seen.

        Does not check: whether that transaction lasts; what is read after it is what others see.

        Raises:
            UsageError: ``BAD_ARGUMENT``; the connection was given back, or an earlier statement of the caller's failed.
        """
        if self._connection.closed:
            raise _over()
        with translated_errors(self.name):
            self._refuse_failed()
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield the connection inside a savepoint.

        Raises:
            UsageError: ``BAD_ARGUMENT``; the transaction is over, failed or read-only, or SQLite's lock was let go.
        """
        if self._transaction is None or self._connection.get_transaction() is not self._transaction:
            raise _over()
        if self._sqlite is not None:
            _require_lock(self._sqlite)
        with _not_read_only(), translated_errors(self.name):
            is_open = _is_open(self._connection)
            if self._was_open and not is_open:
                raise _over()
            self._refuse_failed()
            if self._sqlite is not None and not is_open:
                # Python's driver has not begun yet: else the savepoint were the transaction, and its release a commit.
                self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._was_open = True
            with _savepoint(self._connection):
                yield self._connection

    def _refuse_failed(self) -> None:
        if _status(self._connection) == _FAILED:
            raise _bad(
                "an earlier statement of this transaction failed, and the server takes no more until it is rolled back",
                vi="Giao dịch đã hỏng vì một câu lệnh trước đó, phải hủy giao dịch.",
                way_out="roll back (set a savepoint before a statement that may fail), begin again, and call within()",
            )

    def close(self) -> None:
        """Nothing: the connection is the caller's."""


@contextmanager
def _savepoint(connection: sa.Connection) -> Iterator[None]:
    """Set a savepoint past SQLAlchemy, whose way there takes a fifth of a small verb's time, and release it."""
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(f"SAVEPOINT {_SAVEPOINT}")
        try:
            yield
        except BaseException:
            cursor.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
            cursor.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
            raise
        cursor.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
    finally:
        cursor.close()


def _status(connection: sa.Connection) -> object:
    """Return what libpq says of the transaction, None where it is not libpq."""
    return getattr(getattr(connection.connection.dbapi_connection, "info", None), "transaction_status", None)


def _is_open(connection: sa.Connection) -> bool:
    """Return whether the driver is inside a transaction: it learns of one that ended past SQLAlchemy."""
    raw: Any = connection.connection.dbapi_connection
    return bool(raw.in_transaction) if connection.dialect.name == "sqlite" else _status(connection) != _IDLE


@contextmanager
def _not_read_only() -> Iterator[None]:
    """Say of a transaction that may only read that the caller began it so."""
    try:
        yield
    except StoreUnavailable as exc:
        cause = exc.__cause__
        if getattr(getattr(cause, "orig", None) or cause, "sqlstate", None) != _READ_ONLY:
            raise
        raise _bad(
            "this transaction may only read",
            vi="Giao dịch này chỉ được đọc.",
            way_out="begin it without READ ONLY, on a server that is no standby",
        ) from cause


def _require_lock(database: Database) -> None:
    if not database.is_locked_here():
        raise _bad(
            "take the store's lock before the transaction begins and hold it past the commit: on SQLite others write"
            " under it",
            vi="Phải giữ khóa của kho dữ liệu từ trước khi bắt đầu giao dịch đến khi kết thúc.",
            way_out="with office.lock(), engine.begin() as connection: …",
        )


def _check_sqlite(connection: sa.Connection, database: Database) -> None:
    _require_lock(database)
    if connection.dialect.dbapi is not database.engine.dialect.dbapi:
        raise _bad(
            "two SQLite libraries in one process must not open one file",
            vi="Hai thư viện SQLite khác nhau không được cùng mở một tệp dữ liệu.",
            way_out="create_engine('sqlite:///…', module=pysqlite3): the driver that docflow uses",
        )
    with translated_errors(database.name):
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    if synchronous is None or int(synchronous) < 2:  # noqa: PLR2004 - FULL, sqlite.org/pragma.html#pragma_synchronous
        raise _bad(
            "this connection does not wait for the disk: PRAGMA synchronous is below FULL",
            vi="Kết nối này không ghi bền vững xuống đĩa (PRAGMA synchronous).",
            way_out="leave PRAGMA synchronous at FULL on connections that docflow writes on",
        )


def _over() -> UsageError:
    return _bad(
        "the transaction in which this office was made is over: what is written now would be in another one",
        vi="Giao dịch đã kết thúc, không ghi thêm được.",
        way_out="call office.within(connection) once in each transaction, and use it no longer than that",
    )


def _bad(message: str, *, vi: str, way_out: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi, way_out=way_out)
