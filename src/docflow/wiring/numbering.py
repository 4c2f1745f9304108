"""The verbs of an office for its number registers; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from docflow import office as use_cases
from docflow.errors import DocflowError
from docflow.model import ADMINISTRATIVE, DocumentType, Series, register_for
from docflow.office import Desk, Issued, Reserved
from docflow.ports import RegisterEntry
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class NumberingOffice:
    """What an office does with numbers."""

    _store: OfficeStore
    _desk: Desk

    def issue_many(
        self, document_ids: Sequence[str], *, actor: str, on: date | None = None
    ) -> tuple[Issued | DocflowError, ...]:
        """Give many documents their numbers with few commits; see :func:`docflow.office.issue_documents`."""
        return use_cases.issue_documents(self._desk, document_ids, actor=actor, on=on)

    def register_name(self, document_type: DocumentType, *, series: Series = ADMINISTRATIVE) -> str:
        """Return the name of the register in which a type of documents is numbered here."""
        return register_for(document_type, agency=self._desk.agency, series=series)

    def reserve_numbers(
        self, register: str, *, actor: str, reason: str, count: int = 1, idempotency_key: str | None = None
    ) -> Reserved:
        """Reserve the next numbers of this year; see :func:`docflow.office.reserve_numbers`."""
        return use_cases.reserve_numbers(
            self._desk, register, actor=actor, reason=reason, count=count, idempotency_key=idempotency_key
        )

    def void_reserved(self, register: str, year: int, *, number: int, actor: str, reason: str) -> RegisterEntry:
        """Make a reserved number void; see :func:`docflow.office.void_reserved_number`."""
        return use_cases.void_reserved_number(self._desk, register, year, number=number, actor=actor, reason=reason)

    def open_register(self, register: str, *, last_number: int, actor: str, reason: str) -> RegisterEntry:
        """Let this year's register go on from a book elsewhere; see :func:`docflow.office.open_register`."""
        return use_cases.open_register(self._desk, register, last_number=last_number, actor=actor, reason=reason)

    def correct_opening(self, register: str, *, last_number: int, actor: str, reason: str) -> RegisterEntry:
        """Correct a mistyped opening before anything is numbered; see :func:`docflow.office.correct_opening`."""
        return use_cases.correct_opening(self._desk, register, last_number=last_number, actor=actor, reason=reason)

    def correct_clock(self, *, actor: str, reason: str) -> datetime:
        """Record that the machine's clock ran ahead and is right now; see :func:`docflow.office.correct_clock`."""
        return use_cases.correct_clock(self._desk, actor=actor, reason=reason)

    def entries(self, year: int, *, register: str | None = None) -> tuple[RegisterEntry, ...]:
        """Return the lines of a year's registers, also reserved and void numbers, by register and number."""
        return self._store.list_entries(year, register=register)
