"""What a print from the system says of itself at the margin of each page.

What it does not do: it draws nothing (:mod:`docflow.printing`), and proves nothing: a mark can be cut off or forged.
Which prints there were, the history of accesses says.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from docflow.errors import ErrorCode, UsageError
from docflow.model.accesses import MAX_ACCESS_ID_CHARS, MAX_PERSON_CHARS
from docflow.model.annotations import checked_fields
from docflow.model.numbers import LAW_TIME_ZONE
from docflow.model.secrecy import refuse_marked
from docflow.model.wording import check_line

MAX_MARK_CHARS = 200
"""Longer texts of the caller's own are refused: the mark stays at the margin."""
MAX_NAMED_CHARS = 600
"""Of what is printed and of the system: longer names are refused."""
_NO_ORIGINAL = "BẢN IN TỪ HỆ THỐNG – KHÔNG PHẢI BẢN GỐC ĐIỆN TỬ, KHÔNG MANG CHỮ KÝ SỐ"


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class PrintMark:
    """Who printed what, when and from whose system.

    Attributes:
        printed_by: Whoever prints.
        at: When, aware; written in Vietnam's time.
        system: Whose system, such as the agency's name with its code.
        subject: What is printed, such as a document's number and symbol with its id.
        text: The caller's own words, one line; empty: none.
        print_id: Under which the history of accesses has the print; empty: it is not there.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a text that is empty, too long or holds what cannot be read, a time without a
            zone. ``SECRET_DOCUMENT``; the caller's words bear a mark of secrecy.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.6k.
    """

    printed_by: str
    at: datetime
    system: str
    subject: str
    text: str = ""
    print_id: str = ""

    def __post_init__(self) -> None:
        check_line(self.printed_by, limit=MAX_PERSON_CHARS, what="person", vi="Họ tên người in")
        check_mark_text(self.text)
        check_line(self.print_id, limit=MAX_ACCESS_ID_CHARS, what="print id", vi="Mã lượt in", is_optional=True)
        for text, what, vi in ((self.system, "system", "Tên hệ thống"), (self.subject, "subject", "Tên tài liệu in")):
            if not 1 <= len(text.strip()) <= len(text) <= MAX_NAMED_CHARS:
                raise UsageError(
                    ErrorCode.BAD_ARGUMENT,
                    f"the {what} of a print has 1 to {MAX_NAMED_CHARS} characters",
                    vi=f"{vi} phải có từ 1 đến {MAX_NAMED_CHARS} ký tự.",
                )
        if self.at.utcoffset() is None:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, "the time of a print has no zone", vi="Thời điểm in thiếu múi giờ."
            )

    @property
    def title(self) -> str:
        """What stands first on each page."""
        return _NO_ORIGINAL

    def write_lines(self, *, page: int, page_count: int) -> tuple[str, ...]:
        """Return what stands on a page under the title; pages count from 1."""
        at = self.at.astimezone(LAW_TIME_ZONE)
        number = f"Mã lượt in: {self.print_id}. " if self.print_id else ""
        return (
            f"Người in: {self.printed_by}, lúc {at:%H:%M:%S ngày %d/%m/%Y} (giờ Việt Nam). Hệ thống: {self.system}.",
            f"{self.subject}. {number}Trang {page}/{page_count} của bản in.",
            *((self.text,) if self.text else ()),
        )


def check_mark_text(text: str) -> None:
    """Check what a caller wants to stand in the mark, before anything is printed or recorded.

    Raises:
        UsageError: ``BAD_ARGUMENT``, ``SECRET_DOCUMENT``.
    """
    check_line(text, limit=MAX_MARK_CHARS, what="text of the mark", vi="Nội dung đánh dấu", is_optional=True)
    refuse_marked(text, name="text")
