"""Requests taken in and decided, one by one or many at once.

Invariants:
    - Every verb is one transaction that decides from rows read in it and appends to the journal who did it and why.
    - What is slow to examine is examined before the lock is taken, where one application comes alone.

What it does not do: it issues nothing; see :class:`vnsign.authority.Authority`.

Source: Nghị định 68/2024/NĐ-CP Điều 10–22.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from vnsign.authority.acts import intake, requests
from vnsign.authority.acts.many import run_many
from vnsign.authority.database import reading
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.page import Page
from vnsign.authority.database.record import Record, read_settings
from vnsign.authority.database.store import AuthorityStore
from vnsign.authority.records import Act, Application, CertificateRecord, RequestOutcome, RequestRecord
from vnsign.authority.settings import AuthoritySettings
from vnsign.errors import VnsignError
from vnsign.pki.weak_keys import NO_LIST, CompromisedKeys
from vnsign.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a chunk of requests: the settings, and the time (aware UTC)."""

    settings: AuthoritySettings
    now: datetime


class RequestDesk(Record):
    """Where agencies' requests arrive. Safe for threads and for several processes at once."""

    def __init__(self, store: AuthorityStore, *, clock: Clock, compromised: CompromisedKeys = NO_LIST) -> None:
        """Work on ``store``."""
        super().__init__(store)
        self._clock = clock
        self._compromised = compromised

    def request(self, application: Application, *, act: Act) -> RequestRecord:
        """Take in what an agency asks for.

        Does not check: that the agency is who it says, and may speak for the subject.

        Raises:
            UsageError: ``BAD_ARGUMENT``: fields missing or too many, each named; ``WRONG_STATE``: the certificate
                concerned is not in force, was replaced already, or is asked about already.
            InputError: ``MALFORMED_REQUEST``; ``REQUEST_REFUSED``: a
                :class:`~vnsign.pki.requests.RequestRefused` with everything that speaks against certifying the key.
        Source: Nghị định 68/2024/NĐ-CP Điều 10–22, Mẫu 01–06.
        """
        examined = self._examine(application, self.find)
        with self._acting() as (ledger, now):
            return requests.submit(ledger, examined, now=now, act=act)

    def request_all(self, applications: Iterable[Application], *, act: Act) -> Iterator[RequestOutcome]:
        """Take in many applications; yield what became of each, in order, once it is on record.

        A chunk is one transaction; an application that is refused loses no other.
        """

        def submit(ledger: Ledger, application: Application, terms: Terms) -> RequestRecord:
            find = partial(reading.read_certificate, ledger.connection)
            return requests.submit(ledger, self._examine(application, find), now=terms.now, act=act)

        with self._sound_rows():
            for application, done in run_many(self._store, applications, prepare=self._terms, verb=submit):
                yield _request_outcome(application, done)

    def approve(self, request_id: int, *, act: Act) -> RequestRecord:
        """Approve a request; by default of the settings not by the one who submitted it.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no such request, or the same person; ``WRONG_STATE``: it does not wait.
        """
        with self._acting() as (ledger, now):
            return requests.approve(ledger, request_id, settings=read_settings(ledger.connection), now=now, act=act)

    def approve_all(self, request_ids: Iterable[int], *, act: Act) -> Iterator[RequestOutcome]:
        """Approve many requests; yield what became of each, in order, once it is on record."""

        def approve(ledger: Ledger, number: int, terms: Terms) -> RequestRecord:
            return requests.approve(ledger, number, settings=terms.settings, now=terms.now, act=act)

        with self._sound_rows():
            for number, done in run_many(self._store, request_ids, prepare=self._terms_of_requests, verb=approve):
                yield _request_outcome(number, done)

    def refuse(self, request_id: int, *, act: Act) -> RequestRecord:
        """Refuse a request; ``act.why`` says the reason.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no such request, or no reason; ``WRONG_STATE``: it does not wait.
        """
        with self._acting() as (ledger, now):
            return requests.refuse(ledger, request_id, now=now, act=act)

    def withdraw(self, request_id: int, *, act: Act) -> RequestRecord:
        """Take a request back for its agency; ``act.why`` says the reason.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no such request, or no reason; ``WRONG_STATE``: it does not wait.
        """
        with self._acting() as (ledger, now):
            return requests.withdraw(ledger, request_id, now=now, act=act)

    def restore(self, request_id: int, *, act: Act) -> RequestRecord:
        """Record that a device was unlocked as an approved request asked; no certificate changes.

        Raises:
            UsageError: ``BAD_ARGUMENT``: no such request, or another kind; ``WRONG_STATE``: it is not approved.
        Source: Nghị định 68/2024/NĐ-CP Điều 22, Mẫu 06.
        """
        with self._acting() as (ledger, now):
            return requests.restore(ledger, request_id, now=now, act=act)

    def _terms(self, page: Page, _applications: Sequence[Application]) -> Terms:
        return Terms(settings=read_settings(page.connection), now=self._clock.now())

    def _terms_of_requests(self, page: Page, numbers: Sequence[int]) -> Terms:
        page.requests = reading.read_requests_numbered(page.connection, numbers)
        return Terms(settings=read_settings(page.connection), now=self._clock.now())

    def _examine(self, application: Application, find: Callable[[int], CertificateRecord | None]) -> intake.Examined:
        complete = intake.complete(application, now=self._clock.now())
        concerned = None if complete.serial is None else find(complete.serial)
        return intake.examine(complete, concerned, compromised=self._compromised)

    @contextmanager
    def _acting(self) -> Iterator[tuple[Ledger, datetime]]:
        with self._sound_rows(), self._store.acting() as ledger:
            yield ledger, self._clock.now()


def _request_outcome(asked: Application | int, done: RequestRecord | VnsignError) -> RequestOutcome:
    if isinstance(done, VnsignError):
        return RequestOutcome(asked=asked, error=done)
    return RequestOutcome(asked=asked, record=done)
