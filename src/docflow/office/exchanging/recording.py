"""The inbox: what became of each parcel, recorded once, with the answer it got."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from docflow.audit import Leaf
from docflow.edxml import ResponseFor
from docflow.model import ReceiptKind
from docflow.office.answers import Answer, give_answer
from docflow.office.desk import Desk
from docflow.office.ledger import ACTOR, record_event
from docflow.ports import InboxOutcome, InboxRow, Parts, UnitOfWork


class Arrived(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A parcel that came: its name by content, its parts, when, and what it says of itself."""

    parcel: str
    parts: Parts
    at: datetime
    sender: str | None = None
    document_id: str | None = None

    @property
    def message(self) -> str:
        """SHA-256 (hex) of the message, or of the receipt that came alone."""
        return hashlib.sha256(self.parts.message or self.parts.receipt or b"").hexdigest()


def note_outcome(
    desk: Desk,
    arrived: Arrived,
    outcome: InboxOutcome,
    *,
    reason: str | None,
    answer: ReceiptKind | None = None,
    response_for: ResponseFor | None = None,
    detail: str = "",
) -> None:
    """Record in a transaction of its own that a parcel had no effect, and answer it if somebody is to be answered."""
    told = None
    if answer is not None and arrived.sender is not None:
        told = Answer(
            kind=answer,
            recipient=arrived.sender,
            subject="",
            document_id=arrived.document_id or "",
            message=arrived.message,
            detail=detail or reason or "",
            response_for=response_for,
            in_reply_to=arrived.parcel,
        )

    def note(unit: UnitOfWork) -> None:
        known = unit.find_inbox(arrived.parcel)
        if known is not None and known.outcome in {outcome, InboxOutcome.ACCEPTED}:
            return
        leaf = put_outcome(unit, desk, arrived, outcome=outcome, reason=reason)
        if told is not None:
            give_answer(unit, desk, told, leaf=leaf, at=arrived.at)
            log(unit, desk, "receipt_given", arrived=arrived)

    desk.store.transact(note)


def put_outcome(
    unit: UnitOfWork, desk: Desk, arrived: Arrived, *, outcome: InboxOutcome, reason: str | None = None
) -> Leaf:
    """Write the inbox row and its leaf inside the caller's transaction."""
    put_inbox(unit, arrived, outcome, reason=reason)
    return log(unit, desk, f"parcel_{outcome.value}", arrived=arrived)


def put_inbox(unit: UnitOfWork, arrived: Arrived, outcome: InboxOutcome, *, reason: str | None = None) -> None:
    """Write the inbox row; the caller leaves the leaf."""
    has_payload = arrived.parts.message is not None or arrived.parts.receipt is not None
    unit.put_inbox(
        InboxRow(
            parcel=arrived.parcel,
            message=arrived.message if has_payload else None,
            sender=arrived.sender,
            document_id=arrived.document_id,
            outcome=outcome,
            reason=reason,
            received_at=arrived.at,
        )
    )


def log(unit: UnitOfWork, desk: Desk, event: str, *, arrived: Arrived, subject: str = "") -> Leaf:
    """Leave the leaf of what was written."""
    return record_event(
        unit,
        event,
        time=arrived.at,
        actor=ACTOR,
        agency=desk.agency.code.text,
        subject=subject or desk.agency.code.text,
        randomness=desk.randomness,
    )
