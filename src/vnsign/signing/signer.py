"""A signer prepared once: key loaded, certificate encoded, constant CMS parts built.

Source: ETSI EN 319 142-1 §6.3; NĐ 68/2024/NĐ-CP Điều 29.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError
from vnsign.pki.cms import CmsTemplate, SigningPublicKey, signing_public_key
from vnsign.pki.keys import check_value
from vnsign.ports import SigningKey, TimestampSource

#: Room for a time-stamp token before it is known; a larger token makes the signer sign once more with more room.
TIMESTAMP_ROOM_BYTES = 8192


class Holder(StrEnum):
    """Whose key it is, as the operator declares when loading it: no certificate marks an agency's key as such.

    Source: NĐ 30/2020/NĐ-CP Điều 32, 33 (the agency's key is kept and used apart from a person's).
    """

    PERSON = "person"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSigner:
    """Key, certificate and everything about them that is the same in each signature.

    Attributes:
        holder: Decides which verbs may use the key (see vnsign.signing.roles).
    """

    key: SigningKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    template: CmsTemplate
    holder: Holder = Holder.PERSON

    @property
    def name(self) -> str:
        """Return the common name of the certificate's subject, or the whole subject if it has none."""
        return _name_of(self.certificate)

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
        signature = self.key.sign(attributes, self.template.hash_algorithm(), pss=self.template.pss)
        token = None
        if timestamps is not None:
            imprint = _hash(self.template.hash_algorithm(), signature)
            token = timestamps.timestamp(imprint, self.template.hash_algorithm())
            if not token or imprint not in token:  # HTTP sources look closer; a caller's own may not
                raise ServiceUnavailable(
                    ErrorCode.SERVICE_REFUSED,
                    "the source of timestamps gave no token over this signature",
                    way_out="try again later, or use another time-stamping authority",
                )
        return self.template.content_info(signed_attributes=attributes, signature=signature, timestamp=token)


@lru_cache(maxsize=256)
def _name_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


class _CheckedKey:
    """A key whose first signature value is checked with the certificate before anything is made of it."""

    __slots__ = ("_is_checked", "_key", "_public_key")

    def __init__(self, key: SigningKey, public_key: SigningPublicKey) -> None:
        self._key = key
        self._public_key = public_key
        self._is_checked = False

    def sign(self, data: bytes, hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False) -> bytes:
        signature = self._key.sign(data, hash_algorithm, pss=pss)
        if not self._is_checked:
            check_value(self._public_key, signature, data, hash_algorithm=hash_algorithm, pss=pss)
            self._is_checked = True
        return signature


def prepare_signer(
    key: SigningKey,
    certificate: x509.Certificate,
    *,
    chain: tuple[x509.Certificate, ...] = (),
    hash_name: str | None = None,
    pss: bool = False,
    holder: Holder = Holder.PERSON,
) -> PreparedSigner:
    """Prepare a signer; self-signed certificates are left out of what is embedded.

    That key and certificate belong together is checked with the first signature value: a key that is not the
    certificate's signs nothing. Does not check: that the certificate is in force (see vnsign.wiring.check_signer).

    Args:
        key: Signs; may be in a token or at a service.
        certificate: Of the key.
        chain: Certificates above it, issuer first.
        hash_name: ``sha256``, ``sha384``, ``sha512``; None takes the one as strong as the key.
        pss: RSA-PSS instead of PKCS#1 v1.5.
        holder: Whose key it is.

    Raises:
        UsageError: KEY_UNUSABLE, BAD_ARGUMENT.
    """
    embedded = tuple(c for c in chain if c.issuer != c.subject)
    return PreparedSigner(
        key=_CheckedKey(key, signing_public_key(certificate)),
        certificate=certificate,
        chain=chain,
        template=CmsTemplate.for_signer(certificate, chain=embedded, hash_name=hash_name, pss=pss),
        holder=holder,
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
