"""A signer prepared once: key loaded, certificate encoded, constant CMS parts built.

Source: ETSI EN 319 142-1 §6.3; NĐ 68/2024/NĐ-CP Điều 29.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.cms import CmsTemplate
from vnsign.ports import SigningKey, TimestampSource

#: Room for a time-stamp token before it is known; a larger token makes the signer sign once more with more room.
TIMESTAMP_ROOM_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSigner:
    """Key, certificate and everything about them that is the same in each signature."""

    key: SigningKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    template: CmsTemplate

    @property
    def name(self) -> str:
        """Return the common name of the certificate's subject, or the whole subject if it has none."""
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else self.certificate.subject.rfc4514_string()

    def cms(self, digest: bytes, *, timestamps: TimestampSource | None = None) -> bytes:
        """Sign a digest.

        Args:
            digest: Of the document's byte range, or of the statement, by the template's hash.
            timestamps: Asked for a token over the signature value; None makes B-B.

        Returns:
            Detached ContentInfo, DER.

        Raises:
            ServiceUnavailable, InputError: From the time-stamping authority.
            UsageError: KEY_UNUSABLE.
        """
        attributes = self.template.signed_attributes(digest)
        signature = self.key.sign(attributes, self.template.hash_algorithm())
        token = None
        if timestamps is not None:
            token = timestamps.timestamp(
                _hash(self.template.hash_algorithm(), signature), self.template.hash_algorithm()
            )
        return self.template.content_info(signed_attributes=attributes, signature=signature, timestamp=token)


def prepare_signer(
    key: SigningKey,
    certificate: x509.Certificate,
    *,
    chain: tuple[x509.Certificate, ...] = (),
    hash_name: str = "sha256",
) -> PreparedSigner:
    """Prepare a signer; self-signed certificates are left out of what is embedded.

    Does not check: that key and certificate belong together (reading a PKCS#12 does), or that the certificate is
    in force (see vnsign.wiring.check_signer).

    Raises:
        UsageError: KEY_UNUSABLE, BAD_ARGUMENT.
    """
    embedded = tuple(c for c in chain if c.issuer != c.subject)
    return PreparedSigner(
        key=key,
        certificate=certificate,
        chain=chain,
        template=CmsTemplate.for_signer(certificate, chain=embedded, hash_name=hash_name),
    )


def sign_statement(signer: PreparedSigner, statement: bytes, *, timestamps: TimestampSource | None = None) -> bytes:
    """Return a detached CMS SignedData (DER) over ``statement``: not a PDF signature, but a signed message.

    Raises:
        UsageError: BAD_ARGUMENT for an empty statement.
    """
    if not statement:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "there is nothing to sign")
    return signer.cms(_hash(signer.template.hash_algorithm(), statement), timestamps=timestamps)


def _hash(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    hasher = hashes.Hash(algorithm)
    hasher.update(data)
    return hasher.finalize()
