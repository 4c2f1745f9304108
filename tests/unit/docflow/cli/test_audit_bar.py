"""What `docflow audit verify` shows while it works, and what it says of what it did not name."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from docflow.cli import main
from docflow.store.checking import examination, row_check
from tests.office_kit import open_office, seal_off


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An office with three documents."""
    with open_office(tmp_path / "office") as office:
        for number in range(3):
            seal_off(office, f"d{number}")
    return tmp_path / "office"


@pytest.mark.slow
def test_a_bar_is_shown_on_a_terminal_and_json_stays_clean(folder: Path) -> None:
    """The bar goes to standard error, and only if that is a terminal; what is piped on is JSON and nothing else."""
    program = "from docflow.cli import main; main()"
    command = [sys.executable, "-c", program, "audit", "verify", str(folder), "--format", "json"]
    ours, theirs = pty.openpty()
    try:
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
        shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True)
    finally:
        os.close(theirs)
    bar = b""
    with suppress(OSError):  # all was read, and nobody is there who could write more
        while data := os.read(ours, 4096):
            bar += data
    os.close(ours)
    assert json.loads(shown.stdout)["intact"] is True
    assert "Tệp" in bar.decode(errors="replace")
    piped = subprocess.run(command, capture_output=True, check=True)
    assert (piped.stdout, piped.stderr) == (shown.stdout, b"")


def test_what_is_not_named_is_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words and as JSON."""
    for module in (examination, row_check):
        monkeypatch.setattr(module, "NAMED_OF_A_KIND", 1)
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as connection:
        connection.execute("UPDATE document SET subject = 'khác'")
        connection.commit()
    result = CliRunner().invoke(main, ["audit", "verify", str(folder)])
    assert result.exit_code == 1
    assert "and 2 more of these kinds" in result.output
    value = json.loads(CliRunner().invoke(main, ["audit", "verify", str(folder), "--format", "json"]).output)
    assert (len(value["findings"]), value["left_out"]) == (1, 2)
