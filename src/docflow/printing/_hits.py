"""What a search found, as PDF and as a document for a word processor (DOCX).

Invariants:
    - The lines stand in the order of the hits, and the head says what was asked for and whether more was left out.
    - What was recorded keeps no list from being written: a character that cannot be drawn or seen is named.

What it does not do: it writes no DOC, the binary form that word processors wrote before 2007 and still read.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6h; ECMA-376 (DOCX).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from docflow.model import LAW_TIME_ZONE, PrintMark, SearchHit, SearchQuery
from docflow.model.layout import FontFamily
from docflow.printing._mark import print_marked
from docflow.printing._table import PrintedTable, print_tables

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


def print_hits(
    hits: Sequence[SearchHit],
    query: SearchQuery,
    *,
    at: datetime | None,
    fonts: FontFamily,
    mark: PrintMark | None = None,
) -> bytes:
    """Return what was found as PDF; the same hits and fonts give the same bytes.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    """
    pdf = print_tables(_head(hits, query, at), [_table(hits, query)] if hits else [], fonts=fonts, mark=mark)
    return pdf if mark is None else print_marked(pdf, mark, fonts=fonts)


def write_hits_docx(hits: Sequence[SearchHit], query: SearchQuery, *, at: datetime | None) -> bytes:
    """Return what was found as DOCX: the head, and a table whose headings stand on every page."""
    # Imported when it is needed: python-docx takes longer than most commands.
    from docflow.printing._word import write_word  # noqa: PLC0415

    return write_word(_head(hits, query, at), _table(hits, query) if hits else None)


def _table(hits: Sequence[SearchHit], query: SearchQuery) -> PrintedTable:
    return PrintedTable(titles=HITS_TITLES, rows=tabulate_hits(hits, query), widths=_WIDTHS_MM)


def _head(hits: Sequence[SearchHit], query: SearchQuery, at: datetime | None) -> tuple[str, ...]:
    when = f" lúc {at.astimezone(LAW_TIME_ZONE):%H:%M ngày %d/%m/%Y}" if at else ""
    more = ", có thể còn nữa" if len(hits) == query.limit else ""
    before = f", không kể {query.skip} văn bản đứng trước" if query.skip else ""
    asked = (
        ("Nội dung", query.text.strip()),
        ("Văn bản", query.direction.vi if query.direction else ""),
        ("Số", "" if query.number is None else str(query.number)),
        ("Số, ký hiệu", query.symbol or ""),
        ("Cơ quan ban hành", query.issuer or ""),
        ("Từ ngày", f"{query.issued_from:%d/%m/%Y}" if query.issued_from else ""),
        ("Đến ngày", f"{query.issued_to:%d/%m/%Y}" if query.issued_to else ""),
    )
    question = "; ".join(f"{name}: {value}" for name, value in asked if value)
    return (
        "KẾT QUẢ TÌM KIẾM VĂN BẢN",
        f"Điều kiện tìm kiếm: {question or 'tất cả văn bản'}.",
        f"Tìm thấy{when}: {len(hits)} văn bản{before}{more}.",
    )
