"""Which level a signature has, as found in the bytes.

What it does not do: say that the evidence is trusted; the indication says that.

Source: ETSI EN 319 142-1 §6.3 Table 1 (B-B, B-T, B-LT, B-LTA).
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.signature_values import load_certificate
from vnsign.pki.status import RevocationEvidence
from vnsign.policy.validation import PADES_SUB_FILTERS
from vnsign.report import Level


def find_level(
    cms: SignedCms,
    *,
    sub_filter: str,
    has_signature_timestamp: bool,
    later_document_timestamps: Sequence[bool],
    evidence: RevocationEvidence,
) -> Level:
    """Return the level.

    Args:
        cms: The signature.
        sub_filter: /SubFilter.
        has_signature_timestamp: Whether a sound signature timestamp is there.
        later_document_timestamps: For each sound document timestamp after the signature, whether a DSS stood in the
            file before it (so that it protects the evidence).
        evidence: Revocation evidence in the file.
    """
    timestamped = has_signature_timestamp or bool(later_document_timestamps)
    if sub_filter not in PADES_SUB_FILTERS or not cms.references:
        return Level.PKCS7_T if timestamped else Level.PKCS7_B
    if not timestamped:
        return Level.PADES_B_B
    if not _has_evidence(cms, evidence):
        return Level.PADES_B_T
    return Level.PADES_B_LTA if any(later_document_timestamps) else Level.PADES_B_LT


def _has_evidence(cms: SignedCms, evidence: RevocationEvidence) -> bool:
    """Revocation evidence that speaks of the signer; that of the path above it decides the verdict, not the level."""
    signer = load_certificate(cms.signer_certificate) if cms.signer_certificate is not None else None
    if signer is None:
        return False
    if any(crl.issuer == signer.issuer for crl in evidence.crls):
        return True
    return any(_names(answer, signer) for answer in evidence.ocsps)


def _names(answer: x509.ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    try:
        return any(single.serial_number == signer.serial_number for single in answer.responses)
    except ValueError:
        return False
