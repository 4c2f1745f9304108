"""One step of one incoming document: what was asked, and what guards and effects see of it.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from docflow.model import (
    Assignment,
    IncomingDocument,
    IncomingEvent,
    OfficeTerms,
    WorkingCalendar,
)
from docflow.office.incoming.received import FileFound
from docflow.office.ledger import Request
from docflow.ports import RegisterCounter, UnitOfWork


class IncomingStep(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event for one incoming document.

    Attributes:
        arrival: The new document, for its arrival only.
        reason: Why it is refused, paused, asked back or kept; what was instructed or done.
        assignment: Who handles it.
        deadline: Day in Asia/Ho_Chi_Minh to which the deadline is moved.
        answer: Id of the outgoing document that answers it.
        receiver: The leader it is submitted to, or who gets it outside this agency.
        successor: Id of the incoming document that replaces it.
        in_reply_to: The parcel that brought it, for its arrival only.
        files: What was found in the files that came with it; empty if nobody looked.
        request: What makes the request this request, kept with the act; None for what nobody here asked.
    """

    event: IncomingEvent
    incoming_id: str
    actor: str
    at: datetime
    arrival: IncomingDocument | None = None
    reason: str = ""
    assignment: Assignment | None = None
    deadline: date | None = None
    answer: str | None = None
    receiver: str | None = None
    successor: str | None = None
    in_reply_to: str | None = None
    files: tuple[FileFound, ...] = ()
    request: Request | None = None


class IncomingWork(msgspec.Struct, frozen=True, kw_only=True):
    """What guards and effects see."""

    unit: UnitOfWork
    step: IncomingStep
    counter: RegisterCounter | None
    calendar: WorkingCalendar
    terms: OfficeTerms
