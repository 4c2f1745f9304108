"""``vnsign sign``: one PDF or a hundred thousand, each signed and written whole, or left alone with a clear error.

Source: NĐ 68/2024/NĐ-CP Điều 29 (making a signature); ETSI EN 319 142-1 §6.
"""

from __future__ import annotations

import itertools
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from vnsign.adapters.files import read_bytes
from vnsign.adapters.http_timestamps import TIMESTAMP_TIMEOUT_S
from vnsign.batch.jobs import JobState
from vnsign.batch.journal import JOURNAL_NAME
from vnsign.batch.publishing import make_folder
from vnsign.cli.key_options import KeyOptions, key_options
from vnsign.cli.measures import Millimetres, place_from_options
from vnsign.cli.sign_inputs import Inputs
from vnsign.cli.sign_report import SUMMARY_ENDINGS, Report, Shape
from vnsign.cli.usage_words import misuse
from vnsign.signing.levels import TargetLevel
from vnsign.verification.messages import Language
from vnsign.wiring.batch import sign_many
from vnsign.wiring.signing import SigningKeywords
from vnsign.wiring.timestamps import timestamp_sources

EXIT_FAILED = 1
#: So few documents are signed sooner than a second process starts.
_FEW = 16
_PAIR, _SIZE = Millimetres("X,Y"), Millimetres("W,H")


@click.command(
    epilog="Example: vnsign sign CV-15.pdf --p12 leader.p12 --out signed --level B-LT --tsa http://tsa.example.gov.vn "
    "--image sign.png --page 1 --at 120,230 --size 45,22"
)
@click.argument("inputs", nargs=-1, metavar="[IN.pdf|FOLDER]…", type=click.Path(path_type=Path))
@key_options
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the signed files (same names); made if absent.",
)
@click.option("--recursive", is_flag=True, help="Sign every *.pdf in the folders given and below them.")
@click.option("--files-from", "list_file", metavar="LIST", help="Sign the files named in LIST, one a line; - is stdin.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in TargetLevel]),
    default="B-B",
    show_default=True,
    help="B-T and higher need --tsa.",
)
@click.option("--tsa", "tsas", metavar="URL", multiple=True, help="RFC 3161 time-stamping service; several in order.")
@click.option(
    "--tsa-timeout",
    type=click.FloatRange(min=1),
    default=TIMESTAMP_TIMEOUT_S,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait for one timestamp.",
)
@click.option("--field", help="Empty signature field to use, or name of the new one.")
@click.option("--image", metavar="PNG", type=click.Path(path_type=Path), help="Image to show; transparent PNG is best.")
@click.option("--page", type=click.IntRange(min=1), help="Page of the image [default: 1], or the only one to search.")
@click.option("--at", "at_mm", type=_PAIR, help="Top left corner of the image, mm from the page's left and top edge.")
@click.option("--size", "size_mm", type=_SIZE, help="Width,height of the image in mm [default: its real size].")
@click.option("--find-position", metavar="TEXT", help="Put the image below this line of the document, given whole,")
@click.option("--find-name", metavar="TEXT", help="and above this one, centred; accents and case do not count.")
@click.option("--occurrence", type=int, metavar="N", help="Which of several found, 1 is the first, -1 the last.")
@click.option(
    "--certify", is_flag=True, help="Certify: later only filling in and signing of prepared fields is allowed."
)
@click.option(
    "--no-status-check",
    is_flag=True,
    help="Do not ask first whether the certificate is revoked (NĐ 68/2024 Điều 29 wants it asked).",
)
@click.option("--reason", help="Reason shown by viewers.")
@click.option("--force", is_flag=True, help="Replace files that are there already, and sign again what was signed.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that sign [default: one a core].")
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Keep a journal in DIR, and go on where an earlier run stopped; not for a single file.",
)
@click.option(
    "--summary",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what became of each file, as .csv or .json.",
)
@click.option("--json", "shape", flag_value=Shape.JSON.value, help="Print the outcome as JSON.")
@click.option("--jsonl", "shape", flag_value=Shape.JSON_LINES.value, help="Print it as lines of JSON, as they come.")
@click.option(
    "--text", "shape", flag_value=Shape.TEXT.value, default=Shape.TEXT.value, help="Print text (the default)."
)
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of the text.",
)
def sign(
    keys: KeyOptions,
    *,
    inputs: tuple[Path, ...],
    folder: Path,
    recursive: bool,
    list_file: str | None,
    level: str,
    tsas: tuple[str, ...],
    tsa_timeout: float,
    field: str | None,
    image: Path | None,
    page: int | None,
    at_mm: tuple[float, float] | None,
    size_mm: tuple[float, float] | None,
    find_position: str | None,
    find_name: str | None,
    occurrence: int | None,
    certify: bool,
    no_status_check: bool,
    reason: str | None,
    force: bool,
    jobs: int | None,
    resume: bool,
    summary: Path | None,
    shape: str,
    lang: str,
) -> None:
    """Sign PDF files; each output is written whole, or not at all.

    A file that fails costs no other. Many files are signed by several processes; run the same command again after
    whatever stopped it, and it goes on: no file is signed twice.

    Passphrase and PIN come from a file, else from the environment, else they are asked for.
    Exit code: 0 all signed, 1 at least one file was not, 64 wrong usage, 130 stopped by Ctrl-C.
    """
    documents = Inputs(paths=inputs, recursive=recursive, list_file=list_file, folder=folder)
    documents.require_sense()
    if level != TargetLevel.B_B and not tsas:
        raise misuse(f"--level {level} needs --tsa URL", vi=f"--level {level} cần --tsa URL")
    place = place_from_options(
        page=page, at_mm=at_mm, size_mm=size_mm, position=find_position, name=find_name, occurrence=occurrence
    )
    if place is not None and image is None:
        raise misuse(
            "--at and --find-position without --image show nothing",
            vi="--at và --find-position mà không có --image thì không hiện gì",
        )
    if summary is not None and summary.suffix.lower() not in SUMMARY_ENDINGS:
        raise misuse(
            f"--summary {summary}: its name must end in {' or '.join(SUMMARY_ENDINGS)}",
            vi=f"--summary {summary}: tên phải kết thúc bằng {' hoặc '.join(SUMMARY_ENDINGS)}",
        )
    how = SigningKeywords(
        field=field,
        level=level,
        tsa=timestamp_sources(tsas, timeout_s=tsa_timeout),
        image=read_bytes(image) if image is not None else None,
        place=place,
        certify=certify,
        reason=reason,
        check_status=not no_status_check,
    )
    run = _Run(keys=keys, how=how, folder=folder, force=force, jobs=jobs, resume=resume)
    report = Report(Shape(shape), lang=Language(lang), summary=summary, total=documents.count())
    run.sign(documents, report)
    if report.counts[JobState.FAILED]:
        sys.exit(EXIT_FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    keys: KeyOptions
    how: SigningKeywords
    folder: Path
    force: bool
    jobs: int | None
    resume: bool

    def sign(self, documents: Inputs, report: Report) -> None:
        coming = documents.jobs()
        first = list(itertools.islice(coming, _FEW))
        single = len(first) == 1 and documents.list_file is None and not documents.recursive
        outcomes = sign_many(
            itertools.chain(first, coming),
            self.keys.recipe(),
            journal=self.folder / JOURNAL_NAME if self.resume and not single else None,
            workers=1 if self.keys.asks_while_signing else self.jobs or (1 if len(first) < _FEW else None),
            force=self.force,
            **self.how,
        )
        make_folder(self.folder)
        try:
            with report.taking() as take, closing(outcomes):
                for outcome in outcomes:
                    take(outcome)
        except KeyboardInterrupt:
            report.interrupted()
            raise click.Abort from None
