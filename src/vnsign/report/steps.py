"""The validation as numbered steps, each with what it looked at and what came of it.

Source: ETSI EN 319 102-1 §5.2 (building blocks), §5.4, §5.5.4, §5.6.2.4; ISO 32000-2 §12.8.2 (later changes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vnsign.report.findings import Finding
from vnsign.report.indications import SubIndication


class Step(StrEnum):
    """One step, in the order in which they are taken. The value is stable."""

    FORMAT = "format_checking"
    SIGNING_CERTIFICATE = "signing_certificate"
    CONTEXT = "validation_context"
    CERTIFICATE_PATH = "certificate_path"
    CRYPTOGRAPHY = "cryptographic_verification"
    ACCEPTANCE = "signature_acceptance"
    TIMESTAMPS = "timestamps"
    PAST_VALIDATION = "past_validation"
    DOCUMENT_CHANGES = "document_changes"

    @property
    def number(self) -> int:
        """Position among the steps, from 1."""
        return list(Step).index(self) + 1

    @property
    def clause(self) -> str:
        """Clause that asks for the step."""
        return _CLAUSES[self]


_CLAUSES: Mapping[Step, str] = {
    Step.FORMAT: "EN 319 102-1 §5.2.2",
    Step.SIGNING_CERTIFICATE: "EN 319 102-1 §5.2.3",
    Step.CONTEXT: "EN 319 102-1 §5.2.4",
    Step.CERTIFICATE_PATH: "EN 319 102-1 §5.2.6",
    Step.CRYPTOGRAPHY: "EN 319 102-1 §5.2.7",
    Step.ACCEPTANCE: "EN 319 102-1 §5.2.8",
    Step.TIMESTAMPS: "EN 319 102-1 §5.5.4",
    Step.PAST_VALIDATION: "EN 319 102-1 §5.6.2.4",
    Step.DOCUMENT_CHANGES: "ISO 32000-2 §12.8.2",
}


class Outcome(StrEnum):
    """What came of a step or of one check in it. Source: ETSI EN 319 102-1 §5.1.3 (status of a building block)."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INDETERMINATE = "INDETERMINATE"
    #: Not taken: an earlier step left nothing to look at, or there is nothing of the kind in the file.
    NOT_RUN = "NOT_RUN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing a step looked at.

    Attributes:
        name: Stable name, e.g. ``message_digest``.
        values: What was compared, as short strings.
    """

    name: str
    outcome: Outcome
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One step of the validation of one signature or timestamp.

    Attributes:
        subindication: Why the step did not pass; None if it did or was not taken.
        checks: What was looked at, in order.
        findings: What the step found; each stands among the signature's findings too.
    """

    step: Step
    outcome: Outcome
    subindication: SubIndication | None = None
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
