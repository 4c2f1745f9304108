"""The text of the agency's signature in the top right corner of the first page, its lines broken to fit.

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.8.b, III.1.d, Phần II mục I.3 (top right of the first page).
"""

from __future__ import annotations

from vnsign.pdf.geometry import page_size_mm
from vnsign.pdf.looks.text_look import TextLook
from vnsign.pdf.opening import open_pdf
from vnsign.pdf.reading.pages import geometry_of
from vnsign.pdf.writing.place import Place
from vnsign.pdf.writing.signature_fields import signature_fields
from vnsign.pdf.writing.updating import translated
from vnsign.policy.decree30 import SIGNING_TEXT_MARGIN_MM, SIGNING_TEXT_WIDTH_MM


def place_in_corner(pdf: bytes, text: str, *, field: str, font: bytes | None) -> tuple[TextLook, Place | None]:
    """Return the look of ``text`` and where it goes; None if ``field`` stands in the file and has its place.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
        UsageError: BAD_ARGUMENT if the font lacks a character.
    """
    with open_pdf(pdf) as document, translated("reading the first page"):
        exists = field in signature_fields(document)
        width_mm, _ = page_size_mm(geometry_of(document.pages[0].obj))
    right, top = SIGNING_TEXT_MARGIN_MM
    look = TextLook(
        lines=_broken(text, font=font, width_mm=min(SIGNING_TEXT_WIDTH_MM, width_mm - 2 * right)), font=font
    )
    size = look.size_mm
    return look, None if exists else Place(page=1, at_mm=(width_mm - right - size[0], top), size_mm=size)


def _broken(text: str, *, font: bytes | None, width_mm: float) -> tuple[str, ...]:
    lines: list[str] = []
    for part in text.split("; "):
        longer = f"{lines[-1]}; {part}" if lines else part
        if lines and TextLook(lines=(longer,), font=font).size_mm[0] <= width_mm:
            lines[-1] = longer
        else:
            lines.append(part)
    return tuple(f"{line};" for line in lines[:-1]) + tuple(lines[-1:])
