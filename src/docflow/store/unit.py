"""One write transaction over the tables; what it writes is remembered for the audit leaf.

Invariants:
    - Every row with evidence that a method writes comes back from :meth:`SqlUnitOfWork.rows_written`.
    - The tree and one signed checkpoint are written by :meth:`SqlUnitOfWork.finish`, after the last leaf.

What it does not do: it neither begins nor commits; that is :class:`docflow.store.office_store.OfficeStore`.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from docflow.audit import (
    Frontier,
    Node,
    SignNote,
    VerifierKey,
    append_leaf,
    parse_frontier,
    root_of,
    sign_checkpoint,
)
from docflow.model import Agency, Document, RegisterKey
from docflow.ports import (
    BlobRow,
    LoggedRow,
    LogStatement,
    NewLeaf,
    OutboxRow,
    OutboxState,
    RegisterCounter,
    RegisterEntry,
    StoredAnswer,
)
from docflow.store import rows
from docflow.store.exchange_unit import ExchangeUnit, by_key, change, lost
from docflow.store.tables import (
    AGENCY,
    AUDIT_CHECKPOINT,
    AUDIT_HEAD,
    AUDIT_LEAF,
    AUDIT_NODE,
    BLOB,
    DOCUMENT,
    IDEMPOTENCY_ANSWER,
    LOG_STATEMENT,
    OUTBOX,
    REGISTER_COUNTER,
    REGISTER_ENTRY,
)

_FIND_ANSWER = sa.select(IDEMPOTENCY_ANSWER).where(IDEMPOTENCY_ANSWER.c.key == sa.bindparam("k"))
_FIND_AGENCY = sa.select(AGENCY).where(AGENCY.c.code == sa.bindparam("k"))
_FIND_DOCUMENT = sa.select(DOCUMENT).where(DOCUMENT.c.id == sa.bindparam("k")).with_for_update()
_FIND_BLOB = sa.select(BLOB.c.sha256).where(BLOB.c.sha256 == sa.bindparam("k"))
_FIND_OUTBOX = sa.select(OUTBOX).where(OUTBOX.c.document_id == sa.bindparam("k")).order_by(OUTBOX.c.position)
_FIND_HEAD = sa.select(AUDIT_HEAD).where(AUDIT_HEAD.c.agency == sa.bindparam("k")).with_for_update()


_FIND_STATEMENT = sa.select(LOG_STATEMENT).where(by_key(LOG_STATEMENT))
_FIND_COUNTER = sa.select(REGISTER_COUNTER).where(by_key(REGISTER_COUNTER)).with_for_update()
_CHANGE_COUNTER = (
    sa.update(REGISTER_COUNTER)
    .where(by_key(REGISTER_COUNTER), REGISTER_COUNTER.c.last_number == sa.bindparam("k_last_number"))
    .values({name: sa.bindparam(name) for name in ("last_number", "last_date", "last_leaf_hash")})
)
_CHANGE_HEAD = (
    sa.update(AUDIT_HEAD)
    .where(by_key(AUDIT_HEAD), AUDIT_HEAD.c.size == sa.bindparam("k_size"))
    .values({name: sa.bindparam(name) for name in ("size", "peaks")})
)


_CHANGE_DOCUMENT = change(DOCUMENT)
_CHANGE_ENTRY = change(REGISTER_ENTRY)
_CHANGE_OUTBOX = change(OUTBOX)


class SqlUnitOfWork(ExchangeUnit):
    """Implements :class:`docflow.ports.UnitOfWork` on a connection that is in a write transaction."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        super().__init__(connection)
        self._agency = agency
        self._leaves: list[NewLeaf] = []

    def find_answer(self, key: str) -> StoredAnswer | None:
        """Return the answer an idempotency key got, or None."""
        row = self._one(_FIND_ANSWER, k=key)
        return None if row is None else StoredAnswer(**row)

    def add_answer(self, answer: StoredAnswer) -> None:
        """Keep an answer."""
        row = {"key": answer.key, "fingerprint": answer.fingerprint, "answer": answer.answer}
        self._insert(IDEMPOTENCY_ANSWER, row)

    def find_agency(self) -> Agency | None:
        """Return the agency of this store as recorded, or None."""
        row = self._one(_FIND_AGENCY, k=self._agency)
        return None if row is None else rows.read_agency(row)

    def add_agency(self, agency: Agency, *, vkey: str) -> None:
        """Record the agency with the public key of its log."""
        self._insert(AGENCY, rows.write_agency(agency, vkey=vkey))

    def find_document(self, document_id: str) -> Document | None:
        """Return a document, or None."""
        row = self._one(_FIND_DOCUMENT, k=document_id)
        return None if row is None else rows.read_document(row)

    def add_document(self, document: Document) -> None:
        """Add a document."""
        self._insert(DOCUMENT, rows.write_document(document))

    def change_document(self, document: Document) -> None:
        """Replace a document."""
        self._update(DOCUMENT, _CHANGE_DOCUMENT, rows.write_document(document))

    def counter(self, key: RegisterKey) -> RegisterCounter:
        """Return a register's head, locked until the transaction ends; a new register begins at 0."""
        found = self._one(_FIND_COUNTER, k_agency=key.agency, k_register=key.register, k_year=key.year)
        return rows.read_counter(key, found)

    def advance_counter(self, counter: RegisterCounter) -> None:
        """Replace a register's head by compare-and-swap on the number before."""
        key = {"agency": counter.key.agency, "register": counter.key.register, "year": counter.key.year}
        values = {
            "last_number": counter.last_number,
            "last_date": counter.last_date.isoformat() if counter.last_date else None,
            "last_leaf_hash": counter.last_leaf_hash,
        }
        if counter.last_number == 1:
            self._connection.execute(sa.insert(REGISTER_COUNTER), {**key, **values})
            return
        bound = {f"k_{name}": value for name, value in key.items()}
        self._swap(_CHANGE_COUNTER, {**bound, "k_last_number": counter.last_number - 1, **values})

    def add_entry(self, entry: RegisterEntry) -> None:
        """Add a line to a register."""
        self._insert(REGISTER_ENTRY, rows.write_entry(entry))

    def change_entry(self, entry: RegisterEntry) -> None:
        """Replace a line of a register."""
        self._update(REGISTER_ENTRY, _CHANGE_ENTRY, rows.write_entry(entry))

    def add_outbox(self, outbox: Sequence[OutboxRow]) -> None:
        """Add outbox rows."""
        written = [
            {
                "document_id": row.document_id,
                "position": row.position,
                "addressee_code": row.addressee_code,
                "addressee_name": row.addressee_name,
                "state": row.state.value,
            }
            for row in outbox
        ]
        self._connection.execute(sa.insert(OUTBOX), written)
        for row in written:
            self._remember(OUTBOX, row)

    def change_outbox(self, document_id: str, *, state: OutboxState) -> None:
        """Set the state of every outbox row of a document."""
        for found in self._connection.execute(_FIND_OUTBOX, {"k": document_id}).mappings().all():
            self._update(OUTBOX, _CHANGE_OUTBOX, {**found, "state": state.value})

    def add_blob(self, blob: BlobRow) -> None:
        """Name a blob; naming it again changes nothing."""
        if self._one(_FIND_BLOB, k=blob.sha256) is None:
            self._insert(BLOB, {"sha256": blob.sha256, "size": blob.size})

    def find_statement(self, vkey: str) -> LogStatement | None:
        """Return the statement that vouches for a log key, or None."""
        row = self._one(_FIND_STATEMENT, k_agency=self._agency, k_vkey=vkey)
        return None if row is None else LogStatement(**row)

    def add_statement(self, statement: LogStatement) -> None:
        """Keep a statement that vouches for the log key."""
        row = {
            "agency": statement.agency,
            "vkey": statement.vkey,
            "statement": statement.statement,
            "cms_sha256": statement.cms_sha256,
        }
        self._insert(LOG_STATEMENT, row)

    def rows_written(self) -> Sequence[LoggedRow]:
        """Return the rows with evidence written since the last leaf, each once, as they are now."""
        return tuple(self._written.values())

    def add_leaf(self, leaf: NewLeaf) -> None:
        """Hand in a leaf; the tree and the checkpoint are written by :meth:`finish`."""
        self._leaves.append(leaf)
        self._written.clear()

    def finish(self, *, key: VerifierKey, sign: SignNote) -> None:
        """Append the leaves handed in and sign the new head.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; no leaf speaks of a row written, or another writer came between.
        """
        if self._written:
            raise lost("a row was written without an audit leaf")
        if not self._leaves:
            return
        found = self._one(_FIND_HEAD, k=self._agency)
        before = parse_frontier(found["size"], found["peaks"]) if found else Frontier()
        after, nodes = self._append(before)
        if nodes:
            self._connection.execute(sa.insert(AUDIT_NODE), nodes)
        values = {"size": after.size, "peaks": after.to_bytes()}
        if found:
            self._swap(_CHANGE_HEAD, {"k_agency": self._agency, "k_size": before.size, **values})
        else:
            self._connection.execute(sa.insert(AUDIT_HEAD), {"agency": self._agency, **values})
        note = sign_checkpoint(after.size, root_of(after), key=key, sign=sign)
        self._connection.execute(
            sa.insert(AUDIT_CHECKPOINT), {"agency": self._agency, "size": after.size, "note": note}
        )

    def _append(self, frontier: Frontier) -> tuple[Frontier, list[rows.Row]]:
        leaves: list[rows.Row] = []
        inner: list[Node] = []
        signed_size = frontier.size + len(self._leaves)
        for leaf in self._leaves:
            leaves.append(
                {
                    "agency": self._agency,
                    "position": frontier.size,
                    "type": leaf.type,
                    "subject": leaf.subject,
                    "data": leaf.data,
                    "salt": leaf.salt,
                    "payload": leaf.payload,
                    "hash": leaf.hash,
                    "signed_size": signed_size,
                }
            )
            frontier, nodes = append_leaf(frontier, leaf.hash)
            inner.extend(nodes[1:])
        self._connection.execute(sa.insert(AUDIT_LEAF), leaves)
        written = [
            {"agency": self._agency, "level": node.level, "position": node.position, "hash": node.hash}
            for node in inner
        ]
        return frontier, written
