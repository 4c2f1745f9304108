"""When a document counts as sent to another agency: its parcel was handed to the transport, and no sooner.

Invariants:
    - A row of the outbox says sent, electronically, only with the time at which a parcel with the document was handed
      over; until then the document waits, whatever was packed.
    - What shall not leave any more is not tried again. What had left all the same, because another process was at it,
      is recorded as sent as soon as anybody knows, and a recall follows it.

What it does not do: it hands nothing over (:mod:`docflow.office.exchanging.dispatching`).

Source: Nghị định 30/2020/NĐ-CP Điều 18, Phụ lục IV (ngày chuyển); Quyết định 28/2018/QĐ-TTg Điều 6, 8.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from msgspec.structs import replace

from docflow.model import DocumentState, RemarkKind
from docflow.office.desk import Desk
from docflow.office.exchanging.notices import tell_recall
from docflow.office.exchanging.packing import ELECTRONIC
from docflow.office.ledger import ACTOR, record_event
from docflow.ports import OutboxState, ParcelKind, ParcelRow, UnitOfWork


def note_handed_over(unit: UnitOfWork, desk: Desk, parcel: ParcelRow, *, at: datetime) -> None:
    """Record that a parcel was handed over, the first time, and what follows for its document; the caller's leaf."""
    unit.change_parcel(replace(parcel, sent_at=at))
    if parcel.kind is not ParcelKind.DOCUMENT:
        return
    is_late = False
    for row in unit.list_outbox(parcel.subject):
        if row.addressee_code != parcel.recipient:
            continue
        is_late = is_late or row.state is OutboxState.CANCELLED
        if row.state in {OutboxState.READY, OutboxState.CANCELLED} or row.sent_how == ELECTRONIC:
            ended = row.state in {OutboxState.RETURNED, OutboxState.TAKEN_BACK}
            state = row.state if ended else OutboxState.SENT
            unit.change_outbox_row(replace(row, state=state, sent_at=at, sent_how=ELECTRONIC))
    document = unit.find_document(parcel.subject)
    if is_late and document is not None and document.state is DocumentState.RECALLED:
        said = [item.text for item in desk.store.list_remarks(document.id) if item.kind is RemarkKind.RECALL]
        reason = said[-1] if said else "Văn bản đã được thu hồi"
        tell_recall(unit, desk, document, reason=reason, at=at, only=parcel.recipient)


def set_right(unit: UnitOfWork, parcel: ParcelRow) -> bool:
    """Let a document wait again that an earlier docflow recorded as sent when it was packed; the caller's leaf."""
    if parcel.kind is not ParcelKind.DOCUMENT or parcel.sent_at is not None:
        return False
    wrong = [
        row
        for row in unit.list_outbox(parcel.subject)
        if row.addressee_code == parcel.recipient and row.state is OutboxState.SENT and row.sent_how == ELECTRONIC
    ]
    for row in wrong:
        unit.change_outbox_row(replace(row, state=OutboxState.READY, sent_at=None, sent_how=None))
    return bool(wrong)


def correct_outbox(desk: Desk) -> None:
    """Set right what an earlier docflow recorded as sent and never handed over, in a store that was upgraded.

    What it gave up stays given up: it waits for somebody to bring it by hand, or to recall it.
    """
    for parcel in desk.store.list_records(ParcelRow, kind=ParcelKind.DOCUMENT.value, sent_at=None):
        desk.store.transact(partial(_correct, desk=desk, parcel=parcel))


def _correct(unit: UnitOfWork, *, desk: Desk, parcel: ParcelRow) -> None:
    now = unit.find_parcel(parcel.id, parcel.recipient)
    if now is not None and set_right(unit, now):
        record_event(
            unit,
            "dispatch_corrected",
            time=desk.clock.now(),
            actor=ACTOR,
            agency=desk.agency.code.text,
            subject=parcel.subject,
            randomness=desk.randomness,
        )


def withdraw_parcels(unit: UnitOfWork, document_id: str, *, at: datetime, recipient: str | None = None) -> None:
    """Try no more to hand over a document to those who have not got it, or to one of them; the caller's leaf."""
    for parcel in unit.list_records(ParcelRow, subject=document_id, kind=ParcelKind.DOCUMENT.value):
        is_meant = recipient in {None, parcel.recipient}
        if is_meant and parcel.sent_at is None and parcel.gave_up_at is None and parcel.answered_by is None:
            unit.change_parcel(replace(parcel, gave_up_at=at, due_at=None))
