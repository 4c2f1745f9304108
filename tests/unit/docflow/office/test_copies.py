"""Copies that the agency makes: where they come from, their numbers, their signature."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from docflow import (
    Channel,
    CopyDirection,
    CopyForm,
    CopyState,
    DocflowError,
    ErrorCode,
    Office,
    RegisterKind,
    SignatureCheck,
    SignatureVerdict,
    SourceKind,
)
from tests.office_kit import SetClock, make_copy_request, open_office, seal_off, sign_off
from tests.work_kit import make_entry, register

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


def test_a_prepared_copy_is_sealed_only_while_its_source_is_in_force(office: Office) -> None:
    """NĐ 30/2020 Điều 25.1c: a copy by the agency's signature; of what was recalled, returned or void before, none.

    A copy sealed before stays one, and the same request is answered again.
    """
    extract = CopyDirection.ELECTRONIC_TO_ELECTRONIC
    register(office, "den-1", channel=Channel.EMAIL, issued_on=None)
    office.make_copy(make_copy_request(direction=FROM_PAPER, source=None), actor="V", copy_id="first", pdf=SCAN)
    office.copy_sealed("first", SCAN + b" seal", actor="V")
    requests = {
        "of-recalled": make_copy_request(form=CopyForm.TRICH_SAO, direction=extract),
        "of-returned": make_copy_request(form=CopyForm.TRICH_SAO, direction=extract, source="den-1"),
        "of-void": make_copy_request(
            form=CopyForm.SAO_LUC, direction=FROM_PAPER, source="paper", kind=SourceKind.SAO_Y
        ),
    }
    office.make_copy(make_copy_request(), actor="V", copy_id="paper")
    for name, request in requests.items():
        office.make_copy(request, actor="V", copy_id=name, pdf=SCAN)
    office.make_copy(requests["of-recalled"], actor="V", copy_id="in-time", pdf=SCAN)
    office.copy_sealed("in-time", SCAN + b" seal", actor="V")
    office.recall("sealed-1", actor="V", reason="sai")
    office.refuse("den-1", actor="V", reason="gửi nhầm")
    office.void_copy("paper", actor="V", reason="in hỏng")
    for name in requests:
        with refused(ErrorCode.COPY_NOT_ALLOWED):
            office.copy_sealed(name, SCAN + b" seal", actor="V")
        assert office.void_copy(name, actor="V", reason="bản gốc không còn").state is CopyState.VOIDED
    assert office.copy_sealed("in-time", SCAN + b" seal", actor="V").state is CopyState.ISSUED
    assert office.verify_log().is_intact


def test_a_copy_that_the_decree_does_not_know_cannot_even_be_asked_for() -> None:
    """NĐ 30/2020 Điều 25: no whole copy from electronic to electronic.

    NĐ 30/2020 Điều 26: "Bản sao y, bản sao lục và bản trích sao được thực hiện theo đúng quy định tại Nghị định này
        có giá trị pháp lý như bản chính."
    """
    for form, kind in ((CopyForm.SAO_Y, SourceKind.BAN_GOC), (CopyForm.SAO_LUC, SourceKind.SAO_Y)):
        with refused(ErrorCode.COPY_NOT_ALLOWED):
            make_copy_request(form=form, direction=CopyDirection.ELECTRONIC_TO_ELECTRONIC, kind=kind)


def test_what_was_not_kept_is_not_copied(office: Office) -> None:
    """An arrival that was given back, or taken back by its sender, is not the office's to copy."""
    register(office, "den-1", issued_on=None)
    source = make_copy_request(direction=CopyDirection.PAPER_TO_PAPER, source="den-1")
    assert office.make_copy(source, actor="V").symbol == "01/SY-UBND"
    office.receive_by_hand(make_entry("2/STC", issued_on=None), actor="V", incoming_id="den-2")
    office.check("den-2", actor="V")
    office.refuse("den-2", actor="V", reason="gửi nhầm")
    with refused(ErrorCode.COPY_NOT_ALLOWED):
        office.make_copy(dataclasses.replace(source, source="den-2"), actor="V")


def test_paper_is_not_copied_as_an_electronic_document(office: Office) -> None:
    """Of what came on paper there is no electronic original to be printed; what came by e-mail may be one.

    NĐ 30/2020 Điều 25.1b: "Sao y từ văn bản điện tử sang văn bản giấy được thực hiện bằng việc in từ bản gốc văn bản
        điện tử ra giấy."
    """
    register(office, "paper", symbol="1/STC", issued_on=None)
    register(office, "email", symbol="2/STC", channel=Channel.EMAIL, issued_on=None)
    with refused(ErrorCode.COPY_NOT_ALLOWED):
        office.make_copy(make_copy_request(source="paper"), actor="V")
    assert office.make_copy(make_copy_request(source="email"), actor="V").symbol == "01/SY-UBND"


def test_a_sao_luc_is_made_of_a_sao_y_in_the_medium_that_it_names(office: Office) -> None:
    """NĐ 30/2020 Điều 25.2: a sao y on paper is no electronic one, nor the other way round."""
    office.make_copy(make_copy_request(), actor="V", copy_id="paper")
    office.make_copy(make_copy_request(direction=FROM_PAPER, source=None), actor="V", copy_id="file", pdf=SCAN)
    office.copy_sealed("file", SCAN + b" seal", actor="V")
    paper_to_paper, to_paper = CopyDirection.PAPER_TO_PAPER, CopyDirection.ELECTRONIC_TO_PAPER
    for source, direction in (("paper", to_paper), ("file", paper_to_paper)):
        request = make_copy_request(form=CopyForm.SAO_LUC, direction=direction, source=source, kind=SourceKind.SAO_Y)
        with refused(ErrorCode.COPY_NOT_ALLOWED):
            office.make_copy(request, actor="V")
    for source, direction in (("paper", paper_to_paper), ("file", to_paper)):
        request = make_copy_request(form=CopyForm.SAO_LUC, direction=direction, source=source, kind=SourceKind.SAO_Y)
        office.make_copy(request, actor="V")
    notes = [line.cells[-1] for line in office.register(RegisterKind.OUTGOING, 2026, series="ban_sao").lines]
    # The sao y that is a file has no number: the book names what that was made of.
    assert notes == ["Sao từ 01/QĐ-UBND", "Sao từ 01/SY-UBND", "Sao từ 07/QĐ-BNV"]


def test_an_id_of_a_document_and_of_an_arrival_says_which_is_copied_by_its_symbol(office: Office) -> None:
    """Callers choose both; a copy of one printed the number of the other."""
    register(office, "sealed-1", symbol="99/ABC", channel=Channel.EMAIL, issued_on=None)
    asked = make_copy_request()
    for symbol in ("", "98/ABC"):
        with refused(ErrorCode.BAD_ARGUMENT):
            office.make_copy(dataclasses.replace(asked, source_symbol=symbol), actor="V")
    for symbol in ("99/ABC", "01/QĐ-UBND"):
        office.make_copy(dataclasses.replace(asked, source_symbol=symbol), actor="V")
    office.make_copy(make_copy_request(direction=CopyDirection.PAPER_TO_PAPER), actor="V")
    notes = [line.cells[-1] for line in office.register(RegisterKind.OUTGOING, 2026, series="ban_sao").lines]
    assert notes == ["Sao từ 99/ABC", "Sao từ 01/QĐ-UBND", "Sao từ 99/ABC"]
