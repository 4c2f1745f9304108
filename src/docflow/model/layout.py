"""What a composed page is: its bytes, and where number, date, signature and seal belong.

These values pass from :mod:`docflow.printing`, which composes, to :mod:`docflow.signing`, which prepares fields.

Source: Nghị định 30/2020/NĐ-CP Phụ lục I, mục IV (the cells of a page).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class FontFace(StrEnum):
    """A face of the family."""

    REGULAR = "regular"
    BOLD = "bold"
    ITALIC = "italic"
    BOLD_ITALIC = "bold_italic"


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFamily:
    """The TrueType files of one family; Decree 30 wants Times New Roman or its metric equal."""

    regular: Path
    bold: Path
    italic: Path
    bold_italic: Path


class Alignment(StrEnum):
    """How a text stands in its box."""

    LEFT = "left"
    CENTER = "center"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on one page.

    Attributes:
        page: Page index, 0 for the first.
        x: Left edge in points (1/72 inch) from the page's left edge.
        y: Bottom edge in points from the page's bottom edge.
        width: In points.
        height: In points.
    """

    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox(Box):
    """A box for one line of text that somebody fills in later.

    A text drawn with its baseline at ``y + baseline``, starting at ``x`` (LEFT) or centred on the box
    (CENTER), lines up with the words printed beside it.

    Attributes:
        baseline: Height of the baseline above the bottom edge, in points.
        font_size: In points.
        alignment: How the text stands in the box.
        face: Which face of the family the layout wants.
    """

    baseline: float
    font_size: float
    alignment: Alignment
    face: FontFace


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedDocument:
    """A document ready for its signature fields.

    Attributes:
        pdf: The complete file, without any form field.
        number: For the text after "Số: ", such as ``15/QĐ-UBND``.
        date: For the whole line of place and date.
        signature: For the image of the leader's signature, between position and name.
        seal: For the image of the seal: square, over the left third of ``signature``.
        page_count: Number of pages.
    """

    pdf: bytes
    number: TextBox
    date: TextBox
    signature: Box
    seal: Box
    page_count: int
