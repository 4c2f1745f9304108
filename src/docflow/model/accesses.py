"""Accesses (lượt truy cập): who looked at which document or file, or entered the system; how they are asked for.

What it does not do: it sees nobody; the front end that shows a document reports the access.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục II.3, III.5a, III.6a, III.6b, III.6i, III.6l.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.secrecy import refuse_marked
from docflow.model.wording import check_line

MAX_ACCESSES = 1000
"""Accesses reported at once, and read at once: a front end's buffer, and what a person looks through."""
MAX_SKIPPED_COUNTS = 1_000_000
"""Further down a narrower question helps."""
MAX_PERSON_CHARS = 200
"""Longer names of people, units and addresses are refused."""
MAX_ACCESS_ID_CHARS = 100
"""Longer ids of accesses are refused."""
MAX_SUBJECT_CHARS = 200
"""Longer than any id of a document or code of a file."""


class AccessKind(StrEnum):
    """What was done; the value is stable and stored.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.5a (truy cập, xem), III.6i (tải, in).
    """

    TRUY_CAP = "truy_cap"
    """The system was entered; of the system only."""
    XEM = "xem"
    """Shown."""
    TAI = "tai"
    """Taken out as a file: downloaded, exported."""
    IN = "in"
    """Printed."""

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _KINDS[self]


class AccessTarget(StrEnum):
    """What was accessed; the value is stable and stored."""

    OUTGOING = "di"
    INCOMING = "den"
    FILE = "ho_so"
    SYSTEM = "he_thong"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _TARGETS[self]


class AccessBy(StrEnum):
    """What accesses are counted by."""

    TOTAL = "total"
    SUBJECT = "subject"
    PERSON = "person"
    UNIT = "unit"
    DAY = "day"
    MONTH = "month"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _COUNTED_BY[self]


_KINDS: Mapping[AccessKind, str] = {
    AccessKind.TRUY_CAP: "truy cập",
    AccessKind.XEM: "xem",
    AccessKind.TAI: "tải",
    AccessKind.IN: "in",
}
_TARGETS: Mapping[AccessTarget, str] = {
    AccessTarget.OUTGOING: "văn bản đi",
    AccessTarget.INCOMING: "văn bản đến",
    AccessTarget.FILE: "hồ sơ",
    AccessTarget.SYSTEM: "hệ thống",
}
_COUNTED_BY: Mapping[AccessBy, str] = {
    AccessBy.TOTAL: "Tổng số",
    AccessBy.SUBJECT: "Văn bản, hồ sơ",
    AccessBy.PERSON: "Người truy cập",
    AccessBy.UNIT: "Đơn vị",
    AccessBy.DAY: "Ngày",
    AccessBy.MONTH: "Tháng",
}


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access as the front end reports it.

    Does not check: that the person was there; the front end says so.

    Attributes:
        subject: ``document.id``, ``incoming_document.id`` or the code of a file; empty for the system.
        unit: Unit of the person, or empty if it is not known.
        address: From where, e.g. the machine's address, or empty if it is not known.
        access_id: Chosen by the front end; reported again under the same id, an access is recorded once. None: each
            report is an access.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a text that is empty, too long or holds what cannot be read; a subject of the
            system, or none of something else; the system viewed, or a document entered. ``SECRET_DOCUMENT``.
    """

    person: str
    kind: AccessKind
    target: AccessTarget
    subject: str = ""
    unit: str = ""
    address: str = ""
    access_id: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in tuple(AccessKind) or self.target not in tuple(AccessTarget):  # a caller without types
            raise _bad("an access has a kind and a target", vi="Phải nêu hình thức và đối tượng truy cập.")
        check_line(self.person, limit=MAX_PERSON_CHARS, what="person", vi="Họ tên")
        check_line(self.unit, limit=MAX_PERSON_CHARS, what="unit", vi="Đơn vị", is_optional=True)
        check_line(self.address, limit=MAX_PERSON_CHARS, what="address", vi="Địa chỉ", is_optional=True)
        refuse_marked(self, name="access")
        is_system = self.target is AccessTarget.SYSTEM
        check_line(self.subject, limit=MAX_SUBJECT_CHARS, what="subject", vi="Mã", is_optional=is_system)
        if self.access_id is not None:
            check_line(self.access_id, limit=MAX_ACCESS_ID_CHARS, what="access id", vi="Mã lượt truy cập")
        if is_system != (self.kind is AccessKind.TRUY_CAP) or (is_system and self.subject):
            raise _bad(
                "the system is entered; a document or file is viewed, downloaded or printed",
                vi="Hệ thống thì truy cập; văn bản, hồ sơ thì xem, tải hoặc in.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """One access as it is recorded.

    Attributes:
        position: Counts an agency's accesses, from 0.
        at: When it was reported, by the office's clock.
        reported_by: Who reported it: the front end, or the person himself.
        may_read: 1 if the person might read it when it was reported, else 0; None of the system, and of what was
            reported before this was asked.
    """

    agency: str
    position: int
    at: datetime
    person: str
    kind: AccessKind
    target: AccessTarget
    subject: str
    unit: str
    address: str
    reported_by: str
    access_id: str | None = None
    may_read: int | None = None


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuery:
    """Which accesses are meant; everything given must hold, nothing given means all.

    Attributes:
        subject: Of the ``target``, which must then be given.
        since, until: Days in Asia/Ho_Chi_Minh, both included.
        may_read: False: only what somebody looked at that he might not read; True: only what he might.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a subject without a target, or of the system; a period that ends before it begins.
    """

    target: AccessTarget | None = None
    subject: str | None = None
    person: str | None = None
    unit: str | None = None
    kind: AccessKind | None = None
    since: date | None = None
    until: date | None = None
    may_read: bool | None = None

    def __post_init__(self) -> None:
        if self.subject is not None and self.target in {None, AccessTarget.SYSTEM}:
            raise _bad("a subject is one of documents or of files", vi="Phải nêu mã thuộc văn bản đi, đến hay hồ sơ.")
        if self.since and self.until and self.until < self.since:
            raise _bad("the period ends before it begins", vi="Ngày kết thúc phải sau ngày bắt đầu.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    """Part of a history, the newest first; ``before`` asks for the next part, None: there is no more."""

    entries: tuple[AccessEntry, ...]
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessCount:
    """How many accesses of each kind (số lượt truy cập).

    Attributes:
        key: Of what: an id or code, a person, a unit, a day ``2026-11-29``, a month ``2026-11``; empty for a total, for
            the system, and for whoever's unit is not known.
        target: Given if documents and files are counted one by one.
        entered: Of the system.
        total: All kinds together.
    """

    key: str
    target: AccessTarget | None
    entered: int
    viewed: int
    downloaded: int
    printed: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessCounts:
    """Accesses counted.

    Attributes:
        lines: Days and months in their order, everything else the most accessed first.
        total: Of everything asked for, also of lines on other pages.
        has_more: Whether lines follow.
    """

    by: AccessBy
    lines: tuple[AccessCount, ...]
    total: AccessCount
    has_more: bool


def check_page(*, limit: int, skip: int = 0, before: int | None = None) -> None:
    """Check how much of a history or of counts is asked for.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    if not 1 <= limit <= MAX_ACCESSES:
        raise _bad(f"1 to {MAX_ACCESSES} lines are given at once", vi=f"Mỗi lần đọc từ 1 đến {MAX_ACCESSES} dòng.")
    if not 0 <= skip <= MAX_SKIPPED_COUNTS:
        raise _bad(
            f"0 to {MAX_SKIPPED_COUNTS} lines are left out", vi=f"Số dòng bỏ qua phải từ 0 đến {MAX_SKIPPED_COUNTS}."
        )
    if before is not None and not 0 <= before < 2**53:
        raise _bad("no access has this position", vi="Không có lượt truy cập nào ở vị trí này.")


def _bad(message: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi)
