"""The forms by which files (hồ sơ) are listed and handed over: danh mục hồ sơ, mục lục nộp lưu, biên bản giao nhận.

Invariants:
    - What docflow knows is printed; what people fill in by hand stays dotted.
    - Files kept for ever and files kept for a term stand in lists of their own, as the annex asks.

What it does not do: it counts no sheets of paper.

Source: Nghị định 30/2020/NĐ-CP Điều 28, 30; Phụ lục V mục II, III, V.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from docflow.model import CaseFile
from docflow.model.layout import FontFamily
from docflow.printing._table import Part, PrintedTable, RowLook, print_tables

_NATION, _MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
_DATE = "ngày ... tháng ... năm ..."
_BLANK = "." * 60
_HALVES = (72, 108)
_LIST = ("Số và ký hiệu hồ sơ", "Tên đề mục và tiêu đề hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú")
_LIST_WIDTHS = (30, 74, 24, 32, 20)
_DELIVERY = (
    "Số TT",
    "Số, ký hiệu hồ sơ",
    "Tiêu đề hồ sơ",
    "Thời gian tài liệu",
    "Thời hạn bảo quản",
    "Số tờ/ Số trang",
    "Ghi chú",
)
_DELIVERY_WIDTHS = (11, 30, 57, 26, 20, 16, 20)
_TITLE_COLUMN, _TERM_COLUMN = 2, 4
_LINES_TO_SIGN = 3
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def print_file_list(
    files: Sequence[CaseFile], *, agency: str, year: int, decision: str = "", fonts: FontFamily
) -> bytes:
    """Return a year's list of files (danh mục hồ sơ), under the units that keep them.

    Args:
        decision: The words that name the decision by which it was promulgated; empty: left to be filled in.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    Source: Nghị định 30/2020/NĐ-CP Điều 28, Phụ lục V mục I, II.
    """
    rows: list[tuple[str, ...]] = []
    for number, unit in enumerate(dict.fromkeys(file.unit for file in files), start=1):
        rows.append(("", f"{_roman(number)}. {(unit or agency).upper()}", "", "", ""))
        rows += [
            (file.notation, file.title, file.retention, file.creator, file.description)
            for file in files
            if file.unit == unit
        ]
    for_ever = sum(file.retention_years is None for file in files)
    foot = (
        f"Danh mục hồ sơ này có {len(files)} hồ sơ, bao gồm: {for_ever} hồ sơ bảo quản vĩnh viễn; "
        f"{len(files) - for_ever} hồ sơ bảo quản có thời hạn."
    )
    named = decision or "Quyết định số ....... ngày ... tháng ... năm ..... của ............"
    head = ("DANH MỤC HỒ SƠ", f"Năm {year}", f"(Kèm theo {named})")
    table = PrintedTable(titles=_LIST, rows=rows, widths=_LIST_WIDTHS)
    above = _above(agency, date_line="")
    return print_tables(head, [table, foot], fonts=fonts, above=above, author=agency, is_document=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A file in the minutes of a hand-over.

    Attributes:
        days: Of the first and the last of its documents; None: it has none with a day.
        contents: How many of its documents are electronic: the others are paper only.
    """

    file: CaseFile
    days: tuple[date, date] | None
    contents: int

    @property
    def span(self) -> str:
        """Thời gian tài liệu, as it is written."""
        return "" if self.days is None else " – ".join(dict.fromkeys(f"{day:%d/%m/%Y}" for day in self.days))


def print_hand_over(
    handed_over: Sequence[HandedOver], *, agency: str, place: str, giver: str, fonts: FontFamily
) -> bytes:
    """Return the minutes of a hand-over (biên bản giao nhận) with the lists of the files handed over.

    Args:
        place: Where the agency is.
        giver: The person or the unit that gives them.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 3, Phụ lục V mục III, V.
    """
    files = [item.file for item in handed_over]
    receivers = ", ".join(sorted({file.handed_over_to for file in files if file.handed_over_to}))
    days = [day for item in handed_over for day in item.days or ()]
    span = f"từ {min(days):%d/%m/%Y} đến {max(days):%d/%m/%Y}" if days else _BLANK
    documents = sum(file.document_count for file in files)
    contents = sum(item.contents for item in handed_over)
    parts: list[Part] = [
        "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
        f"Căn cứ {_BLANK} (Danh mục hồ sơ năm ..., Kế hoạch thu thập tài liệu ...),",
        "Chúng tôi gồm:",
        f"BÊN GIAO: {giver}",
        f"Ông (bà): {_BLANK} Chức vụ công tác: {_BLANK}",
        f"BÊN NHẬN: {receivers or 'Lưu trữ cơ quan'}",
        f"Ông (bà): {_BLANK} Chức vụ công tác: {_BLANK}",
        "Thống nhất lập biên bản giao nhận tài liệu với những nội dung như sau:",
        f"1. Tên khối tài liệu giao nộp: {_BLANK}",
        f"2. Thời gian của hồ sơ, tài liệu: {span}",
        "3. Số lượng tài liệu:",
        "a) Đối với hồ sơ, tài liệu giấy:",
        "Tổng số hộp (cặp): .......... Tổng số hồ sơ (đơn vị bảo quản): .......... Quy ra mét giá: .......... mét.",
        "b) Đối với hồ sơ, tài liệu điện tử:",
        f"Tổng số hồ sơ: {len(files)}. Tổng số văn bản: {documents}. Tổng số tệp tin trong hồ sơ: {contents}.",
        f"4. Tình trạng tài liệu giao nộp: {_BLANK}",
        "5. Mục lục hồ sơ, tài liệu nộp lưu kèm theo.",
        "Biên bản này được lập thành hai bản; bên giao giữ một bản, bên nhận giữ một bản./.",
        PrintedTable(
            titles=("ĐẠI DIỆN BÊN GIAO", "ĐẠI DIỆN BÊN NHẬN"),
            rows=[("(Ký và ghi rõ họ và tên)", "(Ký và ghi rõ họ và tên)"), *[("", "")] * _LINES_TO_SIGN],
            widths=(90, 90),
            is_ruled=False,
        ),
        *_delivery_list([item for item in handed_over if item.file.retention_years is None], is_for_ever=True),
        *_delivery_list([item for item in handed_over if item.file.retention_years is not None], is_for_ever=False),
    ]
    head = ("BIÊN BẢN GIAO NHẬN HỒ SƠ, TÀI LIỆU",)
    above = _above(agency, date_line=f"{place or '......'}, {_DATE}")
    return print_tables(head, parts, fonts=fonts, above=above, author=agency, is_document=True)


def _delivery_list(handed_over: Sequence[HandedOver], *, is_for_ever: bool) -> list[Part]:
    """Return mục lục hồ sơ, tài liệu nộp lưu; the one of files kept for ever has no column for the term."""
    if not handed_over:
        return []
    kind = "bảo quản vĩnh viễn" if is_for_ever else "bảo quản có thời hạn"
    left_out = {_TERM_COLUMN} if is_for_ever else set[int]()

    def of(row: Sequence[str]) -> tuple[str, ...]:
        return tuple(cell for index, cell in enumerate(row) if index not in left_out)

    rows = [
        of(
            (
                str(number),
                item.file.notation,
                item.file.title,
                item.span,
                item.file.retention,
                "",
                f"{item.file.document_count} văn bản",
            )
        )
        for number, item in enumerate(handed_over, start=1)
    ]
    spare = sum(_DELIVERY_WIDTHS[index] for index in left_out)
    widths = [
        width + (spare if index == _TITLE_COLUMN else 0)
        for index, width in enumerate(_DELIVERY_WIDTHS)
        if index not in left_out
    ]
    return [
        f"MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU ({kind})",
        PrintedTable(titles=of(_DELIVERY), rows=rows, widths=widths),
        f"Mục lục này gồm: {len(handed_over)} hồ sơ (đơn vị bảo quản). Viết bằng chữ: {_BLANK}",
    ]


def _above(agency: str, *, date_line: str) -> PrintedTable:
    rows = [("", _MOTTO), *([("", date_line)] if date_line else [])]
    looks = (RowLook.BOLD_UNDERLINED, RowLook.ITALIC)
    return PrintedTable(titles=(agency.upper(), _NATION), rows=rows, widths=_HALVES, is_ruled=False, looks=looks)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        while number >= value:
            text, number = text + letters, number - value
    return text
