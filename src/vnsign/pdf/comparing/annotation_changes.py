"""What a later revision did to the annotations of one page.

An annotation draws over the page. Added later it may be a remark in the margin, or a patch over a number; so for each
the place is measured, and whether it is no more than a remark.

What it does not do: say which changes are allowed; look at the widgets of fields (:mod:`.changes` does).

Source: ISO 32000-2 §12.5.2 (annotations), §12.5.3 (flags), §12.5.5 (looks), §12.5.6.2 (markup annotations).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import pikepdf

from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.page_marks import Mark, hides_words, is_marked, marks_of
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.pages import annotations_of, area_of, overlap, rectangle_of, subtype_of

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
#: Invisible, Hidden, NoView, ToggleNoView: shown at times, or to some. Source: ISO 32000-2 Table 167.
_FICKLE_FLAGS = 1 | 2 | 32 | 256


@dataclass(frozen=True, kw_only=True)
class PagePair:
    """One page in both revisions."""

    pair: RevisionPair
    number: int
    old: pikepdf.Object
    new: pikepdf.Object

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Where the page that was signed has content."""
        return marks_of(self.old)

    @cached_property
    def area(self) -> float:
        """Of the media box, in square points."""
        box = rectangle_of(pikepdf.Dictionary(Rect=_inherited_box(self.old)))
        return (box[2] - box[0]) * (box[3] - box[1])

    def covers(self, annotation: pikepdf.Object) -> str:
        """Return what an annotation lies over: ``content``, ``annotation``, or nothing."""
        if is_marked(self.marks, rectangle_of(annotation)):
            return "content"
        others = (a for a in annotations_of(self.old) if a.objgen != annotation.objgen or not a.is_indirect)
        return "annotation" if any(overlap(annotation, a) for a in others if subtype_of(a) != "/Popup") else ""

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
    look = annotation.get("/AP")
    if look is None and subtype not in _WITHOUT_LOOK:
        return "no look of its own"
    if look is not None and not _has_one_look(look):
        return "looks that change"
    covered = page.covers(annotation) if area_of(annotation) > 0 else ""
    return f"covers {covered}" if covered else ""


def _has_one_look(looks: object) -> bool:
    """Rollover and pressed looks may repeat the normal one; a layer may switch it off."""
    if not isinstance(looks, pikepdf.Dictionary) or not set(looks.keys()) <= {"/N", "/R", "/D"}:
        return False
    normal = looks.get("/N")
    others = [looks[key] for key in ("/R", "/D") if key in looks]
    if not isinstance(normal, pikepdf.Stream) or "/OC" in normal:
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
