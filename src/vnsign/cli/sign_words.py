"""What ``vnsign sign`` says, in Vietnamese and in English.

Why a file was not signed: :mod:`vnsign.cli.error_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from vnsign.batch.jobs import JobOutcome
from vnsign.cli.error_words import error_sentence
from vnsign.errors import VnsignError
from vnsign.verification.messages import Language, clean


class Label(StrEnum):
    """A piece of text of this command."""

    PROGRESS = "progress"
    SIGNED = "signed"
    SIGNED_BEFORE = "signed_before"
    FAILED = "failed"
    RETRIED = "retried"
    SIGNED_BEFORE_LINE = "signed_before_line"
    INTERRUPTED = "interrupted"
    RESUME = "resume"
    WRITTEN = "written"


LABELS: Mapping[Label, Mapping[Language, str]] = {
    Label.PROGRESS: {Language.VI: "Đang ký", Language.EN: "Signing"},
    Label.SIGNED: {Language.VI: "Đã ký", Language.EN: "Signed"},
    Label.SIGNED_BEFORE: {Language.VI: "Đã ký từ lần chạy trước", Language.EN: "Signed by an earlier run"},
    Label.FAILED: {Language.VI: "Không ký được", Language.EN: "Not signed"},
    Label.RETRIED: {
        Language.VI: "Ký lại sau khi bị ngắt giữa chừng",
        Language.EN: "Signed again after being cut off",
    },
    Label.SIGNED_BEFORE_LINE: {Language.VI: "đã ký từ lần chạy trước", Language.EN: "signed by an earlier run"},
    Label.INTERRUPTED: {Language.VI: "Đã dừng trước khi ký hết.", Language.EN: "Stopped before all were signed."},
    Label.RESUME: {
        Language.VI: "Chạy lại đúng lệnh này để ký tiếp; tệp đã ký không bị ký lần nữa.",
        Language.EN: "Run the same command again to go on; what is signed is not signed again.",
    },
    Label.WRITTEN: {Language.VI: "Kết quả ghi ở", Language.EN: "Written to"},
}


def error_line(outcome: JobOutcome, lang: Language) -> str:
    """Return file, reason, way out and code in one line that a terminal cannot be misled by."""
    error = outcome.error
    if error is None:
        return ""
    if lang is Language.EN:
        return clean(outcome.error_text())
    as_error = VnsignError(error.code, error.message, file=str(outcome.job.source), way_out=error.way_out)
    return clean(error_sentence(as_error, lang))
