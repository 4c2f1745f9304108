"""Dossiers, on every kind of store: clocks of steps and of the whole, rates by unit, two clerks at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from docflow import DossierKind, DossierPlan, DossierState, Office, OnTimeRate, PlannedStep, Punctuality
from docflow.errors import DocflowError, ErrorCode
from docflow.model import DOSSIER, LAW_TIME_ZONE, DossierEffect, DossierEvent, DossierGuard, describe_state_tables
from docflow.model.dossier_states import draw_dossier_states
from docflow.office.dossiers.rules import DOSSIER_EFFECTS, DOSSIER_GUARDS
from tests.contract.offices import Place
from tests.office_kit import SetClock
from tests.support import REPOSITORY
from tests.work_kit import MONDAY, make_plan


@pytest.fixture
def clock() -> SetClock:
    """Monday, 2 March 2026, 09:00."""
    return SetClock(MONDAY)


@pytest.fixture
def office(place: Place, clock: SetClock) -> Iterator[Office]:
    """An office on each kind of store; at the end its log knows everything."""
    with place.open(clock=clock) as opened:
        yield opened
        assert opened.verify_log().findings == ()


def at(text: str) -> datetime:
    """Return a moment in Hà Nội."""
    return datetime.fromisoformat(text).replace(tzinfo=LAW_TIME_ZONE)


def begin(office: Office, name: str = "hs") -> None:
    """Open and start a dossier of 8, 16 and 8 working hours in two agencies."""
    office.open_dossier(make_plan(), dossier_id=name, actor="Một cửa")
    office.start_dossier(name, actor="Một cửa")


def test_table_diagram_and_json_are_one() -> None:
    """Every guard and effect is carried out; page and JSON hold exactly the rows."""
    assert set(DOSSIER_GUARDS) == set(DossierGuard) == {row.guard for row in DOSSIER}
    assert set(DOSSIER_EFFECTS) == set(DossierEffect) == {effect for row in DOSSIER for effect in row.effects}
    assert len({(row.source, row.event) for row in DOSSIER}) == len(DOSSIER)
    assert {row.target for row in DOSSIER} == set(DossierState)
    assert {row.event for row in DOSSIER} == set(DossierEvent)
    page = REPOSITORY / "docs" / "reference" / "dossier-states.md"
    assert page.read_text(encoding="utf-8") == draw_dossier_states()
    assert [row["event"] for row in describe_state_tables()["dossier"]] == [row.event for row in DOSSIER]


def test_each_step_has_its_clock_and_so_has_the_whole(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 24: deadlines by the agency's own regulation, here in working hours of each step."""
    begin(office)
    clocks = office.dossier_clocks("hs")
    assert clocks.due_at == at("2026-03-06T09:00")
    assert [one.due_at for one in clocks.visits] == [at("2026-03-03T09:00")]
    clock.time = at("2026-03-03T10:00")
    office.pass_on("hs", step=0, actor="Một cửa")
    clocks = office.dossier_clocks("hs")
    assert [one.punctuality for one in clocks.visits] == [Punctuality.LATE, Punctuality.RUNNING]
    assert clocks.visits[1].due_at == at("2026-03-05T10:00")
    assert clocks.punctuality is Punctuality.RUNNING
    clock.time = at("2026-03-04T10:00")
    office.pass_on("hs", step=1, actor="Sở")
    clock.time = at("2026-03-05T08:00")
    office.finish_dossier("hs", actor="Một cửa", result="Đã trả kết quả")
    clocks = office.dossier_clocks("hs")
    assert [one.punctuality for one in clocks.visits] == [Punctuality.LATE, Punctuality.EARLY, Punctuality.ON_TIME]
    assert clocks.punctuality is Punctuality.EARLY


def test_a_step_entered_twice_is_two_visits(office: Office, clock: SetClock) -> None:
    """Sent back with a reason: nothing is overwritten, and the second stay has a clock of its own."""
    begin(office)
    office.pass_on("hs", step=0, actor="Một cửa")
    clock.advance(hours=1)
    office.send_back("hs", step=1, actor="Sở", reason="thiếu bản vẽ")
    visits = [one.visit for one in office.dossier_clocks("hs").visits]
    assert [(visit.step, visit.unit) for visit in visits] == [(0, "H99.1.5"), (1, "H99.12"), (0, "H99.1.5")]
    assert visits[2].due_at == at("2026-03-03T10:00")


def test_a_pause_stops_both_clocks(office: Office, clock: SetClock) -> None:
    """While the citizen must add something, over a weekend: hours of work are added, not of the weekend."""
    begin(office)
    clock.time = at("2026-03-02T16:00")
    office.pause_dossier("hs", actor="Một cửa", reason="chờ bổ sung")
    assert office.dossier_clocks("hs").punctuality is Punctuality.PAUSED
    clock.time = at("2026-03-09T09:00")
    assert office.dossier_clocks("hs").visits[0].punctuality is Punctuality.PAUSED
    office.resume_dossier("hs", actor="Một cửa")
    clocks = office.dossier_clocks("hs")
    assert clocks.visits[0].due_at == at("2026-03-09T11:00")
    assert office.extend_dossier("hs", actor="L", hours=4, reason="phức tạp").due_at > (clocks.due_at or MONDAY)  # type: ignore[operator]


def test_rates_are_counted_by_unit_kind_and_period(office: Office, clock: SetClock) -> None:
    """On time: early and on the day; cancelled ones spoil nothing; what runs is told apart."""
    for name in ("mot", "hai", "ba"):
        begin(office, name)
    office.cancel_dossier("ba", actor="L", reason="công dân rút")
    for step in (0, 1):
        office.pass_on("mot", step=step, actor=f"A{step}")
    office.finish_dossier("mot", actor="A")
    clock.time = at("2026-03-20T10:00")
    whole, units = office.on_time_rate()
    assert whole == OnTimeRate(early=1, overdue=1, no_deadline=1)
    assert whole.per_mille == 1000
    assert units["H99.12"] == OnTimeRate(early=1)
    assert units["H99.1.5"] == OnTimeRate(early=2, overdue=1, no_deadline=1)
    assert office.on_time_rate(kind=DossierKind.ONE_STOP)[0] == OnTimeRate()
    assert office.on_time_rate(since=date(2026, 3, 3))[0] == OnTimeRate()
    assert office.on_time_rate(until=date(2026, 3, 2))[0] == whole


def test_two_clerks_pass_it_on_once(place: Place, clock: SetClock) -> None:
    """Of four who end the same step at once, one does; the others are told that another step runs."""
    with place.open(clock=clock) as office:
        begin(office)
        start, codes = threading.Barrier(4), []

        def work(number: int) -> None:
            with place.open(clock=clock) as mine:
                start.wait()
                try:
                    mine.pass_on("hs", step=0, actor=f"Cán bộ {number}")
                    codes.append("done")
                except DocflowError as error:
                    codes.append(error.code.value)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(codes) == ["done", *["wrong_state"] * 3]
        assert office.dossier("hs").step == 1
        assert office.verify_log().findings == ()


def test_the_same_request_again_changes_nothing(office: Office, clock: SetClock) -> None:
    """What was done last is not done again; a clock that turned back changes nothing either."""
    begin(office)
    once = office.pass_on("hs", step=0, actor="A")
    assert office.pass_on("hs", step=0, actor="A") == once
    assert office.open_dossier(make_plan(), dossier_id="hs", actor="Một cửa") == once
    before = office.checkpoint()
    for who, steps, key in (("Một cửa", (1,), None), ("A", (8, 16, 8), None), ("Một cửa", (8, 16, 8), "k")):
        with pytest.raises(DocflowError) as caught:
            office.open_dossier(make_plan(hours=steps), dossier_id="hs", actor=who, idempotency_key=key)
        assert caught.value.code is ErrorCode.ALREADY_EXISTS
    clock.advance(hours=-1)
    with pytest.raises(DocflowError) as caught:
        office.pass_on("hs", step=1, actor="A")
    assert caught.value.code is ErrorCode.CLOCK_TURNED_BACK
    with pytest.raises(DocflowError) as caught:
        office.start_dossier("nowhere", actor="A")
    assert caught.value.code is ErrorCode.NOT_FOUND
    assert office.checkpoint() == before


def test_a_dossier_of_a_file_that_is_not_there_and_a_span_backwards_are_refused(office: Office) -> None:
    """Nothing is opened, and no rate of nothing is told."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        office.open_dossier(make_plan(file_id="nix"), dossier_id="hs", actor="A")
    assert (caught.value.code, bool(caught.value.vi)) == (ErrorCode.NOT_FOUND, True)
    with pytest.raises(DocflowError) as caught:
        office.on_time_rate(since=date(2026, 3, 3), until=date(2026, 3, 2))
    assert (caught.value.code, bool(caught.value.vi)) == (ErrorCode.BAD_ARGUMENT, True)
    assert office.on_time_rate(since=date(2026, 3, 2), until=date(2026, 3, 2)) == (OnTimeRate(), {})
    assert office.checkpoint() == before


def test_a_plan_that_cannot_be_kept_is_refused() -> None:
    """No step, too many, no hours, too many hours, texts that hide something."""
    step = PlannedStep(name="b", unit="u", hours=8)
    for make in (
        lambda: DossierPlan(title="t", steps=()),
        lambda: DossierPlan(title="t", steps=(step,) * 101),
        lambda: DossierPlan(title="t\x00", steps=(step,)),
        lambda: DossierPlan(title="t" * 501, steps=(step,)),
        lambda: DossierPlan(title="t", steps=(PlannedStep(name="b", unit="u", hours=20_000), step)),
        lambda: PlannedStep(name="b", unit="u", hours=0),
        lambda: PlannedStep(name="b", unit="\u202e", hours=1),
    ):
        with pytest.raises(DocflowError) as caught:
            make()
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
