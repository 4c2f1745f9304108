"""Dossiers against a model written from the meaning: one token goes along a row of steps, two clocks run with it.

The model counts working hours by itself: the office's day is one long session from 00:00 to 24:00 of every day, so that
an hour of the clock is an hour of work, and the sums can be done in the head.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from docflow import Office, Punctuality, Session, WorkingCalendar, WorkingHours
from docflow.errors import DocflowError, ErrorCode
from docflow.model import YearDays
from tests.lifecycle_kit import DICE, begin_on_monday, live
from tests.office_kit import SeededRandomness, SetClock, make_agency
from tests.support import more_in_ci
from tests.work_kit import make_plan

BEGIN = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ALWAYS = WorkingCalendar(
    year_of=lambda year: YearDays(year=year),
    hours=WorkingHours(sessions=(Session(begins=time(0), ends=time(23, 59, 59)),), weekdays=frozenset(range(7))),
)
#: The second before midnight is no session: a second for each midnight passed, and fewer than 600 pass.
SLACK = timedelta(minutes=10)
MOST = 2
"""Dossiers in one history: few, so that each is brought far."""


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


PLANS = st.lists(st.integers(min_value=1, max_value=40), min_size=2, max_size=4)
HOURS = (0, 1, 3, 30, 200)
RIGHT: dict[str, tuple[tuple[str, tuple[object, ...]], ...]] = {
    "opened": (("start", ()),),
    "running": (
        *(("pass_on", (None,)), ("send_back", (None, "thiếu giấy tờ"))) * 2,
        *(("pause", ("chờ công dân",)), ("extend", (5, "phức tạp"))) * 2,
        ("finish", ()),
        ("cancel", ("công dân rút",)),
    ),
    "paused": (*(("resume", ()),) * 3, ("cancel", ("công dân rút",))),
}
"""What may be done in each state."""
ANYTHING: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("start", ()),
    *(("pass_on", (seen,)) for seen in (None, 0, 3)),
    *(("send_back", (seen, reason)) for seen in (None, 0) for reason in ("", "thiếu giấy tờ")),
    *(("pause", (reason,)) for reason in ("", "chờ công dân")),
    ("resume", ()),
    *(("extend", (hours, reason)) for hours, reason in ((0, "phức tạp"), (5, ""), (2001, "phức tạp"))),
    *(("finish", ()),) * 2,
    *(("cancel", (reason,)) for reason in ("", "công dân rút")),
)
"""What somebody may try; the step that he thinks is running may be another one (None: the one that does)."""


@contextmanager
def open_at(folder: Path) -> Iterator[tuple[Office, SetClock]]:
    """Open an office that works day and night, and its clock."""
    clock = SetClock(BEGIN)
    randomness = SeededRandomness(b"dossiers")
    with Office.open(folder, agency=make_agency(), clock=clock, randomness=randomness, calendar=ALWAYS) as office:
        yield office, clock


class DossierLife(RuleBasedStateMachine):
    """One office, a few dossiers, one clock.

    Steps drawn blindly end nearly every dossier before its second step; so half of them are steps that are right.
    """

    begun = count()

    def __init__(self, office: Office, clock: SetClock) -> None:
        super().__init__()
        # All histories are lived in one office: making one takes longer than a history.
        self.office, self.clock, self.history = office, clock, next(self.begun)
        begin_on_monday(self.clock)
        self.models: dict[str, DossierModel] = {}
        self.touched: set[str] = set()

    def teardown(self) -> None:
        """The log knows every act, and nothing else happened."""
        for name, model in self.models.items():
            assert [act.event.value for act in self.office.dossier_acts(name)] == model.acts
            assert self.office.inclusion_proof(name)

    def is_refusal(self, error: DocflowError, *, allowed: bool) -> None:
        """The model foresaw it, and it has a code and a Vietnamese sentence."""
        assert not allowed, error
        assert error.code in {ErrorCode.WRONG_STATE, ErrorCode.BAD_ARGUMENT}
        assert error.vi

    def attempt(self, name: str, verb: str, event: str, *, allowed: bool, **arguments: object) -> bool:
        """Do it; the model says beforehand whether it may be done."""
        model = self.models[name]
        self.touched.add(name)
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

    @initialize(dice=DICE)
    def begin(self, dice: Random) -> None:
        """There is one to begin with, somewhere on its way."""
        self.open([dice.randint(1, 40) for _ in range(dice.randint(2, 4))])
        for _ in range(dice.randrange(10)):
            self.do_right(dice)

    @precondition(lambda self: len(self.models) < MOST)
    @rule(hours=PLANS)
    def open_another(self, hours: list[int]) -> None:
        """One more is opened."""
        self.open(hours)

    def open(self, hours: list[int]) -> str:
        """Opened with its steps; nothing runs yet."""
        name = f"hs-{self.history}-{len(self.models)}"
        self.office.open_dossier(make_plan(hours=tuple(hours)), dossier_id=name, actor="Một cửa")
        self.models[name] = DossierModel(hours=tuple(hours))
        self.touched.add(name)
        return name

    @rule(dice=DICE)
    def go_on(self, dice: Random) -> None:
        """Several things are done that may be done."""
        for _ in range(dice.randint(1, 6)):
            self.do_right(dice)

    def do_right(self, dice: Random) -> None:
        """Time passes, and something is done that may be done: what ends a dossier the least often."""
        self.clock.advance(hours=dice.choice(HOURS))
        name = self.choose(dice)
        model = self.models[name]
        moves = [move for move in RIGHT.get(model.state, ()) if self.is_possible(model, move[0])]
        if moves:
            verb, arguments = dice.choice(moves)
            getattr(self, verb)(name, *arguments)

    @rule(dice=DICE)
    def do_anything(self, dice: Random) -> None:
        """Somebody tries something, right or wrong."""
        for _ in range(dice.randint(1, 6)):
            verb, arguments = dice.choice(ANYTHING)
            getattr(self, verb)(self.choose(dice), *arguments)

    def choose(self, dice: Random) -> str:
        """Return a dossier that has not ended, if there is one, or else any."""
        names = [name for name, model in self.models.items() if model.ended is None]
        return str(dice.choice(names or list(self.models)))

    @staticmethod
    def is_possible(model: DossierModel, verb: str) -> bool:
        """Return whether a step follows, or one was before, or this is the last, as the verb wants it."""
        is_last = model.step + 1 == len(model.hours)
        return {"pass_on": not is_last, "send_back": model.step > 0, "finish": is_last}.get(verb, True)

    def start(self, name: str) -> None:
        """Both clocks start."""
        model = self.models[name]
        if self.attempt(name, "start_dossier", "start", allowed=model.state == "opened"):
            model.state = "running"
            model.due = self.now + timedelta(hours=sum(model.hours))
            self.enter(model, 0)

    def pass_on(self, name: str, seen: int | None) -> None:
        """Only from the step that runs, and only if another one follows."""
        model = self.models[name]
        seen = model.step if seen is None else seen
        allowed = model.state == "running" and seen == model.step and model.step + 1 < len(model.hours)
        if self.attempt(name, "pass_on", "hand_on", allowed=allowed, step=seen):
            self.leave(model, "passed_on")
            self.enter(model, model.step + 1)

    def send_back(self, name: str, seen: int | None, reason: str) -> None:
        """Only from the step that runs, with a reason, and only if one was before it."""
        model = self.models[name]
        seen = model.step if seen is None else seen
        allowed = model.state == "running" and seen == model.step and model.step > 0 and bool(reason)
        if self.attempt(name, "send_back", "send_back", allowed=allowed, step=seen, reason=reason):
            self.leave(model, "sent_back")
            self.enter(model, model.step - 1)

    def pause(self, name: str, reason: str) -> None:
        """Both clocks stop."""
        model = self.models[name]
        allowed = model.state == "running" and bool(reason)
        if self.attempt(name, "pause_dossier", "pause", allowed=allowed, reason=reason):
            model.state, model.paused = "paused", self.now

    def resume(self, name: str) -> None:
        """Both clocks run again, their deadlines as much later as they stood."""
        model = self.models[name]
        if self.attempt(name, "resume_dossier", "resume", allowed=model.state == "paused"):
            self.unpause(model)
            model.state = "running"

    def extend(self, name: str, hours: int, reason: str) -> None:
        """The running step and the whole get more."""
        model = self.models[name]
        allowed = model.state == "running" and hours == 5 and bool(reason)
        if self.attempt(name, "extend_dossier", "extend", allowed=allowed, hours=hours, reason=reason):
            more = timedelta(hours=hours)
            model.stays[-1].due += more
            model.due = model.due + more if model.due else None

    def finish(self, name: str) -> None:
        """Only in the last step."""
        model = self.models[name]
        allowed = model.state == "running" and model.step + 1 == len(model.hours)
        if self.attempt(name, "finish_dossier", "finish", allowed=allowed, result="đã trả"):
            self.leave(model, "finished")
            model.state, model.ended = "finished", self.now

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
        self.touched.update(self.models)

    @invariant()
    def clocks_agree(self) -> None:
        """State, step, stays and deadlines are those of the model; so is the judgement where it is not a close call."""
        while self.touched:
            name = self.touched.pop()
            model = self.models[name]
            dossier, clocks = self.office.dossier(name), self.office.dossier_clocks(name)
            assert (dossier.state.value, dossier.step if model.stays else 0) == (model.state, model.step)
            assert (dossier.ended_at, dossier.act_count) == (model.ended, len(model.acts))
            self.is_due(dossier.due_at, model.due)
            stood = self.now - model.paused if model.paused else timedelta()
            self.is_due(clocks.due_at, None if model.due is None or model.state == "cancelled" else model.due + stood)
            assert len(clocks.visits) == len(model.stays)
            for stay, clock in zip(model.stays, clocks.visits, strict=True):
                assert (clock.visit.step, clock.visit.end) == (stay.step, stay.end)
                assert clock.visit.ended_at == stay.ended
                self.is_due(clock.visit.due_at, stay.due)
                self.is_due(clock.due_at, stay.due if stay.ended else stay.due + stood)
                self.judge(clock.punctuality, None if stay.end == "cancelled" else clock.due_at, stay.ended, model)
            self.judge(clocks.punctuality, clocks.due_at, model.ended, model)

    @staticmethod
    def is_due(found: datetime | None, due: datetime | None) -> None:
        """A deadline is that of the model."""
        assert (found is None) == (due is None)
        assert found is None or due is None or abs(found - due) < SLACK

    def judge(self, found: Punctuality, due: datetime | None, ended: datetime | None, model: DossierModel) -> None:
        """Compare a judgement with the clock on the wall."""
        if due is None:
            assert found is Punctuality.NO_DEADLINE
        elif ended is not None:
            assert (found is Punctuality.LATE) == (ended > due)
            assert found in {Punctuality.LATE, Punctuality.ON_TIME, Punctuality.EARLY}
        elif model.state == "paused":
            assert found is Punctuality.PAUSED
        else:
            assert found is (Punctuality.OVERDUE if self.now > due else Punctuality.RUNNING)

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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, SetClock]]:
    """An office for all histories; in the end its log must hold."""
    with open_at(tmp_path_factory.mktemp("dossiers") / "office") as place:
        yield place
        assert place[0].verify_log().findings == ()


@pytest.mark.timeout(900)
def test_no_illegal_state_of_dossier_is_reached_and_no_legal_path_refused(place: tuple[Office, SetClock]) -> None:
    """Whatever is done in whatever order, table and model agree, and the log knows every act."""
    live(lambda: DossierLife(*place), histories=more_in_ci(4, 8), steps=more_in_ci(15, 25))


@pytest.mark.soak
def test_many_long_histories(place: tuple[Office, SetClock]) -> None:
    """The same, lived longer and more often."""
    live(lambda: DossierLife(*place), histories=60, steps=40)


_PATHS: dict[str, tuple[str, ...]] = {
    "opened": (),
    "running, first step": ("start",),
    "running, second step": ("start", "pass_on"),
    "running, last step": ("start", "pass_on", "pass_on"),
    "paused": ("start", "pass_on", "pause"),
    "finished": ("start", "pass_on", "pass_on", "finish"),
    "cancelled": ("start", "cancel"),
}
_GOOD: dict[str, tuple[object, ...]] = {
    "start": (),
    "pass_on": (None,),
    "send_back": (None, "thiếu giấy tờ"),
    "pause": ("chờ công dân",),
    "resume": (),
    "extend": (5, "phức tạp"),
    "finish": (),
    "cancel": ("công dân rút",),
}


@pytest.mark.parametrize("state", _PATHS)
def test_in_every_state_every_verb_does_what_the_model_says(place: tuple[Office, SetClock], state: str) -> None:
    """Each state reached once for each verb, with arguments that leave only the state to decide; then time passes."""
    life = DossierLife(*place)
    for verb in _GOOD:
        name = life.open([3, 4, 5])
        for step in (*_PATHS[state], verb):
            life.wait(1)
            getattr(life, step)(name, *_GOOD[step])
            life.clocks_agree()
        life.wait(200)
    life.clocks_agree()
    life.teardown()
