"""Executors: none at all, processes of our own, or the caller's.

Invariants:
    - Worker processes start clean (never by a bare fork, which would copy threads and locks), ignore Ctrl-C (who
      started them decides), and end when the process that started them ends, however that happens.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import ParamSpec, TypeVar

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


def make_processes(workers: int, *, preload: str) -> ProcessPoolExecutor:
    """Return a pool of processes; they start when there is work.

    Args:
        workers: How many.
        preload: Module that the server of the processes imports once for all of them, where there is one.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    context.set_forkserver_preload([preload])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_settle_in)


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
