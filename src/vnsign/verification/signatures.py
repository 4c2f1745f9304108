"""Judges one document signature, step by step.

The steps are those of ETSI EN 319 102-1 §5.3.4 (basic) and §5.5.4 (with time), as :class:`vnsign.report.Step` numbers
them; each leaves a :class:`~vnsign.report.StepReport`:

(1) format: the byte range and the CMS can be read (§5.2.2);
(2) the signing certificate is identified and is the one the signer named (§5.2.3);
(3) validation context: the policy, whose anchors may vouch (§5.2.4);
(4) usage, path and status of the certificates at the time that counts (§5.2.6, §5.2.5);
(5) cryptographic verification: digest of the byte range, signature value (§5.2.7);
(6) acceptance: strength of the algorithms at that time, level (§5.2.8);
(7) timestamps give the best signature time, else the validation time counts (§5.4, §5.5.4);
(8) past validation: what has changed since the time that is proven (§5.6.2.4);
(9) what later revisions did to the document (design of this project §3.1; ISO 32000-2 §12.8.2).

Step 7 is taken before 4 and 6, which need the time; a note in §5.3.4 leaves the order free.

What it does not do: check that the signer had authority to sign.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vnsign.pki.anchors import fingerprint
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.covered import Covered
from vnsign.pki.signature_values import load_certificate
from vnsign.report import (
    CertificateReport,
    CertificateRole,
    ChangeReport,
    Finding,
    FindingCode,
    Indication,
    Modifications,
    Outcome,
    SignatureReport,
    Step,
    TimeSource,
)
from vnsign.verification.basic_steps import identify_signer, judge_algorithms, judge_format, judge_policy, verify_values
from vnsign.verification.coverage import coverage_of
from vnsign.verification.levels import BROKEN, FoundLevel, LevelFacts, find_level, is_at_least
from vnsign.verification.material import Material
from vnsign.verification.naming import name_of
from vnsign.verification.paths import Subject, judge_path
from vnsign.verification.signature_input import SignatureInput
from vnsign.verification.strength import Existence
from vnsign.verification.times import LaterTimestamp, SigningTime, Timestamps, find_time
from vnsign.verification.timestamps import JudgedTimestamp, Stamped, judge_timestamp
from vnsign.verification.usage import judge_signer_usage
from vnsign.verification.verdicts import Verdicts

__all__ = ["JudgedSignature", "LaterChanges", "LaterTimestamp", "Surroundings", "judge_signature"]

_CLAUSE_ACCEPTANCE = "EN 319 102-1 §5.2.8"
_CLAUSE_PAST = "EN 319 102-1 §5.6.2.4"
_LATER_EXPIRED, _LATER_REVOKED = FindingCode.CERTIFICATE_EXPIRED_LATER, FindingCode.CERTIFICATE_REVOKED_LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChanges:
    """What the revisions after a signature did."""

    modifications: Modifications
    findings: tuple[Finding, ...]
    changes: tuple[ChangeReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around a signature in its file.

    Attributes:
        later: Document timestamps made after it, in order.
        judge_later: Says what later revisions did; its argument is whether the signature has not failed already, so
            that a costly second look is worth while.
        covers: Nothing at all follows what was signed.
        revision: Number of the revision that it covers, None if it covers none.
    """

    later: Sequence[LaterTimestamp]
    judge_later: Callable[[bool], LaterChanges]
    covers: bool
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSignature:
    """A signature's report and those of its own timestamps."""

    report: SignatureReport
    timestamps: tuple[JudgedTimestamp, ...]


def judge_signature(source: SignatureInput, *, material: Material, around: Surroundings) -> JudgedSignature:
    """Run the steps listed above."""
    verdicts = Verdicts()
    found, cms = source.found, source.cms
    verdicts.enter(Step.FORMAT)
    judge_format(verdicts, source)
    if cms is None:
        outcome = _Outcome(time=_claimed_only(found.claimed_time, material=material))
    else:
        outcome = _judge_readable(verdicts, source, cms, material=material, around=around)
    verdicts.enter(Step.DOCUMENT_CHANGES)
    changes = around.judge_later(verdicts.result()[0] is not Indication.TOTAL_FAILED)
    verdicts.check(
        "later_revisions", _CHANGE_OUTCOMES[changes.modifications], modifications=changes.modifications.value
    )
    verdicts.extend(changes.findings)
    return JudgedSignature(
        report=_report(verdicts, source, outcome, changes=changes, around=around), timestamps=outcome.timestamps
    )


_CHANGE_OUTCOMES = {
    Modifications.NONE: Outcome.PASSED,
    Modifications.PERMITTED: Outcome.PASSED,
    Modifications.SUSPICIOUS: Outcome.INDETERMINATE,
    Modifications.UNKNOWN: Outcome.INDETERMINATE,
    Modifications.FORBIDDEN: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What the steps found out, beside their findings."""

    time: SigningTime
    intact: bool = False
    valid: bool = False
    level: FoundLevel = BROKEN
    chain: tuple[CertificateReport, ...] = ()
    timestamps: tuple[JudgedTimestamp, ...] = ()
    judged: bool = False


def _report(
    verdicts: Verdicts, source: SignatureInput, outcome: _Outcome, *, changes: LaterChanges, around: Surroundings
) -> SignatureReport:
    found, cms = source.found, source.cms
    indication, subindication = verdicts.result()
    certificate = None if cms is None or cms.signer_certificate is None else load_certificate(cms.signer_certificate)
    return SignatureReport(
        field=found.field,
        indication=indication,
        subindication=subindication,
        intact=outcome.intact,
        valid=outcome.valid,
        covers_whole_document=around.covers,
        coverage=coverage_of(found, covers_whole_file=around.covers),
        modifications=changes.modifications,
        changes=changes.changes,
        level=outcome.level.level,
        next_level=outcome.level.next_level,
        level_reason=outcome.level.reason,
        level_values=outcome.level.values,
        signing_time=outcome.time.shown,
        time_source=outcome.time.source,
        claimed_time=(None if cms is None else cms.claimed_time) or found.claimed_time,
        judged_at=outcome.time.existence.at if outcome.judged else None,
        judged_at_source=outcome.time.judged_by if outcome.judged else None,
        signer=name_of(certificate),
        signer_sha256="" if certificate is None else fingerprint(certificate),
        findings=tuple(verdicts.findings),
        steps=verdicts.steps(),
        chain=outcome.chain,
        sub_filter=found.sub_filter.removeprefix("/"),
        digest_algorithm="" if cms is None else cms.digest_algorithm,
        signature_algorithm="" if cms is None else cms.signature_scheme,
        revision=around.revision,
        certifies=found.is_certification,
        permissions=found.permissions,
    )


def _judge_readable(
    verdicts: Verdicts, source: SignatureInput, cms: SignedCms, *, material: Material, around: Surroundings
) -> _Outcome:
    certificate = cms.signer_certificate
    verdicts.enter(Step.SIGNING_CERTIFICATE)
    identify_signer(verdicts, source, cms)
    verdicts.enter(Step.CONTEXT)
    judge_policy(verdicts, source, cms, policy=material.policy, conflict=material.conflict)
    verdicts.enter(Step.CRYPTOGRAPHY)
    intact, valid = verify_values(verdicts, source, cms)
    timestamps = _judge_timestamps(source, cms, material=material, around=around)
    verdicts.enter(Step.TIMESTAMPS)
    claimed = cms.claimed_time or source.found.claimed_time
    time = find_time(verdicts, timestamps, material=material, claimed=claimed)
    chain: tuple[CertificateReport, ...] = ()
    if certificate is not None:
        chain = _judge_certificate(verdicts, cms, certificate, material=material, time=time)
    level = find_level(
        LevelFacts(
            cms=cms,
            sub_filter=source.found.sub_filter,
            timestamps=len(timestamps.own),
            later_document_timestamps=[t.protects_evidence for t in around.later],
            authorities=_authorities(timestamps.own or [t.judged for t in around.later[:1]], material),
            evidence=material.known.for_signature(cms),
        )
    )
    verdicts.enter(Step.ACCEPTANCE)
    _judge_acceptance(verdicts, cms, level, material=material, where=source.found.field)
    _judge_past(verdicts, chain, time, material=material)
    return _Outcome(
        intact=intact,
        valid=valid,
        level=level,
        time=time,
        chain=chain,
        timestamps=(*timestamps.content, *timestamps.own),
        judged=certificate is not None,
    )


def _judge_certificate(
    verdicts: Verdicts, cms: SignedCms, certificate: bytes, *, material: Material, time: SigningTime
) -> tuple[CertificateReport, ...]:
    verdicts.enter(Step.CERTIFICATE_PATH)
    judge_signer_usage(verdicts, certificate, policy=material.policy)
    subject = Subject(
        certificate=certificate,
        role=CertificateRole.SIGNER,
        demand=material.policy.signer_status,
        existence=time.existence,
        path_policy=material.path_policy,
    )
    chain = judge_path(verdicts, subject, material=material).chain
    verdicts.enter(Step.ACCEPTANCE)
    judge_algorithms(verdicts, cms, certificate, table=material.policy.algorithms, existence=time.existence)
    return chain


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


def _judge_timestamps(
    source: SignatureInput, cms: SignedCms, *, material: Material, around: Surroundings
) -> Timestamps:
    control = next((t.judged.proven_time for t in around.later if t.judged.proven_time is not None), material.at)
    where = source.found.field
    own = Stamped(covered=Covered.of(cms.signature), kind="signature", field=where)
    content = Stamped(covered=source.signed, kind="content", field=where)
    return Timestamps(
        own=tuple(judge_timestamp(t, own, material=material, control=control) for t in cms.timestamp_tokens),
        content=tuple(judge_timestamp(t, content, material=material, control=control) for t in cms.content_timestamps),
        later=tuple(around.later),
    )


def _claimed_only(claimed: datetime | None, *, material: Material) -> SigningTime:
    return SigningTime(
        shown=claimed,
        source=None if claimed is None else TimeSource.CLAIMED,
        existence=Existence(at=material.at),
        judged_by=TimeSource.VALIDATION_TIME,
    )
