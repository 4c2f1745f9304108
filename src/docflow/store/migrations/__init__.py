"""The schema, as Alembic migrations run by docflow itself when a store is opened.

Invariants:
    - The tables that the migrations make are those of :mod:`docflow.store.tables`; a test compares them.
    - A migration is one transaction: after a crash the schema is the old one or the new one.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from docflow.errors import ErrorCode, StoreUnavailable

HEAD = "0009"
"""The newest revision."""


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database, or None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


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


def upgrade(connection: sa.Connection) -> None:
    """Bring a database to :data:`HEAD`, inside the caller's transaction."""
    # Alembic takes a third of a second to import, and only a store that is new or old needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
