"""A flat form of a plain file: fields that stand in the form's list and are their own only widgets.

What it does not do: read forms with nodes above their fields, or fields with several widgets
(:class:`~vnsign.pdf.reading.plain.syntax.NotPlain`).

Source: ISO 32000-2 §12.7.3, §12.7.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from vnsign.pdf.reading.plain.reader import PlainReader
from vnsign.pdf.reading.plain.structure import text_of
from vnsign.pdf.reading.plain.syntax import HexString, NotPlain, Reference, Value

_BOX_NUMBERS, _MATRIX_NUMBERS = 4, 6
Entries = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatField:
    """One field.

    Attributes:
        number: Object number of its dictionary.
    """

    name: str
    number: int
    entries: Entries


def flat_fields(state: PlainReader) -> dict[str, FlatField]:
    """Return the fields of a form by name, in its order; none if there is no form.

    Raises:
        NotPlain: The form is not flat, or not spelled in the plainest way.
    """
    form = state.follow(state.dictionary(state.root).get("/AcroForm"))
    if form is None:
        return {}
    listed = state.follow(form.get("/Fields", [])) if isinstance(form, dict) else None
    if not isinstance(listed, list):
        raise NotPlain
    found: dict[str, FlatField] = {}
    seen: set[int] = set()
    for number in numbers_in(listed):
        entries = state.dictionary(number)
        name = text_of(entries.get("/T"))
        if number in seen or name in found or "/Kids" in entries or "/Parent" in entries:
            raise NotPlain
        seen.add(number)
        found[name] = FlatField(name=name, number=number, entries=entries)
    return found


def numbers_in(listed: Value | None) -> list[int]:
    """Return the object numbers in a list of references, none if there is no list.

    Raises:
        NotPlain: It holds something else, or is something else.
    """
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise NotPlain
    return [number_of(item) for item in listed]


def number_of(value: Value | None) -> int:
    """Return the object number of a reference.

    Raises:
        NotPlain: It is none.
    """
    if not isinstance(value, Reference) or value.generation:
        raise NotPlain
    return value.number


def signed_contents(state: PlainReader, fields: Iterable[FlatField]) -> Iterator[bytes]:
    """Yield the contents of every signature that a field holds, without their padding."""
    for field in fields:
        value = state.follow(field.entries.get("/V"))
        if isinstance(value, dict) and "/ByteRange" in value:
            contents = value.get("/Contents")
            if not isinstance(contents, HexString):
                raise NotPlain
            yield contents.rstrip(b"\0")


def check_box(value: Value | None, *, numbers: int = _BOX_NUMBERS) -> list[float]:
    """Return a rectangle's numbers.

    Raises:
        NotPlain: It is no array of so many numbers.
    """
    if not isinstance(value, list) or len(value) != numbers:
        raise NotPlain
    if any(type(number) not in {int, Decimal} for number in value):
        raise NotPlain
    return [float(number) for number in value]  # type: ignore[arg-type]


def look_of(state: PlainReader, entries: Entries) -> tuple[Value, Entries]:
    """Return a widget's one look, a stream with a box to clip it to: the reference, and the stream's dictionary.

    Raises:
        NotPlain: There is another, or none.
    """
    looks = state.follow(entries.get("/AP"))
    if not isinstance(looks, dict) or looks.keys() != {"/N"}:
        raise NotPlain
    found = state.objects.get(number_of(looks["/N"]))
    look = None if found is None or found.stream is None else found.value(state.data)
    if not isinstance(look, dict):
        raise NotPlain
    check_box(look.get("/BBox"))
    if "/Matrix" in look:
        check_box(look["/Matrix"], numbers=_MATRIX_NUMBERS)
    return looks["/N"], look


def are_alike_but(before: Entries, after: Entries, keys: frozenset[str]) -> bool:
    """Tell whether two dictionaries say the same, except under some keys."""
    return before.keys() - keys == after.keys() - keys and all(
        is_same(value, after[key]) for key, value in before.items() if key not in keys
    )


def is_same(one: Value | None, other: Value | None) -> bool:
    """Tell whether two values say the same in the same words; ``true`` is not 1, nor is 1.0."""
    if isinstance(one, bytes) and isinstance(other, bytes):
        return one == other
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return are_alike_but(one, other, frozenset())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(is_same(a, b) for a, b in zip(one, other, strict=True))
    return one == other
