"""Whether a later revision only added to the structure tree (tagged PDF) what new form fields need.

A structure tree draws nothing; it says in which order, and as what, a page is read aloud or copied. Writers that sign a
tagged document add an element for the signature's widget.

Invariants:
    - Every element that stood before stands as it was, in the same order; new ones hold nothing but widgets.

What it does not do: read the parent tree, which repeats the elements from the other end.

Source: ISO 32000-2 §14.7.2, §14.7.5.
"""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf

from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.opening import ObjectId

_MAX_ELEMENTS = 200_000
_MAX_DEPTH = 64
#: Compared by what they mean here: kids one by one, parents and pages by number.
_BY_ROLE = frozenset({"/K", "/P", "/Pg"})
_INDEXES = frozenset({"/ParentTree", "/ParentTreeNextKey", "/IDTree"})
#: Text that a reader is given in place of what the page shows.
_SPEAKING = frozenset({"/ActualText", "/Alt", "/E", "/AF"})


def only_adds_widgets(pair: RevisionPair, old: object, new: object) -> bool:
    """Tell whether the structure tree ``new`` is ``old`` and elements for widgets, no more.

    Args:
        pair: The two revisions.
        old: /StructTreeRoot of the earlier one, None if it has none.
        new: That of the later one.
    """
    if not isinstance(new, pikepdf.Dictionary):
        return False
    if old is None:
        return all(_holds_only_widgets(kid, depth=0) for kid in _kids(new))
    if not isinstance(old, pikepdf.Dictionary):
        return False
    gone = set(old.keys()) - set(new.keys())
    if gone or any(key in old for key in pair.different_keys(old, new, ignored=_BY_ROLE | _INDEXES)):
        return False
    return _same_elements(pair, old, new)


def _same_elements(pair: RevisionPair, old_root: pikepdf.Object, new_root: pikepdf.Object) -> bool:
    pending = [(old_root, new_root)]
    seen: set[ObjectId] = set()
    while pending:
        old, new = pending.pop()
        if old.is_indirect:
            if old.objgen in seen:
                continue
            seen.add(old.objgen)
        if len(seen) > _MAX_ELEMENTS:
            return False
        pairs = _paired(old, new)
        if pairs is None:
            return False
        for before, after in pairs:
            if isinstance(before, pikepdf.Dictionary) and isinstance(after, pikepdf.Dictionary):
                if before.is_indirect and pair.is_untouched(before.objgen):
                    continue
                if not _same_element(pair, before, after):
                    return False
                pending.append((before, after))
            elif not pair.equal(before, after):
                return False
    return True


def _same_element(pair: RevisionPair, old: pikepdf.Object, new: pikepdf.Object) -> bool:
    """Compare two elements, content items or object references but for their kids."""
    if "/Obj" in old:
        return _number(old.get("/Obj")) == _number(new.get("/Obj"))
    same_places = all(_number(old.get(key)) == _number(new.get(key)) for key in ("/P", "/Pg"))
    return same_places and not pair.different_keys(old, new, ignored=_BY_ROLE)


def _paired(old: pikepdf.Object, new: pikepdf.Object) -> list[tuple[object, object]] | None:
    """Each kid that stood before with the one that stands in its place; None if something else came or went."""
    after = list(_kids(new))
    pairs: list[tuple[object, object]] = []
    position = 0
    for kid in _kids(old):
        while position < len(after) and not _is_same_kid(kid, after[position]):
            if not _holds_only_widgets(after[position], depth=0):
                return None
            position += 1
        if position == len(after):
            return None
        pairs.append((kid, after[position]))
        position += 1
    return pairs if all(_holds_only_widgets(kid, depth=0) for kid in after[position:]) else None


def _is_same_kid(old: object, new: object) -> bool:
    if isinstance(old, pikepdf.Dictionary) and isinstance(new, pikepdf.Dictionary):
        if old.is_indirect or new.is_indirect:
            return old.objgen == new.objgen
        return set(old.keys()) == set(new.keys())
    return isinstance(old, int) and isinstance(new, int) and int(old) == int(new)


def _holds_only_widgets(kid: object, *, depth: int) -> bool:
    if not isinstance(kid, pikepdf.Dictionary) or depth > _MAX_DEPTH:
        return False
    if kid.get("/Type") == pikepdf.Name("/OBJR"):
        target = kid.get("/Obj")
        return isinstance(target, pikepdf.Dictionary) and target.get("/Subtype") == pikepdf.Name("/Widget")
    if kid.get("/Type") == pikepdf.Name("/MCR") or _SPEAKING & (set(kid.keys()) - {"/Alt"}):
        return False
    kids = _kids(kid)
    return bool(kids) and all(_holds_only_widgets(item, depth=depth + 1) for item in kids)


def _kids(element: pikepdf.Object) -> Sequence[object]:
    kids: object = element.get("/K")
    if isinstance(kids, pikepdf.Array):
        return list(kids)
    return () if kids is None else (kids,)


def _number(value: object) -> ObjectId | None:
    return value.objgen if isinstance(value, pikepdf.Object) else None
