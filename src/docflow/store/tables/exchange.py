"""The tables of the exchange with other agencies: what is to be sent, what came, receipts, parcels.

As in :mod:`docflow.store.tables`, every column says what proves it.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables.columns import SHA256, TIME, integer_column, make_table, owner, refers, text_column

OUTBOX = make_table(
    "outbox",
    owner(),
    text_column("document_id", "document.id", primary_key=True),
    integer_column("position", "place of the addressee in the document, from 0", primary_key=True, autoincrement=False),
    text_column("addressee_code", "agency code", nullable=True),
    text_column("addressee_name", "text"),
    text_column("state", "docflow.ports.OutboxState"),
    text_column("sent_at", TIME + ", ngày chuyển", nullable=True),
    text_column("sent_how", "electronic, or text", nullable=True),
    text_column("signed_for", "text, a person: ký nhận", nullable=True),
    refers("outbox", "document_id", "document.id"),
    sa.Index("ix_outbox_state", "agency", "state"),
    with_rowid=False,
    comment="what is to be sent to whom; held until the document is sealed",
)

INBOX = make_table(
    "inbox",
    owner(),
    text_column("parcel", SHA256 + " of all parts, docflow.exchange.Parcel", primary_key=True),
    text_column("message", SHA256 + " of the message or receipt", nullable=True),
    text_column("sender", "agency code as claimed", nullable=True),
    text_column("document_id", "edXML DocumentId as claimed", nullable=True),
    text_column("outcome", "docflow.ports.InboxOutcome"),
    text_column("reason", "text, why it was not taken in", nullable=True),
    text_column("received_at", TIME),
    comment="what other agencies sent, each once; of what was refused the fact only",
)

RECEIPT = make_table(
    "receipt",
    owner("office"),
    text_column("id", SHA256 + " of the statement", primary_key=True),
    text_column("agency", "agency code of who gave it"),
    text_column("kind", "docflow.model.ReceiptKind"),
    text_column("subject", "document.id or incoming_document.id here; empty if it concerns none"),
    text_column("document_id", "edXML DocumentId"),
    text_column("message", SHA256 + " of the message it answers"),
    text_column("statement", "canonical JSON, docs/spec/receipts.md"),
    text_column("cms", SHA256 + " of the CMS signature over the statement"),
    text_column("recorded_at", TIME),
    refers("receipt", "cms", "blob.sha256", owner="office"),
    sa.Index("ix_receipt_subject", "office", "subject"),
    comment="receipts given and received",
)

PARCEL = make_table(
    "parcel",
    owner(),
    text_column("id", SHA256 + " of all parts, docflow.exchange.Parcel", primary_key=True),
    text_column("recipient", "agency code", primary_key=True),
    text_column("kind", "docflow.ports.ParcelKind"),
    text_column("subject", "document.id or incoming_document.id here; empty if it concerns none"),
    text_column("message", SHA256, nullable=True),
    text_column("message_cms", SHA256, nullable=True),
    text_column("receipt", "receipt.id", nullable=True),
    text_column("in_reply_to", "inbox.parcel", nullable=True),
    text_column("created_at", TIME),
    text_column("sent_at", TIME + ", the first time", nullable=True),
    text_column("answered_by", "receipt.id", nullable=True),
    text_column("gave_up_at", TIME, nullable=True),
    integer_column("attempts", "times sent", proof=None, why_not="steers repetition only"),
    text_column("due_at", TIME + ", when to send it next", nullable=True, proof=None, why_not="steers repetition only"),
    *(refers("parcel", name, "blob.sha256") for name in ("message", "message_cms")),
    *(refers("parcel", name, "receipt.id") for name in ("receipt", "answered_by")),
    refers("parcel", "in_reply_to", "inbox.parcel"),
    sa.Index("ix_parcel_subject", "agency", "subject"),
    sa.Index("ix_parcel_due_at", "agency", "due_at"),
    comment="what is sent to other agencies, again and again until it is answered",
)
