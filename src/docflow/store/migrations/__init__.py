"""The schema, as Alembic migrations run by docflow itself when a store is opened.

Invariants:
    - The tables that the migrations make are those of :mod:`docflow.store.tables`; a test compares them.
    - A migration is one transaction: after a crash the schema is the old one or the new one.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

HEAD = "0006"
"""The newest revision."""


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database, or None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: sa.Connection) -> None:
    """Bring a database to :data:`HEAD`, inside the caller's transaction."""
    # Alembic takes a third of a second to import, and only a store that is new or old needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
