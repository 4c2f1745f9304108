"""Versions, opinions, attachments, links, copies and roles; what else a draft says; how a document left.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = "time, RFC 3339 with +07:00 and milliseconds"
_DAY = "day, YYYY-MM-DD, Asia/Ho_Chi_Minh"
_SHA256 = "SHA-256, lower-case hex"


def upgrade() -> None:
    """Make the tables of drafting, and add columns to documents and outbox."""
    for column in (
        _text("particulars", "canonical JSON: what else the draft says, docflow.model.Draft", default="{}"),
        _integer("version", "of the draft, from 1", default="1"),
        _integer("remark_count", "rows in remark", default="0"),
        _integer("attachment_count", "rows in attached_file", default="0"),
        _text("replaced_by", "document.id", nullable=True),
    ):
        op.add_column("document", column)
    for column in (
        _text("sent_at", _TIME + ", ngày chuyển", nullable=True),
        _text("sent_how", "electronic, or text", nullable=True),
        _text("signed_for", "text, a person: ký nhận", nullable=True),
    ):
        op.add_column("outbox", column)
    _make_tables()


def downgrade() -> None:
    """Drop what was added; all evidence in it is lost."""
    for name in [
        "role_holding",
        "copy_entry",
        "document_copy",
        "document_link",
        "attached_file",
        "remark",
        "draft_version",
    ]:
        op.drop_table(name)
    for table, columns in (
        ("outbox", ("sent_at", "sent_how", "signed_for")),
        ("document", ("particulars", "version", "remark_count", "attachment_count", "replaced_by")),
    ):
        for column in columns:
            op.drop_column(table, column)


def _text(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment, server_default=default)


def _integer(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, _INTEGER, nullable=nullable, comment=comment, server_default=default, autoincrement=False)


def _create(name: str, key: tuple[str, ...], *items: SchemaItem, comment: str) -> None:
    """Make a table keyed by the agency and ``key``."""
    op.create_table(
        name,
        _text("agency", "agency.code, whose row this is"),
        *items,
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f(f"fk_{name}_agency")),
        sa.PrimaryKeyConstraint("agency", *key, name=op.f(f"pk_{name}")),
        comment=comment,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_tables() -> None:
    _create(
        "draft_version",
        ("document_id", "version"),
        _text("document_id", "document.id"),
        _integer("version", "from 1"),
        _text("draft", "canonical JSON, docflow.model.Draft"),
        _text("pdf", _SHA256, nullable=True),
        _text("written_at", _TIME),
        _text("written_by", "text, a person"),
        comment="every version of every draft",
    )
    _create(
        "remark",
        ("document_id", "position"),
        _text("document_id", "document.id"),
        _integer("position", "from 0"),
        _text("kind", "docflow.model.RemarkKind"),
        _integer("version", "draft_version.version it speaks of"),
        _text("text", "text, may have several lines"),
        _text("said_at", _TIME),
        _text("said_by", "text, a person"),
        comment="opinions, approvals, and the reasons of returns, recalls, cancellations",
    )
    _create(
        "attached_file",
        ("document_id", "position"),
        _text("document_id", "document.id"),
        _integer("position", "from 0"),
        _text("name", "text, for people to read"),
        _text("pdf", _SHA256),
        _text("attached_at", _TIME),
        _text("attached_by", "text, a person"),
        _text("sealed_pdf", _SHA256, nullable=True),
        _text("sealed_at", _TIME, nullable=True),
        _text("verdict", "docflow.model.SignatureVerdict", nullable=True),
        comment="files that go with a document (văn bản kèm theo, phụ lục), each signed by the agency",
    )
    _create(
        "document_link",
        ("document_id", "kind", "target"),
        _text("document_id", "document.id"),
        _text("kind", "docflow.model.LinkKind"),
        _text("target", "document.id or incoming_document.id"),
        _text("established_at", _TIME + ", when the document was sealed"),
        comment="what an issued document answers, replaces, corrects",
    )
    _create(
        "document_copy",
        ("id",),
        _text("id", "text chosen by the caller, or 32 hex digits"),
        _text("state", "docflow.model.CopyState"),
        _text("form", "docflow.model.CopyForm"),
        _text("direction", "docflow.model.CopyDirection"),
        _text("source_kind", "docflow.model.SourceKind"),
        _text("source", "id here of what is copied", nullable=True),
        _text("source_symbol", "number and symbol of what is copied"),
        _text("source_issuer", "text"),
        _text("subject", "text, at most 500 characters"),
        _text("signer_name", "text, at most 50 characters"),
        _text("signer_position", "text, at most 100 characters"),
        _text("receivers", "text, at most 1000 characters"),
        _text("made_at", _TIME),
        _text("made_by", "text, a person"),
        _text("register", "register.register", nullable=True),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh", nullable=True),
        _integer("number", "number in the register, from 1", nullable=True),
        _text("symbol", "number and symbol as printed", nullable=True),
        _text("issued_on", _DAY, nullable=True),
        _text("pdf", _SHA256, nullable=True),
        _text("verdict", "docflow.model.SignatureVerdict", nullable=True),
        _text("reason", "text, why it is void", nullable=True),
        comment="copies the agency made (sao y, sao lục, trích sao)",
    )
    _create(
        "copy_entry",
        ("register", "year", "number"),
        _text("register", "name of the number series"),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh"),
        _integer("number", "number, from 1"),
        _text("copy_id", "document_copy.id"),
        _text("issued_on", _DAY),
        sa.CheckConstraint("number >= 1", name=op.f("ck_copy_entry_number")),
        comment="the register of copies: every number given, also of void ones",
    )
    _create(
        "role_holding",
        ("person", "role"),
        _text("person", "text, a person"),
        _text("role", "docflow.model.OfficeRole"),
        _integer("is_held", "1, or 0 after it was withdrawn"),
        _text("changed_at", _TIME),
        _text("changed_by", "text, a person"),
        _text("confirmed_at", _TIME, nullable=True),
        _text("confirmed_by", "text, a person; until then the change is an alert", nullable=True),
        comment="who holds which role in the office",
    )
    op.create_index("ix_document_link_target", "document_link", ["agency", "target"], unique=False)
