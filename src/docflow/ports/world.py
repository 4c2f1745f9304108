"""What docflow asks of the world: time, randomness, blobs, keys, verifiers, a transport.

Each protocol is as small as its consumers in :mod:`docflow.office`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from docflow.model import Document, Role
from docflow.ports.values import Delivery, FileCheck, Parts, SignatureCheck


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

    def has(self, sha256: str) -> bool:
        """Return whether there is a file of that name; not whether its bytes are whole."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes of that name.

        Raises:
            docflow.errors.DocflowError: ``NOT_FOUND``, or ``EVIDENCE_BROKEN`` if the bytes do not have that name.
        """


class Verifier(Protocol):
    """Judges the signatures that docflow is about to rely on."""

    def check_leader_signature(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge the authorised person's signature on a document that has no number yet."""

    def check_seal(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge every signature on a sealed document."""

    def check_agency_signature(self, pdf: bytes, *, name: str, at: datetime) -> SignatureCheck:
        """Judge the agency's signature on an attachment in a file of its own, or on a copy."""


class IncomingVerifier(Protocol):
    """Judges the signatures on the files that another agency sent."""

    def check_files(self, files: Sequence[tuple[str, bytes]], *, at: datetime) -> Sequence[FileCheck]:
        """Judge every signature in each of some files, given by name and bytes; any bytes have a verdict."""


class Rights(Protocol):
    """Knows who may do what, if the caller's own directory does; otherwise the office keeps a record of roles."""

    def allows(self, actor: str, role: Role, *, event: str, subject: str) -> bool:
        """Return whether somebody may act in a role of the state tables, here and now."""


class StatementSigner(Protocol):
    """The agency's service key: signs receipts and envelopes, never documents."""

    def sign(self, statement: bytes) -> bytes:
        """Return a detached signature."""


class PeerVerifier(Protocol):
    """Knows which service keys are whose."""

    def check(self, statement: bytes, signature: bytes, *, agency: str, at: datetime) -> SignatureCheck:
        """Judge whether an agency's service key signed a statement."""


class Transport(Protocol):
    """Carries parcels; it may lose, repeat, delay and reorder them, and nobody believes a word it says."""

    def send(self, parts: Parts, *, name: str, recipient: str) -> None:
        """Hand a parcel over; again under the same name: once more, or nothing if it still lies there.

        Raises:
            docflow.errors.StoreUnavailable: It could not be handed over; it will be tried again. So it will be after
                anything else, but that is a defect of the transport, and whoever called learns of it.
        """

    def fetch(self, recipient: str) -> Sequence[Delivery]:
        """Return what lies there for an agency."""

    def settle(self, recipient: str, delivery: Delivery, *, is_refused: bool) -> None:
        """Put away what was dealt with; it is not fetched again.

        What was not refused stands in the office's records. A transport that keeps it keeps it also when the office
        destroys it: it should not.
        """

    def discard(self, recipient: str, delivery: Delivery) -> None:
        """Destroy what must not be kept anywhere; gone already is no error."""
