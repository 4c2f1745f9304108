"""Where the report of ``vnsign verify`` goes, and which exit code it comes to.

Invariants:
    - A report is never written over a PDF: what was to be verified would be lost.
    - Standard output gets each document's part as soon as it is known; a file gets all of it in one step, or nothing.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from vnsign.adapters.files import write_whole
from vnsign.cli.usage_words import misuse
from vnsign.rendering.items import Item
from vnsign.report import DocumentReport, Verdict
from vnsign.verification.requirements import Requirement, is_met

#: Exit codes, worst first: the first verdict that occurs decides. Source: design of this project §3.1.
EXIT_CODES: tuple[tuple[Verdict, int], ...] = (
    (Verdict.TOTAL_FAILED, 1),
    (Verdict.UNREADABLE, 4),
    (Verdict.INDETERMINATE, 2),
    (Verdict.NO_SIGNATURE, 3),
    (Verdict.TOTAL_PASSED, 0),
)
EXIT_UNMET = 1
#: There was no file at all, on standard input or in an archive: nothing is valid.
EXIT_NOTHING = 3


@dataclass(slots=True)
class Tally:
    """Counts verdicts as they pass by."""

    requirements: tuple[Requirement, ...] = ()
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    unmet: int = 0

    def items(self, reports: Iterable[DocumentReport]) -> Iterator[Item]:
        """Pass reports on, each with what it does and does not meet."""
        for report in reports:
            met = {wanted.text: is_met(wanted, report) for wanted in self.requirements}
            unmet = tuple(text for text, has in met.items() if not has)
            self.verdicts[report.verdict] += 1
            self.unmet += bool(unmet)
            yield Item(report=report, unmet=unmet, met=tuple(text for text, has in met.items() if has))

    def exit_code(self) -> int:
        """Return the exit code: the worst verdict's; a requirement that is not met counts as a failure."""
        if self.unmet:
            return EXIT_UNMET
        return next((code for verdict, code in EXIT_CODES if self.verdicts[verdict]), EXIT_NOTHING)


#: Readers look for the header there. Source: ISO 32000-2 §7.5.2, Annex I.
_HEADER_BYTES = 1024


def report_file(out: Path | None, inputs: Iterable[Path]) -> Path | None:
    """Return the file that a report goes to, None for standard output (also asked for as ``-``).

    Raises:
        click.UsageError: It is one of the inputs, or there is a PDF.
    """
    if out is None or str(out) == "-":
        return None
    real = os.path.realpath(out)
    is_pdf = False
    with suppress(OSError, ValueError):
        if os.path.isfile(real):  # noqa: PTH113 — a pipe would be waited for; it is refused when it is written
            with open(real, "rb") as stream:  # noqa: PTH123
                is_pdf = b"%PDF-" in stream.read(_HEADER_BYTES)
    if is_pdf or any(os.path.realpath(path) == real for path in inputs if not path.is_dir()):
        raise misuse(
            f"--out {out} would write the report over a document", vi=f"--out {out} sẽ ghi báo cáo đè lên một văn bản"
        )
    return out


def write_report(pieces: Iterable[str], out: Path | None) -> None:
    """Write a report to a file or to standard output.

    Raises:
        UsageError: OUTPUT_NOT_WRITABLE; nothing is left half written.
        OSError: Standard output is closed or full.
    """
    if out is not None:
        write_whole(out, (piece.encode("utf-8", "backslashreplace") for piece in pieces))
        return
    for piece in pieces:
        click.echo(piece, nl=False)
        if sys.stdout is not None:
            sys.stdout.flush()
