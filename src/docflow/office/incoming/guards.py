"""What must hold before an incoming document goes on; each guard of the table is one function here.

Invariants:
    - A guard changes nothing: it returns, or raises the reason.
    - Every :class:`~docflow.model.IncomingGuard` has its function.

What it does not do: what arrives over the exchange was checked before (docflow.office.exchanging).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    LAW_TIME_ZONE,
    MAX_PLACES_CHARS,
    Assignment,
    DocumentState,
    FileVerdict,
    IncomingDocument,
    IncomingGuard,
    ReceivedFileCheck,
    check_deadline,
    end_of_day,
    law_date,
)
from docflow.office.incoming.parts import find_whole_due
from docflow.office.incoming.step import IncomingWork

_ANSWERING = frozenset({DocumentState.NUMBERED, DocumentState.SEALED})
"""Where an outgoing document can answer; what is voided, recalled or replaced says nothing any more."""
_NAMED = 10
"""So many files are named; how many there are is said too."""


def _nothing(_work: IncomingWork, _document: IncomingDocument) -> None:
    return


def _reason_given(work: IncomingWork, _document: IncomingDocument) -> None:
    if not work.step.reason.strip():
        raise UsageError(ErrorCode.BAD_ARGUMENT, "this needs a reason", vi="Phải ghi rõ lý do.")


def _files_sound(work: IncomingWork, document: IncomingDocument) -> None:
    """Whoever registers it has been told that a signature is broken, and says why he takes it nevertheless.

    Source: NĐ 30/2020 Điều 21 khoản 2.
    """
    is_reasoned = bool(work.step.reason.strip())
    if document.files_verdict is not FileVerdict.FAILED:
        if is_reasoned:
            raise _nothing_to_excuse()
        return
    if is_reasoned:
        return
    checks = work.unit.list_records(ReceivedFileCheck, incoming_id=document.id)
    last = max((check.act for check in checks), default=0)
    failed = [check for check in checks if check.act == last and check.verdict is FileVerdict.FAILED]
    named = "; ".join(f"{check.position} {check.name!r} ({check.reasons})" for check in failed[:_NAMED])
    raise UsageError(
        ErrorCode.SIGNATURE_REFUSED,
        f"a signature is not valid on {len(failed)} of the files that came with it: {named}",
        vi=f"Chữ ký số không hợp lệ trên {len(failed)} tệp: {', '.join(check.name for check in failed[:_NAMED])}.",
        way_out="return it to its sender with refuse, or register it with the reason why it is taken",
    )


def _nothing_to_excuse() -> UsageError:
    """Whoever always sends a reason along would take a broken signature unseen."""
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        "no signature on its files failed: there is nothing to give a reason for",
        vi="Không có tệp nào có chữ ký số không hợp lệ, nên không cần lý do tiếp nhận.",
        way_out="register it without a reason",
    )


def _leader_named(work: IncomingWork, _document: IncomingDocument) -> None:
    if not (work.step.receiver or "").strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "name the leader it is submitted to", vi="Phải ghi rõ người được trình."
        )


def _assignee_named(work: IncomingWork, document: IncomingDocument) -> None:
    """One leads; nobody has two parts; a deadline is not past (NĐ 30/2020 Điều 23)."""
    assignment = work.step.assignment
    if assignment is None or not assignment.lead.strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "name the unit or person in charge", vi="Phải ghi rõ đơn vị hoặc người xử lý."
        )
    names = (assignment.lead, *assignment.cooperating, *assignment.informed)
    deadlines = dict(assignment.cooperating_deadlines)
    is_twice = len(set(names)) < len(names) or not deadlines.keys() <= set(assignment.cooperating)
    if is_twice or not all(name.strip() for name in names) or len("; ".join(names)) > MAX_PLACES_CHARS:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"each unit or person has one part, and all names together at most {MAX_PLACES_CHARS} characters",
            vi="Mỗi đơn vị, cá nhân chỉ giữ một vai trò; danh sách không quá 1000 ký tự.",
        )
    today = law_date(work.step.at)
    days = [day for day in (assignment.deadline, *deadlines.values()) if day is not None]
    for day in days:
        check_deadline(day)
    if any(day < today for day in days):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a deadline before today, {today}",
            vi=f"Thời hạn không được trước hôm nay, {today:%d/%m/%Y}.",
        )
    _require_within_lead(work, document, assignment)


def _require_within_lead(work: IncomingWork, document: IncomingDocument, assignment: Assignment) -> None:
    """Whoever cooperates is done no later than whoever leads, who needs it, whatever the lead's deadline comes from."""
    due_at = find_whole_due(work, document, assignment.deadline)
    lead = None if due_at is None else law_date(due_at)
    if lead is not None and any(day > lead for _, day in assignment.cooperating_deadlines):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"who cooperates is due after {lead}, the deadline of who leads",
            vi=f"Thời hạn phối hợp không được sau thời hạn của đơn vị chủ trì, {lead:%d/%m/%Y}.",
            way_out="name an earlier day for who cooperates, or a later one for who leads",
        )


def _later_deadline(work: IncomingWork, document: IncomingDocument) -> None:
    _reason_given(work, document)
    deadline = work.step.deadline
    present = (document.due_at or work.step.at).astimezone(LAW_TIME_ZONE)
    if deadline is None or end_of_day(deadline) <= present:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a deadline is moved to a day that ends after {present:%Y-%m-%d %H:%M%z}",
            vi=f"Gia hạn phải đến ngày kết thúc sau thời hạn hiện tại ({present:%H:%M %d/%m/%Y}).",
            way_out="to bring a deadline forward, reassign the document with another one",
        )
    check_deadline(deadline)


def _answer_issued(work: IncomingWork, document: IncomingDocument) -> None:
    """The answer is an outgoing document here that has its number and is in force, and there is none yet."""
    if document.answered_by is not None:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"it was answered by {document.answered_by!r}",
            vi="Văn bản này đã có văn bản trả lời.",
        )
    answer = work.unit.find_document(work.step.answer or "")
    if answer is None or answer.state not in _ANSWERING:
        raise UsageError(
            ErrorCode.NOT_FOUND if answer is None else ErrorCode.WRONG_STATE,
            f"the answer {(work.step.answer or '')[:120]!r} is not an issued document of this agency that is in force",
            vi="Văn bản trả lời phải là văn bản đi đã được cấp số, không bị hủy, thu hồi hay thay thế.",
        )


def _receiver_named(work: IncomingWork, document: IncomingDocument) -> None:
    _reason_given(work, document)
    if not (work.step.receiver or "").strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "name the agency that gets it", vi="Phải ghi rõ cơ quan nhận chuyển tiếp."
        )


def _take_back_asked(_work: IncomingWork, document: IncomingDocument) -> None:
    if document.take_back is None:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "the sender did not ask for this document back",
            vi="Cơ quan gửi không đề nghị lấy lại văn bản này.",
        )


def _take_back_asked_with_reason(work: IncomingWork, document: IncomingDocument) -> None:
    _take_back_asked(work, document)
    _reason_given(work, document)


INCOMING_GUARDS: Mapping[IncomingGuard, Callable[[IncomingWork, IncomingDocument], None]] = {
    IncomingGuard.CHECKS_PASSED: _nothing,
    IncomingGuard.FILES_SOUND_OR_REASON_GIVEN: _files_sound,
    IncomingGuard.NONE: _nothing,
    IncomingGuard.REASON_GIVEN: _reason_given,
    IncomingGuard.LEADER_NAMED: _leader_named,
    IncomingGuard.ASSIGNEE_NAMED: _assignee_named,
    IncomingGuard.LATER_DEADLINE_AND_REASON_GIVEN: _later_deadline,
    IncomingGuard.ANSWER_ISSUED: _answer_issued,
    IncomingGuard.RECEIVER_NAMED_AND_REASON_GIVEN: _receiver_named,
    IncomingGuard.TAKE_BACK_ASKED: _take_back_asked,
    IncomingGuard.TAKE_BACK_ASKED_AND_REASON_GIVEN: _take_back_asked_with_reason,
}
"""Guard by name."""
