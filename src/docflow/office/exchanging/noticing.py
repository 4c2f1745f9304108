"""Messages that bring no document: a recall puts its question before whoever has the document; an update is noted.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4; Quyết định 28/2018/QĐ-TTg Điều 9 khoản 2; QCVN 102:2016/BTTTT (1, 2).
"""

from __future__ import annotations

from docflow.edxml import BusinessType, NewDocument
from docflow.errors import ErrorCode, UsageError
from docflow.exchange import judge_notice
from docflow.model import IncomingEvent, ReceiptKind, name_incoming
from docflow.office.answers import Answer, give_answer
from docflow.office.desk import Desk
from docflow.office.exchanging.recording import Arrived, log, note_outcome, put_inbox
from docflow.office.exchanging.successors import names_of
from docflow.office.incoming.engine import perform_incoming
from docflow.office.incoming.step import IncomingStep
from docflow.ports import InboxOutcome, UnitOfWork

NOT_HERE = "the document is not here"
"""Why a message is left for its sender to repeat."""


def receive_notice(desk: Desk, arrived: Arrived, message: NewDocument) -> tuple[InboxOutcome | None, str | None]:
    """Take in a recall or an update of the addressees, whose envelope is its sender's, and acknowledge it."""
    refusal = judge_notice(message, names=names_of(desk, desk.agency.code.text))
    if refusal is not None:
        note_outcome(
            desk,
            arrived,
            InboxOutcome.REFUSED,
            reason=refusal.reason,
            answer=ReceiptKind.REFUSED,
            detail=refusal.vi,
        )
        return InboxOutcome.REFUSED, refusal.reason
    return desk.store.transact(lambda unit: _take_notice(unit, desk, arrived, message=message))


def _take_notice(
    unit: UnitOfWork, desk: Desk, arrived: Arrived, *, message: NewDocument
) -> tuple[InboxOutcome | None, str | None]:
    about = message.business.document_id or message.document_id
    sender = message.from_.organ_id
    name = name_incoming(sender, about)
    if is_known(unit, arrived):
        return InboxOutcome.ACCEPTED, None
    if unit.find_incoming(name) is None:
        # It overtook its document: its sender repeats it until it is answered.
        return None, NOT_HERE
    put_inbox(unit, arrived, InboxOutcome.ACCEPTED)
    is_recall = message.business.type == BusinessType.REVOCATION
    leaf = log(unit, desk, "recall_received" if is_recall else "update_received", arrived=arrived, subject=name)
    if is_recall:
        ask_take_back_of(unit, desk, name, sender=sender, arrived=arrived, reason=message.business.reason)
    else:
        _note_update(unit, desk, name, message=message, arrived=arrived)
    answer = Answer(
        kind=ReceiptKind.ACKNOWLEDGED,
        recipient=sender,
        subject=name,
        document_id=about,
        message=arrived.message,
        in_reply_to=arrived.parcel,
    )
    give_answer(unit, desk, answer, leaf=leaf, at=arrived.at)
    log(unit, desk, "receipt_given", arrived=arrived, subject=name)
    return InboxOutcome.ACCEPTED, None


def ask_take_back_of(
    unit: UnitOfWork, desk: Desk, incoming_id: str, *, sender: str, arrived: Arrived, reason: str
) -> None:
    """Put the sender's question before whoever has the document, unless it is gone already."""
    step = IncomingStep(
        event=IncomingEvent.ASK_TAKE_BACK, incoming_id=incoming_id, actor=sender, at=arrived.at, reason=reason
    )
    perform_if_held(unit, desk, step)


def _note_update(unit: UnitOfWork, desk: Desk, incoming_id: str, *, message: NewDocument, arrived: Arrived) -> None:
    """Say to whoever has the document who else receives it, and why."""
    info = message.business.document_info
    added = ", ".join(change.organ_id for change in (info.receivers if info else ()))
    reason = f"{message.business.reason} ({added})" if added else message.business.reason
    step = IncomingStep(
        event=IncomingEvent.UPDATE,
        incoming_id=incoming_id,
        actor=message.from_.organ_id,
        at=arrived.at,
        reason=reason,
    )
    perform_if_held(unit, desk, step)


def perform_if_held(unit: UnitOfWork, desk: Desk, step: IncomingStep) -> bool:
    """Carry out what a sender says of his document, unless it is gone already; returns whether it was here."""
    try:
        perform_incoming(unit, desk, step)
    except UsageError as exc:
        # Refused or given back already: nobody is left to be told, the receipt of that is on its way.
        if exc.code is not ErrorCode.WRONG_STATE:
            raise
        return False
    return True


def is_known(unit: UnitOfWork, arrived: Arrived) -> bool:
    """Return whether a parcel was dealt with before."""
    known = unit.find_inbox(arrived.parcel)
    return known is not None and known.outcome is not InboxOutcome.UNDECIDED
