"""Where the report of ``vnsign verify`` goes, and which exit code it comes to.

Invariants:
    - Standard output gets each document's part as soon as it is known; a file gets all of it in one step, or nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from vnsign.adapters.files import write_whole
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


#: No file at all came from standard input: nothing is valid.
EXIT_NOTHING = 3


def write_report(pieces: Iterable[str], out: Path | None) -> None:
    """Write a report to a file or to standard output.

    Raises:
        UsageError: OUTPUT_NOT_WRITABLE.
        OSError: Standard output is closed or full.
    """
    if out is not None:
        write_whole(out, (piece.encode("utf-8", "backslashreplace") for piece in pieces))
        return
    for piece in pieces:
        click.echo(piece, nl=False)
        if sys.stdout is not None:
            sys.stdout.flush()
