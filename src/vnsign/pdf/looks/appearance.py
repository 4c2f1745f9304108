"""The looks this library writes: one line of text in a prepared field, one image in a signature field.

The text look is canonical: given the value, the font of the prepared field and its box there is exactly one
content stream, so a verifier can rebuild it and compare bytes instead of trusting what a stream claims to show.

Source: ISO 32000-2 §12.7.4.3 (variable text), §12.5.5 (appearance streams), §8.9.5 (images).
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from io import BytesIO

from PIL import ExifTags, Image, UnidentifiedImageError

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.geometry import PageGeometry
from vnsign.pdf.looks.typeface import Typeface

#: Larger images are refused before they are decoded: a seal of 50 mm at 1200 dpi has 5.6 million pixels.
MAX_IMAGE_PIXELS = 25_000_000
_DEFAULT_DPI = 96.0
_MM_PER_INCH = 25.4
_FIT_TOLERANCE_POINTS = 0.5
#: What a camera's remark says must be done to a picture. Source: Exif 2.32 Table 6.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = frozenset(_TURNS[number] for number in (5, 6, 7, 8))


class Alignment(IntEnum):
    """Quadding of a field; the value is /Q. Source: ISO 32000-2 Table 228."""

    LEFT = 0
    CENTER = 1
    RIGHT = 2


def text_content(
    text: str,
    typeface: Typeface,
    *,
    size: float,
    width: float,
    alignment: Alignment = Alignment.LEFT,
    font_name: str = "F0",
) -> bytes:
    """Return the content stream that shows ``text`` on one line of a field ``width`` points wide.

    The baseline lies the font's descent above the bottom edge.

    Raises:
        UsageError: BAD_ARGUMENT if the text does not fit, or holds a character the font was not prepared for.
    """
    needed = typeface.width(text, size)
    if needed > width + _FIT_TOLERANCE_POINTS:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{text!r} needs {needed:.1f} pt but the field is {width:.1f} pt wide",
            way_out="prepare the field wider",
        )
    offset = {Alignment.LEFT: 0.0, Alignment.CENTER: (width - needed) / 2, Alignment.RIGHT: width - needed}[alignment]
    baseline = -typeface.descent * size / 1000
    shown = typeface.encode(text).hex().upper()
    position = f"{max(offset, 0.0):.2f} {baseline:.2f} Td"
    return f"/Tx BMC\nq\nBT\n0 g\n/{font_name} {size:g} Tf\n{position}\n<{shown}> Tj\nET\nQ\nEMC\n".encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLook:
    """An image ready to be embedded: separate colour and opacity, as PDF wants them.

    Attributes:
        width: In pixels.
        height: In pixels.
        rgb: 8 bits a channel, rows from the top.
        alpha: 8 bits, or None when wholly opaque.
        size_mm: Real size from the file's own resolution (96 dpi if it names none).
    """

    width: int
    height: int
    rgb: bytes
    alpha: bytes | None
    size_mm: tuple[float, float]


@lru_cache(maxsize=8)
def read_image(data: bytes) -> ImageLook:
    """Read a PNG or JPEG.

    Raises:
        InputError: MALFORMED_IMAGE if it is neither, is damaged, shows nothing, or has more than MAX_IMAGE_PIXELS.
    """
    try:
        with warnings.catch_warnings(), _opened(data) as image:
            if image.width * image.height > MAX_IMAGE_PIXELS:
                raise InputError(
                    ErrorCode.MALFORMED_IMAGE,
                    f"the image has {image.width} × {image.height} pixels, more than {MAX_IMAGE_PIXELS:,}",
                    way_out="scale it down; 300 to 600 dpi at its real size is enough",
                )
            dpi = image.info.get("dpi") or (_DEFAULT_DPI, _DEFAULT_DPI)
            turn = _TURNS.get(_orientation(image))
            if turn in _LYING:
                dpi = (dpi[1], dpi[0])
            pixels = _eight_bits(image if turn is None else image.transpose(turn)).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as exc:
        raise InputError(
            ErrorCode.MALFORMED_IMAGE,
            "not a readable PNG or JPEG image",
            way_out="export it again as PNG with transparency",
        ) from exc
    alpha = pixels.getchannel("A").tobytes()
    if not any(alpha):
        raise InputError(
            ErrorCode.MALFORMED_IMAGE,
            "the image is wholly transparent: it would show nothing",
            way_out="export it again; what is to be seen must not be transparent",
        )
    horizontal, vertical = (float(d) if float(d) > 1 else _DEFAULT_DPI for d in dpi)
    return ImageLook(
        width=pixels.width,
        height=pixels.height,
        rgb=pixels.convert("RGB").tobytes(),
        alpha=None if alpha.count(b"\xff") == len(alpha) else alpha,
        size_mm=(pixels.width / horizontal * _MM_PER_INCH, pixels.height / vertical * _MM_PER_INCH),
    )


def _opened(data: bytes) -> Image.Image:
    """Open the picture; what the library remarks about it (a camera's notes are damaged, say) concerns nobody."""
    warnings.simplefilter("ignore")
    return Image.open(BytesIO(data), formats=("PNG", "JPEG"))


def _orientation(image: Image.Image) -> int:
    """Return how a camera held the picture (1: upright), which a PDF does not know; a damaged remark says nothing."""
    try:
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, struct.error):
        return 1
    return found if isinstance(found, int) else 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return an image whose grey has 8 bits: of 16 the library would keep the lower ones and show white."""
    if not image.mode.startswith("I"):
        return image
    wide = image.convert("I")
    grey = wide.point([value // 257 for value in range(1 << 16)], "L")
    clear = image.info.get("transparency")
    if clear is None:
        return grey
    return Image.merge("LA", (grey, wide.point([255 * (value != clear) for value in range(1 << 16)], "L")))


def image_content(*, width: float, height: float, geometry: PageGeometry) -> bytes:
    """Return the content stream that fills a field's box with ``/Im0``, upright on a turned page."""
    match geometry.rotation % 360:
        case 90:
            matrix = (0.0, height, -width, 0.0, width, 0.0)
        case 180:
            matrix = (-width, 0.0, 0.0, -height, width, height)
        case 270:
            matrix = (0.0, -height, width, 0.0, 0.0, height)
        case _:
            matrix = (width, 0.0, 0.0, height, 0.0, 0.0)
    return ("q\n" + " ".join(f"{v:.3f}" for v in matrix) + " cm\n/Im0 Do\nQ\n").encode("ascii")
