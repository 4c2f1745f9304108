"""Who looked at which document or file, or entered the system.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_HAS_ID = sa.text("access_id IS NOT NULL")


def upgrade() -> None:
    """Add the table, empty: of what came before nobody wrote down who looked."""
    op.create_table(
        "access_entry",
        _text("agency", "agency.code, whose row this is"),
        sa.Column("position", _INTEGER, nullable=False, comment="from 0", autoincrement=False),
        _text("at", "time, RFC 3339 with +07:00 and milliseconds, when it was reported"),
        _text("person", "text, a person"),
        _text("kind", "docflow.model.AccessKind"),
        _text("target", "docflow.model.AccessTarget"),
        _text("subject", "document.id, incoming_document.id or case_file.code; empty for the system"),
        _text("unit", "text, unit of the person, or empty"),
        _text("address", "text, from where, or empty"),
        _text("reported_by", "text, a person or front end"),
        sa.Column("access_id", _TEXT, nullable=True, comment="text chosen by the front end"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_access_entry_agency")),
        sa.PrimaryKeyConstraint("agency", "position", name=op.f("pk_access_entry")),
        comment="who looked at which document or file, or entered the system, as front ends reported it",
        sqlite_strict=True,
    )
    op.create_index("ix_access_entry_at", "access_entry", ["agency", "at", "position"])
    op.create_index("ix_access_entry_subject", "access_entry", ["agency", "target", "subject", "at", "position"])
    op.create_index("ix_access_entry_person", "access_entry", ["agency", "person", "at", "position"])
    op.create_index(
        "uq_access_entry_access_id",
        "access_entry",
        ["agency", "access_id"],
        unique=True,
        sqlite_where=_HAS_ID,
        postgresql_where=_HAS_ID,
    )


def downgrade() -> None:
    """There is no way back: what was recorded is evidence.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the schema before has no place for accesses: restore a backup")


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False, comment=comment)
