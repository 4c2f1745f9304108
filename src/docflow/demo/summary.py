"""What happened, how long it took, where to look, what to type next."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from docflow.demo.run import DemoOutcome


def print_summary(outcome: DemoOutcome, console: Console) -> None:
    """Print the tables of a finished demo."""
    console.print(_agencies(outcome))
    console.print(_fates(outcome))
    console.print(_steps(outcome))
    out = outcome.places.out
    console.print("\nFiles to look at:")
    for agency in outcome.agencies:
        console.print(f"  {agency.preview}   a sealed page of {agency.agency}", highlight=False)
    console.print(f"  {outcome.places.signed}   the sealed PDFs; open one in a PDF viewer", highlight=False)
    for agency in outcome.agencies:
        console.print(
            f"  {agency.register}   the outgoing register of {agency.agency} (-den: incoming)", highlight=False
        )
    console.print("\nType next:")
    console.print(
        f"  {_program('vnsign')} verify {outcome.places.signed} --recursive --trust {outcome.places.trust}",
        highlight=False,
    )
    console.print(
        f"  {_program('docflow')} audit verify {outcome.places.agencies / outcome.agencies[0].agency}", highlight=False
    )
    console.print(f"\nEverything is in {out}; delete it to begin anew.", highlight=False)


def _program(name: str) -> str:
    """Return the command as it can be typed here: beside this Python, seen from the current folder."""
    path = Path(sys.executable).parent / name
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _agencies(outcome: DemoOutcome) -> Table:
    table = Table(title="What happened")
    for heading in ("Agency", "Numbers", "Documents", "PDFs TOTAL_PASSED", "Audit log"):
        table.add_column(heading)
    for agency in outcome.agencies:
        table.add_row(
            f"{agency.agency} {agency.name}",
            f"{agency.first} … {agency.last}",
            str(agency.documents),
            f"{agency.passed} of {agency.documents}",
            f"{agency.log_size} leaves, all proven",
        )
    return table


def _fates(outcome: DemoOutcome) -> Table:
    agreed = sum(fate.is_agreed for fate in outcome.fates)
    table = Table(title=f"What both sides know: {agreed} of {len(outcome.fates)} agree")
    for heading in ("Document", "To", "Sender knows", "Receiver has", "On purpose"):
        table.add_column(heading)
    for fate in outcome.fates:
        known, has = (
            state.value if state is not None else "nothing" for state in (fate.sender_knows, fate.receiver_has)
        )
        table.add_row(fate.symbol, fate.receiver, known, has, fate.remark)
    return table


def _steps(outcome: DemoOutcome) -> Table:
    table = Table(title="How long each step took")
    table.add_column("Step")
    for heading in ("Times", "Total s", "Each ms"):
        table.add_column(heading, justify="right")
    watch = outcome.watch
    for step, seconds in watch.seconds.items():
        times = watch.times[step]
        table.add_row(step, str(times), f"{seconds:.1f}", f"{1000 * seconds / times:.0f}")
    return table
