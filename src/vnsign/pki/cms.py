"""CMS SignedData as PAdES wants it: the constant parts built once per signer, digest and signature filled in.

Invariants:
    - Signed attributes are content-type, message-digest, signing-certificate-v2 and CMS-algorithm-protection,
      DER-sorted; never signing-time (in PAdES the claimed time stands in /M).
    - :meth:`CmsTemplate.upper_bound` is never smaller than what :meth:`CmsTemplate.content_info` returns
      for a token within the bound it was given.

What it does not do: hash the document, hold a key, or judge a certificate.

Source: RFC 5652 §5; RFC 5035 §3; RFC 6211 §2; ETSI EN 319 142-1 §6.3 Table 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vnsign.errors import ErrorCode, UsageError

#: Largest DER encoding of an Ecdsa-Sig-Value exceeds twice the field size by this (SEQUENCE, two INTEGERs, two pads).
_ECDSA_OVERHEAD_BYTES = 12
_ID_DATA = cms.ContentType("data").dump()
_ATTR_CONTENT_TYPE = cms.CMSAttributeType("content_type").dump()
_ATTR_MESSAGE_DIGEST = cms.CMSAttributeType("message_digest").dump()
_ATTR_TIMESTAMP_TOKEN = cms.CMSAttributeType("signature_time_stamp_token").dump()
_HashClass = type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]
_HASH_NAMES: dict[str, _HashClass] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}

SigningPublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def der(tag: int, *parts: bytes) -> bytes:
    """Return one DER TLV. Source: X.690 §8.1, §10.1."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:  # noqa: PLR2004 — short form, X.690 §8.1.3.4
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def signing_public_key(certificate: x509.Certificate) -> SigningPublicKey:
    """Return the certificate's key if it is RSA or ECDSA.

    Raises:
        UsageError: KEY_UNUSABLE for any other kind of key.
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return key
    raise UsageError(
        ErrorCode.KEY_UNUSABLE,
        f"a {type(key).__name__} cannot make a document signature",
        way_out="use an RSA (2048 bits or more) or ECDSA (P-256, P-384) key",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsTemplate:
    """Everything in a SignedData that does not change from one signature of a signer to the next (DER fragments)."""

    hash_name: str
    max_signature_bytes: int
    constant_attributes: tuple[bytes, ...]
    digest_algorithm: bytes
    signature_algorithm: bytes
    signer_identifier: bytes
    certificates: bytes

    @classmethod
    def for_signer(
        cls, certificate: x509.Certificate, *, chain: Sequence[x509.Certificate] = (), hash_name: str = "sha256"
    ) -> CmsTemplate:
        """Prepare a template; ``chain`` is embedded as given (leave the root out, a verifier has its own).

        Raises:
            UsageError: KEY_UNUSABLE, or BAD_ARGUMENT for a hash other than sha256, sha384, sha512.
        """
        if hash_name not in _HASH_NAMES:
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"hash {hash_name!r} is not one of {', '.join(_HASH_NAMES)}")
        key = signing_public_key(certificate)
        certificate_der = certificate.public_bytes(serialization.Encoding.DER)
        own = asn1_x509.Certificate.load(certificate_der)
        digest_algorithm = algos.DigestAlgorithm({"algorithm": hash_name}).dump()
        is_rsa = isinstance(key, rsa.RSAPublicKey)
        signature_algorithm = algos.SignedDigestAlgorithm(
            {"algorithm": f"{hash_name}_{'rsa' if is_rsa else 'ecdsa'}"}
        ).dump()
        embedded = b"".join(c.public_bytes(serialization.Encoding.DER) for c in chain)
        return cls(
            hash_name=hash_name,
            max_signature_bytes=key.key_size // 8 if is_rsa else 2 * ((key.key_size + 7) // 8) + _ECDSA_OVERHEAD_BYTES,
            constant_attributes=(
                der(0x30, _ATTR_CONTENT_TYPE, der(0x31, _ID_DATA)),
                _signing_certificate_v2(own, certificate_der, hash_name),
                _algorithm_protection(digest_algorithm, signature_algorithm),
            ),
            digest_algorithm=digest_algorithm,
            signature_algorithm=signature_algorithm,
            signer_identifier=cms.IssuerAndSerialNumber(
                {"issuer": own.issuer, "serial_number": own.serial_number}
            ).dump(),
            certificates=der(0xA0, certificate_der, embedded),
        )

    def hash_algorithm(self) -> hashes.HashAlgorithm:
        """Return the hash to digest the document and to sign with."""
        return _HASH_NAMES[self.hash_name]()

    def signed_attributes(self, digest: bytes) -> bytes:
        """Return the DER SET OF signed attributes, which is what the key signs."""
        message_digest = der(0x30, _ATTR_MESSAGE_DIGEST, der(0x31, der(0x04, digest)))
        return der(0x31, *sorted((*self.constant_attributes, message_digest)))

    def content_info(
        self,
        *,
        signed_attributes: bytes,
        signature: bytes,
        timestamp: bytes | None = None,
    ) -> bytes:
        """Return the ContentInfo of a detached signature.

        Args:
            signed_attributes: What :meth:`signed_attributes` returned and the key signed.
            signature: Raw signature value.
            timestamp: TimeStampToken over ``signature`` (makes B-T), or None.
        """
        unsigned = b""
        if timestamp is not None:
            unsigned = der(0xA1, der(0x30, _ATTR_TIMESTAMP_TOKEN, der(0x31, timestamp)))
        signer_info = der(
            0x30,
            core.Integer(1).dump(),
            self.signer_identifier,
            self.digest_algorithm,
            b"\xa0" + signed_attributes[1:],
            self.signature_algorithm,
            der(0x04, signature),
            unsigned,
        )
        signed_data = der(
            0x30,
            core.Integer(1).dump(),
            der(0x31, self.digest_algorithm),
            der(0x30, _ID_DATA),
            self.certificates,
            der(0x31, signer_info),
        )
        return der(0x30, cms.ContentType("signed_data").dump(), der(0xA0, signed_data))

    def upper_bound(self, *, max_timestamp_bytes: int = 0) -> int:
        """Return the largest size, in bytes, that :meth:`content_info` of a detached signature can have."""
        worst = self.content_info(
            signed_attributes=self.signed_attributes(bytes(self.hash_algorithm().digest_size)),
            signature=bytes(self.max_signature_bytes),
            timestamp=bytes(max_timestamp_bytes) if max_timestamp_bytes else None,
        )
        return len(worst)


def _signing_certificate_v2(own: asn1_x509.Certificate, certificate_der: bytes, hash_name: str) -> bytes:
    """RFC 5035 §3: names the certificate by hash, so that one key in two certificates cannot be confused."""
    hasher = hashes.Hash(_HASH_NAMES[hash_name]())
    hasher.update(certificate_der)
    identifier = tsp.ESSCertIDv2(
        {
            "hash_algorithm": {"algorithm": hash_name},
            "cert_hash": hasher.finalize(),
            "issuer_serial": {
                "issuer": [asn1_x509.GeneralName("directory_name", own.issuer)],
                "serial_number": own.serial_number,
            },
        }
    )
    attribute = cms.CMSAttribute(
        {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [identifier]})]}
    )
    encoded: bytes = attribute.dump()
    return encoded


def _algorithm_protection(digest_algorithm: bytes, signature_algorithm: bytes) -> bytes:
    """RFC 6211 §2: an attacker cannot swap the algorithm identifiers outside the signed attributes."""
    protection = der(0x30, digest_algorithm, b"\xa1" + signature_algorithm[1:])
    return der(0x30, cms.CMSAttributeType("cms_algorithm_protection").dump(), der(0x31, protection))
