"""A document as an edXML message: what it says, what it answers or replaces, and its files.

Source: Quyết định 28/2018/QĐ-TTg Điều 10; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from docflow.edxml import (
    Attachment,
    Business,
    BusinessType,
    DocumentType,
    NewDocument,
    Organization,
    OtherInfo,
    ReplacementInfo,
    ResponseFor,
    Signer,
    TraceHeader,
)
from docflow.model import PRIORITIES, Document, LinkKind, build_place_and_date
from docflow.office.answers import describe_self
from docflow.office.desk import Desk

ELECTRONIC = "electronic"
"""How a document left that was packed here (``outbox.sent_how``)."""


def name_document(document: Document) -> str:
    """Return the edXML ``DocumentId`` of an outgoing document: ``H99,2026/01/05,15/QĐ-UBND``."""
    return f"{document.agency},{document.issued_on:%Y/%m/%d},{document.symbol}" if document.issued_on else ""


def pack_document(desk: Desk, document: Document, *, to: Mapping[str, str], at: datetime) -> NewDocument:
    """Return the message that brings a document to agencies, by code and name: new, or a replacement (3)."""
    return describe_message(
        desk,
        document,
        to=to,
        at=at,
        business=_business(desk, document),
        response_for=_answered(desk, document),
        attachments=_files(desk, document),
    )


def describe_message(
    desk: Desk,
    document: Document,
    *,
    to: Mapping[str, str],
    at: datetime,
    business: Business | None = None,
    response_for: tuple[ResponseFor, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> NewDocument:
    """Return the header of a message about a document, and the files given."""
    draft, own = document.draft, desk.agency.code.text
    number, _, notation = (document.symbol or "").partition("/")
    return NewDocument(
        from_=describe_self(desk),
        to=tuple(Organization(organ_id=code, organ_name=name) for code, name in to.items()),
        document_id=name_document(document),
        code_number=number,
        code_notation=notation,
        promulgation_date=document.issued_on,
        place=desk.agency.place,
        # Producers disagree on the codes of types; the name is what everybody reads.
        document_type=DocumentType(type=2, type_name=draft.type.vi),
        subject=draft.subject,
        content=draft.subject,
        signer=Signer(
            competence=draft.competence.value if draft.competence else "",
            position=draft.signer_position,
            full_name=draft.signer_name,
        ),
        due_date=draft.due_date,
        to_places=tuple(item.name for item in draft.addressees),
        other_info=OtherInfo(
            priority=PRIORITIES[draft.urgency],
            promulgation_amount=draft.copies,
            page_amount=draft.page_count,
        ),
        response_for=response_for,
        trace_headers=(TraceHeader(organ_id=own, timestamp=at.replace(microsecond=0)),),
        business=business or Business(),
        attachments=attachments,
    )


def _files(desk: Desk, document: Document) -> tuple[Attachment, ...]:
    """Return the document itself, first, and every file that goes with it, as the agency signed it."""
    draft, own = document.draft, desk.agency.code.text
    name = f"{own}_{document.year}_{document.number}"
    day = build_place_and_date(desk.agency.place, document.issued_on) if document.issued_on else ""
    main = Attachment(
        name=f"{name}.pdf",
        data=desk.blobs.get(document.sealed_pdf or ""),
        content_id="1",
        content_type="application/pdf",
        description=f"{draft.type.vi} {day}" if day else "",
    )
    others = desk.store.list_attachments(document.id) if document.attachment_count else ()
    return (
        main,
        *(
            Attachment(
                name=f"{name}_{number}.pdf",
                data=desk.blobs.get(item.sealed_pdf or ""),
                content_id=str(number + 1),
                content_type="application/pdf",
                description=item.name,
            )
            for number, item in enumerate(others, start=1)
        ),
    )


def _answered(desk: Desk, document: Document) -> tuple[ResponseFor, ...]:
    links = [link.target for link in document.draft.links if link.kind is LinkKind.ANSWERS]
    found = [incoming for incoming in map(desk.store.find_incoming, links) if incoming is not None]
    return tuple(
        ResponseFor(
            organ_id=incoming.sender,
            code=incoming.symbol,
            promulgation_date=incoming.issued_on,
            document_id=incoming.document_id,
        )
        for incoming in found
    )


def _business(desk: Desk, document: Document) -> Business:
    links = [link.target for link in document.draft.links if link.kind is LinkKind.REPLACES]
    replaced = [item for item in map(desk.store.find_document, links) if item is not None]
    if not replaced:
        return Business()
    return Business(
        type=BusinessType.REPLACEMENT,
        replacements=tuple(
            ReplacementInfo(
                document_id=name_document(item),
                organ_ids=tuple(a.code.text for a in item.draft.addressees if a.code),
            )
            for item in replaced
        ),
    )
