"""A volume of a register to PDF bytes: its cover, then its lines under the headings of the decree.

Invariants:
    - The same volume, paper and fonts give the same bytes.
    - Nothing is cut off: a cell is broken into lines. A line that does not fit what is left of a page stands on the
      next; only one that is higher than a page is divided, and its number stands again where it goes on.
    - Headings stand on every page.
    - What was recorded keeps no book from being printed: a character that cannot be drawn is named, as ``[U+200B]``.

What it does not do: it adds no line for what is missing, and draws no receipt.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV (cover, columns); what is ours stands in docs/reference/registers.md.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from docflow.model import PrintMark
from docflow.model.layout import FontFace, FontFamily
from docflow.office import RegisterBook
from docflow.printing._cells import break_text
from docflow.printing._fonts import ALPHABET, check_coverage, load_faces, make_legible
from docflow.printing._lock import REPORTLAB
from docflow.printing._mark import measure_mark, print_marked
from docflow.printing._paper import Paper

_LEADING = 1.2
_RULE = 0.5
_EMPTY = "Chưa có dòng nào."
_LEAST_LINES = 4
"""A line that is divided between pages has so many on the first, or begins on the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Measures of one paper, in points; the lines stand to the right by what binding takes (đóng sổ)."""

    width: float
    height: float
    margin: float
    binding: float
    padding: float
    size: float


_SHEETS = {
    Paper.A3: _Sheet(
        width=landscape(A3)[0], height=landscape(A3)[1], margin=20 * mm, binding=5 * mm, padding=1.5 * mm, size=12.0
    ),
    Paper.A4: _Sheet(
        width=landscape(A4)[0], height=landscape(A4)[1], margin=12 * mm, binding=5 * mm, padding=1.0 * mm, size=9.0
    ),
}


def print_book(
    volumes: Sequence[RegisterBook],
    *,
    fonts: FontFamily,
    paper: Paper = Paper.A3,
    parent: str = "",
    tick: Callable[[], object] | None = None,
    mark: PrintMark | None = None,
) -> bytes:
    """Return the volumes of a register, one after the other, as PDF.

    Args:
        volumes: What :func:`docflow.office.divide_book` returned.
        parent: Name of the agency directly above, for the cover; empty for one that has none.
        fonts: TrueType files; subsets of them are embedded.
        tick: Called after each line: ten thousand take twenty seconds.
        mark: Stands on each page, and is left room.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    """
    with REPORTLAB:
        faces = load_faces(fonts)
        check_coverage(ALPHABET, faces=faces)
        buffer = io.BytesIO()
        sheet = _SHEETS[paper]
        canvas = Canvas(
            buffer,
            pagesize=(sheet.width, sheet.height),
            invariant=True,
            initialFontName=faces[FontFace.REGULAR].fontName,
        )
        canvas.setTitle(volumes[0].kind.vi if volumes else "")
        canvas.setAuthor(make_legible(volumes[0].agency, faces) if volumes else "")
        foot = measure_mark(mark, (sheet.width, sheet.height), faces=faces)
        for volume in volumes:
            _Printer(canvas=canvas, faces=faces, sheet=sheet, book=volume, parent=parent, tick=tick, foot=foot).draw()
        canvas.save()
    return buffer.getvalue() if mark is None else print_marked(buffer.getvalue(), mark, fonts=fonts)


@dataclass(slots=True, kw_only=True)
class _Printer:
    """Draws one volume, from the top of a page downwards."""

    canvas: Canvas
    faces: Mapping[FontFace, TTFont]
    sheet: _Sheet
    book: RegisterBook
    parent: str
    tick: Callable[[], object] | None
    foot: float
    _page: int = 0
    _top: float = 0.0
    _room_of_page: int = 0
    _edges: list[float] = field(default_factory=list)

    def draw(self) -> None:
        """Draw cover and pages."""
        self._measure_columns()
        self._cover()
        self._begin_page()
        for line in self.book.lines:
            cells = [self._cell(cell, index) for index, cell in enumerate(line.cells)]
            self._line(cells, again=self._cell(f"(tiếp số {line.number})", 0))
            if self.tick is not None:
                self.tick()
        if not self.book.lines:
            self._say_empty()
        self._end_page()

    # ---- cover

    def _cover(self) -> None:
        book, middle = self.book, self.sheet.width / 2
        unit = self.sheet.size
        numbers = f"Từ số {_first_number(book)} đến số {_last_number(book)}" if book.kind.cover_names_numbers else ""
        rows = (
            (self.parent.upper(), FontFace.REGULAR, 1.5, 0.86),
            (book.agency.upper(), FontFace.BOLD, 1.5, 0.81),
            (book.kind.vi.upper(), FontFace.BOLD, 2.4, 0.58),
            (book.series, FontFace.BOLD, 1.6, 0.54),
            (f"Năm: {book.year}", FontFace.BOLD, 1.6, 0.50),
            (f"Từ ngày {_first_day(book)} đến ngày {_last_day(book)}", FontFace.REGULAR, 1.5, 0.34),
            (numbers, FontFace.REGULAR, 1.5, 0.29),
            (f"Quyển số: {book.volume if book.volume is not None else '…'}", FontFace.REGULAR, 1.5, 0.20),
        )
        for text, face, share, height in rows:
            size = unit * share
            self._set_font(face, size)
            lines = self._broken(text, face=face, size=size, width=self.sheet.width - 4 * self.sheet.margin)
            for number, line in enumerate(lines):
                self.canvas.drawCentredString(middle, self.sheet.height * height - number * size * _LEADING, line)
        self.canvas.setLineWidth(1.2)
        inset = self.sheet.margin / 2
        bottom = max(inset, self.foot + inset / 2)
        self.canvas.rect(inset, bottom, self.sheet.width - 2 * inset, self.sheet.height - inset - bottom)
        self.canvas.showPage()

    # ---- pages

    def _measure_columns(self) -> None:
        columns = self.book.kind.columns
        unit = (self.sheet.width - 2 * self.sheet.margin) / sum(column.share for column in columns)
        self._edges = [self.sheet.margin + self.sheet.binding]
        for column in columns:
            self._edges.append(self._edges[-1] + column.share * unit)

    def _begin_page(self) -> None:
        self._page += 1
        self._top = self.sheet.height - self.sheet.margin
        columns = self.book.kind.columns
        headings = [self._cell(column.title, index, FontFace.BOLD) for index, column in enumerate(columns)]
        self._row(headings, face=FontFace.BOLD, centred=True)
        self._row([[f"({index})"] for index in range(1, len(columns) + 1)], face=FontFace.ITALIC, centred=True)
        self._room_of_page = self._room()

    def _end_page(self) -> None:
        size = self.sheet.size * 0.8
        self._set_font(FontFace.ITALIC, size)
        height = self.foot + self.sheet.margin - 2 * size
        proof = f"Nhật ký: {self.book.log_size}. Mã kiểm tra: {self.book.digest[:16]}"
        series = f"{make_legible(self.book.series, self.faces)}. " if self.book.series else ""
        self.canvas.drawString(self._edges[0], height, proof)
        self.canvas.drawRightString(
            self._edges[-1], height, f"{series}Quyển {self.book.volume or '…'}, trang {self._page}"
        )
        self.canvas.showPage()

    def _line(self, cells: list[list[str]], *, again: list[str]) -> None:
        """Draw a line: on the next page if it fits there alone, and divided between pages if it is higher than one.

        Args:
            again: What the first cell says of the line on the pages on which it goes on.
        """
        while True:
            room = self._room()
            needed = max(1, *map(len, cells))
            if needed > room and (needed <= self._room_of_page or room < _LEAST_LINES):
                room = 0
            if room > 0:
                self._row([cell[:room] for cell in cells], face=FontFace.REGULAR)
                cells = [cell[room:] for cell in cells]
                if not any(cells):
                    return
                cells[0] = [*again, *cells[0]]
            self._end_page()
            self._begin_page()

    def _say_empty(self) -> None:
        """Say in one cell across the page that there is no line."""
        size, leading = self.sheet.size, self.sheet.size * _LEADING
        bottom = self._top - leading - 2 * self.sheet.padding
        self._set_font(FontFace.ITALIC, size)
        self.canvas.drawCentredString(self.sheet.width / 2, self._top - self.sheet.padding - size, _EMPTY)
        self.canvas.grid([self._edges[0], self._edges[-1]], [bottom, self._top])
        self._top = bottom

    def _row(self, cells: Sequence[Sequence[str]], *, face: FontFace, centred: bool = False) -> None:
        size, leading = self.sheet.size, self.sheet.size * _LEADING
        height = max(1, *map(len, cells)) * leading + 2 * self.sheet.padding
        bottom = self._top - height
        self._set_font(face, size)
        for index, (lines, column) in enumerate(zip(cells, self.book.kind.columns, strict=True)):
            left, right = self._edges[index], self._edges[index + 1]
            for number, text in enumerate(lines):
                baseline = self._top - self.sheet.padding - size - number * leading
                if centred or column.is_centred:
                    self.canvas.drawCentredString((left + right) / 2, baseline, text)
                else:
                    self.canvas.drawString(left + self.sheet.padding, baseline, text)
        self.canvas.setLineWidth(_RULE)
        self.canvas.grid(self._edges, [bottom, self._top])
        self._top = bottom

    def _room(self) -> int:
        return self._lines_in(self._top - self.sheet.margin - self.foot)

    def _lines_in(self, height: float) -> int:
        return max(0, int((height - 2 * self.sheet.padding) / (self.sheet.size * _LEADING)))

    def _cell(self, text: str, index: int, face: FontFace = FontFace.REGULAR) -> list[str]:
        width = self._edges[index + 1] - self._edges[index] - 2 * self.sheet.padding
        return self._broken(text, face=face, size=self.sheet.size, width=width)

    def _broken(self, text: str, *, face: FontFace, size: float, width: float) -> list[str]:
        font = self.faces[face]

        def measure(part: str) -> float:
            return float(font.stringWidth(part, size))

        return break_text(make_legible(text, self.faces), width=width, measure=measure)

    def _set_font(self, face: FontFace, size: float) -> None:
        self.canvas.setFont(self.faces[face].fontName, size)


def _first_day(book: RegisterBook) -> str:
    return f"{min(line.on for line in book.counted):%d/%m/%Y}" if book.counted else "…"


def _last_day(book: RegisterBook) -> str:
    return f"{max(line.on for line in book.counted):%d/%m/%Y}" if book.counted else "…"


def _first_number(book: RegisterBook) -> str:
    return book.counted[0].number if book.counted else "…"


def _last_number(book: RegisterBook) -> str:
    return book.counted[-1].number if book.counted else "…"
