"""Files (hồ sơ) as docflow keeps them: the list of a year, what is in each, how long it is kept.

Invariants:
    - A document may stand in several files; it is kept once.
    - An ordinal in a file is given once and never again, also when its document is taken out.

What it does not do: which retention a file gets is the archive's table to say; docflow takes it as typed.

Source: Nghị định 30/2020/NĐ-CP Điều 28–30, Phụ lục V, Phụ lục VI Phần II; Thông tư 01/2019/TT-BNV Điều 16, 20;
docs/adr/0060.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.drafts import MAX_NOTE_CHARS, MAX_ORGAN_NAME_CHARS, MAX_SUBJECT_CHARS
from docflow.model.file_states import FileEvent, FileState
from docflow.model.searching import Direction
from docflow.model.wording import check_line

MAX_NOTATION_CHARS = 20
"""Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II: FileNotation (số và ký hiệu hồ sơ)."""
MAX_CREATOR_CHARS = 30
"""The same: Creator, Rights, Maintenance."""
MAX_LANGUAGE_CHARS = 50
"""The same: Language of a file."""
MAX_ORDINAL = 999
"""The same: DocOrdinal (STT văn bản trong hồ sơ), 3 digits."""
MAX_RETENTION_YEARS = 200
"""Longer is "vĩnh viễn"."""

_FIRST_YEAR, _LAST_YEAR = 1945, 9000


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """A line of the year's list of files (danh mục hồ sơ).

    Attributes:
        year: Năm hình thành hồ sơ.
        notation: Số và ký hiệu hồ sơ, e.g. ``01.TCCB``; once in a year.
        retention_years: None for "vĩnh viễn".
        creator: Who makes it (người lập hồ sơ).
        unit: The unit he belongs to.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục V, Phụ lục VI Phần II.
    """

    year: int
    notation: str
    title: str
    retention_years: int | None
    creator: str
    unit: str = ""
    rights: str = ""
    language: str = "Tiếng Việt"
    description: str = ""

    def __post_init__(self) -> None:
        check_line(self.notation, limit=MAX_NOTATION_CHARS, what="notation", vi="Số, ký hiệu hồ sơ")
        check_line(self.title, limit=MAX_SUBJECT_CHARS, what="title", vi="Tiêu đề hồ sơ")
        check_line(self.creator, limit=MAX_CREATOR_CHARS, what="creator", vi="Người lập hồ sơ")
        check_line(self.unit, limit=MAX_ORGAN_NAME_CHARS, what="unit", vi="Đơn vị", is_optional=True)
        check_line(self.rights, limit=MAX_CREATOR_CHARS, what="rights", vi="Chế độ sử dụng", is_optional=True)
        check_line(self.language, limit=MAX_LANGUAGE_CHARS, what="language", vi="Ngôn ngữ")
        check_line(self.description, limit=MAX_NOTE_CHARS, what="description", vi="Ghi chú", is_optional=True)
        is_kept = self.retention_years is None or 1 <= self.retention_years <= MAX_RETENTION_YEARS
        if not is_kept or not _FIRST_YEAR <= self.year <= _LAST_YEAR or self.notation.split() != [self.notation]:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"a file has a year, a notation without spaces, and a retention of 1 to {MAX_RETENTION_YEARS} years",
                vi="Năm, ký hiệu hoặc thời hạn bảo quản của hồ sơ không hợp lệ.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A file at one moment of its life.

    Attributes:
        code: Mã hồ sơ: agency, year and notation with dots between; also its id here.
        ordinal: The last ordinal given in it.
        document_count: Documents in it now.
        opened_on, closed_on: Days in Asia/Ho_Chi_Minh; the work ends when it is closed.
        noticed_on: When the archive gave notice of its list; ``hand_over_due`` is set with it.
        handed_over_to: Who took it in the archive.
        proposed_by, proposed_at, proposal: Who would destroy it, since when, and why.
    """

    agency: str
    code: str
    state: FileState
    year: int
    notation: str
    title: str
    retention_years: int | None
    creator: str
    unit: str
    rights: str
    language: str
    description: str
    planned_at: datetime
    planned_by: str
    ordinal: int = 0
    document_count: int = 0
    opened_on: date | None = None
    closed_on: date | None = None
    noticed_on: date | None = None
    hand_over_due: date | None = None
    handed_over_at: datetime | None = None
    handed_over_to: str | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    proposal: str | None = None
    destroyed_at: datetime | None = None
    destroyed_by: str | None = None
    act_count: int = 0
    acted_at: datetime | None = None

    @property
    def retention(self) -> str:
        """How long it is kept, as printed."""
        return "Vĩnh viễn" if self.retention_years is None else f"{self.retention_years} năm"

    @property
    def kept_until(self) -> date | None:
        """The last day of its retention, counted from the end of the year in which it was closed; None: for ever."""
        if self.retention_years is None or self.closed_on is None:
            return None
        return date(self.closed_on.year + self.retention_years, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDocument:
    """A document in a file; ``ordinal`` counts from 1, ``removed_at`` is set when it was taken out."""

    agency: str
    file_code: str
    ordinal: int
    direction: Direction
    document_id: str
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAct:
    """One thing that was done with a file, and what was said; ``position`` counts from 0."""

    agency: str
    file_code: str
    position: int
    event: FileEvent
    at: datetime
    actor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """Content that was destroyed with a file past its retention; the document's metadata stay."""

    agency: str
    sha256: str
    file_code: str
    document_id: str
    destroyed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileListApproval:
    """The head of the agency approved the year's list of files (danh mục hồ sơ), as it then was.

    Attributes:
        position: From 0: a list that grew is approved again.
        document_id: The issued document by which it was promulgated, if it is here.
        digest: See :func:`digest_file_list`.
    """

    agency: str
    year: int
    position: int
    approved_at: datetime
    approved_by: str
    document_id: str | None
    file_count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsLine:
    """A line of a file's table of contents (mục lục văn bản), or of the export.

    Attributes:
        content: SHA-256 of the PDF, or None: there is only paper, or it was destroyed or given back to its sender.
        is_destroyed: Whether it was there and is so no more.
        is_hidden: Whether whoever asked may not read the document: then nothing else is told of it but its ordinal.
        channel: How an incoming document came; None for outgoing ones.
    """

    ordinal: int
    direction: Direction
    document_id: str
    symbol: str
    day: date | None
    issuer: str
    title: str
    created_at: datetime
    content: str | None
    channel: str | None = None
    signer: str = ""
    signer_position: str = ""
    arrival_number: int | None = None
    is_destroyed: bool = False
    is_hidden: bool = False


def name_file(agency: str, plan: FilePlan) -> str:
    """Return the code of a file (mã hồ sơ), e.g. ``000.06.16.G09.2010.01.TH``.

    Source: Thông tư 01/2019/TT-BNV Điều 16 khoản 3.
    """
    return f"{agency}.{plan.year}.{plan.notation}"


def check_year(year: int) -> None:
    """Check the year of a list of files.

    Raises:
        UsageError: ``BAD_ARGUMENT``; not one of four digits.
    """
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "no year of a list of files", vi="Năm của danh mục hồ sơ không hợp lệ."
        )


def digest_file_list(files: Iterable[CaseFile]) -> str:
    """Return what an approval says of a list: SHA-256 (hex) over its lines, by code.

    A line is code, title, retention in years (empty: for ever), creator and unit, each followed by a line feed.
    """
    listed = sorted(files, key=lambda file: file.code)
    lines = ((file.code, file.title, file.retention_years or "", file.creator, file.unit) for file in listed)
    return hashlib.sha256("".join(f"{cell}\n" for line in lines for cell in line).encode()).hexdigest()


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    return date(year, month, 28)
