"""The volumes of a register as a workbook (XLSX), one sheet a volume.

Invariants:
    - The same volumes give the same bytes.
    - Every cell shows what the register says. A day or a number alone in its column is one for the spreadsheet too, so
      that it sorts and filters; everything else is text: nothing that somebody wrote is taken for a formula or a link,
      and a character that cannot be seen is named, as ``[U+200B]``.
    - One long text keeps no workbook from being written: what a cell cannot hold is cut off, and the cell says so.
    - A row is as high as its longest cell, as far as a spreadsheet allows: not every reader measures rows itself.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; ECMA-376.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from docflow.model.wording import make_visible
from docflow.office import Column, Holding, RegisterBook
from docflow.printing._cells import break_text

MAX_CELL_UNITS = 32_767
"""What a cell of a workbook holds, in code units of UTF-16."""
_CHARS_LEFT = 16_000
"""Of a text that is longer; each character has at most two units."""

_ANY_DAY = datetime(2020, 3, 5)  # noqa: DTZ001 — the format has no zone; the day on which the decree took effect
_SHEET_NAME_CHARS = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_HEADINGS = 3
_CHARACTERS_A_SHARE = 0.5
_LETTERS_A_CHARACTER = 1.25
"""Letters in the width of one figure of the standard font: 1.5 of Times New Roman, 1.3 of what stands in for it."""
_LINE_POINTS, _MAX_ROW_POINTS = 14.0, 408.75
_LINES_A_RESERVE = 6
_FIRST_YEAR = 1901
"""Spreadsheets count days from 1900, whose leap year they get wrong."""
_DAY_FORMAT = "dd/mm/yyyy"
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_NUMBER = re.compile(r"0[1-9]|[1-9][0-9]{0,10}|0")


def write_workbook(volumes: Sequence[RegisterBook]) -> bytes:
    """Return the volumes of a register as XLSX: title, headings with their numbers, lines."""
    buffer = io.BytesIO()
    options = {"constant_memory": False, "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"title": volumes[0].kind.vi if volumes else "", "created": _ANY_DAY})
        formats = {name: workbook.add_format({"font_name": "Times New Roman", **look}) for name, look in _LOOKS.items()}
        series = list(dict.fromkeys(volume.series for volume in volumes))
        for volume in volumes:
            name = _name_sheet(volume, place=series.index(volume.series))
            _write_volume(workbook.add_worksheet(name), volume, formats=formats)
    return buffer.getvalue()


_CELL = {"text_wrap": True, "border": 1, "valign": "top"}
_CENTRED = {**_CELL, "align": "center"}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "align": "center", "font_size": 13, "num_format": "@"},
    "heading": {
        "num_format": "@",
        "bold": True,
        "text_wrap": True,
        "border": 1,
        "align": "center",
        "valign": "vcenter",
    },
    "text": {**_CELL, "num_format": "@"},
    "symbol": {**_CENTRED, "num_format": "@"},
    "day": {**_CENTRED, "num_format": _DAY_FORMAT},
    "number": {**_CENTRED, "num_format": "0"},
    "number from 01": {**_CENTRED, "num_format": "00"},
}
_Formats = Mapping[str, xlsxwriter.format.Format]


def _name_sheet(book: RegisterBook, *, place: int) -> str:
    """Return a name of at most 31 characters that no other volume's sheet has (ECMA-376 Part 1, 18.2.19)."""
    volume = f"Quyển {book.volume or 1}"
    if not book.series:
        return volume
    series = _NOT_IN_NAMES.sub(" ", make_visible(book.series))[: _SHEET_NAME_CHARS - len(volume) - 8].strip()
    return f"{place + 1}. {series} {volume}"


def _write_volume(sheet: xlsxwriter.worksheet.Worksheet, book: RegisterBook, *, formats: _Formats) -> None:
    columns = book.kind.columns
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.set_margins(left=0.9, right=0.4, top=0.6, bottom=0.7)  # inches; more where it is bound (đóng sổ)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, _HEADINGS - 1)
    sheet.freeze_panes(_HEADINGS, 0)
    volume = f" – {book.series}" if book.series else ""
    volume += f" – Quyển số {book.volume}" if book.volume else ""
    sheet.merge_range(
        *(0, 0, 0, len(columns) - 1),
        make_visible(f"{book.agency} – {book.kind.vi} – Năm {book.year}{volume}"),
        formats["title"],
    )
    sheet.set_footer(f"&L&8Nhật ký: {book.log_size}. Mã kiểm tra: {book.digest[:16]}&R&8&P/&N")
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(_HEADINGS + len(book.lines), len(columns))}"})
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.share * _CHARACTERS_A_SHARE)
        sheet.write_string(1, index, column.title, formats["heading"])
        sheet.write_string(2, index, f"({index + 1})", formats["heading"])
    sheet.set_row(1, _height([column.title for column in columns], columns))
    for row, line in enumerate(book.lines, start=_HEADINGS):
        sheet.set_row(row, _height(line.cells, columns))
        for index, (cell, column) in enumerate(zip(line.cells, columns, strict=True)):
            _write_cell(sheet, (row, index), cell, holds=column.holds, formats=formats)


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], text: str, *, holds: Holding, formats: _Formats
) -> None:
    day = _read_day(text) if holds is Holding.DAY else None
    if day is not None:
        sheet.write_datetime(*place, day, formats["day"])
    elif holds is Holding.NUMBER and _NUMBER.fullmatch(text):
        sheet.write_number(*place, int(text), formats["number from 01" if text.startswith("0") else "number"])
    else:
        sheet.write_string(*place, _cut(make_visible(text)), formats["text" if holds is Holding.TEXT else "symbol"])


def _cut(text: str) -> str:
    """Return what a cell can hold of a text: one long one must not keep the year's workbook from being written."""
    if len(text.encode("utf-16-le")) // 2 <= MAX_CELL_UNITS:
        return text
    return f"{text[:_CHARS_LEFT]}… [đã cắt bớt: tất cả có {len(text)} ký tự]"


def _read_day(text: str) -> datetime | None:
    found = _DAY.fullmatch(text)
    if found is None or int(found[3]) < _FIRST_YEAR:
        return None
    try:
        return datetime(int(found[3]), int(found[2]), int(found[1]))  # noqa: DTZ001 — a day of the register has no zone
    except ValueError:
        return None


def _height(cells: Sequence[str], columns: Sequence[Column]) -> float:
    """Return the height of a row in points: so many lines as its longest cell takes, and no more than can be.

    A cell of several lines gets room for one more in six: where the font is missing, a wider one breaks more often.
    """
    lines = 1
    for cell, column in zip(cells, columns, strict=True):
        width = column.share * _CHARACTERS_A_SHARE * _LETTERS_A_CHARACTER
        lines = max(lines, len(break_text(cell, width=width, measure=len)))
    reserve = -(-lines // _LINES_A_RESERVE) if lines > 1 else 0
    return min((lines + reserve) * _LINE_POINTS, _MAX_ROW_POINTS)
