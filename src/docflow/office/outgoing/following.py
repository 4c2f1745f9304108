"""The use cases of issued documents: handed over, sent to more addressees, recalled.

Source: Nghị định 30/2020/NĐ-CP Điều 18; docs/reference/states.md.
"""

from __future__ import annotations

from docflow.audit import Json
from docflow.model import Addressee, DocumentEvent
from docflow.office.desk import Desk
from docflow.office.outgoing.describing import describe_addressees
from docflow.office.outgoing.taking import Receipt, make_step, read_receipt, take_step


def hand_over(
    desk: Desk,
    document_id: str,
    position: int,
    *,
    actor: str,
    how: str,
    signed_for: str = "",
    idempotency_key: str | None = None,
) -> Receipt:
    """Record that a document left for one addressee by hand, post or e-mail, and who signed for it.

    Args:
        position: Of the addressee in the outbox, from 0.
        how: In the registry's words, e.g. ``bưu điện``; stands in the register with the day.

    Raises:
        UsageError: ``WRONG_STATE``; nothing waits for him. ``BAD_ARGUMENT``, ``NOT_FOUND``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục IV (ngày chuyển, ký nhận); Thông tư 01/2019/TT-BNV Điều 11 khoản 3.
    """
    asked: dict[str, Json] = {"position": position, "how": how, "signed_for": signed_for}
    step = make_step(
        desk,
        DocumentEvent.HAND_OVER,
        document_id,
        actor=actor,
        asked=asked,
        key=idempotency_key,
        position=position,
        how=how,
        signed_for=signed_for,
    )
    return read_receipt(take_step(desk, step))


def add_addressees(
    desk: Desk,
    document_id: str,
    addressees: tuple[Addressee, ...],
    *,
    actor: str,
    reason: str,
    idempotency_key: str | None = None,
) -> Receipt:
    """Send an issued document to more addressees; those who have it are told (cập nhật, 2).

    Nothing of the document itself changes: what is wrong in it is corrected or replaced by another.

    Raises:
        UsageError: ``BAD_ARGUMENT``; somebody named has it already, or there is no reason. ``WRONG_STATE``,
            ``NOT_FOUND``.
    Source: QCVN 102:2016/BTTTT (ReceiverList); Quyết định 28/2018/QĐ-TTg Điều 8 khoản 2.
    """
    asked: dict[str, Json] = {"addressees": describe_addressees(addressees), "reason": reason}
    step = make_step(
        desk,
        DocumentEvent.UPDATE,
        document_id,
        actor=actor,
        asked=asked,
        key=idempotency_key,
        words=reason,
        addressees=addressees,
    )
    return read_receipt(take_step(desk, step))


def recall_document(
    desk: Desk, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
) -> Receipt:
    """Recall an issued document (thu hồi): frozen here, kept from who waits for it, asked back from the others.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4, Phụ lục VI Phần I mục III.8.
    """
    asked: dict[str, Json] = {"reason": reason}
    step = make_step(
        desk, DocumentEvent.RECALL, document_id, actor=actor, asked=asked, key=idempotency_key, words=reason
    )
    return read_receipt(take_step(desk, step))
