"""Certificates issued, renewed and changed: how long they last, whose key they hold, and what they replace."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.unit.vnsign.authority.desk import CHIEF, CLERK, SUBJECT, Desk, csr_of
from tests.unit.vnsign.authority.making import NOW, PASSPHRASE
from vnsign.authority import Authority
from vnsign.authority.acts.intake import spki_hash, subject_of
from vnsign.authority.records import JournalAct, RequestRecord, StatusKind
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.keys import generate_private_key
from vnsign.pki.requests import RequestProblem, RequestRefused
from vnsign.pki.weak_keys import CompromisedKeys
from vnsign.policy.lifecycle import RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile

SECOND, SKEW = timedelta(seconds=1), timedelta(minutes=5)


def years(start: datetime, number: int) -> datetime:
    """Return the last second of so many years."""
    return start.replace(year=start.year + number) - SECOND


def refused(desk: Desk, request: RequestRecord, code: ErrorCode) -> None:
    """The request cannot be answered and stays approved."""
    before = desk.authority.issued()
    with pytest.raises(VnsignError) as caught:
        desk.authority.issue(request.id, act=CHIEF)
    assert caught.value.code is code
    assert desk.authority.issued() == before
    found = desk.authority.find_request(request.id)
    assert found is not None
    assert found.state is RequestState.APPROVED
    desk.check_journal()


def test_an_approved_request_becomes_a_certificate_on_record(desk: Desk) -> None:
    """Certificate, last step and journal entry are one act."""
    key = generate_private_key()
    request = desk.approved(desk.new(subject=SUBJECT, csr=csr_of(key, SUBJECT)))
    record = desk.authority.issue(request.id, act=CHIEF)
    certificate = record.certificate
    assert subject_of(certificate) == SUBJECT
    assert certificate.public_key() == key.public_key()
    assert certificate.not_valid_before_utc == NOW - SKEW
    assert certificate.not_valid_after_utc == years(NOW - SKEW, 5)
    certificate.verify_directly_issued_by(desk.authority.certificates()[1])
    assert desk.found(record) == record
    assert (record.request_id, record.replaces, record.subscriber) == (request.id, None, request.subscriber)
    found = desk.authority.find_request(request.id)
    assert found is not None
    assert found.state is RequestState.DONE
    entry = desk.authority.journal()[-1]
    assert (entry.act, entry.by, entry.why) == (JournalAct.ISSUED, CHIEF.by, CHIEF.why)
    desk.check_journal()


def test_an_earlier_end_is_kept_and_a_later_one_refused(desk: Desk) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 9: at most five years for a new certificate."""
    end = NOW + timedelta(days=100)
    assert desk.issued(desk.new(not_after=end)).certificate.not_valid_after_utc == end
    latest = years(NOW - SKEW, 5)
    assert desk.issued(desk.new(not_after=latest)).certificate.not_valid_after_utc == latest
    refused(desk, desk.approved(desk.new(not_after=latest + SECOND)), ErrorCode.ISSUE_REFUSED)


def test_a_renewal_lasts_three_years_with_the_same_key_and_the_old_one_stays_in_force(desk: Desk) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 9: at most three years."""
    old = desk.issued()
    desk.clock.advance(days=1700)
    new = desk.issued(desk.about(old, RequestKind.RENEW))
    start = desk.clock.now() - SKEW
    assert new.certificate.not_valid_after_utc == years(start, 3)
    assert new.certificate.public_key() == old.certificate.public_key()
    assert new.certificate.subject == old.certificate.subject
    assert subject_of(new.certificate) == subject_of(old.certificate)
    assert (new.subscriber, new.replaces) == (old.subscriber, old.certificate.serial_number)
    assert desk.found(old).revocation is None
    latest = years(start, 3) + SECOND
    refused(desk, desk.approved(desk.about(new, RequestKind.RENEW, not_after=latest)), ErrorCode.ISSUE_REFUSED)


def test_a_renewal_may_bring_a_new_key(desk: Desk) -> None:
    """A new device has a new key; the subscriber is the same."""
    old, key = desk.issued(), generate_private_key()
    new = desk.issued(desk.about(old, RequestKind.RENEW, csr=csr_of(key, subject_of(old.certificate))))
    assert new.certificate.public_key() == key.public_key()
    assert new.subscriber == old.subscriber


def test_a_renewal_names_whom_the_old_one_names(desk: Desk) -> None:
    """Another name needs a change of information."""
    old = desk.issued()
    with pytest.raises(RequestRefused) as caught:
        desk.authority.request(
            desk.about(old, RequestKind.RENEW, csr=csr_of(generate_private_key(), SUBJECT)), act=CLERK
        )
    assert caught.value.problems == (RequestProblem.SUBJECT_MISMATCH,)


def test_a_change_keeps_the_end_and_the_key_and_revokes_the_old_one(desk: Desk) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 15; the old certificate tells what is no longer so."""
    old = desk.issued()
    desk.clock.advance(days=300)
    wanted = replace(SUBJECT, organization="Sở Tài chính", email="binh@stc.anbinh.gov.vn")
    new = desk.issued(desk.about(old, RequestKind.CHANGE, subject=wanted))
    assert subject_of(new.certificate) == wanted
    assert new.certificate.not_valid_after_utc == old.certificate.not_valid_after_utc
    assert new.certificate.public_key() == old.certificate.public_key()
    change = desk.found(old).revocation
    assert change is not None
    assert (change.kind, change.reason, change.at) == (
        StatusKind.REVOKED,
        x509.ReasonFlags.affiliation_changed,
        desk.clock.now(),
    )
    assert desk.found(new).revocation is None
    desk.check_journal()


def test_a_change_that_changes_nothing_is_refused(desk: Desk) -> None:
    """It would only revoke a certificate."""
    old = desk.issued(desk.new(subject=SUBJECT))
    decomposed = replace(SUBJECT, common_name=unicodedata.normalize("NFD", SUBJECT.common_name))
    for subject in (SUBJECT, decomposed):
        with pytest.raises(VnsignError) as caught:
            desk.authority.request(desk.about(old, RequestKind.CHANGE, subject=subject), act=CLERK)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("kind", [RequestKind.RENEW, RequestKind.CHANGE, RequestKind.RESTORE_DEVICE])
def test_a_certificate_that_is_no_longer_in_force_is_not_renewed(desk: Desk, kind: RequestKind) -> None:
    """Revoked, replaced by a change, or expired to the second."""
    revoked, changed, old = desk.issued(), desk.issued(), desk.issued()
    desk.revoked(revoked)
    desk.issued(desk.about(changed, RequestKind.CHANGE))
    for record in (revoked, changed):
        with pytest.raises(VnsignError) as caught:
            desk.authority.request(desk.about(record, kind), act=CLERK)
        assert caught.value.code is ErrorCode.WRONG_STATE
    desk.clock.time = old.certificate.not_valid_after_utc + SECOND
    with pytest.raises(VnsignError, match="expired") as caught:
        desk.authority.request(desk.about(old, kind), act=CLERK)
    assert caught.value.code is ErrorCode.WRONG_STATE
    desk.clock.time = old.certificate.not_valid_after_utc
    desk.authority.request(desk.about(old, kind), act=CLERK)


@pytest.mark.parametrize("kind", [RequestKind.RENEW, RequestKind.CHANGE])
def test_what_happens_between_approval_and_issue_counts(desk: Desk, kind: RequestKind) -> None:
    """The certificate concerned is looked at again when the new one is made."""
    revoked, expired = desk.issued(), desk.issued()
    first, second = desk.approved(desk.about(revoked, kind)), desk.approved(desk.about(expired, kind))
    desk.revoked(revoked)
    refused(desk, first, ErrorCode.WRONG_STATE)
    desk.clock.time = expired.certificate.not_valid_after_utc + SECOND
    refused(desk, second, ErrorCode.WRONG_STATE)


def test_a_certificate_has_one_successor(desk: Desk) -> None:
    """Unless the successor was revoked, as one that never reached its device."""
    old = desk.issued()
    new = desk.issued(desk.about(old, RequestKind.RENEW))
    with pytest.raises(VnsignError) as caught:
        desk.authority.request(desk.about(old, RequestKind.RENEW), act=CLERK)
    assert caught.value.code is ErrorCode.WRONG_STATE
    desk.revoked(new, RevocationCase.DEVICE_DAMAGED)
    desk.issued(desk.about(old, RequestKind.RENEW))


def test_an_exposed_key_is_not_certified_again(desk: Desk) -> None:
    """Not in a renewal, not in a change, also if another certificate of the same key was meant."""
    old = desk.issued()
    key = generate_private_key()
    new = desk.issued(desk.about(old, RequestKind.RENEW, csr=csr_of(key)))
    desk.authority.revoke(old.certificate.serial_number, reason=x509.ReasonFlags.key_compromise, act=CHIEF)
    assert desk.found(new).revocation is None
    # the exposed key of the first, asked for again by the same subscriber
    exposed = desk.authority.requests()[0].application.csr
    with pytest.raises(RequestRefused) as caught:
        desk.authority.request(desk.about(new, RequestKind.RENEW, csr=exposed), act=CLERK)
    assert caught.value.problems == (RequestProblem.WEAK_KEY,)


def test_a_key_exposed_between_approval_and_issue_is_not_certified(desk: Desk) -> None:
    """The key is looked at again when the certificate is made, alone and in a list."""
    first_key = generate_private_key()
    first = desk.issued(desk.new(csr=csr_of(first_key)))
    second = desk.issued(desk.about(first, RequestKind.RENEW, csr=csr_of(generate_private_key())))
    back = desk.approved(desk.about(second, RequestKind.RENEW, csr=csr_of(first_key)))
    desk.authority.revoke(first.certificate.serial_number, reason=x509.ReasonFlags.key_compromise, act=CHIEF)
    assert desk.found(second).revocation is None
    refused(desk, back, ErrorCode.REQUEST_REFUSED)
    (outcome,) = desk.authority.issue_all([back.id], act=CHIEF)
    assert isinstance(outcome.error, RequestRefused)
    assert outcome.error.problems == (RequestProblem.WEAK_KEY,)


def test_nothing_outlives_the_issuing_authority(desk: Desk) -> None:
    """Its own end is the end of everything it certifies; after it nothing is certified."""
    _, issuing = desk.authority.certificates()
    desk.clock.time = issuing.not_valid_after_utc - timedelta(days=30)
    record = desk.issued()
    assert record.certificate.not_valid_after_utc == issuing.not_valid_after_utc
    request = desk.approved(desk.new())
    desk.clock.advance(days=31)
    refused(desk, request, ErrorCode.ISSUE_REFUSED)


def test_a_revoked_issuing_authority_certifies_nobody(desk: Desk) -> None:
    """Nobody would accept it."""
    request = desk.approved(desk.new())
    _, issuing = desk.authority.certificates()
    desk.authority.revoke(issuing.serial_number, reason=x509.ReasonFlags.ca_compromise, act=CHIEF)
    refused(desk, request, ErrorCode.ISSUE_REFUSED)
    with pytest.raises(VnsignError) as caught:
        desk.authority.enroll(CertificateProfile.SERVICE, SUBJECT)
    assert caught.value.code is ErrorCode.ISSUE_REFUSED
    with pytest.raises(VnsignError):
        desk.authority.renew_own("tsa", act=CHIEF)
    desk.authority.renew_own("ocsp-root", act=CHIEF)


def test_a_serial_number_in_use_is_drawn_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5280 §4.1.2.2: unique; at least 64 random bits, here 159."""
    taken = desk.issued().certificate.serial_number
    assert taken.bit_length() > 100
    drawn = iter([taken, taken, 4711])
    monkeypatch.setattr(x509, "random_serial_number", lambda: next(drawn))
    assert desk.issued().certificate.serial_number == 4711
    monkeypatch.setattr(x509, "random_serial_number", lambda: taken)
    refused(desk, desk.approved(desk.new()), ErrorCode.ISSUE_REFUSED)


def test_settings_are_written_into_the_next_certificate(desk: Desk) -> None:
    """Policies with the practice statement; no pointer to delta lists where there are none."""
    settings = replace(
        desk.authority.settings, policies=("2.16.704.1.1.9",), cps_url="http://ca.example/cps", delta_lifetime=None
    )
    before = desk.issued().certificate
    before.extensions.get_extension_for_class(x509.FreshestCRL)  # is there
    desk.authority.change_settings(settings, act=CHIEF)
    after = desk.issued().certificate
    (policy,) = after.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert (policy.policy_identifier.dotted_string, policy.policy_qualifiers) == (
        "2.16.704.1.1.9",
        ["http://ca.example/cps"],
    )
    with pytest.raises(x509.ExtensionNotFound):
        after.extensions.get_extension_for_class(x509.FreshestCRL)


def test_what_is_enrolled_needs_no_request_and_says_so(desk: Desk) -> None:
    """The journal tells it from what an agency asked for."""
    credential = desk.authority.enroll(CertificateProfile.SERVICE, SUBJECT, act=CHIEF)
    record = desk.authority.find(credential.certificate.serial_number)
    assert record is not None
    assert record.request_id is None
    assert desk.authority.journal()[-1].act is JournalAct.ENROLLED
    desk.issued(desk.about(record, RequestKind.RENEW))
    desk.check_journal()


@pytest.mark.parametrize(
    "profile", [CertificateProfile.ROOT, CertificateProfile.ISSUING_CA, CertificateProfile.OCSP_RESPONDER]
)
def test_what_the_authority_alone_has_is_not_enrolled(desk: Desk, profile: CertificateProfile) -> None:
    """Whoever had one could answer for it."""
    with pytest.raises(VnsignError) as caught:
        desk.authority.enroll(profile, SUBJECT)
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_nothing_is_told_as_issued_that_is_not_committed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure at the very end of the act leaves neither certificate nor step nor entry."""
    request = desk.approved(desk.new())
    before = (desk.authority.issued(), desk.authority.journal())

    def fail(*_arguments: object, **_keywords: object) -> None:
        raise VnsignError(ErrorCode.OUTPUT_NOT_WRITABLE, "no room")

    with monkeypatch.context() as patch:
        patch.setattr("vnsign.authority.database.ledger.append", fail)
        patch.setattr("vnsign.authority.database.ledger.compose", fail)
        with pytest.raises(VnsignError):
            desk.authority.issue(request.id, act=CHIEF)
        outcomes = list(desk.authority.issue_all([request.id], act=CHIEF))
        assert [outcome.error is None for outcome in outcomes] == [False]
    assert (desk.authority.issued(), desk.authority.journal()) == before
    desk.authority.issue(request.id, act=CHIEF)
    desk.check_journal()


@pytest.mark.parametrize("at_once", [True, False], ids=["one", "many"])
def test_a_key_that_became_known_to_strangers_is_not_certified(desk: Desk, *, at_once: bool) -> None:
    """The list of whoever issues counts, not only that of whoever took the request in."""
    key = generate_private_key()
    request = desk.approved(desk.new(subject=SUBJECT, csr=csr_of(key, SUBJECT)))
    listed = CompromisedKeys(fingerprints=frozenset([spki_hash(key.public_key())]))
    folder = Path(desk.authority.location).parent
    warned = Authority.open(folder, passphrase=PASSPHRASE, clock=desk.clock, compromised=listed)
    if at_once:
        with pytest.raises(RequestRefused) as caught:
            warned.issue(request.id, act=CHIEF)
        error: object = caught.value
    else:
        (outcome,) = warned.issue_all([request.id], act=CHIEF)
        error = outcome.error
    assert isinstance(error, RequestRefused)
    assert error.problems == (RequestProblem.WEAK_KEY,)
    desk.check_journal()
