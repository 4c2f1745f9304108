"""A PostgreSQL server that ends sessions, is shut down or dies in the middle of verbs; one that asks for a password.

Whoever was not answered does the same again and nothing is done twice; nobody is told to restore a backup.
"""

from __future__ import annotations

import gc
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from docflow import ErrorCode, SearchQuery, found_office, reopen_office, verify_log
from docflow.errors import StoreUnavailable
from docflow.store import verify_store
from docflow.store.engines.postgres import PostgresDatabase
from tests.office_kit import make_agency, sign_off
from tests.province_kit import Province, on_server, write_papers
from tests.server_kit import Server, own_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # SQLAlchemy closes no cursor of a connection that is lost
]

SECRET = "bí-mật-thật"
ENDS = ("session ended", "shut down", "killed")
ISSUE = ("office", "outgoing", "issue")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this module's own."""
    with own_server() as made:
        yield made


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> str:
    """The address of an empty database on it."""
    name = f"d{abs(hash(request.node.name))}"
    with suppress(subprocess.CalledProcessError):  # it runs, unless a test failed
        server.start()
    on_server(f"CREATE DATABASE {name}", address=server.address)
    return f"{server.address.rpartition('/')[0]}/{name}"


def end(server: Server, how: str) -> None:
    """End every session of docflow's, in one of three ways."""
    if how == "session ended":
        on_server(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'docflow'",
            address=server.address,
        )
    else:
        server.stop("fast" if how == "shut down" else "immediate")


def begin_again(server: Server, how: str) -> None:
    """Start the server if it was stopped."""
    if how != "session ended":
        server.start()


def lost(call: Callable[[], object]) -> str:
    """Run what loses its connection; return what is said: what to do, in both languages, and no word of a backup."""
    with pytest.raises(StoreUnavailable) as caught:
        call()
    error = caught.value
    assert error.code is ErrorCode.STORE_UNREACHABLE, error
    assert "restore" not in str(error)
    assert "sao lưu" not in error.vi + error.code.way_out_vi
    return f"{error} {error.vi}"


def waits(database: str) -> bool:
    """Return whether somebody of docflow's waits for a lock."""
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'docflow' AND wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


@pytest.mark.parametrize("how", ENDS)
def test_a_verb_whose_server_goes_down_is_repeated_and_done_once(
    how: str, server: Server, database: str, tmp_path: Path
) -> None:
    """Whether it took effect is said to be unknown; while the server is away every call says so; then number 1."""
    with found_office(tmp_path / "H99", agency=make_agency(), database=database) as office:
        sign_off(office, "d")
        holder = psycopg.connect(database)
        holder.execute("SELECT * FROM audit_head FOR UPDATE")

        def end_it() -> None:
            while not waits(database):
                pass
            end(server, how)

        ending = threading.Thread(target=end_it)
        ending.start()
        said = lost(lambda: office.issue("d", actor="V"))
        ending.join()
        assert "unknown" in said
        assert "the same call again" in said
        assert "chưa biết" in said
        holder.close()
        if how != "session ended":
            home = tmp_path / "H99"
            for call in (office.documents, lambda: reopen_office(home), lambda: verify_log(home)):
                assert "see that the server runs" in lost(call)
        begin_again(server, how)
        assert office.issue("d", actor="V").number == 1
        assert office.issue("d", actor="V").number == 1
    assert verify_log(tmp_path / "H99").numbers == 1


@pytest.mark.parametrize("how", ["session ended", "killed"])
@pytest.mark.parametrize(
    ("what", "when"),
    [
        ("reading", "between statements"),
        ("reading", "at the end"),
        ("writing", "between statements"),
        ("writing", "past SQLAlchemy"),
        ("writing", "at the end"),
        ("locked", "at the end"),
    ],
)
def test_a_connection_that_is_lost_is_told_as_lost(
    what: str, when: str, how: str, server: Server, database: str
) -> None:
    """Wherever SQLAlchemy and psycopg notice it, each with an error of its own; the next call connects anew."""
    place = PostgresDatabase(database)
    begun: Callable[[], AbstractContextManager[sa.Connection | None]] = getattr(place, what)

    def lose() -> None:
        with begun() as connection:
            if connection is not None:
                connection.execute(sa.text("SELECT 1"))
            end(server, how)
            if connection is not None and when == "between statements":
                connection.execute(sa.text("SELECT 1"))
            if connection is not None and when == "past SQLAlchemy":
                connection.connection.cursor().execute("SELECT 1")

    try:
        lost(lose)
    finally:
        begin_again(server, how)
    with begun():
        pass
    place.close()


def test_a_verification_whose_server_goes_down_is_no_verdict(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither intact nor broken: exit code 4, and in Python an error."""
    province = Province(database, tmp_path)
    province.done(*province.founding())

    def verify(*arguments: object, **named: object) -> object:
        end(server, "killed")
        return verify_store(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("docflow.store.reader.verify_store", verify)
    try:
        said = province.refused(4, ErrorCode.STORE_UNREACHABLE, "audit", "verify", tmp_path / "H99")
    finally:
        begin_again(server, "killed")
    gc.collect()  # the cursor it left, while its warning is not heard
    assert "INTACT" not in said
    assert "BROKEN" not in said
    monkeypatch.undo()
    assert "INTACT" in province.done("audit", "verify", tmp_path / "H99")


def test_clerks_who_repeat_what_was_not_answered_number_without_gap(
    server: Server, database: str, tmp_path: Path
) -> None:
    """Four at once, the server going down three times, in each way: every document one number, the log whole."""
    names = [f"d{position}" for position in range(40)]
    goes_down = threading.Event()
    unanswered: list[ErrorCode] = []
    with found_office(tmp_path / "H99", agency=make_agency(), database=database) as office:
        for name in names:
            sign_off(office, name)

        def issue(name: str) -> int | None:
            if names.index(name) == 8:
                goes_down.set()
            while True:
                try:
                    return office.issue(name, actor="V").number
                except StoreUnavailable as exc:
                    unanswered.append(exc.code)

        def trouble() -> None:
            goes_down.wait()
            for how in ENDS:
                end(server, how)
                begin_again(server, how)

        troubling = threading.Thread(target=trouble)
        troubling.start()
        with ThreadPoolExecutor(4) as pool:
            numbers = list(pool.map(issue, names))
        troubling.join()
    assert set(unanswered) == {ErrorCode.STORE_UNREACHABLE}
    assert sorted(number or 0 for number in numbers) == list(range(1, len(names) + 1))
    assert verify_log(tmp_path / "H99").is_intact


@pytest.mark.parametrize("is_open", [True, False])
def test_a_standby_is_told_as_one(*, is_open: bool, server: Server, database: str, tmp_path: Path) -> None:
    """Before it takes over, or the old one after another did: what only reads goes on, what writes names another."""
    found_office(tmp_path / "H99", agency=make_agency(), database=database).close()
    signal = server.folder / "data" / "standby.signal"
    with ExitStack() as opened:
        office = opened.enter_context(reopen_office(tmp_path / "H99")) if is_open else None
        server.stop()
        signal.touch()
        server.start()
        try:
            office = office or opened.enter_context(reopen_office(tmp_path / "H99"))
            for call in (lambda: sign_off(office, "d"), lambda: office.search(SearchQuery())):
                assert "standby" in lost(call)
            assert office.documents() == ()
            assert verify_log(tmp_path / "H99").is_intact
        finally:
            server.stop()
            signal.unlink()
            server.start()


# ---------------------------------------------------------------- passwords


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """A server that lets nobody in without a password (SCRAM)."""
    with own_server(password=SECRET) as made:
        yield made


@pytest.fixture
def locked_out(guarded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Province:
    """Its database as a province's, and nothing that would tell libpq the password."""
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE", "DOCFLOW_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    write_papers(tmp_path)
    return Province(guarded.address, tmp_path)


@pytest.mark.parametrize("password", [None, "sai-mật-khẩu"])
def test_who_has_no_password_is_not_let_in_and_told_where_libpq_looks(
    password: str | None, locked_out: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is founded, and a wrong one is not shown."""
    if password is not None:
        monkeypatch.setenv("PGPASSWORD", password)
    said = locked_out.refused(4, ErrorCode.STORE_UNREACHABLE, *locked_out.founding(database=locked_out.database))
    assert "PGPASSFILE" in said
    assert "password" in said.partition("(")[0]
    assert str(password) not in said
    assert not (tmp_path / "H99" / "log.key").exists()


@pytest.mark.parametrize("way", ["PGPASSWORD", "PGPASSFILE", "service", "DOCFLOW_DATABASE"])
def test_a_password_is_taken_from_where_libpq_looks_and_written_nowhere(
    way: str, locked_out: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From founding to verification; the folder alone is named, and neither it nor what is printed holds the secret."""
    name, code = locked_out.database, {"PGPASSWORD": "H90", "PGPASSFILE": "H91", "service": "H92"}.get(way, "H93")
    secrets = tmp_path / "secrets"
    if way == "PGPASSWORD":
        monkeypatch.setenv("PGPASSWORD", SECRET)
    elif way == "PGPASSFILE":
        secrets.write_text(f"127.0.0.1:*:*:root:{SECRET}\n", encoding="utf-8")
        secrets.chmod(0o600)
        monkeypatch.setenv("PGPASSFILE", str(secrets))
    elif way == "service":
        secrets.write_text(f"[docflow]\npassword={SECRET}\n", encoding="utf-8")
        monkeypatch.setenv("PGSERVICEFILE", str(secrets))
        name += "?service=docflow"
    else:
        monkeypatch.setenv("DOCFLOW_DATABASE", name.replace("root@", f"root:{SECRET}@"))
    home = tmp_path / code
    said = locked_out.done(*locked_out.founding(code, database=None if way == "DOCFLOW_DATABASE" else name))
    locked_out.sign_off(code)
    said += locked_out.done(*ISSUE, home, "d", "--actor", "V")
    said += locked_out.done("audit", "verify", home)
    assert "INTACT" in said
    assert json.loads(locked_out.done("office", "outgoing", "show", home, "d"))["number"] == 1
    assert SECRET not in said
    assert (home / "database.address").read_text().splitlines()[0] == name
    assert not [path for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    monkeypatch.setenv("PGPASSWORD", "sai-mật-khẩu")
    for other in ("PGPASSFILE", "PGSERVICEFILE", "DOCFLOW_DATABASE"):
        monkeypatch.delenv(other, raising=False)
    if way != "service":
        locked_out.refused(4, ErrorCode.STORE_UNREACHABLE, "audit", "verify", home)
