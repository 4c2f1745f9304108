"""``vnsign verify``: one, many or a folder of PDFs → reports and one exit code.

Source: design of this project §3.1 (exit codes, worst first).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.files import read_bytes
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.errors import InputError
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import DocumentReport, Finding, FindingCode, Severity, Verdict
from vnsign.verification import inspect
from vnsign.verification.messages import LAW_TIME, Language
from vnsign.verification.render import render_json, render_summary, render_text

#: Exit codes, worst first: the first verdict that occurs decides.
EXIT_CODES: tuple[tuple[Verdict, int], ...] = (
    (Verdict.TOTAL_FAILED, 1),
    (Verdict.UNREADABLE, 4),
    (Verdict.INDETERMINATE, 2),
    (Verdict.NO_SIGNATURE, 3),
    (Verdict.TOTAL_PASSED, 0),
)
_PDF_SUFFIX = ".pdf"
_MANY = 2


class _Moment(click.ParamType[datetime]):
    """An ISO 8601 time; without an offset it is Vietnamese time."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an ISO 8601 time, such as 2026-01-31T17:00:00+07:00", param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=LAW_TIME)


@click.command(
    epilog="Example: vnsign verify signed --recursive --trust trust. "
    "Exit code, worst first: 1 a signature failed, 4 unreadable, 2 could not be decided, "
    "3 no signature, 0 all valid; 64 wrong usage."
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS…", type=click.Path(exists=True, path_type=Path))
@click.option("--recursive", is_flag=True, help="Verify every *.pdf in the folders given and below them.")
@click.option(
    "--trust",
    "trust_folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the root certificates you trust, CA certificates and CRLs. Without it nothing is trusted.",
)
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option("--at", "at", type=_Moment(), metavar="TIME", help="Judge at this ISO 8601 time [default: now].")
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of the text.",
)
@click.pass_context
def verify(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    trust_folder: Path | None,
    output: str,
    at: datetime | None,
    lang: str,
) -> None:
    """Say what the signatures in PDF files are worth, offline.

    Nothing is fetched: revocation is judged by what lies in the files and in the trust folder.
    """
    files = list(_files(paths, recursive=recursive))
    trust = _trust(trust_folder)
    moment = at if at is not None else SystemClock().now()
    language = Language(lang)
    progress = Console(stderr=True)
    hidden = len(files) < _MANY or not progress.is_terminal
    reports = [
        _inspect_file(file, trust=trust, at=moment)
        for file in track(files, "Verifying", console=progress, disable=hidden)
    ]
    if output == "json":
        click.echo(render_json(reports, at=moment))
    else:
        for report in reports:
            click.echo(render_text(report, lang=language))
        if len(reports) >= _MANY:
            click.echo(render_summary(reports, lang=language))
    ctx.exit(exit_code(reports))


def exit_code(reports: Sequence[DocumentReport]) -> int:
    """Return the exit code of the worst report."""
    found = {report.verdict for report in reports}
    return next((code for verdict, code in EXIT_CODES if verdict in found), 0)


def _files(paths: Sequence[Path], *, recursive: bool) -> Iterator[Path]:
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir() and not recursive:
            raise click.UsageError(f"{path} is a folder: add --recursive")
        found = sorted(_below(path)) if path.is_dir() else [path]
        if not found:
            # to verify nothing and say "all valid" would be a lie
            raise click.UsageError(f"there is no PDF file in {path}")
        yield from (file for file in found if file not in seen)
        seen.update(found)


def _below(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.suffix.lower() == _PDF_SUFFIX and file.is_file())


def _trust(folder: Path | None) -> TrustAnchors:
    if folder is None:
        return TrustAnchors()
    try:
        return read_trust_folder(folder)
    except InputError as exc:
        raise click.UsageError(str(exc)) from exc


def _inspect_file(file: Path, *, trust: TrustAnchors, at: datetime) -> DocumentReport:
    try:
        data = read_bytes(file)
    except InputError as exc:
        finding = Finding(
            code=FindingCode.PDF_NOT_READABLE,
            severity=Severity.ERROR,
            clause="ISO 32000-2 §7.5",
            values={"reason": exc.message},
        )
        return DocumentReport(file=str(file), verdict=Verdict.UNREADABLE, findings=(finding,))
    return inspect(data, trust=trust, at=at, file=str(file))
