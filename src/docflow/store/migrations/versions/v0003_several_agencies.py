"""Several agencies in one database: every row is keyed by its agency; reserved, opening and sub-numbers.

Every table is made anew, and the rows of an older store are copied into it: keys and references change, and SQLite
cannot change them in place.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TABLES = (  # noqa: SIM905 - two lines instead of eighteen
    # those that others refer to first
    "agency blob document inbox incoming_document receipt audit_checkpoint audit_head audit_leaf audit_node erasure "
    "idempotency_answer incoming_entry log_statement outbox parcel register_counter register_entry"
).split()
_ONLY_AGENCY = "(SELECT code FROM agency)"
_NEW_COLUMNS = {
    **{name: {"agency": _ONLY_AGENCY} for name in ("blob", "outbox", "inbox", "parcel", "erasure")},
    "idempotency_answer": {"agency": _ONLY_AGENCY},
    "receipt": {"office": _ONLY_AGENCY},
    "document": {"series": "'hanh_chinh'"},
    "register_entry": {"suffix": "''"},
}
"""What stands in a new column of an old row; a store of version 2 has one agency."""


def upgrade() -> None:
    """Copy every table aside, make them anew, copy the rows back."""
    connection = op.get_bind()
    columns = {name: [column["name"] for column in sa.inspect(connection).get_columns(name)] for name in _TABLES}
    for name in _TABLES:
        op.execute(f"CREATE TABLE old_{name} AS SELECT * FROM {name}")  # noqa: S608 - our own names
    for name in reversed(_TABLES):
        op.drop_table(name)
    _make_tables()
    for name in _TABLES:
        new = _NEW_COLUMNS.get(name, {})
        into, values = ", ".join((*columns[name], *new)), ", ".join((*columns[name], *new.values()))
        op.execute(f"INSERT INTO {name} ({into}) SELECT {values} FROM old_{name}")  # noqa: S608 - our own names
    for name in _TABLES:
        op.drop_table(f"old_{name}")


def downgrade() -> None:
    """There is no way back: the old keys have no place for a second agency.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment)


def _integer(name: str, comment: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _INTEGER, nullable=nullable, comment=comment, autoincrement=False)


def _bytes(name: str, comment: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False, comment=comment)


def _fk(name: str, columns: tuple[str, str], to: tuple[str, str]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(columns, to, name=name)


def _create(name: str, *items: SchemaItem, comment: str, owner: str | None = None, with_rowid: bool = True) -> None:
    if owner:
        items = (*items, sa.ForeignKeyConstraint([owner], ["agency.code"], name=op.f(f"fk_{name}_{owner}")))
    op.create_table(name, *items, comment=comment, sqlite_strict=True, sqlite_with_rowid=with_rowid)


def _make_tables() -> None:
    _create(
        "agency",
        _text("code", "agency code, QĐ 20/2020"),
        _text("name", "text"),
        _text("abbreviation", "text, as in symbols"),
        _text("place", "text, before the date"),
        _text("series", "docflow.model.SeriesRule"),
        _text("vkey", "verifier key of the agency's log, c2sp.org/signed-note"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency")),
        comment="the agencies that keep this store, each with a log of its own",
    )
    _create(
        "audit_checkpoint",
        _text("agency", "agency.code"),
        _integer("size", "leaves"),
        _text("note", "signed note, c2sp.org/tlog-checkpoint"),
        sa.PrimaryKeyConstraint("agency", "size", name=op.f("pk_audit_checkpoint")),
        comment="the signed head after every transaction",
        with_rowid=False,
    )
    _create(
        "audit_head",
        _text("agency", "agency.code"),
        _integer("size", "leaves"),
        _bytes("peaks", "SHA-256 of each full subtree, largest first"),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_audit_head")),
        comment="the head of each log, to append in O(log n)",
        with_rowid=False,
    )
    _create(
        "audit_leaf",
        _text("agency", "agency.code, one log each"),
        _integer("position", "index in the log, from 0"),
        _text("type", "type of the event, as in the payload"),
        _text("subject", "document.id or agency.code, as in the payload"),
        _bytes("data", "leaf bytes, docs/spec/audit-log.md §3"),
        _bytes("salt", "32 random bytes"),
        _bytes("payload", "canonical JSON, docs/spec/audit-log.md §2"),
        _bytes("hash", "SHA-256, RFC 9162 leaf hash"),
        _integer("signed_size", "leaves, the checkpoint that its transaction signed"),
        sa.PrimaryKeyConstraint("agency", "position", name=op.f("pk_audit_leaf")),
        comment="the audit log",
    )
    op.create_index("ix_audit_leaf_subject", "audit_leaf", ["agency", "subject"], unique=False)
    _create(
        "audit_node",
        _text("agency", "agency.code"),
        _integer("level", "height above the leaves, from 1"),
        _integer("position", "index on its level, from 0"),
        _bytes("hash", "SHA-256, RFC 9162 node hash"),
        sa.PrimaryKeyConstraint("agency", "level", "position", name=op.f("pk_audit_node")),
        comment="hashes of full subtrees, so that a proof reads O(log n) rows",
        with_rowid=False,
    )
    _create(
        "blob",
        _text("agency", "agency.code, whose row this is"),
        _text("sha256", "SHA-256, lower-case hex; the file is blobs/<first two>/<all>"),
        _integer("size", "bytes"),
        sa.CheckConstraint("size >= 0", name=op.f("ck_blob_size")),
        sa.PrimaryKeyConstraint("agency", "sha256", name=op.f("pk_blob")),
        owner="agency",
        comment="files named by their content; verified against the file too",
        with_rowid=False,
    )
    _create(
        "idempotency_answer",
        _text("agency", "agency.code, whose row this is"),
        _text("key", "text chosen by the caller"),
        _text("fingerprint", "SHA-256 of the request, lower-case hex"),
        _text("answer", "canonical JSON, given again to the same request"),
        sa.PrimaryKeyConstraint("agency", "key", name=op.f("pk_idempotency_answer")),
        owner="agency",
        comment="what each request was answered",
        with_rowid=False,
    )
    _create(
        "inbox",
        _text("agency", "agency.code, whose row this is"),
        _text("parcel", "SHA-256, lower-case hex of all parts, docflow.exchange.Parcel"),
        _text("message", "SHA-256, lower-case hex of the message or receipt", nullable=True),
        _text("sender", "agency code as claimed", nullable=True),
        _text("document_id", "edXML DocumentId as claimed", nullable=True),
        _text("outcome", "docflow.ports.InboxOutcome"),
        _text("reason", "text, why it was not taken in", nullable=True),
        _text("received_at", "time, RFC 3339 with +07:00 and milliseconds"),
        sa.PrimaryKeyConstraint("agency", "parcel", name=op.f("pk_inbox")),
        owner="agency",
        comment="what other agencies sent, each once; of what was refused the fact only",
    )
    _create(
        "register_counter",
        _text("agency", "agency.code, whose row this is"),
        _text("register", "name of the number series"),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh"),
        _integer("last_number", "number, from 1"),
        _text("last_date", "day, YYYY-MM-DD, Asia/Ho_Chi_Minh, the latest of all"),
        _bytes("last_leaf_hash", "SHA-256, the leaf that took last_number"),
        sa.PrimaryKeyConstraint("agency", "register", "year", name=op.f("pk_register_counter")),
        owner="agency",
        comment="the head of each register: the next number is last_number + 1",
        with_rowid=False,
    )
    _create(
        "document",
        _text("agency", "agency.code, whose row this is"),
        _text("id", "text chosen by the caller, or 32 hex digits"),
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
        _text("drafted_at", "time, RFC 3339 with +07:00 and milliseconds"),
        _text("drafted_by", "text, a person"),
        _text("draft_pdf", "SHA-256, lower-case hex", nullable=True),
        _text("approved_at", "time, RFC 3339 with +07:00 and milliseconds", nullable=True),
        _text("approved_by", "text, a person", nullable=True),
        _text("leader_pdf", "SHA-256, lower-case hex", nullable=True),
        _text("leader_signed_at", "time, RFC 3339 with +07:00 and milliseconds, when it was recorded", nullable=True),
        _text("leader_verdict", "docflow.model.SignatureVerdict", nullable=True),
        _text("register", "register.register", nullable=True),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh", nullable=True),
        _integer("number", "number in the register, from 1", nullable=True),
        _text("symbol", "number and symbol as printed", nullable=True),
        _text("issued_on", "day, YYYY-MM-DD, Asia/Ho_Chi_Minh", nullable=True),
        _text("sealed_pdf", "SHA-256, lower-case hex", nullable=True),
        _text("sealed_at", "time, RFC 3339 with +07:00 and milliseconds, when it was recorded", nullable=True),
        _text("seal_verdict", "docflow.model.SignatureVerdict", nullable=True),
        _fk("fk_document_draft_pdf", ("agency", "draft_pdf"), ("blob.agency", "blob.sha256")),
        _fk("fk_document_leader_pdf", ("agency", "leader_pdf"), ("blob.agency", "blob.sha256")),
        _fk("fk_document_sealed_pdf", ("agency", "sealed_pdf"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_document")),
        owner="agency",
        comment="outgoing documents; secret ones never stand here",
    )
    _create(
        "incoming_document",
        _text("agency", "agency.code, whose row this is"),
        _text("id", "docflow.model.name_incoming"),
        _text("state", "docflow.model.IncomingState"),
        _text("sender", "agency code, proved by the envelope's signature"),
        _text("sender_name", "text"),
        _text("document_id", "edXML DocumentId"),
        _text("message", "SHA-256, lower-case hex"),
        _text("pdf", "SHA-256, lower-case hex"),
        _text("verdict", "docflow.model.SignatureVerdict"),
        _text("type_name", "text"),
        _text("symbol", "number and symbol"),
        _text("issued_on", "day, YYYY-MM-DD, Asia/Ho_Chi_Minh", nullable=True),
        _text("subject", "text"),
        _text("signer_name", "text"),
        _text("urgency", "docflow.model.Urgency"),
        _text("arrived_at", "time, RFC 3339 with +07:00 and milliseconds"),
        _text("duplicate_of", "incoming_document.id with the same sender, symbol and date", nullable=True),
        _text("register", "register.register", nullable=True),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh", nullable=True),
        _integer("number", "số đến, from 1", nullable=True),
        _text("registered_at", "time, RFC 3339 with +07:00 and milliseconds", nullable=True),
        _text("assignee", "text, unit or person", nullable=True),
        _text("deadline", "day, YYYY-MM-DD, Asia/Ho_Chi_Minh", nullable=True),
        _text("assigned_at", "time, RFC 3339 with +07:00 and milliseconds", nullable=True),
        _text("completed_at", "time, RFC 3339 with +07:00 and milliseconds", nullable=True),
        _text("note", "text: progress, result, or the reason of a refusal"),
        _text("take_back", "text, the sender's reason while his question is open", nullable=True),
        _fk("fk_incoming_document_message", ("agency", "message"), ("blob.agency", "blob.sha256")),
        _fk("fk_incoming_document_pdf", ("agency", "pdf"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_incoming_document")),
        owner="agency",
        comment="incoming documents that arrived whole, genuine and for this agency",
    )
    op.create_index("ix_incoming_document_symbol", "incoming_document", ["agency", "sender", "symbol"], unique=False)
    _create(
        "log_statement",
        _text("agency", "agency.code, whose row this is"),
        _text("vkey", "verifier key of the log"),
        _text("statement", "text that was signed"),
        _text("cms_sha256", "SHA-256, lower-case hex of the CMS signature over the statement"),
        _fk("fk_log_statement_cms_sha256", ("agency", "cms_sha256"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "vkey", name=op.f("pk_log_statement")),
        owner="agency",
        comment="statements by which the agency vouches for its log key",
    )
    _create(
        "receipt",
        _text("office", "agency.code, whose row this is"),
        _text("id", "SHA-256, lower-case hex of the statement"),
        _text("agency", "agency code of who gave it"),
        _text("kind", "docflow.model.ReceiptKind"),
        _text("subject", "document.id or incoming_document.id here; empty if it concerns none"),
        _text("document_id", "edXML DocumentId"),
        _text("message", "SHA-256, lower-case hex of the message it answers"),
        _text("statement", "canonical JSON, docs/spec/receipts.md"),
        _text("cms", "SHA-256, lower-case hex of the CMS signature over the statement"),
        _text("recorded_at", "time, RFC 3339 with +07:00 and milliseconds"),
        _fk("fk_receipt_cms", ("office", "cms"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_receipt")),
        owner="office",
        comment="receipts given and received",
    )
    op.create_index("ix_receipt_subject", "receipt", ["office", "subject"], unique=False)
    _create(
        "erasure",
        _text("agency", "agency.code, whose row this is"),
        _text("sha256", "blob.sha256"),
        _text("incoming_id", "incoming_document.id"),
        _text("erased_at", "time, RFC 3339 with +07:00 and milliseconds"),
        _fk("fk_erasure_incoming_id", ("agency", "incoming_id"), ("incoming_document.agency", "incoming_document.id")),
        _fk("fk_erasure_sha256", ("agency", "sha256"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "sha256", name=op.f("pk_erasure")),
        owner="agency",
        comment="files destroyed because their sender took the document back",
    )
    _create(
        "incoming_entry",
        _text("agency", "agency.code, whose row this is"),
        _text("register", "name of the number series"),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh"),
        _integer("number", "số đến, from 1"),
        _text("incoming_id", "incoming_document.id"),
        _text("registered_on", "day, YYYY-MM-DD, Asia/Ho_Chi_Minh"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_incoming_entry_number")),
        _fk(
            "fk_incoming_entry_incoming_id",
            ("agency", "incoming_id"),
            ("incoming_document.agency", "incoming_document.id"),
        ),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number", name=op.f("pk_incoming_entry")),
        sa.UniqueConstraint("agency", "incoming_id", name="uq_incoming_entry_incoming_id"),
        owner="agency",
        comment="the incoming register: every arrival number given",
        with_rowid=False,
    )
    _create(
        "outbox",
        _text("agency", "agency.code, whose row this is"),
        _text("document_id", "document.id"),
        _integer("position", "place of the addressee in the document, from 0"),
        _text("addressee_code", "agency code", nullable=True),
        _text("addressee_name", "text"),
        _text("state", "docflow.ports.OutboxState"),
        _fk("fk_outbox_document_id", ("agency", "document_id"), ("document.agency", "document.id")),
        sa.PrimaryKeyConstraint("agency", "document_id", "position", name=op.f("pk_outbox")),
        owner="agency",
        comment="what is to be sent to whom; held until the document is sealed",
        with_rowid=False,
    )
    op.create_index("ix_outbox_state", "outbox", ["agency", "state"], unique=False)
    _create(
        "parcel",
        _text("agency", "agency.code, whose row this is"),
        _text("id", "SHA-256, lower-case hex of all parts, docflow.exchange.Parcel"),
        _text("recipient", "agency code"),
        _text("kind", "docflow.ports.ParcelKind"),
        _text("subject", "document.id or incoming_document.id here; empty if it concerns none"),
        _text("message", "SHA-256, lower-case hex", nullable=True),
        _text("message_cms", "SHA-256, lower-case hex", nullable=True),
        _text("receipt", "receipt.id", nullable=True),
        _text("in_reply_to", "inbox.parcel", nullable=True),
        _text("created_at", "time, RFC 3339 with +07:00 and milliseconds"),
        _text("sent_at", "time, RFC 3339 with +07:00 and milliseconds, the first time", nullable=True),
        _text("answered_by", "receipt.id", nullable=True),
        _text("gave_up_at", "time, RFC 3339 with +07:00 and milliseconds", nullable=True),
        _integer("attempts", "times sent"),
        _text("due_at", "time, RFC 3339 with +07:00 and milliseconds, when to send it next", nullable=True),
        _fk("fk_parcel_answered_by", ("agency", "answered_by"), ("receipt.office", "receipt.id")),
        _fk("fk_parcel_in_reply_to", ("agency", "in_reply_to"), ("inbox.agency", "inbox.parcel")),
        _fk("fk_parcel_message", ("agency", "message"), ("blob.agency", "blob.sha256")),
        _fk("fk_parcel_message_cms", ("agency", "message_cms"), ("blob.agency", "blob.sha256")),
        _fk("fk_parcel_receipt", ("agency", "receipt"), ("receipt.office", "receipt.id")),
        sa.PrimaryKeyConstraint("agency", "id", "recipient", name=op.f("pk_parcel")),
        owner="agency",
        comment="what is sent to other agencies, again and again until it is answered",
    )
    op.create_index("ix_parcel_due_at", "parcel", ["agency", "due_at"], unique=False)
    op.create_index("ix_parcel_subject", "parcel", ["agency", "subject"], unique=False)
    _create(
        "register_entry",
        _text("agency", "agency.code, whose row this is"),
        _text("register", "name of the number series"),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh"),
        _integer("number", "number, from 1"),
        _text("suffix", "letter of a sub-number such as 12a; empty for a number"),
        _text("kind", "docflow.ports.EntryKind"),
        _text("document_id", "document.id; NULL while a number is reserved, and for an opening", nullable=True),
        _text("symbol", "number and symbol as printed; empty until a document takes the number"),
        _text("issued_on", "day, YYYY-MM-DD, Asia/Ho_Chi_Minh; of a reserved number when it was reserved"),
        _text("reason", "text, why the number is void or reserved, or the register begins there", nullable=True),
        _text("permission", "text, who allowed a date out of order or a sub-number, and why", nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_register_entry_number")),
        _fk("fk_register_entry_document_id", ("agency", "document_id"), ("document.agency", "document.id")),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number", "suffix", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("agency", "document_id", name="uq_register_entry_document_id"),
        owner="agency",
        comment="the outgoing registers: every number given, also reserved and void ones",
        with_rowid=False,
    )
