"""The life of a file (hồ sơ): from the list of files to the archive or a destruction that two people want: ONE table.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row; what is destroyed was proposed first.
    - What the archive has taken is never open again, also not by way of a proposal that was withdrawn.

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office.files`.

Source: Nghị định 30/2020/NĐ-CP Điều 28–31, Phụ lục VI Phần I; Thông tư 01/2019/TT-BNV Điều 16, 20; docs/adr/0060.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docflow.model.lifecycles import draw_life, refuse_step
from docflow.model.states import Role


class FileState(StrEnum):
    """Where a file stands; the value is stable and stored."""

    PLANNED = "planned"
    """It stands in the year's list of files (danh mục hồ sơ)."""
    OPENED = "opened"
    CLOSED = "closed"
    ANNOUNCED = "announced"
    """The archive asked for it."""
    HANDED_OVER = "handed_over"
    DOOMED = "doomed"
    """Somebody proposed to destroy it; it never went to the archive."""
    DOOMED_IN_ARCHIVE = "doomed_in_archive"
    """Somebody proposed to destroy it after the archive had taken it."""
    DESTROYED = "destroyed"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _STATE_NAMES[self]


_STATE_NAMES = {
    FileState.PLANNED: "trong danh mục",
    FileState.OPENED: "đang mở",
    FileState.CLOSED: "đã kết thúc",
    FileState.ANNOUNCED: "đã thông báo nộp lưu",
    FileState.HANDED_OVER: "đã nộp lưu",
    FileState.DOOMED: "đề nghị hủy",
    FileState.DOOMED_IN_ARCHIVE: "đã nộp lưu, đề nghị hủy",
    FileState.DESTROYED: "đã hủy",
}


class FileEvent(StrEnum):
    """What happens to a file; the value is stable and logged."""

    PLAN = "plan"
    OPEN = "open"
    ADD = "add"
    REMOVE = "remove"
    CLOSE = "close"
    REOPEN = "reopen"
    ANNOUNCE = "announce"
    HAND_OVER = "hand_over"
    PROPOSE_DESTRUCTION = "propose_destruction"
    WITHDRAW_DESTRUCTION = "withdraw_destruction"
    CONFIRM_DESTRUCTION = "confirm_destruction"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _EVENT_NAMES[self]


_EVENT_NAMES = {
    FileEvent.PLAN: "đưa vào danh mục",
    FileEvent.OPEN: "mở hồ sơ",
    FileEvent.ADD: "thêm văn bản",
    FileEvent.REMOVE: "đưa văn bản ra",
    FileEvent.CLOSE: "kết thúc hồ sơ",
    FileEvent.REOPEN: "mở lại hồ sơ",
    FileEvent.ANNOUNCE: "thông báo nộp lưu",
    FileEvent.HAND_OVER: "nộp lưu",
    FileEvent.PROPOSE_DESTRUCTION: "đề nghị hủy",
    FileEvent.WITHDRAW_DESTRUCTION: "rút đề nghị hủy",
    FileEvent.CONFIRM_DESTRUCTION: "xác nhận hủy",
}


class FileGuard(StrEnum):
    """What must hold before a transition."""

    NONE = "none"
    REASON_GIVEN = "reason_given"
    DOCUMENT_IS_HERE = "document_is_here"
    DOCUMENT_IS_IN_IT_AND_REASON_GIVEN = "document_is_in_it_and_reason_given"
    NOT_EMPTY = "not_empty"
    ARCHIVE_NAMED = "archive_named"
    RETENTION_ENDS_AND_REASON_GIVEN = "retention_ends_and_reason_given"
    ANOTHER_PERSON_AFTER_NOTICE = "another_person_after_notice"


class FileEffect(StrEnum):
    """What a transition writes, in the order of the table; every one leaves an act as well."""

    RECORD_PLAN = "record_plan"
    RECORD_OPENING = "record_opening"
    ADD_DOCUMENT = "add_document"
    REMOVE_DOCUMENT = "remove_document"
    RECORD_CLOSING = "record_closing"
    UNDO_CLOSING = "undo_closing"
    RECORD_NOTICE = "record_notice"
    RECORD_HAND_OVER = "record_hand_over"
    RECORD_PROPOSAL = "record_proposal"
    UNDO_PROPOSAL = "undo_proposal"
    DESTROY_CONTENT = "destroy_content"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTransition:
    """One row of the table; ``evidence`` is the type of the audit leaf it leaves, ``clause`` what demands it."""

    event: FileEvent
    guard: FileGuard
    source: FileState | None
    target: FileState
    effects: tuple[FileEffect, ...]
    evidence: str
    role: Role
    clause: str


def _row(
    event: FileEvent,
    source: FileState | None,
    target: FileState,
    *,
    effect: FileEffect,
    evidence: str,
    clause: str,
    guard: FileGuard = FileGuard.NONE,
    role: Role = Role.FILER,
) -> FileTransition:
    return FileTransition(
        event=event,
        guard=guard,
        source=source,
        target=target,
        effects=(effect,),
        evidence=evidence,
        role=role,
        clause=clause,
    )


_DOOMED = (
    (FileState.CLOSED, FileState.DOOMED),
    (FileState.HANDED_OVER, FileState.DOOMED_IN_ARCHIVE),
)
"""Where a file stands before and after somebody proposes to destroy it; withdrawn, it stands where it stood."""

FILE: tuple[FileTransition, ...] = (
    _row(
        FileEvent.PLAN,
        None,
        FileState.PLANNED,
        effect=FileEffect.RECORD_PLAN,
        evidence="file_planned",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 28, Phụ lục V",
    ),
    _row(
        FileEvent.OPEN,
        FileState.PLANNED,
        FileState.OPENED,
        effect=FileEffect.RECORD_OPENING,
        evidence="file_opened",
        clause="NĐ 30/2020 Điều 29 khoản 2, Điều 31 khoản 3b",
    ),
    _row(
        FileEvent.ADD,
        FileState.OPENED,
        FileState.OPENED,
        guard=FileGuard.DOCUMENT_IS_HERE,
        effect=FileEffect.ADD_DOCUMENT,
        evidence="file_document_added",
        clause="NĐ 30/2020 Điều 29 khoản 3, Phụ lục VI Phần I",
    ),
    _row(
        FileEvent.REMOVE,
        FileState.OPENED,
        FileState.OPENED,
        guard=FileGuard.DOCUMENT_IS_IN_IT_AND_REASON_GIVEN,
        effect=FileEffect.REMOVE_DOCUMENT,
        evidence="file_document_removed",
        clause="NĐ 30/2020 Điều 29 khoản 4b (duplicates and drafts are taken out)",
    ),
    _row(
        FileEvent.CLOSE,
        FileState.OPENED,
        FileState.CLOSED,
        guard=FileGuard.NOT_EMPTY,
        effect=FileEffect.RECORD_CLOSING,
        evidence="file_closed",
        clause="NĐ 30/2020 Điều 29 khoản 4",
    ),
    _row(
        FileEvent.REOPEN,
        FileState.CLOSED,
        FileState.OPENED,
        guard=FileGuard.REASON_GIVEN,
        effect=FileEffect.UNDO_CLOSING,
        evidence="file_reopened",
        clause="NĐ 30/2020 Phụ lục VI Phần I (every act is kept)",
    ),
    _row(
        FileEvent.ANNOUNCE,
        FileState.CLOSED,
        FileState.ANNOUNCED,
        effect=FileEffect.RECORD_NOTICE,
        evidence="file_announced",
        role=Role.ARCHIVIST,
        clause="NĐ 30/2020 Phụ lục VI Phần I (announced 30 days ahead, from the archive's notice)",
    ),
    _row(
        FileEvent.HAND_OVER,
        FileState.ANNOUNCED,
        FileState.HANDED_OVER,
        guard=FileGuard.ARCHIVE_NAMED,
        effect=FileEffect.RECORD_HAND_OVER,
        evidence="file_handed_over",
        clause="NĐ 30/2020 Điều 30 khoản 2, 3b (whoever made the file hands it over)",
    ),
    *(
        _row(
            FileEvent.PROPOSE_DESTRUCTION,
            source,
            target,
            guard=FileGuard.RETENTION_ENDS_AND_REASON_GIVEN,
            effect=FileEffect.RECORD_PROPOSAL,
            evidence="file_destruction_proposed",
            role=Role.ARCHIVIST,
            clause="TT 01/2019 Điều 20 khoản 5",
        )
        for source, target in _DOOMED
    ),
    *(
        _row(
            FileEvent.WITHDRAW_DESTRUCTION,
            source,
            target,
            guard=FileGuard.REASON_GIVEN,
            effect=FileEffect.UNDO_PROPOSAL,
            evidence="file_destruction_withdrawn",
            role=Role.ARCHIVIST,
            clause="TT 01/2019 Điều 20 khoản 5",
        )
        for target, source in _DOOMED
    ),
    *(
        _row(
            FileEvent.CONFIRM_DESTRUCTION,
            source,
            FileState.DESTROYED,
            guard=FileGuard.ANOTHER_PERSON_AFTER_NOTICE,
            effect=FileEffect.DESTROY_CONTENT,
            evidence="file_destroyed",
            role=Role.LEADER,
            clause="TT 01/2019 Điều 20 khoản 5",
        )
        for _, source in _DOOMED
    ),
)
"""Every transition of a file."""


def find_file_row(state: FileState | None, event: FileEvent) -> FileTransition:
    """Return the one row for an event in a state; None is the state before it stands in a list.

    Raises:
        UsageError: ``WRONG_STATE``; the table has no such row.
    """
    for transition in FILE:
        if transition.source is state and transition.event is event:
            return transition
    raise refuse_step(event, state, what="a file", vi="hồ sơ lưu trữ", page="file-states.md")


def draw_file_states() -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/file-states.md)."""
    return draw_life(FILE, title="The life of a file", source="docflow.model.file_states.FILE")
