"""Dossiers against a model written from the meaning: one token goes along a row of steps, two clocks run with it.

The model counts working hours by itself: the office's day is one long session from 00:00 to 24:00 of every day, so that
an hour of the clock is an hour of work, and the sums can be done in the head.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from docflow import Office, Punctuality, Session, WorkingCalendar, WorkingHours
from docflow.errors import DocflowError, ErrorCode
from docflow.model import YearDays
from tests.office_kit import SeededRandomness, SetClock, make_agency
from tests.work_kit import make_plan

BEGIN = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ALWAYS = WorkingCalendar(
    year_of=lambda year: YearDays(year=year),
    hours=WorkingHours(sessions=(Session(begins=time(0), ends=time(23, 59, 59)),), weekdays=frozenset(range(7))),
)
#: The second before midnight is no session: that much may sums differ for each midnight passed.
SLACK = timedelta(seconds=90)


@dataclass
class Stay:
    """One stay in a step."""

    step: int
    due: datetime
    ended: datetime | None = None
    end: str | None = None


@dataclass
class DossierModel:
    """What the citizen at the counter would say of a dossier."""

    hours: tuple[int, ...]
    state: str = "opened"
    step: int = 0
    due: datetime | None = None
    stays: list[Stay] = field(default_factory=list)
    paused: datetime | None = None
    ended: datetime | None = None
    acts: list[str] = field(default_factory=lambda: ["open"])


SEEN = st.sampled_from([None, None, None, 0, 3])
"""The step that somebody thinks is running; None: the one that does."""


class DossierLife(RuleBasedStateMachine):
    """One office, several dossiers, one clock."""

    dossiers = Bundle("dossiers")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.clock = SetClock(BEGIN)
        self.office = Office.open(
            Path(self._folder.name) / "office",
            agency=make_agency(),
            clock=self.clock,
            randomness=SeededRandomness(b"dossiers"),
            calendar=ALWAYS,
        )
        self.models: dict[str, DossierModel] = {}

    def teardown(self) -> None:
        """The log knows every act, and nothing else happened."""
        assert self.office.verify_log().findings == ()
        for name, model in self.models.items():
            assert [act.event.value for act in self.office.dossier_acts(name)] == model.acts
            assert self.office.inclusion_proof(name)
        self.office.close()
        self._folder.cleanup()

    def is_refusal(self, error: DocflowError, *, allowed: bool) -> None:
        """The model foresaw it, and it has a code and a Vietnamese sentence."""
        assert not allowed, error
        assert error.code in {ErrorCode.WRONG_STATE, ErrorCode.BAD_ARGUMENT}
        assert error.vi

    def attempt(self, name: str, verb: str, event: str, *, allowed: bool, **arguments: object) -> bool:
        """Do it; the model says beforehand whether it may be done."""
        model = self.models[name]
        before, size = self.office.dossier(name), self.office.checkpoint()
        try:
            getattr(self.office, verb)(name, actor=f"người {len(model.acts)}", **arguments)
        except DocflowError as error:
            self.is_refusal(error, allowed=allowed)
            assert (self.office.dossier(name), self.office.checkpoint()) == (before, size)
            return False
        assert allowed, (verb, model)
        model.acts.append(event)
        return True

    @rule(target=dossiers, hours=st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=4))
    def open(self, hours: list[int]) -> str:
        """Opened with its steps; nothing runs yet."""
        name = f"hs-{len(self.models)}"
        self.office.open_dossier(make_plan(hours=tuple(hours)), dossier_id=name, actor="Một cửa")
        self.models[name] = DossierModel(hours=tuple(hours))
        return name

    @initialize(target=dossiers)
    def begin(self) -> str:
        """One runs from the beginning: few steps are lost on what cannot be done yet."""
        name = str(self.open([2, 3, 4]))
        self.start(name)
        return name

    @rule(name=dossiers)
    def start(self, name: str) -> None:
        """Both clocks start."""
        model = self.models[name]
        if self.attempt(name, "start_dossier", "start", allowed=model.state == "opened"):
            model.state = "running"
            model.due = self.now + timedelta(hours=sum(model.hours))
            self.enter(model, 0)

    @rule(name=dossiers, seen=SEEN)
    def pass_on(self, name: str, seen: int | None) -> None:
        """Only from the step that runs, and only if another one follows."""
        model = self.models[name]
        seen = model.step if seen is None else seen
        allowed = model.state == "running" and seen == model.step and model.step + 1 < len(model.hours)
        if self.attempt(name, "pass_on", "hand_on", allowed=allowed, step=seen):
            self.leave(model, "passed_on")
            self.enter(model, model.step + 1)

    @rule(name=dossiers, seen=SEEN, reason=st.sampled_from(["", "thiếu giấy tờ"]))
    def send_back(self, name: str, seen: int | None, reason: str) -> None:
        """Only from the step that runs, with a reason, and only if one was before it."""
        model = self.models[name]
        seen = model.step if seen is None else seen
        allowed = model.state == "running" and seen == model.step and model.step > 0 and bool(reason)
        if self.attempt(name, "send_back", "send_back", allowed=allowed, step=seen, reason=reason):
            self.leave(model, "sent_back")
            self.enter(model, model.step - 1)

    @rule(name=dossiers, reason=st.sampled_from(["", "chờ công dân"]))
    def pause(self, name: str, reason: str) -> None:
        """Both clocks stop."""
        model = self.models[name]
        allowed = model.state == "running" and bool(reason)
        if self.attempt(name, "pause_dossier", "pause", allowed=allowed, reason=reason):
            model.state, model.paused = "paused", self.now

    @rule(name=dossiers)
    def resume(self, name: str) -> None:
        """Both clocks run again, their deadlines as much later as they stood."""
        model = self.models[name]
        if self.attempt(name, "resume_dossier", "resume", allowed=model.state == "paused"):
            self.unpause(model)
            model.state = "running"

    @rule(name=dossiers, hours=st.sampled_from([0, 5, 2001]), reason=st.sampled_from(["", "phức tạp"]))
    def extend(self, name: str, hours: int, reason: str) -> None:
        """The running step and the whole get more."""
        model = self.models[name]
        allowed = model.state == "running" and hours == 5 and bool(reason)
        if self.attempt(name, "extend_dossier", "extend", allowed=allowed, hours=hours, reason=reason):
            more = timedelta(hours=hours)
            model.stays[-1].due += more
            model.due = model.due + more if model.due else None

    @rule(name=dossiers)
    def finish(self, name: str) -> None:
        """Only in the last step."""
        model = self.models[name]
        allowed = model.state == "running" and model.step + 1 == len(model.hours)
        if self.attempt(name, "finish_dossier", "finish", allowed=allowed, result="đã trả"):
            self.leave(model, "finished")
            model.state, model.ended = "finished", self.now

    @rule(name=dossiers, reason=st.sampled_from(["", "công dân rút"]))
    def cancel(self, name: str, reason: str) -> None:
        """While it is open, with a reason."""
        model = self.models[name]
        allowed = model.state in {"opened", "running", "paused"} and bool(reason)
        if self.attempt(name, "cancel_dossier", "cancel", allowed=allowed, reason=reason):
            if model.state == "paused":
                self.unpause(model)
            if model.state != "opened":
                self.leave(model, "cancelled")
            model.state, model.ended = "cancelled", self.now

    @rule(hours=st.integers(min_value=1, max_value=60))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.clock.advance(hours=hours)

    @invariant()
    def clocks_agree(self) -> None:
        """State, step, stays and deadlines are those of the model; so is the judgement where it is not a close call."""
        for name, model in self.models.items():
            dossier, clocks = self.office.dossier(name), self.office.dossier_clocks(name)
            assert (dossier.state.value, dossier.step if model.stays else 0) == (model.state, model.step)
            assert len(clocks.visits) == len(model.stays)
            for stay, clock in zip(model.stays, clocks.visits, strict=True):
                assert (clock.visit.step, clock.visit.end) == (stay.step, stay.end)
                assert clock.visit.ended_at == stay.ended
                assert abs(clock.visit.due_at - stay.due) < SLACK
            self.judge(model, clocks.punctuality)

    def judge(self, model: DossierModel, found: Punctuality) -> None:
        """Compare the whole's judgement with the model's."""
        if model.due is None or model.state == "cancelled":
            assert found is Punctuality.NO_DEADLINE
        elif model.state == "paused":
            assert found is Punctuality.PAUSED
        elif abs((model.ended or self.now) - model.due) > SLACK:
            is_late = (model.ended or self.now) > model.due
            late, good = {Punctuality.LATE, Punctuality.OVERDUE}, {*Punctuality} - {Punctuality.LATE}
            assert found in (late if is_late else good - {Punctuality.OVERDUE})

    @property
    def now(self) -> datetime:
        """The clock's time."""
        return self.clock.now()

    def enter(self, model: DossierModel, step: int) -> None:
        """A stay begins."""
        model.step = step
        model.stays.append(Stay(step=step, due=self.now + timedelta(hours=model.hours[step])))

    def leave(self, model: DossierModel, end: str) -> None:
        """The stay ends."""
        model.stays[-1].ended, model.stays[-1].end = self.now, end

    def unpause(self, model: DossierModel) -> None:
        """What stood is added."""
        stood = self.now - (model.paused or self.now)
        model.stays[-1].due += stood
        model.due = model.due + stood if model.due else None
        model.paused = None


@pytest.mark.slow
def test_no_illegal_state_of_dossier_is_reached_and_no_legal_path_refused() -> None:
    """Whatever is done in whatever order, table and model agree, and the log knows every act."""
    effort = settings(
        max_examples=60,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(DossierLife, settings=effort)
