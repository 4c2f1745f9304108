"""What a genuine document message must have before it is accepted.

What it does not do: it verifies no signature; that the message is the sender's own is settled before.

Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2; Quyết định 28/2018/QĐ-TTg Điều 9 khoản 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from docflow.edxml import Attachment, BusinessType, NewDocument

_PDF = b"%PDF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a document goes back to its sender: in English for the log, in Vietnamese for the sender."""

    reason: str
    vi: str


def judge_document(message: NewDocument, *, agency: str) -> Refusal | None:
    """Return why a document message goes back, or None if it is whole and for this agency."""
    if agency not in {organization.organ_id for organization in message.to}:
        return Refusal(reason="not addressed to this agency", vi="Văn bản không gửi cho cơ quan này.")
    if message.business.type != BusinessType.NEW:
        return Refusal(
            reason=f"business type {message.business.type} is not taken here",
            vi="Hệ thống chưa tiếp nhận thông điệp thu hồi, cập nhật, thay thế.",
        )
    if not (message.document_id and message.code_number and message.subject):
        return Refusal(reason="id, number or subject is missing", vi="Thiếu mã, số hoặc trích yếu văn bản.")
    if message.missing_attachments or find_main_pdf(message) is None:
        return Refusal(reason="a file is missing, or there is no PDF", vi="Thiếu tệp đính kèm hoặc không có tệp PDF.")
    return None


def find_main_pdf(message: NewDocument) -> Attachment | None:
    """Return the document itself: the first attached PDF, told by its bytes; None if there is none."""
    return next((item for item in message.attachments if item.data.startswith(_PDF)), None)
