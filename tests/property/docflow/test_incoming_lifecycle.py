"""Incoming documents against a model written from the meaning of the rules, never from the table.

Whatever is done in whatever order: what the model allows is done, what it does not is refused with WRONG_STATE or
BAD_ARGUMENT and nothing is written, every act is in the log, and the log verifies.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from docflow import IncomingState, Office
from docflow.errors import DocflowError, ErrorCode
from docflow.model import law_date
from tests.office_kit import SetClock, seal_off
from tests.support import more_in_ci
from tests.work_kit import MONDAY, make_entry, open_work

#: Who may still send it back: nobody was told to work on it (NĐ 30/2020 Điều 21 khoản 2b).
UNASSIGNED = {"received", "arrived", "registered", "submitted"}
#: It has its number and nobody has ended it.
IN_THE_HOUSE = {"registered", "submitted", "instructed", "assigned", "processing"}
#: Somebody works on it and its clock runs.
IN_HANDS = {"assigned", "processing"}


class IncomingModel:
    """What a registry clerk would say of one document."""

    def __init__(self) -> None:
        self.state = "received"
        self.acts = ["receive_by_hand"]
        self.number: int | None = None
        self.due = 0
        """How many days from the beginning the deadline is; 0 if there is none."""
        self.is_answered = False


class IncomingLife(RuleBasedStateMachine):
    """One office, several letters, one clock that only goes forward."""

    letters = Bundle("letters")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.clock = SetClock(MONDAY)
        self.office: Office = open_work(Path(self._folder.name) / "office", clock=self.clock)
        self.models: dict[str, IncomingModel] = {}
        self.numbers = 0
        self.begin = law_date(MONDAY)

    @initialize()
    def issue_an_answer(self) -> None:
        """An outgoing document that can answer, and one that has no number yet."""
        seal_off(self.office, "answer")
        self.office.draft(self.office.document("answer").draft, actor="Chuyên viên", document_id="unissued")

    def teardown(self) -> None:
        """The log knows every act, and nothing else happened."""
        report = self.office.verify_log()
        assert report.findings == ()
        for name, model in self.models.items():
            assert [act.event.value for act in self.office.incoming_acts(name)] == model.acts
            assert self.office.inclusion_proof(name)
        self.office.close()
        self._folder.cleanup()

    def is_refusal(self, error: DocflowError, *, allowed: bool) -> None:
        """The model foresaw it, and it has a code and a Vietnamese sentence."""
        assert not allowed, error
        assert error.code in {ErrorCode.WRONG_STATE, ErrorCode.BAD_ARGUMENT, ErrorCode.NOT_FOUND}
        assert error.vi

    def attempt(self, name: str, verb: str, *, allowed: bool, then: str, **arguments: object) -> bool:
        """Do it; the model says beforehand whether it may be done."""
        model = self.models[name]
        before, size = self.office.incoming_document(name), self.office.checkpoint()
        try:
            after = getattr(self.office, verb)(name, actor=f"người {len(model.acts)}", **arguments)
        except DocflowError as error:
            self.is_refusal(error, allowed=allowed)
            assert (self.office.incoming_document(name), self.office.checkpoint()) == (before, size)
            return False
        assert allowed, (verb, model.state)
        model.state = then
        model.acts.append(verb)
        assert after.state.value == then
        return True

    # ---- the verbs

    @rule(target=letters)
    def receive(self) -> str:
        """A letter is handed in."""
        name = f"thu-{len(self.models)}"
        entry = make_entry(f"{len(self.models)}/STC")
        assert self.office.receive_by_hand(entry, actor="Văn thư", incoming_id=name).state is IncomingState.RECEIVED
        self.models[name] = IncomingModel()
        return name

    @rule(name=letters)
    def check(self, name: str) -> None:
        """Checked once, when it was handed in."""
        state = self.models[name].state
        if not self.is_repeat(name, "check"):
            self.attempt(name, "check", allowed=state == "received", then="arrived")

    @rule(name=letters)
    def accept(self, name: str) -> None:
        """Registered once, after it was checked; numbers run on without gap."""
        model = self.models[name]
        if not self.is_repeat(name, "accept") and self.attempt(
            name, "accept", allowed=model.state == "arrived", then="registered"
        ):
            self.numbers += 1
            model.number = self.numbers

    @rule(name=letters, reason=st.sampled_from(["", "gửi nhầm"]))
    def refuse(self, name: str, reason: str) -> None:
        """Sent back with a reason, before anybody works on it."""
        allowed = self.models[name].state in UNASSIGNED and bool(reason)
        if not self.is_repeat(name, "refuse"):
            self.attempt(name, "refuse", allowed=allowed, then="refused", reason=reason)

    @rule(name=letters)
    def submit(self, name: str) -> None:
        """Submitted once, after it was registered."""
        allowed = self.models[name].state == "registered"
        if not self.is_repeat(name, "submit"):
            self.attempt(name, "submit", allowed=allowed, then="submitted", to="Chủ tịch")

    @rule(name=letters, words=st.sampled_from(["", "giao Phòng A"]))
    def instruct(self, name: str, words: str) -> None:
        """The leader speaks when it lies before him, also again."""
        allowed = self.models[name].state in {"submitted", "instructed"} and bool(words)
        self.attempt(name, "instruct", allowed=allowed, then="instructed", instruction=words)

    @rule(name=letters, days=st.sampled_from([0, -1, 3]), lead=st.sampled_from(["", "Phòng A"]))
    def assign(self, name: str, days: int, lead: str) -> None:
        """Given to somebody who leads, with a day that is not past, before anybody has it."""
        model = self.models[name]
        deadline = law_date(self.clock.now()) + timedelta(days=days) if days else None
        allowed = model.state in {"registered", "submitted", "instructed"} and bool(lead) and days >= 0
        if not self.is_repeat(name, "assign") and self.attempt(
            name, "assign", allowed=allowed, then="assigned", to=lead, deadline=deadline
        ):
            model.due = (deadline - self.begin).days if deadline else 0

    @rule(name=letters)
    def reassign(self, name: str) -> None:
        """Given to somebody else while somebody has it; the deadline stays."""
        state = self.models[name].state
        self.attempt(name, "reassign", allowed=state in IN_HANDS, then=state, to="Phòng B")

    @rule(name=letters)
    def progress(self, name: str) -> None:
        """Worked on by whoever has it."""
        self.attempt(name, "progress", allowed=self.models[name].state in IN_HANDS, then="processing", note="đang làm")

    @rule(name=letters, reason=st.sampled_from(["", "chờ bổ sung"]))
    def pause(self, name: str, reason: str) -> None:
        """The clock stops, with a reason, while somebody has it."""
        allowed = self.models[name].state in IN_HANDS and bool(reason)
        self.attempt(name, "pause", allowed=allowed, then="paused", reason=reason)

    @rule(name=letters)
    def resume(self, name: str) -> None:
        """The clock runs again if it stood; the deadline is not earlier than it was."""
        before = self.office.incoming_document(name).due_at
        if self.attempt(name, "resume", allowed=self.models[name].state == "paused", then="processing"):
            after = self.office.incoming_document(name)
            assert after.paused_at is None
            assert (before is None) == (after.due_at is None)
            assert before is None or (after.due_at is not None and after.due_at >= before)
            self.models[name].due = (law_date(after.due_at) - self.begin).days if after.due_at else 0

    @rule(name=letters, more=st.sampled_from([0, 1, 5]), reason=st.sampled_from(["", "khó"]))
    def extend(self, name: str, more: int, reason: str) -> None:
        """Moved to a later day than the present one, with a reason, by whoever has it."""
        model = self.models[name]
        today = (law_date(self.clock.now()) - self.begin).days
        day = (model.due or today) + more
        is_later = day > model.due if model.due else day >= today
        allowed = model.state in IN_HANDS and bool(reason) and is_later
        deadline = self.begin + timedelta(days=day)
        if self.attempt(name, "extend", allowed=allowed, then=model.state, deadline=deadline, reason=reason):
            model.due = day

    @rule(name=letters, by=st.sampled_from(["answer", "unissued", "nothing"]))
    def answer(self, name: str, by: str) -> None:
        """Answered once, by an issued document, by whoever has it, or after it was completed without an answer."""
        model = self.models[name]
        allowed = model.state in {*IN_HANDS, "completed"} and by == "answer" and not model.is_answered
        if not self.is_repeat(name, "answer") and self.attempt(
            name, "answer", allowed=allowed, then="completed", by=by
        ):
            model.is_answered = True

    @rule(name=letters, note=st.sampled_from(["", "lưu"]))
    def complete(self, name: str, note: str) -> None:
        """Done by whoever has it; a leader's word may end it too, and then somebody says why."""
        state = self.models[name].state
        allowed = state in IN_HANDS or (state == "instructed" and bool(note))
        if not self.is_repeat(name, "complete"):
            self.attempt(name, "complete", allowed=allowed, then="completed", note=note)

    @rule(name=letters)
    def forward(self, name: str) -> None:
        """Passed on to another agency while it is open here."""
        allowed = self.models[name].state in IN_THE_HOUSE
        if not self.is_repeat(name, "forward"):
            self.attempt(name, "forward", allowed=allowed, then="forwarded", to="Sở Nội vụ", reason="thẩm quyền")

    @rule(name=letters, verb=st.sampled_from(["agree_take_back", "decline_take_back"]))
    def give_back(self, name: str, verb: str) -> None:
        """Nobody asks paper back over the exchange."""
        reason = {"reason": "cần dùng"} if verb == "decline_take_back" else {}
        self.attempt(name, verb, allowed=False, then="", **reason)

    @rule(name=consumes(letters), hours=st.integers(min_value=1, max_value=40))
    def leave_alone(self, name: str, hours: int) -> None:
        """Time passes, and one letter is looked at no more."""
        del name
        self.clock.advance(hours=hours)

    @rule(hours=st.integers(min_value=1, max_value=30))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.clock.advance(hours=hours)

    @invariant()
    def numbers_run_on(self) -> None:
        """Số đến are 1..n, each once, those of the model."""
        given = {d.id: d.number for d in self.office.incoming() if d.number is not None}
        assert given == {name: m.number for name, m in self.models.items() if m.number is not None}

    def is_repeat(self, name: str, verb: str) -> bool:
        """What happens once and happened is answered as the first time; see test_incoming.py."""
        return verb in self.models[name].acts


def test_no_illegal_state_of_incoming_is_reached_and_no_legal_path_refused() -> None:
    """Whatever is done in whatever order, table and model agree, and the log knows every act."""
    effort = settings(
        max_examples=more_in_ci(3, 60),
        stateful_step_count=more_in_ci(15, 40),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(IncomingLife, settings=effort)


_PATHS: dict[str, tuple[str, ...]] = {
    "received": (),
    "arrived": ("check",),
    "registered": ("check", "accept"),
    "submitted": ("check", "accept", "submit"),
    "instructed": ("check", "accept", "submit", "instruct"),
    "assigned": ("check", "accept", "assign"),
    "processing": ("check", "accept", "assign", "progress"),
    "paused": ("check", "accept", "assign", "pause"),
    "completed": ("check", "accept", "assign", "complete"),
    "forwarded": ("check", "accept", "forward"),
    "refused": ("check", "refuse"),
}
_GOOD: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("check", "accept", "submit", "reassign", "progress", "resume", "forward"), ()),
    "refuse": ("gửi nhầm",),
    "instruct": ("giao Phòng A",),
    "assign": (3, "Phòng A"),
    "pause": ("chờ bổ sung",),
    "extend": (5, "khó"),
    "answer": ("answer",),
    "complete": ("lưu",),
}


@pytest.mark.slow
@pytest.mark.parametrize("state", _PATHS)
def test_in_every_state_every_verb_does_what_the_model_says(state: str) -> None:
    """Each state reached once for each verb, with arguments that leave only the state to decide."""
    life = IncomingLife()
    life.issue_an_answer()
    for verb in _GOOD:
        name = life.receive()
        for step in (*_PATHS[state], verb):
            getattr(life, step)(name, *_GOOD[step])
    life.teardown()
