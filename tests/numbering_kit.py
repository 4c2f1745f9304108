"""Processes that give numbers at once and are killed at any moment, and the check of what they left."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from docflow import Document, DocumentState, EntryKind, RegisterEntry
from tests.support import REPOSITORY

VOIDED_EACH = 25
"""Of so many documents one gets its number void."""

_WORKER = """
import sys
from docflow import Office
from tests.numbering_kit import VOIDED_EACH
from tests.office_kit import make_agency

place, home, name, count, is_doomed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5] == "doomed"
with Office.open(place, agency=make_agency(), home=home) as office:
    for number in range(count):
        print(number, flush=True)
        # Asked again after a death, also where the document is void by now: a key of its own says that it is the same.
        office.issue(f"{name}-{number}", actor=name, idempotency_key=f"issue {name}-{number}")
        if number % VOIDED_EACH == 0:
            office.void(f"{name}-{number}", actor=name, reason="in hỏng", idempotency_key=f"void {name}-{number}")
    if is_doomed:
        sys.stdin.read()
"""
"""It says which document it takes up. One that shall be killed does not end before it is, however fast it was."""


@dataclass(frozen=True, slots=True, order=True)
class Death:
    """When a worker is killed: so many seconds after it took up document ``at``, whatever it does then."""

    at: int
    after: float


@dataclass(frozen=True, slots=True)
class Line:
    """A number that was given, and whether a committed document or a void entry stands behind it."""

    number: int
    is_backed: bool


def find_faults(lines: Iterable[Line]) -> list[str]:
    """Return what is wrong with numbers that should run 1..n: gaps, repeats, numbers with nothing behind them."""
    lines = list(lines)
    numbers = [line.number for line in lines]
    expected = set(range(1, max(numbers, default=0) + 1))
    faults = [f"gap: {number}" for number in sorted(expected - set(numbers))]
    faults += [f"repeat: {number}" for number in sorted(set(numbers)) if numbers.count(number) > 1]
    return faults + [f"nothing behind: {line.number}" for line in lines if not line.is_backed]


def lines_of(entries: Sequence[RegisterEntry], documents: Mapping[str, Document]) -> list[Line]:
    """Return the lines of a register: a document's number must be that of the document, and void if that is void."""
    lines = []
    for entry in entries:
        document = documents.get(entry.document_id or "")
        is_void = entry.kind is EntryKind.VOID and bool(entry.reason)
        state = DocumentState.VOIDED if is_void else DocumentState.NUMBERED
        is_backed = document is not None and (document.number, document.state) == (entry.number, state)
        lines.append(Line(entry.number, is_backed))
    return lines


def issue_and_kill(place: str, home: str, *, workers: int, count: int, kills: int, seed: int) -> int:
    """Let processes issue ``count`` documents each, kill random ones and start them again; return how many died."""
    dice = random.Random(seed)
    deaths: dict[str, list[Death]] = {f"w{number}": [] for number in range(workers)}
    for _ in range(kills):
        deaths[dice.choice(sorted(deaths))].append(Death(at=dice.randrange(count), after=dice.uniform(0, 0.02)))
    with ThreadPoolExecutor(workers) as pool:
        lives = [pool.submit(_live, place, home, name, count, planned) for name, planned in deaths.items()]
    return sum(life.result() for life in lives)


def _live(place: str, home: str, name: str, count: int, deaths: Iterable[Death]) -> int:
    """Run one worker through its deaths and to its end; return how often it was killed."""
    killed = 0
    for death in sorted(deaths):
        with _start(place, home, name, count, "doomed") as worker:
            for line in worker.stdout or ():
                if int(line) >= death.at:
                    break
            time.sleep(death.after)
            worker.kill()
            killed += worker.wait() == -signal.SIGKILL
    with _start(place, home, name, count, "free") as worker:
        worker.communicate(timeout=3000)
    if worker.returncode != 0:
        raise RuntimeError(f"{name} ended with {worker.returncode}")
    return killed


def _start(place: str, home: str, name: str, count: int, fate: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, place, home, name, str(count), fate],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
