"""Reports as text for a terminal: the verdict, then why, what could not be checked, and what to do.

Times are Vietnamese law time (+07:00).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from vnsign.rendering.advice import advice_for
from vnsign.rendering.items import Item, Setting
from vnsign.rendering.report_words import COVERAGE, COVERAGES, level_words
from vnsign.rendering.words import (
    ADVICE_TITLE,
    MEANINGS,
    UNMET,
    UNMET_COUNT,
    group_words,
    grouped,
    local_time,
    shown,
    shown_name,
    time_source_words,
    verdict_words,
)
from vnsign.report import DocumentReport, Finding, Severity, SignatureReport, TimestampReport, Verdict
from vnsign.verification.messages import LABELS, MODIFICATIONS, Language, sentence

_MARKS = {Severity.ERROR: "✗", Severity.UNDECIDED: "?", Severity.WARNING: "!", Severity.INFO: "·"}
VERDICT_MARKS = {
    Verdict.TOTAL_PASSED: "✓",
    Verdict.INDETERMINATE: "?",
    Verdict.TOTAL_FAILED: "✗",
    Verdict.NO_SIGNATURE: "–",
    Verdict.UNREADABLE: "✗",
}
_MANY = 2


def render_text(items: Iterable[Item], setting: Setting) -> Iterator[str]:
    """Yield the text of each document; of two or more, a line that counts the verdicts last."""
    counts: Counter[Verdict] = Counter()
    unmet = 0
    for item in items:
        counts[item.report.verdict] += 1
        unmet += bool(item.unmet)
        yield "\n".join(_document_lines(item, setting.language)) + "\n"
    if counts.total() >= _MANY:
        yield f"{count_line(counts, unmet, setting.language)}\n"


def count_line(counts: Counter[Verdict], unmet: int, language: Language) -> str:
    """Return how many documents have which verdict, in one line."""
    parts = [f"{counts[verdict]} {verdict_words(verdict, language)}" for verdict in Verdict if counts[verdict]]
    if unmet:
        parts.append(f"{unmet} {UNMET_COUNT[language]}")
    return f"{counts.total()} {LABELS['files'][language]}: {', '.join(parts)}"


def _document_lines(item: Item, language: Language) -> Iterator[str]:
    report = item.report
    yield f"{VERDICT_MARKS[report.verdict]} {shown(report.file)}: {verdict_words(report.verdict, language)}"
    yield f"  {MEANINGS[report.verdict][language]}"
    for required in item.unmet:
        yield f"  ✗ {UNMET[language]}: {shown(required)}"
    yield from _finding_lines(report.findings, language, indent="  ", verdict=report.verdict)
    for number, signature in enumerate(report.signatures, 1):
        yield from _signature_lines(signature, number, language)
    for timestamp in report.timestamps:
        if timestamp.kind == "document":
            yield from _timestamp_lines(timestamp, language)
    yield from _advice_lines(report, language)


def _signature_lines(report: SignatureReport, number: int, language: Language) -> Iterator[str]:
    verdict = verdict_words(Verdict(report.indication.value), language)
    reason = f" ({report.subindication.value})" if report.subindication is not None else ""
    name = shown(report.field) or LABELS["unnamed"][language]
    unknown = LABELS["unknown"][language]
    source = time_source_words(report.time_source, language)
    intact = LABELS["intact" if report.intact else "not_intact"][language]
    valid = LABELS["valid" if report.valid else "not_valid"][language]
    yield f"  {LABELS['signature'][language]} {number} – {name}: {verdict}{reason}"
    yield f"    {LABELS['signer'][language]}: {shown_name(report.signer) or unknown}"
    yield f"    {LABELS['time'][language]}: {local_time(report.signing_time) or unknown}" + (
        f" ({source})" if source else ""
    )
    yield f"    {LABELS['checks'][language]}: {intact}; {valid}"
    yield f"    {LABELS['modifications'][language]}: {MODIFICATIONS[report.modifications][language]}"
    yield f"    {COVERAGE[language]}: {COVERAGES[report.coverage][language]}"
    yield f"    {LABELS['level'][language]}: {level_words(report, language)}"
    yield from _finding_lines(report.findings, language, indent="    ")


def _timestamp_lines(report: TimestampReport, language: Language) -> Iterator[str]:
    verdict = verdict_words(Verdict(report.indication.value), language)
    name = shown(report.field) or LABELS["unnamed"][language]
    unknown = LABELS["unknown"][language]
    yield f"  {LABELS['timestamp'][language]} – {name}: {verdict}, {local_time(report.time) or unknown}"
    yield f"    {LABELS['authority'][language]}: {shown_name(report.authority) or unknown}"
    yield from _finding_lines(report.findings, language, indent="    ")


def _finding_lines(
    findings: Iterable[Finding], language: Language, *, indent: str, verdict: Verdict | None = None
) -> Iterator[str]:
    for severity, found in grouped(findings).items():
        yield f"{indent}{group_words(severity, language, verdict=verdict)}:"
        for text in dict.fromkeys(shown(sentence(finding, language)) for finding in found):
            yield f"{indent}  {_MARKS[severity]} {text}"


def _advice_lines(report: DocumentReport, language: Language) -> Iterator[str]:
    advice = advice_for(report, language)
    if advice:
        yield f"  {ADVICE_TITLE[language]}:"
        yield from (f"    → {text}" for text in advice)
