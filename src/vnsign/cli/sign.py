"""``vnsign sign``: one or many PDFs, each signed and written whole, or left alone with a clear error.

Source: NĐ 68/2024/NĐ-CP Điều 29 (making a signature); ETSI EN 319 142-1 §6.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.pdf.place import Place
from vnsign.signing.levels import TargetLevel
from vnsign.wiring import Signer, sign_pdf

EXIT_FAILED = 1


class _Pair(click.ParamType[tuple[float, float]]):
    """Two numbers in millimetres, ``120,45``."""

    name = "X,Y"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        try:
            first, second = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not two numbers with a comma between, such as 120,45", param, ctx)
        return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    file: str
    output: str | None = None
    code: str | None = None
    error: str | None = None


@click.command(
    epilog="Example: vnsign sign CV-15.pdf --p12 leader.p12 --out signed --level B-LT --tsa http://tsa.example.gov.vn "
    "--image sign.png --page 1 --at 120,230 --size 45,22"
)
@click.argument("inputs", nargs=-1, required=True, metavar="IN.pdf…", type=click.Path(path_type=Path))
@click.option(
    "--p12",
    required=True,
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="PKCS#12 file with key and certificate.",
)
@click.option(
    "--passphrase",
    envvar="VNSIGN_PASSPHRASE",
    hidden=True,
    help="From the environment only; a command line is readable by others.",
)
@click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="File whose first line is the passphrase of KEY."
)
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the signed files (same names); made if absent.",
)
@click.option(
    "--level",
    type=click.Choice([level.value for level in TargetLevel]),
    default="B-B",
    show_default=True,
    help="B-T and B-LT need --tsa.",
)
@click.option("--tsa", metavar="URL", help="RFC 3161 time-stamping service.")
@click.option("--field", help="Empty signature field to use, or name of the new one.")
@click.option("--image", metavar="PNG", type=click.Path(path_type=Path), help="Image to show; transparent PNG is best.")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="Page of the image.")
@click.option("--at", "at_mm", type=_Pair(), help="Top left corner of the image, mm from the page's left and top edge.")
@click.option("--size", "size_mm", type=_Pair(), help="Width,height of the image in mm [default: its real size].")
@click.option(
    "--certify", is_flag=True, help="Certify: later only filling in and signing of prepared fields is allowed."
)
@click.option(
    "--no-status-check",
    is_flag=True,
    help="Do not ask first whether the certificate is revoked (NĐ 68/2024 Điều 29 wants it asked).",
)
@click.option("--reason", help="Reason shown by viewers.")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def sign(
    inputs: tuple[Path, ...],
    p12: Path,
    passphrase: str | None,
    passphrase_file: Path | None,
    folder: Path,
    level: str,
    tsa: str | None,
    field: str | None,
    image: Path | None,
    page: int,
    at_mm: tuple[float, float] | None,
    size_mm: tuple[float, float] | None,
    certify: bool,
    no_status_check: bool,
    reason: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Sign PDF files; each output is written whole, or not at all.

    The passphrase comes from --passphrase-file, else from the variable VNSIGN_PASSPHRASE, else it is asked for.
    Exit code: 0 all signed, 1 at least one file was not, 64 wrong usage.
    """
    _require_sense(inputs, level=level, tsa=tsa, image=image, at_mm=at_mm)
    signer = Signer.from_pkcs12(p12, _passphrase(passphrase_file, passphrase))
    picture = read_bytes(image) if image is not None else None
    place = Place(page=page, at_mm=at_mm, size_mm=size_mm) if at_mm is not None else None
    _make_folder(folder)

    def one(path: Path) -> _Outcome:
        target = folder / path.name
        try:
            if target.exists() and not force:
                raise UsageError(
                    ErrorCode.OUTPUT_EXISTS,
                    f"{target} is there already",
                    file=str(path),
                    way_out="use --force to replace it",
                )
            signed = sign_pdf(
                read_bytes(path),
                signer,
                field=field,
                level=level,
                tsa=tsa,
                image=picture,
                place=place,
                certify=certify,
                reason=reason,
                check_status=not no_status_check,
            )
            write_whole(target, signed)
        except VnsignError as exc:
            exc.file = exc.file or str(path)
            return _Outcome(file=str(path), code=exc.code.value, error=str(exc))
        return _Outcome(file=str(path), output=str(target))

    progress = Console(stderr=True)
    outcomes = [
        one(p) for p in track(inputs, "Signing", console=progress, disable=len(inputs) == 1 or not progress.is_terminal)
    ]
    _print(outcomes, as_json=as_json)
    if any(o.error for o in outcomes):
        sys.exit(EXIT_FAILED)


def _require_sense(
    inputs: Sequence[Path], *, level: str, tsa: str | None, image: Path | None, at_mm: tuple[float, float] | None
) -> None:
    names = [path.name for path in inputs]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise click.UsageError(f"two inputs are named {repeated}: one would overwrite the other in --out")
    if level != TargetLevel.B_B and tsa is None:
        raise click.UsageError(f"--level {level} needs --tsa URL")
    if at_mm is not None and image is None:
        raise click.UsageError("--at without --image shows nothing")


def _passphrase(file: Path | None, given: str | None) -> bytes:
    if file is not None:
        return read_bytes(file).partition(b"\n")[0].rstrip(b"\r")
    return str(given if given is not None else click.prompt("Passphrase", hide_input=True, err=True)).encode()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE, f"the folder cannot be made: {exc.strerror}", file=str(folder)
        ) from exc


def _print(outcomes: Sequence[_Outcome], *, as_json: bool) -> None:
    if as_json:
        documents = [{"file": o.file, "output": o.output, "code": o.code, "error": o.error} for o in outcomes]
        failed = sum(1 for o in outcomes if o.error)
        click.echo(
            json.dumps(
                {"documents": documents, "summary": {"signed": len(outcomes) - failed, "failed": failed}},
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    for outcome in outcomes:
        click.echo(outcome.error or f"{outcome.file} → {outcome.output}", err=outcome.error is not None)
