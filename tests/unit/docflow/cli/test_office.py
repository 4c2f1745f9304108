"""`docflow office`: every verb of an office from the command line, with its exit code and its Vietnamese sentence."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from docflow import ErrorCode, Office, verify_log
from docflow.cli import main
from docflow.cli.office import VERBS, office
from docflow.store.engines import database
from tests.office_kit import sign_statement

#: Verbs that need another agency, a caller's program or a file to write, and those that have commands of their own.
ELSEWHERE = {
    *("open", "close", "agency", "vkey", "within", "lock", "sweep_blobs"),
    *("checkpoint", "inclusion_proof", "verify_log", "register", "report", "verify_report", "search"),
    *("register_name", "access_history", "access_counts"),
}

DRAFT = {
    "type": "quyet_dinh",
    "subject": "về việc ban hành Quy chế làm việc",
    "signer_name": "Nguyễn Văn An",
    "signer_position": "Chủ tịch",
    "addressees": [{"name": "Sở Nội vụ", "code": "H99.12"}, {"name": "Các hộ dân"}],
    "unit": "VP",
}
ENTRY = {
    "channel": "paper",
    "issuer": "Sở Tài chính",
    "issuer_code": "H99.14",
    "type_name": "Công văn",
    "symbol": "12/STC-NS",
    "subject": "V/v báo cáo quyết toán",
    "issued_on": "2026-02-27",
}
DOSSIER = {
    "title": "Cấp giấy phép",
    "code": "H99-01",
    "steps": [{"name": "Thẩm định", "unit": "Phòng A", "hours": 8}, {"name": "Trả", "unit": "Một cửa", "hours": 4}],
}
FILE = {"year": 2026, "notation": "01.VP", "title": "Hồ sơ quyết toán", "retention_years": 10, "creator": "Bình"}
COPY = {
    "form": "sao_y",
    "direction": "electronic_to_paper",
    "source_kind": "ban_goc",
    "source": "d1",
    "subject": "về việc ban hành Quy chế làm việc",
    "signer_name": "Phạm Văn Dũng",
    "signer_position": "Chánh Văn phòng",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A founded office, and beside it what people wrote."""
    particulars = {"draft": DRAFT, "entry": ENTRY, "dossier": DOSSIER, "file": FILE, "copy": COPY}
    for name, value in particulars.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (tmp_path / "signed.pdf").write_bytes(b"%PDF signed")
    (tmp_path / "sealed.pdf").write_bytes(b"%PDF signed and sealed")
    found = ("found", "--code", "H99", "--name", "UBND tỉnh An Bình", "--abbreviation", "UBND", "--place", "An Bình")
    assert run(found[0], tmp_path / "office", *found[1:]).exit_code == 0
    return tmp_path / "office"


def run(*arguments: object) -> Result:
    """Run `docflow office` in this process."""
    return CliRunner().invoke(main, ["office", *(str(argument) for argument in arguments)])


def done(folder: Path, group: str, verb: str, *arguments: object) -> dict[str, object]:
    """Do something that must succeed; files are named beside the office; return what it printed."""
    named = [folder.parent / str(a) if str(a).endswith((".json", ".pdf")) else a for a in arguments]
    result = run(group, verb, folder, *named, *([] if verb in READING else ["--actor", "Văn thư"]))
    assert result.exit_code == 0, result.output
    printed = json.loads(result.output)
    assert isinstance(printed, dict | list)
    return printed if isinstance(printed, dict) else {"all": printed}


#: What needs no more than the folder and writes.
WRITING = {("exchange", "dispatch"), ("exchange", "collect"), ("index", "contents"), ("index", "rebuild")}
READING = {"show", "list", "acts", "tasks", "due", "contents", "clocks", "outbox"}


def test_every_verb_of_an_office_is_a_command_or_stands_elsewhere() -> None:
    """A new verb must be put into the table, or into the list of exceptions."""
    public = {name for name in dir(Office) if not name.startswith("_")}
    named = {verb for _, verbs in VERBS.values() for verb in verbs.values()}
    assert public - named - ELSEWHERE == set()
    assert named & ELSEWHERE == set()


def test_a_document_goes_out_from_the_command_line(folder: Path) -> None:
    """Draft to seal, hand-over and copy: each step's answer is JSON, numbers and symbols as printed."""
    done(folder, "outgoing", "draft", "draft.json", "--document-id", "d1")
    done(folder, "outgoing", "approve", "d1", "--remark", "đồng ý")
    done(folder, "outgoing", "leader-signed", "d1", "signed.pdf")
    assert done(folder, "outgoing", "issue", "d1")["symbol"] == "01/QĐ-UBND"
    done(folder, "outgoing", "sealed", "d1", "sealed.pdf")
    done(folder, "outgoing", "hand-over", "d1", 1, "--how", "bưu điện", "--signed-for", "Trần Văn Bưu")
    assert done(folder, "copy", "make", "copy.json", "--copy-id", "c1")["state"] == "issued"
    shown = done(folder, "outgoing", "show", "d1")
    assert shown["state"] == "sealed"
    assert str(shown["sealed_at"]).endswith("+07:00")  # QĐ 28/2018 Điều 14.4
    assert len(done(folder, "outgoing", "list", "--state", "sealed")["all"]) == 1  # type: ignore[arg-type]
    assert verify_log(folder).is_intact


def test_a_document_comes_in_from_the_command_line(folder: Path) -> None:
    """Received by hand, checked, registered, assigned with cooperating units and their own days, completed."""
    done(folder, "incoming", "receive", "entry.json", "--incoming-id", "i1")
    done(folder, "incoming", "check", "i1")
    assert done(folder, "incoming", "register", "i1")["number"] == 1
    asked = ("--to", "Phòng A", "--cooperating", "Phòng B", "--cooperating", "Phòng C", "--deadline", "31/12/2098")
    done(folder, "incoming", "assign", "i1", *asked, "--cooperating-deadlines", "Phòng B", "2098-12-30")
    assert len(done(folder, "incoming", "tasks", "i1")["all"]) == 3  # type: ignore[arg-type]
    assert done(folder, "incoming", "complete", "i1", "--note", "xong")["state"] == "completed"
    assert verify_log(folder).is_intact


def test_dossiers_files_numbers_and_roles_are_kept_from_the_command_line(folder: Path) -> None:
    """One verb of each group at the least, with what its file holds."""
    done(folder, "dossier", "open", "dossier.json", "--dossier-id", "x1")
    done(folder, "dossier", "start", "x1")
    done(folder, "dossier", "pass-on", "x1", "--step", 0)
    assert done(folder, "dossier", "finish", "x1")["state"] == "finished"
    code = done(folder, "file", "plan", "file.json")["code"]
    assert done(folder, "file", "open", code)["state"] == "opened"
    assert done(folder, "number", "reserve", "van_ban_di", "--reason", "chờ ký", "--count", 2)["numbers"] == [1, 2]
    assert done(folder, "role", "grant", "Văn thư", "quan_tri")["is_held"] == 1
    assert verify_log(folder).is_intact


def test_groups_are_kept_from_the_command_line(folder: Path) -> None:
    """Made, filled from a list, read and frozen; a search and the history of accesses for one reader."""
    done(folder, "outgoing", "draft", "draft.json", "--document-id", "d1")
    items = [{"target": "di", "subject": "d1"}]
    seen = {"person": "Bình", "kind": "xem", **items[0]}
    told = {"group": {"id": "g", "name": "Nhóm", "is_for_named_only": True}, "items": items, "seen": seen}
    for name, value in told.items():
        (folder.parent / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    done(folder, "group", "make", "group.json")
    done(folder, "group", "add", "g", "items.json")
    assert done(folder, "group", "admit", "g", "An", "Cường")["act_count"] == 3
    asked = ("group", "may-read", folder)
    may = {who: run(*asked, who, "--target", "di", "--subject", "d1").output.strip() for who in ("An", "Bình")}
    assert may == {"An": "true", "Bình": "false"}
    readable = run("group", "readable", folder, "An", folder.parent / "items.json")
    assert json.loads(readable.output) == items
    assert [act["event"] for act in done(folder, "group", "acts", "--only-alerts")["all"]] == [  # type: ignore[attr-defined]
        "add_to_group",
        "admit_readers",
    ]
    done(folder, "access", "record", "seen.json")
    runner = CliRunner()
    history = runner.invoke(main, ["access", "history", str(folder), "--reader", "Q", "--not-permitted", "--json"])
    assert [entry["person"] for entry in json.loads(history.output)["entries"]] == ["Bình"]
    found = {
        who: json.loads(runner.invoke(main, ["search", str(folder), "--json", "--reader", who]).output)
        for who in ("An", "Bình")
    }
    assert [len(hits) for hits in found.values()] == [1, 0]
    done(folder, "group", "freeze", "g", "--reason", "thanh tra")
    result = run("outgoing", "approve", folder, "d1", "--actor", "Lê Văn C")
    assert (result.exit_code, "[frozen]" in result.output, "đóng băng" in result.output) == (1, True, True)
    assert done(folder, "group", "unfreeze", "g", "--reason", "xong")["frozen_at"] is None
    assert verify_log(folder).is_intact


def test_a_file_is_exported_and_handed_over_with_its_minutes(folder: Path) -> None:
    """NĐ 30/2020 PL VI Phần I, Điều 30.3: .pdf, .xml and the minutes, each written into a file.

    NĐ 30/2020 PL VI Phần I mục III.6i: "Cho phép tải hoặc in văn bản, tài liệu, dữ liệu đặc tả."
    """
    code = str(done(folder, "file", "plan", "file.json")["code"])
    done(folder, "file", "open", code)
    for verb, *rest in (("receive", "entry.json", "--incoming-id", "i1"), ("check", "i1"), ("register", "i1")):
        done(folder, "incoming", verb, *rest)
    done(folder, "incoming", "assign", "i1", "--to", "Phòng A")
    done(folder, "incoming", "complete", "i1")
    done(folder, "file", "add", code, "--direction", "den", "--document-id", "i1")
    done(folder, "file", "close", code)
    assert done(folder, "file", "announce", code)["noticed_on"]
    done(folder, "file", "hand-over", code, "--to", "Lưu trữ cơ quan")
    out = folder.parent / "out"
    for verb, rest, begins in (
        ("export-pdf", [code], b"%PDF-"),
        ("export-xml", [code], b"<?xml"),
        ("minutes", [code, "--giver", "Trần Thị Bình"], b"%PDF-"),
    ):
        result = run("file", verb, folder, *rest, "--out", out)
        assert result.exit_code == 0, result.output
        assert out.read_bytes().startswith(begins)
        out.unlink()
    result = run("file", "export-pdf", folder, "no.such.file", "--out", out)
    assert (result.exit_code, out.exists()) == (1, False)


def test_the_on_time_rate_and_each_steps_clock_are_printed(folder: Path) -> None:
    """Một cửa liên thông: how the whole and each unit's steps stand to their deadlines."""
    done(folder, "dossier", "open", "dossier.json", "--dossier-id", "x1")
    done(folder, "dossier", "start", "x1")
    done(folder, "dossier", "pass-on", "x1", "--step", 0)
    done(folder, "dossier", "finish", "x1")
    steps = json.loads(run("dossier", "steps", folder, "x1").output)
    assert [step["unit"] for step in steps] == ["Phòng A", "Một cửa"]
    whole, units = json.loads(run("dossier", "rate", folder).output)
    assert whole["early"] + whole["on_time"] == 1
    assert set(units) == {"Phòng A", "Một cửa"}


def test_the_agency_vouches_for_its_log_from_the_command_line(folder: Path) -> None:
    """docs/spec/audit-log.md §7: the statement is written to be signed, and a signature over it is kept."""
    statement, cms = folder.parent / "statement.txt", folder.parent / "statement.cms"
    assert run("log", "statement", folder, "--out", statement).exit_code == 0
    cms.write_bytes(sign_statement(statement.read_bytes() + b" "))
    refused = run("log", "vouch", folder, cms, "--actor", "Quản trị")
    assert (refused.exit_code, "[malformed_input]" in refused.output) == (1, True)
    cms.write_bytes(sign_statement(statement.read_bytes()))
    assert run("log", "vouch", folder, cms, "--actor", "Quản trị").exit_code == 0
    report = verify_log(folder)
    assert (report.is_intact, report.size, report.blobs) == (True, 2, 1)


def test_what_is_refused_gives_1_with_a_vietnamese_sentence(folder: Path) -> None:
    """One line with the code; nothing is printed as if it had been done."""
    result = run("outgoing", "issue", folder, "nobody", "--actor", "Văn thư")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "[not_found]" in result.output
    assert "Không có văn bản" in result.output
    assert "Hãy kiểm tra lại mã" in result.output


def test_every_reason_has_a_way_out_in_vietnamese() -> None:
    """A văn thư who reads no English is told what to do next, whatever was refused."""
    ways = [code.way_out_vi for code in ErrorCode]
    assert all(way.startswith("Hãy ") and way.endswith(".") for way in ways)


def test_founding_again_with_other_particulars_names_what_differs(folder: Path) -> None:
    """What is recorded is shown, in both languages, and no name of a class."""
    given = ("--code", "H99", "--name", "Khác", "--abbreviation", "UBND", "--place", "An Bình")
    result = run("found", folder, *given)
    assert result.exit_code == 64
    assert "name 'UBND tỉnh An Bình'" in result.output
    assert "tên 'UBND tỉnh An Bình'" in result.output
    assert "Agency(" not in result.output
    assert "place" not in result.output


NONSENSE = ("", "[]", "{", "null", '{"type": 1}', "[" * 100_000, '{"type": "quyet_dinh"}', "x" * 1_000_001)


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_a_file_that_holds_something_else_gives_64(folder: Path, text: str) -> None:
    """Any bytes are our error, never a traceback."""
    bad = folder.parent / "bad.json"
    bad.write_text(text, encoding="utf-8")
    for group, verb in (("outgoing", "draft"), ("incoming", "receive"), ("dossier", "open"), ("file", "plan")):
        given = ["--dossier-id", "x"] if group == "dossier" else []
        result = run(group, verb, folder, bad, "--actor", "Văn thư", *given)
        assert result.exit_code == 64, result.output
        assert "bad_argument" in result.output


def test_a_secret_document_is_refused_before_it_is_stored(folder: Path) -> None:
    """QĐ 28/2018 Điều 1: by this door too."""
    (folder.parent / "secret.json").write_text(json.dumps({**DRAFT, "secrecy": "mat"}), encoding="utf-8")
    result = run("outgoing", "draft", folder, folder.parent / "secret.json", "--actor", "A")
    assert "[secret_document]" in result.output
    assert json.loads(run("outgoing", "list", folder).output) == []


def test_reading_waits_for_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that asks for the folder and nothing else answers while another process writes for long."""
    monkeypatch.setattr(database, "LOCK_WAIT_S", 0.2)
    asked = {
        (group, name)
        for group, (_, verbs) in VERBS.items()
        for name in verbs
        if (command := office.get_command(click.Context(office), group))
        and isinstance(command, click.Group)
        and sum(one.required for one in command.commands[name].params) == 1
    }
    assert {("incoming", "list"), ("outgoing", "list"), ("outgoing", "unsent"), ("group", "acts")} <= asked
    with (folder / "docflow.lock").open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for group, name in sorted(asked - WRITING):
            result = run(group, name, folder)
            assert result.exit_code == 0, (group, name, result.output)
        result = run("outgoing", "draft", folder, folder.parent / "draft.json", "--actor", "A")
    assert result.exit_code == 4
    assert "[store_busy]" in result.output


def test_a_folder_without_an_office_gives_4(tmp_path: Path) -> None:
    """Nothing is founded by the way."""
    result = run("outgoing", "list", tmp_path / "nowhere")
    assert result.exit_code == 4
    assert not (tmp_path / "nowhere").exists()
