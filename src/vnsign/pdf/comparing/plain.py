"""Increments of the plain kind: what anybody's e-office appends to a signed document, and nothing beside it.

Evidence (a DSS), document timestamps, text fields filled for the first time, prepared signature fields signed. There
our own comparison suffices; whatever else was appended, a second reader is asked about too (see
:mod:`vnsign.pdf.comparing.second_opinion`).

Invariants:
    - Every object of the signed revision that was written again has a known role here, and of its entries those differ
      that the role needs, and no others: one written again as it was has no reason to be there.
    - None of them was written again twice: what a revision in between did to it is what the last one shows.

What it does not do: weigh a change, or look at looks (:mod:`vnsign.pdf.comparing.field_looks`).

Source: ISO 32000-2 §7.5.6, §12.7.4, §12.8.4.3; design of this project §3.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

import pikepdf

from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.fields import Field
from vnsign.pdf.reading.pages import only_sets_harmless_flags

_PLAIN_KINDS = frozenset(
    {
        ChangeKind.SECURITY_STORE,
        ChangeKind.DOCUMENT_TIMESTAMP,
        ChangeKind.FIELD_FILLED,
        ChangeKind.FIELD_SIGNED,
    }
)
_CATALOG_KEYS = frozenset({"/DSS", "/AcroForm"})
_FORM_KEYS = frozenset({"/Fields"})
_FILLED_KEYS = frozenset({"/V", "/AP"})
_SIGNED_KEYS = frozenset({"/V", "/AP", "/F"})
_STORE_ARRAYS = ("/Certs", "/CRLs", "/OCSPs")
_STORE_KEYS = frozenset({"/Type", *_STORE_ARRAYS})
_DIRECT: ObjectId = (0, 0)


def is_plain(pair: RevisionPair, changes: Sequence[Change], *, rewritten: frozenset[int]) -> bool:
    """Tell whether nothing but the plain kind was appended.

    Args:
        pair: The signed revision and the last one.
        changes: Everything that differs between them.
        rewritten: Numbers that more than one of the appended revisions writes.

    Raises:
        pikepdf.PdfError: An object cannot be read.
    """
    if any(change.kind not in _PLAIN_KINDS or "odd" in change.values for change in changes):
        return False
    store = pair.new.Root.get("/DSS")
    if store is not None and not pair.equal(pair.old.Root.get("/DSS"), store) and not _is_plain_store(store):
        return False
    before = {number for number in pair.changed if pair.stood_before(number)}
    if any(number in rewritten for number, _ in before):
        return False
    touched = {change.field for change in changes if change.field}
    return before <= set(_explained(pair, touched))


def _explained(pair: RevisionPair, touched: set[str]) -> Iterator[ObjectId]:
    """Yield the numbers of old objects that differ in what their role needs, and in nothing else."""
    old, new = pair.old.Root, pair.new.Root
    leads_elsewhere = any(_number(old.get(key)) != _number(new.get(key)) for key in _CATALOG_KEYS)
    if old.objgen == new.objgen and leads_elsewhere and _differ_only(old, new, allowed=_CATALOG_KEYS):
        yield old.objgen
    yield from _form(pair, old.get("/AcroForm"), new.get("/AcroForm"))
    yield from _fields(pair, touched)
    yield from _pages(pair)
    yield from _store(pair, old.get("/DSS"), new.get("/DSS"))


def _differ_only(old: pikepdf.Object, new: pikepdf.Object, *, allowed: frozenset[str]) -> bool:
    """Whether all other entries are spelled as they were: what they lead to is accounted for by itself."""
    keys = (set(old.keys()) | set(new.keys())) - allowed
    return all(key in old and key in new and _spelled(old, key) == _spelled(new, key) for key in keys)


def _spelled(dictionary: pikepdf.Object, key: str) -> object:
    raw: object = dictionary.get_raw(key)
    return raw.unparse() if isinstance(raw, pikepdf.Object) else raw


def _form(pair: RevisionPair, old: object, new: object) -> Iterator[ObjectId]:
    if not (isinstance(old, pikepdf.Dictionary) and isinstance(new, pikepdf.Dictionary)):
        return
    if not _differ_only(old, new, allowed=_FORM_KEYS) or not _only_grows(old.get("/Fields"), new.get("/Fields")):
        return
    if _length(old.get("/Fields")) < _length(new.get("/Fields")):
        yield from _holder(old, "/Fields", pair)


def _fields(pair: RevisionPair, touched: set[str]) -> Iterator[ObjectId]:
    before, after = pair.old_side.form.fields, pair.new_side.form.fields
    for name in touched:
        old, new = before.get(name), after.get(name)
        if old is None or new is None or old.node.objgen != new.node.objgen or _is_split(old) or _is_split(new):
            continue
        is_signature = old.type == "/Sig"
        if old.type != "/Tx" and not is_signature:
            continue
        if not _differ_only(old.node, new.node, allowed=_SIGNED_KEYS if is_signature else _FILLED_KEYS):
            continue
        is_set = not pair.equal(old.value, new.value)
        if is_set and only_sets_harmless_flags(old.node.get("/F", 0), new.node.get("/F", 0)):
            yield old.node.objgen


def _is_split(field: Field) -> bool:
    """Whether the field and its widget are two dictionaries, or there are several widgets."""
    return [widget.objgen for widget in field.widgets] != [field.node.objgen]


def _pages(pair: RevisionPair) -> Iterator[ObjectId]:
    for old, new in zip(pair.old_side.pages, pair.new_side.pages, strict=False):
        if old.objgen != new.objgen or pair.is_untouched(old.objgen):
            continue
        had, has = old.get("/Annots"), new.get("/Annots")
        grows = _only_grows(had, has) and _length(had) < _length(has)
        if grows and _differ_only(old, new, allowed=frozenset({"/Annots"})):
            yield from _holder(old, "/Annots", pair)


def _is_plain_store(store: object) -> TypeGuard[pikepdf.Dictionary]:
    """A dictionary with arrays of streams and nothing else."""
    if not isinstance(store, pikepdf.Dictionary) or not set(store.keys()) <= _STORE_KEYS:
        return False
    if store.get("/Type", pikepdf.Name("/DSS")) != pikepdf.Name("/DSS"):
        return False
    arrays = [store[key] for key in _STORE_ARRAYS if key in store]
    return all(
        isinstance(array, pikepdf.Array) and all(isinstance(item, pikepdf.Stream) for item in array) for array in arrays
    )


def _store(pair: RevisionPair, old: object, new: object) -> Iterator[ObjectId]:
    """A store that gains entries; one with entries of its own for each signature is left to others."""
    if not (_is_plain_store(old) and _is_plain_store(new)):
        return
    for key in _STORE_ARRAYS:
        had, has = _numbers(old.get(key)), _numbers(new.get(key))
        if not had <= has or any(pair.stood_before(number) for number in has - had):
            return
    for key in _STORE_ARRAYS:
        if _length(old.get(key)) < _length(new.get(key)):
            yield from _holder(old, key, pair)


def _holder(old: pikepdf.Object, key: str, pair: RevisionPair) -> Iterator[ObjectId]:
    """The object that had to be written again for an entry: the array if it is an object, else its dictionary."""
    array = _number(old.get(key))
    yield array if array in pair.changed and array != _DIRECT else old.objgen


def _length(array: object) -> int:
    return len(array) if isinstance(array, pikepdf.Array) else 0


def _only_grows(old: object, new: object) -> bool:
    """Whether an array of references begins as it did; there may have been none."""
    if old is None:
        return True
    if not (isinstance(old, pikepdf.Array) and isinstance(new, pikepdf.Array)) or len(old) > len(new):
        return False
    return all(_number(a) == _number(b) != _DIRECT for a, b in zip(old, new, strict=False))


def _numbers(array: object) -> set[ObjectId]:
    return {_number(item) for item in array} if isinstance(array, pikepdf.Array) else set()


def _number(value: object) -> ObjectId:
    return value.objgen if isinstance(value, pikepdf.Object) else _DIRECT
