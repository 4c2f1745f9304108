"""Reports as one HTML page a person can read and print: no script, nothing fetched, every text of a file escaped.

The page forbids scripts and all outside resources by its own policy (Content-Security-Policy), so that a name that
slipped through would still do nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, islice

from vnsign.rendering.advice import advice_for
from vnsign.rendering.items import Item, Setting
from vnsign.rendering.page_style import STYLE
from vnsign.rendering.report_words import (
    COVERAGE,
    COVERAGES,
    OUTCOMES,
    PATH,
    PROCEDURE,
    ROLES,
    STEPS,
    level_words,
    state_words,
)
from vnsign.rendering.text import VERDICT_MARKS, count_line
from vnsign.rendering.words import (
    ADVICE_TITLE,
    CHECKED_AT,
    MADE_BY,
    MEANINGS,
    NOT_AUTHORITY,
    SUMMARY,
    TITLE,
    UNMET,
    group_words,
    grouped,
    local_day,
    local_time,
    shown,
    shown_name,
    time_source_words,
    verdict_words,
)
from vnsign.report import CertificateReport, Finding, SignatureReport, StepReport, TimestampReport, Verdict
from vnsign.verification.messages import LABELS, MODIFICATIONS, Language, sentence
from vnsign.verification.wording import Words

#: Of more documents the summary stands at the end: they are not gathered.
SUMMARY_FIRST_UP_TO = 1000


def render_html(items: Iterable[Item], setting: Setting) -> Iterator[str]:
    """Yield one page, a document at a time."""
    language = setting.language
    title = TITLE[language]
    yield (
        f'<!DOCTYPE html>\n<html lang="{language.value}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
        f"<p>{CHECKED_AT[language]}: {local_time(setting.at)}"
        f"{f' · {_text(setting.policy)}' if setting.policy else ''}</p>\n</header>\n"
    )
    coming = iter(items)
    first = list(islice(coming, SUMMARY_FIRST_UP_TO + 1))
    counts: Counter[Verdict] = Counter(item.report.verdict for item in first)
    unmet = sum(bool(item.unmet) for item in first)
    is_whole = len(first) <= SUMMARY_FIRST_UP_TO
    if is_whole:
        yield _summary(counts, unmet, language)
    for number, item in enumerate(chain(first, coming)):
        if number >= len(first):
            counts[item.report.verdict] += 1
            unmet += bool(item.unmet)
        yield _document(item, language)
    if not is_whole:
        yield _summary(counts, unmet, language)
    made = f"{MADE_BY[language]} {_text(setting.version)}".rstrip()
    yield f"<footer>{NOT_AUTHORITY[language]} {made}.</footer>\n</body>\n</html>\n"


def _text(text: str) -> str:
    return escape(shown(text), quote=True)


def _name(text: str) -> str:
    return escape(shown_name(text), quote=True)


def _summary(counts: Counter[Verdict], unmet: int, language: Language) -> str:
    line = escape(count_line(counts, unmet, language))
    return f'<section class="summary"><h2>{SUMMARY[language]}</h2><p>{line}</p></section>\n'


def _document(item: Item, language: Language) -> str:
    report = item.report
    verdict = report.verdict
    mark = f'<span class="mark">{VERDICT_MARKS[verdict]}</span>'
    parts = [
        f'<article class="{verdict.value}">\n<h2>{_text(report.file)}</h2>\n',
        f'<p class="verdict">{mark} {verdict_words(verdict, language)}</p>\n<p>{MEANINGS[verdict][language]}</p>\n',
    ]
    if item.unmet:
        required = "".join(f"<li>{_text(wanted)}</li>" for wanted in item.unmet)
        parts.append(f'<div class="error"><h4>{UNMET[language]}</h4><ul>{required}</ul></div>\n')
    parts.append(_findings(report.findings, language, verdict=verdict))
    advice = advice_for(report, language)
    if advice:
        told = "".join(f"<li>{escape(text)}</li>" for text in advice)
        parts.append(f'<div class="advice"><h4>{ADVICE_TITLE[language]}</h4><ul>{told}</ul></div>\n')
    parts += [_signature(signature, number, language) for number, signature in enumerate(report.signatures, 1)]
    parts += [_timestamp(stamp, language) for stamp in report.timestamps if stamp.kind == "document"]
    return "".join(parts) + "</article>\n"


def _signature(report: SignatureReport, number: int, language: Language) -> str:
    verdict = Verdict(report.indication.value)
    unknown = LABELS["unknown"][language]
    source = time_source_words(report.time_source, language)
    intact = LABELS["intact" if report.intact else "not_intact"][language]
    valid = LABELS["valid" if report.valid else "not_valid"][language]
    reason = f" <small>({report.subindication.value})</small>" if report.subindication is not None else ""
    time = local_time(report.signing_time) or unknown
    rows = (
        (LABELS["signer"], _name(report.signer) or unknown),
        (LABELS["time"], f"{time} ({source})" if source else time),
        (LABELS["checks"], f"{intact}; {valid}"),
        (LABELS["modifications"], MODIFICATIONS[report.modifications][language]),
        (COVERAGE, COVERAGES[report.coverage][language]),
        (LABELS["level"], level_words(report, language)),
    )
    name = _text(report.field) or LABELS["unnamed"][language]
    return (
        f'<section class="{verdict.value}"><h3>{LABELS["signature"][language]} {number} – {name}: '
        f'<span class="mark">{verdict_words(verdict, language)}</span>{reason}</h3>\n'
        f"{_table(rows, language)}{_findings(report.findings, language)}"
        f"{_path(report.chain, language)}{_steps(report.steps, language)}</section>\n"
    )


def _timestamp(report: TimestampReport, language: Language) -> str:
    verdict = Verdict(report.indication.value)
    unknown = LABELS["unknown"][language]
    name = _text(report.field) or LABELS["unnamed"][language]
    rows = (
        (LABELS["time"], local_time(report.time) or unknown),
        (LABELS["authority"], _name(report.authority) or unknown),
    )
    return (
        f'<section class="{verdict.value}"><h3>{LABELS["timestamp"][language]} – {name}: '
        f'<span class="mark">{verdict_words(verdict, language)}</span></h3>\n'
        f"{_table(rows, language)}{_findings(report.findings, language)}"
        f"{_path(report.chain, language)}{_steps(report.steps, language)}</section>\n"
    )


def _table(rows: Iterable[tuple[Words, str]], language: Language) -> str:
    cells = "".join(f'<tr><th scope="row">{label[language]}</th><td>{value}</td></tr>\n' for label, value in rows)
    return f"<table>\n{cells}</table>\n"


def _findings(findings: Iterable[Finding], language: Language, *, verdict: Verdict | None = None) -> str:
    parts = []
    for severity, found in grouped(findings).items():
        told = "".join(
            f"<li>{escape(text)}</li>"
            for text in dict.fromkeys(shown(sentence(finding, language)) for finding in found)
        )
        heading = group_words(severity, language, verdict=verdict)
        parts.append(f'<div class="{severity.value}"><h4>{heading}</h4><ul>{told}</ul></div>\n')
    return "".join(parts)


def _path(chain: Iterable[CertificateReport], language: Language) -> str:
    told = "".join(
        f"<li>{_name(certificate.subject)} – {ROLES[certificate.role][language]}; "
        f"{state_words(certificate, language)}; "
        f"{local_day(certificate.not_before)} – {local_day(certificate.not_after)}<br>"
        f"<code>SHA-256 {_text(certificate.sha256)}</code></li>\n"
        for certificate in chain
    )
    return f'<div class="detail"><h4>{PATH[language]}</h4><ol>{told}</ol></div>\n' if told else ""


def _steps(steps: Iterable[StepReport], language: Language) -> str:
    told = "".join(
        f"<li>{STEPS[step.step][language]}: {OUTCOMES[step.outcome][language]}"
        f"{f' ({step.subindication.value})' if step.subindication is not None else ''}"
        f" <small>{escape(step.step.clause)}</small></li>\n"
        for step in steps
    )
    return f'<div class="detail"><h4>{PROCEDURE[language]}</h4><ol>{told}</ol></div>\n' if told else ""
