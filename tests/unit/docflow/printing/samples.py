"""Documents that the tests of the layout set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from docflow.model.layout import ComposedDocument, FontFamily
from docflow.printing import BodyParagraph, OfficialDocument, ParagraphKind, compose_document
from tests.support import REPOSITORY

_FOLDER = REPOSITORY / "src" / "vnsign" / "pdf" / "fonts"
FONTS = FontFamily(
    regular=_FOLDER / "LiberationSerif-Regular.ttf",
    bold=_FOLDER / "LiberationSerif-Bold.ttf",
    italic=_FOLDER / "LiberationSerif-Italic.ttf",
    bold_italic=_FOLDER / "LiberationSerif-BoldItalic.ttf",
)
SENTENCE = "Các cơ quan, đơn vị rà soát văn bản đã ban hành và báo cáo kết quả trước ngày 15 hằng tháng. "

DECISION = OfficialDocument(
    agency="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
    managing_agency="ỦY BAN NHÂN DÂN\nTỈNH AN BÌNH",
    symbol="QĐ-SKHCN",
    place="An Bình",
    type_name="QUYẾT ĐỊNH",
    subject="Về việc thành lập Tổ giúp việc",
    body=(
        BodyParagraph(text="GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ", kind=ParagraphKind.CENTRED),
        BodyParagraph(text="Căn cứ Nghị định số 30/2020/NĐ-CP;", kind=ParagraphKind.BASIS),
        BodyParagraph(text="QUYẾT ĐỊNH:", kind=ParagraphKind.CENTRED),
        BodyParagraph(lead="Điều 1.", text="Thành lập Tổ giúp việc. " + SENTENCE * 3),
        BodyParagraph(lead="Điều 2.", text="Quyết định này có hiệu lực kể từ ngày ký./."),
    ),
    positions=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    signer_name="Trần Thị Mẫu",
    recipients=("Như Điều 2", "Lưu: VT, VP"),
    drafted_at=datetime(2026, 1, 5, 1, 30, tzinfo=UTC),
)
LETTER = replace(
    DECISION,
    type_name=None,
    symbol="SKHCN-VP",
    subject="rà soát văn bản đã ban hành",
    addressees=("Sở Nội vụ", "Sở Tài chính", "Ủy ban nhân dân các xã, phường"),
    body=(BodyParagraph(text=SENTENCE * 2), BodyParagraph(text=SENTENCE)),
)


def paragraphs(*texts: str) -> tuple[BodyParagraph, ...]:
    """Make plain paragraphs."""
    return tuple(BodyParagraph(text=text) for text in texts)


def compose(document: OfficialDocument, **changes: Any) -> ComposedDocument:  # noqa: ANN401 - any field of the document
    """Set a document with some of its fields changed, in the bundled fonts."""
    return compose_document(replace(document, **changes), fonts=FONTS)
