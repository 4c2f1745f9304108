"""Processes that give numbers at once and are killed at any moment, and the check of what they left."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
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

place, home, name, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
with Office.open(place, agency=make_agency(), home=home) as office:
    print("open", flush=True)
    for number in range(count):
        office.issue(f"{name}-{number}", actor=name)
        if number % VOIDED_EACH == 0:
            office.void(f"{name}-{number}", actor=name, reason="in hỏng")
"""


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
    names = [f"w{number}" for number in range(workers)]
    running = {name: _start(place, home, name, count) for name in names}
    killed = 0
    deadline = time.monotonic() + 3000
    while running and time.monotonic() < deadline:
        time.sleep(dice.uniform(0.05, 0.4))
        if killed < kills:
            victim = dice.choice(sorted(running))
            if running[victim].poll() is None:
                running[victim].kill()
                killed += running[victim].wait() != 0
        for name, worker in list(running.items()):
            code = worker.poll()
            if code is None:
                continue
            _close(running.pop(name))
            if code != 0:
                running[name] = _start(place, home, name, count)
    for worker in running.values():
        worker.kill()
        _close(worker)
    if running:
        raise TimeoutError(f"{sorted(running)} did not end")
    return killed


def _start(place: str, home: str, name: str, count: int) -> subprocess.Popen[bytes]:
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, place, home, name, str(count)], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    if worker.stdout is not None:
        worker.stdout.readline()
    return worker


def _close(worker: subprocess.Popen[bytes]) -> None:
    worker.wait()
    if worker.stdout is not None:
        worker.stdout.close()
