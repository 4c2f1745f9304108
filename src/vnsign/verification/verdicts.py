"""Findings gathered step by step, and the indication they add up to.

Invariants:
    - One ERROR fails a signature; otherwise one UNDECIDED leaves it open; only findings without either pass.
    - The sub-indication is that of the first finding of the deciding severity, in the order in which the standard lets
      its building blocks decide (:data:`_DECIDING`), not in which this program happens to look.

Source: ETSI EN 319 102-1 §5.1.3, Tables 5 and 6; §5.3.4 (order of the building blocks).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vnsign.report import (
    Check,
    Finding,
    FindingCode,
    Indication,
    Outcome,
    Severity,
    Step,
    StepReport,
    SubIndication,
)

# The sub-indication a finding leads to when it decides. EN 319 102-1 knows no changes after signing; as other
# validators do, forbidden changes count as a format failure and suspicious ones as a constraint not met.
_SUBINDICATIONS: Mapping[FindingCode, SubIndication] = {
    FindingCode.SIGNATURE_BROKEN: SubIndication.FORMAT_FAILURE,
    FindingCode.BYTE_RANGE_INVALID: SubIndication.FORMAT_FAILURE,
    FindingCode.CMS_NOT_READABLE: SubIndication.FORMAT_FAILURE,
    FindingCode.SUBFILTER_UNSUPPORTED: SubIndication.FORMAT_FAILURE,
    FindingCode.SIGNED_DATA_MISSING: SubIndication.SIGNED_DATA_NOT_FOUND,
    FindingCode.DIGEST_MISMATCH: SubIndication.HASH_FAILURE,
    FindingCode.SIGNATURE_VALUE_INVALID: SubIndication.SIG_CRYPTO_FAILURE,
    FindingCode.ALGORITHM_NOT_ACCEPTED: SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    FindingCode.SIGNER_CERTIFICATE_MISSING: SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
    FindingCode.SIGNER_CERTIFICATE_MISMATCH: SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
    FindingCode.POLICY_NOT_APPLICABLE: SubIndication.POLICY_PROCESSING_ERROR,
    FindingCode.KEY_USAGE_UNSUITABLE: SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    FindingCode.NO_PATH_TO_ANCHOR: SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    FindingCode.ANCHOR_NO_LONGER_TRUSTED: SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
    FindingCode.PATH_INVALID: SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    FindingCode.CERTIFICATE_EXPIRED: SubIndication.OUT_OF_BOUNDS_NO_POE,
    FindingCode.CERTIFICATE_NOT_YET_VALID: SubIndication.NOT_YET_VALID,
    FindingCode.CERTIFICATE_REVOKED: SubIndication.REVOKED_NO_POE,
    FindingCode.CERTIFICATE_ON_HOLD: SubIndication.TRY_LATER,
    FindingCode.REVOCATION_NOT_CHECKED: SubIndication.TRY_LATER,
    FindingCode.TIMESTAMP_INVALID: SubIndication.NO_POE,
    FindingCode.TIMESTAMP_IMPRINT_MISMATCH: SubIndication.HASH_FAILURE,
    FindingCode.TIMESTAMP_NOT_TRUSTED: SubIndication.NO_POE,
    FindingCode.TIMESTAMP_ORDER: SubIndication.TIMESTAMP_ORDER_FAILURE,
}

#: Which step decides when several have something against a signature: §5.3.4 lets cryptography decide before the path.
_DECIDING = (
    *(Step.FORMAT, Step.SIGNING_CERTIFICATE, Step.CONTEXT, Step.CRYPTOGRAPHY, Step.CERTIFICATE_PATH),
    *(Step.ACCEPTANCE, Step.TIMESTAMPS, Step.PAST_VALIDATION, Step.DOCUMENT_CHANGES),
)
_INDICATIONS = ((Severity.ERROR, Indication.TOTAL_FAILED), (Severity.UNDECIDED, Indication.INDETERMINATE))
_OUTCOMES = {Severity.ERROR: Outcome.FAILED, Severity.UNDECIDED: Outcome.INDETERMINATE}


_NOT_TAKEN = {step: StepReport(step=step, outcome=Outcome.NOT_RUN) for step in Step}


@dataclass(slots=True)
class _Open:
    """What one step has brought so far."""

    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: The first finding of each severity decides for it.
    subindications: dict[Severity, SubIndication] = field(default_factory=dict)

    def closed(self, step: Step) -> StepReport:
        outcome, subindication = Outcome.PASSED, None
        for severity, reached in _OUTCOMES.items():
            if severity in self.subindications:
                outcome, subindication = reached, self.subindications[severity]
                break
        else:
            worst = {check.outcome for check in self.checks}
            outcome = next((o for o in _OUTCOMES.values() if o in worst), Outcome.PASSED)
        return StepReport(
            step=step,
            outcome=outcome,
            subindication=subindication,
            checks=tuple(self.checks),
            findings=tuple(self.findings),
        )


@dataclass(slots=True)
class Verdicts:
    """Collects findings and checks of one signature or token, step by step."""

    findings: list[Finding] = field(default_factory=list)
    _step: Step = Step.FORMAT
    _steps: dict[Step, _Open] = field(default_factory=dict)

    def enter(self, step: Step) -> None:
        """Begin a step, or go on with it: what is added next belongs to it."""
        self._step = step
        self._steps.setdefault(step, _Open())

    def check(self, name: str, outcome: Outcome | bool, **values: str) -> None:  # noqa: FBT001 — reads as a sentence
        """Add what the present step looked at; findings decide, a check only tells."""
        if isinstance(outcome, bool):
            outcome = Outcome.PASSED if outcome else Outcome.FAILED
        self._steps.setdefault(self._step, _Open()).checks.append(Check(name=name, outcome=outcome, values=values))

    def tell(self, checks: Iterable[Check]) -> None:
        """Add checks made elsewhere to the present step."""
        self._steps.setdefault(self._step, _Open()).checks.extend(checks)

    def counted(self) -> tuple[int, int]:
        """Return how many checks the present step has, and how many findings there are; see :meth:`passed_since`."""
        return len(self._steps.setdefault(self._step, _Open()).checks), len(self.findings)

    def passed_since(self, before: tuple[int, int]) -> tuple[Check, ...]:
        """Return the present step's checks since then, if all passed and nothing was found; else nothing."""
        checks, findings = before
        made = tuple(self._steps.setdefault(self._step, _Open()).checks[checks:])
        is_clean = len(self.findings) == findings and all(check.outcome is Outcome.PASSED for check in made)
        return made if is_clean else ()

    def add(self, finding: Finding, subindication: SubIndication | None = None) -> None:
        """Add a finding; ``subindication`` overrides the table's."""
        self.findings.append(finding)
        here = self._steps.setdefault(self._step, _Open())
        here.findings.append(finding)
        if finding.severity is Severity.ERROR:
            found = subindication or _SUBINDICATIONS.get(finding.code, SubIndication.FORMAT_FAILURE)
        elif finding.severity is Severity.UNDECIDED:
            found = subindication or _SUBINDICATIONS.get(finding.code, SubIndication.SIG_CONSTRAINTS_FAILURE)
        else:
            return
        here.subindications.setdefault(finding.severity, found)

    def error(self, code: FindingCode, clause: str, *, where: str = "", **values: str) -> None:
        """Add a finding that fails the signature."""
        self.add(Finding(code=code, severity=Severity.ERROR, clause=clause, where=where, values=values))

    def undecided(self, code: FindingCode, clause: str, *, where: str = "", **values: str) -> None:
        """Add a finding that leaves the signature open."""
        self.add(Finding(code=code, severity=Severity.UNDECIDED, clause=clause, where=where, values=values))

    def warning(self, code: FindingCode, clause: str, *, where: str = "", **values: str) -> None:
        """Add a finding that does not change the verdict but should be read."""
        self.add(Finding(code=code, severity=Severity.WARNING, clause=clause, where=where, values=values))

    def info(self, code: FindingCode, clause: str, *, where: str = "", **values: str) -> None:
        """Add a remark."""
        self.add(Finding(code=code, severity=Severity.INFO, clause=clause, where=where, values=values))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings made elsewhere."""
        for finding in findings:
            self.add(finding)

    def result(self) -> tuple[Indication, SubIndication | None]:
        """Return what the findings add up to."""
        for severity, indication in _INDICATIONS:
            for step in _DECIDING:
                if step in self._steps and severity in self._steps[step].subindications:
                    return indication, self._steps[step].subindications[severity]
        return Indication.TOTAL_PASSED, None

    def step(self, step: Step) -> StepReport:
        """Return a step; also one that was not taken."""
        return self._steps[step].closed(step) if step in self._steps else _NOT_TAKEN[step]

    def steps(self) -> tuple[StepReport, ...]:
        """Return every step in order; those not taken too."""
        return tuple(map(self.step, Step))
