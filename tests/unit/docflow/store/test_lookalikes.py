"""Looking for duplicates reads what could be one, not the whole register."""

from __future__ import annotations

from pathlib import Path

import pytest

from docflow.store import Database
from docflow.store.exchange_unit import _FIND_SAME_IDENTIFIER, _FIND_SAME_SYMBOL
from docflow.store.prepared import Prepared
from tests.work_kit import make_entry, open_work


@pytest.mark.parametrize(
    ("statement", "column"), [(_FIND_SAME_SYMBOL, "symbol_key"), (_FIND_SAME_IDENTIFIER, "document_id")]
)
def test_what_looks_alike_is_found_by_an_index(tmp_path: Path, statement: Prepared, column: str) -> None:
    """A register of a year is not read for each letter that comes."""
    open_work(tmp_path / "office").close()
    engine = Database(tmp_path / "office" / "docflow.sqlite").engine
    text, _ = statement.for_dialect(engine.dialect)
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        plan = cursor.execute(f"EXPLAIN QUERY PLAN {text}", ("x",) * text.count("?")).fetchall()
    engine.dispose()
    assert any(f"AND {column}=?" in str(step) for step in plan), plan


def test_letters_without_number_and_identifier_are_no_duplicates(tmp_path: Path) -> None:
    """What they have in common is that nothing is known of them."""
    with open_work(tmp_path / "office") as office:
        one, other = (office.receive_by_hand(make_entry("", subject=f"V/v {n}"), actor="Văn thư") for n in "ab")
    assert (one.duplicate_of, other.duplicate_of) == (None, None)
