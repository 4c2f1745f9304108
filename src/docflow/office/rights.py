"""Who may do what: recorded roles, every change logged and alerted until a third person confirms it.

Invariants:
    - While nobody holds a role, the office is open: whoever calls may do everything. The first role is quản trị.
    - Somebody always holds quản trị from then on.
    - Nobody confirms a change that he made or that concerns himself; whose own role nobody confirmed confirms others
      only where nobody else is there for it.

What it does not do: it proves no identity; the caller says who acts.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I (rights, and the alert on every change of them).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from docflow.errors import ErrorCode, UsageError
from docflow.model import ROLES_FOR, OfficeRole, Role, RoleHolding, check_line
from docflow.model.rights import is_same_person, refuse_lookalike
from docflow.office.desk import Desk
from docflow.office.ledger import MAX_ACTOR_CHARS, check_actor, record_event
from docflow.ports import UnitOfWork

_CONFIRMING = frozenset({OfficeRole.QUAN_TRI, OfficeRole.LANH_DAO})


def require_right(unit: UnitOfWork, desk: Desk, actor: str, *, role: Role, event: str, subject: str) -> None:
    """Let somebody act in a role of the state tables, or refuse.

    Raises:
        UsageError: ``FORBIDDEN``.
    """
    if desk.rights is not None:
        is_allowed = desk.rights.allows(actor, role, event=event, subject=subject)
    else:
        own = unit.list_holdings_of(actor)
        is_allowed = _holds(own, role) or not (own or unit.has_holdings())
    if not is_allowed:
        raise _forbidden(actor, role, event)


def require_right_to_read(desk: Desk, reader: str, *, role: Role, event: str, subject: str) -> None:
    """As :func:`require_right` for somebody who reads: no write transaction is begun for it.

    Raises:
        UsageError: ``FORBIDDEN``.
    """
    if desk.rights is not None:
        is_allowed = desk.rights.allows(reader, role, event=event, subject=subject)
    else:
        holdings = desk.store.list_holdings()
        is_allowed = not holdings or _holds([h for h in holdings if h.person == reader], role)
    if not is_allowed:
        raise _forbidden(reader, role, event)


def _holds(own: Sequence[RoleHolding], role: Role) -> bool:
    wanted = ROLES_FOR.get(role, frozenset())
    return any(holding.is_held and holding.role in wanted for holding in own)


def _forbidden(actor: str, role: Role, event: str) -> UsageError:
    return UsageError(
        ErrorCode.FORBIDDEN,
        f"{actor[:80]!r} may not {event}: that is for {role.value}",
        vi=f"{actor[:80]} không có quyền thực hiện bước này ({role.vi}).",
        way_out="let an administrator give the role that it needs",
    )


def grant_role(desk: Desk, person: str, role: OfficeRole, *, actor: str) -> RoleHolding:
    """Give somebody a role; already held: nothing changes.

    Raises:
        UsageError: ``FORBIDDEN``; the actor is no administrator. ``BAD_ARGUMENT``; the first role given must be quản
            trị.
    """
    return _change(desk, person, role, actor=actor, is_held=True)


def withdraw_role(desk: Desk, person: str, role: OfficeRole, *, actor: str) -> RoleHolding:
    """Take a role from somebody; not held: nothing changes.

    Raises:
        UsageError: ``FORBIDDEN``; ``BAD_ARGUMENT``; the last administrator stays.
    """
    return _change(desk, person, role, actor=actor, is_held=False)


def confirm_role(desk: Desk, person: str, role: OfficeRole, *, actor: str) -> RoleHolding:
    """Confirm the last change of a role, which ends its alert.

    Raises:
        UsageError: ``NOT_FOUND``; ``FORBIDDEN``; he is neither administrator nor leader, changed it himself, it is his
            own role, or his own is still an alert while somebody whose role is none could confirm it.
    """
    check_actor(actor)
    return desk.store.transact(lambda unit: _confirm(unit, desk, person, role=role, actor=actor))


def _confirm(unit: UnitOfWork, desk: Desk, person: str, *, role: OfficeRole, actor: str) -> RoleHolding:
    holding = unit.find_holding(person, role)
    if holding is None:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"{person[:80]!r} never held {role.value}", vi="Không có thay đổi quyền này."
        )
    if holding.confirmed_at is not None:
        return holding
    if actor not in list_confirmers(unit.list_holdings(), {holding.person, holding.changed_by}):
        raise confirmed_by_another()
    now = desk.clock.now()
    confirmed = replace(holding, confirmed_at=now, confirmed_by=actor)
    unit.put_holding(confirmed)
    _log(unit, desk, "role_confirmed", actor=actor, person=person, at=now)
    return confirmed


def confirmed_by_another() -> UsageError:
    """Return the error of somebody who would confirm a change in which he has a part, or may confirm none."""
    return UsageError(
        ErrorCode.FORBIDDEN,
        "a change of rights is confirmed by another administrator or leader, who has no part in it",
        vi="Thay đổi quyền phải do người có thẩm quyền khác, không liên quan đến thay đổi đó, xác nhận.",
        way_out="ask an administrator or leader whose own role was confirmed",
    )


def list_confirmers(holdings: Sequence[RoleHolding], concerned: Collection[str]) -> frozenset[str]:
    """Return who may confirm a change of rights: of those not concerned, the confirmed ones, or else whoever there is.

    An office begins with roles that nobody could confirm: without the second half no alert of it would ever end.
    """
    others = [
        holding
        for holding in holdings
        if holding.is_held
        and holding.role in _CONFIRMING
        and not any(is_same_person(holding.person, one) for one in concerned)
    ]
    confirmed = [holding for holding in others if holding.confirmed_at is not None]
    return frozenset(holding.person for holding in confirmed or others)


def list_roles(desk: Desk, *, only_alerts: bool = False) -> tuple[RoleHolding, ...]:
    """Return who holds or held which role; ``only_alerts``: the changes that nobody has confirmed."""
    return tuple(h for h in desk.store.list_holdings() if not only_alerts or h.confirmed_at is None)


def _change(desk: Desk, person: str, role: OfficeRole, *, actor: str, is_held: bool) -> RoleHolding:
    check_actor(actor)
    check_line(person, limit=MAX_ACTOR_CHARS, what="person", vi="Họ tên")
    return desk.store.transact(lambda unit: _put(unit, desk, person, role=role, actor=actor, is_held=is_held))


def _put(unit: UnitOfWork, desk: Desk, person: str, *, role: OfficeRole, actor: str, is_held: bool) -> RoleHolding:
    holdings = unit.list_holdings()
    if not holdings and role is not OfficeRole.QUAN_TRI:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "the first role given is that of an administrator",
            vi="Phải cấp quyền quản trị trước.",
        )
    require_right(unit, desk, actor, role=Role.ADMINISTRATOR, event="change_rights", subject=person)
    before = unit.find_holding(person, role)
    if before is not None and bool(before.is_held) is is_held:
        return before
    others = [h for h in holdings if h.role is OfficeRole.QUAN_TRI and h.is_held and h.person != person]
    if not is_held and role is OfficeRole.QUAN_TRI and not others:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "the last administrator stays",
            vi="Không thể thu hồi quyền của người quản trị cuối cùng.",
        )
    if before is None and not is_held:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"{person[:80]!r} does not hold {role.value}", vi="Người này không có quyền đó."
        )
    if before is None:
        refuse_lookalike(person, {holding.person for holding in holdings})
    now = desk.clock.now()
    changed = RoleHolding(person=person, role=role, is_held=int(is_held), changed_at=now, changed_by=actor)
    unit.put_holding(changed)
    _log(unit, desk, "role_granted" if is_held else "role_withdrawn", actor=actor, person=person, at=now)
    return changed


def _log(unit: UnitOfWork, desk: Desk, event: str, *, actor: str, person: str, at: datetime) -> None:
    record_event(
        unit,
        event,
        time=at,
        actor=actor,
        agency=desk.agency.code.text,
        subject=person,
        randomness=desk.randomness,
    )
