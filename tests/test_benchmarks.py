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
