"""Whether a document has left: outbox, reminder, register, report and take-back say the same, on every store."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from docflow import (
    Addressee,
    Direction,
    Directory,
    DirectoryEntry,
    DocflowError,
    ErrorCode,
    FileDrop,
    Office,
    OutboxState,
    Period,
    ReceiptKind,
    RegisterKind,
    build_directory,
    parse_agency_code,
)
from docflow.errors import StoreUnavailable
from docflow.office.ledger import ACTOR, record_event
from docflow.ports import Delivery, ParcelKind, Parts, UnitOfWork
from docflow.store import migrations
from tests.contract.offices import Place
from tests.contract.test_destruction import destroy
from tests.contract.test_taken_back import open_pair
from tests.exchange_kit import RECEIVER, SENDER, TwoAgencies, seal_document
from tests.office_kit import make_draft
from tests.work_kit import add, make_file

THIRD, OTHER = "H99.13", "H99.14"


class BrokenDrop(FileDrop):
    """A drop whose folder is out of reach for those agencies that are named."""

    broken: frozenset[str] = frozenset()

    def send(self, parts: Parts, *, name: str, recipient: str) -> None:
        """Fail as the real one does, or do what it does."""
        if recipient in self.broken:
            raise StoreUnavailable(ErrorCode.STORE_UNUSABLE, "not mounted", vi="Không kết nối được.")
        super().send(parts, name=name, recipient=recipient)


@pytest.fixture
def two(place: Place) -> Iterator[TwoAgencies]:
    """Two agencies; the sender knows that the code of a third was closed and nobody took over."""
    pair = open_pair(place, codes=closed(THIRD))
    yield pair
    for office in (pair.sender, pair.receiver):
        assert office.verify_log().findings == ()
    pair.close()


def closed(code: str) -> Directory:
    """Return a directory in which a code is closed without a successor."""
    entry = DirectoryEntry(code=parse_agency_code(code), name="Sở cũ", term=Period(until=date(2025, 6, 30)))
    return build_directory([entry])


def day_sent(office: Office) -> list[str]:
    """Return the days of sending in the register, by line."""
    return [line.cells[7] for line in office.register(RegisterKind.OUTGOING, 2026).lines]


def states(office: Office, document_id: str = "d1") -> dict[str | None, OutboxState]:
    """Return the state of each addressee."""
    return {row.addressee_code: row.state for row in office.outbox(document_id=document_id)}


def figures(office: Office) -> tuple[int, int]:
    """Return how many documents left over the exchange, and how many wholly."""
    report = office.report("2026")
    assert office.verify_report(report) == report
    return report.total.interconnected_out, report.total.electronic_out


def test_a_closed_code_without_successor_stays_unsent_with_its_reason(two: TwoAgencies) -> None:
    """Nothing says that it left: not the outbox, the register, the report; and nobody there is asked for it."""
    seal_document(two.sender, "d1", to=(THIRD,))
    done = two.sender.dispatch(two.drop)
    assert (done.packed, done.sent, done.failed) == (1, 0, 1)
    for _ in range(60):
        two.clock.advance(days=1)
        assert two.sender.dispatch(two.drop).given_up == 0
    assert states(two.sender) == {THIRD: OutboxState.READY}
    (standing,) = two.sender.unsent()
    assert (standing.waiting, standing.is_late) == ((f"Cơ quan {THIRD}",), True)
    assert THIRD in standing.reasons[0]
    assert day_sent(two.sender) == [""]
    assert figures(two.sender) == (0, 0)
    (known,) = two.sender.knowledge("d1")
    assert (known.facts, known.gave_up, known.stage) == (frozenset(), False, None)
    with pytest.raises(DocflowError) as caught:
        two.sender.take_back("d1", actor="V", reason="gửi nhầm")
    assert caught.value.code is ErrorCode.WRONG_STATE


def test_it_counts_as_sent_on_the_day_it_was_handed_over(two: TwoAgencies) -> None:
    """PL IV: "Ngày chuyển" is that day, not the day on which it was packed; what waits long goes too."""
    drop = BrokenDrop(two.folder / "drop")
    drop.broken = frozenset({RECEIVER})
    seal_document(two.sender, "d1")
    assert two.sender.dispatch(drop).failed == 1
    (standing,) = two.sender.unsent()
    assert standing.reasons == ("Chưa chuyển được đến nơi nhận; hệ thống sẽ gửi lại.",)
    two.clock.advance(days=9)  # a long Tết: longer than anybody waits for an answer
    drop.broken = frozenset()
    assert two.sender.dispatch(drop).sent == 1
    assert states(two.sender) == {RECEIVER: OutboxState.SENT}
    assert day_sent(two.sender) == ["11/03/2026"]
    assert figures(two.sender) == (1, 1)
    assert two.sender.unsent() == ()
    two.exchange()
    assert ReceiptKind.ARRIVED in two.sender.knowledge("d1")[0].facts
    assert two.sender.take_back("d1", actor="V", reason="gửi nhầm") == (RECEIVER,)


def test_one_whose_code_is_closed_keeps_nothing_from_the_others(two: TwoAgencies) -> None:
    """Of two addressees one gets it; only he is asked to give it back."""
    seal_document(two.sender, "d1", to=(THIRD, RECEIVER))
    two.exchange()
    assert states(two.sender) == {THIRD: OutboxState.READY, RECEIVER: OutboxState.SENT}
    assert figures(two.sender) == (1, 0)
    (standing,) = two.sender.unsent()
    assert standing.waiting == (f"Cơ quan {THIRD}",)
    assert two.sender.take_back("d1", actor="V", reason="gửi nhầm") == (RECEIVER,)


def test_what_cannot_leave_electronically_is_brought_by_hand(two: TwoAgencies) -> None:
    """TT 01/2019 Điều 11.3: recorded as sent that way; then nothing follows by the exchange."""
    seal_document(two.sender, "d1", to=(THIRD,))
    two.sender.dispatch(two.drop)
    two.sender.hand_over("d1", 0, actor="V", how="bưu điện")
    assert two.sender.unsent() == ()
    assert day_sent(two.sender) == ["02/03/2026"]
    assert figures(two.sender) == (0, 0)
    two.clock.advance(days=1)
    done = two.sender.dispatch(two.drop)
    assert (done.sent, done.failed) == (0, 0)
    with pytest.raises(DocflowError):  # asked back by a letter
        two.sender.take_back("d1", actor="V", reason="gửi nhầm")


@pytest.mark.parametrize("position", [2**53, 2**63, 10**30])
def test_no_addressee_stands_at_a_position_beyond_every_list(two: TwoAgencies, position: int) -> None:
    """It is an argument that is wrong, and no file or message."""
    seal_document(two.sender, "d1", to=(THIRD,))
    with pytest.raises(DocflowError) as caught:
        two.sender.hand_over("d1", position, actor="V", how="bưu điện")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    with pytest.raises(DocflowError) as caught:
        two.sender.attachment_sealed("d1", b"%PDF", position=position, actor="V")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_recall_keeps_back_what_was_packed_and_never_left(two: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18.4: nobody is told of a document that he never got, and he never gets it."""
    drop = BrokenDrop(two.folder / "drop")
    drop.broken = frozenset({RECEIVER})
    seal_document(two.sender, "d1")
    two.sender.dispatch(drop)
    two.sender.recall("d1", actor="V", reason="ban hành nhầm")
    two.clock.advance(days=1)
    two.exchange()
    assert two.receiver.incoming() == ()
    assert [parcel.kind for parcel in two.sender.parcels("d1")] == [ParcelKind.DOCUMENT]
    assert states(two.sender) == {RECEIVER: OutboxState.CANCELLED}
    assert two.sender.unsent() == ()


class ForeignDrop(FileDrop):
    """Another's transport: it raises what it likes, for those agencies that are named or when something is put away."""

    broken: frozenset[str] = frozenset()
    is_full: bool = False

    def send(self, parts: Parts, *, name: str, recipient: str) -> None:
        """Raise no error of docflow's, or do what the real one does."""
        if recipient in self.broken:
            raise ValueError(f"no route to {recipient}")
        super().send(parts, name=name, recipient=recipient)

    def settle(self, recipient: str, delivery: Delivery, *, is_refused: bool) -> None:
        """Put nothing away."""
        if self.is_full:
            raise OSError(28, "No space left on device")
        super().settle(recipient, delivery, is_refused=is_refused)


def test_whatever_a_transport_raises_concerns_one_parcel(two: TwoAgencies) -> None:
    """Those after it are sent, it is tried again after a pause, and whoever called learns of the defect."""
    drop = ForeignDrop(two.folder / "drop")
    drop.broken = frozenset({"H99.11"})
    seal_document(two.sender, "d1", to=("H99.11", RECEIVER))
    with pytest.raises(StoreUnavailable, match=r"the transport raised ValueError: no route to H99\.11") as caught:
        two.sender.dispatch(drop)
    assert isinstance(caught.value.__cause__, ValueError)
    assert states(two.sender) == {"H99.11": OutboxState.READY, RECEIVER: OutboxState.SENT}
    (failed,) = (parcel for parcel in two.sender.parcels("d1") if parcel.recipient == "H99.11")
    assert failed.attempts == 1
    assert failed.due_at is not None
    assert failed.due_at > two.clock.now()
    drop.broken = frozenset()
    two.clock.advance(days=1)
    two.sender.dispatch(drop)
    assert states(two.sender) == {"H99.11": OutboxState.SENT, RECEIVER: OutboxState.SENT}


def test_what_a_transport_cannot_put_away_keeps_nothing_from_being_taken_in(two: TwoAgencies) -> None:
    """Both documents arrive, each once, although nothing could be put away the first time."""
    drop = ForeignDrop(two.folder / "drop")
    for name in ("d1", "d2"):
        seal_document(two.sender, name)
    two.sender.dispatch(drop)
    drop.is_full = True
    with pytest.raises(StoreUnavailable, match="the transport raised OSError"):
        two.receiver.collect(drop)
    assert len(two.receiver.incoming()) == 2
    drop.is_full = False
    assert all(reception.is_repetition for reception in two.receiver.collect(drop))
    assert len(two.receiver.incoming()) == 2


class RecalledMeanwhile(FileDrop):
    """A drop beside which somebody recalls the document in the moment in which it is laid down, or cannot be."""

    office: Office | None = None
    is_killed: bool = False
    is_broken: bool = False

    def send(self, parts: Parts, *, name: str, recipient: str) -> None:
        """Lay it down, and let the recall come before that is recorded."""
        if not self.is_broken:
            super().send(parts, name=name, recipient=recipient)
        office, self.office = self.office, None
        if office is not None:
            office.recall("d1", actor="V", reason="ban hành nhầm")
            if self.is_killed:
                raise KeyboardInterrupt
        if self.is_broken:
            raise StoreUnavailable(ErrorCode.STORE_UNUSABLE, "not mounted", vi="Không kết nối được.")


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_left_while_it_was_recalled_is_asked_back(two: TwoAgencies, *, is_killed: bool) -> None:
    """Also if whoever handed it over was killed before he could record that: the receipt of its arrival tells."""
    drop = RecalledMeanwhile(two.folder / "drop")
    drop.office, drop.is_killed = two.sender, is_killed
    seal_document(two.sender, "d1")
    if is_killed:
        with pytest.raises(KeyboardInterrupt):
            two.sender.dispatch(drop)
        assert states(two.sender) == {RECEIVER: OutboxState.CANCELLED}
    else:
        two.sender.dispatch(drop)
        assert states(two.sender) == {RECEIVER: OutboxState.SENT}
    for _ in range(2):  # the recall may overtake its document: then it comes again
        two.exchange()
        two.clock.advance(hours=1)
    assert two.arrived().take_back == "ban hành nhầm"
    assert states(two.sender) == {RECEIVER: OutboxState.SENT}
    two.receiver.agree_take_back(two.arrived().id, actor="V")
    two.exchange()
    assert states(two.sender) == {RECEIVER: OutboxState.TAKEN_BACK}


def test_what_could_not_be_laid_down_while_it_was_recalled_is_not_tried_again(two: TwoAgencies) -> None:
    """The failed attempt is recorded after the recall: it must not bring the parcel back among what is due."""
    drop = RecalledMeanwhile(two.folder / "drop")
    drop.office, drop.is_broken = two.sender, True
    seal_document(two.sender, "d1")
    assert two.sender.dispatch(drop).failed == 1
    for _ in range(3):
        two.clock.advance(days=1)
        two.exchange()
    assert two.receiver.incoming() == ()
    assert states(two.sender) == {RECEIVER: OutboxState.CANCELLED}


def test_what_is_on_its_way_when_it_is_recalled_is_repeated_until_it_is_answered(two: TwoAgencies) -> None:
    """Laid down and lost: the recall is put before nobody until its document has come."""
    seal_document(two.sender, "d1")
    two.sender.dispatch(two.drop)
    for path in two.parcels_of(RECEIVER):
        shutil.rmtree(path)
    two.sender.recall("d1", actor="V", reason="ban hành nhầm")
    (parcel,) = (item for item in two.sender.parcels("d1") if item.kind is ParcelKind.DOCUMENT)
    assert (parcel.gave_up_at, parcel.due_at is None) == (None, False)
    for _ in range(2):
        two.clock.advance(hours=1)
        two.exchange()
    assert two.arrived().take_back == "ban hành nhầm"


class AnsweredMeanwhile(FileDrop):
    """A drop beside which the office learns what was answered, in the moment in which something else is laid down."""

    office: Office | None = None

    def send(self, parts: Parts, *, name: str, recipient: str) -> None:
        """Let the office collect what lies there, once, then do what the real one does."""
        office, self.office = self.office, None
        if office is not None:
            office.collect(self)
        super().send(parts, name=name, recipient=recipient)


def test_what_is_answered_while_others_are_sent_is_not_given_up(two: TwoAgencies) -> None:
    """The list of what is due is older than the answer: each parcel is looked at again before it is given up."""
    broken = BrokenDrop(two.folder / "drop")
    broken.broken = frozenset({OTHER})
    seal_document(two.sender, "d0", to=(OTHER,))
    two.clock.advance(minutes=1)
    seal_document(two.sender, "d1")
    assert (two.sender.dispatch(broken).sent, two.sender.dispatch(broken).sent) == (1, 0)
    two.receiver.collect(two.drop)
    two.receiver.dispatch(two.drop)
    two.clock.advance(days=4)
    drop = AnsweredMeanwhile(two.folder / "drop")
    drop.office = two.sender
    assert two.sender.dispatch(drop).given_up == 0
    (parcel,) = (item for item in two.sender.parcels("d1") if item.kind is ParcelKind.DOCUMENT)
    assert (parcel.gave_up_at, parcel.answered_by is None) == (None, False)
    (known,) = two.sender.knowledge("d1")
    assert (known.gave_up, ReceiptKind.ARRIVED in known.facts) == (False, True)


def test_a_receipt_that_cannot_be_laid_down_is_tried_again(two: TwoAgencies) -> None:
    """An acknowledgement expects no answer: only that it was not handed over makes it due again."""
    broken = BrokenDrop(two.folder / "drop")
    broken.broken = frozenset({RECEIVER})
    seal_document(two.sender, "d1")
    two.sender.dispatch(two.drop)
    two.receiver.collect(two.drop)
    two.receiver.dispatch(two.drop)
    two.sender.collect(two.drop)
    for _ in range(2):
        assert two.sender.dispatch(broken).failed == 1
        two.clock.advance(hours=1)
    assert two.sender.dispatch(two.drop).sent == 1
    two.receiver.collect(two.drop)
    told = [parcel for parcel in two.receiver.parcels(two.arrived().id) if parcel.kind is ParcelKind.STATUS]
    assert [parcel.answered_by is None for parcel in told] == [False]


def test_an_own_address_waits_for_nothing(two: TwoAgencies) -> None:
    """This agency has its own document: nobody is reminded for ever, and no share is smaller."""
    seal_document(two.sender, "d1", to=(SENDER, RECEIVER))
    two.exchange()
    two.clock.advance(days=30)
    assert two.sender.unsent() == ()
    assert figures(two.sender) == (1, 1)


def test_one_document_whose_content_is_gone_stops_no_other(two: TwoAgencies, place: Place) -> None:
    """Damaged: it stays, named; the others go, at this call and at every other."""
    for name in ("d1", "d2"):
        seal_document(two.sender, name)
    sealed = two.sender.document("d1").sealed_pdf or ""
    path = place.home(SENDER) / "blobs" / sealed[:2] / sealed
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    done = two.sender.dispatch(two.drop)
    assert (done.packed, done.sent, done.unpacked) == (1, 1, ("d1",))
    path.unlink()
    done = two.sender.dispatch(two.drop)
    assert (done.packed, done.unpacked) == (0, ("d1",))
    (standing,) = two.sender.unsent()
    assert standing.reasons == ("Không còn nội dung văn bản để gửi.",)
    path.write_bytes(whole)
    assert two.sender.dispatch(two.drop).packed == 1


def test_nobody_is_added_to_a_document_whose_content_was_destroyed(two: TwoAgencies) -> None:
    """TT 01/2019 Điều 20.5: there is nothing left to send him; and nothing of it stops the dispatch of others."""
    seal_document(two.sender, "d1")
    two.exchange()
    file = make_file(two.sender)
    add(two.sender, file, "d1", direction=Direction.OUTGOING)
    destroy(two.sender, file, two.clock)
    with pytest.raises(DocflowError) as caught:
        two.sender.add_addressees(
            "d1", (Addressee(name="Z", code=parse_agency_code("H99.77")),), actor="V", reason="bổ sung"
        )
    assert caught.value.code is ErrorCode.WRONG_STATE
    seal_document(two.sender, "d2")
    assert two.sender.dispatch(two.drop).sent == 1


@pytest.mark.parametrize(
    "reason", ["", " ", "gửi \u202enhầm", "gu\u031b\u0309i nhầm", "gửi\u200b nhầm", "\x07", "x" * 5001]
)
def test_a_reason_to_ask_back_is_plain_text(two: TwoAgencies, reason: str) -> None:
    """It stands in the receiver's office too: no text that turns, hides or never ends leaves this one."""
    seal_document(two.sender, "d1")
    two.exchange()
    with pytest.raises(DocflowError) as caught:
        two.sender.take_back("d1", actor="V", reason=reason)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert not any(parcel.kind is ParcelKind.STATUS for parcel in two.sender.parcels("d1"))


def test_a_draft_names_each_addressee_once(two: TwoAgencies) -> None:
    """The second would be sent, answered and counted as the first; under another name it is the same agency."""
    for names in ((RECEIVER, RECEIVER), (None, None)):
        addressees = tuple(Addressee(name="Sở", code=parse_agency_code(code) if code else None) for code in names)
        twice = dataclasses.replace(make_draft(), addressees=addressees)
        with pytest.raises(DocflowError) as caught:
            two.sender.draft(twice, actor="A", document_id="d1")
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    other = Addressee(name="Sở, tên khác", code=parse_agency_code(RECEIVER))
    two.sender.draft(make_draft(), actor="A", document_id="d1")
    twice = dataclasses.replace(make_draft(), addressees=(*make_draft().addressees, other))
    with pytest.raises(DocflowError) as caught:
        two.sender.revise("d1", twice, actor="A", version=1)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert two.sender.document("d1").version == 1


def test_an_added_addressee_waits_for_the_annexes_too(two: TwoAgencies) -> None:
    """NĐ 30/2020 PL I II.8.b: a document does not leave without what goes with it, to whomever it is sent."""
    seal_document(two.sender, "d1", to=(SENDER,), attached=(b"%PDF annex", "Phụ lục"))
    new = Addressee(name="Sở", code=parse_agency_code(RECEIVER))
    two.sender.add_addressees("d1", (new,), actor="V", reason="bổ sung")
    assert states(two.sender) == {SENDER: OutboxState.HELD, RECEIVER: OutboxState.HELD}
    assert two.sender.dispatch(two.drop).packed == 0
    assert two.sender.unsent()[0].reasons == ("Văn bản kèm theo chưa được ký số.",)
    two.sender.attachment_sealed("d1", b"%PDF annex seal", position=0, actor="V")
    assert two.sender.dispatch(two.drop).packed == 1


def test_what_an_older_docflow_recorded_as_sent_when_it_packed_it_is_set_right(two: TwoAgencies) -> None:
    """At the next try, with a leaf; its state was sent though no parcel was ever handed over."""
    seal_document(two.sender, "d1", to=(THIRD,))
    two.sender.dispatch(two.drop)
    pretend_older(two)
    assert states(two.sender) == {THIRD: OutboxState.SENT}
    assert figures(two.sender) == (0, 0)
    with pytest.raises(DocflowError):
        two.sender.take_back("d1", actor="V", reason="gửi nhầm")
    two.clock.advance(days=1)
    two.sender.dispatch(two.drop)
    assert states(two.sender) == {THIRD: OutboxState.READY}
    assert day_sent(two.sender) == [""]
    (standing,) = two.sender.unsent()
    assert THIRD in standing.reasons[0]


def test_what_an_older_docflow_gave_up_is_set_right_when_the_store_is_upgraded(
    two: TwoAgencies, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits again, for somebody to bring it by hand: docflow gave it up."""
    seal_document(two.sender, "d1", to=(RECEIVER,))
    drop = BrokenDrop(two.folder / "drop")
    drop.broken = frozenset({RECEIVER})
    two.sender.dispatch(drop)
    pretend_older(two, gave_up=True)
    two.close()
    reopened = open_pair(place)
    assert states(reopened.sender) == {RECEIVER: OutboxState.SENT}
    reopened.close()
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "current_revision", lambda _: "0010")
        reopened = open_pair(place)
    two.sender, two.receiver = reopened.sender, reopened.receiver
    assert states(two.sender) == {RECEIVER: OutboxState.READY}
    (standing,) = two.sender.unsent()
    assert standing.reasons == ("Đã thôi gửi tự động vì không chuyển được đến nơi nhận.",)
    two.sender.hand_over("d1", 0, actor="V", how="bưu điện")
    assert two.sender.unsent() == ()


def pretend_older(two: TwoAgencies, *, gave_up: bool = False) -> None:
    """Write the rows of the outbox as docflow did before: sent as soon as it was packed; with a leaf, as it did."""
    desk = two.sender._desk

    def write(unit: UnitOfWork) -> None:
        for row in unit.list_outbox("d1"):
            unit.change_outbox_row(replace(row, state=OutboxState.SENT, sent_at=two.clock.time, sent_how="electronic"))
        if gave_up:
            (parcel,) = two.sender.parcels("d1")
            unit.change_parcel(replace(parcel, gave_up_at=two.clock.time, due_at=None))
        record_event(
            unit,
            "document_dispatched",
            time=two.clock.time,
            actor=ACTOR,
            agency=SENDER,
            subject="d1",
            randomness=desk.randomness,
        )

    desk.store.transact(write)
