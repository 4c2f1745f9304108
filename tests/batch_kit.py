"""Material for batches: a folder of documents, bad ones among them, and the command in a process that can be killed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

import vnsign
from tests.materials import PASSPHRASE, Office, make_office, plain_pdf
from tests.support import REPOSITORY
from vnsign.batch.jobs import FileSigner, SignedFile, SignJob
from vnsign.batch.publishing import write_staged
from vnsign.errors import ErrorCode, InputError

#: What is said of each kind of bad document.
BAD_CODES = {
    "truncated": "malformed_pdf",
    "text": "not_a_pdf",
    "locked": "encrypted_pdf",
    "certified": "signing_forbidden",
    "empty": "not_a_pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An office with a leader's key in a file."""

    office: Office
    credential: vnsign.Credential
    p12: Path

    @property
    def certificate_der(self) -> bytes:
        """Return the leader's certificate."""
        return self.credential.certificate.public_bytes(Encoding.DER)

    def recipe(self) -> vnsign.SignerRecipe:
        """Return how to load the leader's signer."""
        return vnsign.SignerRecipe(source=vnsign.Pkcs12Source(path=self.p12, passphrase=PASSPHRASE))


def make_desk(folder: Path) -> Desk:
    """Return a new office whose leader's key lies in ``folder``."""
    office = make_office(folder / "authority")
    credential = office.authority.enroll(
        vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Lê Thị Ổn", organization="UBND tỉnh An Bình")
    )
    vnsign.write_pkcs12(folder / "leader.p12", credential, PASSPHRASE)
    return Desk(office=office, credential=credential, p12=folder / "leader.p12")


def document(number: int) -> bytes:
    """Return a PDF that is like no other: its number stands in a comment before the trailer's end."""
    return b"%s%% document %d\n" % (_PLAIN, number)


_PLAIN = plain_pdf()


def write_documents(folder: Path, *, good: int, bad: Mapping[str, bytes] | None = None, of_each: int = 0) -> None:
    """Fill a folder with good documents and ``of_each`` bad ones of each kind, mixed by name."""
    folder.mkdir()
    for number in range(good):
        (folder / f"{_mixed(number)}-good{number}.pdf").write_bytes(document(number))
    for kind, content in (bad or {}).items():
        for number in range(of_each):
            (folder / f"{_mixed(number * 31 + len(kind))}-{kind}{number}.pdf").write_bytes(content)


def bad_documents(desk: Desk) -> dict[str, bytes]:
    """Return one bad document of each kind of :data:`BAD_CODES`."""
    return {
        "truncated": _PLAIN[: len(_PLAIN) // 2],
        "text": b"Not a PDF, whatever its name says.\n",
        "locked": _locked(),
        "certified": _certified_against_all_change(desk.credential),
        "empty": b"",
    }


def signatures_in(path: Path, desk: Desk) -> int:
    """Count the leader's signatures with an independent reader: its fields, byte ranges and certificates by qpdf."""
    with pikepdf.open(path) as pdf:
        form = pdf.Root.get("/AcroForm")
        values = [field.V for field in form.Fields if "/V" in field] if form is not None else []
        found = [bytes(value.Contents) for value in values if sum(value.ByteRange[2:]) == path.stat().st_size]
    return sum(1 for contents in found if desk.certificate_der in contents)


def check_signed_once(folder: Path, out: Path, desk: Desk) -> int:
    """Assert that every good document has one signed copy with one signature, and nothing else lies there."""
    targets = {path.name for path in out.iterdir()}
    good = {path.name for path in folder.iterdir() if "-good" in path.name}
    assert targets - {".vnsign-journal.jsonl"} == good
    for name in good:
        assert (out / name).read_bytes().startswith((folder / name).read_bytes())
        assert signatures_in(out / name, desk) == 1
    return len(good)


def start_signing(
    folder: Path,
    out: Path,
    desk: Desk,
    *extra: str,
    folders: bool = True,
    heard: bool = True,
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """Start ``vnsign sign FOLDER --recursive --out OUT`` as a process group of its own.

    Args:
        folder: What to sign, unless ``folders`` is false.
        out: Folder of the signed copies.
        desk: Whose key.
        extra: More arguments.
        folders: Name the folder.
        heard: Somebody reads what it says; a pipe that nobody reads would stop it.
        before: Called in the new process.
    """
    command = ["sign", *([str(folder), "--recursive"] if folders else []), "--p12", str(desk.p12), "--out", str(out)]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "vnsign", *command, "--no-status-check", *extra],
        cwd=REPOSITORY,
        env={**os.environ, "VNSIGN_PASSPHRASE": PASSPHRASE.decode()},
        stdout=subprocess.PIPE if heard else subprocess.DEVNULL,
        stderr=subprocess.PIPE if heard else subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=before,  # noqa: PLW1509 — a limit of the process, set before it is the command
    )


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill -9 a process and all its workers."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def group_lives(group: int) -> bool:
    """Return whether a process of the group runs (one that ended and is not yet buried does not)."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, leader = status.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(leader) == group and state != "Z":
            return True
    return False


def wait_until(condition: Callable[[], object], *, seconds: float = 900) -> None:
    """Wait until a callable returns something true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def _mixed(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()[:6]


def _locked() -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(_PLAIN)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


def _certified_against_all_change(credential: vnsign.Credential) -> bytes:
    key = credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(credential.certificate.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Certified",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        signer_key_usage={"non_repudiation"},
    )
    out = asyncio.run(signers.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(_PLAIN)), metadata, signer=signer))
    return bytes(out.getvalue())


# ---------------------------------------------------------------- a plan without keys, for the runner's own rules


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """Writes copies with a line added, and does what a file's content tells: fail, die, break, wait."""

    token: str = "copies"
    identity: str = "copies"
    certificate_sha256: str = ""
    unloadable: bool = False
    diary: Path | None = None

    def load(self) -> FileSigner:
        """Return the writer of copies."""
        if self.unloadable:
            raise InputError(ErrorCode.NOT_READABLE, "the key is gone")
        return _Copier(self.diary)


@dataclass(frozen=True, slots=True)
class _Copier:
    diary: Path | None

    def made(self, job: SignJob, *, at: datetime) -> bool:  # noqa: ARG002 — a copy tells no time
        return job.target.read_bytes() == job.source.read_bytes() + b"\nsigned"

    def sign(self, job: SignJob, staged: Path) -> SignedFile:
        content = job.source.read_bytes()
        if self.diary is not None:
            with self.diary.open("ab") as stream:
                stream.write(os.fsencode(job.source.name) + b"\n")
        match content:
            case b"die":
                os.kill(os.getpid(), signal.SIGKILL)
            case b"fail":
                raise InputError(ErrorCode.MALFORMED_PDF, "the PDF is damaged")
            case b"full":
                raise vnsign.UsageError(ErrorCode.OUTPUT_NOT_WRITABLE, "no space left on device")
            case b"defect":
                raise ZeroDivisionError
            case b"raced":
                job.target.write_bytes(b"somebody was quicker")
            case b"outlived":
                job.target.write_bytes(content + b"\nsigned")
            case b"begun":
                if f'/{job.target.name}"' not in _lines_of(job, "todo"):
                    raise InputError(ErrorCode.NOT_READABLE, "the journal does not say that this is begun")
            case b"slow":
                time.sleep(0.3)
        signed = content + b"\nsigned"
        write_staged(staged, [signed])
        return SignedFile(
            source_sha256=hashlib.sha256(content).hexdigest(), target_sha256=hashlib.sha256(signed).hexdigest()
        )


def _lines_of(job: SignJob, kind: str) -> str:
    lines = (job.target.parents[1] / "journal").read_text(encoding="ascii").splitlines()
    return "\n".join(line for line in lines if line.startswith(f'{{"{kind}"'))


def make_jobs(folder: Path, contents: Sequence[bytes]) -> list[SignJob]:
    """Write one source for each content; return the jobs that copy them into ``folder/out``."""
    (folder / "in").mkdir(exist_ok=True)
    jobs = []
    for number, content in enumerate(contents):
        source = folder / "in" / f"{number}.pdf"
        source.write_bytes(content)
        jobs.append(SignJob(source=source, target=folder / "out" / f"{number}.pdf"))
    return jobs
