"""A file that is destroyed while another process stores the same bytes again: nothing is lost, in either order.

Two real processes, handed on from one to the other by lines on a pipe: nobody sleeps, and nothing depends on how fast
the machine is.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from docflow import Office
from docflow.errors import DocflowError, ErrorCode
from docflow.store.blobs import BlobFolder
from tests.contract.offices import Place
from tests.contract.test_destruction import destroy, take_in
from tests.contract.test_own_transaction import engine_of
from tests.office_kit import SetClock
from tests.support import REPOSITORY
from tests.work_kit import MONDAY, SCAN, add, make_entry, make_file

CLERK = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.contract.offices import Place
from tests.office_kit import SetClock
from tests.work_kit import MONDAY, SCAN, make_entry
kind, database, folder = sys.argv[1:]
with Place(kind, database, Path(folder)).open(clock=SetClock(MONDAY + timedelta(days=1200))) as office:
    real = office._desk.blobs.put

    def put_and_wait(data):
        name = real(data)
        print("stored", flush=True)
        sys.stdin.readline()
        return name

    office._desk.blobs.put = put_and_wait
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(2):
        try:
            office.receive_by_hand(make_entry("n/STC"), actor="V", incoming_id="new", scan=SCAN)
        except Exception as error:
            print("refused", getattr(error, "code", error), flush=True)
            office._desk.blobs.put = real
        else:
            print("received", flush=True)
            break
"""


class Clerk:
    """Another process that stores the same scan; it stops before it stores it, and before it names it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._lines: IO[str] = process.stdout  # type: ignore[assignment]
        self._orders: IO[str] = process.stdin  # type: ignore[assignment]

    def go_on(self) -> None:
        """Let it go on."""
        self._orders.write("\n")
        self._orders.flush()

    def said(self) -> str:
        """Wait for what it says."""
        return self._lines.readline().strip()


@contextmanager
def clerk(place: Place) -> Iterator[Clerk]:
    """Start the other process."""
    command = [sys.executable, "-c", CLERK, place.kind, place.database, str(place.folder)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": "."}
    ) as process:
        try:
            made = Clerk(process)
            assert made.said() == "ready"
            yield made
        finally:
            process.kill()


def ends_well(office: Office, other: Clerk) -> None:
    """The other one has his document with its file, at the first or at the second try."""
    said = other.said()
    if said.startswith("refused"):
        assert said == "refused store_busy"
        said = other.said()
    assert said == "received"
    name = office.incoming_document("new").pdf
    assert name is not None
    assert office.blob(name) == SCAN
    assert office.verify_log().findings == ()


@pytest.mark.slow
def test_bytes_stored_again_while_they_are_being_removed_are_not_lost(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He stores them after it was decided that nobody needs them, and names them after they are gone."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office, clerk(place) as other:
        take_in(office, "old")
        file = make_file(office)
        add(office, file, "old")
        real = BlobFolder.remove

        def remove_late(folder: BlobFolder, sha256: str) -> None:
            other.go_on()
            assert other.said() == "stored"
            real(folder, sha256)

        monkeypatch.setattr(BlobFolder, "remove", remove_late)
        destroy(office, file, clock)
        other.go_on()
        ends_well(office, other)


@pytest.mark.slow
def test_bytes_stored_before_and_named_after_the_destruction_are_not_lost(place: Place) -> None:
    """He has stored them, and before he names them the file that held them is destroyed."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office, clerk(place) as other:
        take_in(office, "old")
        file = make_file(office)
        add(office, file, "old")
        other.go_on()
        assert other.said() == "stored"
        destroy(office, file, clock)
        other.go_on()
        ends_well(office, other)


def test_what_a_caller_undoes_is_not_destroyed(place: Place) -> None:
    """A destruction in the caller's own transaction removes nothing before he commits: he may undo it."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        take_in(office, "old")
        file = make_file(office)
        add(office, file, "old")
        until = office.close_file(file.code, actor="A").kept_until
        assert until is not None
        clock.advance(days=800)
        office.propose_destruction(file.code, actor="A", reason="hết thời hạn")
        clock.advance(days=40)
        engine = engine_of(place)
        with office.lock(), engine.connect() as connection, connection.begin() as transaction:
            office.within(connection).confirm_destruction(file.code, actor="B")
            transaction.rollback()
        engine.dispose()
        assert office.blob(office.incoming_document("old").pdf or "") == SCAN
        assert office.verify_log().findings == ()


def test_a_refused_step_leaves_no_file(place: Place) -> None:
    """What is refused is not kept, not even until somebody sweeps; what somebody else holds stays."""
    with place.open(clock=SetClock(MONDAY)) as office:
        take_in(office, "old")
        blobs = {path.name for path in place.home("H99").rglob("blobs/*/*")}
        for scan in (b"%PDF-1.7 other words", SCAN):
            with pytest.raises(DocflowError) as caught:
                office.receive_by_hand(make_entry("other/STC"), actor="V", incoming_id="old", scan=scan)
            assert caught.value.code is ErrorCode.ALREADY_EXISTS
            assert {path.name for path in place.home("H99").rglob("blobs/*/*")} == blobs
            with pytest.raises(DocflowError):
                office.leader_signed("nothing", b"%PDF signed", actor="C")
            assert {path.name for path in place.home("H99").rglob("blobs/*/*")} == blobs
