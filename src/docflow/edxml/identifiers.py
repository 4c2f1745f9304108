"""The identifier of a document in messages: ``mã,yyyy/MM/dd,số/ký hiệu`` by custom, any text in fact.

Source: observed in all messages of the vendor's builder; QĐ 28/2018/QĐ-TTg Điều 10.2b fixes no separators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_CUSTOMARY = re.compile(r"([^,]+),([0-9]{4})[/-]([0-9]{2})[/-]([0-9]{2}),([^/]*)/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIdParts:
    """What a customary identifier says; a claim of the sender like every other field."""

    organ_id: str
    promulgation_date: date
    code_number: str
    code_notation: str


def build_document_id(*, organ_id: str, promulgation_date: date, code: str) -> str:
    """Return the customary identifier; ``code`` is ``số/ký hiệu``, the date that of the document in Vietnam."""
    day = promulgation_date
    return f"{organ_id},{day.year:04}/{day.month:02}/{day.day:02},{code}"


def parse_document_id(text: str) -> DocumentIdParts | None:
    """Return the parts of a customary identifier, or None for any other text, which is no error.

    Number and notation part at the first slash only: notations such as ``2020/QĐ-UBND`` hold slashes.
    """
    found = _CUSTOMARY.fullmatch(text)
    if found is None:
        return None
    organ_id, year, month, day, number, notation = found.groups()
    try:
        promulgation_date = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return DocumentIdParts(
        organ_id=organ_id, promulgation_date=promulgation_date, code_number=number, code_notation=notation
    )
