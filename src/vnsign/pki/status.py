"""Was a certificate revoked, as far as the evidence at hand tells?

Invariants:
    - Evidence counts only if it is authentic: a list signed with the key of the certificate's issuer, or by a list
      issuer whose own path ends at the same anchor and is not revoked; an OCSP answer of the issuer or its delegate.
    - All evidence is weighed together: one authentic list that shows a revocation outweighs any number that do not,
      so an older list put into a file cannot hide a newer one. Only a hold ends, by a later statement.
    - What a list does not speak of is never guessed: "good" needs every reason for revocation to be covered, else the
      answer is "could not check".
    - A list made after the certificate expired may have dropped it, so it proves nothing good (RFC 5280 §3.3).

What it does not do: fetch anything, or read a clock. A responder's certificate without ``id-pkix-ocsp-nocheck`` is
refused only if lists show it revoked (RFC 6960 §4.2.2.2.1 leaves the rest to local policy).

Source: RFC 5280 §6.3; RFC 6960 §3.2, §4.2.2; ETSI EN 319 102-1 §5.2.5 (revocation freshness).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from vnsign.pki.crl_processing import HOLD, ListReport, list_statements, report_of_list
from vnsign.pki.crl_reading import ReadList
from vnsign.pki.evidence import ALL_REASONS, RevocationEvidence, Statement, read_evidence
from vnsign.pki.memory import Same
from vnsign.pki.name_matching import is_same_name
from vnsign.pki.ocsp_reading import answer_statements
from vnsign.pki.path import PathFinder
from vnsign.pki.signed_objects import is_certificate_by, is_list_by

__all__ = [
    "CertificateStatus",
    "RevocationEvidence",
    "StatusResult",
    "certificate_status",
    "path_statuses",
    "read_evidence",
]

#: List issuers whose lists are signed by list issuers, and so on: nobody builds more, only an attacker would.
_MAX_DEPTH = 4


class CertificateStatus(StrEnum):
    """The answer."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """The answer and what it stands on.

    Attributes:
        revoked_at: Revocation time, aware UTC, when revoked (also when revoked only after the time asked about).
        reason: CRLReason, RFC 5280 §5.3.1, empty if not given.
        evidence: ``crl`` or ``ocsp``, empty if there was none.
        decisive: What the answer stands on.
        others: What authentic evidence said besides, for a report.
    """

    status: CertificateStatus
    revoked_at: datetime | None = None
    reason: str = ""
    evidence: str = ""
    decisive: tuple[Statement, ...] = ()
    others: tuple[Statement, ...] = ()


def certificate_status(
    certificate: x509.Certificate, *, issuer: x509.Certificate, evidence: RevocationEvidence, at: datetime
) -> StatusResult:
    """Return whether ``certificate`` was revoked at ``at``, as far as its issuer's own evidence tells.

    Evidence made after ``at`` is as good as evidence in force at ``at``: it knows everything revoked until then.
    Evidence that had run out before ``at`` proves nothing good (but its revocations count).

    Does not check: lists signed with another key than the issuer's (:func:`path_statuses` does).

    Args:
        certificate: The certificate asked about.
        issuer: Its issuer in the path (whose signature on it was verified).
        evidence: Lists and answers; each is authenticated here.
        at: The moment that matters, aware UTC.

    Source: RFC 5280 §6.3.3; RFC 6960 §3.2; ETSI EN 319 102-1 §5.2.5.
    """
    return _Inquiry(evidence=evidence, at=at, finder=None).status((certificate, issuer))


def path_statuses(
    path: Sequence[x509.Certificate],
    *,
    evidence: RevocationEvidence,
    at: datetime,
    finder: PathFinder,
    asked_elsewhere: list[object] | None = None,
) -> Iterator[tuple[x509.Certificate, StatusResult]]:
    """Yield the status of every certificate of a path but its anchor, end entity first.

    As :func:`certificate_status`; and a list may be signed with another key than the issuer's, by one whose own path
    ends at the same anchor.

    Args:
        path: A path that was found valid, anchor last.
        evidence: Lists and answers; each is authenticated here.
        at: The moment that matters, aware UTC.
        finder: Finds the paths of list issuers among the certificates at hand.
        asked_elsewhere: Gets whatever a status hangs on besides the issuer's own lists and answers.

    Source: RFC 5280 §6.1.3 (a)(3), §6.3.3.
    """
    elsewhere: list[object] = [] if asked_elsewhere is None else asked_elsewhere
    inquiry = _Inquiry(evidence=evidence, at=at, finder=finder, elsewhere=elsewhere)
    for index in range(len(path) - 1):
        yield path[index], inquiry.status(path[index:])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inquiry:
    evidence: RevocationEvidence
    at: datetime
    finder: PathFinder | None
    pending: tuple[x509.Certificate, ...] = ()
    elsewhere: list[object] = field(default_factory=list)
    _good: dict[tuple[tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]], bool] = field(default_factory=dict)

    def status(self, path: Sequence[x509.Certificate]) -> StatusResult:
        """Return the status of the first certificate of ``path``, which leads to an anchor."""
        certificate = path[0]
        return _weigh(tuple(self._statements(path)), at=self.at, expires=certificate.not_valid_after_utc)

    def _statements(self, path: Sequence[x509.Certificate]) -> Iterator[Statement]:
        certificate, issuer = path[0], path[1]
        yield from self._listed(path)
        for answer in self.evidence.ocsps:
            yield from self._said(certificate, answer, issuer, path=path)

    def _listed(self, path: Sequence[x509.Certificate]) -> tuple[Statement, ...]:
        """What all lists together say; remembered when it hangs on the issuer's own lists alone."""
        memory = None if self.finder is None else self.finder.memory
        question = (tuple(map(Same, self.evidence.crls)), Same(path[0]), Same(path[1]))
        kept = None if memory is None else memory.said.get(question, None)
        if kept is not None:
            statements: tuple[Statement, ...] = kept
            return statements
        asked_others: list[ReadList] = []
        reports = [self._report(crl, path, asked_others=asked_others) for crl in self.evidence.crls]
        statements = tuple(list_statements([report for report in reports if report is not None]))
        if memory is not None and not asked_others:
            memory.said.put(question, statements)
        return statements

    def _report(
        self, crl: x509.CertificateRevocationList, path: Sequence[x509.Certificate], *, asked_others: list[ReadList]
    ) -> ListReport | None:
        """What the issuer's own list says does not depend on the moment: it is remembered."""
        question = (Same(crl), Same(path[0]), Same(path[1]))
        kept = None if self.finder is None else self.finder.memory.said.get(question, None)
        if kept is not None:
            report: ListReport | None = kept[0]
            return report
        others: list[ReadList] = []

        def is_authentic(read: ReadList) -> bool:
            return self._is_authentic(read, path, asked_others=others)

        if self.finder is None:
            return report_of_list(crl, path[0], is_authentic=is_authentic)
        memory = self.finder.memory
        report = report_of_list(
            crl, path[0], is_authentic=is_authentic, read_by=memory.extensions_of, reasons_by=memory.reasons_of
        )
        if not others:
            memory.said.put(question, (report,))
        asked_others.extend(others)
        return report

    def _said(
        self,
        certificate: x509.Certificate,
        answer: ocsp.OCSPResponse,
        issuer: x509.Certificate,
        *,
        path: Sequence[x509.Certificate],
    ) -> tuple[Statement, ...]:
        """What an answer says is remembered too, unless it hangs on whether a responder was revoked."""
        question = (Same(answer), Same(certificate), Same(issuer))
        kept = None if self.finder is None else self.finder.memory.said.get(question, None)
        if kept is not None:
            statements: tuple[Statement, ...] = kept
            return statements
        asked: list[x509.Certificate] = []

        def is_revoked(responder: x509.Certificate) -> bool:
            asked.append(responder)
            self.elsewhere.append(responder)
            return self._is_listed(responder, path)

        is_issued_by = is_certificate_by if self.finder is None else self.finder.memory.is_certificate_by
        said = answer_statements(certificate, answer, issuer=issuer, is_revoked=is_revoked, is_issued_by=is_issued_by)
        statements = tuple(said)
        if self.finder is not None and not asked:
            self.finder.memory.said.put(question, statements)
        return statements

    def _is_listed(self, responder: x509.Certificate, path: Sequence[x509.Certificate]) -> bool:
        lists = RevocationEvidence(crls=self.evidence.crls)
        inquiry = _Inquiry(evidence=lists, at=self.at, finder=self.finder, pending=self.pending)
        return inquiry.status((responder, *path[1:])).status is CertificateStatus.REVOKED

    def _is_authentic(self, read: ReadList, path: Sequence[x509.Certificate], *, asked_others: list[ReadList]) -> bool:
        """RFC 5280 §6.3.3 (f), (g): the signer may sign lists, its path is valid, the signature is its own."""
        issuer = path[1]
        if is_same_name(read.issuer, issuer.subject) and _may_sign_lists(issuer) and self._is_list_by(read.crl, issuer):
            return True
        asked_others.append(read)
        self.elsewhere.append(read)
        if self.finder is None or len(self.pending) >= _MAX_DEPTH:
            return False
        candidates = self.finder.certificates_of(read.issuer)
        return any(self._is_list_issuer(candidate, read, path) for candidate in candidates)

    def _is_list_by(self, crl: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
        return is_list_by(crl, signer) if self.finder is None else self.finder.memory.is_list_by(crl, signer)

    def _is_list_issuer(self, candidate: x509.Certificate, read: ReadList, path: Sequence[x509.Certificate]) -> bool:
        # Whose own status is being asked does not answer it, unless the certificate itself sends there (PKITS 4.14.30).
        is_own_witness = candidate in self.pending
        if candidate == path[1] or (is_own_witness and not read.is_indirect):
            return False
        if not (_may_sign_lists(candidate) and self._is_list_by(read.crl, candidate)):
            return False
        own = self._path_of(candidate, read, anchor=path[-1])
        # A namesake elsewhere under the anchor does not sign for this issuer, unless the certificate names it itself.
        if not own or not (read.is_indirect or set(own[:2]) & set(path[1:])):
            return False
        return is_own_witness or self._is_good(own)

    def _path_of(
        self, candidate: x509.Certificate, read: ReadList, *, anchor: x509.Certificate
    ) -> tuple[x509.Certificate, ...]:
        if self.finder is None:
            return ()
        # a list made after the moment that matters may be signed with a key certified after it
        at = max(self.at, read.crl.last_update_utc)
        found = self.finder.find(candidate.public_bytes(Encoding.DER), at=at).certificates
        return found if found and found[-1] == anchor else ()

    def _is_good(self, path: tuple[x509.Certificate, ...]) -> bool:
        asked = (self.pending, path)
        if asked not in self._good:
            pending = (*self.pending, path[0])
            inquiry = _Inquiry(
                evidence=self.evidence, at=self.at, finder=self.finder, pending=pending, _good=self._good
            )
            statuses = (inquiry.status(path[index:]).status for index in range(len(path) - 1))
            self._good[asked] = all(status is CertificateStatus.GOOD for status in statuses)
        return self._good[asked]


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False


# ---------------------------------------------------------------- weighing


def _weigh(statements: Sequence[Statement], *, at: datetime, expires: datetime) -> StatusResult:
    clear = [said for said in statements if said.revoked_at is None and said.made_at <= expires]
    against = [said for said in statements if said.revoked_at is not None and not _is_lifted(said, clear, at=at)]
    first = min(against, key=_revoked_at, default=None)
    if first is not None and _revoked_at(first) <= at:
        return StatusResult(
            status=CertificateStatus.REVOKED,
            revoked_at=first.revoked_at,
            reason=first.reason,
            evidence=first.source,
            decisive=(first,),
            others=tuple(said for said in statements if said is not first),
        )
    # revoked only later: that very evidence says that the certificate was still good at the time asked about
    good = [said for said in clear if _is_in_force(said, at)] + ([] if first is None else [first])
    covered = frozenset().union(*(said.reasons for said in good))
    is_good = covered >= ALL_REASONS
    return StatusResult(
        status=CertificateStatus.GOOD if is_good else CertificateStatus.UNKNOWN,
        revoked_at=None if first is None else first.revoked_at,
        reason="" if first is None else first.reason,
        evidence=good[0].source if is_good else "",
        decisive=tuple(good) if is_good else (),
        others=tuple(said for said in statements if not is_good or said not in good),
    )


def _revoked_at(said: Statement) -> datetime:
    return said.revoked_at or said.made_at


def _is_lifted(said: Statement, clear: Sequence[Statement], *, at: datetime) -> bool:
    """A hold is over when a statement made later, but not after the moment that matters, knows of none."""
    return said.reason == HOLD and any(
        (said.made_at < later.made_at or (later.ends_hold and said.made_at == later.made_at))
        and later.made_at <= at
        and x509.ReasonFlags.certificate_hold in later.reasons
        for later in clear
    )


def _is_in_force(said: Statement, at: datetime) -> bool:
    return said.made_at >= at or said.until is None or at <= said.until
