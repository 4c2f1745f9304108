"""What leaves an office: documents packed as edXML, everything due sent, repeated, or given up.

Invariants:
    - A document is packed once for each addressee: built, signed and made a parcel in one transaction; later only bytes
      move. It counts as sent when the parcel was handed over (:mod:`docflow.office.exchanging.handing`).
    - A parcel is handed to the transport before that is recorded: killed between, it is sent twice, never not at all.
    - A document, or an addressee, that cannot be served stops no other; neither does whatever a transport raises.
    - A frozen document is neither packed nor, if it was packed before, handed over: it stays due, and leaves once it is
      unfrozen. What was handed over before is handed over again until it is answered.

Source: Quyết định 28/2018/QĐ-TTg Điều 6, 8; docs/spec/receipts.md §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from docflow.edxml import ResponseFor, Status, StatusCode, build_message
from docflow.errors import ErrorCode, InputError, StoreUnavailable, UsageError
from docflow.exchange import Attempt, name_parcel, plan_attempt, schedule_next
from docflow.model import AccessTarget, Document, Role, check_prose, law_date
from docflow.office.answers import add_parcel, describe_self, require_post
from docflow.office.desk import Desk
from docflow.office.exchanging.foreign import TransportFailed, foreign_errors, raise_first
from docflow.office.exchanging.handing import note_handed_over, set_right
from docflow.office.exchanging.holders import list_holders
from docflow.office.exchanging.packing import name_document, pack_document
from docflow.office.exchanging.successors import reach
from docflow.office.groups.freezing import refuse_frozen
from docflow.office.keeping import erase_content, is_issued_gone, refuse_erased
from docflow.office.ledger import ACTOR, check_actor, find_answer, identify, keep_answer, make_request, record_event
from docflow.office.rights import require_right
from docflow.ports import OutboxState, ParcelKind, ParcelRow, Parts, Transport, UnitOfWork

_KEY_BYTES = 16
_MAX_REASON_CHARS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What a call of dispatch did: counts of documents packed, parcels sent, given up, and not taken by the drop.

    Attributes:
        unpacked: Documents whose content is not here as it was sealed: destroyed, lost, damaged, or not to be read now.
    """

    packed: int
    sent: int
    given_up: int
    failed: int
    unpacked: tuple[str, ...] = ()


def dispatch(desk: Desk, transport: Transport) -> Dispatched:
    """Pack what is ready and send what is due.

    What cannot be packed or handed over stays unsent, and :func:`docflow.office.list_unsent` says why; the others go.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the office has no service key.
        StoreUnavailable: ``STORE_BUSY``, ``STORE_UNUSABLE``; the office's own records cannot be written, or the
            transport raised what is no error of docflow's: that parcel stays due, and the others were sent before.
    """
    require_post(desk)
    erase_content(desk)
    own = desk.agency.code.text
    ready = dict.fromkeys(
        row.document_id
        for row in desk.store.list_outbox(state=OutboxState.READY)
        if row.addressee_code and row.addressee_code != own
    )
    packed = {document_id: _pack(desk, document_id) for document_id in ready}
    failures: list[TransportFailed] = []
    due = desk.store.list_due_parcels(desk.clock.now())
    results = [_attempt(desk, transport, parcel, failures=failures) for parcel in due]
    raise_first(failures)
    return Dispatched(
        packed=sum(is_packed is True for is_packed in packed.values()),
        sent=results.count("sent"),
        given_up=results.count("given_up"),
        failed=results.count("failed"),
        unpacked=tuple(document_id for document_id, is_packed in packed.items() if is_packed is None),
    )


def ask_take_back(
    desk: Desk,
    document_id: str,
    *,
    actor: str,
    reason: str,
    addressee: str | None = None,
    idempotency_key: str | None = None,
) -> tuple[str, ...]:
    """Ask the addressees, or one of them, to give a document back; returns whom was asked.

    Args:
        idempotency_key: Without one, every call asks anew: whoever declined may be asked again.

    Raises:
        UsageError: ``NOT_FOUND``; ``BAD_ARGUMENT`` without a reason in plain text; ``WRONG_STATE`` if nobody holds it;
            ``IDEMPOTENCY_CONFLICT``; ``FORBIDDEN``; ``FROZEN``.
    Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4; QCVN 102:2016/BTTTT (13).
    """
    check_actor(actor)
    post = require_post(desk)
    document = _find(desk, document_id)
    check_prose(reason, limit=_MAX_REASON_CHARS, what="reason", vi="Lý do")
    at = desk.clock.now()
    asking = {"take_back": document_id, "reason": reason, "addressee": addressee, "actor": actor}
    if idempotency_key is None:
        request = identify(f"{desk.agency.code}/take_back/{desk.randomness.token(_KEY_BYTES).hex()}", asking)
    else:
        request = make_request(idempotency_key, asking)

    def ask(unit: UnitOfWork) -> tuple[str, ...]:
        require_right(unit, desk, actor, role=Role.REGISTRY, event="take_back", subject=document_id)
        answered = find_answer(unit, request)
        if answered is not None:
            return tuple(str(answered["asked"]).split())
        refuse_frozen(unit, AccessTarget.OUTGOING, document_id)
        asked = _holders(unit, document_id, addressee=addressee)
        keep_answer(unit, request, {"asked": " ".join(asked)})
        for recipient in asked:
            message = build_message(
                Status(
                    from_=describe_self(desk),
                    response_for=ResponseFor(
                        organ_id=recipient,
                        code=document.symbol or "",
                        promulgation_date=document.issued_on,
                        document_id=name_document(document),
                    ),
                    status=StatusCode.TAKE_BACK,
                    description=reason,
                    timestamp=at.replace(microsecond=0),
                )
            )
            parts = Parts(message=message, message_cms=post.signer.sign(message))
            if unit.find_parcel(name_parcel(parts), recipient) is None:  # else asked in these words this very second
                add_parcel(unit, desk, parts, kind=ParcelKind.STATUS, recipient=recipient, subject=document_id, at=at)
        _log(unit, desk, "take_back_requested", actor=actor, subject=document_id, at=at)
        return asked

    return desk.store.transact(ask)


def _holders(unit: UnitOfWork, document_id: str, *, addressee: str | None) -> tuple[str, ...]:
    """Return the agencies that hold a document, or the one of them that is meant."""
    asked = tuple(code for code in list_holders(unit, document_id) if addressee in {None, code})
    if not asked:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"nobody holds document {document_id!r}: it was not handed over electronically, or it came back",
            vi="Không có cơ quan nào đang giữ văn bản này.",
            way_out="read office.unsent(); what was handed over on paper is asked back by a letter",
        )
    return asked


def _pack(desk: Desk, document_id: str) -> bool | None:
    """Make a parcel for every addressee that has none; None if the document's content is not here as it was sealed."""
    document, at = _find(desk, document_id), desk.clock.now()
    own = desk.agency.code.text
    rows = [row for row in desk.store.list_outbox(document_id=document_id) if row.addressee_code not in {None, own}]
    packed = {item.recipient for item in desk.store.list_parcels(document_id) if item.kind is ParcelKind.DOCUMENT}
    waiting = {row.addressee_code for row in rows if row.state is OutboxState.READY} - packed
    if document.sealed_pdf is None or document.issued_on is None or not waiting:
        return False
    if is_issued_gone(desk.store, document, at=at):
        return None
    to = {
        row.addressee_code: row.addressee_name
        for row in rows
        if row.addressee_code and row.state is not OutboxState.CANCELLED
    }
    try:
        message = build_message(pack_document(desk, document, to=to, at=at))
    except (UsageError, InputError, StoreUnavailable):
        return None
    parts = Parts(message=message, message_cms=require_post(desk).signer.sign(message))

    def pack(unit: UnitOfWork) -> bool:
        if unit.find_freezing(AccessTarget.OUTGOING, document_id) is not None:
            # It waits until it is unfrozen, and keeps nothing else from being sent.
            return False
        if is_issued_gone(unit, document, at=at):
            return False
        there = unit.list_records(ParcelRow, subject=document_id, kind=ParcelKind.DOCUMENT.value)
        served = {own, *(item.recipient for item in there)}
        ready = [row.addressee_code for row in unit.list_outbox(document_id) if row.state is OutboxState.READY]
        new = dict.fromkeys(code for code in ready if code is not None and code not in served)
        for recipient in new:
            add_parcel(unit, desk, parts, kind=ParcelKind.DOCUMENT, recipient=recipient, subject=document_id, at=at)
        if new:
            _log(unit, desk, "document_packed", actor=ACTOR, subject=document_id, at=at)
        return bool(new)

    return desk.store.transact(pack)


def _attempt(desk: Desk, transport: Transport, parcel: ParcelRow, *, failures: list[TransportFailed]) -> str:
    if _is_held_back(desk, parcel):
        return "held_back"
    post, now = require_post(desk), desk.clock.now()
    if plan_attempt(parcel, post.policy, now=now) is Attempt.GIVE_UP:
        return "given_up" if desk.store.transact(lambda unit: _give_up(unit, desk, parcel, now=now)) else "ended"
    result = "sent"
    try:
        recipient, parts = reach(desk, parcel.recipient, at=now), _parts(desk, parcel, now=now)
        with foreign_errors():
            transport.send(parts, name=parcel.id, recipient=recipient)
    except (StoreUnavailable, UsageError, InputError) as exc:
        # Tried again after a pause: one unreachable agency, or a code closed without successor, must not stop what goes
        # to the others.
        result = "failed"
        if isinstance(exc, TransportFailed):
            failures.append(exc)
    is_sent = result == "sent"
    desk.store.transact(lambda unit: _note_attempt(unit, desk, parcel, is_sent=is_sent, now=now))
    return result


def _is_held_back(desk: Desk, parcel: ParcelRow) -> bool:
    """Return whether a parcel brings a document that was frozen after it was packed; what was said of one goes."""
    if parcel.kind is not ParcelKind.DOCUMENT or parcel.sent_at is not None:
        return False
    return desk.store.find_freezing(AccessTarget.OUTGOING, parcel.subject) is not None


def _note_attempt(unit: UnitOfWork, desk: Desk, parcel: ParcelRow, *, is_sent: bool, now: datetime) -> None:
    policy = require_post(desk).policy
    current = unit.find_parcel(parcel.id, parcel.recipient) or parcel
    due_at = schedule_next(current, policy, now=now)
    if not is_sent and due_at is None and current.gave_up_at is None:
        due_at = now + policy.first_pause
    after = replace(current, attempts=current.attempts + 1, due_at=due_at)
    if current.sent_at is None and is_sent:
        note_handed_over(unit, desk, after, at=now)
        _log(unit, desk, "parcel_sent", actor=ACTOR, subject=parcel.subject or desk.agency.code.text, at=now)
        return
    unit.schedule_parcel(after)
    if not is_sent and set_right(unit, current):
        _log(unit, desk, "dispatch_corrected", actor=ACTOR, subject=parcel.subject, at=now)


def _give_up(unit: UnitOfWork, desk: Desk, parcel: ParcelRow, *, now: datetime) -> bool:
    """Return whether it was given up now: it may have been answered, or given up, since it was listed."""
    current = unit.find_parcel(parcel.id, parcel.recipient)
    if current is None or current.answered_by is not None or current.gave_up_at is not None:
        return False
    unit.change_parcel(replace(current, gave_up_at=now, due_at=None))
    _log(unit, desk, "parcel_unanswered", actor=ACTOR, subject=parcel.subject or desk.agency.code.text, at=now)
    return True


def _parts(desk: Desk, parcel: ParcelRow, *, now: datetime) -> Parts:
    if parcel.message and law_date(now).year > law_date(parcel.created_at).year:
        refuse_erased(desk, parcel.message)  # no sooner: see is_issued_gone
    receipt = desk.store.find_receipt(parcel.receipt) if parcel.receipt else None
    return Parts(
        message=desk.blobs.get(parcel.message) if parcel.message else None,
        message_cms=desk.blobs.get(parcel.message_cms) if parcel.message_cms else None,
        receipt=receipt.statement.encode() if receipt else None,
        receipt_cms=desk.blobs.get(receipt.cms) if receipt else None,
    )


def _find(desk: Desk, document_id: str) -> Document:
    document = desk.store.find_document(document_id)
    if document is None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no document {document_id[:120]!r} here",
            vi=f"Không có văn bản {document_id[:120]!r}.",
        )
    return document


def _log(unit: UnitOfWork, desk: Desk, event: str, *, actor: str, subject: str, at: datetime) -> None:
    record_event(
        unit,
        event,
        time=at,
        actor=actor,
        agency=desk.agency.code.text,
        subject=subject,
        randomness=desk.randomness,
    )
