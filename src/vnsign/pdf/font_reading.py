"""Bytes shown with a PDF font → characters.

Invariants:
    - For a composite font with an embedded TrueType program the program's own character map decides, not the
      ToUnicode map beside it, which viewers ignore when they draw.
    - A code that means no character raises ``KeyError``; nothing is guessed.

What it does not do: look at outlines; that a glyph looks like its character is what the signer saw (the caller accepts
only fonts that stood in the signed revision).

Source: ISO 32000-2 §9.6.5 (simple fonts), §9.7.4, §9.7.5 (Identity-H), §9.10.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO

import pikepdf
from fontTools import agl
from fontTools.ttLib import TTFont, TTLibError

from vnsign.pdf.opening import read_bounded

_ENCODINGS = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}
_BFCHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BFRANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_MAX_RANGE = 0x10000


def decode_text(font: pikepdf.Object, data: bytes) -> str:
    """Return the characters that ``data`` shows in ``font``.

    Raises:
        KeyError, ValueError, pikepdf.PdfError: A code means no character, or the font cannot be read.
    """
    if font.get("/Subtype") == pikepdf.Name("/Type0"):
        return _decode_composite(font, data)
    return "".join(_simple_map(font)[code] for code in data)


def _decode_composite(font: pikepdf.Object, data: bytes) -> str:
    if font.get("/Encoding") != pikepdf.Name("/Identity-H") or len(data) % 2:
        raise ValueError("only Identity-H is read")
    characters = _program_map(font) or _to_unicode_map(font)
    codes = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
    return "".join(characters[code] for code in codes)


def _program_map(font: pikepdf.Object) -> dict[int, str]:
    """Glyph index → character, from the embedded program; empty if it has no map of its own."""
    descendant = font["/DescendantFonts"][0]
    program = descendant["/FontDescriptor"].get("/FontFile2")
    if program is None or descendant.get("/CIDToGIDMap", pikepdf.Name.Identity) != pikepdf.Name.Identity:
        return {}
    try:
        parsed = TTFont(BytesIO(read_bounded(program)), lazy=True, fontNumber=0)
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
    base = encoding.get("/BaseEncoding") if isinstance(encoding, pikepdf.Dictionary) else encoding
    codec = _ENCODINGS.get(str(base)) if isinstance(base, pikepdf.Name) else None
    # without a named base only what every Latin encoding shares is sure (quotes differ in StandardEncoding)
    shared = {code: chr(code) for code in range(0x20, 0x7F) if code not in b"'`"}
    found = {c: bytes([c]).decode(codec, "ignore") for c in range(0x20, 0x100)} if codec else shared
    found = {code: text for code, text in found.items() if text}
    if isinstance(encoding, pikepdf.Dictionary):
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
