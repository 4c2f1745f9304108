"""Pages and annotations of a PDF, read one by one without trusting the tree to be a tree.

Source: ISO 32000-2 §7.7.3 (page tree), §14.11.2 (page boundaries), §12.5.2, §12.5.3 (annotations, flags).
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.geometry import PageGeometry
from vnsign.pdf.revisions import ObjectId

_MAX_PAGE_NODES = 1_000_000
#: A page tree deeper than this is a loop.
_MAX_PAGE_DEPTH = 64
#: Print, ReadOnly, Locked, LockedContents (ISO 32000-2 Table 167): what signing may set on a widget.
_SETTABLE_FLAGS = 4 | 64 | 128 | 512


def page_nodes(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every node of the page tree in reading order; a node met twice ends the walk there (a loop)."""
    pending: list[object] = [pdf.Root.get("/Pages")]
    seen: set[ObjectId] = set()
    while pending and len(seen) < _MAX_PAGE_NODES:
        node = pending.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        yield node
        kids = node.get("/Kids")
        if isinstance(kids, pikepdf.Array):
            pending.extend(reversed(list(kids)))


def geometry_of(page: pikepdf.Object) -> PageGeometry:
    """Return what a person sees of a page (crop box, rotation; both may be inherited).

    Raises:
        InputError: MALFORMED_PDF if nothing says how large it is.
    """
    crop: object = None
    media: object = None
    rotation: object = None
    node: object = page
    for _ in range(_MAX_PAGE_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            break
        crop = crop if crop is not None else node.get("/CropBox")
        media = media if media is not None else node.get("/MediaBox")
        rotation = rotation if rotation is not None else node.get("/Rotate")
        node = node.get("/Parent")
    box = crop if crop is not None else media
    if not isinstance(box, pikepdf.Array) or len(box) != 4:  # noqa: PLR2004 — a rectangle
        raise InputError(ErrorCode.MALFORMED_PDF, "a page of the PDF has no size (/MediaBox)")
    x1, y1, x2, y2 = (float(v) for v in box)
    turned = int(rotation) % 360 if isinstance(rotation, int) else 0
    return PageGeometry(visible=(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), rotation=turned)


def annotations_of(page: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the annotations of a page that are dictionaries, in drawing order."""
    annotations = page.get("/Annots")
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


def area_of(widget: pikepdf.Object) -> float:
    """Return the area of /Rect in square points; 0 if unreadable."""
    left, bottom, right, top = rectangle_of(widget)
    return (right - left) * (top - bottom)


def overlap(one: pikepdf.Object, other: pikepdf.Object) -> bool:
    """Tell whether two annotations' rectangles share more than an edge."""
    left, bottom, right, top = rectangle_of(one)
    left2, bottom2, right2, top2 = rectangle_of(other)
    return left < right2 and left2 < right and bottom < top2 and bottom2 < top and area_of(other) > 0


def only_sets_harmless_flags(before: object, after: object) -> bool:
    """Signing may print and lock a widget, never hide it."""
    if not isinstance(before, int) or not isinstance(after, int):
        return False
    changed = before ^ after
    return changed & ~_SETTABLE_FLAGS == 0 and changed & before == 0
