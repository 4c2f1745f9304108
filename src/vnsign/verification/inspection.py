"""Any bytes → a report of every signature in them.

Invariants:
    - Nothing is raised for any bytes, nothing is fetched, no clock is read.
    - The document's verdict is its worst signature's; a file that cannot be read is UNREADABLE, one without a signature
      NO_SIGNATURE, and a broken signature is a signature.

Source: ETSI EN 319 102-1 §5.1; design of this project §3.1.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.comparing.second_opinion import Asking
from vnsign.pdf.reading.opened import OpenedPdf, PdfBytes
from vnsign.pdf.reading.security_store import has_security_store
from vnsign.pdf.reading.structure import FoundSignature, PdfStructure, SignatureKind, structure_of
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.signature_values import compute_digest
from vnsign.pki.timestamp_reading import parse_timestamp
from vnsign.policy.validation import DEFAULT_POLICY, ValidationPolicy
from vnsign.report import (
    DocumentReport,
    Finding,
    FindingCode,
    Indication,
    Modifications,
    RevisionReport,
    Severity,
    SignatureReport,
    TimestampReport,
    Verdict,
)
from vnsign.verification.coverage import coverage_of
from vnsign.verification.material import Circumstances, Material, gather_material
from vnsign.verification.modifications import judge_changes
from vnsign.verification.revisions import describe_revisions, revision_of
from vnsign.verification.signature_input import SignatureInput, read_signature
from vnsign.verification.signatures import LaterChanges, LaterTimestamp, Surroundings, judge_signature
from vnsign.verification.timestamps import Stamped, judge_timestamp

_FILE_FINDINGS = {
    ErrorCode.NOT_A_PDF: FindingCode.NOT_A_PDF,
    ErrorCode.ENCRYPTED_PDF: FindingCode.PDF_ENCRYPTED,
}


def inspect(
    data: PdfBytes, *, trust: TrustAnchors, at: datetime, file: str = "", policy: ValidationPolicy = DEFAULT_POLICY
) -> DocumentReport:
    """Judge every signature in a file by what lies in it and in ``trust``; see :func:`inspect_by`.

    Raises:
        UsageError: ``BAD_ARGUMENT``: ``at`` has no time zone.
    """
    return inspect_by(data, Circumstances(trust=trust, at=at, policy=policy), file=file)


def inspect_by(data: PdfBytes, circumstances: Circumstances, *, file: str = "") -> DocumentReport:
    """Judge every signature in a file.

    Does not check: that a signer had authority to sign, or what the document says. Fetches nothing: revocation is
    judged by what lies in the file and in the circumstances.

    Args:
        data: Complete file, any bytes; a :class:`~vnsign.pdf.reading.opened.FileBytes` is never read as a whole.
        circumstances: Trust, validation time, policy, further evidence. A proven signature time beats the validation
            time.
        file: Name for the report.

    Returns:
        The report; times in it are aware UTC.

    Source: ETSI EN 319 102-1 §5.3, §5.5; ISO 32000-2 §12.8.
    """
    try:
        with OpenedPdf(data) as opened, warnings.catch_warnings():
            structure = structure_of(opened)
            # the X.509 parser warns of names longer than RFC 5280 allows: real, harmless, not the caller's business
            warnings.simplefilter("ignore", UserWarning)
            return _judge_document(opened, structure, circumstances=circumstances, file=file)
    except InputError as exc:
        report = unreadable(_FILE_FINDINGS.get(exc.code, FindingCode.PDF_NOT_READABLE), reason=exc.message)
    except Exception as exc:  # noqa: BLE001 — last boundary: hostile bytes, and five libraries that read them
        report = unreadable(FindingCode.PDF_NOT_READABLE, reason=type(exc).__name__)
    return _named(report, circumstances, file)


def _named(report: DocumentReport, circumstances: Circumstances, file: str) -> DocumentReport:
    return replace(
        report,
        file=file,
        policy=circumstances.policy.name,
        validation_time=circumstances.at,
        online=circumstances.fetched is not None,
    )


def unreadable(code: FindingCode, *, reason: str) -> DocumentReport:
    """Return the report of a file that cannot be read, and why."""
    finding = Finding(code=code, severity=Severity.ERROR, clause="ISO 32000-2 §7.5", values={"reason": reason})
    return DocumentReport(file="", verdict=Verdict.UNREADABLE, findings=(finding,))


def _judge_document(
    opened: OpenedPdf, structure: PdfStructure, *, circumstances: Circumstances, file: str
) -> DocumentReport:
    if not structure.signatures:
        return _named(DocumentReport(file="", verdict=Verdict.NO_SIGNATURE), circumstances, file)
    data = opened.data
    sources = [read_signature(data, found, messages=circumstances.memory.messages) for found in structure.signatures]
    revisions = describe_revisions(opened, structure.signatures)
    signed = [s.cms for s in sources if s.cms is not None]
    material = gather_material(structure.store, signed, circumstances=circumstances)
    stamps = _judge_document_timestamps(opened, sources, material=material, revisions=revisions)
    signatures: list[SignatureReport] = []
    timestamps: list[TimestampReport] = []
    for source in sources:
        if source.found.kind is SignatureKind.DOCUMENT_TIMESTAMP:
            continue
        around = Surroundings(
            later=_after(source.found, stamps),
            judge_later=_changes(opened, source.found, asking=circumstances.asking),
            covers=source.found.problem is None and source.found.covered_end == len(data),
            revision=revision_of(source.found, revisions),
        )
        judged = judge_signature(source, material=material, around=around)
        signatures.append(judged.report)
        timestamps.extend(t.report for t in judged.timestamps)
    timestamps.extend(stamp.judged.report for _, stamp in stamps)
    return DocumentReport(
        file=file,
        policy=circumstances.policy.name,
        validation_time=circumstances.at,
        online=circumstances.fetched is not None,
        verdict=_verdict(signatures, timestamps),
        signatures=tuple(signatures),
        timestamps=tuple(timestamps),
        findings=tuple(_remarks(structure, sources)),
        revisions=revisions,
    )


def _remarks(structure: PdfStructure, sources: Sequence[SignatureInput]) -> Iterator[Finding]:
    """What the file's VRI entries say of their own time: told, never used."""
    for related in structure.store.related:
        field = next((s.found.field for s in sources if related.key in _keys_of(s.found.contents)), related.key)
        values: dict[str, str] = {}
        if related.recorded_at is not None:
            values["recorded_at"] = related.recorded_at.astimezone(UTC).isoformat()
        if related.timestamp is not None:
            try:
                values["timestamp"] = parse_timestamp(related.timestamp).time.isoformat()
            except InputError:
                values["timestamp"] = "unreadable"
        if values:
            yield Finding(
                code=FindingCode.VALIDATION_INFORMATION_DATED,
                severity=Severity.INFO,
                clause="EN 319 142-1 §5.4.2",
                where=f"field {field}",
                values=values,
            )


def _keys_of(contents: bytes) -> frozenset[str]:
    """SHA-1 of /Contents, with its padding and, as some programs have it, without."""
    spelled = (contents, contents.rstrip(b"\0"))
    return frozenset(compute_digest("sha1", each).hex().upper() for each in spelled)


_Stamps = list[tuple[FoundSignature, LaterTimestamp]]


def _judge_document_timestamps(
    opened: OpenedPdf, sources: Sequence[SignatureInput], *, material: Material, revisions: Sequence[RevisionReport]
) -> _Stamps:
    """Judge document timestamps from the last to the first: each later trusted one vouches for those before it.

    Source: ETSI EN 319 102-1 §5.6.2 (past certificate validation, control time).
    """
    control = material.at
    judged: _Stamps = []
    documents = [s for s in sources if s.found.kind is SignatureKind.DOCUMENT_TIMESTAMP]
    for source in reversed(documents):
        found = source.found
        stamped = Stamped(covered=source.signed, kind="document", field=found.field)
        stamp = judge_timestamp(found.contents, stamped, material=material, control=control).describes(
            coverage=coverage_of(found, covers_whole_file=found.covered_end == len(opened.data)),
            revision=revision_of(found, revisions),
        )
        has_store = found.problem is None and has_security_store(opened, found.covered_end)
        judged.insert(0, (found, LaterTimestamp(judged=stamp, protects_evidence=has_store)))
        control = stamp.proven_time or control
    return judged


def _after(found: FoundSignature, stamps: _Stamps) -> list[LaterTimestamp]:
    if found.problem is not None:
        return []
    return [stamp for other, stamp in stamps if other.problem is None and other.covered_end > found.covered_end]


def _changes(opened: OpenedPdf, found: FoundSignature, *, asking: Asking) -> Callable[[bool], LaterChanges]:
    """Return what says what was done after a signature; its argument is whether the signature has not failed yet."""

    def judge(is_open: bool) -> LaterChanges:  # noqa: FBT001 — one argument, named where it is called
        if found.problem is not None:
            return LaterChanges(modifications=Modifications.UNKNOWN, findings=())
        return judge_changes(opened, found, opinion=asking if is_open else Asking.NEVER)

    return judge


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
