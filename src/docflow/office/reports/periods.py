"""The period of a report as it is written: a day, a month, a quarter, a year, or from a day to a day.

Source: ours; the decree asks for reports on documents and names no period (NĐ 30/2020/NĐ-CP Phụ lục VI Phần I).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from docflow.errors import ErrorCode, UsageError

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?", re.ASCII
)
_MONTHS = 12
_MONTHS_A_QUARTER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPeriod:
    """Days in Asia/Ho_Chi_Minh, both ends included; ``text`` is how it is written, ``vi`` how an official reads it."""

    text: str
    first: date
    last: date

    @property
    def vi(self) -> str:
        """What an official reads."""
        return f"Từ ngày {self.first:%d/%m/%Y} đến ngày {self.last:%d/%m/%Y}"

    def has(self, day: date) -> bool:
        """Return whether a day lies within it."""
        return self.first <= day <= self.last


def parse_report_period(text: str) -> ReportPeriod:
    """Return the period that a text means: ``2026-11-28``, ``2026-11``, ``2026-Q4``, ``2026``, ``2026-11-02..2026-12``.

    Raises:
        UsageError: ``BAD_ARGUMENT``; it is none of these, or ends before it begins.
    """
    start, dots, end = text.partition("..")
    try:
        first, last = _parse(start)
        if dots:
            last = _parse(end)[1]
    except ValueError as exc:
        raise _bad(text) from exc
    if last < first:
        raise _bad(text)
    return ReportPeriod(text=text, first=first, last=last)


def _parse(text: str) -> tuple[date, date]:
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, quarter, month, day = (int(part) if part else None for part in found.group("year", "quarter", "month", "day"))
    new_year = date(year or 0, 1, 1)
    if day is not None:
        exact = new_year.replace(month=month or 0, day=day)
        return exact, exact
    if month is not None:
        return _months(new_year.year, month, 1)
    if quarter is not None:
        return _months(new_year.year, (quarter - 1) * _MONTHS_A_QUARTER + 1, _MONTHS_A_QUARTER)
    return _months(new_year.year, 1, _MONTHS)


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    begin = date(year, first, 1)
    after = first + count - 1
    if (year, after) == (date.max.year, _MONTHS):
        return begin, date.max
    return begin, date(year + after // _MONTHS, after % _MONTHS + 1, 1) - timedelta(days=1)


def _bad(text: str) -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"no period: {text[:80]!r}",
        vi=f"Kỳ báo cáo không đúng dạng: {text[:80]!r}.",
        way_out="write 2026-11-28, 2026-11, 2026-Q4, 2026, or FROM..TO",
    )
