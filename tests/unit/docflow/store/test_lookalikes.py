"""Looking for duplicates reads what could be one, not the whole register."""

from __future__ import annotations

from pathlib import Path

import pytest

from docflow import parse_agency_code
from docflow.store import Database
from docflow.store.engines.prepared import Prepared
from docflow.store.writing.exchange_unit import _FIND_SAME_IDENTIFIER, _FIND_SAME_SYMBOL
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


def test_an_identifier_of_another_sender_makes_no_duplicate(tmp_path: Path) -> None:
    """TT 01/2019 Điều 20.1h: each counts his own; of one who is not known it may be the same."""
    entries = (
        make_entry("1/STC", issuer="Sở Tài chính", issuer_code=parse_agency_code("H99.12"), document_id="0001"),
        make_entry("2/SNV", issuer="Sở Nội vụ", issuer_code=parse_agency_code("H99.13"), document_id="0001"),
        make_entry("3/STC", issuer="Sở Tài chính", issuer_code=parse_agency_code("H99.12"), document_id="0001"),
        make_entry("4/X", issuer="Sở X", document_id="0001"),
    )
    with open_work(tmp_path / "office") as office:
        first, second, third, fourth = (office.receive_by_hand(entry, actor="Văn thư") for entry in entries)
    assert (first.duplicate_of, second.duplicate_of) == (None, None)
    assert third.duplicate_of == first.id
    assert fourth.duplicate_of is not None
