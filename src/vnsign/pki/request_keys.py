"""The public key inside a request: judged by its numbers before any library computes with it; and its attributes.

Invariants:
    - A request asks for extensions once: of two lists, another program may read the one that this one does not.
    - A key that leaves here is RSA of 2048 to 16,384 bits with an exponent FIPS 186-5 allows, or a point on P-256 or
      P-384 named by its curve's object identifier.

What it does not do: it looks for no weakness beyond kind, size and form (:mod:`vnsign.pki.weak_keys`) and does not
check that anyone holds the private half.

Source: RFC 2985 §5.4.2; Thông tư 15/2025/TT-BKHCN Phụ lục I; RFC 3279 §2.3.1; RFC 5480 §2.1.1; FIPS 186-5 §A.1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asn1crypto import csr as asn1_csr
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.keys import MAX_EXPONENT_BITS, MIN_EXPONENT, MIN_RSA_BITS, PublicKey

#: OpenSSL's OPENSSL_RSA_MAX_MODULUS_BITS; nothing larger is computed with.
MAX_RSA_BITS = 16_384

_RSA = "1.2.840.113549.1.1.1"
_EC = "1.2.840.10045.2.1"
_OBJECT_IDENTIFIER = b"\x06"
_EXTENSION_REQUEST = "extension_request"
_EXTENSION_REQUEST_DER = bytes.fromhex("06092a864886f70d01090e")
#: Named curves by the content of their object identifier.
_CURVES: Mapping[bytes, str] = MappingProxyType(
    {bytes.fromhex("2a8648ce3d030107"): "P-256", bytes.fromhex("2b81040022"): "P-384"}
)


class UnusableKey(InputError):
    """The key is of a kind, size or form that is not certified; the message says which."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.KEY_UNUSABLE, message)


@asn1.sequence
class _Algorithm:
    algorithm: x509.ObjectIdentifier
    parameters: asn1.TLV


@asn1.sequence
class _PublicKeyInfo:
    algorithm: _Algorithm
    public_key: asn1.BitString


@asn1.sequence
class _RequestInfo:
    version: int
    subject: asn1.TLV
    public_key_info: _PublicKeyInfo
    attributes: asn1.TLV


@asn1.sequence
class _RsaPublicKey:
    modulus: int
    exponent: int


def read_public_key(csr: x509.CertificateSigningRequest) -> PublicKey:
    """Return the key of a request.

    Raises:
        UnusableKey: It may not be certified.
        ValueError: It is not encoded as its kind asks.
    """
    kind = csr.public_key_algorithm_oid.dotted_string  # type: ignore[attr-defined]  # documented; not in its stubs
    if kind not in {_RSA, _EC}:
        raise UnusableKey(f"a key of kind {kind} is not certified; use RSA, P-256 or P-384")
    info = asn1.decode_der(_RequestInfo, csr.tbs_certrequest_bytes).public_key_info
    if kind == _RSA:
        numbers = asn1.decode_der(_RsaPublicKey, info.public_key.as_bytes())
        _check_rsa(numbers.modulus, numbers.exponent)
    else:
        _check_curve(info.algorithm.parameters)
    try:
        public_key = csr.public_key()
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise UnusableKey(f"the numbers are no {'RSA key' if kind == _RSA else 'point on the curve'}") from exc
    if not isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise UnusableKey(f"a key of kind {kind} is not certified")
    return public_key


def check_attributes(csr: x509.CertificateSigningRequest) -> None:
    """Refuse a request with two lists of extensions.

    Raises:
        ValueError: There are two, or the attributes cannot be read.
    Source: RFC 2985 §5.4.2 (extensionRequest is single-valued).
    """
    body = csr.tbs_certrequest_bytes
    # Its identifier seldom stands there twice, and reading all attributes takes longer than the rest.
    if body.count(_EXTENSION_REQUEST_DER) > 1:
        attributes = asn1_csr.CertificationRequestInfo.load(body)["attributes"]
        if [attribute["type"].native for attribute in attributes].count(_EXTENSION_REQUEST) > 1:
            raise ValueError("it has two lists of extensions")


def _check_rsa(modulus: int, exponent: int) -> None:
    bits = modulus.bit_length()
    if modulus <= 0 or modulus % 2 == 0:
        raise UnusableKey("the RSA modulus is not a positive odd number")
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        raise UnusableKey(f"the RSA modulus has {bits} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are allowed")
    if exponent < MIN_EXPONENT or exponent.bit_length() > MAX_EXPONENT_BITS or exponent % 2 == 0:
        written = exponent if abs(exponent) < MIN_EXPONENT else f"of {exponent.bit_length()} bits"
        raise UnusableKey(f"the RSA exponent {written} is not an odd number between 2^16 and 2^256; use 65537")


def _check_curve(parameters: asn1.TLV) -> None:
    if parameters.tag_bytes != _OBJECT_IDENTIFIER:
        raise UnusableKey("the curve is spelled out instead of named")
    if bytes(parameters.data) not in _CURVES:
        raise UnusableKey(f"the curve is not {' or '.join(_CURVES.values())}")
