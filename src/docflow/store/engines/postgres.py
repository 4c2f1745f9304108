"""A database on a PostgreSQL server, for a province: any number of agencies, any number of processes.

Invariants:
    - A commit that returned is on the server's disk (``synchronous_commit=on``).
    - Nobody waits for ever: locks, statements and idle transactions have time-outs. Only an upgrade of the tables,
      and the lock it holds, have as long as they need.
    - What is read in one reading transaction is one state (REPEATABLE READ, READ ONLY).
    - No password stands in a name, an error or a repr.
    - An address names its server: PGHOST and PGPORT decide nothing. Which database it led to, the database is asked.

What it does not do: it makes no database and no roles, and keeps no password (``~/.pgpass``, client certificates). It
does not tell a server from one that was copied file by file, which calls itself by the same number, as a standby does.
Writers of one agency take turns on the row of its log's head (:mod:`docflow.store.writing.unit`), not here.

Source: PostgreSQL manual §13.2 (isolation), §13.3 (locks), §20.11 (time-outs).
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from docflow.errors import ErrorCode, UsageError
from docflow.store.engines.errors import closed, connecting_errors, translated_errors

SETTINGS: dict[str, str] = {
    "synchronous_commit": "on",
    "lock_timeout": "30s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
"""What every connection is set to; read back in a test."""

_DRIVER = "postgresql+psycopg"
_CONNECT_TIMEOUT_S = "10"
_KEPT_CONNECTIONS = 8
_PORT = 5432
_SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"})
"""Options of libpq that nobody else may read."""
_WAY_OUT = "leave it out: libpq takes it from ~/.pgpass, PGPASSFILE, PGPASSWORD or a service"
_READ_BY_OTHERS = (
    "Địa chỉ cơ sở dữ liệu không được chứa mật khẩu: người khác đọc được. Hãy ghi mật khẩu vào ~/.pgpass hoặc biến môi"
    " trường PGPASSWORD."
)
_NO_NAME = "Địa chỉ chưa nêu tên cơ sở dữ liệu."
_NO_SERVER = (
    "Địa chỉ chưa nêu máy chủ: biến môi trường PGHOST sẽ quyết định số được cấp ở đâu. Hãy ghi"
    " postgresql://người-dùng@máy-chủ/cơ-sở-dữ-liệu, hoặc ?host=/thư-mục-của-socket."
)
_SERVER_WAY_OUT = "write postgresql://user@server/database; a socket is named by its folder, ?host=/run/postgresql"
_MIGRATION_LOCK = 0x646F6366
_UNKNOWN = "-"
_PLACE = sa.text(
    "SELECT d.oid, c.relnamespace, has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
    " FROM pg_catalog.pg_database d, pg_catalog.pg_class c"
    " WHERE d.datname = current_database() AND c.oid = to_regclass('audit_head')"
)
_SERVER = sa.text("SELECT system_identifier FROM pg_catalog.pg_control_system()")


def is_server_address(location: str) -> bool:
    """Return whether a location is meant as a database server's address and not as a folder."""
    return "://" in location


class PostgresDatabase:
    """One schema of one database: the first of the ``search_path``; safe for threads, refused in a forked child.

    Attributes:
        identity: Which database it was found to be by :meth:`identify`; None before.
    """

    def __init__(self, address: str) -> None:
        """Read the address; nothing is opened yet.

        Raises:
            UsageError: ``BAD_ARGUMENT``; no address of a PostgreSQL database, or no driver for it.
        """
        self._pid = os.getpid()
        self._is_closed = False
        self.identity: str | None = None
        url = _read_address(address)
        self.name = _render(url)
        query = {"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "docflow"}
        self.engine = sa.create_engine(
            _with_port(url).set(query={**query, **url.query, "options": _options(url)}),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=-1,
            hide_parameters=True,
        )
        self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection in a read transaction: one snapshot until the block ends.

        Raises:
            StoreUnavailable: ``STORE_UNREACHABLE``; no server answers, it lets nobody in, or the connection was lost.
                ``STORE_UNUSABLE``; there is no store.
        """
        self._refuse_use()
        with self._connected(self._reader) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction.

        Raises:
            StoreUnavailable: ``STORE_UNREACHABLE``; nothing was begun, or the connection was lost. ``STORE_BUSY`` or
                ``STORE_UNUSABLE``. If it was lost or committing failed, whether it took effect is unknown: repeat the
                call with the same idempotency key.
        """
        self._refuse_use()
        with self._connected(self.engine) as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """As :meth:`writing`, and a statement may take as long as it takes: a year's table is copied by one.

        Raises:
            StoreUnavailable: As :meth:`writing`.
        """
        with self.writing() as connection:
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            yield connection

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock under which tables and agencies are made.

        Raises:
            StoreUnavailable: ``STORE_BUSY``; others held it for too long. ``STORE_UNREACHABLE``.
        """
        self._refuse_use()
        with self._connected(self.engine) as connection:
            # This connection is idle while another one works; the server must not take the lock away meanwhile.
            connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
            yield

    def identify(self, connection: sa.Connection) -> str:
        """Ask which database, and which schema of it, a connection leads to, and keep the answer; its tables are there.

        See :func:`read_identity`.
        """
        self.identity = read_identity(connection)
        return self.identity

    def is_reached_by(self, connection: sa.Connection) -> bool:
        """Return whether somebody's connection leads to the same database and schema; :meth:`identify` was called."""
        return self.identity is not None and is_same_identity(self.identity, read_identity(connection))

    def close(self) -> None:
        """Close every connection; from now on nothing is read or written."""
        self._is_closed = True
        if os.getpid() == self._pid:
            self.engine.dispose()

    release = close

    @contextmanager
    def _connected(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        with connecting_errors(self.name):
            connection = engine.connect()
        with translated_errors(self.name), connection, connection.begin():
            yield connection

    def _refuse_use(self) -> None:
        if self._is_closed:
            raise closed(self.name)
        if os.getpid() != self._pid:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{self.name}: opened before the process forked; connections do not survive a fork",
                vi="Cơ sở dữ liệu đã mở trước khi tách tiến trình.",
                way_out="open the office again in the new process",
            )


def read_identity(connection: sa.Connection) -> str:
    """Return which database, and which schema of it, holds the tables that a connection sees.

    The number of the server (or ``-`` where the role may not ask for it), of the database in it, and of the schema in
    that. A copy has others, wherever it lies: restored beside the original or on another server, by whatever name,
    search path or variable somebody comes to it. Renaming changes none.

    Does not check: a server that was copied file by file has the same numbers.

    Source: PostgreSQL manual §9.27.12 (pg_control_system), §53.15 (pg_database).
    """
    row = connection.execute(_PLACE).one_or_none()
    if row is None:
        return f"{_UNKNOWN}/0/0"
    database, schema, may_ask = row
    return f"{connection.scalar(_SERVER) if may_ask else _UNKNOWN}/{database}/{schema}"


def is_same_identity(one: str, other: str) -> bool:
    """Return whether two answers of :func:`read_identity` are of one place; a server that is unknown may be any."""
    (server, *place), (other_server, *other_place) = one.split("/"), other.split("/")
    return place == other_place and (server == other_server or _UNKNOWN in {server, other_server})


def read_plain_address(address: str) -> str:
    """Return an address as it is written down and shown: plain, and refused if there is a password in it.

    Raises:
        UsageError: ``BAD_ARGUMENT``; also no address of a PostgreSQL database, or no driver for it.
    """
    url = _read_address(address)
    if url.password is not None:
        raise _bad(
            "a password in an address is read by others",
            vi=_READ_BY_OTHERS,
            way_out=_WAY_OUT,
        )
    return _render(url)


def show_address(address: str) -> str:
    """Return an address as it may be shown to anybody, without its password.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no address of a PostgreSQL database, or no driver for it.
    """
    return _render(_read_address(address))


def is_same_database(address: str, other: str) -> bool:
    """Return whether two addresses name the same database in the same words, whoever the user is.

    Does not check: whether two names of a server are one server.

    Raises:
        UsageError: ``BAD_ARGUMENT``; one of them is no address of a PostgreSQL database, or no driver for it.
    """
    return _where(_read_address(address)) == _where(_read_address(other))


def _where(url: sa.URL) -> tuple[object, ...]:
    named = {name: url.query[name] for name in ("host", "hostaddr", "port", "service", "dbname") if name in url.query}
    return (url.host or "").lower(), url.port or _PORT, url.database, named


def _with_port(url: sa.URL) -> sa.URL:
    """Return an address whose port PGPORT does not decide."""
    is_open = url.host and not url.port and {"port", "service"}.isdisjoint(url.query)
    return url.set(port=_PORT) if is_open else url


def _options(url: sa.URL) -> str:
    """Return what a session is set to: an address may set other time-outs, but not that a commit may be lost."""
    own = [f"-c {name}={value}" for name, value in SETTINGS.items()]
    durable = f"-c synchronous_commit={SETTINGS['synchronous_commit']}"
    return " ".join([*own, *url.normalized_query.get("options", ()), durable])


def _render(url: sa.URL) -> str:
    return url._replace(drivername="postgresql", password=None).render_as_string()


def _read_address(address: str) -> sa.URL:
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        raise _bad("this is no address of a database") from None
    if url.drivername not in {"postgresql", _DRIVER}:
        raise _bad(f"an office is kept in a folder or by PostgreSQL, not by {url.drivername}")
    if not url.database:
        raise _bad("an address without a name leaves it to the server which database it is", vi=_NO_NAME)
    if not (url.host or any(map(url.query.get, ("host", "hostaddr", "service")))):
        raise _bad(
            "an address without a server leaves it to PGHOST which one gives the numbers",
            vi=_NO_SERVER,
            way_out=_SERVER_WAY_OUT,
        )
    if not _SECRETS.isdisjoint(url.query):
        raise _bad(
            "a password among the options of an address would be shown in errors", vi=_READ_BY_OTHERS, way_out=_WAY_OUT
        )
    if importlib.util.find_spec("psycopg") is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "PostgreSQL needs the driver psycopg",
            vi="Chưa cài trình điều khiển PostgreSQL (psycopg).",
            way_out="pip install 'vnsign-docflow[postgres]'",
        )
    return url.set(drivername=_DRIVER)


def _bad(
    message: str,
    *,
    vi: str = "Địa chỉ cơ sở dữ liệu phải có dạng postgresql://người-dùng@máy-chủ/cơ-sở-dữ-liệu.",
    way_out: str = "name a folder, or postgresql://user@server/database",
) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi, way_out=way_out)
