"""Message → bytes, strictly: the order, prefixes and layout of the vendor's Java builder, and no signature block.

What old receivers need is always there: TypeDetail, BussinessDocType, Paper, a hop, SteeringType.

Source: QCVN 102:2016/BTTTT; docs/reference/edxml.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from docflow.edxml.files import ZIP_TYPE, encode_file
from docflow.edxml.gaps import find_gaps
from docflow.edxml.limits import (
    MAX_ATTACHMENT_BYTES,
    MAX_ATTACHMENTS,
    MAX_ATTACHMENTS_BYTES,
    MAX_MESSAGE_BYTES,
)
from docflow.edxml.markup import Node, Part, always, branch, check_text, leaf, render
from docflow.edxml.messages import (
    Attachment,
    Business,
    DocumentInfo,
    NewDocument,
    Organization,
    OtherInfo,
    ResponseFor,
    Staff,
    Status,
    TraceHeader,
)
from docflow.edxml.tree import NAMESPACE, WHITESPACE
from docflow.errors import ErrorCode, UsageError
from docflow.model import LAW_TIME_ZONE

_MAX_INTEGER = 10**9 - 1


def build_message(message: NewDocument | Status) -> bytes:
    """Return the message as the vendor's builder would write it; the same message gives the same bytes.

    What the reader only notes (``missing_attachments``, ``not_understood``) is not written, and a file's declared type
    follows from its name and bytes: who forwards a message forwards the bytes that came.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the message is incomplete (:func:`docflow.edxml.find_gaps`), holds a naive time or
            characters XML cannot hold, names a receiver or a ContentId twice, or would be too large.
    Source: QCVN 102:2016/BTTTT.
    """
    gaps = find_gaps(replace(message, missing_attachments=()) if isinstance(message, NewDocument) else message)
    if gaps:
        raise _refuse(f"incomplete: {', '.join(gaps)}", vi=f"Gói tin còn thiếu: {', '.join(gaps)}.")
    root = _document(message) if isinstance(message, NewDocument) else _frame([_status_header(message)], [], [])
    data = render(root)
    if len(data) > MAX_MESSAGE_BYTES:
        raise _refuse(f"more than {MAX_MESSAGE_BYTES} bytes", vi="Gói tin vượt quá dung lượng cho phép.")
    return data


def _frame(header: Iterable[Part], body: Iterable[Part], outside: Iterable[Node]) -> Node:
    envelope = always("edXMLEnvelope", [always("edXMLHeader", header), *body], attributes=(("xmlns:edXML", NAMESPACE),))
    return Node(name="edXML", attributes=(("xmlns", NAMESPACE),), children=(envelope, *outside))


def _document(message: NewDocument) -> Node:
    _check_document(message)
    manifest = always("edXMLManifest", map(_reference, message.attachments), attributes=(("version", "1.0"),))
    encoded = Node(name="AttachmentEncoded", children=tuple(map(_attachment, message.attachments)))
    return _frame([_header(message), _traces(message)], [always("edXMLBody", [manifest])], [encoded])


def _check_document(message: NewDocument) -> None:
    if message.document_type.type is None:
        raise _refuse("DocumentType/Type is missing", vi="Thiếu mã loại văn bản (DocumentType/Type).")
    if not message.trace_headers:
        raise _refuse("no TraceHeader", vi="Thiếu thông tin nơi gửi (TraceHeader).")
    _check_distinct("To/OrganId", [to.organ_id for to in message.to])
    files = message.attachments
    _check_distinct("ContentId", [file.content_id for file in files])
    if any(not file.content_id or file.content_id[:4].lower() == "cid:" for file in files):
        raise _refuse("a ContentId is empty or begins with cid:", vi="Mã định danh tệp đính kèm (ContentId) sai.")
    sizes = [len(file.data) for file in files]
    if (
        len(files) > MAX_ATTACHMENTS
        or max(sizes, default=0) > MAX_ATTACHMENT_BYTES
        or sum(sizes) > MAX_ATTACHMENTS_BYTES
    ):
        raise _refuse("attachments too many or too large", vi="Tệp đính kèm quá nhiều hoặc quá lớn.")


def _check_distinct(name: str, values: list[str]) -> None:
    if len({value.strip(WHITESPACE) for value in values}) != len(values):
        raise _refuse(f"{name} stands twice", vi=f"Trường {name} bị lặp.")


# ---------------------------------------------------------------- headers, in Java order


def _header(message: NewDocument) -> Part:
    kind, signer = message.document_type, message.signer
    issued = [leaf("Place", message.place), _day("PromulgationDate", message.promulgation_date)]
    types = [_integer("Type", kind.type), _integer("TypeDetail", kind.type_detail), leaf("TypeName", kind.type_name)]
    signers = {"Competence": signer.competence, "Position": signer.position, "FullName": signer.full_name}
    return branch(
        "MessageHeader",
        [
            _organization("From", message.from_),
            *(_organization("To", to) for to in message.to),
            leaf("DocumentId", message.document_id),
            branch("Code", [leaf("CodeNumber", message.code_number), leaf("CodeNotation", message.code_notation)]),
            branch("PromulgationInfo", issued),
            branch("DocumentType", types),
            leaf("Subject", message.subject),
            leaf("Content", message.content),
            branch("SignerInfo", [leaf(name, value) for name, value in signers.items()]),
            _day("DueDate", message.due_date),
            _other_info(message.other_info),
            *(_response(response) for response in message.response_for),
            _integer("SteeringType", message.steering_type),
            branch("ToPlaces", [leaf("Place", place) for place in message.to_places]),
        ],
    )


def _status_header(message: Status) -> Part:
    return branch(
        "MessageHeader",
        [
            _organization("From", message.from_),
            _response(message.response_for),
            _staff(message.staff),
            leaf("StatusCode", message.status.value),
            leaf("Description", message.description),
            _timestamp(message.timestamp),
        ],
    )


def _organization(name: str, organization: Organization) -> Part:
    values = {
        "OrganId": organization.organ_id,
        "OrganizationInCharge": organization.organization_in_charge,
        "OrganName": organization.organ_name,
        "OrganAdd": organization.organ_address,
        "Email": organization.email,
        "Telephone": organization.telephone,
        "Fax": organization.fax,
        "Website": organization.website,
    }
    return branch(name, [leaf(element, value) for element, value in values.items()])


def _other_info(info: OtherInfo) -> Part:
    return branch(
        "OtherInfo",
        [
            _integer("Priority", info.priority),
            leaf("SphereOfPromulgation", info.sphere_of_promulgation),
            leaf("TyperNotation", info.typer_notation),
            _integer("PromulgationAmount", info.promulgation_amount),
            _integer("PageAmount", info.page_amount),
            leaf("ReplyFors", info.reply_fors),
            leaf("Direction", "true" if info.direction else "false"),
            leaf("ReferenceCodes", info.reference_codes),
            branch("Appendixes", [leaf("Appendix", appendix) for appendix in info.appendixes]),
        ],
    )


def _response(response: ResponseFor) -> Part:
    return branch(
        "ResponseFor",
        [
            leaf("OrganId", response.organ_id),
            leaf("Code", response.code),
            leaf("DocumentId", response.document_id),
            _day("PromulgationDate", response.promulgation_date),
        ],
    )


def _staff(staff: Staff | None) -> Part:
    if staff is None:
        return None
    values = {
        "Department": staff.department,
        "DepartmentId": staff.department_id,
        "Staff": staff.staff,
        "StaffId": staff.staff_id,
        "Email": staff.email,
        "Mobile": staff.mobile,
    }
    return branch("StaffInfo", [leaf(name, value) for name, value in values.items()])


# ---------------------------------------------------------------- hops and business


def _traces(message: NewDocument) -> Part:
    named = (("id", message.trace_list_id), ("version", message.trace_list_version))
    for name, value in named:
        check_text(name, value)
    hops = [always("TraceHeader", _hop(hop)) for hop in message.trace_headers]
    return branch(
        "TraceHeaderList",
        [_business(message.business), *hops],
        attributes=tuple((name, value) for name, value in named if value),
    )


def _hop(hop: TraceHeader) -> list[Part]:
    return [leaf("OrganId", hop.organ_id), _timestamp(hop.timestamp)]


def _business(business: Business) -> Part:
    replaced = [
        branch(
            "ReplacementInfo",
            [
                leaf("DocumentId", info.document_id),
                branch("OrganIdList", [leaf("OrganId", organ_id) for organ_id in info.organ_ids]),
            ],
        )
        for info in business.replacements
    ]
    return branch(
        "Bussiness",
        [
            leaf("DocumentId", business.document_id),
            _integer("BussinessDocType", business.type),
            leaf("BussinessDocReason", business.reason),
            _integer("Paper", business.paper),
            _document_info(business.document_info),
            branch("ReplacementInfoList", replaced),
            _staff(business.staff),
        ],
    )


def _document_info(info: DocumentInfo | None) -> Part:
    if info is None:
        return None
    receivers = [
        branch("Receiver", [leaf("OrganId", change.organ_id), _integer("ReceiverType", change.receiver_type)])
        for change in info.receivers
    ]
    return branch(
        "BussinessDocumentInfo",
        [
            _integer("DocumentInfo", info.document_info),
            _integer("DocumentReceiver", info.document_receiver),
            branch("ReceiverList", receivers),
        ],
    )


# ---------------------------------------------------------------- files


def _reference(file: Attachment) -> Part:
    return branch(
        "Reference",
        [
            leaf("ContentId", f"cid:{file.content_id}"),
            leaf("ContentType", ZIP_TYPE),
            leaf("Description", file.description),
            leaf("AttachmentName", file.name),
        ],
    )


def _attachment(file: Attachment) -> Node:
    content_type, payload = encode_file(file.name, file.data)
    values = {
        "ContentId": f"cid:{file.content_id}",
        "AttachmentName": file.name,
        "Description": file.description,
        "FieldName": file.field_name,
        "MimeType": file.mime_type,
        "ContentType": content_type,
    }
    # outside the envelope the builder leaves the prefix away, and declares it again for the payload
    plain = [leaf(name, value) for name, value in values.items()]
    children = [replace(part, name=part.name.removeprefix("edXML:")) for part in plain if part is not None]
    encoded = Node(name="edXML:ContentTransferEncoded", text=payload, attributes=(("xmlns:edXML", NAMESPACE),))
    return Node(name="Attachment", children=(*children, encoded))


# ---------------------------------------------------------------- values


def _integer(name: str, value: int | None) -> Part:
    if value is not None and abs(value) > _MAX_INTEGER:
        raise _refuse(f"{name} is out of range", vi=f"Trường {name} có giá trị quá lớn.")
    return leaf(name, None if value is None else int(value))


def _day(name: str, value: date | None) -> Part:
    return leaf(name, None if value is None else f"{value.year:04}/{value.month:02}/{value.day:02}")


def _timestamp(value: datetime | None) -> Part:
    if value is None:
        return None
    if value.utcoffset() is None:
        raise _refuse("Timestamp has no time zone", vi="Thời điểm trong gói tin không có múi giờ.")
    try:
        local = value.astimezone(LAW_TIME_ZONE)
    except OverflowError as exc:
        raise _refuse("Timestamp is out of range", vi="Thời điểm trong gói tin không hợp lệ.") from exc
    return leaf("Timestamp", f"{local.year:04}/{local.month:02}/{local.day:02} {local:%H:%M:%S}")


def _refuse(message: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi)
