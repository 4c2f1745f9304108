"""Agency codes and abbreviations."""

from __future__ import annotations

import pytest

from docflow.errors import DocflowError, ErrorCode
from docflow.model import Agency, parse_agency_code
from docflow.model.agencies import CodeForm, check_abbreviation


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("H49", CodeForm.LEVEL_FIRST),
        ("H99.12", CodeForm.LEVEL_FIRST),
        ("G09.3.15A.0001", CodeForm.LEVEL_FIRST),
        ("000.00.00.H49", CodeForm.OLD),
        ("000.06.16.G09", CodeForm.OLD),
        ("Z01ABC123", CodeForm.OTHER_SCHEME),
        ("0100109106", CodeForm.ENTERPRISE),
        ("020100109106", CodeForm.ENTERPRISE),
        ("H99." + "A" * 31, CodeForm.LEVEL_FIRST),
    ],
)
def test_every_form_in_circulation_is_read(text: str, form: CodeForm) -> None:
    """QĐ 20/2020 Điều 4, 5, 6 and QCVN 102:2016: new form, enterprises, other schemes, old form, up to 35 characters.

    QĐ 28/2018 Điều 10.2a: "Mã định danh của cơ quan, tổ chức"
    """
    code = parse_agency_code(text)
    assert (code.text, code.form) == (text, form)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "h99",
            "H9",
            "H999",
            "H99.",
            ".H99",
            "H99..1",
            "H99 ",
            "H99\n",
            "Z99",
            "Z01AB.C",
            "00.00.00.H49",
            "H99.a",
        ),
        *("010010910", "01001091066", "010100109106", "0100109106-001", "٠١٠٠١٠٩١٠٦"),
        *("H99." + "A" * 32, "Z01" + "A" * 33, "H٩٩", "000.00.00.Z01", "H" * 10_000),
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    """No lower case, no empty group, no other digits than 0-9, at most 35 characters."""
    with pytest.raises(DocflowError) as caught:
        parse_agency_code(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


@pytest.mark.parametrize("text", ["UBND", "BNV", "VP", "SKHCN", "ĐTN", "TT&TT", "X1"])
def test_an_abbreviation_of_letters_and_digits_is_taken(text: str) -> None:
    """NĐ 30/2020 PL I: abbreviations are short and clear."""
    check_abbreviation(text)


@pytest.mark.parametrize("text", ["", "Q Đ", "A-B", "A/B", "QĐ", "CTr", "QD\u0323", "-", "_A"])
def test_an_abbreviation_that_would_blur_a_symbol_is_refused(text: str) -> None:
    """Separators, spaces, decomposed letters and the abbreviations of types cannot stand for an agency."""
    with pytest.raises(DocflowError) as caught:
        check_abbreviation(text)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(("name", "place"), [("", "Hà Nội"), ("Bộ Nội vụ", " ")])
def test_an_agency_needs_a_name_and_a_place(name: str, place: str) -> None:
    """Both are printed on every document."""
    with pytest.raises(DocflowError):
        Agency(code=parse_agency_code("G09"), name=name, abbreviation="BNV", place=place)
