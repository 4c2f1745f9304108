"""Two revisions of one PDF, and exact equality between their objects.

Invariants:
    - "Equal" means the same value all the way down. Where both revisions hold the very same bytes for an object and for
      everything it leads to, that is known without reading them; everything else is read and compared.
    - Objects in ``judged`` count as equal when both revisions refer to the same number: they are compared by
      their role elsewhere (a link to a page is not changed because the page got a signature).

What it does not do: say whether a difference is allowed.

Source: ISO 32000-2 §7.5.6 (incremental updates), §7.3 (objects).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property

import pikepdf

from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.fields import Field, Form, read_form
from vnsign.pdf.reading.pages import page_nodes

_DIRECT: ObjectId = (0, 0)
_COMPRESSED = 2
# Bounded and anchored at the first digit: a hex string of ten thousand zeros must not cost their square.
_REFERENCE = re.compile(rb"(?<!\d)(\d{1,10}) (\d{1,5}) R\b")


class Side:
    """One revision, and what is asked about it again and again."""

    def __init__(self, pdf: pikepdf.Pdf, *, size: int = 0) -> None:
        """Take one, opened, and how many bytes it has, as far as that is known."""
        self.pdf = pdf
        self.size = size

    @cached_property
    def form(self) -> Form:
        """The form."""
        return read_form(self.pdf)

    @cached_property
    def pages(self) -> list[pikepdf.Object]:
        """Every node of the page tree."""
        return list(page_nodes(self.pdf))

    @cached_property
    def table(self) -> Mapping[ObjectId, pikepdf.XrefEntry]:
        """Where each object lies."""
        return self.pdf.get_xref_table()

    @cached_property
    def leads_to(self) -> Mapping[ObjectId, list[ObjectId]]:
        """Which objects each object refers to directly."""
        found: dict[ObjectId, list[ObjectId]] = {}
        for item in self.pdf.objects:
            if isinstance(item, pikepdf.Object):
                found[item.objgen] = references_in(item)
        return found

    @cached_property
    def leads_from(self) -> Mapping[ObjectId, list[ObjectId]]:
        """Which objects refer to an object directly."""
        found: dict[ObjectId, list[ObjectId]] = {}
        for number, targets in self.leads_to.items():
            for target in targets:
                found.setdefault(target, []).append(number)
        return found


class RevisionPair:
    """An earlier and a later revision of the same file."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old_side = old
        self.new_side = new
        self.old = old.pdf
        self.new = new.pdf
        self.judged: set[ObjectId] = set()
        self._equal: set[tuple[ObjectId, ObjectId]] = set()
        self._assumed: list[tuple[ObjectId, ObjectId]] = []
        self._different: set[tuple[ObjectId, ObjectId]] = set()
        self.changed = _changed(old.table, new.table)
        # an entry that leads to null is none and is not spelled: what led to an object that is gone the old side tells
        is_any_gone = any(self.stood_before(number) and new.pdf.get_object(number) is None for number in self.changed)
        self._sides = (old, new) if is_any_gone else (new,)
        self._affected = _affected(self._sides, self.changed)

    def stood_before(self, number: ObjectId) -> bool:
        """Tell whether there was an object of this number in the earlier revision."""
        return number in self.old_side.table

    def is_untouched(self, number: ObjectId) -> bool:
        """Tell whether an object and everything it leads to lie in both revisions in the very same bytes."""
        return number != _DIRECT and number not in self._affected

    def is_kept(self, number: ObjectId) -> bool:
        """Tell whether an object lies in the same bytes, and so does all it leads to that is not judged elsewhere."""
        if number == _DIRECT or number in self.changed:
            return False
        return all(
            number in side.leads_to and all(t in self.judged or t not in self._affected for t in side.leads_to[number])
            for side in self._sides
        )

    def is_field_kept(self, old: Field, new: Field) -> bool:
        """Tell whether a field that inherits nothing and its widgets lie in the very same bytes in both revisions."""
        numbers = [dictionary.objgen for dictionary in (old.node, *old.widgets)]
        return (
            not old.inherited
            and not new.inherited
            and numbers == [dictionary.objgen for dictionary in (new.node, *new.widgets)]
            and all(self.is_kept(number) for number in numbers)
        )

    def equal(self, old: object, new: object) -> bool:
        """Tell whether two values, one of each revision, are the same all the way down."""
        if isinstance(old, pikepdf.Object) and isinstance(new, pikepdf.Object):
            pair = (old.objgen, new.objgen)
            if pair[0] == pair[1] and (pair[0] in self.judged or self.is_untouched(pair[0]) or self.is_kept(pair[0])):
                return True
            if _DIRECT in pair:
                return self.same_content(old, new)
            if pair in self._equal or pair in self._different:
                return pair in self._equal
            return self._equal_objects(pair, old, new)
        return _same_scalar(old, new)

    def _equal_objects(self, pair: tuple[ObjectId, ObjectId], old: pikepdf.Object, new: pikepdf.Object) -> bool:
        """The graph has cycles: a pair is assumed equal while its parts are compared, and forgotten if it is not."""
        mark = len(self._assumed)
        self._equal.add(pair)
        self._assumed.append(pair)
        if self.same_content(old, new):
            return True
        # whatever was found equal meanwhile may rest on the assumption that just failed
        self._equal.difference_update(self._assumed[mark:])
        del self._assumed[mark:]
        self._different.add(pair)
        return False

    def same_content(self, old: pikepdf.Object, new: pikepdf.Object) -> bool:
        """Compare two values even if their object is in ``judged``."""
        if isinstance(old, pikepdf.Stream) or isinstance(new, pikepdf.Stream):
            if not (isinstance(old, pikepdf.Stream) and isinstance(new, pikepdf.Stream)):
                return False
            return not self.different_keys(old, new, ignored=frozenset({"/Length"})) and _same_data(old, new)
        if isinstance(old, pikepdf.Dictionary) and isinstance(new, pikepdf.Dictionary):
            return not self.different_keys(old, new)
        if isinstance(old, pikepdf.Array) and isinstance(new, pikepdf.Array):
            return len(old) == len(new) and all(self.equal(a, b) for a, b in zip(old, new, strict=True))
        return _same_scalar(old, new)

    def different_keys(
        self, old: pikepdf.Object, new: pikepdf.Object, *, ignored: frozenset[str] = frozenset()
    ) -> list[str]:
        """Return the keys whose values differ between two dictionaries (or streams' dictionaries)."""
        if old.objgen == new.objgen and self.is_kept(old.objgen):
            return []
        keys = sorted((set(old.keys()) | set(new.keys())) - ignored)
        return [key for key in keys if not self.equal(old.get(key), new.get(key))]


def _same_scalar(old: object, new: object) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    numbers = (int, float, Decimal)
    if isinstance(old, numbers) and isinstance(new, numbers):
        return Decimal(old) == Decimal(new)
    if isinstance(old, pikepdf.String) and isinstance(new, pikepdf.String):
        return bytes(old) == bytes(new)
    if isinstance(old, pikepdf.Name) and isinstance(new, pikepdf.Name):
        return str(old) == str(new)
    return old is None and new is None


def _same_data(old: pikepdf.Object, new: pikepdf.Object) -> bool:
    return old.read_raw_bytes() == new.read_raw_bytes()


def _changed(
    before: Mapping[ObjectId, pikepdf.XrefEntry], after: Mapping[ObjectId, pikepdf.XrefEntry]
) -> set[ObjectId]:
    """Objects not stored in the same place in both revisions; one file is a prefix of the other, so place is bytes."""
    moved: set[ObjectId] = {n for n in before.keys() | after.keys() if not _same_place(before.get(n), after.get(n))}
    containers = {number for number, _ in moved}
    inside = {n for n, entry in after.items() if entry.type == _COMPRESSED and entry.obj_stream_number in containers}
    return moved | inside


def _same_place(before: pikepdf.XrefEntry | None, after: pikepdf.XrefEntry | None) -> bool:
    if before is None or after is None or before.type != after.type:
        return False
    if before.type == _COMPRESSED:
        return (before.obj_stream_number, before.obj_stream_index) == (after.obj_stream_number, after.obj_stream_index)
    return before.offset == after.offset


def _affected(sides: Sequence[Side], changed: set[ObjectId]) -> set[ObjectId]:
    """The changed objects and all that lead to them."""
    if not changed:
        return set()
    affected = set(changed)
    pending = list(changed)
    while pending:
        number = pending.pop()
        for side in sides:
            sources = [source for source in side.leads_from.get(number, ()) if source not in affected]
            affected.update(sources)
            pending.extend(sources)
    return affected


def references_in(item: pikepdf.Object) -> list[ObjectId]:
    """The objects one object refers to directly (and perhaps a few more: text in a string may look like a reference).

    Read from the canonical spelling, because the mapping interface resolves references to numbers and booleans.
    """
    direct = item.stream_dict if isinstance(item, pikepdf.Stream) else item
    spelled = direct.unparse(resolved=True)
    if b" R" not in spelled:  # a signature's ten thousand digits, for one
        return []
    return [(int(number), int(generation)) for number, generation in _REFERENCE.findall(spelled)]
