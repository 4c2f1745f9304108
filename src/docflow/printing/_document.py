"""What an official document says, before it has a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class ParagraphKind(StrEnum):
    """How Decree 30 sets a paragraph of the content (ô 6)."""

    BASIS = "basis"
    TEXT = "text"
    HEADING = "heading"
    CENTRED = "centred"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyParagraph:
    """One paragraph of the content.

    Attributes:
        text: The words; a newline breaks the line.
        kind: ``BASIS`` for a legal basis (italic), ``HEADING`` for a section title, ``CENTRED`` for
            lines such as "QUYẾT ĐỊNH:", ``TEXT`` for all else.
        lead: Words set in bold before the text, such as "Điều 1.".
    """

    text: str
    kind: ParagraphKind = ParagraphKind.TEXT
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDocument:
    """An administrative document as Decree 30/2020 divides it into cells.

    A newline in a name or a subject breaks the line there; the rest wraps by itself.

    Attributes:
        agency: Issuing agency, in capitals (ô 2).
        symbol: What follows the number and the slash, such as ``QĐ-UBND`` (ô 3). Used to measure the
            number's box; not drawn.
        place: Place name of the date line, such as ``An Bình`` (ô 4). Used to measure; not drawn.
        subject: What the document is about; for a công văn without "V/v" (ô 5).
        body: The content, at least one paragraph (ô 6).
        positions: Lines above the signature, authority prefix included, such as
            ``("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")`` (ô 7a).
        signer_name: Name of the person who signs (ô 7b).
        recipients: Nơi nhận, without dash and final punctuation, the last one "Lưu: …" (ô 9b).
        drafted_at: Aware; the file's creation date. Same document, same bytes.
        managing_agency: The agency above the issuing one, or None.
        type_name: Name of the type in capitals, such as ``QUYẾT ĐỊNH``; None for a công văn.
        addressees: Kính gửi (ô 9a); empty where the type has none.
        salutation: The word before the addressees.
    """

    agency: str
    symbol: str
    place: str
    subject: str
    body: tuple[BodyParagraph, ...]
    positions: tuple[str, ...]
    signer_name: str
    recipients: tuple[str, ...]
    drafted_at: datetime
    managing_agency: str | None = None
    type_name: str | None = None
    addressees: tuple[str, ...] = ()
    salutation: str = "Kính gửi"
