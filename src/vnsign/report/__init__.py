"""What a verification says: frozen results in the words of ETSI EN 319 102-1 and of this project's design.

Invariants:
    - A report is data: nothing here judges.
    - A report has no truth value: ``if report:`` raises, because "could not check" is neither yes nor no.
    - Callers compare enum members, never text.

Source: ETSI EN 319 102-1 clause 5.1.3 (indications and sub-indications); ISO 32000-2 clause 12.8.
"""

from vnsign.report.certificates import (
    CertificateReport,
    CertificateRole,
    CertificateState,
    EvidenceKind,
    EvidenceOrigin,
    EvidenceReport,
)
from vnsign.report.documents import ChangeReport, DocumentReport, RevisionReport, SignatureReport, TimestampReport
from vnsign.report.findings import Finding, FindingCode
from vnsign.report.indications import (
    Coverage,
    Indication,
    Level,
    LevelReason,
    Modifications,
    Severity,
    SubIndication,
    TimeSource,
    Verdict,
)
from vnsign.report.steps import Check, Outcome, Step, StepReport

__all__ = [
    "CertificateReport",
    "CertificateRole",
    "CertificateState",
    "ChangeReport",
    "Check",
    "Coverage",
    "DocumentReport",
    "EvidenceKind",
    "EvidenceOrigin",
    "EvidenceReport",
    "Finding",
    "FindingCode",
    "Indication",
    "Level",
    "LevelReason",
    "Modifications",
    "Outcome",
    "RevisionReport",
    "Severity",
    "SignatureReport",
    "Step",
    "StepReport",
    "SubIndication",
    "TimeSource",
    "TimestampReport",
    "Verdict",
]
