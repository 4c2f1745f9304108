"""A private key together with its certificate and the certificates above it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509

from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.keys import PrivateKey, SoftwareKey, is_key_of
from vnsign.ports import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Who signs.

    Does not check: validity, revocation, or that ``chain`` leads anywhere. It only refuses a key that is not the
    certificate's own, because such a signature is worthless and is found out too late.

    Attributes:
        key: Private key.
        certificate: The holder's certificate.
        chain: Certificates above it, issuer first, up to and including the root when known.

    Raises:
        UsageError: ``KEY_UNUSABLE``: the certificate certifies another key.
    """

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def __post_init__(self) -> None:
        if not is_key_of(self.key, self.certificate):
            raise UsageError(
                ErrorCode.KEY_UNUSABLE,
                f"the private key is not the key of {self.certificate.subject.rfc4514_string()}",
                way_out="give the certificate issued for this key",
            )

    @property
    def signing_key(self) -> SigningKey:
        """The key as :class:`vnsign.ports.SigningKey`."""
        return SoftwareKey(self.key)
