"""The tables of an office: every module here adds its own to METADATA, and this is their one door.

What it does not do: it creates nothing; :mod:`docflow.store.migrations` does.
"""

from __future__ import annotations

from docflow.store.tables.columns import METADATA, Proof, index_files, owner_column
from docflow.store.tables.documents import (
    AGENCY,
    BLOB,
    DOCUMENT,
    ERASURE,
    IDEMPOTENCY_ANSWER,
    INCOMING_DOCUMENT,
    INCOMING_ENTRY,
    REGISTER_COUNTER,
    REGISTER_ENTRY,
)
from docflow.store.tables.drafting import (
    ATTACHED_FILE,
    COPY_ENTRY,
    DOCUMENT_COPY,
    DOCUMENT_LINK,
    DRAFT_VERSION,
    REMARK,
    ROLE_HOLDING,
)
from docflow.store.tables.exchange import INBOX, OUTBOX, PARCEL, RECEIPT
from docflow.store.tables.groups import DOCUMENT_GROUP, GROUP_ACT, GROUP_MEMBER, GROUP_READER
from docflow.store.tables.log import AUDIT_CHECKPOINT, AUDIT_HEAD, AUDIT_LEAF, AUDIT_NODE, LOG_STATEMENT
from docflow.store.tables.received import RECEIVED_FILE_CHECK, RECEIVED_SIGNATURE
from docflow.store.tables.searching import SEARCH_DDL, SEARCH_INDEX, SEARCH_MARK, SEARCH_TEXT, SEARCH_VECTOR
from docflow.store.tables.work import (
    ACCESS_ENTRY,
    CASE_FILE,
    DESTRUCTION,
    DOSSIER,
    DOSSIER_ACT,
    DOSSIER_STEP,
    DOSSIER_VISIT,
    FILE_ACT,
    FILE_LIST_APPROVAL,
    FILED_DOCUMENT,
    INCOMING_ACT,
    INCOMING_REPLACEMENT,
    INCOMING_TASK,
    SIGNER_CERTIFICATE,
)

__all__ = [
    "ACCESS_ENTRY",
    "AGENCY",
    "ATTACHED_FILE",
    "AUDIT_CHECKPOINT",
    "AUDIT_HEAD",
    "AUDIT_LEAF",
    "AUDIT_NODE",
    "BLOB",
    "CASE_FILE",
    "COPY_ENTRY",
    "DESTRUCTION",
    "DOCUMENT",
    "DOCUMENT_COPY",
    "DOCUMENT_GROUP",
    "DOCUMENT_LINK",
    "DOSSIER",
    "DOSSIER_ACT",
    "DOSSIER_STEP",
    "DOSSIER_VISIT",
    "DRAFT_VERSION",
    "ERASURE",
    "FILED_DOCUMENT",
    "FILE_ACT",
    "FILE_LIST_APPROVAL",
    "GROUP_ACT",
    "GROUP_MEMBER",
    "GROUP_READER",
    "IDEMPOTENCY_ANSWER",
    "INBOX",
    "INCOMING_ACT",
    "INCOMING_DOCUMENT",
    "INCOMING_ENTRY",
    "INCOMING_REPLACEMENT",
    "INCOMING_TASK",
    "LOG_STATEMENT",
    "METADATA",
    "OUTBOX",
    "PARCEL",
    "RECEIPT",
    "RECEIVED_FILE_CHECK",
    "RECEIVED_SIGNATURE",
    "REGISTER_COUNTER",
    "REGISTER_ENTRY",
    "REMARK",
    "ROLE_HOLDING",
    "SEARCH_DDL",
    "SEARCH_INDEX",
    "SEARCH_MARK",
    "SEARCH_TEXT",
    "SEARCH_VECTOR",
    "SIGNER_CERTIFICATE",
    "Proof",
    "index_files",
    "owner_column",
]
