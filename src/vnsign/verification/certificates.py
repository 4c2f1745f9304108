"""Judges a signer's or an authority's certificate at a time: usage, path, strength, status.

Invariants:
    - No evidence of status is :attr:`~vnsign.report.FindingCode.REVOCATION_NOT_CHECKED`, undecided: never "good".

Source: ETSI EN 319 102-1 §5.2.6 (X.509 certificate validation), §5.2.5 (freshness), §5.5.4 (signature with time).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from vnsign.pki.path import PathProblem, PathResult
from vnsign.pki.signature_values import describe_key, load_certificate
from vnsign.pki.status import CertificateStatus, path_statuses
from vnsign.policy.algorithms import AlgorithmStatus, judge_digest, judge_key
from vnsign.policy.validation import FOREIGN_PURPOSES, SIGNER_KEY_USAGES
from vnsign.report import Finding, FindingCode, Severity, SubIndication
from vnsign.verification.material import Material
from vnsign.verification.verdicts import Verdicts

_CLAUSE_PATH = "EN 319 102-1 §5.2.6"
_CLAUSE_FRESHNESS = "EN 319 102-1 §5.2.5"
_CLAUSE_TIME = "EN 319 102-1 §5.5.4"


def judge_signer_usage(verdicts: Verdicts, certificate: bytes) -> None:
    """Refuse a certificate that is not for signing documents, above all a time-stamping authority's.

    nonRepudiation alone is enough and so is digitalSignature; a certificate without the extension may sign.
    Source: RFC 5280 §4.2.1.3, §4.2.1.12.
    """
    parsed = load_certificate(certificate)
    if parsed is None:
        return
    usage = _key_usage(parsed)
    if usage is not None and not any(getattr(usage, bit) for bit in SIGNER_KEY_USAGES):
        verdicts.undecided(FindingCode.KEY_USAGE_UNSUITABLE, "RFC 5280 §4.2.1.3", where=name_of(parsed))
        return
    purposes = _purposes(parsed)
    if purposes and set(purposes) <= FOREIGN_PURPOSES:
        verdicts.undecided(
            FindingCode.KEY_USAGE_UNSUITABLE,
            "RFC 5280 §4.2.1.12",
            where=name_of(parsed),
            purpose=purposes[0]._name,  # noqa: SLF001
        )


def judge_authority_usage(verdicts: Verdicts, certificate: bytes) -> None:
    """Require what RFC 3161 §2.3 asks of an authority: critical ExtendedKeyUsage with timeStamping alone."""
    parsed = load_certificate(certificate)
    if parsed is None:
        return
    try:
        extension = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        suitable = extension.critical and list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (x509.ExtensionNotFound, ValueError):
        suitable = False
    if not suitable:
        verdicts.undecided(FindingCode.KEY_USAGE_UNSUITABLE, "RFC 3161 §2.3", where=name_of(parsed))


def _purposes(certificate: x509.Certificate) -> list[x509.ObjectIdentifier]:
    try:
        return list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, ValueError):
        return []


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def name_of(certificate: x509.Certificate | None) -> str:
    """Return the subject as RFC 4514 text; empty if it cannot be read."""
    if certificate is None:
        return ""
    try:
        return certificate.subject.rfc4514_string()
    except ValueError:
        return ""


def judge_path(
    verdicts: Verdicts, certificate: bytes, *, material: Material, at: datetime, claimed: datetime | None
) -> PathResult:
    """Find a path valid at ``at`` and judge the strength and the status of every certificate in it.

    Args:
        verdicts: Receives the findings.
        certificate: End entity, DER.
        material: Trust, certificates, evidence.
        at: The moment that matters (a proven time, or the validation time), aware UTC.
        claimed: When the signer says he signed; who signed after his own revocation by his own account has failed.
    """
    path = material.finder.find(certificate, at=at, policy=material.policy)
    if path.problem is not None:
        _report_problem(verdicts, path, load_certificate(certificate), at=at)
        return path
    _judge_strength(verdicts, path.certificates)
    statuses = path_statuses(path.certificates, evidence=material.evidence, at=at, finder=material.finder)
    for subject, result in statuses:
        if result.status is CertificateStatus.UNKNOWN:
            verdicts.undecided(FindingCode.REVOCATION_NOT_CHECKED, _CLAUSE_FRESHNESS, where=name_of(subject))
        elif result.status is CertificateStatus.REVOKED and result.revoked_at is not None:
            _report_revoked(verdicts, subject, revoked_at=result.revoked_at, reason=result.reason, claimed=claimed)
    return path


def _report_problem(
    verdicts: Verdicts, path: PathResult, certificate: x509.Certificate | None, *, at: datetime
) -> None:
    where = name_of(certificate)
    match path.problem:
        case PathProblem.EXPIRED:
            values = {"not_after": certificate.not_valid_after_utc.isoformat()} if certificate is not None else {}
            verdicts.undecided(FindingCode.CERTIFICATE_EXPIRED, _CLAUSE_TIME, where=where, at=at.isoformat(), **values)
        case PathProblem.NOT_YET_VALID:
            # proven to exist before its certificate did: it cannot be that certificate's signature
            verdicts.error(FindingCode.CERTIFICATE_NOT_YET_VALID, _CLAUSE_TIME, where=where, at=at.isoformat())
        case PathProblem.INVALID:
            verdicts.undecided(FindingCode.PATH_INVALID, _CLAUSE_PATH, where=where, reason=path.detail)
        case _:
            verdicts.undecided(FindingCode.NO_PATH_TO_ANCHOR, _CLAUSE_PATH, where=where)


def _report_revoked(
    verdicts: Verdicts, certificate: x509.Certificate, *, revoked_at: datetime, reason: str, claimed: datetime | None
) -> None:
    values = {"revoked_at": revoked_at.isoformat(), **({"reason": reason} if reason else {})}
    # EN 319 102-1 Table 6: REVOKED needs proof that the signature was made after the revocation; the signer's own
    # statement of time is such proof against himself. Otherwise it may have been made before: REVOKED_NO_POE.
    after = claimed is not None and claimed >= revoked_at
    finding = Finding(
        code=FindingCode.CERTIFICATE_REVOKED,
        severity=Severity.ERROR if after else Severity.UNDECIDED,
        clause=_CLAUSE_TIME,
        where=name_of(certificate),
        values=values,
    )
    verdicts.add(finding, SubIndication.REVOKED if after else SubIndication.REVOKED_NO_POE)


def _judge_strength(verdicts: Verdicts, path: Sequence[x509.Certificate]) -> None:
    """A certificate's signature is as good as its algorithms were when it was issued; the anchor's own is not used."""
    for certificate in path[:-1]:
        algorithm = certificate.signature_hash_algorithm
        if algorithm is not None:
            name = algorithm.name.replace("-", "_")
            status = judge_digest(name, at=certificate.not_valid_before_utc)
            report_strength(verdicts, status, name, where=name_of(certificate))


def judge_key_strength(verdicts: Verdicts, certificate: bytes, *, at: datetime) -> None:
    """Judge the size of a signer's key for a signature proven to have existed at ``at``."""
    kind, bits = describe_key(certificate)
    where = name_of(load_certificate(certificate))
    report_strength(verdicts, judge_key(kind, bits, at=at), f"{kind}-{bits}", where=where)


def report_strength(verdicts: Verdicts, status: AlgorithmStatus, algorithm: str, *, where: str) -> None:
    """Add what an algorithm's status means for the verdict. Source: EN 319 102-1 §5.2.8."""
    if status is AlgorithmStatus.WEAK:
        verdicts.warning(FindingCode.ALGORITHM_WEAK, "EN 319 102-1 §5.2.8", where=where, algorithm=algorithm)
    elif status is AlgorithmStatus.REFUSED:
        verdicts.undecided(FindingCode.ALGORITHM_NOT_ACCEPTED, "EN 319 102-1 §5.2.8", where=where, algorithm=algorithm)
