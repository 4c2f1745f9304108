"""What an authority answers to everybody: revocation lists, OCSP, timestamps.

Invariants:
    - A revocation is told by the next list and the next OCSP answer, also if another process recorded it.
    - A renewed certificate or a changed setting is in force from the next list or OCSP answer on, and at the
      time-stamping service within ``LOOK_AGAIN``; the process that made the change need not be this one.
    - :meth:`Services.answer_ocsp` and :meth:`Services.answer_timestamp` never raise: there is always an answer.

What it does not do: no HTTP (see :mod:`vnsign.web`); it changes nothing but the list of lists.

Source: RFC 5280 §5; RFC 6960; RFC 3161.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from sqlalchemy import Connection

from vnsign.authority.database import store as rows
from vnsign.authority.database.journal import read_head
from vnsign.authority.database.reading import ROW_FAULTS
from vnsign.authority.database.status_rows import read_settings_text
from vnsign.authority.keys.own_keys import OwnKeys
from vnsign.authority.publishing import crls
from vnsign.authority.publishing.answers import OcspAnswers, Office
from vnsign.authority.publishing.ordering import RisingTime
from vnsign.authority.records import Issuer, OwnRole
from vnsign.authority.settings import AuthoritySettings, settings_from_json
from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError, VnsignError
from vnsign.pki.credentials import Credential
from vnsign.pki.ocsp_answers import AnswerTerms, OcspResponder, build_error
from vnsign.pki.ocsp_requests import OcspError, parse_query
from vnsign.pki.tsa import FailInfo, TokenIssuer, build_rejection
from vnsign.ports import Clock

#: Stamping needs no database; whether a certificate or setting changed is looked up this often.
LOOK_AGAIN = timedelta(seconds=1)
_RESPONDERS = {Issuer.ROOT: OwnRole.OCSP_ROOT, Issuer.ISSUING: OwnRole.OCSP}


@dataclass(slots=True)
class _State:
    """What was read of the record, and the constant parts made of it."""

    #: number and hash of the newest journal entry
    head: tuple[int, bytes]
    settings_text: str
    settings: AuthoritySettings
    responders: dict[Issuer, OcspResponder] = field(default_factory=dict)
    tokens: TokenIssuer | None = None


class Services:
    """The public side of one authority. Safe for threads and for several processes at once."""

    def __init__(self, store: rows.AuthorityStore, own: OwnKeys, *, base_url: str, clock: Clock) -> None:
        """Serve what is on record in ``store`` with the keys of ``own``; nothing is read yet."""
        self._store = store
        self._own = own
        self._base_url = base_url
        self._clock = clock
        self._answers = OcspAnswers()
        self._rising = RisingTime(store.folder)
        self._lock = threading.RLock()
        self._state: _State | None = None
        self._looked_at: datetime | None = None

    def crl(self, which: str, *, delta: bool = False) -> bytes:
        """Return the present revocation list of ``root`` or ``issuing``, DER; on record before this returns.

        A list is made anew when something happened since, or when it is older than the settings allow. If the issuer's
        key cannot be had, the last list is given as long as it is in force.

        Raises:
            UsageError: ``BAD_ARGUMENT``: another name, or delta lists are switched off; ``KEY_UNAVAILABLE``.
            ServiceUnavailable: ``SERVICE_UNREACHABLE``: the database is in use for too long.
        Source: RFC 5280 §5.
        """
        issuer = _issuer(which)
        now = self._clock.now()
        try:
            with self._store.reading() as connection:
                wanted = self._wanted(connection, issuer, delta=delta)
                current = crls.current_list(connection, wanted, now)
            if current is not None:
                return current
            return self._make_list(wanted, now)
        except ROW_FAULTS as exc:
            raise rows.damaged(self._store.name, exc) from exc

    def is_current_crl(self, which: str, der: bytes, *, delta: bool = False) -> bool:
        """Tell whether a list that :meth:`crl` returned knows everything, and is not one given for want of a key.

        Raises:
            UsageError: ``BAD_ARGUMENT``: another name.
        """
        issuer = _issuer(which)
        try:
            with self._store.reading() as connection:
                return (
                    crls.current_list(connection, self._wanted(connection, issuer, delta=delta), self._clock.now())
                    == der
                )
        except ROW_FAULTS as exc:
            raise rows.damaged(self._store.name, exc) from exc

    def answer_ocsp(self, which: str, request: bytes) -> bytes:
        """Answer any bytes with an OCSPResponse, DER, about certificates of ``root`` or ``issuing``.

        Raises:
            UsageError: ``BAD_ARGUMENT``: another name.
        Source: RFC 6960 §2.1–2.3.
        """
        issuer = _issuer(which)
        query = parse_query(request)
        if isinstance(query, OcspError):
            return build_error(query)
        now = self._clock.now()
        try:
            with self._store.reading() as connection:
                return self._answers.answer(connection, query, office=self._office(connection, issuer), now=now)
        except ServiceUnavailable:
            return build_error(OcspError.TRY_LATER)
        except (VnsignError, *ROW_FAULTS):
            return build_error(OcspError.INTERNAL_ERROR)

    def presign(self, which: str) -> int:
        """Sign OCSP answers ahead for every certificate in force; return how many were signed.

        Whoever asks without a nonce then waits for no signature. Call it after the start and about twice in
        ``settings.ocsp_lifetime``.

        Raises:
            UsageError: ``BAD_ARGUMENT``: another name; ``KEY_UNAVAILABLE``.
        Source: RFC 6960 §2.5.
        """
        issuer = _issuer(which)
        now = self._clock.now()
        try:
            with self._store.reading() as connection:
                return self._answers.presign(connection, office=self._office(connection, issuer), now=now)
        except ROW_FAULTS as exc:
            raise rows.damaged(self._store.name, exc) from exc

    def answer_timestamp(self, request: bytes) -> bytes:
        """Answer any bytes with a TimeStampResp, DER. Serial numbers are 159 random bits and not recorded.

        Source: RFC 3161 §2.4.
        """
        try:
            issuer, settings = self._token_issuer(self._clock.now())
            serial = x509.random_serial_number()
            time = self._clock.now()
            if settings.tsa_ordering:
                time = self._rising.next_after(time)
            return issuer.respond(request, time=time, serial=serial)
        except (VnsignError, *ROW_FAULTS):
            return build_rejection(FailInfo.SYSTEM_FAILURE, "the time-stamping service cannot work at present")

    def refresh(self) -> None:
        """Look now whether certificates or settings changed: whoever changed them calls this."""
        with self._store.reading() as connection:
            self._refresh(connection, read_head(connection))

    def _wanted(self, connection: Connection, issuer: Issuer, *, delta: bool) -> crls.Wanted:
        settings = self._refresh(connection, read_head(connection)).settings
        return crls.Wanted(issuer=issuer, delta=delta, settings=settings, base_url=self._base_url)

    def _make_list(self, wanted: crls.Wanted, now: datetime) -> bytes:
        role = OwnRole(wanted.issuer)
        try:
            credential = self._own.credential(role)
        except UsageError:
            with self._store.reading() as connection:
                last = crls.last_list_in_force(connection, wanted, now)
            if last is None:
                raise
            return last
        with self._store.acting() as ledger:
            # Looked at again under the lock: of two who found it stale, one makes the list.
            current = crls.current_list(ledger.connection, wanted, now)
            return current or crls.make_list(ledger, wanted, now, issuer=credential)

    def _office(self, connection: Connection, issuer: Issuer) -> Office:
        # The act this connection sees, not the newest anybody saw: what is looked up next is as old as that.
        head = read_head(connection)
        state = self._refresh(connection, head)
        responder = state.responders.get(issuer)
        if responder is None:
            responder = self._responder(issuer, state.settings)
            state.responders[issuer] = responder
        return Office(issuer=issuer, responder=responder, head=head)

    def _responder(self, issuer: Issuer, settings: AuthoritySettings) -> OcspResponder:
        terms = AnswerTerms(
            lifetime=settings.ocsp_lifetime,
            archive_cutoff=settings.archive_cutoff,
            max_nonce_bytes=settings.max_nonce_bytes,
        )
        credential = self._own.credential(_RESPONDERS[issuer])
        return OcspResponder(credential, issuer=self._own.certificate(OwnRole(issuer)), terms=terms)

    def _token_issuer(self, now: datetime) -> tuple[TokenIssuer, AuthoritySettings]:
        with self._lock:
            looked_at = self._looked_at
            if self._state is None or looked_at is None or not looked_at <= now < looked_at + LOOK_AGAIN:
                self._look_again(now)
            state = self._state
            if state is None:
                raise UsageError(ErrorCode.AUTHORITY_NOT_FOUND, "the record was never read")
            if state.tokens is None:
                state.tokens = _tokens(self._own.credential(OwnRole.TSA), state.settings)
            return state.tokens, state.settings

    def _look_again(self, now: datetime) -> None:
        try:
            self.refresh()
            self._looked_at = now
        except VnsignError:
            # A database that is busy or gone stops no stamping: key and certificate are here.
            if self._state is None:
                raise

    def _refresh(self, connection: Connection, head: tuple[int, bytes]) -> _State:
        with self._lock:
            state = self._state
            # Not "at least as new": after a backup was put back, an older number is the newer record.
            if state is not None and state.head == head:
                return state
            before = {role: self._own.certificate(role) for role in OwnRole if self._own.has(role)}
            self._own.refresh(connection)
            after = {role: self._own.certificate(role) for role in OwnRole if self._own.has(role)}
            text = read_settings_text(connection)
            if state is None or before != after or state.settings_text != text:
                self._state = _State(head, text, settings_from_json(text))
            else:
                self._state = _State(head, text, state.settings, state.responders, state.tokens)
            return self._state


def _tokens(credential: Credential, settings: AuthoritySettings) -> TokenIssuer:
    accuracy_s = int(settings.tsa_accuracy.total_seconds())
    return TokenIssuer(credential, policy=settings.tsa_policy, accuracy_s=accuracy_s, ordering=settings.tsa_ordering)


def _issuer(which: str) -> Issuer:
    if which not in tuple(Issuer):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"nothing is called {which!r}: there are {', '.join(Issuer)}")
    return Issuer(which)
