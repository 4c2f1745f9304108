"""A file that was attached by mistake is taken off: gone from everything that leaves, kept in the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from docflow import (
    AttachedFile,
    Direction,
    DocflowError,
    DocumentState,
    ErrorCode,
    Office,
    OfficeRole,
    OutboxState,
    ReportBy,
    SearchQuery,
    check_proof,
)
from tests.contract.offices import Place
from tests.contract.test_destruction import destroy, is_there
from tests.exchange_kit import TwoAgencies, open_two
from tests.office_kit import SetClock, leader_pdf, make_draft
from tests.strange_pdf import page_pdf
from tests.work_kit import MONDAY, SCAN, add, make_entry, make_file

WRONG, RIGHT = page_pdf("payroll of another office"), page_pdf("annex")
WHY = "kèm nhầm bảng lương"


@pytest.fixture
def clock() -> SetClock:
    """Monday morning."""
    return SetClock(MONDAY)


@pytest.fixture
def office(place: Place, clock: SetClock) -> Iterator[Office]:
    """An office on each kind of store, with a draft to which two files were attached, one by mistake."""
    with place.open(clock=clock) as opened:
        opened.draft(make_draft(), actor="A", document_id="d")
        opened.attach("d", WRONG, name="Bảng lương", actor="A")
        opened.attach("d", RIGHT, name="Phụ lục", actor="A")
        yield opened
        assert opened.verify_log().findings == ()


def take_off(office: Office, position: int = 0) -> None:
    """Take a file off the draft."""
    office.detach("d", position=position, actor="A", reason=WHY)


def issue(office: Office) -> None:
    """Bring the draft to its seal."""
    office.approve("d", actor="B")
    office.leader_signed("d", leader_pdf("d"), actor="Nguyễn Văn An")
    office.issue("d", actor="V")
    office.sealed("d", leader_pdf("d") + b" seal", actor="V")


def refused(code: ErrorCode, act: Callable[[], object], *, office: Office) -> None:
    """Do what must be refused with a code and a Vietnamese sentence, nothing written."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        act()
    assert caught.value.code is code, caught.value
    assert caught.value.vi
    assert office.checkpoint() == before


def all_of(office: Office) -> tuple[AttachedFile, ...]:
    """Return what was ever attached to the draft."""
    return office.attachments("d", with_detached=True)


def test_what_is_taken_off_stays_in_the_record_with_who_when_and_why(office: Office, clock: SetClock) -> None:
    """It goes with the document no more and is not counted; its row, its bytes and a leaf of the log stay."""
    clock.advance(seconds=60)
    take_off(office)
    assert [(item.position, item.name) for item in office.attachments("d")] == [(1, "Phụ lục")]
    assert office.document("d").attachment_count == 1
    wrong, right = all_of(office)
    assert (wrong.detached_at, wrong.detached_by, wrong.detach_reason) == (clock.time, "A", WHY)
    assert (right.detached_at, right.detached_by, right.detach_reason) == (None, None, None)
    assert office.blob(wrong.pdf) == WRONG
    proof = check_proof(office.inclusion_proof("d"), vkey=office.vkey)
    assert (proof.type, proof.actor) == ("file_detached", "A")


def test_it_is_taken_off_while_files_may_be_attached_and_no_longer(office: Office) -> None:
    """A draft, also one given back; what was approved goes back first, what was issued is replaced."""
    office.return_draft("d", actor="B", reason="sai")
    take_off(office)
    assert office.document("d").state is DocumentState.RETURNED
    office.revise("d", make_draft("khác"), actor="A", version=1)
    for step in (
        partial(office.approve, "d", actor="B"),
        partial(office.leader_signed, "d", leader_pdf("d"), actor="Nguyễn Văn An"),
        partial(office.issue, "d", actor="V"),
        partial(office.sealed, "d", leader_pdf("d") + b" seal", actor="V"),
        partial(office.recall, "d", actor="V", reason="sai"),
    ):
        step()
        refused(ErrorCode.WRONG_STATE, partial(take_off, office, 1), office=office)


def test_only_what_goes_with_the_document_is_taken_off_and_for_a_reason(office: Office) -> None:
    """No place without a file, none twice; the same request again gets its answer again."""
    for reason in ("", "  "):
        act = partial(office.detach, "d", position=0, actor="A", reason=reason)
        refused(ErrorCode.BAD_ARGUMENT, act, office=office)
    for position in (-1, 2):
        refused(ErrorCode.NOT_FOUND, partial(take_off, office, position), office=office)
    take_off(office)
    assert office.detach("d", position=0, actor="A", reason=WHY).is_replay
    again = partial(office.detach, "d", position=0, actor="A", reason="lại nhầm")
    refused(ErrorCode.NOT_FOUND, again, office=office)
    assert [item.detach_reason for item in all_of(office)] == [WHY, None]


def test_who_may_attach_may_take_off(office: Office) -> None:
    """The roles are those of attaching: who writes in the office, not who administers it, and no stranger."""
    roles = {
        "Quản trị": OfficeRole.QUAN_TRI,
        "Văn thư": OfficeRole.VAN_THU,
        "Chuyên viên": OfficeRole.CHUYEN_VIEN,
        "B": OfficeRole.LANH_DAO,
    }
    for person, role in roles.items():
        office.grant(person, role, actor="Quản trị")
    may_attach: set[str] = set()
    may_detach: set[str] = set()
    for number, person in enumerate((*roles, "Người lạ")):
        if _is_let(partial(office.attach, "d", page_pdf(str(number)), name="Tệp", actor=person)):
            may_attach.add(person)
        if _is_let(partial(office.detach, "d", position=len(may_detach), actor=person, reason=str(number))):
            may_detach.add(person)
    assert may_detach == may_attach
    assert "Chuyên viên" in may_detach
    assert "Người lạ" not in may_detach


def _is_let(act: Callable[[], object]) -> bool:
    try:
        act()
    except DocflowError as error:
        return error.code is not ErrorCode.FORBIDDEN
    return True


def test_the_same_file_is_attached_again_and_taken_off_again(office: Office) -> None:
    """It gets another position each time; a request that is only repeated attaches nothing twice."""
    for position in (0, 2, 3):
        take_off(office, position)
        answer = office.attach("d", WRONG, name="Bảng lương", actor="A")
        assert not answer.is_replay
        assert office.attach("d", WRONG, name="Bảng lương", actor="A").is_replay
    assert office.attach("d", RIGHT, name="Phụ lục", actor="A").is_replay
    assert [item.position for item in office.attachments("d")] == [1, 4]
    assert [item.detached_at is None for item in all_of(office)] == [False, True, False, False, True]
    assert office.document("d").attachment_count == 2


def test_under_its_key_an_attachment_is_the_one_that_was_taken_off(office: Office) -> None:
    """A request sent again by a machine brings back nothing that somebody took off meanwhile; a new one does."""
    annex = partial(office.attach, "d", page_pdf("third"), name="Ba", actor="A")
    annex(idempotency_key="once")
    take_off(office, 2)
    assert annex(idempotency_key="once").is_replay
    assert office.document("d").attachment_count == 2
    assert not annex(idempotency_key="twice").is_replay
    assert office.document("d").attachment_count == 3


def test_nobody_signs_sends_prints_or_finds_what_was_taken_off(office: Office) -> None:
    """The document leaves when what still goes with it is signed; a print is asked for by the position."""
    take_off(office)
    issue(office)
    refused(
        ErrorCode.NOT_FOUND,
        partial(office.attachment_sealed, "d", WRONG + b" seal", position=0, actor="V"),
        office=office,
    )
    assert {row.state for row in office.outbox()} == {OutboxState.HELD}
    office.attachment_sealed("d", RIGHT + b"% sealed", position=1, actor="V")
    assert {row.state for row in office.outbox()} == {OutboxState.READY}
    assert office.print_outgoing("d", actor="A", position=1).startswith(b"%PDF")
    refused(ErrorCode.NOT_FOUND, partial(office.print_outgoing, "d", actor="A", position=0), office=office)
    for words in ("payroll", "Bảng lương", "bang luong"):
        assert office.search(SearchQuery(text=words)) == ()


def test_a_document_without_its_only_annex_leaves_with_its_seal(place: Place) -> None:
    """Nothing waits for a signature on what was taken off."""
    with place.open() as office:
        office.draft(make_draft(), actor="A", document_id="d")
        office.attach("d", WRONG, name="Bảng lương", actor="A")
        take_off(office)
        issue(office)
        assert {row.state for row in office.outbox()} == {OutboxState.READY}


@pytest.fixture
def two(tmp_path: object) -> Iterator[TwoAgencies]:
    """Two agencies that exchange documents."""
    agencies = open_two(tmp_path)  # type: ignore[arg-type]
    yield agencies
    agencies.close()


def test_what_was_taken_off_is_not_sent(two: TwoAgencies) -> None:
    """The receiver gets the document and what goes with it, numbered without a gap."""
    office = two.sender
    office.draft(make_draft(), actor="A", document_id="d")
    for name in ("một", "hai", "ba"):
        office.attach("d", f"%PDF {name}".encode(), name=name, actor="A")
    office.detach("d", position=1, actor="A", reason=WHY)
    issue(office)
    for position, name in ((0, "một"), (2, "ba")):
        office.attachment_sealed("d", f"%PDF {name} seal".encode(), position=position, actor="V")
    two.exchange()
    main, *others = two.receiver.incoming_files(two.arrived().id)
    stem = main.name.removesuffix(".pdf")
    assert [(item.name, item.description) for item in others] == [(f"{stem}_1.pdf", "một"), (f"{stem}_2.pdf", "ba")]
    assert two.receiver.incoming_file(two.arrived().id, 2) == b"%PDF ba seal"


def test_a_report_from_the_log_knows_it(office: Office) -> None:
    """Who took something off was at work; tables and log say the same of that day."""
    before = office.report("2026", by=ReportBy.MONTH)
    office.detach("d", position=0, actor="Trần Thị Bình", reason=WHY)
    after = office.report("2026", by=ReportBy.MONTH)
    assert after.log_size == before.log_size + 1
    for report in (before, after):
        assert office.report("2026", by=ReportBy.MONTH, as_of=report.log_size) == report
        assert office.verify_report(report) == report
    assert [report.total.active_accounts for report in (before, after)] == [1, 2]


def test_it_is_destroyed_with_its_document(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: what was taken off stands with the drafts, and goes with them."""
    take_off(office)
    issue(office)
    office.attachment_sealed("d", RIGHT + b" seal", position=1, actor="V")
    file = make_file(office)
    add(office, file, "d", direction=Direction.OUTGOING)
    wrong, right = all_of(office)
    assert is_there(office, wrong.pdf)
    destroy(office, file, clock)
    assert [name for name in (wrong.pdf, right.pdf) if is_there(office, name)] == []


def test_it_keeps_nothing_from_being_destroyed_with_the_document_that_it_belongs_to(
    office: Office, clock: SetClock
) -> None:
    """TT 01/2019 Điều 20.5: a slip of somebody's hand does not prolong a retention; attached again it is needed."""
    for name in ("den", "den-2"):
        office.receive_by_hand(make_entry(f"{name}/STC"), actor="V", incoming_id=name, scan=SCAN + name.encode())
        office.check(name, actor="V")
        office.accept(name, actor="V")
        office.attach("d", SCAN + name.encode(), name=name, actor="A")
    take_off(office, 2)
    take_off(office, 3)
    office.attach("d", SCAN + b"den-2", name="den-2", actor="A")
    first, second = (office.incoming_document(name).pdf or "" for name in ("den", "den-2"))
    file = make_file(office)
    for name in ("den", "den-2"):
        add(office, file, name)
    destroy(office, file, clock)
    assert (is_there(office, first), is_there(office, second)) == (False, True)


def test_what_was_destroyed_and_attached_again_by_mistake_goes_again(office: Office, clock: SetClock) -> None:
    """Taken off, it is destroyed content like before; attached once more, it is kept."""
    office.receive_by_hand(make_entry("1/STC"), actor="V", incoming_id="den", scan=SCAN)
    office.check("den", actor="V")
    office.accept("den", actor="V")
    file, shared = make_file(office), office.incoming_document("den").pdf or ""
    add(office, file, "den")
    destroy(office, file, clock)
    clock.advance(days=1)
    office.attach("d", SCAN, name="Thư", actor="A")
    assert is_there(office, shared)
    take_off(office, 2)
    assert office.verify_log().findings == ()
    other = make_file(office, "02.B")
    office.receive_by_hand(make_entry("2/STC"), actor="V", incoming_id="den-2")
    office.check("den-2", actor="V")
    office.accept("den-2", actor="V")
    add(office, other, "den-2")
    destroy(office, other, clock)
    assert not is_there(office, shared)
    assert office.verify_log().findings == ()
    clock.advance(days=1)
    office.attach("d", SCAN, name="Thư", actor="A")
    assert office.blob(shared) == SCAN
