"""Findings gathered step by step, and the indication they add up to.

Invariants:
    - One ERROR fails a signature; otherwise one UNDECIDED leaves it open; only findings without either pass.
    - The sub-indication is that of the first finding of the deciding severity, so the steps' order is the priority.

Source: ETSI EN 319 102-1 §5.1.3, Tables 5 and 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vnsign.report import Finding, FindingCode, Indication, Severity, SubIndication

# The sub-indication a finding leads to when it decides. EN 319 102-1 knows no changes after signing; as other
# validators do, forbidden changes count as a format failure and suspicious ones as a constraint not met.
_SUBINDICATIONS: Mapping[FindingCode, SubIndication] = {
    FindingCode.SIGNATURE_BROKEN: SubIndication.FORMAT_FAILURE,
    FindingCode.BYTE_RANGE_INVALID: SubIndication.FORMAT_FAILURE,
    FindingCode.CMS_NOT_READABLE: SubIndication.FORMAT_FAILURE,
    FindingCode.SUBFILTER_UNSUPPORTED: SubIndication.FORMAT_FAILURE,
    FindingCode.DIGEST_MISMATCH: SubIndication.HASH_FAILURE,
    FindingCode.SIGNATURE_VALUE_INVALID: SubIndication.SIG_CRYPTO_FAILURE,
    FindingCode.ALGORITHM_NOT_ACCEPTED: SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    FindingCode.SIGNER_CERTIFICATE_MISSING: SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
    FindingCode.SIGNER_CERTIFICATE_MISMATCH: SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
    FindingCode.KEY_USAGE_UNSUITABLE: SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    FindingCode.NO_PATH_TO_ANCHOR: SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    FindingCode.PATH_INVALID: SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    FindingCode.CERTIFICATE_EXPIRED: SubIndication.OUT_OF_BOUNDS_NO_POE,
    FindingCode.CERTIFICATE_NOT_YET_VALID: SubIndication.NOT_YET_VALID,
    FindingCode.CERTIFICATE_REVOKED: SubIndication.REVOKED_NO_POE,
    FindingCode.REVOCATION_NOT_CHECKED: SubIndication.TRY_LATER,
    FindingCode.TIMESTAMP_INVALID: SubIndication.NO_POE,
    FindingCode.TIMESTAMP_IMPRINT_MISMATCH: SubIndication.HASH_FAILURE,
    FindingCode.TIMESTAMP_NOT_TRUSTED: SubIndication.NO_POE,
}


@dataclass(slots=True)
class Verdicts:
    """Collects findings of one signature or token in the order of the steps."""

    findings: list[Finding] = field(default_factory=list)
    _subindications: list[tuple[Severity, SubIndication]] = field(default_factory=list)

    def add(self, finding: Finding, subindication: SubIndication | None = None) -> None:
        """Add a finding; ``subindication`` overrides the table's."""
        self.findings.append(finding)
        if finding.severity is Severity.ERROR:
            sub = subindication or _SUBINDICATIONS.get(finding.code, SubIndication.FORMAT_FAILURE)
            self._subindications.append((finding.severity, sub))
        elif finding.severity is Severity.UNDECIDED:
            sub = subindication or _SUBINDICATIONS.get(finding.code, SubIndication.SIG_CONSTRAINTS_FAILURE)
            self._subindications.append((finding.severity, sub))

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
        for severity, indication in (
            (Severity.ERROR, Indication.TOTAL_FAILED),
            (Severity.UNDECIDED, Indication.INDETERMINATE),
        ):
            for found, subindication in self._subindications:
                if found is severity:
                    return indication, subindication
        return Indication.TOTAL_PASSED, None
