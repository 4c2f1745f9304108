"""An office at work: paper that came in, dossiers in every state, files to their destruction; every door is real."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from docflow import (
    Access,
    AccessKind,
    AccessTarget,
    CaseFile,
    Channel,
    Direction,
    DossierPlan,
    FilePlan,
    GroupItem,
    GroupPlan,
    HandEntry,
    IncomingDocument,
    Office,
    PlannedStep,
    parse_agency_code,
)
from docflow.model import Role
from tests.office_kit import SeededRandomness, SetClock, make_agency

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""09:00 on Monday, 2 March 2026 in Hà Nội; the week has no holiday."""

SCAN = b"%PDF-1.7 a scan"


class Everybody:
    """Rights where everybody may do everything, whatever roles are recorded."""

    def allows(self, actor: str, role: Role, *, event: str, subject: str) -> bool:
        """Say yes."""
        del actor, role, event, subject
        return True


def open_work(folder: Path, *, clock: SetClock | None = None) -> Office:
    """Open an office that exchanges with nobody."""
    return Office.open(
        folder,
        agency=make_agency(),
        clock=clock or SetClock(MONDAY),
        randomness=SeededRandomness(b"work"),
        rights=Everybody(),
    )


def make_entry(symbol: str = "12/STC-NS", **changes: object) -> HandEntry:
    """Return what a clerk types of a letter on paper."""
    fields: dict[str, object] = {
        "channel": Channel.PAPER,
        "issuer": "Sở Tài chính tỉnh An Bình",
        "type_name": "Công văn",
        "symbol": symbol,
        "subject": "V/v báo cáo quyết toán ngân sách",
        "issued_on": date(2026, 2, 27),
        "signer_name": "Nguyễn Văn An",
        **changes,
    }
    return HandEntry(**fields)  # type: ignore[arg-type]


def register(office: Office, incoming_id: str, *, symbol: str = "12/STC-NS", **changes: object) -> IncomingDocument:
    """Take a letter in by hand, check it and give it its số đến."""
    office.receive_by_hand(
        make_entry(symbol, **changes), actor="Văn thư", incoming_id=incoming_id, scan=SCAN + incoming_id.encode()
    )
    office.check(incoming_id, actor="Văn thư", note="đủ trang")
    return office.accept(incoming_id, actor="Văn thư")


def assign(office: Office, incoming_id: str, *, deadline: date | None = date(2026, 3, 6)) -> IncomingDocument:
    """Bring a registered letter to those who handle it."""
    office.submit(incoming_id, actor="Văn thư", to="Chủ tịch")
    office.instruct(incoming_id, actor="Chủ tịch", instruction="Giao Phòng Ngân sách tham mưu")
    return office.assign(
        incoming_id,
        actor="Chủ tịch",
        to="Phòng Ngân sách",
        cooperating=("Phòng Tổng hợp", "Thanh tra"),
        # Without a day for who leads none is named for who cooperates: an urgent one is due before any day ends.
        cooperating_deadlines=() if deadline is None else (("Thanh tra", min(date(2026, 3, 4), deadline)),),
        informed=("Văn phòng",),
        deadline=deadline,
    )


def make_plan(*, hours: tuple[int, ...] = (8, 16, 8), file_id: str | None = None) -> DossierPlan:
    """Return a dossier that goes through a commune, a department and back."""
    units = ("H99.1.5", "H99.12", "H99.1.5", "H99.13")
    steps = tuple(
        PlannedStep(name=f"Bước {number}", unit=units[number % len(units)], hours=each)
        for number, each in enumerate(hours)
    )
    return DossierPlan(title="Cấp giấy phép xây dựng", steps=steps, code="H99.1.5-260302-0001", file_id=file_id)


def make_file(office: Office, notation: str = "01.TCCB", *, years: int | None = 1) -> CaseFile:
    """Put a file into the list of 2026 and open it."""
    plan = FilePlan(
        year=2026,
        notation=notation,
        title="Hồ sơ quyết toán ngân sách năm 2025",
        retention_years=years,
        creator="Trần Thị Bình",
        unit="Phòng Ngân sách",
        rights="Mở",
        description="Lập theo kế hoạch",
    )
    file = office.plan_file(plan, actor="Văn thư")
    return office.open_file(file.code, actor="Trần Thị Bình")


def add(office: Office, file: CaseFile, document_id: str, *, direction: Direction = Direction.INCOMING) -> CaseFile:
    """Put a document into a file."""
    return office.add_to_file(file.code, direction=direction, document_id=document_id, actor="Trần Thị Bình")


def record_accesses(office: Office, document_id: str, code: str) -> None:
    """Report that somebody entered, and looked at a document and a file."""
    for target, subject, kind in (
        (AccessTarget.SYSTEM, "", AccessKind.TRUY_CAP),
        (AccessTarget.OUTGOING, document_id, AccessKind.XEM),
        (AccessTarget.FILE, code, AccessKind.TAI),
    ):
        access = Access(
            person="Trần Thị Bình",
            kind=kind,
            target=target,
            subject=subject,
            unit="Phòng Ngân sách",
            address="10.1.2.3",
            access_id=f"access-{kind}",
        )
        office.record_access(access, actor="Cổng điều hành")


def fill_groups(office: Office, *items: GroupItem) -> None:
    """Leave a group that was changed in every way and confirmed, and one that is frozen."""
    for name in ("g-changed", "g-frozen"):
        office.make_group(
            GroupPlan(id=name, name=f"Nhóm {name}", level="Hạn chế", is_for_named_only=name == "g-frozen"),
            actor="Quản trị",
        )
        office.add_to_group(name, items, actor="Quản trị")
        office.admit_readers(name, ("Trần Thị Bình", "Phạm Văn Dũng"), actor="Quản trị", reason="quy chế mới")
    office.exclude_readers("g-changed", ("Phạm Văn Dũng",), actor="Quản trị", reason="chuyển công tác")
    office.remove_from_group("g-changed", items[:1], actor="Quản trị", reason="đã công khai")
    office.confirm_group_act("g-changed", 1, actor="Chủ tịch")
    office.freeze_group("g-frozen", actor="Chủ tịch", reason="thanh tra")


def fill_work(folder: Path, *, answer: str) -> None:
    """Leave an office in which every table of the work has rows and every column a value somewhere."""
    clock = SetClock(MONDAY)
    with open_work(folder, clock=clock) as office:
        for name in ("w-answered", "w-paused", "w-forwarded", "w-filed"):
            register(office, name, symbol=f"{name}/STC", document_id=name, issuer_code=parse_agency_code("H99.14"))
        assign(office, "w-answered")
        office.reassign("w-answered", actor="Chủ tịch", to="Phòng Tổng hợp", reason="đổi đơn vị chủ trì")
        office.answer("w-answered", actor="Phòng Tổng hợp", by=answer)
        assign(office, "w-paused")
        office.pause("w-paused", actor="Phòng Ngân sách", reason="chờ bổ sung")
        office.forward("w-forwarded", actor="Văn thư", to="Sở Nội vụ", reason="không thuộc thẩm quyền")
        file = make_file(office)
        office.approve_file_list(2026, actor="Chủ tịch", document_id=answer)
        for name in ("d-finished", "d-paused", "d-running"):
            office.open_dossier(make_plan(file_id=file.code), dossier_id=name, actor="Một cửa")
            office.start_dossier(name, actor="Một cửa")
        office.pass_on("d-finished", step=0, actor="Một cửa")
        office.pass_on("d-finished", step=1, actor="Phòng Quản lý đô thị")
        office.finish_dossier("d-finished", actor="Một cửa", result="Đã trả kết quả")
        office.pause_dossier("d-paused", actor="Một cửa", reason="chờ công dân bổ sung")
        add(office, file, "w-filed")
        add(office, file, "w-forwarded")
        office.remove_from_file(
            file.code, direction=Direction.INCOMING, document_id="w-forwarded", actor="Trần Thị Bình", reason="nhầm"
        )
        office.close_file(file.code, actor="Trần Thị Bình")
        office.announce_hand_over(file.code, actor="Lưu trữ")
        office.hand_over_file(file.code, actor="Trần Thị Bình", to="Lưu trữ cơ quan")
        record_accesses(office, answer, file.code)
        clock.time = datetime(2027, 12, 20, 2, 0, tzinfo=UTC)
        office.propose_destruction(file.code, actor="Lưu trữ", reason="hết thời hạn bảo quản")
        clock.advance(days=40)
        office.confirm_destruction(file.code, actor="Chánh Văn phòng")
        fill_groups(
            office,
            GroupItem(target=AccessTarget.FILE, subject=file.code),
            GroupItem(target=AccessTarget.INCOMING, subject="w-paused"),
            GroupItem(target=AccessTarget.OUTGOING, subject=answer),
        )
