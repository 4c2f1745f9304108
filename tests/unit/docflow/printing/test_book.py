"""Registers on paper: read back with another library than the one that wrote them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docflow import DocflowError, ErrorCode, RegisterBook, RegisterForm, RegisterKind, print_register
from docflow.office import RegisterLine
from docflow.printing import Paper
from docflow.printing._cells import break_text

LONG = "Về việc ban hành Quy chế tiếp công dân, xử lý đơn và giải quyết khiếu nại, tố cáo, kiến nghị, phản ánh"


def make_book(kind: RegisterKind = RegisterKind.OUTGOING, *, count: int = 3, cell: str = LONG) -> RegisterBook:
    """Return a register whose third cell is long."""
    width = len(kind.columns)
    lines = tuple(
        RegisterLine(
            series="s",
            number=f"{number:02d}",
            on=date(2026, 1, 1 + number % 28),
            cells=(f"{number:02d}/QĐ-UBND", "05/01/2026", cell, *[f"ô {index}" for index in range(3, width)]),
        )
        for number in range(1, count + 1)
    )
    return RegisterBook(kind=kind, agency="Ủy ban nhân dân tỉnh An Bình", year=2026, lines=lines, log_size=12)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of every page with single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


@pytest.mark.parametrize("kind", RegisterKind)
def test_the_cover_says_what_the_annex_asks(kind: RegisterKind) -> None:
    """NĐ 30/2020 PL IV: agency, title, year, from day to day, from number to number, volume.

    NĐ 30/2020 PL IV mục I.1: "Từ ngày......... đến ngày..........."
    NĐ 30/2020 PL IV mục VI.1: "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN"
    NĐ 30/2020 PL IV mục VIII.1: "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN"
    """
    cover, page = pages_of(print_register(make_book(kind), RegisterForm.PDF))

    assert kind.vi.upper() in cover
    for words in (
        "ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
        "Năm: 2026",
        "Từ ngày 02/01/2026 đến ngày 04/01/2026",
        "Từ số 01 đến số 03",
        "Quyển số: 1",
    ):
        assert words in cover
    for index, column in enumerate(kind.columns, start=1):
        assert column.title in page
        assert f"({index})" in page
    assert LONG in page


def test_headings_stand_on_every_page_and_every_number_once() -> None:
    """NĐ 30/2020 Điều 16.2b: the printed register has all columns of the book.

    NĐ 30/2020 Điều 16.2b: "Văn bản được đăng ký bằng Hệ thống phải được in ra giấy đầy đủ các trường thông tin theo
        mẫu Sổ đăng ký văn bản đi, đóng sổ để quản lý."
    """
    _, *pages = pages_of(print_register(make_book(count=120), RegisterForm.PDF))

    assert len(pages) > 1
    assert all("Số, ký hiệu văn bản" in page for page in pages)
    whole = " ".join(pages)
    assert all(whole.count(f" {number:02d}/QĐ-UBND ") == 1 for number in range(1, 121))


def test_a_cell_higher_than_a_page_goes_on_on_the_next() -> None:
    """Two hundred addressees in one cell: nothing is cut off."""
    names = [f"xã-{number}" for number in range(1, 2000)]

    _, *pages = pages_of(print_register(make_book(count=1, cell="; ".join(names)), RegisterForm.PDF, paper=Paper.A4))

    assert len(pages) > 1
    words = {word.rstrip(";") for page in pages for word in page.split()}
    assert set(names) <= words


@pytest.mark.parametrize(("paper", "size"), [(Paper.A3, (420, 297)), (Paper.A4, (297, 210))])
def test_pages_have_the_size_asked_for(paper: Paper, size: tuple[int, int]) -> None:
    """Landscape, in millimetres."""
    document = pypdfium2.PdfDocument(print_register(make_book(), RegisterForm.PDF, paper=paper))

    assert [round(side / 72 * 25.4) for side in document[1].get_size()] == list(size)


@pytest.mark.parametrize("form", RegisterForm)
def test_the_same_book_gives_the_same_bytes(form: RegisterForm) -> None:
    """No clock and no dice in a printed register."""
    assert print_register(make_book(), form) == print_register(make_book(), form)


def test_a_letter_that_cannot_be_seen_is_refused() -> None:
    """An override of direction makes a reader see another subject than the one registered."""
    with pytest.raises(DocflowError) as error:
        print_register(make_book(cell="\u202eabc"), RegisterForm.PDF)
    assert error.value.code is ErrorCode.BAD_ARGUMENT


def test_the_workbook_holds_every_line_as_text() -> None:
    """A subject that begins with = is a subject."""
    book = make_book(cell="=HYPERLINK(1)")
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(book, RegisterForm.XLSX))).active

    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1] == [column.title for column in RegisterKind.OUTGOING.columns]
    assert rows[3] == list(book.lines[0].cells)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_cell_too_long_for_a_workbook_is_refused() -> None:
    """Excel would cut it off in silence."""
    with pytest.raises(DocflowError) as error:
        print_register(make_book(cell="x" * 32_768), RegisterForm.XLSX)
    assert error.value.code is ErrorCode.BAD_ARGUMENT


def test_each_line_is_told_while_a_long_book_is_printed() -> None:
    """So that whoever waits sees how far it has come."""
    told: list[None] = []
    print_register(make_book(count=50), RegisterForm.PDF, lines_a_volume=20, tick=lambda: told.append(None))
    assert len(told) == 50


def test_each_volume_has_its_cover() -> None:
    """NĐ 30/2020 PL IV: quyển số."""
    pages = pages_of(print_register(make_book(count=5), RegisterForm.PDF, lines_a_volume=2))

    assert [page for page in pages if "Quyển số: 3" in page and "Từ số 05 đến số 05" in page]
    assert sum("Quyển số:" in page for page in pages) == 3


def test_an_empty_register_says_so() -> None:
    """A page without lines would look like a page lost."""
    _, page = pages_of(print_register(replace(make_book(), lines=()), RegisterForm.PDF))

    assert "Chưa có dòng nào." in page


@settings(deadline=None)
@given(st.text(alphabet="ab đ", max_size=60), st.integers(min_value=1, max_value=9))
def test_breaking_loses_no_letter_and_keeps_the_width(text: str, width: int) -> None:
    """The letters are all there, in order, and no line is wider than the cell."""
    lines = break_text(text, width=width, measure=lambda part: float(len(part)))

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)
