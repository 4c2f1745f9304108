"""What an office is opened with beside its folder, read from a file of settings: trust, people, codes, hours, terms.

Invariants:
    - A field that docflow does not know is refused: a slip of the pen must not leave signatures unchecked.

What it does not do: it holds no secret, and no rule that the log does not record in its effects. A term that a clause
fixes is no setting here, nor is the day until which a number may be given: that is the next working day (NĐ 30/2020
Điều 15.2), by this calendar.

Source: docs/adr/0079.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from pathlib import Path

import msgspec

from docflow.calendars import load_calendar
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    Directory,
    DirectoryEntry,
    OfficeTerms,
    Period,
    Session,
    Staff,
    UrgentHours,
    WorkingCalendar,
    WorkingHours,
    build_directory,
    parse_agency_code,
)
from docflow.ports import Verifier
from docflow.signing import load_verifier
from docflow.wiring.arguments import checked
from docflow.wiring.typed_json import read_json

MAX_SETTINGS_BYTES = 10_000_000
"""Every commune of the country with its predecessors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """What the file says; each is an argument of :meth:`docflow.Office.open`.

    Attributes:
        verifier: Judges the signatures of the agency's own documents; None: they are recorded as not checked.
        staff: Who may sign for whom, on which days; None: nobody is asked.
        codes: Agency codes with their successors; None: each code is taken as it stands.
        calendar: Working days and hours; None: those that docflow knows, 8–12 and 13–17.
        terms: The terms that the agency sets for itself; None: docflow's.
    """

    verifier: Verifier | None = None
    staff: Staff | None = None
    codes: Directory | None = None
    calendar: WorkingCalendar | None = None
    terms: OfficeTerms | None = None


class _Weekday(StrEnum):
    """A day of the week as it is written in Vietnam; their order is that of :attr:`docflow.WorkingHours.weekdays`."""

    MONDAY = "T2"
    TUESDAY = "T3"
    WEDNESDAY = "T4"
    THURSDAY = "T5"
    FRIDAY = "T6"
    SATURDAY = "T7"
    SUNDAY = "CN"


_WEEKDAYS = tuple(_Weekday)
_SESSION = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class _Hours(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """:class:`docflow.WorkingHours` as people write them: ``07:30-11:30``, ``T2``."""

    sessions: tuple[str, ...] = ("08:00-12:00", "13:00-17:00")
    weekdays: tuple[_Weekday, ...] = _WEEKDAYS[:5]


class _Urgent(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    khan: int = UrgentHours().khan
    thuong_khan: int = UrgentHours().thuong_khan
    hoa_toc: int = UrgentHours().hoa_toc


class _Terms(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Those of :class:`docflow.OfficeTerms` that no clause fixes."""

    handling_days: int | None = None
    remind_hours: int = OfficeTerms().remind_hours
    urgent_hours: _Urgent = msgspec.field(default_factory=_Urgent)


class _Code(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One code, as people write it: :class:`docflow.model.DirectoryEntry` with its codes as texts."""

    code: str
    name: str
    parent: str | None = None
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The file; paths are relative to the folder that it lies in."""

    trust: str | None = None
    is_online: bool = True
    staff: Staff | None = None
    codes: tuple[_Code, ...] | None = None
    calendar: str | None = None
    hours: _Hours | None = None
    terms: _Terms | None = None


@checked
def read_settings(path: Path | str, *, is_verifying: bool = True) -> OfficeSettings:
    """Return what a JSON file of settings says.

    Args:
        is_verifying: Load the trust folder too; whoever only reads an office needs none.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no such file, no such field, a term that ends before it begins, a delegation
            without end, no usable trust folder, hours or terms that are none, no file of decreed days, a code
            that stands twice.
        InputError: ``MALFORMED_INPUT``; no agency code, no decreed days.
    Source: docs/howto/run-an-office.md.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SETTINGS_BYTES + 1)
    except OSError as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{path}: no settings of an office: {exc}",
            vi=f"Không đọc được tệp cấu hình văn phòng {path}.",
            way_out="see docs/howto/run-an-office.md for what the file holds",
        ) from exc
    try:
        return _understand(data, path, is_verifying=is_verifying)
    except UsageError as exc:
        if exc.message.startswith(f"{path}: "):
            raise
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{path}: {exc.message}",
            vi=f"Tệp {path}: {exc.vi}",
            way_out=exc.way_out or "see docs/howto/run-an-office.md for what the file holds",
        ) from exc


def _understand(data: bytes, path: Path, *, is_verifying: bool) -> OfficeSettings:
    given: _File = read_json(
        data, _File, what=f"{path}: no settings of an office", vi=f"Tệp {path} không phải cấu hình của văn phòng"
    )
    trust = path.parent / given.trust if given.trust is not None and is_verifying else None
    return OfficeSettings(
        verifier=None if trust is None else load_verifier(trust, is_online=given.is_online),
        staff=given.staff,
        codes=None if given.codes is None else build_directory(map(_entry, given.codes)),
        calendar=_calendar(given, folder=path.parent),
        terms=None if given.terms is None else _terms(given.terms),
    )


def _calendar(given: _File, *, folder: Path) -> WorkingCalendar | None:
    if given.calendar is None and given.hours is None:
        return None
    extra = None if given.calendar is None else folder / given.calendar
    return load_calendar(extra=extra, hours=None if given.hours is None else _hours(given.hours))


def _hours(given: _Hours) -> WorkingHours:
    return WorkingHours(
        sessions=tuple(map(_session, given.sessions)),
        weekdays=frozenset(map(_WEEKDAYS.index, given.weekdays)),
    )


def _session(text: str) -> Session:
    found = _SESSION.fullmatch(text)
    if found is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"no hours of a session: {text[:40]!r}",
            vi=f"Giờ làm việc {text[:40]!r} không đúng dạng.",
            way_out="write them as 07:30-11:30",
        )
    begins, begins_minute, ends, ends_minute = map(int, found.groups())
    return Session(begins=time(begins, begins_minute), ends=time(ends, ends_minute))


def _terms(given: _Terms) -> OfficeTerms:
    urgent = given.urgent_hours
    return OfficeTerms(
        urgent=UrgentHours(khan=urgent.khan, thuong_khan=urgent.thuong_khan, hoa_toc=urgent.hoa_toc),
        handling_days=given.handling_days,
        remind_hours=given.remind_hours,
    )


def _entry(given: _Code) -> DirectoryEntry:
    return DirectoryEntry(
        code=parse_agency_code(given.code),
        name=given.name,
        parent=None if given.parent is None else parse_agency_code(given.parent),
        term=Period(since=given.since, until=given.until),
        successors=tuple(map(parse_agency_code, given.successors)),
        aliases=tuple(map(parse_agency_code, given.aliases)),
    )
