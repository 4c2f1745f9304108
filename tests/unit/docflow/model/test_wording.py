"""Which texts may stand in a register."""

from __future__ import annotations

import unicodedata

import pytest

from docflow.errors import DocflowError, ErrorCode
from docflow.model import check_line, check_prose

BAD = ["\x00", "a\x00b", "a\nb", "a\tb", "\x1b[31m", "a\x7f", "a\x85b", "a\u202eb", "\u2066x", "a\u200bb", "\ufeffa"]
BAD += ["a\u2028b", "a\u00adb", "\ud800", "\ue000", "a\u0378", "", "   ", "x" * 501]


@pytest.mark.parametrize("text", [*BAD, unicodedata.normalize("NFD", "về việc")])
def test_what_hides_turns_or_breaks_a_text_is_refused(text: str) -> None:
    """NUL, controls, marks of direction, invisible characters, NFD, too long, empty: a Vietnamese sentence."""
    with pytest.raises(DocflowError) as caught:
        check_line(text, limit=500, what="subject", vi="Trích yếu")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert caught.value.vi.startswith("Trích yếu")


def test_a_vietnamese_text_passes_up_to_its_length() -> None:
    """Every letter with its mark, and exactly the decree's length."""
    check_line("Về việc “Đổi mới” – Ủỵ Ộ ữ ẵ ẹ; 100 % (số 1/2)", limit=500, what="s", vi="T")
    check_line("ệ" * 500, limit=500, what="s", vi="T")
    check_line("", limit=5, what="s", vi="T", is_optional=True)
    check_prose("một\nhai", limit=500, what="s", vi="T")


def test_whatever_is_printable_may_stand_in_a_text() -> None:
    """Printable texts are taken as they are: of all characters of Unicode no printable one is among those refused."""
    for code in range(0x110000):
        char = chr(code)
        if char.isprintable():
            assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}, f"U+{code:04X}"
