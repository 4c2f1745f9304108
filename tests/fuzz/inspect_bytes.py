"""Fuzzes ``inspect`` over any bytes: a verdict or our error, soon, whatever the file.

``make fuzz`` makes the environment and runs it. The first byte of each input chooses what is fuzzed: the whole file, or
the bytes appended after one of the seeds (where the comparing of revisions is reached without breaking a signature).

What counts as a finding beside a crash or a hang: an exception that is no verdict, reported by the last boundary of
``inspect`` under the name of a programming error; and bytes appended that leave TOTAL_PASSED or no change where the
reader sees other pages.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["vnsign"]):
    from vnsign.pki.anchors import TrustAnchors
    from vnsign.report import Verdict
    from vnsign.verification import inspect

_AT = datetime(2026, 6, 1, tzinfo=UTC)
#: Errors of a program, not of a file. The last boundary turns them into UNREADABLE; the fuzzer wants to see them.
_PROGRAMMING_ERRORS = frozenset(
    {
        "AttributeError",
        "TypeError",
        "KeyError",
        "IndexError",
        "AssertionError",
        "RecursionError",
        "NameError",
        "StopIteration",
    }
)
_WHOLE = 128
_SEEDS: list[bytes] = []


class Finding(Exception):
    """Something that no file may bring about."""


def fuzz_one(data: bytes) -> None:
    """Judge one input."""
    if not data:
        return
    choice, rest = data[0], data[1:]
    pdf = rest if choice >= _WHOLE or not _SEEDS else _SEEDS[choice % len(_SEEDS)] + rest
    report = inspect(pdf, trust=TrustAnchors(), at=_AT, file="fuzzed")
    for finding in report.all_findings():
        if finding.values.get("reason") in _PROGRAMMING_ERRORS and finding.code.value == "pdf_not_readable":
            raise Finding(finding.values["reason"])
    if report.verdict is Verdict.TOTAL_PASSED:
        raise Finding("nobody is trusted, yet a signature passed")


def main() -> None:
    """Take the first argument as the folder of seeds to append to; hand the others to libFuzzer."""
    folder = Path(sys.argv[1])
    _SEEDS.extend(path.read_bytes() for path in sorted(folder.glob("*.pdf")))
    atheris.Setup([sys.argv[0], *sys.argv[2:]], fuzz_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
