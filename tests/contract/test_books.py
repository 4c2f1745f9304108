"""The three registers of an office where everything happened that can happen to a number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from docflow import (
    Channel,
    CopyDirection,
    DocumentType,
    Link,
    LinkKind,
    NumberWish,
    Office,
    Permission,
    RegisterForm,
    RegisterKind,
    Urgency,
    print_register,
)
from docflow.office import divide_book
from docflow.printing import Paper
from tests.contract.offices import Place
from tests.office_kit import SetClock, leader_pdf, make_copy_request, make_draft, seal_off, sign_off
from tests.work_kit import MONDAY, assign, register

Books = dict[RegisterKind, dict[str, dict[str, str]]]


def read_books(office: Office) -> Books:
    """Return every register by series and number, and each line by heading."""
    return {
        kind: {
            f"{line.series} {line.number}": dict(
                zip((column.title for column in kind.columns), line.cells, strict=True)
            )
            for line in office.register(kind, 2026).lines
        }
        for kind in RegisterKind
    }


def fill(office: Office, clock: SetClock) -> None:
    """Do everything to numbers, arrivals and copies."""
    office.open_register("van_ban_di", last_number=41, actor="Văn thư", reason="chuyển từ sổ giấy")
    office.reserve_numbers("van_ban_di", actor="Văn thư", reason="chờ Chủ tịch ký")
    seal_off(office, "sent")
    office.hand_over("sent", 1, actor="Văn thư", how="bưu điện", signed_for="Trần Văn Bưu")
    sign_off(office, "void")
    office.issue("void", actor="Văn thư")
    office.void("void", actor="Văn thư", reason="in nhầm")
    sign_off(office, "sub")
    permission = Permission(granted_by="Chánh Văn phòng", reason="bỏ sót")
    office.issue("sub", actor="Văn thư", wish=NumberWish(sub_of=43, permission=permission))
    seal_off(office, "recalled")
    office.recall("recalled", actor="Nguyễn Văn An", reason="sai nội dung")
    register(office, "by-link", symbol="12/STC-NS", note="bản sao có đóng dấu")
    register(office, "by-hand", symbol="13/STC-NS", channel=Channel.EMAIL)
    register(office, "urgent", symbol="14/STC-NS", urgency=Urgency.HOA_TOC)
    register(office, "refused", symbol="15/STC-NS")
    register(office, "forwarded", symbol="16/STC-NS")
    assign(office, "by-link")
    assign(office, "by-hand")
    office.answer("by-hand", actor="Phòng Ngân sách", by="sent")
    assign(office, "urgent", deadline=None)
    office.refuse("refused", actor="Văn thư", reason="gửi nhầm nơi nhận")
    office.forward("forwarded", actor="Văn thư", to="Sở Nội vụ", reason="không thuộc thẩm quyền")
    draft = replace(
        make_draft("về việc trả lời quyết toán", kind=DocumentType.CONG_VAN),
        links=(Link(kind=LinkKind.ANSWERS, target="by-link"),),
    )
    office.draft(draft, actor="Trần Thị Bình", document_id="answer", pdf=b"%PDF draft answer")
    office.approve("answer", actor="Lê Văn Cường")
    office.leader_signed("answer", leader_pdf("answer"), actor="Nguyễn Văn An")
    office.issue("answer", actor="Văn thư")
    office.sealed("answer", leader_pdf("answer") + b" seal", actor="Văn thư")
    for name in ("copy", "void-copy"):
        request = make_copy_request(source="sent", direction=CopyDirection.ELECTRONIC_TO_PAPER)
        office.make_copy(request, actor="Văn thư", copy_id=name)
    office.void_copy("void-copy", actor="Văn thư", reason="in hỏng")
    clock.advance(hours=1)


@pytest.fixture
def books(place: Place) -> Books:
    """The registers after all of it; the log knows every line."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        fill(office, clock)
        assert office.verify_log().findings == ()
        return read_books(office)


def test_every_kind_of_number_keeps_its_line(books: Books) -> None:
    """NĐ 30/2020 Điều 15, 16: opening, reserved, void, inserted, recalled; each says what it is."""
    lines = books[RegisterKind.OUTGOING]
    notes = {number: line["Ghi chú"] for number, line in lines.items()}

    assert notes["van_ban_di 41"] == "Tiếp theo sổ cũ đến số này, ngày 02/03/2026: chuyển từ sổ giấy"
    assert notes["van_ban_di 42"] == "Số giữ trước ngày 02/03/2026: chờ Chủ tịch ký"
    assert [lines[f"van_ban_di {number}"]["Ngày tháng văn bản"] for number in (41, 42, 44)] == ["", "", "02/03/2026"]
    assert notes["van_ban_di 44"] == "Số hủy: in nhầm"
    assert notes["van_ban_di 43a"] == "Chánh Văn phòng cho phép: bỏ sót"
    assert notes["van_ban_di 45"] == "Đã thu hồi"
    assert lines["van_ban_di 46"]["Số, ký hiệu văn bản"] == "46/UBND-VP"


def test_who_signed_for_it_and_when_it_left_stand_in_the_book(books: Books) -> None:
    """NĐ 30/2020 PL IV: ngày chuyển, ký nhận; what has not left has no day."""
    lines = books[RegisterKind.OUTGOING]

    assert lines["van_ban_di 43"]["Ngày chuyển"] == "02/03/2026"
    assert lines["van_ban_di 43"]["Ký nhận"] == "Trần Văn Bưu"
    assert lines["van_ban_di 46"]["Ngày chuyển"] == ""


def test_copies_stand_in_a_series_of_their_own(books: Books) -> None:
    """NĐ 30/2020 Điều 25, PL I Phần II: number and symbol of copies; a void one keeps its line."""
    lines = books[RegisterKind.OUTGOING]

    assert lines["ban_sao 01"]["Số, ký hiệu văn bản"].startswith("01/SY-")
    assert lines["ban_sao 01"]["Ghi chú"].startswith("Sao từ 43/QĐ-UBND")
    assert lines["ban_sao 02"]["Ghi chú"].endswith("Số hủy: in hỏng")


def test_the_answer_stands_beside_what_it_answers(books: Books) -> None:
    """NĐ 30/2020 PL IV, số, ký hiệu văn bản trả lời: named by the handler, or linked by the answer itself."""
    answers = {number: line["Số, ký hiệu văn bản trả lời"] for number, line in books[RegisterKind.HANDLING].items()}

    assert answers["van_ban_den 01"] == "46/UBND-VP"
    assert answers["van_ban_den 02"] == "43/QĐ-UBND"
    assert answers["van_ban_den 03"] == ""


def test_lead_and_cooperating_units_stand_with_their_deadlines(books: Books) -> None:
    """NĐ 30/2020 Điều 23: chủ trì, phối hợp, thời hạn of each; a deadline in hours has its time."""
    lines = books[RegisterKind.HANDLING]

    assert lines["van_ban_den 01"]["Đơn vị hoặc người nhận"] == (
        "Phòng Ngân sách; Phòng Tổng hợp (phối hợp); Thanh tra (phối hợp, hạn 04/03/2026); Văn phòng (để biết)"
    )
    assert lines["van_ban_den 01"]["Thời hạn giải quyết"] == "06/03/2026"
    assert lines["van_ban_den 03"]["Thời hạn giải quyết"] == "10:00 02/03/2026"
    assert lines["van_ban_den 02"]["Tiến độ giải quyết"] == "Hoàn thành ngày 02/03/2026"
    assert lines["van_ban_den 05"]["Tiến độ giải quyết"] == "Đã chuyển tiếp"


def test_what_came_by_hand_or_went_on_is_noted(books: Books) -> None:
    """NĐ 30/2020 Điều 21, 22: on paper, by e-mail, returned, forwarded."""
    notes = {number: line["Ghi chú"] for number, line in books[RegisterKind.INCOMING].items()}

    assert notes["van_ban_den 01"].startswith("Nhận bản giấy")
    assert notes["van_ban_den 02"].startswith("Nhận thư điện tử")
    assert "Đã trả lại" in notes["van_ban_den 04"]
    assert "Chuyển tiếp: Sở Nội vụ" in notes["van_ban_den 05"]
    assert "không thuộc thẩm quyền" in notes["van_ban_den 05"]
    assert "gửi nhầm nơi nhận" in notes["van_ban_den 04"]


def test_what_the_registry_noted_stays_in_the_book_whatever_is_done(books: Books) -> None:
    """A bound book and one printed later say the same: what was said while it was worked on stands in sổ theo dõi."""
    (note,) = (line["Ghi chú"] for number, line in books[RegisterKind.INCOMING].items() if number == "van_ban_den 01")

    assert note == "Nhận bản giấy; bản sao có đóng dấu; đủ trang"


@pytest.mark.parametrize(("wrong", "right"), [(5, 2), (1, 4999)], ids=["too high", "too low"])
def test_a_mistyped_opening_stands_before_the_first_number_and_beside_none(
    place: Place, wrong: int, right: int
) -> None:
    """In each register, until the register itself comes to that number; the volumes go on from the right one."""
    registers = ("van_ban_di", "van_ban_den", "ban_sao")
    with place.open(clock=SetClock(MONDAY)) as office:
        for name in registers:
            office.open_register(name, last_number=wrong, actor="Văn thư", reason="sổ giấy")
            office.correct_opening(name, last_number=right, actor="Văn thư", reason="gõ nhầm")
        assert numbers_by_series(office) == {key: [f"{wrong:02d}", f"{right:02d}"] for key in registers}
        for position in range(3):
            seal_off(office, f"d{position}")
            request = make_copy_request(source="d0", direction=CopyDirection.ELECTRONIC_TO_PAPER)
            office.make_copy(request, actor="Văn thư", copy_id=f"copy{position}")
            register(office, f"i{position}", symbol=f"{position}/STC-NS")
        reached = right < wrong <= right + 3
        numbers = [f"{number:02d}" for number in (*([] if reached else [wrong]), *range(right, right + 4))]
        assert numbers_by_series(office) == dict.fromkeys(registers, numbers)
        volumes = [divide_book(office.register(kind, 2026)) for kind in (RegisterKind.OUTGOING, RegisterKind.INCOMING)]
        assert [[volume.volume for volume in book] for book in volumes] == [[1, 1], [1]]
        assert office.verify_log().findings == ()


def numbers_by_series(office: Office) -> dict[str, list[str]]:
    """Return the numbers of the outgoing and the incoming book, line by line."""
    found: dict[str, list[str]] = {}
    for kind in (RegisterKind.OUTGOING, RegisterKind.INCOMING):
        for line in office.register(kind, 2026).lines:
            found.setdefault(line.series, []).append(line.number)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("paper", Paper)
def test_all_of_it_can_be_printed(place: Place, paper: Paper) -> None:
    """Every register as a book, whatever stands in it.

    NĐ 30/2020 PL VI Phần I mục V.1: "Sổ đăng ký văn bản đến"
    NĐ 30/2020 PL VI Phần I mục V.3: "Sổ đăng ký văn bản đi"
    """
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        fill(office, clock)
        for kind in RegisterKind:
            assert print_register(office.register(kind, 2026), RegisterForm.PDF, paper=paper).startswith(b"%PDF")
