"""What is told later cannot be told apart from what was told at once."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import asdict, replace

import msgspec
import pytest

from vnsign.report import Indication, Outcome, Step, StepReport, TimestampReport
from vnsign.report.later import told_later

STEPS = (StepReport(step=Step.FORMAT, outcome=Outcome.PASSED),)
AT_ONCE = TimestampReport(
    kind="signature",
    field="a",
    indication=Indication.TOTAL_PASSED,
    subindication=None,
    time=None,
    authority="b",
    steps=STEPS,
)


def later(tell: Callable[[], object] = lambda: STEPS) -> TimestampReport:
    """Return the same report, its steps told later."""
    return told_later(replace(AT_ONCE, steps=()), steps=tell)


@pytest.mark.parametrize(
    "look",
    [
        lambda report: report,
        repr,
        hash,
        asdict,
        copy.copy,
        copy.deepcopy,
        lambda report: replace(report, field="c"),
        lambda report: pickle.loads(pickle.dumps(report)),  # noqa: S301 — of our own
        lambda report: msgspec.to_builtins(report, enc_hook=dict),
    ],
    ids=["equality", "repr", "hash", "asdict", "copy", "deepcopy", "replace", "pickle", "builtins"],
)
def test_every_way_to_look_sees_all_of_it(look: Callable[[TimestampReport], object]) -> None:
    """Whoever asks for the whole report gets it."""
    assert look(later()) == look(AT_ONCE)


def test_it_is_told_once() -> None:
    """And kept."""
    told: list[int] = []

    def tell() -> tuple[StepReport, ...]:
        told.append(1)
        return STEPS

    report = later(tell)
    assert told == []
    assert report.steps is report.steps is STEPS
    assert told == [1]


@pytest.mark.parametrize("report", [later(), AT_ONCE], ids=["later", "at once"])
def test_what_a_report_does_not_have_it_does_not_have(report: TimestampReport) -> None:
    """As any object says it; reports stay frozen."""
    with pytest.raises(AttributeError, match="'TimestampReport' object has no attribute 'level'"):
        report.level  # type: ignore[attr-defined]  # noqa: B018 — it must raise
    with pytest.raises(AttributeError):
        report.steps = ()  # type: ignore[misc]
