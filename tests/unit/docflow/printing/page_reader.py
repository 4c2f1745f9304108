"""Reads positions back out of a PDF, with another library than the one that wrote it."""

from __future__ import annotations

import ctypes
import unicodedata
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
import pypdfium2.raw as pdfium

MM = 72 / 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One visible letter: its text, ink box, pen position and type size, in points."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    pen_x: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Letters that share a baseline, from left to right."""

    text: str
    left: float
    right: float
    baseline: float
    size: float

    @property
    def middle(self) -> float:
        """The middle between its left and right end."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands on one page."""

    width: float
    height: float
    text: str
    glyphs: tuple[Glyph, ...]
    rules: tuple[tuple[float, float, float], ...]  # left, right, height

    def find(self, words: str) -> Line:
        """Return the first run of letters that reads ``words``; they must stand on one line."""
        wanted = "".join(words.split())
        letters = "".join(glyph.text for glyph in self.glyphs)
        start = letters.index(wanted)
        return _line(self.glyphs[start : start + len(wanted)])

    def lines(self, *, left_of: float = 1e6, right_of: float = 0.0) -> list[Line]:
        """Return the lines of the page from top to bottom, or of a column of it."""
        inside = [glyph for glyph in self.glyphs if right_of <= glyph.pen_x < left_of]
        inside.sort(key=lambda glyph: (-round(glyph.baseline, 1), glyph.pen_x))
        return [_line(tuple(row)) for _, row in groupby(inside, key=lambda glyph: round(glyph.baseline, 1))]


def read_pages(pdf: bytes) -> list[Page]:
    """Return every page of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_read(page) for page in document]
    finally:
        document.close()


def _read(page: pypdfium2.PdfPage) -> Page:
    text_page = page.get_textpage()
    glyphs = tuple(
        glyph for index in range(text_page.count_chars()) if (glyph := _glyph(text_page, index)).text.strip()
    )
    rules = tuple(
        (left, right, (bottom + top) / 2)
        for left, bottom, right, top in (
            shape.get_bounds() for shape in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])
        )
    )
    width, height = page.get_size()
    return Page(width=width, height=height, text=text_page.get_text_range(), glyphs=glyphs, rules=rules)


def _glyph(text_page: pypdfium2.PdfTextPage, index: int) -> Glyph:
    left, bottom, right, top = text_page.get_charbox(index)
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
    return Glyph(
        # pdfium calls a hyphen at the end of a line U+0002.
        text=chr(pdfium.FPDFText_GetUnicode(text_page, index)).replace("\x02", "-"),
        left=left,
        bottom=bottom,
        right=right,
        top=top,
        pen_x=x.value,
        baseline=y.value,
        size=pdfium.FPDFText_GetFontSize(text_page, index),
    )


def _line(glyphs: tuple[Glyph, ...]) -> Line:
    baselines = {round(glyph.baseline, 1) for glyph in glyphs}
    assert len(baselines) == 1, f"{''.join(glyph.text for glyph in glyphs)!r} stands on several lines"
    return Line(
        text=unicodedata.normalize("NFC", "".join(glyph.text for glyph in glyphs)),
        left=min(glyph.left for glyph in glyphs),
        right=max(glyph.right for glyph in glyphs),
        baseline=glyphs[0].baseline,
        size=glyphs[0].size,
    )
