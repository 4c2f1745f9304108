"""The metadata fields of the decree, with their types and lengths, and what a document says in them.

Invariants:
    - ``OrganId`` may have 35 characters here: the decree's 13 are those of the old code form.

What it does not do: ``Priority`` has no code list in the decree; the axis' codes of urgency are used, and no secrecy
ever stands in it, because no secret document does.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II; Quyết định 20/2020/QĐ-TTg Điều 4 (35 characters).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.agencies import MAX_CODE_CHARS, Agency
from docflow.model.documents import Document
from docflow.model.drafts import PRIORITIES
from docflow.model.incoming import IncomingDocument
from docflow.model.numbers import law_date


class FieldKind(StrEnum):
    """The type of a field as the decree names it."""

    STRING = "String"
    NUMBER = "Number"
    DATE = "Date"
    LONG_TEXT = "LongText"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataField:
    """One field.

    Attributes:
        outgoing, incoming: Its number in the list of outgoing and of incoming documents, or None.
        length: Characters, or digits of a number; None: unlimited.
    """

    name: str
    vi: str
    kind: FieldKind
    length: int | None
    outgoing: str | None
    incoming: str | None


def _field(outgoing: str | None, incoming: str | None, name: str, *, vi: str, kind: str, length: int) -> MetadataField:
    kinds = {"S": FieldKind.STRING, "N": FieldKind.NUMBER, "D": FieldKind.DATE, "L": FieldKind.LONG_TEXT}
    return MetadataField(
        name=name, vi=vi, kind=kinds[kind], length=length or None, outgoing=outgoing, incoming=incoming
    )


FIELDS: tuple[MetadataField, ...] = (
    _field("1.1", "1.1", "FileCode.OrganId", vi="mã cơ quan lập danh mục hồ sơ", kind="S", length=MAX_CODE_CHARS),
    _field("1.2", "1.2", "FileCode.FileCatalog", vi="năm hình thành hồ sơ", kind="N", length=4),
    _field("1.3", "1.3", "FileCode.FileNotation", vi="số và ký hiệu hồ sơ", kind="S", length=20),
    _field("2", "2", "DocOrdinal", vi="số thứ tự văn bản trong hồ sơ", kind="N", length=3),
    _field("3", "3", "TypeName", vi="tên loại văn bản", kind="S", length=100),
    _field("4", "4", "CodeNumber", vi="số của văn bản", kind="S", length=11),
    _field("5", "5", "CodeNotation", vi="ký hiệu của văn bản", kind="S", length=30),
    _field("6", "6", "IssuedDate", vi="ngày, tháng, năm văn bản", kind="D", length=10),
    _field("7", "7", "OrganName", vi="tên cơ quan ban hành", kind="S", length=200),
    _field("8", "8", "Subject", vi="trích yếu nội dung", kind="S", length=500),
    _field("9", "9", "Language", vi="ngôn ngữ", kind="S", length=30),
    _field("10", "10", "PageAmount", vi="số trang", kind="N", length=3),
    _field("11", "11", "Description", vi="ghi chú", kind="S", length=500),
    _field(None, "12", "ArrivalDate", vi="ngày, tháng, năm đến", kind="D", length=10),
    _field(None, "13", "ArrivalNumber", vi="số đến", kind="N", length=10),
    _field("12.1", "14.1", "SignerInfo.Position", vi="chức vụ người ký", kind="S", length=100),
    _field("12.2", "14.2", "SignerInfo.FullName", vi="họ và tên người ký", kind="S", length=50),
    _field("13.1", None, "To.OrganId", vi="mã định danh cơ quan nhận", kind="S", length=MAX_CODE_CHARS),
    _field("13.2", None, "To.OrganName", vi="tên cơ quan nhận", kind="S", length=200),
    _field("14", "15", "Priority", vi="mức độ khẩn", kind="N", length=1),
    _field("15", None, "IssuedAmount", vi="số lượng bản phát hành", kind="N", length=3),
    _field(None, "16", "ToPlaces", vi="đơn vị hoặc người nhận", kind="S", length=1000),
    _field(None, "17", "TraceHeaderList", vi="ý kiến phân phối, chỉ đạo, trạng thái", kind="L", length=0),
    _field("16", "18", "DueDate", vi="hạn trả lời văn bản", kind="D", length=10),
)
"""Every field of Phụ lục VI Phần II, mục A (outgoing and incoming documents)."""

_BY_NAME: Mapping[str, MetadataField] = {field.name: field for field in FIELDS}


def check_metadata(name: str, value: str | int) -> None:
    """Check a value against its field: its type and length.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no such field, another type, or too long.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
    """
    field = _BY_NAME.get(name)
    if field is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"no metadata field {name[:60]!r}", vi=f"Không có trường thông tin {name[:60]!r}."
        )
    is_number = isinstance(value, int) and not isinstance(value, bool)
    fits = field.length is None or len(str(value)) <= field.length
    if is_number is not (field.kind is FieldKind.NUMBER) or not fits or (is_number and int(value) < 0):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{name} is a {field.kind.value} of at most {field.length} characters",
            vi=f"Trường {field.vi} phải có kiểu {field.kind.value}, tối đa {field.length} ký tự.",
        )


FieldValue = str | int | tuple[str, ...]
"""What a field holds: a text, a number, or texts in the order of the addressees."""


def describe_document(document: Document, *, agency: Agency) -> dict[str, FieldValue]:
    """Return what an issued document says in the decree's fields; a field without a value is left out.

    ``To.*`` are in the order of the addressees. What concerns its file (1.1–2) is added where it is filed.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a value does not fit its field.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
    """
    found = list_fields(document, agency=agency)
    for name, value in found.items():
        if not isinstance(value, tuple):
            check_metadata(name, value)
    return found


def list_fields(document: Document, *, agency: Agency) -> dict[str, FieldValue]:
    """Return what :func:`describe_document` does, whatever its length: what is exported is not to be refused."""
    draft = document.draft
    single: dict[str, str | int | None] = {
        "TypeName": draft.type.vi,
        **_split_symbol(document.symbol or ""),
        "IssuedDate": write_day(document.issued_on),
        "OrganName": agency.name,
        "Subject": draft.subject,
        "Language": draft.language,
        "PageAmount": draft.page_count,
        "Description": draft.note or None,
        "SignerInfo.Position": draft.signer_position,
        "SignerInfo.FullName": draft.signer_name,
        "Priority": PRIORITIES[draft.urgency],
        "IssuedAmount": draft.copies,
        "DueDate": write_day(draft.due_date),
    }
    return {
        **{name: value for name, value in single.items() if value is not None},
        "To.OrganId": tuple(item.code.text if item.code else "" for item in draft.addressees),
        "To.OrganName": tuple(item.name for item in draft.addressees),
    }


def describe_incoming(
    document: IncomingDocument, *, receivers: Sequence[str] = (), trace: Sequence[str] = ()
) -> dict[str, FieldValue]:
    """Return what a registered incoming document says in the decree's fields; one without a value is left out.

    What another agency wrote stands as it is, also where it is longer than its field.

    Args:
        receivers: Units and people that it was given to.
        trace: What was said and done with it, in order of time.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
    """
    said: dict[str, str | int | None] = {
        "TypeName": document.type_name,
        **_split_symbol(document.symbol),
        "IssuedDate": write_day(document.issued_on),
        "OrganName": document.sender_name,
        "Subject": document.subject,
        "Description": document.note,
        "ArrivalDate": write_day(law_date(document.registered_at or document.arrived_at)),
        "ArrivalNumber": document.number,
        "SignerInfo.Position": document.signer_position,
        "SignerInfo.FullName": document.signer_name,
        "Priority": PRIORITIES[document.urgency],
        "ToPlaces": "; ".join(receivers),
        "TraceHeaderList": "\n".join(trace),
        "DueDate": write_day(document.deadline),
    }
    return {name: value for name, value in said.items() if value not in {None, ""} and value is not None}


def write_day(day: date | None) -> str | None:
    """Return a day as a field of ten characters holds it, ``05/01/2026``."""
    return None if day is None else day.strftime("%d/%m/%Y")


def _split_symbol(symbol: str) -> dict[str, str | None]:
    """Return number and notation of a number and symbol; what is no number stands as notation."""
    number, _, notation = symbol.partition("/")
    if not notation and not number[:1].isdigit():
        number, notation = "", number
    return {"CodeNumber": number or None, "CodeNotation": notation or None}
