"""A register as CSV.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; RFC 4180.
"""

from __future__ import annotations

import csv
import io

from docflow.office.registers.book import RegisterBook

_FORMULA = frozenset({"=", "+", "-", "@", "\t", "\r"})


def write_book_csv(book: RegisterBook) -> str:
    """Return a register as CSV (RFC 4180, UTF-8 text without byte order mark, CRLF): headings, then the lines.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(column.title for column in book.kind.columns)
    writer.writerows([_harmless(cell) for cell in line.cells] for line in book.lines)
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _FORMULA else cell
