"""``docflow register``: the outgoing register as the decree prescribes it."""

from __future__ import annotations

from pathlib import Path

import click

from docflow.wiring import read_register

_FIRST_YEAR, _LAST_YEAR = 1900, 9999


@click.group(epilog="Example: docflow register export demo-out/agencies/H99 --year 2026")
def register() -> None:
    """Read an office's registers."""


@register.command(epilog="Example: docflow register export demo-out/agencies/H99 --year 2026 --format csv > so-di.csv")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--year", type=click.IntRange(_FIRST_YEAR, _LAST_YEAR), required=True, help="Year of the register.")
@click.option("--series", help="One number series only, e.g. van_ban_di [default: all].")
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv", show_default=True)
def export(directory: Path, year: int, series: str | None, form: str) -> None:  # noqa: ARG001 - one format so far
    """Print a year's sổ đăng ký văn bản đi with the ten columns of Decree 30/2020, Annex IV."""
    click.echo(read_register(directory, year, register=series), nl=False)
