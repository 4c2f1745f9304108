"""Files: written whole or not at all, read up to a limit.

Invariants:
    - After :func:`write_whole` the path holds the old content or all of the new one, also after a power cut.
    - A failed write leaves no temporary file behind.
    - A link stays a link: what it leads to is written. What is there and no regular file is left alone.

What it does not do: it takes no locks; of two writers to one path the last one wins, whole.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.reading.opened import FileBytes, PdfBytes

#: More than any document of an office; design.md §6 speaks of PDFs of 1 GB.
MAX_FILE_BYTES = 2 * 1024**3
#: Larger ones are read in pieces.
MAX_IN_MEMORY_BYTES = 32 * 1024**2


@dataclass(frozen=True, slots=True)
class FileSource:
    """A PDF in a file (a :class:`vnsign.pdf.source.PdfSource`); it must not change while it is used."""

    path: Path
    size: int

    @classmethod
    def at(cls, path: str | os.PathLike[str]) -> FileSource:
        """Look at a file.

        Raises:
            InputError: ``NOT_READABLE``: no such file, no regular file, or no permission.
        """
        target = Path(path)
        try:
            # a pipe without a writer would let us wait for ever
            descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                status = os.fstat(descriptor)
            finally:
                os.close(descriptor)
        except (OSError, ValueError) as exc:
            raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}", file=str(path)) from exc
        if not stat.S_ISREG(status.st_mode):
            raise InputError(ErrorCode.NOT_READABLE, "cannot be read: it is not a regular file", file=str(path))
        return cls(target, status.st_size)

    def open(self) -> BinaryIO:
        """Return the file, open for reading.

        Raises:
            InputError: ``NOT_READABLE``.
        """
        try:
            return self.path.open("rb")
        except OSError as exc:
            raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}", file=str(self.path)) from exc


def write_whole(path: str | os.PathLike[str], data: bytes | Iterable[bytes], *, mode: int = 0o644) -> None:
    """Replace the content of ``path`` in one step that survives a power cut.

    Large content is given in pieces, which are not gathered.

    The new file has permission bits ``mode`` less nothing: a secret is given ``0o600`` and never stands on disk with
    more. Does not create the folder.

    Raises:
        UsageError: ``OUTPUT_NOT_WRITABLE``: no folder, no permission, disk full, a pipe or device …; nothing is left
            behind.
    """
    target = Path(path)
    try:
        _write_then_rename(_file_behind(target), data, mode)
    except (OSError, ValueError) as exc:  # ValueError: a zero byte or a lone surrogate in the name
        raise UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE,
            f"cannot be written: {reason_of(exc)}",
            file=str(target),
            way_out="check that the folder exists, may be written, and has room",
        ) from exc


def read_bytes(path: str | os.PathLike[str], max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Return the whole content of a file of at most ``max_bytes``.

    Raises:
        InputError: ``NOT_READABLE``: no such file, a folder, no permission, or larger.
    """
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except (OSError, ValueError) as exc:
        raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}", file=str(path)) from exc
    if len(data) > max_bytes:
        raise InputError(ErrorCode.NOT_READABLE, f"is larger than {max_bytes} bytes", file=str(path))
    return data


class open_bytes:  # noqa: N801 — it is called like the function that opens
    """A file's bytes: a regular file larger than ``in_memory`` stays on disk and is read where somebody looks.

    Raises:
        InputError: ``NOT_READABLE``, on entry: no such file, a folder, no permission; on exit: it could not be read on.
    """

    def __init__(self, path: str | os.PathLike[str], *, in_memory: int = MAX_IN_MEMORY_BYTES) -> None:
        self._path = path
        self._in_memory = in_memory
        self._stream: BinaryIO | None = None

    def __enter__(self) -> PdfBytes:
        try:
            return self._open()
        except (OSError, ValueError) as exc:
            raise self._refused(exc) from exc

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
        if isinstance(error, OSError | ValueError):
            raise self._refused(error) from error

    def _open(self) -> PdfBytes:
        # a stream costs more than reading a small file
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            is_regular = stat.S_ISREG(status.st_mode)
            if is_regular and 0 < status.st_size <= self._in_memory:
                return _read_up_to(descriptor, status.st_size)
            if is_regular and status.st_size:
                self._stream = os.fdopen(os.dup(descriptor), "rb")
                return FileBytes(self._stream)
            # what has no size of its own is read to its end
            return _read_up_to(descriptor, MAX_FILE_BYTES)
        finally:
            os.close(descriptor)

    def _refused(self, error: OSError | ValueError) -> InputError:
        return InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(error)}", file=str(self._path))


def _read_up_to(descriptor: int, max_bytes: int) -> bytes:
    """Read to the end, or as much as is asked for; room is made for no more than a piece at a time."""
    first = os.read(descriptor, min(max_bytes, MAX_IN_MEMORY_BYTES))
    pieces, size = [first], len(first)
    while size < max_bytes and pieces[-1]:
        pieces.append(os.read(descriptor, min(max_bytes - size, MAX_IN_MEMORY_BYTES)))
        size += len(pieces[-1])
    return first if size == len(first) else b"".join(pieces)


def _file_behind(path: Path) -> Path:
    target = Path(os.path.realpath(path))
    try:
        status = target.lstat()
    except FileNotFoundError:
        return target
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is there and no regular file")
    return target


def _write_then_rename(target: Path, data: bytes | Iterable[bytes], mode: int) -> None:
    # mkstemp creates with 0600; the wider mode is set only when the content is complete.
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines((data,) if isinstance(data, bytes) else data)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        # KeyboardInterrupt as well: whatever stops us, no half-written file stays.
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk: a new name is there for good only then.

    Raises:
        OSError: The folder is gone, or the disk fails.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason_of(exc: OSError | ValueError) -> str:
    """Return what the system says went wrong."""
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
