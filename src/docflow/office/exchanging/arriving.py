"""A genuine document message: accepted, returned with a reason, or answered as a conflict.

Source: Nghị định 30/2020/NĐ-CP Điều 21; Quyết định 28/2018/QĐ-TTg Điều 9 khoản 1; docs/spec/receipts.md §5.
"""

from __future__ import annotations

from datetime import datetime

from docflow.edxml import Attachment, NewDocument, ResponseFor
from docflow.exchange import Refusal, find_main_pdf, judge_document
from docflow.model import (
    PRIORITIES,
    IncomingDocument,
    IncomingEvent,
    IncomingState,
    ReceiptKind,
    SignatureVerdict,
    Urgency,
    name_incoming,
)
from docflow.model.received import SIGNATURE_VERDICTS
from docflow.office.answers import Answer, give_answer, keep_blob, require_post
from docflow.office.desk import Desk
from docflow.office.exchanging.recording import Arrived, log, note_outcome, put_inbox, put_outcome
from docflow.office.exchanging.replacing import replace_older
from docflow.office.exchanging.successors import names_of
from docflow.office.incoming.engine import perform_incoming
from docflow.office.incoming.received import FileFound, describe_files
from docflow.office.incoming.step import IncomingStep
from docflow.office.ledger import ACTOR
from docflow.ports import FileCheck, InboxOutcome, IncomingVerifier, UnitOfWork

_URGENCIES = tuple(PRIORITIES)


def receive_document(desk: Desk, arrived: Arrived, message: NewDocument) -> tuple[InboxOutcome, str | None]:
    """Take in a document message whose envelope is its sender's; returns the outcome and, unless accepted, why."""
    refusal = judge_document(message, names=names_of(desk, desk.agency.code.text))
    pdf = find_main_pdf(message)
    if refusal is not None or pdf is None:
        return _return(desk, arrived, message, refusal=refusal or Refusal(reason="no PDF", vi="Không có tệp PDF."))
    files: tuple[FileFound, ...] = ()
    verifier = require_post(desk).documents
    if verifier is not None:
        (main,) = verifier.check_files([(pdf.name, pdf.data)], at=arrived.at)
        verdict = SIGNATURE_VERDICTS[main.verdict]
        reason = main.detail or "; ".join(main.reasons) or "no signature on the document"
        if verdict is SignatureVerdict.FAILED:
            why = Refusal(reason=reason, vi=f"Chữ ký số trên văn bản không hợp lệ: {reason}.")
            return _return(desk, arrived, message, refusal=why)
        if verdict is SignatureVerdict.UNDECIDED:
            note_outcome(desk, arrived, InboxOutcome.UNDECIDED, reason=reason)
            return InboxOutcome.UNDECIDED, reason
        files = _check_all(verifier, message, pdf=pdf, main=main, at=arrived.at)
    return desk.store.transact(lambda unit: _accept(unit, desk, arrived, message=message, pdf=pdf, files=files))


def _check_all(
    verifier: IncomingVerifier, message: NewDocument, *, pdf: Attachment, main: FileCheck, at: datetime
) -> tuple[FileFound, ...]:
    """Judge what came beside the document too; nothing of it keeps the document out (docs/adr/0081)."""
    others = [item for item in message.attachments if item is not pdf]
    checks = iter(verifier.check_files([(item.name, item.data) for item in others], at=at))
    return describe_files(message.attachments, [main if item is pdf else next(checks) for item in message.attachments])


def _accept(
    unit: UnitOfWork,
    desk: Desk,
    arrived: Arrived,
    *,
    message: NewDocument,
    pdf: Attachment,
    files: tuple[FileFound, ...],
) -> tuple[InboxOutcome, str | None]:
    name = name_incoming(message.from_.organ_id, message.document_id)
    known = unit.find_inbox(arrived.parcel)
    if known is not None and known.outcome is not InboxOutcome.UNDECIDED:
        unit.repeat_answers(arrived.parcel, at=arrived.at)
        return known.outcome, known.reason
    there = unit.find_incoming(name)
    if there is not None:
        return _answer_again(unit, desk, arrived, there=there)
    put_inbox(unit, arrived, InboxOutcome.ACCEPTED)
    keep_blob(unit, desk, arrived.parts.message or b"")
    step = IncomingStep(
        event=IncomingEvent.ARRIVE,
        incoming_id=name,
        actor=ACTOR,
        at=arrived.at,
        arrival=_describe(desk, arrived, message, pdf=keep_blob(unit, desk, pdf.data)),
        in_reply_to=arrived.parcel,
        files=files,
    )
    document = perform_incoming(unit, desk, step)
    replace_older(unit, desk, document, message=message, arrived=arrived)
    return InboxOutcome.ACCEPTED, None


def _answer_again(
    unit: UnitOfWork, desk: Desk, arrived: Arrived, *, there: IncomingDocument
) -> tuple[InboxOutcome, str | None]:
    """The document is here under another envelope: the same bytes arrived once more, others contradict them."""
    is_same = there.message == arrived.message
    kind = ReceiptKind.ARRIVED if is_same else ReceiptKind.CONFLICT
    outcome = InboxOutcome.ACCEPTED if is_same else InboxOutcome.CONFLICT
    why = None if is_same else f"{there.document_id} came with other bytes before"
    leaf = put_outcome(unit, desk, arrived, outcome=outcome, reason=why)
    told = Answer(
        kind=kind,
        recipient=there.sender,
        subject=there.id if is_same else "",
        document_id=there.document_id,
        message=arrived.message,
        detail=why or "",
        in_reply_to=arrived.parcel,
    )
    give_answer(unit, desk, told, leaf=leaf, at=arrived.at)
    log(unit, desk, "receipt_given", arrived=arrived, subject=there.id)
    return outcome, why


def _return(desk: Desk, arrived: Arrived, message: NewDocument, *, refusal: Refusal) -> tuple[InboxOutcome, str | None]:
    """Answer with status 02 and a receipt; nothing of the document is kept, so that a mended one may come again."""
    response_for = ResponseFor(
        organ_id=message.from_.organ_id,
        code=message.code,
        promulgation_date=message.promulgation_date,
        document_id=message.document_id,
    )
    note_outcome(
        desk,
        arrived,
        InboxOutcome.REFUSED,
        reason=refusal.reason,
        answer=ReceiptKind.REFUSED,
        response_for=response_for,
        detail=refusal.vi,
    )
    return InboxOutcome.REFUSED, refusal.reason


def _describe(desk: Desk, arrived: Arrived, message: NewDocument, *, pdf: str) -> IncomingDocument:
    priority = message.other_info.priority
    return IncomingDocument(
        id=name_incoming(message.from_.organ_id, message.document_id),
        agency=desk.agency.code.text,
        state=IncomingState.ARRIVED,
        sender=message.from_.organ_id,
        sender_name=message.from_.organ_name or message.from_.organ_id,
        document_id=message.document_id,
        message=arrived.message,
        pdf=pdf,
        verdict=SignatureVerdict.NOT_CHECKED,
        type_name=message.document_type.type_name,
        symbol=message.code,
        issued_on=message.promulgation_date,
        subject=message.subject,
        signer_name=message.signer.full_name,
        signer_position=message.signer.position,
        urgency=_URGENCIES[priority] if 0 <= priority < len(_URGENCIES) else Urgency.THUONG,
        arrived_at=arrived.at,
    )
