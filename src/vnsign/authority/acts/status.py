"""Revocation, hold and release. Each function is one act under the lock.

Invariants:
    - A revocation is for good; the same one again changes nothing.
    - If a key is in other hands, every certificate of that key is revoked.
    - What an agency asked for is revoked on its request; without one only in the cases that cannot wait or come from
      elsewhere (:attr:`RevocationRule.without_request`), and every revocation without a request says why.
    - A certificate is held only where the settings allow it: the law of official-use certificates knows no suspension.

What it does not do: it does not ask who may revoke, and publishes nothing (the next list and OCSP answer do).

Source: Nghị định 68/2024/NĐ-CP Điều 17; RFC 5280 §5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from vnsign.authority.acts import requests
from vnsign.authority.acts.intake import check_case, spki_hash, whole_seconds
from vnsign.authority.database import reading
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.tables import STATUS_EVENT
from vnsign.authority.records import Act, CertificateRecord, JournalAct, OwnRole, StatusChange, StatusKind
from vnsign.authority.settings import AuthoritySettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.keys import check_public_key
from vnsign.policy.lifecycle import KEY_REASONS, REVOCATIONS, RequestKind, RevocationCase
from vnsign.policy.profiles import CertificateProfile

#: Not for good: they need :func:`hold` and :func:`release`.
_SUSPENSION = frozenset({x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl})
_KIND_ACTS = {StatusKind.HELD: JournalAct.HELD, StatusKind.RELEASED: JournalAct.RELEASED}
_REASONS = {
    StatusKind.HELD: x509.ReasonFlags.certificate_hold,
    StatusKind.RELEASED: x509.ReasonFlags.remove_from_crl,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """How a certificate shall be revoked.

    Attributes:
        reason: What lists and OCSP say.
        case: The law's, if one was named.
        at: From when it counts, aware; None means now.
        invalidity_date: Since when the key may have been in other hands, aware.
    """

    reason: x509.ReasonFlags
    case: RevocationCase | None = None
    at: datetime | None = None
    invalidity_date: datetime | None = None


def make_revocation(
    *,
    case: RevocationCase | None,
    reason: x509.ReasonFlags | None,
    at: datetime | None,
    invalidity_date: datetime | None,
) -> Revocation:
    """Return what a caller asks for, if it can be.

    Raises:
        UsageError: ``BAD_ARGUMENT``: case and reason both, a reason that suspends, or times that cannot be.
    """
    if case is not None and reason is not None:
        raise _bad_argument("a case of the law has its reason: name one of the two")
    if case is not None:
        reason = REVOCATIONS[case].reason
    if reason in _SUSPENSION:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{reason.value} suspends a certificate, which official-use certificates do not know",
            way_out="revoke it for good with another reason, and issue a new one if need be",
        )
    return Revocation(
        reason=reason or x509.ReasonFlags.unspecified,
        case=case,
        at=None if at is None else whole_seconds(at),
        invalidity_date=None if invalidity_date is None else whole_seconds(invalidity_date),
    )


def revoke(
    ledger: Ledger, serial: int, revocation: Revocation, *, now: datetime, act: Act, request_id: int | None = None
) -> CertificateRecord:
    """Revoke a certificate for good, and with it, if the key is in other hands, every certificate of its key.

    Raises:
        UsageError: ``BAD_ARGUMENT``: see :meth:`vnsign.authority.Authority.revoke`; ``WRONG_STATE``: already revoked
            otherwise, or the request is not approved.
    Source: Nghị định 68/2024/NĐ-CP Điều 10, Điều 17.
    """
    record = _read(ledger, serial)
    if record.profile is CertificateProfile.ROOT:
        raise _bad_argument("a root cannot revoke itself: take it out of the trust stores")
    if revocation.case is not None:
        check_case(revocation.case, record.profile, invalidity_date=revocation.invalidity_date)
    change = _change(revocation, now=now)
    _check_times(record, change, now=now)
    last = record.revocation
    if last is not None and last.kind is StatusKind.REVOKED:
        _check_same(record, last, revocation)
        if request_id is not None:
            _finish_request(ledger, request_id, serial=serial, case=last.case, now=now, act=act)
            ledger.tell(JournalAct.REVOKED, at=now, act=act, request=request_id, **_told(serial, last))
        return record
    if request_id is None:
        _check_direct(record, revocation, act)
    _add(ledger, record, change)
    if request_id is not None:
        _finish_request(ledger, request_id, serial=serial, case=revocation.case, now=now, act=act)
    ledger.tell(JournalAct.REVOKED, at=now, act=act, request=request_id, **_told(serial, change))
    if change.reason in KEY_REASONS:
        _revoke_siblings(ledger, record, change, act=act)
    return replace(record, changes=(*record.changes, change))


def hold(ledger: Ledger, serial: int, *, settings: AuthoritySettings, now: datetime, act: Act) -> CertificateRecord:
    """Suspend a certificate; again changes nothing.

    Raises:
        UsageError: ``BAD_ARGUMENT``: not allowed here, or not on record; ``WRONG_STATE``: revoked.
    Source: RFC 5280 §5.3.1 (certificateHold).
    """
    record = _read_for_hold(ledger, serial, settings)
    last = record.revocation
    if last is not None and last.kind is StatusKind.HELD:
        return record
    requests.check_unrevoked(record)
    return _suspend(ledger, record, StatusKind.HELD, now=now, act=act)


def release(ledger: Ledger, serial: int, *, settings: AuthoritySettings, now: datetime, act: Act) -> CertificateRecord:
    """End a suspension; again changes nothing.

    Raises:
        UsageError: ``BAD_ARGUMENT``: not allowed here, or not on record; ``WRONG_STATE``: revoked, or never held.
    Source: RFC 5280 §5.3.1 (removeFromCRL).
    """
    record = _read_for_hold(ledger, serial, settings)
    if record.changes and record.changes[-1].kind is StatusKind.RELEASED:
        return record
    requests.check_unrevoked(record, may_be_held=True)
    if record.revocation is None:
        raise UsageError(ErrorCode.WRONG_STATE, f"certificate {serial:x} is not on hold")
    return _suspend(ledger, record, StatusKind.RELEASED, now=now, act=act)


def add_revocation(ledger: Ledger, record: CertificateRecord, reason: x509.ReasonFlags, *, now: datetime) -> None:
    """Add the revocation of a certificate that a change replaces; the caller tells the journal."""
    _add(ledger, record, _change(Revocation(reason=reason), now=now))


def _revoke_siblings(ledger: Ledger, record: CertificateRecord, change: StatusChange, *, act: Act) -> None:
    key = spki_hash(check_public_key(record.certificate.public_key()))
    for other in reading.read_certificates_of_key(ledger.connection, key):
        serial = other.certificate.serial_number
        is_revoked = any(earlier.kind is StatusKind.REVOKED for earlier in other.changes)
        if serial != record.certificate.serial_number and not is_revoked:
            # Not before it began: the key was exposed, but this certificate was not there yet.
            at = max(change.at, other.certificate.not_valid_before_utc)
            _add(ledger, other, replace(change, at=at))
            ledger.tell(
                JournalAct.REVOKED,
                at=change.recorded_at,
                act=act,
                same_key_as=f"{record.certificate.serial_number:x}",
                **_told(serial, change),
            )


def _told(serial: int, change: StatusChange) -> dict[str, str | None]:
    case = None if change.case is None else change.case.value
    return {"serial": f"{serial:x}", "reason": change.reason.value, "case": case}


def _suspend(
    ledger: Ledger, record: CertificateRecord, kind: StatusKind, *, now: datetime, act: Act
) -> CertificateRecord:
    change = replace(_change(Revocation(reason=_REASONS[kind]), now=now), kind=kind)
    _add(ledger, record, change)
    ledger.tell(_KIND_ACTS[kind], at=now, act=act, serial=f"{record.certificate.serial_number:x}")
    return replace(record, changes=(*record.changes, change))


def _add(ledger: Ledger, record: CertificateRecord, change: StatusChange) -> None:
    since = change.invalidity_date
    ledger.add(
        STATUS_EVENT,
        serial=f"{record.certificate.serial_number:x}",
        issuer=record.issuer.value,
        kind=change.kind.value,
        at=int(change.at.timestamp()),
        reason=change.reason.name,
        case=None if change.case is None else change.case.value,
        invalidity_date=None if since is None else int(since.timestamp()),
        recorded_at=int(change.recorded_at.timestamp()),
    )


def _change(revocation: Revocation, *, now: datetime) -> StatusChange:
    recorded_at = whole_seconds(now)
    return StatusChange(
        kind=StatusKind.REVOKED,
        at=revocation.at or recorded_at,
        reason=revocation.reason,
        case=revocation.case,
        invalidity_date=revocation.invalidity_date,
        recorded_at=recorded_at,
    )


def _check_times(record: CertificateRecord, change: StatusChange, *, now: datetime) -> None:
    if change.at > now:
        raise _bad_argument(f"{change.at.isoformat()} is in the future")
    if change.at < record.certificate.not_valid_before_utc:
        raise _bad_argument(f"{change.at.isoformat()} is before the certificate's validity")
    if change.invalidity_date is not None and change.invalidity_date > change.at:
        raise _bad_argument("the invalidity date is after the revocation")


def _check_same(record: CertificateRecord, last: StatusChange, wanted: Revocation) -> None:
    is_same = (
        wanted.reason is last.reason
        and wanted.case in {None, last.case}
        and wanted.at in {None, last.at}
        and wanted.invalidity_date in {None, last.invalidity_date}
    )
    if not is_same:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"certificate {record.certificate.serial_number:x} is revoked already, at {last.at.isoformat()} for "
            f"{last.reason.value}",
        )


def _check_direct(record: CertificateRecord, revocation: Revocation, act: Act) -> None:
    if not act.why.strip():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "a revocation without a request must say why",
            way_out="say who reported it and by which letter or minutes, such as --why 'biên bản số 3/BB-VP'",
        )
    case, reason = revocation.case, revocation.reason
    cannot_wait = reason in KEY_REASONS if case is None else REVOCATIONS[case].without_request
    if record.request_id is not None and not cannot_wait:
        what = reason.value if case is None else case.value
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{what} needs a request of the agency in direct charge: without one go an exposed key, a lost device, "
            "and what prosecuting or police bodies ask for",
            way_out="vnsign ca request --kind revoke, approve it, then vnsign ca revoke --request",
        )


def _finish_request(
    ledger: Ledger, request_id: int, *, serial: int, case: RevocationCase | None, now: datetime, act: Act
) -> None:
    request = requests.read(ledger, request_id)
    requests.check_kind(request, {RequestKind.REVOKE})
    if request.application.serial != serial:
        raise _bad_argument(f"request {request_id} asks about another certificate")
    if request.application.case is not case:
        raise _bad_argument(f"request {request_id} names another case: {request.application.case}")
    requests.finish(ledger, request, now=now, act=act)


def _read_for_hold(ledger: Ledger, serial: int, settings: AuthoritySettings) -> CertificateRecord:
    if not settings.allow_hold:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "this authority suspends nothing: the law of official-use certificates knows no suspension",
            way_out="revoke it for good, or change the setting allow_hold",
        )
    record = _read(ledger, serial)
    if record.subscriber in tuple(OwnRole):
        raise _bad_argument("the authority's own certificates are not suspended: revoke them")
    return record


def _read(ledger: Ledger, serial: int) -> CertificateRecord:
    record = reading.read_certificate(ledger.connection, serial)
    if record is None:
        raise _bad_argument(f"no certificate with serial number {serial:x}")
    return record


def _bad_argument(message: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message)
