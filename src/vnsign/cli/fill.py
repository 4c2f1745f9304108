"""``vnsign fill``: number and date, written into prepared fields after the leader has signed.

Source: TT 01/2019/TT-BNV Điều 11.1, 20.1đ.
"""

from __future__ import annotations

from pathlib import Path

import click

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.cli.measures import require_new
from vnsign.cli.usage_words import lang_option, misuse
from vnsign.wiring.signing import fill_pdf

_FILE = click.Path(path_type=Path)


@click.command(epilog="Example: vnsign fill signed.pdf -o numbered.pdf --set so=15 --set ngay=03 --set thang=02")
@click.argument("document", metavar="IN.pdf", type=_FILE)
@click.option("-o", "--out", "target", required=True, metavar="OUT.pdf", type=_FILE, help="File to write.")
@click.option(
    "--set", "values", multiple=True, required=True, metavar="FIELD=TEXT", help="What to write where; repeated."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@lang_option()
def fill(document: Path, *, target: Path, values: tuple[str, ...], force: bool) -> None:
    """Fill prepared text fields; each once, and not after the seal that closes them."""
    pairs = [value.partition("=") for value in values]
    wrong = next((value for value, pair in zip(values, pairs, strict=True) if not pair[0] or not pair[2]), None)
    if wrong is not None:
        raise misuse(f"--set {wrong!r} is not FIELD=TEXT", vi=f"--set {wrong!r} không có dạng Ô=CHỮ")
    require_new(target, force=force)
    write_whole(target, fill_pdf(read_bytes(document), {name: text for name, _, text in pairs}))
    click.echo(f"{document} → {target}")
