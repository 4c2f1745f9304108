"""Runs the state table: one step of one document, its guard, its effects, its evidence.

Invariants:
    - Steps (0)…(6) of :func:`perform` happen in this order in one transaction, or not at all.
    - What a document may do is in :data:`docflow.model.OUTGOING` alone; guards and effects are looked up by name.

What it does not do: it stores no blob (they are stored before the transaction that names them) and asks no verifier.

Source: docs/reference/states.md; Nghị định 30/2020/NĐ-CP Điều 14, 15, 18, 32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from docflow.audit import Json
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    Agency,
    Document,
    DocumentEvent,
    DocumentState,
    Effect,
    RegisterKey,
    find_transition,
    law_date,
    register_for,
)
from docflow.office.ledger import find_answer, keep_answer, record_event
from docflow.office.outgoing.effects import EFFECTS
from docflow.office.outgoing.guards import GUARDS
from docflow.office.outgoing.step import Step, Work
from docflow.office.registers.numbering import NumberPlace, advance, choose_place
from docflow.ports import Randomness, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step came to; ``is_replay`` if it had been done before and the first answer was given again."""

    answer: Mapping[str, Json]
    is_replay: bool


def perform(unit: UnitOfWork, step: Step, *, agency: Agency, randomness: Randomness) -> Outcome:
    """Carry out one step of the state table.

    (0) the same request was answered before: give that answer; (1) find the row of the table; (2) guard;
    (3) effects; (4) the document in its new state; (5) answer; (6) audit leaf, and the register's head names it.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND``, ``ALREADY_EXISTS``, ``IDEMPOTENCY_CONFLICT`` or what the guard says.
    """
    # (0) asked before
    answered = find_answer(unit, step.request)
    if answered is not None:
        return Outcome(answer=answered, is_replay=True)
    # (1) row of the table
    before = _load(unit, step)
    transition = find_transition(before.state if before else None, step.event)
    work = Work(unit=unit, step=step, agency=agency, place=_place(unit, step, before, agency=agency))
    # (2) guard
    document = before or _new_document(step, agency=agency)
    GUARDS[transition.guard](work, document)
    # (3) effects
    if step.pdf:
        unit.add_blob(step.pdf.blob)
    for effect in transition.effects:
        document = EFFECTS[effect](work, document)
    # (4) new state
    document = replace(document, state=transition.target)
    if before is None:
        unit.add_document(document)
    else:
        unit.change_document(document)
    # (5) answer
    answer = _answer(document)
    keep_answer(unit, step.request, answer)
    # (6) leaf
    place = work.place if Effect.TAKE_NUMBER in transition.effects else None
    leaf = record_event(
        unit,
        transition.evidence,
        time=step.at,
        actor=step.actor,
        agency=agency.code.text,
        subject=document.id,
        randomness=randomness,
        link=place.link if place else None,
    )
    if place is not None:
        advance(unit, place, leaf=leaf, day=work.day)
    return Outcome(answer=answer, is_replay=False)


def _load(unit: UnitOfWork, step: Step) -> Document | None:
    document = unit.find_document(step.document_id)
    if document is None and step.event is not DocumentEvent.DRAFT:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no document {step.document_id!r} here",
            vi=f"Không có văn bản {step.document_id!r}.",
        )
    if document is not None and step.event is DocumentEvent.DRAFT:
        raise UsageError(
            ErrorCode.ALREADY_EXISTS,
            f"document {step.document_id!r} was drafted with another request",
            vi=f"Văn bản {step.document_id!r} đã có.",
            way_out="choose another document id",
        )
    return document


def _place(unit: UnitOfWork, step: Step, document: Document | None, *, agency: Agency) -> NumberPlace | None:
    if step.event is not DocumentEvent.ISSUE or document is None:
        return None
    year = (step.on or law_date(step.at)).year
    register = register_for(document.draft.type, agency=agency, series=document.draft.series)
    return choose_place(unit, RegisterKey(agency=agency.code.text, register=register, year=year), step.wish)


def _new_document(step: Step, *, agency: Agency) -> Document:
    if step.draft is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "nothing was drafted", vi="Chưa có dự thảo.")
    return Document(
        id=step.document_id,
        agency=agency.code.text,
        state=DocumentState.DRAFTED,
        draft=step.draft,
        drafted_at=step.at,
        drafted_by=step.actor,
    )


def _answer(document: Document) -> dict[str, Json]:
    return {
        "document_id": document.id,
        "state": document.state.value,
        "register": document.register,
        "year": document.year,
        "number": document.number,
        "symbol": document.symbol,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
    }
