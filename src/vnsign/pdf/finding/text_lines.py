"""The text of pages as lines, each letter with its place on the page as seen, in millimetres.

Letters are put in order by where they stand, not by when they are drawn: word processors draw accents and letters in
any order. A wide gap (columns, blanks to fill in) ends a line; what stands on one height is one row.

Invariants:
    - Two texts are the same if they are so without accents, case and spaces: composed, decomposed and split letters.
    - Letters drawn twice for boldness count once (PDFium sees to it).

Source: NĐ 30/2020/NĐ-CP Phụ lục I (the lines that a signature stands between).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from ctypes import c_double
from dataclasses import dataclass
from typing import Any

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.finding.pdfium import pdfium_document, pdfium_page
from vnsign.pdf.geometry import POINTS_PER_MM, PageGeometry, seen_rectangle_mm
from vnsign.pdf.opening import open_pdf
from vnsign.pdf.reading.pages import geometry_of
from vnsign.pdf.writing.updating import translated

#: A page with more letters is no page of a document; a full page of small print has some 8,000.
MAX_GLYPHS_PER_PAGE = 100_000
#: Pages read letter by letter when no page mentions the text in drawing order.
_MAX_PAGES_IN_DEPTH = 50
#: A gap wider than this many heights of a letter ends a line; a justified space has up to 1.
_COLUMN_GAP = 1.2
_SAME_ROW = 0.5
#: A gap wider than this is a space between words.
_WORD_GAP = 0.15
_DROPPED = frozenset({"Mn", "Sk", "Lm", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Cn"})
#: More letters than any document has; a text of all letters must not fill the memory.
_MAX_FOLDED = 20_000
_SURROGATES = range(0xD800, 0xE000)


def fold(text: str) -> str:
    """Return ``text`` without accents, case, spaces and marks, for comparing."""
    return text.translate(_FOLDED)


class _Folding(dict[int, str]):
    """What each letter becomes, worked out when first met."""

    def __missing__(self, code: int) -> str:
        letters = (c for c in unicodedata.normalize("NFKD", chr(code)) if unicodedata.category(c) not in _DROPPED)
        folded = "".join(letters).casefold().replace("đ", "d")
        if len(self) < _MAX_FOLDED:
            self[code] = folded
        return folded


_FOLDED = _Folding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One letter on the page as seen; lengths in mm from the top left corner.

    Attributes:
        size: Font size in points.
        baseline: Distance of its baseline from the top.
    """

    character: str
    left: float
    top: float
    width: float
    height: float
    baseline: float
    size: float

    @property
    def right(self) -> float:
        """Return its right edge."""
        return self.left + self.width

    @property
    def middle(self) -> float:
        """Return the middle of its height."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """Letters next to each other on one height of one page.

    Attributes:
        page: 1 for the first page.
    """

    page: int
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        """Return its text, one space where a gap is."""
        pieces = [self.glyphs[0].character]
        for before, after in zip(self.glyphs, self.glyphs[1:], strict=False):
            pieces.append(" " if after.left - before.right > after.height * _WORD_GAP else "")
            pieces.append(after.character)
        return unicodedata.normalize("NFC", "".join(pieces))

    @property
    def folded(self) -> str:
        """Return its text for comparing."""
        return fold("".join(g.character for g in self.glyphs))

    @property
    def centre(self) -> tuple[float, float]:
        """Return the middle of the line, in mm."""
        return (self.glyphs[0].left + max(g.right for g in self.glyphs)) / 2, self.glyphs[0].middle

    @property
    def where(self) -> str:
        """Return page and place for a message."""
        return f"page {self.page} at {self.glyphs[0].left:.0f},{self.glyphs[0].top:.0f} mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """One page's rows of lines.

    Attributes:
        rows: From the top; each from the left, split at wide gaps.
    """

    page: int
    geometry: PageGeometry
    rows: tuple[tuple[TextLine, ...], ...]

    @property
    def lines(self) -> Iterator[TextLine]:
        """Yield every line."""
        for row in self.rows:
            yield from row


def read_pages(pdf: bytes, *, mentioning: Sequence[str] = (), page: int | None = None) -> tuple[PageText, ...]:
    """Return the text of one page, or of all pages that mention each of some texts.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
        UsageError: BAD_ARGUMENT if there is no such page.
    """
    wanted = [fold(text) for text in mentioning]
    with open_pdf(pdf) as reader, pdfium_document(pdf) as document, translated("reading the text"):
        if page is not None:
            pdfium_page(document, page)
            numbers: Sequence[int] = (page,)
        else:
            everything = range(1, min(len(document), len(reader.pages)) + 1)
            numbers = [n for n in everything if _mentions(document, n, wanted)]
            if not numbers and len(everything) <= _MAX_PAGES_IN_DEPTH:
                numbers = everything
        return tuple(_page_text(document, n, geometry_of(reader.pages[n - 1].obj)) for n in numbers)


def _mentions(document: Any, number: int, wanted: Sequence[str]) -> bool:
    page = document[number - 1]
    text_page = page.get_textpage()
    try:
        text = fold(text_page.get_text_range()) if wanted else ""
    finally:
        text_page.close()
        page.close()
    return all(piece in text for piece in wanted)


def _page_text(document: Any, number: int, geometry: PageGeometry) -> PageText:
    page = pdfium_page(document, number)
    text_page = page.get_textpage()
    try:
        glyphs = list(_glyphs(text_page, geometry))
    finally:
        text_page.close()
        page.close()
    rows = tuple(tuple(_split(number, row)) for row in _rows(glyphs))
    return PageText(page=number, geometry=geometry, rows=rows)


def _glyphs(text_page: Any, geometry: PageGeometry) -> Iterator[Glyph]:
    import pypdfium2.raw as pdfium  # noqa: PLC0415 — see pdfium_document

    total = text_page.count_chars()
    if total > MAX_GLYPHS_PER_PAGE:
        raise InputError(ErrorCode.MALFORMED_PDF, f"a page has more than {MAX_GLYPHS_PER_PAGE:,} letters")
    box, matrix, x, y = pdfium.FS_RECTF(), pdfium.FS_MATRIX(), c_double(), c_double()
    raw = text_page.raw
    for index in range(total):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code in _SURROGATES or code > 0x10FFFF:  # noqa: PLR2004 — the last code point
            continue
        character = chr(code)
        if not fold(character) and unicodedata.category(character) not in {"Mn", "Sk", "Lm"}:
            continue
        if not pdfium.FPDFText_GetLooseCharBox(raw, index, box) or not pdfium.FPDFText_GetCharOrigin(raw, index, x, y):
            continue
        numbers = (box.left, box.bottom, box.right, box.top, x.value, y.value)
        if not all(map(math.isfinite, numbers)) or box.right <= box.left or box.top <= box.bottom:
            continue
        left, top, width, height = seen_rectangle_mm(geometry, numbers[:4])
        _, baseline, _, _ = seen_rectangle_mm(geometry, (*numbers[4:], *numbers[4:]))
        scale = 1.0
        if pdfium.FPDFText_GetMatrix(raw, index, matrix):
            scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0
        yield Glyph(
            character=character,
            left=left,
            top=top,
            width=width,
            height=height,
            baseline=baseline,
            size=pdfium.FPDFText_GetFontSize(raw, index) * scale,
        )


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: g.middle):
        if row and glyph.middle - row[0].middle > _SAME_ROW * min(glyph.height, row[0].height):
            yield sorted(row, key=_left)
            row = []
        row.append(glyph)
    if row:
        yield sorted(row, key=_left)


def _left(glyph: Glyph) -> float:
    return glyph.left


def _split(page: int, row: Sequence[Glyph]) -> Iterator[TextLine]:
    line: list[Glyph] = []
    edge = 0.0
    for glyph in row:
        if line and glyph.left - edge > _COLUMN_GAP * glyph.height:
            yield TextLine(page=page, glyphs=tuple(line))
            line, edge = [], 0.0
        line.append(glyph)
        edge = max(edge, glyph.right)
    if line:
        yield TextLine(page=page, glyphs=tuple(line))


def points(millimetres: float) -> float:
    """Return a length in points."""
    return millimetres * POINTS_PER_MM
