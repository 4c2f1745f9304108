"""The volumes of a register as a workbook (XLSX), one sheet a volume.

Invariants:
    - The same volumes give the same bytes.
    - Every cell is text: nothing that somebody wrote into a subject is taken for a formula or a link.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; ECMA-376.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from docflow.errors import ErrorCode, UsageError
from docflow.office import RegisterBook

MAX_CELL_CHARS = 32_767
"""What a cell of a workbook holds."""

_ANY_DAY = datetime(2020, 3, 5)  # noqa: DTZ001 — the format has no zone; the day on which the decree took effect
_HEADINGS = 3
_CHARACTERS_A_SHARE = 0.5


def write_workbook(volumes: Sequence[RegisterBook]) -> bytes:
    """Return the volumes of a register as XLSX: title, headings with their numbers, lines.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a cell is longer than a workbook can hold.
    """
    buffer = io.BytesIO()
    options = {"constant_memory": False, "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"title": volumes[0].kind.vi if volumes else "", "created": _ANY_DAY})
        formats = {
            "title": workbook.add_format({"bold": True, "align": "center", "font_name": "Times New Roman"}),
            "heading": workbook.add_format(
                {"bold": True, "text_wrap": True, "border": 1, "align": "center", "font_name": "Times New Roman"}
            ),
            "cell": workbook.add_format(
                {"text_wrap": True, "border": 1, "valign": "top", "font_name": "Times New Roman", "num_format": "@"}
            ),
        }
        for volume in volumes:
            _write_volume(workbook.add_worksheet(f"Quyển {volume.volume or 1}"), volume, formats=formats)
    return buffer.getvalue()


def _write_volume(
    sheet: xlsxwriter.worksheet.Worksheet, book: RegisterBook, *, formats: dict[str, xlsxwriter.format.Format]
) -> None:
    columns = book.kind.columns
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1, _HEADINGS - 1)
    sheet.freeze_panes(_HEADINGS, 0)
    volume = f" – Quyển số {book.volume}" if book.volume else ""
    sheet.merge_range(
        0, 0, 0, len(columns) - 1, f"{book.agency} – {book.kind.vi} – Năm {book.year}{volume}", formats["title"]
    )
    sheet.set_footer(f"&L&8Nhật ký: {book.log_size}. Mã kiểm tra: {book.digest[:16]}&R&8&P/&N")
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.share * _CHARACTERS_A_SHARE)
        sheet.write_string(1, index, column.title, formats["heading"])
        sheet.write_string(2, index, f"({index + 1})", formats["heading"])
    for row, line in enumerate(book.lines, start=_HEADINGS):
        for index, cell in enumerate(line.cells):
            if len(cell) > MAX_CELL_CHARS:
                raise UsageError(
                    ErrorCode.BAD_ARGUMENT,
                    f"{columns[index].title} of number {line.number} is longer than {MAX_CELL_CHARS} characters",
                    vi=f"Ô “{columns[index].title}” của số {line.number} dài quá {MAX_CELL_CHARS} ký tự.",
                    way_out="export the register as PDF or CSV",
                )
            sheet.write_string(row, index, cell, formats["cell"])
