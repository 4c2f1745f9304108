"""Until when an incoming document is handled as a whole, and until when each who has a part in it is done.

Invariants:
    - Whoever cooperates is due no later than the whole, whether a leader named its day, the agency's terms did, or it
      stands since before.
    - A deadline of his own stays with whoever goes on cooperating, as long as no other is named for him.

What it does not do: it changes nothing; it does not check that a day is one to come
(:mod:`docflow.office.incoming.guards`).

Source: Nghị định 30/2020/NĐ-CP Điều 23, 24, Phụ lục IV (phiếu giải quyết văn bản đến: deadline for each).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from docflow.model import IncomingDocument, IncomingTask, TaskRole, end_of_day, find_handling_due
from docflow.office.incoming.step import IncomingWork


def find_whole_due(work: IncomingWork, document: IncomingDocument, deadline: date | None) -> datetime | None:
    """Return until when it is handled: the day named now, else what stands, else what the office's terms say."""
    if deadline is not None:
        return end_of_day(deadline)
    if document.due_at is not None:
        return document.due_at
    return find_handling_due(work.step.at, urgency=document.urgency, calendar=work.calendar, terms=work.terms)


def find_own_dues(
    document: IncomingDocument,
    tasks: Iterable[IncomingTask],
    *,
    named: Iterable[tuple[str, date]],
    due_at: datetime | None,
) -> Mapping[str, datetime]:
    """Return the deadlines of their own, by name; who has none is due with the whole.

    Args:
        tasks: What was given until now.
        named: Days named now; each ends with the day, or with the whole if that ends earlier.
        due_at: Until when the whole is handled from now on.
    """
    own = {
        task.name: task.due_at
        for task in tasks
        if task.withdrawn_at is None
        and task.role is TaskRole.COOPERATE
        and task.due_at is not None
        and task.due_at != document.due_at
    }
    own.update((name, end_of_day(day)) for name, day in named)
    return own if due_at is None else {name: min(own_due, due_at) for name, own_due in own.items()}
