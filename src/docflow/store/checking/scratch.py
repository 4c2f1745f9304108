"""What does not fit into the memory, beside it: records by key, in a file without a name that goes with the process.

Records with one key lie in one of :data:`BUCKETS` buckets, which are read one after the other, the newest record first:
whoever asks what was written last of each key holds one bucket in memory, never all.

Invariants:
    - In memory are :data:`_HELD` records and one number for each bucket, however many were put in.
    - The file has no name: a process that is killed leaves nothing behind, and two do not meet.
    - Nobody can choose keys that fall into one bucket: Python's hashes differ from process to process.

What it does not do: it is no database and outlives nothing; a small office never needs the file.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Generic, Self, TypeVar

import msgspec

from docflow.errors import ErrorCode, StoreUnavailable

BUCKETS = 1024
"""A bucket of 300 million records has some 300,000, which take 100 MB while it is read."""
_HELD = 1 << 16
_HEAD = struct.Struct("<qI")
"""In front of a block: where the block before it in its bucket is, and how many bytes it has."""
_NOWHERE = -1
_PREFIX = "docflow-"

_V = TypeVar("_V")


class Scratch(Generic[_V]):
    """Records of a key and a value of ``kind``; the value of anything that msgpack holds."""

    def __init__(self, kind: type[_V]) -> None:
        self._waiting: list[list[tuple[bytes, _V]]] = [[] for _ in range(BUCKETS)]
        self._count = 0
        self._last = [_NOWHERE] * BUCKETS
        self._end = 0
        self._file: IO[bytes] | None = None
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[list[tuple[bytes, _V]]] = msgspec.msgpack.Decoder(
            list[tuple[bytes, kind]]  # type: ignore[valid-type]  # a type that is a value until now
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, key: bytes, value: _V) -> None:
        """Put a record in.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the disk is full, or there is no folder for temporary files.
        """
        self._waiting[hash(key) % BUCKETS].append((key, value))
        self._count += 1
        if self._count >= _HELD:
            with _named_errors():
                self._write_down()

    def read(self, bucket: int) -> Iterator[tuple[bytes, _V]]:
        """Yield the records of a bucket, the newest first.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the disk does not give back what was written.
        """
        yield from reversed(self._waiting[bucket])
        position = self._last[bucket]
        while position != _NOWHERE:
            with _named_errors():
                position, block = self._read_block(position)
            yield from reversed(block)

    def _write_down(self) -> None:
        """Append the records that wait, those of a bucket together."""
        descriptor = self._descriptor()
        blocks: list[bytes] = []
        end, last = self._end, list(self._last)
        for bucket, records in enumerate(self._waiting):
            if records:
                block = self._encoder.encode(records)
                blocks += (_HEAD.pack(last[bucket], len(block)), block)
                last[bucket] = end
                end += _HEAD.size + len(block)
        left, at = memoryview(b"".join(blocks)), self._end
        while left:
            written = os.pwrite(descriptor, left, at)
            left, at = left[written:], at + written
        self._end, self._last, self._count = end, last, 0
        self._waiting = [[] for _ in range(BUCKETS)]

    def _read_block(self, position: int) -> tuple[int, list[tuple[bytes, _V]]]:
        before, size = _HEAD.unpack(self._read_whole(position, _HEAD.size))
        return before, self._decoder.decode(self._read_whole(position + _HEAD.size, size))

    def _read_whole(self, position: int, size: int) -> bytes:
        data = os.pread(self._descriptor(), size, position)
        if len(data) != size:
            raise OSError("the file ends before its time")
        return data

    def _descriptor(self) -> int:
        """Return the file, made when it is needed first."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix=_PREFIX, buffering=0)  # noqa: SIM115 - closed with the scratch
        return self._file.fileno()


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise _full(exc) from exc


def _full(exc: OSError) -> StoreUnavailable:
    folder = tempfile.tempdir or "no folder for temporary files"
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{folder}: what does not fit into the memory cannot be kept there: {exc.strerror or exc}",
        vi=f"Không ghi được dữ liệu tạm vào {folder}.",
        way_out="free space there, or name another folder in the environment variable TMPDIR, and repeat the call",
    )
