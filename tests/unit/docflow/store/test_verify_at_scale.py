"""Verifying a large office keeps little in memory, and names what is wrong as if it kept everything."""

from __future__ import annotations

import gc
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.replay import DISTRICT, replay
from docflow import LogReport, StoreUnavailable, verify_log
from docflow.audit import LogFinding, LogFindingCode, commit_payload, encode_canonical, parse_vkey
from docflow.store import Database
from docflow.store.checking import examination, record_check, row_check, scratch, tree_check
from docflow.store.checking.last_writes import LastWrites
from docflow.store.checking.log_check import LogCheck
from docflow.store.mapping import leaf_rows
from tests.office_kit import open_office, seal_off

CHANGED, MISSING, UNKNOWN = LogFindingCode.VALUE_CHANGED, LogFindingCode.ROW_MISSING, LogFindingCode.ROW_UNKNOWN


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with six documents."""
    folder = tmp_path_factory.mktemp("original") / "office"
    with open_office(folder) as office:
        for number in range(6):
            seal_off(office, f"d{number}")
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(original, tmp_path / "office"))


@contextmanager
def another_program(folder: Path) -> Iterator[sqlite3.Connection]:
    """The standard library's sqlite3."""
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as connection:
        yield connection
        connection.commit()


def forge(folder: Path, subject: str, change: Callable[[Any], None]) -> None:
    """Rewrite the last leaf of a document, payload and commitment alike."""
    with another_program(folder) as connection:
        query = "SELECT position, salt, payload FROM audit_leaf WHERE subject = ? ORDER BY position DESC"
        position, salt, payload = connection.execute(query, (subject,)).fetchone()
        value = json.loads(payload)
        change(value)
        leaf = commit_payload(encode_canonical(value), salt)
        connection.execute(
            "UPDATE audit_leaf SET payload = ?, data = ?, hash = ? WHERE position = ?",
            (leaf.payload, leaf.data, leaf.hash, position),
        )


def row_of(value: Any, table: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a payload says of the first row of a table."""
    return next(row for row in value["rows"] if row["table"] == table)


def of_the_work(report: LogReport) -> set[LogFinding]:
    """Return the findings that are not of the log itself: a forged leaf leaves those anyway."""
    return {finding for finding in report.findings if not finding.table.startswith("audit_")}


# ---------------------------------------------------------------- memory


@pytest.mark.slow
def test_memory_does_not_grow_with_the_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office fifteen times as large takes no more memory; what may be held at once is made small beside both.

    What Python has not collected yet comes and goes by some hundred kB; what is kept of each leaf is megabytes here.
    """
    monkeypatch.setattr(scratch, "_HELD", 500)
    monkeypatch.setattr(tree_check, "_LEAVES_AT_ONCE", 64)
    monkeypatch.setattr(examination, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(record_check, "_BYTES_AT_ONCE", 1000)
    peaks: list[int] = []
    sizes: list[int] = []
    for factor in (0.002, 0.03):
        place = tmp_path / str(factor)
        place.mkdir()
        replay(place, DISTRICT.times(factor))
        verify_log(place / "office")
        gc.collect()
        tracemalloc.start()
        report = verify_log(place / "office")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.is_intact
        sizes.append(report.size)
    assert sizes[1] > 14 * sizes[0]
    assert peaks[1] < 2 * peaks[0]


@pytest.mark.parametrize("held", [1, 5])
def test_what_lies_on_the_disk_gives_the_same_report(folder: Path, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changed, missing and unknown rows are named alike, and in the same order, wherever their digests were kept."""
    with another_program(folder) as connection:
        connection.execute("UPDATE document SET subject = 'khác', number = 77 WHERE id IN ('d1', 'd4')")
        connection.execute("DELETE FROM outbox WHERE document_id = 'd2'")
        connection.execute("UPDATE blob SET size = size + 1")
        connection.execute("UPDATE document SET id = 'd9' WHERE id = 'd5'")
    in_memory = verify_log(folder)
    monkeypatch.setattr(scratch, "_HELD", held)
    monkeypatch.setattr(tree_check, "_LEAVES_AT_ONCE", 1 << (held - 1))
    assert verify_log(folder) == in_memory
    named = [(f.code, f.table, f.key, f.column, f.detail) for f in in_memory.findings if f.table == "document"]
    assert named == [
        (CHANGED, "document", "agency=H99, id=d1", "subject", "logged was 'về việc ban hành Quy chế làm việc'"),
        (CHANGED, "document", "agency=H99, id=d1", "number", "logged was 2"),
        (CHANGED, "document", "agency=H99, id=d4", "subject", "logged was 'về việc ban hành Quy chế làm việc'"),
        (CHANGED, "document", "agency=H99, id=d4", "number", "logged was 5"),
        (UNKNOWN, "document", "agency=H99, id=d9", None, ""),
        (MISSING, "document", "agency=H99, id=d5", None, ""),
    ]


def test_of_one_kind_a_thousand_are_named_and_the_others_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes millions of rows cannot fill the memory; nor can he hide a fault of another kind behind them."""
    monkeypatch.setattr(examination, "NAMED_OF_A_KIND", 3)
    with another_program(folder) as connection:
        connection.execute("UPDATE document SET subject = 'khác'")
        connection.execute("UPDATE register_entry SET issued_on = '2026-01-04' WHERE number = 6")
        connection.execute("UPDATE audit_leaf SET type = 'khác' WHERE position >= 10")
    report = verify_log(folder)
    named = [finding.table for finding in report.findings]
    assert named.count("document") == named.count("audit_leaf") == 3
    assert named.count("register_entry") == 1
    assert report.left_out == (6 - 3) + (report.size - 10 - 3)
    assert not report.is_intact


def test_a_thousand_rows_of_a_table_are_read_again_and_the_others_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row that differs costs two look-ups: millions of them are counted only."""
    monkeypatch.setattr(row_check, "NAMED_OF_A_KIND", 2)
    with another_program(folder) as connection:
        connection.execute("UPDATE document SET subject = 'khác', note = 'khác'")
        connection.execute("DELETE FROM outbox")
    report = verify_log(folder)
    named = [(finding.table, finding.column) for finding in report.findings]
    assert named == [("document", "subject"), ("document", "note")] * 2 + [("outbox", None)] * 2
    assert report.left_out == (6 - 2) + (12 - 2)


def test_a_row_that_is_as_logged_costs_no_second_look(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves are read again only for what differs: of an intact office none."""
    read: list[object] = []
    monkeypatch.setattr(row_check.RowCheck, "_name", lambda _, difference: read.append(difference))
    assert verify_log(folder).is_intact
    assert read == []


# ---------------------------------------------------------------- what leaves may say


def test_of_a_row_named_twice_in_a_leaf_the_last_counts(folder: Path) -> None:
    """What a leaf says later of a row is what it says."""

    def twice(value: Any) -> None:  # noqa: ANN401 - JSON
        row = row_of(value, "document")
        value["rows"].append({**row, "values": {**row["values"], "subject": "nói sau"}})

    forge(folder, "d1", twice)
    expected = LogFinding(
        code=CHANGED,
        table="document",
        key="agency=H99, id=d1",
        column="subject",
        detail="logged was 'nói sau'",
    )
    assert of_the_work(verify_log(folder)) == {expected}


@pytest.mark.parametrize(
    ("table", "key", "where"),
    [
        ("no_such_table", {"b": 2, "a": "một", "c": None}, "('một', 2, None)"),
        ("", {}, "()"),
        ("audit_head", {"agency": "H99"}, "agency=H99"),
        ("document", {"id": "x" * 300}, f"agency=H99, id={'x' * 300}"),
        ("document", {"agency": "H98", "id": "d1", "more": 1}, "agency=H98, id=d1"),
    ],
)
def test_rows_that_only_a_leaf_knows_are_missed(folder: Path, table: str, key: object, where: str) -> None:
    """Of a table that is none, of a table without such rows, with too many and too few columns."""
    forge(folder, "d1", lambda value: value["rows"].append({"table": table, "key": key, "values": {"v": "x"}}))
    assert of_the_work(verify_log(folder)) | {f for f in verify_log(folder).findings if f.table == table} >= {
        LogFinding(code=MISSING, table=table, key=where)
    }


@pytest.mark.parametrize(
    ("column", "said", "stands", "detail"),
    [
        ("copies", "1", 1, "logged was '1'"),
        ("copies", None, 1, "logged was None"),
        ("copies", 2**53 - 1, 2**53, "logged was 9007199254740991"),
        ("copies", -(2**53 - 1), -(2**53), "logged was -9007199254740991"),
        ("note", 7, "7", "logged was 7"),
        ("note", None, "", "logged was None"),
        ("note", "e\u0301", "\u00e9", "logged was 'e\u0301'"),
        ("note", "", "\u200b", "logged was ''"),
    ],
)
def test_values_of_another_kind_differ(folder: Path, column: str, said: object, stands: object, detail: str) -> None:
    """A text is no number, nothing is no empty text, and the largest numbers are told apart."""

    def say(value: Any) -> None:  # noqa: ANN401 - JSON
        row_of(value, "document")["values"][column] = said

    forge(folder, "d1", say)
    with another_program(folder) as connection:
        connection.execute(f"UPDATE document SET {column} = ? WHERE id = 'd1'", (stands,))  # noqa: S608 - ours
    expected = LogFinding(code=CHANGED, table="document", key="agency=H99, id=d1", column=column, detail=detail)
    assert of_the_work(verify_log(folder)) == {expected}


def test_a_number_as_text_in_a_key_is_another_key(folder: Path) -> None:
    """The row that is there is unknown, the one of the leaf is missing."""

    def as_text(value: Any) -> None:  # noqa: ANN401 - JSON
        row_of(value, "outbox")["key"]["position"] = "0"

    forge(folder, "d1", as_text)
    with another_program(folder) as connection:
        connection.execute("DELETE FROM audit_leaf WHERE subject = 'd1' AND position < 8")
    named = {(f.code, f.key) for f in verify_log(folder).findings if f.table == "outbox"}
    assert (MISSING, "agency=H99, document_id=d1, position=0") in named


def test_a_leaf_that_does_not_open_says_nothing_of_rows(folder: Path) -> None:
    """The leaf is named; what stands in its place is what the leaf before it said."""
    with another_program(folder) as connection:
        position = connection.execute("SELECT max(position) FROM audit_leaf WHERE subject = 'd1'").fetchone()[0]
        connection.execute("UPDATE audit_leaf SET payload = ? WHERE position = ?", (b"\xff", position))
    report = verify_log(folder)
    named = {(f.code, f.table, f.column) for f in report.findings}
    assert (LogFindingCode.LEAF_NOT_OPENED, "audit_leaf", "payload") in named
    assert (CHANGED, "document", "sealed_pdf") in named


# ---------------------------------------------------------------- checkpoints that pass by


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            "signed_size = 12 WHERE position = 9",
            {(CHANGED, "audit_leaf", "agency=H99, position=9"), (UNKNOWN, "audit_checkpoint", "size=10")},
        ),
        (
            "signed_size = 5 WHERE position = 9",
            {
                (MISSING, "audit_checkpoint", "size=5"),
                (CHANGED, "audit_leaf", "agency=H99, position=9"),
                (UNKNOWN, "audit_checkpoint", "size=10"),
            },
        ),
        (
            "signed_size = 1000 WHERE position = 9",
            {
                (MISSING, "audit_checkpoint", "size=1000"),
                (CHANGED, "audit_leaf", "agency=H99, position=9"),
                (UNKNOWN, "audit_checkpoint", "size=10"),
            },
        ),
        (
            "signed_size = CASE position WHEN 9 THEN 12 ELSE 10 END WHERE position IN (9, 11)",
            {
                (MISSING, "audit_checkpoint", "size=10"),
                (CHANGED, "audit_leaf", "agency=H99, position=9"),
                (CHANGED, "audit_leaf", "agency=H99, position=11"),
            },
        ),
    ],
)
def test_a_claim_of_another_checkpoint_is_followed(
    folder: Path, change: str, named: set[tuple[LogFindingCode, str, str]]
) -> None:
    """A checkpoint is unknown only if no leaf claims it, whether the leaf comes before or long after it."""
    with another_program(folder) as connection:
        connection.execute(f"UPDATE audit_leaf SET {change}")  # noqa: S608 - ours
    assert {(f.code, f.table, f.key) for f in verify_log(folder).findings} == named


@pytest.mark.parametrize(
    ("level", "position"), [(0, 0), (-1, 3), (1, -1), (1, 10_000), (3, 500), (9, 0), (40, 0), (2**40, 2**40)]
)
def test_a_node_that_no_leaf_completes_is_unknown(folder: Path, level: int, position: int) -> None:
    """Beside, below and above the tree."""
    with another_program(folder) as connection:
        connection.execute("INSERT INTO audit_node VALUES ('H99', ?, ?, ?)", (level, position, bytes(32)))
    found = verify_log(folder).findings
    assert [(f.code, f.table, f.key) for f in found] == [
        (UNKNOWN, "audit_node", f"agency=H99, level={level}, position={position}")
    ]


def test_a_node_just_beside_the_tree_is_unknown(folder: Path) -> None:
    """On each level the first place that its leaves do not fill."""
    with another_program(folder) as connection:
        size = connection.execute("SELECT count(*) FROM audit_leaf").fetchone()[0]
        beside = [(level, size >> level) for level in range(1, size.bit_length() + 2)]
        connection.executemany(
            "INSERT INTO audit_node VALUES ('H99', ?, ?, ?)", [(*node, bytes(32)) for node in beside]
        )
    found = verify_log(folder).findings
    assert {(f.code, f.key) for f in found} == {
        (UNKNOWN, f"agency=H99, level={level}, position={position}") for level, position in beside
    }


def test_gaps_of_a_register_are_named_up_to_ten(folder: Path) -> None:
    """The numbers that a run as long as the register lacks, and no more than ten of them."""
    with another_program(folder) as connection:
        connection.execute("UPDATE register_entry SET number = number + 40 WHERE number > 2")
    broken = [f.detail for f in verify_log(folder).findings if f.code is LogFindingCode.REGISTER_BROKEN]
    assert broken == ["numbers run 1..46 without 3, 4, 5, 6"]


# ---------------------------------------------------------------- the scratch file


def test_no_room_for_temporary_files_is_said(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is named, and the variable that names another one; the office is as it was."""
    monkeypatch.setattr(scratch, "_HELD", 10)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StoreUnavailable, match=r"gone: .*TMPDIR"):
        verify_log(folder)


def test_a_killed_verification_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    """Killed where everything lies on the disk: the folder for temporary files is empty."""
    room = tmp_path / "room"
    room.mkdir()
    program = (
        "import os, signal, sys\n"
        "from docflow import verify_log\n"
        "from docflow.store.checking import scratch\n"
        "scratch._HELD = 10\n"
        "def tick(stage, done, total):\n"
        "    if stage == 'rows compared' and done > 500:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "verify_log(sys.argv[1], tick=tick)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], env={"TMPDIR": str(room)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(room.iterdir()) == []
    assert {path.name for path in folder.iterdir()} >= {"blobs", "docflow.sqlite", "log.key", "log.vkey"}


def test_two_verifications_at_once_do_not_meet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One begins and ends in the middle of another: each says what it would say alone."""
    monkeypatch.setattr(scratch, "_HELD", 10)
    with another_program(folder) as connection:
        connection.execute("UPDATE document SET subject = 'khác' WHERE id = 'd1'")
    alone = verify_log(folder)
    inner: list[LogReport] = []

    def tick(stage: str, done: int, _: int | None) -> None:
        if stage == "rows compared" and done == 512:
            inner.append(verify_log(folder))

    assert verify_log(folder, tick=tick) == alone == inner[0]


def test_a_verification_tells_how_far_it_is(folder: Path) -> None:
    """Leaves of so many as the head says, rows, comparing, files, in this order."""
    told: list[tuple[str, int, int | None]] = []
    report = verify_log(folder, tick=lambda stage, done, total: told.append((stage, done, total)))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["leaves", "rows", "rows compared", "files"]
    assert told[0] == ("leaves", 0, report.size)


# ---------------------------------------------------------------- opening


def test_whose_log_it_is_is_found_without_reading_the_log(folder: Path) -> None:
    """Opening an office, and looking for rows of strangers, takes an index: a log of millions of leaves is not read."""
    asked: list[str] = []
    with another_program(folder) as connection:
        connection.execute("UPDATE audit_leaf SET agency = 'H98' WHERE position = 5")
    database = Database(folder / "docflow.sqlite")
    vkey = parse_vkey((folder / "log.vkey").read_text().strip())
    with database.reading() as reading, scratch.Scratch(tuple[int | None, bytes]) as empty:
        sa.event.listen(reading, "before_cursor_execute", lambda *called: asked.append(called[2]), named=False)
        assert list(leaf_rows.founded_agencies(reading)) == ["H99"]
        found = examination.Examination(reading, agency="H99")
        LogCheck(found, vkey=vkey, writes=LastWrites(empty))._check_strangers()
        assert [finding.table for finding in found.findings] == ["audit_leaf"]
        plans = {
            line[3]
            for statement in list(asked)
            for line in reading.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, ("a",) * statement.count("?"))
        }
    database.release()
    assert len(asked) > 50
    assert {plan for plan in plans if not plan.startswith("SEARCH")} == set()
