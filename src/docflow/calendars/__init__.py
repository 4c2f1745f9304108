"""The working days of Vietnam: what the law fixes for all years, and what is decreed for one.

This room does not: count time (docflow.model.working_time does), or know the hours of an office.

Example::

    calendar = load_calendar(extra=Path("ngay-nghi.toml"))
    calendar.is_working_day(date(2026, 1, 10))  # a Saturday worked in exchange for 2 January
"""

from __future__ import annotations

from docflow.calendars.vietnam import load_calendar, parse_decreed_days

__all__ = ["load_calendar", "parse_decreed_days"]
