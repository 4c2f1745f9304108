"""A clock that jumps: nothing is dated before what was recorded; one that ran ahead is corrected by a logged act."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from docflow import DocflowError, ErrorCode, NumberWish, Office, OfficeRole, Permission, RegisterKind
from tests.contract.offices import Place
from tests.office_kit import SetClock, leader_pdf, make_copy_request, seal_off, sign_off, sign_statement
from tests.work_kit import MONDAY, make_entry, make_plan, register

NEW_YEAR = datetime(2026, 12, 31, 17, tzinfo=UTC)
"""1 January 2027, 00:00 in Hà Nội."""
AFTER_MIDNIGHT = datetime(2026, 3, 20, 17, 3, tzinfo=UTC)
"""21 March 2026, 00:03 in Hà Nội."""


def refused(office: Office, verb: str, *arguments: object, **named: object) -> DocflowError:
    """Return the error of a verb that writes nothing."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        getattr(office, verb)(*arguments, **named)
    assert office.checkpoint() == before
    return caught.value


def test_a_clock_that_jumped_back_records_nothing_of_anything(place: Place) -> None:
    """Also what was never touched before: a new draft, a new letter, a new dossier, a role, a reserved number."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        seal_off(office, "d1")
        clock.advance(days=-400)
        for verb, arguments, named in (
            ("draft", (office.document("d1").draft,), {"document_id": "new"}),
            ("open_dossier", (make_plan(),), {"dossier_id": "hs"}),
            ("grant", ("A", OfficeRole.QUAN_TRI), {}),
            ("reserve_numbers", ("van_ban_di",), {"reason": "họp"}),
            ("recall", ("d1",), {"reason": "sai"}),
            ("vouch", (sign_statement(office.log_statement()),), {}),
        ):
            error = refused(office, verb, *arguments, actor="V", **named)
            assert error.code is ErrorCode.CLOCK_TURNED_BACK, verb
            assert "Đồng hồ máy chạy lùi" in error.vi
        # What was asked before is answered as before: nothing is recorded for it.
        office.sealed("d1", leader_pdf("d1") + b" number seal", actor="Văn thư")
        clock.advance(days=400)
        office.recall("d1", actor="V", reason="sai")
        # Another machine's clock, or a verb that waited for its turn.
        clock.advance(minutes=-5)
        office.reserve_numbers("van_ban_di", actor="V", reason="họp")
    assert place.verify().is_intact


def test_a_clock_that_ran_ahead_is_corrected_once_with_a_reason(place: Place) -> None:
    """Then everything goes on at once, also what was dated ahead and the registers of that year; dates stay."""
    clock = SetClock(MONDAY + timedelta(days=30))
    with place.open(clock=clock) as office:
        seal_off(office, "ahead")
        for name in ("signed", "signed-2"):
            sign_off(office, name)
        for name in ("den-1", "den-2", "den-3"):
            register(office, name, symbol=f"{name}/STC")
        office.receive_by_hand(make_entry("4/STC"), actor="V", incoming_id="den-4")
        office.check("den-4", actor="V")
        office.assign("den-1", actor="L", to="Phòng A")
        office.pause("den-1", actor="A", reason="chờ")
        office.make_copy(make_copy_request(source="ahead"), actor="V", copy_id="c1")
        clock.time = MONDAY
        assert refused(office, "issue", "signed", actor="V").code is ErrorCode.CLOCK_TURNED_BACK
        for reason in ("", "x" * 501):
            assert refused(office, "correct_clock", actor="Q", reason=reason).code is ErrorCode.BAD_ARGUMENT
        until = office.correct_clock(actor="Q", reason="máy chủ chạy nhanh 30 ngày")
        assert until == MONDAY + timedelta(days=30)
        size = office.verify_log().size
        assert office.correct_clock(actor="Q", reason="máy chủ chạy nhanh 30 ngày") == until
        assert office.verify_log().size == size
        assert refused(office, "correct_clock", actor="Q", reason="khác").code is ErrorCode.WRONG_STATE
        # Signed while it ran ahead is signed on the day of the correction: nothing is dated before that.
        permitted = NumberWish(permission=Permission(granted_by="Chủ tịch", reason="đồng hồ"))
        for day in (date(2026, 3, 1), date(1, 1, 1)):
            error = refused(office, "issue", "signed", actor="V", on=day, wish=permitted)
            assert error.code is ErrorCode.DATE_NOT_ALLOWED
        assert office.issue("signed", actor="V").issued_on == date(2026, 3, 2)
        office.resume("den-1", actor="A")
        assert office.accept("den-4", actor="V").number == 4
        assert office.make_copy(make_copy_request(source="ahead"), actor="V", copy_id="c2").number == 2
        office.reserve_numbers("van_ban_di", actor="V", reason="họp")
        # The correction excuses what was dated ahead before it, and no second jump.
        clock.advance(hours=-1)
        assert refused(office, "issue", "signed-2", actor="V").code is ErrorCode.CLOCK_TURNED_BACK
        clock.advance(days=2)
        assert office.issue("signed-2", actor="V").issued_on == date(2026, 3, 4)
        assert [entry.number for entry in office.entries(2026)] == [1, 2, 3, 4]
        office.register(RegisterKind.INCOMING, 2026)
    assert place.verify().is_intact


def test_a_correction_excuses_no_date_that_was_given_after_it(place: Place) -> None:
    """The wrong clock said 2036: ten years long numbers would have been dated out of order, as if never anything."""
    clock = SetClock(MONDAY + timedelta(days=3653))
    with place.open(clock=clock) as office:
        register(office, "den-ahead", symbol="0/STC")
        clock.time = MONDAY
        office.correct_clock(actor="Q", reason="đồng hồ nhanh mười năm")
        sign_off(office, "d1")
        sign_off(office, "d2")
        clock.advance(days=1)
        assert office.issue("d1", actor="V").issued_on == date(2026, 3, 3)
        assert refused(office, "issue", "d2", actor="V", on=date(2026, 3, 2)).code is ErrorCode.DATE_NOT_ALLOWED
        assert office.issue("d2", actor="V").issued_on == date(2026, 3, 3)
        # What one thing's own history says is held against the clock too.
        register(office, "den-1", symbol="1/STC")
        clock.advance(minutes=-9)
        assert refused(office, "submit", "den-1", actor="V", to="Chủ tịch").code is ErrorCode.CLOCK_TURNED_BACK
    assert place.verify().is_intact


def test_dates_of_a_wrong_clock_hold_nobody_up_and_those_beside_them_keep_their_order(place: Place) -> None:
    """A document dated ahead stands in the register; what is numbered after the correction is in order of time."""
    clock = SetClock(MONDAY + timedelta(days=30))
    with place.open(clock=clock) as office:
        for name in ("ahead", "d2", "d3"):
            sign_off(office, name)
        office.issue("ahead", actor="V")
        clock.time = MONDAY
        office.correct_clock(actor="Q", reason="đồng hồ nhanh")
        clock.advance(days=1)
        office.reserve_numbers("van_ban_di", actor="V", reason="họp")
        sign_off(office, "d4")
        assert office.issue("d2", actor="V").issued_on == date(2026, 3, 3)
        for wish in (NumberWish(), NumberWish(number=2)):
            error = refused(office, "issue", "d3", actor="V", on=date(2026, 3, 2), wish=wish)
            assert error.code is ErrorCode.DATE_NOT_ALLOWED
        clock.advance(days=1)
        reserved = NumberWish(number=2)
        assert refused(office, "issue", "d3", actor="V", wish=reserved).code is ErrorCode.DATE_NOT_ALLOWED
        assert office.issue("d3", actor="V").issued_on == date(2026, 3, 4)
        assert office.issue("d4", actor="V", on=date(2026, 3, 3), wish=reserved).issued_on == date(2026, 3, 3)
    assert place.verify().is_intact


@pytest.mark.parametrize("is_corrected", [False, True], ids=["never corrected", "corrected long ago"])
def test_a_clock_that_slips_over_midnight_numbers_nothing(place: Place, *, is_corrected: bool) -> None:
    """Ten minutes are not much, but the day of the number would be that before: số đến, copies, reserved numbers.

    NĐ 30/2020 Điều 22.2: "Số đến của văn bản được lấy liên tiếp theo thứ tự và trình tự thời gian tiếp nhận văn bản
        trong năm, thống nhất giữa văn bản giấy và văn bản điện tử."
    """
    clock = SetClock(MONDAY + timedelta(days=30))
    with place.open(clock=clock) as office:
        if is_corrected:
            seal_off(office, "ahead")
            register(office, "den-ahead", symbol="0/STC")
            office.make_copy(make_copy_request(source="ahead"), actor="V", copy_id="c0")
            clock.time = MONDAY
            office.correct_clock(actor="Q", reason="đồng hồ nhanh")
        clock.time = (AFTER_MIDNIGHT if is_corrected else AFTER_MIDNIGHT + timedelta(days=31)) - timedelta(minutes=15)
        office.receive_by_hand(make_entry("2/STC"), actor="V", incoming_id="den-2")
        office.check("den-2", actor="V")
        clock.advance(minutes=15)
        seal_off(office, "d1")
        register(office, "den-1", symbol="1/STC")
        office.make_copy(make_copy_request(source="d1"), actor="V", copy_id="c1")
        clock.advance(minutes=-5)
        for verb, arguments, named, code in (
            ("accept", ("den-2",), {}, ErrorCode.CLOCK_TURNED_BACK),
            ("make_copy", (make_copy_request(source="d1"),), {}, ErrorCode.DATE_NOT_ALLOWED),
            ("reserve_numbers", ("van_ban_di",), {"reason": "họp"}, ErrorCode.DATE_NOT_ALLOWED),
        ):
            error = refused(office, verb, *arguments, actor="V", **named)
            assert error.code is code, verb
            # No register knows at what time of the day its last number was given.
            assert "23:59:59" not in f"{error}{error.vi}"
        clock.advance(minutes=5)
        assert office.accept("den-2", actor="V").number == (3 if is_corrected else 2)
    assert place.verify().is_intact


def test_only_an_administrator_corrects_the_clock(place: Place) -> None:
    """Whoever keeps the registers does not set their time."""
    clock = SetClock(MONDAY + timedelta(days=30))
    with place.open(clock=clock) as office:
        office.grant("Q", OfficeRole.QUAN_TRI, actor="Q")
        office.grant("V", OfficeRole.VAN_THU, actor="Q")
        clock.time = MONDAY
        assert refused(office, "correct_clock", actor="V", reason="r").code is ErrorCode.FORBIDDEN
        office.correct_clock(actor="Q", reason="r")


def test_nobody_takes_the_name_under_which_a_correction_is_kept(place: Place) -> None:
    """A clerk chooses the keys against repetition: with that one, the clock could never be corrected again."""
    clock = SetClock(MONDAY + timedelta(days=30))
    with place.open(clock=clock) as office:
        key = f"{office.agency.code.text}/correct_clock/0"
        register(office, "den-1")
        for verb, arguments, named in (
            ("receive_by_hand", (make_entry("2/STC"),), {"incoming_id": "den-2"}),
            ("open_dossier", (make_plan(),), {"dossier_id": "hs"}),
            ("submit", ("den-1",), {"to": "Chủ tịch"}),
        ):
            error = refused(office, verb, *arguments, actor="V", idempotency_key=key, **named)
            assert error.code is ErrorCode.BAD_ARGUMENT, verb
        clock.time = MONDAY
        office.correct_clock(actor="Q", reason="đồng hồ máy chạy nhanh")
        office.receive_by_hand(make_entry("2/STC"), actor="V", incoming_id="den-2")
    assert place.verify().is_intact


def test_another_process_knows_the_newest_time(place: Place) -> None:
    """What was recorded through one office holds for the other, that remembers nothing of it."""
    early, late = SetClock(MONDAY), SetClock(MONDAY + timedelta(days=1))
    with place.open(clock=early) as one, place.open(clock=late) as other:
        seal_off(one, "d1")
        seal_off(other, "d2")
        assert refused(one, "recall", "d1", actor="V", reason="sai").code is ErrorCode.CLOCK_TURNED_BACK
        early.advance(days=1)
        one.recall("d1", actor="V", reason="sai")


@pytest.mark.parametrize(
    ("before", "day", "number"),
    [
        (NEW_YEAR - timedelta(microseconds=1), date(2026, 12, 31), 2),
        (NEW_YEAR, date(2027, 1, 1), 1),
        (datetime(2028, 2, 28, 17, tzinfo=UTC), date(2028, 2, 29), 1),
        (datetime(2028, 2, 29, 17, tzinfo=UTC), date(2028, 3, 1), 1),
    ],
    ids=["just before New Year", "New Year", "29 February", "the day after"],
)
def test_at_the_calendars_corners_numbers_follow_hanoi(place: Place, before: datetime, day: date, number: int) -> None:
    """Outgoing and incoming registers begin anew at 00:00 in Hà Nội, and 29 February is a day."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        seal_off(office, "first")
        register(office, "den-first", symbol="1/STC")
        clock.time = before
        sign_off(office, "d1")
        issued = office.issue("d1", actor="V")
        assert (issued.issued_on, issued.year, issued.number) == (day, day.year, number)
        came = register(office, "den-1", symbol="2/STC")
        assert (came.year, came.number) == (day.year, number)
    assert place.verify().is_intact
