"""What is in a file and what is to be done with files: table of contents, warnings, what is due.

What it does not do: it changes nothing; the export is drawn by docflow.printing.

Source: Nghị định 30/2020/NĐ-CP Điều 29, 30, Phụ lục VI Phần I; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    AccessTarget,
    CaseFile,
    Channel,
    ContentsLine,
    Direction,
    FiledDocument,
    FileState,
    add_months,
    check_line,
    law_date,
)
from docflow.model.groups import GroupItem
from docflow.office.desk import Desk
from docflow.office.files.verbs import MAX_PARTY_CHARS, find_file
from docflow.office.groups.freezing import TARGETS
from docflow.office.groups.reading import list_readable, require_readable
from docflow.office.keeping import find_live_files, find_needing, list_content


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDuty:
    """A file with which something is to be done, until when, and how many days are left (negative: late)."""

    file: CaseFile
    due_on: date
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionWarning:
    """What somebody must know before he has a file destroyed.

    Attributes:
        kept: Documents whose content stays because another file holds them: id and codes of those files.
        shared: Documents whose content goes though its bytes stay, because other documents or copies have the same: id
            and the ids of those.
        on_paper: Documents of which there is paper too; docflow cannot destroy it.
    """

    file: CaseFile
    kept: tuple[tuple[str, tuple[str, ...]], ...]
    shared: tuple[tuple[str, tuple[str, ...]], ...]
    on_paper: tuple[str, ...]


def list_contents(desk: Desk, file_code: str, *, reader: str | None = None) -> tuple[ContentsLine, ...]:
    """Return the table of contents of a file (mục lục văn bản trong hồ sơ), in order of time, then of ordinals.

    Args:
        reader: Who asks; of what he may not read the ordinal alone is told. None: everything is.

    Raises:
        UsageError: ``NOT_FOUND``; ``FORBIDDEN``, he may not read the file.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I (in time order of creation), mục III.3b.
    """
    find_file(desk.store.find_record(CaseFile, file_code), file_code)
    filed = desk.store.list_records(FiledDocument, file_code=file_code)
    found = [_line(desk, item) for item in filed if item.removed_at is None]
    lines = sorted(found, key=lambda line: (line.created_at, line.ordinal))
    if reader is not None:
        require_readable(desk, reader, GroupItem(target=AccessTarget.FILE, subject=file_code))
        return hide_lines(lines, shown=list_readable(desk, reader, name_items(lines)))
    return tuple(lines)


def name_items(lines: Iterable[ContentsLine]) -> tuple[GroupItem, ...]:
    """Return what is asked for, to know who reads the documents of a file; never more than may be asked at once."""
    return tuple(GroupItem(target=TARGETS[line.direction], subject=line.document_id) for line in lines)


def hide_lines(lines: Iterable[ContentsLine], *, shown: Collection[GroupItem]) -> tuple[ContentsLine, ...]:
    """Return the lines, of what is not to be shown the ordinal alone: that something stands there is no secret."""
    told = frozenset(shown)
    return tuple(line if item in told else _hidden(line) for line in lines for item in name_items((line,)))


def _hidden(line: ContentsLine) -> ContentsLine:
    return ContentsLine(
        ordinal=line.ordinal,
        direction=line.direction,
        document_id="",
        symbol="",
        day=None,
        issuer="",
        title="",
        created_at=line.created_at,
        content=None,
        is_hidden=True,
    )


def gather_file(
    desk: Desk, file_code: str, *, reader: str | None = None
) -> tuple[CaseFile, tuple[ContentsLine, ...], dict[str, bytes]]:
    """Return a file, its table of contents, and the content of its documents by SHA-256.

    Args:
        reader: As for :func:`list_contents`.

    Raises:
        UsageError: ``NOT_FOUND``; ``FORBIDDEN``.
        InputError: ``EVIDENCE_BROKEN``; a file was changed.
    """
    file = find_file(desk.store.find_record(CaseFile, file_code), file_code)
    lines = list_contents(desk, file_code, reader=reader)
    return file, lines, read_contents(desk, lines)


def read_contents(desk: Desk, lines: Iterable[ContentsLine]) -> dict[str, bytes]:
    """Return the content of documents by SHA-256.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; a file was changed.
    """
    return {line.content: desk.blobs.get(line.content) for line in lines if line.content is not None}


def warn_of_destruction(desk: Desk, file_code: str) -> DestructionWarning:
    """Return what a destruction of a file would leave, and what it cannot reach.

    Raises:
        UsageError: ``NOT_FOUND``.
    Source: Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
    """
    file = find_file(desk.store.find_record(CaseFile, file_code), file_code)
    kept, going, paper = [], [], []
    for item in desk.store.list_records(FiledDocument, file_code=file_code):
        if item.removed_at is not None:
            continue
        others = tuple(
            code for code in find_live_files(desk.store, item.direction, item.document_id) if code != file_code
        )
        if others:
            kept.append((item.document_id, others))
        else:
            going.append((item.direction, item.document_id))
        incoming = desk.store.find_incoming(item.document_id) if item.direction is Direction.INCOMING else None
        if incoming is not None and incoming.channel in {Channel.PAPER, Channel.FAX}:
            paper.append(item.document_id)
    shared = [(name, _others_with_same(desk, direction, name, going=going)) for direction, name in going]
    return DestructionWarning(
        file=file,
        kept=tuple(kept),
        shared=tuple((name, others) for name, others in shared if others),
        on_paper=tuple(paper),
    )


def _others_with_same(
    desk: Desk, direction: Direction, document_id: str, *, going: Sequence[tuple[Direction, str]]
) -> tuple[str, ...]:
    names = list_content(desk.store, direction, document_id)
    needing = (holder for name in names for holder in find_needing(desk.store, name, besides=going))
    return tuple(dict.fromkeys(holder.id for holder in needing))


def list_to_hand_over(desk: Desk, *, on: date | None = None) -> tuple[FileDuty, ...]:
    """Return the files that go to the archive, the most urgent first.

    Announced ones are due when the archive's notice ends, closed ones when the term of the decree does.

    Args:
        on: Day in Asia/Ho_Chi_Minh; None is the clock's today.
    Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 2, Phụ lục VI Phần I.
    """
    today = on or law_date(desk.clock.now())
    duties = []
    for file in desk.store.list_records(CaseFile):
        if file.state is FileState.ANNOUNCED and file.hand_over_due is not None:
            duties.append(_duty(file, file.hand_over_due, today=today))
        elif file.state is FileState.CLOSED and file.closed_on is not None:
            duties.append(_duty(file, add_months(file.closed_on, desk.terms.hand_over_months), today=today))
    return tuple(sorted(duties, key=lambda duty: (duty.due_on, duty.file.code)))


def list_past_retention(desk: Desk, *, on: date | None = None) -> tuple[FileDuty, ...]:
    """Return the files whose retention ends within the notice, the oldest first; nothing happens to them by itself.

    Source: Thông tư 01/2019/TT-BNV Điều 20 khoản 5 (notice 30 days ahead).
    """
    today = on or law_date(desk.clock.now())
    notice = timedelta(days=desk.terms.destruction_notice_days)
    not_kept = {FileState.PLANNED, FileState.OPENED, FileState.DESTROYED}
    duties = [
        _duty(file, file.kept_until, today=today)
        for file in desk.store.list_records(CaseFile)
        if file.state not in not_kept and file.kept_until is not None and file.kept_until - notice <= today
    ]
    return tuple(sorted(duties, key=lambda duty: (duty.due_on, duty.file.code)))


def check_minutes(files: Sequence[CaseFile], *, giver: str) -> None:
    """Minutes say what two sides did: nothing is said of files that nobody handed over, or of none; and who gave them.

    Raises:
        UsageError: ``BAD_ARGUMENT``, ``WRONG_STATE``.
    Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 3.
    """
    check_line(giver, limit=MAX_PARTY_CHARS, what="giver", vi="Bên giao")
    if not files:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "name the files handed over", vi="Phải chỉ rõ hồ sơ đã nộp lưu.")
    missing = next((file for file in files if file.handed_over_at is None), None)
    if missing is not None:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"file {missing.code!r} was not handed over: it is {missing.state.value}",
            vi=f"Hồ sơ {missing.code!r} chưa nộp lưu ({missing.state.vi}), chưa lập được biên bản giao nhận.",
            way_out="hand it over first",
        )


def _duty(file: CaseFile, due_on: date, *, today: date) -> FileDuty:
    return FileDuty(file=file, due_on=due_on, days_left=(due_on - today).days)


def _line(desk: Desk, item: FiledDocument) -> ContentsLine:
    line = _incoming_line(desk, item) if item.direction is Direction.INCOMING else _outgoing_line(desk, item)
    if line.content is not None and desk.store.is_content_gone(item.direction, item.document_id):
        return replace(line, content=None, is_destroyed=True)
    return line


def _incoming_line(desk: Desk, item: FiledDocument) -> ContentsLine:
    document = desk.store.find_incoming(item.document_id)
    if document is None:
        return _lost(item)
    return ContentsLine(
        ordinal=item.ordinal,
        direction=item.direction,
        document_id=item.document_id,
        symbol=document.symbol,
        day=document.issued_on,
        issuer=document.sender_name,
        title=f"{document.type_name} {document.subject}".strip(),
        created_at=document.arrived_at,
        content=document.pdf,
        channel=document.channel.vi,
        signer=document.signer_name,
        signer_position=document.signer_position,
        arrival_number=document.number,
    )


def _outgoing_line(desk: Desk, item: FiledDocument) -> ContentsLine:
    document = desk.store.find_document(item.document_id)
    if document is None:
        return _lost(item)
    draft = document.draft
    return ContentsLine(
        ordinal=item.ordinal,
        direction=item.direction,
        document_id=item.document_id,
        symbol=document.symbol or "",
        day=document.issued_on,
        issuer=desk.agency.name,
        title=f"{draft.type.vi} {draft.subject}",
        created_at=document.drafted_at,
        content=document.sealed_pdf or document.leader_pdf,
        signer=draft.signer_name,
        signer_position=draft.signer_position,
    )


def _lost(item: FiledDocument) -> ContentsLine:
    """A line whose document is not there: the log's verification names the missing row."""
    return ContentsLine(
        ordinal=item.ordinal,
        direction=item.direction,
        document_id=item.document_id,
        symbol="",
        day=None,
        issuer="",
        title="(không còn dữ liệu)",
        created_at=item.added_at,
        content=None,
    )
