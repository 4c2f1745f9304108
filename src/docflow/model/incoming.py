"""Incoming documents as docflow keeps them: from the exchange, on paper, by e-mail or fax.

What it does not do: it holds no bytes, only their SHA-256; it knows no database and no message format.

Source: Nghị định 30/2020/NĐ-CP Điều 21–24, Phụ lục IV (sổ đăng ký văn bản đến), Phụ lục VI Phần II; Thông tư
01/2019/TT-BNV Điều 6.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import msgspec

from docflow.errors import ErrorCode, UsageError
from docflow.model.agencies import AgencyCode
from docflow.model.annotations import checked_fields
from docflow.model.documents import SignatureVerdict
from docflow.model.drafts import (
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    MAX_ORGAN_NAME_CHARS,
    MAX_POSITION_CHARS,
    MAX_SUBJECT_CHARS,
    Urgency,
    check_document_id,
)
from docflow.model.incoming_states import IncomingEvent, IncomingState
from docflow.model.received import FileVerdict
from docflow.model.secrecy import Secrecy
from docflow.model.wording import check_line

INCOMING_REGISTER = "van_ban_den"
"""The register in which arrivals are numbered (số đến), one series a year.

Source: Nghị định 30/2020/NĐ-CP Điều 22.
"""
MAX_ARRIVAL_NUMBER = 10**10 - 1
"""Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II: ArrivalNumber (số đến) has 10 digits."""

MAX_TYPE_CHARS = 100
"""Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II: TypeName (tên loại)."""
MAX_SYMBOL_CHARS = 42
"""The same: CodeNumber and CodeNotation with the stroke between them."""
MAX_PLACES_CHARS = 1000
"""The same: ToPlaces (đơn vị/người nhận)."""

_HOUR = re.compile(r"[0-9]{1,2} ?(?:giờ|[gGhH:])")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_LEADING_ZEROS = re.compile(r"\A0+(?=[0-9])")


class Channel(StrEnum):
    """How a document came; the value is stable and stored."""

    EXCHANGE = "exchange"
    PAPER = "paper"
    EMAIL = "email"
    FAX = "fax"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _CHANNEL_NAMES[self]


_CHANNEL_NAMES = {
    Channel.EXCHANGE: "liên thông",
    Channel.PAPER: "bản giấy",
    Channel.EMAIL: "thư điện tử",
    Channel.FAX: "fax",
}


class TaskRole(StrEnum):
    """What a unit or person has to do with a document; the value is stable and stored."""

    LEAD = "lead"
    COOPERATE = "cooperate"
    INFORM = "inform"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return {"lead": "chủ trì", "cooperate": "phối hợp", "inform": "để biết"}[self.value]


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class HandEntry:
    """What a clerk types of a document that did not come over the exchange.

    Attributes:
        issuer: Name of the agency or person that wrote it (tác giả).
        symbol: Number and symbol as printed; empty if it has none.
        issuer_code: Its electronic identifier, if it is known.
        document_id: The identifier printed or sent with it, if there is one; duplicates are recognised by it.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a text is empty, too long, not in NFC or holds NUL or a mark of direction.
    Source: Thông tư 01/2019/TT-BNV Điều 6 khoản 1; Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
    """

    channel: Channel
    issuer: str
    type_name: str
    symbol: str
    subject: str
    issued_on: date | None = None
    signer_name: str = ""
    issuer_code: AgencyCode | None = None
    document_id: str = ""
    urgency: Urgency = Urgency.THUONG
    secrecy: Secrecy = Secrecy.KHONG_MAT
    note: str = ""
    signer_position: str = ""

    def __post_init__(self) -> None:
        check_line(self.issuer, limit=MAX_ORGAN_NAME_CHARS, what="issuer's name", vi="Tác giả")
        check_line(self.type_name, limit=MAX_TYPE_CHARS, what="type", vi="Tên loại", is_optional=True)
        check_line(self.symbol, limit=MAX_SYMBOL_CHARS, what="symbol", vi="Số, ký hiệu", is_optional=True)
        check_line(self.subject, limit=MAX_SUBJECT_CHARS, what="subject", vi="Trích yếu")
        check_line(self.signer_name, limit=MAX_NAME_CHARS, what="signer's name", vi="Người ký", is_optional=True)
        check_line(
            self.signer_position,
            limit=MAX_POSITION_CHARS,
            what="signer's position",
            vi="Chức vụ người ký",
            is_optional=True,
        )
        check_line(self.document_id, limit=100, what="identifier", vi="Mã định danh văn bản", is_optional=True)
        check_line(self.note, limit=MAX_NOTE_CHARS, what="note", vi="Ghi chú", is_optional=True)
        if self.urgency is Urgency.HOA_TOC_HEN_GIO and not _HOUR.search(self.note):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "hỏa tốc hẹn giờ names its hour, here in the note",
                vi="Hỏa tốc hẹn giờ phải ghi giờ hẹn ở ghi chú, ví dụ “08 giờ 00”.",
                way_out="say the hour in the note, or choose hỏa tốc",
            )


class IncomingDocument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An incoming document at one moment of its life.

    Attributes:
        id: Name in this office; see :func:`name_incoming`.
        sender: Code of the agency that sent it, as its signature on the envelope proved, or as a clerk typed it; empty
            if it is not known.
        sender_name: Its name.
        document_id: The sender's ``DocumentId``, or empty.
        message: SHA-256 (hex) of the message that brought it; None if it came by hand.
        pdf: SHA-256 (hex) of the document itself, or of its scan; None while there is only paper.
        verdict: What the verifier said of the signatures on it.
        files_verdict: The worst that was found in a file that came with it, itself among them; None: nobody looked.
        duplicate_of: Another incoming document with the same identifier, or of the same issuer, number, symbol and
            year, or None.
        issuer_key, symbol_key: What is compared to find duplicates; see :func:`fold_issuer`, :func:`fold_symbol`.
        register, year, number, registered_at: Set together when it is registered.
        submitted_to, submitted_at: To whom it was submitted (trình).
        deadline: Day in Asia/Ho_Chi_Minh, that of ``due_at``.
        due_at: Until when it is handled, aware; a deadline that is a day ends with the day.
        paused_at: Since when its clock stands, or None.
        note: The last word said about it: progress, or the reason of a refusal.
        answered_by: Id of the outgoing document that answers it.
        forwarded_to: To whom it was passed on outside this agency.
        replaced_by: Id of the incoming document by which its sender replaced it, or None.
        signer_position: Post of the signer (chức vụ), as the message or a clerk says; empty if neither does.
        take_back: Reason the sender gave for asking it back, while the question is open; None otherwise.
        act_count, acted_at: How many acts were recorded, and when the last.
    """

    id: str
    agency: str
    state: IncomingState
    sender: str
    sender_name: str
    document_id: str
    message: str | None
    pdf: str | None
    verdict: SignatureVerdict
    type_name: str
    symbol: str
    issued_on: date | None
    subject: str
    signer_name: str
    urgency: Urgency
    arrived_at: datetime
    channel: Channel = Channel.EXCHANGE
    issuer_key: str = ""
    symbol_key: str = ""
    checked_at: datetime | None = None
    duplicate_of: str | None = None
    register: str | None = None
    year: int | None = None
    number: int | None = None
    registered_at: datetime | None = None
    submitted_to: str | None = None
    submitted_at: datetime | None = None
    assignee: str | None = None
    deadline: date | None = None
    due_at: datetime | None = None
    assigned_at: datetime | None = None
    paused_at: datetime | None = None
    completed_at: datetime | None = None
    answered_by: str | None = None
    forwarded_to: str | None = None
    note: str = ""
    take_back: str | None = None
    act_count: int = 0
    acted_at: datetime | None = None
    replaced_by: str | None = None
    signer_position: str = ""
    files_verdict: FileVerdict | None = None


class IncomingTask(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a unit or person was given to do; ``withdrawn_at`` is set when somebody else took its place.

    Source: Nghị định 30/2020/NĐ-CP Điều 23 (chủ trì, phối hợp, thời hạn).
    """

    agency: str
    incoming_id: str
    position: int
    role: TaskRole
    name: str
    due_at: datetime | None
    given_at: datetime
    given_by: str
    withdrawn_at: datetime | None = None


class IncomingAct(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that was done with a document, and what was said; ``position`` counts from 0.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II, TraceHeaderList (ý kiến phân phối, chỉ đạo, trạng thái).
    """

    agency: str
    incoming_id: str
    position: int
    event: IncomingEvent
    at: datetime
    actor: str
    text: str


class IncomingReplacement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a document says that it replaces: ``replaced`` may come later than its replacement, or never.

    Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 3; QCVN 102:2016/BTTTT (ReplacementInfoList).
    """

    agency: str
    replaced: str
    incoming_id: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who handles a document: one unit or person leads, others cooperate or are informed.

    Attributes:
        deadline: Day in Asia/Ho_Chi_Minh; None: as :func:`docflow.model.find_handling_due` says.
        cooperating_deadlines: Another day for a cooperating unit, by its name.

    Source: Nghị định 30/2020/NĐ-CP Điều 23, Phụ lục IV (phiếu giải quyết văn bản đến: deadline for each).
    """

    lead: str
    cooperating: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    deadline: date | None = None
    cooperating_deadlines: tuple[tuple[str, date], ...] = field(default=())


def name_incoming(sender: str, document_id: str) -> str:
    """Return the name of an incoming document: the same sender and ``DocumentId`` always give the same name."""
    named = f"{sender}\n{document_id}".encode()
    return f"den-{hashlib.sha256(named).hexdigest()[:32]}"


def check_incoming_id(text: str) -> None:
    """Check an id that a caller chose for a document received by hand, as for an outgoing one.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    check_document_id(text)


def fold_symbol(symbol: str) -> str:
    """Return a number and symbol as duplicates are compared: NFC, without spaces and leading zeros, case kept.

    Word processors put other dashes for the hyphen between its groups: each is one.

    Case and diacritics distinguish types (``CTr`` is not ``CT``): Nghị định 30/2020/NĐ-CP Phụ lục III.
    """
    return _LEADING_ZEROS.sub("", "".join(_DASHES.sub("-", unicodedata.normalize("NFC", symbol)).split()))


def fold_issuer(name: str) -> str:
    """Return an issuer's name as duplicates are compared: NFC, one space between words, case folded."""
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", name).casefold().split()))


def looks_alike(one: IncomingDocument, other: IncomingDocument) -> bool:
    """Return whether two incoming documents look like the same one, so that a clerk should compare them.

    Their identifiers are the same, or number, symbol and issuer are: by name or by code, and issued in the same year
    as far as the years are known, because numbers begin anew each year.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I; Thông tư 01/2019/TT-BNV Điều 20 khoản 1h; Nghị định 30 Điều 15.
    """
    if one.document_id and one.document_id == other.document_id:
        # Identifiers of two senders may meet by chance where they are counted by each for himself.
        return one.sender == other.sender or "" in {one.sender, other.sender}
    is_same_issuer = one.issuer_key == other.issuer_key or (one.sender != "" and one.sender == other.sender)
    days = (one.issued_on, other.issued_on)
    years = {day.year for day in days if day is not None}
    return bool(one.symbol_key) and one.symbol_key == other.symbol_key and is_same_issuer and len(years) <= 1
