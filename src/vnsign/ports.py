"""What the pure rooms ask of the world: time, keys, timestamps, revocation evidence.

Each protocol is as small as its consumer; adapters implement them, tests bring their own real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present time, aware UTC."""


class SigningKey(Protocol):
    """A private key that may live anywhere (memory, token, remote service)."""

    def sign(self, data: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return the raw signature value over ``data`` (RSA PKCS#1 v1.5, or a DER Ecdsa-Sig-Value)."""


class TimestampSource(Protocol):
    """A time-stamping authority."""

    def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return a TimeStampToken (CMS ContentInfo, DER) over ``imprint``, checked for imprint and nonce.

        Raises:
            vnsign.errors.ServiceUnavailable: No answer, or a refusal.
            vnsign.errors.InputError: The answer is malformed or answers another request.
        """


class RevocationSource(Protocol):
    """Where certificate revocation lists come from."""

    def crls_for(self, certificate: x509.Certificate) -> Sequence[x509.CertificateRevocationList]:
        """Return the CRLs that ``certificate`` names in its CRL distribution points; empty if it names none.

        Raises:
            vnsign.errors.ServiceUnavailable: A list is named but could not be fetched.
        """
