"""Searching an office seen from outside; no key is needed."""

from __future__ import annotations

from pathlib import Path

from docflow.model import SearchHit, SearchQuery
from docflow.store import open_to_read
from docflow.wiring.arguments import checked


@checked
def search_office(place: Path | str, query: SearchQuery, *, home: Path | str | None = None) -> tuple[SearchHit, ...]:
    """Return what a query finds in an office; see :meth:`Office.search`. Nothing but the index is written.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``, ``STORE_BUSY``.
    """
    with open_to_read(place, home=home) as reader:
        return reader.search(query)
