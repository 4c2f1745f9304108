"""A file (hồ sơ) to PDF and XML: its table of contents, then every document in order of time; minutes of a hand-over.

Invariants:
    - Lines stand in the order given, that of time.
    - The PDF shows copies of the pages for reading, and carries each document as it is as an attachment: copied pages
      bear no signature that verifies, the attachment does.
    - A document that is no PDF any reader opens, is only paper, or was destroyed stands in the table all the same, and
      the table says so.

What it does not do: it judges no signature. The look of table and minutes is docflow's own: the forms of Phụ lục V were
not at hand.

Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 3, Phụ lục VI Phần I (export as .pdf, .xml in time order), Phần II.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pikepdf
from lxml import etree

from docflow.model import CaseFile, ContentsLine
from docflow.model.layout import FontFamily
from docflow.printing._table import PrintedTable, print_tables

_HEADS = ("STT", "Số, ký hiệu", "Ngày tháng", "Tác giả", "Tên loại và trích yếu", "Đi/đến", "Ghi chú")
_WIDTHS = (12, 26, 20, 32, 51, 15, 24)
_FILE_HEADS = ("STT", "Mã hồ sơ", "Tiêu đề hồ sơ", "Thời gian", "Thời hạn bảo quản", "Số văn bản", "Ghi chú")
_FILE_WIDTHS = (12, 34, 54, 26, 20, 16, 18)
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
        UsageError: ``BAD_ARGUMENT``; a character has no glyph, or a font cannot be read.
    """
    readable = {name: data for name, data in contents.items() if _can_open(data)}
    rows = [
        (
            str(line.ordinal),
            line.symbol,
            f"{line.day:%d/%m/%Y}" if line.day else "",
            line.issuer,
            line.title,
            line.direction.vi,
            "" if line.content in readable else _ONLY_PAPER if line.content is None else _NOT_READABLE,
        )
        for line in lines
    ]
    head = ("MỤC LỤC VĂN BẢN TRONG HỒ SƠ", f"{file.code} · {file.title}", f"Thời hạn bảo quản: {file.retention}")
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


def print_hand_over(files: Sequence[CaseFile], *, giver: str, fonts: FontFamily) -> bytes:
    """Return the minutes of a hand-over (biên bản giao nhận) with the list of the files handed over.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a character has no glyph, or a font cannot be read.
    Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 3 (mục lục, biên bản).
    """
    receivers = sorted({file.handed_over_to for file in files if file.handed_over_to})
    rows = [
        (
            str(number),
            file.code,
            file.title,
            " – ".join(f"{day:%d/%m/%Y}" for day in (file.opened_on, file.closed_on) if day),
            file.retention,
            str(file.document_count),
            "",
        )
        for number, file in enumerate(files, start=1)
    ]
    head = (
        "BIÊN BẢN GIAO NHẬN HỒ SƠ, TÀI LIỆU",
        f"Bên giao: {giver}. Bên nhận: {', '.join(receivers) or '…'}",
        f"Tổng số hồ sơ: {len(files)}. Mục lục hồ sơ, tài liệu nộp lưu:",
    )
    return print_tables(head, [PrintedTable(titles=_FILE_HEADS, rows=rows, widths=_FILE_WIDTHS)], fonts=fonts)


def _can_open(data: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return len(pdf.pages) > 0
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its reader, it is kept as an attachment
        return False
