"""Files, on every kind of store: one test for each clause, and for what people get wrong."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

import pikepdf
import pypdf
import pytest
from lxml import etree

from docflow import CaseFile, Direction, FilePlan, FileState, Office
from docflow.errors import DocflowError, ErrorCode
from docflow.model import FILE, FileEffect, FileEvent, FileGuard, describe_state_tables, digest_file_list
from docflow.model.file_states import draw_file_states
from docflow.office.files.effects import FILE_EFFECTS
from docflow.office.files.guards import FILE_GUARDS
from tests.contract.offices import Place
from tests.materials import plain_pdf
from tests.office_kit import SetClock, make_draft, seal_off, sign_off
from tests.support import REPOSITORY
from tests.work_kit import MONDAY, SCAN, add, assign, make_entry, make_file, register


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


def refused(code: ErrorCode, act: Callable[[], object], *, office: Office) -> DocflowError:
    """Do what must be refused with a code and a Vietnamese sentence, nothing written."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        act()
    assert caught.value.code is code
    assert caught.value.vi
    assert office.checkpoint() == before
    return caught.value


def words_of(pdf: bytes) -> str:
    """Return the text of a PDF with single spaces."""
    return " ".join(word for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for word in page.extract_text().split())


def closed(office: Office, *, years: int | None = 1) -> CaseFile:
    """Return a closed file with one letter in it."""
    file = make_file(office, years=years)
    register(office, "thu")
    add(office, file, "thu")
    return office.close_file(file.code, actor="Trần Thị Bình")


def propose(office: Office, file: CaseFile) -> CaseFile:
    """Propose to destroy a file."""
    return office.propose_destruction(file.code, actor="A", reason="hết thời hạn")


def at(text: str) -> datetime:
    """Return a moment in Hà Nội."""
    return datetime.fromisoformat(f"{text}T10:00:00+07:00")


def test_table_diagram_and_json_are_one() -> None:
    """Every guard and effect is carried out; page and JSON hold exactly the rows."""
    assert set(FILE_GUARDS) == set(FileGuard) == {row.guard for row in FILE}
    assert set(FILE_EFFECTS) == set(FileEffect) == {effect for row in FILE for effect in row.effects}
    assert len({(row.source, row.event) for row in FILE}) == len(FILE)
    assert {row.target for row in FILE} == set(FileState)
    assert {row.event for row in FILE} == set(FileEvent)
    page = REPOSITORY / "docs" / "reference" / "file-states.md"
    assert page.read_text(encoding="utf-8") == draw_file_states()
    assert [row["event"] for row in describe_state_tables()["file"]] == [row.event for row in FILE]


def test_the_list_of_files_names_each_notation_once_a_year(office: Office) -> None:
    """NĐ 30/2020 Điều 28, Phụ lục V; TT 01/2019 Điều 16.3: code = agency, year, notation.

    NĐ 30/2020 PL VI Phần I mục III.4a: "Bảo đảm tạo lập Danh mục hồ sơ trong Hệ thống."
    """
    file = make_file(office, "01.TCCB")
    assert file.code == "H99.2026.01.TCCB"
    other = FilePlan(year=2026, notation="01.TCCB", title="khác", retention_years=5, creator="A")
    refused(ErrorCode.ALREADY_EXISTS, lambda: office.plan_file(other, actor="V", idempotency_key="k"), office=office)
    office.plan_file(FilePlan(year=2027, notation="01.TCCB", title="x", retention_years=None, creator="A"), actor="V")
    assert [one.code for one in office.files(year=2026)] == [file.code]
    assert office.files(state=FileState.PLANNED)[0].retention == "Vĩnh viễn"


def test_dieu_28_the_list_of_files_is_approved_by_the_head_as_it_then_was(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 28: "Danh mục hồ sơ do người đứng đầu cơ quan, tổ chức phê duyệt, được ban hành vào đầu năm"."""
    refused(ErrorCode.NOT_FOUND, lambda: office.approve_file_list(2026, actor="Chủ tịch"), office=office)
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.approve_file_list(10**30, actor="Chủ tịch"), office=office)
    make_file(office, "01.A")
    seal_off(office, "di")
    office.draft(make_draft(), actor="A", document_id="nhap")
    for name, code in (("khong-co", ErrorCode.NOT_FOUND), ("nhap", ErrorCode.WRONG_STATE)):
        refused(code, partial(office.approve_file_list, 2026, actor="C", document_id=name), office=office)
    first = office.approve_file_list(2026, actor="Chủ tịch", document_id="di")
    assert (first.file_count, first.approved_by, first.document_id) == (1, "Chủ tịch", "di")
    size = office.report("2026").log_size
    assert office.approve_file_list(2026, actor="Chủ tịch", document_id="di") == first
    assert office.report("2026").log_size == size
    assert digest_file_list(office.files(year=2026)) == first.digest
    make_file(office, "02.A")
    assert digest_file_list(office.files(year=2026)) != first.digest
    clock.advance(days=-1)
    refused(ErrorCode.CLOCK_TURNED_BACK, lambda: office.approve_file_list(2026, actor="Chủ tịch"), office=office)
    clock.advance(days=2)
    second = office.approve_file_list(2026, actor="Chủ tịch")
    assert [one.file_count for one in office.file_list_approvals(year=2026)] == [1, 2]
    assert (second.position, second.document_id) == (1, None)
    assert office.verify_log().is_intact


def test_documents_in_and_out_get_an_ordinal_once(office: Office) -> None:
    """NĐ 30/2020 Điều 29.3, Phụ lục VI: all documents of the work; a document may stand in several files, kept once.

    NĐ 30/2020 PL VI Phần I mục III.4b: "Bảo đảm tạo mã cho từng hồ sơ và tự động đánh số thứ tự của văn bản, tài liệu
        trong hồ sơ."
    NĐ 30/2020 PL VI Phần I mục III.4e: "Cho phép gán một văn bản, tài liệu cho nhiều hồ sơ được tạo bởi nhiều tài
        khoản khác nhau mà không cần nhân bản."
    """
    first, second = make_file(office, "01.A"), make_file(office, "02.A")
    register(office, "thu")
    seal_off(office, "di")
    add(office, first, "thu")
    add(office, second, "thu")
    add(office, first, "di", direction=Direction.OUTGOING)
    refused(ErrorCode.ALREADY_EXISTS, lambda: add(office, first, "thu"), office=office)
    office.remove_from_file(
        first.code, direction=Direction.INCOMING, document_id="thu", actor="A", reason="để nhầm hồ sơ"
    )
    assert add(office, first, "thu").ordinal == 3
    lines = office.file_contents(first.code)
    assert [(line.ordinal, line.document_id) for line in lines] == [(2, "di"), (3, "thu")]
    assert lines[0].symbol == office.document("di").symbol
    assert [act.event for act in office.file_acts(first.code)][-2:] == [FileEvent.REMOVE, FileEvent.ADD]


def test_only_what_has_a_number_stands_in_a_file(office: Office) -> None:
    """NĐ 30/2020 Điều 22.1, 29: what is not registered, or was returned, is no document of the work."""
    file = make_file(office)
    register(office, "tra", symbol="9/A")
    office.refuse("tra", actor="V", reason="sai nơi nhận")
    for name in ("tra", "khong-co"):
        refused(ErrorCode.NOT_FOUND, partial(add, office, file, name), office=office)


def test_a_document_whose_number_was_made_void_stands_in_no_file_and_promulgates_nothing(office: Office) -> None:
    """NĐ 30/2020 Điều 15, 29: it was never issued; what was recalled is kept with its work, but is in force no more."""
    file = make_file(office)
    sign_off(office, "huy")
    office.issue("huy", actor="V")
    office.void("huy", actor="V", reason="ghi nhầm")
    seal_off(office, "thu-hoi")
    office.recall("thu-hoi", actor="V", reason="sai căn cứ")
    add_void = partial(add, office, file, "huy", direction=Direction.OUTGOING)
    refused(ErrorCode.NOT_FOUND, add_void, office=office)
    for name in ("huy", "thu-hoi"):
        approve = partial(office.approve_file_list, 2026, actor="Chủ tịch", document_id=name)
        refused(ErrorCode.WRONG_STATE, approve, office=office)
    assert add(office, file, "thu-hoi", direction=Direction.OUTGOING).document_count == 1


def test_a_file_is_closed_when_its_work_is_done(office: Office) -> None:
    """NĐ 30/2020 Điều 29.4: closed, not empty; opened again only with a reason."""
    file = make_file(office)
    refused(ErrorCode.WRONG_STATE, lambda: office.close_file(file.code, actor="A"), office=office)
    register(office, "thu")
    add(office, file, "thu")
    assert office.close_file(file.code, actor="A").closed_on == at("2026-03-02").date()
    refused(ErrorCode.WRONG_STATE, lambda: add(office, file, "thu"), office=office)
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.reopen_file(file.code, actor="A", reason=""), office=office)
    assert office.reopen_file(file.code, actor="A", reason="còn văn bản").closed_on is None


def test_files_go_to_the_archive_within_a_year_or_thirty_days_after_its_notice(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 30.2b: within a year after the work ends; Phụ lục VI: 30 days from the archive's notice.

    NĐ 30/2020 PL VI Phần I mục III.5b: "Cho phép tự động thông báo hồ sơ đến hạn nộp lưu vào Lưu trữ cơ quan trước 30
        ngày kể từ ngày Lưu trữ cơ quan thông báo Danh mục hồ sơ nộp lưu cho đơn vị giao nộp tài liệu."
    """
    file = closed(office)
    (duty,) = office.files_to_hand_over()
    assert (duty.due_on, duty.days_left) == (at("2027-03-02").date(), 365)
    clock.time = at("2026-12-01")
    announced = office.announce_hand_over(file.code, actor="Lưu trữ")
    assert announced.hand_over_due == at("2026-12-31").date()
    assert office.files_to_hand_over(on=at("2027-01-02").date())[0].days_left == -2
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.hand_over_file(file.code, actor="A", to=" "), office=office)
    assert office.hand_over_file(file.code, actor="A", to="Lưu trữ cơ quan").state is FileState.HANDED_OVER
    assert office.files_to_hand_over() == ()


def test_what_is_kept_is_not_destroyed_before_its_time(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: past retention only, announced 30 days ahead, with a reason.

    NĐ 30/2020 PL VI Phần I mục II.5: "Bảo đảm lưu trữ hồ sơ theo thời hạn bảo quản."
    """
    file = closed(office)
    refused(
        ErrorCode.DATE_NOT_ALLOWED,
        lambda: office.propose_destruction(file.code, actor="A", reason="hết giá trị"),
        office=office,
    )
    assert file.kept_until == at("2027-12-31").date()
    clock.time = at("2027-11-30")
    refused(ErrorCode.DATE_NOT_ALLOWED, lambda: propose(office, file), office=office)
    assert office.files_past_retention() == ()
    clock.time = at("2027-12-01")
    assert [duty.file.code for duty in office.files_past_retention()] == [file.code]
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.propose_destruction(file.code, actor="A", reason=""), office=office)
    office.propose_destruction(file.code, actor="A", reason="hết thời hạn")
    refused(ErrorCode.DATE_NOT_ALLOWED, lambda: office.confirm_destruction(file.code, actor="B"), office=office)
    clock.time = at("2027-12-31")
    error = refused(ErrorCode.DATE_NOT_ALLOWED, lambda: office.confirm_destruction(file.code, actor="B"), office=office)
    assert error.vi == "Chưa được hủy: chỉ được hủy từ ngày 01/01/2028."
    withdrawn = office.withdraw_destruction(file.code, actor="C", reason="còn dùng")
    assert (withdrawn.state, withdrawn.closed_on) == (FileState.CLOSED, file.closed_on)
    assert (withdrawn.proposed_by, withdrawn.proposed_at, withdrawn.proposal) == (None, None, None)


def test_thirty_days_lie_between_a_proposal_and_a_destruction_however_old_the_file_is(
    office: Office, clock: SetClock
) -> None:
    """TT 01/2019 Điều 20.5: announced 30 days ahead; the day that a refusal names is the first on which it is done."""
    file = closed(office)
    clock.time = at("2028-06-01")
    propose(office, file)
    clock.time = at("2028-06-30")
    error = refused(ErrorCode.DATE_NOT_ALLOWED, lambda: office.confirm_destruction(file.code, actor="B"), office=office)
    assert error.vi == "Chưa được hủy: chỉ được hủy từ ngày 01/07/2028."
    clock.time = at("2028-07-01")
    assert office.confirm_destruction(file.code, actor="B").state is FileState.DESTROYED


def test_what_the_archive_has_taken_is_never_open_again(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 30.3: a file that was handed over stays with the archive when nobody wants it destroyed any more.

    NĐ 30/2020 PL VI Phần I mục II.5: "Bảo đảm lưu trữ hồ sơ theo thời hạn bảo quản."
    """
    file = closed(office)
    office.announce_hand_over(file.code, actor="Lưu trữ")
    handed_over = office.hand_over_file(file.code, actor="A", to="Lưu trữ cơ quan")
    clock.time = at("2027-12-20")
    assert propose(office, file).state is FileState.DOOMED_IN_ARCHIVE
    assert [duty.file.code for duty in office.files_past_retention()] == [file.code]
    withdrawn = office.withdraw_destruction(file.code, actor="C", reason="còn dùng")
    assert withdrawn.state is FileState.HANDED_OVER
    assert (withdrawn.handed_over_at, withdrawn.kept_until) == (handed_over.handed_over_at, handed_over.kept_until)
    assert office.files_to_hand_over() == ()
    for verb in (
        lambda: office.reopen_file(file.code, actor="A", reason="bổ sung"),
        lambda: office.remove_from_file(
            file.code, direction=Direction.INCOMING, document_id="thu", actor="A", reason="gỡ"
        ),
        lambda: office.announce_hand_over(file.code, actor="A"),
    ):
        refused(ErrorCode.WRONG_STATE, verb, office=office)
    clock.time = at("2028-01-02")
    propose(office, file)
    clock.time = at("2028-02-01")
    assert office.confirm_destruction(file.code, actor="B").state is FileState.DESTROYED


def test_what_is_kept_for_ever_is_never_destroyed(office: Office, clock: SetClock) -> None:
    """Vĩnh viễn."""
    file = closed(office, years=None)
    clock.time = at("2090-01-01")
    assert office.files_past_retention() == ()
    refused(
        ErrorCode.DATE_NOT_ALLOWED,
        lambda: office.propose_destruction(file.code, actor="A", reason="cũ"),
        office=office,
    )


def test_two_people_destroy_and_the_record_stays(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: asked twice, by two people; metadata and the record of the destruction are kept.

    NĐ 30/2020 PL VI Phần I mục III.7a: "Lưu các yếu tố dữ liệu đặc tả liên quan đến một văn bản, hồ sơ cụ thể theo
        thời hạn bảo quản."
    """
    file = closed(office)
    content = office.incoming_document("thu").pdf or ""
    assert office.blob(content).startswith(SCAN)
    clock.time = at("2027-12-31")
    office.propose_destruction(file.code, actor="Trần  Thị Bình", reason="hết thời hạn")
    clock.time = at("2028-01-31")
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.confirm_destruction(file.code, actor="trần thị bình"), office=office)
    destroyed = office.confirm_destruction(file.code, actor="Chánh Văn phòng")
    assert (destroyed.state, destroyed.destroyed_by) == (FileState.DESTROYED, "Chánh Văn phòng")
    refused(ErrorCode.NOT_FOUND, lambda: office.blob(content), office=office)
    (line,) = office.file_contents(file.code)
    assert (line.content, line.symbol) == (None, "12/STC-NS")
    assert office.incoming_document("thu").subject
    refused(ErrorCode.WRONG_STATE, lambda: office.reopen_file(file.code, actor="A", reason="x"), office=office)


def test_what_another_file_holds_stays_and_paper_is_named(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: warned of other live files and of material in other forms; what they hold is kept.

    NĐ 30/2020 PL VI Phần I mục III.5đ: "Bảo đảm khả năng truy cập và sử dụng hồ sơ, văn bản theo thời hạn bảo quản."
    """
    file, other = make_file(office, "01.A"), make_file(office, "02.A")
    register(office, "thu")
    for each in (file, other):
        add(office, each, "thu")
    office.close_file(file.code, actor="A")
    warning = office.destruction_warning(file.code)
    assert warning.kept == (("thu", (other.code,)),)
    assert warning.on_paper == ("thu",)
    clock.time = at("2028-01-10")
    office.propose_destruction(file.code, actor="A", reason="hết thời hạn")
    clock.time = at("2028-03-10")
    office.confirm_destruction(file.code, actor="B")
    (line,) = office.file_contents(other.code)
    assert line.content is not None
    assert office.blob(line.content) == SCAN + b"thu"


@pytest.mark.parametrize(
    "change",
    [
        {"notation": "x" * 21},
        {"notation": "01 TCCB"},
        {"title": "y" * 501},
        {"title": "a\u202eb"},
        {"creator": "z" * 31},
        {"retention_years": 0},
        {"retention_years": 201},
        {"year": 26},
    ],
)
def test_a_line_outside_the_lengths_of_the_metadata_is_refused(change: dict[str, object]) -> None:
    """NĐ 30/2020 Phụ lục VI Phần II: FileNotation 20, Title 500, Creator 30."""
    fields: dict[str, object] = {
        "year": 2026,
        "notation": "01",
        "title": "t",
        "retention_years": 5,
        "creator": "c",
        **change,
    }
    with pytest.raises(DocflowError) as caught:
        FilePlan(**fields)  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_the_same_request_again_changes_nothing(office: Office, clock: SetClock) -> None:
    """Asked twice in the same words: once; a clock that turned back: nothing."""
    file = make_file(office)
    register(office, "thu")
    once = add(office, file, "thu")
    assert add(office, file, "thu") == once
    clock.advance(hours=-1)
    refused(ErrorCode.CLOCK_TURNED_BACK, lambda: office.close_file(file.code, actor="A"), office=office)


def test_a_file_is_exported_as_pdf_and_xml_in_order_of_time(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Phụ lục V mục IV, VI Phần I: export a file as .pdf and .xml in time order of creation.

    NĐ 30/2020 PL VI Phần I mục III.4c: "Liên kết toàn bộ văn bản, tài liệu và dữ liệu đặc tả có cùng mã hồ sơ trong
        Hệ thống để tạo thành hồ sơ."
    NĐ 30/2020 PL VI Phần I mục III.4d: "Bảo đảm liên kết các trường thông tin trong Danh mục hồ sơ của từng hồ sơ với
        toàn bộ văn bản, tài liệu, dữ liệu đặc tả của hồ sơ."
    NĐ 30/2020 PL VI Phần I mục III.4g: "Cho phép kết xuất toàn bộ văn bản, tài liệu, dữ liệu đặc tả của hồ sơ sang
        định dạng (.pdf), (.xml)"
    NĐ 30/2020 PL VI Phần I mục V.5: "Mục lục văn bản trong hồ sơ"
    """
    pages = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(pages, min_version="1.7")
    file = make_file(office)
    office.receive_by_hand(make_entry("2/A"), actor="V", incoming_id="hai", scan=pages.getvalue())
    for step in (office.check, office.accept):
        step("hai", actor="V")
    clock.advance(hours=1)
    office.receive_by_hand(make_entry("1/A <b>", signer_position="Giám đốc"), actor="V", incoming_id="giay")
    for step in (office.check, office.accept):
        step("giay", actor="V")
    add(office, file, "giay")
    add(office, file, "hai")
    printed = office.export_file_pdf(file.code)
    front = " ".join(pypdf.PdfReader(io.BytesIO(printed)).pages[0].extract_text().split())
    assert "MỤC LỤC VĂN BẢN, TÀI LIỆU Số, ký hiệu hồ sơ: 01.TCCB. Năm 2026" in front
    for title in ("STT", "Số, ký hiệu văn bản", "Ngày tháng năm văn bản", "Tác giả văn bản", "Trang số", "Ghi chú"):
        assert title in front
    with pikepdf.open(io.BytesIO(printed)) as exported:
        assert len(exported.pages) == 2
        attached = exported.attachments["H99.2026.01.TCCB.002.pdf"].get_file().read_bytes()
        assert attached == pages.getvalue()
    tree = etree.fromstring(office.export_file_xml(file.code))
    assert [one.findtext("CodeNumber") for one in tree.iter("Document")] == ["2", "1"]
    assert [one.findtext("CodeNotation") for one in tree.iter("Document")] == ["A", "A <b>"]
    assert [one.findtext("SignerInfo/Position") for one in tree.iter("Document")] == ["", "Giám đốc"]
    assert tree.findtext("FileCode/FileNotation") == "01.TCCB"
    assert tree.findtext("DocTotal") == "2"


def test_phu_luc_vi_the_export_says_what_each_document_does(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 PL VI Phần II: every field of the list for its direction, in order, filled as far as it is known."""
    two_pages = plain_pdf(pages=2).replace(b"%PDF-1.3", b"%PDF-1.4", 1)
    file = make_file(office)
    office.receive_by_hand(
        make_entry("12/STC-NS", signer_position="Giám đốc"), actor="V", incoming_id="den", scan=two_pages
    )
    office.check("den", actor="V")
    office.accept("den", actor="V")
    assign(office, "den")
    clock.advance(hours=1)
    draft = dataclasses.replace(make_draft(), page_count=1, copies=2, due_date=date(2026, 3, 9), note="ghi chú")
    office.draft(draft, actor="T", document_id="di")
    office.approve("di", actor="L")
    office.leader_signed("di", two_pages + b"\n% signed", actor="Nguyễn Văn An")
    office.issue("di", actor="V")
    add(office, file, "den")
    add(office, file, "di", direction=Direction.OUTGOING)
    tree = etree.fromstring(office.export_file_xml(file.code))
    assert [child.tag for child in tree if child.tag != "Document"] == [
        *("FileCode", "Title", "Maintenance", "Rights", "Creator", "Language", "StartDate", "EndDate", "DocTotal"),
        *("PageTotal", "Description"),
    ]
    assert (tree.findtext("StartDate"), tree.findtext("EndDate")) == ("27/02/2026", "02/03/2026")
    assert (tree.findtext("DocTotal"), tree.findtext("PageTotal")) == ("2", "4")
    came, left = tree.findall("Document")
    assert {child.tag: child.text for child in came if len(child) == 0 and child.tag != "TraceHeaderList"} == {
        "DocOrdinal": "1",
        "TypeName": "Công văn",
        "CodeNumber": "12",
        "CodeNotation": "STC-NS",
        "IssuedDate": "27/02/2026",
        "OrganName": "Sở Tài chính tỉnh An Bình",
        "Subject": "V/v báo cáo quyết toán ngân sách",
        "Language": None,
        "PageAmount": "2",
        "Description": office.incoming_document("den").note,
        "ArrivalDate": "02/03/2026",
        "ArrivalNumber": "1",
        "Priority": "0",
        "ToPlaces": "Phòng Ngân sách; Phòng Tổng hợp; Thanh tra; Văn phòng",
        "DueDate": "06/03/2026",
        "ContentSha256": office.incoming_document("den").pdf,
    }
    trace = (came.findtext("TraceHeaderList") or "").split("\n")
    assert "02/03/2026 09:00 ghi ý kiến chỉ đạo (Chủ tịch): Giao Phòng Ngân sách tham mưu" in trace
    assert (came.findtext("SignerInfo/Position"), came.findtext("SignerInfo/FullName")) == ("Giám đốc", "Nguyễn Văn An")
    assert {child.tag: child.text for child in left if len(child) == 0} == {
        "DocOrdinal": "2",
        "TypeName": "Quyết định",
        "CodeNumber": "01",
        "CodeNotation": "QĐ-UBND",
        "IssuedDate": "02/03/2026",
        "OrganName": "Ủy ban nhân dân tỉnh An Bình",
        "Subject": "về việc ban hành Quy chế làm việc",
        "Language": "Tiếng Việt",
        "PageAmount": "2",
        "Description": "ghi chú",
        "Priority": "0",
        "IssuedAmount": "2",
        "DueDate": "09/03/2026",
        "ContentSha256": office.document("di").leader_pdf,
    }
    assert [(one.findtext("OrganId"), one.findtext("OrganName")) for one in left.findall("To")] == [
        ("H99.12", "Sở Khoa học và Công nghệ"),
        ("", "Các hộ dân thôn Đông"),
    ]


def test_a_hand_over_has_minutes_and_a_list(office: Office) -> None:
    """NĐ 30/2020 Điều 30.3, Phụ lục V mục III, V: biên bản giao nhận; the list of files kept for ever stands apart.

    NĐ 30/2020 PL VI Phần I mục III.5c: "Bảo đảm thực hiện nộp lưu hồ sơ vào Lưu trữ cơ quan, Lưu trữ lịch sử."
    NĐ 30/2020 PL VI Phần I mục V.6: "Mục lục hồ sơ."
    """
    file, for_ever = closed(office), make_file(office, "02.TCCB", years=None)
    register(office, "khac", symbol="13/STC-NS")
    add(office, for_ever, "khac")
    office.close_file(for_ever.code, actor="A")
    both = [file.code, for_ever.code]
    for code in both:
        office.announce_hand_over(code, actor="Lưu trữ")
    office.hand_over_file(file.code, actor="A", to="Lưu trữ cơ quan")
    minutes = partial(office.hand_over_minutes, giver="Phòng Ngân sách")
    refused(ErrorCode.WRONG_STATE, lambda: minutes(both), office=office)  # of one only
    refused(ErrorCode.BAD_ARGUMENT, lambda: minutes([]), office=office)
    office.hand_over_file(for_ever.code, actor="A", to="Lưu trữ cơ quan")
    for giver in ("", "P" * 201, "Phòng\nNgân sách", "Phòng\u202eNgân sách"):
        refused(ErrorCode.BAD_ARGUMENT, partial(office.hand_over_minutes, both, giver=giver), office=office)
    assert minutes(both, giver="Phòng " * 33).startswith(b"%PDF")
    text = words_of(minutes([*both, file.code]))
    for words in (
        "BIÊN BẢN GIAO NHẬN HỒ SƠ, TÀI LIỆU",
        "BÊN GIAO: Phòng Ngân sách",
        "BÊN NHẬN: Lưu trữ cơ quan",
        "Tổng số hồ sơ: 2. Tổng số văn bản: 2. Tổng số tệp tin trong hồ sơ: 2.",
        "An Bình, ngày ... tháng ... năm ...",
        "ĐẠI DIỆN BÊN GIAO",
    ):
        assert words in text
    _, kept, for_a_term = text.split("MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU")
    assert ("02.TCCB" in kept, "Thời hạn bảo quản" in kept) == (True, False)
    assert ("01.TCCB" in for_a_term, "Thời hạn bảo quản" in for_a_term) == (True, True)
    assert "từ 27/02/2026 đến 27/02/2026" in text  # the days of its documents, not of its opening and closing
    assert "27/02/2026 1 năm" in for_a_term


def test_the_list_of_files_is_printed_as_the_annex_has_it(office: Office) -> None:
    """NĐ 30/2020 Điều 28, Phụ lục V mục II: five columns, under the units, the decision, and how many of each kind."""
    make_file(office)
    make_file(office, "02.TCCB", years=None)
    text = words_of(office.export_file_list(2026))
    assert "(Kèm theo Quyết định số ....... ngày" in text
    seal_off(office, "qd")
    office.approve_file_list(2026, actor="Chủ tịch", document_id="qd")
    text = words_of(office.export_file_list(2026))
    for words in (
        "DANH MỤC HỒ SƠ Năm 2026 (Kèm theo Quyết định số 01/QĐ-UBND ngày 02/03/2026 của Ủy ban nhân dân tỉnh An Bình)",
        "Tên đề mục và tiêu đề hồ sơ",
        "Người lập hồ sơ",
        "I. PHÒNG NGÂN SÁCH 01.TCCB",
        "Vĩnh viễn",
        "Danh mục hồ sơ này có 2 hồ sơ, bao gồm: 1 hồ sơ bảo quản vĩnh viễn; 1 hồ sơ bảo quản có thời hạn.",
    ):
        assert words in text
    assert "DANH MỤC HỒ SƠ Năm 2031" in words_of(office.export_file_list(2031))
