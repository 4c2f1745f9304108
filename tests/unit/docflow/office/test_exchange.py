"""Two agencies: what is sent arrives once, every stage is answered, every attack is refused, logged and answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from docflow import (
    DocflowError,
    ErrorCode,
    FileDrop,
    FileVerdict,
    InboxOutcome,
    IncomingState,
    OutboxState,
    Punctuality,
    ReceiptKind,
    RegisterKind,
    Urgency,
)
from docflow.edxml import NewDocument, build_message, parse_message
from docflow.evidence import build_receipt, parse_receipt
from docflow.exchange import name_parcel
from docflow.model import Duty, end_of_day
from docflow.ports import ParcelKind, Parts
from tests.exchange_kit import (
    RECEIVER,
    SENDER,
    KeyPeers,
    KeySigner,
    SetVerdicts,
    TwoAgencies,
    open_exchanging,
    open_two,
    seal_document,
)
from tests.office_kit import leader_pdf, make_draft, register_csv, sign_off

STRANGER = "H99.13"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoAgencies]:
    """Two agencies and a folder."""
    made = open_two(tmp_path)
    yield made
    made.close()


def both_know(two: TwoAgencies, document_id: str = "d1") -> frozenset[ReceiptKind]:
    """Return what both sides know, which must be the same, and both logs whole."""
    (there,) = two.sender.knowledge(document_id)
    (here,) = two.receiver.knowledge(two.arrived().id)
    assert there.facts == here.facts
    assert (there.document_id, there.addressee) == (here.document_id, here.addressee)
    assert two.sender.verify_log().findings == ()
    assert two.receiver.verify_log().findings == ()
    return there.facts


def sent_document(two: TwoAgencies, document_id: str = "d1") -> Parts:
    """Seal and send a document, and return its parcel out of the drop."""
    seal_document(two.sender, document_id)
    two.sender.dispatch(two.drop)
    (delivery,) = two.drop.fetch(RECEIVER)
    two.drop.settle(RECEIVER, delivery, is_refused=False)
    assert delivery.parts is not None
    return delivery.parts


def forge(parts: Parts, *, by: str = SENDER, **changes: object) -> Parts:
    """Return the document changed and signed again with an agency's service key."""
    message = parse_message(parts.message or b"")
    assert isinstance(message, NewDocument)
    data = build_message(replace(message, **changes))  # type: ignore[arg-type]
    return Parts(message=data, message_cms=KeySigner(by).sign(data))


def lay(two: TwoAgencies, parts: Parts, recipient: str = RECEIVER) -> None:
    """Lay a parcel into somebody's folder."""
    two.drop.send(parts, name=name_parcel(parts), recipient=recipient)


def outcomes(two: TwoAgencies) -> list[InboxOutcome | None]:
    """Let the receiver collect."""
    return [reception.outcome for reception in two.receiver.collect(two.drop)]


def test_a_document_goes_its_whole_way_and_both_know(two: TwoAgencies) -> None:
    """01, 03, 04, 05, 06: each stage leaves a receipt on both sides, and the book has the arrival.

    NĐ 30/2020 PL VI Phần I mục III.1o: "Cho phép cơ quan, tổ chức gửi văn bản biết tình trạng xử lý văn bản của cơ
        quan, tổ chức nhận văn bản."
    QĐ 28/2018 Điều 6.3: "Văn bản điện tử phải được theo dõi, cập nhật tự động trạng thái gửi, nhận, xử lý trên hệ
        thống quản lý văn bản và điều hành."
    QĐ 28/2018 Điều 9.2: "Sau khi tiếp nhận, Bên nhận xử lý và phản hồi trạng thái xử lý văn bản điện tử trên hệ thống
        quản lý văn bản và điều hành."
    """
    seal_document(two.sender, "d1")
    two.exchange()
    name = two.arrived().id
    assert two.receiver.accept(name, actor="Văn thư").number == 1
    two.receiver.assign(name, actor="Chánh Văn phòng", to="Phòng Tổng hợp")
    two.receiver.progress(name, actor="Phòng Tổng hợp")
    two.receiver.complete(name, actor="Phòng Tổng hợp", note="đã trả lời")
    two.exchange()
    stages = {"arrived", "registered", "assigned", "processing", "completed"}
    assert both_know(two) == {ReceiptKind(kind) for kind in stages}
    assert two.sender.knowledge("d1")[0].stage is IncomingState.COMPLETED
    rows = register_csv(two.receiver, RegisterKind.INCOMING).splitlines()
    assert len(rows) == 2
    assert all(cell in rows[1] for cell in ("05/01/2026", "01/QĐ-UBND", "Phòng Tổng hợp", f"Cơ quan {SENDER}"))


def test_the_sender_hears_that_a_document_that_lost_its_answer_is_handled_again(two: TwoAgencies) -> None:
    """QĐ 28/2018 Điều 6.3, 9.2: the state is fed back, and the sender sees the last one: 05 after 06, then 06 again."""
    seal_document(two.sender, "d1")
    two.exchange()
    name = two.arrived().id
    two.receiver.accept(name, actor="Văn thư")
    two.receiver.assign(name, actor="Chánh Văn phòng", to="Phòng Tổng hợp")
    seal_document(two.receiver, "answer", to=(SENDER,))
    two.receiver.answer(name, actor="Phòng Tổng hợp", by="answer")
    two.exchange()
    told = {receipt.id for receipt in two.sender.receipts("d1")}
    two.clock.advance(minutes=1)
    two.receiver.recall("answer", actor="Văn thư", reason="sai số liệu")
    two.exchange()
    news = [one for one in two.sender.receipts("d1") if one.id not in told and one.kind is not ReceiptKind.ACKNOWLEDGED]
    assert [(one.kind, one.agency) for one in news] == [(ReceiptKind.PROCESSING, RECEIVER)]
    for state in (IncomingState.PROCESSING, IncomingState.COMPLETED):
        assert two.receiver.incoming_document(name).state is state
        assert [two.sender.knowledge("d1")[0].stage, two.receiver.knowledge(name)[0].stage] == [state, state]
        if state is IncomingState.PROCESSING:
            two.clock.advance(minutes=1)
            two.receiver.complete(name, actor="Phòng Tổng hợp")
            two.exchange()


def test_a_refused_document_ends_refused_with_its_reason_on_both_sides(two: TwoAgencies) -> None:
    """NĐ 30/2020 Đ.21.2b: returned with a reason, and the sender's outbox says returned.

    QĐ 28/2018 Điều 5.4: "Bên nhận có quyền từ chối nhận văn bản điện tử, nếu văn bản điện tử đó không bảo đảm các
        nguyên tắc, yêu cầu về gửi, nhận và phải chịu trách nhiệm về việc từ chối đó, đồng thời Bên nhận phản hồi cho
        Bên gửi được biết"
    """
    seal_document(two.sender, "d1")
    two.exchange()
    two.receiver.refuse(two.arrived().id, actor="Văn thư", reason="sai thẩm quyền")
    two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED, ReceiptKind.REFUSED}
    assert two.sender.outbox()[0].state is OutboxState.RETURNED
    assert two.arrived().number is None
    details = [parse_receipt(r.statement.encode()).detail for r in two.sender.receipts("d1")]
    assert "sai thẩm quyền" in details
    with pytest.raises(DocflowError) as caught:
        two.receiver.accept(two.arrived().id, actor="Văn thư")
    assert caught.value.code is ErrorCode.WRONG_STATE


def test_dieu_10_every_file_sent_with_a_document_arrives_and_can_be_read(two: TwoAgencies) -> None:
    """QĐ 28/2018 Điều 10.1: what is exchanged is the document and all files sent with it.

    NĐ 30/2020 PL VI Phần I mục III.1b: "Cho phép đính kèm văn bản."
    QĐ 28/2018 Điều 10.1: "bao gồm nội dung của văn bản điện tử đó và toàn bộ nội dung hồ sơ, tài liệu được gửi kèm
        theo"
    """
    seal_document(two.sender, "d1", attached=(b"%PDF annex", "Phụ lục I"))
    two.sender.dispatch(two.drop)
    assert outcomes(two) == []  # it waits for the agency's signature on the annex
    two.sender.attachment_sealed("d1", b"%PDF annex seal", position=0, actor="Văn thư")
    two.sender.dispatch(two.drop)
    assert outcomes(two) == [InboxOutcome.ACCEPTED]
    arrived = two.arrived()
    main, annex = two.receiver.incoming_files(arrived.id)
    assert (main.position, annex.position, annex.description) == (0, 1, "Phụ lục I")
    assert two.receiver.incoming_file(arrived.id, 0) == leader_pdf("d1") + b" seal"
    assert two.receiver.incoming_file(arrived.id, 1) == b"%PDF annex seal"
    assert annex.sha256 == hashlib.sha256(b"%PDF annex seal").hexdigest()
    for position in (-1, 2, 10**30):
        with pytest.raises(DocflowError) as caught:
            two.receiver.incoming_file(arrived.id, position)
        assert caught.value.code is ErrorCode.NOT_FOUND
    two.sender.take_back("d1", actor="Văn thư", reason="gửi nhầm")
    two.exchange()
    two.receiver.agree_take_back(arrived.id, actor="Văn thư")
    assert two.receiver.incoming_files(arrived.id) == ()


def test_dieu_6_18_what_is_signed_and_has_not_left_is_told_with_its_deadline(two: TwoAgencies) -> None:
    """QĐ 28/2018 Điều 6.2: on the day of signing, at the latest the morning of the next working day; urgent: at once.

    NĐ 30/2020 Điều 18.1, on paper: the day of signing, at the latest the next working day.
    """
    friday = datetime.fromisoformat("2026-01-16T15:00:00+07:00")
    two.clock.time = friday
    seal_document(two.sender, "d1")
    (waiting,) = two.sender.unsent()
    assert (waiting.duty, waiting.waiting, waiting.is_late) == (Duty.SEND, (f"Cơ quan {RECEIVER}",), False)
    assert waiting.due_at == datetime.fromisoformat("2026-01-19T12:00:00+07:00")
    two.clock.time = datetime.fromisoformat("2026-01-19T12:00:01+07:00")
    assert [(one.is_late, one.is_due_soon) for one in two.sender.unsent()] == [(True, True)]
    sign_off(two.sender, "paper")  # one addressee reads mail, the other only paper; no number yet
    assert [one.document.id for one in two.sender.unsent()] == ["d1", "paper"]
    two.sender.issue("paper", actor="V")
    two.sender.sealed("paper", leader_pdf("paper") + b" seal", actor="V")
    two.sender.dispatch(two.drop)
    (left,) = two.sender.unsent()
    assert (left.document.id, left.duty, left.waiting) == ("paper", Duty.ISSUE, ("Các hộ dân thôn Đông",))
    assert left.due_at == end_of_day(date(2026, 1, 20))
    two.sender.hand_over("paper", 1, actor="V", how="bưu điện")
    assert two.sender.unsent() == ()
    two.clock.time = friday + timedelta(days=7)
    seal_document(two.sender, "d2", urgency=Urgency.HOA_TOC)
    assert two.sender.unsent()[0].due_at == two.clock.time + timedelta(hours=1)


def test_nothing_but_the_leader_s_word_begins_the_term_to_pass_on(two: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 23.1: overdue it stays, whatever its sender or the registry says meanwhile; he may speak anew."""

    def standing() -> tuple[Duty | None, datetime | None, Punctuality]:
        (one,) = two.receiver.incoming_standings()
        return one.duty, one.due_at, one.punctuality

    two.clock.time = datetime.fromisoformat("2026-03-02T09:00:00+07:00")
    seal_document(two.sender, "d1")
    two.exchange()
    name = two.arrived().id
    two.receiver.accept(name, actor="Văn thư")
    two.receiver.submit(name, actor="Văn thư", to="Chủ tịch")
    two.receiver.instruct(name, actor="Chủ tịch", instruction="giao Phòng Ngân sách")
    tuesday = end_of_day(date(2026, 3, 3))
    assert standing() == (Duty.TRANSFER, tuesday, Punctuality.RUNNING)
    two.clock.advance(days=3)
    two.sender.take_back("d1", actor="Văn thư", reason="gửi nhầm")
    two.exchange()
    assert standing() == (Duty.TRANSFER, tuesday, Punctuality.OVERDUE)
    two.receiver.decline_take_back(name, actor="Văn thư", reason="đã trình")
    assert standing() == (Duty.TRANSFER, tuesday, Punctuality.OVERDUE)
    two.receiver.instruct(name, actor="Chủ tịch", instruction="giao Thanh tra")
    assert standing() == (Duty.TRANSFER, end_of_day(date(2026, 3, 6)), Punctuality.RUNNING)


def test_an_urgent_document_is_late_from_the_leader_s_signature(two: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18.1; QĐ 28/2018 Điều 6.2: a seal that comes late makes nothing late again on time."""
    signed = datetime.fromisoformat("2026-03-02T09:00:00+07:00")
    two.clock.time = signed
    for name, urgency in (("hoa-toc", Urgency.HOA_TOC), ("thuong", Urgency.THUONG)):
        two.sender.draft(replace(make_draft(), urgency=urgency), actor="A", document_id=name)
        two.sender.approve(name, actor="B")
        two.sender.leader_signed(name, leader_pdf(name), actor="C")
    late = [("hoa-toc", signed + timedelta(hours=1), True), ("thuong", signed + timedelta(hours=27), True)]
    two.clock.advance(days=3)
    assert [(one.document.id, one.due_at, one.is_late) for one in two.sender.unsent()] == late
    for name in ("hoa-toc", "thuong"):
        two.sender.issue(name, actor="V")
        two.sender.sealed(name, leader_pdf(name) + b" seal", actor="V")
    assert [(one.document.id, one.due_at, one.is_late) for one in two.sender.unsent()] == late


def test_a_document_taken_back_is_destroyed_and_remembered(two: TwoAgencies) -> None:
    """NĐ 30/2020 Đ.18.4b: files destroyed at the receiver, the record kept, the log whole.

    NĐ 30/2020 PL VI Phần I mục III.8c: "Lưu dữ liệu đặc tả của quá trình thu hồi văn bản."
    """
    seal_document(two.sender, "d1")
    two.exchange()
    name, pdf = two.arrived().id, two.arrived().pdf or ""
    two.receiver.accept(name, actor="Văn thư")
    assert two.sender.take_back("d1", actor="Văn thư", reason="gửi nhầm") == (RECEIVER,)
    two.exchange()
    assert two.arrived().take_back == "gửi nhầm"
    two.receiver.agree_take_back(name, actor="Văn thư")
    two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED, ReceiptKind.REGISTERED, ReceiptKind.TAKE_BACK_AGREED}
    assert two.arrived().state is IncomingState.TAKEN_BACK
    assert two.sender.outbox()[0].state is OutboxState.TAKEN_BACK
    with pytest.raises(DocflowError) as caught:
        two.receiver.blob(pdf)
    assert caught.value.code is ErrorCode.NOT_FOUND
    assert "01/QĐ-UBND" in register_csv(two.receiver, RegisterKind.INCOMING)


def test_a_declined_take_back_changes_nothing_and_may_be_asked_again(two: TwoAgencies) -> None:
    """16: the document stays where it was, with both sides knowing why."""
    seal_document(two.sender, "d1")
    two.exchange()
    for reason in ("gửi nhầm", "vẫn gửi nhầm"):
        two.clock.advance(minutes=1)
        two.sender.take_back("d1", actor="Văn thư", reason=reason)
        two.exchange()
        two.receiver.decline_take_back(two.arrived().id, actor="Văn thư", reason="đã giao xử lý")
        two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED, ReceiptKind.TAKE_BACK_DECLINED}
    assert len([r for r in two.sender.receipts("d1") if r.kind is ReceiptKind.TAKE_BACK_DECLINED]) == 2
    assert two.arrived().state is IncomingState.ARRIVED
    with pytest.raises(DocflowError):
        two.receiver.agree_take_back(two.arrived().id, actor="Văn thư")


def test_a_question_that_overtakes_its_document_is_put_when_it_is_repeated(two: TwoAgencies) -> None:
    """Order cannot matter: 13 before the document has no effect and no answer, and comes again."""
    parts = sent_document(two)
    two.sender.take_back("d1", actor="Văn thư", reason="gửi nhầm")
    two.sender.dispatch(two.drop)
    assert outcomes(two) == [None]
    lay(two, parts)
    assert outcomes(two) == [InboxOutcome.ACCEPTED]
    two.clock.advance(hours=1)
    two.exchange()
    assert two.arrived().take_back == "gửi nhầm"


def test_a_repetition_gets_the_byte_identical_receipt(two: TwoAgencies) -> None:
    """Three deliveries: one row, one receipt, the same bytes each time.

    NĐ 30/2020 PL VI Phần I mục III.1e: "Cho phép bên nhận tự động thông báo cho bên gửi đã nhận văn bản."
    """
    parts = sent_document(two)
    answers = []
    for _ in range(3):
        two.clock.advance(seconds=10)
        lay(two, parts)
        assert outcomes(two) == [InboxOutcome.ACCEPTED]
        two.receiver.dispatch(two.drop)
        (delivery,) = two.drop.fetch(SENDER)
        answers.append(delivery.parts)
        two.drop.settle(SENDER, delivery, is_refused=False)
    assert answers[0] == answers[1] == answers[2]
    assert len(two.receiver.incoming()) == len(two.receiver.receipts(two.arrived().id)) == 1


def test_the_same_id_with_other_bytes_gets_a_signed_conflict(two: TwoAgencies) -> None:
    """Equivocation leaves evidence: the first document stands, the second is answered with a conflict.

    NĐ 30/2020 PL VI Phần I mục IV.2: "Cảnh báo xung đột xảy ra trong hệ thống."
    """
    parts = sent_document(two)
    lay(two, parts)
    lay(two, forge(parts, subject="về việc khác"))
    assert sorted(str(outcome) for outcome in outcomes(two)) == ["accepted", "conflict"]
    subject = two.arrived().subject
    two.receiver.dispatch(two.drop)
    kinds = [parse_receipt(d.parts.receipt or b"").kind for d in two.drop.fetch(SENDER) if d.parts]
    assert sorted(kinds) == [ReceiptKind.ARRIVED, ReceiptKind.CONFLICT]
    assert two.arrived().subject == subject
    assert two.receiver.verify_log().findings == ()


def test_a_document_for_somebody_else_goes_back_and_is_not_kept(two: TwoAgencies) -> None:
    """Wrong addressee: 02 with a reason and a receipt; no document, no file.

    NĐ 30/2020 Điều 21.2b: "Trường hợp văn bản điện tử không đáp ứng các quy định tại điểm a khoản này hoặc gửi sai
        nơi nhận thì cơ quan, tổ chức nhận văn bản phải trả lại cho cơ quan, tổ chức gửi văn bản trên Hệ thống."
    """
    seal_document(two.sender, "d1", to=(STRANGER,))
    two.sender.dispatch(two.drop)
    (delivery,) = two.drop.fetch(STRANGER)
    assert delivery.parts is not None
    lay(two, delivery.parts)
    assert outcomes(two) == [InboxOutcome.REFUSED]
    assert two.receiver.incoming() == ()
    two.receiver.dispatch(two.drop)
    (answer,) = two.drop.fetch(SENDER)
    assert answer.parts is not None
    assert parse_receipt(answer.parts.receipt or b"").kind is ReceiptKind.REFUSED
    assert b"<edXML:StatusCode>02<" in (answer.parts.message or b"")
    two.sender.collect(two.drop)
    assert two.sender.knowledge("d1")[0].facts == frozenset()
    assert two.receiver.verify_log().findings == two.sender.verify_log().findings == ()


def test_a_sender_that_uses_anothers_code_is_refused_and_the_other_is_told(two: TwoAgencies) -> None:
    """Signed with a stranger's key: not authentic; the agency named hears of it, its knowledge does not change."""
    parts = sent_document(two)
    lay(two, forge(parts, by=STRANGER))
    assert outcomes(two) == [InboxOutcome.NOT_AUTHENTIC]
    assert two.receiver.incoming() == ()
    assert len(two.parcels_of(RECEIVER, "refused")) == 1
    two.receiver.dispatch(two.drop)
    two.sender.collect(two.drop)
    assert two.sender.knowledge("d1")[0].facts == frozenset()
    assert [row.outcome for row in two.sender.inbox()] == [InboxOutcome.ACCEPTED]
    lay(two, parts)
    two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED}


def test_a_receipt_signed_with_the_wrong_key_is_refused_and_logged(two: TwoAgencies) -> None:
    """Who holds another key proves nothing; the right receipt counts afterwards."""
    parts = sent_document(two)
    lay(two, parts)
    two.receiver.collect(two.drop)
    two.receiver.dispatch(two.drop)
    (genuine,) = two.drop.fetch(SENDER)
    two.drop.settle(SENDER, genuine, is_refused=False)
    assert genuine.parts is not None
    wrong = KeySigner(STRANGER).sign(genuine.parts.receipt or b"")
    lay(two, replace(genuine.parts, receipt_cms=wrong), recipient=SENDER)
    lay(two, Parts(receipt=genuine.parts.receipt, receipt_cms=wrong), recipient=SENDER)
    assert [r.outcome for r in two.sender.collect(two.drop)] == [InboxOutcome.NOT_AUTHENTIC] * 2
    assert two.sender.knowledge("d1")[0].facts == frozenset()
    lay(two, genuine.parts, recipient=SENDER)
    two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED}


def test_a_receipt_for_bytes_that_were_never_sent_changes_nothing(two: TwoAgencies) -> None:
    """A genuine receipt counts only for the message that this office sent to that agency."""
    parts = sent_document(two)
    lay(two, parts)
    two.exchange()
    (receipt,) = [receipt for receipt in two.sender.receipts("d1") if receipt.agency == RECEIVER]
    lie = build_receipt(
        replace(parse_receipt(receipt.statement.encode()), kind=ReceiptKind.COMPLETED, message="0" * 64)
    )
    lay(two, Parts(receipt=lie, receipt_cms=KeySigner(RECEIVER).sign(lie)), recipient=SENDER)
    two.sender.collect(two.drop)
    assert both_know(two) == {ReceiptKind.ARRIVED}


@pytest.mark.parametrize("kind", ["file", "empty", "surplus", "bytes", "xml"])
def test_garbage_is_put_aside_and_only_the_fact_is_recorded(two: TwoAgencies, kind: str) -> None:
    """Whatever lies in the drop: a code and a sentence, no blob, no document, no answer."""
    parts = sent_document(two)
    new = two.folder / "drop" / RECEIVER / "new"
    blobs = len(list((two.folder / RECEIVER / "blobs").rglob("*")))
    if kind == "file":
        (new / "rác").write_bytes(b"\x00" * 100)
    elif kind == "bytes":
        lay(two, Parts(message=b"\x00\xff" * 50, message_cms=b"x"))
    elif kind == "xml":
        lay(two, Parts(message=(parts.message or b"")[:-20], message_cms=parts.message_cms))
    else:
        lay(two, parts)
        (parcel,) = two.parcels_of(RECEIVER)
        for file in parcel.iterdir():
            if kind == "empty":
                file.unlink()
        if kind == "surplus":
            (parcel / "..run.sh").write_bytes(b"#!")
    (reception,) = two.receiver.collect(two.drop)
    assert reception.outcome is InboxOutcome.UNREADABLE
    assert reception.reason
    assert len(two.parcels_of(RECEIVER, "refused")) == 1
    assert two.receiver.incoming() == ()
    assert len(list((two.folder / RECEIVER / "blobs").rglob("*"))) == blobs
    assert two.receiver.verify_log().findings == ()


def test_what_cannot_be_checked_is_not_accepted_and_waits(tmp_path: Path) -> None:
    """Undecided: nothing is accepted or answered, the inbox says so, and a later look decides."""
    two = open_two(tmp_path)
    two.receiver.close()
    judge = SetVerdicts(usual=FileVerdict.UNDECIDED)
    two.receiver = open_exchanging(tmp_path, RECEIVER, clock=two.clock, documents=judge)
    parts = sent_document(two)
    lay(two, parts)
    assert outcomes(two) == [InboxOutcome.UNDECIDED]
    assert outcomes(two) == [InboxOutcome.UNDECIDED]
    assert [row.outcome for row in two.receiver.inbox()] == [InboxOutcome.UNDECIDED]
    assert two.receiver.incoming() == ()
    judge.usual = FileVerdict.VALID
    two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED}
    two.close()


def test_an_undecided_envelope_waits_too(tmp_path: Path) -> None:
    """Who sent it cannot be told today: not accepted, not refused."""
    two = open_two(tmp_path)
    two.receiver.close()
    peers = KeyPeers(unreachable={SENDER})
    two.receiver = open_exchanging(tmp_path, RECEIVER, clock=two.clock, peers=peers)
    lay(two, sent_document(two))
    assert outcomes(two) == [InboxOutcome.UNDECIDED]
    peers.unreachable.clear()
    two.exchange()
    assert both_know(two) == {ReceiptKind.ARRIVED}
    two.close()


def test_silence_is_known_and_late_good_news_beats_it(two: TwoAgencies) -> None:
    """Without an answer it is sent again with growing pauses, then given up; a late receipt still counts.

    QĐ 28/2018 Điều 8.2: "Bên gửi có trách nhiệm kiểm tra, theo dõi, bảo đảm văn bản điện tử được gửi đến đúng Bên
        nhận."
    """
    parts = sent_document(two)
    sent = 0
    for _ in range(200):
        two.clock.advance(hours=1)
        sent += two.sender.dispatch(two.drop).sent
        for delivery in two.drop.fetch(RECEIVER):
            two.drop.settle(RECEIVER, delivery, is_refused=False)
    assert 10 < sent < 30
    (known,) = two.sender.knowledge("d1")
    assert known.is_silent
    lay(two, parts)
    two.exchange()
    assert not two.sender.knowledge("d1")[0].is_silent
    assert both_know(two) == {ReceiptKind.ARRIVED}


def test_the_same_number_under_another_id_is_pointed_out(two: TwoAgencies) -> None:
    """A second message with the same sender, number and date is kept, with a warning for the clerk."""
    parts = sent_document(two)
    lay(two, parts)
    outcomes(two)
    lay(two, forge(parts, document_id="H99,2026/01/05,khác"))
    assert outcomes(two) == [InboxOutcome.ACCEPTED]
    first, second = sorted(two.receiver.incoming(), key=lambda d: d.duplicate_of or "")
    assert (first.duplicate_of, second.duplicate_of) == (None, first.id)


def test_the_verbs_are_repeatable_and_need_a_reason(two: TwoAgencies) -> None:
    """The same request again changes nothing; a refusal without a reason is refused."""
    seal_document(two.sender, "d1")
    two.exchange()
    name = two.arrived().id
    with pytest.raises(DocflowError) as caught:
        two.receiver.refuse(name, actor="Văn thư", reason=" ")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    size = len(two.receiver.receipts(name))
    for _ in range(2):
        assert two.receiver.accept(name, actor="Văn thư").number == 1
    assert len(two.receiver.receipts(name)) == size + 1
    for verb in (two.receiver.progress, two.receiver.complete, two.receiver.agree_take_back):
        with pytest.raises(DocflowError) as caught:
            verb(name, actor="Văn thư")
        assert caught.value.code is ErrorCode.WRONG_STATE


def test_a_day_of_answer_that_a_peer_sends_is_no_deadline_here(two: TwoAgencies) -> None:
    """He may send any; what is handled until when is said by whoever assigns it, and reminders go on."""
    lay(two, forge(sent_document(two), due_date=date(9999, 12, 31)))
    assert outcomes(two) == [InboxOutcome.ACCEPTED]
    assert two.arrived().due_at is None
    (standing,) = two.receiver.incoming_standings()
    assert (standing.duty, standing.is_provisional) == (Duty.REGISTER, False)


def test_arrival_numbers_run_over_the_new_year_in_vietnam(two: TwoAgencies) -> None:
    """NĐ 30/2020 Đ.22: a new series from 0:00 on 1 January, Asia/Ho_Chi_Minh."""
    two.clock.time = datetime.fromisoformat("2026-12-31T23:59:59+07:00")
    for number in range(2):
        seal_document(two.sender, f"d{number}")
    two.exchange()
    first, second = two.receiver.incoming()
    assert (two.receiver.accept(first.id, actor="V").year, two.receiver.accept(first.id, actor="V").number) == (2026, 1)
    two.clock.time += timedelta(seconds=1)
    late = two.receiver.accept(second.id, actor="V")
    assert (late.year, late.number) == (2027, 1)
    assert two.receiver.verify_log().findings == ()


def test_a_code_that_is_a_path_never_becomes_one(tmp_path: Path) -> None:
    """A recipient comes from messages of strangers: only an agency code names a folder."""
    with pytest.raises(DocflowError) as caught:
        FileDrop(tmp_path / "drop").send(Parts(message=b"x", message_cms=b"y"), name="n", recipient="../../etc")
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


def test_a_document_to_ourselves_keeps_nothing_from_leaving(two: TwoAgencies) -> None:
    """An office among its own addressees has the document; what others get leaves all the same."""
    seal_document(two.sender, "to-us", to=(SENDER,))
    seal_document(two.sender, "d1", to=(RECEIVER,))
    assert two.sender.dispatch(two.drop).packed == 1
    assert two.sender.dispatch(two.drop).packed == 0
    two.exchange()
    assert two.arrived().state is IncomingState.ARRIVED


def test_asking_back_again_with_the_same_key_asks_once(two: TwoAgencies) -> None:
    """With a key the same answer, and no second question; without one another question, also in the same second."""
    seal_document(two.sender, "d1")
    two.exchange()
    arguments = {"actor": "Văn thư", "reason": "gửi nhầm"}
    assert two.sender.take_back("d1", **arguments, idempotency_key="k") == (RECEIVER,)
    size = two.sender.verify_log().size
    assert two.sender.take_back("d1", **arguments, idempotency_key="k") == (RECEIVER,)
    assert two.sender.verify_log().size == size
    assert two.sender.take_back("d1", **arguments) == (RECEIVER,)
    assert len([parcel for parcel in two.sender.parcels("d1") if parcel.kind is ParcelKind.STATUS]) == 1
    with pytest.raises(DocflowError) as caught:
        two.sender.take_back("d1", actor="Văn thư", reason="khác", idempotency_key="k")
    assert caught.value.code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert two.sender.verify_log().is_intact
