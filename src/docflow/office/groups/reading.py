"""Who may read what: the roles and groups recorded here say so, or the caller's own directory.

Invariants:
    - Asking writes nothing and begins no write transaction.
    - Of many, all are answered from one snapshot.

What it does not do: it keeps nobody from reading; the front end asks here before it shows something. docflow's own
verbs ask only if they are told who reads (docs/adr/0080, 0086).

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, IV.1c.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from docflow.errors import ErrorCode, UsageError
from docflow.model import Access, AccessTarget, Role, check_line
from docflow.model.groups import MAX_ITEMS, GroupItem, GroupReader, Readership, build_readership
from docflow.office.desk import Desk
from docflow.office.ledger import MAX_ACTOR_CHARS
from docflow.ports import Rights, UnitOfWork

_EVENTS = {
    AccessTarget.OUTGOING: "read_outgoing",
    AccessTarget.INCOMING: "read_incoming",
    AccessTarget.FILE: "read_file",
}
"""What the port ``Rights`` is asked for."""


def list_readable(desk: Desk, person: str, items: Sequence[GroupItem]) -> tuple[GroupItem, ...]:
    """Return those of some documents and files that a person may read, in their order.

    Does not check: that they are here; what is not, is in no group.

    Raises:
        UsageError: ``BAD_ARGUMENT``; more than a thousand.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, IV.1c.
    """
    check_line(person, limit=MAX_ACTOR_CHARS, what="person", vi="Họ tên")
    check_count(items)
    if desk.rights is not None:
        rights = desk.rights
        return tuple(item for item in items if _allows(rights, person, target=item.target, subject=item.subject))
    readership = desk.store.read_readership(person, items)
    return tuple(item for item in items if readership.may_read(item.target, item.subject))


def require_readable(desk: Desk, person: str, item: GroupItem) -> None:
    """Refuse somebody who may not read a document or file.

    Raises:
        UsageError: ``FORBIDDEN``; ``BAD_ARGUMENT``.
    """
    if not list_readable(desk, person, (item,)):
        raise UsageError(
            ErrorCode.FORBIDDEN,
            f"{person[:80]!r} may not read {item.target.name.lower()} {item.subject[:120]!r}",
            vi=f"{person[:80]} không có quyền đọc {item.target.vi} {item.subject[:120]!r}.",
            way_out="let an administrator admit him to a group that it is in",
        )


def check_searching(desk: Desk, reader: str) -> None:
    """Check that a search can leave out what somebody may not read.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the caller's own directory decides that, document by document.
    """
    check_line(reader, limit=MAX_ACTOR_CHARS, what="reader", vi="Người đọc")
    if desk.rights is not None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "a directory of your own says who may read what, and a search cannot ask it",
            vi="Quyền đọc do hệ thống của cơ quan quyết định, không lọc được khi tìm kiếm.",
            way_out="search without a reader, and ask list_readable about what was found",
        )


def check_count(named: Sequence[object]) -> None:
    """Check how many documents, files or people are named at once.

    Raises:
        UsageError: ``BAD_ARGUMENT``; more than a thousand.
    """
    if len(named) > MAX_ITEMS:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"at most {MAX_ITEMS} are named at once",
            vi=f"Mỗi lần chỉ nêu tối đa {MAX_ITEMS} văn bản, hồ sơ hoặc người.",
            way_out="name them in parts",
        )


class ReadersAsked:
    """Whether those whose accesses are recorded might read what they looked at; each person is read once."""

    def __init__(self, unit: UnitOfWork, desk: Desk, accesses: Iterable[Access]) -> None:
        self._unit = unit
        self._desk = desk
        self._known: dict[str, Readership] = {}
        self._has_groups = desk.rights is None and unit.has_groups()
        self._asked: defaultdict[tuple[str, AccessTarget], set[str]] = defaultdict(set)
        for access in accesses if self._has_groups else ():
            self._asked[access.person, access.target].add(access.subject)

    def may_read(self, access: Access) -> int | None:
        """Return 1 if the person might read it, 0 if not, None of the system; that he works here was asked before."""
        if access.target is AccessTarget.SYSTEM:
            return None
        if self._desk.rights is not None:
            return int(_allows(self._desk.rights, access.person, target=access.target, subject=access.subject))
        if not self._has_groups:
            return 1
        known = self._known.get(access.person)
        if known is None:
            known = self._known[access.person] = self._read(access.person)
        return int(known.may_read(access.target, access.subject))

    def _read(self, person: str) -> Readership:
        unit = self._unit
        readers = unit.list_records(GroupReader, person=person, is_reader=1)
        return build_readership(
            unit.list_holdings_of(person),
            has_holdings=unit.has_holdings(),
            admitted=[reader.group_id for reader in readers],
            groups=[group for target in _EVENTS for group in unit.list_groups_of(target, self._asked[person, target])],
        )


def _allows(rights: Rights, person: str, *, target: AccessTarget, subject: str) -> bool:
    return rights.allows(person, Role.USER, event=_EVENTS[target], subject=subject)
