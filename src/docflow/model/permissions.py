"""What a clerk may ask for when a number is given, and the permission that some of it needs.

What it does not do: it does not know who may permit; the agency's rules say so, and the register shows who did.

Source: Nghị định 30/2020/NĐ-CP Điều 15 (numbers in order of time, Arabic digits: Phụ lục I Phần I mục II.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.numbers import MAX_NUMBER
from docflow.model.wording import check_line

MAX_PERMISSION_CHARS = 200
"""Of each part; it is printed in the register's note."""


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A leader's word for what the order of numbers does not allow: a date out of order, a sub-number.

    Attributes:
        granted_by: Name and position of who permits it.
        reason: Why.

    Raises:
        UsageError: ``BAD_ARGUMENT``; one of them is empty, too long, or as :func:`docflow.model.check_line` refuses it.
    """

    granted_by: str
    reason: str

    def __post_init__(self) -> None:
        check_line(self.granted_by, limit=MAX_PERMISSION_CHARS, what="name of who permits it", vi="Người cho phép")
        check_line(self.reason, limit=MAX_PERMISSION_CHARS, what="reason of a permission", vi="Lý do cho phép")

    @property
    def text(self) -> str:
        """The permission as the register shows it."""
        return f"{self.granted_by} cho phép: {self.reason}"


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWish:
    """Which number a document is to get.

    Attributes:
        number: A reserved number, or the next one, typed by hand; None takes the next one. Of the year of the date that
            the document gets, which must be named where the number can be one of the year before too.
        sub_of: A number after which to insert this document, as ``12a``; needs a permission.
        permission: For a date out of order, or a sub-number.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a number and a sub-number at once, or one that no register can hold.
    """

    number: int | None = None
    sub_of: int | None = None
    permission: Permission | None = None

    def __post_init__(self) -> None:
        asked = [number for number in (self.number, self.sub_of) if number is not None]
        if len(asked) > 1 or any(not 1 <= number <= MAX_NUMBER for number in asked):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"name one number, from 1 to {MAX_NUMBER}, or one number to insert after",
                vi=f"Chỉ được nêu một số, từ 01 đến {MAX_NUMBER}.",
            )


ANY_NUMBER = NumberWish()
"""The next one."""
