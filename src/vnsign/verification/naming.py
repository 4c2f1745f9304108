"""What a report says of a certificate by itself, computed once for each certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.pki.anchors import fingerprint
from vnsign.pki.signature_values import describe_key
from vnsign.policy.known_anchors import describe_anchor

#: An archive of an office has some hundred signers and a handful of authorities.
_MAX_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What stands in a certificate, as text; see :class:`vnsign.report.CertificateReport`."""

    subject: str
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime
    key: str
    signature_algorithm: str
    known_as: str


@lru_cache(maxsize=_MAX_REMEMBERED)
def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """Return what stands in a certificate."""
    sha256 = fingerprint(certificate)
    known = describe_anchor(sha256)
    kind, bits = describe_key(certificate.public_bytes(Encoding.DER))
    return CertificateFacts(
        subject=_text(certificate, "subject"),
        issuer=_text(certificate, "issuer"),
        serial=f"{certificate.serial_number:x}",
        sha256=sha256,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=f"{kind}-{bits}",
        signature_algorithm=digest_of(certificate),
        known_as="" if known is None else f"{known.name} {known.generation} ({known.scheme.value})",
    )


def digest_of(certificate: x509.Certificate) -> str:
    """Return the name of the digest a certificate is signed with; empty if its algorithm names none."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    return "" if algorithm is None else algorithm.name.replace("-", "_")


@lru_cache(maxsize=2048)
def name_of(certificate: x509.Certificate | None) -> str:
    """Return the subject as RFC 4514 text; empty if it cannot be read."""
    return "" if certificate is None else _text(certificate, "subject")


def _text(certificate: x509.Certificate, which: str) -> str:
    try:
        name: x509.Name = getattr(certificate, which)
        return name.rfc4514_string()
    except ValueError:
        return ""
