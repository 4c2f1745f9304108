"""A copy of an office's records, whatever leads to it: it can be looked at, and nobody works in it.

Worked in, it would give the same numbers once more under the same log key (docs/adr/0084).
"""

from __future__ import annotations

import json
import secrets
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import ErrorCode, reopen_office
from docflow.errors import StoreUnavailable, UsageError
from tests.office_kit import make_draft
from tests.province_kit import COMMANDS, Province, files_of, on_server
from tests.support import require_postgres_program

pytestmark = pytest.mark.slow


def copy_schema(province: Province) -> None:
    """Restore a dump of the records into another schema of their database, beside them."""
    command = [require_postgres_program("pg_dump"), "--schema=public", "--inserts", f"--dbname={province.database}"]
    dump = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    on_server("CREATE SCHEMA copy", address=province.database)
    lines = (line for line in dump.splitlines() if not line.startswith(("--", "\\", "CREATE SCHEMA")))
    on_server("\n".join(lines).replace("public.", "copy."), address=province.database)


@contextmanager
def role_of(database: str, *, search_path: str) -> Iterator[str]:
    """Make a role that looks into another schema first; yield the address with which it comes."""
    name = f"vnsign_test_{secrets.token_hex(4)}"
    on_server(f"CREATE ROLE {name} SUPERUSER LOGIN")
    on_server(f"ALTER ROLE {name} SET search_path = {search_path}")
    try:
        yield database.replace("://root@", f"://{name}@")
    finally:
        on_server(f"DROP ROLE {name}")


@pytest.mark.parametrize("way", ["variable", "file", "database", "renamed"])
def test_a_copy_in_another_schema_is_looked_at_and_not_worked_in(
    way: str, province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an option in the environment or in the folder's file, by the database's search path, in the other's place."""
    province.done(*province.founding())
    province.sign_off()
    copy_schema(province)
    home, option = tmp_path / "H99", f"{province.database}?options=-csearch_path%3Dcopy"
    file = home / "database.address"
    kept = file.read_text()
    if way == "variable":
        monkeypatch.setenv("DOCFLOW_DATABASE", option)
    elif way == "file":
        file.write_text(kept.replace(province.database, option))
    elif way == "database":
        on_server(f"ALTER DATABASE {province.name} SET search_path = copy")
    else:
        on_server("ALTER SCHEMA public RENAME TO away; ALTER SCHEMA copy RENAME TO public", address=province.database)
    before = files_of(home)
    for command in COMMANDS:
        words = shlex.split(command.format(home))
        if words[0] in {"audit", "register", "report", "search"}:
            province.done(*words)
            continue
        said = province.refused(4, ErrorCode.STORE_UNUSABLE, *words)
        assert "a copy" in said
        assert f"docflow office found {home} --database" in said
    issue = ("office", "outgoing", "issue", home, "d", "--actor", "V")
    province.refused(4, ErrorCode.STORE_UNUSABLE, *issue)
    province.refused(4, ErrorCode.STORE_UNUSABLE, *province.founding(database=None))
    assert files_of(home) == before
    if way == "renamed":
        province.done(*province.founding())  # it was put in the place of what is lost
    else:
        file.write_text(kept)
        monkeypatch.delenv("DOCFLOW_DATABASE", raising=False)
        on_server(f"ALTER DATABASE {province.name} RESET search_path")
    assert json.loads(province.done(*issue))["number"] == 1
    assert (file.read_text() == kept) == (way != "renamed")


def test_a_role_that_looks_into_another_schema_does_not_work_there(province: Province, tmp_path: Path) -> None:
    """Nothing in its address says so; the folder remembers in which schema the office was founded."""
    province.done(*province.founding())
    copy_schema(province)
    home = tmp_path / "H99"
    with role_of(province.database, search_path="copy") as address, pytest.raises(StoreUnavailable, match="a copy"):
        reopen_office(address, home=home)
    with role_of(province.database, search_path="nowhere, public") as address, reopen_office(address, home=home):
        pass


def test_another_server_behind_the_same_name_is_not_the_office_s(province: Province, tmp_path: Path) -> None:
    """A name or PGHOSTADDR leads to it; where docflow may not ask which server it is, the rest is compared."""
    province.done(*province.founding())
    file = tmp_path / "H99" / "database.address"
    address, identity = file.read_text().splitlines()
    server, _, rest = identity.partition("/")
    listing = ("office", "outgoing", "list", tmp_path / "H99")
    file.write_text(f"{address}\n{int(server) + 1}/{rest}\n")
    province.refused(4, ErrorCode.STORE_UNUSABLE, *listing)
    file.write_text(f"{address}\n-/{rest}\n")
    province.done(*listing)
    on_server("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC", address=province.database)
    on_server("CREATE ROLE vnsign_test_ordinary")
    try:
        on_server("GRANT ALL ON ALL TABLES IN SCHEMA public TO vnsign_test_ordinary", address=province.database)
        file.write_text(f"{address}?options=-crole%3Dvnsign_test_ordinary\n{identity}\n")
        province.done(*listing)
        file.write_text(f"{address}?options=-crole%3Dvnsign_test_ordinary\n-/{rest}1\n")
        province.refused(4, ErrorCode.STORE_UNUSABLE, *listing)
    finally:
        on_server("DROP OWNED BY vnsign_test_ordinary", address=province.database)
        on_server("DROP ROLE vnsign_test_ordinary")


def test_a_folder_that_names_an_address_only_learns_which_database_it_is(province: Province, tmp_path: Path) -> None:
    """Written by hand or by a script; by another address than its own it learns nothing."""
    province.done(*province.founding())
    home = tmp_path / "H99"
    file = home / "database.address"
    whole = file.read_text()
    file.write_text(f"{province.database}\n")
    reopen_office(province.database + "?connect_timeout=20", home=home).close()
    assert file.read_text() == f"{province.database}\n"
    reopen_office(home).close()
    assert file.read_text() == whole


def test_the_transaction_of_a_caller_in_a_copy_is_refused(province: Province, tmp_path: Path) -> None:
    """The agency and its log key are in the copy too."""
    province.done(*province.founding())
    copy_schema(province)
    engine = sa.create_engine(province.database.replace("://", "+psycopg://"), poolclass=sa.NullPool)
    with reopen_office(tmp_path / "H99") as office:
        with engine.begin() as connection:
            office.within(connection).draft(make_draft(), actor="A", document_id="d")
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL search_path = copy"))
            with pytest.raises(UsageError, match="does not lead to the office's database"):
                office.within(connection)
