"""Bytes shown with a PDF font → characters.

Invariants:
    - For a composite font with an embedded TrueType program the program's own character map decides, not the
      ToUnicode map beside it, which viewers ignore when they draw.
    - A code that means no character raises ``KeyError``; nothing is guessed. An embedded font's own encoding is not
      known from the PDF, a symbolic font's codes are no letters: neither is taken for ASCII.

What it does not do: look at outlines; that a glyph looks like its character is what the signer saw (the caller accepts
only fonts that stood in the signed revision).

Source: ISO 32000-2 §9.6.5 (simple fonts), §9.7.4, §9.7.5 (Identity-H), §9.10.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from io import BytesIO

import pikepdf
from reportlab.pdfbase.pdfmetrics import standardFonts, stringWidth

from vnsign.pdf.comparing.glyph_reach import REACH_OF_TEXT, reach_of_glyphs
from vnsign.pdf.comparing.matrices import Box
from vnsign.pdf.opening import read_bounded, read_kept

_SHARING = frozenset({"/StandardEncoding", "/PDFDocEncoding"})
_ENCODINGS = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}
_BFCHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BFRANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_MAX_RANGE = 0x10000
_DEFAULT_CID_WIDTH = 1000.0
_MAX_KEPT_BYTES = 64 * 1024
_SYMBOLIC = 4
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_SYMBOL_FONTS = frozenset({"/Symbol", "/ZapfDingbats"})


class FontReader:
    """One font, its maps read once however often it is asked."""

    def __init__(self, font: pikepdf.Object) -> None:
        """Take the font's dictionary."""
        self._font = font
        self._is_composite = font.get("/Subtype") == pikepdf.Name("/Type0")

    @cached_property
    def _simple(self) -> Mapping[int, str]:
        return _simple_map(self._font)

    @cached_property
    def _composite(self) -> Mapping[int, str]:
        return _composite_map(self._font)

    @cached_property
    def _composite_widths(self) -> tuple[Mapping[int, float], float]:
        return _composite_widths(self._font["/DescendantFonts"][0])

    @cached_property
    def _simple_widths(self) -> tuple[int, list[float]]:
        return int(self._font["/FirstChar"]), [float(w) for w in self._font["/Widths"]]

    @cached_property
    def reach(self) -> Box:
        """How far glyphs reach from where they begin, in font sizes.

        Raises:
            KeyError, ValueError, TypeError, UserWarning, pikepdf.PdfError: The font draws its glyphs itself, and what
                it draws cannot be measured.
        """
        return reach_of_glyphs(self._font) if _draws_itself(self._font) else REACH_OF_TEXT

    def text(self, data: bytes) -> str:
        """Return the characters that ``data`` shows.

        Raises:
            KeyError, ValueError, pikepdf.PdfError: A code means no character, or the font cannot be read.
        """
        if not self._is_composite:
            return "".join(self._simple[code] for code in data)
        if len(data) % 2:
            raise ValueError("half a code")
        return "".join(self._composite[int.from_bytes(data[i : i + 2], "big")] for i in range(0, len(data), 2))

    def width(self, data: bytes) -> float:
        """Return how far the pen moves while ``data`` is shown, in thousandths of the font size.

        Raises:
            KeyError, ValueError: The font names no width for a code, and is none that viewers bring along.
        """
        if self._is_composite:
            widths, default = self._composite_widths
            return sum(widths.get(int.from_bytes(data[i : i + 2], "big"), default) for i in range(0, len(data), 2))
        if "/Widths" not in self._font:
            name = str(self._font["/BaseFont"]).removeprefix("/")
            if name not in standardFonts:
                raise KeyError(name)
            return float(stringWidth(self.text(data), name, 1000))
        first, listed = self._simple_widths
        return sum(listed[code - first] if 0 <= code - first < len(listed) else 0.0 for code in data)


def unit_of(font: pikepdf.Object) -> float:
    """Return how large the unit of a font's widths is, in font sizes. Source: ISO 32000-2 §9.2.4, §9.6.4 (Type 3)."""
    return float(font["/FontMatrix"][0]) if _draws_itself(font) else 1 / 1000


def _draws_itself(font: pikepdf.Object) -> bool:
    """Type 3: glyphs are content streams in a space of their own."""
    return font.get("/Subtype") == pikepdf.Name("/Type3")


def _composite_widths(descendant: pikepdf.Object) -> tuple[dict[int, float], float]:
    """/W and /DW. Source: ISO 32000-2 §9.7.4.3."""
    items: Iterator[object] = iter(descendant.get("/W", ()))
    widths: dict[int, float] = {}
    for first in items:
        second = next(items)
        if len(widths) > _MAX_RANGE:
            raise ValueError("more widths than a font has glyphs")
        if isinstance(second, pikepdf.Array):
            widths.update({int(str(first)) + i: float(w) for i, w in enumerate(second)})
        else:
            last = min(int(str(second)), int(str(first)) + _MAX_RANGE)
            widths.update(dict.fromkeys(range(int(str(first)), last + 1), float(str(next(items)))))
    return widths, float(descendant.get("/DW", _DEFAULT_CID_WIDTH))


def _composite_map(font: pikepdf.Object) -> Mapping[int, str]:
    if font.get("/Encoding") != pikepdf.Name("/Identity-H"):
        raise ValueError("only Identity-H is read")
    return _program_map(font) or _to_unicode_map(font)


def _program_map(font: pikepdf.Object) -> Mapping[int, str]:
    """Glyph index → character, from the embedded program; empty if it has no map of its own."""
    descendant = font["/DescendantFonts"][0]
    program = descendant["/FontDescriptor"].get("/FontFile2")
    if program is None or descendant.get("/CIDToGIDMap", pikepdf.Name.Identity) != pikepdf.Name.Identity:
        return {}
    return characters_of_program(read_kept(program))


@lru_cache(maxsize=64)
def characters_of_program(program: bytes) -> Mapping[int, str]:
    """Return glyph index → character of a TrueType program, empty if it has no map of its own.

    Raises:
        ValueError: It cannot be read.
    """
    from fontTools.ttLib import TTFont, TTLibError  # noqa: PLC0415 — see vnsign.pdf.looks.typeface

    try:
        parsed = TTFont(BytesIO(program), lazy=True, fontNumber=0)
        table: Mapping[int, str] = parsed.getBestCmap() or {}
        return {parsed.getGlyphID(name): chr(code) for code, name in sorted(table.items(), reverse=True)}
    except (TTLibError, AssertionError) as exc:
        raise ValueError("the font program cannot be read") from exc


def _to_unicode_map(font: pikepdf.Object) -> dict[int, str]:
    found: dict[int, str] = {}
    left = 2 * _MAX_RANGE
    for kind, body in _SECTION.findall(read_bounded(font["/ToUnicode"])):
        if kind == b"char":
            for code, text in _BFCHAR.findall(body):
                found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
        else:
            for first, last, text in _BFRANGE.findall(body):
                start, end = int(first, 16), min(int(last, 16), int(first, 16) + _MAX_RANGE)
                base = bytes.fromhex(text.decode()).decode("utf-16-be")
                left -= max(1, end - start)
                if left < 0:
                    raise ValueError("more characters than a font has codes")
                for code in range(start, end + 1):
                    found[code] = base[:-1] + chr(ord(base[-1]) + code - start)
    return found


def _simple_map(font: pikepdf.Object) -> dict[int, str]:
    encoding = font.get("/Encoding")
    if font.get("/Subtype") not in {pikepdf.Name("/Type1"), pikepdf.Name("/TrueType")}:
        raise ValueError("a font of this type draws what it likes")
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    is_symbolic = bool(int(descriptor.get("/Flags", 0)) & _SYMBOLIC) or str(font.get("/BaseFont")) in _SYMBOL_FONTS
    if is_symbolic and font["/Subtype"] == pikepdf.Name("/TrueType"):
        raise ValueError("viewers pass over the encoding of a symbolic TrueType font")
    base = encoding.get("/BaseEncoding") if isinstance(encoding, pikepdf.Dictionary) else encoding
    codec = _ENCODINGS.get(str(base)) if isinstance(base, pikepdf.Name) else None
    # without a named base only what every Latin encoding shares is sure (quotes differ in StandardEncoding), and only
    # if the font does not bring its own
    is_latin = not is_symbolic and not any(key in descriptor for key in _PROGRAMS)
    is_latin = is_latin and (base is None or str(base) in _SHARING)
    shared = {code: chr(code) for code in range(0x20, 0x7F) if is_latin and code not in b"'`"}
    found = {c: bytes([c]).decode(codec, "ignore") for c in range(0x20, 0x100)} if codec else shared
    found = {code: text for code, text in found.items() if text}
    if isinstance(encoding, pikepdf.Dictionary):
        from fontTools import agl  # noqa: PLC0415 — see vnsign.pdf.looks.typeface

        code = 0
        for item in encoding.get("/Differences", ()):
            if isinstance(item, int):
                code = item
            else:
                text = agl.toUnicode(str(item).removeprefix("/"))
                found.pop(code, None)
                if text:
                    found[code] = text
                code += 1
    return found
