from ._book import print_book as print_book
from ._compose import compose_document as compose_document
from ._document import BodyParagraph as BodyParagraph
from ._document import OfficialDocument as OfficialDocument
from ._document import ParagraphKind as ParagraphKind
from ._file import print_file as print_file
from ._file_xml import write_file_xml as write_file_xml
from ._forms import HandedOver as HandedOver
from ._forms import print_file_list as print_file_list
from ._forms import print_hand_over as print_hand_over
from ._hits import HITS_TITLES as HITS_TITLES
from ._hits import print_hits as print_hits
from ._hits import tabulate_hits as tabulate_hits
from ._hits import write_hits_docx as write_hits_docx
from ._mark import print_marked as print_marked
from ._paper import Paper as Paper
from ._report import print_report as print_report
from ._report import write_report_workbook as write_report_workbook
from ._workbook import write_workbook as write_workbook

__all__ = [
    "HITS_TITLES",
    "BodyParagraph",
    "HandedOver",
    "OfficialDocument",
    "Paper",
    "ParagraphKind",
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
