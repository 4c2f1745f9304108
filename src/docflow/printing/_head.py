"""The head of page 1: agency and Quốc hiệu, number and date lines, type and subject, Kính gửi (ô 1–5, 9a)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docflow.errors import ErrorCode, UsageError
from docflow.model.layout import Alignment, FontFace, TextBox
from docflow.printing import _layout as layout
from docflow.printing._flow import Placed
from docflow.printing._styles import longest_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.pdfgen.canvas import Canvas

    from docflow.printing._document import OfficialDocument
    from docflow.printing._styles import Piece, Typesetter

NATIONAL_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
NATIONAL_MOTTO = "Độc lập - Tự do - Hạnh phúc"
NUMBER_LABEL = "Số: "
# The widest number and date that the boxes must hold; digits of the face are equally wide.
_WIDEST_NUMBER = "99999"
_USUAL_NUMBER = "99"
_WIDEST_DATE = ", ngày 30 tháng 12 năm 2026"
_COLUMN_X = layout.MARGIN_LEFT
_NATIONAL_X = layout.MARGIN_LEFT + layout.AGENCY_COLUMN + layout.COLUMN_GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The fixed part of page 1, the pieces that flow below it, and the two boxes to fill."""

    placed: tuple[Placed, ...]
    rules: tuple[_Rule, ...]
    flowing: tuple[Piece, ...]
    bottom: float
    number: TextBox
    date: TextBox

    def draw_rules(self, canvas: Canvas) -> None:
        """Draw the lines under motto, agency and subject."""
        canvas.setLineWidth(layout.RULE_WIDTH)
        for rule in self.rules:
            canvas.line(rule.x, rule.y, rule.x + rule.width, rule.y)


def build_head(document: OfficialDocument, *, typesetter: Typesetter) -> Head:
    """Set the head of page 1.

    Raises:
        UsageError: The symbol or the place is too long for its line, or the head fills the page.
    """
    placed: list[Placed] = []
    rules: list[_Rule] = []
    agency_bottom = _stack(_agency_cell(document, typesetter), top=layout.TEXT_TOP, placed=placed)
    rules.append(_rule_under(placed[-1], share=layout.RULE_SHARE))
    national_bottom = _stack(_national_cell(typesetter), top=layout.TEXT_TOP, placed=placed)
    rules.append(_rule_under(placed[-1], share=1.0))

    baseline = min(agency_bottom, national_bottom) - layout.NUMBER_BASELINE_GAP
    number, label = _number_line(document, typesetter, baseline=baseline)
    placed.append(label)
    date = _date_line(document, typesetter, baseline=baseline)
    if date.x < number.x + number.width:
        raise _too_long("place or symbol", vi="Địa danh hoặc ký hiệu quá dài cho một dòng.")

    top = baseline - layout.SIZE_NUMBER * 0.3
    if document.type_name:
        bottom = _stack(_title_cell(document, typesetter), top=top, placed=placed)
        rules.append(_rule_under(placed[-1], share=layout.RULE_SHARE))
        bottom -= layout.TITLE_GAP
    else:
        bottom = _stack([_letter_subject(document, typesetter)], top=top, placed=placed) - layout.LETTER_GAP
    if bottom - layout.MARGIN_BOTTOM < layout.FRAME_HEIGHT / 4:
        raise _too_long("the head of the page", vi="Tên cơ quan hoặc trích yếu chiếm gần hết trang đầu.")
    flowing = tuple(_addressees(document, typesetter))
    return Head(placed=tuple(placed), rules=tuple(rules), flowing=flowing, bottom=bottom, number=number, date=date)


def _agency_cell(document: OfficialDocument, typesetter: Typesetter) -> list[Piece]:
    cell = [(document.agency, FontFace.BOLD)]
    if document.managing_agency:
        cell.insert(0, (document.managing_agency, FontFace.REGULAR))
    return [
        typesetter.centred(text, face=face, size=layout.SIZE_AGENCY, x=_COLUMN_X, width=layout.AGENCY_COLUMN)
        for text, face in cell
    ]


def _national_cell(typesetter: Typesetter) -> list[Piece]:
    lines = ((NATIONAL_NAME, layout.SIZE_NATIONAL_NAME), (NATIONAL_MOTTO, layout.SIZE_NATIONAL_MOTTO))
    return [
        typesetter.centred(text, face=FontFace.BOLD, size=size, x=_NATIONAL_X, width=layout.NATIONAL_COLUMN)
        for text, size in lines
    ]


def _number_line(document: OfficialDocument, typesetter: Typesetter, *, baseline: float) -> tuple[TextBox, Placed]:
    size, face = layout.SIZE_NUMBER, FontFace.REGULAR
    label_width = typesetter.width(NUMBER_LABEL, face=face, size=size)
    usual = label_width + typesetter.width(f"{_USUAL_NUMBER}/{document.symbol}", face=face, size=size)
    widest = typesetter.width(f"{_WIDEST_NUMBER}/{document.symbol}", face=face, size=size) + layout.INK_OVERHANG * size
    x = max(_COLUMN_X, _COLUMN_X + (layout.AGENCY_COLUMN - usual) / 2)
    label = typesetter.line(NUMBER_LABEL.strip(), face=face, size=size, x=x, width=layout.AGENCY_COLUMN)
    # reportlab sets the first baseline one type size below the top of the paragraph.
    placed = Placed(piece=label, page=0, y=baseline + size - label.height)
    box = _text_box(face, size=size, x=x + label_width, width=widest, baseline=baseline)
    return box, placed


def _date_line(document: OfficialDocument, typesetter: Typesetter, *, baseline: float) -> TextBox:
    size, face = layout.SIZE_DATE, FontFace.ITALIC
    # A viewer cuts a field off at its edge, and the foot of an italic A stands left of where the pen starts.
    width = typesetter.width(document.place + _WIDEST_DATE, face=face, size=size) + 2 * layout.INK_OVERHANG * size
    centre = _NATIONAL_X + layout.NATIONAL_COLUMN / 2
    x = min(centre - width / 2, layout.TEXT_RIGHT - width)
    return _text_box(face, size=size, x=x, width=width, baseline=baseline, alignment=Alignment.CENTER)


def _text_box(
    face: FontFace,
    *,
    size: float,
    x: float,
    width: float,
    baseline: float,
    alignment: Alignment = Alignment.LEFT,
) -> TextBox:
    ascent, descent = layout.TEXT_BOX_ASCENT * size, layout.TEXT_BOX_DESCENT * size
    return TextBox(
        page=0,
        x=x,
        y=baseline - descent,
        width=width,
        height=ascent + descent,
        baseline=descent,
        font_size=size,
        alignment=alignment,
        face=face,
    )


def _title_cell(document: OfficialDocument, typesetter: Typesetter) -> list[Piece]:
    return [
        typesetter.centred(
            text, face=FontFace.BOLD, size=size, x=_COLUMN_X, width=layout.TEXT_WIDTH, space_before=space
        )
        for text, size, space in (
            (document.type_name or "", layout.SIZE_TYPE, layout.TITLE_GAP),
            (document.subject, layout.SIZE_SUBJECT, 0.0),
        )
    ]


def _letter_subject(document: OfficialDocument, typesetter: Typesetter) -> Piece:
    return typesetter.centred(
        f"V/v {document.subject}",
        face=FontFace.REGULAR,
        size=layout.SIZE_LETTER_SUBJECT,
        x=_COLUMN_X,
        width=layout.AGENCY_COLUMN,
        space_before=layout.PARAGRAPH_SPACE,
    )


def _addressees(document: OfficialDocument, typesetter: Typesetter) -> list[Piece]:
    salutation, size = f"{document.salutation}:", layout.SIZE_BODY
    match document.addressees:
        case ():
            return []
        case (only,):
            return [
                typesetter.centred(
                    f"{salutation} {only}",
                    face=FontFace.REGULAR,
                    size=size,
                    x=_COLUMN_X,
                    width=layout.TEXT_WIDTH,
                    space_before=layout.ADDRESSEE_GAP,
                )
            ]
        case several:
            return _addressee_list(several, salutation=salutation, typesetter=typesetter)


def _addressee_list(addressees: Sequence[str], *, salutation: str, typesetter: Typesetter) -> list[Piece]:
    # Phụ lục I, Phần I, mục II.9: one line each, the dashes under the colon of "Kính gửi:".
    size, face = layout.SIZE_BODY, FontFace.REGULAR
    x = _COLUMN_X + layout.ADDRESSEE_INDENT
    dash_x = x + typesetter.width(salutation[:-1], face=face, size=size)
    ends = [";"] * (len(addressees) - 1) + ["."]
    first = typesetter.line(
        salutation, face=face, size=size, x=x, width=layout.TEXT_RIGHT - x, space_before=layout.ADDRESSEE_GAP
    )
    return [
        first,
        *(
            typesetter.hanging(
                f"- {name}{end}",
                x=dash_x,
                width=layout.TEXT_RIGHT - dash_x,
                size=size,
                indent=typesetter.width("- ", face=face, size=size),
            )
            for name, end in zip(addressees, ends, strict=True)
        ),
    ]


def _stack(pieces: Sequence[Piece], *, top: float, placed: list[Placed]) -> float:
    for piece in pieces:
        top -= piece.space_before + piece.height
        placed.append(Placed(piece=piece, page=0, y=top))
    return top


def _rule_under(above: Placed, *, share: float) -> _Rule:
    width = longest_line(above.piece) * share
    middle = above.piece.x + above.piece.width / 2
    return _Rule(x=middle - width / 2, y=above.y - layout.RULE_GAP, width=width)


def _too_long(what: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, f"{what} does not fit", vi=vi)
