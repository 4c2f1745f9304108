"""Decree 30/2020 as data: where signatures and seals stand, what they say, which copies there are, who signs for whom.

Lengths are in millimetres on the page as a person sees it, from its top left corner.

What it does not do: the decree gives no diameter of a seal and no distance from the page's edge; the first is always
a parameter, the second is our choice and marked so.

Source: NĐ 30/2020/NĐ-CP Điều 13, 25; Phụ lục I Phần I mục II.7.d, II.8, III.1.d, Phần II mục I.3; Phụ lục III mẫu 1.3,
2.2, 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType

from vnsign.errors import ErrorCode, UsageError

#: Names of the recipe's fields, as prepared by ``vnsign prepare`` and by docflow.
NUMBER_FIELD, DATE_FIELD = "so", "ngay"
#: Where only blanks are left in "ngày … tháng … năm …", the date field holds the day, and these the rest.
MONTH_FIELD, YEAR_FIELD = "thang", "nam"
PERSON_FIELD, SEAL_FIELD = "ChuKyNguoiKy", "ConDauCoQuan"
#: The agency's signature on an attachment or a copy.
AGENCY_TEXT_FIELD = "ChuKyCoQuan"

#: II.8.b: number and time on a separate attachment, Times New Roman of this size, upright, black.
SIGNING_TEXT_POINTS = 10.0
#: Right and top margin of that text, "top right of the first page". Our choice: inside the top margin of 20–25 mm.
SIGNING_TEXT_MARGIN_MM = (15.0, 8.0)
#: Wider texts are broken where a semicolon stands. Our choice.
SIGNING_TEXT_WIDTH_MM = 120.0
#: II.8.a: the seal covers about a third of the person's image, on its left.
SEAL_OVERLAP = 1 / 3

#: Law time has been UTC+7 without daylight saving since 1975.
_VIETNAM = timezone(timedelta(hours=7))

Point = tuple[float, float]


def centre_between(position: Point, name: Point, *, size_mm: Point) -> Point:
    """Return the top left corner of an image centred between the position's line and the name's line (II.7.d).

    Args:
        position: Centre of the line with the signer's position.
        name: Centre of the line with the signer's name.
        size_mm: Width and height of the image.
    """
    return (position[0] + name[0] - size_mm[0]) / 2, (position[1] + name[1] - size_mm[1]) / 2


def place_seal(person_at: Point, person_size: Point, *, seal_mm: Point, page_mm: Point) -> Point:
    """Return the top left corner of the seal over the left third of the person's image (II.8.a).

    It is centred on the image's height, never scaled, and shifted only as far as the page's edge asks.

    Args:
        person_at: Top left corner of the person's image.
        person_size: Its width and height.
        seal_mm: Width and height of the seal.
        page_mm: Width and height of the page.
    """
    x = person_at[0] + person_size[0] * SEAL_OVERLAP - seal_mm[0]
    y = person_at[1] + (person_size[1] - seal_mm[1]) / 2
    return _inside(x, seal_mm[0], page_mm[0]), _inside(y, seal_mm[1], page_mm[1])


def _inside(start: float, length: float, whole: float) -> float:
    return max(0.0, min(start, whole - length))


class CopyForm(StrEnum):
    """The form of a copy, as it is written. Source: NĐ 30/2020/NĐ-CP Điều 3, 25."""

    SAO_Y = "SAO Y"
    SAO_LUC = "SAO LỤC"
    TRICH_SAO = "TRÍCH SAO"


class CopyDirection(StrEnum):
    """From what a copy is made to what it is."""

    PAPER_TO_PAPER = "paper_to_paper"
    ELECTRONIC_TO_PAPER = "electronic_to_paper"
    PAPER_TO_ELECTRONIC = "paper_to_electronic"
    ELECTRONIC_TO_ELECTRONIC = "electronic_to_electronic"


_NOT_FROM_ELECTRONIC_TO_ELECTRONIC = frozenset(CopyDirection) - {CopyDirection.ELECTRONIC_TO_ELECTRONIC}

#: Điều 25: a whole copy of an electronic document is that document itself; only an extract is copied electronically.
COPY_DIRECTIONS: Mapping[CopyForm, frozenset[CopyDirection]] = MappingProxyType(
    {
        CopyForm.SAO_Y: _NOT_FROM_ELECTRONIC_TO_ELECTRONIC,
        CopyForm.SAO_LUC: _NOT_FROM_ELECTRONIC_TO_ELECTRONIC,
        CopyForm.TRICH_SAO: frozenset(CopyDirection),
    }
)
#: A copy that is a file and so carries the agency's digital signature.
ELECTRONIC_COPIES = frozenset({CopyDirection.PAPER_TO_ELECTRONIC, CopyDirection.ELECTRONIC_TO_ELECTRONIC})


def build_attachment_text(number_symbol: str, at: datetime) -> str:
    """Return what an attachment in a file of its own shows (PL III mẫu 1.3, 2.2).

    Args:
        number_symbol: Of the main document, e.g. ``15/QĐ-UBND``.
        at: Signing time, aware.
    """
    return f"Số: {number_symbol}; {build_signing_time(at)}"


def build_copy_text(form: CopyForm, agency: str, at: datetime) -> str:
    """Return what an electronic copy shows (PL III mẫu 3.2).

    Args:
        form: Of the copy.
        agency: Name of the agency that made it.
        at: Signing time, aware.
    """
    return f"{form.value}; {agency}; {build_signing_time(at)}"


def build_signing_time(at: datetime) -> str:
    """Return day, month, year; hour, minute, second; Vietnam's zone as ISO 8601 writes it.

    Raises:
        UsageError: BAD_ARGUMENT for a time without a zone.
    """
    if at.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the signing time must be aware (have a time zone)")
    return f"{at.astimezone(_VIETNAM):%d/%m/%Y; %H:%M:%S} +07:00"


class AuthorityPrefix(StrEnum):
    """Written before the name in whose stead somebody signs. Source: NĐ 30/2020/NĐ-CP Điều 13; PL I."""

    #: thay mặt: on behalf of the collective, before its name
    TM = "TM."
    #: quyền: acting head, before the head's post
    Q = "Q."
    #: ký thay: a deputy for the head, before the head's post
    KT = "KT."
    #: thừa lệnh: by order, before the head's post
    TL = "TL."
    #: thừa ủy quyền: by delegation in writing, before the head's post
    TUQ = "TUQ."


_FOR_THE_HEAD = frozenset({AuthorityPrefix.KT, AuthorityPrefix.TL, AuthorityPrefix.TUQ})


def build_signature_block(
    post: str, *, collective: str | None = None, prefix: AuthorityPrefix | None = None, head: str | None = None
) -> tuple[str, ...]:
    """Return the lines above a signature, in capitals, the signer's position last.

    ``build_signature_block("Phó Chủ tịch", collective="Ủy ban nhân dân", prefix=AuthorityPrefix.KT, head="Chủ tịch")``
    gives TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH.

    Args:
        post: Of the person who signs; with ``Q.`` the post that is held for the time being.
        collective: On whose behalf (TM.), or None.
        prefix: KT., TL., TUQ. or Q.; TM. is told by ``collective``.
        head: Post of the head for whom KT., TL., TUQ. signs.

    Raises:
        UsageError: BAD_ARGUMENT for a prefix whose words are missing or too many.
    """
    if prefix is AuthorityPrefix.TM:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "TM. is told by the collective", way_out="give its name as collective")
    if (prefix in _FOR_THE_HEAD) is (head is None):
        raise UsageError(ErrorCode.BAD_ARGUMENT, "KT., TL. and TUQ. stand before the head's post, and only they do")
    lines = [] if collective is None else [f"{AuthorityPrefix.TM.value} {collective}"]
    match prefix:
        case None:
            lines.append(post)
        case AuthorityPrefix.Q:
            lines.append(f"{prefix.value} {post}")
        case _:
            lines += [f"{prefix.value} {head}", post]
    return tuple(line.upper() for line in lines)
