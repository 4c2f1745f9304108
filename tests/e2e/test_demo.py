"""``docflow demo`` as a newcomer runs it: complete, repeatable, killed at any moment."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import random
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.support import require_tool

#: One worker runs this file, so that the finished demo is made once. A thousand fsyncs are slow on a busy disk.
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

AGENCIES = 2
DOCUMENTS = 7
KILLS = 20
SEED = 20261122


def command(out: Path, *, documents: int = DOCUMENTS) -> list[str]:
    """Return the demo's command line."""
    return [sys.executable, "-W", "error", "-m", "docflow", "demo", "--out", str(out), "--documents", str(documents)]


def run(arguments: list[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=600, cwd=cwd)


def vnsign(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``vnsign`` as a person does."""
    return run([sys.executable, "-m", "vnsign", *map(str, arguments)])


def docflow(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``docflow`` as a person does."""
    return run([sys.executable, "-m", "docflow", *map(str, arguments)])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished demo."""
    folder = tmp_path_factory.mktemp("demo") / "demo-out"
    done = run(command(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@dataclass(frozen=True)
class SecondRun:
    """The same command once more, on a copy."""

    said: str
    returncode: int
    signed: dict[str, bytes]


@pytest.fixture(scope="module")
def again(out: Path, tmp_path_factory: pytest.TempPathFactory) -> SecondRun:
    """Return what a second run says and leaves."""
    copy = tmp_path_factory.mktemp("again") / "copy"
    shutil.copytree(out, copy)
    done = run(command(copy))
    signed = {p.name: p.read_bytes() for p in (copy / "signed").iterdir()}
    return SecondRun(said=done.stdout, returncode=done.returncode, signed=signed)


def numbers(out: Path) -> dict[str, list[int]]:
    """Return the numbers in each agency's register, in order."""
    found = {}
    for path in sorted(p for p in (out / "registers").glob("*.csv") if not p.stem.endswith("-den")):
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        found[path.stem] = [int(row[0].split("/")[0]) for row in rows[1:]]
    return found


def test_the_demo_ends_with_sealed_files_and_nothing_else(out: Path) -> None:
    """Every document of both agencies is sealed; the folder holds no other file."""
    files = sorted(p.name for p in (out / "signed").iterdir())

    assert len(files) == AGENCIES * DOCUMENTS
    assert all(name.endswith(".pdf") and name.isascii() and len(name) <= 50 for name in files)


def test_the_registers_run_from_one_without_gap(out: Path) -> None:
    """NĐ 30/2020 Điều 15: numbers in order, none twice, none missing."""
    assert list(numbers(out).values()) == [list(range(1, DOCUMENTS + 1))] * AGENCIES


def arrivals(out: Path) -> list[list[int]]:
    """Return the arrival numbers (số đến) in each agency's incoming register, in order."""
    books = [csv.reader(p.read_text(encoding="utf-8-sig").splitlines()) for p in (out / "registers").glob("*-den.csv")]
    return [[int(row[1]) for row in list(book)[1:]] for book in books]


def test_both_sides_know_the_same_of_every_document(again: SecondRun) -> None:
    """A repeated run prints it again: all agree, and what went wrong on purpose is named."""
    said = again.said

    assert f"{AGENCIES * DOCUMENTS} of {AGENCIES * DOCUMENTS} agree" in said
    assert [said.count(word) for word in ("refused with", "taken back by", "delivered three", "corrupted on")] == (
        [AGENCIES] * 4
    )


def test_the_incoming_registers_run_from_one_without_gap(out: Path) -> None:
    """NĐ 30/2020 Điều 22: arrival numbers in order; a refused document takes none."""
    assert arrivals(out) == [list(range(1, DOCUMENTS))] * AGENCIES


def test_the_incoming_register_has_the_ten_columns_of_the_decree(out: Path) -> None:
    """NĐ 30/2020 Phụ lục IV: sổ đăng ký văn bản đến."""
    for path in (out / "registers").glob("*-den.csv"):
        heading, first, *_ = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        assert heading == [
            *("Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu văn bản", "Ngày tháng văn bản"),
            *("Tên loại và trích yếu nội dung văn bản", "Đơn vị hoặc người nhận", "Ngày chuyển", "Ký nhận", "Ghi chú"),
        ]
        assert len(first) == 10


def test_secrets_are_readable_by_their_owner_only(out: Path) -> None:
    """Keys, their passphrase and the authority are nobody else's business."""
    secret = [*(out / "keys").iterdir(), *(out / "authority").iterdir()]

    assert secret
    assert [p.name for p in secret if p.is_file() and stat.S_IMODE(p.stat().st_mode) & 0o077] == []


def test_the_command_the_demo_names_accepts_every_file(out: Path) -> None:
    """``vnsign verify`` with the demo's trust folder: 0; JSON says TOTAL_PASSED for each."""
    done = vnsign("verify", out / "signed", "--recursive", "--trust", out / "trust", "--format", "json")

    documents = json.loads(done.stdout)["documents"]
    assert done.returncode == 0, done.stdout
    assert [d["verdict"] for d in documents] == ["TOTAL_PASSED"] * AGENCIES * DOCUMENTS
    assert {s["level"] for d in documents for s in d["signatures"]} == {"PAdES-B-LT"}


def test_poppler_accepts_every_file(out: Path) -> None:
    """An independent reader says both signatures of each file are valid."""
    tool = require_tool("pdfsig")

    said = [run([tool, "-nocert", str(p)]).stdout.count("Signature is Valid") for p in (out / "signed").iterdir()]

    assert said == [2] * AGENCIES * DOCUMENTS


def test_pyhanko_accepts_both_signatures_of_every_file(out: Path) -> None:
    """Leader: only prepared fields filled; seal: nothing but evidence after it; both trusted, time-stamped, intact."""
    root = asn1_x509.Certificate.load(ssl.PEM_cert_to_DER_cert((out / "trust" / "root.crt").read_text()))
    for path in (out / "signed").iterdir():
        leader, seal = (
            asyncio.run(async_validate_pdf_signature(s, ValidationContext(trust_roots=[root])))
            for s in PdfFileReader(BytesIO(path.read_bytes())).embedded_signatures
        )
        assert leader.bottom_line
        assert leader.docmdp_ok
        assert leader.modification_level is ModificationLevel.FORM_FILLING
        assert seal.bottom_line
        assert seal.docmdp_ok
        assert seal.modification_level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}


def test_an_empty_trust_folder_decides_nothing(out: Path, tmp_path: Path) -> None:
    """Nobody trusted: 2, never 0 and never 1."""
    assert vnsign("verify", out / "signed", "--recursive", "--trust", tmp_path).returncode == 2


def test_the_audit_logs_pass(out: Path) -> None:
    """``docflow audit verify`` of each agency: 0."""
    folders = sorted((out / "agencies").iterdir())

    assert [docflow("audit", "verify", f).returncode for f in folders] == [0] * AGENCIES


def test_a_second_run_adds_nothing_and_passes(out: Path, again: SecondRun) -> None:
    """The same command again: the same files, byte for byte."""
    assert again.returncode == 0
    assert again.signed == {p.name: p.read_bytes() for p in (out / "signed").iterdir()}


def test_more_documents_continue_the_same_registers(out: Path, tmp_path: Path) -> None:
    """A run that wants one more document goes on at the next number."""
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)

    done = run(command(copy, documents=DOCUMENTS + 1))

    assert done.returncode == 0, done.stderr
    assert list(numbers(copy).values()) == [list(range(1, DOCUMENTS + 2))] * AGENCIES


def test_killed_at_random_moments_it_goes_on_without_gap_or_repeat(tmp_path: Path) -> None:
    """kill -9 twenty times, each in a run of its own; what the last run ends with is whole."""
    folder = tmp_path / "demo-out"
    moments = random.Random(SEED)
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen(command(folder, documents=20), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(1.5, 4.0))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()

    done = run(command(folder, documents=20))

    assert killed >= KILLS // 2, "the runs were too short to be killed"
    assert done.returncode == 0, done.stderr
    assert list(numbers(folder).values()) == [list(range(1, 21))] * AGENCIES
    assert len(list((folder / "signed").iterdir())) == AGENCIES * 20
    assert arrivals(folder) == [list(range(1, 20))] * AGENCIES
    assert "40 of 40 agree" in done.stdout
    assert vnsign("verify", folder / "signed", "--recursive", "--trust", folder / "trust").returncode == 0
    assert all(docflow("audit", "verify", f).returncode == 0 for f in (folder / "agencies").iterdir())
