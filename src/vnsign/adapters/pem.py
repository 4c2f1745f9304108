"""Private keys and certificates in PEM or DER files.

What it does not do: see :mod:`vnsign.pki.pem`, which reads the bytes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from vnsign.adapters.files import read_bytes
from vnsign.pki.credentials import Credential
from vnsign.pki.pem import credential_of, is_encrypted_key, parse_certificates, parse_private_key

#: Keys and chains take a few kB.
MAX_PEM_BYTES = 1024 * 1024


def read_pem(
    key: str | os.PathLike[str],
    certificate: str | os.PathLike[str] | None = None,
    *,
    chain: Sequence[str | os.PathLike[str]] = (),
    passphrase: bytes | None = None,
) -> Credential:
    """Read a private key with its certificate and the certificates above it, issuer first.

    Does not check: dates, usage, trust. Certificates that do not belong to the chain are left out.

    Args:
        key: File with the private key.
        certificate: File with its certificate, in which others may stand; None: all is in the key's file.
        chain: Files with the certificates above.
        passphrase: For an encrypted key.

    Raises:
        InputError: ``NOT_READABLE``, ``MALFORMED_CERTIFICATE``.
        UsageError: ``WRONG_PASSPHRASE``; ``KEY_UNUSABLE``: a kind of key that signs no documents, or no certificate
            is of this key.
    """
    private_key = parse_private_key(read_bytes(key, MAX_PEM_BYTES), passphrase, file=Path(key).name)
    certificates = [each for file in (certificate or key, *chain) for each in read_certificates(file)]
    return credential_of(private_key, certificates, file=Path(certificate or key).name)


def read_certificates(path: str | os.PathLike[str]) -> list[x509.Certificate]:
    """Read all certificates of a file.

    Raises:
        InputError: ``NOT_READABLE``, ``MALFORMED_CERTIFICATE``.
    """
    return parse_certificates(read_bytes(path, MAX_PEM_BYTES), file=Path(path).name)


def wants_passphrase(path: str | os.PathLike[str]) -> bool:
    """Tell whether a key file is encrypted.

    Raises:
        InputError: ``NOT_READABLE``.
    """
    return is_encrypted_key(read_bytes(path, MAX_PEM_BYTES))
