"""Which paragraph goes to which page; the block of the signature stays whole and never alone.

Invariants:
    - A paragraph is split only with two lines or more on each side.
    - A title is followed on its page by two lines or more of what it is the title of.
    - The signature block stands on one page with at least the last two lines of the content.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docflow.errors import ErrorCode, UsageError
from docflow.printing import _layout as layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docflow.printing._styles import Piece

_KEPT_LINES = 2
_EPSILON = 0.01
_UNBOUNDED = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A piece on its page; ``y`` is its bottom edge in points."""

    piece: Piece
    page: int
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """All pieces in their places, and where the signature block starts (its top edge)."""

    placed: tuple[Placed, ...]
    page: int
    y: float


def paginate(pieces: Sequence[Piece], *, top: float, tail_height: float) -> Flow:
    """Set the pieces below each other from ``top`` on page 0 and leave room for the signature block.

    Raises:
        UsageError: The signature block with two lines of content is taller than a page.
    """
    head, kept = _split_end(pieces, lines=_KEPT_LINES)
    if _height(kept) + tail_height > layout.FRAME_HEIGHT:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "the signature block does not fit on one page",
            vi="Phần chữ ký và nơi nhận dài hơn một trang.",
            way_out="put the recipients into an attached list",
        )
    while head and head[-1].keep_with_next and _height([head[-1], *kept]) + tail_height <= layout.FRAME_HEIGHT:
        kept.insert(0, head.pop())
    cursor = _Cursor(top)
    cursor.flow(head)
    needed = _height(kept) + tail_height
    if needed > cursor.room + _EPSILON:
        cursor.break_page()
    for piece in kept:
        cursor.place(piece)
    return Flow(placed=tuple(cursor.placed), page=cursor.page, y=cursor.y)


class _Cursor:
    def __init__(self, top: float) -> None:
        self.page = 0
        self.y = top
        self.placed: list[Placed] = []

    @property
    def room(self) -> float:
        return self.y - layout.MARGIN_BOTTOM

    @property
    def _fresh(self) -> bool:
        return self.page > 0 and self.y == layout.TEXT_TOP

    def break_page(self) -> None:
        self.page += 1
        self.y = layout.TEXT_TOP

    def place(self, piece: Piece) -> None:
        if not self._fresh:
            self.y -= piece.space_before
        self.y -= piece.height
        self.placed.append(Placed(piece=piece, page=self.page, y=self.y))

    def flow(self, pieces: Sequence[Piece]) -> None:
        waiting = deque(pieces)
        while waiting:
            piece = waiting.popleft()
            follower = waiting[0] if piece.keep_with_next and waiting else None
            if self._fits(piece, follower=follower):
                self.place(piece)
                continue
            # A title that even a fresh page cannot hold together with what follows is split like any text.
            may_split = follower is None or self._fresh
            parts = _split(piece, height=self.room - piece.space_before) if may_split else ()
            if parts:
                self.place(parts[0])
            waiting.extendleft(reversed(parts[1:] if parts else (piece,)))
            self.break_page()

    def _fits(self, piece: Piece, *, follower: Piece | None) -> bool:
        needed = piece.space_before + piece.height
        if follower:
            needed += follower.space_before + min(follower.height, _KEPT_LINES * _leading(follower))
        return needed <= self.room + _EPSILON


def _split_end(pieces: Sequence[Piece], *, lines: int) -> tuple[list[Piece], list[Piece]]:
    """Cut off the last ``lines`` lines, and more where a paragraph may not be cut so near its start."""
    head = list(pieces)
    kept: deque[Piece] = deque()
    while head and lines > 0:
        last = head.pop()
        count = round(last.height / _leading(last))
        parts = _split(last, height=(count - lines) * _leading(last) + _EPSILON) if count >= lines + _KEPT_LINES else ()
        # A paragraph that will not be cut there stays whole with the signature.
        head.extend(parts[:-1])
        kept.appendleft(parts[-1] if parts else last)
        lines -= count
    return head, list(kept)


def _split(piece: Piece, *, height: float) -> tuple[Piece, ...]:
    parts = piece.paragraph.split(piece.width, height)
    if not parts:  # reportlab forgets the lines of a paragraph that it could not split
        piece.paragraph.wrap(piece.width, _UNBOUNDED)
    pieces = []
    for index, part in enumerate(parts):
        _, part_height = part.wrap(piece.width, _UNBOUNDED)
        space = 0.0 if index else piece.space_before
        pieces.append(replace(piece, paragraph=part, height=part_height, space_before=space))
    return tuple(pieces)


def _height(pieces: Sequence[Piece]) -> float:
    return sum(piece.space_before + piece.height for piece in pieces)


def _leading(piece: Piece) -> float:
    return float(piece.paragraph.style.leading)
