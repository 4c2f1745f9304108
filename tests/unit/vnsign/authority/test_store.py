"""The database: one writer at a time, nothing written is changed, and connections that outlive nothing they should."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.support import postgres_database
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.sqlite import DATABASE_NAME, PRAGMAS
from vnsign.authority.database.store import (
    AuthorityStore,
    create_schema,
    insert_authority,
    read_authority,
    read_own_keys,
)
from vnsign.authority.database.tables import CERTIFICATE, METADATA, REQUEST, REQUEST_EVENT, STATUS_EVENT
from vnsign.authority.records import Act, JournalAct
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
CLERK = Act(by="Trần Thị Bình")
AUTHORITY_ROW = {
    "name": "Thử",
    "organization": "Sở Nội vụ",
    "base_url": "http://ca.example",
    "settings": "{}",
    "key_salt": b"s",
    "key_cost": 16,
    "created_at": 1,
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One PostgreSQL database; each test has a schema of its own in it."""
    with postgres_database() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an authority may be."""
    if request.param == "sqlite":
        return str(tmp_path)
    return new_schema(request.getfixturevalue("server"), tmp_path)


def new_schema(server: str, tmp_path: Path) -> str:
    """Make a schema named after the test's folder; return the address that leads there."""
    schema = "".join(letter for letter in tmp_path.name.lower() if letter.isalnum())[-40:]
    store = AuthorityStore(server)
    with store.writing() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    store.close()
    return f"{server}?options=-csearch_path%3D{schema}"


@pytest.fixture
def store(location: str) -> Iterator[AuthorityStore]:
    """An authority with one row in every table but the journal, which has what tells of them."""
    store = AuthorityStore(location)
    store.create_file()
    with store.acting() as ledger:
        create_schema(ledger.connection)
        insert_authority(ledger.connection, **AUTHORITY_ROW)
        add_rows(ledger)
        ledger.tell(JournalAct.FOUNDED, at=NOW, act=CLERK)
    yield store
    store.close()


def add_rows(ledger: Ledger, serial: str = "1a") -> None:
    """Add a row to every append-only table."""
    number = add_request(ledger)
    ledger.add(
        CERTIFICATE,
        serial=serial,
        issuer="issuing",
        profile="official",
        subscriber="ab",
        subject="CN=Ước",
        not_before=1,
        not_after=2**33,
        spki_sha256=bytes(32),
        der=b"\x30\x00",
        issued_at=1,
        request_id=number,
        replaces=None,
    )
    ledger.add(STATUS_EVENT, serial=serial, issuer="issuing", kind="revoked", at=1, reason="unspecified", recorded_at=1)
    ledger.add(METADATA.tables["own_key"], serial=serial, role="tsa", kind="pkcs8", reference=b"\x00")
    ledger.add(
        METADATA.tables["crl"], issuer="root", number=1, this_update=1, next_update=2, last_event=0, der=b"\x30\x00"
    )


def add_request(ledger: Ledger) -> int:
    """Add a request and its first event; return its number."""
    row = ledger.add(
        REQUEST,
        kind="new",
        form="01",
        agency="Sở Y tế",
        document="",
        subscriber="ab",
        profile="official",
        submitted_at=1,
    )
    ledger.add(REQUEST_EVENT, request_id=row["id"], seq=1, state="submitted", at=1, by="B", why="")
    return int(str(row["id"]))


APPEND_ONLY = sorted(set(METADATA.tables) - {"authority"})


@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_nothing_written_is_changed_or_deleted(store: AuthorityStore, statement: str) -> None:
    """The database itself refuses, whoever asks."""
    with store.writing() as connection:
        for table in APPEND_ONLY:
            column = next(column.name for column in METADATA.tables[table].columns if not column.primary_key)
            with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
                connection.execute(text(statement.format(table, f'"{column}"')))


def test_a_table_is_not_emptied(store: AuthorityStore) -> None:
    """TRUNCATE fires no row's trigger, so it has one of its own; SQLite has no such statement."""
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            return
        for table in APPEND_ONLY:
            with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
                connection.execute(text(f"TRUNCATE {table} CASCADE"))


def test_replacing_a_row_is_deleting_it(tmp_path: Path) -> None:
    """SQLite's INSERT OR REPLACE fires delete triggers only if it is told to."""
    store = AuthorityStore(tmp_path)
    store.create_file()
    with store.writing() as connection:
        create_schema(connection)
        connection.execute(text("INSERT INTO crl VALUES ('root', 1, NULL, 1, 2, 0, x'00')"))
        with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
            connection.execute(text("INSERT OR REPLACE INTO crl VALUES ('root', 1, NULL, 1, 2, 0, x'01')"))


def test_a_certificate_is_revoked_once(store: AuthorityStore) -> None:
    """Of two revocations at once one fails; a hold is no revocation."""
    values = {"serial": "1a", "issuer": "issuing", "at": 2, "reason": "unspecified", "recorded_at": 2}
    with store.acting() as ledger:
        assert ledger.try_add(STATUS_EVENT, kind="revoked", **values) is None
        assert ledger.try_add(STATUS_EVENT, kind="held", **values) is not None
        ledger.tell(JournalAct.HELD, at=NOW, act=CLERK)


def test_a_serial_number_is_used_once_and_names_a_certificate_that_is_there(store: AuthorityStore) -> None:
    """Primary and foreign keys are in force."""
    with store.writing() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        add_rows(Ledger(connection))
    event = {"issuer": "root", "kind": "held", "at": 1, "reason": "unspecified", "recorded_at": 1}
    with store.writing() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        Ledger(connection).add(STATUS_EVENT, serial="ff", **event)


def test_an_exception_takes_the_whole_transaction_back(store: AuthorityStore) -> None:
    """A request without its journal entry does not stay."""

    def act() -> None:
        with store.acting() as ledger:
            add_request(ledger)
            raise UsageError(ErrorCode.BAD_ARGUMENT, "changed my mind")

    with pytest.raises(UsageError):
        act()
    with store.reading() as connection:
        assert len(connection.execute(select(REQUEST.c.id)).all()) == 1


def test_a_second_writer_waits_for_the_first(store: AuthorityStore) -> None:
    """What the second reads is what the first wrote: no number is given twice."""
    numbers: list[int] = []
    is_inside = threading.Event()

    def second() -> None:
        is_inside.wait()
        with store.acting() as ledger:
            numbers.append(count(ledger))
            add_request(ledger)
            ledger.tell(JournalAct.REQUESTED, at=NOW, act=CLERK)

    def count(ledger: Ledger) -> int:
        return len(ledger.connection.execute(select(REQUEST.c.id)).all())

    thread = threading.Thread(target=second)
    thread.start()
    with store.acting() as ledger:
        is_inside.set()
        numbers.append(count(ledger))
        thread.join(timeout=0.3)
        assert thread.is_alive()
        add_request(ledger)
        ledger.tell(JournalAct.REQUESTED, at=NOW, act=CLERK)
    thread.join()
    assert numbers == [1, 2]


def test_one_reading_sees_one_state(store: AuthorityStore) -> None:
    """What is committed meanwhile is seen by the next reading (SQLite makes the writer wait instead)."""
    with store.reading() as connection:
        if connection.dialect.name == "sqlite":
            return
        before = connection.execute(select(REQUEST.c.id)).all()
        with store.acting() as ledger:
            add_request(ledger)
            ledger.tell(JournalAct.REQUESTED, at=NOW, act=CLERK)
        assert connection.execute(select(REQUEST.c.id)).all() == before
    with store.reading() as connection:
        assert len(connection.execute(select(REQUEST.c.id)).all()) == len(before) + 1


def test_a_forked_process_uses_connections_of_its_own(store: AuthorityStore) -> None:
    """The child writes and ends; the parent's connections work on."""
    with store.reading() as connection:
        of_parent = connection.connection.dbapi_connection
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with store.acting() as ledger:
                assert ledger.connection.connection.dbapi_connection is not of_parent
                add_request(ledger)
                ledger.tell(JournalAct.REQUESTED, at=NOW, act=CLERK)
            store.close()
            gc.collect()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    with store.reading() as connection:
        assert len(connection.execute(select(REQUEST.c.id)).all()) == 2


def test_the_settings_of_every_connection_are_in_force(tmp_path: Path) -> None:
    """Read back, not believed: pragmas, and STRICT for every table of ours."""
    store = AuthorityStore(tmp_path)
    store.create_file()
    with store.writing() as connection:
        create_schema(connection)
    with store.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
        lax = connection.exec_driver_sql(
            "SELECT name FROM pragma_table_list WHERE strict = 0 AND type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).all()
    assert found == PRAGMAS
    assert [name for (name,) in lax] == ["alembic_version"]


def test_the_settings_of_a_server_are_in_force(server: str, tmp_path: Path) -> None:
    """Read back: who reads has one state and cannot write; who writes sees what was committed before."""
    store = AuthorityStore(new_schema(server, tmp_path))
    names = ("transaction_isolation", "transaction_read_only", "application_name")
    with store.reading() as connection:
        reads = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]
    with store.writing() as connection:
        writes = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in (*names, "lock_timeout")]
    store.close()
    assert reads == ["repeatable read", "on", "vnsign"]
    assert writes == ["read committed", "off", "vnsign", "30s"]


def test_a_file_put_in_the_place_of_another_is_read_at_once(tmp_path: Path) -> None:
    """A backup put back while the service runs: connections to the old file are not used again."""
    stores = [AuthorityStore(tmp_path / name) for name in ("here", "backup")]
    for store, name in zip(stores, ("now", "then"), strict=True):
        store.create_file()
        with store.writing() as connection:
            create_schema(connection)
            insert_authority(connection, **{**AUTHORITY_ROW, "name": name})
    with stores[0].reading() as connection:
        assert read_authority(connection).name == "now"
    (tmp_path / "backup" / DATABASE_NAME).replace(tmp_path / "here" / DATABASE_NAME)
    with stores[0].reading() as connection:
        assert read_authority(connection).name == "then"


def test_a_database_in_use_for_too_long_can_be_tried_again(
    store: AuthorityStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says who is to blame: nobody yet."""
    monkeypatch.setattr("vnsign.authority.database.postgres._LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr("vnsign.authority.database.sqlite._BUSY_TIMEOUT_S", 0.1)
    other = AuthorityStore(store.name if store.folder is None else store.folder)
    other._database = store._database
    other._engine = store._database.create_engine()
    with store.writing(), pytest.raises(ServiceUnavailable) as caught, other.writing():
        pass
    other.close()
    assert caught.value.code is ErrorCode.SERVICE_UNREACHABLE


@pytest.mark.parametrize(
    "location",
    [
        "mysql://u@h/d",
        "postgresql+psycopg2://u@h/d",
        "://",
        "postgresql://u@h:x/d",
        "postgresql://u@h/d?password=geheim",
    ],
)
def test_an_address_of_something_else_is_refused(location: str) -> None:
    """Nor is a password taken where errors would show it."""
    with pytest.raises(UsageError) as caught:
        AuthorityStore(location)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert "geheim" not in repr(caught.value) + str(caught.value)


def test_a_password_stands_in_no_error() -> None:
    """No server listens at port 1; the error names the address without its password."""
    pytest.importorskip("psycopg")
    store = AuthorityStore("postgresql://u:geheim@127.0.0.1:1/d")

    def whole_story(error: BaseException | None) -> str:
        return "" if error is None else f"{error!r} {error} {whole_story(error.__cause__ or error.__context__)}"

    with pytest.raises(ServiceUnavailable) as caught, store.reading():
        pass
    assert caught.value.code is ErrorCode.SERVICE_UNREACHABLE
    assert "127.0.0.1" in str(caught.value)
    assert "geheim" not in whole_story(caught.value) + repr(store) + store.name


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a server but not psycopg is told what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError) as caught:
        AuthorityStore("postgresql://u@h/d")
    assert "vnsign[postgres]" in str(caught.value)


def test_a_place_without_an_authority_is_our_error(location: str) -> None:
    """An empty folder, an empty schema."""
    store = AuthorityStore(location)
    with pytest.raises(VnsignError) as caught, store.reading() as connection:
        read_authority(connection)
    store.close()
    assert caught.value.code is ErrorCode.AUTHORITY_NOT_FOUND


def test_tables_of_somebody_else_are_our_error(server: str, tmp_path: Path) -> None:
    """A table called authority that is none."""
    store = AuthorityStore(new_schema(server, tmp_path))
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE authority (id integer)"))
        connection.execute(text("INSERT INTO authority VALUES (1)"))
    with pytest.raises((InputError, UsageError)) as caught, store.reading() as connection:
        read_authority(connection)
    store.close()
    assert caught.value.code in {ErrorCode.NOT_READABLE, ErrorCode.BAD_ARGUMENT}


def test_of_own_keys_of_one_second_the_one_that_replaces_counts(store: AuthorityStore) -> None:
    """Serial numbers are random and tell no order; 1a is replaced by 0b, and that by 0a."""
    with store.acting() as ledger:
        for serial, replaces in (("0b", "1a"), ("0a", "0b")):
            old = ledger.connection.execute(select(CERTIFICATE).where(CERTIFICATE.c.serial == "1a")).one()._asdict()
            ledger.add(CERTIFICATE, **{**old, "serial": serial, "replaces": replaces})
            ledger.add(METADATA.tables["own_key"], serial=serial, role="tsa", kind="pkcs8", reference=b"\x00")
        ledger.tell(JournalAct.OWN_RENEWED, at=NOW, act=CLERK)
    with store.reading() as connection:
        assert read_own_keys(connection)[-1].serial == "0a"
