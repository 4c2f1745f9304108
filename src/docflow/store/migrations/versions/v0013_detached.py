"""Files that were attached by mistake and taken off: by whom, when and why.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add three columns, empty: nothing could be taken off before."""
    for name, comment in (
        ("detached_at", "time, RFC 3339 with +07:00 and milliseconds, when it was taken off"),
        ("detached_by", "text, a person"),
        ("detach_reason", "text, why it was taken off"),
    ):
        op.add_column("attached_file", sa.Column(name, _TEXT, nullable=True, comment=comment))
    if op.get_context().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column(
            "document",
            "attachment_count",
            comment="rows in attached_file that were not taken off",
            existing_comment="rows in attached_file",
            existing_type=sa.BigInteger(),
            existing_nullable=False,
            existing_server_default="0",
        )


def downgrade() -> None:
    """There is no way back: what was recorded is evidence.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the schema before has no place for what was taken off: restore a backup")
