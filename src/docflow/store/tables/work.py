"""The tables of the work: who handles an incoming document, dossiers and their steps, files and what is in them.

Invariants:
    - Each row is one frozen record of :mod:`docflow.model` whose fields are named as the columns.
    - All of it is evidence.

What it does not do: it creates nothing; :mod:`docflow.store.migrations` does.

Source: Nghị định 30/2020/NĐ-CP Điều 23, 24, 28–31, Phụ lục VI Phần II.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables.columns import (
    DAY,
    SHA256,
    TIME,
    integer_column,
    make_table,
    owner,
    refers,
    text_column,
)

_POSITION = "from 0"

INCOMING_TASK = make_table(
    "incoming_task",
    owner(),
    text_column("incoming_id", "incoming_document.id", primary_key=True),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("role", "docflow.model.TaskRole"),
    text_column("name", "text, unit or person"),
    text_column("due_at", TIME, nullable=True),
    text_column("given_at", TIME),
    text_column("given_by", "text, a person"),
    text_column("withdrawn_at", TIME, nullable=True),
    refers("incoming_task", "incoming_id", "incoming_document.id"),
    comment="who leads, cooperates or is informed; what was withdrawn stays",
    with_rowid=False,
)

INCOMING_REPLACEMENT = make_table(
    "incoming_replacement",
    owner(),
    text_column("replaced", "incoming_document.id, which may come later or never", primary_key=True),
    text_column("incoming_id", "incoming_document.id that says it", primary_key=True),
    text_column("said_at", TIME),
    refers("incoming_replacement", "incoming_id", "incoming_document.id"),
    comment="which incoming document its sender replaced by which",
    with_rowid=False,
)

INCOMING_ACT = make_table(
    "incoming_act",
    owner(),
    text_column("incoming_id", "incoming_document.id", primary_key=True),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("event", "docflow.model.IncomingEvent"),
    text_column("at", TIME),
    text_column("actor", "text, a person or agency"),
    text_column("text", "text: instruction, reason, result"),
    refers("incoming_act", "incoming_id", "incoming_document.id"),
    comment="what was done with an incoming document, and what was said (TraceHeaderList)",
    with_rowid=False,
)

DOSSIER = make_table(
    "dossier",
    owner(),
    text_column("id", "text chosen by the caller", primary_key=True),
    text_column("state", "docflow.model.DossierState"),
    text_column("kind", "docflow.model.DossierKind"),
    text_column("title", "text, at most 500 characters"),
    text_column("code", "text, number of the dossier, or empty"),
    integer_column("hours", "working hours of all steps"),
    integer_column("step_count", "rows of dossier_step"),
    text_column("opened_at", TIME),
    text_column("opened_by", "text, a person"),
    text_column("file_id", "case_file.code, as typed", nullable=True),
    integer_column("step", "position of the running step, from 0"),
    integer_column("visit_count", "rows of dossier_visit"),
    text_column("started_at", TIME, nullable=True),
    text_column("due_at", TIME + ", of the whole", nullable=True),
    text_column("paused_at", TIME, nullable=True),
    text_column("ended_at", TIME, nullable=True),
    text_column("result", "text"),
    integer_column("act_count", "rows of dossier_act"),
    text_column("acted_at", TIME + ", of the last act", nullable=True),
    comment="work that goes through several steps",
    with_rowid=False,
)

DOSSIER_STEP = make_table(
    "dossier_step",
    owner(),
    text_column("dossier_id", "dossier.id", primary_key=True),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("name", "text"),
    text_column("unit", "text, unit or agency"),
    integer_column("hours", "working hours"),
    refers("dossier_step", "dossier_id", "dossier.id"),
    comment="the steps of a dossier as planned",
    with_rowid=False,
)

DOSSIER_VISIT = make_table(
    "dossier_visit",
    owner(),
    text_column("dossier_id", "dossier.id", primary_key=True),
    integer_column("visit", _POSITION, primary_key=True, autoincrement=False),
    integer_column("step", "position of the step"),
    text_column("unit", "text, unit or agency"),
    text_column("started_at", TIME),
    text_column("due_at", TIME),
    text_column("ended_at", TIME, nullable=True),
    text_column("end", "docflow.model.VisitEnd", nullable=True),
    refers("dossier_visit", "dossier_id", "dossier.id"),
    comment="each stay of a dossier in a step, with its clock",
    with_rowid=False,
)

DOSSIER_ACT = make_table(
    "dossier_act",
    owner(),
    text_column("dossier_id", "dossier.id", primary_key=True),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("event", "docflow.model.DossierEvent"),
    text_column("at", TIME),
    text_column("actor", "text, a person"),
    text_column("text", "text: reason, result"),
    refers("dossier_act", "dossier_id", "dossier.id"),
    comment="what was done with a dossier, and what was said",
    with_rowid=False,
)

CASE_FILE = make_table(
    "case_file",
    owner(),
    text_column("code", "mã hồ sơ, docflow.model.name_file", primary_key=True),
    text_column("state", "docflow.model.FileState"),
    integer_column("year", "calendar year in Asia/Ho_Chi_Minh"),
    text_column("notation", "text, at most 20 characters"),
    text_column("title", "text, at most 500 characters"),
    integer_column("retention_years", "years after the year of closing; NULL: for ever", nullable=True),
    text_column("creator", "text, a person"),
    text_column("unit", "text"),
    text_column("rights", "text"),
    text_column("language", "text"),
    text_column("description", "text"),
    text_column("planned_at", TIME),
    text_column("planned_by", "text, a person"),
    integer_column("ordinal", "the last ordinal given in it"),
    integer_column("document_count", "documents in it now"),
    text_column("opened_on", DAY, nullable=True),
    text_column("closed_on", DAY, nullable=True),
    text_column("noticed_on", DAY, nullable=True),
    text_column("hand_over_due", DAY, nullable=True),
    text_column("handed_over_at", TIME, nullable=True),
    text_column("handed_over_to", "text, a person", nullable=True),
    text_column("proposed_by", "text, a person", nullable=True),
    text_column("proposed_at", TIME, nullable=True),
    text_column("proposal", "text, why it is to be destroyed", nullable=True),
    text_column("destroyed_at", TIME, nullable=True),
    text_column("destroyed_by", "text, a person", nullable=True),
    integer_column("act_count", "rows of file_act"),
    text_column("acted_at", TIME + ", of the last act", nullable=True),
    comment="files: the list of each year, and what became of them",
    with_rowid=False,
)

FILED_DOCUMENT = make_table(
    "filed_document",
    owner(),
    text_column("file_code", "case_file.code", primary_key=True),
    integer_column("ordinal", "from 1", primary_key=True, autoincrement=False),
    text_column("direction", "docflow.model.Direction"),
    text_column("document_id", "document.id or incoming_document.id", index=True),
    text_column("added_at", TIME),
    text_column("added_by", "text, a person"),
    text_column("removed_at", TIME, nullable=True),
    refers("filed_document", "file_code", "case_file.code"),
    comment="which documents stand in which file",
    with_rowid=False,
)

FILE_ACT = make_table(
    "file_act",
    owner(),
    text_column("file_code", "case_file.code", primary_key=True),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("event", "docflow.model.FileEvent"),
    text_column("at", TIME),
    text_column("actor", "text, a person"),
    text_column("text", "text: reason"),
    refers("file_act", "file_code", "case_file.code"),
    comment="what was done with a file, and what was said",
    with_rowid=False,
)

DESTRUCTION = make_table(
    "destruction",
    owner(),
    text_column("sha256", SHA256, primary_key=True),
    text_column("file_code", "case_file.code"),
    text_column("document_id", "document.id or incoming_document.id"),
    text_column("destroyed_at", TIME),
    refers("destruction", "sha256", "blob.sha256"),
    refers("destruction", "file_code", "case_file.code"),
    comment="content destroyed with a file past its retention; the metadata of its document stay",
    with_rowid=False,
)

SIGNER_CERTIFICATE = make_table(
    "signer_certificate",
    owner(),
    text_column("thing", "docflow.ports.SignedThing", primary_key=True),
    text_column("subject", "document.id, document_copy.id or incoming_document.id", primary_key=True),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("sha256", SHA256 + " of the certificate"),
    text_column("issuer", "RFC 4514 text"),
    text_column("serial", "serial number, lower-case hex"),
    text_column("holder", "docflow.ports.CertificateHolder"),
    text_column("seen_at", TIME),
    comment="certificates behind signatures that passed",
    with_rowid=False,
)

FILE_LIST_APPROVAL = make_table(
    "file_list_approval",
    owner(),
    integer_column("year", "calendar year of the list", primary_key=True, autoincrement=False),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("approved_at", TIME),
    text_column("approved_by", "text, a person"),
    text_column("document_id", "document.id of the decision on the list", nullable=True),
    integer_column("file_count", "files in the list"),
    text_column("digest", SHA256 + " of the list, docflow.model.digest_file_list"),
    refers("file_list_approval", "document_id", "document.id"),
    comment="approvals of the year's list of files by the head of the agency",
    with_rowid=False,
)

ACCESS_ENTRY = make_table(
    "access_entry",
    owner(),
    integer_column("position", _POSITION, primary_key=True, autoincrement=False),
    text_column("at", TIME + ", when it was reported"),
    text_column("person", "text, a person"),
    text_column("kind", "docflow.model.AccessKind"),
    text_column("target", "docflow.model.AccessTarget"),
    text_column("subject", "document.id, incoming_document.id or case_file.code; empty for the system"),
    text_column("unit", "text, unit of the person, or empty"),
    text_column("address", "text, from where, or empty"),
    text_column("reported_by", "text, a person or front end"),
    text_column("access_id", "text chosen by the front end", nullable=True),
    integer_column(
        "may_read", "1 if the person might read it when it was reported, else 0; of the system none", nullable=True
    ),
    sa.Index("ix_access_entry_at", "agency", "at", "position"),
    sa.Index("ix_access_entry_subject", "agency", "target", "subject", "at", "position"),
    sa.Index("ix_access_entry_person", "agency", "person", "at", "position"),
    sa.Index(
        "uq_access_entry_access_id",
        "agency",
        "access_id",
        unique=True,
        sqlite_where=sa.text("access_id IS NOT NULL"),
        postgresql_where=sa.text("access_id IS NOT NULL"),
    ),
    comment="who looked at which document or file, or entered the system, as front ends reported it",
)
