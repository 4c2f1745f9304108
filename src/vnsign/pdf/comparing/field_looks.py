"""Does a filled text field show its value?

A viewer shows the appearance stream, a program reads /V; a forger lets them differ. Text in a stream proves little by
itself: a ToUnicode map can lie, a font can draw a 7 for a 1, widths can reorder glyphs, a rendering mode can hide them.
So nothing is believed that a writer of honest forms does not need:

Invariants:
    - Only one line of text in one font, dark, unscaled, inside the box: the operators of ISO 32000-2 §12.7.4.3 and no
      others (no images, paths, patterns, transparency, optional content, second text object or second move).
    - The font is one that stood in the signed revision, unchanged down to its program, or one of the standard 14 that
      viewers bring along, without a private encoding. What the signed fonts look like, the signer saw.
    - A colour is what the operator says: the look puts no colour space of its own in the place of a device's.
    - The glyphs shown, decoded by that font, are exactly the value, and all of them lie inside the box, side by side.
    - Each operator has the operands it wants, no more: of too many, one reader takes the first, another the last.
    - Text state counts as ISO 32000-2 §8.4.2 nests it: what a Q forgets is forgotten here too.

What it does not catch: a font that lied already before the signature (the document the signer saw was forged then).

Source: ISO 32000-2 §8.4.2 (q, Q), §8.6.5.6 (default colour spaces), §8.6.8 (colours), §9.4 (text), §9.6.2.2
(standard 14 fonts), §9.10 (to Unicode), §12.5.5, §12.7.4.3.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pikepdf

from vnsign.pdf.comparing.font_reading import decode_text, width_of_text
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.opening import read_bounded


class LookProblem(StrEnum):
    """Why a look is not believed."""

    MISSING = "missing"
    BOX_CHANGED = "box_changed"
    MORE_THAN_TEXT = "more_than_text"
    FONT_NOT_SIGNED = "font_not_signed"
    OTHER_TEXT = "other_text"
    NOT_READABLE = "not_readable"


#: Fonts every viewer brings along. Source: ISO 32000-1 §9.6.2.2.
STANDARD_FONTS = frozenset(
    {
        *("/Times-Roman", "/Times-Bold", "/Times-Italic", "/Times-BoldItalic"),
        *("/Helvetica", "/Helvetica-Bold", "/Helvetica-Oblique", "/Helvetica-BoldOblique"),
        *("/Courier", "/Courier-Bold", "/Courier-Oblique", "/Courier-BoldOblique"),
    }
)
#: Tick, cross, dot, diamond, square and star of ZapfDingbats, which every viewer brings along too.
#: How wide each is, in thousandths of the size. Source: Adobe's metrics of the font.
_MARKS = {"4": 846, "8": 677, "l": 791, "u": 788, "n": 761, "H": 816}
#: Encodings that draw ASCII as ASCII; /MacExpertEncoding does not.
_PLAIN_ENCODINGS = frozenset({"/WinAnsiEncoding", "/MacRomanEncoding", "/StandardEncoding", "/PDFDocEncoding"})
_PLAIN_FONT_KEYS = frozenset({"/Type", "/Subtype", "/BaseFont", "/Encoding", "/Name"})
_LOOK_KEYS = frozenset(
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
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_BOX_TOLERANCE = 1.0
_CLIP_TOLERANCE = 4.0
_MAX_KERNING = 250.0
_MIN_POINTS = 4.0
_MAX_BRIGHTNESS = 0.5
#: One line of text.
_MAX_LOOK_BYTES = 64 * 1024
_EDGE_TOLERANCE = 1.0
#: Capitals and digits of text faces are some two thirds of the size high.
_CAPITAL_HEIGHT = 0.6
_MAX_NESTING = 28
#: The operators that one line of text needs, and how many operands each has. Source: ISO 32000-2 Annex A.
_OPERANDS = {
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
_REPLACED_SPACES = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")


@dataclass(slots=True)
class _Shown:
    """What a content stream did, as far as it did nothing else.

    Attributes:
        is_mark: Whether a symbol is awaited, not text.
        fonts: Font and size now in force, and those that the q still open will bring back.
        colour: The operator that stands for ``sc`` here; empty if none does.
        pen: Where the next glyph begins; None before the text has a place.
        height: Baseline above the box's lower edge.
    """

    is_mark: bool = False
    text: str = ""
    fonts: list[tuple[pikepdf.Object, float] | None] = field(default_factory=lambda: [None])
    colour: str = ""
    pen: float | None = None
    height: float = 0.0
    is_in_text: bool = False
    text_objects: int = 0


class _NotPlain(Exception):
    def __init__(self, problem: LookProblem) -> None:
        self.problem = problem
        super().__init__(problem.value)


def inspect_text_look(
    pair: RevisionPair, *, before: pikepdf.Object, after: pikepdf.Object, value: str
) -> tuple[LookProblem | None, str]:
    """Return why the look of a filled text field's widget is not believed (None if it is), and the text it shows.

    Args:
        pair: The signed and the later revision.
        before: The widget in the signed revision.
        after: The widget in the later revision.
        value: The field's value now.
    """
    try:
        shown = _read_look(pair, before, after)
    except _NotPlain as exc:
        return exc.problem, ""
    except (pikepdf.PdfError, UserWarning, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        # a stream or font that cannot be read shows nobody knows what
        return LookProblem.NOT_READABLE, ""
    return (None if shown.text == value else LookProblem.OTHER_TEXT), shown.text


def is_mark(pair: RevisionPair, *, before: pikepdf.Object, after: pikepdf.Object, look: pikepdf.Object) -> bool:
    """Tell whether a look of a box to tick is one tick, cross, dot or star of the standard symbols, and nothing else.

    Args:
        pair: The signed and the later revision.
        before: The widget in the signed revision.
        after: The widget in the later revision.
        look: For one of its states.
    """
    try:
        return _read_line(_Shown(is_mark=True), pair, look, before=before, after=after).text in _MARKS
    except (_NotPlain, pikepdf.PdfError, UserWarning, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False


def _read_look(pair: RevisionPair, before: pikepdf.Object, after: pikepdf.Object) -> _Shown:
    looks = after.get("/AP")
    if not isinstance(looks, pikepdf.Dictionary) or not isinstance(looks.get("/N"), pikepdf.Stream):
        raise _NotPlain(LookProblem.MISSING)
    if set(looks.keys()) != {"/N"}:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    return _read_line(_Shown(), pair, looks["/N"], before=before, after=after)


def _read_line(
    shown: _Shown, pair: RevisionPair, look: pikepdf.Object, *, before: pikepdf.Object, after: pikepdf.Object
) -> _Shown:
    spaces = _at(look, "/Resources", "/ColorSpace")
    if not set(look.keys()) <= _LOOK_KEYS or any(_at(spaces, key) is not None for key in _REPLACED_SPACES):
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    box = _check_box(before, after, look)
    read_bounded(look, max_bytes=_MAX_LOOK_BYTES)
    with warnings.catch_warnings():
        # a stream that the parser only half understands is one that another viewer may understand differently
        warnings.simplefilter("error")
        instructions = pikepdf.parse_content_stream(look)
    for instruction in instructions:
        _follow(shown, instruction, pair=pair, before=before, look=look, box=box)
    if shown.text_objects > 1 or shown.is_in_text or len(shown.fonts) > 1:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    return shown


def _check_box(before: pikepdf.Object, after: pikepdf.Object, look: pikepdf.Object) -> tuple[float, float]:
    """The look must fill the field's own rectangle, unscaled. Source: ISO 32000-2 §12.5.5 Algorithm 8."""
    left, bottom, right, top = _numbers(look.get("/BBox"))
    x1, y1, x2, y2 = _numbers(after.get("/Rect"))
    matrix = _numbers(look["/Matrix"]) if "/Matrix" in look else _IDENTITY
    same_size = (
        abs((right - left) - abs(x2 - x1)) <= _BOX_TOLERANCE and abs((top - bottom) - abs(y2 - y1)) <= _BOX_TOLERANCE
    )
    if not same_size or matrix != _IDENTITY or (left, bottom) != (0.0, 0.0) or _at(before, "/MK", "/R"):
        raise _NotPlain(LookProblem.BOX_CHANGED)
    return right, top


def _follow(
    shown: _Shown,
    instruction: pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage,
    *,
    pair: RevisionPair,
    before: pikepdf.Object,
    look: pikepdf.Object,
    box: tuple[float, float],
) -> None:
    operator = str(instruction.operator)
    operands = list(instruction.operands)
    if operator == "sc" and shown.colour:
        operator = shown.colour
    _check_grammar(shown, operator, operands)
    match operator:
        case "q" | "Q" | "BT" | "ET":
            _nest(shown, operator)
        case "re":
            _check_clip(_numbers(operands), box)
        case "cs":
            shown.colour = _setting(str(operands[0]))
        case "g" | "rg" | "k":
            shown.colour = operator
            _check_colour(operator, _numbers(operands))
        case "Tf":
            _choose_font(shown, operands, pair=pair, before=before, look=look)
        case "Td" | "Tm":
            _place(shown, operator, _numbers(operands), box=box)
        case "Tj" | "TJ":
            _show(shown, operands[0], box=box)


def _choose_font(
    shown: _Shown, operands: Sequence[object], *, pair: RevisionPair, before: pikepdf.Object, look: pikepdf.Object
) -> None:
    if shown.text:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    font = _at(look, "/Resources", "/Font", str(operands[0]))
    if not isinstance(font, pikepdf.Dictionary):
        raise _NotPlain(LookProblem.NOT_READABLE)
    if not (_has_symbols(font) if shown.is_mark else _is_signed_font(pair, before, font)):
        raise _NotPlain(LookProblem.FONT_NOT_SIGNED)
    shown.fonts[-1] = (font, _number(operands[1]))


def _check_grammar(shown: _Shown, operator: str, operands: Sequence[object]) -> None:
    """Refuse what one line of text does not need, and what readers understand in different ways."""
    if operator not in _OPERANDS:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    if len(operands) != _OPERANDS[operator]:
        raise _NotPlain(LookProblem.NOT_READABLE)
    if operator not in _ANYWHERE and shown.is_in_text != (operator in _INSIDE_TEXT):
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _nest(shown: _Shown, operator: str) -> None:
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
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _show(shown: _Shown, operand: object, *, box: tuple[float, float]) -> None:
    """Add the glyphs, as far as they lie in the box and one after the other."""
    font, size = shown.fonts[-1] or (None, 0.0)
    if font is None or shown.pen is None:
        raise _NotPlain(LookProblem.NOT_READABLE)
    if not _MIN_POINTS <= size <= box[1] * 1.5 or shown.height + size * _CAPITAL_HEIGHT > box[1]:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    may_move = False
    for item in operand if isinstance(operand, pikepdf.Array) else [operand]:
        if isinstance(item, pikepdf.String) and shown.is_mark:
            shown.text += bytes(item).decode("ascii")
            shown.pen += _MARKS[shown.text] * size / 1000
        elif isinstance(item, pikepdf.String):
            shown.text += decode_text(font, bytes(item))
            shown.pen += width_of_text(font, bytes(item)) * size / 1000
        elif not may_move or abs(_number(item)) > _MAX_KERNING:
            # a large move, or small ones in a row, put glyphs in another order than they are written in
            raise _NotPlain(LookProblem.MORE_THAN_TEXT)
        else:
            shown.pen -= _number(item) * size / 1000
        may_move = isinstance(item, pikepdf.String) and bool(bytes(item))
    if shown.pen > box[0] + _EDGE_TOLERANCE:
        raise _NotPlain(LookProblem.BOX_CHANGED)


def _check_clip(rectangle: tuple[float, ...], box: tuple[float, float]) -> None:
    x, y, width, height = rectangle
    low, high = _CLIP_TOLERANCE, -_CLIP_TOLERANCE
    if x > low or y > low or x + width < box[0] + high or y + height < box[1] + high:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _setting(space: str) -> str:
    if space not in _SETTING:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    return _SETTING[space]


def _check_colour(operator: str, values: tuple[float, ...]) -> None:
    brightness = max(values) if operator != "k" else 1 - max(values[3], sum(values[:3]) / 3)
    if brightness > _MAX_BRIGHTNESS:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _place(shown: _Shown, operator: str, values: tuple[float, ...], *, box: tuple[float, float]) -> None:
    if shown.pen is not None or (operator == "Tm" and values[:4] != _IDENTITY[:4]):
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    shown.pen, shown.height = values[-2:]
    if not (0 <= shown.pen < box[0] and 0 <= shown.height < box[1]):
        raise _NotPlain(LookProblem.BOX_CHANGED)


def _is_signed_font(pair: RevisionPair, before: pikepdf.Object, font: pikepdf.Object) -> bool:
    if font.is_indirect and pair.is_untouched(font.objgen):
        return True
    return any(pair.equal(known, font) for known in _known_fonts(pair, before)) or _is_standard(font)


def _known_fonts(pair: RevisionPair, before: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Fonts that the signed revision offers for this field: its look's and the form's."""
    looks = _at(before, "/AP", "/N", "/Resources", "/Font")
    defaults = _at(pair.old.Root, "/AcroForm", "/DR", "/Font")
    for fonts in (looks, defaults):
        if isinstance(fonts, pikepdf.Dictionary):
            yield from (fonts[key] for key in fonts.keys())  # noqa: SIM118 — a PDF dictionary iterates like this only


def _at(value: object, *keys: str) -> object:
    """Follow keys through dictionaries; None where the way ends."""
    for key in keys:
        if not isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            return None
        value = value.get(key)
    return value


def _has_symbols(font: pikepdf.Object) -> bool:
    names = {key: str(font[key]) for key in font.keys()}  # noqa: SIM118 — a PDF dictionary
    names.pop("/Name", None)
    return names == {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/ZapfDingbats"}


def _is_standard(font: pikepdf.Object) -> bool:
    if not set(font.keys()) <= _PLAIN_FONT_KEYS or str(font.get("/BaseFont")) not in STANDARD_FONTS:
        return False
    if font.get("/Subtype") != pikepdf.Name("/Type1"):
        return False
    return "/Encoding" not in font or str(font["/Encoding"]) in _PLAIN_ENCODINGS


def _number(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


def _numbers(values: object) -> tuple[float, ...]:
    return tuple(float(v) for v in values)  # type: ignore[attr-defined]
