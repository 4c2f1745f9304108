"""Plain tables and paragraphs on A4 under a few lines of heading: lists, minutes, reports.

Invariants:
    - The same texts and fonts give the same bytes.
    - Every page has its number, and every page of a table its headings.
    - What was recorded keeps nothing from being printed: a character that cannot be drawn is named, a text higher than
      a page goes on on the next. A symbol is broken after a stroke or hyphen.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, repeat, zip_longest
from typing import Self

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from docflow.model import PrintMark
from docflow.model.layout import FontFace, FontFamily
from docflow.printing._cells import break_text
from docflow.printing._fonts import ALPHABET, check_coverage, load_faces, make_legible
from docflow.printing._lock import REPORTLAB
from docflow.printing._mark import measure_mark

_CELL_PADDING = 6.0
"""Of reportlab's tables, left and right."""
_SLACK = 0.01
_EMPTY_LINE = "\N{NO-BREAK SPACE}"
"""Else a row of nothing, where somebody signs, has no height."""
_LINES_A_ROW = 48
"""A row cannot be divided between pages: one that is higher stands as several."""
_LIST_POINTS, _DOCUMENT_POINTS = 9, 13
"""The decree's documents have 13 to 14 (Phụ lục I Phần I mục II)."""
_HEAD = 15 * mm
"""Of the page's number below the edge, in a document."""
_FOOT = 9 * mm
"""Of the page's number above the edge; the text ends an inch above it."""


class RowLook(StrEnum):
    """How a row without lines is written."""

    PLAIN = "plain"
    BOLD_UNDERLINED = "bold, underlined"
    ITALIC = "italic"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTable:
    """Headings, rows, and the widths of the columns in millimetres.

    Attributes:
        is_ruled: False: columns of centred words without lines.
        are_figures: Columns but the first stand at the right, and the table on one page if it fits.
        looks: Of the rows of a table without lines, from the first; the others are plain.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    is_ruled: bool = True
    are_figures: bool = False
    looks: Sequence[RowLook] = ()


Part = PrintedTable | str
"""A table, or a paragraph."""


def print_tables(
    head: Sequence[str],
    parts: Sequence[Part],
    *,
    fonts: FontFamily,
    above: PrintedTable | None = None,
    author: str = "",
    is_document: bool = False,
    mark: PrintMark | None = None,
) -> bytes:
    """Return tables and paragraphs as PDF.

    Args:
        head: The first line is the title.
        above: What stands over the title: the names of agency and country.
        author: Agency that prints it, for the properties of the PDF.
        is_document: Paragraphs as large as an administrative document's, and page numbers where it has them: centred at
            the top, from the second page on (Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục I).
        mark: Room is left for it at the foot; it is not drawn.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    """
    with REPORTLAB:
        faces = load_faces(fonts)
        check_coverage(ALPHABET, faces=faces)
        head = [make_legible(text, faces) for text in head]
        parts = [_legible(part, faces) for part in parts]
        above = above and replace(above, titles=[make_legible(text, faces) for text in above.titles])
        styles = _Styles.of(faces, text_points=_DOCUMENT_POINTS if is_document else _LIST_POINTS)
        story: list[Flowable] = _draw(above, styles) if above else []
        below = styles.centred if above else styles.text
        story += [Spacer(1, 3 * mm), _paragraph(head[0], styles.title), *(_paragraph(text, below) for text in head[1:])]
        for part, following in zip_longest(parts, parts[1:]):
            drawn = _draw(part, styles)
            if isinstance(part, str) and isinstance(following, PrintedTable):
                # What names a table does not stay behind on the page before.
                for flowable in drawn:
                    flowable.keepWithNext = 1
            story += drawn
        buffer = io.BytesIO()
        document = SimpleDocTemplate(
            buffer, pagesize=A4, title=head[0], author=make_legible(author, faces), invariant=1
        )
        document.leftMargin = document.rightMargin = 15 * mm
        foot = measure_mark(mark, A4, faces=faces)
        document.bottomMargin += foot

        def number(canvas: Canvas, _document: object) -> None:
            page = canvas.getPageNumber()
            if not is_document or page > 1:
                style = styles.text if is_document else styles.plain
                canvas.setFont(style.fontName, style.fontSize)
                canvas.drawCentredString(A4[0] / 2, A4[1] - _HEAD if is_document else _FOOT + foot, str(page))

        document.build(story, onFirstPage=number, onLaterPages=number)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Styles:
    plain: ParagraphStyle
    bold: ParagraphStyle
    text: ParagraphStyle
    title: ParagraphStyle
    centred: ParagraphStyle
    centred_bold: ParagraphStyle
    centred_italic: ParagraphStyle
    underlined: ParagraphStyle
    figure: ParagraphStyle
    figure_head: ParagraphStyle

    @classmethod
    def of(cls, faces: Mapping[FontFace, TTFont], *, text_points: float) -> Self:
        names = {face: font.fontName for face, font in faces.items()}
        plain = ParagraphStyle(
            "cell", fontName=names[FontFace.REGULAR], fontSize=_LIST_POINTS, leading=_LIST_POINTS + 2
        )
        bold = ParagraphStyle("head", parent=plain, fontName=names[FontFace.BOLD])
        text = ParagraphStyle("text", parent=plain, fontSize=text_points, leading=1.2 * text_points)
        centred = ParagraphStyle("centred", parent=text, alignment=1)
        return cls(
            plain=plain,
            bold=bold,
            text=text,
            title=ParagraphStyle("title", parent=bold, fontSize=13, leading=18, alignment=1),
            centred=centred,
            centred_bold=ParagraphStyle("centred bold", parent=centred, fontName=names[FontFace.BOLD]),
            centred_italic=ParagraphStyle("centred italic", parent=centred, fontName=names[FontFace.ITALIC]),
            underlined=ParagraphStyle("underlined", parent=centred, fontName=names[FontFace.BOLD]),
            figure=ParagraphStyle("figure", parent=plain, alignment=2),
            figure_head=ParagraphStyle("figure head", parent=bold, alignment=1),
        )

    def of_row(self, look: RowLook) -> ParagraphStyle:
        return {
            RowLook.PLAIN: self.centred,
            RowLook.BOLD_UNDERLINED: self.underlined,
            RowLook.ITALIC: self.centred_italic,
        }[look]


def _legible(part: Part, faces: Mapping[FontFace, TTFont]) -> Part:
    if isinstance(part, str):
        return make_legible(part, faces)
    titles = [make_legible(text, faces) for text in part.titles]
    return replace(part, titles=titles, rows=[[make_legible(cell, faces) for cell in row] for row in part.rows])


def _draw(part: Part, styles: _Styles) -> list[Flowable]:
    if isinstance(part, str):
        return [Spacer(1, 2 * mm), _paragraph(part, styles.text)]
    head = styles.bold if part.is_ruled else styles.centred_bold
    heads = [
        _paragraph(text, styles.figure_head if part.are_figures and at else head) for at, text in enumerate(part.titles)
    ]
    rows: list[list[Paragraph]] = []
    for row, look in zip(part.rows, chain(part.looks, repeat(RowLook.PLAIN)), strict=False):
        body = styles.plain if part.is_ruled else styles.of_row(look)
        for piece in _pieces(row, part, body):
            cells = [
                _lines(lines, styles.figure if part.are_figures and at else body) for at, lines in enumerate(piece)
            ]
            rows.append(cells)
    place = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0))] if part.is_ruled else []
    widths = [width * mm for width in part.widths]
    table = Table([heads, *rows], colWidths=widths, style=[*grid, *place], repeatRows=int(part.is_ruled))
    table.spaceBefore = 4 * mm
    return [KeepTogether([table]) if part.are_figures else table]


def _pieces(row: Sequence[str], part: PrintedTable, style: ParagraphStyle) -> list[list[list[str]]]:
    """Return a row as its cells' lines; one that is higher than a page may be goes on in further rows."""

    def measure(text: str) -> float:
        return float(stringWidth(text, style.fontName, style.fontSize))

    cells = [
        break_text(text, width=width * mm - 2 * _CELL_PADDING - _SLACK, measure=measure)
        for text, width in zip(row, part.widths, strict=True)
    ]
    height = max(1, *map(len, cells))
    return [[lines[at : at + _LINES_A_ROW] for lines in cells] for at in range(0, height, _LINES_A_ROW)]


def _lines(lines: Sequence[str], style: ParagraphStyle) -> Paragraph:
    text = "<br/>".join(map(_escape, lines))
    return Paragraph(f"<u>{text}</u>" if text and style.name == "underlined" else text or _EMPTY_LINE, style)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(_escape(text), style)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
