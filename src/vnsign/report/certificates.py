"""The certificates a verdict stands on, and the evidence of their status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CertificateRole(StrEnum):
    """What a certificate is in its path."""

    SIGNER = "signer"
    TIMESTAMP_AUTHORITY = "timestamp_authority"
    AUTHORITY = "authority"
    ANCHOR = "anchor"


class CertificateState(StrEnum):
    """Status of a certificate at the time that counts."""

    GOOD = "good"
    REVOKED = "revoked"
    #: Could not be checked: there is no evidence that tells. Never read as "good".
    UNKNOWN = "unknown"
    #: The policy asks for no check of it.
    NOT_REQUIRED = "not_required"
    #: An anchor: trusted because the verifier installed it.
    TRUSTED = "trusted"


class EvidenceKind(StrEnum):
    """Form of revocation evidence."""

    CRL = "crl"
    OCSP = "ocsp"


class EvidenceOrigin(StrEnum):
    """Where evidence lay."""

    #: /DSS /CRLs or /OCSPs of the file.
    SECURITY_STORE = "dss"
    #: /DSS /VRI of the file, for this signature.
    VALIDATION_RELATED_INFORMATION = "vri"
    #: In the signature's CMS: adbe-revocationInfoArchival, or its crls.
    CMS = "cms"
    #: In the CMS of a timestamp token.
    TIMESTAMP = "timestamp"
    #: Given by the verifier, in the trust folder or a side store.
    SIDE_STORE = "side_store"
    FETCHED = "fetched"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReport:
    """One list or answer that tells the status of a certificate.

    Attributes:
        origins: Where it lay, as often as it lay there.
        this_update: When it was made, aware UTC.
        next_update: When newer evidence was promised, aware UTC; None if the issuer promised no moment.
        sha256: Of its DER, lower-case hex.
        is_decisive: Whether the status stands on it.
    """

    kind: EvidenceKind
    origins: tuple[EvidenceOrigin, ...]
    this_update: datetime
    next_update: datetime | None
    sha256: str = ""
    is_decisive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReport:
    """One certificate of a path.

    Attributes:
        subject: RFC 4514 text.
        serial: Hexadecimal, lower case.
        sha256: Of the DER, lower-case hex.
        key: Kind and size in bits, e.g. ``rsa-2048``.
        signature_algorithm: Digest it was signed with, e.g. ``sha256``; empty if it names none.
        state: Status at ``judged_at``.
        judged_at: Moment its status was judged at, aware UTC; None if it was not.
        revoked_at: Aware UTC; also set when it was revoked only after ``judged_at``.
        known_as: Name of a known authority with this fingerprint, empty if none.
    """

    role: CertificateRole
    subject: str
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime
    key: str = ""
    signature_algorithm: str = ""
    state: CertificateState = CertificateState.UNKNOWN
    judged_at: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""
    known_as: str = ""
    evidence: tuple[EvidenceReport, ...] = ()
