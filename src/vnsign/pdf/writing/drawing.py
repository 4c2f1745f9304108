"""Looks written into an increment: an image or lines of text, upright on a turned page.

Source: ISO 32000-2 §8.9.5 (images), §11.6.5.2 (soft masks), §8.9.6.3 (explicit masks); ISO 19005-1 §6.4 (PDF/A-1
forbids transparency).
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

from vnsign.pdf.geometry import PageGeometry
from vnsign.pdf.looks.appearance import ImageLook, image_content
from vnsign.pdf.looks.font_embedding import type0_font
from vnsign.pdf.looks.text_look import FONT_NAME, TextLook
from vnsign.pdf.opening import read_bounded
from vnsign.pdf.writing.updating import PdfUpdate

_PDF_A = b"http://www.aiim.org/pdfa/ns/id/"
_PART_1 = re.compile(rb":part(?:\s[^<>]{0,500})?>\s*1\s*<|:part\s*=\s*[\"']1[\"']")
_MAX_METADATA_BYTES = 1 << 20
_OPAQUE = 128


#: What a signature field can show.
Look = ImageLook | TextLook


def draw_look(update: PdfUpdate, look: Look, *, width: float, height: float, rotation: int) -> Object:
    """Add the appearance stream that fills a box of the given size (in points) with ``look``."""
    if isinstance(look, TextLook):
        content = look.content(width=width, height=height, rotation=rotation)
        font = type0_font(look.typeface(), add=update.add, stream=update.stream)
        resources = Dictionary(Font=Dictionary({f"/{FONT_NAME}": font}))
    else:
        geometry = PageGeometry(visible=(0, 0, 0, 0), rotation=rotation)
        content = image_content(width=width, height=height, geometry=geometry)
        resources = Dictionary(XObject=Dictionary(Im0=_image(update, look)))
    return update.stream(
        content,
        Dictionary(
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, round(width, 2), round(height, 2)]),
            Resources=resources,
        ),
    )


def _image(update: PdfUpdate, look: ImageLook) -> Object:
    def plane(data: bytes, colour_space: Name, *, bits: int = 8) -> tuple[bytes, Dictionary]:
        return data, Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=look.width,
            Height=look.height,
            ColorSpace=colour_space,
            BitsPerComponent=bits,
            Filter=Name.FlateDecode,
        )

    colour, entries = plane(_compressed(look.rgb), Name.DeviceRGB)
    if look.alpha is not None:
        if _is_pdf_a_1(update.pdf):
            mask, mask_entries = plane(_stencil(look.alpha, look.width), Name.DeviceGray, bits=1)
            del mask_entries["/ColorSpace"]
            mask_entries.ImageMask = True
            entries.Mask = update.stream(mask, mask_entries)
        else:
            entries.SMask = update.stream(*plane(_compressed(look.alpha), Name.DeviceGray))
    return update.stream(colour, entries)


@lru_cache(maxsize=16)
def _compressed(data: bytes) -> bytes:
    return zlib.compress(data)


@lru_cache(maxsize=16)
def _stencil(alpha: bytes, width: int) -> bytes:
    """Return a 1-bit mask, compressed: 1 hides, rows padded to whole bytes."""
    rows = []
    for start in range(0, len(alpha), width):
        bits = "".join("0" if value >= _OPAQUE else "1" for value in alpha[start : start + width])
        padded = bits.ljust(-(-width // 8) * 8, "1")
        rows.append(int(padded, 2).to_bytes(len(padded) // 8, "big"))
    return zlib.compress(b"".join(rows))


def _is_pdf_a_1(pdf: pikepdf.Pdf) -> bool:
    metadata = pdf.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream):
        return False
    try:
        data = read_bounded(metadata, max_bytes=_MAX_METADATA_BYTES)
    except (pikepdf.PdfError, ValueError):
        return False
    return _PDF_A in data and _PART_1.search(data) is not None
