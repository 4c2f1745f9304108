"""Where an office keeps its records: SQLite (SQLAlchemy Core, Alembic) and content-addressed files.

Does I/O; everything above it reaches it through :mod:`docflow.ports`.
"""

from __future__ import annotations

from docflow.store.blobs import BlobFolder
from docflow.store.database import PRAGMAS, Database
from docflow.store.office_store import OfficeStore, open_store, open_to_read
from docflow.store.tables import METADATA, Proof, describe_tables

__all__ = [
    "METADATA",
    "PRAGMAS",
    "BlobFolder",
    "Database",
    "OfficeStore",
    "Proof",
    "describe_tables",
    "open_store",
    "open_to_read",
]
