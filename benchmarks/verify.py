"""How fast signed files are verified, beside pyHanko and pdfsig, in one run on one machine.

    python -m benchmarks.verify [--quick] [--files 1000] [--rounds 5] [--only single,flow,processes,memory] [--cpu]

The same files, the same anchors, one process. Peers that take long look at every tenth file; all signers are among
them. Keys, certificates and files are made before the measurement. The output is Markdown; docs/benchmarks.md holds
one. ``--cpu`` counts the processor's seconds (children included) instead of the clock's, for a machine that others use
too.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import cryptography

import vnsign
from benchmarks.rounds import Contender, measure, table
from benchmarks.sign import Bench, free_port, make_big, services
from benchmarks.verify_materials import Archive, single_signatures, whole_flows, write_trust
from benchmarks.verify_peers import PyHankoVerifier, make_nss, pdfsig, pdfsig_start
from vnsign.pki.keys import KeyAlgorithm

_BIG_BYTES = 1 << 30
_PEER_SHARE = 10


def processor_seconds() -> float:
    """Return what this process and its finished children have used."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def over(archive: Archive, *, nss: Path) -> list[Contender]:
    """Everybody over the same files."""
    few = archive.files[::_PEER_SHARE] if len(archive.files) > _PEER_SHARE else archive.files
    peers = {lists: PyHankoVerifier(archive.trust, lists=lists) for lists in (False, True)}
    return [
        _each("pyHanko", few, peers[False].verify, note="as its documentation shows: path only, no status asked for"),
        _each("pyHanko with lists", few, peers[True].verify, note="status of every certificate, as vnsign"),
        _each("pdfsig", few, lambda path: pdfsig(path, nss), note="a process a file, as it is used; path only"),
        _each("pdfsig -v", few, lambda _: pdfsig_start(), note="the share of starting in the row above"),
        Contender(
            name="vnsign",
            prepare=lambda _: lambda: _verify_all(archive.trust, archive.files),
            count=len(archive.files),
            note="one verifier for all, made anew each round",
        ),
        _each("vnsign inspect_pdf", few, _one_off(archive.trust), note="a verifier for each file: nothing remembered"),
    ]


def _each(name: str, files: Sequence[Path], work: Callable[[Path], object], *, note: str) -> Contender:
    def run() -> None:
        for path in files:
            work(path)

    return Contender(name=name, prepare=lambda _: run, count=len(files), note=note)


def _one_off(folder: Path) -> Callable[[Path], None]:
    trust = vnsign.TrustStore.from_folder(folder)

    def verify(path: Path) -> None:
        _require_passed(vnsign.inspect_pdf(path.read_bytes(), trust=trust))

    return verify


def _verify_all(folder: Path, files: Sequence[Path]) -> int:
    verifier = vnsign.Verifier(trust=vnsign.TrustStore.from_folder(folder))
    for path in files:
        _require_passed(verifier.inspect_file(path))
    return len(files)


def _require_passed(report: vnsign.DocumentReport) -> None:
    if report.verdict is not vnsign.Verdict.TOTAL_PASSED:
        raise RuntimeError(f"{report.file}: {report.verdict} {report}")


# ---------------------------------------------------------------- processes


def in_processes(archive: Archive) -> list[Contender]:
    """One process and two, each contender with workers that are ready."""
    contenders = []
    for number in (1, 2):
        pool = ProcessPoolExecutor(number, mp_context=get_context("spawn"))
        parts = [archive.files[i::number] for i in range(number)]

        def run(pool: ProcessPoolExecutor = pool, parts: Sequence[Sequence[Path]] = parts) -> None:
            list(pool.map(_verify_all, [archive.trust] * len(parts), parts))

        run()  # the workers start and import
        name = f"{number} process{'es' if number > 1 else ''}"
        contenders.append(Contender(name=name, prepare=_always(run), count=len(archive.files)))
    return contenders


def _always(work: Callable[[], object]) -> Callable[[int], Callable[[], object]]:
    return lambda _: work


# ---------------------------------------------------------------- memory

#: Nothing but vnsign is imported by the process that is measured.
_VERIFY_BIG = """
import os, sys, time
import vnsign
def peak():  # of this program alone: getrusage would tell its parent's
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) >> 10
verifier = vnsign.Verifier(trust=vnsign.TrustStore.from_folder(sys.argv[1]))
before, begin = peak(), time.process_time()
report = verifier.inspect_file(sys.argv[2])
print(f"{os.path.getsize(sys.argv[2]) >> 20} MB verified: {report.verdict.value}; "
      f"peak RSS {peak()} MB, {before} MB before; {time.process_time() - begin:.1f} s of processor")
"""


def memory(bench: Bench, trust: Path, *, size: int) -> str:
    """Return what verifying one large file takes, in a process of its own."""
    signer = vnsign.Signer.from_credential(bench.credential(vnsign.CertificateProfile.OFFICIAL, KeyAlgorithm.P256))
    source, target = bench.folder / "big.pdf", bench.folder / "big-signed.pdf"
    make_big(source, size)
    vnsign.sign_file(source, target, signer, check_status=False)
    source.unlink()
    command = [sys.executable, "-c", _VERIFY_BIG, str(trust), str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Verifying beside pyHanko and pdfsig.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that does not")
    parser.add_argument("--files", type=int, default=1000, help="files of each kind")
    parser.add_argument("--quick", action="store_true", help="a few of everything: does it run at all?")
    parser.add_argument("--only", default="single,flow,processes,memory", help="parts, with commas between them")
    parser.add_argument("--cpu", action="store_true", help="count the processor's seconds")
    chosen = parser.parse_args(arguments)
    parts, rounds, files = set(chosen.only.split(",")), chosen.rounds, chosen.files
    if chosen.quick:
        rounds, files = 1, 4
    clock = processor_seconds if chosen.cpu else time.perf_counter
    with tempfile.TemporaryDirectory(prefix="vnsign-bench-") as name:
        port = free_port()
        bench = Bench(Path(name), port=port)
        trust = write_trust(bench)
        nss = make_nss(bench.folder / "nss", bench.root)
        print(
            f"{os.cpu_count()} cores, Python {platform.python_version()}, cryptography {cryptography.__version__}, "
            f"pyHanko {version('pyHanko')}; {rounds} rounds; {files} files of each kind; "
            f"{'processor seconds' if chosen.cpu else 'seconds of the clock'}"
        )
        archives = []
        if parts & {"single", "processes"}:
            archives.append(single_signatures(bench, trust, count=files))
        if "flow" in parts:
            with services(bench.folder / "authority", port):
                archives.append(whole_flows(bench, trust, count=files))
        for archive in archives:
            if archive.name.startswith("one") and "single" not in parts:
                continue
            results = measure(over(archive, nss=nss), rounds=rounds, clock=clock)
            print(f"\n## {archive.name}\n\n{table(results, unit='files', against='pyHanko')}", flush=True)
        if "processes" in parts:
            results = measure(in_processes(archives[0]), rounds=rounds)
            print(f"\n## Processes\n\n{table(results, unit='files', against='1 process')}", flush=True)
        if "memory" in parts:
            print(f"\n## Memory\n\n{memory(bench, trust, size=(10 << 20) if chosen.quick else _BIG_BYTES)}")


if __name__ == "__main__":
    main()
