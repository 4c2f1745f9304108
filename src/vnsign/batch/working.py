"""What a worker does with a chunk of jobs: look, sign, publish, tell.

Steps for each job:
    (1) what a cut-off attempt left unfinished is taken away
    (2) a target that stands there is recognised as this job's own, or it is somebody's and stays as it is
    (3) the document is signed into a file beside the target
    (4) the file is flushed and gets its name, while the next documents are signed; one flush at a time would take as
        long as signing, and the disk does many together
    (5) the folder is flushed at the end of the chunk

Invariants:
    - An error is that of its file; the other files of the chunk go on.
    - The key is loaded once in each process.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from vnsign.adapters.files import FileSource, reason_of, sync_folder
from vnsign.batch.jobs import FileSigner, JobError, JobOutcome, JobState, SignedFile, SigningPlan, SignJob, identity_of
from vnsign.batch.journal_lines import Entry, EntryKind
from vnsign.batch.publishing import make_folder, not_writable, output_exists, publish, staged_path
from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError

_KEPT_SIGNERS = 4
#: Files that are flushed at the same time by one worker.
_FLUSHERS = 12
_T = TypeVar("_T")
_signers: OrderedDict[str, FileSigner] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job with what the journal knows of it.

    Attributes:
        known: The last that the journal says of the target.
        begun: The journal says that this run may sign it; else it is only looked at.
        replace: A file at the target is replaced.
        run: Names the staged file.
        stale: Runs whose staged file may be left.
        at: When the run began, aware.
    """

    job: SignJob
    known: Entry | None
    begun: bool
    replace: bool
    run: str
    stale: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkResult:
    """What became of a chunk's jobs, in their order, and how long it took in the worker."""

    outcomes: tuple[JobOutcome, ...]
    elapsed_s: float


def work(plan: SigningPlan, tasks: Sequence[Task]) -> ChunkResult:
    """Sign a chunk; never raises for what a document, a key or a disk does."""
    begin = time.perf_counter()
    try:
        signer = _load(plan)
    except VnsignError as exc:
        outcomes = [_failed(task, exc) for task in tasks]
    else:
        outcomes = _synced(tasks, _sign_all(plan, signer, tasks))
    return ChunkResult(outcomes=tuple(outcomes), elapsed_s=time.perf_counter() - begin)


def _load(plan: SigningPlan) -> FileSigner:
    with _lock:
        signer = _signers.get(plan.token)
        if signer is None:
            signer = _signers[plan.token] = plan.load()
            while len(_signers) > _KEPT_SIGNERS:
                _signers.popitem(last=False)
        return signer


def _sign_all(plan: SigningPlan, signer: FileSigner, tasks: Sequence[Task]) -> list[JobOutcome]:
    if len(tasks) == 1:
        return [_sign(plan, signer, tasks[0])()]
    with ThreadPoolExecutor(_FLUSHERS) as flushers:
        ends = [flushers.submit(_sign(plan, signer, task)) for task in tasks]
    return [end.result() for end in ends]


def _sign(plan: SigningPlan, signer: FileSigner, task: Task) -> Callable[[], JobOutcome]:
    """Do steps (1) to (3); return what does step (4) and tells the outcome."""

    def sign() -> SignedFile | JobOutcome:
        for run in task.stale:
            staged_path(task.job.target, run=run).unlink(missing_ok=True)
        before = _signed_before(plan, signer, task)
        if before is not None:
            return before
        if not task.begun:
            raise output_exists(task.job.target)
        if not task.job.target.parent.is_dir():
            make_folder(task.job.target.parent)
        try:
            return signer.sign(task.job, staged)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise

    staged = staged_path(task.job.target, run=task.run)
    done = _guarded(task, sign)
    if isinstance(done, JobOutcome):
        return lambda: done
    return lambda: _guarded(task, partial(_publish, plan, signer, task, signed=done))


def _publish(plan: SigningPlan, signer: FileSigner, task: Task, *, signed: SignedFile) -> JobOutcome:
    staged = staged_path(task.job.target, run=task.run)
    try:
        publish(staged, task.job.target, replace=task.replace)
    except UsageError as exc:
        if exc.code is ErrorCode.OUTPUT_EXISTS and _was_cut_off(task) and _is_known_as(plan, task):
            # A worker that outlived its killed run was quicker: its file is the one, ours was never seen. A run that
            # signed in another way (a lower level, say) left another file than was asked for.
            return replace(_recovered(signer, task), retried=True)
        raise
    finally:
        staged.unlink(missing_ok=True)
    return JobOutcome(
        job=task.job,
        state=JobState.SIGNED,
        retried=_was_cut_off(task),
        source_sha256=signed.source_sha256,
        target_sha256=signed.target_sha256,
    )


def _guarded(task: Task, step: Callable[[], _T]) -> _T | JobOutcome:
    try:
        return step()
    except VnsignError as exc:
        return _failed(task, exc)
    except OSError as exc:
        return _failed(task, not_writable(task.job.target, exc))
    except Exception as exc:  # noqa: BLE001 — a defect of ours must not cost the night's other documents
        return _failed(
            task,
            InputError(
                ErrorCode.WORKER_FAILED,
                f"signing broke off: {type(exc).__name__}: {exc}",
                way_out="this is a defect of vnsign: report it with the file",
            ),
        )


def _signed_before(plan: SigningPlan, signer: FileSigner, task: Task) -> JobOutcome | None:
    """Return the outcome of a job that needs no signature any more, or None.

    Raises:
        UsageError: OUTPUT_EXISTS, OUTPUT_MISSING, OUTPUT_IS_INPUT.
    """
    job, known = task.job, task.known
    there = os.path.lexists(job.target)
    if there and _is_same(job.source, job.target):
        raise UsageError(
            ErrorCode.OUTPUT_IS_INPUT, "the output would replace the input", way_out="use another folder for the output"
        )
    same = _is_known_as(plan, task)
    if known is not None and same and known.kind is EntryKind.DONE:
        return _done_before(task, known, there=there)
    if not there or task.replace:
        return None
    if known is not None and known.kind is EntryKind.DONE:
        raise output_exists(job.target, "was signed before with another certificate or other options")
    if same and _was_cut_off(task):
        return _recovered(signer, task)
    raise output_exists(job.target)


def _done_before(task: Task, known: Entry, *, there: bool) -> JobOutcome:
    if not there:
        raise UsageError(
            ErrorCode.OUTPUT_MISSING,
            f"was signed before, but {task.job.target} is not there any more",
            way_out="bring it back, or use force to sign once more",
        )
    if _sha256(task.job.source) != known.source_sha256:
        raise output_exists(task.job.target, "was signed before, but the document has changed since")
    if not task.job.target.is_file() or _sha256(task.job.target) != known.target_sha256:
        raise output_exists(task.job.target, "was signed before, but the signed file has changed since")
    return JobOutcome(job=task.job, state=JobState.SIGNED_BEFORE)


def _recovered(signer: FileSigner, task: Task) -> JobOutcome:
    job = task.job
    if not signer.made(job, at=task.at):
        raise output_exists(job.target)
    sync_folder(job.target.parent)
    return JobOutcome(
        job=job,
        state=JobState.SIGNED_BEFORE,
        source_sha256=_sha256(job.source),
        target_sha256=_sha256(job.target),
    )


def _is_known_as(plan: SigningPlan, task: Task) -> bool:
    """Tell whether the run that the journal speaks of signed in the same way as this one."""
    return task.known is not None and task.known.identity == identity_of(plan, task.job)


def _was_cut_off(task: Task) -> bool:
    return task.known is not None and task.known.kind is EntryKind.TODO


def _synced(tasks: Sequence[Task], outcomes: Sequence[JobOutcome]) -> list[JobOutcome]:
    failures: dict[Path, UsageError] = {}
    for folder in {o.job.target.parent for o in outcomes if o.state is JobState.SIGNED}:
        try:
            sync_folder(folder)
        except OSError as exc:
            failures[folder] = not_writable(folder, exc)
    return [
        _failed(task, failures[o.job.target.parent])
        if o.state is JobState.SIGNED and o.job.target.parent in failures
        else o
        for task, o in zip(tasks, outcomes, strict=True)
    ]


def _failed(task: Task, error: VnsignError) -> JobOutcome:
    return JobOutcome(job=task.job, state=JobState.FAILED, error=JobError.of(error), retried=_was_cut_off(task))


def _is_same(source: Path, target: Path) -> bool:
    try:
        return source.samefile(target)
    except OSError:
        return False


def _sha256(path: Path) -> str:
    FileSource.at(path)  # a pipe would let us wait for ever
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError) as exc:
        raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}") from exc
