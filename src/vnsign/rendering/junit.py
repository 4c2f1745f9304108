"""Reports as JUnit XML: one suite a file, one case a signature, a document timestamp, a requirement.

A signature that failed is a ``failure``; one that could not be decided is an ``error``, never a pass and never
skipped; a file without a signature fails, a file that cannot be read is in error.

Source: the schema of Apache Ant's JUnit task (which wants package, id, host, time and the empty elements) and what
Jenkins and GitLab read of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC

from lxml import etree

from vnsign.rendering.items import Item, Setting
from vnsign.rendering.words import MEANINGS, UNMET, verdict_words
from vnsign.rendering.xml_text import xml_text
from vnsign.report import Finding, Indication, Severity, SignatureReport, TimestampReport, Verdict
from vnsign.verification.messages import LABELS, Language, sentence

_OUTCOMES = {
    Indication.TOTAL_PASSED.value: None,
    Indication.INDETERMINATE.value: "error",
    Indication.TOTAL_FAILED.value: "failure",
    Verdict.NO_SIGNATURE.value: "failure",
    Verdict.UNREADABLE.value: "error",
}
_MATTERS = frozenset({Severity.ERROR, Severity.UNDECIDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    name: str
    outcome: str | None
    kind: str = ""
    message: str = ""
    text: str = ""


def render_junit(items: Iterable[Item], setting: Setting) -> Iterator[str]:
    """Yield one document, a suite at a time."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for number, item in enumerate(items):
        yield etree.tostring(_suite(item, number, setting), encoding="unicode", pretty_print=True)
    yield "</testsuites>\n"


def _suite(item: Item, number: int, setting: Setting) -> etree._Element:
    cases = list(_cases(item, setting.language))
    counts = Counter(case.outcome for case in cases)
    name = xml_text(item.report.file) or "-"
    suite = etree.Element(
        "testsuite",
        name=name,
        package="vnsign.verify",
        id=str(number),
        hostname="localhost",
        timestamp=setting.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        time="0",
        tests=str(len(cases)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped="0",
    )
    properties = etree.SubElement(suite, "properties")
    etree.SubElement(properties, "property", name="verdict", value=item.report.verdict.value)
    for case in cases:
        element = etree.SubElement(suite, "testcase", name=xml_text(case.name), classname=name, time="0")
        if case.outcome is not None:
            told = etree.SubElement(element, case.outcome, message=xml_text(case.message), type=case.kind)
            told.text = xml_text(case.text)
    etree.SubElement(suite, "system-out")
    etree.SubElement(suite, "system-err")
    return suite


def _cases(item: Item, language: Language) -> Iterator[_Case]:
    report = item.report
    for number, signature in enumerate(report.signatures, 1):
        name = f"{LABELS['signature'][language]} {number} – {signature.field or LABELS['unnamed'][language]}"
        yield _judged(name, signature, language=language)
    for timestamp in report.timestamps:
        if timestamp.kind == "document":
            name = f"{LABELS['timestamp'][language]} – {timestamp.field or LABELS['unnamed'][language]}"
            yield _judged(name, timestamp, language=language)
    if not report.signatures:
        yield _Case(
            name=LABELS["signature"][language],
            outcome=_OUTCOMES[report.verdict.value],
            kind=report.verdict.value,
            message=MEANINGS[report.verdict][language],
            text=_sentences(report.findings, language),
        )
    yield from (_Case(name=f"require {wanted}", outcome=None) for wanted in item.met)
    for wanted in item.unmet:
        message = f"{UNMET[language]}: {wanted}"
        yield _Case(name=f"require {wanted}", outcome="failure", kind="REQUIREMENT", message=message, text=message)


def _judged(name: str, report: SignatureReport | TimestampReport, *, language: Language) -> _Case:
    indication = report.indication
    kind = report.subindication.value if report.subindication is not None else indication.value
    matters = [f for f in report.findings if f.severity in _MATTERS]
    first = sentence(matters[0], language) if matters else ""
    message = f"{verdict_words(Verdict(indication.value), language)} ({kind}) {first}".rstrip()
    return _Case(
        name=name,
        outcome=_OUTCOMES[indication.value],
        kind=kind,
        message=message,
        text=_sentences(matters, language),
    )


def _sentences(findings: Iterable[Finding], language: Language) -> str:
    return "\n".join(f"{sentence(f, language)} [{f.code.value}; {f.clause}]" for f in findings)
