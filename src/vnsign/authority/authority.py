"""An agency-run certification authority: root, issuing authority, time-stamping certificate.

Invariants:
    - No certificate and no revocation list leaves before its row is committed.
    - No serial number is used twice; CRL numbers of one issuer only rise.
    - An authority exists wholly or not at all: keys, certificates and settings are one commit.

What it does not do: it takes no requests and checks no identity (whoever calls :meth:`Authority.issue` answers for
the subject); it answers no OCSP; its own keys are kept in software. It does not keep subscribers' private keys.

Source: Nghị định 68/2024/NĐ-CP Điều 6, 9, 10, 17; RFC 5280; RFC 3161.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from vnsign.authority import store as rows
from vnsign.authority.founding import (
    CLOCK_SKEW,
    TSA_ROLE,
    chain_above,
    insert_own,
    make_own_credentials,
    publication_of,
)
from vnsign.authority.keystore import SALT_BYTES, SCRYPT_COST, decrypt_key, derive_secret
from vnsign.authority.lists import current_crl, make_crl, moment_of
from vnsign.authority.records import Issuer
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.certificates import CertificateContent, build_certificate, load_certificate, utc_seconds
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import check_reason
from vnsign.pki.keys import KeyAlgorithm, generate_private_key
from vnsign.pki.names import Subject
from vnsign.pki.tsa import TokenIssuer
from vnsign.policy.profiles import PROFILES, CertificateProfile
from vnsign.ports import Clock

_SERIAL_TRIES = 3
#: What a row that the authority did not write may raise.
_ROW_FAULTS = (ValueError, TypeError, KeyError, OverflowError, OSError, x509.InvalidVersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """One row of the authority's record.

    Attributes:
        issued_at: Aware UTC.
        revoked_at: Aware UTC; None if not revoked.
        reason: Why it was revoked; None if not revoked.
    """

    certificate: x509.Certificate
    profile: CertificateProfile
    issued_at: datetime
    revoked_at: datetime | None
    reason: x509.ReasonFlags | None


class Authority:
    """One authority in one folder. Safe for threads and for several processes at once."""

    def __init__(
        self, store: rows.AuthorityStore, *, base_url: str, own: Mapping[str, Credential], clock: Clock
    ) -> None:
        """Use :meth:`create` or :meth:`open`."""
        self._store = store
        self._base_url = base_url
        self._own = own
        self._clock = clock
        self._tokens = TokenIssuer(own[TSA_ROLE])

    @classmethod
    def create(
        cls,
        directory: str | os.PathLike[str],
        *,
        name: str,
        organization: str,
        base_url: str,
        passphrase: bytes,
        clock: Clock,
        key_algorithm: KeyAlgorithm = KeyAlgorithm.P256,
    ) -> Authority:
        """Make a new authority: root, issuing authority and time-stamping certificate, kept in ``directory``.

        Args:
            directory: Made if missing, mode 0700.
            name: Stands before "Root CA", "Issuing CA" and "TSA" in their names.
            organization: Their organizationName.
            base_url: Where :func:`vnsign.web.create_app` will be reached; written into every certificate for good.
            passphrase: Protects the keys (scrypt, AES-256).
            clock: Time of issue.
            key_algorithm: Of the authority's own three keys.

        Raises:
            UsageError: ``AUTHORITY_EXISTS``; ``BAD_ARGUMENT``: a name or URL; ``OUTPUT_NOT_WRITABLE``.
        Source: Nghị định 68/2024/NĐ-CP Điều 6, Điều 9.
        """
        base_url = _checked_url(base_url)
        store = rows.AuthorityStore(Path(directory))
        store.create_file()
        with store.reading() as connection:
            _refuse_existing(store, initialized=rows.is_initialized(connection))
        salt = secrets.token_bytes(SALT_BYTES)
        secret = derive_secret(passphrase, salt=salt, cost=SCRYPT_COST)
        now = clock.now()
        own = make_own_credentials(name, organization, base_url=base_url, now=now, algorithm=key_algorithm)
        with store.writing() as connection:
            # Looked at again under the lock: of two creations at once, one loses.
            _refuse_existing(store, initialized=rows.is_initialized(connection))
            rows.create_schema(connection)
            rows.insert_authority(
                connection,
                name=name,
                organization=organization,
                base_url=base_url,
                settings="{}",
                key_salt=salt,
                key_cost=SCRYPT_COST,
                created_at=int(now.timestamp()),
            )
            for role, credential in own.items():
                insert_own(connection, role, credential, secret=secret, now=now)
        return cls(store, base_url=base_url, own=own, clock=clock)

    @classmethod
    def open(cls, directory: str | os.PathLike[str], *, passphrase: bytes, clock: Clock) -> Authority:
        """Open an authority, also after its process was killed at any moment.

        Raises:
            UsageError: ``AUTHORITY_NOT_FOUND``, ``WRONG_PASSPHRASE``, ``BAD_ARGUMENT``: made by a newer version.
            InputError: ``NOT_READABLE``: the file is no authority's database.
        """
        store = rows.AuthorityStore(Path(directory))
        with store.reading() as connection:
            settings = rows.read_authority(connection)
            keys = rows.read_own_keys(connection)
        secret = derive_secret(passphrase, salt=settings.key_salt, cost=settings.key_cost)
        own = _open_own_keys(keys, secret, file=str(store.path))
        return cls(store, base_url=_checked_url(settings.base_url), own=own, clock=clock)

    @property
    def base_url(self) -> str:
        """Where CRLs, certificates and the TSA are promised to be, without a slash at the end."""
        return self._base_url

    @property
    def tsa_url(self) -> str:
        """Where the time-stamping service is promised to be."""
        return f"{self._base_url}/tsa"

    @property
    def tsa(self) -> Credential:
        """The time-stamping authority's key and certificate."""
        return self._own[TSA_ROLE]

    def certificates(self) -> tuple[x509.Certificate, x509.Certificate]:
        """Return the root's and the issuing authority's certificate."""
        return self._own[Issuer.ROOT].certificate, self._own[Issuer.ISSUING].certificate

    def issue(
        self,
        profile: CertificateProfile,
        subject: Subject,
        *,
        key_algorithm: KeyAlgorithm = KeyAlgorithm.P256,
        not_after: datetime | None = None,
        policies: tuple[str, ...] = (),
    ) -> Credential:
        """Make a key pair and certify it; the certificate is on record before this returns.

        Does not check: who the subject is, and that its agency asked for the certificate. The private key is returned
        and kept nowhere: if the process dies before the caller has stored it, revoke the certificate.

        Args:
            profile: Not ``ROOT`` and not ``ISSUING_CA``: this authority has its own.
            subject: Whom to name.
            key_algorithm: Kind of key to make.
            not_after: Earlier end, aware; None means as long as the profile allows.
            policies: Certificate policy OIDs, dotted.

        Raises:
            UsageError: ``ISSUE_REFUSED``: another profile, or a validity that does not fit; ``OUTPUT_NOT_WRITABLE``.
            ServiceUnavailable: ``SERVICE_UNREACHABLE``: another process holds the database for too long.
        Source: Nghị định 68/2024/NĐ-CP Điều 7, Điều 9, Điều 10.
        """
        if PROFILES[profile].is_ca:
            raise UsageError(ErrorCode.ISSUE_REFUSED, f"this authority issues no {profile} certificate")
        issuer = self._own[Issuer.ISSUING]
        key = generate_private_key(key_algorithm)
        now = self._clock.now()
        for _ in range(_SERIAL_TRIES):
            content = CertificateContent(
                profile=profile,
                subject=subject.to_name(),
                public_key=key.public_key(),
                serial=x509.random_serial_number(),
                not_before=max(now - CLOCK_SKEW, issuer.certificate.not_valid_before_utc),
                not_after=not_after,
                email=subject.email,
                policies=policies,
            )
            certificate = build_certificate(content, issuer, publication_of(self._base_url, Issuer.ISSUING))
            try:
                with self._store.writing() as connection:
                    rows.insert_certificate(
                        connection,
                        certificate,
                        issuer=Issuer.ISSUING,
                        profile=profile,
                        issued_at=int(now.timestamp()),
                        subscriber=secrets.token_hex(16),
                    )
            except rows.SerialTaken:
                continue
            return Credential(key=key, certificate=certificate, chain=(issuer.certificate, *issuer.chain))
        raise UsageError(ErrorCode.ISSUE_REFUSED, "no free serial number was drawn: the random generator is broken")

    def issued(self) -> tuple[IssuedCertificate, ...]:
        """Return every certificate on record, in order of issue, the authority's own included."""
        with self._store.reading() as connection:
            found = rows.read_certificates(connection)
            events = {event.serial: event for event in rows.read_status_events(connection)}
        try:
            return tuple(_issued_certificate(row, events.get(row.serial)) for row in found)
        except _ROW_FAULTS as exc:
            raise rows.damaged(self._store.path, exc) from exc

    def revoke(
        self,
        serial: int,
        *,
        reason: x509.ReasonFlags = x509.ReasonFlags.unspecified,
        at: datetime | None = None,
    ) -> None:
        """Revoke a certificate for good; the next list names it. The same call again changes nothing.

        Does not check: who asks.

        Args:
            serial: Of a certificate on record, not the root's.
            reason: RFC 5280 reason; suspension is refused.
            at: Revocation time, aware, not in the future; None means now. Whole seconds, rounded down.

        Raises:
            UsageError: ``BAD_ARGUMENT``: unknown serial, the root, suspension, a time in the future or before the
                certificate's validity, or already revoked at another time or for another reason.
        Source: Nghị định 68/2024/NĐ-CP Điều 17; RFC 5280 §5.3.1.
        """
        check_reason(reason)
        now = self._clock.now()
        revoked_at = int(utc_seconds(at or now).timestamp())
        if revoked_at > now.timestamp():
            raise _bad_argument(f"{at} is in the future")
        if serial == self._own[Issuer.ROOT].certificate.serial_number:
            raise _bad_argument("a root cannot revoke itself: take it out of the trust stores")
        with self._store.writing() as connection:
            row = rows.read_certificate(connection, serial)
            if row is None:
                raise _bad_argument(f"no certificate with serial number {serial:x}")
            if revoked_at < row.not_before:
                raise _bad_argument(f"{at} is before the certificate's validity")
            events = rows.read_status_events(connection, serial)
            if not events:
                rows.insert_status_event(
                    connection,
                    serial=f"{serial:x}",
                    issuer=row.issuer,
                    kind="revoked",
                    at=revoked_at,
                    reason=reason.name,
                    recorded_at=int(now.timestamp()),
                )
            elif events[-1].reason != reason.name or (at is not None and events[-1].at != revoked_at):
                raise _bad_argument(
                    f"already revoked at {moment_of(events[-1].at).isoformat()} for {events[-1].reason}"
                )

    def crl(self, which: str) -> bytes:
        """Return the present revocation list of ``root`` or ``issuing``, DER; on record before this returns.

        A list is made anew when something was revoked since, or after ``CRL_REFRESH``.

        Raises:
            UsageError: ``BAD_ARGUMENT``: another name.
        Source: RFC 5280 §5.
        """
        if which not in tuple(Issuer):
            raise _bad_argument(f"no list called {which!r}: there are {', '.join(Issuer)}")
        now = self._clock.now()
        with self._store.reading() as connection:
            current = current_crl(connection, which, now)
        if current is not None:
            return current
        try:
            with self._store.writing() as connection:
                # Looked at again under the lock: of two who found it stale, one makes the list.
                return current_crl(connection, which, now) or make_crl(connection, which, now, issuer=self._own[which])
        except _ROW_FAULTS as exc:
            raise rows.damaged(self._store.path, exc) from exc

    def answer_timestamp(self, request: bytes) -> bytes:
        """Answer any bytes with a TimeStampResp, DER. Serial numbers are 159 random bits and not recorded.

        Source: RFC 3161 §2.4.
        """
        return self._tokens.respond(request, time=self._clock.now(), serial=x509.random_serial_number())


def _open_own_keys(keys: Sequence[rows.AnyRow], secret: bytes, *, file: str) -> dict[str, Credential]:
    if {key.role for key in keys} != {*Issuer, TSA_ROLE}:
        raise InputError(ErrorCode.NOT_READABLE, "the authority's own keys are not all there", file=file)
    certificates = {key.role: load_certificate(key.der, file=file) for key in keys}
    _check_own_path(certificates, file=file)
    return {
        key.role: Credential(
            key=decrypt_key(key.reference, secret, file=file),
            certificate=certificates[key.role],
            chain=chain_above(key.role, certificates),
        )
        for key in keys
    }


def _check_own_path(certificates: Mapping[str, x509.Certificate], *, file: str) -> None:
    # Whatever was done to the rows: what the authority stands on is what it signed itself.
    issuers = {Issuer.ROOT: Issuer.ROOT, Issuer.ISSUING: Issuer.ROOT, TSA_ROLE: Issuer.ISSUING}
    try:
        for role, issuer in issuers.items():
            certificates[role].verify_directly_issued_by(certificates[issuer])
    except Exception as exc:  # boundary: a damaged certificate may fail in any way the library knows
        raise InputError(ErrorCode.NOT_READABLE, "the authority's own certificates are damaged", file=file) from exc


def _issued_certificate(row: rows.AnyRow, event: rows.AnyRow | None) -> IssuedCertificate:
    return IssuedCertificate(
        certificate=x509.load_der_x509_certificate(row.der),
        profile=CertificateProfile(row.profile),
        issued_at=moment_of(row.issued_at),
        revoked_at=None if event is None else moment_of(event.at),
        reason=None if event is None else x509.ReasonFlags[event.reason],
    )


def _checked_url(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    # It is written into certificates as an IA5String, with a path behind it.
    if not is_usable or not re.fullmatch("[!-~]+", base_url) or "?" in base_url or "#" in base_url:
        raise _bad_argument(f"{base_url!r} is not an ASCII http or https URL without query")
    return base_url.rstrip("/")


def _refuse_existing(store: rows.AuthorityStore, *, initialized: bool) -> None:
    if initialized:
        raise UsageError(
            ErrorCode.AUTHORITY_EXISTS,
            "an authority is already here",
            file=str(store.path.parent),
            way_out="open it, or choose another folder",
        )


def _bad_argument(message: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message)
