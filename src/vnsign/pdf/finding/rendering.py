"""Pages as pictures, and what a signature would look like on them.

What it does not do: run scripts of a PDF, or fetch anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.finding.pdfium import pdfium_document, pdfium_page
from vnsign.pdf.looks.appearance import ImageLook

#: A page of 210 × 297 mm at 450 dpi has 19 million.
MAX_PIXELS = 25_000_000
_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4
_FRAME = (230, 120, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """An image on a page as seen; lengths in mm from the top left corner. Without a look only the frame is drawn."""

    look: ImageLook | None
    at_mm: tuple[float, float]
    size_mm: tuple[float, float]


def render_page(pdf: bytes, *, page: int = 1, dpi: float = 110) -> Image.Image:
    """Return a page as a person sees it, form fields and signatures included.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
        UsageError: BAD_ARGUMENT if there is no such page, or it has more than MAX_PIXELS at ``dpi``.
    """
    with pdfium_document(pdf, forms=True) as document:
        opened = pdfium_page(document, page)
        scale = dpi / _POINTS_PER_INCH
        width, height = (side * scale for side in opened.get_size())
        if not 1 <= width * height <= MAX_PIXELS:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"page {page} has {width:.0f} × {height:.0f} pixels at {dpi:g} dpi, more than {MAX_PIXELS:,} or none",
                way_out="ask for fewer dots per inch",
            )
        bitmap = opened.render(scale=scale, may_draw_forms=True)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture


def draw_stamps(picture: Image.Image, stamps: Sequence[Stamp], *, dpi: float) -> bytes:
    """Return ``picture`` as PNG with images put on it, each in a thin frame."""
    per_mm = dpi / _MM_PER_INCH
    for stamp in stamps:
        left, top = (round(v * per_mm) for v in stamp.at_mm)
        width, height = (max(1, round(v * per_mm)) for v in stamp.size_mm)
        if width * height > MAX_PIXELS:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "the image is larger than any page")
        if stamp.look is not None:
            _paste(picture, stamp.look, (left, top, width, height))
        ImageDraw.Draw(picture).rectangle((left, top, left + width - 1, top + height - 1), outline=_FRAME)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _paste(picture: Image.Image, look: ImageLook, box: tuple[int, int, int, int]) -> None:
    left, top, width, height = box
    size = (look.width, look.height)
    colour = Image.frombytes("RGB", size, look.rgb).resize((width, height))
    if look.alpha is None:
        picture.paste(colour, (left, top))
        return
    picture.paste(colour, (left, top), Image.frombytes("L", size, look.alpha).resize((width, height)))
