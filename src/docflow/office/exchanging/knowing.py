"""What this office can prove about a document: for each addressee, from receipts alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from docflow.errors import ErrorCode, UsageError
from docflow.evidence import Knowledge, find_last, parse_receipt
from docflow.model import ReceiptKind
from docflow.office.desk import Desk
from docflow.office.exchanging.packing import name_document
from docflow.office.exchanging.successors import names_of
from docflow.ports import ParcelKind, ReceiptRow


def know(desk: Desk, document_id: str) -> tuple[Knowledge, ...]:
    """Return the knowledge of an outgoing document at each agency it was sent to, or of an incoming one here.

    Raises:
        UsageError: ``NOT_FOUND``.
        InputError: ``MALFORMED_INPUT``; a receipt that is kept is none any more: the log's verification names it.
    """
    receipts = [r for r in desk.store.list_receipts(document_id) if r.kind is not ReceiptKind.ACKNOWLEDGED]
    incoming = desk.store.find_incoming(document_id)
    if incoming is not None:
        own = desk.agency.code.text
        return (_known(incoming.document_id, own, [r for r in receipts if r.agency == own]),)
    document = desk.store.find_document(document_id)
    if document is None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no document {document_id[:120]!r} here",
            vi=f"Không có văn bản {document_id[:120]!r}.",
        )
    packed = [p for p in desk.store.list_parcels(document_id) if p.kind is ParcelKind.DOCUMENT]
    return tuple(
        _known(
            name_document(document),
            parcel.recipient,
            [r for r in receipts if parcel.recipient in names_of(desk, r.agency)],
            # Of one that was never handed over nobody waits for an answer.
            gave_up=parcel.gave_up_at is not None and parcel.sent_at is not None,
        )
        for parcel in packed
    )


def _known(document_id: str, addressee: str, receipts: Iterable[ReceiptRow], *, gave_up: bool = False) -> Knowledge:
    given = tuple(receipts)
    return Knowledge(
        document_id=document_id,
        addressee=addressee,
        facts=frozenset(receipt.kind for receipt in given),
        gave_up=gave_up,
        processing_at=_said_last(given, ReceiptKind.PROCESSING),
        completed_at=_said_last(given, ReceiptKind.COMPLETED),
    )


def _said_last(receipts: Iterable[ReceiptRow], kind: ReceiptKind) -> datetime | None:
    """Return when a receipt of a kind was given last, by who gave it: how long it was on its way says nothing."""
    return find_last(parse_receipt(receipt.statement.encode()).time for receipt in receipts if receipt.kind is kind)
