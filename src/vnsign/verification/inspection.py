"""Any bytes → a report of every signature in them.

Invariants:
    - Nothing is raised for any bytes, nothing is fetched, no clock is read.
    - The document's verdict is its worst signature's; a file that cannot be read is UNREADABLE, one without a signature
      NO_SIGNATURE, and a broken signature is a signature.

Source: ETSI EN 319 102-1 §5.1; design of this project §3.1.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.reading.security_store import has_security_store
from vnsign.pdf.reading.structure import FoundSignature, PdfStructure, SignatureKind, read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import (
    DocumentReport,
    Finding,
    FindingCode,
    Indication,
    Modifications,
    Severity,
    SignatureReport,
    TimestampReport,
    Verdict,
)
from vnsign.verification.material import Material, gather_material
from vnsign.verification.modifications import judge_changes
from vnsign.verification.signature_input import SignatureInput, read_signature
from vnsign.verification.signatures import LaterChanges, LaterTimestamp, judge_signature
from vnsign.verification.timestamps import judge_timestamp

_FILE_FINDINGS = {
    ErrorCode.NOT_A_PDF: FindingCode.NOT_A_PDF,
    ErrorCode.ENCRYPTED_PDF: FindingCode.PDF_ENCRYPTED,
}


def inspect(data: bytes, *, trust: TrustAnchors, at: datetime, file: str = "") -> DocumentReport:
    """Judge every signature in a file.

    Does not check: that a signer had authority to sign, or what the document says. Fetches nothing: revocation is
    judged by what lies in the file and in ``trust``.

    Args:
        data: Complete file, any bytes.
        trust: Anchors, intermediates and lists of the verifier.
        at: Validation time, aware. A proven signature time beats it.
        file: Name for the report.

    Returns:
        The report; times in it are aware UTC.

    Raises:
        UsageError: ``BAD_ARGUMENT``: ``at`` has no time zone.
    Source: ETSI EN 319 102-1 §5.3, §5.5; ISO 32000-2 §12.8.
    """
    if at.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the validation time has no time zone", way_out="give an aware time")
    try:
        structure = read_structure(data)
    except InputError as exc:
        code = _FILE_FINDINGS.get(exc.code, FindingCode.PDF_NOT_READABLE)
        return _unreadable(code, reason=exc.message, file=file)
    with warnings.catch_warnings():
        # the X.509 parser warns of names longer than RFC 5280 allows: real, harmless, and not the caller's business
        warnings.simplefilter("ignore", UserWarning)
        try:
            return _judge_document(data, structure, trust=trust, at=at.astimezone(UTC), file=file)
        except Exception as exc:  # noqa: BLE001 — last boundary: hostile bytes, and five libraries that read them
            return _unreadable(FindingCode.PDF_NOT_READABLE, reason=type(exc).__name__, file=file)


def _unreadable(code: FindingCode, *, reason: str, file: str) -> DocumentReport:
    finding = Finding(code=code, severity=Severity.ERROR, clause="ISO 32000-2 §7.5", values={"reason": reason})
    return DocumentReport(file=file, verdict=Verdict.UNREADABLE, findings=(finding,))


def _judge_document(
    data: bytes, structure: PdfStructure, *, trust: TrustAnchors, at: datetime, file: str
) -> DocumentReport:
    sources = [read_signature(data, found) for found in structure.signatures]
    material = gather_material(structure.store, [s.cms for s in sources if s.cms is not None], trust=trust, at=at)
    stamps = _judge_document_timestamps(data, sources, material=material)
    signatures: list[SignatureReport] = []
    timestamps: list[TimestampReport] = []
    for source in sources:
        if source.found.kind is SignatureKind.DOCUMENT_TIMESTAMP:
            continue
        judged = judge_signature(
            source,
            material=material,
            later=_after(source.found, stamps),
            judge_later=partial(_changes, data, source.found),
            covers=source.found.problem is None and source.found.covered_end == len(data),
        )
        signatures.append(judged.report)
        timestamps.extend(t.report for t in judged.timestamps)
    timestamps.extend(stamp.judged.report for _, stamp in stamps)
    return DocumentReport(
        file=file,
        verdict=_verdict(signatures, timestamps),
        signatures=tuple(signatures),
        timestamps=tuple(timestamps),
        validation_time=at,
    )


_Stamps = list[tuple[FoundSignature, LaterTimestamp]]


def _judge_document_timestamps(data: bytes, sources: Sequence[SignatureInput], *, material: Material) -> _Stamps:
    """Judge document timestamps from the last to the first: each later trusted one vouches for those before it.

    Source: ETSI EN 319 102-1 §5.6.2 (past certificate validation, control time).
    """
    control = material.at
    judged: _Stamps = []
    documents = [s for s in sources if s.found.kind is SignatureKind.DOCUMENT_TIMESTAMP]
    for source in reversed(documents):
        found = source.found
        stamp = judge_timestamp(
            found.contents, source.signed_parts, kind="document", field=found.field, material=material, control=control
        )
        has_store = found.problem is None and has_security_store(data[: found.covered_end])
        judged.insert(0, (found, LaterTimestamp(judged=stamp, protects_evidence=has_store)))
        control = stamp.proven_time or control
    return judged


def _after(found: FoundSignature, stamps: _Stamps) -> list[LaterTimestamp]:
    if found.problem is not None:
        return []
    return [stamp for other, stamp in stamps if other.problem is None and other.covered_end > found.covered_end]


def _changes(data: bytes, found: FoundSignature, is_open: bool) -> LaterChanges:  # noqa: FBT001 — called as a partial
    if found.problem is not None:
        return LaterChanges(modifications=Modifications.UNKNOWN, findings=())
    return judge_changes(data, found, second_opinion=is_open)


def _verdict(signatures: Sequence[SignatureReport], timestamps: Sequence[TimestampReport]) -> Verdict:
    if not signatures:
        return Verdict.NO_SIGNATURE
    indications = [s.indication for s in signatures]
    if any(t.indication is Indication.TOTAL_FAILED for t in timestamps):
        # a document timestamp that fails says that the bytes it covers were touched, even if no signature covers them
        indications.append(Indication.INDETERMINATE)
    for worst in (Indication.TOTAL_FAILED, Indication.INDETERMINATE):
        if worst in indications:
            return Verdict(worst.value)
    return Verdict.TOTAL_PASSED
