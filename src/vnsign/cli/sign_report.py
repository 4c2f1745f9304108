"""What ``vnsign sign`` prints while and after it signs, and the summary file.

Invariants:
    - Outcomes are printed or written as they come; only counts are kept.
    - The summary file appears when the run ends, whole, also when it is stopped.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO, assert_never

import click

from vnsign.batch.jobs import JobOutcome, JobState
from vnsign.cli.error_words import reason_line
from vnsign.cli.sign_words import LABELS, Label, error_line
from vnsign.errors import ErrorCode, UsageError
from vnsign.verification.messages import Language, clean

if TYPE_CHECKING:
    from vnsign.cli.sign_progress import Bar

SUMMARY_ENDINGS = (".csv", ".json")
_COLUMNS = ("file", "output", "outcome", "code", "error", "source_sha256", "target_sha256")
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Shape(StrEnum):
    """How outcomes are printed."""

    TEXT = "text"
    JSON = "json"
    JSON_LINES = "jsonl"


class Counts:
    """How many documents came to what."""

    def __init__(self) -> None:
        self._states: Counter[JobState] = Counter()
        self.codes: Counter[ErrorCode] = Counter()
        self.retried = 0

    def add(self, outcome: JobOutcome) -> None:
        """Count an outcome."""
        self._states[outcome.state] += 1
        self.retried += outcome.retried and outcome.state is JobState.SIGNED
        if outcome.error is not None:
            self.codes[outcome.error.code] += 1

    def __getitem__(self, state: JobState) -> int:
        return self._states[state]

    @property
    def total(self) -> int:
        """All documents."""
        return self._states.total()

    def to_dict(self, *, complete: bool) -> dict[str, object]:
        """Return the counts as they stand in JSON."""
        return {
            "signed": self[JobState.SIGNED],
            "signed_before": self[JobState.SIGNED_BEFORE],
            "failed": self[JobState.FAILED],
            "retried": self.retried,
            "complete": complete,
        }


class _Sink(Protocol):
    def take(self, outcome: JobOutcome) -> None:
        """Print or write one outcome."""

    def end(self, counts: Counts, *, complete: bool) -> None:
        """Print or write what ends the whole."""


class Report:
    """Everything that is said of a run; one document is said less of than many."""

    def __init__(self, shape: Shape, *, lang: Language, summary: Path | None, total: int | None) -> None:
        self.counts = Counts()
        self._lang = lang
        self._many = total is None or total > 1
        self._bar = _bar(lang, total=total) if self._many and sys.stderr.isatty() else None
        self._sinks: list[_Sink] = [self._printing(shape)]
        self._summary = summary

    @contextmanager
    def taking(self) -> Iterator[Callable[[JobOutcome], None]]:
        """Show progress; give the function that takes each outcome; end everything whatever happens.

        Raises:
            UsageError: OUTPUT_NOT_WRITABLE: the summary.
        """
        file = _SummaryFile(self._summary) if self._summary is not None else None
        if file is not None:
            self._sinks.append(file)
        complete = False
        try:
            with self._progress() as advance:

                def take(outcome: JobOutcome) -> None:
                    self.counts.add(outcome)
                    for sink in self._sinks:
                        sink.take(outcome)
                    advance()

                yield take
            complete = True
        finally:
            for sink in self._sinks:
                sink.end(self.counts, complete=complete)
            if file is not None and self._summary is not None and self._many:
                click.echo(f"{LABELS[Label.WRITTEN][self._lang]}: {self._summary}", err=True)

    def interrupted(self) -> None:
        """Say that the run was stopped and how it goes on."""
        click.echo(f"{LABELS[Label.INTERRUPTED][self._lang]} {LABELS[Label.RESUME][self._lang]}", err=True)

    def _printing(self, shape: Shape) -> _Sink:
        match shape:
            case Shape.JSON:
                return _Json(sys.stdout)
            case Shape.JSON_LINES:
                return _JsonLines()
            case Shape.TEXT:
                say_error: Callable[[str], None] = self._bar.say if self._bar is not None else _say_error
                return _Text(self._lang, table=self._many, lines=self._bar is None, say_error=say_error)
            case _:
                assert_never(shape)

    @contextmanager
    def _progress(self) -> Iterator[Callable[[], None]]:
        if self._bar is None:
            yield lambda: None
            return
        with self._bar.moving() as advance:
            yield advance


def _bar(lang: Language, *, total: int | None) -> Bar:
    from vnsign.cli.sign_progress import Bar as _Bar  # noqa: PLC0415 — see there

    return _Bar(LABELS[Label.PROGRESS][lang], total=total)


class _Text:
    def __init__(self, lang: Language, *, table: bool, lines: bool, say_error: Callable[[str], None]) -> None:
        self._lang = lang
        self._table = table
        self._lines = lines
        self._say_error = say_error

    def take(self, outcome: JobOutcome) -> None:
        if outcome.error is not None:
            self._say_error(error_line(outcome, self._lang))
        elif self._lines:
            before = f" ({LABELS[Label.SIGNED_BEFORE_LINE][self._lang]})"
            ending = before if outcome.state is JobState.SIGNED_BEFORE else ""
            click.echo(clean(f"{outcome.job.source} → {outcome.job.target}{ending}"))

    def end(self, counts: Counts, *, complete: bool) -> None:  # noqa: ARG002 — the text says so elsewhere
        if self._table:
            click.echo(render_counts(counts, lang=self._lang))


class _JsonLines:
    def take(self, outcome: JobOutcome) -> None:
        click.echo(json.dumps(_row(outcome), ensure_ascii=True))

    def end(self, counts: Counts, *, complete: bool) -> None:
        click.echo(json.dumps({"summary": counts.to_dict(complete=complete)}))


class _Json:
    """One JSON document, written piece by piece."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = False

    def take(self, outcome: JobOutcome) -> None:
        self._stream.write(",\n    " if self._began else '{\n  "documents": [\n    ')
        self._began = True
        self._stream.write(json.dumps(_row(outcome), ensure_ascii=True))

    def end(self, counts: Counts, *, complete: bool) -> None:
        self._stream.write("\n  ],\n" if self._began else '{\n  "documents": [],\n')
        self._stream.write(f'  "summary": {json.dumps(counts.to_dict(complete=complete))}\n}}\n')
        self._stream.flush()


class _Csv:
    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\r\n")
        self._writer.writeheader()

    def take(self, outcome: JobOutcome) -> None:
        self._writer.writerow({name: _cell(value) for name, value in _row(outcome).items()})

    def end(self, counts: Counts, *, complete: bool) -> None:
        pass


class _SummaryFile:
    """A summary beside its place until it is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unfinished = path.with_name(f".{path.name}.part")
        try:
            # With the mark by which spreadsheets know UTF-8; names that are no Unicode are shown with marks.
            csv_wanted = path.suffix.lower() == SUMMARY_ENDINGS[0]
            encoding = "utf-8-sig" if csv_wanted else "utf-8"
            self._stream = self._unfinished.open("w", encoding=encoding, errors="backslashreplace", newline="")
            self._sink: _Sink = _Csv(self._stream) if csv_wanted else _Json(self._stream)
        except OSError as exc:
            raise self._not_writable(exc) from exc

    def take(self, outcome: JobOutcome) -> None:
        try:
            self._sink.take(outcome)
        except OSError as exc:
            raise self._not_writable(exc) from exc

    def end(self, counts: Counts, *, complete: bool) -> None:
        try:
            with self._stream:
                self._sink.end(counts, complete=complete)
                self._stream.flush()
                os.fsync(self._stream.fileno())
            self._unfinished.replace(self._path)
        except OSError as exc:
            self._unfinished.unlink(missing_ok=True)
            raise self._not_writable(exc) from exc

    def _not_writable(self, exc: OSError) -> UsageError:
        return UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE, f"the summary cannot be written: {exc.strerror}", file=str(self._path)
        )


def render_counts(counts: Counts, *, lang: Language) -> str:
    """Return the table that ends a run."""
    rows = [
        (LABELS[Label.SIGNED][lang], counts[JobState.SIGNED]),
        (LABELS[Label.SIGNED_BEFORE][lang], counts[JobState.SIGNED_BEFORE]),
        (LABELS[Label.FAILED][lang], counts[JobState.FAILED]),
        *((f"  {reason_line(code, lang)}", number) for code, number in counts.codes.most_common()),
        *([(LABELS[Label.RETRIED][lang], counts.retried)] if counts.retried else []),
    ]
    width = max(len(f"{number:,}") for _, number in rows)
    return "\n".join(f"{number:>{width},}  {text}" for text, number in rows)


def _row(outcome: JobOutcome) -> Mapping[str, Any]:
    error = outcome.error
    return {
        "file": str(outcome.job.source),
        "output": str(outcome.job.target) if error is None else None,
        "outcome": outcome.state.value,
        "code": error.code.value if error is not None else None,
        "error": outcome.error_text() or None,
        "source_sha256": outcome.source_sha256 or None,
        "target_sha256": outcome.target_sha256 or None,
    }


def _cell(value: str | None) -> str:
    return f"'{value}" if value is not None and value.startswith(_FORMULA) else value or ""


def _say_error(line: str) -> None:
    click.echo(line, err=True)
