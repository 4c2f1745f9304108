"""Work on many things in processes, with the results in the order of the things.

Invariants:
    - Memory does not grow with the number of things: so many chunks are in flight, and no more.
    - A process that dies costs the thing it worked on, found by working on each suspect alone; the rest goes on.
    - Whoever stops asking (Ctrl-C, a closed pipe) waits for what the processes have begun, and for nothing else.

What it does not do: write anything down. See :mod:`vnsign.batch.running` for work that must not be done twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from vnsign.batch.pools import Processes, make_processes, uninterrupted

_CHUNKS_PER_WORKER = 3
_FIRST_CHUNK = 1
_MAX_CHUNK = 16

_Thing = TypeVar("_Thing")
_Thing_contra = TypeVar("_Thing_contra", contravariant=True)
_Result = TypeVar("_Result")
_Result_co = TypeVar("_Result_co", covariant=True)


class Workshop(Protocol[_Thing_contra, _Result_co]):
    """How each thing is worked on; picklable.

    Attributes:
        token: Names this workshop in a worker process.
    """

    @property
    def token(self) -> str: ...  # noqa: D102 — see the class

    def open(self) -> Callable[[_Thing_contra], _Result_co]:
        """Load what is needed, once in each process; what is returned raises for no thing."""

    def died(self, thing: _Thing_contra, /) -> _Result_co:
        """Return what is said of a thing during which a process died."""


def work_in_order(
    workshop: Workshop[_Thing, _Result], things: Iterable[_Thing], *, workers: int, preload: str
) -> Iterator[_Result]:
    """Yield a result a thing, in order.

    Args:
        workshop: How.
        things: What; taken as there is room.
        workers: Processes; 1 works here, in this one.
        preload: Module that worker processes import once.
    """
    if workers == 1:
        return map(workshop.open(), things)
    return _Queue(workshop, workers=workers, preload=preload).results(things)


class _Queue(Generic[_Thing, _Result]):
    def __init__(self, workshop: Workshop[_Thing, _Result], *, workers: int, preload: str) -> None:
        self._workshop = workshop
        self._workers = workers
        self._preload = preload
        self._pool = self._make_pool()
        self._waiting: deque[tuple[list[_Thing], Future[list[_Result]]]] = deque()

    def results(self, things: Iterable[_Thing]) -> Iterator[_Result]:
        coming = iter(things)
        size = _FIRST_CHUNK
        try:
            while True:
                while len(self._waiting) < _CHUNKS_PER_WORKER * self._workers and (chunk := list(islice(coming, size))):
                    self._waiting.append((chunk, self._send(chunk)))
                    size = min(_MAX_CHUNK, size + 1)
                if not self._waiting:
                    return
                chunk, future = self._waiting.popleft()
                try:
                    done = future.result()
                except (BrokenExecutor, CancelledError):
                    self._remake()
                    done = self._one_by_one(chunk)
                    self._waiting = deque((c, f if _has_result(f) else self._send(c)) for c, f in self._waiting)
                yield from done
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _send(self, chunk: list[_Thing]) -> Future[list[_Result]]:
        with uninterrupted():
            return self._pool.submit(_work, self._workshop, chunk)

    def _one_by_one(self, chunk: list[_Thing]) -> list[_Result]:
        """Work alone on each thing that was in flight when a process died."""
        done: list[_Result] = []
        for thing in chunk:
            try:
                done += self._pool.submit(_work, self._workshop, [thing]).result()
            except BrokenExecutor:
                done.append(self._workshop.died(thing))
                self._remake()
        return done

    def _remake(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._make_pool()

    def _make_pool(self) -> Processes:
        return make_processes(self._workers, preload=self._preload)


def _has_result(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


_opened: dict[str, Callable[[Any], Any]] = {}


def _work(workshop: Workshop[_Thing, _Result], chunk: list[_Thing]) -> list[_Result]:
    if workshop.token not in _opened:
        _opened.clear()
        _opened[workshop.token] = workshop.open()
    work = _opened[workshop.token]
    return [work(thing) for thing in chunk]
