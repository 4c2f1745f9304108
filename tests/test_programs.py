"""The two programs as they are started: help is quick, and Ctrl-C is one line however early it comes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

import docflow.cli
import vnsign.cli.group
from tests.office_kit import open_office
from vnsign.cli.ca.group import ca

HEAVY = ("sqlalchemy", "reportlab", "pikepdf", "pypdfium2", "lxml", "cryptography", "pyhanko", "starlette", "httpx2")
ABORTED = "Aborted. — Đã dừng."

_START = """
import importlib, os, signal, sys
sys.argv = [{program!r}, *{arguments!r}]
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Watch())
try:
    importlib.import_module({program!r} + ".__main__").main()
finally:
    if {is_asked!r}:
        print([name for name in {heavy!r} if name in sys.modules])
"""


def start(program: str, *arguments: str, stopped_at: str = "", asks: bool = False) -> subprocess.CompletedProcess[str]:
    """Start a program as its script does; Ctrl-C comes when it imports a module."""
    script = _START.format(
        program=program, arguments=arguments, module=stopped_at, is_asked=asks, heavy=HEAVY if asks else ()
    )
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60, encoding="utf-8"
    )


@pytest.mark.parametrize(
    "command", ["docflow --help", "docflow --version", "vnsign --help", "vnsign --version", "vnsign ca --help"]
)
def test_help_waits_for_no_library(command: str) -> None:
    """What the programs can do stands in a table; nothing that does it is imported."""
    program, *arguments = command.split()
    done = start(program, *arguments, asks=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_whoever_prints_nothing_waits_for_no_typesetter(tmp_path: Path) -> None:
    """A list of documents needs a database; books, files and marked prints need what draws them."""
    open_office(tmp_path / "office").close()
    done = start("docflow", "office", "incoming", "list", str(tmp_path / "office"), asks=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[]\n['sqlalchemy', ")
    assert {"reportlab", "pikepdf", "pypdfium2"}.isdisjoint(done.stdout.split("'"))


@pytest.mark.parametrize("group", [docflow.cli.main, vnsign.cli.group.cli, ca], ids=["docflow", "vnsign", "vnsign ca"])
def test_the_table_says_of_each_command_what_its_own_help_says(group: click.Group) -> None:
    """In the first sentence, word for word: the table is read instead of it."""
    context = click.Context(group, info_name="x")
    room = sys.modules[type(group).__module__ if group is docflow.cli.main else group.callback.__module__]
    table: Mapping[str, tuple[str, str]] = room._COMMANDS
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert " ".join((command.help or "").partition("\n\n")[0].split()) == table[name][1], name


@pytest.mark.parametrize(
    "module", ["click", "docflow.cli", "docflow.cli.output", "docflow.wiring", "sqlalchemy", "msgspec"]
)
def test_ctrl_c_while_docflow_imports_is_one_line(module: str) -> None:
    """130 and no traceback, also before there is anything that knows of commands."""
    done = start("docflow", "office", "incoming", "list", "no-office", stopped_at=module)
    assert (done.returncode, done.stderr.strip()) == (130, ABORTED)
    assert done.stdout == ""


@pytest.mark.parametrize("module", ["click", "vnsign.cli", "vnsign.cli.verify", "vnsign.report", "cryptography"])
def test_ctrl_c_while_vnsign_imports_is_one_line(module: str) -> None:
    """The same."""
    done = start("vnsign", "verify", "no.pdf", stopped_at=module)
    assert (done.returncode, done.stderr.strip()) == (130, ABORTED)
    assert done.stdout == ""
