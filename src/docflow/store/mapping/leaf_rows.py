"""What leaves say of rows and agencies, also leaves that an older schema wrote.

What it does not do: it verifies no leaf.

Source: docs/spec/audit-log.md §2.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa

from docflow.audit import OpenedLeaf, VerifierKey, open_payload
from docflow.errors import DocflowError
from docflow.model import fold_issuer, fold_symbol
from docflow.ports import LoggedRow
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping.logged import logged_keys
from docflow.store.tables import AGENCY, AUDIT_LEAF, METADATA, owner_column

Key = tuple[object, ...]
"""The key of a row, in the table's order."""
_FILLED_IN: Mapping[tuple[str, str], object] = {
    ("document", "series"): "hanh_chinh",
    ("document", "particulars"): "{}",
    ("document", "version"): 1,
    ("document", "remark_count"): 0,
    ("document", "attachment_count"): 0,
    ("incoming_document", "channel"): "exchange",
    ("incoming_document", "act_count"): 0,
    ("incoming_document", "signer_position"): "",
}
"""What migrations wrote into columns that they added, where it is not NULL and the same in every row."""


def identify_agency(connection: sa.Connection, vkey: VerifierKey, *, is_any_key_taken: bool = False) -> str:
    """Return the code of the agency whose log a key signs; empty if there is none.

    The first leaf of a log says it; where somebody changed that, the agency's row does.

    Args:
        is_any_key_taken: A store with one agency is that agency's, whatever key is given: for verifying, which tells
            that the key is another one.
    """
    founded = founded_agencies(connection)
    found = [code for code, key in founded.items() if key == str(vkey)]
    found += connection.execute(sa.select(AGENCY.c.code).where(AGENCY.c.vkey == str(vkey))).scalars()
    return next(iter(found or founded if is_any_key_taken and len(founded) == 1 else found), "")


def is_empty(connection: sa.Connection) -> bool:
    """Return whether no agency was founded in this database: neither a row says so nor a leaf."""
    return not any(
        connection.execute(sa.select(sa.literal(1)).select_from(t).limit(1)).first() for t in (AGENCY, AUDIT_LEAF)
    )


def founded_agencies(connection: sa.Connection) -> dict[str, str | None]:
    """Return the agencies whose logs begin here, with the verifier key that the first leaf registers."""
    founded: dict[str, str | None] = {}
    code = next_agency(connection, AUDIT_LEAF, None)
    while code is not None:
        query = sa.select(AUDIT_LEAF.c.payload).where(AUDIT_LEAF.c.agency == code, AUDIT_LEAF.c.position == 0)
        payload = connection.execute(query).scalar()
        opened = open_or_none(payload) if payload is not None else None
        if opened is not None:
            keys = [row.values.get("vkey") for row in opened.rows if row.table == AGENCY.name]
            founded[opened.agency] = str(keys[0]) if keys else None
        code = next_agency(connection, AUDIT_LEAF, code)
    return founded


def next_agency(connection: sa.Connection, table: sa.Table, after: str | None) -> str | None:
    """Return the next agency that has rows in a table, the first after None; the index knows, no row is read."""
    text, bind = _next_owner(table, is_first=after is None).for_dialect(connection.dialect)
    found: str | None = connection.exec_driver_sql(text, bind({"after": after} if after is not None else {})).scalar()
    return found


@functools.cache
def _next_owner(table: sa.Table, *, is_first: bool) -> Prepared:
    owner = table.c[owner_column(table)]
    query = sa.select(sa.func.min(owner))
    return Prepared(query if is_first else query.where(owner > sa.bindparam("after")))


def open_or_none(payload: bytes) -> OpenedLeaf | None:
    """Return the event of a payload, or None if it is malformed."""
    try:
        return open_payload(payload)
    except DocflowError:
        return None


def read_time(text: str) -> datetime | None:
    """Return the time of a leaf, or None if it says none."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is not None else None
    return None


def value_filled_in(table: str, column: str, row: Mapping[str, object]) -> object:
    """Return what a migration wrote into a column that it added: no leaf of the row's time speaks of it."""
    match table, column:
        case "incoming_document", "due_at":
            return f"{row['deadline']}T23:59:59.999+07:00" if row["deadline"] else None
        case "incoming_document", "issuer_key":
            return fold_issuer(str(row["sender_name"]))
        case "incoming_document", "symbol_key":
            return fold_symbol(str(row["symbol"]))
        case _:
            return _FILLED_IN.get((table, column))


def key_of(logged: LoggedRow, agency: str) -> Key:
    """Return the key in the table's order: canonical JSON sorts the columns by name.

    Leaves of older schemas lack columns that came into a key later: the owner is the log's agency, a suffix is empty.
    """
    table = METADATA.tables.get(logged.table)
    if table is None:
        return tuple(logged.key[name] for name in sorted(logged.key))
    absent = {owner_column(table): agency, "suffix": ""}
    return tuple(logged.key.get(name, absent.get(name)) for name in logged_keys(table))
