"""Marked prints of documents and files, on every kind of store: what is printed, who may, what is recorded."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pikepdf
import pypdfium2
import pytest

from docflow import (
    Access,
    AccessEntry,
    AccessKind,
    AccessQuery,
    AccessTarget,
    Direction,
    DocflowError,
    ErrorCode,
    FileDrop,
    GroupItem,
    GroupPlan,
    Link,
    LinkKind,
    Office,
    OfficeRole,
)
from docflow.model import Role
from docflow.printing import _file
from tests.contract.offices import Place
from tests.exchange_kit import RECEIVER, SENDER, open_exchanging, seal_document
from tests.office_kit import SetClock, make_draft, seal_off
from tests.strange_pdf import deep_pdf, page_pdf
from tests.work_kit import MONDAY, add, make_entry, make_file, register

WHO = "Trần Thị Ngọc Bình"
NO_ORIGINAL = "KHÔNG PHẢI BẢN GỐC ĐIỆN TỬ"


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


def issue(office: Office, name: str = "d1") -> str:
    """Issue a document with an attached file, and return the SHA-256 of the sealed PDF."""
    office.draft(make_draft(), actor="A", document_id=name)
    office.attach(name, page_pdf("annex"), name="Phụ lục I", actor="A")
    office.approve(name, actor="B")
    office.leader_signed(name, page_pdf("body of the decision"), actor="L")
    office.issue(name, actor="Văn thư")
    office.sealed(name, page_pdf("body of the decision") + b"% sealed", actor="Văn thư")
    office.attachment_sealed(name, page_pdf("annex") + b"% sealed", position=0, actor="Văn thư")
    return str(office.document(name).sealed_pdf)


def text_of(pdf: bytes) -> str:
    """Return the text of all pages with single spaces."""
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)


def prints(office: Office) -> tuple[AccessEntry, ...]:
    """Return what was printed, the first one first."""
    return office.access_history(AccessQuery(kind=AccessKind.IN), reader=WHO).entries[::-1]


def refused(code: ErrorCode, act: Callable[[], object], *, office: Office) -> None:
    """Do what must be refused with a code and a Vietnamese sentence, nothing written."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        act()
    assert caught.value.code is code, caught.value
    assert caught.value.vi
    assert office.checkpoint() == before


def test_an_issued_document_is_printed_with_a_mark_and_stays_as_it_is(office: Office) -> None:
    """A print names its document, its person, its time and its place in the history; what is kept does not change.

    NĐ 30/2020 PL VI Phần I mục III.6k: "Cho phép đánh dấu vào văn bản, tài liệu, dữ liệu đặc tả được in ra từ Hệ
        thống."
    """
    kept = issue(office)
    text = text_of(office.print_outgoing("d1", actor=WHO, text="Tài liệu họp"))
    (entry,) = prints(office)
    for words in (
        "body of the decision",
        NO_ORIGINAL,
        f"Người in: {WHO}, lúc 09:00:00 ngày 02/03/2026 (giờ Việt Nam).",
        "Hệ thống: Ủy ban nhân dân tỉnh An Bình (H99).",
        "Văn bản đi 01/QĐ-UBND ngày 02/03/2026, mã d1.",
        f"Mã lượt in: {entry.access_id}.",
        "Tài liệu họp",
    ):
        assert words in text
    assert (entry.person, entry.target, entry.subject) == (WHO, AccessTarget.OUTGOING, "d1")
    assert office.blob(kept) == page_pdf("body of the decision") + b"% sealed"
    assert office.document("d1").sealed_pdf == kept


def test_each_attached_file_is_printed_by_its_place(office: Office) -> None:
    """As the agency signed it; its name stands in the mark."""
    issue(office)
    text = text_of(office.print_outgoing("d1", actor=WHO, position=0))
    assert "annex" in text
    assert "mã d1, tệp kèm theo: Phụ lục I" in text
    for position in (1, -1):
        refused(ErrorCode.NOT_FOUND, partial(office.print_outgoing, "d1", actor=WHO, position=position), office=office)


def test_what_was_not_issued_is_not_printed(office: Office) -> None:
    """A draft, and a document that is not there."""
    office.draft(make_draft(), actor="A", document_id="nhap", pdf=page_pdf("draft"))
    refused(ErrorCode.WRONG_STATE, lambda: office.print_outgoing("nhap", actor=WHO), office=office)
    refused(ErrorCode.NOT_FOUND, lambda: office.print_outgoing("khong-co", actor=WHO), office=office)
    refused(ErrorCode.NOT_FOUND, lambda: office.print_incoming("khong-co", actor=WHO), office=office)
    refused(ErrorCode.NOT_FOUND, lambda: office.print_file("khong-co", actor=WHO), office=office)
    office.receive_by_hand(make_entry(), actor="V", incoming_id="giay")
    refused(ErrorCode.NOT_FOUND, lambda: office.print_incoming("giay", actor=WHO), office=office)


def test_a_print_says_that_its_document_is_recalled(office: Office) -> None:
    """Paper lives longer than a recall is remembered."""
    issue(office)
    office.recall("d1", actor="Chủ tịch", reason="sai thẩm quyền")
    assert "mã d1, ĐÃ THU HỒI." in text_of(office.print_outgoing("d1", actor=WHO))


def test_a_print_says_that_its_document_is_replaced(office: Office) -> None:
    """From when the other one is sealed, not from when it is drafted."""
    issue(office)
    office.draft(replace(make_draft(), links=(Link(kind=LinkKind.REPLACES, target="d1"),)), actor="A", document_id="d2")
    office.approve("d2", actor="B")
    office.leader_signed("d2", page_pdf("another decision"), actor="L")
    office.issue("d2", actor="Văn thư")
    assert "mã d1." in text_of(office.print_outgoing("d1", actor=WHO))
    office.sealed("d2", page_pdf("another decision") + b"% sealed", actor="Văn thư")
    assert "mã d1, ĐÃ ĐƯỢC THAY THẾ." in text_of(office.print_outgoing("d1", actor=WHO))


def test_a_scan_and_each_file_that_came_are_printed(
    place: Place, clock: SetClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Incoming as received: the document itself, and by position every file of the message."""
    folder = tmp_path_factory.mktemp("exchange")
    drop = FileDrop(folder / "drop")
    with (
        open_exchanging(folder, SENDER, clock=clock) as sender,
        open_exchanging(folder, RECEIVER, clock=clock) as office,
    ):
        seal_document(sender, "d1", to=(RECEIVER,), attached=(page_pdf("annex that came"), "Phụ lục"))
        sealed = page_pdf("annex that came") + b"% sealed"
        sender.attachment_sealed("d1", sealed, position=0, actor="V")
        sender.dispatch(drop)
        office.collect(drop)
        (document,) = office.incoming()
        files = office.incoming_files(document.id)
        assert "annex that came" in text_of(office.print_incoming(document.id, actor=WHO, position=1))
        assert [entry.subject for entry in prints(office)] == [document.id]
        with pytest.raises(DocflowError) as caught:
            office.print_incoming(document.id, actor=WHO, position=len(files))
        assert caught.value.code is ErrorCode.NOT_FOUND
    with place.open(clock=clock) as office:
        office.receive_by_hand(make_entry(), actor="V", incoming_id="thu", scan=page_pdf("a letter"))
        text = text_of(office.print_incoming("thu", actor=WHO))
        assert "a letter" in text
        assert "Văn bản đến 12/STC-NS ngày 27/02/2026 của Sở Tài chính tỉnh An Bình, mã thu." in text


def test_a_file_is_printed_with_its_table_and_every_page_marked(office: Office) -> None:
    """Nothing is attached to a print; what cannot be read stands in the table alone, and crashes nothing."""
    issue(office)
    file = make_file(office)
    add(office, file, "d1", direction=Direction.OUTGOING)
    for name, scan in (("thu-1", page_pdf("first letter")), ("thu-2", deep_pdf(150_000))):
        office.receive_by_hand(make_entry(f"{name}/STC"), actor="V", incoming_id=name, scan=scan)
        office.check(name, actor="V")
        office.accept(name, actor="V")
        add(office, file, name)
    printed = office.print_file(file.code, actor=WHO)
    pages = pypdfium2.PdfDocument(printed)
    assert len(pages) == 3
    for page in pages:
        text = " ".join(page.get_textpage().get_text_range().split())
        assert NO_ORIGINAL in text
        assert f"Hồ sơ {file.code}" in text
    text = text_of(printed)
    assert "body of the decision" in text
    assert "first letter" in text
    assert "không đọc được" in text
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert not pdf.attachments
    assert prints(office)[0].target is AccessTarget.FILE
    # the export, which bears no mark, survives the same letter and keeps it as an attachment
    with pikepdf.open(io.BytesIO(office.export_file_pdf(file.code))) as pdf:
        assert len(pdf.pages) == 3
        assert len(pdf.attachments) == 3


def test_a_file_hands_out_nothing_that_could_not_be_printed_by_itself(office: Office) -> None:
    """Of what he may not read: that something stands there. Each document drawn is an access of its own, once."""
    issue(office)
    file = make_file(office)
    add(office, file, "d1", direction=Direction.OUTGOING)
    letters = (("thu-1", "open letter", "Thư công khai"), ("kin-1", "names of witnesses", "Danh sách nhân chứng"))
    for name, words, subject in letters:
        entry = make_entry(f"{name}/STC", subject=subject)
        office.receive_by_hand(entry, actor="V", incoming_id=name, scan=page_pdf(words))
        office.check(name, actor="V")
        office.accept(name, actor="V")
        add(office, file, name)
    for person, role in (("QT", OfficeRole.QUAN_TRI), (WHO, OfficeRole.LANH_DAO), ("Bình", OfficeRole.CHUYEN_VIEN)):
        office.grant(person, role, actor="QT")
    office.make_group(GroupPlan(id="kin", name="Kín", is_for_named_only=True), actor="QT")
    office.add_to_group("kin", (GroupItem(target=AccessTarget.INCOMING, subject="kin-1"),), actor="QT")
    office.admit_readers("kin", (WHO,), actor="QT")
    texts = {}
    for who in ("Bình", WHO):
        for _ in range(2):
            texts[who] = text_of(office.print_file(file.code, actor=who, print_id=f"in của {who}"))
    assert ("names of witnesses" in texts[WHO], "Danh sách nhân chứng" in texts[WHO]) == (True, True)
    for words in ("names of witnesses", "Danh sách", "kin-1"):
        assert words not in texts["Bình"]
    for words in ("open letter", "body of the decision", "không có quyền đọc"):
        assert words in texts["Bình"]
    seen = [(entry.person, entry.subject, entry.access_id, entry.may_read) for entry in prints(office)]
    assert seen == [
        *(("Bình", file.code, "in của Bình", 1), ("Bình", "d1", None, 1), ("Bình", "thu-1", None, 1)),
        *((WHO, file.code, f"in của {WHO}", 1), (WHO, "d1", None, 1), (WHO, "thu-1", None, 1), (WHO, "kin-1", None, 1)),
    ]
    # the table of contents and the export, for somebody who is named; for nobody they are whole
    told = office.file_contents(file.code, reader="Bình")
    assert [(line.is_hidden, line.document_id, line.title, line.content) for line in told][-1] == (True, "", "", None)
    assert [line.document_id for line in told] == ["d1", "thu-1", ""]
    assert [line.ordinal for line in told] == [1, 2, 3]
    xml, pdf = office.export_file_xml(file.code, reader="Bình"), office.export_file_pdf(file.code, reader="Bình")
    assert ("Thư công khai".encode() in xml, "Danh sách".encode() in xml) == (True, False)
    assert "names of witnesses" not in text_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as exported:
        assert len(exported.attachments) == 2
    assert "Danh sách".encode() in office.export_file_xml(file.code)
    office.add_to_group("kin", (GroupItem(target=AccessTarget.FILE, subject=file.code),), actor="QT")
    for act in (office.file_contents, office.export_file_xml, office.export_file_pdf):
        refused(ErrorCode.FORBIDDEN, partial(act, file.code, reader="Bình"), office=office)


def test_a_document_of_too_many_pages_keeps_no_file_from_being_printed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in the table alone, and the others are printed."""
    with pikepdf.new() as pdf:
        for _ in range(4):
            pdf.add_blank_page()
        long = io.BytesIO()
        pdf.save(long, min_version="1.7")
    file = make_file(office)
    for name, scan in (("dai", long.getvalue()), ("thu", page_pdf("a letter"))):
        office.receive_by_hand(make_entry(f"{name}/STC"), actor="V", incoming_id=name, scan=scan)
        office.check(name, actor="V")
        office.accept(name, actor="V")
        add(office, file, name)
    for limit, pages in ((5, 6), (4, 2)):
        monkeypatch.setattr(_file, "_MOST_PAGES", limit)
        printed = office.print_file(file.code, actor=WHO)
        assert len(pypdfium2.PdfDocument(printed)) == pages
        assert "a letter" in text_of(printed)
        assert ("quá nhiều trang" in text_of(printed)) is (limit == 4)


def test_a_directory_of_the_callers_is_asked_of_each_document_in_a_file(place: Place, clock: SetClock) -> None:
    """As it is asked when the document is printed by itself: for the print and for the access."""

    class Directory:
        """Who may what: Bình prints no letter, and looks at no decision."""

        def allows(self, actor: str, role: Role, *, event: str, subject: str) -> bool:
            barred = {("Bình", "print", "thu-1"), ("Bình", "access", "d1")}
            return role is not Role.USER or (actor, event, subject) not in barred

    with place.open(clock=clock) as office:
        issue(office)
        file = make_file(office)
        add(office, file, "d1", direction=Direction.OUTGOING)
        for name in ("thu-1", "thu-2"):
            office.receive_by_hand(make_entry(f"{name}/STC"), actor="V", incoming_id=name, scan=page_pdf(f"of {name}"))
            office.check(name, actor="V")
            office.accept(name, actor="V")
            add(office, file, name)
    with place.open(clock=clock, rights=Directory()) as office:
        text = text_of(office.print_file(file.code, actor="Bình"))
        assert [words in text for words in ("body of", "of thu-1", "of thu-2")] == [False, False, True]
        assert [entry.subject for entry in prints(office)] == [file.code, "thu-2"]
        assert "body of" in text_of(office.print_file(file.code, actor=WHO))


def test_a_print_under_the_same_id_is_the_same_print(office: Office, clock: SetClock) -> None:
    """Asked again after a crash, it bears the time of the first, and is recorded once; another one is refused."""
    issue(office)
    seal_off(office, "d2")
    first = office.print_outgoing("d1", actor=WHO, print_id="p-1")
    clock.advance(minutes=5)
    assert office.print_outgoing("d1", actor=WHO, print_id="p-1") == first
    assert len(prints(office)) == 1
    acts: tuple[Callable[[], bytes], ...] = (
        lambda: office.print_outgoing("d1", actor="Người khác", print_id="p-1"),
        lambda: office.print_file(make_file(office).code, actor=WHO, print_id="p-1"),
    )
    for act in acts:
        with pytest.raises(DocflowError) as caught:
            act()
        assert caught.value.code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert office.print_outgoing("d1", actor=WHO) != office.print_outgoing("d1", actor=WHO)
    assert len(prints(office)) == 3


def test_under_one_id_stands_one_print(office: Office, clock: SetClock) -> None:
    """The paper would bear the time of the first, and show what was not there then."""
    issue(office)
    file = make_file(office)
    add(office, file, "d1", direction=Direction.OUTGOING)
    office.print_file(file.code, actor=WHO, print_id="p-file")
    office.print_outgoing("d1", actor=WHO, print_id="p-1", text="họp")
    office.record_access(
        Access(person=WHO, kind=AccessKind.IN, target=AccessTarget.OUTGOING, subject="d1", access_id="own"), actor="A"
    )
    clock.advance(days=30)
    register(office, "thu")
    add(office, file, "thu")
    acts: tuple[Callable[[], bytes], ...] = (
        lambda: office.print_outgoing("d1", actor=WHO, print_id="p-1", text="khác"),
        lambda: office.print_outgoing("d1", actor=WHO, print_id="p-1", text="họp", position=0),
        lambda: office.print_file(file.code, actor=WHO, print_id="p-file"),
        lambda: office.print_outgoing("d1", actor=WHO, print_id="own"),
    )
    for act in acts:
        refused(ErrorCode.IDEMPOTENCY_CONFLICT, act, office=office)
    assert "02/03/2026 (giờ" in text_of(office.print_outgoing("d1", actor=WHO, print_id="p-1", text="họp"))
    office.recall("d1", actor="Chủ tịch", reason="sai thẩm quyền")
    refused(
        ErrorCode.IDEMPOTENCY_CONFLICT,
        lambda: office.print_outgoing("d1", actor=WHO, print_id="p-1", text="họp"),
        office=office,
    )
    assert len(prints(office)) == 4
    refused(
        ErrorCode.BAD_ARGUMENT,
        lambda: office.draft(make_draft(), actor="A", document_id="x", idempotency_key="H99/print/p-2"),
        office=office,
    )


def test_only_who_holds_a_role_prints(office: Office) -> None:
    """Whoever is recorded holds some role; a stranger is refused before anything is read."""
    issue(office)
    office.grant("Quản trị", OfficeRole.QUAN_TRI, actor="Quản trị")
    office.grant(WHO, OfficeRole.LANH_DAO, actor="Quản trị")
    refused(ErrorCode.FORBIDDEN, lambda: office.print_outgoing("d1", actor="Người lạ"), office=office)
    refused(ErrorCode.FORBIDDEN, lambda: office.print_outgoing("khong-co", actor="Người lạ"), office=office)
    assert office.print_outgoing("d1", actor=WHO)


def test_a_file_that_cannot_be_printed_is_no_access(office: Office) -> None:
    """A scan that no reader opens; words that must not stand on paper; a clock that went back."""
    register(office, "thu")
    refused(ErrorCode.MALFORMED_INPUT, lambda: office.print_incoming("thu", actor=WHO), office=office)
    issue(office)
    for text, code in (
        ("a\x00b", ErrorCode.BAD_ARGUMENT),
        ("x" * 201, ErrorCode.BAD_ARGUMENT),
        ("TỐI MẬT", ErrorCode.SECRET_DOCUMENT),
    ):
        refused(code, partial(office.print_outgoing, "d1", actor=WHO, text=text), office=office)
    refused(ErrorCode.BAD_ARGUMENT, lambda: office.print_outgoing("d1", actor="docflow"), office=office)
    assert prints(office) == ()


def test_a_directory_of_the_callers_says_who_prints(place: Place, clock: SetClock) -> None:
    """The port is asked for the print, before anything is read: an access alone is not enough."""

    class Directory:
        """Bình looks at everything and prints nothing."""

        def allows(self, actor: str, role: Role, *, event: str, subject: str) -> bool:
            return role is not Role.USER or (bool(subject) and (actor, event) != ("Bình", "print"))

    with place.open(clock=clock, rights=Directory()) as office:
        issue(office)
        for name in ("d1", "khong-co"):
            refused(ErrorCode.FORBIDDEN, partial(office.print_outgoing, name, actor="Bình"), office=office)
        assert office.print_outgoing("d1", actor=WHO)


def test_a_file_of_a_letter_is_counted_from_0(office: Office) -> None:
    """Before the first there is none, and none that is counted from behind."""
    office.receive_by_hand(make_entry(), actor="V", incoming_id="thu", scan=page_pdf("a letter"))
    for position in (-1, 1, 9):
        refused(ErrorCode.NOT_FOUND, partial(office.print_incoming, "thu", actor=WHO, position=position), office=office)


def test_a_clock_that_went_back_prints_nothing(office: Office, clock: SetClock) -> None:
    """The mark would bear a time before the document's own."""
    issue(office)
    clock.time -= timedelta(days=1)
    refused(ErrorCode.CLOCK_TURNED_BACK, lambda: office.print_outgoing("d1", actor=WHO), office=office)
