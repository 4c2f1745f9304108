"""The measurements run: numbers are read by people, but a script that rots is found here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import REPOSITORY, require_tool


@pytest.mark.slow
def test_the_benchmark_of_the_authority_runs() -> None:
    """A few of everything; what every contender delivers is counted, no time is asserted."""
    require_tool("openssl")
    command = [sys.executable, "-m", "benchmarks.authority", "--quick"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    for contender in ("vnsign", "openssl ca", "openssl ocsp", "openssl ts", "certomancer"):
        assert f"| {contender}" in finished.stdout


@pytest.mark.slow
def test_the_benchmark_of_a_batch_runs() -> None:
    """Every contender signs every document; no time is asserted."""
    command = [sys.executable, "-m", "benchmarks.batch", "--quick"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    for contender in ("bare signing, 2 processes", "sign_many, 2 processes"):
        assert f"| {contender}" in finished.stdout


@pytest.mark.slow
def test_the_benchmark_of_signing_runs() -> None:
    """Every contender signs its files; no time is asserted."""
    command = [sys.executable, "-m", "benchmarks.sign", "--quick"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    for row in ("| pyHanko (b)", "| floor", "| vnsign seal_pdf", "| vnsign, evidence fetched anew", "10 MB signed"):
        assert row in finished.stdout


@pytest.mark.slow
def test_the_benchmark_of_verifying_runs() -> None:
    """Every contender finds its files valid; no time is asserted."""
    require_tool("pdfsig")
    require_tool("certutil")
    command = [sys.executable, "-m", "benchmarks.verify", "--quick"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    for row in (
        "| pyHanko with lists",
        "| pdfsig",
        "| vnsign inspect_pdf",
        "| 2 processes",
        "10 MB verified: TOTAL_PASSED",
    ):
        assert row in finished.stdout


@pytest.mark.slow
def test_a_hundredth_of_a_districts_history_ends_in_its_figures() -> None:
    """By real verbs on a real store; the run itself fails if tables or log report other figures than were done."""
    command = [sys.executable, "-m", "benchmarks.replay", "--share", "0.01"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    said = " ".join(finished.stdout.split())
    for figure in (
        "Văn bản đến đã đăng ký 410",
        "Văn bản đi đã phát hành 14",
        "– trong đó gửi qua liên thông 10",
        "Tài khoản hoạt động 6",
    ):
        assert figure in said
