"""Where signature, seal, number and date go: measured, found in the text, or in a field; and a picture of it.

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, II.4, II.7.d, II.8.a.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.finding.blanks import find_date_blanks, find_number_blank, text_field_at
from vnsign.pdf.finding.field_places import page_size, place_of_field
from vnsign.pdf.finding.rendering import Stamp, draw_stamps, render_page
from vnsign.pdf.finding.text_search import Between, find_between
from vnsign.pdf.geometry import Box, PageGeometry, place_on_page
from vnsign.pdf.looks.appearance import read_image
from vnsign.pdf.opening import open_pdf
from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.reading.pages import geometry_of
from vnsign.pdf.writing.place import Place
from vnsign.pdf.writing.prepare import SignatureFieldSpec, TextFieldSpec, prepare_fields
from vnsign.pdf.writing.updating import translated
from vnsign.policy.decree30 import (
    DATE_FIELD,
    MONTH_FIELD,
    NUMBER_FIELD,
    PERSON_FIELD,
    SEAL_FIELD,
    YEAR_FIELD,
    place_seal,
)
from vnsign.wiring.arguments import checked

__all__ = [
    "TextPlace",
    "find_place",
    "image_size_mm",
    "place_of_field",
    "prepare_official_pdf",
    "preview_pdf",
    "seal_place",
]

#: Body text of the decree: the number line and the date line have size 13 to 14.
_TEXT_POINTS = 13.0


@checked
def image_size_mm(image: bytes) -> tuple[float, float]:
    """Return the real size of a PNG or JPEG by its own resolution.

    Raises:
        InputError: MALFORMED_IMAGE.
    """
    return read_image(image).size_mm


@checked
def find_place(
    pdf: bytes,
    *,
    position: str,
    name: str,
    size_mm: tuple[float, float],
    page: int | None = None,
    occurrence: int | None = None,
) -> Place:
    """Return where a person's image goes: centred between the lines with the position and the name.

    Accents, case and spaces do not count. Does not check: that nothing else stands between the lines.

    Args:
        pdf: Any PDF with text.
        position: The whole line above the signature, e.g. ``KT. CHỦ TỊCH`` or ``PHÓ CHỦ TỊCH``.
        name: The whole line below it.
        size_mm: Size of the image (see :func:`image_size_mm`).
        page: Only this page, 1 for the first.
        occurrence: Which of several, 1 for the first, -1 for the last.

    Raises:
        InputError: TEXT_NOT_FOUND, TEXT_AMBIGUOUS naming page and place of each, NOT_A_PDF, MALFORMED_PDF,
            ENCRYPTED_PDF.
        UsageError: BAD_ARGUMENT.

    Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.7.d.
    """
    between = Between(position=position, name=name, page=page, occurrence=occurrence)
    return find_between(pdf, between, real_size_mm=size_mm)


@checked
def seal_place(pdf: bytes, person: Place, *, seal_mm: tuple[float, float]) -> Place:
    """Return where the seal goes: over the left third of the person's image, in its real size.

    Args:
        pdf: The document.
        person: Place and size of the person's image.
        seal_mm: Width and height of the seal.

    Raises:
        UsageError: BAD_ARGUMENT if the person's place has no size or page.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.

    Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.8.a.
    """
    if person.size_mm is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the seal is placed by the person's image, whose size is not given")
    at_mm = place_seal(person.at_mm, person.size_mm, seal_mm=seal_mm, page_mm=page_size(pdf, person.page))
    return Place(page=person.page, at_mm=at_mm, size_mm=seal_mm)


class PreparedKind(StrEnum):
    """What a prepared field is for."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    SEAL = "seal"


_KINDS = (
    (NUMBER_FIELD, PreparedKind.NUMBER),
    (DATE_FIELD, PreparedKind.DATE),
    (MONTH_FIELD, PreparedKind.DATE),
    (YEAR_FIELD, PreparedKind.DATE),
    (PERSON_FIELD, PreparedKind.PERSON),
    (SEAL_FIELD, PreparedKind.SEAL),
)


def prepared_fields(pdf: bytes) -> tuple[tuple[str, PreparedKind, Place], ...]:
    """Return name, purpose and place of the recipe's fields in a document, as :func:`prepare_official_pdf` made them.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    with open_pdf(pdf) as document, translated("reading the form"):
        names = list(read_form(document).fields)
    found = [
        (name, kind)
        for base, kind in _KINDS
        for name in names
        if name == base or (name.startswith(base) and name.removeprefix(base).isdecimal())
    ]
    return tuple((name, kind, place_of_field(pdf, name)) for name, kind in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """Where a text field goes.

    Attributes:
        page: 1 for the first page.
        at_mm: Where its baseline begins, from the left and top edge of the page as seen.
        width_mm: Room for the text.
        size: Font size in points.
    """

    page: int
    at_mm: tuple[float, float]
    width_mm: float
    size: float = _TEXT_POINTS


@checked
def prepare_official_pdf(
    pdf: bytes,
    *,
    persons: Sequence[Place],
    seal_mm: tuple[float, float] | None,
    number: TextPlace | None = None,
    date: TextPlace | None = None,
    find_blanks: bool = True,
) -> bytes:
    """Write the recipe's fields into a PDF from a word processor, before anyone signs it.

    The fields are named ``so`` and ``ngay`` (with ``thang`` and ``nam`` where the document leaves separate blanks),
    ``ChuKyNguoiKy`` and ``ConDauCoQuan``; of joint documents the second and further ones ``ChuKyNguoiKy2`` …. The last
    seal's field locks all persons' fields, so that nothing can be changed after it.

    Args:
        pdf: Unsigned.
        persons: Where the persons' images go (see :func:`find_place`), one for each leader.
        seal_mm: Size of the seal; None for a document without one.
        number: Where the number goes; None: it is looked for.
        date: Where place and date go, as one field; None: they are looked for.
        find_blanks: Look for "Số:" and "ngày … tháng … năm" on page 1 where no place is given; else leave them out.

    Raises:
        InputError: TEXT_NOT_FOUND, TEXT_AMBIGUOUS, SIGNING_FORBIDDEN if it is signed already, NOT_A_PDF, MALFORMED_PDF,
            ENCRYPTED_PDF.
        UsageError: BAD_ARGUMENT.

    Source: TT 01/2019/TT-BNV Điều 11.1; NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, II.4, II.7.d, II.8.a.
    """
    texts: list[TextFieldSpec] = []
    if number is not None:
        texts.append(_text_field(pdf, number, name=NUMBER_FIELD, label="Số và ký hiệu văn bản"))
    elif find_blanks:
        texts.append(find_number_blank(pdf))
    if date is not None:
        texts.append(_text_field(pdf, date, name=DATE_FIELD, label="Địa danh và thời gian ban hành"))
    elif find_blanks:
        texts.extend(find_date_blanks(pdf))
    names = [_numbered(PERSON_FIELD, i) for i in range(len(persons))]
    fields = [
        SignatureFieldSpec(name=name, label="Chữ ký số của người có thẩm quyền", box=_box(pdf, place))
        for name, place in zip(names, persons, strict=True)
    ]
    if seal_mm is not None:
        last = len(persons) - 1
        fields += [
            SignatureFieldSpec(
                name=_numbered(SEAL_FIELD, i),
                label="Chữ ký số của cơ quan",
                box=_box(pdf, seal_place(pdf, place, seal_mm=seal_mm)),
                locks=tuple(names) if i == last else (),
            )
            for i, place in enumerate(persons)
        ]
    return prepare_fields(pdf, text_fields=texts, signature_fields=fields)


@checked
def preview_pdf(
    pdf: bytes,
    place: Place,
    *,
    image: bytes | None = None,
    seal: bytes | None = None,
    seal_mm: tuple[float, float] | None = None,
    dpi: float = 110,
) -> bytes:
    """Return a PNG of the page with the image where it would go, in a thin frame; nothing is signed.

    Args:
        pdf: The document.
        place: Where the image goes; without a size it has its real one.
        image: PNG or JPEG; None shows the frame only, and the place must have a size.
        seal: The seal's image, shown where it would go over the person's.
        seal_mm: Its size; None takes the real one from the image.
        dpi: Of the picture.

    Raises:
        UsageError: BAD_ARGUMENT if there is no such page, the image does not lie on it, or the picture is too large.
        InputError: MALFORMED_IMAGE, NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    look = read_image(image) if image is not None else None
    size_mm = place.size_mm or (look.size_mm if look is not None else None)
    if size_mm is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "a place without size and image shows nothing", way_out="give an image"
        )
    person = Place(page=place.page, at_mm=place.at_mm, size_mm=size_mm)
    _box(pdf, person)
    stamps = [Stamp(look=look, at_mm=person.at_mm, size_mm=size_mm)]
    if seal is not None:
        stamp = read_image(seal)
        real = seal_mm or stamp.size_mm
        stamps.append(Stamp(look=stamp, at_mm=seal_place(pdf, person, seal_mm=real).at_mm, size_mm=real))
    return draw_stamps(render_page(pdf, page=place.page, dpi=dpi), stamps, dpi=dpi)


def _numbered(name: str, index: int) -> str:
    return name if index == 0 else f"{name}{index + 1}"


def _geometry(pdf: bytes, page: int) -> PageGeometry:
    page_size(pdf, page)
    with open_pdf(pdf) as document, translated("reading the page"):
        return geometry_of(document.pages[page - 1].obj)


def _box(pdf: bytes, place: Place) -> Box:
    if place.size_mm is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a field needs a size in mm")
    return place_on_page(_geometry(pdf, place.page), place.at_mm, size_mm=place.size_mm, page=place.page - 1)


def _text_field(pdf: bytes, place: TextPlace, *, name: str, label: str) -> TextFieldSpec:
    return text_field_at(
        _geometry(pdf, place.page),
        name=name,
        label=label,
        page=place.page,
        at_mm=place.at_mm,
        width_mm=place.width_mm,
        size=place.size,
    )
