"""Walk and lock side by side: what is to be looked at, and what of it is to be verified.

Verified is what the lock does not know or knows otherwise (told by hash, when the file is looked at), what could not be
decided last time, what has lapsed since, everything if trust or policy are others or if asked to, and a sample.
"""

from __future__ import annotations

import hashlib
import heapq
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vnsign.batch.archive.lock import LockEntry, LockFile
from vnsign.batch.archive.states import FileTask
from vnsign.batch.archive.walking import walk
from vnsign.report import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which unchanged files are verified all the same.

    Attributes:
        at: Now, aware: what ended before it is verified again.
        full: All of them.
        sample: So many of them, chosen by ``seed``.
        seed: Any text; the same seed chooses the same files of the same lock.
        is_seed_drawn: Nobody asked for this seed: a check that goes on keeps the one it began with.
    """

    at: datetime
    full: bool = False
    sample: int = 0
    seed: str = ""
    is_seed_drawn: bool = False


def find_tasks(folder: Path, lock: LockFile, selection: Selection, *, after: str | None = None) -> Iterator[FileTask]:
    """Yield a task for each file and for each line without a file, sorted by path.

    Args:
        folder: The archive.
        lock: What is known of it.
        selection: Which unchanged files are verified.
        after: Begin after this path: what is before it was done by an earlier run.

    Raises:
        InputError: NOT_READABLE, MALFORMED_LOCK.
    """
    chosen = _chooser(lock, selection)
    begin = os.fsencode(after) if after is not None else None
    for path, known, is_there in _side_by_side(walk(os.fsencode(folder)), lock.entries()):
        if begin is None or path > begin:
            yield FileTask(
                path=os.fsdecode(path),
                known=known,
                is_there=is_there,
                verify=known is not None and (chosen(known) or _is_due(known, selection.at)),
            )


def _is_due(known: LockEntry, at: datetime) -> bool:
    return known.verdict is Verdict.INDETERMINATE or (known.until is not None and known.until <= at)


def _chooser(lock: LockFile, selection: Selection) -> Callable[[LockEntry], bool]:
    if selection.full:
        return lambda _: True
    if not selection.sample:
        return lambda _: False
    lots = (_lot(entry, selection.seed) for entry in lock.entries())
    drawn = frozenset(heapq.nsmallest(selection.sample, lots))
    return lambda entry: _lot(entry, selection.seed) in drawn


def _lot(entry: LockEntry, seed: str) -> bytes:
    return hashlib.sha256(seed.encode() + b"\0" + entry.key()).digest()


def _side_by_side(found: Iterable[bytes], known: Iterable[LockEntry]) -> Iterator[tuple[bytes, LockEntry | None, bool]]:
    """Merge two sorted streams: path, its line, and whether it is there."""
    files, lines = iter(found), iter(known)
    file, line = next(files, None), next(lines, None)
    while file is not None or line is not None:
        key = line.key() if line is not None else None
        if file is None or (key is not None and key < file):
            assert line is not None  # noqa: S101 — for mypy: one of the two is there
            yield line.key(), line, False
            line = next(lines, None)
        elif key == file:
            yield file, line, True
            file, line = next(files, None), next(lines, None)
        else:
            yield file, None, True
            file = next(files, None)
