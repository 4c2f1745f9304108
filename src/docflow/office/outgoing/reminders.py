"""Documents that are signed and have not left yet, and until when they must.

What it does not do: it changes nothing and tells nobody; a front end shows it.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 1; Quyết định 28/2018/QĐ-TTg Điều 6 khoản 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from docflow.model import Document, DocumentState, Duty, Urgency, find_due, is_due_soon
from docflow.office.desk import Desk
from docflow.ports import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingStanding:
    """How a document that has not wholly left stands to its deadline.

    Attributes:
        duty: ``SEND`` if another agency waits for it electronically, else ``ISSUE``.
        waiting: Names of those it has not gone to; all of them while it has no number.
        due_at: Aware; counted from the leader's signature, of an urgent document from the last signature it needs.
        is_due_soon: Whether it is due within the office's reminder, or late.
        is_provisional: Whether days of that year may still be exchanged by decree.
    """

    document: Document
    duty: Duty
    waiting: tuple[str, ...]
    due_at: datetime
    is_late: bool
    is_due_soon: bool
    is_provisional: bool


def list_unsent(
    desk: Desk, signed: Iterable[Document], rows: Iterable[OutboxRow], *, within_hours: int | None = None
) -> tuple[OutgoingStanding, ...]:
    """Return what has not left, the most urgent first.

    Args:
        signed: Documents that the leader signed and that have no number.
        rows: Of the outbox, those that wait.
        within_hours: Working hours ahead for ``is_due_soon``; None for the office's setting.
    """
    hours = desk.terms.remind_hours if within_hours is None else within_hours
    waiting: dict[str, list[OutboxRow]] = {}
    for row in rows:
        waiting.setdefault(row.document_id, []).append(row)
    found = [_stand(desk, document, (), within_hours=hours) for document in signed]
    for name, its_rows in waiting.items():
        document = desk.store.find_document(name)
        if document is not None:
            found.append(_stand(desk, document, its_rows, within_hours=hours))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.document.id)))


def _stand(desk: Desk, document: Document, rows: Iterable[OutboxRow], *, within_hours: int) -> OutgoingStanding:
    at = desk.clock.now()
    names = [(row.addressee_name, row.addressee_code is not None) for row in rows] or [
        (item.name, item.code is not None) for item in document.draft.addressees
    ]
    duty = Duty.SEND if any(is_agency for _, is_agency in names) else Duty.ISSUE
    begins = document.leader_signed_at or at
    if document.draft.urgency is not Urgency.THUONG and document.state is DocumentState.SEALED:
        begins = document.sealed_at or begins
    due_at = find_due(duty, begins, urgency=document.draft.urgency, calendar=desk.calendar, terms=desk.terms)
    return OutgoingStanding(
        document=document,
        duty=duty,
        waiting=tuple(name for name, _ in names),
        due_at=due_at,
        is_late=at > due_at,
        is_due_soon=is_due_soon(due_at, at=at, within_hours=within_hours, calendar=desk.calendar),
        is_provisional=not desk.calendar.is_decreed(due_at.date()),
    )
