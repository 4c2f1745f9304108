"""What revocation lists are made of, and the lists made so far.

Invariants:
    - Nothing is written.

What it does not do: it decides nothing; see ``crls``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from sqlalchemy import Connection, func, select

from vnsign.authority.database.reading import moment_of
from vnsign.authority.database.store import AnyRow
from vnsign.authority.database.tables import CRL, STATUS_EVENT
from vnsign.authority.records import StatusKind
from vnsign.pki.crl import RevokedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One list on record. Times are aware UTC."""

    number: int
    this_update: datetime
    next_update: datetime
    last_event: int
    der: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEvent:
    """The newest event of one certificate, and what a list says of it.

    Attributes:
        is_release: The certificate is good again.
        recorded_at: When it came on record, aware UTC.
    """

    is_release: bool
    recorded_at: datetime
    entry: RevokedEntry


def read_last_list(connection: Connection, issuer: str, *, delta: bool) -> ListRow | None:
    """Return the newest complete or the newest delta list of an issuer, or None."""
    kind = CRL.c.base_number.is_not(None) if delta else CRL.c.base_number.is_(None)
    statement = select(CRL).where(CRL.c.issuer == issuer, kind).order_by(CRL.c.number.desc()).limit(1)
    return _list(connection.execute(statement).one_or_none())


def read_oldest_in_force(connection: Connection, issuer: str, now: datetime) -> ListRow | None:
    """Return the oldest complete list of an issuer whose nextUpdate is still to come, or None."""
    statement = select(CRL).where(
        CRL.c.issuer == issuer, CRL.c.base_number.is_(None), CRL.c.next_update > int(now.timestamp())
    )
    return _list(connection.execute(statement.order_by(CRL.c.number).limit(1)).one_or_none())


def read_last_number(connection: Connection, issuer: str) -> tuple[int, datetime | None]:
    """Return the highest number of an issuer's lists of both kinds, 0 if there is none, and the latest thisUpdate."""
    statement = select(func.max(CRL.c.number), func.max(CRL.c.this_update)).where(CRL.c.issuer == issuer)
    number, this_update = connection.execute(statement).one()
    return number or 0, None if this_update is None else moment_of(this_update)


def read_last_event(connection: Connection, issuer: str) -> int:
    """Return the number of the newest event of an issuer's certificates; 0 if there is none."""
    statement = select(func.max(STATUS_EVENT.c.id)).where(STATUS_EVENT.c.issuer == issuer)
    return int(connection.execute(statement).scalar_one() or 0)


def read_events(connection: Connection, issuer: str, *, after: int) -> list[ListedEvent]:
    """Return the newest event of each of an issuer's certificates, where it is newer than ``after``; oldest first."""
    own = STATUS_EVENT.c.issuer == issuer, STATUS_EVENT.c.id > after
    newest = select(func.max(STATUS_EVENT.c.id)).where(*own).group_by(STATUS_EVENT.c.serial)
    statement = select(STATUS_EVENT).where(STATUS_EVENT.c.id.in_(newest)).order_by(STATUS_EVENT.c.id)
    return [_event(row) for row in connection.execute(statement)]


def _list(row: AnyRow | None) -> ListRow | None:
    if row is None:
        return None
    return ListRow(
        number=row.number,
        this_update=moment_of(row.this_update),
        next_update=moment_of(row.next_update),
        last_event=row.last_event,
        der=bytes(row.der),
    )


def _event(row: AnyRow) -> ListedEvent:
    is_release = StatusKind(row.kind) is StatusKind.RELEASED
    invalidity_date = None if row.invalidity_date is None or is_release else moment_of(row.invalidity_date)
    return ListedEvent(
        is_release=is_release,
        recorded_at=moment_of(row.recorded_at),
        entry=RevokedEntry(
            serial=int(row.serial, 16),
            revoked_at=moment_of(row.at),
            reason=x509.ReasonFlags.remove_from_crl if is_release else x509.ReasonFlags[row.reason],
            invalidity_date=invalidity_date,
        ),
    )
