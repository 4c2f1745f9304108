"""What an authority answers to everybody: lists, OCSP answers, timestamps; from the record, and at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp as asn1_tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.support import postgres_database
from tests.unit.vnsign.authority.making import PASSPHRASE, StoppedClock
from tests.unit.vnsign.pki.ocsp_making import ask
from tests.unit.vnsign.pki.test_tsp import status_of
from vnsign.authority import Act, Authority
from vnsign.authority.database import store as rows
from vnsign.authority.keys.keystore import SoftwareKeys
from vnsign.authority.records import JournalAct
from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError
from vnsign.pki.keys import PrivateKey
from vnsign.pki.names import Subject
from vnsign.pki.tsp import TimestampRequest, TimestampToken, build_request, parse_reply
from vnsign.policy.profiles import CertificateProfile

ACT = Act(by="Lê Văn Cường", why="thử")
SUBJECT = Subject(common_name="Trần Thị Bình", organization="Sở Nội vụ")
STAMP = TimestampRequest(imprint=b"x" * 32, hash_name="sha256", nonce=7)
REASON = x509.ReasonFlags.superseded


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of a new authority, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    with pytest.MonkeyPatch.context() as patch:
        # The cost is kept with the keys: a low one here makes every opening quick.
        patch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
        Authority.create(
            folder,
            name="Thử",
            organization="Sở Nội vụ",
            base_url="http://ca.example/",
            passphrase=PASSPHRASE,
            clock=StoppedClock(),
        )
    return (folder / rows.DATABASE_NAME).read_bytes()


@pytest.fixture
def folder(founded: bytes, tmp_path: Path) -> Path:
    """A folder with an authority of its own."""
    (tmp_path / rows.DATABASE_NAME).write_bytes(founded)
    return tmp_path


@pytest.fixture
def clock() -> StoppedClock:
    """A clock of its own."""
    return StoppedClock()


@pytest.fixture
def authority(folder: Path, clock: StoppedClock) -> Authority:
    """That authority, opened."""
    return Authority.open(folder, passphrase=PASSPHRASE, clock=clock)


@pytest.fixture
def other(folder: Path, clock: StoppedClock) -> Authority:
    """The same authority as another process opens it."""
    return Authority.open(folder, passphrase=PASSPHRASE, clock=clock)


def enroll(authority: Authority) -> x509.Certificate:
    """Certify somebody."""
    return authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate


def read_crl(authority: Authority, which: str = "issuing", *, delta: bool = False) -> x509.CertificateRevocationList:
    """Fetch a list."""
    return x509.load_der_x509_crl(authority.crl(which, delta=delta))


def number_of(crl: x509.CertificateRevocationList) -> int:
    """Return its number."""
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def base_of(crl: x509.CertificateRevocationList) -> int:
    """Return the number of the list that a delta list adds to."""
    return crl.extensions.get_extension_for_class(x509.DeltaCRLIndicator).value.crl_number


def reasons_in(crl: x509.CertificateRevocationList) -> dict[int, x509.ReasonFlags]:
    """Return what it says, by serial number."""
    return {entry.serial_number: entry.extensions.get_extension_for_class(x509.CRLReason).value.reason for entry in crl}


def allow_hold(authority: Authority) -> None:
    """Switch suspension on."""
    authority.change_settings(replace(authority.settings, allow_hold=True), act=ACT)


# lists


def test_a_list_is_a_row_and_a_journal_entry_and_stays_the_same(authority: Authority, clock: StoppedClock) -> None:
    """Who asks again within the refresh time gets the same bytes."""
    der = authority.crl("issuing")
    published = [entry for entry in authority.journal() if entry.act is JournalAct.CRL_PUBLISHED]
    assert len(published) == 1
    assert '"number":1' in published[0].details
    clock.advance(hours=23)
    assert authority.crl("issuing") == der


def test_of_many_who_find_a_list_old_one_makes_the_next(authority: Authority, other: Authority) -> None:
    """Everybody gets the same bytes."""
    with ThreadPoolExecutor(6) as pool:
        lists = set(pool.map(lambda each: each.crl("issuing"), [authority, other] * 6))
    assert len(lists) == 1
    assert number_of(read_crl(authority)) == 1


def test_a_list_is_made_anew_when_it_is_a_day_old_and_overlaps_the_last(
    authority: Authority, clock: StoppedClock
) -> None:
    """The rest of the old list's life is the overlap (RFC 5280 §5.1.2.5)."""
    first = read_crl(authority)
    clock.advance(days=1)
    second = read_crl(authority)
    assert number_of(second) == number_of(first) + 1
    assert first.next_update_utc is not None
    assert first.next_update_utc - second.last_update_utc > timedelta(days=5)


def test_the_next_list_knows_what_another_process_revoked(authority: Authority, other: Authority) -> None:
    """With reason and invalidity date."""
    certificate = enroll(authority)
    assert not list(read_crl(authority))
    since = certificate.not_valid_before_utc
    other.revoke(certificate.serial_number, reason=x509.ReasonFlags.key_compromise, invalidity_date=since, act=ACT)
    (entry,) = read_crl(authority)
    assert entry.serial_number == certificate.serial_number
    assert entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc == since
    assert not list(read_crl(authority, "root"))


def test_numbers_rise_in_one_sequence_and_times_with_them(authority: Authority) -> None:
    """RFC 5280 §5.2.3: complete and delta lists share it; a later list is never dated earlier."""
    lists = [read_crl(authority), read_crl(authority, delta=True)]
    for _ in range(3):
        authority.revoke(enroll(authority).serial_number, reason=REASON, act=ACT)
        lists += [read_crl(authority), read_crl(authority, delta=True)]
    assert [number_of(each) for each in lists] == list(range(1, 9))
    times = [each.last_update_utc for each in lists]
    assert times == sorted(times)


def test_a_list_is_dated_after_the_one_before_but_never_ahead_of_the_clock(
    authority: Authority, clock: StoppedClock
) -> None:
    """An empty delta list, backdated by itself, is not older than the complete list it adds to."""
    authority.revoke(enroll(authority).serial_number, reason=REASON, act=ACT)
    complete = read_crl(authority)
    assert complete.last_update_utc == clock.time
    delta = read_crl(authority, delta=True)
    assert not list(delta)
    assert delta.last_update_utc == clock.time
    clock.advance(days=3)
    late = read_crl(authority)
    assert complete.last_update_utc < late.last_update_utc < clock.time


def test_a_delta_list_tells_what_changed_since_the_oldest_list_in_force(
    authority: Authority, clock: StoppedClock
) -> None:
    """RFC 5280 §5.2.4: whoever has any complete list in force may add it."""
    old, new, newest = enroll(authority), enroll(authority), enroll(authority)
    authority.revoke(old.serial_number, reason=REASON, act=ACT)
    base = read_crl(authority)
    clock.advance(days=2)
    authority.revoke(new.serial_number, reason=REASON, act=ACT)
    assert reasons_in(read_crl(authority)) == {old.serial_number: REASON, new.serial_number: REASON}
    delta = read_crl(authority, delta=True)
    assert (base_of(delta), reasons_in(delta)) == (number_of(base), {new.serial_number: REASON})
    assert delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator).critical
    # when that list has run out, the next one is what is added to
    clock.advance(days=5, minutes=1)
    authority.revoke(newest.serial_number, reason=REASON, act=ACT)
    delta = read_crl(authority, delta=True)
    assert (base_of(delta), reasons_in(delta)) == (number_of(base) + 1, {newest.serial_number: REASON})


def test_a_delta_list_without_a_complete_one_brings_it_along(authority: Authority) -> None:
    """A delta list is of use only beside a complete one."""
    delta = read_crl(authority, "root", delta=True)
    assert (base_of(delta), number_of(delta)) == (1, 2)
    assert number_of(read_crl(authority, "root")) == 1


def test_a_released_certificate_leaves_the_complete_list_and_is_removed_by_the_delta(authority: Authority) -> None:
    """RFC 5280 §5.3.1: removeFromCRL stands in delta lists only."""
    allow_hold(authority)
    certificate = enroll(authority)
    authority.hold(certificate.serial_number, act=ACT)
    assert reasons_in(read_crl(authority)) == {certificate.serial_number: x509.ReasonFlags.certificate_hold}
    authority.release(certificate.serial_number, act=ACT)
    assert not list(read_crl(authority))
    delta = read_crl(authority, delta=True)
    assert reasons_in(delta) == {certificate.serial_number: x509.ReasonFlags.remove_from_crl}


def test_a_hold_is_told_though_holds_were_forbidden_since(authority: Authority) -> None:
    """The list says what is on record."""
    allow_hold(authority)
    certificate = enroll(authority)
    authority.hold(certificate.serial_number, act=ACT)
    authority.change_settings(replace(authority.settings, allow_hold=False), act=ACT)
    assert reasons_in(read_crl(authority)) == {certificate.serial_number: x509.ReasonFlags.certificate_hold}


def test_a_delta_list_is_made_anew_in_half_of_its_life(authority: Authority, clock: StoppedClock) -> None:
    """So that the one in a reader's hands overlaps the next."""
    first = authority.crl("issuing", delta=True)
    clock.advance(hours=11)
    assert authority.crl("issuing", delta=True) == first
    clock.advance(hours=2)
    assert authority.crl("issuing", delta=True) != first


def test_without_delta_lists_nobody_is_sent_to_one(authority: Authority) -> None:
    """Settings: none are made, and the complete list names none (freshestCRL)."""
    assert read_crl(authority).extensions.get_extension_for_class(x509.FreshestCRL).value
    authority.change_settings(replace(authority.settings, delta_lifetime=None), act=ACT)
    with pytest.raises(UsageError) as caught:
        authority.crl("issuing", delta=True)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    authority.revoke(enroll(authority).serial_number, reason=REASON, act=ACT)
    with pytest.raises(x509.ExtensionNotFound):
        read_crl(authority).extensions.get_extension_for_class(x509.FreshestCRL)


def test_a_list_never_begins_in_the_future_nor_before_what_it_tells(authority: Authority, clock: StoppedClock) -> None:
    """Backdated for clocks that lag, but not behind its own entries."""
    certificate = enroll(authority)
    clock.advance(hours=1)
    authority.revoke(certificate.serial_number, reason=REASON, act=ACT)
    crl = read_crl(authority)
    assert crl.last_update_utc == clock.time


class Drawer(SoftwareKeys):
    """A vault that lies in a drawer at times."""

    kind = "drawer"
    is_shut = False

    def load(self, reference: bytes, *, file: str) -> PrivateKey:
        """Load a key unless the drawer is shut."""
        if self.is_shut:
            raise UsageError(ErrorCode.KEY_UNAVAILABLE, "the drawer is shut", file=file)
        return super().load(reference, file=file)


def test_without_the_key_the_last_list_is_given_until_it_runs_out(tmp_path: Path, clock: StoppedClock) -> None:
    """A root's token lies in a safe; its list counts until nextUpdate, and nothing is made up after that."""
    keys = Drawer(b"0" * 32)
    made = Authority.create(
        tmp_path, name="A", organization="B", base_url="http://c.vn", passphrase=b"p", clock=clock, keys=keys
    )
    der = made.crl("root")
    keys.is_shut = True
    authority = Authority.open(tmp_path, passphrase=b"p", clock=clock, keys=keys)
    clock.advance(days=6)
    assert authority.crl("root") == der
    with pytest.raises(UsageError) as caught:
        authority.crl("root", delta=True)
    assert caught.value.code is ErrorCode.KEY_UNAVAILABLE
    clock.advance(days=1)
    with pytest.raises(UsageError):
        authority.crl("root")
    keys.is_shut = False
    assert authority.crl("root") != der


# OCSP


def status(
    authority: Authority, certificate: x509.Certificate, which: str = "issuing", *, nonce: bytes | None = None
) -> ocsp.OCSPResponse:
    """Ask for a certificate's status."""
    root, issuing = authority.certificates()
    issuer = {"root": root, "issuing": issuing}[which]
    return ocsp.load_der_ocsp_response(authority.answer_ocsp(which, ask(certificate, issuer=issuer, nonce=nonce)))


def test_each_issuer_has_its_responder(authority: Authority) -> None:
    """The root's responder speaks of the issuing authority, and of nobody below it."""
    issuing = authority.certificates()[1]
    assert status(authority, issuing, "root").certificate_status is ocsp.OCSPCertStatus.GOOD
    certificate = enroll(authority)
    assert status(authority, certificate).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert status(authority, certificate, "root").certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    assert status(authority, issuing).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_an_answer_without_nonce_is_given_again_until_half_of_its_life(
    authority: Authority, clock: StoppedClock
) -> None:
    """RFC 6960 §2.5; then it is signed anew. A clock set back has it signed anew too."""
    certificate = enroll(authority)
    first = status(authority, certificate)
    clock.advance(hours=11, minutes=59)
    assert status(authority, certificate).public_bytes(Encoding.DER) == first.public_bytes(Encoding.DER)
    clock.advance(minutes=1)
    second = status(authority, certificate)
    assert second.this_update_utc == clock.time
    clock.advance(hours=-1)
    assert status(authority, certificate).this_update_utc == clock.time


def test_an_answer_with_a_nonce_is_signed_for_it(authority: Authority, clock: StoppedClock) -> None:
    """Neither taken from what is kept nor kept."""
    certificate = enroll(authority)
    status(authority, certificate)
    clock.advance(seconds=10)
    for nonce in (b"1" * 32, b"2" * 32):
        told = status(authority, certificate, nonce=nonce)
        assert told.this_update_utc == clock.time
        assert told.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce
    assert not list(status(authority, certificate).extensions)


def test_a_revocation_is_told_at_once(authority: Authority, other: Authority) -> None:
    """Also by another process, and though a good answer was signed ahead."""
    certificate, bystander = enroll(authority), enroll(authority)
    assert authority.presign("issuing") > 0
    kept = status(authority, bystander).public_bytes(Encoding.DER)
    assert status(authority, certificate).certificate_status is ocsp.OCSPCertStatus.GOOD
    other.revoke(certificate.serial_number, reason=REASON, act=ACT)
    told = status(authority, certificate)
    assert (told.certificate_status, told.revocation_reason) == (ocsp.OCSPCertStatus.REVOKED, REASON)
    assert status(authority, bystander).public_bytes(Encoding.DER) == kept


def put_back(folder: Path, backup: bytes) -> None:
    """Put an older database in place of the present one, as one restores a backup under a running service."""
    (folder / "backup").write_bytes(backup)
    (folder / "backup").replace(folder / rows.DATABASE_NAME)


def test_a_backup_put_back_is_the_record_though_it_has_as_many_entries(
    authority: Authority, other: Authority, folder: Path
) -> None:
    """The history differs, the numbers of entries and events do not: what a running service remembers is not told."""
    allow_hold(authority)
    held, bystander = enroll(authority), enroll(authority)
    backup = (folder / rows.DATABASE_NAME).read_bytes()
    authority.hold(held.serial_number, act=ACT)
    assert status(other, held).certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert status(other, bystander).certificate_status is ocsp.OCSPCertStatus.GOOD

    put_back(folder, backup)
    authority.revoke(bystander.serial_number, reason=REASON, act=ACT)
    assert status(other, bystander).certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert status(other, held).certificate_status is ocsp.OCSPCertStatus.GOOD

    put_back(folder, backup)
    authority.revoke(held.serial_number, reason=REASON, act=ACT)
    told = status(other, held)
    assert told.revocation_reason is REASON
    assert status(other, bystander).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_settings_of_a_backup_put_back_are_in_force(authority: Authority, other: Authority, folder: Path) -> None:
    """Fewer entries than before: what is read is the present record, not the newest anybody saw."""
    backup = (folder / rows.DATABASE_NAME).read_bytes()
    authority.change_settings(replace(authority.settings, delta_lifetime=None), act=ACT)
    with pytest.raises(UsageError):
        read_crl(other, delta=True)
    put_back(folder, backup)
    assert base_of(read_crl(other, delta=True)) == 1


def test_a_hold_and_its_release_are_told_at_once(authority: Authority) -> None:
    """RFC 6960 §2.2: on hold is revoked; then good again."""
    allow_hold(authority)
    certificate = enroll(authority)
    states = [status(authority, certificate).certificate_status]
    for act in (authority.hold, authority.release):
        act(certificate.serial_number, act=ACT)
        states.append(status(authority, certificate).certificate_status)
    good, revoked = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED
    assert states == [good, revoked, good]


def test_answers_are_signed_ahead_for_whom_is_in_force(authority: Authority, clock: StoppedClock) -> None:
    """By SHA-1 and SHA-256: issuing certified the TSA, its responder and one more; the root itself and two others."""
    ended = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT, not_after=clock.time + timedelta(days=1)).certificate
    certificate = enroll(authority)
    assert authority.presign("issuing") == 8
    clock.advance(days=1, seconds=1)
    assert authority.presign("issuing") == 6
    assert authority.presign("root") == 6
    signed = clock.time
    clock.advance(hours=1)
    assert status(authority, certificate).this_update_utc == signed
    assert status(authority, ended).this_update_utc == clock.time


def test_strangers_cannot_fill_the_memory(authority: Authority) -> None:
    """Answers about numbers never issued are not kept; of all others no more than a limit."""
    certificate = enroll(authority)
    request = ask(certificate, issuer=authority.certificates()[1])
    serial = certificate.serial_number.to_bytes((certificate.serial_number.bit_length() + 8) // 8, "big")
    answers = authority._services._answers
    for i in range(20):
        strange = request.replace(serial, serial[:-1] + bytes((serial[-1] ^ (i + 1),)))
        told = ocsp.load_der_ocsp_response(authority.answer_ocsp("issuing", strange))
        assert told.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    assert not answers._kept
    answers._max_kept = 3
    for _ in range(5):
        status(authority, enroll(authority))
    assert len(answers._kept) == 3


def test_a_renewed_responder_answers_at_once(authority: Authority, other: Authority, clock: StoppedClock) -> None:
    """Nothing signed by the one before is given any more, also if another process renewed it."""
    certificate = enroll(authority)
    before = status(authority, certificate)
    clock.advance(seconds=1)
    other.renew_own("ocsp", act=ACT)
    after = status(authority, certificate)
    assert after.certificates != before.certificates
    assert after.responder_key_hash != before.responder_key_hash


def test_a_responder_that_ended_says_internal_error_until_it_is_renewed(
    authority: Authority, clock: StoppedClock
) -> None:
    """RFC 6960 §2.3; no exception."""
    certificate = enroll(authority)
    responder = status(authority, certificate).certificates[0]
    clock.time = responder.not_valid_after_utc + timedelta(seconds=1)
    assert status(authority, certificate).response_status is ocsp.OCSPResponseStatus.INTERNAL_ERROR
    authority.renew_own("ocsp", act=ACT)
    assert status(authority, certificate).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_changed_settings_are_in_force_at_once(authority: Authority, other: Authority) -> None:
    """Life of an answer, archive cutoff."""
    certificate = enroll(authority)
    status(authority, certificate)
    settings = replace(other.settings, ocsp_lifetime=timedelta(hours=2), archive_cutoff=timedelta(days=365))
    other.change_settings(settings, act=ACT)
    told = status(authority, certificate)
    assert told.next_update_utc is not None
    assert told.next_update_utc - told.this_update_utc == timedelta(hours=2)
    assert [extension.oid.dotted_string for extension in told.single_extensions] == ["1.3.6.1.5.5.7.48.1.6"]


def test_a_damaged_or_busy_record_is_an_answer_not_an_exception(
    authority: Authority, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 6960 §2.3: internalError, or tryLater if another process holds the database."""
    certificate = enroll(authority)

    @contextmanager
    def busy() -> Iterator[None]:
        raise ServiceUnavailable(ErrorCode.SERVICE_UNREACHABLE, "is in use")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(authority._services._store, "reading", busy)
        assert status(authority, certificate).response_status is ocsp.OCSPResponseStatus.TRY_LATER
    (folder / rows.DATABASE_NAME).write_bytes(b"no database any more" * 100)
    assert status(authority, certificate).response_status is ocsp.OCSPResponseStatus.INTERNAL_ERROR
    (folder / rows.DATABASE_NAME).unlink()
    assert status(authority, certificate).response_status is ocsp.OCSPResponseStatus.INTERNAL_ERROR


def test_only_root_and_issuing_answer(authority: Authority) -> None:
    """Another name is the caller's mistake."""
    for call in (authority.crl, authority.presign):
        with pytest.raises(UsageError) as caught:
            call("tsa")
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    with pytest.raises(UsageError):
        authority.answer_ocsp("tsa", b"")


# timestamps


def stamp(authority: Authority) -> TimestampToken:
    """Have something stamped."""
    return parse_reply(authority.answer_timestamp(build_request(STAMP)), STAMP)


def test_a_renewed_stamping_certificate_is_used_without_a_restart(
    authority: Authority, other: Authority, clock: StoppedClock
) -> None:
    """By who renewed it at once, by other processes within a second."""
    old = stamp(authority).certificate
    clock.advance(seconds=1)
    other.renew_own("tsa", act=ACT)
    assert stamp(other).certificate != old
    assert stamp(authority).certificate == stamp(other).certificate


def test_an_ended_stamping_certificate_stamps_nothing(authority: Authority, clock: StoppedClock) -> None:
    """RFC 3161 §2.4.2: systemFailure."""
    clock.time = stamp(authority).certificate.not_valid_after_utc + timedelta(seconds=1)
    assert status_of(authority.answer_timestamp(build_request(STAMP))) == ("rejection", {"system_failure"}, False)


def test_policy_and_accuracy_are_as_set(authority: Authority) -> None:
    """RFC 3161 §2.4.2."""
    settings = replace(authority.settings, tsa_policy="1.2.3.4", tsa_accuracy=timedelta(seconds=5))
    authority.change_settings(settings, act=ACT)
    reply = asn1_tsp.TimeStampResp.load(authority.answer_timestamp(build_request(STAMP)))
    info = reply["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert (info["policy"].native, info["accuracy"]["seconds"].native) == ("1.2.3.4", 5)
    assert info["ordering"].native is False


def test_stamping_goes_on_without_the_database(authority: Authority, folder: Path, clock: StoppedClock) -> None:
    """Key and certificate are in memory; who starts without a database stamps nothing."""
    stamp(authority)
    fresh = Authority.open(folder, passphrase=PASSPHRASE, clock=clock)
    (folder / rows.DATABASE_NAME).unlink()
    clock.advance(minutes=1)
    assert stamp(authority).gen_time == clock.time
    assert status_of(fresh.answer_timestamp(build_request(STAMP))) == ("rejection", {"system_failure"}, False)


def test_ordered_timestamps_are_ordered_by_their_times_alone(authority: Authority, other: Authority) -> None:
    """RFC 3161 §2.4.2: each later than the one before, also by another process, while the clock stands still."""
    authority.change_settings(replace(authority.settings, tsa_ordering=True), act=ACT)
    replies = [each.answer_timestamp(build_request(STAMP)) for _ in range(5) for each in (authority, other)]
    times = [parse_reply(reply, STAMP).gen_time for reply in replies]
    assert times == sorted(set(times))
    info = asn1_tsp.TimeStampResp.load(replies[-1])["time_stamp_token"]["content"]["encap_content_info"]["content"]
    assert info.parsed["ordering"].native is True


def test_a_clock_set_back_stops_ordered_timestamps(authority: Authority, clock: StoppedClock) -> None:
    """Rather none than one that comes before an earlier one."""
    authority.change_settings(replace(authority.settings, tsa_ordering=True), act=ACT)
    stamp(authority)
    clock.advance(seconds=-5)
    assert status_of(authority.answer_timestamp(build_request(STAMP))) == ("rejection", {"system_failure"}, False)


# both databases


@pytest.fixture
def on_a_server(clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority on PostgreSQL."""
    monkeypatch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
    with postgres_database() as address:
        yield Authority.create(
            address, name="A", organization="B", base_url="http://c.vn", passphrase=PASSPHRASE, clock=clock
        )


def test_the_services_of_an_authority_on_a_server(on_a_server: Authority) -> None:
    """Lists, deltas, answers signed ahead and at once; only ordering needs a folder and is refused without one."""
    authority = on_a_server
    allow_hold(authority)
    one, two = enroll(authority), enroll(authority)
    assert authority.presign("issuing") == 8
    base = read_crl(authority)
    authority.revoke(one.serial_number, reason=REASON, act=ACT)
    authority.hold(two.serial_number, act=ACT)
    authority.release(two.serial_number, act=ACT)
    assert reasons_in(read_crl(authority)) == {one.serial_number: REASON}
    delta = read_crl(authority, delta=True)
    told = {one.serial_number: REASON, two.serial_number: x509.ReasonFlags.remove_from_crl}
    assert (base_of(delta), reasons_in(delta)) == (number_of(base), told)
    assert status(authority, one).certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert status(authority, two).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert stamp(authority).nonce == STAMP.nonce
    with pytest.raises(UsageError) as caught:
        authority.change_settings(replace(authority.settings, tsa_ordering=True), act=ACT)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert not authority.settings.tsa_ordering
