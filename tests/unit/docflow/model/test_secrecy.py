"""What counts as a mark of secrecy, and what does not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.model import bears_mark, is_open_value, secrecy


@pytest.mark.parametrize(
    "text",
    [
        *("MẬT", "Mật", "mật", "TỐI MẬT", "Tuyệt mật", "tuyệt  mật", "TUYỆTMẬT"),
        *("MAT", "toi mat", "TUYET MAT", "tuyet mat"),
        *("MÂT", "MẠT", "TÔI MẬT", "TÓI MAT", "TUYÊT MẬT"),
        *("(Mật) Về việc điều động", "Về việc điều động [TỐI MẬT]", "về việc {tuyet mat}", "báo cáo “Mật” quý I"),
        *("MẬT: về việc điều động", "Tối mật – về việc điều động", "Độ mật: Mật", "DO MAT: TOI MAT", "Mat - bao cao"),
        *("SECRET", "(top secret) report"),
        *("Hồ sơ TUYỆT MẬT năm 2026", "Kế hoạch phòng thủ TỐI  MẬT", "MẬT Kế hoạch phòng thủ"),
        "ma\u0302\u0323t",
    ],
)
def test_a_mark_is_found_however_it_is_written(text: str) -> None:
    """NĐ 30/2020 PL I ô 10a; QĐ 28/2018 Điều 1.2: alone, in brackets, before a colon or dash; any spelling."""
    assert bears_mark(text)


@pytest.mark.parametrize(
    "text",
    [
        *("về việc bảo vệ bí mật nhà nước", "Triển khai Luật Bảo vệ bí mật nhà nước", "mật ong rừng", "Mật mã dân sự"),
        *("về việc cấp chứng chỉ mật mã", "họp mặt đầu năm", "(mặt trận)", "Mất điện: lịch cắt điện", "(mất)", "MẮT"),
        *("Mặt - bằng giải phóng", "", "  ", "bổ nhiệm ông Nguyễn Văn Mật", "secretary", "tô mật"),
        *("PHÂN LOẠI TÀI LIỆU TỐI MẬT, TUYỆT MẬT", "Độ tối mật của tài liệu", "MẬT ONG", "Công ty BÍ MẬT XANH"),
    ],
)
def test_words_about_secrets_are_no_marks(text: str) -> None:
    """A document that speaks of secrets is not itself secret."""
    assert not bears_mark(text)


def test_a_field_for_secrecy_says_clearly_that_nothing_is_secret_or_counts_as_secret() -> None:
    """The axis has no such field: whatever it says that is not "no" is a mark."""
    assert all(map(is_open_value, ("", " ", "0", "-", "Không", "khong mat", "Thường", "NORMAL", "None")))
    assert not any(map(is_open_value, ("1", "Mật", "MAT", "A", "tối mật", "?x", "hạn chế")))


WORDS = [
    *(f"m{vowel}t" for vowel in "aâạậ"),
    "MẬT",
    "tối",
    "tuyệt",
    "top secret",
    "secret",
    "SECRET",
    "mặt",
    "mất",
    "số",
]


@given(st.lists(st.sampled_from([*WORDS, *"([:“)]”- "]), max_size=5))
def test_a_short_look_misses_no_mark(parts: list[str]) -> None:
    """Texts without the words in which every mark ends are not looked at further: no mark is among them."""
    text = "".join(parts)
    lowered = unicodedata.normalize("NFC", text).lower()
    looked = bool(secrecy._ALONE.fullmatch(lowered) or secrecy._SET_APART.search(lowered))
    assert bears_mark(text) is (looked or secrecy._is_capital(unicodedata.normalize("NFC", text)))
