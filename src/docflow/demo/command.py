"""The command ``docflow demo``: arguments in, one call, tables out."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from docflow.demo.run import run_demo
from docflow.demo.summary import print_summary
from docflow.errors import DocflowError
from vnsign import VnsignError

DOCUMENTS_PER_AGENCY = 20
_AGENCIES = 2
#: A document is issued, dealt with at its addressee, and verified.
_STAGES = 3


@click.command(epilog="Example: docflow demo --out demo-out")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for everything the demo makes; a demo that stands there is continued.",
)
@click.option(
    "--documents",
    type=click.IntRange(1, DOCUMENTS_PER_AGENCY),
    default=DOCUMENTS_PER_AGENCY,
    show_default=True,
    help="Documents for each of the two agencies.",
)
def demo(out: Path, documents: int) -> None:
    """Two agencies issue documents and send them to each other: signed, numbered, sealed, received, answered, proven.

    Real keys, a real authority, CRL and time-stamping service on this machine; nothing leaves it. Killed at any
    moment, the same command goes on where it stopped.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("Preparing", total=_STAGES * _AGENCIES * documents)
            outcome = run_demo(
                out, documents=documents, tick=lambda what: progress.update(task, description=what, advance=1)
            )
    except DocflowError as exc:
        console.print(f"{exc.vi} {exc}", style="red", soft_wrap=True)
        sys.exit(1)
    except VnsignError as exc:
        console.print(str(exc), style="red", soft_wrap=True)
        sys.exit(1)
    print_summary(outcome, Console(soft_wrap=True))


__all__ = ["demo"]
