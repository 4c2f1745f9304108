"""A folder of certificates and CRLs → :class:`~vnsign.pki.anchors.TrustAnchors`.

Invariants:
    - Self-signed certificates (signature verified, not just equal names) are anchors; other CA certificates are
      intermediates; ``.crl`` files are lists; end-entity certificates are ignored.
    - A file that should be one of these and is not is an error: trust must not shrink silently.
    - Only the folder itself is read, no folder below it.

What it does not do: decide who deserves to be trusted. Whoever can write into the folder decides that.
"""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.anchors import TrustAnchors, fingerprint, is_authority

CERTIFICATE_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})
CRL_SUFFIX = ".crl"
#: A certificate or list larger than this is not one (the largest public CRLs stay below).
MAX_FILE_BYTES = 64 * 1024 * 1024

_PINNED_NAME = re.compile(r"[0-9a-f]{64}")
_PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_PEM_CRL = b"-----BEGIN X509 CRL-----"


def read_trust_folder(path: Path | str) -> TrustAnchors:
    """Read every certificate and CRL in a folder.

    Does not check: validity periods, revocation, or whether the lists are authentic (verification does).

    Args:
        path: The folder. An empty one gives no anchors: every signature is then undecided.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the folder does not exist or is not one.
        InputError: ``NOT_READABLE``, ``MALFORMED_CERTIFICATE`` or ``MALFORMED_CRL``, naming the file.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "the trust folder does not exist",
            file=str(folder),
            way_out="give a folder with the root certificates you trust",
        )
    certificates: dict[bytes, x509.Certificate] = {}
    crls: list[x509.CertificateRevocationList] = []
    for file in sorted(folder.iterdir()):
        suffix = file.suffix.lower()
        if suffix in CERTIFICATE_SUFFIXES:
            for certificate in read_certificate_file(file):
                certificates[certificate.tbs_certificate_bytes] = certificate
        elif suffix == CRL_SUFFIX:
            crls.append(_read_crl(file))
    anchors = tuple(c for c in certificates.values() if is_self_signed(c))
    return TrustAnchors(
        anchors=anchors,
        intermediates=tuple(c for c in certificates.values() if c not in anchors and is_authority(c)),
        crls=tuple(crls),
    )


def _read(file: Path) -> bytes:
    if file.exists() and not file.is_file():
        # a pipe would be waited for until somebody writes
        raise InputError(ErrorCode.NOT_READABLE, "is not an ordinary file", file=str(file))
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as exc:
        raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {exc.strerror}", file=str(file)) from exc
    if len(data) > MAX_FILE_BYTES:
        raise InputError(ErrorCode.NOT_READABLE, f"is larger than {MAX_FILE_BYTES:,} bytes", file=str(file))
    return data


def read_certificate_file(file: Path) -> list[x509.Certificate]:
    """Read the certificates of a file, PEM or DER.

    A file named by a SHA-256 (as ``vnsign trust add`` names them) holds the certificate with that fingerprint and no
    other: trust must not change silently.

    Raises:
        InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
    """
    found = _parse(file)
    if _PINNED_NAME.fullmatch(file.stem) and [fingerprint(certificate) for certificate in found] != [file.stem]:
        raise InputError(
            ErrorCode.MALFORMED_CERTIFICATE,
            "is not the certificate with this SHA-256",
            file=str(file),
            way_out="somebody replaced it: remove the file, and add the right certificate with vnsign trust add",
        )
    return found


def _parse(file: Path) -> list[x509.Certificate]:
    data = _read(file)
    try:
        if _PEM_CERTIFICATE in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as exc:
        raise InputError(
            ErrorCode.MALFORMED_CERTIFICATE,
            "is not a certificate",
            file=str(file),
            way_out="remove the file from the trust folder, or put the certificate there as PEM or DER",
        ) from exc


def _read_crl(file: Path) -> x509.CertificateRevocationList:
    data = _read(file)
    try:
        return x509.load_pem_x509_crl(data) if _PEM_CRL in data else x509.load_der_x509_crl(data)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as exc:
        raise InputError(
            ErrorCode.MALFORMED_CRL,
            "is not a certificate revocation list",
            file=str(file),
            way_out="remove the file from the trust folder, or fetch the list again",
        ) from exc


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is its own issuer's, by name and by signature."""
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # SHA-1 roots of 2008–2010 are refused here; a self-signature proves nothing anyway, the user's choice does
        return True
    return True
