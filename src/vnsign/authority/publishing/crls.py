"""Revocation lists from the record, complete ones and deltas.

Invariants:
    - A new list is a row and a journal entry before it is bytes for anybody.
    - Complete and delta lists of one issuer share one rising sequence of numbers, and their thisUpdate never falls.
    - A list handed out as current knows everything that is on record.
    - A delta list counts from the oldest complete list still in force, so it helps every reader of one of those.

What it does not do: no partitions, no transactions (the caller's is used).

Source: RFC 5280 §5, §5.2.3–5.2.6; docs/adr/0018.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from sqlalchemy import Connection

from vnsign.authority.database.crl_rows import (
    ListRow,
    read_events,
    read_last_event,
    read_last_list,
    read_last_number,
    read_oldest_in_force,
)
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.tables import CRL
from vnsign.authority.keys.own_rules import publication_of
from vnsign.authority.records import Act, Issuer, JournalAct
from vnsign.authority.settings import CLOCK_SKEW, DELTA_REFRESH, AuthoritySettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import CrlContent, CrlScope, build_crl

#: The root certifies the issuing authority and its own responder; the issuing authority certifies no authority.
_SCOPES: Mapping[Issuer, CrlScope] = {Issuer.ROOT: CrlScope.ALL, Issuer.ISSUING: CrlScope.USERS}
_PUBLISHER = Act(by="vnsign", why="a list was asked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which list somebody asks for.

    Attributes:
        base_url: Where the authority publishes, without a slash at the end.
    """

    issuer: Issuer
    delta: bool
    settings: AuthoritySettings
    base_url: str

    @property
    def lifetime(self) -> timedelta:
        """From thisUpdate to nextUpdate.

        Raises:
            UsageError: ``BAD_ARGUMENT``: there are no delta lists.
        """
        if not self.delta:
            return self.settings.crl_lifetime
        if self.settings.delta_lifetime is None:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "this authority publishes no delta lists")
        return self.settings.delta_lifetime

    @property
    def delta_url(self) -> str | None:
        """Where delta lists stand; None if there are none."""
        return None if self.settings.delta_lifetime is None else f"{self.base_url}/crl/{self.issuer}-delta.crl"

    @property
    def refresh(self) -> timedelta:
        """The age at which a list is made anew though nothing happened."""
        return self.lifetime / DELTA_REFRESH if self.delta else self.settings.crl_refresh


def current_list(connection: Connection, wanted: Wanted, now: datetime) -> bytes | None:
    """Return the newest list, DER, if it knows everything and is not too old; else None.

    Raises:
        UsageError: ``BAD_ARGUMENT``: there are no delta lists.
    """
    refresh = wanted.refresh
    last = read_last_list(connection, wanted.issuer, delta=wanted.delta)
    if last is None or last.last_event != read_last_event(connection, wanted.issuer):
        return None
    return last.der if timedelta(0) <= now - last.this_update < refresh else None


def last_list_in_force(connection: Connection, wanted: Wanted, now: datetime) -> bytes | None:
    """Return the newest list, DER, if its nextUpdate is still to come, whatever happened since; else None."""
    last = read_last_list(connection, wanted.issuer, delta=wanted.delta)
    return last.der if last is not None and now < last.next_update else None


def make_list(ledger: Ledger, wanted: Wanted, now: datetime, *, issuer: Credential) -> bytes:
    """Make, record and return the next list, DER.

    Raises:
        UsageError: ``BAD_ARGUMENT``: there are no delta lists.
    """
    if not wanted.delta:
        return _make(ledger, wanted, now, issuer=issuer, base=None)
    base = read_oldest_in_force(ledger.connection, wanted.issuer, now)
    if base is None:
        # A delta list is of use only beside a complete one.
        complete = Wanted(issuer=wanted.issuer, delta=False, settings=wanted.settings, base_url=wanted.base_url)
        _make(ledger, complete, now, issuer=issuer, base=None)
        base = read_oldest_in_force(ledger.connection, wanted.issuer, now)
    return _make(ledger, wanted, now, issuer=issuer, base=base)


def _make(ledger: Ledger, wanted: Wanted, now: datetime, *, issuer: Credential, base: ListRow | None) -> bytes:
    connection = ledger.connection
    events = read_events(connection, wanted.issuer, after=0 if base is None else base.last_event)
    entries = tuple(event.entry for event in events if base is not None or not event.is_release)
    last_number, last_update = read_last_number(connection, wanted.issuer)
    this_update = _this_update(now, last_update, [event.recorded_at for event in events])
    publication = publication_of(wanted.base_url, wanted.issuer)
    scope = _SCOPES[wanted.issuer]
    content = CrlContent(
        number=last_number + 1,
        this_update=this_update,
        next_update=this_update + wanted.lifetime,
        entries=entries,
        base_number=None if base is None else base.number,
        # The root's own certificate names no list, so a list bound to its place would not speak of it; one that tells
        # of everything need not say so (RFC 5280 §5.2.5).
        url=None if scope is CrlScope.ALL else publication.crl_url,
        scope=scope,
        delta_url=wanted.delta_url if base is None else None,
        # What the record says is told, also if the settings forbid holds by now.
        allows_hold=True,
    )
    der = build_crl(content, issuer).public_bytes(serialization.Encoding.DER)
    ledger.add(
        CRL,
        issuer=wanted.issuer.value,
        number=content.number,
        base_number=content.base_number,
        this_update=int(content.this_update.timestamp()),
        next_update=int(content.next_update.timestamp()),
        last_event=read_last_event(connection, wanted.issuer),
        der=der,
    )
    ledger.tell(JournalAct.CRL_PUBLISHED, at=now, act=_PUBLISHER, issuer=wanted.issuer.value, number=content.number)
    return der


def _this_update(now: datetime, last_update: datetime | None, told: list[datetime]) -> datetime:
    # Backdated for readers whose clocks lag, but never before something the list itself tells. Later than the list
    # before, so that a complete and a delta list never pass for one (RFC 5280 §5.2.3); but never ahead of the clock.
    earliest = now - CLOCK_SKEW if last_update is None else max(now - CLOCK_SKEW, last_update + timedelta(seconds=1))
    return min(now, max([earliest, *told])).replace(microsecond=0)
