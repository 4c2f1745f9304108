"""What authentic revocation lists say of one certificate.

Invariants:
    - A delta list brings a complete list up to date, or, standing alone, only shows revocations: it proves nothing
      good (RFC 5280 §5.2.4).

What it does not do: decide who may sign a list (an argument), or weigh what several lists say
(:mod:`vnsign.pki.status`, which lets a release, ``removeFromCRL``, undo a hold and nothing else).

Source: RFC 5280 §6.3.3, steps (b) to (l).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from vnsign.pki.crl_reading import ReadList, covered_reasons, find_entry, read_list, reason_of
from vnsign.pki.evidence import Statement

HOLD = x509.ReasonFlags.certificate_hold.value
RELEASE = x509.ReasonFlags.remove_from_crl.value


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReport:
    """An authentic list that speaks of a certificate, and its entry for it."""

    read: ReadList
    reasons: frozenset[x509.ReasonFlags]
    entry: x509.RevokedCertificate | None

    @property
    def reason(self) -> str:
        """Why, as the entry says; empty without entry or reason."""
        return "" if self.entry is None else reason_of(self.entry)

    @property
    def shows_revocation(self) -> bool:
        """Whether the entry is one of a revoked certificate, not of a released one."""
        return self.entry is not None and self.reason != RELEASE


def list_statements(reports: Sequence[ListReport]) -> Iterator[Statement]:
    """Yield what lists say of the certificate that all the reports are about.

    Source: RFC 5280 §6.3.3.
    """
    deltas = [report for report in reports if report.read.base_number is not None]
    for report in reports:
        if report.shows_revocation:
            yield _statement(report, of=report)
        if report.read.base_number is None:
            yield from _combined(report, [delta for delta in deltas if delta.read.adds_to(report.read)])


def report_of_list(
    crl: x509.CertificateRevocationList,
    certificate: x509.Certificate,
    *,
    is_authentic: Callable[[ReadList], bool],
    read_by: Callable[[x509.CertificateRevocationList], ReadList | None] = read_list,
    reasons_by: Callable[[ReadList, x509.Certificate], frozenset[x509.ReasonFlags]] = covered_reasons,
) -> ListReport | None:
    """Return what a list, complete or delta, of anybody, holds about a certificate; None if it does not count.

    Args:
        crl: The list.
        certificate: The certificate asked about.
        is_authentic: Whether a list that speaks of the certificate is signed by one who may (asked last: it costs).
        read_by: Reads a list; for a caller that remembers.
        reasons_by: Tells for which reasons a list speaks of a certificate, likewise.
    """
    try:
        read = read_by(crl)
        if read is None:
            return None
        reasons = reasons_by(read, certificate)
        if not reasons or not is_authentic(read):
            return None
        return ListReport(read=read, reasons=reasons, entry=find_entry(read, certificate))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _combined(complete: ListReport, deltas: Sequence[ListReport]) -> Iterator[Statement]:
    """What a complete list says by itself and together with each list of changes, where that is nothing bad."""
    if complete.entry is None:
        yield _statement(complete, of=None)
    for delta in deltas:
        is_release = delta.reason == RELEASE
        if not delta.shows_revocation and (complete.entry is None or is_release):
            yield _statement(delta, of=None, ends_hold=is_release)


def _statement(where: ListReport, *, of: ListReport | None, ends_hold: bool = False) -> Statement:
    entry = None if of is None else of.entry
    crl = where.read.crl
    return Statement(
        source="crl",
        made_at=crl.last_update_utc,
        until=crl.next_update_utc,
        reasons=where.reasons,
        revoked_at=None if entry is None else entry.revocation_date_utc,
        reason="" if of is None else of.reason,
        ends_hold=ends_hold,
        evidence=crl,
    )
