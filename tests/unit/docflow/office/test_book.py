"""Registers as books: columns, volumes, digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from docflow import DocflowError, ErrorCode, RegisterBook, RegisterKind
from docflow.office import RegisterLine, divide_book
from docflow.office.registers.book import name_series


def make_line(number: int, series: str = "van_ban_di", *, note: str = "") -> RegisterLine:
    """Return a line of the outgoing register."""
    cells = (f"{number:02d}/QĐ-UBND", *[""] * 8, note)
    return RegisterLine(series=series, number=f"{number:02d}", on=date(2026, 1, number), cells=cells)


def make_book(*lines: RegisterLine) -> RegisterBook:
    """Return an outgoing register."""
    return RegisterBook(kind=RegisterKind.OUTGOING, agency="UBND xã An Bình", year=2026, lines=lines, log_size=7)


def test_the_registers_have_the_columns_of_the_annex() -> None:
    """NĐ 30/2020 PL IV: ten, ten and seven columns at the least, in this order.

    NĐ 30/2020 PL IV mục I.2: "Nội dung đăng ký văn bản đi Tối thiểu gồm 10 nội dung"
    NĐ 30/2020 PL IV mục VI.2: "Nội dung đăng ký văn bản đến Tối thiểu gồm 10 nội dung"
    NĐ 30/2020 PL IV mục VIII.2: "Nội dung đăng ký theo dõi giải quyết văn bản đến Tối thiểu gồm 07 nội dung"
    """
    outgoing, incoming, handling = ([column.title for column in kind.columns] for kind in RegisterKind)

    assert (len(outgoing), len(incoming), len(handling)) == (10, 10, 7)
    assert outgoing[0] == "Số, ký hiệu văn bản"
    assert incoming[:3] == ["Ngày đến", "Số đến", "Tác giả"]
    assert handling[3:6] == ["Thời hạn giải quyết", "Tiến độ giải quyết", "Số, ký hiệu văn bản trả lời"]


def numbers_of(book: RegisterBook, *, lines_a_volume: int = 2) -> list[tuple[str, int | None, list[str]]]:
    """Return series, volume and numbers of each volume."""
    volumes = divide_book(book, lines_a_volume=lines_a_volume)
    return [(v.series, v.volume, [line.number for line in v.lines]) for v in volumes]


def test_a_volume_ends_where_it_is_full_or_its_series_ends() -> None:
    """NĐ 30/2020 PL IV: the cover names volume, first and last number; each series has volumes of its own."""
    lines = [make_line(number) for number in (1, 2, 3)] + [make_line(1, "van_ban_di:nghi_quyet")]

    assert numbers_of(make_book(*lines)) == [
        ("", 1, ["01", "02"]),
        ("", 2, ["03"]),
        ("Nghị quyết", 1, ["01"]),
    ]


def test_a_printed_volume_keeps_its_numbers_whatever_is_registered_later() -> None:
    """It was bound (NĐ 30/2020 Điều 16.2b): a number inserted and a new series move no other."""
    bound = numbers_of(make_book(*(make_line(number) for number in range(1, 6))))
    inserted = replace(make_line(1), number="01a")
    council = [make_line(1, "hoi_dong:HĐTĐ")]
    later = make_book(*council, make_line(1), inserted, *(make_line(number) for number in range(2, 8)))

    assert bound == [("", 1, ["01", "02"]), ("", 2, ["03", "04"]), ("", 3, ["05"])]
    assert numbers_of(later) == [
        ("HĐTĐ", 1, ["01"]),
        ("", 1, ["01", "01a", "02"]),
        ("", 2, ["03", "04"]),
        ("", 3, ["05", "06"]),
        ("", 4, ["07"]),
    ]


def test_a_register_adopted_in_the_middle_of_the_year_begins_with_its_first_volume() -> None:
    """The book before it was another's."""
    assert numbers_of(make_book(*(make_line(number) for number in (7, 8, 9)))) == [
        ("", 1, ["07", "08"]),
        ("", 2, ["09"]),
    ]


@pytest.mark.parametrize("last", [3, 5000], ids=["with numbers of its own", "with none yet"])
def test_what_a_register_goes_on_from_stands_in_the_first_volume_and_counts_nothing(last: int) -> None:
    """The book before it ends with that number; one typed by mistake, far below or above, is no number of either."""
    wrong, opening = (replace(make_line(number), is_counted=False) for number in (1, 2))
    council = make_line(1, "hoi_dong:HĐTĐ")
    own = [make_line(number) for number in range(3, 6) if number >= last]

    assert numbers_of(make_book(council, replace(wrong, number="5000"), wrong, opening, *own)) == [
        ("HĐTĐ", 1, ["01"]),
        ("", 1, ["5000", "01", "02", *[line.number for line in own[:2]]]),
        *([("", 2, ["05"])] if own else []),
    ]


@pytest.mark.parametrize(
    ("register", "name"),
    [
        ("van_ban_di", ""),
        ("van_ban_den", ""),
        ("van_ban_di:quyet_dinh", "Quyết định"),
        ("quy_pham:quyet_dinh", "Quyết định (văn bản quy phạm pháp luật)"),
        ("hoi_dong:HĐTĐ", "HĐTĐ"),
        ("ban_sao", "Bản sao"),
        ("sổ lạ", "sổ lạ"),
        ("quy_pham:", "quy_pham:"),
    ],
)
def test_a_series_has_a_name(register: str, name: str) -> None:
    """The covers of a year's books tell them apart."""
    assert name_series(register) == name


def test_an_empty_register_is_one_empty_volume() -> None:
    """A year without documents has a book too."""
    (volume,) = divide_book(make_book())

    assert volume.volume == 1
    assert not volume.lines


def test_a_volume_of_no_lines_is_refused() -> None:
    """Dividing would never end."""
    with pytest.raises(DocflowError) as error:
        divide_book(make_book(make_line(1)), lines_a_volume=0)
    assert error.value.code is ErrorCode.BAD_ARGUMENT


def test_the_digest_tells_what_the_book_says_and_nothing_else() -> None:
    """The log's size is when it was said, not what."""
    book = make_book(make_line(1), make_line(2))

    assert replace(book, log_size=9).digest == book.digest
    assert make_book(make_line(1), make_line(2, note="x")).digest != book.digest
    assert make_book(make_line(2), make_line(1)).digest != book.digest
