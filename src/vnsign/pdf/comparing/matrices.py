"""Boxes and matrices of content streams.

Source: ISO 32000-2 §8.3.3 (common transformations), §8.3.4 (matrices).
"""

from __future__ import annotations

from collections.abc import Sequence

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def number_of(value: object) -> float:
    """Return a number.

    Raises:
        TypeError, ValueError: It is none.
    """
    return float(value)  # type: ignore[arg-type]


def numbers_of(values: object) -> tuple[float, ...]:
    """Return the numbers of an array or of operands."""
    return tuple(float(v) for v in values)  # type: ignore[attr-defined]


def matrix_of(values: object) -> Matrix:
    """Return the matrix that six numbers are."""
    a, b, c, d, e, f = numbers_of(values)
    return a, b, c, d, e, f


def times(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that does one thing, and then another."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def point_at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return where a point comes to lie."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def box_of(matrix: Matrix, low: tuple[float, float], high: tuple[float, float]) -> Box:
    """Return the box around a rectangle, transformed."""
    return box_around([point_at(matrix, x, y) for x in (low[0], high[0]) for y in (low[1], high[1])])


def box_around(points: Sequence[tuple[float, float]]) -> Box:
    """Return the box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
