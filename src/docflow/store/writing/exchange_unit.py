"""The part of a write transaction that concerns other agencies: inbox, incoming documents, receipts, parcels.

What it does not do: it begins and commits nothing; :class:`docflow.store.writing.unit.SqlUnitOfWork` completes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from docflow.audit import format_time
from docflow.model import Direction, IncomingDocument, looks_alike
from docflow.ports import (
    BlobHolder,
    Erasure,
    InboxRow,
    IncomingEntry,
    OutboxRow,
    ParcelRow,
    ReceiptRow,
)
from docflow.store import erasing
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping import rows
from docflow.store.tables import (
    AUDIT_CHECKPOINT,
    ERASURE,
    INBOX,
    INCOMING_DOCUMENT,
    INCOMING_ENTRY,
    OUTBOX,
    PARCEL,
    RECEIPT,
)
from docflow.store.writing.forgetting import FORGET_WORDS
from docflow.store.writing.writer import RowWriter, owned

_FIND_OUTBOX = Prepared(
    sa.select(OUTBOX).where(owned(OUTBOX), OUTBOX.c.document_id == sa.bindparam("document")).order_by(OUTBOX.c.position)
)
_FIND_NOTE = Prepared(
    sa.select(AUDIT_CHECKPOINT.c.note)
    .where(owned(AUDIT_CHECKPOINT))
    .order_by(AUDIT_CHECKPOINT.c.size.desc())
    .limit(sa.literal_column("1"))
)
_FIND_SAME_SYMBOL = Prepared(
    sa.select(INCOMING_DOCUMENT).where(
        owned(INCOMING_DOCUMENT),
        INCOMING_DOCUMENT.c.symbol_key == sa.bindparam("symbol"),
        sa.or_(
            INCOMING_DOCUMENT.c.issuer_key == sa.bindparam("issuer"),
            INCOMING_DOCUMENT.c.sender == sa.bindparam("sender"),
        ),
        INCOMING_DOCUMENT.c.id != sa.bindparam("name"),
    )
)
_FIND_SAME_IDENTIFIER = Prepared(
    sa.select(INCOMING_DOCUMENT).where(
        owned(INCOMING_DOCUMENT),
        INCOMING_DOCUMENT.c.document_id == sa.bindparam("identifier"),
        INCOMING_DOCUMENT.c.id != sa.bindparam("name"),
    )
)
_FIND_ANSWERED = Prepared(
    sa.select(INCOMING_DOCUMENT.c.id)
    .where(
        owned(INCOMING_DOCUMENT),
        INCOMING_DOCUMENT.c.answered_by == sa.bindparam("document"),
        INCOMING_DOCUMENT.c.state == sa.literal_column("'completed'"),
    )
    .order_by(INCOMING_DOCUMENT.c.id)
)
_FIND_PARCELS = Prepared(
    sa.select(PARCEL).where(
        owned(PARCEL), PARCEL.c.message == sa.bindparam("message"), PARCEL.c.recipient == sa.bindparam("recipient")
    )
)


_SCHEDULE = Prepared(
    sa.update(PARCEL)
    .where(owned(PARCEL), PARCEL.c.id == sa.bindparam("parcel"), PARCEL.c.recipient == sa.bindparam("to"))
    .values(attempts=sa.bindparam("attempts"), due_at=sa.bindparam("due_at"))
)
_REPEAT = Prepared(
    sa.update(PARCEL)
    .where(owned(PARCEL), PARCEL.c.in_reply_to == sa.bindparam("parcel"))
    .values(due_at=sa.bindparam("due_at"))
)


class ExchangeUnit(RowWriter):
    """Implements the second half of :class:`docflow.ports.UnitOfWork`."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        super().__init__(connection, agency=agency)
        self._connection = connection
        self._incoming: dict[str, tuple[IncomingDocument, rows.Row] | None] = {}

    def list_outbox(self, document_id: str) -> Sequence[OutboxRow]:
        """Return the outbox rows of a document by position."""
        return tuple(rows.read_plain(OutboxRow, row) for row in self._all(_FIND_OUTBOX, document=document_id))

    def change_outbox_row(self, row: OutboxRow) -> None:
        """Replace one outbox row."""
        self._update(OUTBOX, rows.write_record(row))

    def last_checkpoint(self) -> str:
        """Return the newest signed checkpoint, that of the transaction before; empty if there is none."""
        found = self._runner.one(_FIND_NOTE, {"owner": self._agency})
        return str(found["note"]) if found else ""

    def find_inbox(self, parcel: str) -> InboxRow | None:
        """Return what became of a parcel, or None if it never came."""
        return self._find(INBOX, InboxRow, parcel)

    def put_inbox(self, row: InboxRow) -> None:
        """Record what became of a parcel, or replace what an earlier look at it gave."""
        if self.find_inbox(row.parcel) is None:
            self._insert(INBOX, rows.write_record(row))
        else:
            self._update(INBOX, rows.write_record(row))

    def find_incoming(self, incoming_id: str) -> IncomingDocument | None:
        """Return an incoming document, or None."""
        if incoming_id not in self._incoming:
            row = self._peek_row(INCOMING_DOCUMENT, incoming_id)
            self._incoming[incoming_id] = None if row is None else (rows.read_plain(IncomingDocument, row), row)
        known = self._incoming[incoming_id]
        return None if known is None else known[0]

    def list_answered(self, document_id: str) -> Sequence[str]:
        """Return the ids of the completed incoming documents that an outgoing one answers, in order."""
        return tuple(row["id"] for row in self._all(_FIND_ANSWERED, document=document_id))

    def find_lookalike(self, document: IncomingDocument) -> str | None:
        """Return the first other document with this one's identifier, or its issuer, symbol and year."""
        found: list[dict[str, Any]] = []
        # An empty symbol or identifier is that of every letter on paper: it is not looked for.
        if document.symbol_key:
            same = {"symbol": document.symbol_key, "issuer": document.issuer_key, "sender": document.sender}
            found += self._all(_FIND_SAME_SYMBOL, name=document.id, **same)
        if document.document_id:
            found += self._all(_FIND_SAME_IDENTIFIER, name=document.id, identifier=document.document_id)
        found.sort(key=lambda row: (row["arrived_at"], row["id"]))
        others = (rows.read_plain(IncomingDocument, row) for row in found)
        return next((other.id for other in others if looks_alike(document, other)), None)

    def add_incoming(self, document: IncomingDocument) -> None:
        """Add an incoming document."""
        row = rows.write_record(document)
        self._insert(INCOMING_DOCUMENT, row)
        self._keep(self._incoming, document.id, (document, row))

    def change_incoming(self, document: IncomingDocument) -> None:
        """Replace an incoming document."""
        known = self._incoming.get(document.id)
        if known is None:
            row, changed = rows.write_record(document), None
        else:
            row, changed = rows.write_change(document, known=known[0], row=known[1])
        self._update(INCOMING_DOCUMENT, row, columns=changed)
        self._keep(self._incoming, document.id, (document, row))

    def add_incoming_entry(self, entry: IncomingEntry) -> None:
        """Add a line to the incoming register."""
        self._insert(INCOMING_ENTRY, rows.write_record(entry))

    def list_blob_holders(self, sha256: str) -> Sequence[BlobHolder]:
        """Return the documents and copies that have a file as their own, also those whose content is gone."""
        self.flush()
        return erasing.list_holders(self._connection, self._agency, sha256)

    def put_erasure(self, erasure: Erasure) -> None:
        """Record that a file is destroyed, or, if it came again since, that it is destroyed again."""
        if self._find(ERASURE, Erasure, erasure.sha256) is None:
            self._insert(ERASURE, rows.write_record(erasure))
        else:
            self._update(ERASURE, rows.write_record(erasure))

    def is_content_gone(self, direction: Direction, document_id: str) -> bool:
        """Return whether a document was given back, or a destroyed file held it and none that is not destroyed does."""
        self.flush()
        return erasing.is_content_gone(self._connection, self._agency, direction=direction, document_id=document_id)

    def forget_words(self, direction: Direction, document_id: str) -> None:
        """Take what the files of a document say out of the index to search by; no evidence, no leaf."""
        self._now(FORGET_WORDS, way=direction.value, document=document_id)

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
        found = self._all(_FIND_PARCELS, message=message, recipient=recipient)
        return tuple(rows.read_plain(ParcelRow, row) for row in found)

    def find_parcel(self, parcel: str, recipient: str) -> ParcelRow | None:
        """Return a parcel, or None."""
        return self._find(PARCEL, ParcelRow, parcel, recipient)

    def change_parcel(self, parcel: ParcelRow) -> None:
        """Replace a parcel; what is evidence in it needs a leaf."""
        self._update(PARCEL, rows.write_record(parcel))

    def schedule_parcel(self, parcel: ParcelRow) -> None:
        """Set attempts and time of the next attempt; no evidence, no leaf."""
        due_at = format_time(parcel.due_at) if parcel.due_at else None
        self._now(_SCHEDULE, parcel=parcel.id, to=parcel.recipient, attempts=parcel.attempts, due_at=due_at)

    def repeat_answers(self, in_reply_to: str, *, at: datetime) -> None:
        """Let every parcel that answers a parcel be sent once more; no evidence, no leaf."""
        self._now(_REPEAT, parcel=in_reply_to, due_at=format_time(at))
