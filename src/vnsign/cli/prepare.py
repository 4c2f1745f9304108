"""``vnsign prepare``: the recipe's fields, written into a document from a word processor before anyone signs.

Source: TT 01/2019/TT-BNV Điều 11.1; NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, II.4, II.7.d, II.8.a.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.cli.measures import Millimetres, require_new
from vnsign.cli.usage_words import misuse
from vnsign.pdf.writing.place import Place
from vnsign.verification.messages import Language, clean
from vnsign.wiring.placing import (
    PreparedKind,
    TextPlace,
    find_place,
    image_size_mm,
    prepare_official_pdf,
    prepared_fields,
)

_SIZE = Millimetres("W,H")
_TEXT = Millimetres("X,Y,W")
_FILE = click.Path(path_type=Path)


@click.command(
    epilog='Example: vnsign prepare draft.pdf -o ready.pdf --position "CHỦ TỊCH" --name "Nguyễn Văn A" '
    "--signature-size 45,22 --seal seal.png"
)
@click.argument("document", metavar="IN.pdf", type=_FILE)
@click.option("-o", "--out", "target", required=True, metavar="OUT.pdf", type=_FILE, help="File to write.")
@click.option(
    "--position", "positions", multiple=True, metavar="TEXT", help="Line above a signature, whole; repeated if joint."
)
@click.option("--name", "names", multiple=True, metavar="TEXT", help="Line below it, whole; as many as --position.")
@click.option("--occurrence", type=int, metavar="N", help="Which of several found, 1 is the first, -1 the last.")
@click.option(
    "--signature-at",
    "corners",
    multiple=True,
    type=Millimetres("X,Y"),
    help="Top left corner of a signature instead, mm from the page's left and top edge; repeated if joint.",
)
@click.option("--page", type=click.IntRange(min=1), help="Page of --signature-at [default: 1], or the one to search.")
@click.option("--signature-size", "size_mm", type=_SIZE, help="Width,height of the signatures in mm.")
@click.option("--image", metavar="PNG", type=_FILE, help="Take the size of the signatures from this image instead.")
@click.option("--seal-size", "seal_mm", type=_SIZE, help="Width,height of the seal in mm; the law gives no size.")
@click.option("--seal", metavar="PNG", type=_FILE, help="Take the size of the seal from this image instead.")
@click.option("--no-seal", is_flag=True, help="Make no field for a seal.")
@click.option("--number-at", type=_TEXT, help="Where the number's baseline begins, and its width, in mm.")
@click.option("--date-at", type=_TEXT, help="The same for place and date, as one field.")
@click.option("--text-size", type=click.FloatRange(min=4, max=72), default=13, show_default=True, help="Points.")
@click.option("--no-blanks", is_flag=True, help='Do not look for "Số:" and "ngày … tháng … năm" on page 1.')
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the fields made as JSON.")
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of the text.",
)
def prepare(
    document: Path,
    *,
    target: Path,
    positions: tuple[str, ...],
    names: tuple[str, ...],
    occurrence: int | None,
    corners: tuple[tuple[float, float], ...],
    page: int | None,
    size_mm: tuple[float, float] | None,
    image: Path | None,
    seal_mm: tuple[float, float] | None,
    seal: Path | None,
    no_seal: bool,
    number_at: tuple[float, float, float] | None,
    date_at: tuple[float, float, float] | None,
    text_size: float,
    no_blanks: bool,
    force: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Write fields for number, date, signatures and seal into a PDF that nobody has signed yet.

    Then the leader signs the field ChuKyNguoiKy, number and date are filled in, and the agency seals ConDauCoQuan.
    Printed is which fields were made, and where.
    """
    if len(positions) != len(names):
        raise misuse("give as many --name as --position", vi="số --name phải bằng số --position")
    if bool(positions) is bool(corners):
        raise misuse(
            "give --position and --name, or --signature-at", vi="cho --position và --name, hoặc --signature-at"
        )
    if (size_mm is None) is (image is None):
        raise misuse("give --signature-size or --image", vi="cho --signature-size hoặc --image")
    if sum((seal_mm is not None, seal is not None, no_seal)) != 1:
        raise misuse(
            "give one of --seal-size, --seal and --no-seal", vi="cho đúng một trong --seal-size, --seal, --no-seal"
        )
    require_new(target, force=force)
    pdf = read_bytes(document)
    size = size_mm or image_size_mm(read_bytes(image) if image is not None else b"")
    persons = [
        find_place(pdf, position=position, name=name, size_mm=size, page=page, occurrence=occurrence)
        for position, name in zip(positions, names, strict=True)
    ] or [Place(page=page or 1, at_mm=corner, size_mm=size) for corner in corners]
    prepared = prepare_official_pdf(
        pdf,
        persons=persons,
        seal_mm=image_size_mm(read_bytes(seal)) if seal is not None else seal_mm,
        number=_text_place(number_at, text_size),
        date=_text_place(date_at, text_size),
        find_blanks=not no_blanks,
    )
    write_whole(target, prepared)
    _print(document, target, prepared_fields(prepared), as_json=as_json, language=Language(lang))


_PURPOSES = {
    Language.VI: {
        PreparedKind.NUMBER: "số",
        PreparedKind.DATE: "ngày, tháng, năm",
        PreparedKind.PERSON: "chữ ký của người có thẩm quyền",
        PreparedKind.SEAL: "con dấu của cơ quan",
    },
    Language.EN: {
        PreparedKind.NUMBER: "number",
        PreparedKind.DATE: "date",
        PreparedKind.PERSON: "signature of the authorised person",
        PreparedKind.SEAL: "seal of the agency",
    },
}
_PAGE = {Language.VI: "trang", Language.EN: "page"}


def _print(
    document: Path,
    target: Path,
    fields: Sequence[tuple[str, PreparedKind, Place]],
    *,
    as_json: bool,
    language: Language,
) -> None:
    if as_json:
        rows = [
            {"name": name, "kind": kind.value, "page": place.page, "at_mm": place.at_mm, "size_mm": place.size_mm}
            for name, kind, place in fields
        ]
        click.echo(json.dumps({"file": str(document), "output": str(target), "fields": rows}, ensure_ascii=False))
        return
    click.echo(clean(f"{document} → {target}"))
    for name, kind, place in fields:
        x, y = place.at_mm
        click.echo(f"  {name}: {_PURPOSES[language][kind]}, {_PAGE[language]} {place.page}, {x:.1f},{y:.1f} mm")


def _text_place(numbers: tuple[float, float, float] | None, size: float) -> TextPlace | None:
    if numbers is None:
        return None
    return TextPlace(page=1, at_mm=(numbers[0], numbers[1]), width_mm=numbers[2], size=size)
