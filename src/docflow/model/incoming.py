"""Incoming documents as docflow keeps them.

What it does not do: it holds no bytes, only their SHA-256; it knows no database and no message format.

Source: Nghị định 30/2020/NĐ-CP Điều 21–24, Phụ lục IV (sổ đăng ký văn bản đến).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from docflow.model.documents import SignatureVerdict
from docflow.model.drafts import Urgency
from docflow.model.incoming_states import IncomingState

INCOMING_REGISTER = "van_ban_den"
"""The register in which arrivals are numbered (số đến), one series a year.

Source: Nghị định 30/2020/NĐ-CP Điều 22.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingDocument:
    """An incoming document at one moment of its life.

    Attributes:
        id: Name in this office; see :func:`name_incoming`.
        sender, sender_name: The agency that sent it, as its signature on the envelope proved, and its name.
        document_id: The sender's ``DocumentId``.
        message: SHA-256 (hex) of the message that brought it.
        pdf: SHA-256 (hex) of the document itself.
        verdict: What the verifier said of the signatures on it.
        duplicate_of: Another incoming document of this sender with the same number, symbol and date, or None.
        register, year, number, registered_at: Set together when it is registered.
        deadline: Day in Asia/Ho_Chi_Minh.
        note: The last word said about it: progress, or the reason of a refusal.
        take_back: Reason the sender gave for asking it back, while the question is open; None otherwise.
    """

    id: str
    agency: str
    state: IncomingState
    sender: str
    sender_name: str
    document_id: str
    message: str
    pdf: str
    verdict: SignatureVerdict
    type_name: str
    symbol: str
    issued_on: date | None
    subject: str
    signer_name: str
    urgency: Urgency
    arrived_at: datetime
    duplicate_of: str | None = None
    register: str | None = None
    year: int | None = None
    number: int | None = None
    registered_at: datetime | None = None
    assignee: str | None = None
    deadline: date | None = None
    assigned_at: datetime | None = None
    completed_at: datetime | None = None
    note: str = ""
    take_back: str | None = None


def name_incoming(sender: str, document_id: str) -> str:
    """Return the name of an incoming document: the same sender and ``DocumentId`` always give the same name."""
    named = f"{sender}\n{document_id}".encode()
    return f"den-{hashlib.sha256(named).hexdigest()[:32]}"
