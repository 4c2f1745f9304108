"""Drafts: what a document says about itself before it has a number.

Invariants:
    - A value of these types is complete and within the lengths of the metadata fields, or it was never made.
    - A draft may be secret, and is then taken in by nobody: :mod:`docflow.model.secrecy` stands before every door.

What it does not do: it holds no PDF; it knows no database.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II; law on secrets: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.agencies import AgencyCode, check_abbreviation
from docflow.model.annotations import checked_fields
from docflow.model.people import Competence
from docflow.model.secrecy import Secrecy
from docflow.model.series import ADMINISTRATIVE, Series
from docflow.model.types import DocumentType
from docflow.model.wording import check_line

MAX_SUBJECT_CHARS = 500
"""Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II: Subject (trích yếu)."""
MAX_POSITION_CHARS = 100
"""The same: SignerInfo.Position (chức vụ)."""
MAX_NAME_CHARS = 50
"""The same: SignerInfo.FullName (họ tên)."""
MAX_ORGAN_NAME_CHARS = 200
"""The same: To.OrganName (tên cơ quan nhận)."""
MAX_NOTE_CHARS = 500
"""The same: Description (ghi chú)."""
MAX_LANGUAGE_CHARS = 30
"""The same: Language (ngôn ngữ)."""
MAX_PAGES = 999
"""The same: PageAmount (số trang), 3 digits."""
MAX_COPIES = 999
"""The same: IssuedAmount (số bản phát hành), 3 digits."""

_DOCUMENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


class Urgency(StrEnum):
    """How urgent a document is (mức độ khẩn); the last is the axis' own, printed as HỎA TỐC.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II; QCVN 102:2016/BTTTT (Priority 4, hỏa tốc hẹn giờ).
    """

    THUONG = "thuong"
    KHAN = "khan"
    THUONG_KHAN = "thuong_khan"
    HOA_TOC = "hoa_toc"
    HOA_TOC_HEN_GIO = "hoa_toc_hen_gio"

    @property
    def vi(self) -> str:
        """The level as people name it."""
        return _URGENCY_NAMES[self]

    @property
    def stamp(self) -> str | None:
        """The text of its stamp on paper, or None: the decree has three stamps."""
        return _STAMPS.get(self)


_URGENCY_NAMES: Mapping[Urgency, str] = {
    Urgency.THUONG: "thường",
    Urgency.KHAN: "khẩn",
    Urgency.THUONG_KHAN: "thượng khẩn",
    Urgency.HOA_TOC: "hỏa tốc",
    Urgency.HOA_TOC_HEN_GIO: "hỏa tốc hẹn giờ",
}
_STAMPS: Mapping[Urgency, str] = {
    Urgency.KHAN: "KHẨN",
    Urgency.THUONG_KHAN: "THƯỢNG KHẨN",
    Urgency.HOA_TOC: "HOẢ TỐC",
    Urgency.HOA_TOC_HEN_GIO: "HOẢ TỐC",
}
PRIORITIES: Mapping[Urgency, int] = {urgency: code for code, urgency in enumerate(Urgency)}
"""Codes of the axis: 0 thường … 4 hỏa tốc hẹn giờ."""


class LinkKind(StrEnum):
    """How a document refers to another one; the value is stable and stored."""

    ANSWERS = "answers"
    """Trả lời: an incoming document here, also where a document of this agency has the same id."""
    REPLACES = "replaces"
    """Thay thế: an issued document of this agency, of the same type."""
    CORRECTS = "corrects"
    """Đính chính: an issued document of this agency, corrected by công văn."""
    REFERS = "refers"
    """Liên quan: either; refused where both have the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a document has to do with another one; ``target`` is that one's id here."""

    kind: LinkKind
    target: str


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who receives a document; ``code`` is None for receivers outside electronic exchange."""

    name: str
    code: AgencyCode | None = None

    def __post_init__(self) -> None:
        check_line(self.name, limit=MAX_ORGAN_NAME_CHARS, what="name of an addressee", vi="Tên nơi nhận")


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a drafter hands in.

    Attributes:
        subject: Trích yếu, without the type.
        unit: Abbreviation of the drafting unit; needed by công văn and thư công.
        copies: Number of copies issued (số lượng bản); 1 for an electronic document.
        archive_receiver: Unit or person keeping the filed copy (bản lưu).
        competence: The words before the signer's post (TM., Q., KT., TL., TUQ.), or None.
        due_date: Day by which an answer is asked for (hạn trả lời), in Asia/Ho_Chi_Minh.
        appointed_at: Aware time at which a hỏa tốc hẹn giờ must be there; given for it, and for no other.
        language: Ngôn ngữ.
        page_count: Number of pages, or None.
        links: What it answers, replaces, corrects.
        series: In which series it is numbered; see :class:`docflow.model.Series`.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a text is empty, too long or holds what hides or turns it, or a công văn has no
            unit.
    Source: Nghị định 30/2020/NĐ-CP Điều 15, Phụ lục IV, Phụ lục VI Phần II.
    """

    type: DocumentType
    subject: str
    signer_name: str
    signer_position: str
    addressees: tuple[Addressee, ...]
    unit: str | None = None
    urgency: Urgency = Urgency.THUONG
    secrecy: Secrecy = Secrecy.KHONG_MAT
    copies: int = 1
    archive_receiver: str = "Văn thư"
    note: str = ""
    competence: Competence | None = None
    due_date: date | None = None
    appointed_at: datetime | None = None
    language: str = "Tiếng Việt"
    page_count: int | None = None
    links: tuple[Link, ...] = ()
    series: Series = ADMINISTRATIVE

    def __post_init__(self) -> None:
        check_line(self.subject, limit=MAX_SUBJECT_CHARS, what="subject", vi="Trích yếu")
        check_line(self.signer_name, limit=MAX_NAME_CHARS, what="signer's name", vi="Họ tên người ký")
        check_line(self.signer_position, limit=MAX_POSITION_CHARS, what="signer's position", vi="Chức vụ người ký")
        check_line(self.archive_receiver, limit=MAX_ORGAN_NAME_CHARS, what="archive receiver", vi="Nơi lưu")
        check_line(self.note, limit=MAX_NOTE_CHARS, what="note", vi="Ghi chú", is_optional=True)
        check_line(self.language, limit=MAX_LANGUAGE_CHARS, what="language", vi="Ngôn ngữ")
        if self.type.abbreviation is None and self.unit is None:
            raise _refused(
                f"a {self.type.vi} needs the abbreviation of the drafting unit in its symbol",
                vi=f"{self.type.vi} phải có chữ viết tắt đơn vị soạn thảo trong ký hiệu.",
            )
        if self.unit is not None:
            check_abbreviation(self.unit)
        if not 1 <= self.copies <= MAX_COPIES:
            raise _refused(
                f"a document is issued in 1 to {MAX_COPIES} copies", vi=f"Số lượng bản phải từ 1 đến {MAX_COPIES}."
            )
        if not self.addressees:
            raise _refused("a document needs an addressee", vi="Văn bản phải có ít nhất một nơi nhận.")
        if self.page_count is not None and not 1 <= self.page_count <= MAX_PAGES:
            raise _refused(f"a document has 1 to {MAX_PAGES} pages", vi=f"Số trang phải từ 1 đến {MAX_PAGES}.")
        is_appointed = self.appointed_at is not None and self.appointed_at.tzinfo is not None
        if is_appointed is not (self.urgency is Urgency.HOA_TOC_HEN_GIO) or (self.appointed_at and not is_appointed):
            raise _refused(
                "hỏa tốc hẹn giờ, and nothing else, names its hour, as an aware time",
                vi="Hỏa tốc hẹn giờ phải ghi rõ giờ hẹn; mức độ khác thì không.",
            )
        _check_links(self)


_SET_FIELD = {field.name: getattr(Draft, field.name).__set__ for field in fields(Draft)}


def restore_draft(said: Mapping[str, object]) -> Draft:
    """Return a draft that was checked when it was made, and has been in a database since; every field is given.

    Does not check: anything. That nobody changed it there is what the audit log shows (``docflow audit verify``).
    """
    draft = object.__new__(Draft)
    for name, set_field in _SET_FIELD.items():
        set_field(draft, said[name])
    return draft


def check_document_id(text: object) -> None:
    """Check an identifier that a caller chose for a document.

    Raises:
        UsageError: ``BAD_ARGUMENT``; not 1 to 100 letters, digits, ``.``, ``_``, ``-`` starting with a letter or digit.
    """
    if not isinstance(text, str) or not _DOCUMENT_ID.fullmatch(text):
        shown = repr(str(text)[:120])
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"not usable as a document id: {shown}",
            vi=f"Mã văn bản không hợp lệ: {shown}.",
            way_out="use 1 to 100 letters, digits, dots, underscores or hyphens",
        )


def _check_links(draft: Draft) -> None:
    for link in draft.links:
        check_document_id(link.target)
    changed = [link for link in draft.links if link.kind in {LinkKind.REPLACES, LinkKind.CORRECTS}]
    if len(set(draft.links)) < len(draft.links) or len({link.target for link in changed}) < len(changed):
        raise _refused("a document is linked to another once", vi="Liên kết văn bản bị trùng.")
    if any(link.kind is LinkKind.CORRECTS for link in changed) and draft.type is not DocumentType.CONG_VAN:
        raise _refused(
            "a mistake of form is corrected by công văn",
            vi="Văn bản sai thể thức, kỹ thuật trình bày, thủ tục phải được đính chính bằng công văn.",
        )


def _refused(message: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi)
