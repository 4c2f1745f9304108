"""Stand-ins for the images an agency has on file: a leader's hand in blue, the agency's seal in red.

Both are transparent PNG at 300 dpi, so their real size stands in the file.

What it does not do: it imitates no real seal and no real person; a real agency brings its own two files.

Source: NĐ 30/2020/NĐ-CP Phụ lục I, Phần I, II.7.d and II.8.a.
"""

from __future__ import annotations

import math
import unicodedata
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from docflow.demo.handwriting import Point, write_signature

DPI = 300
SEAL_DIAMETER_MM = 36.0
SIGNATURE_SIZE_MM = (45.0, 22.0)
_BLUE = (22, 48, 160)
_RED = (214, 24, 32)
_FINER = 4  # drawn this many times larger, then reduced: smooth edges
_MM_PER_INCH = 25.4
# The seal, in parts of its diameter: rings (outer radius, thickness), middle of the letters, star, small star.
_RINGS = ((0.5, 0.024), (0.464, 0.008), (0.31, 0.008))
_LETTERS_RADIUS = 0.385
_LETTER_SIZE = 0.1
_LETTER_GAP = 0.016
_STAR = 0.2
_SMALL_STAR = 0.032
_SMALL_STAR_ARC = 0.5  # radians kept free of letters around the small star
_STAR_WAIST = 0.382  # inner to outer radius of a regular five-pointed star


def draw_signature(name: str) -> bytes:
    """Return a signature of 45 × 22 mm as PNG; the same name gives the same hand."""
    width, height = (_pixels(side) * _FINER for side in SIGNATURE_SIZE_MM)
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    for x, y, radius in write_signature(name, width=width, height=height):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _png(mask, _BLUE)


def draw_seal(agency: str, *, font: Path, diameter_mm: float = SEAL_DIAMETER_MM) -> bytes:
    """Return a round seal as PNG: double ring, the agency's name around it, a star in the middle.

    Args:
        agency: Name as it stands on the seal; a newline counts as a space.
        font: A TrueType file with the letters of the name.
        diameter_mm: Real size in millimetres.
    """
    side = _pixels(diameter_mm) * _FINER
    mask = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    centre = (side / 2, side / 2)
    for radius, thickness in _RINGS:
        # Half a final pixel inside, so that the reduction does not cut the outer ring.
        reach = side * radius - _FINER / 2
        pen.ellipse([centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach],
                    outline=255, width=round(side * thickness))  # fmt: skip
    _write_around(mask, " ".join(unicodedata.normalize("NFC", agency).split()), font=font)
    pen.polygon(_star(centre, side * _STAR), fill=255)
    pen.polygon(_star((centre[0], centre[1] + side * _LETTERS_RADIUS), side * _SMALL_STAR), fill=255)
    return _png(mask, _RED)


def _write_around(mask: Image.Image, text: str, *, font: Path) -> None:
    """Write clockwise on a circle, centred at the top; a long name in smaller letters."""
    side, radius = mask.width, mask.width * _LETTERS_RADIUS
    room = radius * (2 * math.pi - _SMALL_STAR_ARC)
    size, gap = side * _LETTER_SIZE, side * _LETTER_GAP
    natural = ImageFont.truetype(font, size).getlength(text) + gap * len(text)
    shrink = min(1.0, room / natural)
    size, gap = size * shrink, gap * shrink
    face = ImageFont.truetype(font, size)
    # The capitals' middle on the circle: tone marks may rise above them, towards the ring.
    drop = -face.getbbox("H", anchor="ls")[1] / 2
    angle = -natural * shrink / radius / 2
    for letter in text:
        advance = face.getlength(letter) + gap
        _write_letter(mask, letter, face=face, drop=drop, angle=angle + advance / radius / 2)
        angle += advance / radius


def _write_letter(mask: Image.Image, letter: str, *, face: ImageFont.FreeTypeFont, drop: float, angle: float) -> None:
    radius, half = mask.width * _LETTERS_RADIUS, math.ceil(face.size * 1.3)
    tile = Image.new("L", (2 * half, 2 * half), 0)
    ImageDraw.Draw(tile).text((half, half + drop), letter, font=face, fill=255, anchor="ms")
    turned = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
    x = mask.width / 2 + radius * math.sin(angle) - half
    y = mask.width / 2 - radius * math.cos(angle) - half
    mask.paste(255, (round(x), round(y)), turned)


def _star(centre: Point, radius: float) -> list[Point]:
    reaches = (radius, radius * _STAR_WAIST) * 5
    return [
        (centre[0] + reach * math.sin(math.pi * corner / 5), centre[1] - reach * math.cos(math.pi * corner / 5))
        for corner, reach in enumerate(reaches)
    ]


def _pixels(millimetres: float) -> int:
    return round(millimetres / _MM_PER_INCH * DPI)


def _png(mask: Image.Image, colour: tuple[int, int, int]) -> bytes:
    small = mask.resize((mask.width // _FINER, mask.height // _FINER), Image.Resampling.LANCZOS)
    image = Image.new("RGBA", small.size, (*colour, 0))
    image.putalpha(small)
    out = BytesIO()
    image.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


__all__ = ["DPI", "SEAL_DIAMETER_MM", "SIGNATURE_SIZE_MM", "draw_seal", "draw_signature"]
