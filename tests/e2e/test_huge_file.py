"""A PDF of one gigabyte: signed in pieces, checked by another program that reads in pieces too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

import vnsign
from tests.materials import PASSPHRASE, make_office
from tests.support import require_tool

pytestmark = [pytest.mark.soak]

GIGABYTE = 1024**3
#: All of the process; the peak that getrusage tells is inherited from the process that started it.
MAX_PEAK_KB = 100 * 1024
SIGN = """
import re, sys, vnsign
signer = vnsign.Signer.from_pkcs12(sys.argv[3], sys.argv[4].encode())
vnsign.sign_file(sys.argv[1], sys.argv[2], signer, check_status=False)
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def write_huge_pdf(path: Path) -> None:
    """Write a page beside an attachment of a gigabyte (not compressed: scans are not either)."""
    offsets, block = {}, os.urandom(1024 * 1024)
    with path.open("wb") as out:
        out.write(b"%PDF-1.7\n")
        for number, body in enumerate(
            (b"<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"), 1
        ):
            offsets[number] = out.tell()
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        offsets[3] = out.tell()
        out.write(b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n")
        offsets[4] = out.tell()
        out.write(b"4 0 obj\n<</Length %d>>\nstream\n" % GIGABYTE)
        for _ in range(GIGABYTE // len(block)):
            out.write(block)
        out.write(b"\nendstream\nendobj\n")
        at = out.tell()
        rows = b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(offsets))
        out.write(b"xref\n0 5\n0000000000 65535 f \n" + rows)
        out.write(b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % at)


def test_a_gigabyte_is_signed_in_little_memory_and_verifies(tmp_path: Path) -> None:
    """Peak memory below 100 MB; openssl verifies the CMS over the byte range; qpdf finds nothing."""
    office = make_office(tmp_path / "ca")
    subject = vnsign.Subject(common_name="Nguyễn Văn Ủy", organization="UBND tỉnh An Bình")
    vnsign.write_pkcs12(
        tmp_path / "a.p12", office.authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject), PASSPHRASE
    )
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    write_huge_pdf(source)

    done = subprocess.run(
        [sys.executable, "-c", SIGN, source, target, tmp_path / "a.p12", PASSPHRASE.decode()],
        capture_output=True,
        text=True,
        check=True,
    )
    peak_kb = int(done.stdout)
    print(f"peak RSS {peak_kb} kB for {target.stat().st_size} bytes")  # noqa: T201 — figures are for people
    assert peak_kb < MAX_PEAK_KB

    with pikepdf.open(target) as pdf:
        signature = pdf.Root.AcroForm.Fields[0].V
        ranges = [int(number) for number in signature.ByteRange]
        (tmp_path / "cms").write_bytes(bytes(signature.Contents))
    _copy_ranges(target, tmp_path / "covered", ranges)
    (tmp_path / "root.pem").write_bytes(vnsign.certificate_pem(office.trust.anchors[0]))
    command = [require_tool("openssl"), "cms", "-verify", "-binary", "-cades", "-purpose", "any", "-inform", "DER"]
    command += ["-in", "cms", "-content", "covered", "-out", "/dev/null", "-CAfile", "root.pem"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    syntax = subprocess.run([require_tool("qpdf"), "--check", target], capture_output=True, text=True, check=False)
    assert syntax.returncode == 0, syntax.stdout + syntax.stderr
    for path in (source, target, tmp_path / "covered"):
        path.unlink()


def _copy_ranges(path: Path, out: Path, ranges: list[int]) -> None:
    """Write what the signature covers, in pieces."""
    with path.open("rb") as stream, out.open("wb") as copy:
        for start, length in zip(ranges[::2], ranges[1::2], strict=True):
            stream.seek(start)
            left = length
            while left:
                piece = stream.read(min(left, 1024 * 1024))
                copy.write(piece)
                left -= len(piece)
