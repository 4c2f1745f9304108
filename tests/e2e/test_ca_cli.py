"""The authority's command line as processes: the how-to, the service, and a batch that is killed."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from cryptography import x509

from tests import hsm_kit
from tests.ca_kit import AGENCY, APPROVER, SUBMITTER, Desk, found, official
from tests.support import REPOSITORY, require_tool

HOWTO = REPOSITORY / "docs/howto/run-an-authority.md"
HOWTO_VI = REPOSITORY / "docs/howto/run-an-authority.vi.md"
PROGRAM = [sys.executable, "-m", "vnsign"]
_FENCE = re.compile(r"^```(console|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which the how-to's commands run."""
    (folder / "authority.pass").write_text("mật khẩu thử\n", encoding="utf-8")
    own = {"VNSIGN_CA": "authority", "VNSIGN_CA_PASSPHRASE_FILE": "authority.pass"}
    return {**os.environ, **own, "PYTHONWARNINGS": "error"}


def commands() -> list[list[str]]:
    """Return the how-to's commands, in order."""
    blocks = [body for _, body in _FENCE.findall(HOWTO.read_text(encoding="utf-8"))]
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line]


def test_both_languages_of_the_howto_say_the_same_commands() -> None:
    """They differ in words, not in what to type."""
    english, vietnamese = (_FENCE.findall(page.read_text(encoding="utf-8")) for page in (HOWTO, HOWTO_VI))
    assert english == vietnamese


def test_the_commands_of_the_howto_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From nothing to a revoked certificate; the service is another test's."""
    monkeypatch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
    environment(tmp_path)
    serial = "none yet"
    for program, *words in commands():
        if program == "openssl":
            assert _openssl(tmp_path, *words).returncode == 0
        elif words[0] != "serve":
            ran = Desk(tmp_path).run(*(serial if word == "SERIAL" else word for word in words))
            assert ran.code == 0, (words, ran.err)
        if words[:2] == ["ca", "issue"]:
            (issued,) = (tmp_path / "issued").glob("*.pem")
            serial = issued.stem
    crl = x509.load_der_x509_crl((tmp_path / "published/issuing.crl").read_bytes())
    assert crl.get_revoked_certificate_by_serial_number(int(serial, 16)) is not None


# ---------------------------------------------------------------- serve


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    """Run ``vnsign serve`` on a free port until the block is left; give it and its first line."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--json", *options],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, json.loads(_line(process.stdout))
    finally:
        process.kill()
        process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


def _get(url: str, *, body: bytes | None = None, kind: str = "") -> bytes:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind} if kind else {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 — loopback
        content: bytes = answer.read()
    return content


def _openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [require_tool("openssl"), *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )


@pytest.mark.slow
def test_the_service_answers_strangers_and_stops_when_told(tmp_path: Path) -> None:
    """Lists, OCSP and timestamps for openssl; SIGTERM ends it with exit code 0."""
    desk = found(tmp_path, "--out", "published")
    serial = desk.issued()
    desk.ca("export", serial, "--out", "an.pem")
    with served(tmp_path) as (process, line):
        url = str(line["listening"])
        assert line["base_url"] == "http://ca.example.gov.vn"
        (tmp_path / "issuing.crl").write_bytes(_get(f"{url}/crl/issuing.crl"))
        asked = ("ocsp", "-issuer", "published/issuing.pem", "-cert", "an.pem", "-CAfile", "published/root.pem")
        ocsp = _openssl(tmp_path, *asked, "-url", f"{url}/ocsp", "-verify_other", "published/issuing.pem")
        _openssl(tmp_path, "ts", "-query", "-data", "an.pem", "-sha256", "-cert", "-out", "q.tsq")
        query = (tmp_path / "q.tsq").read_bytes()
        (tmp_path / "r.tsr").write_bytes(_get(f"{url}/tsa", body=query, kind="application/timestamp-query"))

        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0

    assert "an.pem: good" in ocsp.stdout, ocsp.stderr
    assert "Response verify OK" in ocsp.stderr
    listed = _openssl(tmp_path, "crl", "-in", "issuing.crl", "-CAfile", "published/issuing.pem", "-noout")
    assert "verify OK" in listed.stderr
    stamped = ("ts", "-verify", "-in", "r.tsr", "-queryfile", "q.tsq", "-CAfile", "published/root.pem")
    assert _openssl(tmp_path, *stamped, "-untrusted", "published/issuing.pem").returncode == 0


@pytest.mark.slow
def test_the_service_says_when_certificates_point_elsewhere(tmp_path: Path) -> None:
    """The base URL in certificates is not where it listens: a proxy is needed."""
    found(tmp_path)
    with served(tmp_path, "--lang", "en") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert process.stderr is not None
        assert "the certificates say http://ca.example.gov.vn" in process.stderr.read()


def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    """The port is taken; one line, no traceback."""
    desk = found(tmp_path)
    with served(tmp_path) as (_, line):
        port = str(line["listening"]).rpartition(":")[2]
        ran = desk.run("serve", "--port", port)

    assert (ran.code, ran.out) == (64, "")
    assert "cannot listen" in ran.err
    assert desk.run("serve", "--ca", "elsewhere").code == 1


# ---------------------------------------------------------------- keys on a token


@pytest.mark.slow
def test_an_authority_with_its_keys_on_a_token_needs_the_pin_and_no_passphrase(tmp_path: Path) -> None:
    """Founded, used, and refused with a wrong PIN, which is presented once; the PIN is in nothing that was printed."""
    module, token = hsm_kit.module(), hsm_kit.new_token()
    (tmp_path / "pin").write_text(hsm_kit.PIN + "\n", encoding="utf-8")
    (tmp_path / "wrong").write_text("số-pin-0000\n", encoding="utf-8")
    place = ("--ca", "held", "--pkcs11-module", module, "--pkcs11-token", token.label)
    named = ("--name", "A", "--organization", "B", "--base-url", "http://ca.example.gov.vn", "--by", "An")
    own = {name: value for name, value in os.environ.items() if not name.startswith("VNSIGN_")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, "ca", *words], cwd=tmp_path, env=own, capture_output=True, text=True, check=False, timeout=60
        )

    founded = run("init", *place, *named, "--pin-file", "pin", "--out", "published")
    listed = run("crl", *place, "--pin-file", "pin", "--out", "issuing.crl")
    refused = run("crl", "root", *place, "--pin-file", "wrong", "--delta", "--out", "root.crl")

    assert (founded.returncode, founded.stderr) == (0, "")
    assert (listed.returncode, listed.stderr) == (0, "")
    checked = _openssl(tmp_path, "crl", "-in", "issuing.crl", "-CAfile", "published/issuing.pem", "-noout")
    assert "verify OK" in checked.stderr
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "root.crl").exists()
    printed = "".join(each.stdout + each.stderr for each in (founded, listed, refused))
    assert not any(pin in printed for pin in (hsm_kit.PIN, "số-pin-0000"))


# ---------------------------------------------------------------- batch, killed


@pytest.mark.slow
def test_a_batch_that_is_killed_gives_each_row_one_certificate(tmp_path: Path) -> None:
    """SIGKILL at several moments, then to the end: as many certificates as rows, each with its own key's file."""
    rows = 160
    desk = found(tmp_path)
    _write_list(desk, rows)
    (tmp_path / "p12.pass").write_text("mật khẩu p12", encoding="utf-8")
    words = ["batch", "list.csv", "--out", "out", "--submitted-by", SUBMITTER, "--by", APPROVER, "--json"]
    command = [*PROGRAM, "ca", *words, "--p12-passphrase-file", "p12.pass"]
    killed = sum(_kill_after(command, tmp_path, files) for files in (1, 40, 90))
    assert killed >= 2, "the batch was over before it could be killed"

    ran = subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=120
    )

    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    serials = [line["serial"] for line in report["rows"]]
    assert report["summary"]["failed"] == 0
    assert report["summary"]["already_issued"] > 0
    assert len(set(serials)) == rows
    assert sorted(c["serial"] for c in desk.good("list", "--profile", "official")) == sorted(serials)
    assert len(desk.good("requests")) == rows
    assert {r["state"] for r in desk.good("requests")} == {"done"}
    # What was being written when the power went is left under a name of its own.
    names = {path.name for path in (tmp_path / "out").glob("[!.]*") if path.suffix != ".csr"}
    assert names == {f"{n:04}.{'p12' if n % 4 == 0 else 'pem'}" for n in range(rows)} | {"report.csv"}
    assert desk.ca("journal", "--verify").code == 0


def _write_list(desk: Desk, rows: int) -> None:
    with (desk.folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "profile", "cn", "o", "email", "agency", "csr"])
        for number in range(rows):
            subject = official(number)
            csr = desk.csr(f"{number}.csr", subject) if number % 4 else ""
            writer.writerow(
                [f"{number:04}", "official", subject.common_name, subject.organization, subject.email, AGENCY, csr]
            )


def _kill_after(command: list[str], folder: Path, files: int) -> bool:
    """Kill the command once so many certificates are written; return whether it was still running."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if sum(1 for path in (folder / "out").glob("*.p*")) >= files:
            break
        time.sleep(0.002)
    running = process.poll() is None
    process.kill()
    process.wait(10)
    return running
