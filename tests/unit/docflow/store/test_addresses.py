"""`database.address`: where the records of an office are that are not in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from docflow import Office, found_office
from docflow.errors import ErrorCode, StoreUnavailable, UsageError
from docflow.store.engines.addresses import MAX_ADDRESS_BYTES, find_address, find_remembered, remember_address
from docflow.store.engines.places import name_database
from docflow.store.engines.postgres import PostgresDatabase, is_same_database, is_same_identity, read_plain_address
from tests.office_kit import make_agency, open_office

ADDRESS = "postgresql://docflow@db.example:5433/docflow?sslmode=verify-full"
OTHER = "postgresql://docflow@db2.example/docflow"
IDENTITY = "7713622432111196287/16384/2200"


def test_what_was_remembered_is_found(tmp_path: Path) -> None:
    """Address and which database it is; a folder without the file, or that is not there, names none."""
    assert find_address(tmp_path) is None
    assert find_address(tmp_path / "nowhere") is None
    remember_address(tmp_path, ADDRESS)
    assert (tmp_path / "database.address").read_bytes() == f"{ADDRESS}\n".encode()
    assert find_address(tmp_path) == ADDRESS
    assert find_remembered(tmp_path) == (ADDRESS, None)
    remember_address(tmp_path, ADDRESS, identity=IDENTITY)
    assert (tmp_path / "database.address").read_bytes() == f"{ADDRESS}\n{IDENTITY}\n".encode()
    assert find_remembered(tmp_path) == (ADDRESS, IDENTITY)
    assert [path.name for path in tmp_path.iterdir()] == ["database.address"]


@pytest.mark.parametrize("identity", [None, IDENTITY])
def test_only_a_move_changes_what_was_remembered(tmp_path: Path, identity: str | None) -> None:
    """Another spelling of the same place, by which somebody opened it once, does not, nor does another database."""
    remember_address(tmp_path, ADDRESS, identity=identity)
    remember_address(tmp_path, OTHER, identity="1/2/3")
    assert find_remembered(tmp_path) == (ADDRESS, identity)
    remember_address(tmp_path, ADDRESS, identity=IDENTITY)
    remember_address(tmp_path, ADDRESS, identity="1/2/3")
    remember_address(tmp_path, ADDRESS)
    assert find_remembered(tmp_path) == (ADDRESS, IDENTITY)
    remember_address(tmp_path, OTHER, identity="1/2/3", is_moved=True)
    assert find_remembered(tmp_path) == (OTHER, "1/2/3")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("7/16384/2200", "7/16384/2200", True),
        ("7/16384/2200", "-/16384/2200", True),
        ("7/16384/2200", "8/16384/2200", False),
        ("7/16384/2200", "7/16385/2200", False),
        ("-/16384/2200", "7/16384/2201", False),
    ],
)
def test_a_server_that_may_not_be_asked_may_be_any(*, one: str, other: str, is_same: bool) -> None:
    """Database and schema are always compared."""
    assert is_same_identity(one, other) is is_same
    assert is_same_identity(other, one) is is_same


def test_neither_pghost_nor_pgport_decides_where_an_address_leads() -> None:
    """An address names its server, and without a port it means the usual one; a socket's folder, a service will do."""
    for address in ("postgresql:///d", "postgresql://root@/d", "postgresql:///d?host=", "postgresql:///d?port=5433"):
        with pytest.raises(UsageError, match="PGHOST") as caught:
            PostgresDatabase(address)
        assert "PGHOST" in caught.value.vi
        assert "?host=" in str(caught.value.way_out)
    ports = {
        "postgresql://h/d": 5432,
        "postgresql://h:5433/d": 5433,
        "postgresql://h/d?port=5434": None,
        "postgresql:///d?host=/run": None,
        "postgresql:///d?service=s": None,
    }
    assert {address: PostgresDatabase(address).engine.url.port for address in ports} == ports


def test_a_folder_that_names_a_server_stands_for_it(tmp_path: Path) -> None:
    """Also as the place of the database of another agency, which has a home of its own."""
    remember_address(tmp_path, ADDRESS)
    for home in (None, tmp_path / "home"):
        database, folder = name_database(tmp_path, home=home)
        assert isinstance(database, PostgresDatabase)
        assert (database.name, folder) == (ADDRESS, home or tmp_path)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql+psycopg://a@h/d", "postgresql://a@h/d"),
        ("postgresql:///d?host=/run/postgresql", "postgresql:///d?host=%2Frun%2Fpostgresql"),
        ("postgresql://[::1]:5433/d", "postgresql://[::1]:5433/d"),
        ("postgresql://v%C4%83n@h/th%C6%B0", "postgresql://v%C4%83n@h/th%C6%B0"),
    ],
)
def test_an_address_is_written_plain_and_means_the_same(given: str, shown: str) -> None:
    """What was written is read as itself."""
    assert read_plain_address(given) == shown
    assert read_plain_address(shown) == shown


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("postgresql://a:x@H/d?sslmode=require", "postgresql+psycopg://b@h:5432/d", True),
        ("postgresql:///d?host=/run", "postgresql:///d?host=/run&application_name=x", True),
        ("postgresql://h/d", "postgresql://h/e", False),
        ("postgresql://h/d", "postgresql://i/d", False),
        ("postgresql://h/d", "postgresql://h:5433/d", False),
        ("postgresql:///d?service=a", "postgresql:///d?service=b", False),
        ("postgresql:///d?host=/run", "postgresql://h/d", False),
        ("postgresql://h/d", "postgresql://h/d?dbname=e", False),
    ],
)
def test_the_same_database_is_told_by_where_it_is(*, one: str, other: str, is_same: bool) -> None:
    """Not by who asks or how; other words for a server are another server."""
    assert is_same_database(one, other) is is_same
    assert is_same_database(other, one) is is_same


BAD = (
    b"",
    b"\n",
    b"docflow",
    b"/var/lib/docflow",
    b"sqlite:///x",
    b"postgresql://h",
    b"postgresql://a:b@h/d",
    b"postgresql://a:@h/d",
    b"postgresql://h/d?password=b",
    b"postgresql://h/d?sslpassword=b",
    b"postgresql:///d",
    b"postgresql://a@/d?application_name=x",
    b"postgresql://h/d\npostgresql://h/e",
    b"postgresql://h/d\n1/2",
    b"postgresql://h/d\n1/2/3\n1/2/3",
    b"postgresql://h/d\x00",
    b"postgresql://h:port/d",
    b"\xff\xfe",
    b"postgresql://h/" + b"d" * MAX_ADDRESS_BYTES,
)


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
def test_a_file_that_holds_something_else_is_refused_and_nothing_is_founded(tmp_path: Path, data: bytes) -> None:
    """It is not taken for an office kept in the folder; the file is named, a password in it is not."""
    path = tmp_path / "database.address"
    path.write_bytes(data)
    for call in (lambda: find_address(tmp_path), lambda: Office.open(tmp_path, agency=make_agency())):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert caught.value.message.startswith(f"{path}: ")
        assert caught.value.vi.startswith(f"{path}: ")
        assert "a:b" not in str(caught.value)
    assert [child.name for child in tmp_path.iterdir()] == ["database.address"]


def test_a_file_that_cannot_be_read_is_not_none(tmp_path: Path) -> None:
    """A folder of that name, a file without permission: not an office kept in the folder."""
    (tmp_path / "database.address").mkdir()
    with pytest.raises(StoreUnavailable) as caught:
        find_address(tmp_path)
    assert caught.value.code is ErrorCode.STORE_UNUSABLE


def test_the_home_of_an_office_on_a_server_is_no_home_in_a_file(tmp_path: Path) -> None:
    """A slip in the place: refused before a key is made."""
    home = tmp_path / "home"
    home.mkdir()
    remember_address(home, ADDRESS)
    with pytest.raises(StoreUnavailable, match="is not in"):
        Office.open(tmp_path / "database", agency=make_agency(), home=home)
    assert [child.name for child in home.iterdir()] == ["database.address"]


def test_the_folder_of_another_agency_reads_nothing_of_this_one(tmp_path: Path) -> None:
    """Its log key signs no log of that database: who is not verifying is refused."""
    from docflow import RegisterKind, SearchQuery, read_register, search_office, verify_log  # noqa: PLC0415 - one use

    open_office(tmp_path / "own").close()
    open_office(tmp_path / "other").close()
    own, other = tmp_path / "own", tmp_path / "other"
    for call in (
        lambda: read_register(own, RegisterKind.OUTGOING, 2026, home=other),
        lambda: search_office(own, SearchQuery(), home=other),
    ):
        with pytest.raises(StoreUnavailable, match="is not in"):
            call()
    assert not verify_log(own, home=other).is_intact


AWAY = "postgresql://root@127.0.0.1:1/docflow"
"""No server listens there."""


def interrupt(_place: str) -> NoReturn:
    """Be interrupted where a connection is about to be made."""
    raise KeyboardInterrupt


def test_a_founding_that_was_interrupted_before_it_was_let_in_goes_on_where_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repeated without the address it does not found in the folder itself; another address may be named instead."""
    home = tmp_path / "home"
    with monkeypatch.context() as patch:
        patch.setattr("docflow.store.engines.postgres.connecting_errors", interrupt)
        for address in (OTHER, AWAY):
            with pytest.raises(KeyboardInterrupt):
                found_office(home, agency=make_agency(), database=address)
            assert find_remembered(home) == (address, None)
    with pytest.raises(StoreUnavailable) as caught:
        Office.open(home, agency=make_agency())
    assert caught.value.code is ErrorCode.STORE_UNREACHABLE
    assert [child.name for child in home.iterdir()] == ["database.address"]


def test_a_founding_that_was_refused_leaves_no_address(tmp_path: Path) -> None:
    """Whoever is told that the server is away may have mistyped it; one that was begun before stays begun."""
    for begun in (False, True):
        if begun:
            remember_address(tmp_path, AWAY)
        with pytest.raises(StoreUnavailable):
            found_office(tmp_path, agency=make_agency(), database=AWAY)
        assert (find_address(tmp_path) == AWAY) is begun
