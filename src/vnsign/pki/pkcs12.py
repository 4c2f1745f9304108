"""PKCS#12 as bytes: the usual container of a key with its certificates.

Invariants:
    - What is written is AES-256 with PBKDF2-HMAC-SHA256 (PBES2) and an HMAC-SHA256 over the whole.
    - What older tools wrote (RC2, 3DES) is read, never written.

What it does not do: it does not check that the certificates are valid, trusted or complete. It does not make a weak
passphrase strong: the container's HMAC key is derived with 2,048 rounds (fixed by the library), so whoever has the
file can try passphrases quickly; use a long one, and a token for keys that matter.

Source: RFC 7292; RFC 8018 (PBES2).
"""

from __future__ import annotations

import warnings

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.credentials import Credential, chain_above


def parse_pkcs12(data: bytes, passphrase: bytes, *, file: str | None = None) -> Credential:
    """Read a private key with its certificate and the certificates above it, issuer first.

    Does not check: dates, usage, trust. Certificates that do not belong to the chain are left out.

    Args:
        data: The whole container.
        passphrase: As bytes, UTF-8 for text.
        file: Name for messages.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``: not a complete PKCS#12, or no key with its certificate in it.
        UsageError: ``WRONG_PASSPHRASE``; ``KEY_UNUSABLE``: a kind of key that signs no documents.
    Source: RFC 7292 §4.
    """
    _check_structure(data, file)
    try:
        with warnings.catch_warnings():
            # Older tools write BER, of which the library complains; such a file is what we are here to read.
            warnings.simplefilter("ignore")
            key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
    except UnsupportedAlgorithm as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, f"its encryption is not supported: {exc}", file=file) from exc
    except (ValueError, TypeError, x509.InvalidVersion) as exc:
        # The structure is complete, so it is the integrity check that failed.
        raise UsageError(
            ErrorCode.WRONG_PASSPHRASE,
            "the passphrase is wrong, or the file was damaged",
            file=file,
            way_out="type the passphrase again; mind the keyboard layout and a trailing newline",
        ) from exc
    if key is None or certificate is None:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, "holds no private key with its certificate", file=file)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise UsageError(
            ErrorCode.KEY_UNUSABLE, f"a {type(key).__name__} signs no documents", file=file, way_out="use RSA or ECDSA"
        )
    return Credential(key=key, certificate=certificate, chain=chain_above(certificate, others))


def serialize_pkcs12(credential: Credential, passphrase: bytes) -> bytes:
    """Wrap a credential: key and certificates AES-256, integrity HMAC-SHA256.

    Raises:
        UsageError: ``BAD_ARGUMENT``: empty passphrase.
    Source: RFC 7292 §4; RFC 8018 §6.2.
    """
    if not passphrase:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a private key is not written without a passphrase")
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase)
    )
    return pkcs12.serialize_key_and_certificates(
        None, credential.key, credential.certificate, credential.chain, encryption
    )


def _check_structure(data: bytes, file: str | None) -> None:
    # One error from the library means both "wrong passphrase" and "not PKCS#12"; the outer structure tells them apart.
    try:
        pfx = asn1_pkcs12.Pfx.load(data, strict=True)
        pfx.authenticated_safe.native  # noqa: B018  (parses everything that is not encrypted)
    except Exception as exc:  # boundary: asn1crypto raises whatever its parsing stumbles over
        raise InputError(
            ErrorCode.MALFORMED_CERTIFICATE, "is not a complete PKCS#12 file", file=file, way_out="export it again"
        ) from exc
