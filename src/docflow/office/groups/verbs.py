"""The verbs of groups: each a transaction of its own; the same request again changes nothing.

Invariants:
    - Group, members or readers, act and leaf are one transaction, or none of them is there.
    - Whoever changes who reads what leaves an alert; it stays until somebody else who is authorised confirms it.
    - What is in a frozen group stays in it; its readers may change, since who looks at it changes nothing of it.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, III.3c, IV.1a, IV.1d, IV.1g; docs/adr/0086.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from docflow.audit import Json
from docflow.errors import ErrorCode, UsageError
from docflow.model import Role, check_line, check_prose
from docflow.model.groups import (
    NEEDS_REASON,
    DocumentGroup,
    GroupAct,
    GroupEvent,
    GroupItem,
    GroupMember,
    GroupPlan,
    GroupReader,
)
from docflow.model.rights import is_same_person, refuse_lookalike
from docflow.office.desk import Desk
from docflow.office.groups.freezing import refuse_frozen_group
from docflow.office.groups.items import require_here
from docflow.office.groups.reading import check_count
from docflow.office.ledger import (
    MAX_ACTOR_CHARS,
    check_actor,
    find_answer,
    keep_answer,
    name_request,
    record_event,
)
from docflow.office.repeats import find_repeatable
from docflow.office.rights import confirmed_by_another, list_confirmers, require_right
from docflow.ports import UnitOfWork

MAX_TEXT_CHARS = 4000
"""Longer reasons are refused."""
_CONFIRM = "confirm_group_act"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What a verb sees of its transaction."""

    unit: UnitOfWork
    ask: GroupAsk
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAsk:
    """What is asked of one group.

    Attributes:
        items: Put into it, or taken out.
        people: Made readers, or readers no more.
        text: Why.
    """

    event: GroupEvent
    group_id: str
    actor: str
    items: tuple[GroupItem, ...] = ()
    people: tuple[str, ...] = ()
    text: str = ""
    idempotency_key: str | None = None


def make_group(desk: Desk, plan: GroupPlan, *, actor: str, idempotency_key: str | None = None) -> DocumentGroup:
    """Make a group of documents and files (nhóm tài liệu), with its level of information.

    Raises:
        UsageError: ``ALREADY_EXISTS``; ``FORBIDDEN``, the actor is no administrator; ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1a.
    """
    check_actor(actor)
    ask = GroupAsk(event=GroupEvent.MAKE, group_id=plan.id, actor=actor, idempotency_key=idempotency_key)
    made = DocumentGroup(
        agency=desk.agency.code.text,
        id=plan.id,
        name=plan.name,
        level=plan.level,
        is_for_named_only=int(plan.is_for_named_only),
        made_at=desk.clock.now(),
        made_by=actor,
    )
    return desk.store.transact(lambda unit: _make(unit, desk, ask, made=made))


def _make(unit: UnitOfWork, desk: Desk, ask: GroupAsk, *, made: DocumentGroup) -> DocumentGroup:
    require_right(unit, desk, ask.actor, role=ask.event.role, event=ask.event.value, subject=made.id)
    asked: dict[str, Json] = {
        "group_id": made.id,
        "name": made.name,
        "level": made.level,
        "is_for_named_only": made.is_for_named_only,
    }
    name = f"{desk.agency.code}/group/make/{made.id}"
    request = name_request(name, asked, actor=ask.actor, key=ask.idempotency_key)
    answered = find_answer(unit, request)
    there = unit.find_record(DocumentGroup, made.id)
    if there is not None and answered:
        return there
    if there is not None:
        raise UsageError(
            ErrorCode.ALREADY_EXISTS, f"there is a group {made.id!r} already", vi=f"Nhóm {made.id!r} đã có."
        )
    keep_answer(unit, request, {"group_id": made.id})
    made = replace(made, act_count=1)
    unit.add_group(made)
    _leave_act(unit, desk, ask, group=made, at=made.made_at)
    return made


def act_on_group(desk: Desk, ask: GroupAsk) -> DocumentGroup:
    """Carry out one verb in a transaction of its own.

    Raises:
        UsageError: ``FORBIDDEN``; ``NOT_FOUND``, no such group, document or file, or it is not in the group;
            ``ALREADY_EXISTS``, it is there already; ``FROZEN``; ``WRONG_STATE``; ``BAD_ARGUMENT``, nothing named,
            something twice, more than a thousand, or no reason; ``IDEMPOTENCY_CONFLICT``, ``CLOCK_TURNED_BACK``.
    """
    check_actor(ask.actor)
    check_prose(ask.text, limit=MAX_TEXT_CHARS, what="reason", vi="Lý do", is_optional=ask.event not in NEEDS_REASON)
    for person in ask.people:
        check_line(person, limit=MAX_ACTOR_CHARS, what="person", vi="Họ tên")
    for named in (ask.items, ask.people):
        check_count(named)
        if len(set(named)) < len(named):
            raise UsageError(ErrorCode.BAD_ARGUMENT, "something is named twice", vi="Có mục được nêu hai lần.")
    at = desk.clock.now()
    return desk.store.transact(lambda unit: _act(unit, desk, ask, at=at))


def _act(unit: UnitOfWork, desk: Desk, ask: GroupAsk, *, at: datetime) -> DocumentGroup:
    """(1) may the actor; (2) was it asked before; (3) what must hold, and rows; (4) group, act and leaf."""
    require_right(unit, desk, ask.actor, role=ask.event.role, event=ask.event.value, subject=ask.group_id)
    before = find_group(unit.find_record(DocumentGroup, ask.group_id), ask.group_id)
    asked: dict[str, Json] = {
        "event": ask.event.value,
        "group_id": ask.group_id,
        "items": [[item.target.value, item.subject] for item in ask.items],
        "people": list(ask.people),
        "text": ask.text,
        "actor": ask.actor,
    }
    name = f"{desk.agency.code}/group/{ask.event.value}/{ask.group_id}"
    request = find_repeatable(unit, name, asked, acts=before.act_count, key=ask.idempotency_key)
    if request is None:
        return before
    group = _CHANGES[ask.event](_Work(unit=unit, ask=ask, at=at), before)
    group = replace(group, act_count=before.act_count + 1)
    unit.change_group(group)
    keep_answer(unit, request, {"group_id": ask.group_id, "event": ask.event.value})
    _leave_act(unit, desk, ask, group=group, at=at)
    return group


def find_group(found: DocumentGroup | None, group_id: str) -> DocumentGroup:
    """Return the group found.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    if found is None:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"no group {group_id[:120]!r} here", vi=f"Không có nhóm {group_id[:120]!r}."
        )
    return found


def confirm_group_act(desk: Desk, group_id: str, position: int, *, actor: str) -> GroupAct:
    """Confirm a change of who reads what, which ends its alert; confirmed already: nothing changes.

    Raises:
        UsageError: ``NOT_FOUND``, no such change; ``FORBIDDEN``, he is neither administrator nor leader, made it, is a
            named reader whom it concerns, or his own role is an alert while somebody whose role is none could confirm.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3c.
    """
    check_actor(actor)
    return desk.store.transact(lambda unit: _confirm(unit, desk, group_id, position=position, actor=actor))


def _confirm(unit: UnitOfWork, desk: Desk, group_id: str, *, position: int, actor: str) -> GroupAct:
    require_right(unit, desk, actor, role=Role.MANAGER, event=_CONFIRM, subject=group_id)
    act = unit.find_record(GroupAct, group_id, position)
    if act is None or (act.confirmed_at is None and not act.is_alert):
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no change of rights at position {position} of the group {group_id[:120]!r}",
            vi="Không có thay đổi quyền này.",
        )
    if act.confirmed_at is not None:
        return act
    concerned = {act.actor, *_list_concerned(unit, act)}
    holdings = unit.list_holdings() if desk.rights is None else ()
    is_concerned = any(is_same_person(actor, one) for one in concerned)
    if is_concerned or (holdings and actor not in list_confirmers(holdings, concerned)):
        raise confirmed_by_another()
    now = desk.clock.now()
    confirmed = replace(act, confirmed_at=now, confirmed_by=actor)
    unit.change_record(confirmed)
    _log(unit, desk, "group_act_confirmed", group_id=group_id, actor=actor, at=now)
    return confirmed


def _list_concerned(unit: UnitOfWork, act: GroupAct) -> Iterator[str]:
    """Return who may read something, or no more, by an act, or may have come to it by one: the named readers.

    A reader's row knows the last act about him. Of an act before that nobody can say any more that it did not name him.
    """
    names_people = act.event in {GroupEvent.ADMIT, GroupEvent.EXCLUDE}
    for reader in unit.list_records(GroupReader, group_id=act.group_id):
        if reader.act >= act.position or (reader.is_reader and not names_people):
            yield reader.person


def _add(work: _Work, group: DocumentGroup) -> DocumentGroup:
    refuse_frozen_group(group)
    _put_items(work, group, is_member=1)
    return group


def _remove(work: _Work, group: DocumentGroup) -> DocumentGroup:
    refuse_frozen_group(group)
    _put_items(work, group, is_member=0)
    return group


def _put_items(work: _Work, group: DocumentGroup, *, is_member: int) -> None:
    """Everything is looked at before anything is written: what waits would be handed in for each question."""
    unit, items = work.unit, work.ask.items
    if not items:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "nothing is named", vi="Phải nêu văn bản hoặc hồ sơ.")
    found = []
    for item in items:
        there = unit.find_record(GroupMember, group.id, item.target.value, item.subject)
        _refuse_same(there.is_member if there else 0, wanted=is_member, named=item.subject)
        if is_member:
            require_here(unit, item.target, item.subject)
        found.append(there)
    for item, there in zip(items, found, strict=True):
        member = GroupMember(
            agency=group.agency,
            target=item.target,
            subject=item.subject,
            group_id=group.id,
            is_member=is_member,
            act=group.act_count,
        )
        unit.add_record(member) if there is None else unit.change_record(member)


def _admit(work: _Work, group: DocumentGroup) -> DocumentGroup:
    _put_readers(work, group, is_reader=1)
    return group


def _exclude(work: _Work, group: DocumentGroup) -> DocumentGroup:
    _put_readers(work, group, is_reader=0)
    return group


def _put_readers(work: _Work, group: DocumentGroup, *, is_reader: int) -> None:
    unit, people = work.unit, work.ask.people
    if not people:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "nobody is named", vi="Phải nêu người đọc.")
    found = []
    known = {holding.person for holding in unit.list_holdings()}
    known |= {reader.person for reader in unit.list_records(GroupReader, group_id=group.id)} | set(people)
    for person in people:
        there = unit.find_record(GroupReader, group.id, person)
        if there is None:
            refuse_lookalike(person, known)
        _refuse_same(there.is_reader if there else 0, wanted=is_reader, named=person)
        found.append(there)
    for person, there in zip(people, found, strict=True):
        reader = GroupReader(
            agency=group.agency, person=person, group_id=group.id, is_reader=is_reader, act=group.act_count
        )
        unit.add_record(reader) if there is None else unit.change_record(reader)


def _refuse_same(present: int, *, wanted: int, named: str) -> None:
    if present == wanted:
        raise UsageError(
            ErrorCode.ALREADY_EXISTS if wanted else ErrorCode.NOT_FOUND,
            f"{named[:120]!r} is {'already' if wanted else 'not'} in the group",
            vi=f"{named[:120]!r} {'đã có' if wanted else 'không có'} trong nhóm.",
        )


def _freeze(work: _Work, group: DocumentGroup) -> DocumentGroup:
    if group.frozen_at is not None:
        raise UsageError(ErrorCode.WRONG_STATE, "the group is frozen already", vi="Nhóm này đã bị đóng băng.")
    return replace(group, frozen_at=work.at, frozen_by=work.ask.actor)


def _unfreeze(_work: _Work, group: DocumentGroup) -> DocumentGroup:
    if group.frozen_at is None:
        raise UsageError(ErrorCode.WRONG_STATE, "the group is not frozen", vi="Nhóm này không bị đóng băng.")
    return replace(group, frozen_at=None, frozen_by=None)


_CHANGES: Mapping[GroupEvent, Callable[[_Work, DocumentGroup], DocumentGroup]] = {
    GroupEvent.ADD: _add,
    GroupEvent.REMOVE: _remove,
    GroupEvent.ADMIT: _admit,
    GroupEvent.EXCLUDE: _exclude,
    GroupEvent.FREEZE: _freeze,
    GroupEvent.UNFREEZE: _unfreeze,
}


def _leave_act(unit: UnitOfWork, desk: Desk, ask: GroupAsk, *, group: DocumentGroup, at: datetime) -> None:
    act = GroupAct(
        agency=group.agency,
        group_id=group.id,
        position=group.act_count - 1,
        event=ask.event,
        at=at,
        actor=ask.actor,
        text=ask.text,
    )
    unit.add_record(act)
    _log(unit, desk, ask.event.value, group_id=group.id, actor=ask.actor, at=at)


def _log(unit: UnitOfWork, desk: Desk, event: str, *, group_id: str, actor: str, at: datetime) -> None:
    agency = desk.agency.code.text
    # No document's id holds a stroke: whoever asks for the proof of one is not shown who reads it.
    subject = f"{agency}/group/{group_id}"
    record_event(unit, event, time=at, actor=actor, agency=agency, subject=subject, randomness=desk.randomness)
