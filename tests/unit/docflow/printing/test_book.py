"""Registers on paper: read back with another library than the one that wrote them."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import reportlab
from hypothesis import given, settings
from hypothesis import strategies as st

from docflow import DocflowError, ErrorCode, RegisterBook, RegisterForm, RegisterKind, print_register
from docflow.model.layout import FontFamily
from docflow.office import Holding, RegisterLine
from docflow.printing import Paper
from docflow.printing._cells import break_text
from tests.support import require_tool

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
    """NĐ 30/2020 PL IV: agencies, title, year, from day to day, from number to number, volume; as each form has it.

    NĐ 30/2020 PL IV mục I.1: "Từ ngày......... đến ngày..........."
    NĐ 30/2020 PL IV mục VI.1: "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN"
    NĐ 30/2020 PL IV mục VIII.1: "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN"
    """
    printed = print_register(make_book(kind), RegisterForm.PDF, parent="Bộ Nội vụ")
    cover, page = pages_of(printed)

    assert cover.startswith("BỘ NỘI VỤ ỦY BAN NHÂN DÂN TỈNH AN BÌNH")
    assert kind.vi.upper() in cover
    for words in (
        "ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
        "Năm: 2026",
        "Từ ngày 02/01/2026 đến ngày 04/01/2026",
        "Quyển số: 1",
    ):
        assert words in cover
    assert ("Từ số 01 đến số 03" in cover) is (kind is not RegisterKind.HANDLING)
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


#: About as many short words as a line of the third column holds.
WORDS_A_LINE = {RegisterKind.OUTGOING: 9, RegisterKind.INCOMING: 5, RegisterKind.HANDLING: 6}


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("kind", RegisterKind)
def test_a_line_that_fits_a_page_is_not_divided(kind: RegisterKind, paper: Paper) -> None:
    """It stands whole on the next page, also if it fills a page alone; the headings stand above it."""
    book = make_book(kind, count=60)
    heights = [(7 * number) % 17 * (2 if number % 5 == 0 else 1) for number in range(1, 61)]
    lines = [
        replace(
            line,
            cells=(
                *line.cells[:2],
                f"đầu-{line.number} {'dòng ' * WORDS_A_LINE[kind] * height} cuối-{line.number}",
                *line.cells[3:],
            ),
        )
        for line, height in zip(book.lines, heights, strict=True)
    ]
    pages = [
        " ".join(page.split())
        for page in pages_of(print_register(replace(book, lines=tuple(lines)), RegisterForm.PDF, paper=paper))
    ]
    assert len(pages) > 5
    joined = [page.replace("\ufffe", "-") for page in pages]
    for line in lines:
        begins, ends = (
            [at for at, page in enumerate(joined) if f"{word}-{line.number}" in page] for word in ("đầu", "cuối")
        )
        assert begins == ends
        assert len(begins) == 1
    assert not any("tiếp số" in page for page in pages)
    assert all("(2)" in page for page in pages[1:])


def test_a_line_higher_than_a_page_says_its_number_again_where_it_goes_on() -> None:
    """Else nobody knows on the next page whose words these are; and no one or two lines stay behind."""
    book = make_book(count=40, cell="ngắn")
    long = replace(book.lines[17], cells=(*book.lines[17].cells[:2], "rất dài " * 1200, *book.lines[17].cells[3:]))
    for before in range(18, 34):
        lines = (*book.lines[:17], *book.lines[18 : before + 1], long, *book.lines[before + 1 :])
        pdf = print_register(replace(book, lines=lines), RegisterForm.PDF)
        pages = pages_of(pdf)[1:]
        with_it = [at for at, page in enumerate(pages) if "rất dài" in page]
        assert len(with_it) > 1
        assert [at for at, page in enumerate(pages) if "(tiếp số 18)" in page] == with_it[1:]
        assert _count_lines(pdf, with_it[0] + 1, "rất dài") >= 4


def _count_lines(pdf: bytes, page: int, words: str) -> int:
    """Return on how many lines of a page words stand."""
    found = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    places = [match.start() for match in re.finditer(words, found.get_text_range())]
    return len({round(found.get_charbox(place)[1]) for place in places})


@pytest.mark.parametrize(("paper", "size"), [(Paper.A3, (420, 297)), (Paper.A4, (297, 210))])
def test_pages_have_the_size_asked_for(paper: Paper, size: tuple[int, int]) -> None:
    """Landscape, in millimetres."""
    document = pypdfium2.PdfDocument(print_register(make_book(), RegisterForm.PDF, paper=paper))

    assert [round(side / 72 * 25.4) for side in document[1].get_size()] == list(size)


@pytest.mark.parametrize("form", RegisterForm)
def test_the_same_book_gives_the_same_bytes(form: RegisterForm) -> None:
    """No clock and no dice in a printed register."""
    assert print_register(make_book(), form) == print_register(make_book(), form)


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        ("\u202eabc", "[U+202E]abc"),
        ("họp\u200b\u00adbáo", "họp[U+200B][U+00AD]báo"),
        ("họp 😀 中", "họp [U+1F600] [U+4E2D]"),
        ("04\u2011QĐ\tbis", "04-QĐ bis"),
        ("a\u3164\u2800\U000e0041\ufe0fb", "a[U+3164][U+2800][U+E0041][U+FE0F]b"),
        ("a\ue000\u2028b", "a[U+E000][U+2028]b"),
        ("Quye\u0302\u0301t", "Quyết"),
    ],
)
def test_what_cannot_be_drawn_is_named_and_keeps_no_book_from_being_printed(recorded: str, printed: str) -> None:
    """A peer chose the letters of a subject, and what was registered stays: the year's book is printed all the same.

    An override of direction would make a reader see another subject than the one registered.
    """
    _, page = pages_of(print_register(make_book(cell=recorded), RegisterForm.PDF))
    assert page.count(printed) == 3
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(make_book(cell=recorded), RegisterForm.XLSX))).active
    assert sheet is not None
    assert not any(mark in str(sheet.cell(4, 3).value) for mark in "\u202e\u200b\u00ad\u2011\u2028")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_printed(text: str) -> None:
    """Whatever stands in a record; of a year's lines one must not take the others along."""
    make = replace(make_book(RegisterKind.INCOMING, cell=text), agency=f"Sở {text}")
    for form in (RegisterForm.PDF, RegisterForm.XLSX):
        print_register(make, form)


def test_a_font_without_vietnamese_letters_is_refused() -> None:
    """Else every letter of the book would be named."""
    regular = Path(reportlab.__path__[0], "fonts", "Vera.ttf")
    family = FontFamily(regular=regular, bold=regular, italic=regular, bold_italic=regular)
    with pytest.raises(DocflowError) as error:
        print_register(make_book(), RegisterForm.PDF, fonts=family)
    assert error.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("kind", RegisterKind)
def test_no_day_is_torn_and_a_symbol_only_between_its_groups(kind: RegisterKind, paper: Paper) -> None:
    """A day, a time and a number stand on one line; 1234/UBND-KGVX goes on after its hyphen."""
    samples = {
        Holding.DAY: "28/12/2026",
        Holding.NUMBER: "12345",
        Holding.SYMBOL: "1234/UBND-KGVX",
        Holding.TEXT: "lời",
    }
    cells = tuple(samples[column.holds] for column in kind.columns)
    line = RegisterLine(series="s", number="01", on=date(2026, 1, 1), cells=cells)
    book = replace(make_book(kind), lines=(line,))
    _, page = pages_of(print_register(book, RegisterForm.PDF, paper=paper))

    for holds in (Holding.DAY, Holding.NUMBER):
        assert page.count(samples[holds]) == sum(column.holds is holds for column in kind.columns)
    if any(column.holds is Holding.SYMBOL for column in kind.columns):
        assert "1234/UBND-KGVX" in page.replace("\ufffe", "-")  # what pdfium makes of a hyphen at the end of a line


def test_a_symbol_longer_than_its_cell_goes_on_after_a_joint() -> None:
    """The groups of a symbol are read as wholes; only what has no joint is cut anywhere."""
    assert break_text("1234/UBND-KGVX", width=11, measure=lambda part: float(len(part))) == ["1234/UBND-", "KGVX"]
    assert break_text("1234/UBND-KGVX", width=6, measure=lambda part: float(len(part))) == ["1234/", "UBND-", "KGVX"]
    assert break_text("abcdefgh", width=5, measure=lambda part: float(len(part))) == ["abcde", "fgh"]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "12/2026", "007", "https://x.vn"])
def test_the_workbook_holds_what_somebody_wrote_as_text(text: str) -> None:
    """A subject that begins with = is a subject; so is a note that looks like a number."""
    book = make_book(cell=text)
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(book, RegisterForm.XLSX))).active

    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[1]] == [column.title for column in RegisterKind.OUTGOING.columns]
    assert (rows[3][2].value, rows[3][2].data_type, rows[3][2].hyperlink) == (text, "s", None)
    assert all(cell.data_type != "f" for row in rows for cell in row)


def test_the_workbook_holds_days_as_days_and_numbers_as_numbers() -> None:
    """They sort and filter, and are shown as the register writes them; what is no single day or number is text."""
    cells = ("05/01/2026", "07", "A", "1/B", "31/02/2026", "x", "y", "05/01/2026; 06/01/2026", "", "12")
    line = RegisterLine(series="s", number="07", on=date(2026, 1, 5), cells=cells)
    old = replace(line, cells=("01/01/1899", "112", *cells[2:]))
    book = replace(make_book(RegisterKind.INCOMING), lines=(line, old))
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(book, RegisterForm.XLSX))).active

    first, second = list(sheet.iter_rows())[3:]
    assert (first[0].value, first[0].number_format) == (datetime(2026, 1, 5), "dd/mm/yyyy")  # noqa: DTZ001 — a day
    assert (first[1].value, first[1].number_format, second[1].value, second[1].number_format) == (7, "00", 112, "0")
    assert [cell.value or "" for cell in first[2:]] == list(cells[2:])
    assert second[0].value == "01/01/1899"


def test_the_workbook_prints_on_a3_with_its_headings_on_every_page() -> None:
    """Landscape, all columns beside each other, title and headings repeated, more margin where it is bound."""
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(make_book(count=200), RegisterForm.XLSX))).active

    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)  # one page, and as many as it takes
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_margins.left > sheet.page_margins.right
    for row in sheet.iter_rows(max_row=3):
        assert all(cell.number_format == "@" for cell in row if cell.value is not None)


@pytest.mark.slow
def test_a_spreadsheet_computes_nothing_that_somebody_wrote(tmp_path: Path) -> None:
    """What begins as a formula is shown as it was written, by LibreOffice too; so is a number as text."""
    spreadsheet = require_tool("soffice", "libreoffice")
    book = make_book(count=6)
    odd = ("=1+1", "+1+1", "-1+1", "@SUM(1;1)", '=HYPERLINK("http://x";"y")', "\t=1+1")
    lines = tuple(
        replace(line, cells=(*line.cells[:2], text, text, *line.cells[4:-1], text))
        for line, text in zip(book.lines, odd, strict=True)
    )
    source = tmp_path / "book.xlsx"
    source.write_bytes(print_register(replace(book, agency="=2+2", lines=lines), RegisterForm.XLSX))
    command = [spreadsheet, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    # comma, quotation mark, UTF-8
    command += ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)

    rows = list(csv.reader(io.StringIO((tmp_path / "book.csv").read_text(encoding="utf-8"))))
    assert rows[0][0].startswith("=2+2 – Sổ đăng ký văn bản đi")
    assert [row[2].strip() for row in rows[3:]] == [text.strip() for text in odd]
    assert [row[9].strip() for row in rows[3:]] == [text.strip() for text in odd]


def test_a_row_of_the_workbook_is_as_high_as_its_longest_cell() -> None:
    """Not every reader measures rows when it opens a workbook: without a height lines would cover each other."""

    def height(cell: str) -> float:
        sheet = openpyxl.load_workbook(io.BytesIO(print_register(make_book(cell=cell), RegisterForm.XLSX))).active
        return float(sheet.row_dimensions[4].height or 15)

    assert height(LONG * 3) > 5 * height("ngắn")
    assert height("ngắn") == 14.25
    assert height("hai " * 16) == 42, "two lines and one in reserve: another font may break them once more"
    assert height(LONG * 300) == 408.75  # a spreadsheet's own limit


@pytest.mark.parametrize("letter", ["a", "ế", "😀"])
def test_a_text_too_long_for_a_cell_is_cut_and_the_cell_says_so(letter: str) -> None:
    """A peer's text may have 65,536 characters: the book prints all of them, a cell of a workbook holds half."""
    book = make_book(count=2, cell=f"đầu {letter * 65_000}")
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(book, RegisterForm.XLSX))).active
    assert sheet is not None
    text = str(sheet.cell(4, 3).value)
    assert text.startswith(f"đầu {letter}")
    assert text.endswith("… [đã cắt bớt: tất cả có 65004 ký tự]")
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert "02/QĐ-UBND" in str(sheet.cell(5, 1).value)


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


def test_the_cover_names_the_numbers_and_days_of_its_own_lines() -> None:
    """NĐ 30/2020 PL IV: an opening is a number of the book before, and what was typed as one by mistake of none.

    NĐ 30/2020 PL IV mục I.1: "Từ ngày......... đến ngày..........."
    """
    book = make_book()
    day = date(2025, 12, 31)
    before = tuple(replace(book.lines[0], number=number, on=day, is_counted=False) for number in ("5000", "50"))
    cover, page = pages_of(print_register(replace(book, lines=(*before, *book.lines)), RegisterForm.PDF))
    alone, _ = pages_of(print_register(replace(book, lines=before), RegisterForm.PDF))

    assert "Từ ngày 02/01/2026 đến ngày 04/01/2026 Từ số 01 đến số 03 Quyển số: 1" in cover
    assert page.count("01/QĐ-UBND") == 3
    assert "Từ ngày … đến ngày … Từ số … đến số … Quyển số: 1" in alone


def test_the_cover_names_the_series_and_each_series_has_volumes_of_its_own() -> None:
    """Four books of one year were told apart by nothing; a sheet of the workbook names its series too."""
    book = make_book(count=3)
    series = ("hoi_dong:HĐTĐ [1/2]", "quy_pham:nghi_quyet", "van_ban_di", "x" * 40, "x" * 41)
    book = replace(book, lines=tuple(replace(line, series=name) for name in series for line in book.lines))
    pages = pages_of(print_register(book, RegisterForm.PDF, lines_a_volume=2))
    covers = [page for page in pages if "Quyển số:" in page]
    sheets = openpyxl.load_workbook(io.BytesIO(print_register(book, RegisterForm.XLSX, lines_a_volume=2))).sheetnames

    assert [cover.partition("Quyển số: ")[2] for cover in covers] == ["1", "2"] * 5
    assert "Nghị quyết (văn bản quy phạm pháp luật)" in covers[2]
    assert any("Nghị quyết (văn bản quy phạm pháp luật). Quyển 1, trang 1" in page for page in pages)
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐI Năm: 2026" in covers[4]
    assert sheets[:5] == [
        "1. HĐTĐ  1 2 Quyển 1",
        "1. HĐTĐ  1 2 Quyển 2",
        "2. Nghị quyết (văn Quyển 1",
        "2. Nghị quyết (văn Quyển 2",
        "Quyển 1",
    ]
    assert len(set(sheets)) == 10


def test_an_empty_register_says_so() -> None:
    """A page without lines would look like a page lost."""
    _, page = pages_of(print_register(replace(make_book(), lines=()), RegisterForm.PDF))

    assert "Chưa có dòng nào." in page


@settings(deadline=None)
@given(st.text(alphabet="ab đ/-", max_size=60), st.integers(min_value=1, max_value=9))
def test_breaking_loses_no_letter_and_keeps_the_width(text: str, width: int) -> None:
    """The letters are all there, in order, and no line is wider than the cell."""
    lines = break_text(text, width=width, measure=lambda part: float(len(part)))

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)
