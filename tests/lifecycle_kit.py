"""Histories drawn at random, and faults planted to see that they are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.office_kit import SetClock

DICE = st.randoms(use_true_random=True)
"""Dice that fall evenly: Hypothesis' own draws repeat what was drawn before, and a late step is hardly ever reached."""
SEARCH = 200
"""Histories tried for a planted fault before it is said that it was not found."""


def live(machine: Callable[[], RuleBasedStateMachine], *, histories: int, steps: int) -> None:
    """Run so many histories of so many steps; the first that goes wrong is shown.

    No shorter one is looked for: all histories share an office whose clock goes forward, and hundreds more would come
    to the end of its calendar.
    """
    run_state_machine_as_test(
        cast("type[RuleBasedStateMachine]", machine),  # anything that makes one
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.generate],
        ),
    )


def begin_on_monday(clock: SetClock) -> None:
    """Go on to the next Monday, 09:00 in Hà Nội: a history lived again begins as it did."""
    clock.time = clock.time.replace(hour=2, minute=0) + timedelta(days=7 - clock.time.weekday())


def find_fault(machine: Callable[[], RuleBasedStateMachine]) -> int:
    """Return in which history, of always the same ones, something goes wrong first; fail if in none of them."""
    begun = 0

    def begin() -> RuleBasedStateMachine:
        nonlocal begun
        begun += 1
        return machine()

    effort = settings(
        max_examples=SEARCH,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(cast("type[RuleBasedStateMachine]", begin), settings=effort)
    return begun - 1  # the history that goes wrong is run once more to be shown
