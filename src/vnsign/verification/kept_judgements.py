"""What is said alike of every signature of a signer: all but its values, its bytes and the moment.

Of two signatures of one signer without timestamps, in files without evidence, the certificate, its path and status, the
strength of the algorithms, the level and the demands of the policy are judged once, and told of both.

Invariants:
    - What is kept hangs on every field of the message but digest, signature value and signed attributes, on
      /SubFilter, and on all that the verifier and the file bring
      (:attr:`~vnsign.verification.material.Material.setting`).
    - Nothing is kept of a signature that anything was found against in these steps.
    - It is told for moments within a span in which neither the path nor an algorithm's standing changes.
    - The form of the signature, its values, its time and what followed it are judged for each signature.

What it does not do: judge.

Source: ETSI EN 319 102-1 §5.2.3, §5.2.4, §5.2.6, §5.2.8.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter

from vnsign.pki.cms_signed import SignedCms
from vnsign.pki.memory import Lasting
from vnsign.report import CertificateReport, Check, Outcome, Step, StepReport
from vnsign.verification.material import Material
from vnsign.verification.signers import JudgedSigner
from vnsign.verification.verdicts import Verdicts

#: The steps whose outcome is kept.
_STEPS = (Step.SIGNING_CERTIFICATE, Step.CONTEXT, Step.CERTIFICATE_PATH, Step.ACCEPTANCE)
#: What differs between two messages of one signer.
_OWN = frozenset({"message_digest", "signature", "signed_attributes"})
_alike = attrgetter(*(each.name for each in fields(SignedCms) if each.name not in _OWN))
_MAX_SPANS = 4
_INSTANT = timedelta.resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptJudgement:
    """What was found, and for which moment it was told."""

    steps: Mapping[Step, StepReport]
    signer: JudgedSigner
    at: datetime

    def steps_for(self, at: datetime) -> dict[Step, StepReport]:
        """Return the steps as they are told for another moment of the same span."""
        then, now = self.at.isoformat(), at.isoformat()
        return {step: _moved(report, then, now) for step, report in self.steps.items()}

    def chain_for(self, at: datetime) -> tuple[CertificateReport, ...]:
        """Return the certificates as they are told for another moment of the same span."""
        return tuple(replace(each, judged_at=at) if each.judged_at == self.at else each for each in self.signer.chain)


def _moved(report: StepReport, then: str, now: str) -> StepReport:
    checks = tuple(_moved_check(check, then, now) for check in report.checks)
    return StepReport(step=report.step, outcome=report.outcome, checks=checks)


def _moved_check(check: Check, then: str, now: str) -> Check:
    if check.values.get("at") != then:
        return check
    return Check(name=check.name, outcome=check.outcome, values={**check.values, "at": now})


def question_of(cms: SignedCms, sub_filter: str, *, material: Material) -> Hashable | None:
    """Return what a judgement hangs on besides the moment; None if it is not kept.

    The caller sees to it that no timestamp speaks of the signature.
    """
    return None if material.setting is None else (material.setting, sub_filter, _alike(cms))


def find_judgement(material: Material, question: Hashable | None) -> KeptJudgement | None:
    """Return what is kept for the moment of validation, which is the one that counts where no timestamp speaks."""
    if question is not None:
        for span in material.memory.judgements.get(question, ()):
            if span.since <= material.at <= span.until:
                kept: KeptJudgement = span.value
                return kept
    return None


def keep_judgement(material: Material, question: Hashable | None, *, verdicts: Verdicts, signer: JudgedSigner) -> None:
    """Keep what nothing was found against, for the span in which that stays so, if it is known."""
    if question is None or signer.span is None:
        return
    steps = {step: verdicts.step(step) for step in _STEPS}
    if not all(map(_is_clean, steps.values())):
        return
    since, until = _within(signer.span, material.policy.algorithms.ends(), material.at)
    kept = KeptJudgement(steps=steps, signer=signer, at=material.at)
    spans = material.memory.judgements.get(question, ())
    lasting = Lasting(since=since, until=until, value=kept)
    material.memory.judgements.put(question, (*spans[-_MAX_SPANS + 1 :], lasting))


def _within(span: tuple[datetime, datetime], changes: Iterable[datetime], at: datetime) -> tuple[datetime, datetime]:
    """Return the part of a span around a moment in which nothing changes; what ends at a moment has ended then."""
    since, until = span
    for change in changes:
        since = max(since, change) if change <= at else since
        until = min(until, change - _INSTANT) if change > at else until
    return since, until


def _is_clean(report: StepReport) -> bool:
    return report.outcome is Outcome.PASSED and not report.findings
