"""What is frozen does not change: asked by every step of a document or file that somebody takes here.

Invariants:
    - Nobody of this office changes what a frozen group holds, whatever he is; the group is unfrozen first.
    - What another agency says of its document is recorded all the same; what it asks for waits for somebody here.

What it does not do: it hides nothing; whoever reads it goes on reading it.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1g; docs/adr/0086.
"""

from __future__ import annotations

from docflow.errors import ErrorCode, UsageError
from docflow.model import AccessTarget, Direction, FiledDocument
from docflow.model.groups import DocumentGroup
from docflow.ports import UnitOfWork

TARGETS = {Direction.OUTGOING: AccessTarget.OUTGOING, Direction.INCOMING: AccessTarget.INCOMING}
"""What a document is to a group, by its direction."""


def refuse_frozen(unit: UnitOfWork, target: AccessTarget, subject: str) -> None:
    """Refuse to change what a frozen group holds.

    Raises:
        UsageError: ``FROZEN``.
    """
    group = unit.find_freezing(target, subject)
    if group is not None:
        raise _frozen(group, f"{target.name.lower()} {subject!r}", vi=f"{target.vi} {subject!r}")


def refuse_frozen_contents(unit: UnitOfWork, file_code: str) -> None:
    """Refuse to destroy a file in which a document stands that a frozen group holds.

    Raises:
        UsageError: ``FROZEN``.
    """
    for line in unit.list_records(FiledDocument, file_code=file_code, removed_at=None):
        refuse_frozen(unit, TARGETS[line.direction], line.document_id)


def refuse_frozen_group(group: DocumentGroup) -> None:
    """Refuse to put something into a frozen group or to take it out.

    Raises:
        UsageError: ``FROZEN``.
    """
    if group.frozen_at is not None:
        raise _frozen(group, "what it holds", vi="thành phần của nhóm")


def _frozen(group: DocumentGroup, what: str, *, vi: str) -> UsageError:
    return UsageError(
        ErrorCode.FROZEN,
        f"{what} is frozen with the group {group.id!r}",
        vi=f"Không thay đổi được {vi}: nhóm “{group.name}” ({group.id}) đang bị đóng băng.",
        way_out="unfreeze the group first, with a reason",
    )
