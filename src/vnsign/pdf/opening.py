"""Bytes → an open PDF, or our error.

What it does not do: try passwords other than the empty one.
"""

from __future__ import annotations

import re
from io import BytesIO

import pikepdf

from vnsign.errors import ErrorCode, InputError

#: Larger files are refused by this engine, which holds the file in memory.
MAX_PDF_BYTES = 512 * 1024 * 1024
_HEADER_WINDOW_BYTES = 1024
_STREAM_NAME = re.compile(r"^stream <[^>]*>:? ?")
#: What a reader remarks and every reader overlooks in the same way.
HARMLESS_WARNINGS = frozenset({"extraneous whitespace seen before xref"})


def open_pdf(data: bytes) -> pikepdf.Pdf:
    """Open a PDF for reading.

    Raises:
        InputError: ``NOT_A_PDF``, ``ENCRYPTED_PDF`` (a password is needed), ``MALFORMED_PDF``.
    """
    if len(data) > MAX_PDF_BYTES:
        raise InputError(ErrorCode.MALFORMED_PDF, f"the file is larger than {MAX_PDF_BYTES:,} bytes")
    if b"%PDF-" not in data[:_HEADER_WINDOW_BYTES]:
        raise InputError(ErrorCode.NOT_A_PDF, "the file is not a PDF", way_out="check that the right file was given")
    try:
        return pikepdf.open(BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as exc:
        raise InputError(ErrorCode.ENCRYPTED_PDF, "the PDF needs a password", way_out="decrypt it first") from exc
    except Exception as exc:  # boundary: the PDF library reports damage in several unrelated classes
        raise InputError(ErrorCode.MALFORMED_PDF, "the PDF is damaged and cannot be read") from exc


def warnings_of(pdf: pikepdf.Pdf) -> frozenset[str]:
    """Return what the reader had to repair so far, without the stream's own name."""
    return frozenset(_STREAM_NAME.sub("", str(warning)) for warning in pdf.get_warnings())
