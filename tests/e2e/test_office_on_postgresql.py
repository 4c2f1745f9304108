"""`docflow` on an office whose records are in PostgreSQL: as a newcomer types it, its folder the one thing to name."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from docflow import ErrorCode, RegisterKind, read_register, reopen_office, verify_log
from docflow.cli import main
from tests.killing_child import Steps, die
from tests.province_kit import COMMANDS, DRAFT, Province, copied, files_of, moved, on_server
from tests.support import REPOSITORY, postgres_database

pytestmark = pytest.mark.slow

AWAY = "postgresql://root@127.0.0.1:1/docflow"
"""No server listens there."""
ADDRESS = "postgresql://docflow@db.anbinh.example/docflow"
"""What the how-to pages name."""
SECRET = "bí-mật-thật"


def test_a_document_goes_its_way_and_is_printed_proven_found_and_counted(province: Province, tmp_path: Path) -> None:
    """Found, draft to seal, register, verification, proof, search, report: only the founding names the database."""
    founded = json.loads(province.done(*province.founding()))
    assert founded["database"] == province.database
    home = tmp_path / "H99"
    assert {path.name for path in home.iterdir()} == {"database.address", "log.key", "log.vkey"}
    province.sign_off()
    issued = json.loads(province.done("office", "outgoing", "issue", home, "d", "--actor", "Văn thư"))
    assert issued["symbol"] == "01/QĐ-UBND"
    province.done("office", "outgoing", "sealed", home, "d", tmp_path / "sealed.pdf", "--actor", "Văn thư")
    assert "01/QĐ-UBND" in province.done("register", "export", home, "--year", str(_year(home)))
    book = tmp_path / "so.pdf"
    province.done("register", "export", home, "--year", _year(home), "--format", "pdf", "--out", book)
    assert book.read_bytes().startswith(b"%PDF-")
    verified = json.loads(province.done("audit", "verify", home, "--format", "json"))
    assert (verified["intact"], verified["numbers"], verified["blobs"]) == (True, 1, 2)
    assert verified["database"] == province.database
    kept = tmp_path / "kept.txt"
    kept.write_text(province.done("audit", "checkpoint", home), encoding="utf-8")
    assert "INTACT" in province.done("audit", "verify", home, "--checkpoint", kept)
    proof = tmp_path / "d.proof"
    proof.write_text(province.done("audit", "prove", home, "d"), encoding="utf-8")
    assert json.loads(province.done("audit", "check", proof, "--vkey", founded["vkey"]))["subject"] == "d"
    assert json.loads(province.done("search", home, "quy che", "--json"))[0]["symbol"] == "01/QĐ-UBND"
    report = " ".join(province.done("report", home, "--period", "2000..2100", "--verify").split())
    assert "Văn bản đi đã phát hành 1" in report
    assert json.loads(province.done(*province.founding()))["vkey"] == founded["vkey"]
    assert (home / "database.address").read_text().splitlines()[0] == province.database


def _year(home: Path) -> int:
    with reopen_office(home) as office:
        issued_on = office.document("d").issued_on
    assert issued_on is not None
    return issued_on.year


def test_two_agencies_share_a_database_and_neither_sees_the_other(province: Province, tmp_path: Path) -> None:
    """The same document id, the same number, each in its own folder, log, register and report."""
    own, other = tmp_path / "H99", tmp_path / "H98"
    for code in ("H99", "H98"):
        province.done(*province.founding(code))
    province.sign_off()
    province.done("office", "outgoing", "issue", own, "d", "--actor", "V")
    province.refused(1, ErrorCode.NOT_FOUND, "office", "outgoing", "show", other, "d")
    province.refused(1, ErrorCode.NOT_FOUND, "audit", "prove", other, "d")
    assert json.loads(province.done("office", "outgoing", "list", other)) == []
    assert json.loads(province.done("search", other, "quy che", "--json")) == []
    assert "UBND" not in province.done("register", "export", other, "--year", _year(own))
    assert "phát hành 0" in " ".join(province.done("report", other, "--period", "2000..2100").split())
    province.sign_off("H98")
    issued = json.loads(province.done("office", "outgoing", "issue", other, "d", "--actor", "V"))
    assert issued["symbol"] == "01/QĐ-UBND"
    for home, code in ((own, "H99"), (other, "H98")):
        verified = json.loads(province.done("audit", "verify", home, "--format", "json"))
        assert (verified["agency"], verified["intact"], verified["numbers"]) == (code, True, 1)


def test_an_agency_is_founded_once_in_a_database(province: Province, tmp_path: Path) -> None:
    """A second folder has not the key of its log; nothing is written into it."""
    province.done(*province.founding())
    (tmp_path / "H99").rename(tmp_path / "first")
    said = province.refused(4, ErrorCode.STORE_UNUSABLE, *province.founding())
    assert "another folder" in said
    assert files_of(tmp_path / "H99") == {}
    assert verify_log(tmp_path / "first").is_intact


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_is_away_is_neither_a_verdict_nor_an_empty_office(
    command: str, province: Province, tmp_path: Path
) -> None:
    """Exit code 4, which says "not readable", with the address and the way out; nothing is written."""
    province.done(*province.founding())
    home = tmp_path / "H99"
    (home / "database.address").write_text(f"{AWAY}\n")
    before = files_of(home)
    said = province.refused(4, ErrorCode.STORE_UNREACHABLE, *shlex.split(command.format(home)))
    assert said.startswith(f"{AWAY}: ")
    assert "see that the server runs" in said
    assert "Hãy kiểm tra máy chủ" in said
    assert files_of(home) == before


@pytest.mark.parametrize("holds", ["nothing", "another agency", "another office of the agency"])
def test_another_database_is_refused_by_every_command(holds: str, province: Province, tmp_path: Path) -> None:
    """Nothing of what it holds is shown, and nothing is founded in it, by a slip in the option or in the file."""
    province.done(*province.founding())
    province.sign_off()
    home = tmp_path / "H99"
    before = files_of(home)
    with postgres_database() as address:
        other = Province(address.replace("postgresql+psycopg://", "postgresql://"), tmp_path / "other")
        other.folder.mkdir()
        for path in ("d.json", "leader.pdf"):
            (other.folder / path).write_bytes((tmp_path / path).read_bytes())
        code = "H98" if holds == "another agency" else "H99"
        if holds != "nothing":
            other.done(*other.founding(code))
            other.sign_off(code)
        said = [province.refused(4, ErrorCode.STORE_UNUSABLE, *province.founding(database=other.database))]
        assert files_of(home) == before
        (home / "database.address").write_text(other.database)
        said += [
            province.refused(4, ErrorCode.STORE_UNUSABLE, *shlex.split(command.format(home)))
            for command in (*COMMANDS, shlex.join(map(str, province.founding(database=None))))
        ]
        (home / "database.address").write_bytes(before["database.address"])
        for line in said:
            assert holds == "another office of the agency" or f"is not in {other.database}" in line
            assert "restore" in line
        if holds != "nothing":
            assert len(json.loads(other.done("office", "outgoing", "list", other.folder / code))) == 1
    assert files_of(home) == before
    assert "INTACT" in province.done("audit", "verify", home)


def test_a_database_that_was_made_anew_is_a_lost_one(province: Province, tmp_path: Path) -> None:
    """Not there, or there again and empty under the same name: refused, not founded anew."""
    province.done(*province.founding())
    name = province.database.rpartition("/")[2]
    on_server(f"DROP DATABASE {name} WITH (FORCE)")
    try:
        said = province.refused(4, ErrorCode.STORE_UNREACHABLE, "audit", "verify", tmp_path / "H99")
        assert "does not exist" in said
    finally:
        on_server(f"CREATE DATABASE {name}")
    for words in (province.founding(), province.founding(database=None), ["audit", "verify", tmp_path / "H99"]):
        assert "restore the database" in province.refused(4, ErrorCode.STORE_UNUSABLE, *words)


def test_a_folder_without_its_address_is_not_founded_anew_in_itself(province: Province, tmp_path: Path) -> None:
    """Lost with a careless backup: the office is refused, and founded again with its database the folder is whole."""
    province.done(*province.founding())
    home = tmp_path / "H99"
    (home / "database.address").unlink()
    for words in (province.founding(database=None), ["audit", "verify", home]):
        province.refused(4, ErrorCode.STORE_UNUSABLE, *words)
    assert not (home / "docflow.sqlite").exists()
    province.done(*province.founding())
    assert "INTACT" in province.done("audit", "verify", home)


def test_an_office_of_a_folder_does_not_move_to_a_server_by_a_word(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its numbers would begin again; DOCFLOW_DATABASE says nothing of it."""
    province.done(*province.founding(database=None))
    public = tmp_path / "H99" / "log.vkey"
    kept = public.read_bytes()
    province.refused(4, ErrorCode.STORE_UNUSABLE, *province.founding())
    public.unlink()  # then only its database says that it is an office
    province.refused(4, ErrorCode.STORE_UNUSABLE, *province.founding())
    public.write_bytes(kept)
    assert not (tmp_path / "H99" / "database.address").exists()
    monkeypatch.setenv("DOCFLOW_DATABASE", province.database)
    assert json.loads(province.done("office", "outgoing", "list", tmp_path / "H99")) == []


def test_an_office_that_was_moved_is_found_where_it_is(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For one command by DOCFLOW_DATABASE, for ever by founding it again; the old address leads nowhere."""
    province.done(*province.founding())
    home = tmp_path / "H99"
    with moved(province.database) as address:
        province.refused(4, ErrorCode.STORE_UNREACHABLE, "audit", "verify", home)
        monkeypatch.setenv("DOCFLOW_DATABASE", address)
        assert f"database {address}\n" in province.done("audit", "verify", home)
        monkeypatch.delenv("DOCFLOW_DATABASE")
        assert (home / "database.address").read_text().splitlines()[0] == province.database
        assert json.loads(province.done(*province.founding(database=address)))["database"] == address
        province.sign_off()
        assert "INTACT" in province.done("audit", "verify", home)


def test_a_copy_of_the_database_is_looked_at_and_not_worked_in(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable exported to verify a restored backup, and forgotten: number 1 would be given there and here."""
    province.done(*province.founding())
    province.sign_off()
    home = tmp_path / "H99"
    issue = ("office", "outgoing", "issue", home, "d", "--actor", "V")
    with copied(province.database) as copy:
        monkeypatch.setenv("DOCFLOW_DATABASE", copy)
        assert f"database {copy}\n" in province.done("audit", "verify", home)
        for command in COMMANDS:
            words = shlex.split(command.format(home))
            if words[0] in {"audit", "register", "report", "search"}:
                province.done(*words)
                continue
            said = province.refused(64, ErrorCode.BAD_ARGUMENT, *words)
            assert copy in said
            assert f"docflow office found {home} --database" in said
        province.refused(64, ErrorCode.BAD_ARGUMENT, *issue)
        province.refused(64, ErrorCode.BAD_ARGUMENT, *province.founding(database=None))
    same = province.database.replace("root@", f"root:{SECRET}@") + "?connect_timeout=20"
    monkeypatch.setenv("DOCFLOW_DATABASE", same)
    assert json.loads(province.done(*issue))["number"] == 1


# ---------------------------------------------------------------- passwords


def test_a_password_in_an_address_is_refused_and_never_shown(province: Province, tmp_path: Path) -> None:
    """Others read the arguments of a process, and files: wrong usage, with the ways that libpq has; no folder."""
    with_password = province.database.replace("root@", f"root:{SECRET}@")
    assert with_password != province.database
    for address in (with_password, *(f"{province.database}?{name}={SECRET}" for name in ("password", "sslpassword"))):
        said = province.refused(64, ErrorCode.BAD_ARGUMENT, *province.founding(database=address))
        assert SECRET not in said
        assert "PGPASSWORD" in said
    assert not (tmp_path / "H99").exists()
    province.done(*province.founding())
    path = tmp_path / "H99" / "database.address"
    path.write_text(with_password, encoding="utf-8")
    said = province.refused(64, ErrorCode.BAD_ARGUMENT, "audit", "verify", tmp_path / "H99")
    assert SECRET not in said
    assert said.startswith(f"{path}: ")


def test_an_address_in_the_environment_may_hold_one_which_is_not_kept(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the process's owner reads its environment; neither folder nor output shows the password."""
    monkeypatch.setenv("DOCFLOW_DATABASE", province.database.replace("root@", f"root:{SECRET}@"))
    home = tmp_path / "H99"
    said = province.done(*province.founding(database=None)) + province.done("audit", "verify", home)
    assert SECRET not in said
    assert (home / "database.address").read_text().splitlines()[0] == province.database
    monkeypatch.delenv("DOCFLOW_DATABASE")
    assert "INTACT" in province.done("audit", "verify", home)


def test_the_environment_holds_an_address_or_is_wrong_usage(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder's name in it does not open another folder."""
    province.done(*province.founding())
    for value in ("elsewhere", "sqlite:///x", "postgresql://h"):
        monkeypatch.setenv("DOCFLOW_DATABASE", value)
        result = province.run("audit", "verify", tmp_path / "H99")
        assert result.exit_code == 64, result.output
    monkeypatch.setenv("DOCFLOW_DATABASE", "  ")
    province.done("audit", "verify", tmp_path / "H99")


@pytest.mark.parametrize("command", [*COMMANDS, "office found {} --code H99 --name X --abbreviation X --place X"])
def test_an_address_in_the_place_of_the_folder_is_told_how_to_be_named(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a newcomer types first: wrong usage, and no folder of that name is made."""
    monkeypatch.chdir(tmp_path)
    for address in (AWAY, AWAY.replace("root@", f"root:{SECRET}@"), "postgres://h/d", "postgresql+psycopg://h/d"):
        result = CliRunner().invoke(main, shlex.split(command.format(address)))
        assert result.exit_code == 64, result.output
        assert "docflow office found DIR --database" in result.output
        assert "thư mục của văn phòng" in result.output
        assert SECRET not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_may_not_make_tables_is_told_who_grants_it(province: Province) -> None:
    """Since PostgreSQL 15 nobody but the owner may create in the schema public."""
    address = f"{province.database}?options=-crole%3Dpg_monitor"
    said = province.refused(4, ErrorCode.STORE_UNUSABLE, *province.founding(database=address))
    assert "GRANT USAGE, CREATE ON SCHEMA public" in said


# ---------------------------------------------------------------- killed


def _dies(words: Sequence[object], *, step: int) -> bool:
    """Run a command in a child that dies at a step; return whether it came to its end instead."""
    child = os.fork()
    if not child:
        Steps(step, die).watch()
        code = CliRunner().invoke(main, list(map(str, words))).exit_code
        os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal.SIGKILL}, code
    return code != -signal.SIGKILL


def test_a_founding_that_was_killed_is_completed_where_it_was_begun(province: Province, tmp_path: Path) -> None:
    """At every step; once the folder names the database, whoever leaves it out is led there."""
    named = []
    for step in range(1, 100):
        code = f"H{step:02}"
        if _dies(province.founding(code), step=step):
            break
        named.append((tmp_path / code / "database.address").exists())
        assert named[-1] or not (tmp_path / code / "log.key").exists()
        province.done(*province.founding(code, database=None if named[-1] else ""))
        assert not (tmp_path / code / "docflow.sqlite").exists()
        assert "INTACT" in province.done("audit", "verify", tmp_path / code)
    assert len(named) > 10
    assert named.index(True) < 5, named  # the steps by which folder and file are made


def test_an_issue_that_was_killed_is_repeated_and_gives_one_number(province: Province, tmp_path: Path) -> None:
    """At every step of the command: number 1 once, in the next process too."""
    home = tmp_path / "H99"
    province.done(*province.founding())
    deaths = 0
    for step in range(1, 200):
        document = f"d{step}"
        province.sign_off(document=document)
        issue = ("office", "outgoing", "issue", home, document, "--actor", "V", "--idempotency-key", document)
        is_done = _dies(issue, step=step)
        assert json.loads(province.done(*issue))["number"] == step
        deaths += not is_done
        if is_done:
            break
    assert deaths > 5
    assert "INTACT" in province.done("audit", "verify", home)
    with reopen_office(home) as office:
        year = office.document("d1").issued_on
    assert year is not None
    assert len(read_register(home, RegisterKind.OUTGOING, year.year).lines) == deaths + 1


# ---------------------------------------------------------------- as it is typed


@pytest.mark.parametrize("page", ["office-on-postgresql.md", "office-on-postgresql.vi.md"])
def test_the_commands_of_the_page_run(page: str, province: Province, tmp_path: Path) -> None:
    """Every line of the how-to as a process of its own; the address on the page stands for this server's."""
    text = (REPOSITORY / "docs" / "howto" / page).read_text(encoding="utf-8")
    (tmp_path / "quy-che.json").write_text(json.dumps(DRAFT), encoding="utf-8")
    lines = [line for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert len(lines) > 5
    said = ""
    for line in lines:
        words = [word.replace(ADDRESS, province.database) for word in shlex.split(line)]
        assert words[0] == "docflow"
        command = [sys.executable, "-m", "docflow", *words[1:]]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, (line, done.stderr)
        said += done.stdout
    assert "INTACT" in said
