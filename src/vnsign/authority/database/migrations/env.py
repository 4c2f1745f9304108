"""What Alembic runs: the migrations on the connection handed over to it; there is no offline mode."""

from __future__ import annotations

from alembic import context

from vnsign.authority.database.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=False)
context.run_migrations()
