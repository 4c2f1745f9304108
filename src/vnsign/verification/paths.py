"""Judges a signer's or an authority's certificate at a time: path, strength, status of every certificate in it.

Invariants:
    - No evidence of status is :attr:`~vnsign.report.FindingCode.REVOCATION_NOT_CHECKED`, undecided: never "good".
    - The report holds every certificate that was looked at, with the evidence its status stands on.

Source: ETSI EN 319 102-1 §5.2.6 (X.509 certificate validation), §5.2.5 (freshness), §5.3.4 step 4, §5.5.4 step 4;
NĐ 68/2024/NĐ-CP Điều 31, 32.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from vnsign.pki.anchors import fingerprint
from vnsign.pki.crl_processing import HOLD
from vnsign.pki.path import PathPolicy, PathProblem, PathResult
from vnsign.pki.signature_values import load_certificate
from vnsign.pki.status import CertificateStatus, StatusResult, path_statuses
from vnsign.policy.validation import StatusDemand
from vnsign.report import (
    CertificateReport,
    CertificateRole,
    CertificateState,
    Finding,
    FindingCode,
    Outcome,
    Severity,
    SubIndication,
)
from vnsign.verification.kept_paths import KeptPath, find_kept, keep, question_of
from vnsign.verification.material import Material
from vnsign.verification.naming import digest_of, facts_of, name_of
from vnsign.verification.strength import Existence, judge_digest_strength
from vnsign.verification.verdicts import Verdicts

_CLAUSE_PATH = "EN 319 102-1 §5.2.6"
_CLAUSE_FRESHNESS = "EN 319 102-1 §5.2.5"
_CLAUSE_TIME = "EN 319 102-1 §5.5.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose certificate is judged.

    Attributes:
        certificate: DER.
        role: Signer or time-stamping authority.
        demand: Whose status in the path must be known.
        existence: When its signature existed.
        path_policy: What is asked of certificate policies in the path; by default nothing.
    """

    certificate: bytes
    role: CertificateRole
    demand: StatusDemand
    existence: Existence
    path_policy: PathPolicy = field(default_factory=PathPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPath:
    """What was found.

    Attributes:
        path: As found at the time that counts.
        chain: Every certificate looked at, the subject's own first.
        span: From when until when the same would be said; None if that is not known.
    """

    path: PathResult
    chain: tuple[CertificateReport, ...]
    span: tuple[datetime, datetime] | None = None


def judge_path(verdicts: Verdicts, subject: Subject, *, material: Material) -> JudgedPath:
    """Find a path valid at the time that counts and judge the strength and the status of every certificate in it."""
    at = subject.existence.at
    question = question_of(material, subject.certificate, subject.role, subject.demand, subject.path_policy)
    kept = find_kept(material, question, at)
    if kept is not None:
        checks, chain = kept.value.told_for(at)
        verdicts.tell(checks)
        return JudgedPath(path=kept.value.path, chain=chain, span=(kept.since, kept.until))
    before, found = verdicts.counted(), _Found()
    judged = _judge_path(verdicts, subject, material=material, found=found)
    checks = verdicts.passed_since(before)
    if question is not None and checks and judged.path.problem is None and not found.asked_elsewhere:
        told = KeptPath(path=judged.path, chain=judged.chain, checks=checks, at=at)
        kept = keep(material, question, told, certificate=subject.certificate, results=found.results)
        return judged if kept is None else dataclasses.replace(judged, span=(kept.since, kept.until))
    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the status of a path's certificates stands on, for whoever keeps it."""

    results: list[StatusResult] = field(default_factory=list)
    asked_elsewhere: list[object] = field(default_factory=list)


def _judge_path(verdicts: Verdicts, subject: Subject, *, material: Material, found: _Found) -> JudgedPath:
    at = subject.existence.at
    path = material.finder.find(subject.certificate, at=at, policy=subject.path_policy)
    verdicts.check(
        "path",
        Outcome.PASSED if path.problem is None else Outcome.INDETERMINATE,
        at=at.isoformat(),
        anchor=name_of(path.certificates[-1]) if path.certificates else "",
        **({"problem": path.problem.value} if path.problem is not None else {}),
    )
    certificate = load_certificate(subject.certificate)
    if path.problem is PathProblem.EXPIRED and certificate is not None and certificate.not_valid_after_utc < at:
        return _judge_expired(verdicts, subject, certificate, material=material, path=path)
    if path.problem is not None:
        _report_problem(verdicts, path, certificate, material=material, at=at)
        return JudgedPath(path=path, chain=_alone(certificate, subject))
    _judge_anchor(verdicts, path.certificates[-1], material=material, at=at)
    _judge_strength(verdicts, path.certificates, material=material)
    return JudgedPath(
        path=path, chain=_judge_statuses(verdicts, subject, path.certificates, material=material, found=found)
    )


def _judge_statuses(
    verdicts: Verdicts, subject: Subject, path: Sequence[x509.Certificate], *, material: Material, found: _Found
) -> tuple[CertificateReport, ...]:
    at = subject.existence.at
    reports: list[CertificateReport] = []
    statuses = _statuses(path, material=material, at=at, asked_elsewhere=found.asked_elsewhere)
    for index, (certificate, result) in enumerate(statuses):
        found.results.append(result)
        is_wanted = subject.demand is StatusDemand.WHOLE_PATH or (
            subject.demand is StatusDemand.END_ENTITY and index == 0
        )
        state, problem = _state_of(result, material=material, at=at, is_wanted=is_wanted)
        role = subject.role if index == 0 else CertificateRole.AUTHORITY
        reports.append(_describe(certificate, role, at=at, state=state, result=result, material=material))
        _check_status(verdicts, reports[-1], evidence=result.evidence)
        if state is CertificateState.UNKNOWN:
            values = {"at": at.isoformat()} | ({"reason": problem} if problem else {})
            verdicts.undecided(
                FindingCode.REVOCATION_NOT_CHECKED, _CLAUSE_FRESHNESS, where=name_of(certificate), **values
            )
        elif state is CertificateState.REVOKED:
            _report_revoked(verdicts, certificate, result, existence=subject.existence, is_signer=index == 0)
    role = CertificateRole.ANCHOR if reports else subject.role
    return (*reports, _describe(path[-1], role, at=at, state=CertificateState.TRUSTED))


def _statuses(
    path: Sequence[x509.Certificate], *, material: Material, at: datetime, asked_elsewhere: list[object] | None = None
) -> Iterator[tuple[x509.Certificate, StatusResult]]:
    elsewhere: list[object] = [] if asked_elsewhere is None else asked_elsewhere
    evidence = material.known.all
    return path_statuses(path, evidence=evidence, at=at, finder=material.finder, asked_elsewhere=elsewhere)


def _state_of(
    result: StatusResult, *, material: Material, at: datetime, is_wanted: bool
) -> tuple[CertificateState, str]:
    match result.status:
        case CertificateStatus.REVOKED:
            return CertificateState.REVOKED, ""
        case CertificateStatus.GOOD if not _is_too_old(result, material=material, at=at):
            return CertificateState.GOOD, ""
        case CertificateStatus.GOOD:
            return (CertificateState.UNKNOWN if is_wanted else CertificateState.NOT_REQUIRED), "evidence too old"
        case _:
            return (CertificateState.UNKNOWN if is_wanted else CertificateState.NOT_REQUIRED), ""


def _is_too_old(result: StatusResult, *, material: Material, at: datetime) -> bool:
    """EN 319 102-1 §5.2.5: a policy may ask for evidence not older than so much before the time that counts."""
    limit = material.policy.max_evidence_age
    return limit is not None and all(said.made_at < at - limit for said in result.decisive)


def _check_status(verdicts: Verdicts, report: CertificateReport, *, evidence: str) -> None:
    is_open = report.state in {CertificateState.UNKNOWN, CertificateState.REVOKED}
    values = {"certificate": report.subject, "state": report.state.value}
    if report.judged_at is not None:
        values["at"] = report.judged_at.isoformat()
    if evidence:
        values["evidence"] = evidence
        values["this_update"] = report.evidence[0].this_update.isoformat()
        values["origin"] = ", ".join(origin.value for origin in report.evidence[0].origins)
    if report.revoked_at is not None:
        values["revoked_at"] = report.revoked_at.isoformat()
    verdicts.check("status", Outcome.INDETERMINATE if is_open else Outcome.PASSED, **values)


# ---------------------------------------------------------------- what is wrong


def _judge_expired(
    verdicts: Verdicts, subject: Subject, certificate: x509.Certificate, *, material: Material, path: PathResult
) -> JudgedPath:
    """EN 319 102-1 §5.2.6.4 step 7: out of bounds, and whether it is known that it was not revoked until its end."""
    end = certificate.not_valid_after_utc
    before = material.finder.find(subject.certificate, at=end)
    chain, is_known_good = _alone(certificate, subject), False
    if before.problem is None:
        result = next(_statuses(before.certificates, material=material, at=end))[1]
        is_known_good = result.status is CertificateStatus.GOOD
        state, _ = _state_of(result, material=material, at=end, is_wanted=True)
        own, *above = zip(before.certificates, _roles(before.certificates, subject.role), strict=True)
        chain = (
            _describe(*own, at=end, state=state, result=result, material=material),
            *(_describe(each, role, at=end) for each, role in above),
        )
        if result.status is CertificateStatus.REVOKED:
            _report_revoked(verdicts, certificate, result, existence=subject.existence, is_signer=True)
    is_after = subject.existence.not_before is not None and subject.existence.not_before > end
    finding = Finding(
        code=FindingCode.CERTIFICATE_EXPIRED,
        severity=Severity.ERROR if is_after else Severity.UNDECIDED,
        clause=_CLAUSE_TIME,
        where=name_of(certificate),
        values={"at": subject.existence.at.isoformat(), "not_after": end.isoformat()},
    )
    bounds = SubIndication.OUT_OF_BOUNDS_NOT_REVOKED if is_known_good else SubIndication.OUT_OF_BOUNDS_NO_POE
    verdicts.add(finding, SubIndication.EXPIRED if is_after else bounds)
    return JudgedPath(path=path, chain=chain)


def _report_problem(
    verdicts: Verdicts, path: PathResult, certificate: x509.Certificate | None, *, material: Material, at: datetime
) -> None:
    where = name_of(certificate)
    match path.problem:
        case PathProblem.NOT_YET_VALID if certificate is not None and certificate.not_valid_before_utc > at:
            # proven to exist before its certificate did: it cannot be that certificate's signature
            verdicts.error(
                FindingCode.CERTIFICATE_NOT_YET_VALID,
                _CLAUSE_TIME,
                where=where,
                at=at.isoformat(),
                not_before=certificate.not_valid_before_utc.isoformat(),
            )
        case PathProblem.NO_PATH if certificate is not None and material.is_vouched_for_elsewhere(certificate, at=at):
            finding = Finding(
                code=FindingCode.ANCHOR_OF_ANOTHER_SCHEME,
                severity=Severity.UNDECIDED,
                clause=_CLAUSE_PATH,
                where=where,
                values={"policy": material.policy.name},
            )
            verdicts.add(finding, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
        case PathProblem.NO_PATH:
            verdicts.undecided(FindingCode.NO_PATH_TO_ANCHOR, _CLAUSE_PATH, where=where)
        case _:
            # also an authority of the path that was not in force: EN 319 102-1 §5.2.6.4 step 4 e)
            verdicts.undecided(FindingCode.PATH_INVALID, _CLAUSE_PATH, where=where, reason=path.detail)


def _report_revoked(
    verdicts: Verdicts,
    certificate: x509.Certificate,
    result: StatusResult,
    *,
    existence: Existence,
    is_signer: bool,
) -> None:
    revoked_at = result.revoked_at or existence.at
    values = {"revoked_at": revoked_at.isoformat(), **({"reason": result.reason} if result.reason else {})}
    if result.reason == HOLD:
        verdicts.undecided(FindingCode.CERTIFICATE_ON_HOLD, _CLAUSE_PATH, where=name_of(certificate), **values)
        return
    # EN 319 102-1 Table 6: REVOKED needs proof that the signature was made after the revocation; the signer's own
    # statement of time is such proof against himself. Otherwise it may have been made before: REVOKED_NO_POE.
    is_after = is_signer and existence.not_before is not None and existence.not_before >= revoked_at
    finding = Finding(
        code=FindingCode.CERTIFICATE_REVOKED,
        severity=Severity.ERROR if is_after else Severity.UNDECIDED,
        clause=_CLAUSE_TIME,
        where=name_of(certificate),
        values=values,
    )
    undecided = SubIndication.REVOKED_NO_POE if is_signer else SubIndication.REVOKED_CA_NO_POE
    verdicts.add(finding, SubIndication.REVOKED if is_after else undecided)


def _judge_anchor(verdicts: Verdicts, anchor: x509.Certificate, *, material: Material, at: datetime) -> None:
    """EN 319 102-1 §5.2.6.4 step 3: an anchor that the policy trusts only until a day."""
    sha256 = fingerprint(anchor) if material.policy.anchors else ""
    for rule in material.policy.anchors:
        if rule.sha256 == sha256 and rule.until is not None and at >= rule.until:
            verdicts.undecided(
                FindingCode.ANCHOR_NO_LONGER_TRUSTED,
                _CLAUSE_PATH,
                where=name_of(anchor),
                until=rule.until.isoformat(),
                at=at.isoformat(),
            )


def _judge_strength(verdicts: Verdicts, path: Sequence[x509.Certificate], *, material: Material) -> None:
    """A certificate's signature is as good as its algorithms were when it was issued; the anchor's own is not used."""
    for certificate in path[:-1]:
        digest = digest_of(certificate)
        if digest:
            issued = certificate.not_valid_before_utc
            judge_digest_strength(
                verdicts,
                material.policy.algorithms,
                digest,
                existence=Existence(at=issued, not_before=issued),
                where=name_of(certificate),
            )


# ---------------------------------------------------------------- describing


def _roles(path: Sequence[x509.Certificate], first: CertificateRole) -> Iterator[CertificateRole]:
    yield first
    for _ in path[1:-1]:
        yield CertificateRole.AUTHORITY
    if len(path) > 1:
        yield CertificateRole.ANCHOR


def _alone(certificate: x509.Certificate | None, subject: Subject) -> tuple[CertificateReport, ...]:
    return () if certificate is None else (_describe(certificate, subject.role, at=None),)


def _describe(
    certificate: x509.Certificate,
    role: CertificateRole,
    *,
    at: datetime | None,
    state: CertificateState | None = None,
    result: StatusResult | None = None,
    material: Material | None = None,
) -> CertificateReport:
    facts = facts_of(certificate)
    unknown = CertificateState.TRUSTED if role is CertificateRole.ANCHOR else CertificateState.UNKNOWN
    return CertificateReport(
        role=role,
        subject=facts.subject,
        issuer=facts.issuer,
        serial=facts.serial,
        sha256=facts.sha256,
        not_before=facts.not_before,
        not_after=facts.not_after,
        key=facts.key,
        signature_algorithm=facts.signature_algorithm,
        known_as=facts.known_as,
        judged_at=at,
        state=state or unknown,
        revoked_at=None if result is None else result.revoked_at,
        reason="" if result is None else result.reason,
        evidence=() if result is None or material is None else material.known.report(result.decisive, result.others),
    )
