"""How far the glyphs of a font that draws them itself (Type 3) reach: by what they draw, not by what the font says.

Invariants:
    - Never too little: a glyph that does more than draw lines and pictures (other streams, text, shadings) raises.

What it does not do: look at fonts with a program of their own, whose glyphs lie within the usual.

Source: ISO 32000-2 §9.6.4 (Type 3 fonts: /FontBBox may be all zeros, and nothing is clipped to it), §8.5 (paths).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pikepdf

from vnsign.pdf.comparing.matrices import Box, Matrix, box_around, box_of, matrix_of, number_of, numbers_of, times
from vnsign.pdf.opening import read_bounded

#: Of text with a font program: nothing to the left and right of its widths, and larger than any face's heights.
REACH_OF_TEXT: Box = (0.0, -0.3, 0.0, 1.0)
_MAX_GLYPHS, _MAX_GLYPH_BYTES, _MAX_INSTRUCTIONS = 600, 64 * 1024, 50_000
_POINTS = {"m": 1, "l": 1, "c": 3, "v": 2, "y": 2}
_HARMLESS = frozenset(
    {
        *("d0", "d1", "h", "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "n", "W", "W*"),
        *("J", "j", "M", "d", "i", "ri", "g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC"),
    }
)


def reach_of_glyphs(font: pikepdf.Object) -> Box:
    """Return how far the glyphs of a Type 3 font reach beside, below and above their widths, in font sizes.

    No less than those of usual text, nor below or above than the font says.

    Raises:
        ValueError: There is more to measure than a font needs, or something that is not measured.
        KeyError, TypeError, pikepdf.PdfError: It cannot be read.
    """
    glyphs = font["/CharProcs"]
    names = list(glyphs.keys())
    if len(names) > _MAX_GLYPHS:
        raise ValueError("more glyphs than a page needs")
    to_text = matrix_of(font["/FontMatrix"])
    said = numbers_of(font["/FontBBox"])
    _, low, _, high = box_of(to_text, (said[0], said[1]), (said[2], said[3]))
    budget = [_MAX_INSTRUCTIONS]
    drawn = [place for name in names for place in _drawn(glyphs[name], to_text, budget)]
    left, bottom, right, top = box_around([corner for place in (REACH_OF_TEXT, *drawn) for corner in _corners(place)])
    # how far the last glyph stands out behind the end of its width
    narrowest = min((abs(width * to_text[0]) for width in numbers_of(font["/Widths"]) if width), default=0.0)
    return left, min(low, high, bottom), max(0.0, right - narrowest), max(low, high, top)


def _drawn(glyph: pikepdf.Object, to_text: Matrix, budget: list[int]) -> Iterator[Box]:
    """Boxes around what one glyph draws."""
    read_bounded(glyph, max_bytes=_MAX_GLYPH_BYTES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        instructions = pikepdf.parse_content_stream(glyph)
    budget[0] -= len(instructions) + 1
    if budget[0] < 0:
        raise ValueError("more drawing than a font needs")
    stack, now, width = list[Matrix](), to_text, 1.0
    for instruction in instructions:
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            yield box_of(now, (0.0, 0.0), (1.0, 1.0))
            continue
        operator, operands = str(instruction.operator), list(instruction.operands)
        match operator:
            case "q":
                stack.append(now)
            case "Q":
                now = stack.pop() if stack else now
            case "cm":
                now = times(matrix_of(operands), now)
            case "w":
                width = max(width, number_of(operands[0]))
            case "re":
                x, y, across, up = numbers_of(operands)
                yield box_of(
                    now,
                    (min(x, x + across) - width, min(y, y + up) - width),
                    (max(x, x + across) + width, max(y, y + up) + width),
                )
            case _ if operator in _POINTS:
                values = numbers_of(operands)
                for at in range(0, 2 * _POINTS[operator], 2):
                    x, y = values[at : at + 2]
                    yield box_of(now, (x - width, y - width), (x + width, y + width))
            case _ if operator not in _HARMLESS:
                raise ValueError("a glyph that does more than draw")


def _corners(drawn: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    return drawn[:2], drawn[2:]
