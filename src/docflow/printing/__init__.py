"""Official documents on paper: the layout of Decree 30/2020/NĐ-CP as PDF bytes.

:func:`compose_document` draws everything except the number and the date, which a register gives later;
for those, for the leader's signature and for the agency's seal it returns the boxes where they belong.

:func:`print_book` and :func:`write_workbook` print registers as books, :func:`print_report` figures, :func:`print_file`
and :func:`write_file_xml` a file (hồ sơ), :func:`print_hits` what a search found. :func:`print_marked` puts a mark on
what is printed, whoever made it.

This room does not: sign, number, fill fields, or judge whether a document may be issued.

Example::

    composed = compose_document(document, fonts=fonts)
    Path("draft.pdf").write_bytes(composed.pdf)
    composed.signature  # where the leader's image goes: page, x, y, width, height in points
"""

from __future__ import annotations

from docflow.model.layout import Alignment, Box, ComposedDocument, FontFace, FontFamily, TextBox
from docflow.printing._book import Paper, print_book
from docflow.printing._compose import compose_document
from docflow.printing._document import BodyParagraph, OfficialDocument, ParagraphKind
from docflow.printing._file import print_file
from docflow.printing._file_xml import write_file_xml
from docflow.printing._forms import HandedOver, print_file_list, print_hand_over
from docflow.printing._hits import HITS_TITLES, print_hits, tabulate_hits, write_hits_docx
from docflow.printing._mark import print_marked
from docflow.printing._report import print_report, write_report_workbook
from docflow.printing._workbook import write_workbook

__all__ = [
    "HITS_TITLES",
    "Alignment",
    "BodyParagraph",
    "Box",
    "ComposedDocument",
    "FontFace",
    "FontFamily",
    "HandedOver",
    "OfficialDocument",
    "Paper",
    "ParagraphKind",
    "TextBox",
    "compose_document",
    "print_book",
    "print_file",
    "print_file_list",
    "print_hand_over",
    "print_hits",
    "print_marked",
    "print_report",
    "tabulate_hits",
    "write_file_xml",
    "write_hits_docx",
    "write_report_workbook",
    "write_workbook",
]
