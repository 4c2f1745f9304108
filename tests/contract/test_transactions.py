"""Transactions: shared commits, pieces that fail, servers that undo, locks that are held for too long."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from docflow import DocflowError, ErrorCode, Issued, Office
from docflow.audit import SignNote, VerifierKey
from docflow.model import ANY_NUMBER
from docflow.office.outgoing.engine import Outcome
from docflow.office.outgoing.steps import _issue_step
from docflow.office.outgoing.taking import work_of
from docflow.ports import BlobRow, Piece, UnitOfWork
from docflow.store.engines import database, postgres
from docflow.store.engines.database import choose_driver
from docflow.store.tables import AUDIT_HEAD
from docflow.store.writing.groups import GroupCommit, Ticket
from docflow.store.writing.unit import SqlUnitOfWork
from tests.contract.offices import Place, make_place
from tests.office_kit import make_agency, make_copy_request, make_draft, seal_off, sign_off
from tests.work_kit import add, make_file, make_plan, register


def test_many_documents_share_commits_and_one_that_fails_takes_no_other_with_it(place: Place) -> None:
    """issue_many: each its number in order or its own error; asked again, the same answers."""
    with place.open() as office:
        for name in ("d1", "d2", "d3"):
            sign_off(office, name)
        office.draft(office.document("d1").draft, actor="A", document_id="draft")
        before = office.verify_log()
        asked = ["d1", "unknown", "d2", "draft", "d3", "d1", "not an id!"]
        with pytest.raises(DocflowError) as caught:
            office.issue_many(asked, actor="V")
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        done = office.issue_many(asked[:-1], actor="V")
        again = office.issue_many(asked[:-1], actor="V")
        after = office.verify_log()
    codes = [one.number if isinstance(one, Issued) else one.code for one in done]
    assert codes == [1, ErrorCode.NOT_FOUND, 2, ErrorCode.WRONG_STATE, 3, 1]
    assert [one.is_replay for one in again if isinstance(one, Issued)] == [True] * 4
    assert (after.size - before.size, after.checkpoints - before.checkpoints) == (3, 1)
    assert place.verify().is_intact


def test_a_piece_that_fails_after_the_database_saw_its_rows_is_undone_alone(place: Place) -> None:
    """Rows that had to be written early are taken back to the savepoint; those of the pieces before stay."""
    with place.open() as office:
        for name in ("d1", "d2"):
            sign_off(office, name)
        desk = office._desk

        def spoil(unit: UnitOfWork) -> Outcome:
            assert isinstance(unit, SqlUnitOfWork)
            unit.add_blob(BlobRow(sha256=office._store.blobs.put(b"spoilt"), size=6))
            assert unit.list_outbox("d1")
            unit.flush()
            raise InterruptedError("spoilt")

        def give(name: str) -> Piece[Outcome]:
            step = _issue_step(desk, name, actor="V", on=None, wish=ANY_NUMBER, key=None)
            return work_of(desk, step)

        pieces: list[Piece[Outcome]] = [give("d1"), Piece(spoil), give("d2")]
        with pytest.raises(InterruptedError):
            office._store.transact_many(pieces)
        assert [office.document(name).number for name in ("d1", "d2")] == [1, 2]
    assert place.verify().is_intact


@contextmanager
def kept_from_writing(place: Place) -> Iterator[None]:
    """Let another program hold the database while the block lasts."""
    is_server = place.kind == "postgresql"
    if is_server:
        engine = sa.create_engine(place.database)
    else:
        engine = sa.create_engine(f"sqlite:///{place.database}/docflow.sqlite", module=choose_driver())
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM audit_head FOR UPDATE" if is_server else "BEGIN IMMEDIATE")
        yield
        connection.rollback()
    engine.dispose()


def test_threads_that_wait_at_the_same_time_share_a_commit(place: Place) -> None:
    """Each is answered after the commit that holds his number; fewer checkpoints than numbers; 1..n."""
    with place.open() as office:
        names = [f"d{number}" for number in range(24)]
        for name in names:
            sign_off(office, name)
        before = office.verify_log().checkpoints
        ready = threading.Barrier(len(names) + 1, timeout=60)
        seen: list[tuple[int, bool]] = []

        def clerk(name: str) -> None:
            ready.wait()
            issued = office.issue(name, actor="V")
            seen.append((issued.number, office.document(name).number == issued.number))

        clerks = [threading.Thread(target=clerk, args=(name,)) for name in names]
        for one in clerks:
            one.start()
        with kept_from_writing(place):
            ready.wait()
            time.sleep(0.5)
        for one in clerks:
            one.join()
        checkpoints = office.verify_log().checkpoints - before
    assert sorted(seen) == [(number, True) for number in range(1, 25)]
    assert checkpoints < len(names)
    assert place.verify().is_intact


_EACH = 3
"""Of each kind of clerk so many come at once."""


def make_clerks(office: Office) -> dict[str, Callable[[str], object]]:
    """Leave something for every kind of clerk, and return what each does with the one of a name."""
    for number in range(_EACH):
        name = str(number)
        register(office, f"letter-{name}", symbol=f"{name}/STC", issued_on=None)
        office.open_dossier(make_plan(), dossier_id=f"begun-{name}", actor="A")
        make_file(office, name)
    seal_off(office, "sealed-1")
    files = {file.notation: file for file in office.files()}
    return {
        "submit": lambda name: office.submit(f"letter-{name}", actor="V", to="L"),
        "open a dossier": lambda name: office.open_dossier(make_plan(), dossier_id=f"new-{name}", actor="A"),
        "start a dossier": lambda name: office.start_dossier(f"begun-{name}", actor="A"),
        "plan a file": lambda name: make_file(office, f"new-{name}"),
        "file a letter": lambda name: add(office, files[name], f"letter-{name}"),
        "approve the list": lambda _name: office.approve_file_list(2026, actor="L"),
        "copy": lambda name: office.make_copy(make_copy_request(), actor="V", copy_id=f"copy-{name}"),
        "reserve a number": lambda _name: office.reserve_numbers("van_ban_di", actor="V", reason="họp"),
    }


def test_clerks_of_every_kind_share_a_commit(place: Place) -> None:
    """Incoming documents, dossiers, files, copies: who waits while another one writes is written with the others."""
    with place.open() as office, ExitStack() as held:
        doings = [partial(do, str(number)) for do in make_clerks(office).values() for number in range(_EACH)]
        before = office.verify_log().checkpoints
        if place.kind == "sqlite":
            held.enter_context(office.lock())
        else:
            engine = sa.create_engine(place.database, poolclass=sa.NullPool)
            held.enter_context(engine.begin()).execute(sa.select(AUDIT_HEAD).with_for_update())
        with ThreadPoolExecutor(len(doings)) as clerks:
            group = office._store._group
            done = [clerks.submit(doings[0])]
            while group._leader is None or group._waiting:
                time.sleep(0.001)
            done += [clerks.submit(do) for do in doings[1:]]
            while len(group._waiting) < len(doings) - 1 and not any(one.done() for one in done):
                time.sleep(0.001)
            held.close()
        for one in done:
            one.result()
        # The first one alone, all others together; a file is planned, and then opened.
        assert office.verify_log().checkpoints - before <= 2 + 2 * _EACH
    assert place.verify().is_intact


def test_an_interrupted_leader_hands_on_to_those_who_wait() -> None:
    """Ctrl-C while he writes: he and his group hear that the outcome is unknown, the others are carried out."""
    is_writing, may_go_on = threading.Event(), threading.Event()
    groups: list[int] = []

    def run(tickets: Sequence[Ticket]) -> None:
        groups.append(len(tickets))
        for ticket in tickets:
            ticket.result = ticket.piece.run(cast("UnitOfWork", None))
        if len(groups) == 1:
            is_writing.set()
            may_go_on.wait(60)
            raise KeyboardInterrupt

    commits = GroupCommit(run)
    said: dict[str, object] = {}

    def clerk(name: str) -> None:
        try:
            said[name] = commits.transact(Piece(lambda _unit: name))
        except BaseException as exc:  # noqa: BLE001 - looked at below
            said[name] = type(exc)

    clerks = [threading.Thread(target=clerk, args=(name,), daemon=True) for name in ("first", "b", "c", "d")]
    clerks[0].start()
    assert is_writing.wait(60)
    for one in clerks[1:]:
        one.start()
    while len(commits._waiting) < 3:
        time.sleep(0.001)
    may_go_on.set()
    for one in clerks:
        one.join(timeout=60)
    assert said == {"first": KeyboardInterrupt, "b": "b", "c": "c", "d": "d"}
    assert groups == [1, 3]


@pytest.mark.slow
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_that_the_server_undid_is_tried_again_with_one_effect(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice undone when all was written, then kept: the work ran three times, its effect is there once."""
    finish, runs = SqlUnitOfWork.finish, 0

    def finish_and_undo(unit: SqlUnitOfWork, *, key: VerifierKey, sign: SignNote) -> None:
        nonlocal runs
        runs += 1
        cursor = unit._runner._cursor.connection.cursor()
        finish(unit, key=key, sign=sign)
        if runs < 3:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '{state}'; END $$")

    with make_place("postgresql", tmp_path) as place, place.open() as office:
        sign_off(office, "d1")
        monkeypatch.setattr(SqlUnitOfWork, "finish", finish_and_undo)
        assert office.issue("d1", actor="V").number == 1
        monkeypatch.undo()
        assert runs == 3
        assert office.issue("d1", actor="V").is_replay
        assert office.verify_log().is_intact


@pytest.mark.slow
def test_a_lock_held_for_too_long_is_busy_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another session keeps the head of the log: STORE_BUSY after the time-out; later the same call works."""
    monkeypatch.setitem(postgres.SETTINGS, "lock_timeout", "200ms")
    with make_place("postgresql", tmp_path) as place, place.open() as office:
        sign_off(office, "d1")
        other = sa.create_engine(place.database)
        with other.begin() as connection:
            connection.exec_driver_sql("SELECT * FROM audit_head FOR UPDATE")
            with pytest.raises(DocflowError) as caught:
                office.issue("d1", actor="V")
            assert caught.value.code is ErrorCode.STORE_BUSY
            assert caught.value.vi
        other.dispose()
        assert office.issue("d1", actor="V").number == 1


def test_whoever_only_reads_waits_for_nobody(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening, reading and closing, while somebody holds everything that writers take turns on."""
    monkeypatch.setitem(postgres.SETTINGS, "lock_timeout", "200ms")
    monkeypatch.setattr(database, "LOCK_WAIT_S", 0.2)
    with place.open() as office:
        office.draft(make_draft(), actor="A", document_id="d1")
    with hold(place), place.open() as office:
        assert office.documents()[0].id == "d1"
        assert office.incoming() == ()
        assert office.verify_log().is_intact
        with pytest.raises(DocflowError) as caught:
            office.draft(make_draft(), actor="A", document_id="d2")
        assert caught.value.code is ErrorCode.STORE_BUSY
    with place.open() as office:
        assert [document.id for document in office.documents()] == ["d1"]


@contextmanager
def hold(place: Place) -> Iterator[None]:
    """Hold the lock of a store, and on a server the one under which tables are made, too."""
    if place.kind == "sqlite":
        with (Path(place.database) / "docflow.lock").open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    other = sa.create_engine(place.database)
    with other.begin() as connection:
        connection.exec_driver_sql("SELECT * FROM audit_head FOR UPDATE")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({postgres._MIGRATION_LOCK})")
        yield
    other.dispose()


@pytest.mark.slow
def test_the_settings_that_guard_a_server_are_read_back(tmp_path: Path) -> None:
    """Commits wait for the disk; nobody waits for ever."""
    with make_place("postgresql", tmp_path) as place:
        database = postgres.PostgresDatabase(place.database)
        with database.reading() as reader, database.writing() as writer:
            for connection in (reader, writer):
                for name, value in postgres.SETTINGS.items():
                    shown = connection.exec_driver_sql(f"SHOW {name}").scalar()
                    assert shown == {"60s": "1min"}.get(value, value), name
            assert reader.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
        database.close()


@pytest.mark.slow
def test_options_of_an_address_stand_beside_the_settings(tmp_path: Path) -> None:
    """Another time-out and a role may be said; what is not, and that commits wait for the disk, stays."""
    said = "?options=-crole%3Dpg_monitor&options=-clock_timeout%3D5s%20-csynchronous_commit%3Doff"
    with make_place("postgresql", tmp_path) as place:
        database = postgres.PostgresDatabase(place.database + said)
        with database.writing() as connection:
            shown = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("role", "lock_timeout", "statement_timeout", "synchronous_commit")
            }
        database.close()
    assert shown == {
        "role": "pg_monitor",
        "lock_timeout": "5s",
        "statement_timeout": "1min",
        "synchronous_commit": "on",
    }


@pytest.mark.slow
def test_an_upgrade_that_takes_longer_than_the_time_outs_is_not_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year's table is copied by one statement, while the connection that holds the lock does nothing."""
    monkeypatch.setitem(postgres.SETTINGS, "statement_timeout", "300ms")
    monkeypatch.setitem(postgres.SETTINGS, "idle_in_transaction_session_timeout", "300ms")
    with make_place("postgresql", tmp_path) as place:
        database, other = postgres.PostgresDatabase(place.database), postgres.PostgresDatabase(place.database)
        with database.locked(), database.migrating() as connection:
            connection.exec_driver_sql("SELECT pg_sleep(0.9)")
            with other.writing() as second:
                assert not second.exec_driver_sql(
                    f"SELECT pg_try_advisory_xact_lock({postgres._MIGRATION_LOCK})"
                ).scalar()
        with pytest.raises(DocflowError), database.writing() as connection:
            connection.exec_driver_sql("SELECT pg_sleep(0.9)")
        database.close()
        other.close()


@pytest.mark.parametrize(
    "address",
    [
        "mysql://root@127.0.0.1/x",
        "postgresql://root@127.0.0.1:1/nowhere",
        "postgresql://root@127.0.0.1/x?password=geheim",
        "://",
        "postgresql://[",
    ],
)
def test_an_address_of_nothing_is_our_error_without_its_password(address: str, tmp_path: Path) -> None:
    """A code, a Vietnamese sentence, no password."""
    with pytest.raises(DocflowError) as caught:
        Place("postgresql", address, tmp_path).open()
    assert caught.value.vi
    assert "geheim" not in str(caught.value)


def test_a_server_needs_a_folder_for_files_and_key(tmp_path: Path) -> None:
    """home= is not guessed."""
    with pytest.raises(DocflowError, match="home="):
        Office.open("postgresql://root@127.0.0.1/x", agency=make_agency())
    assert not list(tmp_path.iterdir())
