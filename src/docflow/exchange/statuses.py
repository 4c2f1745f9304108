"""Which status code of the axis goes with which receipt.

Source: QCVN 102:2016/BTTTT (status messages); Quyết định 28/2018/QĐ-TTg Điều 10 khoản 2h.
"""

from __future__ import annotations

from collections.abc import Mapping

from docflow.edxml import StatusCode
from docflow.model import ReceiptKind

STATUS_OF_RECEIPT: Mapping[ReceiptKind, StatusCode] = {
    ReceiptKind.ARRIVED: StatusCode.ARRIVED,
    ReceiptKind.REFUSED: StatusCode.REFUSED,
    ReceiptKind.REGISTERED: StatusCode.REGISTERED,
    ReceiptKind.ASSIGNED: StatusCode.ASSIGNED,
    ReceiptKind.PROCESSING: StatusCode.PROCESSING,
    ReceiptKind.COMPLETED: StatusCode.COMPLETED,
    ReceiptKind.TAKE_BACK_AGREED: StatusCode.CHANGE_AGREED,
    ReceiptKind.TAKE_BACK_DECLINED: StatusCode.CHANGE_DECLINED,
}
"""Conflict and acknowledgement have no code: they travel as receipts alone."""

RECEIPT_OF_STATUS: Mapping[StatusCode, ReceiptKind] = {code: kind for kind, code in STATUS_OF_RECEIPT.items()}
"""The other way round; 13 is a question and has no receipt of its own."""
