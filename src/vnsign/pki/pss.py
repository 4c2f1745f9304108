"""How RSASSA-PSS is named in a CMS: its algorithm identifier has parameters that must be told.

Invariants:
    - MGF1 uses the hash of the message, the salt is as long as its digest, the trailer is the standard's.

Source: RFC 4055 §3.1, §6 (NULL parameters of the hashes); RFC 4056 §3; RFC 8017 §A.2.3.
"""

from __future__ import annotations

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes


def pss_parameters(hash_algorithm: hashes.HashAlgorithm) -> bytes:
    """Return RSASSA-PSS-params, DER."""
    name = hash_algorithm.name
    parameters = algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": name},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": name}},
            "salt_length": hash_algorithm.digest_size,
        }
    )
    encoded: bytes = parameters.dump()
    return encoded


def pss_algorithm(hash_algorithm: hashes.HashAlgorithm) -> bytes:
    """Return the AlgorithmIdentifier of id-RSASSA-PSS, DER."""
    parameters = algos.RSASSAPSSParams.load(pss_parameters(hash_algorithm))
    encoded: bytes = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters}).dump()
    return encoded
