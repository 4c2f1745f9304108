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
from typing import Any, TypeAlias

import msgspec
from cryptography import x509
from sqlalchemy import Connection, Select, bindparam, exists, select

from vnsign.authority.database.store import AnyRow
from vnsign.authority.database.tables import CERTIFICATE, REQUEST, REQUEST_EVENT, STATUS_EVENT
from vnsign.authority.records import (
    Application,
    CertificateRecord,
    Issuer,
    RequestRecord,
    RequestStep,
    StatusChange,
    StatusKind,
)
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import TRANSITIONS, Form, RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile

#: What a row that the authority did not write may raise.
ROW_FAULTS = (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, x509.InvalidVersion)
_NUMBERS_END = 2**63
#: Requests that still wait for something.
_OPEN = frozenset(state for state, following in TRANSITIONS.items() if following)

# Built once: building a statement takes longer than running it.
_Statement: TypeAlias = Select[*tuple[Any, ...]]
_REQUESTS: _Statement = select(REQUEST).order_by(REQUEST.c.id)
_REQUEST_BY_ID = _REQUESTS.where(REQUEST.c.id == bindparam("wanted"))
_REQUESTS_BY_SERIAL = _REQUESTS.where(REQUEST.c.serial == bindparam("wanted"))
_OTHERS_REQUESTS_BY_KEY = _REQUESTS.where(
    REQUEST.c.spki_sha256 == bindparam("wanted"), REQUEST.c.subscriber != bindparam("subscriber")
)
_STEPS: _Statement = select(REQUEST_EVENT).order_by(REQUEST_EVENT.c.request_id, REQUEST_EVENT.c.seq)
_STEPS_BY_ID = _STEPS.where(REQUEST_EVENT.c.request_id == bindparam("wanted"))
_REQUESTS_BY_IDS = _REQUESTS.where(REQUEST.c.id.in_(bindparam("wanted", expanding=True)))
_STEPS_BY_IDS = _STEPS.where(REQUEST_EVENT.c.request_id.in_(bindparam("wanted", expanding=True)))
_CERTIFICATES: _Statement = select(CERTIFICATE).order_by(CERTIFICATE.c.issued_at, CERTIFICATE.c.serial)
_CERTIFICATE_BY_SERIAL = _CERTIFICATES.where(CERTIFICATE.c.serial == bindparam("wanted"))
_CERTIFICATES_BY_KEY = _CERTIFICATES.where(CERTIFICATE.c.spki_sha256 == bindparam("wanted"))
_SUCCESSORS = _CERTIFICATES.where(CERTIFICATE.c.replaces == bindparam("wanted"))
_CHANGES: _Statement = select(STATUS_EVENT).order_by(STATUS_EVENT.c.id)
_CHANGES_BY_SERIAL = _CHANGES.where(STATUS_EVENT.c.serial == bindparam("wanted"))
_SERIALS = select(CERTIFICATE.c.serial).where(CERTIFICATE.c.serial.in_(bindparam("wanted", expanding=True)))
_OTHER_REQUEST = REQUEST.alias("other_request")
_LONE_KEYS = select(REQUEST.c.spki_sha256).where(
    REQUEST.c.id.in_(bindparam("wanted", expanding=True)),
    REQUEST.c.spki_sha256.is_not(None),
    ~exists().where(CERTIFICATE.c.spki_sha256 == REQUEST.c.spki_sha256),
    ~exists().where(_OTHER_REQUEST.c.spki_sha256 == REQUEST.c.spki_sha256, _OTHER_REQUEST.c.id != REQUEST.c.id),
)
_REVOCATION = select(STATUS_EVENT.c.id).where(
    STATUS_EVENT.c.serial == bindparam("wanted"), STATUS_EVENT.c.kind == StatusKind.REVOKED.value
)


def read_request(connection: Connection, number: int) -> RequestRecord | None:
    """Return a request, or None."""
    return next((found for each in _possible([number]) for found in _requests(connection, _REQUEST_BY_ID, each)), None)


def read_requests(connection: Connection, *, state: RequestState | None = None) -> tuple[RequestRecord, ...]:
    """Return all requests, or those in one state, the oldest first."""
    found = connection.execute(_REQUESTS).all()
    steps: dict[int, list[AnyRow]] = defaultdict(list)
    for event in connection.execute(_STEPS):
        steps[event.request_id].append(event)
    requests = (_request(row, steps[row.id]) for row in found)
    return tuple(request for request in requests if state is None or request.state is state)


def read_requests_numbered(connection: Connection, numbers: Iterable[int]) -> dict[int, RequestRecord]:
    """Return those of the requests that are on record."""
    wanted = {"wanted": _possible(numbers)}
    steps: dict[int, list[AnyRow]] = defaultdict(list)
    for event in connection.execute(_STEPS_BY_IDS, wanted):
        steps[event.request_id].append(event)
    return {row.id: _request(row, steps[row.id]) for row in connection.execute(_REQUESTS_BY_IDS, wanted)}


def read_lone_keys(connection: Connection, numbers: Iterable[int]) -> frozenset[bytes]:
    """Return the keys (SHA-256) of requests that no certificate has and no other request ever asked for."""
    return frozenset(bytes(key) for key in connection.execute(_LONE_KEYS, {"wanted": _possible(numbers)}).scalars())


def read_free_serials(connection: Connection, serials: Iterable[int]) -> list[int]:
    """Return those serial numbers that no certificate has."""
    wanted = {f"{serial:x}": serial for serial in serials}
    for taken in connection.execute(_SERIALS, {"wanted": list(wanted)}).scalars():
        del wanted[taken]
    return list(wanted.values())


def read_open_requests_about(connection: Connection, serial: int) -> tuple[RequestRecord, ...]:
    """Return the requests about one certificate that still wait."""
    return _still_open(_requests(connection, _REQUESTS_BY_SERIAL, f"{serial:x}"))


def read_open_requests_of_key(connection: Connection, spki_sha256: bytes, *, not_of: str) -> tuple[RequestRecord, ...]:
    """Return the requests for certificates of one key that still wait, but for those of the subscriber ``not_of``."""
    return _still_open(_requests(connection, _OTHERS_REQUESTS_BY_KEY, spki_sha256, subscriber=not_of))


def read_certificate(connection: Connection, serial: int) -> CertificateRecord | None:
    """Return a certificate, or None."""
    return next(iter(_certificates(connection, _CERTIFICATE_BY_SERIAL, f"{serial:x}")), None)


def read_certificates(connection: Connection) -> tuple[CertificateRecord, ...]:
    """Return every certificate in order of issue, the authority's own included."""
    found = connection.execute(_CERTIFICATES).all()
    changes: dict[str, list[AnyRow]] = defaultdict(list)
    for event in connection.execute(_CHANGES):
        changes[event.serial].append(event)
    return tuple(_certificate(row, changes.get(row.serial, ())) for row in found)


def read_certificates_of_key(connection: Connection, spki_sha256: bytes) -> tuple[CertificateRecord, ...]:
    """Return every certificate of one key."""
    return _certificates(connection, _CERTIFICATES_BY_KEY, spki_sha256)


def read_successors(connection: Connection, serial: int) -> tuple[CertificateRecord, ...]:
    """Return the certificates that renewed or changed one."""
    return _certificates(connection, _SUCCESSORS, f"{serial:x}")


def is_revoked(connection: Connection, serial: int) -> bool:
    """Tell whether a certificate is revoked."""
    return connection.execute(_REVOCATION, {"wanted": f"{serial:x}"}).first() is not None


def moment_of(seconds: int) -> datetime:
    """Return the moment of a time column, aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _possible(numbers: Iterable[int]) -> list[int]:
    # A number that no database holds is no request's.
    return [number for number in numbers if 0 < number < _NUMBERS_END]


def _still_open(requests: Iterable[RequestRecord]) -> tuple[RequestRecord, ...]:
    return tuple(request for request in requests if request.state in _OPEN)


def _requests(
    connection: Connection, statement: _Statement, wanted: int | str | bytes, **also: str
) -> tuple[RequestRecord, ...]:
    found = connection.execute(statement, {"wanted": wanted, **also}).all()
    return tuple(_request(row, connection.execute(_STEPS_BY_ID, {"wanted": row.id}).all()) for row in found)


def _request(row: AnyRow, steps: Sequence[AnyRow]) -> RequestRecord:
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
        steps=tuple(
            RequestStep(state=RequestState(step.state), at=moment_of(step.at), by=step.by, why=step.why)
            for step in steps
        ),
    )


def _certificates(connection: Connection, statement: _Statement, wanted: str | bytes) -> tuple[CertificateRecord, ...]:
    found = connection.execute(statement, {"wanted": wanted}).all()
    return tuple(
        _certificate(row, connection.execute(_CHANGES_BY_SERIAL, {"wanted": row.serial}).all()) for row in found
    )


def _certificate(row: AnyRow, changes: Sequence[AnyRow]) -> CertificateRecord:
    return CertificateRecord(
        certificate=x509.load_der_x509_certificate(row.der),
        issuer=Issuer(row.issuer),
        profile=CertificateProfile(row.profile),
        subscriber=row.subscriber,
        issued_at=moment_of(row.issued_at),
        request_id=row.request_id,
        replaces=None if row.replaces is None else int(row.replaces, 16),
        changes=tuple(_change(change) for change in changes),
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
