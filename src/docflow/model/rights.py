"""Rights: which role in the office may do what the state tables let somebody do.

What it does not do: it knows nobody; who holds a role is recorded by :mod:`docflow.office.rights` or known to the
caller's own directory.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I (rights; every change of rights is alerted until somebody authorised
confirms it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.states import Role


class OfficeRole(StrEnum):
    """What somebody is in the office; the value is stable and stored."""

    LANH_DAO = "lanh_dao"
    VAN_THU = "van_thu"
    CHUYEN_VIEN = "chuyen_vien"
    LUU_TRU = "luu_tru"
    QUAN_TRI = "quan_tri"

    @property
    def vi(self) -> str:
        """The role's name."""
        return _NAMES[self]


_NAMES: Mapping[OfficeRole, str] = {
    OfficeRole.LANH_DAO: "lãnh đạo",
    OfficeRole.VAN_THU: "văn thư",
    OfficeRole.CHUYEN_VIEN: "chuyên viên",
    OfficeRole.LUU_TRU: "lưu trữ",
    OfficeRole.QUAN_TRI: "quản trị",
}

_EVERYBODY_WHO_WRITES = frozenset({OfficeRole.LANH_DAO, OfficeRole.VAN_THU, OfficeRole.CHUYEN_VIEN})

ROLES_FOR: Mapping[Role, frozenset[OfficeRole]] = {
    Role.DRAFTER: _EVERYBODY_WHO_WRITES,
    Role.CONSULTED: _EVERYBODY_WHO_WRITES,
    Role.APPROVER: frozenset({OfficeRole.LANH_DAO}),
    Role.LEADER: frozenset({OfficeRole.LANH_DAO}),
    Role.REGISTRY: frozenset({OfficeRole.VAN_THU}),
    Role.REVIEWER: frozenset({OfficeRole.LANH_DAO, OfficeRole.VAN_THU}),
    Role.HANDLER: frozenset({OfficeRole.LANH_DAO, OfficeRole.CHUYEN_VIEN}),
    # Whoever does the work makes its file and hands it over, the registry that of its own work too (NĐ 30/2020 Điều 29,
    # 30 khoản 3b, 31 khoản 3b).
    Role.FILER: _EVERYBODY_WHO_WRITES,
    # Where nobody keeps the archive alone, the registry does.
    Role.ARCHIVIST: frozenset({OfficeRole.LUU_TRU, OfficeRole.VAN_THU}),
    Role.ADMINISTRATOR: frozenset({OfficeRole.QUAN_TRI}),
    Role.USER: frozenset(OfficeRole),
    Role.MANAGER: frozenset({OfficeRole.LANH_DAO, OfficeRole.QUAN_TRI}),
}
"""Who may act in a role of the state tables; :attr:`Role.SENDER` is another agency and holds no role here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolding:
    """Whether somebody holds a role, since the last change of it.

    Attributes:
        is_held: 1 while it is held, 0 after it was withdrawn.
        confirmed_at, confirmed_by: Set when somebody authorised, neither who changed it nor whose role it is, confirmed
            the change; until then it is an alert.
    """

    person: str
    role: OfficeRole
    is_held: int
    changed_at: datetime
    changed_by: str
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None


def is_same_person(one: str, other: str) -> bool:
    """Return whether two names are one person's: capitals and spaces make no other person."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def refuse_lookalike(person: str, known: Iterable[str]) -> None:
    """Refuse the name of somebody to whom a right is given, where whoever reads it takes him for another.

    Rights are kept by the name, letter by letter: who is written in two ways would be two people of whom one has none.

    Args:
        known: Names that are recorded already.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a space that nobody sees, or the name of somebody known in another spelling.
    """
    if person != " ".join(person.split()):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the name {person[:80]!r} has a space too many, or one of another kind",
            vi=f"Họ tên {person[:80]!r} có khoảng trắng thừa hoặc khác loại.",
            way_out="write single spaces between the words, and none around them",
        )
    alike = next((one for one in known if one != person and is_same_person(one, person)), None)
    if alike is not None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{person[:80]!r} is known here as {alike[:80]!r}",
            vi=f"Người này đã được ghi là {alike[:80]!r}.",
            way_out="use the spelling that is recorded",
        )
