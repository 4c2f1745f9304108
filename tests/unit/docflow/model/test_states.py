"""The one state table of outgoing documents."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from docflow.errors import DocflowError, ErrorCode
from docflow.model import OUTGOING, DocumentEvent, DocumentState, Effect, Guard, find_transition
from docflow.model.outgoing_states import draw_states
from docflow.office.outgoing.effects import EFFECTS
from docflow.office.outgoing.guards import GUARDS

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "states.md"


@pytest.mark.parametrize(("state", "event"), list(product([None, *DocumentState], DocumentEvent)))
def test_what_the_table_does_not_name_is_refused(state: DocumentState | None, event: DocumentEvent) -> None:
    """For each state and event there is one row, or WRONG_STATE."""
    rows = [row for row in OUTGOING if (row.source, row.event) == (state, event)]
    if rows:
        assert [find_transition(state, event)] == rows
        return
    with pytest.raises(DocflowError) as caught:
        find_transition(state, event)
    assert caught.value.code is ErrorCode.WRONG_STATE


def test_every_guard_and_effect_of_the_table_is_carried_out() -> None:
    """The engine looks them up by name: none may be missing, none may be dead."""
    assert set(GUARDS) == set(Guard) == {row.guard for row in OUTGOING}
    assert set(EFFECTS) == set(Effect) == {effect for row in OUTGOING for effect in row.effects}


def test_every_state_is_reached_and_the_number_comes_after_the_leader_and_before_the_seal() -> None:
    """TT 01/2019 Điều 11.1: the leader signs, then the number, then the agency.

    NĐ 30/2020 Điều 14: "1. Cấp số, thời gian ban hành văn bản. 2. Đăng ký văn bản đi."
    """
    assert {row.target for row in OUTGOING} == set(DocumentState)
    assert find_transition(DocumentState.LEADER_SIGNED, DocumentEvent.ISSUE).target is DocumentState.NUMBERED
    assert find_transition(DocumentState.NUMBERED, DocumentEvent.SEAL).target is DocumentState.SEALED


def test_the_diagram_in_the_documentation_is_drawn_from_the_table() -> None:
    """docs/reference/states.md is what the table says now."""
    assert PAGE.read_text(encoding="utf-8") == draw_states()
