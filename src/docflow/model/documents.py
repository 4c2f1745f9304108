"""Outgoing documents as docflow keeps them.

Invariants:
    - A value of these types is complete and within the lengths of the metadata fields, or it was never made.
    - A secret document can be made by nobody: :func:`refuse_secret` stands before every door.

What it does not do: it holds no PDF bytes, only their SHA-256; it knows no database.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II; law on secrets: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.agencies import AgencyCode, check_abbreviation
from docflow.model.series import ADMINISTRATIVE, Series
from docflow.model.states import DocumentState
from docflow.model.types import DocumentType

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

_DOCUMENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


class Urgency(StrEnum):
    """How urgent a document is (mức độ khẩn).

    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.
    """

    THUONG = "thuong"
    KHAN = "khan"
    THUONG_KHAN = "thuong_khan"
    HOA_TOC = "hoa_toc"


class Secrecy(StrEnum):
    """How secret a document is (độ mật); all but the first are refused."""

    KHONG_MAT = "khong_mat"
    MAT = "mat"
    TOI_MAT = "toi_mat"
    TUYET_MAT = "tuyet_mat"


class SignatureVerdict(StrEnum):
    """What a verifier said of a signature when docflow accepted it."""

    PASSED = "passed"
    UNDECIDED = "undecided"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who receives a document; ``code`` is None for receivers outside electronic exchange."""

    name: str
    code: AgencyCode | None = None

    def __post_init__(self) -> None:
        _check_text(self.name, limit=MAX_ORGAN_NAME_CHARS, what="name of an addressee", vi="Tên nơi nhận")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a drafter hands in.

    Attributes:
        subject: Trích yếu, without the type.
        unit: Abbreviation of the drafting unit; needed by công văn and thư công.
        copies: Number of copies issued (số lượng bản); 1 for an electronic document.
        archive_receiver: Unit or person keeping the filed copy (bản lưu).
        series: In which series it is numbered; see :class:`docflow.model.Series`.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a text is empty or too long, or a công văn has no unit.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục IV, Phụ lục VI Phần II.
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
    series: Series = ADMINISTRATIVE

    def __post_init__(self) -> None:
        _check_text(self.subject, limit=MAX_SUBJECT_CHARS, what="subject", vi="Trích yếu")
        _check_text(self.signer_name, limit=MAX_NAME_CHARS, what="signer's name", vi="Họ tên người ký")
        _check_text(self.signer_position, limit=MAX_POSITION_CHARS, what="signer's position", vi="Chức vụ người ký")
        _check_text(self.archive_receiver, limit=MAX_ORGAN_NAME_CHARS, what="archive receiver", vi="Nơi lưu")
        _check_text(self.note or "-", limit=MAX_NOTE_CHARS, what="note", vi="Ghi chú")
        if self.type.abbreviation is None and self.unit is None:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"a {self.type.vi} needs the abbreviation of the drafting unit in its symbol",
                vi=f"{self.type.vi} phải có chữ viết tắt đơn vị soạn thảo trong ký hiệu.",
            )
        if self.unit is not None:
            check_abbreviation(self.unit)
        if self.copies < 1 or not self.addressees:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a document needs at least one copy and one addressee",
                vi="Văn bản phải có ít nhất một bản và một nơi nhận.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An outgoing document at one moment of its life.

    Attributes:
        draft: What it says about itself.
        register, year, number, symbol, issued_on: Set together when the number is given.
        draft_pdf, leader_pdf, sealed_pdf: SHA-256 (hex) of the PDF of each stage, or None.
    """

    id: str
    agency: str
    state: DocumentState
    draft: Draft
    drafted_at: datetime
    drafted_by: str
    draft_pdf: str | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None
    leader_pdf: str | None = None
    leader_signed_at: datetime | None = None
    leader_verdict: SignatureVerdict | None = None
    register: str | None = None
    year: int | None = None
    number: int | None = None
    symbol: str | None = None
    issued_on: date | None = None
    sealed_pdf: str | None = None
    sealed_at: datetime | None = None
    seal_verdict: SignatureVerdict | None = None


def refuse_secret(secrecy: Secrecy) -> None:
    """Refuse a secret document before anything of it is stored.

    Raises:
        UsageError: ``SECRET_DOCUMENT``.
    Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; Nghị định 26/2020/NĐ-CP Điều 4.
    """
    if secrecy is not Secrecy.KHONG_MAT:
        raise UsageError(
            ErrorCode.SECRET_DOCUMENT,
            "secret documents stay out of docflow; nothing was stored",
            vi="Văn bản mật không được đưa vào hệ thống; chưa lưu gì.",
            way_out="register it in the agency's secret register, on a computer without network",
        )


def check_document_id(text: str) -> None:
    """Check an identifier that a caller chose for a document.

    Raises:
        UsageError: ``BAD_ARGUMENT``; not 1 to 100 letters, digits, ``.``, ``_``, ``-`` starting with a letter or digit.
    """
    if not _DOCUMENT_ID.fullmatch(text):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"not usable as a document id: {text[:120]!r}",
            vi=f"Mã văn bản không hợp lệ: {text[:120]!r}.",
            way_out="use 1 to 100 letters, digits, dots, underscores or hyphens",
        )


def _check_text(text: str, *, limit: int, what: str, vi: str) -> None:
    if not text.strip() or len(text) > limit or any(ord(char) < ord(" ") for char in text):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the {what} must be one line of 1 to {limit} characters",
            vi=f"{vi} phải là một dòng từ 1 đến {limit} ký tự.",
        )
