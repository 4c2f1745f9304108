"""The tables of what was found in the files that came with incoming documents.

Invariants:
    - Each row is one frozen record of :mod:`docflow.model` whose fields are named as the columns.
    - All of it is evidence.
    - Rows are added, never changed: another look at the files is another act, with rows of its own.

What it does not do: it creates nothing; :mod:`docflow.store.migrations` does.

Source: Thông tư 01/2019/TT-BNV Điều 3 khoản 5; docs/adr/0081.
"""

from __future__ import annotations

from docflow.store.tables.columns import SHA256, TIME, integer_column, make_table, owner, refers, text_column

RECEIVED_FILE_CHECK = make_table(
    "received_file_check",
    owner(),
    text_column("incoming_id", "incoming_document.id", primary_key=True),
    integer_column("act", "incoming_act.position of the look", primary_key=True, autoincrement=False),
    integer_column("position", "of the file in the message, from 0", primary_key=True, autoincrement=False),
    text_column("name", "text, for people to read, at most 200 characters"),
    text_column("sha256", SHA256 + " of the file"),
    text_column("verdict", "docflow.model.FileVerdict"),
    text_column("reasons", "codes with a space between them"),
    integer_column("signature_count", "signatures in the file"),
    refers("received_file_check", "incoming_id", "incoming_document.id"),
    comment="what each look at the files of an incoming document found in each of them",
    with_rowid=False,
)

RECEIVED_SIGNATURE = make_table(
    "received_signature",
    owner(),
    text_column("incoming_id", "incoming_document.id", primary_key=True),
    integer_column("act", "incoming_act.position of the look", primary_key=True, autoincrement=False),
    integer_column("position", "of the file in the message, from 0", primary_key=True, autoincrement=False),
    integer_column("number", "from 0, in the order of signing", primary_key=True, autoincrement=False),
    text_column("verdict", "docflow.model.FileVerdict"),
    text_column("signer", "text, CN of the certificate, or empty"),
    text_column("organization", "text, O of the certificate, or empty"),
    text_column("unit", "text, OU of the certificate, or empty"),
    text_column("certificate", SHA256 + " of the certificate, or empty"),
    text_column("issuer", "RFC 4514 text, at most 500 characters, or empty"),
    text_column("serial", "serial number, lower-case hex, or empty"),
    text_column("valid_from", TIME + ", of the certificate", nullable=True),
    text_column("valid_until", TIME + ", of the certificate", nullable=True),
    text_column("signed_at", TIME + ", as a trusted timestamp proves", nullable=True),
    text_column("reasons", "codes with a space between them"),
    refers("received_signature", "incoming_id", "incoming_document.id"),
    comment="each signature that a look at a file found",
    with_rowid=False,
)
