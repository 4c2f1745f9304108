"""A month of two offices by a hand clock, against a tally that the test keeps itself; on both kinds of database."""

from __future__ import annotations

import csv
import dataclasses
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from docflow import (
    Addressee,
    Direction,
    DocflowError,
    DocumentState,
    DocumentType,
    FileDrop,
    IncomingState,
    Link,
    LinkKind,
    Office,
    OutboxState,
    Post,
    RegisterKind,
    parse_agency_code,
)
from docflow.model import IncomingEvent, SeriesRule
from tests.contract.offices import Kind, make_place
from tests.exchange_kit import RECEIVER, SENDER, KeyPeers, KeySigner, make_named_agency
from tests.office_kit import SeededRandomness, SetClock, leader_pdf, make_draft, register_csv
from tests.work_kit import add, make_entry, make_file, make_plan

CLOSED = {date(2026, 4, 27), date(2026, 4, 30)}
"""Giỗ Tổ Hùng Vương falls on Sunday, 26 April: Monday is off; 30 April is Ngày Chiến thắng."""
DAYS = [
    day
    for day in (date(2026, 4, 1) + timedelta(days=count) for count in range(30))
    if day.weekday() < 5 and day not in CLOSED
]


THIRD = "H99.13"
"""An agency that collects nothing: what is sent to it lies in its folder."""


@dataclass(slots=True)
class Tally:
    """What a careful person would note on paper."""

    outgoing: list[tuple[str, str, str]] = field(default_factory=list)
    """Number and symbol, day, subject."""
    voided: set[str] = field(default_factory=set)
    incoming: list[tuple[str, str, str]] = field(default_factory=list)
    """Day, số đến, symbol of the sender."""
    finished: dict[str, str] = field(default_factory=dict)
    """Số đến to the day on which it was finished."""
    answers: dict[str, str] = field(default_factory=dict)
    """Số đến to number and symbol of the answer."""
    late: int = 0
    counters: dict[str, int] = field(default_factory=dict)

    def number(self, series: str) -> str:
        """Count on in a series."""
        self.counters[series] = self.counters.get(series, 0) + 1
        return f"{self.counters[series]:02d}"


def rows(office: Office, kind: RegisterKind) -> list[list[str]]:
    """Return the lines of a register book, without its headings."""
    return list(csv.reader(io.StringIO(register_csv(office, kind))))[1:]


def shown(day: date) -> str:
    """Write a day as the books do."""
    return day.strftime("%d/%m/%Y")


def open_agency(database: str, folder: Path, code: str, clock: SetClock) -> Office:
    """Open one of the two agencies."""
    return Office.open(
        database,
        agency=dataclasses.replace(make_named_agency(code), series=SeriesRule.ONE_PER_TYPE),
        home=folder / f"home-{code}",
        clock=clock,
        randomness=SeededRandomness(code.encode()),
        post=Post(signer=KeySigner(code), peers=KeyPeers()),
    )


def send_out(office: Office, tally: Tally, name: str, day: date, *links: Link, letter: bool = False) -> str:
    """Bring a document from its draft to its seal; letters and decisions count apart."""
    draft = dataclasses.replace(
        make_draft(f"về việc {name}", kind=DocumentType.CONG_VAN if letter else DocumentType.QUYET_DINH),
        addressees=(Addressee(name="Sở", code=parse_agency_code(RECEIVER)),),
        links=links,
    )
    office.draft(draft, actor="Chuyên viên", document_id=name)
    office.approve(name, actor="Trưởng phòng")
    office.leader_signed(name, leader_pdf(name), actor="Chủ tịch")
    issued = office.issue(name, actor="Văn thư")
    symbol = f"{tally.number('letter' if letter else 'decision')}/{'UBND-VP' if letter else 'QĐ-UBND'}"
    assert (issued.symbol, issued.issued_on) == (symbol, day)
    tally.outgoing.append((symbol, shown(day), f"về việc {name}"))
    return symbol


def seal(office: Office, name: str) -> None:
    """Put the agency's seal on it: then it leaves."""
    office.sealed(name, leader_pdf(name) + b" seal", actor="Văn thư")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_month_of_two_offices_is_what_a_tally_on_paper_says(kind: Kind, tmp_path: Path) -> None:
    """Books, figures and log of a month agree with what the test wrote down itself."""
    clock, tally, drop = SetClock(), Tally(), FileDrop(tmp_path / "drop")
    with (
        make_place(kind, tmp_path) as place,
        open_agency(place.database, tmp_path, SENDER, clock) as office,
        open_agency(place.database, tmp_path, RECEIVER, clock) as other,
    ):
        clock.time = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
        file = make_file(office)
        office.open_dossier(make_plan(hours=(8,)), dossier_id="hs", actor="Một cửa")
        office.start_dossier("hs", actor="Một cửa")
        office.pause_dossier("hs", actor="Một cửa", reason="chờ bổ sung")
        for count, day in enumerate(DAYS):
            clock.time = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)
            work_a_day(office, tally, count, day, clock)
            exchange(office, other, drop)
            accept_all(other)
        office.resume_dossier("hs", actor="Một cửa")
        office.finish_dossier("hs", actor="Một cửa", result="Đã trả")
        send_out(office, tally, "thay", DAYS[-1], Link(kind=LinkKind.REPLACES, target="qd-2"))
        seal(office, "thay")
        office.recall("qd-4", actor="Văn thư", reason="sai thẩm quyền")
        third = Addressee(name="Sở Y tế", code=parse_agency_code(THIRD))
        office.add_addressees("qd-5", (third,), actor="Văn thư", reason="bổ sung nơi nhận")
        exchange(office, other, drop)
        accept_all(other)
        compare_changes(office, other, drop)
        add(office, file, "den-0")
        add(office, file, "qd-0", direction=Direction.OUTGOING)
        office.close_file(file.code, actor="Trần Thị Bình")
        assert {line.symbol for line in office.file_contents(file.code)} == {"01/QĐ-UBND", "0/STC"}
        compare(office, tally)
        assert office.dossier_clocks("hs").punctuality.value in {"early", "on_time"}
        received = rows(other, RegisterKind.INCOMING)
        assert [int(row[1]) for row in received] == list(range(1, len(received) + 1))
        sent = [symbol for symbol, _, _ in tally.outgoing if symbol not in tally.voided]
        assert sorted(row[3] for row in received) == sorted(sent)
        assert office.verify_log().findings == ()
        assert other.verify_log().findings == ()


def exchange(office: Office, other: Office, drop: FileDrop) -> None:
    """Let both send and collect until nothing moves."""
    for _ in range(3):
        for each in (office, other):
            each.dispatch(drop)
            each.collect(drop)


def accept_all(other: Office) -> None:
    """Give everything that came its arrival number."""
    for document in other.incoming(state=IncomingState.ARRIVED):
        other.accept(document.id, actor="Văn thư")


def compare_changes(office: Office, other: Office, drop: FileDrop) -> None:
    """A recall ends at the receiver, a replacement is marked there, an update is said there; and the sender knows."""
    came = {document.subject.removeprefix("về việc "): document for document in other.incoming()}
    assert [name for name, document in came.items() if document.replaced_by] == ["qd-2"]
    assert came["qd-2"].replaced_by == came["thay"].id
    assert (office.document("qd-2").state, office.document("qd-4").state) == (
        DocumentState.REPLACED,
        DocumentState.RECALLED,
    )
    updated = [name for name in came if other.incoming_acts(came[name].id)[-1].event is IncomingEvent.UPDATE]
    assert updated == ["qd-5"]
    assert other.incoming_acts(came["qd-5"].id)[-1].text == f"bổ sung nơi nhận ({THIRD})"
    assert [name for name, document in came.items() if document.take_back] == ["qd-4"]
    assert (came["qd-4"].take_back, came["qd-4"].pdf is None) == ("sai thẩm quyền", False)
    other.agree_take_back(came["qd-4"].id, actor="Văn thư")
    exchange(office, other, drop)
    assert other.incoming_document(came["qd-4"].id).state is IncomingState.TAKEN_BACK
    with pytest.raises(DocflowError):
        other.blob(came["qd-4"].pdf or "")
    assert {row.state for row in office.outbox(document_id="qd-4")} == {OutboxState.TAKEN_BACK}
    assert [known.stage for known in office.knowledge("qd-4")] == [IncomingState.TAKEN_BACK]
    states = {row.addressee_code: row.state for row in office.outbox(document_id="qd-5")}
    assert states == {RECEIVER: OutboxState.SENT, THIRD: OutboxState.SENT}


def work_a_day(office: Office, tally: Tally, count: int, day: date, clock: SetClock) -> None:
    """One decision; a letter that came; its answer or its end, each Friday's late; every seventh decision void."""
    name, came = f"qd-{count}", f"den-{count}"
    symbol = send_out(office, tally, name, day)
    if count % 7 == 6:
        office.void(name, actor="Văn thư", reason="in hỏng")
        tally.voided.add(symbol)
    else:
        seal(office, name)
    office.receive_by_hand(make_entry(f"{count}/STC", issued_on=None), actor="Văn thư", incoming_id=came)
    office.check(came, actor="Văn thư")
    office.accept(came, actor="Văn thư")
    arrival = tally.number("incoming")
    tally.incoming.append((shown(day), arrival, f"{count}/STC"))
    office.submit(came, actor="Văn thư", to="Chủ tịch")
    office.instruct(came, actor="Chủ tịch", instruction="Giao Phòng Ngân sách")
    is_late = count % 5 == 2
    office.assign(came, actor="Chủ tịch", to="Phòng Ngân sách", deadline=day)
    clock.advance(hours=24 if is_late and count + 1 < len(DAYS) and DAYS[count + 1] > day + timedelta(days=1) else 1)
    if clock.time.date() > day:
        tally.late += 1
    if count % 3 == 0 and clock.time.date() == day:
        tally.answers[arrival] = send_out(
            office, tally, f"cv-{count}", day, Link(kind=LinkKind.ANSWERS, target=came), letter=True
        )
        seal(office, f"cv-{count}")
        office.answer(came, actor="Phòng Ngân sách", by=f"cv-{count}")
    else:
        office.complete(came, actor="Phòng Ngân sách", note="xong")
    tally.finished[arrival] = shown(clock.time.date())


def compare(office: Office, tally: Tally) -> None:
    """Hold the three books and the figures against the tally, line by line."""
    books = rows(office, RegisterKind.OUTGOING)
    assert sorted((row[0], row[1]) for row in books) == sorted((symbol, day) for symbol, day, _ in tally.outgoing)
    by_symbol = {row[0]: row for row in books}
    for symbol, _, subject in tally.outgoing:
        assert subject in by_symbol[symbol][2]
        assert ("Số hủy" in by_symbol[symbol][9]) == (symbol in tally.voided)
    assert [(row[0], row[1], row[3]) for row in rows(office, RegisterKind.INCOMING)] == tally.incoming
    for row in rows(office, RegisterKind.HANDLING):
        assert row[4] == f"Hoàn thành ngày {tally.finished[row[0]]}"
        assert row[5] == tally.answers.get(row[0], "")
    total = office.report("2026-04").total
    assert (total.documents_in, total.documents_out) == (len(tally.incoming), len(tally.outgoing) - len(tally.voided))
    handled = total.handled
    assert tally.late == 4
    assert (handled.late, handled.early + handled.on_time) == (tally.late, len(tally.incoming) - tally.late)
