"""The clock ran ahead and was set right: said once, with a reason, by somebody who answers for it.

Invariants:
    - Time goes back in the log only at such a leaf, which says until when was recorded and what the clock says now.

What it does not do: it changes nothing that was dated while the clock was wrong.

Source: Nghị định 30/2020/NĐ-CP Điều 15, 22; docs/adr/0078.
"""

from __future__ import annotations

from datetime import datetime

from docflow.audit import Json, format_time
from docflow.errors import ErrorCode, UsageError
from docflow.model import Role, check_prose
from docflow.office.clocks import is_before_log, list_corrections, name_correction
from docflow.office.desk import Desk
from docflow.office.ledger import Request, check_actor, identify, keep_answer, record_event
from docflow.office.rights import require_right
from docflow.ports import UnitOfWork

MAX_REASON_CHARS = 500
"""Longer reasons are refused."""


def correct_clock(desk: Desk, *, actor: str, reason: str) -> datetime:
    """Record that the clock ran ahead before and is right now; returns until when was recorded. Again: nothing.

    From then on the office works with the clock's time, also on what was dated ahead; that keeps its dates.

    Raises:
        UsageError: ``WRONG_STATE``; the clock is not behind what was recorded. ``BAD_ARGUMENT`` without a reason.
            ``FORBIDDEN``; the actor is no administrator.
    """
    check_actor(actor)
    check_prose(reason, limit=MAX_REASON_CHARS, what="reason", vi="Lý do")
    now = desk.clock.now()
    format_time(now)  # refuses a clock without a time zone before anything is written
    return desk.store.transact(lambda unit: _correct(unit, desk, actor=actor, reason=reason, now=now))


def _correct(unit: UnitOfWork, desk: Desk, *, actor: str, reason: str, now: datetime) -> datetime:
    code = desk.agency.code.text
    require_right(unit, desk, actor, role=Role.ADMINISTRATOR, event="correct_clock", subject=code)
    last, earlier = unit.last_time(), list(list_corrections(unit, code))
    if last is None or not is_before_log(now, last=last):
        if earlier and _is_last(unit, _request(code, len(earlier) - 1, actor=actor, reason=reason)):
            return earlier[-1][0]
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "the clock is not behind what was recorded last: there is nothing to correct",
            vi="Đồng hồ máy không chậm hơn thời điểm đã ghi cuối cùng; không có gì để chỉnh.",
        )
    answer: dict[str, Json] = {"until": format_time(last), "corrected": format_time(now), "reason": reason}
    keep_answer(unit, _request(code, len(earlier), actor=actor, reason=reason), answer)
    record_event(
        unit,
        "clock_corrected",
        time=now,
        actor=actor,
        agency=code,
        subject=code,
        randomness=desk.randomness,
        is_correction=True,
    )
    return last


def _is_last(unit: UnitOfWork, request: Request) -> bool:
    stored = unit.find_answer(request.key)
    return stored is not None and stored.fingerprint == request.fingerprint


def _request(code: str, number: int, *, actor: str, reason: str) -> Request:
    return identify(name_correction(code, number), {"correct_clock": number, "actor": actor, "reason": reason})
