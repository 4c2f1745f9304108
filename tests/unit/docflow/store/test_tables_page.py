"""The reference of the tables."""

from __future__ import annotations

from pathlib import Path

from docflow.store import describe_tables

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "tables.md"


def test_the_reference_of_the_tables_is_generated_from_them() -> None:
    """docs/reference/tables.md is what the columns say now."""
    assert PAGE.read_text(encoding="utf-8") == describe_tables()
