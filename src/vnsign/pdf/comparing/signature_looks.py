"""What a new or newly signed signature field shows, and who vouches for it.

Invariants:
    - A look is vouched for by the signature whose field it is, and by no other; nothing else in the field paints.

What it does not do: verify that signature (verification finds and judges it), or weigh what is found.

Source: ISO 32000-2 §12.7.5.5 (signature fields), §12.8.1; EN 319 142-1 §5.4.3 (document timestamps).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import pikepdf

from vnsign.pdf.comparing.annotation_changes import PagePair
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.fields import Field, is_painted, more_than_signature_field
from vnsign.pdf.reading.pages import annotations_of, area_of, overlap, subtype_of, unplaced
from vnsign.pdf.reading.structure import is_signature_dictionary

_DIRECT: ObjectId = (0, 0)


class SignatureLooks:
    """Everything that the signature fields of a later revision show."""

    def __init__(self, pair: RevisionPair, page_pairs: Sequence[PagePair]) -> None:
        """Take the revisions and their pages."""
        self.pair = pair
        self.page_pairs = page_pairs

    def oddity(self, new: Field) -> str:
        """Return what makes a new or newly signed signature field a way to paint, empty if nothing does.

        A look is vouched for by the signature whose field it is: a signature that verification will find and judge.
        """
        for dictionary in drawn_of(new):
            if more := more_than_signature_field(dictionary) or unplaced(dictionary):
                return f"more than a signature field: {more}"
        has_look = any(area_of(drawn) > 0 and is_painted(drawn) for drawn in drawn_of(new))
        if new.value is None:
            return "look without a signature" if has_look else ""
        if not is_signature_dictionary(new.value) or not (new.node.is_indirect or _number(new.value) != _DIRECT):
            return "not a signature"
        if is_document_timestamp(new.value):
            return "timestamp with a look" if has_look else ""
        if not self._is_of_its_own(new.value):
            return "another field's signature"
        return self._covered(new) if has_look else ""

    def _is_of_its_own(self, value: object) -> bool:
        """Whether this is not another field's signature again, which vouches for no second look.

        Of a copy that differs verification finds that it is broken.
        """
        if self._signed_contents[_contents(value)] > 1:
            return False
        if _end_of_signed(value) > self.pair.old_side.size:
            return True
        # it covers no more than was signed before: by whom?
        stood = (item for item in self.pair.old.objects if is_signature_dictionary(item))
        return all(_contents(item) != _contents(value) for item in stood)

    @cached_property
    def _signed_contents(self) -> Counter[bytes]:
        values = (field.value for field in self.pair.new_side.form.fields.values())
        return Counter(_contents(value) for value in values if is_signature_dictionary(value))

    def _covered(self, new: Field) -> str:
        """Return what a field that did not stand in the signed revision lies over, of what did; empty if nothing."""
        own = {drawn.objgen for drawn in drawn_of(new)}
        if new.name in self.pair.old_side.form.fields:
            return ""
        for page in self.page_pairs:
            annotations = annotations_of(page.new)
            mine = [a for a in annotations if a.objgen in own]
            if not mine:
                continue
            others = [a for a in annotations if a.objgen not in own and subtype_of(a) != "/Link"]
            if any(overlap(a, b) for a in mine for b in others):
                return "covers another annotation"
            if any(area_of(a) > 0 and page.hides_words(a) for a in mine):
                return "covers content"
        return ""


def drawn_of(field: Field) -> tuple[pikepdf.Object, ...]:
    """Return all that a page may list of a field: a node with widgets below it may pass for one itself."""
    return (field.node, *field.widgets)


def _number(value: object) -> ObjectId | None:
    return value.objgen if isinstance(value, pikepdf.Object) else None


def _end_of_signed(value: object) -> int:
    numbers: object = value.get("/ByteRange") if isinstance(value, pikepdf.Dictionary) else None
    items: list[object] = list(numbers) if isinstance(numbers, pikepdf.Array) else []
    return sum(int(item) for item in items[2:] if isinstance(item, int))


def _contents(value: object) -> bytes:
    contents: object = value.get("/Contents") if isinstance(value, pikepdf.Dictionary) else None
    return bytes(contents).rstrip(b"\0") if isinstance(contents, pikepdf.String) else b""


def is_document_timestamp(value: object) -> bool:
    """Tell whether a field's value is a document timestamp."""
    if not isinstance(value, pikepdf.Dictionary) or not is_signature_dictionary(value):
        return False
    return value.get("/SubFilter") == pikepdf.Name("/ETSI.RFC3161")
