"""Accesses (lượt truy cập): reported by the front end, which alone knows who looks; recorded, listed, counted.

Invariants:
    - Accesses reported together are one transaction and leave one leaf; each has its place or its error.
    - What was reported under an id and is reported again is recorded once, whichever transaction it waits in.
    - An access by somebody who might not read is an access; it is marked.
    - No leaf about a document tells who looked at it: a proof that opens one shows nobody's accesses.

What it does not do: it sees nobody, and forbids nobody to look; docflow's own verbs that read report nothing, but those
that print for somebody who is named (:mod:`docflow.office.prints`).

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục II.3, III.5a, III.6a, III.6b, III.6l; docs/adr/0080.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from docflow.errors import DocflowError, ErrorCode, UsageError
from docflow.model import (
    Access,
    AccessBy,
    AccessCounts,
    AccessEntry,
    AccessPage,
    AccessQuery,
    Role,
    check_line,
    check_page,
)
from docflow.model.accesses import MAX_ACCESSES
from docflow.office.desk import Desk
from docflow.office.groups.items import require_here
from docflow.office.groups.reading import ReadersAsked
from docflow.office.ledger import MAX_ACTOR_CHARS, check_actor, record_event
from docflow.office.reports.facts import ACCESSED
from docflow.office.rights import require_right, require_right_to_read
from docflow.ports import UnitOfWork

ACCESS, _READ = "access", "read_accesses"
"""What the port ``Rights`` is asked for."""


def record_access(desk: Desk, access: Access, *, actor: str) -> AccessEntry:
    """Record one access; see :func:`record_accesses`.

    Raises:
        UsageError: ``NOT_FOUND``, no such document or file; ``FORBIDDEN``; ``IDEMPOTENCY_CONFLICT``, the access id was
            used for another access; ``CLOCK_TURNED_BACK``; ``BAD_ARGUMENT``.
    """
    (recorded,) = record_accesses(desk, (access,), actor=actor)
    if isinstance(recorded, DocflowError):
        raise recorded
    return recorded


def record_accesses(desk: Desk, accesses: Sequence[Access], *, actor: str) -> tuple[AccessEntry | DocflowError, ...]:
    """Record accesses at the office's clock, in one transaction with one leaf.

    Each gets its place in the history, or its error (``NOT_FOUND``, ``FORBIDDEN``, ``IDEMPOTENCY_CONFLICT``) and then
    nothing is written of it. An access by somebody who may not read what he looked at is recorded and marked
    (``may_read`` is 0), not refused: it was seen. Repeated under its id, an access gets the place that it has.

    Args:
        actor: Who reports: the front end, or the person himself; he holds some role, as everybody who is recorded does.

    Raises:
        UsageError: ``FORBIDDEN``, the actor; ``CLOCK_TURNED_BACK``; ``BAD_ARGUMENT``, more than a thousand.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.5a, III.6l.
    """
    check_actor(actor)
    if len(accesses) > MAX_ACCESSES or not all(isinstance(access, Access) for access in accesses):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"at most {MAX_ACCESSES} accesses are reported at once",
            vi=f"Mỗi lần chỉ ghi tối đa {MAX_ACCESSES} lượt truy cập.",
            way_out="report them in parts",
        )
    now = desk.clock.now()
    return desk.store.transact(lambda unit: record_in(unit, desk, accesses, actor=actor, now=now))


def list_accesses(
    desk: Desk, query: AccessQuery, *, reader: str, before: int | None = None, limit: int = 100
) -> AccessPage:
    """Return part of the history, the newest first.

    Args:
        reader: Who asks; a leader or an administrator.
        before: What the page before said; None: the first page.

    Raises:
        UsageError: ``FORBIDDEN``; ``NOT_FOUND``, no access at that place; ``BAD_ARGUMENT``, not 1 to 1,000 at once.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.5a, III.6l.
    """
    check_page(limit=limit, before=before)
    _require_reader(desk, reader)
    return desk.store.list_accesses(query, before=before, limit=limit)


def count_accesses(
    desk: Desk, query: AccessQuery, *, by: AccessBy, reader: str, limit: int = 100, skip: int = 0
) -> AccessCounts:
    """Return how many accesses there were: of each document or file, person, unit, day or month, and in all.

    Args:
        reader: Who asks; a leader or an administrator.
        skip: So many lines are left out: the next page.

    Raises:
        UsageError: ``FORBIDDEN``; ``BAD_ARGUMENT``, not 1 to 1,000 lines at once.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục II.3, III.6a, III.6b.
    """
    check_page(limit=limit, skip=skip)
    _require_reader(desk, reader)
    return desk.store.count_accesses(query, by=by, limit=limit, skip=skip)


def _require_reader(desk: Desk, reader: str) -> None:
    check_line(reader, limit=MAX_ACTOR_CHARS, what="reader", vi="Người đọc")
    require_right_to_read(desk, reader, role=Role.MANAGER, event=_READ, subject=desk.agency.code.text)


def record_in(
    unit: UnitOfWork, desk: Desk, accesses: Sequence[Access], *, actor: str, now: datetime
) -> tuple[AccessEntry | DocflowError, ...]:
    """Record accesses in a transaction; see :func:`record_accesses`.

    (1) may the actor; (2) what is recorded already; (3) each by itself; (4) rows; (5) one leaf.
    """
    agency = desk.agency.code.text
    require_right(unit, desk, actor, role=Role.USER, event=ACCESS, subject=agency)
    asked = dict.fromkeys(access.access_id for access in accesses if access.access_id is not None)
    known = {entry.access_id: entry for entry in unit.find_accesses(tuple(asked))}
    first = unit.next_access()
    asked_readers = ReadersAsked(unit, desk, accesses)
    done: list[AccessEntry | DocflowError] = []
    new: list[AccessEntry] = []
    for access in accesses:
        there = known.get(access.access_id) if access.access_id is not None else None
        try:
            if there is not None:
                _refuse_another(there, access)
                done.append(there)
                continue
            _check(unit, desk, access)
            may_read = asked_readers.may_read(access)
        except UsageError as refused:
            done.append(refused)
            continue
        position = first + len(new)
        entry = _entry(access, agency=agency, position=position, at=now, actor=actor, may_read=may_read)
        if entry.access_id is not None:
            known[entry.access_id] = entry
        done.append(entry)
        new.append(entry)
    if new:
        unit.add_accesses(new)
        # No document's id holds a stroke: whoever asks for the proof of one is not shown who looked at it.
        subject = f"{agency}/{ACCESS}"
        record_event(unit, ACCESSED, time=now, actor=actor, agency=agency, subject=subject, randomness=desk.randomness)
    return tuple(done)


def _entry(
    access: Access, *, agency: str, position: int, at: datetime, actor: str, may_read: int | None
) -> AccessEntry:
    return AccessEntry(
        agency=agency,
        position=position,
        at=at,
        person=access.person,
        kind=access.kind,
        target=access.target,
        subject=access.subject,
        unit=access.unit,
        address=access.address,
        reported_by=actor,
        access_id=access.access_id,
        may_read=may_read,
    )


def _check(unit: UnitOfWork, desk: Desk, access: Access) -> None:
    subject = access.subject or desk.agency.code.text
    require_right(unit, desk, access.person, role=Role.USER, event=ACCESS, subject=subject)
    require_here(unit, access.target, access.subject)


def _refuse_another(there: AccessEntry, access: Access) -> None:
    if _told(there) != _told(access):
        raise UsageError(
            ErrorCode.IDEMPOTENCY_CONFLICT,
            f"the access id {access.access_id!r} was used for another access",
            vi="Mã lượt truy cập đã dùng cho một lượt khác.",
            way_out="give each access an id of its own",
        )


def _told(access: Access | AccessEntry) -> Iterable[str]:
    return access.person, access.kind, access.target, access.subject, access.unit, access.address
