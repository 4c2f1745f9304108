"""What is on record, for whoever opened the authority: certificates, requests, journal, settings.

Invariants:
    - Nothing is written.
    - Rows that no version of this program wrote are our error.

What it does not do: it keeps nothing in memory; each call reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from vnsign.authority.database import reading
from vnsign.authority.database import store as rows
from vnsign.authority.database.journal import entry_of
from vnsign.authority.database.journal_check import JournalReport, check_journal
from vnsign.authority.database.tables import AUTHORITY, JOURNAL
from vnsign.authority.records import CertificateRecord, JournalEntry, RequestRecord
from vnsign.authority.settings import AuthoritySettings, settings_from_json
from vnsign.policy.lifecycle import RequestState

_SETTINGS = select(AUTHORITY.c.settings)


class Record:
    """The record of one authority. Safe for threads."""

    def __init__(self, store: rows.AuthorityStore) -> None:
        """Read from ``store``."""
        self._store = store

    @property
    def location(self) -> str:
        """Where the database is, without its password."""
        return self._store.name

    @property
    def settings(self) -> AuthoritySettings:
        """What this authority decided for itself, as it stands now."""
        with self._reading() as connection:
            return read_settings(connection)

    def requests(self, state: RequestState | None = None) -> tuple[RequestRecord, ...]:
        """Return all requests, or those in one state, the oldest first."""
        with self._reading() as connection:
            return reading.read_requests(connection, state=state)

    def find_request(self, request_id: int) -> RequestRecord | None:
        """Return a request with its history, or None."""
        with self._reading() as connection:
            return reading.read_request(connection, request_id)

    def issued(self) -> tuple[CertificateRecord, ...]:
        """Return every certificate on record, in order of issue, the authority's own included."""
        with self._reading() as connection:
            return reading.read_certificates(connection)

    def find(self, serial: int) -> CertificateRecord | None:
        """Return a certificate with its history, or None."""
        with self._reading() as connection:
            return reading.read_certificate(connection, serial)

    def journal(self) -> tuple[JournalEntry, ...]:
        """Return the journal, oldest first."""
        with self._reading() as connection:
            return tuple(entry_of(row) for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)))

    def verify_journal(self, *, expect: tuple[int, bytes] | None = None) -> JournalReport:
        """Compute every hash of the journal anew and compare every row with its entry.

        Does not check: that the whole chain was not written anew, unless ``expect`` is given.

        Args:
            expect: Number and hash of an entry as kept elsewhere; the journal must hold it.

        Source: docs/spec/authority-journal.md.
        """
        with self._reading() as connection:
            return check_journal(connection, expect=expect)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._sound_rows(), self._store.reading() as connection:
            yield connection

    @contextmanager
    def _sound_rows(self) -> Iterator[None]:
        try:
            yield
        except reading.ROW_FAULTS as exc:
            raise rows.damaged(self._store.name, exc) from exc


def read_settings(connection: Connection) -> AuthoritySettings:
    """Return the settings on record."""
    return settings_from_json(connection.execute(_SETTINGS).scalar_one())
