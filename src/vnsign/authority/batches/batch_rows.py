"""A list of applications as offices keep it: CSV from a spreadsheet, one row per certificate.

Invariants:
    - Any bytes give rows or our error; a row that cannot be used is told with its line, and costs no other row.
    - No two rows given out have the same ``id``, ask for the same key, or say the same: the later one is refused.

What it does not do: it opens no file and makes no application of a row.

Source: RFC 4180, and what spreadsheets do to it: a byte order mark, ``;`` where the comma is the decimal sign.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vnsign.authority.batches.applications import FIELDS, clean_text
from vnsign.errors import ErrorCode, InputError

#: Columns that are no field of the application.
ROW_COLUMNS: Mapping[str, str] = {
    "id": "name of the row and of its files: letters, digits and . _ - ; unique",
    "passphrase_file": "file whose first line protects the key made for this row",
}
_NO_COLUMNS = frozenset({"case", "invalidity_date"})
COLUMNS: Mapping[str, str] = {
    **ROW_COLUMNS,
    **{name: meaning for name, meaning in FIELDS.items() if name not in _NO_COLUMNS},
    "kind": "new (default), renew, change",
}
#: A province has thousands of certificates; a row has less than a kilobyte.
MAX_BATCH_BYTES = 64 * 1024 * 1024
_SEPARATORS = ",;\t"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One row.

    Attributes:
        line: Line of the file it begins on; the header is line 1.
        id: Name of the row and of its files; empty if it has no usable one.
        fields: Fields of the application, cleaned; empty ones are left out.
        passphrase_file: As written in the row.
        fault: Why the row cannot be used, or None.
    """

    line: int
    id: str
    fields: Mapping[str, str]
    passphrase_file: str = ""
    fault: InputError | None = None


def read_rows(data: bytes, *, file: str) -> Iterator[BatchRow]:
    """Yield the rows of a CSV file in UTF-8, with a header line; separated by comma, semicolon or tab.

    Raises:
        InputError: ``NOT_READABLE``: not UTF-8 or no CSV; ``MALFORMED_BATCH``: the header has an unknown column, one
            twice, or no ``id``. Raised before the first row, but for a quotation mark that is never closed.
    """
    text = _decode(data, file)
    header, separator, skipped = _read_header(text, file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    seen = _Seen()
    begins = 1
    try:
        for number, cells in enumerate(reader):
            if number > skipped and any(cell.strip() for cell in cells):
                yield seen.check(_row(header, cells, line=begins, file=file), file)
            begins = reader.line_num + 1
    except csv.Error as exc:
        raise InputError(
            ErrorCode.NOT_READABLE,
            f"line {begins} is no CSV: {exc}",
            file=file,
            way_out="rows before it were read; mend the quotation marks and run again",
        ) from exc


def _decode(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError(
            ErrorCode.NOT_READABLE, "is not UTF-8 text", file=file, way_out='save it as "CSV UTF-8"'
        ) from exc
    if not text.strip():
        raise InputError(ErrorCode.NOT_READABLE, "is empty", file=file, way_out=f"columns: {', '.join(COLUMNS)}")
    return text


def _read_header(text: str, file: str) -> tuple[list[str], str, int]:
    """Return the columns, the separator, and the number of the header among the rows (Excel may write ``sep=;``)."""
    lines = text.split("\n", 2)
    told = re.fullmatch("sep=(.)", lines[0].strip(), re.IGNORECASE)
    first = lines[1] if told and len(lines) > 1 else lines[0]
    separator = told[1] if told else max(_SEPARATORS, key=first.count)
    columns = [clean_text(cell).lower() for cell in first.replace('"', "").split(separator)]
    while columns and not columns[-1]:
        columns.pop()
    unknown = [column or "(empty)" for column in columns if column not in COLUMNS]
    double = sorted({column for column in columns if columns.count(column) > 1})
    problem = (
        (unknown and f"the header has unknown columns: {', '.join(unknown)[:200]}")
        or (double and f"the header has columns twice: {', '.join(double)}")
        or ("id" not in columns and "the header has no column id")
    )
    if problem:
        raise InputError(ErrorCode.MALFORMED_BATCH, problem, file=file, way_out=f"columns: {', '.join(COLUMNS)}")
    return columns, separator, 1 if told else 0


def _row(header: Sequence[str], cells: Sequence[str], *, line: int, file: str) -> BatchRow:
    values = {column: clean_text(cell) for column, cell in zip(header, cells, strict=False) if clean_text(cell)}
    name = values.pop("id", "")
    passphrase_file = values.pop("passphrase_file", "")
    fault = None
    if any(cell.strip() for cell in cells[len(header) :]):
        fault = f"line {line} has more cells than the header has columns"
    elif not _ID.fullmatch(name) or name.endswith("."):
        fault = f"line {line}: {name[:80]!r} is no id: 1 to 64 letters, digits and . _ -"
    return BatchRow(
        line=line,
        id="" if fault else name,
        fields=MappingProxyType(values),
        passphrase_file=passphrase_file,
        fault=_fault(fault, file) if fault else None,
    )


class _Seen:
    """What earlier rows took; a few hundred bytes a row."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._keys: dict[str, int] = {}
        self._contents: dict[tuple[tuple[str, str], ...], int] = {}

    def check(self, row: BatchRow, file: str) -> BatchRow:
        if row.fault is not None:
            return row
        content = tuple(sorted(row.fields.items()))
        csr = row.fields.get("csr", "")
        # Two ids that differ in case only would be one file on some disks.
        taken = (
            ("has the id of", self._ids.get(row.id.lower())),
            ("names the csr of", self._keys.get(csr) if csr else None),
            ("says the same as", self._contents.get(content)),
        )
        for what, line in taken:
            if line is not None:
                fault = _fault(f"line {row.line} {what} line {line}", file)
                return BatchRow(line=row.line, id=row.id, fields=row.fields, fault=fault)
        self._ids[row.id.lower()] = self._contents[content] = row.line
        if csr:
            self._keys[csr] = row.line
        return row


def _fault(message: str, file: str) -> InputError:
    return InputError(ErrorCode.MALFORMED_BATCH, message, file=file)
