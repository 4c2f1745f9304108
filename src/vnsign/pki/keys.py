"""Keys: which ones may be used, how they are made, and how they sign.

Invariants:
    - Nothing weaker than RSA-2048 or a 256-bit curve passes, and no hash weaker than SHA-256 is used to sign.
    - Of what the law leaves open, only what every reader knows passes: RSA exponents of FIPS 186-5, NIST curves.

What it does not do: it does not store keys and knows no passphrase. Key generation and ECDSA take their randomness
from the cryptographic library (the operating system's generator): it is the one source of randomness that is not an
argument in this room, because a caller must not be able to weaken it.

Source: Thông tư 15/2025/TT-BKHCN Phụ lục I (RSA at least 2048 bits, ECDSA at least 256 bits, SHA-2); FIPS 186-5
§A.1.1; RFC 5480 §2.1.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from vnsign.errors import ErrorCode, UsageError

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

MIN_RSA_BITS = 2048
MIN_CURVE_BITS = 256
#: FIPS 186-5 §A.1.1: 2^16 < e < 2^256, odd. With e = 1 a signature is the message; small ones invite forgeries.
MIN_EXPONENT = 2**16 + 1
MAX_EXPONENT_BITS = 256
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


class KeyAlgorithm(StrEnum):
    """Kinds of key this package makes. P-256 is the default: small signatures, quick to make."""

    P256 = "p256"
    P384 = "p384"
    RSA_2048 = "rsa2048"
    RSA_3072 = "rsa3072"
    RSA_4096 = "rsa4096"


class SignatureKind(StrEnum):
    """Families of signature scheme."""

    ECDSA = "ecdsa"
    RSA_PKCS1V15 = "rsa_pkcs1v15"
    RSA_PSS = "rsa_pss"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureScheme:
    """How a signature value was made. ``salt_length`` (bytes) matters to RSA-PSS only."""

    kind: SignatureKind
    hash_algorithm: hashes.HashAlgorithm
    salt_length: int = 0


def generate_private_key(algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> PrivateKey:
    """Make a new private key in memory. Does not store it."""
    match algorithm:
        case KeyAlgorithm.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyAlgorithm.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyAlgorithm.RSA_2048 | KeyAlgorithm.RSA_3072 | KeyAlgorithm.RSA_4096:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(algorithm.value.removeprefix("rsa")))
        case _:
            assert_never(algorithm)


def check_public_key(public_key: PublicKeyTypes) -> PublicKey:
    """Return the key if its kind and size may be used.

    Does not check: that the key is unique, nor that anyone holds its private half.

    Raises:
        UsageError: ``KEY_UNUSABLE``: another kind of key, too small, an exponent that FIPS 186-5 does not allow, or a
            curve other than P-256, P-384 and P-521.
    Source: Thông tư 15/2025/TT-BKHCN Phụ lục I; FIPS 186-5 §A.1.1; RFC 5480 §2.1.1.1.
    """
    if isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size >= MIN_RSA_BITS:
        _check_exponent(public_key.public_numbers().e)
        return public_key
    if isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.curve.key_size >= MIN_CURVE_BITS:
        if public_key.curve.name in _CURVES:
            return public_key
        raise UsageError(ErrorCode.KEY_UNUSABLE, f"the curve {public_key.curve.name} is none of P-256, P-384, P-521")
    size = getattr(public_key, "key_size", "?")
    raise UsageError(
        ErrorCode.KEY_UNUSABLE,
        f"a {type(public_key).__name__} of {size} bits may not be used",
        way_out=f"use RSA of at least {MIN_RSA_BITS} bits or a curve of at least {MIN_CURVE_BITS} bits",
    )


def _check_exponent(exponent: int) -> None:
    if exponent < MIN_EXPONENT or exponent.bit_length() > MAX_EXPONENT_BITS or exponent % 2 == 0:
        raise UsageError(
            ErrorCode.KEY_UNUSABLE,
            "the public exponent of the RSA key is not an odd number between 2^16 and 2^256",
            way_out="make the key anew with the exponent 65537",
        )


def signature_hash(public_key: PublicKey) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """Return the hash to sign with: as strong as the key, never below SHA-256."""
    bits = public_key.curve.key_size if isinstance(public_key, ec.EllipticCurvePublicKey) else 0
    if bits > 384:  # noqa: PLR2004  (P-521)
        return hashes.SHA512()
    return hashes.SHA384() if bits > 256 else hashes.SHA256()  # noqa: PLR2004  (P-384)


def sign_bytes(key: PrivateKey, data: bytes, hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False) -> bytes:
    """Return the raw signature over ``data``: a DER Ecdsa-Sig-Value, RSA PKCS#1 v1.5, or RSA-PSS if ``pss``.

    Source: RFC 4055 §3.1: MGF1 with the hash of the message, a salt as long as its digest.
    """
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hash_algorithm))
    return key.sign(data, _rsa_padding(hash_algorithm, pss=pss), hash_algorithm)


def _rsa_padding(hash_algorithm: hashes.HashAlgorithm, *, pss: bool) -> padding.PKCS1v15 | padding.PSS:
    if pss:
        return padding.PSS(padding.MGF1(hash_algorithm), hash_algorithm.digest_size)
    return padding.PKCS1v15()


def is_key_of(key: PrivateKey, certificate: x509.Certificate) -> bool:
    """Tell whether ``certificate`` certifies the public half of ``key``."""
    try:
        return key.public_key() == certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):  # a kind of key this library does not know
        return False


@dataclass(frozen=True, slots=True)
class SoftwareKey:
    """A private key in memory, seen through :class:`vnsign.ports.SigningKey`."""

    private_key: PrivateKey

    def sign(self, data: bytes, hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False) -> bytes:
        """Return the raw signature over ``data``; see :func:`sign_bytes`.

        Raises:
            UsageError: ``KEY_UNUSABLE``: the key is too small for this hash.
        """
        try:
            return sign_bytes(self.private_key, data, hash_algorithm, pss=pss)
        except ValueError as exc:
            raise UsageError(
                ErrorCode.KEY_UNUSABLE,
                f"the key does not sign with {hash_algorithm.name}: {exc}",
                way_out="choose another hash, or a larger key",
            ) from exc


def verify_signature(public_key: PublicKeyTypes, signature: bytes, data: bytes, *, scheme: SignatureScheme) -> None:
    """Check one raw signature.

    Raises:
        InvalidSignature: (of `cryptography`) it does not verify, or the key is of another kind than the scheme.
    """
    if isinstance(public_key, ec.EllipticCurvePublicKey) and scheme.kind is SignatureKind.ECDSA:
        public_key.verify(signature, data, ec.ECDSA(scheme.hash_algorithm))
    elif isinstance(public_key, rsa.RSAPublicKey) and scheme.kind is SignatureKind.RSA_PKCS1V15:
        public_key.verify(signature, data, padding.PKCS1v15(), scheme.hash_algorithm)
    elif isinstance(public_key, rsa.RSAPublicKey) and scheme.kind is SignatureKind.RSA_PSS:
        pss = padding.PSS(padding.MGF1(scheme.hash_algorithm), scheme.salt_length)
        public_key.verify(signature, data, pss, scheme.hash_algorithm)
    else:
        raise InvalidSignature


def check_value(
    public_key: PublicKey, signature: bytes, data: bytes, *, hash_algorithm: hashes.HashAlgorithm, pss: bool
) -> None:
    """Check a value that a key of ours just made: what a token or a service returns may be rubbish.

    Raises:
        UsageError: ``KEY_UNUSABLE``: it is no signature by the certificate's key.
    """
    kind = SignatureKind.ECDSA
    if isinstance(public_key, rsa.RSAPublicKey):
        kind = SignatureKind.RSA_PSS if pss else SignatureKind.RSA_PKCS1V15
    scheme = SignatureScheme(kind=kind, hash_algorithm=hash_algorithm, salt_length=hash_algorithm.digest_size)
    try:
        verify_signature(public_key, signature, data, scheme=scheme)
    except InvalidSignature as exc:
        raise UsageError(
            ErrorCode.KEY_UNUSABLE,
            "what the key made is no signature by the key of the certificate",
            way_out="give the certificate issued for this key",
        ) from exc
