"""One side's whole work in a process of its own, which ends by kill -9 at a commit."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from docflow import FileDrop, IncomingDocument, Office
from docflow.errors import DocflowError, ErrorCode
from docflow.store import Database
from tests.exchange_kit import open_exchanging
from tests.office_kit import NOON, SetClock

#: Imports what both sides need once; each run is a fork of it, so it costs no start of an interpreter.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def run(folder: Path, code: str, *, minutes: int, fatal: int = 0, when: str = "before") -> int:
    """Run one side's whole work, killed at its ``fatal``-th commit; return 0, or -9 if it was killed."""
    process = _CONTEXT.Process(target=_work, args=(folder, code, minutes, fatal, when))
    process.start()
    process.join()
    exit_code = process.exitcode
    process.close()
    assert exit_code in {0, -signal.SIGKILL}
    return exit_code


def _work(folder: Path, code: str, minutes: int, fatal: int, when: str) -> None:
    _die_at(fatal, when)
    drop = FileDrop(folder / "drop")
    with open_exchanging(folder, code, clock=SetClock(NOON + timedelta(minutes=minutes))) as office:
        office.dispatch(drop)
        office.collect(drop)
        for incoming in office.incoming():
            with _already_done():
                _settle(office, incoming)
        for document in office.documents():
            if "back" in document.id and office.knowledge(document.id) and minutes > 0:
                with _already_done():
                    if not any(parcel.kind == "status" for parcel in office.parcels(document.id)):
                        office.take_back(document.id, actor="V", reason="nhầm")
        office.dispatch(drop)


def _settle(office: Office, document: IncomingDocument) -> None:
    if "refuse" in document.subject:
        office.refuse(document.id, actor="V", reason="sai")
    elif document.take_back:
        office.agree_take_back(document.id, actor="V")
    else:
        office.accept(document.id, actor="V")
        office.assign(document.id, actor="L", to="P")
        office.complete(document.id, actor="P")


@contextmanager
def _already_done() -> Iterator[None]:
    """Go on where an earlier run was killed."""
    try:
        yield
    except DocflowError as error:
        if error.code is not ErrorCode.WRONG_STATE:
            raise


def _die_at(fatal: int, when: str) -> None:
    """Replace how transactions are written, in this process: the ``fatal``-th is the last."""
    whole, commits = Database.writing, 0

    @contextmanager
    def counted(database: Database) -> Iterator[Connection]:
        nonlocal commits
        with whole(database) as connection:
            yield connection
            commits += 1
            if commits == fatal and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if commits == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(Database, "writing", counted)  # noqa: B010 — a method replaced on purpose
