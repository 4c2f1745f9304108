"""Does a filled text field of a plain file show its value? As :mod:`vnsign.pdf.comparing.field_looks`, from the bytes.

Invariants:
    - The font is one that stood in the signed revision and of which nothing was written since, composite, with a
      TrueType program whose own map says what its glyphs are.
    - The stream holds words with white space between them, each of a spelling that nobody reads in another way.

What it does not do: say what is wrong with a look; :class:`~vnsign.pdf.reading.plain.syntax.NotPlain` is raised, and
it is read elsewhere.

Source: ISO 32000-2 §9.7.4 (composite fonts), §12.7.4.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from vnsign.pdf.comparing.font_reading import characters_of_program
from vnsign.pdf.comparing.increments.form import Entries, check_box, look_of, number_of
from vnsign.pdf.comparing.increments.history import History
from vnsign.pdf.comparing.text_rules import (
    IDENTITY,
    LOOK_KEYS,
    MAX_LOOK_BYTES,
    OPERANDS,
    Operand,
    ShownLine,
    finish,
    follow,
)
from vnsign.pdf.comparing.text_rules import check_box as check_shown_box
from vnsign.pdf.opening import inflate_kept
from vnsign.pdf.reading.plain.reader import PlainReader
from vnsign.pdf.reading.plain.syntax import NotPlain, Value

_CODE_BYTES = 2
_DEFAULT_WIDTH = 1000
_NUMBER = re.compile(rb"-?\d{1,6}(?:\.\d{1,6})?")
_NAME = re.compile(rb"/[A-Za-z0-9]{1,40}")
_CODES = re.compile(rb"<((?:[0-9A-Fa-f]{4})*)>")


class PlainFont:
    """A composite font that stood in the signed revision."""

    def __init__(self, characters: Mapping[int, str], widths: Mapping[int, float], default: float) -> None:
        self._characters, self._widths, self._default = characters, widths, default

    def text(self, data: bytes) -> str:
        """Return what the codes show.

        Raises:
            KeyError: One means no character.
        """
        return "".join(self._characters[code] for code in _codes(data))

    def width(self, data: bytes) -> float:
        """Return how far the pen moves, in thousandths of the font size."""
        return sum(self._widths.get(code, self._default) for code in _codes(data))


class LookReader:
    """Reads what filled fields show, each font once."""

    def __init__(self, history: History, *, old: PlainReader, new: PlainReader, written: frozenset[int]) -> None:
        """Take the file.

        Args:
            history: The file.
            old: The signed revision.
            new: The file as it is now.
            written: Numbers of the objects that were written since.
        """
        self._history, self._old, self._new, self._written = history, old, new, written
        self._fonts: dict[int, PlainFont] = {}

    def shown_text(self, entries: Entries) -> str:
        """Return the one line of text that the look of a filled field shows.

        Raises:
            NotPlain: It shows anything else, or what it shows is not plain to see.
            NotOneLine, KeyError, TypeError, ValueError: The same.
        """
        reference, look = look_of(self._new, entries)
        if not LOOK_KEYS.issuperset(look):
            raise NotPlain
        matrix = check_box(look["/Matrix"], numbers=len(IDENTITY)) if "/Matrix" in look else IDENTITY
        box = check_shown_box(check_box(look.get("/BBox")), check_box(entries.get("/Rect")), matrix)
        content = self._new.stream(reference)
        if len(content) > MAX_LOOK_BYTES:
            raise NotPlain
        shown = ShownLine()
        for operator, operands in _operations(content):
            follow(shown, operator, operands, box=box, font_named=lambda name: self._font(look, name))
        text = finish(shown)
        if shown.hides or shown.frames:
            raise NotPlain  # what the box lies over is looked at elsewhere
        return text

    def _font(self, look: Entries, name: str) -> PlainFont:
        resources = self._new.follow(look.get("/Resources"))
        if not isinstance(resources, dict) or "/ColorSpace" in resources:
            raise NotPlain  # one may stand in the place of a device's
        fonts = self._new.follow(resources.get("/Font"))
        number = number_of(fonts.get(name) if isinstance(fonts, dict) else None)
        if number not in self._fonts:
            if not self._written.isdisjoint(self._history.reach(number, state=self._old)):
                raise NotPlain
            self._fonts[number] = _read_font(self._old, number)
        return self._fonts[number]


def _operations(content: bytes) -> Iterator[tuple[str, list[Operand]]]:
    if b"\x0b" in content:
        raise NotPlain  # white space to this language, none to a PDF
    operands: list[Operand] = []
    for word in content.split():
        operator = word.decode("latin-1")
        if operator in OPERANDS:
            yield operator, operands
            operands = []
        else:
            operands.append(_operand(word))
    if operands:
        raise NotPlain


def _operand(word: bytes) -> Operand:
    if _NUMBER.fullmatch(word):
        return Decimal(word.decode("ascii"))
    if (codes := _CODES.fullmatch(word)) is not None:
        return bytes.fromhex(codes[1].decode("ascii"))
    if _NAME.fullmatch(word):
        return word.decode("ascii")
    raise NotPlain


def _read_font(old: PlainReader, number: int) -> PlainFont:
    font = old.dictionary(number)
    descendants = font.get("/DescendantFonts")
    if font.get("/Subtype") != "/Type0" or font.get("/Encoding") != "/Identity-H" or not isinstance(descendants, list):
        raise NotPlain
    descendant = old.dictionary(number_of(descendants[0]))
    if descendant.get("/CIDToGIDMap", "/Identity") != "/Identity":
        raise NotPlain
    descriptor = old.dictionary(number_of(descendant.get("/FontDescriptor")))
    characters = characters_of_program(_program(old, number_of(descriptor.get("/FontFile2"))))
    default = descendant.get("/DW", _DEFAULT_WIDTH)
    if not characters or type(default) not in {int, Decimal}:
        raise NotPlain
    return PlainFont(characters, _widths(descendant.get("/W", [])), float(default))  # type: ignore[arg-type]


def _program(old: PlainReader, number: int) -> bytes:
    found = old.objects.get(number)
    entries = None if found is None or found.stream is None else found.value(old.data)
    if found is None or found.stream is None or not isinstance(entries, dict):
        raise NotPlain
    if entries.get("/Filter") != "/FlateDecode" or "/DecodeParms" in entries or "/F" in entries:
        raise NotPlain
    return inflate_kept(old.data[slice(*found.stream)])


def _widths(listed: Value) -> dict[int, float]:
    """/W in its first form, a code and the widths from there. Source: ISO 32000-2 §9.7.4.3."""
    if not isinstance(listed, list) or len(listed) % 2:
        raise NotPlain
    found: dict[int, float] = {}
    for first, widths in zip(listed[::2], listed[1::2], strict=True):
        if type(first) is not int or not isinstance(widths, list):
            raise NotPlain
        found.update(zip(range(first, first + len(widths)), check_box(widths, numbers=len(widths)), strict=True))
    return found


def _codes(data: bytes) -> Iterator[int]:
    return (int.from_bytes(data[at : at + _CODE_BYTES], "big") for at in range(0, len(data), _CODE_BYTES))
