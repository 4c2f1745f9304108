"""Any bytes give a page's text and picture, or our error."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents_kit import official_page
from tests.support import more_in_ci
from vnsign.errors import VnsignError
from vnsign.pdf.finding.blanks import find_date_blanks, find_number_blank
from vnsign.pdf.finding.rendering import render_page
from vnsign.pdf.finding.text_lines import fold, read_pages

PAGE = official_page()


@settings(max_examples=more_in_ci(20, 60))
@given(
    damage=st.lists(st.tuples(st.integers(0, len(PAGE) - 1), st.integers(0, 255)), min_size=1, max_size=40),
    cut=st.booleans(),
)
def test_a_damaged_pdf_gives_a_result_or_our_error(damage: list[tuple[int, int]], *, cut: bool) -> None:
    """Bytes changed, and the end cut off."""
    data = bytearray(PAGE)
    for at, value in damage:
        data[at] = value
    pdf = bytes(data[: damage[0][0]] if cut else data)
    for read in (read_pages, find_number_blank, find_date_blanks, lambda pdf: render_page(pdf, dpi=20)):
        with suppress(VnsignError):
            read(pdf)


@given(st.binary(max_size=400), st.text(max_size=20))
def test_any_bytes_give_our_error(tail: bytes, text: str) -> None:
    """Whatever follows the header, whatever is looked for."""
    with suppress(VnsignError):
        read_pages(b"%PDF-1.7\n" + tail, mentioning=(text,))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is compared is in one form."""
    assert fold(fold(text)) == fold(text)
