"""What docflow asks of the world: time, randomness, transactions, blobs, the log key, a signature verifier.

Each protocol is as small as its consumers in :mod:`docflow.office`; the values that pass through stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from docflow.model import Agency, Document, RegisterKey, SignatureVerdict


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present time, aware UTC."""


class Randomness(Protocol):
    """Gives unpredictable bytes."""

    def token(self, length: int) -> bytes:
        """Return ``length`` bytes from a cryptographic generator."""


class LogKey(Protocol):
    """The Ed25519 key of the audit log."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""


class BlobStore(Protocol):
    """Files named by their content."""

    def put(self, data: bytes) -> str:
        """Store bytes durably and return their SHA-256 in hex; storing them again changes nothing."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes of that name.

        Raises:
            docflow.errors.DocflowError: ``NOT_FOUND``, or ``EVIDENCE_BROKEN`` if the bytes do not have that name.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCheck:
    """What a verifier found.

    Attributes:
        verdict: Only ``PASSED`` lets a document go on.
        findings: Reasons, for the error message.
    """

    verdict: SignatureVerdict
    findings: tuple[str, ...] = ()


class Verifier(Protocol):
    """Judges the signatures that docflow is about to rely on."""

    def check_leader_signature(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge the authorised person's signature on a document that has no number yet."""

    def check_seal(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge every signature on a sealed document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRow:
    """One row as a transaction left it: table, key columns, the other logged evidence columns."""

    table: str
    key: Mapping[str, str | int | None]
    values: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCounter:
    """The head of one register: last number given, last date, and the leaf hash of the last number."""

    key: RegisterKey
    last_number: int = 0
    last_date: date | None = None
    last_leaf_hash: bytes | None = None


class EntryKind(StrEnum):
    """What a number in a register stands for."""

    DOCUMENT = "document"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One line of a register; a void entry keeps its number and says why."""

    key: RegisterKey
    number: int
    kind: EntryKind
    document_id: str
    symbol: str
    issued_on: date
    reason: str | None = None


class OutboxState(StrEnum):
    """Whether a document may leave."""

    HELD = "held"
    READY = "ready"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One document for one addressee; ``position`` is the addressee's place in the document, from 0."""

    document_id: str
    position: int
    addressee_code: str | None
    addressee_name: str
    state: OutboxState


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """The answer that an idempotency key got the first time."""

    key: str
    fingerprint: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRow:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """Size of a log and the peaks of its tree, one after another."""

    size: int
    peaks: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLeaf:
    """A leaf ready to be appended."""

    type: str
    subject: str
    data: bytes
    salt: bytes
    payload: bytes
    hash: bytes


class UnitOfWork(Protocol):
    """One write transaction: everything written through it is kept together or not at all.

    Every write of a row with evidence is remembered and comes back from :meth:`rows_written`.
    """

    def find_answer(self, key: str) -> StoredAnswer | None:
        """Return the answer an idempotency key got, or None."""

    def add_answer(self, answer: StoredAnswer) -> None:
        """Keep an answer."""

    def find_agency(self) -> Agency | None:
        """Return the agency of this store as recorded, or None."""

    def add_agency(self, agency: Agency, *, vkey: str) -> None:
        """Record the agency with the public key of its log."""

    def find_document(self, document_id: str) -> Document | None:
        """Return a document, or None."""

    def add_document(self, document: Document) -> None:
        """Add a document."""

    def change_document(self, document: Document) -> None:
        """Replace a document."""

    def counter(self, key: RegisterKey) -> RegisterCounter:
        """Return a register's head, locked until the transaction ends; a new register begins at 0."""

    def advance_counter(self, counter: RegisterCounter) -> None:
        """Replace a register's head."""

    def add_entry(self, entry: RegisterEntry) -> None:
        """Add a line to a register."""

    def change_entry(self, entry: RegisterEntry) -> None:
        """Replace a line of a register."""

    def add_outbox(self, outbox: Sequence[OutboxRow]) -> None:
        """Add outbox rows."""

    def change_outbox(self, document_id: str, *, state: OutboxState) -> None:
        """Set the state of every outbox row of a document."""

    def add_blob(self, blob: BlobRow) -> None:
        """Name a blob; naming it again changes nothing."""

    def find_statement(self, vkey: str) -> LogStatement | None:
        """Return the statement that vouches for a log key, or None."""

    def add_statement(self, statement: LogStatement) -> None:
        """Keep a statement that vouches for the log key."""

    def rows_written(self) -> Sequence[LoggedRow]:
        """Return the rows with evidence written since the last leaf, each once, as they are now."""

    def add_leaf(self, leaf: NewLeaf) -> None:
        """Hand in a leaf; the tree and the checkpoint are written when the transaction ends."""


class Store(Protocol):
    """The database of one office."""

    def find_document(self, document_id: str) -> Document | None:
        """Return a document as it is now, or None."""

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a write transaction: committed with tree and checkpoint when the block ends, undone on an exception.

        Raises:
            docflow.errors.StoreUnavailable: ``STORE_BUSY``; others kept writing for too long.
        """
