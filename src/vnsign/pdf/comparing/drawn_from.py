"""What pages draw from, and whether anything is drawn from that is compared by its role alone.

A page, a field or the catalog may gain entries that mean nothing in its role. Whoever prepared the document may have
made the same dictionary the list of a page's pictures, or a font: then such an entry is drawn.

Invariants:
    - Whatever content, resources, looks, layers and the form's fonts lead to is found, however far away.

What it does not do: say what is drawn.

Source: ISO 32000-2 §7.7.3.3 (page objects), §7.8.3 (resources), §8.11 (layers), §12.5.5 (looks).
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from vnsign.pdf.comparing.revisions import RevisionPair, Side, references_in
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.pages import annotations_of

#: Of a page or a node above it. Source: ISO 32000-2 Table 31.
PAGE_ROOTS = ("/Contents", "/Resources", "/Group")
#: Of an annotation: looks, and the icons of a button.
ANNOTATION_ROOTS = ("/AP", "/MK")


def roles_drawn_from(pair: RevisionPair) -> Iterator[ObjectId]:
    """Yield the objects compared by their role that the later revision draws from and that lead to a change."""
    drawn = _drawn(pair.new_side, stop=pair.judged)
    yield from sorted(number for number in drawn & pair.judged if not pair.is_untouched(number))


def _drawn(side: Side, *, stop: set[ObjectId]) -> set[ObjectId]:
    pending = [number for root in _roots(side) for number in _numbers(root)]
    seen: set[ObjectId] = set()
    while pending:
        number = pending.pop()
        if number not in seen:
            seen.add(number)
            pending.extend(() if number in stop else side.leads_to.get(number, ()))
    return seen


def _roots(side: Side) -> Iterator[object]:
    for node in side.pages:
        yield from (node.get(key) for key in PAGE_ROOTS)
        for annotation in annotations_of(node):
            yield from (annotation.get(key) for key in ANNOTATION_ROOTS)
    form = side.form.dictionary
    if isinstance(form, pikepdf.Dictionary):
        yield form.get("/DR")
    yield side.pdf.Root.get("/OCProperties")


def _numbers(value: object) -> list[ObjectId]:
    if not isinstance(value, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream):
        return []
    return [value.objgen] if value.is_indirect else references_in(value)
