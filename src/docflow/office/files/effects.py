"""What a step of a file writes; each effect of the table is one function here.

Invariants:
    - An effect gets the file before it and returns the file after it; other rows go through the unit of work.
    - Nothing is destroyed that a file not destroyed holds as well, and the metadata of what is destroyed stay.
    - Of what is destroyed no word is found, also if its bytes stay for another document.
    - Every :class:`~docflow.model.FileEffect` has its function.

Source: Nghị định 30/2020/NĐ-CP Điều 28–31; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from docflow.errors import ErrorCode, InputError
from docflow.model import (
    CaseFile,
    Destruction,
    Direction,
    FiledDocument,
    FileEffect,
    law_date,
)
from docflow.office.files.guards import find_in_file
from docflow.office.files.step import FileWork
from docflow.office.keeping import find_live_files, is_content_needed, list_content
from docflow.ports import UnitOfWork


def _as_it_is(_work: FileWork, file: CaseFile) -> CaseFile:
    return file


def _record_opening(work: FileWork, file: CaseFile) -> CaseFile:
    return replace(file, opened_on=law_date(work.move.at))


def _add_document(work: FileWork, file: CaseFile) -> CaseFile:
    direction, document_id = work.move.document or (Direction.OUTGOING, "")
    ordinal = file.ordinal + 1
    work.unit.add_record(
        FiledDocument(
            agency=file.agency,
            file_code=file.code,
            ordinal=ordinal,
            direction=direction,
            document_id=document_id,
            added_at=work.move.at,
            added_by=work.move.actor,
        )
    )
    return replace(file, ordinal=ordinal, document_count=file.document_count + 1)


def _remove_document(work: FileWork, file: CaseFile) -> CaseFile:
    line = find_in_file(work, file)
    if line is None:
        raise InputError(ErrorCode.EVIDENCE_BROKEN, "the line is gone", vi="Dữ liệu hồ sơ không khớp.")
    work.unit.change_record(replace(line, removed_at=work.move.at))
    return replace(file, document_count=file.document_count - 1)


def _record_closing(work: FileWork, file: CaseFile) -> CaseFile:
    return replace(file, closed_on=law_date(work.move.at))


def _undo_closing(_work: FileWork, file: CaseFile) -> CaseFile:
    return replace(file, closed_on=None)


def _record_notice(work: FileWork, file: CaseFile) -> CaseFile:
    day = law_date(work.move.at)
    due = day + timedelta(days=work.terms.hand_over_notice_days)
    return replace(file, noticed_on=day, hand_over_due=due)


def _record_hand_over(work: FileWork, file: CaseFile) -> CaseFile:
    return replace(file, handed_over_at=work.move.at, handed_over_to=work.move.receiver)


def _record_proposal(work: FileWork, file: CaseFile) -> CaseFile:
    move = work.move
    return replace(file, proposed_by=move.actor, proposed_at=move.at, proposal=move.text)


def _undo_proposal(_work: FileWork, file: CaseFile) -> CaseFile:
    return replace(file, proposed_by=None, proposed_at=None, proposal=None)


def _destroy_content(work: FileWork, file: CaseFile) -> CaseFile:
    unit, at = work.unit, work.move.at
    lines = [line for line in unit.list_records(FiledDocument, file_code=file.code) if line.removed_at is None]
    going = [line for line in lines if find_live_files(unit, line.direction, line.document_id) == (file.code,)]
    besides = {(line.direction, line.document_id) for line in going}
    for line in going:
        for sha256 in list_content(unit, line.direction, line.document_id):
            if not is_content_needed(unit, sha256, besides=besides):
                _record_destruction(unit, file, sha256=sha256, document_id=line.document_id, at=at)
        unit.forget_words(line.direction, line.document_id)
    return replace(file, destroyed_at=at, destroyed_by=work.move.actor)


def _record_destruction(unit: UnitOfWork, file: CaseFile, *, sha256: str, document_id: str, at: datetime) -> None:
    """Content that was destroyed before and came again since is destroyed again."""
    destruction = Destruction(
        agency=file.agency, sha256=sha256, file_code=file.code, document_id=document_id, destroyed_at=at
    )
    before = unit.find_record(Destruction, sha256)
    if before is None:
        unit.add_record(destruction)
    elif before.destroyed_at < at:
        unit.change_record(destruction)


FILE_EFFECTS: Mapping[FileEffect, Callable[[FileWork, CaseFile], CaseFile]] = {
    FileEffect.RECORD_PLAN: _as_it_is,
    FileEffect.RECORD_OPENING: _record_opening,
    FileEffect.ADD_DOCUMENT: _add_document,
    FileEffect.REMOVE_DOCUMENT: _remove_document,
    FileEffect.RECORD_CLOSING: _record_closing,
    FileEffect.UNDO_CLOSING: _undo_closing,
    FileEffect.RECORD_NOTICE: _record_notice,
    FileEffect.RECORD_HAND_OVER: _record_hand_over,
    FileEffect.RECORD_PROPOSAL: _record_proposal,
    FileEffect.UNDO_PROPOSAL: _undo_proposal,
    FileEffect.DESTROY_CONTENT: _destroy_content,
}
"""Effect by name."""
