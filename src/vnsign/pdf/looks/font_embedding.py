"""A cut font as PDF objects: a Type0 font whose text is glyph numbers, searchable by its ToUnicode map.

Source: ISO 32000-2 §9.7 (composite fonts), §9.8 (descriptors), Table 122 (/CIDSet, which PDF/A-1 asks for).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from pikepdf import Array, Dictionary, Name, Object, String

from vnsign.pdf.looks.typeface import Typeface, to_unicode

_NONSYMBOLIC_SERIF = 0x22
_ITALIC = 0x40
_STEM_WIDTH = 80


def type0_font(
    typeface: Typeface, *, add: Callable[[Object], Object], stream: Callable[[bytes, Dictionary], Object]
) -> Object:
    """Embed ``typeface`` and return its font object.

    Args:
        typeface: Cut to what is written with it.
        add: Gives a dictionary a number of its own.
        stream: Adds a stream, whose data is already encoded as its entries say.
    """

    def packed(data: bytes, entries: Dictionary | None = None) -> Object:
        entries = entries if entries is not None else Dictionary()
        entries.Filter = Name.FlateDecode
        return stream(zlib.compress(data), entries)

    count = len(typeface.widths)
    all_glyphs = ((1 << count) - 1 << -count % 8).to_bytes(-(-count // 8), "big")
    name = Name("/" + typeface.name)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=_NONSYMBOLIC_SERIF | (_ITALIC if typeface.italic_angle else 0),
        FontBBox=Array(typeface.bounds),
        ItalicAngle=typeface.italic_angle,
        Ascent=typeface.ascent,
        Descent=typeface.descent,
        CapHeight=typeface.cap_height,
        StemV=_STEM_WIDTH,
        FontFile2=packed(typeface.program, Dictionary(Length1=len(typeface.program))),
        CIDSet=packed(all_glyphs),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=add(descriptor),
        W=Array([0, Array([typeface.widths[g] for g in sorted(typeface.widths)])]),
        CIDToGIDMap=Name.Identity,
    )
    return add(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([add(descendant)]),
            ToUnicode=packed(to_unicode(typeface)),
        )
    )
