"""The arithmetic of signatures: digests, public keys, signature values.

Invariants:
    - A value that cannot be checked (unknown algorithm, unreadable key) is not valid; nothing is raised for it.

What it does not do: decide whether an algorithm is good enough (:mod:`vnsign.policy.algorithms`) or whose key it is.

Source: RFC 5652 §5.4, §5.6; RFC 4055 (PSS); RFC 8419 (EdDSA, SHAKE256); BSI TR-03111 §5.2 (plain ECDSA).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.cms_reading import SignedCms

_SHAKE256_BYTES = 64

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha512_224": hashes.SHA512_224,
    "sha512_256": hashes.SHA512_256,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}


def compute_digest(name: str, *parts: bytes) -> bytes:
    """Return the digest of the concatenated parts. See :func:`digest_of`."""
    return digest_of(name, parts)


def digest_of(name: str, parts: Iterable[bytes | memoryview]) -> bytes:
    """Return the digest of the concatenated parts, each asked for when the one before is done.

    Raises:
        InputError: ``MALFORMED_CMS`` for a digest nobody here can compute.
    """
    if name == "shake256":
        hasher: Any = hashlib.shake_256()
        for part in parts:
            hasher.update(part)
        return bytes(hasher.digest(_SHAKE256_BYTES))
    if name not in _HASHES:
        raise InputError(ErrorCode.MALFORMED_CMS, f"the digest {name} is not known")
    digest = hashes.Hash(_HASHES[name]())
    for part in parts:
        digest.update(part)
    return digest.finalize()


@lru_cache(maxsize=2048)
def load_certificate(der: bytes) -> x509.Certificate | None:
    """Return the certificate, or None if the strict parser refuses it; the same object for the same bytes."""
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None


def public_key_of(der: bytes) -> Any:  # noqa: ANN401 — one of cryptography's public key classes
    """Return a certificate's public key, reading an RSA modulus encoded as a negative INTEGER as what was meant.

    Such certificates exist in number (Estonian eID cards of 2011); every other verifier accepts them.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``.
    """
    try:
        return (load_certificate(der) or x509.load_der_x509_certificate(der)).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as strict:
        try:
            info = asn1_x509.Certificate.load(der).public_key
            if info["algorithm"]["algorithm"].native != "rsa":
                raise InputError(ErrorCode.MALFORMED_CERTIFICATE, "the public key cannot be read") from strict
            key = info["public_key"].parsed
            modulus = int.from_bytes(key["modulus"].contents, "big", signed=False)
            return rsa.RSAPublicNumbers(int(key["public_exponent"].native), modulus).public_key()
        except (ValueError, TypeError, KeyError) as exc:
            raise InputError(ErrorCode.MALFORMED_CERTIFICATE, "the public key cannot be read") from exc


def is_signature_valid(signed: SignedCms, certificate: bytes, data: bytes) -> bool:
    """Tell whether the signature value over ``data`` verifies with the certificate's key.

    Does not check: whose key it is, or whether the algorithm is still good enough.

    Args:
        signed: What was read.
        certificate: DER of the signer's certificate.
        data: The bytes that were signed: the signed attributes, or the content when there are none.
    """
    try:
        return _verify(signed, public_key_of(certificate), data)
    except (InputError, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return False


def _verify(signed: SignedCms, key: Any, data: bytes) -> bool:  # noqa: ANN401 — one of cryptography's public keys
    value = signed.signature
    match signed.signature_scheme:
        case "ed25519" if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(value, data)
        case "ed448" if isinstance(key, ed448.Ed448PublicKey):
            key.verify(value, data)
        case "rsassa_pkcs1v15" if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), hash_named(signed.signature_digest))
        case "rsassa_pss" if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(mgf=padding.MGF1(hash_named(signed.pss_mgf_digest)), salt_length=signed.pss_salt_bytes)
            key.verify(value, data, pss, hash_named(signed.signature_digest))
        case "ecdsa" if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(hash_named(signed.signature_digest)))
        case "plain_ecdsa" if isinstance(key, ec.EllipticCurvePublicKey):
            half = len(value) // 2
            der = utils.encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
            key.verify(der, data, ec.ECDSA(hash_named(signed.signature_digest)))
        case "dsa" if isinstance(key, dsa.DSAPublicKey):
            key.verify(value, data, hash_named(signed.signature_digest))
        case _:
            return False
    return True


def hash_named(name: str) -> hashes.HashAlgorithm:
    """Return the hash called ``name`` (``sha256``, ``sha3_256``, …).

    Raises:
        KeyError: Nobody here can compute it.
    """
    return _HASHES[name]()


_KINDS: tuple[tuple[str, type[Any], int], ...] = (
    ("rsa", rsa.RSAPublicKey, 0),
    ("dsa", dsa.DSAPublicKey, 0),
    ("ed25519", ed25519.Ed25519PublicKey, 256),
    ("ed448", ed448.Ed448PublicKey, 448),
)


def describe_key(certificate: bytes) -> tuple[str, int]:
    """Return the kind (``rsa``, ``ec``, ``ed25519``, ``ed448``, ``dsa``, ``unknown``) and size in bits of a key."""
    try:
        key = public_key_of(certificate)
    except InputError:
        return "unknown", 0
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ec", key.curve.key_size
    for kind, family, bits in _KINDS:
        if isinstance(key, family):
            return kind, bits or key.key_size
    return "unknown", 0
