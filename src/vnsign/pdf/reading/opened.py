"""One PDF and its revisions, each opened once for everybody who looks at it, from memory or from a file.

Invariants:
    - A file of a gigabyte is read where somebody looks, never as a whole into memory.
    - What the reader had to repair in a revision is gathered; the PDF library forgets it when it is asked.

What it does not do: decide where a revision ends (its callers know), or judge.

Source: ISO 32000-2 §7.5.6 (incremental updates).
"""

from __future__ import annotations

import io
import mmap
import re
from collections.abc import Callable, Hashable, Iterator
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self, TypeVar, cast, overload

import pikepdf

from vnsign.pdf.opening import open_pdf, open_stream, warnings_of
from vnsign.pdf.reading.plain.layout import PlainPdf, read_plain
from vnsign.pdf.source import ReadAt

_Kept = TypeVar("_Kept")
_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 1 << 12
_WHITE_SPACE = b"\x00\t\n\f\r "


class PdfBytes(Protocol):
    """Any file's bytes: ``bytes``, or a file that does not change meanwhile."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> bytes: ...


class FileBytes:
    """A file's bytes, read where they are asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        """Take a seekable stream; whoever opened it closes it."""
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> bytes: ...
    def __getitem__(self, index: int | slice) -> int | bytes:
        """Read one byte, or a piece without steps."""
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _ = index.indices(self._size)
        self._stream.seek(start)
        return self._stream.read(max(0, stop - start))

    def mapped(self) -> mmap.mmap:
        """Return the whole file as memory that is read from disk where somebody looks."""
        return mmap.mmap(self._stream.fileno(), 0, access=mmap.ACCESS_READ)

    def up_to(self, end: int) -> BinaryIO:
        """Return a stream of its own over the bytes before ``end``."""
        return cast("BinaryIO", io.BufferedReader(_Beginning(self, end)))


def pieces(data: PdfBytes, start: int, end: int) -> Iterator[bytes | memoryview]:
    """Yield ``data[start:end]``: in one piece without a copy from memory, in pieces of a mebibyte from a file."""
    if isinstance(data, bytes):
        yield memoryview(data)[start:end]
        return
    for at in range(start, end, _CHUNK_BYTES):
        yield data[at : min(at + _CHUNK_BYTES, end)]


class Mark(NamedTuple):
    """Where a pattern was found, and its first group, if it has one."""

    start: int
    end: int
    group: bytes


def find_all(data: PdfBytes, pattern: re.Pattern[bytes], span: tuple[int, int]) -> Iterator[Mark]:
    """Yield where a pattern stands between two places; its matches must have less than four kibibytes."""
    start, end = span
    if isinstance(data, bytes):
        yield from (_mark(match, 0) for match in pattern.finditer(data, start, end))
        return
    seen = start
    for at in range(start, end, _CHUNK_BYTES):
        first = max(start, at - _OVERLAP_BYTES)
        for match in pattern.finditer(data[first : min(at + _CHUNK_BYTES, end)]):
            if first + match.start() >= seen:
                seen = first + match.end()
                yield _mark(match, first)


def _mark(match: re.Match[bytes], offset: int) -> Mark:
    group = match.group(1) if match.re.groups else b""
    start, end = match.span()
    return Mark(offset + start, offset + end, group)


def occurrences(data: PdfBytes, wanted: bytes) -> int:
    """Return how often the bytes stand in a file; a word that cannot overlap itself."""
    if isinstance(data, bytes):
        return data.count(wanted)
    overlap = len(wanted) - 1
    starts = range(0, len(data), _CHUNK_BYTES)
    return sum(data[max(0, at - overlap) : at + _CHUNK_BYTES].count(wanted) for at in starts)


#: What regular expressions can search.
Buffer = bytes | mmap.mmap


class OpenedPdf:
    """A file and its revisions, opened."""

    def __init__(self, data: PdfBytes) -> None:
        """Take any bytes."""
        self.data = data
        self._opened: dict[int, pikepdf.Pdf] = {}
        self._warnings: dict[int, frozenset[str]] = {}
        self._mapped: mmap.mmap | None = None
        self._kept: dict[Hashable, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.clear()
        for pdf in self._opened.values():
            pdf.close()
        self._opened.clear()
        if self._mapped is not None:
            self._mapped.close()

    @property
    def plain(self) -> PlainPdf | None:
        """The file read in one pass; None if it is not of the plainest kind, or not in memory."""
        data = self.data
        return self.remember("plain", lambda: read_plain(data)) if isinstance(data, bytes) else None

    def until(self, end: int | None = None) -> pikepdf.Pdf:
        """Return the revision that ends before byte ``end``, opened; None is the whole file. It stays open.

        Raises:
            InputError: ``NOT_A_PDF``, ``ENCRYPTED_PDF`` (a password is needed), ``MALFORMED_PDF``.
        """
        size = len(self.data)
        end = size if end is None else end
        if end not in self._opened:
            if isinstance(self.data, FileBytes):
                self._opened[end] = open_stream(self.data.up_to(end), beginning=self.data[: min(end, 1024)])
            else:
                self._opened[end] = open_pdf(self.data[:end] if end != size else self.data[:])
        return self._opened[end]

    def warnings(self, end: int | None = None) -> frozenset[str]:
        """Return what the reader had to repair so far in a revision; empty if nobody opened it."""
        end = len(self.data) if end is None else end
        if end in self._opened:
            self._warnings[end] = self._warnings.get(end, frozenset()) | warnings_of(self._opened[end])
        return self._warnings.get(end, frozenset())

    def remember(self, key: Hashable, read: Callable[[], _Kept]) -> _Kept:
        """Return what somebody read in this file before, else read it; it is gone when the file is closed."""
        if key not in self._kept:
            self._kept[key] = read()
        kept: _Kept = self._kept[key]
        return kept

    def buffer(self) -> Buffer:
        """Return the whole file as something that can be searched; from a file only what is touched is read."""
        if isinstance(self.data, FileBytes):
            if self._mapped is None:
                self._mapped = self.data.mapped()
            return self._mapped
        return self.data[:]

    def is_blank_after(self, end: int) -> bool:
        """Tell whether nothing but white space follows byte ``end``."""
        return not any(bytes(piece).strip(_WHITE_SPACE) for piece in pieces(self.data, end, len(self.data)))


class _Beginning(ReadAt):
    """The bytes before a position, as a stream."""

    def __init__(self, data: FileBytes, end: int) -> None:
        super().__init__(end)
        self._data = data

    def piece(self, position: int, count: int) -> bytes:
        return self._data[position : position + count]
