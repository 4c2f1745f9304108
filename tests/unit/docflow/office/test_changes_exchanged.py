"""Recall, replacement, correction, answers and more addressees, with effect at the other agency."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from docflow import (
    Addressee,
    DirectoryEntry,
    DocflowError,
    DocumentState,
    ErrorCode,
    FileDrop,
    InboxOutcome,
    IncomingState,
    Link,
    LinkKind,
    Office,
    OutboxState,
    ParcelKind,
    Period,
    ReceiptKind,
    build_directory,
    parse_agency_code,
)
from docflow.edxml import BusinessType, DocumentInfo, NewDocument, build_message, parse_message
from docflow.model import IncomingEvent
from docflow.ports import Parts
from tests.exchange_kit import RECEIVER, SENDER, KeySigner, TwoAgencies, open_exchanging, open_two, seal_document
from tests.office_kit import SetClock, leader_pdf, make_draft


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[TwoAgencies]:
    """Two agencies; the receiver has the sender's document ``d1`` in his register."""
    opened = open_two(tmp_path)
    seal_document(opened.sender, "d1")
    opened.exchange()
    opened.receiver.accept(opened.arrived().id, actor="V")
    opened.exchange()
    yield opened
    opened.close()


def seal_linked(office: Office, name: str, *links: Link, to: str = RECEIVER) -> None:
    """Bring a document with links to its end."""
    seal_document(office, name, to=(to,), links=links)


def newest(office: Office, subject: str, kind: ParcelKind) -> NewDocument:
    """Return the newest message of a kind about a document."""
    parcel = [item for item in office.parcels(subject) if item.kind is kind][-1]
    message = parse_message(office.blob(parcel.message or ""))
    assert isinstance(message, NewDocument)
    return message


def test_dieu_18_4_a_recalled_document_is_destroyed_where_it_was_sent(pair: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18 khoản 4b; QĐ 28/2018 Điều 8.2, 9.2: message 1; the receiver destroys it and says so (15).

    NĐ 30/2020 Điều 18.4b: "bên nhận hủy bỏ văn bản điện tử bị thu hồi trên Hệ thống, đồng thời thông báo qua Hệ thống
        để bên gửi biết"
    NĐ 30/2020 PL VI Phần I mục III.8b: "Hủy văn bản đến và dữ liệu đặc tả văn bản đến khi có lệnh thu hồi văn bản từ
        cơ quan, tổ chức phát hành văn bản."
    QĐ 28/2018 Điều 8.2: "Trường hợp thu hồi văn bản điện tử, Bên gửi phải thông báo trên hệ thống quản lý văn bản và
        điều hành cho Bên nhận biết để xử lý văn bản điện tử được thu hồi."
    QĐ 28/2018 Điều 9.2: "Trường hợp nhận được thông báo thu hồi văn bản điện tử, Bên nhận có trách nhiệm hủy bỏ văn
        bản điện tử được thu hồi đó trên hệ thống quản lý văn bản và điều hành"
    """
    held = pair.arrived()
    pair.sender.recall("d1", actor="V", reason="ban hành sai thẩm quyền")
    message = newest(pair.sender, "d1", ParcelKind.NOTICE)
    assert message.business.type == BusinessType.REVOCATION
    assert message.business.reason == "ban hành sai thẩm quyền"
    assert message.attachments == ()
    pair.exchange()
    assert pair.arrived().take_back == "ban hành sai thẩm quyền"
    pair.receiver.agree_take_back(held.id, actor="V")
    pair.exchange()
    assert pair.arrived().state is IncomingState.TAKEN_BACK
    with pytest.raises(DocflowError):
        pair.receiver.blob(held.pdf or "")
    assert pair.sender.document("d1").state is DocumentState.RECALLED
    assert [row.state for row in pair.sender.outbox(document_id="d1")] == [OutboxState.TAKEN_BACK]
    assert all(p.answered_by for p in pair.sender.parcels("d1") if p.kind is not ParcelKind.RECEIPT)
    assert pair.sender.verify_log().is_intact
    assert pair.receiver.verify_log().is_intact


def test_a_recall_that_overtakes_its_document_is_put_when_it_is_repeated(tmp_path: Path) -> None:
    """The recall waits for its document; repeated, it is put before whoever has it, once."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    pair.sender.dispatch(pair.drop)
    (document,) = pair.parcels_of(RECEIVER)
    document.rename(tmp_path / "late")
    pair.sender.recall("d1", actor="V", reason="sai")
    pair.sender.dispatch(pair.drop)
    (reception,) = pair.receiver.collect(pair.drop)
    assert (reception.outcome, reception.reason) == (None, "the document is not here")
    (tmp_path / "late").rename(document)
    pair.clock.advance(minutes=10)
    pair.exchange()
    assert pair.arrived().take_back == "sai"
    pair.close()


def test_dieu_18_3_a_replacement_says_what_it_replaces(pair: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18 khoản 3: message 3 names the old document and its receivers, and arrives as a document."""
    seal_linked(pair.sender, "d2", Link(kind=LinkKind.REPLACES, target="d1"))
    pair.exchange()
    message = newest(pair.sender, "d2", ParcelKind.DOCUMENT)
    old = newest(pair.sender, "d1", ParcelKind.DOCUMENT)
    assert message.business.type == BusinessType.REPLACEMENT
    assert [(r.document_id, r.organ_ids) for r in message.business.replacements] == [(old.document_id, (RECEIVER,))]
    assert pair.sender.document("d1").state is DocumentState.REPLACED
    older, newer = pair.receiver.incoming()
    assert (older.subject, newer.subject) == ("về việc d1", "về việc d2")
    assert (older.replaced_by, newer.replaced_by, older.state) == (newer.id, None, IncomingState.REGISTERED)
    assert pair.receiver.incoming_acts(older.id)[-1].event is IncomingEvent.REPLACE
    assert newer.symbol in pair.receiver.incoming_acts(older.id)[-1].text
    assert pair.receiver.verify_log().is_intact


def test_a_replacement_that_overtakes_what_it_replaces_takes_effect_when_that_comes(tmp_path: Path) -> None:
    """The axis keeps no order: what was said of a document that is not here yet is not forgotten."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    pair.sender.dispatch(pair.drop)
    (document,) = pair.parcels_of(RECEIVER)
    document.rename(tmp_path / "late")
    seal_linked(pair.sender, "d2", Link(kind=LinkKind.REPLACES, target="d1"))
    pair.exchange()
    (newer,) = pair.receiver.incoming()
    assert newer.replaced_by is None
    (tmp_path / "late").rename(document)
    pair.exchange()
    older = next(item for item in pair.receiver.incoming() if item.id != newer.id)
    assert (older.subject, older.replaced_by) == ("về việc d1", newer.id)
    assert pair.receiver.verify_log().is_intact
    pair.close()


def test_who_holds_a_replaced_document_and_does_not_get_the_other_is_named(pair: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18 khoản 3: message 3 goes to its own addressees; the registry hears whom it does not reach.

    Whoever never got the old one, and the agency itself, are not named; nor is who was sent the new one afterwards.
    """
    by_hand, waiting = Addressee(name="Hộ dân thôn Đông"), Addressee(name="Cơ quan", code=parse_agency_code("H99.14"))
    own = Addressee(name="Văn phòng", code=parse_agency_code(SENDER))
    pair.sender.add_addressees("d1", (by_hand, waiting, own), actor="V", reason="bổ sung nơi nhận")
    for position in (1, 3):
        pair.sender.hand_over("d1", position, actor="V", how="bưu điện")
    not_told = ("Cơ quan H99.12", "Hộ dân thôn Đông")
    draft = dataclasses.replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target="d1"),))
    for name in ("never", "late"):
        pair.sender.draft(draft, actor="A", document_id=name)
        assert [row.addressee_name for row in pair.sender.not_told(name)] == [not_told[1]]
    pair.sender.cancel("never", actor="A", reason="gửi thiếu")
    assert pair.sender.not_told("never") == ()
    sealed = seal_document(pair.sender, "d2", to=("H99.13",), links=draft.links)
    assert (sealed.not_told, sealed.is_replay) == (not_told, False)
    again = pair.sender.sealed("d2", leader_pdf("d2") + b" seal", actor="V")
    assert (again.not_told, again.is_replay) == (not_told, True)
    pair.exchange()
    assert pair.arrived().replaced_by is None
    more = (Addressee(name="Sở", code=parse_agency_code(RECEIVER)), by_hand)
    pair.sender.add_addressees("d2", more, actor="V", reason="thay văn bản đã gửi")
    assert [pair.sender.not_told(name) for name in ("d1", "d2", "late")] == [(), (), ()]
    pair.exchange()
    older, newer = pair.receiver.incoming()
    assert (older.replaced_by, newer.symbol) == (newer.id, "02/QĐ-UBND")


def test_a_replaced_document_is_asked_back_from_who_does_not_get_the_other(pair: TwoAgencies) -> None:
    """QCVN 102:2016/BTTTT (13): there is no recall of what is not in force, but whoever has it can be asked."""
    seal_document(pair.sender, "d2", to=("H99.13",), links=(Link(kind=LinkKind.REPLACES, target="d1"),))
    with pytest.raises(DocflowError) as refused:
        pair.sender.recall("d1", actor="V", reason="sai")
    assert refused.value.code is ErrorCode.WRONG_STATE
    (row,) = pair.sender.not_told("d2")
    assert row.addressee_code == RECEIVER
    asked = pair.sender.take_back("d1", actor="V", reason="đã được thay thế bằng 02/QĐ-UBND", addressee=RECEIVER)
    assert asked == (RECEIVER,)
    pair.exchange()
    assert pair.arrived().take_back == "đã được thay thế bằng 02/QĐ-UBND"
    pair.receiver.agree_take_back(pair.arrived().id, actor="V")
    pair.exchange()
    assert pair.sender.not_told("d2") == ()
    assert pair.sender.document("d1").state is DocumentState.REPLACED
    assert pair.sender.verify_log().is_intact


def test_whoever_took_over_a_code_gets_the_replacement_for_it(tmp_path: Path) -> None:
    """QĐ 09/2025/QĐ-TTg: the old document went to a code that has since merged into another; the new one to that."""
    until = Period(until=date(2026, 1, 5))
    merged, new = parse_agency_code(RECEIVER), parse_agency_code("H99.20")
    codes = build_directory(
        [
            DirectoryEntry(code=merged, name="Sở cũ", term=until, successors=(new,)),
            DirectoryEntry(code=new, name="Sở mới"),
        ]
    )
    with open_exchanging(tmp_path, SENDER, clock=SetClock(), codes=codes) as sender:
        seal_document(sender, "d1")
        sender.dispatch(FileDrop(tmp_path / "drop"))
        assert [row.state for row in sender.outbox(document_id="d1")] == [OutboxState.SENT]
        links = (Link(kind=LinkKind.REPLACES, target="d1"),)
        assert seal_document(sender, "d2", to=("H99.20",), links=links).not_told == ()


def test_nobody_replaces_the_document_of_another(pair: TwoAgencies, tmp_path: Path) -> None:
    """A third agency that names the sender's document in its list changes nothing at the receiver."""
    held = pair.arrived()
    with open_exchanging(tmp_path, "H99.13", clock=pair.clock) as third:
        seal_linked(third, "d9")
        seal_linked(third, "d10", Link(kind=LinkKind.REPLACES, target="d9"))
        third.dispatch(pair.drop)
        parcel = next(item for item in third.parcels("d10") if item.kind is ParcelKind.DOCUMENT)
        genuine = parse_message(third.blob(parcel.message or ""))
        assert isinstance(genuine, NewDocument)
        for path in pair.parcels_of(RECEIVER):
            shutil.rmtree(path)
        info = dataclasses.replace(genuine.business.replacements[0], document_id=held.document_id, organ_ids=())
        business = dataclasses.replace(genuine.business, replacements=(info,))
        data = build_message(dataclasses.replace(genuine, business=business))
        pair.drop.send(Parts(message=data, message_cms=KeySigner("H99.13").sign(data)), name="x", recipient=RECEIVER)
    receptions = pair.receiver.collect(pair.drop)
    assert [item.outcome for item in receptions] == [InboxOutcome.ACCEPTED]
    assert pair.receiver.incoming_document(held.id).replaced_by is None
    assert pair.receiver.verify_log().is_intact


def test_an_answer_names_the_document_it_answers(pair: TwoAgencies) -> None:
    """QCVN 102:2016 (ResponseFor): the link to an incoming document travels, and leads back from it."""
    arrived = pair.arrived()
    seal_linked(pair.receiver, "reply", Link(kind=LinkKind.ANSWERS, target=arrived.id), to=SENDER)
    pair.exchange()
    (answered,) = newest(pair.receiver, "reply", ParcelKind.DOCUMENT).response_for
    assert (answered.organ_id, answered.document_id) == (SENDER, arrived.document_id)
    assert [row.document_id for row in pair.receiver.links(target=arrived.id)] == ["reply"]


def test_an_added_addressee_gets_the_document_and_the_others_hear_of_it(pair: TwoAgencies, tmp_path: Path) -> None:
    """QCVN 102:2016 (cập nhật): the new one gets it as it is; who has it is told (2), acknowledges, keeps it."""
    code = "H99.13"
    added = (Addressee(name="Sở Nội vụ", code=parse_agency_code(code)),)
    pair.sender.add_addressees("d1", added, actor="V", reason="bổ sung nơi nhận")
    with open_exchanging(tmp_path, code, clock=pair.clock) as third:
        pair.exchange()
        third.collect(pair.drop)
        assert [d.subject for d in third.incoming()] == ["về việc d1"]
    notice = newest(pair.sender, "d1", ParcelKind.NOTICE)
    assert notice.business.type == BusinessType.UPDATE
    info = notice.business.document_info
    assert info is not None
    assert [(r.organ_id, r.receiver_type) for r in info.receivers] == [(code, 1)]
    assert pair.arrived().state is IncomingState.REGISTERED
    assert [p.answered_by is not None for p in pair.sender.parcels("d1") if p.kind is ParcelKind.NOTICE] == [True]
    assert pair.receiver.verify_log().is_intact


def test_an_update_of_the_document_itself_goes_back(pair: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18 khoản 3: an issued document is not changed in place: 02 with the reason, nothing changes."""
    original = newest(pair.sender, "d1", ParcelKind.DOCUMENT)
    business = dataclasses.replace(
        original.business,
        type=BusinessType.UPDATE,
        document_id=original.document_id,
        document_info=DocumentInfo(document_info=1, document_receiver=0),
    )
    data = build_message(dataclasses.replace(original, business=business, subject="về việc khác hẳn"))
    pair.drop.send(Parts(message=data, message_cms=KeySigner(SENDER).sign(data)), name="update", recipient=RECEIVER)
    before = pair.arrived()
    (reception,) = pair.receiver.collect(pair.drop)
    assert (reception.outcome, reception.reason) == (
        InboxOutcome.REFUSED,
        "an issued document is not changed in place",
    )
    assert pair.arrived() == before


def test_what_never_left_is_recalled_without_a_word_to_anybody(tmp_path: Path) -> None:
    """A recall before dispatch keeps the document back; no message is made, and an office without post may do it."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    pair.sender.recall("d1", actor="V", reason="sai")
    pair.exchange()
    assert pair.receiver.incoming() == ()
    assert pair.sender.parcels("d1") == ()
    with pytest.raises(DocflowError) as caught:
        pair.sender.take_back("d1", actor="V", reason="sai")
    assert caught.value.code is ErrorCode.WRONG_STATE
    pair.close()


def test_mail_in_flight_follows_the_successor_of_a_closed_code(tmp_path: Path) -> None:
    """QĐ 09/2025 Điều 2: addressed to H99.12 before the merger, it reaches H99.20 after it, and its receipts count."""
    merged = DirectoryEntry(
        code=parse_agency_code(RECEIVER),
        name="Sở cũ",
        term=Period(until=date(2026, 1, 5)),
        successors=(parse_agency_code("H99.20"),),
    )
    gone = DirectoryEntry(code=parse_agency_code("H99.30"), name="Giải thể", term=Period(until=date(2026, 1, 5)))
    codes = build_directory([merged, gone, DirectoryEntry(code=parse_agency_code("H99.20"), name="Sở mới")])
    clock, drop = SetClock(), FileDrop(tmp_path / "drop")
    with (
        open_exchanging(tmp_path, SENDER, clock=clock, codes=codes) as sender,
        open_exchanging(tmp_path, "H99.20", clock=clock, codes=codes) as successor,
    ):
        seal_document(sender, "d1", to=(RECEIVER, "H99.30"))
        clock.advance(days=1)
        dispatched = sender.dispatch(drop)
        assert (dispatched.packed, dispatched.sent, dispatched.failed) == (1, 1, 1)
        for _ in range(3):
            successor.collect(drop)
            successor.dispatch(drop)
            sender.collect(drop)
        (document,) = successor.incoming()
        successor.accept(document.id, actor="V")
        successor.dispatch(drop)
        sender.collect(drop)
        assert sender.outbox(document_id="d1")[0].addressee_code == RECEIVER  # as it was addressed, for ever
        stages = {known.addressee: ReceiptKind.REGISTERED in known.facts for known in sender.knowledge("d1")}
        assert stages == {RECEIVER: True, "H99.30": False}
        sender.take_back("d1", actor="V", reason="gửi nhầm", addressee=RECEIVER)
        sender.dispatch(drop)
        successor.collect(drop)
        successor.agree_take_back(document.id, actor="V")
        successor.dispatch(drop)
        sender.collect(drop)
        assert sender.outbox(document_id="d1")[0].state is OutboxState.TAKEN_BACK
        assert sender.verify_log().is_intact


def test_what_is_our_own_is_not_destroyed_with_what_another_takes_back(pair: TwoAgencies) -> None:
    """A received file that also goes with a document of our own stays, whoever takes his copy back."""
    held = pair.arrived()
    pdf = pair.receiver.blob(held.pdf or "")
    draft = dataclasses.replace(make_draft(), subject="về việc chuyển văn bản")
    pair.receiver.draft(draft, actor="A", document_id="own")
    pair.receiver.attach("own", pdf, name="Văn bản của cấp trên", actor="A")
    pair.sender.recall("d1", actor="V", reason="sai")
    pair.exchange()
    pair.receiver.agree_take_back(held.id, actor="V")
    assert pair.receiver.blob(held.pdf or "") == pdf
    assert pair.receiver.verify_log().is_intact
