"""Where a PDF's bytes come from: memory, a file, or one of these with increments appended.

A document of a gigabyte is never held in memory: it is read in pieces, and what signing adds is a few kilobytes.

Invariants:
    - A source never changes while it is used.

What it does not do: write.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

CHUNK_BYTES = 1 << 20


class PdfSource(Protocol):
    """Bytes that can be read again and again."""

    @property
    def size(self) -> int:
        """Return how many bytes there are."""

    def open(self) -> BinaryIO:
        """Return a seekable stream at the first byte; whoever asks closes it."""


@dataclass(frozen=True, slots=True)
class BytesSource:
    """A PDF in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """Return how many bytes there are."""
        return len(self.data)

    def open(self) -> BinaryIO:
        """Return a stream over the same memory."""
        return io.BytesIO(self.data)


@dataclass(frozen=True, slots=True)
class AppendedSource:
    """A PDF with an increment after it."""

    base: PdfSource
    increment: bytes

    @property
    def size(self) -> int:
        """Return how many bytes there are, increment included."""
        return self.base.size + len(self.increment)

    def open(self) -> BinaryIO:
        """Return a stream over both, one after the other."""
        if _is_in_memory(self.base):
            return io.BytesIO(to_bytes(self))
        return io.BufferedReader(_Joined(self.base.open(), self.base.size, self.increment))


def _is_in_memory(source: PdfSource) -> bool:
    while isinstance(source, AppendedSource):
        source = source.base
    return isinstance(source, BytesSource)


def chunks(source: PdfSource) -> Iterator[bytes]:
    """Yield the bytes in pieces of at most a mebibyte."""
    if isinstance(source, BytesSource):
        yield source.data
    elif isinstance(source, AppendedSource):
        yield from chunks(source.base)
        yield source.increment
    else:
        with source.open() as stream:
            while piece := stream.read(CHUNK_BYTES):
                yield piece


def to_bytes(source: PdfSource) -> bytes:
    """Return everything in memory."""
    return b"".join(chunks(source))


def hash_of(source: PdfSource, hash_name: str) -> hashlib._Hash:
    """Return a running hash over everything in ``source``."""
    running = hashlib.new(hash_name)
    for piece in chunks(source):
        running.update(piece)
    return running


class ReadAt(io.RawIOBase):
    """A stream over bytes of a known number, each piece of which can be read by itself."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._position = 0

    def piece(self, position: int, count: int) -> bytes:
        """Return up to ``count`` bytes from a place, at least one before the end.

        Raises:
            NotImplementedError: A subclass says how.
        """
        raise NotImplementedError

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which may lie behind the end."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than Buffer, as io calls it
        """Read on from where it stands."""
        piece = self.piece(self._position, min(len(buffer), max(0, self._size - self._position)))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


class _Joined(ReadAt):
    """A stream and the bytes after it, read as one."""

    def __init__(self, base: BinaryIO, base_size: int, tail: bytes) -> None:
        super().__init__(base_size + len(tail))
        self._base = base
        self._base_size = base_size
        self._tail = tail

    def piece(self, position: int, count: int) -> bytes:
        if position < self._base_size:
            self._base.seek(position)
            return self._base.read(min(count, self._base_size - position))
        start = position - self._base_size
        return self._tail[start : start + count]

    def close(self) -> None:
        self._base.close()
        super().close()
