"""One step of one document: what was asked, and what guards and effects see of it.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from docflow.audit import Json
from docflow.model import ANY_NUMBER, Addressee, DocumentEvent, DocumentState, Draft, NumberWish
from docflow.office.desk import Desk
from docflow.office.registers.numbering import NumberPlace
from docflow.ports import BlobRow, SignatureCheck, UnitOfWork


class StoredPdf(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A PDF that stands in the blob store already."""

    blob: BlobRow
    check: SignatureCheck
    extends: str | None = None
    """SHA-256 of the recorded PDF whose bytes this one begins with, or None."""


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event for one document, with everything it needs; time is the clock's, aware.

    Attributes:
        asked: What makes the request this request, for its fingerprint.
        key: The caller's idempotency key, or None for the one docflow makes.
        words: An opinion, or why something is taken off, returned, recalled, cancelled, void.
        version: The version of the draft that the caller saw; None: whichever is the newest.
        position: Which attachment or addressee is meant.
        how, signed_for: How a document was handed over, and to whom.
        addressees: Those added.
        name: Of an attached file.
        successor: Id of the document that takes this one's place.
        wish: Another number than the next, or a permission.
    """

    event: DocumentEvent
    document_id: str
    actor: str
    at: datetime
    asked: Mapping[str, Json] = msgspec.field(default_factory=dict)
    key: str | None = None
    draft: Draft | None = None
    pdf: StoredPdf | None = None
    on: date | None = None
    words: str = ""
    version: int | None = None
    position: int | None = None
    how: str = ""
    signed_for: str = ""
    addressees: tuple[Addressee, ...] = ()
    name: str = ""
    successor: str | None = None
    wish: NumberWish = ANY_NUMBER


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What guards and effects see.

    Attributes:
        day: The date the document is to bear, in Asia/Ho_Chi_Minh.
        target: The state that the document reaches.
    """

    unit: UnitOfWork
    step: Step
    desk: Desk
    day: date
    target: DocumentState
    place: NumberPlace | None = None
