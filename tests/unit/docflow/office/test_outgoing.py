"""One test for each clause on outgoing documents that the office enforces, named and quoted."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from docflow import (
    Addressee,
    Appointment,
    Competence,
    DocflowError,
    DocumentState,
    DocumentType,
    ErrorCode,
    Link,
    LinkKind,
    Office,
    OfficeRole,
    OutboxState,
    Period,
    Position,
    RegisterKind,
    RemarkKind,
    Staff,
    Urgency,
    check_proof,
    describe_document,
    parse_agency_code,
)
from docflow.model import OUTGOING, DocumentEvent
from tests.office_kit import SeededRandomness, SetClock, leader_pdf, make_agency, make_draft, open_office, seal_off
from tests.work_kit import register

LEADER = "Nguyễn Văn An"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Open an empty office."""
    with open_office(tmp_path / "office") as opened:
        yield opened


def refused(code: ErrorCode) -> pytest.RaisesExc[DocflowError]:
    """Expect docflow's refusal for this reason, with a Vietnamese sentence."""
    return pytest.RaisesExc(DocflowError, check=lambda error: error.code is code and bool(error.vi))


def seal_linked(office: Office, name: str, *links: Link, kind: DocumentType = DocumentType.QUYET_DINH) -> None:
    """Bring a document with links to its end."""
    office.draft(dataclasses.replace(make_draft(kind=kind), links=links), actor="A", document_id=name)
    office.approve(name, actor="B")
    office.leader_signed(name, leader_pdf(name), actor=LEADER)
    office.issue(name, actor="V")
    office.sealed(name, leader_pdf(name) + b" seal", actor="V")


def test_dieu_11_12_a_draft_goes_back_and_comes_again(office: Office) -> None:
    """NĐ 30/2020 Điều 11, 12: what is not right is given back; revised, it is approved and signed anew.

    NĐ 30/2020 PL VI Phần I mục III.1n: "Cho phép người có thẩm quyền truy cập, chỉnh sửa, chuyển lại dự thảo văn bản,
        tài liệu."
    """
    office.draft(make_draft(), actor="A", document_id="d", pdf=b"%PDF one")
    office.comment("d", "Đề nghị bổ sung căn cứ.\nXem lại thẩm quyền.", actor="Phòng Tư pháp")
    office.approve("d", actor="B", remark="Đồng ý")
    office.leader_signed("d", leader_pdf("d"), actor=LEADER)
    office.return_draft("d", actor="V", reason="sai thể thức")
    document = office.document("d")
    assert document.state is DocumentState.RETURNED
    assert (document.leader_pdf, document.approved_by) == (None, None)
    with refused(ErrorCode.WRONG_STATE):
        office.approve("d", actor="B", idempotency_key="again")
    office.revise("d", make_draft("về việc khác"), actor="A", version=1, pdf=b"%PDF two")
    assert office.approve("d", actor="B").state is DocumentState.APPROVED
    assert not office.leader_signed("d", leader_pdf("d") + b"2", actor=LEADER).is_replay
    assert office.issue("d", actor="V").number == 1


def test_phu_luc_vi_drafts_opinions_and_approvals_stay_with_the_document(office: Office) -> None:
    """NĐ 30/2020 PL VI Phần I: drafts, comments, approvals are kept, with who and when.

    NĐ 30/2020 PL VI Phần I mục III.5a: "các dự thảo văn bản của cá nhân được phân công soạn thảo; ý kiến góp ý của cá
        nhân, đơn vị có liên quan; ý kiến chỉ đạo của lãnh đạo"
    """
    test_dieu_11_12_a_draft_goes_back_and_comes_again(office)
    versions = office.versions("d")
    assert [(v.version, v.written_by) for v in versions] == [(1, "A"), (2, "A")]
    assert [office.blob(v.pdf or "") for v in versions] == [b"%PDF one", b"%PDF two"]
    assert json.loads(versions[1].draft)["subject"] == "về việc khác"
    said = [(r.kind, r.version, r.said_by) for r in office.remarks("d")]
    assert said == [
        (RemarkKind.OPINION, 1, "Phòng Tư pháp"),
        (RemarkKind.APPROVAL, 1, "B"),
        (RemarkKind.RETURN, 1, "V"),
    ]
    assert office.remarks("d")[0].text == "Đề nghị bổ sung căn cứ.\nXem lại thẩm quyền."
    assert office.verify_log().is_intact


def test_two_clerks_at_once_one_revision(office: Office) -> None:
    """Two revisions of the same version: one is taken, the other hears so, nothing of it is written."""
    office.draft(make_draft(), actor="A", document_id="d")

    def revise(who: str) -> ErrorCode | None:
        try:
            office.revise("d", make_draft(f"của {who}"), actor=who, version=1)
        except DocflowError as error:
            return error.code
        return None

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(revise, ("A", "B")))
    assert sorted(map(str, results)) == ["None", "wrong_state"]
    with refused(ErrorCode.WRONG_STATE):
        office.revise("d", make_draft("khác"), actor="C", version=1, idempotency_key="own key")
    assert [v.version for v in office.versions("d")] == [1, 2]


def test_dieu_13_whoever_signs_has_the_power_that_day(tmp_path: Path) -> None:
    """NĐ 30/2020 Điều 13: a deputy signs KT., from his appointment to its end; nobody else does."""
    deputy = Position(title="PHÓ CHỦ TỊCH", deputy_of="CHỦ TỊCH")
    term = Period(since=date(2026, 1, 1), until=date(2026, 1, 5))
    staff = Staff(appointments=(Appointment(person=LEADER, post=deputy, term=term),))
    clock = SetClock()
    dice = SeededRandomness()
    with Office.open(tmp_path / "o", agency=make_agency(), clock=clock, randomness=dice, staff=staff) as office:
        for name, competence in (("head", None), ("deputy", Competence.KT), ("late", Competence.KT)):
            office.draft(dataclasses.replace(make_draft(), competence=competence), actor="A", document_id=name)
            office.approve(name, actor="B")
        with refused(ErrorCode.NOT_AUTHORISED):
            office.leader_signed("head", leader_pdf("head"), actor=LEADER)
        office.leader_signed("deputy", leader_pdf("deputy"), actor=LEADER)
        clock.advance(days=1)
        with refused(ErrorCode.NOT_AUTHORISED):
            office.leader_signed("late", leader_pdf("late"), actor=LEADER)
        assert office.document("late").state is DocumentState.APPROVED


def test_dieu_18_3_wrong_content_is_replaced_by_a_document_of_equal_form(office: Office) -> None:
    """NĐ 30/2020 Điều 18 khoản 3: replaced by the same form; the old one stays, and what had not left is kept back.

    NĐ 30/2020 Điều 18.3: "Văn bản đã phát hành nhưng có sai sót về nội dung phải được sửa đổi, thay thế bằng văn bản
        có hình thức tương đương."
    """
    seal_off(office, "old")
    office.hand_over("old", 1, actor="V", how="bưu điện")
    link = Link(kind=LinkKind.REPLACES, target="old")
    for kind, target in ((DocumentType.THONG_BAO, "old"), (DocumentType.QUYET_DINH, "nowhere")):
        draft = dataclasses.replace(make_draft(kind=kind), links=(Link(kind=LinkKind.REPLACES, target=target),))
        with refused(ErrorCode.BAD_ARGUMENT):
            office.draft(draft, actor="A", document_id="new")
    seal_linked(office, "new", link)
    old = office.document("old")
    assert (old.state, old.replaced_by) == (DocumentState.REPLACED, "new")
    assert [row.state for row in office.outbox(document_id="old")] == [OutboxState.CANCELLED, OutboxState.SENT]
    assert [(row.document_id, row.kind) for row in office.links(target="old")] == [("new", LinkKind.REPLACES)]
    with refused(ErrorCode.WRONG_STATE):
        office.recall("old", actor="V", reason="sai")
    assert old.sealed_pdf is not None
    assert office.blob(old.sealed_pdf) == leader_pdf("old") + b" number seal"
    assert office.verify_log().is_intact


def test_dieu_18_3_wrong_form_is_corrected_by_cong_van(office: Office) -> None:
    """NĐ 30/2020 Điều 18 khoản 3: đính chính by công văn; the corrected document stays in force.

    NĐ 30/2020 Điều 18.3: "Văn bản đã phát hành nhưng có sai sót về thể thức, kỹ thuật trình bày, thủ tục ban hành
        phải được đính chính bằng công văn của cơ quan, tổ chức ban hành văn bản."
    """
    seal_off(office, "old")
    link = Link(kind=LinkKind.CORRECTS, target="old")
    with refused(ErrorCode.BAD_ARGUMENT):
        dataclasses.replace(make_draft(kind=DocumentType.THONG_BAO), links=(link,))
    seal_linked(office, "fix", link, kind=DocumentType.CONG_VAN)
    assert office.document("old").state is DocumentState.SEALED
    assert [(row.document_id, row.kind) for row in office.links(target="old")] == [("fix", LinkKind.CORRECTS)]


def test_of_two_that_replace_one_document_the_second_is_not_sealed(office: Office) -> None:
    """Both had their number before either was sealed; the second would have said so, and replaced nothing.

    NĐ 30/2020 Điều 18.3: "Văn bản đã phát hành nhưng có sai sót về nội dung phải được sửa đổi, thay thế bằng văn bản
        có hình thức tương đương."
    """
    seal_off(office, "old")
    for name in ("new-1", "new-2"):
        draft = dataclasses.replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target="old"),))
        office.draft(draft, actor="A", document_id=name)
        office.approve(name, actor="B")
        office.leader_signed(name, leader_pdf(name), actor="C")
        office.issue(name, actor="V")
    office.sealed("new-1", leader_pdf("new-1") + b" seal", actor="V")
    with refused(ErrorCode.WRONG_STATE):
        office.sealed("new-2", leader_pdf("new-2") + b" seal", actor="V")
    assert office.sealed("new-1", leader_pdf("new-1") + b" seal", actor="V").state is DocumentState.SEALED
    office.void("new-2", actor="V", reason="đã có văn bản thay thế")
    assert [row.document_id for row in office.links(target="old")] == ["new-1"]


def test_a_count_of_copies_and_the_lack_of_an_addressee_are_told_apart() -> None:
    """NĐ 30/2020 PL VI Phần II: IssuedAmount has 3 digits; whoever asks for 10^27 copies does not ask for too few."""
    for copies in (0, 1000, 10**27):
        with pytest.raises(DocflowError) as caught:
            dataclasses.replace(make_draft(), copies=copies)
        assert caught.value.vi == "Số lượng bản phải từ 1 đến 999."
    with pytest.raises(DocflowError) as caught:
        dataclasses.replace(make_draft(), addressees=())
    assert "nơi nhận" in caught.value.vi


def test_the_register_says_by_what_a_document_was_replaced_or_corrected(office: Office) -> None:
    """A reader of the book finds the document in force without asking the system."""
    for name in ("old", "wrong", "plain"):
        seal_off(office, name)
    seal_linked(office, "new", Link(kind=LinkKind.REPLACES, target="old"))
    seal_linked(office, "fix", Link(kind=LinkKind.CORRECTS, target="wrong"), kind=DocumentType.CONG_VAN)
    seal_linked(office, "again", Link(kind=LinkKind.CORRECTS, target="new"), kind=DocumentType.CONG_VAN)
    office.recall("new", actor="V", reason="sai")
    notes = [line.cells[-1] for line in office.register(RegisterKind.OUTGOING, 2026).lines]
    assert notes == [
        "Đã được thay thế bằng 04/QĐ-UBND",
        "Đã được đính chính bằng 05/UBND-VP",
        "",
        "Đã được đính chính bằng 06/UBND-VP; Đã thu hồi",
        "",
        "",
    ]


def test_a_link_does_not_refer_to_one_of_two_with_one_id(office: Office) -> None:
    """Callers choose the ids of both directions; what answers means the arrival, what replaces the document."""
    seal_off(office, "d1")
    register(office, "d1", symbol="99/ABC", issued_on=None)
    refers = Link(kind=LinkKind.REFERS, target="d1")
    with refused(ErrorCode.BAD_ARGUMENT):
        office.draft(dataclasses.replace(make_draft(), links=(refers,)), actor="A", document_id="d2")
    office.assign("d1", actor="L", to="Phòng A")
    seal_linked(office, "d3", Link(kind=LinkKind.ANSWERS, target="d1"))
    seal_linked(office, "d4", Link(kind=LinkKind.REPLACES, target="d1"))
    assert office.document("d1").state is DocumentState.REPLACED
    (handled,) = office.register(RegisterKind.HANDLING, 2026).lines
    assert "02/QĐ-UBND" in handled.cells


def test_phu_luc_vi_iii_8_a_recalled_document_is_frozen_and_remembered(office: Office) -> None:
    """NĐ 30/2020 PL VI Phần I mục III.8: frozen; the metadata of the recall are kept; nothing leaves any more.

    NĐ 30/2020 PL VI Phần I mục III.8a: "Đóng băng văn bản đi và dữ liệu đặc tả văn bản đi khi có lệnh thu hồi văn bản
        của cơ quan, tổ chức."
    """
    seal_off(office, "d")
    with refused(ErrorCode.BAD_ARGUMENT):
        office.recall("d", actor="V", reason=" ")
    office.recall("d", actor="V", reason="ban hành sai thẩm quyền")
    assert {row.state for row in office.outbox()} == {OutboxState.CANCELLED}
    (remark,) = office.remarks("d")
    assert (remark.kind, remark.text, remark.said_by) == (RemarkKind.RECALL, "ban hành sai thẩm quyền", "V")
    frozen: list[Callable[[], object]] = [
        lambda: office.revise("d", make_draft(), actor="A", version=1),
        lambda: office.hand_over("d", 1, actor="V", how="bưu điện"),
        lambda: office.add_addressees("d", (Addressee(name="Xã A"),), actor="V", reason="thêm"),
        lambda: office.void("d", actor="V", reason="r"),
    ]
    before = office.checkpoint()
    for act in frozen:
        with refused(ErrorCode.WRONG_STATE):
            act()
    assert office.checkpoint() == before
    assert office.verify_log().is_intact


def test_dieu_32_2_files_of_their_own_are_signed_after_the_document_and_all_before_it_leaves(office: Office) -> None:
    """NĐ 30/2020 Điều 32 khoản 2, PL I mục II.8.b: each attachment in its own file is signed by the agency."""
    office.draft(make_draft(), actor="A", document_id="d")
    for number in range(2):
        office.attach("d", b"%%PDF appendix %d" % number, name=f"Phụ lục {number}", actor="A")
    office.approve("d", actor="B")
    office.leader_signed("d", leader_pdf("d"), actor=LEADER)
    office.issue("d", actor="V")
    with refused(ErrorCode.WRONG_STATE):
        office.attachment_sealed("d", b"%PDF appendix 0 seal", position=0, actor="V")
    office.sealed("d", leader_pdf("d") + b" seal", actor="V")
    assert {row.state for row in office.outbox()} == {OutboxState.HELD}
    with refused(ErrorCode.SIGNATURE_REFUSED):
        office.attachment_sealed("d", b"%PDF another seal", position=0, actor="V")
    with refused(ErrorCode.NOT_FOUND):
        office.attachment_sealed("d", b"%PDF appendix 0 seal", position=2, actor="V")
    office.attachment_sealed("d", b"%PDF appendix 0 seal", position=0, actor="V")
    assert {row.state for row in office.outbox()} == {OutboxState.HELD}
    office.attachment_sealed("d", b"%PDF appendix 1 seal", position=1, actor="V")
    assert {row.state for row in office.outbox()} == {OutboxState.READY}
    assert [item.sealed_pdf is not None for item in office.attachments("d")] == [True, True]


def test_phu_luc_iv_the_day_and_the_receiver_of_what_is_handed_over(office: Office) -> None:
    """NĐ 30/2020 PL IV: ngày chuyển, ký nhận; each addressee once."""
    seal_off(office, "d")
    office.hand_over("d", 1, actor="V", how="bưu điện", signed_for="Phạm Thị Dung")
    row = office.outbox(document_id="d")[1]
    assert (row.state, row.sent_how, row.signed_for) == (OutboxState.SENT, "bưu điện", "Phạm Thị Dung")
    assert row.sent_at == datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
    for position in (1, 7):
        with refused(ErrorCode.WRONG_STATE):
            office.hand_over("d", position, actor="V", how="xe máy")


def test_addressees_are_added_once_and_wait_like_the_others(office: Office) -> None:
    """QCVN 102:2016 (cập nhật nơi nhận): who has it is not named again."""
    seal_off(office, "d")
    known = Addressee(name="Tên khác", code=parse_agency_code("H99.12"))
    new = Addressee(name="Xã A", code=parse_agency_code("H99.13"))
    for added in ((), (known,), (new, new)):
        with refused(ErrorCode.BAD_ARGUMENT):
            office.add_addressees("d", added, actor="V", reason="bổ sung")
    office.add_addressees("d", (new,), actor="V", reason="bổ sung")
    rows = office.outbox(document_id="d")
    assert [(row.position, row.addressee_code, row.state) for row in rows[2:]] == [(2, "H99.13", OutboxState.READY)]
    assert office.remarks("d")[-1].kind is RemarkKind.UPDATE


@pytest.mark.parametrize("day", [date(2126, 1, 9), date(1, 1, 1)])
def test_a_day_of_answer_beyond_the_calendar_is_refused(office: Office, day: date) -> None:
    """The receivers would count with it; in a draft and in its revision."""
    far = dataclasses.replace(make_draft(), due_date=day)
    with refused(ErrorCode.BAD_ARGUMENT):
        office.draft(far, actor="A", document_id="d")
    office.draft(make_draft(), actor="A", document_id="d")
    with refused(ErrorCode.BAD_ARGUMENT):
        office.revise("d", far, actor="A", version=1)


def test_phu_luc_vi_the_fields_of_an_issued_document(office: Office) -> None:
    """NĐ 30/2020 PL VI Phần II: what an issued document says in the decree's fields.

    NĐ 30/2020 PL VI Phần I mục III.1g: "Cho phép tự động cập nhật các trường thông tin số 1.1, 1.2, 2, 4, 6, 10, 13.1
        Mục I Phần II Phụ lục này"
    NĐ 30/2020 PL VI Phần I mục III.7b: "Hiển thị toàn bộ dữ liệu đặc tả của một văn bản, hồ sơ khi có yêu cầu của
        người sử dụng được cấp quyền."
    """
    draft = dataclasses.replace(
        make_draft(),
        urgency=Urgency.HOA_TOC_HEN_GIO,
        appointed_at=datetime(2026, 1, 6, 1, 0, tzinfo=UTC),
        due_date=date(2026, 1, 9),
        page_count=3,
        note="ghi chú",
    )
    office.draft(draft, actor="A", document_id="d")
    office.approve("d", actor="B")
    office.leader_signed("d", leader_pdf("d"), actor=LEADER)
    office.issue("d", actor="V")
    assert office.document("d").draft == draft
    assert describe_document(office.document("d"), agency=office.agency) == {
        "TypeName": "Quyết định",
        "CodeNumber": "01",
        "CodeNotation": "QĐ-UBND",
        "IssuedDate": "05/01/2026",
        "OrganName": "Ủy ban nhân dân tỉnh An Bình",
        "Subject": "về việc ban hành Quy chế làm việc",
        "Language": "Tiếng Việt",
        "PageAmount": 3,
        "Description": "ghi chú",
        "SignerInfo.Position": "Chủ tịch",
        "SignerInfo.FullName": LEADER,
        "Priority": 4,
        "IssuedAmount": 1,
        "DueDate": "09/01/2026",
        "To.OrganId": ("H99.12", ""),
        "To.OrganName": ("Sở Khoa học và Công nghệ", "Các hộ dân thôn Đông"),
    }


def test_only_a_timed_express_document_names_its_hour() -> None:
    """QCVN 102:2016 (Priority 4): hỏa tốc hẹn giờ has an hour and its zone, the others none."""
    hour = datetime(2026, 1, 6, 1, 0, tzinfo=UTC)
    for urgency, at in ((Urgency.HOA_TOC, hour), (Urgency.HOA_TOC_HEN_GIO, None)):
        with refused(ErrorCode.BAD_ARGUMENT):
            dataclasses.replace(make_draft(), urgency=urgency, appointed_at=at)
    with refused(ErrorCode.BAD_ARGUMENT):
        naive = hour.replace(tzinfo=None)
        dataclasses.replace(make_draft(), urgency=Urgency.HOA_TOC_HEN_GIO, appointed_at=naive)
    assert [u.stamp for u in Urgency] == [None, "KHẨN", "THƯỢNG KHẨN", "HOẢ TỐC", "HOẢ TỐC"]


BAD_TEXTS = ["", "  ", "a\x00b", "a\u202eb", "a\u200bb", "\ud800", unicodedata.normalize("NFD", "về việc"), "x" * 6000]


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_bad_words_are_refused_at_every_verb_and_nothing_is_written(office: Office, tmp_path: Path, text: str) -> None:
    """NUL, bidi, invisible, surrogate, NFD, too long, empty: BAD_ARGUMENT in Vietnamese, no row, no file."""
    seal_off(office, "d")
    office.draft(make_draft(), actor="A", document_id="e")
    before = office.checkpoint()
    files = sorted((tmp_path / "office" / "blobs").glob("*/*"))
    acts: list[Callable[[], object]] = [
        lambda: office.draft(make_draft(text), actor="A", document_id="f"),
        lambda: office.draft(make_draft(), actor=text, document_id="f", pdf=b"%PDF unseen"),
        lambda: office.comment("e", text, actor="B"),
        lambda: office.return_draft("e", actor="B", reason=text),
        lambda: office.attach("e", b"%PDF unseen", name=text, actor="B") if len(text) < 6000 else _too_long(office),
        lambda: office.detach("e", position=0, actor="B", reason=text),
        lambda: office.cancel("e", actor="B", reason=text),
        lambda: office.approve("e", actor=text),
        lambda: office.hand_over("d", 1, actor="V", how=text),
        lambda: office.recall("d", actor="V", reason=text),
        lambda: office.grant(text, OfficeRole.QUAN_TRI, actor="A"),
        lambda: office.approve("e", actor="B", idempotency_key=text) if text else _too_long(office),
    ]
    for number, act in enumerate(acts):
        with pytest.raises(DocflowError) as caught:
            act()
        assert caught.value.code is ErrorCode.BAD_ARGUMENT, number
        assert caught.value.vi
    assert office.checkpoint() == before
    assert [p for p in sorted((tmp_path / "office" / "blobs").glob("*/*")) if p not in files] == []


def _too_long(office: Office) -> object:
    return office.approve("e", actor="x" * 6000)


_ORDER = ["draft", "approve", "leader_sign", "issue", "seal"]
_REACH = {
    DocumentState.DRAFTED: _ORDER[:1],
    DocumentState.RETURNED: [*_ORDER[:1], "return"],
    DocumentState.APPROVED: _ORDER[:2],
    DocumentState.LEADER_SIGNED: _ORDER[:3],
    DocumentState.NUMBERED: _ORDER[:4],
    DocumentState.SEALED: _ORDER,
    DocumentState.CANCELLED: [*_ORDER[:1], "cancel"],
    DocumentState.VOIDED: [*_ORDER[:4], "void"],
    DocumentState.RECALLED: [*_ORDER, "recall"],
    DocumentState.REPLACED: [*_ORDER, "replace"],
}
"""How a clerk brings a document to each state."""


def _draft(office: Office, name: str, _key: str | None) -> object:
    office.draft(make_draft(), actor="A", document_id=name)
    return office.attach(name, b"%PDF appendix", name="Phụ lục", actor="A")


def _revise(office: Office, name: str, key: str | None) -> object:
    version = office.document(name).version
    return office.revise(name, make_draft("khác"), actor="A", version=version, idempotency_key=key)


def _seal_attachment(office: Office, name: str, key: str | None) -> object:
    return office.attachment_sealed(name, b"%PDF appendix seal", position=0, actor="V", idempotency_key=key)


def _hand_over(office: Office, name: str, key: str | None) -> object:
    _seal_attachment(office, name, None)
    return office.hand_over(name, 1, actor="V", how="bưu điện", idempotency_key=key)


def _update(office: Office, name: str, key: str | None) -> object:
    added = (Addressee(name="Xã A"),)
    return office.add_addressees(name, added, actor="V", reason="thêm", idempotency_key=key)


def _replace(office: Office, name: str, _key: str | None) -> object:
    seal_linked(office, f"{name}-next", Link(kind=LinkKind.REPLACES, target=name))
    return None


_ACTS: dict[str, Callable[[Office, str, str | None], object]] = {
    "draft": _draft,
    "revise": _revise,
    "comment": lambda o, name, key: o.comment(name, "được", actor="B", idempotency_key=key),
    "attach": lambda o, name, key: o.attach(name, b"%PDF more", name="Phụ lục II", actor="A", idempotency_key=key),
    "detach": lambda o, name, key: o.detach(name, position=0, actor="A", reason="nhầm", idempotency_key=key),
    "return": lambda o, name, key: o.return_draft(name, actor="B", reason="sai", idempotency_key=key),
    "approve": lambda o, name, key: o.approve(name, actor="B", idempotency_key=key),
    "leader_sign": lambda o, name, key: o.leader_signed(name, leader_pdf(name), actor=LEADER, idempotency_key=key),
    "issue": lambda o, name, key: o.issue(name, actor="V", idempotency_key=key),
    "seal": lambda o, name, key: o.sealed(name, leader_pdf(name) + b" seal", actor="V", idempotency_key=key),
    "seal_attachment": _seal_attachment,
    "hand_over": _hand_over,
    "update": _update,
    "replace": _replace,
    "recall": lambda o, name, key: o.recall(name, actor="V", reason="sai", idempotency_key=key),
    "cancel": lambda o, name, key: o.cancel(name, actor="A", reason="thôi", idempotency_key=key),
    "void": lambda o, name, key: o.void(name, actor="V", reason="in hỏng", idempotency_key=key),
}
"""How a clerk does each thing, under a key of its own if there is one."""


@pytest.mark.parametrize("state", DocumentState)
def test_every_way_of_the_table_is_open_and_no_other(office: Office, state: DocumentState) -> None:
    """From each state, each event: the table's target, with a leaf of the table's type; or WRONG_STATE, and nothing."""
    open_ways = {row.event.value: row for row in OUTGOING if row.source is state}
    for number, event in enumerate(DocumentEvent):
        name = f"d{number}"
        for step in _REACH[state]:
            _ACTS[step](office, name, None)
        assert office.document(name).state is state
        before = office.checkpoint()
        if event in {DocumentEvent.DRAFT, DocumentEvent.REPLACE} and event.value not in open_ways:
            continue  # a second draft is another document's; a replacement needs one in force: tested above
        if event.value in open_ways:
            _ACTS[event.value](office, name, f"own {name}")
            assert office.document(name).state is open_ways[event.value].target
            proof = office.inclusion_proof(name)
            assert check_proof(proof, vkey=office.vkey).type == open_ways[event.value].evidence
            continue
        with refused(ErrorCode.WRONG_STATE):
            _ACTS[event.value](office, name, f"own {name}")
        assert office.checkpoint() == before
    assert office.verify_log().is_intact
