"""What this office can prove about a document: for each addressee, from receipts alone."""

from __future__ import annotations

from docflow.errors import ErrorCode, UsageError
from docflow.evidence import Knowledge
from docflow.model import ReceiptKind
from docflow.office.desk import Desk
from docflow.office.exchanging.packing import name_document
from docflow.office.exchanging.successors import names_of
from docflow.ports import ParcelKind


def know(desk: Desk, document_id: str) -> tuple[Knowledge, ...]:
    """Return the knowledge of an outgoing document at each agency it was sent to, or of an incoming one here.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    receipts = [r for r in desk.store.list_receipts(document_id) if r.kind is not ReceiptKind.ACKNOWLEDGED]
    incoming = desk.store.find_incoming(document_id)
    if incoming is not None:
        own = desk.agency.code.text
        facts = frozenset(r.kind for r in receipts if r.agency == own)
        return (Knowledge(document_id=incoming.document_id, addressee=own, facts=facts),)
    document = desk.store.find_document(document_id)
    if document is None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no document {document_id[:120]!r} here",
            vi=f"Không có văn bản {document_id[:120]!r}.",
        )
    packed = [p for p in desk.store.list_parcels(document_id) if p.kind is ParcelKind.DOCUMENT]
    return tuple(
        Knowledge(
            document_id=name_document(document),
            addressee=parcel.recipient,
            facts=frozenset(r.kind for r in receipts if parcel.recipient in names_of(desk, r.agency)),
            # Of one that was never handed over nobody waits for an answer.
            gave_up=parcel.gave_up_at is not None and parcel.sent_at is not None,
        )
        for parcel in packed
    )
