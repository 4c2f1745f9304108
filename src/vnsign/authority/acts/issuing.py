"""Certificates issued: to subscribers whose request was approved, to the authority's own services, to itself.

Invariants:
    - Certificate, last step of the request and journal entry are one act; nothing leaves before it is committed.
    - What is decided is decided from rows read under the lock, the key once more included.
    - No serial number is used twice in one authority.
    - A certificate that a change replaces is revoked in the same act.

What it does not do: it takes no lock itself, and decides no profile (see :mod:`vnsign.policy.profiles`).

Source: Nghị định 68/2024/NĐ-CP Điều 7, 9, 11, 12, 15; RFC 5280 §4.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from vnsign.authority.acts import requests, status
from vnsign.authority.acts.intake import spki_hash, subject_of
from vnsign.authority.database import reading
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.page import Page
from vnsign.authority.database.record import read_settings
from vnsign.authority.database.tables import CERTIFICATE, OWN_KEY
from vnsign.authority.keys.own_rules import OWN_RULES, OwnKey, publication_of
from vnsign.authority.records import Act, CertificateRecord, Issuer, JournalAct, OwnRole, RequestRecord
from vnsign.authority.settings import CLOCK_SKEW, AuthoritySettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.certificates import CertificateContent, build_certificate
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import PublicKey, check_public_key
from vnsign.pki.names import Subject
from vnsign.pki.requests import RequestFault, RequestProblem, RequestRefused, parse_key
from vnsign.pki.weak_keys import MEANINGS, NO_LIST, CompromisedKeys, KeyWeakness
from vnsign.policy.lifecycle import CERTIFYING, REASON_OF_CHANGE, RequestKind
from vnsign.policy.profiles import PROFILES, CertificateProfile

_SERIAL_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What certificates are made with.

    Attributes:
        issuer: The issuing authority.
        now: Time of issue, aware UTC.
        serials: Serial numbers drawn and found free, each for one certificate; when there is none, one is drawn.
        compromised: Lists of keys that strangers hold.
        lone_keys: Keys (SHA-256) that were looked up: nobody else has them or asks for them.
    """

    issuer: Credential
    base_url: str
    settings: AuthoritySettings
    now: datetime
    serials: list[int] = field(default_factory=list)
    lone_keys: frozenset[bytes] = frozenset()
    compromised: CompromisedKeys = NO_LIST


def make_press(
    connection: Connection,
    issuer: Credential,
    *,
    base_url: str,
    now: datetime,
    compromised: CompromisedKeys = NO_LIST,
) -> Press:
    """Return what certificates are made with now.

    Raises:
        UsageError: ``ISSUE_REFUSED``: the issuing authority is revoked: nobody would accept what it certifies.
    """
    if reading.is_revoked(connection, issuer.certificate.serial_number):
        raise UsageError(ErrorCode.ISSUE_REFUSED, "the issuing authority's own certificate is revoked")
    return Press(issuer=issuer, base_url=base_url, settings=read_settings(connection), now=now, compromised=compromised)


def make_press_for(page: Page, press: Press, numbers: Sequence[int]) -> Press:
    """Return ``press`` with everything looked up that answering these requests needs."""
    page.requests = reading.read_requests_numbered(page.connection, numbers)
    drawn = {x509.random_serial_number() for _ in numbers}
    return replace(
        press,
        serials=reading.read_free_serials(page.connection, drawn),
        lone_keys=reading.read_lone_keys(page.connection, numbers),
    )


def issue(ledger: Ledger, number: int, press: Press, *, act: Act) -> CertificateRecord:
    """Answer an approved request with a certificate.

    Raises:
        UsageError: ``WRONG_STATE``: the request is not approved, or the certificate concerned not in force any more;
            ``BAD_ARGUMENT``: no such request, or it asks for none; ``ISSUE_REFUSED``: the validity does not fit.
        RequestRefused: The key was certified for somebody else meanwhile, or stands on a list.
    Source: Nghị định 68/2024/NĐ-CP Điều 9, 11, 12, 15.
    """
    request = requests.read(ledger, number)
    requests.check_kind(request, CERTIFYING)
    requests.finish(ledger, request, now=press.now, act=act)
    predecessor = _predecessor(ledger, request, press.now)
    key = _key_of(request, predecessor)
    _check_key(ledger, key, request=request, press=press)
    serial = _take_serial(ledger, press)
    certificate = _certify(_content(request, predecessor, key=key, press=press, serial=serial), press)
    record = CertificateRecord(
        certificate=certificate,
        issuer=Issuer.ISSUING,
        profile=request.profile,
        subscriber=request.subscriber,
        issued_at=press.now.replace(microsecond=0),
        request_id=number,
        replaces=request.application.serial,
    )
    add_certificate(ledger, record)
    if predecessor is not None and request.application.kind is RequestKind.CHANGE:
        status.add_revocation(ledger, predecessor, REASON_OF_CHANGE, now=press.now)
    ledger.tell(JournalAct.ISSUED, at=press.now, act=act, serial=f"{certificate.serial_number:x}", request=number)
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What is certified without a request.

    Attributes:
        not_after: Earlier end, aware; None means as long as the profile allows.
        policies: Certificate policy OIDs, dotted; None means those of the settings.
    """

    profile: CertificateProfile
    subject: Subject
    key: PublicKey
    not_after: datetime | None = None
    policies: tuple[str, ...] | None = None


def check_profile(profile: CertificateProfile) -> None:
    """Refuse profiles that only the authority itself has.

    Raises:
        UsageError: ``ISSUE_REFUSED``.
    """
    if PROFILES[profile].is_ca or profile is CertificateProfile.OCSP_RESPONDER:
        raise UsageError(ErrorCode.ISSUE_REFUSED, f"this authority issues no {profile} certificate")


def enroll(ledger: Ledger, enrolment: Enrolment, press: Press, *, act: Act) -> CertificateRecord:
    """Certify a key without a request.

    Raises:
        UsageError: ``ISSUE_REFUSED``.
    """
    check_profile(enrolment.profile)
    policies = press.settings.policies if enrolment.policies is None else enrolment.policies
    content = CertificateContent(
        profile=enrolment.profile,
        subject=enrolment.subject.to_name(),
        public_key=enrolment.key,
        serial=_take_serial(ledger, press),
        not_before=_start(press),
        not_after=enrolment.not_after,
        email=enrolment.subject.email,
        policies=policies,
        cps_url=press.settings.cps_url,
    )
    certificate = _certify(content, press)
    record = CertificateRecord(
        certificate=certificate,
        issuer=Issuer.ISSUING,
        profile=enrolment.profile,
        subscriber=secrets.token_hex(16),
        issued_at=press.now.replace(microsecond=0),
        request_id=None,
        replaces=None,
    )
    add_certificate(ledger, record)
    ledger.tell(JournalAct.ENROLLED, at=press.now, act=act, serial=f"{certificate.serial_number:x}")
    return record


def add_own(
    ledger: Ledger, role: OwnRole, own: OwnKey, *, now: datetime, replaces: int | None = None
) -> CertificateRecord:
    """Record an own certificate and where its key is kept; the caller tells the journal."""
    rule = OWN_RULES[role]
    record = CertificateRecord(
        certificate=own.credential.certificate,
        issuer=rule.issuer,
        profile=rule.profile,
        subscriber=role.value,
        issued_at=now.replace(microsecond=0),
        request_id=None,
        replaces=replaces,
    )
    add_certificate(ledger, record)
    serial = f"{own.credential.certificate.serial_number:x}"
    ledger.add(OWN_KEY, role=role.value, serial=serial, kind=own.kind, reference=own.reference)
    return record


def add_certificate(ledger: Ledger, record: CertificateRecord) -> None:
    """Record a certificate; the caller tells the journal."""
    certificate = record.certificate
    ledger.add(
        CERTIFICATE,
        serial=f"{certificate.serial_number:x}",
        issuer=record.issuer.value,
        profile=record.profile.value,
        subscriber=record.subscriber,
        subject=certificate.subject.rfc4514_string(),
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        spki_sha256=spki_hash(check_public_key(certificate.public_key())),
        der=certificate.public_bytes(Encoding.DER),
        issued_at=int(record.issued_at.timestamp()),
        request_id=record.request_id,
        replaces=None if record.replaces is None else f"{record.replaces:x}",
    )


def _predecessor(ledger: Ledger, request: RequestRecord, now: datetime) -> CertificateRecord | None:
    serial = request.application.serial
    if serial is None:
        return None
    found = reading.read_certificate(ledger.connection, serial)
    if found is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"no certificate with serial number {serial:x}")
    requests.check_in_force(found, now=now)
    requests.check_not_replaced(ledger, found)
    return found


def _key_of(request: RequestRecord, predecessor: CertificateRecord | None) -> PublicKey:
    if request.application.csr is not None:
        return parse_key(request.application.csr)
    if predecessor is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"request {request.id} names no key")
    return check_public_key(predecessor.certificate.public_key())


def _check_key(ledger: Ledger, key: PublicKey, *, request: RequestRecord, press: Press) -> None:
    faults: list[RequestFault] = []
    if key in press.compromised:
        # Found out after the request was taken in, or by a list that only whoever issues has.
        faults.append(RequestFault(problem=RequestProblem.WEAK_KEY, detail=MEANINGS[KeyWeakness.COMPROMISED]))
    key_hash = spki_hash(key)
    if key_hash not in press.lone_keys:
        faults += requests.key_faults(ledger, key_hash, subscriber=request.subscriber)
    if faults:
        raise RequestRefused(faults)


def _content(
    request: RequestRecord, predecessor: CertificateRecord | None, *, key: PublicKey, press: Press, serial: int
) -> CertificateContent:
    application = request.application
    subject, not_after = application.subject, application.not_after
    if predecessor is not None:
        subject = subject or subject_of(predecessor.certificate)
        if application.kind is RequestKind.CHANGE:  # no renewal: the end stays
            not_after = predecessor.certificate.not_valid_after_utc
    if subject is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"request {request.id} names nobody")
    return CertificateContent(
        profile=request.profile,
        subject=subject.to_name(),
        public_key=key,
        serial=serial,
        not_before=_start(press),
        not_after=not_after,
        email=subject.email,
        policies=press.settings.policies,
        cps_url=press.settings.cps_url,
        is_renewal=application.kind is RequestKind.RENEW,
    )


def _certify(content: CertificateContent, press: Press) -> x509.Certificate:
    has_delta = press.settings.delta_lifetime is not None
    publication = publication_of(press.base_url, Issuer.ISSUING, delta=has_delta)
    return build_certificate(content, press.issuer, publication)


def _take_serial(ledger: Ledger, press: Press) -> int:
    if press.serials:
        return press.serials.pop()
    for _ in range(_SERIAL_TRIES):
        free = reading.read_free_serials(ledger.connection, [x509.random_serial_number()])
        if free:
            return free[0]
    raise UsageError(ErrorCode.ISSUE_REFUSED, "no free serial number was drawn: the random generator is broken")


def _start(press: Press) -> datetime:
    return max(press.now - CLOCK_SKEW, press.issuer.certificate.not_valid_before_utc)
