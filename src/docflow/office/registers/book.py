"""The outgoing and the incoming register as the decree prescribes them.

What it does not do: it reads nothing; the lines come from the store.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV (sổ đăng ký văn bản đi, 10 columns).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from docflow.model import Document, DocumentState, DocumentType, IncomingDocument, IncomingState, law_date
from docflow.ports import EntryKind, IncomingEntry, RegisterEntry

COLUMNS = (
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Người ký",
    "Nơi nhận văn bản",
    "Đơn vị, người nhận bản lưu",
    "Số lượng bản",
    "Ngày chuyển",
    "Ký nhận",
    "Ghi chú",
)
"""The ten columns, in order."""


def write_register_csv(lines: Iterable[tuple[RegisterEntry, Document | None]]) -> str:
    """Return the register as CSV (RFC 4180, UTF-8 text without byte order mark, CRLF).

    A void or reserved number keeps its line; the note says why. Ký nhận stays empty: an
    electronic receipt takes its place.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; RFC 4180.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_line(entry, document) for entry, document in lines)
    return buffer.getvalue()


INCOMING_COLUMNS = (
    "Ngày đến",
    "Số đến",
    "Tác giả",
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Đơn vị hoặc người nhận",
    "Ngày chuyển",
    "Ký nhận",
    "Ghi chú",
)
"""The ten columns of the incoming register, in order."""


def write_incoming_csv(lines: Iterable[tuple[IncomingEntry, IncomingDocument]]) -> str:
    """Return the incoming register as CSV, in the form of :func:`write_register_csv`.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục IV (sổ đăng ký văn bản đến); RFC 4180.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(INCOMING_COLUMNS)
    writer.writerows(_incoming_line(entry, document) for entry, document in lines)
    return buffer.getvalue()


def _incoming_line(entry: IncomingEntry, document: IncomingDocument) -> tuple[str, ...]:
    notes = ["Đã trả lại theo đề nghị lấy lại" if document.state is IncomingState.TAKEN_BACK else "", document.note]
    cells = (
        f"{entry.registered_on:%d/%m/%Y}",
        f"{entry.number:02d}",
        document.sender_name,
        document.symbol,
        f"{document.issued_on:%d/%m/%Y}" if document.issued_on else "",
        f"{document.type_name} {document.subject}".strip(),
        document.assignee or "",
        f"{law_date(document.assigned_at):%d/%m/%Y}" if document.assigned_at else "",
        "",
        "; ".join(filter(None, notes)),
    )
    return tuple(_harmless(cell) for cell in cells)


def _line(entry: RegisterEntry, document: Document | None) -> tuple[str, ...]:
    number = entry.symbol or f"{entry.number:02d}{entry.suffix}"
    notes = [_NOTES.get(entry.kind, "").format(reason=entry.reason), entry.permission or ""]
    if document is None:
        return (*map(_harmless, (number, f"{entry.issued_on:%d/%m/%Y}")), *[""] * 7, _harmless(_join(notes)))
    draft = document.draft
    is_sent = document.state is DocumentState.SEALED and document.sealed_at is not None
    cells = (
        number,
        f"{entry.issued_on:%d/%m/%Y}",
        _title(draft.type, draft.subject),
        draft.signer_name,
        _join([item.name for item in draft.addressees]),
        draft.archive_receiver,
        str(draft.copies),
        f"{law_date(document.sealed_at):%d/%m/%Y}" if is_sent and document.sealed_at else "",
        "",
        _join([draft.note, *notes]),
    )
    return tuple(_harmless(cell) for cell in cells)


_NOTES: Mapping[EntryKind, str] = {
    EntryKind.VOID: "Số hủy: {reason}",
    EntryKind.RESERVED: "Số giữ trước: {reason}",
    EntryKind.OPENING: "Tiếp theo sổ cũ đến số này: {reason}",
}


def _join(parts: Iterable[str]) -> str:
    return "; ".join(filter(None, parts))


def _title(document_type: DocumentType, subject: str) -> str:
    return f"{document_type.vi} {subject}" if document_type.abbreviation else f"{document_type.vi} V/v {subject}"


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a text of somebody else for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
