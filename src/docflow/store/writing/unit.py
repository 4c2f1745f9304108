"""One write transaction over the tables; what it writes is remembered for the audit leaf.

Invariants:
    - Every row with evidence that a method writes comes back from :meth:`SqlUnitOfWork.rows_written`.
    - Of all who write for one agency, one is at work at a time: each holds the head of the agency's log.
    - The tree and one signed checkpoint are written by :meth:`SqlUnitOfWork.finish`, after the last leaf.

What it does not do: it neither begins nor commits; that is :class:`docflow.store.office_store.OfficeStore`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from docflow.audit import Frontier, SignNote, VerifierKey, append_leaves, parse_frontier, root_of, sign_checkpoint
from docflow.errors import ErrorCode, StoreUnavailable
from docflow.model import Agency, Document
from docflow.ports import BlobRow, LogStatement, NewLeaf, OutboxRow, StoredAnswer, WrittenRow
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping import rows
from docflow.store.mapping.leaf_rows import open_or_none, read_time
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
)
from docflow.store.writing.access_unit import AccessUnit
from docflow.store.writing.drafting_unit import DraftingUnit
from docflow.store.writing.group_unit import GroupUnit
from docflow.store.writing.record_unit import RecordUnit
from docflow.store.writing.remembered import MAX_PEOPLE, NOTHING, LogHead, Remembered
from docflow.store.writing.writer import INSERTS, by_key, lost, owned

_PREFETCHED = 256
_NAMES: list[sa.BindParameter[str]] = [sa.bindparam(f"name_{place}") for place in range(_PREFETCHED)]
_FIND_DOCUMENTS = Prepared(sa.select(DOCUMENT).where(owned(DOCUMENT), DOCUMENT.c.id.in_(_NAMES)))
_FIND_ANSWERS = Prepared(
    sa.select(IDEMPOTENCY_ANSWER).where(owned(IDEMPOTENCY_ANSWER), IDEMPOTENCY_ANSWER.c.key.in_(_NAMES))
)
_FIND_BOTH = Prepared(
    sa.select(
        DOCUMENT,
        IDEMPOTENCY_ANSWER.c.fingerprint.label("given_fingerprint"),
        IDEMPOTENCY_ANSWER.c.answer.label("given_answer"),
    )
    .join_from(
        DOCUMENT,
        IDEMPOTENCY_ANSWER,
        sa.and_(IDEMPOTENCY_ANSWER.c.agency == DOCUMENT.c.agency, IDEMPOTENCY_ANSWER.c.key == sa.bindparam("answer")),
        isouter=True,
    )
    .where(owned(DOCUMENT), DOCUMENT.c.id == sa.bindparam("document"))
)
_LOCK_HEAD = Prepared(sa.select(AUDIT_HEAD).where(owned(AUDIT_HEAD)).with_for_update())
_LOCK_NAME = Prepared(sa.select(sa.func.pg_advisory_xact_lock(0x646F6366, sa.func.hashtext(sa.bindparam("owner")))))
_CHANGE_HEAD = Prepared(
    sa.update(AUDIT_HEAD)
    .where(by_key(AUDIT_HEAD), AUDIT_HEAD.c.size == sa.bindparam("k_size"))
    .values({name: sa.bindparam(name) for name in ("size", "peaks")})
)


class SqlUnitOfWork(AccessUnit, DraftingUnit, GroupUnit, RecordUnit):
    """Implements :class:`docflow.ports.UnitOfWork` on a connection that is in a write transaction."""

    def __init__(
        self,
        connection: sa.Connection,
        *,
        agency: str,
        has_file: Callable[[str], bool],
        remembered: Remembered = NOTHING,
    ) -> None:
        super().__init__(connection, agency=agency)
        self._has_file = has_file
        self._answers: dict[str, StoredAnswer | None] = {}
        self._documents: dict[str, Document | None] = {}
        self._document_rows: dict[str, rows.Row] = {}
        self._blobs: dict[str, BlobRow] = {}
        self._last_time: datetime | None = None
        self._head_row = self._lock(is_server=connection.dialect.name == "postgresql")
        found = self._head_row
        self._head_after: LogHead | None = (found["size"], found["peaks"]) if found else None
        if remembered.head is not None and remembered.head == self._head_after:
            self._holdings.update(remembered.holdings)
            self._groups.update(remembered.groups)
            self._heads.update(remembered.registers)
            self._last_time = remembered.time

    def _lock(self, *, is_server: bool) -> dict[str, Any] | None:
        """Read the head of the agency's log and keep others from it; SQLite's writers wait before this already."""
        owner = {"owner": self._agency}
        found = self._runner.one(_LOCK_HEAD, owner)
        if found is None and is_server:
            # No row to lock yet: whoever founds the agency takes its name.
            self._runner.one(_LOCK_NAME, owner)
            found = self._runner.one(_LOCK_HEAD, owner)
        return found

    def prefetch(self, *, documents: Sequence[str], answers: Sequence[str]) -> None:
        """Read documents and answers that will be asked for, many with one statement; also which are not there."""
        self._answers.update(dict.fromkeys(answers))
        self._documents.update(dict.fromkeys(documents))
        for row in self._each(_FIND_DOCUMENTS, documents):
            self._meet(row)
        for row in self._each(_FIND_ANSWERS, answers):
            self._answers[row["key"]] = rows.read_plain(StoredAnswer, row)

    def prefetch_one(self, document_id: str, answer: str) -> None:
        """Read a document and the answer to a request about it with one statement."""
        row = self._runner.one(_FIND_BOTH, {"owner": self._agency, "document": document_id, "answer": answer})
        if row is None:
            self._documents[document_id] = None
            return
        fingerprint, text = row.pop("given_fingerprint"), row.pop("given_answer")
        is_given = fingerprint is not None
        self._answers[answer] = StoredAnswer(key=answer, fingerprint=fingerprint, answer=text) if is_given else None
        self._meet(row)

    def _meet(self, row: rows.Row) -> Document:
        """Return the document of a row, and remember both: what does not change is not written again."""
        document = rows.read_document(row)
        self._documents[document.id] = document
        self._document_rows[document.id] = row
        return document

    def _each(self, prepared: Prepared, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(names), _PREFETCHED):
            part = names[start : start + _PREFETCHED]
            # The statement has a fixed number of places; the last name fills those that are left.
            bound = {f"name_{place}": part[min(place, len(part) - 1)] for place in range(_PREFETCHED)}
            yield from self._runner.all(prepared, {"owner": self._agency, **bound})

    def find_answer(self, key: str) -> StoredAnswer | None:
        """Return the answer an idempotency key got, or None."""
        if key in self._answers:
            return self._answers[key]
        row = self._peek_row(IDEMPOTENCY_ANSWER, key)
        return None if row is None else StoredAnswer(key=key, fingerprint=row["fingerprint"], answer=row["answer"])

    def add_answer(self, answer: StoredAnswer) -> None:
        """Keep an answer."""
        row = {"key": answer.key, "fingerprint": answer.fingerprint, "answer": answer.answer}
        self._insert(IDEMPOTENCY_ANSWER, row)
        self._keep(self._answers, answer.key, answer)

    def find_agency(self) -> Agency | None:
        """Return the agency of this store as recorded, or None."""
        row = self._find_row(AGENCY)
        return None if row is None else rows.read_agency(row)

    def add_agency(self, agency: Agency, *, vkey: str) -> None:
        """Record the agency with the public key of its log."""
        self._insert(AGENCY, rows.write_agency(agency, vkey=vkey))

    def find_document(self, document_id: str) -> Document | None:
        """Return a document, or None."""
        if document_id in self._documents:
            return self._documents[document_id]
        row = self._peek_row(DOCUMENT, document_id)
        return None if row is None else self._meet(row)

    def add_document(self, document: Document) -> None:
        """Add a document."""
        row = rows.write_document(document)
        self._insert(DOCUMENT, row)
        self._keep(self._documents, document.id, document)
        self._keep(self._document_rows, document.id, row)

    def change_document(self, document: Document) -> None:
        """Replace a document."""
        known, before = self._documents.get(document.id), self._document_rows.get(document.id)
        if known is None or before is None:
            row, changed = rows.write_document(document), None
        else:
            row, changed = rows.write_document_change(document, known=known, row=before)
        self._update(DOCUMENT, row, columns=changed)
        self._keep(self._documents, document.id, document)
        self._keep(self._document_rows, document.id, row)

    def add_outbox(self, outbox: Sequence[OutboxRow]) -> None:
        """Add outbox rows."""
        for row in outbox:
            self._insert(OUTBOX, rows.write_record(row))

    def add_blob(self, blob: BlobRow) -> None:
        """Name a blob; naming it again changes nothing.

        Raises:
            StoreUnavailable: ``STORE_BUSY``; its file is not there: it was destroyed after it was stored.
        """
        if not self._has_file(blob.sha256):
            raise StoreUnavailable(
                ErrorCode.STORE_BUSY,
                f"the file {blob.sha256} was destroyed by another process after it was stored",
                vi="Tệp vừa lưu đã bị một tiến trình khác hủy.",
                way_out="repeat the same call; nothing was written",
            )
        if blob.sha256 not in self._blobs and self._peek_row(BLOB, blob.sha256) is None:
            self._insert(BLOB, {"sha256": blob.sha256, "size": blob.size})
        self._keep(self._blobs, blob.sha256, blob)

    def has_blob(self, sha256: str) -> bool:
        """Return whether a file is named here."""
        return self._peek_row(BLOB, sha256) is not None

    def find_statement(self, vkey: str) -> LogStatement | None:
        """Return the statement that vouches for a log key, or None."""
        return self._find(LOG_STATEMENT, LogStatement, vkey)

    def add_statement(self, statement: LogStatement) -> None:
        """Keep a statement that vouches for the log key."""
        self._insert(LOG_STATEMENT, rows.write_record(statement))

    def last_time(self) -> datetime | None:
        """Return the time of the newest leaf, or None if there is none, or none that can be read."""
        if self._leaves:
            return self._leaves[-1].time
        if self._last_time is None and self._head_row is not None and self._head_row["size"]:
            found = self._peek_row(AUDIT_LEAF, self._head_row["size"] - 1)
            opened = open_or_none(found["payload"]) if found else None
            self._last_time = read_time(opened.time) if opened else None
        return self._last_time

    def rows_written(self) -> Sequence[WrittenRow]:
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
        self._check_told()
        self.flush()
        if self._leaves:
            self._finish_heads(self._runner)
            self._append(key=key, sign=sign)
        self._runner.close()

    def remember(self) -> Remembered:
        """Return what the next transaction need not read again, once this one is committed."""
        holdings = self._holdings if len(self._holdings) <= MAX_PEOPLE else {}
        return Remembered(
            head=self._head_after,
            holdings=holdings,
            groups=self._groups,
            registers=self._heads_after(),
            time=self._leaves[-1].time if self._leaves else self._last_time,
        )

    def _append(self, *, key: VerifierKey, sign: SignNote) -> None:
        found = self._head_row
        before = parse_frontier(found["size"], found["peaks"]) if found else Frontier()
        frontier, full = append_leaves(before, [leaf.hash for leaf in self._leaves])
        owner = {"agency": self._agency, "signed_size": frontier.size}
        leaves = [
            {**msgspec.structs.asdict(leaf), **owner, "position": position}
            for position, leaf in enumerate(self._leaves, start=before.size)
        ]
        nodes = [{**msgspec.structs.asdict(node), "agency": self._agency} for node in full]
        self._runner.run_many(INSERTS[AUDIT_LEAF.name], leaves)
        if nodes:
            self._runner.run_many(INSERTS[AUDIT_NODE.name], nodes)
        head: dict[str, Any] = {"size": frontier.size, "peaks": frontier.to_bytes()}
        if found is None:
            self._runner.run(INSERTS[AUDIT_HEAD.name], {"agency": self._agency, **head})
        elif self._runner.run(_CHANGE_HEAD, {"k_agency": self._agency, "k_size": before.size, **head}) != 1:
            raise lost("another writer came between")
        self._head_after = head["size"], head["peaks"]
        note = sign_checkpoint(frontier.size, root_of(frontier), key=key, sign=sign)
        values = {"agency": self._agency, "size": frontier.size, "note": note}
        self._runner.run(INSERTS[AUDIT_CHECKPOINT.name], values)
