"""A document that shows one thing to every reader, as far as its form decides.

Source: ISO 32000-2 §12.7.3 (/XFA is deprecated since PDF 2.0).
"""

from __future__ import annotations

import pikepdf

from vnsign.errors import ErrorCode, InputError


def require_one_content(pdf: pikepdf.Pdf) -> None:
    """Refuse an XFA form: some readers show what its XML says, others the pages; who vouches for it sees one of them.

    Raises:
        InputError: SIGNING_FORBIDDEN.
    """
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            "the PDF holds an XFA form: some readers show other content than its pages",
            way_out="print it to a new PDF, check that, and sign the new one",
        )
