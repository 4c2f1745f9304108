"""Deadlines: until when, paused for how long, and whether what was done came early, on time or late.

Invariants:
    - Pure functions of what is handed in: the same clock and calendar give the same answer years later.
    - A deadline that is a day ends with the day, 23:59:59.999 in Asia/Ho_Chi_Minh.
    - What is stored already is judged whatever it says: a day beyond the calendar is an error where it is typed, not
      where many are read.
    - A pause moves a deadline by the working time that it lasted, never by more: many pauses by their sum, also of a
      deadline that was a day. Urgent work is due by the clock, and its pauses count by the clock.

What it does not do: it fixes no number of days; those are settings or the leader's word (NĐ 30/2020 Điều 24).

Source: Nghị định 30/2020/NĐ-CP Điều 4, 18, 21, 23, 24, 30; Quyết định 28/2018/QĐ-TTg Điều 6; docs/adr/0058.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.drafts import Urgency
from docflow.model.numbers import LAW_TIME_ZONE, law_date
from docflow.model.working_time import LAST_MOMENT, MAX_WORKING_TIME, NOON, WorkingCalendar, at_time, covers, end_of_day


class LegalTerm(StrEnum):
    """A span of time as the law words it."""

    AT_ONCE = "at_once"
    """Ngay: without a number of hours; docflow reminds by a setting, see :class:`UrgentHours`."""
    SAME_DAY = "same_day"
    MORNING_OF_NEXT_WORKING_DAY = "morning_of_next_working_day"
    NEXT_WORKING_DAY = "next_working_day"


class Duty(StrEnum):
    """What has a deadline by law."""

    ISSUE = "issue"
    SEND = "send"
    RECEIPT = "receipt"
    REGISTER = "register"
    SUBMIT = "submit"
    TRANSFER = "transfer"
    """To whoever is to handle it, once a leader said who; of an urgent document from its submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTerm:
    """Until when a duty is done, for an ordinary and for an urgent document, and the clause that says so."""

    latest: LegalTerm
    urgent: LegalTerm
    clause: str


DUTIES: Mapping[Duty, DutyTerm] = {
    Duty.ISSUE: DutyTerm(
        latest=LegalTerm.NEXT_WORKING_DAY, urgent=LegalTerm.AT_ONCE, clause="NĐ 30/2020 Điều 18 khoản 1"
    ),
    Duty.SEND: DutyTerm(
        latest=LegalTerm.MORNING_OF_NEXT_WORKING_DAY, urgent=LegalTerm.AT_ONCE, clause="QĐ 28/2018 Điều 6 khoản 2"
    ),
    Duty.RECEIPT: DutyTerm(
        latest=LegalTerm.SAME_DAY, urgent=LegalTerm.SAME_DAY, clause="NĐ 30/2020 Điều 21 khoản 2c; TT 01/2019 Điều 5"
    ),
    Duty.REGISTER: DutyTerm(
        latest=LegalTerm.NEXT_WORKING_DAY, urgent=LegalTerm.AT_ONCE, clause="NĐ 30/2020 Điều 4 khoản 2"
    ),
    Duty.SUBMIT: DutyTerm(
        latest=LegalTerm.NEXT_WORKING_DAY, urgent=LegalTerm.AT_ONCE, clause="NĐ 30/2020 Điều 23 khoản 1"
    ),
    Duty.TRANSFER: DutyTerm(
        latest=LegalTerm.NEXT_WORKING_DAY,
        urgent=LegalTerm.AT_ONCE,
        clause="NĐ 30/2020 Điều 4 khoản 2c, Điều 23 khoản 1",
    ),
}
"""Every term that the rules themselves fix. How long *handling* takes, no rule says (NĐ 30/2020 Điều 24)."""


MAX_TERM_HOURS = MAX_WORKING_TIME // timedelta(hours=1)
"""Also the working hours that :data:`docflow.model.working_time.MAX_WORKING_TIME` allows to count."""
MAX_TERM_DAYS = MAX_WORKING_TIME // timedelta(hours=8)
MAX_TERM_MONTHS = 1200
_MILLISECOND = timedelta(milliseconds=1)


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentHours:
    """In how many hours "at once" (ngay) is called late; by the clock, for urgent work does not wait for morning.

    No rule gives a number: these are docflow's defaults, and the agency's to set.

    Raises:
        UsageError: ``BAD_ARGUMENT``; less than an hour, or longer than anything is counted.
    """

    khan: int = 8
    thuong_khan: int = 4
    hoa_toc: int = 1

    def __post_init__(self) -> None:
        for name in ("khan", "thuong_khan", "hoa_toc"):
            _check_term(f"urgent.{name}", getattr(self, name), least=1, most=MAX_TERM_HOURS)

    def of(self, urgency: Urgency) -> timedelta:
        """Return the hours of a class; an ordinary document gets those of Khẩn."""
        hours = {
            Urgency.THUONG_KHAN: self.thuong_khan,
            Urgency.HOA_TOC: self.hoa_toc,
            Urgency.HOA_TOC_HEN_GIO: self.hoa_toc,
        }
        return timedelta(hours=hours.get(urgency, self.khan))


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTerms:
    """The terms that an agency sets for itself; the defaults are docflow's unless a clause is named.

    Attributes:
        urgent: See :class:`UrgentHours`.
        handling_days: Working days to handle an ordinary incoming document; None sets no deadline by itself.
        remind_hours: How many working hours ahead a deadline is announced.
        hand_over_notice_days: Files are announced so many days before the archive takes them (NĐ 30/2020 Phụ lục VI).
        hand_over_months: Files go to the archive within so many months after the work ends (NĐ 30/2020 Điều 30).
        destruction_notice_days: Files past retention are announced so many days ahead (TT 01/2019 Điều 20 khoản 5).

    Does not check: that a term for which a clause is named is not longer or shorter than the clause wants it.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a term is negative, or longer than anything is counted.
    """

    urgent: UrgentHours = field(default_factory=UrgentHours)
    handling_days: int | None = None
    remind_hours: int = 8
    hand_over_notice_days: int = 30
    hand_over_months: int = 12
    destruction_notice_days: int = 30

    def __post_init__(self) -> None:
        if self.handling_days is not None:
            _check_term("handling_days", self.handling_days, least=1, most=MAX_TERM_DAYS)
        _check_term("remind_hours", self.remind_hours, least=0, most=MAX_TERM_HOURS)
        _check_term("hand_over_notice_days", self.hand_over_notice_days, least=0, most=MAX_TERM_DAYS)
        _check_term("hand_over_months", self.hand_over_months, least=0, most=MAX_TERM_MONTHS)
        _check_term("destruction_notice_days", self.destruction_notice_days, least=0, most=MAX_TERM_DAYS)


def check_hours_ahead(within_hours: int | None) -> None:
    """Check how many working hours ahead a caller wants to be reminded; None: as the office's terms say.

    Raises:
        UsageError: ``BAD_ARGUMENT``; negative, or longer than anything is counted.
    """
    if within_hours is not None:
        _check_term("within_hours", within_hours, least=0, most=MAX_TERM_HOURS)


def _check_term(name: str, value: int, *, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{name} is from {least} to {most}, not {value}",
            vi=f"{name} phải từ {least} đến {most}, không phải {value}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which the clock stood, and why; ``ended_at`` is None while it stands."""

    began_at: datetime
    reason: str
    ended_at: datetime | None = None


class Punctuality(StrEnum):
    """How something stands to its deadline."""

    EARLY = "early"
    """Done on a day before the last."""
    ON_TIME = "on_time"
    LATE = "late"
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    """Not done, and the deadline has passed."""
    NO_DEADLINE = "no_deadline"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _PUNCTUALITY_NAMES[self]


_PUNCTUALITY_NAMES = {
    Punctuality.EARLY: "trước hạn",
    Punctuality.ON_TIME: "đúng hạn",
    Punctuality.LATE: "quá hạn",
    Punctuality.RUNNING: "đang giải quyết, trong hạn",
    Punctuality.PAUSED: "tạm dừng",
    Punctuality.OVERDUE: "đang giải quyết, quá hạn",
    Punctuality.NO_DEADLINE: "không có thời hạn",
}


def find_due(
    duty: Duty, begins_at: datetime, *, urgency: Urgency, calendar: WorkingCalendar, terms: OfficeTerms
) -> datetime:
    """Return until when a duty is done that began at a time.

    What began beyond the calendar, by a clock that was wrong, is due when it began.

    Source: the clause that :data:`DUTIES` names; "at once" by :class:`UrgentHours`.
    """
    row = DUTIES[duty]
    term = row.latest if urgency is Urgency.THUONG else row.urgent
    day = law_date(begins_at)
    if not covers(day):
        return begins_at
    match term:
        case LegalTerm.AT_ONCE:
            return begins_at + terms.urgent.of(urgency)
        case LegalTerm.SAME_DAY:
            return end_of_day(day)
        case LegalTerm.MORNING_OF_NEXT_WORKING_DAY:
            return at_time(calendar.next_working_day(day), NOON)
        case LegalTerm.NEXT_WORKING_DAY:
            return end_of_day(calendar.next_working_day(day))


def find_handling_due(
    begins_at: datetime, *, urgency: Urgency, calendar: WorkingCalendar, terms: OfficeTerms
) -> datetime | None:
    """Return until when an incoming document is handled if its leader names no day; None if nothing says so.

    Source: Nghị định 30/2020/NĐ-CP Điều 24 (the agency's own regulation; urgent ones at once).
    """
    if urgency is not Urgency.THUONG:
        return begins_at + terms.urgent.of(urgency)
    if terms.handling_days is None:
        return None
    return end_of_day(calendar.add_working_days(law_date(begins_at), terms.handling_days))


def shift_due(
    due_at: datetime | None,
    pauses: Iterable[Pause],
    *,
    calendar: WorkingCalendar,
    at: datetime,
    is_by_clock: bool = False,
) -> datetime | None:
    """Return a deadline moved by the working time of its pauses; one that still lasts counts until ``at``.

    Args:
        is_by_clock: Moved by the hours of the clock instead, as urgent work is due: it does not wait for morning.

    A deadline that was a day ends with the hour at which the working time is used up: rounded up to the end of that
    day, each pause would give it more than it took. Only where that day has no working time left, it ends with the day.
    By the clock a day ends at midnight: five hours later it is 05:00, and a day later the end of a day again.

    A deadline that cannot be counted, because it or the pauses reach beyond the calendar or the longest working time,
    stays where it is.
    """
    if due_at is None:
        return None
    try:
        if is_by_clock:
            return _later_by(due_at, sum(((p.ended_at or at) - p.began_at for p in pauses), timedelta()))
        paused = sum((calendar.working_time_between(p.began_at, p.ended_at or at) for p in pauses), timedelta())
        moved = calendar.add_working_time(due_at, paused)
    except (UsageError, OverflowError):
        return due_at
    if not paused:
        return due_at
    is_day_over = _law_time(moved) == calendar.hours.sessions[-1].ends
    return end_of_day(law_date(moved)) if is_day_over and _law_time(due_at) == LAST_MOMENT else moved


def judge_punctuality(
    due_at: datetime | None, *, done_at: datetime | None, at: datetime, is_paused: bool = False
) -> Punctuality:
    """Return how something stands to its deadline, pauses already counted in ``due_at``.

    Args:
        done_at: When it was done; None if it is not.
        at: Now; looked at only for what is not done.
    """
    if due_at is None:
        return Punctuality.NO_DEADLINE
    if done_at is None:
        if is_paused:
            return Punctuality.PAUSED
        return Punctuality.OVERDUE if at > due_at else Punctuality.RUNNING
    if done_at > due_at:
        return Punctuality.LATE
    return Punctuality.EARLY if law_date(done_at) < law_date(due_at) else Punctuality.ON_TIME


def is_due_soon(due_at: datetime, *, at: datetime, within_hours: int, calendar: WorkingCalendar) -> bool:
    """Return whether a deadline has passed or comes within so many working hours."""
    return due_at <= at or calendar.add_working_time(at, timedelta(hours=within_hours)) >= due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTimeRate:
    """How many of each kind; ``per_mille`` is the share on time of what was done, None if nothing was."""

    early: int = 0
    on_time: int = 0
    late: int = 0
    running: int = 0
    paused: int = 0
    overdue: int = 0
    no_deadline: int = 0

    @property
    def per_mille(self) -> int | None:
        """Share of early and on time among what was done and had a deadline, in thousandths, rounded down."""
        done = self.early + self.on_time + self.late
        return (self.early + self.on_time) * 1000 // done if done else None


def count_on_time(judged: Iterable[Punctuality]) -> OnTimeRate:
    """Count how many stand how."""
    counts = dict.fromkeys(Punctuality, 0)
    for item in judged:
        counts[item] += 1
    return OnTimeRate(**{kind.value: count for kind, count in counts.items()})


def _later_by(due_at: datetime, paused: timedelta) -> datetime:
    """Move a deadline by the clock; the end of a day, named by its last millisecond, is midnight."""
    is_day = paused and _law_time(due_at) == LAST_MOMENT
    moved = due_at + paused + (_MILLISECOND if is_day else timedelta())
    return moved - _MILLISECOND if paused and _law_time(moved) == time.min else moved


def _law_time(moment: datetime) -> time:
    return moment.astimezone(LAW_TIME_ZONE).time()
