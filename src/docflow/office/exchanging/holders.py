"""Which agencies have a document: those to whom a parcel with it was handed over, and who did not give it back.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4; Quyết định 28/2018/QĐ-TTg Điều 8 khoản 2.
"""

from __future__ import annotations

from docflow.ports import OutboxState, ParcelKind, ParcelRow, UnitOfWork


def list_holders(unit: UnitOfWork, document_id: str) -> dict[str, str]:
    """Return the agencies that a document was handed over to and that did not give it back: name by code."""
    handed = {
        parcel.recipient
        for parcel in unit.list_records(ParcelRow, subject=document_id, kind=ParcelKind.DOCUMENT.value)
        if parcel.sent_at is not None
    }
    return {
        row.addressee_code: row.addressee_name
        for row in unit.list_outbox(document_id)
        if row.state is OutboxState.SENT and row.addressee_code in handed
    }
