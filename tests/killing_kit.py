"""An office with something for every verb to work on, and for every verb one call that does something there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from docflow import (
    Access,
    AccessKind,
    AccessTarget,
    Addressee,
    CaseFile,
    CopyDirection,
    CopyRequest,
    Direction,
    FileDrop,
    FilePlan,
    GroupItem,
    GroupPlan,
    Office,
    OfficeRole,
    Post,
)
from docflow.ports import Rights
from tests.exchange_kit import (
    RECEIVER,
    SENDER,
    KeyPeers,
    KeySigner,
    SetVerdicts,
    make_named_agency,
    open_exchanging,
    seal_document,
)
from tests.office_kit import (
    SeededRandomness,
    SetClock,
    clock_of,
    leader_pdf,
    make_copy_request,
    make_draft,
    seal_off,
    sign_off,
    sign_statement,
)
from tests.strange_pdf import page_pdf
from tests.work_kit import MONDAY, SCAN, Everybody, add, make_entry, make_plan, register

PROPOSED = datetime(2027, 12, 20, 2, 0, tzinfo=UTC)
NOW = datetime(2028, 2, 1, 2, 0, tzinfo=UTC)
"""09:00 on a Tuesday in Hà Nội."""
SOON = date(2028, 2, 7)
KEY = "once"
_EVERYBODY = Everybody()


@dataclass(frozen=True, slots=True)
class Bench:
    """One store: a folder, or a database on a server with a folder for files and key; beside it the drop."""

    database: str
    folder: Path

    @property
    def home(self) -> Path:
        """The folder of the office's files and its log key."""
        return self.folder / "home"

    @property
    def drop(self) -> FileDrop:
        """The folder between the office and its counterpart."""
        return FileDrop(self.folder / "drop")

    @property
    def statement(self) -> Path:
        """The file of the signature by which somebody vouches for the log: no signature is made twice."""
        return self.folder / "statement.cms"

    def open(self, clock: SetClock | None = None, *, rights: Rights | None = _EVERYBODY) -> Office:
        """Open the office; its dice fall the same way each time."""
        return Office.open(
            self.database,
            agency=make_named_agency(RECEIVER),
            home=self.home,
            clock=clock or SetClock(NOW),
            randomness=SeededRandomness(b"kill"),
            post=Post(signer=KeySigner(RECEIVER), peers=KeyPeers(), documents=SetVerdicts()),
            rights=rights,
        )


def fill(bench: Bench) -> None:
    """Leave something in every state."""
    clock = SetClock(MONDAY)
    with bench.open(clock) as office, open_exchanging(bench.folder, SENDER, clock=clock) as other:
        _fill_files(office, clock)
        clock.time = NOW
        office.grant("Quản trị", OfficeRole.QUAN_TRI, actor="Quản trị")
        office.grant("Phó quản trị", OfficeRole.QUAN_TRI, actor="Quản trị")
        office.grant("Thôi việc", OfficeRole.CHUYEN_VIEN, actor="Quản trị")
        _fill_outgoing(office)
        _fill_incoming(office)
        _fill_dossiers(office)
        _fill_groups(office)
        office.make_copy(_scanned(), actor="V", copy_id="prepared", pdf=b"%PDF-1.7 copy")
        office.make_copy(make_copy_request(), actor="V", copy_id="numbered")
        _exchange(bench, office, other)
        _fill_prints(office)
        bench.statement.write_bytes(sign_statement(office.log_statement()))


def _fill_files(office: Office, clock: SetClock) -> None:
    register(office, "filed", symbol="1/STC")
    register(office, "loose", symbol="2/STC")
    files = {name: _plan(office, name) for name in ("planned", "opened", "closed", "announced", "archived", "proposed")}
    for name, file in files.items():
        if name == "planned":
            continue
        office.open_file(file.code, actor="A")
        add(office, file, "filed")
        if name == "opened":
            continue
        office.close_file(file.code, actor="A")
        if name == "closed":
            continue
        office.announce_hand_over(file.code, actor="A")
        if name in {"archived", "proposed"}:
            office.hand_over_file(file.code, actor="A", to="Lưu trữ")
    # Content that goes with this file alone.
    alone = _plan(office, "doomed")
    office.receive_by_hand(make_entry("3/STC"), actor="V", incoming_id="doomed", scan=SCAN + b" doomed")
    office.check("doomed", actor="V")
    office.accept("doomed", actor="V")
    office.open_file(alone.code, actor="A")
    add(office, alone, "doomed")
    office.close_file(alone.code, actor="A")
    office.announce_hand_over(alone.code, actor="A")
    office.hand_over_file(alone.code, actor="A", to="Lưu trữ")
    clock.time = PROPOSED
    for file in (files["proposed"], alone):
        office.propose_destruction(file.code, actor="L", reason="hết hạn")


def _plan(office: Office, notation: str) -> CaseFile:
    plan = FilePlan(year=2026, notation=notation, title="Hồ sơ", retention_years=1, creator="B")
    return office.plan_file(plan, actor="V")


def _fill_outgoing(office: Office) -> None:
    for name in ("drafted", "drafted-2", "drafted-3"):
        office.draft(make_draft(), actor="A", document_id=name)
    office.attach("drafted-2", b"%PDF by mistake", name="Phụ lục", actor="A")
    office.return_draft("drafted-2", actor="B", reason="sửa")
    office.draft(make_draft(), actor="A", document_id="approved")
    office.approve("approved", actor="B")
    for name in ("signed", "signed-2", "signed-3"):
        sign_off(office, name)
    for name in ("numbered", "numbered-2"):
        sign_off(office, name)
        office.issue(name, actor="V")
    for name in ("sealed-1", "sealed-2"):
        seal_off(office, name)
    seal_document(office, "annexed", to=(SENDER,), attached=(b"%PDF annex", "Phụ lục"))
    office.reserve_numbers("van_ban_di", actor="V", reason="dự phòng", idempotency_key="kept")
    office.open_register("hoi_dong:BCĐ", last_number=70, actor="V", reason="sổ giấy")


def _fill_incoming(office: Office) -> None:
    for name in ("received", "arrived", "arrived-2"):
        office.receive_by_hand(make_entry(f"{name}/STC"), actor="V", incoming_id=name)
    for name in ("arrived", "arrived-2"):
        office.check(name, actor="V")
    for name in ("registered", "submitted", "assigned", "halted"):
        register(office, name, symbol=f"{name}/STC")
    office.submit("submitted", actor="V", to="Chủ tịch")
    for name in ("assigned", "halted"):
        office.assign(name, actor="L", to="Phòng A", deadline=SOON)
    office.pause("halted", actor="A", reason="chờ")


def _fill_dossiers(office: Office) -> None:
    for name, passed in (("opened", None), ("begun", 0), ("second", 1), ("last", 2), ("stopped", 0)):
        office.open_dossier(make_plan(), dossier_id=name, actor="A")
        if passed is not None:
            office.start_dossier(name, actor="A")
        for step in range(passed or 0):
            office.pass_on(name, step=step, actor="A")
    office.pause_dossier("stopped", actor="A", reason="chờ")


def _fill_groups(office: Office) -> None:
    """One that can change, and one that is frozen and holds what no verb below touches."""
    for name in ("free", "frozen"):
        office.make_group(GroupPlan(id=name, name=f"Nhóm {name}"), actor="Quản trị")
        office.admit_readers(name, ("Bình",), actor="Quản trị")
    office.add_to_group("free", _items("loose"), actor="Quản trị")
    office.add_to_group("frozen", _items("arrived-2"), actor="Quản trị")
    office.freeze_group("frozen", actor="Quản trị", reason="thanh tra")


def _items(*names: str) -> tuple[GroupItem, ...]:
    return tuple(GroupItem(target=AccessTarget.INCOMING, subject=name) for name in names)


def _exchange(bench: Bench, office: Office, other: Office) -> None:
    """Two documents that are asked back, one to be accepted, one in the drop; one of ours that is there."""
    for name in ("back-1", "back-2", "came", "refused"):
        seal_document(other, name, to=(RECEIVER,))
    seal_document(office, "sent", to=(SENDER,))
    for _ in range(2):
        for each in (other, office):
            each.dispatch(bench.drop)
            each.collect(bench.drop)
    for name in ("back-1", "back-2"):
        other.take_back(name, actor="V", reason="nhầm")
    other.dispatch(bench.drop)
    office.collect(bench.drop)
    office.dispatch(bench.drop)
    seal_document(other, "new", to=(RECEIVER,))
    other.dispatch(bench.drop)
    seal_document(office, "to-send", to=(SENDER,))


def _fill_prints(office: Office) -> None:
    """What can be printed is a PDF that can be read."""
    office.draft(make_draft(), actor="A", document_id="printable")
    office.approve("printable", actor="B")
    office.leader_signed("printable", page_pdf("signed"), actor="L")
    office.issue("printable", actor="V")
    office.sealed("printable", page_pdf("signed") + b"% sealed", actor="V")
    office.receive_by_hand(make_entry("9/STC"), actor="V", incoming_id="printable", scan=page_pdf("scan"))


def _scanned() -> CopyRequest:
    return make_copy_request(direction=CopyDirection.PAPER_TO_ELECTRONIC, source=None)


def _file(name: str) -> str:
    return f"{RECEIVER}.2026.{name}"


def _came(office: Office, name: str) -> str:
    return next(document.id for document in office.incoming() if document.subject == f"về việc {name}")


def _seen(name: str, number: int) -> Access:
    target, access_id = AccessTarget.OUTGOING, f"once-{number}"
    return Access(person="X", kind=AccessKind.XEM, target=target, subject=name, access_id=access_id)


def _set_right(office: Office) -> Office:
    """Let the clock say that all of this was dated a year ahead."""
    clock_of(office).time = NOW - timedelta(days=400)
    return office


Verb = Callable[[Office, Bench], object]
_ACT: dict[str, Any] = {"actor": "X", "idempotency_key": KEY}
_WHY: dict[str, Any] = {**_ACT, "reason": "vì"}
_LETTER: dict[str, Any] = {"direction": Direction.INCOMING, "document_id": "loose"}
_FILED: dict[str, Any] = {"direction": Direction.INCOMING, "document_id": "filed"}

OUTGOING_VERBS: Mapping[str, Verb] = {
    "draft": lambda o, _: o.draft(make_draft(), document_id="new", pdf=b"%PDF new", **_ACT),
    "comment": lambda o, _: o.comment("drafted", "đồng ý", **_ACT),
    "attach": lambda o, _: o.attach("drafted", b"%PDF attached", name="Phụ lục", **_ACT),
    "detach": lambda o, _: o.detach("drafted-2", position=0, **_WHY),
    "revise": lambda o, _: o.revise("drafted-2", make_draft("mới"), version=1, pdf=b"%PDF revised", **_ACT),
    "approve": lambda o, _: o.approve("drafted", **_ACT),
    "return_draft": lambda o, _: o.return_draft("approved", **_WHY),
    "leader_signed": lambda o, _: o.leader_signed("approved", b"%PDF approved", **_ACT),
    "issue": lambda o, _: o.issue("signed", **_ACT),
    "issue_many": lambda o, _: o.issue_many(["signed-2", "signed-3"], actor="X"),
    "sealed": lambda o, _: o.sealed("numbered", leader_pdf("numbered") + b" seal", **_ACT),
    "attachment_sealed": lambda o, _: o.attachment_sealed("annexed", b"%PDF annex seal", position=0, **_ACT),
    "cancel": lambda o, _: o.cancel("drafted-3", **_WHY),
    "void": lambda o, _: o.void("numbered-2", **_WHY),
    "hand_over": lambda o, _: o.hand_over("sealed-1", 1, how="bưu điện", **_ACT),
    "recall": lambda o, _: o.recall("sealed-2", **_WHY),
    "add_addressees": lambda o, _: o.add_addressees("sealed-2", (Addressee(name="Sở Y tế"),), **_WHY),
    "reserve_numbers": lambda o, _: o.reserve_numbers("van_ban_di", count=2, **_WHY),
    "void_reserved": lambda o, _: o.void_reserved("van_ban_di", 2028, number=6, actor="X", reason="không dùng"),
    "open_register": lambda o, _: o.open_register("hoi_dong:HĐTĐ", last_number=7, actor="X", reason="sổ giấy"),
    "correct_opening": lambda o, _: o.correct_opening("hoi_dong:BCĐ", last_number=7, actor="X", reason="gõ nhầm"),
    "make_copy": lambda o, _: o.make_copy(_scanned(), copy_id="new", pdf=b"%PDF-1.7 another", **_ACT),
    "copy_sealed": lambda o, _: o.copy_sealed("prepared", b"%PDF-1.7 copy sealed", **_ACT),
    "void_copy": lambda o, _: o.void_copy("numbered", **_WHY),
}
INCOMING_VERBS: Mapping[str, Verb] = {
    "receive_by_hand": lambda o, _: o.receive_by_hand(make_entry(), incoming_id="new", scan=SCAN + b" new", **_ACT),
    "check": lambda o, _: o.check("received", **_ACT),
    "check_files": lambda o, _: o.check_files(_came(o, "came"), **_ACT),
    "accept": lambda o, _: o.accept("arrived", **_ACT),
    "accept over the exchange": lambda o, _: o.accept(_came(o, "came"), **_ACT),
    "refuse": lambda o, _: o.refuse(_came(o, "refused"), **_WHY),
    "submit": lambda o, _: o.submit("registered", to="L", **_ACT),
    "instruct": lambda o, _: o.instruct("submitted", instruction="giao Phòng A", **_ACT),
    "assign": lambda o, _: o.assign("submitted", to="Phòng A", cooperating=("B",), deadline=SOON, **_ACT),
    "reassign": lambda o, _: o.reassign("assigned", to="Phòng B", **_ACT),
    "progress": lambda o, _: o.progress("assigned", note="đang làm", **_ACT),
    "pause": lambda o, _: o.pause("assigned", **_WHY),
    "resume": lambda o, _: o.resume("halted", **_ACT),
    "extend": lambda o, _: o.extend("assigned", deadline=date(2028, 2, 14), **_WHY),
    "answer": lambda o, _: o.answer("assigned", by="sealed-1", **_ACT),
    "complete": lambda o, _: o.complete("assigned", **_ACT),
    "forward": lambda o, _: o.forward("registered", to="Sở Y tế", **_WHY),
    "agree_take_back": lambda o, _: o.agree_take_back(_came(o, "back-1"), actor="X"),
    "decline_take_back": lambda o, _: o.decline_take_back(_came(o, "back-2"), actor="X", reason="cần dùng"),
}
DOSSIER_VERBS: Mapping[str, Verb] = {
    "open_dossier": lambda o, _: o.open_dossier(make_plan(), dossier_id="new", **_ACT),
    "start_dossier": lambda o, _: o.start_dossier("opened", **_ACT),
    "pass_on": lambda o, _: o.pass_on("begun", step=0, **_ACT),
    "send_back": lambda o, _: o.send_back("second", step=1, **_WHY),
    "pause_dossier": lambda o, _: o.pause_dossier("begun", **_WHY),
    "resume_dossier": lambda o, _: o.resume_dossier("stopped", **_ACT),
    "extend_dossier": lambda o, _: o.extend_dossier("begun", hours=8, **_WHY),
    "finish_dossier": lambda o, _: o.finish_dossier("last", result="xong", **_ACT),
    "cancel_dossier": lambda o, _: o.cancel_dossier("stopped", **_WHY),
}
FILE_VERBS: Mapping[str, Verb] = {
    "plan_file": lambda o, _: o.plan_file(
        FilePlan(year=2028, notation="new", title="T", retention_years=1, creator="B"), **_ACT
    ),
    "open_file": lambda o, _: o.open_file(_file("planned"), **_ACT),
    "add_to_file": lambda o, _: o.add_to_file(_file("opened"), **_LETTER, **_ACT),
    "remove_from_file": lambda o, _: o.remove_from_file(_file("opened"), **_FILED, **_WHY),
    "close_file": lambda o, _: o.close_file(_file("opened"), **_ACT),
    "reopen_file": lambda o, _: o.reopen_file(_file("closed"), **_WHY),
    "announce_hand_over": lambda o, _: o.announce_hand_over(_file("closed"), **_ACT),
    "hand_over_file": lambda o, _: o.hand_over_file(_file("announced"), to="Lưu trữ", **_ACT),
    "propose_destruction": lambda o, _: o.propose_destruction(_file("archived"), **_WHY),
    "withdraw_destruction": lambda o, _: o.withdraw_destruction(_file("proposed"), **_WHY),
    "confirm_destruction": lambda o, _: o.confirm_destruction(_file("doomed"), **_ACT),
    "approve_file_list": lambda o, _: o.approve_file_list(2026, actor="X"),
}
GROUP_VERBS: Mapping[str, Verb] = {
    "make_group": lambda o, _: o.make_group(GroupPlan(id="new", name="Nhóm"), **_ACT),
    "add_to_group": lambda o, _: o.add_to_group("free", _items("registered", "assigned"), **_ACT),
    "remove_from_group": lambda o, _: o.remove_from_group("free", _items("loose"), **_WHY),
    "admit_readers": lambda o, _: o.admit_readers("frozen", ("Cường", "Dũng"), **_ACT),
    "exclude_readers": lambda o, _: o.exclude_readers("free", ("Bình",), **_WHY),
    "freeze_group": lambda o, _: o.freeze_group("free", **_WHY),
    "unfreeze_group": lambda o, _: o.unfreeze_group("frozen", **_WHY),
    "confirm_group_act": lambda o, _: o.confirm_group_act("free", 1, actor="X"),
}
OTHER_VERBS: Mapping[str, Verb] = {
    "grant": lambda o, _: o.grant("Người mới", OfficeRole.VAN_THU, actor="Quản trị"),
    "withdraw": lambda o, _: o.withdraw("Thôi việc", OfficeRole.CHUYEN_VIEN, actor="Quản trị"),
    "confirm_role": lambda o, _: o.confirm_role("Quản trị", OfficeRole.QUAN_TRI, actor="Phó quản trị"),
    "vouch": lambda o, bench: o.vouch(bench.statement.read_bytes(), actor="X"),
    "correct_clock": lambda o, _: _set_right(o).correct_clock(actor="X", reason="thay pin đồng hồ máy"),
    "take_back": lambda o, _: o.take_back("sent", **_WHY),
    "record_access": lambda o, _: o.record_access(_seen("sealed-1", 0), actor="X"),
    "record_accesses": lambda o, _: o.record_accesses([_seen("sealed-1", 1), _seen("sealed-2", 2)], actor="X"),
}
PRINTING_VERBS: Mapping[str, Verb] = {
    "print_outgoing": lambda o, _: o.print_outgoing("printable", actor="X", print_id="once-out"),
    "print_incoming": lambda o, _: o.print_incoming("printable", actor="X", print_id="once-in"),
    "print_file": lambda o, _: o.print_file(_file("opened"), actor="X", print_id="once-file"),
}
POSTAL_VERBS: Mapping[str, Verb] = {
    "dispatch": lambda o, bench: o.dispatch(bench.drop),
    "collect": lambda o, bench: o.collect(bench.drop),
}
"""Several transactions each: what is done of them stays done."""
PARTS: Mapping[str, Verb] = {
    "issue_many 1": lambda o, _: o.issue_many(["signed-2"], actor="X"),
}
"""What may be done of a verb about many things: where they cannot share a commit, each is tried by itself."""
VERBS: Mapping[str, Verb] = {
    **OUTGOING_VERBS,
    **INCOMING_VERBS,
    **DOSSIER_VERBS,
    **FILE_VERBS,
    **GROUP_VERBS,
    **OTHER_VERBS,
    **PRINTING_VERBS,
    **POSTAL_VERBS,
}
