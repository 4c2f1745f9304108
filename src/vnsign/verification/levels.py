"""Which level a signature has, as found in the bytes, and why it is not the next one.

What it does not do: say that the evidence is trusted; the indication says that.

Source: ETSI EN 319 142-1 §6.3 Table 1 (B-B, B-T, B-LT, B-LTA).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.signature_values import load_certificate
from vnsign.pki.status import RevocationEvidence
from vnsign.policy.validation import PADES_SUB_FILTERS
from vnsign.report import Level, LevelReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLevel:
    """A level, the next one, and why it is not that.

    Attributes:
        values: What the reason speaks of.
    """

    level: Level
    next_level: Level | None
    reason: LevelReason
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFacts:
    """What the level depends on.

    Attributes:
        cms: The signature.
        sub_filter: /SubFilter.
        timestamps: How many signature timestamps there are.
        has_sound_timestamp: Whether one of them is over this signature.
        later_document_timestamps: For each sound document timestamp after the signature, whether a DSS stood in the
            file before it (so that it protects the evidence).
        evidence: Revocation evidence in the file.
    """

    cms: SignedCms
    sub_filter: str
    timestamps: int
    has_sound_timestamp: bool
    later_document_timestamps: Sequence[bool]
    evidence: RevocationEvidence


BROKEN = FoundLevel(level=Level.NONE, next_level=None, reason=LevelReason.SIGNATURE_BROKEN)


def find_level(facts: LevelFacts) -> FoundLevel:
    """Return the level and why it is not the next one."""
    timestamped = facts.has_sound_timestamp or bool(facts.later_document_timestamps)
    if facts.sub_filter not in PADES_SUB_FILTERS:
        reason = LevelReason.NOT_A_PADES_SUB_FILTER
        return _old(timestamped, reason, {"sub_filter": facts.sub_filter.removeprefix("/")})
    if not facts.cms.references:
        return _old(timestamped, LevelReason.NO_SIGNING_CERTIFICATE_ATTRIBUTE, {})
    if not timestamped:
        why = LevelReason.TIMESTAMP_NOT_SOUND if facts.timestamps else LevelReason.NO_TIMESTAMP
        return FoundLevel(level=Level.PADES_B_B, next_level=Level.PADES_B_T, reason=why)
    if not _has_evidence(facts.cms, facts.evidence):
        return FoundLevel(level=Level.PADES_B_T, next_level=Level.PADES_B_LT, reason=LevelReason.NO_EVIDENCE_FOR_SIGNER)
    if not any(facts.later_document_timestamps):
        return FoundLevel(
            level=Level.PADES_B_LT,
            next_level=Level.PADES_B_LTA,
            reason=LevelReason.NO_DOCUMENT_TIMESTAMP_AFTER_EVIDENCE,
        )
    return FoundLevel(level=Level.PADES_B_LTA, next_level=None, reason=LevelReason.HIGHEST)


def _old(timestamped: bool, reason: LevelReason, values: Mapping[str, str]) -> FoundLevel:  # noqa: FBT001 — of one caller
    level = Level.PKCS7_T if timestamped else Level.PKCS7_B
    return FoundLevel(level=level, next_level=Level.PADES_B_B, reason=reason, values=values)


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


_RANKS = {Level.PADES_B_B: 0, Level.PADES_B_T: 1, Level.PADES_B_LT: 2, Level.PADES_B_LTA: 3}


def is_at_least(level: Level, wanted: Level) -> bool:
    """Tell whether a level is one of PAdES and not below another."""
    return _RANKS.get(level, -1) >= _RANKS.get(wanted, 0)
