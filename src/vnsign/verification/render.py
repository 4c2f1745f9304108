"""Reports as JSON and as text.

The JSON's keys are a promise (docs/reference/verify-json.md): keys may be added, never renamed or removed.
Times in JSON are UTC, in text Vietnamese law time (+07:00).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from vnsign.report import DocumentReport, Finding, Severity, SignatureReport, TimestampReport, Verdict
from vnsign.verification.messages import (
    LABELS,
    LAW_TIME,
    MODIFICATIONS,
    TIME_SOURCES,
    VERDICTS,
    Language,
    clean,
    level_word,
    sentence,
)

_MARKS = {Severity.ERROR: "✗", Severity.UNDECIDED: "?", Severity.WARNING: "!", Severity.INFO: "·"}
_VERDICT_MARKS = {
    Verdict.TOTAL_PASSED: "✓",
    Verdict.INDETERMINATE: "?",
    Verdict.TOTAL_FAILED: "✗",
    Verdict.NO_SIGNATURE: "–",
    Verdict.UNREADABLE: "✗",
}


def report_to_dict(report: DocumentReport) -> dict[str, object]:
    """Return one document's report as plain data, as it stands in the JSON."""
    return {
        "file": report.file,
        "verdict": report.verdict.value,
        "signatures": [_signature(s) for s in report.signatures],
        "timestamps": [_timestamp(t) for t in report.timestamps],
        "findings": [_finding(f) for f in report.findings],
    }


def render_json(reports: Sequence[DocumentReport], *, at: datetime) -> str:
    """Return the JSON of many documents.

    Args:
        reports: One per file.
        at: Validation time, aware.
    """
    counts = Counter(report.verdict for report in reports)
    document = {
        "documents": [report_to_dict(report) for report in reports],
        "summary": {
            "files": len(reports),
            "at": at.astimezone(UTC).isoformat(),
            **{verdict.value: counts[verdict] for verdict in Verdict},
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code.value,
        "severity": finding.severity.value,
        "clause": finding.clause,
        "where": finding.where,
        "values": dict(finding.values),
    }


def _signature(report: SignatureReport) -> dict[str, object]:
    return {
        "field": report.field,
        "indication": report.indication.value,
        "subindication": report.subindication.value if report.subindication is not None else None,
        "intact": report.intact,
        "valid": report.valid,
        "covers_whole_document": report.covers_whole_document,
        "modifications": report.modifications.value,
        "level": report.level.value,
        "signing_time": _time(report.signing_time),
        "time_source": report.time_source.value if report.time_source is not None else None,
        "signer": report.signer,
        "findings": [_finding(f) for f in report.findings],
    }


def _timestamp(report: TimestampReport) -> dict[str, object]:
    return {
        "kind": report.kind,
        "field": report.field,
        "indication": report.indication.value,
        "subindication": report.subindication.value if report.subindication is not None else None,
        "time": _time(report.time),
        "authority": report.authority,
        "findings": [_finding(f) for f in report.findings],
    }


def render_text(report: DocumentReport, *, lang: Language = Language.VI) -> str:
    """Return one document's report for reading; times in Vietnamese law time."""
    return "\n".join(_document_lines(report, lang))


def render_summary(reports: Sequence[DocumentReport], *, lang: Language = Language.VI) -> str:
    """Return one line that counts the verdicts."""
    counts = Counter(report.verdict for report in reports)
    parts = [f"{counts[verdict]} {VERDICTS[verdict][lang]}" for verdict in Verdict if counts[verdict]]
    return f"{len(reports)} {LABELS['files'][lang]}: {', '.join(parts)}"


def _document_lines(report: DocumentReport, lang: Language) -> Iterator[str]:
    yield f"{_VERDICT_MARKS[report.verdict]} {clean(report.file)}: {VERDICTS[report.verdict][lang]}"
    for finding in report.findings:
        yield f"  {_MARKS[finding.severity]} {sentence(finding, lang)}"
    for number, signature in enumerate(report.signatures, 1):
        yield from _signature_lines(signature, number, lang)
    for timestamp in report.timestamps:
        if timestamp.kind == "document":
            yield from _timestamp_lines(timestamp, lang)


def _signature_lines(report: SignatureReport, number: int, lang: Language) -> Iterator[str]:
    verdict = Verdict(report.indication.value)
    name = clean(report.field) or LABELS["unnamed"][lang]
    reason = f" ({report.subindication.value})" if report.subindication is not None else ""
    yield f"  {LABELS['signature'][lang]} {number} – {name}: {VERDICTS[verdict][lang]}{reason}"
    yield f"    {LABELS['signer'][lang]}: {clean(report.signer) or LABELS['unknown'][lang]}"
    source = f" ({TIME_SOURCES[report.time_source][lang]})" if report.time_source is not None else ""
    yield f"    {LABELS['time'][lang]}: {_local(report.signing_time, lang)}{source}"
    intact = LABELS["intact" if report.intact else "not_intact"][lang]
    valid = LABELS["valid" if report.valid else "not_valid"][lang]
    yield f"    {LABELS['checks'][lang]}: {intact}; {valid}"
    yield f"    {LABELS['modifications'][lang]}: {MODIFICATIONS[report.modifications][lang]}"
    yield f"    {LABELS['level'][lang]}: {level_word(report.level, lang)}"
    for finding in report.findings:
        yield f"    {_MARKS[finding.severity]} {sentence(finding, lang)}"


def _timestamp_lines(report: TimestampReport, lang: Language) -> Iterator[str]:
    verdict = Verdict(report.indication.value)
    name = clean(report.field) or LABELS["unnamed"][lang]
    yield f"  {LABELS['timestamp'][lang]} – {name}: {VERDICTS[verdict][lang]}, {_local(report.time, lang)}"
    yield f"    {LABELS['authority'][lang]}: {clean(report.authority) or LABELS['unknown'][lang]}"
    for finding in report.findings:
        yield f"    {_MARKS[finding.severity]} {sentence(finding, lang)}"


def _local(moment: datetime | None, lang: Language) -> str:
    if moment is None:
        return LABELS["unknown"][lang]
    return moment.astimezone(LAW_TIME).strftime("%d/%m/%Y %H:%M:%S +07:00")
