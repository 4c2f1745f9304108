"""The schema: made at once for a new store, by Alembic migrations for an older one, when the store is opened.

Invariants:
    - The tables that the migrations make are those of :mod:`docflow.store.tables`, which a new store gets; a test
      compares them on both databases.
    - Either is one transaction: after a crash the schema is the old one or the new one.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.mock import MockConnection

from docflow.errors import ErrorCode, StoreUnavailable
from docflow.store.tables import METADATA

HEAD = "0013"
"""The newest revision."""

_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As Alembic makes it; nothing else of Alembic is needed for a new store."""
_STATEMENTS: dict[str, tuple[str, ...]] = {}
"""What makes a new store, by database: written once in a process, which takes longer than carrying it out."""


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database, or None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


def refuse_newer(connection: sa.Connection, name: str) -> str | None:
    """Return the revision of a database that this docflow can read or bring up.

    Args:
        name: File, or address without password, for the message.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; a newer docflow made its schema.
    """
    revision = current_revision(connection)
    if revision is not None and revision > HEAD:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{name}: schema {revision} was made by a newer docflow; this one knows those up to {HEAD}",
            vi=f"Cơ sở dữ liệu {name} do phiên bản docflow mới hơn tạo (lược đồ {revision}).",
            way_out="install the newer docflow",
        )
    return revision


def refuse_other(connection: sa.Connection, name: str) -> None:
    """Refuse to read a database of another schema than :data:`HEAD`.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; an older or a newer docflow made its schema, or none did.
    """
    revision = refuse_newer(connection, name)
    if revision != HEAD:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{name}: schema {revision or 'none'} is not {HEAD}, which this docflow reads",
            vi=f"Cơ sở dữ liệu {name} chưa được nâng cấp lên lược đồ {HEAD}.",
            way_out="open the office once, e.g. with docflow office outgoing list DIR, which brings it up to date",
        )


def make(connection: sa.Connection) -> None:
    """Make the tables of a new store, of revision :data:`HEAD`, inside the caller's transaction.

    Does not check: that there are none; the database refuses a second table of a name.
    """
    dialect = connection.dialect
    if dialect.name not in _STATEMENTS:
        _STATEMENTS[dialect.name] = _write_statements(dialect)
    for statement in _STATEMENTS[dialect.name]:
        connection.exec_driver_sql(statement)
    connection.execute(_VERSION.insert().values(version_num=HEAD))


def _write_statements(dialect: sa.Dialect) -> tuple[str, ...]:
    """Return what makes the tables in a database's own words."""
    written: list[str] = []

    def write(element: sa.ClauseElement, *_parameters: object) -> None:
        written.append(str(element.compile(dialect=dialect)))

    for metadata in (METADATA, _VERSION.metadata):
        metadata.create_all(MockConnection(dialect, write), checkfirst=False)
    return tuple(written)


def upgrade(connection: sa.Connection) -> None:
    """Bring an older store's database to :data:`HEAD`, inside the caller's transaction."""
    # Alembic takes a third of a second to import, and only an older store needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
