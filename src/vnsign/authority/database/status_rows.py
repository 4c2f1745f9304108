"""What the answering services read: what is a certificate worth now, and how is the authority set?

Invariants:
    - Nothing is written.

What it does not do: it decides nothing; see ``answers`` and ``lists``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from sqlalchemy import Connection, Select, and_, bindparam, func, select

from vnsign.authority.database.reading import moment_of
from vnsign.authority.database.tables import AUTHORITY, CERTIFICATE, STATUS_EVENT
from vnsign.authority.records import StatusKind
from vnsign.pki.ocsp_answers import StatusStatement

_SETTINGS = select(AUTHORITY.c.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStatus:
    """What is on record of one certificate.

    Attributes:
        event_id: Of its newest status event; 0 if there is none.
    """

    serial: int
    event_id: int
    statement: StatusStatement


def read_settings_text(connection: Connection) -> str:
    """Return the settings as they stand in the database."""
    return str(connection.execute(_SETTINGS).scalar_one())


def read_statuses(connection: Connection, issuer: str, serials: Iterable[int]) -> dict[int, KnownStatus]:
    """Return what is on record of those of ``serials`` that ``issuer`` issued.

    Raises:
        ValueError: (or KeyError, OverflowError) a row no version of this program wrote.
    """
    wanted = [f"{serial:x}" for serial in serials if serial > 0]
    known = _known(connection, _ASKED_ABOUT, {"issuer": issuer, "serials": wanted})
    return {status.serial: status for status in known}


def read_unexpired(connection: Connection, issuer: str, *, now: int, limit: int) -> list[KnownStatus]:
    """Return what is on record of the newest ``limit`` certificates of an issuer that have not ended at ``now``."""
    return list(_known(connection, _UNEXPIRED, {"issuer": issuer, "now": now, "limit": limit}))


def _statuses() -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(STATUS_EVENT.c.id))
        .where(STATUS_EVENT.c.serial == CERTIFICATE.c.serial)
        .correlate(CERTIFICATE)
        .scalar_subquery()
    )
    event = STATUS_EVENT.c
    joined = CERTIFICATE.outerjoin(STATUS_EVENT, and_(event.serial == CERTIFICATE.c.serial, event.id == newest))
    columns = CERTIFICATE.c.serial, event.id, event.kind, event.at, event.reason
    return select(*columns).select_from(joined).where(CERTIFICATE.c.issuer == bindparam("issuer"))


# Built once: building takes longer than asking.
_ASKED_ABOUT = _statuses().where(CERTIFICATE.c.serial.in_(bindparam("serials", expanding=True)))
_UNEXPIRED = (
    _statuses()
    .where(CERTIFICATE.c.not_after >= bindparam("now"))
    .order_by(CERTIFICATE.c.issued_at.desc())
    .limit(bindparam("limit"))
)


def _known(
    connection: Connection, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, object]
) -> Iterator[KnownStatus]:
    for serial, event_id, kind, at, reason in connection.execute(statement, parameters):
        told = StatusStatement()
        if kind is not None and StatusKind(kind) is not StatusKind.RELEASED:
            told = StatusStatement(revoked_at=moment_of(at or 0), reason=x509.ReasonFlags[reason or ""])
        yield KnownStatus(serial=int(serial, 16), event_id=event_id or 0, statement=told)
