"""Judges the signer of one signature: his certificate, its path and status, the algorithms, the level reached.

Steps 4, 6 and 8 of :mod:`vnsign.verification.signatures`, which need the time that step 7 gives.

What it does not do: check that the signer had authority to sign.

Source: ETSI EN 319 102-1 §5.2.6, §5.2.8, §5.6.2.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vnsign.pki.anchors import fingerprint
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.signature_values import load_certificate
from vnsign.report import CertificateReport, CertificateRole, FindingCode, Outcome, Step
from vnsign.verification.basic_steps import judge_algorithms
from vnsign.verification.levels import BROKEN, FoundLevel, LevelFacts, find_level, is_at_least
from vnsign.verification.material import Material
from vnsign.verification.naming import name_of
from vnsign.verification.paths import JudgedPath, Subject, judge_path
from vnsign.verification.signature_input import SignatureInput
from vnsign.verification.times import SigningTime, Timestamps
from vnsign.verification.timestamps import JudgedTimestamp
from vnsign.verification.usage import judge_signer_usage
from vnsign.verification.verdicts import Verdicts

_CLAUSE_ACCEPTANCE = "EN 319 102-1 §5.2.8"
_CLAUSE_PAST = "EN 319 102-1 §5.6.2.4"
_LATER_EXPIRED, _LATER_REVOKED = FindingCode.CERTIFICATE_EXPIRED_LATER, FindingCode.CERTIFICATE_REVOKED_LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSigner:
    """What was found out about a signer.

    Attributes:
        name: Subject of his certificate; empty if it is missing or cannot be read.
        is_identified: His certificate was there.
        chain: Every certificate looked at, his own first.
        span: From when until when the same would be said of the path; None if that is not known.
    """

    level: FoundLevel = BROKEN
    name: str = ""
    sha256: str = ""
    is_identified: bool = False
    chain: tuple[CertificateReport, ...] = ()
    span: tuple[datetime, datetime] | None = None


def judge_signer(
    verdicts: Verdicts,
    source: SignatureInput,
    cms: SignedCms,
    *,
    material: Material,
    stamps: Timestamps,
    time: SigningTime,
) -> JudgedSigner:
    """Judge at the time that was found; what is found goes into ``verdicts``."""
    der = cms.signer_certificate
    path = None if der is None else _judge_certificate(verdicts, cms, der, material=material, time=time)
    level = find_level(
        LevelFacts(
            cms=cms,
            sub_filter=source.found.sub_filter,
            timestamps=len(stamps.own),
            later_document_timestamps=[t.protects_evidence for t in stamps.later],
            authorities=_authorities(stamps.own or [t.judged for t in stamps.later[:1]], material),
            evidence=material.known.for_signature(cms),
        )
    )
    verdicts.enter(Step.ACCEPTANCE)
    _judge_acceptance(verdicts, cms, level, material=material, where=source.found.field)
    chain = () if path is None else path.chain
    _judge_past(verdicts, chain, time, material=material)
    certificate = None if der is None else load_certificate(der)
    return JudgedSigner(
        level=level,
        name=name_of(certificate),
        sha256="" if certificate is None else fingerprint(certificate),
        is_identified=der is not None,
        chain=chain,
        span=None if path is None else path.span,
    )


def _judge_certificate(
    verdicts: Verdicts, cms: SignedCms, certificate: bytes, *, material: Material, time: SigningTime
) -> JudgedPath:
    verdicts.enter(Step.CERTIFICATE_PATH)
    judge_signer_usage(verdicts, certificate, policy=material.policy)
    subject = Subject(
        certificate=certificate,
        role=CertificateRole.SIGNER,
        demand=material.policy.signer_status,
        existence=time.existence,
        path_policy=material.path_policy,
    )
    judged = judge_path(verdicts, subject, material=material)
    verdicts.enter(Step.ACCEPTANCE)
    judge_algorithms(verdicts, cms, certificate, table=material.policy.algorithms, existence=time.existence)
    return judged


def _authorities(timestamps: Sequence[JudgedTimestamp], material: Material) -> list[bytes]:
    wanted = {t.report.authority_sha256 for t in timestamps}
    return [der for der in material.certificates if hashlib.sha256(der).hexdigest() in wanted]


def _judge_acceptance(verdicts: Verdicts, cms: SignedCms, level: FoundLevel, *, material: Material, where: str) -> None:
    wanted = material.policy.required_level
    if wanted is not None:
        is_reached = is_at_least(level.level, wanted)
        values = {"level": level.level.value, "required": wanted.value}
        verdicts.check("level", Outcome.PASSED if is_reached else Outcome.INDETERMINATE, **values)
        if not is_reached:
            verdicts.undecided(FindingCode.LEVEL_BELOW_POLICY, _CLAUSE_ACCEPTANCE, where=where, **values)
    if cms.evidence_records:
        verdicts.check("evidence_records", Outcome.NOT_RUN, count=str(cms.evidence_records))
        verdicts.warning(
            FindingCode.EVIDENCE_RECORD_NOT_SUPPORTED, "RFC 4998 §5", where=where, count=str(cms.evidence_records)
        )


def _judge_past(
    verdicts: Verdicts, chain: Sequence[CertificateReport], time: SigningTime, *, material: Material
) -> None:
    """§5.6.2.4: what a verifier sees now that did not hold at the proven time; it decides nothing by itself."""
    if not chain or not time.is_proven or time.existence.at >= material.at:
        return
    at = time.existence.at
    verdicts.enter(Step.PAST_VALIDATION)
    verdicts.check("proof_of_existence", Outcome.PASSED, time=at.isoformat(), source=time.judged_by.value)
    for certificate in chain:
        values = {"certificate": certificate.subject, "at": at.isoformat()}
        if certificate.not_after < material.at:
            is_inside = certificate.not_before <= at <= certificate.not_after
            outcome = Outcome.PASSED if is_inside else Outcome.INDETERMINATE
            not_after = certificate.not_after.isoformat()
            verdicts.check("expired_since", outcome, not_after=not_after, **values)
            if certificate.role is CertificateRole.SIGNER and is_inside:
                times = {"not_after": not_after, "at": at.isoformat()}
                verdicts.info(_LATER_EXPIRED, _CLAUSE_PAST, where=certificate.subject, **times)
        if certificate.revoked_at is not None:
            is_later = certificate.revoked_at > at
            times = {"revoked_at": certificate.revoked_at.isoformat(), "at": at.isoformat()}
            verdicts.check(
                "revoked_since",
                Outcome.PASSED if is_later else Outcome.INDETERMINATE,
                certificate=certificate.subject,
                **times,
            )
            if is_later:
                verdicts.info(_LATER_REVOKED, _CLAUSE_PAST, where=certificate.subject, **times)
