"""Dossiers (hồ sơ công việc, hồ sơ một cửa liên thông): work that goes through several steps, each with its clock.

Invariants:
    - The clock of the whole and the clock of the running step stand and run together.
    - A step that is entered twice is two visits, each with a clock of its own: nothing is overwritten.

What it does not do: how many hours a step takes is the planner's to say; no rule that docflow enforces fixes it.

Source: Nghị định 30/2020/NĐ-CP Điều 23, 24 (deadlines by the agency's own regulation); docs/adr/0059.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.deadlines import OnTimeRate, Pause, Punctuality, count_on_time, judge_punctuality, shift_due
from docflow.model.dossier_states import DossierEvent, DossierState
from docflow.model.drafts import MAX_ORGAN_NAME_CHARS, MAX_SUBJECT_CHARS
from docflow.model.wording import check_line
from docflow.model.working_time import MAX_WORKING_TIME, WorkingCalendar

MAX_STEPS = 100
"""More steps are refused."""
MAX_CODE_CHARS = 60
"""Longer codes of dossiers are refused."""


class DossierKind(StrEnum):
    """What a dossier is about; the value is stable and stored."""

    WORK = "work"
    """Hồ sơ công việc."""
    ONE_STOP = "one_stop"
    """Hồ sơ một cửa, một cửa liên thông."""


class VisitEnd(StrEnum):
    """How a visit of a step ended; the value is stable and stored."""

    PASSED_ON = "passed_on"
    SENT_BACK = "sent_back"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as planned.

    Attributes:
        name: What is done.
        unit: Who does it: a unit here, or the code or name of another agency.
        hours: Working hours it may take.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """

    name: str
    unit: str
    hours: int

    def __post_init__(self) -> None:
        check_line(self.name, limit=MAX_SUBJECT_CHARS, what="name of a step", vi="Tên bước")
        check_line(self.unit, limit=MAX_ORGAN_NAME_CHARS, what="unit of a step", vi="Đơn vị thực hiện")
        if not 1 <= self.hours <= MAX_WORKING_TIME // timedelta(hours=1):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a step takes 1 to 20,000 working hours",
                vi="Thời gian của một bước phải từ 1 đến 20.000 giờ làm việc.",
            )


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPlan:
    """What a dossier begins with.

    Attributes:
        code: Its number as people know it (số hồ sơ), or empty.
        file_id: The file in which its papers are kept, or None.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no step, more than 100, or more than 20,000 hours in all.
    """

    title: str
    steps: tuple[PlannedStep, ...]
    kind: DossierKind = DossierKind.WORK
    code: str = ""
    file_id: str | None = None

    def __post_init__(self) -> None:
        check_line(self.title, limit=MAX_SUBJECT_CHARS, what="title", vi="Tiêu đề hồ sơ")
        check_line(self.code, limit=MAX_CODE_CHARS, what="code", vi="Số hồ sơ", is_optional=True)
        if not 1 <= len(self.steps) <= MAX_STEPS or timedelta(hours=self.hours) > MAX_WORKING_TIME:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"a dossier has 1 to {MAX_STEPS} steps and at most 20,000 working hours in all",
                vi=f"Hồ sơ phải có từ 1 đến {MAX_STEPS} bước, tổng không quá 20.000 giờ làm việc.",
            )

    @property
    def hours(self) -> int:
        """Working hours of all steps."""
        return sum(step.hours for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A dossier at one moment of its life.

    Attributes:
        step: Position of the running step, from 0.
        step_count, visit_count, act_count: How many there are.
        due_at: Until when the whole is done, pauses that ended already counted; set when it starts.
        paused_at: Since when its clocks stand, or None.
        result: How it ended.
    """

    agency: str
    id: str
    state: DossierState
    kind: DossierKind
    title: str
    code: str
    hours: int
    step_count: int
    opened_at: datetime
    opened_by: str
    file_id: str | None = None
    step: int = 0
    visit_count: int = 0
    started_at: datetime | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    result: str = ""
    act_count: int = 0
    acted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierStep:
    """A planned step as stored; ``position`` counts from 0."""

    agency: str
    dossier_id: str
    position: int
    name: str
    unit: str
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVisit:
    """One stay in a step, with its clock; ``visit`` counts from 0 in the dossier."""

    agency: str
    dossier_id: str
    visit: int
    step: int
    unit: str
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    end: VisitEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAct:
    """One thing that was done with a dossier, and what was said; ``position`` counts from 0."""

    agency: str
    dossier_id: str
    position: int
    event: DossierEvent
    at: datetime
    actor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitClock:
    """How one visit stands to its deadline, the pause that lasts counted in ``due_at``."""

    visit: StepVisit
    due_at: datetime
    punctuality: Punctuality


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierClocks:
    """How a dossier stands: the whole, and each visit of a step."""

    dossier_id: str
    due_at: datetime | None
    punctuality: Punctuality
    visits: tuple[VisitClock, ...]


def read_clocks(
    dossier: Dossier, visits: Iterable[StepVisit], *, calendar: WorkingCalendar, at: datetime
) -> DossierClocks:
    """Return how a dossier and its visits stand at a time; a cancelled dossier has no deadline any more."""
    pauses = [] if dossier.paused_at is None else [Pause(began_at=dossier.paused_at, reason="")]
    is_paused = dossier.state is DossierState.PAUSED
    due_at = shift_due(dossier.due_at, pauses, calendar=calendar, at=at)
    clocks = []
    for visit in visits:
        is_running = visit.ended_at is None
        due = shift_due(visit.due_at, pauses if is_running else (), calendar=calendar, at=at) or visit.due_at
        punctuality = judge_punctuality(due, done_at=visit.ended_at, at=at, is_paused=is_paused and is_running)
        if visit.end is VisitEnd.CANCELLED:
            punctuality = Punctuality.NO_DEADLINE
        clocks.append(VisitClock(visit=visit, due_at=due, punctuality=punctuality))
    if dossier.state is DossierState.CANCELLED:
        due_at = None
    punctuality = judge_punctuality(due_at, done_at=dossier.ended_at, at=at, is_paused=is_paused)
    return DossierClocks(dossier_id=dossier.id, due_at=due_at, punctuality=punctuality, visits=tuple(clocks))


def rate_dossiers(clocks: Iterable[DossierClocks]) -> tuple[OnTimeRate, dict[str, OnTimeRate]]:
    """Return the on-time rate of the dossiers as a whole, and that of the visits of each unit."""
    found = list(clocks)
    by_unit: dict[str, list[Punctuality]] = {}
    for one in found:
        for clock in one.visits:
            by_unit.setdefault(clock.visit.unit, []).append(clock.punctuality)
    whole = count_on_time(one.punctuality for one in found)
    return whole, {unit: count_on_time(judged) for unit, judged in sorted(by_unit.items())}
