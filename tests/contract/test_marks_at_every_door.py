"""A mark of secrecy in any text of any verb, read off the class: a new verb or field is tried without a line here."""

from __future__ import annotations

import contextlib
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, NamedTuple, Union, get_args, get_origin

import pytest

from docflow import (
    Access,
    AccessKind,
    AccessTarget,
    Addressee,
    CopyRequest,
    DossierPlan,
    Draft,
    ErrorCode,
    FilePlan,
    GroupItem,
    GroupPlan,
    HandEntry,
    Link,
    LinkKind,
    NumberWish,
    Office,
    Permission,
    PlannedStep,
    Series,
    SeriesKind,
    parse_agency_code,
)
from docflow.errors import DocflowError
from docflow.model import AgencyCode
from docflow.model.secrecy import NAMES_OF_PEOPLE
from docflow.wiring.marks import LET_PASS
from tests.office_kit import make_copy_request, make_draft, open_office
from tests.unit.docflow.office.test_every_verb_asks import NOBODY_ACTS, READS
from tests.work_kit import make_entry, make_plan

MARK = "(TỐI MẬT)"
SAMPLES: dict[Any, Any] = {
    str: "abc",
    int: 1,
    bytes: b"%PDF-1.7 secret words",
    date: date(2026, 3, 9),
    Draft: make_draft(),
    HandEntry: make_entry(),
    CopyRequest: make_copy_request(),
    DossierPlan: make_plan(),
    PlannedStep: make_plan().steps[0],
    FilePlan: FilePlan(year=2026, notation="02", title="T", retention_years=1, creator="B"),
    GroupPlan: GroupPlan(id="g", name="Nhóm"),
    GroupItem: GroupItem(target=AccessTarget.OUTGOING, subject="d1"),
    Access: Access(person="A", kind=AccessKind.XEM, target=AccessTarget.OUTGOING, subject="d1"),
    Addressee: Addressee(name="Sở Tư pháp"),
    AgencyCode: parse_agency_code("H99"),
    Link: Link(kind=LinkKind.REFERS, target="d1"),
    NumberWish: NumberWish(sub_of=1, permission=Permission(granted_by="Chủ tịch", reason="bổ sung")),
    Permission: Permission(granted_by="Chủ tịch", reason="bổ sung"),
    Series: Series(kind=SeriesKind.COUNCIL, body="HĐTĐ"),
}
"""What stands beside the text that bears the mark."""

Making = Callable[[str], Any]
VERBS = {
    name: member
    for name, member in inspect.getmembers(Office, lambda item: inspect.isfunction(item) or inspect.ismethod(item))
    if not name.startswith("_")
}
HINTS = {
    name: {key: hint for key, hint in typing.get_type_hints(verb).items() if key != "return"}
    for name, verb in VERBS.items()
}


def texts_of(hint: Any, name: str) -> Iterator[tuple[str, str, Making]]:  # noqa: ANN401 — any annotation
    """Yield every place for a text: its path, the name of its field, and what makes the argument with a text there."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is str:
        yield name, name, str
    elif origin in {Union, types.UnionType}:
        for kind in inner:
            yield from texts_of(kind, name)
    elif origin is tuple and inner[-1] is not Ellipsis:
        for number, kind in enumerate(inner):
            for path, field, make in texts_of(kind, name):
                yield path, field, in_row(inner, number, make)
    elif origin in {tuple, Sequence}:
        for path, field, make in texts_of(inner[0], name):
            yield path, field, in_row(inner[:1], 0, make)
    elif is_dataclass(hint) and isinstance(hint, type) and hint.__module__.startswith("docflow.model."):
        for part in fields(hint):
            for path, field, make in texts_of(typing.get_type_hints(hint)[part.name], part.name):
                yield f"{name}.{path}", field, in_data(hint, part.name, make)


def in_row(kinds: Sequence[Any], number: int, make: Making) -> Making:
    """Return what makes a row of values with a text in one place."""

    def making(text: str) -> tuple[Any, ...]:
        return tuple(make(text) if place == number else SAMPLES[kind] for place, kind in enumerate(kinds))

    return making


def in_data(kind: type, part: str, make: Making) -> Making:
    """Return what makes plain data with a text in one field."""
    return lambda text: replace(SAMPLES[kind], **{part: make(text)})


class Door(NamedTuple):
    """A place for a text in a verb that records something."""

    verb: str
    argument: str
    path: str
    field: str
    make: Making


DOORS = [
    Door(verb, argument, *place)
    for verb, hints in HINTS.items()
    if "actor" in hints
    for argument, hint in hints.items()
    for place in texts_of(hint, argument)
]
EACH_DOOR = pytest.mark.parametrize("door", DOORS, ids=[f"{door.verb}-{door.path}" for door in DOORS])

CLOSED = {"id", "notation", "unit", "body", "target", "text", "form"}
"""Texts of a closed form, which refuses a mark before anybody looks for one."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office, in which nothing happens."""
    with open_office(tmp_path_factory.mktemp("doors") / "office") as made:
        yield made


def sample(hint: Any) -> Any:  # noqa: ANN401 — any annotation
    """Return a value that an annotation allows."""
    if hint in SAMPLES:
        return SAMPLES[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return (sample(get_args(hint)[0]),)


def call(office: Office, door: Door, text: str) -> ErrorCode | None:
    """Call a verb with a text at a door, and nothing but what it needs besides."""
    try:
        value = door.make(text)
        needed = {
            name: sample(HINTS[door.verb][name])
            for name, parameter in inspect.signature(VERBS[door.verb]).parameters.items()
            if name not in {"self", door.argument} and parameter.default is parameter.empty
        }
        VERBS[door.verb](office, **(needed | {door.argument: value}))
    except DocflowError as error:
        assert error.vi  # noqa: PT017 - what is raised is what is asked for
        return error.code
    return None


@EACH_DOOR
def test_a_mark_in_any_text_of_any_verb_is_refused_and_nothing_is_written(office: Office, door: Door) -> None:
    """QĐ 28/2018 Điều 1.2; NĐ 26/2020 Điều 4: before anything is stored, whatever the field is called."""
    before = office.checkpoint()
    is_let_pass = door.verb == "refuse" and door.argument == "reason"
    for mark in (MARK, "[Tối mật]" if door.field in NAMES_OF_PEOPLE else "MẬT", "độ mật: Mật"):
        code = call(office, door, mark)
        if not (door.field in CLOSED and code is ErrorCode.BAD_ARGUMENT):
            assert (code is ErrorCode.SECRET_DOCUMENT) is not is_let_pass, (mark, code)
    assert office.checkpoint() == before


@EACH_DOOR
def test_somebody_called_mat_may_act_and_words_about_secrets_may_stand(
    office: Office, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same doors, and nothing that a mark is."""
    monkeypatch.setattr(office._desk.store, "transact", _stop)
    for text in ("Mật",) if door.field in NAMES_OF_PEOPLE else ("bảo mật", "Mật Sơn"):
        with contextlib.suppress(_StoppedError):
            assert call(office, door, text) is not ErrorCode.SECRET_DOCUMENT


class _StoppedError(Exception):
    """The verb came as far as its transaction."""


def _stop(*_: object, **__: object) -> None:
    raise _StoppedError


def test_every_verb_that_takes_a_text_is_a_door_or_known_to_record_none() -> None:
    """A new verb names its actor, and is looked at, or stands among those that record no text."""
    silent = {
        verb
        for verb, hints in HINTS.items()
        if "actor" not in hints and any(True for name, hint in hints.items() for _ in texts_of(hint, name))
    }
    assert silent <= READS | set(NOBODY_ACTS)
    assert len({door.verb for door in DOORS}) > 50
    assert {name.split(".")[0] for name in LET_PASS} <= set(VERBS)
    assert all(reason for reason in LET_PASS.values())
