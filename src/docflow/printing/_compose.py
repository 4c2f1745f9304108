"""One official document to PDF bytes, cell by cell (ô 1–9 of Decree 30/2020, Phụ lục I, mục IV).

Invariants:
    - The same document and the same fonts give the same bytes: no clock, no randomness.
    - It may be called from any thread; one document is set at a time.
    - Number and date are not drawn: they come later, as values of form fields at the boxes returned.
    - Every letter of the text is drawn with a glyph of the fonts given and can be copied out of the PDF.

This module does not: add form fields, draw images, or know what a type of document requires.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from docflow.model.layout import ComposedDocument, FontFace
from docflow.printing import _layout as layout
from docflow.printing._checks import FIXED_TEXTS, check_document, check_measures, texts_of
from docflow.printing._flow import paginate
from docflow.printing._fonts import check_coverage, load_faces
from docflow.printing._head import build_head
from docflow.printing._lock import REPORTLAB
from docflow.printing._styles import Typesetter
from docflow.printing._tail import build_tail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from docflow.model.layout import FontFamily
    from docflow.printing._document import OfficialDocument
    from docflow.printing._flow import Placed


def compose_document(
    document: OfficialDocument,
    *,
    fonts: FontFamily,
    seal_diameter_mm: float = 36.0,
    signature_size_mm: tuple[float, float] = (45.0, 22.0),
) -> ComposedDocument:
    """Set a document in the layout of Decree 30, with room for number, date, signature and seal.

    Does not check: that type, symbol and positions belong together, or that the signer may sign.

    Args:
        document: What to set.
        fonts: TrueType files; they are read and subsets of them embedded.
        seal_diameter_mm: Real size of the seal in millimetres. No rule fixes it: ask the seal's owner.
        signature_size_mm: Width and height of the leader's signature image in millimetres.

    Returns:
        The PDF and the boxes of number, date, signature and seal.

    Raises:
        UsageError: A part is missing or too long for its cell, a character has no glyph, a font cannot be read.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục I, Phần I, mục I–V; Phụ lục III.
    """
    check_measures(seal_mm=seal_diameter_mm, signature_mm=signature_size_mm)
    check_document(document)
    with REPORTLAB:
        typesetter = Typesetter(faces=load_faces(fonts))
        check_coverage((*FIXED_TEXTS, *texts_of(document)), faces=typesetter.faces)
        return _set(document, typesetter=typesetter, seal=seal_diameter_mm * mm, signature=signature_size_mm)


def _set(
    document: OfficialDocument, *, typesetter: Typesetter, seal: float, signature: tuple[float, float]
) -> ComposedDocument:
    head = build_head(document, typesetter=typesetter)
    tail = build_tail(document, typesetter=typesetter, seal=seal, signature=[side * mm for side in signature])
    body = [typesetter.body(block) for block in document.body]
    if head.flowing:
        body[0] = replace(body[0], space_before=layout.ADDRESSEE_GAP)
    flow = paginate(
        [*head.flowing, *body],
        top=head.bottom,
        tail_height=tail.height,
    )
    closing = tail.place(page=flow.page, top=flow.y)

    buffer = io.BytesIO()
    canvas = _open_canvas(buffer, document=document, font_name=typesetter.font_name(FontFace.REGULAR))
    placed = [*head.placed, *flow.placed, *closing.placed]
    for page in range(flow.page + 1):
        if page:
            _draw_page_number(canvas, page=page, font_name=typesetter.font_name(FontFace.REGULAR))
        else:
            head.draw_rules(canvas)
        _draw_pieces(canvas, (one for one in placed if one.page == page))
        canvas.showPage()
    canvas.save()
    return ComposedDocument(
        pdf=buffer.getvalue(),
        number=head.number,
        date=head.date,
        signature=closing.signature,
        seal=closing.seal,
        page_count=flow.page + 1,
    )


def _draw_pieces(canvas: Canvas, placed: Iterator[Placed]) -> None:
    for one in placed:
        one.piece.paragraph.drawOn(canvas, one.piece.x, one.y)


def _draw_page_number(canvas: Canvas, *, page: int, font_name: str) -> None:
    canvas.setFont(font_name, layout.SIZE_PAGE_NUMBER)
    middle = (layout.MARGIN_LEFT + layout.TEXT_RIGHT) / 2
    canvas.drawCentredString(middle, layout.PAGE_HEIGHT - layout.PAGE_NUMBER_BASELINE, str(page + 1))


def _open_canvas(buffer: io.BytesIO, *, document: OfficialDocument, font_name: str) -> Canvas:
    canvas = Canvas(
        buffer,
        pagesize=(layout.PAGE_WIDTH, layout.PAGE_HEIGHT),
        invariant=1,
        pageCompression=1,
        lang="vi-VN",
        initialFontName=font_name,
    )
    stamp = _pdf_date(document.drafted_at)
    canvas.setDateFormatter(lambda *_: stamp)
    heading = document.type_name or "Công văn"
    canvas.setTitle(_one_line(f"{heading}: {document.subject}"))
    canvas.setAuthor(_one_line(document.agency))
    canvas.setSubject(_one_line(document.subject))
    canvas.setCreator("docflow")
    return canvas


def _pdf_date(moment: datetime) -> str:
    offset = moment.strftime("%z")
    return f"D:{moment.year:04d}{moment:%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
