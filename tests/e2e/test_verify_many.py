"""``vnsign verify`` over many and over odd things: it neither hangs nor crashes, and says what it saw in order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed


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
    """A folder with a good document, an unsigned one, and the root that is trusted."""
    for name in ("signed", "trust"):
        (tmp_path / name).mkdir()
    (tmp_path / "signed/good.pdf").write_bytes(document)
    (tmp_path / "trust/root.pem").write_bytes(office.authority.certificates()[0].public_bytes(Encoding.PEM))
    return tmp_path


def vnsign(work: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the installed command."""
    return subprocess.run(
        [*_command(), *arguments], cwd=work, input=stdin, capture_output=True, check=False, timeout=120
    )


def _command() -> list[str]:
    installed = shutil.which("vnsign", path=str(Path(sys.executable).parent))
    return [installed] if installed else [sys.executable, "-m", "vnsign"]


def files_of(done: subprocess.CompletedProcess[bytes]) -> list[tuple[str, str]]:
    """Return files and verdicts of ``--format jsonl``."""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [(line["file"], line["verdict"]) for line in lines]


@pytest.mark.slow
def test_odd_things_in_a_folder_get_a_verdict(work: Path) -> None:
    """A pipe nobody writes to, a broken link, a folder named like a file, names with line ends and without encoding."""
    signed = work / "signed"
    os.mkfifo(signed / "a-pipe.pdf")
    (signed / "b-link.pdf").symlink_to("nowhere")
    (signed / "c-folder.pdf").mkdir()
    (signed / "c-folder.pdf/inside.pdf").write_bytes(plain_pdf())
    (signed / "d-line\nend.pdf").write_bytes(plain_pdf())
    Path(os.fsdecode(os.fsencode(signed) + b"/e-\xff.pdf")).write_bytes(plain_pdf())
    (signed / "loop").symlink_to(signed)

    done = vnsign(work, "verify", "signed", "--recursive", "--format", "jsonl", "--jobs", "2")

    assert done.stderr == b""
    assert files_of(done) == [
        ("signed/a-pipe.pdf", "UNREADABLE"),
        ("signed/b-link.pdf", "UNREADABLE"),
        ("signed/c-folder.pdf/inside.pdf", "NO_SIGNATURE"),
        ("signed/d-line\nend.pdf", "NO_SIGNATURE"),
        ("signed/e-\udcff.pdf", "NO_SIGNATURE"),
        ("signed/good.pdf", "INDETERMINATE"),
    ]
    assert done.returncode == 4


@pytest.mark.slow
def test_devices_and_absent_files_of_a_list_do_not_stop_it(work: Path) -> None:
    """Standard input names the files, one a line; what is not there gets a report like everything else."""
    listed = b"\xef\xbb\xbfsigned/good.pdf\r\n\n/dev/zero\n/dev/tty\nabsent.pdf\nsigned\n" + b"signed/good.pdf"

    done = vnsign(work, "verify", "-", "--trust", "trust", "--format", "jsonl", stdin=listed)

    assert files_of(done) == [
        ("signed/good.pdf", "TOTAL_PASSED"),
        ("/dev/zero", "UNREADABLE"),
        ("/dev/tty", "UNREADABLE"),
        ("absent.pdf", "UNREADABLE"),
        ("signed", "UNREADABLE"),
        ("signed/good.pdf", "TOTAL_PASSED"),
    ]


@pytest.mark.slow
def test_an_absent_path_does_not_stop_the_others(work: Path) -> None:
    """A path typed that is not there is reported as unreadable, in the place it was named; the rest is verified."""
    done = vnsign(work, "verify", "absent.pdf", "signed/good.pdf", "--trust", "trust", "--format", "jsonl")

    assert files_of(done) == [("absent.pdf", "UNREADABLE"), ("signed/good.pdf", "TOTAL_PASSED")]
    assert done.returncode == 4


@pytest.mark.slow
def test_a_list_may_end_its_names_with_nul(work: Path) -> None:
    """As ``find -print0`` writes them: then a name may hold a line end."""
    (work / "line\nend.pdf").write_bytes(plain_pdf())

    done = vnsign(work, "verify", "-", "--format", "jsonl", stdin=b"line\nend.pdf\0absent.pdf\0")

    assert files_of(done) == [("line\nend.pdf", "NO_SIGNATURE"), ("absent.pdf", "UNREADABLE")]


@pytest.mark.slow
def test_an_empty_list_is_not_called_valid(work: Path) -> None:
    """Nothing was verified, so nothing is valid."""
    assert vnsign(work, "verify", "-").returncode == 3


@pytest.mark.slow
def test_processes_keep_the_order(work: Path, document: bytes) -> None:
    """The output of two processes is that of one, byte for byte."""
    for number in range(8):
        content = document if number % 3 else plain_pdf()
        (work / f"signed/{number:02}.pdf").write_bytes(content)
    common = ("verify", "signed", "--recursive", "--trust", "trust", "--at", "2030-01-01", "--format", "jsonl")

    one, two = (vnsign(work, *common, "--jobs", jobs) for jobs in "12")

    assert one.stdout == two.stdout
    assert len(one.stdout.splitlines()) == 9
    assert one.returncode == two.returncode == 3


@pytest.mark.slow
def test_a_closed_pipe_ends_it_quietly(work: Path) -> None:
    """``vnsign verify … | head -1``: no traceback."""
    for number in range(40):
        (work / f"signed/{number:02}.pdf").write_bytes(plain_pdf())
    line = " ".join([*_command(), "verify signed --recursive | head -1"])

    done = subprocess.run(["bash", "-c", line], cwd=work, capture_output=True, check=False, timeout=120)

    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it_without_a_traceback(jobs: str, work: Path) -> None:
    """Exit code 130, what was said stands, a report in a file is not left half written."""
    for number in range(2000):
        (work / f"signed/{number:04}.pdf").write_bytes(plain_pdf())
    command = [*_command(), "verify", "signed", "--recursive", "--jobs", jobs, "--out", "report.txt"]
    with subprocess.Popen(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not list(work.glob(".report.txt*")) and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in told
    assert [path.name for path in work.iterdir() if "report" in path.name] == []


@pytest.mark.slow
def test_a_report_goes_to_a_file_whole(work: Path) -> None:
    """Nothing on standard output; the exit code is the same."""
    done = vnsign(work, "verify", "signed/good.pdf", "--trust", "trust", "--format", "junit", "--out", "report.xml")

    assert (done.returncode, done.stdout) == (0, b"")
    assert etree.parse(work / "report.xml").getroot().tag == "testsuites"


@pytest.mark.slow
def test_a_report_that_cannot_be_written_is_an_error(work: Path) -> None:
    """Exit code 64, which is no verdict's, and one line; standard output that is full likewise."""
    done = vnsign(work, "verify", "signed/good.pdf", "--trust", "trust", "--out", "absent/report.txt")
    full = " ".join([*_command(), "verify signed/good.pdf --trust trust > /dev/full"])

    assert subprocess.run(["sh", "-c", full], cwd=work, capture_output=True, check=False, timeout=120).returncode == 64
    assert done.returncode == 64
    assert done.stderr.count(b"\n") == 1
    assert b"output_not_writable" in done.stderr
