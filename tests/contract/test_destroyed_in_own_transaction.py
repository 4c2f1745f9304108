"""What is destroyed in an e-office's own transaction: after the commit nothing hands it out; a rollback keeps it."""

from __future__ import annotations

from datetime import datetime

from docflow import CaseFile, Direction, Office
from docflow.errors import ErrorCode
from tests.contract.offices import Place
from tests.contract.test_destruction import is_there, take_in
from tests.contract.test_left_or_not import BrokenDrop
from tests.contract.test_own_transaction import engine_of
from tests.contract.test_same_bytes import refused
from tests.contract.test_taken_back import BODY, open_pair, send_body
from tests.exchange_kit import RECEIVER, seal_document
from tests.office_kit import SetClock
from tests.work_kit import MONDAY, add, make_file


def doom(office: Office, file: CaseFile, clock: SetClock) -> None:
    """Bring a file to where somebody may confirm its destruction."""
    until = office.close_file(file.code, actor="A").kept_until
    clock.time = datetime.fromisoformat(f"{until}T10:00:00+07:00")
    office.propose_destruction(file.code, actor="A", reason="hết thời hạn")
    clock.advance(days=40)


def is_on_disk(place: Place, code: str, sha256: str) -> bool:
    """Return whether the bytes lie there."""
    return (place.home(code) / "blobs" / sha256[:2] / sha256).exists()


def test_what_was_destroyed_in_a_callers_transaction_is_handed_out_by_nothing(place: Place) -> None:
    """TT 01/2019 Điều 20.5: the bytes go when docflow next removes what is destroyed; nobody gets them meanwhile."""
    clock = SetClock(MONDAY)
    engine = engine_of(place)
    with place.open(clock=clock) as office:
        take_in(office, "den", BODY)
        file = make_file(office)
        add(office, file, "den")
        scan = office.incoming_document("den").pdf or ""
        doom(office, file, clock)
        with office.lock(), engine.connect() as connection, connection.begin() as transaction:
            office.within(connection).confirm_destruction(file.code, actor="B")
            transaction.rollback()
        assert office.blob(scan) == BODY
        with office.lock(), engine.begin() as connection:
            inside = office.within(connection)
            inside.confirm_destruction(file.code, actor="B")
            assert not is_there(inside, scan)
        assert is_on_disk(place, "H99", scan)
        assert not is_there(office, scan)
        refused(ErrorCode.NOT_FOUND, lambda: office.print_incoming("den", actor="X"), office=office)
        assert [line.is_destroyed for line in office.file_contents(file.code)] == [True]
        assert office.sweep_blobs() == 0
        assert not is_on_disk(place, "H99", scan)
        assert office.verify_log().findings == ()
    engine.dispose()


def test_what_is_needed_again_is_handed_out_before_the_old_bytes_are_off_the_disk(place: Place) -> None:
    """Received anew in the very moment: another document's content, which no removal takes."""
    clock = SetClock(MONDAY)
    engine = engine_of(place)
    with place.open(clock=clock) as office:
        take_in(office, "cu", BODY)
        file = make_file(office)
        add(office, file, "cu")
        doom(office, file, clock)
        with office.lock(), engine.begin() as connection:
            office.within(connection).confirm_destruction(file.code, actor="B")
        take_in(office, "moi", BODY)
        office.sweep_blobs()
        assert office.blob(office.incoming_document("moi").pdf or "") == BODY
        assert office.verify_log().findings == ()
    engine.dispose()


def test_what_was_given_back_in_a_callers_transaction_is_handed_out_by_nothing(place: Place) -> None:
    """NĐ 30/2020 Điều 18.4b: neither the page nor the message that brought it."""
    two = open_pair(place)
    engine = engine_of(place)
    name = send_body(two)
    document = two.receiver.incoming_document(name)
    two.sender.take_back("d1", actor="V", reason="gửi nhầm")
    two.exchange()
    with two.receiver.lock(), engine.begin() as connection:
        two.receiver.within(connection).agree_take_back(name, actor="V")
    for sha256 in (document.pdf or "", document.message or ""):
        assert is_on_disk(place, RECEIVER, sha256)
        assert not is_there(two.receiver, sha256)
    refused(ErrorCode.NOT_FOUND, lambda: two.receiver.print_incoming(name, actor="X"), office=two.receiver)
    assert two.receiver.incoming_files(name) == ()
    engine.dispose()
    two.close()


def test_what_was_destroyed_in_a_callers_transaction_is_not_sent_in_another(place: Place) -> None:
    """TT 01/2019 Điều 20.5: a parcel that was packed and never left goes with its document."""
    two = open_pair(place)
    engine = engine_of(place)
    seal_document(two.sender, "d1")
    drop = BrokenDrop(two.folder / "drop")
    drop.broken = frozenset({RECEIVER})
    assert two.sender.dispatch(drop).failed == 1
    file = make_file(two.sender)
    add(two.sender, file, "d1", direction=Direction.OUTGOING)
    doom(two.sender, file, two.clock)
    with two.sender.lock(), engine.begin() as connection:
        two.sender.within(connection).confirm_destruction(file.code, actor="B")
    with two.sender.lock(), engine.begin() as connection:
        done = two.sender.within(connection).dispatch(two.drop)
    assert (done.sent, done.failed) == (0, 1)
    assert two.parcels_of(RECEIVER) == []
    engine.dispose()
    two.close()
