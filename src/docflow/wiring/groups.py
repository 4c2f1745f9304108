"""The verbs of groups; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from collections.abc import Sequence

from docflow import office as use_cases
from docflow.model import AccessTarget
from docflow.model.groups import (
    DocumentGroup,
    GroupAct,
    GroupEvent,
    GroupItem,
    GroupMember,
    GroupPlan,
    GroupReader,
)
from docflow.office import Desk, GroupAsk
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class GroupOffice:
    """Groups of documents and files (nhóm tài liệu): who reads them, and whether they are frozen.

    What is in no group is read by whoever holds a role. What is in groups is read by the readers of one of them, and,
    unless the group is for those named only, by leaders and the registry. A file in a group says nothing of its
    documents: name them too.

    Every verb raises :class:`docflow.UsageError`: ``FORBIDDEN``, ``NOT_FOUND``, ``ALREADY_EXISTS``, ``FROZEN``,
    ``WRONG_STATE``, ``BAD_ARGUMENT``, ``IDEMPOTENCY_CONFLICT``, ``CLOCK_TURNED_BACK``; then nothing is written.
    """

    _store: OfficeStore
    _desk: Desk

    def make_group(self, plan: GroupPlan, *, actor: str, idempotency_key: str | None = None) -> DocumentGroup:
        """Make a group, with its level of information; see :func:`docflow.office.make_group`."""
        return use_cases.make_group(self._desk, plan, actor=actor, idempotency_key=idempotency_key)

    def add_to_group(
        self, group_id: str, items: Sequence[GroupItem], *, actor: str, idempotency_key: str | None = None
    ) -> DocumentGroup:
        """Put up to a thousand documents and files into a group: from then on its readers read them.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, IV.1a.
        """
        return self._act_on_group(
            GroupEvent.ADD, group_id, items=tuple(items), actor=actor, idempotency_key=idempotency_key
        )

    def remove_from_group(
        self, group_id: str, items: Sequence[GroupItem], *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> DocumentGroup:
        """Take documents and files out of a group, with a reason; what is in no other is open to everybody again.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1d.
        """
        return self._act_on_group(
            GroupEvent.REMOVE, group_id, items=tuple(items), actor=actor, text=reason, idempotency_key=idempotency_key
        )

    def admit_readers(
        self, group_id: str, people: Sequence[str], *, actor: str, reason: str = "", idempotency_key: str | None = None
    ) -> DocumentGroup:
        """Make people readers of a group; also of a frozen one.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, IV.1d.
        """
        return self._act_on_group(
            GroupEvent.ADMIT, group_id, people=tuple(people), actor=actor, text=reason, idempotency_key=idempotency_key
        )

    def exclude_readers(
        self, group_id: str, people: Sequence[str], *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> DocumentGroup:
        """Let people be readers of a group no more, with a reason; also of a frozen one.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1d.
        """
        return self._act_on_group(
            GroupEvent.EXCLUDE,
            group_id,
            people=tuple(people),
            actor=actor,
            text=reason,
            idempotency_key=idempotency_key,
        )

    def freeze_group(
        self, group_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> DocumentGroup:
        """Freeze a group (đóng băng), with a reason: nothing in it changes, leaves it or is destroyed until unfrozen.

        What another agency sends about a frozen document is recorded; what was sent before goes on being sent.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1g.
        """
        return self._act_on_group(
            GroupEvent.FREEZE, group_id, actor=actor, text=reason, idempotency_key=idempotency_key
        )

    def unfreeze_group(
        self, group_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> DocumentGroup:
        """Let a frozen group change again, with a reason.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục IV.1g.
        """
        return self._act_on_group(
            GroupEvent.UNFREEZE, group_id, actor=actor, text=reason, idempotency_key=idempotency_key
        )

    def confirm_group_act(self, group_id: str, position: int, *, actor: str) -> GroupAct:
        """Confirm a change of who reads what; see :func:`docflow.office.confirm_group_act`."""
        return use_cases.confirm_group_act(self._desk, group_id, position, actor=actor)

    # ---- who reads what

    def may_read(self, person: str, *, target: AccessTarget, subject: str) -> bool:
        """Return whether somebody may read a document or file; see :func:`docflow.office.list_readable`.

        Example:
            >>> if office.may_read("Bình", target=AccessTarget.INCOMING, subject="den-1"):  # doctest: +SKIP
            ...     show(office.incoming_document("den-1"))
        """
        return bool(use_cases.list_readable(self._desk, person, (GroupItem(target=target, subject=subject),)))

    def list_readable(self, person: str, items: Sequence[GroupItem]) -> tuple[GroupItem, ...]:
        """Return those of up to a thousand documents and files that somebody may read, in their order.

        A front end asks before it shows a list; see :func:`docflow.office.list_readable`.
        """
        return use_cases.list_readable(self._desk, person, items)

    # ---- what is there

    def group(self, group_id: str) -> DocumentGroup:
        """Return a group as it is now.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        return use_cases.find_group(self._store.find_record(DocumentGroup, group_id), group_id)

    def groups(self, *, level: str | None = None) -> tuple[DocumentGroup, ...]:
        """Return all groups, or those of one level of information, by id."""
        where: dict[str, str | int | None] = {} if level is None else {"level": level}
        return self._store.list_records(DocumentGroup, **where)

    def groups_of(self, *, target: AccessTarget, subject: str) -> tuple[DocumentGroup, ...]:
        """Return the groups that a document or file is in; one with ``frozen_at`` freezes it."""
        held = self._store.list_records(GroupMember, target=target.value, subject=subject, is_member=1)
        return tuple(self.group(member.group_id) for member in held)

    def group_items(self, group_id: str, *, act: int | None = None) -> tuple[GroupMember, ...]:
        """Return what is in a group now, or what an act put in or took out, as long as no later one says otherwise."""
        which = {"is_member": 1} if act is None else {"act": act}
        return self._store.list_records(GroupMember, group_id=group_id, **which)

    def group_readers(self, group_id: str, *, act: int | None = None) -> tuple[GroupReader, ...]:
        """Return who is a reader of a group now, or whom an act made one or not, as long as no later one does."""
        which = {"is_reader": 1} if act is None else {"act": act}
        return self._store.list_records(GroupReader, group_id=group_id, **which)

    def group_acts(self, group_id: str | None = None, *, only_alerts: bool = False) -> tuple[GroupAct, ...]:
        """Return what was done with a group, or with all; ``only_alerts``: the changes that nobody has confirmed.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3c.
        """
        where: dict[str, str | int | None] = {} if group_id is None else {"group_id": group_id}
        if only_alerts:
            where["confirmed_at"] = None
        acts = self._store.list_records(GroupAct, **where)
        return tuple(act for act in acts if act.is_alert or not only_alerts)

    def _act_on_group(
        self,
        event: GroupEvent,
        group_id: str,
        *,
        actor: str,
        items: tuple[GroupItem, ...] = (),
        people: tuple[str, ...] = (),
        text: str = "",
        idempotency_key: str | None = None,
    ) -> DocumentGroup:
        ask = GroupAsk(
            event=event,
            group_id=group_id,
            actor=actor,
            items=items,
            people=people,
            text=text,
            idempotency_key=idempotency_key,
        )
        return use_cases.act_on_group(self._desk, ask)
