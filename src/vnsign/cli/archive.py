"""``vnsign archive check``: an archive against its lock → what needs a person, and one exit code."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from vnsign.adapters.clock import SystemClock
from vnsign.batch.archive.checking import ArchiveCheck
from vnsign.batch.archive.lock import entry_to_dict
from vnsign.batch.archive.states import ALARMS, FileResult, FileState
from vnsign.batch.archive.tasks import Selection
from vnsign.cli.archive_words import lines_of, summary_line
from vnsign.cli.no_verdict import exiting_without_verdict
from vnsign.cli.times import Moment
from vnsign.cli.usage_words import misuse
from vnsign.cli.verify_options import inspection, trust_options
from vnsign.cli.verify_output import EXIT_CODES, EXIT_NOTHING, write_report
from vnsign.rendering.plain_data import to_json
from vnsign.report import Verdict
from vnsign.verification.messages import Language
from vnsign.wiring.archives import check_archive, header_of

EXIT_ALARM = 1
EXIT_LAPSING = 2
#: The Gregorian year has 365.2425 days.
_MONTH = timedelta(days=365.2425 / 12)
_MAX_MONTHS = 1200


@click.group(epilog="Example: vnsign archive check archive --lock archive.lock --trust trust/vn-official")
def archive() -> None:
    """Watch over a folder of signed documents for years."""


@dataclass(slots=True)
class _Tally:
    """Counts results as they pass by, and keeps those that need a person."""

    warn_before: datetime
    accept: bool
    states: Counter[FileState] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    verified: int = 0
    lapsing: int = 0

    def noteworthy(self, results: Iterable[FileResult]) -> Iterator[FileResult]:
        for result in results:
            self.states[result.state] += 1
            self.verified += result.verified
            lapsing = self.is_lapsing(result)
            self.lapsing += lapsing
            if result.state is not FileState.MISSING:
                self.verdicts[result.verdict] += 1
            passed = result.state is FileState.UNCHANGED and result.verdict is Verdict.TOTAL_PASSED
            if lapsing or not passed:
                yield result

    def is_lapsing(self, result: FileResult) -> bool:
        entry = result.entry
        return entry is not None and entry.until is not None and entry.until < self.warn_before

    def exit_code(self, *, strict: bool) -> int:
        if not self.accept and any(self.states[state] for state in ALARMS):
            return EXIT_ALARM
        worst = next((code for verdict, code in EXIT_CODES if self.verdicts[verdict]), EXIT_NOTHING)
        # worst first: what will lapse counts as undecided, which is worse than no signature
        return EXIT_LAPSING if strict and self.lapsing and worst in {0, EXIT_NOTHING} else worst


@archive.command(
    epilog="Example: vnsign archive check archive --lock archive.lock --trust trust/vn-official. "
    "Exit code, worst first: 1 a file failed, changed or is missing, 4 unreadable, 2 could not be decided (or, with "
    "--strict, will lapse), 3 no signature or no file, 0 all valid and as locked; 64 no verdict: wrong usage, the lock "
    "cannot be read or written, or another check is running."
)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--lock",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What is in the archive, a line a file; made by the first check.",
)
@trust_options
@click.option("--at", type=Moment(), metavar="TIME", help="Judge at this ISO 8601 time [default: now].")
@click.option("--full", is_flag=True, help="Verify every file again, also those that did not change.")
@click.option(
    "--sample", type=click.IntRange(min=0), default=0, metavar="N", help="Verify N unchanged files again, by chance."
)
@click.option("--seed", metavar="TEXT", help="Choose the sample by this text [default: anew each time].")
@click.option("--accept", is_flag=True, help="Take changed and missing files as they are now into the lock.")
@click.option("--frozen", is_flag=True, help="Write nothing, for CI: the lock stays as it is.")
@click.option(
    "--warn-months",
    type=click.IntRange(min=0, max=_MAX_MONTHS),
    default=12,
    show_default=True,
    metavar="N",
    help="Warn of what will lapse within N months unless it is renewed.",
)
@click.option("--strict", is_flag=True, help="Exit code 2 if something will lapse.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every file that needs a person, then a summary.")
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of the text.",
)
@click.pass_context
def check(
    ctx: click.Context,
    /,
    folder: Path,
    *,
    lock: Path,
    at: datetime | None,
    full: bool,
    sample: int,
    seed: str | None,
    accept: bool,
    frozen: bool,
    warn_months: int,
    strict: bool,
    jobs: int,
    as_json: bool,
    lang: str,
    **trust: Any,  # noqa: ANN401 — as trust_options names them
) -> None:
    """Check the PDF files below DIR against a lock: verify what is new or changed, tell what is missing or will lapse.

    Every file is read and its hash compared; only what the lock does not know is verified. A check that was stopped
    goes on where it stopped. A changed or missing file is told each time until --accept takes it as it is.
    """
    if accept and frozen:
        raise misuse(
            "--accept writes the lock, --frozen does not",
            vi="--accept ghi tệp khóa, còn --frozen thì không: chỉ dùng một",
        )
    if frozen and not lock.exists():
        # compared with nothing, every file would be new and nothing missing
        raise misuse(
            f"--frozen compares with a lock, and there is none at {lock}",
            vi=f"--frozen so với tệp khóa, mà ở {lock} không có",
        )
    moment = at if at is not None else SystemClock().now()
    how = inspection(at=moment, **trust)
    tally = _Tally(warn_before=moment + warn_months * _MONTH, accept=accept)
    checked = ArchiveCheck(
        folder=folder,
        lock=lock,
        header=header_of(how),
        selection=Selection(
            at=moment, full=full, sample=sample, seed=seed or secrets.token_hex(8), is_seed_drawn=not seed
        ),
        accept=accept,
        write=not frozen,
    )
    with exiting_without_verdict(), closing(check_archive(checked, how, workers=jobs)) as results:
        pieces = _as_json(results, tally) if as_json else _as_text(results, tally, Language(lang))
        write_report(pieces, None)
    ctx.exit(tally.exit_code(strict=strict))


def _as_text(results: Iterable[FileResult], tally: _Tally, language: Language) -> Iterator[str]:
    for result in tally.noteworthy(results):
        yield "".join(f"{line}\n" for line in lines_of(result, language, lapsing=tally.is_lapsing(result)))
    yield f"{summary_line(tally.states, tally.verdicts, lapsing=tally.lapsing, language=language)}\n"


def _as_json(results: Iterable[FileResult], tally: _Tally) -> Iterator[str]:
    yield '{"files": ['
    for number, result in enumerate(tally.noteworthy(results)):
        yield ("," if number else "") + "\n" + to_json(_plain(result, lapsing=tally.is_lapsing(result)))
    summary = {
        "files": tally.verdicts.total(),
        "verified": tally.verified,
        **{state.value: tally.states[state] for state in FileState},
        **{verdict.value: tally.verdicts[verdict] for verdict in Verdict},
        "lapsing": tally.lapsing,
    }
    yield '\n], "summary": ' + to_json(summary) + "}\n"


def _plain(result: FileResult, *, lapsing: bool) -> dict[str, object]:
    return {
        "path": result.path,
        "state": result.state.value,
        "verdict": result.verdict.value if result.state is not FileState.MISSING else None,
        "verified": result.verified,
        "lapsing": lapsing,
        "reason": result.reason,
        "now": entry_to_dict(result.entry) if result.entry is not None else None,
        "locked": entry_to_dict(result.known) if result.known is not None else None,
    }
