"""From a number and its document to a line of a register.

Invariants:
    - A line says what the row and the document say; what docflow does not know stays empty.
    - The day of a line is that of its document. A number without one has none: its note says since when it is kept.

What it does not do: it reads nothing. "Ký nhận" holds who signed for paper; for what left electronically it stays
empty: a receipt takes its place.

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from docflow.model import (
    LAW_TIME_ZONE,
    Channel,
    Document,
    DocumentCopy,
    DocumentState,
    DocumentType,
    IncomingDocument,
    IncomingState,
    IncomingTask,
    LinkKind,
    TaskRole,
    end_of_day,
    law_date,
)
from docflow.office.registers.book import RegisterLine
from docflow.ports import CopyEntry, EntryKind, IncomingEntry, OutboxRow, RegisterEntry

_NOTES = {
    EntryKind.DOCUMENT: "Số giữ trước: {reason}",
    EntryKind.VOID: "Số hủy: {reason}",
    EntryKind.RESERVED: "Số giữ trước ngày {day}: {reason}",
    EntryKind.OPENING: "Tiếp theo sổ cũ đến số này, ngày {day}: {reason}",
    EntryKind.CORRECTED: "Ghi nhầm là số cuối của sổ cũ, ngày {day}: {reason}",
}
_OF_ANOTHER_BOOK = frozenset({EntryKind.OPENING, EntryKind.CORRECTED})
_VOID_UNUSED = "Số giữ trước ngày {day}, hủy: {reason}"
_AFTERWARDS = {DocumentState.RECALLED: "Đã thu hồi", DocumentState.REPLACED: "Đã được thay thế"}
_CHANGES = {LinkKind.REPLACES: "Đã được thay thế bằng {symbol}", LinkKind.CORRECTS: "Đã được đính chính bằng {symbol}"}
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


def outgoing_line(
    entry: RegisterEntry,
    document: Document | None,
    *,
    sent: Sequence[OutboxRow] = (),
    changes: Sequence[tuple[LinkKind, str]] = (),
) -> RegisterLine:
    """Return a line of sổ đăng ký văn bản đi; the note of a number without a document says what it stands for.

    Args:
        sent: The document's addressees; those added later follow.
        changes: Kind and symbol of the documents that replaced or corrected it.
    """
    number = f"{_number(entry.number)}{entry.suffix}"
    symbol = entry.symbol or number
    notes = (_note(entry), entry.permission or "")
    cells = (symbol, *[""] * 8, _join(*notes))
    if document is not None:
        said = (*notes, *_say_afterwards(document, changes))
        cells = _outgoing_cells(entry, document, symbol=symbol, notes=said, sent=sent)
    return _line(entry, number, cells)


def _outgoing_cells(
    entry: RegisterEntry, document: Document, *, symbol: str, notes: tuple[str, ...], sent: Sequence[OutboxRow]
) -> tuple[str, ...]:
    draft = document.draft
    names = dict.fromkeys((*(item.name for item in draft.addressees), *(row.addressee_name for row in sent)))
    days = sorted({row.sent_at for row in sent if row.sent_at is not None})
    return (
        symbol,
        _day(entry.issued_on),
        _title(draft.type, draft.subject),
        draft.signer_name,
        "; ".join(names),
        draft.archive_receiver,
        str(draft.copies),
        _join(*dict.fromkeys(_day(day) for day in days)),
        _join(*dict.fromkeys(row.signed_for or "" for row in sent)),
        _join(draft.note, *notes),
    )


def _say_afterwards(document: Document, changes: Sequence[tuple[LinkKind, str]]) -> Iterator[str]:
    """Say by what a document was replaced or corrected, and that it was recalled."""
    for kind, symbol in changes:
        yield _CHANGES[kind].format(symbol=symbol)
    if LinkKind.REPLACES not in {kind for kind, _ in changes}:
        yield _AFTERWARDS.get(document.state, "")


def copy_line(entry: CopyEntry, copy: DocumentCopy, *, source_symbol: str) -> RegisterLine:
    """Return a line of the agency's copies, which stand in sổ đăng ký văn bản đi as a series of their own.

    Args:
        source_symbol: Number and symbol of what is copied.

    Source: Nghị định 30/2020/NĐ-CP Điều 25, Phụ lục I Phần II (số, ký hiệu bản sao); the place in the book is ours.
    """
    of = _join(source_symbol, copy.source_issuer, by=", ")
    cells = (
        copy.symbol or _number(entry.number),
        _day(entry.issued_on),
        f"{copy.form.vi}: {copy.subject}",
        copy.signer_name,
        copy.receivers,
        "",
        "",
        "",
        "",
        _join(f"Sao từ {of}" if of else "", f"Số hủy: {copy.reason}" if copy.reason else ""),
    )
    return RegisterLine(series=entry.register, number=_number(entry.number), on=entry.issued_on, cells=cells)


def incoming_line(
    entry: IncomingEntry, document: IncomingDocument, *, tasks: Sequence[IncomingTask] = (), notes: Sequence[str] = ()
) -> RegisterLine:
    """Return a line of sổ đăng ký văn bản đến.

    Args:
        notes: What the registry wrote when it received, registered, returned or forwarded it; what was said while it
            was worked on stands in sổ theo dõi.
    """
    taken_back = "Đã trả lại theo đề nghị lấy lại" if document.state is IncomingState.TAKEN_BACK else ""
    refused = "Đã trả lại" if document.state is IncomingState.REFUSED else ""
    forwarded = f"Chuyển tiếp: {document.forwarded_to}" if document.forwarded_to else ""
    channel = "" if document.channel is Channel.EXCHANGE else f"Nhận {document.channel.vi}"
    cells = (
        _day(entry.registered_on),
        _number(entry.number),
        document.sender_name,
        document.symbol,
        _day(document.issued_on),
        _join(document.type_name, document.subject, by=" "),
        _receivers(document, tasks),
        _day(document.assigned_at),
        "",
        _join(channel, taken_back, refused, forwarded, *dict.fromkeys(notes)),
    )
    return RegisterLine(series=entry.register, number=_number(entry.number), on=entry.registered_on, cells=cells)


def incoming_number_line(entry: RegisterEntry) -> RegisterLine:
    """Return a line of sổ đăng ký văn bản đến for a number without a document; the note says what it stands for."""
    number = _number(entry.number)
    return _line(entry, number, ("", number, *[""] * 7, _note(entry)))


def _line(entry: RegisterEntry, number: str, cells: tuple[str, ...]) -> RegisterLine:
    counted = entry.kind not in _OF_ANOTHER_BOOK
    return RegisterLine(series=entry.key.register, number=number, on=entry.issued_on, cells=cells, is_counted=counted)


def handling_line(
    entry: IncomingEntry, document: IncomingDocument, *, answers: Sequence[str] = (), tasks: Sequence[IncomingTask] = ()
) -> RegisterLine:
    """Return a line of sổ theo dõi giải quyết văn bản đến.

    Args:
        answers: Number and symbol of the documents that answer it.
        tasks: Who leads, cooperates or is informed; what was withdrawn is left out.
    """
    issued = f"ngày {_day(document.issued_on)}" if document.issued_on else ""
    cells = (
        _number(entry.number),
        _join(_join(document.type_name, document.symbol, by=" "), issued, document.sender_name, by=", "),
        _receivers(document, tasks, has_deadlines=True),
        _deadline(document.due_at) or _day(document.deadline),
        _progress(document),
        _join(*dict.fromkeys(answers)),
        document.note,
    )
    return RegisterLine(series=entry.register, number=_number(entry.number), on=entry.registered_on, cells=cells)


def _receivers(document: IncomingDocument, tasks: Sequence[IncomingTask], *, has_deadlines: bool = False) -> str:
    """Name who leads first, then who cooperates or is informed, with a deadline of their own."""
    parts = [document.assignee or ""]
    for task in tasks:
        if task.withdrawn_at is None and task.role is not TaskRole.LEAD:
            own = task.due_at if has_deadlines and task.due_at != document.due_at else None
            parts.append(f"{task.name} ({_join(task.role.vi, f'hạn {_deadline(own)}' if own else '', by=', ')})")
    return _join(*parts)


def _deadline(due_at: datetime | None) -> str:
    """Write a deadline: its day, and the time unless it ends with the day."""
    if due_at is None:
        return ""
    local = due_at.astimezone(LAW_TIME_ZONE)
    is_end_of_day = end_of_day(local.date()) == local
    return _day(local) if is_end_of_day else f"{local:%H:%M} {_day(local)}"


def _progress(document: IncomingDocument) -> str:
    is_done = document.state is IncomingState.COMPLETED and document.completed_at is not None
    return f"Hoàn thành ngày {_day(document.completed_at)}" if is_done else _PROGRESS[document.state]


def _title(document_type: DocumentType, subject: str) -> str:
    """Name type and subject; a công văn's subject follows "V/v" unless it says so itself."""
    is_said = subject.casefold().startswith(("v/v", "về việc"))
    return (
        f"{document_type.vi} {subject}"
        if document_type.abbreviation or is_said
        else f"{document_type.vi} V/v {subject}"
    )


def _note(entry: RegisterEntry) -> str:
    """Say what a number without a document stands for, since when and why; of one with a document, if it was kept."""
    if entry.kind is EntryKind.DOCUMENT and not entry.reason:
        return ""
    is_unused = entry.kind is EntryKind.VOID and entry.document_id is None
    form = _VOID_UNUSED if is_unused else _NOTES[entry.kind]
    return form.format(reason=entry.reason, day=_day(entry.issued_on))


def _number(number: int) -> str:
    return f"{number:02d}"


def _day(moment: date | datetime | None) -> str:
    if moment is None:
        return ""
    day = law_date(moment) if isinstance(moment, datetime) else moment
    return f"{day:%d/%m/%Y}"


def _join(*parts: str, by: str = "; ") -> str:
    return by.join(filter(None, parts))
