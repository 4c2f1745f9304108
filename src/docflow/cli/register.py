"""``docflow register``: the registers as the decree prescribes them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from docflow.cli.marking import marked, read_mark
from docflow.cli.output import OUT, give_out, refuse_to_garble
from docflow.cli.places import place_of
from docflow.office import LINES_A_VOLUME, RegisterKind
from docflow.printing import Paper
from docflow.wiring import RegisterForm, print_register, read_register

_FIRST_YEAR, _LAST_YEAR = 1900, 9999
_KINDS = {"di": RegisterKind.OUTGOING, "den": RegisterKind.INCOMING, "theo-doi": RegisterKind.HANDLING}


@click.group(epilog="Example: docflow register export demo-out/agencies/H99 --year 2026")
def register() -> None:
    """Read an office's registers."""


@register.command(
    epilog="Example: docflow register export demo-out/agencies/H99 --year 2026 --register den --format pdf --out so.pdf"
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--year", type=click.IntRange(_FIRST_YEAR, _LAST_YEAR), required=True, help="Year of the register.")
@click.option(
    "--register",
    "kind",
    type=click.Choice(list(_KINDS)),
    default="di",
    show_default=True,
    help="di: outgoing; den: incoming; theo-doi: handling of what came in.",
)
@click.option("--series", help="One number series only, e.g. van_ban_di [default: all].")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in RegisterForm]),
    default=RegisterForm.CSV.value,
    show_default=True,
    help="pdf: a book with covers and volumes; xlsx: a sheet a volume; csv.",
)
@click.option(
    "--lines-a-volume",
    type=click.IntRange(1),
    default=LINES_A_VOLUME,
    show_default=True,
    help="Numbers of one volume (quyển số).",
)
@click.option("--paper", type=click.Choice([paper.value for paper in Paper]), default=Paper.A3.value, show_default=True)
@click.option("--parent", default="", help="Agency directly above (cơ quan chủ quản), for the cover of a PDF.")
@marked
@click.option("--out", **OUT)
def export(
    directory: Path,
    year: int,
    kind: str,
    *,
    series: str | None,
    form: str,
    lines_a_volume: int,
    paper: str,
    parent: str,
    marked_for: str | None,
    mark_text: str,
    out: Path | None,
) -> None:
    """Print a year's register with the columns of Decree 30/2020, Annex IV."""
    if form != RegisterForm.CSV.value:
        refuse_to_garble(out, what=f"--format {form}", vi=f"Dạng {form}")
    printed = RegisterForm(form)
    subject = f"{_KINDS[kind].vi} năm {year}"
    mark = read_mark(directory, marked_for, mark_text, subject=subject, is_pdf=printed is RegisterForm.PDF)
    book = read_register(place_of(directory, is_to_read=True), _KINDS[kind], year, series=series, home=directory)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("In sổ", total=len(book.lines))
        data = print_register(
            book,
            printed,
            lines_a_volume=lines_a_volume,
            paper=Paper(paper),
            parent=parent,
            tick=lambda: progress.advance(task),
            mark=mark,
        )
    give_out(data, out)
