"""Numbers and symbols of normative documents (văn bản quy phạm pháp luật): ``01/2026/NĐ-CP``.

What it does not do: it knows no list of their types; NĐ 30/2020 leaves their form to another decree.

Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1a (a series for each type); the form as in published documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model.annotations import checked_fields

_FIRST_YEAR, _LAST_YEAR = 1945, 9999
_GROUP = r"[^\W_][\w&.]{0,29}"
_TEXT = re.compile(rf"(0[1-9]|[1-9][0-9]{{1,10}})/([0-9]{{4}})/({_GROUP}(?:-{_GROUP}){{0,3}})")
_ISSUER = re.compile(rf"{_GROUP}(?:-{_GROUP}){{0,3}}")


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class NormativeSymbol:
    """Number, year and symbol of a normative document; ``symbol`` is type and issuer, e.g. ``NĐ-CP``, or ``QH15``."""

    number: int
    year: int
    symbol: str

    def __post_init__(self) -> None:
        if self.number < 1 or not _FIRST_YEAR <= self.year <= _LAST_YEAR or not _ISSUER.fullmatch(self.symbol):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a normative document has a number from 1, a year and a symbol such as NĐ-CP",
                vi="Văn bản quy phạm pháp luật phải có số, năm và ký hiệu, ví dụ 01/2026/NĐ-CP.",
            )


def build_normative_symbol(value: NormativeSymbol) -> str:
    """Return the text after ``Số:``, e.g. ``01/2026/NĐ-CP``."""
    return f"{value.number:02d}/{value.year}/{value.symbol}"


def parse_normative_symbol(text: str) -> NormativeSymbol:
    """Parse what :func:`build_normative_symbol` writes, and nothing else.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    """
    match = _TEXT.fullmatch(text)
    if match is None or int(match.group(2)) < _FIRST_YEAR:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"not the number and symbol of a normative document: {text[:60]!r}",
            vi=f"Số, ký hiệu văn bản quy phạm pháp luật không hợp lệ: {text[:60]!r}.",
            way_out="write it as 01/2026/NĐ-CP",
        )
    return NormativeSymbol(number=int(match.group(1)), year=int(match.group(2)), symbol=match.group(3))
