"""The fields of Annex VI, and normative symbols."""

from __future__ import annotations

import pytest

from docflow.errors import DocflowError, ErrorCode
from docflow.model import FIELDS
from docflow.model.metadata import FieldKind, check_metadata
from docflow.model.normative import NormativeSymbol, build_normative_symbol, parse_normative_symbol


def test_the_fields_are_those_of_the_annex() -> None:
    """NĐ 30/2020 PL VI Phần II: number, type, length of each field; OrganId has the 35 characters of QĐ 20/2020."""
    lengths = {field.name: (field.kind.value, field.length) for field in FIELDS}
    assert len(FIELDS) == 24
    assert lengths["Subject"] == ("String", 500)
    assert lengths["CodeNumber"] == ("String", 11)
    assert lengths["CodeNotation"] == ("String", 30)
    assert lengths["To.OrganId"] == ("String", 35)
    assert lengths["Priority"] == ("Number", 1)
    assert lengths["TraceHeaderList"] == ("LongText", None)
    outgoing = [field.outgoing for field in FIELDS if field.outgoing]
    incoming = [field.incoming for field in FIELDS if field.incoming]
    assert sorted({int(n.split(".")[0]) for n in outgoing}) == list(range(1, 17))
    assert sorted({int(n.split(".")[0]) for n in incoming}) == list(range(1, 19))


def test_a_value_is_held_against_its_field() -> None:
    """NĐ 30/2020 PL VI Phần II: type and length, exactly."""
    check_metadata("Subject", "x" * 500)
    check_metadata("IssuedAmount", 999)
    for name, value in (("Subject", "x" * 501), ("IssuedAmount", 1000), ("PageAmount", "3"), ("Subject", 3), ("X", 1)):
        with pytest.raises(DocflowError) as caught:
            check_metadata(name, value)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_every_field_has_a_type() -> None:
    """No field is without type; a number is a number."""
    assert {field.kind for field in FIELDS} == set(FieldKind)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("01/2026/NĐ-CP", NormativeSymbol(number=1, year=2026, symbol="NĐ-CP")),
        ("30/2020/NĐ-CP", NormativeSymbol(number=30, year=2020, symbol="NĐ-CP")),
        ("20/2023/QH15", NormativeSymbol(number=20, year=2023, symbol="QH15")),
        ("19/2025/QĐ-TTg", NormativeSymbol(number=19, year=2025, symbol="QĐ-TTg")),
        ("05/2025/TT-BNV", NormativeSymbol(number=5, year=2025, symbol="TT-BNV")),
    ],
)
def test_a_normative_symbol_is_written_and_read_back(text: str, value: NormativeSymbol) -> None:
    """The form in which normative documents are published: number, year, type and issuer."""
    assert parse_normative_symbol(text) == value
    assert build_normative_symbol(value) == text


@pytest.mark.parametrize("text", ["1/2026/NĐ-CP", "01/26/NĐ-CP", "01/2026", "01/2026/", "01/2026/NĐ CP", "01/1899/X"])
def test_what_is_no_normative_symbol_is_refused(text: str) -> None:
    """A leading zero too few, a short year, a space."""
    with pytest.raises(DocflowError) as caught:
        parse_normative_symbol(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT
