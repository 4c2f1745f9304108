"""Incoming documents, receipts, and what is sent to other agencies.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of exchange; no row of an older store changes."""
    op.create_table(
        "inbox",
        sa.Column(
            "parcel", sa.Text(), nullable=False, comment="SHA-256, lower-case hex of all parts, docflow.exchange.Parcel"
        ),
        sa.Column("message", sa.Text(), nullable=True, comment="SHA-256, lower-case hex of the message or receipt"),
        sa.Column("sender", sa.Text(), nullable=True, comment="agency code as claimed"),
        sa.Column("document_id", sa.Text(), nullable=True, comment="edXML DocumentId as claimed"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="docflow.ports.InboxOutcome"),
        sa.Column("reason", sa.Text(), nullable=True, comment="text, why it was not taken in"),
        sa.Column("received_at", sa.Text(), nullable=False, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.PrimaryKeyConstraint("parcel", name=op.f("pk_inbox")),
        comment="what other agencies sent, each once; of what was refused the fact only",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "incoming_document",
        sa.Column("id", sa.Text(), nullable=False, comment="docflow.model.name_incoming"),
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("state", sa.Text(), nullable=False, comment="docflow.model.IncomingState"),
        sa.Column("sender", sa.Text(), nullable=False, comment="agency code, proved by the envelope's signature"),
        sa.Column("sender_name", sa.Text(), nullable=False, comment="text"),
        sa.Column("document_id", sa.Text(), nullable=False, comment="edXML DocumentId"),
        sa.Column("message", sa.Text(), nullable=False, comment="SHA-256, lower-case hex"),
        sa.Column("pdf", sa.Text(), nullable=False, comment="SHA-256, lower-case hex"),
        sa.Column("verdict", sa.Text(), nullable=False, comment="docflow.model.SignatureVerdict"),
        sa.Column("type_name", sa.Text(), nullable=False, comment="text"),
        sa.Column("symbol", sa.Text(), nullable=False, comment="number and symbol"),
        sa.Column("issued_on", sa.Text(), nullable=True, comment="day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.Column("subject", sa.Text(), nullable=False, comment="text"),
        sa.Column("signer_name", sa.Text(), nullable=False, comment="text"),
        sa.Column("urgency", sa.Text(), nullable=False, comment="docflow.model.Urgency"),
        sa.Column("arrived_at", sa.Text(), nullable=False, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column(
            "duplicate_of",
            sa.Text(),
            nullable=True,
            comment="incoming_document.id with the same sender, symbol and date",
        ),
        sa.Column("register", sa.Text(), nullable=True, comment="register.register"),
        sa.Column("year", _INTEGER, nullable=True, comment="calendar year in Asia/Ho_Chi_Minh"),
        sa.Column("number", _INTEGER, nullable=True, comment="số đến, from 1"),
        sa.Column("registered_at", sa.Text(), nullable=True, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column("assignee", sa.Text(), nullable=True, comment="text, unit or person"),
        sa.Column("deadline", sa.Text(), nullable=True, comment="day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.Column("assigned_at", sa.Text(), nullable=True, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column("completed_at", sa.Text(), nullable=True, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column("note", sa.Text(), nullable=False, comment="text: progress, result, or the reason of a refusal"),
        sa.Column(
            "take_back", sa.Text(), nullable=True, comment="text, the sender's reason while his question is open"
        ),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_incoming_document_agency")),
        sa.ForeignKeyConstraint(["message"], ["blob.sha256"], name=op.f("fk_incoming_document_message")),
        sa.ForeignKeyConstraint(["pdf"], ["blob.sha256"], name=op.f("fk_incoming_document_pdf")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_document")),
        comment="incoming documents that arrived whole, genuine and for this agency",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_incoming_document_symbol", "incoming_document", ["sender", "symbol"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.Text(), nullable=False, comment="SHA-256, lower-case hex of the statement"),
        sa.Column("agency", sa.Text(), nullable=False, comment="agency code of who gave it"),
        sa.Column("kind", sa.Text(), nullable=False, comment="docflow.model.ReceiptKind"),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="document.id or incoming_document.id here; empty if it concerns none",
        ),
        sa.Column("document_id", sa.Text(), nullable=False, comment="edXML DocumentId"),
        sa.Column("message", sa.Text(), nullable=False, comment="SHA-256, lower-case hex of the message it answers"),
        sa.Column("statement", sa.Text(), nullable=False, comment="canonical JSON, docs/spec/receipts.md"),
        sa.Column(
            "cms", sa.Text(), nullable=False, comment="SHA-256, lower-case hex of the CMS signature over the statement"
        ),
        sa.Column("recorded_at", sa.Text(), nullable=False, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.ForeignKeyConstraint(["cms"], ["blob.sha256"], name=op.f("fk_receipt_cms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        comment="receipts given and received",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_receipt_subject"), "receipt", ["subject"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("sha256", sa.Text(), nullable=False, comment="blob.sha256"),
        sa.Column("incoming_id", sa.Text(), nullable=False, comment="incoming_document.id"),
        sa.Column("erased_at", sa.Text(), nullable=False, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.ForeignKeyConstraint(["incoming_id"], ["incoming_document.id"], name=op.f("fk_erasure_incoming_id")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_erasure_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_erasure")),
        comment="files destroyed because their sender took the document back",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "incoming_entry",
        sa.Column("agency", sa.Text(), nullable=False, comment="agency.code"),
        sa.Column("register", sa.Text(), nullable=False, comment="name of the number series"),
        sa.Column("year", _INTEGER, autoincrement=False, nullable=False, comment="calendar year in Asia/Ho_Chi_Minh"),
        sa.Column("number", _INTEGER, autoincrement=False, nullable=False, comment="số đến, from 1"),
        sa.Column("incoming_id", sa.Text(), nullable=False, comment="incoming_document.id"),
        sa.Column("registered_on", sa.Text(), nullable=False, comment="day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_incoming_entry_number")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_incoming_entry_agency")),
        sa.ForeignKeyConstraint(["incoming_id"], ["incoming_document.id"], name=op.f("fk_incoming_entry_incoming_id")),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number", name=op.f("pk_incoming_entry")),
        sa.UniqueConstraint("incoming_id", name=op.f("uq_incoming_entry_incoming_id")),
        comment="the incoming register: every arrival number given",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "parcel",
        sa.Column(
            "id", sa.Text(), nullable=False, comment="SHA-256, lower-case hex of all parts, docflow.exchange.Parcel"
        ),
        sa.Column("recipient", sa.Text(), nullable=False, comment="agency code"),
        sa.Column("kind", sa.Text(), nullable=False, comment="docflow.ports.ParcelKind"),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="document.id or incoming_document.id here; empty if it concerns none",
        ),
        sa.Column("message", sa.Text(), nullable=True, comment="SHA-256, lower-case hex"),
        sa.Column("message_cms", sa.Text(), nullable=True, comment="SHA-256, lower-case hex"),
        sa.Column("receipt", sa.Text(), nullable=True, comment="receipt.id"),
        sa.Column("in_reply_to", sa.Text(), nullable=True, comment="inbox.parcel"),
        sa.Column("created_at", sa.Text(), nullable=False, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column(
            "sent_at", sa.Text(), nullable=True, comment="time, RFC 3339 with +07:00 and milliseconds, the first time"
        ),
        sa.Column("answered_by", sa.Text(), nullable=True, comment="receipt.id"),
        sa.Column("gave_up_at", sa.Text(), nullable=True, comment="time, RFC 3339 with +07:00 and milliseconds"),
        sa.Column("attempts", _INTEGER, nullable=False, comment="times sent"),
        sa.Column(
            "due_at",
            sa.Text(),
            nullable=True,
            comment="time, RFC 3339 with +07:00 and milliseconds, when to send it next",
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["receipt.id"], name=op.f("fk_parcel_answered_by")),
        sa.ForeignKeyConstraint(["in_reply_to"], ["inbox.parcel"], name=op.f("fk_parcel_in_reply_to")),
        sa.ForeignKeyConstraint(["message"], ["blob.sha256"], name=op.f("fk_parcel_message")),
        sa.ForeignKeyConstraint(["message_cms"], ["blob.sha256"], name=op.f("fk_parcel_message_cms")),
        sa.ForeignKeyConstraint(["receipt"], ["receipt.id"], name=op.f("fk_parcel_receipt")),
        sa.PrimaryKeyConstraint("id", "recipient", name=op.f("pk_parcel")),
        comment="what is sent to other agencies, again and again until it is answered",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_parcel_due_at", "parcel", ["due_at"], unique=False)
    op.create_index(op.f("ix_parcel_subject"), "parcel", ["subject"], unique=False)


def downgrade() -> None:
    """Drop the tables of exchange, the dependent ones first; all evidence in them is lost."""
    for name in ("parcel", "receipt", "erasure", "incoming_entry", "incoming_document", "inbox"):
        op.drop_table(name)
