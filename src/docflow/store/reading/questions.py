"""What can be asked of a store without changing it.

Each function takes a connection in a read transaction, so that several answers fit together, and the code of the agency
that asks.

Invariants:
    - Every statement names the agency: what belongs to another one is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from docflow.audit import (
    InclusionProof,
    Leaf,
    NodeReader,
    encode_opening,
    format_time,
    prove_inclusion,
)
from docflow.model import Agency, Document, DocumentState, IncomingDocument, IncomingState, LinkKind
from docflow.office.reports.facts import ACCESSED
from docflow.ports import (
    InboxRow,
    IncomingEntry,
    OutboxRow,
    OutboxState,
    ParcelRow,
    ReceiptRow,
    RegisterEntry,
)
from docflow.store.mapping import rows
from docflow.store.tables import (
    AGENCY,
    AUDIT_CHECKPOINT,
    AUDIT_LEAF,
    AUDIT_NODE,
    BLOB,
    DOCUMENT,
    DOCUMENT_LINK,
    INBOX,
    INCOMING_DOCUMENT,
    INCOMING_ENTRY,
    OUTBOX,
    PARCEL,
    RECEIPT,
    REGISTER_ENTRY,
    owner_column,
)
from docflow.store.writing.record_unit import RECORDS, key_of

_Record = TypeVar("_Record")
_ENDED = (DocumentState.VOIDED.value, DocumentState.RECALLED.value)
"""Where an outgoing document says nothing any more."""
_DONE = tuple(
    state.value
    for state in (IncomingState.COMPLETED, IncomingState.FORWARDED, IncomingState.REFUSED, IncomingState.TAKEN_BACK)
)
"""Where nothing is to be done with an incoming document."""


def find_agency(connection: sa.Connection, agency: str) -> tuple[Agency, str] | None:
    """Return an agency that keeps the store and its log's verifier key, or None if it is not founded here."""
    row = connection.execute(_of(AGENCY, agency)).mappings().first()
    return None if row is None else (rows.read_agency(row), row["vkey"])


def list_agencies(connection: sa.Connection) -> tuple[tuple[Agency, str], ...]:
    """Return every agency of the database with its log's verifier key; for opening a store only."""
    return tuple((rows.read_agency(row), row["vkey"]) for row in connection.execute(sa.select(AGENCY)).mappings())


def find_document(connection: sa.Connection, agency: str, document_id: str) -> Document | None:
    """Return a document, or None."""
    row = connection.execute(_of(DOCUMENT, agency).where(DOCUMENT.c.id == document_id)).mappings().first()
    return None if row is None else rows.read_document(row)


def list_documents(
    connection: sa.Connection, agency: str, *, state: DocumentState | None = None
) -> tuple[Document, ...]:
    """Return documents by time of drafting, then by id."""
    query = _of(DOCUMENT, agency).order_by(DOCUMENT.c.drafted_at, DOCUMENT.c.id)
    if state is not None:
        query = query.where(DOCUMENT.c.state == state.value)
    return tuple(rows.read_document(row) for row in connection.execute(query).mappings())


def find_incoming(connection: sa.Connection, agency: str, incoming_id: str) -> IncomingDocument | None:
    """Return an incoming document, or None."""
    return _first(
        connection, _of(INCOMING_DOCUMENT, agency).where(INCOMING_DOCUMENT.c.id == incoming_id), IncomingDocument
    )


def list_incoming(
    connection: sa.Connection, agency: str, *, state: IncomingState | None = None, is_open: bool = False
) -> tuple[IncomingDocument, ...]:
    """Return incoming documents by time of arrival, then by id; ``is_open``: those only with which something is to do.

    Those are few, however many ever came: the database passes over the others, and no row of them is read here.
    """
    query = _of(INCOMING_DOCUMENT, agency).order_by(INCOMING_DOCUMENT.c.arrived_at, INCOMING_DOCUMENT.c.id)
    if state is not None:
        query = query.where(INCOMING_DOCUMENT.c.state == state.value)
    if is_open:
        query = query.where(INCOMING_DOCUMENT.c.state.not_in(_DONE))
    return tuple(rows.read_record(IncomingDocument, row) for row in connection.execute(query).mappings())


def list_incoming_register(
    connection: sa.Connection, agency: str, year: int, *, register: str | None = None
) -> tuple[tuple[IncomingEntry, IncomingDocument], ...]:
    """Return the lines of a year's incoming registers with their documents, by register and number."""
    entry_columns = [column.label(f"entry_{column.name}") for column in INCOMING_ENTRY.columns]
    query = (
        sa.select(INCOMING_DOCUMENT, *entry_columns)
        .join_from(
            INCOMING_ENTRY,
            INCOMING_DOCUMENT,
            sa.and_(
                INCOMING_ENTRY.c.agency == INCOMING_DOCUMENT.c.agency,
                INCOMING_ENTRY.c.incoming_id == INCOMING_DOCUMENT.c.id,
            ),
        )
        .where(_owns(INCOMING_ENTRY, agency), INCOMING_ENTRY.c.year == year)
        .order_by(INCOMING_ENTRY.c.register, INCOMING_ENTRY.c.number)
    )
    if register is not None:
        query = query.where(INCOMING_ENTRY.c.register == register)
    return tuple(
        (
            rows.read_record(IncomingEntry, _prefixed(INCOMING_ENTRY, row)),
            rows.read_record(IncomingDocument, _only(INCOMING_DOCUMENT, row)),
        )
        for row in connection.execute(query).mappings()
    )


def list_changes(connection: sa.Connection, agency: str) -> dict[str, list[tuple[LinkKind, str]]]:
    """Return by which documents others were replaced or corrected: kind and symbol, by the id of what was changed."""
    link, by, old = DOCUMENT_LINK, DOCUMENT.alias("by"), DOCUMENT.alias("old")
    # Two may have said that they replace it: one did.
    is_so = sa.or_(
        link.c.kind == LinkKind.CORRECTS.value,
        sa.and_(link.c.kind == LinkKind.REPLACES.value, old.c.replaced_by == link.c.document_id),
    )
    query = (
        sa.select(link.c.target, link.c.kind, by.c.symbol)
        .join_from(link, by, sa.and_(link.c.agency == by.c.agency, link.c.document_id == by.c.id))
        .join(old, sa.and_(link.c.agency == old.c.agency, link.c.target == old.c.id))
        .where(_owns(link, agency), is_so)
        .order_by(link.c.established_at, link.c.document_id)
    )
    found: dict[str, list[tuple[LinkKind, str]]] = {}
    for target, kind, symbol in connection.execute(query):
        found.setdefault(target, []).append((LinkKind(kind), symbol or ""))
    return found


def list_answer_symbols(connection: sa.Connection, agency: str) -> dict[str, list[str]]:
    """Return number and symbol of the outgoing documents that answer an incoming one, by the incoming one's id.

    What was voided or recalled answers nothing.

    One that the incoming document names comes first, then those that say of themselves that they answer it.
    """
    named = (
        sa.select(INCOMING_DOCUMENT.c.id, DOCUMENT.c.symbol)
        .join_from(
            INCOMING_DOCUMENT,
            DOCUMENT,
            sa.and_(INCOMING_DOCUMENT.c.agency == DOCUMENT.c.agency, INCOMING_DOCUMENT.c.answered_by == DOCUMENT.c.id),
        )
        .where(_owns(INCOMING_DOCUMENT, agency), DOCUMENT.c.state.not_in(_ENDED))
    )
    linked = (
        sa.select(DOCUMENT_LINK.c.target, DOCUMENT.c.symbol)
        .join_from(
            DOCUMENT_LINK,
            DOCUMENT,
            sa.and_(DOCUMENT_LINK.c.agency == DOCUMENT.c.agency, DOCUMENT_LINK.c.document_id == DOCUMENT.c.id),
        )
        .where(
            _owns(DOCUMENT_LINK, agency),
            DOCUMENT_LINK.c.kind == LinkKind.ANSWERS.value,
            DOCUMENT.c.state.not_in(_ENDED),
        )
        .order_by(DOCUMENT_LINK.c.established_at, DOCUMENT_LINK.c.document_id)
    )
    answers: dict[str, list[str]] = {}
    for query in (named, linked):
        for incoming_id, symbol in connection.execute(query):
            if symbol:
                answers.setdefault(incoming_id, []).append(symbol)
    return answers


def list_inbox(connection: sa.Connection, agency: str) -> tuple[InboxRow, ...]:
    """Return what came from other agencies, in order of time."""
    query = _of(INBOX, agency).order_by(INBOX.c.received_at, INBOX.c.parcel)
    return tuple(rows.read_record(InboxRow, row) for row in connection.execute(query).mappings())


def find_inbox(connection: sa.Connection, agency: str, parcel: str) -> InboxRow | None:
    """Return what became of a parcel, or None."""
    return _first(connection, _of(INBOX, agency).where(INBOX.c.parcel == parcel), InboxRow)


def list_due_parcels(connection: sa.Connection, agency: str, at: datetime) -> tuple[ParcelRow, ...]:
    """Return the parcels whose time has come, the oldest first."""
    query = _of(PARCEL, agency).where(PARCEL.c.due_at <= format_time(at)).order_by(PARCEL.c.created_at, PARCEL.c.id)
    return tuple(rows.read_record(ParcelRow, row) for row in connection.execute(query).mappings())


def list_parcels(connection: sa.Connection, agency: str, subject: str) -> tuple[ParcelRow, ...]:
    """Return the parcels that concern a document, the oldest first."""
    query = _of(PARCEL, agency).where(PARCEL.c.subject == subject).order_by(PARCEL.c.created_at, PARCEL.c.id)
    return tuple(rows.read_record(ParcelRow, row) for row in connection.execute(query).mappings())


def list_receipts(connection: sa.Connection, agency: str, subject: str) -> tuple[ReceiptRow, ...]:
    """Return the receipts that concern a document, in order of recording."""
    query = _of(RECEIPT, agency).where(RECEIPT.c.subject == subject).order_by(RECEIPT.c.recorded_at, RECEIPT.c.id)
    return tuple(rows.read_record(ReceiptRow, row) for row in connection.execute(query).mappings())


def find_receipt(connection: sa.Connection, agency: str, receipt_id: str) -> ReceiptRow | None:
    """Return a receipt, or None."""
    return _first(connection, _of(RECEIPT, agency).where(RECEIPT.c.id == receipt_id), ReceiptRow)


def find_record(
    connection: sa.Connection, agency: str, kind: type[_Record], *, key: Sequence[str | int]
) -> _Record | None:
    """Return the record with a key, the agency left out of it, or None."""
    table = RECORDS[kind]
    where = [table.c[name] == value for name, value in key_of(kind, key).items()]
    return _first(connection, _of(table, agency).where(*where), kind)


def list_records(
    connection: sa.Connection, agency: str, kind: type[_Record], *, where: Mapping[str, str | int | None]
) -> tuple[_Record, ...]:
    """Return the records whose columns have the values given, in the order of their keys."""
    table = RECORDS[kind]
    query = _of(table, agency).where(*(table.c[name] == value for name, value in where.items()))
    found = connection.execute(query.order_by(*table.primary_key.columns)).mappings()
    return tuple(rows.read_record(kind, row) for row in found)


def has_blob(connection: sa.Connection, agency: str, sha256: str) -> bool:
    """Return whether a file is the agency's."""
    return connection.execute(_of(BLOB, agency).where(BLOB.c.sha256 == sha256)).first() is not None


def list_register(
    connection: sa.Connection, agency: str, year: int, *, register: str | None = None
) -> tuple[tuple[RegisterEntry, Document | None], ...]:
    """Return the lines of a year's registers with their documents, by register and number."""
    entry_columns = [column.label(f"entry_{column.name}") for column in REGISTER_ENTRY.columns]
    query = (
        sa.select(DOCUMENT, *entry_columns)
        .join_from(
            REGISTER_ENTRY,
            DOCUMENT,
            sa.and_(REGISTER_ENTRY.c.agency == DOCUMENT.c.agency, REGISTER_ENTRY.c.document_id == DOCUMENT.c.id),
            isouter=True,
        )
        .where(_owns(REGISTER_ENTRY, agency), REGISTER_ENTRY.c.year == year)
        .order_by(REGISTER_ENTRY.c.register, REGISTER_ENTRY.c.number, REGISTER_ENTRY.c.suffix)
    )
    if register is not None:
        query = query.where(REGISTER_ENTRY.c.register == register)
    found = connection.execute(query).mappings()
    return tuple(
        (rows.read_entry(_prefixed(REGISTER_ENTRY, row)), rows.read_document(row) if row["id"] is not None else None)
        for row in found
    )


def list_outbox(
    connection: sa.Connection, agency: str, *, state: OutboxState | None = None, document_id: str | None = None
) -> tuple[OutboxRow, ...]:
    """Return outbox rows by document and addressee."""
    query = _of(OUTBOX, agency).order_by(OUTBOX.c.document_id, OUTBOX.c.position)
    if state is not None:
        query = query.where(OUTBOX.c.state == state.value)
    if document_id is not None:
        query = query.where(OUTBOX.c.document_id == document_id)
    return tuple(rows.read_record(OutboxRow, row) for row in connection.execute(query).mappings())


def last_checkpoint(connection: sa.Connection, agency: str) -> tuple[int, str] | None:
    """Return size and note of the newest checkpoint, or None for an empty log."""
    query = (
        sa.select(AUDIT_CHECKPOINT.c.size, AUDIT_CHECKPOINT.c.note)
        .where(_owns(AUDIT_CHECKPOINT, agency))
        .order_by(AUDIT_CHECKPOINT.c.size.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], row[1])


def list_leaves(connection: sa.Connection, agency: str, subject: str) -> tuple[tuple[int, Leaf], ...]:
    """Return every leaf of a subject with its index, oldest first; none that tells who looked at what."""
    query = (
        _of(AUDIT_LEAF, agency)
        .where(AUDIT_LEAF.c.subject == subject, AUDIT_LEAF.c.type != ACCESSED)
        .order_by(AUDIT_LEAF.c.position)
    )
    return tuple(
        (row["position"], Leaf(data=row["data"], salt=row["salt"], payload=row["payload"], hash=row["hash"]))
        for row in connection.execute(query).mappings()
    )


def build_proof(connection: sa.Connection, agency: str, *, index: int, leaf: Leaf) -> InclusionProof:
    """Return the proof that a leaf stands in the newest signed tree, with its opening as extra data."""
    size, note = last_checkpoint(connection, agency) or (0, "")
    path = prove_inclusion(index, size, read_node=node_reader(connection, agency))
    return InclusionProof(index=index, path=path, checkpoint=note, extra=encode_opening(leaf))


def node_reader(connection: sa.Connection, agency: str) -> NodeReader:
    """Return a function that reads hashes of full subtrees; one not there gives 32 zero bytes, which prove nothing."""
    leaf_query = sa.select(AUDIT_LEAF.c.hash).where(
        _owns(AUDIT_LEAF, agency), AUDIT_LEAF.c.position == sa.bindparam("p")
    )
    node_query = sa.select(AUDIT_NODE.c.hash).where(
        _owns(AUDIT_NODE, agency), AUDIT_NODE.c.level == sa.bindparam("l"), AUDIT_NODE.c.position == sa.bindparam("p")
    )

    def read(level: int, position: int) -> bytes:
        query, values = (leaf_query, {"p": position}) if level == 0 else (node_query, {"l": level, "p": position})
        found: bytes | None = connection.execute(query, values).scalar()
        return found if found is not None else bytes(32)

    return read


def _owns(table: sa.Table, agency: str) -> sa.ColumnElement[bool]:
    return table.c[owner_column(table)] == agency


def _of(table: sa.Table, agency: str) -> sa.Select[Any]:
    return sa.select(table).where(_owns(table, agency))


def _first(connection: sa.Connection, query: sa.Select[Any], kind: type[_Record]) -> _Record | None:
    row = connection.execute(query).mappings().first()
    return None if row is None else rows.read_record(kind, row)


def _prefixed(table: sa.Table, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any join
    return {column.name: row[f"entry_{column.name}"] for column in table.columns}


def _only(table: sa.Table, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any join
    return {column.name: row[column.name] for column in table.columns}
