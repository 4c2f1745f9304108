"""The first schema.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "agency",
        sa.Column("code", sa.Text(), nullable=False, comment="agency code, QĐ 20/2020"),
        sa.Column("name", sa.Text(), nullable=False, comment="text"),
        sa.Column("abbreviation", sa.Text(), nullable=False, comment="text, as in symbols"),
        sa.Column("place", sa.Text(), nullable=False, comment="text, before the date"),
        sa.Column("series", sa.Text(), nullable=False, comment="docflow.model.SeriesRule"),
        sa.Column("vkey", sa.Text(), nullable=False, comment="verifier key of the agency's log, c2sp.org/signed-note"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency")),
        comment="the agency that keeps this store",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("size", _INTEGER, autoincrement=False, nullable=False, comment="leaves"),
        sa.Column("note", sa.Text(), nullable=False, comment="signed note, c2sp.org/tlog-checkpoint"),
        sa.PrimaryKeyConstraint("agency", "size", name=op.f("pk_audit_checkpoint")),
        comment="the signed head after every transaction",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "audit_head",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("size", _INTEGER, nullable=False, comment="leaves"),
        sa.Column("peaks", sa.LargeBinary(), nullable=False, comment="SHA-256 of each full subtree, largest first"),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_audit_head")),
        comment="the head of each log, to append in O(log n)",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_leaf",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code, one log each"),
        sa.Column("position", _INTEGER, autoincrement=False, nullable=False, comment="index in the log, from 0"),
        sa.Column("type", sa.Text(), nullable=False, comment="type of the event, as in the payload"),
        sa.Column("subject", sa.Text(), nullable=False, comment="document.id or agency.code, as in the payload"),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="leaf bytes, docs/spec/audit-log.md §3"),
        sa.Column("salt", sa.LargeBinary(), nullable=False, comment="32 random bytes"),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="canonical JSON, docs/spec/audit-log.md §2"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256, RFC 9162 leaf hash"),
        sa.Column(
            "signed_size", _INTEGER, nullable=False, comment="leaves, the checkpoint that its transaction signed"
        ),
        sa.PrimaryKeyConstraint("agency", "position", name=op.f("pk_audit_leaf")),
        comment="the audit log",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_audit_leaf_subject", "audit_leaf", ["agency", "subject"], unique=False)
    op.create_table(
        "audit_node",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("level", _INTEGER, autoincrement=False, nullable=False, comment="height above the leaves, from 1"),
        sa.Column("position", _INTEGER, autoincrement=False, nullable=False, comment="index on its level, from 0"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256, RFC 9162 node hash"),
        sa.PrimaryKeyConstraint("agency", "level", "position", name=op.f("pk_audit_node")),
        comment="hashes of full subtrees, so that a proof reads O(log n) rows",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blob",
        sa.Column(
            "sha256", sa.Text(), nullable=False, comment="SHA-256, lower-case hex; the file is blobs/<first two>/<all>"
        ),
        sa.Column("size", _INTEGER, nullable=False, comment="bytes"),
        sa.CheckConstraint("size >= 0", name=op.f("ck_blob_size")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
        comment="files named by their content; verified against the file too",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "idempotency_answer",
        sa.Column("key", sa.Text(), nullable=False, comment="text chosen by the caller"),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="SHA-256 of the request, lower-case hex"),
        sa.Column("answer", sa.Text(), nullable=False, comment="canonical JSON, given again to the same request"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_answer")),
        comment="what each request was answered",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Text(), nullable=False, comment="text chosen by the caller, or 32 hex digits"),
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("state", sa.Text(), nullable=False, comment="docflow.model.DocumentState"),
        sa.Column("type", sa.Text(), nullable=False, comment="docflow.model.DocumentType"),
        sa.Column("subject", sa.Text(), nullable=False, comment="text, at most 500 characters"),
        sa.Column("signer_name", sa.Text(), nullable=False, comment="text, at most 50 characters"),
        sa.Column("signer_position", sa.Text(), nullable=False, comment="text, at most 100 characters"),
        sa.Column("addressees", sa.Text(), nullable=False, comment="canonical JSON: [[code or null, name], …]"),
        sa.Column("unit", sa.Text(), nullable=True, comment="abbreviation of the drafting unit"),
        sa.Column("urgency", sa.Text(), nullable=False, comment="docflow.model.Urgency"),
        sa.Column("copies", _INTEGER, nullable=False, comment="copies"),
        sa.Column("archive_receiver", sa.Text(), nullable=False, comment="text"),
        sa.Column("note", sa.Text(), nullable=False, comment="text, at most 500 characters"),
        sa.Column("drafted_at", sa.Text(), nullable=False, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column("drafted_by", sa.Text(), nullable=False, comment="text, a person"),
        sa.Column("draft_pdf", sa.Text(), nullable=True, comment="SHA-256, lower-case hex"),
        sa.Column("approved_at", sa.Text(), nullable=True, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column("approved_by", sa.Text(), nullable=True, comment="text, a person"),
        sa.Column("leader_pdf", sa.Text(), nullable=True, comment="SHA-256, lower-case hex"),
        sa.Column(
            "leader_signed_at",
            sa.Text(),
            nullable=True,
            comment="time, RFC 3339 with +07:00 and milliseconds, when it was recorded",
        ),
        sa.Column("leader_verdict", sa.Text(), nullable=True, comment="docflow.model.SignatureVerdict"),
        sa.Column("register", sa.Text(), nullable=True, comment="register.register"),
        sa.Column("year", _INTEGER, nullable=True, comment="calendar year in Asia/Ho_Chi_Minh"),
        sa.Column("number", _INTEGER, nullable=True, comment="number in the register, from 1"),
        sa.Column("symbol", sa.Text(), nullable=True, comment="number and symbol as printed"),
        sa.Column("issued_on", sa.Text(), nullable=True, comment="day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.Column("sealed_pdf", sa.Text(), nullable=True, comment="SHA-256, lower-case hex"),
        sa.Column(
            "sealed_at",
            sa.Text(),
            nullable=True,
            comment="time, RFC 3339 with +07:00 and milliseconds, when it was recorded",
        ),
        sa.Column("seal_verdict", sa.Text(), nullable=True, comment="docflow.model.SignatureVerdict"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_document_agency")),
        sa.ForeignKeyConstraint(["draft_pdf"], ["blob.sha256"], name=op.f("fk_document_draft_pdf")),
        sa.ForeignKeyConstraint(["leader_pdf"], ["blob.sha256"], name=op.f("fk_document_leader_pdf")),
        sa.ForeignKeyConstraint(["sealed_pdf"], ["blob.sha256"], name=op.f("fk_document_sealed_pdf")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        comment="outgoing documents; secret ones never stand here",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "log_statement",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("vkey", sa.Text(), nullable=False, comment="verifier key of the log"),
        sa.Column("statement", sa.Text(), nullable=False, comment="text that was signed"),
        sa.Column(
            "cms_sha256",
            sa.Text(),
            nullable=False,
            comment="SHA-256, lower-case hex of the CMS signature over the statement",
        ),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_log_statement_agency")),
        sa.ForeignKeyConstraint(["cms_sha256"], ["blob.sha256"], name=op.f("fk_log_statement_cms_sha256")),
        sa.PrimaryKeyConstraint("agency", "vkey", name=op.f("pk_log_statement")),
        comment="statements by which the agency vouches for its log key",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "register_counter",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("register", sa.Text(), nullable=False, comment="name of the number series"),
        sa.Column("year", _INTEGER, autoincrement=False, nullable=False, comment="calendar year in Asia/Ho_Chi_Minh"),
        sa.Column("last_number", _INTEGER, nullable=False, comment="number, from 1"),
        sa.Column("last_date", sa.Text(), nullable=False, comment="day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.Column(
            "last_leaf_hash", sa.LargeBinary(), nullable=False, comment="SHA-256, the leaf that took last_number"
        ),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_register_counter_agency")),
        sa.PrimaryKeyConstraint("agency", "register", "year", name=op.f("pk_register_counter")),
        comment="the head of each register: the next number is last_number + 1",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("document_id", sa.Text(), nullable=False, comment="document.id"),
        sa.Column(
            "position",
            _INTEGER,
            autoincrement=False,
            nullable=False,
            comment="place of the addressee in the document, from 0",
        ),
        sa.Column("addressee_code", sa.Text(), nullable=True, comment="agency code"),
        sa.Column("addressee_name", sa.Text(), nullable=False, comment="text"),
        sa.Column("state", sa.Text(), nullable=False, comment="docflow.ports.OutboxState"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_outbox_document_id")),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_outbox")),
        comment="what is to be sent to whom; held until the document is sealed",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "register_entry",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("register", sa.Text(), nullable=False, comment="name of the number series"),
        sa.Column("year", _INTEGER, autoincrement=False, nullable=False, comment="calendar year in Asia/Ho_Chi_Minh"),
        sa.Column("number", _INTEGER, autoincrement=False, nullable=False, comment="number, from 1"),
        sa.Column("kind", sa.Text(), nullable=False, comment="docflow.ports.EntryKind"),
        sa.Column("document_id", sa.Text(), nullable=False, comment="document.id"),
        sa.Column("symbol", sa.Text(), nullable=False, comment="number and symbol as printed"),
        sa.Column("issued_on", sa.Text(), nullable=False, comment="day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.Column("reason", sa.Text(), nullable=True, comment="text, why the number is void"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_register_entry_number")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_register_entry_agency")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_register_entry_document_id")),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("document_id", name=op.f("uq_register_entry_document_id")),
        comment="the outgoing register: every number given, also void ones",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )


def downgrade() -> None:
    """Drop every table, the dependent ones first; all evidence in them is lost."""
    for name in (
        "register_entry",
        "outbox",
        "register_counter",
        "log_statement",
        "document",
        "idempotency_answer",
        "blob",
        "audit_node",
        "audit_leaf",
        "audit_head",
        "audit_checkpoint",
        "agency",
    ):
        op.drop_table(name)
