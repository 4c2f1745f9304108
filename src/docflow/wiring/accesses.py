"""The verbs of accesses; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from collections.abc import Sequence

from docflow import office as use_cases
from docflow.errors import DocflowError
from docflow.model import Access, AccessBy, AccessCounts, AccessEntry, AccessPage, AccessQuery
from docflow.office import Desk
from docflow.wiring.arguments import checked_verbs

_ALL = AccessQuery()


@checked_verbs
class AccessOffice:
    """Who looked at what, as the front end reports it; docflow sees nobody itself.

    Every verb raises :class:`docflow.UsageError`: ``FORBIDDEN``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``,
    ``CLOCK_TURNED_BACK``, ``BAD_ARGUMENT``; then nothing is written.
    """

    _desk: Desk

    def record_access(self, access: Access, *, actor: str) -> AccessEntry:
        """Record that somebody looked at a document or file, or entered; see :func:`docflow.office.record_access`.

        Example:
            >>> seen = Access(person="Bình", kind=AccessKind.XEM, target=AccessTarget.OUTGOING, subject="d1")
            >>> office.record_access(seen, actor="Cổng điều hành")  # doctest: +SKIP
        """
        return use_cases.record_access(self._desk, access, actor=actor)

    def record_accesses(self, accesses: Sequence[Access], *, actor: str) -> tuple[AccessEntry | DocflowError, ...]:
        """Record up to a thousand accesses, each its place or its error; see :func:`docflow.office.record_accesses`."""
        return use_cases.record_accesses(self._desk, accesses, actor=actor)

    def access_history(
        self, query: AccessQuery = _ALL, *, reader: str, before: int | None = None, limit: int = 100
    ) -> AccessPage:
        """Return who accessed what, the newest first, part by part; see :func:`docflow.office.list_accesses`."""
        return use_cases.list_accesses(self._desk, query, reader=reader, before=before, limit=limit)

    def access_counts(
        self,
        query: AccessQuery = _ALL,
        *,
        reader: str,
        by: AccessBy = AccessBy.TOTAL,
        limit: int = 100,
        skip: int = 0,
    ) -> AccessCounts:
        """Return how many accesses there were; see :func:`docflow.office.count_accesses`."""
        return use_cases.count_accesses(self._desk, query, by=by, reader=reader, limit=limit, skip=skip)
