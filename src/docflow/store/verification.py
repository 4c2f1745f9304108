"""Verify a store against its own log: every leaf, node, checkpoint, row, register and file.

Invariants:
    - What is wrong is named: table, row, column. Nothing that is found stops the search for more.
    - Any content of the tables gives a report; only a file that is no database raises.

What it does not do: somebody who holds the log key can rewrite everything consistently; only a checkpoint kept
elsewhere (``checkpoint=``) or a counterparty's copy shows that (docs/spec/audit-log.md §6).

Source: docs/spec/audit-log.md §4, §6; RFC 9162 §2.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from docflow.audit import (
    Checkpoint,
    Frontier,
    Leaf,
    LogFinding,
    LogFindingCode,
    LogReport,
    OpenedLeaf,
    RegisterLink,
    VerifierKey,
    append_leaf,
    commit_payload,
    hash_leaf,
    root_of,
    verify_checkpoint,
)
from docflow.audit.leaves import SALT_BYTES
from docflow.errors import DocflowError
from docflow.model import COPY_REGISTER, INCOMING_REGISTER, REGISTER_OPENED
from docflow.ports import EntryKind
from docflow.store.blobs import BlobFolder
from docflow.store.erasing import list_erased, list_stored_anew
from docflow.store.leaf_rows import Key, founded_agencies, key_of, open_or_none, value_filled_in
from docflow.store.rows import logged_row
from docflow.store.tables import (
    AGENCY,
    AUDIT_CHECKPOINT,
    AUDIT_HEAD,
    AUDIT_LEAF,
    AUDIT_NODE,
    BLOB,
    METADATA,
    REGISTER_COUNTER,
    REGISTER_ENTRY,
    Proof,
    owner_column,
)

_ROWS_AT_ONCE = 500
_OUTSIDE = "checkpoint"
_DATES = {"register_entry": "issued_on", "incoming_entry": "registered_on", "copy_entry": "issued_on"}
_LINES = {INCOMING_REGISTER: "incoming_entry", COPY_REGISTER: "copy_entry"}


def verify_store(
    connection: sa.Connection, blobs: BlobFolder, *, agency: str, vkey: VerifierKey, checkpoint: str | None = None
) -> LogReport:
    """Verify an agency's part of a store; the connection is in a read transaction.

    (1) every leaf opens and stands in its place; (2) the tree, its stored nodes and head are those of the leaves;
    (3) every checkpoint is signed by the log key and has the root of the leaves, also the one from outside;
    (4) every row with evidence is as the last leaf that wrote it says; (5) registers run 1..n, each number naming the
    leaf of the number before; (6) every file has the bytes of its name.

    Args:
        vkey: The log's verifier key, from a source that the office cannot change, if there is one.
        checkpoint: A signed checkpoint kept elsewhere; the log must contain it.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; tables are missing or the file is damaged.
    """
    return _Verification(connection, blobs, agency=agency, vkey=vkey).run(checkpoint)


class _Verification:
    """State of one run; the steps are numbered in :func:`verify_store`."""

    def __init__(self, connection: sa.Connection, blobs: BlobFolder, *, agency: str, vkey: VerifierKey) -> None:
        self._connection = connection
        self._agency = agency
        self._blobs = blobs
        self._vkey = vkey
        self._findings: list[LogFinding] = []
        self._frontier = Frontier()
        self._rows: dict[tuple[str, Key], Mapping[str, object]] = {}
        self._registers: dict[Key, tuple[int, bytes, str | None]] = {}
        self._counts = {"rows": 0, "numbers": 0, "checkpoints": 0, "blobs": 0}

    def run(self, outside: str | None) -> LogReport:
        agency = self._agency
        self._check_key()
        self._check_strangers()
        signed = self._read_checkpoints()
        kept = self._read_outside(outside)
        nodes: dict[tuple[int, int], Mapping[str, Any]] = {
            (row["level"], row["position"]): row for row in self._all(AUDIT_NODE)
        }
        claimed: set[int] = set()
        for expected, row in enumerate(self._all(AUDIT_LEAF, order=AUDIT_LEAF.c.position)):
            self._check_leaf(row, expected, agency=agency, nodes=nodes)
            self._check_roots(signed, kept)
            claimed.add(row["signed_size"])
            if row["signed_size"] not in signed or row["signed_size"] < expected + 1:
                detail = "its transaction signed a checkpoint of this size, which is not there"
                self._add(
                    LogFindingCode.ROW_MISSING, AUDIT_CHECKPOINT.name, f"size={row['signed_size']}", detail=detail
                )
                self._changed(AUDIT_LEAF, row, "signed_size", detail="or the checkpoint was removed")
        self._check_leftovers(nodes, signed, kept, claimed=claimed)
        self._check_head(agency)
        self._check_rows()
        self._check_counters()
        self._check_entries()
        self._check_blobs()
        if self._frontier.size == 0:
            self._add(LogFindingCode.LOG_EMPTY, AUDIT_LEAF.name, "")
        return LogReport(
            agency=agency,
            vkey=str(self._vkey),
            size=self._frontier.size,
            root=root_of(self._frontier),
            findings=tuple(dict.fromkeys(self._findings)),
            **self._counts,
        )

    # ---- (0) what is compared with what

    def _check_key(self) -> None:
        for row in self._all(AGENCY):
            if row["vkey"] != str(self._vkey):
                detail = "the verifier key in use is another one"
                self._add(LogFindingCode.KEY_CHANGED, AGENCY.name, _name(AGENCY, row), column="vkey", detail=detail)

    def _check_strangers(self) -> None:
        """Rows of agencies that no log speaks of belong to nobody who could miss or disown them."""
        founded = list(founded_agencies(self._connection))
        for table in METADATA.sorted_tables:
            query = sa.select(table).where(table.c[owner_column(table)].not_in(founded)).limit(_ROWS_AT_ONCE)
            for row in self._connection.execute(query).mappings():
                self._add(LogFindingCode.ROW_UNKNOWN, table.name, _name(table, dict(row)), detail="no such agency")

    def _read_checkpoints(self) -> dict[int, Checkpoint | None]:
        signed: dict[int, Checkpoint | None] = {}
        for row in self._all(AUDIT_CHECKPOINT, order=AUDIT_CHECKPOINT.c.size):
            self._counts["checkpoints"] += 1
            key = _name(AUDIT_CHECKPOINT, row)
            signed[row["size"]] = None
            try:
                checkpoint = verify_checkpoint(row["note"], self._vkey)
            except DocflowError as exc:
                code = LogFindingCode.CHECKPOINT_NOT_SIGNED
                self._add(code, AUDIT_CHECKPOINT.name, key, column="note", detail=exc.message)
                continue
            if checkpoint.size != row["size"]:
                code = LogFindingCode.VALUE_CHANGED
                self._add(code, AUDIT_CHECKPOINT.name, key, column="size", detail=f"signed was {checkpoint.size}")
            signed[row["size"]] = checkpoint
        return signed

    def _read_outside(self, text: str | None) -> Checkpoint | None:
        if text is None:
            return None
        try:
            return verify_checkpoint(text, self._vkey)
        except DocflowError as exc:
            self._add(LogFindingCode.CHECKPOINT_NOT_SIGNED, _OUTSIDE, "from outside", detail=exc.message)
            return None

    # ---- (1) leaves

    def _check_leaf(
        self,
        row: Mapping[str, Any],
        expected: int,
        *,
        agency: str,
        nodes: dict[tuple[int, int], Mapping[str, Any]],
    ) -> None:
        if row["position"] != expected:
            detail = f"the leaf at {expected} is missing, or this one stood there"
            self._changed(AUDIT_LEAF, row, "position", detail=detail)
        opened = open_or_none(row["payload"])
        if opened is None:
            self._add(LogFindingCode.LEAF_NOT_OPENED, AUDIT_LEAF.name, _name(AUDIT_LEAF, row), column="payload")
        else:
            for column, value in (("type", opened.type), ("subject", opened.subject), ("agency", opened.agency)):
                if row[column] != value:
                    self._changed(AUDIT_LEAF, row, column, detail=f"the payload says {value!r}")
        leaf_hash = self._judge_hash(row)
        if opened is not None:
            self._replay(opened, leaf_hash)
        self._frontier, grown = append_leaf(self._frontier, leaf_hash)
        for node in grown[1:]:
            stored = nodes.pop((node.level, node.position), None)
            where = f"agency={agency}, level={node.level}, position={node.position}"
            if stored is None:
                self._add(LogFindingCode.ROW_MISSING, AUDIT_NODE.name, where)
                continue
            for column, expected_value in (("hash", node.hash), ("agency", agency)):
                if stored[column] != expected_value:
                    self._add(LogFindingCode.TREE_CHANGED, AUDIT_NODE.name, where, column=column)

    def _judge_hash(self, row: Mapping[str, Any]) -> bytes:
        """Say which of opening, leaf and hash contradicts the other two, and return the hash that two agree on."""
        salt, payload = row["salt"], row["payload"]
        committed: Leaf | None = commit_payload(payload, salt) if len(salt) == SALT_BYTES else None
        of_data, of_opening, stored = hash_leaf(row["data"]), committed.hash if committed else None, row["hash"]
        if of_data == of_opening == stored:
            return of_data
        if of_opening == stored:
            wrong: tuple[str, ...] = ("data",)
        elif of_opening == of_data:
            wrong = ("hash",)
        else:
            wrong = ("salt", "payload") if of_data == stored else ("data", "salt", "payload", "hash")
        for column in wrong:
            detail = "" if len(wrong) == 1 else f"one of {', '.join(wrong)}"
            self._add(
                LogFindingCode.LEAF_NOT_OPENED, AUDIT_LEAF.name, _name(AUDIT_LEAF, row), column=column, detail=detail
            )
        return of_opening if of_opening is not None and of_opening in {stored, of_data} else of_data

    def _replay(self, opened: OpenedLeaf, leaf_hash: bytes) -> None:
        for logged in opened.rows:
            self._rows[logged.table, key_of(logged, opened.agency)] = logged.values
        if opened.link is not None:
            self._follow(opened, opened.link, leaf_hash)

    def _follow(self, opened: OpenedLeaf, link: RegisterLink, leaf_hash: bytes) -> None:
        """(5) Each number is one more than the number before, and names its leaf."""
        key: Key = (opened.agency, link.register, link.year)
        number, previous, last = self._registers.get(key, (0, None, None))
        is_opening = opened.type == REGISTER_OPENED and previous is None and link.number >= 1
        if (link.number != number + 1 and not is_opening) or link.previous != previous:
            detail = f"number {link.number} does not follow number {number}"
            self._add(LogFindingCode.REGISTER_BROKEN, REGISTER_ENTRY.name, _join(REGISTER_ENTRY, key), detail=detail)
        dates = [row.values[_DATES[row.table]] for row in opened.rows if _DATES.get(row.table) in row.values]
        # The head keeps the latest date: a permitted date out of order does not turn it back.
        self._registers[key] = (link.number, leaf_hash, max((str(day) for day in (*dates, last) if day), default=None))

    # ---- (2), (3) tree and checkpoints

    def _check_roots(self, signed: Mapping[int, Checkpoint | None], kept: Checkpoint | None) -> None:
        size = self._frontier.size
        here = signed.get(size)
        if here is None and (kept is None or kept.size != size):
            return
        root = root_of(self._frontier)
        if here is not None and here.size == size and here.root != root:
            code = LogFindingCode.CHECKPOINT_CONTRADICTED
            self._add(code, AUDIT_CHECKPOINT.name, f"size={size}", column="note", detail="the leaves give another root")
        if kept is not None and kept.size == size and kept.root != root:
            detail = f"the checkpoint of {size} leaves has another root"
            self._add(LogFindingCode.CHECKPOINT_CONTRADICTED, _OUTSIDE, "from outside", detail=detail)

    def _check_leftovers(
        self,
        nodes: Mapping[tuple[int, int], Mapping[str, Any]],
        signed: Mapping[int, Checkpoint | None],
        kept: Checkpoint | None,
        *,
        claimed: set[int],
    ) -> None:
        size = self._frontier.size
        for row in nodes.values():
            self._add(LogFindingCode.ROW_UNKNOWN, AUDIT_NODE.name, _name(AUDIT_NODE, row))
        longest = max(signed, default=0)
        if longest > size:
            detail = f"a checkpoint was signed over {longest} leaves"
            self._add(LogFindingCode.ROW_MISSING, AUDIT_LEAF.name, f"position={size}..{longest - 1}", detail=detail)
        for at in sorted(set(signed) - claimed):
            code = LogFindingCode.LOG_TURNED_BACK if at > size else LogFindingCode.ROW_UNKNOWN
            self._add(code, AUDIT_CHECKPOINT.name, f"size={at}", detail=f"the log has {size} leaves")
        if kept is not None and kept.size > size:
            detail = f"it was signed over {kept.size} leaves, the log has {size}"
            self._add(LogFindingCode.LOG_TURNED_BACK, _OUTSIDE, "from outside", detail=detail)
        if size and size not in signed:
            self._add(LogFindingCode.ROW_MISSING, AUDIT_CHECKPOINT.name, f"size={size}", detail="the newest checkpoint")

    def _check_head(self, agency: str) -> None:
        found = list(self._all(AUDIT_HEAD))
        if not found and self._frontier.size:
            self._add(LogFindingCode.ROW_MISSING, AUDIT_HEAD.name, f"agency={agency}")
        expected = {"agency": agency, "size": self._frontier.size, "peaks": self._frontier.to_bytes()}
        for row in found:
            for column, value in expected.items():
                if row[column] != value:
                    self._add(LogFindingCode.TREE_CHANGED, AUDIT_HEAD.name, _name(AUDIT_HEAD, row), column=column)
        for row in self._all(AUDIT_CHECKPOINT):
            if row["agency"] != agency:
                self._changed(AUDIT_CHECKPOINT, row, "agency")

    # ---- (4) rows

    def _check_rows(self) -> None:
        for table in METADATA.sorted_tables:
            if not any(column.info["proof"] is Proof.ROWS for column in table.columns):
                continue
            for row in self._all(table):
                self._counts["rows"] += 1
                logged = logged_row(table, row)
                expected = self._rows.pop((logged.table, key_of(logged, self._agency)), None)
                if expected is None:
                    self._add(LogFindingCode.ROW_UNKNOWN, logged.table, _name(table, row))
                    continue
                for column, value in logged.values.items():
                    said = expected[column] if column in expected else value_filled_in(table.name, column, row)
                    if said != value:
                        self._changed(table, row, column, detail=f"logged was {said!r}")
        for name, key in self._rows:
            table_there = METADATA.tables.get(name)
            where = _join(table_there, key) if table_there is not None else str(key)
            self._add(LogFindingCode.ROW_MISSING, name, where)

    # ---- (5) registers

    def _check_counters(self) -> None:
        expected = dict(self._registers)
        for row in self._all(REGISTER_COUNTER):
            register = expected.pop((row["agency"], row["register"], row["year"]), None)
            if register is None:
                self._add(LogFindingCode.ROW_UNKNOWN, REGISTER_COUNTER.name, _name(REGISTER_COUNTER, row))
                continue
            number, leaf_hash, day = register
            for column, value in (("last_number", number), ("last_leaf_hash", leaf_hash), ("last_date", day)):
                if row[column] != value:
                    self._changed(REGISTER_COUNTER, row, column, detail="not what the chain of leaves gives")
        for key in expected:
            self._add(LogFindingCode.ROW_MISSING, REGISTER_COUNTER.name, _join(REGISTER_COUNTER, key))

    def _check_entries(self) -> None:
        """(5) Without its sub-numbers a register runs from 1, or from the number that a book before it ended with."""
        numbers: dict[Key, list[int]] = {}
        starts: dict[Key, int] = {}
        for table in (METADATA.tables[name] for name in _DATES):
            for row in self._all(table):
                key: Key = (row["agency"], row["register"], row["year"])
                self._counts["numbers"] += 1
                if row.get("kind") == EntryKind.OPENING:
                    starts[key] = row["number"]
                if not row.get("suffix"):
                    numbers.setdefault(key, []).append(row["number"])
        for key, found in numbers.items():
            start = starts.get(key, 1)
            missing = set(range(start, start + len(found))) - set(found)
            if missing:
                detail = f"numbers run {start}..{max(found)} without {', '.join(map(str, sorted(missing)[:10]))}"
                where = _join(REGISTER_ENTRY, key)
                name = _LINES.get(str(key[1]), str(REGISTER_ENTRY.name))
                self._add(LogFindingCode.REGISTER_BROKEN, name, where, column="number", detail=detail)

    # ---- (6) files

    def _check_blobs(self) -> None:
        erased = {*list_erased(self._connection, self._agency)} - list_stored_anew(self._connection, self._agency)
        for row in self._all(BLOB):
            self._counts["blobs"] += 1
            if row["sha256"] in erased and not self._blobs.path_of(row["sha256"]).exists():
                continue
            try:
                data = self._blobs.path_of(row["sha256"]).read_bytes()
            except (OSError, DocflowError) as exc:
                self._add(LogFindingCode.BLOB_MISSING, "blobs", str(row["sha256"]), detail=str(exc)[:200])
                continue
            if len(data) != row["size"] or hashlib.sha256(data).hexdigest() != row["sha256"]:
                detail = f"{len(data)} bytes on disk, {row['size']} recorded"
                self._add(LogFindingCode.BLOB_CHANGED, "blobs", row["sha256"], detail=detail)

    # ---- plumbing

    def _all(self, table: sa.Table, *, order: sa.ColumnElement[Any] | None = None) -> Iterator[dict[str, Any]]:
        query = sa.select(table).where(table.c[owner_column(table)] == self._agency)
        if order is not None:
            query = query.order_by(order)
        streamed = self._connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        return (dict(row) for row in streamed.mappings())

    def _changed(self, table: sa.Table, row: Mapping[str, Any], column: str, *, detail: str = "") -> None:
        self._add(LogFindingCode.VALUE_CHANGED, table.name, _name(table, row), column=column, detail=detail)

    def _add(self, code: LogFindingCode, table: str, key: str, *, column: str | None = None, detail: str = "") -> None:
        self._findings.append(LogFinding(code=code, table=str(table), key=key, column=column, detail=detail))


def _name(table: sa.Table, row: Mapping[str, Any]) -> str:
    return _join(table, tuple(row[column.name] for column in table.primary_key.columns))


def _join(table: sa.Table, key: Key) -> str:
    return ", ".join(f"{c.name}={value}" for c, value in zip(table.primary_key.columns, key, strict=False))
