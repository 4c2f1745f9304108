"""The tables of the audit log: its statements, leaves, hashes and checkpoints.

As in :mod:`docflow.store.tables`, every column says what proves it.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables.columns import (
    SHA256,
    Proof,
    bytes_column,
    integer_column,
    make_table,
    owner,
    refers,
    text_column,
)

LOG_STATEMENT = make_table(
    "log_statement",
    owner(),
    text_column("vkey", "verifier key of the log", primary_key=True),
    text_column("statement", "text that was signed"),
    text_column("cms_sha256", SHA256 + " of the CMS signature over the statement"),
    refers("log_statement", "cms_sha256", "blob.sha256"),
    comment="statements by which the agency vouches for its log key",
)

AUDIT_LEAF = make_table(
    "audit_leaf",
    text_column("agency", "agency.code, one log each", primary_key=True, proof=Proof.LEAF),
    integer_column("position", "index in the log, from 0", primary_key=True, proof=Proof.LEAF, autoincrement=False),
    text_column("type", "type of the event, as in the payload", proof=Proof.LEAF),
    text_column("subject", "document.id or agency.code, as in the payload", proof=Proof.LEAF),
    bytes_column("data", "leaf bytes, docs/spec/audit-log.md §3", proof=Proof.LEAF),
    bytes_column("salt", "32 random bytes", proof=Proof.LEAF),
    bytes_column("payload", "canonical JSON, docs/spec/audit-log.md §2", proof=Proof.LEAF),
    bytes_column("hash", "SHA-256, RFC 9162 leaf hash", proof=Proof.LEAF),
    integer_column("signed_size", "leaves, the checkpoint that its transaction signed", proof=Proof.CHECKPOINT),
    sa.Index("ix_audit_leaf_subject", "agency", "subject"),
    comment="the audit log",
)

AUDIT_NODE = make_table(
    "audit_node",
    text_column("agency", "agency.code", primary_key=True, proof=Proof.TREE),
    integer_column("level", "height above the leaves, from 1", primary_key=True, proof=Proof.TREE, autoincrement=False),
    integer_column("position", "index on its level, from 0", primary_key=True, proof=Proof.TREE, autoincrement=False),
    bytes_column("hash", "SHA-256, RFC 9162 node hash", proof=Proof.TREE),
    comment="hashes of full subtrees, so that a proof reads O(log n) rows",
    with_rowid=False,
)

AUDIT_HEAD = make_table(
    "audit_head",
    text_column("agency", "agency.code", primary_key=True, proof=Proof.TREE),
    integer_column("size", "leaves", proof=Proof.TREE),
    bytes_column("peaks", "SHA-256 of each full subtree, largest first", proof=Proof.TREE),
    comment="the head of each log, to append in O(log n)",
    with_rowid=False,
)

AUDIT_CHECKPOINT = make_table(
    "audit_checkpoint",
    text_column("agency", "agency.code", primary_key=True, proof=Proof.CHECKPOINT),
    integer_column("size", "leaves", primary_key=True, proof=Proof.CHECKPOINT, autoincrement=False),
    text_column("note", "signed note, c2sp.org/tlog-checkpoint", proof=Proof.CHECKPOINT),
    comment="the signed head after every transaction",
    with_rowid=False,
)
