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
from docflow.model import Document, Effect, build_symbol
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
    place, draft = _required(work.place), document.draft
    key, permission = place.counter.key, work.step.wish.permission
    symbol = build_symbol(
        draft.type,
        place.number,
        agency=work.agency,
        unit=draft.unit,
        year=key.year,
        series=draft.series,
        suffix=place.suffix,
    )
    entry = RegisterEntry(
        key=key,
        number=place.number,
        suffix=place.suffix,
        kind=EntryKind.DOCUMENT,
        document_id=document.id,
        symbol=symbol,
        issued_on=work.day,
        permission=permission.text if permission else None,
    )
    if place.reserved is None:
        work.unit.add_entry(entry)
    else:
        work.unit.change_entry(entry)
    return replace(
        document, register=key.register, year=key.year, number=place.number, symbol=symbol, issued_on=work.day
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
    entry = _required(work.unit.find_entry_of(document.id))
    work.unit.change_entry(replace(entry, kind=EntryKind.VOID, reason=work.step.reason))
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
