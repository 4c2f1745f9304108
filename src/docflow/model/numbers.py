"""Numbers, symbols and printed dates of documents.

Invariants:
    - ``parse_number_and_symbol(build_number_and_symbol(x)) == x``: the text holds no more and no less than the value.
    - Numbers start at 1 each year; below 10 they carry one leading zero, never otherwise.

What it does not do: it gives no numbers (see :mod:`docflow.office`); it does not know whether a symbol is in use.

Source: Nghị định 30/2020/NĐ-CP Điều 15, Phụ lục I Phần I mục II.3.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import assert_never

import msgspec

from docflow.errors import DocflowError, ErrorCode, InputError, UsageError
from docflow.model.agencies import Agency, SeriesRule, check_abbreviation
from docflow.model.copies import CopyForm
from docflow.model.series import ADMINISTRATIVE, Series, SeriesKind, parse_series
from docflow.model.types import DocumentType

LAW_TIME_ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""The time zone in which days and years of documents are counted.

A fixed offset: it has held in all of Vietnam since 13 June 1975, and a machine without time zone data must work too.
"""

OUTGOING_REGISTER = "van_ban_di"
"""The register all types share under :attr:`SeriesRule.ONE_FOR_ALL`."""

MAX_NUMBER = 10**11 - 1
"""Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II: CodeNumber (số văn bản) has 11 characters."""

_ABBREVIATIONS = frozenset(document_type.abbreviation for document_type in DocumentType)
_COPIES = frozenset(form.abbreviation for form in CopyForm)
_TEXT = re.compile(r"(0[1-9]|[1-9][0-9]{1,10})/([^/\s]{1,80})")


class RegisterKey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One yearly number series of one agency."""

    agency: str
    register: str
    year: int


class NumberAndSymbol(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A document's number and symbol (số và ký hiệu).

    Attributes:
        number: From 1, within the year.
        type_abbreviation: Abbreviation of the type, or None for công văn and thư công.
        agency: Abbreviation of the agency.
        unit: Abbreviation of the drafting unit or field; only, and always, where there is no type abbreviation.
    """

    number: int
    type_abbreviation: str | None
    agency: str
    unit: str | None = None

    def __post_init__(self) -> None:
        check_abbreviation(self.agency)
        if self.unit is not None:
            check_abbreviation(self.unit)
        if (
            self.number < 1
            or self.type_abbreviation not in _ABBREVIATIONS
            or (self.unit is None) != bool(self.type_abbreviation)
        ):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a symbol needs a number from 1 and either a type's abbreviation or a unit",
                vi="Số và ký hiệu phải có số từ 01 và chữ viết tắt tên loại, hoặc tên đơn vị đối với công văn.",
            )
        if self.type_abbreviation is None and self.agency in _COPIES:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{self.agency} is the abbreviation of a copy: the symbol would read as a copy's",
                vi=f"{self.agency} là chữ viết tắt của bản sao, không đứng ở chỗ tên cơ quan trong ký hiệu công văn.",
            )


def number_document(document_type: DocumentType, number: int, *, agency: Agency, unit: str | None) -> NumberAndSymbol:
    """Return the number and symbol of a document: ``15/QĐ-UBND``, or ``05/BNV-VP`` for a công văn.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a công văn without a unit, or a number below 1.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.3.
    """
    abbreviation = document_type.abbreviation
    return NumberAndSymbol(
        number=number,
        type_abbreviation=abbreviation,
        agency=agency.abbreviation,
        unit=None if abbreviation else unit,
    )


def build_number_and_symbol(value: NumberAndSymbol) -> str:
    """Return the text after ``Số:``, e.g. ``05/BNV-VP``.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.3.
    """
    groups = (value.type_abbreviation, value.agency) if value.type_abbreviation else (value.agency, value.unit)
    return f"{value.number:02d}/{'-'.join(group for group in groups if group)}"


def parse_number_and_symbol(text: str) -> NumberAndSymbol:
    """Parse a number and symbol as :func:`build_number_and_symbol` writes it, and nothing else.

    Does not check: that the agency or the unit exists.

    Raises:
        InputError: ``MALFORMED_INPUT``; not two groups after the number, a leading zero too many, a space; the number
            of a copy (``07/SY-UBND``), which :func:`~docflow.model.copies.parse_copy_symbol` reads.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, Phần II mục I; Phụ lục III mục I.
    """
    match = _TEXT.fullmatch(text)
    groups = match.group(2).split("-") if match else []
    if groups[0:1] and groups[0] in _COPIES:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"the number of a copy, not of a document: {text[:60]!r}",
            vi=f"Đây là số, ký hiệu của bản sao: {text[:60]!r}.",
            way_out="read it with parse_copy_symbol",
        )
    known = {document_type.abbreviation for document_type in DocumentType if document_type.abbreviation}
    try:
        if match is None or len(groups) != 2:  # noqa: PLR2004 - a symbol has two groups: type-agency or agency-unit
            raise InputError(ErrorCode.MALFORMED_INPUT, "no two groups", vi="Thiếu nhóm chữ viết tắt.")
        typed = groups[0] in known
        return NumberAndSymbol(
            number=int(match.group(1)),
            type_abbreviation=groups[0] if typed else None,
            agency=groups[1] if typed else groups[0],
            unit=None if typed else groups[1],
        )
    except (DocflowError, ValueError) as exc:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"not a number and symbol: {text[:60]!r}",
            vi=f"Số và ký hiệu không hợp lệ: {text[:60]!r}.",
            way_out="write it as 15/QĐ-UBND, or 05/BNV-VP for a công văn",
        ) from exc


def register_for(document_type: DocumentType, *, agency: Agency, series: Series = ADMINISTRATIVE) -> str:
    """Return the name of the register in which a document is numbered.

    What is numbered in two registers of an agency prints two symbols, always: types, the agency and each council have
    their own abbreviations, a normative document its year. So công văn and thư công, which have no abbreviation, share
    one register.

    Raises:
        UsageError: ``BAD_ARGUMENT``; documents are numbered as copies, or a council is called as the agency is.
    Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1 (number and symbol are unique in a year; administrative documents:
    the head of the agency decides one series or one per type; normative documents: one per type; a council under the
    agency's seal: its own).
    """
    match series.kind:
        case SeriesKind.ADMINISTRATIVE if agency.series is SeriesRule.ONE_FOR_ALL:
            return OUTGOING_REGISTER
        case SeriesKind.ADMINISTRATIVE:
            shared = document_type if document_type.abbreviation else DocumentType.CONG_VAN
            return f"{OUTGOING_REGISTER}:{shared.value}"
        case SeriesKind.NORMATIVE:
            return f"{series.text}:{document_type.value}"
        case SeriesKind.COUNCIL if series.body != agency.abbreviation:
            return series.text
        case SeriesKind.COUNCIL:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{series.body} is the agency itself: a council of that name would print the agency's symbols again",
                vi=f"{series.body} là chữ viết tắt của chính cơ quan; hội đồng, ban, tổ phải có chữ viết tắt khác.",
                way_out="number it with the agency's own documents, or give the council's own abbreviation",
            )
        case SeriesKind.COPY:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "no document is numbered in the register of copies",
                vi="Văn bản không lấy số trong sổ bản sao.",
                way_out="leave the series out; a copy is made by make_copy",
            )
        case _:
            assert_never(series.kind)


def find_former_register(document_type: DocumentType, *, agency: Agency, series: Series = ADMINISTRATIVE) -> str | None:
    """Return the register of an older docflow whose symbols a document's own register could print again, or None.

    Thư công had numbers of their own once, where the head of the agency chose one series per type.
    """
    is_shared = series.kind is SeriesKind.ADMINISTRATIVE and document_type.abbreviation is None
    if not is_shared or agency.series is SeriesRule.ONE_FOR_ALL:
        return None
    return f"{OUTGOING_REGISTER}:{DocumentType.THU_CONG.value}"


def is_outgoing_register(name: str, *, agency: Agency) -> bool:
    """Return whether documents that an agency issues are numbered in a register of that name.

    Does not check: that the agency has such a council; each that can stand in a symbol, and is not the agency, may have
    a register.

    Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1.
    """
    kinds = tuple(DocumentType)
    normative = Series(kind=SeriesKind.NORMATIVE)
    names = {register_for(kind, agency=agency) for kind in kinds}
    names |= {register_for(kind, agency=agency, series=normative) for kind in kinds if kind.abbreviation is not None}
    try:
        council = parse_series(name)
    except InputError:
        return name in names
    return name in names or (council.kind is SeriesKind.COUNCIL and council.body != agency.abbreviation)


def build_symbol(
    document_type: DocumentType,
    number: int,
    *,
    agency: Agency,
    unit: str | None,
    year: int,
    series: Series = ADMINISTRATIVE,
    suffix: str = "",
) -> str:
    """Return the text after ``Số:`` of a document of any series.

    ``15/QĐ-UBND``; ``12a/QĐ-UBND`` for a sub-number; ``05/2026/QĐ-UBND`` for a normative document;
    ``03/QĐ-HĐTĐ`` for a council, whose abbreviation stands where the agency's does.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a công văn without a unit, or a normative document without a type in its symbol.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.3. The form with the year is that of every normative
    document cited here, e.g. 30/2020/NĐ-CP; its rule is outside the decree (docs/adr/0051).
    """
    issuer = agency if series.body is None else replace(agency, abbreviation=series.body)
    plain = build_number_and_symbol(number_document(document_type, number, agency=issuer, unit=unit))
    digits, _, rest = plain.partition("/")
    if series.kind is not SeriesKind.NORMATIVE:
        return f"{digits}{suffix}/{rest}"
    if document_type.abbreviation is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a {document_type.vi} is no normative document",
            vi=f"{document_type.vi} không phải là văn bản quy phạm pháp luật.",
        )
    return f"{digits}{suffix}/{year}/{rest}"


def law_date(moment: datetime) -> date:
    """Return the calendar day of an aware time in Asia/Ho_Chi_Minh."""
    return moment.astimezone(LAW_TIME_ZONE).date()


def build_place_and_date(place: str, day: date) -> str:
    """Return the place and date line, e.g. ``Hà Nội, ngày 05 tháng 01 năm 2026``.

    Days below 10 and months 1 and 2 take a leading zero, months 3 to 9 do not.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.4.
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # noqa: PLR2004 - the decree names months 1 and 2
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"
