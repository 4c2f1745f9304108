"""A database that is gone while the office's folder is there; and foundings that were cut off, which look like it.

What a number was given to cannot be known without the database: an office that went on would give it once more.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from docflow import Office, RegisterKind, read_register, reopen_office, verify_log
from docflow.cli import main
from docflow.errors import DocflowError, ErrorCode
from docflow.office import register_agency
from docflow.store.engines import founding
from tests.contract.offices import Place
from tests.killing_child import Steps, die
from tests.office_kit import make_agency, make_draft, seal_off, sign_off

READERS: tuple[Callable[[Place], object], ...] = (
    lambda place: verify_log(place.database, home=place.home("H99")),
    lambda place: read_register(place.database, RegisterKind.OUTGOING, 2026, home=place.home("H99")),
    lambda place: reopen_office(place.database, home=place.home("H99")),
)


def lose(place: Place, *, how: str = "gone") -> None:
    """Lose the database and nothing else."""
    if place.kind == "postgresql":
        engine = sa.create_engine(place.database, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        return
    for path in Path(place.database).glob("docflow.sqlite*"):
        path.unlink()
    if how == "empty":
        (Path(place.database) / "docflow.sqlite").touch()


def refused(call: Callable[[], object]) -> DocflowError:
    """Return the error of a call that must fail as a store that cannot be used."""
    with pytest.raises(DocflowError) as caught:
        call()
    assert caught.value.code is ErrorCode.STORE_UNUSABLE, caught.value
    return caught.value


def found_with_one_document(place: Place) -> None:
    """Leave a founded office that gave number 1."""
    with place.open() as office:
        sign_off(office, "d1")
        assert office.issue("d1", actor="V").number == 1


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_lost_database_is_not_made_anew(place: Place, how: str) -> None:
    """Number 1 would be given twice under one log key, and the log would call itself whole."""
    found_with_one_document(place)
    lose(place, how=how)
    for call in (place.open, *(lambda read=read: read(place) for read in READERS)):
        error = refused(call)
        for said in (error.message, error.vi):
            assert str(place.home("H99")) in said
        assert "move" in (error.way_out or "")
        assert "chuyển thư mục" in error.vi


def test_a_refused_opening_leaves_no_database_behind(place: Place) -> None:
    """A WAL of an empty database would be laid over the backup that is put in its place."""
    found_with_one_document(place)
    lose(place)
    refused(place.open)
    if place.kind == "sqlite":
        assert not list(Path(place.database).glob("docflow.sqlite*"))
    else:
        with sa.create_engine(place.database, poolclass=sa.NullPool).connect() as connection:
            assert sa.inspect(connection).get_table_names() == []


def test_a_database_that_is_restored_is_opened_as_ever(tmp_path: Path, place: Place) -> None:
    """What the message tells to do works."""
    if place.kind == "postgresql":
        pytest.skip("a server's backups are the server's")
    found_with_one_document(place)
    kept = tmp_path / "kept.sqlite"
    shutil.copy(Path(place.database) / "docflow.sqlite", kept)
    lose(place)
    refused(place.open)
    kept.replace(Path(place.database) / "docflow.sqlite")
    with place.open() as office:
        sign_off(office, "d2")
        assert office.issue("d2", actor="V").number == 2
    assert place.verify().is_intact


def test_a_folder_that_was_moved_away_makes_room_for_a_new_office(place: Place) -> None:
    """The other way out: another log key, so nobody takes the two for one."""
    found_with_one_document(place)
    key = (place.home("H99") / "log.key").read_bytes()
    lose(place)
    place.home("H99").rename(place.folder / "old")
    with Office.open(place.database, agency=make_agency(), home=place.home("H99")) as office:
        office.draft(make_draft(), actor="A", document_id="d1")
    assert (place.home("H99") / "log.key").read_bytes() != key


@pytest.mark.parametrize("left", ["log.vkey", "blobs"])
def test_one_trace_of_the_office_is_enough(place: Place, left: str) -> None:
    """Also where the log key was lost with the database, or the public key was."""
    found_with_one_document(place)
    lose(place)
    for path in place.home("H99").iterdir():
        if path.name not in {left, "docflow.sqlite"} and path.is_file():
            path.unlink()
    if left != "blobs":
        shutil.rmtree(place.home("H99") / "blobs")
    refused(place.open)


def test_the_other_agency_of_a_lost_database_is_refused_too(place: Place) -> None:
    """The tables are there again once a third agency is founded: each looks for itself."""
    place.open("H98").close()
    place.open("H99").close()
    lose(place)
    place.open("H97").close()
    for code in ("H98", "H99"):
        refused(lambda code=code: place.open(code))  # type: ignore[misc]
    place.open("H97").close()


def test_a_folder_taken_to_another_database_is_refused(place: Place, tmp_path: Path) -> None:
    """A slip in the address is a lost database as well."""
    place.open().close()
    other = Place("sqlite", str(tmp_path / "other"), place.folder)
    refused(other.open)
    assert not (tmp_path / "other" / "docflow.sqlite").exists()


def test_the_command_that_founds_refuses_in_one_line(tmp_path: Path) -> None:
    """``docflow office found`` made the office anew without a word."""
    folder = tmp_path / "office"
    told = ("--code", "H99", "--name", "Ủy ban nhân dân", "--abbreviation", "UBND", "--place", "An Bình")
    assert CliRunner().invoke(main, ["office", "found", str(folder), *told]).exit_code == 0
    lose(Place("sqlite", str(folder), tmp_path))
    for arguments in (["office", "found", str(folder), *told], ["audit", "verify", str(folder)]):
        result = CliRunner().invoke(main, arguments)
        assert (result.exit_code, result.output.count("\n")) == (4, 1), result.output
        assert "restore the database from a backup" in result.output


def _die_founding(place: Place, code: str, *, step: int) -> bool:
    """Found an office in a child that dies at a step; return whether it came to its end instead."""
    child = os.fork()
    if not child:
        steps = Steps(step, die)
        steps.watch()
        place.open(code)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != -signal.SIGKILL


def test_a_founding_that_was_killed_is_completed(place: Place) -> None:
    """At every step: before a statement, around a commit, before a file is forced to disk or gets its name."""
    done = []
    for step in range(1, 100):
        code = f"H{step:02}"
        here = place if place.kind == "postgresql" else Place("sqlite", f"{place.database}-{step}", place.folder)
        if _die_founding(here, code, step=step):
            break
        done.append((here.home(code) / "log.vkey").exists())
        with here.open(code) as office:
            seal_off(office, "d1")
            assert office.document("d1").number == 1
        assert here.verify(code).is_intact
    assert len(done) > 10
    assert (done[0], done[-1]) == (False, True)


def test_the_public_key_is_written_after_the_agency_is_recorded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the sign of an office that was founded; whoever comes in between completes the founding."""
    seen = []

    def register(desk: object) -> None:
        seen.append((place.home("H99") / "log.vkey").exists())
        register_agency(desk)  # type: ignore[arg-type]
        seen.append((place.home("H99") / "log.vkey").exists())
        if len(seen) == 2:
            with place.open() as other:
                seal_off(other, "d1")

    monkeypatch.setattr("docflow.wiring.office.use_cases.register_agency", register)
    with place.open() as first:
        assert first.document("d1").number == 1
    assert seen == [False, False, False, False]
    assert place.verify().is_intact


def test_whoever_founds_while_another_one_finishes_is_not_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is asked before the database: what it says of a founding, the database knows by then."""
    if place.kind == "sqlite":
        pytest.skip("one lock keeps founders of a SQLite store apart")
    opened: list[Office] = []
    ask = founding.was_founded

    def asked(folder: Path) -> bool:
        if not opened:
            monkeypatch.setattr(founding, "was_founded", ask)
            with monkeypatch.context() as patch:
                # The first one holds the lock under which keys are made: this founder is past that.
                patch.setattr("docflow.store.engines.postgres.PostgresDatabase.locked", _nothing)
                opened.append(place.open())
        return ask(folder)

    place.open("H98").close()
    monkeypatch.setattr(founding, "was_founded", asked)
    with place.open() as second, opened[0] as first:
        assert second.vkey == first.vkey


def _nothing(_: object) -> object:
    return nullcontext()
