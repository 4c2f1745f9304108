"""What must hold before a file goes on; each guard of the table is one function here.

Invariants:
    - A guard changes nothing: it returns, or raises the reason.
    - Every :class:`~docflow.model.FileGuard` has its function.

Source: Nghị định 30/2020/NĐ-CP Điều 28–31; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    MAX_ORDINAL,
    CaseFile,
    Direction,
    DocumentState,
    FiledDocument,
    FileGuard,
    IncomingState,
    law_date,
)
from docflow.model.rights import is_same_person
from docflow.office.files.step import FileWork
from docflow.office.keeping import find_live_files


def _nothing(_work: FileWork, _file: CaseFile) -> None:
    return


def _reason_given(work: FileWork, _file: CaseFile) -> None:
    if not work.move.text.strip():
        raise UsageError(ErrorCode.BAD_ARGUMENT, "this needs a reason", vi="Phải ghi rõ lý do.")


def _document_is_here(work: FileWork, file: CaseFile) -> None:
    """An issued document or one that came in; once in a file (NĐ 30/2020 Điều 29 khoản 3)."""
    if find_in_file(work, file) is not None:
        raise UsageError(
            ErrorCode.ALREADY_EXISTS, "the document stands in this file", vi="Văn bản đã có trong hồ sơ này."
        )
    direction, document_id = _named(work)
    if direction is Direction.OUTGOING:
        outgoing = work.unit.find_document(document_id)
        # A number that was made void stays in the register: its document was never issued.
        is_here = outgoing is not None and outgoing.number is not None and outgoing.state is not DocumentState.VOIDED
    else:
        incoming = work.unit.find_incoming(document_id)
        gone = {IncomingState.REFUSED, IncomingState.TAKEN_BACK}
        is_here = incoming is not None and incoming.number is not None and incoming.state not in gone
    if not is_here:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no numbered {direction.value} document {document_id[:120]!r} here",
            vi="Chỉ văn bản đi đã cấp số hoặc văn bản đến đã đăng ký mới được đưa vào hồ sơ.",
        )
    if work.unit.is_content_gone(direction, document_id):
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"the content of {direction.value} document {document_id[:120]!r} was destroyed",
            vi="Nội dung văn bản đã bị hủy, không đưa vào hồ sơ khác được.",
        )
    if file.ordinal >= MAX_ORDINAL:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a file holds {MAX_ORDINAL} documents",
            vi=f"Hồ sơ chỉ chứa tối đa {MAX_ORDINAL} văn bản.",
            way_out="open a further file",
        )


def _document_is_in_it(work: FileWork, file: CaseFile) -> None:
    if find_in_file(work, file) is None:
        raise UsageError(
            ErrorCode.NOT_FOUND, "the document does not stand in this file", vi="Văn bản không có trong hồ sơ này."
        )
    _reason_given(work, file)
    _still_kept(work, file)


def _still_kept(work: FileWork, file: CaseFile) -> None:
    """A document whose other files are destroyed stays in the last one: outside of it nobody could destroy it."""
    direction, document_id = _named(work)
    lines = work.unit.list_records(FiledDocument, direction=direction.value, document_id=document_id)
    others = {line.file_code for line in lines if line.removed_at is None} - {file.code}
    if others and find_live_files(work.unit, direction, document_id) == (file.code,):
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"every other file that held {document_id[:120]!r} is destroyed: this one alone keeps it",
            vi="Các hồ sơ khác có văn bản này đã bị hủy; chỉ còn hồ sơ này giữ văn bản, không đưa ra được.",
            way_out="put it into the file to which it belongs first",
        )


def _not_empty(_work: FileWork, file: CaseFile) -> None:
    if file.document_count == 0:
        raise UsageError(
            ErrorCode.WRONG_STATE, "an empty file is not closed", vi="Hồ sơ chưa có văn bản nên không thể kết thúc."
        )


def _archive_named(work: FileWork, _file: CaseFile) -> None:
    if not work.move.receiver.strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "name who takes the file in the archive",
            vi="Phải ghi rõ người nhận hồ sơ của Lưu trữ cơ quan.",
        )


def _retention_ends(work: FileWork, file: CaseFile) -> None:
    """Proposed at the earliest so many days before its retention ends; never what is kept for ever."""
    _reason_given(work, file)
    until = file.kept_until
    notice = timedelta(days=work.terms.destruction_notice_days)
    if until is None or law_date(work.move.at) < until - notice:
        end = "vĩnh viễn" if until is None else f"đến {until:%d/%m/%Y}"
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"the file is kept {'for ever' if until is None else f'until {until}'}",
            vi=f"Hồ sơ còn thời hạn bảo quản ({end}).",
        )


def _another_person(work: FileWork, file: CaseFile) -> None:
    """Asked twice: somebody else confirms, after the notice and after the retention (TT 01/2019 Điều 20 khoản 5)."""
    if is_same_person(work.move.actor, file.proposed_by or ""):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "a destruction is confirmed by somebody other than who proposed it",
            vi="Người xác nhận hủy phải khác người đề nghị hủy.",
        )
    today = law_date(work.move.at)
    proposed = law_date(file.proposed_at) if file.proposed_at else today
    first = proposed + timedelta(days=work.terms.destruction_notice_days)
    if file.kept_until is not None:
        first = max(first, file.kept_until + timedelta(days=1))
    if today < first:
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"it was proposed on {proposed}, and is kept until {file.kept_until}: not before {first}",
            vi=f"Chưa được hủy: chỉ được hủy từ ngày {first:%d/%m/%Y}.",
        )


def find_in_file(work: FileWork, file: CaseFile) -> FiledDocument | None:
    """Return the line of the move's document in a file, or None if it does not stand there now."""
    direction, document_id = _named(work)
    lines = work.unit.list_records(
        FiledDocument, file_code=file.code, direction=direction.value, document_id=document_id
    )
    return next((line for line in lines if line.removed_at is None), None)


def _named(work: FileWork) -> tuple[Direction, str]:
    if work.move.document is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "no document is named", vi="Phải chỉ rõ văn bản.")
    return work.move.document


FILE_GUARDS: Mapping[FileGuard, Callable[[FileWork, CaseFile], None]] = {
    FileGuard.NONE: _nothing,
    FileGuard.REASON_GIVEN: _reason_given,
    FileGuard.DOCUMENT_IS_HERE: _document_is_here,
    FileGuard.DOCUMENT_IS_IN_IT_AND_REASON_GIVEN: _document_is_in_it,
    FileGuard.NOT_EMPTY: _not_empty,
    FileGuard.ARCHIVE_NAMED: _archive_named,
    FileGuard.RETENTION_ENDS_AND_REASON_GIVEN: _retention_ends,
    FileGuard.ANOTHER_PERSON_AFTER_NOTICE: _another_person,
}
"""Guard by name."""
