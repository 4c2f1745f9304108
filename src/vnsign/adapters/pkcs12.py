"""PKCS#12 files.

Invariants:
    - A written file is readable by its owner only, and whole.

What it does not do: see :mod:`vnsign.pki.pkcs12`, which reads and writes the bytes.
"""

from __future__ import annotations

import os
from pathlib import Path

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.pki.credentials import Credential
from vnsign.pki.pkcs12 import parse_pkcs12, serialize_pkcs12

#: A key, a chain and their wrapping take a few kB.
MAX_PKCS12_BYTES = 1024 * 1024


def read_pkcs12(path: str | os.PathLike[str], passphrase: bytes) -> Credential:
    """Read a private key with its certificate and the certificates above it, issuer first.

    Does not check: dates, usage, trust. Certificates that do not belong to the chain are left out.

    Args:
        path: A ``.p12`` or ``.pfx`` file of at most ``MAX_PKCS12_BYTES``.
        passphrase: As bytes, UTF-8 for text.

    Raises:
        InputError: ``NOT_READABLE``, or ``MALFORMED_CERTIFICATE``: not a complete PKCS#12, or no key in it.
        UsageError: ``WRONG_PASSPHRASE``; ``KEY_UNUSABLE``: a kind of key that signs no documents.
    Source: RFC 7292 §4.
    """
    return parse_pkcs12(read_bytes(path, MAX_PKCS12_BYTES), passphrase, file=Path(path).name)


def write_pkcs12(path: str | os.PathLike[str], credential: Credential, passphrase: bytes) -> None:
    """Write a credential as PKCS#12: AES-256, mode 0600, whole or not at all; an existing file is replaced.

    Raises:
        UsageError: ``BAD_ARGUMENT``: empty passphrase; ``OUTPUT_NOT_WRITABLE``.
    Source: RFC 7292 §4; RFC 8018 §6.2.
    """
    write_whole(path, serialize_pkcs12(credential, passphrase), mode=0o600)
