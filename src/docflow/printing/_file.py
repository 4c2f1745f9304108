"""A file (hồ sơ) to PDF and XML: its table of contents, then every document in order of time.

Invariants:
    - Lines stand in the order given, that of time.
    - The PDF shows copies of the pages for reading, and carries each document as it is as an attachment: copied pages
      bear no signature that verifies, the attachment does.
    - A document that is no PDF any reader opens, is only paper, or was destroyed stands in the table all the same, and
      the table says so.

What it does not do: it judges no signature.

Source: Nghị định 30/2020/NĐ-CP Phụ lục V mục IV (table of contents), Phụ lục VI Phần I (export as .pdf, .xml in time
order), Phần II.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pikepdf
from lxml import etree

from docflow.model import CaseFile, ContentsLine
from docflow.model.layout import FontFamily
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
_ONLY_PAPER, _NOT_READABLE = "bản giấy", "không đọc được"


def write_file_xml(file: CaseFile, lines: Sequence[ContentsLine]) -> bytes:
    """Return the metadata of a file and its documents as XML, with the fields' names of the decree.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
    """
    root = etree.Element("CaseFile")
    code = etree.SubElement(root, "FileCode")
    for name, value in (
        ("OrganId", file.agency),
        ("FileCatalog", str(file.year)),
        ("FileNotation", file.notation),
    ):
        etree.SubElement(code, name).text = value
    days = [line.day for line in lines if line.day is not None]
    for name, value in (
        ("Title", file.title),
        ("Maintenance", file.retention),
        ("Rights", file.rights),
        ("Creator", file.creator),
        ("Language", file.language),
        ("StartDate", min(days).isoformat() if days else ""),
        ("EndDate", max(days).isoformat() if days else ""),
        ("DocTotal", str(len(lines))),
        ("Description", file.description),
    ):
        etree.SubElement(root, name).text = value
    for line in lines:
        document = etree.SubElement(root, "Document", Direction=line.direction.value)
        for name, value in (
            ("DocOrdinal", str(line.ordinal)),
            ("CodeNotation", line.symbol),
            ("IssuedDate", line.day.isoformat() if line.day else ""),
            ("OrganName", line.issuer),
            ("Subject", line.title),
            ("SignerName", line.signer),
            ("SignerPosition", line.signer_position),
            ("ArrivalNumber", "" if line.arrival_number is None else str(line.arrival_number)),
            ("ContentSha256", line.content or ""),
        ):
            etree.SubElement(document, name).text = value
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def print_file(
    file: CaseFile, lines: Sequence[ContentsLine], contents: Mapping[str, bytes], *, fonts: FontFamily
) -> bytes:
    """Return a file as one PDF: table of contents, then the pages of every document, each attached as it is.

    Args:
        contents: The documents' bytes by SHA-256.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    """
    readable = {name: count for name, data in contents.items() if (count := _count_pages(data))}
    rows = _contents_rows(lines, readable)
    head = (
        "MỤC LỤC VĂN BẢN, TÀI LIỆU",
        f"Số, ký hiệu hồ sơ: {file.notation}. Năm {file.year}",
        f"{file.code} · {file.title}",
        f"Thời hạn bảo quản: {file.retention}",
    )
    front = print_tables(head, [PrintedTable(titles=_HEADS, rows=rows, widths=_WIDTHS)], fonts=fonts)
    with pikepdf.open(io.BytesIO(front)) as pdf:
        for line in lines:
            data = contents.get(line.content or "")
            if data is None:
                continue
            if line.content in readable:
                with pikepdf.open(io.BytesIO(data)) as source:
                    pdf.pages.extend(source.pages)
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
        lacking = "" if count else _ONLY_PAPER if line.content is None else _NOT_READABLE
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


def _count_pages(data: bytes) -> int:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return len(pdf.pages)
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its reader, it is kept as an attachment
        return 0
