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

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.structure import FoundSignature
from vnsign.pki.cms_reading import SignedCms, parse_signed_data
from vnsign.pki.signature_values import compute_digest, is_signature_valid, load_certificate
from vnsign.policy.algorithms import judge_digest
from vnsign.policy.validation import (
    BARE_RSA_SUB_FILTER,
    DETACHED_SUB_FILTERS,
    EDDSA_DIGESTS,
    PADES_SUB_FILTERS,
    SHA1_DIGEST_SUB_FILTER,
)
from vnsign.report import Finding, FindingCode, Indication, Level, Modifications, SignatureReport, TimeSource
from vnsign.verification.certificates import (
    judge_key_strength,
    judge_path,
    judge_signer_usage,
    name_of,
    report_strength,
)
from vnsign.verification.levels import find_level
from vnsign.verification.material import Material
from vnsign.verification.timestamps import JudgedTimestamp, judge_timestamp
from vnsign.verification.verdicts import Verdicts

_CLAUSE_FORMAT = "EN 319 102-1 §5.2.2"
_CLAUSE_CRYPTO = "EN 319 102-1 §5.2.7"
_CLAUSE_SIGNER = "EN 319 102-1 §5.2.3"
_CLAUSE_TIME = "EN 319 102-1 §5.5.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureInput:
    """One signature with its CMS read, or the reason why it cannot be.

    Attributes:
        signed_parts: The two pieces of the file that the byte range names.
    """

    found: FoundSignature
    cms: SignedCms | None
    broken: str
    signed_parts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChanges:
    """What the revisions after a signature did."""

    modifications: Modifications
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterTimestamp:
    """A document timestamp made after the signature, and whether evidence stood in the file before it."""

    judged: JudgedTimestamp
    protects_evidence: bool


def read_signature(data: bytes, found: FoundSignature) -> SignatureInput:
    """Read the CMS of a signature that was found."""
    parts: tuple[bytes, ...] = ()
    if found.problem is None:
        _, first_end, second_start, second_length = found.byte_range
        parts = (data[:first_end], data[second_start : second_start + second_length])
    try:
        if found.sub_filter == BARE_RSA_SUB_FILTER:
            cms = _read_bare_rsa(found)
        else:
            cms = parse_signed_data(found.contents, extra_certificates=found.certificates)
    except InputError as exc:
        return SignatureInput(found=found, cms=None, broken=exc.message, signed_parts=parts)
    return SignatureInput(found=found, cms=cms, broken="", signed_parts=parts)


def _read_bare_rsa(found: FoundSignature) -> SignedCms:
    """A bare PKCS#1 signature, certificate beside it. Source: ISO 32000-1 §12.8.3.2 (deprecated)."""
    try:
        value = bytes(core.OctetString.load(found.contents).native)
    except (ValueError, TypeError) as exc:
        raise InputError(ErrorCode.MALFORMED_CMS, "the PKCS#1 signature cannot be read") from exc
    return SignedCms(
        signer_infos=1,
        digest_algorithm="sha1",
        signature_scheme="rsassa_pkcs1v15",
        signature_digest="sha1",
        pss_salt_bytes=0,
        pss_mgf_digest="",
        signature=value,
        signed_attributes=None,
        message_digest=None,
        content_type="data",
        attribute_content_type=None,
        content=None,
        claimed_time=None,
        references=(),
        repeats_reference=False,
        signer_certificate=found.certificates[0] if found.certificates else None,
        certificates=found.certificates,
        crls=(),
        ocsps=(),
        timestamp_tokens=(),
    )


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
    changes: LaterChanges,
    covers_whole_document: bool,
) -> JudgedSignature:
    """Run the steps listed above.

    Args:
        source: The signature.
        material: Trust, certificates, evidence, validation time.
        later: Document timestamps made after it, in order.
        changes: What later revisions did.
        covers_whole_document: Whether nothing at all follows what was signed.
    """
    verdicts = Verdicts()
    # (1) format
    _judge_format(verdicts, source)
    cms = source.cms
    if cms is None:
        return _broken(verdicts, source, changes=changes, covers=covers_whole_document)
    # (2) signing certificate
    certificate = cms.signer_certificate
    _identify_signer(verdicts, source, cms)
    # (3) cryptographic verification
    intact, valid = _verify(verdicts, source, cms)
    # (4) usage
    if certificate is not None:
        judge_signer_usage(verdicts, certificate)
    # (5) best signature time
    control = next((t.judged.proven_time for t in later if t.judged.proven_time is not None), material.at)
    own = tuple(
        judge_timestamp(
            token, (cms.signature,), kind="signature", field=source.found.field, material=material, control=control
        )
        for token in cms.timestamp_tokens
    )
    claimed = cms.claimed_time or source.found.claimed_time
    time, time_source = _best_time(verdicts, own, later, material=material, claimed=claimed)
    judged_at = time if time_source in _PROVEN and time is not None else material.at
    # (6) strength, (7) path and status
    if certificate is not None:
        _judge_algorithms(verdicts, cms, certificate, at=judged_at)
        judge_path(verdicts, certificate, material=material, at=judged_at, claimed=claimed)
    # (8) changes
    verdicts.extend(changes.findings)
    indication, subindication = verdicts.result()
    level = find_level(
        cms,
        sub_filter=source.found.sub_filter,
        has_signature_timestamp=any(t.is_over_signature for t in own),
        later_document_timestamps=[t.protects_evidence for t in later if t.judged.is_sound],
        evidence=material.embedded,
    )
    report = SignatureReport(
        field=source.found.field,
        indication=indication,
        subindication=subindication,
        intact=intact,
        valid=valid,
        covers_whole_document=covers_whole_document,
        modifications=changes.modifications,
        level=level,
        signing_time=time,
        time_source=time_source,
        signer=name_of(load_certificate(certificate)) if certificate is not None else "",
        findings=tuple(verdicts.findings),
    )
    return JudgedSignature(report=report, timestamps=own)


_PROVEN = frozenset({TimeSource.SIGNATURE_TIMESTAMP, TimeSource.DOCUMENT_TIMESTAMP})


def _broken(verdicts: Verdicts, source: SignatureInput, *, changes: LaterChanges, covers: bool) -> JudgedSignature:
    indication, subindication = verdicts.result()
    claimed = source.found.claimed_time
    report = SignatureReport(
        field=source.found.field,
        indication=indication,
        subindication=subindication,
        intact=False,
        valid=False,
        covers_whole_document=covers,
        modifications=changes.modifications,
        level=Level.NONE,
        signing_time=claimed,
        time_source=TimeSource.CLAIMED if claimed is not None else None,
        signer="",
        findings=(*verdicts.findings, *changes.findings),
    )
    return JudgedSignature(report=report, timestamps=())


def _judge_format(verdicts: Verdicts, source: SignatureInput) -> None:
    found, cms = source.found, source.cms
    where = found.field
    if found.problem is not None:
        verdicts.error(FindingCode.BYTE_RANGE_INVALID, "ISO 32000-2 §12.8.1", where=where, problem=found.problem.value)
    if cms is None:
        code = FindingCode.CMS_NOT_READABLE if found.contents else FindingCode.SIGNATURE_BROKEN
        verdicts.error(code, _CLAUSE_FORMAT, where=where, reason=source.broken)
        return
    known = DETACHED_SUB_FILTERS | {SHA1_DIGEST_SUB_FILTER, BARE_RSA_SUB_FILTER}
    if found.sub_filter not in known:
        verdicts.undecided(
            FindingCode.SUBFILTER_UNSUPPORTED, "ISO 32000-2 §12.8.3", where=where, sub_filter=found.sub_filter
        )
    if cms.signer_infos != 1:
        # two signers in one CMS: two readers may look at different ones
        verdicts.undecided(
            FindingCode.SIGNATURE_BROKEN, "EN 319 142-1 §6.3", where=where, signer_infos=str(cms.signer_infos)
        )
    if cms.content is not None and found.sub_filter in DETACHED_SUB_FILTERS:
        verdicts.error(FindingCode.SIGNATURE_BROKEN, "ISO 32000-2 §12.8.3.3.1", where=where, reason="content inside")
    if cms.signed_attributes is not None and cms.attribute_content_type != cms.content_type:
        verdicts.undecided(FindingCode.SIGNATURE_BROKEN, "RFC 5652 §11.1", where=where, reason="content-type")


def _identify_signer(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> None:
    certificate = cms.signer_certificate
    if certificate is None:
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISSING, _CLAUSE_SIGNER, where=source.found.field)
        return
    if not cms.references:
        if source.found.sub_filter in PADES_SUB_FILTERS:
            verdicts.undecided(
                FindingCode.SIGNER_CERTIFICATE_MISMATCH,
                "EN 319 142-1 §6.3",
                where=source.found.field,
                reason="no signing-certificate attribute",
            )
        return
    # RFC 5035 §5.4: every reference to the signing certificate must match; one that does not is a substitution
    if cms.repeats_reference or not all(
        r.digest == _digest(r.digest_algorithm, (certificate,)) for r in cms.references
    ):
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISMATCH, _CLAUSE_SIGNER, where=source.found.field)


def _verify(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> tuple[bool, bool]:
    """Return (intact, valid)."""
    where = source.found.field
    data = b"".join(source.signed_parts)
    certificate = cms.signer_certificate
    if source.found.problem is not None:
        intact = False
    elif cms.content is not None and source.found.sub_filter == SHA1_DIGEST_SUB_FILTER:
        # ISO 32000-1 §12.8.3.3.1: the CMS signs the SHA-1 digest of the byte range, which it holds
        intact = _digest("sha1", (data,)) == cms.content and _is_content_intact(cms, cms.content)
        data = cms.content
    elif cms.signed_attributes is not None:
        intact = cms.message_digest is not None and _digest(cms.digest_algorithm, (data,)) == cms.message_digest
    else:
        # without signed attributes the value is over the bytes themselves: both stand and fall together
        intact = certificate is not None and is_signature_valid(cms, certificate, data)
    signed = cms.signed_attributes if cms.signed_attributes is not None else data
    valid = certificate is not None and is_signature_valid(cms, certificate, signed)
    if not intact and source.found.problem is None:
        verdicts.error(FindingCode.DIGEST_MISMATCH, _CLAUSE_CRYPTO, where=where)
    if certificate is not None and not valid:
        verdicts.error(FindingCode.SIGNATURE_VALUE_INVALID, _CLAUSE_CRYPTO, where=where)
    return intact, valid


def _is_content_intact(cms: SignedCms, content: bytes) -> bool:
    return cms.signed_attributes is None or _digest(cms.digest_algorithm, (content,)) == cms.message_digest


def _digest(algorithm: str, parts: Sequence[bytes]) -> bytes | None:
    try:
        return compute_digest(algorithm, *parts)
    except InputError:
        return None


def _best_time(
    verdicts: Verdicts,
    own: Sequence[JudgedTimestamp],
    later: Sequence[LaterTimestamp],
    *,
    material: Material,
    claimed: datetime | None,
) -> tuple[datetime | None, TimeSource | None]:
    """Return the earliest proven time, else the claimed one. Source: EN 319 102-1 §5.5.4 step 4."""
    proven = [(t.proven_time, TimeSource.SIGNATURE_TIMESTAMP) for t in own if t.proven_time is not None]
    proven += [(t.judged.proven_time, TimeSource.DOCUMENT_TIMESTAMP) for t in later if t.judged.proven_time is not None]
    _report_timestamps(verdicts, own)
    if proven:
        return min(proven, key=lambda pair: pair[0])
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


def _judge_algorithms(verdicts: Verdicts, cms: SignedCms, certificate: bytes, *, at: datetime) -> None:
    where = name_of(load_certificate(certificate))
    wanted = EDDSA_DIGESTS.get(cms.signature_scheme)
    if wanted is not None and cms.signed_attributes is not None and cms.digest_algorithm != wanted:
        verdicts.undecided(
            FindingCode.ALGORITHM_NOT_ACCEPTED, "RFC 8419 §3.1", where=where, algorithm=cms.digest_algorithm
        )
    for name in dict.fromkeys((cms.digest_algorithm, cms.signature_digest)):
        report_strength(verdicts, judge_digest(name, at=at), name, where=where)
    judge_key_strength(verdicts, certificate, at=at)
