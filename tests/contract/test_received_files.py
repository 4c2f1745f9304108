"""What was found in the files that came with a document, on every kind of database: kept, repeated, undone, apart.

The verdicts are set here; tests/e2e/test_received_files_signed.py judges real signatures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
import sqlalchemy as sa

from docflow import (
    DocflowError,
    ErrorCode,
    FileCheck,
    FileDrop,
    FileVerdict,
    IncomingState,
    Office,
    OfficeRole,
    Post,
    SignatureFound,
)
from docflow.ports import CertificateHolder, SeenCertificate
from tests.contract.offices import Place
from tests.contract.test_own_transaction import engine_of
from tests.exchange_kit import RECEIVER, SENDER, KeyPeers, KeySigner, SetVerdicts, open_exchanging, seal_document
from tests.office_kit import SeededRandomness, SetClock, make_agency
from tests.work_kit import SCAN, make_entry

ANNEX = "Phụ lục"


@dataclass
class Desk:
    """A receiver on a database, a sender beside it, the drop between them, one clock."""

    place: Place
    sender: Office
    drop: FileDrop
    clock: SetClock
    verdicts: SetVerdicts = field(default_factory=SetVerdicts)

    def open(self, code: str = RECEIVER, *, documents: object = None) -> Office:
        """Open the receiver's office, or that of another agency on the same database."""
        return Office.open(
            self.place.database,
            agency=make_agency(code),
            home=self.place.home(code),
            clock=self.clock,
            randomness=SeededRandomness(code.encode()),
            post=Post(signer=KeySigner(code), peers=KeyPeers(), documents=documents or self.verdicts),  # type: ignore[arg-type]
        )

    def send(self, name: str, office: Office) -> str:
        """Send a document with one attached file; returns its id at the receiver."""
        seal_document(self.sender, name, to=(RECEIVER,), attached=(b"%PDF annex " + name.encode(), ANNEX))
        self.sender.attachment_sealed(name, b"%PDF annex " + name.encode() + b" seal", position=0, actor="V")
        self.sender.dispatch(self.drop)
        office.collect(self.drop)
        return next(item.id for item in office.incoming() if item.subject == f"về việc {name}")


@pytest.fixture
def desk(place: Place) -> Iterator[Desk]:
    """A sender, and a place for the receiver."""
    clock = SetClock()
    with open_exchanging(place.folder, SENDER, clock=clock) as sender:
        yield Desk(place, sender, FileDrop(place.folder / "drop"), clock)


def annex_name(office: Office, incoming_id: str) -> str:
    """Return what the attached file is called on arrival."""
    return office.incoming_files(incoming_id)[1].name


def test_verdicts_are_kept_with_the_arrival_and_proved_by_its_leaf(desk: Desk) -> None:
    """One act, one leaf: document, files, signatures, certificates.

    TT 01/2019 Điều 3.5: metadata hold information on the digital signature and the history of creation and use.
    """
    with desk.open() as office:
        came = desk.send("a", office)
        document = office.incoming_document(came)
        assert document.files_verdict is FileVerdict.VALID
        checks = office.incoming_file_checks(came)
        assert [(check.position, check.act, check.verdict) for check in checks] == [
            (position, 0, FileVerdict.VALID) for position in (0, 1)
        ]
        assert [(one.position, one.signer) for one in office.incoming_signatures(came)] == [
            (position, "Nguyễn Văn An") for position in (0, 1)
        ]
    assert desk.place.verify(RECEIVER).is_intact


def test_the_same_look_changes_nothing_and_another_one_is_another_act(desk: Desk) -> None:
    """Twice the same in the same words: one act; another result, person or act between: a new one."""
    with desk.open() as office:
        came = desk.send("a", office)
        first = office.check_files(came, actor="V")
        assert first.act_count == 2
        size = office.checkpoint()
        assert office.check_files(came, actor="V") == first
        assert office.checkpoint() == size
        assert office.check_files(came, actor="W").act_count == 3
        desk.verdicts.by_name[annex_name(office, came)] = FileVerdict.FAILED
        failed = office.check_files(came, actor="W")
        assert (failed.act_count, failed.files_verdict) == (4, FileVerdict.FAILED)
        assert {file.verdict for file in office.incoming_files(came)} == {FileVerdict.VALID, FileVerdict.FAILED}
        assert len(office.incoming_file_checks(came)) == 8
        keyed = office.check_files(came, actor="W", idempotency_key="k")
        desk.verdicts.by_name.clear()
        assert office.check_files(came, actor="W", idempotency_key="k") == keyed
        with pytest.raises(DocflowError) as caught:
            office.check_files(came, actor="Ai khác", idempotency_key="k")
        assert caught.value.code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert desk.place.verify(RECEIVER).is_intact


def test_a_look_that_fails_stops_the_registration_and_one_that_passes_lets_it_go_on(desk: Desk) -> None:
    """What counts is the last look; NĐ 30/2020 Điều 21 khoản 2."""
    with desk.open() as office:
        came = desk.send("a", office)
        desk.verdicts.by_name[annex_name(office, came)] = FileVerdict.FAILED
        office.check_files(came, actor="V")
        with pytest.raises(DocflowError) as caught:
            office.accept(came, actor="V")
        assert caught.value.code is ErrorCode.SIGNATURE_REFUSED
        desk.verdicts.by_name.clear()
        office.check_files(came, actor="V")
        assert office.accept(came, actor="V").number == 1
        assert office.check_files(came, actor="V").state is IncomingState.REGISTERED


def test_what_has_no_files_or_no_row_in_the_table_is_refused(desk: Desk) -> None:
    """By hand, not here, sent back, taken back: NOT_FOUND or WRONG_STATE, and nothing is written."""
    with desk.open() as office:
        office.receive_by_hand(make_entry(issued_on=None), actor="V", incoming_id="tay", scan=SCAN)
        office.receive_by_hand(make_entry("2/STC", issued_on=None), actor="V", incoming_id="tay-2", scan=SCAN)
        office.check("tay-2", actor="V")
        refused, taken = desk.send("a", office), desk.send("b", office)
        office.refuse(refused, actor="V", reason="x")
        desk.sender.take_back("b", actor="V", reason="nhầm")
        desk.sender.dispatch(desk.drop)
        office.collect(desk.drop)
        office.agree_take_back(taken, actor="V")
        before = office.checkpoint()
        for name, code in {
            "tay": ErrorCode.WRONG_STATE,
            "tay-2": ErrorCode.NOT_FOUND,
            "khong-co": ErrorCode.NOT_FOUND,
            refused: ErrorCode.WRONG_STATE,
            taken: ErrorCode.WRONG_STATE,
        }.items():
            with pytest.raises(DocflowError) as caught:
                office.check_files(name, actor="V")
            assert caught.value.code is code, name
            assert caught.value.vi
        assert office.checkpoint() == before
        # The files are gone, what was found in them is metadata and stays.
        assert office.incoming_files(taken) == ()
        assert len(office.incoming_file_checks(taken)) == 2


@dataclass(frozen=True)
class Stranger:
    """A verifier that tells what a stranger may have written into a certificate, and of very many signatures."""

    count: int = 1

    def check_files(self, files: Sequence[tuple[str, bytes]], *, at: datetime) -> tuple[FileCheck, ...]:
        """Tell the same of every file."""
        seen = SeenCertificate(
            sha256="cd" * 32, issuer="CN=\x00" + "x" * 900, serial="0a", holder=CertificateHolder.UNKNOWN
        )
        signature = SignatureFound(
            verdict=FileVerdict.VALID,
            signer="A\x00\u202eB\n" + "dài " * 200,
            organization="\ud800",
            certificate=seen if self.count == 1 else None,
            signed_at=at,
        )
        check = FileCheck(verdict=FileVerdict.VALID, signatures=(signature,) * self.count, reasons=("a", "b"))
        return (check,) * len(files)


def test_what_a_stranger_wrote_is_kept_fit_to_be_shown(desk: Desk) -> None:
    """NUL, marks of direction, half characters and endless names reach neither the database nor a screen."""
    with desk.open(documents=Stranger()) as office:
        came = desk.send("a", office)
        one = office.incoming_signatures(came)[0]
        assert one.signer.startswith("A[U+0000][U+202E]B dài")
        assert (len(one.signer), len(one.issuer)) == (200, 500)
        assert one.organization == "[U+D800]"
        assert office.incoming_files(came)[0].reasons == ("a", "b")
    assert desk.place.verify(RECEIVER).is_intact


def test_of_very_many_signatures_the_first_are_kept_and_all_are_counted(desk: Desk) -> None:
    """A file with a thousand signatures does not make a thousand rows."""
    with desk.open(documents=Stranger(count=1000)) as office:
        came = desk.send("a", office)
        file = office.incoming_files(came)[1]
        assert (file.signature_count, len(file.signatures)) == (1000, 50)


def test_inside_the_callers_transaction_it_is_kept_or_undone_with_it(desk: Desk) -> None:
    """A look that the caller undoes leaves no row, no act and no leaf; one that he commits is proved."""
    with desk.open() as office:
        came = desk.send("a", office)
        desk.verdicts.usual = FileVerdict.UNDECIDED
        before = office.incoming_document(came)
        engine: sa.Engine = engine_of(desk.place)
        with office.lock(), engine.connect() as connection:
            assert office.within(connection).check_files(came, actor="V").files_verdict is FileVerdict.UNDECIDED
            connection.rollback()
        assert office.incoming_document(came) == before
        assert len(office.incoming_file_checks(came)) == 2
        with office.lock(), engine.begin() as connection:
            inside = office.within(connection)
            inside.check_files(came, actor="V")
            assert {file.verdict for file in inside.incoming_files(came)} == {FileVerdict.UNDECIDED}
        engine.dispose()
        assert office.incoming_document(came).files_verdict is FileVerdict.UNDECIDED
    assert desk.place.verify(RECEIVER).is_intact


def test_another_agency_sees_and_looks_at_nothing(desk: Desk) -> None:
    """The verdicts in a shared database are the receiver's alone."""
    with desk.open() as office, desk.open("H98") as other:
        came = desk.send("a", office)
        assert other.incoming_file_checks(came) == ()
        assert other.incoming_signatures(came) == ()
        for attempt in (lambda: other.incoming_files(came), lambda: other.check_files(came, actor="V")):
            with pytest.raises(DocflowError) as caught:
                attempt()
            assert caught.value.code is ErrorCode.NOT_FOUND


def test_whose_certificates_came_is_listed_by_how_many_documents_they_signed(desk: Desk) -> None:
    """Subject, issuer, validity, first and last; looked at twice is one document; what did not pass is not listed.

    TT 41/2017 Điều 9: of incoming documents the certificates that belong to the signatures are stored.
    """
    with desk.open() as office, desk.open("H98") as other:
        assert office.received_certificates() == ()
        first = desk.send("a", office)
        desk.clock.advance(hours=2)
        second = desk.send("b", office)
        office.check_files(second, actor="V")
        (known,) = office.received_certificates()
        assert (known.documents, known.signer, known.unit) == (2, "Nguyễn Văn An", "Văn phòng")
        assert known.first_arrived_at == office.incoming_document(first).arrived_at
        assert known.last_arrived_at == office.incoming_document(second).arrived_at
        assert known.valid_from is not None
        assert known.valid_until is not None
        assert (known.valid_from.year, known.valid_until.year) == (2025, 2028)
        desk.verdicts.by_name[annex_name(office, second)] = FileVerdict.UNDECIDED
        office.check_files(second, actor="V")
        assert {one.certificate for one in office.incoming_signatures(second)} == {"ab" * 32, "cd" * 32}
        assert office.received_certificates() == (known,)
        assert other.received_certificates() == ()


def test_only_whoever_registers_may_look(desk: Desk) -> None:
    """Recorded roles hold for this verb too: the registry's."""
    with desk.open() as office:
        came = desk.send("a", office)
        office.grant("Quản trị", OfficeRole.QUAN_TRI, actor="Quản trị")
        office.grant("V", OfficeRole.VAN_THU, actor="Quản trị")
        with pytest.raises(DocflowError) as caught:
            office.check_files(came, actor="Người lạ")
        assert caught.value.code is ErrorCode.FORBIDDEN
        assert office.check_files(came, actor="V").act_count == 2
