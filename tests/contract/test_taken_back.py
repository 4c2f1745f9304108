"""What was destroyed is nowhere any more: not on the disk, not in the drop, not under its words; on every store."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest

from docflow import (
    Direction,
    Directory,
    DocumentState,
    DocumentType,
    Draft,
    FileDrop,
    IncomingState,
    Office,
    Post,
    SearchQuery,
    parse_agency_code,
)
from docflow.model import Addressee
from docflow.store import reader
from docflow.store.blobs import BlobFolder
from docflow.store.search.contents import UnreadFile, read_words
from tests.contract.offices import Place
from tests.contract.test_destruction import destroy, take_in
from tests.exchange_kit import RECEIVER, SENDER, KeyPeers, KeySigner, TwoAgencies, make_named_agency
from tests.materials import plain_pdf
from tests.office_kit import SeededRandomness, SetClock, make_draft, seal_off
from tests.work_kit import MONDAY, add, make_file

BODY = plain_pdf().replace(b"%PDF-1.3", b"%PDF-1.4", 1)


@pytest.fixture
def two(place: Place) -> Iterator[TwoAgencies]:
    """Two agencies in one database, each with its folder; at the end both logs know everything."""
    pair = open_pair(place)
    yield pair
    for office in (pair.sender, pair.receiver):
        assert office.verify_log().findings == ()
    pair.close()


def open_pair(place: Place, *, codes: Directory | None = None) -> TwoAgencies:
    """Open two agencies that exchange, on a store of any kind; the sender knows which codes live."""
    clock = SetClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    sender, receiver = (
        Office.open(
            place.database,
            agency=make_named_agency(code),
            home=place.home(code),
            clock=clock,
            randomness=SeededRandomness(f"{place.kind}-{code}-{place.folder.name}".encode()),
            post=Post(signer=KeySigner(code), peers=KeyPeers()),
            codes=codes if code == SENDER else None,
        )
        for code in (SENDER, RECEIVER)
    )
    return TwoAgencies(
        folder=place.folder, clock=clock, sender=sender, receiver=receiver, drop=FileDrop(place.folder / "drop")
    )


def send_body(two: TwoAgencies) -> str:
    """Let the receiver register a document whose words can be read; return its name there."""
    draft = Draft(
        type=DocumentType.QUYET_DINH,
        subject="về việc cấp phép",
        signer_name="Nguyễn Văn An",
        signer_position="Chủ tịch",
        addressees=(Addressee(name="Sở", code=parse_agency_code(RECEIVER)),),
    )
    two.sender.draft(draft, actor="A", document_id="d1")
    two.sender.approve("d1", actor="B")
    two.sender.leader_signed("d1", BODY, actor="C")
    two.sender.issue("d1", actor="V")
    two.sender.sealed("d1", BODY + b"\n% seal", actor="V")
    two.exchange()
    two.receiver.accept(two.arrived().id, actor="V")
    two.exchange()
    return two.arrived().id


def take_back(two: TwoAgencies, name: str) -> None:
    """Let the sender ask, and the receiver give back."""
    two.sender.take_back("d1", actor="V", reason="gửi nhầm")
    two.exchange()
    two.receiver.agree_take_back(name, actor="V")


def hits(office: Office, text: str) -> list[str]:
    """Return the names of what is found."""
    return [hit.id for hit in office.search(SearchQuery(text=text))]


def places_of_body(folder: Path) -> list[str]:
    """Return where under a folder the document still stands, as it is or as a message has it."""
    carried = base64.b64encode(BODY)[:64]
    files = (path for path in folder.rglob("*") if path.is_file() and "database" not in path.parts)
    return [str(path) for path in files if BODY in (data := path.read_bytes()) or carried in data]


def test_dieu_18_4b_what_was_taken_back_is_found_by_no_word_of_it(two: TwoAgencies) -> None:
    """NĐ 30/2020 PL VI III.8: destroyed here: also its words; what stands in the register finds it still."""
    name = send_body(two)
    assert two.receiver.index_contents() == 1
    assert hits(two.receiver, "page") == [name]
    take_back(two, name)
    assert hits(two.receiver, "page") == []
    assert hits(two.receiver, "cap phep") == [name]
    two.receiver.rebuild_search()
    two.receiver.index_contents()
    assert hits(two.receiver, "page") == []
    two.sender.index_contents()
    assert hits(two.sender, "page") == ["d1"]  # whose it is keeps it, frozen


def test_an_answer_to_what_was_taken_back_is_recalled_all_the_same(two: TwoAgencies) -> None:
    """NĐ 30/2020 Điều 18.4: what was given back is handled no more; that it was answered keeps no answer in force."""
    name = send_body(two)
    two.receiver.assign(name, actor="L", to="Phòng Ngân sách")
    seal_off(two.receiver, "tra-loi")
    two.receiver.answer(name, actor="P", by="tra-loi")
    take_back(two, name)
    before = two.receiver.incoming_document(name)
    assert (before.state, before.answered_by) == (IncomingState.TAKEN_BACK, "tra-loi")
    assert two.receiver.recall("tra-loi", actor="V", reason="không cần trả lời nữa").state is DocumentState.RECALLED
    assert two.receiver.incoming_document(name) == before


def test_a_file_that_holds_what_was_taken_back_is_exported(two: TwoAgencies) -> None:
    """Its line stays, and says that nothing is left of it: PDF and XML of the other documents do not fail with it."""
    name = send_body(two)
    file = make_file(two.receiver)
    add(two.receiver, file, name)
    take_in(two.receiver, "khac", BODY + b"\n% other")
    add(two.receiver, file, "khac")
    take_back(two, name)
    given_back, other = two.receiver.file_contents(file.code)
    assert (given_back.content, given_back.is_destroyed) == (None, True)
    assert (other.content is None, other.is_destroyed) == (False, False)
    printed = pypdf.PdfReader(io.BytesIO(two.receiver.export_file_pdf(file.code)))
    assert "nội dung đã hủy" in " ".join(printed.pages[0].extract_text().split())
    assert len(printed.pages) == 2
    assert b"<CodeNotation>" in two.receiver.export_file_xml(file.code)


def test_dieu_18_4b_what_was_taken_back_lies_nowhere_in_the_drop(two: TwoAgencies) -> None:
    """Neither among what was dealt with, nor when a late repetition brings it again, nor where a process was killed."""
    name = send_body(two)
    (parcel,) = [item for item in two.sender.parcels("d1") if item.kind == "document"]
    message, cms = (two.sender.blob(item or "") for item in (parcel.message, parcel.message_cms))
    take_back(two, name)
    two.exchange()
    assert places_of_body(two.folder / "drop") == []
    assert places_of_body(two.folder / f"home-{RECEIVER}") == []
    for room in ("new", "done"):  # a repetition, and what a process that was killed, or an older docflow, left
        place = two.folder / "drop" / RECEIVER / room / parcel.id
        place.mkdir(parents=True)
        (place / "message.edxml").write_bytes(message)
        (place / "message.p7s").write_bytes(cms)
    assert len(places_of_body(two.folder / "drop")) == 2
    (reception,) = two.receiver.collect(two.drop)
    assert reception.is_repetition
    assert places_of_body(two.folder / "drop") == []


def test_a_removal_that_was_cut_off_leaves_no_half_parcel_to_be_kept(
    two: TwoAgencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a parcel in the room where others are fetched would be taken for garbage, and kept as that."""

    def die(path: Path) -> None:
        (path / "message.p7s").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", die)
        with pytest.raises(KeyboardInterrupt):
            send_body(two)
    assert places_of_body(two.folder / "drop") != []
    two.receiver.collect(two.drop)
    assert places_of_body(two.folder / "drop") == []
    assert [row.outcome for row in two.receiver.inbox()] == ["accepted"]


def test_dieu_20_5_a_destroyed_file_is_found_by_no_word_of_it(place: Place) -> None:
    """TT 01/2019 Điều 20.5: both directions; their metadata find them still."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        take_in(office, "den", BODY)
        office.draft(make_draft("về việc X"), actor="T", document_id="di", pdf=BODY + b"\n% draft")
        office.approve("di", actor="L")
        office.leader_signed("di", BODY + b"\n% leader", actor="Nguyễn Văn An")
        office.issue("di", actor="V")
        file = make_file(office)
        add(office, file, "den")
        add(office, file, "di", direction=Direction.OUTGOING)
        assert office.index_contents() == 2
        assert hits(office, "page") == ["di", "den"]
        destroy(office, file, clock)
        assert hits(office, "page") == []
        assert hits(office, "quyết định chủ tịch") == ["di"]
        assert hits(office, "den STC") == ["den"]
        office.rebuild_search()
        office.index_contents()
        assert hits(office, "page") == []


def test_words_read_before_a_destruction_and_kept_after_it_are_not_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads files for the index has read one when it is destroyed."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        take_in(office, "den", BODY)
        file = make_file(office)
        add(office, file, "den")

        def read_then_destroyed(blobs: BlobFolder, unread: UnreadFile) -> str:
            words = read_words(blobs, unread)
            destroy(office, file, clock)
            return words

        with monkeypatch.context() as patched:
            patched.setattr(reader, "read_words", read_then_destroyed)
            assert office.index_contents() == 1
        assert hits(office, "page") == []


def test_what_came_again_after_its_destruction_is_found_by_its_words(place: Place) -> None:
    """The same letter years later is a document of its own."""
    clock = SetClock(MONDAY)
    with place.open(clock=clock) as office:
        file = make_file(office)
        take_in(office, "cu", BODY)
        add(office, file, "cu")
        destroy(office, file, clock)
        clock.advance(days=1)
        take_in(office, "moi", BODY)
        while office.index_contents():
            pass
        assert "moi" in hits(office, "page")
        assert office.blob(office.incoming_document("moi").pdf or "") == BODY
