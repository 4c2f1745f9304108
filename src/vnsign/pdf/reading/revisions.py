"""Where the revisions of a PDF end.

Invariants:
    - A revision is what an incremental update made of the file: the bytes from the first one to its ``%%EOF``.
    - Only the chain of cross-reference sections that a reader follows counts, so a PDF embedded in the PDF is none of
      its revisions.

What it does not do: repair. A file whose chain is damaged has the one revision that everybody sees: all of it.

Source: ISO 32000-2 §7.5.5 (trailer, /Prev), §7.5.6 (incremental updates), §7.5.8 (cross-reference streams), Annex F
(linearized files).
"""

from __future__ import annotations

import re

from vnsign.pdf.reading.opened import PdfBytes, find_all

#: Far more updates than any document has.
_MAX_REVISIONS = 1000
_TAIL_BYTES = 2048
_TRAILER_BYTES = 1 << 16
_START = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF[ \t\r]{0,2}\n?")
_PREVIOUS = re.compile(rb"/Prev\s+(\d{1,12})")
_TRAILER = re.compile(rb"trailer")
_TABLE = re.compile(rb"\s*xref\s")
_END_OF_DICTIONARY = re.compile(rb"\bstream\b|\bstartxref\b")


def find_revision_ends(data: PdfBytes) -> tuple[int, ...]:
    """Return the first byte after each revision, the oldest first; the last is the end of the file.

    Bytes after the last ``%%EOF`` belong to the last revision.
    """
    tail = list(find_all(data, _START, (max(0, len(data) - _TAIL_BYTES), len(data))))
    if not tail:
        return (len(data),)
    last = tail[-1]
    offsets = _chain(data, int(last.group))
    marks: dict[int, int] = {}
    for mark in find_all(data, _START, (0, len(data))):
        # the first one that names a section is the revision's own: a later one would be a copy
        marks.setdefault(int(mark.group), mark.end)
    ends = sorted({marks[offset] for offset in offsets if offset in marks})
    return (*(end for end in ends if end < last.end), len(data))


def _chain(data: PdfBytes, offset: int) -> list[int]:
    """The cross-reference sections that a reader follows, newest first."""
    offsets: list[int] = []
    while offset not in offsets and 0 < offset < len(data) and len(offsets) < _MAX_REVISIONS:
        offsets.append(offset)
        previous = _PREVIOUS.search(_trailer(data, offset))
        if previous is None:
            break
        offset = int(previous.group(1))
    return offsets


def _trailer(data: PdfBytes, offset: int) -> bytes:
    start = offset
    if _TABLE.match(data[offset : offset + _TRAILER_BYTES]):
        trailer = next(find_all(data, _TRAILER, (offset, len(data))), None)
        if trailer is None:
            return b""
        start = trailer.start
    dictionary = data[start : start + _TRAILER_BYTES]
    end = _END_OF_DICTIONARY.search(dictionary)
    return dictionary if end is None else dictionary[: end.start()]
