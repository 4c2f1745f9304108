"""Which files are verified again although nothing changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vnsign.batch.archive.lock import LockEntry, LockFile, LockHeader, write_entry, write_header
from vnsign.batch.archive.tasks import Selection, find_tasks
from vnsign.report import Verdict

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def line(path: str, verdict: Verdict = Verdict.TOTAL_PASSED, until: datetime | None = None) -> LockEntry:
    """Return the line of a file."""
    return LockEntry(path=path, sha256="ab" * 32, size=1, verdict=verdict, until=until)


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, LockFile]:
    """An archive with one file of each kind, and its lock."""
    entries = [
        line("a-good.pdf"),
        line("b-undecided.pdf", Verdict.INDETERMINATE),
        line("c-failed.pdf", Verdict.TOTAL_FAILED),
        line("d-lapsed.pdf", until=NOW - timedelta(days=1)),
        line("e-lasting.pdf", until=NOW + timedelta(days=1)),
        line("f-missing.pdf"),
    ]
    lock = LockFile(tmp_path / "archive.lock")
    header = LockHeader(policy="default", trust="cd" * 32)
    lock.path.write_bytes(b"".join([write_header(header), *map(write_entry, entries)]))
    folder = tmp_path / "archive"
    folder.mkdir()
    for entry in entries[:-1]:
        (folder / entry.path).touch()
    (folder / "0-new.pdf").touch()
    return folder, lock


def test_walk_and_lock_are_read_side_by_side(archive: tuple[Path, LockFile]) -> None:
    """What is in both, in one, in the other; due is what was undecided, or has lapsed."""
    tasks = list(find_tasks(*archive, Selection(at=NOW)))

    assert [(task.path[0], task.known is not None, task.is_there, task.verify) for task in tasks] == [
        ("0", False, True, False),
        ("a", True, True, False),
        ("b", True, True, True),
        ("c", True, True, False),
        ("d", True, True, True),
        ("e", True, True, False),
        ("f", True, False, False),
    ]


@pytest.mark.parametrize(("sample", "verified"), [(0, 2), (1, 3), (100, 6)])
def test_a_sample_is_drawn_by_lot(sample: int, verified: int, archive: tuple[Path, LockFile]) -> None:
    """The seed that draws just one of those not due anyway; the same lock and seed draw the same."""
    for seed in map(str, range(50)):
        selection = Selection(at=NOW, sample=sample, seed=seed)
        drawn = [[task.path for task in find_tasks(*archive, selection) if task.verify] for _ in range(2)]
        assert drawn[0] == drawn[1]
        if len(drawn[0]) == verified:
            return
    pytest.fail("no seed draws so many")


def test_a_check_goes_on_after_a_path(archive: tuple[Path, LockFile]) -> None:
    """What is before it was done."""
    tasks = find_tasks(*archive, Selection(at=NOW), after="d-lapsed.pdf")

    assert [task.path for task in tasks] == ["e-lasting.pdf", "f-missing.pdf"]
