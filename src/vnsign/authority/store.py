"""The authority's database: one SQLite file, opened per use, one transaction per fact.

Invariants:
    - A write transaction takes the lock at its start (``BEGIN IMMEDIATE``), so what it read is still true when it
      writes, also with several processes.
    - A commit is on disk before it is reported (rollback journal, ``synchronous=EXTRA``).
    - The file is readable by its owner only, from its first byte.

What it does not do: it decides nothing about certificates.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from sqlalchemy import URL, Connection, Engine, NullPool, Row, create_engine, event, func, inspect, select
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, SQLAlchemyError

from vnsign.authority.ledger import Ledger
from vnsign.authority.tables import AUTHORITY, CERTIFICATE, CRL, METADATA, OWN_KEY, STATUS_EVENT
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError
from vnsign.policy.profiles import CertificateProfile

DATABASE_NAME = "authority.sqlite"
_BUSY_TIMEOUT_S = 30


AnyRow: TypeAlias = Row[*tuple[Any, ...]]


class SerialTaken(UsageError):
    """The serial number is in use; draw another."""


class AuthorityStore:
    """Connections to one authority's database."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / DATABASE_NAME
        self._engine = _engine(self._path)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    def create_file(self) -> None:
        """Make folder and empty database file if there are none; mode 0700 and 0600.

        Raises:
            UsageError: ``OUTPUT_NOT_WRITABLE``.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives its journal the mode of the database, so the mode is right before SQLite sees the file.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        except (OSError, ValueError) as exc:
            raise UsageError(ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be made: {exc}", file=str(self._path)) from exc

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction, committed at the end, rolled back on any exception."""
        with (
            _translated(self._path),
            self._engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
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
        if not os.path.exists(self._path):  # noqa: PTH110  (Path.exists raises where permission is lacking)
            raise _not_found(self._path)
        with _translated(self._path), self._engine.connect() as connection, connection.begin():
            yield connection


def is_initialized(connection: Connection) -> bool:
    """Tell whether the authority's row is committed: a creation cut short leaves none."""
    tables = inspect(connection)
    return tables.has_table(AUTHORITY.name) and connection.execute(select(AUTHORITY.c.id)).first() is not None


def create_schema(connection: Connection) -> None:
    """Make the tables; in SQLite part of the transaction."""
    METADATA.create_all(connection)


def insert_authority(connection: Connection, **values: object) -> None:
    """Write the one row that says the authority exists."""
    connection.execute(AUTHORITY.insert().values(id=1, **values))


def read_authority(connection: Connection) -> AnyRow:
    """Return that row.

    Raises:
        UsageError: ``AUTHORITY_NOT_FOUND``.
    """
    if not is_initialized(connection):
        raise _not_found(Path(connection.engine.url.database or ""))
    return connection.execute(select(AUTHORITY)).one()


def insert_certificate(
    connection: Connection,
    certificate: x509.Certificate,
    *,
    issuer: str,
    profile: CertificateProfile,
    issued_at: int,
    subscriber: str,
    request_id: int | None = None,
    replaces: str | None = None,
) -> None:
    """Record a certificate.

    Raises:
        SerialTaken: The serial number is in use.
    """
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    values = {
        "serial": f"{certificate.serial_number:x}",
        "issuer": issuer,
        "profile": profile.value,
        "subject": certificate.subject.rfc4514_string(),
        "not_before": int(certificate.not_valid_before_utc.timestamp()),
        "not_after": int(certificate.not_valid_after_utc.timestamp()),
        "spki_sha256": digest.finalize(),
        "der": certificate.public_bytes(serialization.Encoding.DER),
        "issued_at": issued_at,
        "subscriber": subscriber,
        "request_id": request_id,
        "replaces": replaces,
    }
    try:
        connection.execute(CERTIFICATE.insert().values(**values))
    except IntegrityError as exc:
        raise SerialTaken(ErrorCode.ISSUE_REFUSED, f"serial number {certificate.serial_number:x} is in use") from exc


def read_certificate(connection: Connection, serial: int) -> AnyRow | None:
    """Return the row of a serial number, or None."""
    return connection.execute(select(CERTIFICATE).where(CERTIFICATE.c.serial == f"{serial:x}")).one_or_none()


def read_certificates(connection: Connection) -> Sequence[AnyRow]:
    """Return every row in order of issue."""
    order = CERTIFICATE.c.issued_at, CERTIFICATE.c.serial
    return connection.execute(select(CERTIFICATE).order_by(*order)).all()


def insert_status_event(connection: Connection, **values: object) -> int:
    """Record a revocation, hold or release; return its id."""
    return int(connection.execute(STATUS_EVENT.insert().returning(STATUS_EVENT.c.id), values).scalar_one())


def read_status_events(connection: Connection, serial: int | None = None) -> Sequence[AnyRow]:
    """Return what happened to one certificate, or to all, oldest first."""
    statement = select(STATUS_EVENT).order_by(STATUS_EVENT.c.id)
    if serial is not None:
        statement = statement.where(STATUS_EVENT.c.serial == f"{serial:x}")
    return connection.execute(statement).all()


def read_last_event(connection: Connection, issuer: str) -> int:
    """Return the id of the newest event of one issuer's certificates; 0 if there is none."""
    statement = select(func.max(STATUS_EVENT.c.id)).where(STATUS_EVENT.c.issuer == issuer)
    return int(connection.execute(statement).scalar_one() or 0)


def read_revoked(connection: Connection, issuer: str) -> Sequence[AnyRow]:
    """Return the newest event of every certificate of one issuer that is revoked or held, oldest first."""
    newest = select(func.max(STATUS_EVENT.c.id)).where(STATUS_EVENT.c.issuer == issuer).group_by(STATUS_EVENT.c.serial)
    statement = select(STATUS_EVENT).where(STATUS_EVENT.c.id.in_(newest), STATUS_EVENT.c.kind != "released")
    return connection.execute(statement.order_by(STATUS_EVENT.c.id)).all()


def insert_own_key(connection: Connection, role: str, *, serial: int, kind: str, reference: bytes) -> None:
    """Keep one of the authority's own keys, or where to find it."""
    connection.execute(OWN_KEY.insert().values(role=role, serial=f"{serial:x}", kind=kind, reference=reference))


def read_own_keys(connection: Connection) -> Sequence[AnyRow]:
    """Return role, kind, reference and certificate of each own key, oldest first."""
    columns = OWN_KEY.c.role, OWN_KEY.c.kind, OWN_KEY.c.reference, CERTIFICATE.c.der, CERTIFICATE.c.serial
    order = CERTIFICATE.c.issued_at, CERTIFICATE.c.serial
    return connection.execute(select(*columns).join_from(OWN_KEY, CERTIFICATE).order_by(*order)).all()


def insert_crl(connection: Connection, issuer: str, **values: object) -> None:
    """Record a list before it is published."""
    connection.execute(CRL.insert().values(issuer=issuer, **values))


def read_last_crl(connection: Connection, issuer: str) -> AnyRow | None:
    """Return the newest complete list of one issuer, or None."""
    statement = select(CRL).where(CRL.c.issuer == issuer, CRL.c.base_number.is_(None))
    statement = statement.order_by(CRL.c.number.desc()).limit(1)
    return connection.execute(statement).one_or_none()


def _engine(path: Path) -> Engine:
    # NullPool: no connection outlives its use, so threads and forked processes share nothing.
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        module=_driver(),
        poolclass=NullPool,
        connect_args={"timeout": _BUSY_TIMEOUT_S},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _driver() -> ModuleType:
    try:
        import pysqlite3  # noqa: PLC0415  (a wheel with its own, newer SQLite where there is one)
    except ImportError:
        import sqlite3  # noqa: PLC0415

        return sqlite3
    return pysqlite3  # type: ignore[no-any-return]


def _on_connect(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401  (a DB-API connection of any driver)
    # The driver's own transactions begin late and not IMMEDIATE; ours are begun in _on_begin.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as exc:
        raise _database_error(path, exc) from exc
    except UnicodeError as exc:  # text in the file that is no UTF-8: the driver's own words included
        raise damaged(path, exc) from exc


def damaged(path: Path, exc: Exception) -> InputError:
    """Return the error that says a row is not what the authority wrote."""
    reason = str(exc) or type(exc).__name__
    return InputError(
        ErrorCode.NOT_READABLE, f"is damaged: {reason}", file=str(path), way_out="restore it from a backup"
    )


def _database_error(path: Path, exc: SQLAlchemyError) -> VnsignError:
    reason = str(exc.orig) if isinstance(exc, DatabaseError) else str(exc)
    if isinstance(exc, OperationalError):
        if "locked" in reason or "busy" in reason:
            return ServiceUnavailable(
                ErrorCode.SERVICE_UNREACHABLE, "is in use by another process", file=str(path), way_out="try again"
            )
        return UsageError(ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be used: {reason}", file=str(path))
    return InputError(ErrorCode.NOT_READABLE, f"is no authority's database: {reason}", file=str(path))


def _not_found(path: Path) -> UsageError:
    return UsageError(
        ErrorCode.AUTHORITY_NOT_FOUND,
        "no authority here",
        file=str(path.parent),
        way_out="make one with Authority.create, or name its folder",
    )
