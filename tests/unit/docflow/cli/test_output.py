"""What `docflow` gives out: a file whole or not at all; an output that fails is told of, and is no traceback."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from docflow.cli import main
from tests.office_kit import open_office, seal_off

#: One of each way to give something out: a book, a report, hits, a file of an office, JSON, text, a table, help.
FILES: Sequence[Sequence[str]] = (
    ("register", "export", "DIR", "--year", "2026", "--format", "pdf"),
    ("register", "export", "DIR", "--year", "2026"),
    ("report", "DIR", "--period", "2026", "--format", "xlsx"),
    ("search", "DIR", "quy", "--format", "pdf"),
    ("office", "outgoing", "content", "DIR", "SHA"),
)
PRINTED: Sequence[Sequence[str]] = (
    ("register", "export", "DIR", "--year", "2026"),
    ("office", "outgoing", "list", "DIR"),
    ("search", "DIR", "quy"),
    ("audit", "checkpoint", "DIR"),
    ("--help",),
    ("register", "export", "--help"),
)
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with a document; nothing here changes it."""
    place = tmp_path_factory.mktemp("out") / "office"
    with open_office(place) as office:
        seal_off(office, "d1")
    return place


def spell(line: Sequence[str], folder: Path) -> list[str]:
    """Put folder and file into a line."""
    blob = next((folder / "blobs").glob("??/*")).name
    return [{"DIR": str(folder), "SHA": blob}.get(word, word) for word in line]


def run_outside(line: Sequence[str], folder: Path, **how: object) -> subprocess.CompletedProcess[str]:
    """Run the program as installed."""
    command = [sys.executable, "-W", "error", "-c", "from docflow.cli import main; main()", *spell(line, folder)]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **how)  # type: ignore[call-overload,no-any-return]


def check_told(done: subprocess.CompletedProcess[str], *, vi: str) -> None:
    """One line in both languages, exit code 1."""
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("Error / Lỗi: standard output: ")
    assert vi in done.stderr


@pytest.mark.parametrize("line", FILES)
def test_a_disk_that_is_full_leaves_the_file_that_was_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Sequence[str]
) -> None:
    """The old book stays whole, nothing is left beside it, and the error is one line."""

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    out = tmp_path / "book"
    out.write_bytes(b"good and old")
    out.chmod(0o640)
    arguments = [*spell(line, folder), "--out", str(out)]
    with monkeypatch.context() as patch:
        patch.setattr("docflow.cli.output.os.fsync", full)
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1, result.output
    assert result.output.count("\n") == 1
    assert f"{out}: cannot be written: No space left on device — Không ghi được {out}: hết chỗ" in result.output
    assert out.read_bytes() == b"good and old"
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert out.read_bytes() != b"good and old"
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_file_that_fails_to_be_made_does_not_touch_the_old_one(folder: Path, tmp_path: Path) -> None:
    """click's own atomic file took the place of the old one whatever happened; here nothing had been written yet."""
    out = tmp_path / "report"
    out.write_bytes(b"good and old")
    assert CliRunner().invoke(main, ["report", str(folder), "--period", "2026-Q9", "--out", str(out)]).exit_code == 64
    assert out.read_bytes() == b"good and old"


@needs_full
@pytest.mark.parametrize("where", ["no/x.csv", "/dev/full", "folder/"])
def test_a_place_that_takes_no_file_is_refused(folder: Path, tmp_path: Path, where: str) -> None:
    """No such folder, a device, a folder; nothing is left behind."""
    (tmp_path / "folder").mkdir()
    line = ["register", "export", str(folder), "--year", "2026", "--out", str(tmp_path / where)]
    result = CliRunner().invoke(main, line)
    assert result.exit_code in {1, 64}
    assert "Error / Lỗi: " in result.output
    assert " — " in result.output
    assert list(tmp_path.rglob("*")) == [tmp_path / "folder"]


def test_a_link_stays_a_link_and_a_new_file_has_the_usual_permissions(folder: Path, tmp_path: Path) -> None:
    """What the link leads to is written."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "book.csv")
    line = ["register", "export", str(folder), "--year", "2026", "--out"]
    mask = os.umask(0o027)
    try:
        assert CliRunner().invoke(main, [*line, str(link)]).exit_code == 0
    finally:
        os.umask(mask)
    assert link.is_symlink()
    assert stat.S_IMODE((tmp_path / "book.csv").stat().st_mode) == 0o640
    assert CliRunner().invoke(main, [*line, "-"]).stdout_bytes == link.read_bytes()


@needs_full
@pytest.mark.slow
@pytest.mark.parametrize("line", PRINTED, ids=" ".join)
def test_a_full_output_is_told_of(folder: Path, line: Sequence[str]) -> None:
    """``> /dev/full``: a script that keeps the output must not take half of it for the whole."""
    with FULL.open("wb") as full:
        check_told(run_outside(line, folder, stdout=full), vi="Không ghi được ra đầu ra chuẩn: hết chỗ trên đĩa.")


@pytest.mark.slow
@pytest.mark.parametrize("line", PRINTED[:3], ids=" ".join)
def test_a_pipe_that_nobody_reads_is_told_of(folder: Path, line: Sequence[str]) -> None:
    """``| true``."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        check_told(run_outside(line, folder, stdout=writing), vi="bên nhận đã đóng")
    finally:
        os.close(writing)


@pytest.mark.slow
@pytest.mark.parametrize("line", PRINTED[:2], ids=" ".join)
def test_an_output_that_was_closed_is_told_of(folder: Path, line: Sequence[str]) -> None:
    """``>&-``: Python has no standard output then, and what is printed would be lost unseen."""
    check_told(run_outside(line, folder, preexec_fn=lambda: os.close(1)), vi="đã đóng")


@pytest.mark.slow
def test_what_prints_nothing_needs_no_output(folder: Path, tmp_path: Path) -> None:
    """A job of a scheduler that closes its output, or writes to a file."""
    line = (*FILES[1], "--out", str(tmp_path / "x.csv"))
    done = run_outside(line, folder, preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_an_output_of_few_characters_is_written_all_the_same(folder: Path) -> None:
    """An old locale: what it lacks is escaped."""
    how = {"stdout": subprocess.PIPE, "encoding": "latin-1", "env": {**os.environ, "PYTHONIOENCODING": "latin-1"}}
    done = run_outside(("office", "outgoing", "list", "DIR"), folder, **how)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u1ec1" in done.stdout
