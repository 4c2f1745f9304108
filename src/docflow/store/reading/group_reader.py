"""Who reads what, from one snapshot: the roles of a person, the groups that he reads, those of what he asks for.

Beside it, what is frozen, for whoever only looks.

Invariants:
    - What a search leaves out, the database decides by the rule of :meth:`docflow.model.groups.Readership.may_read`.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, IV.1c; docs/adr/0086.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa

from docflow.model import AccessTarget, RoleHolding
from docflow.model.groups import DocumentGroup, GroupItem, GroupOf, Readership, build_readership
from docflow.store.engines.places import OfficeDatabase
from docflow.store.mapping import rows
from docflow.store.tables import DOCUMENT_GROUP, GROUP_MEMBER, GROUP_READER, ROLE_HOLDING
from docflow.store.writing.group_unit import FREEZING


class GroupReading:
    """Reads who reads what; :class:`docflow.store.reader.StoreReader` completes it."""

    _database: OfficeDatabase
    _agency: str

    def read_readership(self, person: str, items: Collection[GroupItem]) -> Readership:
        """Return what decides which of some documents and files a person reads."""
        with self._database.reading() as connection:
            return read_readership(connection, self._agency, person, items=items)

    def find_freezing(self, target: AccessTarget, subject: str) -> DocumentGroup | None:
        """Return the first group that is frozen and holds something, or None."""
        asked = {"owner": self._agency, "target": target.value, "subject": subject}
        with self._database.reading() as connection:
            row = connection.execute(FREEZING, asked).mappings().first()
        return None if row is None else rows.read_record(DocumentGroup, row)


def read_readership(
    connection: sa.Connection, agency: str, person: str, *, items: Collection[GroupItem] = ()
) -> Readership:
    """Return what decides what a person reads. The connection is in a read transaction."""
    holding = ROLE_HOLDING.c
    own = connection.execute(sa.select(ROLE_HOLDING).where(holding.agency == agency, holding.person == person))
    any_holding = connection.execute(sa.select(holding.person).where(holding.agency == agency).limit(1)).first()
    admitted = connection.execute(_admitted(agency, person)).all()
    return build_readership(
        [rows.read_record(RoleHolding, row) for row in own.mappings()],
        has_holdings=any_holding is not None,
        admitted=[row[0] for row in admitted],
        groups=_list_groups(connection, agency, items),
    )


def _list_groups(connection: sa.Connection, agency: str, items: Collection[GroupItem]) -> list[GroupOf]:
    subjects: defaultdict[AccessTarget, set[str]] = defaultdict(set)
    for item in items:
        subjects[item.target].add(item.subject)
    found: list[GroupOf] = []
    member, group = GROUP_MEMBER.c, DOCUMENT_GROUP.c
    held = sa.and_(group.agency == member.agency, group.id == member.group_id)
    for target, named in subjects.items():
        query = (
            sa.select(member.target, member.subject, member.group_id, group.is_for_named_only)
            .join_from(GROUP_MEMBER, DOCUMENT_GROUP, held)
            .where(member.agency == agency, member.target == target.value, member.is_member == 1)
            .where(member.subject.in_(sorted(named)))
            .order_by(member.subject, member.group_id)
        )
        found += (rows.read_record(GroupOf, row) for row in connection.execute(query).mappings())
    return found


def may_be_read(
    agency: str, person: str, *, target: AccessTarget, subject: sa.ColumnElement[str], reads_by_role: bool
) -> sa.ColumnElement[bool]:
    """Return the condition under which a person reads a row of documents: :meth:`Readership.may_read` in the database.

    Does not check: that he works here; see :attr:`Readership.is_user`.
    """
    member, group = GROUP_MEMBER.c, DOCUMENT_GROUP.c
    holds = sa.select(member.group_id).where(
        member.agency == agency, member.target == target.value, member.subject == subject, member.is_member == 1
    )
    lets: sa.ColumnElement[bool] = member.group_id.in_(_admitted(agency, person))
    if reads_by_role:
        open_groups = sa.select(group.id).where(group.agency == agency, group.is_for_named_only == 0)
        lets = sa.or_(lets, member.group_id.in_(open_groups))
    return sa.or_(~sa.exists(holds), sa.exists(holds.where(lets)))


def _admitted(agency: str, person: str) -> sa.Select[str]:
    reader = GROUP_READER.c
    return sa.select(reader.group_id).where(reader.agency == agency, reader.person == person, reader.is_reader == 1)
