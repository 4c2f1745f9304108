"""The certificates behind signatures, the approvals of the year's list of files; the index to search by is made anew.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_OWNER = "agency.code, whose row this is"
_TIME = "time, RFC 3339 with +07:00 and milliseconds"
_SHA256 = "SHA-256, lower-case hex"


def upgrade() -> None:
    """Add both tables, empty: of older signatures nobody wrote down the certificate."""
    op.create_table(
        "signer_certificate",
        _text("agency", _OWNER),
        _text("thing", "docflow.ports.SignedThing"),
        _text("subject", "document.id, document_copy.id or incoming_document.id"),
        _integer("position", "from 0"),
        _text("sha256", _SHA256 + " of the certificate"),
        _text("issuer", "RFC 4514 text"),
        _text("serial", "serial number, lower-case hex"),
        _text("holder", "docflow.ports.CertificateHolder"),
        _text("seen_at", _TIME),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_signer_certificate_agency")),
        sa.PrimaryKeyConstraint("agency", "thing", "subject", "position", name=op.f("pk_signer_certificate")),
        comment="certificates behind signatures that passed",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "file_list_approval",
        _text("agency", _OWNER),
        _integer("year", "calendar year of the list"),
        _integer("position", "from 0"),
        _text("approved_at", _TIME),
        _text("approved_by", "text, a person"),
        _text("document_id", "document.id of the decision on the list", nullable=True),
        _integer("file_count", "files in the list"),
        _text("digest", _SHA256 + " of the list, docflow.model.digest_file_list"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_file_list_approval_agency")),
        sa.ForeignKeyConstraint(
            ["agency", "document_id"],
            ["document.agency", "document.id"],
            name=op.f("fk_file_list_approval_document_id"),
        ),
        sa.PrimaryKeyConstraint("agency", "year", "position", name=op.f("pk_file_list_approval")),
        comment="approvals of the year's list of files by the head of the agency",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # Words are spelt in one way from now on; the next search makes the index from the log.
    op.execute("DELETE FROM search_text")
    op.execute("DELETE FROM search_mark")


def downgrade() -> None:
    """Drop both tables; the log keeps what stood in them."""
    op.drop_table("file_list_approval")
    op.drop_table("signer_certificate")


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment)


def _integer(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, _INTEGER, nullable=False, comment=comment, autoincrement=False)
