"""What goes into the authority's record and what comes out of it: frozen values.

What it does not do: no database, no decisions. Nobody named in ``by`` is authenticated here: the caller knows its
users, the record keeps what the caller said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from vnsign.errors import VnsignError
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import Form, RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile


class Issuer(StrEnum):
    """Who signs certificates and lists; the value stands in URLs."""

    ROOT = "root"
    ISSUING = "issuing"


class OwnRole(StrEnum):
    """The authority's own certificates."""

    ROOT = "root"
    ISSUING = "issuing"
    TSA = "tsa"
    #: OCSP responder for what the issuing authority certified
    OCSP = "ocsp"
    #: OCSP responder for what the root certified
    OCSP_ROOT = "ocsp-root"


class StatusKind(StrEnum):
    """What happened to a certificate after its issue."""

    REVOKED = "revoked"
    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, and why; both stand in the journal.

    Attributes:
        by: Name of the person or program, as the caller knows it; not empty.
        why: Reason, or empty.
    """

    by: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What an agency asks for: the data of forms Mẫu 01–06.

    Attributes:
        agency: The agency in direct charge (cơ quan, tổ chức quản lý trực tiếp), which makes every request.
        document: Number and symbol of its letter, if there is one.
        profile: Kind of subscriber; for a new certificate only.
        subject: Whom to name; for a new certificate or a change only.
        csr: PKCS#10, DER or PEM. Needed for a new certificate; None in a renewal or change means the same key.
        serial: The certificate concerned; for everything but a new certificate.
        not_after: Earlier end of validity, aware; None means as long as the rules allow.
        case: Why to revoke; for a revocation only.
        invalidity_date: Since when the key may have been in other hands, aware; for a revocation only.
    """

    kind: RequestKind
    agency: str
    document: str = ""
    profile: CertificateProfile | None = None
    subject: Subject | None = None
    csr: bytes | None = None
    serial: int | None = None
    not_after: datetime | None = None
    case: RevocationCase | None = None
    invalidity_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStep:
    """One step of a request. ``at`` is aware UTC."""

    state: RequestState
    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """A request on record.

    Attributes:
        id: 1, 2, 3 …
        application: As it was made; the request for a certificate (``csr``) in DER.
        profile: Kind of subscriber, also where the application leaves it to the certificate concerned.
        steps: What happened to it, the submission first; never empty.
    """

    id: int
    form: Form
    application: Application
    profile: CertificateProfile
    subscriber: str
    steps: tuple[RequestStep, ...]

    @property
    def state(self) -> RequestState:
        """Where it stands now."""
        return self.steps[-1].state


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """One revocation, hold or release.

    Attributes:
        at: From when it counts, aware UTC.
        recorded_at: When it came on record, aware UTC.
    """

    kind: StatusKind
    at: datetime
    reason: x509.ReasonFlags
    case: RevocationCase | None
    invalidity_date: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate on record.

    Attributes:
        subscriber: Who holds it; the same for a certificate and those that renewed or changed it.
        issued_at: Aware UTC.
        request_id: The request it answers; None for one the authority enrolled itself.
        replaces: Serial number of its predecessor in a renewal or change.
        changes: What happened to it since, oldest first.
    """

    certificate: x509.Certificate
    issuer: Issuer
    profile: CertificateProfile
    subscriber: str
    issued_at: datetime
    request_id: int | None
    replaces: int | None
    changes: tuple[StatusChange, ...] = ()

    @property
    def revocation(self) -> StatusChange | None:
        """The revocation or hold in force; None if the certificate is good."""
        last = self.changes[-1] if self.changes else None
        return None if last is None or last.kind is StatusKind.RELEASED else last


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOutcome:
    """What became of one of many applications, or of one of many requests.

    Attributes:
        asked: The application, or the request's number.
        record: The request as it stands now; None if it failed.
        error: Why it failed; None otherwise.
    """

    asked: Application | int
    record: RequestRecord | None = None
    error: VnsignError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOutcome:
    """What became of one of many requests that were to be answered with a certificate.

    Attributes:
        record: The certificate; None if it failed.
        error: Why it failed; None otherwise.
    """

    request_id: int
    record: CertificateRecord | None = None
    error: VnsignError | None = None


class JournalAct(StrEnum):
    """What a journal entry tells of."""

    FOUNDED = "founded"
    SETTINGS_CHANGED = "settings_changed"
    OWN_RENEWED = "own_renewed"
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ISSUED = "issued"
    ENROLLED = "enrolled"
    RESTORED = "restored"
    REVOKED = "revoked"
    HELD = "held"
    RELEASED = "released"
    CRL_PUBLISHED = "crl_published"
    CEREMONY = "ceremony"
    #: the database of an older version was brought up to date
    UPGRADED = "upgraded"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One entry of the hash-chained journal.

    Attributes:
        seq: 1, 2, 3 … without gap.
        at: Aware UTC, whole seconds.
        details: Canonical JSON: what was done, with the SHA-256 of what was made.
        previous: Hash of the entry before; 32 zero bytes in the first.
        hash: SHA-256 of this entry and ``previous``.
    """

    seq: int
    at: datetime
    by: str
    why: str
    act: JournalAct
    details: str
    previous: bytes
    hash: bytes
