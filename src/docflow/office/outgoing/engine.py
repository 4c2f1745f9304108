"""Runs the state table: one step of one document, its guard, its effects, its evidence.

Invariants:
    - Steps (0)…(7) of :func:`perform` happen in this order in one transaction, or not at all.
    - What a document may do is in :data:`docflow.model.OUTGOING` alone; guards and effects are looked up by name.

What it does not do: it stores no blob (they are stored before the transaction that names them) and asks no verifier.

Source: docs/reference/states.md; Nghị định 30/2020/NĐ-CP Điều 14, 15, 18, 32.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from docflow.audit import Json
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    OUTGOING,
    AccessTarget,
    Agency,
    Document,
    DocumentEvent,
    DocumentState,
    Effect,
    LinkKind,
    RegisterKey,
    find_transition,
    law_date,
    register_for,
)
from docflow.office.clocks import refuse_before_log
from docflow.office.desk import Desk
from docflow.office.groups.freezing import refuse_frozen
from docflow.office.incoming.reopening import reopen_answered
from docflow.office.ledger import (
    Request,
    find_answer,
    identify,
    keep_answer,
    name_request,
    record_event,
)
from docflow.office.outgoing.effects import EFFECTS
from docflow.office.outgoing.guards import GUARDS
from docflow.office.outgoing.step import Step, Work
from docflow.office.registers.numbering import NumberPlace, advance, choose_place, refuse_of_two_years
from docflow.office.rights import require_right
from docflow.ports import UnitOfWork

ROLES = {row.event: row.role for row in OUTGOING}
"""Who may bring about an event."""

_SEVERAL_TIMES = frozenset(
    {
        DocumentEvent.COMMENT,
        DocumentEvent.ATTACH,
        DocumentEvent.DETACH,
        DocumentEvent.SEAL_ATTACHMENT,
        DocumentEvent.HAND_OVER,
        DocumentEvent.UPDATE,
    }
)
"""Events that may happen more than once to one version of a document."""


_WAY: Mapping[str, int] = {
    DocumentState.RETURNED: 0,
    DocumentState.DRAFTED: 0,
    DocumentState.APPROVED: 1,
    DocumentState.LEADER_SIGNED: 2,
    DocumentState.NUMBERED: 3,
    DocumentState.SEALED: 4,
}
"""How far on its way a document is; what is returned is as far as a draft. Where it ended, nothing follows."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a step came to; ``is_replay`` if it had been done before and the first answer was given again."""

    answer: Mapping[str, Json]
    is_replay: bool


def perform(unit: UnitOfWork, step: Step, *, desk: Desk) -> Outcome:
    """Carry out one step of the state table.

    (0) whether the actor may; the same request was answered before and what it did still stands: give that answer, else
    the clock has not turned back; (1) find the row of the table, and that no group freezes the document;
    (2) guard; (3) effects; (4) the document in its new state; (5) answer; (6) audit leaf, and the register's head
    names it; (7) what follows for other documents, each with its own leaf.

    Raises:
        UsageError: ``FORBIDDEN``, ``FROZEN``, ``WRONG_STATE``, ``NOT_FOUND``, ``ALREADY_EXISTS``,
            ``IDEMPOTENCY_CONFLICT``, ``CLOCK_TURNED_BACK`` or what the guard says.
    """
    # (0) may he, and was it asked before
    require_right(unit, desk, step.actor, role=ROLES[step.event], event=step.event.value, subject=step.document_id)
    before = unit.find_document(step.document_id)
    request = _name_request(unit, step, before, agency=desk.agency)
    answered = find_answer(unit, request)
    if answered is not None and (not request.is_named or _still_stands(answered, before)):
        return Outcome(answer=answered, is_replay=True)
    refuse_before_log(step.at, last=unit.last_time())
    # (1) row of the table
    _require_place(step, before)
    transition = find_transition(before.state if before else None, step.event)
    if before is not None:
        refuse_frozen(unit, AccessTarget.OUTGOING, before.id)
    agency, day = desk.agency, step.on or law_date(step.at)
    place = _place(unit, step, before, agency=agency, year=day.year)
    work = Work(unit=unit, step=step, desk=desk, day=day, target=transition.target, place=place)
    # (2) guard
    document = before or _new_document(step, agency=agency)
    GUARDS[transition.guard](work, document)
    # (3) effects
    if step.pdf:
        unit.add_blob(step.pdf.blob)
    for effect in transition.effects:
        document = EFFECTS[effect](work, document)
    # (4) new state, unless an effect that changed the document set it too
    if document.state is not transition.target:
        document = replace(document, state=transition.target)
    if before is None:
        unit.add_document(document)
    else:
        unit.change_document(document)
    # (5) answer
    answer = _answer(document)
    keep_answer(unit, request, answer)
    # (6) leaf
    place = place if Effect.TAKE_NUMBER in transition.effects else None
    leaf = record_event(
        unit,
        transition.evidence,
        time=step.at,
        actor=step.actor,
        agency=agency.code.text,
        subject=document.id,
        randomness=desk.randomness,
        link=place.link if place else None,
    )
    if place is not None:
        advance(unit, place, leaf=leaf, day=day)
    # (7) what follows for other documents
    if Effect.ESTABLISH_LINKS in transition.effects:
        _replace_linked(unit, step, document, desk=desk)
    if Effect.REOPEN_ANSWERED in transition.effects:
        reopen_answered(unit, desk, document, at=step.at, words=step.words)
    return Outcome(answer=answer, is_replay=False)


def _name_request(unit: UnitOfWork, step: Step, before: Document | None, *, agency: Agency) -> Request:
    """Name a request: by the caller's key, else by agency, event, document, and what tells one time from another.

    A draft that was returned and revised may be approved, returned or signed again: the version is part of the name.
    What may be done several times to one version is named by what was asked besides; a file that was taken off and is
    attached again also by how often that happened to it. Nothing of the same name happens twice: what does not stand
    any more was undone by a return, after which a new version comes, or has ended.
    """
    asked: dict[str, Json] = {"event": step.event.value, "document_id": step.document_id, **step.asked}
    name = f"{agency.code}/{step.event.value}/{step.document_id}"
    if before is not None and before.version > 1:
        name += f"/{before.version}"
    if step.event is DocumentEvent.REVISE:
        name = f"{agency.code}/{step.event.value}/{step.document_id}/{step.version}"
    if step.event in _SEVERAL_TIMES:
        name += f"/{identify('-', {**asked, 'actor': step.actor}).fingerprint[:32]}"
        if taken_off := _count_taken_off(unit, step):
            name += f"/{taken_off}"
        if step.key is None:
            return msgspec.structs.replace(identify(name, asked), is_named=True)
    return name_request(name, asked, actor=step.actor, key=step.key)


def _count_taken_off(unit: UnitOfWork, step: Step) -> int:
    """Return how often the file that is to be attached was attached by the same person before, and taken off."""
    if step.event is not DocumentEvent.ATTACH or step.pdf is None:
        return 0
    same = (step.pdf.blob.sha256, step.name, step.actor)
    return sum(
        item.detached_at is not None and (item.pdf, item.name, item.attached_by) == same
        for item in unit.list_attachments(step.document_id, with_detached=True)
    )


def _still_stands(answered: Mapping[str, Json], document: Document | None) -> bool:
    """Return whether a document stands where an act left it, or went on from there and was not given back or ended."""
    if document is None or answered.get("state") == document.state:
        return True
    # An answer that docflow did not write is told as that by whoever reads it.
    return document.state in _WAY and _WAY[document.state] >= _WAY.get(str(answered.get("state")), 0)


def _replace_linked(unit: UnitOfWork, step: Step, document: Document, *, desk: Desk) -> None:
    """Let a sealed document take the place of those it replaces, where they are still in force."""
    for link in document.draft.links:
        target = unit.find_document(link.target) if link.kind is LinkKind.REPLACES else None
        if target is not None and target.state is DocumentState.SEALED:
            follow = Step(
                event=DocumentEvent.REPLACE,
                document_id=target.id,
                actor=step.actor,
                at=step.at,
                asked={"successor": document.id},
                successor=document.id,
            )
            perform(unit, follow, desk=desk)


def _require_place(step: Step, document: Document | None) -> None:
    if document is None and step.event is not DocumentEvent.DRAFT:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no document {step.document_id!r} here",
            vi=f"Không có văn bản {step.document_id!r}.",
        )
    if document is not None and step.event is DocumentEvent.DRAFT:
        raise UsageError(
            ErrorCode.ALREADY_EXISTS,
            f"document {step.document_id!r} is here already, and is {document.state.value}",
            vi=f"Văn bản {step.document_id!r} đã có, đang ở trạng thái “{document.state.vi}”.",
            way_out="choose another document id",
        )


def _place(unit: UnitOfWork, step: Step, document: Document | None, *, agency: Agency, year: int) -> NumberPlace | None:
    if step.event is not DocumentEvent.ISSUE or document is None:
        return None
    register = register_for(document.draft.type, agency=agency, series=document.draft.series)
    signed = document.leader_signed_at
    if step.on is None and signed is not None and law_date(signed).year < year:
        before = RegisterKey(agency=agency.code.text, register=register, year=year - 1)
        refuse_of_two_years(unit, before, step.wish)
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
