"""What a page of a stranger's carries besides its looks: files, scripts, metadata; taken off what is printed.

Invariants:
    - What is drawn looks as before: nothing is taken off that a reader draws from, also where a name happens to be the
      same.

What it does not do: it takes off nothing that is drawn where it is not seen: behind something else, beyond the visible
part of the page, in a layer that is not shown.

Source: ISO 32000-2 §8.11.4, §14.3, §14.5, §14.13; docs/adr/0087.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

_NEVER_DRAWN = ("/AF", "/Metadata", "/PieceInfo")
"""Attached files, XMP, and what a program keeps for itself."""
_FILES, _SCRIPT = "/EF", "/JS"
_OF_LAYERS = ("/Name", "/BaseState", "/ON", "/OFF", "/Intent", "/AS")
_OF_LAYER = frozenset({"/Type", "/Name", "/Intent", "/Usage"})
_DRAWN = (Name.Image, Name.Form, Name.PS)


def strip_residues(roots: Iterable[pikepdf.Object]) -> None:
    """Take off everything that these objects lead to whatever is not drawn; no object is looked at twice."""
    path: list[Iterator[pikepdf.Object]] = [iter(roots)]
    seen: set[tuple[int, int]] = set()
    while path:
        found = next(path[-1], None)
        if found is None:
            path.pop()
            continue
        if found.is_indirect:
            if found.objgen in seen:
                continue
            seen.add(found.objgen)
        if isinstance(found, Dictionary | Stream):
            for key in [key for key in found.keys() if _is_residue(found, key)]:  # noqa: SIM118 - no mapping
                del found[key]
        path.append(_inside(found))


def rebuild_layers(found: object) -> pikepdf.Object | None:
    """Return which layers are shown, and nothing else of what a catalog says of them; None if it says nothing.

    Source: ISO 32000-2 §8.11.4.
    """
    if not isinstance(found, Dictionary):
        return None
    layers = [layer for layer in _array(found.get("/OCGs")) if isinstance(layer, Dictionary)]
    for layer in layers:
        for key in set(layer.keys()) - _OF_LAYER:
            del layer[key]
    shown = found.get("/D")
    kept = {key: shown[key] for key in _OF_LAYERS if key in shown} if isinstance(shown, Dictionary) else {}
    return Dictionary(OCGs=Array(layers), D=Dictionary(kept))


def _array(found: object) -> Iterable[pikepdf.Object]:
    return list(found) if isinstance(found, Array) else ()


def _is_residue(found: pikepdf.Object, key: str) -> bool:
    """Return whether an entry is never drawn: an image may be called /AF where names of images stand."""
    value = found[key]
    if key in _NEVER_DRAWN:
        return isinstance(found, Stream) or not _may_be_named(value)
    if key == _FILES:
        return isinstance(value, Dictionary) and not _may_be_named(value)
    return key == _SCRIPT and (isinstance(value, pikepdf.String) or not _may_be_named(value))


def _may_be_named(value: pikepdf.Object) -> bool:
    """Return whether it is something that resources name: an image or drawing, a font, pattern, state, colour space."""
    if isinstance(value, Stream):
        return value.get("/Subtype") in _DRAWN or "/PatternType" in value or "/ShadingType" in value
    if isinstance(value, Dictionary):
        named = {Name.Font, Name.ExtGState, Name.Pattern, Name.OCG, Name.OCMD}
        return value.get("/Type") in named or "/ShadingType" in value
    return isinstance(value, Name) or (isinstance(value, Array) and len(value) > 0 and isinstance(value[0], Name))


def _inside(found: pikepdf.Object) -> Iterator[pikepdf.Object]:
    members: Iterable[object] = ()
    if isinstance(found, Array):
        members = found
    elif isinstance(found, Dictionary | Stream):
        members = [found.get(key) for key in found.keys()]  # noqa: SIM118 - no mapping
    return (member for member in members if isinstance(member, Array | Dictionary | Stream))
