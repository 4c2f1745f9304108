"""What a check has found so far, beside the lock: a check that was killed goes on where it stopped.

Invariants:
    - Lines are only added, in the order of the archive; a last line without its end is taken away.
    - What an earlier run found counts only if it checked the same lock in the same way.
    - One check at a time: the file is locked while it is open, and the lock ends with the process.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

from vnsign.adapters.files import reason_of
from vnsign.batch.archive.states import FileResult, result_from_dict, result_to_dict
from vnsign.errors import ErrorCode, UsageError

PART_SUFFIX = ".part"


class PartFile:
    """An open, locked file of results."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path = path
        self._stream = stream

    @classmethod
    def open(cls, lock: Path) -> Self:
        """Open the file beside a lock.

        Raises:
            UsageError: BATCH_RUNNING, OUTPUT_NOT_WRITABLE.
        """
        path = lock.with_name(lock.name + PART_SUFFIX)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise UsageError(
                ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be written: {reason_of(exc)}", file=str(path)
            ) from exc
        stream = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            stream.close()
            raise UsageError(
                ErrorCode.BATCH_RUNNING, "another check of this archive is running", file=str(lock)
            ) from exc
        return cls(path, stream)

    def earlier_seed(self, how: dict[str, Any]) -> str | None:
        """Return the seed of an earlier check that was made in the same way but for its seed; None if there is none."""
        self._stream.seek(0)
        try:
            earlier = json.loads(self._stream.readline())
            seed = earlier["seed"]
        except (KeyError, TypeError, ValueError, RecursionError):
            return None
        return seed if isinstance(seed, str) and earlier == {**how, "seed": seed} else None

    def begin(self, how: dict[str, Any]) -> str | None:
        """Go on with an earlier check made in the same way, else begin anew.

        Args:
            how: Plain data that tells lock, trust, policy and options apart.

        Returns:
            Path of the last file that the earlier check had done; None if it had done none.
        """
        first = self._line(how)
        self._stream.seek(0)
        if self._stream.readline() != first:
            self._stream.seek(0)
            self._stream.truncate()
            self._stream.write(first)
            return None
        end, last = self._stream.tell(), None
        for result, after in self._whole_lines():
            end, last = after, result.path
        self._stream.seek(end)
        self._stream.truncate()
        return last

    def results(self) -> Iterator[FileResult]:
        """Yield all results, those of earlier runs first."""
        self._stream.flush()
        self._stream.seek(0)
        self._stream.readline()
        for result, _ in self._whole_lines():
            yield result

    def add(self, result: FileResult) -> None:
        """Write a result down."""
        self._stream.write(self._line(result_to_dict(result)))

    def flush(self) -> None:
        """Hand over what was written to the system: it stays when this process is killed."""
        self._stream.flush()

    def remove(self) -> None:
        """The check is over: the lock is written."""
        with suppress(OSError):
            self._path.unlink()

    def close(self) -> None:
        """Let go of the file; a full disk has been told before."""
        with suppress(OSError):
            self._stream.close()

    def _whole_lines(self) -> Iterator[tuple[FileResult, int]]:
        while (line := self._stream.readline()).endswith(b"\n"):
            try:
                result = result_from_dict(json.loads(line))
            except (KeyError, TypeError, ValueError):
                return
            yield result, self._stream.tell()

    @staticmethod
    def _line(plain: dict[str, Any]) -> bytes:
        return json.dumps(plain, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
