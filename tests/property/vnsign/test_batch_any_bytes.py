"""Whatever somebody calls a list: rows, or our error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vnsign.authority.batches.applications import FIELDS, application_from_fields
from vnsign.authority.batches.batch_rows import COLUMNS, read_rows
from vnsign.errors import VnsignError

_CELLS = st.text(alphabet=st.sampled_from('abc1;,\t"\n\r =ễ\x00\u202e'), max_size=8)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@example(b"sep=")
@example(b"sep=;")
@example(b"id\x85\n1\n")
def test_any_bytes_are_rows_or_our_error(data: bytes) -> None:
    """No other exception leaves."""
    with suppress(VnsignError):
        list(read_rows(data, file="list.csv"))


@given(st.permutations(sorted(COLUMNS)), st.lists(st.lists(_CELLS, max_size=20), max_size=8))
def test_any_cells_under_a_good_header_are_rows_or_our_error(header: list[str], cells: list[list[str]]) -> None:
    """Ids of usable rows are unique, and are file names."""
    text = "\n".join(",".join(row) for row in [header, *cells])
    try:
        usable = [row.id for row in read_rows(text.encode(), file="list.csv") if row.fault is None]
    except VnsignError:
        return
    assert len({each.lower() for each in usable}) == len(usable)
    assert all(each.isascii() and "/" not in each and not each.startswith(".") for each in usable)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=40)))
def test_any_words_are_an_application_or_our_error(fields: dict[str, str]) -> None:
    """No other exception leaves."""
    with suppress(VnsignError):
        application_from_fields(fields)


@pytest.mark.parametrize("year", ["0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30"])
def test_days_at_the_edge_are_times_or_our_error(year: str) -> None:
    """Arithmetic with the calendar has ends."""
    with suppress(VnsignError):
        application_from_fields({"not_after": year, "invalidity_date": year})
