"""Private keys that stay in a token, usable wherever the cryptographic library asks for a key.

Invariants:
    - Every signature is checked with the public key before it leaves: what a token returns may be rubbish.
    - The document is hashed here and only the digest goes to the token: all tokens know those mechanisms.

What it does not do: it does not find or make keys (see ``pkcs11``), decrypts nothing and agrees on no keys.

Source: PKCS #11 v2.40 Current Mechanisms §2.1.6 (RSA), §2.1.10 (PSS), §2.3.6 (ECDSA, without hashing);
RFC 8017 §9.2 (DigestInfo); FIPS 186-5 §6.4.1 (a longer digest is cut at the right).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed, encode_dss_signature
from cryptography.utils import Buffer

from vnsign.errors import ErrorCode, UsageError

#: RFC 8017 §9.2, note 1: what stands before the digest in EMSA-PKCS1-v1_5.
_DIGEST_INFO: Mapping[str, bytes] = MappingProxyType(
    {
        "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
        "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
        "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
    }
)


class TokenSigner(Protocol):
    """Signs with one key inside a token."""

    def sign(self, mechanism: str, data: bytes, *, pss: tuple[str, str, int] | None = None) -> bytes:
        """Return the raw signature.

        Args:
            mechanism: Name in python-pkcs11.
            data: At most what the mechanism takes.
            pss: Hash mechanism, mask generation function and salt length in bytes.
        """

    def error(self, code: ErrorCode, message: str) -> UsageError:
        """Return an error that names the token."""


class _TokenKey:
    """What keys of both kinds share."""

    _signer: TokenSigner

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        self._refuse()

    def private_numbers(self) -> NoReturn:
        """Refuse: the key does not leave its token."""
        self._refuse()

    def private_bytes(self, *args: object, **kwargs: object) -> NoReturn:  # noqa: ARG002 — whatever is asked
        """Refuse: the key does not leave its token."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise self._signer.error(ErrorCode.KEY_UNUSABLE, "this key signs, and never leaves its token")


class TokenECKey(_TokenKey, ec.EllipticCurvePrivateKey):
    """An EC key inside a token."""

    def __init__(self, signer: TokenSigner, public_key: ec.EllipticCurvePublicKey) -> None:
        """Sign through ``signer``; ``public_key`` is the other half."""
        self._signer = signer
        self._public_key = public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        """The curve."""
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        """Size of the curve in bits."""
        return self._public_key.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public half."""
        return self._public_key

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:  # noqa: ARG002
        """Refuse: this key only signs."""
        self._refuse()

    def sign(self, data: Buffer, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Return a DER Ecdsa-Sig-Value.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``, ``KEY_UNUSABLE``.
        """
        digest, prehashed = _digest(data, signature_algorithm.algorithm)
        raw = self._signer.sign("ECDSA", digest[: (self.key_size + 7) // 8])
        half = len(raw) // 2
        signature = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        try:
            self._public_key.verify(signature, digest, ec.ECDSA(prehashed))
        except InvalidSignature as exc:
            raise _not_a_signature(self._signer) from exc
        return signature


class TokenRSAKey(_TokenKey, rsa.RSAPrivateKey):
    """An RSA key inside a token."""

    def __init__(self, signer: TokenSigner, public_key: rsa.RSAPublicKey) -> None:
        """Sign through ``signer``; ``public_key`` is the other half."""
        self._signer = signer
        self._public_key = public_key

    @property
    def key_size(self) -> int:
        """Size of the modulus in bits."""
        return self._public_key.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        """Return the public half."""
        return self._public_key

    def decrypt(self, ciphertext: bytes, padding: padding.AsymmetricPadding) -> NoReturn:  # noqa: ARG002
        """Refuse: this key only signs."""
        self._refuse()

    def sign(
        self,
        data: bytes,
        padding: padding.AsymmetricPadding,
        algorithm: Prehashed | hashes.HashAlgorithm | NoDigestInfo,
    ) -> bytes:
        """Return a signature by PKCS#1 v1.5 or PSS.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``, ``KEY_UNUSABLE``: also for any other padding or hash.
        """
        if isinstance(algorithm, NoDigestInfo):
            raise self._signer.error(ErrorCode.KEY_UNUSABLE, "no signature without a hash")
        digest, prehashed = _digest(data, algorithm)
        name = prehashed._algorithm.name  # noqa: SLF001 — the only way to read what a Prehashed stands for
        signature = self._signed(digest, name, padding)
        try:
            self._public_key.verify(signature, digest, padding, prehashed)
        except InvalidSignature as exc:
            raise _not_a_signature(self._signer) from exc
        return signature

    def _signed(self, digest: bytes, hash_name: str, how: padding.AsymmetricPadding) -> bytes:
        if isinstance(how, padding.PKCS1v15) and hash_name in _DIGEST_INFO:
            return self._signer.sign("RSA_PKCS", _DIGEST_INFO[hash_name] + digest)
        if isinstance(how, padding.PSS):
            # The library has no other way to read these.
            mask_hash, salt = how.mgf._algorithm, how._salt_length  # noqa: SLF001
            if salt is padding.PSS.DIGEST_LENGTH:
                salt = len(digest)
            elif salt is padding.PSS.MAX_LENGTH:
                salt = (self.key_size + 6) // 8 - len(digest) - 2
            if isinstance(salt, int):
                pss = (hash_name.upper(), mask_hash.name.upper(), salt)
                return self._signer.sign("RSA_PKCS_PSS", digest, pss=pss)
        raise self._signer.error(ErrorCode.KEY_UNUSABLE, f"no signature by {how.name} with {hash_name}")


TokenKey = TokenECKey | TokenRSAKey


def _digest(data: Buffer, algorithm: Prehashed | hashes.HashAlgorithm) -> tuple[bytes, Prehashed]:
    if isinstance(algorithm, Prehashed):
        return bytes(data), algorithm
    hasher = hashes.Hash(algorithm)
    hasher.update(data)
    return hasher.finalize(), Prehashed(algorithm)


def _not_a_signature(signer: TokenSigner) -> UsageError:
    return signer.error(ErrorCode.KEY_UNUSABLE, "what the token returned is no signature by its key")
