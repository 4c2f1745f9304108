"""The words of the office, pure: agencies, document types, numbers, documents, the state table.

What it does not do: no I/O, no clock, no randomness.
"""

from __future__ import annotations

from docflow.model.agencies import Agency, AgencyCode, CodeForm, SeriesRule, check_abbreviation, parse_agency_code
from docflow.model.documents import (
    Addressee,
    Document,
    Draft,
    Secrecy,
    SignatureVerdict,
    Urgency,
    check_document_id,
    refuse_secret,
)
from docflow.model.incoming import INCOMING_REGISTER, IncomingDocument, name_incoming
from docflow.model.incoming_states import (
    INCOMING,
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    IncomingState,
    IncomingTransition,
    ReceiptKind,
    draw_incoming_states,
    find_incoming,
)
from docflow.model.numbers import (
    LAW_TIME_ZONE,
    OUTGOING_REGISTER,
    NumberAndSymbol,
    RegisterKey,
    build_number_and_symbol,
    build_place_and_date,
    law_date,
    number_document,
    parse_number_and_symbol,
    register_for,
)
from docflow.model.states import (
    OUTGOING,
    DocumentEvent,
    DocumentState,
    Effect,
    Guard,
    Role,
    Transition,
    draw_states,
    find_transition,
)
from docflow.model.types import DocumentType

__all__ = [
    "INCOMING",
    "INCOMING_REGISTER",
    "LAW_TIME_ZONE",
    "OUTGOING",
    "OUTGOING_REGISTER",
    "Addressee",
    "Agency",
    "AgencyCode",
    "CodeForm",
    "Document",
    "DocumentEvent",
    "DocumentState",
    "DocumentType",
    "Draft",
    "Effect",
    "Guard",
    "IncomingDocument",
    "IncomingEffect",
    "IncomingEvent",
    "IncomingGuard",
    "IncomingState",
    "IncomingTransition",
    "NumberAndSymbol",
    "ReceiptKind",
    "RegisterKey",
    "Role",
    "Secrecy",
    "SeriesRule",
    "SignatureVerdict",
    "Transition",
    "Urgency",
    "build_number_and_symbol",
    "build_place_and_date",
    "check_abbreviation",
    "check_document_id",
    "draw_incoming_states",
    "draw_states",
    "find_incoming",
    "find_transition",
    "law_date",
    "name_incoming",
    "number_document",
    "parse_agency_code",
    "parse_number_and_symbol",
    "refuse_secret",
    "register_for",
]
