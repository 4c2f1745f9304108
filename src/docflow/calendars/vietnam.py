"""Holidays by the package `holidays`, exchanged days by it and by data files.

Invariants:
    - A file of the user wins over what docflow ships, and both over `holidays`.
    - A year is decreed if a file names it, or `holidays` knows an exchange of days in it.

What it does not do: it asks no network; what is decreed after this release comes in by a file.

Source: docs/adr/0058; docs/howto/working-days.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import WorkingCalendar, WorkingHours, YearDays

MAX_FILE_BYTES = 1024**2
"""Larger data files are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecreedYear:
    """What one file says of one year."""

    off: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)


def load_calendar(*, extra: Path | None = None, hours: WorkingHours | None = None) -> WorkingCalendar:
    """Return the working calendar of Vietnam; no year is looked up before it is asked for.

    Args:
        extra: A TOML file with decreed days, see docs/howto/working-days.md.
        hours: The office's hours; None for 8–12 and 13–17, Monday to Friday.

    Raises:
        UsageError: ``NOT_FOUND``; the file cannot be read.
        InputError: ``MALFORMED_INPUT``; it is no such file.
    """
    decreed = {} if extra is None else _read(extra)

    @cache
    def year_of(year: int) -> YearDays:
        return _build_year(year, decreed.get(year))

    return WorkingCalendar(year_of=year_of, hours=hours or WorkingHours())


def parse_decreed_days(text: str, *, name: str) -> dict[int, DecreedYear]:
    """Parse a data file of decreed days.

    Args:
        name: What the file is called in an error.

    Raises:
        InputError: ``MALFORMED_INPUT``; not TOML, a year or day that is none, a day both off and worked.
    """
    try:
        years = tomllib.loads(text)
        return {int(year): _parse_year(int(year), table) for year, table in years.items()}
    except (ValueError, TypeError, RecursionError) as exc:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"{name}: not a file of decreed days: {exc}",
            vi=f"{name}: tệp ngày nghỉ, ngày làm bù không đúng dạng.",
            way_out="see docs/howto/working-days.md for the form",
        ) from exc


def _parse_year(year: int, table: Any) -> DecreedYear:  # noqa: ANN401 - whatever TOML gives
    if not isinstance(table, dict) or not all(isinstance(table.get(kind, {}), dict) for kind in ("off", "worked")):
        raise TypeError(f"year {year}: not a table of days")
    surplus = set(table) - {"source", "off", "worked"}
    off, worked = (
        {date.fromisoformat(day): _reason(text) for day, text in table.get(kind, {}).items()}
        for kind in ("off", "worked")
    )
    strays = [str(day) for day in (*off, *worked) if day.year != year]
    if surplus or strays or off.keys() & worked.keys():
        raise ValueError(f"year {year}: {sorted(surplus) or strays or 'a day is off and worked'}")
    return DecreedYear(off=off, worked=worked)


def _reason(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a day needs its reason")
    return text


def _read(path: Path) -> dict[int, DecreedYear]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(ErrorCode.MALFORMED_INPUT, f"{path}: larger than 1 MB", vi=f"{path}: tệp lớn hơn 1 MB.")
        return parse_decreed_days(path.read_text(encoding="utf-8"), name=str(path))
    except OSError as exc:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"{path}: cannot be read: {exc.strerror}", vi=f"Không đọc được {path}."
        ) from exc
    except UnicodeDecodeError as exc:
        raise InputError(ErrorCode.MALFORMED_INPUT, f"{path}: not UTF-8", vi=f"{path}: không phải UTF-8.") from exc


@cache
def _shipped() -> dict[int, DecreedYear]:
    text = resources.files("docflow.calendars").joinpath("decreed.toml").read_text(encoding="utf-8")
    return parse_decreed_days(text, name="decreed.toml")


@cache
def _fixed(year: int) -> tuple[Mapping[date, str], Mapping[date, str]]:
    # A tenth of a second to import, and only an office that counts days needs it.
    from holidays.countries.vietnam import Vietnam  # noqa: PLC0415 - see above

    # A day may be worked in the year before the one for which it was exchanged.
    days = Vietnam(years=(year, year + 1), language="vi")
    off = {day: name for day, name in days.items() if day.year == year}
    worked = {day: f"Làm bù theo hoán đổi năm {year}" for day in days.weekend_workdays if day.year == year}
    return off, worked


def _build_year(year: int, extra: DecreedYear | None) -> YearDays:
    off, worked = (dict(days) for days in _fixed(year))
    is_decreed = bool(worked)
    for decreed in (_shipped().get(year), extra):
        if decreed is None:
            continue
        is_decreed = True
        # What is decreed last holds: a day worked is off no longer, a day off is worked no longer.
        off = {day: why for day, why in off.items() if day not in decreed.worked} | dict(decreed.off)
        worked = {day: why for day, why in worked.items() if day not in decreed.off} | dict(decreed.worked)
    return YearDays(year=year, off=off, worked=worked, is_decreed=is_decreed)
