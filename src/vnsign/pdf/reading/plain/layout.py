"""A file of the plainest kind, read as a sequence without gaps: objects, cross-reference tables, and nothing else.

Where readers differ is where a file says something twice, leaves something out, or hides something between. Here every
byte belongs to the header, to an object that a table names at that very place, to a table, or is white space. So every
reader finds the same objects, and looking for a word in an object's bytes finds it if it is there.

Invariants:
    - No object streams, cross-reference streams, hybrid files, encryption, free objects, generations but 0, names
      with ``#``: :class:`~vnsign.pdf.reading.plain.syntax.NotPlain` is raised, and the file is read elsewhere.
    - Each revision's table is the one that its ``startxref`` names, and each continues the one before it in the file.
      What a table names stands before it, so the bytes of a revision are all of it.

What it does not do: repair or guess. Look into streams.

Source: ISO 32000-2 §7.3.8, §7.3.10, §7.5.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from vnsign.pdf.reading.plain.syntax import WS, NotPlain, Reference, Value, are_words, parse_object

_HEADER = re.compile(rb"%PDF-[12]\.\d[\r\n]++(?:%[^\r\n]*+[\r\n]++|" + WS + rb"++)*+")
_BEGIN = re.compile(rb"(\d{1,10}) 0 obj(?=[\x00\t\n\f\r <\[(/])")
_AFTER_STREAM = re.compile(rb"stream\r?\n")
_STREAM_END = re.compile(rb"(?:\r\n|\n|\r)?endstream" + WS + rb"++endobj(?=" + WS + rb"|\Z)")
_SAYS_LENGTH = re.compile(rb"/Length(?=[\x00\t\n\f\r ()<>\[\]/%])")
_LENGTH = re.compile(rb"/Length" + WS + rb"++(\d{1,10})( 0 R)?(?=[\x00\t\n\f\r />])")
_NUMBER_OBJECT = re.compile(rb"(\d{1,10}) 0 obj" + WS + rb"++(\d{1,10})" + WS + rb"++endobj")
_TABLE = re.compile(rb"xref[ ]?(?:\r\n|\n|\r)")
_SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,10}) ?(?:\r\n|\n|\r)")
_ENTRIES = re.compile(rb"(?:\d{10} 00000 n(?: \r| \n|\r\n))*+")
_FREE_HEAD = re.compile(rb"0000000000 65535 f(?: \r| \n|\r\n)")
_TRAILER = re.compile(rb"trailer(?=[\x00\t\n\f\r <])")
_TRAILER_END = re.compile(rb"startxref" + WS + rb"++(\d{1,10})" + WS + rb"++%%EOF(?=[\r\n]|\Z)")
#: The line end that belongs to the end of file marker, as :mod:`vnsign.pdf.reading.revisions` has it.
_LINE_END = re.compile(rb"[ \t\r]{0,2}\n?")
_BLANK = b"\x00\t\n\f\r "
_ENTRY_BYTES = 20
_MAX_REVISIONS = 100
_MAX_OBJECTS = 20_000
_TAIL_BYTES = 1024
#: ``#`` may hide any of them.
_FORBIDDEN = (b"/Encrypt", b"/XRefStm", b"#")


class Object:
    """One object where it stands: its words, and its stream if it is one."""

    __slots__ = ("_value", "end", "number", "start", "stream")

    def __init__(self, number: int, words: tuple[int, int], stream: tuple[int, int] | None) -> None:
        self.number = number
        self.start, self.end = words
        self.stream = stream
        self._value: Value | None = None

    def value(self, data: bytes) -> Value:
        """Return what it says (a stream's dictionary).

        Raises:
            NotPlain: It is not spelled in the plainest way.
        """
        if self._value is None:
            self._value = parse_object(data, self.start, self.end)
        return self._value


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What one revision added.

    Attributes:
        offsets: Number → where it stands.
        size: /Size.
        root: Number of the catalog.
        previous: /Prev, None in the first.
        trailer: All that its trailer says.
        spelled: Where the trailer's dictionary stands.
        end: First byte after it.
    """

    offsets: Mapping[int, int]
    size: int
    root: int
    previous: int | None
    trailer: Mapping[str, Value]
    spelled: tuple[int, int]
    end: int


class PlainPdf:
    """A file of the plainest kind.

    Attributes:
        revisions: Oldest first.
        states: What was read of the file after so many revisions (:func:`vnsign.pdf.reading.plain.reader.state_of`).
    """

    def __init__(self, data: bytes) -> None:
        """Read.

        Raises:
            NotPlain: It is of any other kind.
        """
        self.data = data
        header = _HEADER.match(data)
        if header is None:
            raise NotPlain
        tables = _tables(data)
        self.revisions = tuple(revision for _, _, revision in tables)
        self.states: dict[int, Any] = {}
        self._at = self._read_objects(header.end(), {position: end for position, end, _ in tables})

    def _read_objects(self, position: int, tables: Mapping[int, int]) -> dict[int, Object]:
        """Go over the file from its header to its end: object after object, table after table."""
        data = self.data
        named: dict[int, int] = {}
        for revision in self.revisions:
            for number, offset in revision.offsets.items():
                if named.setdefault(offset, number) != number:
                    raise NotPlain
        places = sorted([*named, *tables])
        if len(places) != len(named) + len(tables) or len(places) > _MAX_OBJECTS or len(tables) != len(self.revisions):
            raise NotPlain
        found: dict[int, Object] = {}
        places.append(len(data))
        for place, following in pairwise(places):
            if position != place and (position > place or data[position:place].strip(_BLANK)):
                raise NotPlain
            if place in tables:
                position = tables[place]
                continue
            begin = _BEGIN.match(data, place)
            if begin is None or int(begin[1]) != named[place]:
                raise NotPlain
            found[place], position = self._read_object(named[place], begin.end(), following)
        if data[position:].strip(_BLANK):
            raise NotPlain
        return found

    def _read_object(self, number: int, start: int, following: int) -> tuple[Object, int]:
        """Return an object, and where it ends.

        Where an object ends is known beforehand: before the next. What would shift that, or hide a word, is a string
        or a remark; where there is one every word is looked at.
        """
        data = self.data
        keyword = data.find(b"stream", start, following)
        is_stream = keyword >= 0
        end = keyword if is_stream else data.find(b"endobj", start, following)
        if end < 0 or data.find(b"#", start, end) >= 0:
            raise NotPlain
        has_strings = data.find(b"(", start, end) >= 0 or data.find(b"%", start, end) >= 0
        if has_strings and not are_words(data, start, end):
            raise NotPlain
        if not is_stream:
            if data[end + len(b"endobj") : end + len(b"endobj") + 1].strip(_BLANK):
                raise NotPlain
            return Object(number, (start, end), None), end + len(b"endobj")
        before = data[start:end].rstrip(_BLANK)
        after = _AFTER_STREAM.match(data, keyword)
        if after is None or before[-2:] != b">>":
            raise NotPlain
        stream = (after.end(), after.end() + self._length_of(start, end))
        stop = _STREAM_END.match(data, stream[1])
        if stop is None:
            raise NotPlain
        return Object(number, (start, end), stream), stop.end()

    def _length_of(self, start: int, end: int) -> int:
        """Return the /Length of a stream, its own or an object's that says nothing else."""
        said = _LENGTH.findall(self.data, start, end)
        if len(said) != 1 or len(_SAYS_LENGTH.findall(self.data, start, end)) != 1:
            raise NotPlain
        length, reference = said[0]
        if not reference:
            return int(length)
        offset = self.offsets.get(int(length))
        number = None if offset is None else _NUMBER_OBJECT.match(self.data, offset)
        if number is None or number[1] != length:
            raise NotPlain
        return int(number[2])

    def every_object(self) -> Collection[Object]:
        """Return all objects in the order in which they stand, also those that were written over later."""
        return self._at.values()

    def object_at(self, position: int) -> Object | None:
        """Return the object within whose words a place lies."""
        before = bisect_right(self._places, position) - 1
        found = self._at[self._places[before]] if before >= 0 else None
        return found if found is not None and found.start <= position < found.end else None

    @cached_property
    def _places(self) -> list[int]:
        return list(self._at)

    @cached_property
    def offsets(self) -> Mapping[int, int]:
        """Where each object stands in the end, by number."""
        found: dict[int, int] = {}
        for revision in self.revisions:
            found.update(revision.offsets)
        return found

    @property
    def root(self) -> int:
        """Number of the catalog, the same in every revision."""
        return self.revisions[0].root

    def revisions_until(self, end: int) -> int:
        """Return how many revisions the file had when it ended at ``end``.

        Raises:
            NotPlain: None ends there.
        """
        for count, revision in enumerate(self.revisions, 1):
            if revision.end == end or (revision.end > end and not self.data[end : revision.end].strip(_BLANK)):
                return count
        raise NotPlain

    def revision_ends(self) -> tuple[int, ...] | None:
        """As :func:`vnsign.pdf.reading.revisions.find_revision_ends`; None if something else looks like an end."""
        if self.data.count(b"startxref") != len(self.revisions):
            return None
        return (*(revision.end for revision in self.revisions[:-1]), len(self.data))

    def objects(self, revisions: int | None = None) -> dict[int, Object]:
        """Return the objects as they stand after so many revisions (None: after all), by number."""
        offsets: dict[int, int] = {}
        for revision in self.revisions[:revisions]:
            offsets.update(revision.offsets)
        return {number: self._at[offset] for number, offset in offsets.items()}


def read_plain(data: bytes) -> PlainPdf | None:
    """Return the file if it is of the plainest kind, else None."""
    try:
        return PlainPdf(data)
    except NotPlain:
        return None


def _tables(data: bytes) -> list[tuple[int, int, Revision]]:
    """Return where each table begins, where its revision ends, and what it says; the oldest first."""
    at = data.rfind(b"startxref", max(0, len(data) - _TAIL_BYTES))
    last = _TRAILER_END.match(data, at) if at >= 0 else None
    if last is None or data[last.end() :].strip(_BLANK):
        raise NotPlain
    position, bound = int(last[1]), len(data)
    found: list[tuple[int, int, Revision]] = []
    while True:
        if position >= bound or len(found) == _MAX_REVISIONS:
            raise NotPlain
        offsets, is_first, trailer_at = _read_table(data, position)
        if offsets and max(offsets.values()) > position:
            raise NotPlain  # it promises what the revision that ends here does not have
        trailer = _TRAILER.match(data, trailer_at)
        until = data.find(b"startxref", trailer_at, bound)
        closing = _TRAILER_END.match(data, until, bound) if until >= 0 else None
        if trailer is None or closing is None or int(closing[1]) != position:
            raise NotPlain
        revision = _revision(data, (trailer.end(), until), offsets, end=closing.end())
        found.append((position, closing.end(), revision))
        if revision.previous is None:
            if not is_first:
                raise NotPlain
            break
        bound, position = position, revision.previous
    found.reverse()
    _check_sizes([revision for _, _, revision in found])
    return found


def _revision(data: bytes, spelled: tuple[int, int], offsets: dict[int, int], *, end: int) -> Revision:
    """Return what a trailer says of its revision."""
    if any(word in data[slice(*spelled)] for word in _FORBIDDEN):
        raise NotPlain
    entries = parse_object(data, *spelled)
    if not isinstance(entries, dict):
        raise NotPlain
    size, root, previous = entries.get("/Size"), entries.get("/Root"), entries.get("/Prev")
    if type(size) is not int or not isinstance(root, Reference) or root.generation:
        raise NotPlain
    if previous is not None and type(previous) is not int:
        raise NotPlain
    line_end = _LINE_END.match(data, end)
    return Revision(
        offsets=offsets,
        size=size,
        root=root.number,
        previous=previous,
        trailer=entries,
        spelled=spelled,
        end=end if line_end is None else line_end.end(),
    )


def _check_sizes(revisions: list[Revision]) -> None:
    """Each /Size is one more than the highest number so far. Source: ISO 32000-2 Table 15."""
    highest = 0
    for revision in revisions:
        highest = max(highest, *revision.offsets) if revision.offsets else highest
        if revision.size != highest + 1 or revision.root != revisions[0].root:
            raise NotPlain


def _read_table(data: bytes, position: int) -> tuple[dict[int, int], bool, int]:
    """Return the offsets in a table, whether it names object 0, as the first must, and where it ends."""
    begin = _TABLE.match(data, position)
    if begin is None:
        raise NotPlain
    position = begin.end()
    offsets: dict[int, int] = {}
    has_head = False
    while (subsection := _SUBSECTION.match(data, position)) is not None:
        first, count, position = int(subsection[1]), int(subsection[2]), subsection.end()
        if count == 0:
            raise NotPlain
        if first == 0:
            if _FREE_HEAD.match(data, position) is None:
                raise NotPlain
            has_head, first, count, position = True, 1, count - 1, position + _ENTRY_BYTES
        end = position + count * _ENTRY_BYTES
        if count > _MAX_OBJECTS or end > len(data) or _ENTRIES.fullmatch(data, position, end) is None:
            raise NotPlain
        for number, at in enumerate(range(position, end, _ENTRY_BYTES), first):
            if number in offsets:
                raise NotPlain
            offsets[number] = int(data[at : at + 10])
        position = end
    if not offsets and not has_head:
        raise NotPlain  # some readers take a table of nothing for damage, and look for objects anywhere
    return offsets, has_head, position
