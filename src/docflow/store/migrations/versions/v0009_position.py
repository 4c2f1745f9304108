"""The position of an incoming document's signer; the index to search by is made anew, positions are among its words.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add a column, empty: of what came before nobody wrote the position down."""
    op.add_column(
        "incoming_document", sa.Column("signer_position", _TEXT, nullable=False, server_default="", comment="text")
    )
    op.execute("DELETE FROM search_text")
    op.execute("DELETE FROM search_mark")


def downgrade() -> None:
    """There is no way back: what was recorded is evidence.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the schema before has no place for positions: restore a backup")
