"""``docflow access``: who looked at which document or file, or entered the system, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from docflow.cli.days import DAY, day_of
from docflow.cli.office.commands import print_json
from docflow.cli.places import place_of
from docflow.model import LAW_TIME_ZONE
from docflow.model.wording import make_visible
from docflow.wiring import (
    AccessBy,
    AccessCount,
    AccessCounts,
    AccessKind,
    AccessPage,
    AccessQuery,
    AccessTarget,
    reopen_office,
)

_MOST = 1000
_Command = Callable[..., None]


@click.group(epilog="Example: docflow access history --help")
def access() -> None:
    """Show the history of accesses, and count them; docflow office access records them.

    Exit code: 0 done, 1 refused, 4 not readable, 64 wrong usage.
    """


def _asking(command: _Command) -> _Command:
    """Give a command what both ask for."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table."),
        click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="At most so many."),
        click.option("--to", "until", type=DAY, help="On this day or earlier."),
        click.option("--from", "since", type=DAY, help="On this day or later."),
        click.option("--not-permitted", is_flag=True, help="Only what somebody looked at that he might not read."),
        click.option("--kind", type=click.Choice([kind.value for kind in AccessKind]), help="What was done."),
        click.option("--unit", help="Of this unit."),
        click.option("--person", help="By this person."),
        click.option("--subject", help="Id of the document or code of the file; with --target."),
        click.option(
            "--target",
            type=click.Choice([target.value for target in AccessTarget]),
            help="di: outgoing documents; den: incoming; ho_so: files; he_thong: the system.",
        ),
        click.option("--reader", required=True, help="Who asks: a leader or an administrator."),
        click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False)),
    ):
        command = option(command)
    return command


@access.command(epilog="Example: docflow access history office --reader 'Quản trị' --target di --subject quy-che")
@_asking
@click.option("--before", type=click.IntRange(0), help="The next page, as the page before says.")
def history(directory: Path, *, reader: str, limit: int, as_json: bool, before: int | None, **asked: object) -> None:
    """Show who looked at what, the newest first."""
    with reopen_office(place_of(directory), home=directory) as office:
        page = office.access_history(_query(asked), reader=reader, before=before, limit=limit)
    print_json(page) if as_json else _print_history(page)


@access.command(epilog="Example: docflow access counts office --reader 'Quản trị' --by day --target he_thong")
@_asking
@click.option(
    "--by",
    type=click.Choice([by.value for by in AccessBy]),
    default=AccessBy.TOTAL.value,
    show_default=True,
    help="What a line is.",
)
@click.option("--skip", type=click.IntRange(0), default=0, help="Leave out so many lines: the next page.")
def counts(directory: Path, *, reader: str, by: str, limit: int, skip: int, as_json: bool, **asked: object) -> None:
    """Count accesses: of each document and file, person, unit, day or month."""
    with reopen_office(place_of(directory), home=directory) as office:
        found = office.access_counts(_query(asked), by=AccessBy(by), reader=reader, limit=limit, skip=skip)
    print_json(found) if as_json else _print_counts(found, skip=skip)


def _query(asked: Mapping[str, Any]) -> AccessQuery:
    """Return the question that click's options ask."""
    given = dict(asked)
    target, kind = given.pop("target"), given.pop("kind")
    since, until = given.pop("since"), given.pop("until")
    return AccessQuery(
        may_read=False if given.pop("not_permitted") else None,
        target=AccessTarget(target) if target else None,
        kind=AccessKind(kind) if kind else None,
        since=day_of(since),
        until=day_of(until),
        **given,
    )


def _print_history(page: AccessPage) -> None:
    console = Console()
    if not page.entries:
        console.print("Không có lượt truy cập nào.")
        return
    table = Table("Thời gian", "Người", "Đơn vị", "Hình thức", "Đối tượng", "Mã", "Địa chỉ", "Quyền đọc", box=None)
    for entry in page.entries:
        cells = (
            f"{entry.at.astimezone(LAW_TIME_ZONE):%H:%M:%S %d/%m/%Y}",
            entry.person,
            entry.unit,
            entry.kind.vi,
            entry.target.vi,
            entry.subject,
            entry.address,
            "không có" if entry.may_read == 0 else "",
        )
        table.add_row(*map(make_visible, cells))
    console.print(table, markup=False)
    if page.before is not None:
        console.print(f"Trang sau: --before {page.before}", markup=False)


def _print_counts(found: AccessCounts, *, skip: int) -> None:
    console = Console()
    table = Table(found.by.vi, "Hệ thống", "Xem", "Tải", "In", "Tổng", box=None)
    named = [(_name(line, found.by), line) for line in found.lines]
    for name, line in (*named, (AccessBy.TOTAL.vi, found.total)):
        figures = (line.entered, line.viewed, line.downloaded, line.printed, line.total)
        table.add_row(make_visible(name), *map(str, figures))
    console.print(table, markup=False)
    if found.has_more:
        console.print(f"Trang sau: --skip {skip + len(found.lines)}", markup=False)


def _name(line: AccessCount, by: AccessBy) -> str:
    if by in {AccessBy.DAY, AccessBy.MONTH}:
        return "/".join(reversed(line.key.split("-")))
    return " ".join(filter(None, (line.target and line.target.vi, line.key))) or "(không rõ)"
