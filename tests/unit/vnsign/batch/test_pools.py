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
    noticed, late, ended, known = (threading.Event() for _ in range(4))
    terminate, end = _ExecutorManagerThread.terminate_broken, _ExecutorManagerThread.shutdown_workers
    start = BaseProcess.start

    def notice(thread: _ExecutorManagerThread, cause: str) -> None:
        noticed.set()
        late.wait(_LONG_S)
        terminate(thread, cause)

    def end_those_known(thread: _ExecutorManagerThread) -> None:
        for process in list(thread.processes.values()):
            process.join()
        end(thread)
        ended.set()
        known.wait(_LONG_S)

    def start_late(process: BaseProcess) -> None:
        if not noticed.is_set():
            start(process)
            return
        if is_begun:
            start(process)
        late.set()
        ended.wait(_LONG_S)
        try:
            if not is_begun:
                start(process)
        finally:
            threading.Timer(0.2, known.set).start()

    monkeypatch.setattr(_ExecutorManagerThread, "terminate_broken", notice)
    monkeypatch.setattr(_ExecutorManagerThread, "shutdown_workers", end_those_known)
    monkeypatch.setattr(BaseProcess, "start", start_late)
    pool = make_processes(2, preload="os")

    answers: list[Future[object]] = [pool.submit(os._exit, 9)]
    assert noticed.wait(_LONG_S)
    answers.append(pool.submit(os.getpid))

    for answer in answers:
        with pytest.raises(BrokenExecutor):
            answer.result(timeout=_LONG_S)
    pool.shutdown(wait=True)
    assert known.is_set()
