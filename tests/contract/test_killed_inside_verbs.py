"""kill -9, a full disk and a lost server inside every verb that writes: done wholly or not at all, and to be repeated.

After each: the store opens, holds exactly what it held before the verb or after one of its commits, keeps no half
file, and the same call with the same key ends as if nothing had happened; then log, registers and files are verified.

Not tried here: a power cut, where what was not forced to disk is lost; a full disk under a PostgreSQL server.
"""

from __future__ import annotations

import json
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from docflow import Office
from docflow.store import SystemClock
from docflow.store.engines.addresses import ADDRESS_NAME
from docflow.store.tables import BLOB
from tests.contract.offices import KINDS, Kind, make_place
from tests.contract.test_odd_arguments import ACTS
from tests.killing_child import attempt, digest
from tests.killing_kit import PARTS, POSTAL_VERBS, VERBS, Bench, fill
from tests.support import POSTGRES, REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLED, CUT = -signal.SIGKILL, -signal.SIGXFSZ
PAGE = 4120
"""A page in the write-ahead log of SQLite, with its head."""
CASES: list[tuple[Kind, str]] = [
    *(("sqlite", verb) for verb in VERBS),
    # A copy of a database on a server takes a while: CI dies there in every twelfth verb, the soak in all.
    *(("postgresql", verb) for verb in list(VERBS)[3::12]),
]
EACH = [(kind, verb) for kind in KINDS for verb in VERBS]


@dataclass(slots=True)
class Killer:
    """A filled store, copied for each death, and the process that forks those who die."""

    kind: Kind
    filled: Bench
    scratch: Path
    process: subprocess.Popen[str]
    reference: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextmanager
    def copy(self) -> Iterator[Bench]:
        """Yield a copy of the filled store."""
        folder = self.scratch / "copy"
        shutil.copytree(self.filled.folder, folder)
        try:
            if self.kind == "sqlite":
                shutil.copytree(self.filled.database, folder / "database")
                yield Bench(str(folder / "database"), folder)
                return
            name = f"vnsign_test_{secrets.token_hex(8)}"
            template = self.filled.database.rpartition("/")[2]
            _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
            (folder / "home" / ADDRESS_NAME).unlink()  # else the copy were known as one, and refused
            try:
                yield Bench(f"{self.filled.database.rpartition('/')[0]}/{name}", folder)
            finally:
                _on_server(f"DROP DATABASE {name} WITH (FORCE)")
        finally:
            shutil.rmtree(folder)

    def order(self, bench: Bench, verb: str, how: str, at: int = 0) -> dict[str, Any]:
        """Let a process carry out a verb on a store; returns how it ended."""
        asked = {"database": bench.database, "folder": str(bench.folder), "verb": verb, "how": how, "at": at}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def undisturbed(self, verb: str) -> dict[str, Any]:
        """Return how a verb goes when nothing happens: once, and once more in the same words."""
        if verb not in self.reference:
            with self.copy() as bench:
                found = self.order(bench, verb, "steps")
                assert (found["code"], found["said"]) == (0, "done"), found
                assert len(set(found["commits"])) > 1, "it wrote nothing"
                with bench.open() as office:
                    found["shape"] = _shape(office)
                    found["named"] = _named(office)
                self.reference[verb] = found
        return self.reference[verb]

    def parts(self, verb: str) -> list[str]:
        """Return the rows of a store in which a verb about many things was done for some of them."""
        names = [name for name in PARTS if name.split()[0] == verb]
        return [str(self.undisturbed(name)["after_rows"]) for name in names]


def _on_server(statement: str) -> None:
    import psycopg  # noqa: PLC0415 — an extra that a user's machine may lack

    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(statement.encode())


@contextmanager
def _in_memory() -> Iterator[Path | None]:
    """Yield a folder in memory, if the machine has one: a kill loses nothing there, and no disk is waited for."""
    if not Path("/dev/shm").is_dir():  # noqa: S108 - a folder of its own in it
        yield None
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def killer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """One filled store of each kind for all."""
    with _in_memory() as memory, make_place(request.param, memory or tmp_path_factory.mktemp("filled")) as place:
        folder = memory or tmp_path_factory.mktemp("folder")
        filled = Bench(place.database, folder / "folder")
        filled.folder.mkdir()
        fill(filled)
        command = [sys.executable, "-m", "tests.killing_child"]
        with subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield Killer(request.param, filled, folder, process)
            assert process.stdin is not None
            process.stdin.close()


def _shape(office: Office) -> dict[str, int]:
    """Verify everything, and return how much there was to verify."""
    report = office.verify_log()
    assert report.is_intact, report.findings
    return {"rows": report.rows, "numbers": report.numbers, "blobs": report.blobs}


def _named(office: Office) -> set[str]:
    with office._store.database.reading() as connection:
        return set(connection.execute(sa.select(BLOB.c.sha256)).scalars())


def _strangers(bench: Bench, office: Office) -> list[str]:
    """Return the files that no row names."""
    named = _named(office)
    return [path.name for path in (bench.home / "blobs").rglob("*") if path.is_file() and path.name not in named]


def _check(killer: Killer, bench: Bench, verb: str, *, is_repeated: bool = False, in_parts: bool = False) -> None:
    """Hold what a death left against what was before and after; then repeat the verb, and verify everything.

    Done in parts, a verb leaves the same rows by other leaves and checkpoints than at once.
    """
    reference = killer.undisturbed(verb)
    with bench.open() as office:
        assert is_repeated or digest(office) in reference["commits"], "half of it was done"
        finished = {name for name in _strangers(bench, office) if not name.startswith(".")}
        assert finished <= reference["named"], "a file that it was not about to name"
        assert attempt(office, verb, bench) == "done"
        if in_parts:
            assert digest(office, with_log=False) == reference["after_rows"], "repeated, it ended otherwise"
        elif verb not in POSTAL_VERBS:
            assert digest(office) == reference["commits"][-1], "repeated, it ended otherwise"
        if _strangers(bench, office):
            office._store.sweep_blobs(before=SystemClock().now() + timedelta(days=1))
        assert _strangers(bench, office) == []
        assert _shape(office) == reference["shape"]


def _kill(killer: Killer, verb: str, how: str, at: int) -> None:
    with killer.copy() as bench:
        answer = killer.order(bench, verb, how, at)
        assert answer["code"] in {KILLED if how == "kill" else CUT, 0}, answer
        _check(killer, bench, verb)


def _starve(killer: Killer, verb: str, how: str, at: int) -> None:
    """The verb fails with our error and is repeated by the same office, which goes on working."""
    parts = killer.parts(verb)
    with killer.copy() as bench:
        answer = killer.order(bench, verb, how, at)
        assert answer["code"] == 0, answer
        assert answer["said"] in {"done", "store_busy", "store_unreachable" if how == "gone" else "store_unusable"}
        assert answer["again"] == "done"
        reference = killer.undisturbed(verb)
        in_parts = answer.get("between_rows") in parts
        assert in_parts or answer["between"] in reference["commits"]
        if in_parts:
            assert answer["said"] != "done"
            assert answer["after_rows"] == reference["after_rows"]
        elif verb not in POSTAL_VERBS:
            assert answer["after"] == reference["commits"][-1]
        # a dispatch that found no room has said so, and went out at another try: no undisturbed one ends like that
        _check(killer, bench, verb, is_repeated=in_parts or verb in POSTAL_VERBS, in_parts=in_parts)


def _places(killer: Killer, verb: str, how: str) -> range:
    """Return where a verb can be hit: at each step, or at every half page of what it writes."""
    found = killer.undisturbed(verb)
    if how in {"kill", "gone"}:
        return range(1, found["steps"] + 1)
    return range(10, found["grown"][1] + PAGE, PAGE // 2)


def _somewhere(killer: Killer, verb: str, how: str) -> int:
    """Return one place, another one for each verb: together they are hit at the beginning, the middle and the end."""
    return random.Random(f"{verb}/{how}/{killer.kind}").choice(_places(killer, verb, how))


def test_no_verb_is_forgotten() -> None:
    """A new verb is killed too."""
    assert {verb.split()[0] for verb in VERBS} - set(POSTAL_VERBS) == set(ACTS)


@pytest.mark.parametrize(("killer", "verb"), CASES, indirect=["killer"])
def test_a_verb_that_is_killed_is_done_or_not_and_can_be_repeated(killer: Killer, verb: str) -> None:
    """At a statement, before or after its commit, while a file is kept; on SQLite also inside a write of the commit."""
    is_cut = killer.kind == "sqlite" and list(VERBS).index(verb) % 2 == 1
    how = "cut" if is_cut else "kill"
    _kill(killer, verb, how, _somewhere(killer, verb, how))


@pytest.mark.parametrize(("killer", "verb"), CASES, indirect=["killer"])
def test_a_full_disk_or_a_lost_server_is_our_error_and_the_office_goes_on(killer: Killer, verb: str) -> None:
    """Nothing is written by halves; with room again, or a server again, the same office does the same verb."""
    how = "full" if killer.kind == "sqlite" else "gone"
    _starve(killer, verb, how, _somewhere(killer, verb, how))


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("killer", "verb"), EACH, indirect=["killer"])
def test_killed_at_every_step(killer: Killer, verb: str) -> None:
    """Every step of every verb."""
    for at in _places(killer, verb, "kill"):
        _kill(killer, verb, "kill", at)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("killer", "verb"), EACH, indirect=["killer"])
def test_no_room_for_any_half_page_and_no_server_at_any_step(killer: Killer, verb: str) -> None:
    """On SQLite dead in that write, and refused in that write; on a server every step without it."""
    for at in _places(killer, verb, "cut") if killer.kind == "sqlite" else ():
        _kill(killer, verb, "cut", at)
        _starve(killer, verb, "full", at)
    for at in _places(killer, verb, "gone") if killer.kind == "postgresql" else ():
        _starve(killer, verb, "gone", at)
