"""Groups against a model of sets: who reads what, what a search shows, what is frozen and what is alerted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from docflow import (
    AccessTarget,
    DocflowError,
    ErrorCode,
    FilePlan,
    GroupItem,
    GroupPlan,
    Office,
    OfficeRole,
    SearchQuery,
)
from docflow.model import Direction
from tests.lifecycle_kit import DICE, live
from tests.office_kit import SetClock, make_draft, open_office
from tests.support import more_in_ci
from tests.work_kit import MONDAY, make_entry

ADMIN, LEADER, CLERK = "Quản trị", "Lãnh đạo", "Văn thư"
OFFICERS = ("An", "Bình", "Cường")
ROLES = {
    ADMIN: OfficeRole.QUAN_TRI,
    LEADER: OfficeRole.LANH_DAO,
    CLERK: OfficeRole.VAN_THU,
    **dict.fromkeys(OFFICERS, OfficeRole.CHUYEN_VIEN),
}
BY_ROLE = {LEADER, CLERK}
EVERYBODY = (*ROLES, "Người lạ")
_NOT_FROZEN = {AccessTarget.FILE: ErrorCode.NOT_FOUND}
VERBS = (*("add", "admit") * 3, *("remove", "exclude", "freeze", "unfreeze", "confirm") * 2, "make", "change", "change")


@dataclass
class GroupModel:
    """What an administrator would write on a sheet of paper about a group."""

    named_only: bool
    members: set[GroupItem] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    frozen: bool = False
    acts: list[bool] = field(default_factory=lambda: [False])
    """Of each act, whether it is an alert."""
    of_people: set[int] = field(default_factory=set)
    leader_named: int = -1
    """Which acts named readers, and the last one that named the leader."""

    def name(self, people: Collection[str]) -> None:
        """Remember whom the last act named."""
        self.of_people.add(len(self.acts) - 1)
        if LEADER in people:
            self.leader_named = len(self.acts) - 1

    def concerns_leader(self, position: int) -> bool:
        """Return whether the leader may have come to read something, or no more, by an act."""
        return self.leader_named >= position or (LEADER in self.readers and position not in self.of_people)


def open_roles(folder: Path) -> Office:
    """Open an office with somebody for each role."""
    office = open_office(folder, clock=SetClock(MONDAY))
    for person, role in ROLES.items():
        office.grant(person, role, actor=ADMIN)
    return office


class GroupLife(RuleBasedStateMachine):
    """One office; in each history a few documents of its own, and groups of them."""

    begun = count()

    def __init__(self, office: Office) -> None:
        super().__init__()
        # All histories are lived in one office: making one takes longer than a history.
        self.office, self.history = office, next(self.begun)
        self.groups: dict[str, GroupModel] = {}
        self.changes = 0

    @initialize(dice=DICE)
    def begin(self, dice: Random) -> None:
        """Two documents, a letter and a file; something happens to them before anybody looks."""
        names = [f"h{self.history}-{number}" for number in range(3)]
        for name in names[:2]:
            self.office.draft(make_draft(), actor="An", document_id=name)
        self.office.receive_by_hand(make_entry(f"{names[2]}/STC"), actor=CLERK, incoming_id=names[2])
        self.office.check(names[2], actor=CLERK)
        self.office.accept(names[2], actor=CLERK)
        self.office.assign(names[2], actor=LEADER, to="Phòng A")
        plan = FilePlan(year=2026, notation=f"{self.history}", title="Hồ sơ", retention_years=1, creator="An")
        file = self.office.open_file(self.office.plan_file(plan, actor=CLERK).code, actor="An")
        self.items = (
            *(GroupItem(target=AccessTarget.OUTGOING, subject=name) for name in names[:2]),
            GroupItem(target=AccessTarget.INCOMING, subject=names[2]),
            GroupItem(target=AccessTarget.FILE, subject=file.code),
        )
        for _ in range(dice.randrange(12)):
            self.do(dice)

    @rule(dice=DICE)
    def go_on(self, dice: Random) -> None:
        """Somebody does something, right or wrong."""
        for _ in range(dice.randint(1, 5)):
            self.do(dice)

    def do(self, dice: Random) -> None:
        """One verb about one group."""
        verb = dice.choice(VERBS)
        if verb == "make" or not self.groups:
            self.make(dice)
        elif verb == "change":
            self.change(dice.choice(self.items))
        else:
            getattr(self, verb)(dice.choice(list(self.groups)), dice)

    def attempt(self, name: str, call: Callable[[str], object], *, code: ErrorCode | None, is_alert: bool) -> bool:
        """Do it; the model says beforehand how it ends. A reason of its own makes each a request of its own."""
        self.changes += 1
        before = self.office.checkpoint()
        try:
            call(f"lý do {self.changes}")
        except DocflowError as error:
            assert error.code is code, (error, self.groups)  # noqa: PT017 - what is raised is what is asked for
            assert self.office.checkpoint() == before
            return False
        assert code is None, (code, self.groups)
        self.groups[name].acts.append(is_alert)
        return True

    def make(self, dice: Random) -> None:
        """A group begins empty."""
        name = f"h{self.history}-g{len(self.groups)}"
        model = self.groups[name] = GroupModel(named_only=dice.random() < 0.5)
        self.office.make_group(GroupPlan(id=name, name="Nhóm", is_for_named_only=model.named_only), actor=ADMIN)

    def add(self, name: str, dice: Random) -> None:
        """Some items; all of them, or none."""
        model, items = self.groups[name], dice.sample(self.items, dice.randint(1, 2))
        code = ErrorCode.ALREADY_EXISTS if model.members & set(items) else None
        code = ErrorCode.FROZEN if model.frozen else code

        def call(reason: str) -> object:
            return self.office.add_to_group(name, items, actor=ADMIN, idempotency_key=f"{self.history} {reason}")

        if self.attempt(name, call, code=code, is_alert=True):
            model.members |= set(items)

    def remove(self, name: str, dice: Random) -> None:
        """The same, the other way."""
        model, items = self.groups[name], dice.sample(self.items, dice.randint(1, 2))
        code = None if set(items) <= model.members else ErrorCode.NOT_FOUND
        code = ErrorCode.FROZEN if model.frozen else code

        def call(reason: str) -> object:
            return self.office.remove_from_group(name, items, actor=ADMIN, reason=reason)

        if self.attempt(name, call, code=code, is_alert=True):
            model.members -= set(items)

    def admit(self, name: str, dice: Random) -> None:
        """Whoever it is, frozen or not."""
        model, people = self.groups[name], dice.sample(EVERYBODY, dice.randint(1, 2))
        code = ErrorCode.ALREADY_EXISTS if model.readers & set(people) else None

        def call(reason: str) -> object:
            return self.office.admit_readers(name, people, actor=ADMIN, reason=reason)

        if self.attempt(name, call, code=code, is_alert=True):
            model.readers |= set(people)
            model.name(people)

    def exclude(self, name: str, dice: Random) -> None:
        """The same, the other way."""
        model, people = self.groups[name], dice.sample(EVERYBODY, dice.randint(1, 2))
        code = None if set(people) <= model.readers else ErrorCode.NOT_FOUND

        def call(reason: str) -> object:
            return self.office.exclude_readers(name, people, actor=ADMIN, reason=reason)

        if self.attempt(name, call, code=code, is_alert=True):
            model.readers -= set(people)
            model.name(people)

    def freeze(self, name: str, _dice: Random) -> None:
        """Once."""
        model = self.groups[name]
        code = ErrorCode.WRONG_STATE if model.frozen else None
        if self.attempt(
            name,
            lambda reason: self.office.freeze_group(name, actor=LEADER, reason=reason),
            code=code,
            is_alert=False,
        ):
            model.frozen = True

    def unfreeze(self, name: str, _dice: Random) -> None:
        """Only what is frozen."""
        model = self.groups[name]
        code = None if model.frozen else ErrorCode.WRONG_STATE
        if self.attempt(
            name,
            lambda reason: self.office.unfreeze_group(name, actor=ADMIN, reason=reason),
            code=code,
            is_alert=False,
        ):
            model.frozen = False

    def confirm(self, name: str, dice: Random) -> None:
        """An alert ends, unless the one who would confirm it has a part in it."""
        model = self.groups[name]
        alerts = [position for position, is_alert in enumerate(model.acts) if is_alert]
        if not alerts:
            return
        position = dice.choice(alerts)
        try:
            self.office.confirm_group_act(name, position, actor=LEADER)
        except DocflowError as error:
            assert error.code is ErrorCode.FORBIDDEN  # noqa: PT017 - what is raised is what is asked for
            assert model.concerns_leader(position), (position, model)
        else:
            assert not model.concerns_leader(position), (position, model)
            model.acts[position] = False

    def change(self, item: GroupItem) -> None:
        """Somebody works on a document or file, unless a group that it is in is frozen."""
        self.changes += 1
        is_frozen = any(model.frozen and item in model.members for model in self.groups.values())
        before = self.office.checkpoint()
        try:
            if item.target is AccessTarget.OUTGOING:
                self.office.comment(item.subject, f"ý kiến {self.changes}", actor="An")
            elif item.target is AccessTarget.INCOMING:
                self.office.progress(item.subject, actor="An", note=f"lần {self.changes}")
            else:
                self.office.add_to_file(item.subject, direction=Direction.OUTGOING, document_id="x", actor="An")
        except DocflowError as error:
            # What would be put into the file is not here; but first of all the file is frozen, or it is not.
            expected = ErrorCode.FROZEN if is_frozen else _NOT_FROZEN.get(item.target)
            assert error.code is expected, (error, item, self.groups)  # noqa: PT017 - the same
            assert self.office.checkpoint() == before
        else:
            assert not is_frozen, (item, self.groups)

    def reads(self, person: str, item: GroupItem) -> bool:
        """Say it as the decree's reader would."""
        groups = [model for model in self.groups.values() if item in model.members]
        lets = (person in model.readers or (not model.named_only and person in BY_ROLE) for model in groups)
        return person in ROLES and (not groups or any(lets))

    @invariant()
    def agrees(self) -> None:
        """For everybody and everything: asked alone, among others, and by a search."""
        if not hasattr(self, "items"):
            return
        documents = [item for item in self.items if item.target is not AccessTarget.FILE]
        for person in EVERYBODY:
            expected = tuple(item for item in self.items if self.reads(person, item))
            assert self.office.list_readable(person, self.items) == expected, (person, self.groups)
            found = {hit.id for hit in self.office.search(SearchQuery(limit=1000), reader=person)}
            own = {item.subject for item in documents}
            assert found & own == {item.subject for item in expected} & own, (person, self.groups)
        for name, model in self.groups.items():
            group = self.office.group(name)
            assert (group.frozen_at is not None, group.act_count) == (model.frozen, len(model.acts))
            held = {GroupItem(target=member.target, subject=member.subject) for member in self.office.group_items(name)}
            assert held == model.members
            assert {reader.person for reader in self.office.group_readers(name)} == model.readers
            alerts = [act.position for act in self.office.group_acts(name, only_alerts=True)]
            assert alerts == [position for position, is_alert in enumerate(model.acts) if is_alert]


def test_groups_are_what_sets_of_documents_and_people_are(tmp_path: Path) -> None:
    """Every history drawn at random ends as on a sheet of paper, and its log is intact."""
    with open_roles(tmp_path / "office") as office:
        live(lambda: GroupLife(office), histories=more_in_ci(6, 25), steps=6)
        assert office.verify_log().is_intact
