"""Judges RFC 3161 tokens: signature timestamps and document timestamps.

Invariants:
    - A token proves a time only if its imprint, its signature, its authority's path, purpose and status are all in
      order; otherwise the time stays unproven.
    - An authority whose certificate has expired by the control time (the validation time, or the time of a later
      trusted document timestamp) proves nothing any more.

Source: ETSI EN 319 102-1 §5.4 (time-stamp validation), §5.5.4, §5.6.2; RFC 3161 §2.4.2; RFC 5816.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vnsign.errors import InputError
from vnsign.pki.signature_values import compute_digest, load_certificate
from vnsign.pki.timestamp_reading import TimestampToken, is_imprint_of, is_token_signature_valid, parse_timestamp
from vnsign.policy.algorithms import judge_digest
from vnsign.report import Finding, FindingCode, Indication, Severity, SubIndication, TimestampReport
from vnsign.verification.certificates import (
    judge_authority_usage,
    judge_key_strength,
    judge_path,
    name_of,
    report_strength,
)
from vnsign.verification.material import Material
from vnsign.verification.verdicts import Verdicts

_CLAUSE = "EN 319 102-1 §5.4"
_CLAUSE_CONTROL = "EN 319 102-1 §5.6.2"


#: How far the clocks of a time-stamping authority and of a verifier may differ.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTimestamp:
    """A token's report and what it may be used for.

    Attributes:
        time: genTime, aware UTC; None if the token is unreadable.
        is_over_signature: The imprint is that of what the token should cover.
        is_sound: Imprint and signature verify (says nothing of trust).
    """

    report: TimestampReport
    time: datetime | None
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


def _is_about_status(finding: Finding) -> bool:
    """Whether all that is open is what happened to the authority's certificate after it stamped."""
    return finding.code is FindingCode.REVOCATION_NOT_CHECKED or finding.clause == _CLAUSE_CONTROL


def judge_timestamp(
    data: bytes, covered: Sequence[bytes], *, kind: str, field: str, material: Material, control: datetime
) -> JudgedTimestamp:
    """Judge one token.

    Args:
        data: The token, a ContentInfo.
        covered: What it must cover, as parts to be concatenated.
        kind: ``signature`` or ``document``.
        field: Field reported.
        material: Trust, certificates, evidence.
        control: Moment at which the authority's certificate must still be in force, aware UTC.
    """
    verdicts = Verdicts()
    try:
        token = parse_timestamp(data, extra_certificates=material.certificates)
    except InputError as exc:
        verdicts.error(FindingCode.TIMESTAMP_INVALID, "RFC 3161 §2.4.2", where=field, reason=exc.message)
        return _judged(verdicts, kind=kind, field=field, token=None, covers=False, is_sound=False)
    is_sound = _judge_bytes(verdicts, token, covered, field=field)
    if is_sound and token.cms.signer_certificate is not None:
        _judge_authority(verdicts, token, token.cms.signer_certificate, material=material, control=control)
    covers = is_imprint_of(token, *covered)
    return _judged(verdicts, kind=kind, field=field, token=token, covers=covers, is_sound=is_sound)


def _judge_bytes(verdicts: Verdicts, token: TimestampToken, covered: Sequence[bytes], *, field: str) -> bool:
    if not is_imprint_of(token, *covered):
        verdicts.error(FindingCode.TIMESTAMP_IMPRINT_MISMATCH, "RFC 3161 §2.4.2", where=field)
        return False
    if token.cms.signer_certificate is None:
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISSING, _CLAUSE, where=field)
        return False
    if not is_token_signature_valid(token):
        verdicts.error(FindingCode.TIMESTAMP_INVALID, _CLAUSE, where=field)
        return False
    return True


def _judge_authority(
    verdicts: Verdicts, token: TimestampToken, certificate: bytes, *, material: Material, control: datetime
) -> None:
    judge_authority_usage(verdicts, certificate)
    if token.time > material.at + CLOCK_SKEW:
        # at the time asked about this token did not exist: it proves nothing then
        times = {"time": token.time.isoformat(), "at": material.at.isoformat()}
        verdicts.undecided(FindingCode.TIMESTAMP_INVALID, _CLAUSE, where=_name(certificate), **times)
    if token.cms.repeats_reference or not any(
        reference.digest == _digest(reference.digest_algorithm, certificate) for reference in token.cms.references
    ):
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISMATCH, "RFC 3161 §2.4.1", where=_name(certificate))
    for name in dict.fromkeys((token.imprint_algorithm, token.cms.digest_algorithm)):
        report_strength(verdicts, judge_digest(name, at=token.time), name, where=_name(certificate))
    judge_key_strength(verdicts, certificate, at=token.time)
    path = judge_path(verdicts, certificate, material=material, at=token.time, claimed=None)
    if path.problem is None and path.certificates[0].not_valid_after_utc < control:
        finding = Finding(
            code=FindingCode.CERTIFICATE_EXPIRED,
            severity=Severity.UNDECIDED,
            clause=_CLAUSE_CONTROL,
            where=_name(certificate),
            values={"not_after": path.certificates[0].not_valid_after_utc.isoformat(), "at": control.isoformat()},
        )
        verdicts.add(finding, SubIndication.OUT_OF_BOUNDS_NO_POE)


def _digest(algorithm: str, data: bytes) -> bytes | None:
    try:
        return compute_digest(algorithm, data)
    except InputError:
        return None


def _name(certificate: bytes) -> str:
    return name_of(load_certificate(certificate))


def _judged(
    verdicts: Verdicts, *, kind: str, field: str, token: TimestampToken | None, covers: bool, is_sound: bool
) -> JudgedTimestamp:
    indication, subindication = verdicts.result()
    certificate = token.cms.signer_certificate if token is not None else None
    time = token.time if token is not None else None
    report = TimestampReport(
        kind=kind,
        field=field,
        indication=indication,
        subindication=subindication,
        time=time,
        authority=_name(certificate) if certificate is not None else "",
        findings=tuple(verdicts.findings),
    )
    return JudgedTimestamp(report=report, time=time, is_over_signature=covers, is_sound=is_sound)
