"""Bytes → message, leniently: local names, any order, what is missing noted, what is unknown kept.

Refused is what is no message, what would not tell whom to answer, and what two programs would read differently.

Source: QCVN 102:2016/BTTTT; docs/reference/edxml.md tells which reader accepts what.
"""

from __future__ import annotations

from docflow.edxml import fields
from docflow.edxml.fields import many, one, text, texts
from docflow.edxml.files import decode_file
from docflow.edxml.limits import MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES
from docflow.edxml.messages import (
    Attachment,
    Business,
    BusinessType,
    DocumentInfo,
    DocumentType,
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
from docflow.edxml.refusals import malformed
from docflow.edxml.tree import Element, parse_tree
from docflow.errors import InputError


def parse_message(data: bytes) -> NewDocument | Status:
    """Parse a message of any agency's software.

    Does not check: that it is complete (:func:`docflow.edxml.find_gaps`), that its sender is who it says, signatures.

    ``data`` is at most ``MAX_MESSAGE_BYTES``; UTF-8 or UTF-16, with or without a byte order mark.

    Raises:
        InputError: ``MALFORMED_INPUT``; ``vi`` says why.
    Source: QCVN 102:2016/BTTTT.
    """
    root = parse_tree(data)
    envelope = one(root, "edXMLEnvelope")
    frame = one(envelope, "edXMLHeader")
    header = one(frame, "MessageHeader")
    if header is None:
        raise _missing("MessageHeader")
    body = one(envelope, "edXMLBody")
    encoded = one(root, "AttachmentEncoded")
    if many(header, "StatusCode"):
        if (body is not None and body.children) or (encoded is not None and encoded.children):
            raise malformed("a status with files", vi="Gói tin trạng thái không được kèm tệp.")
        return _status(root, header)
    return _document(root, header, traces=one(frame, "TraceHeaderList"), body=body, encoded=encoded)


def _status(root: Element, header: Element) -> Status:
    code = text(header, "StatusCode").zfill(2)
    if code not in set(StatusCode):
        raise malformed(f"status {code[:20]!r}", vi=f"Mã trạng thái “{code[:20]}” không có trong quy định.")
    answered = one(header, "ResponseFor")
    response_for = _response(answered) if answered is not None else ResponseFor(organ_id="")
    if not (response_for.document_id or response_for.code):
        raise _missing("ResponseFor/DocumentId")
    return Status(
        from_=_sender(header),
        response_for=response_for,
        status=StatusCode(code),
        description=text(header, "Description"),
        timestamp=fields.timestamp(header, "Timestamp"),
        staff=_staff(header),
        not_understood=fields.leftovers(root),
    )


def _document(
    root: Element, header: Element, *, traces: Element | None, body: Element | None, encoded: Element | None
) -> NewDocument:
    document_id = text(header, "DocumentId")
    if not document_id:
        raise _missing("DocumentId")
    code, issued = one(header, "Code"), one(header, "PromulgationInfo")
    attachments, missing = _attachments(many(one(body, "edXMLManifest"), "Reference"), many(encoded, "Attachment"))
    return NewDocument(
        from_=_sender(header),
        to=tuple(_organization(to) for to in many(header, "To")),
        document_id=document_id,
        code_number=text(code, "CodeNumber"),
        code_notation=text(code, "CodeNotation"),
        place=text(issued, "Place"),
        promulgation_date=fields.day(issued, "PromulgationDate"),
        document_type=_document_type(one(header, "DocumentType")),
        subject=text(header, "Subject"),
        content=text(header, "Content"),
        signer=_signer(one(header, "SignerInfo")),
        due_date=fields.day(header, "DueDate"),
        to_places=texts(one(header, "ToPlaces"), "Place"),
        other_info=_other_info(one(header, "OtherInfo")),
        response_for=tuple(
            response
            for element in many(header, "ResponseFor")
            if (response := _response(element)) != ResponseFor(organ_id="")
        ),
        steering_type=fields.integer(header, "SteeringType") or 0,
        trace_headers=tuple(
            TraceHeader(organ_id=text(hop, "OrganId"), timestamp=fields.timestamp(hop, "Timestamp"))
            for hop in many(traces, "TraceHeader")
        ),
        trace_list_id=_attribute(traces, "id"),
        trace_list_version=_attribute(traces, "version"),
        business=_business(one(traces, "Bussiness")),
        attachments=attachments,
        missing_attachments=missing,
        not_understood=fields.leftovers(root),
    )


# ---------------------------------------------------------------- parts


def _sender(header: Element) -> Organization:
    sender = one(header, "From")
    if sender is None or not text(sender, "OrganId"):
        raise _missing("From/OrganId")
    return _organization(sender)


def _organization(element: Element) -> Organization:
    return Organization(
        organ_id=text(element, "OrganId"),
        organization_in_charge=text(element, "OrganizationInCharge"),
        organ_name=text(element, "OrganName"),
        organ_address=text(element, "OrganAdd"),
        email=text(element, "Email"),
        telephone=text(element, "Telephone"),
        fax=text(element, "Fax"),
        website=text(element, "Website"),
    )


def _document_type(element: Element | None) -> DocumentType:
    return DocumentType(
        type=fields.integer(element, "Type"),
        type_detail=fields.integer(element, "TypeDetail") or 0,
        type_name=text(element, "TypeName"),
    )


def _signer(element: Element | None) -> Signer:
    return Signer(
        competence=text(element, "Competence"), position=text(element, "Position"), full_name=text(element, "FullName")
    )


def _other_info(element: Element | None) -> OtherInfo:
    return OtherInfo(
        priority=fields.integer(element, "Priority") or 0,
        sphere_of_promulgation=text(element, "SphereOfPromulgation"),
        typer_notation=text(element, "TyperNotation"),
        promulgation_amount=fields.integer(element, "PromulgationAmount"),
        page_amount=fields.integer(element, "PageAmount"),
        appendixes=texts(one(element, "Appendixes"), "Appendix"),
        reply_fors=text(element, "ReplyFors"),
        direction=text(element, "Direction").lower() in {"true", "1"},
        reference_codes=text(element, "ReferenceCodes"),
    )


def _response(element: Element) -> ResponseFor:
    return ResponseFor(
        organ_id=text(element, "OrganId"),
        code=text(element, "Code"),
        promulgation_date=fields.day(element, "PromulgationDate"),
        document_id=text(element, "DocumentId"),
    )


def _staff(parent: Element | None) -> Staff | None:
    element = one(parent, "StaffInfo")
    staff = Staff(
        department=text(element, "Department"),
        department_id=text(element, "DepartmentId"),
        staff=text(element, "Staff"),
        staff_id=text(element, "StaffId"),
        email=text(element, "Email"),
        mobile=text(element, "Mobile"),
    )
    return staff if staff != Staff() else None


def _business(element: Element | None) -> Business:
    kind = fields.integer(element, "BussinessDocType")
    if kind is None:
        # unreadable must not count as new: a revocation would be filed as a letter
        if any(child.text for child in many(element, "BussinessDocType")):
            raise malformed("BussinessDocType is no number", vi="Không đọc được loại nghiệp vụ của gói tin.")
        kind = int(BusinessType.NEW)
    return Business(
        type=kind,
        reason=text(element, "BussinessDocReason"),
        document_id=text(element, "DocumentId"),
        paper=fields.integer(element, "Paper") or 0,
        staff=_staff(element),
        document_info=_document_info(one(element, "BussinessDocumentInfo")),
        replacements=tuple(
            ReplacementInfo(document_id=text(info, "DocumentId"), organ_ids=texts(one(info, "OrganIdList"), "OrganId"))
            for info in many(one(element, "ReplacementInfoList"), "ReplacementInfo")
        ),
    )


def _document_info(element: Element | None) -> DocumentInfo | None:
    info = DocumentInfo(
        document_info=fields.integer(element, "DocumentInfo"),
        document_receiver=fields.integer(element, "DocumentReceiver"),
        receivers=tuple(
            ReceiverChange(organ_id=text(change, "OrganId"), receiver_type=fields.integer(change, "ReceiverType"))
            for change in many(one(element, "ReceiverList"), "Receiver")
        ),
    )
    return info if info != DocumentInfo() else None


# ---------------------------------------------------------------- attachments


def _attachments(references: list[Element], elements: list[Element]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Return the files, and the names of those that the manifest lists in vain.

    Some programs write other identifiers in the manifest than at the files; with as many of each, order pairs them.
    """
    if max(len(references), len(elements)) > MAX_ATTACHMENTS:
        raise malformed(f"more than {MAX_ATTACHMENTS} attachments", vi="Gói tin có quá nhiều tệp đính kèm.")
    listed = [(_content_id(reference), text(reference, "AttachmentName")) for reference in references]
    for reference in references:
        text(reference, "ContentType"), text(reference, "Description")
    in_order = len(references) == len(elements)
    names = dict(listed)
    found: list[Attachment] = []
    for index, element in enumerate(elements):
        identifier = _content_id(element)
        fallback = names.get(identifier, "") or (listed[index][1] if in_order else "")
        attachment = _attachment(element, identifier, fallback=fallback)
        if attachment is not None:
            found.append(attachment)
        if sum(len(file.data) for file in found) > MAX_ATTACHMENTS_BYTES:
            raise malformed("attachments too large together", vi="Tổng dung lượng tệp đính kèm vượt quá giới hạn.")
    present = [file.content_id for file in found]
    if len(set(present) - {""}) != len([identifier for identifier in present if identifier]):
        raise malformed("a ContentId stands twice", vi="Hai tệp đính kèm mang cùng một mã định danh (ContentId).")
    if len(found) == len(listed):
        return tuple(found), ()
    missing = [name or identifier for identifier, name in listed if identifier not in present]
    return tuple(found), tuple(missing)


def _attachment(element: Element, identifier: str, *, fallback: str) -> Attachment | None:
    name = text(element, "AttachmentName") or fallback
    content_type = text(element, "ContentType")
    if not many(element, "ContentTransferEncoded"):
        return None
    return Attachment(
        name=name,
        data=decode_file(content_type, text(element, "ContentTransferEncoded"), name=name),
        content_id=identifier,
        content_type=content_type,
        description=text(element, "Description"),
        field_name=text(element, "FieldName"),
        mime_type=text(element, "MimeType"),
    )


def _content_id(element: Element) -> str:
    identifier = text(element, "ContentId")
    # one pass through the vendor's builder turns cid:201 into cid:cid:201
    while identifier[:4].lower() == "cid:":
        identifier = identifier[4:]
    return identifier


def _attribute(element: Element | None, name: str) -> str:
    return element.attributes.get(name, "") if element is not None else ""


def _missing(path: str) -> InputError:
    return malformed(f"no {path}", vi=f"Gói tin edXML thiếu phần tử bắt buộc {path}.")
