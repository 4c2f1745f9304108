"""How an incoming document is handled: from the leader's instruction to an answer, an end, or another agency.

One phase of :data:`docflow.model.INCOMING`.

Source: Nghị định 30/2020/NĐ-CP Điều 18, 20, 21, 23, 24, Phụ lục IV; Quyết định 28/2018/QĐ-TTg Điều 9.
"""

from __future__ import annotations

from docflow.model.incoming_states import (
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    IncomingState,
    IncomingTransition,
    ReceiptKind,
    incoming_row,
)
from docflow.model.states import Role

_ANSWERED = (IncomingEffect.RECORD_ANSWER, IncomingEffect.RECORD_COMPLETION)

HANDLING: tuple[IncomingTransition, ...] = (
    incoming_row(
        IncomingEvent.SUBMIT,
        IncomingState.REGISTERED,
        IncomingState.SUBMITTED,
        guard=IncomingGuard.LEADER_NAMED,
        effects=(IncomingEffect.RECORD_SUBMISSION,),
        receipt=None,
        evidence="incoming_submitted",
        clause="NĐ 30/2020 Điều 23",
    ),
    *(
        incoming_row(
            IncomingEvent.INSTRUCT,
            source,
            IncomingState.INSTRUCTED,
            guard=IncomingGuard.REASON_GIVEN,
            effects=(IncomingEffect.RECORD_INSTRUCTION,),
            receipt=None,
            evidence="incoming_instructed",
            role=Role.LEADER,
            clause="NĐ 30/2020 Điều 23, Phụ lục IV (phiếu giải quyết văn bản đến)",
        )
        for source in (IncomingState.SUBMITTED, IncomingState.INSTRUCTED)
    ),
    *(
        incoming_row(
            IncomingEvent.ASSIGN,
            source,
            IncomingState.ASSIGNED,
            guard=IncomingGuard.ASSIGNEE_NAMED,
            effects=(IncomingEffect.RECORD_ASSIGNMENT,),
            receipt=ReceiptKind.ASSIGNED,
            evidence="incoming_assigned",
            role=role,
            clause="NĐ 30/2020 Điều 23",
        )
        for source, role in (
            (IncomingState.REGISTERED, Role.REVIEWER),  # where it is clear who handles it, the registry passes it on
            (IncomingState.SUBMITTED, Role.LEADER),
            (IncomingState.INSTRUCTED, Role.LEADER),
        )
    ),
    *(
        incoming_row(
            IncomingEvent.REASSIGN,
            source,
            source,
            guard=IncomingGuard.ASSIGNEE_NAMED,
            effects=(IncomingEffect.RECORD_ASSIGNMENT,),
            receipt=None,
            evidence="incoming_reassigned",
            role=Role.LEADER,
            clause="NĐ 30/2020 Điều 23",
        )
        for source in (IncomingState.ASSIGNED, IncomingState.PROCESSING)
    ),
    *(
        incoming_row(
            IncomingEvent.PROGRESS,
            source,
            IncomingState.PROCESSING,
            effects=(IncomingEffect.RECORD_PROGRESS,),
            receipt=receipt,
            evidence="incoming_processing",
            role=Role.HANDLER,
            clause="NĐ 30/2020 Điều 24; QĐ 28/2018 Điều 9 khoản 2",
        )
        for source, receipt in (
            (IncomingState.ASSIGNED, ReceiptKind.PROCESSING),
            (IncomingState.PROCESSING, None),
        )
    ),
    *(
        incoming_row(
            IncomingEvent.PAUSE,
            source,
            IncomingState.PAUSED,
            guard=IncomingGuard.REASON_GIVEN,
            effects=(IncomingEffect.STOP_CLOCK,),
            receipt=None,
            evidence="incoming_paused",
            role=Role.HANDLER,
            clause="NĐ 30/2020 Điều 24 (the agency's own regulation)",
        )
        for source in (IncomingState.ASSIGNED, IncomingState.PROCESSING)
    ),
    incoming_row(
        IncomingEvent.RESUME,
        IncomingState.PAUSED,
        IncomingState.PROCESSING,
        effects=(IncomingEffect.START_CLOCK,),
        receipt=ReceiptKind.PROCESSING,
        evidence="incoming_resumed",
        role=Role.HANDLER,
        clause="NĐ 30/2020 Điều 24 (the agency's own regulation)",
    ),
    *(
        incoming_row(
            IncomingEvent.EXTEND,
            source,
            source,
            guard=IncomingGuard.LATER_DEADLINE_AND_REASON_GIVEN,
            effects=(IncomingEffect.MOVE_DEADLINE,),
            receipt=None,
            evidence="incoming_extended",
            role=Role.LEADER,
            clause="NĐ 30/2020 Điều 23, 24",
        )
        for source in (IncomingState.ASSIGNED, IncomingState.PROCESSING)
    ),
    *(
        incoming_row(
            IncomingEvent.ANSWER,
            source,
            IncomingState.COMPLETED,
            guard=IncomingGuard.ANSWER_ISSUED,
            effects=effects,
            receipt=receipt,
            evidence="incoming_answered",
            role=Role.HANDLER,
            clause="NĐ 30/2020 Điều 24, Phụ lục IV (sổ theo dõi giải quyết, cột 6); QĐ 28/2018 Điều 9 khoản 2",
        )
        for source, effects, receipt in (
            (IncomingState.ASSIGNED, _ANSWERED, ReceiptKind.COMPLETED),
            (IncomingState.PROCESSING, _ANSWERED, ReceiptKind.COMPLETED),
            (IncomingState.COMPLETED, (IncomingEffect.RECORD_ANSWER,), None),
        )
    ),
    incoming_row(
        IncomingEvent.LOSE_ANSWER,
        IncomingState.COMPLETED,
        IncomingState.PROCESSING,
        effects=(IncomingEffect.UNDO_ANSWER,),
        receipt=ReceiptKind.PROCESSING,
        evidence="incoming_reopened",
        clause="NĐ 30/2020 Điều 18 khoản 4, Điều 24; QĐ 28/2018 Điều 9 khoản 2",
    ),
    incoming_row(
        IncomingEvent.LOSE_LATER_ANSWER,
        IncomingState.COMPLETED,
        IncomingState.COMPLETED,
        effects=(IncomingEffect.REMOVE_ANSWER,),
        receipt=None,
        evidence="incoming_answer_lost",
        clause="NĐ 30/2020 Điều 18 khoản 4, Phụ lục IV (sổ theo dõi giải quyết, cột 6)",
    ),
    *(
        incoming_row(
            IncomingEvent.COMPLETE,
            source,
            IncomingState.COMPLETED,
            guard=guard,
            effects=(IncomingEffect.RECORD_COMPLETION,),
            receipt=ReceiptKind.COMPLETED,
            evidence="incoming_completed",
            role=role,
            clause="NĐ 30/2020 Điều 24; QĐ 28/2018 Điều 9 khoản 2",
        )
        for source, guard, role in (
            (IncomingState.INSTRUCTED, IncomingGuard.REASON_GIVEN, Role.REGISTRY),
            (IncomingState.ASSIGNED, IncomingGuard.NONE, Role.HANDLER),
            (IncomingState.PROCESSING, IncomingGuard.NONE, Role.HANDLER),
        )
    ),
    *(
        incoming_row(
            IncomingEvent.FORWARD,
            source,
            IncomingState.FORWARDED,
            guard=IncomingGuard.RECEIVER_NAMED_AND_REASON_GIVEN,
            effects=(IncomingEffect.RECORD_FORWARDING, IncomingEffect.WITHDRAW_TASKS),
            receipt=ReceiptKind.ASSIGNED,
            evidence="incoming_forwarded",
            clause="NĐ 30/2020 Điều 21, 23; QĐ 28/2018 Điều 9 khoản 2",
        )
        for source in (
            IncomingState.REGISTERED,
            IncomingState.SUBMITTED,
            IncomingState.INSTRUCTED,
            IncomingState.ASSIGNED,
            IncomingState.PROCESSING,
        )
    ),
)
"""Submitted, instructed, assigned, worked on, paused, extended, answered, completed, forwarded."""
