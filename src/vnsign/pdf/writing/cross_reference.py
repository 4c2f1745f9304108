"""The cross-reference section of an increment: a table after a table, a stream after a stream.

What it does not do: read sections of earlier revisions (the reader does).

Source: ISO 32000-2 §7.5.4 (tables), §7.5.5 (trailer), §7.5.8 (streams).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.source import PdfSource

_TAIL_BYTES = 2048
_HEAD_BYTES = 1024
_START = re.compile(rb"startxref[\x00\t\n\f\r ]+(\d{1,12})[\x00\t\n\f\r ]")
_TABLE = re.compile(rb"[\x00\t\n\f\r ]{0,8}xref[\x00\t\n\f\r ]")
_STREAM = re.compile(rb"[\x00\t\n\f\r ]{0,8}\d{1,10}[\x00\t\n\f\r ]+\d{1,5}[\x00\t\n\f\r ]+obj")
_OFFSET_BYTES = 6
_WIDTHS = (1, _OFFSET_BYTES, 2)
#: Entries of a trailer that belong to one section alone.
SECTION_KEYS = frozenset(
    {
        "/Prev",
        "/XRefStm",
        "/Size",
        "/ID",
        "/Type",
        "/W",
        "/Index",
        "/Length",
        "/Filter",
        "/DecodeParms",
        "/DL",
        "/F",
        "/FFilter",
        "/FDecodeParms",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a PDF ends.

    Attributes:
        previous: Offset of its newest cross-reference section.
        is_stream: That section is a stream.
        ends_line: The last byte ends a line.
    """

    previous: int
    is_stream: bool
    ends_line: bool


def read_ending(source: PdfSource) -> Ending:
    """Find the newest cross-reference section where every reader finds it.

    Raises:
        InputError: NOT_A_PDF, or MALFORMED_PDF if readers would have to search for it.
    """
    with source.open() as stream:
        head = stream.read(_HEAD_BYTES)
        if b"%PDF-" not in head:
            raise InputError(ErrorCode.NOT_A_PDF, "not a PDF: it does not begin with %PDF-")
        if not head.startswith(b"%PDF-"):
            raise _damaged("there are bytes before %PDF-, and readers count from different places")
        stream.seek(max(0, source.size - _TAIL_BYTES))
        tail = stream.read(_TAIL_BYTES)
        found = list(_START.finditer(tail))
        if not found:
            raise _damaged("the end of the file is missing (no startxref)")
        previous = int(found[-1].group(1))
        section = _section(stream, previous)
    return Ending(previous=previous, is_stream=section is _STREAM, ends_line=tail[-1:] in {b"\n", b"\r"})


def _section(stream: BinaryIO, offset: int) -> re.Pattern[bytes]:
    stream.seek(offset)
    begins = stream.read(64)
    for kind in (_TABLE, _STREAM):
        if kind.match(begins):
            return kind
    raise _damaged("its last startxref does not lead to a cross-reference section")


def _damaged(reason: str) -> InputError:
    return InputError(
        ErrorCode.MALFORMED_PDF, f"the PDF is damaged: {reason}", way_out="export the PDF again with another program"
    )


def table(offsets: Mapping[ObjectId, int], trailer: bytes, *, at: int) -> bytes:
    """Return a cross-reference table with its trailer and the file's end.

    Args:
        offsets: Where each object written begins.
        trailer: The trailer dictionary.
        at: Where the table will begin.
    """
    lines = [b"xref\n"]
    for run in _runs(offsets):
        lines.append(b"%d %d\n" % (run[0][0], len(run)))
        lines.extend(b"%010d %05d n \n" % (offsets[number], number[1]) for number in run)
    return b"".join(lines) + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % at


def stream(offsets: Mapping[ObjectId, int], trailer: bytes, *, at: int, number: int) -> bytes:
    """Return a cross-reference stream, itself object ``number``, and the file's end.

    Args:
        offsets: Where each object written begins.
        trailer: The trailer dictionary, without the entries of a stream.
        at: Where the stream's object will begin.
        number: Its object number.
    """
    everything = {**offsets, (number, 0): at}
    rows: list[bytes] = []
    index: list[bytes] = []
    for run in _runs(everything):
        index.append(b"%d %d" % (run[0][0], len(run)))
        rows.extend(
            b"\x01" + everything[entry].to_bytes(_OFFSET_BYTES, "big") + entry[1].to_bytes(2, "big") for entry in run
        )
    data = b"".join(rows)
    widths = b" ".join(b"%d" % width for width in _WIDTHS)
    own = b"/Type /XRef /W [ %s ] /Index [ %s ] /Length %d >>" % (widths, b" ".join(index), len(data))
    head = b"%d 0 obj\n" % number + trailer[: -len(b">>")] + own
    return head + b"\nstream\n" + data + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def _runs(offsets: Mapping[ObjectId, int]) -> Iterator[list[ObjectId]]:
    """Group object numbers that follow one another."""
    run: list[ObjectId] = []
    for number in sorted(offsets):
        if run and number[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
