"""The first schema: what an authority of the first version made, without a record of its version.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "authority",
        sa.Column("id", sa.Integer(), nullable=False, comment="one row"),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False, comment="where CRLs, certificates and the TSA are served"),
        sa.Column("key_salt", sa.LargeBinary(), nullable=False, comment="scrypt salt of the passphrase"),
        sa.Column("key_cost", sa.Integer(), nullable=False, comment="scrypt N"),
        sa.Column("created_at", sa.Integer(), nullable=False, comment="seconds since 1970 UTC"),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "certificate",
        sa.Column("serial", sa.Text(), nullable=False, comment="hex"),
        sa.Column("issuer", sa.Text(), nullable=False, comment="root or issuing: whose CRL speaks of it"),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="RFC 4514"),
        sa.Column("not_before", sa.Integer(), nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("not_after", sa.Integer(), nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("spki_sha256", sa.LargeBinary(), nullable=False, comment="hash of SubjectPublicKeyInfo"),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.Integer(), nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("revoked_at", sa.Integer(), nullable=True, comment="seconds since 1970 UTC; null: not revoked"),
        sa.Column("reason", sa.Text(), nullable=True, comment="RFC 5280 CRLReason"),
        sa.CheckConstraint("(revoked_at IS NULL) = (reason IS NULL)", name="revocation_complete"),
        sa.PrimaryKeyConstraint("serial"),
        sqlite_strict=True,
    )
    op.create_index(
        "certificate_revoked",
        "certificate",
        ["issuer", "revoked_at"],
        unique=False,
        sqlite_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_certificate_spki_sha256"), "certificate", ["spki_sha256"], unique=False)
    op.create_table(
        "crl",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("this_update", sa.Integer(), nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("next_update", sa.Integer(), nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("revoked_count", sa.Integer(), nullable=False, comment="entries on it"),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "number"),
        sqlite_strict=True,
    )
    op.create_table(
        "own_key",
        sa.Column("role", sa.Text(), nullable=False, comment="root, issuing or tsa"),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("pkcs8", sa.LargeBinary(), nullable=False, comment="encrypted PrivateKeyInfo, DER"),
        sa.ForeignKeyConstraint(["serial"], ["certificate.serial"]),
        sa.PrimaryKeyConstraint("role"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop every table, the dependent ones first."""
    for name in ("own_key", "crl", "certificate", "authority"):
        op.drop_table(name)
