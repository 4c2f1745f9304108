"""The tables of an office, and for every column whether it is evidence and what would betray a change of it.

Invariants:
    - Every column says in ``info`` what proves it (:class:`~docflow.store.tables.columns.Proof`) or why it is
      no evidence; docs/reference/tables.md is generated from that, and a test edits every evidence column in turn.
    - Nothing here is an ORM model; statements stand in the rooms above.
    - Every row belongs to one agency, named in the first column of its key (``columns.owner_column``): several
      agencies share a database, and none can name another's row.

Here stand the agency, its documents both ways, the registers, and what is remembered of files; the others stand in
the modules beside.

What it does not do: it creates nothing; :mod:`docflow.store.migrations` does.

Source: design of the store in docs/adr/0003; docs/spec/audit-log.md §4.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables.columns import DAY as _DAY
from docflow.store.tables.columns import SHA256 as _SHA256
from docflow.store.tables.columns import TIME as _TIME
from docflow.store.tables.columns import Proof, index_files
from docflow.store.tables.columns import bytes_column as _bytes
from docflow.store.tables.columns import integer_column as _integer
from docflow.store.tables.columns import make_table as _table
from docflow.store.tables.columns import owner as _owner
from docflow.store.tables.columns import refers as _refers
from docflow.store.tables.columns import text_column as _text

AGENCY = _table(
    "agency",
    _text("code", "agency code, QĐ 20/2020", primary_key=True),
    _text("name", "text"),
    _text("abbreviation", "text, as in symbols"),
    _text("place", "text, before the date"),
    _text("series", "docflow.model.SeriesRule"),
    _text("vkey", "verifier key of the agency's log, c2sp.org/signed-note"),
    comment="the agencies that keep this store, each with a log of its own",
)

BLOB = _table(
    "blob",
    _owner(),
    _text("sha256", _SHA256 + "; the file is blobs/<first two>/<all>", primary_key=True),
    _integer("size", "bytes"),
    sa.CheckConstraint("size >= 0", name="size"),
    comment="files named by their content; verified against the file too",
    with_rowid=False,
)

DOCUMENT = _table(
    "document",
    _owner(),
    _text("id", "text chosen by the caller, or 32 hex digits", primary_key=True),
    _text("state", "docflow.model.DocumentState"),
    _text("type", "docflow.model.DocumentType"),
    _text("series", "docflow.model.Series, as text"),
    _text("subject", "text, at most 500 characters"),
    _text("signer_name", "text, at most 50 characters"),
    _text("signer_position", "text, at most 100 characters"),
    _text("addressees", "canonical JSON: [[code or null, name], …]"),
    _text("unit", "abbreviation of the drafting unit", nullable=True),
    _text("urgency", "docflow.model.Urgency"),
    _integer("copies", "copies"),
    _text("archive_receiver", "text"),
    _text("note", "text, at most 500 characters"),
    _text("drafted_at", _TIME),
    _text("drafted_by", "text, a person"),
    _text("draft_pdf", _SHA256, nullable=True),
    _text("approved_at", _TIME, nullable=True),
    _text("approved_by", "text, a person", nullable=True),
    _text("leader_pdf", _SHA256, nullable=True),
    _text("leader_signed_at", _TIME + ", when it was recorded", nullable=True),
    _text("leader_verdict", "docflow.model.SignatureVerdict", nullable=True),
    _text("register", "register.register", nullable=True),
    _integer("year", "calendar year in Asia/Ho_Chi_Minh", nullable=True),
    _integer("number", "number in the register, from 1", nullable=True),
    _text("symbol", "number and symbol as printed", nullable=True),
    _text("issued_on", _DAY, nullable=True),
    _text("sealed_pdf", _SHA256, nullable=True),
    _text("sealed_at", _TIME + ", when it was recorded", nullable=True),
    _text("seal_verdict", "docflow.model.SignatureVerdict", nullable=True),
    _text("particulars", "canonical JSON: what else the draft says, docflow.model.Draft", server_default="{}"),
    _integer("version", "of the draft, from 1", server_default="1"),
    _integer("remark_count", "rows in remark", server_default="0"),
    _integer("attachment_count", "rows in attached_file that were not taken off", server_default="0"),
    _text("replaced_by", "document.id", nullable=True),
    *(_refers("document", name, "blob.sha256") for name in ("draft_pdf", "leader_pdf", "sealed_pdf")),
    *index_files("document", "draft_pdf", "leader_pdf", "sealed_pdf"),
    comment="outgoing documents; secret ones never stand here",
)

REGISTER_COUNTER = _table(
    "register_counter",
    _owner(proof=Proof.CHAIN),
    _text("register", "name of the number series", primary_key=True, proof=Proof.CHAIN),
    _integer("year", "calendar year in Asia/Ho_Chi_Minh", primary_key=True, proof=Proof.CHAIN, autoincrement=False),
    _integer("last_number", "number, from 1", proof=Proof.CHAIN),
    _text("last_date", _DAY + ", the latest of all", proof=Proof.CHAIN),
    _bytes("last_leaf_hash", "SHA-256, the leaf that took last_number", proof=Proof.CHAIN),
    comment="the head of each register: the next number is last_number + 1",
    with_rowid=False,
)

REGISTER_ENTRY = _table(
    "register_entry",
    _owner(),
    _text("register", "name of the number series", primary_key=True),
    _integer("year", "calendar year in Asia/Ho_Chi_Minh", primary_key=True, autoincrement=False),
    _integer("number", "number, from 1", primary_key=True, autoincrement=False),
    _text("suffix", "letter of a sub-number such as 12a; empty for a number", primary_key=True),
    _text("kind", "docflow.ports.EntryKind"),
    _text("document_id", "document.id; NULL while a number is reserved, and for an opening", nullable=True),
    _text("symbol", "number and symbol as printed; empty until a document takes the number"),
    _text("issued_on", _DAY + "; of a reserved number when it was reserved"),
    _text("reason", "text, why the number is void or reserved, or the register begins there", nullable=True),
    _text("permission", "text, who allowed a date out of order or a sub-number, and why", nullable=True),
    _refers("register_entry", "document_id", "document.id"),
    sa.UniqueConstraint("agency", "document_id", name="uq_register_entry_document_id"),
    sa.CheckConstraint("number >= 1", name="number"),
    comment="the outgoing registers: every number given, also reserved and void ones",
    with_rowid=False,
)

INCOMING_DOCUMENT = _table(
    "incoming_document",
    _owner(),
    _text("id", "docflow.model.name_incoming", primary_key=True),
    _text("state", "docflow.model.IncomingState"),
    _text("channel", "docflow.model.Channel"),
    _text("sender", "agency code, proved by the envelope's signature, or as typed; empty if not known"),
    _text("sender_name", "text"),
    _text("issuer_key", "text, docflow.model.fold_issuer"),
    _text("document_id", "edXML DocumentId, or as typed; empty if there is none"),
    _text("message", _SHA256 + "; NULL if it came by hand", nullable=True),
    _text("pdf", _SHA256 + "; NULL while there is only paper", nullable=True),
    _text("verdict", "docflow.model.SignatureVerdict"),
    _text("type_name", "text"),
    _text("symbol", "number and symbol"),
    _text("symbol_key", "text, docflow.model.fold_symbol"),
    _text("issued_on", _DAY, nullable=True),
    _text("subject", "text"),
    _text("signer_name", "text"),
    _text("urgency", "docflow.model.Urgency"),
    _text("arrived_at", _TIME),
    _text("checked_at", _TIME, nullable=True),
    _text("duplicate_of", "incoming_document.id that looks like the same", nullable=True),
    _text("register", "register.register", nullable=True),
    _integer("year", "calendar year in Asia/Ho_Chi_Minh", nullable=True),
    _integer("number", "số đến, from 1", nullable=True),
    _text("registered_at", _TIME, nullable=True),
    _text("submitted_to", "text, a person", nullable=True),
    _text("submitted_at", _TIME, nullable=True),
    _text("assignee", "text, unit or person", nullable=True),
    _text("deadline", _DAY + ", that of due_at", nullable=True),
    _text("due_at", _TIME, nullable=True),
    _text("assigned_at", _TIME, nullable=True),
    _text("paused_at", _TIME, nullable=True),
    _text("completed_at", _TIME, nullable=True),
    _text("answered_by", "document.id", nullable=True),
    _text("forwarded_to", "text, an agency", nullable=True),
    _text("note", "text: progress, result, or the reason of a refusal"),
    _text("take_back", "text, the sender's reason while his question is open", nullable=True),
    _integer("act_count", "rows of incoming_act"),
    _text("acted_at", _TIME + ", of the last act", nullable=True),
    _text("replaced_by", "incoming_document.id by which its sender replaced it", nullable=True),
    _text("signer_position", "text", server_default=""),
    _text("files_verdict", "docflow.model.FileVerdict, the worst of its files", nullable=True),
    *(_refers("incoming_document", name, "blob.sha256") for name in ("message", "pdf")),
    _refers("incoming_document", "answered_by", "document.id"),
    sa.Index("ix_incoming_document_symbol", "agency", "symbol_key"),
    sa.Index("ix_incoming_document_identifier", "agency", "document_id"),
    *index_files("incoming_document", "message", "pdf"),
    comment="incoming documents: from the exchange those that arrived whole and genuine, and those typed by hand",
)

INCOMING_ENTRY = _table(
    "incoming_entry",
    _owner(),
    _text("register", "name of the number series", primary_key=True),
    _integer("year", "calendar year in Asia/Ho_Chi_Minh", primary_key=True, autoincrement=False),
    _integer("number", "số đến, from 1", primary_key=True, autoincrement=False),
    _text("incoming_id", "incoming_document.id"),
    _text("registered_on", _DAY),
    _refers("incoming_entry", "incoming_id", "incoming_document.id"),
    sa.UniqueConstraint("agency", "incoming_id", name="uq_incoming_entry_incoming_id"),
    sa.CheckConstraint("number >= 1", name="number"),
    comment="the incoming register: every arrival number given",
    with_rowid=False,
)

ERASURE = _table(
    "erasure",
    _owner(),
    _text("sha256", "blob.sha256", primary_key=True),
    _text("incoming_id", "incoming_document.id"),
    _text("erased_at", _TIME),
    _refers("erasure", "sha256", "blob.sha256"),
    _refers("erasure", "incoming_id", "incoming_document.id"),
    comment="files destroyed because their sender took the document back",
)

IDEMPOTENCY_ANSWER = _table(
    "idempotency_answer",
    _owner(),
    _text("key", "text chosen by the caller", primary_key=True),
    _text("fingerprint", "SHA-256 of the request, lower-case hex"),
    _text("answer", "canonical JSON, given again to the same request"),
    comment="what each request was answered",
    with_rowid=False,
)
