"""Pools of processes answer and end, whatever their processes do."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures.process import _ExecutorManagerThread
from multiprocessing.process import BaseProcess

import pytest

from vnsign.batch.pools import make_processes

_LONG_S = 20


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="mended in the standard library")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("is_begun", [True, False])
def test_a_process_started_while_another_dies_is_not_waited_for(
    *, is_begun: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is forced: the pool ends those it knew, then another one is known, then the pool waits for all."""
    ended, started = threading.Event(), threading.Event()
    end, start = _ExecutorManagerThread.shutdown_workers, BaseProcess.start

    def end_those_known(thread: _ExecutorManagerThread) -> None:
        for process in list(thread.processes.values()):
            process.join()
        end(thread)
        ended.set()
        started.wait(_LONG_S)

    def start_late(process: BaseProcess) -> None:
        is_late = bool(pool._processes)
        if is_late and not is_begun:
            ended.wait(_LONG_S)
        try:
            start(process)
        finally:
            if is_late:
                ended.wait(_LONG_S)
                threading.Timer(0.2, started.set).start()

    monkeypatch.setattr(_ExecutorManagerThread, "shutdown_workers", end_those_known)
    monkeypatch.setattr(BaseProcess, "start", start_late)
    pool = make_processes(2, preload="os")

    answers: list[Future[object]] = [pool.submit(os._exit, 9), pool.submit(os.getpid)]

    for answer in answers:
        with pytest.raises(BrokenExecutor):
            answer.result(timeout=_LONG_S)
    pool.shutdown(wait=True)
    assert started.is_set()
