"""Requests on record: taken in, approved, refused, withdrawn. Each function is one act under the lock.

Invariants:
    - A request moves along :data:`vnsign.policy.lifecycle.TRANSITIONS` and in no other way.
    - What is decided is decided from rows read under the lock.
    - A key is certified, or asked for, by one subscriber only; who holds the key renews with it.

What it does not do: it checks no identity, and nobody's right to approve but that two people look at a request (the
setting ``four_eyes``). It sets no term: the three working days of Điều 11 are the office's to keep.

Source: Nghị định 68/2024/NĐ-CP Điều 10–22.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import msgspec

from vnsign.authority.acts.intake import Examined
from vnsign.authority.database import reading
from vnsign.authority.database.journal import clean, clean_name
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.tables import REQUEST, REQUEST_EVENT
from vnsign.authority.records import Act, CertificateRecord, JournalAct, RequestRecord, RequestStep, StatusKind
from vnsign.authority.settings import AuthoritySettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.certificates import utc_seconds
from vnsign.pki.names import Subject
from vnsign.pki.requests import RequestFault, RequestProblem, RequestRefused
from vnsign.pki.text_preparation import prepare_text
from vnsign.policy.lifecycle import (
    CERTIFYING,
    KEY_REASONS,
    TRANSITIONS,
    RequestKind,
    RequestState,
)


def submit(ledger: Ledger, examined: Examined, *, now: datetime, act: Act) -> RequestRecord:
    """Take a request in.

    Raises:
        UsageError: ``WRONG_STATE``: the certificate concerned is not in force, was replaced, or is asked about
            already; ``BAD_ARGUMENT``: it is not on record.
        RequestRefused: Everything that speaks against certifying the key.
    Source: Nghị định 68/2024/NĐ-CP Điều 10–11, 13, 16, 18, 22.
    """
    application = examined.application
    concerned = None
    if application.serial is not None:
        concerned = reading.read_certificate(ledger.connection, application.serial)
        check_concerned(ledger, concerned, kind=application.kind, serial=application.serial, now=now)
    subscriber = secrets.token_hex(16) if concerned is None else concerned.subscriber
    if examined.key is not None:
        faults = (*examined.faults, *key_faults(ledger, examined.spki_sha256 or b"", subscriber=subscriber))
        if faults:
            raise RequestRefused(faults)
    row = ledger.add(
        REQUEST,
        kind=application.kind.value,
        form=examined.form.value,
        agency=application.agency,
        document=application.document,
        subscriber=subscriber,
        profile=examined.profile.value,
        subject=None if application.subject is None else subject_to_json(application.subject),
        csr=application.csr,
        spki_sha256=examined.spki_sha256,
        serial=None if application.serial is None else f"{application.serial:x}",
        not_after=_seconds(application.not_after),
        case=application.case,
        invalidity_date=_seconds(application.invalidity_date),
        submitted_at=_seconds(now),
    )
    number = int(str(row["id"]))
    step = _add_step(ledger, number, 1, state=RequestState.SUBMITTED, now=now, act=act)
    ledger.tell(JournalAct.REQUESTED, at=now, act=act, request=number)
    return RequestRecord(
        id=number,
        form=examined.form,
        application=application,
        profile=examined.profile,
        subscriber=subscriber,
        steps=(step,),
    )


def approve(ledger: Ledger, number: int, *, settings: AuthoritySettings, now: datetime, act: Act) -> RequestRecord:
    """Approve a request.

    Does not check: that names are whose they are. Whoever calls authenticates people; names are compared as a reader
    sees them, invisible characters apart.

    Raises:
        UsageError: ``WRONG_STATE``; ``BAD_ARGUMENT``: no such request, or the one who submitted it approves it.
    """
    request = read(ledger, number)
    if settings.four_eyes and prepare_text(request.steps[0].by) == prepare_text(act.by):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{act.by!r} submitted request {number} and would approve it",
            way_out="somebody else approves, or the setting four_eyes is changed",
        )
    return _move(ledger, request, RequestState.APPROVED, what=JournalAct.APPROVED, now=now, act=act)


def refuse(ledger: Ledger, number: int, *, now: datetime, act: Act) -> RequestRecord:
    """Refuse a request; the reason belongs to it.

    Raises:
        UsageError: ``WRONG_STATE``; ``BAD_ARGUMENT``: no such request, or no reason.
    """
    _check_reason(act, "refused")
    return _move(ledger, read(ledger, number), RequestState.REFUSED, what=JournalAct.REFUSED, now=now, act=act)


def withdraw(ledger: Ledger, number: int, *, now: datetime, act: Act) -> RequestRecord:
    """Take a request back; the reason belongs to it.

    Raises:
        UsageError: ``WRONG_STATE``; ``BAD_ARGUMENT``: no such request, or no reason.
    """
    _check_reason(act, "withdrawn")
    return _move(ledger, read(ledger, number), RequestState.WITHDRAWN, what=JournalAct.WITHDRAWN, now=now, act=act)


def restore(ledger: Ledger, number: int, *, now: datetime, act: Act) -> RequestRecord:
    """Record that the device was unlocked, as an approved request asked.

    Raises:
        UsageError: ``WRONG_STATE``; ``BAD_ARGUMENT``: no such request, or it asks for something else.
    Source: Nghị định 68/2024/NĐ-CP Điều 22, Mẫu 06.
    """
    request = read(ledger, number)
    check_kind(request, {RequestKind.RESTORE_DEVICE})
    return _move(ledger, request, RequestState.DONE, what=JournalAct.RESTORED, now=now, act=act)


def finish(ledger: Ledger, request: RequestRecord, *, now: datetime, act: Act) -> None:
    """Add the last step of a request; the caller tells the journal what was done.

    Raises:
        UsageError: ``WRONG_STATE``.
    """
    _check_transition(request, RequestState.DONE)
    _add_step(ledger, request.id, len(request.steps) + 1, state=RequestState.DONE, now=now, act=act)


def read(ledger: Ledger, number: int) -> RequestRecord:
    """Return a request.

    Raises:
        UsageError: ``BAD_ARGUMENT``: there is none.
    """
    found = ledger.take_request(number) or reading.read_request(ledger.connection, number)
    if found is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"there is no request {number}")
    return found


def check_kind(request: RequestRecord, kinds: set[RequestKind] | frozenset[RequestKind]) -> None:
    """Refuse a request of another kind.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    if request.application.kind not in kinds:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"request {request.id} asks for something else: {request.application.kind}"
        )


def check_concerned(
    ledger: Ledger, certificate: CertificateRecord | None, *, kind: RequestKind, serial: int, now: datetime
) -> None:
    """Refuse what cannot be done with a certificate any more.

    Raises:
        UsageError: ``BAD_ARGUMENT``: not on record; ``WRONG_STATE``: not in force, replaced, or asked about already.
    """
    if certificate is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"no certificate with serial number {serial:x}")
    for other in reading.read_open_requests_about(ledger.connection, serial):
        if other.application.kind is kind or {other.application.kind, kind} <= CERTIFYING:
            raise _wrong_state(f"request {other.id} asks about certificate {serial:x} already")
    if kind is RequestKind.REVOKE:
        check_unrevoked(certificate, may_be_held=True)
    else:
        check_in_force(certificate, now=now)
    if kind in CERTIFYING:
        check_not_replaced(ledger, certificate)


def check_in_force(certificate: CertificateRecord, *, now: datetime) -> None:
    """Refuse a certificate that is revoked, on hold, or past its end.

    Raises:
        UsageError: ``WRONG_STATE``.
    """
    check_unrevoked(certificate)
    if certificate.certificate.not_valid_after_utc < now:
        raise _wrong_state(
            f"certificate {certificate.certificate.serial_number:x} has expired", way_out="ask for a new one"
        )


def check_unrevoked(certificate: CertificateRecord, *, may_be_held: bool = False) -> None:
    """Refuse a certificate that is revoked or on hold.

    Raises:
        UsageError: ``WRONG_STATE``.
    """
    change = certificate.revocation
    if change is not None and not (may_be_held and change.kind is StatusKind.HELD):
        raise _wrong_state(
            f"certificate {certificate.certificate.serial_number:x} is {change.kind} since {change.at.isoformat()}"
        )


def check_not_replaced(ledger: Ledger, certificate: CertificateRecord) -> None:
    """Refuse a certificate that another one renewed or changed already, unless that one is revoked.

    Raises:
        UsageError: ``WRONG_STATE``.
    """
    serial = certificate.certificate.serial_number
    for successor in reading.read_successors(ledger.connection, serial):
        if successor.revocation is None or successor.revocation.kind is StatusKind.HELD:
            raise _wrong_state(
                f"certificate {serial:x} was replaced by {successor.certificate.serial_number:x}",
                way_out="ask about that one",
            )


def key_faults(ledger: Ledger, spki_sha256: bytes, *, subscriber: str) -> Iterator[RequestFault]:
    """Tell what the record knows against certifying a key for a subscriber."""
    for certificate in reading.read_certificates_of_key(ledger.connection, spki_sha256):
        serial = certificate.certificate.serial_number
        if certificate.subscriber != subscriber:
            holder = certificate.certificate.subject.rfc4514_string()
            yield RequestFault(
                problem=RequestProblem.KEY_IN_USE, detail=f"the key is certified already: {serial:x}, {holder}"
            )
        elif certificate.revocation is not None and certificate.revocation.reason in KEY_REASONS:
            yield RequestFault(
                problem=RequestProblem.WEAK_KEY,
                detail=f"certificate {serial:x} of this key was revoked: the key is in other hands",
            )
    for request in reading.read_open_requests_of_key(ledger.connection, spki_sha256, not_of=subscriber):
        yield RequestFault(
            problem=RequestProblem.KEY_IN_USE, detail=f"request {request.id} asks for a certificate of this key"
        )


def subject_to_json(subject: Subject) -> str:
    """Return a subject as canonical JSON."""
    return msgspec.json.encode(subject, order="sorted").decode()


def _move(
    ledger: Ledger, request: RequestRecord, state: RequestState, *, what: JournalAct, now: datetime, act: Act
) -> RequestRecord:
    _check_transition(request, state)
    step = _add_step(ledger, request.id, len(request.steps) + 1, state=state, now=now, act=act)
    ledger.tell(what, at=now, act=act, request=request.id)
    return replace(request, steps=(*request.steps, step))


def _check_transition(request: RequestRecord, state: RequestState) -> None:
    if state not in TRANSITIONS[request.state]:
        raise _wrong_state(f"request {request.id} is {request.state} and cannot become {state}")


def _add_step(ledger: Ledger, number: int, seq: int, *, state: RequestState, now: datetime, act: Act) -> RequestStep:
    step = RequestStep(state=state, at=utc_seconds(now), by=clean_name(act.by), why=clean(act.why))
    ledger.add(REQUEST_EVENT, request_id=number, seq=seq, state=state.value, at=_seconds(now), by=step.by, why=step.why)
    return step


def _check_reason(act: Act, done: str) -> None:
    if not clean(act.why):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"a request is not {done} without a reason", way_out="say why")


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _wrong_state(message: str, *, way_out: str | None = None) -> UsageError:
    return UsageError(ErrorCode.WRONG_STATE, message, way_out=way_out)
