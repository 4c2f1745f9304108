"""Registers as books: columns, volumes, digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from docflow import DocflowError, ErrorCode, RegisterBook, RegisterKind
from docflow.office import RegisterLine, divide_book


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


def test_a_volume_ends_where_it_is_full_or_its_series_ends() -> None:
    """NĐ 30/2020 PL IV: the cover names volume, first and last number."""
    lines = [make_line(number) for number in (1, 2, 3)] + [make_line(1, "nghi_quyet")]

    volumes = divide_book(make_book(*lines), lines_a_volume=2)

    assert [(v.volume, [line.number for line in v.lines]) for v in volumes] == [
        (1, ["01", "02"]),
        (2, ["03"]),
        (3, ["01"]),
    ]


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
