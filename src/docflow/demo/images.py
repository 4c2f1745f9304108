"""Stand-ins for the images an agency has on file: a leader's hand in blue, the agency's seal in red.

Both are transparent PNG at 300 dpi, so their real size stands in the file (NĐ 30/2020/NĐ-CP Phụ lục I, II.7, II.8).
"""

from __future__ import annotations

import math
import random
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

DPI = 300
SEAL_DIAMETER_MM = 36.0
SIGNATURE_SIZE_MM = (45.0, 22.0)
_BLUE = (22, 48, 160)
_RED = (214, 24, 32)
_FINER = 4
_WAVES_END = 0.8
_MM_PER_INCH = 25.4


def _pixels(millimetres: float) -> int:
    return round(millimetres / _MM_PER_INCH * DPI)


def draw_signature(name: str) -> bytes:
    """Return a flowing stroke of 45 × 22 mm; the same name gives the same hand."""
    width, height = (_pixels(side) * _FINER for side in SIGNATURE_SIZE_MM)
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    hand = random.Random(name)  # noqa: S311 — a drawing, not a secret
    for stroke in _strokes(hand, len(name.split())):
        points = [(x * width, y * height) for x, y in _smooth(stroke)]
        for index, (x, y) in enumerate(points):
            pressure = 0.45 + 0.55 * abs(math.sin(3.1 * index / len(points) + hand.random() * 0.05))
            radius = height * 0.018 * pressure
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _png(mask, _BLUE)


def _strokes(hand: random.Random, words: int) -> list[list[tuple[float, float]]]:
    """A tall first loop, waves that grow smaller, and a line under all: control points in the unit square."""
    loop = [(0.08, 0.62), (0.16, 0.18), (0.24, 0.1), (0.22, 0.5), (0.13, 0.88), (0.1, 0.66), (0.26, 0.5)]
    x, waves = 0.26, list(loop)
    while x < _WAVES_END:
        step = hand.uniform(0.035, 0.06)
        tall = 0.3 if hand.random() < 0.2 * words else 0.12
        waves += [(x + step / 2, 0.5 - tall * hand.uniform(0.6, 1.0)), (x + step, 0.5 + 0.13 * hand.uniform(0.5, 1.0))]
        x += step
    flourish = [(0.82, 0.42), (0.95, 0.3), (0.9, 0.58), (0.6, 0.76), (0.3, 0.82), (0.55, 0.74), (0.93, 0.68)]
    return [[*waves, *flourish]]


def _smooth(points: list[tuple[float, float]], *, steps: int = 60) -> list[tuple[float, float]]:
    """Catmull-Rom spline through the points."""
    padded = [points[0], *points, points[-1]]
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append(
                tuple(
                    0.5
                    * (
                        2 * b[i]
                        + (c[i] - a[i]) * t
                        + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t
                        + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
                    )
                    for i in (0, 1)
                )
            )
    return [(x, y) for x, y in curve]


def draw_seal(agency: str, *, font: Path, diameter_mm: float = SEAL_DIAMETER_MM) -> bytes:
    """Return a round seal: double ring, the agency's name around it, a star in the middle."""
    side = _pixels(diameter_mm) * _FINER
    mask = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    for radius, thickness in ((0.49, 0.022), (0.455, 0.008), (0.3, 0.008)):
        box = [side * (0.5 - radius), side * (0.5 - radius), side * (0.5 + radius), side * (0.5 + radius)]
        pen.ellipse(box, outline=255, width=round(side * thickness))
    _write_around(mask, agency, font=font, radius=side * 0.378)
    centre = side / 2
    star = [
        (
            centre + side * (0.2 if corner % 2 == 0 else 0.077) * math.sin(math.pi * corner / 5),
            centre - side * (0.2 if corner % 2 == 0 else 0.077) * math.cos(math.pi * corner / 5),
        )
        for corner in range(10)
    ]
    pen.polygon(star, fill=255)
    return _png(mask, _RED)


def _write_around(mask: Image.Image, text: str, *, font: Path, radius: float) -> None:
    """Write on a circle, clockwise, centred at the top; a small star closes the circle at the bottom."""
    side = mask.width
    letters = [*text, " ", "★"] if len(text) > 1 else [*text]
    size = side * 0.1
    room = 2 * math.pi * radius
    face = ImageFont.truetype(str(font), round(size))
    lengths = [face.getlength(letter if letter != "★" else "M") for letter in letters]
    if sum(lengths) > room * 0.97:
        face = ImageFont.truetype(str(font), round(size * room * 0.97 / sum(lengths)))
        lengths = [face.getlength(letter if letter != "★" else "M") for letter in letters]
    gap = (room - sum(lengths)) / len(letters)
    gap = min(gap, side * 0.02)
    total = sum(lengths) + gap * len(letters)
    angle = -total / radius / 2 + (lengths[-1] + gap) / radius / 2
    for letter, length in zip(letters, lengths, strict=True):
        middle = angle + length / radius / 2
        if letter == "★":
            middle = math.pi
        tile = Image.new("L", (round(size * 2.4),) * 2, 0)
        centre = tile.width / 2
        if letter == "★":
            _small_star(tile, size * 0.3)
        else:
            ImageDraw.Draw(tile).text((centre, centre + size * 0.33), letter, font=face, fill=255, anchor="ms")
        turned = tile.rotate(-math.degrees(middle), resample=Image.Resampling.BICUBIC)
        x = side / 2 + radius * math.sin(middle) - centre
        y = side / 2 - radius * math.cos(middle) - centre
        mask.paste(255, (round(x), round(y)), turned)
        angle += (length + gap) / radius


def _small_star(tile: Image.Image, radius: float) -> None:
    centre = tile.width / 2
    points = [
        (
            centre + (radius if corner % 2 == 0 else radius * 0.4) * math.sin(math.pi * corner / 5),
            centre - (radius if corner % 2 == 0 else radius * 0.4) * math.cos(math.pi * corner / 5),
        )
        for corner in range(10)
    ]
    ImageDraw.Draw(tile).polygon(points, fill=255)


def _png(mask: Image.Image, colour: tuple[int, int, int]) -> bytes:
    small = mask.resize((mask.width // _FINER, mask.height // _FINER), Image.Resampling.LANCZOS)
    image = Image.new("RGBA", small.size, (*colour, 0))
    image.putalpha(small)
    out = BytesIO()
    image.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()
