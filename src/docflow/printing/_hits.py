"""What a search found, as PDF and as a document for a word processor (DOCX).

Invariants:
    - The lines stand in the order of the hits, and the head says what was asked for and whether more was left out.
    - What was recorded keeps no list from being written: a character that cannot be drawn or seen is named.

What it does not do: it writes no DOC, the binary form that word processors wrote before 2007 and still read.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6h; ECMA-376 (DOCX).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from docflow.model import LAW_TIME_ZONE, SearchHit, SearchQuery
from docflow.model.layout import FontFamily
from docflow.model.wording import make_visible
from docflow.printing._table import PrintedTable, print_tables

if TYPE_CHECKING:
    from docx.table import _Row

HITS_TITLES = (
    "STT",
    "Đi/ đến",
    "Số, ký hiệu",
    "Ngày văn bản",
    "Cơ quan ban hành",
    "Tên loại và trích yếu nội dung",
    "Người ký",
)
_WIDTHS_MM = (13, 12, 28, 24, 33, 47, 23)
_ANY_DAY = datetime(2020, 3, 5)  # noqa: DTZ001 — the format has no zone; the day on which the decree took effect
_FONT, _POINTS = "Times New Roman", 10
_A4_MM, _MARGIN_MM = (210, 297), 15


def tabulate_hits(hits: Sequence[SearchHit], query: SearchQuery) -> list[tuple[str, ...]]:
    """Return a row of cells for each hit, under :data:`HITS_TITLES`; they count on from those left out before."""
    return [
        (
            str(number),
            hit.direction.vi,
            hit.symbol,
            f"{hit.issued_on:%d/%m/%Y}" if hit.issued_on else "",
            hit.issuer_name,
            f"{hit.type_name} {hit.subject}".strip(),
            ", ".join(filter(None, (hit.signer_position, hit.signer_name))),
        )
        for number, hit in enumerate(hits, start=query.skip + 1)
    ]


def print_hits(hits: Sequence[SearchHit], query: SearchQuery, *, at: datetime | None, fonts: FontFamily) -> bytes:
    """Return what was found as PDF; the same hits and fonts give the same bytes.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    """
    table = PrintedTable(titles=HITS_TITLES, rows=tabulate_hits(hits, query), widths=_WIDTHS_MM)
    return print_tables(_head(hits, query, at), [table] if hits else [], fonts=fonts)


def write_hits_docx(hits: Sequence[SearchHit], query: SearchQuery, *, at: datetime | None) -> bytes:
    """Return what was found as DOCX: the head, and a table whose headings stand on every page."""
    # Imported when it is needed: it takes longer than most commands.
    import docx  # noqa: PLC0415
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = _ANY_DAY
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(_POINTS)
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in _A4_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    title, *below = _head(hits, query, at)
    document.core_properties.title = title
    first = document.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    first.add_run(title).bold = True
    for text in below:
        document.add_paragraph(make_visible(text)).paragraph_format.space_after = Pt(0)
    if hits:
        table = document.add_table(rows=0, cols=len(HITS_TITLES), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
            column.width = Mm(width)
        for number, cells in enumerate((HITS_TITLES, *tabulate_hits(hits, query))):
            row = table.add_row()
            _mark(row, "w:cantSplit")
            for cell, text, width in zip(row.cells, cells, _WIDTHS_MM, strict=True):
                cell.width = Mm(width)
                cell.paragraphs[0].add_run(make_visible(text)).bold = number == 0
        _mark(table.rows[0], "w:tblHeader")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _mark(row: _Row, name: str) -> None:
    """Say of a row what the library has no word for (ECMA-376 Part 1, 17.4.6 cantSplit, 17.4.78 tblHeader)."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - see above

    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001


def _head(hits: Sequence[SearchHit], query: SearchQuery, at: datetime | None) -> tuple[str, ...]:
    when = f" lúc {at.astimezone(LAW_TIME_ZONE):%H:%M ngày %d/%m/%Y}" if at else ""
    more = ", có thể còn nữa" if len(hits) == query.limit else ""
    before = f", không kể {query.skip} văn bản đứng trước" if query.skip else ""
    asked = (
        ("Nội dung", query.text.strip()),
        ("Văn bản", query.direction.vi if query.direction else ""),
        ("Số", "" if query.number is None else str(query.number)),
        ("Số, ký hiệu", query.symbol or ""),
        ("Mã cơ quan ban hành", query.issuer or ""),
        ("Từ ngày", f"{query.issued_from:%d/%m/%Y}" if query.issued_from else ""),
        ("Đến ngày", f"{query.issued_to:%d/%m/%Y}" if query.issued_to else ""),
    )
    question = "; ".join(f"{name}: {value}" for name, value in asked if value)
    return (
        "KẾT QUẢ TÌM KIẾM VĂN BẢN",
        f"Điều kiện tìm kiếm: {question or 'tất cả văn bản'}.",
        f"Tìm thấy{when}: {len(hits)} văn bản{before}{more}.",
    )
