"""Pages and annotations of a PDF, read one by one without trusting the tree to be a tree.

Source: ISO 32000-2 §7.7.3 (page tree), §14.11.2 (page boundaries), §12.5.2, §12.5.3 (annotations, flags).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.geometry import PageGeometry
from vnsign.pdf.opening import ObjectId, read_bounded
from vnsign.pdf.reading.entries import entry_of

_MAX_PAGE_NODES = 200_000
#: A page tree deeper than this is a loop.
_MAX_PAGE_DEPTH = 64
#: ReadOnly, Locked, LockedContents (ISO 32000-2 Table 167): what locks a widget.
_LOCKING_FLAGS = 64 | 128 | 512
_PRINT_FLAG = 4
_MAX_LOOK_DEPTH, _MAX_LOOK_BYTES = 8, 64 * 1024
#: What an unseen signature's look may hold: other looks, put in their places.
_INERT = frozenset({"q", "Q", "cm", "Do", "BMC", "BDC", "EMC"})


def page_nodes(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every node of the page tree in reading order; a node met twice ends the walk there (a loop)."""
    pending: list[object] = [pdf.Root.get("/Pages")]
    seen: set[ObjectId] = set()
    while pending:
        if len(seen) > _MAX_PAGE_NODES:
            raise InputError(ErrorCode.MALFORMED_PDF, f"the PDF has more than {_MAX_PAGE_NODES:,} pages")
        node = pending.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        yield node
        kids = entry_of(node, "/Kids")
        if isinstance(kids, pikepdf.Array):
            pending.extend(reversed(list(kids)))


def geometry_of(page: pikepdf.Object) -> PageGeometry:
    """Return what a person sees of a page (crop box within the media box, rotation; all may be inherited).

    Raises:
        InputError: MALFORMED_PDF if nothing says how large it is, or it measures in units of its own (/UserUnit), by
            which no seal has its real size in every reader.
    """
    if "/UserUnit" in page and page["/UserUnit"] != 1:
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            "a page measures in units of its own (/UserUnit): readers do not agree how large an image on it is",
            way_out="sign without an image, or export the page in ordinary units",
        )
    crop: object = None
    media: object = None
    rotation: object = None
    node: object = page
    for _ in range(_MAX_PAGE_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            break
        crop = crop if crop is not None else entry_of(node, "/CropBox")
        media = media if media is not None else entry_of(node, "/MediaBox")
        rotation = rotation if rotation is not None else entry_of(node, "/Rotate")
        node = entry_of(node, "/Parent")
    whole, cut = _rectangle(media), _rectangle(crop)
    visible = _shared(cut, whole) if cut is not None and whole is not None else cut or whole
    if visible is None:
        raise InputError(ErrorCode.MALFORMED_PDF, "a page of the PDF has no size (/MediaBox)")
    turned = int(rotation) % 360 if isinstance(rotation, int) else 0
    return PageGeometry(visible=visible, rotation=turned)


def _rectangle(box: object) -> tuple[float, float, float, float] | None:
    if not isinstance(box, pikepdf.Array) or len(box) != 4:  # noqa: PLR2004 — a rectangle
        return None
    x1, y1, x2, y2 = (float(v) for v in box)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _shared(
    crop: tuple[float, float, float, float], media: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Return the crop box within the media box, as viewers cut it; the media box if they share nothing."""
    left, bottom, right, top = (
        max(crop[0], media[0]),
        max(crop[1], media[1]),
        min(crop[2], media[2]),
        min(crop[3], media[3]),
    )
    return (left, bottom, right, top) if left < right and bottom < top else media


def annotations_of(page: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the annotations of a page that are dictionaries, in drawing order."""
    annotations = entry_of(page, "/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return []
    return [a for a in annotations if isinstance(a, pikepdf.Dictionary)]


def subtype_of(annotation: pikepdf.Object) -> str:
    """Return /Subtype, empty if there is none."""
    subtype = annotation.get("/Subtype")
    return str(subtype) if isinstance(subtype, pikepdf.Name) else ""


def count_pages(nodes: list[pikepdf.Object]) -> int:
    """Return how many nodes of a page tree are pages."""
    return sum("/Kids" not in node for node in nodes)


def rectangle_of(widget: pikepdf.Object) -> tuple[float, float, float, float]:
    """/Rect, lower left corner first; empty if unreadable."""
    try:
        x1, y1, x2, y2 = (float(v) for v in widget.get("/Rect", ()))
    except (TypeError, ValueError):
        return 0.0, 0.0, 0.0, 0.0
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def is_box(value: object, *, numbers: int = 4) -> bool:
    """Tell whether a value is an array of four numbers: of any other, each reader makes what it likes."""
    if not isinstance(value, pikepdf.Array) or len(value) != numbers:
        return False
    return all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in value)


def is_bounded(looks: object) -> bool:
    """Tell whether every look of an /AP is a stream with a box to clip it to. Source: ISO 32000-2 §8.10.2, Table 93."""
    if not isinstance(looks, pikepdf.Dictionary):
        return False
    states = [looks[key] for key in looks.keys()]  # noqa: SIM118 — a PDF dictionary iterates like this only
    streams = [look[key] for look in states if isinstance(look, pikepdf.Dictionary) for key in look.keys()]  # noqa: SIM118
    streams += [look for look in states if not isinstance(look, pikepdf.Dictionary)]
    return all(
        isinstance(stream, pikepdf.Stream)
        and is_box(stream.get("/BBox"))
        and ("/Matrix" not in stream or is_box(stream["/Matrix"], numbers=6))
        for stream in streams
    )


def unplaced(widget: pikepdf.Object) -> str:
    """Return the entry that does not keep a look within its rectangle in every reader, empty if everything does."""
    if "/Rect" in widget and not is_box(widget["/Rect"]):
        return "/Rect"
    if "/AP" not in widget:
        return ""
    # without a size to scale a look to, PDFium draws it as large as it is
    is_unscaled = area_of(widget) <= 0 and not _is_empty(widget["/AP"], depth=0)
    return "/AP" if is_unscaled or not is_bounded(widget["/AP"]) else ""


def _is_empty(look: object, *, depth: int) -> bool:
    """Tell whether a look, or each of several, draws nothing: it has no area, or holds only others that are empty."""
    if depth > _MAX_LOOK_DEPTH or not isinstance(look, pikepdf.Dictionary | pikepdf.Stream):
        return False
    if isinstance(look, pikepdf.Dictionary):
        return all(_is_empty(look[key], depth=depth + 1) for key in look.keys())  # noqa: SIM118 — a PDF dictionary
    if is_box(look.get("/BBox")) and area_of(pikepdf.Dictionary(Rect=look["/BBox"])) <= 0:
        return True
    try:
        read_bounded(look, max_bytes=_MAX_LOOK_BYTES)
        operations = pikepdf.parse_content_stream(look)
        forms = [look["/Resources"]["/XObject"][str(o.operands[0])] for o in operations if str(o.operator) == "Do"]
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError):
        return False
    is_inert = all(str(operation.operator) in _INERT for operation in operations)
    return is_inert and all(isinstance(f, pikepdf.Stream) and _is_empty(f, depth=depth + 1) for f in forms)


def area_of(widget: pikepdf.Object) -> float:
    """Return the area of /Rect in square points; 0 if unreadable."""
    width, height = sides_of(widget)
    return width * height


def sides_of(widget: pikepdf.Object) -> tuple[float, float]:
    """Return width and height of /Rect in points; 0 if unreadable."""
    left, bottom, right, top = rectangle_of(widget)
    return right - left, top - bottom


def overlap(one: pikepdf.Object, other: pikepdf.Object) -> bool:
    """Tell whether two annotations' rectangles share more than an edge."""
    left, bottom, right, top = rectangle_of(one)
    left2, bottom2, right2, top2 = rectangle_of(other)
    return left < right2 and left2 < right and bottom < top2 and bottom2 < top and area_of(other) > 0


def only_sets_harmless_flags(before: object, after: object, *, prints: bool = True) -> bool:
    """Signing may print (if ``prints``) and lock a widget, never hide it."""
    if not isinstance(before, int) or not isinstance(after, int):
        return False
    changed = before ^ after
    settable = _LOCKING_FLAGS | (_PRINT_FLAG if prints else 0)
    return changed & ~settable == 0 and changed & before == 0
