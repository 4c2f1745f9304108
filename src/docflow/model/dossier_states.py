"""The life of a dossier (hồ sơ công việc, hồ sơ một cửa liên thông): ONE table.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row.

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office.dossiers`.

Source: Nghị định 30/2020/NĐ-CP Điều 23, 24, Phụ lục VI Phần I; docs/adr/0059.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docflow.model.lifecycles import draw_life, refuse_step
from docflow.model.states import Role


class DossierState(StrEnum):
    """Where a dossier stands; the value is stable and stored."""

    OPENED = "opened"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _STATE_NAMES[self]


_STATE_NAMES = {
    DossierState.OPENED: "đã lập",
    DossierState.RUNNING: "đang giải quyết",
    DossierState.PAUSED: "tạm dừng",
    DossierState.FINISHED: "đã kết thúc",
    DossierState.CANCELLED: "đã hủy",
}


class DossierEvent(StrEnum):
    """What happens to a dossier; the value is stable and logged."""

    OPEN = "open"
    START = "start"
    HAND_ON = "hand_on"
    SEND_BACK = "send_back"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    FINISH = "finish"
    CANCEL = "cancel"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _EVENT_NAMES[self]


_EVENT_NAMES = {
    DossierEvent.OPEN: "lập hồ sơ",
    DossierEvent.START: "bắt đầu giải quyết",
    DossierEvent.HAND_ON: "chuyển bước tiếp theo",
    DossierEvent.SEND_BACK: "trả lại bước trước",
    DossierEvent.PAUSE: "tạm dừng",
    DossierEvent.RESUME: "tiếp tục",
    DossierEvent.EXTEND: "gia hạn",
    DossierEvent.FINISH: "kết thúc",
    DossierEvent.CANCEL: "hủy hồ sơ",
}


class DossierGuard(StrEnum):
    """What must hold before a transition."""

    NONE = "none"
    REASON_GIVEN = "reason_given"
    STEP_FOLLOWS = "step_follows"
    STEP_PRECEDES_AND_REASON_GIVEN = "step_precedes_and_reason_given"
    HOURS_AND_REASON_GIVEN = "hours_and_reason_given"
    AT_LAST_STEP = "at_last_step"


class DossierEffect(StrEnum):
    """What a transition writes, in the order of the table; every one leaves an act as well."""

    PLAN_STEPS = "plan_steps"
    START_WHOLE = "start_whole"
    BEGIN_FIRST_STEP = "begin_first_step"
    END_STEP = "end_step"
    BEGIN_NEXT_STEP = "begin_next_step"
    BEGIN_STEP_BEFORE = "begin_step_before"
    STOP_CLOCKS = "stop_clocks"
    START_CLOCKS = "start_clocks"
    MOVE_DEADLINES = "move_deadlines"
    RECORD_RESULT = "record_result"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierTransition:
    """One row of the table; ``evidence`` is the type of the audit leaf it leaves, ``clause`` what demands it."""

    event: DossierEvent
    guard: DossierGuard
    source: DossierState | None
    target: DossierState
    effects: tuple[DossierEffect, ...]
    evidence: str
    role: Role
    clause: str


_DEADLINES = "NĐ 30/2020 Điều 24 (deadlines by the agency's own regulation)"
_TRAIL = "NĐ 30/2020 Phụ lục VI Phần I (every act is kept)"


def _row(
    event: DossierEvent,
    source: DossierState | None,
    target: DossierState,
    *,
    effects: tuple[DossierEffect, ...],
    evidence: str,
    clause: str,
    guard: DossierGuard = DossierGuard.NONE,
    role: Role = Role.HANDLER,
) -> DossierTransition:
    return DossierTransition(
        event=event,
        guard=guard,
        source=source,
        target=target,
        effects=effects,
        evidence=evidence,
        role=role,
        clause=clause,
    )


DOSSIER: tuple[DossierTransition, ...] = (
    _row(
        DossierEvent.OPEN,
        None,
        DossierState.OPENED,
        effects=(DossierEffect.PLAN_STEPS,),
        evidence="dossier_opened",
        clause="NĐ 30/2020 Điều 24 khoản 1",
    ),
    _row(
        DossierEvent.START,
        DossierState.OPENED,
        DossierState.RUNNING,
        effects=(DossierEffect.START_WHOLE, DossierEffect.BEGIN_FIRST_STEP),
        evidence="dossier_started",
        clause=_DEADLINES,
    ),
    _row(
        DossierEvent.HAND_ON,
        DossierState.RUNNING,
        DossierState.RUNNING,
        guard=DossierGuard.STEP_FOLLOWS,
        effects=(DossierEffect.END_STEP, DossierEffect.BEGIN_NEXT_STEP),
        evidence="dossier_handed_on",
        clause="NĐ 30/2020 Điều 23 (lead and cooperating units, a deadline for each)",
    ),
    _row(
        DossierEvent.SEND_BACK,
        DossierState.RUNNING,
        DossierState.RUNNING,
        guard=DossierGuard.STEP_PRECEDES_AND_REASON_GIVEN,
        effects=(DossierEffect.END_STEP, DossierEffect.BEGIN_STEP_BEFORE),
        evidence="dossier_sent_back",
        clause=_TRAIL,
    ),
    _row(
        DossierEvent.PAUSE,
        DossierState.RUNNING,
        DossierState.PAUSED,
        guard=DossierGuard.REASON_GIVEN,
        effects=(DossierEffect.STOP_CLOCKS,),
        evidence="dossier_paused",
        clause=_DEADLINES,
    ),
    _row(
        DossierEvent.RESUME,
        DossierState.PAUSED,
        DossierState.RUNNING,
        effects=(DossierEffect.START_CLOCKS,),
        evidence="dossier_resumed",
        clause=_DEADLINES,
    ),
    _row(
        DossierEvent.EXTEND,
        DossierState.RUNNING,
        DossierState.RUNNING,
        guard=DossierGuard.HOURS_AND_REASON_GIVEN,
        effects=(DossierEffect.MOVE_DEADLINES,),
        evidence="dossier_extended",
        role=Role.LEADER,
        clause=_DEADLINES,
    ),
    _row(
        DossierEvent.FINISH,
        DossierState.RUNNING,
        DossierState.FINISHED,
        guard=DossierGuard.AT_LAST_STEP,
        effects=(DossierEffect.END_STEP, DossierEffect.RECORD_RESULT),
        evidence="dossier_finished",
        clause="NĐ 30/2020 Điều 24, 29 khoản 4a (a file ends when its work is done)",
    ),
    *(
        _row(
            DossierEvent.CANCEL,
            source,
            DossierState.CANCELLED,
            guard=DossierGuard.REASON_GIVEN,
            effects=effects,
            evidence="dossier_cancelled",
            role=Role.LEADER,
            clause=_TRAIL,
        )
        for source, effects in (
            (DossierState.OPENED, (DossierEffect.RECORD_RESULT,)),
            (DossierState.RUNNING, (DossierEffect.END_STEP, DossierEffect.RECORD_RESULT)),
            (
                DossierState.PAUSED,
                (DossierEffect.START_CLOCKS, DossierEffect.END_STEP, DossierEffect.RECORD_RESULT),
            ),
        )
    ),
)
"""Every transition of a dossier."""


def find_dossier_row(state: DossierState | None, event: DossierEvent) -> DossierTransition:
    """Return the one row for an event in a state; None is the state before it is opened.

    Raises:
        UsageError: ``WRONG_STATE``; the table has no such row.
    """
    for transition in DOSSIER:
        if transition.source is state and transition.event is event:
            return transition
    raise refuse_step(event, state, what="a dossier", vi="hồ sơ", page="dossier-states.md")


def draw_dossier_states() -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/dossier-states.md)."""
    return draw_life(DOSSIER, title="The life of a dossier", source="docflow.model.dossier_states.DOSSIER")
