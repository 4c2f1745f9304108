"""``vnsign archive check``: what is new, changed, missing, about to lapse; killed at any moment it goes on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed
from tests.report_kit import PASSED, UNDECIDED, certificate, timestamp
from tests.support import REPOSITORY
from vnsign.adapters.files import open_bytes
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.batch.archive.checking import ArchiveCheck
from vnsign.batch.archive.tasks import Selection
from vnsign.cli.group import cli
from vnsign.pdf.reading import opened
from vnsign.pdf.reading.opened import FileBytes
from vnsign.pki.anchors import fingerprint
from vnsign.policy.validation import DEFAULT_POLICY, POLICIES
from vnsign.verification.lapsing import find_lapse
from vnsign.wiring import archives
from vnsign.wiring.inspecting import Inspection


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
    """An archive of two good documents, and the root that is trusted."""
    for name in ("archive/2026", "trust"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "archive/2026/a.pdf").write_bytes(document)
    (tmp_path / "archive/b.pdf").write_bytes(document)
    (tmp_path / "trust/root.pem").write_bytes(office.authority.certificates()[0].public_bytes(Encoding.PEM))
    return tmp_path


def run(work: Path, *arguments: str) -> Result:
    """Check the archive."""
    where = [str(work / "archive"), "--lock", str(work / "archive.lock"), "--trust", str(work / "trust")]
    return CliRunner().invoke(cli, ["archive", "check", *where, *arguments])


def check(work: Path, *arguments: str) -> tuple[int, dict[str, tuple[str, Any]], dict[str, int]]:
    """Check the archive; return exit code, state and verdict of each file that needs a person, and the summary."""
    result = run(work, "--json", *arguments)
    report = json.loads(result.stdout)
    files = {file["path"]: (file["state"], file["verdict"]) for file in report["files"]}
    return result.exit_code, files, report["summary"]


def test_the_first_check_makes_the_lock_and_the_second_verifies_nothing(work: Path) -> None:
    """Only what the lock does not know is verified; nothing changes, so the lock is the same bytes."""
    code, files, summary = check(work)
    first = (work / "archive.lock").read_bytes()
    again = check(work)

    assert (code, summary["verified"], summary["new"]) == (0, 2, 2)
    assert files == {"2026/a.pdf": ("new", "TOTAL_PASSED"), "b.pdf": ("new", "TOTAL_PASSED")}
    assert (again[0], again[1], again[2]["verified"], again[2]["unchanged"]) == (0, {}, 0, 2)
    assert (work / "archive.lock").read_bytes() == first
    assert [line.split(b'"')[3] for line in first.splitlines()[1:]] == [b"2026/a.pdf", b"b.pdf"]
    assert sorted(path.name for path in work.iterdir()) == ["archive", "archive.lock", "trust"]


def test_one_changed_bit_is_an_alarm_until_it_is_accepted(work: Path, document: bytes) -> None:
    """By hash, whatever the times of the file say; the lock keeps what was there."""
    check(work)
    file = work / "archive/b.pdf"
    before = file.stat()
    damaged = bytearray(document)
    damaged[document.index(b"endstream") - 12] ^= 1
    file.write_bytes(damaged)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    for _ in range(2):
        code, files, _ = check(work)
        assert (code, files) == (1, {"b.pdf": ("changed", "TOTAL_FAILED")})
    assert check(work, "--accept")[0] == 1  # still not valid
    assert check(work)[1] == {"b.pdf": ("unchanged", "TOTAL_FAILED")}


def test_another_valid_document_in_the_place_of_one_is_an_alarm(office: Office, work: Path) -> None:
    """Valid, and yet not what was archived."""
    check(work)
    other = sealed(office, numbered(leader_signed(office), number="16/QĐ-UBND"))
    (work / "archive/b.pdf").write_bytes(other)

    assert check(work)[:2] == (1, {"b.pdf": ("changed", "TOTAL_PASSED")})
    assert check(work, "--accept")[0] == 0
    assert check(work)[:2] == (0, {})


def test_a_renewed_document_is_no_alarm(office: Office, work: Path, document: bytes) -> None:
    """What was locked is there whole, and something valid was appended."""
    check(work)
    renewed = vnsign.extend_pdf(document, level="B-LTA", tsa=office.tsa, revocation=office.crls, clock=office.clock)
    (work / "archive/b.pdf").write_bytes(renewed)

    code, files, summary = check(work)

    assert (code, files) == (0, {"b.pdf": ("extended", "TOTAL_PASSED")})
    assert summary["verified"] == 1
    assert b"PAdES-B-LTA" in (work / "archive.lock").read_bytes()


def test_a_file_too_large_for_memory_is_checked_where_it_lies(
    office: Office, work: Path, document: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a small one, to the last bit and with what was appended; nobody asks for all of it at once."""
    asked: list[int] = []

    read = FileBytes.__getitem__

    def watched(self: FileBytes, index: slice) -> bytes:
        piece = read(self, index)
        asked.append(len(piece))
        return piece

    monkeypatch.setattr(FileBytes, "__getitem__", watched)
    monkeypatch.setattr(archives, "open_bytes", partial(open_bytes, in_memory=0))
    monkeypatch.setattr(opened, "_CHUNK_BYTES", len(document) // 8)
    check(work)
    small = (work / "archive.lock").read_bytes()
    renewed = vnsign.extend_pdf(document, level="B-LTA", tsa=office.tsa, revocation=office.crls, clock=office.clock)
    (work / "archive/b.pdf").write_bytes(renewed)
    (work / "archive/2026/a.pdf").write_bytes(document[:-1])

    found = check(work)[1]

    assert hashlib.sha256(document).hexdigest().encode() in small
    assert found["b.pdf"] == ("extended", "TOTAL_PASSED")
    assert found["2026/a.pdf"][0] == "changed"
    assert 0 < max(asked) <= 1 << 16 < len(document)


def test_a_missing_file_is_an_alarm_until_it_is_accepted(work: Path) -> None:
    """An archive that loses documents in silence is none."""
    check(work)
    (work / "archive/b.pdf").unlink()

    assert check(work)[:2] == (1, {"b.pdf": ("missing", None)})
    assert "BỊ MẤT" in run(work).stdout
    assert check(work, "--accept")[0] == 0
    assert check(work)[2]["files"] == 1


def test_frozen_writes_nothing(work: Path) -> None:
    """For CI: new files are verified each time, and the lock is what was committed."""
    check(work)
    lock = (work / "archive.lock").read_bytes()
    (work / "archive/new.pdf").write_bytes(plain_pdf())
    for _ in range(2):
        assert check(work, "--frozen")[2]["verified"] == 1
    assert (work / "archive.lock").read_bytes() == lock
    assert run(work, "--frozen", "--accept").exit_code == 2  # wrong usage: main() makes it 64


def test_frozen_needs_a_lock(work: Path) -> None:
    """A lock's name mistyped in a CI job: compared with nothing, every archive would pass."""
    told = run(work, "--frozen")

    assert told.exit_code == 2  # wrong usage: main() makes it 64
    assert "there is none at" in told.stderr


def test_an_empty_archive_is_not_called_valid(work: Path) -> None:
    """A disk that is not mounted: nothing was verified; with a lock everything is missing."""
    (work / "nothing").mkdir()
    where = [str(work / "nothing"), "--lock", str(work / "nothing.lock")]
    told = CliRunner().invoke(cli, ["archive", "check", *where])
    check(work)
    shutil.rmtree(work / "archive")
    (work / "archive").mkdir()

    assert (told.exit_code, told.stdout) == (3, "0 tệp\n")
    assert check(work)[0] == 1


def test_a_lock_that_cannot_be_written_is_no_verdict(work: Path) -> None:
    """Exit code 64, and no file is left behind."""
    where = [str(work / "archive"), "--lock", str(work / "absent/archive.lock")]
    told = CliRunner().invoke(cli, ["archive", "check", *where])

    assert told.exit_code == 64
    assert "output_not_writable" in told.stderr
    assert not (work / "absent").exists()


def test_what_will_lapse_is_worse_than_what_has_no_signature(work: Path) -> None:
    """Worst first: 2 with --strict, though an unsigned file alone is 3."""
    (work / "archive/plain.pdf").write_bytes(plain_pdf())

    assert check(work)[0] == 3
    assert check(work, "--warn-months", "1200", "--strict")[0] == 2


def test_what_will_lapse_is_told_in_time(work: Path) -> None:
    """The timestamp authority's certificate ends; --strict makes it an exit code."""
    soon = str((datetime.now(UTC) + timedelta(days=4 * 365 + 200)).date())
    check(work)

    code, files, summary = check(work, "--at", soon, "--warn-months", "12")
    assert (code, len(files), summary["lapsing"]) == (0, 2, 2)
    assert check(work, "--at", soon, "--warn-months", "1")[2]["lapsing"] == 0
    assert check(work, "--at", soon, "--strict")[0] == 2
    assert "vnsign extend --level B-LTA" in run(work, "--at", soon).stdout


def test_full_and_sample_verify_again(work: Path) -> None:
    """All, or so many; the same seed chooses the same."""
    check(work)

    assert check(work, "--full")[2]["verified"] == 2
    assert check(work, "--sample", "1", "--seed", "x")[2]["verified"] == 1
    assert check(work, "--sample", "5")[2]["verified"] == 2


def test_other_trust_makes_every_verdict_anew(work: Path) -> None:
    """A verdict of the lock counts only for the trust it was reached by; what was undecided is tried again."""
    check(work)
    root = (work / "trust/root.pem").read_bytes()
    (work / "trust/root.pem").unlink()

    assert check(work)[2]["INDETERMINATE"] == 2
    (work / "trust/root.pem").write_bytes(root)
    code, _, summary = check(work)
    assert (code, summary["verified"], summary["TOTAL_PASSED"]) == (0, 2, 2)


def test_odd_things_do_not_stop_a_check(work: Path) -> None:
    """A pipe, a broken link, a name without encoding, a folder that looks like a file."""
    os.mkfifo(work / "archive/pipe.pdf")
    (work / "archive/link.pdf").symlink_to("nowhere")
    Path(os.fsdecode(os.fsencode(work) + b"/archive/\xff\n.pdf")).write_bytes(plain_pdf())
    (work / "archive/folder.pdf").mkdir()

    code, files, _ = check(work)

    assert code == 4
    assert files["pipe.pdf"] == files["link.pdf"] == ("unreadable", "UNREADABLE")
    assert files["\udcff\n.pdf"] == ("new", "NO_SIGNATURE")
    assert check(work)[1]["\udcff\n.pdf"] == ("unchanged", "NO_SIGNATURE")


def test_a_damaged_lock_is_refused_and_left_alone(work: Path) -> None:
    """Nothing is checked against half of one."""
    check(work)
    lock = work / "archive.lock"
    damaged = lock.read_bytes()[:-20]
    lock.write_bytes(damaged)

    result = run(work)

    assert result.exit_code == 64  # 1 would say that a file failed
    assert "malformed_lock" in result.stderr
    assert lock.read_bytes() == damaged


@pytest.mark.slow
def test_a_killed_check_goes_on_and_tells_everything(work: Path, document: bytes) -> None:
    """kill -9 at several moments: the last run tells what the first one saw, and the lock is that of one whole run."""
    for number in range(60):
        (work / f"archive/{number:03}.pdf").write_bytes(
            document if number % 4 == 0 else plain_pdf(pages=1 + number % 3)
        )
    shutil.copytree(work / "archive", work / "other/archive")
    shutil.copytree(work / "trust", work / "other/trust")
    whole = check(work / "other")

    command = [
        sys.executable,
        "-m",
        "vnsign",
        "archive",
        "check",
        "archive",
        "--lock",
        "archive.lock",
        "--trust",
        "trust",
    ]
    part = work / "archive.lock.part"
    resumed = 0
    for size in (2_000, 6_000, 9_000):
        with subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and not (part.exists() and part.stat().st_size > size):
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        resumed += part.exists()
    assert resumed > 0
    (work / "archive/000.pdf").unlink()  # done before the first kill, so the last run does not look at it again
    last = check(work)

    assert last == whole
    assert (work / "archive.lock").read_bytes() == (work / "other/archive.lock").read_bytes()
    assert not part.exists()
    assert check(work)[1]["000.pdf"] == ("missing", None)


def test_a_sample_that_was_stopped_goes_on(work: Path) -> None:
    """Without --seed too: the one that was drawn is kept, and what was done is not done again."""
    check(work)
    taken: list[str] = []
    for after in (1, 2):
        how = Inspection(trust=read_trust_folder(work / "trust"), at=datetime.now(UTC))
        checked = ArchiveCheck(
            folder=work / "archive",
            lock=work / "archive.lock",
            header=archives.header_of(how),
            selection=Selection(at=how.at, sample=2, seed=f"drawn {after}", is_seed_drawn=True),
        )
        results = archives.check_archive(checked, how)
        taken += [result.path for result in islice(results, after)]
        results.close()
    part = (work / "archive.lock.part").read_text()

    assert taken == ["2026/a.pdf", "2026/a.pdf", "b.pdf"]  # told again, not verified again
    assert '"seed":"drawn 1"' in part
    assert len(part.splitlines()) == 3  # how it is checked, and one line a file


@pytest.mark.slow
def test_two_checks_at_once_do_not_mix(work: Path) -> None:
    """The second one is told so."""
    with (work / "archive.lock.part").open("w") as stream:
        import fcntl  # noqa: PLC0415 — only here

        fcntl.flock(stream, fcntl.LOCK_EX)
        told = run(work)
    assert told.exit_code == 64
    assert "batch_running" in told.stderr


@pytest.mark.slow
def test_processes_find_the_same(work: Path) -> None:
    """Two processes, the same lock."""
    check(work)
    one = (work / "archive.lock").read_bytes()
    (work / "archive.lock").unlink()
    check(work, "--jobs", "2")

    assert (work / "archive.lock").read_bytes() == one


# ---------------------------------------------------------------- when something lapses


def test_a_signature_stands_on_the_newest_proof_of_its_time() -> None:
    """A document timestamp before its own, its own before the certificate; what is not valid lapses never."""
    day = PASSED.validation_time
    assert day is not None
    ends = {kind: replace(certificate(kind), not_after=day + timedelta(days=n)) for n, kind in enumerate("sdc", 1)}
    stamps = (
        replace(timestamp("ChuKy", kind="signature"), chain=(ends["s"],)),
        replace(timestamp(), chain=(ends["d"],)),
    )
    signature = replace(PASSED.signatures[0], chain=(ends["c"],))

    def until(*timestamps: vnsign.TimestampReport) -> str:
        lapse = find_lapse(replace(PASSED, signatures=(signature,), timestamps=timestamps), DEFAULT_POLICY)
        assert lapse is not None
        return lapse.ends

    assert (until(*stamps), until(stamps[0]), until()) == ("d", "s", "c")
    assert find_lapse(UNDECIDED, DEFAULT_POLICY) is None


def test_an_algorithm_can_end_before_the_certificate() -> None:
    """By the policy's table: the European catalogue ends RSA of 2048 bits in 2029."""
    chain = (replace(certificate(), key="rsa-2048", not_after=datetime(2035, 1, 1, tzinfo=UTC)),)
    report = replace(PASSED, signatures=(replace(PASSED.signatures[0], chain=chain),), timestamps=())

    lapse = find_lapse(report, POLICIES["eu"])

    assert lapse is not None
    assert (lapse.until.year, lapse.ends) == (2029, "rsa-2048")
    official = find_lapse(report, POLICIES["vn-official"])
    assert official is not None
    assert official.until.year == 2035


# ---------------------------------------------------------------- the example


@pytest.mark.slow
def test_the_example_for_ci_runs(office: Office, work: Path) -> None:
    """examples/ci: the script passes for a good archive, not for an unsigned document; so does the hook."""
    root = office.authority.certificates()[0]
    shutil.rmtree(work / "trust")
    (work / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    script = REPOSITORY / "examples/ci/check-archive.sh"

    def shell(line: str) -> int:
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=work,
            env={**os.environ, "PATH": path},
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode

    commit = "git add archive && git -c user.name=A -c user.email=a@example.org commit -qm A"
    assert shell("git init -q .") == 0
    assert shell(f"vnsign trust add root.pem --scheme own --sha256 {fingerprint(root)}") == 0
    assert shell("vnsign archive check archive --lock archive.lock --trust trust/own") == 0
    assert shell(commit) == 0
    assert shell(f"sh {script}") == 0
    assert (work / "report.xml").exists()

    (work / "archive/unsigned.pdf").write_bytes(plain_pdf())
    assert shell(commit) == 0
    assert shell(f"sh {script}") == 1

    config = (REPOSITORY / "examples/ci/pre-commit-config.yaml").read_text(encoding="utf-8")
    (entry,) = (line.partition("entry: ")[2] for line in config.splitlines() if "entry: " in line)
    assert shell(f"{entry} archive/b.pdf archive/2026/a.pdf") == 0
    assert shell(f"{entry} archive/b.pdf archive/unsigned.pdf") == 1
