"""What a later revision did to the annotations of one page.

An annotation draws over the page. Added later it may be a remark in the margin, or a patch over a number; so for each
the place is measured, and whether it is no more than a remark.

What it does not do: say which changes are allowed; look at the widgets of fields (:mod:`.changes` does).

Source: ISO 32000-2 §12.5.2 (annotations), §12.5.3 (flags), §12.5.5 (looks), §12.5.6.2 (markup annotations).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

import pikepdf

from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.matrices import Box
from vnsign.pdf.comparing.page_marks import Mark, MarkKind, hides_words, is_marked, marks_of, new_budget
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.pages import (
    annotations_of,
    area_of,
    is_bounded,
    is_box,
    rectangle_of,
    sides_of,
    subtype_of,
)

#: Remarks that people write on documents. Links, media, files, screens, watermarks and redactions do more than remark.
_REMARKS = frozenset(
    {
        *("/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Stamp", "/Caret", "/Ink"),
        *("/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Popup"),
    }
)
#: Drawn by the viewer itself, as a small sign or in a window of its own.
_WITHOUT_LOOK = frozenset({"/Text", "/Popup"})
_DOES_MORE = frozenset({"/A", "/AA", "/OC", "/PA", "/FS", "/Sound"})
#: NoZoom, NoRotate: drawn at a size, or turned, as the window is. Source: ISO 32000-2 Table 167.
_UNSCALED_FLAGS = 8 | 16
#: A viewer's own sign for a note stands at the upper left corner, whatever /Rect says; none known is larger, in points.
_SIGN_SIZE = 32.0
#: At this distance, in points, what stands before a word ("not"), or after it (a digit more), is read as of its line.
_BEFORE_TEXT, _AFTER_TEXT = 12.0, 72.0
#: Some readers draw by these, whatever the look. Source: ISO 32000-2 §12.5.6.6 to §12.5.6.13.
_POINTS = ("/QuadPoints", "/L", "/Vertices", "/InkList", "/CL")
#: Invisible, Hidden, NoView, ToggleNoView: shown at times, or to some. Source: ISO 32000-2 Table 167.
_FICKLE_FLAGS = 1 | 2 | 32 | 256


@dataclass(frozen=True, kw_only=True)
class PagePair:
    """One page in both revisions."""

    pair: RevisionPair
    number: int
    old: pikepdf.Object
    new: pikepdf.Object
    budget: list[int] = field(default_factory=new_budget)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Where the page that was signed has content."""
        return marks_of(self.old, self.budget)

    @cached_property
    def boxes(self) -> list[tuple[ObjectId | None, Box]]:
        """What a page's annotations, as it was signed, cover."""
        shown = (a for a in annotations_of(self.old) if subtype_of(a) != "/Popup" and area_of(a) > 0)
        return [(a.objgen if a.is_indirect else None, rectangle_of(a)) for a in shown]

    @cached_property
    def area(self) -> float:
        """Of the media box, in square points."""
        box = rectangle_of(pikepdf.Dictionary(Rect=_inherited_box(self.old)))
        return (box[2] - box[0]) * (box[3] - box[1])

    def covers(self, annotation: pikepdf.Object) -> str:
        """Return what an annotation lies over: ``content``, ``annotation``, or nothing."""
        if is_marked(self.marks, drawn_box(annotation)):
            return "content"
        own, (left, bottom, right, top) = annotation.objgen, rectangle_of(annotation)
        return (
            "annotation"
            if any(
                left < box[2] and box[0] < right and bottom < box[3] and box[1] < top and number != own
                for number, box in self.boxes
            )
            else ""
        )

    def continues_text(self, annotation: pikepdf.Object) -> bool:
        """Tell whether an annotation stands so close to a line of text that it may be read as a part of it."""
        left, bottom, right, top = rectangle_of(annotation)
        text = [mark for mark in self.marks if mark.kind in {MarkKind.TEXT, MarkKind.OUTLINE}]
        return is_marked(text, (left - _AFTER_TEXT, bottom, right + _BEFORE_TEXT, top))

    def hides_words(self, annotation: pikepdf.Object) -> bool:
        """Tell whether a signature's look lies over text or a picture."""
        return hides_words(self.marks, rectangle_of(annotation), page_area=self.area)


def compare_annotations(
    page: PagePair, *, widgets_before: AbstractSet[ObjectId], widgets: AbstractSet[ObjectId]
) -> Iterator[Change]:
    """Name every change of a page's annotations that is not one of a field that stood, or came, as a field.

    Args:
        page: The page.
        widgets_before: Object numbers of all fields' nodes and widgets in the earlier revision.
        widgets: The same in the later one.
    """
    old, new = annotations_of(page.old), annotations_of(page.new)
    old_numbers = [a.objgen for a in old if a.is_indirect]
    new_by_number = {a.objgen: a for a in new if a.is_indirect}
    stood = set(old_numbers)
    kept = [n for n in (a.objgen for a in new if a.is_indirect) if n in stood]
    if kept != [n for n in old_numbers if n in new_by_number]:
        yield _change(page, ChangeKind.ANNOTATION_CHANGED, odd="order of annotations")
    for before in (a for a in old if a.is_indirect):
        if before.objgen not in new_by_number:
            yield _change(page, ChangeKind.ANNOTATION_REMOVED, before, odd=page.covers(before))
    if not _same_oddments(page):
        yield _change(page, ChangeKind.ANNOTATION_CHANGED, odd="not an annotation, but drawn by some readers")
    yield from _direct_annotations(page, old, new)
    for annotation in (a for a in new if a.is_indirect):
        number = annotation.objgen
        if number not in stood:
            # a widget of a field that stood before must not move onto another page
            if number not in widgets or number in widgets_before:
                yield _change(page, ChangeKind.ANNOTATION_ADDED, annotation, odd=_oddity(page, annotation))
        elif number not in widgets or number not in widgets_before:
            before = page.pair.old.get_object(*number)
            if not page.pair.is_untouched(number) and not page.pair.same_content(before, annotation):
                odd = _oddity(page, annotation) or page.covers(before)
                yield _change(page, ChangeKind.ANNOTATION_CHANGED, annotation, odd=odd)


def _same_oddments(page: PagePair) -> bool:
    """What else a page lists: a stream, for one, is a dictionary to some readers."""
    before, after = _oddments(page.old), _oddments(page.new)
    return len(before) == len(after) and all(page.pair.equal(*both) for both in zip(before, after, strict=True))


def _oddments(page: pikepdf.Object) -> list[object]:
    listed = page.get("/Annots")
    entries: list[object] = list(listed) if isinstance(listed, pikepdf.Array) else [listed]
    return [entry for entry in entries if entry is not None and not isinstance(entry, pikepdf.Dictionary)]


def _direct_annotations(page: PagePair, old: list[pikepdf.Object], new: list[pikepdf.Object]) -> Iterator[Change]:
    before = [a for a in old if not a.is_indirect]
    after = [a for a in new if not a.is_indirect]
    if len(after) < len(before):
        yield _change(page, ChangeKind.ANNOTATION_REMOVED, odd="annotation without a number")
    for one, other in zip(before, after, strict=False):
        if not page.pair.same_content(one, other):
            yield _change(page, ChangeKind.ANNOTATION_CHANGED, other, odd="annotation without a number")
    for added in after[len(before) :]:
        yield _change(page, ChangeKind.ANNOTATION_ADDED, added, odd=_oddity(page, added))


def _oddity(page: PagePair, annotation: pikepdf.Object) -> str:
    """Return why an annotation is more than a remark beside the text, empty if it is not."""
    subtype = subtype_of(annotation)
    if subtype not in _REMARKS or "/FT" in annotation:
        return "more than a remark"
    if more := min(_DOES_MORE & set(annotation.keys()), default=""):
        return f"more than a remark: {more}"
    flags = annotation.get("/F", 0)
    if not isinstance(flags, int) or int(flags) & _FICKLE_FLAGS:
        return "not always shown"
    return _oddity_of_look(annotation) or _oddity_of_place(page, annotation)


def _oddity_of_look(annotation: pikepdf.Object) -> str:
    subtype, flags = subtype_of(annotation), int(annotation.get("/F", 0))
    if flags & _UNSCALED_FLAGS and (subtype != "/Text" or max(sides_of(annotation)) > _SIGN_SIZE):
        return "drawn at a size of its own"
    look = annotation.get("/AP")
    if look is None:
        return "" if subtype in _WITHOUT_LOOK else "no look of its own"
    return "" if _has_one_look(look) else "looks that change"


def _oddity_of_place(page: PagePair, annotation: pikepdf.Object) -> str:
    subtype = subtype_of(annotation)
    if not is_box(annotation.get("/Rect")):
        return "no readable place"
    covered = page.covers(annotation) if area_of(annotation) > 0 or subtype == "/Text" else ""
    if covered:
        return f"covers {covered}"
    has_look = subtype not in _WITHOUT_LOOK or "/AP" in annotation
    return "in line with text" if has_look and page.continues_text(annotation) else ""


def drawn_box(annotation: pikepdf.Object) -> Box:
    """Return where an annotation may be drawn: within /Rect, by its own points, or as the viewer's sign for a note."""
    left, bottom, right, top = rectangle_of(annotation)
    if subtype_of(annotation) == "/Text":
        # turned with the page or not: the upper left corner stays
        left, bottom = left - _SIGN_SIZE, min(top - _SIGN_SIZE, bottom)
        right, top = max(left + 2 * _SIGN_SIZE, right), top + _SIGN_SIZE
    points = [number for key in _POINTS for number in _numbers_in(annotation.get(key), depth=0)]
    xs, ys = [left, right, *points[::2]], [bottom, top, *points[1::2]]
    return min(xs), min(ys), max(xs), max(ys)


def _numbers_in(value: object, *, depth: int) -> list[float]:
    if isinstance(value, pikepdf.Array) and depth <= 1:
        return [number for item in value for number in _numbers_in(item, depth=depth + 1)]
    return [float(value)] if isinstance(value, int | float | Decimal) else []


def _has_one_look(looks: object) -> bool:
    """Rollover and pressed looks may repeat the normal one; a layer may switch it off, no box leave it unclipped."""
    if not isinstance(looks, pikepdf.Dictionary) or not set(looks.keys()) <= {"/N", "/R", "/D"}:
        return False
    normal = looks.get("/N")
    others = [looks[key] for key in ("/R", "/D") if key in looks]
    if not isinstance(normal, pikepdf.Stream) or "/OC" in normal or not is_bounded(looks):
        return False
    return all(isinstance(other, pikepdf.Stream) and other.objgen == normal.objgen for other in others)


def _inherited_box(page: pikepdf.Object) -> pikepdf.Array:
    node: object = page
    for _ in range(64):
        if not isinstance(node, pikepdf.Dictionary):
            break
        box = node.get("/MediaBox")
        if isinstance(box, pikepdf.Array):
            return box
        node = node.get("/Parent")
    return pikepdf.Array([0, 0, 0, 0])


def _change(page: PagePair, kind: ChangeKind, annotation: pikepdf.Object | None = None, *, odd: str = "") -> Change:
    values = {"odd": odd} if odd else {}
    if annotation is None:
        return Change(kind=kind, where=f"page {page.number}", page=page.number, values=values)
    values["subtype"] = subtype_of(annotation)
    number = annotation.objgen if annotation.is_indirect else None
    name = f" {number[0]} {number[1]}" if number is not None else ""
    where = f"page {page.number} annotation{name} {subtype_of(annotation)}"
    return Change(kind=kind, where=where, page=page.number, object_id=number, values=values)
