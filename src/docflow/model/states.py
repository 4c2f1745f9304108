"""The life of an outgoing document: ONE table, from which the engine runs and the diagram is drawn.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row.

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office`.

Source: Nghị định 30/2020/NĐ-CP Điều 14, 18, 32; Thông tư 01/2019/TT-BNV Điều 10, 11, 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError


class DocumentState(StrEnum):
    """Where an outgoing document stands; the value is stable and stored."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    LEADER_SIGNED = "leader_signed"
    NUMBERED = "numbered"
    SEALED = "sealed"
    VOIDED = "voided"


class DocumentEvent(StrEnum):
    """What happens to an outgoing document; the value is stable and logged."""

    DRAFT = "draft"
    APPROVE = "approve"
    LEADER_SIGN = "leader_sign"
    ISSUE = "issue"
    SEAL = "seal"
    VOID = "void"


class Guard(StrEnum):
    """What must hold before a transition."""

    IS_OPEN = "is_open"
    NONE = "none"
    LEADER_SIGNATURE_ACCEPTED = "leader_signature_accepted"
    DATE_ALLOWED = "date_allowed"
    SEAL_ON_LEADER_SIGNED = "seal_on_leader_signed"
    REASON_GIVEN = "reason_given"


class Effect(StrEnum):
    """What a transition writes, in the order of the table."""

    RECORD_DRAFT = "record_draft"
    RECORD_APPROVAL = "record_approval"
    RECORD_LEADER_SIGNATURE = "record_leader_signature"
    TAKE_NUMBER = "take_number"
    HOLD_DISPATCH = "hold_dispatch"
    RECORD_SEAL = "record_seal"
    RELEASE_DISPATCH = "release_dispatch"
    VOID_NUMBER = "void_number"
    CANCEL_DISPATCH = "cancel_dispatch"


class Role(StrEnum):
    """Who may do it."""

    DRAFTER = "drafter"
    APPROVER = "approver"
    LEADER = "leader"
    REGISTRY = "registry"
    HANDLER = "handler"
    SENDER = "sender"

    @property
    def vi(self) -> str:
        """The role's name."""
        return _ROLE_NAMES[self]


_ROLE_NAMES = {
    Role.DRAFTER: "người soạn thảo",
    Role.APPROVER: "người duyệt",
    Role.LEADER: "người có thẩm quyền ký",
    Role.REGISTRY: "văn thư cơ quan",
    Role.HANDLER: "người được giao xử lý",
    Role.SENDER: "cơ quan gửi",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table; ``evidence`` is the type of the audit leaf it leaves, ``clause`` what demands it."""

    event: DocumentEvent
    guard: Guard
    source: DocumentState | None
    target: DocumentState
    effects: tuple[Effect, ...]
    evidence: str
    role: Role
    clause: str


def _row(
    event: DocumentEvent,
    source: DocumentState | None,
    target: DocumentState,
    *,
    guard: Guard,
    effects: tuple[Effect, ...],
    evidence: str,
    role: Role,
    clause: str,
) -> Transition:
    return Transition(
        event=event,
        guard=guard,
        source=source,
        target=target,
        effects=effects,
        evidence=evidence,
        role=role,
        clause=clause,
    )


OUTGOING: tuple[Transition, ...] = (
    _row(
        DocumentEvent.DRAFT,
        None,
        DocumentState.DRAFTED,
        guard=Guard.IS_OPEN,
        effects=(Effect.RECORD_DRAFT,),
        evidence="document_drafted",
        role=Role.DRAFTER,
        clause="NĐ 30/2020 Điều 10",
    ),
    _row(
        DocumentEvent.APPROVE,
        DocumentState.DRAFTED,
        DocumentState.APPROVED,
        guard=Guard.NONE,
        effects=(Effect.RECORD_APPROVAL,),
        evidence="document_approved",
        role=Role.APPROVER,
        clause="NĐ 30/2020 Điều 11, 12",
    ),
    _row(
        DocumentEvent.LEADER_SIGN,
        DocumentState.APPROVED,
        DocumentState.LEADER_SIGNED,
        guard=Guard.LEADER_SIGNATURE_ACCEPTED,
        effects=(Effect.RECORD_LEADER_SIGNATURE,),
        evidence="document_leader_signed",
        role=Role.LEADER,
        clause="NĐ 30/2020 Điều 13",
    ),
    _row(
        DocumentEvent.ISSUE,
        DocumentState.LEADER_SIGNED,
        DocumentState.NUMBERED,
        guard=Guard.DATE_ALLOWED,
        effects=(Effect.TAKE_NUMBER, Effect.HOLD_DISPATCH),
        evidence="document_numbered",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 15, 16; TT 01/2019 Điều 11 khoản 1",
    ),
    _row(
        DocumentEvent.SEAL,
        DocumentState.NUMBERED,
        DocumentState.SEALED,
        guard=Guard.SEAL_ON_LEADER_SIGNED,
        effects=(Effect.RECORD_SEAL, Effect.RELEASE_DISPATCH),
        evidence="document_sealed",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 17, 32 khoản 2",
    ),
    _row(
        DocumentEvent.VOID,
        DocumentState.NUMBERED,
        DocumentState.VOIDED,
        guard=Guard.REASON_GIVEN,
        effects=(Effect.VOID_NUMBER, Effect.CANCEL_DISPATCH),
        evidence="number_voided",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 15 (numbers run without gap: a number not used stays in the book, with a reason)",
    ),
)
"""Every transition of an outgoing document."""


def find_transition(state: DocumentState | None, event: DocumentEvent) -> Transition:
    """Return the one row for an event in a state; None is the state before the draft.

    Raises:
        UsageError: ``WRONG_STATE``; the table has no such row.
    """
    for transition in OUTGOING:
        if transition.source is state and transition.event is event:
            return transition
    here = state.value if state else "not drafted yet"
    raise UsageError(
        ErrorCode.WRONG_STATE,
        f"cannot {event.value} a document that is {here}",
        vi=f"Không thể thực hiện bước “{event.value}” khi văn bản đang ở trạng thái “{here}”.",
        way_out="follow docs/reference/states.md",
    )


def draw_states(transitions: tuple[Transition, ...] = OUTGOING) -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/states.md)."""
    arrows = [f"    {row.source or '[*]'} --> {row.target}: {row.event} [{row.guard}]" for row in transitions]
    ends = {row.target for row in transitions} - {row.source for row in transitions}
    arrows += [f"    {state} --> [*]" for state in DocumentState if state in ends]
    rows = [
        f"| `{row.event}` | `{row.guard}` | {f'`{row.source}`' if row.source else '–'} | `{row.target}` "
        f"| {', '.join(f'`{effect}`' for effect in row.effects)} | `{row.evidence}` | {row.role.vi} | {row.clause} |"
        for row in transitions
    ]
    return "\n".join(
        [
            "# The life of an outgoing document",
            "",
            "Generated from `docflow.model.states.OUTGOING`; do not edit by hand.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
            "| event | guard | from | to | effects | evidence (audit leaf) | who | clause |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
