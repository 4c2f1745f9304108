"""The composition root; the front door re-exports it."""

from __future__ import annotations

from docflow.audit import LogFinding, LogFindingCode, LogReport
from docflow.evidence import Knowledge
from docflow.exchange import ResendPolicy
from docflow.model import (
    Addressee,
    Agency,
    Document,
    DocumentState,
    DocumentType,
    Draft,
    IncomingDocument,
    IncomingState,
    NumberWish,
    Permission,
    ReceiptKind,
    Secrecy,
    Series,
    SeriesKind,
    SeriesRule,
    SignatureVerdict,
    Urgency,
    parse_agency_code,
)
from docflow.office import Dispatched, Issued, Post, Receipt, Reception, RegisterBook, RegisterKind, Reserved
from docflow.ports import EntryKind, InboxOutcome, OutboxState, ParcelKind, RegisterEntry, SignatureCheck
from docflow.store import SystemClock, SystemRandomness
from docflow.transport import FileDrop
from docflow.wiring.logs import ProvenEvent, check_proof, read_checkpoint, read_proof, verify_log
from docflow.wiring.office import Office
from docflow.wiring.registers import RegisterForm, print_register, read_register

__all__ = [
    "Addressee",
    "Agency",
    "Dispatched",
    "Document",
    "DocumentState",
    "DocumentType",
    "Draft",
    "EntryKind",
    "FileDrop",
    "InboxOutcome",
    "IncomingDocument",
    "IncomingState",
    "Issued",
    "Knowledge",
    "LogFinding",
    "LogFindingCode",
    "LogReport",
    "NumberWish",
    "Office",
    "OutboxState",
    "ParcelKind",
    "Permission",
    "Post",
    "ProvenEvent",
    "Receipt",
    "ReceiptKind",
    "Reception",
    "RegisterBook",
    "RegisterEntry",
    "RegisterForm",
    "RegisterKind",
    "ResendPolicy",
    "Reserved",
    "Secrecy",
    "Series",
    "SeriesKind",
    "SeriesRule",
    "SignatureCheck",
    "SignatureVerdict",
    "SystemClock",
    "SystemRandomness",
    "Urgency",
    "check_proof",
    "parse_agency_code",
    "print_register",
    "read_checkpoint",
    "read_proof",
    "read_register",
    "verify_log",
]
