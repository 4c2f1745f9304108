"""Prints of documents and files: which bytes are printed, how the mark names them, and that the print is recorded.

Invariants:
    - A print and its access (in) go together: what was handed out stands in the history, under the id on the paper.
    - Only what was issued or received is printed, and never what was destroyed.
    - Nobody prints what no group lets him read; a directory of the caller's says so itself.

What it does not do: it draws nothing (:mod:`docflow.printing`).

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6i, III.6k, III.6l; docs/adr/0080, docs/adr/0087.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    Access,
    AccessKind,
    AccessTarget,
    Agency,
    CaseFile,
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
from docflow.office.accesses import record_access
from docflow.office.desk import Desk
from docflow.office.exchanging.files import list_attachments
from docflow.office.groups.reading import list_readable
from docflow.office.ledger import check_actor
from docflow.office.outgoing.taking import find_document
from docflow.office.rights import require_right_to_read

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
class Printable:
    """What is to be printed, and its mark; ``pdf`` is None for a file (hồ sơ), whose pages are drawn."""

    pdf: bytes | None
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
    _require_readable(desk, ask)
    name, pdf = _find(desk, ask)
    mark = PrintMark(
        printed_by=ask.actor,
        at=desk.clock.now(),
        system=name_system(desk.agency),
        subject=name,
        text=ask.text,
        print_id=print_id,
    )
    return Printable(pdf=pdf, mark=mark)


def _require_readable(desk: Desk, ask: PrintAsk) -> None:
    """Here docflow itself hands out the page, and knows to whom (docs/adr/0086)."""
    item = GroupItem(target=ask.target, subject=ask.subject)
    if desk.rights is None and not list_readable(desk, ask.actor, (item,)):
        raise UsageError(
            ErrorCode.FORBIDDEN,
            f"{ask.actor[:80]!r} may not read {ask.target.name.lower()} {ask.subject[:120]!r}",
            vi=f"{ask.actor[:80]} không có quyền đọc {ask.target.vi} {ask.subject[:120]!r}.",
            way_out="let an administrator admit him to a group that it is in",
        )


def name_system(agency: Agency) -> str:
    """Return how a mark names the system of an agency."""
    return show_text(f"{agency.name} ({agency.code})", 2 * _LONG)


def record_print(desk: Desk, ask: PrintAsk, mark: PrintMark) -> datetime:
    """Record that it was printed, and return when: under the same id, when it was printed first.

    Raises:
        UsageError: ``NOT_FOUND``, ``FORBIDDEN``, ``CLOCK_TURNED_BACK``; ``IDEMPOTENCY_CONFLICT``, something else was
            printed or accessed under this id.
    """
    return record_access(desk, _access(ask, mark.print_id), actor=ask.actor, at=mark.at).at


def _access(ask: PrintAsk, print_id: str) -> Access:
    return Access(person=ask.actor, kind=AccessKind.IN, target=ask.target, subject=ask.subject, access_id=print_id)


def _find(desk: Desk, ask: PrintAsk) -> tuple[str, bytes | None]:
    match ask.target:
        case AccessTarget.OUTGOING:
            return _find_outgoing(desk, find_document(desk, ask.subject), ask.position)
        case AccessTarget.INCOMING:
            return _find_incoming(desk, ask)
        case _:
            file = desk.store.find_record(CaseFile, ask.subject)
            if file is None:
                raise _not_found(f"no file {ask.subject[:120]!r}", vi=f"Không có hồ sơ {ask.subject[:120]!r}.")
            return f"Hồ sơ {show_text(file.code, _SHORT)}: {show_text(file.title, _LONG)}", None


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
        if not 0 <= position < len(files):
            raise _no_file(len(files), position)
        sha256 = files[position].sealed_pdf or files[position].pdf
        name += f", tệp kèm theo: {show_text(files[position].name, _LONG)}"
    return _with_state(name, document.state), _read(desk, sha256)


def _find_incoming(desk: Desk, ask: PrintAsk) -> tuple[str, bytes]:
    document = desk.store.find_incoming(ask.subject)
    if document is None:
        raise _not_found(
            f"no incoming document {ask.subject[:120]!r}", vi=f"Không có văn bản đến {ask.subject[:120]!r}."
        )
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


def _read(desk: Desk, sha256: str) -> bytes:
    if not desk.blobs.has(sha256):
        raise _not_found("its content is not here any more", vi="Nội dung văn bản không còn: đã hủy hoặc đã trả lại.")
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
