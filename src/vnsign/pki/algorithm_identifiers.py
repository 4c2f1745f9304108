"""How signatures of this package name their algorithms in ASN.1.

Invariants:
    - RSA identifiers carry NULL parameters, ECDSA and digest identifiers none (RFC 4055 §2.1, §5; RFC 5758 §3.2).

What it does not do: it chooses no algorithm; see :mod:`vnsign.pki.keys`.

Source: RFC 4055; RFC 5758; RFC 5754 §2.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from vnsign.pki.keys import PublicKey, signature_hash
from vnsign.pki.tsp_structures import AlgorithmIdentifier

_HASH_OIDS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_ECDSA_OIDS = {
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
_RSA_OIDS = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}


def opaque(der: bytes) -> asn1.TLV:
    """Return encoded bytes as a part that is written as it is."""
    return asn1.decode_der(asn1.TLV, der)


def algorithm_identifier(oid: str, *, with_null: bool) -> asn1.TLV:
    """Return an AlgorithmIdentifier with NULL parameters or without parameters."""
    parameters = asn1.Null() if with_null else None
    return opaque(asn1.encode_der(AlgorithmIdentifier(algorithm=x509.ObjectIdentifier(oid), parameters=parameters)))


def digest_algorithm(algorithm: hashes.HashAlgorithm) -> asn1.TLV:
    """Return the identifier of a SHA-2 digest."""
    return algorithm_identifier(_HASH_OIDS[algorithm.name], with_null=False)


def signature_algorithm(public_key: PublicKey) -> asn1.TLV:
    """Return the identifier of what :func:`vnsign.pki.keys.sign_bytes` does with the key's own hash."""
    is_ecdsa = isinstance(public_key, ec.EllipticCurvePublicKey)
    oids = _ECDSA_OIDS if is_ecdsa else _RSA_OIDS
    return algorithm_identifier(oids[signature_hash(public_key).name], with_null=not is_ecdsa)
