"""The 29 types of administrative documents and their abbreviations.

Invariants:
    - Case and diacritics distinguish: ``ĐA`` is not ``DA``, ``CT`` is not ``CTr``.

Source: Nghị định 30/2020/NĐ-CP Điều 7, Phụ lục III mục I.
"""

from __future__ import annotations

from enum import StrEnum


class DocumentType(StrEnum):
    """A type of administrative document (tên loại văn bản hành chính); the value is stable and stored."""

    NGHI_QUYET = "nghi_quyet"
    QUYET_DINH = "quyet_dinh"
    CHI_THI = "chi_thi"
    QUY_CHE = "quy_che"
    QUY_DINH = "quy_dinh"
    THONG_CAO = "thong_cao"
    THONG_BAO = "thong_bao"
    HUONG_DAN = "huong_dan"
    CHUONG_TRINH = "chuong_trinh"
    KE_HOACH = "ke_hoach"
    PHUONG_AN = "phuong_an"
    DE_AN = "de_an"
    DU_AN = "du_an"
    BAO_CAO = "bao_cao"
    BIEN_BAN = "bien_ban"
    TO_TRINH = "to_trinh"
    HOP_DONG = "hop_dong"
    CONG_DIEN = "cong_dien"
    BAN_GHI_NHO = "ban_ghi_nho"
    BAN_THOA_THUAN = "ban_thoa_thuan"
    GIAY_UY_QUYEN = "giay_uy_quyen"
    GIAY_MOI = "giay_moi"
    GIAY_GIOI_THIEU = "giay_gioi_thieu"
    GIAY_NGHI_PHEP = "giay_nghi_phep"
    PHIEU_GUI = "phieu_gui"
    PHIEU_CHUYEN = "phieu_chuyen"
    PHIEU_BAO = "phieu_bao"
    CONG_VAN = "cong_van"
    THU_CONG = "thu_cong"

    @property
    def vi(self) -> str:
        """The type's name as printed."""
        return _NAMES[self][0]

    @property
    def abbreviation(self) -> str | None:
        """The abbreviation in the symbol, or None for công văn and thư công."""
        return _NAMES[self][1]


_NAMES: dict[DocumentType, tuple[str, str | None]] = {
    DocumentType.NGHI_QUYET: ("Nghị quyết", "NQ"),
    DocumentType.QUYET_DINH: ("Quyết định", "QĐ"),
    DocumentType.CHI_THI: ("Chỉ thị", "CT"),
    DocumentType.QUY_CHE: ("Quy chế", "QC"),
    DocumentType.QUY_DINH: ("Quy định", "QyĐ"),
    DocumentType.THONG_CAO: ("Thông cáo", "TC"),
    DocumentType.THONG_BAO: ("Thông báo", "TB"),
    DocumentType.HUONG_DAN: ("Hướng dẫn", "HD"),
    DocumentType.CHUONG_TRINH: ("Chương trình", "CTr"),
    DocumentType.KE_HOACH: ("Kế hoạch", "KH"),
    DocumentType.PHUONG_AN: ("Phương án", "PA"),
    DocumentType.DE_AN: ("Đề án", "ĐA"),
    DocumentType.DU_AN: ("Dự án", "DA"),
    DocumentType.BAO_CAO: ("Báo cáo", "BC"),
    DocumentType.BIEN_BAN: ("Biên bản", "BB"),
    DocumentType.TO_TRINH: ("Tờ trình", "TTr"),
    DocumentType.HOP_DONG: ("Hợp đồng", "HĐ"),
    DocumentType.CONG_DIEN: ("Công điện", "CĐ"),
    DocumentType.BAN_GHI_NHO: ("Bản ghi nhớ", "BGN"),
    DocumentType.BAN_THOA_THUAN: ("Bản thỏa thuận", "BTT"),
    DocumentType.GIAY_UY_QUYEN: ("Giấy ủy quyền", "GUQ"),
    DocumentType.GIAY_MOI: ("Giấy mời", "GM"),
    DocumentType.GIAY_GIOI_THIEU: ("Giấy giới thiệu", "GGT"),
    DocumentType.GIAY_NGHI_PHEP: ("Giấy nghỉ phép", "GNP"),
    DocumentType.PHIEU_GUI: ("Phiếu gửi", "PG"),
    DocumentType.PHIEU_CHUYEN: ("Phiếu chuyển", "PC"),
    DocumentType.PHIEU_BAO: ("Phiếu báo", "PB"),
    DocumentType.CONG_VAN: ("Công văn", None),
    DocumentType.THU_CONG: ("Thư công", None),
}
