"""Which time counts: the earliest proven one, and what is known of the time before which a signature was not made.

Invariants:
    - A claimed time never moves the moment that certificates are judged at; it only counts against the signer.

Source: ETSI EN 319 102-1 §5.5.4 steps 3 to 5 (best-signature-time, order, delay), §5.3.4 step 4 (content timestamps);
RFC 3161 §2.4.2 (accuracy and order).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vnsign.report import Finding, FindingCode, Indication, Outcome, Severity, TimeSource
from vnsign.verification.material import Material
from vnsign.verification.strength import Existence
from vnsign.verification.timestamps import CLOCK_SKEW, JudgedTimestamp
from vnsign.verification.verdicts import Verdicts

_CLAUSE = "EN 319 102-1 §5.5.4"
#: Tools that write local time as if it were UTC. Source: signatures of the Government's own tools, 2018–2020.
_LAW_OFFSET = timedelta(hours=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterTimestamp:
    """A document timestamp made after the signature, and whether evidence stood in the file before it."""

    judged: JudgedTimestamp
    protects_evidence: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamps:
    """Every token that says something of one signature.

    Attributes:
        own: On the signature.
        content: On what was signed, before it was.
        later: On the document, after it.
    """

    own: tuple[JudgedTimestamp, ...] = ()
    content: tuple[JudgedTimestamp, ...] = ()
    later: tuple[LaterTimestamp, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningTime:
    """What is known of when a signature was made.

    Attributes:
        shown: Best time for a reader, aware UTC; None if there is none.
        source: Where ``shown`` comes from; None if there is none.
        existence: What its certificates and algorithms are judged by.
        judged_by: Where ``existence.at`` comes from.
    """

    shown: datetime | None
    source: TimeSource | None
    existence: Existence
    judged_by: TimeSource

    @property
    def is_proven(self) -> bool:
        """Whether a trusted token, or one that lacks only its authority's status, vouches for the time."""
        return self.judged_by is not TimeSource.VALIDATION_TIME


def find_time(
    verdicts: Verdicts, timestamps: Timestamps, *, material: Material, claimed: datetime | None
) -> SigningTime:
    """Find the best signature time and report what is wrong with the tokens."""
    stamps = [(t, TimeSource.SIGNATURE_TIMESTAMP) for t in timestamps.own]
    stamps += [(t.judged, TimeSource.DOCUMENT_TIMESTAMP) for t in timestamps.later]
    _report_tokens(verdicts, timestamps, stamps)
    _judge_order(verdicts, timestamps)
    after = [t.proven_time for t in timestamps.content if t.proven_time is not None]
    not_before = max([*after, *([claimed] if claimed is not None else [])], default=None)
    proven = [(t.proven_time, kind) for t, kind in stamps if t.proven_time is not None]
    likely = [(t.likely_time, kind) for t, kind in stamps if t.likely_time is not None]
    if not proven and likely:
        # a trusted authority whose status could not be checked: its time is the one to judge at, but nothing passes
        authority = next(t.report.authority for t, _ in stamps if t.likely_time is not None)
        verdicts.undecided(FindingCode.REVOCATION_NOT_CHECKED, _CLAUSE, where=authority)
    best = min(proven or likely, key=_first, default=None)
    if best is not None:
        verdicts.check(
            "best_signature_time", bool(proven) or Outcome.INDETERMINATE, time=best[0].isoformat(), source=best[1]
        )
        _judge_delay(verdicts, best[0], material=material, claimed=claimed)
        return SigningTime(
            shown=best[0], source=best[1], existence=Existence(at=best[0], not_before=not_before), judged_by=best[1]
        )
    return _unproven(verdicts, material=material, claimed=claimed, not_before=not_before)


def _unproven(
    verdicts: Verdicts, *, material: Material, claimed: datetime | None, not_before: datetime | None
) -> SigningTime:
    values = {"at": material.at.isoformat()} | ({"claimed": claimed.isoformat()} if claimed is not None else {})
    verdicts.check("best_signature_time", Outcome.NOT_RUN, **values)
    if not material.policy.accepts_claimed_time:
        verdicts.undecided(FindingCode.TIME_NOT_PROVEN, _CLAUSE, policy=material.policy.name, **values)
    elif claimed is not None:
        verdicts.info(FindingCode.TIME_ONLY_CLAIMED, _CLAUSE, **values)
    return SigningTime(
        shown=claimed,
        source=None if claimed is None else TimeSource.CLAIMED,
        existence=Existence(at=material.at, not_before=not_before),
        judged_by=TimeSource.VALIDATION_TIME,
    )


def _report_tokens(
    verdicts: Verdicts, timestamps: Timestamps, stamps: Sequence[tuple[JudgedTimestamp, TimeSource]]
) -> None:
    told = [*((t, "content_timestamp") for t in timestamps.content), *((t, kind.value) for t, kind in stamps)]
    for token, kind in told:
        time = "" if token.time is None else token.time.isoformat()
        verdicts.check(kind, _OUTCOMES[token.report.indication], time=time, authority=token.report.authority)
    for token in (*timestamps.own, *timestamps.content):
        reason = token.report.subindication.value if token.report.subindication is not None else ""
        if token.report.indication is Indication.TOTAL_FAILED:
            # somebody put a token there that is not this signature's: do not pass it over in silence
            verdicts.undecided(FindingCode.TIMESTAMP_INVALID, _CLAUSE, where=token.report.field, reason=reason)
        elif token.report.indication is Indication.INDETERMINATE and token.likely_time is None:
            verdicts.warning(FindingCode.TIMESTAMP_NOT_TRUSTED, _CLAUSE, where=token.report.field, reason=reason)


_OUTCOMES = {
    Indication.TOTAL_PASSED: Outcome.PASSED,
    Indication.INDETERMINATE: Outcome.INDETERMINATE,
    Indication.TOTAL_FAILED: Outcome.FAILED,
}


def _judge_order(verdicts: Verdicts, timestamps: Timestamps) -> None:
    """§5.5.4 step 4 e): content first, then the signature, then the document; within the authorities' accuracy."""
    rows = (
        [t for t in timestamps.content if t.proven_time is not None],
        [t for t in timestamps.own if t.proven_time is not None],
        [t.judged for t in timestamps.later if t.judged.proven_time is not None],
    )
    pairs = [(a, b) for i, first in enumerate(rows) for row in rows[i + 1 :] for a in first for b in row]
    wrong = [(a, b) for a, b in pairs if _is_surely_after(a, b)]
    if pairs:
        verdicts.check("order", Outcome.INDETERMINATE if wrong else Outcome.PASSED)
    for first, second in wrong:
        verdicts.undecided(
            FindingCode.TIMESTAMP_ORDER,
            _CLAUSE,
            where=first.report.field,
            time="" if first.time is None else first.time.isoformat(),
            later="" if second.time is None else second.time.isoformat(),
        )


def _is_surely_after(first: JudgedTimestamp, second: JudgedTimestamp) -> bool:
    if first.time is None or second.time is None:
        return False
    return first.time - first.accuracy > second.time + second.accuracy


def _judge_delay(verdicts: Verdicts, proven: datetime, *, material: Material, claimed: datetime | None) -> None:
    """§5.5.4 step 5: a timestamp too long after the claimed time; and a claimed time after the proven one."""
    limit = material.policy.max_timestamp_delay
    values = {"time": proven.isoformat()} | ({"claimed": claimed.isoformat()} if claimed is not None else {})
    if limit is not None:
        is_near = claimed is not None and claimed + limit > proven
        verdicts.check("timestamp_delay", Outcome.PASSED if is_near else Outcome.INDETERMINATE, **values)
        if not is_near:
            limits = {"limit_s": f"{limit.total_seconds():.0f}"}
            verdicts.undecided(FindingCode.TIMESTAMP_TOO_LATE, _CLAUSE, **values, **limits)
    if claimed is not None and claimed > proven + CLOCK_SKEW:
        quirk = {"quirk": "local time as UTC"} if abs(claimed - proven - _LAW_OFFSET) <= timedelta(hours=1) else {}
        finding = Finding(
            code=FindingCode.CLAIMED_TIME_DIFFERS,
            severity=Severity.WARNING,
            clause=_CLAUSE,
            values={**values, **quirk},
        )
        verdicts.add(finding)


def _first(pair: tuple[datetime, TimeSource]) -> datetime:
    return pair[0]
