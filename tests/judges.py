"""Foreign judges of signed PDFs: pyHanko, poppler, PDFBox, iText 5, openssl, qpdf.

Each tells what it thinks of every signature of a file, in the file's order. PDFBox and iText judge digest and
signature value (and the timestamp's), pyHanko, poppler and openssl the path to the root too; qpdf the syntax.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from tests.support import require_file, require_tool

TIMESTAMP = "ETSI.RFC3161"
_JAVA = Path(__file__).parent / "java" / "Judges.java"
JARS = ("itext5", "itext5-pdfa", "bcprov", "bcpkix", "bcutil", "pdfbox2", "fontbox2", "commons-logging")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one judge said of one signature.

    Attributes:
        kind: SubFilter, or empty if the judge does not tell.
        covers: Whether it covers the whole file, or None if the judge does not tell.
    """

    judge: str
    kind: str
    is_valid: bool
    covers: bool | None = None
    words: str = ""


def java_says(paths: Sequence[Path], folder: Path) -> dict[Path, list[Said]]:
    """Ask PDFBox and iText about many files in one start of Java."""
    tool = require_tool("javac").removesuffix("c")
    jars = [str(require_file(f"/usr/share/java/{name}.jar")) for name in JARS]
    (folder / "files").write_text("".join(f"{path}\n" for path in paths))
    command: list[str | Path] = [
        tool,
        "-Xshare:auto",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        ":".join(jars),
        _JAVA,
        folder / "files",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    said: dict[Path, list[Said]] = {path: [] for path in paths}
    for line in done.stdout.splitlines():
        judge, path, kind, valid, whole, words = line.split("\t")
        said[Path(path)].append(
            Said(judge=judge, kind=kind, is_valid=valid == "valid", covers=whole == "whole", words=words)
        )
    return said


def make_nss(folder: Path, root: x509.Certificate) -> Path:
    """Return poppler's database of trusted roots."""
    certutil = require_tool("certutil")
    folder.mkdir()
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    for command in (("-N", "--empty-password"), ("-A", "-n", "root", "-t", "CT,C,C", "-i", folder / "root.pem")):
        subprocess.run([certutil, "-d", f"sql:{folder}", *command], check=True, capture_output=True, timeout=60)
    return folder


def poppler_says(path: Path, nss: Path) -> list[Said]:
    """Ask pdfsig, which trusts the root in ``nss`` only and asks OCSP; a document timestamp it does not verify."""
    command: list[str | Path] = [require_tool("pdfsig"), "-nssdir", f"sql:{nss}", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    said = []
    for part in done.stdout.split("Signature #")[1:]:
        facts = dict(line.strip(" -").split(": ", 1) for line in part.splitlines() if ": " in line)
        kind = facts.get("Signature Type", "").replace("unknown", TIMESTAMP)  # its word for what it does not verify
        good = facts.get("Signature Validation") == "Signature is Valid."
        good = good and facts.get("Certificate Validation") == "Certificate is Trusted."
        whole = "Total document signed" in part
        said.append(Said(judge="poppler", kind=kind, is_valid=good, covers=whole, words=part.replace("\n", " ")))
    return said


def pyhanko_says(pdf: bytes, root: x509.Certificate) -> list[Said]:
    """Ask pyHanko, which trusts ``root`` only and compares every later revision with what is allowed."""
    anchor = asn1_x509.Certificate.load(root.public_bytes(Encoding.DER))
    said = []
    for signature in _opened(pdf).embedded_signatures:
        context = ValidationContext(trust_roots=[anchor], allow_fetching=False)
        if str(signature.sig_object["/SubFilter"]) == f"/{TIMESTAMP}":
            stamp = asyncio.run(async_validate_pdf_timestamp(signature, context))
            said.append(Said(judge="pyhanko", kind=TIMESTAMP, is_valid=stamp.intact and stamp.valid and stamp.trusted))
            continue
        status = asyncio.run(async_validate_pdf_signature(signature, signer_validation_context=context))
        kind = str(signature.sig_object["/SubFilter"])[1:]
        said.append(Said(judge="pyhanko", kind=kind, is_valid=status.bottom_line, words=status.summary()))
    return said


def openssl_says(pdf: bytes, root: x509.Certificate, folder: Path) -> list[Said]:
    """Ask openssl: ``cms -verify -cades`` of each signature, ``ts -verify`` of each document timestamp."""
    tool = require_tool("openssl")
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    said = []
    command: tuple[str | Path, ...]
    for signature in _opened(pdf).embedded_signatures:
        start, length, second, rest = (int(number) for number in signature.byte_range)
        (folder / "data").write_bytes(pdf[start : start + length] + pdf[second : second + rest])
        (folder / "cms").write_bytes(cms.ContentInfo.load(bytes(signature.pkcs7_content)).dump())  # without the padding
        kind = str(signature.sig_object["/SubFilter"])[1:]
        trust = ("-CAfile", folder / "root.pem")
        if kind == TIMESTAMP:
            command = ("ts", "-verify", "-token_in", "-in", folder / "cms", "-data", folder / "data", *trust)
        else:
            given = ("-inform", "DER", "-in", folder / "cms", "-content", folder / "data", "-out", "/dev/null")
            command = ("cms", "-verify", "-binary", "-cades", "-purpose", "any", *given, *trust)
        done = subprocess.run([tool, *command], capture_output=True, text=True, check=False, timeout=120)
        said.append(Said(judge="openssl", kind=kind, is_valid=done.returncode == 0, words=done.stderr))
    return said


def _opened(pdf: bytes) -> PdfFileReader:
    # pyHanko judges hybrid files only when it is told not to be strict
    reader = PdfFileReader(BytesIO(pdf), strict=b"/XRefStm" not in pdf)
    if reader.encrypted:
        reader.decrypt("")
    return reader


def qpdf_says(path: Path) -> Said:
    """Ask qpdf about the syntax: no error, no warning."""
    command: list[str | Path] = [require_tool("qpdf"), "--check", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return Said(judge="qpdf", kind="", is_valid=done.returncode == 0, words=done.stdout + done.stderr)
