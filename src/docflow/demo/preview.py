"""A picture of a page as a person sees it, form fields and signature looks included."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

_POINTS_PER_INCH = 72


def render_signed_page(pdf: bytes, *, dpi: int = 110) -> bytes:
    """Return the last page that carries a signature field (the first page if none does) as PNG."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        signed = [i for i in range(len(document)) if _has_signature(document, i)]
        bitmap = document[signed[-1] if signed else 0].render(scale=dpi / _POINTS_PER_INCH, may_draw_forms=True)
        out = BytesIO()
        bitmap.to_pil().convert("RGB").save(out, "PNG", optimize=True)
        return out.getvalue()
    finally:
        document.close()


def _has_signature(document: pypdfium2.PdfDocument, index: int) -> bool:
    page = document[index]
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        try:
            kind = pdfium.FPDFAnnot_GetFormFieldType(document.formenv, annotation)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if kind == pdfium.FPDF_FORMFIELD_SIGNATURE:
            return True
    return False
