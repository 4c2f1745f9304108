"""Prints of documents and files: which bytes are printed, how the mark names them, and that the print is recorded.

Invariants:
    - A print and its access (in) go together: what was handed out stands in the history, under the id on the paper.
    - Under one id stands one print: the same pages, the same mark.
    - Only what was issued or received is printed, and never what was destroyed or given back, by its record: bytes may
      stay for another document.
    - Nobody prints what no group lets him read, neither by itself nor with a file that it stands in; a directory of the
      caller's says so itself.

What it does not do: it draws nothing (:mod:`docflow.printing`).

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6i, III.6k, III.6l; docs/adr/0080, docs/adr/0087.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docflow.audit import Json
from docflow.errors import DocflowError, ErrorCode, UsageError
from docflow.model import (
    Access,
    AccessEntry,
    AccessKind,
    AccessTarget,
    Agency,
    CaseFile,
    ContentsLine,
    Direction,
    Document,
    DocumentState,
    IncomingDocument,
    IncomingState,
    PrintMark,
    Role,
)
from docflow.model.groups import GroupItem
from docflow.model.prints import check_mark_text
from docflow.model.received import show_text
from docflow.office.accesses import ACCESS, record_in
from docflow.office.desk import Desk
from docflow.office.exchanging.files import list_attachments
from docflow.office.files.contents import hide_lines, list_contents, name_items, read_contents
from docflow.office.groups.reading import list_readable, require_readable
from docflow.office.ledger import Request, check_actor, identify, keep_answer
from docflow.office.outgoing.taking import digest, find_document
from docflow.office.rights import require_right_to_read
from docflow.ports import UnitOfWork

_PRINT = "print"
"""What the port ``Rights`` is asked for, besides the access."""
_ID_BYTES = 8
_SHORT, _LONG = 80, 150
"""Characters of what a stranger may have written, in the mark."""
_AFTERWARDS: Mapping[DocumentState | IncomingState, str] = {
    DocumentState.RECALLED: "ĐÃ THU HỒI",
    DocumentState.REPLACED: "ĐÃ ĐƯỢC THAY THẾ",
    IncomingState.REFUSED: "ĐÃ TRẢ LẠI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintAsk:
    """A print that somebody asks for; ``position`` names one of the files, None the document itself."""

    target: AccessTarget
    subject: str
    actor: str
    text: str = ""
    position: int | None = None
    print_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredFile:
    """A file (hồ sơ) as somebody may read it: its table of contents, and the documents' bytes by SHA-256."""

    file: CaseFile
    lines: tuple[ContentsLine, ...]
    contents: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printable:
    """What is to be printed, a document or a file, and its mark."""

    what: bytes | GatheredFile
    mark: PrintMark


def prepare_print(desk: Desk, ask: PrintAsk) -> Printable:
    """Return what is to be printed, with a mark that bears the clock's time.

    Raises:
        UsageError: ``NOT_FOUND``, no such document, or no such file of it, or its content was destroyed;
            ``WRONG_STATE``, not issued; ``FORBIDDEN``; ``BAD_ARGUMENT``; ``SECRET_DOCUMENT``.
        InputError: ``EVIDENCE_BROKEN``; what is kept was changed.
    """
    check_actor(ask.actor)
    check_mark_text(ask.text)
    print_id = desk.randomness.token(_ID_BYTES).hex() if ask.print_id is None else ask.print_id
    _access(ask, print_id)  # refuses what cannot be recorded before anything is read
    require_right_to_read(desk, ask.actor, role=Role.USER, event=_PRINT, subject=ask.subject)
    if desk.rights is None:  # here docflow itself hands out the page, and knows to whom (docs/adr/0086)
        require_readable(desk, ask.actor, GroupItem(target=ask.target, subject=ask.subject))
    name, what = _find(desk, ask)
    mark = PrintMark(
        printed_by=ask.actor,
        at=desk.clock.now(),
        system=name_system(desk.agency),
        subject=name,
        text=ask.text,
        print_id=print_id,
    )
    return Printable(what=what, mark=mark)


def name_system(agency: Agency) -> str:
    """Return how a mark names the system of an agency."""
    return show_text(f"{agency.name} ({agency.code})", 2 * _LONG)


def record_print(desk: Desk, ask: PrintAsk, printed: Printable) -> datetime:
    """Record that it was printed, and return when: under the same id, when it was printed first.

    Of a file it is an access of each document that was printed with it, too.

    Raises:
        UsageError: ``NOT_FOUND``, ``FORBIDDEN``, ``CLOCK_TURNED_BACK``; ``IDEMPOTENCY_CONFLICT``, something else
            was accessed or printed under this id, or what was printed shows something else by now.
    """
    check_actor(ask.actor)
    return desk.store.transact(lambda unit: _record(unit, desk, ask, printed=printed))


def _record(unit: UnitOfWork, desk: Desk, ask: PrintAsk, *, printed: Printable) -> datetime:
    mark = printed.mark
    accesses = [_access(ask, mark.print_id)]
    is_new = not unit.find_accesses((mark.print_id,))
    request = identify(f"{desk.agency.code}/{_PRINT}/{mark.print_id}", _tell(ask, printed))
    _refuse_another(unit, request, mark.print_id, is_new=is_new)
    if is_new:
        accesses += [
            Access(person=ask.actor, kind=AccessKind.IN, target=item.target, subject=item.subject)
            for item in _list_printed(printed.what)
        ]
        keep_answer(unit, request, {"print_id": mark.print_id})
    recorded = record_in(unit, desk, accesses, actor=ask.actor, now=mark.at)
    for one in recorded:
        if isinstance(one, DocflowError):
            raise one
    (first, *_) = (one for one in recorded if isinstance(one, AccessEntry))
    return first.at


def _refuse_another(unit: UnitOfWork, request: Request, print_id: str, *, is_new: bool) -> None:
    """The paper bears the id and the time of the first: it must show nothing that the first did not show."""
    stored = unit.find_answer(request.key)
    if not is_new and (stored is None or stored.fingerprint != request.fingerprint):
        raise UsageError(
            ErrorCode.IDEMPOTENCY_CONFLICT,
            f"the print id {print_id!r} was used for another print, or what was printed shows something else by now",
            vi="Mã lượt in đã dùng cho một lượt khác, hoặc nội dung in đã thay đổi từ lượt in đó.",
            way_out="give each print an id of its own",
        )


def _tell(ask: PrintAsk, printed: Printable) -> dict[str, Json]:
    """Return what makes a print the same print: who, what, what its mark says but for the time, what it shows."""
    what = printed.what
    return {
        "actor": ask.actor,
        "target": ask.target.value,
        "subject": ask.subject,
        "text": ask.text,
        "system": printed.mark.system,
        "name": printed.mark.subject,
        "shown": digest(what) if isinstance(what, bytes) else [_tell_line(line) for line in what.lines],
    }


def _tell_line(line: ContentsLine) -> list[Json]:
    return [
        line.ordinal,
        line.direction.value,
        line.document_id,
        line.symbol,
        None if line.day is None else line.day.isoformat(),
        line.issuer,
        line.title,
        line.content,
        int(line.is_destroyed),
        int(line.is_hidden),
    ]


def _list_printed(what: bytes | GatheredFile) -> tuple[GroupItem, ...]:
    """Return the documents whose pages a file hands out."""
    return () if isinstance(what, bytes) else name_items(line for line in what.lines if line.content is not None)


def _access(ask: PrintAsk, print_id: str) -> Access:
    return Access(person=ask.actor, kind=AccessKind.IN, target=ask.target, subject=ask.subject, access_id=print_id)


def _find(desk: Desk, ask: PrintAsk) -> tuple[str, bytes | GatheredFile]:
    match ask.target:
        case AccessTarget.OUTGOING:
            return _find_outgoing(desk, find_document(desk, ask.subject), ask.position)
        case AccessTarget.INCOMING:
            return _find_incoming(desk, ask)
        case _:
            file = desk.store.find_record(CaseFile, ask.subject)
            if file is None:
                raise _not_found(f"no file {ask.subject[:120]!r}", vi=f"Không có hồ sơ {ask.subject[:120]!r}.")
            lines = list_contents(desk, file.code)
            lines = hide_lines(lines, shown=_list_printable(desk, ask.actor, name_items(lines)))
            name = f"Hồ sơ {show_text(file.code, _SHORT)}: {show_text(file.title, _LONG)}"
            return name, GatheredFile(file=file, lines=lines, contents=read_contents(desk, lines))


def _list_printable(desk: Desk, person: str, items: Sequence[GroupItem]) -> tuple[GroupItem, ...]:
    """Return what somebody might print by itself: with a file he gets no more."""
    if desk.rights is None:
        return list_readable(desk, person, items)
    rights = desk.rights
    asked = (_PRINT, ACCESS)
    return tuple(
        item
        for item in items
        if all(rights.allows(person, Role.USER, event=event, subject=item.subject) for event in asked)
    )


def _find_outgoing(desk: Desk, document: Document, position: int | None) -> tuple[str, bytes]:
    if document.sealed_pdf is None or document.symbol is None or document.issued_on is None:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"{document.id} was not issued: nothing of it is printed with a mark",
            vi="Văn bản chưa được phát hành, chưa in được bản có đánh dấu.",
            way_out="issue and seal it first",
        )
    name = f"Văn bản đi {document.symbol} ngày {document.issued_on:%d/%m/%Y}, mã {document.id}"
    sha256 = document.sealed_pdf
    if position is not None:
        files = desk.store.list_attachments(document.id)
        file = next((item for item in files if item.position == position), None)
        if file is None:
            raise _no_file(len(files), position)
        sha256 = file.sealed_pdf or file.pdf
        name += f", tệp kèm theo: {show_text(file.name, _LONG)}"
    _refuse_gone(desk, Direction.OUTGOING, document.id)
    return _with_state(name, document.state), _read(desk, sha256)


def _find_incoming(desk: Desk, ask: PrintAsk) -> tuple[str, bytes]:
    document = desk.store.find_incoming(ask.subject)
    if document is None:
        raise _not_found(
            f"no incoming document {ask.subject[:120]!r}", vi=f"Không có văn bản đến {ask.subject[:120]!r}."
        )
    _refuse_gone(desk, Direction.INCOMING, document.id)
    name = f"Văn bản đến {show_text(_describe(document), _SHORT)}"
    name += f" của {show_text(document.sender_name, _LONG)}, mã {document.id}"
    if ask.position is not None:
        files = list_attachments(desk, document)
        if not 0 <= ask.position < len(files):
            raise _no_file(len(files), ask.position)
        file = files[ask.position]
        return _with_state(f"{name}, tệp: {show_text(file.name, _LONG)}", document.state), file.data
    if document.pdf is None:
        raise _not_found(f"{document.id} is on paper only", vi="Văn bản này chỉ có bản giấy, không có tệp để in.")
    replaced = ", ĐÃ ĐƯỢC THAY THẾ" if document.replaced_by is not None else ""
    return _with_state(f"{name}{replaced}", document.state), _read(desk, document.pdf)


def _refuse_gone(desk: Desk, direction: Direction, document_id: str) -> None:
    if desk.store.is_content_gone(direction, document_id):
        raise _not_found("its content is gone", vi="Nội dung văn bản không còn: đã hủy hoặc đã trả lại.")


def _read(desk: Desk, sha256: str) -> bytes:
    if not desk.blobs.has(sha256):
        raise _not_found("its file is lost", vi="Tệp của văn bản không còn trong kho lưu trữ.")
    return desk.blobs.get(sha256)


def _describe(document: IncomingDocument) -> str:
    """Name a document by số đến, number and symbol, and day, as far as it has them."""
    number = f"số đến {document.number:02d}" if document.number is not None else ""
    day = f"ngày {document.issued_on:%d/%m/%Y}" if document.issued_on else ""
    return " ".join(filter(None, (document.symbol, day, number)))


def _with_state(name: str, state: DocumentState | IncomingState) -> str:
    return f"{name}, {_AFTERWARDS[state]}" if state in _AFTERWARDS else name


def _no_file(count: int, position: int) -> UsageError:
    return _not_found(
        f"it has {count} files, none at {position}", vi=f"Văn bản có {count} tệp, không có tệp thứ {position}."
    )


def _not_found(message: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.NOT_FOUND, message, vi=vi)
