"""Archives checked against their lock: hash, verdict, and the moment each file must be renewed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vnsign.adapters.files import FileSource, open_bytes, reason_of
from vnsign.batch.archive.checking import ArchiveCheck
from vnsign.batch.archive.lock import LockEntry, LockHeader
from vnsign.batch.archive.states import FileResult, FileState, FileTask
from vnsign.batch.in_order import work_in_order
from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.reading.opened import PdfBytes, pieces
from vnsign.pki.anchors import TrustAnchors, fingerprint
from vnsign.report import DocumentReport, Level
from vnsign.verification.lapsing import find_lapse
from vnsign.wiring.inspecting import Inspection, Judge

#: Lowest first.
_LEVELS = (
    *(Level.NONE, Level.PKCS7_B, Level.PKCS7_T, Level.PKCS7_LT, Level.PKCS7_LTA, Level.PADES_E_BES, Level.PADES_E_LTV),
    *(Level.PADES_B_B, Level.PADES_B_T, Level.PADES_B_LT, Level.PADES_B_LTA),
)
_BLOCK = 1 << 20
#: A subject may be endless; a line of the lock is not.
_MAX_ENDS = 200


def check_archive(check: ArchiveCheck, how: Inspection, *, workers: int = 1) -> Generator[FileResult]:
    """Yield what is found of each file of an archive, sorted by path, and write the lock after the last.

    A large file is read where it lies: it must not change meanwhile.

    Args:
        check: Folder, lock and what is verified again.
        how: By what trust and policy.
        workers: Processes.

    Raises:
        InputError: NOT_READABLE, MALFORMED_LOCK.
        UsageError: BATCH_RUNNING, OUTPUT_NOT_WRITABLE.
    """
    workshop = _Workshop(folder=check.folder, how=how)
    return check.results(partial(_work, workshop, workers))


def header_of(how: Inspection) -> LockHeader:
    """Return by what verdicts are reached, as a lock tells it."""
    return LockHeader(policy=how.policy.name, trust=_digest(how.trust))


def _digest(trust: TrustAnchors) -> str:
    return hashlib.sha256("\n".join(sorted(map(fingerprint, trust.anchors))).encode()).hexdigest()


def _work(workshop: _Workshop, workers: int, tasks: Iterable[FileTask]) -> Iterator[FileResult]:
    return work_in_order(workshop, tasks, workers=workers, preload=__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workshop:
    folder: Path
    how: Inspection

    @property
    def token(self) -> str:
        return self.how.token

    def open(self) -> Callable[[FileTask], FileResult]:
        return partial(self._look, self.how.judge())

    def died(self, thing: FileTask, /) -> FileResult:
        return _unreadable(thing, "the process that read it died")

    def _look(self, judge: Judge, task: FileTask) -> FileResult:
        known = task.known
        if not task.is_there:
            return FileResult(path=task.path, state=FileState.MISSING, known=known)
        file = Path(os.path.join(self.folder, task.path))  # noqa: PTH118 — an empty path is the folder itself
        try:
            if known is not None and not task.verify:
                sha256, size = _hash(file)
                if (sha256, size) == (known.sha256, known.size):
                    return FileResult(path=task.path, state=FileState.UNCHANGED, entry=known, known=known)
            FileSource.at(file)
            with open_bytes(file) as data:
                return self._verify(judge, task, data)
        except InputError as exc:
            return _unreadable(task, exc.message)

    def _verify(self, judge: Judge, task: FileTask, data: PdfBytes) -> FileResult:
        report = judge(data, task.path)
        lapse = find_lapse(report, self.how.policy)
        entry = LockEntry(
            path=task.path,
            sha256=_hash_of(data, len(data)),
            size=len(data),
            verdict=report.verdict,
            level=_level(report),
            until=lapse.until if lapse is not None else None,
            ends=lapse.ends[:_MAX_ENDS] if lapse is not None else "",
        )
        return FileResult(
            path=task.path, state=_state(task.known, entry, data), entry=entry, known=task.known, verified=True
        )


def _state(known: LockEntry | None, entry: LockEntry, data: PdfBytes) -> FileState:
    if known is None:
        return FileState.NEW
    if known.sha256 == entry.sha256:
        return FileState.UNCHANGED
    is_longer = known.size < len(data)
    return FileState.EXTENDED if is_longer and _hash_of(data, known.size) == known.sha256 else FileState.CHANGED


def _hash_of(data: PdfBytes, end: int) -> str:
    """Hash the first bytes of a file; a large one is never read as a whole."""
    digest = hashlib.sha256()
    for piece in pieces(data, 0, end):
        digest.update(piece)
    return digest.hexdigest()


def _level(report: DocumentReport) -> str:
    levels = [signature.level for signature in report.signatures]
    return min(levels, key=_LEVELS.index).value if levels else ""


def _hash(file: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with closing(FileSource.at(file).open()) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as exc:
        raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}", file=str(file)) from exc
    return digest.hexdigest(), size


def _unreadable(task: FileTask, reason: str) -> FileResult:
    return FileResult(path=task.path, state=FileState.UNREADABLE, known=task.known, reason=reason)
