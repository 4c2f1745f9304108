"""Secret documents stay out: what says that a document is secret, however it is written.

Invariants:
    - Whoever names a document secret is believed; a mark that cannot be understood counts as secret.
    - Words about secrets ("bảo vệ bí mật nhà nước") are no marks: only a mark standing for itself is.

What it does not do: it reads no page; a stamp that is only drawn on a PDF is for people to see.

Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; Thông tư 01/2019/TT-BNV Điều 1 khoản 2; Nghị định 26/2020/NĐ-CP
Điều 4.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError


class Secrecy(StrEnum):
    """How secret a document is (độ mật); all but the first are refused."""

    KHONG_MAT = "khong_mat"
    MAT = "mat"
    TOI_MAT = "toi_mat"
    TUYET_MAT = "tuyet_mat"


_OPEN = frozenset({"", "0", "khong", "khongmat", "thuong", "binhthuong", "none", "normal"})
"""Folded values of a field for secrecy that say: not secret."""

# Vowels with some or all of their marks: MÂT and MẠT are MẬT ill written; MẶT (face) and MẤT (lost) are other words.
_MARK = (
    r"(?:(?:độ\s*mật|do\s*mat)\s*[:=]?\s*)?"
    r"(?:t[oôóố]i\s*m[aâạậ]t|tuy[eêẹệ]t\s*m[aâạậ]t|m[aâạậ]t|top\s+secret|secret)"
)
_HINT = re.compile(r"m[aâạậ]t|secret")
"""In every mark."""
_ALONE = re.compile(rf"\s*{_MARK}\s*")
_SET_APART = re.compile(
    rf"[(\[{{<«“\"]\s*{_MARK}\s*[)\]}}>»”\"]"  # in brackets, anywhere
    rf"|\A\s*{_MARK}(?:\s*[:|–—]|\s+-\s)"  # before a colon or dash, at the beginning
)

_IN_CAPITALS = re.compile(r"(?<!\w)(?:TỐI|TUYỆT)\s+MẬT(?!\w)")
_FIRST_IN_CAPITALS = re.compile(r"\s*MẬT\s+(\w+)")
"""Words in capitals among others that are not: a mark. In a title all in capitals they may be words about secrets."""


def refuse_secret(secrecy: Secrecy) -> None:
    """Refuse a secret document before anything of it is stored; whatever is not exactly "not secret" is secret.

    Raises:
        UsageError: ``SECRET_DOCUMENT``.
    Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; Nghị định 26/2020/NĐ-CP Điều 4.
    """
    if secrecy is not Secrecy.KHONG_MAT:
        raise _refused()


def refuse_marked(*texts: str) -> None:
    """Refuse a document of which a title or note bears a mark of secrecy: ``TỐI MẬT``, ``(Mật) V/v …``, ``toi mat``.

    Raises:
        UsageError: ``SECRET_DOCUMENT``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I mục IV ô 10a (TUYỆT MẬT, TỐI MẬT, MẬT).
    """
    if any(bears_mark(text) for text in texts):
        raise _refused()


def bears_mark(text: str) -> bool:
    """Return whether a text bears a mark of secrecy: alone, in brackets, before a colon or dash, or in capitals."""
    written = unicodedata.normalize("NFC", text)
    lowered = written.lower()
    if not _HINT.search(lowered):
        return False
    return bool(_ALONE.fullmatch(lowered) or _SET_APART.search(lowered)) or _is_capital(written)


def _is_capital(text: str) -> bool:
    """Return whether a mark in capitals stands in a text that is not all in capitals."""
    if text.isupper():
        return False
    first = _FIRST_IN_CAPITALS.match(text)
    return _IN_CAPITALS.search(text) is not None or (first is not None and not first[1].isupper())


def is_open_value(value: str) -> bool:
    """Return whether the value of a field for secrecy says that a document is not secret; unknown words do not."""
    decomposed = unicodedata.normalize("NFD", value.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if char.isalnum()) in _OPEN


def _refused() -> UsageError:
    return UsageError(
        ErrorCode.SECRET_DOCUMENT,
        "secret documents stay out of docflow; nothing was stored",
        vi="Văn bản mật không được đưa vào hệ thống; chưa lưu gì.",
        way_out="register it in the agency's secret register, on a computer without network",
    )
