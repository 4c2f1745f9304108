"""Receipts and status messages as they are given: signed, stored and handed to the outgoing parcels in one transaction.

Invariants:
    - A receipt names the leaf of the event it speaks of; the receipt itself is in the leaf after it.

What it does not do: it sends nothing; :mod:`docflow.office.exchanging.dispatching` does.

Source: docs/spec/receipts.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from docflow.audit import Leaf
from docflow.edxml import Organization, ResponseFor, Status, build_message
from docflow.errors import ErrorCode, UsageError
from docflow.evidence import ReceiptStatement, build_receipt
from docflow.exchange import STATUS_OF_RECEIPT, name_parcel
from docflow.model import ReceiptKind
from docflow.office.desk import Desk, Post
from docflow.ports import BlobRow, ParcelKind, ParcelRow, Parts, ReceiptRow, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is to be said to whom about which message.

    Attributes:
        subject: The document here, or empty.
        document_id: edXML ``DocumentId``.
        message: SHA-256 (hex) of the message answered.
        response_for: For the status message; None for a receipt that travels alone.
        in_reply_to: The parcel whose repetition is answered by sending this again, or None.
    """

    kind: ReceiptKind
    recipient: str
    subject: str
    document_id: str
    message: str
    detail: str = ""
    response_for: ResponseFor | None = None
    in_reply_to: str | None = None


def require_post(desk: Desk) -> Post:
    """Return what an office needs to deal with others.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the office was opened without it.
    """
    if desk.post is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "this office was opened without a service key and a list of peers",
            vi="Chưa cấu hình chứng thư số dịch vụ và danh bạ cơ quan để trao đổi văn bản.",
            way_out="open it with post=Post(signer=…, peers=…); on the command line put post.json into its folder",
        )
    return desk.post


def give_answer(unit: UnitOfWork, desk: Desk, answer: Answer, *, leaf: Leaf, at: datetime) -> None:
    """Sign a receipt and make the parcel that carries it; the caller leaves the leaf."""
    post = require_post(desk)
    statement = build_receipt(
        ReceiptStatement(
            kind=answer.kind,
            agency=desk.agency.code.text,
            recipient=answer.recipient,
            document_id=answer.document_id,
            message=answer.message,
            time=at,
            detail=answer.detail,
            leaf=leaf.hash.hex(),
            checkpoint=unit.last_checkpoint(),
        )
    )
    cms = post.signer.sign(statement)
    receipt = ReceiptRow(
        id=hashlib.sha256(statement).hexdigest(),
        agency=desk.agency.code.text,
        kind=answer.kind,
        subject=answer.subject,
        document_id=answer.document_id,
        message=answer.message,
        statement=statement.decode(),
        cms=keep_blob(unit, desk, cms),
        recorded_at=at,
    )
    unit.add_receipt(receipt)
    message = _status(desk, answer, at=at)
    parts = Parts(
        message=message,
        message_cms=None if message is None else post.signer.sign(message),
        receipt=statement,
        receipt_cms=cms,
    )
    kind = ParcelKind.RECEIPT if message is None else ParcelKind.STATUS
    add_parcel(
        unit,
        desk,
        parts,
        kind=kind,
        recipient=answer.recipient,
        subject=answer.subject,
        receipt=receipt.id,
        in_reply_to=answer.in_reply_to,
        at=at,
    )


def add_parcel(
    unit: UnitOfWork,
    desk: Desk,
    parts: Parts,
    *,
    kind: ParcelKind,
    recipient: str,
    subject: str,
    at: datetime,
    receipt: str | None = None,
    in_reply_to: str | None = None,
) -> None:
    """Add a parcel that is due at once."""
    unit.add_parcel(
        ParcelRow(
            id=name_parcel(parts),
            recipient=recipient,
            kind=kind,
            subject=subject,
            message=None if parts.message is None else keep_blob(unit, desk, parts.message),
            message_cms=None if parts.message_cms is None else keep_blob(unit, desk, parts.message_cms),
            receipt=receipt,
            in_reply_to=in_reply_to,
            created_at=at,
            due_at=at,
        )
    )


def keep_blob(unit: UnitOfWork, desk: Desk, data: bytes) -> str:
    """Store bytes, name them in the transaction, and return their name."""
    name = desk.blobs.put(data)
    unit.add_blob(BlobRow(sha256=name, size=len(data)))
    return name


def describe_self(desk: Desk) -> Organization:
    """Return this agency as a message names it."""
    return Organization(organ_id=desk.agency.code.text, organ_name=desk.agency.name)


def _status(desk: Desk, answer: Answer, *, at: datetime) -> bytes | None:
    if answer.response_for is None:
        return None
    return build_message(
        Status(
            from_=describe_self(desk),
            response_for=answer.response_for,
            status=STATUS_OF_RECEIPT[answer.kind],
            description=answer.detail,
            timestamp=at.replace(microsecond=0),
        )
    )
