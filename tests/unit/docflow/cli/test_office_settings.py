"""`office.json`: whom to trust, who may sign for whom, agency codes, hours, terms, for every command of an office."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from docflow import (
    Competence,
    DocumentType,
    ErrorCode,
    OfficeTerms,
    Session,
    UrgentHours,
    UsageError,
    WorkingHours,
    load_calendar,
    parse_agency_code,
    read_settings,
)
from docflow.cli import main
from docflow.model import law_date
from docflow.store import SystemClock

TODAY = law_date(SystemClock().now())
HEAD = {"person": "Nguyễn Văn An", "post": {"title": "CHỦ TỊCH"}}
POWER = {
    "person": "Trần Văn Cường",
    "head": "CHỦ TỊCH",
    "competence": "TUQ.",
    "document": "05/QĐ-UBND",
    "term": {"since": "2026-01-01", "until": str(TODAY)},
    "types": ["giay_moi"],
}
DRAFT = {
    "type": "giay_moi",
    "subject": "Mời họp",
    "signer_name": "Trần Văn Cường",
    "signer_position": "Chánh Văn phòng",
    "competence": "TUQ.",
    "addressees": [{"name": "Các phòng"}],
    "unit": "VP",
}
OLD, NEW = (
    {"code": "H99.12", "name": "Sở cũ", "until": "2025-06-30", "successors": ["H99.20"]},
    {
        "code": "H99.20",
        "name": "Sở mới",
        "since": "2025-07-01",
        "aliases": ["000.00.20.H99"],
    },
)


def run(code: int, *arguments: object) -> str:
    """Run a command of an office that ends with an exit code; return what it printed."""
    result = CliRunner().invoke(main, ["office", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An office with a document that waits for its signature."""
    place = tmp_path / "office"
    run(0, "found", place, "--code", "H99", "--name", "UBND", "--abbreviation", "UBND", "--place", "An Bình")
    (tmp_path / "draft.json").write_text(json.dumps(DRAFT), encoding="utf-8")
    (tmp_path / "signed.pdf").write_bytes(b"%PDF signed")
    run(0, "outgoing", "draft", place, tmp_path / "draft.json", "--document-id", "d", "--actor", "Bình")
    run(0, "outgoing", "approve", place, "d", "--actor", "An")
    return place


def sign(code: int, folder: Path, *more: object) -> str:
    """Have the document signed, which ends with an exit code."""
    return run(code, "outgoing", "leader-signed", folder, "d", folder.parent / "signed.pdf", "--actor", "Cường", *more)


def say(folder: Path, **settings: Any) -> Path:  # noqa: ANN401 - any JSON
    """Write the settings into the office's folder."""
    path = folder / "office.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


def test_without_settings_nobody_is_asked_and_nothing_is_checked(folder: Path) -> None:
    """As it was: the record says so."""
    sign(0, folder)
    assert json.loads(run(0, "outgoing", "show", folder, "d"))["leader_verdict"] == "not_checked"


def test_a_delegation_counts_to_its_last_day_and_for_its_types(folder: Path) -> None:
    """NĐ 30/2020 Điều 13.3, from the command line: after its end, or for another type, he may not sign."""
    ended = {**POWER, "term": {"since": "2026-01-01", "until": str(TODAY - timedelta(days=1))}}
    for power in (ended, {**POWER, "types": ["quyet_dinh"]}, {**POWER, "person": "Ai đó"}):
        say(folder, staff={"appointments": [HEAD], "delegations": [power]})
        assert "[not_authorised]" in sign(1, folder)
    say(folder, staff={"appointments": [HEAD], "delegations": [POWER]})
    sign(0, folder)


def test_settings_may_stand_elsewhere(folder: Path, tmp_path: Path) -> None:
    """--settings names the file; one that is named and not there is wrong usage, not an office without settings."""
    path = say(folder, staff={"appointments": [HEAD]}).rename(tmp_path / "own.json")
    assert "[bad_argument]" in sign(64, folder, "--settings", tmp_path / "nothing.json")
    assert "[not_authorised]" in sign(1, folder, "--settings", path)
    sign(0, folder)


def test_with_a_trust_folder_signatures_are_judged(folder: Path) -> None:
    """A file without a signature is no longer taken for signed; a folder that is not there is wrong usage."""
    say(folder, trust="trust", is_online=False)
    assert "[bad_argument]" in sign(64, folder)
    run(0, "outgoing", "list", folder)  # who only reads needs no anchors
    (folder / "trust").mkdir()
    assert "[signature_refused]" in sign(1, folder)


BAD: tuple[object, ...] = (
    "",
    [],
    {"trsut": "trust"},
    {"staff": {}},
    {"staff": {"appointments": [{**HEAD, "unit": "VP"}]}},
    {"staff": {"appointments": [{"person": "An", "post": {"title": "CHỦ TỊCH", "deputy": "x"}}]}},
    {"staff": {"appointments": [], "delegations": [{**POWER, "until": "2030-01-01"}]}},
    {"staff": {"appointments": [], "delegations": [{**POWER, "term": {}}]}},
    {"staff": {"appointments": [], "delegations": [{**POWER, "term": {"since": "2027-01-01", "until": "2026-01-01"}}]}},
    {"codes": [{"code": "H99.12"}]},
    {"codes": [{**NEW, "successor": "H99.20"}]},
    {"codes": [NEW, NEW]},
    {"codes": [{"code": "xã", "name": "x"}]},
    {"codes": {"H99": "x"}},
    {"calendar": "nothing.toml"},
    {"calendar": "office.json"},
    {"calendar": ["ngay-nghi.toml"]},
    {"hours": {"sessions": []}},
    {"hours": {"sessions": ["7:30-11:30"]}},
    {"hours": {"sessions": ["07:30-24:00"]}},
    {"hours": {"sessions": ["11:30-07:30"]}},
    {"hours": {"sessions": ["13:00-17:00", "07:30-11:30"]}},
    {"hours": {"weekdays": []}},
    {"hours": {"weekdays": [0, 1, 2]}},
    {"hours": {"weekdays": ["thứ hai"]}},
    {"hours": {"session": ["07:30-11:30"]}},
    {"terms": {"handling_days": 0}},
    {"terms": {"handling_days": 2501}},
    {"terms": {"handling_days": 10.5}},
    {"terms": {"handling_days": True}},
    {"terms": {"remind_hours": -1}},
    {"terms": {"urgent_hours": {"khan": 0}}},
    {"terms": {"urgent_hours": {"hoatoc": 1}}},
    {"terms": {"urgent": {"khan": 8}}},
    {"terms": {"hand_over_months": 24}},
    {"terms": {"destruction_notice_days": 1}},
    {"database": "postgresql://h/d"},
)


@pytest.mark.parametrize("settings", BAD, ids=range(len(BAD)))
def test_settings_that_say_nothing_docflow_knows_are_refused(folder: Path, settings: object) -> None:
    """A slip of the pen must not leave a signature unchecked or a power unlimited: one line, nothing written."""
    (folder / "office.json").write_text(json.dumps(settings), encoding="utf-8")
    result = CliRunner().invoke(
        main,
        ["office", "outgoing", "leader-signed", str(folder), "d", str(folder.parent / "signed.pdf"), "--actor", "C"],
    )
    assert result.exit_code in {1, 64}, result.output
    assert result.output.count("\n") == 1
    assert result.exit_code == 1 or str(folder / "office.json") in result.output
    (folder / "office.json").unlink()
    assert json.loads(run(0, "outgoing", "show", folder, "d"))["state"] == "approved"


def test_codes_and_people_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Dates, successors and aliases; a closed code stays readable and leads to the one that took over."""
    path = tmp_path / "office.json"
    path.write_text(json.dumps({"codes": [OLD, NEW], "staff": {"appointments": [HEAD], "delegations": [POWER]}}))
    found = read_settings(path)
    assert found.verifier is None
    assert found.codes is not None
    old = parse_agency_code("H99.12")
    entry = found.codes.find(old)
    assert entry is not None
    assert entry.name == "Sở cũ"
    assert found.codes.resolve(old, on=TODAY).text == "H99.20"
    assert found.codes.resolve(parse_agency_code("000.00.20.H99"), on=TODAY).text == "H99.20"
    assert found.staff is not None
    (power,) = found.staff.delegations
    assert (power.competence, power.term.until) == (Competence.TUQ, TODAY)
    assert power.types == {DocumentType.GIAY_MOI}


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[" * 100_000, b'{"codes": null', b"{} {}"])
def test_any_bytes_are_settings_or_our_error(tmp_path: Path, data: bytes) -> None:
    """Never another exception."""
    path = tmp_path / "office.json"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_settings(path)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


# ---------------------------------------------------------------- days, hours, terms, series

ENTRY = {
    "channel": "paper",
    "issuer": "Sở Tài chính",
    "type_name": "Công văn",
    "symbol": "12/STC-NS",
    "subject": "V/v báo cáo quyết toán",
}


def register(folder: Path, incoming_id: str, **entry: str) -> datetime | None:
    """Take in a document and hand it to a unit; return until when it is to be handled."""
    (folder.parent / "entry.json").write_text(json.dumps({**ENTRY, **entry}), encoding="utf-8")
    run(0, "incoming", "receive", folder, folder.parent / "entry.json", "--incoming-id", incoming_id, "--actor", "V")
    for step in ("check", "register"):
        run(0, "incoming", step, folder, incoming_id, "--actor", "V")
    run(0, "incoming", "assign", folder, incoming_id, "--to", "Phòng A", "--actor", "V")
    due = json.loads(run(0, "incoming", "show", folder, incoming_id))["due_at"]
    return None if due is None else datetime.fromisoformat(due)


def test_an_agency_sets_how_long_handling_takes(folder: Path) -> None:
    """No rule says it (NĐ 30/2020 Điều 24): without the setting there is no deadline, with it a working day's end."""
    assert register(folder, "i1") is None
    say(folder, terms={"handling_days": 10})
    due = register(folder, "i2", symbol="13/STC-NS")
    assert due is not None
    assert law_date(due) == load_calendar().add_working_days(TODAY, 10)


def test_days_off_and_weekdays_that_an_agency_names_are_counted(folder: Path) -> None:
    """A file of decreed days beside the settings, and an office that works on Saturdays."""
    calendar = load_calendar(hours=WorkingHours(weekdays=frozenset(range(6))))
    off = [TODAY + timedelta(days=ahead) for ahead in range(1, 4)]
    years: dict[int, list[str]] = {}
    for day in off:
        years.setdefault(day.year, []).append(f'off.{day} = "Bão"')
    text = "\n".join(f"[{year}]\n" + "\n".join(lines) for year, lines in years.items())
    (folder / "ngay-nghi.toml").write_text(text, encoding="utf-8")
    say(
        folder,
        calendar="ngay-nghi.toml",
        hours={"sessions": ["07:00-11:30", "13:30-17:00"], "weekdays": ["T2", "T3", "T4", "T5", "T6", "T7"]},
        terms={"handling_days": 3},
    )
    expected = [day for ahead in range(1, 60) if calendar.is_working_day(day := TODAY + timedelta(days=ahead))]
    due = register(folder, "i1")
    assert due is not None
    assert law_date(due) == [day for day in expected if day not in off][2]


def test_hours_and_terms_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Sessions, weekdays as people write them, terms; what is left out is docflow's."""
    path = say(
        tmp_path,
        hours={"sessions": ["07:30-11:30", "13:00-16:30"], "weekdays": ["CN", "T7"]},
        terms={"remind_hours": 16, "urgent_hours": {"hoa_toc": 2}},
    )
    found = read_settings(path)
    assert found.calendar is not None
    assert found.calendar.hours == WorkingHours(
        sessions=(Session(begins=time(7, 30), ends=time(11, 30)), Session(begins=time(13), ends=time(16, 30))),
        weekdays=frozenset({5, 6}),
    )
    assert found.terms == OfficeTerms(remind_hours=16, urgent=UrgentHours(hoa_toc=2))
    half = read_settings(say(tmp_path, hours={"weekdays": ["T2"]}))
    assert half.calendar is not None
    assert half.calendar.hours == WorkingHours(weekdays=frozenset({0}))
    without = read_settings(say(tmp_path))
    assert (without.calendar, without.terms) == (None, None)


def test_hours_that_urgent_work_may_take_are_the_agencys(folder: Path) -> None:
    """No rule gives a number of hours to "ngay"."""
    say(folder, terms={"urgent_hours": {"hoa_toc": 3}})
    (folder.parent / "draft.json").write_text(json.dumps({**DRAFT, "urgency": "hoa_toc"}), encoding="utf-8")
    run(0, "outgoing", "draft", folder, folder.parent / "draft.json", "--document-id", "u", "--actor", "Bình")
    run(0, "outgoing", "approve", folder, "u", "--actor", "An")
    run(0, "outgoing", "leader-signed", folder, "u", folder.parent / "signed.pdf", "--actor", "Cường")
    (standing,) = json.loads(run(0, "outgoing", "unsent", folder, "--within-hours", 0))
    signed = json.loads(run(0, "outgoing", "show", folder, "u"))["leader_signed_at"]
    assert datetime.fromisoformat(standing["due_at"]) - datetime.fromisoformat(signed) == timedelta(hours=3)


def test_one_series_per_type_is_set_when_the_office_is_founded(tmp_path: Path) -> None:
    """NĐ 30/2020 Điều 15.1c, the head of the agency decides it: numbers of two types begin at 1 each."""
    place = tmp_path / "office"
    given = ("--code", "H99", "--name", "UBND", "--abbreviation", "UBND", "--place", "An Bình")
    run(0, "found", place, *given, "--series", "one_per_type")
    (tmp_path / "signed.pdf").write_bytes(b"%PDF signed")
    for document, kind in (("d", "quyet_dinh"), ("e", "to_trinh"), ("f", "to_trinh")):
        drafted = {key: value for key, value in DRAFT.items() if key != "competence"}
        (tmp_path / "draft.json").write_text(json.dumps({**drafted, "type": kind}), encoding="utf-8")
        run(0, "outgoing", "draft", place, tmp_path / "draft.json", "--document-id", document, "--actor", "B")
        run(0, "outgoing", "approve", place, document, "--actor", "A")
        run(0, "outgoing", "leader-signed", place, document, tmp_path / "signed.pdf", "--actor", "A")
    issued = [json.loads(run(0, "outgoing", "issue", place, name, "--actor", "V"))["number"] for name in "def"]
    assert issued == [1, 1, 2]
    assert "series 'one_per_type'" in run(64, "found", place, *given)
    run(0, "found", place, *given, "--series", "one_per_type")
