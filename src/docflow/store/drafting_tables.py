"""The tables of what is kept with the agency's own documents: versions, opinions, attachments, links, copies, roles.

As in :mod:`docflow.store.tables`, every column says what proves it.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables import _DAY, _SHA256, _TIME, _integer, _owner, _table, _text

DRAFT_VERSION = _table(
    "draft_version",
    _owner(),
    _text("document_id", "document.id", primary_key=True),
    _integer("version", "from 1", primary_key=True, autoincrement=False),
    _text("draft", "canonical JSON, docflow.model.Draft"),
    _text("pdf", _SHA256, nullable=True),
    _text("written_at", _TIME),
    _text("written_by", "text, a person"),
    comment="every version of every draft",
    with_rowid=False,
)

REMARK = _table(
    "remark",
    _owner(),
    _text("document_id", "document.id", primary_key=True),
    _integer("position", "from 0", primary_key=True, autoincrement=False),
    _text("kind", "docflow.model.RemarkKind"),
    _integer("version", "draft_version.version it speaks of"),
    _text("text", "text, may have several lines"),
    _text("said_at", _TIME),
    _text("said_by", "text, a person"),
    comment="opinions, approvals, and the reasons of returns, recalls, cancellations",
    with_rowid=False,
)

ATTACHED_FILE = _table(
    "attached_file",
    _owner(),
    _text("document_id", "document.id", primary_key=True),
    _integer("position", "from 0", primary_key=True, autoincrement=False),
    _text("name", "text, for people to read"),
    _text("pdf", _SHA256),
    _text("attached_at", _TIME),
    _text("attached_by", "text, a person"),
    _text("sealed_pdf", _SHA256, nullable=True),
    _text("sealed_at", _TIME, nullable=True),
    _text("verdict", "docflow.model.SignatureVerdict", nullable=True),
    comment="files that go with a document (văn bản kèm theo, phụ lục), each signed by the agency",
    with_rowid=False,
)

DOCUMENT_LINK = _table(
    "document_link",
    _owner(),
    _text("document_id", "document.id", primary_key=True),
    _text("kind", "docflow.model.LinkKind", primary_key=True),
    _text("target", "document.id or incoming_document.id", primary_key=True),
    _text("established_at", _TIME + ", when the document was sealed"),
    sa.Index("ix_document_link_target", "agency", "target"),
    comment="what an issued document answers, replaces, corrects",
    with_rowid=False,
)

DOCUMENT_COPY = _table(
    "document_copy",
    _owner(),
    _text("id", "text chosen by the caller, or 32 hex digits", primary_key=True),
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
    with_rowid=False,
)

COPY_ENTRY = _table(
    "copy_entry",
    _owner(),
    _text("register", "name of the number series", primary_key=True),
    _integer("year", "calendar year in Asia/Ho_Chi_Minh", primary_key=True, autoincrement=False),
    _integer("number", "number, from 1", primary_key=True, autoincrement=False),
    _text("copy_id", "document_copy.id"),
    _text("issued_on", _DAY),
    sa.CheckConstraint("number >= 1", name="number"),
    comment="the register of copies: every number given, also of void ones",
    with_rowid=False,
)

ROLE_HOLDING = _table(
    "role_holding",
    _owner(),
    _text("person", "text, a person", primary_key=True),
    _text("role", "docflow.model.OfficeRole", primary_key=True),
    _integer("is_held", "1, or 0 after it was withdrawn"),
    _text("changed_at", _TIME),
    _text("changed_by", "text, a person"),
    _text("confirmed_at", _TIME, nullable=True),
    _text("confirmed_by", "text, a person; until then the change is an alert", nullable=True),
    comment="who holds which role in the office",
    with_rowid=False,
)
