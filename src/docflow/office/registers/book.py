"""A register as a book: which columns it has, its lines, and how it is divided into volumes.

Invariants:
    - A line has as many cells as its register has columns; a void number keeps its line.
    - The same lines at the same size of the log give the same digest.

What it does not do: it reads nothing and prints nothing; the lines come from the store, the forms are made beside.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; Điều 16 khoản 2, Điều 22 khoản 3.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from docflow.audit import encode_canonical
from docflow.errors import ErrorCode, UsageError
from docflow.model import COPY_REGISTER, INCOMING_REGISTER, OUTGOING_REGISTER, DocumentType, SeriesKind

LINES_A_VOLUME = 1000
"""Ours: the decree numbers volumes (quyển số) and does not say how thick one is."""
_TYPES = {item.value: item.vi for item in DocumentType}
_DIGITS = re.compile(r"[0-9]+")


class RegisterKind(StrEnum):
    """Which register; the value is stable and named in commands."""

    OUTGOING = "van_ban_di"
    INCOMING = "van_ban_den"
    HANDLING = "theo_doi_giai_quyet"

    @property
    def vi(self) -> str:
        """The title on the cover."""
        return _TITLES[self]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order of the annex."""
        return _COLUMNS[self]

    @property
    def cover_names_numbers(self) -> bool:
        """Whether the cover says from which number to which: sổ theo dõi's does not (Phụ lục IV mục VIII.1)."""
        return self is not RegisterKind.HANDLING


_TITLES = {
    RegisterKind.OUTGOING: "Sổ đăng ký văn bản đi",
    RegisterKind.INCOMING: "Sổ đăng ký văn bản đến",
    RegisterKind.HANDLING: "Sổ theo dõi giải quyết văn bản đến",
}


class Holding(StrEnum):
    """What the cells of a column hold, as far as a spreadsheet tells it apart; a cell may say something else."""

    TEXT = "text"
    SYMBOL = "symbol"
    DAY = "day"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, its share of the line's width, what its cells hold."""

    title: str
    share: int
    holds: Holding = Holding.TEXT

    @property
    def is_centred(self) -> bool:
        """Whether its cells are centred: what is not read as a sentence."""
        return self.holds is not Holding.TEXT


def _columns(*given: tuple[str, int, Holding]) -> tuple[Column, ...]:
    return tuple(Column(title=title, share=share, holds=holds) for title, share, holds in given)


_TEXT, _SYMBOL, _DAY, _NUMBER = Holding


_COLUMNS: Mapping[RegisterKind, tuple[Column, ...]] = {
    RegisterKind.OUTGOING: _columns(
        ("Số, ký hiệu văn bản", 34, _SYMBOL),
        ("Ngày tháng văn bản", 24, _DAY),
        ("Tên loại và trích yếu nội dung văn bản", 90, _TEXT),
        ("Người ký", 36, _TEXT),
        ("Nơi nhận văn bản", 62, _TEXT),
        ("Đơn vị, người nhận bản lưu", 30, _TEXT),
        ("Số lượng bản", 16, _NUMBER),
        ("Ngày chuyển", 24, _DAY),
        ("Ký nhận", 24, _TEXT),
        ("Ghi chú", 40, _TEXT),
    ),
    RegisterKind.INCOMING: _columns(
        ("Ngày đến", 24, _DAY),
        ("Số đến", 16, _NUMBER),
        ("Tác giả", 56, _TEXT),
        ("Số, ký hiệu văn bản", 34, _SYMBOL),
        ("Ngày tháng văn bản", 24, _DAY),
        ("Tên loại và trích yếu nội dung văn bản", 90, _TEXT),
        ("Đơn vị hoặc người nhận", 44, _TEXT),
        ("Ngày chuyển", 24, _DAY),
        ("Ký nhận", 24, _TEXT),
        ("Ghi chú", 44, _TEXT),
    ),
    RegisterKind.HANDLING: _columns(
        ("Số đến", 18, _NUMBER),
        ("Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan, tổ chức ban hành văn bản", 120, _TEXT),
        ("Đơn vị hoặc người nhận", 60, _TEXT),
        ("Thời hạn giải quyết", 36, _DAY),
        ("Tiến độ giải quyết", 60, _TEXT),
        ("Số, ký hiệu văn bản trả lời", 42, _SYMBOL),
        ("Ghi chú", 44, _TEXT),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One line.

    Attributes:
        series: Number series that the line belongs to.
        number: As it is written in the book, e.g. ``07``.
        on: Day of the registration, in Asia/Ho_Chi_Minh.
        cells: One text a column.
        is_counted: Its number is one of this register's: not the last one of the book before, nor what was typed as
            that by mistake.
    """

    series: str
    number: str
    on: date
    cells: tuple[str, ...]
    is_counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterBook:
    """A year's register, or one volume of it.

    Attributes:
        year: Calendar year in Asia/Ho_Chi_Minh.
        log_size: Leaves of the audit log when the lines were read.
        volume: Quyển số, from 1; None for a register that is not divided.
    """

    kind: RegisterKind
    agency: str
    year: int
    lines: tuple[RegisterLine, ...]
    log_size: int
    volume: int | None = None

    @property
    def series(self) -> str:
        """What an official calls the series of a volume, beside the agency's general one; empty for that one.

        Where lines of several series stand together, and in a register without lines, it is empty too.
        """
        found = {line.series for line in self.lines}
        return name_series(found.pop()) if len(found) == 1 else ""

    @property
    def counted(self) -> tuple[RegisterLine, ...]:
        """The lines whose numbers and days the cover names: those that are the register's own."""
        return tuple(line for line in self.lines if line.is_counted)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the book says: the same lines give it again, whoever computes it.

        Source: docs/reference/registers.md (the bytes that are hashed).
        """
        lines = [[line.series, line.number, line.on.isoformat(), *line.cells] for line in self.lines]
        value = {"kind": self.kind.value, "agency": self.agency, "year": self.year, "lines": lines}
        return hashlib.sha256(encode_canonical(value)).hexdigest()


def divide_book(book: RegisterBook, *, lines_a_volume: int = LINES_A_VOLUME) -> tuple[RegisterBook, ...]:
    """Divide a register into volumes: each series has its own, numbered from 1, of so many numbers each.

    A volume keeps its numbers, whatever is registered later: one inserted (12a) stands in the volume of its number, and
    a new series moves no other. What the register goes on from stands in the first. An empty register is one empty
    volume.

    Args:
        lines_a_volume: Numbers of one volume, from the first number of the series on; see ``RegisterLine.is_counted``.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no line would fit a volume.
    """
    if lines_a_volume < 1:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "a volume holds at least one line", vi="Mỗi quyển sổ phải có ít nhất một dòng."
        )
    volumes: list[RegisterBook] = []
    for _, series in groupby(book.lines, key=lambda line: line.series):
        lines = tuple(series)
        before = tuple(line for line in lines if not line.is_counted)
        counted = tuple(line for line in lines if line.is_counted)
        first = _number(counted[0]) if counted else 0
        parts = groupby(counted, key=lambda line: (_number(line) - first) // lines_a_volume + 1)
        for number, part in [(number, tuple(part)) for number, part in parts] or [(1, ())]:
            volumes.append(replace(book, lines=(*before, *part) if number == 1 else part, volume=number))
    return tuple(volumes) or (replace(book, volume=1),)


def name_series(register: str) -> str:
    """Return what an official calls a series beside the agency's general one, e.g. ``Quyết định``; empty for that one.

    One that docflow does not make keeps its own name.
    """
    series, _, last = register.partition(":")
    of_law = series == SeriesKind.NORMATIVE.value
    if (of_law or series == OUTGOING_REGISTER) and last in _TYPES:
        return f"{_TYPES[last]} (văn bản quy phạm pháp luật)" if of_law else _TYPES[last]
    if series == SeriesKind.COUNCIL.value and last:
        return last
    return {OUTGOING_REGISTER: "", INCOMING_REGISTER: "", COPY_REGISTER: "Bản sao"}.get(register, register)


def _number(line: RegisterLine) -> int:
    found = _DIGITS.match(line.number)
    return int(found[0]) if found else 0
