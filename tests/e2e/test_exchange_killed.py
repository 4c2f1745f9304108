"""kill -9 of either side before and after each of its commits; run again, nothing is lost, nothing doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docflow import FileDrop, IncomingState, OutboxState
from tests.exchange_kit import RECEIVER, SENDER, open_exchanging, seal_document
from tests.office_kit import SetClock
from tests.support import REPOSITORY

_WORKER = """
import os, signal, sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from docflow import FileDrop
from docflow.errors import DocflowError
from docflow.store import Database
from tests.exchange_kit import open_exchanging
from tests.office_kit import NOON, SetClock

folder, code, minutes, fatal, when = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
commits = 0
whole = Database.writing

@contextmanager
def counted(self):
    global commits
    with whole(self) as connection:
        yield connection
        commits += 1
        if commits == fatal and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    if commits == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

Database.writing = counted
drop = FileDrop(folder / "drop")
with open_exchanging(folder, code, clock=SetClock(NOON + timedelta(minutes=minutes))) as office:
    office.dispatch(drop)
    office.collect(drop)
    for document in office.incoming():
        try:
            if "refuse" in document.subject:
                office.refuse(document.id, actor="V", reason="sai")
            elif document.take_back:
                office.agree_take_back(document.id, actor="V")
            else:
                office.accept(document.id, actor="V")
                office.assign(document.id, actor="L", to="P")
                office.complete(document.id, actor="P")
        except DocflowError as error:
            if error.code != "wrong_state":
                raise
    for document in office.documents():
        if "back" in document.id and office.knowledge(document.id) and minutes > 0:
            try:
                office.take_back(document.id, actor="V", reason="nhầm") if not any(
                    p.kind == "status" for p in office.parcels(document.id)) else None
            except DocflowError as error:
                if error.code != "wrong_state":
                    raise
    office.dispatch(drop)
print(commits)
"""


def run(folder: Path, code: str, *, minutes: int, fatal: int = 0, when: str = "before") -> int:
    """Run one side's whole work, killed at its ``fatal``-th commit; return the number of commits, or -9."""
    arguments = [str(folder), code, str(minutes), str(fatal), when]
    result = subprocess.run(
        [sys.executable, "-c", _WORKER, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert result.returncode in {0, -signal.SIGKILL}, result.stderr
    return int(result.stdout) if result.returncode == 0 else result.returncode


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("side", [SENDER, RECEIVER])
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_every_commit_nothing_is_lost_or_doubled(side: str, when: str, tmp_path: Path) -> None:
    """Each run is killed one commit later than the run before, until none is left to be killed."""
    with open_exchanging(tmp_path, SENDER, clock=SetClock()) as sender:
        for name in ("d-keep", "d-refuse", "d-back"):
            seal_document(sender, name)
    kills = 0
    for minutes in range(0, 60 * 8, 60):
        for code in (SENDER, RECEIVER):
            # A run that goes on after a kill begins anew: its first commits are others than those that were made.
            for fatal in range(1, 40) if code == side else ():
                if run(tmp_path, code, minutes=minutes, fatal=fatal, when=when) != -signal.SIGKILL:
                    break
                kills += 1
            run(tmp_path, code, minutes=minutes)
    assert kills >= 12
    check(tmp_path)


def check(folder: Path) -> None:
    """Both sides know the same, each document has one effect, both logs are whole."""
    clock = SetClock()
    with (
        open_exchanging(folder, SENDER, clock=clock) as sender,
        open_exchanging(folder, RECEIVER, clock=clock) as other,
    ):
        incoming = {document.document_id: document for document in other.incoming()}
        assert len(incoming) == len(other.incoming()) == 3
        for name in ("d-keep", "d-refuse", "d-back"):
            (known,) = sender.knowledge(name)
            document = incoming[known.document_id]
            (here,) = other.knowledge(document.id)
            assert known.facts == here.facts
            assert known.stage is document.state
        states = sorted(document.state for document in incoming.values())
        assert states == [IncomingState.COMPLETED, IncomingState.REFUSED, IncomingState.TAKEN_BACK]
        assert {row.state for row in sender.outbox()} == {
            OutboxState.SENT,
            OutboxState.RETURNED,
            OutboxState.TAKEN_BACK,
        }
        numbers = sorted(document.number for document in incoming.values() if document.number)
        assert numbers == list(range(1, len(numbers) + 1))
        assert sender.verify_log().findings == other.verify_log().findings == ()
        assert FileDrop(folder / "drop").fetch(RECEIVER) == ()
