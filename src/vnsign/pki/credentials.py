"""A private key together with its certificate and the certificates above it."""

from __future__ import annotations

from collections.abc import Sequence
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


def chain_above(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the certificates among ``others`` that lead upwards from ``certificate``, its issuer first.

    Checks each signature; does not check dates, usage, trust. What does not belong to the chain is left out.
    """
    chain: list[x509.Certificate] = []
    current = certificate
    remaining = list(others)
    while current.issuer != current.subject:
        issuer = next((other for other in remaining if _is_issued_by(current, other)), None)
        if issuer is None:
            break
        remaining.remove(issuer)
        chain.append(issuer)
        current = issuer
    return tuple(chain)


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001  (any bytes: a foreign certificate may hold any key or algorithm)
        return False
    return True
