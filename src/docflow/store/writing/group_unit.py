"""The part of a write transaction that concerns groups: what is frozen, and in which groups something is.

Invariants:
    - While nothing is frozen, a step asks nothing of the database: that is known, also from the transaction before.

What it does not do: it begins and commits nothing; :class:`docflow.store.writing.unit.SqlUnitOfWork` completes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from docflow.model import AccessTarget
from docflow.model.groups import DocumentGroup, GroupOf
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping import rows
from docflow.store.tables import DOCUMENT_GROUP, GROUP_MEMBER
from docflow.store.writing.writer import RowWriter, owned

_ASKED_AT_ONCE = 256
_SUBJECTS: list[sa.BindParameter[str]] = [sa.bindparam(f"subject_{place}") for place in range(_ASKED_AT_ONCE)]
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_GROUP, _MEMBER = DOCUMENT_GROUP.c, GROUP_MEMBER.c
_IN_GROUP = sa.and_(_GROUP.agency == _MEMBER.agency, _GROUP.id == _MEMBER.group_id)
_IS_FROZEN = _GROUP.frozen_at > ""
"""Said so, SQLite takes the index of what is frozen; said as IS NOT NULL, it begins with what is asked for."""
_WHAT_IS_THERE = Prepared(
    sa.select(
        sa.exists(sa.select(_ONE).where(owned(DOCUMENT_GROUP))).label("has_groups"),
        sa.exists(sa.select(_ONE).where(owned(DOCUMENT_GROUP), _IS_FROZEN)).label("has_frozen"),
    )
)
FREEZING = (
    sa.select(DOCUMENT_GROUP)
    .join_from(
        GROUP_MEMBER,
        DOCUMENT_GROUP,
        sa.and_(DOCUMENT_GROUP.c.agency == GROUP_MEMBER.c.agency, DOCUMENT_GROUP.c.id == GROUP_MEMBER.c.group_id),
    )
    .where(
        owned(GROUP_MEMBER),
        GROUP_MEMBER.c.target == sa.bindparam("target"),
        GROUP_MEMBER.c.subject == sa.bindparam("subject"),
        GROUP_MEMBER.c.is_member == _ONE,
        DOCUMENT_GROUP.c.frozen_at.is_not(None),
    )
    .order_by(GROUP_MEMBER.c.group_id)
    .limit(_ONE)
)
"""The first frozen group that holds ``subject``."""
_FIND_FREEZING = Prepared(FREEZING)
_LIST_GROUPS = Prepared(
    sa.select(_MEMBER.target, _MEMBER.subject, _MEMBER.group_id, _GROUP.is_for_named_only)
    .join_from(GROUP_MEMBER, DOCUMENT_GROUP, _IN_GROUP)
    .where(
        owned(GROUP_MEMBER),
        _MEMBER.target == sa.bindparam("target"),
        _MEMBER.subject.in_(_SUBJECTS),
        _MEMBER.is_member == _ONE,
    )
)
_KNOWN = ""
"""The key under which it is kept what there is."""


class GroupUnit(RowWriter):
    """Writes groups, and asks what they freeze."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        super().__init__(connection, agency=agency)
        # Asked at every step, changed hardly ever.
        self._groups: dict[str, tuple[bool, bool] | None] = {}

    def has_groups(self) -> bool:
        """Return whether there is any group."""
        return self._what_is_there()[0]

    def find_freezing(self, target: AccessTarget, subject: str) -> DocumentGroup | None:
        """Return the first group that is frozen and holds something, or None."""
        if not self._what_is_there()[1]:
            return None
        # What still waits to be written changes no answer: nothing gets into a frozen group or out of it, and after one
        # was frozen it is asked anew what there is, which hands everything in.
        row = self._runner.one(_FIND_FREEZING, {"owner": self._agency, "target": target.value, "subject": subject})
        return None if row is None else rows.read_plain(DocumentGroup, row)

    def list_groups_of(self, target: AccessTarget, subjects: Collection[str]) -> Sequence[GroupOf]:
        """Return the groups that some documents or files are in."""
        found: list[GroupOf] = []
        asked = list(subjects)
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            # The statement has a fixed number of places; the last one fills those that are left.
            bound = {f"subject_{place}": part[min(place, len(part) - 1)] for place in range(_ASKED_AT_ONCE)}
            found += (rows.read_plain(GroupOf, row) for row in self._all(_LIST_GROUPS, target=target.value, **bound))
        return found

    def add_group(self, group: DocumentGroup) -> None:
        """Add a group."""
        self._insert(DOCUMENT_GROUP, rows.write_record(group))
        self._keep(self._groups, _KNOWN, None)

    def change_group(self, group: DocumentGroup) -> None:
        """Replace a group."""
        self._update(DOCUMENT_GROUP, rows.write_record(group))
        self._keep(self._groups, _KNOWN, None)

    def _what_is_there(self) -> tuple[bool, bool]:
        known = self._groups.get(_KNOWN)
        if known is None:
            row = self._one(_WHAT_IS_THERE) or {}
            known = bool(row.get("has_groups")), bool(row.get("has_frozen"))
            self._keep(self._groups, _KNOWN, known)
        return known
