"""Numbers 1..n, whoever is killed when: no gap, no repeat, each in a committed document or a void entry."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.office import make_ready
from docflow import DocumentState
from tests.contract.offices import KINDS, Kind, Place, make_place
from tests.numbering_kit import VOIDED_EACH, Line, find_faults, issue_and_kill, lines_of


def issue_under_fire(place: Place, *, workers: int, count: int, kills: int, seed: int) -> int:
    """Issue, kill, and hold the register against the documents, the count against the wish, the log against all."""
    with place.open() as office:
        make_ready(office, [f"w{worker}-{number}" for worker in range(workers) for number in range(count)])
    home = str(place.home("H99"))
    killed = issue_and_kill(place.database, home, workers=workers, count=count, kills=kills, seed=seed)
    with place.open() as office:
        documents = {document.id: document for document in office.documents()}
        (year,) = {document.year for document in documents.values() if document.year is not None}
        entries = office.entries(year)
    lines = lines_of(entries, documents)
    assert find_faults(lines) == []
    assert len(lines) == workers * count
    voided = sum(document.state is DocumentState.VOIDED for document in documents.values())
    assert voided == workers * len(range(0, count, VOIDED_EACH))
    report = place.verify()
    assert report.is_intact, report.findings[:5]
    assert report.numbers == workers * count
    return killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_four_processes_issue_a_hundred_each_and_three_are_killed(kind: Kind, tmp_path: Path) -> None:
    """Small enough for CI; the count of the issue, 8 × 5,000, is the soak below."""
    with make_place(kind, tmp_path) as place:
        assert issue_under_fire(place, workers=4, count=100, kills=3, seed=20260105) == 3


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_eight_processes_issue_five_thousand_each_and_random_ones_are_killed(kind: Kind, tmp_path: Path) -> None:
    """8 × 5,000 with 60 kills: results and seeds in docs/reliability.md."""
    with make_place(kind, tmp_path) as place:
        assert issue_under_fire(place, workers=8, count=5000, kills=60, seed=7) == 60


def naive_number(connection: sqlite3.Connection) -> int:
    """Read the next number as the e-offices do that were looked at."""
    number: int = connection.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM register").fetchone()[0]
    return number


def test_the_naive_maximum_plus_one_fails_the_same_check(tmp_path: Path) -> None:
    """Two clerks who read MAX(number) + 1 before either has written give one number twice."""
    path = tmp_path / "naive.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE register (number INTEGER, document TEXT)")
    both_read = threading.Barrier(2, timeout=30)

    def clerk(document: str) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            number = naive_number(connection)
            both_read.wait()
            connection.execute("INSERT INTO register VALUES (?, ?)", (number, document))

    clerks = [threading.Thread(target=clerk, args=(name,)) for name in ("d1", "d2")]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    with closing(sqlite3.connect(path)) as connection:
        lines = [Line(row[0], is_backed=True) for row in connection.execute("SELECT number FROM register")]
    assert find_faults(lines) == ["repeat: 1"]


def test_a_number_taken_in_a_transaction_of_its_own_fails_the_same_check() -> None:
    """Killed between the counter and the document: the counter says 3, the documents are 1 and 3."""
    assert find_faults([Line(1, is_backed=True), Line(3, is_backed=True)]) == ["gap: 2"]
    assert find_faults([Line(1, is_backed=True), Line(2, is_backed=False)]) == ["nothing behind: 2"]
