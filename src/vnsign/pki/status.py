"""Was a certificate revoked, as far as the evidence at hand tells?

Invariants:
    - Evidence counts only if its signature verifies: a CRL with the key of the certificate's issuer, an OCSP answer
      with that key or with a responder certificate the issuer signed for OCSP signing.
    - All evidence is weighed together: one authentic list that shows a revocation outweighs any number that do not,
      so an older list put into a file cannot hide a newer one.
    - What a list does not speak of (delta, indirect, other reasons, other distribution point) is ignored, never
      guessed: the answer is then "could not check".
    - A list made after the certificate expired may have dropped it, so it proves nothing good (RFC 5280 §3.3).

What it does not do: fetch anything, read a clock, or ask for the status of a delegated OCSP responder's certificate
(it must be in force and issued by the same CA; RFC 6960 §4.2.2.2.1 leaves the rest to the CA).

Source: RFC 5280 §5, §6.3; RFC 6960 §3.2, §4.2.2; ETSI EN 319 102-1 §5.2.5 (revocation freshness).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID


class CertificateStatus(StrEnum):
    """The answer."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """The answer and what it stands on.

    Attributes:
        revoked_at: Revocation time, aware UTC, when revoked (also when revoked only after the time asked about).
        reason: CRLReason, RFC 5280 §5.3.1, empty if not given.
        evidence: ``crl`` or ``ocsp``, empty if there was none.
    """

    status: CertificateStatus
    revoked_at: datetime | None = None
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationEvidence:
    """Lists and answers, readable but not yet believed."""

    crls: tuple[x509.CertificateRevocationList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


def read_evidence(
    *, crls: Sequence[bytes], ocsps: Sequence[bytes], more: Sequence[x509.CertificateRevocationList] = ()
) -> RevocationEvidence:
    """Parse DER evidence; what cannot be read is left out, as if it were not there.

    Args:
        crls: CertificateList, DER.
        ocsps: OCSPResponse or BasicOCSPResponse inside one, DER.
        more: Lists already parsed.
    """
    lists: list[x509.CertificateRevocationList] = list(more)
    answers: list[ocsp.OCSPResponse] = []
    for der in dict.fromkeys(crls):
        try:
            lists.append(x509.load_der_x509_crl(der))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
    for der in dict.fromkeys(ocsps):
        try:
            answer = ocsp.load_der_ocsp_response(der)
            if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
                answers.append(answer)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
    return RevocationEvidence(crls=tuple(lists), ocsps=tuple(answers))


@dataclass(slots=True)
class _Weighing:
    """What the evidence seen so far says of one certificate."""

    at: datetime
    expires: datetime
    good: str = ""
    revoked_at: datetime | None = None
    reason: str = ""
    evidence: str = field(default="")

    def add_revoked(self, when: datetime, reason: str, *, evidence: str) -> None:
        if self.revoked_at is None or when < self.revoked_at:
            self.revoked_at, self.reason, self.evidence = when, reason, evidence

    def result(self) -> StatusResult:
        revoked = self.revoked_at
        if revoked is not None and revoked <= self.at:
            return StatusResult(
                status=CertificateStatus.REVOKED, revoked_at=revoked, reason=self.reason, evidence=self.evidence
            )
        # revoked only later: that very evidence says that the certificate was still good at the time asked about
        good = self.good or (self.evidence if revoked is not None else "")
        status = CertificateStatus.GOOD if good else CertificateStatus.UNKNOWN
        return StatusResult(status=status, revoked_at=revoked, reason=self.reason, evidence=good)


def certificate_status(
    certificate: x509.Certificate, *, issuer: x509.Certificate, evidence: RevocationEvidence, at: datetime
) -> StatusResult:
    """Return whether ``certificate`` was revoked at ``at``, as far as the evidence tells.

    Evidence made after ``at`` is as good as evidence in force at ``at``: it knows everything revoked until then.
    Evidence that had run out before ``at`` proves nothing good (but its revocations count).

    Args:
        certificate: The certificate asked about.
        issuer: Its issuer in the path (whose signature on it was verified).
        evidence: Lists and answers; each is authenticated here.
        at: The moment that matters, aware UTC.

    Source: RFC 5280 §6.3.3; RFC 6960 §3.2; ETSI EN 319 102-1 §5.2.5.
    """
    weighing = _Weighing(at, certificate.not_valid_after_utc)
    for crl in evidence.crls:
        if _speaks_of(crl, certificate, issuer=issuer):
            _weigh_crl(weighing, crl, certificate)
    for answer in evidence.ocsps:
        for single in _authentic_answers(answer, certificate, issuer=issuer):
            _weigh_ocsp(weighing, single)
    return weighing.result()


def _proves_good(weighing: _Weighing, start: datetime, end: datetime | None) -> bool:
    if start > weighing.expires:
        return False
    return start >= weighing.at or end is None or weighing.at <= end


def _weigh_crl(weighing: _Weighing, crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> None:
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        reason = _reason(entry)
        if reason != x509.ReasonFlags.remove_from_crl.value:
            weighing.add_revoked(entry.revocation_date_utc, reason, evidence="crl")
        return
    if _proves_good(weighing, crl.last_update_utc, crl.next_update_utc):
        weighing.good = weighing.good or "crl"


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        value: str = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return value


def _speaks_of(crl: x509.CertificateRevocationList, certificate: x509.Certificate, *, issuer: x509.Certificate) -> bool:
    if crl.issuer != certificate.issuer or not _may_sign_crls(issuer):
        return False
    try:
        if not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
            return False
        return all(_extension_allows(extension, certificate) for extension in crl.extensions)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False


def _may_sign_crls(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False


def _extension_allows(extension: x509.Extension[x509.ExtensionType], certificate: x509.Certificate) -> bool:
    value = extension.value
    if isinstance(value, x509.IssuingDistributionPoint):
        if value.indirect_crl or value.only_contains_attribute_certs or value.only_some_reasons:
            return False
        is_ca = _is_ca(certificate)
        if (value.only_contains_user_certs and is_ca) or (value.only_contains_ca_certs and not is_ca):
            return False
        return value.full_name is None or bool(set(value.full_name) & set(_distribution_points(certificate)))
    # a delta list alone proves nothing; any other critical extension is one whose meaning we do not know
    return not extension.critical and not isinstance(value, x509.DeltaCRLIndicator)


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _distribution_points(certificate: x509.Certificate) -> Iterator[x509.GeneralName]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for point in points:
        yield from point.full_name or ()


def _weigh_ocsp(weighing: _Weighing, single: ocsp.OCSPSingleResponse) -> None:
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED and single.revocation_time_utc is not None:
        reason = single.revocation_reason.value if single.revocation_reason else ""
        weighing.add_revoked(single.revocation_time_utc, reason, evidence="ocsp")
    elif single.certificate_status is ocsp.OCSPCertStatus.GOOD and _proves_good(
        # without nextUpdate "newer information is available all the time": good for its own moment only
        weighing,
        single.this_update_utc,
        single.next_update_utc or single.this_update_utc,
    ):
        weighing.good = weighing.good or "ocsp"


def _authentic_answers(
    answer: ocsp.OCSPResponse, certificate: x509.Certificate, *, issuer: x509.Certificate
) -> Iterator[ocsp.OCSPSingleResponse]:
    try:
        singles = [single for single in answer.responses if _names(single, certificate, issuer)]
        if singles and any(_signed_by(answer, key) for key in _responders(answer, issuer)):
            yield from singles
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return


def _names(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm)
    wanted = builder.build()
    return wanted.issuer_key_hash == single.issuer_key_hash and wanted.issuer_name_hash == single.issuer_name_hash


def _responders(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> Iterator[x509.Certificate]:
    """The issuer itself, or a delegate: signed by the issuer, for OCSP signing, in force when it answered."""
    yield issuer
    for candidate in answer.certificates:
        try:
            usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            candidate.verify_directly_issued_by(issuer)
        except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
            continue
        produced = answer.produced_at_utc
        in_force = candidate.not_valid_before_utc <= produced <= candidate.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and in_force:
            yield candidate


def _signed_by(answer: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    key = responder.public_key()
    algorithm = answer.signature_hash_algorithm
    data, value = answer.tbs_response_bytes, answer.signature
    try:
        if isinstance(key, rsa.RSAPublicKey) and isinstance(algorithm, hashes.HashAlgorithm):
            key.verify(value, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(algorithm, hashes.HashAlgorithm):
            key.verify(value, data, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(value, data)
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
