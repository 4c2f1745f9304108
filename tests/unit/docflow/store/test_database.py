"""The settings and locks that guard the store, read back."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from docflow import DocflowError, ErrorCode, Office, verify_log
from docflow.store import METADATA, PRAGMAS, BlobFolder, Database, migrations
from docflow.store.engines import database
from tests.office_kit import SetClock, make_agency, make_draft, open_office, seal_off, sign_off
from tests.support import postgres_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an office is to be."""
    return tmp_path / "office"


@pytest.fixture
def opened(folder: Path) -> Iterator[Database]:
    """Open the database of an empty office."""
    open_office(folder).close()
    store = Database(folder / "docflow.sqlite")
    yield store
    store.close()


@pytest.mark.parametrize("name", PRAGMAS)
def test_a_pragma_that_guards_us_is_read_back(opened: Database, name: str) -> None:
    """WAL, synchronous FULL, foreign keys, no automatic checkpoint: set on each connection, and so it stays."""
    with opened.reading() as first, opened.reading() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == PRAGMAS[name]


def test_the_driver_is_new_enough() -> None:
    """SQLite before 3.51.3 may corrupt a WAL that two connections reset at once."""
    assert database.choose_driver().sqlite_version_info >= database.SAFE_SQLITE


def test_an_old_sqlite_is_refused_unless_one_process_owns_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller must promise what the library cannot see."""

    def old(name: str) -> ModuleType:
        if name == "pysqlite3":
            raise ImportError(name)
        return SimpleNamespace(sqlite_version_info=(3, 40, 1))  # type: ignore[return-value]

    monkeypatch.setattr("docflow.store.engines.database.importlib.import_module", old)
    with pytest.raises(DocflowError) as caught:
        database.choose_driver()
    assert caught.value.code is ErrorCode.SQLITE_TOO_OLD
    assert database.choose_driver(single_process=True).sqlite_version_info == (3, 40, 1)


def test_a_new_store_has_the_tables_and_the_revision_that_the_migrations_make(opened: Database) -> None:
    """Made at once or by every migration in turn: the same, also in what only SQLite knows (STRICT, WITHOUT ROWID)."""
    with opened.reading() as connection:
        assert migrations.current_revision(connection) == migrations.HEAD
        made = sqlite_schema(connection)
    engine = sa.create_engine("sqlite://", module=database.choose_driver())
    with engine.begin() as connection:
        migrations.upgrade(connection)
        assert migrations.current_revision(connection) == migrations.HEAD
        assert differences(connection) == []
        assert sqlite_schema(connection) == made
    engine.dispose()
    assert {"alembic_version", "search_index", "search_text_added", "ix_parcel_due_at"} < set(made)


def test_a_new_store_on_postgresql_is_the_one_that_the_migrations_make() -> None:
    """Types, collations, defaults, keys, checks, indexes and comments; only the order of columns may differ."""
    schemas = []
    with postgres_database() as address:
        engine = sa.create_engine(address)
        for make in (migrations.make, migrations.upgrade):
            with engine.begin() as connection:
                make(connection)
                assert migrations.current_revision(connection) == migrations.HEAD
                assert differences(connection) == []
                schemas.append(postgresql_schema(connection))
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    made, migrated = schemas
    assert made == migrated
    assert {"alembic_version", "agency"} < {row[0] for row in made["columns"]}
    assert any(row[0] == "search_index" for row in made["indexes"])


def test_a_table_of_somebody_elses_is_not_taken_for_ours(folder: Path) -> None:
    """A database that another program filled is refused, and left as it was."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as others:
        others.execute("CREATE TABLE document (title)")
        others.commit()
    with pytest.raises(DocflowError) as caught:
        open_office(folder)
    assert caught.value.code is ErrorCode.STORE_UNUSABLE
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as others:
        assert others.execute("SELECT name FROM sqlite_master").fetchall() == [("document",)]


def differences(connection: sa.Connection) -> list[Any]:
    """Return what Alembic would change to come from this database to the tables of the program."""
    options = {"include_object": is_table_of_ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def sqlite_schema(connection: sa.Connection) -> dict[str, list[str]]:
    """Return the statement that made each table, index and trigger."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    return {row.name: normal(row.sql) for row in connection.exec_driver_sql(query)}


def postgresql_schema(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the server's own catalogues say of everything in the schema."""
    queries = {
        "columns": """SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, collname,
            pg_get_expr(adbin, adrelid), col_description(pg_class.oid, attnum)
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            LEFT JOIN pg_collation ON pg_collation.oid = attcollation
            LEFT JOIN pg_attrdef ON adrelid = pg_class.oid AND adnum = attnum
            WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND attnum > 0 AND NOT attisdropped""",
        "relations": """SELECT relname, relkind::text, obj_description(oid) FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace""",
        "constraints": """SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = current_schema()::regnamespace""",
        "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    }
    return {
        name: sorted((tuple(row) for row in connection.exec_driver_sql(query)), key=repr)
        for name, query in queries.items()
    }


def is_table_of_ours(_item: object, name: str | None, _kind: str, *_more: object) -> bool:
    """Leave out what Alembic cannot compare: the full-text index, and the tables that SQLite makes for it."""
    return not str(name).startswith("search_index")


def normal(text: str) -> list[str]:
    """Leave out the order, the spaces and the ends of lines with which two makers wrote the same table."""
    body, depth, parts = " ".join(text.split()), 0, [""]
    for char in body:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += char
    head, _, first = parts[0].partition("(")
    last, _, tail = parts[-1].rpartition(")")
    middle = [first, *parts[1:-1], last] if len(parts) > 1 else [first.rpartition(")")[0]]
    return [head.strip(), tail.strip(), *sorted(re.sub(r"\s*([(),])\s*", r"\1", part).strip() for part in middle)]


def test_the_tables_can_be_made_on_postgresql() -> None:
    """The schema names no type that only SQLite has."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(sa.schema.CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    assert len(made) == len(METADATA.tables)
    assert any("BYTEA" in text and "BIGINT" in text for text in made)


def test_a_strict_table_takes_no_text_for_a_number(opened: Database) -> None:
    """STRICT: a value of another type is an error, not a guess."""
    with pytest.raises(DocflowError) as caught, opened.writing() as connection:
        connection.exec_driver_sql("INSERT INTO blob (sha256, size) VALUES ('x', 'many')")
    assert caught.value.code is ErrorCode.STORE_UNUSABLE


def test_the_log_key_is_for_its_owner_only(folder: Path) -> None:
    """0600, outside the database; a key that others may read is refused."""
    open_office(folder).close()
    key = folder / "log.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    key.chmod(0o640)
    with pytest.raises(DocflowError, match="chmod 600") as caught:
        open_office(folder)
    assert caught.value.code is ErrorCode.STORE_UNUSABLE


@pytest.mark.parametrize(
    "content", [None, b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_lost_log_key_is_never_replaced(folder: Path, content: bytes | None) -> None:
    """A log goes on with its own key or not at all."""
    open_office(folder).close()
    key = folder / "log.key"
    key.unlink()
    if content is not None:
        key.write_bytes(content)
        key.chmod(0o600)
    with pytest.raises(DocflowError) as caught:
        open_office(folder)
    assert caught.value.code is ErrorCode.STORE_UNUSABLE
    assert key.exists() is (content is not None)


def test_another_log_key_is_refused(folder: Path, tmp_path: Path) -> None:
    """The first leaf names the key; a key from elsewhere does not sign here."""
    open_office(folder).close()
    Office.open(tmp_path / "other", agency=make_agency(), clock=SetClock()).close()
    (folder / "log.key").write_bytes((tmp_path / "other" / "log.key").read_bytes())
    with pytest.raises(DocflowError, match="not the one this log was begun with"):
        open_office(folder)


def test_a_folder_belongs_to_one_agency(folder: Path) -> None:
    """Another code, or other particulars under the same code, are refused."""
    import dataclasses  # noqa: PLC0415 - one use

    open_office(folder).close()
    for agency in (make_agency("H98"), dataclasses.replace(make_agency(), name="Cơ quan khác")):
        with pytest.raises(DocflowError) as caught:
            Office.open(folder, agency=agency)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_what_is_no_database_is_our_error(folder: Path) -> None:
    """Any bytes give a result or our error."""
    open_office(folder).close()
    path = folder / "docflow.sqlite"
    for content in (b"no database" * 1000, path.read_bytes()[:5000], b"SQLite format 3\x00" + bytes(5000)):
        path.write_bytes(content)
        for call in (lambda: open_office(folder), lambda: verify_log(folder)):
            with pytest.raises(DocflowError) as caught:
                call()
            assert caught.value.code is ErrorCode.STORE_UNUSABLE


def test_the_wal_is_copied_back_now_and_then(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """wal_autocheckpoint is off: the writer does it, under the lock."""
    monkeypatch.setattr(database, "CHECKPOINT_COMMITS", 10)
    with open_office(folder) as office:
        for number in range(10):
            seal_off(office, f"d{number}")
        assert (folder / "docflow.sqlite-wal").stat().st_size < 2_000_000
        with closing(sqlite3.connect(f"file:{folder}/docflow.sqlite?immutable=1", uri=True)) as without_wal:
            assert without_wal.execute("SELECT count(*) FROM document").fetchone()[0] > 5


def test_the_wal_does_not_grow_with_the_callers_transactions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied back and cut when the caller releases the lock; his engine is his own and knows none of our pragmas."""
    monkeypatch.setattr(database, "CHECKPOINT_BYTES", 200_000)
    wal, sizes = folder / "docflow.sqlite-wal", []
    with open_office(folder) as office:
        driver = database.choose_driver(single_process=True)
        engine = sa.create_engine(f"sqlite:///{folder / 'docflow.sqlite'}", module=driver)
        for turn in range(40):
            with office.lock(), engine.begin() as connection:
                for number in range(5):
                    office.within(connection).draft(make_draft(), actor="A", document_id=f"d{turn}-{number}")
            sizes.append(wal.stat().st_size)
        engine.dispose()
        assert max(sizes) < 700_000, sizes
        with closing(sqlite3.connect(f"file:{folder}/docflow.sqlite?immutable=1", uri=True)) as without_wal:
            assert without_wal.execute("SELECT count(*) FROM document").fetchone()[0] > 150


@pytest.mark.timeout(25)  # SQLite would wait for the reader for thirty seconds, each time
def test_whoever_reads_for_long_stops_nobody_from_committing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The WAL is not cut under him, and nobody waits for him; once he is gone it is."""
    monkeypatch.setattr(database, "CHECKPOINT_BYTES", 50_000)
    wal = folder / "docflow.sqlite-wal"
    with open_office(folder) as office:
        office.draft(make_draft(), actor="A", document_id="first")
        driver = database.choose_driver(single_process=True)  # two SQLite libraries would lose each other's locks
        with closing(driver.connect(str(folder / "docflow.sqlite"), isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM document").fetchone() == (1,)
            for number in range(20):
                office.draft(make_draft(), actor="A", document_id=f"d{number}")
            assert reader.execute("SELECT count(*) FROM document").fetchone() == (1,)
            grown = wal.stat().st_size
            reader.execute("COMMIT")
        for number in range(20):
            office.draft(make_draft(), actor="A", document_id=f"e{number}")
        assert wal.stat().st_size < grown
        assert office.verify_log().is_intact


def test_a_statement_is_parsed_once(folder: Path) -> None:
    """Also in the process that migrated the store, which fills the driver's cache of parsed statements."""
    parsed: list[tuple[object, ...]] = []

    def watched(*what: object) -> int:
        parsed.append(what)
        return 0  # SQLITE_OK

    with open_office(folder) as office:
        for number in range(6):
            sign_off(office, f"d{number}")
        store = office._store.database
        assert isinstance(store, database.Database)
        writer: Any = store._writing_connection().connection.dbapi_connection
        for number in range(6):
            if number == 4:
                writer.set_authorizer(watched)
            if number == 5:
                parsed.clear()  # setting an authorizer makes every statement stale, once
            office.issue(f"d{number}", actor="V")
        writer.set_authorizer(None)
    transactions = {22, 32}  # SQLITE_TRANSACTION, SQLITE_SAVEPOINT: the driver's own commit() parses its word anew
    assert [what for what in parsed if what[0] not in transactions] == []


def test_a_writer_waits_for_the_lock_and_gives_up_in_the_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STORE_BUSY after the time that writers wait; nothing is written."""
    with open_office(folder) as office:
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(folder / "docflow.lock")], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        with holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            monkeypatch.setattr(database, "LOCK_WAIT_S", 0.05)
            with pytest.raises(DocflowError) as caught:
                office.draft(make_draft(), actor="A", document_id="d1")
            assert caught.value.code is ErrorCode.STORE_BUSY
            holder.kill()
        monkeypatch.undo()
        office.draft(make_draft(), actor="A", document_id="d1")


def test_whoever_wrote_and_closes_waits_for_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is on the disk; whoever writes now copies the WAL back."""
    office = open_office(folder)
    office.draft(make_draft(), actor="A", document_id="d1")
    monkeypatch.setattr(database, "LOCK_WAIT_S", 0.2)
    with (folder / "docflow.lock").open("r+b") as file, Database(folder / "docflow.sqlite").reading():
        fcntl.flock(file, fcntl.LOCK_EX)
        office.close()
        assert (folder / "docflow.sqlite-wal").stat().st_size > 0
    with open_office(folder) as office:
        assert office.document("d1").id == "d1"


_HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_threads_may_share_an_office(folder: Path) -> None:
    """Numbers run 1..n however many threads ask."""
    with open_office(folder) as office:
        names = [f"d{number}" for number in range(24)]
        for name in names:
            sign_off(office, name)
        threads = [
            threading.Thread(target=lambda part=names[at::4]: [office.issue(name, actor="V") for name in part])
            for at in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(document.number or 0 for document in office.documents()) == list(range(1, 25))
        assert office.verify_log().is_intact


def test_a_forked_child_is_told_to_open_anew(folder: Path) -> None:
    """SQLite connections do not survive a fork."""
    with open_office(folder) as office:
        child = os.fork()
        if child == 0:
            try:
                office.documents()
            except DocflowError as exc:
                os._exit(7 if exc.code is ErrorCode.BAD_ARGUMENT else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        office.documents()


def test_a_blob_is_written_once_and_read_whole(tmp_path: Path) -> None:
    """Content-addressed: the same bytes have the same name; changed bytes are not handed out."""
    blobs = BlobFolder(tmp_path / "blobs")
    name = blobs.put(b"content")
    assert blobs.put(b"content") == name
    assert blobs.get(name) == b"content"
    blobs.path_of(name).write_bytes(b"contend")
    with pytest.raises(DocflowError) as caught:
        blobs.get(name)
    assert caught.value.code is ErrorCode.EVIDENCE_BROKEN
    assert blobs.put(b"content") == name
    assert blobs.get(name) == b"content"
    for wrong in ("0" * 64, "../../etc/passwd", "0" * 63, "G" * 64):
        with pytest.raises(DocflowError):
            blobs.get(wrong)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No partial file, our error, and the same call works when there is room again."""
    blobs = BlobFolder(tmp_path / "blobs")

    def full(descriptor: int) -> None:
        # A folder can still be written down when there is no room for a file.
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DocflowError, match="No space left") as caught:
            blobs.put(b"content")
        assert caught.value.code is ErrorCode.STORE_UNUSABLE
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert blobs.get(blobs.put(b"content")) == b"content"
