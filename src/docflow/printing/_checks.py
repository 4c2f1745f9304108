"""What a document must have before it is set; sizes that cannot be meant are refused."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from docflow.errors import ErrorCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docflow.printing._document import OfficialDocument

# Phụ lục VI: the field "trích yếu nội dung" of the metadata.
MAX_SUBJECT_CHARS = 500
# Ours: longer than any name of an agency, so that the head fits on the first page.
MAX_NAME_CHARS = 200
# Ours: some fifteen pages without a new line; the time to set a paragraph grows with the square of its length.
MAX_PARAGRAPH_CHARS = 50_000
# Ours: the Decree gives no diameter; a seal outside this range is a slip of units.
_SEAL_MM = (10.0, 60.0)
_SIGNATURE_MM = (5.0, 80.0)

_LONG_CELLS = frozenset({"body", "addressees", "recipients"})

#: Words the layout adds or that are filled in later: the fonts must have their letters too.
FIXED_TEXTS = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số: 0123456789/, ngày tháng năm",
    "V/v Nơi nhận:;.-",
)


def check_measures(*, seal_mm: float, signature_mm: tuple[float, float]) -> None:
    """Refuse sizes that no seal and no signature has.

    Raises:
        UsageError: A size is out of range.
    """
    if not _SEAL_MM[0] <= seal_mm <= _SEAL_MM[1]:
        raise _refuse("a seal measures 10 to 60 mm", vi="Đường kính dấu phải từ 10 đến 60 mm.")
    if not all(_SIGNATURE_MM[0] <= side <= _SIGNATURE_MM[1] for side in signature_mm):
        raise _refuse("a signature image measures 5 to 80 mm", vi="Ảnh chữ ký phải từ 5 đến 80 mm.")


def check_document(document: OfficialDocument) -> None:
    """Refuse a document with a cell empty or too long, or without a time zone.

    Raises:
        UsageError: Names the first cell at fault.
    """
    for name, texts in _cells(document).items():
        if not texts or any(not text.strip() for text in texts):
            raise _refuse(f"{name} is empty", vi=f"Thiếu nội dung bắt buộc: {name}.")
    if len(document.subject) > MAX_SUBJECT_CHARS:
        raise _refuse(
            f"the subject has more than {MAX_SUBJECT_CHARS} characters",
            vi=f"Trích yếu dài hơn {MAX_SUBJECT_CHARS} ký tự.",
        )
    for name, texts in _cells(document).items():
        limit = MAX_PARAGRAPH_CHARS if name in _LONG_CELLS else MAX_NAME_CHARS
        if name != "subject" and any(len(text) > limit for text in texts):
            raise _refuse(f"{name} has a text of more than {limit} characters", vi=f"{name}: dài hơn {limit} ký tự.")
    if document.drafted_at.utcoffset() is None:
        raise _refuse("drafted_at has no time zone", vi="Thời điểm soạn thảo thiếu múi giờ.")


def texts_of(document: OfficialDocument) -> Iterator[str]:
    """Give every text of the document, in NFC."""
    for texts in _cells(document).values():
        yield from (unicodedata.normalize("NFC", text) for text in texts)


def _cells(document: OfficialDocument) -> dict[str, tuple[str, ...]]:
    """Every cell by its name; none may be empty, those that a document may lack are absent then."""
    optional = {
        "managing_agency": document.managing_agency,
        "type_name": document.type_name,
    }
    return {
        "agency": (document.agency,),
        "symbol": (document.symbol,),
        "place": (document.place,),
        "subject": (document.subject,),
        "body": tuple(f"{block.lead} {block.text}".strip() for block in document.body),
        "positions": document.positions,
        "signer_name": (document.signer_name,),
        "recipients": document.recipients,
        "addressees": (document.salutation, *document.addressees),
        **{name: (text,) for name, text in optional.items() if text is not None},
    }


def _refuse(message: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi)
