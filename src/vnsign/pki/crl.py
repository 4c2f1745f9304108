"""Certificate revocation lists: built and read.

Invariants:
    - A list is complete for its issuer: one issuer, one list, so no issuingDistributionPoint is needed.
    - ``certificateHold`` and ``removeFromCRL`` are not written: official-use certificates know no suspension.

What it does not do: no delta lists, no partitions; it keeps no numbers (arguments) and verifies no signature.

Source: RFC 5280 §5; Nghị định 68/2024/NĐ-CP Điều 6 (services of the provider) and Điều 17 (revocation).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.certificates import utc_seconds
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import check_public_key, signature_hash

_SUSPENSION = frozenset({x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl})


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedEntry:
    """One revoked certificate.

    Attributes:
        revoked_at: Aware; written in UTC, whole seconds.
        reason: Why; ``unspecified`` writes no reason (RFC 5280 §5.3.1).
    """

    serial: int
    revoked_at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlContent:
    """What a list shall say.

    Attributes:
        number: cRLNumber, higher than that of every earlier list of the issuer (the caller's promise).
        this_update: Aware; written in UTC, whole seconds.
        next_update: Aware; by then another list is out.
    """

    number: int
    this_update: datetime
    next_update: datetime
    entries: tuple[RevokedEntry, ...] = ()


def check_reason(reason: x509.ReasonFlags) -> None:
    """Refuse reasons that mean suspension.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    if reason in _SUSPENSION:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{reason.value} suspends a certificate, which official-use certificates do not know",
            way_out="revoke it for good with another reason, and issue a new one if need be",
        )


def build_crl(content: CrlContent, issuer: Credential) -> x509.CertificateRevocationList:
    """Build and sign a complete list.

    Raises:
        UsageError: ``BAD_ARGUMENT``: a reason that means suspension, or times in the wrong order.
    Source: RFC 5280 §5.1–5.3.
    """
    if not content.this_update < content.next_update:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "nextUpdate must be later than thisUpdate")
    key_id = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(utc_seconds(content.this_update))
        .next_update(utc_seconds(content.next_update))
        .add_extension(x509.CRLNumber(content.number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    )
    for revoked in _revoked_certificates(content.entries):
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(issuer.key, signature_hash(check_public_key(issuer.key.public_key())))


def load_crl(data: bytes, *, file: str | None = None) -> x509.CertificateRevocationList:
    """Read one list, DER or PEM.

    Does not check: signature, issuer or dates.

    Raises:
        InputError: ``MALFORMED_CRL``.
    """
    try:
        if b"-----BEGIN" in data[:1024]:
            return x509.load_pem_x509_crl(data)
        return x509.load_der_x509_crl(data)
    except (ValueError, TypeError, x509.InvalidVersion) as exc:
        raise InputError(ErrorCode.MALFORMED_CRL, f"not a revocation list: {exc}", file=file) from exc


def _revoked_certificates(entries: Iterable[RevokedEntry]) -> Iterable[x509.RevokedCertificate]:
    for entry in entries:
        check_reason(entry.reason)
        builder = x509.RevokedCertificateBuilder(entry.serial, utc_seconds(entry.revoked_at))
        if entry.reason is not x509.ReasonFlags.unspecified:
            builder = builder.add_extension(x509.CRLReason(entry.reason), critical=False)
        yield builder.build()


def unique_crls(
    crls: Iterable[x509.CertificateRevocationList],
) -> tuple[x509.CertificateRevocationList, ...]:
    """Return the lists without repeats, in order; lists are told apart by their DER (they cannot be hashed)."""
    return tuple({crl.public_bytes(serialization.Encoding.DER): crl for crl in crls}.values())
