"""What a step writes; each effect of the state table is one function here.

Invariants:
    - An effect gets the document before it and returns the document after it; other rows go through the unit of work.
    - Every :class:`~docflow.model.Effect` has its function.

What it does not do: it checks nothing (:mod:`docflow.office.outgoing.guards`), saves no document
(:mod:`docflow.office.outgoing.engine`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from docflow.errors import ErrorCode, InputError
from docflow.model import Document, Effect, RegisterKey, build_number_and_symbol, number_document
from docflow.office.outgoing.step import Work
from docflow.ports import EntryKind, OutboxRow, OutboxState, RegisterEntry

_T = TypeVar("_T")


def _record_draft(work: Work, document: Document) -> Document:
    return replace(document, draft_pdf=work.step.pdf.blob.sha256 if work.step.pdf else None)


def _record_approval(work: Work, document: Document) -> Document:
    return replace(document, approved_at=work.step.at, approved_by=work.step.actor)


def _record_leader_signature(work: Work, document: Document) -> Document:
    pdf = _required(work.step.pdf)
    return replace(
        document, leader_pdf=pdf.blob.sha256, leader_signed_at=work.step.at, leader_verdict=pdf.check.verdict
    )


def _take_number(work: Work, document: Document) -> Document:
    counter = _required(work.counter)
    number = counter.last_number + 1
    symbol = build_number_and_symbol(
        number_document(document.draft.type, number, agency=work.agency, unit=document.draft.unit)
    )
    entry = RegisterEntry(
        key=counter.key,
        number=number,
        kind=EntryKind.DOCUMENT,
        document_id=document.id,
        symbol=symbol,
        issued_on=work.day,
    )
    work.unit.add_entry(entry)
    return replace(
        document,
        register=counter.key.register,
        year=counter.key.year,
        number=number,
        symbol=symbol,
        issued_on=work.day,
    )


def _hold_dispatch(work: Work, document: Document) -> Document:
    work.unit.add_outbox(
        [
            OutboxRow(
                document_id=document.id,
                position=position,
                addressee_code=item.code.text if item.code else None,
                addressee_name=item.name,
                state=OutboxState.HELD,
            )
            for position, item in enumerate(document.draft.addressees)
        ]
    )
    return document


def _record_seal(work: Work, document: Document) -> Document:
    pdf = _required(work.step.pdf)
    return replace(document, sealed_pdf=pdf.blob.sha256, sealed_at=work.step.at, seal_verdict=pdf.check.verdict)


def _release_dispatch(work: Work, document: Document) -> Document:
    work.unit.change_outbox(document.id, state=OutboxState.READY)
    return document


def _void_number(work: Work, document: Document) -> Document:
    entry = RegisterEntry(
        key=RegisterKey(agency=document.agency, register=_required(document.register), year=_required(document.year)),
        number=_required(document.number),
        kind=EntryKind.VOID,
        document_id=document.id,
        symbol=_required(document.symbol),
        issued_on=_required(document.issued_on),
        reason=work.step.reason,
    )
    work.unit.change_entry(entry)
    return document


def _cancel_dispatch(work: Work, document: Document) -> Document:
    work.unit.change_outbox(document.id, state=OutboxState.CANCELLED)
    return document


EFFECTS: Mapping[Effect, Callable[[Work, Document], Document]] = {
    Effect.RECORD_DRAFT: _record_draft,
    Effect.RECORD_APPROVAL: _record_approval,
    Effect.RECORD_LEADER_SIGNATURE: _record_leader_signature,
    Effect.TAKE_NUMBER: _take_number,
    Effect.HOLD_DISPATCH: _hold_dispatch,
    Effect.RECORD_SEAL: _record_seal,
    Effect.RELEASE_DISPATCH: _release_dispatch,
    Effect.VOID_NUMBER: _void_number,
    Effect.CANCEL_DISPATCH: _cancel_dispatch,
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
