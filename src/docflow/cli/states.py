"""``docflow states``: the state tables as JSON, for front ends."""

from __future__ import annotations

import json

import click

from docflow.wiring import describe_state_tables


@click.command(epilog="Example: docflow states outgoing > states.json")
@click.argument("table", type=click.Choice(["outgoing", "incoming", "dossier", "file"]), required=False)
def states(table: str | None) -> None:
    """Print what each state of a document allows: event, guard, effects, evidence, who may, and the clause.

    Without TABLE all tables are printed. The office runs on these very rows.
    """
    tables = describe_state_tables()
    shown = tables if table is None else {table: tables[table]}
    click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
