"""What the pure rooms ask of the world: time, keys, timestamps, revocation evidence.

Each protocol is as small as its consumer; adapters implement them, tests bring their own real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present time, aware UTC."""


class SigningKey(Protocol):
    """A private key that may live anywhere (memory, token, remote service)."""

    def sign(self, data: bytes, hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False) -> bytes:
        """Return the raw signature value over ``data``: a DER Ecdsa-Sig-Value, or RSA.

        Args:
            data: What is signed, not yet hashed.
            hash_algorithm: To hash it with.
            pss: RSA only: by PSS (MGF1 with the same hash, salt as long as its digest) instead of PKCS#1 v1.5.

        Raises:
            vnsign.errors.UsageError: KEY_UNUSABLE, KEY_UNAVAILABLE.
            vnsign.errors.ServiceUnavailable: The key is elsewhere and does not answer.
        """


class TimestampSource(Protocol):
    """A time-stamping authority."""

    def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return a TimeStampToken (CMS ContentInfo, DER) over ``imprint``, checked for imprint and nonce.

        Raises:
            vnsign.errors.ServiceUnavailable: No answer, or a refusal.
            vnsign.errors.InputError: The answer is malformed or answers another request.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationEvidence:
    """Lists and answers, readable but not yet believed."""

    crls: tuple[x509.CertificateRevocationList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


class RevocationSource(Protocol):
    """Where certificate revocation lists come from."""

    def crls_for(self, certificate: x509.Certificate) -> Sequence[x509.CertificateRevocationList]:
        """Return the CRLs that ``certificate`` names in its CRL distribution points; empty if it names none.

        Raises:
            vnsign.errors.ServiceUnavailable: A list is named but could not be fetched.
        """


@runtime_checkable
class EvidenceSource(RevocationSource, Protocol):
    """Where lists, status answers and the certificates of issuers come from."""

    def evidence_for(self, certificate: x509.Certificate, *, issuer: x509.Certificate) -> RevocationEvidence:
        """Return lists or answers that tell the status of ``certificate``; empty if it names no service.

        Raises:
            vnsign.errors.ServiceUnavailable: The services it names cannot be reached, or refuse.
            vnsign.errors.InputError: What they sent is malformed, lies, or does not tell.
        """

    def issuers_for(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Return certificates that may be the issuer's, from where ``certificate`` says they stand; empty if none."""

    def renewed(self) -> EvidenceSource:
        """Return a source that has asked for nothing yet: what it gives was asked for after this call."""
