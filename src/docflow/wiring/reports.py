"""The reports of an office, from inside and from outside."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from docflow import printing
from docflow.audit import encode_canonical
from docflow.model import PrintMark
from docflow.model.layout import FontFamily
from docflow.office import Report, ReportBy, parse_report_period, tabulate_report, write_report_csv
from docflow.signing import bundled_fonts
from docflow.store import OfficeStore, ReportQuery, open_to_read
from docflow.wiring.arguments import checked, checked_verbs
from docflow.wiring.prints import refuse_mark


class ReportForm(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


@checked_verbs
class ReportingOffice:
    """The figures of an office; :class:`docflow.wiring.office.Office` completes it."""

    _store: OfficeStore

    def report(
        self, period: str, *, by: ReportBy = ReportBy.TOTAL, as_of: int | None = None, at: datetime | None = None
    ) -> Report:
        """Return the figures of a period: documents in and out, interconnected, electronic, on time, accounts.

        Args:
            period: ``2026-11-28``, ``2026-11``, ``2026-Q4``, ``2026``, or ``FROM..TO``.
            by: What the total is broken down by.
            as_of: Compute it as it was after so many leaves, from the log alone; None: now, from the tables.
            at: When what is not done is judged; None for the time of the last leaf.

        Raises:
            UsageError: ``BAD_ARGUMENT``, no period; ``NOT_FOUND``, the log has no so many leaves.
            InputError: ``EVIDENCE_BROKEN``; tables or leaves were changed, as far as it is noticed here.
        Source: docs/reference/figures.md.
        """
        return self._store.read_report(_query(period, by=by, as_of=as_of, at=at))

    def verify_report(self, report: Report) -> Report:
        """Compute a report again from the log alone, under a signed checkpoint, and return it.

        Does not check: that the log was not turned back; see :meth:`Office.verify_log`.

        Raises:
            InputError: ``EVIDENCE_BROKEN``; the log gives other figures, or was changed.
        """
        return self._store.verify_report(report)


@checked
def read_report(
    place: Path | str,
    period: str,
    *,
    by: ReportBy = ReportBy.TOTAL,
    as_of: int | None = None,
    at: datetime | None = None,
    home: Path | str | None = None,
) -> Report:
    """Return a report of an office seen from outside; see :meth:`ReportingOffice.report`. Nothing is written.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    query = _query(period, by=by, as_of=as_of, at=at)
    with open_to_read(place, home=home) as reader:
        return reader.read_report(query)


@checked
def verify_report(place: Path | str, report: Report, *, home: Path | str | None = None) -> Report:
    """Compute a report again from the log of an office; see :meth:`ReportingOffice.verify_report`.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
        InputError: ``EVIDENCE_BROKEN``.
    """
    with open_to_read(place, home=home) as reader:
        return reader.verify_report(report)


@checked
def write_report(
    report: Report, form: ReportForm, *, fonts: FontFamily | None = None, mark: PrintMark | None = None
) -> bytes:
    """Return a report as a file, or as text for a terminal; CSV with a byte order mark, which Excel needs.

    Args:
        fonts: For the PDF; the fonts that come with vnsign if None.
        mark: Stands on each page of the PDF.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or a mark for what is no PDF.
    """
    refuse_mark(mark, is_pdf=form is ReportForm.PDF)
    match form:
        case ReportForm.TEXT:
            return _as_text(report).encode()
        case ReportForm.JSON:
            return encode_canonical({**report.to_json(), "digest": report.digest}) + b"\n"
        case ReportForm.CSV:
            return write_report_csv(report).encode("utf-8-sig")
        case ReportForm.XLSX:
            return printing.write_report_workbook(report)
        case ReportForm.PDF:
            return printing.print_report(report, fonts=fonts or bundled_fonts(), mark=mark)


def _as_text(report: Report) -> str:
    table = tabulate_report(report)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    foot = f"Theo {report.log_size} mục đầu của nhật ký. Mã kiểm tra: {report.digest}"
    return "\n".join([f"{report.agency}. {report.period.vi}.", "", *lines, "", foot, ""])


def _query(period: str, *, by: ReportBy, as_of: int | None, at: datetime | None) -> ReportQuery:
    return ReportQuery(period=parse_report_period(period), by=by, as_of=as_of, at=at)
