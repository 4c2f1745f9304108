"""A TrueType font cut down to the characters a form field may ever need, and text encoded with it.

Why cut at preparation time: the font then stands in the revision that the first signer signs, so filling
the number later adds no font, and a verifier can refuse any filled look that brings its own.

Source: ISO 32000-2 §9.7.4 (CIDFonts), §9.10.3 (ToUnicode).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from vnsign.errors import ErrorCode, UsageError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_GLYPH_SPACE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """A subset font program with what is needed to embed it and to measure text.

    Attributes:
        name: PostScript name with the subset tag, e.g. ``VNSIGN+LiberationSerif``.
        program: TrueType bytes.
        glyphs: Character to glyph index in ``program``.
        widths: Glyph index to advance width in thousandths of the font size.
        ascent: Height above the baseline in thousandths of the font size.
        descent: Depth below the baseline, negative, in thousandths of the font size.
        cap_height: Height of a capital in thousandths of the font size.
        bounds: FontBBox in thousandths.
        italic_angle: Degrees, negative when leaning right.
    """

    name: str
    program: bytes
    glyphs: Mapping[str, int]
    widths: Mapping[int, int]
    ascent: int
    descent: int
    cap_height: int
    bounds: tuple[int, int, int, int]
    italic_angle: float

    def encode(self, text: str) -> bytes:
        """Return ``text`` as two-byte glyph indices (Identity-H).

        Raises:
            UsageError: BAD_ARGUMENT naming the first character the font was not prepared for.
        """
        return b"".join(_glyph(self.glyphs, c).to_bytes(2, "big") for c in text)

    def width(self, text: str, size: float) -> float:
        """Return the width of ``text`` in points at ``size`` points."""
        return sum(self.widths[_glyph(self.glyphs, c)] for c in text) * size / _GLYPH_SPACE


def _glyph(glyphs: Mapping[str, int], character: str) -> int:
    try:
        return glyphs[character]
    except KeyError:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the field's font was not prepared for the character {character!r} (U+{ord(character):04X})",
            way_out="name it in the field's `characters` when preparing the document",
        ) from None


@lru_cache(maxsize=64)
def cut_typeface(font: bytes, characters: str) -> Typeface:
    """Cut a TrueType font down to ``characters``.

    Args:
        font: TrueType file (glyf outlines).
        characters: Every character that may be written; order and repetition do not matter.

    Raises:
        UsageError: BAD_ARGUMENT if it is no such font, or lacks one of the characters.
    """
    from fontTools import subset  # noqa: PLC0415 — a tenth of a second that most signatures do not need
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    wanted = "".join(sorted(set(characters)))
    try:
        original = TTFont(BytesIO(font), lazy=False, fontNumber=0)
        known = original.getBestCmap()
        _require_glyphs(wanted, known)
        options = subset.Options(
            layout_features=[], hinting=False, notdef_outline=True, name_IDs=[6], glyph_names=False
        )
        options.drop_tables += ["FFTM"]  # FontForge's build time: the cutter does not know it and would log a warning
        cutter = subset.Subsetter(options)
        cutter.populate(text=wanted)
        cutter.subset(original)
        out = BytesIO()
        original.save(out, reorderTables=True)
        return measure_typeface(original, out.getvalue())
    except UsageError:
        raise
    except Exception as exc:  # boundary: fontTools lets out any exception on a damaged file
        raise UsageError(ErrorCode.BAD_ARGUMENT, "not a TrueType font with outlines (glyf)") from exc


def _require_glyphs(wanted: str, known: Mapping[int, str]) -> None:
    missing = next((c for c in wanted if ord(c) not in known), None)
    if missing is not None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"the font has no glyph for {missing!r} (U+{ord(missing):04X})")


def measure_typeface(font: TTFont, program: bytes) -> Typeface:
    """Return the measures of a parsed font whose bytes are ``program``."""
    scale = _GLYPH_SPACE / font["head"].unitsPerEm
    head, hhea, cmap = font["head"], font["hhea"], font.getBestCmap()
    return Typeface(
        name=f"VNSIGN+{font['name'].getDebugName(6) or 'Font'}",
        program=program,
        glyphs={chr(code): font.getGlyphID(name) for code, name in cmap.items()},
        widths={font.getGlyphID(name): round(font["hmtx"][name][0] * scale) for name in font.getGlyphOrder()},
        ascent=round(hhea.ascent * scale),
        descent=round(hhea.descent * scale),
        cap_height=round(getattr(font["OS/2"], "sCapHeight", hhea.ascent) * scale),
        bounds=(round(head.xMin * scale), round(head.yMin * scale), round(head.xMax * scale), round(head.yMax * scale)),
        italic_angle=font["post"].italicAngle,
    )


def to_unicode(typeface: Typeface) -> bytes:
    """Return the ToUnicode CMap, so that the text can be searched, copied and checked."""
    lines = [f"<{glyph:04X}> <{char.encode('utf-16-be').hex().upper()}>" for char, glyph in typeface.glyphs.items()]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    mappings = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{mappings}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
