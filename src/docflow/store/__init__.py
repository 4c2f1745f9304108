"""Where an office keeps its records: SQLite (SQLAlchemy Core, Alembic) and content-addressed files.

Does I/O; everything above it reaches it through :mod:`docflow.ports`.
"""

from __future__ import annotations

from typing import TypeAlias

import sqlalchemy as sa

from docflow.store.blobs import BlobFolder
from docflow.store.checking.verification import verify_store
from docflow.store.engines.addresses import find_address
from docflow.store.engines.database import PRAGMAS, Database
from docflow.store.engines.places import is_kept_in
from docflow.store.engines.postgres import is_same_database, is_server_address, read_plain_address, show_address
from docflow.store.machine import SystemClock, SystemRandomness
from docflow.store.office_store import OfficeStore, open_store
from docflow.store.reader import StoreReader, open_to_read
from docflow.store.reading.reports import ReportQuery
from docflow.store.tables import METADATA, Proof
from docflow.store.tables.page import describe_tables

CallerConnection: TypeAlias = sa.Connection
"""A connection of an e-office: see :meth:`docflow.Office.within`."""

__all__ = [
    "METADATA",
    "PRAGMAS",
    "BlobFolder",
    "CallerConnection",
    "Database",
    "OfficeStore",
    "Proof",
    "ReportQuery",
    "StoreReader",
    "SystemClock",
    "SystemRandomness",
    "describe_tables",
    "find_address",
    "is_kept_in",
    "is_same_database",
    "is_server_address",
    "open_store",
    "open_to_read",
    "read_plain_address",
    "show_address",
    "verify_store",
]
