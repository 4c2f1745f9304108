"""Working time in Vietnam: which days and hours an office works, and how time is counted in them.

Invariants:
    - Every moment is aware; days and hours are those of Asia/Ho_Chi_Minh, which has no summer time.
    - Which days are off is data handed in (:data:`YearSource`); nothing here knows a holiday.
    - A year whose swapped days are not decreed yet is counted by the rule, and :meth:`WorkingCalendar.is_decreed`
      says so: its deadlines may move.

What it does not do: it reads no clock and no file; docflow.calendars has the days of Vietnam.

Source: Nghị định 30/2020/NĐ-CP Điều 4, 18, 23 count in working days; docs/adr/0058.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.numbers import LAW_TIME_ZONE, law_date

LAST_MOMENT = time(23, 59, 59, 999_000)
"""A deadline that is a day ends with the day; times are kept in milliseconds."""

NOON = time(12)
"""Where the morning ends ("buổi sáng")."""

MAX_WORKING_TIME = timedelta(hours=20_000)
"""About ten years of work; more is refused, so that counting always ends."""

_ONE_DAY = timedelta(days=1)
_MAX_DAYS_OFF = 60
_FIRST_YEAR, _LAST_YEAR = 1995, 2098


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A part of the day in which an office works."""

    begins: time
    ends: time


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When an office works; no law that docflow enforces fixes the hours, so they are a setting.

    Attributes:
        sessions: In order, without overlap.
        weekdays: 0 is Monday.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no session, a session that ends before it begins, no weekday.
    """

    sessions: tuple[Session, ...] = (
        Session(begins=time(8), ends=time(12)),
        Session(begins=time(13), ends=time(17)),
    )
    weekdays: frozenset[int] = frozenset(range(5))

    def __post_init__(self) -> None:
        edges = [edge for session in self.sessions for edge in (session.begins, session.ends)]
        is_rising = all(early < late for early, late in pairwise(edges))
        if not edges or not is_rising or not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "working hours are sessions in order, each ending after it begins, on some weekdays (0 is Monday)",
                vi="Giờ làm việc không hợp lệ.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearDays:
    """The days of one year that differ from the week, each with its reason.

    Attributes:
        off: Days off: holidays and days given in exchange.
        worked: Days of the weekend that are worked in exchange.
        is_decreed: Whether the year's exchange of days is known; if not, ``off`` holds what the law fixes.
    """

    year: int
    off: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)
    is_decreed: bool = False


YearSource = Callable[[int], YearDays]
"""Gives the days of a year; the same year always gives the same days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Days and hours in which an office works."""

    year_of: YearSource
    hours: WorkingHours = field(default_factory=WorkingHours)

    def is_working_day(self, day: date) -> bool:
        """Return whether a day is worked: a weekday that is not off, or a day of the weekend worked by decree.

        Raises:
            UsageError: ``BAD_ARGUMENT``; the year is outside 1995–2098.
        """
        days = self._days(day.year)
        if day in days.worked:
            return True
        return day.weekday() in self.hours.weekdays and day not in days.off

    def is_decreed(self, day: date) -> bool:
        """Return whether the exchanged days of a day's year are known; of no year outside 1995–2098 they are."""
        return covers(day) and self._days(day.year).is_decreed

    def why_off(self, day: date) -> str:
        """Return the name of a day off, or an empty text for a working day and an ordinary weekend."""
        return self._days(day.year).off.get(day, "")

    def next_working_day(self, day: date) -> date:
        """Return the first working day after a day.

        Raises:
            UsageError: ``BAD_ARGUMENT``; there is none within 60 days.
        """
        for _ in range(_MAX_DAYS_OFF):
            day += _ONE_DAY
            if self.is_working_day(day):
                return day
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"no working day before {day}", vi=f"Không có ngày làm việc nào trước {day}."
        )

    def add_working_days(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after a day; the day itself does not count.

        Raises:
            UsageError: ``BAD_ARGUMENT``; ``count`` is negative or longer than :data:`MAX_WORKING_TIME`.
        """
        if not 0 <= count <= MAX_WORKING_TIME // timedelta(hours=8):
            raise _too_long()
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Return when so much working time has passed; an amount of 0 gives the start itself.

        Raises:
            UsageError: ``BAD_ARGUMENT``; the amount is negative or more than :data:`MAX_WORKING_TIME`.
        """
        if not timedelta() <= amount <= MAX_WORKING_TIME:
            raise _too_long()
        if not amount:
            return start
        for begins, ends in self._sessions_from(start):
            if amount <= ends - begins:
                return begins + amount
            amount -= ends - begins
        raise _too_long()

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from one moment to another; nothing if the second is not after the first.

        Raises:
            UsageError: ``BAD_ARGUMENT``; more than :data:`MAX_WORKING_TIME` lies between.
        """
        total = timedelta()
        if end <= start:
            return total
        for begins, ends in self._sessions_from(start):
            if begins >= end:
                return total
            total += min(ends, end) - begins
            if total > MAX_WORKING_TIME:
                break
        raise _too_long()

    def _sessions_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the sessions that end after a moment, the first one cut to begin there."""
        day = law_date(start)
        while True:
            if self.is_working_day(day):
                for session in self.hours.sessions:
                    begins, ends = at_time(day, session.begins), at_time(day, session.ends)
                    if ends > start:
                        yield max(begins, start), ends
            day += _ONE_DAY

    def _days(self, year: int) -> YearDays:
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise _not_covered(year)
        return self.year_of(year)


def covers(day: date) -> bool:
    """Return whether the working calendar counts in the year of a day."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def check_deadline(day: date) -> None:
    """Check a day that somebody names as a deadline: beyond the calendar it is a slip of the pen, and not counted.

    Does not check: that it is not past.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the year is outside 1995–2098.
    """
    if not covers(day):
        raise _not_covered(day.year)


def at_time(day: date, hour: time) -> datetime:
    """Return a moment of a day in Asia/Ho_Chi_Minh, as aware UTC."""
    return datetime.combine(day, hour, tzinfo=LAW_TIME_ZONE).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day in Asia/Ho_Chi_Minh, as aware UTC."""
    return at_time(day, LAST_MOMENT)


def _not_covered(year: int) -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"the working calendar covers {_FIRST_YEAR} to {_LAST_YEAR}, not {year}",
        vi=f"Lịch làm việc chỉ có từ năm {_FIRST_YEAR} đến năm {_LAST_YEAR}, không có năm {year}.",
    )


def _too_long() -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        "working time is counted from 0 to 20,000 hours",
        vi="Thời gian làm việc phải từ 0 đến 20.000 giờ.",
    )
