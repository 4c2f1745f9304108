"""Certificates as files other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from vnsign.adapters.files import write_whole
from vnsign.errors import ErrorCode, UsageError

#: pem and der: one certificate; chain: PEM with those above it; p7c: the same as PKCS#7 (certificates only).
FORMATS = ("pem", "der", "chain", "p7c")
ENDINGS = {"pem": ".pem", "der": ".crt", "chain": "-chain.pem", "p7c": ".p7c"}


def file_name(certificate: x509.Certificate, kind: str) -> str:
    """Return the name of a certificate's file: its serial number, hexadecimal."""
    return f"{certificate.serial_number:x}{ENDINGS[kind]}"


def encode_certificate(certificate: x509.Certificate, kind: str, *, above: Sequence[x509.Certificate] = ()) -> bytes:
    """Return a certificate in one of :data:`FORMATS`; ``above``: issuer first, for ``chain`` and ``p7c``."""
    if kind == "p7c":
        return pkcs7.serialize_certificates([certificate, *above], Encoding.DER)
    if kind == "chain":
        return b"".join(each.public_bytes(Encoding.PEM) for each in (certificate, *above))
    return certificate.public_bytes(Encoding.DER if kind == "der" else Encoding.PEM)


def write_certificate(
    path: Path, certificate: x509.Certificate, kind: str, *, above: Sequence[x509.Certificate] = ()
) -> None:
    """Write a certificate whole.

    Raises:
        UsageError: ``OUTPUT_NOT_WRITABLE``; the way out names the command that writes it again.
    """
    try:
        write_whole(path, encode_certificate(certificate, kind, above=above))
    except UsageError as exc:
        exc.way_out = f"it is on record: vnsign ca export {certificate.serial_number:x}"
        raise


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it, if absent.

    Raises:
        UsageError: ``OUTPUT_NOT_WRITABLE``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as exc:
        raise UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE, f"the folder cannot be made: {exc.strerror}", file=str(folder)
        ) from exc


def require_absent(path: Path) -> None:
    """Refuse to replace a file.

    Raises:
        UsageError: ``OUTPUT_EXISTS``.
    """
    if path.exists():
        raise UsageError(
            ErrorCode.OUTPUT_EXISTS, "is there already", file=str(path), way_out="choose another name, or --force"
        )
