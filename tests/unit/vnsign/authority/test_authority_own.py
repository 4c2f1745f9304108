"""The authority's own affairs: settings, own certificates, keys that are not at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.unit.vnsign.authority.desk import CHIEF, Desk, new_authority
from tests.unit.vnsign.authority.making import PASSPHRASE, StoppedClock, change_by_hand
from vnsign.authority import Act, Authority, AuthoritySettings
from vnsign.authority.keys.keystore import SoftwareKeys
from vnsign.authority.keys.own_rules import OWN_RULES, RENEWABLE
from vnsign.authority.records import JournalAct, OwnRole
from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError
from vnsign.pki.keys import KeyAlgorithm, PrivateKey
from vnsign.pki.names import Subject
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply
from vnsign.policy.profiles import CertificateProfile


class Token:
    """A vault in memory that forgets the keys of some roles, as a token that lies in a safe."""

    kind = "token"
    source = "memory of a test"

    def __init__(self) -> None:
        self.keys: dict[bytes, PrivateKey] = {}
        self.away: set[bytes] = set()
        self.asked: list[bytes] = []

    def generate(self, role: str, algorithm: KeyAlgorithm) -> tuple[PrivateKey, bytes]:
        """Make a key; its reference is the role and a number."""
        key, _ = SoftwareKeys(b"unused").generate(role, algorithm)
        reference = f"{role}/{len(self.keys)}".encode()
        self.keys[reference] = key
        return key, reference

    def load(self, reference: bytes, *, file: str) -> PrivateKey:
        """Return a key that is not away."""
        self.asked.append(reference)
        if reference in self.away:
            raise UsageError(ErrorCode.KEY_UNAVAILABLE, "the token is not there", file=file)
        return self.keys[reference]


def in_token(folder: Path, clock: StoppedClock) -> Token:
    """Make an authority whose keys are in a token."""
    token = Token()
    Authority.create(folder, name="A", organization="B", base_url="http://c", passphrase=b"", clock=clock, keys=token)
    return token


def test_an_authority_has_five_certificates_of_its_own(desk: Desk) -> None:
    """Root, issuing authority, TSA and two responders, each issued by whom the table says."""
    issued = {record.subscriber: record for record in desk.authority.issued()}
    assert set(issued) == set(OwnRole)
    for role, rule in OWN_RULES.items():
        record = issued[role]
        assert (record.profile, record.issuer) == (rule.profile, rule.issuer)
        record.certificate.verify_directly_issued_by(issued[rule.issuer].certificate)
    (entry,) = desk.authority.journal()
    assert entry.act is JournalAct.FOUNDED
    desk.check_journal()


@pytest.mark.parametrize("role", sorted(RENEWABLE))
def test_a_service_gets_a_new_key_and_the_old_certificate_stays(desk: Desk, role: OwnRole) -> None:
    """Also twice within a second; the newest counts."""
    records = [desk.authority.renew_own(role, act=CHIEF) for _ in range(3)]
    keys = {record.certificate.public_key().public_numbers() for record in records}  # type: ignore[union-attr]
    assert len(keys) == 3
    assert desk.authority._own.certificate(role) == records[-1].certificate
    own = [record for record in desk.authority.issued() if record.subscriber == role]
    assert len(own) == 4
    assert all(record.revocation is None for record in own)
    assert desk.authority.journal()[-1].act is JournalAct.OWN_RENEWED
    desk.check_journal()


def test_another_process_takes_over_what_was_renewed(desk: Desk, tmp_path: Path) -> None:
    """A running service needs no restart."""
    other = Authority.open(tmp_path / "desk", passphrase=PASSPHRASE, clock=desk.clock)
    before = other.tsa.certificate
    renewed = desk.authority.renew_own("tsa", act=CHIEF)
    desk.clock.advance(seconds=2)
    request = TimestampRequest(imprint=bytes(32), hash_name="sha256", nonce=1)
    parse_reply(other.answer_timestamp(build_request(request)), request)
    assert other.tsa.certificate == renewed.certificate != before


@pytest.mark.parametrize("role", ["root", "issuing", "signer", ""])
def test_what_everything_stands_on_is_not_renewed(desk: Desk, role: str) -> None:
    """A root of another key is another authority."""
    with pytest.raises(VnsignError) as caught:
        desk.authority.renew_own(role, act=CHIEF)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert len(desk.authority.issued()) == 5


def test_a_token_that_is_not_there_stops_only_what_needs_it(tmp_path: Path) -> None:
    """The root's key lies in a safe; certificates are issued all the same."""
    clock = StoppedClock()
    token = in_token(tmp_path, clock)
    token.away, token.asked = {b"root/0"}, []
    authority = Authority.open(tmp_path, passphrase=b"", clock=clock, keys=token)
    assert token.asked == []
    credential = authority.enroll(CertificateProfile.SERVICE, Subject(common_name="A", organization="B"))
    authority.revoke(credential.certificate.serial_number, act=CHIEF)
    authority.crl("issuing")
    authority.renew_own("tsa", act=CHIEF)
    for verb in (lambda: authority.crl("root"), lambda: authority.renew_own("ocsp-root", act=CHIEF)):
        with pytest.raises(VnsignError) as caught:
            verb()
        assert caught.value.code is ErrorCode.KEY_UNAVAILABLE
    token.away = set()
    assert authority.crl("root")
    assert authority.verify_journal().findings == ()


def test_keys_in_a_token_are_not_found_without_it(tmp_path: Path) -> None:
    """What needs no key still works: the record, the certificates."""
    clock = StoppedClock()
    in_token(tmp_path, clock)
    authority = Authority.open(tmp_path, passphrase=b"any", clock=clock)
    assert len(authority.issued()) == 5
    with pytest.raises(VnsignError, match="token") as caught:
        authority.enroll(CertificateProfile.SERVICE, Subject(common_name="A", organization="B"))
    assert caught.value.code is ErrorCode.KEY_UNAVAILABLE
    assert len(authority.issued()) == 5


def test_responders_answer_for_their_issuer(desk: Desk) -> None:
    """The root's responder speaks of the issuing authority, the other of subscribers."""
    root, issuing = desk.authority.certificates()
    leaf = desk.issued().certificate
    for which, certificate, issuer in (("root", issuing, root), ("issuing", leaf, issuing)):
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
        answer = ocsp.load_der_ocsp_response(desk.authority.answer_ocsp(which, request.public_bytes(Encoding.DER)))
        assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_settings_are_kept_and_every_change_is_in_the_journal(desk: Desk, tmp_path: Path) -> None:
    """Another process reads the same."""
    assert desk.authority.settings == AuthoritySettings()
    wanted = replace(AuthoritySettings(), policies=("1.2.3", "1.2.4"), cps_url="http://ca.example/cps", allow_hold=True)
    desk.authority.change_settings(wanted, act=Act(by="Giám đốc", why="quyết định 5"))
    other = Authority.open(tmp_path / "desk", passphrase=PASSPHRASE, clock=desk.clock)
    assert desk.authority.settings == other.settings == wanted
    entry = desk.authority.journal()[-1]
    assert (entry.act, entry.by, entry.why) == (JournalAct.SETTINGS_CHANGED, "Giám đốc", "quyết định 5")
    assert "http://ca.example/cps" in entry.details
    desk.check_journal()


def test_settings_that_cannot_be_change_nothing(desk: Desk, tmp_path: Path) -> None:
    """Neither at the founding nor later."""
    with pytest.raises(VnsignError):
        desk.authority.change_settings(AuthoritySettings(policies=("x",)), act=CHIEF)
    assert desk.authority.settings == AuthoritySettings()
    with pytest.raises(VnsignError):
        new_authority(tmp_path / "new", StoppedClock(), policies=("x",))
    assert not (tmp_path / "new").exists()


def test_two_authorities_share_nothing(tmp_path: Path) -> None:
    """Same names, same address, same passphrase: other keys, other serial numbers, other records."""
    clock = StoppedClock()
    one, two = (new_authority(tmp_path / name, clock) for name in ("one", "two"))
    serials = [{record.certificate.serial_number for record in each.issued()} for each in (one, two)]
    assert serials[0].isdisjoint(serials[1])
    before = (two.issued(), two.journal(), two.settings)
    credential = one.enroll(CertificateProfile.SERVICE, Subject(common_name="A", organization="B"))
    one.revoke(credential.certificate.serial_number, act=CHIEF)
    one.change_settings(replace(one.settings, allow_hold=True), act=CHIEF)
    assert (two.issued(), two.journal(), two.settings) == before
    assert two.find(credential.certificate.serial_number) is None


def test_one_damaged_key_is_not_a_wrong_passphrase(desk: Desk) -> None:
    """The passphrase opens the others: the row is named."""
    folder = Path(desk.authority.location).parent
    change_by_hand(folder, "UPDATE own_key SET reference = x'3000' WHERE role = 'tsa'")
    with pytest.raises(InputError, match="tsa") as caught:
        Authority.open(folder, passphrase=PASSPHRASE, clock=desk.clock)
    assert caught.value.code is ErrorCode.NOT_READABLE
    with pytest.raises(UsageError) as refused:
        Authority.open(folder, passphrase=b"another", clock=desk.clock)
    assert refused.value.code is ErrorCode.WRONG_PASSPHRASE
