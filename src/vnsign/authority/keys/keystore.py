"""The authority's own keys at rest: encrypted PKCS#8 under a key derived from the passphrase.

Invariants:
    - The passphrase is stretched once per opening by scrypt; each key is then standard encrypted PKCS#8 (PBES2,
      AES-256) under the derived secret. The library's own PKCS#8 encryption alone stretches too little
      (PBKDF2, 2,048 rounds).

What it does not do: it does not keep the passphrase, and cannot tell a wrong passphrase from a damaged
row (whoever has several keys can: see ``own_keys``).

Source: RFC 7914 (scrypt); RFC 5958 and RFC 8018 §6.2 (encrypted PKCS#8); OWASP Password Storage Cheat Sheet (cost).
"""

from __future__ import annotations

from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.backends.openssl.backend import backend
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key

#: OWASP: N = 2^15, r = 8, p = 3 (32 MiB, a quarter of a second).
SCRYPT_COST = 2**15
_BLOCK_SIZE = 8
_PARALLELISM = 3
SALT_BYTES = 16
#: 1 GiB: more is no cost but damage.
_MAX_COST = 2**20


def derive_secret(passphrase: bytes, *, salt: bytes, cost: int) -> bytes:
    """Return the secret that protects the keys.

    Raises:
        UsageError: ``BAD_ARGUMENT``: empty passphrase.
        InputError: ``NOT_READABLE``: a cost that nobody chose.
    """
    if not passphrase:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "an authority's keys are not kept without a passphrase")
    if not 1 < cost <= _MAX_COST or cost.bit_count() != 1:
        raise InputError(ErrorCode.NOT_READABLE, f"{cost} is no cost of scrypt")
    derived = Scrypt(salt=salt, length=32, n=cost, r=_BLOCK_SIZE, p=_PARALLELISM).derive(passphrase)
    # As text: PKCS#8 passphrases are text, and some tools stop at a zero byte.
    return derived.hex().encode("ascii")


def encrypt_key(key: PrivateKey, secret: bytes) -> bytes:
    """Return encrypted PKCS#8, DER."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret),
    )


def decrypt_key(pkcs8: bytes, secret: bytes, *, file: str) -> PrivateKey:
    """Return the key.

    Raises:
        UsageError: ``WRONG_PASSPHRASE``, also if the row was damaged.
    """
    try:
        key = serialization.load_der_private_key(pkcs8, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise UsageError(
            ErrorCode.WRONG_PASSPHRASE, "the passphrase does not open the keys", file=file, way_out="type it again"
        ) from exc
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise UsageError(ErrorCode.KEY_UNUSABLE, f"a {type(key).__name__} signs no certificates", file=file)
    return key


def software_source() -> str:
    """Return where keys in software and their randomness come from."""
    return f"{backend.openssl_version_text()}, seeded by the operating system"


class KeyVault(Protocol):
    """Where own keys are made and kept."""

    @property
    def kind(self) -> str:
        """What stands beside a reference on record, so that the right vault is asked."""

    @property
    def source(self) -> str:
        """Where its keys and their randomness come from, in words, for the transcript of a ceremony."""

    def generate(self, role: str, algorithm: KeyAlgorithm) -> tuple[PrivateKey, bytes]:
        """Make a key for one of the authority's roles; return it with what finds it again."""

    def load(self, reference: bytes, *, file: str) -> PrivateKey:
        """Return a key made before.

        Args:
            reference: As :meth:`generate` returned it.
            file: Where the reference stood, for messages.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``, ``KEY_UNAVAILABLE``, ``KEY_UNUSABLE``.
        """


class SoftwareKeys:
    """Keys as encrypted PKCS#8, which is its own reference."""

    kind = "pkcs8"

    def __init__(self, secret: bytes) -> None:
        """Encrypt under ``secret``, as :func:`derive_secret` returns it."""
        self._secret = secret

    @property
    def source(self) -> str:
        """The cryptographic library."""
        return software_source()

    def generate(self, role: str, algorithm: KeyAlgorithm) -> tuple[PrivateKey, bytes]:  # noqa: ARG002 — any role
        """Make a key in memory; return it and its encrypted form."""
        key = generate_private_key(algorithm)
        return key, encrypt_key(key, self._secret)

    def load(self, reference: bytes, *, file: str) -> PrivateKey:
        """Decrypt a key.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``, also if the row was damaged.
        """
        return decrypt_key(reference, self._secret, file=file)
