"""What can be searched for, and what is found.

What it does not do: it searches nothing (:mod:`docflow.store.search`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from docflow.errors import DocflowError, ErrorCode, UsageError
from docflow.model.agencies import parse_agency_code
from docflow.model.annotations import checked_fields
from docflow.model.folding import split_words

MAX_HITS = 1000
"""More is no answer for a person."""
MAX_SKIPPED = 1_000_000
"""Further back a narrower question helps."""
MAX_WORDS = 32


class Direction(StrEnum):
    """Whether a document went out or came in; the value is stable and stored."""

    OUTGOING = "di"
    INCOMING = "den"

    @property
    def vi(self) -> str:
        """What an official reads."""
        return "đi" if self is Direction.OUTGOING else "đến"


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What is searched for; everything given must hold, nothing given finds all.

    Attributes:
        text: Words, all of which must occur. A word with diacritics is meant with them, one without finds both:
            ``quyet dinh`` finds *Quyết định*, ``quyết`` does not find *quyệt*. A ``*`` at its end means any ending.
        number: Of the register, without suffix (số đi, số đến).
        symbol: Number and symbol as printed; compared in NFC, letter for letter.
        issuer: Who issued it: the code of an agency, else words of its name as it was registered, all of which must
            occur in it; with and without diacritics as in ``text``.
        issued_from, issued_to: Days in Asia/Ho_Chi_Minh, both included.
        limit: At most so many hits, newest first.
        skip: So many of the newest are left out: the next page.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a limit outside 1 to 1,000, more than a million left out, a period that ends
            before it begins, a text or an issuer without a word or with more than 32.
    """

    text: str = ""
    direction: Direction | None = None
    number: int | None = None
    symbol: str | None = None
    issuer: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    limit: int = 50
    skip: int = 0

    def __post_init__(self) -> None:
        count = len(split_words(self.text))
        if not 1 <= self.limit <= MAX_HITS:
            raise _bad(f"a search gives 1 to {MAX_HITS} hits", vi=f"Số kết quả phải từ 1 đến {MAX_HITS}.")
        if not 0 <= self.skip <= MAX_SKIPPED:
            raise _bad(f"0 to {MAX_SKIPPED} hits are left out", vi=f"Số kết quả bỏ qua phải từ 0 đến {MAX_SKIPPED}.")
        if self.issued_from and self.issued_to and self.issued_to < self.issued_from:
            raise _bad("the period ends before it begins", vi="Ngày kết thúc phải sau ngày bắt đầu.")
        if self.text.strip() and not count:
            raise _bad("the text has no word to search for", vi="Nội dung tìm kiếm không có từ nào.")
        if self.issuer is not None and not split_words(self.issuer):
            raise _bad(
                "the issuer has neither a code nor a name", vi="Cơ quan ban hành không có mã, cũng không có tên."
            )
        if max(count, len(split_words(self.issuer or ""))) > MAX_WORDS:
            raise _bad(f"more than {MAX_WORDS} words", vi=f"Chỉ tìm được tối đa {MAX_WORDS} từ.")

    @property
    def issuer_code(self) -> str | None:
        """The issuer, if it is the code of an agency; else None: it is part of a name, or nobody was named."""
        if self.issuer is None:
            return None
        try:
            parse_agency_code(self.issuer)
        except DocflowError:
            return None
        return self.issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A document found.

    Attributes:
        id: Name of the document here.
        issuer: Code of the agency that issued it.
        symbol: Empty until the document has a number.
        state: Value of its state.
        signer_name, signer_position: Who signed it, as its draft or its sender says.
    """

    direction: Direction
    id: str
    issuer: str
    issuer_name: str
    type_name: str
    symbol: str
    issued_on: date | None
    subject: str
    state: str
    signer_name: str = ""
    signer_position: str = ""


def _bad(message: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi)
