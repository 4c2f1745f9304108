"""Contenders measured in turns, so that a busy minute of the machine falls on all of them.

Invariants:
    - Every round runs every contender once, each round beginning with another; what is reported is the median of the
      rounds with the smallest and the largest.
    - What a contender prepares is not measured; what it delivers is checked, outside the measurement.

What it does not do: it asserts no times. Numbers are read by people.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to do the work.

    Attributes:
        prepare: Called before each round; returns the work of that round, which is measured when it is called.
        count: How many results one round delivers.
        note: What is counted, if it is not the same as for the others.
    """

    name: str
    prepare: Callable[[int], Callable[[], object]]
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Results per second in each round."""

    contender: Contender
    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        """Results per second."""
        return statistics.median(self.rates)


def measure(
    contenders: Sequence[Contender], *, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[Result]:
    """Run ``rounds`` rounds after one that does not count; ``clock`` tells seconds."""
    rates: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for turn in range(rounds + 1):
        shift = turn % len(contenders)
        for contender in (*contenders[shift:], *contenders[:shift]):
            work = contender.prepare(contender.count)
            gc.collect()
            begin = clock()
            work()
            elapsed = clock() - begin
            if turn:
                rates[contender.name].append(contender.count / elapsed)
    return [Result(contender=contender, rates=tuple(rates[contender.name])) for contender in contenders]


def table(results: Sequence[Result], *, unit: str, against: str) -> str:
    """Return the results as Markdown; the last column compares medians with the contender named ``against``."""
    base = next(result.median for result in results if result.contender.name == against)
    lines = [f"| | {unit}/s, median | min – max | × {against} | |", "|---|---:|---:|---:|---|"]
    for result in results:
        low, high = min(result.rates), max(result.rates)
        lines.append(
            f"| {result.contender.name} | {result.median:,.0f} | {low:,.0f} – {high:,.0f} "
            f"| {result.median / base:.1f} | {result.contender.note} |"
        )
    return "\n".join(lines)
