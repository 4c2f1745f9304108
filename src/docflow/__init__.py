"""docflow: an agency's office for official documents: numbers, registers, evidence.

Example:
    >>> from docflow import Agency, Office, parse_agency_code
"""

from __future__ import annotations

from docflow.errors import DocflowError, ErrorCode, InputError, StoreUnavailable, UsageError
from docflow.wiring import (
    Addressee,
    Agency,
    Document,
    DocumentState,
    DocumentType,
    Draft,
    Issued,
    LogFinding,
    LogFindingCode,
    LogReport,
    Office,
    OutboxState,
    ProvenEvent,
    Receipt,
    Secrecy,
    SeriesRule,
    SignatureCheck,
    SignatureVerdict,
    Urgency,
    check_proof,
    parse_agency_code,
    verify_log,
)

__all__ = [
    "Addressee",
    "Agency",
    "DocflowError",
    "Document",
    "DocumentState",
    "DocumentType",
    "Draft",
    "ErrorCode",
    "InputError",
    "Issued",
    "LogFinding",
    "LogFindingCode",
    "LogReport",
    "Office",
    "OutboxState",
    "ProvenEvent",
    "Receipt",
    "Secrecy",
    "SeriesRule",
    "SignatureCheck",
    "SignatureVerdict",
    "StoreUnavailable",
    "Urgency",
    "UsageError",
    "check_proof",
    "parse_agency_code",
    "verify_log",
]
