"""How an incoming document comes in: from its arrival to số đến, or back to whoever sent it.

One phase of :data:`docflow.model.INCOMING`.

Source: Nghị định 30/2020/NĐ-CP Điều 21, 22; Quyết định 28/2018/QĐ-TTg Điều 5, 9; Thông tư 01/2019/TT-BNV Điều 6.
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

ARRIVAL: tuple[IncomingTransition, ...] = (
    incoming_row(
        IncomingEvent.RECEIVE_BY_HAND,
        None,
        IncomingState.RECEIVED,
        effects=(IncomingEffect.RECORD_ARRIVAL,),
        receipt=None,
        evidence="incoming_received",
        clause="NĐ 30/2020 Điều 21 khoản 1; TT 01/2019 Điều 6",
    ),
    incoming_row(
        IncomingEvent.CHECK,
        IncomingState.RECEIVED,
        IncomingState.ARRIVED,
        effects=(IncomingEffect.RECORD_CHECK,),
        receipt=None,
        evidence="incoming_checked",
        clause="NĐ 30/2020 Điều 21 khoản 1; QĐ 28/2018 Điều 9 khoản 1",
    ),
    incoming_row(
        IncomingEvent.ARRIVE,
        None,
        IncomingState.ARRIVED,
        guard=IncomingGuard.CHECKS_PASSED,
        effects=(IncomingEffect.RECORD_ARRIVAL, IncomingEffect.RECORD_FILE_CHECKS),
        receipt=ReceiptKind.ARRIVED,
        evidence="incoming_arrived",
        clause="NĐ 30/2020 Điều 21 khoản 2; QĐ 28/2018 Điều 9 khoản 1",
    ),
    *(
        incoming_row(
            IncomingEvent.CHECK_FILES,
            source,
            source,
            effects=(IncomingEffect.RECORD_FILE_CHECKS,),
            receipt=None,
            evidence="incoming_files_checked",
            clause="NĐ 30/2020 Điều 21 khoản 2a, Phụ lục VI Phần I mục II.8",
        )
        for source in HELD
    ),
    incoming_row(
        IncomingEvent.ACCEPT,
        IncomingState.ARRIVED,
        IncomingState.REGISTERED,
        guard=IncomingGuard.FILES_SOUND_OR_REASON_GIVEN,
        effects=(IncomingEffect.TAKE_ARRIVAL_NUMBER,),
        receipt=ReceiptKind.REGISTERED,
        evidence="incoming_registered",
        clause="NĐ 30/2020 Điều 21 khoản 2, Điều 22",
    ),
    *(
        incoming_row(
            IncomingEvent.REFUSE,
            source,
            IncomingState.REFUSED,
            guard=IncomingGuard.REASON_GIVEN,
            effects=(IncomingEffect.RECORD_REASON,),
            receipt=ReceiptKind.REFUSED,
            evidence="incoming_refused",
            clause="NĐ 30/2020 Điều 21 khoản 2b; QĐ 28/2018 Điều 5 khoản 4",
        )
        for source in (
            IncomingState.RECEIVED,
            IncomingState.ARRIVED,
            IncomingState.REGISTERED,
            IncomingState.SUBMITTED,
        )
    ),
)
"""Received, checked, given số đến, refused; the files of whatever is held are checked again when asked."""
