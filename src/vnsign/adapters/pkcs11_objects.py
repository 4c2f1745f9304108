"""What lies on a token: key pairs, their public halves, certificates.

Invariants:
    - A key is made with the attributes of one table, and the token's own word for it is read back.

What it does not do: it logs in to no token and signs nothing.

Source: PKCS #11 v2.40 §4.6 (certificates), §4.8 (public keys), §4.9 (private keys).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asn1crypto.core import OctetString
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vnsign.adapters.pkcs11_token import Token
from vnsign.errors import ErrorCode
from vnsign.pki.keys import KeyAlgorithm

if TYPE_CHECKING:  # an optional dependency
    import pkcs11

_CURVES: Mapping[KeyAlgorithm, str] = MappingProxyType({KeyAlgorithm.P256: "secp256r1", KeyAlgorithm.P384: "secp384r1"})
_CURVE_TYPES: Mapping[str, type[ec.EllipticCurve]] = MappingProxyType(
    {"secp256r1": ec.SECP256R1, "secp384r1": ec.SECP384R1, "secp521r1": ec.SECP521R1}
)
#: What a key is made with, and what is read back of it (names of attributes in python-pkcs11).
_ASKED: Mapping[str, bool] = MappingProxyType(
    {
        "PRIVATE": True,
        "SENSITIVE": True,
        "EXTRACTABLE": False,
        "MODIFIABLE": False,
        "SIGN": True,
        "DECRYPT": False,
        "UNWRAP": False,
        "DERIVE": False,
    }
)
_READ_BACK: Mapping[str, bool] = MappingProxyType(
    {"SENSITIVE": True, "EXTRACTABLE": False, "ALWAYS_SENSITIVE": True, "NEVER_EXTRACTABLE": True, "LOCAL": True}
)


def generate_pair(
    session: pkcs11.Session, algorithm: KeyAlgorithm, *, label: str, key_id: bytes
) -> tuple[pkcs11.PublicKey, pkcs11.PrivateKey]:
    """Make a key that signs and does nothing else; return both halves."""
    import pkcs11  # noqa: PLC0415 — an optional dependency
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

    asked: dict[str, Any] = {
        "id": key_id,
        "label": label,
        "store": True,
        "capabilities": pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
        "private_template": {pkcs11.Attribute[name]: value for name, value in _ASKED.items()},
    }
    curve = _CURVES.get(algorithm)
    if curve is None:
        bits = int(algorithm.value.removeprefix("rsa"))
        return session.generate_keypair(pkcs11.KeyType.RSA, bits, **asked)
    parameters = session.create_domain_parameters(
        pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}, local=True
    )
    return parameters.generate_keypair(**asked)


def check_as_asked(pair: tuple[pkcs11.PublicKey, pkcs11.PrivateKey], *, token: Token) -> None:
    """Destroy a new key that the token does not say to be what was asked for.

    Raises:
        UsageError: ``KEY_UNUSABLE``.
    """
    import pkcs11  # noqa: PLC0415 — an optional dependency

    private = pair[1]
    wrong = [name for name, value in _READ_BACK.items() if bool(private[pkcs11.Attribute[name]]) is not value]
    if wrong:
        for half in pair:
            half.destroy()
        raise token.error(ErrorCode.KEY_UNUSABLE, f"the token makes keys that leak: {', '.join(wrong)}")


def public_half(session: pkcs11.Session, key: pkcs11.PrivateKey) -> object:
    """Return the public key: from the private object (RSA), else the public object or certificate with its number."""
    import pkcs11  # noqa: PLC0415 — an optional dependency

    attribute = pkcs11.Attribute
    if key.key_type is pkcs11.KeyType.RSA:
        exponent, modulus = (
            int.from_bytes(key[each], "big") for each in (attribute.PUBLIC_EXPONENT, attribute.MODULUS)
        )
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    key_id = key[attribute.ID]
    for public in session.get_objects({attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, attribute.ID: key_id}):
        point = OctetString.load(public[attribute.EC_POINT]).native
        curve = _curve(public[attribute.EC_PARAMS])
        return None if curve is None else ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    held = session.get_objects({attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, attribute.ID: key_id})
    for certificate in readable([bytes(each[attribute.VALUE]) for each in held]):
        return public_key_of(certificate)
    return None


def _curve(parameters: bytes) -> ec.EllipticCurve | None:
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415 — an optional dependency

    for name, curve in _CURVE_TYPES.items():
        if encode_named_curve_parameters(name) == parameters:
            return curve()
    return None


def readable(values: Sequence[bytes]) -> Iterator[x509.Certificate]:
    """Leave out what is no certificate: some tokens keep them compressed."""
    for value in values:
        try:
            yield x509.load_der_x509_certificate(value)
        except (ValueError, x509.InvalidVersion):
            continue


def public_key_of(certificate: x509.Certificate) -> object:
    """Return the key, or None if it is of a kind the library does not know."""
    try:
        return certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
