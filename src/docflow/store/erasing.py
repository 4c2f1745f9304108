"""Which files are destroyed, who holds one, and of which document nothing is left to read.

Invariants:
    - Whether a document's content is gone, its own record says: two documents may hold the same bytes.

What it does not do: it removes nothing from the disk; :class:`docflow.store.office_store.OfficeStore` does.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from docflow.model import Direction, FileState, IncomingState
from docflow.ports import BlobHolder
from docflow.store.tables import (
    ATTACHED_FILE,
    CASE_FILE,
    DESTRUCTION,
    DOCUMENT,
    DOCUMENT_COPY,
    DRAFT_VERSION,
    ERASURE,
    FILED_DOCUMENT,
    INCOMING_DOCUMENT,
    PARCEL,
    owner_column,
)

_STORED = (
    (INCOMING_DOCUMENT, "message", "arrived_at"),
    (INCOMING_DOCUMENT, "pdf", "arrived_at"),
    (DRAFT_VERSION, "pdf", "written_at"),
    (DOCUMENT, "leader_pdf", "leader_signed_at"),
    (DOCUMENT, "sealed_pdf", "sealed_at"),
    (ATTACHED_FILE, "pdf", "attached_at"),
    (ATTACHED_FILE, "sealed_pdf", "sealed_at"),
    (DOCUMENT_COPY, "pdf", "made_at"),
    (PARCEL, "message", "created_at"),
)
"""Where a file is named, and when it came there."""
_HELD = (
    (Direction.INCOMING, INCOMING_DOCUMENT.c.id, ("message", "pdf")),
    (Direction.OUTGOING, DOCUMENT.c.id, ("draft_pdf", "leader_pdf", "sealed_pdf")),
    (Direction.OUTGOING, DRAFT_VERSION.c.document_id, ("pdf",)),
    (Direction.OUTGOING, ATTACHED_FILE.c.document_id, ("pdf", "sealed_pdf")),
    (None, DOCUMENT_COPY.c.id, ("pdf",)),
)
"""Whose own a file is: the direction, the column of the holder's name, and those that name the file."""
_GOES_WITH_IT = {ATTACHED_FILE: ATTACHED_FILE.c.detached_at.is_(None)}
"""What must hold of a row for the file that it names to be held there: an attached one was not taken off."""


def is_content_gone(connection: sa.Connection, agency: str, *, direction: Direction, document_id: str) -> bool:
    """Return whether a document was given back, or a destroyed file held it and none that is not destroyed does."""
    if direction is Direction.INCOMING:
        of_it = sa.and_(INCOMING_DOCUMENT.c.agency == agency, INCOMING_DOCUMENT.c.id == document_id)
        if connection.execute(sa.select(INCOMING_DOCUMENT.c.state).where(of_it)).scalar() == IncomingState.TAKEN_BACK:
            return True
    same = sa.and_(FILED_DOCUMENT.c.agency == CASE_FILE.c.agency, FILED_DOCUMENT.c.file_code == CASE_FILE.c.code)
    states = (
        sa.select(CASE_FILE.c.state)
        .distinct()
        .join_from(FILED_DOCUMENT, CASE_FILE, same)
        .where(
            FILED_DOCUMENT.c.agency == agency,
            FILED_DOCUMENT.c.document_id == document_id,
            FILED_DOCUMENT.c.direction == direction.value,
            FILED_DOCUMENT.c.removed_at.is_(None),
        )
    )
    return list(connection.execute(states).scalars()) == [FileState.DESTROYED]


def list_holders(connection: sa.Connection, agency: str, sha256: str) -> tuple[BlobHolder, ...]:
    """Return the documents and copies that have a file as their own, also those whose content is gone."""
    found: dict[BlobHolder, None] = {}
    for direction, name, files in _HELD:
        of_it = sa.or_(*(name.table.c[file] == sha256 for file in files))
        query = _of(agency, sa.select(name).where(of_it), name.table)
        found.update(dict.fromkeys(BlobHolder(direction, holder) for holder in connection.execute(query).scalars()))
    return tuple(found)


def list_erased(connection: sa.Connection, agency: str, *, within: tuple[str, str] | None = None) -> tuple[str, ...]:
    """Return the names of the files that were destroyed at some time.

    Args:
        within: The first and the last name that are asked for; None for all.
    """
    tables = (ERASURE, DESTRUCTION)
    names = {table: sa.select(table.c.sha256).where(table.c[owner_column(table)] == agency) for table in tables}
    if within is not None:
        # Not BETWEEN: PostgreSQL takes no collation there.
        first, last = within
        names = {t: query.where(t.c.sha256 >= first, t.c.sha256 <= last) for t, query in names.items()}
    return tuple(connection.execute(sa.union(*names.values())).scalars())


def list_stored_anew(connection: sa.Connection, agency: str) -> frozenset[str]:
    """Return the names of the files that some document got after they were destroyed: they are needed again."""
    erased = sa.union_all(
        *(
            _of(agency, sa.select(table.c.sha256, table.c[time].label("at")), table)
            for table, time in ((ERASURE, "erased_at"), (DESTRUCTION, "destroyed_at"))
        )
    ).subquery()
    last = sa.select(erased.c.sha256, sa.func.max(erased.c.at).label("at")).group_by(erased.c.sha256).subquery()
    stored = sa.union_all(
        *(
            _of(agency, sa.select(table.c[name].label("sha256"), table.c[time].label("at")), table)
            for table, name, time in _STORED
        )
    ).subquery()
    query = sa.select(last.c.sha256).join(stored, last.c.sha256 == stored.c.sha256).where(stored.c.at > last.c.at)
    return frozenset(connection.execute(query).scalars())


def _of(agency: str, query: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    query = query.where(table.c[owner_column(table)] == agency)
    return query.where(_GOES_WITH_IT[table]) if table in _GOES_WITH_IT else query
