"""A look of a signature field made of lines of text: upright, black, in an embedded Times metric font.

Invariants:
    - Given lines, size, alignment and font there is exactly one content stream for a box.
    - Text is upright as the page is seen, however the page is turned.

What it does not do: break lines, or choose the words (see vnsign.policy.decree30).

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.8.b (Times New Roman, upright, size 10, black); ISO 32000-2 §9.4.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from vnsign.pdf.fonts import bundled_font
from vnsign.pdf.geometry import POINTS_PER_MM
from vnsign.pdf.looks.appearance import Alignment
from vnsign.pdf.looks.typeface import Typeface, cut_typeface
from vnsign.policy.decree30 import SIGNING_TEXT_POINTS

#: The font's name in the look's resources.
FONT_NAME = "F0"
_LEADING = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLook:
    """Lines of text that a signature field shows.

    Attributes:
        lines: From the top; composed (NFC) when drawn.
        size: Font size in points.
        alignment: Of each line in the box.
        font: TrueType file (a real Times New Roman, say); None takes the bundled Liberation Serif.
    """

    lines: tuple[str, ...]
    size: float = SIGNING_TEXT_POINTS
    alignment: Alignment = Alignment.RIGHT
    font: bytes | None = None

    def typeface(self) -> Typeface:
        """Return the font cut to these lines.

        Raises:
            UsageError: BAD_ARGUMENT if the font lacks a character.
        """
        return cut_typeface(self.font if self.font is not None else _bundled(), "".join(self._composed()))

    @property
    def size_mm(self) -> tuple[float, float]:
        """Return width and height of the text in mm.

        Raises:
            UsageError: BAD_ARGUMENT if the font lacks a character.
        """
        face = self.typeface()
        width = max((face.width(line, self.size) for line in self._composed()), default=0.0)
        height = self.size * ((face.ascent - face.descent) / 1000 + _LEADING * (len(self.lines) - 1))
        return width / POINTS_PER_MM, height / POINTS_PER_MM

    def content(self, *, width: float, height: float, rotation: int) -> bytes:
        """Return the content stream for a box of the given size in points on a page turned by ``rotation``.

        The first line begins at the top of the box as seen; the font stands in the resources as ``/F0``.

        Raises:
            UsageError: BAD_ARGUMENT if the font lacks a character.
        """
        face = self.typeface()
        turned = rotation % 180 != 0
        seen_width, seen_height = (height, width) if turned else (width, height)
        baseline = seen_height - face.ascent * self.size / 1000
        shown = []
        for number, line in enumerate(self._composed()):
            space = seen_width - face.width(line, self.size)
            x = {Alignment.LEFT: 0.0, Alignment.CENTER: space / 2, Alignment.RIGHT: space}[self.alignment]
            y = baseline - number * _LEADING * self.size
            shown.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm\n<{face.encode(line).hex().upper()}> Tj\n")
        matrix = " ".join(f"{v:g}" for v in _upright(width, height, rotation))
        return f"q\n{matrix} cm\nBT\n0 g\n/{FONT_NAME} {self.size:g} Tf\n{''.join(shown)}ET\nQ\n".encode("ascii")

    def _composed(self) -> tuple[str, ...]:
        return tuple(unicodedata.normalize("NFC", line) for line in self.lines)


def _upright(width: float, height: float, rotation: int) -> tuple[float, ...]:
    """Return the matrix from the box as seen to the box as written."""
    width, height = round(width, 2), round(height, 2)
    match rotation % 360:
        case 90:
            return 0, 1, -1, 0, width, 0
        case 180:
            return -1, 0, 0, -1, width, height
        case 270:
            return 0, -1, 1, 0, 0, height
        case _:
            return 1, 0, 0, 1, 0, 0


@lru_cache(maxsize=1)
def _bundled() -> bytes:
    return bundled_font().read_bytes()
