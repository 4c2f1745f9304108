"""Keys that a batch makes itself, for subscribers who have none yet.

Invariants:
    - A key is on disk, encrypted and mode 0600, before its request leaves: whatever stops the run, no certificate is
      left without its key.
    - ``ID.p12`` holds key, certificate and chain; ``ID.key`` the key alone and only until then; ``ID.csr`` stays.

What it does not do: it never shows a key, and never makes a second one for a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.adapters.pkcs12 import read_pkcs12, write_pkcs12
from vnsign.authority.batches.batch import make_request
from vnsign.authority.batches.batch_rows import BatchRow
from vnsign.cli.secret_reading import read_secret_file
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key
from vnsign.pki.names import Subject

_MAX_FILE_BYTES = 64 * 1024


class KeysMadeHere:
    """The keys of one run, in its folder."""

    def __init__(self, folder: Path, *, base: Path, common: Path | None, algorithm: KeyAlgorithm) -> None:
        self._folder = folder
        self._base = base
        self._common = common
        self._algorithm = algorithm
        self._made: set[str] = set()

    def made_for(self, row: BatchRow) -> bool:
        """Return whether the row's key is one of these."""
        return row.id in self._made

    def request(self, row: BatchRow, subject: Subject) -> bytes:
        """Return the row's request for a certificate; its key is on disk before this returns.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no passphrase, or a request without its key; ``WRONG_PASSPHRASE``;
                ``OUTPUT_NOT_WRITABLE``.
        """
        passphrase = self._passphrase(row)
        key_file, csr_file, done_file = (self._path(row, ending) for ending in (".key", ".csr", ".p12"))
        self._made.add(row.id)
        if csr_file.exists() and (key_file.exists() or done_file.exists()):
            return read_bytes(csr_file, _MAX_FILE_BYTES)
        if done_file.exists() or csr_file.exists():
            raise UsageError(
                ErrorCode.OUTPUT_EXISTS,
                "files of another run are in the way: key and request do not both stand there",
                file=str(done_file if done_file.exists() else csr_file),
                way_out="take them away, or choose another folder",
            )
        if key_file.exists():
            key = _load(key_file, passphrase)
        else:
            key = generate_private_key(self._algorithm)
            write_whole(key_file, _protect(key, passphrase), mode=0o600)
        csr = make_request(key, subject)
        write_whole(csr_file, csr)
        return csr

    def finish(self, row: BatchRow, certificate: x509.Certificate, *, above: Sequence[x509.Certificate]) -> Path:
        """Write key and certificate as PKCS#12, once; the file of the key alone goes. Return the file.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``; ``KEY_UNUSABLE``: the file there belongs to another certificate.
        """
        key_file, done_file = self._path(row, ".key"), self._path(row, ".p12")
        passphrase = self._passphrase(row)
        if not done_file.exists():
            key = _load(key_file, passphrase)
            write_pkcs12(done_file, Credential(key=key, certificate=certificate, chain=tuple(above)), passphrase)
        elif read_pkcs12(done_file, passphrase).certificate != certificate:
            raise UsageError(
                ErrorCode.OUTPUT_EXISTS,
                "belongs to another certificate",
                file=str(done_file),
                way_out="take it away, or choose another folder",
            )
        key_file.unlink(missing_ok=True)
        return done_file

    def _passphrase(self, row: BatchRow) -> bytes:
        file = self._base / row.passphrase_file if row.passphrase_file else self._common
        if file is None:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"line {row.line} has no csr, and a key is not written without a passphrase",
                way_out="give passphrase_file in the row, or --p12-passphrase-file",
            )
        return read_secret_file(file)

    def _path(self, row: BatchRow, ending: str) -> Path:
        return self._folder / f"{row.id}{ending}"


def _protect(key: PrivateKey, passphrase: bytes) -> bytes:
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase)
    )
    return pkcs12.serialize_key_and_certificates(None, key, None, None, encryption)


def _load(file: Path, passphrase: bytes) -> PrivateKey:
    data = read_bytes(file, _MAX_FILE_BYTES)
    try:
        key, _, _ = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError as exc:
        raise UsageError(
            ErrorCode.WRONG_PASSPHRASE, "the passphrase does not open the key", file=str(file), way_out="type it again"
        ) from exc
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise UsageError(ErrorCode.KEY_UNUSABLE, "holds no key that signs documents", file=str(file))
    return key
