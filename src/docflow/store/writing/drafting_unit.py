"""The part of a write transaction that concerns drafts, opinions, attachments, links, copies and roles.

What it does not do: it begins and commits nothing; :class:`docflow.store.writing.unit.SqlUnitOfWork` completes it.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from docflow.model import AttachedFile, DocumentCopy, DraftVersion, OfficeRole, Remark, RoleHolding
from docflow.ports import CopyEntry, LinkRow
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping import rows
from docflow.store.tables import (
    ATTACHED_FILE,
    COPY_ENTRY,
    DOCUMENT_COPY,
    DOCUMENT_LINK,
    DRAFT_VERSION,
    REMARK,
    ROLE_HOLDING,
)
from docflow.store.writing.register_unit import RegisterUnit
from docflow.store.writing.writer import owned

_FIND_ATTACHMENTS = Prepared(
    sa.select(ATTACHED_FILE)
    .where(owned(ATTACHED_FILE), ATTACHED_FILE.c.document_id == sa.bindparam("document"))
    .order_by(ATTACHED_FILE.c.position)
)
_FIND_VERSIONS = Prepared(
    sa.select(DRAFT_VERSION)
    .where(owned(DRAFT_VERSION), DRAFT_VERSION.c.document_id == sa.bindparam("document"))
    .order_by(DRAFT_VERSION.c.version)
)
_FIND_HOLDINGS = Prepared(
    sa.select(ROLE_HOLDING).where(owned(ROLE_HOLDING)).order_by(ROLE_HOLDING.c.person, ROLE_HOLDING.c.role)
)
_FIND_HOLDINGS_OF = Prepared(
    sa.select(ROLE_HOLDING).where(owned(ROLE_HOLDING), ROLE_HOLDING.c.person == sa.bindparam("who"))
)
_FIND_ANY_HOLDING = Prepared(sa.select(ROLE_HOLDING.c.person).where(owned(ROLE_HOLDING)).limit(1))


_ANYBODY = ""
"""Nobody is called so: the key under which it is kept whether anybody holds a role."""


class DraftingUnit(RegisterUnit):
    """Writes what is kept with the agency's own documents."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        super().__init__(connection, agency=agency)
        # Asked at every step, changed hardly ever: each person is read once a transaction.
        self._holdings: dict[str, tuple[RoleHolding, ...] | bool | None] = {}

    def add_version(self, version: DraftVersion) -> None:
        """Keep a version of a draft."""
        self._insert(DRAFT_VERSION, rows.write_record(version))

    def list_versions(self, document_id: str) -> Sequence[DraftVersion]:
        """Return the versions of a draft."""
        found = self._all(_FIND_VERSIONS, document=document_id)
        return tuple(rows.read_plain(DraftVersion, row) for row in found)

    def add_remark(self, remark: Remark) -> None:
        """Keep what somebody said of a document."""
        self._insert(REMARK, rows.write_record(remark))

    def add_attachment(self, attachment: AttachedFile) -> None:
        """Add a file that goes with a document."""
        self._insert(ATTACHED_FILE, rows.write_record(attachment))

    def change_attachment(self, attachment: AttachedFile) -> None:
        """Replace a file that goes with a document."""
        self._update(ATTACHED_FILE, rows.write_record(attachment))

    def list_attachments(self, document_id: str, *, with_detached: bool = False) -> Sequence[AttachedFile]:
        """Return the files that go with a document, by position; also those that were taken off if asked for."""
        found = self._all(_FIND_ATTACHMENTS, document=document_id)
        return tuple(rows.read_plain(AttachedFile, row) for row in found if with_detached or row["detached_at"] is None)

    def add_link(self, link: LinkRow) -> None:
        """Record a link that takes effect."""
        self._insert(DOCUMENT_LINK, rows.write_record(link))

    def find_copy(self, copy_id: str) -> DocumentCopy | None:
        """Return a copy, or None."""
        return self._find(DOCUMENT_COPY, DocumentCopy, copy_id)

    def add_copy(self, copy: DocumentCopy) -> None:
        """Add a copy."""
        self._insert(DOCUMENT_COPY, rows.write_record(copy))

    def change_copy(self, copy: DocumentCopy) -> None:
        """Replace a copy."""
        self._update(DOCUMENT_COPY, rows.write_record(copy))

    def add_copy_entry(self, entry: CopyEntry) -> None:
        """Add a line to the register of copies."""
        self._insert(COPY_ENTRY, rows.write_record(entry))

    def list_holdings(self) -> Sequence[RoleHolding]:
        """Return who holds or held which role, by person and role."""
        return tuple(rows.read_plain(RoleHolding, row) for row in self._all(_FIND_HOLDINGS))

    def list_holdings_of(self, person: str) -> Sequence[RoleHolding]:
        """Return which roles somebody holds or held."""
        known = self._holdings.get(person)
        if not isinstance(known, tuple):
            known = tuple(rows.read_plain(RoleHolding, row) for row in self._all(_FIND_HOLDINGS_OF, who=person))
            self._keep(self._holdings, person, known)
        return known

    def has_holdings(self) -> bool:
        """Return whether anybody holds or held a role."""
        known = self._holdings.get(_ANYBODY)
        if not isinstance(known, bool):
            known = self._one(_FIND_ANY_HOLDING) is not None
            self._keep(self._holdings, _ANYBODY, known)
        return known

    def find_holding(self, person: str, role: OfficeRole) -> RoleHolding | None:
        """Return whether somebody holds or held a role, or None."""
        return self._find(ROLE_HOLDING, RoleHolding, person, role.value)

    def put_holding(self, holding: RoleHolding) -> None:
        """Record that somebody holds a role, or no longer."""
        if self.find_holding(holding.person, holding.role) is None:
            self._insert(ROLE_HOLDING, rows.write_record(holding))
        else:
            self._update(ROLE_HOLDING, rows.write_record(holding))
        for key in (holding.person, _ANYBODY):
            self._keep(self._holdings, key, None)
