"""The verbs of an office for its own documents; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from datetime import date

from docflow import office as use_cases
from docflow.model import ANY_NUMBER, Draft, NumberWish
from docflow.office import Desk, Issued, Receipt
from docflow.ports import SignatureCheck


class OutgoingOffice:
    """What an office does with the documents it issues."""

    _desk: Desk

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

    def approve(self, document_id: str, *, actor: str, idempotency_key: str | None = None) -> Receipt:
        """Record an approval; see :func:`docflow.office.approve_document`."""
        return use_cases.approve_document(self._desk, document_id, actor=actor, idempotency_key=idempotency_key)

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
    ) -> Receipt:
        """Record the agency's signature; see :func:`docflow.office.record_seal`."""
        return use_cases.record_seal(
            self._desk, document_id, pdf, actor=actor, check=check, idempotency_key=idempotency_key
        )

    def void(self, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> Receipt:
        """Void a number; see :func:`docflow.office.void_number`."""
        return use_cases.void_number(
            self._desk, document_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )
