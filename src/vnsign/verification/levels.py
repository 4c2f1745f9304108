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
        timestamps: How many signature timestamps there are; whether they are sound, the indication says.
        later_document_timestamps: For each document timestamp after the signature, whether a DSS stood in the file
            before it (so that it protects the evidence).
        authorities: Certificates of the authorities whose timestamps give the time, DER.
        evidence: Revocation evidence in the file's DSS and in this signature.
    """

    cms: SignedCms
    sub_filter: str
    timestamps: int
    later_document_timestamps: Sequence[bool]
    authorities: Sequence[bytes]
    evidence: RevocationEvidence


#: Its CMS holds the digest of the document. Source: ISO 32000-1 §12.8.3.3.1 (deprecated).
_DIGEST_INSIDE = "/adbe.pkcs7.sha1"
BROKEN = FoundLevel(level=Level.NONE, next_level=None, reason=LevelReason.SIGNATURE_BROKEN)


def find_level(facts: LevelFacts) -> FoundLevel:
    """Return the level and why it is not the next one."""
    encapsulates = facts.cms.content is not None and facts.sub_filter != _DIGEST_INSIDE
    if facts.cms.signer_infos != 1 or encapsulates:
        # neither PDF signature: one signer, nothing encapsulated (ISO 32000-2 §12.8.3.3.1)
        return BROKEN
    timestamped = bool(facts.timestamps or facts.later_document_timestamps)
    if facts.sub_filter not in PADES_SUB_FILTERS:
        return _old(facts, timestamped, LevelReason.NOT_A_PADES_SUB_FILTER)
    if not facts.cms.references:
        return _old(facts, timestamped, LevelReason.NO_SIGNING_CERTIFICATE_ATTRIBUTE)
    if facts.cms.claimed_time is not None:
        has_all = timestamped and _lacking_evidence(facts) is None
        level = Level.PADES_E_LTV if has_all else Level.PADES_E_BES
        return FoundLevel(level=level, next_level=Level.PADES_B_B, reason=LevelReason.SIGNING_TIME_ATTRIBUTE)
    return _baseline(facts, timestamped)


def _baseline(facts: LevelFacts, timestamped: bool) -> FoundLevel:  # noqa: FBT001 — of one caller
    if not timestamped:
        return FoundLevel(level=Level.PADES_B_B, next_level=Level.PADES_B_T, reason=LevelReason.NO_TIMESTAMP)
    if (lacking := _lacking_evidence(facts)) is not None:
        return FoundLevel(level=Level.PADES_B_T, next_level=Level.PADES_B_LT, reason=lacking)
    if not _is_archived(facts):
        return FoundLevel(
            level=Level.PADES_B_LT,
            next_level=Level.PADES_B_LTA,
            reason=LevelReason.NO_DOCUMENT_TIMESTAMP_AFTER_EVIDENCE,
        )
    return FoundLevel(level=Level.PADES_B_LTA, next_level=None, reason=LevelReason.HIGHEST)


def _old(facts: LevelFacts, timestamped: bool, reason: LevelReason) -> FoundLevel:  # noqa: FBT001 — of one caller
    level = Level.PKCS7_T if timestamped else Level.PKCS7_B
    if timestamped and _lacking_evidence(facts) is None:
        level = Level.PKCS7_LTA if _is_archived(facts) else Level.PKCS7_LT
    is_named = reason is LevelReason.NOT_A_PADES_SUB_FILTER
    values = {"sub_filter": facts.sub_filter.removeprefix("/")} if is_named else {}
    return FoundLevel(level=level, next_level=Level.PADES_B_B, reason=reason, values=values)


def _is_archived(facts: LevelFacts) -> bool:
    """Whether a document timestamp protects the evidence, beside the one that gives the time where no token does."""
    later = facts.later_document_timestamps
    return any(later if facts.timestamps else later[1:])


def _lacking_evidence(facts: LevelFacts) -> LevelReason | None:
    """Evidence that speaks of the signer and of the authority of the time; the path above decides the verdict."""
    if not _has_evidence(facts.cms.signer_certificate, facts.evidence):
        return LevelReason.NO_EVIDENCE_FOR_SIGNER
    if not all(_has_evidence(authority, facts.evidence) for authority in facts.authorities):
        return LevelReason.NO_EVIDENCE_FOR_PATH
    return None


def _has_evidence(der: bytes | None, evidence: RevocationEvidence) -> bool:
    certificate = load_certificate(der) if der is not None else None
    if certificate is None:
        return False
    if any(crl.issuer == certificate.issuer for crl in evidence.crls):
        return True
    return any(_names(answer, certificate) for answer in evidence.ocsps)


def _names(answer: x509.ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    try:
        return any(single.serial_number == signer.serial_number for single in answer.responses)
    except ValueError:
        return False


_RANKS = {Level.PADES_B_B: 0, Level.PADES_B_T: 1, Level.PADES_B_LT: 2, Level.PADES_B_LTA: 3}


def is_at_least(level: Level, wanted: Level) -> bool:
    """Tell whether a level is one of PAdES and not below another."""
    return _RANKS.get(level, -1) >= _RANKS.get(wanted, 0)
