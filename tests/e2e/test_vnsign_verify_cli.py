"""``vnsign verify`` as a person and a CI job meet it: output, exit codes, wrong usage."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed
from vnsign.cli import main


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def document(office: Office) -> bytes:
    """A sealed document."""
    return sealed(office, numbered(leader_signed(office)))


@pytest.fixture
def work(office: Office, document: bytes, tmp_path: Path) -> Path:
    """A folder with one sealed document in ``signed`` and the root in ``trust``; ``empty`` trusts nobody."""
    for name in ("signed/2026", "trust", "empty"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "signed/2026/CV 15.PDF").write_bytes(document)
    (tmp_path / "signed/notes.txt").write_text("not a PDF, not looked at", encoding="utf-8")
    (tmp_path / "trust/root.pem").write_bytes(office.authority.certificates()[0].public_bytes(Encoding.PEM))
    return tmp_path


def run(work: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command in ``work``; return exit code, stdout and stderr."""
    out, err = StringIO(), StringIO()
    with chdir(work), redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["verify", *arguments])
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


MAIN_USE = ("signed", "--recursive", "--trust", "trust")


def test_a_folder_of_good_documents_exits_0(work: Path) -> None:
    """Every *.pdf below the folder, whatever its case; nothing on stderr."""
    code, out, err = run(work, *MAIN_USE)

    assert (code, err) == (0, "")
    assert "CV 15.PDF: HỢP LỆ" in out
    assert "Nguyễn Văn Ủy" in out
    assert "+07:00 (dấu thời gian trên chữ ký)" in out
    assert "“15/QĐ-UBND”" in out


@pytest.mark.slow
def test_the_installed_command_does_the_same(work: Path) -> None:
    """The entry point of the package, in a process of its own."""
    command = shutil.which("vnsign", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("the package is not installed with its commands")
    done = subprocess.run([command, "verify", *MAIN_USE], cwd=work, capture_output=True, check=False, timeout=120)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "HỢP LỆ" in done.stdout.decode()


def test_english_is_spoken_on_request(work: Path) -> None:
    """The same report in English."""
    code, out, _ = run(work, *MAIN_USE, "--lang", "en")

    assert code == 0
    assert "CV 15.PDF: VALID" in out
    assert "Changes after signing: some, all permitted" in out
    assert "PAdES-B-LT" in out


def test_the_json_has_the_promised_keys(work: Path) -> None:
    """docs/reference/verify-json.md: keys may be added, never renamed."""
    code, out, _ = run(work, *MAIN_USE, "--format", "json")
    report = json.loads(out)

    assert code == 0
    (document,) = report["documents"]
    assert document["file"] == "signed/2026/CV 15.PDF"
    assert document["verdict"] == "TOTAL_PASSED"
    assert {
        *("field", "indication", "subindication", "intact", "valid", "covers_whole_document", "modifications"),
        *("level", "signing_time", "time_source", "signer", "findings"),
    } <= document["signatures"][0].keys()
    assert [t["kind"] for t in document["timestamps"]] == ["signature", "signature"]
    assert report["summary"]["TOTAL_PASSED"] == report["summary"]["files"] == 1


def test_one_flipped_bit_in_one_file_exits_1(work: Path, document: bytes) -> None:
    """The worst file decides."""
    damaged = bytearray(document)
    damaged[document.index(b"endstream") - 12] ^= 1
    (work / "signed/bad.pdf").write_bytes(damaged)

    code, out, _ = run(work, *MAIN_USE, "--lang", "en")

    assert code == 1
    assert "bad.pdf: NOT VALID" in out
    assert "2 file(s): 1 VALID, 1 NOT VALID" in out


def test_an_empty_trust_folder_exits_2(work: Path) -> None:
    """Nobody is trusted: nothing can be decided, and nothing is called valid."""
    code, out, _ = run(work, "signed", "--recursive", "--trust", "empty")

    assert code == 2
    assert "HỢP LỆ" not in out.replace("KHÔNG HỢP LỆ", "")


def test_no_trust_folder_at_all_exits_2(work: Path) -> None:
    """Without --trust nobody is trusted either."""
    assert run(work, "signed", "--recursive")[0] == 2


def test_an_unsigned_document_exits_3(work: Path) -> None:
    """No signature where one is expected."""
    (work / "plain.pdf").write_bytes(plain_pdf())

    assert run(work, "plain.pdf", "--trust", "trust")[0] == 3


def test_a_text_file_named_pdf_exits_4(work: Path) -> None:
    """Unreadable is worse than undecided and than unsigned."""
    (work / "text.pdf").write_text("Kính gửi", encoding="utf-8")
    (work / "plain.pdf").write_bytes(plain_pdf())

    code, out, _ = run(work, "text.pdf", "plain.pdf", "signed/2026/CV 15.PDF")

    assert code == 4
    assert "text.pdf: KHÔNG ĐỌC ĐƯỢC" in out


def test_a_file_named_otherwise_is_checked_when_it_is_named(work: Path, document: bytes) -> None:
    """A path given is always checked; the ending matters only in folders."""
    (work / "document.bin").write_bytes(document)

    assert run(work, "document.bin", "--trust", "trust")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("signed",),
        ("empty", "--recursive"),
        ("signed", "--recursive", "--at", "yesterday"),
        ("signed", "--recursive", "--trust", "absent"),
        ("signed", "--recursive", "--format", "xml"),
        ("signed", "--recursive", "--lang", "fr"),
        ("--frobnicate",),
    ],
)
def test_wrong_usage_exits_64(arguments: tuple[str, ...], work: Path) -> None:
    """EX_USAGE, with a line that says what is wrong, and no report."""
    code, out, err = run(work, *arguments)

    assert (code, out) == (64, "")
    assert "Lỗi: " in err


def test_a_trust_folder_with_a_broken_certificate_exits_64(work: Path) -> None:
    """Trust must not shrink silently."""
    (work / "trust/broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

    code, _, err = run(work, *MAIN_USE)

    assert code == 64
    assert "broken.pem" in err


def test_the_time_can_be_given(work: Path) -> None:
    """Before the certificates were issued nothing was valid; years later B-LT still is."""
    later = (datetime.now(UTC) + timedelta(days=3 * 365)).isoformat()

    assert run(work, *MAIN_USE, "--at", later)[0] == 0
    assert run(work, *MAIN_USE, "--at", "2030-01-31")[0] == 0


def test_help_shows_an_example(work: Path) -> None:
    """A newcomer copies the example."""
    code, out, _ = run(work, "--help")

    assert code == 0
    assert "vnsign verify signed --recursive --trust trust" in out
