"""``docflow search``: find documents by words, number, symbol, agency or date."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from docflow.cli.days import DAY, day_of
from docflow.cli.marking import marked, read_mark
from docflow.cli.output import OUT, give_out, refuse_to_garble
from docflow.cli.places import place_of
from docflow.cli.usage_words import misuse
from docflow.model.wording import make_visible
from docflow.wiring import Direction, HitsForm, SearchHit, SearchQuery, search_office, write_hits

_ALL = 1000
_GARBLING = frozenset({HitsForm.DOCX, HitsForm.PDF})


@click.command(epilog='Example: docflow search demo-out/agencies/H99 "quy che tiep cong dan"')
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("words", metavar="[WORDS]…", nargs=-1)
@click.option("--direction", type=click.Choice([way.value for way in Direction]), help="di: outgoing; den: incoming.")
@click.option("--number", type=click.IntRange(1), help="Number in the register.")
@click.option("--symbol", help="Number and symbol as printed, e.g. 15/QĐ-UBND.")
@click.option("--issuer", help="Who issued it: the code of an agency, or words of its name.")
@click.option("--from", "issued_from", type=DAY, help="Issued on this day or later.")
@click.option("--to", "issued_to", type=DAY, help="Issued on this day or earlier.")
@click.option("--limit", type=click.IntRange(1, _ALL), default=50, show_default=True, help="At most so many.")
@click.option("--skip", type=click.IntRange(0), default=0, help="Leave out so many: the next page.")
@click.option("--reader", help="Leave out what he may not read, by roles and groups [default: PERSON of --marked-for].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option(
    "--format", "form", type=click.Choice([form.value for form in HitsForm]), help="A file instead of a table."
)
@marked
@click.option("--out", **{**OUT, "help": "File to write with --format [default: standard output]."})
def search(
    directory: Path,
    words: tuple[str, ...],
    *,
    direction: str | None,
    number: int | None,
    symbol: str | None,
    issuer: str | None,
    issued_from: datetime | None,
    issued_to: datetime | None,
    limit: int,
    skip: int,
    reader: str | None,
    as_json: bool,
    form: str | None,
    marked_for: str | None,
    mark_text: str,
    out: Path | None,
) -> None:
    """Find documents of an office, newest first.

    All words must occur. A word with diacritics is meant with them; one without finds both; a * at its end means any
    ending.
    """
    query = SearchQuery(
        text=" ".join(words),
        direction=Direction(direction) if direction else None,
        number=number,
        symbol=symbol,
        issuer=issuer,
        issued_from=day_of(issued_from),
        issued_to=day_of(issued_to),
        limit=limit,
        skip=skip,
    )
    if form is not None and as_json:
        raise misuse("--json and --format exclude each other", vi="Chỉ dùng một trong --json và --format.")
    if form is None and out is not None:
        raise misuse("--out needs --format", vi="Phải chọn --format khi dùng --out.")
    if form in _GARBLING:
        refuse_to_garble(out, what=f"--format {form}", vi=f"Dạng {form}")
    mark = read_mark(directory, marked_for, mark_text, subject="Kết quả tìm kiếm văn bản", is_pdf=form == HitsForm.PDF)
    hits = search_office(
        place_of(directory, is_to_read=True), query, home=directory, reader=marked_for if reader is None else reader
    )
    if form is not None:
        give_out(write_hits(hits, HitsForm(form), query=query, at=datetime.now(UTC), mark=mark), out)
    elif as_json:
        click.echo(json.dumps([_record(hit) for hit in hits], ensure_ascii=False, indent=2))
    else:
        _print(hits)


def _print(hits: tuple[SearchHit, ...]) -> None:
    if not hits:
        click.echo("Không tìm thấy văn bản nào.")
        return
    console = Console()
    table = Table("", "Số, ký hiệu", "Ngày", "Cơ quan ban hành", "Trích yếu", "Người ký", "Mã", box=None)
    for hit in hits:
        day = f"{hit.issued_on:%d/%m/%Y}" if hit.issued_on else ""
        way = "đi" if hit.direction is Direction.OUTGOING else "đến"
        signer = ", ".join(filter(None, (hit.signer_position, hit.signer_name)))
        cells = (way, hit.symbol, day, hit.issuer_name, hit.subject, signer, hit.id)
        table.add_row(*map(make_visible, cells))
    # Printed by click: rich ends the program without a word where nobody reads a pipe.
    with console.capture() as drawn:
        console.print(table, markup=False)
    click.echo(drawn.get(), nl=False)


def _record(hit: SearchHit) -> dict[str, str | None]:
    return {
        "direction": hit.direction.value,
        "id": hit.id,
        "symbol": hit.symbol,
        "issued_on": hit.issued_on.isoformat() if hit.issued_on else None,
        "issuer": hit.issuer,
        "issuer_name": hit.issuer_name,
        "type": hit.type_name,
        "subject": hit.subject,
        "signer_position": hit.signer_position,
        "signer_name": hit.signer_name,
        "state": hit.state,
    }
