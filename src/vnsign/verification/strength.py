"""What the algorithms of a signature or certificate are worth at the time that can be proven.

Source: ETSI EN 319 102-1 §5.2.8 (cryptographic constraints), §5.3.4 step 6 (what was made after an algorithm's end).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vnsign.pki.signature_values import describe_key
from vnsign.policy.algorithms import AlgorithmRule, AlgorithmStatus, AlgorithmTable, KeyRule
from vnsign.report import Finding, FindingCode, Outcome, Severity, SubIndication
from vnsign.verification.verdicts import Verdicts

_CLAUSE = "EN 319 102-1 §5.2.8"
_OUTCOMES = {
    AlgorithmStatus.ACCEPTED: Outcome.PASSED,
    AlgorithmStatus.WEAK: Outcome.PASSED,
    AlgorithmStatus.REFUSED: Outcome.INDETERMINATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Existence:
    """When something existed.

    Attributes:
        at: It existed at this moment: a proven time, or the validation time. Aware UTC.
        not_before: It did not exist before this moment, as far as that is known: a content timestamp, or what its
            maker says against himself. None if nothing is known.
    """

    at: datetime
    not_before: datetime | None = None


def judge_digest_strength(
    verdicts: Verdicts, table: AlgorithmTable, name: str, *, existence: Existence, where: str
) -> None:
    """Judge a digest by its name."""
    status = table.judge_digest(name, at=existence.at)
    use = _Use(algorithm=name, where=where, existence=existence, rule=table.digest_rule(name))
    _report(verdicts, use, status)


def judge_key_strength(
    verdicts: Verdicts, table: AlgorithmTable, certificate: bytes, *, existence: Existence, where: str
) -> None:
    """Judge the kind and size of the key in a certificate (DER)."""
    kind, bits = describe_key(certificate)
    status = table.judge_key(kind, bits, at=existence.at)
    use = _Use(algorithm=f"{kind}-{bits}", where=where, existence=existence, rule=table.key_rule(kind, bits))
    _report(verdicts, use, status)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    algorithm: str
    where: str
    existence: Existence
    rule: AlgorithmRule | KeyRule


def _report(verdicts: Verdicts, use: _Use, status: AlgorithmStatus) -> None:
    rule, existence, where = use.rule, use.existence, use.where
    values = {"algorithm": use.algorithm, "at": existence.at.isoformat()}
    if rule.ends is not None:
        values["ends"] = rule.ends.isoformat()
    verdicts.check("algorithm", _OUTCOMES[status], where=where, **values)
    if status is AlgorithmStatus.WEAK:
        verdicts.warning(FindingCode.ALGORITHM_WEAK, _CLAUSE, where=where, **values)
    elif status is AlgorithmStatus.REFUSED:
        # what is known to be younger than the algorithm's end no proof of existence can help
        is_hopeless = rule.ends is not None and existence.not_before is not None and existence.not_before >= rule.ends
        finding = Finding(
            code=FindingCode.ALGORITHM_NOT_ACCEPTED,
            severity=Severity.UNDECIDED,
            clause=_CLAUSE,
            where=where,
            values=values,
        )
        hopeless, open_ = SubIndication.CRYPTO_CONSTRAINTS_FAILURE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
        verdicts.add(finding, hopeless if is_hopeless else open_)
