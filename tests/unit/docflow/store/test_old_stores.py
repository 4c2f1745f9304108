"""A store that an older docflow wrote is brought to the newest schema, and nothing of it is lost."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from docflow import Channel, DocumentState, IncomingState, Office, Post
from docflow.audit import LogFindingCode
from docflow.store import migrations
from tests.exchange_kit import RECEIVER, KeyPeers, KeySigner, make_named_agency, open_exchanging
from tests.office_kit import SetClock
from tests.support import REPOSITORY, postgres_database
from tests.work_kit import make_entry

VECTORS = REPOSITORY / "tests" / "vectors"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An office as schema 0002 kept it, with incoming documents in their states and one that was sent."""
    home = tmp_path / RECEIVER
    with zipfile.ZipFile(VECTORS / "office-0002" / "office.zip") as archive:
        archive.extractall(home)
    text = (home / "docflow.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(home / "docflow.sqlite")) as database:
        database.executescript(text)
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    (home / "docflow.sql").unlink()
    (home / "log.key").chmod(0o600)
    return tmp_path


def test_an_office_of_schema_0002_keeps_every_document_receipt_and_proof(old: Path) -> None:
    """States, số đến, receipts, files and the log are what they were; work goes on where it stopped.

    NĐ 30/2020 PL VI Phần I mục III.5e: "Bảo đảm khả năng di chuyển hồ sơ, tài liệu, dữ liệu đặc tả và thay đổi định
        dạng văn bản khi có sự thay đổi về công nghệ."
    """
    with open_exchanging(old, RECEIVER, clock=SetClock()) as office:
        assert office.verify_log().findings == ()
        states = {item.subject.removeprefix("về việc "): item.state for item in office.incoming()}
        assert states == {
            "den": IncomingState.ARRIVED,
            "tra-lai": IncomingState.REFUSED,
            "giao": IncomingState.ASSIGNED,
            "xong": IncomingState.COMPLETED,
            "lay-lai": IncomingState.TAKEN_BACK,
        }
        by_name = {item.subject.removeprefix("về việc "): item for item in office.incoming()}
        assert sorted(item.number for item in by_name.values() if item.number) == [1, 2, 3]
        assert {item.channel for item in by_name.values()} == {Channel.EXCHANGE}
        assert all(office.receipts(item.id) for item in by_name.values())
        assert office.blob(by_name["giao"].pdf or "").startswith(b"%PDF")
        assert office.document("di").state is DocumentState.SEALED
        assert office.accept(by_name["den"].id, actor="Văn thư").number == 4
        assert (
            office.progress(by_name["giao"].id, actor="Chuyên viên", note="đang làm").state is IncomingState.PROCESSING
        )
        again = office.receive_by_hand(
            make_entry(by_name["giao"].symbol, issuer=by_name["giao"].sender_name, issued_on=by_name["giao"].issued_on),
            actor="Văn thư",
        )
        assert again.duplicate_of == by_name["giao"].id
        assert office.verify_log().findings == ()


@pytest.fixture
def with_annexes(tmp_path: Path) -> Path:
    """An office as schema 0012 kept it: two files attached to a draft, one to a document that was issued."""
    home = tmp_path / RECEIVER
    with zipfile.ZipFile(VECTORS / "office-0012" / "office.zip") as archive:
        archive.extractall(home)
    with closing(sqlite3.connect(home / "docflow.sqlite")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0012",)
    (home / "log.key").chmod(0o600)
    return tmp_path


def _take_off_an_old_annex(office: Office) -> None:
    assert office.verify_log().findings == ()
    assert [item.detached_at for item in office.attachments("soan", with_detached=True)] == [None, None]
    assert office.document("soan").attachment_count == 2
    assert office.attach("soan", b"%PDF annex 0", name="Phụ lục 0", actor="A").is_replay
    office.detach("soan", position=0, actor="A", reason="kèm nhầm")
    assert [item.name for item in office.attachments("soan")] == ["Phụ lục 1"]
    assert not office.attach("soan", b"%PDF annex 0", name="Phụ lục 0", actor="A").is_replay
    assert [item.position for item in office.attachments("soan")] == [1, 2]
    assert [item.sealed_pdf is not None for item in office.attachments("di")] == [True]
    assert office.verify_log().findings == ()


def test_what_an_office_of_schema_0012_attached_can_be_taken_off(with_annexes: Path) -> None:
    """The files of its documents are what they were; nothing of them counts as taken off before somebody does it."""
    with open_exchanging(with_annexes, RECEIVER, clock=SetClock()) as office:
        _take_off_an_old_annex(office)


@pytest.mark.parametrize(
    ("column", "value"),
    [("detached_at", "2026-01-05T12:00:00.000+07:00"), ("detached_by", "A"), ("detach_reason", "nhầm")],
)
def test_a_file_is_not_taken_off_behind_the_log_of_an_old_store(with_annexes: Path, column: str, value: str) -> None:
    """No leaf of its time speaks of the column: that somebody filled it in is named."""
    open_exchanging(with_annexes, RECEIVER, clock=SetClock()).close()
    with closing(sqlite3.connect(with_annexes / RECEIVER / "docflow.sqlite")) as database:
        change = f"UPDATE attached_file SET {column} = ? WHERE document_id = 'di'"  # noqa: S608 - of the list above
        assert database.execute(change, (value,)).rowcount == 1
        database.commit()
    with open_exchanging(with_annexes, RECEIVER, clock=SetClock()) as office:
        findings = office.verify_log().findings
    assert [(finding.code, finding.column) for finding in findings] == [(LogFindingCode.VALUE_CHANGED, column)]


@pytest.mark.slow
def test_what_a_store_of_schema_0012_on_postgresql_attached_can_be_taken_off(
    with_annexes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows on a server."""
    home = with_annexes / RECEIVER
    with postgres_database() as address:
        there, here = sa.create_engine(f"sqlite:///{home / 'docflow.sqlite'}"), sa.create_engine(address)
        _copy_to_server(there, here, monkeypatch, schema="0012")
        with _open_on_server(address, home) as office:
            _take_off_an_old_annex(office)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("incoming_document", "UPDATE incoming_document SET subject = 'khác' WHERE rowid = 1"),
        ("document", "UPDATE document SET symbol = '9/QĐ' WHERE rowid = 1"),
        ("incoming_entry", "UPDATE incoming_entry SET number = 9 WHERE number = 1"),
    ],
)
def test_what_was_changed_in_an_old_store_is_still_named_after_its_upgrade(old: Path, table: str, change: str) -> None:
    """An upgrade launders nothing: a row that its leaf contradicts stays one."""
    with closing(sqlite3.connect(old / RECEIVER / "docflow.sqlite")) as database:
        assert database.execute(change).rowcount == 1
        database.commit()
    with open_exchanging(old, RECEIVER, clock=SetClock()) as office:
        findings = office.verify_log().findings
    assert any(finding.table == table for finding in findings)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE incoming_document SET replaced_by = id",
        "UPDATE incoming_document SET channel = 'paper'",
        "UPDATE incoming_document SET signer_position = 'Chủ tịch'",
        "UPDATE incoming_document SET files_verdict = 'valid'",
        "UPDATE incoming_document SET due_at = '2030-01-01T23:59:59.999+07:00'",
        "UPDATE incoming_document SET symbol_key = 'x'",
        "UPDATE document SET version = 2",
        "UPDATE outbox SET signed_for = 'A'",
    ],
)
def test_what_is_written_into_a_column_younger_than_its_leaf_is_named(old: Path, change: str) -> None:
    """No leaf of its time speaks of the column: what stands in it must be what the migration put there."""
    open_exchanging(old, RECEIVER, clock=SetClock()).close()
    with closing(sqlite3.connect(old / RECEIVER / "docflow.sqlite")) as database:
        assert database.execute(change).rowcount > 0
        database.commit()
    with open_exchanging(old, RECEIVER, clock=SetClock()) as office:
        findings = office.verify_log().findings
    column = change.split(" SET ")[1].split(" ", maxsplit=1)[0]
    assert {(finding.code, finding.column) for finding in findings} == {(LogFindingCode.VALUE_CHANGED, column)}


_IN_TABLES_THAT_CAME_LATER = {
    "signer_certificate": "SELECT agency, 'document', id, 0, 'ab', 'CN=A', '0a', 'signer', 'x' FROM document",
    "file_list_approval": "SELECT code, 2026, 0, '2026-03-02T09:00:00.000+07:00', 'A', NULL, 1, 'ab' FROM agency",
    "access_entry": (
        "SELECT code, 0, '2026-03-02T09:00:00.000+07:00', 'A', 'xem', 'di', 'x', '', '', 'A', NULL, 1 FROM agency"
    ),
    "incoming_replacement": "SELECT agency, 'x', id, '2026-03-02T09:00:00.000+07:00' FROM incoming_document",
    "received_file_check": "SELECT agency, id, 0, 0, 'a.pdf', 'ab', 'valid', '', 0 FROM incoming_document",
    "received_signature": (
        "SELECT agency, id, 0, 0, 0, 'valid', 'A', 'B', '', 'ab', 'CN=A', '0a', NULL, NULL, NULL, '' "
        "FROM incoming_document"
    ),
    "document_group": (
        "SELECT code, 'g', 'Nhóm', '', 0, '2026-03-02T09:00:00.000+07:00', 'A', NULL, NULL, 1 FROM agency"
    ),
    "group_member": "SELECT agency, 'g', 'di', id, 1, 1 FROM document",
    "group_reader": "SELECT code, 'g', 'A', 1, 1 FROM agency",
    "group_act": (
        "SELECT code, 'g', 1, 'admit_readers', '2026-03-02T09:00:00.000+07:00', 'A', '', NULL, NULL FROM agency"
    ),
}
"""Rows that nobody logged, for the tables that the schemas 0007, 0008, 0010, 0011 and 0012 added."""


@pytest.mark.parametrize("table", _IN_TABLES_THAT_CAME_LATER)
def test_a_row_that_no_leaf_wrote_is_named_in_a_table_younger_than_the_store(old: Path, table: str) -> None:
    """The tables of later schemas are empty after the upgrade: what stands in them without a leaf was put there."""
    open_exchanging(old, RECEIVER, clock=SetClock()).close()
    with closing(sqlite3.connect(old / RECEIVER / "docflow.sqlite")) as database:
        select = _IN_TABLES_THAT_CAME_LATER[table]
        assert database.execute(f"INSERT INTO {table} {select} LIMIT 1").rowcount == 1
        database.commit()
    with open_exchanging(old, RECEIVER, clock=SetClock()) as office:
        findings = office.verify_log().findings
    assert [(finding.code, finding.table) for finding in findings] == [(LogFindingCode.ROW_UNKNOWN, table)]


@pytest.mark.slow
def test_a_store_of_schema_0002_on_postgresql_keeps_its_proof(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows on a server: every migration runs over data there too, and the log still proves all of it."""
    home = old / RECEIVER
    with postgres_database() as address:
        there, here = sa.create_engine(f"sqlite:///{home / 'docflow.sqlite'}"), sa.create_engine(address)
        _copy_to_server(there, here, monkeypatch, schema="0002")
        with _open_on_server(address, home) as office:
            report = office.verify_log()
            assert (report.findings, report.size) == ((), 68)
            arrived = next(item for item in office.incoming() if item.state is IncomingState.ARRIVED)
            assert office.accept(arrived.id, actor="Văn thư").number == 4
            assert office.verify_log().findings == ()
        changed = sa.create_engine(address)
        with changed.begin() as connection:
            connection.execute(sa.text("UPDATE document SET remark_count = 1"))
        changed.dispose()
        with _open_on_server(address, home) as office:
            assert [finding.column for finding in office.verify_log().findings] == ["remark_count"]


def _open_on_server(address: str, home: Path) -> Office:
    post = Post(signer=KeySigner(RECEIVER), peers=KeyPeers())
    return Office.open(address, agency=make_named_agency(RECEIVER), home=home, clock=SetClock(), post=post)


def _copy_to_server(there: sa.Engine, here: sa.Engine, monkeypatch: pytest.MonkeyPatch, *, schema: str) -> None:
    """Make the schema of that time on a server, and copy all rows into it but the index to search by."""
    with monkeypatch.context() as patch, here.begin() as connection:
        real = command.upgrade
        patch.setattr(command, "upgrade", lambda config, _revision: real(config, schema))
        migrations.upgrade(connection)
    tables = sa.MetaData()
    tables.reflect(here)
    with there.connect() as source, here.begin() as target:
        for table in tables.sorted_tables:
            if table.name.startswith("search_"):
                continue
            rows = [dict(row) for row in source.execute(sa.text(f"SELECT * FROM {table.name}")).mappings()]  # noqa: S608
            if rows and table.name != "alembic_version":
                target.execute(table.insert(), rows)
    there.dispose()
    here.dispose()


def test_an_upgrade_that_is_cut_off_leaves_the_old_store(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration is one transaction: after a failure the store is the old one, and the next opening upgrades it."""
    database = old / RECEIVER / "docflow.sqlite"
    real = migrations.upgrade

    def upgrade_and_fail(connection: object) -> None:
        real(connection)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "upgrade", upgrade_and_fail)
    with pytest.raises(KeyboardInterrupt):
        open_exchanging(old, RECEIVER, clock=SetClock())
    shutil.copy(database, old / "copy.sqlite")
    for suffix in ("-wal", "-shm"):
        if Path(f"{database}{suffix}").exists():
            shutil.copy(f"{database}{suffix}", old / f"copy.sqlite{suffix}")
    with closing(sqlite3.connect(old / "copy.sqlite")) as seen:
        assert seen.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    monkeypatch.undo()
    with open_exchanging(old, RECEIVER, clock=SetClock()) as office:
        assert office.verify_log().findings == ()
