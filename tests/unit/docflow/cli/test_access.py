"""`docflow access`: the history of accesses and their counts as an official reads them, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docflow.cli import main
from tests.office_kit import SetClock, open_office, seal_off
from tests.work_kit import MONDAY

SEEN = {"person": "Bình", "kind": "xem", "target": "di", "subject": "d1", "address": "10.1.2.3", "access_id": "a"}
ENTERED = {"person": "Cường", "kind": "truy_cap", "target": "he_thong", "unit": "Phòng A"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office with a document, and a terminal wide enough for a table."""
    with open_office(tmp_path / "office", clock=SetClock(MONDAY)) as office:
        seal_off(office, "d1")
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path / "office"


def run(*arguments: object) -> Result:
    """Run `docflow` in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def record(folder: Path, verb: str, told: object) -> Result:
    """Report what a file says."""
    path = folder.parent / "told.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return run("office", "access", verb, folder, path, "--actor", "Cổng")


def lines(result: Result) -> list[list[str]]:
    """Return the words of each line of a table."""
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.output.splitlines()]


def test_accesses_are_recorded_listed_and_counted_from_the_command_line(folder: Path) -> None:
    """One, and many with the error of each; Vietnamese tables with times of Hà Nội; the next page is named."""
    first = record(folder, "record", SEEN)
    assert json.loads(first.output)["position"] == 0
    assert json.loads(first.output)["at"].endswith("+07:00")
    many = json.loads(
        record(folder, "record-many", [ENTERED, SEEN, {**SEEN, "subject": "x", "access_id": None}]).output
    )
    assert [one["position"] if isinstance(one, dict) else "not_found" in one for one in many] == [1, 0, True]

    head, newest, more = lines(run("access", "history", folder, "--reader", "Q", "--limit", 1))
    assert " ".join(head) == "Thời gian Người Đơn vị Hình thức Đối tượng Mã Địa chỉ Quyền đọc"
    assert " ".join(newest[2:]) == "Cường Phòng A truy cập hệ thống"
    at = datetime.fromisoformat(json.loads(first.output)["at"])
    assert newest[1] == f"{at:%d/%m/%Y}"
    assert " ".join(more) == "Trang sau: --before 1"
    _, oldest = lines(run("access", "history", folder, "--reader", "Q", "--before", 1))
    assert " ".join(oldest) == f"{at:%H:%M:%S %d/%m/%Y} Bình xem văn bản đi d1 10.1.2.3"

    counted = ("access", "counts", folder, "--reader", "Q")
    said = [" ".join(line) for line in lines(run(*counted, "--by", "subject", "--limit", 1))]
    assert said[0] == "Văn bản, hồ sơ Hệ thống Xem Tải In Tổng"
    assert said[1:] == ["hệ thống 1 0 0 0 1", "Tổng số 1 1 0 0 2", "Trang sau: --skip 1"]
    said = [" ".join(line) for line in lines(run(*counted, "--by", "subject", "--skip", 1))]
    assert said[1:] == ["văn bản đi d1 0 1 0 0 1", "Tổng số 1 1 0 0 2"]
    for by, name in (("day", f"{at:%d/%m/%Y}"), ("month", f"{at:%m/%Y}")):
        assert lines(run(*counted, "--by", by))[1] == [name, "1", "1", "0", "0", "2"]
    assert [line[0] for line in lines(run(*counted, "--by", "unit"))[1:3]] == ["(không", "Phòng"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("--target", "di", "--subject", "d1"), [0]),
        (("--target", "he_thong"), [1]),
        (("--person", "Bình"), [0]),
        (("--unit", "Phòng A"), [1]),
        (("--kind", "tai"), []),
        (("--from", "2000-01-01", "--to", "31/12/2100"), [1, 0]),
        (("--to", "2000-01-01"), []),
    ],
)
def test_each_option_narrows_both(folder: Path, asked: tuple[str, ...], found: list[int]) -> None:
    """History and counts are of the same accesses; --json prints what the front door returns."""
    record(folder, "record-many", [SEEN, ENTERED])
    history = json.loads(run("access", "history", folder, "--reader", "Q", "--json", *asked).output)
    assert [entry["position"] for entry in history["entries"]] == found
    assert history["before"] is None
    counts = json.loads(run("access", "counts", folder, "--reader", "Q", "--json", *asked).output)
    assert (counts["by"], counts["lines"], counts["total"]["total"]) == ("total", [], len(found))


def test_where_nobody_looked_there_is_a_sentence(folder: Path) -> None:
    """Not an empty table; counted, it is nought."""
    assert lines(run("access", "history", folder, "--reader", "Q")) == [["Không", "có", "lượt", "truy", "cập", "nào."]]
    assert lines(run("access", "counts", folder, "--reader", "Q"))[1:] == [["Tổng", "số", "0", "0", "0", "0", "0"]]


REFUSED: dict[str, tuple[int, str, Callable[[Path], Result]]] = {
    "unknown document": (
        1,
        "not_found",
        lambda folder: record(folder, "record", {**SEEN, "subject": "x", "access_id": "b"}),
    ),
    "another access under its id": (
        1,
        "idempotency_conflict",
        lambda folder: record(folder, "record", {**SEEN, "kind": "in"}),
    ),
    "no kind": (64, "bad_argument", lambda folder: record(folder, "record", {**SEEN, "kind": "đọc"})),
    "reader without a role": (1, "forbidden", lambda folder: run("access", "history", folder, "--reader", "Bình")),
    "counter without a role": (1, "forbidden", lambda folder: run("access", "counts", folder, "--reader", "Bình")),
    "no reader": (64, "--reader", lambda folder: run("access", "history", folder)),
    "a subject of anything": (
        64,
        "bad_argument",
        lambda folder: run("access", "history", folder, "--reader", "Quản", "--subject", "d1"),
    ),
    "no such page": (
        1,
        "not_found",
        lambda folder: run("access", "history", folder, "--reader", "Quản", "--before", 99),
    ),
    "no office": (4, "store_unusable", lambda folder: run("access", "counts", folder / "x", "--reader", "Q")),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_in_both_languages(
    folder: Path, case: tuple[int, str, Callable[[Path], Result]]
) -> None:
    """One line with the code, and the exit code of the program."""
    record(folder, "record", SEEN)
    for person, role in (("Quản", "quan_tri"), ("Cổng", "chuyen_vien"), ("Bình", "chuyen_vien")):
        assert run("office", "role", "grant", folder, person, role, "--actor", "Quản").exit_code == 0
    code, word, attempt = case
    result = attempt(folder)
    assert (result.exit_code, word in result.output) == (code, True), result.output
    assert " — " in result.output
