"""When a verdict will no longer hold unless the document is renewed.

A signature stands on the newest proof of its time: a document timestamp, else its own timestamp, else nothing but the
signer's certificate. It lapses with that certificate, or with an algorithm of that proof, whichever ends first; a
document lapses with the first of its signatures.

What it does not do: foresee revocations or broken algorithms; look at documents that are not valid now.

Source: ETSI EN 319 142-1 §5.4.3 (a document timestamp is renewed before it lapses); ETSI TS 119 312 (end dates).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vnsign.policy.validation import ValidationPolicy
from vnsign.report import CertificateReport, DocumentReport, Indication, SignatureReport, TimestampReport, Verdict

_KINDS = ("document", "signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """An end to come.

    Attributes:
        until: First moment (aware UTC) at which the proof no longer counts.
        ends: What ends then: a certificate's subject, or an algorithm.
    """

    until: datetime
    ends: str


def find_lapse(report: DocumentReport, policy: ValidationPolicy) -> Lapse | None:
    """Return the first end to come of a valid document, None if it is not valid or nothing is known."""
    if report.verdict is not Verdict.TOTAL_PASSED:
        return None
    ends = (lapse for signature in report.signatures for lapse in _ends(signature, report, policy))
    return min(ends, key=lambda lapse: lapse.until, default=None)


def _ends(signature: SignatureReport, report: DocumentReport, policy: ValidationPolicy) -> Iterator[Lapse]:
    proof = _newest_proof(signature, report)
    chain = proof.chain if proof is not None else signature.chain
    if not chain:
        return
    digest = proof.imprint_algorithm if proof is not None else signature.digest_algorithm
    yield Lapse(until=chain[0].not_after, ends=chain[0].subject)
    yield from _algorithm_ends(chain[0], digest, policy)


def _algorithm_ends(certificate: CertificateReport, digest: str, policy: ValidationPolicy) -> Iterator[Lapse]:
    rule = policy.algorithms.digest_rule(digest)
    if digest and rule.ends is not None:
        yield Lapse(until=rule.ends, ends=digest)
    kind, _, bits = certificate.key.rpartition("-")
    if kind and bits.isdecimal():
        key_rule = policy.algorithms.key_rule(kind, int(bits))
        if key_rule.ends is not None:
            yield Lapse(until=key_rule.ends, ends=certificate.key)


def _newest_proof(signature: SignatureReport, report: DocumentReport) -> TimestampReport | None:
    for kind in _KINDS:
        stamps = [
            stamp
            for stamp in report.timestamps
            if stamp.kind == kind
            and stamp.indication is Indication.TOTAL_PASSED
            and stamp.time is not None
            and (kind == "document" or stamp.field == signature.field)
        ]
        if stamps:
            return max(stamps, key=lambda stamp: (stamp.time is not None, stamp.time))
    return None
