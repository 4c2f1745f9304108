"""Numbers kept for later, numbers of them that become void, and a register that goes on from a book on paper.

Invariants:
    - Each reserved number has its line, its audit leaf and its place in the chain from the moment it is reserved.
    - A register is opened once, before its first number; until then the opening may be corrected, with a reason.
    - Only a register that a number can be taken from later is reserved in; only one that the agency keeps is opened.

What it does not do: a reserved number does not run out by itself; what is not used is made void, with a reason.

Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1 (numbers run without gap); docs/adr/0051.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from msgspec.structs import replace

from docflow.audit import Json, Leaf, RegisterLink
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    ANY_NUMBER,
    COPY_REGISTER,
    INCOMING_REGISTER,
    REGISTER_OPENED,
    Agency,
    RegisterKey,
    Role,
    is_outgoing_register,
    law_date,
)
from docflow.model.wording import check_line
from docflow.office.clocks import is_out_of_order, refuse_before_log
from docflow.office.desk import Desk
from docflow.office.ledger import check_actor, find_answer, identify, keep_answer, make_request, record_event
from docflow.office.registers.numbering import NumberPlace, advance, choose_place, max_number, restart
from docflow.office.rights import require_right
from docflow.ports import EntryKind, RegisterEntry, UnitOfWork

MAX_RESERVED = 100
"""Numbers reserved at once; more is a mistake of the keyboard rather than a plan."""
MAX_REASON_CHARS = 500
MAX_REGISTER_CHARS = 200
_NUMBERED_AS_THEY_COME = frozenset({INCOMING_REGISTER, COPY_REGISTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Numbers reserved for documents to come; ``is_replay`` if the same request had reserved them before."""

    register: str
    year: int
    numbers: tuple[int, ...]
    reserved_on: date
    is_replay: bool


def reserve_numbers(
    desk: Desk, register: str, *, actor: str, reason: str, count: int = 1, idempotency_key: str | None = None
) -> Reserved:
    """Reserve the next numbers of this year's register for documents to come.

    Args:
        register: As :func:`docflow.model.register_for` names it. A số đến is never reserved: it follows the order in
            which documents come; nor is the number of a copy, which nothing could take later.
        idempotency_key: Without one, every call reserves further numbers.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no reason, not 1 to :data:`MAX_RESERVED` numbers, or no register of outgoing
            documents here. ``CLOCK_TURNED_BACK``, ``DATE_NOT_ALLOWED``; the clock stands before the register's last
            date. ``IDEMPOTENCY_CONFLICT``. ``FORBIDDEN``.
    Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1, Điều 22 khoản 2.
    """
    check_actor(actor)
    _check_register(register, agency=desk.agency, besides=frozenset())
    _check_reason(reason)
    if not 1 <= count <= MAX_RESERVED:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"reserve 1 to {MAX_RESERVED} numbers at once, not {count}",
            vi=f"Mỗi lần giữ từ 1 đến {MAX_RESERVED} số.",
        )
    at = desk.clock.now()
    key = RegisterKey(agency=desk.agency.code.text, register=register, year=law_date(at).year)
    asked: dict[str, Json] = {"reserve": [key.register, key.year, count], "reason": reason}
    if idempotency_key is None:
        request = identify(f"{key.agency}/reserve/{desk.randomness.token(16).hex()}", asked)
    else:
        request = make_request(idempotency_key, asked)

    def work(unit: UnitOfWork) -> tuple[Mapping[str, Json], bool]:
        _require_registry(unit, desk, actor, event="reserve_numbers", register=register)
        answered = find_answer(unit, request)
        if answered is not None:
            return answered, True
        refuse_before_log(at, last=unit.last_time())
        answer = _answer(key, unit.counter(key).last_number + 1, count, day=law_date(at))
        keep_answer(unit, request, answer)
        for _ in range(count):
            place = choose_place(unit, key, ANY_NUMBER)
            _check_order(unit, place, at)
            _keep_line(unit, place, kind=EntryKind.RESERVED, day=law_date(at), reason=reason)
            _leave_leaf(unit, desk, "number_reserved", place=place, actor=actor, at=at)
        return answer, False

    answer, is_replay = desk.store.transact(work)
    return _reserved(answer, is_replay=is_replay)


def void_reserved_number(
    desk: Desk, register: str, year: int, *, number: int, actor: str, reason: str
) -> RegisterEntry:
    """Make a reserved number void that no document came to use; again: nothing.

    Raises:
        UsageError: ``NOT_FOUND``, ``WRONG_STATE``; it is not a reserved one. ``BAD_ARGUMENT`` without a reason.
            ``FORBIDDEN``.
    """
    check_actor(actor)
    _check_reason(reason)
    at = desk.clock.now()
    key = RegisterKey(agency=desk.agency.code.text, register=register, year=year)

    def work(unit: UnitOfWork) -> RegisterEntry:
        _require_registry(unit, desk, actor, event="void_reserved", register=register)
        entry = unit.find_entry(key, number)
        if entry is None:
            raise UsageError(
                ErrorCode.NOT_FOUND,
                f"there is no number {number} in {register} {year}",
                vi=f"Không có số {number:02d} trong sổ năm {year}.",
            )
        if entry.kind is EntryKind.VOID and entry.document_id is None and entry.reason == reason:
            return entry
        if entry.kind is not EntryKind.RESERVED:
            raise UsageError(
                ErrorCode.WRONG_STATE,
                f"number {number} of {register} {year} is not reserved",
                vi=f"Số {number:02d} không phải là số giữ trước.",
            )
        entry = replace(entry, kind=EntryKind.VOID, reason=reason)
        unit.change_entry(entry)
        _log(unit, desk, "number_voided", actor=actor, at=at)
        return entry

    return desk.store.transact(work)


def open_register(desk: Desk, register: str, *, last_number: int, actor: str, reason: str) -> RegisterEntry:
    """Let this year's register go on from a book on paper, or from another system, whose last number is known.

    Args:
        register: As :func:`docflow.model.register_for` names it; or :data:`docflow.model.INCOMING_REGISTER`,
            :data:`docflow.model.COPY_REGISTER`.
        last_number: The last number given elsewhere: docflow goes on with the next.

    Raises:
        UsageError: ``ALREADY_EXISTS``; the register has numbers, or was opened. ``BAD_ARGUMENT`` without a reason, or
            the agency keeps no such register. ``FORBIDDEN``.
    """
    check_actor(actor)
    _check_opening(desk, register, last_number=last_number, reason=reason)
    at = desk.clock.now()
    key = RegisterKey(agency=desk.agency.code.text, register=register, year=law_date(at).year)

    def work(unit: UnitOfWork) -> RegisterEntry:
        _require_registry(unit, desk, actor, event="open_register", register=register)
        counter = unit.counter(key)
        if counter.last_number:
            there = unit.find_entry(key, last_number)
            if there is not None and there.kind is EntryKind.OPENING:
                return there
            raise UsageError(
                ErrorCode.ALREADY_EXISTS,
                f"the register {register} {key.year} has numbers up to {counter.last_number}",
                vi=f"Sổ năm {key.year} đã có số {counter.last_number:02d}, không mở tiếp được nữa.",
                way_out="correct the opening, if it was mistyped and no number was given since",
            )
        place = NumberPlace(counter=counter, number=last_number)
        entry = _keep_line(unit, place, kind=EntryKind.OPENING, day=law_date(at), reason=reason)
        _leave_leaf(unit, desk, REGISTER_OPENED, place=place, actor=actor, at=at)
        return entry

    return desk.store.transact(work)


def correct_opening(desk: Desk, register: str, *, last_number: int, actor: str, reason: str) -> RegisterEntry:
    """Let this year's register go on from another number than was typed, while it has given none; again: nothing.

    The line that was typed stays with the reason, until the register itself comes to that number.

    Raises:
        UsageError: ``WRONG_STATE``; the register was not opened, or has given or reserved a number since.
            ``BAD_ARGUMENT`` without a reason, or the agency keeps no such register. ``DATE_NOT_ALLOWED``; the clock
            stands before the day of the opening. ``FORBIDDEN``.
    Source: docs/adr/0051.
    """
    check_actor(actor)
    _check_opening(desk, register, last_number=last_number, reason=reason)
    at = desk.clock.now()
    key = RegisterKey(agency=desk.agency.code.text, register=register, year=law_date(at).year)

    def work(unit: UnitOfWork) -> RegisterEntry:
        _require_registry(unit, desk, actor, event="correct_opening", register=register)
        counter = unit.counter(key)
        wrong = unit.find_entry(key, counter.last_number) if counter.last_number else None
        if wrong is None or wrong.kind is not EntryKind.OPENING:
            raise UsageError(
                ErrorCode.WRONG_STATE,
                f"{register} {key.year} was not opened with a number, or has given {counter.last_number} since",
                vi=f"Sổ năm {key.year} không mở tiếp theo sổ cũ, hoặc đã cấp số sau khi mở; không sửa được nữa.",
                way_out="go on; say in the reason of the next reserved or void number what happened",
            )
        if wrong.number == last_number:
            return wrong
        _check_order(unit, NumberPlace(counter=counter, number=last_number), at)
        unit.change_entry(replace(wrong, kind=EntryKind.CORRECTED, reason=reason))
        there = unit.find_entry(key, last_number)
        place = NumberPlace(counter=counter, number=last_number, has_line=there is not None)
        entry = _keep_line(unit, place, kind=EntryKind.OPENING, day=law_date(at), reason=reason)
        link = RegisterLink(register=register, year=key.year, number=last_number, previous=counter.last_leaf_hash)
        leaf = _log(unit, desk, REGISTER_OPENED, actor=actor, at=at, link=link)
        restart(unit, place, leaf=leaf, day=law_date(at))
        return entry

    return desk.store.transact(work)


def _check_opening(desk: Desk, register: str, *, last_number: int, reason: str) -> None:
    _check_register(register, agency=desk.agency, besides=_NUMBERED_AS_THEY_COME)
    _check_reason(reason)
    if not 1 <= last_number < max_number(register):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the last number of the book before is 1 to {max_number(register) - 1}, not {last_number}",
            vi=f"Số cuối của sổ cũ phải từ 01 đến {max_number(register) - 1}.",
        )


def _keep_line(unit: UnitOfWork, place: NumberPlace, *, kind: EntryKind, day: date, reason: str) -> RegisterEntry:
    entry = RegisterEntry(
        key=place.counter.key,
        number=place.number,
        kind=kind,
        document_id=None,
        symbol="",
        issued_on=day,
        reason=reason,
    )
    if place.has_line:
        unit.change_entry(entry)
    else:
        unit.add_entry(entry)
    return entry


def _leave_leaf(unit: UnitOfWork, desk: Desk, event: str, *, place: NumberPlace, actor: str, at: datetime) -> None:
    leaf = _log(unit, desk, event, actor=actor, at=at, link=place.link)
    advance(unit, place, leaf=leaf, day=law_date(at))


def _log(
    unit: UnitOfWork, desk: Desk, event: str, *, actor: str, at: datetime, link: RegisterLink | None = None
) -> Leaf:
    code = desk.agency.code.text
    return record_event(
        unit, event, time=at, actor=actor, agency=code, subject=code, randomness=desk.randomness, link=link
    )


def _check_order(unit: UnitOfWork, place: NumberPlace, at: datetime) -> None:
    day, last, agency = law_date(at), place.counter.last_date, place.counter.key.agency
    if last is not None and is_out_of_order(unit, agency, at, last=last):
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"today, {day}, is before the register's last date, {last}: is the clock right?",
            vi=f"Hôm nay {day:%d/%m/%Y} trước ngày cuối trong sổ {last:%d/%m/%Y}; hãy kiểm tra đồng hồ máy.",
        )


def _require_registry(unit: UnitOfWork, desk: Desk, actor: str, *, event: str, register: str) -> None:
    """Văn thư keeps the registers: whoever may give a number may keep one, and nobody else."""
    require_right(unit, desk, actor, role=Role.REGISTRY, event=event, subject=register)


def _check_register(register: str, *, agency: Agency, besides: frozenset[str]) -> None:
    check_line(register, limit=MAX_REGISTER_CHARS, what="register", vi="Tên sổ")
    if register in besides or is_outgoing_register(register, agency=agency):
        return
    if register in _NUMBERED_AS_THEY_COME:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"no number of {register} is reserved: they are given one after another as documents come, or copies",
            vi="Không giữ trước số đến, số bản sao: các số này lấy lần lượt khi tiếp nhận, khi sao.",
            way_out="reserve numbers of outgoing documents only",
        )
    raise UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"the agency keeps no register {register[:60]!r}",
        vi=f"Cơ quan không có sổ {register[:60]!r}.",
        way_out="ask register_name(…) how the register of a type of documents is called here",
    )


def _check_reason(reason: str) -> None:
    check_line(reason, limit=MAX_REASON_CHARS, what="reason", vi="Lý do")


def _answer(key: RegisterKey, first: int, count: int, *, day: date) -> dict[str, Json]:
    return {"register": key.register, "year": key.year, "first": first, "count": count, "on": day.isoformat()}


def _reserved(answer: Mapping[str, Json], *, is_replay: bool) -> Reserved:
    first, count, year = (int(str(answer[name])) for name in ("first", "count", "year"))
    return Reserved(
        register=str(answer["register"]),
        year=year,
        numbers=tuple(range(first, first + count)),
        reserved_on=date.fromisoformat(str(answer["on"])),
        is_replay=is_replay,
    )
