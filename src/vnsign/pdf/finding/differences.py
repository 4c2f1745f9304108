"""Which pages look different in two revisions of a PDF.

Invariants:
    - Both are drawn by the same program at the same size; a pixel counts as different only beyond what smoothing does.
    - A page that only one of them has is different as a whole.

What it does not do: say whether a difference is allowed, or see what no drawing shows (values, scripts, hidden layers).

Source: ETSI EN 319 102-1 knows no such check; it is for a person who wants to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import ImageChops

from vnsign.pdf.finding.pdfium import pdfium_document
from vnsign.pdf.finding.rendering import render_page

#: Of 255 steps of grey: anti-aliasing of the same drawing never differs as much.
_THRESHOLD = 24
_DPI = 72.0
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDifference:
    """One page that looks different.

    Attributes:
        page: From 1.
        area_mm: Left, top, right, bottom of what differs, from the top left corner of the page as seen; the whole page
            if only one revision has it.
        share: Part of the page's pixels that differ, 0 to 1.
    """

    page: int
    area_mm: tuple[float, float, float, float]
    share: float


def differing_pages(old: bytes, new: bytes, *, dpi: float = _DPI) -> tuple[PageDifference, ...]:
    """Return the pages of ``new`` that do not look as in ``old``, and those that only one of them has.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
        UsageError: BAD_ARGUMENT: a page is too large at ``dpi``.
    """
    return tuple(_differences(old, new, dpi=dpi))


def _differences(old: bytes, new: bytes, *, dpi: float) -> Iterator[PageDifference]:
    counts = (_count(old), _count(new))
    for page in range(1, max(counts) + 1):
        if page > min(counts):
            picture = render_page(old if counts[0] > counts[1] else new, page=page, dpi=dpi)
            yield _difference(page, (0, 0, *picture.size), dpi=dpi, share=1.0)
            continue
        before, after = render_page(old, page=page, dpi=dpi), render_page(new, page=page, dpi=dpi)
        if before.size != after.size:
            yield _difference(page, (0, 0, *after.size), dpi=dpi, share=1.0)
            continue
        changed = ImageChops.difference(before, after).convert("L").point(_is_changed)
        box = changed.getbbox()
        if box is not None:
            share = changed.histogram()[255] / (changed.width * changed.height)
            yield _difference(page, box, dpi=dpi, share=share)


def _is_changed(level: int) -> int:
    return 255 if level > _THRESHOLD else 0


def _count(pdf: bytes) -> int:
    with pdfium_document(pdf, forms=False) as document:
        return len(document)


def _difference(page: int, box: tuple[int, int, int, int], *, dpi: float, share: float) -> PageDifference:
    per_pixel = _MM_PER_INCH / dpi
    left, top, right, bottom = (round(side * per_pixel, 1) for side in box)
    return PageDifference(page=page, area_mm=(left, top, right, bottom), share=share)
