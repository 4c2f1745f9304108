"""The bytes appended after a signature, read strictly.

Readers differ in what they forgive: one takes the last ``startxref`` as a word, another as any such letters; one asks
for an object's generation, another does not; one that finds a table damaged looks for objects anywhere. Whoever appends
bytes can use that to show one document to a verifier and another to a person. So the appended bytes must be what
ISO 32000-2 §7.5.6 says they are, where every reader agrees, or nobody knows what a person sees.

Invariants:
    - The file's last ``startxref`` leads to a chain of tables that mentions each object number at most once per table.
    - Each table's entry in use leads to that very object's header, with the generation it had before. A number that no
      object had may come with any: writers use again what was freed (that nothing refers to another generation of it,
      :mod:`.spelling` sees to).
    - No object begins in the appended bytes that no table mentions.
    - Of an object that several tables mention, the newer one stands further back: readers that rebuild take the last.
    - A file that is arranged for reading from its beginning was so arranged before the bytes were appended.

What it does not do: compare or judge what the objects say; look at the bytes that the signature covers.

Source: ISO 32000-2 §7.5.4, §7.5.5, §7.5.6, §7.5.8.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pikepdf

from vnsign.pdf.comparing.spelling import without_strings
from vnsign.pdf.reading.opened import Buffer

_WS = rb"[\x00\t\n\f\r ]"
_END = re.compile(rb"startxref" + _WS + rb"+(\d{1,12})" + _WS + rb"+%%EOF" + _WS + rb"{0,1000}")
_TABLE = re.compile(rb"xref" + _WS + rb"+")
_SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,10}) ?(?:\r\n|\n|\r)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
#: Some writers put their name between trailer and startxref.
_REMARK = _WS + rb"*(?:%[^\r\n]{0,200}[\r\n]" + _WS + rb"*)?"
_TRAILER = re.compile(_WS + rb"*trailer" + _WS + rb"*(<<.{0,20000}?>>)" + _REMARK + rb"startxref" + _WS, re.DOTALL)
_PREVIOUS = re.compile(rb"/Prev" + _WS + rb"+(\d{1,12})(?![\d.])")
_HYBRID = re.compile(rb"/XRefStm" + _WS + rb"+(\d{1,12})(?![\d.])")
#: An offset may lead to the white space before: readers skip it.
_HEADER = re.compile(_WS + rb"{0,4}(\d{1,10})" + _WS + rb"+(\d{1,5})" + _WS + rb"+obj(?![A-Za-z0-9])")
#: Arranged for the length named, a file is read by the table at its beginning. Source: ISO 32000-2 Annex F, Table F.1.
_LENGTH = re.compile(rb"/L" + _WS + rb"+(\d{1,12})(?!\d)")
LINEARIZED_WINDOW_BYTES = 2048
#: Some readers look for the last startxref no further from the end.
_END_WINDOW_BYTES = 1024
_NEVER_AGAIN = 65535
#: A letter or digit written by its number.
_DISGUISED = re.compile(rb"#(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")
_WORD = b"obj"
_WINDOW_BYTES = 256
_NEW_LINE = re.compile(rb"[\r\n]")
_REFERENCE = re.compile(rb"(?<!\d)\d{1,10}" + _WS + rb"+\d{1,5}" + _WS + rb"+R(?![A-Za-z])")
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_BLANK = b"\x00\t\n\f\r "
_ENTRY_BYTES = 20
_MAX_TABLES = 500
_MAX_ENTRIES = 1_000_000
_FREE, _IN_USE, _COMPRESSED = 0, 1, 2


class _Odd(Exception):
    """What is odd about the appended bytes."""


class _Entry(NamedTuple):
    number: int
    kind: int
    offset: int
    generation: int


def oddity_of_appended(data: Buffer, start: int, *, old: pikepdf.Pdf) -> str:
    """Return why readers may disagree about ``data[start:]``, empty if they cannot.

    Args:
        data: The whole file.
        start: Where the appended bytes begin.
        old: The file up to ``start``, opened.
    """
    try:
        _check(data, start, known={number: entry for (number, _), entry in old.get_xref_table().items()}, old=old)
    except _Odd as exc:
        return str(exc)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, zlib.error, OverflowError) as exc:
        # a table that cannot be read is one that another reader guesses at
        return f"the appended cross-reference cannot be read ({type(exc).__name__})"
    return ""


def rewritten_objects(data: Buffer, start: int) -> frozenset[int]:
    """Return the numbers of objects that more than one of the revisions after ``start`` writes.

    For appended bytes in which nothing is odd.
    """
    times = Counter(entry.number for _, entries in _tables(data, start) for entry in entries)
    return frozenset(number for number, count in times.items() if count > 1)


def _check(data: Buffer, start: int, *, known: Mapping[int, pikepdf.XrefEntry], old: pikepdf.Pdf) -> None:
    generations = dict(iter(old.get_xref_table()))
    headers: set[int] = set()
    newest: dict[int, int] = {}
    _check_length(data)
    for position, entries in _tables(data, start):
        header = _HEADER.match(data, position)
        if header is not None:
            headers.add(header.end())
        numbers = [entry.number for entry in entries]
        if len(set(numbers)) != len(numbers):
            raise _Odd("a cross-reference table mentions an object twice")
        for entry in entries:
            if entry.kind == _IN_USE:
                headers.add(_check_entry(data, start, entry, known=known, generations=generations))
                if newest.setdefault(entry.number, entry.offset) < entry.offset:
                    raise _Odd(f"an older object {entry.number} stands behind the newer one")
            elif entry.kind == _COMPRESSED and generations.get(entry.number, 0):
                raise _Odd(f"object {entry.number} changes its generation")
    if any(end not in headers for end in _header_ends(data, start)):
        raise _Odd("objects were appended that no cross-reference table mentions")


def _check_length(data: Buffer) -> None:
    beginning = data[:LINEARIZED_WINDOW_BYTES]
    if b"/Linearized" in beginning and len(data) in (int(length) for length in _LENGTH.findall(beginning)):
        raise _Odd("the file was prepared for the length that it has now")


def _header_ends(data: Buffer, start: int) -> Iterator[int]:
    """Yield where an object's header may end, as a reader that rebuilds damaged files looks for it.

    The word is sought first and then what stands before it: a signature has ten thousand digits.
    """
    at = data.find(_WORD, start)
    while at >= 0:
        end = at + len(_WORD)
        if not data[end : end + 1].isalnum() and _follows_number_or_remark(data, start, at):
            yield end
        at = data.find(_WORD, end)


def _follows_number_or_remark(data: Buffer, start: int, at: int) -> bool:
    window = _WINDOW_BYTES
    while True:
        first = max(start, at - window)
        before = data[first:at]
        text = before.rstrip(_BLANK)
        if text or first == start:
            break
        window *= _WINDOW_BYTES
    space = before[len(text) :]
    is_new_line = b"\n" in space or b"\r" in space
    return (bool(space) and text[-1:].isdigit()) or (is_new_line and b"%" in _NEW_LINE.split(text)[-1])


def _check_entry(
    data: Buffer,
    start: int,
    entry: _Entry,
    *,
    known: Mapping[int, pikepdf.XrefEntry],
    generations: Mapping[int, int],
) -> int:
    """Return where the object's header ends."""
    if entry.offset < start:
        before = known.get(entry.number)
        if before is None or before.type != _IN_USE or before.offset != entry.offset:
            raise _Odd(f"object {entry.number} was pointed at other bytes that were signed")
    header = _HEADER.match(data, entry.offset)
    is_whole = header is not None and not data[max(0, entry.offset - 1) : entry.offset].isdigit()
    named = (int(header.group(1)), int(header.group(2))) if header is not None and is_whole else None
    if header is None or named != (entry.number, entry.generation):
        raise _Odd(f"the cross-reference of object {entry.number} does not lead to it")
    if entry.generation != generations.get(entry.number, entry.generation):
        raise _Odd(f"object {entry.number} changes its generation")
    return header.end()


def _tables(data: Buffer, start: int) -> Iterator[tuple[int, list[_Entry]]]:
    """The chain of appended tables, last first, each with where it begins."""
    at = data.rfind(b"startxref")
    end = _END.fullmatch(data, at) if at >= start else None
    if end is None or data[at - 1 : at].isalnum() or len(data) - at > _END_WINDOW_BYTES:
        raise _Odd("the file does not end as its last revision should")
    position, bound = int(end.group(1)), at
    for _ in range(_MAX_TABLES):
        if position < start:
            return
        while position < bound and data[position] in _BLANK:
            position += 1
        if position >= bound:
            raise _Odd("the chain of cross-reference tables runs forward")
        bound = position
        entries, previous, beside = _read_table(data, position)
        yield position, entries
        if beside is not None:
            yield from _hybrid(data, start, beside, table=entries)
        position = previous
    raise _Odd(f"more than {_MAX_TABLES} revisions follow")


def _hybrid(data: Buffer, start: int, position: int, *, table: list[_Entry]) -> Iterator[tuple[int, list[_Entry]]]:
    """The stream beside a table, for objects that the table calls free. Source: ISO 32000-2 §7.5.8.4."""
    if position < start:
        # repeated from the signed revision by a writer that copies trailers
        if not any(int(match.group(1)) == position for match in _HYBRID.finditer(data, 0, start)):
            raise _Odd("a trailer points at other signed bytes for a cross-reference")
        return
    entries, _ = _read_stream(data, position, is_beside=True)
    in_use = {entry.number: entry for entry in table if entry.kind != _FREE}
    # writers that list everything in both are no riddle as long as both say the same
    if any(in_use.get(entry.number, entry) != entry for entry in entries if entry.kind != _FREE):
        raise _Odd("a table and the stream beside it disagree")
    yield position, entries


def _read_table(data: Buffer, position: int) -> tuple[list[_Entry], int, int | None]:
    if table := _TABLE.match(data, position):
        return _read_classic(data, table.end())
    entries, previous = _read_stream(data, position)
    return entries, previous, None


def _read_classic(data: Buffer, position: int) -> tuple[list[_Entry], int, int | None]:
    entries: list[_Entry] = []
    while subsection := _SUBSECTION.match(data, position):
        first, count = int(subsection.group(1)), int(subsection.group(2))
        position = subsection.end()
        if count > _MAX_ENTRIES:
            raise _Odd("a cross-reference table is too long")
        for number in range(first, first + count):
            line = _ENTRY.fullmatch(data, position, position + _ENTRY_BYTES)
            if line is None:
                raise _Odd("a cross-reference table is not in its fixed form")
            kind = _IN_USE if line.group(3) == b"n" else _FREE
            if kind == _FREE and number == first == 1 and int(line.group(2)) == _NEVER_AGAIN:
                # some readers take it for object 0 and count on from there
                raise _Odd("a cross-reference table begins with object 1 as if it were object 0")
            entries.append(_Entry(number=number, kind=kind, offset=int(line.group(1)), generation=int(line.group(2))))
            position += _ENTRY_BYTES
    found = _TRAILER.match(data, position)
    if found is None:
        raise _Odd("a revision does not say which one it continues")
    trailer = without_strings(found.group(1))
    # nor may a name be hidden from who looks for it as it should be spelled
    if trailer is None or b"%" in trailer or _DISGUISED.search(trailer):
        raise _Odd("a trailer is not in its plain form")
    previous, hybrid = _PREVIOUS.findall(trailer), _HYBRID.findall(trailer)
    if len(previous) != 1:
        raise _Odd("a revision does not say which one it continues")
    if len(hybrid) > 1 or trailer.count(b"/XRefStm") != len(hybrid):
        raise _Odd("a trailer is not in its plain form")
    return entries, int(previous[0]), int(hybrid[0]) if hybrid else None


def _read_stream(data: Buffer, position: int, *, is_beside: bool = False) -> tuple[list[_Entry], int]:
    header = _HEADER.match(data, position)
    begin = _STREAM.search(data, header.end()) if header is not None else None
    if header is None or begin is None:
        raise _Odd("there is no cross-reference table where the file says")
    # References (/Root, /Info …) cannot be parsed outside a file; none of the entries wanted here may be one.
    dictionary = pikepdf.Object.parse(_REFERENCE.sub(b" null ", data[header.end() : begin.start()]))
    raw = data[begin.end() : begin.end() + int(dictionary["/Length"])]
    widths = [int(str(w)) for w in dictionary["/W"]]
    index = [int(str(i)) for i in dictionary.get("/Index", [0, int(dictionary["/Size"])])]
    numbers = [n for i in range(0, len(index), 2) for n in range(index[i], index[i] + min(index[i + 1], _MAX_ENTRIES))]
    size = sum(widths)
    if dictionary.get("/Type") != pikepdf.Name("/XRef") or len(widths) != 3 or len(numbers) > _MAX_ENTRIES:  # noqa: PLR2004
        raise _Odd("a cross-reference stream is not in its plain form")
    rows = _decoded(raw, dictionary, expected=(size + 1) * len(numbers))
    if len(rows) != size * len(numbers):
        raise _Odd("a cross-reference stream is longer or shorter than it says")
    entries = [_row(rows[i * size : (i + 1) * size], number, widths) for i, number in enumerate(numbers)]
    return entries, 0 if is_beside else int(dictionary["/Prev"])


def _decoded(raw: bytes, dictionary: pikepdf.Object, *, expected: int) -> bytes:
    if dictionary.get("/Filter") == pikepdf.Name("/FlateDecode"):
        inflater = zlib.decompressobj()
        if len(inflater.decompress(raw, expected + 1)) > expected:
            raise _Odd("a cross-reference stream is longer than it says")
    with pikepdf.new() as scratch:
        names = [key for key in ("/Filter", "/DecodeParms") if key in dictionary]
        plain = pikepdf.Dictionary({key: dictionary[key] for key in names})
        return pikepdf.Stream(scratch, raw, plain).read_bytes()


def _row(row: bytes, number: int, widths: list[int]) -> _Entry:
    first, second = widths[0], widths[0] + widths[1]
    kind = int.from_bytes(row[:first], "big") if first else _IN_USE
    if kind not in {_FREE, _IN_USE, _COMPRESSED}:
        raise _Odd(f"object {number} has an unknown kind of cross-reference")
    return _Entry(
        number=number,
        kind=kind,
        offset=int.from_bytes(row[first:second], "big"),
        generation=int.from_bytes(row[second:], "big"),
    )
