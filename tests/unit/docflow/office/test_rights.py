"""Who may do what: recorded roles, changes alerted, or the caller's own directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docflow import Access, AccessKind, AccessTarget, Direction, DocflowError, ErrorCode, FilePlan, Office, OfficeRole
from docflow.model import OUTGOING, ROLES_FOR, Role
from docflow.office import rights
from tests.office_kit import SeededRandomness, SetClock, leader_pdf, make_agency, make_draft, open_office, sign_off

ADMIN, OTHER_ADMIN = "Quản trị A", "Quản trị B"
LEADER, CLERK, OFFICER, ARCHIVE = "Lãnh đạo", "Văn thư", "Chuyên viên", "Lưu trữ"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with one person for each role."""
    with open_office(tmp_path / "office") as opened:
        opened.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        opened.grant(OTHER_ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        opened.grant(LEADER, OfficeRole.LANH_DAO, actor=ADMIN)
        opened.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        opened.grant(OFFICER, OfficeRole.CHUYEN_VIEN, actor=ADMIN)
        yield opened


def refused(code: ErrorCode) -> pytest.RaisesExc[DocflowError]:
    """Expect docflow's refusal for this reason."""
    return pytest.RaisesExc(DocflowError, check=lambda error: error.code is code and bool(error.vi))


def test_each_step_is_for_its_role_and_a_refusal_writes_nothing(office: Office) -> None:
    """NĐ 30/2020 PL VI Phần I: rights; who may not gets FORBIDDEN, who may goes on.

    NĐ 30/2020 PL VI Phần I mục I.3: "Bảo đảm phân quyền cho các cá nhân truy cập vào Hệ thống."
    """
    sealed = leader_pdf("d1") + b" seal"
    steps: list[tuple[set[str], Callable[[str], object]]] = [
        ({LEADER, CLERK, OFFICER}, lambda who: office.draft(make_draft(), actor=who, document_id="d1")),
        ({LEADER, CLERK, OFFICER}, lambda who: office.comment("d1", "được", actor=who)),
        ({LEADER}, lambda who: office.approve("d1", actor=who)),
        ({LEADER}, lambda who: office.leader_signed("d1", leader_pdf("d1"), actor=who)),
        ({CLERK}, lambda who: office.issue("d1", actor=who)),
        ({CLERK}, lambda who: office.sealed("d1", sealed, actor=who)),
        ({CLERK}, lambda who: office.hand_over("d1", 1, actor=who, how="bưu điện")),
        ({CLERK}, lambda who: office.recall("d1", actor=who, reason="sai")),
    ]
    for allowed, step in steps:
        for who in {ADMIN, LEADER, CLERK, OFFICER, "Người lạ"} - allowed:
            before = office.checkpoint()
            with refused(ErrorCode.FORBIDDEN):
                step(who)
            assert office.checkpoint() == before
        step(min(allowed))
    assert office.verify_log().is_intact


def test_whoever_does_the_work_makes_its_file_and_the_archive_asks_for_it(tmp_path: Path) -> None:
    """NĐ 30/2020 Điều 29–31: each makes the file of his work, văn thư too, and hands it over; the archive gives notice.

    NĐ 30/2020 Điều 30.3b: "Cá nhân được giao nhiệm vụ giải quyết công việc và lập hồ sơ thực hiện nộp lưu hồ sơ điện
        tử vào Lưu trữ cơ quan trên Hệ thống."
    NĐ 30/2020 Điều 31.3b: "mỗi cá nhân phải lập hồ sơ về công việc"
    """
    clock = SetClock()
    with open_office(tmp_path / "office", clock=clock) as office:
        sign_off(office, "d1")
        office.issue("d1", actor=CLERK)
        plan = FilePlan(year=2026, notation="01.VP", title="Hồ sơ", retention_years=1, creator="Bình")
        office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        people = {
            LEADER: OfficeRole.LANH_DAO,
            CLERK: OfficeRole.VAN_THU,
            OFFICER: OfficeRole.CHUYEN_VIEN,
            ARCHIVE: OfficeRole.LUU_TRU,
        }
        for person, role in people.items():
            office.grant(person, role, actor=ADMIN)
        code, way = "H99.2026.01.VP", Direction.OUTGOING
        filers, archivists = {LEADER, CLERK, OFFICER}, {CLERK, ARCHIVE}
        steps: list[tuple[set[str], Callable[[str], object]]] = [
            ({CLERK}, lambda who: office.plan_file(plan, actor=who)),
            (filers, lambda who: office.open_file(code, actor=who)),
            (filers, lambda who: office.add_to_file(code, direction=way, document_id="d1", actor=who)),
            (filers, lambda who: office.close_file(code, actor=who)),
            (filers, lambda who: office.reopen_file(code, actor=who, reason="bổ sung")),
            (filers, lambda who: office.close_file(code, actor=who)),
            (archivists, lambda who: office.announce_hand_over(code, actor=who)),
            (filers, lambda who: office.hand_over_file(code, actor=who, to="Lưu trữ cơ quan")),
            (archivists, lambda who: office.propose_destruction(code, actor=who, reason="hết thời hạn")),
            (archivists, lambda who: office.withdraw_destruction(code, actor=who, reason="còn dùng")),
        ]
        for number, (allowed, step) in enumerate(steps):
            clock.advance(days=1 if number < len(steps) - 2 else 800)
            for who in {ADMIN, *people, "Người lạ"} - allowed:
                with refused(ErrorCode.FORBIDDEN):
                    step(who)
            step(ARCHIVE if ARCHIVE in allowed else CLERK)


def test_dieu_28_only_the_head_approves_the_list_of_files(office: Office) -> None:
    """NĐ 30/2020 Điều 28: "Danh mục hồ sơ do người đứng đầu cơ quan, tổ chức phê duyệt"."""
    plan = FilePlan(year=2026, notation="01.VP", title="Hồ sơ quyết toán", retention_years=10, creator="Bình")
    office.plan_file(plan, actor=CLERK)
    for who in (ADMIN, CLERK, OFFICER, "Người lạ"):
        before = office.checkpoint()
        with refused(ErrorCode.FORBIDDEN):
            office.approve_file_list(2026, actor=who)
        assert office.checkpoint() == before
    assert office.approve_file_list(2026, actor=LEADER).approved_by == LEADER


def test_every_role_of_the_table_has_somebody_to_act_in_it() -> None:
    """No event of the table is for nobody."""
    assert all(ROLES_FOR[row.role] for row in OUTGOING)
    assert Role.SENDER not in ROLES_FOR


def test_a_change_of_rights_is_an_alert_until_another_person_confirms_it(office: Office) -> None:
    """NĐ 30/2020 PL VI Phần I: alert on any change of rights until an authorised person confirms it.

    NĐ 30/2020 PL VI Phần I mục III.3c: "Cảnh báo sự thay đổi về quyền truy cập đối với từng hồ sơ, văn bản trong Hệ
        thống cho đến khi có xác nhận của người có thẩm quyền."
    NĐ 30/2020 PL VI Phần I mục III.7d: "Lưu dữ liệu đặc tả của quá trình kiểm soát an ninh văn bản, hồ sơ, hệ thống."
    """
    alerts = {(h.person, h.role) for h in office.roles(only_alerts=True)}
    assert len(alerts) == 5
    for who in (ADMIN, CLERK, "Người lạ"):  # who made it, who has no such right, a stranger
        with refused(ErrorCode.FORBIDDEN):
            office.confirm_role(CLERK, OfficeRole.VAN_THU, actor=who)
    confirmed = office.confirm_role(CLERK, OfficeRole.VAN_THU, actor=LEADER)
    assert (confirmed.changed_by, confirmed.confirmed_by) == (ADMIN, LEADER)
    assert (CLERK, OfficeRole.VAN_THU) not in {(h.person, h.role) for h in office.roles(only_alerts=True)}
    office.withdraw(CLERK, OfficeRole.VAN_THU, actor=OTHER_ADMIN)
    (alert,) = [h for h in office.roles(only_alerts=True) if h.person == CLERK]
    assert (alert.is_held, alert.changed_by, alert.confirmed_at) == (0, OTHER_ADMIN, None)
    with refused(ErrorCode.FORBIDDEN):
        office.draft(make_draft(), actor=CLERK, document_id="d2")
    assert office.verify_log().is_intact


def test_nobody_confirms_a_change_of_his_own_role(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """NĐ 30/2020 PL VI Phần I mục III.3c: whoever got a right, or lost it, does not confirm that change."""
    twin = ADMIN.lower()
    with refused(ErrorCode.BAD_ARGUMENT):
        office.grant(twin, OfficeRole.QUAN_TRI, actor=OTHER_ADMIN)
    monkeypatch.setattr(rights, "refuse_lookalike", lambda *_: None)  # as it was recorded before that was refused
    office.grant(twin, OfficeRole.QUAN_TRI, actor=OTHER_ADMIN)
    for person, role, actor in (
        (LEADER, OfficeRole.LANH_DAO, LEADER),
        (OTHER_ADMIN, OfficeRole.QUAN_TRI, OTHER_ADMIN),
        (ADMIN, OfficeRole.QUAN_TRI, twin),
        (CLERK, OfficeRole.VAN_THU, twin),
    ):
        before = office.checkpoint()
        with refused(ErrorCode.FORBIDDEN):
            office.confirm_role(person, role, actor=actor)
        assert office.checkpoint() == before
    assert office.confirm_role(LEADER, OfficeRole.LANH_DAO, actor=OTHER_ADMIN).confirmed_by == OTHER_ADMIN


def test_whose_own_role_is_an_alert_confirms_nothing_that_somebody_confirmed_could(office: Office) -> None:
    """NĐ 30/2020 PL VI Phần I mục III.3c: the one who confirms is authorised himself."""
    office.confirm_role(LEADER, OfficeRole.LANH_DAO, actor=OTHER_ADMIN)
    office.grant("Lãnh đạo mới", OfficeRole.LANH_DAO, actor=ADMIN)
    for who in (OTHER_ADMIN, "Lãnh đạo mới"):
        with refused(ErrorCode.FORBIDDEN):
            office.confirm_role(CLERK, OfficeRole.VAN_THU, actor=who)
    for person, role in ((CLERK, OfficeRole.VAN_THU), (OTHER_ADMIN, OfficeRole.QUAN_TRI)):
        assert office.confirm_role(person, role, actor=LEADER).confirmed_by == LEADER
    # Confirmed himself, he confirms what the leader may not: the change of another leader's role that the first made.
    assert office.confirm_role("Lãnh đạo mới", OfficeRole.LANH_DAO, actor=OTHER_ADMIN).confirmed_by == OTHER_ADMIN


def test_a_small_office_ends_its_alerts(tmp_path: Path) -> None:
    """The first administrator is alone, then there is one leader: nobody was confirmed, and nobody is locked out."""
    with open_office(tmp_path / "office") as office:
        office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        with refused(ErrorCode.FORBIDDEN):
            office.confirm_role(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        office.grant(LEADER, OfficeRole.LANH_DAO, actor=ADMIN)
        office.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        for person, role in ((ADMIN, OfficeRole.QUAN_TRI), (CLERK, OfficeRole.VAN_THU)):
            assert office.confirm_role(person, role, actor=LEADER).confirmed_by == LEADER
        office.grant(OFFICER, OfficeRole.CHUYEN_VIEN, actor=ADMIN)
        office.confirm_role(OFFICER, OfficeRole.CHUYEN_VIEN, actor=LEADER)
        # The leader's own role waits for a third person: whoever gave it and whoever got it are all there is.
        assert [alert.person for alert in office.roles(only_alerts=True)] == [LEADER]
        office.grant(OTHER_ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        office.confirm_role(OTHER_ADMIN, OfficeRole.QUAN_TRI, actor=LEADER)
        office.confirm_role(LEADER, OfficeRole.LANH_DAO, actor=OTHER_ADMIN)
        assert office.roles(only_alerts=True) == ()
        assert office.verify_log().is_intact


def test_only_an_administrator_changes_rights_and_one_always_stays(office: Office) -> None:
    """Nobody gives himself a right, and nobody locks the office out of itself.

    NĐ 30/2020 PL VI Phần I mục IV.1b: "Phân quyền cho người sử dụng theo quy định của cơ quan, tổ chức."
    """
    for who in (LEADER, CLERK, "Người lạ"):
        with refused(ErrorCode.FORBIDDEN):
            office.grant(who, OfficeRole.QUAN_TRI, actor=who)
    office.withdraw(OTHER_ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
    with refused(ErrorCode.BAD_ARGUMENT):
        office.withdraw(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
    with refused(ErrorCode.NOT_FOUND):
        office.withdraw("Người lạ", OfficeRole.VAN_THU, actor=ADMIN)


def test_an_office_is_open_until_its_first_administrator(tmp_path: Path) -> None:
    """The first role given is an administrator's; before that nobody is refused (docs/adr/0056)."""
    with open_office(tmp_path / "office") as office:
        office.draft(make_draft(), actor="Bất kỳ ai", document_id="d1")
        with refused(ErrorCode.BAD_ARGUMENT):
            office.grant(CLERK, OfficeRole.VAN_THU, actor=ADMIN)
        office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN)
        before = office.checkpoint()
        assert office.grant(ADMIN, OfficeRole.QUAN_TRI, actor=ADMIN).is_held  # held already: nothing changes
        assert office.checkpoint() == before
        with refused(ErrorCode.FORBIDDEN):
            office.approve("d1", actor="Bất kỳ ai")


class OnlyMonday:
    """A caller's directory: asked with who, in which role, for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Role, str, str]] = []

    def allows(self, actor: str, role: Role, *, event: str, subject: str) -> bool:
        """Allow one person."""
        self.asked.append((actor, role, event, subject))
        return actor == "Thứ Hai"


def test_the_callers_own_directory_is_asked_instead(tmp_path: Path) -> None:
    """Rights are a port: a directory of the caller's decides alone.

    NĐ 30/2020 PL VI Phần I mục III.6c: "Cấp quyền, kiểm soát quyền truy cập vào hồ sơ lưu trữ điện tử và dữ liệu đặc
        tả của hồ sơ lưu trữ."
    """
    directory = OnlyMonday()
    with Office.open(
        tmp_path / "office", agency=make_agency(), clock=SetClock(), randomness=SeededRandomness(), rights=directory
    ) as office:
        office.draft(make_draft(), actor="Thứ Hai", document_id="d1")
        with refused(ErrorCode.FORBIDDEN):
            office.approve("d1", actor="Thứ Ba")
        seen = Access(person="Thứ Ba", kind=AccessKind.XEM, target=AccessTarget.OUTGOING, subject="d1")
        with refused(ErrorCode.FORBIDDEN):
            office.record_access(seen, actor="Thứ Hai")
        office.access_history(reader="Thứ Hai")
        with refused(ErrorCode.FORBIDDEN):
            office.access_counts(reader="Thứ Ba")
    assert directory.asked == [
        ("Thứ Hai", Role.DRAFTER, "draft", "d1"),
        ("Thứ Ba", Role.APPROVER, "approve", "d1"),
        ("Thứ Hai", Role.USER, "access", "H99"),
        ("Thứ Ba", Role.USER, "access", "d1"),
        ("Thứ Hai", Role.MANAGER, "read_accesses", "H99"),
        ("Thứ Ba", Role.MANAGER, "read_accesses", "H99"),
    ]
