"""The blanks for number and date in a document from a word processor: after "Số:", between "ngày", "tháng", "năm".

What it does not do: fill them, or find them on a turned page, where the text of a field would lie on its side.

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, II.4 (number, date); TT 01/2019/TT-BNV Điều 11.1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeVar

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.finding.text_lines import Glyph, PageText, fold, points, read_pages
from vnsign.pdf.fonts import FontStyle
from vnsign.pdf.geometry import PageGeometry
from vnsign.pdf.looks.appearance import Alignment
from vnsign.pdf.writing.prepare import TextFieldSpec
from vnsign.policy.decree30 import DATE_FIELD, MONTH_FIELD, NUMBER_FIELD, YEAR_FIELD

#: Room for a whole number and symbol such as 1234/QĐ-BKHCN where nothing follows "Số:".
_NUMBER_ROOM_MM = 45.0
_YEAR_ROOM_MM = 12.0
_CLEARANCE_MM = 0.4
_DIGIT_EM = 0.5
_NUMBER_LABEL = "so:"
_DATE = re.compile(r"ngay([._…]*)thang([._…]*)nam([._…]*)(\d{4})?")
#: A printed year by itself: the line before it was too narrow for it.
_YEAR = re.compile(r"\d{4}[.,;]?")
_LEADERS = "._…"
_T = TypeVar("_T")


def find_number_blank(pdf: bytes, *, page: int = 1) -> TextFieldSpec:
    """Return the field ``so`` in the blank after "Số:": up to a printed symbol (``/QĐ-UBND``), or wide enough for all.

    Raises:
        InputError: TEXT_NOT_FOUND (also where a number stands already), TEXT_AMBIGUOUS.
        UsageError: BAD_ARGUMENT if there is no such page.
    """
    (found,) = read_pages(pdf, page=page)
    _require_upright(found)
    blanks = []
    for row in found.rows:
        for index, line in enumerate(row):
            if line.folded.startswith(_NUMBER_LABEL):
                end = next(i for i, g in enumerate(line.glyphs) if g.character == ":")
                rest = (*line.glyphs[end + 1 :], *(g for other in row[index + 1 :] for g in other.glyphs))
                blanks.append((line.glyphs[end], rest))
    label, rest = _only(blanks, "Số:", found)
    after = next((g for g in rest if g.character not in _LEADERS), None)
    left = label.right + label.height / 4
    digits, alignment = 3, Alignment.LEFT
    if after is not None and after.character == "/":
        right, alignment = after.left + _CLEARANCE_MM, Alignment.RIGHT
    else:
        right, digits = left + _NUMBER_ROOM_MM, 9
        if after is not None and after.left < right:
            right = after.left - label.height / 2
    return _field(
        NUMBER_FIELD, "Số và ký hiệu văn bản", found, room=(label, left, right), digits=digits, alignment=alignment
    )


def find_date_blanks(pdf: bytes, *, page: int = 1) -> tuple[TextFieldSpec, ...]:
    """Return the fields ``ngay`` (day), ``thang`` (month) and, if no year is printed, ``nam``.

    Raises:
        InputError: TEXT_NOT_FOUND, TEXT_AMBIGUOUS.
        UsageError: BAD_ARGUMENT if there is no such page.
    """
    (found,) = read_pages(pdf, page=page)
    _require_upright(found)
    blanks: list[tuple[re.Match[str], list[Glyph], bool]] = []
    for row, below in zip_longest(found.rows, found.rows[1:], fillvalue=()):
        glyphs = [(piece, g) for line in row for g in line.glyphs for piece in fold(g.character)]
        text, letters = "".join(piece for piece, _ in glyphs), [g for _, g in glyphs]
        is_year_below = any(_YEAR.fullmatch(line.folded) for line in below)
        blanks.extend((match, letters, is_year_below and match.end() == len(text)) for match in _DATE.finditer(text))
    match, letters, is_year_below = _only(blanks, "ngày … tháng … năm …", found)
    fields = []
    for number, (name, label) in enumerate(((DATE_FIELD, "Ngày"), (MONTH_FIELD, "Tháng")), start=1):
        before, after = letters[match.start(number) - 1], letters[match.end(number)]
        fields.append(_field(name, label, found, room=(before, before.right, after.left), digits=2))
    if match[4] is None and not is_year_below:
        before = letters[match.start(3) - 1]
        following = letters[match.end(3)].left if match.end(3) < len(letters) else before.right + _YEAR_ROOM_MM
        right = min(following, before.right + _YEAR_ROOM_MM)
        fields.append(_field(YEAR_FIELD, "Năm", found, room=(before, before.right, right), digits=4))
    return tuple(fields)


def text_field_at(
    geometry: PageGeometry,
    *,
    name: str,
    label: str,
    page: int,
    at_mm: tuple[float, float],
    width_mm: float,
    size: float,
) -> TextFieldSpec:
    """Return a text field whose baseline begins at ``at_mm`` of the page as seen.

    Raises:
        InputError: TEXT_NOT_FOUND on a turned page.
    """
    _require_upright(PageText(page=page, geometry=geometry, rows=()))
    left, _, _, top = geometry.visible
    return TextFieldSpec(
        name=name,
        label=label,
        page=page - 1,
        x=left + points(at_mm[0]),
        baseline=top - points(at_mm[1]),
        width=points(width_mm),
        size=size,
        style=FontStyle.REGULAR if name == NUMBER_FIELD else FontStyle.ITALIC,
    )


def _field(
    name: str,
    label: str,
    page: PageText,
    *,
    room: tuple[Glyph, float, float],
    digits: int,
    alignment: Alignment = Alignment.CENTER,
) -> TextFieldSpec:
    before, left, right = room
    left, right = left + _CLEARANCE_MM, right - _CLEARANCE_MM
    size = round(before.size, 1)
    needed = digits * _DIGIT_EM * size
    if points(right - left) < needed:
        raise InputError(
            ErrorCode.TEXT_NOT_FOUND,
            f"the blank for {label!r} on page {page.page} is {max(right - left, 0):.1f} mm wide and filled already, "
            f"or too narrow for {digits} digits",
            way_out="leave more room in the document, or give the place in mm",
        )
    user_left, _, _, user_top = page.geometry.visible
    return TextFieldSpec(
        name=name,
        label=label,
        page=page.page - 1,
        x=user_left + points(left),
        baseline=user_top - points(before.baseline),
        width=points(right - left),
        size=size,
        style=FontStyle.REGULAR if name == NUMBER_FIELD else FontStyle.ITALIC,
        alignment=alignment,
    )


def _require_upright(page: PageText) -> None:
    if page.geometry.rotation:
        raise InputError(
            ErrorCode.TEXT_NOT_FOUND,
            f"page {page.page} is turned by {page.geometry.rotation}°: number and date would lie on their side",
            way_out="save the document with upright pages",
        )


def _only(found: Sequence[_T], what: str, page: PageText) -> _T:
    if len(found) == 1:
        return found[0]
    raise InputError(
        ErrorCode.TEXT_AMBIGUOUS if found else ErrorCode.TEXT_NOT_FOUND,
        f"{what!r} stands {len(found)} times on page {page.page}" if found else f"{what!r} is not on page {page.page}",
        way_out="give the place in mm",
    )
