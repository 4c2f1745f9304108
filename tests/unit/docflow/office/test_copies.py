"""Copies that the agency makes: where they come from, their numbers, their signature."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from docflow import (
    CopyDirection,
    CopyForm,
    CopyState,
    DocflowError,
    ErrorCode,
    Office,
    SignatureCheck,
    SignatureVerdict,
    SourceKind,
)
from tests.office_kit import SetClock, make_copy_request, open_office, seal_off, sign_off

SCAN = b"%PDF-1.7 scan"
FROM_PAPER = CopyDirection.PAPER_TO_ELECTRONIC


@pytest.fixture
def clock() -> SetClock:
    """Noon of a Monday in January."""
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    """Open an office with one issued document."""
    with open_office(tmp_path / "office", clock=clock) as opened:
        seal_off(opened, "sealed-1")
        yield opened


def refused(code: ErrorCode) -> pytest.RaisesExc[DocflowError]:
    """Expect docflow's refusal for this reason."""
    return pytest.RaisesExc(DocflowError, check=lambda error: error.code is code and bool(error.vi))


def test_copies_on_paper_of_all_kinds_share_one_yearly_series(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 PL I Phần II: one series for all kinds of copy, from 01 on 1 January; the documents' numbers go on.

    NĐ 30/2020 PL I Phần II mục II.1c: "Số được ghi bằng chữ số Ả Rập, bắt đầu liên tiếp từ số 01 vào ngày 01 tháng 01
        và kết thúc vào ngày 31 tháng 12 hàng năm."
    """
    first = office.make_copy(make_copy_request(), actor="V", copy_id="c1")
    second = office.make_copy(make_copy_request(form=CopyForm.TRICH_SAO), actor="V", copy_id="c2")
    paper = make_copy_request(
        form=CopyForm.SAO_LUC, direction=CopyDirection.PAPER_TO_PAPER, source="c1", kind=SourceKind.SAO_Y
    )
    third = office.make_copy(paper, actor="V", copy_id="c3")
    assert [c.symbol for c in (first, second, third)] == ["01/SY-UBND", "02/TrS-UBND", "03/SL-UBND"]
    assert office.void_copy("c2", actor="V", reason="in hỏng").state is CopyState.VOIDED
    clock.advance(days=365)
    assert office.make_copy(make_copy_request(), actor="V", copy_id="c4").symbol == "01/SY-UBND"
    assert [c.number for c in office.copies()] == [1, 2, 3, 1]
    assert office.verify_log().is_intact


def test_the_same_request_gives_the_same_copy_again(office: Office) -> None:
    """A repeated request takes no second number; another under its id is refused."""
    first = office.make_copy(make_copy_request(), actor="V", copy_id="c1")
    assert office.make_copy(make_copy_request(), actor="V", copy_id="c1") == first
    with refused(ErrorCode.WRONG_STATE):
        office.make_copy(dataclasses.replace(make_copy_request(), receivers="khác"), actor="V", copy_id="c1")
    with refused(ErrorCode.WRONG_STATE):
        office.make_copy(make_copy_request(), actor="V", copy_id="c1", idempotency_key="own")
    assert len(office.copies()) == 1
    office.void_copy("c1", actor="V", reason="in hỏng")
    assert office.void_copy("c1", actor="V", reason="in hỏng").state is CopyState.VOIDED
    with refused(ErrorCode.WRONG_STATE):
        office.make_copy(make_copy_request(), actor="V", copy_id="c1")
    with refused(ErrorCode.WRONG_STATE):
        office.void_copy("c1", actor="V", reason="khác")


def test_a_scanned_paper_becomes_an_electronic_copy_by_the_agencys_signature(office: Office, tmp_path: Path) -> None:
    """NĐ 30/2020 Điều 25, 32.2d: digitise, sign as the agency; only the file prepared counts, and only when signed.

    NĐ 30/2020 Điều 18.6: "Trường hợp cần phát hành văn bản điện tử từ văn bản giấy: Văn thư cơ quan thực hiện theo
        quy định tại điểm c khoản 1 Điều 25 Nghị định này."
    NĐ 30/2020 Điều 25.1c: "Sao y từ văn bản giấy sang văn bản điện tử được thực hiện bằng việc số hóa văn bản giấy và
        ký số của cơ quan, tổ chức."
    """
    request = make_copy_request(direction=FROM_PAPER, source=None)
    for pdf in (None, b"%PDF-1.3 old", b"\xff\xd8\xff a picture"):
        with refused(ErrorCode.BAD_ARGUMENT):
            office.make_copy(request, actor="V", copy_id="s", pdf=pdf)
    made = office.make_copy(request, actor="V", copy_id="s", pdf=SCAN)
    assert (made.state, made.number) == (CopyState.PREPARED, None)
    failed = SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=("không tải được CRL",))
    before = sorted((tmp_path / "office" / "blobs").glob("*/*"))
    with refused(ErrorCode.SIGNATURE_REFUSED):
        office.copy_sealed("s", SCAN + b" seal", actor="V", check=failed)
    assert sorted((tmp_path / "office" / "blobs").glob("*/*")) == before
    with refused(ErrorCode.SIGNATURE_REFUSED):
        office.copy_sealed("s", b"%PDF-1.7 other seal", actor="V")
    sealed = office.copy_sealed("s", SCAN + b" seal", actor="V")
    assert sealed.state is CopyState.ISSUED
    assert office.blob(sealed.pdf or "") == SCAN + b" seal"
    with refused(ErrorCode.NOT_FOUND):
        office.copy_sealed("nowhere", SCAN + b" seal", actor="V")
    assert office.verify_log().is_intact


def test_only_what_is_here_and_in_force_is_copied(office: Office) -> None:
    """NĐ 30/2020 Điều 3, 25: a sao y of an original, a sao lục of a sao y; a recalled document is frozen.

    NĐ 30/2020 Điều 25.2b: "Sao lục được thực hiện bằng việc in, chụp từ bản sao y."
    """
    sign_off(office, "unsealed")
    wrong = [
        make_copy_request(source="unsealed"),
        make_copy_request(source="nowhere"),
        make_copy_request(source=None),
        make_copy_request(direction=FROM_PAPER, source="sealed-1"),
        make_copy_request(form=CopyForm.SAO_LUC, source="sealed-1", kind=SourceKind.SAO_Y),
    ]
    for request in wrong:
        with refused(ErrorCode.COPY_NOT_ALLOWED):
            office.make_copy(request, actor="V", pdf=SCAN)
    office.recall("sealed-1", actor="V", reason="sai")
    with refused(ErrorCode.COPY_NOT_ALLOWED):
        office.make_copy(make_copy_request(), actor="V")
    assert office.copies() == ()


def test_a_copy_that_the_decree_does_not_know_cannot_even_be_asked_for() -> None:
    """NĐ 30/2020 Điều 25: no whole copy from electronic to electronic.

    NĐ 30/2020 Điều 26: "Bản sao y, bản sao lục và bản trích sao được thực hiện theo đúng quy định tại Nghị định này
        có giá trị pháp lý như bản chính."
    """
    for form, kind in ((CopyForm.SAO_Y, SourceKind.BAN_GOC), (CopyForm.SAO_LUC, SourceKind.SAO_Y)):
        with refused(ErrorCode.COPY_NOT_ALLOWED):
            make_copy_request(form=form, direction=CopyDirection.ELECTRONIC_TO_ELECTRONIC, kind=kind)
