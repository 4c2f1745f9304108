"""A PDF opened by PDFium, which knows where text stands and what a page looks like; one caller at a time.

PDFium keeps its state in the process and is not safe for threads, so a lock is held while a document is open. The
library is loaded when first asked for.

What it does not do: protect the process from a defect of PDFium itself, which reads hostile files in C++. Who shows
pages of strangers' files does it in a process of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError
from vnsign.pdf.opening import MAX_PDF_BYTES

_LOCK = threading.RLock()
_PASSWORD_ERROR = 4
_HEADER_WINDOW_BYTES = 1024
#: AcroForm; XFA is not built in, and asking for it would only log a warning.
_PLAIN_FORMS = frozenset({1})


@contextmanager
def pdfium_document(pdf: bytes, *, forms: bool = False) -> Iterator[Any]:
    """Open ``pdf`` and close it at the end of the block.

    Args:
        pdf: Complete file.
        forms: Show the looks of form fields when a page is rendered.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF (a password is needed).
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise InputError(ErrorCode.MALFORMED_PDF, f"the file is larger than {MAX_PDF_BYTES:,} bytes")
    if b"%PDF-" not in pdf[:_HEADER_WINDOW_BYTES]:
        raise InputError(ErrorCode.NOT_A_PDF, "the file is not a PDF", way_out="check that the right file was given")
    import pypdfium2  # noqa: PLC0415 — starts the library: 30 ms that signing does not need

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as exc:
            if getattr(exc, "err_code", None) == _PASSWORD_ERROR:
                raise InputError(
                    ErrorCode.ENCRYPTED_PDF, "the PDF needs a password", way_out="decrypt it first"
                ) from exc
            raise InputError(ErrorCode.MALFORMED_PDF, "the PDF is damaged and cannot be read") from exc
        try:
            if forms and document.get_formtype() in _PLAIN_FORMS:
                document.init_forms()
            yield document
        except VnsignError:
            raise
        except (pypdfium2.PdfiumError, ValueError, IndexError, RuntimeError, OverflowError, MemoryError) as exc:
            raise InputError(ErrorCode.MALFORMED_PDF, f"a page of the PDF cannot be read: {exc}") from exc
        finally:
            document.close()


def pdfium_page(document: Any, number: int) -> Any:
    """Return page ``number``, 1 for the first.

    Raises:
        UsageError: BAD_ARGUMENT if there is no such page.
    """
    total = len(document)
    if not 1 <= number <= total:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"page {number} does not exist ({total} pages)")
    return document[number - 1]
