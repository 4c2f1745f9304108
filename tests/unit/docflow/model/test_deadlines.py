"""Deadlines over Tết, year ends, exchanged days, pauses; each term of the rules with its clause."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.calendars import load_calendar
from docflow.errors import DocflowError
from docflow.model import (
    LAW_TIME_ZONE,
    Duty,
    OfficeTerms,
    OnTimeRate,
    Pause,
    Punctuality,
    Session,
    Urgency,
    UrgentHours,
    WorkingHours,
    count_on_time,
    end_of_day,
    find_due,
    find_handling_due,
    is_due_soon,
    judge_punctuality,
    law_date,
    shift_due,
)

CALENDAR = load_calendar()
TERMS = OfficeTerms()
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


def at(text: str) -> datetime:
    """Return a moment in Hà Nội."""
    return datetime.fromisoformat(text).replace(tzinfo=LAW_TIME_ZONE)


def due(duty: Duty, text: str, urgency: Urgency = Urgency.THUONG) -> datetime:
    """Return when a duty that began at a moment is due, in Hà Nội."""
    return find_due(duty, at(text), urgency=urgency, calendar=CALENDAR, terms=TERMS).astimezone(LAW_TIME_ZONE)


@pytest.mark.parametrize(
    "given",
    [
        {"handling_days": 0},
        {"handling_days": 2501},
        {"remind_hours": -1},
        {"remind_hours": 20_001},
        {"hand_over_notice_days": -30},
        {"hand_over_months": -1},
        {"destruction_notice_days": -1},
        {"destruction_notice_days": 10**12},
        {"handling_days": "10"},
    ],
    ids=str,
)
def test_a_term_is_a_number_that_can_be_counted(given: dict[str, int]) -> None:
    """A slip of the pen must not set a deadline before the work begins, nor end in an error of Python."""
    with pytest.raises(DocflowError) as caught:
        OfficeTerms(**given)  # type: ignore[arg-type]
    assert next(iter(given)) in caught.value.message


@pytest.mark.parametrize("name", ["khan", "thuong_khan", "hoa_toc"])
def test_urgent_work_takes_an_hour_at_the_least(name: str) -> None:
    """None would be late when it begins."""
    with pytest.raises(DocflowError, match=name):
        UrgentHours(**{name: 0})


def test_a_document_is_issued_by_the_end_of_the_next_working_day() -> None:
    """NĐ 30/2020 Điều 18.1: issued on the day it is signed, at the latest on the next working day.

    NĐ 30/2020 Điều 18.1: "Văn bản đi phải hoàn thành thủ tục tại Văn thư cơ quan và phát hành trong ngày văn bản đó
        được ký, chậm nhất là trong ngày làm việc tiếp theo."
    """
    assert due(Duty.ISSUE, "2026-01-05T10:00") == end_of_day(date(2026, 1, 6))
    assert due(Duty.ISSUE, "2026-01-09T23:59") == end_of_day(date(2026, 1, 10))  # a Saturday worked by decree
    assert due(Duty.ISSUE, "2026-02-13T09:00") == end_of_day(date(2026, 2, 23))  # over Tết
    assert due(Duty.ISSUE, "2025-12-31T16:00") == end_of_day(date(2026, 1, 5))  # year end; 2 January is exchanged
    assert due(Duty.ISSUE, "2026-04-29T16:00") == end_of_day(date(2026, 5, 4))  # 30/4–1/5 and a weekend
    assert due(Duty.ISSUE, "2028-02-28T16:00") == end_of_day(date(2028, 2, 29))


def test_an_electronic_document_is_sent_by_the_morning_of_the_next_working_day() -> None:
    """QĐ 28/2018 Điều 6.2: on the day of signing, at the latest in the morning of the next working day.

    QĐ 28/2018 Điều 6.2: "Văn bản điện tử phải được gửi ngay trong ngày văn bản đó ký ban hành, chậm nhất là trong
        buổi sáng của ngày làm việc tiếp theo."
    """
    assert due(Duty.SEND, "2026-01-05T10:00") == at("2026-01-06T12:00")
    assert due(Duty.SEND, "2026-02-13T16:59") == at("2026-02-23T12:00")


def test_the_receipt_goes_out_on_the_same_day() -> None:
    """NĐ 30/2020 Điều 21.2c, TT 01/2019 Điều 5: the sender is told the same day, a holiday or not.

    NĐ 30/2020 Điều 21.2c: "Cơ quan, tổ chức nhận văn bản có trách nhiệm thông báo ngay trong ngày cho cơ quan, tổ
        chức gửi về việc đã nhận văn bản bằng chức năng của Hệ thống."
    """
    assert due(Duty.RECEIPT, "2026-02-17T10:00") == end_of_day(date(2026, 2, 17))
    assert due(Duty.RECEIPT, "2026-02-17T10:00", Urgency.HOA_TOC) == end_of_day(date(2026, 2, 17))


def test_a_document_is_registered_by_the_next_working_day() -> None:
    """NĐ 30/2020 Điều 4.2: registered and passed on within the day, at the latest on the next working day."""
    assert due(Duty.REGISTER, "2026-01-05T10:00") == end_of_day(date(2026, 1, 6))


def test_a_document_is_submitted_by_the_next_working_day() -> None:
    """NĐ 30/2020 Điều 23: submitted the same day, at the latest on the next working day.

    NĐ 30/2020 Điều 23.1: "Văn bản phải được Văn thư cơ quan trình trong ngày, chậm nhất là trong ngày làm việc tiếp
        theo đến người có thẩm quyền chỉ đạo giải quyết"
    """
    assert due(Duty.SUBMIT, "2026-01-05T10:00") == end_of_day(date(2026, 1, 6))


@pytest.mark.parametrize("duty", [Duty.ISSUE, Duty.SEND, Duty.REGISTER, Duty.SUBMIT, Duty.TRANSFER])
def test_urgent_documents_are_dealt_with_at_once(duty: Duty) -> None:
    """NĐ 30/2020 Điều 4.2c, 18.1, 23; QĐ 28/2018 Điều 6.2: at once, also at night; hours are the agency's setting."""
    assert due(duty, "2026-02-17T22:00", Urgency.HOA_TOC) == at("2026-02-17T23:00")
    assert due(duty, "2026-02-17T22:00", Urgency.THUONG_KHAN) == at("2026-02-18T02:00")
    strict = OfficeTerms(urgent=UrgentHours(khan=2))
    begins = at("2026-01-05T10:00")
    found = find_due(duty, begins, urgency=Urgency.KHAN, calendar=CALENDAR, terms=strict)
    assert found == begins + timedelta(hours=2)


def test_handling_has_the_deadline_that_the_agency_sets_and_no_other() -> None:
    """NĐ 30/2020 Điều 24: no number of days is fixed by the decree; urgent ones at once."""
    begins = at("2026-02-12T10:00")
    assert find_handling_due(begins, urgency=Urgency.THUONG, calendar=CALENDAR, terms=TERMS) is None
    ten = OfficeTerms(handling_days=10)
    assert find_handling_due(begins, urgency=Urgency.THUONG, calendar=CALENDAR, terms=ten) == end_of_day(
        date(2026, 3, 5)
    )
    assert find_handling_due(begins, urgency=Urgency.KHAN, calendar=CALENDAR, terms=ten) == at("2026-02-12T18:00")


def test_working_hours_skip_lunch_nights_and_holidays() -> None:
    """Eight hours from Thursday 15:00 before Giỗ Tổ and the weekend end on the Tuesday after."""
    assert CALENDAR.add_working_time(at("2026-04-24T15:00"), timedelta(hours=8)) == at("2026-04-28T15:00")
    assert CALENDAR.add_working_time(at("2026-01-05T11:30"), timedelta(hours=1)) == at("2026-01-05T13:30")
    assert CALENDAR.add_working_time(at("2026-01-05T08:00"), timedelta(hours=4)) == at("2026-01-05T12:00")
    assert CALENDAR.add_working_time(at("2026-01-10T20:00"), timedelta(hours=1)) == at("2026-01-12T09:00")
    assert CALENDAR.working_time_between(at("2026-02-13T16:00"), at("2026-02-23T09:00")) == timedelta(hours=2)
    assert CALENDAR.working_time_between(at("2026-02-23T09:00"), at("2026-02-13T16:00")) == timedelta()


def test_an_office_sets_its_hours() -> None:
    """Hours and weekdays are a setting."""
    early = load_calendar(
        hours=WorkingHours(sessions=(Session(begins=time(7), ends=time(11)),), weekdays=frozenset({5}))
    )
    assert early.add_working_time(at("2026-01-05T09:00"), timedelta(hours=5)) == at("2026-01-17T08:00")


@pytest.mark.parametrize(
    "change",
    [
        {"sessions": ()},
        {"sessions": (Session(begins=time(12), ends=time(8)),)},
        {"sessions": (Session(begins=time(8), ends=time(12)), Session(begins=time(11), ends=time(13)))},
        {"weekdays": frozenset()},
        {"weekdays": frozenset({7})},
    ],
)
def test_hours_in_which_nobody_works_are_refused(change: dict[str, object]) -> None:
    """Counting time in them would never end."""
    with pytest.raises(DocflowError):
        WorkingHours(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [-1, 20_001, 10**9])
def test_more_time_than_anybody_works_is_refused(hours: int) -> None:
    """Counting always ends."""
    with pytest.raises(DocflowError):
        CALENDAR.add_working_time(at("2026-01-05T08:00"), timedelta(hours=hours))
    with pytest.raises(DocflowError):
        CALENDAR.add_working_days(date(2026, 1, 5), hours)
    with pytest.raises(DocflowError):
        CALENDAR.working_time_between(at("2000-01-05T08:00"), at("2090-01-05T08:00"))


@given(MOMENTS, st.integers(min_value=1, max_value=100))
def test_time_added_is_the_time_between(start: datetime, hours: int) -> None:
    """Adding working time and measuring it are each other's inverse."""
    amount = timedelta(hours=hours)
    end = CALENDAR.add_working_time(start, amount)
    assert CALENDAR.working_time_between(start, end) == amount
    assert CALENDAR.is_working_day(law_date(end))


@given(MOMENTS)
def test_the_next_working_day_is_the_first_one(moment: datetime) -> None:
    """No working day lies between."""
    day = law_date(moment)
    following = CALENDAR.next_working_day(day)
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert CALENDAR.is_working_day(following)
    assert not any(CALENDAR.is_working_day(one) for one in between)


def test_a_pause_moves_the_deadline_by_the_working_time_it_lasted() -> None:
    """A pause over Tết costs the hours of the working days in it only, of a deadline that is a day too."""
    pause = Pause(began_at=at("2026-02-13T16:00"), ended_at=at("2026-02-23T09:00"), reason="chờ bổ sung")
    now = at("2026-03-01T00:00")
    assert shift_due(at("2026-02-25T10:00"), [pause], calendar=CALENDAR, at=now) == at("2026-02-25T12:00")
    assert shift_due(end_of_day(date(2026, 2, 25)), [pause], calendar=CALENDAR, at=now) == at("2026-02-26T10:00")
    assert shift_due(at("2026-02-25T10:00"), [], calendar=CALENDAR, at=now) == at("2026-02-25T10:00")
    assert shift_due(None, [pause], calendar=CALENDAR, at=now) is None
    by_clock = shift_due(at("2026-02-25T10:00"), [pause], calendar=CALENDAR, at=now, is_by_clock=True)
    assert by_clock == at("2026-03-07T03:00")
    end = at("9999-12-31T10:00")
    assert shift_due(end, [pause], calendar=CALENDAR, at=now, is_by_clock=True) == end


def test_a_day_is_moved_by_the_clock_to_a_full_hour() -> None:
    """What is read in the book is an hour that somebody can mean: no minute before it, and a day as a day."""

    def moved(due_at: datetime, *hours: int) -> datetime | None:
        for each in hours:
            pause = Pause(began_at=at("2026-03-02T10:00"), ended_at=at(f"2026-03-02T{10 + each}:00"), reason="chờ")
            due_at = shift_due(due_at, [pause], calendar=CALENDAR, at=due_at, is_by_clock=True) or due_at
        return due_at

    friday = end_of_day(date(2026, 3, 6))
    assert moved(friday, 5) == at("2026-03-07T05:00")
    assert moved(friday, 5, 0, 7) == at("2026-03-07T12:00")
    assert moved(friday, 12, 12) == moved(friday, 0, 5, 7, 12) == end_of_day(date(2026, 3, 7))
    assert moved(friday, 0) == friday
    assert moved(at("2026-03-06T23:59"), 1) == at("2026-03-07T00:59")


def test_an_hour_moved_to_the_end_of_work_stays_an_hour() -> None:
    """Only what was a day ends with a day: an hour would get the evening for nothing."""
    pause = Pause(began_at=at("2026-03-02T09:00"), ended_at=at("2026-03-02T10:00"), reason="chờ bổ sung")
    now = at("2026-03-02T10:00")
    assert shift_due(at("2026-03-05T16:00"), [pause], calendar=CALENDAR, at=now) == at("2026-03-05T17:00")


@pytest.mark.parametrize("duty", Duty)
@pytest.mark.parametrize("text", ["2126-03-02T09:00", "1970-01-01T09:00"])
def test_what_a_wrong_clock_began_is_due_when_it_began(duty: Duty, text: str) -> None:
    """The clock was corrected since; the row stays, and keeps nobody else from being reminded."""
    assert due(duty, text) == at(text)


def test_a_pause_of_whole_days_moves_a_day_to_a_day() -> None:
    """Where the working day is over, nothing is given by letting the deadline end with the day."""
    pause = Pause(began_at=at("2026-03-02T10:00"), ended_at=at("2026-03-04T10:00"), reason="chờ bổ sung")
    moved = shift_due(end_of_day(date(2026, 3, 19)), [pause], calendar=CALENDAR, at=at("2026-03-04T10:00"))
    assert moved == end_of_day(date(2026, 3, 23))


@given(
    begins=MOMENTS,
    days=st.integers(1, 30),
    is_day=st.booleans(),
    spans=st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 3000)), max_size=6),
)
def test_any_pauses_move_a_deadline_by_their_working_time_once(
    begins: datetime, days: int, *, is_day: bool, spans: list[tuple[int, int]]
) -> None:
    """The simple model: minutes of the working day, counted one by one, are as many as all pauses took together."""
    moment = begins.replace(second=0, microsecond=0)
    due_at = end_of_day(law_date(moment) + timedelta(days=days)) if is_day else moment + timedelta(days=days)
    first, paused = due_at, 0
    for waited, stood in spans:
        began = moment + timedelta(minutes=waited)
        moment = began + timedelta(minutes=stood)
        paused += working_minutes(began, moment)
        pause = Pause(began_at=began, ended_at=moment, reason="chờ")
        due_at = shift_due(due_at, [pause], calendar=CALENDAR, at=moment) or due_at
    assert working_minutes(first, due_at) == paused


def working_minutes(since: datetime, until: datetime) -> int:
    """Count the minutes of the office's hours between two moments, knowing only which days are worked."""
    total = 0
    for day in (law_date(since) + timedelta(days=n) for n in range((law_date(until) - law_date(since)).days + 1)):
        if not CALENDAR.is_working_day(day):
            continue
        for begins, ends in ((8, 12), (13, 17)):
            session = [datetime(day.year, day.month, day.day, hour, tzinfo=LAW_TIME_ZONE) for hour in (begins, ends)]
            seconds = (min(session[1], until) - max(session[0], since)).total_seconds()
            total += max(0, int(seconds // 60))
    return total


def test_a_pause_that_lasts_counts_until_now() -> None:
    """While the clock stands, the deadline moves with the time."""
    pause = Pause(began_at=at("2026-01-05T08:00"), reason="chờ ý kiến")
    due_at = at("2026-01-07T10:00")
    assert shift_due(due_at, [pause], calendar=CALENDAR, at=at("2026-01-05T10:00")) == at("2026-01-07T12:00")
    assert shift_due(due_at, [pause], calendar=CALENDAR, at=at("2026-01-06T08:00")) == at("2026-01-08T10:00")


@pytest.mark.parametrize(
    ("done", "now", "expected"),
    [
        ("2026-01-06T23:59", "2026-02-01T00:00", Punctuality.EARLY),
        ("2026-01-07T00:00", "2026-02-01T00:00", Punctuality.ON_TIME),
        ("2026-01-07T23:59:59.999", "2026-02-01T00:00", Punctuality.ON_TIME),
        ("2026-01-08T00:00", "2026-02-01T00:00", Punctuality.LATE),
        (None, "2026-01-07T23:59:59.999", Punctuality.RUNNING),
        (None, "2026-01-08T00:00", Punctuality.OVERDUE),
    ],
)
def test_early_on_time_late(done: str | None, now: str, expected: Punctuality) -> None:
    """Early is a day before the last; on time is the last day to its end."""
    due_at = end_of_day(date(2026, 1, 7))
    assert judge_punctuality(due_at, done_at=at(done) if done else None, at=at(now)) is expected
    assert judge_punctuality(None, done_at=None, at=at(now)) is Punctuality.NO_DEADLINE
    assert judge_punctuality(due_at, done_at=None, at=at(now), is_paused=True) is Punctuality.PAUSED


def test_reminders_count_working_hours() -> None:
    """What is due on Monday morning is announced on Friday afternoon, not on Sunday night."""
    due_at = at("2026-01-12T10:00")  # a Monday after a Saturday worked by decree
    assert is_due_soon(due_at, at=at("2026-01-10T10:00"), within_hours=8, calendar=CALENDAR)
    assert not is_due_soon(due_at, at=at("2026-01-10T08:59"), within_hours=8, calendar=CALENDAR)
    assert is_due_soon(due_at, at=at("2026-01-20T08:00"), within_hours=1, calendar=CALENDAR)


def test_the_rate_counts_what_was_done() -> None:
    """What still runs spoils no rate; without anything done there is none."""
    judged = [Punctuality.EARLY, Punctuality.ON_TIME, Punctuality.LATE, Punctuality.OVERDUE, Punctuality.RUNNING]
    assert count_on_time(judged) == OnTimeRate(early=1, on_time=1, late=1, overdue=1, running=1)
    assert count_on_time(judged).per_mille == 666
    assert count_on_time([Punctuality.RUNNING]).per_mille is None
    assert Punctuality.LATE.vi == "quá hạn"
