"""A process that carries out a verb and is killed, or finds the disk full, or its server gone, at a step of its work.

Started once, it forks for each verb: the child is a process of its own that really dies. When is a matter of progress,
never of time: steps are counted, or bytes of the write-ahead log. It reads one JSON object a line and answers with one.

- ``steps``: run the verb and say how many steps it has, and what the store holds after each commit.
- ``kill``: SIGKILL at a step: before a statement, before and after a commit, before a file is forced to disk, renamed
  or removed.
- ``cut``: a file that grows past a size kills the process inside that very write (RLIMIT_FSIZE, SIGXFSZ).
- ``full``: the same size is a full disk: the write fails; then there is room again, and the verb is repeated.
- ``gone``: the server ends the connection at a step (pg_terminate_backend); then the verb is repeated.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from docflow import Office
from docflow.errors import DocflowError
from docflow.store.engines.database import Database
from docflow.store.engines.postgres import PostgresDatabase
from docflow.store.engines.prepared import Runner
from docflow.store.tables import METADATA, Proof
from tests.killing_kit import PARTS, VERBS, Bench
from tests.office_kit import SeededRandomness


def digest(office: Office, *, with_log: bool = True) -> str:
    """Return a digest of every row that the store holds; without the log, of those that say what was done."""
    found = hashlib.sha256()
    with office._store.database.reading() as connection:
        for table in METADATA.sorted_tables:
            is_log = not any(column.info["proof"] is Proof.ROWS for column in table.columns)
            if with_log or not is_log:
                rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
                found.update(repr((table.name, [tuple(row) for row in rows])).encode())
    return found.hexdigest()


def write_ahead(bench: Bench) -> int:
    """Return how large the write-ahead log of a SQLite store is."""
    log = Path(bench.database) / "docflow.sqlite-wal"
    return log.stat().st_size if log.exists() else 0


class Steps:
    """Counts the steps of a verb, and does something at one of them."""

    def __init__(self, fatal: int, act: Callable[[], None]) -> None:
        self.count = 0
        self._fatal = fatal
        self._act = act
        self.after_commit: Callable[[], None] = lambda: None

    def step(self) -> None:
        """One more."""
        self.count += 1
        if self.count == self._fatal:
            self._act()

    def watch(self) -> None:
        """Count what goes to the database and to the disk from now on."""
        for name in ("run", "run_many", "one", "all", "run_text"):
            self._before(Runner, name)
        for owner, name in ((os, "fsync"), (os, "link"), (Path, "replace"), (Path, "unlink")):
            self._before(owner, name)
        for kind in (Database, PostgresDatabase):
            kind.writing = self._around(kind.writing)  # type: ignore[method-assign]

    def _before(self, owner: Any, name: str) -> None:  # noqa: ANN401 - a module or a class
        whole = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            self.step()
            return whole(*args, **kwargs)

        setattr(owner, name, counted)

    def _around(self, whole: Any) -> Any:  # noqa: ANN401
        @contextmanager
        def counted(database: Any) -> Iterator[Any]:  # noqa: ANN401
            with whole(database) as connection:
                yield connection
                self.step()
            self.after_commit()
            self.step()

        return counted


def attempt(office: Office, verb: str, bench: Bench) -> str:
    """Carry out a verb and return ``done``, or the code of its error; the dice fall as at the first time."""
    dice = office._desk.randomness
    assert isinstance(dice, SeededRandomness)
    fallen = dice.calls
    try:
        done = {**VERBS, **PARTS}[verb](office, bench)
        # What is asked of many things at once is answered for each of them.
        for error in done if isinstance(done, tuple) else ():
            if isinstance(error, DocflowError):
                raise error
    except DocflowError as error:
        dice.calls = fallen
        return error.code.value
    return "done"


def die() -> None:
    """End at once, as at a power switch."""
    os.kill(os.getpid(), signal.SIGKILL)


def end_connections(bench: Bench) -> None:
    """Let the server end every connection of this store's database but the one that asks."""
    engine = sa.create_engine(bench.database.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def work(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order in this very process, which may not come back."""
    bench = Bench(order["database"], Path(order["folder"]))
    how, at, verb = order["how"], int(order.get("at", 0)), order["verb"]
    with bench.open() as office:
        before = digest(office)
        size = write_ahead(bench)
        if how in {"cut", "full"}:
            return _limit(office, bench, verb, how=how, size=at)
        steps = Steps(at, (lambda: end_connections(bench)) if how == "gone" else die)
        commits = [before]
        if how == "steps":
            steps.after_commit = lambda: commits.append(digest(office))
        steps.watch()
        said = attempt(office, verb, bench)
        count, between = steps.count, digest(office)
        again = "" if how == "steps" else attempt(office, verb, bench)
        return {
            "said": said,
            "steps": count,
            "commits": commits,
            "between": between,
            "again": again,
            "after": digest(office),
            "after_rows": digest(office, with_log=False),
            "grown": [size, write_ahead(bench)],
        }


def _limit(office: Office, bench: Bench, verb: str, *, how: str, size: int) -> dict[str, Any]:
    """Let no file grow past a size: the kernel ends the process in that write, or the write fails."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if how == "cut" else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    said = attempt(office, verb, bench)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    between, between_rows = digest(office), digest(office, with_log=False)
    return {
        "said": said,
        "between": between,
        "between_rows": between_rows,
        "again": attempt(office, verb, bench),
        "after": digest(office),
        "after_rows": digest(office, with_log=False),
    }


def serve() -> None:
    """Answer orders until there are no more."""
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            answer = json.dumps(work(json.loads(line))).encode()
            with os.fdopen(writing, "wb") as file:
                file.write(answer)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            answer = file.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps({"code": code, **json.loads(answer or b"{}")}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
