"""The life of an outgoing document: ONE table, from which engine, diagram, JSON and tests are made.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row.
    - An issued document is never changed in place: it is replaced, corrected by another, or recalled, and stays.

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office.outgoing`.

Source: Nghị định 30/2020/NĐ-CP Điều 10–18, 32, Phụ lục VI; Thông tư 01/2019/TT-BNV Điều 10, 11, 20.
"""

from __future__ import annotations

from docflow.errors import ErrorCode, UsageError
from docflow.model.states import DocumentEvent, DocumentState, Effect, Guard, Role, Transition

_IN_THE_MAKING = (
    DocumentState.DRAFTED,
    DocumentState.RETURNED,
    DocumentState.APPROVED,
    DocumentState.LEADER_SIGNED,
)
"""States before a number is given."""


def _rows(
    event: DocumentEvent,
    sources: DocumentState | tuple[DocumentState, ...] | None,
    target: DocumentState | None,
    *,
    guard: Guard = Guard.NONE,
    effects: tuple[Effect, ...],
    evidence: str,
    role: Role,
    clause: str,
) -> tuple[Transition, ...]:
    """Return one row for each source; without a target the document stays where it is."""
    several: tuple[DocumentState | None, ...] = sources if isinstance(sources, tuple) else (sources,)
    return tuple(
        Transition(
            event=event,
            guard=guard,
            source=source,
            target=target or source or DocumentState.DRAFTED,
            effects=effects,
            evidence=evidence,
            role=role,
            clause=clause,
        )
        for source in several
    )


OUTGOING: tuple[Transition, ...] = (
    *_rows(
        DocumentEvent.DRAFT,
        None,
        DocumentState.DRAFTED,
        guard=Guard.DRAFT_ALLOWED,
        effects=(Effect.RECORD_DRAFT,),
        evidence="document_drafted",
        role=Role.DRAFTER,
        clause="NĐ 30/2020 Điều 10",
    ),
    *_rows(
        DocumentEvent.REVISE,
        (DocumentState.DRAFTED, DocumentState.RETURNED),
        DocumentState.DRAFTED,
        guard=Guard.BASED_ON_NEWEST_VERSION,
        effects=(Effect.RECORD_REVISION,),
        evidence="draft_revised",
        role=Role.DRAFTER,
        clause="NĐ 30/2020 Điều 10, 11; PL VI Phần I (drafts are kept)",
    ),
    *_rows(
        DocumentEvent.COMMENT,
        (DocumentState.DRAFTED, DocumentState.RETURNED),
        None,
        guard=Guard.WORDS_GIVEN,
        effects=(Effect.RECORD_REMARK,),
        evidence="opinion_given",
        role=Role.CONSULTED,
        clause="NĐ 30/2020 PL VI Phần I (comments are kept)",
    ),
    *_rows(
        DocumentEvent.ATTACH,
        (DocumentState.DRAFTED, DocumentState.RETURNED),
        None,
        guard=Guard.FILE_GIVEN,
        effects=(Effect.RECORD_ATTACHMENT,),
        evidence="file_attached",
        role=Role.DRAFTER,
        clause="NĐ 30/2020 PL I Phần I mục II.8.b, III.1.d; QĐ 28/2018 Điều 10 khoản 1",
    ),
    *_rows(
        DocumentEvent.DETACH,
        (DocumentState.DRAFTED, DocumentState.RETURNED),
        None,
        guard=Guard.FILE_ATTACHED_AND_REASON_GIVEN,
        effects=(Effect.RECORD_DETACHMENT,),
        evidence="file_detached",
        role=Role.DRAFTER,
        clause="NĐ 30/2020 Điều 10; PL VI Phần I mục III.1b (drafts are kept, also what was taken off them)",
    ),
    *_rows(
        DocumentEvent.RETURN,
        (DocumentState.DRAFTED, DocumentState.APPROVED, DocumentState.LEADER_SIGNED),
        DocumentState.RETURNED,
        guard=Guard.REASON_GIVEN,
        effects=(Effect.RECORD_REMARK, Effect.UNDO_APPROVAL),
        evidence="draft_returned",
        role=Role.REVIEWER,
        clause="NĐ 30/2020 Điều 11, 12",
    ),
    *_rows(
        DocumentEvent.APPROVE,
        DocumentState.DRAFTED,
        DocumentState.APPROVED,
        effects=(Effect.RECORD_APPROVAL,),
        evidence="document_approved",
        role=Role.APPROVER,
        clause="NĐ 30/2020 Điều 11, 12",
    ),
    *_rows(
        DocumentEvent.LEADER_SIGN,
        DocumentState.APPROVED,
        DocumentState.LEADER_SIGNED,
        guard=Guard.LEADER_SIGNATURE_ACCEPTED,
        effects=(Effect.RECORD_LEADER_SIGNATURE,),
        evidence="document_leader_signed",
        role=Role.LEADER,
        clause="NĐ 30/2020 Điều 13",
    ),
    *_rows(
        DocumentEvent.ISSUE,
        DocumentState.LEADER_SIGNED,
        DocumentState.NUMBERED,
        guard=Guard.NUMBER_ALLOWED,
        effects=(Effect.TAKE_NUMBER, Effect.HOLD_DISPATCH),
        evidence="document_numbered",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 15, 16; TT 01/2019 Điều 11 khoản 1",
    ),
    *_rows(
        DocumentEvent.SEAL,
        DocumentState.NUMBERED,
        DocumentState.SEALED,
        guard=Guard.SEAL_ON_LEADER_SIGNED,
        effects=(Effect.RECORD_SEAL, Effect.RELEASE_DISPATCH, Effect.ESTABLISH_LINKS),
        evidence="document_sealed",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 17, 32 khoản 2",
    ),
    *_rows(
        DocumentEvent.SEAL_ATTACHMENT,
        DocumentState.SEALED,
        None,
        guard=Guard.ATTACHMENT_SEAL_ACCEPTED,
        effects=(Effect.RECORD_ATTACHMENT_SEAL, Effect.RELEASE_DISPATCH),
        evidence="attachment_sealed",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 32 khoản 2; PL I Phần I mục II.8.b, III.1.d",
    ),
    *_rows(
        DocumentEvent.HAND_OVER,
        DocumentState.SEALED,
        None,
        guard=Guard.ADDRESSEE_WAITS,
        effects=(Effect.RECORD_HAND_OVER,),
        evidence="document_handed_over",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 18; PL IV (ngày chuyển, ký nhận); TT 01/2019 Điều 11 khoản 3",
    ),
    *_rows(
        DocumentEvent.UPDATE,
        DocumentState.SEALED,
        None,
        guard=Guard.NEW_ADDRESSEES_GIVEN,
        effects=(Effect.RECORD_REMARK, Effect.ADD_ADDRESSEES, Effect.TELL_UPDATE),
        evidence="addressees_added",
        role=Role.REGISTRY,
        clause="QCVN 102:2016/BTTTT (cập nhật nơi nhận); QĐ 28/2018 Điều 8 khoản 2",
    ),
    *_rows(
        DocumentEvent.REPLACE,
        DocumentState.SEALED,
        DocumentState.REPLACED,
        guard=Guard.REPLACEMENT_SEALED,
        effects=(Effect.RECORD_REPLACEMENT, Effect.CANCEL_DISPATCH),
        evidence="document_replaced",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 18 khoản 3",
    ),
    *_rows(
        DocumentEvent.RECALL,
        DocumentState.SEALED,
        DocumentState.RECALLED,
        guard=Guard.REASON_GIVEN,
        effects=(Effect.RECORD_REMARK, Effect.CANCEL_DISPATCH, Effect.TELL_RECALL, Effect.REOPEN_ANSWERED),
        evidence="document_recalled",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 18 khoản 4, PL VI Phần I mục III.8; QĐ 28/2018 Điều 8 khoản 2",
    ),
    *_rows(
        DocumentEvent.CANCEL,
        _IN_THE_MAKING,
        DocumentState.CANCELLED,
        guard=Guard.REASON_GIVEN,
        effects=(Effect.RECORD_REMARK,),
        evidence="draft_cancelled",
        role=Role.DRAFTER,
        clause="NĐ 30/2020 PL VI Phần I (drafts are kept, also of what is never issued)",
    ),
    *_rows(
        DocumentEvent.VOID,
        DocumentState.NUMBERED,
        DocumentState.VOIDED,
        guard=Guard.REASON_GIVEN,
        effects=(Effect.RECORD_REMARK, Effect.VOID_NUMBER, Effect.CANCEL_DISPATCH, Effect.REOPEN_ANSWERED),
        evidence="number_voided",
        role=Role.REGISTRY,
        clause="NĐ 30/2020 Điều 15 (numbers run without gap: a number not used stays in the book, with a reason)",
    ),
)
"""Every transition of an outgoing document."""


def find_transition(state: DocumentState | None, event: DocumentEvent) -> Transition:
    """Return the one row for an event in a state; None is the state before the draft.

    Raises:
        UsageError: ``WRONG_STATE``; the table has no such row.
    """
    for transition in OUTGOING:
        if transition.source is state and transition.event is event:
            return transition
    here = state.value if state else "not drafted yet"
    raise UsageError(
        ErrorCode.WRONG_STATE,
        f"cannot {event.value} a document that is {here}",
        vi=f"Không thể thực hiện bước “{event.vi}” khi văn bản đang ở trạng thái “{state.vi if state else 'chưa có'}”.",
        way_out="follow docs/reference/states.md",
    )


def draw_states(transitions: tuple[Transition, ...] = OUTGOING) -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/states.md)."""
    arrows = [f"    {row.source or '[*]'} --> {row.target}: {row.event} [{row.guard}]" for row in transitions]
    ends = {row.target for row in transitions} - {row.source for row in transitions}
    arrows += [f"    {state} --> [*]" for state in DocumentState if state in ends]
    rows = [
        f"| `{row.event}` | {row.event.vi} | `{row.guard}` | {f'`{row.source}`' if row.source else '–'} "
        f"| `{row.target}` | {', '.join(f'`{effect}`' for effect in row.effects)} | `{row.evidence}` "
        f"| {row.role.vi} | {row.clause} |"
        for row in transitions
    ]
    return "\n".join(
        [
            "# The life of an outgoing document",
            "",
            "Generated from `docflow.model.OUTGOING`; do not edit by hand. The same table as JSON: `docflow states`.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
            "| event | sự kiện | guard | from | to | effects | evidence (audit leaf) | who | clause |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
