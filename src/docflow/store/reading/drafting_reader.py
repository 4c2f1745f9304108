"""What can be read of drafts, opinions, attachments, links, copies and roles, each answer from one snapshot."""

from __future__ import annotations

from typing import Any, TypeVar

import sqlalchemy as sa

from docflow.model import AttachedFile, DocumentCopy, DraftVersion, Remark, RoleHolding
from docflow.ports import LinkRow
from docflow.store.engines.places import OfficeDatabase
from docflow.store.mapping import rows
from docflow.store.tables import (
    ATTACHED_FILE,
    DOCUMENT_COPY,
    DOCUMENT_LINK,
    DRAFT_VERSION,
    REMARK,
    ROLE_HOLDING,
)

_Record = TypeVar("_Record")


class DraftingReader:
    """Reads what is kept with the agency's own documents; :class:`docflow.store.reader.StoreReader` completes it."""

    _database: OfficeDatabase
    _agency: str

    def list_versions(self, document_id: str) -> tuple[DraftVersion, ...]:
        """Return the versions of a draft, the first first."""
        query = self._of(DRAFT_VERSION).where(DRAFT_VERSION.c.document_id == document_id)
        return self._list(query.order_by(DRAFT_VERSION.c.version), DraftVersion)

    def list_remarks(self, document_id: str) -> tuple[Remark, ...]:
        """Return what was said of a document, by position."""
        query = self._of(REMARK).where(REMARK.c.document_id == document_id)
        return self._list(query.order_by(REMARK.c.position), Remark)

    def list_attachments(self, document_id: str, *, with_detached: bool = False) -> tuple[AttachedFile, ...]:
        """Return the files that go with a document, by position; also those that were taken off if asked for."""
        query = self._of(ATTACHED_FILE).where(ATTACHED_FILE.c.document_id == document_id)
        if not with_detached:
            query = query.where(ATTACHED_FILE.c.detached_at.is_(None))
        return self._list(query.order_by(ATTACHED_FILE.c.position), AttachedFile)

    def list_links(self, *, document_id: str | None = None, target: str | None = None) -> tuple[LinkRow, ...]:
        """Return the links of a document, or those that lead to one."""
        query = self._of(DOCUMENT_LINK)
        if document_id is not None:
            query = query.where(DOCUMENT_LINK.c.document_id == document_id)
        if target is not None:
            query = query.where(DOCUMENT_LINK.c.target == target)
        ordered = query.order_by(DOCUMENT_LINK.c.established_at, DOCUMENT_LINK.c.document_id, DOCUMENT_LINK.c.target)
        return self._list(ordered, LinkRow)

    def list_copies(self) -> tuple[DocumentCopy, ...]:
        """Return all copies by time of making."""
        return self._list(self._of(DOCUMENT_COPY).order_by(DOCUMENT_COPY.c.made_at, DOCUMENT_COPY.c.id), DocumentCopy)

    def find_copy(self, copy_id: str) -> DocumentCopy | None:
        """Return a copy as it is now, or None."""
        found = self._list(self._of(DOCUMENT_COPY).where(DOCUMENT_COPY.c.id == copy_id), DocumentCopy)
        return found[0] if found else None

    def list_holdings(self) -> tuple[RoleHolding, ...]:
        """Return who holds or held which role, by person and role."""
        query = self._of(ROLE_HOLDING).order_by(ROLE_HOLDING.c.person, ROLE_HOLDING.c.role)
        return self._list(query, RoleHolding)

    def _of(self, table: sa.Table) -> sa.Select[Any]:
        return sa.select(table).where(table.c.agency == self._agency)

    def _list(self, query: sa.Select[Any], kind: type[_Record]) -> tuple[_Record, ...]:
        with self._database.reading() as connection:
            return tuple(rows.read_record(kind, row) for row in connection.execute(query).mappings())
