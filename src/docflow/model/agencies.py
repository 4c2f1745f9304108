"""Agencies and their electronic identifiers, in the forms that are in circulation.

Invariants:
    - An :class:`AgencyCode` always holds a code of one of these forms, at most 35 characters.
    - An abbreviation never equals a document type's abbreviation, so a number and symbol reads back unambiguously.

What it does not do: it does not know which codes were issued, closed or succeeded by others.

Source: Quyết định 20/2020/QĐ-TTg Điều 4, 5, 6; QCVN 102:2016/BTTTT (old form).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.types import DocumentType

MAX_CODE_CHARS = 35
"""Quyết định 20/2020/QĐ-TTg Điều 4: at most 35 characters."""

MAX_ABBREVIATION_CHARS = 30
"""Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II: CodeNotation (ký hiệu)."""

_LEVEL_FIRST = re.compile(r"[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*", re.ASCII)
_OTHER_SCHEME = re.compile(r"Z[0-9]{2}[0-9A-Z]{1,32}", re.ASCII)
_ENTERPRISE = re.compile(r"(?:02)?[0-9]{10}", re.ASCII)
_OLD = re.compile(r"[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Y][0-9]{2}", re.ASCII)
_TYPES = frozenset(document_type.abbreviation for document_type in DocumentType)
_ABBREVIATION = re.compile(r"[^\W_][\w&.]*")


class CodeForm(StrEnum):
    """Which rule a code follows."""

    LEVEL_FIRST = "level_first"
    OTHER_SCHEME = "other_scheme"
    ENTERPRISE = "enterprise"
    """Its business code of ten digits; on the axis also with 02 before it, whose meaning no text at hand gives."""
    OLD = "old"


_RULES: Sequence[tuple[re.Pattern[str], CodeForm]] = (
    (_OLD, CodeForm.OLD),
    (_LEVEL_FIRST, CodeForm.LEVEL_FIRST),
    (_OTHER_SCHEME, CodeForm.OTHER_SCHEME),
    (_ENTERPRISE, CodeForm.ENTERPRISE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyCode:
    """An agency's electronic identifier (mã định danh điện tử).

    Make it with :func:`parse_agency_code`.
    """

    text: str
    form: CodeForm

    def __str__(self) -> str:
        return self.text


def parse_agency_code(text: str) -> AgencyCode:
    """Parse an agency code: new form (``H99.12``), enterprise, another scheme (``Z…``) or old form (``000.00.00.H49``).

    Does not check: that the code was ever issued, or is still in use.

    Raises:
        InputError: ``MALFORMED_INPUT``; the text follows none of the four rules or is longer than 35 characters.
    Source: Quyết định 20/2020/QĐ-TTg Điều 4, 5, 6; QCVN 102:2016/BTTTT.
    """
    if len(text) <= MAX_CODE_CHARS:
        # No text fits two rules: one has letters last, two have them first, one has none.
        for pattern, form in _RULES:
            if pattern.fullmatch(text):
                return AgencyCode(text=text, form=form)
    raise InputError(
        ErrorCode.MALFORMED_INPUT,
        f"not an agency code: {text[:60]!r}",
        vi=f"Mã định danh cơ quan không hợp lệ: {text[:60]!r}.",
        way_out="use the form H99.12, the old form 000.00.00.H49, or an enterprise's code of ten digits",
    )


class SeriesRule(StrEnum):
    """How the head of the agency divides the yearly number series of administrative documents."""

    ONE_FOR_ALL = "one_for_all"
    ONE_PER_TYPE = "one_per_type"


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency that issues documents.

    Attributes:
        code: Electronic identifier.
        name: Full name as printed.
        abbreviation: Abbreviation in the symbol of its documents, e.g. ``UBND``.
        place: Place printed before the date, e.g. ``Hà Nội``.
        series: One number series a year for all types, or one per type.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a name is empty or the abbreviation cannot stand in a symbol.
    Source: Nghị định 30/2020/NĐ-CP Điều 15, Phụ lục I Phần I mục II.3.
    """

    code: AgencyCode
    name: str
    abbreviation: str
    place: str
    series: SeriesRule = SeriesRule.ONE_FOR_ALL

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.place.strip():
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"agency {self.code} needs a name and a place",
                vi="Cơ quan phải có tên và địa danh.",
            )
        check_abbreviation(self.abbreviation)


@lru_cache(maxsize=256)
def check_abbreviation(text: str) -> None:
    """Check an abbreviation of an agency, unit or field as it stands in a symbol.

    Raises:
        UsageError: ``BAD_ARGUMENT``; empty, not NFC, with a space, ``/`` or ``-``, or equal to a type's abbreviation.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, Phụ lục III mục I.
    """
    is_short = len(text) <= MAX_ABBREVIATION_CHARS
    is_plain = is_short and bool(_ABBREVIATION.fullmatch(text)) and unicodedata.is_normalized("NFC", text)
    if not is_plain or text in _TYPES:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"cannot stand as an abbreviation in a symbol: {text[:60]!r}",
            vi=f"Chữ viết tắt không dùng được trong ký hiệu văn bản: {text[:60]!r}.",
            way_out="use letters and digits without spaces, not the abbreviation of a document type",
        )
