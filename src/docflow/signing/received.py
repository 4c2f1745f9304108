"""Verdicts by vnsign on the files that came with a document of another agency.

Invariants:
    - Any bytes have a verdict. What is no PDF, or cannot be opened, or is cut off before a signature was found, is
      NOT_CHECKABLE: nobody may read that as "not signed".
    - The same report always gives the same verdict: nothing is said beside what vnsign found, but the missing end.

What it does not do: decide who may sign for an agency; look into files inside files (ZIP, portfolios); judge
signatures that are not those of a PDF (CAdES, XAdES, DOCX).

Source: ETSI EN 319 102-1; ISO 32000-2 §7.5.5 (the last line of a file contains only %%EOF); Nghị định 30/2020/NĐ-CP
Điều 21 khoản 2a.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

import vnsign
from docflow.model import FileVerdict
from docflow.model.received import CUT_OFF
from docflow.ports import CertificateHolder, FileCheck, SeenCertificate, SignatureFound

MAX_FETCHING_S = 60.0
"""After so many seconds with the files of one document nothing more is fetched: what then lacks evidence is undecided.

Whoever sends a document chooses the addresses that its certificates name, and some never answer.
"""

_END, _WHITE_SPACE = b"%%EOF", b"\x00\t\n\x0c\r "
"""A PDF ends with this line; what else follows it is the beginning of a part that is not whole, or no part of it."""
_VERDICTS = {
    vnsign.Indication.TOTAL_PASSED: FileVerdict.VALID,
    vnsign.Indication.INDETERMINATE: FileVerdict.UNDECIDED,
    vnsign.Indication.TOTAL_FAILED: FileVerdict.FAILED,
}
_PROVEN = frozenset({vnsign.TimeSource.SIGNATURE_TIMESTAMP, vnsign.TimeSource.DOCUMENT_TIMESTAMP})


def check_files(
    files: Sequence[tuple[str, bytes]], *, trust: vnsign.TrustStore, online: bool, at: datetime
) -> tuple[FileCheck, ...]:
    """Judge every signature in each of some files, given by name and bytes.

    Args:
        online: Fetch what certificates name, for at most :data:`MAX_FETCHING_S` in all.
    """
    source = vnsign.HttpRevocationSource() if online and files else None
    begun, checks = time.monotonic(), []
    for name, data in files:
        is_late = time.monotonic() - begun > MAX_FETCHING_S
        checks.append(_check(data, name=name, trust=trust, source=None if is_late else source, at=at))
    return tuple(checks)


def _check(
    data: bytes, *, name: str, trust: vnsign.TrustStore, source: vnsign.HttpRevocationSource | None, at: datetime
) -> FileCheck:
    try:
        report = vnsign.inspect_pdf(data, trust=trust, at=at, file=name, revocation=source)
    except vnsign.VnsignError as exc:  # a service, or the verifier's own settings: says nothing of the file
        return FileCheck(verdict=FileVerdict.UNDECIDED, reasons=(exc.code.value,), detail=str(exc))
    is_cut_off = report.verdict is not vnsign.Verdict.UNREADABLE and not _has_end(data)
    reasons = sorted({finding.code.value for finding in report.all_findings()})
    return FileCheck(
        verdict=_judge(report.verdict, is_cut_off=is_cut_off),
        signatures=tuple(map(_describe, report.signatures)),
        reasons=(*reasons, CUT_OFF) if is_cut_off else tuple(reasons),
    )


def _has_end(data: bytes) -> bool:
    """Return whether nothing but white space follows the last mark of an end (ISO 32000-2 §7.5.5, Table 1)."""
    _, mark, rest = data.rpartition(_END)
    return bool(mark) and not rest.strip(_WHITE_SPACE)


def _judge(verdict: vnsign.Verdict, *, is_cut_off: bool) -> FileVerdict:
    match verdict:
        case vnsign.Verdict.UNREADABLE:
            return FileVerdict.NOT_CHECKABLE
        case vnsign.Verdict.NO_SIGNATURE:
            # What is missing may have been the signature.
            return FileVerdict.NOT_CHECKABLE if is_cut_off else FileVerdict.NOT_SIGNED
        case vnsign.Verdict.TOTAL_PASSED:
            return FileVerdict.VALID
        case vnsign.Verdict.INDETERMINATE:
            return FileVerdict.UNDECIDED
        case vnsign.Verdict.TOTAL_FAILED:
            return FileVerdict.FAILED


def _describe(report: vnsign.SignatureReport) -> SignatureFound:
    verdict = _VERDICTS[report.indication]
    is_timed = report.time_source in _PROVEN and verdict is not FileVerdict.FAILED
    certificate = report.chain[0] if report.chain else None
    signer, organization, unit = _read_subject(report.signer)
    return SignatureFound(
        verdict=verdict,
        signer=signer,
        organization=organization,
        unit=unit,
        certificate=None
        if certificate is None
        else SeenCertificate(
            sha256=certificate.sha256,
            issuer=certificate.issuer,
            serial=certificate.serial,
            holder=CertificateHolder.UNKNOWN,  # what another agency calls its fields says nothing
            not_before=certificate.not_before,
            not_after=certificate.not_after,
        ),
        signed_at=report.signing_time if is_timed else None,
        reasons=tuple(sorted({finding.code.value for finding in report.findings})),
    )


def _read_subject(text: str) -> tuple[str, str, str]:
    """Return CN, O and OU of a name in RFC 4514; a name that text does not hold is given whole as CN."""
    try:
        name = x509.Name.from_rfc4514_string(text)
    except ValueError:
        return text, "", ""
    return (
        _values(name, NameOID.COMMON_NAME),
        _values(name, NameOID.ORGANIZATION_NAME),
        _values(name, NameOID.ORGANIZATIONAL_UNIT_NAME),
    )


def _values(name: x509.Name, kind: x509.ObjectIdentifier) -> str:
    return ", ".join(unicodedata.normalize("NFC", str(item.value)) for item in name.get_attributes_for_oid(kind))
