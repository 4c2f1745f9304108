"""Does a filled text field show its value?

A viewer shows the appearance stream, a program reads /V; a forger lets them differ. Text in a stream proves little by
itself: a ToUnicode map can lie, a font can draw a 7 for a 1, widths can reorder glyphs, a rendering mode can hide them.
So nothing is believed that a writer of honest forms does not need:

Invariants:
    - The stream shows text and does nothing else (:mod:`vnsign.pdf.comparing.text_rules`); its frame hides and strikes
      out nothing that the signer saw.
    - The font is one that stood in the signed revision, unchanged down to its program, or one of the standard 14 that
      viewers bring along, without a private encoding. What the signed fonts look like, the signer saw.
    - A colour is what the operator says: the look puts no colour space of its own in the place of a device's.
    - The glyphs shown, decoded by that font, are exactly the value, or the name under which it is offered;
      where a line ends there may be a space in the value.

What it does not catch: a font that lied already before the signature (the document the signer saw was forged then).

Source: ISO 32000-2 §8.6.5.6 (default colour spaces), §9.6.2.2 (standard 14 fonts), §9.10 (to Unicode), §12.5.5,
§12.7.4.3.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TypeGuard

import pikepdf

from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.field_values import shortened, texts_of
from vnsign.pdf.comparing.font_reading import FontReader
from vnsign.pdf.comparing.look_colours import REPLACED_SPACES
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.comparing.text_rules import (
    IDENTITY,
    LOOK_KEYS,
    MAX_LOOK_BYTES,
    LookFont,
    LookProblem,
    NotOneLine,
    Operand,
    ShownLine,
    check_box,
    finish,
    follow,
    numbers_of,
)
from vnsign.pdf.opening import read_bounded
from vnsign.pdf.reading.fields import Field

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
_COMB = 1 << 24
_UNREADABLE = (
    *(pikepdf.PdfError, UserWarning, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError),
)
#: Whether something that was signed lies under a widget.
LiesOver = Callable[[pikepdf.Object], bool]


def inspect_text_look(
    pair: RevisionPair, *, before: pikepdf.Object, after: pikepdf.Object, value: str, lies_over: LiesOver
) -> tuple[LookProblem | None, str]:
    """Return why the look of a filled text field's widget is not believed (None if it is), and the text it shows.

    Args:
        pair: The signed and the later revision.
        before: The widget in the signed revision.
        after: The widget in the later revision.
        value: The field's value now.
        lies_over: Asked if the look paints a background that the signer did not see.
    """
    try:
        shown = _read_look(pair, before, after, lies_over=lies_over)
    except NotOneLine as exc:
        return exc.problem, ""
    except _UNREADABLE:
        # a stream or font that cannot be read shows nobody knows what
        return LookProblem.NOT_READABLE, ""
    is_value = shown == value or ("\n" in shown and shown.split() == value.split())
    return (None if is_value else LookProblem.OTHER_TEXT), shown


def looks_of_value(pair: RevisionPair, old: Field, new: Field, *, lies_over: LiesOver) -> Iterator[Change]:
    """Name each widget of a text or choice field whose look does not show the new value."""
    for before, after in zip(old.widgets, new.widgets, strict=False):
        told = [
            inspect_text_look(pair, before=before, after=after, value=text, lies_over=lies_over)
            for text in texts_of(new)
        ]
        problem, shown = min(told, key=lambda said: said[0] is not None)
        if problem is not None:
            values = {"value": shortened(new.value), "problem": problem.value}
            if problem is LookProblem.OTHER_TEXT:
                values["shown"] = shown
            where = f"field {old.name} /AP"
            yield Change(kind=ChangeKind.LOOK_DIFFERS_FROM_VALUE, field=old.name, where=where, values=values)


def is_mark(*, before: pikepdf.Object, after: pikepdf.Object, look: pikepdf.Object, lies_over: LiesOver) -> bool:
    """Tell whether a look of a box to tick is one tick, cross, dot or star of the standard symbols, and nothing else.

    Args:
        before: The widget in the signed revision.
        after: The widget in the later revision.
        look: For one of its states.
        lies_over: Asked if the look paints a background.
    """
    try:
        shown = _read_lines(look, before=before, after=after, font_of=_symbols_of)
    except (NotOneLine, *_UNREADABLE):
        return False
    return shown.text in _MARKS and not ((shown.hides or shown.frames) and lies_over(after))


class _Symbols:
    """The font of standard symbols."""

    def text(self, data: bytes) -> str:
        return data.decode("ascii")

    def width(self, data: bytes) -> float:
        return float(_MARKS[data.decode("ascii")])


def _symbols_of(font: pikepdf.Object) -> LookFont:
    if not _has_symbols(font):
        raise NotOneLine(LookProblem.FONT_NOT_SIGNED)
    return _Symbols()


def _read_look(pair: RevisionPair, before: pikepdf.Object, after: pikepdf.Object, *, lies_over: LiesOver) -> str:
    looks = after.get("/AP")
    if not isinstance(looks, pikepdf.Dictionary) or not isinstance(looks.get("/N"), pikepdf.Stream):
        raise NotOneLine(LookProblem.MISSING)
    if set(looks.keys()) != {"/N"}:
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)

    def font_of(font: pikepdf.Object) -> LookFont:
        if not _is_signed_font(pair, before, font):
            raise NotOneLine(LookProblem.FONT_NOT_SIGNED)
        return FontReader(font)

    shown = _read_lines(looks["/N"], before=before, after=after, font_of=font_of)
    if _paints_more(shown, before) and lies_over(after):
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    return shown.text


def _paints_more(shown: ShownLine, widget: pikepdf.Object) -> bool:
    """Whether a look has a background, or a line around it, where the look that was signed left the page to be seen."""
    if not shown.hides and not shown.frames:
        return False
    look = _at(widget, "/AP", "/N")
    try:
        signed = _read_lines(look, before=widget, after=widget, font_of=FontReader) if _is_stream(look) else ShownLine()
    except (NotOneLine, *_UNREADABLE):
        return True
    return not signed.hides and (shown.hides or not signed.frames)


def _is_stream(value: object) -> TypeGuard[pikepdf.Stream]:
    return isinstance(value, pikepdf.Stream)


def _is_comb(widget: pikepdf.Object) -> bool:
    flags = widget.get("/Ff", _at(widget, "/Parent", "/Ff"))
    return isinstance(flags, int) and bool(int(flags) & _COMB)


def _read_lines(
    look: pikepdf.Object,
    *,
    before: pikepdf.Object,
    after: pikepdf.Object,
    font_of: Callable[[pikepdf.Object], LookFont],
) -> ShownLine:
    spaces = _at(look, "/Resources", "/ColorSpace")
    if not set(look.keys()) <= LOOK_KEYS or any(_at(spaces, key) is not None for key in REPLACED_SPACES):
        raise NotOneLine(LookProblem.MORE_THAN_TEXT)
    matrix = numbers_of(look["/Matrix"]) if "/Matrix" in look else IDENTITY
    box = check_box(numbers_of(look.get("/BBox")), numbers_of(after.get("/Rect")), matrix)
    if _at(before, "/MK", "/R"):
        raise NotOneLine(LookProblem.BOX_CHANGED)
    read_bounded(look, max_bytes=MAX_LOOK_BYTES)

    def font_named(name: str) -> LookFont:
        font = _at(look, "/Resources", "/Font", name)
        if not isinstance(font, pikepdf.Dictionary):
            raise NotOneLine(LookProblem.NOT_READABLE)
        return font_of(font)

    with warnings.catch_warnings():
        # a stream that the parser only half understands is one that another viewer may understand differently
        warnings.simplefilter("error")
        instructions = pikepdf.parse_content_stream(look)
    shown = ShownLine(is_comb=_is_comb(before))
    for instruction in instructions:
        operands = [_operand(each) for each in instruction.operands]
        follow(shown, str(instruction.operator), operands, box=box, font_named=font_named)
    finish(shown)
    return shown


def _operand(value: object) -> Operand:
    if isinstance(value, pikepdf.String):
        return bytes(value)
    if isinstance(value, pikepdf.Name):
        return str(value)
    return [_operand(item) for item in value] if isinstance(value, pikepdf.Array) else value


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
