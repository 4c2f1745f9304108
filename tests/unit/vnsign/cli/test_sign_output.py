"""What ``vnsign sign`` says: in two languages, for terminals, spreadsheets and programs."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

import vnsign
from tests.batch_kit import Desk, make_desk, write_documents
from tests.materials import PASSPHRASE
from tests.support import REPOSITORY
from vnsign.batch.jobs import JobError, JobOutcome, JobState, SignJob
from vnsign.cli.error_words import reason_line
from vnsign.cli.sign_report import Report, Shape
from vnsign.cli.sign_words import error_line
from vnsign.errors import ErrorCode
from vnsign.verification.messages import Language


def signed(name: str = "a.pdf") -> JobOutcome:
    """Return the outcome of a signed document."""
    job = SignJob(source=Path("in") / name, target=Path("out") / name)
    return JobOutcome(job=job, state=JobState.SIGNED, source_sha256="11", target_sha256="22")


def failed(name: str = "b.pdf", code: ErrorCode = ErrorCode.NOT_A_PDF) -> JobOutcome:
    """Return the outcome of a document that was not signed."""
    job = SignJob(source=Path("in") / name, target=Path("out") / name)
    error = JobError(code=code, message="the file is not a PDF", way_out="check it")
    return JobOutcome(job=job, state=JobState.FAILED, error=error)


def report(
    outcomes: Sequence[JobOutcome], shape: Shape, *, lang: Language = Language.VI, summary: Path | None = None
) -> None:
    """Report outcomes."""
    with Report(shape, lang=lang, summary=summary, total=len(outcomes)).taking() as take:
        for outcome in outcomes:
            take(outcome)


@pytest.mark.parametrize("code", sorted(ErrorCode))
def test_every_reason_has_vietnamese_words(code: ErrorCode) -> None:
    """An official reads why, not a code alone."""
    assert " " in reason_line(code, Language.VI)
    assert error_line(failed(code=code), Language.VI).startswith("in/b.pdf: ")
    assert error_line(failed(code=code), Language.VI).endswith(f"[{code.value}]")


def test_the_english_line_is_the_errors_own() -> None:
    """File, reason, way out, code."""
    assert error_line(failed(), Language.EN) == "in/b.pdf: the file is not a PDF (check it) [not_a_pdf]"


def test_text_has_a_line_for_each_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Signed ones go to standard output, failures to standard error, as the table's counts say."""
    report([signed(), signed("c.pdf"), failed()], Shape.TEXT)
    said = capsys.readouterr()
    assert "in/a.pdf → out/a.pdf\n" in said.out
    assert "2  Đã ký\n" in said.out
    assert "1  Không ký được\n1    không phải tệp PDF" in said.out
    assert said.err == "in/b.pdf: không phải tệp PDF (kiểm tra lại tệp) [not_a_pdf]\n"


def test_one_document_has_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says it all."""
    report([signed()], Shape.TEXT)
    assert capsys.readouterr().out == "in/a.pdf → out/a.pdf\n"


def test_a_name_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences and reversed text in names are shown as marks."""
    report([signed("\x1b[2J\u202efdp.pdf"), failed("\x1b]0;x\x07.pdf")], Shape.TEXT)
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "\u202e" not in said.out + said.err


@pytest.mark.parametrize("outcomes", [[], [signed()], [signed(), failed(), signed("\udce3.pdf")]])
def test_json_is_one_document(outcomes: list[JobOutcome], capsys: pytest.CaptureFixture[str]) -> None:
    """Written piece by piece, read as a whole; names that are no Unicode too."""
    report(outcomes, Shape.JSON)
    whole = json.loads(capsys.readouterr().out)
    assert [each["file"] for each in whole["documents"]] == [str(o.job.source) for o in outcomes]
    assert whole["summary"]["signed"] == sum(o.state is JobState.SIGNED for o in outcomes)
    assert whole["summary"]["complete"] is True


def test_json_of_a_run_that_broke_off_is_whole_too(capsys: pytest.CaptureFixture[str]) -> None:
    """And says that it is not complete."""
    with (
        suppress(KeyboardInterrupt),
        Report(Shape.JSON, lang=Language.EN, summary=None, total=None).taking() as take,
    ):
        take(signed())
        raise KeyboardInterrupt
    whole = json.loads(capsys.readouterr().out)
    assert (len(whole["documents"]), whole["summary"]["complete"]) == (1, False)


def test_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One object a document, then the summary."""
    report([signed(), failed()], Shape.JSON_LINES)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("outcome") for line in lines] == ["signed", "failed", None]
    assert lines[0]["source_sha256"] == "11"


def test_the_summary_is_for_spreadsheets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has the mark of UTF-8, and no name becomes a formula."""
    job = SignJob(source=Path("=HYPERLINK(1).pdf"), target=Path("công văn.pdf"))
    path = tmp_path / "summary.csv"
    report([JobOutcome(job=job, state=JobState.SIGNED), failed()], Shape.TEXT, summary=path)
    assert str(path) in capsys.readouterr().err
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["file"] == "'=HYPERLINK(1).pdf"
    assert rows[0]["output"] == "công văn.pdf"
    assert rows[1]["code"] == "not_a_pdf"
    assert [each.name for each in tmp_path.iterdir()] == ["summary.csv"]


def test_a_summary_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    """Before anything is signed."""
    with pytest.raises(vnsign.UsageError) as refused:
        report([signed()], Shape.TEXT, summary=tmp_path / "nowhere" / "summary.json")
    assert refused.value.code is ErrorCode.OUTPUT_NOT_WRITABLE


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One leader for the module."""
    return make_desk(tmp_path_factory.mktemp("desk"))


@pytest.mark.slow
def test_a_terminal_shows_a_bar_and_failures_above_it(tmp_path: Path, desk: Desk) -> None:
    """The bar counts documents; what fails is said as it comes."""
    write_documents(tmp_path / "in", good=30, bad={"text": b"no PDF"}, of_each=1)
    ours, theirs = pty.openpty()
    command = ["sign", str(tmp_path / "in"), "--recursive", "--p12", str(desk.p12), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        [sys.executable, "-m", "vnsign", *command, "--no-status-check", "--jobs", "1"],
        cwd=REPOSITORY,
        env={**os.environ, "VNSIGN_PASSPHRASE": PASSPHRASE.decode(), "TERM": "xterm", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # a terminal whose other side is closed ends so
    os.close(ours)
    out, _ = process.communicate()
    assert process.returncode == 1
    assert "31/31" in shown.decode()
    assert "[not_a_pdf]" in shown.decode()
    assert "→" not in out
    assert "30  Đã ký" in out
