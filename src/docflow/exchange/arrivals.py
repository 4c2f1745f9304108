"""What a genuine document message must have before it is accepted.

What it does not do: it verifies no signature; that the message is the sender's own is settled before.

Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2; Quyết định 28/2018/QĐ-TTg Điều 9 khoản 1.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from docflow.edxml import Attachment, BusinessType, NewDocument
from docflow.model import find_mark, is_open_value

_PDF = b"%PDF"
_OF_MACHINES = frozenset(
    {"email", "website", "telephone", "fax", "mobile", "content_id", "content_type", "mime_type", "path"}
)
"""What nobody writes sentences in, and letters may meet by chance (``mat@`` …)."""
_SECRECY_FIELD = re.compile(r"(secre|securit|confidential|domat|do_mat|mucdomat|mat_do)[^/]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a document goes back to its sender: in English for the log, in Vietnamese for the sender."""

    reason: str
    vi: str


def judge_document(message: NewDocument, *, names: Collection[str]) -> Refusal | None:
    """Return why a document message goes back, or None if it is whole and for this agency, under any of its names."""
    if not any(organization.organ_id in names for organization in message.to):
        return Refusal(reason="not addressed to this agency", vi="Văn bản không gửi cho cơ quan này.")
    if message.business.type not in {BusinessType.NEW, BusinessType.REPLACEMENT}:
        return Refusal(
            reason=f"business type {message.business.type} is not known",
            vi="Không hiểu loại nghiệp vụ của thông điệp.",
        )
    if is_secret(message):
        return Refusal(
            reason="secret documents stay out",
            vi="Văn bản mật không được gửi, nhận qua hệ thống; nội dung không được lưu.",
        )
    if not (message.document_id and message.code_number and message.subject):
        return Refusal(reason="id, number or subject is missing", vi="Thiếu mã, số hoặc trích yếu văn bản.")
    if message.missing_attachments or find_main_pdf(message) is None:
        return Refusal(reason="a file is missing, or there is no PDF", vi="Thiếu tệp đính kèm hoặc không có tệp PDF.")
    return None


def judge_notice(message: NewDocument, *, names: Collection[str]) -> Refusal | None:
    """Return why a recall or an update of the addressees goes back, or None if it can be dealt with.

    An update that changes the document itself goes back: a mistake is mended by another document.

    Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 3; QCVN 102:2016/BTTTT (BussinessDocumentInfo).
    """
    if not any(organization.organ_id in names for organization in message.to):
        return Refusal(reason="not addressed to this agency", vi="Thông điệp không gửi cho cơ quan này.")
    info = message.business.document_info
    if message.business.type == BusinessType.UPDATE and (info is None or info.document_info not in {None, 0}):
        return Refusal(
            reason="an issued document is not changed in place",
            vi="Văn bản đã phát hành không được sửa trực tiếp; phải thay thế hoặc đính chính bằng văn bản khác.",
        )
    return None


def is_secret(message: NewDocument) -> bool:
    """Return whether a message says, in any of its texts or a field for it, that its document is secret.

    Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; the axis has no element for độ mật, so any that comes is unknown.
    """
    fields = [item for item in message.not_understood if _SECRECY_FIELD.search(item.path)]
    if any(not is_open_value(item.text) for item in fields):
        return True
    return find_mark(message, name="message", besides=_OF_MACHINES) is not None


def find_main_pdf(message: NewDocument) -> Attachment | None:
    """Return the document itself: the first attached PDF, told by its bytes; None if there is none."""
    return next((item for item in message.attachments if item.data.startswith(_PDF)), None)
