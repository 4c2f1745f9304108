"""docflow inside an e-office's own SQLAlchemy transaction: kept with it, undone with it, on every kind of database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import DocflowError, DocumentState, ErrorCode, Office
from docflow.store.engines.database import choose_driver
from tests.contract.offices import Place, make_place
from tests.office_kit import make_draft, sign_off
from tests.support import postgres_database


def engine_of(place: Place, **options: object) -> sa.Engine:
    """Return an engine as an e-office would make it."""
    if place.kind == "postgresql":
        return sa.create_engine(place.database)
    options.setdefault("module", choose_driver())
    return sa.create_engine(f"sqlite:///{place.database}/docflow.sqlite", **options)


@pytest.fixture
def engine(place: Place) -> Iterator[sa.Engine]:
    """The e-office's engine, with its own table in the office's database; documents d1 and d2 wait for a number."""
    with place.open() as office:
        for name in ("d1", "d2"):
            sign_off(office, name)
    made = engine_of(place)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE task (text TEXT)")
    yield made
    made.dispose()


def tasks(engine: sa.Engine) -> list[str]:
    """Return what the e-office wrote."""
    with engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT text FROM task").scalars())


def test_what_docflow_wrote_is_kept_by_the_callers_commit(place: Place, engine: sa.Engine) -> None:
    """Two verbs and the caller's row: one transaction; what it wrote is seen inside it.

    NĐ 30/2020 PL VI Phần I mục III.2c: "Có khả năng kết nối, liên thông và tích hợp với các hệ thống chuyên dụng khác
        đang được sử dụng tại cơ quan, tổ chức."
    """
    with place.open() as office:
        with office.lock(), engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO task VALUES ('before')")
            inside = office.within(connection)
            assert [inside.issue(name, actor="V").number for name in ("d1", "d2")] == [1, 2]
            assert inside.document("d2").state is DocumentState.NUMBERED
        assert office.document("d2").number == 2
    assert tasks(engine) == ["before"]
    assert place.verify().is_intact


def test_what_docflow_wrote_is_undone_by_the_callers_rollback(place: Place, engine: sa.Engine) -> None:
    """Also by an exception in the caller's code; the number is given again, to the next."""
    with place.open() as office:
        for name in ("d1", "d2"):
            with office.lock(), engine.connect() as connection:
                connection.exec_driver_sql("INSERT INTO task VALUES ('undone')")
                assert office.within(connection).issue(name, actor="V").number == 1
                connection.rollback()
        assert office.document("d1").number is None
        assert office.issue("d2", actor="V").number == 1
    assert tasks(engine) == []
    assert place.verify().is_intact


def test_a_verb_that_is_refused_leaves_nothing_and_the_callers_rows_stay(place: Place, engine: sa.Engine) -> None:
    """The caller may catch the error and commit the rest."""
    with place.open() as office:
        with office.lock(), engine.begin() as connection:
            inside = office.within(connection)
            connection.exec_driver_sql("INSERT INTO task VALUES ('kept')")
            with pytest.raises(DocflowError) as caught:
                inside.void("d1", actor="V", reason="x")
            assert caught.value.code is ErrorCode.WRONG_STATE
            inside.issue("d1", actor="V")
        assert office.document("d1").number == 1
    assert tasks(engine) == ["kept"]
    assert place.verify().is_intact


def test_a_file_left_over_by_a_rollback_is_swept(place: Place, engine: sa.Engine) -> None:
    """Files are stored at once; one that no transaction came to name is removed, others and young ones are not."""
    with place.open() as office:
        with office.lock(), engine.connect() as connection:
            office.within(connection).draft(make_draft(), actor="A", document_id="d3", pdf=b"%PDF undone")
            connection.rollback()
        files = sorted((place.home("H99") / "blobs").glob("??/*"))
        assert office.sweep_blobs() == 0
        for path in files:
            os.utime(path, (0, 0))
        assert office.sweep_blobs() == 1
        with pytest.raises(DocflowError) as caught:
            office.sweep_blobs(older_than=timedelta(minutes=5))
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    report = place.verify()
    assert report.is_intact
    assert report.blobs == len(files) - 1


def test_a_connection_to_another_database_is_refused(place: Place, engine: sa.Engine, tmp_path: Path) -> None:
    """The log key must be that of the database that the connection leads to."""
    other = Place("sqlite", str(tmp_path / "other"), tmp_path / "elsewhere")
    with other.open(), place.open() as office:
        elsewhere = engine_of(other)
        with office.lock(), elsewhere.connect() as connection, pytest.raises(DocflowError) as caught:
            office.within(connection)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        elsewhere.dispose()
    assert tasks(engine) == []


def test_a_database_without_an_office_is_refused_and_not_called_broken(place: Place) -> None:
    """The caller connected to his own database: his mistake, and no word of restoring backups."""
    with place.open() as office, ExitStack() as stack:
        if place.kind == "postgresql":
            empty = engine_of(replace(place, database=stack.enter_context(postgres_database())))
        else:
            empty = sa.create_engine("sqlite://", module=choose_driver())
        with office.lock(), empty.connect() as connection, pytest.raises(DocflowError) as caught:
            office.within(connection)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert "does not lead to the office's database" in str(caught.value)
        empty.dispose()


@pytest.mark.slow
def test_a_connection_that_commits_by_itself_is_refused(tmp_path: Path) -> None:
    """Of two verbs the first would stand although the caller rolled back; on SQLite docflow begins by itself."""
    with make_place("postgresql", tmp_path) as place, place.open() as office:
        engine = engine_of(place)
        with engine.connect() as connection, pytest.raises(DocflowError) as caught:
            office.within(connection.execution_options(isolation_level="AUTOCOMMIT"))
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert "AUTOCOMMIT" in str(caught.value)
        engine.dispose()


@pytest.mark.slow
def test_a_transaction_that_failed_or_may_only_read_is_the_callers_mistake(tmp_path: Path) -> None:
    """Nobody is told to restore a backup; after a rollback to the caller's savepoint the office goes on."""
    with make_place("postgresql", tmp_path) as place, place.open() as office:
        sign_off(office, "d1")
        engine = engine_of(place)
        with engine.begin() as connection:
            inside = office.within(connection)
            savepoint = connection.begin_nested()
            with pytest.raises(sa.exc.DBAPIError):
                connection.exec_driver_sql("SELECT 1 / 0")
            for late in (lambda: inside.issue("d1", actor="V"), lambda: office.within(connection)):
                with pytest.raises(DocflowError, match="an earlier statement") as caught:
                    late()
                assert caught.value.code is ErrorCode.BAD_ARGUMENT
            savepoint.rollback()
            assert inside.issue("d1", actor="V").number == 1
        with engine.connect().execution_options(postgresql_readonly=True) as connection, connection.begin():
            inside = office.within(connection)
            assert inside.document("d1").number == 1
            with pytest.raises(DocflowError, match="may only read") as caught:
                inside.draft(make_draft(), actor="A", document_id="d2")
            assert caught.value.code is ErrorCode.BAD_ARGUMENT
        engine.dispose()


def test_sqlite_wants_the_lock_the_driver_and_the_disk(tmp_path: Path) -> None:
    """Without the lock, with another SQLite library, or with synchronous below FULL nothing is written."""
    place = Place("sqlite", str(tmp_path / "database"), tmp_path)
    with place.open() as office:
        sign_off(office, "d1")
        own, foreign = engine_of(place), engine_of(place, module=sqlite3)
        with own.connect() as connection, pytest.raises(DocflowError, match="take the store's lock"):
            office.within(connection)
        with office.lock(), foreign.connect() as connection, pytest.raises(DocflowError, match="two SQLite libraries"):
            office.within(connection)
        with office.lock(), own.connect() as connection:
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
            with pytest.raises(DocflowError, match="below FULL"):
                office.within(connection)
        own.dispose()
        foreign.dispose()
        assert office.document("d1").number is None


def refuse_as_over(office: Office, document: str) -> None:
    """See that a verb is refused because its transaction is over."""
    with pytest.raises(DocflowError, match="is over") as caught:
        office.issue(document, actor="V")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
@pytest.mark.parametrize("how", ["by SQLAlchemy", "by a statement"])
def test_nothing_is_written_after_the_callers_transaction(place: Place, engine: sa.Engine, end: str, how: str) -> None:
    """However it ended, and although the lock is still held: the next number would be in a transaction of nobody's."""
    with place.open() as office:
        with office.lock(), engine.connect() as connection:
            inside = office.within(connection)
            assert inside.issue("d1", actor="V").number == 1
            if how == "by a statement":
                connection.exec_driver_sql(end)
            elif end == "COMMIT":
                connection.commit()
            else:
                connection.rollback()
            refuse_as_over(inside, "d2")
            connection.rollback()
            connection.exec_driver_sql("INSERT INTO task VALUES ('the next transaction')")
            refuse_as_over(inside, "d2")
            assert office.within(connection).issue("d2", actor="V").number == (2 if end == "COMMIT" else 1)
            connection.commit()
        refuse_as_over(inside, "d1")
        with pytest.raises(DocflowError, match="is over"):
            inside.document("d1")
        with pytest.raises(DocflowError, match="is over"):
            office.within(connection)
    assert tasks(engine) == ["the next transaction"]
    assert place.verify().is_intact


def test_on_sqlite_nothing_is_written_once_the_lock_was_let_go(tmp_path: Path) -> None:
    """The transaction is still open, but others may write now: they would wait for one who holds no lock."""
    with make_place("sqlite", tmp_path) as place, place.open() as office:
        for name in ("d1", "d2"):
            sign_off(office, name)
        engine = engine_of(place)
        with engine.connect() as connection:
            with office.lock():
                inside = office.within(connection)
                inside.issue("d1", actor="V")
            with pytest.raises(DocflowError, match="take the store's lock") as caught:
                inside.issue("d2", actor="V")
            assert caught.value.code is ErrorCode.BAD_ARGUMENT
            connection.rollback()
        engine.dispose()
        assert office.issue("d2", actor="V").number == 1


def test_the_callers_savepoints_go_on_working(place: Place, engine: sa.Engine) -> None:
    """One made before an office, one made after it, one undone: all the same transaction.

    NĐ 30/2020 PL VI Phần I mục III.2c: an e-office that is linked with docflow keeps its own way of working.
    """
    with place.open() as office:
        sign_off(office, "d3")
        with office.lock(), engine.begin() as connection:
            with connection.begin_nested():
                inside = office.within(connection)
                assert inside.issue("d1", actor="V").number == 1
            undone = connection.begin_nested()
            assert inside.issue("d2", actor="V").number == 2
            undone.rollback()
            with connection.begin_nested():
                assert inside.issue("d3", actor="V").number == 2
        assert [office.document(name).number for name in ("d1", "d2", "d3")] == [1, None, 2]
    assert place.verify().is_intact
