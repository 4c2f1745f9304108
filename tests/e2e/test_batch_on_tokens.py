"""A batch with a key in a token: the PIN is typed once and presented once in each process, however many the files."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests import hsm_kit
from tests.materials import plain_pdf
from tests.unit.vnsign.authority.making import certify
from vnsign.adapters.pkcs11_token import Token

FILES = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A token with one key, and the file of its certificate."""

    label: str
    certificate: Path


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """Make a key in a token, certified."""
    token = hsm_kit.new_token()
    key, _ = hsm_kit.keys_on(token.label).generate("signer", vnsign.KeyAlgorithm.P256)
    made = certify(vnsign.CertificateProfile.OFFICIAL, key=key)
    file = tmp_path / "cert.pem"
    file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in (made.certificate, *made.chain)))
    return Card(token.label, file)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Write documents."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.pdf").write_bytes(plain_pdf())
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_pin_is_asked_for_once(jobs: str, card: Card, inbox: Path, tmp_path: Path) -> None:
    """At a real terminal: one prompt, all files signed, the PIN on no screen."""
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "vnsign",
        "sign",
        str(inbox),
        "--recursive",
        "--out",
        str(out),
        "--jobs",
        jobs,
        "--no-status-check",
    ]
    command += ["--pkcs11-module", hsm_kit.module(), "--pkcs11-token", card.label, "--cert", str(card.certificate)]
    own = {name: value for name, value in os.environ.items() if not name.startswith("VNSIGN_")}
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=own, start_new_session=True)
    os.close(slave)
    said = _talk(master, answer=f"{hsm_kit.PIN}\n")
    assert process.wait(timeout=60) == 0, said
    assert said.count("PIN of the token") == 1
    assert hsm_kit.PIN not in said
    assert len(list(out.glob("*.pdf"))) == FILES


def _talk(terminal: int, *, answer: str) -> str:
    """Answer the first question; return what stands on the screen when the program ends."""
    said, ends_at = b"", time.monotonic() + 90
    while time.monotonic() < ends_at:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other side is closed
            break
        if not piece:
            break
        was_asked = b"PIN of the token" in said
        said += piece
        if not was_asked and b"PIN of the token" in said:
            os.write(terminal, answer.encode())
    os.close(terminal)
    return said.decode(errors="replace")


def test_one_process_presents_the_pin_once(
    card: Card, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted where the token is logged in to; real signatures of a real token."""
    logins, log_in = [], Token._login

    def counted(self: Token, token: object) -> object:
        logins.append(token)
        return log_in(self, token)  # type: ignore[arg-type]

    monkeypatch.setattr(Token, "_login", counted)
    source = vnsign.Pkcs11Source(
        module=Path(hsm_kit.module()), token=card.label, pin=hsm_kit.PIN, certificate=card.certificate
    )
    jobs = [vnsign.SignJob(source=path, target=tmp_path / "out" / path.name) for path in inbox.iterdir()]
    outcomes = list(vnsign.sign_many(jobs, vnsign.SignerRecipe(source=source), workers=1, check_status=False))
    assert [outcome.state for outcome in outcomes] == [vnsign.JobState.SIGNED] * FILES, outcomes
    assert len(logins) <= 2  # the certificate is looked at before the run, then the key is loaded for it
