"""What other agencies send about a frozen document, and what leaves it: nothing is lost, nothing is decided."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docflow import (
    AccessTarget,
    Addressee,
    DocflowError,
    ErrorCode,
    FileDrop,
    GroupItem,
    GroupPlan,
    IncomingState,
    Link,
    LinkKind,
    Office,
    OutboxState,
    ParcelKind,
    ReceiptKind,
    parse_agency_code,
)
from docflow.model import IncomingEvent
from tests.exchange_kit import RECEIVER, TwoAgencies, open_two, seal_document

ACTOR = "Quản trị"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[TwoAgencies]:
    """Two agencies; the receiver has the sender's document ``d1`` in his register."""
    opened = open_two(tmp_path)
    seal_document(opened.sender, "d1")
    opened.exchange()
    opened.receiver.accept(opened.arrived().id, actor="V")
    opened.exchange()
    yield opened
    for office in (opened.sender, opened.receiver):
        assert office.verify_log().is_intact
    opened.close()


def freeze(office: Office, name: str, target: AccessTarget) -> None:
    """Freeze one document."""
    office.make_group(GroupPlan(id="g", name="Nhóm"), actor=ACTOR)
    office.add_to_group("g", (GroupItem(target=target, subject=name),), actor=ACTOR)
    office.freeze_group("g", actor=ACTOR, reason="thanh tra")


def test_a_recall_of_a_frozen_document_is_kept_and_waits_for_an_answer(pair: TwoAgencies) -> None:
    """Its sender hears that it came, and sends it no more; nobody destroys anything until it is unfrozen."""
    held = pair.arrived()
    freeze(pair.receiver, held.id, AccessTarget.INCOMING)
    pair.sender.recall("d1", actor="V", reason="sai")
    pair.exchange()
    assert (pair.arrived().state, pair.arrived().take_back) == (IncomingState.REGISTERED, "sai")
    assert pair.receiver.incoming_acts(held.id)[-1].event is IncomingEvent.ASK_TAKE_BACK
    assert all(parcel.answered_by for parcel in pair.sender.parcels("d1") if parcel.kind is not ParcelKind.RECEIPT)
    answers: tuple[Callable[[], object], ...] = (
        lambda: pair.receiver.agree_take_back(held.id, actor="V"),
        lambda: pair.receiver.decline_take_back(held.id, actor="V", reason="cần dùng"),
    )
    for answer in answers:
        with pytest.raises(DocflowError) as caught:
            answer()
        assert caught.value.code is ErrorCode.FROZEN
    assert pair.receiver.blob(held.pdf or "").startswith(b"%PDF")
    pair.receiver.unfreeze_group("g", actor=ACTOR, reason="xong")
    pair.receiver.agree_take_back(held.id, actor="V")
    pair.exchange()
    assert pair.arrived().state is IncomingState.TAKEN_BACK
    assert [row.state for row in pair.sender.outbox(document_id="d1")] == [OutboxState.TAKEN_BACK]


def test_a_question_an_update_and_a_replacement_reach_a_frozen_document(pair: TwoAgencies) -> None:
    """Each is an act of its sender's on the trail of the document; those who come after it are taken in as ever."""
    held = pair.arrived()
    freeze(pair.receiver, held.id, AccessTarget.INCOMING)
    pair.sender.take_back("d1", actor="V", reason="nhầm")
    added = Addressee(name="Sở Y tế", code=parse_agency_code("H99.13"))
    pair.sender.add_addressees("d1", (added,), actor="V", reason="bổ sung")
    seal_document(pair.sender, "d2", links=(Link(kind=LinkKind.REPLACES, target="d1"),))
    pair.exchange()
    older, newer = pair.receiver.incoming()
    events = [act.event for act in pair.receiver.incoming_acts(held.id)][2:]
    assert events == [IncomingEvent.ASK_TAKE_BACK, IncomingEvent.UPDATE, IncomingEvent.REPLACE]
    assert (older.take_back, older.replaced_by) == ("nhầm", newer.id)
    assert pair.receiver.accept(newer.id, actor="V").state is IncomingState.REGISTERED


def test_receipts_for_a_frozen_document_are_learnt(tmp_path: Path) -> None:
    """What became of it elsewhere is evidence, whether it may change here or not: returned is returned."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    pair.sender.dispatch(pair.drop)
    freeze(pair.sender, "d1", AccessTarget.OUTGOING)
    pair.exchange()
    (known,) = pair.sender.knowledge("d1")
    assert ReceiptKind.ARRIVED in known.facts
    pair.receiver.refuse(pair.arrived().id, actor="V", reason="không thuộc thẩm quyền")
    pair.exchange()
    assert [row.state for row in pair.sender.outbox(document_id="d1")] == [OutboxState.RETURNED]
    with pytest.raises(DocflowError) as caught:
        pair.sender.take_back("d1", actor="V", reason="nhầm")
    assert caught.value.code is ErrorCode.FROZEN
    assert pair.sender.verify_log().is_intact
    pair.close()


def test_a_frozen_document_is_not_sent_and_keeps_nothing_else_back(tmp_path: Path) -> None:
    """It stays ready; unfrozen, it goes."""
    pair = open_two(tmp_path)
    for name in ("d1", "d2"):
        seal_document(pair.sender, name)
    freeze(pair.sender, "d1", AccessTarget.OUTGOING)
    pair.exchange()
    assert [item.subject for item in pair.receiver.incoming()] == ["về việc d2"]
    assert [row.state for row in pair.sender.outbox(document_id="d1")] == [OutboxState.READY]
    pair.sender.unfreeze_group("g", actor=ACTOR, reason="xong")
    pair.exchange()
    assert sorted(item.subject for item in pair.receiver.incoming()) == ["về việc d1", "về việc d2"]
    pair.close()


@pytest.mark.parametrize("days", [0, 30])
def test_what_was_packed_before_it_was_frozen_is_not_handed_over(tmp_path: Path, days: int) -> None:
    """Held back for however long: it is neither given up nor tried, and ``unsent`` says why; unfrozen, it goes."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    away = tmp_path / "away"
    away.write_bytes(b"")
    assert pair.sender.dispatch(FileDrop(away)).failed == 1
    packed = pair.sender.parcels("d1")
    freeze(pair.sender, "d1", AccessTarget.OUTGOING)
    pair.clock.advance(days=days, hours=1)
    pair.exchange()
    assert pair.receiver.incoming() == ()
    assert pair.sender.parcels("d1") == packed
    assert [row.state for row in pair.sender.outbox(document_id="d1")] == [OutboxState.READY]
    (standing,) = pair.sender.unsent()
    assert standing.reasons == ("Văn bản thuộc nhóm đang bị đóng băng.",)
    pair.sender.unfreeze_group("g", actor=ACTOR, reason="xong")
    pair.exchange()
    assert pair.arrived().subject == "về việc d1"
    assert [row.state for row in pair.sender.outbox(document_id="d1")] == [OutboxState.SENT]
    assert pair.sender.verify_log().is_intact
    pair.close()


def test_what_was_handed_over_before_it_was_frozen_is_sent_until_it_is_answered(tmp_path: Path) -> None:
    """It left: that nobody answers is found out as ever, and what is lost on the way comes again."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    pair.sender.dispatch(pair.drop)
    (lost,) = pair.parcels_of(RECEIVER)
    shutil.rmtree(lost)
    freeze(pair.sender, "d1", AccessTarget.OUTGOING)
    pair.clock.advance(hours=1)
    pair.exchange()
    assert pair.arrived().subject == "về việc d1"
    pair.close()


def test_a_document_that_would_replace_a_frozen_one_is_not_sealed(pair: TwoAgencies) -> None:
    """Sealing it would change the other one; nothing of either is written."""
    freeze(pair.sender, "d1", AccessTarget.OUTGOING)
    with pytest.raises(DocflowError) as caught:
        seal_document(pair.sender, "d2", to=(RECEIVER,), links=(Link(kind=LinkKind.REPLACES, target="d1"),))
    assert caught.value.code is ErrorCode.FROZEN
    assert "d1" in caught.value.vi
    assert (pair.sender.document("d1").state, pair.sender.document("d2").state) == ("sealed", "numbered")
