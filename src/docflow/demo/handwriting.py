"""A hand that signs: a big initial, a run of small letters, a line swept back under them.

Invariants:
    - The same name always gives the same hand; nothing is random but by the name.

What it does not do: it is nobody's handwriting and proves nothing; the signature that counts is the one in the file.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

Point = tuple[float, float]
#: A place on the paper and the radius of the pen's mark there, in pixels.
Mark = tuple[float, float, float]

_BASELINE = 0.36
_STEPS_PER_POINT = 40
# Control points of three capitals, y upwards, the tallest about 1 high; each ends on the baseline.
_OPEN_CAPITAL: Sequence[Point] = (
    (0.12, 0.30), (0.20, 0.62), (0.27, 0.93), (0.31, 0.90), (0.29, 0.52), (0.27, 0.20), (0.30, 0.22), (0.40, 0.58),
    (0.52, 0.97), (0.57, 0.95), (0.52, 0.60), (0.49, 0.36), (0.55, 0.33),
)  # fmt: skip
_BARRED_CAPITAL: Sequence[Point] = (
    (0.05, 0.78), (0.14, 0.90), (0.34, 0.88), (0.56, 0.95), (0.62, 0.90), (0.46, 0.86), (0.36, 0.60), (0.28, 0.22),
    (0.18, 0.10), (0.10, 0.20), (0.22, 0.36), (0.42, 0.40), (0.52, 0.38),
)  # fmt: skip
_ROUND_CAPITAL: Sequence[Point] = (
    (0.34, 0.90), (0.24, 0.60), (0.20, 0.28), (0.28, 0.20), (0.48, 0.40), (0.56, 0.72), (0.44, 0.95), (0.22, 0.90),
    (0.10, 0.66), (0.18, 0.52), (0.34, 0.50), (0.46, 0.36), (0.54, 0.36),
)  # fmt: skip
_CAPITALS = {**dict.fromkeys("HKMNUVY", _OPEN_CAPITAL), **dict.fromkeys("FIPT", _BARRED_CAPITAL)}


def write_signature(name: str, *, width: int, height: int) -> Iterator[Mark]:
    """Give the marks of a pen that signs within ``width`` × ``height`` pixels, origin at the top left."""
    hand = random.Random(name)  # noqa: S311 - a drawing, not a secret
    initial = [_shaky(hand, point) for point in _CAPITALS.get(name[:1].upper(), _ROUND_CAPITAL)]
    letters = _small_letters(hand, start=initial[-1][0])
    line = _smooth([*initial, *letters, *_swept_line(hand, start=letters[-1])])
    slant = hand.uniform(0.18, 0.34)
    leaning = [(x + slant * y, y) for x, y in line]
    yield from _ink(_fit(leaning, width=width, height=height), height=height)


def _shaky(hand: random.Random, point: Point) -> Point:
    return point[0] + hand.uniform(-0.012, 0.012), point[1] + hand.uniform(-0.02, 0.02)


def _small_letters(hand: random.Random, *, start: float) -> list[Point]:
    count = hand.randint(5, 7)
    tall = hand.randrange(1, count - 1)
    x, points = start, []
    for letter in range(count):
        step = hand.uniform(0.085, 0.125) * (1.15 if letter == tall else 1.0)
        rise = hand.uniform(0.40, 0.52) if letter == tall else hand.uniform(0.13, 0.20)
        rise *= 1 - 0.55 * letter / count  # a quick hand grows flatter
        fall = hand.uniform(0.0, 0.05)
        loop = hand.uniform(0.02, 0.045) if letter == tall or hand.random() < 0.5 else -0.015  # noqa: PLR2004
        base = _BASELINE + 0.012 * letter
        points += [
            (x + step * 0.55 + loop * 0.6, base + rise * 0.8),
            (x + step * 0.5 - loop * 0.2, base + rise),
            (x + step * 0.5 - loop, base + rise * 0.7),
            (x + step * 0.62, base - fall),
            (x + step * 0.85, base - fall * 0.6 + 0.01),
        ]
        x += step
    return points


def _swept_line(hand: random.Random, *, start: Point) -> list[Point]:
    x, y = start
    return [
        *((x + dx, y + dy) for dx, dy in ((0.10, 0.05), (0.22, 0.03), (0.36, 0.09), (0.42, 0.16), (0.34, 0.17))),
        (x + 0.24, y - 0.02),
        (0.95, hand.uniform(0.12, 0.17)),
        (0.55, hand.uniform(0.08, 0.12)),
        (0.42, 0.12),
        (0.60, 0.145),
        (1.10, 0.18),
        (hand.uniform(1.55, 1.66), hand.uniform(0.26, 0.34)),
    ]


def _smooth(points: Sequence[Point]) -> list[Point]:
    """Join the points by a Catmull-Rom spline."""
    padded = [points[0], *points, points[-1]]
    return [
        (_spline(*xs, t=step / _STEPS_PER_POINT), _spline(*ys, t=step / _STEPS_PER_POINT))
        for xs, ys in (zip(*padded[index : index + 4], strict=True) for index in range(len(padded) - 3))
        for step in range(_STEPS_PER_POINT)
    ]


def _spline(*controls: float, t: float) -> float:
    a, b, c, d = controls
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def _fit(line: Sequence[Point], *, width: int, height: int) -> list[Point]:
    left, right = min(x for x, _ in line), max(x for x, _ in line)
    bottom, top = min(y for _, y in line), max(y for _, y in line)
    scale = 0.94 * min(width / (right - left), height / (top - bottom))
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    return [(width / 2 + scale * (x - middle_x), height / 2 - scale * (y - middle_y)) for x, y in line]


def _ink(line: Sequence[Point], *, height: int) -> Iterator[Mark]:
    """Press harder downwards, lighter at speed and at both ends of the stroke."""
    radius = 0.0
    for index, ((x, y), (next_x, next_y)) in enumerate(pairwise(line)):
        length = math.hypot(next_x - x, next_y - y)
        downwards = max(0.0, (next_y - y) / length) if length else 0.0
        speed = min(1.0, length / (height * 0.028))
        wanted = height * (0.0095 + 0.0060 * downwards - 0.0040 * speed)
        wanted *= min(1.0, 0.35 + index / 60, 0.25 + (len(line) - index) / 90)
        radius += (wanted - radius) * 0.12
        marks = max(1, int(length / 2))
        for mark in range(marks):
            yield x + (next_x - x) * mark / marks, y + (next_y - y) * mark / marks, radius


__all__ = ["Mark", "Point", "write_signature"]
