"""What ``vnsign verify`` may be asked for beside validity, and which exit code it comes to."""

from __future__ import annotations

import contextlib
import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed
from tests.report_kit import EVERY_VERDICT, FAILED, PASSED, UNDECIDED, UNREADABLE, UNSIGNED
from vnsign.cli.group import cli, main
from vnsign.cli.verify_output import EXIT_CODES, Tally
from vnsign.errors import UsageError
from vnsign.pki.anchors import fingerprint
from vnsign.report import DocumentReport, Verdict
from vnsign.verification.requirements import is_met, parse_requirement


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def work(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sealed document, and the root that is trusted."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "trust").mkdir()
    (folder / "good.pdf").write_bytes(sealed(office, numbered(leader_signed(office))))
    (folder / "plain.pdf").write_bytes(plain_pdf())
    (folder / "trust/root.pem").write_bytes(office.authority.certificates()[0].public_bytes(Encoding.PEM))
    return folder


def verify(work: Path, *arguments: str) -> Result:
    """Run the command on the good document."""
    return CliRunner().invoke(cli, ["verify", str(work / "good.pdf"), "--trust", str(work / "trust"), *arguments])


LEADER = "CN=Nguyễn Văn Ủy,O=UBND tỉnh An Bình,C=VN"


@pytest.mark.parametrize(
    ("required", "code"),
    [
        ("level=B-B", 0),
        ("level=b-lt", 0),
        ("level=PAdES-B-LT", 0),
        ("level=B-LTA", 1),
        (f"signer={LEADER}", 0),
        ("signer=CN=Nguyễn Văn Ủy, O=UBND tỉnh An Bình, C=VN", 0),
        ("signer=C = VN, O = UBND tỉnh An Bình, CN = Nguyễn Văn Ủy", 0),
        ("signer=cn=nguyễn văn ủy,o=UBND TỈNH AN BÌNH,c=vn", 0),
        (f"signer={unicodedata.normalize('NFD', LEADER)}", 0),
        ("signer=O=UBND tỉnh An Bình,CN=Nguyễn Văn Ủy,C=VN", 1),
        ("signer=CN=Nguyễn Văn Ủy", 1),
        ("signer=CN=Nguyễn Văn Uy,O=UBND tỉnh An Bình,C=VN", 1),
        (f"signer={'00' * 32}", 1),
    ],
)
def test_a_requirement_that_is_not_met_fails(required: str, code: int, work: Path) -> None:
    """Exit code 1 although the signatures are valid: part of a name is nobody, and the verdict stays what it is."""
    result = verify(work, "--require", required, "--format", "json")
    (document,) = json.loads(result.stdout)["documents"]

    assert result.exit_code == code
    assert document["verdict"] == "TOTAL_PASSED"
    assert document["unmet_requirements"] == ([required] if code else [])


def test_a_signer_may_be_named_by_his_certificate(office: Office, work: Path) -> None:
    """The fingerprint as openssl prints it, colons and capitals included."""
    digits = fingerprint(office.leader.certificate).upper()
    colons = ":".join(digits[i : i + 2] for i in range(0, 64, 2))

    assert verify(work, "--require", f"signer={colons}").exit_code == 0


@pytest.mark.parametrize("required", ["", "level", "level=B-X", "level=none", "signer=", "signer=nobody", "color=red"])
def test_a_requirement_that_says_nothing_is_wrong_usage(required: str) -> None:
    """It must not be taken for one that is met."""
    with pytest.raises(UsageError):
        parse_requirement(required)


@pytest.mark.parametrize("report", [UNDECIDED, FAILED, UNSIGNED, UNREADABLE])
@pytest.mark.parametrize("required", ["level=B-B", f"signer={'ef' * 32}", "signer=CN=ChuKy"])
def test_only_signatures_that_passed_meet_anything(report: DocumentReport, required: str) -> None:
    """The signature of these reports has level B-T and that signer, and is not valid."""
    assert is_met(parse_requirement(required), PASSED)
    assert not is_met(parse_requirement(required), report)


@pytest.mark.parametrize(("verdict", "code"), EXIT_CODES)
def test_the_worst_verdict_decides(verdict: Verdict, code: int) -> None:
    """Design §3.1: 1 failed, 4 unreadable, 2 undecided, 3 no signature, 0 all valid."""
    order = [known for known, _ in EXIT_CODES]
    better = [report for report in EVERY_VERDICT if order.index(report.verdict) >= order.index(verdict)]
    tally = Tally()
    assert len(list(tally.items(better))) == len(better)

    assert tally.exit_code() == code


def test_what_is_named_twice_is_looked_at_once(work: Path) -> None:
    """By name, by another name, and in a folder."""
    result = CliRunner().invoke(
        cli,
        [
            "verify",
            str(work / "good.pdf"),
            str(work / "trust/../good.pdf"),
            str(work),
            "--recursive",
            "--format",
            "jsonl",
        ],
    )
    files = [json.loads(line)["file"] for line in result.stdout.splitlines()]

    assert files == [str(work / "good.pdf"), str(work / "plain.pdf")]


def test_the_page_goes_where_it_is_told(work: Path, tmp_path: Path) -> None:
    """--out, in English."""
    out = tmp_path / "report.html"
    result = verify(work, "--format", "html", "--lang", "en", "--out", str(out))

    assert (result.exit_code, result.output) == (0, "")
    assert '<html lang="en">' in out.read_text(encoding="utf-8")


def test_the_bar_is_shown_only_where_it_can_be(work: Path) -> None:
    """Asked for it stands on standard error; a pipe gets none by itself."""
    assert verify(work).stderr == ""
    assert "Đang kiểm tra" in verify(work, "--progress").stderr
    assert "Verifying" in verify(work, "--progress", "--lang", "en").stderr


def test_a_report_is_never_written_over_a_document(work: Path, tmp_path: Path) -> None:
    """--out with the name of what is to be verified, or of another PDF: 64, and every byte is still there."""
    other, text = tmp_path / "other.pdf", tmp_path / "damaged.bin"
    other.write_bytes(plain_pdf())
    text.write_bytes(b"not a PDF any more")
    before = (work / "good.pdf").read_bytes()

    for arguments in ((work / "good.pdf", "--out", work / "good.pdf"), (work / "good.pdf", "--out", other)):
        assert main_exit("verify", *map(str, arguments)) == 64
    assert main_exit("verify", str(text), "--out", str(text)) == 64
    assert (work / "good.pdf").read_bytes() == before
    assert other.read_bytes() == plain_pdf()
    assert text.read_bytes() == b"not a PDF any more"


def test_a_dash_prints_the_report(work: Path, tmp_path: Path) -> None:
    """As everywhere; no file of that name appears."""
    with contextlib.chdir(tmp_path):
        assert "HỢP LỆ" in verify(work, "--out", "-").stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["absent/report.txt", ".", "/dev/full"])
def test_what_cannot_be_written_is_no_verdict(out: str, work: Path, tmp_path: Path) -> None:
    """Exit code 64, not 1, which says that a signature failed; nothing half written stays."""
    with contextlib.chdir(tmp_path):
        assert main_exit("verify", str(work / "good.pdf"), "--out", out) == 64
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31T23:59:59-12:00", "9001-01-01", "1899-12-31"])
def test_a_time_at_the_end_of_time_is_wrong_usage(at: str, work: Path) -> None:
    """Days are added to it and taken from it; no other error comes of that."""
    assert main_exit("verify", str(work / "good.pdf"), "--at", at) == 64
    assert main_exit("verify", str(work / "plain.pdf"), "--at", "9000-12-31") == 3
    with pytest.raises(UsageError) as told:
        vnsign.inspect_pdf(plain_pdf(), trust=vnsign.TrustStore(), at=datetime.max.replace(tzinfo=UTC))
    assert told.value.code is vnsign.ErrorCode.BAD_ARGUMENT


def main_exit(*arguments: str) -> int:
    """Return the exit code of the whole command."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return int(left.value.code or 0)
