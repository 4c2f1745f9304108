"""Does a filled text field show its value?

A viewer shows the appearance stream, a program reads /V; a forger lets them differ. Text in a stream proves little by
itself: a ToUnicode map can lie, a font can draw a 7 for a 1, widths can reorder glyphs, a rendering mode can hide them.
So nothing is believed that a writer of honest forms does not need:

Invariants:
    - Only one line of text in one font, dark, unscaled, inside the box: the operators of ISO 32000-2 §12.7.4.3 and no
      others (no images, paths, patterns, transparency, optional content, second text object or second move).
    - The font is one that stood in the signed revision, unchanged down to its program, or one of the standard 14 that
      viewers bring along, without a private encoding. What the signed fonts look like, the signer saw.
    - The glyphs shown, decoded by that font, are exactly the value.

What it does not catch: a font that lied already before the signature (the document the signer saw was forged then);
whether the text is long enough to be cut off at the box's edge by a viewer that clips.

Source: ISO 32000-2 §9.4 (text), §9.6.2.2 (standard 14 fonts), §9.10 (to Unicode), §12.5.5, §12.7.4.3.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import pikepdf

from vnsign.pdf.font_reading import decode_text
from vnsign.pdf.opening import read_bounded
from vnsign.pdf.revisions import RevisionPair


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
_HARMLESS_OPERATORS = frozenset({"BMC", "EMC", "q", "Q", "BT", "ET", "W", "W*", "n"})
_COLOUR_OPERANDS = {"g": 1, "rg": 3, "k": 4}


@dataclass(slots=True)
class _Shown:
    """What a content stream did, as far as it did nothing else."""

    text: str = ""
    font: pikepdf.Object | None = None
    size: float = 0.0
    moves: int = 0
    text_objects: int = 0
    problem: LookProblem | None = None
    clips: list[tuple[float, ...]] = field(default_factory=list)


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


def _read_look(pair: RevisionPair, before: pikepdf.Object, after: pikepdf.Object) -> _Shown:
    looks = after.get("/AP")
    if not isinstance(looks, pikepdf.Dictionary) or not isinstance(looks.get("/N"), pikepdf.Stream):
        raise _NotPlain(LookProblem.MISSING)
    if set(looks.keys()) != {"/N"}:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    look = looks["/N"]
    if not set(look.keys()) <= _LOOK_KEYS:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    box = _check_box(before, after, look)
    read_bounded(look, max_bytes=_MAX_LOOK_BYTES)
    shown = _Shown()
    with warnings.catch_warnings():
        # a stream that the parser only half understands is one that another viewer may understand differently
        warnings.simplefilter("error")
        instructions = pikepdf.parse_content_stream(look)
    for instruction in instructions:
        _follow(shown, instruction, pair=pair, before=before, look=look, box=box)
    if shown.text_objects > 1 or shown.moves > 1:
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
    match operator:
        case _ if operator in _HARMLESS_OPERATORS:
            shown.text_objects += operator == "BT"
        case "re":
            _check_clip(_numbers(operands), box)
        case "g" | "rg" | "k":
            _check_colour(operator, _numbers(operands))
        case "Tf":
            if shown.font is not None:
                raise _NotPlain(LookProblem.MORE_THAN_TEXT)
            shown.font = _signed_font(pair, before, look, name=str(operands[0]))
            shown.size = _number(operands[1])
        case "Td" | "Tm":
            shown.moves += 1
            _check_place(operator, _numbers(operands), shown=shown, box=box)
        case "Tj" | "TJ":
            _check_size(shown, box)
            shown.text += "".join(_decode(shown, operands[0]))
        case _:
            raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _decode(shown: _Shown, operand: object) -> Iterator[str]:
    if shown.font is None:
        raise _NotPlain(LookProblem.NOT_READABLE)
    for item in operand if isinstance(operand, pikepdf.Array) else [operand]:
        if isinstance(item, pikepdf.String):
            yield decode_text(shown.font, bytes(item))
        elif abs(_number(item)) > _MAX_KERNING:
            # a large move puts glyphs in another order than they are written in
            raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _check_clip(rectangle: tuple[float, ...], box: tuple[float, float]) -> None:
    x, y, width, height = rectangle
    low, high = _CLIP_TOLERANCE, -_CLIP_TOLERANCE
    if x > low or y > low or x + width < box[0] + high or y + height < box[1] + high:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _check_colour(operator: str, values: tuple[float, ...]) -> None:
    if len(values) != _COLOUR_OPERANDS[operator]:
        raise _NotPlain(LookProblem.NOT_READABLE)
    brightness = max(values) if operator != "k" else 1 - max(values[3], sum(values[:3]) / 3)
    if brightness > _MAX_BRIGHTNESS:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _check_place(operator: str, values: tuple[float, ...], *, shown: _Shown, box: tuple[float, float]) -> None:
    if shown.text:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    if operator == "Tm":
        a, b, c, d, *_ = values
        if (a, b, c, d) != (1.0, 0.0, 0.0, 1.0):
            raise _NotPlain(LookProblem.MORE_THAN_TEXT)
    x, y = values[-2:]
    if not (0 <= x < box[0] and 0 <= y < box[1]):
        raise _NotPlain(LookProblem.BOX_CHANGED)


def _check_size(shown: _Shown, box: tuple[float, float]) -> None:
    if not _MIN_POINTS <= shown.size <= box[1] * 1.5:
        raise _NotPlain(LookProblem.MORE_THAN_TEXT)


def _signed_font(pair: RevisionPair, before: pikepdf.Object, look: pikepdf.Object, *, name: str) -> pikepdf.Object:
    font = _at(look, "/Resources", "/Font", name)
    if not isinstance(font, pikepdf.Dictionary):
        raise _NotPlain(LookProblem.NOT_READABLE)
    if font.is_indirect and pair.is_untouched(font.objgen):
        return font
    if any(pair.equal(known, font) for known in _known_fonts(pair, before)) or _is_standard(font):
        return font
    raise _NotPlain(LookProblem.FONT_NOT_SIGNED)


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


def _is_standard(font: pikepdf.Object) -> bool:
    if not set(font.keys()) <= _PLAIN_FONT_KEYS or str(font.get("/BaseFont")) not in STANDARD_FONTS:
        return False
    return "/Encoding" not in font or isinstance(font["/Encoding"], pikepdf.Name)


def _number(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


def _numbers(values: object) -> tuple[float, ...]:
    return tuple(float(v) for v in values)  # type: ignore[attr-defined]
