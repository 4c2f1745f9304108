"""Documents that are signed and have not left yet, and until when they must.

What it does not do: it changes nothing and tells nobody; a front end shows it.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 1; Quyết định 28/2018/QĐ-TTg Điều 6 khoản 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from docflow.errors import InputError, UsageError
from docflow.model import AccessTarget, Document, Duty, find_due, is_due_soon
from docflow.office.desk import Desk
from docflow.office.exchanging.successors import reach
from docflow.office.keeping import is_issued_gone
from docflow.ports import OutboxRow, OutboxState, ParcelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingStanding:
    """How a document that has not wholly left stands to its deadline.

    Attributes:
        duty: ``SEND`` if another agency waits for it electronically, else ``ISSUE``.
        waiting: Names of those it has not gone to; all of them while it has no number.
        reasons: For each of ``waiting`` why it has not gone there, in Vietnamese; empty if nothing keeps it.
        due_at: Aware; counted from the leader's signature, also of an urgent document: a late seal gives no more time.
        is_due_soon: Whether it is due within the office's reminder, or late.
        is_provisional: Whether days of that year may still be exchanged by decree.
    """

    document: Document
    duty: Duty
    waiting: tuple[str, ...]
    reasons: tuple[str, ...]
    due_at: datetime
    is_late: bool
    is_due_soon: bool
    is_provisional: bool


def list_unsent(
    desk: Desk, signed: Iterable[Document], rows: Iterable[OutboxRow], *, within_hours: int | None = None
) -> tuple[OutgoingStanding, ...]:
    """Return what has not left, the most urgent first: neither handed to the transport nor recorded as brought by hand.

    This agency itself waits for nothing: it has the document.

    Args:
        signed: Documents that the leader signed and that have no number.
        rows: Of the outbox, those that wait.
        within_hours: Working hours ahead for ``is_due_soon``; None for the office's setting.
    """
    hours = desk.terms.remind_hours if within_hours is None else within_hours
    waiting: dict[str, list[OutboxRow]] = {}
    own = desk.agency.code.text
    for row in rows:
        if row.addressee_code != own:
            waiting.setdefault(row.document_id, []).append(row)
    found = [_stand(desk, document, (), within_hours=hours) for document in signed]
    for name, its_rows in waiting.items():
        document = desk.store.find_document(name)
        if document is not None:
            found.append(_stand(desk, document, its_rows, within_hours=hours))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.document.id)))


def _stand(desk: Desk, document: Document, rows: Iterable[OutboxRow], *, within_hours: int) -> OutgoingStanding:
    at = desk.clock.now()
    waiting = [(row.addressee_name, row.addressee_code, _reason(desk, document, row, at=at)) for row in rows] or [
        (item.name, item.code.text if item.code else None, "") for item in document.draft.addressees
    ]
    duty = Duty.SEND if any(code is not None for _, code, _ in waiting) else Duty.ISSUE
    begins = document.leader_signed_at or at
    due_at = find_due(duty, begins, urgency=document.draft.urgency, calendar=desk.calendar, terms=desk.terms)
    return OutgoingStanding(
        document=document,
        duty=duty,
        waiting=tuple(name for name, _, _ in waiting),
        reasons=tuple(reason for _, _, reason in waiting),
        due_at=due_at,
        is_late=at > due_at,
        is_due_soon=is_due_soon(due_at, at=at, within_hours=within_hours, calendar=desk.calendar),
        is_provisional=not desk.calendar.is_decreed(due_at.date()),
    )


def _reason(desk: Desk, document: Document, row: OutboxRow, *, at: datetime) -> str:
    """Say what keeps a document from an addressee, as far as the office knows."""
    kept = _reason_here(desk, document, row)
    if kept or row.addressee_code is None:
        return kept
    try:
        reach(desk, row.addressee_code, at=at)
    except (UsageError, InputError) as exc:
        return exc.vi
    parcels = desk.store.list_parcels(document.id)
    packed = [item for item in parcels if item.kind is ParcelKind.DOCUMENT and item.recipient == row.addressee_code]
    if any(item.gave_up_at is not None for item in packed):
        return "Đã thôi gửi tự động vì không chuyển được đến nơi nhận."
    return "Chưa chuyển được đến nơi nhận; hệ thống sẽ gửi lại." if any(item.attempts for item in packed) else ""


def _reason_here(desk: Desk, document: Document, row: OutboxRow) -> str:
    """Say what keeps a document in this office, or nothing."""
    if row.state is OutboxState.HELD:
        return "Văn bản kèm theo chưa được ký số." if document.sealed_pdf else "Văn bản chưa được ký số của cơ quan."
    is_gone = is_issued_gone(desk.store, document, at=desk.clock.now())
    if is_gone or (document.sealed_pdf is not None and not desk.blobs.has(document.sealed_pdf)):
        return "Không còn nội dung văn bản để gửi."
    is_frozen = desk.store.find_freezing(AccessTarget.OUTGOING, document.id) is not None
    return "Văn bản thuộc nhóm đang bị đóng băng." if is_frozen else ""
