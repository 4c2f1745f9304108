"""What a second process brings to a batch, beside what it brings to bare signing, in one run on one machine.

    python -m benchmarks.batch [--rounds 5] [--count 2000] [--quick]

Bare signing is read, SHA-256, one raw ECDSA signature, write, flush, rename: no PDF, no CMS, no journal. Both flush
each file to disk; both work in processes that run already, but for the last row. P-256, one page of 30 kB. The output
is Markdown; docs/benchmarks.md holds one.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import cryptography
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

import vnsign
from benchmarks.rounds import Contender, Result, measure, table
from vnsign.adapters.files import write_whole

_PASSPHRASE = b"benchmark"
_PAGE_BYTES = 30_000
_CHUNK = 64
_WARMING = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A folder with documents and a key, and processes that run already."""

    folder: Path
    sources: Sequence[Path]
    recipe: vnsign.SignerRecipe
    pools: dict[int, Executor]
    turns: count[int]

    def new_folder(self) -> Path:
        """Return an empty folder; those of the turns before are gone."""
        for old in self.folder.glob("out*"):
            shutil.rmtree(old)
        new = self.folder / f"out{next(self.turns)}"
        new.mkdir()
        return new


def make_bench(folder: Path, *, number: int, pools: dict[int, Executor]) -> Bench:
    """Make documents and a key; let every process do a little of both works."""
    authority = vnsign.Authority.create(
        folder / "authority",
        name="Benchmark",
        organization="Benchmark",
        base_url="http://127.0.0.1:9",
        passphrase=_PASSPHRASE,
        clock=vnsign.SystemClock(),
    )
    leader = authority.enroll(
        vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Nguyễn Văn An", organization="UBND")
    )
    vnsign.write_pkcs12(folder / "leader.p12", leader, _PASSPHRASE)
    (folder / "key.pem").write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "in").mkdir()
    pdf = _document()
    sources = [folder / "in" / f"{each:06}.pdf" for each in range(number)]
    for source in sources:
        source.write_bytes(pdf)
    recipe = vnsign.SignerRecipe(source=vnsign.Pkcs12Source(path=folder / "leader.p12", passphrase=_PASSPHRASE))
    return Bench(folder=folder, sources=sources, recipe=recipe, pools=pools, turns=count())


def bare(key: Path, sources: Sequence[Path], out: Path) -> None:
    """Do nothing but hash, sign and write."""
    private = _key(key)
    for source in sources:
        content = source.read_bytes()
        digest = hashes.Hash(hashes.SHA256())
        digest.update(content)
        write_whole(out / source.name, content + private.sign(digest.finalize(), ec.ECDSA(hashes.SHA256())))


@cache
def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    return key


def contenders(bench: Bench) -> list[Contender]:
    """Bare signing and a batch with one process and with two; and a batch that starts its own."""

    def bare_by(processes: int) -> Callable[[int], Callable[[], object]]:
        def prepare(number: int) -> Callable[[], object]:
            out, sources = bench.new_folder(), bench.sources[:number]
            chunks = [sources[begin : begin + _CHUNK] for begin in range(0, number, _CHUNK)]

            def run() -> None:
                pool = bench.pools[processes]
                for each in [pool.submit(bare, bench.folder / "key.pem", chunk, out) for chunk in chunks]:
                    each.result()
                _expect(number, out)

            return run

        return prepare

    def batch_by(processes: int, *, started: bool) -> Callable[[int], Callable[[], object]]:
        def prepare(number: int) -> Callable[[], object]:
            out = bench.new_folder()
            jobs = [vnsign.SignJob(source=each, target=out / each.name) for each in bench.sources[:number]]

            def run() -> None:
                outcomes = vnsign.sign_many(
                    jobs,
                    bench.recipe,
                    journal=out / "journal.jsonl",
                    workers=processes,
                    executor=bench.pools[processes] if started else None,
                    check_status=False,
                )
                for _ in outcomes:
                    pass
                _expect(number, out)

            return run

        return prepare

    number = len(bench.sources)
    return [
        Contender(name="bare signing, 1 process", prepare=bare_by(1), count=number),
        Contender(name="bare signing, 2 processes", prepare=bare_by(2), count=number),
        Contender(name="sign_many, 1 process", prepare=batch_by(1, started=True), count=number),
        Contender(name="sign_many, 2 processes", prepare=batch_by(2, started=True), count=number),
        Contender(
            name="sign_many, 2 processes of its own",
            prepare=batch_by(2, started=False),
            count=number,
            note="starting them is counted",
        ),
    ]


def report(results: Sequence[Result]) -> str:
    """Return the table and what the second process brings to each."""
    rates = {result.contender.name: result.median for result in results}
    gains = {
        name: rates[f"{name}, 2 processes"] / rates[f"{name}, 1 process"] for name in ("bare signing", "sign_many")
    }
    share = gains["sign_many"] / gains["bare signing"]
    return (
        f"{table(results, unit='documents', against='sign_many, 1 process')}\n\n"
        f"Two processes bring bare signing × {gains['bare signing']:.2f}, sign_many × {gains['sign_many']:.2f}: "
        f"**{share:.0%}** of it (goal: 90 %)."
    )


def _document() -> bytes:
    out = BytesIO()
    drawing = canvas.Canvas(out, invariant=True, pageCompression=0)
    noise = BytesIO(b"P6 96 96 255 " + random.Random(1).randbytes(96 * 96 * 3))  # noqa: S311 — filling, not secrets
    drawing.drawImage(ImageReader(noise), 72, 500, 96, 96)
    drawing.drawString(72, 720, "A document of some thirty thousand bytes")
    drawing.save()
    pdf = out.getvalue()
    if not _PAGE_BYTES * 0.8 < len(pdf) < _PAGE_BYTES * 1.4:
        raise RuntimeError(f"{len(pdf)} bytes")
    return pdf


def _expect(number: int, out: Path) -> None:
    found = sum(1 for _ in out.glob("*.pdf"))
    if found != number:
        raise RuntimeError(f"{found} of {number}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a second process brings to a batch.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that does not")
    parser.add_argument("--count", type=int, default=2000, help="documents a round")
    parser.add_argument("--quick", action="store_true", help="a few documents: does it run at all?")
    arguments = parser.parse_args()
    rounds, number = (1, _WARMING) if arguments.quick else (arguments.rounds, arguments.count)
    with tempfile.TemporaryDirectory(prefix="vnsign-bench-") as name, ExitStack() as stack:
        context = get_context("forkserver")
        pools: dict[int, Executor] = {
            processes: stack.enter_context(ProcessPoolExecutor(processes, mp_context=context)) for processes in (1, 2)
        }
        bench = make_bench(Path(name), number=number, pools=pools)
        results = measure(contenders(bench), rounds=rounds)
        print(
            f"{os.cpu_count()} cores, Python {platform.python_version()}, cryptography {cryptography.__version__}; "
            f"{rounds} rounds of {number:,} documents of {bench.sources[0].stat().st_size:,} bytes\n\n{report(results)}"
        )


if __name__ == "__main__":
    main()
