"""Messages that bring no document: a recall (1) and an update of the addressees (2), to whoever has the document.

What it does not do: the receiver decides; a recall puts the question before whoever holds the document there, and its
answer (15, 16) comes as a status.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4; Quyết định 28/2018/QĐ-TTg Điều 8 khoản 2; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from docflow.edxml import Business, BusinessType, DocumentInfo, ReceiverChange, build_message
from docflow.model import Addressee, Document
from docflow.office.answers import add_parcel, require_post
from docflow.office.desk import Desk
from docflow.office.exchanging.holders import list_holders
from docflow.office.exchanging.packing import describe_message, name_document
from docflow.ports import ParcelKind, Parts, UnitOfWork

_ADDED = 1
"""``ReceiverType`` of who was added."""


def tell_recall(
    unit: UnitOfWork, desk: Desk, document: Document, *, reason: str, at: datetime, only: str | None = None
) -> None:
    """Tell every agency that has a document, or the one of them that is meant, that it is recalled."""
    business = Business(type=BusinessType.REVOCATION, reason=reason, document_id=name_document(document))
    _tell(unit, desk, document, business=business, at=at, only=only)


def tell_update(
    unit: UnitOfWork, desk: Desk, document: Document, *, added: Sequence[Addressee], reason: str, at: datetime
) -> None:
    """Tell every agency that has a document who else receives it."""
    receivers = tuple(ReceiverChange(organ_id=item.code.text, receiver_type=_ADDED) for item in added if item.code)
    business = Business(
        type=BusinessType.UPDATE,
        reason=reason,
        document_id=name_document(document),
        document_info=DocumentInfo(document_info=0, document_receiver=1, receivers=receivers),
    )
    if receivers:
        _tell(unit, desk, document, business=business, at=at)


def _tell(
    unit: UnitOfWork,
    desk: Desk,
    document: Document,
    *,
    business: Business,
    at: datetime,
    only: str | None = None,
) -> None:
    holders = {code: name for code, name in list_holders(unit, document.id).items() if only is None or code == only}
    if not holders:
        return
    data = build_message(describe_message(desk, document, to=holders, at=at, business=business))
    parts = Parts(message=data, message_cms=require_post(desk).signer.sign(data))
    for recipient in holders:
        add_parcel(unit, desk, parts, kind=ParcelKind.NOTICE, recipient=recipient, subject=document.id, at=at)
