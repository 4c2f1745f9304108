"""Properties of numbers, symbols and codes: read back as written, and any text gives a result or our error."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from docflow.errors import DocflowError
from docflow.model import DocumentType, build_number_and_symbol, parse_agency_code
from docflow.model.numbers import NumberAndSymbol, parse_number_and_symbol

_ABBREVIATIONS = st.text(st.sampled_from("ABCDEĐGHIKLMNOPQSTUƯVXY0123456789"), min_size=1, max_size=30).filter(
    lambda text: text not in {kind.abbreviation for kind in DocumentType}
)
_NUMBERS = st.integers(1, 10**11 - 1)
_VALUES = st.one_of(
    st.builds(
        NumberAndSymbol,
        number=_NUMBERS,
        type_abbreviation=st.sampled_from([kind.abbreviation for kind in DocumentType if kind.abbreviation]),
        agency=_ABBREVIATIONS,
    ),
    st.builds(
        NumberAndSymbol,
        number=_NUMBERS,
        type_abbreviation=st.none(),
        agency=_ABBREVIATIONS.filter(lambda text: text not in {"SY", "SL", "TrS"}),
        unit=_ABBREVIATIONS,
    ),
)
_TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["1", "05", "0", "/", "-", "QĐ", "CTr", "UBND", "H99", "SY", ".", " ", "Z01", "đ"])).map(
        "".join
    ),
)


@given(_VALUES)
def test_a_number_and_symbol_is_read_back(value: NumberAndSymbol) -> None:
    """NĐ 30/2020 PL I II.3: the text holds no more and no less than the value."""
    assert parse_number_and_symbol(build_number_and_symbol(value)) == value


@given(_TEXTS)
def test_any_text_is_a_number_and_symbol_or_refused(text: str) -> None:
    """What is taken is written back as it stood."""
    with contextlib.suppress(DocflowError):
        assert build_number_and_symbol(parse_number_and_symbol(text)) == text


@given(_TEXTS)
def test_any_text_is_an_agency_code_or_refused(text: str) -> None:
    """QĐ 20/2020 Điều 4, 6."""
    with contextlib.suppress(DocflowError):
        assert parse_agency_code(text).text == text
