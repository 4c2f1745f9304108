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
