"""``docflow report``: the figures that agencies publish."""

from __future__ import annotations

from pathlib import Path

import click

from docflow.cli.marking import marked, read_mark
from docflow.cli.output import OUT, give_out, refuse_to_garble
from docflow.cli.places import place_of
from docflow.wiring import ReportBy, ReportForm, read_report, verify_report, write_report

_GARBLING = frozenset({ReportForm.XLSX, ReportForm.PDF})


@click.command(epilog="Example: docflow report demo-out/agencies/H99 --period 2026-Q4 --by unit")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--period", required=True, help="2026-11-28, 2026-11, 2026-Q4, 2026, or FROM..TO.")
@click.option(
    "--by",
    type=click.Choice([by.value for by in ReportBy]),
    default=ReportBy.TOTAL.value,
    show_default=True,
    help="What the total is broken down by.",
)
@click.option("--as-of", type=click.IntRange(1), help="As it was after so many entries of the log, from the log alone.")
@click.option("--verify", "is_verified", is_flag=True, help="Compute it from the log too, and fail if that differs.")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in ReportForm]),
    default=ReportForm.TEXT.value,
    show_default=True,
)
@marked
@click.option("--out", **OUT)
def report(
    directory: Path,
    *,
    period: str,
    by: str,
    as_of: int | None,
    is_verified: bool,
    form: str,
    marked_for: str | None,
    mark_text: str,
    out: Path | None,
) -> None:
    """Count documents in and out, interconnected, electronic, on time, and accounts, in a period.

    Exit code: 0 done, 1 the log says something else, 4 not readable, 64 wrong usage.
    """
    if ReportForm(form) in _GARBLING:
        refuse_to_garble(out, what=f"--format {form}", vi=f"Dạng {form}")
    is_pdf = ReportForm(form) is ReportForm.PDF
    mark = read_mark(directory, marked_for, mark_text, subject=f"Số liệu thống kê {period}", is_pdf=is_pdf)
    place = place_of(directory, is_to_read=True)
    found = read_report(place, period, by=ReportBy(by), as_of=as_of, home=directory)
    if is_verified:
        verify_report(place, found, home=directory)
    give_out(write_report(found, ReportForm(form), mark=mark), out)
