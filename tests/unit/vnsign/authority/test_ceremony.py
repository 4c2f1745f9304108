"""A key ceremony: all of N parts, a transcript others verify, and nothing secret in anything it leaves."""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.hsm_kit import PIN, keys_on, new_token
from tests.unit.vnsign.authority.making import NOW, StoppedClock, openssl
from vnsign.adapters.files import write_whole
from vnsign.authority.authority import Authority
from vnsign.authority.founding.ceremony import (
    SIGNATURE,
    TRANSCRIPT,
    Ceremony,
    CeremonyPlan,
    check_plan,
    combine_parts,
    hold_ceremony,
)
from vnsign.authority.founding.transcript import (
    MAX_TRANSCRIPT_BYTES,
    CeremonyRole,
    Participant,
    name_certificate,
    parse_transcript,
    sha256_hex,
    signer_subject,
    transcript_to_json,
    verify_transcript,
)
from vnsign.authority.founding.transcript_text import transcript_text
from vnsign.authority.keys.keystore import SoftwareKeys
from vnsign.authority.records import Act, JournalAct, OwnRole
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.credentials import Credential
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile
from vnsign.signing.signer import prepare_signer, sign_statement
from vnsign.verification.messages import Language

PARTS = ("con chim xanh bay", "đường về nhà xa", "mười hai con giáp")
PEOPLE = (
    Participant(name="Nguyễn Thị Chủ", role=CeremonyRole.LEADER, organization="UBND tỉnh An Bình"),
    Participant(name="Trần Văn Hành", role=CeremonyRole.OPERATOR, organization="Sở Khoa học và Công nghệ"),
    Participant(name="Lê Giữ Một", role=CeremonyRole.CUSTODIAN),
    Participant(name="Lê Giữ Hai", role=CeremonyRole.CUSTODIAN),
    Participant(name="Lê Giữ Ba", role=CeremonyRole.CUSTODIAN),
    Participant(name="Phạm Chứng Kiến", role=CeremonyRole.WITNESS, organization="Thanh tra tỉnh"),
)
PLAN = CeremonyPlan(
    name="Tỉnh An Bình, thử",
    organization="UBND tỉnh An Bình",
    base_url="http://ca.anbinh.example",
    place="Phòng máy chủ, 12 Lê Lợi",
    participants=PEOPLE,
)


INCOMPLETE = {
    "nobody": replace(PLAN, participants=()),
    "no leader": replace(PLAN, participants=PEOPLE[1:]),
    "no operator": replace(PLAN, participants=(PEOPLE[0], *PEOPLE[2:])),
    "no witness": replace(PLAN, participants=PEOPLE[:5]),
    "a part more than custodians": replace(PLAN, participants=PEOPLE[:4] + PEOPLE[5:]),
    "one person twice": replace(PLAN, participants=(*PEOPLE, replace(PEOPLE[0], role=CeremonyRole.WITNESS))),
    "nameless": replace(PLAN, participants=(*PEOPLE[:5], replace(PEOPLE[5], name=""))),
    "hidden letters": replace(PLAN, participants=(*PEOPLE[:5], replace(PEOPLE[5], name="Chứng\u202e Kiến"))),
    "no place": replace(PLAN, place=""),
    "a place of two lines": replace(PLAN, place="một\nhai"),
    "too long a name": replace(PLAN, name="x" * 52),
    "too few witnesses": replace(PLAN, min_witnesses=2),
    "too few custodians": replace(PLAN, min_custodians=4),
}


@pytest.fixture(scope="module")
def ceremony(tmp_path_factory: pytest.TempPathFactory) -> Ceremony:
    """One ceremony for all tests that only look at it."""
    return hold_ceremony(tmp_path_factory.mktemp("held") / "ca", PLAN, clock=StoppedClock(), parts=PARTS)


def trust_of(ceremony: Ceremony) -> TrustAnchors:
    """Return the root, and the lists made in the ceremony."""
    lists = tuple(x509.load_der_x509_crl(ceremony.files[f"{name}.crl"]) for name in ("root", "issuing"))
    return TrustAnchors(anchors=(ceremony.authority.certificates()[0],), crls=lists)


def refusal(action: Callable[..., object], *arguments: object, **named: object) -> ErrorCode:
    """Return the code of the error of one call."""
    with pytest.raises(VnsignError) as caught:
        action(*arguments, **named)
    return caught.value.code


class TestPassphrase:
    """The passphrase of N parts."""

    def test_all_parts_in_any_order_make_one_passphrase(self) -> None:
        """Custodians need not come in the order of the ceremony; keyboards may compose letters as they like."""
        passphrase = combine_parts(PARTS)
        assert combine_parts(PARTS[::-1]) == passphrase
        assert combine_parts([unicodedata.normalize("NFD", part) for part in PARTS]) == passphrase
        assert passphrase.isascii()
        assert len(passphrase) == 64

    def test_every_part_matters(self) -> None:
        """One less, one more, one other, one letter: another passphrase each time."""
        made = [combine_parts(parts) for parts in (PARTS, PARTS[:2], (*PARTS, "một phần nữa thôi"))]
        made += [combine_parts((PARTS[0], PARTS[1], PARTS[2] + end)) for end in " .a"]
        # Length is told apart from content: moving a letter from one part to another is another passphrase.
        made.append(combine_parts((PARTS[0] + PARTS[1][0], PARTS[1][1:] + "x", PARTS[2])))
        assert len(set(made)) == len(made)

    @pytest.mark.parametrize("parts", [(), ("ngắn",), (PARTS[0], "11 ký tự xx"), (PARTS[0], PARTS[0]), (PARTS[0], "")])
    def test_missing_short_or_equal_parts_are_refused(self, parts: tuple[str, ...]) -> None:
        """And the message repeats none of them."""
        with pytest.raises(VnsignError) as caught:
            combine_parts(parts)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert not any(part in str(caught.value) for part in parts if part)

    def test_only_all_custodians_together_open_the_authority(self, ceremony: Ceremony) -> None:
        """All of N: two of three, or one wrong, is a wrong passphrase."""
        folder = Path(ceremony.authority.location).parent
        opened = Authority.open(folder, passphrase=combine_parts(PARTS), clock=StoppedClock())
        assert opened.tsa.certificate == ceremony.authority.tsa.certificate
        for parts in (PARTS[:2], (*PARTS[:2], "mười hai con gián")):
            code = refusal(Authority.open, folder, passphrase=combine_parts(parts), clock=StoppedClock())
            assert code is ErrorCode.WRONG_PASSPHRASE


class TestTranscript:
    """What the transcript says, and who believes it."""

    def test_openssl_verifies_it(self, ceremony: Ceremony, tmp_path: Path) -> None:
        """A foreign judge, with the default purpose: the signer's key may sign, the root's may not."""
        for name, content in ceremony.files.items():
            (tmp_path / name).write_bytes(content)
        asked = ("cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / SIGNATURE)
        judged = openssl(*asked, "-content", tmp_path / TRANSCRIPT, "-CAfile", tmp_path / "root.pem", "-attime",
                         str(int(NOW.timestamp())))  # fmt: skip
        assert judged.returncode == 0, judged.stderr.decode()
        assert judged.stdout == ceremony.files[TRANSCRIPT]

    def test_it_verifies_and_reads_back(self, ceremony: Ceremony) -> None:
        """With the root known from elsewhere and the lists of the day."""
        trust = trust_of(ceremony)
        found = verify_transcript(ceremony.files[TRANSCRIPT], ceremony.files[SIGNATURE], trust=trust)
        assert found == ceremony.transcript
        assert found.participants == PEOPLE

    def test_it_tells_the_fingerprints_that_are_on_record(self, ceremony: Ceremony) -> None:
        """Every own certificate and key, the root's first."""
        issued = {each.certificate for each in ceremony.authority.issued()}
        named = (*ceremony.transcript.certificates, ceremony.transcript.signer)
        told = {each.certificate_sha256 for each in named}
        judged = {each.public_bytes(Encoding.DER) for each in issued}
        assert {sha256_hex(der) for der in judged} == told
        assert len(ceremony.transcript.certificates) == len(OwnRole)
        first = ceremony.transcript.certificates[0]
        pem = ceremony.files["root.pem"]
        fingerprint = openssl("x509", "-noout", "-fingerprint", "-sha256", stdin=pem).stdout.decode()
        assert fingerprint.strip().partition("=")[2].replace(":", "").lower() == first.certificate_sha256
        key = openssl("x509", "-noout", "-pubkey", stdin=pem).stdout
        assert sha256_hex(openssl("pkey", "-pubin", "-outform", "DER", stdin=key).stdout) == first.key_sha256

    def test_the_journal_holds_its_hash_and_it_holds_the_journals(self, ceremony: Ceremony) -> None:
        """Each stands for the other: neither can be made anew alone."""
        *_, before, entry = ceremony.authority.journal()
        assert entry.act is JournalAct.CEREMONY
        assert sha256_hex(ceremony.files[TRANSCRIPT]) in entry.details
        assert (before.seq, before.hash.hex()) == (ceremony.transcript.journal_seq, ceremony.transcript.journal_hash)
        assert entry.by == "Nguyễn Thị Chủ"
        head = (before.seq, bytes.fromhex(ceremony.transcript.journal_hash))
        assert ceremony.authority.verify_journal(expect=head).findings == ()

    def test_its_steps_are_in_order(self, tmp_path: Path) -> None:
        """Each with its time, by the clock that was given."""
        held = hold_ceremony(tmp_path / "ca", PLAN, clock=_RunningClock(), parts=PARTS)
        times = [step.at for step in held.transcript.steps]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert (held.transcript.started_at, held.transcript.ended_at) == (times[0], times[-1])
        found = verify_transcript(held.files[TRANSCRIPT], held.files[SIGNATURE], trust=trust_of(held))
        assert found == held.transcript

    @pytest.mark.parametrize("at", range(0, 4000, 97))
    def test_a_flipped_bit_is_found_out(self, ceremony: Ceremony, at: int) -> None:
        """Wherever it is: in the transcript or in its signature."""
        data, signature = ceremony.files[TRANSCRIPT], ceremony.files[SIGNATURE]
        trust = trust_of(ceremony)
        assert refusal(verify_transcript, _flipped(data, at % len(data)), signature, trust=trust) in {
            ErrorCode.NOT_READABLE,
            ErrorCode.SIGNATURE_REJECTED,
        }

    def test_another_signature_is_not_accepted(self, ceremony: Ceremony, tmp_path: Path) -> None:
        """Not cut short, not empty, not by another certificate of the same authority, not of another ceremony."""
        data, signature, trust = ceremony.files[TRANSCRIPT], ceremony.files[SIGNATURE], trust_of(ceremony)
        twin = hold_ceremony(tmp_path / "ca", PLAN, clock=StoppedClock(), parts=PARTS)
        official = ceremony.authority.enroll(
            CertificateProfile.OFFICIAL, signer_subject("Kẻ khác", "UBND"), act=Act(by="a")
        )
        same_name = ceremony.authority.enroll(
            CertificateProfile.SERVICE, signer_subject(PLAN.name, PLAN.organization), act=Act(by="a")
        )
        fresh = replace(trust, crls=(*trust.crls, *_lists(ceremony)))
        forged = [b"", signature[:-1], signature[:200], twin.files[SIGNATURE]]
        forged += [_signed(data, credential) for credential in (official, same_name)]
        for each in forged:
            code = refusal(verify_transcript, data, each, trust=fresh)
            assert code is ErrorCode.SIGNATURE_REJECTED
        code = refusal(verify_transcript, twin.files[TRANSCRIPT], twin.files[SIGNATURE], trust=trust)
        assert code is ErrorCode.SIGNATURE_REJECTED

    def test_a_transcript_of_another_root_is_not_accepted(self, ceremony: Ceremony) -> None:
        """An official's certificate under the root signs a transcript that names somebody else's root."""
        forger = ceremony.authority.enroll(
            CertificateProfile.SERVICE, signer_subject(PLAN.name, PLAN.organization), act=Act(by="a")
        )
        first, *others = ceremony.transcript.certificates
        told = replace(
            ceremony.transcript,
            certificates=(replace(first, certificate_sha256="00" * 32), *others),
            signer=name_certificate(forger.certificate),
        )
        data = transcript_to_json(told)
        trust = replace(trust_of(ceremony), crls=_lists(ceremony))
        with pytest.raises(VnsignError, match="another root"):
            verify_transcript(data, _signed(data, forger), trust=trust)

    def test_a_subscriber_signs_no_transcript(self, ceremony: Ceremony) -> None:
        """Not even one that names its certificate as the signer's: the subject is that of a ceremony."""
        subscriber = ceremony.authority.enroll(
            CertificateProfile.SERVICE, Subject(common_name="Cổng dịch vụ công", organization=PLAN.organization)
        )
        data = transcript_to_json(replace(ceremony.transcript, signer=name_certificate(subscriber.certificate)))
        trust = replace(trust_of(ceremony), crls=_lists(ceremony))
        with pytest.raises(VnsignError, match="made for a ceremony"):
            verify_transcript(data, _signed(data, subscriber), trust=trust)

    def test_a_time_without_zone_is_refused(self, ceremony: Ceremony) -> None:
        """Nobody guesses where the clock hung."""
        data, signature = ceremony.files[TRANSCRIPT], ceremony.files[SIGNATURE]
        code = refusal(verify_transcript, data, signature, trust=trust_of(ceremony), at=NOW.replace(tzinfo=None))
        assert code is ErrorCode.BAD_ARGUMENT

    @pytest.mark.parametrize(
        "data", [b"", b"{}", b"null", b"\xff", b"{" * 9, b'{"tools":' + b"[" * 100_000, b'{"x":' + b"[" * 100_000]
    )
    def test_any_bytes_are_a_transcript_or_our_error(self, data: bytes) -> None:
        """Also deep, large, and empty ones."""
        assert refusal(parse_transcript, data) is ErrorCode.NOT_READABLE

    def test_one_that_is_too_large_is_not_read(self) -> None:
        """A transcript of a hundred people takes some kilobytes."""
        with pytest.raises(VnsignError, match="larger") as caught:
            parse_transcript(bytes(MAX_TRANSCRIPT_BYTES + 1))
        assert caught.value.code is ErrorCode.NOT_READABLE

    def test_it_has_one_form(self, ceremony: Ceremony) -> None:
        """The same content laid out otherwise, or with something more in it, is not what was signed."""
        data = ceremony.files[TRANSCRIPT]
        more = data.replace(b"{", b'{"more": 1,', 1)
        for other in (data + b"\n", data.replace(b"\n", b""), more):
            assert refusal(parse_transcript, other) is ErrorCode.NOT_READABLE
        later = transcript_to_json(replace(ceremony.transcript, format="vnsign key ceremony v2"))
        assert refusal(parse_transcript, later) is ErrorCode.NOT_READABLE

    @pytest.mark.parametrize("lang", list(Language))
    def test_its_text_is_made_of_it(self, ceremony: Ceremony, lang: Language) -> None:
        """For reading aloud and signing by hand: every name, every fingerprint in groups of four."""
        text = ceremony.files[f"transcript.{lang.value}.txt"].decode()
        assert text == transcript_text(parse_transcript(ceremony.files[TRANSCRIPT]), lang=lang)
        assert all(person.name in text for person in PEOPLE)
        run = "".join(text.split())
        assert all(each.key_sha256 in run for each in ceremony.transcript.certificates)
        assert all(each.certificate_sha256 in run for each in ceremony.transcript.certificates)
        assert sha256_hex(ceremony.files[TRANSCRIPT]) in run
        assert "02/03/2026 15:30:15" in text  # Vietnam is seven hours ahead


class TestPlan:
    """Nothing is made before the plan is complete."""

    @pytest.mark.parametrize("fault", list(INCOMPLETE))
    def test_an_incomplete_plan_makes_nothing(self, fault: str, tmp_path: Path) -> None:
        """People missing or named twice, parts too few, names nobody can read or encode."""
        plan = INCOMPLETE[fault]
        code = refusal(hold_ceremony, tmp_path / "ca", plan, clock=StoppedClock(), parts=PARTS)
        assert code is ErrorCode.BAD_ARGUMENT
        assert list(tmp_path.iterdir()) == []

    def test_custodians_are_not_needed_where_a_token_keeps_the_keys(self) -> None:
        """Who knows the token's PINs is the token's affair."""
        check_plan(replace(PLAN, participants=(*PEOPLE[:2], PEOPLE[5])), parts=None)

    def test_a_second_ceremony_at_the_same_place_is_refused(self, ceremony: Ceremony) -> None:
        """The authority that is there stays as it is."""
        folder = Path(ceremony.authority.location).parent
        before = len(ceremony.authority.journal())
        assert refusal(hold_ceremony, folder, PLAN, clock=StoppedClock(), parts=PARTS) is ErrorCode.AUTHORITY_EXISTS
        assert len(ceremony.authority.journal()) == before


class TestSecrets:
    """Keys and passphrases appear nowhere."""

    def test_nothing_secret_is_in_any_file_log_or_output(
        self,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Every key that was made is looked for, in the forms keys are written in, and every part."""
        made: list[bytes] = []
        _collect_keys(monkeypatch, made)
        caplog.set_level(logging.DEBUG)
        umask = os.umask(0)
        try:
            held = hold_ceremony(tmp_path / "ca", PLAN, clock=StoppedClock(), parts=PARTS)
            published = tmp_path / "published"
            published.mkdir()
            for name, content in held.files.items():
                write_whole(published / name, content)
            modes = {path.relative_to(tmp_path): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
        finally:
            os.umask(umask)
        assert len(made) == len(OwnRole) + 1
        secrets = [*made, *(part.encode() for part in PARTS), combine_parts(PARTS)]
        secrets += [form for key in made for form in (key.hex().encode(), str(int.from_bytes(key, "big")).encode())]
        left = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        left["output"] = "".join(capfd.readouterr()).encode()
        left["log"] = caplog.text.encode()
        left["objects"] = repr((held, vars(held.authority), held.transcript)).encode()
        assert [where for where, data in left.items() for secret in secrets if secret in data] == []
        assert modes.pop(Path("ca")) == 0o700
        assert modes.pop(Path("ca/authority.sqlite")) == 0o600
        assert {modes[Path("published") / name] for name in held.files} == {0o644}
        assert [path for path in modes if path.parts[0] == "ca"] == []

    def test_the_search_finds_a_key_that_is_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The test above can fail: a key written in the open is what it would see."""
        made: list[bytes] = []
        _collect_keys(monkeypatch, made)
        key, _ = SoftwareKeys(b"a").generate("root", PLAN.key_algorithm)
        (tmp_path / "leak.der").write_bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        assert made[0] in (tmp_path / "leak.der").read_bytes()


class TestTokens:
    """A ceremony whose keys are made in a token."""

    def test_a_ceremony_on_a_token_names_it_and_keeps_no_key(self, tmp_path: Path) -> None:
        """Reopened with the token only: no passphrase is asked for."""
        token = new_token()
        plan = replace(PLAN, participants=(*PEOPLE[:2], PEOPLE[5]))
        held = hold_ceremony(tmp_path / "ca", plan, clock=StoppedClock(), keys=keys_on(token.label))
        assert held.transcript.parts == 0
        assert repr(token.label) in held.transcript.randomness
        found = verify_transcript(held.files[TRANSCRIPT], held.files[SIGNATURE], trust=trust_of(held))
        assert found == held.transcript
        assert token.label in held.files["transcript.vi.txt"].decode()
        for path in tmp_path.rglob("*.sqlite*"):
            assert PIN.encode() not in path.read_bytes()
        opened = Authority.open(tmp_path / "ca", passphrase=b"", clock=StoppedClock(), keys=keys_on(token.label))
        assert opened.crl("root")


class _RunningClock(StoppedClock):
    """A clock that takes a second for each look."""

    def now(self) -> datetime:
        self.advance(seconds=1)
        return self.time


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _signed(data: bytes, credential: Credential) -> bytes:
    return sign_statement(prepare_signer(credential.signing_key, credential.certificate, chain=credential.chain), data)


def _lists(ceremony: Ceremony) -> tuple[x509.CertificateRevocationList, ...]:
    return tuple(x509.load_der_x509_crl(ceremony.authority.crl(name)) for name in ("root", "issuing"))


def _collect_keys(monkeypatch: pytest.MonkeyPatch, made: list[bytes]) -> None:
    """Note the secret number of every key that is made from now on; the keys themselves are real."""
    original = ec.generate_private_key

    def generate(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        key = original(curve)
        made.append(key.private_numbers().private_value.to_bytes(32, "big"))
        return key

    monkeypatch.setattr(ec, "generate_private_key", generate)
