"""``vnsign preview``: a picture of where a signature would go.

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.7.d, II.8.a.
"""

from __future__ import annotations

from pathlib import Path

import click

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.cli.measures import Millimetres, require_new
from vnsign.cli.usage_words import lang_option, misuse
from vnsign.pdf.writing.place import Place
from vnsign.wiring.placing import find_place, image_size_mm, place_of_field, preview_pdf

_PAIR = Millimetres("X,Y")
_SIZE = Millimetres("W,H")
_FILE = click.Path(path_type=Path)


@click.command(
    epilog='Example: vnsign preview CV-15.pdf -o CV-15.png --image sign.png --find-position "CHỦ TỊCH" '
    '--find-name "Nguyễn Văn A" --seal seal.png'
)
@click.argument("document", metavar="IN.pdf", type=_FILE)
@click.option("-o", "--out", "target", required=True, metavar="PNG", type=_FILE, help="Picture to write.")
@click.option("--image", metavar="PNG", type=_FILE, help="Image of the signature; without it only a frame is drawn.")
@click.option("--at", "at_mm", type=_PAIR, help="Top left corner of the image, mm from the page's left and top edge.")
@click.option("--field", help="Signature field that would be signed.")
@click.option("--find-position", metavar="TEXT", help="The line above the signature, whole.")
@click.option("--find-name", metavar="TEXT", help="The line below it, whole.")
@click.option("--occurrence", type=int, metavar="N", help="Which of several found, 1 is the first, -1 the last.")
@click.option("--page", type=click.IntRange(min=1), help="Page for --at [default: 1], or the only one to search.")
@click.option("--size", "size_mm", type=_SIZE, help="Width,height of the image in mm [default: its real size].")
@click.option("--seal", metavar="PNG", type=_FILE, help="Show the agency's seal too, over the image's left third.")
@click.option("--seal-size", "seal_mm", type=_SIZE, help="Width,height of the seal in mm [default: its real size].")
@click.option("--dpi", type=click.FloatRange(min=10, max=600), default=110, show_default=True, help="Of the picture.")
@click.option("--force", is_flag=True, help="Replace the picture if it is there already.")
@lang_option()
def preview(
    document: Path,
    *,
    target: Path,
    image: Path | None,
    at_mm: tuple[float, float] | None,
    field: str | None,
    find_position: str | None,
    find_name: str | None,
    occurrence: int | None,
    page: int | None,
    size_mm: tuple[float, float] | None,
    seal: Path | None,
    seal_mm: tuple[float, float] | None,
    dpi: float,
    force: bool,
) -> None:
    """Show where a signature would go, as a PNG of the page; nothing is signed.

    The place is measured (--at), a field of the document (--field), or found in its text between position and name
    (--find-position, --find-name).
    """
    if sum((at_mm is not None, field is not None, find_position is not None)) != 1:
        raise misuse(
            "give one of --at, --field and --find-position", vi="dùng đúng một trong --at, --field, --find-position"
        )
    if (find_position is None) is not (find_name is None):
        raise misuse(
            "--find-position and --find-name go together", vi="--find-position và --find-name phải đi cùng nhau"
        )
    if image is None and size_mm is None and field is None:
        raise misuse("without --image give --size", vi="không có --image thì phải cho --size")
    require_new(target, force=force)
    pdf = read_bytes(document)
    picture = read_bytes(image) if image is not None else None
    if field is not None:
        place = place_of_field(pdf, field)
    elif find_position is not None and find_name is not None:
        size = size_mm or image_size_mm(picture or b"")
        place = find_place(pdf, position=find_position, name=find_name, size_mm=size, page=page, occurrence=occurrence)
    else:
        place = Place(page=page or 1, at_mm=at_mm or (0.0, 0.0), size_mm=size_mm)
    stamp = read_bytes(seal) if seal is not None else None
    write_whole(target, preview_pdf(pdf, place, image=picture, seal=stamp, seal_mm=seal_mm, dpi=dpi))
    x, y = place.at_mm
    click.echo(f"{document}: page {place.page}, {x:.1f},{y:.1f} mm → {target}")
