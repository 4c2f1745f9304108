"""The certificates that verified signatures name, as a verifier tells them and as the office keeps them.

What they do not say: whether a certificate is valid now; each was judged with its signature, at signing time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CertificateHolder(StrEnum):
    """In what capacity a certificate signed; the value is stable and stored."""

    PERSON = "person"
    """The authorised person."""
    AGENCY = "agency"
    """The agency: the seal of a document, of a file that goes with it, of a copy."""
    UNKNOWN = "unknown"
    """A signature that another agency's document bears."""


class SignedThing(StrEnum):
    """What bears a signature; the value is stable and stored."""

    DOCUMENT = "document"
    """A document of this agency, or a file that goes with it."""
    COPY = "copy"
    INCOMING = "incoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCertificate:
    """The certificate of a signature that passed.

    Attributes:
        sha256: Of its DER, lower-case hex.
        issuer: RFC 4514 text.
        serial: Lower-case hex.
        not_before, not_after: Aware; None if the verifier does not tell. Kept of received files only.
    """

    sha256: str
    issuer: str
    serial: str
    holder: CertificateHolder
    not_before: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerCertificate:
    """A certificate on record: which signature it stood behind, and when docflow was told.

    Attributes:
        subject: Id of the document, copy or incoming document.
        position: From 0, among those of the subject.
    """

    agency: str
    thing: SignedThing
    subject: str
    position: int
    sha256: str
    issuer: str
    serial: str
    holder: CertificateHolder
    seen_at: datetime
