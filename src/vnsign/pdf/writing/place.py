"""A place on a page as a person says it: page number and millimetres from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass

from vnsign.pdf.geometry import Box, place_on_page
from vnsign.pdf.reading.pages import geometry_of
from vnsign.pdf.source import PdfSource
from vnsign.pdf.writing.drawing import Look
from vnsign.pdf.writing.updating import open_for_update, translated


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an image goes.

    Attributes:
        page: 1 for the first page.
        at_mm: Distance of its top left corner from the left and the top edge of the page as seen, in mm.
        size_mm: Width and height as seen, in mm; None takes the image's real size from its resolution.
    """

    page: int
    at_mm: tuple[float, float]
    size_mm: tuple[float, float] | None = None


def box_of(source: PdfSource, place: Place, look: Look) -> Box:
    """Return the box of ``look`` at ``place`` in the page's user space.

    Raises:
        UsageError: BAD_ARGUMENT if there is no such page or it would not lie on it.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    with open_for_update(source) as update, translated("reading the page"):
        geometry = geometry_of(update.page(place.page - 1))
    return place_on_page(geometry, place.at_mm, size_mm=place.size_mm or look.size_mm, page=place.page - 1)
