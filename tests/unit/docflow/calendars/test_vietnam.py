"""The working days of Vietnam, from the package and from files."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.calendars import load_calendar, parse_decreed_days
from docflow.errors import DocflowError, ErrorCode

CALENDAR = load_calendar()


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 1, 1), False),  # Tết Dương lịch
        (date(2026, 1, 2), False),  # exchanged for 10 January
        (date(2026, 1, 10), True),  # a Saturday worked by decree
        (date(2026, 2, 14), False),
        (date(2026, 2, 16), False),  # Giao thừa
        (date(2026, 2, 20), False),  # mùng bốn
        (date(2026, 2, 23), True),
        (date(2026, 4, 27), False),  # Giỗ Tổ on a Sunday: the Monday is off
        (date(2026, 4, 30), False),
        (date(2026, 5, 1), False),
        (date(2026, 5, 4), True),
        (date(2026, 8, 22), True),  # a Saturday worked for 31 August
        (date(2026, 8, 31), False),
        (date(2025, 4, 26), True),
        (date(2025, 5, 2), False),
        (date(2019, 1, 5), True),  # worked in January for a day off in the December before
        (date(2018, 12, 31), False),
        (date(2028, 2, 29), True),  # an ordinary Tuesday
        (date(2024, 2, 29), True),
    ],
)
def test_holidays_weekends_and_exchanged_days(day: date, is_worked: bool) -> None:  # noqa: FBT001 - a table
    """Days off and days worked are those that were decreed."""
    assert CALENDAR.is_working_day(day) is is_worked


def test_a_year_without_a_known_decree_says_so() -> None:
    """Deadlines of a year whose exchange of days is not known yet may move, and the calendar says it."""
    assert CALENDAR.is_decreed(date(2026, 6, 1))
    assert not CALENDAR.is_decreed(date(2031, 6, 1))
    assert CALENDAR.why_off(date(2031, 1, 1)) == "Tết Dương lịch"
    assert CALENDAR.why_off(date(2031, 1, 3)) == ""


def test_a_file_of_the_user_wins(tmp_path: Path) -> None:
    """What is decreed after a release comes in by a file, and may take back what was decreed before."""
    path = tmp_path / "days.toml"
    path.write_text(
        '[2027]\nsource = "Thông báo"\noff.2027-05-04 = "bão"\nworked.2027-05-08 = "làm bù"\n'
        '[2026]\noff.2026-01-10 = "hoãn"\nworked.2026-01-02 = "không hoán đổi nữa"\n',
        encoding="utf-8",
    )
    calendar = load_calendar(extra=path)
    assert not calendar.is_working_day(date(2027, 5, 4))
    assert calendar.is_working_day(date(2027, 5, 8))
    assert calendar.is_decreed(date(2027, 5, 8))
    assert calendar.is_working_day(date(2026, 1, 2))
    assert not calendar.is_working_day(date(2026, 1, 10))


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[year]",
        "[2027]\noff.2026-01-01 = 'x'",
        "[2027]\noff.2027-02-30 = 'x'",
        "[2027]\noff.2027-02-01 = ''",
        "[2027]\noff.2027-02-01 = 1",
        "[2027]\nof.2027-02-01 = 'x'",
        "[2027]\noff.2027-02-01 = 'x'\nworked.2027-02-01 = 'y'",
        "2027 = 1",
        "[2027]\noff = 1",
    ],
)
def test_a_file_of_another_form_is_refused(text: str) -> None:
    """A misspelt day must not silently stay a working day."""
    with pytest.raises(DocflowError) as caught:
        parse_decreed_days(text, name="days.toml")
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


@given(st.text(max_size=60))
def test_any_text_gives_days_or_our_error(text: str) -> None:
    """Whatever the file holds."""
    with suppress(DocflowError):
        parse_decreed_days(text, name="x")


def test_a_file_that_is_not_there_or_no_text_is_our_error(tmp_path: Path) -> None:
    """The path is named in the error."""
    with pytest.raises(DocflowError, match=r"nowhere\.toml") as caught:
        load_calendar(extra=tmp_path / "nowhere.toml")
    assert caught.value.code is ErrorCode.NOT_FOUND
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DocflowError) as caught:
        load_calendar(extra=tmp_path / "bytes.toml")
    assert caught.value.code is ErrorCode.MALFORMED_INPUT
    (tmp_path / "large.toml").write_bytes(b"#" * (1024**2 + 1))
    with pytest.raises(DocflowError):
        load_calendar(extra=tmp_path / "large.toml")


@pytest.mark.parametrize("year", [1994, 2099, 1, 9999])
def test_a_year_outside_the_calendar_is_our_error(year: int) -> None:
    """The lunar calendar of the package ends; nothing is guessed beyond."""
    with pytest.raises(DocflowError) as caught:
        CALENDAR.is_working_day(date(year, 6, 1))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert not CALENDAR.is_decreed(date(year, 6, 1))
