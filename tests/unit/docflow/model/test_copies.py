"""Forms and directions of copies, and their symbols."""

from __future__ import annotations

from itertools import product

import pytest

from docflow import CopyDirection, CopyForm, SourceKind
from docflow.errors import DocflowError, ErrorCode
from docflow.model import CopyEvent, CopyState, build_copy_symbol, check_scan, find_copy_state
from docflow.model.copies import parse_copy_symbol, require_copy_allowed

P_P, E_P, P_E, E_E = (
    CopyDirection.PAPER_TO_PAPER,
    CopyDirection.ELECTRONIC_TO_PAPER,
    CopyDirection.PAPER_TO_ELECTRONIC,
    CopyDirection.ELECTRONIC_TO_ELECTRONIC,
)
GOC, CHINH, SY = SourceKind.BAN_GOC, SourceKind.BAN_CHINH, SourceKind.SAO_Y
ALLOWED = {
    *product([CopyForm.SAO_Y], [P_P, P_E], [GOC, CHINH]),
    (CopyForm.SAO_Y, E_P, GOC),
    *product([CopyForm.SAO_LUC], [P_P, E_P, P_E], [SY]),
    *product([CopyForm.TRICH_SAO], [P_P, P_E], [GOC, CHINH]),
    *product([CopyForm.TRICH_SAO], [E_P, E_E], [GOC]),
}


@pytest.mark.parametrize(("form", "direction", "source"), list(product(CopyForm, CopyDirection, SourceKind)))
def test_only_the_copies_of_the_decree_are_made(form: CopyForm, direction: CopyDirection, source: SourceKind) -> None:
    """NĐ 30/2020 Điều 3, 25: sao y, trích sao of an original, sao lục of a sao y; no whole copy from file to file.

    NĐ 30/2020 Điều 25.1a: "Sao y từ văn bản giấy sang văn bản giấy được thực hiện bằng việc chụp từ bản gốc hoặc bản
        chính văn bản giấy sang giấy."
    NĐ 30/2020 Điều 25.1b: "Sao y từ văn bản điện tử sang văn bản giấy được thực hiện bằng việc in từ bản gốc văn bản
        điện tử ra giấy."
    NĐ 30/2020 Điều 25.2a: "Sao lục gồm: Sao lục từ văn bản giấy sang văn bản giấy, sao lục từ văn bản giấy sang văn
        bản điện tử, sao lục từ văn bản điện tử sang văn bản giấy."
    NĐ 30/2020 Điều 25.3a: "Trích sao gồm: Trích sao từ văn bản giấy sang văn bản giấy, trích sao từ văn bản giấy sang
        văn bản điện tử, trích sao từ văn bản điện tử sang văn bản điện tử, trích sao từ văn bản điện tử sang văn bản
        giấy."
    """
    if (form, direction, source) in ALLOWED:
        require_copy_allowed(form, direction, source=source)
        return
    with pytest.raises(DocflowError) as caught:
        require_copy_allowed(form, direction, source=source)
    assert caught.value.code is ErrorCode.COPY_NOT_ALLOWED


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [(1, CopyForm.SAO_Y, "01/SY-UBND"), (15, CopyForm.SAO_LUC, "15/SL-UBND"), (9, CopyForm.TRICH_SAO, "09/TrS-UBND")],
)
def test_the_symbol_of_a_copy_is_written_and_read_back(number: int, form: CopyForm, text: str) -> None:
    """NĐ 30/2020 PL I Phần II, PL III mục I: SY, SL, TrS."""
    assert build_copy_symbol(number, form, agency="UBND") == text
    assert parse_copy_symbol(text) == (number, form, "UBND")


@pytest.mark.parametrize("text", ["1/SY-UBND", "01/TRS-UBND", "01/sy-UBND", "01/SY", "001/SY-UBND", "01/QĐ-UBND", ""])
def test_what_is_no_symbol_of_a_copy_is_refused(text: str) -> None:
    """Case matters, and the leading zero."""
    with pytest.raises(DocflowError) as caught:
        parse_copy_symbol(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


@pytest.mark.parametrize(("state", "event"), list(product([None, *CopyState], CopyEvent)))
def test_a_copy_goes_no_other_way(state: CopyState | None, event: CopyEvent) -> None:
    """Prepared, signed, or numbered at once; void from there; nothing else."""
    ways = {(None, "prepare"), (None, "issue"), ("prepared", "seal"), ("prepared", "void"), ("issued", "void")}
    if (state.value if state else None, event.value) in ways:
        find_copy_state(state, event)
        return
    with pytest.raises(DocflowError) as caught:
        find_copy_state(state, event)
    assert caught.value.code is ErrorCode.WRONG_STATE


def test_a_scan_is_a_pdf_of_version_1_4_or_later() -> None:
    """NĐ 30/2020 Điều 25; TT 01/2019 Điều 6.2: PDF 1.4 or later."""
    for data in (b"%PDF-1.4\n", b"%PDF-1.7\n", b"%PDF-2.0\n"):
        check_scan(data)
    for data in (b"%PDF-1.3\n", b"\xff\xd8\xff", b"", b"%PDF-x"):
        with pytest.raises(DocflowError):
            check_scan(data)
