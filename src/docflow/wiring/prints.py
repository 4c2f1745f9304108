"""The verbs of marked prints; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from docflow import office as use_cases
from docflow import printing
from docflow.errors import ErrorCode, UsageError
from docflow.model import AccessTarget, PrintMark
from docflow.model.layout import FontFamily
from docflow.office import Desk, PrintAsk
from docflow.signing import bundled_fonts
from docflow.store import OfficeStore, open_to_read
from docflow.wiring.arguments import checked, checked_verbs


@checked_verbs
class PrintingOffice:
    """Prints with a mark on each page, each of which is an access (in) of whoever prints.

    What is printed is a new PDF without signatures, fields, scripts or attached files, and the mark says that it is no
    electronic original; the file that is kept stays as it is. Every verb raises :class:`docflow.UsageError`:
    ``NOT_FOUND``, ``WRONG_STATE``, ``FORBIDDEN``, ``IDEMPOTENCY_CONFLICT``, ``CLOCK_TURNED_BACK``, ``BAD_ARGUMENT``,
    ``SECRET_DOCUMENT``; and :class:`docflow.InputError`: ``MALFORMED_INPUT``, a file that is no PDF, or damaged, or
    needs a password. Then nothing is recorded.

    Does not check: who the person is. Whether he may read it, groups say, or a directory of the caller's
    (docs/adr/0086).
    """

    _store: OfficeStore
    _desk: Desk

    def print_outgoing(
        self,
        document_id: str,
        *,
        actor: str,
        position: int | None = None,
        text: str = "",
        print_id: str | None = None,
        fonts: FontFamily | None = None,
    ) -> bytes:
        """Return a marked print of a document as it was issued, or of a file attached to it, as PDF.

        Args:
            actor: Who prints; he stands on each page, and in the history of accesses.
            position: Of the attached file, from 0; None: the document itself.
            text: One line of the caller's own for the mark, at most 200 characters.
            print_id: Stands on each page and names the access; made if None. Under the same id the same print is made
                again, with the time of the first, and recorded once; another one, or the same after it came to show
                something else, is refused.
            fonts: The fonts that come with vnsign if None.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
        """
        ask = PrintAsk(
            target=AccessTarget.OUTGOING,
            subject=document_id,
            actor=actor,
            text=text,
            position=position,
            print_id=print_id,
        )
        return self._print(ask, fonts)

    def print_incoming(
        self,
        incoming_id: str,
        *,
        actor: str,
        position: int | None = None,
        text: str = "",
        print_id: str | None = None,
        fonts: FontFamily | None = None,
    ) -> bytes:
        """Return a marked print of a document as it was received, or of one of the files that came with it, as PDF.

        Args:
            position: Of the file, as :meth:`docflow.Office.incoming_files` counts; None: the document itself or its
                scan.
            actor, text, print_id, fonts: As for :meth:`print_outgoing`.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
        """
        ask = PrintAsk(
            target=AccessTarget.INCOMING,
            subject=incoming_id,
            actor=actor,
            text=text,
            position=position,
            print_id=print_id,
        )
        return self._print(ask, fonts)

    def print_file(
        self,
        code: str,
        *,
        actor: str,
        text: str = "",
        print_id: str | None = None,
        fonts: FontFamily | None = None,
    ) -> bytes:
        """Return a marked print of a file (hồ sơ) as PDF: its table of contents, then the pages of every document.

        What cannot be read as PDF or is only paper stands in the table alone. Of what the actor may not read, only that
        something stands there: he gets nothing that he could not print by itself. Each document that is printed with
        it is an access (in) of its own, beside that of the file.

        Args:
            actor, text, print_id, fonts: As for :meth:`print_outgoing`.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
        """
        ask = PrintAsk(target=AccessTarget.FILE, subject=code, actor=actor, text=text, print_id=print_id)
        return self._print(ask, fonts)

    def _print(self, ask: PrintAsk, fonts: FontFamily | None) -> bytes:
        found = use_cases.prepare_print(self._desk, ask)

        def draw(mark: PrintMark) -> bytes:
            family = fonts or bundled_fonts()
            if isinstance(found.what, bytes):
                return printing.print_marked(found.what, mark, fonts=family)
            return printing.print_file(found.what.file, found.what.lines, found.what.contents, fonts=family, mark=mark)

        printed = draw(found.mark)
        at = use_cases.record_print(self._desk, ask, found)
        return printed if at == found.mark.at else draw(replace(found.mark, at=at))


@checked
def mark_print(pdf: bytes, mark: PrintMark, *, fonts: FontFamily | None = None) -> bytes:
    """Return a marked print of any PDF, such as a printout of a front end's own; nothing is recorded.

    Args:
        fonts: The fonts that come with vnsign if None.

    Raises:
        InputError: ``MALFORMED_INPUT``; not a PDF, damaged, in need of a password, too many pages, too large.
        UsageError: ``BAD_ARGUMENT``; a font lacks a Vietnamese letter, or cannot be read.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
    """
    return printing.print_marked(pdf, mark, fonts=fonts or bundled_fonts())


@checked
def make_mark(
    place: Path | str, *, printed_by: str, subject: str, at: datetime, text: str = "", home: Path | str | None = None
) -> PrintMark:
    """Return the mark of a printout of data from an office: register, report, what a search found.

    Nothing is recorded: such a print is of no document and no file.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
        UsageError: As for :class:`docflow.PrintMark`.
    """
    with open_to_read(place, home=home) as reader:
        system = use_cases.name_system(reader.find_agency())
    return PrintMark(printed_by=printed_by, at=at, system=system, subject=subject, text=text)


def refuse_mark(mark: PrintMark | None, *, is_pdf: bool) -> None:
    """Refuse a mark for what is no PDF.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    if mark is not None and not is_pdf:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "only a PDF is printed with a mark",
            vi="Chỉ bản in PDF mới được đánh dấu.",
            way_out="choose pdf, or leave the mark out",
        )
