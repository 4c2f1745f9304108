"""The verbs of dossiers: each a transaction of its own; the same request again changes nothing.

Invariants:
    - Dossier, steps, visits, act and leaf are one transaction, or none of them is there.
    - What a dossier may do is in :data:`docflow.model.DOSSIER` alone.

Source: docs/reference/dossier-states.md; Nghị định 30/2020/NĐ-CP Điều 23, 24.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from docflow.audit import Json
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    CaseFile,
    Dossier,
    DossierAct,
    DossierClocks,
    DossierEvent,
    DossierKind,
    DossierPlan,
    DossierState,
    DossierStep,
    OnTimeRate,
    StepVisit,
    check_incoming_id,
    check_prose,
    find_dossier_row,
    law_date,
    rate_dossiers,
    read_clocks,
)
from docflow.office.clocks import refuse_turned_back
from docflow.office.desk import Desk
from docflow.office.dossiers.rules import DOSSIER_EFFECTS, DOSSIER_GUARDS
from docflow.office.dossiers.step import DossierMove, DossierWork
from docflow.office.ledger import Request, check_actor, find_answer, keep_answer, name_request, record_act
from docflow.office.repeats import find_repeatable
from docflow.office.rights import require_right
from docflow.ports import UnitOfWork

MAX_TEXT_CHARS = 4000
"""Longer reasons and results are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAsk:
    """What is asked of one dossier; see :class:`docflow.office.dossiers.step.DossierMove`."""

    event: DossierEvent
    dossier_id: str
    actor: str
    text: str = ""
    hours: int = 0
    step: int | None = None
    idempotency_key: str | None = None


def open_dossier(
    desk: Desk, plan: DossierPlan, *, dossier_id: str, actor: str, idempotency_key: str | None = None
) -> Dossier:
    """Open a dossier with its steps; its clocks start when it is started.

    Raises:
        UsageError: ``ALREADY_EXISTS``, ``IDEMPOTENCY_CONFLICT``, ``BAD_ARGUMENT``; ``NOT_FOUND``, its file.
    """
    check_incoming_id(dossier_id)
    check_actor(actor)
    name = f"{desk.agency.code}/dossier/open/{dossier_id}"
    request = name_request(name, _describe(plan), actor=actor, key=idempotency_key)
    now = desk.clock.now()
    move = DossierMove(event=DossierEvent.OPEN, dossier_id=dossier_id, actor=actor, at=now, plan=plan)
    opened = Dossier(
        agency=desk.agency.code.text,
        id=dossier_id,
        state=DossierState.OPENED,
        kind=plan.kind,
        title=plan.title,
        code=plan.code,
        hours=plan.hours,
        step_count=len(plan.steps),
        opened_at=now,
        opened_by=actor,
        file_id=plan.file_id,
    )
    return desk.store.transact(lambda unit: _open(unit, desk, move, request=request, opened=opened))


def _open(unit: UnitOfWork, desk: Desk, move: DossierMove, *, request: Request, opened: Dossier) -> Dossier:
    answered = find_answer(unit, request)
    there = unit.find_record(Dossier, str(answered["dossier_id"]) if answered else opened.id)
    if there is not None:
        if answered:
            return there
        raise UsageError(
            ErrorCode.ALREADY_EXISTS,
            f"dossier {opened.id!r} was opened with another request",
            vi=f"Hồ sơ {opened.id!r} đã có.",
            way_out="choose another id",
        )
    if opened.file_id is not None and unit.find_record(CaseFile, opened.file_id) is None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no file {opened.file_id[:120]!r} here",
            vi=f"Không có hồ sơ lưu {opened.file_id[:120]!r} trong danh mục.",
            way_out="plan the file first, or open the dossier without one",
        )
    keep_answer(unit, request, {"dossier_id": opened.id})
    return _perform(unit, desk, move, before=None, dossier=opened)


def act_on_dossier(desk: Desk, ask: DossierAsk) -> Dossier:
    """Carry out one verb in a transaction of its own.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND``, ``BAD_ARGUMENT``, ``CLOCK_TURNED_BACK``, ``IDEMPOTENCY_CONFLICT``.
    """
    check_actor(ask.actor)
    check_prose(ask.text, limit=MAX_TEXT_CHARS, what="text", vi="Nội dung", is_optional=True)
    move = DossierMove(
        event=ask.event,
        dossier_id=ask.dossier_id,
        actor=ask.actor,
        at=desk.clock.now(),
        text=ask.text,
        hours=ask.hours,
        step=ask.step,
    )
    return desk.store.transact(lambda unit: _act(unit, desk, ask, move=move))


def _act(unit: UnitOfWork, desk: Desk, ask: DossierAsk, *, move: DossierMove) -> Dossier:
    asked: dict[str, Json] = {
        "event": ask.event.value,
        "dossier_id": ask.dossier_id,
        "text": ask.text,
        "hours": ask.hours,
        "step": ask.step,
        "actor": ask.actor,
    }
    name = f"{desk.agency.code}/dossier/{ask.event.value}/{ask.dossier_id}"
    before = find_dossier(unit.find_record(Dossier, ask.dossier_id), ask.dossier_id)
    request = find_repeatable(unit, name, asked, acts=before.act_count, key=ask.idempotency_key)
    if request is None:
        return before
    keep_answer(unit, request, {"dossier_id": ask.dossier_id, "event": ask.event.value})
    return _perform(unit, desk, move, before=before, dossier=before)


def find_dossier(found: Dossier | None, dossier_id: str) -> Dossier:
    """Return the dossier found.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    if found is None:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"no dossier {dossier_id[:120]!r} here", vi=f"Không có hồ sơ {dossier_id[:120]!r}."
        )
    return found


def read_dossier_clocks(desk: Desk, dossier_id: str) -> DossierClocks:
    """Return how a dossier and each visit of its steps stand now.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    dossier = find_dossier(desk.store.find_record(Dossier, dossier_id), dossier_id)
    return _clocks(desk, dossier)


def rate_on_time(
    desk: Desk, *, kind: DossierKind | None = None, since: date | None = None, until: date | None = None
) -> tuple[OnTimeRate, dict[str, OnTimeRate]]:
    """Return the on-time rate of dossiers as a whole and of each unit's steps.

    Args:
        kind: None for all.
        since, until: Days in Asia/Ho_Chi_Minh on which a dossier was started, both included; None: open at that end.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the first day is after the last.
    """
    if since is not None and until is not None and since > until:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the first day, {since}, is after the last, {until}",
            vi=f"Ngày đầu {since:%d/%m/%Y} sau ngày cuối {until:%d/%m/%Y}.",
        )
    return rate_dossiers(_clocks(desk, dossier) for dossier in _started(desk, kind=kind, since=since, until=until))


def _started(desk: Desk, *, kind: DossierKind | None, since: date | None, until: date | None) -> Iterable[Dossier]:
    for dossier in desk.store.list_records(Dossier):
        if dossier.started_at is None or (kind is not None and dossier.kind is not kind):
            continue
        day = law_date(dossier.started_at)
        if (since is None or since <= day) and (until is None or day <= until):
            yield dossier


def _clocks(desk: Desk, dossier: Dossier) -> DossierClocks:
    visits = desk.store.list_records(StepVisit, dossier_id=dossier.id)
    return read_clocks(dossier, visits, calendar=desk.calendar, at=desk.clock.now())


def _perform(unit: UnitOfWork, desk: Desk, move: DossierMove, *, before: Dossier | None, dossier: Dossier) -> Dossier:
    """(1) row of the table, may the actor; (2) clock; (3) guard; (4) effects; (5) dossier and act; (6) leaf."""
    transition = find_dossier_row(before.state if before else None, move.event)
    require_right(unit, desk, move.actor, role=transition.role, event=move.event.value, subject=move.dossier_id)
    refuse_turned_back(unit, desk.agency.code.text, move.at, last=dossier.acted_at)
    steps = () if before is None else unit.list_records(DossierStep, dossier_id=move.dossier_id)
    work = DossierWork(unit=unit, move=move, steps=steps, calendar=desk.calendar)
    DOSSIER_GUARDS[transition.guard](work, dossier)
    if before is None:
        unit.add_record(dossier)
    for effect in transition.effects:
        dossier = DOSSIER_EFFECTS[effect](work, dossier)
    dossier = replace(dossier, state=transition.target, act_count=dossier.act_count + 1, acted_at=move.at)
    unit.change_record(dossier)
    act = DossierAct(
        agency=dossier.agency,
        dossier_id=dossier.id,
        position=dossier.act_count - 1,
        event=move.event,
        at=move.at,
        actor=move.actor,
        text=move.text,
    )
    record_act(unit, act, transition.evidence, subject=dossier.id, randomness=desk.randomness)
    return dossier


def _describe(plan: DossierPlan) -> dict[str, Json]:
    return {
        "title": plan.title,
        "kind": plan.kind.value,
        "code": plan.code,
        "file_id": plan.file_id,
        "steps": [[step.name, step.unit, step.hours] for step in plan.steps],
    }
