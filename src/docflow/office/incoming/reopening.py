"""Incoming documents whose answer is no longer in force: they are handled again, and count as not done.

Invariants:
    - Each has an act and a leaf of its own, in the transaction that voids or recalls the answer.

What it does not do: a document that was replaced still answers; its replacement says the same in its place.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4, Điều 24.
"""

from __future__ import annotations

from datetime import datetime

from docflow.model import Document, IncomingEvent
from docflow.office.desk import Desk
from docflow.office.incoming.engine import perform_incoming
from docflow.office.incoming.step import IncomingStep
from docflow.office.ledger import ACTOR
from docflow.ports import UnitOfWork


def reopen_answered(unit: UnitOfWork, desk: Desk, answer: Document, *, at: datetime, words: str) -> None:
    """Reopen every document that an outgoing one answered; who voided or recalled that stands in its own leaf.

    Args:
        words: Why it is not in force any more.
    """
    for incoming_id in unit.list_answered(answer.id):
        step = IncomingStep(
            event=IncomingEvent.LOSE_ANSWER,
            incoming_id=incoming_id,
            actor=ACTOR,
            at=at,
            reason=f"Văn bản trả lời {answer.symbol} {answer.state.vi}: {words}",
        )
        perform_incoming(unit, desk, step)
