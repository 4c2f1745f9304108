"""What was found of the signatures on the files that came with incoming documents.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = "time, RFC 3339 with +07:00 and milliseconds"
_SHA256 = "SHA-256, lower-case hex"
_REASONS = "codes with a space between them"


def upgrade() -> None:
    """Add a column, empty, and two tables: of the files that came before nobody judged the signatures."""
    op.add_column(
        "incoming_document",
        sa.Column("files_verdict", _TEXT, nullable=True, comment="docflow.model.FileVerdict, the worst of its files"),
    )
    op.create_table(
        "received_file_check",
        *_place(),
        _text("name", "text, for people to read, at most 200 characters"),
        _text("sha256", _SHA256 + " of the file"),
        _text("verdict", "docflow.model.FileVerdict"),
        _text("reasons", _REASONS),
        _integer("signature_count", "signatures in the file"),
        *_of_document("received_file_check"),
        sa.PrimaryKeyConstraint("agency", "incoming_id", "act", "position", name=op.f("pk_received_file_check")),
        comment="what each look at the files of an incoming document found in each of them",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "received_signature",
        *_place(),
        _integer("number", "from 0, in the order of signing"),
        _text("verdict", "docflow.model.FileVerdict"),
        _text("signer", "text, CN of the certificate, or empty"),
        _text("organization", "text, O of the certificate, or empty"),
        _text("unit", "text, OU of the certificate, or empty"),
        _text("certificate", _SHA256 + " of the certificate, or empty"),
        _text("issuer", "RFC 4514 text, at most 500 characters, or empty"),
        _text("serial", "serial number, lower-case hex, or empty"),
        _text("valid_from", _TIME + ", of the certificate", nullable=True),
        _text("valid_until", _TIME + ", of the certificate", nullable=True),
        _text("signed_at", _TIME + ", as a trusted timestamp proves", nullable=True),
        _text("reasons", _REASONS),
        *_of_document("received_signature"),
        sa.PrimaryKeyConstraint(
            "agency", "incoming_id", "act", "position", "number", name=op.f("pk_received_signature")
        ),
        comment="each signature that a look at a file found",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """There is no way back: what was recorded is evidence.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the schema before has no place for what was found in files: restore a backup")


def _place() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        _text("agency", "agency.code, whose row this is"),
        _text("incoming_id", "incoming_document.id"),
        _integer("act", "incoming_act.position of the look"),
        _integer("position", "of the file in the message, from 0"),
    )


def _of_document(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f(f"fk_{table}_agency")),
        sa.ForeignKeyConstraint(
            ["agency", "incoming_id"],
            ["incoming_document.agency", "incoming_document.id"],
            name=op.f(f"fk_{table}_incoming_id"),
        ),
    )


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment)


def _integer(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, _INTEGER, nullable=False, comment=comment, autoincrement=False)
