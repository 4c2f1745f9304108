"""Where a page's own content leaves marks: what an annotation put there would cover.

Invariants:
    - Never too little: what cannot be measured (an unreadable stream, a shading, too much content) counts as the whole
      page; text whose widths are unknown counts as wide as its font is high.
    - A large picture (a scanned page) is told apart: where on it the ink is, nobody knows without looking.

What it does not do: draw. White areas painted on nothing are no marks; clipping is not followed, so a mark may be
smaller than it is taken for. Annotations are not content.

Source: ISO 32000-2 §8.3 (coordinates), §8.5 (paths), §8.8 (XObjects), §9.4 (text).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pikepdf

from vnsign.pdf.comparing.font_reading import FontReader, unit_of
from vnsign.pdf.comparing.glyph_reach import REACH_OF_TEXT
from vnsign.pdf.comparing.matrices import (
    IDENTITY,
    Box,
    Matrix,
    box_around,
    box_of,
    matrix_of,
    number_of,
    numbers_of,
    point_at,
    times,
)
from vnsign.pdf.opening import ObjectId, read_bounded

_EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
_MAX_CONTENT_BYTES = 4 * 1024 * 1024
_MAX_INSTRUCTIONS = 200_000
_MAX_FONTS = 500
_MAX_NESTING = 64
_MAX_FORM_DEPTH = 6
#: A picture larger than this share of its page is a background.
_BACKGROUND_SHARE = 0.25
_LEADERS = " ._-\u2013\u2014\u2026\u00b7"
#: A signature's box may touch what stands around it by this many points.
_MARGIN = 2.0
_PAINTING = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"})
_STROKING = frozenset({"S", "s"})
_WRITING = frozenset({"BT", "Tf", "Tc", "Tw", "Tz", "TL", "Ts", "Td", "TD", "Tm", "T*", "'", '"', "Tj", "TJ"})
_FILLING = frozenset({"f", "F", "f*"})
_POINTS = {"m": 1, "l": 1, "c": 3, "v": 2, "y": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    matrix: Matrix = IDENTITY
    font: pikepdf.Object | None = None
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    is_white: bool = False


class MarkKind(StrEnum):
    """What leaves a mark."""

    TEXT = "text"
    #: Dots, dashes and underscores to write on.
    LEADERS = "leaders"
    PICTURE = "picture"
    LINE_ART = "line_art"
    #: Filled, with curves: a logo, or letters without a font.
    OUTLINE = "outline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A box with something in it."""

    box: Box
    kind: MarkKind


_WORDS = frozenset({MarkKind.TEXT, MarkKind.PICTURE, MarkKind.OUTLINE, MarkKind.UNKNOWN})


@dataclass(slots=True)
class _Pen:
    resources: object
    budget: list[int]
    depth: int = 0
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    path: list[tuple[float, float]] = field(default_factory=list)
    is_curved: bool = False
    text: Matrix = IDENTITY
    line: Matrix = IDENTITY
    #: Of every font used so far, by its object.
    readers: dict[ObjectId | int, FontReader] = field(default_factory=dict)

    @property
    def reader(self) -> FontReader | None:
        """The font in force."""
        font = self.state.font
        if font is None:
            return None
        key = font.objgen if font.is_indirect else id(font)
        if key not in self.readers:
            if len(self.readers) == _MAX_FONTS:
                raise ValueError("more fonts than a page needs")
            self.readers[key] = FontReader(font)
        return self.readers[key]

    @property
    def reach(self) -> Box:
        """How far the glyphs of the font in force reach, in font sizes."""
        return REACH_OF_TEXT if self.reader is None else self.reader.reach


def new_budget() -> list[int]:
    """Return how much content may be measured for one comparison, all its pages together."""
    return [_MAX_CONTENT_BYTES, _MAX_INSTRUCTIONS]


def marks_of(page: pikepdf.Object, budget: list[int] | None = None) -> tuple[Mark, ...]:
    """Return the boxes, in default user space, within which a page's content leaves marks.

    Args:
        page: The page.
        budget: What :func:`new_budget` gave and earlier pages left; pages beyond it are marked everywhere.
    """
    try:
        return tuple(_marks(page, budget or new_budget()))
    except (pikepdf.PdfError, UserWarning, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        # a content stream that cannot be read may draw anything anywhere
        return (Mark(box=_EVERYWHERE, kind=MarkKind.UNKNOWN),)


def is_marked(marks: Sequence[Mark], box: Box) -> bool:
    """Tell whether a box shares more than an edge with a mark."""
    return any(_share(mark.box, box) for mark in marks)


def hides_words(marks: Sequence[Mark], box: Box, *, page_area: float) -> bool:
    """Tell whether a box lies over text or a picture; a line to sign on, a frame and a scanned page's picture are none.

    Args:
        marks: See :func:`marks_of`.
        box: Lower left corner first; its outermost points may touch something.
        page_area: In square points.
    """
    inner = (box[0] + _MARGIN, box[1] + _MARGIN, box[2] - _MARGIN, box[3] - _MARGIN)
    return any(
        _share(mark.box, inner)
        for mark in marks
        if mark.kind in _WORDS
        and not (mark.kind is MarkKind.PICTURE and _area(mark.box) > _BACKGROUND_SHARE * page_area)
    )


def _share(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _marks(page: pikepdf.Object, budget: list[int]) -> Iterator[Mark]:
    contents = page.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents] if contents is not None else []
    if not streams:
        return
    pen = _Pen(resources=_inherited(page, "/Resources"), budget=budget)
    yield from _run(pen, page, streams)


def _run(pen: _Pen, source: pikepdf.Object, streams: Sequence[pikepdf.Object]) -> Iterator[Mark]:
    """Follow one content stream within what is left of the budget."""
    if min(pen.budget) < 0:
        raise ValueError("too much content to measure")
    for stream in streams:
        pen.budget[0] -= len(read_bounded(stream, max_bytes=max(pen.budget[0], 1)))
    if pen.budget[0] < 0:
        raise ValueError("too much content to measure")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        instructions = pikepdf.parse_content_stream(source)
    pen.budget[1] -= len(instructions) + 1
    if pen.budget[1] < 0:
        raise ValueError("too much content to measure")
    for instruction in instructions:
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            yield Mark(box=box_of(pen.state.matrix, (0.0, 0.0), (1.0, 1.0)), kind=MarkKind.PICTURE)
        else:
            yield from _follow(pen, str(instruction.operator), list(instruction.operands))


def _follow(pen: _Pen, operator: str, operands: list[object]) -> Iterator[Mark]:
    match operator:
        case "q":
            pen.stack.append(pen.state)
            if len(pen.stack) > _MAX_NESTING:
                raise ValueError("nested too deeply")
        case "Q":
            pen.state = pen.stack.pop() if pen.stack else pen.state
        case "cm":
            pen.state = replace(pen.state, matrix=times(matrix_of(operands), pen.state.matrix))
        case "g" | "rg" | "k" | "cs" | "sc" | "scn" | "gs":
            pen.state = replace(pen.state, is_white=_is_white(operator, operands))
        case "sh":
            yield Mark(box=_EVERYWHERE, kind=MarkKind.UNKNOWN)
        case "Do":
            yield from _painted_object(pen, str(operands[0]))
        case _ if operator in _WRITING:
            yield from _write(pen, operator, operands)
        case _:
            yield from _draw(pen, operator, operands)


def _is_white(operator: str, operands: list[object]) -> bool:
    match operator:
        case "g" | "rg":
            return min(numbers_of(operands)) >= 1
        case "k":
            return max(numbers_of(operands)) <= 0
        case _:
            return False


def _draw(pen: _Pen, operator: str, operands: list[object]) -> Iterator[Mark]:
    if operator == "re":
        x, y, width, height = numbers_of(operands)
        corners = ((x, y), (x + width, y), (x, y + height), (x + width, y + height))
        pen.path.extend(point_at(pen.state.matrix, *corner) for corner in corners)
    elif operator in _POINTS:
        numbers = numbers_of(operands)
        pen.path.extend(point_at(pen.state.matrix, *numbers[i : i + 2]) for i in range(0, 2 * _POINTS[operator], 2))
        pen.is_curved = pen.is_curved or _POINTS[operator] > 1
    elif operator == "n" or operator in _PAINTING:
        if operator != "n" and pen.path and not (operator in _FILLING and pen.state.is_white):
            # letters turned into outlines are words still; a line to sign on, or a frame, is drawn, or straight
            is_outline = pen.is_curved and operator not in _STROKING
            yield Mark(box=box_around(pen.path), kind=MarkKind.OUTLINE if is_outline else MarkKind.LINE_ART)
        pen.path, pen.is_curved = [], False


def _painted_object(pen: _Pen, name: str) -> Iterator[Mark]:
    found = _entry(pen.resources, "/XObject", name)
    if not isinstance(found, pikepdf.Stream):
        raise TypeError("an XObject is missing")
    if found.get("/Subtype") != pikepdf.Name("/Form"):
        yield Mark(box=box_of(pen.state.matrix, (0.0, 0.0), (1.0, 1.0)), kind=MarkKind.PICTURE)
        return
    own = matrix_of(found["/Matrix"]) if "/Matrix" in found else IDENTITY
    matrix = times(own, pen.state.matrix)
    if pen.depth == _MAX_FORM_DEPTH:
        left, bottom, right, top = numbers_of(found["/BBox"])
        yield Mark(box=box_of(matrix, (left, bottom), (right, top)), kind=MarkKind.UNKNOWN)
        return
    inner = _Pen(
        resources=found.get("/Resources", pen.resources),
        budget=pen.budget,
        depth=pen.depth + 1,
        readers=pen.readers,
        state=replace(pen.state, matrix=matrix),
    )
    yield from _run(inner, found, [found])


def _write(pen: _Pen, operator: str, operands: list[object]) -> Iterator[Mark]:
    state = pen.state
    match operator:
        case "BT":
            pen.text = pen.line = IDENTITY
        case "Tf":
            font = _entry(pen.resources, "/Font", str(operands[0]))
            pen.state = replace(
                state, font=font if isinstance(font, pikepdf.Dictionary) else None, size=number_of(operands[1])
            )
        case "Tc" | "Tw" | "Tz" | "TL" | "Ts":
            pen.state = _text_state(state, operator, number_of(operands[0]))
        case "Td" | "TD":
            x, y = numbers_of(operands)
            if operator == "TD":
                pen.state = replace(state, leading=-y)
            pen.text = pen.line = times((1.0, 0.0, 0.0, 1.0, x, y), pen.line)
        case "Tm":
            pen.text = pen.line = matrix_of(operands)
        case "T*" | "'" | '"':
            if operator == '"':
                pen.state = replace(state, word_spacing=number_of(operands[0]), spacing=number_of(operands[1]))
            pen.text = pen.line = times((1.0, 0.0, 0.0, 1.0, 0.0, -state.leading), pen.line)
            if operator != "T*":
                yield from _show(pen, [operands[-1]])
        case "Tj":
            yield from _show(pen, operands)
        case "TJ":
            yield from _show(pen, list(operands[0]))  # type: ignore[call-overload]


def _text_state(state: _State, operator: str, value: float) -> _State:
    match operator:
        case "Tc":
            return replace(state, spacing=value)
        case "Tw":
            return replace(state, word_spacing=value)
        case "Tz":
            return replace(state, scale=value / 100)
        case "TL":
            return replace(state, leading=value)
        case _:
            return replace(state, rise=value)


def _show(pen: _Pen, items: Sequence[object]) -> Iterator[Mark]:
    state = pen.state
    for item in items:
        if isinstance(item, pikepdf.String):
            data = bytes(item)
            width = (_width(pen, data) * state.size + len(data) * state.spacing) * state.scale
            width += data.count(b" ") * state.word_spacing * state.scale
            if data.strip():
                left, low, right, high = (state.size * part for part in pen.reach)
                start, end = min(0.0, width) + left * state.scale, max(0.0, width) + right * state.scale
                place = box_of(times(pen.text, state.matrix), (start, state.rise + low), (end, state.rise + high))
                yield Mark(box=place, kind=_kind_of(pen, data))
        else:
            width = -number_of(item) * state.size * state.scale / 1000
        pen.text = times((1.0, 0.0, 0.0, 1.0, width, 0.0), pen.text)


def _kind_of(pen: _Pen, data: bytes) -> MarkKind:
    try:
        text = pen.reader.text(data) if pen.reader is not None else ""
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return MarkKind.TEXT
    return MarkKind.LEADERS if text and not text.strip(_LEADERS) else MarkKind.TEXT


def _width(pen: _Pen, data: bytes) -> float:
    """In font sizes.

    Raises:
        ValueError: A font that writes downwards: where is not measured here.
    """
    font = pen.state.font
    if font is not None and pen.reader is not None:
        if font.get("/Subtype") == pikepdf.Name("/Type0") and str(font.get("/Encoding", "")).endswith("V"):
            raise ValueError("a font that writes downwards")
        try:
            return pen.reader.width(data) * unit_of(font)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
            pass
    return float(len(data))


def _inherited(page: pikepdf.Object, key: str) -> object:
    node: object = page
    for _ in range(_MAX_NESTING):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _entry(resources: object, category: str, name: str) -> object:
    entries = resources.get(category) if isinstance(resources, pikepdf.Dictionary) else None
    return entries.get(name) if isinstance(entries, pikepdf.Dictionary) else None
