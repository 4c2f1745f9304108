"""What a step writes; each effect of the state table is one function here.

Invariants:
    - An effect gets the document before it and returns the document after it; other rows go through the unit of work.
    - Every :class:`~docflow.model.Effect` has its function.

What it does not do: it checks nothing (:mod:`docflow.office.outgoing.guards`), saves no document
(:mod:`docflow.office.outgoing.engine`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from docflow.audit import encode_canonical
from docflow.errors import ErrorCode, InputError
from docflow.model import (
    AttachedFile,
    Document,
    DocumentEvent,
    DraftVersion,
    Effect,
    Remark,
    RemarkKind,
)
from docflow.office.certificates import keep_certificates
from docflow.office.exchanging.handing import withdraw_parcels
from docflow.office.exchanging.notices import tell_recall, tell_update
from docflow.office.outgoing.describing import describe_draft, outbox_rows, print_symbol
from docflow.office.outgoing.step import Work
from docflow.ports import EntryKind, LinkRow, OutboxState, RegisterEntry, SignedThing

_T = TypeVar("_T")


def _record_draft(work: Work, document: Document) -> Document:
    return _keep_version(work, document, version=1)


def _record_revision(work: Work, document: Document) -> Document:
    """Begin a new version; the earlier ones stay (NĐ 30/2020 Phụ lục VI Phần I)."""
    revised = replace(document, draft=work.step.draft or document.draft, version=document.version + 1)
    return _keep_version(work, revised, version=revised.version)


def _keep_version(work: Work, document: Document, *, version: int) -> Document:
    pdf = work.step.pdf.blob.sha256 if work.step.pdf else None
    work.unit.add_version(
        DraftVersion(
            document_id=document.id,
            version=version,
            draft=encode_canonical(describe_draft(document.draft)).decode(),
            pdf=pdf,
            written_at=work.step.at,
            written_by=work.step.actor,
        )
    )
    return replace(document, draft_pdf=pdf)


def _record_remark(work: Work, document: Document) -> Document:
    return _say(work, document, work.step.words)


def _say(work: Work, document: Document, words: str) -> Document:
    remark = Remark(
        document_id=document.id,
        position=document.remark_count,
        kind=_REMARKS[work.step.event],
        version=document.version,
        text=words,
        said_at=work.step.at,
        said_by=work.step.actor,
    )
    work.unit.add_remark(remark)
    return replace(document, remark_count=document.remark_count + 1)


def _record_attachment(work: Work, document: Document) -> Document:
    attached = AttachedFile(
        document_id=document.id,
        position=len(work.unit.list_attachments(document.id, with_detached=True)),
        name=work.step.name,
        pdf=_required(work.step.pdf).blob.sha256,
        attached_at=work.step.at,
        attached_by=work.step.actor,
    )
    work.unit.add_attachment(attached)
    return replace(document, attachment_count=document.attachment_count + 1)


def _record_detachment(work: Work, document: Document) -> Document:
    """Take a file off: its row and its bytes stay with the drafts, and nothing shows or sends it any more."""
    work.unit.change_attachment(
        replace(
            _find_attachment(work, document),
            detached_at=work.step.at,
            detached_by=work.step.actor,
            detach_reason=work.step.words,
        )
    )
    return replace(document, attachment_count=document.attachment_count - 1)


def _find_attachment(work: Work, document: Document) -> AttachedFile:
    return next(item for item in work.unit.list_attachments(document.id) if item.position == work.step.position)


def _undo_approval(_work: Work, document: Document) -> Document:
    """What is returned is neither approved nor signed; the log keeps that it was."""
    return replace(
        document, approved_at=None, approved_by=None, leader_pdf=None, leader_signed_at=None, leader_verdict=None
    )


def _record_approval(work: Work, document: Document) -> Document:
    approved = replace(document, approved_at=work.step.at, approved_by=work.step.actor)
    return _say(work, approved, work.step.words) if work.step.words else approved


def _record_leader_signature(work: Work, document: Document) -> Document:
    pdf = _required(work.step.pdf)
    _keep_certificates(work, document)
    return replace(
        document, leader_pdf=pdf.blob.sha256, leader_signed_at=work.step.at, leader_verdict=pdf.check.verdict
    )


def _take_number(work: Work, document: Document) -> Document:
    place, draft = _required(work.place), document.draft
    key, permission = place.counter.key, work.step.wish.permission
    symbol = print_symbol(work, draft, place)
    entry = RegisterEntry(
        key=key,
        number=place.number,
        suffix=place.suffix,
        kind=EntryKind.DOCUMENT,
        document_id=document.id,
        symbol=symbol,
        issued_on=work.day,
        reason=place.reserved.reason if place.reserved else None,
        permission=permission.text if permission else None,
    )
    if place.has_line:
        work.unit.change_entry(entry)
    else:
        work.unit.add_entry(entry)
    return replace(
        document,
        state=work.target,
        register=key.register,
        year=key.year,
        number=place.number,
        symbol=symbol,
        issued_on=work.day,
    )


def _hold_dispatch(work: Work, document: Document) -> Document:
    work.unit.add_outbox(outbox_rows(document.id, document.draft.addressees, first=0, state=OutboxState.HELD))
    return document


def _record_seal(work: Work, document: Document) -> Document:
    pdf = _required(work.step.pdf)
    _keep_certificates(work, document)
    return replace(document, sealed_pdf=pdf.blob.sha256, sealed_at=work.step.at, seal_verdict=pdf.check.verdict)


def _record_attachment_seal(work: Work, document: Document) -> Document:
    pdf = _required(work.step.pdf)
    _keep_certificates(work, document)
    attached = _find_attachment(work, document)
    work.unit.change_attachment(
        replace(attached, sealed_pdf=pdf.blob.sha256, sealed_at=work.step.at, verdict=pdf.check.verdict)
    )
    return document


def _keep_certificates(work: Work, document: Document) -> None:
    keep_certificates(
        work.unit,
        _required(work.step.pdf).check.certificates,
        agency=work.desk.agency.code.text,
        thing=SignedThing.DOCUMENT,
        subject=document.id,
        at=work.step.at,
    )


def _release_dispatch(work: Work, document: Document) -> Document:
    """Let the document leave, once every file that goes with it is signed too."""
    if _is_complete(work, document):
        for row in work.unit.list_outbox(document.id):
            if row.state is OutboxState.HELD:
                work.unit.change_outbox_row(replace(row, state=OutboxState.READY))
    return document


def _is_complete(work: Work, document: Document) -> bool:
    return not document.attachment_count or all(
        item.sealed_pdf is not None for item in work.unit.list_attachments(document.id)
    )


def _void_number(work: Work, document: Document) -> Document:
    entry = _required(work.unit.find_entry_of(document.id))
    work.unit.change_entry(replace(entry, kind=EntryKind.VOID, reason=work.step.words))
    return document


def _cancel_dispatch(work: Work, document: Document) -> Document:
    """Keep back what has not left; what has left stays on record."""
    for row in work.unit.list_outbox(document.id):
        if row.state in {OutboxState.HELD, OutboxState.READY}:
            work.unit.change_outbox_row(replace(row, state=OutboxState.CANCELLED))
    withdraw_parcels(work.unit, document.id, at=work.step.at)
    return document


def _record_hand_over(work: Work, document: Document) -> Document:
    row = next(item for item in work.unit.list_outbox(document.id) if item.position == work.step.position)
    work.unit.change_outbox_row(
        replace(
            row,
            state=OutboxState.SENT,
            sent_at=work.step.at,
            sent_how=work.step.how,
            signed_for=work.step.signed_for or None,
        )
    )
    if row.addressee_code is not None:
        # It reached him another way: what was packed for him need not follow.
        withdraw_parcels(work.unit, document.id, at=work.step.at, recipient=row.addressee_code)
    return document


def _add_addressees(work: Work, document: Document) -> Document:
    rows = work.unit.list_outbox(document.id)
    work.unit.add_outbox(
        outbox_rows(
            document.id,
            work.step.addressees,
            first=len(rows),
            state=OutboxState.READY if _is_complete(work, document) else OutboxState.HELD,
        )
    )
    return document


def _tell_update(work: Work, document: Document) -> Document:
    tell_update(work.unit, work.desk, document, added=work.step.addressees, reason=work.step.words, at=work.step.at)
    return document


def _tell_recall(work: Work, document: Document) -> Document:
    tell_recall(work.unit, work.desk, document, reason=work.step.words, at=work.step.at)
    return document


def _record_replacement(work: Work, document: Document) -> Document:
    return replace(document, replaced_by=_required(work.step.successor))


def _establish_links(work: Work, document: Document) -> Document:
    for link in document.draft.links:
        work.unit.add_link(
            LinkRow(document_id=document.id, kind=link.kind, target=link.target, established_at=work.step.at)
        )
    return document


def _reopen_answered(_work: Work, document: Document) -> Document:
    """Nothing in this document: what it answered follows with leaves of its own, once it is voided or recalled."""
    return document


_REMARKS: Mapping[DocumentEvent, RemarkKind] = {
    DocumentEvent.COMMENT: RemarkKind.OPINION,
    DocumentEvent.APPROVE: RemarkKind.APPROVAL,
    DocumentEvent.RETURN: RemarkKind.RETURN,
    DocumentEvent.CANCEL: RemarkKind.CANCELLATION,
    DocumentEvent.RECALL: RemarkKind.RECALL,
    DocumentEvent.UPDATE: RemarkKind.UPDATE,
    DocumentEvent.VOID: RemarkKind.VOIDING,
}

EFFECTS: Mapping[Effect, Callable[[Work, Document], Document]] = {
    Effect.RECORD_DRAFT: _record_draft,
    Effect.RECORD_REVISION: _record_revision,
    Effect.RECORD_REMARK: _record_remark,
    Effect.RECORD_ATTACHMENT: _record_attachment,
    Effect.RECORD_DETACHMENT: _record_detachment,
    Effect.UNDO_APPROVAL: _undo_approval,
    Effect.RECORD_APPROVAL: _record_approval,
    Effect.RECORD_LEADER_SIGNATURE: _record_leader_signature,
    Effect.TAKE_NUMBER: _take_number,
    Effect.HOLD_DISPATCH: _hold_dispatch,
    Effect.RECORD_SEAL: _record_seal,
    Effect.RECORD_ATTACHMENT_SEAL: _record_attachment_seal,
    Effect.RELEASE_DISPATCH: _release_dispatch,
    Effect.ESTABLISH_LINKS: _establish_links,
    Effect.RECORD_HAND_OVER: _record_hand_over,
    Effect.ADD_ADDRESSEES: _add_addressees,
    Effect.TELL_UPDATE: _tell_update,
    Effect.RECORD_REPLACEMENT: _record_replacement,
    Effect.VOID_NUMBER: _void_number,
    Effect.CANCEL_DISPATCH: _cancel_dispatch,
    Effect.TELL_RECALL: _tell_recall,
    Effect.REOPEN_ANSWERED: _reopen_answered,
}
"""Effect by name."""


def _required(value: _T | None) -> _T:
    """Return a value that the state table promises to be there.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the document's row contradicts its state.
    """
    if value is None:
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            "the document lacks what its state promises",
            vi="Dữ liệu văn bản không khớp với trạng thái.",
            way_out="run docflow audit verify",
        )
    return value
