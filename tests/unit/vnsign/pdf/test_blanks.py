"""Blanks for number and date in documents from a word processor."""

from __future__ import annotations

import io

import pikepdf
import pytest

from tests.documents_kit import Paper, official_page
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pdf.finding.blanks import find_date_blanks, find_number_blank
from vnsign.pdf.fonts import FontStyle
from vnsign.pdf.looks.appearance import Alignment

MM = 72 / 25.4


def test_the_number_stands_between_its_label_and_the_printed_symbol() -> None:
    """On the label's baseline, in its size, not over the symbol."""
    spec = find_number_blank(official_page())

    assert (spec.name, spec.page, spec.size) == ("so", 0, 13)
    assert spec.baseline == pytest.approx((297 - 40) * MM, abs=0.3)
    assert 36 < spec.x / MM < 40
    assert spec.width / MM > 8
    assert spec.alignment is Alignment.RIGHT  # no space before the symbol


def test_without_a_symbol_there_is_room_for_number_and_symbol() -> None:
    """45 mm, less where something else stands."""
    free = find_number_blank(Paper().write(30, 40, "Số:").pdf())
    beside = find_number_blank(Paper().write(30, 40, "Số:").write(70, 40, "An Bình").pdf())

    assert free.width / MM == pytest.approx(44.2, abs=0.1)
    assert (beside.x + beside.width) / MM < 70


def test_day_and_month_have_fields_of_their_own() -> None:
    """Italic, centred in the blanks; the printed year stays."""
    day, month = find_date_blanks(official_page())

    assert [day.name, month.name] == ["ngay", "thang"]
    assert {day.style, month.style} == {FontStyle.ITALIC}
    assert day.x + day.width < month.x


def test_leaders_are_blanks_and_the_year_may_be_open() -> None:
    """Dots after "ngày", "tháng", "năm": three blanks."""
    fields = find_date_blanks(Paper().write(30, 40, "ngày ....... tháng ....... năm .........").pdf())

    assert [f.name for f in fields] == ["ngay", "thang", "nam"]


@pytest.mark.parametrize(("below", "names"), [("2026", 2), ("2026.", 2), ("Kính gửi: 2026", 3), ("20267", 3)])
def test_a_year_printed_on_the_line_below_has_no_blank(below: str, names: int) -> None:
    """A narrow column breaks "năm 2026"; only a year by itself counts."""
    paper = Paper().write(110, 40, "ngày         tháng         năm").write(110, 46, below)

    assert [f.name for f in find_date_blanks(paper.pdf())] == ["ngay", "thang", "nam"][:names]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nothing", ErrorCode.TEXT_NOT_FOUND),
        ("Số: 15/QĐ-UBND ngày 5 tháng 1 năm 2026", ErrorCode.TEXT_NOT_FOUND),
        ("Số:/QĐ-UBND ngày tháng năm 2026", ErrorCode.TEXT_NOT_FOUND),
    ],
    ids=["none", "filled already", "no room"],
)
def test_a_blank_that_cannot_be_filled_is_refused(text: str, code: ErrorCode) -> None:
    """Never a field over printed text."""
    pdf = Paper().write(30, 40, text).pdf()
    for find in (find_number_blank, find_date_blanks):
        with pytest.raises(VnsignError) as refused:
            find(pdf)
        assert refused.value.code is code


def test_two_blanks_are_refused() -> None:
    """Nothing is chosen for the caller."""
    with pytest.raises(VnsignError) as refused:
        find_number_blank(Paper().write(30, 40, "Số:").write(30, 60, "Số:").pdf())

    assert refused.value.code is ErrorCode.TEXT_AMBIGUOUS


def test_a_turned_page_is_refused() -> None:
    """A field's text would lie on its side."""
    with pytest.raises(VnsignError) as refused:
        find_number_blank(official_page(rotation=90))

    assert refused.value.code is ErrorCode.TEXT_NOT_FOUND


def test_a_page_without_a_line_has_no_date() -> None:
    """An empty page, as scans are, is told as such."""
    empty = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(empty)
    with pytest.raises(VnsignError) as caught:
        find_date_blanks(empty.getvalue())
    assert caught.value.code is ErrorCode.TEXT_NOT_FOUND
