"""What counts as a mark of secrecy, and what does not: two tables, which grow with what officials meet."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.model import is_open_value, marks
from docflow.model.marks import bears_mark

MARKED = [
    # alone
    "MẬT",
    "Mật",
    "mật",
    "TỐI MẬT",
    "Tối mật",
    "Tuyệt mật",
    "tuyệt  mật",
    "TUYỆTMẬT",
    "MAT",
    "toi mat",
    "TUYET MAT",
    "tuyet mat",
    "MÂT",
    "MẠT",
    "TÔI MẬT",
    "TÓI MAT",
    "TUYÊT MẬT",
    "1. TỐI MẬT",
    "a) Mật",
    "IV. TUYỆT MẬT",
    "*MẬT*",
    "_MẬT_",
    "«MẬT»",
    "…MẬT…",
    "MẬT!",
    "MẬT.",
    "- MẬT -",
    "** Tối mật **",
    "• Mật",
    "M Ậ T",
    "T Ố I  M Ậ T",
    "T.U.Y.Ệ.T M.Ậ.T",
    "tối-mật",
    "Tối_mật",
    "TUYỆT.MẬT",
    "# MẬT",
    "Độ Mật",
    "ĐỘ MẬT: MẬT",
    "mức độ: Tối mật",
    "ĐỘ TỐI MẬT",
    "(độ Mật)",
    "TÀI LIỆU MẬT",
    "Văn bản mật",
    "(văn bản mật)",
    "HỒ SƠ TUYỆT MẬT",
    "Công văn mật.",
    # brackets and quotes
    "(Mật) Về việc điều động",
    "(Mật) V/v x",
    "Về việc điều động [TỐI MẬT]",
    "về việc {tuyet mat}",
    "báo cáo “Mật” quý I",
    "Báo cáo (tuyệt mật)",
    "Kế hoạch phòng thủ [Tối-mật]",
    "Kế hoạch <b>MẬT</b>",
    "Kế hoạch (Mật, lưu hành nội bộ)",
    "Kế hoạch (hỏa tốc, mật)",
    "(SECRET)",
    "(top secret) report",
    "Kế hoạch (tài liệu mật)",
    "（Ｍật） V/v",
    "Kế hoạch 【MẬT】",
    "Kế hoạch |Mật|",
    # before a colon, a dash
    "MẬT: về việc điều động",
    "Mật: x",
    "Tối  mật: kế hoạch",
    "Ｍật: x",
    "Tối mật – về việc điều động",
    "Mat - bao cao",
    "toi mat - ve viec dieu dong",
    "Tuyệt_mật: kế hoạch",
    "TỐI MẬT: kế hoạch",
    "SECRET: report",
    "Mật/ V/v x",
    "Mật / Kế hoạch",
    "MẬT-V/v điều quân",
    "Mật. V/v phòng thủ",
    "Tài liệu Mật: kế hoạch",
    "TỐI MẬT/Kế hoạch",
    # at the beginning
    "MẬT V/v điều chuyển quân",
    "MẬT V/V PHÒNG THỦ",
    "MẬT VỀ VIỆC PHÒNG THỦ",
    "Mật về việc phòng thủ",
    "mật v/v phòng thủ",
    "TỐI MẬT V/v điều chuyển quân",
    "MẬT Kế hoạch phòng thủ",
    "MẬT KẾ HOẠCH PHÒNG THỦ",
    "Mật kế hoạch phòng thủ",
    "MẬT số 15/KH-UBND",
    "MẬT 15/KH-UBND",
    "Tuyệt mật phương án bảo vệ",
    "TUYỆT MẬT PHƯƠNG ÁN BẢO VỆ",
    "tối mật về phòng thủ",
    "MẬT, V/v phòng thủ",
    "MẬT KHẨN V/v phòng thủ",
    "HỎA TỐC MẬT V/v phòng thủ",
    "1. Mật V/v phòng thủ",
    "MAT V/v dieu dong",
    "mat ve viec dieu dong",
    "TOI MAT V/v dieu dong",
    "toi mat ke hoach phong thu",
    "MẬT\u00a0V/v phòng thủ",
    "(MẬT, KHẨN) V/v",
    "Mật Công văn về phòng thủ",
    "MẬT Kính gửi: Bộ",
    # at the end
    "Kế hoạch phòng thủ – MẬT",
    "Báo cáo — MẬT",
    "V/v x - Mật",
    "v/v phòng thủ - mật",
    "V/v phòng thủ, Mật",
    "V/v phòng thủ, tối mật",
    "V/v phòng thủ. Mật",
    "V/v phòng thủ; mật",
    "KẾ HOẠCH PHÒNG THỦ - TỐI MẬT",
    "KẾ HOẠCH PHÒNG THỦ-MẬT",
    "V/v phòng thủ/Mật",
    "KẾ HOẠCH PHÒNG THỦ, MẬT",
    "V/v phòng thủ : mật",
    "Kế hoạch - Mật - năm 2026",
    "12/KH-UBND/MẬT",
    "V/v phòng thủ - Mật.",
    "V/v phòng thủ - MẬT, KHẨN",
    # labels
    "Độ mật: Tuyệt mật, Tối mật",
    "Kế hoạch, độ mật: Tối mật, hỏa tốc",
    "Kế hoạch phòng thủ, độ mật: Mật",
    "Độ mật: Mật",
    "DO MAT: TOI MAT",
    "ĐỘ MẬT: TỐI MẬT. Kế hoạch",
    "Văn bản độ mật Tối mật về phòng thủ",
    "Mức độ mật: Tối mật",
    "Độ mật của văn bản: Mật",
    "độ mật = mật",
    "Độ mật là Tuyệt mật",
    "Độ mật: A",
    "Kế hoạch (độ mật: 1)",
    "Độ mật “Tối mật”",
    "Kế hoạch phòng thủ, độ Mật",
    # in capitals among others
    "Hồ sơ TUYỆT MẬT năm 2026",
    "Kế hoạch phòng thủ TỐI  MẬT",
    "Kế hoạch MẬT năm 2026",
    "Kế hoạch số 15 MẬT",
    "Số 15/KH-UBND MẬT V/v phòng thủ",
    "Ke hoach TOI MAT nam 2026",
    "Kế hoạch MẬT VỀ phòng thủ",
    "Kế hoạch MËT năm 2026",
    # file names
    "Kế hoạch - Mật.pdf",
    "MẬT_Kế hoạch.docx",
    "ke_hoach_MẬT.pdf",
    "TOI_MAT_ke_hoach.pdf",
    "TỐI MẬT.pdf",
    "KH (Mat).pdf",
    "[MAT] ke hoach.pdf",
    "kế hoạch phòng thủ (mật).PDF",
    "MẬT-Kế hoạch.pdf",
    # letters
    "ma\u0302\u0323t",
    "m\u1ea1\u0302t",
    "ma\u0323\u0302t",
    unicodedata.normalize("NFD", "TUYỆT MẬT: kế hoạch"),
    "M\u200bẬ\u200bT V/v",
    "T\u2060ỐI M\u00adẬT",
    "M\u034fẬ\ufe0fT: x",
    "M\u3164Ậ\u115fT: x",
    "М\u1eacТ: abc",
    "(МẬТ) V/v",
    "ＴỐＩ ＭẬＴ",
    "𝐌Ậ𝐓: x",
    "M\u0336Ậ\u0336T\u0336: x",
    "(MËT) V/v",
    "Tèi mËt: x",
    "(MAÄT) V/v",
    "TUYEÄT MAÄT: x",
    "tuyÖt mËt: x",
    "M\U000e0041ẬT: x",
    "Đề nghị xem\nMật",
    "dòng một\r\n(Tối mật)\nba",
    "\u202eMẬT: x",
]

HONEST = [
    "về việc bảo vệ bí mật nhà nước",
    "Triển khai Luật Bảo vệ bí mật nhà nước",
    "về công tác bảo vệ bí mật nhà nước năm 2026",
    "BÁO CÁO CÔNG TÁC BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "V/v tăng cường BẢO MẬT THÔNG TIN",
    "BẢO MẬT THÔNG TIN",
    "BÍ MẬT",
    "bí mật",
    "(bí mật nhà nước)",
    "Bí mật kinh doanh: cách bảo vệ",
    "Công ty BÍ MẬT XANH",
    "bảo mật",
    "V/v bảo mật – an toàn thông tin",
    "Quy chế bảo mật, an toàn thông tin",
    "AN TOÀN, BẢO MẬT",
    "mật ong rừng",
    "MẬT ONG",
    "Mật ong: tiêu chuẩn kỹ thuật",
    "VỀ VIỆC QUẢN LÝ MẬT ONG",
    "Hỗ trợ hộ nuôi ong lấy mật",
    "thu mua đường, mật, sáp ong",
    "mật, sáp ong và phấn hoa",
    "Dự án MẬT ONG RỪNG năm 2026",
    "nước mật mía",
    "mật gấu",
    "MẬT MÍA TÂN KỲ",
    "Rỉ mật đường (mật rỉ)",
    "Mật, sáp ong và phấn hoa",
    "đường và mật",
    "sản phẩm từ mật",
    "mật độ dân số",
    "Mật độ xây dựng: quy chuẩn",
    "MẬT ĐỘ GIAO THÔNG",
    "giờ tối mật độ xe tăng",
    "mật độ (người/km2)",
    "giảm mật độ",
    "Mật khẩu đăng nhập",
    "MẬT KHẨU WIFI",
    "Mật khẩu: đổi định kỳ",
    "Mật khẩu - quy định đổi",
    "Mật mã dân sự",
    "về việc cấp chứng chỉ mật mã",
    "Mật-mã",
    "KHÓA MẬT MÃ",
    "Mật thư",
    "mật vụ",
    "mật thiết",
    "mật nghị hồng y",
    "Phật giáo Mật tông",
    "mật danh",
    "MẬT LỆNH CUỐI CÙNG",
    "thân mật",
    "Gặp mặt thân mật",
    "bữa cơm thân mật",
    "cẩn mật",
    "nghiêm mật",
    "túi mật",
    "Phẫu thuật sỏi mật",
    "viêm túi mật, sỏi mật",
    "tuần trăng mật",
    "ngọt mật",
    "ống mật",
    "bổ nhiệm ông Nguyễn Văn Mật",
    "Bổ nhiệm ông NGUYỄN VĂN MẬT",
    "NGUYỄN THỊ MẬT",
    "đơn của bà Trần Thị Mật, thôn Đông",
    "Đơn của ông Nguyễn Văn Mật V/v khiếu nại đất",
    "ông MẬT",
    "Thị trấn Mật Sơn",
    "Phường MẬT SƠN",
    "MẬT SƠN",
    "thôn Mật",
    "xã Mật, huyện Đông",
    "đường Mật Sơn – Đông Vệ",
    "Trần T. Mật",
    "Ông Lê Mật (Phó Chủ tịch)",
    "Nhà thờ họ LÊ MẬT",
    "chùa Mật",
    "Mật Cật",
    "PHÂN LOẠI TÀI LIỆU TỐI MẬT, TUYỆT MẬT",
    "Độ tối mật của tài liệu",
    "Danh mục bí mật nhà nước độ Tuyệt mật và Tối mật trong ngành",
    "Ban hành danh mục bí mật nhà nước độ Mật của ngành Công an",
    "danh mục bí mật nhà nước độ Mật",
    "Danh mục bí mật nhà nước thuộc độ TUYỆT MẬT, TỐI MẬT",
    "tiêu hủy tài liệu mật",
    "quản lý văn bản mật",
    "Sổ đăng ký văn bản mật",
    "Đăng ký văn bản đến, văn bản đi, văn bản mật",
    "quy định mức độ tối mật, mật",
    "xác định độ mật của văn bản",
    "độ mật",
    "Thay đổi (độ mật)",
    "Quy định về độ mật: cách xác định",
    "Độ mật: không",
    "Độ mật: Thường",
    "giải mật tài liệu",
    "gia hạn, điều chỉnh độ mật, giải mật",
    "Văn bản mật: cách đăng ký",
    "danh mục tài liệu mật",
    "hồ sơ mật vụ",
    "tuyệt đối giữ bí mật",
    "họp kín, giữ bí mật",
    "họp mặt đầu năm",
    "(mặt trận)",
    "Mất điện: lịch cắt điện",
    "(mất)",
    "MẮT",
    "MẶT",
    "Mặt - bằng giải phóng",
    "tô mật",
    "Khám mắt",
    "giấy chứng nhận bị mất",
    "Mất - giấy tờ",
    "mat_bang_quy_hoach.pdf",
    "mat bang tang 1",
    "Mat bang: tang 1",
    "giai phong mat bang",
    "toi mat giay to",
    "ho so bi mat.pdf",
    "Công ty MAT Việt Nam",
    "Công ty TNHH MAT",
    "bi mat nha nuoc",
    "bao mat thong tin",
    "don_toi_mat_xe.pdf",
    "Mat tran To quoc",
    "MAT TRAN TO QUOC",
    "mat ong",
    "nghi mat",
    "Ba độ mật Tuyệt mật, Tối mật, Mật",
    "Luật quy định 3 độ mật: Tuyệt mật, Tối mật, Mật",
    "không tải lên tài liệu mật, tối mật, tuyệt mật",
    "(tài liệu mật, tối mật, tuyệt mật)",
    "bảo vệ tuyệt mật danh tính người báo tin",
    "Hướng dẫn soạn thảo bí mật nhà nước trên máy tính độc lập",
    "",
    "  ",
    "secretary",
    "Secretary: Nguyễn Văn An",
    "client secret",
    "secretariat (ASEAN)",
    "format",
    "tomato",
    "Matxcơva",
    "MATLAB",
    "Ma trận",
    "V/v mua máy tính",
    "Tối nay mật ong",
    "15/QĐ-UBND",
    "d1",
    "2026/mat-bang/12",
    "KHẨN",
    "Hỏa tốc",
    "khẩn cấp",
]

NOT_FOUND = [
    *("Kế hoạch Mật năm 2026", "kế hoạch mật năm 2026", "KẾ HOẠCH PHÒNG THỦ MẬT", "KẾ HOẠCH TỐI MẬT NĂM 2026"),
    *("Kế hoạch PCCC MẬT", "Không phổ biến", "LƯU HÀNH NỘI BỘ", "ke hoach tuyet mat nam 2026", "Mật điều chuyển quân"),
]
"""What the rule cannot tell from words about secrets, names and goods, or does not try to."""


@pytest.mark.parametrize("text", MARKED)
def test_a_mark_is_found_however_it_is_written(text: str) -> None:
    """NĐ 30/2020 PL I ô 10a; QĐ 28/2018 Điều 1.2: set apart, labelled, first or in capitals; any spelling."""
    assert bears_mark(text)


@pytest.mark.parametrize("text", HONEST)
def test_words_about_secrets_are_no_marks(text: str) -> None:
    """A document that speaks of secrets, honey, density, passwords or somebody called Mật is not itself secret."""
    assert not bears_mark(text)
    assert not bears_mark(text, is_name=True)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_the_documentation_says_is_not_found_is_not(text: str) -> None:
    """If one of these is found one day, docs/adr/0057 is to be mended."""
    assert not bears_mark(text)


def test_both_tables_are_long_enough_to_stand_for_what_people_write() -> None:
    """Each entry once."""
    assert len(set(MARKED)) == len(MARKED) >= 60
    assert len(set(HONEST)) == len(HONEST) >= 60


@pytest.mark.parametrize("name", ["Mật", "MẬT", "mật", "Nguyễn Văn Mật", "NGUYỄN VĂN MẬT", "Mật."])
def test_somebody_may_be_called_mat(name: str) -> None:
    """By itself it is a mark in a subject, and none in a name."""
    assert not bears_mark(name, is_name=True)


@pytest.mark.parametrize(
    "name", ["(Mật)", "Sở Nội vụ (Mật)", "TỐI MẬT", "Tuyệt mật", "Độ mật: Mật", "Mật: kế hoạch", "[MẬT] Nguyễn Văn An"]
)
def test_a_mark_set_apart_is_one_in_a_name_too(name: str) -> None:
    """Nobody is called that."""
    assert bears_mark(name, is_name=True)


def test_a_field_for_secrecy_says_clearly_that_nothing_is_secret_or_counts_as_secret() -> None:
    """The axis has no such field: whatever it says that is not "no" is a mark."""
    assert all(map(is_open_value, ("", " ", "0", "-", "Không", "khong mat", "Thường", "NORMAL", "None")))
    assert not any(map(is_open_value, ("1", "Mật", "MAT", "A", "tối mật", "?x", "hạn chế")))


WORDS = [
    *(f"m{vowel}t" for vowel in "aâạậ"),
    *(
        "MẬT",
        "M Ậ T",
        "MẬT",
        "М\u1eacТ",
        "tối",
        "tuyệt",
        "top secret",
        "secret",
        "SECRET",
        "mặt",
        "mất",
        "số",
        "độ",
        "v/v",
    ),
]


@given(st.lists(st.sampled_from([*WORDS, *"([:“)]”-, \u200b"]), max_size=6))
def test_a_short_look_misses_no_mark(parts: list[str]) -> None:
    """Texts without the words in which every mark ends are not looked at further: no mark is among them."""
    text = "".join(parts)
    looked = any(marks._is_marked(line, is_name=False) for line in marks._fold(text).splitlines())
    assert bears_mark(text) is looked


@pytest.mark.parametrize("unit", ["độ mật     ", "- ", "-=", "mật, ", "mật và ", "a a a ", "toi ", "(mật x", "m\u200b"])
def test_no_text_is_long_to_look_at(unit: str) -> None:
    """A text is looked at before its length is checked: the time grows with it, not with its square."""
    times = []
    for size in (10_000, 80_000):
        began = time.process_time()
        bears_mark(unit * (size // len(unit)) + " mật ong")
        times.append(time.process_time() - began)
    assert times[1] < 30 * times[0] + 1  # by the square it would be 64 times
