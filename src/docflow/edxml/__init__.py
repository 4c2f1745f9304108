"""edXML messages (QCVN 102:2016): bytes ↔ values, written strictly and read leniently.

Invariants:
    - Any bytes give a message or an :class:`docflow.errors.InputError`; nothing else, and within
      :mod:`docflow.edxml.limits`.
    - ``parse_message(build_message(m))`` means what ``m`` means, and building twice gives the same bytes.
    - No DTD, no entity, no external thing is ever read; no name from a message becomes a path.

What it does not do: it checks no signature and no identity. Who sent the bytes and whether the attached PDFs are
genuine is for the rooms above.

Example:
    >>> from docflow.edxml import Organization, ResponseFor, Status, StatusCode, build_message, parse_message
    >>> status = Status(
    ...     from_=Organization(organ_id="H99.01"),
    ...     response_for=ResponseFor(organ_id="G99.01", code="12/CV-A", document_id="G99.01,2026/03/05,12/CV-A"),
    ...     status=StatusCode.REGISTERED,
    ... )
    >>> parse_message(build_message(status)) == status
    True
"""

from __future__ import annotations

from docflow.edxml.answers import answer_document, take_back_document
from docflow.edxml.gaps import find_gaps
from docflow.edxml.identifiers import DocumentIdParts, build_document_id, parse_document_id
from docflow.edxml.limits import (
    MAX_ATTACHMENT_BYTES,
    MAX_ATTACHMENTS,
    MAX_ATTACHMENTS_BYTES,
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_LEFTOVERS,
    MAX_MESSAGE_BYTES,
    MAX_TEXT,
)
from docflow.edxml.messages import (
    Attachment,
    Business,
    BusinessType,
    DocumentInfo,
    DocumentType,
    Leftover,
    NewDocument,
    Organization,
    OtherInfo,
    ReceiverChange,
    ReplacementInfo,
    ResponseFor,
    Signer,
    Staff,
    Status,
    StatusCode,
    TraceHeader,
)
from docflow.edxml.reading import parse_message
from docflow.edxml.writing import build_message

__all__ = [
    "MAX_ATTACHMENTS",
    "MAX_ATTACHMENTS_BYTES",
    "MAX_ATTACHMENT_BYTES",
    "MAX_ATTRIBUTES",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "MAX_LEFTOVERS",
    "MAX_MESSAGE_BYTES",
    "MAX_TEXT",
    "Attachment",
    "Business",
    "BusinessType",
    "DocumentIdParts",
    "DocumentInfo",
    "DocumentType",
    "Leftover",
    "NewDocument",
    "Organization",
    "OtherInfo",
    "ReceiverChange",
    "ReplacementInfo",
    "ResponseFor",
    "Signer",
    "Staff",
    "Status",
    "StatusCode",
    "TraceHeader",
    "answer_document",
    "build_document_id",
    "build_message",
    "find_gaps",
    "parse_document_id",
    "parse_message",
    "take_back_document",
]
