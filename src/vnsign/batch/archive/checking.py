"""A check of an archive: tasks in, results out, and a new lock at the end.

Invariants:
    - Memory does not grow with the archive: tasks, results and the new lock are streams.
    - The lock is replaced in one step, at the very end; what stops a check before leaves the old one, and the next
      check with the same options goes on (:mod:`vnsign.batch.archive.part`).
    - A changed or missing file stays in the lock as it was until somebody accepts the change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vnsign.adapters.files import write_whole
from vnsign.batch.archive.lock import LockFile, LockHeader, write_entry, write_header
from vnsign.batch.archive.part import PartFile
from vnsign.batch.archive.states import FileResult, FileTask
from vnsign.batch.archive.tasks import Selection, find_tasks
from vnsign.errors import ErrorCode, UsageError

_FLUSH_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCheck:
    """How an archive is checked.

    Attributes:
        folder: The archive.
        lock: The file that says what is in it.
        header: By what verdicts are reached; the lock's is compared with it.
        selection: Which unchanged files are verified all the same.
        accept: Changed and missing files are taken as they are now.
        write: The lock is written; otherwise nothing is, and a check that is stopped begins anew.
    """

    folder: Path
    lock: Path
    header: LockHeader
    selection: Selection
    accept: bool = False
    write: bool = True

    def results(self, work: Callable[[Iterable[FileTask]], Iterator[FileResult]]) -> Generator[FileResult]:
        """Yield a result a file, sorted by path; write the lock after the last.

        Args:
            work: Looks at each task, in order.

        Raises:
            InputError: NOT_READABLE, MALFORMED_LOCK.
            UsageError: BATCH_RUNNING, OUTPUT_NOT_WRITABLE.
        """
        known = LockFile(self.lock)
        header = known.header()
        selection = self.selection
        if header is not None and header != self.header:
            selection = Selection(at=selection.at, full=True)
        if not self.write:
            yield from work(find_tasks(self.folder, known, selection))
            return
        part = PartFile.open(self.lock)
        try:
            yield from self._written(work, part, known=known, selection=selection)
        except OSError as exc:
            raise UsageError(
                ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be written: {exc.strerror}", file=str(self.lock)
            ) from exc
        finally:
            part.close()

    def _written(
        self,
        work: Callable[[Iterable[FileTask]], Iterator[FileResult]],
        part: PartFile,
        *,
        known: LockFile,
        selection: Selection,
    ) -> Iterator[FileResult]:
        if selection.is_seed_drawn and selection.sample:
            began_with = part.earlier_seed(self._identity(known, selection))
            selection = replace(selection, seed=began_with or selection.seed)
        last = part.begin(self._identity(known, selection))
        if last is not None:
            yield from part.results()
        flushed = time.monotonic()
        for result in work(find_tasks(self.folder, known, selection, after=last)):
            part.add(result)
            if time.monotonic() - flushed > _FLUSH_SECONDS:
                part.flush()
                flushed = time.monotonic()
            yield result
        write_whole(self.lock, self._new_lock(part))
        part.remove()

    def _new_lock(self, part: PartFile) -> Iterator[bytes]:
        yield write_header(self.header)
        for result in part.results():
            entry = result.kept(accept=self.accept)
            if entry is not None:
                yield write_entry(entry)

    def _identity(self, known: LockFile, selection: Selection) -> dict[str, Any]:
        return {
            "lock": known.sha256(),
            "folder": str(self.folder.resolve()),
            "policy": self.header.policy,
            "trust": self.header.trust,
            "full": selection.full,
            "sample": selection.sample,
            "seed": selection.seed if selection.sample else "",
            "accept": self.accept,
        }
