"""CMS SignedData as PAdES wants it: the constant parts built once per signer, digest and signature filled in.

Invariants:
    - Signed attributes are content-type, message-digest, signing-certificate-v2 and CMS-algorithm-protection,
      DER-sorted; never signing-time (in PAdES the claimed time stands in /M).
    - :meth:`CmsTemplate.upper_bound` is never smaller than what :meth:`CmsTemplate.content_info` returns
      for a token within the bound it was given.

What it does not do: hash the document, hold a key, or judge a certificate.

Source: RFC 5652 §5; RFC 5035 §3; RFC 6211 §2; RFC 4056 §3 (PSS); RFC 8933 §3 (one hash for all);
ETSI EN 319 142-1 §6.3 Table 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.keys import check_public_key, signature_hash
from vnsign.pki.pss import pss_algorithm

#: DER of object identifiers and of the version 1: no encoder runs while documents are signed.
_ID_DATA = bytes.fromhex("06092a864886f70d010701")
_ID_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ATTR_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_ATTR_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_ATTR_ALGORITHM_PROTECTION = bytes.fromhex("06092a864886f70d010934")
_ATTR_TIMESTAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")
_VERSION_1 = bytes.fromhex("020101")
_ID_RSASSA_PSS = "1.2.840.113549.1.1.10"
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
    """Return the certificate's key if documents may be signed with its kind and size.

    Raises:
        UsageError: KEY_UNUSABLE: see :func:`vnsign.pki.keys.check_public_key`.
    """
    try:
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise UsageError(
            ErrorCode.KEY_UNUSABLE,
            f"the certificate's key is of no kind that signs documents: {exc}",
            way_out="use an RSA (2048 bits or more) or ECDSA (P-256, P-384, P-521) key",
        ) from exc
    return check_public_key(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsTemplate:
    """Everything in a SignedData that does not change from one signature of a signer to the next (DER fragments)."""

    hash_name: str
    pss: bool = False
    max_signature_bytes: int
    constant_attributes: tuple[bytes, ...]
    digest_algorithm: bytes
    signature_algorithm: bytes
    signer_identifier: bytes
    certificates: bytes

    @classmethod
    def for_signer(
        cls,
        certificate: x509.Certificate,
        *,
        chain: Sequence[x509.Certificate] = (),
        hash_name: str | None = None,
        pss: bool = False,
    ) -> CmsTemplate:
        """Prepare a template; ``chain`` is embedded as given (leave the root out, a verifier has its own).

        Args:
            certificate: The signer's.
            chain: Certificates above it.
            hash_name: ``sha256``, ``sha384`` or ``sha512``; None takes the one as strong as the key.
            pss: RSA only: sign by PSS. A key that its certificate binds to PSS never signs otherwise.

        Raises:
            UsageError: KEY_UNUSABLE; BAD_ARGUMENT for another hash, or PSS with a key that is not RSA.
        """
        key = signing_public_key(certificate)
        hash_name = hash_name or signature_hash(key).name
        if hash_name not in _HASH_NAMES:
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"hash {hash_name!r} is not one of {', '.join(_HASH_NAMES)}")
        is_rsa = isinstance(key, rsa.RSAPublicKey)
        if pss and not is_rsa:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, "PSS is a way of RSA, and the key is ECDSA", way_out="leave out PSS"
            )
        pss = pss or certificate.public_key_algorithm_oid.dotted_string == _ID_RSASSA_PSS
        certificate_der = certificate.public_bytes(serialization.Encoding.DER)
        own = asn1_x509.Certificate.load(certificate_der)
        digest_algorithm = algos.DigestAlgorithm({"algorithm": hash_name}).dump()
        signature_algorithm = (
            pss_algorithm(_HASH_NAMES[hash_name]())
            if pss
            else algos.SignedDigestAlgorithm({"algorithm": f"{hash_name}_{'rsa' if is_rsa else 'ecdsa'}"}).dump()
        )
        embedded = b"".join(c.public_bytes(serialization.Encoding.DER) for c in chain)
        return cls(
            hash_name=hash_name,
            pss=pss,
            max_signature_bytes=_max_signature_bytes(key),
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
            _VERSION_1,
            self.signer_identifier,
            self.digest_algorithm,
            b"\xa0" + signed_attributes[1:],
            self.signature_algorithm,
            der(0x04, signature),
            unsigned,
        )
        signed_data = der(
            0x30,
            _VERSION_1,
            der(0x31, self.digest_algorithm),
            der(0x30, _ID_DATA),
            self.certificates,
            der(0x31, signer_info),
        )
        return der(0x30, _ID_SIGNED_DATA, der(0xA0, signed_data))

    def upper_bound(self, *, max_timestamp_bytes: int = 0) -> int:
        """Return the largest size, in bytes, that :meth:`content_info` of a detached signature can have."""
        worst = self.content_info(
            signed_attributes=self.signed_attributes(bytes(self.hash_algorithm().digest_size)),
            signature=bytes(self.max_signature_bytes),
            timestamp=bytes(max_timestamp_bytes) if max_timestamp_bytes else None,
        )
        return len(worst)


def _max_signature_bytes(key: SigningPublicKey) -> int:
    """RSA: the size of the modulus. ECDSA: two INTEGERs below the group's order, each with a sign bit to spare."""
    if isinstance(key, rsa.RSAPublicKey):
        return (key.key_size + 7) // 8
    largest = bytes(key.key_size // 8 + 1)
    return len(der(0x30, der(0x02, largest), der(0x02, largest)))


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
    return der(0x30, _ATTR_ALGORITHM_PROTECTION, der(0x31, protection))
