"""Object streams that a later revision writes, points into or replaces objects of, read strictly.

An object in an object stream is named twice: by the cross-reference (which stream, which place in it) and by the
stream's own header (which number, at which offset). One reader goes by the place, another by the number, a third reads
one object after the other. So both must say the same, or one reader shows a page that another never sees.

Invariants:
    - The header names each number once, and at each place the number that the cross-reference puts there.
    - The offsets rise, and between one and the next stands exactly one object.

What it does not do: look at signed streams whose objects all stayed as they were; compare what the objects say.

Source: ISO 32000-2 §7.5.7 (object streams), §7.5.8.3 (entries of type 2).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

import pikepdf

from vnsign.pdf.comparing.revisions import RevisionPair, Side
from vnsign.pdf.comparing.spelling import Generations, oddity_of_object

_COMPRESSED = 2
_BLANK = b"\x00\t\n\f\r "
_REFERENCE = re.compile(rb"(?<!\d)\d{1,10}[\x00\t\n\f\r ]+\d{1,5}[\x00\t\n\f\r ]+R(?![A-Za-z])")


def oddity_of_object_streams(pair: RevisionPair) -> str:
    """Return why readers may find different objects in the streams that came after signing, empty if they cannot.

    Args:
        pair: The signed revision and the last one, with no oddity in the tables between.

    Raises:
        pikepdf.PdfError, ValueError, TypeError, KeyError: A stream cannot be read.
    """
    generations = Generations.of(pair.new_side)
    for number, places in _places(pair, pair.new_side).items():
        if odd := _oddity_of(pair.new.get_object(number, 0), number, places=places, generations=generations):
            return odd
    generations = Generations.of(pair.old_side)
    for number, places in _places(pair, pair.old_side).items():
        if odd := _oddity_of(pair.old.get_object(number, 0), number, places=places, generations=generations):
            return f"{odd}, as it was signed"
    return ""


def _oddity_of(
    stream: pikepdf.Object | None, number: int, *, places: Mapping[int, int], generations: Generations
) -> str:
    if not isinstance(stream, pikepdf.Stream) or stream.get("/Type") != pikepdf.Name("/ObjStm"):
        return f"object {number} is no object stream"
    data, first = stream.read_bytes(), int(stream["/First"])
    words = [int(word) for word in data[:first].split()]
    numbers, offsets = words[::2], words[1::2]
    if len(words) != 2 * int(stream["/N"]) or len(set(numbers)) != len(numbers):
        return f"object stream {number} names an object twice, or says nothing of one"
    if any(place >= len(numbers) or numbers[place] != wanted for wanted, place in places.items()):
        return f"the cross-reference and object stream {number} disagree"
    objects = data[first:]
    if not _is_one_after_the_other(objects, offsets):
        return f"the objects of object stream {number} do not stand one after the other"
    ends = [*offsets[1:], len(objects)]
    for wanted, place in places.items():
        if odd := oddity_of_object(objects[offsets[place] : ends[place]], generations):
            return f"object {wanted} {odd}"
    return ""


def _places(pair: RevisionPair, side: Side) -> dict[int, dict[int, int]]:
    """Stream → object → place, for what lies elsewhere in the other revision, or in a stream written since."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for identity in pair.changed:
        entry = side.table.get(identity)
        if entry is None or entry.obj_stream_number is None or entry.obj_stream_index is None:
            continue
        if entry.type == _COMPRESSED:
            found[entry.obj_stream_number][identity[0]] = entry.obj_stream_index
    return found


def _is_one_after_the_other(data: bytes, offsets: list[int]) -> bool:
    if not offsets or data[: offsets[0]].strip(_BLANK):
        return False
    for start, end in zip(offsets, [*offsets[1:], len(data)], strict=True):
        if not 0 <= start < end <= len(data):
            return False
        try:
            # references cannot be parsed outside a file; a word like any other in their place
            pikepdf.Object.parse(_REFERENCE.sub(b" null ", data[start:end]))
        except pikepdf.PdfError:
            return False
    return True
