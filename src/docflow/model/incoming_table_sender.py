"""What the sender does about a document that he sent: he replaces it, updates it, asks to have it back.

One phase of :data:`docflow.model.INCOMING`.

Source: Nghị định 30/2020/NĐ-CP Điều 18, Phụ lục VI; Quyết định 28/2018/QĐ-TTg Điều 9; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from docflow.model.incoming_states import (
    HELD,
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    IncomingState,
    IncomingTransition,
    ReceiptKind,
    incoming_row,
)
from docflow.model.states import Role

SENDER: tuple[IncomingTransition, ...] = (
    *(
        incoming_row(
            IncomingEvent.REPLACE,
            source,
            source,
            effects=(IncomingEffect.RECORD_REPLACEMENT,),
            receipt=None,
            evidence="incoming_replaced",
            role=Role.SENDER,
            clause="NĐ 30/2020 Điều 18 khoản 3; QCVN 102:2016/BTTTT (3, ReplacementInfoList)",
        )
        for source in HELD
    ),
    *(
        incoming_row(
            IncomingEvent.UPDATE,
            source,
            source,
            effects=(),
            receipt=None,
            evidence="incoming_updated",
            role=Role.SENDER,
            clause="QCVN 102:2016/BTTTT (2, BussinessDocumentInfo)",
        )
        for source in HELD
    ),
    *(
        incoming_row(
            IncomingEvent.ASK_TAKE_BACK,
            source,
            source,
            effects=(IncomingEffect.RECORD_QUESTION,),
            receipt=None,
            evidence="take_back_asked",
            role=Role.SENDER,
            clause="NĐ 30/2020 Điều 18 khoản 4",
        )
        for source in HELD
    ),
    *(
        incoming_row(
            IncomingEvent.AGREE_TAKE_BACK,
            source,
            IncomingState.TAKEN_BACK,
            guard=IncomingGuard.TAKE_BACK_ASKED,
            effects=(IncomingEffect.CLOSE_QUESTION, IncomingEffect.WITHDRAW_TASKS, IncomingEffect.ERASE_CONTENT),
            receipt=ReceiptKind.TAKE_BACK_AGREED,
            evidence="take_back_agreed",
            clause="NĐ 30/2020 Điều 18 khoản 4b, Phụ lục VI Phần I mục III.8; QĐ 28/2018 Điều 9 khoản 2",
        )
        for source in HELD
    ),
    *(
        incoming_row(
            IncomingEvent.DECLINE_TAKE_BACK,
            source,
            source,
            guard=IncomingGuard.TAKE_BACK_ASKED_AND_REASON_GIVEN,
            effects=(IncomingEffect.RECORD_REASON, IncomingEffect.CLOSE_QUESTION),
            receipt=ReceiptKind.TAKE_BACK_DECLINED,
            evidence="take_back_declined",
            clause="QCVN 102:2016/BTTTT (16)",
        )
        for source in HELD
    ),
)
"""Replaced, updated, asked back; and what the receiver says to that."""
