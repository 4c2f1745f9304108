"""A table under a few lines of heading as a document for a word processor (DOCX).

Invariants:
    - Headings stand on every page, and no row is divided between pages unless it is higher than one.
    - What was recorded keeps nothing from being written: a character that cannot be seen is named.

What it does not do: give the same bytes twice; the ZIP around the text bears the time.

Source: ECMA-376 Part 1; docs/adr/0083.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt
from docx.table import _Row

from docflow.model.wording import make_visible
from docflow.printing._table import PrintedTable

_ANY_DAY = datetime(2020, 3, 5)  # noqa: DTZ001 — the format has no zone; the day on which the decree took effect
_FONT, _POINTS = "Times New Roman", 10
_A4_MM, _MARGIN_MM = (210, 297), 15


def write_word(head: Sequence[str], table: PrintedTable | None) -> bytes:
    """Return a heading, whose first line is the title, and a table as DOCX; A4, upright."""
    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = _ANY_DAY
    document.core_properties.title, *below = head
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(_POINTS)
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in _A4_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    first = document.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    first.add_run(make_visible(head[0])).bold = True
    for text in below:
        document.add_paragraph(make_visible(text)).paragraph_format.space_after = Pt(0)
    if table is not None:
        _add(document, table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _add(document: Document, table: PrintedTable) -> None:
    drawn = document.add_table(rows=0, cols=len(table.titles), style="Table Grid")
    drawn.autofit = False
    for column, width in zip(drawn.columns, table.widths, strict=True):
        column.width = Mm(width)
    for number, cells in enumerate((table.titles, *table.rows)):
        row = drawn.add_row()
        _mark(row, "w:cantSplit")
        for cell, text, width in zip(row.cells, cells, table.widths, strict=True):
            cell.width = Mm(width)
            cell.paragraphs[0].add_run(make_visible(text)).bold = number == 0
    _mark(drawn.rows[0], "w:tblHeader")


def _mark(row: _Row, name: str) -> None:
    """Say of a row what the library has no word for (ECMA-376 Part 1, 17.4.6 cantSplit, 17.4.78 tblHeader)."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001
