"""The tables of what is kept with the agency's own documents: versions, opinions, attachments, links, copies, roles.

As in :mod:`docflow.store.tables`, every column says what proves it.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables.columns import DAY, SHA256, TIME, index_files, integer_column, make_table, owner, text_column

DRAFT_VERSION = make_table(
    "draft_version",
    owner(),
    text_column("document_id", "document.id", primary_key=True),
    integer_column("version", "from 1", primary_key=True, autoincrement=False),
    text_column("draft", "canonical JSON, docflow.model.Draft"),
    text_column("pdf", SHA256, nullable=True),
    text_column("written_at", TIME),
    text_column("written_by", "text, a person"),
    *index_files("draft_version", "pdf"),
    comment="every version of every draft",
    with_rowid=False,
)

REMARK = make_table(
    "remark",
    owner(),
    text_column("document_id", "document.id", primary_key=True),
    integer_column("position", "from 0", primary_key=True, autoincrement=False),
    text_column("kind", "docflow.model.RemarkKind"),
    integer_column("version", "draft_version.version it speaks of"),
    text_column("text", "text, may have several lines"),
    text_column("said_at", TIME),
    text_column("said_by", "text, a person"),
    comment="opinions, approvals, and the reasons of returns, recalls, cancellations",
    with_rowid=False,
)

ATTACHED_FILE = make_table(
    "attached_file",
    owner(),
    text_column("document_id", "document.id", primary_key=True),
    integer_column("position", "from 0", primary_key=True, autoincrement=False),
    text_column("name", "text, for people to read"),
    text_column("pdf", SHA256),
    text_column("attached_at", TIME),
    text_column("attached_by", "text, a person"),
    text_column("sealed_pdf", SHA256, nullable=True),
    text_column("sealed_at", TIME, nullable=True),
    text_column("verdict", "docflow.model.SignatureVerdict", nullable=True),
    text_column("detached_at", TIME + ", when it was taken off", nullable=True),
    text_column("detached_by", "text, a person", nullable=True),
    text_column("detach_reason", "text, why it was taken off", nullable=True),
    *index_files("attached_file", "pdf", "sealed_pdf"),
    comment="files that go with a document (văn bản kèm theo, phụ lục), each signed by the agency",
    with_rowid=False,
)

DOCUMENT_LINK = make_table(
    "document_link",
    owner(),
    text_column("document_id", "document.id", primary_key=True),
    text_column("kind", "docflow.model.LinkKind", primary_key=True),
    text_column("target", "document.id or incoming_document.id", primary_key=True),
    text_column("established_at", TIME + ", when the document was sealed"),
    sa.Index("ix_document_link_target", "agency", "target"),
    comment="what an issued document answers, replaces, corrects",
    with_rowid=False,
)

DOCUMENT_COPY = make_table(
    "document_copy",
    owner(),
    text_column("id", "text chosen by the caller, or 32 hex digits", primary_key=True),
    text_column("state", "docflow.model.CopyState"),
    text_column("form", "docflow.model.CopyForm"),
    text_column("direction", "docflow.model.CopyDirection"),
    text_column("source_kind", "docflow.model.SourceKind"),
    text_column("source", "id here of what is copied", nullable=True),
    text_column("source_symbol", "number and symbol of what is copied"),
    text_column("source_issuer", "text"),
    text_column("subject", "text, at most 500 characters"),
    text_column("signer_name", "text, at most 50 characters"),
    text_column("signer_position", "text, at most 100 characters"),
    text_column("receivers", "text, at most 1000 characters"),
    text_column("made_at", TIME),
    text_column("made_by", "text, a person"),
    text_column("register", "register.register", nullable=True),
    integer_column("year", "calendar year in Asia/Ho_Chi_Minh", nullable=True),
    integer_column("number", "number in the register, from 1", nullable=True),
    text_column("symbol", "number and symbol as printed", nullable=True),
    text_column("issued_on", DAY, nullable=True),
    text_column("pdf", SHA256, nullable=True),
    text_column("verdict", "docflow.model.SignatureVerdict", nullable=True),
    text_column("reason", "text, why it is void", nullable=True),
    *index_files("document_copy", "pdf"),
    comment="copies the agency made (sao y, sao lục, trích sao)",
    with_rowid=False,
)

COPY_ENTRY = make_table(
    "copy_entry",
    owner(),
    text_column("register", "name of the number series", primary_key=True),
    integer_column("year", "calendar year in Asia/Ho_Chi_Minh", primary_key=True, autoincrement=False),
    integer_column("number", "number, from 1", primary_key=True, autoincrement=False),
    text_column("copy_id", "document_copy.id"),
    text_column("issued_on", DAY),
    sa.CheckConstraint("number >= 1", name="number"),
    comment="the register of copies: every number given, also of void ones",
    with_rowid=False,
)

ROLE_HOLDING = make_table(
    "role_holding",
    owner(),
    text_column("person", "text, a person", primary_key=True),
    text_column("role", "docflow.model.OfficeRole", primary_key=True),
    integer_column("is_held", "1, or 0 after it was withdrawn"),
    text_column("changed_at", TIME),
    text_column("changed_by", "text, a person"),
    text_column("confirmed_at", TIME, nullable=True),
    text_column("confirmed_by", "text, a person; until then the change is an alert", nullable=True),
    comment="who holds which role in the office",
    with_rowid=False,
)
