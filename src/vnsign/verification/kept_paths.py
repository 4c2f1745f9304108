"""A path that was judged and had nothing against it, kept with the span of time in which that stays so.

An archive has a few thousand signers, and what is said of a signer's path by lists that the verifier holds is the same
for all his signatures but for the moment it is said of.

Invariants:
    - What is kept hangs on the certificate, its role, what the policy asks, and all that the verifier and the file
      bring (:attr:`~vnsign.verification.material.Material.setting`): whoever brings anything else finds nothing.
    - Nothing is kept of a file that brings evidence of its own, of a path that anything was found against, or of a
      status that hangs on somebody else's certificate.
    - Within the span no certificate begins or ends to be valid, no statement is made or runs out, nothing was revoked,
      and no rule of the policy changes.

What it does not do: judge (:mod:`vnsign.verification.paths`).

Source: ETSI EN 319 102-1 §5.2.6.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vnsign.pki.memory import Lasting
from vnsign.pki.path import PathResult
from vnsign.pki.status import StatusResult
from vnsign.report import CertificateReport, Check
from vnsign.verification.material import Material

#: As near as this to a moment at which something changes nothing is kept.
_MARGIN = timedelta(seconds=2)
_MAX_SPANS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPath:
    """What was found, and for which moment it was told."""

    path: PathResult
    chain: tuple[CertificateReport, ...]
    checks: tuple[Check, ...]
    at: datetime

    def told_for(self, at: datetime) -> tuple[tuple[Check, ...], tuple[CertificateReport, ...]]:
        """Return checks and certificates as they are told for another moment of the same span."""
        then, now = self.at.isoformat(), at.isoformat()
        checks = tuple(
            replace(check, values={**check.values, "at": now}) if check.values.get("at") == then else check
            for check in self.checks
        )
        chain = tuple(replace(each, judged_at=at) if each.judged_at == self.at else each for each in self.chain)
        return checks, chain


def question_of(material: Material, *asked: Hashable) -> Hashable | None:
    """Return what an answer hangs on besides the moment; None if it is not kept."""
    return None if material.setting is None else (*asked, material.setting)


def find_kept(material: Material, question: Hashable | None, at: datetime) -> Lasting[KeptPath] | None:
    """Return what is kept for a moment."""
    if question is not None:
        for span in material.memory.judged.get(question, ()):
            if span.since <= at <= span.until:
                return span
    return None


def keep(
    material: Material, question: Hashable, kept: KeptPath, *, certificate: bytes, results: Sequence[StatusResult]
) -> Lasting[KeptPath] | None:
    """Keep what was found without anything against it, if the moment is not near one at which something changes."""
    steady = material.finder.steady_span(certificate, kept.at)
    if steady is None:
        return None
    since, until = steady
    for moment in _moments(material, results):
        if abs(moment - kept.at) <= _MARGIN:
            return None
        since = max(since, moment + _MARGIN) if moment < kept.at else since
        until = min(until, moment - _MARGIN) if moment > kept.at else until
    spans = material.memory.judged.get(question, ())
    lasting = Lasting(since=since, until=until, value=kept)
    material.memory.judged.put(question, (*spans[-_MAX_SPANS + 1 :], lasting))
    return lasting


def _moments(material: Material, results: Sequence[StatusResult]) -> Iterable[datetime]:
    """Every moment at which what was found might be another."""
    limit = material.policy.max_evidence_age
    for result in results:
        for said in (*result.decisive, *result.others):
            yield said.made_at
            if said.until is not None:
                yield said.until
            if said.revoked_at is not None:
                yield said.revoked_at
            if limit is not None:
                yield said.made_at + limit
    yield from (rule.until for rule in material.policy.anchors if rule.until is not None)
