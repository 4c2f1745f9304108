"""Times of which each is later than the one before, for timestamps that claim to be ordered.

Invariants:
    - No two times given out under one folder are equal, and a later one is given out later: also by several processes,
      and when the computer's clock is set back.
    - A time is never ahead of the clock by more than ``MAX_AHEAD``; rather none is given.

What it does not do: it orders nothing across computers. An authority on a shared database has no folder of its own to
order by, and cannot claim ordered timestamps.

Source: RFC 3161 §2.4.2 (ordering).
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError

FILE_NAME = "last-timestamp"
#: A clock that was set back further than this has to be looked at by a person.
MAX_AHEAD = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def check_can_order(folder: Path | None) -> None:
    """Refuse ordered timestamps where nothing can order them.

    Raises:
        UsageError: ``BAD_ARGUMENT``: there is no folder to share.
    """
    if folder is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "an authority on a database server cannot order timestamps by their times alone",
            way_out="set tsa_ordering to false, or keep the authority in a folder",
        )


class RisingTime:
    """The last time given out, in a file that the processes of one computer share. Safe for threads."""

    def __init__(self, folder: Path | None) -> None:
        """Keep the file in ``folder``, made when first needed; None where there is no folder to share."""
        self._path = None if folder is None else folder / FILE_NAME
        self._lock = threading.Lock()

    def next_after(self, now: datetime) -> datetime:
        """Return ``now``, or the first microsecond after the last time given out if that is later.

        Args:
            now: The clock's time, aware.

        Raises:
            UsageError: ``OUTPUT_NOT_WRITABLE``; ``BAD_ARGUMENT``: there is no folder.
            ServiceUnavailable: ``SERVICE_REFUSED``: the clock was set back.
        """
        if self._path is None:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "timestamps cannot be ordered without a folder to share")
        with self._lock, _locked(self._path) as file:
            time = max(now.astimezone(UTC), _read(file) + _MICROSECOND)
            if time > now + MAX_AHEAD:
                raise ServiceUnavailable(
                    ErrorCode.SERVICE_REFUSED, f"the clock was set back: {time.isoformat()} was given out already"
                )
            os.pwrite(file, ((time - _EPOCH) // _MICROSECOND).to_bytes(8, "big"), 0)
            return time


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)
    except OSError as exc:
        raise UsageError(ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be kept: {exc}", file=str(path)) from exc


def _read(file: int) -> datetime:
    # An empty file is new; eight bytes are always a time that can be reckoned with, or one far ahead.
    return _EPOCH + min(timedelta(microseconds=int.from_bytes(os.pread(file, 8, 0), "big")), timedelta(days=2_000_000))
