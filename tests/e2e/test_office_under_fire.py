"""Processes that issue at once, and kill -9 at any moment: numbers stay 1..n, and the log stays whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docflow import verify_log
from tests.office_kit import open_office
from tests.support import REPOSITORY, more_in_ci

pytestmark = pytest.mark.slow  # real services and pages: CI runs them

_WORKER = """
import sys
from pathlib import Path
from docflow import Office
from tests.office_kit import leader_pdf, make_agency, make_draft

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Office.open(folder, agency=make_agency()) as office:
    print("open", flush=True)
    for number in range(count):
        identifier = f"{name}-{number}"
        office.draft(make_draft(), actor="A", document_id=identifier)
        office.approve(identifier, actor="B")
        office.leader_signed(identifier, leader_pdf(identifier), actor="C")
        office.issue(identifier, actor="V")
        office.sealed(identifier, leader_pdf(identifier) + b" seal", actor="V")
"""


def start(folder: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    """Start a process that brings ``count`` documents to their end."""
    command = [sys.executable, "-c", _WORKER, str(folder), name, str(count)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE)


def numbers(folder: Path) -> list[int]:
    """Return the numbers given so far, sorted."""
    with open_office(folder) as office:
        return sorted(document.number for document in office.documents() if document.number is not None)


@pytest.mark.slow
def test_four_processes_found_one_office_and_one_of_them_is_killed(tmp_path: Path) -> None:
    """Four processes open a new folder at once and issue 50 each; one is killed; then it is run again: 1..200."""
    folder = tmp_path / "office"
    workers = [start(folder, f"p{number}", 50) for number in range(4)]
    assert workers[0].stdout is not None
    workers[0].stdout.readline()
    time.sleep(0.3)
    workers[0].kill()
    assert [worker.wait(timeout=120) for worker in workers] == [-signal.SIGKILL, 0, 0, 0]
    so_far = numbers(folder)
    assert so_far == list(range(1, len(so_far) + 1))
    assert verify_log(folder).is_intact
    again = start(folder, "p0", 50)
    assert again.wait(timeout=120) == 0
    assert numbers(folder) == list(range(1, 201))
    report = verify_log(folder)
    assert report.is_intact
    assert report.numbers == 200
    for worker in [*workers, again]:
        assert worker.stdout is not None
        worker.stdout.close()


def test_killed_at_random_moments_the_same_command_goes_on(tmp_path: Path) -> None:
    """kill -9 again and again, from the first opening on: the log is whole after each, the numbers end as 1..30."""
    folder = tmp_path / "office"
    dice = random.Random(20260105)
    kills = 0
    for _ in range(more_in_ci(4, 12)):
        worker = start(folder, "p", 30)
        try:
            code = worker.wait(timeout=dice.uniform(0.25, 0.7))
        except subprocess.TimeoutExpired:
            worker.kill()
            code = worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()
        assert code in {0, -signal.SIGKILL}
        kills += code != 0
        if (folder / "log.vkey").exists():
            assert verify_log(folder).is_intact
    assert kills >= more_in_ci(1, 3)
    last = start(folder, "p", 30)
    assert last.wait(timeout=60) == 0
    assert last.stdout is not None
    last.stdout.close()
    assert numbers(folder) == list(range(1, 31))
    assert verify_log(folder).is_intact


@pytest.mark.soak
def test_killed_a_hundred_times_nothing_is_lost(tmp_path: Path) -> None:
    """As above, a hundred kills, 200 documents."""
    folder = tmp_path / "office"
    dice = random.Random(7)
    kills = 0
    for _ in range(100):
        worker = start(folder, "p", 200)
        time.sleep(dice.uniform(0.2, 0.8))
        worker.kill()
        kills += worker.wait() == -signal.SIGKILL
        assert worker.stdout is not None
        worker.stdout.close()
    last = start(folder, "p", 200)
    assert last.wait(timeout=120) == 0
    assert last.stdout is not None
    last.stdout.close()
    assert numbers(folder) == list(range(1, 201))
    assert verify_log(folder).is_intact
    assert kills >= 50, f"{kills} of 100 runs lived long enough to be killed"
