"""The measures of Decree 30/2020, Phụ lục I, as numbers: change the look here and nowhere else.

Lengths are in millimetres and type sizes in points where the Decree gives them so; ``docs/reference/layout.md``
lists each with its clause and says which are ours.
"""

from __future__ import annotations

from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

# Phụ lục I, Phần I, mục I: paper and margins; right may be 15–20 mm.
PAGE_WIDTH: Final[float] = A4[0]
PAGE_HEIGHT: Final[float] = A4[1]
MARGIN_TOP: Final[float] = 20 * mm
MARGIN_BOTTOM: Final[float] = 20 * mm
MARGIN_LEFT: Final[float] = 30 * mm
MARGIN_RIGHT: Final[float] = 15 * mm
TEXT_WIDTH: Final[float] = PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT
TEXT_RIGHT: Final[float] = PAGE_WIDTH - MARGIN_RIGHT
TEXT_TOP: Final[float] = PAGE_HEIGHT - MARGIN_TOP
FRAME_HEIGHT: Final[float] = TEXT_TOP - MARGIN_BOTTOM

# Type sizes: Phụ lục I, mục II and the table of mục V.
SIZE_NATIONAL_NAME: Final = 12.0
SIZE_NATIONAL_MOTTO: Final = 13.0
SIZE_AGENCY: Final = 12.0
SIZE_NUMBER: Final = 13.0
SIZE_DATE: Final = 13.0
SIZE_TYPE: Final = 14.0
SIZE_SUBJECT: Final = 14.0
SIZE_LETTER_SUBJECT: Final = 12.0
SIZE_BODY: Final = 14.0
SIZE_POSITION: Final = 14.0
SIZE_RECIPIENTS_TITLE: Final = 12.0
SIZE_RECIPIENTS: Final = 11.0
SIZE_PAGE_NUMBER: Final = 14.0

# Ours: the Decree gives the order of the cells, not the width of the two columns.
AGENCY_COLUMN: Final[float] = 66 * mm
COLUMN_GAP: Final[float] = 4 * mm
NATIONAL_COLUMN: Final[float] = TEXT_WIDTH - COLUMN_GAP - AGENCY_COLUMN
SIGNATURE_COLUMN: Final[float] = 80 * mm
RECIPIENTS_COLUMN: Final[float] = TEXT_WIDTH - SIGNATURE_COLUMN - 6 * mm

LEADING: Final = 1.2
BODY_LEADING: Final = 1.25
PARAGRAPH_SPACE: Final = 6.0
FIRST_LINE_INDENT: Final[float] = 12.7 * mm
RULE_WIDTH: Final = 0.6
RULE_GAP: Final = 4.0
RULE_SHARE: Final = 0.4
SIGNATURE_CLEARANCE: Final[float] = 4 * mm
SEAL_SHARE: Final = 1 / 3
SEAL_OVERHANG: Final[float] = 3 * mm
TITLE_GAP: Final = 14.0
LETTER_GAP: Final = 8.0
TAIL_GAP: Final = 12.0
NUMBER_BASELINE_GAP: Final = 22.0
ADDRESSEE_GAP: Final = 12.0
ADDRESSEE_INDENT: Final[float] = 30 * mm
PAGE_NUMBER_BASELINE: Final[float] = 14 * mm
# Room for the tallest Vietnamese capital (Ẫ, Ố) and the deepest letter (Ị, g), in parts of the type size.
TEXT_BOX_ASCENT: Final = 1.0
TEXT_BOX_DESCENT: Final = 0.28
# Room for letters that lean over the ends of the line, the italic A and f most, in parts of the type size.
INK_OVERHANG: Final = 0.2
