"""Reports of real offices: figures by real verbs, the same from the log alone, and what was changed is noticed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from docflow import (
    DocflowError,
    ErrorCode,
    NumberWish,
    OfficeRole,
    Permission,
    Report,
    ReportBy,
    read_report,
    verify_report,
)
from tests.contract.offices import Place
from tests.exchange_kit import RECEIVER, SENDER, open_two, seal_document
from tests.office_kit import SetClock, open_office, seal_off, sign_off
from tests.work_kit import MONDAY, assign, fill_work, open_work, register


def everything(report: Report) -> dict[str, object]:
    """Return what a report says, but when and at which size."""
    said = report.to_json()
    return {name: said[name] for name in ("total", "lines")}


def test_the_figures_are_those_of_what_was_done(place: Place) -> None:
    """Early, on time, late, open, overdue, returned: each where it belongs; void and reserved numbers are none.

    NĐ 30/2020 PL VI Phần I mục III.6a: "Cho phép thống kê số lượng hồ sơ, văn bản, tài liệu"
    NĐ 30/2020 PL VI Phần I mục V.2: "Báo cáo tình hình giải quyết văn bản đến"
    """
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        for name in ("early", "last day", "late", "open", "overdue", "returned"):
            register(office, name.replace(" ", "-"), symbol=f"{name[:2]}/STC")
        office.refuse("returned", actor="Văn thư", reason="gửi nhầm")
        for name, day in (("early", 6), ("last-day", 4), ("late", 3), ("open", 30), ("overdue", 5)):
            assign(office, name, deadline=date(2026, 3, day))
        clock.advance(days=2)
        for name in ("early", "last-day", "late"):
            office.complete(name, actor="Phòng Ngân sách", note="xong")
        for name in ("d1", "d2", "voided"):
            seal_off(office, name) if name != "voided" else sign_off(office, name)
        office.issue("voided", actor="Văn thư")
        office.void("voided", actor="Văn thư", reason="sai")
        office.reserve_numbers("van_ban_di", actor="Văn thư", reason="chờ ký")
        clock.advance(days=3)
        sign_off(office, "sub")
        office.issue(
            "sub", actor="Văn thư", wish=NumberWish(sub_of=1, permission=Permission(granted_by="CVP", reason="sót"))
        )
        report = office.report("2026-03", by=ReportBy.UNIT)

        total = report.total
        assert (total.documents_in, total.documents_out) == (6, 3)
        assert (total.handled.early, total.handled.on_time, total.handled.late) == (1, 1, 1)
        assert (total.handled.running, total.handled.overdue) == (1, 1)
        assert total.handled.per_mille == 666
        assert total.active_accounts == 6
        assert total.accounts is None
        assert [(line.name, line.figures.documents_in) for line in report.lines] == [
            ("", 1),
            ("Phòng Ngân sách", 5),
            ("VP", 0),
        ]
        assert office.verify_report(report) == report
        assert office.report("2026-04").total.documents_in == 0


def test_what_left_and_came_over_the_exchange_is_interconnected(tmp_path: Path) -> None:
    """Sent, not only meant to be sent; an addressee on paper makes a document not fully electronic.

    NĐ 30/2020 PL VI Phần I mục V.4: "Báo cáo tình hình giải quyết văn bản đi"
    """
    two = open_two(tmp_path)
    seal_document(two.sender, "d1")
    seal_off(two.sender, "half-paper")
    before = two.sender.report("2026")
    two.exchange()
    incoming = two.arrived() if len(two.receiver.incoming()) == 1 else two.receiver.incoming()[0]
    two.receiver.accept(incoming.id, actor="Văn thư")
    sent, received = two.sender.report("2026"), two.receiver.report("2026")
    two.close()

    assert (before.total.interconnected_out, before.total.electronic_out) == (0, 0)
    assert (sent.total.documents_out, sent.total.interconnected_out, sent.total.electronic_out) == (2, 2, 1)
    assert (received.total.documents_in, received.total.interconnected_in) == (1, 1)
    for code, report in ((SENDER, sent), (RECEIVER, received)):
        assert verify_report(tmp_path / code, report) == report


def test_accounts_are_those_that_hold_a_role(tmp_path: Path) -> None:
    """Known once roles are recorded; one that was withdrawn is none any more."""
    with open_office(tmp_path / "office") as office:
        assert office.report("2026").total.accounts is None
        office.grant("Quản trị", OfficeRole.QUAN_TRI, actor="Quản trị")
        for person in ("A", "B"):
            office.grant(person, OfficeRole.CHUYEN_VIEN, actor="Quản trị")
        office.withdraw("B", OfficeRole.CHUYEN_VIEN, actor="Quản trị")
        report = office.report("2026")
        assert report.total.accounts == 2
        assert report.total.active_accounts == 1
        assert office.verify_report(report) == report


def test_the_log_alone_gives_every_report_of_the_past_again(place: Place) -> None:
    """As of each size: what was reported then, digest and all; the machine's clock plays no part."""
    clock = SetClock(MONDAY)
    reports = []
    with place.open(clock=clock) as office:
        for number in range(3):
            register(office, f"i{number}", symbol=f"{number + 1}/STC")
            reports.append(office.report("2026", by=ReportBy.MONTH))
            clock.advance(days=1)
            office.assign(f"i{number}", actor="Chủ tịch", to="Phòng Ngân sách", deadline=date(2026, 3, 30))
            seal_off(office, f"d{number}")
            reports.append(office.report("2026", by=ReportBy.MONTH))
        clock.advance(days=400)
        for report in reports:
            again = office.report("2026", by=ReportBy.MONTH, as_of=report.log_size)
            assert again == report
            assert again.digest == report.digest
    assert len({report.digest for report in reports}) == 6


def test_a_report_can_end_within_a_group_that_shares_a_checkpoint(tmp_path: Path) -> None:
    """Three numbers given in one commit are three leaves under one signature; each size has its own report."""
    with open_office(tmp_path / "office") as office:
        for name in ("d1", "d2", "d3"):
            sign_off(office, name)
        before = office.report("2026").log_size
        office.issue_many(("d1", "d2", "d3"), actor="Văn thư")
        counted = [office.report("2026", as_of=before + more).total.documents_out for more in range(4)]
    assert counted == [0, 1, 2, 3]


def test_tables_and_log_say_the_same_of_every_kind_of_work(tmp_path: Path) -> None:
    """Dossiers, files, pauses, answers, destruction: whatever the tables hold, the leaves give."""
    with open_work(tmp_path / "office") as office:
        seal_off(office, "answer")
    fill_work(tmp_path / "office", answer="answer")
    for by in ReportBy:
        report = read_report(tmp_path / "office", "2026", by=by)
        assert verify_report(tmp_path / "office", report) == report
        assert everything(report) == everything(read_report(tmp_path / "office", "2026", by=by, as_of=report.log_size))


CHANGES = {
    "a number made void": "UPDATE register_entry SET kind = 'void' WHERE number = 1",
    "an earlier day": "UPDATE register_entry SET issued_on = '2025-12-31' WHERE number = 1",
    "another unit": "UPDATE document SET unit = 'Phòng khác' WHERE id = 'd1'",
    "a deadline moved": "UPDATE incoming_document SET due_at = '2026-12-31T23:59:59.999+07:00'",
    "an arrival removed": "DELETE FROM incoming_entry",
    "sent electronically": "INSERT INTO parcel (agency, id, recipient, kind, subject, created_at, sent_at, attempts) "
    "VALUES ('H99', 'p', 'H99.12', 'document', 'd1', '2026-03-02', '2026-03-02', 1)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_figures_made_better_behind_the_office_are_noticed(tmp_path: Path, change: str) -> None:
    """The report from the log stays what it was; verifying that from the tables names what differs."""
    clock = SetClock(MONDAY)
    with open_work(tmp_path / "office", clock=clock) as office:
        register(office, "i1")
        assign(office, "i1", deadline=date(2026, 3, 3))
        clock.advance(days=7)
        seal_off(office, "d1")
        honest = office.report("2026", by=ReportBy.UNIT)
    with closing(sqlite3.connect(tmp_path / "office" / "docflow.sqlite")) as connection:
        connection.execute(CHANGES[change])
        connection.commit()

    from_log = read_report(tmp_path / "office", "2026", by=ReportBy.UNIT, as_of=honest.log_size)
    from_tables = read_report(tmp_path / "office", "2026", by=ReportBy.UNIT)

    assert from_log == honest
    assert from_tables.digest != honest.digest
    with pytest.raises(DocflowError) as caught:
        verify_report(tmp_path / "office", from_tables)
    assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


LIES = {
    "another day in a leaf": "UPDATE audit_leaf SET payload = CAST(replace(CAST(payload AS TEXT), '2026-03-02', "
    "'2026-03-01') AS BLOB)",
    "no event": "UPDATE audit_leaf SET payload = X'7B7D' WHERE position = 3",
    "a leaf removed": "DELETE FROM audit_leaf WHERE position = 1",
    "a checkpoint of another log": "UPDATE audit_checkpoint SET note = replace(note, 'docflow/H99', 'docflow/H98')",
    "salt of no length": "UPDATE audit_leaf SET salt = X'00' WHERE position = 2",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_log_that_was_changed_gives_no_report(tmp_path: Path, lie: str) -> None:
    """The leaves must give the root that the office signed, or nothing is said."""
    with open_work(tmp_path / "office") as office:
        register(office, "i1")
        report = office.report("2026")
    with closing(sqlite3.connect(tmp_path / "office" / "docflow.sqlite")) as connection:
        connection.execute(LIES[lie])
        connection.commit()

    with pytest.raises(DocflowError) as caught:
        verify_report(tmp_path / "office", report)
    assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


@pytest.mark.parametrize("size", [-1, 0, 10**9])
def test_a_size_that_the_log_never_had_is_refused(tmp_path: Path, size: int) -> None:
    """Neither nothing nor the future can be reported."""
    with open_office(tmp_path / "office") as office, pytest.raises(DocflowError) as caught:
        office.report("2026", as_of=size)
    assert caught.value.code is ErrorCode.NOT_FOUND


def test_two_agencies_in_one_database_count_each_their_own(place: Place) -> None:
    """What another agency registered is not there."""
    with place.open("H99") as one, place.open("H98") as other:
        seal_off(one, "d1")
        assert one.report("2026").total.documents_out == 1
        assert other.report("2026").total.documents_out == 0
        assert other.report("2026", as_of=1).log_size == 1
