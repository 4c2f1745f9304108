"""Which texts may stand in a register."""

from __future__ import annotations

import unicodedata

import pytest

from docflow.errors import DocflowError, ErrorCode
from docflow.model import FilePlan, Permission, check_line, check_prose, marks, wording
from docflow.model.wording import make_visible

BAD = ["\x00", "a\x00b", "a\nb", "a\tb", "\x1b[31m", "a\x7f", "a\x85b", "a\u202eb", "\u2066x", "a\u200bb", "\ufeffa"]
BAD += [
    f"a{char}b" for char in "\u034f\ufe0f\u3164\uffa0\u2800\u180b\u180e\u115f\u1160\u17b4\u17b5\ufffc\u0600\u2003\u3000"
]
BAD += ["a\U000e0041b", "a\U000e0100b", "a\U0001d159b", "\u3164", "\u2800"]
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


def test_a_space_that_keeps_a_line_together_may_stand() -> None:
    """Word writes it; it is shown as a space, and duplicates are compared without it."""
    check_line("Số 12\u00a0/QĐ, 5\u202f%", limit=500, what="s", vi="T")


def test_whatever_programs_draw_as_nothing_is_refused_and_named() -> None:
    """Over all of Unicode: no character of a category without ink passes, nor one of the fillers."""
    ignorable = [*range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000), *range(0x180B, 0x1810), *range(0x2060, 0x2070)]
    ignorable += [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFF9)]
    ignorable += [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)]
    without_ink = {"Cc", "Cf", "Zl", "Zp"}  # the rest, surrogates, private and unassigned ones, are many and alike
    hidden = {chr(code) for code in ignorable}
    hidden |= {char for char in map(chr, range(0x110000)) if unicodedata.category(char) in without_ink}
    for char in hidden:
        with pytest.raises(DocflowError):
            check_line(f"a{char}b", limit=9, what="s", vi="T")
        if char not in "\t\n\r":
            assert make_visible(char) == f"[U+{ord(char):04X}]", hex(ord(char))


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u3000"])
def test_no_space_of_any_kind_makes_two_files_of_one_notation(space: str) -> None:
    """01.VP and 01.VP with a space at its end look alike."""
    for notation in (f"01.VP{space}", f"01{space}VP"):
        with pytest.raises(DocflowError):
            FilePlan(year=2026, notation=notation, title="Hồ sơ", retention_years=5, creator="A")


@pytest.mark.parametrize("text", [unicodedata.normalize("NFD", "Chủ tịch"), "a\u3164", "a\nb", " ", "x" * 201])
def test_a_permission_is_in_one_form_and_hides_nothing(text: str) -> None:
    """It is printed in the register's note, beside texts that are."""
    for parts in ((text, "lý do"), ("Chủ tịch", text)):
        with pytest.raises(DocflowError) as caught:
            Permission(granted_by=parts[0], reason=parts[1])
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("table", [wording.Legible(), wording.Legible(frozenset()), marks._Bare()])
def test_whoever_sends_every_letter_there_is_fills_no_memory(table: dict[int, str]) -> None:
    """What a letter shows is remembered for so many, and found again for all others."""
    letters = "".join(map(chr, range(0x20, 0x9000)))
    first = letters.translate(table)
    assert len(table) == 10_000
    assert letters.translate(table) == first
