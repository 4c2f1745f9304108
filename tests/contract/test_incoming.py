"""Incoming documents, on every kind of store: one test for each clause, and for what people get wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from docflow import (
    AccessTarget,
    Channel,
    GroupItem,
    GroupPlan,
    IncomingDocument,
    IncomingState,
    Link,
    LinkKind,
    Office,
    OfficeTerms,
    Punctuality,
    RegisterKind,
    Secrecy,
    TaskRole,
    Urgency,
    parse_agency_code,
)
from docflow.errors import DocflowError, ErrorCode
from docflow.model import (
    DOSSIER,
    FILE,
    INCOMING,
    LAW_TIME_ZONE,
    OUTGOING,
    Duty,
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    describe_state_tables,
    end_of_day,
    find_dossier_row,
    find_file_row,
    find_incoming,
    find_transition,
    fold_issuer,
    fold_symbol,
    looks_alike,
)
from docflow.model.incoming_table import draw_incoming_states
from docflow.office.incoming.effects import INCOMING_EFFECTS
from docflow.office.incoming.guards import INCOMING_GUARDS
from docflow.store.mapping import rows
from tests.contract.offices import Place
from tests.office_kit import SetClock, leader_pdf, make_draft, register_csv, seal_off, sign_off
from tests.support import REPOSITORY
from tests.work_kit import MONDAY, SCAN, assign, make_entry, register


@pytest.fixture
def clock() -> SetClock:
    """Monday morning."""
    return SetClock(MONDAY)


@pytest.fixture
def office(place: Place, clock: SetClock) -> Iterator[Office]:
    """An office on each kind of store; at the end its log knows everything."""
    with place.open(clock=clock) as opened:
        yield opened
        assert opened.verify_log().findings == ()


def finish(office: Office, document_id: str, *, is_sealed: bool = True) -> None:
    """Bring a draft to its number, and to the agency's seal."""
    office.approve(document_id, actor="Chánh Văn phòng")
    office.leader_signed(document_id, leader_pdf(document_id), actor="Nguyễn Văn An")
    office.issue(document_id, actor="Văn thư")
    if is_sealed:
        office.sealed(document_id, leader_pdf(document_id) + b" seal", actor="Văn thư")


def handling_cells(office: Office) -> tuple[str, ...]:
    """Return the one line of sổ theo dõi giải quyết văn bản đến."""
    (line,) = office.register(RegisterKind.HANDLING, 2026).lines
    return line.cells


def refused(code: ErrorCode, act: Callable[[], object], *, office: Office) -> DocflowError:
    """Do what must be refused with a code and a Vietnamese sentence, nothing written."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        act()
    assert caught.value.code is code
    assert caught.value.vi
    assert office.checkpoint() == before
    return caught.value


# ---------------------------------------------------------------- the table


def test_every_guard_and_effect_of_the_table_is_carried_out() -> None:
    """None is missing, none is dead; for one state and one event there is one row."""
    assert set(INCOMING_GUARDS) == set(IncomingGuard) == {row.guard for row in INCOMING}
    assert set(INCOMING_EFFECTS) == set(IncomingEffect) == {effect for row in INCOMING for effect in row.effects}
    assert len({(row.source, row.event) for row in INCOMING}) == len(INCOMING)
    assert {row.target for row in INCOMING} == set(IncomingState)
    assert {row.event for row in INCOMING} == set(IncomingEvent)
    assert all(state.vi for state in IncomingState)


def test_diagram_and_json_are_those_of_the_table() -> None:
    """docs/reference/incoming-states.md and what front ends get hold exactly its rows."""
    page = REPOSITORY / "docs" / "reference" / "incoming-states.md"
    assert page.read_text(encoding="utf-8") == draw_incoming_states()
    exported = describe_state_tables()["incoming"]
    assert [(row["source"], row["event"], row["target"], row["receipt"]) for row in exported] == [
        (row.source, row.event, row.target, row.receipt) for row in INCOMING
    ]


# ---------------------------------------------------------------- the clauses


def test_paper_is_taken_in_checked_and_registered(office: Office) -> None:
    """NĐ 30/2020 Điều 21.1, TT 01/2019 Điều 6: received, checked, digitised; số đến only after the check.

    NĐ 30/2020 Điều 21.1a: "Trường hợp phát hiện có sai sót hoặc dấu hiệu bất thường, Văn thư cơ quan báo ngay người
        có trách nhiệm giải quyết và thông báo cho nơi gửi văn bản."
    """
    document = office.receive_by_hand(make_entry(), actor="Văn thư", incoming_id="thu", scan=SCAN)
    assert (document.state, document.channel, document.number) == (IncomingState.RECEIVED, Channel.PAPER, None)
    refused(ErrorCode.WRONG_STATE, lambda: office.accept("thu", actor="Văn thư"), office=office)
    assert office.check("thu", actor="Văn thư").checked_at == MONDAY
    assert office.accept("thu", actor="Văn thư").number == 1
    assert office.blob(office.incoming_document("thu").pdf or "") == SCAN
    assert office.receipts("thu") == ()


def test_the_post_of_who_signed_is_kept_where_it_is_typed(office: Office) -> None:
    """The registry may type it; it is part of what makes a request the same."""
    entry = make_entry(signer_position="Phó Giám đốc")
    assert office.receive_by_hand(entry, actor="V", incoming_id="thu").signer_position == "Phó Giám đốc"
    assert office.incoming_document("thu").signer_position == "Phó Giám đốc"
    assert office.receive_by_hand(make_entry("2/A"), actor="V", incoming_id="hai").signer_position == ""
    assert office.receive_by_hand(entry, actor="V", incoming_id="thu").act_count == 1
    other = make_entry(signer_position="Giám đốc")
    code = ErrorCode.ALREADY_EXISTS
    refused(code, lambda: office.receive_by_hand(other, actor="V", incoming_id="thu"), office=office)


def test_paper_without_a_scan_has_no_file(office: Office) -> None:
    """NĐ 30/2020 Điều 22.3b: digitised where it is necessary."""
    assert office.receive_by_hand(make_entry(), actor="Văn thư").pdf is None


def test_one_series_for_paper_and_electronic(office: Office) -> None:
    """NĐ 30/2020 Điều 22.2: số đến run on in order of time, the same for paper, e-mail and fax.

    NĐ 30/2020 Điều 22.2: "Số đến của văn bản được lấy liên tiếp theo thứ tự và trình tự thời gian tiếp nhận văn bản
        trong năm, thống nhất giữa văn bản giấy và văn bản điện tử."
    """
    channels = (Channel.PAPER, Channel.EMAIL, Channel.FAX)
    numbers = [register(office, f"thu-{channel}", channel=channel).number for channel in channels]
    assert numbers == [1, 2, 3]


def test_what_is_not_registered_is_not_handled(office: Office) -> None:
    """NĐ 30/2020 Điều 22.1: nobody need handle what is not registered.

    NĐ 30/2020 Điều 20: "1. Tiếp nhận văn bản đến. 2. Đăng ký văn bản đến. 3. Trình, chuyển giao văn bản đến."
    NĐ 30/2020 Điều 22.1: "Những văn bản đến không được đăng ký tại Văn thư cơ quan thì đơn vị, cá nhân không có trách
        nhiệm giải quyết"
    """
    office.receive_by_hand(make_entry(), actor="Văn thư", incoming_id="thu")
    office.check("thu", actor="Văn thư")
    refused(ErrorCode.WRONG_STATE, lambda: office.assign("thu", actor="L", to="Phòng A"), office=office)
    refused(ErrorCode.WRONG_STATE, lambda: office.submit("thu", actor="V", to="Chủ tịch"), office=office)


def test_the_leader_names_lead_cooperating_units_and_deadlines(office: Office) -> None:
    """NĐ 30/2020 Điều 23.2, 23.4: instruction, unit in the lead, cooperating units, deadline for each, state.

    NĐ 30/2020 Điều 23.2: "Đối với văn bản liên quan đến nhiều đơn vị hoặc cá nhân thì xác định rõ đơn vị hoặc cá nhân
        chủ trì, phối hợp và thời hạn giải quyết."
    NĐ 30/2020 Điều 23.4: "Người có thẩm quyền ghi ý kiến chỉ đạo giải quyết văn bản đến trên Hệ thống và cập nhật vào
        Hệ thống các thông tin: Đơn vị hoặc người nhận; ý kiến chỉ đạo, trạng thái xử lý văn bản; thời hạn giải quyết"
    NĐ 30/2020 PL VI Phần I mục III.1m: "Cho phép người có thẩm quyền phân phối văn bản đến, theo dõi, đôn đốc đơn vị,
        cá nhân giải quyết văn bản đúng thời hạn."
    """
    register(office, "thu")
    document = assign(office, "thu")
    assert (document.submitted_to, document.assignee, document.deadline) == (
        "Chủ tịch",
        "Phòng Ngân sách",
        date(2026, 3, 6),
    )
    tasks = {task.name: (task.role, task.due_at) for task in office.incoming_tasks("thu")}
    assert tasks["Phòng Ngân sách"] == (TaskRole.LEAD, end_of_day(date(2026, 3, 6)))
    assert tasks["Thanh tra"] == (TaskRole.COOPERATE, end_of_day(date(2026, 3, 4)))
    assert tasks["Văn phòng"] == (TaskRole.INFORM, None)
    assert [act.text for act in office.incoming_acts("thu")][4] == "Giao Phòng Ngân sách tham mưu"
    assert TaskRole.LEAD.vi == "chủ trì"


def test_where_the_unit_is_clear_the_registry_passes_it_on(office: Office) -> None:
    """NĐ 30/2020 Điều 23.1: where it is clear who handles it, the registry passes it on.

    NĐ 30/2020 Điều 23.1: "Trường hợp đã xác định rõ đơn vị hoặc cá nhân được giao xử lý, Văn thư cơ quan chuyển văn
        bản đến đơn vị, cá nhân xử lý theo quy chế công tác văn thư của cơ quan, tổ chức."
    """
    register(office, "thu")
    assert office.assign("thu", actor="Văn thư", to="Phòng Ngân sách").state is IncomingState.ASSIGNED


def test_a_document_goes_back_with_a_reason(office: Office) -> None:
    """NĐ 30/2020 Điều 21.2b, QĐ 28/2018 Điều 5.4: returned with a reason; a số đến taken stays in the book."""
    register(office, "thu")
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.refuse("thu", actor="V", reason=" "), office=office)
    document = office.refuse("thu", actor="Văn thư", reason="gửi sai nơi nhận")
    assert (document.state, document.number, document.note) == (IncomingState.REFUSED, 1, "gửi sai nơi nhận")
    assert register(office, "sau").number == 2


def test_an_answer_is_an_issued_document(office: Office) -> None:
    """NĐ 30/2020 Điều 24, Phụ lục IV: số, ký hiệu văn bản trả lời stands in the book of handling."""
    register(office, "thu")
    assign(office, "thu")
    seal_off(office, "tra-loi")
    refused(ErrorCode.NOT_FOUND, lambda: office.answer("thu", actor="P", by="khong-co"), office=office)
    document = office.answer("thu", actor="Phòng Ngân sách", by="tra-loi")
    assert (document.state, document.answered_by) == (IncomingState.COMPLETED, "tra-loi")
    assert handling_cells(office)[5] == office.document("tra-loi").symbol


def test_what_is_done_once_is_refused_to_whoever_does_it_again(office: Office) -> None:
    """Whether or not the office remembers what is frozen: the answer is the state's, never the database's."""
    register(office, "thu")
    assign(office, "thu")
    seal_off(office, "tra-loi")
    office.answer("thu", actor="P", by="tra-loi")
    for who in ("Q", "R", "S"):
        refused(ErrorCode.WRONG_STATE, partial(office.answer, "thu", actor=who, by="tra-loi"), office=office)
        refused(ErrorCode.WRONG_STATE, partial(office.accept, "thu", actor=who), office=office)


def test_what_is_void_recalled_or_replaced_answers_nothing(office: Office) -> None:
    """NĐ 30/2020 Điều 18.3, 18.4, 24: an answer is in force when it is named."""
    register(office, "thu")
    assign(office, "thu")
    sign_off(office, "so-huy")
    office.issue("so-huy", actor="Văn thư")
    office.void("so-huy", actor="Văn thư", reason="in sai")
    seal_off(office, "thu-hoi")
    office.recall("thu-hoi", actor="Văn thư", reason="sai thẩm quyền")
    seal_off(office, "cu")
    office.draft(
        replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target="cu"),)), actor="A", document_id="moi"
    )
    finish(office, "moi")
    for name in ("so-huy", "thu-hoi", "cu"):
        refused(ErrorCode.WRONG_STATE, partial(office.answer, "thu", actor="P", by=name), office=office)
    assert office.answer("thu", actor="P", by="moi").state is IncomingState.COMPLETED


@pytest.mark.parametrize("is_sealed", [False, True])
def test_what_loses_its_answer_is_handled_again(office: Office, clock: SetClock, *, is_sealed: bool) -> None:
    """NĐ 30/2020 Điều 18.4, 24: whoever voids or recalls an answer reopens what it answered, and the log says so."""
    register(office, "thu")
    assign(office, "thu", deadline=date(2026, 3, 4))
    due_at = office.incoming_document("thu").due_at
    link = Link(kind=LinkKind.ANSWERS, target="thu")
    office.draft(replace(make_draft(), links=(link,)), actor="A", document_id="sai")
    finish(office, "sai", is_sealed=is_sealed)
    symbol = office.document("sai").symbol
    office.answer("thu", actor="Phòng Ngân sách", by="sai")
    assert office.report("2026").total.handled.early == 1
    assert handling_cells(office)[4:6] == ("Hoàn thành ngày 02/03/2026", symbol)
    take_back = office.recall if is_sealed else office.void
    take_back("sai", actor="Văn thư", reason="sai số liệu")
    said = f"Văn bản trả lời {symbol} {'đã thu hồi' if is_sealed else 'đã hủy số'}: sai số liệu"
    document = office.incoming_document("thu")
    assert (document.state, document.answered_by, document.completed_at) == (IncomingState.PROCESSING, None, None)
    assert (document.due_at, document.note) == (due_at, said)
    assert handling_cells(office)[4:] == ("Đang xử lý", "", said)
    last = office.incoming_acts("thu")[-1]
    assert (last.event, last.actor, last.text) == (IncomingEvent.LOSE_ANSWER, "docflow", said)
    figures = office.report("2026")
    assert (figures.total.handled.early, figures.total.handled.running) == (0, 1)
    assert office.verify_report(figures) == figures
    size = office.checkpoint()
    take_back("sai", actor="Văn thư", reason="sai số liệu")
    assert office.checkpoint() == size
    clock.advance(days=7)
    assert office.incoming_standings()[0].punctuality is Punctuality.OVERDUE
    seal_off(office, "dung")
    document = office.answer("thu", actor="Phòng Ngân sách", by="dung")
    assert (document.answered_by, document.completed_at) == ("dung", clock.now())
    assert handling_cells(office)[5] == office.document("dung").symbol
    assert office.report("2026").total.handled.late == 1


@pytest.mark.parametrize("is_sealed", [False, True])
def test_what_is_frozen_keeps_its_answer(office: Office, *, is_sealed: bool) -> None:
    """Voided or recalled, an answer would open it again, though the answer itself is in no group (docs/adr/0086)."""
    register(office, "thu")
    assign(office, "thu")
    office.draft(make_draft(), actor="A", document_id="tra-loi")
    finish(office, "tra-loi", is_sealed=is_sealed)
    office.answer("thu", actor="Phòng Ngân sách", by="tra-loi")
    office.make_group(GroupPlan(id="g", name="Nhóm"), actor="Quản trị")
    office.add_to_group("g", (GroupItem(target=AccessTarget.INCOMING, subject="thu"),), actor="Quản trị")
    office.freeze_group("g", actor="Quản trị", reason="thanh tra")
    take_back = partial(office.recall if is_sealed else office.void, "tra-loi", actor="Văn thư", reason="sai số liệu")
    refused(ErrorCode.FROZEN, take_back, office=office)
    assert office.incoming_document("thu").answered_by == "tra-loi"
    office.unfreeze_group("g", actor="Quản trị", reason="xong")
    take_back()
    assert office.incoming_document("thu").answered_by is None


def test_a_replaced_answer_holds_as_long_as_its_replacement(office: Office) -> None:
    """NĐ 30/2020 Điều 18.3, 18.4: what was replaced still answers; the last recalled, nothing does."""
    register(office, "thu")
    assign(office, "thu")
    seal_off(office, "mot")
    office.answer("thu", actor="P", by="mot")
    for name, before in (("hai", "mot"), ("ba", "hai")):
        replacing = replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target=before),))
        office.draft(replacing, actor="A", document_id=name)
        finish(office, name)
    assert office.incoming_document("thu").state is IncomingState.COMPLETED
    office.recall("ba", actor="Văn thư", reason="sai")
    document = office.incoming_document("thu")
    assert (document.state, document.answered_by) == (IncomingState.PROCESSING, None)
    first, last = office.document("mot").symbol, office.document("ba").symbol
    assert document.note == f"Văn bản trả lời {first}, đã được thay thế bởi {last} đã thu hồi: sai"


def test_what_never_replaced_an_answer_takes_nothing_with_it(office: Office) -> None:
    """NĐ 30/2020 Điều 18.3: a document replaces another with its seal; voided before that, it had replaced nothing."""
    register(office, "thu")
    assign(office, "thu")
    seal_off(office, "mot")
    office.answer("thu", actor="P", by="mot")
    replacing = replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target="mot"),))
    office.draft(replacing, actor="A", document_id="hai")
    finish(office, "hai", is_sealed=False)
    office.void("hai", actor="Văn thư", reason="in sai")
    document = office.incoming_document("thu")
    assert (document.state, document.answered_by) == (IncomingState.COMPLETED, "mot")


def test_who_is_informed_has_no_deadline(office: Office) -> None:
    """NĐ 30/2020 Điều 23.2, PL IV: a deadline is of those who handle it, also if it was named by an extension only."""
    register(office, "thu")
    assign(office, "thu", deadline=None)
    office.extend("thu", actor="Chủ tịch", deadline=date(2026, 3, 20), reason="cần có thời hạn")
    day = end_of_day(date(2026, 3, 20))
    dues = {task.name: task.due_at for task in office.incoming_tasks("thu")}
    assert dues == {"Phòng Ngân sách": day, "Phòng Tổng hợp": day, "Thanh tra": day, "Văn phòng": None}
    assert "hạn" not in handling_cells(office)[2]


def test_what_was_done_before_its_answer_stays_done_without_it(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 24, PL IV: an answer that came later and was recalled takes nothing from the day it was done."""
    register(office, "thu")
    assign(office, "thu", deadline=date(2026, 3, 4))
    seal_off(office, "dau")
    office.answer("thu", actor="P", by="dau")
    office.recall("dau", actor="Văn thư", reason="sai")
    assert office.incoming_document("thu").state is IncomingState.PROCESSING
    done = office.complete("thu", actor="P", note="đã giải quyết trực tiếp").completed_at
    assert office.complete("thu", actor="P", note="đã giải quyết trực tiếp").act_count == 9
    clock.advance(days=10)
    for name in ("sau", "sau-nua"):
        seal_off(office, name)
        office.answer("thu", actor="P", by=name)
        office.recall(name, actor="Văn thư", reason="sai số liệu")
        document = office.incoming_document("thu")
        assert (document.state, document.completed_at, document.answered_by) == (IncomingState.COMPLETED, done, None)
        assert office.incoming_acts("thu")[-1].event is IncomingEvent.LOSE_LATER_ANSWER
        said = f"Văn bản trả lời {office.document(name).symbol} đã thu hồi: sai số liệu"
        assert handling_cells(office)[4:] == ("Hoàn thành ngày 02/03/2026", "", said)
    assert [one.punctuality for one in office.incoming_standings()] == [Punctuality.EARLY]
    assert office.report("2026").total.handled.early == 1


def test_every_opinion_and_act_is_kept(office: Office) -> None:
    """NĐ 30/2020 Phụ lục VI: ý kiến phân phối, chỉ đạo, trạng thái; each with who, when, what, in order.

    NĐ 30/2020 PL VI Phần I mục III.5a: "Ý kiến chỉ đạo, phân phối văn bản đến của người có thẩm quyền"
    """
    register(office, "thu")
    assign(office, "thu")
    office.progress("thu", actor="Phòng Ngân sách", note="đã lấy số liệu")
    office.progress("thu", actor="Phòng Ngân sách", note="đã dự thảo")
    acts = office.incoming_acts("thu")
    assert [act.position for act in acts] == list(range(len(acts)))
    assert [act.text for act in acts][-2:] == ["đã lấy số liệu", "đã dự thảo"]


def test_a_duplicate_is_pointed_out_by_issuer_number_and_symbol(office: Office) -> None:
    """NĐ 30/2020 Phụ lục VI Phần I: alert when number, symbol and issuing agency all three repeat.

    NĐ 30/2020 PL VI Phần I mục III.1h: "Thông báo cho Văn thư cơ quan khi có sự trùng lặp mã định danh văn bản hoặc
        cả ba trường thông tin số, ký hiệu và tên cơ quan, tổ chức ban hành văn bản."
    """
    first = register(office, "mot", symbol="05/STC-NS", issued_on=date(2026, 1, 9))
    for other in (
        make_entry("05/STC-Ns"),
        make_entry("05/STC-NS", issuer="Sở Tư pháp"),
        make_entry("05/STC-NS", issued_on=date(2025, 1, 9)),
        make_entry("06/STC-NS"),
    ):
        assert office.receive_by_hand(other, actor="Văn thư").duplicate_of is None
    same = office.receive_by_hand(
        make_entry("5/STC-NS", issuer="sở tài chính  tỉnh An Bình", issued_on=None),
        actor="Văn thư",
    )
    assert same.duplicate_of == first.id
    assert fold_symbol("012/QĐ - UBND") == "12/QĐ-UBND"
    assert fold_symbol("CTr") != fold_symbol("CT")
    assert fold_symbol("05/BC-TU\u0309") == fold_symbol("5/BC-T\u1ee6")
    for dash in "\u2010\u2011\u2013\u2014\u2212\uff0d":  # as word processors put it for a hyphen
        assert office.receive_by_hand(make_entry(f"05/STC{dash}NS"), actor="Văn thư").duplicate_of == first.id
    assert fold_issuer("Ủy ban") == fold_issuer("U\u0309y  BAN")


def test_a_duplicate_is_pointed_out_by_its_identifier(office: Office) -> None:
    """TT 01/2019 Điều 20.1h: alert when the document identifier repeats."""
    first = register(office, "mot", symbol="1/A", document_id="H99.14.2026.0012")
    again = office.receive_by_hand(make_entry("2/B", document_id="H99.14.2026.0012"), actor="Văn thư")
    assert again.duplicate_of == first.id


def test_the_same_code_is_the_same_issuer_whatever_its_name(office: Office) -> None:
    """An agency that was renamed keeps its code."""
    code = parse_agency_code("H99.14")
    first = register(office, "mot", symbol="07/STC-NS", issuer_code=code)
    again = office.receive_by_hand(
        make_entry("07/STC-NS", issuer="Sở Tài chính và Đầu tư", issuer_code=code), actor="Văn thư"
    )
    assert again.duplicate_of == first.id


def test_a_secret_document_is_refused_before_anything_is_stored(office: Office) -> None:
    """QĐ 28/2018 Điều 1.2; NĐ 30/2020 Điều 22.4: secret ones are registered elsewhere.

    NĐ 30/2020 Điều 22.4: "Văn bản mật được đăng ký theo quy định của pháp luật về bảo vệ bí mật nhà nước."
    """
    entry = make_entry(secrecy=Secrecy.MAT)
    refused(
        ErrorCode.SECRET_DOCUMENT,
        lambda: office.receive_by_hand(entry, actor="Văn thư", scan=SCAN + b" secret"),
        office=office,
    )


# ---------------------------------------------------------------- clocks


def test_a_pause_moves_the_deadline_and_an_extension_needs_a_reason(office: Office, clock: SetClock) -> None:
    """The clock stands with a reason and moves on by working time; a later day needs a reason."""
    register(office, "thu")
    assign(office, "thu")
    office.pause("thu", actor="P", reason="chờ bổ sung")
    clock.advance(days=2)
    assert office.incoming_standings()[0].punctuality is Punctuality.PAUSED
    assert office.resume("thu", actor="P").deadline == date(2026, 3, 10)
    earlier = date(2026, 3, 9)
    refused(
        ErrorCode.BAD_ARGUMENT, lambda: office.extend("thu", actor="L", deadline=earlier, reason="x"), office=office
    )
    refused(
        ErrorCode.BAD_ARGUMENT,
        lambda: office.extend("thu", actor="L", deadline=date(2026, 3, 20), reason=""),
        office=office,
    )
    day = date(2026, 3, 20)
    assert office.extend("thu", actor="L", deadline=day, reason="phức tạp").due_at == end_of_day(day)
    refused(
        ErrorCode.BAD_ARGUMENT, lambda: office.extend("thu", actor="L", deadline=day, reason="vẫn khó"), office=office
    )


def test_many_short_pauses_move_a_day_by_what_they_lasted_together(office: Office, clock: SetClock) -> None:
    """Five pauses of a minute are five minutes: none is rounded up to a working day, or rounded again."""
    register(office, "thu")
    assert assign(office, "thu").due_at == end_of_day(date(2026, 3, 6))
    for _ in range(5):
        office.pause("thu", actor="P", reason="chờ bổ sung")
        clock.advance(minutes=1)
        office.resume("thu", actor="P")
    after = office.incoming_document("thu")
    assert after.due_at == datetime(2026, 3, 9, 8, 5, tzinfo=LAW_TIME_ZONE)
    assert after.deadline == date(2026, 3, 9)


def test_what_moves_a_deadline_moves_it_for_everybody_who_has_it(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 23.2: who leads and who cooperates, each with his deadline; the book prints none nobody set."""

    def tasks() -> dict[str, datetime | None]:
        return {task.name: task.due_at for task in office.incoming_tasks("thu")}

    register(office, "thu")
    assign(office, "thu", deadline=date(2026, 3, 6))
    day = end_of_day(date(2026, 3, 20))
    office.extend("thu", actor="Chủ tịch", deadline=date(2026, 3, 20), reason="phức tạp")
    own = end_of_day(date(2026, 3, 4))
    assert tasks() == {"Phòng Ngân sách": day, "Phòng Tổng hợp": day, "Thanh tra": own, "Văn phòng": None}
    said = "Phòng Ngân sách; Phòng Tổng hợp (phối hợp); Thanh tra (phối hợp, hạn {}); Văn phòng (để biết)"
    assert handling_cells(office)[2:4] == (said.format("04/03/2026"), "20/03/2026")
    office.pause("thu", actor="P", reason="chờ bổ sung")
    clock.advance(days=2)
    office.resume("thu", actor="P")
    day, own = end_of_day(date(2026, 3, 24)), end_of_day(date(2026, 3, 6))
    assert office.incoming_document("thu").due_at == day
    assert tasks() == {"Phòng Ngân sách": day, "Phòng Tổng hợp": day, "Thanh tra": own, "Văn phòng": None}
    assert handling_cells(office)[2:4] == (said.format("06/03/2026"), "24/03/2026")


def test_a_pause_of_urgent_work_stops_its_clock_over_a_weekend(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 24.2: due by the clock, it is paused by the clock; nobody is late by a pause."""
    clock.time = datetime(2026, 3, 13, 15, tzinfo=LAW_TIME_ZONE)
    register(office, "khan", urgency=Urgency.KHAN)
    assert office.assign("khan", actor="Chủ tịch", to="P").due_at == datetime(2026, 3, 13, 23, tzinfo=LAW_TIME_ZONE)
    clock.advance(hours=2)
    office.pause("khan", actor="P", reason="chờ bổ sung")
    clock.time = datetime(2026, 3, 16, 8, tzinfo=LAW_TIME_ZONE)
    due_at = datetime(2026, 3, 16, 14, tzinfo=LAW_TIME_ZONE)
    (standing,) = office.incoming_standings()
    assert (standing.due_at, standing.punctuality) == (due_at, Punctuality.PAUSED)
    assert office.resume("khan", actor="P").due_at == due_at
    assert [task.due_at for task in office.incoming_tasks("khan")] == [due_at]
    assert office.incoming_standings()[0].punctuality is Punctuality.RUNNING


@pytest.mark.parametrize("day", [date(2126, 3, 12), date(2099, 1, 1), date.max])
def test_a_deadline_beyond_the_calendar_is_refused_where_it_is_typed(office: Office, day: date) -> None:
    """2126 is a slip for 2026: of the lead, of who cooperates, given anew, or extended to."""
    register(office, "thu")
    give = partial(office.assign, "thu", actor="L", to="Phòng A", cooperating=("Phòng B",))
    refused(ErrorCode.BAD_ARGUMENT, lambda: give(deadline=day), office=office)
    refused(ErrorCode.BAD_ARGUMENT, lambda: give(cooperating_deadlines=(("Phòng B", day),)), office=office)
    assign(office, "thu")
    refused(
        ErrorCode.BAD_ARGUMENT, lambda: office.reassign("thu", actor="L", to="Phòng A", deadline=day), office=office
    )
    error = refused(
        ErrorCode.BAD_ARGUMENT, lambda: office.extend("thu", actor="L", deadline=day, reason="khó"), office=office
    )
    assert str(day.year) in error.vi
    assert office.extend("thu", actor="L", deadline=date(2098, 12, 31), reason="khó").deadline == date(2098, 12, 31)
    office.pause("thu", actor="P", reason="chờ")
    assert office.incoming_standings()[0].punctuality is Punctuality.PAUSED


def test_a_far_deadline_that_is_stored_already_keeps_no_reminder_from_anybody(
    office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older docflow took any day: such a document is not due; pause, resume and reassign go on with it."""
    for name, day in (("thu", date(2026, 3, 3)), ("xa", date(2126, 3, 12)), ("cu", date(2026, 3, 4))):
        register(office, name, symbol=name)
        with monkeypatch.context() as older:
            older.setattr("docflow.office.incoming.guards.check_deadline", lambda _day: None)
            assign(office, name, deadline=day)
    assert [one.document.id for one in office.incoming_due(within_hours=24)] == ["thu", "cu"]
    far = {one.document.id: one for one in office.incoming_standings()}["xa"]
    assert (far.punctuality, far.is_due_soon, far.is_provisional) == (Punctuality.RUNNING, False, True)
    assert office.report("2026").digest
    assert register_csv(office, RegisterKind.HANDLING)
    office.pause("xa", actor="P", reason="chờ")
    clock.advance(hours=20)
    assert {one.punctuality for one in office.incoming_standings() if one.document.id == "xa"} == {Punctuality.PAUSED}
    assert office.resume("xa", actor="P").due_at == end_of_day(date(2126, 3, 12))
    error = refused(
        ErrorCode.BAD_ARGUMENT,
        lambda: office.extend("xa", actor="L", deadline=date(2026, 4, 1), reason="sửa"),
        office=office,
    )
    assert "reassign" in (error.way_out or "")
    assert office.reassign("xa", actor="L", to="Phòng A", deadline=date(2026, 4, 1)).deadline == date(2026, 4, 1)


def test_a_pause_longer_than_any_work_keeps_no_reminder_from_anybody(office: Office, clock: SetClock) -> None:
    """A letter forgotten for twelve years is shown with its deadline as it was."""
    register(office, "quen")
    assign(office, "quen")
    office.pause("quen", actor="P", reason="chờ")
    clock.advance(days=12 * 366)
    register(office, "moi", symbol="2/A")
    assert [one.document.id for one in office.incoming_due(within_hours=24)] == ["moi"]
    assert office.resume("quen", actor="P").due_at == end_of_day(date(2026, 3, 6))


def test_what_is_done_with_is_not_read_to_say_what_is_due(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is due is found among what is open, however many documents ever came; all of them stand in the standings."""
    register(office, "mo", symbol="mo")
    for name in ("xong", "chuyen", "tra"):
        register(office, name, symbol=name)
    office.assign("xong", actor="Chủ tịch", to="P", deadline=date(2026, 3, 2))
    office.complete("xong", actor="P")
    office.forward("chuyen", actor="Văn thư", to="Sở Nội vụ", reason="thẩm quyền")
    office.refuse("tra", actor="Văn thư", reason="gửi nhầm")
    read = []
    read_record = rows.read_record

    def count(kind: Any, row: Any) -> Any:  # noqa: ANN401 - of any kind
        read.append(row["id"])
        return read_record(kind, row)

    monkeypatch.setattr(rows, "read_record", count)
    assert [one.document.id for one in office.incoming_due(within_hours=24)] == ["mo"]
    assert read == ["mo"]
    assert {one.document.id for one in office.incoming_standings()} == {"mo", "xong", "chuyen"}


@pytest.mark.parametrize("day", [date(2026, 3, 3), date(2030, 1, 1), date(1, 1, 1), date(26, 2, 27)])
def test_a_letter_from_the_future_or_of_no_year_is_refused(office: Office, day: date) -> None:
    """Issued today at the latest, in Hà Nội; a letter of long ago may arrive."""
    for good in (date(2026, 3, 2), date(1954, 7, 21), None):
        office.receive_by_hand(make_entry(f"{good}/A", issued_on=good), actor="V")
    bad = make_entry(issued_on=day)
    refused(ErrorCode.DATE_NOT_ALLOWED, lambda: office.receive_by_hand(bad, actor="V", scan=SCAN), office=office)


def test_hoa_toc_hen_gio_names_its_hour() -> None:
    """Typed by hand it has its hour in the note; the axis gives none."""
    for note in ("", "gấp"):
        with pytest.raises(DocflowError) as caught:
            make_entry(urgency=Urgency.HOA_TOC_HEN_GIO, note=note)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    for note in ("08 giờ 00 ngày 03/3", "trước 14h30", "14:30"):
        assert make_entry(urgency=Urgency.HOA_TOC_HEN_GIO, note=note).note == note


def test_who_cooperates_is_not_due_after_who_leads(office: Office) -> None:
    """NĐ 30/2020 Điều 23: who leads needs it; without a deadline of the lead any day holds."""
    register(office, "thu")
    give = partial(office.assign, "thu", actor="L", to="Phòng A", cooperating=("Phòng B",))
    late = (("Phòng B", date(2026, 3, 10)),)
    refused(
        ErrorCode.BAD_ARGUMENT,
        lambda: give(deadline=date(2026, 3, 9), cooperating_deadlines=late),
        office=office,
    )
    assert give(deadline=date(2026, 3, 10), cooperating_deadlines=late).deadline == date(2026, 3, 10)
    register(office, "thuong", symbol="3/A")
    usual = partial(office.assign, "thuong", actor="L", to="Phòng A", cooperating=("Phòng B",))
    assert usual(cooperating_deadlines=late).deadline is None


def test_who_cooperates_is_held_against_the_deadline_that_holds(place: Place, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 23.2, 24: also the agency's own, an urgent one, and one that stands already."""
    with place.open(clock=clock, terms=OfficeTerms(handling_days=3)) as office:
        register(office, "thuong", symbol="1/A")
        register(office, "khan", symbol="2/A", urgency=Urgency.KHAN)
        for name, last in (("thuong", date(2026, 3, 5)), ("khan", date(2026, 3, 2))):
            give = partial(office.assign, name, actor="L", to="Phòng A", cooperating=("Phòng B",))
            late = (("Phòng B", last + timedelta(days=1)),)
            refused(ErrorCode.BAD_ARGUMENT, partial(give, cooperating_deadlines=late), office=office)
            document = give(cooperating_deadlines=(("Phòng B", last),))
            assert {task.due_at for task in office.incoming_tasks(name)} == {document.due_at}
            give = partial(office.reassign, name, actor="L", to="Phòng C", cooperating=("Phòng B",))
            refused(ErrorCode.BAD_ARGUMENT, partial(give, cooperating_deadlines=late), office=office)


def test_who_goes_on_cooperating_keeps_his_own_deadline(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 23.2, PL IV: a deadline for each; a new lead takes nobody's, nor gives anybody a later one."""

    def dues() -> dict[str, datetime | None]:
        return {task.name: task.due_at for task in office.incoming_tasks("thu") if task.withdrawn_at is None}

    register(office, "thu")
    assign(office, "thu")
    office.pause("thu", actor="P", reason="chờ số liệu")
    clock.advance(days=1)
    office.resume("thu", actor="P")
    own = end_of_day(date(2026, 3, 5))
    assert dues()["Thanh tra"] == own
    again = partial(office.reassign, "thu", actor="Chủ tịch", cooperating=("Thanh tra", "Phòng Tổng hợp"))
    again(to="Phòng B", deadline=date(2026, 3, 20))
    whole = end_of_day(date(2026, 3, 20))
    assert dues() == {"Phòng B": whole, "Thanh tra": own, "Phòng Tổng hợp": whole}
    again(to="Phòng C", cooperating_deadlines=(("Phòng Tổng hợp", date(2026, 3, 19)),))
    assert dues() == {"Phòng C": whole, "Thanh tra": own, "Phòng Tổng hợp": end_of_day(date(2026, 3, 19))}
    again(to="Phòng D", deadline=date(2026, 3, 10))
    sooner = end_of_day(date(2026, 3, 10))
    assert dues() == {"Phòng D": sooner, "Thanh tra": own, "Phòng Tổng hợp": sooner}
    office.reassign("thu", actor="Chủ tịch", to="Thanh tra", cooperating=("Phòng D",))
    assert dues() == {"Thanh tra": sooner, "Phòng D": sooner}


def test_an_urgent_document_does_not_rest_with_the_leader(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 4.2c, 23.1: presented and passed on at once; an ordinary one is passed on once he has spoken.

    NĐ 30/2020 Điều 23.1: "Văn bản đến có dấu chỉ các mức độ khẩn phải được trình và chuyển giao ngay sau khi nhận
        được."
    """
    for name, urgency in (("hoa-toc", Urgency.HOA_TOC), ("thuong", Urgency.THUONG)):
        register(office, name, symbol=name, urgency=urgency)
        office.submit(name, actor="Văn thư", to="Chủ tịch")
    submitted = clock.now()
    standings = {one.document.id: one for one in office.incoming_standings()}
    assert (standings["hoa-toc"].duty, standings["hoa-toc"].due_at) == (Duty.TRANSFER, submitted + timedelta(hours=1))
    assert (standings["thuong"].duty, standings["thuong"].punctuality) == (None, Punctuality.NO_DEADLINE)
    clock.advance(hours=2)
    assert [one.document.id for one in office.incoming_due(within_hours=0)] == ["hoa-toc"]
    for name in ("hoa-toc", "thuong"):
        office.instruct(name, actor="Chủ tịch", instruction="giao Phòng Ngân sách")
    standings = {one.document.id: one for one in office.incoming_standings()}
    assert standings["hoa-toc"].punctuality is Punctuality.OVERDUE
    assert (standings["thuong"].duty, standings["thuong"].due_at) == (Duty.TRANSFER, end_of_day(date(2026, 3, 3)))
    office.assign("hoa-toc", actor="Chủ tịch", to="Phòng Ngân sách")
    assert {one.document.id: one.duty for one in office.incoming_standings()}["hoa-toc"] is None


def test_what_is_due_is_announced_the_most_urgent_first(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 23, 24: registering and submitting have their terms, handling its deadline.

    NĐ 30/2020 Điều 24.1: "giao người có trách nhiệm theo dõi, đôn đốc việc giải quyết văn bản đến"
    NĐ 30/2020 PL VI Phần I mục III.1l: "Cho phép thống kê, theo dõi, đôn đốc việc giải quyết văn bản đến."
    """
    office.receive_by_hand(make_entry("1/A", urgency=Urgency.HOA_TOC), actor="Văn thư", incoming_id="hoa-toc")
    register(office, "dang-ky", symbol="2/A")
    register(office, "dang-lam", symbol="3/A")
    assign(office, "dang-lam", deadline=date(2026, 3, 3))
    due = office.incoming_due(within_hours=24)
    assert [one.document.id for one in due] == ["hoa-toc", "dang-ky", "dang-lam"]
    assert [one.duty for one in due] == [Duty.REGISTER, Duty.SUBMIT, None]
    clock.advance(days=2)
    late = {one.document.id: one.punctuality for one in office.incoming_standings()}
    assert set(late.values()) == {Punctuality.OVERDUE}
    office.complete("dang-lam", actor="P", note="xong")
    done = {one.document.id: one.punctuality for one in office.incoming_standings()}
    assert done["dang-lam"] is Punctuality.LATE


def test_an_urgent_document_is_handled_at_once(office: Office) -> None:
    """NĐ 30/2020 Điều 24.2: at once; the hours are the agency's setting.

    NĐ 30/2020 Điều 24.2: "Những văn bản đến có dấu chỉ các mức độ khẩn phải được giải quyết ngay."
    """
    register(office, "thu", urgency=Urgency.THUONG_KHAN)
    register(office, "thuong")
    due_at = {name: office.assign(name, actor="L", to="Phòng Ngân sách").due_at for name in ("thu", "thuong")}
    assert due_at == {"thu": MONDAY + timedelta(hours=4), "thuong": None}


# ---------------------------------------------------------------- what people get wrong


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "x" * 501},
        {"subject": ""},
        {"subject": "a\x00b"},
        {"subject": "a\u202eb"},
        {"subject": "Qu\u0300y"},
        {"subject": "a\nb"},
        {"issuer": "y" * 201},
        {"symbol": "9" * 43},
        {"signer_name": "z" * 51},
        {"signer_position": "z" * 101},
        {"signer_position": "a\x00b"},
    ],
)
def test_texts_that_hide_or_overflow_are_refused(change: dict[str, str]) -> None:
    """Over-long, NUL, marks of direction, letters not composed: said before anything is written."""
    fields: dict[str, Any] = dict(change)
    symbol = fields.pop("symbol", "1/A")
    with pytest.raises(DocflowError) as caught:
        make_entry(symbol, **fields)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert caught.value.vi


@pytest.mark.parametrize("words", ["a\x00b", "a\u2066b", "x" * 4001])
def test_words_of_an_act_are_checked_too(office: Office, words: str) -> None:
    """An instruction or a reason is evidence as a subject is."""
    register(office, "thu")
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.refuse("thu", actor="V", reason=words), office=office)
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.assign("thu", actor="L", to=words), office=office)


@pytest.mark.parametrize("scan", [b"", b"GIF89a", b"%PDF-1.3 old", b"%PDF-x", b"%PDF-1.x"])
def test_a_scan_that_is_no_pdf_is_refused(office: Office, scan: bytes) -> None:
    """TT 01/2019 Điều 6.2: PDF, version 1.4 or newer."""
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.receive_by_hand(make_entry(), actor="V", scan=scan), office=office)


def test_a_clock_that_turned_back_writes_nothing(office: Office, clock: SetClock) -> None:
    """Numbers and acts are in order of time; two seconds are tolerated between machines."""
    register(office, "mot", symbol="1/A")
    office.receive_by_hand(make_entry("2/A"), actor="V", incoming_id="hai")
    office.check("hai", actor="V")
    clock.advance(seconds=-2)
    office.submit("mot", actor="V", to="Chủ tịch")
    clock.advance(hours=-1)
    refused(ErrorCode.CLOCK_TURNED_BACK, lambda: office.instruct("mot", actor="L", instruction="x"), office=office)
    clock.advance(days=-1)
    error = refused(ErrorCode.CLOCK_TURNED_BACK, lambda: office.accept("hai", actor="V"), office=office)
    assert "Đồng hồ" in error.vi


def test_a_deadline_before_today_and_a_unit_named_twice_are_refused(office: Office) -> None:
    """Each has one part, and a day that can be kept."""
    register(office, "thu")
    wrong: list[dict[str, Any]] = [
        {"to": "A", "deadline": date(2026, 3, 1)},
        {"to": "A", "cooperating": ("A",)},
        {"to": "A", "cooperating": ("B",), "informed": ("B",)},
        {"to": "A", "cooperating_deadlines": (("B", date(2026, 3, 9)),)},
        {"to": " "},
        {"to": "A", "cooperating": tuple(f"Phòng {n}" for n in range(200))},
    ]
    for arguments in wrong:
        refused(ErrorCode.BAD_ARGUMENT, partial(office.assign, "thu", actor="L", **arguments), office=office)


def test_the_same_request_again_changes_nothing(office: Office) -> None:
    """What happens once is known by its document and who did it; what was done last is not done again."""
    first = register(office, "thu")
    assert office.accept("thu", actor="Văn thư") == first
    refused(ErrorCode.WRONG_STATE, lambda: office.accept("thu", actor="người khác"), office=office)
    assigned = assign(office, "thu")
    assert office.accept("thu", actor="Văn thư") == assigned
    once = office.progress("thu", actor="P", note="một")
    size = office.checkpoint()
    assert office.progress("thu", actor="P", note="một") == once
    assert office.checkpoint() == size
    office.progress("thu", actor="P", note="hai")
    assert office.progress("thu", actor="P", note="một").act_count == once.act_count + 2
    assert office.progress("thu", actor="P", note="một", idempotency_key="k").act_count == once.act_count + 3
    assert office.progress("thu", actor="P", note="một", idempotency_key="k").act_count == once.act_count + 3
    refused(
        ErrorCode.IDEMPOTENCY_CONFLICT,
        lambda: office.progress("thu", actor="P", note="khác", idempotency_key="k"),
        office=office,
    )
    refused(
        ErrorCode.ALREADY_EXISTS,
        lambda: office.receive_by_hand(make_entry("99/Z"), actor="V", incoming_id="thu", idempotency_key="other"),
        office=office,
    )


def test_who_typed_no_key_is_told_of_none(office: Office) -> None:
    """The same act in other words, or after its letter went back: what the act lacks is said, not a key."""
    register(office, "thu")
    assign(office, "thu")
    words = {
        ErrorCode.WRONG_STATE: lambda: office.assign("thu", actor="L", to="Phòng khác"),
        ErrorCode.ALREADY_EXISTS: lambda: office.receive_by_hand(make_entry("99/Z"), actor="V", incoming_id="thu"),
    }
    for code, act in words.items():
        assert "hóa" not in refused(code, act, office=office).vi
    register(office, "tra", symbol="2/A")
    office.refuse("tra", actor="Văn thư", reason="gửi nhầm")
    size = office.checkpoint()
    assert office.refuse("tra", actor="Văn thư", reason="gửi nhầm").state is IncomingState.REFUSED
    assert office.checkpoint() == size
    refused(ErrorCode.WRONG_STATE, lambda: office.accept("tra", actor="Văn thư"), office=office)
    refused(ErrorCode.WRONG_STATE, lambda: office.refuse("tra", actor="Văn thư", reason="khác"), office=office)


def test_two_clerks_at_once_give_one_number_and_one_assignment(place: Place, clock: SetClock) -> None:
    """Of several who register or assign the same document, one does; the others are told."""
    with place.open(clock=clock) as office:
        office.receive_by_hand(make_entry(), actor="V", incoming_id="thu")
        office.check("thu", actor="V")
        start, codes = threading.Barrier(4), []

        def work(number: int) -> None:
            with place.open(clock=clock) as mine:
                start.wait()
                for act in (
                    partial(mine.accept, "thu", actor=f"Văn thư {number}"),
                    partial(mine.assign, "thu", actor=f"L{number}", to=f"Phòng {number}"),
                ):
                    try:
                        act()
                        codes.append("done")
                    except DocflowError as error:
                        codes.append(error.code.value)
                    start.wait()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(codes) == ["done", "done", *["wrong_state"] * 6]
        document = office.incoming_document("thu")
        assert (document.number, document.state) == (1, IncomingState.ASSIGNED)
        assert len(office.incoming_tasks("thu")) == 1
        assert office.verify_log().findings == ()


def test_nothing_is_known_of_a_document_that_is_not_here(office: Office) -> None:
    """NOT_FOUND, whatever is asked."""
    refused(ErrorCode.NOT_FOUND, lambda: office.accept("nowhere", actor="V"), office=office)
    refused(ErrorCode.NOT_FOUND, lambda: office.incoming_document("nowhere"), office=office)
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.accept("../x", actor="V"), office=office)
    refused(
        ErrorCode.BAD_ARGUMENT,
        lambda: office.receive_by_hand(make_entry(channel=Channel.EXCHANGE), actor="V"),
        office=office,
    )


def test_new_year_in_vietnam_begins_a_new_series(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 22.2: within the year; the year is that of Hà Nội, 29 February too."""
    clock.time = datetime.fromisoformat("2028-02-29T23:30:00+07:00")
    assert register(office, "nhuan").year == 2028
    clock.time = datetime.fromisoformat("2028-12-31T23:59:59+07:00")
    assert register(office, "cuoi").number == 2
    clock.time = datetime.fromisoformat("2029-01-01T00:00:00+07:00")
    assert (register(office, "dau").year, office.incoming_document("dau").number) == (2029, 1)


def test_what_has_neither_symbol_nor_identifier_is_held_against_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read for a letter without them, however many came before: the cost of a letter does not grow."""
    seen: list[str] = []

    def watch(one: IncomingDocument, other: IncomingDocument) -> bool:
        seen.append(other.id)
        return looks_alike(one, other)

    monkeypatch.setattr("docflow.store.writing.exchange_unit.looks_alike", watch)
    for number in range(3):
        office.receive_by_hand(make_entry(""), actor="V", incoming_id=f"khong-so-{number}")
        office.receive_by_hand(make_entry(f"{number}/STC"), actor="V", incoming_id=f"co-so-{number}")
    assert seen == []
    again = office.receive_by_hand(make_entry("2/STC"), actor="V", incoming_id="lai")
    assert (again.duplicate_of, seen) == ("co-so-2", ["co-so-2"])


def test_clerks_who_work_at_the_same_time_share_commits(place: Place, clock: SetClock) -> None:
    """Each letter is answered after the commit that holds it; fewer commits than letters."""
    with place.open(clock=clock) as office:
        before = office.verify_log().checkpoints

        def work(clerk: int) -> None:
            for number in range(6):
                office.receive_by_hand(make_entry(f"{number}/C{clerk}"), actor="V", incoming_id=f"thu-{clerk}-{number}")

        threads = [threading.Thread(target=work, args=(clerk,)) for clerk in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        report = office.verify_log()
        assert (len(office.incoming()), report.findings) == (36, ())
        assert report.checkpoints - before < 36


@pytest.mark.parametrize("name", ["\ud800", "a\0b"])
def test_what_no_database_can_hold_is_looked_up_in_none(office: Office, name: str) -> None:
    """Half a surrogate pair or NUL in a name: our own error, on each kind of store."""
    for look in (
        office.document,
        office.incoming_document,
        office.dossier,
        office.file,
        lambda text: office.start_dossier(text, actor="A"),
        lambda text: office.open_file(text, actor="A"),
    ):
        with pytest.raises(DocflowError) as caught:
            look(name)
        assert caught.value.code in {ErrorCode.BAD_ARGUMENT, ErrorCode.NOT_FOUND}
        assert caught.value.vi


@pytest.mark.parametrize("table", ["outgoing", "incoming", "dossier", "file"])
def test_an_official_reads_no_english_in_a_refused_step(table: str) -> None:
    """Every state and event of every table has a Vietnamese name, and the refusal uses it."""
    rows: Any = {"outgoing": OUTGOING, "incoming": INCOMING, "dossier": DOSSIER, "file": FILE}[table]
    named = [*(row.event for row in rows), *(row.target for row in rows)]
    assert all(one.vi and not one.vi.isascii() for one in named)
    assert len({type(one) for one in named}) == 2
    find: dict[str, Any] = {
        "outgoing": find_transition,
        "incoming": find_incoming,
        "dossier": find_dossier_row,
        "file": find_file_row,
    }
    with pytest.raises(DocflowError) as caught:
        find[table](None, rows[-1].event)
    assert f"“{rows[-1].event.vi}”" in caught.value.vi
    assert "“chưa có”" in caught.value.vi
