"""Verify a store against its own log: every leaf, node, checkpoint, row, register and file.

Invariants:
    - What is wrong is named: table, row, column. Nothing that is found stops the search for more.
    - Any content of the tables gives a report; only a file that is no database raises.
    - Memory does not grow with the office: what must be kept of each row lies in a file without a name (docs/adr/0082).

What it does not do: somebody who holds the log key can rewrite everything consistently; only a checkpoint kept
elsewhere (``checkpoint=``) or a counterparty's copy shows that (docs/spec/audit-log.md §6).

Source: docs/spec/audit-log.md §4, §6; RFC 9162 §2.1.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.audit import LogReport, VerifierKey, root_of
from docflow.store.blobs import BlobFolder
from docflow.store.checking.examination import Examination, Tick
from docflow.store.checking.last_writes import LastWrites
from docflow.store.checking.log_check import LogCheck
from docflow.store.checking.record_check import RecordCheck
from docflow.store.checking.schema_check import check_schema
from docflow.store.checking.scratch import Scratch


def verify_store(
    connection: sa.Connection,
    blobs: BlobFolder,
    *,
    agency: str,
    vkey: VerifierKey,
    checkpoint: str | None = None,
    tick: Tick | None = None,
) -> LogReport:
    """Verify an agency's part of a store; the connection is in a read transaction.

    (1) every leaf opens and stands in its place; (2) the tree, its stored nodes and head are those of the leaves;
    (3) every checkpoint is signed by the log key and has the root of the leaves, also the one from outside;
    (4) every row with evidence is as the last leaf that wrote it says; (5) registers run 1..n, each number naming the
    leaf of the number before, and no two lines of a year have one symbol; (6) every file has the bytes of its name;
    (7) the tables are those that the migrations made (:mod:`docflow.store.checking.schema_check`).

    Args:
        vkey: The log's verifier key, from a source that the office cannot change, if there is one.
        checkpoint: A signed checkpoint kept elsewhere; the log must contain it.
        tick: Told from time to time how far it has come.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; tables are missing or the file is damaged, or the folder for temporary
            files is full.
    """
    found = Examination(connection, agency=agency, tick=tick)
    check_schema(found)
    with Scratch(tuple[int | None, bytes]) as scratch:
        writes = LastWrites(scratch)
        log = LogCheck(found, vkey=vkey, writes=writes)
        registers = log.run(checkpoint)
        records = RecordCheck(found, blobs, registers=registers, writes=writes)
        records.run()
    return LogReport(
        agency=agency,
        vkey=str(vkey),
        size=log.frontier.size,
        root=root_of(log.frontier),
        findings=tuple(found.findings),
        left_out=found.left_out,
        notes=tuple(found.notes),
        rows=records.rows,
        numbers=records.numbers,
        checkpoints=log.checkpoints,
        blobs=records.blobs,
    )
