"""``vnsign ca batch``: a list of applications, as a spreadsheet saves it, becomes certificates.

What it does not do: it does not decide; see :mod:`vnsign.authority.batches.batch`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.authority import Authority
from vnsign.authority.batches.applications import application_from_fields
from vnsign.authority.batches.batch import RowOutcome, RowState, issue_rows
from vnsign.authority.batches.batch_rows import COLUMNS, MAX_BATCH_BYTES, BatchRow, read_rows
from vnsign.authority.records import Act, Application
from vnsign.cli.ca.batch_keys import KeysMadeHere
from vnsign.cli.ca.options import Access, acting_options, compromised_keys_option, definitions, json_option
from vnsign.cli.ca.output import ENDINGS, FORMATS, encode_certificate, make_folder
from vnsign.cli.ca.shapes import hex_serial, print_json
from vnsign.cli.ca.words import LABELS, Label
from vnsign.errors import VnsignError
from vnsign.pki.keys import KeyAlgorithm
from vnsign.policy.lifecycle import RequestKind

_EXIT_FAILED = 1
_REPORT_COLUMNS = ("line", "id", "outcome", "serial", "file", "code", "message")
_REPORT = "report.csv"
_MAX_CSR_BYTES = 1024 * 1024


@click.command(
    epilog="Example: vnsign ca batch --ca authority list.csv --out issued --submitted-by 'Trần Thị Bình' --by 'Lê Văn "
    "Cường'" + definitions("Columns (paths are meant from the folder of the list)", COLUMNS)
)
@click.argument("file", metavar="LIST.csv", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"Folder for ID.pem or ID.p12 of each row and {_REPORT}; made if absent.",
)
@click.option("--submitted-by", metavar="NAME", help="Who brought the list; --by approves and issues. [default: --by]")
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=("pem",),
    show_default=True,
    help="What to write for each certificate; may be repeated.",
)
@click.option("--p12-passphrase-file", metavar="FILE", type=click.Path(path_type=Path), help="For keys made here.")
@click.option(
    "--key-algorithm",
    type=click.Choice([each.value for each in KeyAlgorithm]),
    default=KeyAlgorithm.P256.value,
    show_default=True,
    help="Of keys made here.",
)
@compromised_keys_option
@json_option
@acting_options
def batch(
    access: Access,
    *,
    file: Path,
    folder: Path,
    submitted_by: str | None,
    formats: Sequence[str],
    p12_passphrase_file: Path | None,
    key_algorithm: str,
    as_json: bool,
) -> int:
    """Request, approve and issue one certificate for each row of a CSV list.

    The list is UTF-8, separated by comma, semicolon or tab, with a header. A row that fails costs no other row; the
    report says why. Run it again after whatever stopped it: each row gets exactly one certificate.

    A new certificate without csr: its key is made here and written as ID.p12, protected by the passphrase in the row's
    passphrase_file or in --p12-passphrase-file.
    """
    data = read_bytes(file, MAX_BATCH_BYTES)
    rows = read_rows(data, file=str(file))
    decide = access.act(why=f"list {file.name}")
    submit = Act(by=submitted_by or decide.by, why=decide.why)
    make_folder(folder)
    authority = access.open()
    keys = KeysMadeHere(folder, base=file.parent, common=p12_passphrase_file, algorithm=KeyAlgorithm(key_algorithm))
    run = _Run(authority, folder=folder, base=file.parent, keys=keys, formats=formats)
    outcomes = issue_rows(authority, rows, application_of=run.application, submit=submit, decide=decide)
    report: list[dict[str, Any]] = []
    try:
        report.extend(run.finish(outcome) for outcome in _with_progress(outcomes, total=data.count(b"\n")))
    finally:
        # What stops the run (a full disk, a broken list) does not take away what is known of the rows before.
        if report:
            write_whole(folder / _REPORT, _csv(report))
    return _print(report, folder / _REPORT, access, as_json=as_json)


class _Run:
    """The files around the rows."""

    def __init__(
        self, authority: Authority, *, folder: Path, base: Path, keys: KeysMadeHere, formats: Sequence[str]
    ) -> None:
        self._folder = folder
        self._base = base
        self._keys = keys
        self._formats = formats
        self._above = tuple(reversed(authority.certificates()))

    def application(self, row: BatchRow) -> Application:
        """Return the application of a row, with its request for a certificate."""
        given = row.fields.get("csr")
        csr = read_bytes(self._base / given, _MAX_CSR_BYTES) if given else None
        application = application_from_fields(row.fields, csr=csr)
        if csr is None and application.kind is RequestKind.NEW and application.subject is not None:
            csr = self._keys.request(row, application.subject)
            application = application_from_fields(row.fields, csr=csr)
        return application

    def finish(self, outcome: RowOutcome) -> dict[str, Any]:
        """Write what a row gets; return its line of the report."""
        row, record, error, path = outcome.row, outcome.record, outcome.error, None
        state = outcome.state
        if record is not None:
            try:
                path = self._write(outcome)
            except VnsignError as exc:
                state, error = RowState.FAILED, exc
        return {
            "line": row.line,
            "id": row.id,
            "outcome": state.value,
            "serial": hex_serial(record.certificate.serial_number) if record else None,
            "file": str(path) if path else None,
            "code": error.code.value if error else None,
            "message": str(error) if error else None,
        }

    def _write(self, outcome: RowOutcome) -> Path | None:
        assert outcome.record is not None  # noqa: S101 — who calls has looked
        certificate = outcome.record.certificate
        if self._keys.made_for(outcome.row):
            return self._keys.finish(outcome.row, certificate, above=self._above)
        paths = [self._folder / f"{outcome.row.id}{ENDINGS[kind]}" for kind in self._formats]
        for kind, path in zip(self._formats, paths, strict=True):
            content = encode_certificate(certificate, kind, above=self._above)
            if not (path.exists() and read_bytes(path) == content):
                write_whole(path, content)
        return paths[0]


def _with_progress(outcomes: Iterable[RowOutcome], *, total: int) -> Iterator[RowOutcome]:
    console = Console(stderr=True)
    yield from track(outcomes, "Issuing", total=total, console=console, disable=not console.is_terminal)


def _csv(report: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _REPORT_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: value if value is not None else "" for name, value in line.items()} for line in report)
    # With the mark by which spreadsheets know UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _print(report: Sequence[dict[str, Any]], path: Path, access: Access, *, as_json: bool) -> int:
    counts = {state: sum(1 for line in report if line["outcome"] == state) for state in RowState}
    if as_json:
        print_json({"rows": report, "summary": {state.value: count for state, count in counts.items()}})
    else:
        for line in report:
            if line["outcome"] == RowState.FAILED:
                click.echo(f"{line['line']} {line['id']}: {line['message']}", err=True)
        summary = LABELS[Label.BATCH_SUMMARY][access.lang].format(
            issued=counts[RowState.ISSUED], already=counts[RowState.ALREADY], failed=counts[RowState.FAILED]
        )
        click.echo(f"{summary}\n{LABELS[Label.WRITTEN][access.lang]}: {path}")
    return _EXIT_FAILED if counts[RowState.FAILED] else 0
