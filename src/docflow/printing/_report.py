"""A report as PDF and as a workbook.

Invariants:
    - The same report and fonts give the same bytes.
    - A figure is a number in the workbook, and shown as it was computed; what is not known stays words.

Source: docs/reference/figures.md.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from datetime import datetime

import xlsxwriter

from docflow.model import LAW_TIME_ZONE, PrintMark
from docflow.model.layout import FontFamily
from docflow.office import REPORT_TITLE, Report, tabulate_report
from docflow.printing._cells import break_text
from docflow.printing._mark import print_marked
from docflow.printing._table import PrintedTable, print_tables

_LABEL_MM = 60.0
_FIGURES_MM = 120.0
_COLUMNS = 4
"""Lines of a breakdown beside each other; more of them make a further table."""
_ANY_DAY = datetime(2020, 3, 5)  # noqa: DTZ001 — the format has no zone; the day on which the decree took effect
_LABEL_CHARS, _FIGURE_CHARS = 36, 16
_COLUMNS_A_PAGE = 5
"""Of figures, beside the labels, on A4 landscape in letters of their own size."""
_LINE_POINTS = 15.0
_A4 = 9
"""As workbooks number papers."""
_WORDS = {"num_format": "@"}
"""Text stays text, also when somebody edits the cell."""
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {**_WORDS, "bold": True, "font_size": 13},
    "head": _WORDS,
    "heading": {**_WORDS, "bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"},
    "words": {**_WORDS, "border": 1, "text_wrap": True, "align": "left"},
    "count": {"border": 1, "num_format": "#,##0", "align": "right"},
    "share": {"border": 1, "num_format": "0.0%", "align": "right"},
}
_COUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})*")
_SHARE = re.compile(r"([0-9]+),([0-9]) %")


def print_report(report: Report, *, fonts: FontFamily, mark: PrintMark | None = None) -> bytes:
    """Return a report as PDF.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    """
    table = tabulate_report(report)
    columns = len(table[0]) - 1
    beside = math.ceil(columns / math.ceil(columns / _COLUMNS))
    parts = range(1, columns + 1, beside)
    tables = [_part([(row[0], *row[start : start + beside]) for row in table]) for start in parts]
    pdf = print_tables(_head(report), tables, fonts=fonts, author=report.agency, mark=mark)
    return pdf if mark is None else print_marked(pdf, mark, fonts=fonts)


def write_report_workbook(report: Report) -> bytes:
    """Return a report as XLSX."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"title": REPORT_TITLE, "created": _ANY_DAY})
        looks = {name: workbook.add_format({"font_name": "Times New Roman", **look}) for name, look in _LOOKS.items()}
        sheet = workbook.add_worksheet("Số liệu")
        head, table = _head(report), tabulate_report(report)
        top = len(head) + 1
        _lay_out(sheet, top=top, columns=len(table[0]), foot=f"Mã kiểm tra: {report.digest[:16]}")
        for row, text in enumerate(head):
            sheet.write_string(row, 0, text, looks["head" if row else "title"])
        # Not every reader measures rows itself.
        lines = max(len(break_text(text, width=_FIGURE_CHARS, measure=len)) for text in table[0])
        sheet.set_row(top, lines * _LINE_POINTS)
        for row, cells in enumerate(table, start=top):
            for column, text in enumerate(cells):
                is_words = column == 0 or row == top
                name, figure = ("words", None) if is_words else _read_figure(text)
                look = looks["heading" if row == top else name]
                if figure is None:
                    sheet.write_string(row, column, text, look)
                else:
                    sheet.write_number(row, column, figure, look)
    return buffer.getvalue()


def _lay_out(sheet: xlsxwriter.worksheet.Worksheet, *, top: int, columns: int, foot: str) -> None:
    """Set widths and pages: what a page cannot hold beside each other goes on on the next, under the same headings."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.7)
    sheet.repeat_rows(top)
    if columns - 1 <= _COLUMNS_A_PAGE:
        sheet.fit_to_pages(1, 0)
    else:
        sheet.repeat_columns(0)
        sheet.print_across()
    sheet.set_footer(f"&L&8{foot}&R&8&P/&N")
    sheet.freeze_panes(top + 1, 1)
    sheet.set_column(0, 0, _LABEL_CHARS)
    sheet.set_column(1, columns, _FIGURE_CHARS)


def _read_figure(text: str) -> tuple[str, float | None]:
    """Return the look of a cell, and its number if it has one."""
    share = _SHARE.fullmatch(text)
    if share is not None:
        return "share", int(share[1] + share[2]) / 1000
    return ("count", int(text.replace(".", ""))) if _COUNT.fullmatch(text) else ("words", None)


def _part(rows: list[tuple[str, ...]]) -> PrintedTable:
    count = len(rows[0]) - 1
    widths = (_LABEL_MM, *[_FIGURES_MM / _COLUMNS] * count)
    return PrintedTable(titles=rows[0], rows=rows[1:], widths=widths, are_figures=True)


def _head(report: Report) -> tuple[str, ...]:
    at = report.at.astimezone(LAW_TIME_ZONE)
    return (
        REPORT_TITLE.upper(),
        report.agency,
        f"{report.period.vi}.",
        f"Số liệu tính đến {at:%H:%M ngày %d/%m/%Y}, theo {report.log_size} mục đầu của nhật ký.",
        f"Mã kiểm tra: {report.digest}",
    )
