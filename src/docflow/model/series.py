"""Number series: which documents of an agency are numbered one after another.

Invariants:
    - ``parse_series(series.text) == series``.

What it does not do: it gives no numbers; secret documents have a series of their own, outside docflow.

Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1, Điều 25 khoản 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model.agencies import check_abbreviation
from docflow.model.annotations import checked_fields


class SeriesKind(StrEnum):
    """What is numbered in a series; the value is stable and stored."""

    ADMINISTRATIVE = "hanh_chinh"
    """Administrative documents: one series, or one per type, as the head of the agency decides."""
    NORMATIVE = "quy_pham"
    """Normative documents (văn bản quy phạm pháp luật): one series per type."""
    COUNCIL = "hoi_dong"
    """What a council, committee or team issues in its own name under the agency's seal: one series each."""
    COPY = "ban_sao"
    """Copies of all kinds: one series, in which no document is numbered."""


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A number series; ``body`` is the abbreviation of the council, committee or team.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a council without abbreviation, or another series with one.
    Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1.
    """

    kind: SeriesKind = SeriesKind.ADMINISTRATIVE
    body: str | None = None

    def __post_init__(self) -> None:
        if (self.body is not None) != (self.kind is SeriesKind.COUNCIL):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a council's series, and no other, names the council",
                vi="Hệ thống số riêng của hội đồng, ban, tổ phải ghi chữ viết tắt của hội đồng, ban, tổ đó.",
            )
        if self.body is not None:
            check_abbreviation(self.body)

    @property
    def text(self) -> str:
        """The series as it is stored, e.g. ``hanh_chinh`` or ``hoi_dong:HĐTĐ``."""
        return self.kind.value if self.body is None else f"{self.kind.value}:{self.body}"


ADMINISTRATIVE = Series()
"""What most documents are numbered in."""


REGISTER_OPENED = "register_opened"
"""Type of the audit leaf with which a register goes on from a book before it: the only one not to begin at 1."""


@lru_cache(maxsize=256)
def parse_series(text: str) -> Series:
    """Parse what :attr:`Series.text` gives.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    """
    kind, _, body = text.partition(":")
    try:
        return Series(kind=SeriesKind(kind), body=body or None)
    except (ValueError, UsageError) as exc:
        raise InputError(
            ErrorCode.MALFORMED_INPUT, f"not a number series: {text[:60]!r}", vi="Hệ thống số không hợp lệ."
        ) from exc
