"""The schema, as Alembic migrations run when an authority is made, or one of an older version is opened.

Invariants:
    - The tables that the migrations make are those of :mod:`vnsign.authority.database.tables`; a test compares them.
    - A migration is one transaction: after a crash the schema is the old one or the new one.

What it does not do: it goes no way back, and it opens no transaction.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

#: The newest revision.
HEAD = "0002"
_FIRST = "0001"
#: Revisions that can be brought up to date.
OLDER = frozenset({_FIRST})


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database, or None where there is no authority's table."""
    tables = sa.inspect(connection)
    if tables.has_table("alembic_version"):
        return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar())
    if not tables.has_table("authority"):
        return None
    # The first version kept a number in its own row; what has neither was made by nobody.
    columns = {column["name"] for column in tables.get_columns("authority")}
    return _FIRST if "schema_version" in columns else "unknown"


def upgrade(connection: sa.Connection, *, at: datetime | None) -> None:
    """Bring a database to :data:`HEAD`, inside the caller's transaction.

    Args:
        at: Time of the journal entry that tells of it, aware; None: there is nothing in the database to tell of.
    """
    # Alembic takes a third of a second to import, and only a database that is new or old needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["at"] = at
    if current_revision(connection) == _FIRST and not sa.inspect(connection).has_table("alembic_version"):
        command.stamp(config, _FIRST)
    command.upgrade(config, "head")
