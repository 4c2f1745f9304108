"""Makes what the fuzzer begins with: signed files to append to, and inputs whose first byte says what they are.

    python -m tests.fuzz.make_seeds SEEDS CORPUS [PDFS …]

SEEDS gets our own flow at each stage and plain signatures; CORPUS gets the published attacks on them, as bytes appended
and as whole files, and every PDF under 60 kB of the folders PDFS.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import vnsign
from tests.materials import leader_signed, make_office, numbered, plain_pdf, sealed
from tests.published_attacks import INCREMENTAL_SAVINGS, SWAPS, UNIVERSAL_FORGERIES, WRAPPINGS
from tests.rich_pdf import SIGNATURE, rich_pdf

_MAX_BYTES = 60_000
_WHOLE = 128
"""As in ``inspect_bytes.py``, which only an environment with atheris can import."""


def signed_files() -> Mapping[str, bytes]:
    """Return what bytes are appended to, by name; the names' order is the number in an input's first byte."""
    with tempfile.TemporaryDirectory() as folder:
        office = make_office(Path(folder) / "ca")
        rich = vnsign.sign_pdf(rich_pdf(), office.leader, field=SIGNATURE, check_status=False, clock=office.clock)
        plain = vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False, clock=office.clock)
        leader = leader_signed(office)
        filled = numbered(leader)
        done = sealed(office, filled)
        archived = vnsign.extend_pdf(done, level="B-LTA", tsa=office.tsa, revocation=office.crls, clock=office.clock)
    return {
        "0-rich": rich,
        "1-plain": plain,
        "2-leader": leader,
        "3-filled": filled,
        "4-done": done,
        "5-kept": archived,
    }


def inputs(signed: Mapping[str, bytes], folders: list[Path]) -> Iterator[bytes]:
    """Yield what libFuzzer shall change."""
    names = sorted(signed)
    rich = signed["0-rich"]
    for forge in (*INCREMENTAL_SAVINGS.values(), *SWAPS.values()):
        forged = forge(rich)
        if forged.startswith(rich):
            yield bytes([0]) + forged[len(rich) :]
    for forge in (*UNIVERSAL_FORGERIES.values(), *WRAPPINGS.values()):
        yield bytes([_WHOLE]) + forge(rich)
    for number, (before, after) in enumerate(itertools.pairwise(names[2:]), start=2):
        yield bytes([number]) + signed[after][len(signed[before]) :]
    for folder in folders:
        for path in sorted(folder.rglob("*.pdf")):
            if path.stat().st_size <= _MAX_BYTES:
                yield bytes([_WHOLE]) + path.read_bytes()


def main(seeds: Path, corpus: Path, folders: list[Path]) -> None:
    """Write both."""
    seeds.mkdir(parents=True, exist_ok=True)
    corpus.mkdir(parents=True, exist_ok=True)
    signed = signed_files()
    for name, pdf in signed.items():
        (seeds / f"{name}.pdf").write_bytes(pdf)
    for data in inputs(signed, folders):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(folder) for folder in sys.argv[3:]])
