"""What the look of a filled text field may do: show its text, and nothing that could make it another.

Before the text there may be the field's frame: its background, bright, and a thin line around it. Then one text object,
dark: a line, further lines below it, words one after the other, or, in a comb, letters each in its place.

Invariants:
    - Only text in one font, unscaled: the operators of ISO 32000-2 §12.7.4.3 and no others (no images, curves,
      patterns, transparency, optional content, second text object).
    - Whatever is painted that is no text covers the whole box, or runs along its edge, and lies under the text; whether
      it hides what the signer saw is told.
    - The glyphs lie inside the box, its clip and its frame, side by side, in the order in which they are written and
      read: the pen never goes back behind the middle of the glyphs that it has just shown.
    - Each operator has the operands it wants, no more: of too many, one reader takes the first, another the last.
    - Text state counts as ISO 32000-2 §8.4.2 nests it: what a Q forgets is forgotten here too.

What it does not do: read a stream or a font (its callers do, each from its own reader of PDFs), or choose which fonts
are believed.

Source: ISO 32000-2 §8.4.2 (q, Q), §8.6.8 (colours), §9.4 (text), §12.5.5, §12.5.6.19 (frames), §12.7.4.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from math import inf
from typing import Protocol

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.comparing.look_colours import SETTING, shade_of


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
_Edges = tuple[float, float, float, float]
FontNamed = Callable[[str], LookFont]

#: What a look's dictionary may say. Source: ISO 32000-2 Tables 5, 93.
LOOK_KEYS = frozenset(
    {
        *("/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/LastModified"),
        *("/Length", "/Filter", "/DecodeParms"),
    }
)
#: A few lines of text.
MAX_LOOK_BYTES = 64 * 1024
IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_BOX_TOLERANCE = 1.0
_CLIP_TOLERANCE = 4.0
_MAX_KERNING = 250.0
_MIN_POINTS = 4.0
_MAX_BRIGHTNESS, _MIN_LUMINANCE = 0.5, 0.8
#: Frames are one to three points wide.
_MAX_FRAME_WIDTH, _FRAME_TOLERANCE = 3.0, 2.0
#: Between two lines, in sizes: less, and they lie over each other.
_MIN_LEADING = 0.8
_EDGE_TOLERANCE = 1.0
#: Capitals and digits of text faces are some two thirds of the size high.
_CAPITAL_HEIGHT = 0.6
_MAX_NESTING = 28
#: The operators that a filled field needs, and how many operands each has. Source: ISO 32000-2 Annex A.
OPERANDS = {
    **dict.fromkeys(("EMC", "q", "Q", "BT", "ET", "W", "W*", "n", "f", "S", "s"), 0),
    **dict.fromkeys(("BMC", "cs", "CS", "g", "G", "w", "Tj", "TJ"), 1),
    **dict.fromkeys(("Tf", "Td", "TD"), 2),
    **dict.fromkeys(("rg", "RG"), 3),
    **dict.fromkeys(("k", "K", "re"), 4),
    "Tm": 6,
}
_INSIDE_TEXT = frozenset({"ET", "Td", "TD", "Tm", "Tj", "TJ"})
_ANYWHERE = frozenset({"Tf", "g", "rg", "k", "cs", "G", "RG", "K", "CS"})
#: How far glyphs may reach over the edge of a clip or a frame, in sizes; no further than elsewhere.
_EDGE_SHARE = 0.125


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graphics:
    """What q keeps and Q brings back.

    Attributes:
        brightness: Of the lightest component that text is drawn with; black at first.
        luminance: Of the same colour as a background.
        fills: The operator that stands for ``sc`` here.
        strokes: The one that stands for ``SC``.
    """

    font: LookFont | None = None
    size: float = 0.0
    brightness: float = 0.0
    luminance: float = 0.0
    fills: str = "g"
    strokes: str = "G"
    line_width: float = 1.0


@dataclass(slots=True)
class ShownLine:
    """What a content stream did, as far as it did nothing else.

    Attributes:
        is_comb: Whether letters may stand apart.
        text: What it shows, a line feed between lines.
        hides: Whether a background is painted, which hides what the box lies over.
        frames: Whether a line is drawn along its edge, which may strike out a word that the edge runs through.
        stack: The graphics state now in force, last, and those that the q still open will bring back.
        origin: Where the line begins; None before the text has a place.
        pen: Where the next glyph begins.
        advance: How far the glyphs reach that stand just before the pen; 0 if it was moved since.
        path: The rectangles at hand, each with its left, lower, right and upper edge.
        window: What no clip cuts off and no frame lies under, its edges in the same order.
        has_frame: Whether every rectangle of the path at hand runs along the edge.
    """

    is_comb: bool = False
    text: str = ""
    hides: bool = False
    frames: bool = False
    stack: list[_Graphics] = field(default_factory=lambda: [_Graphics()])
    origin: tuple[float, float] | None = None
    pen: float = 0.0
    advance: float = 0.0
    path: list[_Edges] = field(default_factory=list)
    window: _Edges = (-inf, -inf, inf, inf)
    has_frame: bool = True
    is_in_text: bool = False
    text_objects: int = 0

    @property
    def now(self) -> _Graphics:
        """The graphics state in force."""
        return self.stack[-1]

    def set(self, **changes: object) -> None:
        """Change the graphics state in force."""
        self.stack[-1] = replace(self.now, **changes)  # type: ignore[arg-type]

    def narrow(self, edges: _Edges, *, by: float = 0.0) -> None:
        """Leave less room for text."""
        left, bottom, right, top = self.window
        low = max(left, edges[0] + by), max(bottom, edges[1] + by)
        self.window = (*low, min(right, edges[2] - by), min(top, edges[3] - by))


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
    operator = {"sc": shown.now.fills, "SC": shown.now.strokes}.get(operator, operator)
    _check_grammar(shown, operator, operands)
    match operator:
        case "q" | "Q" | "BT" | "ET":
            _nest(shown, operator)
        case "re":
            _check_rectangle(shown, numbers_of(operands), box)
        case "W" | "W*":
            _clip(shown)
        case "f" | "S" | "s" | "n":
            _paint(shown, operator)
        case "g" | "rg" | "k" | "cs" | "G" | "RG" | "K" | "CS" | "w":
            _set_colour(shown, operator, operands)
        case "Tf":
            if shown.text or not isinstance(operands[0], str):
                raise NotOneLine(LookProblem.MORE_THAN_TEXT)
            shown.set(font=font_named(operands[0]), size=number_of(operands[1]))
        case "Td" | "TD" | "Tm":
            _place(shown, operator, numbers_of(operands), box=box)
        case "Tj" | "TJ":
            _show(shown, operands[0], box=box)


def finish(shown: ShownLine) -> str:
    """Return the text that a whole content stream showed.

    Raises:
        NotOneLine: It is not whole, or shows more than one text object.
    """
    if shown.text_objects > 1 or shown.is_in_text or len(shown.stack) > 1:
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
            shown.stack.append(shown.now)
        case "Q":
            shown.stack.pop()
        case _:
            shown.is_in_text = operator == "BT"
            shown.text_objects += shown.is_in_text
            shown.origin = None
    if not 1 <= len(shown.stack) <= _MAX_NESTING:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)


def _paint(shown: ShownLine, operator: str) -> None:
    """Rectangles as large as the box: to clip to, to fill, to draw along."""
    match operator:
        case "f" if shown.now.luminance < _MIN_LUMINANCE:
            raise NotOneLine(LookProblem.MORE_THAN_TEXT)
        case "S" | "s" if not shown.has_frame or not 0 < shown.now.line_width <= _MAX_FRAME_WIDTH:
            raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    if operator != "n" and shown.text_objects:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    if operator in {"S", "s"}:
        for edges in shown.path:
            shown.narrow(edges, by=shown.now.line_width / 2)
    shown.has_frame, shown.path = True, []
    shown.hides = shown.hides or operator == "f"
    shown.frames = shown.frames or operator in {"S", "s"}


def _check_rectangle(shown: ShownLine, rectangle: tuple[float, ...], box: tuple[float, float]) -> None:
    x, y, width, height = rectangle
    right, top = box[0] - x - width, box[1] - y - height
    if max(x, y, right, top) > _CLIP_TOLERANCE:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    shown.path.append((x, y, x + width, y + height))
    shown.has_frame = shown.has_frame and max(x, y, right, top) <= _FRAME_TOLERANCE


def _clip(shown: ShownLine) -> None:
    """To one rectangle: of two, the even-odd rule leaves nothing within; of none, some readers leave nothing."""
    if len(shown.path) != 1:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    shown.narrow(shown.path[0])


def _set_colour(shown: ShownLine, operator: str, operands: Sequence[object]) -> None:
    match operator:
        case "w":
            shown.set(line_width=number_of(operands[0]))
        case "cs" | "CS":
            setting = SETTING.get(str(operands[0]))
            if setting is None:
                raise NotOneLine(LookProblem.MORE_THAN_TEXT)
            black = {"fills": setting, "brightness": 0.0, "luminance": 0.0}
            shown.set(**(black if operator == "cs" else {"strokes": setting.upper()}))
        case "G" | "RG" | "K":
            shown.set(strokes=operator)
        case _:
            brightness, luminance = shade_of(operator, numbers_of(operands))
            shown.set(fills=operator, brightness=brightness, luminance=luminance)


def _place(shown: ShownLine, operator: str, values: tuple[float, ...], *, box: tuple[float, float]) -> None:
    if operator == "Tm" and values[:4] != IDENTITY[:4]:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    x, y = values[-2:]
    if shown.origin is None:
        shown.origin, shown.pen, shown.advance = (x, y), x, 0.0
    else:
        _move(shown, (x, y) if operator == "Tm" else (shown.origin[0] + x, shown.origin[1] + y))
    if not (0 <= shown.pen < box[0] and 0 <= shown.origin[1] < box[1]):
        raise NotOneLine(LookProblem.BOX_CHANGED)


def _move(shown: ShownLine, to: tuple[float, float]) -> None:
    """On to the next word or letter of the line, or to the next line."""
    x, y = to
    down = (shown.origin or to)[1] - y
    is_next_line = down >= _MIN_LEADING * shown.now.size
    gap = x - shown.pen
    back = min(_EDGE_TOLERANCE, shown.advance / 2)
    is_near = shown.advance > 0 and -back <= gap <= _EDGE_TOLERANCE
    goes_on = abs(down) <= 0 and (is_near or (shown.is_comb and gap > 0))
    if not shown.text or not (is_next_line or goes_on):
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    shown.text += "\n" if is_next_line else ""
    shown.origin, shown.pen, shown.advance = to, x, 0.0


def _show(shown: ShownLine, operand: object, *, box: tuple[float, float]) -> None:
    """Add the glyphs, as far as they lie in the box and one after the other."""
    font, size = shown.now.font, shown.now.size
    if font is None or shown.origin is None:
        raise NotOneLine(LookProblem.NOT_READABLE)
    is_too_large = size > box[1] * 1.5 or shown.origin[1] + size * _CAPITAL_HEIGHT > box[1]
    if size < _MIN_POINTS or is_too_large or shown.now.brightness > _MAX_BRIGHTNESS:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    shown.advance = 0.0
    for item in operand if isinstance(operand, list) else [operand]:
        if isinstance(item, bytes):
            shown.text += font.text(item)
            shown.advance = font.width(item) * size / 1000
            shown.pen += shown.advance
        else:
            _kern(shown, number_of(item), size)
    _check_window(shown, box)


def _kern(shown: ShownLine, number: float, size: float) -> None:
    """A large move, or small ones in a row, put glyphs in another order than they are written in."""
    back = number * size / 1000
    if shown.advance <= 0 or abs(number) > _MAX_KERNING or back > shown.advance / 2:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    shown.pen -= back
    shown.advance = 0.0


def _check_window(shown: ShownLine, box: tuple[float, float]) -> None:
    """Nothing of the line is cut off, or drawn upon a frame that may have its colour."""
    left, bottom, right, top = shown.window
    size, (begin, line) = shown.now.size, shown.origin or (0.0, 0.0)
    slack = min(_EDGE_TOLERANCE, size * _EDGE_SHARE)
    is_beside = begin < left - slack or shown.pen > min(box[0] + _EDGE_TOLERANCE, right + slack)
    if is_beside or line < bottom - slack or line + size * _CAPITAL_HEIGHT > top + slack:
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
