"""Whatever another program changes in an office's folder, verification names it."""

# ruff: noqa: S608 - names of tables and columns come from our own metadata

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import (
    CopyDirection,
    FileDrop,
    Link,
    LinkKind,
    LogReport,
    NumberWish,
    Office,
    OfficeRole,
    ParcelKind,
    Permission,
    Post,
    SignatureCheck,
    SignatureVerdict,
    verify_log,
)
from docflow.ports import CertificateHolder, Parts, SeenCertificate
from docflow.store import METADATA
from tests.exchange_kit import KeyPeers, KeySigner, SetVerdicts, open_exchanging, seal_document
from tests.office_kit import (
    SeededRandomness,
    SetClock,
    leader_pdf,
    make_agency,
    make_copy_request,
    make_draft,
    open_office,
    seal_off,
    sign_off,
    sign_statement,
)
from tests.support import more_in_ci
from tests.work_kit import fill_work

AFTERWARDS = datetime(2028, 3, 1, 2, 0, tzinfo=UTC)
"""After the last thing that was done in the folder that is tampered with."""
SIGNER = SeenCertificate(sha256="5f" * 32, issuer="CN=CA", serial="0a", holder=CertificateHolder.PERSON)
EVIDENCE = [
    pytest.param(table.name, column.name, id=f"{table.name}.{column.name}")
    for table in METADATA.sorted_tables
    for column in table.columns
    if column.info["evidence"]
]
TABLES = [t.name for t in METADATA.sorted_tables if any(c.info["evidence"] for c in t.columns)]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with documents in every state: no table is empty, no column is NULL in every row."""
    folder = tmp_path_factory.mktemp("original") / "office"
    with open_office(folder) as office:
        office.vouch(sign_statement(office.log_statement()), actor="Văn thư")
        for number in range(4):
            seal_off(office, f"sealed-{number}")
        sign_off(office, "void")
        office.issue("void", actor="Văn thư")
        office.void("void", actor="Văn thư", reason="in hỏng")
        sign_off(office, "between")
        wish = NumberWish(sub_of=1, permission=Permission(granted_by="Chủ tịch", reason="bổ sung"))
        office.issue("between", actor="Văn thư", wish=wish)
        office.draft(make_draft("về việc khác"), actor="Trần Thị Bình", document_id="drafted")
        keep_everything(office)
    exchange_with_another(folder)
    fill_work(folder, answer="sealed-1")
    return folder


def keep_everything(office: Office) -> None:
    """Fill the tables of drafting: opinions, versions, attachments, links, copies, roles."""
    office.comment("drafted", "Đề nghị bổ sung căn cứ.", actor="Lê Văn Cường")
    office.revise("drafted", make_draft("về việc khác nữa"), actor="Trần Thị Bình", version=1, pdf=b"%PDF second")
    office.hand_over("sealed-1", 1, actor="Văn thư", how="bưu điện", signed_for="Phạm Thị Dung")
    replacing = dataclasses.replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target="sealed-0"),))
    office.draft(replacing, actor="Trần Thị Bình", document_id="replacing")
    office.attach("replacing", b"%PDF appendix", name="Phụ lục I", actor="Trần Thị Bình")
    office.attach("replacing", b"%PDF of another document", name="Phụ lục II", actor="Trần Thị Bình")
    office.detach("replacing", position=1, actor="Trần Thị Bình", reason="kèm nhầm")
    office.approve("replacing", actor="Lê Văn Cường")
    told = SignatureCheck(verdict=SignatureVerdict.PASSED, certificates=(SIGNER,))
    office.leader_signed("replacing", leader_pdf("replacing"), actor="Nguyễn Văn An", check=told)
    office.issue("replacing", actor="Văn thư")
    office.sealed("replacing", leader_pdf("replacing") + b" seal", actor="Văn thư")
    office.attachment_sealed("replacing", b"%PDF appendix seal", position=0, actor="Văn thư")
    for number in range(2):
        office.make_copy(make_copy_request(), actor="Văn thư", copy_id=f"copy-{number}")
    office.void_copy("copy-1", actor="Văn thư", reason="in hỏng")
    scan = make_copy_request(direction=CopyDirection.PAPER_TO_ELECTRONIC, source=None)
    office.make_copy(scan, actor="Văn thư", copy_id="scan", pdf=b"%PDF-1.7 scan")
    office.copy_sealed("scan", b"%PDF-1.7 scan seal", actor="Văn thư")


def give_roles(office: Office) -> None:
    """Fill the table of roles; from then on nobody else may act."""
    office.grant("Quản trị A", OfficeRole.QUAN_TRI, actor="Quản trị A")
    office.grant("Quản trị B", OfficeRole.QUAN_TRI, actor="Quản trị A")
    office.confirm_role("Quản trị A", OfficeRole.QUAN_TRI, actor="Quản trị B")
    for person, role in (("Văn thư", OfficeRole.VAN_THU), ("Nguyễn Văn An", OfficeRole.LANH_DAO)):
        office.grant(person, role, actor="Quản trị A")
    office.grant("Lê Văn Cường", OfficeRole.LANH_DAO, actor="Quản trị A")
    office.grant("Trần Thị Bình", OfficeRole.CHUYEN_VIEN, actor="Quản trị A")


def exchange_with_another(folder: Path) -> None:
    """Fill the tables of exchange: documents to and fro, one taken back, one asked back, garbage, silence."""
    clock, drop = SetClock(), FileDrop(folder.parent / "drop")
    post = Post(signer=KeySigner("H99"), peers=KeyPeers(), documents=SetVerdicts())
    dice = SeededRandomness(b"exchange")
    with (
        Office.open(folder, agency=make_agency(), clock=clock, randomness=dice, post=post) as office,
        open_exchanging(folder.parent, "H99.12", clock=clock) as other,
    ):
        for number in range(3):
            seal_document(other, f"in-{number}", to=("H99",))
        for _ in range(3):
            other.dispatch(drop)
            office.collect(drop)
            office.dispatch(drop)
            other.collect(drop)
        first, second, _ = sorted(office.incoming(), key=lambda document: document.subject)
        forged = next(p for p in other.parcels("in-2") if p.kind is ParcelKind.DOCUMENT)
        message = other.blob(forged.message or "").replace(b"H99.12,2026/01/05", b"H99.12,2026/01/06")
        parts = Parts(message=message, message_cms=KeySigner("H99.12").sign(message))
        drop.send(parts, name="twin", recipient="H99")
        (folder.parent / "drop" / "H99" / "new" / "garbage").write_bytes(b"garbage")
        office.accept(first.id, actor="V")
        office.assign(first.id, actor="L", to="Phòng A", deadline=date(2026, 2, 1))
        office.complete(first.id, actor="P", note="xong")
        for asked in ("in-0", "in-1"):
            other.take_back(asked, actor="V", reason="gửi nhầm")
        for newer, older in (("in-3", "in-0"), ("in-4", "in-2")):
            seal_document(other, newer, to=("H99",), links=(Link(kind=LinkKind.REPLACES, target=older),))
        other.dispatch(drop)
        office.collect(drop)
        office.agree_take_back(second.id, actor="V")
        clock.advance(days=5)
        office.dispatch(drop)
        clock.advance(days=5)
        office.dispatch(drop)
        give_roles(office)


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    copy = tmp_path / "office"
    shutil.copytree(original, copy)
    return copy


@contextmanager
def another_program(folder: Path) -> Iterator[sqlite3.Connection]:
    """The standard library's sqlite3, without the pragmas that docflow sets."""
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as connection:
        yield connection
        connection.commit()


def places(report: LogReport) -> set[tuple[str, str | None]]:
    """Return which tables and columns are named."""
    return {(finding.table, finding.column) for finding in report.findings}


def changed(value: object) -> object:
    """Return another value of the same type."""
    match value:
        case int():
            return value + 1000
        case str():
            return value + "x"
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case _:
            raise AssertionError(f"every evidence column must have a value somewhere: {value!r}")


def test_an_untouched_office_is_intact(folder: Path) -> None:
    """Without a change nothing is found, and everything was looked at."""
    report = verify_log(folder)
    assert report.findings == ()
    assert report.is_intact
    assert (report.numbers, report.size) == (14, 184)
    assert report.blobs == 91


@pytest.mark.parametrize(("table", "column"), EVIDENCE[:: more_in_ci(8, 1)])
def test_an_edited_evidence_column_is_named(folder: Path, table: str, column: str) -> None:
    """Every evidence column of every table, edited in one row, is found and named.

    NĐ 30/2020 PL VI Phần I mục I.4: "Bảo đảm tính xác thực, độ tin cậy của tài liệu, dữ liệu lưu hành trong Hệ
        thống."
    """
    with another_program(folder) as connection:
        select = f'SELECT rowid, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY 2'
        if table in without_rowid():
            select = select.replace("rowid,", f'"{column}",')
        key, value = connection.execute(select).fetchall()[0]
        by = f'"{column}"' if table in without_rowid() else "rowid"
        edited = connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {by} = ?', (changed(value), key))
        assert edited.rowcount >= 1
    report = verify_log(folder)
    assert not report.is_intact
    is_key = METADATA.tables[table].columns[column].primary_key
    assert (table, column) in places(report) or (is_key and (table, None) in places(report)), report.findings


NEXT = "(SELECT min(size) FROM audit_checkpoint WHERE size > signed_size)"
BEFORE = "(SELECT max(size) FROM audit_checkpoint WHERE size < signed_size)"
ANOTHER = "(SELECT c.note FROM audit_checkpoint c ORDER BY abs(c.size - 50.5) LIMIT 1)"
CLAIMS = [
    pytest.param(("audit_leaf", "signed_size", NEXT, "signed_size", 1), id="the next checkpoint"),
    pytest.param(("audit_leaf", "signed_size", BEFORE, "signed_size", 4), id="the checkpoint before"),
    pytest.param(("audit_leaf", "signed_size", "signed_size + 1000", "signed_size", 4), id="no checkpoint"),
    pytest.param(("audit_checkpoint", "size", "size + 1000", None, 4), id="another size"),
    pytest.param(("audit_checkpoint", "note", ANOTHER, "size", 4), id="another checkpoint's note"),
]
"""Table and column that checkpoints rest on, what another program puts there, the column that is named, and which rows
are edited in CI: each one, or each so many."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("claim", CLAIMS)
def test_what_checkpoints_rest_on_is_named_whatever_the_row(
    folder: Path, claim: tuple[str, str, str, str | None, int]
) -> None:
    """One row after the other: leaves that share a transaction claim a checkpoint beyond the next number.

    NĐ 30/2020 PL VI Phần I mục I.4: "Bảo đảm tính xác thực, độ tin cậy của tài liệu, dữ liệu lưu hành trong Hệ
        thống."
    """
    table, column, to, named, each = claim
    database = folder / "docflow.sqlite"
    untouched = database.read_bytes()
    key = "position" if table == "audit_leaf" else "size"
    with another_program(folder) as connection:
        differs = f'SELECT {key} FROM "{table}" WHERE "{column}" <> {to} ORDER BY {key}'
        rows = [row for (row,) in connection.execute(differs)]
    assert len(rows) > 100
    for row in rows[:: more_in_ci(24, each)]:
        with another_program(folder) as connection:
            connection.execute(f'UPDATE "{table}" SET "{column}" = {to} WHERE {key} = ?', (row,))
        assert (table, named) in places(verify_log(folder)), row
        database.write_bytes(untouched)


def without_rowid() -> set[str]:
    """Return the tables whose rows have no rowid."""
    return {t.name for t in METADATA.sorted_tables if not t.dialect_options["sqlite"]["with_rowid"]}


@pytest.mark.parametrize("column", ["reason", "sealed_pdf", "number", "issued_on", "leader_verdict"])
def test_evidence_set_to_null_is_named(folder: Path, column: str) -> None:
    """Taking a value away is an edit too."""
    table = "register_entry" if column == "reason" else "document"
    with another_program(folder) as connection:
        connection.execute(f'UPDATE "{table}" SET "{column}" = NULL WHERE "{column}" IS NOT NULL')
    assert (table, column) in places(verify_log(folder))


def test_every_column_is_evidence_or_says_why_not() -> None:
    """A column cannot be added without deciding whether it is evidence."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            assert column.info["evidence"] or column.info["why_not"], f"{table.name}.{column.name}"
            assert column.comment, f"{table.name}.{column.name} needs a unit"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("end", ["first", "last"])
def test_a_deleted_row_is_missed(folder: Path, table: str, end: str) -> None:
    """A row taken out of any table, the first or the last, is found, and its table named.

    NĐ 30/2020 PL VI Phần I mục III.5d: "Bảo đảm sự toàn vẹn, tin cậy, không thay đổi của văn bản, hồ sơ."
    """
    columns = ", ".join(f'"{c.name}"' for c in METADATA.tables[table].primary_key.columns)
    names = [c.name for c in METADATA.tables[table].primary_key.columns]
    with another_program(folder) as connection:
        rows = connection.execute(f'SELECT {columns} FROM "{table}" ORDER BY {columns}').fetchall()
        row = rows[0 if end == "first" else -1]
        connection.execute(f'DELETE FROM "{table}" WHERE ' + " AND ".join(f'"{n}" = ?' for n in names), row)
    report = verify_log(folder)
    assert not report.is_intact
    assert table in {finding.table for finding in report.findings}, report.findings


@pytest.mark.parametrize("table", TABLES)
def test_an_added_row_is_found(folder: Path, table: str) -> None:
    """A row put into any table by another program is found, and its table named.

    NĐ 30/2020 PL VI Phần I mục III.7đ: "Lưu và cố định sự liên kết của một văn bản, hồ sơ với tất cả các yếu tố dữ
        liệu đặc tả liên quan."
    """
    there = METADATA.tables[table]
    key_names = {c.name for c in there.primary_key.columns} | {"document_id", "incoming_id"}
    with another_program(folder) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute(f'SELECT * FROM "{table}" LIMIT 1').fetchone())
        row = {
            name: changed(value) if name in key_names and value is not None else value for name, value in row.items()
        }
        names, marks = ", ".join(f'"{n}"' for n in row), ", ".join("?" * len(row))
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))
    report = verify_log(folder)
    assert not report.is_intact
    assert table in {finding.table for finding in report.findings}, report.findings


def test_two_swapped_leaves_are_found(folder: Path) -> None:
    """Leaves are in the order in which they were signed, or the roots do not fit."""
    with another_program(folder) as connection:
        for old, new in ((3, 1003), (4, 3), (1003, 4)):
            connection.execute("UPDATE audit_leaf SET position = ? WHERE position = ?", (new, old))
        connection.execute("UPDATE audit_leaf SET signed_size = position + 1")
    report = verify_log(folder)
    assert ("audit_checkpoint", "note") in places(report)


def test_leaves_cut_off_with_their_checkpoints_are_found_by_what_they_wrote(folder: Path) -> None:
    """A log cut short no longer speaks of rows that are there."""
    with another_program(folder) as connection:
        connection.execute("DELETE FROM audit_leaf WHERE position >= 20")
        connection.execute("DELETE FROM audit_checkpoint WHERE size > 20")
    report = verify_log(folder)
    assert {"document", "audit_head"} <= {finding.table for finding in report.findings}


def test_a_document_rewritten_with_its_leaf_is_found(folder: Path) -> None:
    """Somebody who rewrites row, payload, leaf and hash alike still lacks the signed root."""
    from docflow.audit import commit_payload  # noqa: PLC0415 - only the forger needs it

    with another_program(folder) as connection:
        connection.execute("UPDATE document SET subject = 'khác' WHERE id = 'drafted'")
        position, salt, payload = connection.execute(
            "SELECT position, salt, payload FROM audit_leaf WHERE subject = 'drafted'"
        ).fetchone()
        forged = commit_payload(payload.replace("về việc khác".encode(), "khác".encode()), salt)
        connection.execute(
            "UPDATE audit_leaf SET payload = ?, data = ?, hash = ? WHERE position = ?",
            (forged.payload, forged.data, forged.hash, position),
        )
    assert ("audit_checkpoint", "note") in places(verify_log(folder))


@pytest.mark.parametrize("change", ["flip", "cut", "remove", "replace"])
def test_a_changed_blob_is_named(folder: Path, change: str) -> None:
    """Every file is compared with its name: one byte, its length, its absence, another document's bytes.

    NĐ 30/2020 PL VI Phần I mục II.4: "Bảo đảm tính xác thực, tin cậy, toàn vẹn và khả năng truy cập, sử dụng văn bản,
        tài liệu."
    """
    paths = sorted((folder / "blobs").glob("*/*"))
    for path in paths[:: more_in_ci(8, 1)]:
        data = path.read_bytes()
        if change == "remove":
            path.unlink()
        else:
            path.write_bytes({"flip": data[:-1] + bytes([data[-1] ^ 1]), "cut": data[:-1], "replace": b"other"}[change])
        report = verify_log(folder)
        assert [(f.table, f.key) for f in report.findings] == [("blobs", path.name)]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert len(paths) == 88


def test_an_older_copy_is_found_by_a_newer_checkpoint(original: Path, tmp_path: Path) -> None:
    """An old copy of a store is intact by itself; a checkpoint kept elsewhere shows that it was turned back.

    NĐ 30/2020 PL VI Phần I mục IV.1e: "Phục hồi thông tin, dữ liệu đặc tả trong trường hợp lỗi hệ thống và thông báo
        kết quả phục hồi."
    """
    old, new = tmp_path / "old", tmp_path / "new"
    shutil.copytree(original, old)
    shutil.copytree(original, new)
    with open_office(new, clock=SetClock(AFTERWARDS)) as office:
        seal_off(office, "later")
        kept = office.checkpoint()
    assert verify_log(old).is_intact
    assert verify_log(new, checkpoint=kept).is_intact
    report = verify_log(old, checkpoint=kept)
    assert [finding.code.value for finding in report.findings] == ["log_turned_back"]


def test_a_log_that_went_another_way_is_found_by_a_checkpoint(original: Path, tmp_path: Path) -> None:
    """Two histories signed with one key cannot both contain the same checkpoint."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    shutil.copytree(original, ours)
    shutil.copytree(original, theirs)
    with open_office(ours, clock=SetClock(AFTERWARDS)) as office:
        seal_off(office, "ours")
        kept = office.checkpoint()
    with open_office(theirs, clock=SetClock(AFTERWARDS)) as office:
        seal_off(office, "theirs")
        seal_off(office, "more")
    report = verify_log(theirs, checkpoint=kept)
    assert [finding.code.value for finding in report.findings] == ["checkpoint_contradicted"]


def test_a_checkpoint_of_another_log_proves_nothing(folder: Path, tmp_path: Path) -> None:
    """A checkpoint signed by another key is refused."""
    with open_office(tmp_path / "another") as office:
        foreign = office.checkpoint().replace("docflow/H99", "docflow/H98")
    for text in (foreign, "", "no checkpoint at all"):
        report = verify_log(folder, checkpoint=text)
        assert [finding.code.value for finding in report.findings] == ["checkpoint_not_signed"]


def test_a_log_signed_anew_with_another_key_is_found(folder: Path) -> None:
    """Replacing log.vkey does not help: the registered key stands in the first leaf."""
    from docflow.audit import VerifierKey  # noqa: PLC0415 - only the forger needs it

    other = str(VerifierKey(name="docflow/H99", public_key=bytes(range(32))))
    (folder / "log.vkey").write_text(other)
    assert {"key_changed", "checkpoint_not_signed"} <= {f.code.value for f in verify_log(folder).findings}


def test_the_schema_enumerates_what_the_test_edits() -> None:
    """The list above is taken from the tables: none is left out, all are edited."""
    columns = [column for table in METADATA.sorted_tables for column in table.columns]
    no_evidence = [f"{c.table.name}.{c.name}" for c in columns if not c.info["evidence"]]
    assert [name for name in no_evidence if not name.startswith("search_")] == ["parcel.attempts", "parcel.due_at"]
    assert len(EVIDENCE) == len(columns) - len(no_evidence)
    assert isinstance(METADATA, sa.MetaData)
