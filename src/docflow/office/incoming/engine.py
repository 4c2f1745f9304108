"""Runs the table of incoming documents: one step, its guard, its effects, its act, its leaf, its receipt.

Invariants:
    - Row, tasks, act, arrival number, leaf, receipt and status message are one transaction, or none of them is there.
    - What a document may do is in :data:`docflow.model.INCOMING` alone.

What it does not do: it begins no transaction; :mod:`docflow.office.incoming.verbs` does.

Source: docs/reference/incoming-states.md; Nghị định 30/2020/NĐ-CP Điều 20–24.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from docflow.audit import Leaf, RegisterLink
from docflow.edxml import ResponseFor
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    INCOMING_REGISTER,
    AccessTarget,
    Channel,
    IncomingAct,
    IncomingDocument,
    IncomingEffect,
    IncomingState,
    IncomingTransition,
    RegisterKey,
    Role,
    find_incoming,
    law_date,
)
from docflow.office.answers import Answer, give_answer
from docflow.office.clocks import refuse_earlier_day, refuse_turned_back
from docflow.office.desk import Desk
from docflow.office.groups.freezing import refuse_frozen
from docflow.office.incoming.effects import INCOMING_EFFECTS
from docflow.office.incoming.guards import INCOMING_GUARDS
from docflow.office.incoming.received import keep_file_checks
from docflow.office.incoming.step import IncomingStep, IncomingWork
from docflow.office.ledger import ACTOR, keep_answer, record_act, record_event
from docflow.office.registers.numbering import refuse_beyond
from docflow.office.rights import require_right
from docflow.ports import IncomingEntry, RegisterCounter, UnitOfWork


def perform_incoming(unit: UnitOfWork, desk: Desk, step: IncomingStep) -> IncomingDocument:
    """Carry out one step of the table inside the caller's transaction.

    (1) find the row of the table, whether the actor may, and that no group freezes it; (2) the clock has not turned
    back; (3) guard; (4) effects; (5) document, register's line and what was found in its files; (6) act and leaf;
    (7) what the sender is told.

    Raises:
        UsageError: ``FORBIDDEN``, ``FROZEN``, ``WRONG_STATE``, ``NOT_FOUND``, ``CLOCK_TURNED_BACK`` or what the guard
            says.
    """
    # (1) row of the table
    before = unit.find_incoming(step.incoming_id)
    document = before or step.arrival
    if document is None:
        raise incoming_not_found(step.incoming_id)
    transition = find_incoming(before.state if before else None, step.event)
    if step.actor != ACTOR and transition.role is not Role.SENDER:
        require_right(unit, desk, step.actor, role=transition.role, event=step.event.value, subject=step.incoming_id)
    if before is not None and transition.role is not Role.SENDER:
        # What its sender says of it is recorded all the same: it decides nothing here, and comes once.
        refuse_frozen(unit, AccessTarget.INCOMING, before.id)
    # (2) clock
    refuse_turned_back(unit, desk.agency.code.text, step.at, last=document.acted_at)
    counter = _open_register(unit, desk, transition, at=step.at)
    work = IncomingWork(unit=unit, step=step, counter=counter, calendar=desk.calendar, terms=desk.terms)
    # (3) guard
    INCOMING_GUARDS[transition.guard](work, document)
    # (4) effects
    for effect in transition.effects:
        document = INCOMING_EFFECTS[effect](work, document)
    # (5) rows; the answer to the request among them: what a guard refuses is no second answer under one name
    if step.request is not None:
        keep_answer(unit, step.request, {"incoming_id": step.incoming_id, "event": step.event.value})
    document = replace(document, state=transition.target, act_count=document.act_count + 1, acted_at=step.at)
    if before is None:
        unit.add_incoming(document)
    else:
        unit.change_incoming(document)
    _add_line(unit, work, document)
    keep_file_checks(unit, document, step.files, at=step.at)
    # (6) act and leaf
    leaf = _leave_leaf(unit, desk, work, act=_act(step, document), transition=transition)
    # (7) receipt
    _tell_sender(unit, desk, step, document=document, transition=transition, leaf=leaf)
    return document


def incoming_not_found(incoming_id: str) -> UsageError:
    """Return the error of a document that is not here."""
    return UsageError(
        ErrorCode.NOT_FOUND,
        f"no incoming document {incoming_id[:120]!r} here",
        vi=f"Không có văn bản đến {incoming_id[:120]!r}.",
    )


def _open_register(
    unit: UnitOfWork, desk: Desk, transition: IncomingTransition, *, at: datetime
) -> RegisterCounter | None:
    if IncomingEffect.TAKE_ARRIVAL_NUMBER not in transition.effects:
        return None
    key = RegisterKey(agency=desk.agency.code.text, register=INCOMING_REGISTER, year=law_date(at).year)
    counter = unit.counter(key)
    # Numbers are given in order of time (NĐ 30/2020 Điều 22): a day before the last number's would be out of order.
    refuse_earlier_day(unit, key.agency, at, last=counter.last_date)
    refuse_beyond(counter)
    return counter


def _act(step: IncomingStep, document: IncomingDocument) -> IncomingAct:
    return IncomingAct(
        agency=document.agency,
        incoming_id=document.id,
        position=document.act_count - 1,
        event=step.event,
        at=step.at,
        actor=step.actor,
        text=step.reason,
    )


def _add_line(unit: UnitOfWork, work: IncomingWork, document: IncomingDocument) -> None:
    """Write the register's line, after the document that it names."""
    if work.counter is None or document.number is None:
        return
    key = work.counter.key
    unit.add_incoming_entry(
        IncomingEntry(
            agency=key.agency,
            register=key.register,
            year=key.year,
            number=document.number,
            incoming_id=document.id,
            registered_on=law_date(work.step.at),
        )
    )


def _leave_leaf(
    unit: UnitOfWork, desk: Desk, work: IncomingWork, *, act: IncomingAct, transition: IncomingTransition
) -> Leaf:
    counter = work.counter
    link = None
    if counter is not None:
        link = RegisterLink(
            register=counter.key.register,
            year=counter.key.year,
            number=counter.last_number + 1,
            previous=counter.last_leaf_hash,
        )
    leaf = record_act(unit, act, transition.evidence, subject=act.incoming_id, randomness=desk.randomness, link=link)
    if counter is not None and link is not None:
        day = max(law_date(act.at), counter.last_date or law_date(act.at))
        unit.advance_counter(replace(counter, last_number=link.number, last_date=day, last_leaf_hash=leaf.hash))
    return leaf


def _tell_sender(
    unit: UnitOfWork,
    desk: Desk,
    step: IncomingStep,
    *,
    document: IncomingDocument,
    transition: IncomingTransition,
    leaf: Leaf,
) -> None:
    """Whoever sent it over the exchange hears of it there; whoever sent paper does not."""
    if transition.receipt is None or document.channel is not Channel.EXCHANGE:
        return
    is_number = IncomingEffect.TAKE_ARRIVAL_NUMBER in transition.effects
    forwarded = f"Đã chuyển tiếp đến {document.forwarded_to}: " if transition.target is IncomingState.FORWARDED else ""
    answer = Answer(
        kind=transition.receipt,
        recipient=document.sender,
        subject=document.id,
        document_id=document.document_id,
        message=document.message or "",
        detail=f"Số đến {document.number}/{document.year}" if is_number else f"{forwarded}{step.reason}",
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
