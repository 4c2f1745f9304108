"""Clauses of the decree, and of the decision on exchange, that no other test holds by itself.

They are listed, with all the others, in docs/standards.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest

from docflow import (
    DocflowError,
    ErrorCode,
    FilePlan,
    InboxOutcome,
    IncomingState,
    Office,
    OfficeRole,
    OutboxState,
    ReceiptKind,
    RegisterForm,
    RegisterKind,
    Urgency,
    print_register,
)
from tests.exchange_kit import RECEIVER, SENDER, TwoAgencies, open_two, seal_document
from tests.office_kit import leader_pdf, make_copy_request, make_draft, open_office, seal_off
from tests.work_kit import assign, open_work, register


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoAgencies]:
    """Two agencies and a folder between them."""
    made = open_two(tmp_path)
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office that exchanges with nobody."""
    with open_office(tmp_path / "office") as opened:
        yield opened


def refused(code: ErrorCode) -> pytest.RaisesExc[DocflowError]:
    """Expect docflow's refusal for this reason."""
    return pytest.RaisesExc(DocflowError, check=lambda error: error.code is code and bool(error.vi))


def steps_to_the_seal(office: Office) -> tuple[Callable[[], object], ...]:
    """Return what brings document d1 from nothing to the seal, in order."""
    return (
        lambda: office.draft(make_draft(), actor="Trần Thị Bình", document_id="d1", pdf=b"%PDF draft"),
        lambda: office.approve("d1", actor="Lê Văn Cường"),
        lambda: office.leader_signed("d1", leader_pdf("d1"), actor="Nguyễn Văn An"),
        lambda: office.issue("d1", actor="Văn thư"),
        lambda: office.sealed("d1", leader_pdf("d1") + b" seal", actor="Văn thư"),
    )


# ---------------------------------------------------------------- NĐ 30/2020


def test_dieu_18_5_paper_leaves_only_of_what_the_authorised_person_signed(office: Office) -> None:
    """Before he signed there is nothing to print and stamp; afterwards the register says to whom the paper went.

    NĐ 30/2020 Điều 18.5: "in văn bản đã được ký số của người có thẩm quyền ra giấy, đóng dấu của cơ quan, tổ chức để
        tạo bản chính văn bản giấy và phát hành văn bản"
    """
    for step in steps_to_the_seal(office):
        with pytest.raises(DocflowError):
            office.hand_over("d1", 1, how="bản giấy", signed_for="Ông Đông", actor="Văn thư")
        step()
    office.hand_over("d1", 1, how="bản giấy", signed_for="Ông Đông", actor="Văn thư")
    assert office.register(RegisterKind.OUTGOING, 2026).lines[0].cells[8] == "Ông Đông"


def test_dieu_19_2_the_original_stays_in_the_system_and_is_missed_if_it_is_gone(office: Office, tmp_path: Path) -> None:
    """What the leader signed and what the agency signed are both kept, byte for byte.

    NĐ 30/2020 Điều 19.2a: "Bản gốc văn bản điện tử phải được lưu trên Hệ thống của cơ quan, tổ chức ban hành văn
        bản."
    """
    seal_off(office, "d1")
    document = office.document("d1")
    assert office.blob(document.leader_pdf or "") == leader_pdf("d1")
    assert office.blob(document.sealed_pdf or "") == leader_pdf("d1") + b" number seal"
    assert office.verify_log().is_intact
    (kept,) = (tmp_path / "office" / "blobs").glob(f"*/{document.sealed_pdf}")
    kept.unlink()
    assert not office.verify_log().is_intact


def test_dieu_22_3_23_3_the_printed_incoming_register_leaves_room_to_sign(tmp_path: Path) -> None:
    """Every column of the book is printed; "Ký nhận" is empty, for the unit signs there by hand.

    NĐ 30/2020 Điều 22.3b: "Văn bản đến được đăng ký vào Hệ thống phải được in ra giấy đầy đủ các trường thông tin
        theo mẫu Sổ đăng ký văn bản đến, ký nhận và đóng sổ để quản lý."
    NĐ 30/2020 Điều 23.3: "Khi chuyển giao văn bản giấy đến cho đơn vị, cá nhân phải ký nhận văn bản."
    """
    with open_work(tmp_path / "office") as office:
        register(office, "thu")
        assign(office, "thu")
        book = office.register(RegisterKind.INCOMING, 2026)
    titles = [column.title for column in book.kind.columns]
    assert len(titles) == 10
    assert dict(zip(titles, book.lines[0].cells, strict=True))["Ký nhận"] == ""
    page = pypdfium2.PdfDocument(print_register(book, RegisterForm.PDF))[1]
    text = " ".join(page.get_textpage().get_text_range().split())
    assert all(title in text for title in titles)


def test_dieu_27_1_a_copy_is_made_by_whom_the_head_gave_that_right(office: Office) -> None:
    """Once roles are given, the registry makes copies and nobody else.

    NĐ 30/2020 Điều 27.1: "quy định thẩm quyền ký các bản sao văn bản"
    """
    seal_off(office, "sealed-1")
    for person, role in (
        ("Quản trị", OfficeRole.QUAN_TRI),
        ("Vân", OfficeRole.VAN_THU),
        ("Chi", OfficeRole.CHUYEN_VIEN),
    ):
        office.grant(person, role, actor="Quản trị")
    with refused(ErrorCode.FORBIDDEN):
        office.make_copy(make_copy_request(), actor="Chi", copy_id="c1")
    assert office.copies() == ()
    assert office.make_copy(make_copy_request(), actor="Vân", copy_id="c1").symbol == "01/SY-UBND"


def test_phu_luc_vi_iii_4d_the_files_that_one_person_keeps_are_listed(office: Office) -> None:
    """By who opened the line of the year's list (người lập hồ sơ), also together with year or state.

    NĐ 30/2020 PL VI Phần I mục III.4đ: "Bảo đảm liên kết và thống kê toàn bộ hồ sơ được lập của một tài khoản cụ
        thể."
    """
    for notation, creator in (("01.VP", "Bình"), ("02.VP", "Cường"), ("03.VP", "Bình")):
        plan = FilePlan(year=2026, notation=notation, title="Hồ sơ", retention_years=10, creator=creator)
        office.plan_file(plan, actor="Văn thư")
    assert [file.notation for file in office.files(creator="Bình")] == ["01.VP", "03.VP"]
    assert office.files(creator="Bình", year=2025) == ()
    assert office.files(creator="Ai đó") == ()


def test_phu_luc_vi_iii_1i_1k_new_documents_and_their_receipt_are_told(two: TwoAgencies) -> None:
    """Who collects hears of each new document; its sender hears that it arrived without anybody's doing.

    NĐ 30/2020 PL VI Phần I mục III.1i: "Thông báo khi có văn bản mới."
    NĐ 30/2020 PL VI Phần I mục III.1k: "Thông báo tình trạng nhận văn bản tại cơ quan, tổ chức nhận văn bản."
    """
    seal_document(two.sender, "d1")
    two.sender.dispatch(two.drop)
    assert two.sender.knowledge("d1")[0].facts == frozenset()
    assert [told.outcome for told in two.receiver.collect(two.drop)] == [InboxOutcome.ACCEPTED]
    assert [document.state for document in two.receiver.incoming(state=IncomingState.ARRIVED)] == [
        IncomingState.ARRIVED
    ]
    two.exchange()
    assert two.sender.knowledge("d1")[0].facts == {ReceiptKind.ARRIVED}


# ---------------------------------------------------------------- QĐ 28/2018


def test_dieu_5_3_no_paper_follows_what_was_sent_electronically(two: TwoAgencies) -> None:
    """Handed over to the exchange for an agency, it is not handed over to that agency a second time.

    QĐ 28/2018 Điều 5.3: "không phát hành văn bản giấy đến Bên nhận khi đã gửi văn bản điện tử"
    """
    seal_document(two.sender, "d1")
    two.sender.dispatch(two.drop)
    with refused(ErrorCode.WRONG_STATE):
        two.sender.hand_over("d1", 0, how="bưu điện", actor="Văn thư")
    (row,) = two.sender.outbox(document_id="d1")
    assert (row.sent_how, row.signed_for) == ("electronic", None)


def test_dieu_7_1_who_is_not_connected_gets_it_by_hand_and_nobody_else(two: TwoAgencies) -> None:
    """An addressee without a code is not on the exchange: it waits for the registry, the other one has left.

    QĐ 28/2018 Điều 7.1: "trừ trường hợp Bên gửi hoặc Bên nhận chưa đáp ứng các yêu cầu về hạ tầng kỹ thuật, công
        nghệ, an toàn thông tin, giải pháp kết nối, liên thông để gửi, nhận văn bản điện tử"
    """
    for step in steps_to_the_seal(two.sender):
        step()
    two.sender.dispatch(two.drop)
    connected, other = two.sender.outbox(document_id="d1")
    assert (connected.addressee_code, connected.state) == (RECEIVER, OutboxState.SENT)
    assert (other.addressee_code, other.state) == (None, OutboxState.READY)
    two.sender.hand_over("d1", 1, how="bưu điện", actor="Văn thư")
    assert two.sender.outbox(document_id="d1")[1].sent_how == "bưu điện"


def test_dieu_8_1_nothing_leaves_before_it_is_approved_signed_and_sealed(two: TwoAgencies) -> None:
    """After each step but the last one the drop stays empty.

    QĐ 28/2018 Điều 8.1: "Văn bản điện tử sau khi được cấp có thẩm quyền phê duyệt, ký ban hành, ký số theo quy định
        của pháp luật và gửi đến Bên nhận"
    """
    for step in steps_to_the_seal(two.sender):
        assert two.parcels_of(RECEIVER) == []
        step()
        two.sender.dispatch(two.drop)
    assert len(two.parcels_of(RECEIVER)) == 1


def test_dieu_10_2_a_system_shows_everything_it_must_on_both_sides(two: TwoAgencies) -> None:
    """Each is read where it is shown, at the sender and at the receiver.

    NĐ 30/2020 PL VI Phần I mục III.1d: "Hiển thị mức độ khẩn của văn bản."
    QĐ 28/2018 Điều 10.2b: "Mã định danh văn bản"
    QĐ 28/2018 Điều 10.2c: "Số và kí hiệu văn bản"
    QĐ 28/2018 Điều 10.2d: "Ngày, tháng, năm văn bản"
    QĐ 28/2018 Điều 10.2đ: "Loại văn bản"
    QĐ 28/2018 Điều 10.2e: "Trích yếu nội dung văn bản"
    QĐ 28/2018 Điều 10.2g: "Hồ sơ, tài liệu gửi kèm"
    QĐ 28/2018 Điều 10.2h: "Trạng thái xử lý (đã đến, đã tiếp nhận, đã chuyển xử lý, đang xử lý, đã hoàn thành, từ
        chối nhận (trả lại), thu hồi, xóa…)"
    QĐ 28/2018 Điều 10.2i: "Chức vụ, họ tên người ký"
    QĐ 28/2018 Điều 10.2k: "Mức độ khẩn (khẩn/thượng khẩn/hỏa tốc)"
    QĐ 28/2018 Điều 10.2l: "Bên gửi"
    QĐ 28/2018 Điều 10.2m: "Bên nhận"
    QĐ 28/2018 Điều 10.2n: "Thời gian gửi, nhận"
    QĐ 28/2018 Điều 10.2o: "Thời hạn xử lý"
    QĐ 28/2018 Điều 10.2p: "Lịch sử gửi, nhận văn bản"
    """
    seal_document(two.sender, "d1", attached=(b"%PDF annex", "Phụ lục"), urgency=Urgency.HOA_TOC)
    two.sender.attachment_sealed("d1", b"%PDF annex seal", position=0, actor="Văn thư")
    two.exchange()
    arrived = two.arrived()
    two.receiver.accept(arrived.id, actor="Văn thư")
    two.receiver.assign(arrived.id, actor="Chánh Văn phòng", to="Phòng Tổng hợp")
    two.exchange()

    issued, shown = two.sender.document("d1"), two.arrived()
    assert (shown.sender, shown.sender_name) == (SENDER, two.sender.agency.name)
    assert shown.document_id == two.sender.knowledge("d1")[0].document_id
    assert shown.document_id.startswith(f"{SENDER},2026/01/05,01/QĐ-UBND")
    assert (shown.symbol, shown.issued_on) == (issued.symbol, issued.issued_on)
    assert (shown.type_name, shown.subject) == (issued.draft.type.vi, issued.draft.subject)
    assert [file.description for file in two.receiver.incoming_files(shown.id)][1:] == ["Phụ lục"]
    assert (shown.state, two.sender.knowledge("d1")[0].stage) == (IncomingState.ASSIGNED, IncomingState.ASSIGNED)
    assert (shown.signer_position, shown.signer_name) == ("Chủ tịch", "Nguyễn Văn An")
    assert (issued.draft.signer_position, issued.draft.signer_name) == ("Chủ tịch", "Nguyễn Văn An")
    assert shown.urgency is issued.draft.urgency is Urgency.HOA_TOC
    (row,) = two.sender.outbox(document_id="d1")
    assert (row.addressee_code, row.addressee_name) == (RECEIVER, two.receiver.agency.name)
    assert row.sent_at is not None
    assert row.sent_at <= shown.arrived_at
    assert shown.due_at is not None
    history = {ReceiptKind.ARRIVED, ReceiptKind.REGISTERED, ReceiptKind.ASSIGNED}
    for receipts in (two.sender.receipts("d1"), two.receiver.receipts(shown.id)):
        assert history <= {receipt.kind for receipt in receipts}
    assert [act.event.value for act in two.receiver.incoming_acts(shown.id)] == ["arrive", "accept", "assign"]
