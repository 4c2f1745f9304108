"""The year's list of files approved by the head of the agency.

Invariants:
    - What was approved can be told again: the approval holds a digest of the list as it then was.

What it does not do: it forbids no file that is not in an approved list; work that nobody foresaw has its file too.

Source: Nghị định 30/2020/NĐ-CP Điều 28, 29 khoản 2.
"""

from __future__ import annotations

from datetime import datetime

from docflow.errors import ErrorCode, UsageError
from docflow.model import CaseFile, DocumentState, FileListApproval, Role, check_year, digest_file_list
from docflow.office.clocks import refuse_turned_back
from docflow.office.desk import Desk
from docflow.office.ledger import check_actor, record_event
from docflow.office.rights import require_right
from docflow.ports import UnitOfWork

_EVENT = "file_list_approved"
_NOT_IN_FORCE = frozenset({DocumentState.VOIDED, DocumentState.RECALLED})


def approve_file_list(desk: Desk, year: int, *, actor: str, document_id: str | None = None) -> FileListApproval:
    """Record that the head of the agency approved the list of files of a year; the same list again: nothing.

    Args:
        document_id: The issued document by which the list was promulgated.

    Raises:
        UsageError: ``NOT_FOUND``, no file in that year, or no such document; ``WRONG_STATE``, it has no number, or was
            voided or recalled; ``FORBIDDEN``; ``CLOCK_TURNED_BACK``; ``BAD_ARGUMENT``, no year.
    Source: Nghị định 30/2020/NĐ-CP Điều 28: "Danh mục hồ sơ do người đứng đầu cơ quan, tổ chức phê duyệt, được ban hành
        vào đầu năm".
    """
    check_actor(actor)
    check_year(year)
    now = desk.clock.now()
    return desk.store.transact(lambda unit: _approve(unit, desk, year, actor=actor, document_id=document_id, now=now))


def _approve(
    unit: UnitOfWork, desk: Desk, year: int, *, actor: str, document_id: str | None, now: datetime
) -> FileListApproval:
    agency = desk.agency.code.text
    require_right(unit, desk, actor, role=Role.LEADER, event="approve_file_list", subject=str(year))
    files = unit.list_records(CaseFile, year=year)
    if not files:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no file is planned for {year}",
            vi=f"Danh mục hồ sơ năm {year} chưa có hồ sơ nào.",
            way_out="plan the year's files first",
        )
    earlier = unit.list_records(FileListApproval, year=year)
    approval = FileListApproval(
        agency=agency,
        year=year,
        position=len(earlier),
        approved_at=now,
        approved_by=actor,
        document_id=document_id,
        file_count=len(files),
        digest=digest_file_list(files),
    )
    if earlier and (earlier[-1].digest, earlier[-1].document_id) == (approval.digest, document_id):
        return earlier[-1]
    refuse_turned_back(unit, agency, now, last=earlier[-1].approved_at if earlier else None)
    document = unit.find_document(document_id) if document_id is not None else None
    if document_id is not None and (document is None or document.number is None or document.state in _NOT_IN_FORCE):
        raise UsageError(
            ErrorCode.NOT_FOUND if document is None else ErrorCode.WRONG_STATE,
            f"{document_id[:120]!r} is no issued document here",
            vi=f"Không có văn bản đã ban hành với mã {document_id[:120]!r}.",
        )
    unit.add_record(approval)
    record_event(unit, _EVENT, time=now, actor=actor, agency=agency, subject=agency, randomness=desk.randomness)
    return approval
