"""What ``vnsign archive check`` says to a person, in Vietnamese and English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from vnsign.batch.archive.states import FileResult, FileState
from vnsign.rendering.text import VERDICT_MARKS
from vnsign.rendering.words import local_day, shown, shown_name, verdict_words
from vnsign.report import Verdict
from vnsign.verification.details import algorithm_name, vietnamese_detail
from vnsign.verification.messages import LABELS, Language
from vnsign.verification.wording import Words, words

_STATES: Mapping[FileState, Words] = {
    FileState.NEW: words("mới", "new"),
    FileState.UNCHANGED: words("không đổi", "unchanged"),
    FileState.EXTENDED: words("được ghi thêm, bản cũ còn nguyên", "appended to, what was locked is whole"),
    FileState.CHANGED: words("ĐÃ BỊ THAY ĐỔI so với lần kiểm tra trước", "CHANGED since the last check"),
    FileState.MISSING: words("BỊ MẤT", "MISSING"),
    FileState.UNREADABLE: words("không đọc được", "cannot be read"),
}
_ADVICE: Mapping[FileState, Words] = {
    FileState.CHANGED: words(
        "lấy lại từ bản sao lưu; nếu thay đổi là đúng, chạy lại với --accept",
        "take it back from a backup; if the change is right, check again with --accept",
    ),
    FileState.MISSING: words(
        "lấy lại từ bản sao lưu; nếu tệp được bỏ đi có chủ ý, chạy lại với --accept",
        "take it back from a backup; if it was removed on purpose, check again with --accept",
    ),
}
_LAPSES = words(
    "sẽ hết giá trị ngày {day} ({ends}): gia hạn bằng vnsign extend --level B-LTA trước ngày đó",
    "will lapse on {day} ({ends}): renew it before with vnsign extend --level B-LTA",
)
_LAPSING = words("sắp hết giá trị", "will lapse")
_SEE = words("xem chi tiết: vnsign verify", "for the reasons: vnsign verify")


def lines_of(result: FileResult, language: Language, *, lapsing: bool) -> Iterator[str]:
    """Yield the lines about a file that needs a person."""
    name = shown(result.path) or "."
    state = _STATES[result.state][language]
    if result.state is FileState.MISSING:
        yield f"✗ {name}: {state}"
    else:
        verdict = result.verdict
        told = vietnamese_detail(result.reason) if language is Language.VI else result.reason
        reason = f" – {shown(told)}" if told else ""
        mark = "✗" if result.state is FileState.CHANGED else VERDICT_MARKS[verdict]
        yield f"{mark} {name}: {verdict_words(verdict, language)}; {state}{reason}"
        if verdict in {Verdict.TOTAL_FAILED, Verdict.INDETERMINATE}:
            yield f"    → {_SEE[language]}"
    if result.state in _ADVICE:
        yield f"    → {_ADVICE[result.state][language]}"
    if lapsing and result.entry is not None and result.entry.until is not None:
        told = _LAPSES[language].format(day=local_day(result.entry.until), ends=_ends(result.entry.ends))
        yield f"    ! {told}"


def _ends(text: str) -> str:
    return algorithm_name(text) if "=" not in text else shown_name(text)


def summary_line(states: Counter[FileState], verdicts: Counter[Verdict], *, lapsing: int, language: Language) -> str:
    """Return how many files are in which state and have which verdict."""
    parts = [f"{states[state]} {_STATES[state][language]}" for state in FileState if states[state]]
    parts += [f"{verdicts[verdict]} {verdict_words(verdict, language)}" for verdict in Verdict if verdicts[verdict]]
    if lapsing:
        parts.append(f"{lapsing} {_LAPSING[language]}")
    told = f"{verdicts.total()} {LABELS['files'][language]}"
    return f"{told}: {', '.join(parts)}" if parts else told
