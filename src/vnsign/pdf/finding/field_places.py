"""Where the fields of a PDF stand on its pages, as a person measures."""

from __future__ import annotations

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.geometry import page_size_mm, seen_rectangle_mm
from vnsign.pdf.opening import open_pdf
from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.reading.pages import annotations_of, geometry_of, rectangle_of
from vnsign.pdf.writing.place import Place
from vnsign.pdf.writing.updating import translated


def place_of_field(pdf: bytes, name: str) -> Place:
    """Return page, place and size of a field that is shown once.

    Raises:
        UsageError: FIELD_NOT_FOUND if there is no such field, or none to be seen.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    with open_pdf(pdf) as document, translated("reading the form"):
        field = read_form(document).fields.get(name)
        numbers = {w.objgen for w in field.widgets if w.is_indirect} if field is not None else set()
        for number, page in enumerate(document.pages, start=1):
            for widget in annotations_of(page.obj):
                if widget.is_indirect and widget.objgen in numbers:
                    x, y, width, height = seen_rectangle_mm(geometry_of(page.obj), rectangle_of(widget))
                    if width > 0 and height > 0:
                        return Place(page=number, at_mm=(x, y), size_mm=(width, height))
    raise UsageError(
        ErrorCode.FIELD_NOT_FOUND,
        f"there is no field {name!r} that can be seen",
        way_out="name a field of the document, or give the place in mm",
    )


def page_size(pdf: bytes, page: int) -> tuple[float, float]:
    """Return width and height of a page as seen, in mm; 1 for the first page.

    Raises:
        UsageError: BAD_ARGUMENT if there is no such page.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    with open_pdf(pdf) as document, translated("reading the page"):
        total = len(document.pages)
        if not 1 <= page <= total:
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"page {page} does not exist ({total} pages)")
        return page_size_mm(geometry_of(document.pages[page - 1].obj))
