"""Which files are destroyed: with a file past its retention, or because their sender took the document back.

What it does not do: it removes nothing from the disk; :class:`docflow.store.office_store.OfficeStore` does.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from docflow.store.tables import (
    ATTACHED_FILE,
    DESTRUCTION,
    DOCUMENT,
    DOCUMENT_COPY,
    DRAFT_VERSION,
    ERASURE,
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


def is_erased(connection: sa.Connection, agency: str, sha256: str) -> bool:
    """Return whether a file was destroyed, and no document got it again since."""
    is_recorded = bool(list_erased(connection, agency, within=(sha256, sha256)))
    return is_recorded and not list_stored_anew(connection, agency, only=sha256)


def list_stored_anew(connection: sa.Connection, agency: str, *, only: str | None = None) -> frozenset[str]:
    """Return the names of the files that some document got after they were destroyed: they are needed again.

    Args:
        only: The one name that is asked for; None for all.
    """
    erased = sa.union_all(
        *(
            _named(sa.select(table.c.sha256, table.c[time].label("at")), table.c.sha256, agency=agency, only=only)
            for table, time in ((ERASURE, "erased_at"), (DESTRUCTION, "destroyed_at"))
        )
    ).subquery()
    last = sa.select(erased.c.sha256, sa.func.max(erased.c.at).label("at")).group_by(erased.c.sha256).subquery()
    stored = sa.union_all(
        *(
            _named(
                sa.select(table.c[name].label("sha256"), table.c[time].label("at")),
                table.c[name],
                agency=agency,
                only=only,
            )
            for table, name, time in _STORED
        )
    ).subquery()
    query = sa.select(last.c.sha256).join(stored, last.c.sha256 == stored.c.sha256).where(stored.c.at > last.c.at)
    return frozenset(connection.execute(query).scalars())


def _named(query: sa.Select[Any], name: sa.Column[Any], *, agency: str, only: str | None) -> sa.Select[Any]:
    query = query.where(name.table.c[owner_column(name.table)] == agency)
    return query if only is None else query.where(name == only)
