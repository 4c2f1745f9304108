"""The part of a write transaction that concerns accesses.

Invariants:
    - Positions follow one another without gap; an access id is recorded once, whatever still waits to be written.

What it does not do: it begins and commits nothing; :class:`docflow.store.writing.unit.SqlUnitOfWork` completes it.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from docflow.model import AccessEntry
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping import rows
from docflow.store.tables import ACCESS_ENTRY
from docflow.store.writing.writer import RowWriter, owned

_ASKED_AT_ONCE = 256
_IDS: list[sa.BindParameter[str]] = [sa.bindparam(f"id_{place}") for place in range(_ASKED_AT_ONCE)]
# IS NOT NULL: SQLite takes the index, which knows no others, only if it hears so.
_FIND = Prepared(
    sa.select(ACCESS_ENTRY).where(
        owned(ACCESS_ENTRY), ACCESS_ENTRY.c.access_id.in_(_IDS), ACCESS_ENTRY.c.access_id.is_not(None)
    )
)
_FIND_LAST = Prepared(
    sa.select(ACCESS_ENTRY.c.position)
    .where(owned(ACCESS_ENTRY))
    .order_by(ACCESS_ENTRY.c.position.desc())
    .limit(sa.literal_column("1"))
)
_NEXT = ""
"""The key under which the next position is kept."""


class AccessUnit(RowWriter):
    """Writes accesses."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        super().__init__(connection, agency=agency)
        # What waits is known here, so that nothing needs to be handed to the database for being asked for.
        self._accesses: dict[str, AccessEntry] = {}
        self._next_access: dict[str, int] = {}

    def next_access(self) -> int:
        """Return the position of the next access."""
        known = self._next_access.get(_NEXT)
        if known is None:
            row = self._runner.one(_FIND_LAST, {"owner": self._agency})
            known = 0 if row is None else int(row["position"]) + 1
        return known

    def find_accesses(self, access_ids: Sequence[str]) -> Sequence[AccessEntry]:
        """Return the accesses recorded under these ids, also in this transaction."""
        found = [self._accesses[name] for name in access_ids if name in self._accesses]
        asked = [name for name in access_ids if name not in self._accesses]
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            # The statement has a fixed number of places; the last id fills those that are left.
            bound = {f"id_{place}": part[min(place, len(part) - 1)] for place in range(_ASKED_AT_ONCE)}
            known = self._runner.all(_FIND, {"owner": self._agency, **bound})
            found += (rows.read_plain(AccessEntry, row) for row in known)
        return found

    def add_accesses(self, entries: Sequence[AccessEntry]) -> None:
        """Add accesses whose positions follow one another from :meth:`next_access`."""
        for entry in entries:
            self._insert(ACCESS_ENTRY, rows.write_record(entry))
            if entry.access_id is not None:
                self._keep(self._accesses, entry.access_id, entry)
        if entries:
            self._keep(self._next_access, _NEXT, entries[-1].position + 1)
