"""How the objects are spelled that a later revision wrote, and those that it wrote again.

Two objects may be equal for one reader and different for another: a reference by a wrong generation is nothing to some
and the object to others; a vertical tab is white space to some and part of a name to others; ``null`` is no entry to
some and an entry that hides an inherited one to others. So what stands in the appended bytes must be spelled as every
reader understands it, and so must the signed objects that it replaces, or it is not known what a person saw change.

Invariants:
    - Each object is made of the tokens of ISO 32000-2 §7.2, §7.3 and nothing else.
    - A reference names an object by the generation it has, or nothing that exists.
    - An object that was written again was, when it was signed, the last of its number in the signed bytes.

What it does not do: look at streams' data, at signed objects that stayed as they were, or compare what objects say.

Source: ISO 32000-2 §7.2.3 (character set), §7.3 (objects), §7.3.10 (indirect objects), §7.7.3.4 (inheritance).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf

from vnsign.pdf.comparing.page_tree import INHERITABLE
from vnsign.pdf.comparing.revisions import RevisionPair, Side
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.opened import Buffer

_WS = rb"[\x00\t\n\f\r ]"
_ENDS = rb"(?=[\x00\t\n\f\r ()<>\[\]/%]|\Z)"
_TEXT = rb"\((?:[^()\\]|\\.|NESTED)*+\)"
_NESTED = _TEXT.replace(b"NESTED", _TEXT.replace(b"NESTED", _TEXT.replace(b"|NESTED", b"")))
_TOKENS = re.compile(
    rb"(?:"
    + rb"|".join(
        (
            _WS + rb"++",
            rb"/(?:#(?!00)[0-9A-Fa-f]{2}|[^#\x00-\x20\x7f()<>\[\]{}/%])*+",
            rb"[1-9]\d{0,9}" + _WS + rb"++(?:0|[1-9]\d{0,4})" + _WS + rb"++R" + _ENDS,
            rb"[+-]?(?:\d{1,12}(?:\.\d{0,30})?|\.\d{1,30})" + _ENDS,
            rb"<[0-9A-Fa-f\x00\t\n\f\r ]*+>",
            rb"<<|>>|\[|\]",
            rb"(?:true|false|null)" + _ENDS,
            _NESTED,
            rb"%[^\r\n]*+[\r\n]",
        )
    )
    + rb")*+",
    re.DOTALL,
)
#: No other token holds a bracket or a per cent sign, so the first found from the left is one of these two.
_STRING_OR_REMARK = re.compile(_NESTED + rb"|%[^\r\n]*+[\r\n]", re.DOTALL)
_HEADER = re.compile(_WS + rb"*(\d{1,10})" + _WS + rb"+(\d{1,5})" + _WS + rb"+obj(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_REVISION_END = b"startxref"
_END = re.compile(rb"endobj|stream(?:\r\n|\n)")
_LONE_REFERENCE = re.compile(_WS + rb"*\d+" + _WS + rb"+\d+" + _WS + rb"+R" + _WS + rb"*")
_NULL_ENTRY = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]*" + _WS + rb"+null" + _ENDS)
_BEFORE_WORD = re.compile(rb"(?<!\d)(\d{1,10})" + _WS + rb"+\d{1,5}" + _WS + rb"+\Z")
_SIGN = re.compile(rb"R(?![A-Za-z0-9])")
_BEFORE_SIGN = re.compile(rb"(?<!\d)(\d{1,10})" + _WS + rb"+(\d{1,5})" + _WS + rb"+\Z")
_USUAL = b" 0 "
_BLANKS = (b"\x00", b"\t", b"\n", b"\f", b"\r", b" ")
_COMPRESSED, _IN_USE = 2, 1
_NOT_PLAIN = "is spelled as not every reader understands it"
_WORD, _END_WORD = b"obj", b"end"
_WINDOW_BYTES = 32


@dataclass(frozen=True, slots=True)
class Generations:
    """Which generation each object has; most files know no other than 0."""

    by_number: Mapping[int, int]
    are_unusual: bool

    @classmethod
    def of(cls, side: Side) -> Generations:
        """Read a revision's."""
        by_number = dict(iter(side.table))
        return cls(by_number, any(by_number.values()))


def oddity_of_spelling(data: Buffer, start: int, pair: RevisionPair) -> str:
    """Return why readers may read an object written since ``start`` in different ways, empty if they cannot.

    Args:
        data: The whole file.
        start: Where the appended bytes begin.
        pair: The signed revision and the last one, with no oddity in the tables between.
    """
    known = Generations.of(pair.new_side)
    old_known = Generations.of(pair.old_side)
    rewritten = {number for number in pair.changed if pair.stood_before(number)}
    spelled: dict[ObjectId, bytes] = {}
    for number in pair.changed:
        entry = pair.new_side.table.get(number)
        if entry is not None and entry.type == _IN_USE and (entry.offset or 0) >= start:
            body = _body(data, entry.offset or 0, len(data))
            if body is None:
                return f"object {number[0]} {_NOT_PLAIN}"
            if odd := oddity_of_object(body, known):
                return f"object {number[0]} {odd}"
            spelled[number] = body
    for number in rewritten & spelled.keys():
        entry = pair.old_side.table[number]
        if entry.type != _IN_USE:
            continue
        before = _body(data, entry.offset or 0, start)
        if before is None or oddity_of_object(before, old_known):
            return f"object {number[0]} {_NOT_PLAIN}, as it was signed"
        if len(_NULL_ENTRY.findall(spelled[number])) > len(_NULL_ENTRY.findall(before)):
            return f"object {number[0]} has an entry that is null"
    return (
        _oddity_of_pages(pair, spelled)
        or _oddity_of_order(data, start, pair=pair, rewritten=rewritten)
        or _oddity_of_references(data, start, pair)
    )


def is_spelled(text: bytes) -> bool:
    """Tell whether a text is made of tokens that every reader takes apart in the same way."""
    return _TOKENS.fullmatch(text) is not None


def without_strings(text: bytes) -> bytes | None:
    """Return a text with each literal string emptied, None if readers may take it apart in different ways.

    A string can hold any bytes, those of names and remarks too: who looks for either must not look there.
    """
    if not is_spelled(text):
        return None
    return _STRING_OR_REMARK.sub(lambda found: b"()" if found[0].startswith(b"(") else found[0], text)


def oddity_of_object(body: bytes, generations: Generations) -> str:
    """Return what is odd about an object's own text, empty if nothing.

    Args:
        body: What stands between ``obj`` and ``endobj`` or ``stream``.
        generations: Of every object that exists.
    """
    if not is_spelled(body):
        return _NOT_PLAIN
    if _LONE_REFERENCE.fullmatch(body):
        return "is only a reference"
    for number, generation in _references_in(body, len(body), all_of_them=generations.are_unusual):
        if generations.by_number.get(number, generation) != generation:
            return f"refers to object {number} by another generation"
    return ""


def _body(data: Buffer, offset: int, end: int) -> bytes | None:
    header = _HEADER.match(data, offset, end)
    if header is None:
        return None
    tokens = _TOKENS.match(data, header.end(), end)
    if tokens is None or _END.match(data, tokens.end(), end) is None:
        return None
    return data[header.end() : tokens.end()]


def _oddity_of_pages(pair: RevisionPair, spelled: Mapping[ObjectId, bytes]) -> str:
    """An entry that is there and leads to nothing hides the inherited one from some readers."""
    for node in pair.new_side.pages:
        body = spelled.get(node.objgen) if node.is_indirect else None
        if body is not None and any(key.encode() in body and key not in node for key in INHERITABLE):
            return "a page has an entry that leads to nothing"
    return ""


def _oddity_of_order(data: Buffer, start: int, *, pair: RevisionPair, rewritten: set[ObjectId]) -> str:
    """Readers that find a number twice in one table, or the table damaged, do not agree which of the two it is."""
    table = pair.old_side.table
    wanted = {n[0]: table[n].offset or 0 for n in rewritten if table[n].type == _IN_USE}
    for number, at in _headers(data, start):
        if number not in wanted:
            continue
        header = _HEADER.match(data, wanted[number])
        here = header.start(1) if header is not None else 0
        is_earlier_revision = at < here and data.find(_REVISION_END, at, here) >= 0
        if at != here and not is_earlier_revision and not _is_in_stream(data, at, pair):
            return f"object {number} stood more than once in the signed bytes"
    return ""


def _oddity_of_references(data: Buffer, start: int, pair: RevisionPair) -> str:
    """A signed reference by a generation that nothing had shows, to some readers, what came later under the number."""
    came = {number: generation for number, generation in pair.changed if (number, generation) in pair.new_side.table}
    for number, generation in _references(data, start, side=pair.old_side, all_of_them=any(came.values())):
        if came.get(number, generation) != generation:
            return f"object {number} was referred to by another generation when it was signed"
    return ""


def _references(data: Buffer, start: int, *, side: Side, all_of_them: bool) -> Iterator[ObjectId]:
    """Yield references (by a generation other than 0, or all) in the bytes as they stand, and in object streams."""
    yield from _references_in(data, start, all_of_them=all_of_them)
    for number in {e.obj_stream_number or 0 for e in side.table.values() if e.type == _COMPRESSED}:
        stream = side.pdf.get_object(number, 0)
        if isinstance(stream, pikepdf.Stream):
            objects = stream.read_bytes()
            yield from _references_in(objects, len(objects), all_of_them=all_of_them)


def _references_in(data: Buffer, end: int, *, all_of_them: bool = False) -> Iterator[ObjectId]:
    """Yield references, if not ``all_of_them`` those by another generation than 0."""
    for sign in _SIGN.finditer(data, 0, end):
        at = sign.start()
        if data[at - 1 : at] in _BLANKS and (all_of_them or data[at - 3 : at] != _USUAL):
            found = _BEFORE_SIGN.search(data[max(0, at - _WINDOW_BYTES) : at])
            if found is not None and (all_of_them or int(found.group(2))):
                yield int(found.group(1)), int(found.group(2))


def _is_in_stream(data: Buffer, at: int, pair: RevisionPair) -> bool:
    """Tell whether a place lies within a stream's data, such as a PDF within the PDF."""
    before = [(e.offset or 0, n) for n, e in pair.old_side.table.items() if e.type == _IN_USE and (e.offset or 0) < at]
    place, number = max(before, default=(0, (0, 0)))
    stream = pair.old.get_object(*number)
    if not isinstance(stream, pikepdf.Stream):
        return False
    begin = _STREAM.search(data, place)
    return begin is not None and begin.end() <= at < begin.end() + len(stream.read_raw_bytes())


def _headers(data: Buffer, end: int) -> Iterator[tuple[int, int]]:
    """Yield number and place of whatever looks like an object's header."""
    at = data.find(_WORD, 0, end)
    while at >= 0:
        if data[at - 3 : at] != _END_WORD:
            first = max(0, at - _WINDOW_BYTES)
            found = _BEFORE_WORD.search(data[first:at])
            if found is not None:
                yield int(found.group(1)), first + found.start(1)
        at = data.find(_WORD, at + len(_WORD), end)
