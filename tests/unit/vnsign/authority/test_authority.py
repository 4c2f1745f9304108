"""An authority in its folder: what is on record, what leaves, and what survives."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.support import more_in_ci
from tests.unit.vnsign.authority.making import NOW, PASSPHRASE, StoppedClock, openssl, pem
from vnsign.authority import Act, Authority
from vnsign.authority.database import store as rows
from vnsign.authority.keys.own_rules import make_own_keys
from vnsign.authority.records import OwnRole
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.certificates import load_certificate
from vnsign.pki.crl import load_crl
from vnsign.pki.names import Subject
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply
from vnsign.policy.profiles import CertificateProfile

ACT = Act(by="Lê Văn Cường", why="thử")
SUBJECT = Subject(common_name="Trần Thị Bình", organization="Sở Nội vụ")


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


def refusal(error: pytest.ExceptionInfo[VnsignError]) -> ErrorCode:
    """Return the code."""
    return error.value.code


def test_what_is_issued_is_on_record_and_chains_to_the_root(authority: Authority) -> None:
    """The record holds the certificate; the chain comes with the credential."""
    credential = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    root, issuing = authority.certificates()
    assert credential.chain == (issuing, root)
    credential.certificate.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    assert credential.certificate in {item.certificate for item in authority.issued()}
    assert len(authority.issued()) == 6


def test_a_reopened_authority_goes_on_where_it_stopped(authority: Authority, folder: Path, clock: StoppedClock) -> None:
    """Certificates, revocations and list numbers are all in the folder."""
    credential = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    authority.revoke(credential.certificate.serial_number, reason=x509.ReasonFlags.key_compromise, act=ACT)
    number = number_of(authority.crl("issuing"))
    again = Authority.open(folder, passphrase=PASSPHRASE, clock=clock)
    assert again.certificates() == authority.certificates()
    assert again.issued() == authority.issued()
    assert again.base_url == "http://ca.example"
    assert number_of(again.crl("issuing")) == number


def test_two_creations_leave_one_authority(folder: Path) -> None:
    """An authority is never overwritten."""
    before = (folder / rows.DATABASE_NAME).read_bytes()
    with pytest.raises(VnsignError) as caught:
        Authority.create(folder, name="A", organization="B", base_url="http://c", passphrase=b"p", clock=StoppedClock())
    assert refusal(caught) is ErrorCode.AUTHORITY_EXISTS
    assert (folder / rows.DATABASE_NAME).read_bytes() == before


def test_of_two_creations_at_once_one_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process is quicker, between our first look and our lock."""
    monkeypatch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
    clock = StoppedClock()

    def create() -> Authority:
        return Authority.create(tmp_path, name="A", organization="B", base_url="http://c", passphrase=b"p", clock=clock)

    def overtaken(*arguments: object, **keywords: object) -> object:
        monkeypatch.setattr("vnsign.authority.opening.make_own_keys", make_own_keys)
        winners.append(create())
        return make_own_keys(*arguments, **keywords)  # type: ignore[arg-type]

    winners: list[Authority] = []
    monkeypatch.setattr("vnsign.authority.opening.make_own_keys", overtaken)
    with pytest.raises(VnsignError) as caught:
        create()
    assert refusal(caught) is ErrorCode.AUTHORITY_EXISTS
    opened = Authority.open(tmp_path, passphrase=b"p", clock=clock)
    assert opened.issued() == winners[0].issued()


def test_of_two_who_find_the_list_stale_one_makes_it(
    authority: Authority, folder: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process is quicker, between our look and our lock: its list is served, no number is spent."""
    other = Authority.open(folder, passphrase=PASSPHRASE, clock=clock)
    made: list[bytes] = []
    writing = authority._store.writing

    def overtaken() -> object:
        made.append(other.crl("issuing"))
        return writing()

    monkeypatch.setattr(authority._store, "writing", overtaken)
    assert authority.crl("issuing") == made[0]
    assert number_of(made[0]) == 1


def test_a_creation_cut_short_can_be_repeated(tmp_path: Path) -> None:
    """An empty database is what a kill leaves behind; it is no authority."""
    (tmp_path / rows.DATABASE_NAME).touch()
    with pytest.raises(VnsignError) as caught:
        Authority.open(tmp_path, passphrase=PASSPHRASE, clock=StoppedClock())
    assert refusal(caught) is ErrorCode.AUTHORITY_NOT_FOUND
    authority = Authority.create(
        tmp_path, name="A", organization="B", base_url="http://c", passphrase=b"p", clock=StoppedClock()
    )
    assert len(authority.issued()) == 5


def test_the_wrong_passphrase_opens_nothing(folder: Path) -> None:
    """The keys are encrypted; the error says which thing was wrong."""
    with pytest.raises(VnsignError) as caught:
        Authority.open(folder, passphrase=b"other", clock=StoppedClock())
    assert refusal(caught) is ErrorCode.WRONG_PASSPHRASE


def test_no_private_key_stands_in_clear_in_the_folder(authority: Authority, folder: Path) -> None:
    """Not the authority's own, and not a subscriber's at all."""
    subscriber = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    for credential in (
        subscriber,
        authority.tsa,
        authority._own.credential(OwnRole.ROOT),
        authority._own.credential(OwnRole.ISSUING),
    ):
        number = credential.key.private_numbers().private_value  # type: ignore[union-attr]
        assert number.to_bytes(32, "big") not in everything
    assert b"PRIVATE KEY" not in everything


def test_a_new_authority_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """Folder 0700, database 0600."""
    folder = tmp_path / "new" / "authority"
    Authority.create(folder, name="A", organization="B", base_url="http://c", passphrase=b"p", clock=StoppedClock())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / rows.DATABASE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_missing_folder_is_no_authority(tmp_path: Path) -> None:
    """Opening makes nothing."""
    with pytest.raises(VnsignError) as caught:
        Authority.open(tmp_path / "none", passphrase=b"p", clock=StoppedClock())
    assert refusal(caught) is ErrorCode.AUTHORITY_NOT_FOUND
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_no_database_is_our_error(tmp_path: Path) -> None:
    """Any bytes in the folder: our error."""
    (tmp_path / rows.DATABASE_NAME).write_bytes(b"%PDF-1.7 not a database" * 100)
    with pytest.raises(VnsignError) as caught:
        Authority.open(tmp_path, passphrase=b"p", clock=StoppedClock())
    assert refusal(caught) is ErrorCode.NOT_READABLE


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM own_key WHERE role = 'tsa'", ErrorCode.NOT_READABLE),
        ("UPDATE own_key SET reference = x'3000'", ErrorCode.WRONG_PASSPHRASE),
        ("UPDATE certificate SET der = x'3000'", ErrorCode.MALFORMED_CERTIFICATE),
        ("UPDATE certificate SET der = (SELECT der FROM certificate WHERE profile = 'tsa')", ErrorCode.NOT_READABLE),
        ("UPDATE authority SET key_cost = 1099511627776", ErrorCode.NOT_READABLE),
        ("UPDATE authority SET base_url = 'x'", ErrorCode.BAD_ARGUMENT),
        ("DROP TABLE own_key", ErrorCode.OUTPUT_NOT_WRITABLE),
    ],
)
def test_a_database_edited_by_hand_is_our_error(folder: Path, statement: str, code: ErrorCode) -> None:
    """Nothing but VnsignError leaves, whatever was done to the rows."""
    with sqlite3.connect(folder / rows.DATABASE_NAME) as connection:
        # Whoever edits the file can take away what guards its rows.
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()
    with pytest.raises(VnsignError) as caught:
        Authority.open(folder, passphrase=PASSPHRASE, clock=StoppedClock())
    assert refusal(caught) is code


@pytest.mark.parametrize(
    "base_url",
    ["", "ca.example", "ftp://ca.example", "http://", "http://ca.example/?a", "http://ca.example#a", "http://bộ.vn",
     "http://[::1", "http://ca.example:99999", "http://a b"],
)  # fmt: skip
def test_a_url_that_cannot_stand_in_a_certificate_is_refused(base_url: str, tmp_path: Path) -> None:
    """It is written into every certificate for good, so it is looked at first."""
    with pytest.raises(VnsignError) as caught:
        Authority.create(
            tmp_path / "new", name="A", organization="B", base_url=base_url, passphrase=b"p", clock=StoppedClock()
        )
    assert refusal(caught) is ErrorCode.BAD_ARGUMENT
    assert not (tmp_path / "new").exists()


def test_an_empty_passphrase_protects_nothing_and_is_refused(tmp_path: Path) -> None:
    """And leaves no authority behind."""
    with pytest.raises(VnsignError) as caught:
        Authority.create(
            tmp_path, name="A", organization="B", base_url="http://c", passphrase=b"", clock=StoppedClock()
        )
    assert refusal(caught) is ErrorCode.BAD_ARGUMENT
    with pytest.raises(VnsignError):
        Authority.open(tmp_path, passphrase=b"", clock=StoppedClock())


@pytest.mark.parametrize("profile", [CertificateProfile.ROOT, CertificateProfile.ISSUING_CA])
def test_authorities_are_not_issued(authority: Authority, profile: CertificateProfile) -> None:
    """This authority has its own two."""
    with pytest.raises(VnsignError) as caught:
        authority.enroll(profile, SUBJECT)
    assert refusal(caught) is ErrorCode.ISSUE_REFUSED
    assert len(authority.issued()) == 5


def test_a_serial_number_in_use_is_drawn_again(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5280 §4.1.2.2: unique for each certificate of an issuer."""
    taken = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number
    drawn = iter([taken, taken, 4711])
    monkeypatch.setattr(x509, "random_serial_number", lambda: next(drawn))
    assert authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number == 4711
    monkeypatch.setattr(x509, "random_serial_number", lambda: taken)
    with pytest.raises(VnsignError) as caught:
        authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    assert refusal(caught) is ErrorCode.ISSUE_REFUSED


def number_of(der: bytes) -> int:
    """Return the cRLNumber of a list."""
    return load_crl(der).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def test_a_list_is_made_anew_only_when_something_changed_or_a_day_has_passed(
    authority: Authority, clock: StoppedClock
) -> None:
    """RFC 5280 §5.2.3: numbers rise; the same list is the same bytes."""
    first = authority.crl("issuing")
    clock.advance(hours=12)
    assert authority.crl("issuing") == first
    clock.advance(hours=12)
    second = authority.crl("issuing")
    assert number_of(second) == number_of(first) + 1
    serial = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number
    assert authority.crl("issuing") == second
    authority.revoke(serial, act=ACT)
    third = authority.crl("issuing")
    assert number_of(third) == number_of(second) + 1
    assert load_crl(third).get_revoked_certificate_by_serial_number(serial) is not None
    assert number_of(authority.crl("root")) == 1


def test_a_clock_set_back_does_not_lower_the_number(authority: Authority, clock: StoppedClock) -> None:
    """A list from the future is replaced, under a higher number."""
    first = authority.crl("issuing")
    clock.advance(days=-1)
    second = authority.crl("issuing")
    assert number_of(second) == number_of(first) + 1
    assert load_crl(second).last_update_utc <= clock.time


def test_a_list_never_tells_what_is_later_than_itself(authority: Authority, clock: StoppedClock) -> None:
    """ThisUpdate is set back for lagging clocks, but not before a revocation it names."""
    quiet = load_crl(authority.crl("issuing"))
    assert quiet.last_update_utc == NOW - timedelta(minutes=5)
    assert quiet.next_update_utc == quiet.last_update_utc + timedelta(days=7)
    serial = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number
    clock.advance(minutes=1)
    authority.revoke(serial, act=ACT)
    assert load_crl(authority.crl("issuing")).last_update_utc == clock.time


def test_revoking_the_issuing_authority_puts_it_on_the_roots_list(authority: Authority) -> None:
    """Each issuer's list speaks of what it issued."""
    _, issuing = authority.certificates()
    authority.revoke(issuing.serial_number, reason=x509.ReasonFlags.ca_compromise, act=ACT)
    assert load_crl(authority.crl("root")).get_revoked_certificate_by_serial_number(issuing.serial_number) is not None
    assert len(load_crl(authority.crl("issuing"))) == 0


def test_revocation_is_final_and_repeating_it_changes_nothing(authority: Authority, clock: StoppedClock) -> None:
    """The first time and reason stand; the same call after a crash is no error."""
    serial = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number
    authority.revoke(serial, reason=x509.ReasonFlags.key_compromise, at=NOW, act=ACT)
    clock.advance(hours=1)
    authority.revoke(serial, reason=x509.ReasonFlags.key_compromise, at=NOW, act=ACT)
    authority.revoke(serial, reason=x509.ReasonFlags.key_compromise, act=ACT)
    row = authority.find(serial)
    assert row is not None
    assert [(change.at, change.reason) for change in row.changes] == [(NOW, x509.ReasonFlags.key_compromise)]
    for change in ({"at": clock.time}, {"reason": x509.ReasonFlags.superseded}):
        with pytest.raises(VnsignError) as caught:
            authority.revoke(serial, **({"reason": x509.ReasonFlags.key_compromise} | change), act=ACT)
        assert refusal(caught) is ErrorCode.WRONG_STATE


@pytest.mark.parametrize(
    "at",
    [NOW + timedelta(seconds=1), NOW - timedelta(days=1), NOW.replace(tzinfo=None)],
    ids=["future", "past", "naive"],
)
def test_a_revocation_time_that_cannot_be_true_is_refused(authority: Authority, at: object) -> None:
    """Neither in the future, nor before the certificate, nor without a zone."""
    serial = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number
    with pytest.raises(VnsignError) as caught:
        authority.revoke(serial, at=at, act=ACT)  # type: ignore[arg-type]
    assert refusal(caught) is ErrorCode.BAD_ARGUMENT


def test_what_is_not_on_record_and_the_root_cannot_be_revoked(authority: Authority) -> None:
    """A root is taken out of trust stores."""
    for serial in (12345, authority.certificates()[0].serial_number):
        with pytest.raises(VnsignError) as caught:
            authority.revoke(serial, act=ACT)
        assert refusal(caught) is ErrorCode.BAD_ARGUMENT


def test_suspension_is_refused_before_anything_is_written(authority: Authority) -> None:
    """Nghị định 68/2024/NĐ-CP knows no suspension."""
    serial = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT).certificate.serial_number
    with pytest.raises(VnsignError) as caught:
        authority.revoke(serial, reason=x509.ReasonFlags.certificate_hold, act=ACT)
    assert refusal(caught) is ErrorCode.BAD_ARGUMENT
    assert all(item.revocation is None for item in authority.issued())


def test_there_are_two_lists_only(authority: Authority) -> None:
    """Another name is our error."""
    with pytest.raises(VnsignError) as caught:
        authority.crl("tsa")
    assert refusal(caught) is ErrorCode.BAD_ARGUMENT


def test_openssl_follows_the_whole_life_of_a_certificate(
    authority: Authority, clock: StoppedClock, tmp_path: Path
) -> None:
    """A foreign judge on what really left the authority: good, then revoked."""
    credential = authority.enroll(CertificateProfile.AGENCY_SEAL, SUBJECT)

    def judge() -> bytes:
        root, issuing = authority.certificates()
        (tmp_path / "root.pem").write_bytes(pem(root))
        (tmp_path / "between.pem").write_bytes(pem(issuing))
        (tmp_path / "leaf.pem").write_bytes(pem(credential.certificate))
        (tmp_path / "lists.pem").write_bytes(pem(load_crl(authority.crl("root")), load_crl(authority.crl("issuing"))))
        result = openssl(
            "verify", "-x509_strict", "-crl_check_all", "-attime", str(int(clock.time.timestamp())),
            "-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "between.pem",
            "-CRLfile", tmp_path / "lists.pem", tmp_path / "leaf.pem",
        )  # fmt: skip
        return result.stdout + result.stderr

    assert b"OK" in judge()
    clock.advance(minutes=1)
    authority.revoke(credential.certificate.serial_number, reason=x509.ReasonFlags.superseded, act=ACT)
    assert b"certificate revoked" in judge()


def test_every_token_has_its_own_serial_number_and_the_clocks_time(authority: Authority, clock: StoppedClock) -> None:
    """RFC 3161 §2.4.2."""
    request = TimestampRequest(imprint=bytes(32), hash_name="sha256", nonce=1)
    tokens = []
    for _ in range(20):
        clock.advance(seconds=1.5)
        request = replace(request, nonce=request.nonce + 1)
        token = parse_reply(authority.answer_timestamp(build_request(request)), request)
        assert token.gen_time == clock.time.replace(microsecond=0)
        tokens.append(token)
    assert len({token.serial_number for token in tokens}) == 20


def test_the_record_keeps_what_was_issued_byte_for_byte(authority: Authority, folder: Path) -> None:
    """A certificate that left is the certificate on record, read with another program."""
    credential = authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    connection = sqlite3.connect(folder / rows.DATABASE_NAME)
    found = connection.execute(
        "SELECT der FROM certificate WHERE serial = ?", (f"{credential.certificate.serial_number:x}",)
    ).fetchall()
    connection.close()
    assert [load_certificate(der) for (der,) in found] == [credential.certificate]


def test_any_damage_to_the_file_is_our_error(founded: bytes, tmp_path: Path) -> None:
    """Bytes changed at random: the authority opens and works, or says so; nothing but VnsignError leaves."""
    dice = random.Random(20260302)
    path = tmp_path / rows.DATABASE_NAME
    outcomes = {"works": 0, "refused": 0}
    for _ in range(more_in_ci(40, 150)):
        damaged = bytearray(founded)
        for _ in range(dice.randint(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        path.write_bytes(damaged)
        try:
            authority = Authority.open(tmp_path, passphrase=PASSPHRASE, clock=StoppedClock())
            authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
            authority.issued()
            authority.crl("issuing")
        except VnsignError:
            outcomes["refused"] += 1
        else:
            outcomes["works"] += 1
    assert min(outcomes.values()) > 2, outcomes
