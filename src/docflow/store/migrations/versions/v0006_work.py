"""The work: channels, checks and clocks of incoming documents, who handles them, dossiers, files.

Three tables are made anew, because SQLite cannot take NOT NULL from a column in place: what comes by hand has no
message and perhaps no file.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_OWNER = "agency.code, whose row this is"
_TIME = "time, RFC 3339 with +07:00 and milliseconds"
_DAY = "day, YYYY-MM-DD, Asia/Ho_Chi_Minh"
_SHA256 = "SHA-256, lower-case hex"
_ANEW = ("incoming_document", "incoming_entry", "erasure")
"""The first one, and those that refer to it."""
_NEW_COLUMNS = {
    "channel": "'exchange'",
    "issuer_key": "''",
    "symbol_key": "''",
    "due_at": "deadline || 'T23:59:59.999+07:00'",
    "act_count": "0",
}
"""What stands in a new column of an old row."""


def upgrade() -> None:
    """Copy three tables aside, make them anew, copy the rows back; make the tables of the work."""
    connection = op.get_bind()
    columns = {name: [column["name"] for column in sa.inspect(connection).get_columns(name)] for name in _ANEW}
    for name in _ANEW:
        op.execute(f"CREATE TABLE old_{name} AS SELECT * FROM {name}")  # noqa: S608 - our own names
    for name in reversed(_ANEW):
        op.drop_table(name)
    _make_incoming()
    for name in _ANEW:
        new = _NEW_COLUMNS if name == "incoming_document" else {}
        into, values = ", ".join((*columns[name], *new)), ", ".join((*columns[name], *new.values()))
        op.execute(f"INSERT INTO {name} ({into}) SELECT {values} FROM old_{name}")  # noqa: S608 - our own names
        op.drop_table(f"old_{name}")
    _fold_names(connection)
    _make_work()
    _make_files()


def downgrade() -> None:
    """There is no way back: the old tables have no place for what came by hand.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError


def _fold_names(connection: sa.Connection) -> None:
    """Fill what duplicates are found by, as docflow.model.fold_issuer and fold_symbol did when this was written."""
    found = connection.execute(sa.text("SELECT agency, id, sender_name, symbol FROM incoming_document")).all()
    update = sa.text(
        "UPDATE incoming_document SET issuer_key = :issuer, symbol_key = :symbol WHERE agency = :agency AND id = :id"
    )
    for agency, incoming_id, name, symbol in found:
        issuer = unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", name).casefold().split()))
        key = re.sub(r"\A0+(?=[0-9])", "", "".join(unicodedata.normalize("NFC", symbol).split()))
        connection.execute(update, {"issuer": issuer, "symbol": key, "agency": agency, "id": incoming_id})


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment)


def _integer(name: str, comment: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _INTEGER, nullable=nullable, comment=comment, autoincrement=False)


def _fk(name: str, columns: tuple[str, str], to: tuple[str, str]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(columns, to, name=name)


def _create(name: str, *items: SchemaItem, comment: str, with_rowid: bool = False) -> None:
    agency = sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f(f"fk_{name}_agency"))
    op.create_table(name, *items, agency, comment=comment, sqlite_strict=True, sqlite_with_rowid=with_rowid)


def _make_incoming() -> None:
    _create(
        "incoming_document",
        _text("agency", _OWNER),
        _text("id", "docflow.model.name_incoming"),
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
        _fk("fk_incoming_document_answered_by", ("agency", "answered_by"), ("document.agency", "document.id")),
        _fk("fk_incoming_document_message", ("agency", "message"), ("blob.agency", "blob.sha256")),
        _fk("fk_incoming_document_pdf", ("agency", "pdf"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_incoming_document")),
        comment="incoming documents: from the exchange those that arrived whole and genuine, and those typed by hand",
        with_rowid=True,
    )
    op.create_index("ix_incoming_document_identifier", "incoming_document", ["agency", "document_id"], unique=False)
    op.create_index("ix_incoming_document_symbol", "incoming_document", ["agency", "symbol_key"], unique=False)
    _create(
        "incoming_entry",
        _text("agency", _OWNER),
        _text("register", "name of the number series"),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh"),
        _integer("number", "số đến, from 1"),
        _text("incoming_id", "incoming_document.id"),
        _text("registered_on", _DAY),
        _fk(
            "fk_incoming_entry_incoming_id",
            ("agency", "incoming_id"),
            ("incoming_document.agency", "incoming_document.id"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_incoming_entry_number")),
        sa.UniqueConstraint("agency", "incoming_id", name="uq_incoming_entry_incoming_id"),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number", name=op.f("pk_incoming_entry")),
        comment="the incoming register: every arrival number given",
    )
    _create(
        "erasure",
        _text("agency", _OWNER),
        _text("sha256", "blob.sha256"),
        _text("incoming_id", "incoming_document.id"),
        _text("erased_at", _TIME),
        _fk("fk_erasure_incoming_id", ("agency", "incoming_id"), ("incoming_document.agency", "incoming_document.id")),
        _fk("fk_erasure_sha256", ("agency", "sha256"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "sha256", name=op.f("pk_erasure")),
        comment="files destroyed because their sender took the document back",
        with_rowid=True,
    )


def _make_work() -> None:
    _create(
        "incoming_task",
        _text("agency", _OWNER),
        _text("incoming_id", "incoming_document.id"),
        _integer("position", "from 0"),
        _text("role", "docflow.model.TaskRole"),
        _text("name", "text, unit or person"),
        _text("due_at", _TIME, nullable=True),
        _text("given_at", _TIME),
        _text("given_by", "text, a person"),
        _text("withdrawn_at", _TIME, nullable=True),
        _fk(
            "fk_incoming_task_incoming_id",
            ("agency", "incoming_id"),
            ("incoming_document.agency", "incoming_document.id"),
        ),
        sa.PrimaryKeyConstraint("agency", "incoming_id", "position", name=op.f("pk_incoming_task")),
        comment="who leads, cooperates or is informed; what was withdrawn stays",
    )
    _create(
        "incoming_act",
        _text("agency", _OWNER),
        _text("incoming_id", "incoming_document.id"),
        _integer("position", "from 0"),
        _text("event", "docflow.model.IncomingEvent"),
        _text("at", _TIME),
        _text("actor", "text, a person or agency"),
        _text("text", "text: instruction, reason, result"),
        _fk(
            "fk_incoming_act_incoming_id",
            ("agency", "incoming_id"),
            ("incoming_document.agency", "incoming_document.id"),
        ),
        sa.PrimaryKeyConstraint("agency", "incoming_id", "position", name=op.f("pk_incoming_act")),
        comment="what was done with an incoming document, and what was said (TraceHeaderList)",
    )
    _create(
        "dossier",
        _text("agency", _OWNER),
        _text("id", "text chosen by the caller"),
        _text("state", "docflow.model.DossierState"),
        _text("kind", "docflow.model.DossierKind"),
        _text("title", "text, at most 500 characters"),
        _text("code", "text, number of the dossier, or empty"),
        _integer("hours", "working hours of all steps"),
        _integer("step_count", "rows of dossier_step"),
        _text("opened_at", _TIME),
        _text("opened_by", "text, a person"),
        _text("file_id", "case_file.code, as typed", nullable=True),
        _integer("step", "position of the running step, from 0"),
        _integer("visit_count", "rows of dossier_visit"),
        _text("started_at", _TIME, nullable=True),
        _text("due_at", _TIME + ", of the whole", nullable=True),
        _text("paused_at", _TIME, nullable=True),
        _text("ended_at", _TIME, nullable=True),
        _text("result", "text"),
        _integer("act_count", "rows of dossier_act"),
        _text("acted_at", _TIME + ", of the last act", nullable=True),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_dossier")),
        comment="work that goes through several steps",
    )
    _create(
        "dossier_step",
        _text("agency", _OWNER),
        _text("dossier_id", "dossier.id"),
        _integer("position", "from 0"),
        _text("name", "text"),
        _text("unit", "text, unit or agency"),
        _integer("hours", "working hours"),
        _fk("fk_dossier_step_dossier_id", ("agency", "dossier_id"), ("dossier.agency", "dossier.id")),
        sa.PrimaryKeyConstraint("agency", "dossier_id", "position", name=op.f("pk_dossier_step")),
        comment="the steps of a dossier as planned",
    )
    _create(
        "dossier_visit",
        _text("agency", _OWNER),
        _text("dossier_id", "dossier.id"),
        _integer("visit", "from 0"),
        _integer("step", "position of the step"),
        _text("unit", "text, unit or agency"),
        _text("started_at", _TIME),
        _text("due_at", _TIME),
        _text("ended_at", _TIME, nullable=True),
        _text("end", "docflow.model.VisitEnd", nullable=True),
        _fk("fk_dossier_visit_dossier_id", ("agency", "dossier_id"), ("dossier.agency", "dossier.id")),
        sa.PrimaryKeyConstraint("agency", "dossier_id", "visit", name=op.f("pk_dossier_visit")),
        comment="each stay of a dossier in a step, with its clock",
    )
    _create(
        "dossier_act",
        _text("agency", _OWNER),
        _text("dossier_id", "dossier.id"),
        _integer("position", "from 0"),
        _text("event", "docflow.model.DossierEvent"),
        _text("at", _TIME),
        _text("actor", "text, a person"),
        _text("text", "text: reason, result"),
        _fk("fk_dossier_act_dossier_id", ("agency", "dossier_id"), ("dossier.agency", "dossier.id")),
        sa.PrimaryKeyConstraint("agency", "dossier_id", "position", name=op.f("pk_dossier_act")),
        comment="what was done with a dossier, and what was said",
    )


def _make_files() -> None:
    _create(
        "case_file",
        _text("agency", _OWNER),
        _text("code", "mã hồ sơ, docflow.model.name_file"),
        _text("state", "docflow.model.FileState"),
        _integer("year", "calendar year in Asia/Ho_Chi_Minh"),
        _text("notation", "text, at most 20 characters"),
        _text("title", "text, at most 500 characters"),
        _integer("retention_years", "years after the year of closing; NULL: for ever", nullable=True),
        _text("creator", "text, a person"),
        _text("unit", "text"),
        _text("rights", "text"),
        _text("language", "text"),
        _text("description", "text"),
        _text("planned_at", _TIME),
        _text("planned_by", "text, a person"),
        _integer("ordinal", "the last ordinal given in it"),
        _integer("document_count", "documents in it now"),
        _text("opened_on", _DAY, nullable=True),
        _text("closed_on", _DAY, nullable=True),
        _text("noticed_on", _DAY, nullable=True),
        _text("hand_over_due", _DAY, nullable=True),
        _text("handed_over_at", _TIME, nullable=True),
        _text("handed_over_to", "text, a person", nullable=True),
        _text("proposed_by", "text, a person", nullable=True),
        _text("proposed_at", _TIME, nullable=True),
        _text("proposal", "text, why it is to be destroyed", nullable=True),
        _text("destroyed_at", _TIME, nullable=True),
        _text("destroyed_by", "text, a person", nullable=True),
        _integer("act_count", "rows of file_act"),
        _text("acted_at", _TIME + ", of the last act", nullable=True),
        sa.PrimaryKeyConstraint("agency", "code", name=op.f("pk_case_file")),
        comment="files: the list of each year, and what became of them",
    )
    _create(
        "filed_document",
        _text("agency", _OWNER),
        _text("file_code", "case_file.code"),
        _integer("ordinal", "from 1"),
        _text("direction", "docflow.model.Direction"),
        _text("document_id", "document.id or incoming_document.id"),
        _text("added_at", _TIME),
        _text("added_by", "text, a person"),
        _text("removed_at", _TIME, nullable=True),
        _fk("fk_filed_document_file_code", ("agency", "file_code"), ("case_file.agency", "case_file.code")),
        sa.PrimaryKeyConstraint("agency", "file_code", "ordinal", name=op.f("pk_filed_document")),
        comment="which documents stand in which file",
    )
    op.create_index("ix_filed_document_document_id", "filed_document", ["document_id"], unique=False)
    _create(
        "file_act",
        _text("agency", _OWNER),
        _text("file_code", "case_file.code"),
        _integer("position", "from 0"),
        _text("event", "docflow.model.FileEvent"),
        _text("at", _TIME),
        _text("actor", "text, a person"),
        _text("text", "text: reason"),
        _fk("fk_file_act_file_code", ("agency", "file_code"), ("case_file.agency", "case_file.code")),
        sa.PrimaryKeyConstraint("agency", "file_code", "position", name=op.f("pk_file_act")),
        comment="what was done with a file, and what was said",
    )
    _create(
        "destruction",
        _text("agency", _OWNER),
        _text("sha256", _SHA256),
        _text("file_code", "case_file.code"),
        _text("document_id", "document.id or incoming_document.id"),
        _text("destroyed_at", _TIME),
        _fk("fk_destruction_file_code", ("agency", "file_code"), ("case_file.agency", "case_file.code")),
        _fk("fk_destruction_sha256", ("agency", "sha256"), ("blob.agency", "blob.sha256")),
        sa.PrimaryKeyConstraint("agency", "sha256", name=op.f("pk_destruction")),
        comment="content destroyed with a file past its retention; the metadata of its document stay",
    )
