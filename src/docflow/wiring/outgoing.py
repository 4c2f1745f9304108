"""The verbs of an office for its own documents; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from datetime import date

from docflow import office as use_cases
from docflow.model import (
    ANY_NUMBER,
    Addressee,
    AttachedFile,
    CopyRequest,
    DocumentCopy,
    Draft,
    DraftVersion,
    NumberWish,
    OfficeRole,
    Remark,
    RoleHolding,
)
from docflow.office import Desk, Issued, Receipt, Sealed
from docflow.ports import LinkRow, SignatureCheck
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class OutgoingOffice:
    """What an office does with the documents it issues."""

    _desk: Desk
    _store: OfficeStore

    # ---- the verbs, in the order of a document's life

    def draft(
        self,
        draft: Draft,
        *,
        actor: str,
        document_id: str | None = None,
        pdf: bytes | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Take in a draft; see :func:`docflow.office.draft_document`."""
        return use_cases.draft_document(
            self._desk, draft, actor=actor, document_id=document_id, pdf=pdf, idempotency_key=idempotency_key
        )

    def revise(
        self,
        document_id: str,
        draft: Draft,
        *,
        actor: str,
        version: int,
        pdf: bytes | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Revise the version named, the newest; see :func:`docflow.office.revise_draft`."""
        return use_cases.revise_draft(
            self._desk, document_id, draft, actor=actor, version=version, pdf=pdf, idempotency_key=idempotency_key
        )

    def comment(self, document_id: str, opinion: str, *, actor: str, idempotency_key: str | None = None) -> Receipt:
        """Keep an opinion; see :func:`docflow.office.comment_draft`."""
        return use_cases.comment_draft(self._desk, document_id, opinion, actor=actor, idempotency_key=idempotency_key)

    def attach(
        self, document_id: str, pdf: bytes, *, name: str, actor: str, idempotency_key: str | None = None
    ) -> Receipt:
        """Let a file go with a document; see :func:`docflow.office.attach_file`."""
        return use_cases.attach_file(
            self._desk, document_id, pdf, name=name, actor=actor, idempotency_key=idempotency_key
        )

    def detach(
        self, document_id: str, *, position: int, actor: str, reason: str, idempotency_key: str | None = None
    ) -> Receipt:
        """Take off a file that was attached by mistake; see :func:`docflow.office.detach_file`."""
        return use_cases.detach_file(
            self._desk, document_id, position=position, actor=actor, reason=reason, idempotency_key=idempotency_key
        )

    def return_draft(self, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> Receipt:
        """Give a draft back to its drafter; see :func:`docflow.office.return_draft`."""
        return use_cases.return_draft(
            self._desk, document_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )

    def approve(self, document_id: str, *, actor: str, remark: str = "", idempotency_key: str | None = None) -> Receipt:
        """Record an approval; see :func:`docflow.office.approve_document`."""
        return use_cases.approve_document(
            self._desk, document_id, actor=actor, remark=remark, idempotency_key=idempotency_key
        )

    def leader_signed(
        self,
        document_id: str,
        pdf: bytes,
        *,
        actor: str,
        check: SignatureCheck | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Record the leader's signature; see :func:`docflow.office.record_leader_signature`."""
        return use_cases.record_leader_signature(
            self._desk, document_id, pdf, actor=actor, check=check, idempotency_key=idempotency_key
        )

    def issue(
        self,
        document_id: str,
        *,
        actor: str,
        on: date | None = None,
        wish: NumberWish = ANY_NUMBER,
        idempotency_key: str | None = None,
    ) -> Issued:
        """Give number and date; see :func:`docflow.office.issue_document`."""
        return use_cases.issue_document(
            self._desk, document_id, actor=actor, on=on, wish=wish, idempotency_key=idempotency_key
        )

    def sealed(
        self,
        document_id: str,
        pdf: bytes,
        *,
        actor: str,
        check: SignatureCheck | None = None,
        idempotency_key: str | None = None,
    ) -> Sealed:
        """Record the agency's signature; see :func:`docflow.office.record_seal`."""
        return use_cases.record_seal(
            self._desk, document_id, pdf, actor=actor, check=check, idempotency_key=idempotency_key
        )

    def void(self, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> Receipt:
        """Void a number; see :func:`docflow.office.void_number`."""
        return use_cases.void_number(
            self._desk, document_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )

    def cancel(self, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> Receipt:
        """End a document that has no number; see :func:`docflow.office.cancel_draft`."""
        return use_cases.cancel_draft(
            self._desk, document_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )

    # ---- what becomes of an issued document

    def attachment_sealed(
        self,
        document_id: str,
        pdf: bytes,
        *,
        position: int,
        actor: str,
        check: SignatureCheck | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Record the agency's signature on an attached file; see :func:`docflow.office.record_attachment_seal`."""
        return use_cases.record_attachment_seal(
            self._desk, document_id, pdf, position=position, actor=actor, check=check, idempotency_key=idempotency_key
        )

    def hand_over(
        self,
        document_id: str,
        position: int,
        *,
        actor: str,
        how: str,
        signed_for: str = "",
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Record that a document left otherwise than electronically; see :func:`docflow.office.hand_over`."""
        return use_cases.hand_over(
            self._desk,
            document_id,
            position,
            actor=actor,
            how=how,
            signed_for=signed_for,
            idempotency_key=idempotency_key,
        )

    def add_addressees(
        self,
        document_id: str,
        addressees: tuple[Addressee, ...],
        *,
        actor: str,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Send an issued document to more addressees; see :func:`docflow.office.add_addressees`."""
        return use_cases.add_addressees(
            self._desk, document_id, addressees, actor=actor, reason=reason, idempotency_key=idempotency_key
        )

    def recall(self, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> Receipt:
        """Recall an issued document; see :func:`docflow.office.recall_document`."""
        return use_cases.recall_document(
            self._desk, document_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )

    # ---- copies

    def make_copy(
        self,
        request: CopyRequest,
        *,
        actor: str,
        copy_id: str | None = None,
        pdf: bytes | None = None,
        idempotency_key: str | None = None,
    ) -> DocumentCopy:
        """Record a copy (sao y, sao lục, trích sao); see :func:`docflow.office.make_copy`."""
        return use_cases.make_copy(
            self._desk, request, actor=actor, copy_id=copy_id, pdf=pdf, idempotency_key=idempotency_key
        )

    def copy_sealed(
        self,
        copy_id: str,
        pdf: bytes,
        *,
        actor: str,
        check: SignatureCheck | None = None,
        idempotency_key: str | None = None,
    ) -> DocumentCopy:
        """Record the agency's signature on an electronic copy; see :func:`docflow.office.record_copy_seal`."""
        return use_cases.record_copy_seal(
            self._desk, copy_id, pdf, actor=actor, check=check, idempotency_key=idempotency_key
        )

    def void_copy(self, copy_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> DocumentCopy:
        """Void a copy; see :func:`docflow.office.void_copy`."""
        return use_cases.void_copy(self._desk, copy_id, actor=actor, reason=reason, idempotency_key=idempotency_key)

    # ---- what is kept with a document

    def versions(self, document_id: str) -> tuple[DraftVersion, ...]:
        """Return every version of a draft, the first first."""
        return self._store.list_versions(document_id)

    def remarks(self, document_id: str) -> tuple[Remark, ...]:
        """Return opinions, approvals and reasons, in order."""
        return self._store.list_remarks(document_id)

    def attachments(self, document_id: str, *, with_detached: bool = False) -> tuple[AttachedFile, ...]:
        """Return the files that go with a document, by position; also those that were taken off if asked for."""
        return self._store.list_attachments(document_id, with_detached=with_detached)

    def links(self, *, document_id: str | None = None, target: str | None = None) -> tuple[LinkRow, ...]:
        """Return the links that took effect: those of a document, or those that lead to a document or arrival."""
        return self._store.list_links(document_id=document_id, target=target)

    def copies(self) -> tuple[DocumentCopy, ...]:
        """Return all copies, by time of making."""
        return self._store.list_copies()

    # ---- who may do what

    def grant(self, person: str, role: OfficeRole, *, actor: str) -> RoleHolding:
        """Give somebody a role, logged and alerted until confirmed; see :func:`docflow.office.grant_role`."""
        return use_cases.grant_role(self._desk, person, role, actor=actor)

    def withdraw(self, person: str, role: OfficeRole, *, actor: str) -> RoleHolding:
        """Take a role from somebody; see :func:`docflow.office.withdraw_role`."""
        return use_cases.withdraw_role(self._desk, person, role, actor=actor)

    def confirm_role(self, person: str, role: OfficeRole, *, actor: str) -> RoleHolding:
        """Confirm the last change of a role, which ends its alert; see :func:`docflow.office.confirm_role`."""
        return use_cases.confirm_role(self._desk, person, role, actor=actor)

    def roles(self, *, only_alerts: bool = False) -> tuple[RoleHolding, ...]:
        """Return who holds or held which role, or only the changes that nobody has confirmed yet."""
        return use_cases.list_roles(self._desk, only_alerts=only_alerts)
