"""A trust store: one folder a scheme, one file a certificate, each named by its SHA-256.

Invariants:
    - A certificate is added only if its fingerprint is one that the caller compared and gave, never by its name.
    - Only certificates of authorities stand in a store; one that is known to be of another scheme is refused.
    - The name of a file is its certificate's fingerprint; a file whose content is another's is refused when it is read
      (:func:`vnsign.adapters.trust_folder.read_trust_folder`).
    - Each folder is a trust folder as ``--trust`` takes it: nothing else is needed to use it.

What it does not do: decide who deserves to be trusted, or fetch anything.

Source: design of this project §4 (anchors configured per scheme, pinned by SHA-256, never mixed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.adapters.files import reason_of, sync_folder, write_whole
from vnsign.adapters.trust_folder import CERTIFICATE_SUFFIXES, is_self_signed, read_certificate_file
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.anchors import fingerprint, is_authority
from vnsign.policy.known_anchors import KnownAuthority, Scheme, describe_anchor


class TrustScheme(StrEnum):
    """The folders of a store: by whose anchors one verifies."""

    #: chuyên dùng công vụ
    VN_OFFICIAL = "vn-official"
    #: công cộng
    VN_PUBLIC = "vn-public"
    EU = "eu"
    OWN = "own"


#: Where a certificate that is known by fingerprint belongs.
_FOLDERS = {
    Scheme.OFFICIAL_USE: TrustScheme.VN_OFFICIAL,
    Scheme.PUBLIC: TrustScheme.VN_PUBLIC,
    Scheme.EUROPEAN: TrustScheme.EU,
    Scheme.OWN: TrustScheme.OWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedCertificate:
    """One certificate in a store, or about to be.

    Attributes:
        sha256: Of its DER, lower-case hex.
        is_anchor: Self-signed: trusted as a root. Otherwise it only helps to build paths.
        known: Who it is by its fingerprint; None for one that is in no table.
    """

    scheme: TrustScheme
    file: Path
    certificate: x509.Certificate
    sha256: str
    is_anchor: bool
    known: KnownAuthority | None


def scheme_folder(scheme: Scheme) -> TrustScheme:
    """Return the folder in which the certificates of a scheme stand."""
    return _FOLDERS[scheme]


def read_candidates(source: Path, store: Path, scheme: TrustScheme) -> tuple[TrustedCertificate, ...]:
    """Read the certificates of a file that is to be added to a store. Nothing is written.

    Raises:
        InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
        UsageError: CERTIFICATE_NOT_USABLE: one of them is no authority's, or of another scheme.
    """
    found = {fingerprint(certificate): certificate for certificate in read_certificate_file(source)}
    return tuple(_candidate(source, store / scheme.value, certificate) for certificate in found.values())


def add_certificate(candidate: TrustedCertificate, *, sha256: str) -> bool:
    """Put a certificate into its store.

    Args:
        candidate: From :func:`read_candidates`.
        sha256: The fingerprint the caller compared with what the authority publishes.

    Returns:
        Whether it is new; False if it is there already.

    Raises:
        UsageError: BAD_ARGUMENT: the fingerprints differ; OUTPUT_NOT_WRITABLE.
    """
    if candidate.sha256 != sha256:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"its SHA-256 is {candidate.sha256}, not {sha256}",
            file=str(candidate.file),
            way_out="get the certificate from its authority again, and its fingerprint from another place",
        )
    if candidate.file.exists():
        return False
    try:
        candidate.file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be made: {reason_of(exc)}", file=str(candidate.file.parent)
        ) from exc
    write_whole(candidate.file, candidate.certificate.public_bytes(Encoding.PEM))
    return True


def list_certificates(
    store: Path, schemes: tuple[TrustScheme, ...] = tuple(TrustScheme)
) -> Iterator[TrustedCertificate]:
    """Yield what is in a store, scheme by scheme.

    Raises:
        InputError: NOT_READABLE, MALFORMED_CERTIFICATE: something in a folder is not what it says.
    """
    for scheme in schemes:
        folder = store / scheme.value
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        for file in files:
            if file.suffix.lower() in CERTIFICATE_SUFFIXES:
                for certificate in read_certificate_file(file):
                    yield _described(certificate, scheme=scheme, file=file)


def remove_certificate(store: Path, sha256: str, schemes: tuple[TrustScheme, ...]) -> tuple[TrustedCertificate, ...]:
    """Take a certificate out of the folders of ``schemes``; return where it was, empty if it was nowhere.

    Of a file with several certificates the others stay.

    Raises:
        InputError: As :func:`list_certificates`.
        UsageError: OUTPUT_NOT_WRITABLE.
    """
    found = tuple(entry for entry in list_certificates(store, schemes) if entry.sha256 == sha256)
    for file in dict.fromkeys(entry.file for entry in found):
        others = [c for c in read_certificate_file(file) if fingerprint(c) != sha256]
        if others:
            write_whole(file, b"".join(certificate.public_bytes(Encoding.PEM) for certificate in others))
            continue
        try:
            file.unlink()
            sync_folder(file.parent)
        except OSError as exc:
            raise UsageError(
                ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be removed: {reason_of(exc)}", file=str(file)
            ) from exc
    return found


def _candidate(source: Path, folder: Path, certificate: x509.Certificate) -> TrustedCertificate:
    scheme = TrustScheme(folder.name)
    name = fingerprint(certificate)
    described = _described(certificate, scheme=scheme, file=folder / f"{name}.pem")
    if not is_authority(certificate) or not _may_certify(certificate):
        raise UsageError(
            ErrorCode.CERTIFICATE_NOT_USABLE,
            "is no certificate of an authority (basicConstraints cA, keyCertSign)",
            file=str(source),
            way_out="add the root certificate of the authority that issued it",
        )
    if certificate.issuer == certificate.subject and not described.is_anchor:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, "says that it is self-signed and is not", file=str(source))
    home = _FOLDERS[described.known.scheme] if described.known is not None else None
    if home not in {None, scheme}:
        raise UsageError(
            ErrorCode.CERTIFICATE_NOT_USABLE,
            f"is known to be of the scheme {home}, not of {scheme}: schemes are never mixed",
            file=str(source),
            way_out=f"use --scheme {home}",
        )
    return described


def _described(certificate: x509.Certificate, *, scheme: TrustScheme, file: Path) -> TrustedCertificate:
    sha256 = fingerprint(certificate)
    return TrustedCertificate(
        scheme=scheme,
        file=file,
        certificate=certificate,
        sha256=sha256,
        is_anchor=is_self_signed(certificate),
        known=describe_anchor(sha256),
    )


def _may_certify(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
