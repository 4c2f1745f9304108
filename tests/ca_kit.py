"""The command line of an authority, run in this process; keys and requests of subscribers."""

from __future__ import annotations

import json
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from vnsign.authority.batches.batch import make_request
from vnsign.cli import main
from vnsign.pki.keys import generate_private_key
from vnsign.pki.names import Subject

PASSPHRASE = "mật khẩu thử"
SUBMITTER, APPROVER = "Trần Thị Bình", "Lê Văn Cường"
OFFICIAL = Subject(common_name="Nguyễn Văn An", organization="UBND tỉnh An Bình", email="an.nv@anbinh.gov.vn")
AGENCY = "Văn phòng UBND tỉnh"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 — any JSON
        """What was printed, as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with an authority in ``authority`` and its passphrase in ``authority.pass``.

    Attributes:
        keys_known: Whether there is a list of compromised keys.
    """

    folder: Path
    keys_known: bool = True

    def run(self, *arguments: object, by: str = SUBMITTER) -> Ran:
        """Run a command; it must end by itself."""
        out, err = StringIO(), StringIO()
        words = [str(argument) for argument in arguments]
        with pytest.MonkeyPatch.context() as patch, chdir(self.folder):
            patch.setenv("VNSIGN_CA", "authority")
            patch.setenv("VNSIGN_CA_PASSPHRASE_FILE", "authority.pass")
            patch.setenv("VNSIGN_BY", by)
            if self.keys_known:
                Path("compromised.txt").write_text(f"{'0' * 64}\n", encoding="utf-8")
                patch.setenv("VNSIGN_COMPROMISED_KEYS", "compromised.txt")
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
                main(words)
        return Ran(int(left.value.code or 0), out.getvalue(), err.getvalue())

    def ca(self, *arguments: object, by: str = SUBMITTER) -> Ran:
        """Run ``vnsign ca …``."""
        return self.run("ca", *arguments, by=by)

    def good(self, *arguments: object, by: str = SUBMITTER) -> Any:  # noqa: ANN401 — any JSON
        """Run ``vnsign ca … --json``, which must succeed; return what it printed."""
        ran = self.ca(*arguments, "--json", by=by)
        assert (ran.code, ran.err) == (0, ""), ran.err
        return ran.json

    def csr(self, name: str = "an.csr", subject: Subject = OFFICIAL) -> str:
        """Write a request for a certificate; return its name."""
        (self.folder / name).write_bytes(make_request(generate_private_key(), subject))
        return name

    def request(self, subject: Subject = OFFICIAL, *, profile: str = "official") -> int:
        """Ask for a certificate; return the number of the request."""
        name = self.csr(f"{subject.common_name}.csr", subject)
        options = ["--cn", subject.common_name, "--o", subject.organization, "--agency", AGENCY, "--csr", name]
        if subject.email is not None:
            options += ["--email", subject.email]
        return int(self.good("request", "--profile", profile, *options)[0]["id"])

    def issued(self, subject: Subject = OFFICIAL, *, profile: str = "official") -> str:
        """Ask for a certificate, approve and issue it; return its serial number."""
        number = self.request(subject, profile=profile)
        self.good("approve", number, by=APPROVER)
        return str(self.good("issue", number, by=APPROVER)[0]["serial"])


def found(folder: Path, *options: str) -> Desk:
    """Found an authority."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "authority.pass").write_text(PASSPHRASE + "\n", encoding="utf-8")
    desk = Desk(folder)
    named = ("--name", "Thử nghiệm", "--organization", "Sở Thử nghiệm", "--base-url", "http://ca.example.gov.vn")
    with pytest.MonkeyPatch.context() as patch:
        # the cost stands in the database: every opening is quick
        patch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
        ran = desk.ca("init", *named, *options)
    assert (ran.code, ran.err) == (0, ""), ran.err
    return desk


def official(number: int) -> Subject:
    """Return the official with this number."""
    return Subject(
        common_name=f"Nguyễn Văn {number}", organization="UBND tỉnh An Bình", email=f"nv{number}@anbinh.gov.vn"
    )
