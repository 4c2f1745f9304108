"""The two messages of QCVN 102:2016 as values: a document that is sent, and a status that answers it.

Invariants:
    - An absent element and an empty one are the same: ``""``, ``None`` or ``()``. Programs on the way drop empty
      elements, so no meaning may hang on the difference.
    - Times are aware; they are written, and were read, in the law's time zone, to the second.
    - Codes without a closed list in the standard stay integers or text as they came.

What it does not do: it does not judge whether a message is complete (:func:`docflow.edxml.find_gaps`) or genuine.

Source: QCVN 102:2016/BTTTT; Sửa đổi 1:2022 QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum


class StatusCode(StrEnum):
    """What a status message says has happened to the document."""

    ARRIVED = "01"
    """Đã đến."""
    REFUSED = "02"
    """Từ chối tiếp nhận, with a reason."""
    REGISTERED = "03"
    """Đã tiếp nhận, vào sổ văn bản đến."""
    ASSIGNED = "04"
    """Phân công xử lý."""
    PROCESSING = "05"
    """Đang xử lý."""
    COMPLETED = "06"
    """Hoàn thành."""
    TAKE_BACK = "13"
    """Lấy lại: the only one that the sender of the document sends."""
    CHANGE_AGREED = "15"
    """Đồng ý lấy lại, thu hồi, cập nhật."""
    CHANGE_DECLINED = "16"
    """Từ chối lấy lại, thu hồi, cập nhật."""


class BusinessType(IntEnum):
    """What a document message does (``BussinessDocType``)."""

    NEW = 0
    """Văn bản mới."""
    REVOCATION = 1
    """Thu hồi."""
    UPDATE = 2
    """Cập nhật."""
    REPLACEMENT = 3
    """Thay thế."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An agency as a message names it (``From``, ``To``); ``organ_id`` is its code as text, either form."""

    organ_id: str
    organization_in_charge: str = ""
    organ_name: str = ""
    organ_address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """``DocumentType``: ``type_name`` is the only one of the three that all producers mean alike."""

    type: int | None
    type_name: str
    type_detail: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """``SignerInfo``: authority prefix (TM., KT., …), position, name."""

    competence: str = ""
    position: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInfo:
    """``OtherInfo``. ``priority``: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ."""

    priority: int = 0
    sphere_of_promulgation: str = ""
    typer_notation: str = ""
    promulgation_amount: int | None = None
    page_amount: int | None = None
    appendixes: tuple[str, ...] = ()
    reply_fors: str = ""
    direction: bool = False
    reference_codes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFor:
    """The document that is answered.

    Attributes:
        organ_id: In a document message and in statuses of a receiver, the agency that sent the answered document; in
            status 13, the receiver that is asked to give it back.
        code: Number and symbol, ``số/ký hiệu``.
        promulgation_date: Date of that document, Vietnam.
        document_id: Its ``DocumentId``.
    """

    organ_id: str
    code: str = ""
    promulgation_date: date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceHeader:
    """One hop; the axis adds its own, sometimes without a code."""

    organ_id: str = ""
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """``StaffInfo``: who acted."""

    department: str = ""
    department_id: str = ""
    staff: str = ""
    staff_id: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverChange:
    """One receiver of an update. ``receiver_type``: 0 removed from, 1 added to the receivers."""

    organ_id: str
    receiver_type: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """``BussinessDocumentInfo`` of an update: whether the document or its receivers change."""

    document_info: int | None = None
    document_receiver: int | None = None
    receivers: tuple[ReceiverChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementInfo:
    """One document that is replaced, and for whom."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """``Bussiness`` (so spelt in the standard): what the message does.

    Attributes:
        type: A :class:`BusinessType`, or the number that came if it is none of them.
        reason: Free text.
        document_id: The document revoked or updated.
        paper: 1 if a paper copy follows.
        staff: Who acted.
        document_info: Of an update.
        replacements: Of a replacement.
    """

    type: int = BusinessType.NEW
    reason: str = ""
    document_id: str = ""
    paper: int = 0
    staff: Staff | None = None
    document_info: DocumentInfo | None = None
    replacements: tuple[ReplacementInfo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file.

    Attributes:
        name: For people to read. It may hold anything a stranger wrote, slashes and ``..`` too: never a path.
        data: The file itself, unpacked.
        content_id: Without ``cid:``; unique in its message.
        content_type: As it came; how it is written follows from name and data, and this says nothing
            reliable, so files that differ in nothing else are equal.
        description: Free text.
        field_name: Extension of the vendor's builder.
        mime_type: Extension of the vendor's builder.
    """

    name: str
    data: bytes
    content_id: str
    content_type: str = field(default="", compare=False)
    description: str = ""
    field_name: str = ""
    mime_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What the reader did not understand: an unknown element, or a value it could not read."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document message: new, revocation, update or replacement (``business.type``).

    Attributes:
        from_: The sending agency, as it calls itself: not proved by anything here.
        to: Receivers, in order.
        document_id: ``mã,yyyy/MM/dd,số/ký hiệu`` by custom; opaque text otherwise.
        code_number: Số.
        code_notation: Ký hiệu.
        place: Where it was issued.
        promulgation_date: Its date, Vietnam.
        document_type: Its type.
        subject: Trích yếu.
        content: Usually repeats the subject.
        signer: Who signed.
        due_date: Hạn xử lý, Vietnam.
        to_places: "Nơi nhận" for filing, not delivery.
        other_info: Urgency, sphere, amounts, appendices.
        response_for: Documents that it answers.
        steering_type: 0..3; producers disagree on the meaning.
        trace_headers: Hops, first the sender.
        trace_list_id: Attribute of the list of hops.
        trace_list_version: Attribute of the list of hops.
        business: What the message does.
        attachments: Files.
        missing_attachments: Names that the manifest lists and the message does not hold. Read only.
        not_understood: What was found and not understood. Read only: who forwards a message forwards its bytes.
    """

    from_: Organization
    to: tuple[Organization, ...]
    document_id: str
    code_number: str
    code_notation: str
    promulgation_date: date | None
    document_type: DocumentType
    subject: str
    place: str = ""
    content: str = ""
    signer: Signer = Signer()
    due_date: date | None = None
    to_places: tuple[str, ...] = ()
    other_info: OtherInfo = OtherInfo()
    response_for: tuple[ResponseFor, ...] = ()
    steering_type: int = 0
    trace_headers: tuple[TraceHeader, ...] = ()
    trace_list_id: str = ""
    trace_list_version: str = ""
    business: Business = Business()
    attachments: tuple[Attachment, ...] = ()
    missing_attachments: tuple[str, ...] = ()
    not_understood: tuple[Leftover, ...] = ()

    @property
    def code(self) -> str:
        """Number and symbol, ``số/ký hiệu``."""
        return f"{self.code_number}/{self.code_notation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status message.

    Attributes:
        from_: Who says so: the receiver of the document, for status 13 its sender.
        response_for: The document, and whom the status is for.
        status: What has happened.
        description: Free text; the reason of a refusal.
        timestamp: When, to the second.
        staff: Who acted.
        not_understood: What was found and not understood. Read only.
    """

    from_: Organization
    response_for: ResponseFor
    status: StatusCode
    description: str = ""
    timestamp: datetime | None = None
    staff: Staff | None = None
    not_understood: tuple[Leftover, ...] = ()
