"""May this signer sign now? Asked before the key is used.

Checks:
    (1) the certificate, and those of the authorities above it, are in their validity
    (2) the certificate is for signing documents
    (3) none of them is revoked, by CRL or OCSP of their issuers

Invariants:
    - "Could not be checked" is an error of its own, never a pass; only a certificate that names no service at all is
      let pass, because nobody can check it (verification will say so).

What it does not do: check the scope of use and the signer's responsibility, which the document's register knows, or
that the chain leads to somebody trusted. It keeps nothing (see vnsign.wiring.checking).

Source: NĐ 68/2024/NĐ-CP Điều 29.1, 29.2, Điều 31, Điều 32; RFC 5280 §4.2.1.3, §4.2.1.12.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from cryptography import x509

from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError
from vnsign.pki.status import CertificateStatus, certificate_status
from vnsign.policy.validation import FOREIGN_PURPOSES, SIGNER_KEY_USAGES
from vnsign.ports import EvidenceSource
from vnsign.signing.proofs import chain_of, require_good

_T = TypeVar("_T", bound=x509.ExtensionType)
#: How far the clocks of an authority and of the signer may differ: its newest word may be older than "now".
CLOCK_SKEW = timedelta(minutes=5)
_WAY_OUT = "try again later, or sign without this check if you may: check_status=False, --no-status-check"


def check_usage(certificate: x509.Certificate, *, at: datetime) -> None:
    """Check what needs no network: validity and key usage of the signer's own certificate.

    Raises:
        UsageError: ``CERTIFICATE_NOT_USABLE``.
    """
    _require_in_validity(certificate, at=at)
    problem = _problem_of_usage(certificate)
    if problem:
        raise _unusable(certificate, problem)


@lru_cache(maxsize=256)
def _problem_of_usage(certificate: x509.Certificate) -> str:
    try:
        usage = _extension(certificate, x509.KeyUsage)
        purposes = _extension(certificate, x509.ExtendedKeyUsage)
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as exc:
        return f"cannot be read: {exc}"
    if usage is not None and not any(getattr(usage, bit) for bit in SIGNER_KEY_USAGES):
        return "is not for signatures (keyUsage)"
    if purposes is not None and set(purposes) <= FOREIGN_PURPOSES:
        return "is not for signing documents (extendedKeyUsage)"
    return ""


def check_status(
    certificate: x509.Certificate, chain: Sequence[x509.Certificate], *, at: datetime, source: EvidenceSource
) -> None:
    """Ask whether the certificate or an authority above it is revoked.

    Args:
        certificate: The signer's.
        chain: Certificates above it; missing ones are looked for where the certificates point.
        at: Now, aware UTC.
        source: Asked for the evidence.

    Raises:
        UsageError: ``CERTIFICATE_REVOKED``; ``CERTIFICATE_NOT_USABLE`` if an authority's certificate is not in force.
        InputError: ``CERTIFICATE_STATUS_UNKNOWN``: nobody could tell; the message says what each service said.
    """
    found = chain_of(certificate, list(chain), source)
    for authority in found[1:]:
        _require_in_validity(authority, at=at)
    for index, subject in enumerate(found):
        if subject.issuer == subject.subject:
            continue
        if index + 1 == len(found):
            _require_no_service(subject)
            continue
        _check_one(subject, found[index + 1], at=at, source=source)


def _check_one(
    certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime, source: EvidenceSource
) -> None:
    try:
        evidence = source.evidence_for(certificate, issuer=issuer)
    except (ServiceUnavailable, InputError) as exc:
        raise _unknown(f"the status of {certificate.subject.rfc4514_string()!r} cannot be had: {exc.message}") from exc
    if not evidence.crls and not evidence.ocsps:
        return
    result = certificate_status(certificate, issuer=issuer, evidence=evidence, at=at)
    if result.status is CertificateStatus.UNKNOWN:
        result = certificate_status(certificate, issuer=issuer, evidence=evidence, at=at - CLOCK_SKEW)
    try:
        require_good(certificate, result, issuer=issuer, evidence=evidence, at=at)
    except InputError as exc:
        raise _unknown(exc.message) from exc


def _require_no_service(certificate: x509.Certificate) -> None:
    """The issuer is not at hand: without it nothing that a service says can be believed."""
    try:
        names_one = any(
            _extension(certificate, kind) is not None
            for kind in (x509.CRLDistributionPoints, x509.AuthorityInformationAccess)
        )
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        names_one = True
    if names_one:
        issuer = certificate.issuer.rfc4514_string()
        raise _unknown(f"the certificate of the issuer {issuer!r} is not at hand, so the status cannot be checked")


def _require_in_validity(certificate: x509.Certificate, *, at: datetime) -> None:
    """NĐ 68/2024 Điều 29.1, 31.1a: a signature is made only while the certificate is in its validity."""
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= at <= end:
        raise _unusable(
            certificate, f"is valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d}, not on {at:%Y-%m-%d}", "renew it"
        )


def _extension(certificate: x509.Certificate, kind: type[_T]) -> _T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _unusable(certificate: x509.Certificate, reason: str, way_out: str = "use a signer's certificate") -> VnsignError:
    return UsageError(
        ErrorCode.CERTIFICATE_NOT_USABLE,
        f"the certificate of {certificate.subject.rfc4514_string()!r} {reason}",
        way_out=way_out,
    )


def _unknown(message: str) -> InputError:
    return InputError(ErrorCode.CERTIFICATE_STATUS_UNKNOWN, message, way_out=_WAY_OUT)
