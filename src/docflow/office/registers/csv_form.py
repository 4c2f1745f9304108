"""A register, and any other table, as CSV.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from docflow.office.registers.book import RegisterBook

_FORMULA = frozenset({"=", "+", "-", "@", "\t", "\r"})


def write_book_csv(book: RegisterBook) -> str:
    """Return a register as CSV (RFC 4180, UTF-8 text without byte order mark, CRLF): headings, then the lines.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    return write_csv(([column.title for column in book.kind.columns], *(line.cells for line in book.lines)))


def write_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV; see :func:`write_book_csv`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _FORMULA else cell
