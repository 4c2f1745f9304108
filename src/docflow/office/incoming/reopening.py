"""Incoming documents whose answer is no longer in force: they are handled again, and count as not done.

Invariants:
    - What was completed before it was answered stays completed on that day: it only loses its answer.
    - Each has an act and a leaf of its own, in the transaction that voids or recalls the answer.

What it does not do: a document that was replaced still answers, as long as its replacement is in force.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4, Điều 24.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from docflow.model import Document, IncomingAct, IncomingEvent, LinkKind
from docflow.office.desk import Desk
from docflow.office.incoming.engine import perform_incoming
from docflow.office.incoming.step import IncomingStep
from docflow.office.ledger import ACTOR
from docflow.ports import UnitOfWork


def reopen_answered(unit: UnitOfWork, desk: Desk, answer: Document, *, at: datetime, words: str) -> None:
    """Reopen what an outgoing document answered, or another one whose place it had taken.

    Who voided or recalled it stands in its own leaf.

    Args:
        words: Why it is not in force any more.
    """
    said = f"{answer.symbol} {answer.state.vi}: {words}"
    for answering in _in_its_place(unit, answer):
        named = said if answering is answer else f"{answering.symbol}, đã được thay thế bởi {said}"
        for incoming_id in unit.list_answered(answering.id):
            step = IncomingStep(
                event=_losing(unit, incoming_id),
                incoming_id=incoming_id,
                actor=ACTOR,
                at=at,
                reason=f"Văn bản trả lời {named}",
            )
            perform_incoming(unit, desk, step)


def _losing(unit: UnitOfWork, incoming_id: str) -> IncomingEvent:
    """Say whether the answer alone had ended a document, or somebody had completed it before."""
    acts = unit.list_records(IncomingAct, incoming_id=incoming_id)
    ends = [act.event for act in acts if act.event in {IncomingEvent.COMPLETE, IncomingEvent.LOSE_ANSWER}]
    is_completed = ends[-1:] == [IncomingEvent.COMPLETE]
    return IncomingEvent.LOSE_LATER_ANSWER if is_completed else IncomingEvent.LOSE_ANSWER


def _in_its_place(unit: UnitOfWork, document: Document) -> Iterator[Document]:
    """Yield a document, and those that it replaced, and those that they had replaced."""
    yield document
    for link in document.draft.links:
        target = unit.find_document(link.target) if link.kind is LinkKind.REPLACES else None
        if target is not None and target.replaced_by == document.id:
            yield from _in_its_place(unit, target)
