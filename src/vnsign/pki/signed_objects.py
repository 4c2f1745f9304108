"""Is the signature on a certificate, a list or an answer made with this key?

Invariants:
    - What cannot be checked (unknown algorithm, key of another kind) is not valid; nothing is raised for it.
    - A list or an answer with a digest that proved nothing any more when it says it was made is not believed.

What it does not do: decide whose key it is, or whether it was allowed to sign.

Source: RFC 5280 §4.1.1.3, §5.1.1.3; RFC 6960 §4.2.1; RFC 4055 (PSS); ETSI EN 319 102-1 §5.2.8.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import SignatureAlgorithmOID

from vnsign.pki.signature_values import hash_named
from vnsign.policy.algorithms import AlgorithmStatus, judge_digest


def is_certificate_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the issuer's key made the signature on a certificate.

    Does not check: names, validity, rights; strength of the digest (a path's strength is judged as a whole).
    """
    try:
        return _is_made_with(
            issuer.public_key(),
            certificate.signature,
            certificate.tbs_certificate_bytes,
            scheme=certificate.signature_algorithm_parameters,
            digest=certificate.signature_hash_algorithm,
            at=None,
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def is_list_by(crl: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
    """Tell whether the signer's key made the signature on a revocation list. Does not check: names, rights, dates."""
    try:
        return _is_made_with(
            signer.public_key(),
            crl.signature,
            crl.tbs_certlist_bytes,
            scheme=crl.signature_algorithm_parameters,
            digest=crl.signature_hash_algorithm,
            at=crl.last_update_utc,
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def is_answer_by(answer: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    """Tell whether the responder's key made the signature on an OCSP answer. Does not check: names, rights, dates."""
    try:
        scheme, digest = _answer_algorithm(answer)
        return _is_made_with(
            responder.public_key(),
            answer.signature,
            answer.tbs_response_bytes,
            scheme=scheme,
            digest=digest,
            at=answer.produced_at_utc,
        )
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        return False


def _answer_algorithm(answer: ocsp.OCSPResponse) -> tuple[Any, hashes.HashAlgorithm | None]:
    if answer.signature_algorithm_oid != SignatureAlgorithmOID.RSASSA_PSS:
        return padding.PKCS1v15(), answer.signature_hash_algorithm
    # the library does not hand out the parameters
    whole = asn1_ocsp.OCSPResponse.load(answer.public_bytes(Encoding.DER))
    parameters = whole.basic_ocsp_response["signature_algorithm"]["parameters"]
    digest = hash_named(parameters["hash_algorithm"]["algorithm"].native)
    masks = hash_named(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
    return padding.PSS(padding.MGF1(masks), salt_length=parameters["salt_length"].native), digest


def _is_made_with(
    key: Any,  # noqa: ANN401 — one of cryptography's public key classes
    value: bytes,
    data: bytes,
    *,
    scheme: Any,  # noqa: ANN401 — padding, ECDSA or nothing
    digest: hashes.HashAlgorithm | None,
    at: datetime | None,
) -> bool:
    if at is not None and not _is_believed(digest, at=at):
        return False
    try:
        match key:
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(value, data)
            case rsa.RSAPublicKey() if digest is not None and isinstance(scheme, padding.PKCS1v15 | padding.PSS):
                key.verify(value, data, scheme, digest)
            case ec.EllipticCurvePublicKey() if digest is not None:
                key.verify(value, data, ec.ECDSA(digest))
            case dsa.DSAPublicKey() if digest is not None:
                key.verify(value, data, digest)
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _is_believed(digest: hashes.HashAlgorithm | None, *, at: datetime) -> bool:
    """Signatures without a digest of their own (EdDSA) are judged by their key."""
    return digest is None or judge_digest(digest.name.replace("-", "_"), at=at) is not AlgorithmStatus.REFUSED
