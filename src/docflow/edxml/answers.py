"""Status messages about a document, each in its direction.

The receiver of the document sends all of them but one; with 13 its sender asks a receiver to give it back, and then
``ResponseFor/OrganId`` names that receiver, while ``DocumentId`` stays the sender's.

Source: QĐ 28/2018/QĐ-TTg Điều 5.4, 6.3, 9; Nghị định 30/2020/NĐ-CP Điều 21.2; docs/reference/edxml.md.
"""

from __future__ import annotations

from datetime import datetime

from docflow.edxml.messages import NewDocument, Organization, ResponseFor, Staff, Status, StatusCode
from docflow.errors import ErrorCode, UsageError


def answer_document(
    document: NewDocument,
    status: StatusCode,
    *,
    receiver: Organization,
    at: datetime,
    description: str = "",
    staff: Staff | None = None,
) -> Status:
    """Return what a receiver tells the sender about a document; ``at`` is aware.

    Raises:
        UsageError: ``BAD_ARGUMENT``; 13 is the sender's to send, and a refusal needs its reason.
    Source: QĐ 28/2018/QĐ-TTg Điều 5.4, 9.
    """
    if status is StatusCode.TAKE_BACK:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "status 13 is sent by the sender of the document",
            vi="Chỉ bên gửi văn bản mới gửi được yêu cầu lấy lại (13).",
            way_out="use take_back_document",
        )
    if status is StatusCode.REFUSED and not description.strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "status 02 needs a reason", vi="Từ chối tiếp nhận văn bản phải nêu lý do."
        )
    return Status(
        from_=receiver,
        response_for=_refer(document, document.from_.organ_id),
        status=status,
        description=description,
        timestamp=at,
        staff=staff,
    )


def take_back_document(
    document: NewDocument, *, receiver: str, at: datetime, description: str = "", staff: Staff | None = None
) -> Status:
    """Return the sender's request (13) that ``receiver``, an agency code, give the document back; ``at`` is aware."""
    return Status(
        from_=document.from_,
        response_for=_refer(document, receiver),
        status=StatusCode.TAKE_BACK,
        description=description,
        timestamp=at,
        staff=staff,
    )


def _refer(document: NewDocument, organ_id: str) -> ResponseFor:
    return ResponseFor(
        organ_id=organ_id,
        code=document.code,
        promulgation_date=document.promulgation_date,
        document_id=document.document_id,
    )
