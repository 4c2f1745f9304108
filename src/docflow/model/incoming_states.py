"""The words of an incoming document's life: states, events, guards, effects, receipts.

What it does not do: what leads where stands in :mod:`docflow.model.incoming_table`.

Source: Nghị định 30/2020/NĐ-CP Điều 18, 21–24; Quyết định 28/2018/QĐ-TTg Điều 5, 9, 10; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docflow.model.states import Role


class IncomingState(StrEnum):
    """Where an incoming document stands; the value is stable and stored."""

    RECEIVED = "received"
    """Handed in on paper, by e-mail or fax, and not checked yet."""
    ARRIVED = "arrived"
    """Checked: whole, genuine, for this agency."""
    REGISTERED = "registered"
    SUBMITTED = "submitted"
    INSTRUCTED = "instructed"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FORWARDED = "forwarded"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _STATE_NAMES[self]


_STATE_NAMES = {
    IncomingState.RECEIVED: "đã nhận, chờ kiểm tra",
    IncomingState.ARRIVED: "đã đến",
    IncomingState.REGISTERED: "đã tiếp nhận",
    IncomingState.SUBMITTED: "đã trình",
    IncomingState.INSTRUCTED: "đã có ý kiến chỉ đạo",
    IncomingState.ASSIGNED: "đã chuyển xử lý",
    IncomingState.PROCESSING: "đang xử lý",
    IncomingState.PAUSED: "tạm dừng",
    IncomingState.COMPLETED: "đã hoàn thành",
    IncomingState.FORWARDED: "đã chuyển tiếp",
    IncomingState.REFUSED: "từ chối nhận (trả lại)",
    IncomingState.TAKEN_BACK: "đã trả theo đề nghị lấy lại",
}


class IncomingEvent(StrEnum):
    """What happens to an incoming document; the value is stable and logged."""

    RECEIVE_BY_HAND = "receive_by_hand"
    CHECK = "check"
    ARRIVE = "arrive"
    CHECK_FILES = "check_files"
    ACCEPT = "accept"
    REFUSE = "refuse"
    SUBMIT = "submit"
    INSTRUCT = "instruct"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    PROGRESS = "progress"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    ANSWER = "answer"
    LOSE_ANSWER = "lose_answer"
    """The document that answered it was voided or recalled: nothing else had ended it."""
    LOSE_LATER_ANSWER = "lose_later_answer"
    """The same of a document that had been completed before it was answered."""
    COMPLETE = "complete"
    FORWARD = "forward"
    REPLACE = "replace"
    UPDATE = "update"
    ASK_TAKE_BACK = "ask_take_back"
    AGREE_TAKE_BACK = "agree_take_back"
    DECLINE_TAKE_BACK = "decline_take_back"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _EVENT_NAMES[self]


_EVENT_NAMES = {
    IncomingEvent.RECEIVE_BY_HAND: "tiếp nhận trực tiếp",
    IncomingEvent.CHECK: "kiểm tra",
    IncomingEvent.ARRIVE: "tiếp nhận qua liên thông",
    IncomingEvent.CHECK_FILES: "kiểm tra chữ ký số trên các tệp",
    IncomingEvent.ACCEPT: "vào sổ",
    IncomingEvent.REFUSE: "trả lại",
    IncomingEvent.SUBMIT: "trình",
    IncomingEvent.INSTRUCT: "ghi ý kiến chỉ đạo",
    IncomingEvent.ASSIGN: "giao xử lý",
    IncomingEvent.REASSIGN: "giao lại",
    IncomingEvent.PROGRESS: "cập nhật tiến độ",
    IncomingEvent.PAUSE: "tạm dừng",
    IncomingEvent.RESUME: "tiếp tục",
    IncomingEvent.EXTEND: "gia hạn",
    IncomingEvent.ANSWER: "ghi văn bản trả lời",
    IncomingEvent.LOSE_ANSWER: "văn bản trả lời không còn hiệu lực",
    IncomingEvent.LOSE_LATER_ANSWER: "văn bản trả lời sau khi hoàn thành không còn hiệu lực",
    IncomingEvent.COMPLETE: "hoàn thành",
    IncomingEvent.FORWARD: "chuyển tiếp",
    IncomingEvent.REPLACE: "bị văn bản khác thay thế",
    IncomingEvent.UPDATE: "nhận cập nhật của nơi gửi",
    IncomingEvent.ASK_TAKE_BACK: "đề nghị lấy lại",
    IncomingEvent.AGREE_TAKE_BACK: "đồng ý cho lấy lại",
    IncomingEvent.DECLINE_TAKE_BACK: "từ chối cho lấy lại",
}


class IncomingGuard(StrEnum):
    """What must hold before a transition."""

    CHECKS_PASSED = "checks_passed"
    FILES_SOUND_OR_REASON_GIVEN = "files_sound_or_reason_given"
    NONE = "none"
    REASON_GIVEN = "reason_given"
    LEADER_NAMED = "leader_named"
    ASSIGNEE_NAMED = "assignee_named"
    LATER_DEADLINE_AND_REASON_GIVEN = "later_deadline_and_reason_given"
    ANSWER_ISSUED = "answer_issued"
    RECEIVER_NAMED_AND_REASON_GIVEN = "receiver_named_and_reason_given"
    TAKE_BACK_ASKED = "take_back_asked"
    TAKE_BACK_ASKED_AND_REASON_GIVEN = "take_back_asked_and_reason_given"


class IncomingEffect(StrEnum):
    """What a transition writes, in the order of the table; every one leaves an act (ý kiến, trạng thái) as well."""

    RECORD_ARRIVAL = "record_arrival"
    RECORD_CHECK = "record_check"
    RECORD_FILE_CHECKS = "record_file_checks"
    TAKE_ARRIVAL_NUMBER = "take_arrival_number"
    RECORD_REASON = "record_reason"
    RECORD_SUBMISSION = "record_submission"
    RECORD_INSTRUCTION = "record_instruction"
    RECORD_ASSIGNMENT = "record_assignment"
    RECORD_PROGRESS = "record_progress"
    STOP_CLOCK = "stop_clock"
    START_CLOCK = "start_clock"
    MOVE_DEADLINE = "move_deadline"
    RECORD_ANSWER = "record_answer"
    UNDO_ANSWER = "undo_answer"
    REMOVE_ANSWER = "remove_answer"
    RECORD_COMPLETION = "record_completion"
    RECORD_FORWARDING = "record_forwarding"
    WITHDRAW_TASKS = "withdraw_tasks"
    RECORD_REPLACEMENT = "record_replacement"
    RECORD_QUESTION = "record_question"
    CLOSE_QUESTION = "close_question"
    ERASE_CONTENT = "erase_content"


class ReceiptKind(StrEnum):
    """What a receipt says; the value is stable and signed."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    COMPLETED = "completed"
    REFUSED = "refused"
    TAKE_BACK_AGREED = "take_back_agreed"
    TAKE_BACK_DECLINED = "take_back_declined"
    CONFLICT = "conflict"
    """The same document id came with other bytes."""
    ACKNOWLEDGED = "acknowledged"
    """A status message came; says nothing about the document itself."""
    NOT_AUTHENTIC = "not_authentic"
    """Bytes came in the recipient's name that he did not sign; says nothing about his own document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingTransition:
    """One row of the table.

    Attributes:
        receipt: What the sender is told, or None.
        evidence: Type of the audit leaf it leaves.
        clause: What demands it.
    """

    event: IncomingEvent
    guard: IncomingGuard
    source: IncomingState | None
    target: IncomingState
    effects: tuple[IncomingEffect, ...]
    receipt: ReceiptKind | None
    evidence: str
    role: Role
    clause: str


HELD = (
    IncomingState.ARRIVED,
    IncomingState.REGISTERED,
    IncomingState.SUBMITTED,
    IncomingState.INSTRUCTED,
    IncomingState.ASSIGNED,
    IncomingState.PROCESSING,
    IncomingState.PAUSED,
    IncomingState.COMPLETED,
    IncomingState.FORWARDED,
)
"""The states in which the receiver still has a document that was sent to him electronically."""


def incoming_row(
    event: IncomingEvent,
    source: IncomingState | None,
    target: IncomingState,
    *,
    effects: tuple[IncomingEffect, ...],
    receipt: ReceiptKind | None,
    evidence: str,
    clause: str,
    guard: IncomingGuard = IncomingGuard.NONE,
    role: Role = Role.REGISTRY,
) -> IncomingTransition:
    """Return a row of the table; what is not said needs nothing and is done by the registry."""
    return IncomingTransition(
        event=event,
        guard=guard,
        source=source,
        target=target,
        effects=effects,
        receipt=receipt,
        evidence=evidence,
        role=role,
        clause=clause,
    )
