"""From a number and its document to a line of a register.

Invariants:
    - A line says what the row and the document say; what docflow does not know stays empty.

What it does not do: it reads nothing. "Ký nhận" stays empty: an electronic receipt takes its place.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV.
"""

from __future__ import annotations

from datetime import date, datetime

from docflow.model import Document, DocumentState, DocumentType, IncomingDocument, IncomingState, law_date
from docflow.office.registers.book import RegisterLine
from docflow.ports import EntryKind, IncomingEntry, RegisterEntry

_NOTES = {
    EntryKind.VOID: "Số hủy: {reason}",
    EntryKind.RESERVED: "Số giữ trước: {reason}",
    EntryKind.OPENING: "Tiếp theo sổ cũ đến số này: {reason}",
}
_PROGRESS = {
    IncomingState.RECEIVED: "",
    IncomingState.ARRIVED: "",
    IncomingState.REGISTERED: "Đã đăng ký",
    IncomingState.SUBMITTED: "Đã trình",
    IncomingState.INSTRUCTED: "Đã có ý kiến chỉ đạo",
    IncomingState.ASSIGNED: "Đã phân công",
    IncomingState.PROCESSING: "Đang xử lý",
    IncomingState.PAUSED: "Tạm dừng",
    IncomingState.COMPLETED: "Hoàn thành",
    IncomingState.FORWARDED: "Đã chuyển tiếp",
    IncomingState.REFUSED: "Đã trả lại",
    IncomingState.TAKEN_BACK: "Nơi gửi đã lấy lại",
}


def outgoing_line(entry: RegisterEntry, document: Document | None) -> RegisterLine:
    """Return a line of sổ đăng ký văn bản đi; the note of a number without a document says what it stands for."""
    number = f"{_number(entry.number)}{entry.suffix}"
    symbol = entry.symbol or number
    notes = (_NOTES.get(entry.kind, "").format(reason=entry.reason), entry.permission or "")
    cells = (symbol, _day(entry.issued_on), *[""] * 7, _join(*notes))
    if document is not None:
        cells = _outgoing_cells(entry, document, symbol=symbol, notes=notes)
    return RegisterLine(series=entry.key.register, number=number, on=entry.issued_on, cells=cells)


def _outgoing_cells(
    entry: RegisterEntry, document: Document, *, symbol: str, notes: tuple[str, ...]
) -> tuple[str, ...]:
    draft = document.draft
    sent_at = document.sealed_at if document.state is DocumentState.SEALED else None
    return (
        symbol,
        _day(entry.issued_on),
        _title(draft.type, draft.subject),
        draft.signer_name,
        "; ".join(item.name for item in draft.addressees),
        draft.archive_receiver,
        str(draft.copies),
        _day(sent_at),
        "",
        _join(draft.note, *notes),
    )


def incoming_line(entry: IncomingEntry, document: IncomingDocument) -> RegisterLine:
    """Return a line of sổ đăng ký văn bản đến."""
    taken_back = "Đã trả lại theo đề nghị lấy lại" if document.state is IncomingState.TAKEN_BACK else ""
    cells = (
        _day(entry.registered_on),
        _number(entry.number),
        document.sender_name,
        document.symbol,
        _day(document.issued_on),
        _join(document.type_name, document.subject, by=" "),
        document.assignee or "",
        _day(document.assigned_at),
        "",
        _join(taken_back, document.note),
    )
    return RegisterLine(series=entry.register, number=_number(entry.number), on=entry.registered_on, cells=cells)


def handling_line(entry: IncomingEntry, document: IncomingDocument, *, answer: str = "") -> RegisterLine:
    """Return a line of sổ theo dõi giải quyết văn bản đến; ``answer`` is number and symbol of what answers it."""
    issued = f"ngày {_day(document.issued_on)}" if document.issued_on else ""
    cells = (
        _number(entry.number),
        _join(_join(document.type_name, document.symbol, by=" "), issued, document.sender_name, by=", "),
        document.assignee or "",
        _day(document.deadline),
        _progress(document),
        answer,
        document.note,
    )
    return RegisterLine(series=entry.register, number=_number(entry.number), on=entry.registered_on, cells=cells)


def _progress(document: IncomingDocument) -> str:
    return f"Hoàn thành ngày {_day(document.completed_at)}" if document.completed_at else _PROGRESS[document.state]


def _title(document_type: DocumentType, subject: str) -> str:
    return f"{document_type.vi} {subject}" if document_type.abbreviation else f"{document_type.vi} V/v {subject}"


def _number(number: int) -> str:
    return f"{number:02d}"


def _day(moment: date | datetime | None) -> str:
    if moment is None:
        return ""
    day = law_date(moment) if isinstance(moment, datetime) else moment
    return f"{day:%d/%m/%Y}"


def _join(*parts: str, by: str = "; ") -> str:
    return by.join(filter(None, parts))
