"""kill -9 of either side before and after each of its commits; run again, nothing is lost, nothing doubled."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from docflow import FileDrop, IncomingState, OutboxState
from tests.exchange_child import run
from tests.exchange_kit import RECEIVER, SENDER, open_exchanging, seal_document
from tests.office_kit import SetClock


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
