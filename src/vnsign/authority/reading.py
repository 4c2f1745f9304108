"""What is on record, as the frozen values of :mod:`vnsign.authority.records`.

Invariants:
    - Rows come out as they went in; what no version of this program wrote raises one of :data:`ROW_FAULTS`.
    - Every function reads inside the caller's transaction.

What it does not do: it decides nothing and writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from cryptography import x509
from sqlalchemy import ColumnElement, Connection, Select, select

from vnsign.authority.records import (
    Application,
    CertificateRecord,
    Issuer,
    RequestRecord,
    RequestStep,
    StatusChange,
    StatusKind,
)
from vnsign.authority.store import AnyRow
from vnsign.authority.tables import CERTIFICATE, REQUEST, REQUEST_EVENT, STATUS_EVENT
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import TRANSITIONS, Form, RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile

#: What a row that the authority did not write may raise.
ROW_FAULTS = (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, x509.InvalidVersion)
#: Requests that still wait for something.
_OPEN = frozenset(state for state, following in TRANSITIONS.items() if following)


def read_request(connection: Connection, number: int) -> RequestRecord | None:
    """Return a request, or None."""
    return next(iter(_requests(connection, REQUEST.c.id == number)), None)


def read_requests(connection: Connection, *, state: RequestState | None = None) -> tuple[RequestRecord, ...]:
    """Return all requests, or those in one state, the oldest first."""
    return tuple(request for request in _requests(connection) if state is None or request.state is state)


def read_open_requests_about(connection: Connection, serial: int) -> tuple[RequestRecord, ...]:
    """Return the requests about one certificate that still wait."""
    return _still_open(_requests(connection, REQUEST.c.serial == f"{serial:x}"))


def read_open_requests_of_key(connection: Connection, spki_sha256: bytes) -> tuple[RequestRecord, ...]:
    """Return the requests for certificates of one key that still wait."""
    return _still_open(_requests(connection, REQUEST.c.spki_sha256 == spki_sha256))


def read_certificate(connection: Connection, serial: int) -> CertificateRecord | None:
    """Return a certificate, or None."""
    return next(iter(_certificates(connection, CERTIFICATE.c.serial == f"{serial:x}")), None)


def read_certificates(connection: Connection) -> tuple[CertificateRecord, ...]:
    """Return every certificate in order of issue, the authority's own included."""
    return _certificates(connection)


def read_certificates_of_key(connection: Connection, spki_sha256: bytes) -> tuple[CertificateRecord, ...]:
    """Return every certificate of one key."""
    return _certificates(connection, CERTIFICATE.c.spki_sha256 == spki_sha256)


def read_successors(connection: Connection, serial: int) -> tuple[CertificateRecord, ...]:
    """Return the certificates that renewed or changed one."""
    return _certificates(connection, CERTIFICATE.c.replaces == f"{serial:x}")


def is_serial_free(connection: Connection, serial: int) -> bool:
    """Tell whether no certificate has a serial number."""
    return connection.execute(select(CERTIFICATE.c.serial).where(CERTIFICATE.c.serial == f"{serial:x}")).first() is None


def is_revoked(connection: Connection, serial: int) -> bool:
    """Tell whether a certificate is revoked."""
    event = STATUS_EVENT.c
    statement = select(event.id).where(event.serial == f"{serial:x}", event.kind == StatusKind.REVOKED.value)
    return connection.execute(statement).first() is not None


def moment_of(seconds: int) -> datetime:
    """Return the moment of a time column, aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _still_open(requests: Iterable[RequestRecord]) -> tuple[RequestRecord, ...]:
    return tuple(request for request in requests if request.state in _OPEN)


def _requests(connection: Connection, *where: ColumnElement[bool]) -> tuple[RequestRecord, ...]:
    found = connection.execute(select(REQUEST).where(*where).order_by(REQUEST.c.id)).all()
    if not found:
        return ()
    events = select(REQUEST_EVENT).order_by(REQUEST_EVENT.c.request_id, REQUEST_EVENT.c.seq)
    if where:
        events = events.where(REQUEST_EVENT.c.request_id.in_([row.id for row in found]))
    steps: dict[int, list[RequestStep]] = defaultdict(list)
    for event in connection.execute(events):
        steps[event.request_id].append(
            RequestStep(state=RequestState(event.state), at=moment_of(event.at), by=event.by, why=event.why)
        )
    return tuple(_request(row, steps[row.id]) for row in found)


def _request(row: AnyRow, steps: Sequence[RequestStep]) -> RequestRecord:
    kind, profile = RequestKind(row.kind), CertificateProfile(row.profile)
    if not steps:
        raise ValueError(f"request {row.id} has no step")
    return RequestRecord(
        id=row.id,
        form=Form(row.form),
        application=Application(
            kind=kind,
            agency=row.agency,
            document=row.document,
            profile=profile if kind is RequestKind.NEW else None,
            subject=None if row.subject is None else msgspec.json.decode(row.subject, type=Subject),
            csr=None if row.csr is None else bytes(row.csr),
            serial=None if row.serial is None else int(row.serial, 16),
            not_after=None if row.not_after is None else moment_of(row.not_after),
            case=None if row.case is None else RevocationCase(row.case),
            invalidity_date=None if row.invalidity_date is None else moment_of(row.invalidity_date),
        ),
        profile=profile,
        subscriber=row.subscriber,
        steps=tuple(steps),
    )


def _certificates(connection: Connection, *where: ColumnElement[bool]) -> tuple[CertificateRecord, ...]:
    found = connection.execute(_in_order_of_issue(select(CERTIFICATE).where(*where))).all()
    if not found:
        return ()
    events = select(STATUS_EVENT).order_by(STATUS_EVENT.c.id)
    if where:
        events = events.where(STATUS_EVENT.c.serial.in_([row.serial for row in found]))
    changes: dict[str, list[StatusChange]] = defaultdict(list)
    for event in connection.execute(events):
        changes[event.serial].append(_change(event))
    return tuple(_certificate(row, changes.get(row.serial, ())) for row in found)


def _in_order_of_issue(statement: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return statement.order_by(CERTIFICATE.c.issued_at, CERTIFICATE.c.serial)


def _certificate(row: AnyRow, changes: Sequence[StatusChange]) -> CertificateRecord:
    return CertificateRecord(
        certificate=x509.load_der_x509_certificate(row.der),
        issuer=Issuer(row.issuer),
        profile=CertificateProfile(row.profile),
        subscriber=row.subscriber,
        issued_at=moment_of(row.issued_at),
        request_id=row.request_id,
        replaces=None if row.replaces is None else int(row.replaces, 16),
        changes=tuple(changes),
    )


def _change(row: AnyRow) -> StatusChange:
    return StatusChange(
        kind=StatusKind(row.kind),
        at=moment_of(row.at),
        reason=x509.ReasonFlags[row.reason],
        case=None if row.case is None else RevocationCase(row.case),
        invalidity_date=None if row.invalidity_date is None else moment_of(row.invalidity_date),
        recorded_at=moment_of(row.recorded_at),
    )
