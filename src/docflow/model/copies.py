"""Copies of documents: their forms, from what to what they may be made, and their number.

Source: Nghị định 30/2020/NĐ-CP Điều 3, 25–27; Phụ lục I Phần II; Phụ lục III mục I.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model.agencies import check_abbreviation
from docflow.model.annotations import checked_fields
from docflow.model.documents import SignatureVerdict
from docflow.model.drafts import MAX_NAME_CHARS, MAX_ORGAN_NAME_CHARS, MAX_POSITION_CHARS, MAX_SUBJECT_CHARS
from docflow.model.secrecy import Secrecy, refuse_secret
from docflow.model.wording import check_line

COPY_REGISTER = "ban_sao"
"""The register of copies: one yearly series for all forms.

Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần II mục I.
"""

_PDF = b"%PDF"
_HEADER_WITHIN = 1024
_PDF_VERSION = re.compile(rb"%PDF-([0-9])\.([0-9])")
_OLDEST_PDF = (1, 4)
_TEXT = re.compile(r"(0[1-9]|[1-9][0-9]{1,10})/(SY|SL|TrS)-([^/\s-]{1,30})")


class CopyForm(StrEnum):
    """The form of a copy (hình thức sao); the value is stable and stored."""

    SAO_Y = "sao_y"
    SAO_LUC = "sao_luc"
    TRICH_SAO = "trich_sao"

    @property
    def abbreviation(self) -> str:
        """The abbreviation in the symbol; case matters: ``TrS``."""
        return _FORMS[self][0]

    @property
    def vi(self) -> str:
        """The form as it stands on the copy."""
        return _FORMS[self][1]


_FORMS: Mapping[CopyForm, tuple[str, str]] = {
    CopyForm.SAO_Y: ("SY", "SAO Y"),
    CopyForm.SAO_LUC: ("SL", "SAO LỤC"),
    CopyForm.TRICH_SAO: ("TrS", "TRÍCH SAO"),
}


class CopyDirection(StrEnum):
    """From what to what a copy is made."""

    PAPER_TO_PAPER = "paper_to_paper"
    ELECTRONIC_TO_PAPER = "electronic_to_paper"
    PAPER_TO_ELECTRONIC = "paper_to_electronic"
    ELECTRONIC_TO_ELECTRONIC = "electronic_to_electronic"

    @property
    def is_to_paper(self) -> bool:
        """Whether the copy is on paper: numbered, signed by hand and stamped."""
        return self in {CopyDirection.PAPER_TO_PAPER, CopyDirection.ELECTRONIC_TO_PAPER}

    @property
    def is_from_paper(self) -> bool:
        """Whether what is copied is on paper."""
        return self in {CopyDirection.PAPER_TO_PAPER, CopyDirection.PAPER_TO_ELECTRONIC}


COPY_DIRECTIONS: Mapping[CopyForm, frozenset[CopyDirection]] = {
    CopyForm.SAO_Y: frozenset(CopyDirection) - {CopyDirection.ELECTRONIC_TO_ELECTRONIC},
    CopyForm.SAO_LUC: frozenset(CopyDirection) - {CopyDirection.ELECTRONIC_TO_ELECTRONIC},
    CopyForm.TRICH_SAO: frozenset(CopyDirection),
}
"""What may be made from what. Source: Nghị định 30/2020/NĐ-CP Điều 25."""


class SourceKind(StrEnum):
    """What is copied."""

    BAN_GOC = "ban_goc"
    BAN_CHINH = "ban_chinh"
    SAO_Y = "sao_y"


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """A copy to be made.

    Attributes:
        source_kind: What is copied.
        source: Id here of the outgoing, incoming document or copy that is copied; None for paper that stands in no
            register here, which ``source_symbol`` and ``source_issuer`` then name.
        subject: Trích yếu of what is copied.
        signer_name, signer_position: Who signs a copy on paper.
        receivers: Nơi nhận of the copy.

    Raises:
        UsageError: ``BAD_ARGUMENT``, ``SECRET_DOCUMENT``; ``COPY_NOT_ALLOWED`` for a form that cannot be made so.
    Source: Nghị định 30/2020/NĐ-CP Điều 25.
    """

    form: CopyForm
    direction: CopyDirection
    source_kind: SourceKind
    source: str | None = None
    source_symbol: str = ""
    source_issuer: str = ""
    subject: str
    signer_name: str
    signer_position: str
    receivers: str = ""
    secrecy: Secrecy = Secrecy.KHONG_MAT

    def __post_init__(self) -> None:
        refuse_secret(self.secrecy)
        check_line(self.subject, limit=MAX_SUBJECT_CHARS, what="subject", vi="Trích yếu")
        check_line(self.signer_name, limit=MAX_NAME_CHARS, what="signer's name", vi="Họ tên người ký")
        check_line(self.signer_position, limit=MAX_POSITION_CHARS, what="signer's position", vi="Chức vụ người ký")
        check_line(self.receivers, limit=1000, what="receivers", vi="Nơi nhận", is_optional=True)
        is_free = self.source is None
        check_line(self.source_symbol, limit=100, what="symbol", vi="Số, ký hiệu", is_optional=not is_free)
        check_line(self.source_issuer, limit=MAX_ORGAN_NAME_CHARS, what="issuer", vi="Tác giả", is_optional=not is_free)
        require_copy_allowed(self.form, self.direction, source=self.source_kind)


def require_copy_allowed(form: CopyForm, direction: CopyDirection, *, source: SourceKind) -> None:
    """Refuse a copy that the decree does not know.

    Raises:
        UsageError: ``COPY_NOT_ALLOWED``.
    Source: Nghị định 30/2020/NĐ-CP Điều 3 (sao y, trích sao of an original; sao lục of a sao y), Điều 25.
    """
    if direction not in COPY_DIRECTIONS[form]:
        raise UsageError(
            ErrorCode.COPY_NOT_ALLOWED,
            f"there is no {form.value} in the direction {direction.value}",
            vi=f"Không có hình thức {form.vi} từ văn bản điện tử sang văn bản điện tử.",
            way_out="send the electronic original itself, or make an extract (trích sao)",
        )
    if (source is SourceKind.SAO_Y) is not (form is CopyForm.SAO_LUC):
        raise UsageError(
            ErrorCode.COPY_NOT_ALLOWED,
            f"a {form.value} is not made from a {source.value}",
            vi="Sao y, trích sao thực hiện từ bản gốc hoặc bản chính; sao lục thực hiện từ bản sao y.",
        )
    if source is SourceKind.BAN_CHINH and not direction.is_from_paper:
        raise UsageError(
            ErrorCode.COPY_NOT_ALLOWED,
            "a bản chính is on paper; the electronic document is the bản gốc",
            vi="Bản chính là văn bản giấy; văn bản điện tử là bản gốc.",
        )


def build_copy_symbol(number: int, form: CopyForm, *, agency: str) -> str:
    """Return the number and symbol of a copy: ``15/SY-UBND``.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a number below 1, or an abbreviation that cannot stand in a symbol.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần II mục I.
    """
    check_abbreviation(agency)
    if number < 1:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "numbers begin with 1", vi="Số văn bản bắt đầu từ 01.")
    return f"{number:02d}/{form.abbreviation}-{agency}"


def parse_copy_symbol(text: str) -> tuple[int, CopyForm, str]:
    """Parse a symbol as :func:`build_copy_symbol` writes it: number, form, agency.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"not the number and symbol of a copy: {text[:60]!r}",
            vi=f"Số và ký hiệu bản sao không hợp lệ: {text[:60]!r}.",
            way_out="write it as 15/SY-UBND, 15/SL-UBND or 15/TrS-UBND",
        )
    form = next(item for item in CopyForm if item.abbreviation == match.group(2))
    return int(match.group(1)), form, match.group(3)


class CopyState(StrEnum):
    """Where a copy stands: an electronic one waits for the agency's signature."""

    PREPARED = "prepared"
    ISSUED = "issued"
    VOIDED = "voided"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _STATE_NAMES[self]


_STATE_NAMES = {
    CopyState.PREPARED: "đã chuẩn bị",
    CopyState.ISSUED: "đã phát hành",
    CopyState.VOIDED: "đã hủy",
}


class CopyEvent(StrEnum):
    """What happens to a copy; the value is stable and logged."""

    PREPARE = "prepare"
    ISSUE = "issue"
    SEAL = "seal"
    VOID = "void"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _EVENT_NAMES[self]


_EVENT_NAMES = {
    CopyEvent.PREPARE: "chuẩn bị bản sao",
    CopyEvent.ISSUE: "phát hành bản sao",
    CopyEvent.SEAL: "ký số của cơ quan",
    CopyEvent.VOID: "hủy bản sao",
}


COPYING: Mapping[tuple[CopyState | None, CopyEvent], CopyState] = {
    (None, CopyEvent.PREPARE): CopyState.PREPARED,
    (None, CopyEvent.ISSUE): CopyState.ISSUED,
    (CopyState.PREPARED, CopyEvent.SEAL): CopyState.ISSUED,
    (CopyState.PREPARED, CopyEvent.VOID): CopyState.VOIDED,
    (CopyState.ISSUED, CopyEvent.VOID): CopyState.VOIDED,
}
"""The life of a copy: an electronic one is prepared, then signed by the agency; one on paper is numbered at once."""


def find_copy_state(state: CopyState | None, event: CopyEvent) -> CopyState:
    """Return where an event leads a copy; None is the state before it is made.

    Raises:
        UsageError: ``WRONG_STATE``.
    """
    target = COPYING.get((state, event))
    if target is None:
        here = state.value if state else "not made yet"
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"cannot {event.value} a copy that is {here}",
            vi=f"Không thể thực hiện bước “{event.vi}” với bản sao ở trạng thái “{state.vi if state else 'chưa có'}”.",
        )
    return target


def check_pdf(data: bytes) -> None:
    """Check that a file is a PDF as far as its beginning shows: its mark stands in the first 1,024 bytes.

    Does not check: the rest, which whoever verifies its signature reads; an office without a verifier does not.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    Source: ISO 32000-2:2020 §7.5.2, Annex I (readers look for the header in the first 1,024 bytes).
    """
    if _PDF not in data[:_HEADER_WITHIN]:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"not a PDF: {_PDF.decode()} does not stand in its first {_HEADER_WITHIN} bytes",
            vi="Tệp không phải là PDF.",
        )


def check_scan(pdf: bytes) -> None:
    """Check what bytes alone show of a digitised document: a PDF of version 1.4 or later.

    Does not check: colour, resolution (200 dpi) and scale (100 %).

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 25; Thông tư 01/2019/TT-BNV Điều 6 khoản 2.
    """
    match = _PDF_VERSION.match(pdf)
    if match is None or (int(match.group(1)), int(match.group(2))) < _OLDEST_PDF:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "a digitised document is a PDF of version 1.4 or later",
            vi="Văn bản số hóa phải là tệp PDF phiên bản 1.4 trở lên.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCopy:
    """A copy at one moment of its life.

    Attributes:
        register, year, number, symbol: Of a copy on paper.
        pdf: SHA-256 (hex) of the signed file of an electronic copy, or of the file that was printed.
        verdict: What the verifier said of the agency's signature.
    """

    id: str
    agency: str
    state: CopyState
    form: CopyForm
    direction: CopyDirection
    source_kind: SourceKind
    source: str | None
    source_symbol: str
    source_issuer: str
    subject: str
    signer_name: str
    signer_position: str
    receivers: str
    made_at: datetime
    made_by: str
    register: str | None = None
    year: int | None = None
    number: int | None = None
    symbol: str | None = None
    issued_on: date | None = None
    pdf: str | None = None
    verdict: SignatureVerdict | None = None
    reason: str | None = None
