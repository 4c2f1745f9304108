"""Judges RFC 3161 tokens: timestamps on a signature, on a document, on the content before it was signed.

Invariants:
    - A token proves a time only if its imprint, its signature, its authority's path, purpose and status are all in
      order; otherwise the time stays unproven.
    - An authority whose certificate has expired by the control time (the validation time, or the time of a later
      trusted document timestamp) proves nothing any more.

Source: ETSI EN 319 102-1 §5.4 (time-stamp validation), §5.5.4, §5.6.2; RFC 3161 §2.4.2; RFC 5816.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta

from vnsign.errors import InputError
from vnsign.pki.covered import Covered
from vnsign.pki.signature_values import compute_digest, load_certificate
from vnsign.pki.timestamp_reading import TimestampToken, is_token_signature_valid
from vnsign.report import (
    CertificateReport,
    CertificateRole,
    Finding,
    FindingCode,
    Indication,
    Outcome,
    Severity,
    Step,
    SubIndication,
    TimestampReport,
)
from vnsign.report.later import told_later
from vnsign.verification.material import Material
from vnsign.verification.naming import facts_of, name_of
from vnsign.verification.paths import JudgedPath, Subject, judge_path
from vnsign.verification.strength import Existence, judge_digest_strength, judge_key_strength
from vnsign.verification.usage import judge_authority_usage
from vnsign.verification.verdicts import Verdicts

_CLAUSE = "EN 319 102-1 §5.4"
_CLAUSE_CONTROL = "EN 319 102-1 §5.6.2"


#: How far the clocks of a time-stamping authority and of a verifier may differ.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What a token should cover.

    Attributes:
        covered: The bytes.
        kind: ``signature``, ``document`` or ``content``.
        field: Field reported.
    """

    covered: Covered
    kind: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTimestamp:
    """A token's report and what it may be used for.

    Attributes:
        time: genTime, aware UTC; None if the token is unreadable.
        accuracy: How far genTime may be off, as the authority says; as far as clocks differ if it says nothing.
        is_over_signature: The imprint is that of what the token should cover.
        is_sound: Imprint and signature verify (says nothing of trust).
    """

    report: TimestampReport
    time: datetime | None
    accuracy: timedelta
    is_over_signature: bool
    is_sound: bool

    @property
    def proven_time(self) -> datetime | None:
        """The time the token proves; None unless it passed."""
        return self.time if self.report.indication is Indication.TOTAL_PASSED else None

    @property
    def likely_time(self) -> datetime | None:
        """The time of a token that lacks nothing but evidence of its trusted authority's status since then."""
        if self.report.indication is not Indication.INDETERMINATE or not self.is_sound:
            return None
        open_points = [f for f in self.report.findings if f.severity is Severity.UNDECIDED]
        return self.time if all(_is_about_status(f) for f in open_points) else None

    def describes(self, **changes: object) -> JudgedTimestamp:
        """Return the same with more in its report."""
        return dataclasses.replace(self, report=dataclasses.replace(self.report, **changes))  # type: ignore[arg-type]  # of several types


def _is_about_status(finding: Finding) -> bool:
    """Whether all that is open is what happened to the authority's certificate after it stamped."""
    return finding.code is FindingCode.REVOCATION_NOT_CHECKED or finding.clause == _CLAUSE_CONTROL


def judge_timestamp(data: bytes, stamped: Stamped, *, material: Material, control: datetime) -> JudgedTimestamp:
    """Judge one token.

    Args:
        data: The token, a ContentInfo.
        stamped: What it must cover.
        material: Trust, certificates, evidence.
        control: Moment at which the authority's certificate must still be in force, aware UTC.
    """
    verdicts = Verdicts()
    verdicts.enter(Step.FORMAT)
    try:
        token = material.memory.read_token(data, extra_certificates=material.certificates)
    except InputError as exc:
        verdicts.error(FindingCode.TIMESTAMP_INVALID, "RFC 3161 §2.4.2", where=stamped.field, reason=exc.message)
        return _unreadable(verdicts, stamped)
    verdicts.check("tst_info", passed_or(found=True), time=token.time.isoformat(), policy=token.policy)
    is_sound = _judge_bytes(verdicts, token, stamped)
    chain: tuple[CertificateReport, ...] = ()
    if is_sound and token.cms.signer_certificate is not None:
        chain = _judge_authority(
            verdicts, token, token.cms.signer_certificate, material=material, control=control
        ).chain
    return _judged(verdicts, stamped, token=token, chain=chain, is_sound=is_sound)


def passed_or(*, found: bool) -> Outcome:
    """Return PASSED, or INDETERMINATE for what was not found."""
    return Outcome.PASSED if found else Outcome.INDETERMINATE


def _judge_bytes(verdicts: Verdicts, token: TimestampToken, stamped: Stamped) -> bool:
    certificate = token.cms.signer_certificate
    verdicts.enter(Step.SIGNING_CERTIFICATE)
    verdicts.check("certificate", passed_or(found=certificate is not None))
    verdicts.enter(Step.CRYPTOGRAPHY)
    is_over = stamped.covered.digest(token.imprint_algorithm) == token.imprint
    verdicts.check("message_imprint", is_over, algorithm=token.imprint_algorithm, imprint=token.imprint.hex())
    if not is_over:
        verdicts.error(FindingCode.TIMESTAMP_IMPRINT_MISMATCH, "RFC 3161 §2.4.2", where=stamped.field)
        return False
    if certificate is None:
        verdicts.enter(Step.SIGNING_CERTIFICATE)
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISSING, _CLAUSE, where=stamped.field)
        return False
    is_valid = is_token_signature_valid(token)
    verdicts.check("signature_value", is_valid, algorithm=token.cms.signature_scheme)
    if not is_valid:
        verdicts.error(FindingCode.TIMESTAMP_INVALID, _CLAUSE, where=stamped.field)
        return False
    return True


def _judge_authority(
    verdicts: Verdicts, token: TimestampToken, certificate: bytes, *, material: Material, control: datetime
) -> JudgedPath:
    where = name_of(load_certificate(certificate))
    _judge_identity(verdicts, token, certificate, where=where)
    verdicts.enter(Step.CONTEXT)
    verdicts.check("policy", passed_or(found=not material.conflict), policy=material.policy.name)
    if material.conflict:
        verdicts.undecided(FindingCode.POLICY_NOT_APPLICABLE, "EN 319 102-1 §5.2.4", reason=material.conflict)
    verdicts.enter(Step.CERTIFICATE_PATH)
    judge_authority_usage(verdicts, certificate)
    existence = Existence(at=token.time, not_before=token.time)
    subject = Subject(
        certificate=certificate,
        role=CertificateRole.TIMESTAMP_AUTHORITY,
        demand=material.policy.authority_status,
        existence=existence,
    )
    judged = judge_path(verdicts, subject, material=material)
    verdicts.enter(Step.ACCEPTANCE)
    for name in dict.fromkeys((token.imprint_algorithm, token.cms.digest_algorithm)):
        judge_digest_strength(verdicts, material.policy.algorithms, name, existence=existence, where=where)
    judge_key_strength(verdicts, material.policy.algorithms, certificate, existence=existence, where=where)
    if token.time > material.at + CLOCK_SKEW:
        # at the time asked about this token did not exist: it proves nothing then
        times = {"time": token.time.isoformat(), "at": material.at.isoformat()}
        verdicts.undecided(FindingCode.TIMESTAMP_INVALID, _CLAUSE, where=where, **times)
    _judge_control(verdicts, judged, control=control, where=where)
    return judged


def _judge_identity(verdicts: Verdicts, token: TimestampToken, certificate: bytes, *, where: str) -> None:
    verdicts.enter(Step.SIGNING_CERTIFICATE)
    is_named = not token.cms.repeats_reference and any(
        reference.digest == _digest(reference.digest_algorithm, certificate) for reference in token.cms.references
    )
    verdicts.check("signing_certificate_attribute", passed_or(found=is_named), certificate=where)
    if not is_named:
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISMATCH, "RFC 3161 §2.4.1", where=where)


def _judge_control(verdicts: Verdicts, judged: JudgedPath, *, control: datetime, where: str) -> None:
    """EN 319 102-1 §5.6.2: what vouches for a past time must itself be in force, or proven from when it was."""
    if judged.path.problem is not None:
        return
    verdicts.enter(Step.PAST_VALIDATION)
    not_after = judged.path.certificates[0].not_valid_after_utc
    values = {"not_after": not_after.isoformat(), "at": control.isoformat()}
    verdicts.check("in_force_at_control_time", passed_or(found=not_after >= control), **values)
    if not_after < control:
        finding = Finding(
            code=FindingCode.CERTIFICATE_EXPIRED,
            severity=Severity.UNDECIDED,
            clause=_CLAUSE_CONTROL,
            where=where,
            values=values,
        )
        verdicts.add(finding, SubIndication.OUT_OF_BOUNDS_NO_POE)


def _digest(algorithm: str, data: bytes) -> bytes | None:
    try:
        return compute_digest(algorithm, data)
    except InputError:
        return None


def _unreadable(verdicts: Verdicts, stamped: Stamped) -> JudgedTimestamp:
    indication, subindication = verdicts.result()
    report = TimestampReport(
        kind=stamped.kind,
        field=stamped.field,
        indication=indication,
        subindication=subindication,
        time=None,
        authority="",
        findings=tuple(verdicts.findings),
    )
    told = told_later(report, steps=verdicts.steps)
    return JudgedTimestamp(report=told, time=None, accuracy=timedelta(), is_over_signature=False, is_sound=False)


def _judged(
    verdicts: Verdicts,
    stamped: Stamped,
    *,
    token: TimestampToken,
    chain: tuple[CertificateReport, ...],
    is_sound: bool,
) -> JudgedTimestamp:
    indication, subindication = verdicts.result()
    certificate = load_certificate(token.cms.signer_certificate) if token.cms.signer_certificate is not None else None
    report = TimestampReport(
        kind=stamped.kind,
        field=stamped.field,
        indication=indication,
        subindication=subindication,
        time=token.time,
        findings=tuple(verdicts.findings),
        chain=chain,
        authority=name_of(certificate),
        authority_sha256="" if certificate is None else facts_of(certificate).sha256,
        serial=f"{token.serial:x}",
        policy_oid=token.policy,
        imprint_algorithm=token.imprint_algorithm,
        accuracy_s=token.accuracy.total_seconds() if token.accuracy is not None else None,
    )
    return JudgedTimestamp(
        report=told_later(report, steps=verdicts.steps),
        time=token.time,
        accuracy=token.accuracy if token.accuracy is not None else CLOCK_SKEW,
        is_over_signature=stamped.covered.digest(token.imprint_algorithm) == token.imprint,
        is_sound=is_sound,
    )
