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
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO

import pikepdf
from reportlab.pdfbase.pdfmetrics import standardFonts, stringWidth

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


def decode_text(font: pikepdf.Object, data: bytes) -> str:
    """Return the characters that ``data`` shows in ``font``.

    Raises:
        KeyError, ValueError, pikepdf.PdfError: A code means no character, or the font cannot be read.
    """
    if font.get("/Subtype") == pikepdf.Name("/Type0"):
        return _decode_composite(font, data)
    return "".join(_simple_map(font)[code] for code in data)


def width_of_text(font: pikepdf.Object, data: bytes) -> float:
    """Return how far the pen moves while ``data`` is shown, in thousandths of the font size.

    Raises:
        KeyError, ValueError: The font names no width for a code, and is none that viewers bring along.
    """
    if font.get("/Subtype") == pikepdf.Name("/Type0"):
        widths, default = _widths_of(font["/DescendantFonts"][0])
        return sum(widths.get(int.from_bytes(data[i : i + 2], "big"), default) for i in range(0, len(data), 2))
    if "/Widths" not in font:
        name = str(font["/BaseFont"]).removeprefix("/")
        if name not in standardFonts:
            raise KeyError(name)
        return float(stringWidth(decode_text(font, data), name, 1000))
    first, listed = int(font["/FirstChar"]), [float(w) for w in font["/Widths"]]
    return sum(listed[code - first] if 0 <= code - first < len(listed) else 0.0 for code in data)


def _widths_of(descendant: pikepdf.Object) -> tuple[Mapping[int, float], float]:
    listed = descendant.get("/W", None)
    spelled = listed.unparse(resolved=True) if isinstance(listed, pikepdf.Array) else b""
    if 0 < len(spelled) <= _MAX_KEPT_BYTES and b"R" not in spelled:
        return _widths_spelled(spelled), float(descendant.get("/DW", _DEFAULT_CID_WIDTH))
    return _composite_widths(descendant)


@lru_cache(maxsize=64)
def _widths_spelled(array: bytes) -> Mapping[int, float]:
    """Fields of one font, and documents of one office, bring the same table."""
    return _composite_widths(pikepdf.Dictionary(W=pikepdf.Object.parse(array)))[0]


def _composite_widths(descendant: pikepdf.Object) -> tuple[dict[int, float], float]:
    """/W and /DW. Source: ISO 32000-2 §9.7.4.3."""
    items: list[object] = list(descendant.get("/W", ()))
    widths: dict[int, float] = {}
    while items:
        first, second = items.pop(0), items.pop(0)
        if isinstance(second, pikepdf.Array):
            widths.update({int(str(first)) + i: float(w) for i, w in enumerate(second)})
        else:
            last = min(int(str(second)), int(str(first)) + _MAX_RANGE)
            widths.update(dict.fromkeys(range(int(str(first)), last + 1), float(str(items.pop(0)))))
    return widths, float(descendant.get("/DW", _DEFAULT_CID_WIDTH))


def _decode_composite(font: pikepdf.Object, data: bytes) -> str:
    if font.get("/Encoding") != pikepdf.Name("/Identity-H") or len(data) % 2:
        raise ValueError("only Identity-H is read")
    characters = _program_map(font) or _to_unicode_map(font)
    codes = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
    return "".join(characters[code] for code in codes)


def _program_map(font: pikepdf.Object) -> Mapping[int, str]:
    """Glyph index → character, from the embedded program; empty if it has no map of its own."""
    descendant = font["/DescendantFonts"][0]
    program = descendant["/FontDescriptor"].get("/FontFile2")
    if program is None or descendant.get("/CIDToGIDMap", pikepdf.Name.Identity) != pikepdf.Name.Identity:
        return {}
    return _characters_of(read_kept(program))


@lru_cache(maxsize=64)
def _characters_of(program: bytes) -> Mapping[int, str]:
    from fontTools.ttLib import TTFont, TTLibError  # noqa: PLC0415 — see vnsign.pdf.looks.typeface

    try:
        parsed = TTFont(BytesIO(program), lazy=True, fontNumber=0)
        table: Mapping[int, str] = parsed.getBestCmap() or {}
        return {parsed.getGlyphID(name): chr(code) for code, name in sorted(table.items(), reverse=True)}
    except (TTLibError, AssertionError) as exc:
        raise ValueError("the font program cannot be read") from exc


def _to_unicode_map(font: pikepdf.Object) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(read_bounded(font["/ToUnicode"])):
        if kind == b"char":
            for code, text in _BFCHAR.findall(body):
                found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
        else:
            for first, last, text in _BFRANGE.findall(body):
                start, end = int(first, 16), min(int(last, 16), int(first, 16) + _MAX_RANGE)
                base = bytes.fromhex(text.decode()).decode("utf-16-be")
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
