"""Outgoing documents as docflow keeps them, and what is kept with them.

What it does not do: it holds no PDF bytes, only their SHA-256; it knows no database.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI (drafts, opinions, approvals stay with the document).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from docflow.model.drafts import Draft
from docflow.model.states import DocumentState


class SignatureVerdict(StrEnum):
    """What a verifier said of a signature when docflow accepted it."""

    PASSED = "passed"
    UNDECIDED = "undecided"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


class RemarkKind(StrEnum):
    """What somebody said of a document; the value is stable and stored."""

    OPINION = "opinion"
    APPROVAL = "approval"
    RETURN = "return"
    CANCELLATION = "cancellation"
    RECALL = "recall"
    UPDATE = "update"
    VOIDING = "voiding"


class Remark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing said of a document, kept with it; ``position`` counts from 0, ``version`` is that of the draft."""

    document_id: str
    position: int
    kind: RemarkKind
    version: int
    text: str
    said_at: datetime
    said_by: str


class DraftVersion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One version of a draft: what it said (canonical JSON) and its PDF's SHA-256, or None."""

    document_id: str
    version: int
    draft: str
    pdf: str | None
    written_at: datetime
    written_by: str


class AttachedFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file that goes with a document, in a file of its own (văn bản kèm theo, phụ lục).

    Attributes:
        position: From 0; no other file of the document ever gets it, also after this one was taken off.
        pdf: SHA-256 of the file as attached.
        sealed_pdf: SHA-256 of the file as the agency signed it, or None until then.
        detached_at, detached_by, detach_reason: Set together when it was taken off: it goes with the document no more.
    """

    document_id: str
    position: int
    name: str
    pdf: str
    attached_at: datetime
    attached_by: str
    sealed_pdf: str | None = None
    sealed_at: datetime | None = None
    verdict: SignatureVerdict | None = None
    detached_at: datetime | None = None
    detached_by: str | None = None
    detach_reason: str | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An outgoing document at one moment of its life.

    Attributes:
        draft: What it says about itself.
        version: Of the draft, from 1; each revision begins a new one.
        remark_count: Opinions, approvals and reasons recorded so far.
        attachment_count: Files that go with it (văn bản kèm theo); what was taken off is not among them.
        register, year, number, symbol, issued_on: Set together when the number is given.
        replaced_by: The document that took its place.
        draft_pdf, leader_pdf, sealed_pdf: SHA-256 (hex) of the PDF of each stage, or None.
    """

    id: str
    agency: str
    state: DocumentState
    draft: Draft
    drafted_at: datetime
    drafted_by: str
    draft_pdf: str | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None
    leader_pdf: str | None = None
    leader_signed_at: datetime | None = None
    leader_verdict: SignatureVerdict | None = None
    register: str | None = None
    year: int | None = None
    number: int | None = None
    symbol: str | None = None
    issued_on: date | None = None
    sealed_pdf: str | None = None
    sealed_at: datetime | None = None
    seal_verdict: SignatureVerdict | None = None
    version: int = 1
    remark_count: int = 0
    attachment_count: int = 0
    replaced_by: str | None = None
