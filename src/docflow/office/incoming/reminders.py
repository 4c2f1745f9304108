"""How incoming documents stand to their deadlines, and what is due soon.

What it does not do: it changes nothing and tells nobody; a front end shows it.

Source: Nghị định 30/2020/NĐ-CP Điều 4, 23, 24 (theo dõi, đôn đốc), Phụ lục VI Phần I.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from docflow.model import (
    Duty,
    IncomingAct,
    IncomingDocument,
    IncomingEvent,
    IncomingState,
    Pause,
    Punctuality,
    Urgency,
    find_due,
    is_due_soon,
    judge_punctuality,
    shift_due,
)
from docflow.office.desk import Desk

_UNREGISTERED = frozenset({IncomingState.RECEIVED, IncomingState.ARRIVED})
_WITH_LEADER = frozenset({IncomingState.SUBMITTED, IncomingState.INSTRUCTED})
_ENDED = frozenset({IncomingState.REFUSED, IncomingState.TAKEN_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStanding:
    """How one document stands to its next deadline.

    Attributes:
        duty: The duty of the registry that comes next, or None while an ordinary one lies before the leader, and while
            it is being handled.
        due_at: Aware; a pause that lasts is counted in.
        is_due_soon: Whether it is due within the office's reminder, or late.
        is_provisional: Whether days of that year may still be exchanged by decree.
    """

    document: IncomingDocument
    duty: Duty | None
    due_at: datetime | None
    punctuality: Punctuality
    is_due_soon: bool
    is_provisional: bool


def list_standings(
    desk: Desk, documents: Iterable[IncomingDocument], *, within_hours: int | None = None
) -> tuple[IncomingStanding, ...]:
    """Return how documents stand now, in the order given; what was returned or given back is left out.

    Args:
        within_hours: Working hours ahead for ``is_due_soon``; None for the office's setting.
    """
    hours = desk.terms.remind_hours if within_hours is None else within_hours
    return tuple(_stand(desk, document, within_hours=hours) for document in documents if document.state not in _ENDED)


def _stand(desk: Desk, document: IncomingDocument, *, within_hours: int) -> IncomingStanding:
    at = desk.clock.now()
    duty, due_at = _next_due(desk, document, at=at)
    is_paused = document.state is IncomingState.PAUSED
    done_at = document.completed_at
    punctuality = judge_punctuality(due_at, done_at=done_at, at=at, is_paused=is_paused)
    is_open = punctuality in {Punctuality.RUNNING, Punctuality.OVERDUE}
    return IncomingStanding(
        document=document,
        duty=duty,
        due_at=due_at,
        punctuality=punctuality,
        is_due_soon=is_open
        and due_at is not None
        and is_due_soon(due_at, at=at, within_hours=within_hours, calendar=desk.calendar),
        is_provisional=due_at is not None and not desk.calendar.is_decreed(due_at.date()),
    )


def _next_due(desk: Desk, document: IncomingDocument, *, at: datetime) -> tuple[Duty | None, datetime | None]:
    """Return what comes next; how long a leader may take over an ordinary document, no rule says."""
    duty = None
    begins = document.arrived_at
    is_urgent = document.urgency is not Urgency.THUONG
    if document.state in _UNREGISTERED:
        duty = Duty.REGISTER
    elif document.state is IncomingState.REGISTERED:
        duty, begins = Duty.SUBMIT, document.registered_at or begins
    elif document.state in _WITH_LEADER and is_urgent:
        # Presented and passed on at once: the leader's part is no rest.
        duty, begins = Duty.TRANSFER, document.submitted_at or begins
    elif document.state is IncomingState.INSTRUCTED:
        duty, begins = Duty.TRANSFER, _last_instructed(desk, document) or begins
    if duty is not None:
        due = find_due(duty, begins, urgency=document.urgency, calendar=desk.calendar, terms=desk.terms)
        return duty, due
    pauses = [] if document.paused_at is None else [Pause(began_at=document.paused_at, reason=document.note)]
    return None, shift_due(document.due_at, pauses, calendar=desk.calendar, at=at, is_by_clock=is_urgent)


def _last_instructed(desk: Desk, document: IncomingDocument) -> datetime | None:
    """Return when the leader spoke last; whatever else was done or said of it since gives nobody more time."""
    acts = desk.store.list_records(IncomingAct, incoming_id=document.id, event=IncomingEvent.INSTRUCT.value)
    return acts[-1].at if acts else None
