"""The life of an incoming document: ONE table, as :data:`docflow.model.OUTGOING` is for outgoing ones.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row; ``receipt`` says what an electronic sender hears.

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office.incoming`.

Source: Nghị định 30/2020/NĐ-CP Điều 18, 20–24; Quyết định 28/2018/QĐ-TTg Điều 5, 9, 10; Thông tư 01/2019/TT-BNV
Điều 5, 6; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from docflow.model.incoming_states import (
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    IncomingState,
    IncomingTransition,
    ReceiptKind,
)
from docflow.model.lifecycles import draw_life, refuse_step
from docflow.model.states import Role

_HELD = (
    IncomingState.ARRIVED,
    IncomingState.REGISTERED,
    IncomingState.SUBMITTED,
    IncomingState.INSTRUCTED,
    IncomingState.ASSIGNED,
    IncomingState.PROCESSING,
    IncomingState.PAUSED,
    IncomingState.COMPLETED,
    IncomingState.FORWARDED,
)
"""The states in which the receiver still has a document that was sent to him electronically."""

_ANSWERED = (IncomingEffect.RECORD_ANSWER, IncomingEffect.RECORD_COMPLETION)


def _row(
    event: IncomingEvent,
    source: IncomingState | None,
    target: IncomingState,
    *,
    effects: tuple[IncomingEffect, ...],
    receipt: ReceiptKind | None,
    evidence: str,
    clause: str,
    guard: IncomingGuard = IncomingGuard.NONE,
    role: Role = Role.REGISTRY,
) -> IncomingTransition:
    return IncomingTransition(
        event=event,
        guard=guard,
        source=source,
        target=target,
        effects=effects,
        receipt=receipt,
        evidence=evidence,
        role=role,
        clause=clause,
    )


INCOMING: tuple[IncomingTransition, ...] = (
    _row(
        IncomingEvent.RECEIVE_BY_HAND,
        None,
        IncomingState.RECEIVED,
        effects=(IncomingEffect.RECORD_ARRIVAL,),
        receipt=None,
        evidence="incoming_received",
        clause="NĐ 30/2020 Điều 21 khoản 1; TT 01/2019 Điều 6",
    ),
    _row(
        IncomingEvent.CHECK,
        IncomingState.RECEIVED,
        IncomingState.ARRIVED,
        effects=(IncomingEffect.RECORD_CHECK,),
        receipt=None,
        evidence="incoming_checked",
        clause="NĐ 30/2020 Điều 21 khoản 1; QĐ 28/2018 Điều 9 khoản 1",
    ),
    _row(
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
        _row(
            IncomingEvent.CHECK_FILES,
            source,
            source,
            effects=(IncomingEffect.RECORD_FILE_CHECKS,),
            receipt=None,
            evidence="incoming_files_checked",
            clause="NĐ 30/2020 Điều 21 khoản 2a, Phụ lục VI Phần I mục II.8",
        )
        for source in _HELD
    ),
    _row(
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
        _row(
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
    _row(
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
        _row(
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
        _row(
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
        _row(
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
        _row(
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
        _row(
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
    _row(
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
        _row(
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
        _row(
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
    _row(
        IncomingEvent.LOSE_ANSWER,
        IncomingState.COMPLETED,
        IncomingState.PROCESSING,
        effects=(IncomingEffect.UNDO_ANSWER,),
        receipt=ReceiptKind.PROCESSING,
        evidence="incoming_reopened",
        clause="NĐ 30/2020 Điều 18 khoản 4, Điều 24; QĐ 28/2018 Điều 9 khoản 2",
    ),
    *(
        _row(
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
        _row(
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
    *(
        _row(
            IncomingEvent.REPLACE,
            source,
            source,
            effects=(IncomingEffect.RECORD_REPLACEMENT,),
            receipt=None,
            evidence="incoming_replaced",
            role=Role.SENDER,
            clause="NĐ 30/2020 Điều 18 khoản 3; QCVN 102:2016/BTTTT (3, ReplacementInfoList)",
        )
        for source in _HELD
    ),
    *(
        _row(
            IncomingEvent.UPDATE,
            source,
            source,
            effects=(),
            receipt=None,
            evidence="incoming_updated",
            role=Role.SENDER,
            clause="QCVN 102:2016/BTTTT (2, BussinessDocumentInfo)",
        )
        for source in _HELD
    ),
    *(
        _row(
            IncomingEvent.ASK_TAKE_BACK,
            source,
            source,
            effects=(IncomingEffect.RECORD_QUESTION,),
            receipt=None,
            evidence="take_back_asked",
            role=Role.SENDER,
            clause="NĐ 30/2020 Điều 18 khoản 4",
        )
        for source in _HELD
    ),
    *(
        _row(
            IncomingEvent.AGREE_TAKE_BACK,
            source,
            IncomingState.TAKEN_BACK,
            guard=IncomingGuard.TAKE_BACK_ASKED,
            effects=(IncomingEffect.CLOSE_QUESTION, IncomingEffect.WITHDRAW_TASKS, IncomingEffect.ERASE_CONTENT),
            receipt=ReceiptKind.TAKE_BACK_AGREED,
            evidence="take_back_agreed",
            clause="NĐ 30/2020 Điều 18 khoản 4b, Phụ lục VI Phần I mục III.8; QĐ 28/2018 Điều 9 khoản 2",
        )
        for source in _HELD
    ),
    *(
        _row(
            IncomingEvent.DECLINE_TAKE_BACK,
            source,
            source,
            guard=IncomingGuard.TAKE_BACK_ASKED_AND_REASON_GIVEN,
            effects=(IncomingEffect.RECORD_REASON, IncomingEffect.CLOSE_QUESTION),
            receipt=ReceiptKind.TAKE_BACK_DECLINED,
            evidence="take_back_declined",
            clause="QCVN 102:2016/BTTTT (16)",
        )
        for source in _HELD
    ),
)
"""Every transition of an incoming document."""


def find_incoming(state: IncomingState | None, event: IncomingEvent) -> IncomingTransition:
    """Return the one row for an event in a state; None is the state before the arrival.

    Raises:
        UsageError: ``WRONG_STATE``; the table has no such row.
    """
    for transition in INCOMING:
        if transition.source is state and transition.event is event:
            return transition
    raise refuse_step(event, state, what="an incoming document", vi="văn bản đến", page="incoming-states.md")


def draw_incoming_states() -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/incoming-states.md)."""
    receipts = [f"`{row.receipt}`" if row.receipt else "–" for row in INCOMING]
    return draw_life(
        INCOMING,
        title="The life of an incoming document",
        source="docflow.model.incoming_table.INCOMING",
        more="Receipts are described in\n[the specification of receipts](../spec/receipts.md).",
        extra={"receipt": receipts},
    )
