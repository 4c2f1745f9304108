"""Text to reportlab paragraphs: one function per way the Decree sets a text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from docflow.model.layout import FontFace
from docflow.printing import _layout as layout
from docflow.printing._document import ParagraphKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportlab.pdfbase.ttfonts import TTFont

    from docflow.printing._document import BodyParagraph

_UNBOUNDED = 1e6
# kind → face, alignment, first-line indent, stays with the next paragraph
_BODY_STYLES = {
    ParagraphKind.BASIS: (FontFace.ITALIC, TA_JUSTIFY, layout.FIRST_LINE_INDENT, False),
    ParagraphKind.TEXT: (FontFace.REGULAR, TA_JUSTIFY, layout.FIRST_LINE_INDENT, False),
    ParagraphKind.HEADING: (FontFace.BOLD, TA_JUSTIFY, layout.FIRST_LINE_INDENT, True),
    ParagraphKind.CENTRED: (FontFace.BOLD, TA_CENTER, 0.0, True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A wrapped paragraph with its place across the page; ``height`` excludes ``space_before``."""

    paragraph: Paragraph
    x: float
    width: float
    height: float
    space_before: float = 0.0
    keep_with_next: bool = False


def markup(text: str) -> str:
    """Give the text as reportlab reads it: NFC, special characters escaped, newlines as breaks."""
    return escape(unicodedata.normalize("NFC", text)).replace("\n", "<br/>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typesetter:
    """Makes pieces in the faces of one family."""

    faces: Mapping[FontFace, TTFont]

    def font_name(self, face: FontFace) -> str:
        """Give the name under which reportlab knows the face."""
        return str(self.faces[face].fontName)

    def width(self, text: str, *, face: FontFace, size: float) -> float:
        """Measure one line of text, in points."""
        return float(self.faces[face].stringWidth(unicodedata.normalize("NFC", text), size))

    def body(self, block: BodyParagraph) -> Piece:
        """Set a paragraph of the content."""
        face, alignment, indent, keep = _BODY_STYLES[block.kind]
        lead = f"<b>{markup(block.lead)}</b> " if block.lead else ""
        style = self._style(
            face,
            size=layout.SIZE_BODY,
            alignment=alignment,
            leading=layout.SIZE_BODY * layout.BODY_LEADING,
            firstLineIndent=indent,
        )
        return _piece(
            lead + markup(block.text),
            style=style,
            x=layout.MARGIN_LEFT,
            width=layout.TEXT_WIDTH,
            space_before=layout.PARAGRAPH_SPACE,
            keep_with_next=keep,
        )

    def hanging(
        self, text: str, *, x: float, width: float, size: float, indent: float, space_before: float = 0.0
    ) -> Piece:
        """Set a line whose further lines start ``indent`` points to the right of its first."""
        style = self._style(
            FontFace.REGULAR,
            size=size,
            alignment=TA_LEFT,
            leftIndent=indent,
            firstLineIndent=-indent,
        )
        return _piece(markup(text), style=style, x=x, width=width, space_before=space_before)

    def line(
        self, text: str, *, face: FontFace, size: float, x: float, width: float, space_before: float = 0.0
    ) -> Piece:
        """Set a text from the left edge."""
        style = self._style(face, size=size, alignment=TA_LEFT)
        return _piece(markup(text), style=style, x=x, width=width, space_before=space_before)

    def centred(
        self, text: str, *, face: FontFace, size: float, x: float, width: float, space_before: float = 0.0
    ) -> Piece:
        """Set a centred text; where it wraps, its lines are made about equally long."""
        style = self._style(face, size=size, alignment=TA_CENTER)
        source = markup(text)
        narrow = _balanced_width(source, style=style, width=width)
        return _piece(source, style=style, x=x + (width - narrow) / 2, width=narrow, space_before=space_before)

    def _style(
        self,
        face: FontFace,
        *,
        size: float,
        alignment: int,
        leading: float | None = None,
        firstLineIndent: float = 0.0,  # noqa: N803 - reportlab's own word
        leftIndent: float = 0.0,  # noqa: N803 - reportlab's own word
    ) -> ParagraphStyle:
        return ParagraphStyle(
            face.value,
            fontName=self.font_name(face),
            fontSize=size,
            leading=leading or size * layout.LEADING,
            alignment=alignment,
            firstLineIndent=firstLineIndent,
            leftIndent=leftIndent,
            allowWidows=0,
            allowOrphans=0,
            splitLongWords=1,
        )


def longest_line(piece: Piece) -> float:
    """Measure the longest line of a piece, in points."""
    return float(max(piece.paragraph.getActualLineWidths0()))


def _piece(
    source: str,
    *,
    style: ParagraphStyle,
    x: float,
    width: float,
    space_before: float,
    keep_with_next: bool = False,
) -> Piece:
    paragraph = Paragraph(source, style)
    _, height = paragraph.wrap(width, _UNBOUNDED)
    return Piece(
        paragraph=paragraph, x=x, width=width, height=height, space_before=space_before, keep_with_next=keep_with_next
    )


def _balanced_width(source: str, *, style: ParagraphStyle, width: float) -> float:
    lines = _line_count(source, style=style, width=width)
    low, high = width / 2, width
    if lines == 1:
        return width
    while high - low > 1.0:
        middle = (low + high) / 2
        if _line_count(source, style=style, width=middle) > lines:
            low = middle
        else:
            high = middle
    return high


def _line_count(source: str, *, style: ParagraphStyle, width: float) -> int:
    _, height = Paragraph(source, style).wrap(width, _UNBOUNDED)
    count: int = round(height / style.leading)
    return count
