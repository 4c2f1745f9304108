"""A private key and certificates as PEM (or DER): what openssl and most authorities hand out.

Invariants:
    - The certificate is the one whose key the private key is; order and company in the file do not matter.

What it does not do: check dates, usage or trust; write keys (see :mod:`vnsign.pki.pkcs12`).

Source: RFC 7468; RFC 5958 (PKCS #8); RFC 5915 (EC), RFC 8017 A.1.2 (RSA).
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.credentials import Credential, chain_above
from vnsign.pki.keys import PrivateKey, is_key_of

_BEGIN = b"-----BEGIN "
_BEGIN_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def is_encrypted_key(data: bytes) -> bool:
    """Tell whether a private key wants a passphrase, by the words of RFC 7468 §11 or of OpenSSL's older form."""
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in data or b"Proc-Type: 4,ENCRYPTED" in data


def parse_private_key(data: bytes, passphrase: bytes | None = None, *, file: str | None = None) -> PrivateKey:
    """Read one private key.

    Args:
        data: PEM, in which other things may stand too, or DER.
        passphrase: For an encrypted key; not looked at for another.
        file: Name for messages.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``: no private key can be read.
        UsageError: ``WRONG_PASSPHRASE``: wrong or missing; ``KEY_UNUSABLE``: a kind of key that signs no documents.
    """
    is_encrypted = is_encrypted_key(data)
    if is_encrypted and not passphrase:
        raise UsageError(ErrorCode.WRONG_PASSPHRASE, "the key is encrypted", file=file, way_out="give its passphrase")
    try:
        load = serialization.load_pem_private_key if _BEGIN in data else serialization.load_der_private_key
        key = load(data, passphrase if is_encrypted else None)
    except UnsupportedAlgorithm as exc:
        raise UsageError(ErrorCode.KEY_UNUSABLE, f"the key is not supported: {exc}", file=file) from exc
    except (ValueError, TypeError) as exc:
        if is_encrypted:
            raise UsageError(
                ErrorCode.WRONG_PASSPHRASE,
                "the passphrase is wrong, or the file was damaged",
                file=file,
                way_out="type the passphrase again; mind the keyboard layout",
            ) from exc
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, "holds no private key that can be read", file=file) from exc
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise UsageError(
            ErrorCode.KEY_UNUSABLE, f"a {type(key).__name__} signs no documents", file=file, way_out="use RSA or ECDSA"
        )
    return key


def parse_certificates(data: bytes, *, file: str | None = None) -> list[x509.Certificate]:
    """Read all certificates of a PEM file, or the one of a DER file.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``: there is none, or one cannot be read.
    """
    try:
        if _BEGIN_CERTIFICATE in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, "holds no certificate that can be read", file=file) from exc


def credential_of(key: PrivateKey, certificates: list[x509.Certificate], *, file: str | None = None) -> Credential:
    """Return the key with its certificate and the certificates above it.

    Raises:
        UsageError: ``KEY_UNUSABLE``: none of the certificates is of this key.
    """
    own = [each for each in certificates if is_key_of(key, each)]
    if not own:
        raise UsageError(
            ErrorCode.KEY_UNUSABLE,
            "none of the certificates is of this key",
            file=file,
            way_out="give the certificate issued for this key",
        )
    # A renewed certificate may stand beside the old one of the same key: the one that lasts longest counts.
    certificate = max(own, key=lambda each: each.not_valid_after_utc)
    return Credential(key=key, certificate=certificate, chain=chain_above(certificate, certificates))
