"""Two agencies deal with each other from the command line alone: real service keys in PKCS#12, a shared folder."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

import vnsign
from docflow import verify_log
from docflow.cli import main
from docflow.signing import certificate_sha256
from tests import materials
from tests.support import postgres_database

SENDER, RECEIVER = "H99", "H99.12"
DRAFT = {
    "type": "quyet_dinh",
    "subject": "về việc thử",
    "signer_name": "Nguyễn Văn Ủy",
    "signer_position": "Chủ tịch",
    "addressees": [{"name": "Sở thử", "code": RECEIVER}],
}

PASSPHRASE = b"only for tests"

pytestmark = pytest.mark.slow


def run(code: int, *arguments: object) -> str:
    """Run a command that ends with an exit code; return what it printed."""
    result = CliRunner().invoke(main, ["office", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def equip(place: Path, people: materials.Office, *, database: str | None = None) -> None:
    """Found both offices, each with its post.json; in a folder, or both in a database."""
    trust = place / "trust"
    trust.mkdir()
    (trust / "root.pem").write_bytes(vnsign.certificate_pem(people.trust.anchors[0]))
    for which in ("root", "issuing"):
        (trust / f"{which}.crl").write_bytes(people.authority.crl(which))
    keys = {}
    for code in (SENDER, RECEIVER):
        subject = vnsign.Subject(common_name=f"Dịch vụ {code}", organization=f"Cơ quan {code}")
        keys[code] = people.authority.enroll(vnsign.CertificateProfile.SERVICE, subject)
        where = () if database is None else ("--database", database)
        given = ("--code", code, "--name", code, "--abbreviation", "CQ", "--place", "An Bình")
        run(0, "found", place / code, *given, *where)
        held = keys[code]
        p12 = pkcs12.serialize_key_and_certificates(
            None, held.key, held.certificate, list(held.chain), BestAvailableEncryption(PASSPHRASE)
        )
        (place / code / "service.p12").write_bytes(p12)
        (place / code / "passphrase").write_bytes(PASSPHRASE + b"\n")
    peers = {code: [certificate_sha256(vnsign.Signer.from_credential(held))] for code, held in keys.items()}
    for code in keys:
        plan = {
            "service_key": "service.p12",
            "passphrase_file": "passphrase",
            "trust": "../trust",
            "peers": peers,
            "drop": "../drop",
            "is_online": False,
        }
        (place / code / "post.json").write_text(json.dumps(plan), encoding="utf-8")
    (place / "draft.json").write_text(json.dumps(DRAFT), encoding="utf-8")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_document_goes_out_comes_in_and_both_know(kind: str, tmp_path: Path) -> None:
    """QĐ 28/2018 Đ.6, 8, 9: sent, taken in, registered, and the sender reads 03 out of a receipt.

    NĐ 30/2020 PL VI Phần I mục IV.3: "Thiết lập kết nối liên thông."
    """
    with contextlib.ExitStack() as ending:
        address = ending.enter_context(postgres_database()) if kind == "postgresql" else None
        send_and_take_back(tmp_path, database=address)


def send_and_take_back(tmp_path: Path, *, database: str | None) -> None:
    """Send a document from one office to the other, register it there, and ask it back."""
    people = materials.make_office(tmp_path / "authority")
    equip(tmp_path, people, database=database)
    pdf = materials.sealed(people)
    (tmp_path / "leader.pdf").write_bytes(pdf[:1000])
    (tmp_path / "sealed.pdf").write_bytes(pdf)
    here, there = tmp_path / SENDER, tmp_path / RECEIVER
    by = ("--actor", "Văn thư")
    run(0, "outgoing", "draft", here, tmp_path / "draft.json", "--document-id", "d", *by)
    run(0, "outgoing", "approve", here, "d", *by)
    run(0, "outgoing", "leader-signed", here, "d", tmp_path / "leader.pdf", *by)
    run(0, "outgoing", "issue", here, "d", *by)
    run(0, "outgoing", "sealed", here, "d", tmp_path / "sealed.pdf", *by)
    assert json.loads(run(0, "exchange", "dispatch", here))["sent"] == 1
    (taken,) = json.loads(run(0, "exchange", "collect", there))
    (came,) = json.loads(run(0, "incoming", "list", there))
    assert (taken["outcome"], came["verdict"]) == ("accepted", "passed")
    # A step that is told to the sender signs its receipt with the key of post.json.
    assert json.loads(run(0, "incoming", "register", there, came["id"], *by))["number"] == 1
    run(0, "exchange", "dispatch", there)
    run(0, "exchange", "collect", here)
    (known,) = json.loads(run(0, "exchange", "knowledge", here, "d"))
    assert (known["addressee"], "registered" in known["facts"]) == (RECEIVER, True)
    assert json.loads(run(0, "exchange", "receipts", here, "d"))
    assert json.loads(run(0, "exchange", "take-back", here, "d", "--reason", "gửi nhầm", *by)) == [RECEIVER]
    assert verify_log(here).is_intact
    assert verify_log(there).is_intact


def test_mail_to_a_merged_agency_reaches_its_successor(tmp_path: Path) -> None:
    """QĐ 09/2025 Điều 2, from the command line: addressed to a closed code, it arrives; both know who took over."""
    people = materials.make_office(tmp_path / "authority")
    equip(tmp_path, people)
    here, there = tmp_path / SENDER, tmp_path / RECEIVER
    (tmp_path / "leader.pdf").write_bytes(materials.leader_signed(people))
    (tmp_path / "sealed.pdf").write_bytes(materials.sealed(people))
    old = {"code": "H99.10", "name": "Sở cũ", "until": "2025-06-30", "successors": [RECEIVER]}
    codes = [old, {"code": RECEIVER, "name": "Sở thử"}]
    settings = {"codes": codes, "trust": "../trust", "is_online": False}
    (here / "office.json").write_text(json.dumps(settings), encoding="utf-8")
    (there / "office.json").write_text(json.dumps({"codes": codes}), encoding="utf-8")
    draft = {**DRAFT, "addressees": [{"name": "Sở cũ", "code": "H99.10"}]}
    (tmp_path / "draft.json").write_text(json.dumps(draft), encoding="utf-8")
    by = ("--actor", "Văn thư")
    run(0, "outgoing", "draft", here, tmp_path / "draft.json", "--document-id", "d", *by)
    run(0, "outgoing", "approve", here, "d", *by)
    run(0, "outgoing", "leader-signed", here, "d", tmp_path / "leader.pdf", *by)
    issued = json.loads(run(0, "outgoing", "issue", here, "d", *by))
    # What the agency sealed is another document than the one that its leader signed here.
    assert "[signature_refused]" in run(1, "outgoing", "sealed", here, "d", tmp_path / "sealed.pdf", *by)
    seal = vnsign.seal_pdf(
        vnsign.fill_pdf(
            (tmp_path / "leader.pdf").read_bytes(), {"so": issued["symbol"], "ngay": issued["place_and_date"]}
        ),
        people.seal,
        field="ConDauCoQuan",
        trust=people.trust,
        tsa=people.tsa,
        revocation=people.crls,
        clock=people.clock,
    )
    (tmp_path / "sealed.pdf").write_bytes(seal)
    run(0, "outgoing", "sealed", here, "d", tmp_path / "sealed.pdf", *by)
    shown = json.loads(run(0, "outgoing", "show", here, "d"))
    assert (shown["leader_verdict"], shown["seal_verdict"]) == ("passed", "passed")
    assert json.loads(run(0, "exchange", "dispatch", here))["sent"] == 1
    (taken,) = json.loads(run(0, "exchange", "collect", there))
    assert taken["outcome"] == "accepted"
    run(0, "exchange", "dispatch", there)
    run(0, "exchange", "collect", here)
    (known,) = json.loads(run(0, "exchange", "knowledge", here, "d"))
    assert (known["addressee"], known["facts"]) == ("H99.10", ["arrived"])
    assert json.loads(run(0, "outgoing", "outbox", here))[0]["addressee_code"] == "H99.10"


BAD = (
    "",
    "[]",
    '{"service_key": "service.p12"}',
    '{"service_key": "nothing.p12", "trust": "../trust", "peers": {}, "drop": "../drop"}',
    '{"service_key": "post.json", "trust": "../trust", "peers": {}, "drop": "../drop"}',
    '{"service_key": "service.p12", "trust": "nowhere", "peers": {}, "drop": "../drop"}',
)


def test_settings_that_cannot_be_used_give_64_and_send_nothing(tmp_path: Path) -> None:
    """No file, no JSON, a field, a key, a passphrase or a folder missing: one line, in both languages."""
    equip(tmp_path, materials.make_office(tmp_path / "authority"))
    post = tmp_path / SENDER / "post.json"
    for text in BAD:
        post.write_text(text, encoding="utf-8")
        printed = run(64, "exchange", "dispatch", tmp_path / SENDER)
        assert "[bad_argument]" in printed
        assert "Không dùng được khóa dịch vụ" in printed or "không phải cấu hình" in printed
    post.unlink()
    assert "post.json" in run(64, "exchange", "dispatch", tmp_path / SENDER)
    assert not (tmp_path / "drop").exists()
