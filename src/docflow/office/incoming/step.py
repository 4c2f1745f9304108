"""One step of one incoming document: what was asked, and what guards and effects see of it.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from docflow.model import (
    Assignment,
    IncomingDocument,
    IncomingEvent,
    OfficeTerms,
    WorkingCalendar,
)
from docflow.ports import RegisterCounter, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStep:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingWork:
    """What guards and effects see."""

    unit: UnitOfWork
    step: IncomingStep
    counter: RegisterCounter | None
    calendar: WorkingCalendar
    terms: OfficeTerms
