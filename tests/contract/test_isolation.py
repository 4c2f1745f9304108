"""Several agencies in one database: none sees another's, whatever identifier it uses."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pypdf
import pytest

from docflow import (
    Access,
    AccessBy,
    AccessKind,
    AccessTarget,
    Addressee,
    DocflowError,
    ErrorCode,
    FileDrop,
    GroupItem,
    GroupPlan,
    Office,
    OfficeRole,
    Post,
    RegisterKind,
    ReportBy,
    SearchQuery,
)
from docflow.model import CopyDirection, CopyForm, CopyRequest, Direction, SourceKind
from tests.contract.offices import Place
from tests.exchange_kit import KeyPeers, KeySigner
from tests.office_kit import SetClock, leader_pdf, make_agency, make_draft, seal_off, sign_off

OWN, OTHER = "H99", "H98"


@dataclass(frozen=True, slots=True)
class Forged:
    """Identifiers of the other agency, as somebody could have read them over its shoulder."""

    document: str
    numbered: str
    blob: str


def looked(document_id: str) -> Access:
    """Return that somebody looked at a document."""
    return Access(person="A", kind=AccessKind.XEM, target=AccessTarget.OUTGOING, subject=document_id, access_id="one")


def _items(document_id: str) -> tuple[GroupItem, ...]:
    return (GroupItem(target=AccessTarget.OUTGOING, subject=document_id),)


Attempt = Callable[[Office, Forged], object]
#: Each verb with an identifier of the other agency: no such thing is there (of a copy: no such source).
NOT_THERE: dict[str, Attempt] = {
    "approve": lambda office, it: office.approve(it.document, actor="A"),
    "leader_signed": lambda office, it: office.leader_signed(it.document, b"%PDF", actor="A"),
    "issue": lambda office, it: office.issue(it.document, actor="A"),
    "sealed": lambda office, it: office.sealed(it.numbered, leader_pdf(it.numbered) + b" seal", actor="A"),
    "void": lambda office, it: office.void(it.numbered, actor="A", reason="x"),
    "void_reserved": lambda office, _: office.void_reserved("van_ban_di", 2026, number=3, actor="A", reason="x"),
    "add_addressees": lambda office, it: office.add_addressees(
        it.numbered, (Addressee(name="Sở Y tế"),), actor="A", reason="x"
    ),
    "add_to_group": lambda office, it: office.add_to_group("theirs", _items(it.numbered), actor="A"),
    "remove_from_group": lambda office, it: office.remove_from_group(
        "theirs", _items(it.numbered), actor="A", reason="x"
    ),
    "admit_readers": lambda office, _: office.admit_readers("theirs", ("A",), actor="A"),
    "exclude_readers": lambda office, _: office.exclude_readers("theirs", ("B",), actor="A", reason="x"),
    "freeze_group": lambda office, _: office.freeze_group("theirs", actor="A", reason="x"),
    "unfreeze_group": lambda office, _: office.unfreeze_group("theirs", actor="A", reason="x"),
    "confirm_group_act": lambda office, _: office.confirm_group_act("theirs", 1, actor="A"),
    "group": lambda office, _: office.group("theirs"),
    "record_access": lambda office, it: office.record_access(looked(it.numbered), actor="A"),
    "attach": lambda office, it: office.attach(it.document, b"%PDF", name="a.pdf", actor="A"),
    "detach": lambda office, it: office.detach(it.document, position=0, actor="A", reason="x"),
    "attachment_sealed": lambda office, it: office.attachment_sealed(it.document, b"%PDF", position=0, actor="A"),
    "cancel": lambda office, it: office.cancel(it.document, actor="A", reason="x"),
    "comment": lambda office, it: office.comment(it.document, "ý kiến", actor="A"),
    "confirm_role": lambda office, _: office.confirm_role("V", OfficeRole.VAN_THU, actor="A"),
    "copy_sealed": lambda office, it: office.copy_sealed(it.document, b"%PDF", actor="A"),
    "hand_over": lambda office, it: office.hand_over(it.numbered, 1, actor="A", how="bưu điện"),
    "make_copy": lambda office, it: office.make_copy(
        CopyRequest(
            form=CopyForm.SAO_Y,
            direction=CopyDirection.ELECTRONIC_TO_PAPER,
            source_kind=SourceKind.BAN_GOC,
            source=it.numbered,
            subject="về việc",
            signer_name="A",
            signer_position="B",
        ),
        actor="A",
    ),
    "print_outgoing": lambda office, it: office.print_outgoing(it.numbered, actor="A"),
    "hand_over_minutes": lambda office, it: office.hand_over_minutes([it.numbered], giver="A"),
    "recall": lambda office, it: office.recall(it.numbered, actor="A", reason="x"),
    "return_draft": lambda office, it: office.return_draft(it.document, actor="A", reason="x"),
    "revise": lambda office, it: office.revise(it.document, make_draft(), actor="A", version=1),
    "void_copy": lambda office, it: office.void_copy(it.document, actor="A", reason="x"),
    "document": lambda office, it: office.document(it.document),
    "blob": lambda office, it: office.blob(it.blob),
    "inclusion_proof": lambda office, it: office.inclusion_proof(it.document),
    "not_told": lambda office, it: office.not_told(it.numbered),
    "knowledge": lambda office, it: office.knowledge(it.numbered),
    "take_back": lambda office, it: office.take_back(it.numbered, actor="A", reason="x"),
    "incoming_document": lambda office, it: office.incoming_document(it.document),
    "accept": lambda office, it: office.accept(it.document, actor="A"),
    "refuse": lambda office, it: office.refuse(it.document, actor="A", reason="x"),
    "assign": lambda office, it: office.assign(it.document, actor="A", to="P"),
    "progress": lambda office, it: office.progress(it.document, actor="A"),
    "complete": lambda office, it: office.complete(it.document, actor="A"),
    "agree_take_back": lambda office, it: office.agree_take_back(it.document, actor="A"),
    "decline_take_back": lambda office, it: office.decline_take_back(it.document, actor="A", reason="x"),
}


def _words(pdf: bytes) -> str:
    return " ".join(word for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for word in page.extract_text().split())


#: What lists: it must be empty, for this agency has nothing of its own yet.
EMPTY: dict[str, Attempt] = {
    "access_history": lambda office, _: office.access_history(reader="A").entries,
    "groups": lambda office, _: office.groups(),
    "groups_of": lambda office, it: office.groups_of(target=AccessTarget.OUTGOING, subject=it.numbered),
    "group_items": lambda office, _: office.group_items("theirs"),
    "group_readers": lambda office, _: office.group_readers("theirs"),
    "group_acts": lambda office, _: office.group_acts(),
    "access_counts": lambda office, _: office.access_counts(reader="A", by=AccessBy.PERSON).total.total,
    "unsent": lambda office, _: office.unsent(),
    "file_list_approvals": lambda office, _: office.file_list_approvals(year=2026),
    "export_file_list": lambda office, _: "có 0 hồ sơ" not in _words(office.export_file_list(2026)),
    "documents": lambda office, _: office.documents(),
    "outbox": lambda office, _: office.outbox(),
    "incoming": lambda office, _: office.incoming(),
    "inbox": lambda office, _: office.inbox(),
    "received_certificates": lambda office, _: office.received_certificates(),
    "entries": lambda office, _: office.entries(2026),
    "register": lambda office, _: office.register(RegisterKind.OUTGOING, 2026).lines,
    "report": lambda office, _: office.report("2026", by=ReportBy.UNIT).lines,
    "attachments": lambda office, it: office.attachments(it.document),
    "copies": lambda office, _: office.copies(),
    "links": lambda office, it: office.links(target=it.document),
    "dossiers": lambda office, _: office.dossiers(),
    "files": lambda office, _: office.files(),
    "files_past_retention": lambda office, _: office.files_past_retention(),
    "files_to_hand_over": lambda office, _: office.files_to_hand_over(),
    "incoming_due": lambda office, _: office.incoming_due(),
    "incoming_standings": lambda office, _: office.incoming_standings(),
    "remarks": lambda office, it: office.remarks(it.document),
    "roles": lambda office, _: office.roles(),
    "versions": lambda office, it: office.versions(it.document),
    "receipts": lambda office, it: office.receipts(it.numbered),
    "parcels": lambda office, it: office.parcels(it.numbered),
}
#: Verbs whose first argument names an incoming document, a dossier or a file are called by their signature.
NAMED_BY = {"incoming_id", "dossier_id", "code"}
SAID: dict[str, object] = {
    "actor": "A",
    "reason": "x",
    "to": "P",
    "by": "numbered",
    "instruction": "x",
    "deadline": date(2026, 2, 1),
    "hours": 8,
    "step": 1,
    "position": 0,
    "direction": Direction.OUTGOING,
    "document_id": "numbered",
}
#: What takes no identifier of a document, or is tested below.
NEITHER = {
    "open",
    "close",
    "agency",
    "vkey",
    "lock",
    "within",
    "sweep_blobs",
    "checkpoint",
    "verify_log",
    "log_statement",
    "vouch",
    "correct_clock",
    "dispatch",
    "collect",
    "draft",
    "index_contents",
    "on_time_rate",
    "open_dossier",
    "plan_file",
    "approve_file_list",
    "rebuild_search",
    "verify_report",
    "receive_by_hand",
    "search",
    "grant",
    "withdraw",
    "issue_many",
    "record_accesses",
    "register_name",
    "reserve_numbers",
    "open_register",
    "make_group",
    "may_read",
    "list_readable",
    "correct_opening",
}


@pytest.fixture
def two(place: Place) -> Iterator[tuple[Office, Forged]]:
    """An agency with documents, numbers, files and a reservation; and the empty office of another one."""
    with place.open(OWN) as office:
        sign_off(office, "waiting")
        sign_off(office, "numbered")
        office.issue("numbered", actor="V")
        seal_off(office, "sealed")
        office.reserve_numbers("van_ban_di", actor="V", reason="giữ")
        office.record_access(looked("numbered"), actor="A")
        office.make_group(GroupPlan(id="theirs", name="Nhóm", is_for_named_only=True), actor="A")
        office.add_to_group("theirs", _items("numbered"), actor="A")
        office.admit_readers("theirs", ("B",), actor="A")
        office.freeze_group("theirs", actor="A", reason="thanh tra")
        forged = Forged("waiting", "numbered", office.document("waiting").leader_pdf or "")
    post = Post(signer=KeySigner(OTHER), peers=KeyPeers())
    with Office.open(
        place.database, agency=make_agency(OTHER), home=place.home(OTHER), clock=SetClock(), post=post
    ) as other:
        yield other, forged


def test_every_public_verb_is_tried() -> None:
    """A new verb must be put into one of the tables."""
    public = {name for name in dir(Office) if not name.startswith("_")}
    assert public - set(NOT_THERE) - set(EMPTY) - NEITHER - set(by_signature()) == set()


def by_signature() -> dict[str, list[str]]:
    """Return the other verbs that name one thing, with what else they must be told."""
    found = {}
    for name in set(dir(Office)) - set(NOT_THERE) - set(EMPTY) - NEITHER:
        method = getattr(Office, name)
        if name.startswith("_") or not callable(method):
            continue
        parameters = list(inspect.signature(method).parameters.values())[1:]
        if parameters and parameters[0].name in NAMED_BY:
            found[name] = [p.name for p in parameters[1:] if p.default is p.empty]
    return found


def test_a_forged_identifier_names_nothing(two: tuple[Office, Forged]) -> None:
    """Every verb, with identifiers that exist in the same database: NOT_FOUND, and nothing is written anywhere."""
    office, forged = two
    before = office.checkpoint()
    for name, attempt in NOT_THERE.items():
        with pytest.raises(DocflowError) as caught:
            attempt(office, forged)
        expected = ErrorCode.COPY_NOT_ALLOWED if name == "make_copy" else ErrorCode.NOT_FOUND
        assert caught.value.code is expected, name
    for name, needed in by_signature().items():
        with contextlib.suppress(DocflowError):
            answer = getattr(office, name)(forged.numbered, **{what: SAID[what] for what in needed})
            assert not answer, name
    for done in (*office.issue_many([forged.document], actor="A"), *office.record_accesses([looked("d")], actor="A")):
        assert isinstance(done, DocflowError)
        assert done.code is ErrorCode.NOT_FOUND
    assert office.checkpoint() == before


def test_a_list_shows_nothing_of_another_agency(two: tuple[Office, Forged], place: Place) -> None:
    """Also what is sent and swept is one's own."""
    office, forged = two
    for name, attempt in EMPTY.items():
        assert not attempt(office, forged), name
    drop = FileDrop(place.folder / "drop")
    assert office.dispatch(drop).sent == 0
    assert office.sweep_blobs(older_than=timedelta(hours=1)) == 0
    assert "H98" in office.checkpoint()


def test_the_same_names_and_numbers_stand_side_by_side(two: tuple[Office, Forged], place: Place) -> None:
    """The other agency's ids, its idempotency keys, its register and its files are free for this one."""
    office, forged = two
    office.draft(make_draft("việc riêng"), actor="A", document_id=forged.document)
    office.approve(forged.document, actor="B")
    office.leader_signed(forged.document, leader_pdf(forged.document), actor="C")
    assert office.issue(forged.document, actor="V").number == 1
    assert office.reserve_numbers("van_ban_di", actor="V", reason="giữ").numbers == (2,)
    assert office.record_access(looked(forged.document), actor="B").position == 0
    # The other agency's group says nothing of this one's document of the same name, and freezes none.
    sign_off(office, forged.numbered)
    office.issue(forged.numbered, actor="V")
    assert office.may_read("A", target=AccessTarget.OUTGOING, subject=forged.numbered)
    assert {hit.id for hit in office.search(SearchQuery(), reader="A")} == {forged.document, forged.numbered}
    assert office.make_group(GroupPlan(id="theirs", name="Nhóm"), actor="A").agency == OTHER
    for code in (OWN, OTHER):
        report = place.verify(code)
        assert report.is_intact, report.findings
        assert report.agency == code
    with place.open(OWN) as own:
        assert own.document(forged.document).draft.subject != "việc riêng"
        assert own.document(forged.document).number is None
        assert not own.may_read("A", target=AccessTarget.OUTGOING, subject=forged.numbered)


def test_a_second_agency_needs_a_folder_of_its_own(place: Place) -> None:
    """A log key signs one log."""
    place.open(OWN).close()
    with pytest.raises(DocflowError) as caught:
        Office.open(place.database, agency=make_agency(OTHER), home=place.home(OWN))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
