"""What the look of a filled text field may do: show one line of text, and nothing that could make it another.

Invariants:
    - Only one line of text in one font, dark, unscaled, inside the box: the operators of ISO 32000-2 §12.7.4.3 and no
      others (no images, paths, patterns, transparency, optional content, second text object or second move).
    - The glyphs lie inside the box, side by side, in the order in which they are written.
    - Each operator has the operands it wants, no more: of too many, one reader takes the first, another the last.
    - Text state counts as ISO 32000-2 §8.4.2 nests it: what a Q forgets is forgotten here too.

What it does not do: read a stream or a font (its callers do, each from its own reader of PDFs), or choose which fonts
are believed.

Source: ISO 32000-2 §8.4.2 (q, Q), §8.6.8 (colours), §9.4 (text), §12.5.5, §12.7.4.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from vnsign.errors import ErrorCode, InputError


class LookProblem(StrEnum):
    """Why a look is not believed."""

    MISSING = "missing"
    BOX_CHANGED = "box_changed"
    MORE_THAN_TEXT = "more_than_text"
    FONT_NOT_SIGNED = "font_not_signed"
    OTHER_TEXT = "other_text"
    NOT_READABLE = "not_readable"


class NotOneLine(InputError):
    """A look does something that one line of text does not need. No caller of the package sees it."""

    def __init__(self, problem: LookProblem) -> None:
        self.problem = problem
        super().__init__(ErrorCode.MALFORMED_PDF, f"the look is not one line of text: {problem.value}")


class LookFont(Protocol):
    """A font that may be believed."""

    def text(self, data: bytes) -> str:
        """Return the characters that codes show."""
        ...

    def width(self, data: bytes) -> float:
        """Return how far the pen moves, in thousandths of the font size."""
        ...


#: What an operator is given: names as text with their slash, strings as bytes.
Operand = object
FontNamed = Callable[[str], LookFont]

#: What a look's dictionary may say. Source: ISO 32000-2 Tables 5, 93.
LOOK_KEYS = frozenset(
    {
        "/Type",
        "/Subtype",
        "/FormType",
        "/BBox",
        "/Matrix",
        "/Resources",
        "/Length",
        "/Filter",
        "/DecodeParms",
        "/LastModified",
    }
)
#: One line of text.
MAX_LOOK_BYTES = 64 * 1024
IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_BOX_TOLERANCE = 1.0
_CLIP_TOLERANCE = 4.0
_MAX_KERNING = 250.0
_MIN_POINTS = 4.0
_MAX_BRIGHTNESS = 0.5
_EDGE_TOLERANCE = 1.0
#: Capitals and digits of text faces are some two thirds of the size high.
_CAPITAL_HEIGHT = 0.6
_MAX_NESTING = 28
#: The operators that one line of text needs, and how many operands each has. Source: ISO 32000-2 Annex A.
OPERANDS = {
    **dict.fromkeys(("EMC", "q", "Q", "BT", "ET", "W", "W*", "n"), 0),
    **dict.fromkeys(("BMC", "cs", "g", "Tj", "TJ"), 1),
    **dict.fromkeys(("Tf", "Td"), 2),
    **dict.fromkeys(("k", "re"), 4),
    "rg": 3,
    "Tm": 6,
}
_INSIDE_TEXT = frozenset({"ET", "Td", "Tm", "Tj", "TJ"})
_ANYWHERE = frozenset({"Tf", "g", "rg", "k", "cs"})
#: The operator that sets space and colour at once. PDFBox sets one after the other.
_SETTING = {"/DeviceGray": "g", "/DeviceRGB": "rg", "/DeviceCMYK": "k"}
#: With these in its resources a look's colours are not what its operators say. Source: ISO 32000-2 §8.6.5.6.
REPLACED_SPACES = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")


@dataclass(slots=True)
class ShownLine:
    """What a content stream did, as far as it did nothing else.

    Attributes:
        fonts: Font and size now in force, and those that the q still open will bring back.
        colour: The operator that stands for ``sc`` here; empty if none does.
        pen: Where the next glyph begins; None before the text has a place.
        height: Baseline above the box's lower edge.
    """

    text: str = ""
    fonts: list[tuple[LookFont, float] | None] = field(default_factory=lambda: [None])
    colour: str = ""
    pen: float | None = None
    height: float = 0.0
    is_in_text: bool = False
    text_objects: int = 0


def check_box(bbox: Sequence[float], rectangle: Sequence[float], matrix: Sequence[float]) -> tuple[float, float]:
    """Return the box's width and height: it must fill the field's own rectangle, unscaled.

    Raises:
        NotOneLine: It does not.
        ValueError: Not four numbers each.

    Source: ISO 32000-2 §12.5.5 Algorithm 8.
    """
    left, bottom, right, top = bbox
    x1, y1, x2, y2 = rectangle
    same_size = (
        abs((right - left) - abs(x2 - x1)) <= _BOX_TOLERANCE and abs((top - bottom) - abs(y2 - y1)) <= _BOX_TOLERANCE
    )
    if not same_size or tuple(matrix) != IDENTITY or (left, bottom) != (0.0, 0.0):
        raise NotOneLine(LookProblem.BOX_CHANGED)
    return right, top


def follow(
    shown: ShownLine, operator: str, operands: Sequence[Operand], *, box: tuple[float, float], font_named: FontNamed
) -> None:
    """Do one operation of a content stream.

    Raises:
        NotOneLine: One line of text does not need it.
        TypeError, ValueError, KeyError: Its operands are none, or the font cannot be read.
    """
    if operator == "sc" and shown.colour:
        operator = shown.colour
    _check_grammar(shown, operator, operands)
    match operator:
        case "q" | "Q" | "BT" | "ET":
            _nest(shown, operator)
        case "re":
            _check_clip(numbers_of(operands), box)
        case "cs":
            shown.colour = _setting(operands[0])
        case "g" | "rg" | "k":
            shown.colour = operator
            _check_colour(operator, numbers_of(operands))
        case "Tf":
            if shown.text or not isinstance(operands[0], str):
                raise NotOneLine(LookProblem.MORE_THAN_TEXT)
            shown.fonts[-1] = (font_named(operands[0]), number_of(operands[1]))
        case "Td" | "Tm":
            _place(shown, operator, numbers_of(operands), box=box)
        case "Tj" | "TJ":
            _show(shown, operands[0], box=box)


def finish(shown: ShownLine) -> str:
    """Return the text that a whole content stream showed.

    Raises:
        NotOneLine: It is not whole, or shows more than one text object.
    """
    if shown.text_objects > 1 or shown.is_in_text or len(shown.fonts) > 1:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    return shown.text


def _check_grammar(shown: ShownLine, operator: str, operands: Sequence[object]) -> None:
    """Refuse what one line of text does not need, and what readers understand in different ways."""
    if operator not in OPERANDS:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    if len(operands) != OPERANDS[operator]:
        raise NotOneLine(LookProblem.NOT_READABLE)
    if operator not in _ANYWHERE and shown.is_in_text != (operator in _INSIDE_TEXT):
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)


def _nest(shown: ShownLine, operator: str) -> None:
    match operator:
        case "q":
            shown.fonts.append(shown.fonts[-1])
        case "Q":
            shown.fonts.pop()
            shown.colour = ""
        case _:
            shown.is_in_text = operator == "BT"
            shown.text_objects += shown.is_in_text
            shown.pen = None
    if not 1 <= len(shown.fonts) <= _MAX_NESTING:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)


def _show(shown: ShownLine, operand: object, *, box: tuple[float, float]) -> None:
    """Add the glyphs, as far as they lie in the box and one after the other."""
    font, size = shown.fonts[-1] or (None, 0.0)
    if font is None or shown.pen is None:
        raise NotOneLine(LookProblem.NOT_READABLE)
    if not _MIN_POINTS <= size <= box[1] * 1.5 or shown.height + size * _CAPITAL_HEIGHT > box[1]:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    may_move = False
    for item in operand if isinstance(operand, list) else [operand]:
        if isinstance(item, bytes):
            shown.text += font.text(item)
            shown.pen += font.width(item) * size / 1000
        elif not may_move or abs(number_of(item)) > _MAX_KERNING:
            # a large move, or small ones in a row, put glyphs in another order than they are written in
            raise NotOneLine(LookProblem.MORE_THAN_TEXT)
        else:
            shown.pen -= number_of(item) * size / 1000
        may_move = isinstance(item, bytes) and bool(item)
    if shown.pen > box[0] + _EDGE_TOLERANCE:
        raise NotOneLine(LookProblem.BOX_CHANGED)


def _check_clip(rectangle: tuple[float, ...], box: tuple[float, float]) -> None:
    x, y, width, height = rectangle
    low, high = _CLIP_TOLERANCE, -_CLIP_TOLERANCE
    if x > low or y > low or x + width < box[0] + high or y + height < box[1] + high:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)


def _setting(space: object) -> str:
    if not isinstance(space, str) or space not in _SETTING:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    return _SETTING[space]


def _check_colour(operator: str, values: tuple[float, ...]) -> None:
    brightness = max(values) if operator != "k" else 1 - max(values[3], sum(values[:3]) / 3)
    if brightness > _MAX_BRIGHTNESS:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)


def _place(shown: ShownLine, operator: str, values: tuple[float, ...], *, box: tuple[float, float]) -> None:
    if shown.pen is not None or (operator == "Tm" and values[:4] != IDENTITY[:4]):
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    shown.pen, shown.height = values[-2:]
    if not (0 <= shown.pen < box[0] and 0 <= shown.height < box[1]):
        raise NotOneLine(LookProblem.BOX_CHANGED)


def number_of(value: object) -> float:
    """Return a number of a PDF.

    Raises:
        TypeError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError("not a number")
    return float(value)


def numbers_of(values: object) -> tuple[float, ...]:
    """Return the numbers of a list.

    Raises:
        TypeError: It is none, or holds something else.
    """
    return tuple(number_of(value) for value in values)  # type: ignore[attr-defined]
