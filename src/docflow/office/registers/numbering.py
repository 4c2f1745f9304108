"""Numbers: which one a document gets, in which order, and what the audit leaf says of it.

Invariants:
    - The next number is one more than the last; it is given in the transaction that uses it and is never given back.
    - A number typed by hand is a reserved one or the next one; one that exists, or that leaves a gap, is refused.
    - Dates of documents follow the order of their numbers, reserved ones too; only an explicit permission, which the
      register shows, or a clock that was wrong, as its recorded correction says, lets a date stand apart.
    - A sub-number (12a) takes no place in the series and needs a permission: the decree knows Arabic digits only.

What it does not do: it writes no document; it does not judge who may permit.

Source: Nghị định 30/2020/NĐ-CP Điều 15, Phụ lục I Phần I mục II.3; docs/adr/0051.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from docflow.audit import Leaf, RegisterLink
from docflow.errors import ErrorCode, UsageError
from docflow.model import INCOMING_REGISTER, MAX_NUMBER, NumberWish, RegisterKey, law_date
from docflow.model.incoming import MAX_ARRIVAL_NUMBER
from docflow.office.clocks import find_present_day, is_excused
from docflow.ports import EntryKind, RegisterCounter, RegisterEntry, UnitOfWork

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OF_ANOTHER_BOOK = frozenset({EntryKind.OPENING, EntryKind.CORRECTED})
_MAX_WITH_LETTER = MAX_NUMBER // 10
"""The highest number that has room for a letter in the field of CodeNumber."""


class NumberPlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place in a register, chosen and not yet taken.

    Attributes:
        counter: The register's head as it was.
        suffix: Letter of a sub-number, or empty.
        reserved: The line that reserved the number, or None.
        has_line: The number has a line already, which changes: it was reserved, or once typed as an opening by mistake.
    """

    counter: RegisterCounter
    number: int
    suffix: str = ""
    reserved: RegisterEntry | None = None
    has_line: bool = False

    @property
    def is_next(self) -> bool:
        """Return whether the number is the next of the series."""
        return self.number > self.counter.last_number

    @property
    def link(self) -> RegisterLink | None:
        """The place in the register's chain of leaves, or None for a number that has its place already."""
        if not self.is_next:
            return None
        key, previous = self.counter.key, self.counter.last_leaf_hash
        return RegisterLink(register=key.register, year=key.year, number=self.number, previous=previous)


def choose_place(unit: UnitOfWork, key: RegisterKey, wish: NumberWish) -> NumberPlace:
    """Return the place in a register that a wish means.

    Raises:
        UsageError: ``NUMBER_TAKEN``, ``NUMBER_NOT_NEXT``, ``PERMISSION_NEEDED``, ``NOT_FOUND``; ``WRONG_STATE``, the
            register is full.
    """
    counter = unit.counter(key)
    if wish.sub_of is not None:
        return _insert_after(unit, counter, wish, number=wish.sub_of)
    number = wish.number if wish.number is not None else counter.last_number + 1
    if number == counter.last_number + 1:
        refuse_beyond(counter)
        return NumberPlace(counter=counter, number=number, has_line=number == counter.line_above)
    if number > counter.last_number:
        raise UsageError(
            ErrorCode.NUMBER_NOT_NEXT,
            f"number {number} would leave a gap: the next of {key.register} {key.year} is {counter.last_number + 1}",
            vi=f"Số {number:02d} sẽ làm sổ bị ngắt quãng; số tiếp theo là {counter.last_number + 1:02d}.",
            way_out="take the next number; reserve numbers that are to be used later",
        )
    entry = unit.find_entry(key, number)
    if entry is None or entry.kind is not EntryKind.RESERVED:
        raise UsageError(
            ErrorCode.NUMBER_TAKEN,
            f"number {number} of {key.register} {key.year} exists: {entry.symbol if entry else 'in the book before'}",
            vi=f"Số {number:02d} đã có trong sổ năm {key.year}.",
            way_out="take the next number",
        )
    return NumberPlace(counter=counter, number=number, reserved=entry, has_line=True)


def refuse_of_two_years(unit: UnitOfWork, before: RegisterKey, wish: NumberWish) -> None:
    """Refuse a number typed without a date, if it can mean one of the year before as well: it does not say which.

    Args:
        before: The same register in the year before, in which the leader signed.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    number = wish.number if wish.number is not None else wish.sub_of
    entry = None if number is None else unit.find_entry(before, number)
    if entry is None or entry.kind in _OF_ANOTHER_BOOK:
        return
    if wish.number is not None and entry.kind is not EntryKind.RESERVED:
        return
    raise UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"number {number} without a date can be of {before.year} too, where it is {entry.kind.value}",
        vi=f"Số {number:02d} có thể là số của năm {before.year} hoặc của năm nay; hãy ghi rõ ngày ban hành.",
        way_out="name the date, which says the year: on=…",
    )


def find_limits(unit: UnitOfWork, place: NumberPlace, *, day: date, now: datetime) -> tuple[date | None, date | None]:
    """Return the first and the last date that keep the order of time; None where no other date stands beside it.

    A reserved number lies between the documents below it and above it, and is not older than its reservation. Dates
    that somebody permitted, and those that a wrong clock gave, stand apart themselves: they hold nobody up.

    Args:
        day: The date that the document is to bear.
    """
    key, number = place.counter.key, place.number
    begins = place.reserved.issued_on if place.reserved else None
    first = begins or place.counter.last_date
    if begins is not None or day < law_date(now):
        # A reserved number below may have been used since the head moved; what is dated today comes after it anyhow.
        first = _latest(first, unit.find_last_day(key, below=number, until=date.max))
    if first is not None and day < first and is_excused(unit, key.agency, first, now=now):
        present = find_present_day(unit, now)
        first = unit.find_last_day(key, below=number, until=present)
        first = _latest(first, begins if begins is not None and begins <= present else None)
    last = unit.find_first_day(key, above=number, since=first or date.min) if place.reserved else None
    return first, last


def max_number(register: str) -> int:
    """Return the highest number of a register.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II (CodeNumber 11 characters, ArrivalNumber 10 digits).
    """
    return MAX_ARRIVAL_NUMBER if register == INCOMING_REGISTER else MAX_NUMBER


def refuse_beyond(counter: RegisterCounter) -> None:
    """Refuse the next number of a register if it would be longer than the field that holds it.

    Raises:
        UsageError: ``WRONG_STATE``.
    """
    if counter.last_number >= max_number(counter.key.register):
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"{counter.key.register} {counter.key.year} has reached {counter.last_number}, the highest number",
            vi=f"Sổ năm {counter.key.year} đã đến số {counter.last_number}, là số lớn nhất ghi được.",
            way_out="a register that was opened with a wrong last number goes on in the next year",
        )


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def advance(unit: UnitOfWork, place: NumberPlace, *, leaf: Leaf, day: date) -> None:
    """Move the register's head to a number that was taken; a number that had its place already moves nothing."""
    if place.is_next:
        last = place.counter.last_date
        day = day if last is None else max(day, last)
        unit.advance_counter(replace(place.counter, last_number=place.number, last_date=day, last_leaf_hash=leaf.hash))


def restart(unit: UnitOfWork, place: NumberPlace, *, leaf: Leaf, day: date) -> None:
    """Move the head of a register to the number with which its opening was corrected, also back."""
    last = place.counter.last_date
    day = day if last is None else max(day, last)
    unit.restart_counter(replace(place.counter, last_number=place.number, last_date=day, last_leaf_hash=leaf.hash))


def _insert_after(unit: UnitOfWork, counter: RegisterCounter, wish: NumberWish, *, number: int) -> NumberPlace:
    if wish.permission is None:
        raise UsageError(
            ErrorCode.PERMISSION_NEEDED,
            f"a sub-number of {number} is no number as the decree knows it",
            vi="Số phụ (ví dụ 12a) không có trong quy định; phải có người có thẩm quyền cho phép và ghi rõ lý do.",
            way_out="take the next number, or pass permission=Permission(granted_by=…, reason=…)",
        )
    entry = unit.find_entry(counter.key, number)
    if entry is None or entry.kind in _OF_ANOTHER_BOOK:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"there is no number {number} in {counter.key.register} {counter.key.year}",
            vi=f"Không có số {number:02d} trong sổ năm {counter.key.year}.",
        )
    if number > _MAX_WITH_LETTER:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"a sub-number of {number} would be longer than the field that holds it",
            vi=f"Số phụ của số {number} dài hơn trường ghi số của văn bản.",
            way_out="a register that was opened with a wrong last number goes on in the next year",
        )
    taken = len([suffix for suffix in unit.list_suffixes(counter.key, number) if suffix])
    if taken == len(_LETTERS):
        raise UsageError(
            ErrorCode.NUMBER_TAKEN,
            f"number {number} has a sub-number for every letter",
            vi=f"Số {number:02d} đã hết chữ cái cho số phụ.",
        )
    return NumberPlace(counter=counter, number=number, suffix=_LETTERS[taken])
