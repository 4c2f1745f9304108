"""Registers read from an office's folder and printed as books."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from docflow import printing
from docflow.model import PrintMark
from docflow.model.layout import FontFamily
from docflow.office import LINES_A_VOLUME, RegisterBook, RegisterKind, divide_book, write_book_csv
from docflow.printing import Paper
from docflow.signing import bundled_fonts
from docflow.store import open_to_read
from docflow.wiring.arguments import checked
from docflow.wiring.prints import refuse_mark


class RegisterForm(StrEnum):
    """How a register is printed."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


@checked
def read_register(
    place: Path | str, kind: RegisterKind, year: int, *, series: str | None = None, home: Path | str | None = None
) -> RegisterBook:
    """Return a year's register of an office; see :meth:`Office.register`. Nothing is written.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    with open_to_read(place, home=home) as reader:
        return reader.read_book(kind, year, register=series)


@checked
def print_register(
    book: RegisterBook,
    form: RegisterForm,
    *,
    lines_a_volume: int = LINES_A_VOLUME,
    paper: Paper = Paper.A3,
    parent: str = "",
    fonts: FontFamily | None = None,
    tick: Callable[[], object] | None = None,
    mark: PrintMark | None = None,
) -> bytes:
    """Return a register as a file: a printed book with a cover for each volume, a workbook, or CSV.

    CSV begins with a byte order mark: without one Excel takes Vietnamese letters for those of another code page.

    Args:
        book: What :meth:`Office.register` returned.
        lines_a_volume: Numbers of one volume (quyển số), in each series; CSV is not divided.
        paper: Paper of the PDF, landscape.
        parent: Name of the agency directly above (cơ quan chủ quản trực tiếp), for the covers of the PDF.
        fonts: For the PDF; the fonts that come with vnsign if None.
        tick: Called after each line of the PDF, to show how far it has come.
        mark: Stands on each page of the PDF.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, no line a volume, or a mark for what is no PDF.
        InputError: ``MALFORMED_INPUT``; more pages than are printed with a mark.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục IV; Điều 16 khoản 2 điểm b, Điều 22 khoản 3 điểm b.
    """
    refuse_mark(mark, is_pdf=form is RegisterForm.PDF)
    match form:
        case RegisterForm.CSV:
            return write_book_csv(book).encode("utf-8-sig")
        case RegisterForm.XLSX:
            return printing.write_workbook(divide_book(book, lines_a_volume=lines_a_volume))
        case RegisterForm.PDF:
            volumes = divide_book(book, lines_a_volume=lines_a_volume)
            return printing.print_book(
                volumes, fonts=fonts or bundled_fonts(), paper=paper, parent=parent, tick=tick, mark=mark
            )
