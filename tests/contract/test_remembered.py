"""What a transaction knew holds for the next one only while nobody else wrote."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from docflow import DocflowError, ErrorCode, OfficeRole
from docflow.store import Database
from tests.contract.offices import Place
from tests.office_kit import make_draft, sign_off

ADMIN, CLERK = "Quản trị", "Văn thư"


def test_a_right_that_another_process_took_away_is_gone_at_once(place: Place) -> None:
    """The one office has just let the clerk act; the other takes his role; the first refuses him.

    NĐ 30/2020 PL VI Phần I mục IV.1đ: "Thay đổi quyền truy cập của các tài khoản cá nhân khi có những thay đổi về vị
        trí công tác của cá nhân đó."
    """
    with place.open() as office, place.open() as other:
        for name in ("d1", "d2"):
            sign_off(office, name)
        office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        office.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        assert office.issue("d1", actor=CLERK).number == 1
        other.withdraw(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        with pytest.raises(DocflowError) as caught:
            office.issue("d2", actor=CLERK)
        assert caught.value.code is ErrorCode.FORBIDDEN
        other.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        assert office.issue("d2", actor=CLERK).number == 2
    assert place.verify().is_intact


def test_two_processes_in_turn_give_one_series(place: Place) -> None:
    """Each goes on from where the other left the register."""
    with place.open() as office, place.open() as other:
        for number in range(1, 7):
            sign_off(office, f"d{number}")
        given = [(office, other)[number % 2].issue(f"d{number}", actor=CLERK).number for number in range(1, 7)]
    assert given == [1, 2, 3, 4, 5, 6]
    assert place.verify().is_intact


def test_what_the_caller_rolled_back_is_not_remembered(place: Place) -> None:
    """A role given and used inside a savepoint that is undone: afterwards it is refused."""
    with place.open() as office:
        office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        engine = (
            sa.create_engine(place.database.replace("postgresql://", "postgresql+psycopg://"))
            if place.kind == "postgresql"
            else Database(place.folder / "database" / "docflow.sqlite").engine
        )
        with office.lock(), engine.begin() as connection:
            inside = office.within(connection)
            savepoint = connection.begin_nested()
            inside.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
            inside.draft(make_draft(), actor=CLERK, document_id="d1")
            savepoint.rollback()
            with pytest.raises(DocflowError) as caught:
                inside.draft(make_draft(), actor=CLERK, document_id="d1")
            assert caught.value.code is ErrorCode.FORBIDDEN
        engine.dispose()
    assert place.verify().is_intact


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ("UPDATE role_holding SET is_held = 1 WHERE person = :person", "value_changed"),
        ("UPDATE role_holding SET role = 'quan_tri' WHERE person = :person", "row_unknown"),
        ("DELETE FROM role_holding WHERE person = :person", "row_missing"),
        (
            (
                "INSERT INTO role_holding (agency, person, role, is_held, changed_at, changed_by)"
                " SELECT agency, :person, 'quan_tri', 1, changed_at, changed_by FROM role_holding WHERE person = 'A'"
            ),
            "row_unknown",
        ),
    ],
    ids=["given back", "made an administrator", "forgotten", "given"],
)
def test_a_right_edited_behind_the_log_is_shown_by_audit_verify(place: Place, edit: str, found: str) -> None:
    """ADR 0067 lets a running office go on for a while with the rights it knew: the audit names the row at once.

    NĐ 30/2020 PL VI Phần I mục III.3c: a change of rights is alerted until somebody confirms it.
    """
    engine = (
        sa.create_engine(place.database.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
        if place.kind == "postgresql"
        else Database(place.folder / "database" / "docflow.sqlite").engine
    )
    with place.open() as office:
        office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        office.grant("A", OfficeRole.VAN_THU, actor=ADMIN)
        office.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        office.withdraw(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        with engine.begin() as connection:
            person = "Kẻ lạ" if edit.startswith("INSERT") else CLERK
            connection.execute(sa.text(edit), {"person": person})
        # The office that is open and one that only looks say the same.
        for report in (office.verify_log(), place.verify()):
            named = {(finding.table, finding.code.value) for finding in report.findings}
            assert ("role_holding", found) in named, report.findings
            assert any(person in finding.key for finding in report.findings)
    engine.dispose()
