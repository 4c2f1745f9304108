"""One step of one document: what was asked, and what guards and effects see of it.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from docflow.model import ANY_NUMBER, Agency, DocumentEvent, Draft, NumberWish, law_date
from docflow.office.ledger import Request
from docflow.office.registers.numbering import NumberPlace
from docflow.ports import BlobRow, SignatureCheck, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPdf:
    """A PDF that stands in the blob store already."""

    blob: BlobRow
    check: SignatureCheck
    extends: str | None = None
    """SHA-256 of the recorded PDF whose bytes this one begins with, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event for one document, with everything it needs; time is the clock's, aware."""

    event: DocumentEvent
    document_id: str
    request: Request
    actor: str
    at: datetime
    draft: Draft | None = None
    pdf: StoredPdf | None = None
    on: date | None = None
    reason: str | None = None
    wish: NumberWish = ANY_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What guards and effects see."""

    unit: UnitOfWork
    step: Step
    agency: Agency
    place: NumberPlace | None = None

    @property
    def day(self) -> date:
        """The date the document is to bear, in Asia/Ho_Chi_Minh."""
        return self.step.on or law_date(self.step.at)
