"""The part of a write transaction that concerns other agencies: inbox, incoming documents, receipts, parcels.

What it does not do: it begins and commits nothing; :class:`docflow.store.unit.SqlUnitOfWork` completes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from docflow.audit import format_time
from docflow.errors import ErrorCode, StoreUnavailable
from docflow.model import IncomingDocument
from docflow.ports import (
    Erasure,
    InboxRow,
    IncomingEntry,
    LoggedRow,
    OutboxRow,
    OutboxState,
    ParcelRow,
    ReceiptRow,
)
from docflow.store import rows
from docflow.store.tables import (
    AUDIT_CHECKPOINT,
    DOCUMENT,
    ERASURE,
    INBOX,
    INCOMING_DOCUMENT,
    INCOMING_ENTRY,
    OUTBOX,
    PARCEL,
    RECEIPT,
)

_Record = TypeVar("_Record")


def by_key(table: sa.Table) -> sa.ColumnElement[bool]:
    """Match a row by its key, bound to ``k_<column>`` so as not to meet the values of an UPDATE."""
    return sa.and_(*(column == sa.bindparam(f"k_{column.name}") for column in table.primary_key.columns))


def change(table: sa.Table) -> sa.Update:
    """Return the statement that replaces a row."""
    others: dict[str, Any] = {c.name: sa.bindparam(c.name) for c in table.columns if not c.primary_key}
    return sa.update(table).where(by_key(table)).values(others)


_FIND_OUTBOX = sa.select(OUTBOX).where(OUTBOX.c.document_id == sa.bindparam("k")).order_by(OUTBOX.c.position)
_FIND_NOTE = sa.select(AUDIT_CHECKPOINT.c.note).order_by(AUDIT_CHECKPOINT.c.size.desc()).limit(1)
_FIND_LOOKALIKE = sa.select(INCOMING_DOCUMENT.c.id).where(
    INCOMING_DOCUMENT.c.sender == sa.bindparam("sender"),
    INCOMING_DOCUMENT.c.symbol == sa.bindparam("symbol"),
    INCOMING_DOCUMENT.c.issued_on == sa.bindparam("day"),
    INCOMING_DOCUMENT.c.id != sa.bindparam("id"),
)
_FIND_PARCELS = sa.select(PARCEL).where(
    PARCEL.c.message == sa.bindparam("message"), PARCEL.c.recipient == sa.bindparam("recipient")
)
_NEEDED = (
    sa.select(INCOMING_DOCUMENT.c.id).where(
        sa.or_(INCOMING_DOCUMENT.c.message == sa.bindparam("sha"), INCOMING_DOCUMENT.c.pdf == sa.bindparam("sha")),
        INCOMING_DOCUMENT.c.id != sa.bindparam("besides"),
        INCOMING_DOCUMENT.c.state != "taken_back",
    ),
    sa.select(DOCUMENT.c.id).where(
        sa.or_(*(DOCUMENT.c[name] == sa.bindparam("sha") for name in ("draft_pdf", "leader_pdf", "sealed_pdf")))
    ),
)
_CHANGES = {table.name: change(table) for table in (INBOX, INCOMING_DOCUMENT, OUTBOX, PARCEL)}


class RowWriter:
    """Writes rows and remembers those with evidence for the leaf."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._written: dict[tuple[str, tuple[object, ...]], LoggedRow] = {}

    def _insert(self, table: sa.Table, row: rows.Row) -> None:
        self._connection.execute(sa.insert(table), row)
        self._remember(table, row)

    def _update(self, table: sa.Table, statement: sa.Update, row: rows.Row) -> None:
        bound = {f"k_{column.name}": row[column.name] for column in table.primary_key.columns}
        others = {column.name: row[column.name] for column in table.columns if not column.primary_key}
        self._swap(statement, {**bound, **others})
        self._remember(table, row)

    def _swap(self, statement: sa.Update, values: Mapping[str, Any]) -> None:
        if self._connection.execute(statement, dict(values)).rowcount != 1:
            raise lost("a row that was read is no longer as it was")

    def _remember(self, table: sa.Table, row: Mapping[str, Any]) -> None:
        logged = rows.logged_row(table, row)
        self._written[table.name, tuple(logged.key.values())] = logged

    def _one(self, statement: sa.Select[Any], **values: object) -> Mapping[str, Any] | None:
        row = self._connection.execute(statement, values).mappings().first()
        return None if row is None else dict(row)


class ExchangeUnit(RowWriter):
    """Implements the second half of :class:`docflow.ports.UnitOfWork`."""

    def list_outbox(self, document_id: str) -> Sequence[OutboxRow]:
        """Return the outbox rows of a document by position."""
        found = self._connection.execute(_FIND_OUTBOX, {"k": document_id}).mappings()
        return tuple(OutboxRow(**{**row, "state": OutboxState(row["state"])}) for row in found)

    def change_outbox_row(self, row: OutboxRow) -> None:
        """Replace one outbox row."""
        self._update(OUTBOX, _CHANGES[OUTBOX.name], rows.write_record(row))

    def last_checkpoint(self) -> str:
        """Return the newest signed checkpoint, that of the transaction before; empty if there is none."""
        return str(self._connection.execute(_FIND_NOTE).scalar() or "")

    def find_inbox(self, parcel: str) -> InboxRow | None:
        """Return what became of a parcel, or None if it never came."""
        return self._find(INBOX, InboxRow, parcel)

    def put_inbox(self, row: InboxRow) -> None:
        """Record what became of a parcel, or replace what an earlier look at it gave."""
        if self.find_inbox(row.parcel) is None:
            self._insert(INBOX, rows.write_record(row))
        else:
            self._update(INBOX, _CHANGES[INBOX.name], rows.write_record(row))

    def find_incoming(self, incoming_id: str) -> IncomingDocument | None:
        """Return an incoming document, or None."""
        return self._find(INCOMING_DOCUMENT, IncomingDocument, incoming_id)

    def find_lookalike(self, document: IncomingDocument) -> str | None:
        """Return another incoming document of the same sender, number, symbol and date, or None."""
        day = document.issued_on.isoformat() if document.issued_on else None
        values = {"sender": document.sender, "symbol": document.symbol, "day": day, "id": document.id}
        found: str | None = self._connection.execute(_FIND_LOOKALIKE, values).scalar()
        return found

    def add_incoming(self, document: IncomingDocument) -> None:
        """Add an incoming document."""
        self._insert(INCOMING_DOCUMENT, rows.write_record(document))

    def change_incoming(self, document: IncomingDocument) -> None:
        """Replace an incoming document."""
        self._update(INCOMING_DOCUMENT, _CHANGES[INCOMING_DOCUMENT.name], rows.write_record(document))

    def add_incoming_entry(self, entry: IncomingEntry) -> None:
        """Add a line to the incoming register."""
        self._insert(INCOMING_ENTRY, rows.write_record(entry))

    def is_blob_needed(self, sha256: str, *, besides: str) -> bool:
        """Return whether another document of this office still has a file as its own."""
        values = {"sha": sha256, "besides": besides}
        return any(self._connection.execute(query, values).first() is not None for query in _NEEDED)

    def add_erasure(self, erasure: Erasure) -> None:
        """Record that a file is destroyed; erasing it again changes nothing."""
        if self._find(ERASURE, Erasure, erasure.sha256) is None:
            self._insert(ERASURE, rows.write_record(erasure))

    def find_receipt(self, receipt_id: str) -> ReceiptRow | None:
        """Return a receipt, or None."""
        return self._find(RECEIPT, ReceiptRow, receipt_id)

    def add_receipt(self, receipt: ReceiptRow) -> None:
        """Add a receipt."""
        self._insert(RECEIPT, rows.write_record(receipt))

    def add_parcel(self, parcel: ParcelRow) -> None:
        """Add a parcel to be sent."""
        self._insert(PARCEL, rows.write_record(parcel))

    def find_parcels(self, *, message: str, recipient: str) -> Sequence[ParcelRow]:
        """Return the parcels that carry a message to an agency."""
        found = self._connection.execute(_FIND_PARCELS, {"message": message, "recipient": recipient}).mappings()
        return tuple(rows.read_record(ParcelRow, row) for row in found)

    def find_parcel(self, parcel: str, recipient: str) -> ParcelRow | None:
        """Return a parcel, or None."""
        return self._find(PARCEL, ParcelRow, parcel, recipient)

    def change_parcel(self, parcel: ParcelRow) -> None:
        """Replace a parcel; what is evidence in it needs a leaf."""
        self._update(PARCEL, _CHANGES[PARCEL.name], rows.write_record(parcel))

    def schedule_parcel(self, parcel: ParcelRow) -> None:
        """Set attempts and time of the next attempt; no evidence, no leaf."""
        due_at = format_time(parcel.due_at) if parcel.due_at else None
        self._connection.execute(
            sa.update(PARCEL)
            .where(PARCEL.c.id == parcel.id, PARCEL.c.recipient == parcel.recipient)
            .values(attempts=parcel.attempts, due_at=due_at)
        )

    def repeat_answers(self, in_reply_to: str, *, at: datetime) -> None:
        """Let every parcel that answers a parcel be sent once more; no evidence, no leaf."""
        self._connection.execute(
            sa.update(PARCEL).where(PARCEL.c.in_reply_to == in_reply_to).values(due_at=format_time(at))
        )

    def _find(self, table: sa.Table, kind: type[_Record], *key: str) -> _Record | None:
        bound = {f"k_{column.name}": value for column, value in zip(table.primary_key.columns, key, strict=True)}
        row = self._one(sa.select(table).where(by_key(table)), **bound)
        return None if row is None else rows.read_record(kind, row)


def lost(reason: str) -> StoreUnavailable:
    """Return the error of a transaction that must not be kept."""
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{reason}; nothing was kept",
        vi="Giao dịch bị hủy, chưa ghi gì.",
        way_out="repeat the same call",
    )
