"""Verdicts: the pure verification joined with the clock, policies and, only when asked, with the network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from cryptography import x509

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.evidence_folder import read_evidence_folder
from vnsign.adapters.files import open_bytes, read_bytes
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, SignatureRejected, UsageError, VnsignError
from vnsign.pdf.reading.opened import FileBytes, PdfBytes
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.evidence import RevocationEvidence
from vnsign.policy.policy_file import parse_policy
from vnsign.policy.validation import DEFAULT_POLICY, POLICIES, ValidationPolicy
from vnsign.ports import Clock, RevocationSource
from vnsign.report import (
    CertificateReport,
    DocumentReport,
    Finding,
    FindingCode,
    Severity,
    SignatureReport,
    Verdict,
)
from vnsign.verification import Circumstances, inspect_by
from vnsign.verification.inspection import unreadable
from vnsign.verification.statements import inspect_statement as _inspect_statement
from vnsign.wiring.arguments import checked
from vnsign.wiring.checking import shared_revocation_source
from vnsign.wiring.fetching import Fetched, certificates_of, fetch_missing

Evidence = RevocationEvidence | str | os.PathLike[str]
Policy = ValidationPolicy | str | os.PathLike[str]
_Report = TypeVar("_Report", DocumentReport, SignatureReport)


@checked
def inspect_pdf(
    pdf: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    file: str = "",
    policy: Policy = DEFAULT_POLICY,
    evidence: Evidence | None = None,
    online: RevocationSource | bool = False,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Say what the signatures of ``pdf`` are worth: a report for any bytes.

    Does not check: that a signer had authority to sign.

    Args:
        pdf: Any bytes.
        trust: Anchors of one scheme; an empty store gives INDETERMINATE.
        at: Time to judge at, aware; None is now. A proven signing time inside the file is still preferred.
        file: Name to put into the report.
        policy: What is asked of a signature: a policy, the name of one (``vn-official``, ``vn-public``, ``eu``), or the
            path of a policy file.
        evidence: Lists and answers kept beside the documents, or the folder that holds them.
        online: Whether what the file and the verifier lack may be fetched, and from where. False, the default, opens
            no socket. A service that does not answer leaves a remark in the report.
        revocation: As ``online``, but a service that does not answer is an error.
        clock: Tells "now".

    Raises:
        UsageError: BAD_ARGUMENT if ``at`` is not aware, or there is no such policy.
        InputError: MALFORMED_POLICY, NOT_READABLE, MALFORMED_CRL, MALFORMED_OCSP: the policy or the evidence given.
        ServiceUnavailable: ``revocation`` was given and could not be reached.

    Source: ETSI EN 319 102-1 §5; NĐ 68/2024/NĐ-CP Điều 31.
    """
    circumstances = _circumstances(trust, at=at, policy=policy, evidence=evidence, clock=clock)
    source = _source(revocation if revocation is not None else online)
    if source is None:
        return inspect_by(pdf, circumstances, file=file)
    question: _Question[DocumentReport] = _Question(
        judge=lambda given: inspect_by(pdf, given, file=file),
        certificates=lambda: _certificates_in(pdf),
        chains=_chains,
    )
    report, fetched = _fetch_and_judge(question, circumstances, source)
    if revocation is not None:
        _raise_unreachable(fetched, report.all_findings())
    return replace(report, findings=(*report.findings, *(_not_fetched(failure) for failure in fetched.failures)))


class Verifier:
    """Verifies many files by the same trust and policy, and remembers between them what does not change.

    Paths, signatures on certificates, lists and answers, and what those say, are kept in bounded memory; a verdict is
    not. Threads may share one; each process has its own.

    Example::

        verifier = vnsign.Verifier(trust=vnsign.TrustStore.from_folder("trust"))
        reports = [verifier.inspect_file(path) for path in paths]
    """

    @checked
    def __init__(
        self,
        *,
        trust: TrustAnchors,
        policy: Policy = DEFAULT_POLICY,
        evidence: Evidence | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepare. Arguments as for :func:`inspect_pdf`.

        Raises:
            UsageError, InputError: As :func:`inspect_pdf`.
        """
        self._clock = clock or SystemClock()
        self._given = _circumstances(trust, at=None, policy=policy, evidence=evidence, clock=self._clock)

    @checked
    def inspect_pdf(self, pdf: PdfBytes, *, at: datetime | None = None, file: str = "") -> DocumentReport:
        """Say what the signatures of ``pdf`` are worth, offline. See :func:`inspect_pdf`.

        Raises:
            UsageError: BAD_ARGUMENT: no bytes, or ``at`` is not aware.
        """
        if not isinstance(pdf, bytes | FileBytes):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"pdf is of the type {type(pdf).__name__}, and must be bytes",
                way_out="for the path of a file call inspect_file",
            )
        return inspect_by(pdf, self._now(at), file=file)

    @checked
    def inspect_file(self, path: str | os.PathLike[str], *, at: datetime | None = None) -> DocumentReport:
        """As :meth:`inspect_pdf`, for a file, whose path becomes the report's name; UNREADABLE if it cannot be read.

        A large file is read where it lies, never as a whole: it must not change meanwhile.

        Raises:
            UsageError: BAD_ARGUMENT if ``at`` is not aware.
        """
        circumstances = self._now(at)
        try:
            with open_bytes(path) as data:
                return inspect_by(data, circumstances, file=str(path))
        except InputError as exc:
            report = unreadable(FindingCode.FILE_NOT_READABLE, reason=exc.message)
            return replace(report, file=str(path), policy=circumstances.policy.name, validation_time=circumstances.at)

    def _now(self, at: datetime | None) -> Circumstances:
        return replace(self._given, at=at or self._clock.now())


@checked
def inspect_file(
    path: str | os.PathLike[str],
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    evidence: Evidence | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Say what the signatures in one file are worth, offline. For many files, make a :class:`Verifier`.

    Arguments as for :func:`inspect_pdf`.

    Raises:
        UsageError, InputError: As :func:`inspect_pdf`; a file that cannot be read is UNREADABLE.
    """
    return Verifier(trust=trust, policy=policy, evidence=evidence, clock=clock).inspect_file(path, at=at)


@checked
def verify_pdf(
    pdf: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    file: str = "",
    policy: Policy = DEFAULT_POLICY,
    evidence: Evidence | None = None,
    online: RevocationSource | bool = False,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Return the report only if every signature passed. See :func:`inspect_pdf`.

    Does not check: that a signer had authority to sign, or that the ones who should have signed are among the signers.

    Raises:
        SignatureRejected: Any other verdict, also "could not be decided" and "there is no signature"; it carries
            the report.
        UsageError, InputError, ServiceUnavailable: As :func:`inspect_pdf`.
    """
    report = inspect_pdf(
        pdf,
        trust=trust,
        at=at,
        file=file,
        policy=policy,
        evidence=evidence,
        online=online,
        revocation=revocation,
        clock=clock,
    )
    if report.verdict is not Verdict.TOTAL_PASSED:
        raise SignatureRejected(report)
    return report


@checked
def inspect_statement(
    cms: bytes,
    statement: bytes | None,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    evidence: Evidence | None = None,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> SignatureReport:
    """Say what a detached signature over ``statement`` is worth. Arguments as for :func:`inspect_pdf`.

    Args:
        statement: What was signed; None if it cannot be had: the rest is still judged, nothing passes.

    Raises:
        UsageError, InputError, ServiceUnavailable: As :func:`inspect_pdf`.
    """
    circumstances = _circumstances(trust, at=at, policy=policy, evidence=evidence, clock=clock)
    if revocation is None:
        return _inspect_statement(cms, statement, circumstances=circumstances)
    question: _Question[SignatureReport] = _Question(
        judge=lambda given: _inspect_statement(cms, statement, circumstances=given),
        certificates=lambda: certificates_of((cms,)),
        chains=_chain,
    )
    report, fetched = _fetch_and_judge(question, circumstances, revocation)
    _raise_unreachable(fetched, report.findings)
    return report


@checked
def load_policy(policy: Policy) -> ValidationPolicy:
    """Return a policy by its name, or from its file (TOML or JSON).

    Raises:
        UsageError: BAD_ARGUMENT: neither a policy has this name nor a file.
        InputError: NOT_READABLE, MALFORMED_POLICY with line and field.
    """
    if isinstance(policy, ValidationPolicy):
        return policy
    if isinstance(policy, str) and policy in POLICIES:
        return POLICIES[policy]
    path = Path(policy)
    if not path.exists():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"there is no policy {str(policy)!r}, and no file of that name",
            way_out=f"take {', '.join(POLICIES)}, or the path of a policy file",
        )
    try:
        return parse_policy(read_bytes(path).decode("utf-8"), file=str(path))
    except UnicodeDecodeError as exc:
        raise InputError(ErrorCode.MALFORMED_POLICY, "is not UTF-8 text", file=str(path)) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question(Generic[_Report]):
    """How something is judged, and what its report lacks."""

    judge: Callable[[Circumstances], _Report]
    certificates: Callable[[], list[x509.Certificate]]
    chains: Callable[[_Report], Sequence[Sequence[CertificateReport]]]


def _fetch_and_judge(
    question: _Question[_Report], circumstances: Circumstances, source: RevocationSource
) -> tuple[_Report, Fetched]:
    """Judge offline, fetch what was lacking, judge again."""
    report = question.judge(replace(circumstances, fetched=RevocationEvidence()))
    trust = circumstances.trust
    fetched = fetch_missing(question.chains(report), question.certificates(), trust=trust, source=source)
    if fetched.crls or fetched.answers or fetched.issuers:
        more = _with_issuers(trust, fetched.issuers)
        report = question.judge(replace(circumstances, trust=more, fetched=fetched.evidence))
    return report, fetched


def _with_issuers(trust: TrustAnchors, issuers: Sequence[x509.Certificate]) -> TrustAnchors:
    """A fetched certificate helps to build paths; it makes nothing trusted."""
    return TrustAnchors(
        anchors=trust.anchors,
        intermediates=(*trust.intermediates, *issuers),
        crls=trust.crls,
        scheme=trust.scheme,
    )


def _circumstances(
    trust: TrustAnchors,
    *,
    at: datetime | None,
    policy: Policy,
    evidence: Evidence | None,
    clock: Clock | None,
) -> Circumstances:
    side = evidence if isinstance(evidence, RevocationEvidence) else None
    if side is None and evidence is not None:
        side = read_evidence_folder(Path(evidence))  # type: ignore[arg-type]  # narrowed above
    return Circumstances(
        trust=trust,
        at=at or (clock or SystemClock()).now(),
        policy=load_policy(policy),
        side=side or RevocationEvidence(),
    )


def _source(online: RevocationSource | bool) -> RevocationSource | None:  # noqa: FBT001 — True asks for the usual one
    if isinstance(online, bool):
        return shared_revocation_source() if online else None
    return online


def _certificates_in(pdf: bytes) -> list[x509.Certificate]:
    try:
        structure = read_structure(pdf)
    except InputError:
        return []
    return certificates_of((found.contents for found in structure.signatures), structure.store)


def _chains(report: DocumentReport) -> list[Sequence[CertificateReport]]:
    chains = [signature.chain for signature in report.signatures]
    chains += [timestamp.chain for timestamp in report.timestamps]
    return [chain for chain in chains if chain]


def _chain(report: SignatureReport) -> list[Sequence[CertificateReport]]:
    return [report.chain]


def _raise_unreachable(fetched: Fetched, findings: Iterable[Finding]) -> None:
    unreachable = [failure for failure in fetched.failures if isinstance(failure, ServiceUnavailable)]
    if unreachable and any(finding.code is FindingCode.REVOCATION_NOT_CHECKED for finding in findings):
        raise unreachable[0]


def _not_fetched(failure: VnsignError) -> Finding:
    return Finding(
        code=FindingCode.EVIDENCE_NOT_FETCHED,
        severity=Severity.WARNING,
        clause="EN 319 102-1 §5.2.5",
        values={"reason": failure.message},
    )
