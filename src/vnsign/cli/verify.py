"""``vnsign verify``: one, many or a folder of PDFs → a report and one exit code.

Source: design of this project §3.1 (exit codes, worst first).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from vnsign.adapters.clock import SystemClock
from vnsign.cli.no_verdict import exiting_without_verdict
from vnsign.cli.times import Moment
from vnsign.cli.verify_inputs import VerifyInputs
from vnsign.cli.verify_options import inspection, trust_options
from vnsign.cli.verify_output import Tally, report_file, write_report
from vnsign.errors import UsageError
from vnsign.rendering.formats import Format, render
from vnsign.rendering.items import Setting
from vnsign.report import DocumentReport
from vnsign.verification.messages import Language
from vnsign.verification.requirements import Requirement, parse_requirement
from vnsign.verification.wording import words
from vnsign.wiring.inspecting import inspect_files

_VERIFYING = words("Đang kiểm tra", "Verifying")


class _Demand(click.ParamType[Requirement]):
    """``level=B-LT`` or ``signer=…``."""

    name = "WHAT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Requirement:
        if isinstance(value, Requirement):
            return value
        try:
            return parse_requirement(str(value))
        except UsageError as exc:
            self.fail(str(exc), param, ctx)


@click.command(
    epilog="Example: vnsign verify signed --recursive --trust trust. "
    "Exit code, worst first: 1 a signature failed or a requirement is not met, 4 unreadable, 2 could not be decided, "
    "3 no signature, 0 all valid; 64 no verdict: wrong usage, or the report cannot be written."
)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATHS…", type=click.Path(exists=False, allow_dash=True, path_type=Path)
)
@click.option("--recursive", is_flag=True, help="Verify every *.pdf in the folders given and below them.")
@trust_options
@click.option("--at", "at", type=Moment(), metavar="TIME", help="Judge at this ISO 8601 time [default: now].")
@click.option(
    "--require",
    "requirements",
    multiple=True,
    type=_Demand(),
    metavar="WHAT",
    help="level=B-LT: every signature has at least this level; signer=NAME or signer=SHA256: he is among those who "
    "signed validly. May be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=Format.TEXT.value,
    show_default=True,
    help="What the report is written as.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(allow_dash=True, path_type=Path),
    help="Write the report there, whole or not at all, instead of printing it (-: print it). Never over a PDF.",
)
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of what is written for people.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Processes.")
@click.option(
    "--progress/--no-progress", default=None, help="Show a bar on standard error [default: in a terminal, for many]."
)
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    at: datetime | None,
    requirements: tuple[Requirement, ...],
    form: str,
    out: Path | None,
    lang: str,
    jobs: int,
    progress: bool | None,
    **trust: Any,  # noqa: ANN401 — as trust_options names them
) -> None:
    """Say what the signatures in PDF files are worth; offline unless --online is given.

    PATHS are files, folders (with --recursive), or - for a list of files on standard input, one a line.
    """
    inputs = VerifyInputs(paths=paths, recursive=recursive)
    inputs.require_sense()
    target = report_file(out, inputs.paths)
    how = inspection(at=at if at is not None else SystemClock().now(), **trust)
    setting = Setting(at=how.at, language=Language(lang), version=version("vnsign-docflow"), policy=how.policy.name)
    tally = Tally(requirements)
    with ExitStack() as stack:
        stack.enter_context(exiting_without_verdict())
        reports = inspect_files(inputs.files(), how, workers=jobs)
        if isinstance(reports, Generator):
            stack.enter_context(closing(reports))
        if _shows_bar(progress, inputs):
            reports = _with_bar(reports, inputs.count(), Language(lang))
        write_report(render(tally.items(reports), Format(form), setting), target)
    ctx.exit(tally.exit_code())


def _shows_bar(wanted: bool | None, inputs: VerifyInputs) -> bool:
    if wanted is not None:
        return wanted
    return sys.stderr is not None and sys.stderr.isatty() and not inputs.is_single() and "CI" not in os.environ


def _with_bar(reports: Iterable[DocumentReport], total: int | None, language: Language) -> Iterator[DocumentReport]:
    from vnsign.cli.sign_progress import Bar  # noqa: PLC0415 — one document is verified sooner than this is loaded

    with Bar(_VERIFYING[language], total=total).moving() as advance:
        for report in reports:
            yield report
            advance()
