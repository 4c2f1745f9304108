"""A run: jobs in, outcomes out, a few chunks in flight.

Invariants:
    - Memory does not grow with the number of jobs, but for 16 to 43 bytes a target (:mod:`vnsign.batch.offsets`):
      jobs are taken when there is room in flight, outcomes are given as they come.
    - Whatever ends the run (an error, Ctrl-C, a caller that stops asking), chunks that workers have begun are waited
      for and written into the journal.
    - A worker process that dies costs the document it worked on, found by working on each suspect alone.

What it does not do: keep an order; outcomes come as documents are done.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vnsign.batch.jobs import JobError, JobOutcome, JobState, SigningPlan, SignJob, identity_of
from vnsign.batch.journal import Journal
from vnsign.batch.journal_lines import Entry, EntryKind
from vnsign.batch.offsets import OffsetTable
from vnsign.batch.working import ChunkResult, Task, work
from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError, VnsignError

#: A chunk should keep a worker busy about as long as it takes to notice.
CHUNK_SECONDS = 0.25
MAX_CHUNK = 64
_FIRST_CHUNK = 2
_CHUNKS_PER_WORKER = 3
#: So many failures in a row for one reason outside the documents end the run.
STOP_AFTER = 20
_OUTSIDE = {
    ErrorCode.OUTPUT_NOT_WRITABLE: UsageError,
    ErrorCode.KEY_UNAVAILABLE: UsageError,
    ErrorCode.KEY_UNUSABLE: UsageError,
    ErrorCode.CERTIFICATE_NOT_USABLE: UsageError,
    ErrorCode.WRONG_PASSPHRASE: UsageError,
    ErrorCode.WORKER_FAILED: UsageError,
    ErrorCode.SERVICE_UNREACHABLE: ServiceUnavailable,
    ErrorCode.SERVICE_REFUSED: ServiceUnavailable,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """How a run goes.

    Attributes:
        workers: How many chunks are worked on at once.
        force: Files that stand at the targets are replaced.
        at: When the run begins, aware.
        make_executor: Makes the executor, and makes it again when a worker died.
        owned: The executor is ours: it is shut down, and made again.
    """

    workers: int
    force: bool
    at: datetime
    make_executor: Callable[[], Executor]
    owned: bool


class Run:
    """One run over an iterable of jobs."""

    def __init__(self, plan: SigningPlan, settings: RunSettings, journal: Journal | None) -> None:
        self._plan = plan
        self._settings = settings
        self._journal = journal
        self._label = str(journal.run) if journal is not None else plan.token
        self._targets = OffsetTable()
        self._in_flight: dict[Future[ChunkResult], tuple[Task, ...]] = {}
        self._ready: deque[JobOutcome] = deque()
        self._chunk = _FIRST_CHUNK
        self._failures: list[ErrorCode] = []
        self._executor = settings.make_executor()

    def outcomes(self, jobs: Iterable[SignJob]) -> Iterator[JobOutcome]:
        """Yield what became of each job.

        Raises:
            UsageError, ServiceUnavailable: ``STOP_AFTER`` documents in a row failed for one reason that is not theirs.
            UsageError: OUTPUT_NOT_WRITABLE: the journal; WORKER_FAILED: the caller's executor broke.
            InputError: MALFORMED_JOURNAL.
        """
        coming = iter(jobs)
        exhausted = False
        try:
            while self._in_flight or self._ready or not exhausted:
                exhausted = exhausted or self._fill(coming)
                if self._in_flight and not self._ready:
                    self._collect()
                while self._ready:
                    outcome = self._ready.popleft()
                    yield outcome
                    self._stop_if_hopeless(outcome)
            if self._journal is not None:
                self._journal.finish()
        finally:
            self._drain()

    def _fill(self, coming: Iterator[SignJob]) -> bool:
        """Send chunks while there is room; return whether no job is left."""
        while len(self._in_flight) < _CHUNKS_PER_WORKER * self._settings.workers and not self._ready:
            tasks = []
            for job in coming:
                tasks += self._tasks(job)
                if len(tasks) >= self._chunk:
                    break
            else:
                self._send(tuple(tasks))
                return True
            self._send(tuple(tasks))
            if self._settings.workers == 1:
                return False
        return False

    def _tasks(self, job: SignJob) -> list[Task]:
        if not self._targets.put(os.fsencode(_place_of(job.target)), 1):
            self._ready.append(
                _failed(
                    job,
                    UsageError(
                        ErrorCode.OUTPUT_EXISTS,
                        f"another document of this run is written to {job.target}",
                        way_out="rename one of them, or sign it into another folder",
                    ),
                )
            )
            return []
        known = self._journal.known(job) if self._journal is not None else None
        if known is not None and known.kind is EntryKind.FAILED:
            known = None
        done = known is not None and known.kind is EntryKind.DONE and known.identity == identity_of(self._plan, job)
        begun = not done and (self._settings.force or not os.path.lexists(job.target))
        cut_off = known is not None and known.kind is EntryKind.TODO
        return [
            Task(
                job=job,
                known=known,
                begun=begun,
                replace=self._settings.force,
                run=self._label,
                stale=_labels(known.run) if known is not None and cut_off else (),
                at=self._settings.at,
            )
        ]

    def _send(self, tasks: tuple[Task, ...]) -> None:
        if not tasks:
            return
        begun = [task.job for task in tasks if task.begun]
        if self._journal is not None and begun:
            self._journal.begin(begun)
        try:
            future = self._executor.submit(work, self._plan, tasks)
        except BrokenExecutor as exc:
            future = Future()
            future.set_exception(exc)
        except RuntimeError as exc:
            raise UsageError(ErrorCode.WORKER_FAILED, f"the executor takes no work: {exc}") from exc
        self._in_flight[future] = tasks

    def _collect(self) -> None:
        finished, _ = wait(self._in_flight, return_when=FIRST_COMPLETED)
        suspects: list[Task] = []
        for future in finished:
            tasks = self._in_flight.pop(future)
            error = CancelledError() if future.cancelled() else future.exception()
            if isinstance(error, BrokenExecutor):
                suspects += tasks
            elif error is not None:
                raise _cannot_run(error) from error
            else:
                self._settle(tasks, future.result())
        if suspects:
            self._find_the_killer(suspects)

    def _settle(self, tasks: Sequence[Task], result: ChunkResult) -> None:
        if self._journal is not None:
            begun = {task.job for task in tasks if task.begun}
            self._journal.settle([o for o in result.outcomes if o.error is None or o.job in begun])
        self._ready.extend(result.outcomes)
        fitting = int(CHUNK_SECONDS * len(tasks) / max(result.elapsed_s, 1e-6))
        self._chunk = max(1, min(MAX_CHUNK, fitting, 2 * self._chunk))

    def _find_the_killer(self, suspects: list[Task]) -> None:
        """Work on the documents that were in flight when a worker died one by one."""
        for future, tasks in list(self._in_flight.items()):
            wait([future])
            del self._in_flight[future]
            if future.exception() is None:
                self._settle(tasks, future.result())
            else:
                suspects += tasks
        if not self._settings.owned:
            raise UsageError(
                ErrorCode.WORKER_FAILED,
                "a worker of the executor died",
                way_out="make a new one and run again: it goes on where it stopped",
            )
        self._remake_executor()
        for task in suspects:
            again = _again(task, self._plan)
            future = self._executor.submit(work, self._plan, (again,))
            wait([future])
            if future.exception() is None:
                self._settle((again,), future.result())
                continue
            self._remake_executor()
            died = UsageError(
                ErrorCode.WORKER_FAILED,
                "the process that signed it died",
                way_out="sign it alone, with more memory; if that fails, report it with the file",
            )
            self._settle((again,), ChunkResult(outcomes=(_failed(task.job, died),), elapsed_s=1))

    def _remake_executor(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._settings.make_executor()

    def _stop_if_hopeless(self, outcome: JobOutcome) -> None:
        error = outcome.error
        if error is None or error.code not in _OUTSIDE or self._failures[:1] not in ([], [error.code]):
            self._failures.clear()
        if error is None or error.code not in _OUTSIDE:
            return
        self._failures.append(error.code)
        if len(self._failures) >= STOP_AFTER:
            raise _OUTSIDE[error.code](
                error.code,
                f"stopped: {STOP_AFTER} documents in a row could not be signed; the last one: {error.message}",
                way_out=f"{error.way_out or 'mend the cause'}; then run again: it goes on where it stopped",
            )

    def _drain(self) -> None:
        try:
            for future in self._in_flight:
                future.cancel()
            wait([future for future in self._in_flight if not future.cancelled()])
            for future, tasks in self._in_flight.items():
                if not future.cancelled() and future.exception() is None:
                    self._settle(tasks, future.result())
        finally:
            self._in_flight.clear()
            if self._settings.owned:
                self._executor.shutdown(wait=True, cancel_futures=True)


def _labels(run: int) -> tuple[str, ...]:
    return str(run), _retry_label(str(run))


def _retry_label(run: str) -> str:
    return f"{run}r"


def _again(task: Task, plan: SigningPlan) -> Task:
    known = task.known
    if task.begun:
        known = Entry(kind=EntryKind.TODO, run=0, name="", identity=identity_of(plan, task.job))
    return replace(task, known=known, run=_retry_label(task.run), stale=(*task.stale, task.run))


def _place_of(target: Path) -> str:
    """Return where a target lies, whatever links lead to its folder; the target itself may be a link to replace."""
    return os.path.join(os.path.realpath(target.parent), target.name)  # noqa: PTH118 — as bytes at once


def _failed(job: SignJob, error: VnsignError) -> JobOutcome:
    return JobOutcome(job=job, state=JobState.FAILED, error=JobError.of(error))


def _cannot_run(error: BaseException) -> UsageError:
    return UsageError(
        ErrorCode.WORKER_FAILED,
        f"the executor could not do the work: {type(error).__name__}: {error}",
        way_out="give a signer that can be pickled (a recipe), or an executor of threads",
    )
