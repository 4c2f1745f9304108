"""``docflow audit``: verify a log, show its checkpoint, prove a document, check a proof."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from docflow.cli.places import name_database, place_of
from docflow.errors import ErrorCode, InputError, StoreUnavailable
from docflow.wiring import (
    LogFinding,
    LogReport,
    ProvenEvent,
    check_proof,
    read_checkpoint,
    read_proof,
    verify_log,
)

_MAX_FILE_BYTES = 32 * 1024 * 1024
_EXIT_BROKEN = 1
_STAGES = {"leaves": "Mục nhật ký", "rows": "Dòng dữ liệu", "rows compared": "So sánh", "files": "Tệp"}
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog="Example: docflow audit verify demo-out/agencies/H99")
def audit() -> None:
    """Verify and prove what an office has done."""


@audit.command(epilog="Example: docflow audit verify demo-out/agencies/H99 --checkpoint kept.txt --format json")
@click.argument("directory", metavar="DIR", type=_FOLDER)
@click.option("--checkpoint", type=_FILE, help="A signed checkpoint kept elsewhere; the log must contain it.")
@click.option("--vkey", help="The log's public key as published [default: the file log.vkey in DIR].")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(directory: Path, checkpoint: Path | None, vkey: str | None, form: str) -> None:
    """Compare every table, register and file of an office with its audit log.

    Takes some 200 MB of memory however large the office is, and room in the folder for temporary files (TMPDIR): about
    100 bytes whenever the log speaks of a row, and for each row.

    Exit code: 0 intact, 1 evidence is broken (the output says which), 4 not readable, 64 wrong usage.
    """
    kept = _read(checkpoint) if checkpoint else None
    with _bar() as show:
        report = verify_log(place_of(directory, is_to_read=True), checkpoint=kept, vkey=vkey, home=directory, tick=show)
    click.echo(_as_json(directory, report) if form == "json" else _as_text(directory, report))
    if not report.is_intact:
        sys.exit(_EXIT_BROKEN)


@audit.command(epilog="Example: docflow audit checkpoint demo-out/agencies/H99 > kept.txt")
@click.argument("directory", metavar="DIR", type=_FOLDER)
def checkpoint(directory: Path) -> None:
    """Print the newest signed checkpoint: kept elsewhere, it shows if the log is ever turned back."""
    click.echo(read_checkpoint(place_of(directory, is_to_read=True), home=directory), nl=False)


@audit.command(epilog="Example: docflow audit prove demo-out/agencies/H99 H99-2026-01 > document.tlog-proof")
@click.argument("directory", metavar="DIR", type=_FOLDER)
@click.argument("document", metavar="DOCUMENT")
def prove(directory: Path, document: str) -> None:
    """Print the proof that the last thing done to DOCUMENT (its id) stands in the log.

    The proof opens that one entry: who gets it reads the rows that were written.
    """
    click.echo(read_proof(place_of(directory, is_to_read=True), document, home=directory), nl=False)


@audit.command(epilog="Example: docflow audit check document.tlog-proof --vkey docflow/H99+1a2b3c4d+AZ…")
@click.argument("proof", metavar="PROOF", type=_FILE)
@click.option("--vkey", required=True, help="The log's public key, from a source you trust.")
def check(proof: Path, vkey: str) -> None:
    """Check a proof offline and print what it proves.

    Exit code: 0 proven, 1 not proven, 4 not readable, 64 wrong usage.
    """
    click.echo(_event_as_json(check_proof(_read(proof), vkey=vkey)))


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show on a terminal's standard error what a verification is at; one bar after the other."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                for earlier in tasks.values():
                    progress.update(earlier, visible=False)
                tasks[stage] = progress.add_task(_STAGES[stage], total=None)
            progress.update(tasks[stage], completed=done, total=total)

        yield show


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()[: _MAX_FILE_BYTES + 1]
    except OSError as exc:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{path}: {exc.strerror}",
            vi=f"Không đọc được tệp {path}.",
            way_out="check the path",
        ) from exc
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        raise InputError(
            ErrorCode.MALFORMED_INPUT, f"{path}: not UTF-8 text", vi=f"Tệp {path} không phải văn bản UTF-8."
        ) from exc


def _as_text(directory: Path, report: LogReport) -> str:
    verdict = "INTACT · TOÀN VẸN" if report.is_intact else "BROKEN · BẰNG CHỨNG BỊ PHÁ VỠ"
    lines = [
        f"{directory}: {verdict}",
        *(f"  database {name}" for name in [name_database(directory)] if name),
        f"  log {report.vkey.partition('+')[0]}: {report.size} leaves, {report.checkpoints} signed checkpoints",
        f"  {report.rows} rows, {report.numbers} numbers, {report.blobs} files compared",
        *(f"  {_line(finding)}" for finding in report.findings),
    ]
    lines += [f"  note · ghi chú: {note}" for note in report.notes]
    if report.left_out:
        lines.append(f"  and {report.left_out} more of these kinds · và {report.left_out} lỗi khác cùng loại")
    return "\n".join(lines)


def _line(finding: LogFinding) -> str:
    place = finding.table if finding.column is None else f"{finding.table}.{finding.column}"
    where = f" [{finding.key}]" if finding.key else ""
    detail = f": {finding.detail}" if finding.detail else ""
    return f"{finding.code.value} {place}{where}{detail} — {finding.code.vi}"


def _as_json(directory: Path, report: LogReport) -> str:
    value = {
        "directory": str(directory),
        "database": name_database(directory),
        "intact": report.is_intact,
        "agency": report.agency,
        "vkey": report.vkey,
        "size": report.size,
        "root": base64.b64encode(report.root).decode(),
        "rows": report.rows,
        "numbers": report.numbers,
        "checkpoints": report.checkpoints,
        "blobs": report.blobs,
        "findings": [
            {
                "code": finding.code.value,
                "table": finding.table,
                "key": finding.key,
                "column": finding.column,
                "detail": finding.detail,
            }
            for finding in report.findings
        ],
        "left_out": report.left_out,
        "notes": report.notes,
    }
    return json.dumps(value, ensure_ascii=False, indent=2)


def _event_as_json(event: ProvenEvent) -> str:
    value = {
        "origin": event.origin,
        "index": event.index,
        "size": event.size,
        "type": event.type,
        "time": event.time,
        "actor": event.actor,
        "agency": event.agency,
        "subject": event.subject,
        "rows": [{"table": row.table, **row.key, **row.values} for row in event.rows],
    }
    return json.dumps(value, ensure_ascii=False, indent=2)
