"""Searching an office seen from outside, where no key is needed, and what was found as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from docflow import printing
from docflow.model import PrintMark, SearchHit, SearchQuery
from docflow.model.layout import FontFamily
from docflow.office import write_csv
from docflow.signing import bundled_fonts
from docflow.store import open_to_read
from docflow.wiring.arguments import checked
from docflow.wiring.prints import refuse_mark


class HitsForm(StrEnum):
    """How what was found is written."""

    CSV = "csv"
    DOCX = "docx"
    PDF = "pdf"


@checked
def search_office(
    place: Path | str, query: SearchQuery, *, home: Path | str | None = None, reader: str | None = None
) -> tuple[SearchHit, ...]:
    """Return what a query finds in an office; see :meth:`Office.search`. Nothing but the index is written.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.
        reader: What he may not read, by roles and groups, is left out; None: nothing is.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``, ``STORE_BUSY``.
    """
    with open_to_read(place, home=home) as store:
        return store.search(query, reader=reader)


@checked
def write_hits(
    hits: Sequence[SearchHit],
    form: HitsForm,
    *,
    query: SearchQuery,
    at: datetime | None = None,
    fonts: FontFamily | None = None,
    mark: PrintMark | None = None,
) -> bytes:
    """Return what was found as a file to print or to send on; CSV with a byte order mark, which Excel needs.

    Does not check: that the query gives these hits.

    Args:
        query: What was asked for; the head of the file says it.
        at: When (aware); left out if None.
        fonts: For the PDF; the fonts that come with vnsign if None.
        mark: Stands on each page of the PDF.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, a time has no zone, a mark for what is no PDF.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6h.
    """
    refuse_mark(mark, is_pdf=form is HitsForm.PDF)
    match form:
        case HitsForm.CSV:
            return write_csv([printing.HITS_TITLES, *printing.tabulate_hits(hits, query)]).encode("utf-8-sig")
        case HitsForm.DOCX:
            return printing.write_hits_docx(hits, query, at=at)
        case HitsForm.PDF:
            return printing.print_hits(hits, query, at=at, fonts=fonts or bundled_fonts(), mark=mark)
