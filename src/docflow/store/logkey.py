"""The Ed25519 key of a log, in a file of its own beside the database.

Invariants:
    - The file is readable by its owner only, or docflow refuses to use it.
    - A key is made once; a lost key is never silently replaced by a new one.

What it does not do: the key is not encrypted. Who can read it can sign a rewritten log: that is why checkpoints are
given away (docs/spec/audit-log.md §6).
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docflow.durable import sync_folder
from docflow.errors import ErrorCode, StoreUnavailable

_OTHERS = 0o077


class FileLogKey:
    """A log key from a file; implements :class:`docflow.ports.LogKey`."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public_key = key.public_key().public_bytes_raw()

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""
        return self._key.sign(message)


def create_log_key(path: Path, seed: bytes) -> FileLogKey:
    """Make a key from 32 random bytes and write it with mode 0600; the caller holds the store's lock.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; the file cannot be written, or is there already.
    Source: RFC 8032 §5.1.5.
    """
    key = Ed25519PrivateKey.from_private_bytes(seed)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # link, not rename: it fails if the name is taken.
        os.link(temporary, path)
        temporary.unlink()
        # The database is about to name this key: the key must not be lost where the database survives.
        sync_folder(path.parent)
    except OSError as exc:
        raise _unusable(path, f"cannot be written: {exc.strerror}") from exc
    return FileLogKey(key)


def read_log_key(path: Path) -> FileLogKey:
    """Read a key that :func:`create_log_key` wrote.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; missing, readable by others, or not an Ed25519 key.
    """
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as exc:
        raise _unusable(path, f"cannot be read: {exc.strerror}") from exc
    if mode & _OTHERS:
        raise _unusable(path, "may be read by others: chmod 600 it, and consider the key known")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as exc:
        raise _unusable(path, "not a private key") from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path, "not an Ed25519 key")
    return FileLogKey(key)


def _unusable(path: Path, reason: str) -> StoreUnavailable:
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{path}: {reason}",
        vi=f"Không dùng được khóa nhật ký {path}.",
        way_out="restore the file from a backup; the log cannot be continued with another key",
    )
