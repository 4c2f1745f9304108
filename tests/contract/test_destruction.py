"""What a destruction or a take-back reaches, and what it must leave, on every kind of store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

import pytest

from docflow import (
    AccessTarget,
    CaseFile,
    CopyDirection,
    CopyForm,
    CopyState,
    Direction,
    GroupItem,
    GroupPlan,
    Office,
    SourceKind,
)
from docflow.errors import DocflowError, ErrorCode
from tests.contract.offices import Place
from tests.office_kit import SetClock, leader_pdf, make_copy_request, make_draft, seal_off
from tests.strange_pdf import page_pdf
from tests.work_kit import MONDAY, SCAN, add, make_entry, make_file


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


def take_in(office: Office, incoming_id: str, scan: bytes = SCAN) -> None:
    """Take a letter in by hand and register it."""
    office.receive_by_hand(make_entry(f"{incoming_id}/STC"), actor="V", incoming_id=incoming_id, scan=scan)
    office.check(incoming_id, actor="V")
    office.accept(incoming_id, actor="V")


def destroy(office: Office, file: CaseFile, clock: SetClock) -> None:
    """Close a file and have it destroyed when its retention of a year has ended."""
    until = office.close_file(file.code, actor="A").kept_until
    assert until is not None
    clock.time = datetime.fromisoformat(f"{until}T10:00:00+07:00")
    office.propose_destruction(file.code, actor="A", reason="hết thời hạn")
    clock.advance(days=40)
    office.confirm_destruction(file.code, actor="B")


def is_there(office: Office, sha256: str) -> bool:
    """Return whether the office still has a file."""
    try:
        office.blob(sha256)
    except DocflowError as error:
        if error.code is ErrorCode.NOT_FOUND:
            return False
        raise
    return True


def test_every_version_and_attached_file_of_a_document_is_destroyed_with_it(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: the content of an outgoing document is also in its earlier drafts and what goes with it."""
    office.draft(make_draft(), actor="T", document_id="di", pdf=b"%PDF first words")
    office.revise("di", make_draft("về việc khác"), actor="T", version=1, pdf=b"%PDF second words")
    office.attach("di", b"%PDF annex", name="Phụ lục", actor="T")
    office.approve("di", actor="L")
    office.leader_signed("di", leader_pdf("di"), actor="Nguyễn Văn An")
    office.issue("di", actor="V")
    office.sealed("di", leader_pdf("di") + b" seal", actor="V")
    office.attachment_sealed("di", b"%PDF annex seal", position=0, actor="V")
    file = make_file(office)
    add(office, file, "di", direction=Direction.OUTGOING)
    versions = [version.pdf for version in office.versions("di") if version.pdf]
    (annex,) = office.attachments("di")
    names = [*versions, annex.pdf, annex.sealed_pdf or "", office.document("di").sealed_pdf or ""]
    assert len(set(names)) == 5
    assert all(is_there(office, name) for name in names)
    destroy(office, file, clock)
    assert [name for name in names if is_there(office, name)] == []


def test_a_copy_prepared_before_the_destruction_is_not_sealed_after_it(office: Office, clock: SetClock) -> None:
    """What says what was destroyed would be a document of the agency's again."""
    file = make_file(office)
    seal_off(office, "di")
    add(office, file, "di", direction=Direction.OUTGOING)
    extract = make_copy_request(form=CopyForm.TRICH_SAO, direction=CopyDirection.ELECTRONIC_TO_ELECTRONIC, source="di")
    office.make_copy(extract, actor="V", copy_id="trich", pdf=SCAN)
    destroy(office, file, clock)
    with pytest.raises(DocflowError) as refused:
        office.copy_sealed("trich", SCAN + b" seal", actor="V")
    assert refused.value.code is ErrorCode.COPY_NOT_ALLOWED
    assert [copy.state for copy in office.copies()] == [CopyState.PREPARED]


def test_what_two_documents_of_a_file_share_is_destroyed_with_both(office: Office, clock: SetClock) -> None:
    """The same scan twice in one file is no reason to keep it."""
    file = make_file(office)
    for name in ("mot", "hai"):
        take_in(office, name)
        add(office, file, name)
    shared = office.incoming_document("mot").pdf or ""
    destroy(office, file, clock)
    assert not is_there(office, shared)


def test_what_a_document_outside_the_file_shares_stays_until_that_goes_too(office: Office, clock: SetClock) -> None:
    """Kept as long as a document not destroyed holds it, an outgoing one of the same id too; then destroyed."""
    first, second = make_file(office, "01.A"), make_file(office, "02.A")
    take_in(office, "chung")
    office.draft(make_draft(), actor="T", document_id="chung", pdf=SCAN)
    office.approve("chung", actor="L")
    office.leader_signed("chung", leader_pdf("chung"), actor="Nguyễn Văn An")
    office.issue("chung", actor="V")
    add(office, first, "chung")
    add(office, second, "chung", direction=Direction.OUTGOING)
    shared = office.incoming_document("chung").pdf or ""
    assert shared == office.document("chung").draft_pdf
    destroy(office, first, clock)
    assert is_there(office, shared)
    destroy(office, second, clock)
    assert not is_there(office, shared)


def test_what_comes_again_after_its_destruction_is_kept(office: Office, clock: SetClock) -> None:
    """The same letter, received anew years later, is a document of its own: no later erasure takes its file."""
    file = make_file(office)
    take_in(office, "cu")
    add(office, file, "cu")
    shared = office.incoming_document("cu").pdf or ""
    destroy(office, file, clock)
    clock.advance(days=1)
    take_in(office, "moi")
    other = make_file(office, "02.B")
    take_in(office, "khac", SCAN + b"khac")
    add(office, other, "khac")
    destroy(office, other, clock)
    assert is_there(office, shared)
    clock.advance(days=1)
    last = make_file(office, "03.B")
    add(office, last, "moi")
    destroy(office, last, clock)
    assert not is_there(office, shared)


def test_a_destruction_that_was_cut_off_is_completed_when_the_office_is_opened(place: Place, clock: SetClock) -> None:
    """Recorded but not yet off the disk, as after a power cut: the next to open the office removes it."""
    with place.open(clock=clock) as office:
        file = make_file(office)
        take_in(office, "thu")
        add(office, file, "thu")
        destroy(office, file, clock)
        name = office.incoming_document("thu").pdf or ""
        path = place.home("H99") / "blobs" / name[:2] / name
        path.write_bytes(SCAN)
        os.utime(path, (0, 0))
    with place.open(clock=clock):
        assert not path.exists()


def test_what_another_file_holds_stands_in_its_table_with_its_content(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: a document of two files is not destroyed with the one of them: no record says so."""
    first, second = make_file(office, "01.A"), make_file(office, "02.A", years=None)
    seal_off(office, "di")
    take_in(office, "den")
    for file in (first, second):
        add(office, file, "di", direction=Direction.OUTGOING)
        add(office, file, "den")
    destroy(office, first, clock)
    lines = {line.document_id: line for line in office.file_contents(second.code)}
    sealed, scan = office.document("di").sealed_pdf, office.incoming_document("den").pdf
    assert (lines["di"].content, lines["den"].content) == (sealed, scan)
    assert not any(line.is_destroyed for line in lines.values())
    assert is_there(office, sealed or "")
    assert b"%PDF" in office.export_file_pdf(second.code)


def test_what_came_again_stands_in_the_table_with_its_content(office: Office, clock: SetClock) -> None:
    """The old line says that its content was destroyed; the same letter, received anew, has it."""
    file = make_file(office, "01.A")
    take_in(office, "cu")
    add(office, file, "cu")
    destroy(office, file, clock)
    (line,) = office.file_contents(file.code)
    assert (line.content, line.is_destroyed) == (None, True)
    clock.advance(days=1)
    take_in(office, "moi")
    later = make_file(office, "02.A")
    add(office, later, "moi")
    (line,) = office.file_contents(later.code)
    assert (line.content, line.is_destroyed) == (office.incoming_document("moi").pdf, False)
    assert b"%PDF" in office.export_file_pdf(later.code)


def test_a_destroyed_document_goes_into_no_other_file(office: Office, clock: SetClock) -> None:
    """TT 01/2019 Điều 20.5: a file opened today would hold a document that nobody can read."""
    first, second = make_file(office, "01.A"), make_file(office, "02.A")
    seal_off(office, "di")
    take_in(office, "den")
    add(office, first, "di", direction=Direction.OUTGOING)
    add(office, first, "den")
    destroy(office, first, clock)
    for name, direction in (("di", Direction.OUTGOING), ("den", Direction.INCOMING)):
        before = office.checkpoint()
        with pytest.raises(DocflowError) as caught:
            add(office, second, name, direction=direction)
        assert (caught.value.code, bool(caught.value.vi)) == (ErrorCode.WRONG_STATE, True)
        assert office.checkpoint() == before


def test_a_destroyed_document_is_copied_no_more(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 25: a copy is made of an original, and none is left; a copy made before keeps its own content."""
    file = make_file(office, "01.A")
    seal_off(office, "di")
    take_in(office, "den")
    made = office.make_copy(make_copy_request(source="di"), actor="V")
    add(office, file, "di", direction=Direction.OUTGOING)
    add(office, file, "den")
    destroy(office, file, clock)
    for source, direction in (("di", CopyDirection.ELECTRONIC_TO_PAPER), ("den", CopyDirection.PAPER_TO_PAPER)):
        before = office.checkpoint()
        with pytest.raises(DocflowError) as caught:
            office.make_copy(make_copy_request(source=source, direction=direction), actor="V")
        assert (caught.value.code, bool(caught.value.vi)) == (ErrorCode.COPY_NOT_ALLOWED, True)
        assert office.checkpoint() == before
    again = make_copy_request(
        form=CopyForm.SAO_LUC, source=made.id, direction=CopyDirection.PAPER_TO_PAPER, kind=SourceKind.SAO_Y
    )
    assert office.make_copy(again, actor="V").number is not None


def test_a_document_stays_in_the_last_file_when_another_of_its_files_was_destroyed(
    office: Office, clock: SetClock
) -> None:
    """TT 01/2019 Điều 20.5: outside of every file its content would stay for ever, and no verb could destroy it."""
    first, last = make_file(office, "01.A"), make_file(office, "02.A")
    take_in(office, "den")
    for file in (first, last):
        add(office, file, "den")
    destroy(office, first, clock)

    def take_out() -> None:
        office.remove_from_file(last.code, direction=Direction.INCOMING, document_id="den", actor="A", reason="để nhầm")

    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        take_out()
    assert (caught.value.code, bool(caught.value.vi)) == (ErrorCode.WRONG_STATE, True)
    assert office.checkpoint() == before
    right = make_file(office, "03.A")
    add(office, right, "den")
    take_out()
    assert [line.is_destroyed for line in office.file_contents(right.code)] == [False]
    destroy(office, right, clock)
    assert not is_there(office, office.incoming_document("den").pdf or "")


def test_a_frozen_document_that_a_file_let_go_keeps_it_from_no_destruction(office: Office, clock: SetClock) -> None:
    """What is in the file now is asked for, not what once was; the document stays as it is, in its other file."""
    file, other = make_file(office), make_file(office, "02.TCCB")
    for name in ("d1", "d2"):
        take_in(office, name, page_pdf(name))
        add(office, file, name)
    add(office, other, "d1")
    office.remove_from_file(file.code, direction=Direction.INCOMING, document_id="d1", actor="A", reason="nhầm hồ sơ")
    frozen = GroupItem(target=AccessTarget.INCOMING, subject="d1")
    office.make_group(GroupPlan(id="g", name="Thanh tra"), actor="Quản trị")
    office.add_to_group("g", [frozen], actor="Quản trị")
    office.freeze_group("g", actor="Lãnh đạo", reason="thanh tra")
    destroy(office, file, clock)
    assert office.incoming_document("d1").pdf is not None
    assert is_there(office, str(office.incoming_document("d1").pdf))
