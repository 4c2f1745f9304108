"""Groups of documents and files: who reads them, what is frozen, what is alerted; on every kind of store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import (
    Access,
    AccessKind,
    AccessQuery,
    AccessTarget,
    DocflowError,
    DocumentGroup,
    ErrorCode,
    GroupEvent,
    GroupItem,
    GroupPlan,
    Office,
    OfficeRole,
    SearchQuery,
)
from docflow.model import DocumentEvent
from docflow.model.groups import MAX_ITEMS
from docflow.office.groups.verbs import GroupAsk, _act
from docflow.office.outgoing.engine import perform
from docflow.office.outgoing.taking import make_step
from docflow.ports import Piece, UnitOfWork
from docflow.store.engines.prepared import Prepared
from docflow.store.reading.group_reader import may_be_read
from docflow.store.tables import DOCUMENT
from docflow.store.writing.group_unit import _FIND_FREEZING, _LIST_GROUPS, _WHAT_IS_THERE
from docflow.store.writing.record_unit import select_records
from tests.contract.offices import Place
from tests.contract.test_own_transaction import engine_of
from tests.office_kit import NOON, make_draft, sign_off
from tests.work_kit import make_file, register

ADMIN, OTHER_ADMIN, LEADER, CLERK = "Quản trị A", "Quản trị B", "Lãnh đạo", "Văn thư"
BINH, CUONG, STRANGER = "Bình", "Cường", "Người lạ"
ROLES = {
    ADMIN: OfficeRole.QUAN_TRI,
    OTHER_ADMIN: OfficeRole.QUAN_TRI,
    LEADER: OfficeRole.LANH_DAO,
    CLERK: OfficeRole.VAN_THU,
    BINH: OfficeRole.CHUYEN_VIEN,
    CUONG: OfficeRole.CHUYEN_VIEN,
}
EVERYBODY = (*ROLES, STRANGER)


def item(subject: str, target: AccessTarget = AccessTarget.OUTGOING) -> GroupItem:
    """Return a document or file as groups hold it."""
    return GroupItem(target=target, subject=subject)


D1, D2, D3 = item("d1"), item("d2"), item("d3")
DEN = item("den-1", AccessTarget.INCOMING)
FILE = item("H99.2026.01.TCCB", AccessTarget.FILE)
ALL = (D1, D2, D3, DEN, FILE)


def fill(office: Office) -> None:
    """Leave three drafts, a letter and a file, and then a person for each role."""
    register(office, DEN.subject, issued_on=None)
    assert make_file(office).code == FILE.subject
    for document in (D1, D2, D3):
        office.draft(make_draft(), actor="A", document_id=document.subject)
    for person, role in ROLES.items():
        office.grant(person, role, actor=ADMIN)


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    """An office with something to group; its log is intact when the test is over."""
    with place.open() as office:
        fill(office)
        yield office
    assert place.verify().is_intact


def make(office: Office, name: str, *items: GroupItem, readers: tuple[str, ...] = (), **plan: object) -> DocumentGroup:
    """Make a group of something, and let people read it."""
    office.make_group(GroupPlan(id=name, name=f"Nhóm {name}", **plan), actor=ADMIN)  # type: ignore[arg-type]
    if items:
        office.add_to_group(name, items, actor=ADMIN)
    if readers:
        office.admit_readers(name, readers, actor=ADMIN)
    return office.group(name)


def read_by(office: Office, asked: GroupItem) -> set[str]:
    """Return who may read something; asked one by one and among others, the answer is the same."""
    one = {who for who in EVERYBODY if office.may_read(who, target=asked.target, subject=asked.subject)}
    assert one == {who for who in EVERYBODY if asked in office.list_readable(who, ALL)}
    return one


def refused(office: Office, code: ErrorCode, attempt: Callable[[], object]) -> DocflowError:
    """Expect a refusal in both languages that leaves nothing."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        attempt()
    assert caught.value.code is code, caught.value
    assert caught.value.vi
    assert office.checkpoint() == before
    return caught.value


def test_groups_hold_documents_and_files_by_level_of_information(office: Office) -> None:
    """Documents in and out and files, in as many groups as one likes; levels are the agency's own words.

    NĐ 30/2020 PL VI Phần I mục IV.1a: "Tạo lập nhóm tài liệu, hồ sơ theo cấp độ thông tin khác nhau."
    """
    make(office, "nhan-su", D1, DEN, level="Nội bộ")
    make(office, "thanh-tra", D1, FILE, level="Hạn chế", is_for_named_only=True)
    assert [group.id for group in office.groups()] == ["nhan-su", "thanh-tra"]
    assert [group.id for group in office.groups(level="Hạn chế")] == ["thanh-tra"]
    assert [group.id for group in office.groups_of(target=D1.target, subject=D1.subject)] == ["nhan-su", "thanh-tra"]
    held = [(member.target, member.subject) for member in office.group_items("nhan-su")]
    assert held == [(AccessTarget.INCOMING, "den-1"), (AccessTarget.OUTGOING, "d1")]
    acts = [(act.position, act.event, act.actor) for act in office.group_acts("nhan-su")]
    assert acts == [(0, GroupEvent.MAKE, ADMIN), (1, GroupEvent.ADD, ADMIN)]
    assert office.group("nhan-su").made_at == NOON
    refused(office, ErrorCode.ALREADY_EXISTS, lambda: make(office, "nhan-su"))
    for what, code in ((D1, ErrorCode.ALREADY_EXISTS), (item("d9"), ErrorCode.NOT_FOUND)):
        refused(office, code, lambda what=what: office.add_to_group("nhan-su", (D2, what), actor=ADMIN))  # type: ignore[misc]
    for names in ((), (D2, D2), (D2,) * (MAX_ITEMS + 1)):
        refused(
            office,
            ErrorCode.BAD_ARGUMENT,
            lambda names=names: office.add_to_group("nhan-su", names, actor=ADMIN),  # type: ignore[misc]
        )
    refused(office, ErrorCode.NOT_FOUND, lambda: office.add_to_group("không có", (D2,), actor=ADMIN))
    refused(office, ErrorCode.BAD_ARGUMENT, lambda: item("x", AccessTarget.SYSTEM))


def test_what_is_in_a_group_is_read_by_its_readers(office: Office) -> None:
    """In no group: everybody with a role. In groups: the readers of one of them; leaders and registry, if it lets.

    NĐ 30/2020 PL VI Phần I mục III.3b: "Bảo đảm phân quyền truy cập đối với từng hồ sơ, văn bản."
    NĐ 30/2020 PL VI Phần I mục IV.1c: "Truy cập vào hồ sơ và dữ liệu đặc tả của hồ sơ theo quy định của cơ quan, tổ
        chức."
    """
    make(office, "mo", D1, DEN, readers=(BINH, STRANGER))
    make(office, "kin", D2, DEN, FILE, readers=(CUONG,), is_for_named_only=True)
    assert {asked.subject: read_by(office, asked) for asked in ALL} == {
        "d1": {LEADER, CLERK, BINH},
        "d2": {CUONG},
        "d3": set(ROLES),
        "den-1": {LEADER, CLERK, BINH, CUONG},
        FILE.subject: {CUONG},
    }
    assert office.list_readable(BINH, (D3, D2, D1, D1)) == (D3, D1, D1)
    # The same id of another kind is another thing; what is not here is in no group.
    assert office.may_read(BINH, target=AccessTarget.INCOMING, subject="d2")
    refused(office, ErrorCode.BAD_ARGUMENT, lambda: office.list_readable(BINH, (D1,) * (MAX_ITEMS + 1)))
    # Whoever leaves loses his role, and with it what groups still say of him.
    office.withdraw(CUONG, OfficeRole.CHUYEN_VIEN, actor=ADMIN)
    assert read_by(office, D2) == set()


def test_rights_change_with_the_rules_of_the_agency(office: Office) -> None:
    """Readers come and go, documents too; each change is for an administrator, and taking away needs a reason.

    NĐ 30/2020 PL VI Phần I mục IV.1d: "Thay đổi quyền truy cập đối với hồ sơ, văn bản khi có sự thay đổi quy định của
        cơ quan, tổ chức."
    """
    make(office, "kin", D1, readers=(BINH,), is_for_named_only=True)
    office.exclude_readers("kin", (BINH,), actor=ADMIN, reason="chuyển công tác")
    office.admit_readers("kin", (CUONG, LEADER), actor=ADMIN, reason="quy chế mới")
    assert read_by(office, D1) == {CUONG, LEADER}
    office.remove_from_group("kin", (D1,), actor=ADMIN, reason="đã công khai")
    assert read_by(office, D1) == set(ROLES)
    office.add_to_group("kin", (D1,), actor=ADMIN)
    office.admit_readers("kin", (BINH,), actor=ADMIN)
    assert read_by(office, D1) == {CUONG, LEADER, BINH}
    assert [reader.person for reader in office.group_readers("kin")] == [BINH, CUONG, LEADER]
    assert [reader.person for reader in office.group_readers("kin", act=4)] == [CUONG, LEADER]
    changes: list[Callable[[str], object]] = [
        lambda who: office.make_group(GroupPlan(id="g", name="G"), actor=who),
        lambda who: office.add_to_group("kin", (D2,), actor=who),
        lambda who: office.remove_from_group("kin", (D1,), actor=who, reason="x"),
        lambda who: office.admit_readers("kin", (who,), actor=who),
        lambda who: office.exclude_readers("kin", (BINH,), actor=who, reason="x"),
    ]
    for change in changes:
        for who in (LEADER, CLERK, BINH, STRANGER):
            refused(office, ErrorCode.FORBIDDEN, lambda change=change, who=who: change(who))  # type: ignore[misc]
    for code, attempt in (
        (ErrorCode.NOT_FOUND, lambda: office.exclude_readers("kin", (CLERK,), actor=ADMIN, reason="x")),
        (ErrorCode.NOT_FOUND, lambda: office.remove_from_group("kin", (D2,), actor=ADMIN, reason="x")),
        (ErrorCode.ALREADY_EXISTS, lambda: office.admit_readers("kin", (CLERK, BINH), actor=ADMIN)),
        (ErrorCode.BAD_ARGUMENT, lambda: office.exclude_readers("kin", (BINH,), actor=ADMIN, reason=" ")),
        (ErrorCode.BAD_ARGUMENT, lambda: office.remove_from_group("kin", (D1,), actor=ADMIN, reason="")),
        (ErrorCode.BAD_ARGUMENT, lambda: office.admit_readers("kin", (), actor=ADMIN)),
    ):
        refused(office, code, attempt)


def test_a_change_of_who_reads_what_is_an_alert_until_another_confirms_it(office: Office) -> None:
    """Not that a group is made or frozen: of each change of its documents and readers; who made it does not confirm it.

    NĐ 30/2020 PL VI Phần I mục III.3c: "Cảnh báo sự thay đổi về quyền truy cập đối với từng hồ sơ, văn bản trong Hệ
        thống cho đến khi có xác nhận của người có thẩm quyền."
    """
    make(office, "g", D1, readers=(BINH,))
    make(office, "other", D2)
    office.freeze_group("g", actor=LEADER, reason="thanh tra")
    office.unfreeze_group("g", actor=LEADER, reason="xong")
    office.exclude_readers("g", (BINH,), actor=OTHER_ADMIN, reason="x")
    office.remove_from_group("g", (D1,), actor=ADMIN, reason="x")
    alerts = [(act.group_id, act.position) for act in office.group_acts(only_alerts=True)]
    assert alerts == [("g", 1), ("g", 2), ("g", 5), ("g", 6), ("other", 1)]
    for who in (ADMIN, CLERK, BINH, STRANGER):  # who made it, who has no such right, a stranger
        refused(office, ErrorCode.FORBIDDEN, lambda who=who: office.confirm_group_act("g", 1, actor=who))  # type: ignore[misc]
    confirmed = office.confirm_group_act("g", 1, actor=LEADER)
    assert (confirmed.actor, confirmed.confirmed_by, confirmed.confirmed_at) == (ADMIN, LEADER, NOON)
    office.confirm_group_act("g", 5, actor=ADMIN)
    assert [act.position for act in office.group_acts("g", only_alerts=True)] == [2, 6]
    before = office.checkpoint()
    assert office.confirm_group_act("g", 1, actor=OTHER_ADMIN) == confirmed  # already: nothing changes
    assert office.checkpoint() == before
    for position in (0, 3, 7):  # made, frozen, not there
        refused(office, ErrorCode.NOT_FOUND, lambda at=position: office.confirm_group_act("g", at, actor=LEADER))  # type: ignore[misc]


def test_nobody_confirms_that_he_himself_may_read_now(office: Office) -> None:
    """As with roles: who was admitted has a part in it; somebody else confirms it."""
    make(office, "g", D1, readers=(OTHER_ADMIN, BINH))
    (position,) = [act.position for act in office.group_acts("g", only_alerts=True) if act.event is GroupEvent.ADMIT]
    refused(office, ErrorCode.FORBIDDEN, lambda: office.confirm_group_act("g", position, actor=OTHER_ADMIN))
    assert office.confirm_group_act("g", position, actor=LEADER).confirmed_by == LEADER


def test_nobody_confirms_what_he_reads_by_it(office: Office) -> None:
    """What is put into a group or taken out changes what its named readers read, now or when it was done."""
    make(office, "g", D1, readers=(OTHER_ADMIN,), is_for_named_only=True)
    office.add_to_group("g", (D2,), actor=ADMIN)
    office.remove_from_group("g", (D1,), actor=ADMIN, reason="x")
    for position in (3, 4):
        refused(office, ErrorCode.FORBIDDEN, lambda at=position: office.confirm_group_act("g", at, actor=OTHER_ADMIN))  # type: ignore[misc]
    office.exclude_readers("g", (OTHER_ADMIN,), actor=ADMIN, reason="x")
    for position in (1, 2, 3, 4, 5):
        refused(office, ErrorCode.FORBIDDEN, lambda at=position: office.confirm_group_act("g", at, actor=OTHER_ADMIN))  # type: ignore[misc]
    office.add_to_group("g", (D1,), actor=ADMIN)  # he reads nothing of it any more
    assert office.confirm_group_act("g", 6, actor=OTHER_ADMIN).confirmed_by == OTHER_ADMIN
    make(office, "h", D1, readers=(OTHER_ADMIN,), is_for_named_only=True)
    office.admit_readers("h", (BINH,), actor=ADMIN)  # that somebody else reads, too, is none of his
    assert office.confirm_group_act("h", 3, actor=OTHER_ADMIN).confirmed_by == OTHER_ADMIN
    assert office.confirm_group_act("g", 3, actor=LEADER).confirmed_by == LEADER


def test_who_was_admitted_twice_confirms_neither(office: Office) -> None:
    """His first admission is an alert as long as nobody else confirmed it, whatever was done since."""
    make(office, "g", D1, readers=(OTHER_ADMIN, BINH))
    office.exclude_readers("g", (OTHER_ADMIN,), actor=ADMIN, reason="x")
    office.admit_readers("g", (OTHER_ADMIN,), actor=ADMIN)
    for position in (2, 3, 4):
        refused(office, ErrorCode.FORBIDDEN, lambda at=position: office.confirm_group_act("g", at, actor=OTHER_ADMIN))  # type: ignore[misc]
        assert office.confirm_group_act("g", position, actor=LEADER).confirmed_by == LEADER


def test_nobody_confirms_his_own_change_where_nobody_holds_a_role(place: Place) -> None:
    """An open office: everybody may, but not who did it."""
    with place.open() as office:
        office.draft(make_draft(), actor="A", document_id="d1")
        make(office, "g", D1)
        refused(office, ErrorCode.FORBIDDEN, lambda: office.confirm_group_act("g", 1, actor=ADMIN))
        assert office.confirm_group_act("g", 1, actor=LEADER).confirmed_by == LEADER


def test_who_is_no_alert_himself_confirms_what_is_one(office: Office) -> None:
    """As with roles: a leader whom the administrator has just made confirms nothing while a confirmed one could."""
    make(office, "g", D1, readers=(BINH,))
    office.confirm_role(OTHER_ADMIN, OfficeRole.QUAN_TRI, actor=LEADER)
    refused(office, ErrorCode.FORBIDDEN, lambda: office.confirm_group_act("g", 1, actor=LEADER))
    assert office.confirm_group_act("g", 1, actor=OTHER_ADMIN).confirmed_by == OTHER_ADMIN
    office.confirm_role(LEADER, OfficeRole.LANH_DAO, actor=OTHER_ADMIN)
    assert office.confirm_group_act("g", 2, actor=LEADER).confirmed_by == LEADER


def test_a_right_is_given_to_nobody_who_looks_like_another(office: Office) -> None:
    """Rights are kept by the name, letter by letter: whom everybody takes for Bình would read, and Bình would not."""
    make(office, "g", D1)
    office.admit_readers("g", ("Nguyễn Thị An",), actor=ADMIN)
    names = ("Bình ", " Bình", "bình", "Cường ", "Mới\u00a0 Đến", "Mới\u00a0Đến", "nguyễn thị an", "Nguyễn  Thị An")
    for name in names:
        refused(office, ErrorCode.BAD_ARGUMENT, lambda name=name: office.admit_readers("g", (name,), actor=ADMIN))  # type: ignore[misc]
    for name in names[:6]:
        refused(
            office,
            ErrorCode.BAD_ARGUMENT,
            lambda name=name: office.grant(name, OfficeRole.CHUYEN_VIEN, actor=ADMIN),  # type: ignore[misc]
        )
    refused(office, ErrorCode.BAD_ARGUMENT, lambda: office.admit_readers("g", ("Mới Đến", "mới đến"), actor=ADMIN))
    office.admit_readers("g", (BINH, "Mới Đến"), actor=ADMIN)
    assert read_by(office, D1) == {LEADER, CLERK, BINH}


def test_a_frozen_group_keeps_what_it_holds_as_it_is(office: Office) -> None:
    """Document, letter and file change no more, and stay in the group; who reads it may change, and it is read.

    NĐ 30/2020 PL VI Phần I mục IV.1g: "Khóa hoặc đóng băng các tập hợp (văn bản, hồ sơ, nhóm tài liệu)"
    """
    make(office, "g", D1, DEN, FILE)
    make(office, "open", D1, D2)
    frozen = office.freeze_group("g", actor=LEADER, reason="thanh tra")
    assert (frozen.frozen_at, frozen.frozen_by) == (NOON, LEADER)
    attempts: list[Callable[[], object]] = [
        lambda: office.comment("d1", "ý kiến", actor=BINH),
        lambda: office.submit("den-1", actor=CLERK, to="L"),
        lambda: office.close_file(FILE.subject, actor=BINH),
        lambda: office.add_to_group("g", (D2,), actor=ADMIN),
        lambda: office.remove_from_group("g", (D1,), actor=ADMIN, reason="x"),
    ]
    for attempt in attempts:
        assert "Nhóm g" in refused(office, ErrorCode.FROZEN, attempt).vi
    office.comment("d2", "ý kiến", actor=BINH)
    office.admit_readers("g", (CUONG,), actor=ADMIN, reason="đoàn thanh tra")
    office.remove_from_group("open", (D1,), actor=ADMIN, reason="x")
    assert read_by(office, D1) == {LEADER, CLERK, CUONG}
    refused(office, ErrorCode.WRONG_STATE, lambda: office.freeze_group("g", actor=ADMIN, reason="x"))
    for who in (CLERK, BINH, STRANGER):
        for change in (office.freeze_group, office.unfreeze_group):
            refused(
                office,
                ErrorCode.FORBIDDEN,
                lambda who=who, change=change: change("g", actor=who, reason="x"),  # type: ignore[misc]
            )
    refused(office, ErrorCode.BAD_ARGUMENT, lambda: office.unfreeze_group("g", actor=ADMIN, reason=""))
    office.unfreeze_group("g", actor=ADMIN, reason="kết thúc thanh tra")
    for attempt in attempts[:2]:
        attempt()
    refused(office, ErrorCode.WRONG_STATE, lambda: office.unfreeze_group("g", actor=ADMIN, reason="x"))
    assert [act.text for act in office.group_acts("g") if act.event in {GroupEvent.FREEZE, GroupEvent.UNFREEZE}] == [
        "thanh tra",
        "kết thúc thanh tra",
    ]


def test_whoever_asks_again_gets_the_same_answer_also_while_it_is_frozen(office: Office) -> None:
    """Under a key whatever happened since; without one what was done last, in the same words (docs/adr/0085)."""
    plan = GroupPlan(id="g", name="G")
    made = office.make_group(plan, actor=ADMIN)
    assert office.make_group(plan, actor=ADMIN) == made
    added = office.add_to_group("g", (D1, D2), actor=ADMIN, idempotency_key="k")
    assert office.remove_from_group("g", (D2,), actor=ADMIN, reason="x").act_count == added.act_count + 1
    assert office.remove_from_group("g", (D2,), actor=ADMIN, reason="x").act_count == added.act_count + 1
    assert office.add_to_group("g", (D1, D2), actor=ADMIN, idempotency_key="k").act_count == added.act_count + 1
    assert [member.subject for member in office.group_items("g")] == ["d1"]
    refused(
        office,
        ErrorCode.IDEMPOTENCY_CONFLICT,
        lambda: office.add_to_group("g", (D3,), actor=ADMIN, idempotency_key="k"),
    )
    approved = office.approve("d1", actor=LEADER, idempotency_key="a")
    frozen = office.freeze_group("g", actor=LEADER, reason="thanh tra")
    assert office.freeze_group("g", actor=LEADER, reason="thanh tra") == frozen
    assert office.approve("d1", actor=LEADER, idempotency_key="a").state is approved.state
    refused(office, ErrorCode.FROZEN, lambda: office.return_draft("d1", actor=LEADER, reason="x"))


def test_of_a_batch_only_what_is_frozen_is_refused(place: Place) -> None:
    """Each document of a batch has its number or its error; what is frozen takes none, and leaves no gap."""
    with place.open() as office:
        for number in range(4):
            sign_off(office, f"b{number}")
        make(office, "g", item("b1"), item("b3"))
        office.freeze_group("g", actor=ADMIN, reason="x")
        done = office.issue_many([f"b{number}" for number in range(4)], actor="V")
        assert [one.code if isinstance(one, DocflowError) else one.number for one in done] == [
            1,
            ErrorCode.FROZEN,
            2,
            ErrorCode.FROZEN,
        ]
    assert place.verify().is_intact


def test_what_is_frozen_in_a_shared_transaction_is_frozen_for_whoever_comes_next_in_it(place: Place) -> None:
    """Nothing of it is in the database yet; and a freezing that fails freezes nothing."""
    with place.open() as office:
        for name in ("d1", "d2"):
            office.draft(make_draft(), actor="A", document_id=name)
        make(office, "g", D1)
        desk, at = office._desk, NOON

        def act(event: GroupEvent, *, text: str = "x", items: tuple[GroupItem, ...] = ()) -> Piece[object]:
            ask = GroupAsk(event=event, group_id="g", actor=ADMIN, text=text, items=items)
            return Piece(lambda unit: _act(unit, desk, ask, at=at))

        def approve(name: str) -> Piece[object]:
            step = make_step(desk, DocumentEvent.APPROVE, name, actor="B", asked={}, key=None)
            return Piece(lambda unit: perform(unit, step, desk=desk))

        def fail_after(*pieces: Piece[object]) -> Piece[object]:
            def run(unit: UnitOfWork) -> object:
                for piece in pieces:
                    piece.run(unit)
                raise DocflowError(ErrorCode.BAD_ARGUMENT, "stop", vi="dừng")

            return Piece(run)

        done = desk.store.transact_many(
            [
                act(GroupEvent.ADD, items=(D2,)),
                fail_after(act(GroupEvent.FREEZE, text="hỏng")),
                approve("d1"),
                act(GroupEvent.FREEZE),
                approve("d2"),
                fail_after(act(GroupEvent.UNFREEZE, text="hỏng"), approve("d2")),
                approve("d2"),
                act(GroupEvent.UNFREEZE),
                approve("d2"),
            ]
        )
        codes = [one.code if isinstance(one, DocflowError) else None for one in done]
        failed, is_frozen = ErrorCode.BAD_ARGUMENT, ErrorCode.FROZEN
        assert codes == [None, failed, None, None, is_frozen, failed, is_frozen, None, None]
    assert place.verify().is_intact


def test_another_process_sees_at_once_what_was_frozen(place: Place) -> None:
    """What is remembered from the transaction before holds only as long as nobody wrote since."""
    with place.open() as here, place.open() as there:
        for name in ("d1", "d2", "d3"):
            here.draft(make_draft(), actor="A", document_id=name)
        make(there, "g", D1, D3)
        here.approve("d2", actor="B")
        there.freeze_group("g", actor=ADMIN, reason="x")
        refused(here, ErrorCode.FROZEN, lambda: here.approve("d1", actor="B"))
        there.unfreeze_group("g", actor=ADMIN, reason="x")
        here.approve("d1", actor="B")
    assert place.verify().is_intact


def test_a_freezing_that_the_caller_undoes_freezes_nothing(place: Place) -> None:
    """Inside an e-office's own transaction it holds at once, and is gone with it."""
    with place.open() as office:
        office.draft(make_draft(), actor="A", document_id="d1")
        make(office, "g", D1, is_for_named_only=True)
        engine = engine_of(place)
        with office.lock(), engine.connect() as connection:
            inside = office.within(connection)
            inside.freeze_group("g", actor=ADMIN, reason="x")
            refused(inside, ErrorCode.FROZEN, lambda: inside.approve("d1", actor="B"))
            inside.admit_readers("g", (BINH,), actor=ADMIN)
            assert inside.may_read(BINH, target=D1.target, subject="d1")
            connection.rollback()
        engine.dispose()
        assert not office.may_read(BINH, target=D1.target, subject="d1")
        office.approve("d1", actor="B")
    assert place.verify().is_intact


def test_a_search_for_somebody_leaves_out_what_he_may_not_read(place: Place) -> None:
    """In the search itself: pages are whole, and their sum is all that he may read; by words and without."""
    with place.open() as office:
        for number in range(20):
            office.draft(make_draft(f"về việc số {number}"), actor="A", document_id=f"s{number:02}")
        for number in range(4):
            register(office, f"den-{number}", symbol=f"{number}/STC", issued_on=None)
        for person, role in ROLES.items():
            office.grant(person, role, actor=ADMIN)
        make(office, "mo", *(item(f"s{number:02}") for number in range(0, 20, 2)), readers=(BINH,))
        make(office, "kin", item("s01"), item("s02"), item("den-1", AccessTarget.INCOMING), is_for_named_only=True)
        office.add_to_group("kin", (item("s03"),), actor=ADMIN)
        office.remove_from_group("kin", (item("s03"),), actor=ADMIN, reason="đã công khai")
        for text in ("", "viec", "quyet toan"):
            everything = office.search(SearchQuery(text=text, limit=1000))
            for who in EVERYBODY:
                asked = [GroupItem(target=AccessTarget(hit.direction.value), subject=hit.id) for hit in everything]
                may = {(one.target.value, one.subject) for one in office.list_readable(who, asked)}
                expected = [hit for hit in everything if (hit.direction.value, hit.id) in may]
                pages = [
                    office.search(SearchQuery(text=text, limit=3, skip=skip), reader=who) for skip in range(0, 27, 3)
                ]
                assert [hit for page in pages for hit in page] == expected, who
                assert {len(page) for page in pages[: len(expected) // 3]} <= {3}
        assert office.search(SearchQuery(), reader=STRANGER) == ()
        assert {hit.id for hit in office.search(SearchQuery(limit=1000), reader=BINH)} == {
            *(f"s{number:02}" for number in range(20) if number != 1),
            *("den-0", "den-2", "den-3"),
        }
        refused(office, ErrorCode.BAD_ARGUMENT, lambda: office.search(SearchQuery(), reader=""))


def test_an_access_by_somebody_who_may_not_read_is_recorded_and_marked(office: Office) -> None:
    """It was seen: kept from the history, nobody would know. Whoever manages asks for such accesses alone.

    NĐ 30/2020 PL VI Phần I mục III.7d: "Lưu dữ liệu đặc tả của quá trình kiểm soát an ninh văn bản, hồ sơ, hệ thống."
    """
    make(office, "kin", D1, DEN, FILE, readers=(BINH,), is_for_named_only=True)

    def seen(person: str, what: GroupItem) -> Access:
        return Access(person=person, kind=AccessKind.XEM, target=what.target, subject=what.subject)

    entered = Access(person=CUONG, kind=AccessKind.TRUY_CAP, target=AccessTarget.SYSTEM)
    looks = [seen(who, what) for who in (BINH, CUONG, LEADER) for what in (D1, D2, DEN, FILE)]
    done = office.record_accesses([*looks, entered, seen(STRANGER, D1)], actor=ADMIN)
    assert [one.code if isinstance(one, DocflowError) else one.may_read for one in done] == [
        *(1, 1, 1, 1),
        *(0, 1, 0, 0),
        *(0, 1, 0, 0),
        *(None, ErrorCode.FORBIDDEN),
    ]
    marked = office.access_history(AccessQuery(may_read=False), reader=LEADER).entries
    assert {(entry.person, entry.subject) for entry in marked} == {
        (who, what.subject) for who in (CUONG, LEADER) for what in (D1, DEN, FILE)
    }
    assert office.access_counts(AccessQuery(may_read=True), reader=LEADER).total.total == 6
    office.admit_readers("kin", (CUONG,), actor=ADMIN)
    assert office.record_access(seen(CUONG, D1), actor=ADMIN).may_read == 1


def test_nobody_prints_what_he_may_not_read(office: Office) -> None:
    """There docflow itself hands out the page, and knows to whom (docs/adr/0087)."""
    make(office, "kin", D1, FILE, readers=(BINH,), is_for_named_only=True)
    refused(office, ErrorCode.FORBIDDEN, lambda: office.print_outgoing("d1", actor=LEADER))
    refused(office, ErrorCode.FORBIDDEN, lambda: office.print_file(FILE.subject, actor=CUONG))
    assert office.print_file(FILE.subject, actor=BINH).startswith(b"%PDF")
    (printed,) = office.access_history(reader=LEADER).entries
    assert (printed.person, printed.kind, printed.may_read) == (BINH, AccessKind.IN, 1)


def test_the_proof_of_a_document_shows_nobody_who_reads_it(office: Office) -> None:
    """A leaf about a group is none about a document, also if both are called the same."""
    before = office.inclusion_proof("d1")
    make(office, "d1", D1, readers=(BINH,))
    index = before.splitlines()[1:2]
    assert office.inclusion_proof("d1").splitlines()[1:2] == index
    assert BINH not in office.inclusion_proof("d1")


def test_many_members_are_one_act_and_one_alert(place: Place) -> None:
    """Put in and taken out, read and looked at: more than one question to the database holds."""
    with place.open() as office:
        names = [f"m{number}" for number in range(300)]
        for name in names:
            office.draft(make_draft(), actor="A", document_id=name)
        make(office, "g", *map(item, names), is_for_named_only=True)
        looks = [Access(person=BINH, kind=AccessKind.XEM, target=D1.target, subject=name) for name in names]
        done = office.record_accesses(looks, actor=ADMIN)
        assert {getattr(one, "may_read", None) for one in done} == {0}
        assert office.list_readable(BINH, [item(name) for name in names]) == ()
        assert len(office.group_items("g")) == len(names)
        office.remove_from_group("g", [item(name) for name in names[::2]], actor=ADMIN, reason="x")
        assert [member.subject for member in office.group_items("g")] == sorted(names[1::2])
        assert len(office.group_items("g", act=2)) == len(names[::2])
        assert [act.position for act in office.group_acts("g", only_alerts=True)] == [1, 2]
    assert place.verify().is_intact


def test_no_question_about_one_document_person_or_group_reads_all_members(tmp_path: Path) -> None:
    """SQLite keeps no statistics of an office: which index it takes must not hang on what it guesses."""
    with Place("sqlite", str(tmp_path / "database"), tmp_path).open() as office:
        by_subject = "group_member USING INDEX ix_group_member_subject (agency=? AND target=? AND subject=?)"
        by_group = "USING INDEX sqlite_autoindex_group_member_1 (agency=? AND group_id=?)"
        by_person = "group_reader USING INDEX ix_group_reader_person (agency=? AND person=?)"
        questions: list[tuple[Prepared, str]] = [
            (_WHAT_IS_THERE, "ix_document_group_frozen (agency=? AND frozen_at>?)"),
            (_FIND_FREEZING, by_subject),
            (_LIST_GROUPS, by_subject),
            (select_records("group_member", ("is_member", "subject", "target")), by_subject),
            (select_records("group_member", ("act", "group_id")), by_group),
            (select_records("group_member", ("group_id", "is_member")), by_group),
            (select_records("group_reader", ("is_reader", "person")), by_person),
        ]
        with office._store.database.reading() as connection:
            for prepared, index in questions:
                text, bind = prepared.for_dialect(connection.dialect)
                named = ("target", "subject", "is_member", "act", "group_id", "is_reader", "person")
                values = {"owner": "H99", **dict.fromkeys(named, "a"), **{f"subject_{at}": "a" for at in range(256)}}
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", bind(values)).all()
                assert index in " ".join(str(row[3]) for row in plan), plan
            may = may_be_read("H99", "A", target=D1.target, subject=DOCUMENT.c.id, reads_by_role=True)
            search = (
                sa.select(DOCUMENT.c.id)
                .where(may)
                .compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
            )
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {search}").all()
            assert " ".join(str(row[3]) for row in plan).count(by_subject) == 2, plan
