"""Guards and effects of the table of dossiers, one function each.

Invariants:
    - A guard changes nothing; an effect gets the dossier before it and returns the dossier after it.
    - Every :class:`~docflow.model.DossierGuard` and :class:`~docflow.model.DossierEffect` has its function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import (
    Dossier,
    DossierEffect,
    DossierEvent,
    DossierGuard,
    DossierStep,
    Pause,
    StepVisit,
    VisitEnd,
    shift_due,
)
from docflow.office.dossiers.step import DossierWork

MAX_EXTENSION_HOURS = 2_000
"""Longer extensions, about a year of work, are refused."""

_ENDS = {
    DossierEvent.HAND_ON: VisitEnd.PASSED_ON,
    DossierEvent.SEND_BACK: VisitEnd.SENT_BACK,
    DossierEvent.FINISH: VisitEnd.FINISHED,
    DossierEvent.CANCEL: VisitEnd.CANCELLED,
}

# ---------------------------------------------------------------- guards


def _nothing(_work: DossierWork, _dossier: Dossier) -> None:
    return


def _reason_given(work: DossierWork, _dossier: Dossier) -> None:
    if not work.move.text.strip():
        raise UsageError(ErrorCode.BAD_ARGUMENT, "this needs a reason", vi="Phải ghi rõ lý do.")


def _as_seen(work: DossierWork, dossier: Dossier) -> None:
    """Two clerks at once: the second one sees that the step he would end has ended."""
    if work.move.step != dossier.step:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"step {work.move.step} does not run, step {dossier.step} does",
            vi=f"Bước {dossier.step + 1} đang thực hiện, không phải bước được nêu.",
            way_out="look at the dossier again",
        )


def _step_follows(work: DossierWork, dossier: Dossier) -> None:
    _as_seen(work, dossier)
    if dossier.step + 1 >= dossier.step_count:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "this is the last step",
            vi="Đây là bước cuối cùng của hồ sơ.",
            way_out="finish the dossier",
        )


def _step_precedes(work: DossierWork, dossier: Dossier) -> None:
    _as_seen(work, dossier)
    if dossier.step == 0:
        raise UsageError(ErrorCode.WRONG_STATE, "this is the first step", vi="Đây là bước đầu tiên của hồ sơ.")
    _reason_given(work, dossier)


def _hours_given(work: DossierWork, dossier: Dossier) -> None:
    if not 1 <= work.move.hours <= MAX_EXTENSION_HOURS:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"an extension is 1 to {MAX_EXTENSION_HOURS} working hours",
            vi=f"Gia hạn phải từ 1 đến {MAX_EXTENSION_HOURS} giờ làm việc.",
        )
    _reason_given(work, dossier)


def _at_last_step(_work: DossierWork, dossier: Dossier) -> None:
    if dossier.step + 1 != dossier.step_count:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "a dossier is finished in its last step",
            vi="Hồ sơ chỉ kết thúc ở bước cuối cùng.",
            way_out="pass it on to the next step",
        )


DOSSIER_GUARDS: Mapping[DossierGuard, Callable[[DossierWork, Dossier], None]] = {
    DossierGuard.NONE: _nothing,
    DossierGuard.REASON_GIVEN: _reason_given,
    DossierGuard.STEP_FOLLOWS: _step_follows,
    DossierGuard.STEP_PRECEDES_AND_REASON_GIVEN: _step_precedes,
    DossierGuard.HOURS_AND_REASON_GIVEN: _hours_given,
    DossierGuard.AT_LAST_STEP: _at_last_step,
}
"""Guard by name."""

# ---------------------------------------------------------------- effects


def _plan_steps(work: DossierWork, dossier: Dossier) -> Dossier:
    steps = work.move.plan.steps if work.move.plan else ()
    for position, step in enumerate(steps):
        work.unit.add_record(
            DossierStep(
                agency=dossier.agency,
                dossier_id=dossier.id,
                position=position,
                name=step.name,
                unit=step.unit,
                hours=step.hours,
            )
        )
    return dossier


def _start_whole(work: DossierWork, dossier: Dossier) -> Dossier:
    due_at = work.calendar.add_working_time(work.move.at, timedelta(hours=dossier.hours))
    return replace(dossier, started_at=work.move.at, due_at=due_at)


def _begin(work: DossierWork, dossier: Dossier, *, position: int) -> Dossier:
    step = next((step for step in work.steps if step.position == position), None)
    if step is None:
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            "the dossier lacks a step that it counts",
            vi="Dữ liệu các bước của hồ sơ không khớp.",
            way_out="run docflow audit verify",
        )
    work.unit.add_record(
        StepVisit(
            agency=dossier.agency,
            dossier_id=dossier.id,
            visit=dossier.visit_count,
            step=position,
            unit=step.unit,
            started_at=work.move.at,
            due_at=work.calendar.add_working_time(work.move.at, timedelta(hours=step.hours)),
        )
    )
    return replace(dossier, step=position, visit_count=dossier.visit_count + 1)


def _begin_first(work: DossierWork, dossier: Dossier) -> Dossier:
    return _begin(work, dossier, position=0)


def _begin_next(work: DossierWork, dossier: Dossier) -> Dossier:
    return _begin(work, dossier, position=dossier.step + 1)


def _begin_before(work: DossierWork, dossier: Dossier) -> Dossier:
    return _begin(work, dossier, position=dossier.step - 1)


def _end_step(work: DossierWork, dossier: Dossier) -> Dossier:
    visit = _running(work, dossier)
    work.unit.change_record(replace(visit, ended_at=work.move.at, end=_ENDS[work.move.event]))
    return dossier


def _stop_clocks(work: DossierWork, dossier: Dossier) -> Dossier:
    return replace(dossier, paused_at=work.move.at)


def _start_clocks(work: DossierWork, dossier: Dossier) -> Dossier:
    """Move both deadlines by the working time of the pause."""
    began = dossier.paused_at or work.move.at
    pause = Pause(began_at=began, ended_at=work.move.at, reason="")
    visit = _running(work, dossier)
    due_at = shift_due(visit.due_at, [pause], calendar=work.calendar, at=work.move.at) or visit.due_at
    work.unit.change_record(replace(visit, due_at=due_at))
    whole = shift_due(dossier.due_at, [pause], calendar=work.calendar, at=work.move.at)
    return replace(dossier, paused_at=None, due_at=whole)


def _move_deadlines(work: DossierWork, dossier: Dossier) -> Dossier:
    """Give the running step and the whole so many hours more."""
    more = timedelta(hours=work.move.hours)
    visit = _running(work, dossier)
    work.unit.change_record(replace(visit, due_at=work.calendar.add_working_time(visit.due_at, more)))
    due_at = work.calendar.add_working_time(dossier.due_at, more) if dossier.due_at else None
    return replace(dossier, due_at=due_at)


def _record_result(work: DossierWork, dossier: Dossier) -> Dossier:
    return replace(dossier, result=work.move.text, ended_at=work.move.at)


def _running(work: DossierWork, dossier: Dossier) -> StepVisit:
    """Return the visit that runs, as this move left it."""
    visit = work.unit.find_record(StepVisit, dossier.id, dossier.visit_count - 1)
    if visit is None or visit.ended_at is not None:
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            "no step of the dossier runs",
            vi="Dữ liệu các bước của hồ sơ không khớp.",
            way_out="run docflow audit verify",
        )
    return visit


DOSSIER_EFFECTS: Mapping[DossierEffect, Callable[[DossierWork, Dossier], Dossier]] = {
    DossierEffect.PLAN_STEPS: _plan_steps,
    DossierEffect.START_WHOLE: _start_whole,
    DossierEffect.BEGIN_FIRST_STEP: _begin_first,
    DossierEffect.END_STEP: _end_step,
    DossierEffect.BEGIN_NEXT_STEP: _begin_next,
    DossierEffect.BEGIN_STEP_BEFORE: _begin_before,
    DossierEffect.STOP_CLOCKS: _stop_clocks,
    DossierEffect.START_CLOCKS: _start_clocks,
    DossierEffect.MOVE_DEADLINES: _move_deadlines,
    DossierEffect.RECORD_RESULT: _record_result,
}
"""Effect by name."""
