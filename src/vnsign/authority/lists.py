"""Revocation lists from the record.

Invariants:
    - Both functions run inside the caller's transaction; a new list is a row before it is bytes for anybody.
    - Numbers rise by one per issuer.

What it does not do: no partitions and no delta lists.

Source: RFC 5280 §5.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import Connection

from vnsign.authority import store as rows
from vnsign.authority.founding import CLOCK_SKEW
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import CrlContent, RevokedEntry, build_crl

#: thisUpdate to nextUpdate.
CRL_LIFETIME = timedelta(days=7)
#: A list is made anew when it is this old, or when something was revoked since.
CRL_REFRESH = timedelta(days=1)


def current_crl(connection: Connection, which: str, now: datetime) -> bytes | None:
    """Return the newest list, DER, if it is still the truth and not too old; else None."""
    last = rows.read_last_crl(connection, which)
    if last is None or last.last_event != rows.read_last_event(connection, which):
        return None
    age = now - moment_of(last.this_update)
    return bytes(last.der) if timedelta(0) <= age < CRL_REFRESH else None


def make_crl(connection: Connection, which: str, now: datetime, *, issuer: Credential) -> bytes:
    """Make, record and return the next list, DER."""
    revoked = rows.read_revoked(connection, which)
    last = rows.read_last_crl(connection, which)
    entries = tuple(
        RevokedEntry(serial=int(row.serial, 16), revoked_at=moment_of(row.at), reason=x509.ReasonFlags[row.reason])
        for row in revoked
    )
    # Backdated for readers whose clocks lag, but never before something the list itself tells.
    this_update = max([now - CLOCK_SKEW, *(entry.revoked_at for entry in entries)]).replace(microsecond=0)
    content = CrlContent(
        number=1 if last is None else last.number + 1,
        this_update=this_update,
        next_update=this_update + CRL_LIFETIME,
        entries=entries,
    )
    der = build_crl(content, issuer).public_bytes(serialization.Encoding.DER)
    rows.insert_crl(
        connection,
        which,
        number=content.number,
        this_update=int(this_update.timestamp()),
        next_update=int(content.next_update.timestamp()),
        last_event=rows.read_last_event(connection, which),
        der=der,
    )
    return der


def moment_of(seconds: int) -> datetime:
    """Return the moment of a time column, aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)
