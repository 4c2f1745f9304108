"""Numbers, symbols and dates as the decree prints them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from docflow.errors import DocflowError, ErrorCode
from docflow.model import (
    DocumentType,
    SeriesRule,
    build_copy_symbol,
    build_number_and_symbol,
    build_place_and_date,
    law_date,
    number_document,
    register_for,
)
from docflow.model.copies import parse_copy_symbol
from docflow.model.numbers import NumberAndSymbol, parse_number_and_symbol
from tests.office_kit import make_agency


@pytest.mark.parametrize(
    ("kind", "number", "unit", "text"),
    [
        (DocumentType.QUYET_DINH, 15, None, "15/QĐ-UBND"),
        (DocumentType.QUYET_DINH, 5, "VP", "05/QĐ-UBND"),
        (DocumentType.CONG_VAN, 5, "VP", "05/UBND-VP"),
        (DocumentType.CONG_VAN, 12, "VX", "12/UBND-VX"),
        (DocumentType.TO_TRINH, 100, None, "100/TTr-UBND"),
        (DocumentType.DE_AN, 9, None, "09/ĐA-UBND"),
        (DocumentType.DU_AN, 10, None, "10/DA-UBND"),
    ],
)
def test_a_number_and_symbol_is_written_and_read_back(
    kind: DocumentType, number: int, unit: str | None, text: str
) -> None:
    """NĐ 30/2020 PL I II.3: named types as 15/QĐ-UBND, công văn as 05/BNV-VP, a leading zero below 10 only.

    NĐ 30/2020 PL I Phần I mục II.3c: "với những số nhỏ hơn 10 phải ghi thêm số 0 phía trước"
    """
    value = number_document(kind, number, agency=make_agency(), unit=unit)
    assert build_number_and_symbol(value) == text
    assert parse_number_and_symbol(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "15",
            "15/",
            "/QĐ-UBND",
            "5/QĐ-UBND",
            "005/QĐ-UBND",
            "015/QĐ-UBND",
            "00/QĐ-UBND",
            "0/QĐ-UBND",
            "-1/QĐ-UBND",
        ),
        *("15/QĐ", "15/QĐ-", "15/-UBND", "15/QĐ-UBND-VP", "15 /QĐ-UBND", "15/QĐ- UBND", "15/QĐ-UBND\n", "15//QĐ-UBND"),
        *("15/QĐ-QĐ", "١٥/QĐ-UBND", "15/QĐ-" + "A" * 31, "15/QĐ-" + "A" * 300, "9" * 12 + "/QĐ-UBND", "15/QĐ–UBND"),
    ],
)
def test_what_is_no_number_and_symbol_is_refused(text: str) -> None:
    """Nothing but what the decree's form allows.

    NĐ 30/2020 PL I Phần I mục II.3c: "Giữa số và ký hiệu văn bản có dấu gạch chéo (/), giữa các nhóm chữ viết tắt
        trong ký hiệu văn bản có dấu gạch nối (-), không cách chữ."
    """
    with pytest.raises(DocflowError) as caught:
        parse_number_and_symbol(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


@pytest.mark.parametrize("text", ["07/SY-UBND", "07/SL-UBND", "07/TrS-BNV"])
def test_the_number_of_a_copy_is_no_congvan_of_an_agency_named_sy(text: str) -> None:
    """NĐ 30/2020 PL III mục I: SY, SL and TrS are forms of copies; PL I Phần II mục I: a copy's number reads so.

    NĐ 30/2020 PL III mục I: "Bản sao y SY"
    """
    with pytest.raises(DocflowError) as caught:
        parse_number_and_symbol(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT
    assert "parse_copy_symbol" in str(caught.value)
    assert "bản sao" in caught.value.vi
    assert build_copy_symbol(*parse_copy_symbol(text)[:2], agency=parse_copy_symbol(text)[2]) == text


@pytest.mark.parametrize("abbreviation", ["SY", "SL", "TrS"])
def test_a_congvan_cannot_be_numbered_like_a_copy(abbreviation: str) -> None:
    """What could be read as a copy's number is not built; beside a type it is clear, and as a unit too."""
    with pytest.raises(DocflowError) as caught:
        NumberAndSymbol(number=7, type_abbreviation=None, agency=abbreviation, unit="VP")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    for text in (f"07/QĐ-{abbreviation}", f"07/UBND-{abbreviation}"):
        assert build_number_and_symbol(parse_number_and_symbol(text)) == text


def test_case_and_diacritics_distinguish_types() -> None:
    """NĐ 30/2020 PL III: ĐA is not DA, CT is not CTr; 27 types have an abbreviation, all different, 2 have none."""
    abbreviations = [kind.abbreviation for kind in DocumentType]
    assert len(abbreviations) == 29
    assert abbreviations.count(None) == 2
    assert len(set(abbreviations)) == 28
    assert {"ĐA", "DA", "CT", "CTr", "TTr", "QyĐ", "QĐ"} <= set(abbreviations)


def test_a_cong_van_without_a_unit_has_no_symbol() -> None:
    """Its symbol is agency and unit.

    NĐ 30/2020 PL I Phần I mục II.3b: "Đối với công văn, ký hiệu bao gồm chữ viết tắt tên cơ quan, tổ chức hoặc chức
        danh nhà nước ban hành công văn và chữ viết tắt tên đơn vị soạn thảo hoặc lĩnh vực được giải quyết."
    """
    with pytest.raises(DocflowError) as caught:
        number_document(DocumentType.CONG_VAN, 1, agency=make_agency(), unit=None)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    ("number", "kind", "unit"), [(0, "QĐ", None), (1, "XX", None), (1, "QĐ", "VP"), (1, None, None)]
)
def test_a_value_that_cannot_be_printed_cannot_be_made(number: int, kind: str | None, unit: str | None) -> None:
    """Parse, do not validate: a wrong value does not exist."""
    with pytest.raises(DocflowError):
        NumberAndSymbol(number=number, type_abbreviation=kind, agency="UBND", unit=unit)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2020, 1, 5), "Hà Nội, ngày 05 tháng 01 năm 2020"),
        (date(2020, 2, 29), "Hà Nội, ngày 29 tháng 02 năm 2020"),
        (date(2019, 6, 29), "Hà Nội, ngày 29 tháng 6 năm 2019"),
        (date(2019, 3, 1), "Hà Nội, ngày 01 tháng 3 năm 2019"),
        (date(2026, 12, 10), "Hà Nội, ngày 10 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_months_one_and_two_take_a_zero(day: date, text: str) -> None:
    """NĐ 30/2020 PL I II.4: months 3 to 9 take none.

    NĐ 30/2020 PL I Phần I mục II.4b: "đối với những số thể hiện ngày nhỏ hơn 10 và tháng 1, 2 phải ghi thêm số 0 phía
        trước"
    """
    assert build_place_and_date("Hà Nội", day) == text


@pytest.mark.parametrize(("hour", "day"), [(16, date(2025, 12, 31)), (17, date(2026, 1, 1)), (23, date(2026, 1, 1))])
def test_the_day_changes_at_midnight_in_vietnam(hour: int, day: date) -> None:
    """17:00 UTC is 00:00 in Asia/Ho_Chi_Minh."""
    assert law_date(datetime(2025, 12, 31, hour, tzinfo=UTC)) == day


def test_the_head_of_the_agency_chooses_one_series_or_one_per_type() -> None:
    """NĐ 30/2020 Điều 15: how administrative documents are numbered is a setting of the agency.

    NĐ 30/2020 Điều 15.1c: "Việc cấp số văn bản hành chính do người đứng đầu cơ quan, tổ chức quy định."
    """
    import dataclasses  # noqa: PLC0415 - one use

    shared = make_agency()
    apart = dataclasses.replace(shared, series=SeriesRule.ONE_PER_TYPE)
    kinds = (DocumentType.QUYET_DINH, DocumentType.CONG_VAN)
    assert len({register_for(kind, agency=shared) for kind in kinds}) == 1
    assert len({register_for(kind, agency=apart) for kind in kinds}) == 2
