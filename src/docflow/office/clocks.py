"""The clock of the machine must not turn back: what happened later is not recorded as earlier.

Invariants:
    - No leaf is dated before the one before it, by more than what clocks and waiting explain; one rule for every verb,
      kept where leaves are made (:func:`docflow.office.ledger.record_event`).
    - Only somebody who answers for it, with a reason and in the log, lets the time go back: when it was wrong *before*.

What it does not do: it notices no clock that runs ahead; whoever sees it sets it right and records the correction. What
was dated meanwhile keeps its date.

Source: Nghị định 30/2020/NĐ-CP Điều 15, 22 (numbers in order of time); Quyết định 28/2018/QĐ-TTg Điều 14 khoản 4;
docs/adr/0078.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from docflow.audit import parse_canonical
from docflow.errors import ErrorCode, UsageError
from docflow.model import LAW_TIME_ZONE, law_date
from docflow.ports import UnitOfWork

TOLERANCE = timedelta(seconds=2)
"""Machines that share a database differ by so much even with synchronised clocks."""
_CORRECTION = "/correct_clock/"
_WAY_OUT = "set the clock right and repeat the same call; if it is right and was wrong before, correct_clock"
WAITING = timedelta(minutes=10)
"""So long ago may a verb have looked at the clock: a signature is checked before its turn comes, then others write."""


def refuse_turned_back(
    unit: UnitOfWork, agency: str, now: datetime, *, last: datetime | None, tolerance: timedelta = TOLERANCE
) -> None:
    """Refuse a time that lies before what was recorded last of a thing, unless the clock was wrong then.

    Raises:
        UsageError: ``CLOCK_TURNED_BACK``.
    """
    if last is not None and now < last - tolerance and not is_excused(unit, agency, last, now=now):
        raise _turned_back(now, last)


def refuse_before_log(now: datetime, *, last: datetime | None) -> None:
    """Refuse a time that lies before the newest leaf of the log; nothing excuses that but the leaf of a correction.

    Raises:
        UsageError: ``CLOCK_TURNED_BACK``.
    """
    if is_before_log(now, last=last) and last is not None:
        raise _turned_back(now, last)


def is_before_log(now: datetime, *, last: datetime | None) -> bool:
    """Return whether a time lies before the newest leaf of the log."""
    return last is not None and now < last - WAITING


def is_excused(unit: UnitOfWork, agency: str, moment: datetime | date, *, now: datetime) -> bool:
    """Return whether something bears a date to come because the clock was wrong, as a correction says."""
    return find_correction(unit, agency, moment, now=now) is not None


def find_correction(unit: UnitOfWork, agency: str, moment: datetime | date, *, now: datetime) -> datetime | None:
    """Return when the clock was set right after it gave a date that is still to come, or None if no correction says so.

    What was dated after the correction is no more to come than the newest leaf: so it holds, as ever, and so does what
    was dated ahead once its day has come.
    """
    if not _is_to_come(unit, moment, now=now):
        return None
    day = law_date(moment) if isinstance(moment, datetime) else moment
    found = (corrected for until, corrected in list_corrections(unit, agency) if day <= law_date(until))
    return next((corrected for corrected in found if corrected <= now), None)


def _is_to_come(unit: UnitOfWork, moment: datetime | date, *, now: datetime) -> bool:
    if not isinstance(moment, datetime):
        return moment > find_present_day(unit, now)
    last = unit.last_time()
    return moment > (now if last is None else max(now, last))


def find_present_day(unit: UnitOfWork, now: datetime) -> date:
    """Return the latest day that a right clock may have given by now: another machine may be ten minutes ahead."""
    last = unit.last_time()
    return law_date((now if last is None else max(now, last)) + WAITING)


def is_out_of_order(unit: UnitOfWork, agency: str, now: datetime, *, last: date | None) -> bool:
    """Return whether today lies before the last day of a register, other than one that a wrong clock gave."""
    today, newest = law_date(now), unit.last_time()
    if last is None or today >= last:
        return False
    # Where a wrong clock's date stands in the register, the log still says how late it is.
    return not is_excused(unit, agency, last, now=now) or (newest is not None and today < law_date(newest))


def refuse_earlier_day(unit: UnitOfWork, agency: str, now: datetime, *, last: date | None) -> None:
    """Refuse to number anything today if the register's last number was given on a later day.

    Raises:
        UsageError: ``CLOCK_TURNED_BACK``; the sentence names the days: at what time it was given no register says.
    """
    if last is not None and is_out_of_order(unit, agency, now, last=last):
        today = law_date(now)
        raise UsageError(
            ErrorCode.CLOCK_TURNED_BACK,
            f"the clock says {today}, but the register's last number was given on {last}",
            vi=f"Đồng hồ máy chạy lùi: hôm nay là {today:%d/%m/%Y}, số cuối trong sổ đã cấp ngày {last:%d/%m/%Y}.",
            way_out=_WAY_OUT,
        )


def name_correction(agency: str, number: int) -> str:
    """Return the name under which a correction of the clock is kept; they count from 0."""
    return f"{agency}{_CORRECTION}{number}"


def is_correction_name(key: str) -> bool:
    """Return whether a correction of some agency's clock could be kept under a key."""
    return _CORRECTION in key


def list_corrections(unit: UnitOfWork, agency: str) -> Iterator[tuple[datetime, datetime]]:
    """Yield the corrections of the clock: until when was recorded, and what the clock said when it was corrected."""
    number = 0
    while (stored := unit.find_answer(name_correction(agency, number))) is not None:
        answer = parse_canonical(stored.answer.encode())
        if isinstance(answer, dict):
            yield datetime.fromisoformat(str(answer["until"])), datetime.fromisoformat(str(answer["corrected"]))
        number += 1


def _turned_back(now: datetime, last: datetime) -> UsageError:
    here, there = (moment.astimezone(LAW_TIME_ZONE) for moment in (now, last))
    return UsageError(
        ErrorCode.CLOCK_TURNED_BACK,
        f"the clock says {here:%Y-%m-%d %H:%M:%S}, but {there:%Y-%m-%d %H:%M:%S} is recorded already",
        vi=f"Đồng hồ máy chạy lùi: đang là {here:%H:%M:%S %d/%m/%Y}, đã ghi đến {there:%H:%M:%S %d/%m/%Y}.",
        way_out=_WAY_OUT,
    )
