"""Outgoing documents under any sequence of verbs, against a model that knows what each step means, not the table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from docflow import Addressee, DocflowError, EntryKind, ErrorCode, Link, LinkKind, Office, OutboxState
from tests.lifecycle_kit import DICE, live
from tests.office_kit import SetClock, leader_pdf, make_draft, open_office
from tests.support import more_in_ci

DOCUMENTS = ("a", "b")
"""``b`` replaces ``a`` if ``a`` is in force when it is drafted."""


Move = tuple[str, tuple[tuple[str, object], ...]]
"""A verb of the machine, and what is said with it."""
_FRESH, _STALE = (("is_stale", False),), (("is_stale", True),)
_GENUINE, _FORGED = (("is_forged", False),), (("is_forged", True),)
_PLACES = tuple((("position", number),) for number in range(3))
RIGHT: dict[str, tuple[Move, ...]] = {
    "nowhere": (("draft", ()),),
    "being written": (
        *(("approve", ()),) * 4,
        ("revise", _FRESH),
        ("comment", ()),
        *(("attach", ()),) * 3,
        ("detach", _PLACES[0]),
        ("give_back", ()),
    ),
    "given back": (*(("revise", _FRESH),) * 2, ("comment", ()), ("attach", ()), ("detach", _PLACES[0])),
    "approved": (*(("sign", ()),) * 4, ("give_back", ())),
    "signed": (*(("issue", ()),) * 4, ("give_back", ()), ("cancel", ())),
    "numbered": (*(("seal", _GENUINE),) * 5, ("void", ())),
    "issued": (
        *(("seal_attachment", place) for place in _PLACES[:2]),
        *(("hand_over", place) for place in _PLACES),
        ("add_addressee", ()),
        ("recall", ()),
    ),
}
"""What may be done at each stage; nothing but talk about what has ended, and that is refused."""
NEARLY_RIGHT: dict[str, tuple[Move, ...]] = {
    "being written": (("revise", _STALE),),
    "given back": (("revise", _STALE),),
    "approved": (("detach", _PLACES[0]),),
    "numbered": (("seal", _FORGED), ("recall", ())),
    "issued": tuple(("hand_over", place) for place in _PLACES),
}
ANYTHING: tuple[Move, ...] = (
    *((verb, ()) for verb in ("draft", "comment", "attach", "give_back", "approve", "sign", "issue")),
    *((verb, ()) for verb in ("add_addressee", "recall", "cancel", "void")),
    *(("revise", version) for version in (_FRESH, _STALE)),
    *(("seal", pdf) for pdf in (_GENUINE, _FORGED)),
    *(("detach", place) for place in _PLACES[:2]),
    *(("seal_attachment", place) for place in _PLACES[:2]),
    *(("hand_over", place) for place in _PLACES),
)
"""What somebody may try."""


WAY = {"being written": 0, "given back": 0, "approved": 1, "signed": 2, "numbered": 3, "issued": 4}
"""How far a document came; nowhere if it has ended."""
ONE_MANS = {"draft", "approve", "leader_signed", "issue", "sealed", "return_draft", "recall", "cancel", "void"}
"""What is done once to a version, so that it is over for everybody else."""


@dataclass
class Done:
    """One act: the verb, what was said with it, and the stage to which it led."""

    verb: str
    arguments: dict[str, object]
    led_to: str = ""


@dataclass
class Paper:
    """What a clerk would know of a document: nothing of docflow's states."""

    stage: str = "being written"
    version: int = 1
    said: int = 0
    attached: list[bytes] = field(default_factory=list)
    """What was attached, by its place, also what was taken off since."""
    taken_off: set[int] = field(default_factory=set)
    attached_signed: set[int] = field(default_factory=set)
    replaces: str | None = None
    with_addressee: list[str] = field(default_factory=lambda: ["kept", "kept"])
    number: int | None = None
    done: dict[str, Done] = field(default_factory=dict)
    """What was done to this version, by its verb and words and who did it."""

    def stands(self, said: str) -> bool:
        """Return whether it was done, and neither taken back since nor done to what has ended."""
        done = self.done.get(said)
        if done is None:
            return False
        return done.led_to == self.stage or WAY.get(self.stage, -1) >= WAY.get(done.led_to, 9)


@dataclass
class Place:
    """One office for all histories, its clock, and how many numbers its register gave."""

    office: Office
    clock: SetClock
    issued: int = 0


@contextmanager
def open_at(folder: Path) -> Iterator[Place]:
    """Open an office."""
    clock = SetClock()
    with open_office(folder, clock=clock) as office:
        yield Place(office, clock)


class Outgoing(RuleBasedStateMachine):
    """Every verb may come at any time; only what a clerk would call right may happen, and it always may."""

    begun = count()

    def __init__(self, place: Place) -> None:
        super().__init__()
        # All histories are lived in one office: making one takes longer than a history.
        self.place, self.office, self.clock, self.history = place, place.office, place.clock, next(self.begun)
        self.papers: dict[str, Paper] = {}
        self.touched: set[str] = set()
        self.last: tuple[str, Done] | None = None
        """The last act, with the document that it was done to."""

    def id_of(self, name: str) -> str:
        """Return the id of a document of this history."""
        return f"{self.history}-{name}"

    def log_size(self) -> int:
        """Return how many leaves the log has."""
        return int(self.office.checkpoint().splitlines()[1])

    def do(self, verb: str, *, right: bool, leaves: int = 1, **arguments: object) -> bool:
        """Call a verb: if it is right it happens and leaves its leaves; if not, it is refused and leaves nothing.

        What the same person did with the same words before, and what still stands, gets its old answer, which changes
        nothing; nobody else, and nothing that was undone, is answered as if it were done now.
        """
        self.clock.advance(seconds=1)
        self.note_last()
        before = self.log_size()
        refusal, is_repetition = None, False
        paper = self.papers.get(str(arguments["document_id"]))
        stands = paper is not None and paper.stands(said(verb, arguments))
        try:
            is_repetition = getattr(self.office, verb)(
                **{**arguments, "document_id": self.id_of(str(arguments["document_id"]))}
            ).is_replay
        except DocflowError as error:
            refusal = error
        grown = self.log_size() - before
        if refusal is not None or is_repetition:
            assert not right, f"{verb} was refused: {refusal}"
            assert is_repetition == stands, (verb, stands, refusal)
            assert refusal is None or (refusal.vi and refusal.code is not ErrorCode.IDEMPOTENCY_CONFLICT)
            assert grown == 0, f"{verb} was refused and wrote"
            return False
        assert right, f"{verb} was let through"
        assert grown == leaves, f"{verb} left {grown} leaves, not {leaves}"
        self.touched.add(str(arguments["document_id"]))
        self.last = (str(arguments["document_id"]), Done(verb, arguments))
        return True

    def note_last(self) -> None:
        """Keep what was done last, now that its stage is known; a new version begins anew."""
        if self.last is not None:
            paper, done = self.papers[self.last[0]], self.last[1]
            done.led_to = paper.stage
            if done.verb == "revise":
                paper.done.clear()
            paper.done[said(done.verb, done.arguments)] = done
            self.last = None

    @rule(dice=DICE, name=st.sampled_from(DOCUMENTS))
    def do_again(self, dice: Random, name: str) -> None:
        """Something is asked again by who did it, or in his words by somebody else; never is it done twice."""
        self.note_last()
        for done in dice.sample(list(self.papers[name].done.values()), k=1) if self.papers.get(name) else ():
            is_other = done.verb in ONE_MANS and dice.random() < 0.5
            actor = {"actor": "Người khác"} if is_other else {}
            arguments: dict[str, Any] = {**done.arguments, **actor}
            self.do(done.verb, right=False, **arguments)

    @initialize(dice=DICE)
    def begin(self, dice: Random) -> None:
        """There is one document to begin with, somewhere on its way."""
        self.draft("a")
        for _ in range(dice.randrange(10)):
            self.do_right(dice, "a")

    @rule(dice=DICE, name=st.sampled_from(DOCUMENTS))
    def go_on(self, dice: Random, name: str) -> None:
        """Several things are done that may be done."""
        for _ in range(dice.randint(1, 6)):
            self.do_right(dice, name)

    def do_right(self, dice: Random, name: str) -> None:
        """Something is done that may be done, what ends a life the least often; or nearly so, before that."""
        for verb, arguments in NEARLY_RIGHT.get(self.stage(name), ()):
            if dice.random() < 0.5:
                getattr(self, verb)(name, **dict(arguments))
        verb, arguments = dice.choice(RIGHT.get(self.stage(name), (("comment", ()),)))
        getattr(self, verb)(name, **dict(arguments))

    @rule(dice=DICE, name=st.sampled_from(DOCUMENTS))
    def do_anything(self, dice: Random, name: str) -> None:
        """Somebody tries something, right or wrong; what is nearly right the most often."""
        verb, arguments = dice.choice((*ANYTHING, *NEARLY_RIGHT.get(self.stage(name), ()) * 8))
        getattr(self, verb)(name, **dict(arguments))

    def draft(self, name: str) -> None:
        """A document is drafted once; another request under its id is refused."""
        is_replacement = name == "b" and self.stage("a") == "issued"
        links = (Link(kind=LinkKind.REPLACES, target=self.id_of("a")),) if is_replacement else ()
        draft = dataclasses.replace(make_draft(f"về việc {name} {self.log_size()}"), links=links)
        if self.do("draft", right=name not in self.papers, draft=draft, actor="A", document_id=name):
            self.papers[name] = Paper(replaces="a" if is_replacement else None)

    def revise(self, name: str, *, is_stale: bool) -> None:
        """A draft may be revised until it is approved, and only the newest version of it."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        links = (Link(kind=LinkKind.REPLACES, target=self.id_of(paper.replaces)),) if paper.replaces else ()
        still_there = paper.replaces is None or self.stage(paper.replaces) == "issued"
        right = paper.stage in {"being written", "given back"} and not is_stale and still_there
        draft = dataclasses.replace(make_draft(f"về việc khác {self.log_size()}"), links=links)
        version = paper.version + is_stale
        if self.do("revise", right=right, document_id=name, draft=draft, actor="A", version=version):
            paper.version += 1
            paper.stage = "being written"

    def comment(self, name: str) -> None:
        """Opinions are given while it is being written."""
        right = self.stage(name) in {"being written", "given back"}
        if self.do("comment", right=right, document_id=name, opinion=f"ý kiến {self.log_size()}", actor="B"):
            self.papers[name].said += 1

    def attach(self, name: str) -> None:
        """Files are attached while it is being written; first what was taken off, which comes to another place."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        right = paper.stage in {"being written", "given back"}
        there = [pdf for place, pdf in enumerate(paper.attached) if place not in paper.taken_off]
        pdf = next((pdf for pdf in paper.attached if pdf not in there), f"%PDF {name} {len(paper.attached)}".encode())
        if self.do("attach", right=right, document_id=name, pdf=pdf, name="Phụ lục", actor="A"):
            paper.attached.append(pdf)

    def detach(self, name: str, position: int) -> None:
        """What was attached by mistake is taken off, once, while files are attached."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        is_there = position < len(paper.attached) and position not in paper.taken_off
        right = paper.stage in {"being written", "given back"} and is_there
        reason = f"nhầm {self.log_size()}"
        if self.do("detach", right=right, document_id=name, position=position, actor="A", reason=reason):
            paper.taken_off.add(position)
            annex: dict[str, object] = {
                "document_id": name,
                "pdf": paper.attached[position],
                "name": "Phụ lục",
                "actor": "A",
            }
            paper.done.pop(said("attach", annex), None)

    def give_back(self, name: str) -> None:
        """Whoever looks at it before it has a number may give it back."""
        right = self.stage(name) in {"being written", "approved", "signed"}
        if self.do("return_draft", right=right, document_id=name, actor="B", reason=f"sai {self.log_size()}"):
            self.papers[name].stage = "given back"
            self.papers[name].said += 1

    def approve(self, name: str) -> None:
        """What is being written may be approved."""
        self.move("approve", name, {"being written"}, "approved")

    def sign(self, name: str) -> None:
        """What is approved may be signed."""
        self.move("leader_signed", name, {"approved"}, "signed", pdf=leader_pdf(name))

    def issue(self, name: str) -> None:
        """What is signed gets the next number, if what it replaces is still in force."""
        paper = self.papers.get(name, Paper())
        if paper.stage == "signed" and paper.replaces and self.stage(paper.replaces) != "issued":
            self.do("issue", right=False, document_id=name, actor="V")
        elif self.move("issue", name, {"signed"}, "numbered"):
            self.place.issued += 1
            paper.number = self.place.issued

    def seal(self, name: str, *, is_forged: bool) -> None:
        """The agency signs what the leader signed and what has a number; what it replaces is in force no longer."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        pdf = (b"%PDF other" if is_forged else leader_pdf(name)) + b" seal"
        replaced = paper.replaces if paper.replaces and self.stage(paper.replaces) == "issued" else None
        right = paper.stage == "numbered" and not is_forged
        if self.do("sealed", right=right, leaves=2 if replaced else 1, document_id=name, pdf=pdf, actor="V"):
            paper.stage = "issued"
            self.release(paper)
            if replaced:
                self.papers[replaced].stage = "replaced"
                self.touched.add(replaced)
                self.keep_back(self.papers[replaced])

    def seal_attachment(self, name: str, position: int) -> None:
        """Each attachment is signed once, after its document; the last one lets everything leave."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        pdf = (paper.attached[position] if position < len(paper.attached) else b"%PDF") + b" seal"
        waits = position < len(paper.attached) and position not in paper.attached_signed | paper.taken_off
        right = paper.stage == "issued" and waits
        if self.do("attachment_sealed", right=right, document_id=name, pdf=pdf, position=position, actor="V"):
            paper.attached_signed.add(position)
            self.release(paper)

    def hand_over(self, name: str, position: int) -> None:
        """What waits for somebody may be handed to him, once."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        waits = position < len(paper.with_addressee) and paper.with_addressee[position] == "waits"
        right = paper.stage == "issued" and waits
        how = f"bưu điện {self.log_size()}"
        if self.do("hand_over", right=right, document_id=name, position=position, actor="V", how=how):
            paper.with_addressee[position] = "gone"

    def add_addressee(self, name: str) -> None:
        """An issued document may go to one more, who waits for it like the others."""
        paper = self.papers.get(name, Paper(stage="nowhere"))
        added = (Addressee(name=f"Xã thứ {len(paper.with_addressee)}"),)
        right = paper.stage == "issued"
        if self.do("add_addressees", right=right, document_id=name, addressees=added, actor="V", reason="bổ sung"):
            paper.with_addressee.append("kept")
            paper.said += 1
            self.release(paper)

    def recall(self, name: str) -> None:
        """An issued document may be recalled: what has not left stays, what has left is on record."""
        if self.move("recall", name, {"issued"}, "recalled", reason="sai thẩm quyền"):
            self.papers[name].said += 1
            self.keep_back(self.papers[name])

    def cancel(self, name: str) -> None:
        """Before it has a number it may be dropped."""
        places = {"being written", "given back", "approved", "signed"}
        if self.move("cancel", name, places, "dropped", reason="không cần nữa"):
            self.papers[name].said += 1

    def void(self, name: str) -> None:
        """A number that will not be used is void, with its reason, and stays."""
        if self.move("void", name, {"numbered"}, "void", reason="in hỏng"):
            self.papers[name].said += 1
            self.keep_back(self.papers[name])

    @invariant()
    def the_office_says_what_the_clerk_knows(self) -> None:
        """State, version, opinions, number, and where each addressee's copy is."""
        while self.touched:
            paper = self.papers[name := self.touched.pop()]
            document = self.office.document(self.id_of(name))
            assert document.state.value == STATES[paper.stage]
            assert (document.version, document.remark_count) == (paper.version, paper.said)
            assert document.number == paper.number
            there = [item.position for item in self.office.attachments(document.id)]
            assert there == [place for place in range(len(paper.attached)) if place not in paper.taken_off]
            assert document.attachment_count == len(there)
            if paper.stage == "void":
                lines = self.office.entries(document.year or 0)
                assert [line.kind for line in lines if line.document_id == document.id] == [EntryKind.VOID]
            rows = self.office.outbox(document_id=self.id_of(name))
            known = [WHERE[place] for place in paper.with_addressee] if paper.number else []
            assert [row.state for row in rows] == known

    def stage(self, name: str) -> str:
        """Return where a document is, for the clerk."""
        return self.papers[name].stage if name in self.papers else "nowhere"

    def move(self, verb: str, name: str, places: set[str], to: str, **more: Any) -> bool:  # noqa: ANN401
        """Try a verb that is right in some places and leads to another."""
        if self.do(verb, right=self.stage(name) in places, document_id=name, actor="V", **more):
            self.papers[name].stage = to
            return True
        return False

    @staticmethod
    def release(paper: Paper) -> None:
        """Everything waits for its receiver once every file is signed."""
        if len(paper.attached_signed) + len(paper.taken_off) == len(paper.attached):
            paper.with_addressee = ["waits" if place == "kept" else place for place in paper.with_addressee]

    @staticmethod
    def keep_back(paper: Paper) -> None:
        """What has not left stays for good."""
        paper.with_addressee = ["gone" if place == "gone" else "stays" for place in paper.with_addressee]


def said(verb: str, arguments: dict[str, object]) -> str:
    """Return what tells one request from another."""
    return f"{verb} {sorted(arguments.items())}"


STATES = {
    "being written": "drafted",
    "given back": "returned",
    "approved": "approved",
    "signed": "leader_signed",
    "numbered": "numbered",
    "issued": "sealed",
    "replaced": "replaced",
    "recalled": "recalled",
    "dropped": "cancelled",
    "void": "voided",
}
WHERE = {
    "kept": OutboxState.HELD,
    "waits": OutboxState.READY,
    "gone": OutboxState.SENT,
    "stays": OutboxState.CANCELLED,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An office for all histories."""
    with open_at(tmp_path_factory.mktemp("outgoing") / "office") as place:
        yield place


@pytest.mark.timeout(900)
def test_any_history_of_outgoing_documents_is_as_a_clerk_would_have_it(place: Place) -> None:
    """No illegal state is reached, no legal step refused, every step leaves its leaf, every refusal nothing."""
    live(lambda: Outgoing(place), histories=more_in_ci(3, 8), steps=more_in_ci(25, 25))
    report = place.office.verify_log()
    assert report.is_intact, report.findings
    assert report.numbers == place.issued


@pytest.mark.soak
def test_many_long_histories(place: Place) -> None:
    """The same, lived longer and more often."""
    live(lambda: Outgoing(place), histories=60, steps=40)
