"""What comes in: every delivery judged, recorded once, answered, and put away.

Invariants:
    - Inbox row, effect, leaf, receipt and status message are one transaction; a delivery is put away after it.
    - A repetition has no effect: what answered the first one is sent again, byte for byte.
    - "Could not check" is never "accepted": the delivery stays where it is and the inbox says so.

Source: Nghị định 30/2020/NĐ-CP Điều 21; Quyết định 28/2018/QĐ-TTg Điều 5 khoản 4, Điều 9; docs/spec/receipts.md §5.
"""

from __future__ import annotations

from dataclasses import dataclass

from docflow.edxml import BusinessType, NewDocument, parse_message
from docflow.errors import InputError
from docflow.exchange import is_secret, name_parcel
from docflow.model import ReceiptKind, SignatureVerdict, parse_agency_code
from docflow.office.answers import require_post
from docflow.office.desk import Desk
from docflow.office.exchanging.arriving import receive_document
from docflow.office.exchanging.foreign import TransportFailed, foreign_errors, raise_first
from docflow.office.exchanging.noticing import receive_notice
from docflow.office.exchanging.recording import Arrived, note_outcome
from docflow.office.exchanging.telling import receive_receipt, receive_status
from docflow.office.keeping import erase_content
from docflow.ports import Delivery, InboxOutcome, Parts, SignatureCheck, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What became of one delivery.

    Attributes:
        name: As the transport calls it.
        outcome: None for a message about a document that is not here (yet): its sender will repeat it.
        is_repetition: It came before; what answered it is sent again.
        reason: Why it was not taken in.
    """

    name: str
    outcome: InboxOutcome | None
    is_repetition: bool = False
    reason: str | None = None


def collect(desk: Desk, transport: Transport) -> tuple[Reception, ...]:
    """Take in everything that lies in the drop for this agency.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the office has no service key.
        StoreUnavailable: The drop or the store cannot be used; what was dealt with before stays dealt with. If the
            transport raised what is no error of docflow's when a delivery was put away, the others were dealt with too.
    """
    require_post(desk)
    erase_content(desk)
    own = desk.agency.code.text
    receptions, failures = [], []
    with foreign_errors():
        deliveries = tuple(transport.fetch(own))
    for delivery in deliveries:
        reception = receive(desk, delivery)
        try:
            with foreign_errors():
                _put_away(transport, own, delivery, outcome=reception.outcome)
        except TransportFailed as exc:
            failures.append(exc)
        receptions.append(reception)
    raise_first(failures)
    return tuple(receptions)


def _put_away(transport: Transport, own: str, delivery: Delivery, *, outcome: InboxOutcome | None) -> None:
    if outcome not in {InboxOutcome.UNDECIDED, InboxOutcome.ACCEPTED} and _is_secret(delivery):
        transport.discard(own, delivery)
    elif outcome is not InboxOutcome.UNDECIDED:
        refused = {InboxOutcome.UNREADABLE, InboxOutcome.NOT_AUTHENTIC}
        transport.settle(own, delivery, is_refused=outcome in refused)


def _is_secret(delivery: Delivery) -> bool:
    """A secret document is kept nowhere, not even among what was put away (QĐ 28/2018 Điều 1 khoản 2)."""
    if delivery.parts is None or delivery.parts.message is None:
        return False
    try:
        message = parse_message(delivery.parts.message)
    except InputError:
        return False
    return isinstance(message, NewDocument) and is_secret(message)


def receive(desk: Desk, delivery: Delivery) -> Reception:
    """Judge, record and answer one delivery."""
    at = desk.clock.now()
    if delivery.parts is None:
        arrived = Arrived(parcel=delivery.digest, parts=Parts(), at=at)
        return _note(desk, delivery, arrived, outcome=InboxOutcome.UNREADABLE, reason="not a parcel")
    arrived = Arrived(parcel=name_parcel(delivery.parts), parts=delivery.parts, at=at)
    known = desk.store.find_inbox(arrived.parcel)
    if known is not None and known.outcome is not InboxOutcome.UNDECIDED:
        desk.store.transact(lambda unit: unit.repeat_answers(arrived.parcel, at=at))
        return Reception(name=delivery.name, outcome=known.outcome, is_repetition=True, reason=known.reason)
    try:
        return _receive_new(desk, delivery, arrived)
    except InputError as exc:
        return _note(desk, delivery, arrived, outcome=InboxOutcome.UNREADABLE, reason=exc.message[:500])


def _receive_new(desk: Desk, delivery: Delivery, arrived: Arrived) -> Reception:
    outcome: InboxOutcome | None
    if arrived.parts.message is None:
        outcome, reason = receive_receipt(desk, arrived)
        return Reception(name=delivery.name, outcome=outcome, reason=reason)
    message = parse_message(arrived.parts.message)
    sender = parse_agency_code(message.from_.organ_id).text
    document_id = message.document_id if isinstance(message, NewDocument) else message.response_for.document_id
    arrived = Arrived(parcel=arrived.parcel, parts=arrived.parts, at=arrived.at, sender=sender, document_id=document_id)
    check = _check_envelope(desk, arrived, sender=sender)
    if check.verdict is not SignatureVerdict.PASSED:
        reason = "; ".join(check.findings) or check.verdict.value
        if check.verdict is SignatureVerdict.UNDECIDED:
            return _note(desk, delivery, arrived, outcome=InboxOutcome.UNDECIDED, reason=reason)
        # The agency whose name was used is told; whoever used it learns nothing.
        return _note(
            desk, delivery, arrived, outcome=InboxOutcome.NOT_AUTHENTIC, reason=reason, answer=ReceiptKind.NOT_AUTHENTIC
        )
    if not isinstance(message, NewDocument):
        outcome, reason = receive_status(desk, arrived, message)
    elif message.business.type in {BusinessType.REVOCATION, BusinessType.UPDATE}:
        outcome, reason = receive_notice(desk, arrived, message)
    else:
        outcome, reason = receive_document(desk, arrived, message)
    return Reception(name=delivery.name, outcome=outcome, reason=reason)


def _check_envelope(desk: Desk, arrived: Arrived, *, sender: str) -> SignatureCheck:
    parts = arrived.parts
    return require_post(desk).peers.check(parts.message or b"", parts.message_cms or b"", agency=sender, at=arrived.at)


def _note(
    desk: Desk,
    delivery: Delivery,
    arrived: Arrived,
    *,
    outcome: InboxOutcome,
    reason: str,
    answer: ReceiptKind | None = None,
) -> Reception:
    note_outcome(desk, arrived, outcome, reason=reason, answer=answer)
    return Reception(name=delivery.name, outcome=outcome, reason=reason)
