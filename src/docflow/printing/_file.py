"""A file (hồ sơ) to PDF: its table of contents, then every document in order of time.

Invariants:
    - Lines stand in the order given, that of time.
    - The PDF shows copies of the pages for reading, and carries each document as it is as an attachment: copied pages
      bear no signature that verifies, the attachment does.
    - A document that is no PDF any reader opens, is only paper, was destroyed or may not be read by whoever asks stands
      in the table all the same, and the table says so.

What it does not do: it judges no signature.

Source: Nghị định 30/2020/NĐ-CP Phụ lục V mục IV (table of contents), Phụ lục VI Phần I (export as .pdf, .xml in time
order), Phần II.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import pikepdf

from docflow.errors import DocflowError
from docflow.model import CaseFile, ContentsLine, PrintMark
from docflow.model.layout import FontFamily
from docflow.printing._mark import print_marked
from docflow.printing._sheets import take_pages
from docflow.printing._strange import MAX_PRINTED_PAGES, open_strange_pdf, refuse_deep
from docflow.printing._table import PrintedTable, print_tables

_HEADS = (
    "STT",
    "Số, ký hiệu văn bản",
    "Ngày tháng năm văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Tác giả văn bản",
    "Tờ số/ Trang số",
    "Ghi chú",
)
_WIDTHS = (11, 28, 21, 52, 32, 16, 20)
_ONLY_PAPER, _NOT_READABLE, _DESTROYED, _HIDDEN = (
    "bản giấy",
    "không đọc được, hoặc quá nhiều trang",
    "nội dung đã hủy",
    "không có quyền đọc",
)
_MOST_PAGES = MAX_PRINTED_PAGES - 1_000
"""Of the documents in a print; the table of contents has room for the rest."""


def print_file(
    file: CaseFile,
    lines: Sequence[ContentsLine],
    contents: Mapping[str, bytes],
    *,
    fonts: FontFamily,
    mark: PrintMark | None = None,
) -> bytes:
    """Return a file as one PDF: table of contents, then the pages of every document, each attached as it is.

    Args:
        contents: The documents' bytes by SHA-256.
        mark: Stands on each page of a print; then nothing is attached.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
        InputError: ``MALFORMED_INPUT``; all pages together are too many to be printed with a mark.
    """
    with ExitStack() as opened:
        readable = {name: pages for name, data in contents.items() if (pages := _take_readable(data, opened))}
        drawn = readable if mark is None else _fit(lines, readable)
        merged = _merge(file, lines, contents, readable=drawn, fonts=fonts, mark=mark)
    return merged if mark is None else print_marked(merged, mark, fonts=fonts)


def _fit(
    lines: Sequence[ContentsLine], readable: Mapping[str, Sequence[pikepdf.Page]]
) -> dict[str, Sequence[pikepdf.Page]]:
    """Return what is printed with the file: without the longest documents, if together they are too many pages."""
    kept = dict(readable)
    while sum(len(kept.get(line.content or "", ())) for line in lines) > _MOST_PAGES:
        del kept[max(kept, key=lambda name: len(kept[name]))]
    return kept


def _merge(
    file: CaseFile,
    lines: Sequence[ContentsLine],
    contents: Mapping[str, bytes],
    *,
    readable: Mapping[str, Sequence[pikepdf.Page]],
    fonts: FontFamily,
    mark: PrintMark | None,
) -> bytes:
    rows = _contents_rows(lines, {name: len(pages) for name, pages in readable.items()})
    head = (
        "MỤC LỤC VĂN BẢN, TÀI LIỆU",
        f"Số, ký hiệu hồ sơ: {file.notation}. Năm {file.year}",
        f"{file.code} · {file.title}",
        f"Thời hạn bảo quản: {file.retention}",
    )
    front = print_tables(head, [PrintedTable(titles=_HEADS, rows=rows, widths=_WIDTHS)], fonts=fonts, mark=mark)
    with pikepdf.open(io.BytesIO(front)) as pdf:
        for line in lines:
            data = contents.get(line.content or "")
            if data is None:
                continue
            for page in readable.get(line.content or "", ()):
                pdf.pages.append(page)
            if mark is not None:
                continue
            # Named as TT 05/2025/TT-BNV Điều 8 has it: code of the file, a dot, the ordinal.
            name = f"{file.code}.{line.ordinal:03d}.pdf"
            pdf.attachments[name] = pikepdf.AttachedFileSpec(
                pdf,
                data,
                description=line.title,
                filename=name,
                mime_type="application/pdf",
                creation_date="",
                mod_date="",
            )
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _contents_rows(lines: Sequence[ContentsLine], readable: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the lines of the table; pages are counted from 1 behind the table of contents."""
    rows: list[tuple[str, ...]] = []
    last = 0
    for line in lines:
        count = readable.get(line.content or "", 0)
        first, last = last + 1, last + count
        gone = _HIDDEN if line.is_hidden else _DESTROYED if line.is_destroyed else _ONLY_PAPER
        lacking = "" if count else gone if line.content is None else _NOT_READABLE
        rows.append(
            (
                str(line.ordinal),
                line.symbol,
                f"{line.day:%d/%m/%Y}" if line.day else "",
                line.title,
                line.issuer,
                "" if not count else str(first) if count == 1 else f"{first}–{last}",
                "; ".join(filter(None, (f"văn bản {line.direction.vi}", lacking))),
            )
        )
    return rows


def _take_readable(data: bytes, opened: ExitStack) -> list[pikepdf.Page]:
    """Return the pages of a document for reading; none of a file that cannot be read, which is kept as an attachment.

    Fields and annotations are drawn: in another file they would be fields of nobody.
    """
    try:
        pdf = opened.enter_context(open_strange_pdf(data))
        sheets = take_pages(pdf)
        for sheet in sheets:
            sheet.lay_out(pdf)
        refuse_deep([sheet.page for sheet in sheets])
    except DocflowError:
        return []
    return [pikepdf.Page(sheet.page) for sheet in sheets]
