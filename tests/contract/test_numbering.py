"""Numbers as the decree wants them, on every kind of database: each test ends with the log verified from outside."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from docflow import (
    DocflowError,
    DocumentType,
    EntryKind,
    ErrorCode,
    Issued,
    LogFindingCode,
    NumberWish,
    Office,
    Permission,
    RegisterKind,
    Series,
    SeriesKind,
    SeriesRule,
)
from docflow.audit import RegisterLink
from docflow.model import RegisterKey
from docflow.office.ledger import record_event
from docflow.office.registers.numbering import NumberPlace, restart
from docflow.ports import UnitOfWork
from tests.contract.offices import Place
from tests.office_kit import NOON, SetClock, make_agency, make_copy_request, make_draft, register_csv, seal_off
from tests.work_kit import make_entry
from tests.work_kit import register as register_arrival

REGISTER = "van_ban_di"
ALLOWED = Permission(granted_by="Chủ tịch Nguyễn Văn An", reason="văn bản ký trước ngày nghỉ Tết")


#: Signed on, numbered on, and whether that is the next working day at the latest.
TERMS = [
    (date(2026, 1, 6), date(2026, 1, 7), True),
    (date(2026, 1, 6), date(2026, 1, 8), False),
    (date(2026, 1, 16), date(2026, 1, 19), True),
    (date(2026, 1, 16), date(2026, 1, 20), False),
    (date(2026, 1, 17), date(2026, 1, 19), True),
    # Saturday the 10th was worked, for 2 January.
    (date(2026, 1, 9), date(2026, 1, 12), False),
    (date(2026, 3, 2), date(2026, 6, 20), False),
]


@dataclasses.dataclass(slots=True)
class Desk:
    """An office with its clock."""

    place: Place
    clock: SetClock
    office: Office

    def ready(self, name: str, **draft: Any) -> str:  # noqa: ANN401 - fields of a draft
        """Bring a document to the state in which it may get its number."""
        made = dataclasses.replace(make_draft(), **draft)
        self.office.draft(made, actor="A", document_id=name)
        self.office.approve(name, actor="B")
        self.office.leader_signed(name, b"%PDF " + name.encode(), actor="C")
        return name

    def issue(
        self,
        name: str,
        *,
        on: date | None = None,
        wish: NumberWish | None = None,
        **draft: Any,  # noqa: ANN401 - fields of a draft
    ) -> Issued:
        """Give a new document its number."""
        return self.office.issue(self.ready(name, **draft), actor="V", on=on, wish=wish or NumberWish())

    def lines(self, year: int = 2026, register: str = REGISTER) -> list[tuple[str, EntryKind]]:
        """Return numbers and kinds of a register."""
        found = self.office.entries(year, register=register)
        return [(f"{entry.number}{entry.suffix}", entry.kind) for entry in found]


@pytest.fixture
def desk(place: Place) -> Iterator[Desk]:
    """An office on 5 January 2026, 12:00 in Hà Nội; at the end its log must be intact."""
    clock = SetClock()
    with place.open(clock=clock) as office:
        yield Desk(place, clock, office)
    report = place.verify()
    assert report.is_intact, report.findings


def refused(code: ErrorCode) -> pytest.RaisesExc[DocflowError]:
    """Expect our error with a code and a Vietnamese sentence."""
    return pytest.RaisesExc(DocflowError, check=lambda error: error.code is code and error.vi.strip() != "")


def test_reserved_numbers_are_used_later_or_made_void(desk: Desk) -> None:
    """Giữ số: each is a line with a reason at once; a document takes one, another becomes void; nothing is missing."""
    assert desk.issue("d1").number == 1
    kept = desk.office.reserve_numbers(REGISTER, count=3, actor="V", reason="cho kỳ họp ngày 05/01")
    assert kept.numbers == (2, 3, 4)
    assert desk.issue("d2").symbol == "05/QĐ-UBND"
    used = desk.issue("d3", wish=NumberWish(number=3))
    assert (used.symbol, used.issued_on) == ("03/QĐ-UBND", date(2026, 1, 5))
    desk.office.void_reserved(REGISTER, 2026, number=4, actor="V", reason="không ban hành")
    assert desk.lines() == [
        ("1", EntryKind.DOCUMENT),
        ("2", EntryKind.RESERVED),
        ("3", EntryKind.DOCUMENT),
        ("4", EntryKind.VOID),
        ("5", EntryKind.DOCUMENT),
    ]
    day = "05/01/2026"
    lines = [(line[0], line[1], line[9]) for line in csv.reader(io.StringIO(register_csv(desk.office)))][1:]
    assert lines == [
        ("01/QĐ-UBND", day, ""),
        ("02", "", f"Số giữ trước ngày {day}: cho kỳ họp ngày 05/01"),
        ("03/QĐ-UBND", day, "Số giữ trước: cho kỳ họp ngày 05/01"),
        ("04", "", f"Số giữ trước ngày {day}, hủy: không ban hành"),
        ("05/QĐ-UBND", day, ""),
    ]


def test_a_reserved_number_that_is_used_later_bears_the_day_of_its_document(desk: Desk) -> None:
    """The column is "ngày tháng văn bản" (NĐ 30/2020 PL IV); why it stands out of order, the note says."""
    desk.office.reserve_numbers(REGISTER, actor="V", reason="chờ Chủ tịch ký")
    desk.clock.advance(days=3)
    used = desk.issue("late", wish=NumberWish(number=1))
    assert used.issued_on == date(2026, 1, 8)
    desk.issue("next")
    lines = [(line[0], line[1], line[9]) for line in csv.reader(io.StringIO(register_csv(desk.office)))][1:]
    assert lines == [
        ("01/QĐ-UBND", "08/01/2026", "Số giữ trước: chờ Chủ tịch ký"),
        ("02/QĐ-UBND", "08/01/2026", ""),
    ]


def test_a_reserved_number_that_became_void_cannot_be_used(desk: Desk) -> None:
    """Void is for ever; voiding it again with the same words changes nothing."""
    desk.office.reserve_numbers(REGISTER, actor="V", reason="giữ")
    for _ in range(2):
        desk.office.void_reserved(REGISTER, 2026, number=1, actor="V", reason="thừa")
    with refused(ErrorCode.NUMBER_TAKEN):
        desk.issue("d1", wish=NumberWish(number=1))
    for number, code in ((1, ErrorCode.WRONG_STATE), (9, ErrorCode.NOT_FOUND)):
        with refused(code):
            desk.office.void_reserved(REGISTER, 2026, number=number, actor="V", reason="khác")
    assert desk.lines() == [("1", EntryKind.VOID)]


def test_a_reservation_repeated_with_its_key_reserves_nothing_more(desk: Desk) -> None:
    """An answer lost on the way is asked for again."""
    first = desk.office.reserve_numbers(REGISTER, count=2, actor="V", reason="giữ", idempotency_key="k1")
    again = desk.office.reserve_numbers(REGISTER, count=2, actor="V", reason="giữ", idempotency_key="k1")
    assert (again.numbers, again.is_replay) == (first.numbers, True)
    with refused(ErrorCode.IDEMPOTENCY_CONFLICT):
        desk.office.reserve_numbers(REGISTER, count=3, actor="V", reason="giữ", idempotency_key="k1")
    assert len(desk.lines()) == 2


@pytest.mark.parametrize("count", [0, -1, 101])
def test_an_unlikely_count_of_reserved_numbers_is_refused(desk: Desk, count: int) -> None:
    """Nothing is written."""
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.reserve_numbers(REGISTER, count=count, actor="V", reason="giữ")
    assert desk.lines() == []


@pytest.mark.parametrize(
    "reason", ["", "  ", "hai\ndòng", "x" * 501, "nul\0"], ids=["none", "blank", "two lines", "long", "NUL"]
)
def test_what_takes_a_number_out_of_use_needs_a_reason(desk: Desk, reason: str) -> None:
    """One line, not empty, not endless."""
    desk.office.reserve_numbers(REGISTER, actor="V", reason="giữ")
    for call in (
        lambda: desk.office.reserve_numbers(REGISTER, actor="V", reason=reason),
        lambda: desk.office.void_reserved(REGISTER, 2026, number=1, actor="V", reason=reason),
        lambda: desk.office.open_register("quy_pham:nghi_quyet", last_number=4, actor="V", reason=reason),
    ):
        with refused(ErrorCode.BAD_ARGUMENT):
            call()
    assert desk.lines() == [("1", EntryKind.RESERVED)]


def test_a_number_typed_by_hand_that_exists_is_refused(desk: Desk) -> None:
    """Điều 15 khoản 1: số và ký hiệu là duy nhất trong một năm. The next one may be typed, a later one leaves a gap.

    NĐ 30/2020 Điều 15.1: "Số và ký hiệu văn bản của cơ quan, tổ chức là duy nhất trong một năm, thống nhất giữa văn
        bản giấy và văn bản điện tử."
    """
    desk.issue("d1")
    desk.ready("d2")
    for number, code in ((1, ErrorCode.NUMBER_TAKEN), (3, ErrorCode.NUMBER_NOT_NEXT)):
        with refused(code):
            desk.office.issue("d2", actor="V", wish=NumberWish(number=number))
    with refused(ErrorCode.BAD_ARGUMENT):
        NumberWish(number=0)
    with refused(ErrorCode.BAD_ARGUMENT):
        NumberWish(number=1, sub_of=1)
    assert desk.office.issue("d2", actor="V", wish=NumberWish(number=2)).number == 2


def test_a_sub_number_needs_a_permission_and_takes_no_place_in_the_series(desk: Desk) -> None:
    """Phụ lục I: Arabic digits only. 12a exists in practice: with a leader's permission, which the register shows.

    NĐ 30/2020 PL I Phần I mục II.3a: "Số của văn bản được ghi bằng chữ số Ả Rập."
    """
    desk.issue("d1")
    desk.ready("d2")
    with refused(ErrorCode.PERMISSION_NEEDED):
        desk.office.issue("d2", actor="V", wish=NumberWish(sub_of=1))
    with refused(ErrorCode.NOT_FOUND):
        desk.office.issue("d2", actor="V", wish=NumberWish(sub_of=7, permission=ALLOWED))
    assert desk.office.issue("d2", actor="V", wish=NumberWish(sub_of=1, permission=ALLOWED)).symbol == "01a/QĐ-UBND"
    assert desk.issue("d3", wish=NumberWish(sub_of=1, permission=ALLOWED)).symbol == "01b/QĐ-UBND"
    assert desk.issue("d4").number == 2
    assert [name for name, _ in desk.lines()] == ["1", "1a", "1b", "2"]
    assert "Chủ tịch Nguyễn Văn An cho phép" in register_csv(desk.office)
    desk.office.void("d3", actor="V", reason="nhầm")
    assert desk.lines()[2] == ("1b", EntryKind.VOID)


def test_a_date_out_of_order_needs_a_permission(desk: Desk) -> None:
    """Numbers follow the order of time; the permission is in the register, and later dates go on from the latest."""
    desk.ready("d2")
    desk.ready("d3")
    desk.clock.advance(days=1)
    desk.issue("d1")
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("d2", actor="V", on=date(2026, 1, 5))
    backdated = desk.office.issue("d2", actor="V", on=date(2026, 1, 5), wish=NumberWish(permission=ALLOWED))
    assert (backdated.number, backdated.issued_on) == (2, date(2026, 1, 5))
    assert desk.office.entries(2026)[1].permission == ALLOWED.text
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("d3", actor="V", on=date(2026, 1, 5))
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("d3", actor="V", on=date(2026, 1, 7), wish=NumberWish(permission=ALLOWED))
    assert desk.office.issue("d3", actor="V").issued_on == date(2026, 1, 6)


@pytest.mark.parametrize(("signed", "today", "is_in_time"), TERMS)
def test_a_date_before_today_is_given_within_the_term_or_by_permission(
    desk: Desk, signed: date, today: date, *, is_in_time: bool
) -> None:
    """On the working day after the signature the day of the signature is still its date; later somebody answers for it.

    NĐ 30/2020 Điều 15.2: "Đối với văn bản giấy, việc cấp số, thời gian ban hành được thực hiện sau khi có chữ ký của
        người có thẩm quyền, chậm nhất là trong ngày làm việc tiếp theo."
    """
    desk.clock.time = datetime(signed.year, signed.month, signed.day, 3, tzinfo=UTC)
    for name in ("late", "later", "latest"):
        desk.ready(name)
    desk.clock.time = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
    if is_in_time:
        assert desk.office.issue("late", actor="V", on=signed).issued_on == signed
    else:
        for day in (signed, today - timedelta(days=1)):
            with refused(ErrorCode.DATE_NOT_ALLOWED):
                desk.office.issue("late", actor="V", on=day)
            (answered,) = desk.office.issue_many(["late"], actor="V", on=day)
            assert isinstance(answered, DocflowError)
    permitted = desk.office.issue("later", actor="V", on=signed, wish=NumberWish(permission=ALLOWED))
    assert permitted.issued_on == signed
    assert "Chủ tịch Nguyễn Văn An cho phép" in register_csv(desk.office)
    assert desk.office.issue("latest", actor="V").issued_on == today


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1945, 9, 2), date(2025, 12, 31), date(2026, 1, 4), date.max])
def test_nobody_permits_a_date_before_the_signature_or_in_the_future(desk: Desk, day: date) -> None:
    """Điều 15 khoản 2: the number is given after the signature; no register of the year 1 is opened, none of last year.

    NĐ 30/2020 Điều 15.2: "Đối với văn bản giấy, việc cấp số, thời gian ban hành được thực hiện sau khi có chữ ký của
        người có thẩm quyền, chậm nhất là trong ngày làm việc tiếp theo."
    """
    desk.ready("d1")
    desk.clock.advance(days=1)
    before = desk.office.checkpoint()
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("d1", actor="V", on=day, wish=NumberWish(permission=ALLOWED))
    assert desk.office.checkpoint() == before
    assert desk.office.entries(day.year) == ()


@pytest.mark.parametrize("words", [("", "lý do"), ("Chủ tịch", " "), ("Chủ tịch", "hai\ndòng"), ("x" * 201, "lý do")])
def test_a_permission_says_who_and_why(words: tuple[str, str]) -> None:
    """An empty permission permits nothing."""
    with refused(ErrorCode.BAD_ARGUMENT):
        Permission(granted_by=words[0], reason=words[1])


def test_a_reserved_number_keeps_the_order_of_dates(desk: Desk) -> None:
    """Its date lies between that of its reservation and that of the number after it, unless permitted."""
    desk.office.reserve_numbers(REGISTER, count=2, actor="V", reason="giữ")
    desk.ready("late")
    desk.clock.advance(days=2)
    desk.issue("d3")
    desk.clock.advance(days=2)
    for day in (None, date(2026, 1, 8), date(2026, 1, 7)):
        with refused(ErrorCode.DATE_NOT_ALLOWED):
            desk.office.issue("late", actor="V", on=day, wish=NumberWish(number=2))
    permitted = NumberWish(number=2, permission=ALLOWED)
    assert desk.office.issue("late", actor="V", on=date(2026, 1, 7), wish=permitted).symbol == "02/QĐ-UBND"


def test_neighbouring_reserved_numbers_keep_the_order_of_dates_between_them(desk: Desk) -> None:
    """The number after it may be reserved too: what limits the date is the next document, however far it stands."""
    desk.office.reserve_numbers(REGISTER, count=4, actor="V", reason="giữ")
    for name in ("two", "three", "four"):
        desk.ready(name)
    desk.clock.advance(days=1)
    assert desk.issue("d5").issued_on == date(2026, 1, 6)
    # Its neighbour is still reserved since the 5th, which ends nothing.
    assert desk.office.issue("two", actor="V", wish=NumberWish(number=2)).issued_on == date(2026, 1, 6)
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("three", actor="V", on=date(2026, 1, 5), wish=NumberWish(number=3))
    desk.clock.advance(days=1)
    for number in (1, 3, 4):
        with refused(ErrorCode.DATE_NOT_ALLOWED):
            desk.office.issue("three", actor="V", wish=NumberWish(number=number))
    permitted = desk.office.issue("three", actor="V", wish=NumberWish(number=3, permission=ALLOWED))
    assert permitted.issued_on == date(2026, 1, 7)
    # What was permitted stands apart, and frees nobody else.
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("four", actor="V", wish=NumberWish(number=4))
    lines = [(entry.number, entry.issued_on.day) for entry in desk.office.entries(2026)]
    assert lines == [(1, 5), (2, 6), (3, 7), (4, 5), (5, 6)]


def test_a_reserved_number_is_not_older_than_its_reservation(desk: Desk) -> None:
    """Signed before it was reserved, within the term: the date of the signature would stand before that of the line."""
    desk.ready("d1")
    desk.clock.advance(days=1)
    desk.office.reserve_numbers(REGISTER, actor="V", reason="giữ")
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("d1", actor="V", on=date(2026, 1, 5), wish=NumberWish(number=1))
    assert desk.office.issue("d1", actor="V", wish=NumberWish(number=1)).issued_on == date(2026, 1, 6)


def test_a_number_after_a_reserved_one_is_not_older_than_its_document(desk: Desk) -> None:
    """The head of the register knows when a number was reserved, not what it was used for since."""
    desk.office.reserve_numbers(REGISTER, actor="V", reason="giữ")
    desk.clock.advance(days=1)
    desk.ready("d2")
    desk.clock.advance(days=1)
    assert desk.issue("d1", wish=NumberWish(number=1)).issued_on == date(2026, 1, 7)
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        desk.office.issue("d2", actor="V", on=date(2026, 1, 6))
    assert desk.office.issue("d2", actor="V").symbol == "02/QĐ-UBND"


def test_a_register_adopted_in_the_middle_of_the_year_goes_on_from_its_book(desk: Desk) -> None:
    """An opening entry: the first number is one more than the book's last; once, and before any other."""
    desk.office.open_register(REGISTER, last_number=412, actor="V", reason="chuyển từ sổ giấy quyển 2")
    desk.office.open_register(REGISTER, last_number=412, actor="V", reason="chuyển từ sổ giấy quyển 2")
    assert desk.issue("d1").symbol == "413/QĐ-UBND"
    for number in (412, 5):
        with refused(ErrorCode.NUMBER_TAKEN):
            desk.issue(f"hand-{number}", wish=NumberWish(number=number))
        # What stands in the other book has its sub-numbers there.
        with refused(ErrorCode.NOT_FOUND):
            desk.issue(f"sub-{number}", wish=NumberWish(sub_of=number, permission=ALLOWED))
    with refused(ErrorCode.ALREADY_EXISTS):
        desk.office.open_register(REGISTER, last_number=500, actor="V", reason="nhầm")
    assert "Tiếp theo sổ cũ đến số này" in register_csv(desk.office)


@pytest.mark.parametrize("wrong", [7, 15], ids=["too low", "too high"])
def test_a_mistyped_opening_is_corrected_while_nothing_was_numbered_after_it(desk: Desk, wrong: int) -> None:
    """1200 for 120 would have been for ever; what was typed stays in the book until the register comes there itself.

    NĐ 30/2020 Điều 15.1: "Số và ký hiệu văn bản của cơ quan, tổ chức là duy nhất trong một năm, thống nhất giữa văn
        bản giấy và văn bản điện tử."
    """
    desk.office.open_register(REGISTER, last_number=wrong, actor="V", reason="sổ giấy")
    right = [
        desk.office.correct_opening(REGISTER, last_number=12, actor="V", reason=f"gõ nhầm {wrong}") for _ in range(2)
    ]
    assert [(line.number, line.kind, line.reason) for line in right] == [
        (12, EntryKind.OPENING, f"gõ nhầm {wrong}")
    ] * 2
    assert desk.office.open_register(REGISTER, last_number=12, actor="V", reason="sổ giấy") == right[0]
    assert set(desk.lines()) == {("12", EntryKind.OPENING), (str(wrong), EntryKind.CORRECTED)}
    assert f"Ghi nhầm là số cuối của sổ cũ, ngày 05/01/2026: gõ nhầm {wrong}" in register_csv(desk.office)
    assert desk.place.verify().is_intact
    assert desk.issue("d1").symbol == "13/QĐ-UBND"
    with refused(ErrorCode.WRONG_STATE):
        desk.office.correct_opening(REGISTER, last_number=20, actor="V", reason="lại nhầm")
    with refused(ErrorCode.NOT_FOUND):
        desk.issue("sub", wish=NumberWish(sub_of=min(12, wrong), permission=ALLOWED))
    # Over the number that was typed by mistake, reserved or for a document, alone or one of many.
    assert desk.office.reserve_numbers(REGISTER, count=2, actor="V", reason="giữ").numbers == (14, 15)
    for name in ("d2", "d3"):
        desk.ready(name)
    issued = desk.office.issue_many(["d2", "d3"], actor="V")
    assert [one.symbol for one in issued if isinstance(one, Issued)] == ["16/QĐ-UBND", "17/QĐ-UBND"]
    assert desk.issue("d4", wish=NumberWish(number=15)).symbol == "15/QĐ-UBND"


def test_an_opening_corrected_twice_leaves_no_number_that_cannot_be_given(desk: Desk) -> None:
    """Two wrong lines lie above: the register passes over both, each in its turn, also after it was opened anew."""
    desk.office.open_register(REGISTER, last_number=5, actor="V", reason="sổ giấy")
    for last in (4, 6, 5, 2):
        desk.office.correct_opening(REGISTER, last_number=last, actor="V", reason="gõ nhầm")
    assert desk.issue("d3").number == 3
    desk.office.close()
    with desk.place.open(clock=desk.clock) as again:
        desk.office = again
        assert [desk.issue(f"d{number}").number for number in (4, 5, 6, 7)] == [4, 5, 6, 7]
        assert desk.lines() == [
            ("2", EntryKind.OPENING),
            *((str(number), EntryKind.DOCUMENT) for number in range(3, 8)),
        ]


def test_a_register_comes_to_a_mistyped_number_without_reading_its_head_again(desk: Desk) -> None:
    """What the office remembers of the register knows of the line above too."""
    desk.office.open_register(REGISTER, last_number=5, actor="V", reason="sổ giấy")
    desk.office.correct_opening(REGISTER, last_number=2, actor="V", reason="gõ nhầm")
    assert [desk.issue(f"d{number}").number for number in (3, 4, 5, 6)] == [3, 4, 5, 6]


def test_only_an_opening_is_corrected_and_only_by_a_number_with_a_reason(desk: Desk) -> None:
    """Nothing is written for a register that begins at 1, one that has numbers, no reason, no register."""
    desk.office.open_register("van_ban_den", last_number=7, actor="V", reason="sổ giấy")
    desk.office.reserve_numbers(REGISTER, actor="V", reason="giữ")
    before = desk.office.checkpoint()
    for register, last, reason, code in (
        (REGISTER, 7, "r", ErrorCode.WRONG_STATE),
        ("ban_sao", 7, "r", ErrorCode.WRONG_STATE),
        ("van_ban_den", 8, " ", ErrorCode.BAD_ARGUMENT),
        ("van_ban_den", 0, "r", ErrorCode.BAD_ARGUMENT),
        ("sổ lạ", 8, "r", ErrorCode.BAD_ARGUMENT),
    ):
        with refused(code):
            desk.office.correct_opening(register, last_number=last, actor="V", reason=reason)
    assert desk.office.checkpoint() == before
    desk.office.correct_opening("van_ban_den", last_number=2, actor="V", reason="gõ nhầm")
    numbers = [register_arrival(desk.office, f"den-{n}", symbol=f"{n}/STC", issued_on=None).number for n in range(6)]
    assert numbers == [3, 4, 5, 6, 7, 8]


def test_an_opening_in_the_middle_of_a_register_breaks_it(place: Place) -> None:
    """Whoever could open a register again after its first number would hide what was numbered before."""
    with place.open() as office:
        desk = Desk(place, SetClock(), office)
        office.open_register(REGISTER, last_number=40, actor="V", reason="sổ giấy")
        desk.issue("d1")
        inner = office._desk

        def reopen(unit: UnitOfWork) -> None:
            head = unit.counter(RegisterKey(agency="H99", register=REGISTER, year=2026))
            link = RegisterLink(register=REGISTER, year=2026, number=50, previous=head.last_leaf_hash)
            leaf = record_event(
                unit,
                "register_opened",
                time=NOON,
                actor="V",
                agency="H99",
                subject="H99",
                randomness=inner.randomness,
                link=link,
            )
            restart(unit, NumberPlace(counter=head, number=50), leaf=leaf, day=date(2026, 1, 5))

        inner.store.transact(reopen)
    assert LogFindingCode.REGISTER_BROKEN in {finding.code for finding in place.verify().findings}


NO_REGISTERS = (
    *("van_ban_di ", "Van_ban_di", "van_ban_di:quyet_dinh", "sổ lạ", "../x", "hanh_chinh", "quy_pham"),
    *("quy_pham:cong_van", "quy_pham:", "hoi_dong", "hoi_dong:", "hoi_dong:QĐ", "hoi_dong:A:B", "ban_sao:sao_y"),
    "hoi_dong:UBND",
)


@pytest.mark.parametrize("register", NO_REGISTERS)
def test_only_a_register_that_the_agency_keeps_is_reserved_in_or_opened(desk: Desk, register: str) -> None:
    """A name that is mistyped, or somebody's own, begins no book; nothing is written.

    NĐ 30/2020 Điều 15.1a: "Mỗi loại văn bản quy phạm pháp luật được cấp hệ thống số riêng."
    """
    before = desk.office.checkpoint()
    for call in (
        lambda: desk.office.reserve_numbers(register, actor="V", reason="giữ"),
        lambda: desk.office.open_register(register, last_number=4, actor="V", reason="sổ giấy"),
    ):
        with refused(ErrorCode.BAD_ARGUMENT):
            call()
    assert desk.office.checkpoint() == before


@pytest.mark.parametrize("register", ["van_ban_den", "ban_sao"])
def test_what_is_numbered_as_it_comes_is_not_reserved(desk: Desk, register: str) -> None:
    """A reserved số đến could go to nothing, and the printed register would begin at 02.

    NĐ 30/2020 Điều 22.2: "Số đến của văn bản được lấy liên tiếp theo thứ tự và trình tự thời gian tiếp nhận văn bản
        trong năm, thống nhất giữa văn bản giấy và văn bản điện tử."
    """
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.reserve_numbers(register, actor="V", reason="giữ")
    assert desk.lines(register=register) == []


def test_every_register_that_documents_are_numbered_in_is_reserved_in(place: Place) -> None:
    """What ``register_name`` says, for each type and series, under both rules of the head of the agency."""
    council, normative = Series(kind=SeriesKind.COUNCIL, body="HĐTĐ"), Series(kind=SeriesKind.NORMATIVE)
    for code, rule in (("H99", SeriesRule.ONE_FOR_ALL), ("H98", SeriesRule.ONE_PER_TYPE)):
        agency = dataclasses.replace(make_agency(code), series=rule)
        with place.open(code, agency=agency) as office:
            names = {
                office.register_name(kind, series=series) for kind in DocumentType for series in (Series(), council)
            }
            names |= {office.register_name(kind, series=normative) for kind in DocumentType if kind.abbreviation}
            for name in names:
                assert office.reserve_numbers(name, actor="V", reason="giữ").numbers == (1,)
        assert len(names) == {SeriesRule.ONE_FOR_ALL: 29, SeriesRule.ONE_PER_TYPE: 56}[rule]
        assert place.verify(code).is_intact


def test_the_books_of_arrivals_and_of_copies_go_on_from_paper(desk: Desk) -> None:
    """Adopted in the middle of the year: each goes on in its own printed register, whose first line says so."""
    for register, last in (("van_ban_den", 107), ("ban_sao", 12)):
        desk.office.open_register(register, last_number=last, actor="V", reason="chuyển từ sổ giấy")
    desk.office.receive_by_hand(make_entry(issued_on=None), actor="V", incoming_id="den")
    desk.office.check("den", actor="V")
    assert desk.office.accept("den", actor="V").number == 108
    seal_off(desk.office, "sealed-1")
    assert desk.office.make_copy(make_copy_request(), actor="V").symbol == "13/SY-UBND"
    books = {kind: desk.office.register(kind, 2026) for kind in RegisterKind}
    assert [(line.series, line.number) for line in books[RegisterKind.INCOMING].lines] == [
        ("van_ban_den", "107"),
        ("van_ban_den", "108"),
    ]
    assert (
        books[RegisterKind.INCOMING].lines[0].cells[-1]
        == "Tiếp theo sổ cũ đến số này, ngày 05/01/2026: chuyển từ sổ giấy"
    )
    assert [(line.series, line.number) for line in books[RegisterKind.OUTGOING].lines] == [
        ("van_ban_di", "01"),
        ("ban_sao", "12"),
        ("ban_sao", "13"),
    ]
    assert [line.number for line in books[RegisterKind.HANDLING].lines] == ["108"]
    assert desk.office.register(RegisterKind.INCOMING, 2026, series="van_ban_di").lines == ()


def test_what_an_older_version_reserved_anywhere_stays_readable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A số đến that was reserved stands in the register of arrivals, and can be made void; so can any other line."""
    with monkeypatch.context() as older:
        older.setattr("docflow.office.registers.reserving._check_register", lambda *_, **__: None)
        for register in ("van_ban_den", "sổ lạ"):
            desk.office.reserve_numbers(register, actor="V", reason="gõ nhầm")
    desk.office.receive_by_hand(make_entry(issued_on=None), actor="V", incoming_id="den")
    desk.office.check("den", actor="V")
    assert desk.office.accept("den", actor="V").number == 2
    incoming = desk.office.register(RegisterKind.INCOMING, 2026)
    assert [(line.number, line.cells[-1]) for line in incoming.lines] == [
        ("01", "Số giữ trước ngày 05/01/2026: gõ nhầm"),
        ("02", "Nhận bản giấy"),
    ]
    assert [line.series for line in desk.office.register(RegisterKind.OUTGOING, 2026).lines] == ["sổ lạ"]
    for register in ("van_ban_den", "sổ lạ"):
        voided = desk.office.void_reserved(register, 2026, number=1, actor="V", reason="giữ nhầm")
        assert voided.kind is EntryKind.VOID
    assert (
        desk.office.register(RegisterKind.INCOMING, 2026).lines[0].cells[-1]
        == "Số giữ trước ngày 05/01/2026, hủy: giữ nhầm"
    )


@pytest.mark.parametrize("last", [0, -3, 10**11])
def test_a_book_before_ends_with_a_number(desk: Desk, last: int) -> None:
    """Nothing is opened at 0, and nothing beyond the 11 digits of CodeNumber."""
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.open_register(REGISTER, last_number=last, actor="V", reason="x")


def test_no_number_is_longer_than_its_field(desk: Desk) -> None:
    """CodeNumber has 11 characters, ArrivalNumber 10: what follows could not be sent, nor read again by docflow.

    NĐ 30/2020 PL VI Phần II: CodeNumber 11, ArrivalNumber 10.
    """
    council = Series(kind=SeriesKind.COUNCIL, body="HĐT")
    for register, last in ((council.text, 10**11 - 2), ("ban_sao", 10**11 - 2), ("van_ban_den", 10**10 - 2)):
        desk.office.open_register(register, last_number=last, actor="V", reason="sổ giấy")
    assert desk.issue("d1", series=council).symbol == "99999999999/QĐ-HĐT"
    with refused(ErrorCode.WRONG_STATE):
        desk.issue("d2", series=council)
    with refused(ErrorCode.WRONG_STATE):
        desk.office.reserve_numbers(council.text, actor="V", reason="giữ")
    with refused(ErrorCode.WRONG_STATE):
        desk.issue("d3", series=council, wish=NumberWish(sub_of=10**11 - 1, permission=ALLOWED))
    desk.office.open_register(REGISTER, last_number=10**10 - 2, actor="V", reason="sổ giấy")
    assert [desk.issue(f"e{position}").number for position in range(2)] == [10**10 - 1, 10**10]
    with refused(ErrorCode.WRONG_STATE):
        desk.issue("e2", wish=NumberWish(sub_of=10**10, permission=ALLOWED))
    assert desk.issue("e3", wish=NumberWish(sub_of=10**10 - 1, permission=ALLOWED)).symbol == "9999999999a/QĐ-UBND"
    seal_off(desk.office, "sealed-1")
    assert desk.office.make_copy(make_copy_request(), actor="V").number == 10**11 - 1
    with refused(ErrorCode.WRONG_STATE):
        desk.office.make_copy(make_copy_request(), actor="V", copy_id="c2")
    assert register_arrival(desk.office, "den-1", symbol="1/STC", issued_on=None).number == 10**10 - 1
    with refused(ErrorCode.WRONG_STATE):
        register_arrival(desk.office, "den-2", symbol="2/STC", issued_on=None)
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.open_register("van_ban_den", last_number=10**10 - 1, actor="V", reason="sổ giấy")


def test_the_year_turns_at_midnight_in_hanoi(desk: Desk) -> None:
    """31 December 23:59:59 is the old year's, 1 January 00:00 the new one's, whatever UTC says."""
    turn = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    desk.clock.time = turn - timedelta(milliseconds=1)
    old = desk.issue("d1")
    desk.clock.time = turn
    new = desk.issue("d2")
    assert [(one.year, one.number, one.issued_on) for one in (old, new)] == [
        (2026, 1, date(2026, 12, 31)),
        (2027, 1, date(2027, 1, 1)),
    ]


def test_a_document_signed_on_new_years_eve_is_numbered_in_its_own_year(desk: Desk) -> None:
    """Điều 15 khoản 2: at latest the next working day; the year is that of the date, not that of the clock.

    NĐ 30/2020 Điều 15.2: "Đối với văn bản giấy, việc cấp số, thời gian ban hành được thực hiện sau khi có chữ ký của
        người có thẩm quyền, chậm nhất là trong ngày làm việc tiếp theo."
    """
    desk.clock.time = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
    desk.ready("eve")
    desk.clock.time = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
    assert desk.issue("new").year == 2027
    issued = desk.office.issue("eve", actor="V", on=date(2026, 12, 31))
    assert (issued.year, issued.number) == (2026, 1)


def test_a_number_that_two_years_have_is_given_only_with_the_date_that_says_which(desk: Desk) -> None:
    """Signed on New Year's Eve: the 01 kept in that year's book silently became the first number of the new one.

    NĐ 30/2020 Điều 15.1: "Số và ký hiệu văn bản của cơ quan, tổ chức là duy nhất trong một năm, thống nhất giữa văn
        bản giấy và văn bản điện tử."
    """
    desk.clock.time = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
    assert desk.office.reserve_numbers(REGISTER, count=2, actor="V", reason="giữ").numbers == (1, 2)
    assert desk.issue("old").number == 3
    for name in ("kept", "new", "sub", "third"):
        desk.ready(name)
    desk.clock.time = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
    inserted = NumberWish(sub_of=3, permission=ALLOWED)
    for name, wish in (("kept", NumberWish(number=1)), ("sub", inserted)):
        with refused(ErrorCode.BAD_ARGUMENT):
            desk.office.issue(name, actor="V", wish=wish)
    eve, today = date(2026, 12, 31), date(2027, 1, 1)
    given = [
        # What was signed in the new year has no number of the old one.
        desk.issue("of-this-year", wish=NumberWish(number=1)),
        desk.office.issue("kept", actor="V", on=eve, wish=NumberWish(number=1)),
        desk.office.issue("new", actor="V", on=today, wish=NumberWish(number=2)),
        desk.office.issue("sub", actor="V", on=eve, wish=inserted),
        # That one is given in the old book: nobody can mean it.
        desk.office.issue("third", actor="V", wish=NumberWish(number=3)),
    ]
    assert [(one.year, one.symbol) for one in given] == [
        (2027, "01/QĐ-UBND"),
        (2026, "01/QĐ-UBND"),
        (2027, "02/QĐ-UBND"),
        (2026, "03a/QĐ-UBND"),
        (2027, "03/QĐ-UBND"),
    ]


def test_the_29th_of_february_is_a_day(desk: Desk) -> None:
    """In 2028; the line says so."""
    desk.clock.time = datetime(2028, 2, 28, 17, 30, tzinfo=UTC)
    assert desk.issue("d1").place_and_date == "An Bình, ngày 29 tháng 02 năm 2028"


def test_a_clock_that_jumps_back_gives_no_number(desk: Desk) -> None:
    """Neither a document nor a reservation gets a date before the register's last."""
    desk.issue("d1")
    desk.ready("d2")
    desk.clock.time = NOON - timedelta(days=3)
    with refused(ErrorCode.CLOCK_TURNED_BACK):
        desk.office.issue("d2", actor="V")
    with refused(ErrorCode.CLOCK_TURNED_BACK):
        desk.office.reserve_numbers(REGISTER, actor="V", reason="giữ")
    desk.clock.time = NOON
    assert desk.office.issue("d2", actor="V").number == 2


def test_each_series_counts_for_itself(place: Place) -> None:
    """Điều 15 khoản 1: normative documents by type, a council under the agency's seal, administrative documents.

    NĐ 30/2020 Điều 15.1a: "Mỗi loại văn bản quy phạm pháp luật được cấp hệ thống số riêng."
    NĐ 30/2020 PL I Phần I mục II.3a: "được sử dụng con dấu, chữ ký số của cơ quan, tổ chức để ban hành văn bản thì
        phải lấy hệ thống số riêng"
    """
    council = Series(kind=SeriesKind.COUNCIL, body="HĐTĐ")
    normative = Series(kind=SeriesKind.NORMATIVE)
    clock = SetClock()
    with place.open(clock=clock) as office:
        desk = Desk(place, clock, office)
        symbols = [
            desk.issue("a1").symbol,
            desk.issue("n1", series=normative).symbol,
            desk.issue("n2", series=normative, type=DocumentType.NGHI_QUYET).symbol,
            desk.issue("c1", series=council).symbol,
            desk.issue("n3", series=normative).symbol,
            desk.issue("a2", type=DocumentType.CONG_VAN).symbol,
            desk.issue("c2", series=council).symbol,
        ]
        assert symbols == [
            "01/QĐ-UBND",
            "01/2026/QĐ-UBND",
            "01/2026/NQ-UBND",
            "01/QĐ-HĐTĐ",
            "02/2026/QĐ-UBND",
            "02/UBND-VP",
            "02/QĐ-HĐTĐ",
        ]
        assert {entry.key.register for entry in office.entries(2026)} == {
            "van_ban_di",
            "quy_pham:quyet_dinh",
            "quy_pham:nghi_quyet",
            "hoi_dong:HĐTĐ",
        }
        with refused(ErrorCode.BAD_ARGUMENT):
            desk.issue("n4", series=normative, type=DocumentType.CONG_VAN)
    assert place.verify().is_intact
    per_type = dataclasses.replace(make_agency("H98"), series=SeriesRule.ONE_PER_TYPE)
    with place.open("H98", clock=clock, agency=per_type) as office:
        desk = Desk(place, clock, office)
        assert [desk.issue("a1").number, desk.issue("a2", type=DocumentType.CHI_THI).number] == [1, 1]
    assert place.verify("H98").is_intact


@pytest.mark.parametrize(
    "series",
    [Series(kind=SeriesKind.COPY), Series(kind=SeriesKind.COUNCIL, body="UBND")],
    ids=["register of copies", "council called as the agency"],
)
def test_no_series_prints_the_symbol_of_another(desk: Desk, series: Series) -> None:
    """Both would have printed 01/QĐ-UBND again; what an older version drafted so is given no number either.

    NĐ 30/2020 Điều 15.1: "Số và ký hiệu văn bản của cơ quan, tổ chức là duy nhất trong một năm, thống nhất giữa văn
        bản giấy và văn bản điện tử."
    """
    assert desk.issue("d1").symbol == "01/QĐ-UBND"
    draft = dataclasses.replace(make_draft(), series=series)
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.draft(draft, actor="A", document_id="d2")
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.register_name(DocumentType.QUYET_DINH, series=series)
    desk.office.draft(make_draft(), actor="A", document_id="d3")
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.revise("d3", draft, actor="A", version=1)
    with pytest.MonkeyPatch.context() as older:
        older.setattr("docflow.office.outgoing.guards.register_for", lambda *_, **__: REGISTER)
        desk.ready("d4", series=series)
    with refused(ErrorCode.BAD_ARGUMENT):
        desk.office.issue("d4", actor="V")
    assert [entry.symbol for entry in desk.office.entries(2026)] == ["01/QĐ-UBND"]


def test_the_series_is_part_of_what_a_draft_says(desk: Desk) -> None:
    """The same request with another series is another one, and the kept version says where it was to be numbered."""
    council = dataclasses.replace(make_draft(), series=Series(kind=SeriesKind.COUNCIL, body="HĐTĐ"))
    desk.office.draft(council, actor="A", document_id="d1", idempotency_key="k1")
    with refused(ErrorCode.IDEMPOTENCY_CONFLICT):
        desk.office.draft(make_draft(), actor="A", document_id="d1", idempotency_key="k1")
    assert '"series":"hoi_dong:HĐTĐ"' in desk.office.versions("d1")[0].draft


def _number_as_before(older: pytest.MonkeyPatch) -> None:
    """Name registers as docflow did until thư công and công văn shared one."""

    def register_for(document_type: DocumentType, *, series: Series, **_: object) -> str:
        return series.text if series.kind is not SeriesKind.ADMINISTRATIVE else f"van_ban_di:{document_type.value}"

    for module in ("guards", "engine"):
        older.setattr(f"docflow.office.outgoing.{module}.register_for", register_for)


def test_a_cong_van_and_a_thu_cong_never_have_one_symbol(place: Place) -> None:
    """Neither has an abbreviation: with a series for each type both would begin with 01/UBND-VP.

    NĐ 30/2020 Điều 15.1: "Số và ký hiệu văn bản của cơ quan, tổ chức là duy nhất trong một năm, thống nhất giữa văn
        bản giấy và văn bản điện tử."
    """
    clock = SetClock()
    per_type = dataclasses.replace(make_agency(), series=SeriesRule.ONE_PER_TYPE)
    with place.open(clock=clock, agency=per_type) as office:
        desk = Desk(place, clock, office)
        with pytest.MonkeyPatch.context() as older:
            _number_as_before(older)
            before = [desk.issue(name, type=DocumentType.THU_CONG).symbol for name in ("old-1", "old-2")]
        assert before == ["01/UBND-VP", "02/UBND-VP"]
        desk.ready("d1", type=DocumentType.CONG_VAN)
        with refused(ErrorCode.NUMBER_TAKEN):
            office.issue("d1", actor="V")
        register = office.register_name(DocumentType.THU_CONG)
        assert register == office.register_name(DocumentType.CONG_VAN)
        office.reserve_numbers(register, actor="V", reason="số đã dùng cho thư công")
        office.void_reserved(register, 2026, number=1, actor="V", reason="số đã dùng cho thư công")
        assert desk.issue("d2", type=DocumentType.CONG_VAN, unit="KT").symbol == "02/UBND-KT"
        assert office.issue("d1", actor="V").symbol == "03/UBND-VP"
        assert desk.issue("d3", type=DocumentType.THU_CONG).symbol == "04/UBND-VP"
    assert place.verify().is_intact


def test_verification_names_documents_that_an_older_version_gave_one_symbol(place: Place) -> None:
    """Nothing was changed since, and still the year has a symbol twice: who reads the log learns which documents."""
    council = Series(kind=SeriesKind.COUNCIL, body="UBND")
    clock = SetClock()
    with place.open(clock=clock) as office:
        desk = Desk(place, clock, office)
        with pytest.MonkeyPatch.context() as older:
            _number_as_before(older)
            for name, series in (("a", Series()), ("b", council), ("c", Series(kind=SeriesKind.COPY))):
                assert desk.issue(name, series=series).symbol == "01/QĐ-UBND"
            assert desk.issue("d", series=council, type=DocumentType.CHI_THI).symbol == "02/CT-UBND"
            clock.advance(days=365)
            assert desk.issue("next-year", series=council).year == 2027
    found = place.verify().findings
    assert {finding.code for finding in found} == {LogFindingCode.SYMBOL_REPEATED}
    assert [(finding.table, finding.column, finding.detail) for finding in found] == [
        ("register_entry", "symbol", "document c and document b are both 01/QĐ-UBND"),
        ("register_entry", "symbol", "document b and document a are both 01/QĐ-UBND"),
    ]
