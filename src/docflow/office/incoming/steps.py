"""What is done with incoming documents: one step of the state table, its guard, its effects, its leaf, its receipt.

Invariants:
    - Row, arrival number, leaf, receipt and status message are one transaction.
    - What a document may do is in :data:`docflow.model.INCOMING` alone.

Source: docs/reference/incoming-states.md; Nghị định 30/2020/NĐ-CP Điều 21–24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from docflow.audit import Json, Leaf, RegisterLink
from docflow.edxml import ResponseFor
from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import (
    INCOMING,
    INCOMING_REGISTER,
    IncomingDocument,
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    IncomingState,
    IncomingTransition,
    RegisterKey,
    Role,
    find_incoming,
    law_date,
)
from docflow.office.desk import Desk
from docflow.office.exchanging.answers import Answer, give_answer, require_post
from docflow.office.ledger import ACTOR, find_answer, keep_answer, make_request, record_event
from docflow.office.rights import require_right
from docflow.ports import Erasure, IncomingEntry, RegisterCounter, UnitOfWork

_ROLES = {row.event: row.role for row in INCOMING}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStep:
    """One event for one incoming document.

    Attributes:
        arrival: The new document, for its arrival only.
        reason: Why it is refused, asked back or kept; or what was done.
        in_reply_to: The parcel that brought it, for its arrival only.
    """

    event: IncomingEvent
    incoming_id: str
    actor: str
    at: datetime
    arrival: IncomingDocument | None = None
    reason: str = ""
    assignee: str | None = None
    deadline: date | None = None
    in_reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    unit: UnitOfWork
    step: IncomingStep
    counter: RegisterCounter | None


def perform_incoming(unit: UnitOfWork, desk: Desk, step: IncomingStep) -> IncomingDocument:
    """Carry out one step of the state table inside the caller's transaction.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND`` or what the guard says.
    """
    role = _ROLES[step.event]
    if step.actor != ACTOR and role is not Role.SENDER:
        require_right(unit, desk, step.actor, role=role, event=step.event.value, subject=step.incoming_id)
    before = unit.find_incoming(step.incoming_id)
    if before is None and step.arrival is None:
        raise _not_found(step.incoming_id)
    transition = find_incoming(before.state if before else None, step.event)
    document = before or step.arrival
    if document is None:
        raise _not_found(step.incoming_id)
    _GUARDS[transition.guard](step, document)
    key = RegisterKey(agency=desk.agency.code.text, register=INCOMING_REGISTER, year=law_date(step.at).year)
    is_numbered = IncomingEffect.TAKE_ARRIVAL_NUMBER in transition.effects
    work = _Work(unit=unit, step=step, counter=unit.counter(key) if is_numbered else None)
    for effect in transition.effects:
        document = _EFFECTS[effect](work, document)
    document = replace(document, state=transition.target)
    if before is None:
        unit.add_incoming(document)
    else:
        unit.change_incoming(document)
    for entry in _entries(work, document):
        unit.add_incoming_entry(entry)
    leaf = _leave_leaf(unit, desk, work, transition=transition)
    _answer(unit, desk, step, document=document, transition=transition, leaf=leaf)
    return document


def act_on_incoming(
    desk: Desk, event: IncomingEvent, incoming_id: str, *, actor: str, reason: str = "", **details: date | str | None
) -> IncomingDocument:
    """Carry out one verb of the office in a transaction of its own; the same request again changes nothing.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND``, ``BAD_ARGUMENT``, ``IDEMPOTENCY_CONFLICT``.
    """
    require_post(desk)
    assignee, deadline = details.get("assignee"), details.get("deadline")
    step = IncomingStep(
        event=event,
        incoming_id=incoming_id,
        actor=actor,
        at=desk.clock.now(),
        reason=reason,
        assignee=assignee if isinstance(assignee, str) else None,
        deadline=deadline if isinstance(deadline, date) else None,
    )
    asked: dict[str, Json] = {
        "event": event.value,
        "incoming_id": incoming_id,
        "reason": reason,
        "assignee": step.assignee,
        "deadline": step.deadline.isoformat() if step.deadline else None,
    }
    with desk.store.writing() as unit:
        before = unit.find_incoming(incoming_id)
        # A question to give back may be put and declined more than once: each has its own key.
        question = before.take_back if before and event is IncomingEvent.DECLINE_TAKE_BACK else None
        key = f"{desk.agency.code}/{event.value}/{incoming_id}"
        request = make_request(key, asked)
        if question is None and find_answer(unit, request) is not None and before is not None:
            return before
        if question is None:
            keep_answer(unit, request, {"incoming_id": incoming_id, "event": event.value})
        document = perform_incoming(unit, desk, step)
    if document.state is IncomingState.TAKEN_BACK:
        desk.store.erase_blobs()
    return document


def _leave_leaf(unit: UnitOfWork, desk: Desk, work: _Work, *, transition: IncomingTransition) -> Leaf:
    counter, step = work.counter, work.step
    link = None
    if counter is not None:
        link = RegisterLink(
            register=counter.key.register,
            year=counter.key.year,
            number=counter.last_number + 1,
            previous=counter.last_leaf_hash,
        )
    leaf = record_event(
        unit,
        transition.evidence,
        time=step.at,
        actor=step.actor,
        agency=desk.agency.code.text,
        subject=step.incoming_id,
        randomness=desk.randomness,
        link=link,
    )
    if counter is not None and link is not None:
        unit.advance_counter(
            replace(counter, last_number=link.number, last_date=law_date(step.at), last_leaf_hash=leaf.hash)
        )
    return leaf


def _answer(
    unit: UnitOfWork,
    desk: Desk,
    step: IncomingStep,
    *,
    document: IncomingDocument,
    transition: IncomingTransition,
    leaf: Leaf,
) -> None:
    if transition.receipt is None:
        return
    is_number = IncomingEffect.TAKE_ARRIVAL_NUMBER in transition.effects
    answer = Answer(
        kind=transition.receipt,
        recipient=document.sender,
        subject=document.id,
        document_id=document.document_id,
        message=document.message,
        detail=f"Số đến {document.number}/{document.year}" if is_number else step.reason,
        response_for=ResponseFor(
            organ_id=document.sender,
            code=document.symbol,
            promulgation_date=document.issued_on,
            document_id=document.document_id,
        ),
        in_reply_to=step.in_reply_to,
    )
    give_answer(unit, desk, answer, leaf=leaf, at=step.at)
    record_event(
        unit,
        "receipt_given",
        time=step.at,
        actor=step.actor,
        agency=desk.agency.code.text,
        subject=document.id,
        randomness=desk.randomness,
    )


# ---------------------------------------------------------------- guards


def _nothing(_step: IncomingStep, _document: IncomingDocument) -> None:
    return


def _reason_given(step: IncomingStep, _document: IncomingDocument) -> None:
    if not step.reason.strip():
        raise UsageError(ErrorCode.BAD_ARGUMENT, "this needs a reason", vi="Phải ghi rõ lý do.")


def _assignee_named(step: IncomingStep, _document: IncomingDocument) -> None:
    if not (step.assignee or "").strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "name the unit or person in charge", vi="Phải ghi rõ đơn vị hoặc người xử lý."
        )


def _take_back_asked(_step: IncomingStep, document: IncomingDocument) -> None:
    if document.take_back is None:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "the sender did not ask for this document back",
            vi="Cơ quan gửi không đề nghị lấy lại văn bản này.",
        )


def _take_back_asked_with_reason(step: IncomingStep, document: IncomingDocument) -> None:
    _take_back_asked(step, document)
    _reason_given(step, document)


_GUARDS: Mapping[IncomingGuard, Callable[[IncomingStep, IncomingDocument], None]] = {
    # What arrives was checked before the transaction began: docflow.office.receiving.
    IncomingGuard.CHECKS_PASSED: _nothing,
    IncomingGuard.NONE: _nothing,
    IncomingGuard.REASON_GIVEN: _reason_given,
    IncomingGuard.ASSIGNEE_NAMED: _assignee_named,
    IncomingGuard.TAKE_BACK_ASKED: _take_back_asked,
    IncomingGuard.TAKE_BACK_ASKED_AND_REASON_GIVEN: _take_back_asked_with_reason,
}

# ---------------------------------------------------------------- effects


def _record_arrival(work: _Work, document: IncomingDocument) -> IncomingDocument:
    return replace(document, duplicate_of=work.unit.find_lookalike(document))


def _take_number(work: _Work, document: IncomingDocument) -> IncomingDocument:
    if work.counter is None:
        raise InputError(ErrorCode.EVIDENCE_BROKEN, "no register to number in", vi="Thiếu sổ đăng ký văn bản đến.")
    key = work.counter.key
    number = work.counter.last_number + 1
    return replace(document, register=key.register, year=key.year, number=number, registered_at=work.step.at)


def _entries(work: _Work, document: IncomingDocument) -> tuple[IncomingEntry, ...]:
    """Return the register's line, written after the document that it names."""
    if work.counter is None or document.number is None:
        return ()
    key = work.counter.key
    return (
        IncomingEntry(
            agency=key.agency,
            register=key.register,
            year=key.year,
            number=document.number,
            incoming_id=document.id,
            registered_on=law_date(work.step.at),
        ),
    )


def _record_reason(work: _Work, document: IncomingDocument) -> IncomingDocument:
    return replace(document, note=work.step.reason)


def _record_assignment(work: _Work, document: IncomingDocument) -> IncomingDocument:
    step = work.step
    return replace(document, assignee=step.assignee, deadline=step.deadline, assigned_at=step.at)


def _record_completion(work: _Work, document: IncomingDocument) -> IncomingDocument:
    return replace(document, note=work.step.reason, completed_at=work.step.at)


def _record_question(work: _Work, document: IncomingDocument) -> IncomingDocument:
    return replace(document, take_back=work.step.reason or "–")


def _close_question(_work: _Work, document: IncomingDocument) -> IncomingDocument:
    return replace(document, take_back=None)


def _erase_content(work: _Work, document: IncomingDocument) -> IncomingDocument:
    """Destroy the files, keep the metadata of the take-back (NĐ 30/2020 Phụ lục VI Phần I mục III.8)."""
    for name in dict.fromkeys((document.message, document.pdf)):
        if not work.unit.is_blob_needed(name, besides=document.id):
            work.unit.add_erasure(Erasure(sha256=name, incoming_id=document.id, erased_at=work.step.at))
    return document


_EFFECTS: Mapping[IncomingEffect, Callable[[_Work, IncomingDocument], IncomingDocument]] = {
    IncomingEffect.RECORD_ARRIVAL: _record_arrival,
    IncomingEffect.TAKE_ARRIVAL_NUMBER: _take_number,
    IncomingEffect.RECORD_REASON: _record_reason,
    IncomingEffect.RECORD_ASSIGNMENT: _record_assignment,
    IncomingEffect.RECORD_PROGRESS: _record_reason,
    IncomingEffect.RECORD_COMPLETION: _record_completion,
    IncomingEffect.RECORD_QUESTION: _record_question,
    IncomingEffect.CLOSE_QUESTION: _close_question,
    IncomingEffect.ERASE_CONTENT: _erase_content,
}


def _not_found(incoming_id: str) -> UsageError:
    return UsageError(
        ErrorCode.NOT_FOUND,
        f"no incoming document {incoming_id[:120]!r} here",
        vi=f"Không có văn bản đến {incoming_id[:120]!r}.",
    )
