"""Groups (nhóm tài liệu): which documents and files belong together, who reads them, and whether they are frozen.

Invariants:
    - What is in no group is read by whoever holds a role; what is in groups, by the readers of one of them.
    - A file in a group says nothing of its documents, which may stand in other files too; they are named themselves.

What it does not do: it knows nobody and nothing; :mod:`docflow.office.groups` does.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, III.3c, IV.1a, IV.1c, IV.1d, IV.1g; docs/adr/0086.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.accesses import MAX_SUBJECT_CHARS, AccessTarget
from docflow.model.annotations import checked_fields
from docflow.model.drafts import check_document_id
from docflow.model.rights import OfficeRole, RoleHolding
from docflow.model.states import Role
from docflow.model.wording import check_line

MAX_ITEMS = 1000
"""Documents, files or people named at once, and asked for at once: a page of a list, what a person looks through."""
MAX_NAME_CHARS = 200
"""Longer names of groups and of levels are refused."""
READS_BY_ROLE = frozenset({OfficeRole.LANH_DAO, OfficeRole.VAN_THU})
"""Who reads a group without being named, unless the group says otherwise: the house's choice, not the law's."""


class GroupEvent(StrEnum):
    """What is done with a group; the value is stable and stored."""

    MAKE = "make_group"
    ADD = "add_to_group"
    REMOVE = "remove_from_group"
    ADMIT = "admit_readers"
    EXCLUDE = "exclude_readers"
    FREEZE = "freeze_group"
    UNFREEZE = "unfreeze_group"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _EVENTS[self]

    @property
    def role(self) -> Role:
        """Who may do it."""
        return Role.MANAGER if self in {GroupEvent.FREEZE, GroupEvent.UNFREEZE} else Role.ADMINISTRATOR


_EVENTS: Mapping[GroupEvent, str] = {
    GroupEvent.MAKE: "lập nhóm",
    GroupEvent.ADD: "đưa vào nhóm",
    GroupEvent.REMOVE: "đưa ra khỏi nhóm",
    GroupEvent.ADMIT: "thêm người đọc",
    GroupEvent.EXCLUDE: "bớt người đọc",
    GroupEvent.FREEZE: "đóng băng",
    GroupEvent.UNFREEZE: "bỏ đóng băng",
}
CHANGES_RIGHTS = frozenset({GroupEvent.ADD, GroupEvent.REMOVE, GroupEvent.ADMIT, GroupEvent.EXCLUDE})
"""After these others read a document or file than before."""
NEEDS_REASON = frozenset({GroupEvent.REMOVE, GroupEvent.EXCLUDE, GroupEvent.FREEZE, GroupEvent.UNFREEZE})
"""What takes something away, or stops and lets go, says why."""


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """A group that is to be made; it begins without documents, files and readers.

    Attributes:
        id: Chosen by the caller; never used again.
        level: Level of information in the agency's own words (cấp độ thông tin), or empty.
        is_for_named_only: Nobody reads it by his role; else leaders and the registry do.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1a.
    """

    id: str
    name: str
    level: str = ""
    is_for_named_only: bool = False

    def __post_init__(self) -> None:
        check_document_id(self.id)
        check_line(self.name, limit=MAX_NAME_CHARS, what="name of the group", vi="Tên nhóm")
        check_line(self.level, limit=MAX_NAME_CHARS, what="level", vi="Cấp độ thông tin", is_optional=True)


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupItem:
    """A document or a file, as a group holds it and a reader asks for it.

    Attributes:
        subject: ``document.id``, ``incoming_document.id`` or the code of a file.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the system, which is no document.
    """

    target: AccessTarget
    subject: str

    def __post_init__(self) -> None:
        check_line(self.subject, limit=MAX_SUBJECT_CHARS, what="subject", vi="Mã")
        if self.target not in _ITEMS:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a group holds documents and files",
                vi="Nhóm chỉ gồm văn bản đi, văn bản đến và hồ sơ.",
            )


_ITEMS = frozenset({AccessTarget.OUTGOING, AccessTarget.INCOMING, AccessTarget.FILE})


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentGroup:
    """A group as it is now.

    Attributes:
        is_for_named_only: 1 if nobody reads it by his role.
        frozen_at, frozen_by: Set while nothing that is in it may change.
        act_count: What was done with it so far.
    """

    agency: str
    id: str
    name: str
    level: str
    is_for_named_only: int
    made_at: datetime
    made_by: str
    frozen_at: datetime | None = None
    frozen_by: str | None = None
    act_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """Whether a document or file is in a group; ``act`` is the place of the act that says so."""

    agency: str
    group_id: str
    target: AccessTarget
    subject: str
    is_member: int
    act: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReader:
    """Whether somebody is a reader of a group; ``act`` is the place of the act that says so."""

    agency: str
    group_id: str
    person: str
    is_reader: int
    act: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAct:
    """One thing that was done with a group; ``position`` counts from 0.

    Attributes:
        text: Why.
        confirmed_at, confirmed_by: Set when somebody authorised, other than who did it, confirmed what it changes in
            the rights of access; until then it is an alert.
    """

    agency: str
    group_id: str
    position: int
    event: GroupEvent
    at: datetime
    actor: str
    text: str
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None

    @property
    def is_alert(self) -> bool:
        """Whether it changed who reads what, and nobody has confirmed that."""
        return self.event in CHANGES_RIGHTS and self.confirmed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOf:
    """A group that a document or file is in, and whom it lets read."""

    target: AccessTarget
    subject: str
    group_id: str
    is_for_named_only: int


@dataclass(frozen=True, slots=True)
class Readership:
    """What decides what one person reads.

    Attributes:
        roles: What he is in the office.
        is_open: Nobody holds a role here: everybody counts as holding each.
        admitted: Groups of which he is a reader.
        groups: The groups of what he asks for.
    """

    roles: frozenset[OfficeRole]
    is_open: bool
    admitted: frozenset[str]
    groups: Mapping[tuple[AccessTarget, str], tuple[GroupOf, ...]]

    @property
    def reads_by_role(self) -> bool:
        """Whether he reads groups without being named, where they allow it."""
        return self.is_open or not self.roles.isdisjoint(READS_BY_ROLE)

    @property
    def is_user(self) -> bool:
        """Whether he works here at all; whoever does not reads nothing, also if a group still names him."""
        return self.is_open or bool(self.roles)

    def may_read(self, target: AccessTarget, subject: str) -> bool:
        """Return whether he reads a document or file."""
        groups = self.groups.get((target, subject), ())
        return self.is_user and (
            not groups
            or any(
                group.group_id in self.admitted or (self.reads_by_role and not group.is_for_named_only)
                for group in groups
            )
        )


def build_readership(
    own: Iterable[RoleHolding], *, has_holdings: bool, admitted: Iterable[str], groups: Iterable[GroupOf]
) -> Readership:
    """Return what decides what one person reads.

    Args:
        own: The roles that he holds or held.
        has_holdings: Whether anybody holds or held one.
    """
    found: dict[tuple[AccessTarget, str], tuple[GroupOf, ...]] = {}
    for group in groups:
        key = group.target, group.subject
        found[key] = (*found.get(key, ()), group)
    return Readership(
        roles=frozenset(holding.role for holding in own if holding.is_held),
        is_open=not has_holdings,
        admitted=frozenset(admitted),
        groups=found,
    )
