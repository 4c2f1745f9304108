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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.covered import Covered
from vnsign.report import (
    ChangeReport,
    Finding,
    Indication,
    Modifications,
    Outcome,
    SignatureReport,
    Step,
    StepReport,
    TimeSource,
)
from vnsign.report.later import told_later
from vnsign.verification.basic_steps import identify_signer, judge_format, judge_policy, verify_values
from vnsign.verification.coverage import coverage_of
from vnsign.verification.kept_judgements import KeptJudgement, find_judgement, keep_judgement, question_of
from vnsign.verification.material import Material
from vnsign.verification.signature_input import SignatureInput
from vnsign.verification.signers import JudgedSigner, judge_signer
from vnsign.verification.strength import Existence
from vnsign.verification.times import LaterTimestamp, SigningTime, Timestamps, find_time
from vnsign.verification.timestamps import JudgedTimestamp, Stamped, judge_timestamp
from vnsign.verification.verdicts import Verdicts

__all__ = ["JudgedSignature", "LaterChanges", "LaterTimestamp", "Surroundings", "judge_signature"]


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
    """What the steps found out, beside their findings; ``kept`` if some of it was found out before."""

    time: SigningTime
    intact: bool = False
    valid: bool = False
    signer: JudgedSigner = field(default_factory=JudgedSigner)
    timestamps: tuple[JudgedTimestamp, ...] = ()
    kept: KeptJudgement | None = None


def _report(
    verdicts: Verdicts, source: SignatureInput, outcome: _Outcome, *, changes: LaterChanges, around: Surroundings
) -> SignatureReport:
    found, cms, signer = source.found, source.cms, outcome.signer
    at, level, kept = outcome.time.existence.at, outcome.signer.level, outcome.kept
    indication, subindication = verdicts.result()
    report = SignatureReport(
        field=found.field,
        indication=indication,
        subindication=subindication,
        intact=outcome.intact,
        valid=outcome.valid,
        covers_whole_document=around.covers,
        coverage=coverage_of(found, covers_whole_file=around.covers),
        modifications=changes.modifications,
        changes=changes.changes,
        level=level.level,
        next_level=level.next_level,
        level_reason=level.reason,
        level_values=level.values,
        signing_time=outcome.time.shown,
        time_source=outcome.time.source,
        claimed_time=(None if cms is None else cms.claimed_time) or found.claimed_time,
        judged_at=at if signer.is_identified else None,
        judged_at_source=outcome.time.judged_by if signer.is_identified else None,
        signer=signer.name,
        signer_sha256=signer.sha256,
        findings=tuple(verdicts.findings),
        chain=signer.chain,
        sub_filter=found.sub_filter.removeprefix("/"),
        digest_algorithm="" if cms is None else cms.digest_algorithm,
        signature_algorithm="" if cms is None else cms.signature_scheme,
        revision=around.revision,
        certifies=found.is_certification,
        permissions=found.permissions,
    )
    if kept is None:
        return told_later(report, steps=verdicts.steps)
    return told_later(report, steps=lambda: _steps(verdicts, kept, at), chain=lambda: kept.chain_for(at))


def _steps(verdicts: Verdicts, kept: KeptJudgement, at: datetime) -> tuple[StepReport, ...]:
    before = kept.steps_for(at)
    return tuple(before.get(step) or verdicts.step(step) for step in Step)


def _judge_readable(
    verdicts: Verdicts, source: SignatureInput, cms: SignedCms, *, material: Material, around: Surroundings
) -> _Outcome:
    is_stamped = bool(around.later or cms.timestamp_tokens or cms.content_timestamps)
    question = None if is_stamped else question_of(cms, source.found.sub_filter, material=material)
    kept = find_judgement(material, question)
    if kept is None:
        verdicts.enter(Step.SIGNING_CERTIFICATE)
        identify_signer(verdicts, source, cms)
        verdicts.enter(Step.CONTEXT)
        judge_policy(verdicts, source, cms, policy=material.policy, conflict=material.conflict)
    verdicts.enter(Step.CRYPTOGRAPHY)
    intact, valid = verify_values(verdicts, source, cms)
    stamps = _judge_timestamps(source, cms, material=material, around=around) if is_stamped else Timestamps()
    verdicts.enter(Step.TIMESTAMPS)
    claimed = cms.claimed_time or source.found.claimed_time
    time = find_time(verdicts, stamps, material=material, claimed=claimed)
    if kept is None:
        signer = judge_signer(verdicts, source, cms, material=material, stamps=stamps, time=time)
        keep_judgement(material, question, verdicts=verdicts, signer=signer)
    else:
        signer = kept.signer
    return _Outcome(
        intact=intact, valid=valid, signer=signer, time=time, timestamps=(*stamps.content, *stamps.own), kept=kept
    )


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
