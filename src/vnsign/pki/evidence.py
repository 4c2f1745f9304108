"""Evidence of revocation: lists and answers as they were read, and what one of them says of one certificate.

Invariants:
    - What was read is not believed yet; a :class:`Statement` is made of authentic evidence only.

What it does not do: weigh one statement against another (:mod:`vnsign.pki.status`).

Source: RFC 5280 §5, §6.3; RFC 6960 §3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from vnsign.ports import RevocationEvidence

__all__ = ["ALL_REASONS", "RevocationEvidence", "Statement", "read_evidence"]

#: What a list may be limited to. Source: RFC 5280 §4.2.1.13 (ReasonFlags).
ALL_REASONS = frozenset(x509.ReasonFlags) - {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one authentic list (with its delta) or answer says of one certificate.

    Attributes:
        source: ``crl`` or ``ocsp``.
        made_at: thisUpdate, aware UTC.
        until: nextUpdate, aware UTC; None if the issuer promises no moment.
        reasons: Revocations for other reasons may be unknown to it.
        revoked_at: None if it knows of no revocation.
        reason: CRLReason, RFC 5280 §5.3.1, empty if not given.
        ends_hold: It says expressly that a hold is over (``removeFromCRL``).
        evidence: The list or answer itself.
    """

    source: str
    made_at: datetime
    until: datetime | None
    reasons: frozenset[x509.ReasonFlags] = ALL_REASONS
    revoked_at: datetime | None = None
    reason: str = ""
    ends_hold: bool = False
    evidence: x509.CertificateRevocationList | ocsp.OCSPResponse | None = field(default=None, repr=False, compare=False)


def read_evidence(
    *,
    crls: Sequence[bytes],
    ocsps: Sequence[bytes],
    more: Sequence[x509.CertificateRevocationList] = (),
    load_list: Callable[[bytes], x509.CertificateRevocationList] = x509.load_der_x509_crl,
    load_answer: Callable[[bytes], ocsp.OCSPResponse] = ocsp.load_der_ocsp_response,
) -> RevocationEvidence:
    """Parse DER evidence; what cannot be read is left out, as if it were not there.

    Args:
        crls: CertificateList, DER.
        ocsps: OCSPResponse or BasicOCSPResponse inside one, DER.
        more: Lists already parsed.
        load_list: Parses a list; for a caller that remembers.
        load_answer: Parses an answer, likewise.
    """
    lists: list[x509.CertificateRevocationList] = list(more)
    answers: list[ocsp.OCSPResponse] = []
    for der in dict.fromkeys(crls):
        try:
            lists.append(load_list(der))
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            continue
    for der in dict.fromkeys(ocsps):
        try:
            answer = load_answer(der)
            if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
                answers.append(answer)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            continue
    return RevocationEvidence(crls=tuple(lists), ocsps=tuple(answers))
