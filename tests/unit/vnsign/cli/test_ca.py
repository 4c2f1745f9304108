"""``vnsign ca``: every command once as it is meant, and once as it is not."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtensionOID

from tests.ca_kit import AGENCY, APPROVER, PASSPHRASE, Desk, found, official
from vnsign.authority import AuthoritySettings
from vnsign.cli.ca import ca
from vnsign.cli.group import cli
from vnsign.cli.secret_reading import read_secret
from vnsign.cli.serve import sign_ahead
from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One authority for the module; tests add to its record and do not undo what others did."""
    return found(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def serial(desk: Desk) -> str:
    """A good certificate that no test revokes."""
    return desk.issued(official(0))


def load(path: Path) -> x509.Certificate:
    """Read a certificate in PEM."""
    return x509.load_pem_x509_certificate(path.read_bytes())


# ---------------------------------------------------------------- init, settings, renew-own


def test_init_says_the_fingerprint_in_words(tmp_path: Path) -> None:
    """Who installs the root can compare it with what is read aloud; the files are the certificates."""
    (tmp_path / "authority.pass").write_text(PASSPHRASE, encoding="utf-8")
    desk = Desk(tmp_path)
    named = ("--name", "Tỉnh An Bình", "--organization", "UBND tỉnh", "--base-url", "http://ca.anbinh.gov.vn")
    ran = desk.ca("init", *named, "--out", "published", "--lang", "en")

    assert (ran.code, ran.err) == (0, "")
    root = load(tmp_path / "published/root.pem")
    digest = root.fingerprint(hashes.SHA256()).hex()
    assert digest in ran.out
    digits = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "alfa",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
    ]
    first = " ".join(digits[int(digit, 16)] for digit in digest[:4])
    assert f"{digest[:4].upper()}  {first}\n" in ran.out
    assert load(tmp_path / "published/issuing.pem").issuer == root.subject
    assert PASSPHRASE not in ran.out
    assert stat.S_IMODE((tmp_path / "authority").stat().st_mode) == 0o700


def test_init_again_is_refused(desk: Desk) -> None:
    """An authority is never overwritten; nothing is published."""
    named = ("--name", "A", "--organization", "B", "--base-url", "http://ca.example.gov.vn")
    ran = desk.ca("init", *named, "--out", "published-again")

    assert (ran.code, ran.out) == (1, "")
    assert "[authority_exists]" in ran.err
    assert list((desk.folder / "published-again").glob("*")) == []


@pytest.mark.parametrize(
    "wrong",
    [("--base-url", "ftp://x"), ("--key-algorithm", "rsa1024"), ("--set", "crl_lifetime=soon"), ("--set", "x=1")],
)
def test_init_with_wrong_words_founds_nothing(wrong: tuple[str, str], tmp_path: Path) -> None:
    """Exit code 64."""
    (tmp_path / "authority.pass").write_text(PASSPHRASE, encoding="utf-8")
    named = {"--name": "A", "--organization": "B", "--base-url": "http://ca.example.gov.vn"} | dict([wrong])
    ran = Desk(tmp_path).ca("init", *(word for pair in named.items() for word in pair))

    assert (ran.code, ran.out) == (64, "")
    assert wrong[1].split("=")[0] in ran.err
    assert not (tmp_path / "authority" / "authority.sqlite").exists()


def test_the_passphrase_of_a_new_authority_is_asked_for_twice(tmp_path: Path) -> None:
    """A typing error would lock it for ever; what is typed is not shown."""
    named = [
        "--name",
        "A",
        "--organization",
        "B",
        "--base-url",
        "http://ca.example.gov.vn",
        "--ca",
        str(tmp_path / "a"),
    ]
    ran = CliRunner().invoke(cli, ["ca", "init", *named, "--by", "An"], input="một\nhai\nbí mật\nbí mật\n")

    assert ran.exit_code == 0, ran.output
    assert "bí mật" not in ran.output
    again = CliRunner().invoke(cli, ["ca", "list", "--ca", str(tmp_path / "a")], input="bí mật\n")
    assert again.exit_code == 0, again.output


def test_settings_are_shown_and_changed(tmp_path: Path) -> None:
    """A change is on record with who and why."""
    desk = found(tmp_path, "--set", "tsa_accuracy=2s")
    changed = desk.good("settings", "--set", "crl_lifetime=3d", "--set", "delta_lifetime=none", "--why", "Quy chế mới")

    assert (changed["crl_lifetime"], changed["delta_lifetime"], changed["tsa_accuracy"]) == ("3d", "none", "2s")
    assert desk.good("settings") == changed
    assert [(e["act"], e["why"]) for e in desk.good("journal")][-1] == ("settings_changed", "Quy chế mới")


def test_settings_that_make_no_sense_change_nothing(desk: Desk) -> None:
    """Exit code 64."""
    before = desk.good("settings")
    for word in ("crl_lifetime=0s", "policies=abc", "allow_hold=perhaps", "nothing"):
        assert desk.ca("settings", "--set", word).code == 64, word
    assert desk.good("settings") == before


def test_own_certificates_are_renewed(desk: Desk) -> None:
    """The TSA gets another key; root and issuing authority cannot be asked for."""
    before = {c["serial"] for c in desk.good("list", "--profile", "tsa")}
    renewed = desk.good("renew-own", "tsa", "--why", "hết hạn")

    assert renewed["profile"] == "tsa"
    assert {c["serial"] for c in desk.good("list", "--profile", "tsa")} == before | {renewed["serial"]}
    assert desk.ca("renew-own", "root").code == 64


CEREMONY = (
    *("ceremony", "--ca", "held", "--name", "A", "--organization", "B", "--base-url", "http://ca.example.gov.vn"),
    *("--place", "An Bình", "--out", "papers", "--part-file", "one.pass", "--part-file", "two.pass"),
    *("--participant", "leader", "Nguyễn Văn An", "UBND", "--participant", "operator", "Trần Thị Bình", "Sở KH&CN"),
    *("--participant", "custodian", "Lê Văn Cường", "Sở Nội vụ", "--participant", "witness", "Hoàng Văn Em", "CA"),
)
SECOND = ("--participant", "custodian", "Phạm Thị Dung", "Thanh tra")


def custodians(folder: Path) -> Desk:
    """Return a desk with the parts of two custodians, and no authority."""
    for name, part in (("one", "mười hai ký tự một"), ("two", "mười hai ký tự hai")):
        (folder / f"{name}.pass").write_text(part, encoding="utf-8")
    return Desk(folder)


def test_a_ceremony_founds_an_authority_that_all_custodians_open(tmp_path: Path) -> None:
    """The transcript names who was there; one part alone opens nothing."""
    desk = custodians(tmp_path)
    ran = desk.ca(*CEREMONY, *SECOND)

    assert (ran.code, ran.err) == (0, "")
    assert "Hoàng Văn Em" in ran.out
    assert "ký tự" not in ran.out
    papers = {path.name for path in (tmp_path / "papers").iterdir()}
    assert {"transcript.json", "transcript.p7s", "root.pem", "issuing.crl"} <= papers
    opened = ("list", "--ca", "held", "--part-file", "two.pass")
    assert desk.ca(*opened, "--part-file", "one.pass").code == 0
    assert desk.ca(*opened).code == 1
    assert desk.ca(*CEREMONY, *SECOND).code == 1


def test_a_ceremony_that_is_not_complete_founds_nothing(tmp_path: Path) -> None:
    """One custodian is not enough; nothing is made."""
    ran = custodians(tmp_path).ca(*CEREMONY)

    assert (ran.code, ran.out) == (64, "")
    assert not (tmp_path / "held").exists()
    assert not (tmp_path / "papers").exists()


def test_each_custodian_types_a_part_unseen(tmp_path: Path) -> None:
    """Twice, because a typing error would lock the authority; later once."""
    words = [word for word in (*CEREMONY, *SECOND) if word not in {"--part-file", "one.pass", "two.pass"}]
    words[2], words[words.index("papers")] = str(tmp_path / "held"), str(tmp_path / "papers")
    typed = ["phần của người một", "phần của người hai"]
    ran = CliRunner().invoke(cli, ["ca", *words], input="".join(f"{part}\n{part}\n" for part in typed))

    assert ran.exit_code == 0, ran.output
    assert "Part of custodian Lê Văn Cường" in ran.output
    assert not any(part in ran.output for part in typed)
    opened = ["ca", "list", "--ca", str(tmp_path / "held"), "--custodians", "2"]
    assert CliRunner().invoke(cli, opened, input="".join(f"{part}\n" for part in typed)).exit_code == 0


# ---------------------------------------------------------------- request, approve, refuse, withdraw, issue


def test_a_request_becomes_a_certificate(desk: Desk) -> None:
    """Request, approval and issue are three acts, by two people; the files are what was asked for."""
    subject = official(1)
    number = desk.request(subject)
    assert desk.good("requests", "--state", "submitted")[-1]["id"] == number
    assert desk.good("approve", number, by=APPROVER)[0]["state"] == "approved"
    (issued,) = desk.good("issue", number, "--out", "issued", "--format", "pem", "--format", "chain", by=APPROVER)

    certificate = load(desk.folder / f"issued/{issued['serial']}.pem")
    assert set(subject.to_name()) <= set(certificate.subject)
    chain = x509.load_pem_x509_certificates((desk.folder / f"issued/{issued['serial']}-chain.pem").read_bytes())
    assert [c.issuer for c in chain] == [chain[1].subject, chain[2].subject, chain[2].subject]
    (record,) = [r for r in desk.good("requests") if r["id"] == number]
    assert [(s["state"], s["by"]) for s in record["steps"]] == [
        ("submitted", "Trần Thị Bình"),
        ("approved", APPROVER),
        ("done", APPROVER),
    ]


def test_a_request_may_stand_in_a_file(desk: Desk) -> None:
    """JSON with the same fields; the path inside it is meant from there."""
    (desk.folder / "sub").mkdir()
    desk.csr("sub/bình.csr", official(2))
    fields = {"profile": "official", "agency": AGENCY, "cn": "Nguyễn Văn 2", "o": "UBND tỉnh An Bình"}
    fields |= {"email": "nv2@anbinh.gov.vn", "csr": "bình.csr", "not_after": "2027-12-31"}
    (desk.folder / "sub/bình.json").write_text(json.dumps(fields), encoding="utf-8")

    (record,) = desk.good("request", "--from", "sub/bình.json", "--document", "5/VP")

    assert record["application"]["document"] == "5/VP"
    assert record["application"]["not_after"].startswith("2027-12-31T16:59:59")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"cn": 5}', b'{"phone": "1"}', b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_request_is_refused(content: bytes, desk: Desk) -> None:
    """One line, and nothing on record."""
    (desk.folder / "wrong.json").write_bytes(content)
    before = len(desk.good("requests"))
    ran = desk.ca("request", "--from", "wrong.json")

    assert ran.code in {1, 64}
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert len(desk.good("requests")) == before


def test_a_request_that_is_no_pkcs10_names_its_file(desk: Desk) -> None:
    """The message names the file and the reason; exit code 1."""
    (desk.folder / "nonsense.csr").write_bytes(b"nonsense")
    ran = desk.ca("request", "--profile", "official", "--cn", "A", "--o", "B", "--agency", "C", "--csr", "nonsense.csr")

    assert (ran.code, ran.out) == (1, "")
    assert "nonsense.csr" in ran.err
    assert "[malformed_request]" in ran.err


def test_a_missing_file_is_one_line(desk: Desk) -> None:
    """No traceback."""
    ran = desk.ca("request", "--profile", "official", "--cn", "A", "--o", "B", "--agency", "C", "--csr", "none.csr")
    assert (ran.code, ran.err.startswith("Lỗi: none.csr: ")) == (1, True)


def test_a_request_for_another_name_is_refused_with_every_reason(desk: Desk) -> None:
    """The name in the request for a certificate is not the one applied for."""
    name = desk.csr("other.csr", official(98))
    ran = desk.ca("request", "--profile", "official", "--cn", "Kẻ Khác", "--o", "B", "--agency", AGENCY, "--csr", name)

    assert (ran.code, ran.out) == (1, "")
    assert "subject_mismatch" in ran.err
    assert "email_mismatch" in ran.err


def test_who_submitted_cannot_approve(desk: Desk) -> None:
    """Four eyes, unless the settings say otherwise."""
    number = desk.request(official(3))
    ran = desk.ca("approve", number)

    assert (ran.code, ran.out) == (1, "")
    assert desk.good("show", "--request", number)[0]["state"] == "submitted"


def test_of_several_requests_one_that_fails_stops_no_other(desk: Desk) -> None:
    """Exit code 1, and the others are approved."""
    first, second = desk.request(official(4)), desk.request(official(5))
    ran = desk.ca("approve", first, 99_999, second, "--json", by=APPROVER)

    assert ran.code == 1
    assert [r["id"] for r in ran.json] == [first, second]
    assert "99999: " in ran.err


def test_a_refusal_has_a_reason_and_an_end(desk: Desk) -> None:
    """Without --why it is wrong usage; afterwards nothing can be issued."""
    number = desk.request(official(6))
    assert desk.ca("refuse", number).code == 64
    (refused,) = desk.good("refuse", number, "--why", "thiếu quyết định bổ nhiệm", by=APPROVER)
    assert refused["steps"][-1]["why"] == "thiếu quyết định bổ nhiệm"
    assert desk.ca("issue", number, by=APPROVER).code == 1


def test_a_request_is_withdrawn(desk: Desk) -> None:
    """With a reason; a second time is refused."""
    number = desk.request(official(7))
    assert desk.ca("withdraw", number).code == 64
    assert desk.good("withdraw", number, "--why", "gửi nhầm")[0]["state"] == "withdrawn"
    assert desk.ca("withdraw", number, "--why", "gửi nhầm").code == 1


def test_what_is_not_approved_is_not_issued(desk: Desk) -> None:
    """And no file appears."""
    number = desk.request(official(8))
    ran = desk.ca("issue", number, "--out", "not-approved", by=APPROVER)

    assert (ran.code, ran.out) == (1, "")
    assert list((desk.folder / "not-approved").iterdir()) == []


def test_a_certificate_that_could_not_be_written_is_exported_later(desk: Desk) -> None:
    """It is on record; the message says how to get it."""
    number = desk.request(official(9))
    desk.good("approve", number, by=APPROVER)
    (desk.folder / "file").write_text("in the way", encoding="utf-8")

    assert desk.ca("issue", number, "--out", "file/folder", by=APPROVER).code == 1
    assert desk.good("show", "--request", number)[0]["state"] == "approved"


# ---------------------------------------------------------------- renew, change, revoke, hold


def test_a_renewal_keeps_key_and_subscriber(desk: Desk) -> None:
    """Without --csr the key stays; it is asked for, approved and issued like a new one."""
    old = desk.issued(official(10))
    (asked,) = desk.good("renew", old, "--agency", AGENCY)
    desk.good("approve", asked["id"], by=APPROVER)
    (new,) = desk.good("issue", asked["id"], by=APPROVER)

    before = desk.good("show", old)
    assert new["replaces"] == old
    assert (new["key_sha256"], new["subscriber"]) == (before["key_sha256"], before["subscriber"])
    assert desk.ca("renew", "abcdef", "--agency", AGENCY).code != 0


def test_a_change_of_information_gives_another_name(desk: Desk) -> None:
    """The same subscriber under the new name."""
    old = desk.issued(official(11))
    moved = ("--cn", "Nguyễn Văn 11", "--o", "Sở Nội vụ", "--ou", "Thanh tra", "--email", "nv11@anbinh.gov.vn")
    (asked,) = desk.good("change", old, "--agency", "Sở Nội vụ", *moved)
    desk.good("approve", asked["id"], by=APPROVER)
    (new,) = desk.good("issue", asked["id"], by=APPROVER)

    assert "OU=Thanh tra" in new["subject"]
    assert new["replaces"] == old
    assert desk.ca("change", old, "--agency", "A", "--ou", "1", "--ou", "2", "--ou", "3").code == 64


def test_a_revocation_takes_effect_at_once(desk: Desk) -> None:
    """By the law's case; the list names it; the words are the law's."""
    serial = desk.issued(official(12))
    ran = desk.ca("revoke", serial, "--case", "device_lost", "--yes", "--why", "biên bản 3")

    assert (ran.code, ran.err) == (0, "")
    assert "đã thu hồi" in ran.out
    assert "thiết bị lưu khóa bị mất" in ran.out
    assert desk.ca("crl", "issuing", "--out", "issuing.crl").code == 0
    crl = x509.load_der_x509_crl((desk.folder / "issuing.crl").read_bytes())
    entry = crl.get_revoked_certificate_by_serial_number(int(serial, 16))
    assert entry is not None
    listed = desk.good("list", "--revoked")
    assert serial in [c["serial"] for c in listed]
    assert {c["status"] for c in listed} == {"revoked"}


def test_a_revocation_asks_whether_you_are_sure(desk: Desk) -> None:
    """Who says no has revoked nothing."""
    serial = desk.issued(official(13))
    place = ["--ca", str(desk.folder / "authority"), "--passphrase-file", str(desk.folder / "authority.pass")]
    ran = CliRunner().invoke(
        cli, ["ca", "revoke", serial, "--case", "key_exposed", "--why", "báo mất", *place], input="n\n"
    )

    assert ran.exit_code == 1
    assert "Nguyễn Văn 13" in ran.output
    assert desk.good("show", serial)["status"] == "good"


def test_an_approved_request_to_revoke_is_carried_out(desk: Desk) -> None:
    """Form 05, with its case."""
    serial = desk.issued(official(14))
    words = ("--serial", serial, "--case", "left_office", "--agency", AGENCY)
    (asked,) = desk.good("request", "--kind", "revoke", *words)
    desk.good("approve", asked["id"], by=APPROVER)
    revoked = desk.good("revoke", "--request", asked["id"], "--yes", by=APPROVER)

    assert (revoked["serial"], revoked["status"]) == (serial, "revoked")
    assert revoked["changes"][0]["case"] == "left_office"
    assert desk.good("show", "--request", asked["id"])[0]["state"] == "done"


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("SERIAL",),
        ("SERIAL", "--case", "bored"),
        ("SERIAL", "--case", "device_lost", "--why", ""),
        ("SERIAL", "--case", "left_office"),
        ("SERIAL", "--reason", "superseded"),
        ("SERIAL", "--case", "device_lost", "--reason", "superseded"),
        ("SERIAL", "--request", "1"),
        ("--request", "99999"),
        ("xyz", "--case", "device_lost"),
        ("abcdef", "--case", "device_lost"),
        ("SERIAL", "--reason", "certificateHold"),
        ("SERIAL", "--case", "device_lost", "--at", "soon"),
        ("SERIAL", "--case", "device_lost", "--at", "2999-01-01"),
    ],
)
def test_a_revocation_that_makes_no_sense_is_refused(wrong: tuple[str, ...], desk: Desk, serial: str) -> None:
    """Exit code 64; the certificate stays good."""
    words = [serial if word == "SERIAL" else word for word in wrong]
    ran = desk.ca("revoke", "--why", "biên bản 3", *words, "--yes")

    assert (ran.code, ran.out) == (64, "")
    assert desk.good("show", serial)["status"] == "good"


def test_a_device_is_restored_on_record(desk: Desk) -> None:
    """Form 06: asked for, approved, done; only such a request."""
    serial = desk.issued(official(15))
    (asked,) = desk.good("request", "--kind", "restore-device", "--serial", serial, "--agency", AGENCY)
    assert desk.ca("restore", asked["id"], by=APPROVER).code == 1
    desk.good("approve", asked["id"], by=APPROVER)
    assert desk.good("restore", asked["id"], by=APPROVER)[0]["state"] == "done"


@pytest.mark.parametrize("extra", [("--case", "device_lost"), ("--invalidity-date", "2026-01-31")])
def test_a_request_to_revoke_says_itself_why(extra: tuple[str, str], desk: Desk) -> None:
    """What the agency wrote is not overruled on the command line."""
    ran = desk.ca("revoke", "--request", "1", *extra, "--yes")
    assert (ran.code, "--request đã nêu trường hợp thu hồi" in ran.err) == (64, True)


def test_a_hold_is_refused_unless_the_settings_allow_it(tmp_path: Path) -> None:
    """The law knows no suspension; a setting does."""
    desk = found(tmp_path)
    serial = desk.issued()
    assert desk.ca("hold", serial, "--why", "xác minh").code in {1, 64}

    desk.good("settings", "--set", "allow_hold=yes")
    assert desk.good("hold", serial, "--why", "xác minh")["status"] == "held"
    assert desk.good("release", serial)["status"] == "good"
    assert desk.ca("release", "abc").code == 64


@pytest.mark.parametrize("words", [("show", "-5"), ("revoke", "-5f3a", "--yes"), ("hold", "-5"), ("renew", "-17")])
def test_a_negative_serial_number_is_no_unknown_option(words: tuple[str, ...], desk: Desk) -> None:
    """Our error and exit code; what is no number stays an unknown option."""
    ran = desk.ca(*words)
    assert (ran.code, ran.out) == (64, "")
    assert "a serial number is not negative: -" in ran.err
    assert "không có tùy chọn" in desk.ca(words[0], "-x").err


def test_without_a_list_of_compromised_keys_one_line_says_so(desk: Desk) -> None:
    """Where keys are judged, and once; with a list, or where none is judged, nothing is said."""
    bare = replace(desk, keys_known=False)
    ran = bare.ca("issue", 9999, 9998, "--lang", "en")
    assert ran.err.count("Note: no list of compromised keys") == 1
    assert "Note" not in bare.ca("show", 9999, "--lang", "en").err
    assert "Note" not in desk.ca("issue", 9999, "--lang", "en").err


# ---------------------------------------------------------------- list, show, export, crl, journal


def test_the_list_is_filtered(desk: Desk, serial: str) -> None:
    """By kind, by end of validity; as a table, as CSV, as JSON."""
    officials = desk.good("list", "--profile", "official")
    assert serial in [c["serial"] for c in officials]
    assert {c["profile"] for c in officials} == {"official"}
    assert desk.good("list", "--profile", "official", "--expiring-within", "30") == []
    assert {c["serial"] for c in desk.good("list", "--good", "--expiring-within", "9999")} >= {serial}

    rows = list(csv.DictReader(io.StringIO(desk.ca("list", "--format", "csv").out)))
    assert [row["common_name"] for row in rows if row["serial"] == serial] == ["Nguyễn Văn 0"]
    table = desk.ca("list", "--profile", "official").out
    assert f"{serial}  " in table
    assert "có hiệu lực" in table
    assert desk.ca("list", "--profile", "boss").code == 64


def test_a_certificate_is_shown_with_the_request_it_answers(desk: Desk, serial: str) -> None:
    """In Vietnamese, in English, as JSON; copied with colons or in capitals."""
    pairs = ":".join(serial.zfill(len(serial) + len(serial) % 2)[i : i + 2] for i in range(0, len(serial), 2))
    shown = desk.ca("show", pairs.upper())

    assert shown.code == 0
    assert "Cơ quan, tổ chức quản lý trực tiếp: Văn phòng UBND tỉnh" in shown.out
    assert "E=nv0@anbinh.gov.vn" in shown.out
    assert "Agency in direct charge: Văn phòng UBND tỉnh" in desk.ca("show", serial, "--lang", "en").out
    assert desk.good("show", serial)["request"]["application"]["agency"] == AGENCY


@pytest.mark.parametrize("wrong", [(), ("abc",), ("--request", "99999"), ("abc", "--request", "1"), ("không",)])
def test_what_is_not_on_record_is_not_shown(wrong: tuple[str, ...], desk: Desk) -> None:
    """Exit code 64."""
    assert desk.ca("show", *wrong).code == 64


def test_certificates_are_exported(desk: Desk, serial: str) -> None:
    """PEM, DER, chain and PKCS#7; the authority's own by name."""
    for form in ("pem", "der", "chain", "p7c"):
        assert desk.ca("export", serial, "--format", form, "--out", f"out.{form}").code == 0
    single = load(desk.folder / "out.pem")
    assert x509.load_der_x509_certificate((desk.folder / "out.der").read_bytes()) == single
    assert f"{single.serial_number:x}" == serial
    chain = x509.load_pem_x509_certificates((desk.folder / "out.chain").read_bytes())
    assert set(pkcs7.load_der_pkcs7_certificates((desk.folder / "out.p7c").read_bytes())) == set(chain)

    assert desk.ca("export", "root", "--out", "root.pem").code == 0
    assert desk.ca("export", "bundle", "--out", "bundle.pem").code == 0
    bundle = x509.load_pem_x509_certificates((desk.folder / "bundle.pem").read_bytes())
    assert bundle == chain[1:]
    assert load(desk.folder / "root.pem") == bundle[-1]
    assert desk.ca("export", "root", "--format", "chain", "--out", "root.pem").code == 0
    assert desk.ca("export", f"{bundle[-1].serial_number:x}", "--format", "chain", "--out", "same.pem").code == 0
    assert x509.load_pem_x509_certificates((desk.folder / "root.pem").read_bytes()) == bundle[1:]
    assert (desk.folder / "same.pem").read_bytes() == (desk.folder / "root.pem").read_bytes()


def test_an_export_that_fails_leaves_no_file(desk: Desk, serial: str) -> None:
    """Unknown serial number: 64; a folder that is not there: 1."""
    assert desk.ca("export", "abc", "--out", "abc.pem").code == 64
    assert desk.ca("export", serial, "--out", "no/such/folder.pem").code == 1
    assert not (desk.folder / "abc.pem").exists()


def test_lists_are_written(desk: Desk) -> None:
    """Root's and issuing authority's, complete and delta, DER and PEM."""
    for which, *options in (("root",), ("issuing", "--delta"), ("issuing", "--format", "pem")):
        assert desk.ca("crl", which, *options, "--out", "list").code == 0
        data = (desk.folder / "list").read_bytes()
        read = x509.load_pem_x509_crl if data.startswith(b"-----BEGIN X509 CRL-----\n") else x509.load_der_x509_crl
        crl = read(data)
        assert crl.is_signature_valid(desk_key(desk, which))
        found = [each.oid for each in crl.extensions]
        assert (ExtensionOID.DELTA_CRL_INDICATOR in found) is ("--delta" in options)
    assert desk.ca("crl", "boss", "--out", "list").code == 64


def desk_key(desk: Desk, which: str) -> ec.EllipticCurvePublicKey:
    """Return the public key of one of the authority's own certificates."""
    desk.ca("export", which, "--out", "own.pem")
    key = load(desk.folder / "own.pem").public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def test_the_journal_is_verified_and_its_head_expected(tmp_path: Path) -> None:
    """A head noted elsewhere is found again, also after more entries; another one is a finding."""
    desk = found(tmp_path)
    head = desk.good("journal", "--verify")["head"]
    desk.issued()

    assert desk.ca("journal", "--verify", "--expect", head).code == 0
    seq, _, digest = head.partition(":")
    wrong = f"{seq}:{'0' * len(digest)}"
    ran = desk.ca("journal", "--verify", "--expect", wrong, "--json")
    assert ran.code == 1
    assert ran.json["findings"]
    assert desk.ca("journal", "--verify", "--expect", "5").code == 64
    assert desk.ca("journal", "--expect", head).code == 64


def test_the_journal_is_shown(desk: Desk, serial: str) -> None:
    """Who, why, what; the last entries only if asked for."""
    entries = desk.good("journal")
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))
    assert any(serial in json.dumps(e["details"]) and e["act"] == "issued" for e in entries)
    assert desk.good("journal", "--last", "2") == entries[-2:]
    assert "thành lập" in desk.ca("journal").out


# ---------------------------------------------------------------- getting in


def test_a_wrong_passphrase_is_one_line_and_no_output(desk: Desk) -> None:
    """Exit code 1."""
    (desk.folder / "wrong.pass").write_text("sai", encoding="utf-8")
    ran = desk.ca("crl", "--out", "wrong.crl", "--passphrase-file", "wrong.pass")

    assert (ran.code, ran.out) == (1, "")
    assert "[wrong_passphrase]" in ran.err
    assert ran.err.count("\n") == 1
    assert not (desk.folder / "wrong.crl").exists()


def test_an_empty_passphrase_file_is_wrong_usage(desk: Desk) -> None:
    """It is named."""
    (desk.folder / "empty.pass").write_text("\nsecond line\n", encoding="utf-8")
    ran = desk.ca("list", "--passphrase-file", "empty.pass")
    assert (ran.code, ran.err.startswith("Lỗi: empty.pass: ")) == (64, True)


def test_no_authority_there_is_one_line(desk: Desk) -> None:
    """Exit code 1, and no folder appears."""
    ran = desk.ca("list", "--ca", "elsewhere")
    assert (ran.code, ran.out) == (1, "")
    assert "[authority_not_found]" in ran.err
    assert not (desk.folder / "elsewhere").exists()


def test_a_token_needs_module_and_label(desk: Desk) -> None:
    """One without the other is wrong usage."""
    assert desk.ca("list", "--pkcs11-token", "CA").code == 64


def test_a_database_password_is_no_argument_either(desk: Desk) -> None:
    """It is refused unread, and not repeated; without a password the URL is taken."""
    ran = desk.ca("list", "--ca", "postgresql+psycopg://ca:bí%20mật@db.example/ca")
    assert (ran.code, ran.out) == (64, "")
    assert "bí%20mật" not in ran.err
    assert "VNSIGN_CA" in ran.err


def test_no_command_takes_a_secret_as_an_argument() -> None:
    """Arguments of a process are read by others."""
    context = click.Context(ca)
    for name in ca.list_commands(context):
        command = ca.get_command(context, name)
        assert command is not None
        options = {option for parameter in command.params for option in parameter.opts}
        assert not {"--passphrase", "--pin", "--password", "--secret"} & options


# ---------------------------------------------------------------- whoever means harm, and machines that are full


def test_an_act_is_one_line_of_the_journal(desk: Desk) -> None:
    """A reason may have lines; none of them looks like another act, nor like another line of a request."""
    number = desk.request(official(91))
    forged = "vì\n999  23/11/2026 10:00:00  approved  Chairman  {}"
    assert desk.ca("refuse", number, "--why", forged, by=APPROVER).code == 0
    journal = desk.ca("journal", "--last", 1).out
    assert journal.count("\n") == 1
    assert "vì\\n999" in journal
    assert not [line for line in desk.ca("show", "-r", number).out.splitlines() if line.startswith("999")]
    assert desk.ca("approve", desk.request(official(93)), by="Bob\n999  approved").code == 1


def test_no_cell_of_a_csv_is_a_formula(desk: Desk) -> None:
    """A spreadsheet computes what begins with = + - @; an apostrophe keeps it text."""
    desk.issued(replace(official(92), common_name="=HYPERLINK(1)"))
    rows = list(csv.reader(io.StringIO(desk.ca("list", "--format", "csv").out)))
    assert [row[1] for row in rows if "HYPERLINK" in row[1]] == ["'=HYPERLINK(1)"]


def test_days_beyond_the_calendar_are_wrong_usage(desk: Desk) -> None:
    """Not an overflow."""
    ran = desk.ca("list", "--expiring-within", 999_999_999)
    assert (ran.code, "Traceback" in ran.err) == (64, False)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@h/d",
        "postgresql://u:ge/heim@h/d",
        "POSTGRESQL+psycopg://u:ge@heim@h/d",
        "postgresql://h/d?password=geheim",
        "postgresql://u:geheim@[h/d",
        "postgresql://u:geheim@h:port/d",
    ],
)
def test_a_password_in_the_arguments_is_refused(desk: Desk, url: str) -> None:
    """Whatever stands in it; others can read arguments."""
    ran = desk.ca("list", "--ca", url)
    assert ran.code == 64
    assert "VNSIGN_CA" in ran.err
    assert "heim" not in ran.out + ran.err


def test_an_authority_has_a_place(desk: Desk) -> None:
    """An empty name is not the folder one happens to be in."""
    named = ("--name", "A", "--organization", "B", "--base-url", "http://ca.example.gov.vn")
    for place in ("", " "):
        assert desk.ca("init", *named, "--ca", place).code == 64
    assert not (desk.folder / "authority.sqlite").exists()


def test_an_authority_is_founded_where_nobody_else_looks(desk: Desk) -> None:
    """An empty folder is closed to others; one with other files is not ours to close."""
    named = ("--name", "A", "--organization", "B", "--base-url", "http://ca.example.gov.vn")
    for name in ("empty", "used"):
        (desk.folder / name).mkdir()
        (desk.folder / name).chmod(0o755)
    (desk.folder / "used/file").touch()
    assert desk.ca("init", *named, "--ca", "empty").code == 0
    assert stat.S_IMODE((desk.folder / "empty").stat().st_mode) == 0o700
    ran = desk.ca("init", *named, "--ca", "used")
    assert (ran.code, "chmod 700" in ran.err) == (1, True)
    assert [path.name for path in (desk.folder / "used").iterdir()] == ["file"]


def test_a_pin_that_is_no_text_is_named(desk: Desk) -> None:
    """The file is named, not what is in it."""
    pytest.importorskip("pkcs11")
    (desk.folder / "pin").write_bytes(b"\xff\xfe")
    ran = desk.ca("list", "--pkcs11-module", "m.so", "--pkcs11-token", "t", "--pin-file", "pin")
    assert (ran.code, "[not_readable]" in ran.err) == (1, True)


def test_a_passphrase_of_any_bytes_is_a_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in another encoding gives what UTF-8 cannot hold."""
    monkeypatch.setattr("click.prompt", lambda *_, **__: "a\udcff")
    monkeypatch.delenv("NOT_SET", raising=False)
    assert read_secret(None, variable="NOT_SET", prompt="?") == b"a\xff"


def test_an_old_list_is_told_to_be_old(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the root's key the last list is given, and said to be the last."""
    assert desk.ca("crl", "root", "--out", "root.crl").err == ""
    monkeypatch.setattr("vnsign.authority.publishing.crls.current_list", lambda *_: None)
    monkeypatch.setattr("vnsign.authority.keys.own_keys.OwnKeys.credential", no_key)
    monkeypatch.setattr("vnsign.authority.keys.own_keys.OwnKeys.load_kept_here", lambda *_: None)
    ran = desk.ca("crl", "root", "--out", "root.crl", "--lang", "en")
    assert ran.code == 0
    assert "last list" in ran.err


def no_key(*_: object) -> object:
    """Say that the token lies in the safe."""
    raise UsageError(ErrorCode.KEY_UNAVAILABLE, "not there")


@pytest.mark.parametrize("arguments", [pytest.param(("ca", "list", "--json"), marks=pytest.mark.slow), ("--version",)])
def test_an_output_that_is_full_is_one_line(desk: Desk, arguments: tuple[str, ...]) -> None:
    """No traceback, and not success either."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    environment = {"VNSIGN_CA": "authority", "VNSIGN_CA_PASSPHRASE_FILE": "authority.pass", "PATH": os.environ["PATH"]}
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "vnsign", *arguments],
            cwd=desk.folder,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ran.returncode == 1
    assert ran.stderr.count(b"\n") == 1
    assert ("Lỗi: " if "ca" in arguments else "Error: ").encode() in ran.stderr


@pytest.mark.slow
def test_names_are_told_in_an_old_encoding_too(desk: Desk, serial: str) -> None:
    """What the terminal cannot show is escaped."""
    environment = {"PYTHONIOENCODING": "latin-1", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "vnsign", "ca", "show", "--ca", "authority", serial]
    command += ["--passphrase-file", "authority.pass"]
    ran = subprocess.run(command, cwd=desk.folder, env=environment, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"Nguy\\u1ec5n" in ran.stdout


def test_the_service_signs_answers_ahead() -> None:
    """At once, and it stops when told to; a database that is busy is no reason to end."""
    asked: list[str] = []
    stop = threading.Event()

    class Busy:
        settings = AuthoritySettings()

        def presign(self, which: str) -> int:
            asked.append(which)
            stop.set()
            raise ServiceUnavailable(ErrorCode.SERVICE_UNREACHABLE, "busy")

    sign_ahead(Busy(), stop)  # type: ignore[arg-type]  # only what it asks for
    assert asked == ["root", "issuing"]
