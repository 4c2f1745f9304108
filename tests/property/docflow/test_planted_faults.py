"""A test that cannot fail proves nothing: faults are planted in the office at work, and the histories must find each.

What is planted is what a hurried hand would get wrong: a step that stays, a clock that is forgotten, a guard left out,
a row too many in a table. The histories are always the same, so a fault found once is found always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from docflow.model import (
    DocumentEvent,
    DocumentState,
    DossierEffect,
    DossierEvent,
    DossierGuard,
    DossierState,
    Effect,
    Guard,
    IncomingEffect,
    IncomingEvent,
    IncomingGuard,
    IncomingState,
    VisitEnd,
    dossier_states,
    end_of_day,
    incoming_table,
    outgoing_states,
)
from docflow.office.dossiers import rules
from docflow.office.incoming.effects import INCOMING_EFFECTS
from docflow.office.incoming.guards import INCOMING_GUARDS
from docflow.office.outgoing.effects import EFFECTS
from docflow.office.outgoing.guards import GUARDS
from tests.lifecycle_kit import find_fault
from tests.property.docflow import test_dossier_lifecycle as dossiers
from tests.property.docflow import test_incoming_lifecycle as incoming
from tests.property.docflow import test_outgoing_properties as outgoing

pytestmark = pytest.mark.soak

Plant = Callable[[pytest.MonkeyPatch], None]


def nothing(*_: object) -> None:
    """Hold nothing against anything."""


def same(_work: object, thing: Any) -> Any:  # noqa: ANN401 - a document, a dossier
    """Change nothing."""
    return thing


def effect(table: Any, name: Any, wrong: Any) -> Plant:  # noqa: ANN401 - three tables of three types
    """Plant another function for an effect or a guard."""
    return lambda monkeypatch: monkeypatch.setitem(table, name, wrong)


def rows(module: Any, name: str, change: Callable[[Any], Iterator[Any]]) -> Plant:  # noqa: ANN401
    """Plant another table: each row is what ``change`` makes of it, one or several or none."""
    table = getattr(module, name)
    changed = tuple(new for row in table for new in change(row))
    assert changed != table
    return lambda monkeypatch: monkeypatch.setattr(module, name, changed)


def without(event: Any, source: Any) -> Callable[[Any], Iterator[Any]]:  # noqa: ANN401
    """Leave a row out."""
    return lambda row: iter(() if (row.event, row.source) == (event, source) else (row,))


def also_from(event: Any, source: Any, other: Any) -> Callable[[Any], Iterator[Any]]:  # noqa: ANN401
    """Let an event happen in one more state."""
    return lambda row: iter((row, replace(row, source=other)) if (row.event, row.source) == (event, source) else (row,))


def to(event: Any, source: Any, target: Any) -> Callable[[Any], Iterator[Any]]:  # noqa: ANN401
    """Let an event lead somewhere else."""
    return lambda row: iter((replace(row, target=target) if (row.event, row.source) == (event, source) else row,))


def lacking(event: Any, source: Any, left_out: Any) -> Callable[[Any], Iterator[Any]]:  # noqa: ANN401
    """Leave an effect out."""

    def change(row: Any) -> Iterator[Any]:  # noqa: ANN401
        if (row.event, row.source) == (event, source):
            row = replace(row, effects=tuple(item for item in row.effects if item is not left_out))
        yield row

    return change


# ---------------------------------------------------------------- dossiers


def _back_to_the_same(work: Any, dossier: Any) -> Any:  # noqa: ANN401
    return rules._begin(work, dossier, position=dossier.step)


def _whole_not_moved(work: Any, dossier: Any) -> Any:  # noqa: ANN401
    return replace(rules._start_clocks(work, dossier), due_at=dossier.due_at)


def _step_not_moved(work: Any, dossier: Any) -> Any:  # noqa: ANN401
    before = rules._running(work, dossier)
    after = rules._start_clocks(work, dossier)
    work.unit.change_record(before)
    return after


def _extended_twice(work: Any, dossier: Any) -> Any:  # noqa: ANN401
    return rules._move_deadlines(work, rules._move_deadlines(work, dossier))


def _ended_as_passed_on(work: Any, dossier: Any) -> Any:  # noqa: ANN401
    visit = rules._running(work, dossier)
    work.unit.change_record(replace(visit, ended_at=work.move.at, end=VisitEnd.PASSED_ON))
    return dossier


RUNNING, PAUSED = DossierState.RUNNING, DossierState.PAUSED
DOSSIER_FAULTS: dict[str, Plant] = {
    "send back stays in the same step": effect(
        rules.DOSSIER_EFFECTS, DossierEffect.BEGIN_STEP_BEFORE, _back_to_the_same
    ),
    "resume does not move the whole's deadline": effect(
        rules.DOSSIER_EFFECTS, DossierEffect.START_CLOCKS, _whole_not_moved
    ),
    "resume does not move the step's deadline": effect(
        rules.DOSSIER_EFFECTS, DossierEffect.START_CLOCKS, _step_not_moved
    ),
    "finish early": effect(rules.DOSSIER_GUARDS, DossierGuard.AT_LAST_STEP, nothing),
    "extended twice": effect(rules.DOSSIER_EFFECTS, DossierEffect.MOVE_DEADLINES, _extended_twice),
    "every stay ends as passed on": effect(rules.DOSSIER_EFFECTS, DossierEffect.END_STEP, _ended_as_passed_on),
    "a reason is not asked for": effect(rules.DOSSIER_GUARDS, DossierGuard.REASON_GIVEN, nothing),
    "passed on while it is paused": rows(dossier_states, "DOSSIER", also_from(DossierEvent.HAND_ON, RUNNING, PAUSED)),
    "cancelled while paused, its step goes on": rows(
        dossier_states, "DOSSIER", lacking(DossierEvent.CANCEL, PAUSED, DossierEffect.END_STEP)
    ),
    "sending back is refused": rows(dossier_states, "DOSSIER", without(DossierEvent.SEND_BACK, RUNNING)),
}

# ---------------------------------------------------------------- incoming


def _deadline_stays(work: Any, document: Any) -> Any:  # noqa: ANN401
    return msgspec.structs.replace(document, paused_at=None, note=work.step.reason)


def _only_the_whole(work: Any, document: Any) -> Any:  # noqa: ANN401
    due_at = end_of_day(work.step.deadline)
    return msgspec.structs.replace(document, deadline=work.step.deadline, due_at=due_at, note=work.step.reason)


def _still_ended(_work: Any, document: Any) -> Any:  # noqa: ANN401
    return msgspec.structs.replace(document, answered_by=None)


ASSIGNED, PROCESSING = IncomingState.ASSIGNED, IncomingState.PROCESSING
INCOMING_FAULTS: dict[str, Plant] = {
    "forwarded, and those who had it still have it": effect(INCOMING_EFFECTS, IncomingEffect.WITHDRAW_TASKS, same),
    "resume does not move the deadline": effect(INCOMING_EFFECTS, IncomingEffect.START_CLOCK, _deadline_stays),
    "a second answer": effect(INCOMING_GUARDS, IncomingGuard.ANSWER_ISSUED, nothing),
    "extended to an earlier day": effect(
        INCOMING_GUARDS, IncomingGuard.LATER_DEADLINE_AND_REASON_GIVEN, INCOMING_GUARDS[IncomingGuard.REASON_GIVEN]
    ),
    "answered, and not completed": rows(
        incoming_table, "INCOMING", lacking(IncomingEvent.ANSWER, PROCESSING, IncomingEffect.RECORD_COMPLETION)
    ),
    "refused when somebody works on it": rows(
        incoming_table, "INCOMING", also_from(IncomingEvent.REFUSE, IncomingState.SUBMITTED, ASSIGNED)
    ),
    "reassigned, it is no longer worked on": rows(
        incoming_table, "INCOMING", to(IncomingEvent.REASSIGN, PROCESSING, ASSIGNED)
    ),
    "registered without a number": rows(
        incoming_table,
        "INCOMING",
        lacking(IncomingEvent.ACCEPT, IncomingState.ARRIVED, IncomingEffect.TAKE_ARRIVAL_NUMBER),
    ),
    "its answer is recalled, and it stays done": rows(
        outgoing_states, "OUTGOING", lacking(DocumentEvent.RECALL, DocumentState.SEALED, Effect.REOPEN_ANSWERED)
    ),
    "reopened, and still done on the day it was": effect(INCOMING_EFFECTS, IncomingEffect.UNDO_ANSWER, _still_ended),
    "extended, and who has it is due as before": effect(
        INCOMING_EFFECTS, IncomingEffect.MOVE_DEADLINE, _only_the_whole
    ),
    "nobody may extend what is worked on": rows(incoming_table, "INCOMING", without(IncomingEvent.EXTEND, PROCESSING)),
}

# ---------------------------------------------------------------- outgoing

_RELEASE = EFFECTS[Effect.RELEASE_DISPATCH]
_DETACH = EFFECTS[Effect.RECORD_DETACHMENT]
_WAITS = GUARDS[Guard.ADDRESSEE_WAITS]


def _release_all(work: Any, document: Any) -> Any:  # noqa: ANN401
    _RELEASE(work, msgspec.structs.replace(document, attachment_count=0))
    return document


def _whoever_is_there(work: Any, document: Any) -> None:  # noqa: ANN401
    if work.step.position not in {row.position for row in work.unit.list_outbox(document.id)}:
        _WAITS(work, document)


def _taken_off_and_counted(work: Any, document: Any) -> Any:  # noqa: ANN401
    _DETACH(work, document)
    return document


SEALED, NUMBERED = DocumentState.SEALED, DocumentState.NUMBERED
OUTGOING_FAULTS: dict[str, Plant] = {
    "an old version is revised": effect(GUARDS, Guard.BASED_ON_NEWEST_VERSION, nothing),
    "sealed without what the leader signed": effect(GUARDS, Guard.SEAL_ON_LEADER_SIGNED, nothing),
    "what is recalled still leaves": rows(
        outgoing_states, "OUTGOING", lacking(DocumentEvent.RECALL, SEALED, Effect.CANCEL_DISPATCH)
    ),
    "leaves before its annexes are sealed": effect(EFFECTS, Effect.RELEASE_DISPATCH, _release_all),
    "what was taken off is counted": effect(EFFECTS, Effect.RECORD_DETACHMENT, _taken_off_and_counted),
    "taken off what is approved": rows(
        outgoing_states, "OUTGOING", also_from(DocumentEvent.DETACH, DocumentState.DRAFTED, DocumentState.APPROVED)
    ),
    "a replacement does not replace": rows(
        outgoing_states, "OUTGOING", lacking(DocumentEvent.SEAL, NUMBERED, Effect.ESTABLISH_LINKS)
    ),
    "void frees the number": effect(EFFECTS, Effect.VOID_NUMBER, same),
    "recalled without a number": rows(outgoing_states, "OUTGOING", also_from(DocumentEvent.RECALL, SEALED, NUMBERED)),
    "handed over twice": effect(GUARDS, Guard.ADDRESSEE_WAITS, _whoever_is_there),
    "given back after it was signed: refused": rows(
        outgoing_states, "OUTGOING", without(DocumentEvent.RETURN, DocumentState.LEADER_SIGNED)
    ),
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An office for all histories of each kind; what the faults leave in it is nobody's business."""
    with ExitStack() as stack:
        yield {
            module.__name__: stack.enter_context(module.open_at(tmp_path_factory.mktemp("office") / "office"))
            for module in (dossiers, incoming, outgoing)
        }


@pytest.mark.parametrize("fault", DOSSIER_FAULTS)
def test_a_fault_in_the_life_of_dossiers_is_found(
    places: dict[str, Any], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Within so many histories, the same in every run."""
    DOSSIER_FAULTS[fault](monkeypatch)
    find_fault(lambda: dossiers.DossierLife(*places[dossiers.__name__]))


@pytest.mark.parametrize("fault", INCOMING_FAULTS)
def test_a_fault_in_the_life_of_incoming_documents_is_found(
    places: dict[str, Any], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Within so many histories, the same in every run."""
    INCOMING_FAULTS[fault](monkeypatch)
    find_fault(lambda: incoming.IncomingLife(places[incoming.__name__]))


@pytest.mark.parametrize("fault", OUTGOING_FAULTS)
def test_a_fault_in_the_life_of_outgoing_documents_is_found(
    places: dict[str, Any], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Within so many histories, the same in every run."""
    OUTGOING_FAULTS[fault](monkeypatch)
    find_fault(lambda: outgoing.Outgoing(places[outgoing.__name__]))
