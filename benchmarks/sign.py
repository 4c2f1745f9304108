"""How fast documents are signed, beside pyHanko and beside the bare work, in one run on one machine.

    python -m benchmarks.sign [--rounds 7] [--quick] [--only bb,flow,lt,processes,memory]

Every contender reads its input from a file and writes its output to one, without flushing it to disk (one row says what
flushing adds). Keys, certificates and services are made before the measurement. The output is Markdown;
docs/benchmarks.md holds one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from threading import Event

import cryptography
from cryptography.hazmat.primitives import hashes
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

import vnsign
from benchmarks.rounds import Contender, measure, table
from benchmarks.sign_peers import PyHanko, fill
from vnsign.pki.keys import KeyAlgorithm

AGENCY = "Ủy ban nhân dân tỉnh Thử"
_PASSPHRASE = b"benchmark"
_PAGE_BYTES = 30_000
_BIG_BYTES = 150 * 1024 * 1024
_START_TIMEOUT_S = 60
NUMBER, DATE, LEADER, SEAL = "so", "ngay", "ChuKyNguoiKy", "ConDau"


class Clock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)


# ---------------------------------------------------------------- materials


def one_page(size: int = _PAGE_BYTES) -> bytes:
    """Return a one-page PDF of about ``size`` bytes."""
    dice = random.Random(7)  # noqa: S311 — the same page every time
    out = BytesIO()
    drawing = canvas.Canvas(out, invariant=True)
    for line in range(40):
        drawing.drawString(60, 780 - 16 * line, "".join(dice.choice("abcdefghijklmno ") for _ in range(80)))
    picture = Image.frombytes(
        "L", (160, max(1, (size - 5_000) // 160)), dice.randbytes(160 * max(1, (size - 5_000) // 160))
    )
    drawing.drawInlineImage(picture, 60, 20, 100, 60)
    drawing.save()
    return out.getvalue()


def prepared_page() -> bytes:
    """Return the page with the fields of the recipe."""
    return vnsign.prepare_pdf(
        one_page(),
        text_fields=(
            vnsign.TextFieldSpec(name=NUMBER, label="Số", page=0, x=120, baseline=810, width=150, size=13),
            vnsign.TextFieldSpec(name=DATE, label="Ngày", page=0, x=320, baseline=810, width=230, size=13),
        ),
        signature_fields=(
            vnsign.SignatureFieldSpec(
                name=LEADER, label="Người ký", box=vnsign.Box(page=0, x=300, y=100, width=128, height=62)
            ),
            vnsign.SignatureFieldSpec(
                name=SEAL, label="Con dấu", box=vnsign.Box(page=0, x=240, y=80, width=102, height=102), locks=(LEADER,)
            ),
        ),
    )


def image(colour: tuple[int, int, int]) -> bytes:
    """Return a transparent PNG at 300 dpi."""
    picture = Image.new("RGBA", (531, 260), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line((10, 250, 520, 10), fill=(*colour, 255), width=14)
    out = BytesIO()
    picture.save(out, "PNG", dpi=(300, 300))
    return out.getvalue()


class Bench:
    """An authority with its services on loopback, and people with keys of every kind."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.authority = vnsign.Authority.create(
            folder / "authority",
            name="Thử",
            organization=AGENCY,
            base_url=f"http://127.0.0.1:{port}",
            passphrase=_PASSPHRASE,
            clock=Clock(),
        )
        self.tsa = f"http://127.0.0.1:{port}/tsa"
        self.root = self.authority.certificates()[0]

    def credential(self, profile: vnsign.CertificateProfile, kind: KeyAlgorithm) -> vnsign.Credential:
        """Return a new person or agency, told apart by their names."""
        name = "Con dấu" if profile is vnsign.CertificateProfile.AGENCY_SEAL else f"Thử {kind.value}"
        subject = vnsign.Subject(common_name=name, organization=AGENCY)
        return self.authority.enroll(profile, subject, key_algorithm=kind)


# ---------------------------------------------------------------- B-B


def at_b_b(bench: Bench, kind: KeyAlgorithm, *, count: int) -> list[Contender]:
    """One page, invisible, B-B: the libraries and the floor."""
    credential = bench.credential(vnsign.CertificateProfile.OFFICIAL, kind)
    signer = vnsign.Signer.from_credential(credential)
    peer = PyHanko(bench.folder / f"pyhanko-{kind.value}", credential, root=bench.root)
    source, target = bench.folder / "page.pdf", bench.folder / "signed.pdf"
    source.write_bytes(one_page())

    def with_vnsign() -> None:
        target.write_bytes(vnsign.sign_pdf(source.read_bytes(), signer, check_status=False))

    def flushed() -> None:
        vnsign.sign_file(source, target, signer, check_status=False)

    def floor() -> None:
        data = source.read_bytes()
        signature = signer.key.sign(hashlib.sha256(data).digest(), hashes.SHA256())
        target.write_bytes(data + signature)

    return [
        _many("pyHanko (a)", peer.signing(source, target), count=max(count // 8, 2), note="as its documentation shows"),
        _many(
            "pyHanko (b)",
            peer.signing(source, target, tuned=True),
            count=max(count // 4, 2),
            note="tuned: key loaded once, room given",
        ),
        _many("vnsign", with_vnsign, count=count, note="signed, read back, written"),
        _many("vnsign sign_file", flushed, count=count, note="the same, flushed to disk and renamed"),
        _many("floor", floor, count=count, note="raw signature, SHA-256, file written"),
    ]


# ---------------------------------------------------------------- leader, number, seal


def flow(bench: Bench, *, count: int) -> list[Contender]:
    """Visible leader, number and date, visible seal, both B-T with tokens over HTTP."""
    person = bench.credential(vnsign.CertificateProfile.OFFICIAL, KeyAlgorithm.P256)
    agency = bench.credential(vnsign.CertificateProfile.AGENCY_SEAL, KeyAlgorithm.P256)
    leader = vnsign.Signer.from_credential(person)
    stamp = vnsign.Signer.from_credential(agency)
    trust = vnsign.TrustStore(anchors=(bench.root,), intermediates=bench.authority.certificates()[1:2])
    sealer = vnsign.Signer.from_credential(agency, holder=vnsign.Holder.AGENCY)
    peers = [
        PyHanko(bench.folder / name, who, root=bench.root, tsa=bench.tsa)
        for name, who in (("leader", person), ("agency", agency))
    ]
    pdf = prepared_page()
    blue, red = image((0, 0, 200)), image((200, 0, 0))
    values = {NUMBER: "15/QĐ-UBND", DATE: "Thử, ngày 05 tháng 01 năm 2026"}
    target = bench.folder / "flow.pdf"

    def with_pyhanko() -> None:
        signed = peers[0].show(pdf, field=LEADER, image=blue, certify=True)
        target.write_bytes(peers[1].show(fill(signed, values), field=SEAL, image=red))

    def by_leader() -> bytes:
        signed = vnsign.sign_pdf(
            pdf, leader, field=LEADER, level="B-T", tsa=bench.tsa, image=blue, certify=True, check_status=False
        )
        return vnsign.fill_pdf(signed, values)

    def with_vnsign() -> None:
        target.write_bytes(
            vnsign.sign_pdf(by_leader(), stamp, field=SEAL, level="B-T", tsa=bench.tsa, image=red, check_status=False)
        )

    def with_seal() -> None:
        target.write_bytes(
            vnsign.seal_pdf(
                by_leader(), sealer, field=SEAL, trust=trust, level="B-T", tsa=bench.tsa, image=red, check_status=False
            )
        )

    return [
        _many("pyHanko (a)", with_pyhanko, count=max(count // 8, 1), note="checks nothing it wrote"),
        _many("vnsign", with_vnsign, count=count, note="each step looked at again: no earlier signature is harmed"),
        _many("vnsign seal_pdf", with_seal, count=count, note="and the leader's signature verified before the seal"),
    ]


def at_b_lt(bench: Bench, *, count: int) -> list[Contender]:
    """One page at B-LT: token, lists and OCSP answers over HTTP."""
    credential = bench.credential(vnsign.CertificateProfile.OFFICIAL, KeyAlgorithm.P256)
    signer = vnsign.Signer.from_credential(credential)
    peer = PyHanko(bench.folder / "pyhanko-lt", credential, root=bench.root, tsa=bench.tsa)
    source, target = bench.folder / "lt.pdf", bench.folder / "lt-signed.pdf"
    source.write_bytes(one_page())

    def fresh() -> None:
        signed = vnsign.sign_pdf(
            source.read_bytes(), signer, level="B-LT", tsa=bench.tsa, revocation=vnsign.HttpRevocationSource()
        )
        target.write_bytes(signed)

    def kept() -> None:
        target.write_bytes(vnsign.sign_pdf(source.read_bytes(), signer, level="B-LT", tsa=bench.tsa))

    return [
        _many("pyHanko (a)", peer.signing_with_evidence(source, target), count=max(count // 8, 1)),
        _many("vnsign, evidence fetched anew", fresh, count=count, note="nothing kept from file to file"),
        _many("vnsign", kept, count=count, note="as it comes: evidence kept while it is fresh"),
    ]


def _many(name: str, work: Callable[[], object], *, count: int, note: str = "") -> Contender:
    def prepare(number: int) -> Callable[[], object]:
        return lambda: [work() for _ in range(number)]

    return Contender(name=name, prepare=prepare, count=count, note=note)


# ---------------------------------------------------------------- memory

#: Nothing but vnsign is imported by the process that is measured.
_SIGN_BIG = """
import os, sys
import vnsign
def peak():  # of this program alone: getrusage would tell its parent's
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) >> 10
key, passphrase, source, target = sys.argv[1:]
signer = vnsign.Signer.from_pkcs12(key, passphrase.encode())
before = peak()
vnsign.sign_file(source, target, signer, check_status=False)
print(f"{os.path.getsize(source) >> 20} MB signed; peak RSS {peak()} MB, {before} MB before")
"""


def memory(bench: Bench, *, size: int) -> str:
    """Return what signing one large file takes, in a process of its own."""
    credential = bench.credential(vnsign.CertificateProfile.OFFICIAL, KeyAlgorithm.P256)
    key = bench.folder / "big.p12"
    vnsign.write_pkcs12(key, credential, _PASSPHRASE)
    source, target = bench.folder / "big.pdf", bench.folder / "big-signed.pdf"
    make_big(source, size)
    command = [sys.executable, "-c", _SIGN_BIG, str(key), _PASSPHRASE.decode(), str(source), str(target)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout.strip()


def make_big(path: Path, size: int) -> None:
    """Write a one-page PDF of ``size`` bytes, nearly all of them random in one stream that nothing shows.

    It is written as it is made: a gigabyte takes seconds and no memory.
    """
    offsets: list[int] = []
    with path.open("wb") as out:
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        for number, body in enumerate(_BIG_OBJECTS, 1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n<< /Length %d >>\nstream\n" % (len(offsets), (size >> 20) << 20))
        for _ in range(size >> 20):
            out.write(os.urandom(1 << 20))
        out.write(b"\nendstream\nendobj\n")
        start = out.tell()
        entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        count = len(offsets) + 1
        out.write(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (count, entries, count))
        out.write(b"startxref\n%d\n%%%%EOF\n" % start)


_BIG_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] /Resources << >> /Bulk 4 0 R >>",
)


# ---------------------------------------------------------------- services and the command


@contextmanager
def services(folder: Path, port: int) -> Iterator[None]:
    """Serve the authority in ``folder`` from a process of its own."""
    context = get_context("spawn")
    ready: Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(folder, port, ready), daemon=True)
    process.start()
    try:
        ready.get(timeout=_START_TIMEOUT_S)
        yield
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, port: int, ready: Queue[int]) -> None:
    authority = vnsign.Authority.open(folder, passphrase=_PASSPHRASE, clock=Clock())
    app = vnsign.create_app(authority, limits=vnsign.ServiceLimits(rate=None))
    with vnsign.serve(app, port=port) as running:
        ready.put(running.port)
        Event().wait()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Signing beside pyHanko and the bare work.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count, after one that does not")
    parser.add_argument("--quick", action="store_true", help="a few of everything: does it run at all?")
    parser.add_argument("--only", default="bb,flow,lt,memory", help="parts, with commas between them")
    chosen = parser.parse_args(arguments)
    parts, rounds, count = set(chosen.only.split(",")), 1 if chosen.quick else chosen.rounds, 4 if chosen.quick else 80
    with tempfile.TemporaryDirectory(prefix="vnsign-bench-") as name:
        port = free_port()
        bench = Bench(Path(name), port=port)
        print(
            f"{os.cpu_count()} cores, Python {platform.python_version()}, cryptography {cryptography.__version__}, "
            f"pyHanko {version('pyHanko')}; {rounds} rounds; {len(one_page()) // 1000} kB, one page"
        )
        if "bb" in parts:
            for kind in (KeyAlgorithm.P256, KeyAlgorithm.RSA_2048):
                results = measure(at_b_b(bench, kind, count=count), rounds=rounds)
                print(f"\n## B-B, {kind.value}\n\n{table(results, unit='files', against='pyHanko (a)')}")
        with services(bench.folder / "authority", port):
            if "flow" in parts:
                results = measure(flow(bench, count=count // 2), rounds=rounds)
                print(f"\n## Leader, number, seal at B-T\n\n{table(results, unit='documents', against='pyHanko (a)')}")
            if "lt" in parts:
                results = measure(at_b_lt(bench, count=count // 2), rounds=rounds)
                print(f"\n## B-LT\n\n{table(results, unit='files', against='pyHanko (a)')}")
        if "memory" in parts:
            print(f"\n## Memory\n\n{memory(bench, size=(10 << 20) if chosen.quick else _BIG_BYTES)}")


if __name__ == "__main__":
    main()
