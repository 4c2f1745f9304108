"""The end of a document: position, room for signature and seal, name; Nơi nhận at the left (ô 7, 8, 9b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docflow.model.layout import Box, FontFace
from docflow.printing import _layout as layout
from docflow.printing._flow import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docflow.printing._document import OfficialDocument
    from docflow.printing._styles import Piece, Typesetter

_SIGNATURE_X = layout.TEXT_RIGHT - layout.SIGNATURE_COLUMN


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTail:
    """The end of the document in its place."""

    placed: tuple[Placed, ...]
    signature: Box
    seal: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The end of the document, measured; lengths in points."""

    recipients: tuple[Piece, ...]
    positions: tuple[Piece, ...]
    name: Piece
    signature_width: float
    signature_height: float
    seal: float

    @property
    def height(self) -> float:
        """Everything from the gap above to the last line."""
        right = _height(self.positions) + self._gap + self.name.height
        return layout.TAIL_GAP + max(_height(self.recipients), right)

    @property
    def _gap(self) -> float:
        # A seal larger than the gap may touch the lines above and below, but not hide them.
        return max(self.signature_height + 2 * layout.SIGNATURE_CLEARANCE, self.seal - 2 * layout.SEAL_OVERHANG)

    def place(self, *, page: int, top: float) -> PlacedTail:
        """Put it on a page, its top edge at ``top``."""
        top -= layout.TAIL_GAP
        left, _ = _stack(self.recipients, page=page, top=top)
        right, bottom = _stack(self.positions, page=page, top=top)
        name, _ = _stack([self.name], page=page, top=bottom - self._gap)
        signature = Box(
            page=page,
            x=_SIGNATURE_X + (layout.SIGNATURE_COLUMN - self.signature_width) / 2,
            y=bottom - (self._gap + self.signature_height) / 2,
            width=self.signature_width,
            height=self.signature_height,
        )
        return PlacedTail(placed=(*left, *right, *name), signature=signature, seal=_seal_over(signature, self.seal))


def build_tail(document: OfficialDocument, *, typesetter: Typesetter, seal: float, signature: Sequence[float]) -> Tail:
    """Set the end of a document; the sizes of seal and signature image are in points."""
    return Tail(
        recipients=tuple(_recipients(document, typesetter)),
        positions=tuple(_right(line, typesetter) for line in document.positions),
        name=_right(document.signer_name, typesetter),
        signature_width=signature[0],
        signature_height=signature[1],
        seal=seal,
    )


def _right(text: str, typesetter: Typesetter) -> Piece:
    return typesetter.centred(
        text, face=FontFace.BOLD, size=layout.SIZE_POSITION, x=_SIGNATURE_X, width=layout.SIGNATURE_COLUMN
    )


def _recipients(document: OfficialDocument, typesetter: Typesetter) -> list[Piece]:
    ends = [";"] * (len(document.recipients) - 1) + ["."]
    size, x, width = layout.SIZE_RECIPIENTS, layout.MARGIN_LEFT, layout.RECIPIENTS_COLUMN
    return [
        typesetter.line("Nơi nhận:", face=FontFace.BOLD_ITALIC, size=layout.SIZE_RECIPIENTS_TITLE, x=x, width=width),
        *(
            typesetter.hanging(
                f"- {name}{end}",
                x=x,
                width=width,
                size=size,
                indent=typesetter.width("- ", face=FontFace.REGULAR, size=size),
            )
            for name, end in zip(document.recipients, ends, strict=True)
        ),
    ]


def _seal_over(signature: Box, side: float) -> Box:
    # Phụ lục I, Phần I, II.8.a: over about a third of the signature's image, on its left side.
    return Box(
        page=signature.page,
        x=signature.x + signature.width * layout.SEAL_SHARE - side,
        y=signature.y + (signature.height - side) / 2,
        width=side,
        height=side,
    )


def _stack(pieces: Sequence[Piece], *, page: int, top: float) -> tuple[list[Placed], float]:
    placed = []
    for piece in pieces:
        top -= piece.height
        placed.append(Placed(piece=piece, page=page, y=top))
    return placed, top


def _height(pieces: Sequence[Piece]) -> float:
    return sum(piece.height for piece in pieces)
