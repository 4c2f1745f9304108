"""The docflow command line: outputs and exit codes."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from docflow import AccessTarget, GroupItem, GroupPlan, OfficeRole
from docflow.cli import main
from docflow.office import RegisterKind
from tests.office_kit import open_office, seal_off


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An office with two sealed documents."""
    with open_office(tmp_path / "office") as office:
        seal_off(office, "d1")
        seal_off(office, "d2")
    return tmp_path / "office"


def run(*arguments: object) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def spoil(folder: Path) -> None:
    """Edit one column with another program."""
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as connection:
        connection.execute("UPDATE document SET subject = 'khác' WHERE id = 'd1'")
        connection.commit()


def test_an_intact_office_gives_0(folder: Path) -> None:
    """Exit code 0, in words and as JSON."""
    result = run("audit", "verify", folder)
    assert result.exit_code == 0, result.output
    assert "INTACT" in result.output
    report = json.loads(run("audit", "verify", folder, "--format", "json").output)
    assert (report["intact"], report["numbers"], report["findings"]) == (True, 2, [])


def test_broken_evidence_gives_1_and_is_named(folder: Path) -> None:
    """Exit code 1; table, column and row in both forms."""
    spoil(folder)
    result = run("audit", "verify", folder)
    assert result.exit_code == 1
    assert "document.subject [agency=H99, id=d1]" in result.output
    result = run("audit", "verify", folder, "--format", "json")
    assert result.exit_code == 1
    finding = json.loads(result.output)["findings"][0]
    assert (finding["table"], finding["column"], finding["key"]) == ("document", "subject", "agency=H99, id=d1")


def test_a_rollback_gives_1_with_the_newer_checkpoint(folder: Path, tmp_path: Path) -> None:
    """A checkpoint printed today is kept; tomorrow's log must contain it."""
    import shutil  # noqa: PLC0415 - one use

    shutil.copytree(folder, tmp_path / "old")
    with open_office(folder) as office:
        seal_off(office, "d3")
    kept = tmp_path / "kept.txt"
    kept.write_text(run("audit", "checkpoint", folder).output, encoding="utf-8")
    assert run("audit", "verify", folder, "--checkpoint", kept).exit_code == 0
    result = run("audit", "verify", tmp_path / "old", "--checkpoint", kept)
    assert result.exit_code == 1
    assert "log_turned_back" in result.output


@pytest.mark.parametrize("what", ["missing", "empty", "garbage", "no key file"])
def test_what_is_no_office_gives_4(folder: Path, tmp_path: Path, what: str) -> None:
    """Exit code 4: nothing could be read, so nothing is said about evidence; one line, no traceback."""
    place = folder
    if what == "missing":
        place = tmp_path / "nowhere"
    elif what == "empty":
        (tmp_path / "empty").mkdir()
        place = tmp_path / "empty"
    elif what == "garbage":
        (folder / "docflow.sqlite").write_bytes(b"x" * 4096)
    else:
        (folder / "log.vkey").unlink()
    result = run("audit", "verify", place)
    assert result.exit_code == 4, result.output
    assert result.output.count("\n") == 1
    assert str(place) in result.output
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["audit", "verify"],
        ["audit", "nonsense"],
        ["nonsense"],
        ["audit", "verify", ".", "--format", "xml"],
        ["register", "export", "."],
        ["register", "export", ".", "--year", "next"],
    ],
)
def test_wrong_usage_gives_64(arguments: list[str]) -> None:
    """sysexits.h EX_USAGE, for scripts that tell it from a verdict."""
    assert run(*arguments).exit_code == 64


def test_a_proof_is_made_and_checked_offline(folder: Path, tmp_path: Path) -> None:
    """Who has the proof and the published key needs nothing else.

    NĐ 30/2020 PL VI Phần I mục I.5: "Cho phép kiểm chứng, xác minh, thực hiện các yêu cầu nghiệp vụ khác của cơ quan,
        tổ chức, cá nhân có trách nhiệm khi được yêu cầu."
    """
    proof = tmp_path / "d1.tlog-proof"
    made = run("audit", "prove", folder, "d1")
    assert made.exit_code == 0
    proof.write_text(made.output, encoding="utf-8")
    vkey = (folder / "log.vkey").read_text(encoding="utf-8").strip()
    result = run("audit", "check", proof, "--vkey", vkey)
    assert result.exit_code == 0
    event = json.loads(result.output)
    assert (event["type"], event["subject"]) == ("document_sealed", "d1")
    assert run("audit", "prove", folder, "nobody").exit_code == 1


@pytest.mark.parametrize("change", ["payload", "index", "path", "checkpoint", "key", "bytes"])
def test_a_changed_proof_proves_nothing(folder: Path, tmp_path: Path, change: str) -> None:
    """One change anywhere, and the exit code is 1."""
    text = run("audit", "prove", folder, "d1").output
    vkey = (folder / "log.vkey").read_text(encoding="utf-8").strip()
    with open_office(tmp_path / "other") as other:
        foreign = other.vkey
    lines = text.split("\n")
    match change:
        case "payload":
            lines[1] = run("audit", "prove", folder, "d2").output.split("\n")[1]
        case "index":
            lines[2] = "index 0"
        case "path":
            lines[3] = lines[4]
        case "checkpoint":
            lines[-4] = "A" * 43 + "="
        case "key":
            vkey = foreign
        case _:
            lines[0] = "\udcff"
    proof = tmp_path / "proof"
    proof.write_bytes("\n".join(lines).encode(errors="surrogateescape"))
    result = run("audit", "check", proof, "--vkey", vkey)
    assert result.exit_code == 1, result.output
    assert result.output.count("\n") == 1


def test_the_register_is_printed_as_csv(folder: Path) -> None:
    """NĐ 30/2020 PL IV: ten columns, one line a number."""
    result = run("register", "export", folder, "--year", 2026, "--format", "csv")
    assert result.output.startswith("\ufeff")  # or Excel shows Vietnamese letters as others
    lines = list(csv.reader(io.StringIO(result.output.removeprefix("\ufeff"))))
    assert lines[0] == [column.title for column in RegisterKind.OUTGOING.columns]
    assert [line[0] for line in lines[1:]] == ["01/QĐ-UBND", "02/QĐ-UBND"]
    assert len(run("register", "export", folder, "--year", 2025).output.splitlines()) == 1


def test_documents_are_found_by_words(folder: Path) -> None:
    """As a table for a person, as JSON for a program; nothing found is no error."""
    found = json.loads(run("search", folder, "quy", "che", "--json").output)
    assert {hit["symbol"] for hit in found} == {"01/QĐ-UBND", "02/QĐ-UBND"}
    assert "01/QĐ-UBND" in run("search", folder, "--number", 1).output
    assert "Không tìm thấy" in run("search", folder, "khong", "co").output
    assert run("search", folder, "?").exit_code == 64


def test_what_was_found_is_written_to_a_file(folder: Path, tmp_path: Path) -> None:
    """For a person who prints it or sends it on; nothing is written where the question is wrong."""
    for form, magic in (("pdf", b"%PDF-"), ("docx", b"PK"), ("csv", b"\xef\xbb\xbfSTT")):
        out = tmp_path / f"found.{form}"
        assert run("search", folder, "quy", "che", "--format", form, "--out", out).exit_code == 0
        assert out.read_bytes().startswith(magic)
    for wrong in (
        ("--json", "--format", "pdf"),
        ("--out", tmp_path / "x"),
        ("?", "--format", "pdf", "--out", tmp_path / "x"),
    ):
        assert run("search", folder, *wrong).exit_code == 64
    assert not (tmp_path / "x").exists()


def test_printouts_of_data_are_marked_for_whom_they_are_printed(folder: Path, tmp_path: Path) -> None:
    """Register, report and what was found; a mark for what is no PDF is wrong usage.

    NĐ 30/2020 PL VI Phần I mục III.6k: "Cho phép đánh dấu vào văn bản, tài liệu, dữ liệu đặc tả được in ra từ Hệ
        thống."
    """
    out = tmp_path / "marked.pdf"
    mark = ("--marked-for", "Trần Thị Ngọc", "--mark-text", "Họp giao ban", "--format", "pdf", "--out", out)
    for command, subject in (
        (("register", "export", folder, "--year", 2026), "Sổ đăng ký văn bản đi năm 2026"),
        (("report", folder, "--period", "2026"), "Số liệu thống kê 2026"),
        (("search", folder, "quy", "che"), "Kết quả tìm kiếm văn bản"),
    ):
        result = run(*command, *mark)
        assert result.exit_code == 0, result.output
        for page in pypdfium2.PdfDocument(out.read_bytes()):
            text = " ".join(page.get_textpage().get_text_range().split())
            assert "Người in: Trần Thị Ngọc, lúc " in text
            assert "Hệ thống: Ủy ban nhân dân tỉnh An Bình (H99). " in text
            assert f"{subject}. Trang" in text
            assert "Họp giao ban" in text
        out.unlink()
        for wrong in (("--marked-for", "X"), ("--mark-text", "X"), ("--marked-for", "a\x00", "--format", "pdf")):
            assert run(*command, *wrong, *(() if command[0] == "search" else ("--out", out))).exit_code == 64, wrong
        assert not out.exists()


def test_a_search_that_is_marked_for_somebody_finds_what_he_may_read(folder: Path, tmp_path: Path) -> None:
    """The print bears his name; whoever prints for another may say who reads it."""
    with open_office(folder) as office:
        for person, role in (("QT", OfficeRole.QUAN_TRI), ("Bình", OfficeRole.CHUYEN_VIEN)):
            office.grant(person, role, actor="QT")
        office.make_group(GroupPlan(id="kin", name="Kín", is_for_named_only=True), actor="QT")
        office.add_to_group("kin", (GroupItem(target=AccessTarget.OUTGOING, subject="d2"),), actor="QT")
        office.admit_readers("kin", ("QT",), actor="QT")
    out = tmp_path / "found.pdf"
    for reader, found in (((), ["01"]), (("--reader", "QT"), ["02", "01"])):
        asked = ("search", folder, *reader, "--format", "pdf", "--marked-for", "Bình", "--out", out)
        assert run(*asked).exit_code == 0
        text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out.read_bytes()))
        assert [number for number in ("02", "01") if f"{number}/QĐ-UBND" in text] == found
        out.unlink()


def test_figures_are_reported_in_every_form(folder: Path, tmp_path: Path) -> None:
    """Text for a person, JSON with size and digest for a program; the log alone says the same."""
    assert "Văn bản đi đã phát hành 2" in " ".join(run("report", folder, "--period", "2026").output.split())
    asked = ("report", folder, "--period", "2026-Q1", "--by", "unit", "--format", "json")
    report = json.loads(run(*asked).output)
    assert (report["total"]["documents_out"], report["lines"][0]["name"]) == (2, "VP")
    size = str(report["log_size"])
    again = run(
        "report", folder, "--period", "2026-Q1", "--by", "unit", "--format", "json", "--as-of", size, "--verify"
    )
    assert json.loads(again.output) == report
    for form in ("csv", "xlsx", "pdf"):
        out = tmp_path / f"report.{form}"
        assert run("report", folder, "--period", "2026", "--format", form, "--out", out).exit_code == 0
        assert out.stat().st_size > 400
    assert run("report", folder, "--period", "2026-Q9").exit_code == 64
    assert run("report", folder, "--period", "2026", "--as-of", "999").exit_code == 1


def test_figures_that_the_log_contradicts_end_with_1(folder: Path) -> None:
    """--verify names what differs; nothing is printed as if it were true."""
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as connection:
        connection.execute("UPDATE register_entry SET kind = 'void' WHERE number = 2")
        connection.commit()
    result = run("report", folder, "--period", "2026", "--verify")
    assert result.exit_code == 1
    assert "documents_out 1 ≠ 2" in result.output
    assert "Mã kiểm tra" not in result.output


def test_every_command_shows_an_example() -> None:
    """--help of each command ends with a line to try."""
    for command in (["audit"], ["register"], ["search"]):
        group = main.get_command(None, command[0])  # type: ignore[arg-type]
        names = list(getattr(group, "commands", {}))
        for arguments in ([], command, *([*command, name] for name in names)):
            assert "Example: docflow" in " ".join(run(*arguments, "--help").output.split())


@pytest.mark.slow
def test_the_program_itself_ends_with_its_exit_code(folder: Path) -> None:
    """As installed: no traceback reaches the user, the exit code reaches the shell."""
    spoil(folder)
    command = [sys.executable, "-W", "error", "-c", "from docflow.cli import main; main()", "audit", "verify"]
    for place, code in ((folder, 1), (folder / "no", 4)):
        done = subprocess.run([*command, str(place)], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
