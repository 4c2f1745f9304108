"""The values that pass through docflow's ports: rows, deliveries, verdicts.

What it does not do: nothing; they are data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from docflow.model import Direction, FileVerdict, LinkKind, ReceiptKind, RegisterKey, SignatureVerdict
from docflow.ports.certificates import SeenCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCheck:
    """What a verifier found.

    Attributes:
        verdict: Only ``PASSED`` lets a document go on.
        findings: Reasons, for the error message.
        certificates: Whose signatures passed, if the verifier tells.
    """

    verdict: SignatureVerdict
    findings: tuple[str, ...] = ()
    certificates: tuple[SeenCertificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFound:
    """One signature in a file of another agency.

    Attributes:
        signer, organization, unit: CN, O and OU of its certificate, as they stand there; empty if it has none.
        certificate: None if the signature names none that can be read.
        signed_at: Proved by a trusted timestamp; None if none is, or the signature failed.
        reasons: Codes of what was found; a signature that passed may have remarks too.
    """

    verdict: FileVerdict
    signer: str = ""
    organization: str = ""
    unit: str = ""
    certificate: SeenCertificate | None = None
    signed_at: datetime | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCheck:
    """What a verifier found in one file of another agency.

    Attributes:
        reasons: Codes of what was found, each once.
        detail: What a service or the verifier itself said, if it could not work.
    """

    verdict: FileVerdict
    signatures: tuple[SignatureFound, ...] = ()
    reasons: tuple[str, ...] = ()
    detail: str = ""


class LoggedRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row as a transaction left it: table, key columns, the other logged evidence columns."""

    table: str
    key: Mapping[str, str | int | None]
    values: Mapping[str, str | int | None]


class WrittenRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row as :class:`LoggedRow` has it, on its way into a leaf.

    ``key`` and ``values`` hold texts, integers within ±(2^53-1) and None, under ASCII names in alphabetical order:
    whoever makes it has checked that, all columns in one step, and it is not looked at again.
    """

    key: msgspec.Struct
    table: str
    values: msgspec.Struct


class RegisterCounter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The head of one register: last number given, last date, and the leaf hash of the last number.

    Attributes:
        line_above: The next number above that has its line already: an opening that was corrected; None if none has.
    """

    key: RegisterKey
    last_number: int = 0
    last_date: date | None = None
    last_leaf_hash: bytes | None = None
    line_above: int | None = None


class EntryKind(StrEnum):
    """What a number in a register stands for."""

    DOCUMENT = "document"
    VOID = "void"
    RESERVED = "reserved"
    """Kept for a document to come; it becomes a document's or void."""
    OPENING = "opening"
    """The last number of the book that the register goes on from."""
    CORRECTED = "corrected"
    """A number that was typed as an opening by mistake; whatever the register comes to there takes the line."""


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a register; a void entry keeps its number and says why.

    Attributes:
        document_id: None while the number is reserved, for a reserved number that became void, and for an opening.
        symbol: Empty until a document takes the number.
        issued_on: Day in Asia/Ho_Chi_Minh; of a reserved number the day on which it was reserved.
        reason: Why it is void, reserved, or the register begins there; of a document, why its number was kept for it.
        suffix: Letter of a sub-number such as ``12a``; empty for a number.
        permission: Who allowed a date out of order or a sub-number, and why.
    """

    key: RegisterKey
    number: int
    kind: EntryKind
    document_id: str | None
    symbol: str
    issued_on: date
    reason: str | None = None
    suffix: str = ""
    permission: str | None = None


class OutboxState(StrEnum):
    """Whether a document may leave."""

    HELD = "held"
    READY = "ready"
    CANCELLED = "cancelled"
    SENT = "sent"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One document for one addressee.

    Attributes:
        position: The addressee's place in the document, from 0; those added later follow.
        sent_at, sent_how: When and how it left (ngày chuyển): ``electronic`` when its parcel was handed over first, or
            in the registry's own words.
        signed_for: Who signed for it (ký nhận), if it was handed over.
    """

    document_id: str
    position: int
    addressee_code: str | None
    addressee_name: str
    state: OutboxState
    sent_at: datetime | None = None
    sent_how: str | None = None
    signed_for: str | None = None


class CopyEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the register of copies."""

    register: str
    year: int
    number: int
    copy_id: str
    issued_on: date


class LinkRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A link that took effect when its document was sealed; ``target`` is a document or incoming document here."""

    document_id: str
    kind: LinkKind
    target: str
    established_at: datetime


class InboxOutcome(StrEnum):
    """What became of a parcel; the value is stable and stored."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Genuine, and returned to its sender with a reason."""
    CONFLICT = "conflict"
    """The sender's document id came with other bytes before."""
    NOT_AUTHENTIC = "not_authentic"
    """Not signed by the agency that it names."""
    UNREADABLE = "unreadable"
    UNDECIDED = "undecided"
    """Could not be checked; it stays in the drop and is looked at again."""


class InboxRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A parcel that came; see the table ``inbox``."""

    parcel: str
    message: str | None
    sender: str | None
    document_id: str | None
    outcome: InboxOutcome
    reason: str | None
    received_at: datetime


class IncomingEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the incoming register."""

    agency: str
    register: str
    year: int
    number: int
    incoming_id: str
    registered_on: date


class ReceiptRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A receipt given or received; ``id`` is the SHA-256 of the statement, ``subject`` the document here."""

    id: str
    agency: str
    kind: ReceiptKind
    subject: str
    document_id: str
    message: str
    statement: str
    cms: str
    recorded_at: datetime


class ParcelKind(StrEnum):
    """What a parcel carries; receipts alone are not answered."""

    DOCUMENT = "document"
    STATUS = "status"
    NOTICE = "notice"
    """A document message that brings no document: a recall, an update of the addressees."""
    RECEIPT = "receipt"


class ParcelRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A parcel to one agency; ``due_at`` says when it is sent next, None that nothing is to do."""

    id: str
    recipient: str
    kind: ParcelKind
    subject: str
    message: str | None
    message_cms: str | None
    receipt: str | None
    in_reply_to: str | None
    created_at: datetime
    sent_at: datetime | None = None
    answered_by: str | None = None
    gave_up_at: datetime | None = None
    attempts: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BlobHolder:
    """Who has a file as its own: a document by direction and id, or, without a direction, a copy."""

    direction: Direction | None
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A file destroyed because its sender took the document back."""

    sha256: str
    incoming_id: str
    erased_at: datetime


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer that an idempotency key got the first time."""

    key: str
    fingerprint: str
    answer: str


class BlobRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A blob that the transaction names."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatement:
    """A statement by which the agency vouches for a log key: the text, and the SHA-256 of the CMS that signs it."""

    agency: str
    vkey: str
    statement: str
    cms_sha256: str


class LogHead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Size of a log and the peaks of its tree, one after another."""

    size: int
    peaks: bytes


class NewLeaf(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A leaf ready to be appended; its time is in the payload too."""

    type: str
    time: datetime
    subject: str
    data: bytes
    salt: bytes
    payload: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What travels together: an edXML message, a receipt, or both, each with a detached signature."""

    message: bytes | None = None
    message_cms: bytes | None = None
    receipt: bytes | None = None
    receipt_cms: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something found in the drop; ``parts`` is None for what is no parcel, ``digest`` its SHA-256 in hex."""

    name: str
    digest: str
    parts: Parts | None
