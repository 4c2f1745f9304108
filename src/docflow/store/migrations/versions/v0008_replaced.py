"""Incoming documents that their sender replaced; who holds a file is found by an index.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_FILES = {
    "incoming_document": ("message", "pdf"),
    "document": ("draft_pdf", "leader_pdf", "sealed_pdf"),
    "draft_version": ("pdf",),
    "attached_file": ("pdf", "sealed_pdf"),
    "document_copy": ("pdf",),
}


def upgrade() -> None:
    """Add a column, a table and the indexes; nothing that is there changes."""
    op.add_column("incoming_document", _text("replaced_by", "incoming_document.id by which its sender replaced it"))
    op.create_table(
        "incoming_replacement",
        _text("agency", "agency.code, whose row this is", nullable=False),
        _text("replaced", "incoming_document.id, which may come later or never", nullable=False),
        _text("incoming_id", "incoming_document.id that says it", nullable=False),
        _text("said_at", "time, RFC 3339 with +07:00 and milliseconds", nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_incoming_replacement_agency")),
        sa.ForeignKeyConstraint(
            ["agency", "incoming_id"],
            ["incoming_document.agency", "incoming_document.id"],
            name=op.f("fk_incoming_replacement_incoming_id"),
        ),
        sa.PrimaryKeyConstraint("agency", "replaced", "incoming_id", name=op.f("pk_incoming_replacement")),
        comment="which incoming document its sender replaced by which",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for table, columns in _FILES.items():
        for column in columns:
            there = sa.text(f"{column} IS NOT NULL")
            op.create_index(
                f"ix_{table}_{column}", table, ["agency", column], sqlite_where=there, postgresql_where=there
            )


def downgrade() -> None:
    """Drop the indexes only: what was recorded of replacements is evidence.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the schema before has no place for replacements: restore a backup")


def _text(name: str, comment: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment)
