"""What others say of our documents, and ask of us: receipts alone, and status messages with or without one.

Invariants:
    - A receipt counts for a document only if it answers bytes that this office sent to that very agency.
    - What was learnt once is not learnt twice: receipts are known by the SHA-256 of their statement.

Source: docs/spec/receipts.md §4, §5; QCVN 102:2016/BTTTT (01–06, 13, 15, 16).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec.structs import replace

from docflow.edxml import Status, StatusCode
from docflow.evidence import ReceiptStatement, parse_receipt
from docflow.exchange import RECEIPT_OF_STATUS
from docflow.model import ReceiptKind, SignatureVerdict, name_incoming
from docflow.office.answers import Answer, give_answer, keep_blob, require_post
from docflow.office.desk import Desk
from docflow.office.exchanging.handing import note_handed_over
from docflow.office.exchanging.noticing import NOT_HERE, ask_take_back_of, is_known
from docflow.office.exchanging.recording import Arrived, log, note_outcome, put_inbox
from docflow.office.exchanging.successors import names_of
from docflow.ports import InboxOutcome, OutboxState, ParcelKind, ParcelRow, ReceiptRow, SignatureCheck, UnitOfWork

_ENDS: Mapping[ReceiptKind, OutboxState] = {
    ReceiptKind.REFUSED: OutboxState.RETURNED,
    ReceiptKind.TAKE_BACK_AGREED: OutboxState.TAKEN_BACK,
}


def receive_receipt(desk: Desk, arrived: Arrived) -> tuple[InboxOutcome, str | None]:
    """Take in a receipt that came alone; nobody answers it.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    """
    receipt = parse_receipt(arrived.parts.receipt or b"")
    arrived = replace(arrived, sender=receipt.agency, document_id=receipt.document_id)
    problem = _judge(desk, arrived, receipt)
    if problem is not None:
        note_outcome(desk, arrived, problem[0], reason=problem[1])
        return problem
    desk.store.transact(lambda unit: _learn_once(unit, desk, arrived, receipt=receipt))
    return InboxOutcome.ACCEPTED, None


def receive_status(desk: Desk, arrived: Arrived, status: Status) -> tuple[InboxOutcome | None, str | None]:
    """Take in a status message whose envelope is its sender's, and acknowledge it.

    Raises:
        InputError: ``MALFORMED_INPUT``; its receipt is malformed.
    """
    if status.status is StatusCode.TAKE_BACK:
        return _receive_question(desk, arrived, status)
    if arrived.parts.receipt is None:
        return _refuse(desk, arrived, "a status without its receipt proves nothing")
    receipt = parse_receipt(arrived.parts.receipt)
    problem = _judge(desk, arrived, receipt)
    if problem is not None:
        note_outcome(desk, arrived, problem[0], reason=problem[1])
        return problem
    said = (receipt.agency, receipt.document_id, receipt.kind)
    if said != (status.from_.organ_id, status.response_for.document_id, RECEIPT_OF_STATUS.get(status.status)):
        return _refuse(desk, arrived, "the status and its receipt do not say the same")
    desk.store.transact(lambda unit: _learn_once(unit, desk, arrived, receipt=receipt, status=status))
    return InboxOutcome.ACCEPTED, None


def _learn_once(
    unit: UnitOfWork, desk: Desk, arrived: Arrived, *, receipt: ReceiptStatement, status: Status | None = None
) -> None:
    """Learn what a receipt says, unless its parcel came before, and acknowledge the status that brought it."""
    if is_known(unit, arrived):
        return
    put_inbox(unit, arrived, InboxOutcome.ACCEPTED)
    subject = _learn(unit, desk, arrived, receipt=receipt)
    leaf = log(unit, desk, "receipt_received", arrived=arrived, subject=subject)
    if status is not None:
        give_answer(unit, desk, _acknowledge(arrived, status, subject=subject), leaf=leaf, at=arrived.at)
        log(unit, desk, "receipt_given", arrived=arrived, subject=subject)


def _receive_question(desk: Desk, arrived: Arrived, status: Status) -> tuple[InboxOutcome | None, str | None]:
    """The sender of a document asks for it back: put the question before whoever holds it, and acknowledge it."""
    if status.response_for.organ_id not in names_of(desk, desk.agency.code.text):
        return _refuse(desk, arrived, "the question is put to another agency")
    return desk.store.transact(lambda unit: _put_question(unit, desk, arrived, status=status))


def _put_question(
    unit: UnitOfWork, desk: Desk, arrived: Arrived, *, status: Status
) -> tuple[InboxOutcome | None, str | None]:
    name = name_incoming(status.from_.organ_id, status.response_for.document_id)
    if is_known(unit, arrived):
        return InboxOutcome.ACCEPTED, None
    if unit.find_incoming(name) is None:
        # It overtook its document: its sender repeats it until it is answered.
        return None, NOT_HERE
    put_inbox(unit, arrived, InboxOutcome.ACCEPTED)
    leaf = log(unit, desk, "parcel_accepted", arrived=arrived, subject=name)
    sender = status.from_.organ_id
    ask_take_back_of(unit, desk, name, sender=sender, arrived=arrived, reason=status.description)
    give_answer(unit, desk, _acknowledge(arrived, status, subject=name), leaf=leaf, at=arrived.at)
    log(unit, desk, "receipt_given", arrived=arrived, subject=name)
    return InboxOutcome.ACCEPTED, None


def _judge(desk: Desk, arrived: Arrived, receipt: ReceiptStatement) -> tuple[InboxOutcome, str] | None:
    peers = require_post(desk).peers
    check: SignatureCheck = peers.check(
        arrived.parts.receipt or b"", arrived.parts.receipt_cms or b"", agency=receipt.agency, at=arrived.at
    )
    reason = "; ".join(check.findings) or check.verdict.value
    if check.verdict is SignatureVerdict.UNDECIDED:
        return InboxOutcome.UNDECIDED, reason
    if check.verdict is not SignatureVerdict.PASSED:
        return InboxOutcome.NOT_AUTHENTIC, f"receipt: {reason}"
    if receipt.recipient not in names_of(desk, desk.agency.code.text):
        return InboxOutcome.REFUSED, "the receipt is given to another agency"
    return None


def _learn(unit: UnitOfWork, desk: Desk, arrived: Arrived, *, receipt: ReceiptStatement) -> str:
    """Keep a receipt, close the parcel it answers, and return the document it concerns, or an empty text."""
    statement, cms = arrived.parts.receipt or b"", arrived.parts.receipt_cms or b""
    name = hashlib.sha256(statement).hexdigest()
    # The same bytes under somebody else's signature say nothing about the parcel that this office sent.
    is_about_us = receipt.kind is not ReceiptKind.NOT_AUTHENTIC
    names = names_of(desk, receipt.agency)
    answered = [
        parcel
        for name_then in sorted(names)
        for parcel in unit.find_parcels(message=receipt.message, recipient=name_then)
        if is_about_us and _answers(receipt, parcel)
    ]
    subject = answered[0].subject if answered else ""
    if unit.find_receipt(name) is None:
        unit.add_receipt(
            ReceiptRow(
                id=name,
                agency=receipt.agency,
                kind=receipt.kind,
                subject=subject,
                document_id=receipt.document_id,
                message=receipt.message,
                statement=statement.decode(),
                cms=keep_blob(unit, desk, cms),
                recorded_at=arrived.at,
            )
        )
    for parcel in answered:
        now = parcel if parcel.answered_by else replace(parcel, answered_by=name, due_at=None)
        if now.sent_at is None:
            # Whoever handed it over was killed before he recorded that.
            note_handed_over(unit, desk, now, at=arrived.at)
        elif now is not parcel:
            unit.change_parcel(now)
    if receipt.kind in _ENDS and any(parcel.kind is ParcelKind.DOCUMENT for parcel in answered):
        for row in unit.list_outbox(subject):
            if row.addressee_code in names:
                unit.change_outbox_row(replace(row, state=_ENDS[receipt.kind]))
    return subject


def _answers(receipt: ReceiptStatement, parcel: ParcelRow) -> bool:
    """Documents are answered by what became of them, everything else by an acknowledgement; a notice may be refused."""
    if parcel.kind is ParcelKind.NOTICE:
        return receipt.kind in {ReceiptKind.ACKNOWLEDGED, ReceiptKind.REFUSED}
    return (parcel.kind is ParcelKind.STATUS) == (receipt.kind is ReceiptKind.ACKNOWLEDGED)


def _acknowledge(arrived: Arrived, status: Status, *, subject: str) -> Answer:
    return Answer(
        kind=ReceiptKind.ACKNOWLEDGED,
        recipient=status.from_.organ_id,
        subject=subject,
        document_id=status.response_for.document_id,
        message=arrived.message,
        in_reply_to=arrived.parcel,
    )


def _refuse(desk: Desk, arrived: Arrived, reason: str) -> tuple[InboxOutcome, str]:
    note_outcome(desk, arrived, InboxOutcome.REFUSED, reason=reason)
    return InboxOutcome.REFUSED, reason
