"""A document whose content is gone, while another one has the same bytes and keeps them; on every kind of store."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pypdf
import pytest
from lxml import etree

from docflow import Addressee, CaseFile, CopyDirection, Direction, Office, parse_agency_code
from docflow.edxml import NewDocument, build_message
from docflow.errors import DocflowError, ErrorCode
from docflow.office.exchanging import dispatching
from tests.contract.offices import Place
from tests.contract.test_destruction import destroy, is_there, take_in
from tests.contract.test_taken_back import BODY, hits, open_pair
from tests.exchange_kit import RECEIVER, TwoAgencies, seal_document
from tests.office_kit import SetClock, make_copy_request, make_draft, sign_off
from tests.work_kit import MONDAY, add, make_file

SEALED = BODY + b"\n% seal"


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


@pytest.fixture
def two(place: Place) -> Iterator[TwoAgencies]:
    """Two agencies in one database; at the end both logs know everything."""
    pair = open_pair(place)
    yield pair
    for office in (pair.sender, pair.receiver):
        assert office.verify_log().findings == ()
    pair.close()


def refused(code: ErrorCode, act: Callable[[], object], *, office: Office) -> None:
    """Do what must be refused with a code and a Vietnamese sentence, nothing written."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        act()
    assert (caught.value.code, bool(caught.value.vi)) == (code, True)
    assert office.checkpoint() == before


def seal(office: Office, name: str) -> None:
    """Issue a document whose words can be read, always the same."""
    office.draft(make_draft(), actor="A", document_id=name)
    office.approve(name, actor="L")
    office.leader_signed(name, BODY, actor="Nguyễn Văn An")
    office.issue(name, actor="V")
    office.sealed(name, SEALED, actor="V")


def export(office: Office, file: CaseFile) -> tuple[int, list[str], str]:
    """Return pages and attached files of a file's PDF, and what its XML calls the content."""
    pdf = pypdf.PdfReader(io.BytesIO(office.export_file_pdf(file.code)))
    root = etree.fromstring(office.export_file_xml(file.code))
    return len(pdf.pages), list(pdf.attachments), root.findtext("Document/ContentSha256") or ""


def test_dieu_20_5_a_destroyed_arrival_is_nowhere_while_another_keeps_the_same_scan(
    office: Office, clock: SetClock
) -> None:
    """TT 01/2019 Điều 20.5: the warning names the other; then the one is handed out by no door."""
    for name in ("mot", "hai"):
        take_in(office, name, BODY)
    first, second, later = (make_file(office, notation) for notation in ("01.A", "02.A", "03.A"))
    add(office, first, "mot")
    add(office, second, "hai")
    shared = office.incoming_document("mot").pdf or ""
    assert office.index_contents() == 2
    assert (export(office, first)[0], hits(office, "page")) == (2, ["mot", "hai"])
    warning = office.destruction_warning(first.code)
    assert (warning.kept, warning.shared) == ((), (("mot", ("hai",)),))
    destroy(office, first, clock)
    (line,) = office.file_contents(first.code)
    assert (line.content, line.is_destroyed) == (None, True)
    assert export(office, first) == (1, [], "")
    assert len(pypdf.PdfReader(io.BytesIO(office.print_file(first.code, actor="X"))).pages) == 1
    assert hits(office, "page") == ["hai"]
    refused(ErrorCode.NOT_FOUND, lambda: office.print_incoming("mot", actor="X"), office=office)
    refused(ErrorCode.WRONG_STATE, lambda: add(office, later, "mot"), office=office)
    copied = make_copy_request(source="mot", direction=CopyDirection.PAPER_TO_PAPER)
    refused(ErrorCode.COPY_NOT_ALLOWED, lambda: office.make_copy(copied, actor="V"), office=office)
    office.rebuild_search()
    office.index_contents()
    assert hits(office, "page") == ["hai"]
    assert office.blob(shared) == BODY
    assert export(office, second)[2] == shared
    assert office.print_incoming("hai", actor="X").startswith(b"%PDF")
    destroy(office, second, clock)
    assert not is_there(office, shared)


def test_dieu_20_5_a_destroyed_document_is_nowhere_while_another_has_the_same_file(
    office: Office, clock: SetClock
) -> None:
    """TT 01/2019 Điều 20.5: the same of what the agency issued, and of the words of its drafts."""
    for name in ("mot", "hai"):
        seal(office, name)
    first, later = make_file(office, "01.A"), make_file(office, "02.A")
    add(office, first, "mot", direction=Direction.OUTGOING)
    office.index_contents()
    assert office.destruction_warning(first.code).shared == (("mot", ("hai",)),)
    destroy(office, first, clock)
    assert [line.is_destroyed for line in office.file_contents(first.code)] == [True]
    assert hits(office, "page") == ["hai"]
    refused(ErrorCode.NOT_FOUND, lambda: office.print_outgoing("mot", actor="X"), office=office)
    add_it = partial(add, office, later, "mot", direction=Direction.OUTGOING)
    refused(ErrorCode.WRONG_STATE, add_it, office=office)
    copied = make_copy_request(source="mot")
    refused(ErrorCode.COPY_NOT_ALLOWED, lambda: office.make_copy(copied, actor="V", pdf=BODY), office=office)
    new = (Addressee(name="Z", code=parse_agency_code("H99.77")),)
    refused(
        ErrorCode.WRONG_STATE,
        lambda: office.add_addressees("mot", new, actor="V", reason="bổ sung"),
        office=office,
    )
    assert office.print_outgoing("hai", actor="X").startswith(b"%PDF")


def test_a_copy_that_keeps_the_same_file_is_named_and_keeps_it(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: what was printed for a copy is the copy's own; the original is gone all the same."""
    seal(office, "mot")
    copy = office.make_copy(make_copy_request(source="mot"), actor="V", copy_id="sao", pdf=SEALED)
    file = make_file(office)
    add(office, file, "mot", direction=Direction.OUTGOING)
    assert office.destruction_warning(file.code).shared == (("mot", ("sao",)),)
    destroy(office, file, clock)
    assert office.blob(copy.pdf or "") == SEALED
    refused(ErrorCode.NOT_FOUND, lambda: office.print_outgoing("mot", actor="X"), office=office)


def test_what_came_again_brings_nothing_of_the_destroyed_one_back(office: Office, clock: SetClock) -> None:
    """The same letter years later is a document of its own: the old one stays destroyed, also for a new index."""
    file = make_file(office)
    take_in(office, "cu", BODY)
    add(office, file, "cu")
    destroy(office, file, clock)
    clock.advance(days=1)
    take_in(office, "moi", BODY)
    office.rebuild_search()
    while office.index_contents():
        pass
    assert hits(office, "page") == ["moi"]
    assert [line.is_destroyed for line in office.file_contents(file.code)] == [True]
    refused(ErrorCode.NOT_FOUND, lambda: office.print_incoming("cu", actor="X"), office=office)
    assert office.print_incoming("moi", actor="X").startswith(b"%PDF")


def test_what_was_destroyed_before_it_left_is_not_sent(two: TwoAgencies) -> None:
    """TT 01/2019 Điều 20.5: it waited for a drop that nobody read; another document's bytes do not bring it there."""
    for name in ("d1", "d2"):
        seal_document(two.sender, name)
    same = two.sender.blob(two.sender.document("d1").sealed_pdf or "")
    two.sender.make_copy(make_copy_request(source="d1"), actor="V", pdf=same)
    file = make_file(two.sender)
    add(two.sender, file, "d1", direction=Direction.OUTGOING)
    destroy(two.sender, file, two.clock)
    done = two.sender.dispatch(two.drop)
    assert (done.packed, done.sent, done.unpacked) == (1, 1, ("d1",))
    (standing,) = two.sender.unsent()
    assert (standing.document.id, standing.reasons) == ("d1", ("Không còn nội dung văn bản để gửi.",))


def test_what_is_destroyed_while_it_is_packed_is_not_sent(two: TwoAgencies, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message was made a moment before: it is not kept."""
    seal_document(two.sender, "d1")
    file = make_file(two.sender)
    add(two.sender, file, "d1", direction=Direction.OUTGOING)

    def made_then_destroyed(message: NewDocument) -> bytes:
        made = build_message(message)
        monkeypatch.undo()
        destroy(two.sender, file, two.clock)
        return made

    two.clock.advance(days=700)  # the day on which it is packed is one on which it may be destroyed
    monkeypatch.setattr(dispatching, "build_message", made_then_destroyed)
    assert two.sender.dispatch(two.drop).packed == 0
    assert two.sender.parcels("d1") == ()


def test_nothing_is_sealed_into_a_destroyed_document(office: Office, clock: SetClock) -> None:
    """Such a file would be in no file's keeping, and nobody could destroy it."""
    sign_off(office, "so")
    office.issue("so", actor="V")
    office.draft(make_draft(), actor="A", document_id="kem")
    office.attach("kem", b"%PDF annex", name="Phụ lục", actor="A")
    office.approve("kem", actor="L")
    office.leader_signed("kem", BODY, actor="Nguyễn Văn An")
    office.issue("kem", actor="V")
    office.sealed("kem", SEALED, actor="V")
    leader = office.blob(office.document("so").leader_pdf or "")
    file = make_file(office)
    for name in ("so", "kem"):
        add(office, file, name, direction=Direction.OUTGOING)
    copied = make_copy_request(source=None, direction=CopyDirection.PAPER_TO_PAPER)
    for pdf in (leader, b"%PDF annex"):  # the same bytes elsewhere, so that they are there to be built upon
        office.make_copy(copied, actor="V", pdf=pdf)
    destroy(office, file, clock)
    refused(ErrorCode.WRONG_STATE, lambda: office.sealed("so", leader + b" seal", actor="V"), office=office)
    annex = partial(office.attachment_sealed, "kem", b"%PDF annex seal", position=0, actor="V")
    refused(ErrorCode.WRONG_STATE, annex, office=office)


def test_dieu_18_4b_what_was_given_back_is_nowhere_while_another_has_the_same_file(two: TwoAgencies) -> None:
    """NĐ 30/2020 PL VI III.8: two documents carried the same page; of the one that went back nothing is read."""
    names = send_twice(two)
    two.receiver.index_contents()
    assert sorted(hits(two.receiver, "page")) == sorted(names.values())
    file = make_file(two.receiver)
    add(two.receiver, file, names["d1"])
    two.sender.take_back("d1", actor="V", reason="gửi nhầm")
    two.exchange()
    two.receiver.agree_take_back(names["d1"], actor="V")
    gone, other = names["d1"], names["d2"]
    assert hits(two.receiver, "page") == [other]
    assert export(two.receiver, file) == (1, [], "")
    for position in (None, 0):
        prints = partial(two.receiver.print_incoming, gone, actor="X", position=position)
        refused(ErrorCode.NOT_FOUND, prints, office=two.receiver)
        assert two.receiver.print_incoming(other, actor="X", position=position).startswith(b"%PDF")
    later = make_file(two.receiver, "02.A")
    refused(ErrorCode.NOT_FOUND, lambda: add(two.receiver, later, gone), office=two.receiver)
    assert two.receiver.incoming_files(gone) == ()
    two.receiver.rebuild_search()
    two.receiver.index_contents()
    assert hits(two.receiver, "page") == [other]
    two.sender.take_back("d2", actor="V", reason="gửi nhầm")
    two.exchange()
    two.receiver.agree_take_back(other, actor="V")
    assert not is_there(two.receiver, two.receiver.incoming_document(gone).pdf or "")


def send_twice(two: TwoAgencies) -> dict[str, str]:
    """Let the receiver register two documents with the same page; return their names there by the sender's."""
    for name in ("d1", "d2"):
        draft = replace(make_draft(name), addressees=(Addressee(name="Sở", code=parse_agency_code(RECEIVER)),))
        two.sender.draft(draft, actor="A", document_id=name)
        two.sender.approve(name, actor="B")
        two.sender.leader_signed(name, BODY, actor="C")
        two.sender.issue(name, actor="V")
        two.sender.sealed(name, SEALED, actor="V")
    two.exchange()
    names = {document.subject: document.id for document in two.receiver.incoming()}
    for name in names.values():
        two.receiver.accept(name, actor="V")
    two.exchange()
    return names
