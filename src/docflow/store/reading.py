"""What can be asked of a store without changing it.

Each function takes a connection in a read transaction, so that several answers fit together.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from docflow.audit import (
    InclusionProof,
    Leaf,
    NodeReader,
    encode_opening,
    format_time,
    prove_consistency,
    prove_inclusion,
)
from docflow.model import Agency, Document, DocumentState, IncomingDocument, IncomingState
from docflow.ports import (
    InboxRow,
    IncomingEntry,
    OutboxRow,
    OutboxState,
    ParcelRow,
    ReceiptRow,
    RegisterEntry,
)
from docflow.store import rows
from docflow.store.tables import (
    AGENCY,
    AUDIT_CHECKPOINT,
    AUDIT_LEAF,
    AUDIT_NODE,
    DOCUMENT,
    ERASURE,
    INBOX,
    INCOMING_DOCUMENT,
    INCOMING_ENTRY,
    OUTBOX,
    PARCEL,
    RECEIPT,
    REGISTER_ENTRY,
)

_Record = TypeVar("_Record")


def find_agency(connection: sa.Connection) -> tuple[Agency, str] | None:
    """Return the agency that keeps the store and its log's verifier key, or None for a new store."""
    row = connection.execute(sa.select(AGENCY)).mappings().first()
    return None if row is None else (rows.read_agency(row), row["vkey"])


def find_document(connection: sa.Connection, document_id: str) -> Document | None:
    """Return a document, or None."""
    row = connection.execute(sa.select(DOCUMENT).where(DOCUMENT.c.id == document_id)).mappings().first()
    return None if row is None else rows.read_document(row)


def list_documents(connection: sa.Connection, *, state: DocumentState | None = None) -> tuple[Document, ...]:
    """Return documents by time of drafting, then by id."""
    query = sa.select(DOCUMENT).order_by(DOCUMENT.c.drafted_at, DOCUMENT.c.id)
    if state is not None:
        query = query.where(DOCUMENT.c.state == state.value)
    return tuple(rows.read_document(row) for row in connection.execute(query).mappings())


def find_incoming(connection: sa.Connection, incoming_id: str) -> IncomingDocument | None:
    """Return an incoming document, or None."""
    return _find(connection, INCOMING_DOCUMENT, IncomingDocument, INCOMING_DOCUMENT.c.id == incoming_id)


def list_incoming(connection: sa.Connection, *, state: IncomingState | None = None) -> tuple[IncomingDocument, ...]:
    """Return incoming documents by time of arrival, then by id."""
    query = sa.select(INCOMING_DOCUMENT).order_by(INCOMING_DOCUMENT.c.arrived_at, INCOMING_DOCUMENT.c.id)
    if state is not None:
        query = query.where(INCOMING_DOCUMENT.c.state == state.value)
    return tuple(rows.read_record(IncomingDocument, row) for row in connection.execute(query).mappings())


def list_incoming_register(connection: sa.Connection, year: int) -> tuple[tuple[IncomingEntry, IncomingDocument], ...]:
    """Return the lines of a year's incoming register with their documents, by number."""
    entries = connection.execute(
        sa.select(INCOMING_ENTRY).where(INCOMING_ENTRY.c.year == year).order_by(INCOMING_ENTRY.c.number)
    ).mappings()
    documents = {document.id: document for document in list_incoming(connection)}
    found = [rows.read_record(IncomingEntry, row) for row in entries]
    return tuple((entry, documents[entry.incoming_id]) for entry in found if entry.incoming_id in documents)


def list_inbox(connection: sa.Connection) -> tuple[InboxRow, ...]:
    """Return what came from other agencies, in order of time."""
    query = sa.select(INBOX).order_by(INBOX.c.received_at, INBOX.c.parcel)
    return tuple(rows.read_record(InboxRow, row) for row in connection.execute(query).mappings())


def find_inbox(connection: sa.Connection, parcel: str) -> InboxRow | None:
    """Return what became of a parcel, or None."""
    return _find(connection, INBOX, InboxRow, INBOX.c.parcel == parcel)


def list_due_parcels(connection: sa.Connection, at: datetime) -> tuple[ParcelRow, ...]:
    """Return the parcels whose time has come, the oldest first."""
    query = sa.select(PARCEL).where(PARCEL.c.due_at <= format_time(at)).order_by(PARCEL.c.created_at, PARCEL.c.id)
    return tuple(rows.read_record(ParcelRow, row) for row in connection.execute(query).mappings())


def list_parcels(connection: sa.Connection, subject: str) -> tuple[ParcelRow, ...]:
    """Return the parcels that concern a document, the oldest first."""
    query = sa.select(PARCEL).where(PARCEL.c.subject == subject).order_by(PARCEL.c.created_at, PARCEL.c.id)
    return tuple(rows.read_record(ParcelRow, row) for row in connection.execute(query).mappings())


def list_receipts(connection: sa.Connection, subject: str) -> tuple[ReceiptRow, ...]:
    """Return the receipts that concern a document, in order of recording."""
    query = sa.select(RECEIPT).where(RECEIPT.c.subject == subject).order_by(RECEIPT.c.recorded_at, RECEIPT.c.id)
    return tuple(rows.read_record(ReceiptRow, row) for row in connection.execute(query).mappings())


def find_receipt(connection: sa.Connection, receipt_id: str) -> ReceiptRow | None:
    """Return a receipt, or None."""
    return _find(connection, RECEIPT, ReceiptRow, RECEIPT.c.id == receipt_id)


def list_erased(connection: sa.Connection) -> tuple[str, ...]:
    """Return the names of the files that are destroyed."""
    return tuple(connection.execute(sa.select(ERASURE.c.sha256)).scalars())


def list_register(
    connection: sa.Connection, year: int, *, register: str | None = None
) -> tuple[tuple[RegisterEntry, Document], ...]:
    """Return the lines of a year's registers with their documents, by register and number."""
    entry_columns = [column.label(f"entry_{column.name}") for column in REGISTER_ENTRY.columns]
    query = (
        sa.select(DOCUMENT, *entry_columns)
        .join_from(REGISTER_ENTRY, DOCUMENT, REGISTER_ENTRY.c.document_id == DOCUMENT.c.id)
        .where(REGISTER_ENTRY.c.year == year)
        .order_by(REGISTER_ENTRY.c.register, REGISTER_ENTRY.c.number)
    )
    if register is not None:
        query = query.where(REGISTER_ENTRY.c.register == register)
    found = connection.execute(query).mappings()
    return tuple((rows.read_entry(_only_entry(row)), rows.read_document(row)) for row in found)


def list_outbox(connection: sa.Connection, *, state: OutboxState | None = None) -> tuple[OutboxRow, ...]:
    """Return outbox rows by document and addressee."""
    query = sa.select(OUTBOX).order_by(OUTBOX.c.document_id, OUTBOX.c.position)
    if state is not None:
        query = query.where(OUTBOX.c.state == state.value)
    return tuple(
        OutboxRow(**{**row, "state": OutboxState(row["state"])}) for row in connection.execute(query).mappings()
    )


def last_checkpoint(connection: sa.Connection) -> tuple[int, str] | None:
    """Return size and note of the newest checkpoint, or None for an empty log."""
    query = (
        sa.select(AUDIT_CHECKPOINT.c.size, AUDIT_CHECKPOINT.c.note).order_by(AUDIT_CHECKPOINT.c.size.desc()).limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], row[1])


def list_leaves(connection: sa.Connection, subject: str) -> tuple[tuple[int, Leaf], ...]:
    """Return every leaf of a subject with its index, oldest first."""
    query = sa.select(AUDIT_LEAF).where(AUDIT_LEAF.c.subject == subject).order_by(AUDIT_LEAF.c.position)
    return tuple(
        (row["position"], Leaf(data=row["data"], salt=row["salt"], payload=row["payload"], hash=row["hash"]))
        for row in connection.execute(query).mappings()
    )


def build_proof(connection: sa.Connection, index: int, leaf: Leaf) -> InclusionProof:
    """Return the proof that a leaf stands in the newest signed tree, with its opening as extra data."""
    size, note = last_checkpoint(connection) or (0, "")
    path = prove_inclusion(index, size, read_node=node_reader(connection))
    return InclusionProof(index=index, path=path, checkpoint=note, extra=encode_opening(leaf))


def build_consistency(connection: sa.Connection, old_size: int) -> tuple[bytes, ...]:
    """Return the proof that the newest signed tree begins with the tree of ``old_size`` leaves."""
    size, _ = last_checkpoint(connection) or (0, "")
    return prove_consistency(old_size, size, read_node=node_reader(connection))


def node_reader(connection: sa.Connection) -> NodeReader:
    """Return a function that reads hashes of full subtrees; one not there gives 32 zero bytes, which prove nothing."""
    leaf_query = sa.select(AUDIT_LEAF.c.hash).where(AUDIT_LEAF.c.position == sa.bindparam("p"))
    node_query = sa.select(AUDIT_NODE.c.hash).where(
        AUDIT_NODE.c.level == sa.bindparam("l"), AUDIT_NODE.c.position == sa.bindparam("p")
    )

    def read(level: int, position: int) -> bytes:
        query, values = (leaf_query, {"p": position}) if level == 0 else (node_query, {"l": level, "p": position})
        found: bytes | None = connection.execute(query, values).scalar()
        return found if found is not None else bytes(32)

    return read


def _find(
    connection: sa.Connection, table: sa.Table, kind: type[_Record], *where: sa.ColumnElement[bool]
) -> _Record | None:
    row = connection.execute(sa.select(table).where(*where)).mappings().first()
    return None if row is None else rows.read_record(kind, row)


def _only_entry(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any join
    return {column.name: row[f"entry_{column.name}"] for column in REGISTER_ENTRY.columns}
