"""How the invented documents are written down: one value a document, its body as plain text.

What it does not do: no numbers, no dates, no signer; those are the agency's (see :mod:`docflow.demo.documents`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docflow.model import DocumentType
from docflow.printing import BodyParagraph, ParagraphKind

AN_BINH = "Ủy ban nhân dân tỉnh An Bình"
DEPARTMENT = "Sở Khoa học và Công nghệ"
COMMUNES = "Ủy ban nhân dân các xã, phường"

_ARTICLE = re.compile(r"(Điều \d+\.) (.+)")
_HEADING = re.compile(r"[IVX]+\. .+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One invented document without its agency.

    Attributes:
        unit: Abbreviation of the drafting unit.
        subject: Trích yếu, without the type and without "V/v".
        to: Who must act on it; "Kính gửi" in the types that have it.
        copies: Who is only informed.
        body: Paragraphs with an empty line between them; line breaks inside a paragraph mean nothing.
    """

    type: DocumentType
    unit: str
    subject: str
    to: tuple[str, ...]
    body: str
    copies: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> tuple[BodyParagraph, ...]:
        """The content, paragraph by paragraph, closed with "./.".

        Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.6, Phụ lục III mục III (the forms).
        """
        texts = [" ".join(paragraph.split()) for paragraph in self.body.strip().split("\n\n")]
        texts[-1] = f"{texts[-1].removesuffix('.')}./."
        return tuple(self._paragraph(text) for text in texts)

    @property
    def article_count(self) -> int:
        """How many articles (Điều) it has."""
        return sum(bool(paragraph.lead) for paragraph in self.paragraphs)

    def _paragraph(self, text: str) -> BodyParagraph:
        if article := _ARTICLE.fullmatch(text):
            return BodyParagraph(lead=article[1], text=article[2])
        if _HEADING.fullmatch(text):
            return BodyParagraph(text=text, kind=ParagraphKind.HEADING)
        if text.isupper():
            return BodyParagraph(text=text, kind=ParagraphKind.CENTRED)
        if self.type is DocumentType.QUYET_DINH and text.startswith(("Căn cứ ", "Theo đề nghị ")):
            return BodyParagraph(text=text, kind=ParagraphKind.BASIS)
        return BodyParagraph(text=text)
