"""Whatever an untyped caller gives to a verb: an error of ours, and nothing written.

The verbs and their arguments are read off the class, so that a new verb is tried without a line here. Each is tried at
something on which it would have worked, inside a transaction that is undone.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import sqlalchemy as sa

from docflow import (
    Access,
    AccessKind,
    AccessQuery,
    AccessTarget,
    Addressee,
    CopyRequest,
    Direction,
    DocumentType,
    DossierPlan,
    Draft,
    ErrorCode,
    FilePlan,
    GroupItem,
    GroupPlan,
    HandEntry,
    Office,
    OfficeRole,
    RegisterKind,
    SearchQuery,
)
from docflow.errors import DocflowError
from docflow.ports import SignatureCheck
from docflow.store.engines.database import choose_driver
from tests.office_kit import SetClock, leader_pdf, make_copy_request, make_draft, seal_off, sign_off, sign_statement
from tests.strange_pdf import page_pdf
from tests.work_kit import MONDAY, add, assign, make_entry, make_file, make_plan, open_work, register

pytestmark = pytest.mark.slow

_NOT_TRIED = {"open", "lock", "within", "close"}
VERBS = {
    name: member
    for name, member in inspect.getmembers(Office, inspect.isfunction)
    if not name.startswith("_") and name not in _NOT_TRIED
}
HINTS = {name: typing.get_type_hints(verb) for name, verb in VERBS.items()}
ARGUMENTS = [
    (name, argument)
    for name, verb in VERBS.items()
    for argument in inspect.signature(verb).parameters
    if argument != "self"
]
ACTS = [name for name, hints in HINTS.items() if "actor" in hints]
_TIMELY = {ErrorCode.CLOCK_TURNED_BACK, ErrorCode.DATE_NOT_ALLOWED, ErrorCode.NOT_FOUND, ErrorCode.WRONG_STATE}
NAIVE = datetime(2026, 3, 2, 9)  # noqa: DTZ001 — that is what is tried


ITEM = GroupItem(target=AccessTarget.OUTGOING, subject="sealed-1")


class Undone:
    """An office with something in every state; what is done in it is undone."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(MONDAY)
        self.office = open_work(folder, clock=self.clock)
        self.engine = sa.create_engine(f"sqlite:///{folder}/docflow.sqlite", module=choose_driver())
        fill(self.office)
        self.size = self.office.verify_log().size
        #: Whether the last verb that worked left anything: what was done already is answered again.
        self.wrote = False

    def try_verb(self, name: str, arguments: dict[str, Any]) -> ErrorCode | None:
        """Call a verb and undo it; return the code of its error."""
        with self.office.lock(), self.engine.connect() as connection:
            inside = self.office.within(connection)
            before = inside.checkpoint()
            try:
                VERBS[name](inside, **arguments)
                self.wrote = inside.checkpoint() != before
            except DocflowError as error:
                assert error.vi  # noqa: PT017 - what is raised is what is asked for
                assert inside.checkpoint() == before, "refused, and something was written"
                return error.code
            finally:
                connection.rollback()
        return None


OPENED = "hoi_dong:BCĐ"
"""A register that goes on from a book, and has no number of its own yet."""


def fill(office: Office) -> None:
    """Leave something for every verb to work on."""
    office.draft(make_draft(), actor="V", document_id="drafted", pdf=b"%PDF draft")
    office.attach("drafted", b"%PDF annex", name="Phụ lục", actor="V")
    office.draft(make_draft(), actor="V", document_id="approved")
    office.approve("approved", actor="V")
    sign_off(office, "signed")
    sign_off(office, "numbered")
    office.issue("numbered", actor="V")
    seal_off(office, "sealed-1")
    for name in ("received", "checked", "registered", "submitted", "assigned", "paused"):
        if name in {"received", "checked"}:
            office.receive_by_hand(make_entry(f"{name}/STC"), actor="V", incoming_id=name)
            continue
        register(office, name, symbol=f"{name}/STC")
    office.check("checked", actor="V")
    office.submit("submitted", actor="V", to="Chủ tịch")
    for name in ("assigned", "paused"):
        assign(office, name)
    office.pause("paused", actor="V", reason="chờ")
    for name in ("opened", "begun", "halted"):
        office.open_dossier(make_plan(), dossier_id=name, actor="V")
    for name in ("begun", "halted"):
        office.start_dossier(name, actor="V")
    office.pause_dossier("halted", actor="V", reason="chờ")
    file = make_file(office)
    add(office, file, "registered")
    office.reserve_numbers("van_ban_di", actor="V", reason="dự phòng")
    office.open_register(OPENED, last_number=5, actor="V", reason="chuyển từ sổ giấy")
    office.receive_by_hand(make_entry("9/STC"), actor="V", incoming_id="printable", scan=page_pdf("scan"))
    office.draft(make_draft(), actor="V", document_id="printable")
    office.approve("printable", actor="V")
    office.leader_signed("printable", page_pdf("signed"), actor="V")
    office.issue("printable", actor="V")
    office.sealed("printable", page_pdf("signed") + b"% sealed", actor="V")
    for name in ("filled", "small", "frozen"):
        office.make_group(GroupPlan(id=name, name="Nhóm"), actor="V")
    office.add_to_group("filled", (ITEM,), actor="V")
    office.admit_readers("filled", ("abc",), actor="V")
    office.admit_readers("small", ("Phạm Văn Dũng",), actor="V")
    office.freeze_group("frozen", actor="V", reason="thanh tra")


@pytest.fixture(scope="module")
def undone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undone]:
    """One office for all."""
    made = Undone(tmp_path_factory.mktemp("odd") / "office")
    with made.office:
        yield made
        assert made.office.verify_log().size == made.size
        assert made.office.verify_log().is_intact
    made.engine.dispose()


NAMES = {
    "document_id": ("drafted", "approved", "signed", "numbered", "sealed-1", "registered", "printable"),
    "incoming_id": ("received", "checked", "registered", "submitted", "assigned", "paused", "printable"),
    "group_id": ("filled", "small", "frozen"),
    "dossier_id": ("opened", "begun", "halted", "new"),
}
VALUES: dict[Any, Callable[[], Any]] = {
    str: lambda: "abc",
    int: lambda: 1,
    bytes: lambda: leader_pdf("signed"),
    date: lambda: date(2026, 3, 9),
    datetime: lambda: MONDAY,
    timedelta: lambda: timedelta(days=1),
    Draft: make_draft,
    HandEntry: make_entry,
    CopyRequest: make_copy_request,
    DossierPlan: make_plan,
    FilePlan: lambda: FilePlan(year=2026, notation="02", title="T", retention_years=1, creator="B"),
    GroupPlan: lambda: GroupPlan(id="new", name="Nhóm"),
    GroupItem: lambda: ITEM,
    AccessTarget: lambda: AccessTarget.OUTGOING,
    Access: lambda: Access(person="A", kind=AccessKind.XEM, target=AccessTarget.OUTGOING, subject="drafted"),
    AccessQuery: AccessQuery,
    SearchQuery: lambda: SearchQuery(text="abc"),
    SignatureCheck: lambda: None,
    Direction: lambda: Direction.INCOMING,
    DocumentType: lambda: DocumentType.QUYET_DINH,
    OfficeRole: lambda: next(iter(OfficeRole)),
    RegisterKind: lambda: RegisterKind.OUTGOING,
}


def usual(undone: Undone, name: str) -> Iterator[dict[str, Any]]:
    """Return arguments with which a verb may work, one after the other."""
    choices: dict[str, Sequence[Any]] = {}
    for argument, parameter in inspect.signature(VERBS[name]).parameters.items():
        if argument == "self" or (parameter.default is not parameter.empty and argument != "deadline"):
            continue
        if argument in NAMES:
            choices[argument] = NAMES[argument]
        elif argument == "code":
            choices[argument] = [file.code for file in undone.office.files()]
        elif argument == "register":
            choices[argument] = ("van_ban_di", "quy_pham:nghi_quyet", OPENED)
        elif argument == "cms":
            choices[argument] = (sign_statement(undone.office.log_statement()),)
        elif argument == "addressees":
            choices[argument] = ((Addressee(name="Sở Tư pháp"),),)
        elif argument == "accesses":
            choices[argument] = ((VALUES[Access](),),)
        elif argument in {"items", "people"}:
            choices[argument] = ((ITEM,) if argument == "items" else ("abc",),)
        elif argument in {"position", "step", "version", "number", "year"}:
            choices[argument] = (0, 1, 2, 3, 2026)
        else:
            made = VALUES.get(HINTS[name][argument])
            choices[argument] = (made(),) if made else (None,)
    yield from (dict(zip(choices, values, strict=True)) for values in product(*choices.values()))


class OwnText(str):
    """A text of a kind of the caller's own, which nothing can encode."""

    __slots__ = ()


def wrong_for(hint: Any) -> list[Any]:  # noqa: ANN401 — any annotation
    """Return values that are not of the kind."""
    kinds = set(get_args(hint)) if get_origin(hint) not in {tuple, None} and not isinstance(hint, type) else {hint}
    wrong: list[Any] = [object(), [object()], 1.5]
    if str in kinds:
        wrong += [5, b"bytes", "\ud800", OwnText("abc")]
    if get_origin(hint) is Sequence and str in get_args(hint):
        wrong += [range(3), ["a", 5]]
    if date in kinds:
        wrong += ["2026-03-09", MONDAY]
    if datetime in kinds:
        wrong += ["2026-03-09", NAIVE, date(2026, 3, 9)]
    if int in kinds:
        wrong += ["1", True]
    if bytes in kinds:
        wrong += ["text"]
    if any(get_origin(kind) is tuple or kind is Draft for kind in kinds):
        wrong += [(object(),), {"subject": "x"}]
    return wrong


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_an_argument_of_a_wrong_type_is_bad_argument(undone: Undone, name: str, argument: str) -> None:
    """Never a TypeError or an AttributeError from inside."""
    arguments = next(usual(undone, name))
    for wrong in wrong_for(HINTS[name][argument]):
        assert undone.try_verb(name, arguments | {argument: wrong}) is ErrorCode.BAD_ARGUMENT, wrong


ODD = {
    "NUL": "a\x00b",
    "bidi": "a\u202eb",
    "long": "x" * 100_000,
    "empty": "",
    "line break": "a\nb",
    "decomposed": "e\u0302",
}


@pytest.mark.parametrize("name", ACTS)
def test_an_odd_text_is_taken_or_refused_with_a_code(undone: Undone, name: str) -> None:
    """NUL, a mark of direction and a text without end are refused by every verb that acts, wherever they stand."""
    works = [arguments for arguments in usual(undone, name) if undone.try_verb(name, arguments) is None]
    base = works[0] if works else next(usual(undone, name))
    for argument, hint in HINTS[name].items():
        if argument == "return":
            continue
        if hint is str or str in get_args(hint):
            for what, odd in ODD.items():
                code = undone.try_verb(name, base | {argument: odd})
                assert code is not None or what not in {"NUL", "bidi", "long"}, (argument, what)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(
    "time",
    [
        datetime(2028, 2, 29, 3, tzinfo=UTC),
        datetime(2026, 12, 31, 17, tzinfo=UTC),  # 1 January, 00:00 in Hà Nội
        datetime(2026, 12, 31, 16, 59, 59, 999999, tzinfo=UTC),
        MONDAY - timedelta(days=400),
    ],
    ids=["29 February", "New Year", "just before it", "turned back"],
)
def test_at_any_time_a_verb_works_or_is_refused_with_a_code(undone: Undone, name: str, time: datetime) -> None:
    """The calendar's corners, and a clock that was turned back: which verbs refuse it, their own tests say."""
    undone.clock.time = MONDAY
    working = next((each for each in usual(undone, name) if undone.try_verb(name, each) is None), None)
    if working is None:
        return
    undone.clock.time = time
    try:
        code = undone.try_verb(name, working)
    finally:
        undone.clock.time = MONDAY
    assert code in {None, *_TIMELY}, code
    assert code is not None or time > MONDAY or not undone.wrote, "dated before the log"


@pytest.mark.parametrize("name", ["issue", "receive_by_hand", "assign", "open_dossier", "reserve_numbers"])
@pytest.mark.parametrize(
    "time",
    [
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
        NAIVE,
        MONDAY.date(),
        "2026-03-02T09:00:00Z",
        None,
    ],
    ids=["last", "first", "9999", "naive", "day", "text", "none"],
)
def test_a_clock_that_gives_no_time_is_bad_argument(undone: Undone, name: str, time: Any) -> None:  # noqa: ANN401 - anything
    """The clock is passed in, as every argument is."""
    undone.clock.time = MONDAY
    given = next(each for each in usual(undone, name) if undone.try_verb(name, each) is None)
    undone.clock.time = time
    try:
        assert undone.try_verb(name, given) is ErrorCode.BAD_ARGUMENT
    finally:
        undone.clock.time = MONDAY


def test_what_is_counted_in_hours_and_days_has_an_end(undone: Undone) -> None:
    """Farther than any calendar reaches: BAD_ARGUMENT, also where nothing waits."""
    office = undone.office
    for verb in (office.incoming_due, office.incoming_standings, office.unsent):
        for hours in (-1, 2**31, 2**63, 10**30):
            with pytest.raises(DocflowError) as caught:
                verb(within_hours=hours)
            assert caught.value.code is ErrorCode.BAD_ARGUMENT
    for age in (timedelta.max, timedelta.min, timedelta(days=40_000)):
        with pytest.raises(DocflowError) as caught:
            office.sweep_blobs(older_than=age)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_most_verbs_are_tried_where_they_work(undone: Undone) -> None:
    """The tests above would pass if every call were refused for another reason."""
    idle = [name for name in ACTS if all(undone.try_verb(name, each) is not None for each in usual(undone, name))]
    assert len(idle) <= 24, idle  # what needs another agency's documents among them
