"""The words of the state table of outgoing documents: states, events, guards, effects, roles.

The table itself is :data:`docflow.model.OUTGOING`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DocumentState(StrEnum):
    """Where an outgoing document stands; the value is stable and stored."""

    DRAFTED = "drafted"
    RETURNED = "returned"
    APPROVED = "approved"
    LEADER_SIGNED = "leader_signed"
    NUMBERED = "numbered"
    SEALED = "sealed"
    CANCELLED = "cancelled"
    VOIDED = "voided"
    REPLACED = "replaced"
    RECALLED = "recalled"

    @property
    def vi(self) -> str:
        """The state as officials name it."""
        return _STATE_NAMES[self]


class DocumentEvent(StrEnum):
    """What happens to an outgoing document; the value is stable and logged."""

    DRAFT = "draft"
    REVISE = "revise"
    COMMENT = "comment"
    ATTACH = "attach"
    DETACH = "detach"
    RETURN = "return"
    APPROVE = "approve"
    LEADER_SIGN = "leader_sign"
    ISSUE = "issue"
    SEAL = "seal"
    SEAL_ATTACHMENT = "seal_attachment"
    HAND_OVER = "hand_over"
    UPDATE = "update"
    REPLACE = "replace"
    RECALL = "recall"
    CANCEL = "cancel"
    VOID = "void"

    @property
    def vi(self) -> str:
        """The event as officials name it."""
        return _EVENT_NAMES[self]


class Guard(StrEnum):
    """What must hold before a transition."""

    NONE = "none"
    DRAFT_ALLOWED = "draft_allowed"
    BASED_ON_NEWEST_VERSION = "based_on_newest_version"
    WORDS_GIVEN = "words_given"
    FILE_GIVEN = "file_given"
    FILE_ATTACHED_AND_REASON_GIVEN = "file_attached_and_reason_given"
    LEADER_SIGNATURE_ACCEPTED = "leader_signature_accepted"
    NUMBER_ALLOWED = "number_allowed"
    SEAL_ON_LEADER_SIGNED = "seal_on_leader_signed"
    ATTACHMENT_SEAL_ACCEPTED = "attachment_seal_accepted"
    ADDRESSEE_WAITS = "addressee_waits"
    NEW_ADDRESSEES_GIVEN = "new_addressees_given"
    REPLACEMENT_SEALED = "replacement_sealed"
    REASON_GIVEN = "reason_given"


class Effect(StrEnum):
    """What a transition writes, in the order of the table."""

    RECORD_DRAFT = "record_draft"
    RECORD_REVISION = "record_revision"
    RECORD_REMARK = "record_remark"
    RECORD_ATTACHMENT = "record_attachment"
    RECORD_DETACHMENT = "record_detachment"
    UNDO_APPROVAL = "undo_approval"
    RECORD_APPROVAL = "record_approval"
    RECORD_LEADER_SIGNATURE = "record_leader_signature"
    TAKE_NUMBER = "take_number"
    HOLD_DISPATCH = "hold_dispatch"
    RECORD_SEAL = "record_seal"
    RECORD_ATTACHMENT_SEAL = "record_attachment_seal"
    RELEASE_DISPATCH = "release_dispatch"
    ESTABLISH_LINKS = "establish_links"
    RECORD_HAND_OVER = "record_hand_over"
    ADD_ADDRESSEES = "add_addressees"
    TELL_UPDATE = "tell_update"
    RECORD_REPLACEMENT = "record_replacement"
    VOID_NUMBER = "void_number"
    CANCEL_DISPATCH = "cancel_dispatch"
    TELL_RECALL = "tell_recall"
    REOPEN_ANSWERED = "reopen_answered"
    """Incoming documents that it answered are handled again, each with a leaf of its own."""


class Role(StrEnum):
    """Who may do it."""

    DRAFTER = "drafter"
    CONSULTED = "consulted"
    APPROVER = "approver"
    LEADER = "leader"
    REVIEWER = "reviewer"
    REGISTRY = "registry"
    HANDLER = "handler"
    FILER = "filer"
    """Who makes a file of the work that he was given, and hands it over."""
    ARCHIVIST = "archivist"
    ADMINISTRATOR = "administrator"
    SENDER = "sender"
    USER = "user"
    """Not of the tables: whoever works in the system at all."""
    MANAGER = "manager"
    """Not of the tables: who asks how the system is used."""

    @property
    def vi(self) -> str:
        """The role's name."""
        return _ROLE_NAMES[self]


_STATE_NAMES: Mapping[DocumentState, str] = {
    DocumentState.DRAFTED: "dự thảo",
    DocumentState.RETURNED: "trả lại người soạn thảo",
    DocumentState.APPROVED: "đã duyệt",
    DocumentState.LEADER_SIGNED: "đã ký",
    DocumentState.NUMBERED: "đã cấp số",
    DocumentState.SEALED: "đã phát hành",
    DocumentState.CANCELLED: "đã hủy dự thảo",
    DocumentState.VOIDED: "đã hủy số",
    DocumentState.REPLACED: "đã bị thay thế",
    DocumentState.RECALLED: "đã thu hồi",
}
_EVENT_NAMES: Mapping[DocumentEvent, str] = {
    DocumentEvent.DRAFT: "soạn thảo",
    DocumentEvent.REVISE: "sửa dự thảo",
    DocumentEvent.COMMENT: "góp ý",
    DocumentEvent.ATTACH: "kèm văn bản",
    DocumentEvent.DETACH: "gỡ văn bản kèm theo",
    DocumentEvent.RETURN: "trả lại",
    DocumentEvent.APPROVE: "duyệt",
    DocumentEvent.LEADER_SIGN: "ký ban hành",
    DocumentEvent.ISSUE: "cấp số, thời gian ban hành",
    DocumentEvent.SEAL: "ký số của cơ quan",
    DocumentEvent.SEAL_ATTACHMENT: "ký số văn bản kèm theo",
    DocumentEvent.HAND_OVER: "chuyển trực tiếp",
    DocumentEvent.UPDATE: "cập nhật nơi nhận",
    DocumentEvent.REPLACE: "thay thế",
    DocumentEvent.RECALL: "thu hồi",
    DocumentEvent.CANCEL: "hủy dự thảo",
    DocumentEvent.VOID: "hủy số",
}
_ROLE_NAMES: Mapping[Role, str] = {
    Role.DRAFTER: "người soạn thảo",
    Role.CONSULTED: "người được lấy ý kiến",
    Role.APPROVER: "người duyệt",
    Role.LEADER: "người có thẩm quyền ký",
    Role.REVIEWER: "người duyệt hoặc văn thư cơ quan",
    Role.REGISTRY: "văn thư cơ quan",
    Role.HANDLER: "người được giao xử lý",
    Role.FILER: "người lập hồ sơ",
    Role.ARCHIVIST: "lưu trữ cơ quan",
    Role.ADMINISTRATOR: "người quản trị",
    Role.SENDER: "cơ quan gửi",
    Role.USER: "người sử dụng",
    Role.MANAGER: "người quản lý, quản trị",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table; ``evidence`` is the type of the audit leaf it leaves, ``clause`` what demands it."""

    event: DocumentEvent
    guard: Guard
    source: DocumentState | None
    target: DocumentState
    effects: tuple[Effect, ...]
    evidence: str
    role: Role
    clause: str
