"""Incoming documents against a model written from the meaning of the rules, never from the table.

Whatever is done in whatever order: what the model allows is done, what it does not is refused with WRONG_STATE or
BAD_ARGUMENT and nothing is written, every act is in the log, and the log verifies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
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

from docflow import IncomingState, Link, LinkKind, Office, TaskRole, WorkingCalendar
from docflow.errors import DocflowError, ErrorCode
from docflow.model import LAW_TIME_ZONE, IncomingTask, YearDays, end_of_day, law_date
from tests.lifecycle_kit import DICE, begin_on_monday, live
from tests.office_kit import SeededRandomness, SetClock, leader_pdf, make_agency, seal_off
from tests.support import more_in_ci
from tests.work_kit import MONDAY, Everybody, make_entry

#: Who may still send it back: nobody was told to work on it (NĐ 30/2020 Điều 21 khoản 2b).
UNASSIGNED = {"received", "arrived", "registered", "submitted"}
#: It has its number and nobody has ended it.
IN_THE_HOUSE = {"registered", "submitted", "instructed", "assigned", "processing"}
#: Somebody works on it and its clock runs.
IN_HANDS = {"assigned", "processing"}
HOURS = (0, 1, 20, 100, 300)
_IN_HANDS = (
    *(("progress", ()), ("reassign", (0,)), ("reassign", (2,))),
    *(("pause", ("chờ bổ sung",)), ("extend", (1, "khó")), ("extend", (5, "khó"))) * 2,
    *(("answer", ("answer",)), ("answer", ("answer",)), ("complete", ("",)), ("forward", ())),
)
RIGHT: dict[str, tuple[tuple[str, tuple[object, ...]], ...]] = {
    "received": (*(("check", ()),) * 3, ("refuse", ("gửi nhầm",))),
    "arrived": (*(("accept", ()),) * 3, ("refuse", ("gửi nhầm",))),
    "registered": (("submit", ()), ("assign", (3, "Phòng A")), ("assign", (0, "Phòng A")), ("refuse", ("gửi nhầm",))),
    "submitted": (("instruct", ("giao Phòng A",)), ("assign", (3, "Phòng A")), ("assign", (0, "Phòng A"))),
    "instructed": (
        ("instruct", ("giao Phòng B",)),
        ("assign", (3, "Phòng A")),
        ("complete", ("lưu",)),
        ("forward", ()),
    ),
    "assigned": _IN_HANDS,
    "processing": _IN_HANDS,
    "paused": (("resume", ()),),
    "completed": (("answer", ("answer",)),),
}
"""What may be done in each state."""
ANYTHING: tuple[tuple[str, tuple[object, ...]], ...] = (
    *((verb, ()) for verb in ("check", "check_files", "accept", "submit", "progress", "resume", "forward")),
    *(("refuse", (reason,)) for reason in ("", "gửi nhầm")),
    *(("instruct", (words,)) for words in ("", "giao Phòng A")),
    *(("assign", (days, lead)) for days, lead in ((0, ""), (-1, "Phòng A"), (3, "Phòng A"))),
    *(("reassign", (days,)) for days in (0, 2)),
    *(("pause", (reason,)) for reason in ("", "chờ bổ sung")),
    *(("extend", (more, reason)) for more, reason in ((0, "khó"), (0, "khó"), (1, ""), (5, "khó"))),
    *(("answer", (by,)) for by in ("answer", "unissued", "nothing")),
    *(("complete", (note,)) for note in ("", "lưu")),
    *(("give_back", (verb,)) for verb in ("agree_take_back", "decline_take_back")),
)
"""What somebody may try."""
_PATHS: dict[str, tuple[str, ...]] = {
    "received": (),
    "arrived": ("check",),
    "registered": ("check", "accept"),
    "submitted": ("check", "accept", "submit"),
    "instructed": ("check", "accept", "submit", "instruct"),
    "assigned": ("check", "accept", "assign"),
    "assigned without a day": ("check", "accept", "give"),
    "processing": ("check", "accept", "assign", "progress"),
    "paused": ("check", "accept", "assign", "pause"),
    "completed": ("check", "accept", "assign", "complete"),
    "forwarded": ("check", "accept", "forward"),
    "refused": ("check", "refuse"),
}
"""By what a letter comes to each state, and to having nothing to be done by."""
_GOOD: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("check", "accept", "submit", "give", "progress", "resume", "forward"), ()),
    "reassign": (0,),
    "refuse": ("gửi nhầm",),
    "instruct": ("giao Phòng A",),
    "assign": (3, "Phòng A"),
    "pause": ("chờ bổ sung",),
    "extend": (5, "khó"),
    "answer": ("answer",),
    "complete": ("lưu",),
}
"""Arguments with which each verb is right, where it is."""
MOST = 3
"""Letters in one history: few, so that each is brought far."""


class IncomingModel:
    """What a registry clerk would say of one document."""

    def __init__(self) -> None:
        self.state = "received"
        self.acts = ["receive_by_hand"]
        self.number: tuple[int, int] | None = None
        """Year and số đến."""
        self.due: datetime | None = None
        self.paused: datetime | None = None
        self.ended: datetime | None = None
        self.answer: str | None = None
        self.is_done_without = False
        """Whether somebody completed it, so that it needs no answer to be done."""
        self.lead: str | None = None
        self.given: list[tuple[str, bool]] = []
        """Who was given it, in order, and whether he still has it."""
        self.own: datetime | None = None
        """Until when the unit that cooperates is done with its part."""

    def is_due(self, task: IncomingTask) -> bool:
        """Return whether a part is due as it must be; who is only informed has nothing to do."""
        due = {TaskRole.LEAD: self.due, TaskRole.COOPERATE: self.own, TaskRole.INFORM: None}
        return task.due_at == due[task.role]


@dataclass
class Place:
    """One office for all histories, its clock, and the numbers its register gave, by year."""

    office: Office
    clock: SetClock
    numbers: Counter[int] = field(default_factory=Counter)


@contextmanager
def open_at(folder: Path) -> Iterator[Place]:
    """Open an office with an outgoing document that can answer, and one without a number."""
    clock = SetClock(MONDAY)
    with Office.open(
        folder,
        agency=make_agency(),
        clock=clock,
        randomness=SeededRandomness(b"letters"),
        calendar=WorkingCalendar(year_of=lambda year: YearDays(year=year)),
        rights=Everybody(),
    ) as office:
        seal_off(office, "answer")
        office.draft(office.document("answer").draft, actor="Chuyên viên", document_id="unissued")
        yield Place(office, clock)


class IncomingLife(RuleBasedStateMachine):
    """Several letters, one clock that only goes forward.

    Steps drawn blindly rarely bring a letter to anybody's hands; so half of them are steps that are right.
    """

    begun = count()

    def __init__(self, place: Place) -> None:
        super().__init__()
        # All histories are lived in one office: making one takes longer than a history.
        self.place, self.office, self.clock, self.history = place, place.office, place.clock, next(self.begun)
        begin_on_monday(self.clock)
        self.models: dict[str, IncomingModel] = {}
        self.touched: set[str] = set()

    def teardown(self) -> None:
        """The log knows every act, and nothing else happened."""
        for name, model in self.models.items():
            assert [act.event.value for act in self.office.incoming_acts(name)] == model.acts
            assert self.office.inclusion_proof(name)

    def is_refusal(self, error: DocflowError, *, allowed: bool) -> None:
        """The model foresaw it, and it has a code and a Vietnamese sentence."""
        assert not allowed, error
        assert error.code in {ErrorCode.WRONG_STATE, ErrorCode.BAD_ARGUMENT, ErrorCode.NOT_FOUND}
        assert error.vi

    def attempt(self, name: str, verb: str, *, allowed: bool, then: str, **arguments: object) -> bool:
        """Do it; the model says beforehand whether it may be done."""
        model = self.models[name]
        self.touched.add(name)
        before, size = self.office.incoming_document(name), self.office.checkpoint()
        do = partial(getattr(self.office, verb), name, actor=f"người {len(model.acts)}", **arguments)
        try:
            after = do()
        except DocflowError as error:
            self.is_refusal(error, allowed=allowed)
            assert (self.office.incoming_document(name), self.office.checkpoint()) == (before, size)
            return False
        assert allowed, (verb, model.state)
        model.state = then
        model.acts.append(verb)
        assert after.state.value == then
        size = self.office.checkpoint()
        assert (do(), self.office.checkpoint()) == (after, size), "an answer that was lost is asked for again"
        return True

    # ---- the verbs

    @initialize(dice=DICE)
    def begin(self, dice: Random) -> None:
        """There is one to begin with, in any state as often as in any other."""
        self.bring_one(dice)

    @precondition(lambda self: len(self.models) < MOST)
    @rule(dice=DICE)
    def receive_another(self, dice: Random) -> None:
        """One more comes."""
        self.bring_one(dice)

    def bring_one(self, dice: Random) -> str:
        """Receive a letter and bring it to a state: left to itself, every other one were refused before it got far."""
        name = self.receive()
        for verb in _PATHS[dice.choice(list(_PATHS))]:
            self.clock.advance(hours=dice.choice(HOURS))
            getattr(self, verb)(name, *_GOOD[verb])
        return name

    def receive(self) -> str:
        """A letter is handed in."""
        name = f"thu-{self.history}-{len(self.models)}"
        entry = make_entry(f"{len(self.models)}/STC")
        assert self.office.receive_by_hand(entry, actor="Văn thư", incoming_id=name).state is IncomingState.RECEIVED
        self.models[name] = IncomingModel()
        return name

    @rule(dice=DICE)
    def go_on(self, dice: Random) -> None:
        """Several things are done that may be done."""
        for _ in range(dice.randint(1, 6)):
            self.do_right(dice)

    def do_right(self, dice: Random) -> None:
        """Time passes, and something is done that may be done: what ends a letter's life the least often."""
        self.clock.advance(hours=dice.choice(HOURS))
        name = self.choose(dice)
        moves = RIGHT.get(self.models[name].state, ())
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
        """Return a letter that is open, if there is one, or else a new one, as long as there are few."""
        names = [name for name, model in self.models.items() if not self.is_over(model)]
        if not names and len(self.models) < MOST:
            return self.bring_one(dice)
        return str(dice.choice(names or list(self.models)))

    @staticmethod
    def is_over(model: IncomingModel) -> bool:
        """Return whether nothing is left to be done with a letter."""
        return model.state in {"refused", "forwarded"} or model.answer is not None

    def check(self, name: str) -> None:
        """Checked once, when it was handed in."""
        state = self.models[name].state
        self.attempt(name, "check", allowed=state == "received", then="arrived")

    def check_files(self, name: str) -> None:
        """What was handed in brought no files."""
        self.attempt(name, "check_files", allowed=False, then="")

    def accept(self, name: str) -> None:
        """Registered once, after it was checked; numbers run on without gap."""
        model = self.models[name]
        if self.attempt(name, "accept", allowed=model.state == "arrived", then="registered"):
            year = law_date(self.now).year
            self.place.numbers[year] += 1
            model.number = (year, self.place.numbers[year])

    def refuse(self, name: str, reason: str) -> None:
        """Sent back with a reason, before anybody works on it."""
        allowed = self.models[name].state in UNASSIGNED and bool(reason)
        self.attempt(name, "refuse", allowed=allowed, then="refused", reason=reason)

    def submit(self, name: str) -> None:
        """Submitted once, after it was registered."""
        allowed = self.models[name].state == "registered"
        self.attempt(name, "submit", allowed=allowed, then="submitted", to="Chủ tịch")

    def instruct(self, name: str, words: str) -> None:
        """The leader speaks when it lies before him, also again."""
        allowed = self.models[name].state in {"submitted", "instructed"} and bool(words)
        self.attempt(name, "instruct", allowed=allowed, then="instructed", instruction=words)

    def assign(self, name: str, days: int, lead: str) -> None:
        """Given to somebody who leads, with a day that is not past, before anybody has it."""
        model = self.models[name]
        deadline = law_date(self.now) + timedelta(days=days) if days else None
        allowed = model.state in {"registered", "submitted", "instructed"} and bool(lead) and days >= 0
        today = (("Thanh tra", law_date(self.now)),) if deadline else ()
        parts = {"cooperating": ("Thanh tra",), "informed": ("Văn phòng",), "cooperating_deadlines": today}
        if self.attempt(name, "assign", allowed=allowed, then="assigned", to=lead, deadline=deadline, **parts):
            model.due = end_of_day(deadline) if deadline else None
            model.own = end_of_day(law_date(self.now)) if deadline else None
            self.hand_to(model, lead)

    def give(self, name: str) -> None:
        """Given to somebody without a day."""
        self.assign(name, 0, "Phòng A")

    def reassign(self, name: str, days: int) -> None:
        """Given to somebody else while somebody has it; what is due when stays, as far as no earlier end is named."""
        model = self.models[name]
        deadline = law_date(self.now) + timedelta(days=days) if days else None
        to, allowed = f"Phòng {len(model.acts)}", model.state in IN_HANDS
        parts = {"cooperating": ("Thanh tra",), "informed": ("Văn phòng",)}
        if self.attempt(name, "reassign", allowed=allowed, then=model.state, to=to, deadline=deadline, **parts):
            before, model.due = model.due, end_of_day(deadline) if deadline else model.due
            model.own = model.due if before == model.own or not model.own else min(model.own, model.due or model.own)
            self.hand_to(model, to)

    @staticmethod
    def hand_to(model: IncomingModel, who: str) -> None:
        """Who had it before has it no more."""
        model.lead = who
        now = ((name, True) for name in (who, "Thanh tra", "Văn phòng"))
        model.given = [*((name, False) for name, _ in model.given), *now]

    def progress(self, name: str) -> None:
        """Worked on by whoever has it."""
        self.attempt(name, "progress", allowed=self.models[name].state in IN_HANDS, then="processing", note="đang làm")

    def pause(self, name: str, reason: str) -> None:
        """The clock stops, with a reason, while somebody has it."""
        model = self.models[name]
        if self.attempt(name, "pause", allowed=model.state in IN_HANDS and bool(reason), then="paused", reason=reason):
            model.paused = self.now

    def resume(self, name: str) -> None:
        """The clock runs again if it stood; the deadline is as many working hours later as it stood, and no more."""
        model = self.models[name]
        if self.attempt(name, "resume", allowed=model.state == "paused", then="processing"):
            due = self.office.incoming_document(name).due_at
            assert (due is None) == (model.due is None)
            (own,) = (one.due_at for one in self.office.incoming_tasks(name) if is_cooperating(one))
            for before, after in ((model.due, due), (model.own, own)):
                if before and after and model.paused:
                    assert working_time(before, after) == working_time(model.paused, self.now)
            model.due, model.own, model.paused = due, own, None

    def extend(self, name: str, more: int, reason: str) -> None:
        """Moved to a later day than the present one, with a reason, by whoever has it."""
        model = self.models[name]
        day = law_date(model.due or self.now) + timedelta(days=more)
        is_later = end_of_day(day) > (model.due or self.now)
        allowed = model.state in IN_HANDS and bool(reason) and is_later
        if self.attempt(name, "extend", allowed=allowed, then=model.state, deadline=day, reason=reason):
            model.own = end_of_day(day) if model.own == model.due else model.own
            model.due = end_of_day(day)

    def answer(self, name: str, by: str) -> None:
        """Answered once, by an issued document, by whoever has it, or after it was completed without an answer."""
        model = self.models[name]
        allowed = model.state in {*IN_HANDS, "completed"} and by == "answer" and model.answer is None
        if allowed:
            by = self.write_answer(name)
        if self.attempt(name, "answer", allowed=allowed, then="completed", by=by):
            model.answer = by
            model.ended = model.ended or self.now
            if len(model.acts) % 2:
                self.void_replacement(by)

    def write_answer(self, name: str) -> str:
        """Issue a document of its own, which may be taken back without taking others with it."""
        by = f"answer-{name}-{len(self.models[name].acts)}"
        seal_off(self.office, by)
        return by

    @rule(dice=DICE, half=st.booleans())
    def recall_answers(self, dice: Random, half: bool) -> None:  # noqa: FBT001 - Hypothesis hands it in
        """What answered letters is recalled: what only that had ended is handled again; no answer of theirs counts."""
        self.clock.advance(hours=dice.choice(HOURS))
        for name, model in self.models.items():
            if model.answer is None or (half and dice.random() < 0.5):
                continue
            by, model.answer = model.answer, None
            if not model.is_done_without:
                model.ended, model.state = None, "processing"
            model.acts.append("lose_later_answer" if model.is_done_without else "lose_answer")
            self.touched.add(name)
            self.office.recall(by, actor="Văn thư", reason="sai số liệu")
            self.refuse_answer(name, by)

    def void_replacement(self, answer: str) -> None:
        """What was to replace an answer gets a number and is voided before its seal: the answer stands as it stood."""
        name = f"instead-of-{answer}"
        links = (Link(kind=LinkKind.REPLACES, target=answer),)
        self.office.draft(replace(self.office.document(answer).draft, links=links), actor="A", document_id=name)
        self.office.approve(name, actor="B")
        self.office.leader_signed(name, leader_pdf(name), actor="C")
        self.office.issue(name, actor="Văn thư")
        self.office.void(name, actor="Văn thư", reason="in sai")

    def refuse_answer(self, name: str, by: str) -> None:
        """What is recalled answers nothing."""
        with pytest.raises(DocflowError) as caught:
            self.office.answer(name, actor="người khác", by=by)
        assert caught.value.code is ErrorCode.WRONG_STATE

    def complete(self, name: str, note: str) -> None:
        """Done by whoever has it; a leader's word may end it too, and then somebody says why."""
        model = self.models[name]
        allowed = model.state in IN_HANDS or (model.state == "instructed" and bool(note))
        if self.attempt(name, "complete", allowed=allowed, then="completed", note=note):
            model.ended, model.is_done_without = self.now, True

    def forward(self, name: str) -> None:
        """Passed on to another agency while it is open here."""
        model = self.models[name]
        allowed = model.state in IN_THE_HOUSE
        if self.attempt(name, "forward", allowed=allowed, then="forwarded", to="Sở Nội vụ", reason="thẩm quyền"):
            model.ended = self.now
            model.given = [(who, False) for who, _ in model.given]

    def give_back(self, name: str, verb: str) -> None:
        """Nobody asks paper back over the exchange."""
        reason = {"reason": "cần dùng"} if verb == "decline_take_back" else {}
        self.attempt(name, verb, allowed=False, then="", **reason)

    def wait(self, hours: int) -> None:
        """Time passes."""
        self.clock.advance(hours=hours)

    @invariant()
    def the_office_says_what_the_clerk_knows(self) -> None:
        """State, số đến, deadline, who leads, who had it, when it ended, by what it was answered."""
        while self.touched:
            name = self.touched.pop()
            model = self.models[name]
            found = self.office.incoming_document(name)
            assert (found.state.value, found.act_count) == (model.state, len(model.acts))
            assert (found.number and (found.year, found.number)) == model.number
            assert (found.due_at, found.paused_at, found.completed_at) == (model.due, model.paused, model.ended)
            assert found.deadline == (model.due and law_date(model.due))
            assert (found.assignee, found.answered_by) == (model.lead, model.answer)
            tasks = self.office.incoming_tasks(name) if model.given else ()
            assert [(task.name, task.withdrawn_at is None) for task in tasks] == model.given
            assert all(model.is_due(task) for task in tasks if task.withdrawn_at is None)

    @property
    def now(self) -> datetime:
        """The clock's time."""
        return self.clock.now()


def is_cooperating(task: IncomingTask) -> bool:
    """Return whether it is the part, not withdrawn, of a unit that cooperates."""
    return task.role is TaskRole.COOPERATE and task.withdrawn_at is None


def working_time(since: datetime, until: datetime) -> timedelta:
    """Return the hours from 8 to 12 and from 13 to 17 between two moments; the office has weekends and no holidays."""
    total = timedelta()
    for day in (law_date(since) + timedelta(days=n) for n in range((law_date(until) - law_date(since)).days + 1)):
        for begins, ends in ((8, 12), (13, 17)) if day.weekday() < 5 else ():
            total += max(timedelta(), min(hour(day, ends), until) - max(hour(day, begins), since))
    return total


def hour(day: date, at: int) -> datetime:
    """Return an hour of a day in Hà Nội."""
    return datetime(day.year, day.month, day.day, at, tzinfo=LAW_TIME_ZONE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An office for all histories; in the end its log must hold."""
    with open_at(tmp_path_factory.mktemp("incoming") / "office") as place:
        yield place
        assert place.office.verify_log().findings == ()


@pytest.mark.timeout(900)
def test_no_illegal_state_of_incoming_is_reached_and_no_legal_path_refused(place: Place) -> None:
    """Whatever is done in whatever order, table and model agree, and the log knows every act."""
    live(lambda: IncomingLife(place), histories=more_in_ci(4, 8), steps=more_in_ci(15, 25))


@pytest.mark.soak
def test_many_long_histories(place: Place) -> None:
    """The same, lived longer and more often."""
    live(lambda: IncomingLife(place), histories=60, steps=40)


@pytest.mark.parametrize("state", _PATHS)
def test_in_every_state_every_verb_does_what_the_model_says(place: Place, state: str) -> None:
    """Each state reached once for each verb, with arguments that leave only the state to decide."""
    life = IncomingLife(place)
    for verb in _GOOD:
        name = life.receive()
        for step in (*_PATHS[state], verb):
            life.wait(60)
            getattr(life, step)(name, *_GOOD[step])
            life.the_office_says_what_the_clerk_knows()
    life.teardown()
