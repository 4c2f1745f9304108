"""Work in processes: the order kept, a process that dies costs one thing, and nothing is gathered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from vnsign.batch.in_order import work_in_order

KILLER = 13


@dataclass(frozen=True)
class Doubling:
    """Doubles numbers; at one of them its process dies, as a library that crashes would make it."""

    token: str

    def open(self) -> Callable[[int], int]:
        """Return the work."""
        return double

    def died(self, thing: int, /) -> int:
        """Return what is said instead."""
        return -thing


def double(number: int) -> int:
    """Double a number, or die."""
    if number == KILLER:
        os._exit(9)
    return 2 * number


def counted(numbers: range, taken: list[int]) -> Iterator[int]:
    """Yield numbers, and note which were taken."""
    for number in numbers:
        taken.append(number)
        yield number


@pytest.mark.slow
def test_a_process_that_dies_costs_one_thing() -> None:
    """Everything else has its result, in its place, also what was in the same chunk or in flight."""
    expected = [-n if n == KILLER else 2 * n for n in range(60)]

    assert list(work_in_order(Doubling("a"), iter(range(60)), workers=2, preload=__name__)) == expected


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_things_are_taken_as_there_is_room(workers: int) -> None:
    """A million things need no more memory than a hundred."""
    taken: list[int] = []
    results = work_in_order(Doubling("b"), counted(range(20, 10**9), taken), workers=workers, preload=__name__)

    assert next(results) == 40
    assert len(taken) < 100
