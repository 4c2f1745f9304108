"""The words of reports for people, beside those of the findings (:mod:`vnsign.verification.messages`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from vnsign.report import Finding, Severity, TimeSource, Verdict
from vnsign.verification.attribute_types import with_named_types
from vnsign.verification.messages import TIME_SOURCES, VERDICTS, Language, clean, in_law_time
from vnsign.verification.wording import Words, words

#: Longer texts from a file are cut: nobody reads them, and a page must stay a page.
MAX_SHOWN = 500


#: What each verdict means, in one sentence.
MEANINGS: Mapping[Verdict, Words] = {
    Verdict.TOTAL_PASSED: words(
        "Mọi chữ ký đều hợp lệ tại thời điểm ký.", "Every signature was valid when it was made."
    ),
    Verdict.INDETERMINATE: words(
        "Chưa đủ căn cứ để kết luận; không được coi là hợp lệ.",
        "There is not enough to decide; this does not count as valid.",
    ),
    Verdict.TOTAL_FAILED: words(
        "Có chữ ký không hợp lệ; không dùng văn bản này làm căn cứ.",
        "A signature is not valid; do not rely on this document.",
    ),
    Verdict.NO_SIGNATURE: words("Văn bản không có chữ ký số nào.", "The document has no digital signature."),
    Verdict.UNREADABLE: words(
        "Không mở được tệp nên chưa kiểm tra được gì.", "The file cannot be opened, so nothing was checked."
    ),
}
#: Findings are shown in these groups, in this order.
GROUPS: Mapping[Severity, Words] = {
    Severity.ERROR: words("Vì sao không hợp lệ", "Why it is not valid"),
    Severity.UNDECIDED: words("Chưa kiểm tra được", "What could not be checked"),
    Severity.WARNING: words("Lưu ý", "Please note"),
    Severity.INFO: words("Ghi nhận", "For the record"),
}
_WHY_UNREADABLE = words("Vì sao không đọc được", "Why it cannot be read")
ADVICE_TITLE = words("Cần làm gì", "What to do")
UNMET = words("Không đạt yêu cầu", "Does not meet what was required")
UNMET_COUNT = words("không đạt yêu cầu", "not as required")
TITLE = words("Kết quả kiểm tra chữ ký số", "Verification of digital signatures")
SUMMARY = words("Tổng hợp", "Summary")
CHECKED_AT = words("Thời điểm kiểm tra", "Time of validation")
MADE_BY = words("Lập bởi vnsign", "Made by vnsign")
NOT_AUTHORITY = words(
    "Báo cáo không xét thẩm quyền ký của người ký.",
    "The report does not say whether a signer had authority to sign.",
)
FILE = words("Tệp", "File")
VERDICT = words("Kết luận", "Verdict")


def group_words(severity: Severity, language: Language, *, verdict: Verdict | None = None) -> str:
    """Return the heading of findings of one severity."""
    if verdict is Verdict.UNREADABLE and severity is Severity.ERROR:
        return _WHY_UNREADABLE[language]
    return GROUPS[severity][language]


def verdict_words(verdict: Verdict, language: Language) -> str:
    """Return a verdict for reading."""
    return VERDICTS[verdict][language]


def shown(text: str) -> str:
    """Return text of a file, fit for a reader: no control or bidirectional characters, and not endless."""
    safe = clean(text[: MAX_SHOWN + 1])
    return safe if len(safe) <= MAX_SHOWN else f"{safe[: MAX_SHOWN - 1]}…"


def shown_name(text: str) -> str:
    """Return the name of a certificate's holder for a reader: well-known types by name instead of by number."""
    return with_named_types(shown(text))


def local_time(moment: datetime | None) -> str:
    """Return a time as it is written in Vietnam; empty for None."""
    return in_law_time(moment).strftime("%d/%m/%Y %H:%M:%S +07:00") if moment is not None else ""


def local_day(moment: datetime) -> str:
    """Return a day as it is written in Vietnam."""
    return in_law_time(moment).strftime("%d/%m/%Y")


def time_source_words(source: TimeSource | None, language: Language) -> str:
    """Return where a time came from; empty for None."""
    return TIME_SOURCES[source][language] if source is not None else ""


def grouped(findings: Iterable[Finding]) -> Mapping[Severity, list[Finding]]:
    """Return findings by severity, worst first; severities without findings are left out."""
    everything = list(findings)
    groups = {severity: [f for f in everything if f.severity is severity] for severity in GROUPS}
    return {severity: found for severity, found in groups.items() if found}
