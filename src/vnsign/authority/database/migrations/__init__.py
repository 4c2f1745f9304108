"""The schema: made at once for a new authority, by Alembic migrations when one of an older version is opened.

Invariants:
    - The tables and guards that the migrations make are those that a new authority gets; a test compares them on both
      databases.
    - Either is one transaction: after a crash the schema is the old one or the new one.

What it does not do: it goes no way back, and it opens no transaction.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from vnsign.authority.database.guards import make_guards
from vnsign.authority.database.tables import METADATA

#: The newest revision.
HEAD = "0002"
_FIRST = "0001"
#: Revisions that can be brought up to date.
OLDER = frozenset({_FIRST})
#: As Alembic makes it; nothing else of Alembic is needed for a new authority.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database, or None where there is no authority's table."""
    tables = sa.inspect(connection)
    if tables.has_table("alembic_version"):
        return str(connection.execute(sa.select(_VERSION.c.version_num)).scalar())
    if not tables.has_table("authority"):
        return None
    # The first version kept a number in its own row; what has neither was made by nobody.
    columns = {column["name"] for column in tables.get_columns("authority")}
    return _FIRST if "schema_version" in columns else "unknown"


def make(connection: sa.Connection) -> None:
    """Make the tables and guards of a new authority, of revision :data:`HEAD`, inside the caller's transaction.

    Does not check: that there are none; the database refuses a second table of a name.
    """
    METADATA.create_all(connection, checkfirst=False)
    make_guards(connection)
    _VERSION.create(connection, checkfirst=False)
    connection.execute(_VERSION.insert().values(version_num=HEAD))


def upgrade(connection: sa.Connection, *, at: datetime) -> None:
    """Bring an older version's database to :data:`HEAD`, inside the caller's transaction.

    Args:
        at: Time of the journal entry that tells of it, aware.
    """
    # Alembic takes a third of a second to import, and only an older database needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["at"] = at
    if current_revision(connection) == _FIRST and not sa.inspect(connection).has_table("alembic_version"):
        command.stamp(config, _FIRST)
    command.upgrade(config, "head")
