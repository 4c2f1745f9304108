"""The verbs of incoming documents: each a transaction of its own; the same request again changes nothing.

Invariants:
    - Texts are checked at this door; nothing with NUL, a mark of direction or another form of letters gets in.
    - What may be done once is known by its event, its document and who did it, as long as it stands; what may be
      repeated also by what was done before it: exactly what was done last, asked again, changes nothing.

Source: docs/reference/incoming-states.md; Nghị định 30/2020/NĐ-CP Điều 20–24.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from docflow.audit import Json, format_time
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    INCOMING,
    MAX_PLACES_CHARS,
    Assignment,
    Channel,
    HandEntry,
    IncomingAct,
    IncomingDocument,
    IncomingEvent,
    IncomingState,
    SignatureVerdict,
    check_incoming_id,
    check_line,
    check_prose,
    check_scan,
    law_date,
    refuse_secret,
)
from docflow.office.answers import require_post
from docflow.office.desk import Desk
from docflow.office.incoming.engine import incoming_not_found, perform_incoming
from docflow.office.incoming.step import IncomingStep
from docflow.office.keeping import erase_content, storing
from docflow.office.ledger import Request, check_actor, find_answer, name_request
from docflow.office.repeats import find_repeatable
from docflow.ports import BlobRow, UnitOfWork

MAX_TEXT_CHARS = 4000
"""Longer instructions, reasons and notes are refused."""
MAX_SCAN_BYTES = 1024**3
"""Larger scans are refused."""

_ID_BYTES = 16
_FIRST_DAY = date(1945, 9, 2)
"""Nothing that an agency of this state issued is older; a year 26 or 1 is a slip."""
_ONCE = frozenset(
    {
        IncomingEvent.CHECK,
        IncomingEvent.ACCEPT,
        IncomingEvent.REFUSE,
        IncomingEvent.SUBMIT,
        IncomingEvent.ASSIGN,
        IncomingEvent.COMPLETE,
        IncomingEvent.ANSWER,
        IncomingEvent.FORWARD,
        IncomingEvent.AGREE_TAKE_BACK,
    }
)
"""What happens to a document at most once."""
_ENDING = frozenset({IncomingEvent.COMPLETE, IncomingEvent.ANSWER})
"""Of them, what happens once more to a document that lost its answer."""
_LOSING = frozenset({IncomingEvent.LOSE_ANSWER, IncomingEvent.LOSE_LATER_ANSWER})
_GONE = frozenset({IncomingState.REFUSED, IncomingState.FORWARDED, IncomingState.TAKEN_BACK})
"""Where nothing that was done before is of use any more."""


class IncomingAsk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is asked of one incoming document; see :class:`docflow.office.incoming.step.IncomingStep`."""

    event: IncomingEvent
    incoming_id: str
    actor: str
    text: str = ""
    assignment: Assignment | None = None
    deadline: date | None = None
    answer: str | None = None
    receiver: str | None = None
    idempotency_key: str | None = None


def act_on_incoming(desk: Desk, ask: IncomingAsk) -> IncomingDocument:
    """Carry out one verb of the office in a transaction of its own.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND``, ``BAD_ARGUMENT``, ``CLOCK_TURNED_BACK``, ``IDEMPOTENCY_CONFLICT``.
    """
    _check_ask(ask)
    step = IncomingStep(
        event=ask.event,
        incoming_id=ask.incoming_id,
        actor=ask.actor,
        at=_now(desk),
        reason=ask.text,
        assignment=ask.assignment,
        deadline=ask.deadline,
        answer=ask.answer,
        receiver=ask.receiver,
    )
    document = desk.store.transact(lambda unit: _act(unit, desk, ask, step=step))
    if document.state is IncomingState.TAKEN_BACK:
        erase_content(desk)
    return document


def _act(unit: UnitOfWork, desk: Desk, ask: IncomingAsk, *, step: IncomingStep) -> IncomingDocument:
    before = unit.find_incoming(ask.incoming_id)
    if before is None:
        raise incoming_not_found(ask.incoming_id)
    if before.channel is Channel.EXCHANGE:
        require_post(desk)
    request = _find_new(unit, desk, ask, before=before)
    if request is None:
        return before
    return perform_incoming(unit, desk, msgspec.structs.replace(step, request=request))


def receive_by_hand(
    desk: Desk,
    entry: HandEntry,
    *,
    actor: str,
    scan: bytes | None = None,
    incoming_id: str | None = None,
    idempotency_key: str | None = None,
) -> IncomingDocument:
    """Take in a document that came on paper, by e-mail or fax.

    Args:
        scan: The digitised document, PDF 1.4 or newer; whether its copy is signed is not checked.
        incoming_id: Chosen by the caller, so that a repeated batch finds its documents again; None makes one up.

    Returns:
        The document; ``duplicate_of`` names another one that looks like it, which a clerk should compare.

    Raises:
        UsageError: ``SECRET_DOCUMENT`` before anything is stored; ``BAD_ARGUMENT``, ``DATE_NOT_ALLOWED``,
            ``ALREADY_EXISTS``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 1; Thông tư 01/2019/TT-BNV Điều 6.
    """
    refuse_secret(entry.secrecy)
    if entry.channel is Channel.EXCHANGE:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "what comes over the exchange is collected, not typed",
            vi="Văn bản liên thông được hệ thống tự tiếp nhận.",
        )
    name = incoming_id if incoming_id is not None else f"tay-{desk.randomness.token(_ID_BYTES).hex()}"
    check_incoming_id(name)
    check_actor(actor)
    _check_scan(scan)
    with storing(desk, scan) as digest:
        return _receive_scan(
            desk, entry, name=name, actor=actor, scan=scan, digest=digest, chosen=incoming_id, key=idempotency_key
        )


def _receive_scan(
    desk: Desk,
    entry: HandEntry,
    *,
    name: str,
    actor: str,
    scan: bytes | None,
    digest: str | None,
    chosen: str | None,
    key: str | None,
) -> IncomingDocument:
    asked: dict[str, Json] = {"incoming_id": chosen, "scan": digest, **_describe(entry)}
    at = _now(desk)
    _check_day(entry, today=law_date(at))
    request = name_request(f"{desk.agency.code}/receive_by_hand/{name}", asked, actor=actor, key=key)
    step = IncomingStep(
        event=IncomingEvent.RECEIVE_BY_HAND,
        incoming_id=name,
        actor=actor,
        at=at,
        reason=entry.note,
        arrival=_arrival(desk, entry, name=name, pdf=digest, at=at),
    )
    blob = None if digest is None else BlobRow(sha256=digest, size=len(scan or b""))
    return desk.store.transact(lambda unit: _receive(unit, desk, step, request=request, blob=blob))


def _receive(
    unit: UnitOfWork, desk: Desk, step: IncomingStep, *, request: Request, blob: BlobRow | None
) -> IncomingDocument:
    answered = find_answer(unit, request)
    there = unit.find_incoming(str(answered["incoming_id"]) if answered else step.incoming_id)
    if there is not None:
        if answered:
            return there
        raise UsageError(
            ErrorCode.ALREADY_EXISTS,
            f"incoming document {step.incoming_id!r} is here already, from another entry",
            vi=f"Văn bản đến {step.incoming_id!r} đã có, với nội dung hoặc người nhập khác.",
            way_out="choose another id",
        )
    if blob is not None:
        unit.add_blob(blob)
    return perform_incoming(unit, desk, msgspec.structs.replace(step, request=request))


def _find_new(unit: UnitOfWork, desk: Desk, ask: IncomingAsk, *, before: IncomingDocument) -> Request | None:
    """Return the identity of the request, or None if it was carried out already."""
    asked = _describe_ask(ask)
    name = f"{desk.agency.code}/{ask.event.value}/{ask.incoming_id}"
    if ask.event in _ENDING:
        name += _count_lost_answers(unit, ask.incoming_id)
    if ask.event in _ONCE and ask.idempotency_key is None:
        request = name_request(name, asked, actor=ask.actor, key=None)
        is_done = find_answer(unit, request) is not None and _still_stands(ask.event, before.state)
        return None if is_done else request
    if ask.event not in _ONCE:
        # The same words of two people are two acts.
        asked["actor"] = ask.actor
    return find_repeatable(unit, name, asked, acts=before.act_count, key=ask.idempotency_key)


def _count_lost_answers(unit: UnitOfWork, incoming_id: str) -> str:
    """Tell what ended or answered a document from what did before an answer was lost."""
    acts = unit.list_records(IncomingAct, incoming_id=incoming_id)
    count = sum(act.event in _LOSING for act in acts)
    return f"/{count}" if count else ""


def _still_stands(event: IncomingEvent, state: IncomingState) -> bool:
    """Return whether what was done once still stands: the document is here, or it is gone by this very act."""
    return state not in _GONE or any(row.target is state for row in INCOMING if row.event is event)


def _describe_ask(ask: IncomingAsk) -> dict[str, Json]:
    assignment = ask.assignment
    return {
        "event": ask.event.value,
        "incoming_id": ask.incoming_id,
        "text": ask.text,
        "assignment": None
        if assignment is None
        else [
            assignment.lead,
            list(assignment.cooperating),
            list(assignment.informed),
            _day(assignment.deadline),
            [[name, day.isoformat()] for name, day in assignment.cooperating_deadlines],
        ],
        "deadline": _day(ask.deadline),
        "answer": ask.answer,
        "receiver": ask.receiver,
    }


def _describe(entry: HandEntry) -> dict[str, Json]:
    return {
        "channel": entry.channel.value,
        "issuer": [entry.issuer, entry.issuer_code.text if entry.issuer_code else None],
        "type_name": entry.type_name,
        "symbol": entry.symbol,
        "subject": entry.subject,
        "issued_on": _day(entry.issued_on),
        "signer_name": entry.signer_name,
        "document_id": entry.document_id,
        "urgency": entry.urgency.value,
        "note": entry.note,
        # A request of a time when positions were not typed is the same request.
        **({"signer_position": entry.signer_position} if entry.signer_position else {}),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _arrival(desk: Desk, entry: HandEntry, *, name: str, pdf: str | None, at: datetime) -> IncomingDocument:
    return IncomingDocument(
        id=name,
        agency=desk.agency.code.text,
        state=IncomingState.RECEIVED,
        channel=entry.channel,
        sender=entry.issuer_code.text if entry.issuer_code else "",
        sender_name=entry.issuer,
        document_id=entry.document_id,
        message=None,
        pdf=pdf,
        verdict=SignatureVerdict.NOT_CHECKED,
        type_name=entry.type_name,
        symbol=entry.symbol,
        issued_on=entry.issued_on,
        subject=entry.subject,
        signer_name=entry.signer_name,
        signer_position=entry.signer_position,
        urgency=entry.urgency,
        arrived_at=at,
        note=entry.note,
    )


def _check_ask(ask: IncomingAsk) -> None:
    check_incoming_id(ask.incoming_id)
    check_actor(ask.actor)
    check_prose(ask.text, limit=MAX_TEXT_CHARS, what="text", vi="Nội dung", is_optional=True)
    names = [name for name in (ask.receiver, ask.answer) if name is not None]
    if ask.assignment is not None:
        names += [ask.assignment.lead, *ask.assignment.cooperating, *ask.assignment.informed]
    for name in names:
        check_line(name, limit=MAX_PLACES_CHARS, what="name", vi="Tên", is_optional=True)


def _check_day(entry: HandEntry, *, today: date) -> None:
    """A document bears the day on which it was issued (NĐ 30/2020 Phụ lục I): none to come; old papers may arrive."""
    if entry.issued_on is not None and not _FIRST_DAY <= entry.issued_on <= today:
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"a document that is here was issued from {_FIRST_DAY.year} to today, {today}, not on {entry.issued_on}",
            vi=f"Ngày của văn bản đến phải từ năm {_FIRST_DAY.year} đến hôm nay, {today:%d/%m/%Y}.",
            way_out="if that day stands on it, leave the day out and say so in the note, or return the document",
        )


def _check_scan(scan: bytes | None) -> None:
    if scan is None:
        return
    check_scan(scan)
    if len(scan) > MAX_SCAN_BYTES:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a scan has at most {MAX_SCAN_BYTES} bytes, not {len(scan)}",
            vi="Bản số hóa quá lớn.",
        )


def _now(desk: Desk) -> datetime:
    now = desk.clock.now()
    format_time(now)  # refuses a clock without a time zone before anything is written
    return now
