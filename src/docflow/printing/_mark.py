"""The mark of a print, at the bottom of each page: who printed what, when, from whose system.

Invariants:
    - The mark lies on top, upright as the page is seen, in the font that comes with the package, on a light ground: a
      page cannot hide it. On a larger page it is larger.
    - A page that has no room for it stands on a larger sheet, above its mark.
    - Of a PDF only its pages are left: a print bears no signature and says so; see :mod:`docflow.printing._sheets`.
    - The same PDF, mark and fonts give the same bytes; the PDF given stays as it was.
    - Any bytes give a print or our error.

What it does not do: it says nothing about the signatures of what is printed, and leaves margins as they are.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k; docs/adr/0087.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pikepdf
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from docflow.model import PrintMark
from docflow.model.layout import FontFace, FontFamily
from docflow.printing._cells import break_text
from docflow.printing._fonts import ALPHABET, check_coverage, load_faces, make_legible
from docflow.printing._lock import REPORTLAB
from docflow.printing._sheets import Sheet, take_pages
from docflow.printing._strange import bad_pdf, open_strange_pdf

_POINTS, _LEADING = 7.0, 1.2
"""Of the letters on a page as wide as A4."""
_USUAL_SIDE = 595.0
_FOOT, _SIDE, _PADDING = 4 * mm, 8 * mm, 2.0
"""From the edges, where printers leave off; within the frame."""
_LEAST_WIDTH = 70 * mm
_LARGEST_SHARE = 0.2
"""Of a page's height; a mark that needs more stands under the page."""
_WIDEST = (9_999, 9_999)
"""A page and the number of pages, as wide as they may be written."""
_GROUND = Color(1, 1, 1, alpha=0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """The mark of one page, broken into lines; sizes in points."""

    size: float
    lines: Sequence[tuple[FontFace, str]]

    @property
    def height(self) -> float:
        """From the edge of the sheet to the top of its frame."""
        return float(_FOOT) * self.size / _POINTS + len(self.lines) * self.size * _LEADING + 2 * _PADDING


def print_marked(pdf: bytes, mark: PrintMark, *, fonts: FontFamily) -> bytes:
    """Return a new PDF with the pages of one and the mark on each.

    Annotations and fields are drawn as they would be printed and are none any more; nothing else is taken over.

    Does not check: whether the issuer of an encrypted PDF that opens without a password forbids printing.

    Raises:
        InputError: ``MALFORMED_INPUT``; not a PDF, damaged, in need of a password, more than 5,000 pages, too large.
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
    """
    with open_strange_pdf(pdf) as opened:
        sheets = take_pages(opened)
        with REPORTLAB:
            faces = load_faces(fonts)
            check_coverage(ALPHABET, faces=faces)
            sizes, drawn = _draw_marks(sheets, mark, faces=faces)
        with pikepdf.open(io.BytesIO(drawn)) as marks:
            for sheet, (lift, size), page in zip(sheets, sizes, marks.pages, strict=True):
                top = opened.copy_foreign(page.as_form_xobject())
                sheet.lay_out(opened, lift=lift, size=size, top=top)
            opened.docinfo["/Title"] = f"Bản in: {make_legible(mark.subject, faces)}"
            buffer = io.BytesIO()
            try:
                opened.save(
                    buffer,
                    deterministic_id=True,
                    preserve_pdfa=False,
                    fix_metadata_version=False,
                    stream_decode_level=pikepdf.StreamDecodeLevel.none,
                    object_stream_mode=pikepdf.ObjectStreamMode.generate,
                )
            except (pikepdf.PdfError, RuntimeError) as exc:
                raise bad_pdf("its pages are damaged", vi="các trang hỏng") from exc
    return buffer.getvalue()


def measure_mark(mark: PrintMark | None, size: tuple[float, float], *, faces: Mapping[FontFace, TTFont]) -> float:
    """Return how high above the edge of a page of some size in points its mark reaches; without one, 0."""
    return 0.0 if mark is None else _strip(mark, size[0], size[1], place=_WIDEST, faces=faces).height


Placed = tuple[tuple[float, float], tuple[float, float]]
"""How far a page is moved right and up, and the size of its sheet."""


def _draw_marks(
    sheets: Sequence[Sheet], mark: PrintMark, *, faces: Mapping[FontFace, TTFont]
) -> tuple[list[Placed], bytes]:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True, initialFontName=faces[FontFace.REGULAR].fontName)
    placed: list[Placed] = []
    for number, sheet in enumerate(sheets, start=1):
        width = max(sheet.width, _LEAST_WIDTH)
        strip = _strip(mark, width, sheet.height, place=(number, len(sheets)), faces=faces)
        lift = strip.height if strip.height > _LARGEST_SHARE * sheet.height else 0.0
        size = (width, sheet.height + lift)
        placed.append((((width - sheet.width) / 2, lift), size))
        canvas.setPageSize(size)
        _draw_strip(canvas, strip, width=width, faces=faces)
        canvas.showPage()
    canvas.save()
    return placed, buffer.getvalue()


def _strip(
    mark: PrintMark, width: float, height: float, *, place: tuple[int, int], faces: Mapping[FontFace, TTFont]
) -> _Strip:
    size = _POINTS * max(1.0, min(width, height) / _USUAL_SIDE)
    room = width - 2 * (_SIDE * size / _POINTS + _PADDING)
    page, page_count = place
    texts = [(FontFace.BOLD, mark.title)]
    texts += [(FontFace.REGULAR, line) for line in mark.write_lines(page=page, page_count=page_count)]
    lines: list[tuple[FontFace, str]] = []
    for face, text in texts:
        font = faces[face]

        def measure(part: str, font: TTFont = font) -> float:
            return float(font.stringWidth(part, size))

        lines += [(face, line) for line in break_text(make_legible(text, faces), width=room, measure=measure)]
    return _Strip(size=size, lines=lines)


def _draw_strip(canvas: Canvas, strip: _Strip, *, width: float, faces: Mapping[FontFace, TTFont]) -> None:
    scale = strip.size / _POINTS
    side, foot = _SIDE * scale, _FOOT * scale
    canvas.setFillColor(_GROUND)
    canvas.setStrokeColor(Color(0, 0, 0, alpha=1))
    canvas.setLineWidth(0.4 * scale)
    canvas.rect(side, foot, width - 2 * side, strip.height - foot, stroke=1, fill=1)
    canvas.setFillColor(Color(0, 0, 0, alpha=1))
    baseline = strip.height - _PADDING - strip.size
    for face, text in strip.lines:
        canvas.setFont(faces[face].fontName, strip.size)
        canvas.drawString(side + _PADDING, baseline, text)
        baseline -= strip.size * _LEADING
