"""Revocation, hold and release: the law's cases, times that can be, and keys in other hands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from tests.unit.vnsign.authority.desk import CHIEF, CLERK, SUBJECT, Desk, csr_of
from tests.unit.vnsign.authority.making import NOW
from vnsign.authority.records import JournalAct, StatusKind
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.crl import load_crl
from vnsign.pki.keys import generate_private_key
from vnsign.policy.lifecycle import KEY_REASONS, REVOCATIONS, RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile

HOUR = timedelta(hours=1)
_SUBSCRIBERS = (CertificateProfile.OFFICIAL, CertificateProfile.AGENCY_SEAL, CertificateProfile.SERVICE)


def allow_hold(desk: Desk) -> None:
    """Change the setting."""
    desk.authority.change_settings(replace(desk.authority.settings, allow_hold=True), act=CHIEF)


@pytest.mark.parametrize("case", list(RevocationCase))
@pytest.mark.parametrize("profile", _SUBSCRIBERS)
def test_each_case_of_the_law_gives_its_reason_to_its_subscribers(
    desk: Desk, profile: CertificateProfile, case: RevocationCase
) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 17: cases for all, for individuals, for agencies, for devices and services."""
    record, rule = desk.issued(desk.new(profile=profile)), REVOCATIONS[case]
    serial = record.certificate.serial_number
    if profile not in rule.profiles:
        with pytest.raises(VnsignError) as caught:
            desk.authority.revoke(serial, case=case, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert desk.found(record).revocation is None
        return
    desk.clock.advance(hours=2)
    since = NOW if rule.invalidity_date else None
    asked = None
    if not rule.without_request:
        with pytest.raises(VnsignError, match="needs a request") as caught:
            desk.authority.revoke(serial, case=case, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        asked = desk.approved(desk.about(record, RequestKind.REVOKE, case=case)).id
    revoked = desk.authority.revoke(serial, case=case, invalidity_date=since, request_id=asked, act=CHIEF)
    (change,) = revoked.changes
    assert (change.kind, change.reason, change.case, change.at, change.invalidity_date) == (
        StatusKind.REVOKED,
        rule.reason,
        case,
        desk.clock.now(),
        since,
    )
    assert desk.found(record) == revoked
    entry = load_crl(desk.authority.crl("issuing")).get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is rule.reason
    desk.check_journal()


@pytest.mark.parametrize("case", [case for case, rule in REVOCATIONS.items() if not rule.invalidity_date])
def test_an_invalidity_date_belongs_to_an_exposed_key_only(desk: Desk, case: RevocationCase) -> None:
    """RFC 5280 §5.3.2: since when the key may have been in other hands."""
    profile = min(REVOCATIONS[case].profiles)
    record = desk.issued(desk.new(profile=profile))
    with pytest.raises(VnsignError) as caught:
        desk.authority.revoke(record.certificate.serial_number, case=case, invalidity_date=NOW, act=CHIEF)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    "options",
    [
        {"case": RevocationCase.KEY_EXPOSED, "reason": x509.ReasonFlags.key_compromise},
        {"reason": x509.ReasonFlags.certificate_hold},
        {"reason": x509.ReasonFlags.remove_from_crl},
        {"at": NOW + timedelta(seconds=1)},
        {"at": NOW - HOUR},
        {"at": NOW.replace(tzinfo=None)},
        {"at": datetime.max.replace(tzinfo=UTC)},
        {"at": datetime.min.replace(tzinfo=UTC)},
        {"reason": x509.ReasonFlags.key_compromise, "invalidity_date": NOW + timedelta(seconds=1)},
        {"reason": x509.ReasonFlags.key_compromise, "invalidity_date": datetime(1969, 12, 31, tzinfo=UTC)},
        {"reason": x509.ReasonFlags.key_compromise, "at": NOW - timedelta(seconds=9), "invalidity_date": NOW},
        {"request_id": 99},
    ],
    ids=["both", "hold", "remove", "future", "before", "naive", "max", "min", "later", "1969", "after", "request"],
)
def test_a_revocation_that_cannot_be_changes_nothing(desk: Desk, options: dict[str, Any]) -> None:
    """Bad input is our error, and nothing is on record."""
    record = desk.issued()
    with pytest.raises(VnsignError) as caught:
        desk.authority.revoke(record.certificate.serial_number, **options, act=CHIEF)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert desk.found(record).changes == ()
    desk.check_journal()


@pytest.mark.parametrize("serial", [0, -1, 4711, 2**4000])
def test_what_is_not_on_record_is_not_revoked(desk: Desk, serial: int) -> None:
    """Negative and huge serial numbers too."""
    allow_hold(desk)
    for verb in (desk.authority.revoke, desk.authority.hold, desk.authority.release):
        with pytest.raises(VnsignError) as caught:
            verb(serial, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert desk.authority.find(serial) is None


def test_the_same_revocation_again_changes_nothing(desk: Desk) -> None:
    """A caller that was killed calls again; one that says something else is told so."""
    record = desk.issued()
    serial = record.certificate.serial_number
    desk.clock.advance(hours=1)
    revoked = desk.revoked(record, RevocationCase.LEFT_OFFICE)
    desk.clock.advance(hours=1)
    entries = len(desk.authority.journal())
    again: tuple[dict[str, Any], ...] = (
        {"case": RevocationCase.LEFT_OFFICE},
        {"reason": x509.ReasonFlags.cessation_of_operation},
        {"case": RevocationCase.LEFT_OFFICE, "at": NOW + HOUR},
    )
    for options in again:
        assert desk.authority.revoke(serial, **options, act=CHIEF) == revoked
    assert len(desk.authority.journal()) == entries
    other: tuple[dict[str, Any], ...] = (
        {"case": RevocationCase.NEW_POST},
        {"case": RevocationCase.LEFT_OFFICE, "at": NOW},
        {"reason": x509.ReasonFlags.cessation_of_operation, "invalidity_date": NOW},
        {},
    )
    for options in other:
        with pytest.raises(VnsignError) as caught:
            desk.authority.revoke(serial, **options, act=CHIEF)
        assert caught.value.code is ErrorCode.WRONG_STATE
    assert desk.found(record) == revoked


@pytest.mark.parametrize("reason", [each for each in x509.ReasonFlags if each not in KEY_REASONS])
def test_what_an_agency_asked_for_ends_on_its_request(desk: Desk, reason: x509.ReasonFlags) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 10, 17: a bare reason is no way around the request; enrolled ones had none."""
    asked = desk.issued()
    options: tuple[dict[str, Any], ...] = ({"reason": reason}, {})
    for given in options:
        with pytest.raises(VnsignError) as caught:
            desk.authority.revoke(asked.certificate.serial_number, **given, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert desk.found(asked).changes == ()
    enrolled = desk.authority.enroll(CertificateProfile.SERVICE, SUBJECT).certificate
    if reason not in {x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl}:
        assert desk.authority.revoke(enrolled.serial_number, reason=reason, act=CHIEF).revocation is not None


@pytest.mark.parametrize("why", ["", " \t"])
def test_a_revocation_without_a_request_says_why(desk: Desk, why: str) -> None:
    """Whoever reads the journal learns who reported it; the journal also tells case and reason."""
    serial = desk.issued().certificate.serial_number
    with pytest.raises(VnsignError, match="must say why") as caught:
        desk.authority.revoke(serial, case=RevocationCase.KEY_EXPOSED, act=replace(CHIEF, why=why))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    desk.authority.revoke(serial, case=RevocationCase.KEY_EXPOSED, act=CHIEF)
    entry = desk.authority.journal()[-1]
    told = json.loads(entry.details)
    assert (entry.act, entry.why) == (JournalAct.REVOKED, CHIEF.why)
    assert (told["serial"], told["case"], told["reason"]) == (f"{serial:x}", "key_exposed", "keyCompromise")


def test_a_request_is_carried_out_for_its_own_case(desk: Desk) -> None:
    """What the agency wrote is not overruled by whoever carries it out."""
    record = desk.issued()
    request = desk.approved(desk.about(record, RequestKind.REVOKE))
    options: tuple[dict[str, Any], ...] = (
        {"case": RevocationCase.LEFT_OFFICE},
        {"reason": x509.ReasonFlags.superseded},
        {},
    )
    for given in options:
        with pytest.raises(VnsignError, match="another case") as caught:
            desk.authority.revoke(record.certificate.serial_number, **given, request_id=request.id, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert desk.found(record).changes == ()


def test_a_request_for_revocation_is_carried_out_once(desk: Desk) -> None:
    """Mẫu 05: asked, approved, done; the request says about which certificate."""
    record, other = desk.issued(), desk.issued()
    request = desk.authority.request(desk.about(record, RequestKind.REVOKE), act=CLERK)
    case = RevocationCase.MANAGER_REQUEST
    for serial, code in (
        (record.certificate.serial_number, ErrorCode.WRONG_STATE),
        (other.certificate.serial_number, ErrorCode.BAD_ARGUMENT),
    ):
        with pytest.raises(VnsignError) as caught:
            desk.authority.revoke(serial, case=case, request_id=request.id, act=CHIEF)
        assert caught.value.code is code
    desk.authority.approve(request.id, act=CHIEF)
    desk.authority.revoke(record.certificate.serial_number, case=case, request_id=request.id, act=CHIEF)
    found = desk.authority.find_request(request.id)
    assert found is not None
    assert found.state is RequestState.DONE
    assert desk.found(other).revocation is None
    desk.check_journal()


def test_a_request_for_a_certificate_revoked_meanwhile_is_done_all_the_same(desk: Desk) -> None:
    """An exposed key does not wait for the letter; the letter is answered when it comes to its turn."""
    record = desk.issued()
    serial = record.certificate.serial_number
    request = desk.approved(desk.about(record, RequestKind.REVOKE, case=RevocationCase.DEVICE_LOST))
    case = RevocationCase.DEVICE_LOST
    desk.authority.revoke(serial, case=case, act=CHIEF)
    desk.authority.revoke(serial, case=case, request_id=request.id, act=CHIEF)
    assert len(desk.found(record).changes) == 1
    found = desk.authority.find_request(request.id)
    assert found is not None
    assert found.state is RequestState.DONE
    desk.check_journal()


def test_every_certificate_of_an_exposed_key_is_revoked(desk: Desk) -> None:
    """Whoever has the key can use either certificate."""
    old = desk.issued()
    desk.clock.advance(hours=1)
    new = desk.issued(desk.about(old, RequestKind.RENEW))
    other_key = generate_private_key()
    stranger = desk.issued(desk.new(csr=csr_of(other_key)))
    desk.clock.advance(hours=1)
    desk.authority.revoke(
        old.certificate.serial_number, case=RevocationCase.KEY_EXPOSED, at=NOW, invalidity_date=NOW, act=CHIEF
    )
    first, second = desk.found(old).revocation, desk.found(new).revocation
    assert first is not None
    assert second is not None
    assert first.at == NOW
    assert second.at == new.certificate.not_valid_before_utc
    assert first.reason is second.reason is x509.ReasonFlags.key_compromise
    assert desk.found(stranger).revocation is None
    told = [entry for entry in desk.authority.journal() if entry.act is JournalAct.REVOKED]
    assert len(told) == 2
    desk.check_journal()


def test_a_certificate_lost_by_a_change_of_office_takes_no_other_with_it(desk: Desk) -> None:
    """Only an exposed key speaks against the key."""
    old = desk.issued()
    new = desk.issued(desk.about(old, RequestKind.RENEW))
    desk.revoked(old, RevocationCase.NEW_POST)
    assert desk.found(new).revocation is None


def test_the_root_is_not_revoked_and_everything_below_can_be(desk: Desk) -> None:
    """A root is taken out of trust stores."""
    for record in desk.authority.issued():
        serial = record.certificate.serial_number
        if record.profile is CertificateProfile.ROOT:
            with pytest.raises(VnsignError, match="trust stores") as caught:
                desk.authority.revoke(serial, act=CHIEF)
            assert caught.value.code is ErrorCode.BAD_ARGUMENT
        else:
            desk.authority.revoke(serial, act=CHIEF)
            assert desk.found(record).revocation is not None


def test_an_expired_certificate_can_be_revoked(desk: Desk) -> None:
    """What it signed before is still checked."""
    record = desk.issued()
    desk.clock.time = record.certificate.not_valid_after_utc + HOUR
    desk.authority.revoke(record.certificate.serial_number, case=RevocationCase.KEY_EXPOSED, act=CHIEF)
    assert desk.found(record).revocation is not None


def test_nothing_is_suspended_unless_somebody_decided_so(desk: Desk) -> None:
    """Nghị định 68/2024/NĐ-CP knows no suspension: off by default, and off again when decided."""
    record = desk.issued()
    serial = record.certificate.serial_number
    for verb in (desk.authority.hold, desk.authority.release):
        with pytest.raises(VnsignError, match="allow_hold") as caught:
            verb(serial, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert desk.found(record).changes == ()


def test_a_hold_ends_with_a_release_or_a_revocation(desk: Desk) -> None:
    """Each verb again changes nothing; what does not fit is refused."""
    allow_hold(desk)
    record = desk.issued()
    serial = record.certificate.serial_number
    with pytest.raises(VnsignError) as caught:
        desk.authority.release(serial, act=CHIEF)
    assert caught.value.code is ErrorCode.WRONG_STATE
    held = desk.authority.hold(serial, act=CHIEF)
    assert desk.authority.hold(serial, act=CHIEF) == held == desk.found(record)
    for kind in (RequestKind.RENEW, RequestKind.CHANGE):
        with pytest.raises(VnsignError) as caught:
            desk.authority.request(desk.about(record, kind), act=CLERK)
        assert caught.value.code is ErrorCode.WRONG_STATE
    released = desk.authority.release(serial, act=CHIEF)
    assert desk.authority.release(serial, act=CHIEF) == released
    assert released.revocation is None
    desk.authority.hold(serial, act=CHIEF)
    revoked = desk.revoked(record, RevocationCase.LEFT_OFFICE)
    assert [change.kind for change in revoked.changes] == [
        StatusKind.HELD,
        StatusKind.RELEASED,
        StatusKind.HELD,
        StatusKind.REVOKED,
    ]
    for verb in (desk.authority.hold, desk.authority.release):
        with pytest.raises(VnsignError) as caught:
            verb(serial, act=CHIEF)
        assert caught.value.code is ErrorCode.WRONG_STATE
    desk.check_journal()


def test_the_authoritys_own_certificates_are_not_suspended(desk: Desk) -> None:
    """A suspended authority would suspend everybody."""
    allow_hold(desk)
    for record in desk.authority.issued():
        with pytest.raises(VnsignError) as caught:
            desk.authority.hold(record.certificate.serial_number, act=CHIEF)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
