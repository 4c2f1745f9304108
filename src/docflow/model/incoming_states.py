"""The life of an incoming document: ONE table, as :data:`docflow.model.OUTGOING` is for outgoing ones.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row; every row but the question to give back says what the sender hears.

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office`.

Source: Nghị định 30/2020/NĐ-CP Điều 18, 21–24; Quyết định 28/2018/QĐ-TTg Điều 5, 9, 10; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.states import Role


class IncomingState(StrEnum):
    """Where an incoming document stands; the value is stable and stored."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    COMPLETED = "completed"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class IncomingEvent(StrEnum):
    """What happens to an incoming document; the value is stable and logged."""

    ARRIVE = "arrive"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ASSIGN = "assign"
    PROGRESS = "progress"
    COMPLETE = "complete"
    ASK_TAKE_BACK = "ask_take_back"
    AGREE_TAKE_BACK = "agree_take_back"
    DECLINE_TAKE_BACK = "decline_take_back"


class IncomingGuard(StrEnum):
    """What must hold before a transition."""

    CHECKS_PASSED = "checks_passed"
    NONE = "none"
    REASON_GIVEN = "reason_given"
    ASSIGNEE_NAMED = "assignee_named"
    TAKE_BACK_ASKED = "take_back_asked"
    TAKE_BACK_ASKED_AND_REASON_GIVEN = "take_back_asked_and_reason_given"


class IncomingEffect(StrEnum):
    """What a transition writes, in the order of the table."""

    RECORD_ARRIVAL = "record_arrival"
    TAKE_ARRIVAL_NUMBER = "take_arrival_number"
    RECORD_REASON = "record_reason"
    RECORD_ASSIGNMENT = "record_assignment"
    RECORD_PROGRESS = "record_progress"
    RECORD_COMPLETION = "record_completion"
    RECORD_QUESTION = "record_question"
    CLOSE_QUESTION = "close_question"
    ERASE_CONTENT = "erase_content"


class ReceiptKind(StrEnum):
    """What a receipt says; the value is stable and signed."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    COMPLETED = "completed"
    REFUSED = "refused"
    TAKE_BACK_AGREED = "take_back_agreed"
    TAKE_BACK_DECLINED = "take_back_declined"
    CONFLICT = "conflict"
    """The same document id came with other bytes."""
    ACKNOWLEDGED = "acknowledged"
    """A status message came; says nothing about the document itself."""
    NOT_AUTHENTIC = "not_authentic"
    """Bytes came in the recipient's name that he did not sign; says nothing about his own document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingTransition:
    """One row of the table.

    Attributes:
        receipt: What the sender is told, or None.
        evidence: Type of the audit leaf it leaves.
        clause: What demands it.
    """

    event: IncomingEvent
    guard: IncomingGuard
    source: IncomingState | None
    target: IncomingState
    effects: tuple[IncomingEffect, ...]
    receipt: ReceiptKind | None
    evidence: str
    role: Role
    clause: str


_HELD = (
    IncomingState.ARRIVED,
    IncomingState.REGISTERED,
    IncomingState.ASSIGNED,
    IncomingState.PROCESSING,
    IncomingState.COMPLETED,
)
"""The states in which the receiver still has the document."""


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
        IncomingEvent.ARRIVE,
        None,
        IncomingState.ARRIVED,
        guard=IncomingGuard.CHECKS_PASSED,
        effects=(IncomingEffect.RECORD_ARRIVAL,),
        receipt=ReceiptKind.ARRIVED,
        evidence="incoming_arrived",
        clause="NĐ 30/2020 Điều 21 khoản 2; QĐ 28/2018 Điều 9 khoản 1",
    ),
    _row(
        IncomingEvent.ACCEPT,
        IncomingState.ARRIVED,
        IncomingState.REGISTERED,
        effects=(IncomingEffect.TAKE_ARRIVAL_NUMBER,),
        receipt=ReceiptKind.REGISTERED,
        evidence="incoming_registered",
        clause="NĐ 30/2020 Điều 22",
    ),
    _row(
        IncomingEvent.REFUSE,
        IncomingState.ARRIVED,
        IncomingState.REFUSED,
        guard=IncomingGuard.REASON_GIVEN,
        effects=(IncomingEffect.RECORD_REASON,),
        receipt=ReceiptKind.REFUSED,
        evidence="incoming_refused",
        clause="NĐ 30/2020 Điều 21 khoản 2b; QĐ 28/2018 Điều 5 khoản 4",
    ),
    _row(
        IncomingEvent.ASSIGN,
        IncomingState.REGISTERED,
        IncomingState.ASSIGNED,
        guard=IncomingGuard.ASSIGNEE_NAMED,
        effects=(IncomingEffect.RECORD_ASSIGNMENT,),
        receipt=ReceiptKind.ASSIGNED,
        evidence="incoming_assigned",
        role=Role.LEADER,
        clause="NĐ 30/2020 Điều 23",
    ),
    _row(
        IncomingEvent.PROGRESS,
        IncomingState.ASSIGNED,
        IncomingState.PROCESSING,
        effects=(IncomingEffect.RECORD_PROGRESS,),
        receipt=ReceiptKind.PROCESSING,
        evidence="incoming_processing",
        role=Role.HANDLER,
        clause="NĐ 30/2020 Điều 24",
    ),
    *(
        _row(
            IncomingEvent.COMPLETE,
            source,
            IncomingState.COMPLETED,
            effects=(IncomingEffect.RECORD_COMPLETION,),
            receipt=ReceiptKind.COMPLETED,
            evidence="incoming_completed",
            role=Role.HANDLER,
            clause="NĐ 30/2020 Điều 24; QĐ 28/2018 Điều 9 khoản 2",
        )
        for source in (IncomingState.ASSIGNED, IncomingState.PROCESSING)
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
            effects=(IncomingEffect.CLOSE_QUESTION, IncomingEffect.ERASE_CONTENT),
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
    here = state.value if state else "not here yet"
    raise UsageError(
        ErrorCode.WRONG_STATE,
        f"cannot {event.value} an incoming document that is {here}",
        vi=f"Không thể thực hiện bước “{event.value}” khi văn bản đến đang ở trạng thái “{here}”.",
        way_out="follow docs/reference/incoming-states.md",
    )


def draw_incoming_states() -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/incoming-states.md)."""
    arrows = [f"    {row.source or '[*]'} --> {row.target}: {row.event} [{row.guard}]" for row in INCOMING]
    ends = (IncomingState.REFUSED, IncomingState.TAKEN_BACK, IncomingState.COMPLETED)
    arrows += [f"    {state} --> [*]" for state in ends]
    rows = [
        f"| `{row.event}` | `{row.guard}` | {f'`{row.source}`' if row.source else '–'} | `{row.target}` "
        f"| {', '.join(f'`{effect}`' for effect in row.effects)} | {f'`{row.receipt}`' if row.receipt else '–'} "
        f"| `{row.evidence}` | {row.role.vi} | {row.clause} |"
        for row in INCOMING
    ]
    return "\n".join(
        [
            "# The life of an incoming document",
            "",
            "Generated from `docflow.model.incoming_states.INCOMING`; do not edit by hand. Receipts are described in",
            "[the specification of receipts](../spec/receipts.md).",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
            "| event | guard | from | to | effects | receipt | evidence (audit leaf) | who | clause |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
