"""Plain tables on A4 under a few lines of heading, for what the decree gives no form.

Invariants:
    - The same texts and fonts give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from docflow.model.layout import FontFace, FontFamily
from docflow.printing._fonts import check_coverage, load_faces
from docflow.printing._lock import REPORTLAB


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTable:
    """Headings, rows, and the widths of the columns in millimetres."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]


def print_tables(head: Sequence[str], tables: Sequence[PrintedTable], *, fonts: FontFamily) -> bytes:
    """Return tables as PDF; the first line of the heading is the title.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a character has no glyph, or a font cannot be read.
    """
    with REPORTLAB:
        faces = load_faces(fonts)
        cells = (cell for table in tables for row in (table.titles, *table.rows) for cell in row)
        check_coverage([*head, *cells], faces=faces)
        plain = ParagraphStyle("cell", fontName=faces[FontFace.REGULAR].fontName, fontSize=9, leading=11)
        bold = ParagraphStyle("head", parent=plain, fontName=faces[FontFace.BOLD].fontName)
        title = ParagraphStyle("title", parent=bold, fontSize=13, leading=18, alignment=1)
        story: list[Flowable] = [_paragraph(head[0], title), *(_paragraph(text, plain) for text in head[1:])]
        grid = [("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        for table in tables:
            drawn = [
                [_paragraph(text, bold) for text in table.titles],
                *([_paragraph(text, plain) for text in row] for row in table.rows),
            ]
            sizes = [width * mm for width in table.widths]
            story += [Spacer(1, 4 * mm), Table(drawn, colWidths=sizes, style=grid, repeatRows=1)]
        buffer = io.BytesIO()
        document = SimpleDocTemplate(buffer, pagesize=A4, margins=15 * mm, title=head[0], invariant=1)
        document.leftMargin = document.rightMargin = 15 * mm
        document.build(story)
    return buffer.getvalue()


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Paragraph(escaped, style)
