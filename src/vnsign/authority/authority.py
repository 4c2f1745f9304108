"""An agency-run certification authority: what it can be asked to do.

Invariants:
    - No certificate and no revocation list leaves before its row is committed.
    - No serial number is used twice; the numbers of one issuer's lists only rise.
    - Every verb is one transaction that decides from rows read in it and appends to the journal who did it and why.

What it does not do: it checks no identity and authenticates nobody (whoever calls answers for the names it gives);
it keeps no subscriber's private key.

Source: Nghị định 68/2024/NĐ-CP Điều 6, 9–22; RFC 5280; RFC 6960; RFC 3161.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from sqlalchemy import Connection

from vnsign.authority import opening
from vnsign.authority.acts import issuing, status
from vnsign.authority.acts.many import run_many
from vnsign.authority.acts.renewing import algorithm_of, check_renewable, record_renewal, record_settings
from vnsign.authority.acts.request_desk import RequestDesk
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.page import Page
from vnsign.authority.database.record import read_settings
from vnsign.authority.keys.keystore import KeyVault
from vnsign.authority.keys.own_rules import OWN_RULES, make_own_key
from vnsign.authority.publishing.ordering import check_can_order
from vnsign.authority.publishing.services import Services
from vnsign.authority.records import (
    Act,
    CertificateRecord,
    IssueOutcome,
    JournalAct,
    JournalEntry,
    OwnRole,
)
from vnsign.authority.settings import AuthoritySettings, check_settings
from vnsign.errors import VnsignError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, generate_private_key
from vnsign.pki.names import Subject
from vnsign.pki.weak_keys import NO_LIST, CompromisedKeys
from vnsign.policy.lifecycle import RevocationCase
from vnsign.policy.profiles import CertificateProfile
from vnsign.ports import Clock

_FOUNDER = Act(by="founder")
_OPERATOR = Act(by="operator")


class Authority(RequestDesk):
    """One authority in one database. Safe for threads and for several processes at once."""

    def __init__(self, opened: opening.Opened, *, clock: Clock, compromised: CompromisedKeys = NO_LIST) -> None:
        """Use :meth:`create` or :meth:`open`."""
        super().__init__(opened.store, clock=clock, compromised=compromised)
        self._own = opened.own
        self._identity = opened.identity
        self._vault = opened.vault
        self._services = Services(opened.store, opened.own, base_url=opened.identity.base_url, clock=clock)

    @classmethod
    def create(
        cls,
        location: str | os.PathLike[str],
        *,
        name: str,
        organization: str,
        base_url: str,
        passphrase: bytes,
        clock: Clock,
        key_algorithm: KeyAlgorithm = KeyAlgorithm.P256,
        settings: AuthoritySettings | None = None,
        keys: KeyVault | None = None,
        act: Act = _FOUNDER,
    ) -> Authority:
        """Make a new authority: root, issuing authority, time-stamping authority and two OCSP responders.

        Args:
            location: Folder, made if missing, mode 0700; or ``postgresql+psycopg://…``.
            name: Stands before "Root CA", "Issuing CA", "TSA", "OCSP" in their names.
            organization: Their organizationName.
            base_url: Where :func:`vnsign.web.create_app` will be reached; written into every certificate for good.
            passphrase: Protects the keys (scrypt, AES-256), unless ``keys`` keeps them.
            clock: Tells the time of every act.
            key_algorithm: Of the authority's own keys.
            settings: None means the defaults.
            keys: Where the own keys are made and kept, such as a PKCS#11 token; None means in the database.
            act: Who founds it.

        Raises:
            UsageError: ``AUTHORITY_EXISTS``; ``BAD_ARGUMENT``: a name, URL or setting; ``OUTPUT_NOT_WRITABLE``.
        Source: Nghị định 68/2024/NĐ-CP Điều 6, Điều 9.
        """
        founding = opening.Founding(
            name=name,
            organization=organization,
            base_url=base_url,
            passphrase=passphrase,
            key_algorithm=key_algorithm,
            settings=settings or AuthoritySettings(),
            keys=keys,
            act=act,
        )
        return cls(opening.create(location, founding, clock=clock), clock=clock)

    @classmethod
    def open(
        cls,
        location: str | os.PathLike[str],
        *,
        passphrase: bytes,
        clock: Clock,
        keys: KeyVault | None = None,
        compromised: CompromisedKeys = NO_LIST,
    ) -> Authority:
        """Open an authority, also after its process was killed at any moment.

        A key that ``keys`` does not find at present stops only what needs that key.

        Args:
            location: As for :meth:`create`.
            passphrase: As for :meth:`create`; unused if every key is in ``keys``.
            clock: Tells the time of every act.
            keys: The token that keeps the own keys, if they are not in the database.
            compromised: Lists of keys that strangers hold; no request for one is taken in or answered.

        Raises:
            UsageError: ``AUTHORITY_NOT_FOUND``, ``WRONG_PASSPHRASE``, ``BAD_ARGUMENT``: made by a newer version.
            InputError: ``NOT_READABLE``: it is no authority's database, or damaged.
        """
        opened = opening.open_existing(location, passphrase=passphrase, keys=keys, clock=clock)
        return cls(opened, clock=clock, compromised=compromised)

    @property
    def base_url(self) -> str:
        """Where CRLs, certificates, OCSP and the TSA are promised to be, without a slash at the end."""
        return self._identity.base_url

    @property
    def tsa_url(self) -> str:
        """Where the time-stamping service is promised to be."""
        return f"{self.base_url}/tsa"

    @property
    def tsa(self) -> Credential:
        """The time-stamping authority's key and certificate.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``.
        """
        return self._own.credential(OwnRole.TSA)

    def certificates(self) -> tuple[x509.Certificate, x509.Certificate]:
        """Return the root's and the issuing authority's certificate."""
        return self._own.certificate(OwnRole.ROOT), self._own.certificate(OwnRole.ISSUING)

    # certificates

    def issue(self, request_id: int, *, act: Act) -> CertificateRecord:
        """Answer an approved request with a certificate.

        A new one lasts five years at most, a renewal three, a change as long as the certificate it replaces, which is
        revoked in the same act; none outlives the issuing authority. A renewed certificate stays in force.

        Raises:
            UsageError: ``WRONG_STATE``: the request is not approved, or the certificate concerned is not in force any
                more; ``BAD_ARGUMENT``: no such request, or it asks for no certificate; ``ISSUE_REFUSED``: the validity
                does not fit; ``KEY_UNAVAILABLE``.
            InputError: ``REQUEST_REFUSED``: the key was certified for somebody else meanwhile, or stands on a list.
            ServiceUnavailable: ``SERVICE_UNREACHABLE``: another process holds the database for too long.
        Source: Nghị định 68/2024/NĐ-CP Điều 9, 11, 12, 15; docs/adr/0013-lifecycle-of-certificates.md.
        """
        issuer = self._own.credential(OwnRole.ISSUING)
        with self._acting() as (ledger, _):
            return issuing.issue(ledger, request_id, self._press(issuer, ledger.connection), act=act)

    def issue_all(self, request_ids: Iterable[int], *, act: Act) -> Iterator[IssueOutcome]:
        """Answer many approved requests; yield what became of each, in order, once it is on record."""
        issuer = self._own.credential(OwnRole.ISSUING)

        def prepare(page: Page, numbers: Sequence[int]) -> issuing.Press:
            return issuing.make_press_for(page, self._press(issuer, page.connection), numbers)

        def issue(ledger: Ledger, number: int, press: issuing.Press) -> CertificateRecord:
            return issuing.issue(ledger, number, press, act=act)

        with self._sound_rows():
            for number, done in run_many(self._store, request_ids, prepare=prepare, verb=issue):
                if isinstance(done, VnsignError):
                    yield IssueOutcome(request_id=number, error=done)
                else:
                    yield IssueOutcome(request_id=number, record=done)

    def enroll(
        self,
        profile: CertificateProfile,
        subject: Subject,
        *,
        key_algorithm: KeyAlgorithm = KeyAlgorithm.P256,
        not_after: datetime | None = None,
        policies: tuple[str, ...] | None = None,
        act: Act = _OPERATOR,
    ) -> Credential:
        """Make a key and certify it without a request: for the authority's own services, demonstrations and tests.

        Does not check: who the subject is, and that its agency asked for the certificate; the journal says "enrolled".
        The private key is returned and kept nowhere: if the process dies before the caller has stored it, revoke the
        certificate.

        Args:
            profile: Not ``ROOT``, ``ISSUING_CA`` and ``OCSP_RESPONDER``: this authority has its own.
            subject: Whom to name.
            key_algorithm: Kind of key to make.
            not_after: Earlier end, aware; None means as long as the profile allows.
            policies: Certificate policy OIDs, dotted; None means those of the settings.
            act: Who enrols.

        Raises:
            UsageError: ``ISSUE_REFUSED``: another profile, or a validity that does not fit; ``OUTPUT_NOT_WRITABLE``.
            ServiceUnavailable: ``SERVICE_UNREACHABLE``: another process holds the database for too long.
        Source: Nghị định 68/2024/NĐ-CP Điều 7, Điều 9.
        """
        issuing.check_profile(profile)
        issuer = self._own.credential(OwnRole.ISSUING)
        key = generate_private_key(key_algorithm)
        enrolment = issuing.Enrolment(
            profile=profile, subject=subject, key=key.public_key(), not_after=not_after, policies=policies
        )
        with self._acting() as (ledger, _):
            record = issuing.enroll(ledger, enrolment, self._press(issuer, ledger.connection), act=act)
        return Credential(key=key, certificate=record.certificate, chain=(issuer.certificate, *issuer.chain))

    def revoke(
        self,
        serial: int,
        *,
        act: Act,
        case: RevocationCase | None = None,
        reason: x509.ReasonFlags | None = None,
        at: datetime | None = None,
        invalidity_date: datetime | None = None,
        request_id: int | None = None,
    ) -> CertificateRecord:
        """Revoke a certificate for good; the next list and OCSP answer tell. The same call again changes nothing.

        If the reason is that the key is in other hands, every certificate of that key is revoked. What an agency asked
        for is revoked on its request; without one only if the key is exposed, the device lost, or prosecuting or police
        bodies ask. What was enrolled without a request needs none.

        Does not check: who asks.

        Args:
            serial: Of a certificate on record, not the root's.
            act: Who revokes, and why; without a request the reason must be said.
            case: The law's case, which gives the reason; with a request, the request's.
            reason: RFC 5280 reason instead of a case; neither means unspecified; suspension is refused.
            at: Revocation time, aware, not in the future; None means now. Whole seconds, rounded down.
            invalidity_date: Since when the key may have been in other hands, aware, not after ``at``.
            request_id: The approved request that this carries out.

        Raises:
            UsageError: ``BAD_ARGUMENT``: unknown serial, the root, suspension, a case that does not happen to this kind
                of subscriber, times that cannot be, no request or no reason where one is needed; ``WRONG_STATE``:
                already revoked at another time or for another reason, or the request is not approved.
        Source: Nghị định 68/2024/NĐ-CP Điều 17; RFC 5280 §5.3.
        """
        revocation = status.make_revocation(case=case, reason=reason, at=at, invalidity_date=invalidity_date)
        with self._acting() as (ledger, now):
            return status.revoke(ledger, serial, revocation, now=now, act=act, request_id=request_id)

    def hold(self, serial: int, *, act: Act) -> CertificateRecord:
        """Suspend a certificate, if the settings allow it; again changes nothing.

        Raises:
            UsageError: ``BAD_ARGUMENT``: not allowed, or unknown serial; ``WRONG_STATE``: revoked.
        Source: RFC 5280 §5.3.1. The law of official-use certificates knows no suspension.
        """
        with self._acting() as (ledger, now):
            return status.hold(ledger, serial, settings=read_settings(ledger.connection), now=now, act=act)

    def release(self, serial: int, *, act: Act) -> CertificateRecord:
        """End a suspension; again changes nothing.

        Raises:
            UsageError: ``BAD_ARGUMENT``: not allowed, or unknown serial; ``WRONG_STATE``: revoked, or never held.
        Source: RFC 5280 §5.3.1.
        """
        with self._acting() as (ledger, now):
            return status.release(ledger, serial, settings=read_settings(ledger.connection), now=now, act=act)

    # the authority itself

    def change_settings(self, settings: AuthoritySettings, *, act: Act) -> None:
        """Decide otherwise; running services follow at their next answer.

        Raises:
            UsageError: ``BAD_ARGUMENT``, naming every setting that cannot be.
        """
        check_settings(settings)
        if settings.tsa_ordering:
            check_can_order(self._store.folder)
        with self._acting() as (ledger, now):
            record_settings(ledger, settings, now=now, act=act)
        self._services.refresh()

    def renew_own(self, role: str, *, act: Act) -> CertificateRecord:
        """Give a service of the authority a new key and certificate; running services take it without a restart.

        The old certificate stays in force: what was stamped and answered with it is still checked with it.

        Args:
            role: ``tsa``, ``ocsp`` or ``ocsp-root``.
            act: Who renews, and why.

        Raises:
            UsageError: ``BAD_ARGUMENT``: another role; ``ISSUE_REFUSED``: the issuer is revoked, or another process
                renewed at the same time; ``KEY_UNAVAILABLE``.
        """
        own = check_renewable(role)
        rule = OWN_RULES[own]
        with self._reading() as connection:
            self._own.refresh(connection)
        issuer = OwnRole(rule.issuer)
        credential = self._own.credential(issuer)
        replaces = self._own.certificate(own).serial_number if self._own.has(own) else None
        algorithm = algorithm_of(self._own.certificate(issuer))
        identity = replace(self._identity, delta=self.settings.delta_lifetime is not None)
        made = make_own_key(
            own, identity, {issuer: credential}, keys=self._vault, now=self._clock.now(), algorithm=algorithm
        )
        with self._acting() as (ledger, now):
            record = record_renewal(ledger, own, made, replaces=replaces, now=now, act=act)
        self._services.refresh()
        return record

    def note_ceremony(self, transcript_sha256: str, *, act: Act) -> JournalEntry:
        """Put the transcript of the founding into the journal; see :mod:`vnsign.authority.founding.ceremony`."""
        with self._acting() as (ledger, now):
            return ledger.tell(JournalAct.CEREMONY, at=now, act=act, transcript_sha256=transcript_sha256)

    # what everybody may ask

    def crl(self, which: str, *, delta: bool = False) -> bytes:
        """Return the present revocation list of ``root`` or ``issuing``; see :meth:`Services.crl`."""
        return self._services.crl(which, delta=delta)

    def is_current_crl(self, which: str, der: bytes, *, delta: bool = False) -> bool:
        """Tell whether a list is the present one; see :meth:`Services.is_current_crl`."""
        return self._services.is_current_crl(which, der, delta=delta)

    def answer_ocsp(self, which: str, request: bytes) -> bytes:
        """Answer any bytes with an OCSPResponse, DER; see :meth:`Services.answer_ocsp`."""
        return self._services.answer_ocsp(which, request)

    def presign(self, which: str) -> int:
        """Sign OCSP answers before anybody asks; see :meth:`Services.presign`."""
        return self._services.presign(which)

    def answer_timestamp(self, request: bytes) -> bytes:
        """Answer any bytes with a TimeStampResp, DER; see :meth:`Services.answer_timestamp`."""
        return self._services.answer_timestamp(request)

    def _press(self, issuer: Credential, connection: Connection) -> issuing.Press:
        return issuing.make_press(
            connection, issuer, base_url=self.base_url, now=self._clock.now(), compromised=self._compromised
        )
