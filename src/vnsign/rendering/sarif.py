"""Reports as SARIF 2.1.0: one run, one result a finding, and one a verdict that has no finding.

- ``error`` is a failure of level ``error``; ``undecided`` one of level ``warning``, so that it is seen (SARIF's kind
  ``open`` would have to have level ``none``); ``warning`` is a ``note``; ``info`` is informational, without level.
- A document that passed gives a result of kind ``pass``, so that the log shows what was checked.

Source: OASIS SARIF 2.1.0 §3.13 (log), §3.19 (toolComponent), §3.27 (result: a kind other than fail has level none),
§3.29 (physicalLocation), §3.49 (reportingDescriptor).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC

from vnsign.rendering.items import Item, Setting
from vnsign.rendering.plain_data import to_json
from vnsign.rendering.words import MEANINGS, UNMET
from vnsign.report import Finding, FindingCode, Severity, Verdict
from vnsign.verification.messages import FINDINGS, Language, sentence
from vnsign.verification.wording import words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_VERDICT_RULE = "verdict"
_REQUIREMENT_RULE = "requirement"
_OWN_RULES = {
    _VERDICT_RULE: words("Kết luận của văn bản.", "The verdict of the document."),
    _REQUIREMENT_RULE: words("Yêu cầu của người kiểm tra.", "What the caller required."),
}
_RULES: tuple[str, ...] = (*(code.value for code in FindingCode), *_OWN_RULES)
_LEVELS = {Severity.ERROR: "error", Severity.UNDECIDED: "warning", Severity.WARNING: "note", Severity.INFO: "none"}
_VERDICT_LEVELS = {Verdict.TOTAL_PASSED: "none", Verdict.INDETERMINATE: "warning"}
#: Characters of a path that a URI may carry as they are. Source: RFC 3986 §2.3, §3.3.
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def render_sarif(items: Iterable[Item], setting: Setting) -> Iterator[str]:
    """Yield one log, a document's results at a time."""
    yield f'{{"$schema": {to_json(SCHEMA)}, "version": "2.1.0", "runs": [{{"tool": {to_json(_tool(setting))},\n'
    yield f'"language": "{setting.language.value}", "columnKind": "unicodeCodePoints", "results": ['
    first = True
    for item in items:
        for result in _results(item, setting.language):
            yield ("\n" if first else ",\n") + to_json(result)
            first = False
    at = setting.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    invocation = {"executionSuccessful": True, "properties": {"validationTime": at, "policy": setting.policy}}
    yield f'],\n"invocations": [{to_json(invocation)}]}}]}}\n'


def file_uri(name: str) -> str:
    """Return a path as a URI reference, each byte that a URI cannot carry escaped."""
    escaped = "".join(chr(b) if b in _PLAIN else f"%{b:02X}" for b in _bytes_of(name))
    return f"file://{escaped}" if name.startswith("/") else escaped


def _bytes_of(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte: no file has such a name
        return name.encode("utf-8", "replace")


def _tool(setting: Setting) -> dict[str, object]:
    driver: dict[str, object] = {"name": "vnsign", "rules": [_rule(rule, setting.language) for rule in _RULES]}
    if setting.version:
        driver["version"] = setting.version
    return {"driver": driver}


def _rule(rule: str, language: Language) -> dict[str, object]:
    text = _OWN_RULES[rule] if rule in _OWN_RULES else FINDINGS[FindingCode(rule)]
    return {"id": rule, "shortDescription": {"text": text[language]}}


def _results(item: Item, language: Language) -> Iterator[dict[str, object]]:
    report = item.report
    seen = False
    for where, findings in _placed(item):
        for finding in findings:
            seen = seen or finding.severity in {Severity.ERROR, Severity.UNDECIDED}
            kind = "informational" if finding.severity is Severity.INFO else "fail"
            yield {
                **_result(report.file, finding.code.value, kind=kind, level=_LEVELS[finding.severity], where=where),
                "message": {"text": sentence(finding, language)},
                "partialFingerprints": {"vnsign/v1": _identity(report.file, where, finding)},
                "properties": {"severity": finding.severity.value, "clause": finding.clause, "where": finding.where},
            }
    for wanted in item.unmet:
        yield {
            **_result(report.file, _REQUIREMENT_RULE, kind="fail", level="error"),
            "message": {"text": f"{UNMET[language]}: {_sayable(wanted)}"},
        }
    if not seen:
        kind = "pass" if report.verdict is Verdict.TOTAL_PASSED else "fail"
        level = _VERDICT_LEVELS.get(report.verdict, "error")
        yield {
            **_result(report.file, _VERDICT_RULE, kind=kind, level=level),
            "message": {"text": MEANINGS[report.verdict][language]},
            "properties": {"verdict": report.verdict.value},
        }


def _placed(item: Item) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    report = item.report
    yield "", report.findings
    for signature in report.signatures:
        yield signature.field, signature.findings
    for timestamp in report.timestamps:
        yield timestamp.field, timestamp.findings


def _result(file: str, rule: str, *, kind: str, level: str, where: str = "") -> dict[str, object]:
    location: dict[str, object] = {"physicalLocation": {"artifactLocation": {"uri": file_uri(file)}}}
    if where:
        location["logicalLocations"] = [{"name": _sayable(where), "kind": "member"}]
    return {"ruleId": rule, "ruleIndex": _RULES.index(rule), "kind": kind, "level": level, "locations": [location]}


def _identity(file: str, where: str, finding: Finding) -> str:
    text = f"{file}\x00{where}\x00{finding.code.value}\x00{finding.where}"
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _sayable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
