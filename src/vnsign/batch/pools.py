"""Executors: none at all, processes of our own, or the caller's.

Invariants:
    - Worker processes start clean (never by a bare fork, which would copy threads and locks), ignore Ctrl-C (who
      started them decides), and end when the process that started them ends, however that happens.
    - A pool that a dying process broke is left without waiting for anybody who is not told to end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
_ORPHANED = 70


class Here(Executor):
    """Does the work at once, in the thread that asks for it."""

    def submit(self, fn: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_R]:
        """Call ``fn`` now."""
        future: Future[_R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as exc:  # noqa: BLE001 — as every executor does
            future.set_exception(exc)
        return future


class Processes(ProcessPoolExecutor):
    """A pool that answers and ends, also if a process dies while another is being started.

    Before Python 3.12 a pool that breaks ends the processes it knows, then waits for all of them. For one that
    ``submit`` started in between it waits for ever, and what was submitted then is never answered.
    """

    def submit(self, fn: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_R]:
        """Have ``fn`` called by a process; a pool that is broken says so by the future."""
        try:
            future = super().submit(fn, *args, **kwargs)
        except BrokenExecutor as exc:
            return _failed(exc)
        except OSError as exc:  # its pipes are closed already
            if not self._broken:
                raise
            return _failed(BrokenProcessPool(str(exc)))
        if self._broken and not future.done():
            return _failed(BrokenProcessPool("a process died while this was handed over"))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 — inherited
        """End the processes; those of a broken pool at once."""
        if self._broken:
            for process in list((self._processes or {}).values()):
                process.kill()
        super().shutdown(wait=wait, cancel_futures=cancel_futures)


def _failed(exc: BaseException) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(exc)
    return future


def make_processes(workers: int, *, preload: str) -> Processes:
    """Return a pool of processes; they start when there is work.

    Args:
        workers: How many.
        preload: Module that the server of the processes imports once for all of them, where there is one.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    context.set_forkserver_preload([preload])
    return Processes(workers, mp_context=context, initializer=_settle_in)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C take effect only afterwards: processes that are half started could not be waited for."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if caught:
            signal.raise_signal(signal.SIGINT)


def _settle_in() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(_ORPHANED)
