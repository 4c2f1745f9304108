"""What another program changes in our tables themselves is named; what it keeps beside them is its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import LogReport
from docflow.audit import LogFindingCode
from docflow.store.engines.database import choose_driver
from tests.contract.offices import Place, make_place
from tests.office_kit import sign_off

FUNCTION = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.symbol := ''x''; RETURN NEW; END'"
WRITABLE = "PRAGMA writable_schema = 1; UPDATE sqlite_master"
CASCADE = "ALTER TABLE remark DROP CONSTRAINT fk_remark_agency, ADD CONSTRAINT fk_remark_agency"
ON_BOTH = [
    ("ALTER TABLE document ADD COLUMN secret TEXT", ("document", "", "secret")),
    ("DROP INDEX ix_parcel_due_at", ("parcel", "index ix_parcel_due_at", None)),
    ("CREATE UNIQUE INDEX one_subject ON document (agency, subject)", ("document", "index one_subject", None)),
]
ON_SQLITE = [
    *ON_BOTH,
    (
        "CREATE TRIGGER meddle AFTER INSERT ON register_entry BEGIN DELETE FROM remark; END",
        ("register_entry", "trigger meddle", None),
    ),
    ("DROP TRIGGER search_text_removed", ("search_text", "trigger search_text_removed", None)),
    (
        "DROP INDEX ix_audit_leaf_subject; CREATE INDEX ix_audit_leaf_subject ON audit_leaf (agency, type)",
        ("audit_leaf", "index ix_audit_leaf_subject", None),
    ),
    (
        f"{WRITABLE} SET sql = replace(sql, 'CONSTRAINT ck_blob_size CHECK', 'CHECK') WHERE name = 'blob'",
        ("blob", "constraint ck_blob_size", None),
    ),
    (
        f"{WRITABLE} SET sql = replace(sql, ',' || char(10) || ' STRICT', '') WHERE name = 'register_entry'",
        ("register_entry", "", None),
    ),
]
ON_POSTGRESQL = [
    *ON_BOTH,
    (
        f"{FUNCTION}; CREATE TRIGGER meddle BEFORE INSERT ON register_entry FOR EACH ROW EXECUTE FUNCTION meddle()",
        ("register_entry", "trigger meddle", None),
    ),
    ("CREATE RULE meddle AS ON DELETE TO remark DO INSTEAD NOTHING", ("remark", "rule meddle", None)),
    (
        "ALTER TABLE register_entry DROP CONSTRAINT uq_register_entry_document_id",
        ("register_entry", "constraint uq_register_entry_document_id", None),
    ),
    ("ALTER TABLE blob DROP CONSTRAINT ck_blob_size", ("blob", "constraint ck_blob_size", None)),
    (
        f"{CASCADE} FOREIGN KEY (agency) REFERENCES agency (code) ON DELETE CASCADE",
        ("remark", "constraint fk_remark_agency", None),
    ),
    ("ALTER TABLE document ALTER COLUMN subject DROP NOT NULL", ("document", "", "subject")),
    ("ALTER TABLE document ALTER COLUMN version SET DEFAULT 9", ("document", "", "version")),
    ("ALTER TABLE document ALTER COLUMN version TYPE NUMERIC", ("document", "", "version")),
]


@pytest.fixture
def place_on_sqlite(tmp_path: Path) -> Iterator[Place]:
    """A small office in a folder."""
    with make_place("sqlite", tmp_path) as place, place.open() as office:
        sign_off(office, "d1")
        office.close()
        yield place


@pytest.fixture
def place_on_postgresql(tmp_path: Path) -> Iterator[Place]:
    """A small office on a server."""
    with make_place("postgresql", tmp_path) as place, place.open() as office:
        sign_off(office, "d1")
        office.close()
        yield place


def change(place: Place, statements: str) -> None:
    """Let another program change the schema."""
    if place.kind == "postgresql":
        engine = sa.create_engine(place.database, poolclass=sa.NullPool)
    else:
        path = f"{place.database}/docflow.sqlite"
        engine = sa.create_engine(f"sqlite:///{path}", module=choose_driver(), poolclass=sa.NullPool)
    with engine.begin() as connection:
        if place.kind == "postgresql":
            connection.exec_driver_sql(statements)
        else:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.executescript(statements)


def verify(place: Place) -> LogReport:
    """Verify from outside, and from an office that is open: they say the same."""
    with place.open() as office:
        report = office.verify_log()
    assert place.verify().findings == report.findings
    return report


@pytest.mark.parametrize(("statements", "named"), ON_SQLITE)
def test_what_was_changed_in_a_table_of_sqlite_is_named(
    place_on_sqlite: Place, statements: str, named: tuple[str, str, str | None]
) -> None:
    """Of its own kind, and nothing else is: the rows are as they were.

    NĐ 30/2020 PL VI Phần I mục I.4: "Bảo đảm tính xác thực, độ tin cậy của tài liệu, dữ liệu lưu hành trong Hệ
        thống."
    """
    change(place_on_sqlite, statements)
    found = {(f.code, f.table, f.key, f.column) for f in verify(place_on_sqlite).findings}
    assert found == {(LogFindingCode.SCHEMA_CHANGED, *named)}


@pytest.mark.slow
@pytest.mark.parametrize(("statements", "named"), ON_POSTGRESQL)
def test_what_was_changed_in_a_table_of_postgresql_is_named(
    place_on_postgresql: Place, statements: str, named: tuple[str, str, str | None]
) -> None:
    """The same on a server, where rules and switched-off triggers are too."""
    change(place_on_postgresql, statements)
    found = {(f.code, f.table, f.key, f.column) for f in verify(place_on_postgresql).findings}
    assert found == {(LogFindingCode.SCHEMA_CHANGED, *named)}


@pytest.mark.slow
def test_foreign_keys_that_are_switched_off_are_named(place_on_postgresql: Place) -> None:
    """The server enforces them by triggers of its own; whoever owns the database can switch them off."""
    change(place_on_postgresql, "ALTER TABLE remark DISABLE TRIGGER ALL")
    report = verify(place_on_postgresql)
    assert report.findings
    assert {(f.code, f.table) for f in report.findings} == {(LogFindingCode.SCHEMA_CHANGED, "remark")}


def test_what_others_keep_in_the_same_database_is_theirs(place: Place) -> None:
    """Tables that refer to ours, a view, and an index that somebody added to read faster: noted, and nothing wrong.

    NĐ 30/2020 PL VI Phần I mục III.2c: an e-office may keep its own tables beside docflow's.
    """
    with place.open() as office:
        sign_off(office, "d1")
    change(
        place,
        "CREATE TABLE task (agency TEXT, document TEXT,"
        " FOREIGN KEY (agency, document) REFERENCES document (agency, id));"
        " CREATE VIEW open_task AS SELECT task.document FROM task JOIN document ON document.id = task.document;"
        " CREATE INDEX dba_document_subject ON document (subject)",
    )
    if place.kind == "sqlite":
        change(place, "CREATE TRIGGER own AFTER INSERT ON task BEGIN UPDATE task SET agency = 'H99'; END")
    report = verify(place)
    assert report.is_intact, report.findings
    (note,) = report.notes
    assert "dba_document_subject on document" in note
