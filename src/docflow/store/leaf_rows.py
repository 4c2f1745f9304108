"""What leaves say of rows and agencies, also leaves that an older schema wrote.

What it does not do: it verifies no leaf.

Source: docs/spec/audit-log.md §2.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.audit import OpenedLeaf, VerifierKey, open_payload
from docflow.errors import DocflowError
from docflow.ports import LoggedRow
from docflow.store.tables import AGENCY, AUDIT_LEAF, METADATA, owner_column

Key = tuple[object, ...]
"""The key of a row, in the table's order."""


def identify_agency(connection: sa.Connection, vkey: VerifierKey) -> str:
    """Return the code of the agency whose log a key signs, as its first leaf says; empty if there is none.

    A store with one agency is that agency's, whatever key is given: verifying it tells that the key is another one.
    """
    founded = founded_agencies(connection)
    found = [code for code, key in founded.items() if key == str(vkey)]
    return next(iter(found or founded if len(founded) == 1 else found), "")


def founded_agencies(connection: sa.Connection) -> dict[str, str | None]:
    """Return the agencies whose logs begin here, with the verifier key that the first leaf registers."""
    founded: dict[str, str | None] = {}
    for payload in connection.execute(sa.select(AUDIT_LEAF.c.payload).where(AUDIT_LEAF.c.position == 0)).scalars():
        opened = open_or_none(payload)
        if opened is not None:
            keys = [row.values.get("vkey") for row in opened.rows if row.table == AGENCY.name]
            founded[opened.agency] = str(keys[0]) if keys else None
    return founded


def open_or_none(payload: bytes) -> OpenedLeaf | None:
    """Return the event of a payload, or None if it is malformed."""
    try:
        return open_payload(payload)
    except DocflowError:
        return None


def key_of(logged: LoggedRow, agency: str) -> Key:
    """Return the key in the table's order: canonical JSON sorts the columns by name.

    Leaves of older schemas lack columns that came into a key later: the owner is the log's agency, a suffix is empty.
    """
    table = METADATA.tables.get(logged.table)
    if table is None:
        return tuple(logged.key[name] for name in sorted(logged.key))
    absent = {owner_column(table): agency, "suffix": ""}
    return tuple(logged.key.get(column.name, absent.get(column.name)) for column in table.primary_key.columns)
