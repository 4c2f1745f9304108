"""Judges one document signature, step by step.

The steps are those of ETSI EN 319 102-1 §5.3 (basic) and §5.5 (with time):

(1) format: the byte range and the CMS can be read (§5.2.2);
(2) the signing certificate is identified and is the one the signer named (§5.2.3, §5.2.8 "signing certificate");
(3) cryptographic verification: digest of the byte range, signature value (§5.2.7);
(4) usage of the certificate (§5.2.6);
(5) timestamps give the best signature time, else the validation time (§5.5.4);
(6) strength of the algorithms at that time (§5.2.8);
(7) path and status of the certificates at that time (§5.2.6, §5.2.5);
(8) what later revisions did to the document (design of this project §3.1; ISO 32000-2 §12.8.2).

What it does not do: check that the signer had authority to sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vnsign.pdf.reading.structure import FoundSignature
from vnsign.pki.anchors import fingerprint
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.signature_values import load_certificate
from vnsign.report import (
    ChangeReport,
    Finding,
    FindingCode,
    Indication,
    Level,
    Modifications,
    SignatureReport,
    TimeSource,
)
from vnsign.verification.basic_steps import identify_signer, judge_algorithms, judge_format, verify_values
from vnsign.verification.certificates import judge_path, judge_signer_usage, name_of
from vnsign.verification.coverage import coverage_of
from vnsign.verification.levels import find_level
from vnsign.verification.material import Material
from vnsign.verification.signature_input import SignatureInput
from vnsign.verification.timestamps import JudgedTimestamp, judge_timestamp
from vnsign.verification.verdicts import Verdicts

_CLAUSE_TIME = "EN 319 102-1 §5.5.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChanges:
    """What the revisions after a signature did."""

    modifications: Modifications
    findings: tuple[Finding, ...]
    changes: tuple[ChangeReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterTimestamp:
    """A document timestamp made after the signature, and whether evidence stood in the file before it."""

    judged: JudgedTimestamp
    protects_evidence: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSignature:
    """A signature's report and those of its own timestamps."""

    report: SignatureReport
    timestamps: tuple[JudgedTimestamp, ...]


def judge_signature(
    source: SignatureInput,
    *,
    material: Material,
    later: Sequence[LaterTimestamp],
    judge_later: Callable[[bool], LaterChanges],
    covers: bool,
) -> JudgedSignature:
    """Run the steps listed above.

    Args:
        source: The signature.
        material: Trust, certificates, evidence, validation time.
        later: Document timestamps made after it, in order.
        judge_later: Says what later revisions did; its argument is whether the signature has not failed already, so
            that a costly second look is worth while.
        covers: Whether nothing at all follows what was signed.
    """
    verdicts = Verdicts()
    # (1) format
    judge_format(verdicts, source)
    if source.cms is None:
        outcome = _Outcome(time=source.found.claimed_time)
    else:
        outcome = _judge_readable(verdicts, source, source.cms, material=material, later=later)
    # (8) changes
    changes = judge_later(verdicts.result()[0] is not Indication.TOTAL_FAILED)
    verdicts.extend(changes.findings)
    indication, subindication = verdicts.result()
    found, cms = source.found, source.cms
    report = SignatureReport(
        field=found.field,
        indication=indication,
        subindication=subindication,
        intact=outcome.intact,
        valid=outcome.valid,
        covers_whole_document=covers,
        coverage=coverage_of(found, covers_whole_file=covers),
        modifications=changes.modifications,
        changes=changes.changes,
        level=outcome.level,
        signing_time=outcome.time,
        time_source=outcome.time_source if outcome.time is not None else None,
        signer=_signer(source.cms),
        signer_sha256=_signer_sha256(source.cms),
        findings=tuple(verdicts.findings),
        claimed_time=(None if cms is None else cms.claimed_time) or found.claimed_time,
        judged_at=outcome.judged_at,
        judged_at_source=outcome.judged_at_source,
        sub_filter=found.sub_filter.removeprefix("/"),
        digest_algorithm="" if cms is None else cms.digest_algorithm,
        signature_algorithm="" if cms is None else cms.signature_scheme,
        certifies=found.is_certification,
        permissions=found.permissions,
    )
    return JudgedSignature(report=report, timestamps=outcome.timestamps)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What the steps found out, beside their findings."""

    intact: bool = False
    valid: bool = False
    level: Level = Level.NONE
    time: datetime | None = None
    time_source: TimeSource | None = TimeSource.CLAIMED
    judged_at: datetime | None = None
    judged_at_source: TimeSource | None = None
    timestamps: tuple[JudgedTimestamp, ...] = ()


def _judge_readable(
    verdicts: Verdicts,
    source: SignatureInput,
    cms: SignedCms,
    *,
    material: Material,
    later: Sequence[LaterTimestamp],
) -> _Outcome:
    certificate = cms.signer_certificate
    # (2) signing certificate
    identify_signer(verdicts, source, cms)
    # (3) cryptographic verification
    intact, valid = verify_values(verdicts, source, cms)
    # (4) usage
    if certificate is not None:
        judge_signer_usage(verdicts, certificate)
    # (5) best signature time
    own = _judge_own_timestamps(source.found, cms, material=material, later=later)
    claimed = cms.claimed_time or source.found.claimed_time
    time, time_source = _best_time(verdicts, own, later, material=material, claimed=claimed)
    if time is not None and time_source in _PROVEN:
        judged_at, judged_at_source = time, time_source
    else:
        judged_at, judged_at_source = material.at, TimeSource.VALIDATION_TIME
    if certificate is not None:
        # (6) strength
        judge_algorithms(verdicts, cms, certificate, at=judged_at)
        # (7) path and status
        judge_path(verdicts, certificate, material=material, at=judged_at, claimed=claimed)
    level = find_level(
        cms,
        sub_filter=source.found.sub_filter,
        has_signature_timestamp=any(t.is_over_signature for t in own),
        later_document_timestamps=[t.protects_evidence for t in later if t.judged.is_sound],
        evidence=material.embedded,
    )
    return _Outcome(
        intact=intact,
        valid=valid,
        level=level,
        time=time,
        time_source=time_source,
        judged_at=judged_at,
        judged_at_source=judged_at_source,
        timestamps=own,
    )


_PROVEN = frozenset({TimeSource.SIGNATURE_TIMESTAMP, TimeSource.DOCUMENT_TIMESTAMP})


def _signer(cms: SignedCms | None) -> str:
    if cms is None or cms.signer_certificate is None:
        return ""
    return name_of(load_certificate(cms.signer_certificate))


def _signer_sha256(cms: SignedCms | None) -> str:
    if cms is None or cms.signer_certificate is None:
        return ""
    certificate = load_certificate(cms.signer_certificate)
    return "" if certificate is None else fingerprint(certificate)


def _judge_own_timestamps(
    found: FoundSignature, cms: SignedCms, *, material: Material, later: Sequence[LaterTimestamp]
) -> tuple[JudgedTimestamp, ...]:
    control = next((t.judged.proven_time for t in later if t.judged.proven_time is not None), material.at)
    return tuple(
        judge_timestamp(
            token, (cms.signature,), kind="signature", field=found.field, material=material, control=control
        )
        for token in cms.timestamp_tokens
    )


def _best_time(
    verdicts: Verdicts,
    own: Sequence[JudgedTimestamp],
    later: Sequence[LaterTimestamp],
    *,
    material: Material,
    claimed: datetime | None,
) -> tuple[datetime | None, TimeSource | None]:
    """Return the earliest proven time, else the claimed one. Source: EN 319 102-1 §5.5.4 step 4."""
    stamps = [(t, TimeSource.SIGNATURE_TIMESTAMP) for t in own]
    stamps += [(t.judged, TimeSource.DOCUMENT_TIMESTAMP) for t in later]
    proven = [(t.proven_time, kind) for t, kind in stamps if t.proven_time is not None]
    likely = [(t.likely_time, kind) for t, kind in stamps if t.likely_time is not None]
    _report_timestamps(verdicts, own)
    if proven:
        return min(proven, key=_first)
    if likely:
        # a trusted authority whose status could not be checked: its time is the one to judge at, but nothing passes
        verdicts.undecided(FindingCode.REVOCATION_NOT_CHECKED, _CLAUSE_TIME, where=_authority(stamps))
        return min(likely, key=_first)
    if claimed is None:
        return None, None
    verdicts.info(FindingCode.TIME_ONLY_CLAIMED, _CLAUSE_TIME, claimed=claimed.isoformat(), at=material.at.isoformat())
    return claimed, TimeSource.CLAIMED


def _first(pair: tuple[datetime, TimeSource]) -> datetime:
    return pair[0]


def _authority(stamps: Sequence[tuple[JudgedTimestamp, TimeSource]]) -> str:
    return next(t.report.authority for t, _ in stamps if t.likely_time is not None)


def _report_timestamps(verdicts: Verdicts, own: Sequence[JudgedTimestamp]) -> None:
    for token in own:
        reason = token.report.subindication.value if token.report.subindication is not None else ""
        if token.report.indication is Indication.TOTAL_FAILED:
            # somebody put a token there that is not this signature's: do not pass it over in silence
            verdicts.undecided(FindingCode.TIMESTAMP_INVALID, _CLAUSE_TIME, where=token.report.field, reason=reason)
        elif token.report.indication is Indication.INDETERMINATE and token.likely_time is None:
            verdicts.warning(FindingCode.TIMESTAMP_NOT_TRUSTED, _CLAUSE_TIME, where=token.report.field, reason=reason)
