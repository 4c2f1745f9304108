"""The two agencies exchange what they issued, over a shared folder where things go wrong on purpose.

Each document's fate hangs on its number: 3 is refused, 4 taken back, 5 delivered three times, 6 corrupted on the way,
7 stays in work; all others are completed. Driven by states, so that a killed run goes on where it stopped.

Source: QĐ 28/2018/QĐ-TTg Điều 6, 8, 9; NĐ 30/2020/NĐ-CP Điều 18, 21–24.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from docflow.demo.flow import REGISTRY, Desk
from docflow.errors import ErrorCode, InputError
from docflow.model import Document, DocumentState, IncomingDocument, IncomingState
from docflow.ports import Delivery, InboxOutcome, ParcelKind
from docflow.wiring import FileDrop, ResendPolicy

REFUSED, TAKEN_BACK, THRICE, CORRUPTED, IN_WORK = 3, 4, 5, 6, 7
#: In the demo nobody waits: what is not answered is sent again at the next call.
IMPATIENT = ResendPolicy(first_pause=timedelta(0), longest_pause=timedelta(0))
_MAX_ROUNDS = 12
_REPETITIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What both sides know of one document at the end.

    Attributes:
        sender_knows: The state that receipts prove to the sender.
        receiver_has: The state in the receiver's office.
        remark: What went wrong on the way, on purpose.
    """

    sender: str
    receiver: str
    symbol: str
    sender_knows: IncomingState | None
    receiver_has: IncomingState | None
    remark: str

    @property
    def is_agreed(self) -> bool:
        """Whether both sides know the same."""
        return self.sender_knows is not None and self.sender_knows is self.receiver_has


def exchange_documents(desks: Sequence[Desk], folder: Path, *, tick: Callable[[str], None]) -> tuple[Fate, ...]:
    """Send, receive, answer until nothing moves; return every document's fate.

    Raises:
        InputError: EVIDENCE_BROKEN if both sides do not come to agree.
    """
    drop = FileDrop(folder)
    for _ in range(_MAX_ROUNDS):
        for desk in desks:
            with desk.watch.measure("send what is due"):
                desk.office.dispatch(drop)
        _corrupt_on_the_way(desks, folder)
        for desk in desks:
            with desk.watch.measure("receive: integrity, sender, signatures, receipt"):
                lying = drop.fetch(desk.office.agency.code.text)
                desk.office.collect(drop)
            _deliver_again(desk, lying, drop)
            for incoming in desk.office.incoming():
                with desk.watch.measure("register, assign, work, answer"):
                    _handle(desk, incoming)
                if not _is_settled(incoming) and _is_settled(desk.office.incoming_document(incoming.id)):
                    tick(f"{desk.office.agency.code} is done with {incoming.symbol}")
            _ask_back(desk)
        fates = _fates(desks)
        if all(fate.is_agreed for fate in fates) and not _is_moving(desks):
            _require_faults(desks)
            return fates
    open_ones = ", ".join(fate.symbol for fate in _fates(desks) if not fate.is_agreed)
    raise InputError(
        ErrorCode.EVIDENCE_BROKEN,
        f"the agencies do not agree about {open_ones or 'what is on its way'}",
        vi="Hai cơ quan chưa thống nhất về trạng thái gửi, nhận.",
    )


def _place(symbol: str) -> int:
    return int(symbol.partition("/")[0])


def _handle(desk: Desk, incoming: IncomingDocument) -> None:
    office, place = desk.office, _place(incoming.symbol)
    if incoming.take_back is not None:
        office.agree_take_back(incoming.id, actor=REGISTRY)
        return
    match incoming.state:
        case IncomingState.ARRIVED if place == REFUSED:
            office.refuse(incoming.id, actor=REGISTRY, reason="Văn bản không thuộc thẩm quyền giải quyết của cơ quan")
        case IncomingState.ARRIVED:
            office.accept(incoming.id, actor=REGISTRY)
        case IncomingState.REGISTERED if place != TAKEN_BACK:
            office.assign(incoming.id, actor="Lãnh đạo cơ quan", to="Văn phòng", instruction="Tham mưu thực hiện")
        case IncomingState.ASSIGNED:
            office.progress(incoming.id, actor="Chuyên viên", note="Đang thực hiện")
        case IncomingState.PROCESSING if place != IN_WORK:
            office.complete(incoming.id, actor="Chuyên viên", note="Đã thực hiện xong")
        case _:  # whoever holds it waits: in work, ended, or in a state that this demo does not use
            return


def _ask_back(desk: Desk) -> None:
    for document in _sent(desk):
        known = {k.stage for k in desk.office.knowledge(document.id)}
        asked = any(p.kind is ParcelKind.STATUS for p in desk.office.parcels(document.id))
        if document.number == TAKEN_BACK and not asked and IncomingState.REGISTERED in known:
            desk.office.take_back(document.id, actor=REGISTRY, reason="Văn bản ban hành nhầm phụ lục")


def _corrupt_on_the_way(desks: Sequence[Desk], folder: Path) -> None:
    """Flip one byte of a message that lies in the folder, once: its receiver has not refused anything yet."""
    for desk in desks:
        for document in _sent(desk):
            if document.number != CORRUPTED:
                continue
            for parcel in desk.office.parcels(document.id):
                receiver = next(d for d in desks if d.office.agency.code.text == parcel.recipient)
                path = folder / parcel.recipient / "new" / parcel.id / "message.edxml"
                if path.exists() and not _has_refused(receiver):
                    data = bytearray(path.read_bytes())
                    data[len(data) // 2] ^= 1
                    path.write_bytes(data)


def _has_refused(desk: Desk) -> bool:
    broken = {InboxOutcome.NOT_AUTHENTIC, InboxOutcome.UNREADABLE}
    return any(row.outcome in broken for row in desk.office.inbox())


def _deliver_again(desk: Desk, lying: Sequence[Delivery], drop: FileDrop) -> None:
    """Lay the parcel of a document that has just arrived into the folder twice more, as a nervous network does."""
    for incoming in desk.office.incoming(state=IncomingState.ARRIVED):
        if _place(incoming.symbol) != THRICE:
            continue
        for delivery in lying:
            if delivery.parts is None or incoming.symbol.encode() not in (delivery.parts.message or b""):
                continue
            for _ in range(_REPETITIONS):
                drop.send(delivery.parts, name=delivery.name, recipient=desk.office.agency.code.text)
                desk.office.collect(drop)


def _sent(desk: Desk) -> tuple[Document, ...]:
    return desk.office.documents(state=DocumentState.SEALED)


def _is_moving(desks: Sequence[Desk]) -> bool:
    """Whether something that wants an answer has none, or somebody is still at work."""
    unanswered = any(
        parcel.kind is not ParcelKind.RECEIPT and parcel.answered_by is None
        for desk in desks
        for document in _sent(desk)
        for parcel in desk.office.parcels(document.id)
    )
    return unanswered or not all(_is_settled(i) for desk in desks for i in desk.office.incoming())


def _is_settled(incoming: IncomingDocument) -> bool:
    """Whether nothing more happens to it in the demo."""
    if incoming.take_back is not None:
        return False
    ends = {IncomingState.COMPLETED, IncomingState.REFUSED, IncomingState.TAKEN_BACK}
    return incoming.state in ends or (incoming.state is IncomingState.PROCESSING and _place(incoming.symbol) == IN_WORK)


def _fates(desks: Sequence[Desk]) -> tuple[Fate, ...]:
    return tuple(
        Fate(
            sender=desk.office.agency.code.text,
            receiver=knowledge.addressee,
            symbol=document.symbol or "",
            sender_knows=knowledge.stage,
            receiver_has=_state_at(desks, knowledge.addressee, document),
            remark=_REMARKS.get(document.number or 0, ""),
        )
        for desk in desks
        for document in _sent(desk)
        for knowledge in desk.office.knowledge(document.id)
    )


def _require_faults(desks: Sequence[Desk]) -> None:
    """What went wrong on purpose must be seen in the records: refused bytes noted, repetitions without effect."""
    for desk in desks:
        symbols = [incoming.symbol for incoming in desk.office.incoming()]
        doubled = {symbol for symbol in symbols if symbols.count(symbol) > 1}
        unseen = any(_place(symbol) == CORRUPTED for symbol in symbols) and not _has_refused(desk)
        if doubled or unseen:
            raise InputError(
                ErrorCode.EVIDENCE_BROKEN,
                f"{desk.office.agency.code}: doubled {sorted(doubled)}, corrupted message noted: {not unseen}",
                vi="Sổ văn bản đến không khớp với những gì đã nhận.",
            )


_REMARKS = {
    REFUSED: "refused with a reason",
    TAKEN_BACK: "taken back by its sender",
    THRICE: "delivered three times",
    CORRUPTED: "corrupted on the way, sent again",
    IN_WORK: "still in work",
}


def _state_at(desks: Sequence[Desk], code: str, document: Document) -> IncomingState | None:
    office = next(d.office for d in desks if d.office.agency.code.text == code)
    found = [i for i in office.incoming() if i.sender == document.agency and i.symbol == document.symbol]
    return found[0].state if found else None
